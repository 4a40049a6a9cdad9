//! Writes the shipped sample (示例資料) anew: filled workbooks and drawn evidence, all invented.
//!
//! `cargo run --release --example sample -- inputs`. Where LibreOffice (`soffice`) is on the machine,
//! 社會處's workbook is saved by it as .ods and 衛生局's as .xls, as some departments do.

mod answers;
mod press;

use std::fs;
use std::path::Path;
use std::process::Command;

use huibian::forms;
use huibian::plan::{EvidenceItem, Task, Unit};
use serde_json::json;

fn main() {
    let root = std::env::args().nth(1).expect("the folder to write to");
    let root = Path::new(&root);
    let plan = answers::builtin_plan();
    write(&root.join("plan.toml"), PLAN.as_bytes());
    write(&root.join("使用說明.txt"), forms::guide(&plan).as_bytes());
    let folder = &plan.secretariat.folder;
    let bytes =
        forms::secretariat_workbook(&plan, &answers::secretariat(&plan, &answers::of_secretariat())).unwrap();
    write(&root.join(folder).join(format!("{folder}.xlsx")), &bytes);
    for unit in &plan.units {
        let given = answers::of_unit(unit);
        let bytes = forms::unit_workbook(&plan, &unit.id, &answers::unit(&plan, unit, &given)).unwrap();
        write(&root.join(&unit.name).join(format!("{}.xlsx", unit.name)), &bytes);
        for task in plan.tasks_of(&unit.id) {
            for (seed, item) in answers::items(task, &given) {
                files(task, unit, item, seed, &root.join(&unit.name).join(item.folder_name()));
            }
        }
    }
    save_by_libreoffice(&root.join("社會處/社會處.xlsx"), "ods");
    save_by_libreoffice(&root.join("衛生局/衛生局.xlsx"), "xls");
}

const PLAN: &str = "# 示例資料：本資料夾的單位回報全屬虛構，僅供試用。\nbased_on = \"hsinchu-110\"\n";

// --- Evidence --------------------------------------------------------------------------------

fn files(task: &Task, unit: &Unit, item: &EvidenceItem, seed: usize, folder: &Path) {
    let date = format!("110年{}月{}日", seed % 10 + 2, seed % 27 + 1);
    let title = format!("{}{}", task.title, item.folder);
    let base = json!({
        "government": "示例市政府", "unit": unit.name, "title": title, "date": date,
        "number": format!("示例字第1100{:06}號", seed * 37), "count": seed % 17 + 8, "reach": seed * 37,
        "paragraphs": paragraphs(task, item),
    });
    let with = |more: serde_json::Value| {
        let mut data = base.clone();
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        data
    };
    if item.photo_pages {
        for n in 0..2 + seed % 2 {
            photo(
                &with(
                    json!({ "kind": "photo", "count": seed * 3 + n, "stamp": format!("110.{:02}.{:02}", seed % 10 + 2, seed % 27 + 1) }),
                ),
                n,
                seed,
                folder,
            );
        }
        return;
    }
    let folder_name = item.folder.as_str();
    let pdf =
        |name: &str, data: serde_json::Value| write(&folder.join(format!("{name}.pdf")), &press::pdf(&data));
    match folder_name {
        "簽到表" => pdf("簽到表(已遮蔽)", with(json!({ "kind": "signin", "count": seed % 20 + 18 }))),
        "滿意度" => pdf("滿意度調查統計", with(json!({ "kind": "survey", "rows": survey_rows(seed) }))),
        "函頒公文" | "開會通知" | "協定公文" => {
            if task.code == "警01" {
                scan(&with(json!({ "kind": "letter" })), &folder.join("函頒公文掃描.pdf"));
            } else {
                pdf(&format!("{}函", item.folder), with(json!({ "kind": "letter" })));
            }
        }
        "文宣樣張" => {
            let lines = [
                "你有權利保管自己的護照",
                "薪資應全額直接給付",
                "Bạn có quyền giữ hộ chiếu của mình",
                "Anda berhak menyimpan paspor sendiri",
            ];
            pdf("多語海報", with(json!({ "kind": "poster", "headline": "你不孤單", "lines": lines })));
        }
        "網路截圖" => {
            let pdf = press::pdf(&with(json!({ "kind": "web" })));
            write(&folder.join("貼文截圖.png"), &press::png(&press::picture(&pdf, 1400)));
        }
        "統計表" | "查緝統計" | "使用統計" | "安置統計" | "服務統計" | "訪視統計" | "通譯統計"
        | "列管追蹤" | "追蹤表" => {
            let data = with(
                json!({ "kind": "statistics", "columns": ["月份", "件數", "男", "女", "合計", "備註"], "rows": statistics_rows(seed) }),
            );
            if task.code == "勞05" {
                // LibreOffice saved this one: evidence that goes into the bundle as a file.
                fs::create_dir_all(folder).unwrap();
                fs::copy(
                    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample/files/訪視統計.ods"),
                    folder.join("訪視統計.ods"),
                )
                .ok();
            }
            pdf(&format!("110年{}", item.folder), data);
        }
        _ => {
            let sections = ["依據", "目的", "實施對象", "辦理方式", "預期效益", "經費來源"];
            let n = 3 + seed % 4;
            let sections: Vec<_> = sections
                .iter()
                .take(n)
                .map(|s| json!({ "title": s, "paragraphs": paragraphs(task, item) }))
                .collect();
            let data = with(
                json!({ "kind": "plan", "title": format!("{}{}", unit.name, title), "sections": sections }),
            );
            let pdf = press::pdf(&data);
            let name = format!("110年{}(核定版).pdf", item.folder);
            // One document bears a stamp as an annotation, which a careless binder would lose.
            let pdf = if item.code.as_str() == "警06-1" { press::with_stamp(&pdf) } else { pdf };
            write(&folder.join(name), &pdf);
        }
    }
}

