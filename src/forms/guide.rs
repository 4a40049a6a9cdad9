//! What clerks are told: the few lines of the home sheet, and the 使用說明 beside the folders.

use crate::forms::example_day;
use crate::forms::home::Welcome;
use crate::plan::Plan;
use crate::roc;

pub(super) fn unit_welcome(plan: &Plan, unit: &str) -> Welcome {
    Welcome {
        title: format!("{}－{unit}填報表", plan.title),
        facts: facts(plan, unit),
        steps: vec![
            "只填淺黃色格子。灰色格子自動計算，不必填。標「＊」者為計畫明定必填，標「※」者建議填寫。"
                .to_owned(),
            format!(
                "日期一律照「{}」的樣子填；數字不加單位；確實沒有請填 0 或「無」，不要留空。",
                roc::slashed(example_day(plan))
            ),
            "佐證檔案放進各佐證編號的資料夾，檔名不拘，不必在表內逐一列檔名。".to_owned(),
            "不要填寫或附上被害人姓名、證號、住址等個人資料；簽到表請先遮蔽。".to_owned(),
            "列數不足時直接往下續填或插入列；請勿刪除工作表或改動標題文字。".to_owned(),
        ],
    }
}

pub(super) fn secretariat_welcome(plan: &Plan) -> Welcome {
    Welcome {
        title: format!("{}－秘書單位設定表", plan.title),
        facts: vec![
            ("填報單位".to_owned(), plan.secretariat.title.clone()),
            ("受評期間".to_owned(), period(plan)),
            ("各單位繳交期限".to_owned(), roc::day_and_weekday(plan.deadlines.internal)),
            ("寄達期限".to_owned(), format!("{}（{}）", plan.deadlines.final_text, plan.recipient.name)),
        ],
        steps: vec![
            "只填淺黃色格子；空白的設定依計畫。".to_owned(),
            "「配分與自評」請照受文機關發布的評分表填；沒有評分表就留空。".to_owned(),
            "「統稿」可在各單位文字之前加上總說明，或取代各單位文字；各單位原文都會留存。".to_owned(),
            "檢核列出、但經核可照舊送出的項目，登記在「例外核可」。".to_owned(),
        ],
    }
}

fn facts(plan: &Plan, unit: &str) -> Vec<(String, String)> {
    let due = format!("{}前，連同佐證資料夾一併送秘書單位", roc::day_and_weekday(plan.deadlines.internal));
    [
        ("填報單位", unit.to_owned()),
        ("受評期間", period(plan)),
        ("繳交期限", due),
        ("聯絡窗口", plan.secretariat.title.clone()),
    ]
    .map(|(label, fact)| (label.to_owned(), fact))
    .into()
}

fn period(plan: &Plan) -> String {
    format!("{}至{}", roc::full(plan.period.first), roc::full(plan.period.last))
}

/// 使用說明, as plain text with `\n` line ends.
pub fn guide(plan: &Plan) -> String {
    let mut lines = vec![
        format!("{}　使用說明", plan.title),
        String::new(),
        "一、各單位怎麼填".to_owned(),
        format!("　1、開啟自己單位資料夾內的活頁簿（例：{}）。", example_workbook(plan)),
        "　2、「首頁」列出全部工作項目與進度；逐張工作表由上往下填，只填淺黃色格子。".to_owned(),
        format!(
            "　3、日期照「{}」的樣子填；數字不加單位；確實沒有請填 0 或「無」。",
            roc::slashed(example_day(plan))
        ),
        "　4、佐證檔案放進同名資料夾，檔名與件數不拘。例：".to_owned(),
    ];
    for (task, item) in plan.evidence().take(3) {
        let unit = plan.unit(&task.unit).map_or("", |unit| unit.name.as_str());
        lines.push(format!("　　　{unit}／{}", item.folder_name()));
    }
    lines.extend([
        "　5、簽到表、名冊等請先遮蔽個人資料，並在佐證清單的「已遮蔽」選「V」。".to_owned(),
        format!(
            "　6、{}前，將整個單位資料夾送{}。",
            roc::day_and_weekday(plan.deadlines.internal),
            plan.secretariat.title
        ),
        String::new(),
        "二、秘書單位怎麼做".to_owned(),
        format!("　1、填「{}」活頁簿：確切期限、收件人、聯絡人、配分與自評。", plan.secretariat.folder),
        "　2、收齊各單位資料夾後執行檢核，依提示請各單位補正。".to_owned(),
        "　3、無誤後執行產製，成品在 output 資料夾。".to_owned(),
        String::new(),
        "三、各單位的資料夾".to_owned(),
    ]);
    for unit in &plan.units {
        let tasks = plan.tasks_of(&unit.id).count();
        lines.push(format!("　{}：{tasks} 項工作", unit.name));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn example_workbook(plan: &Plan) -> String {
    plan.units.first().map_or_else(String::new, |unit| format!("{0}／{0}.xlsx", unit.name))
}