fn paragraphs(task: &Task, item: &EvidenceItem) -> Vec<String> {
    vec![
        format!(
            "為落實{}工作，依本府年度執行計畫辦理「{}」，相關單位應依分工確實執行，並於期限內彙送成果。",
            task.title, item.folder
        ),
        "本文件為示例資料，內容全屬虛構，僅用於展示裝訂與編號之效果，不代表任何機關之實際作為。".to_owned(),
        "執行情形應定期檢討，遇有窒礙難行之處，得提協調聯繫會議討論後修正；所需經費由各單位年度預算支應。"
            .to_owned(),
    ]
}

fn survey_rows(seed: usize) -> Vec<Vec<String>> {
    ["課程內容切合需要", "講師表達清楚", "時間安排適當", "教材有助工作", "整體滿意度"]
        .iter()
        .enumerate()
        .map(|(row, question)| {
            let very = 28 + (seed + row * 3) % 12;
            let good = 14 + (seed * 2 + row) % 6;
            let fair = 2 + (seed + row) % 3;
            vec![
                (*question).to_owned(),
                very.to_string(),
                good.to_string(),
                fair.to_string(),
                "0".to_owned(),
                (very + good + fair).to_string(),
            ]
        })
        .collect()
}

fn statistics_rows(seed: usize) -> Vec<Vec<String>> {
    (1..=12)
        .map(|month| {
            let men = (seed * 7 + month * 5) % 23;
            let women = (seed * 3 + month * 11) % 19;
            vec![
                format!("{month}月"),
                ((men + women) / 3 + 1).to_string(),
                men.to_string(),
                women.to_string(),
                (men + women).to_string(),
                String::new(),
            ]
        })
        .collect()
}

/// A drawn scene as a phone would have taken it, lying on its side or upside down now and then.
fn photo(data: &serde_json::Value, n: usize, seed: usize, folder: &Path) {
    let picture = press::picture(&press::pdf(data), 1600);
    let orientation = [1u8, 6, 3, 8][(seed + n) % 4];
    let bytes =
        press::jpeg(&press::turned_for(picture, orientation), 82, orientation, (seed + n).is_multiple_of(3));
    let date = data["stamp"].as_str().unwrap().replace('.', "");
    write(&folder.join(format!("{date}_IMG_{:04}.jpg", seed * 3 + n)), &bytes);
}

/// A letter as a copier scans it: a grey picture, no text.
fn scan(data: &serde_json::Value, path: &Path) {
    let picture = press::picture(&press::pdf(data), 1240);
    write(path, &press::picture_pdf(&picture));
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn save_by_libreoffice(path: &Path, format: &str) {
    let profile = std::env::temp_dir().join("huibian-sample-profile");
    let status = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", profile.display()))
        .args(["--headless", "--convert-to", format, "--outdir"])
        .arg(path.parent().unwrap())
        .arg(path)
        .status();
    match status {
        Ok(status) if status.success() => fs::remove_file(path).unwrap(),
        _ => println!("no LibreOffice here: {} stays .xlsx", path.display()),
    }
}
