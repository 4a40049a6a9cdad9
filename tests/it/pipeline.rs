//! The pipeline over a workspace on disk: what files are taken for, what becomes of each, and that the
//! same inputs give the same bytes.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use huibian::assets::Templates;
use huibian::diagnostic::Diagnostic;
use huibian::exhibit::Content;
use huibian::inventory::sha256_hex;
use huibian::office::Converter;
use huibian::pipeline::{self, Examination, Progress, Settings, Surroundings};
use huibian::typeset::Fonts;
use huibian::worker::{Failure, InProcess, Job, JobRunner, JobTask, Outcome};
use huibian::workspace::Workspace;
use jiff::civil::Date;

use crate::support::answers;
use crate::support::workspace::Copy;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::embedded().unwrap());

struct Silent;

impl Progress for Silent {
    fn phase(&self, _: &str, _: usize) {}
    fn step(&self) {}
}

pub fn examine_with(copy: &Copy, runner: &dyn JobRunner) -> Examination {
    examine_then(copy, runner, || ())
}

/// Examines, and does something while the prepared files are still there.
pub fn examine_then(copy: &Copy, runner: &dyn JobRunner, then: impl FnOnce()) -> Examination {
    examine_converting(copy, runner, None, then)
}

/// As `examine_then`, with a converter of office documents.
pub fn examine_converting(
    copy: &Copy,
    runner: &dyn JobRunner,
    converter: Option<&dyn Converter>,
    then: impl FnOnce(),
) -> Examination {
    let workspace = Workspace::open(&copy.inputs()).unwrap();
    let prepared = tempfile::tempdir().unwrap();
    let settings = Settings::on(Date::constant(2022, 2, 10));
    let surroundings = Surroundings {
        workspace: &workspace,
        runner,
        converter,
        templates: &Templates::builtin(),
        fonts: &FONTS,
        prepared: prepared.path(),
        progress: &Silent,
    };
    let examination = pipeline::examine(answers::builtin_plan(), &settings, &surroundings).unwrap();
    then();
    examination
}

pub fn said(copy: &Copy, rule: &str) -> Vec<Diagnostic> {
    examine_with(copy, &InProcess).diagnostics.into_iter().filter(|d| d.rule.id == rule).collect()
}

/// Blanks the first bound page of a file before it is compared, as a fault in binding would; and can or cannot
/// draw it afterwards.
pub struct Blanking {
    pub file: &'static str,
    pub draws: bool,
}

impl JobRunner for Blanking {
    fn run_all(&self, jobs: &[Job], done: &(dyn Fn(&Job) + Sync)) -> io::Result<Vec<Outcome>> {
        let of_file = |job: &Job| job.path.to_string_lossy().contains(self.file);
        for job in jobs.iter().filter(|job| of_file(job)) {
            if let JobTask::Compare { prepared, .. } = &job.task {
                let mut document = lopdf::Document::load(prepared).unwrap();
                let page = document.page_iter().next().unwrap();
                document.change_page_content(page, Vec::new()).unwrap();
                document.save(prepared).unwrap();
            }
        }
        let mut outcomes = InProcess.run_all(jobs, done)?;
        for (job, outcome) in jobs.iter().zip(&mut outcomes).filter(|(job, _)| of_file(job) && !self.draws) {
            let (JobTask::Prepare { settings, .. } | JobTask::PrepareConverted { settings, .. }) = &job.task
            else {
                continue;
            };
            if !settings.as_pictures.is_empty() {
                *outcome = Outcome::Failed(Failure::TimedOut);
            }
        }
        Ok(outcomes)
    }
}

/// What the guard led to, as `file: rule: message`.
fn of_guard(examination: &Examination) -> Vec<String> {
    let rules = ["evidence-looks-different", "evidence-not-compared", "evidence-bound-as-picture"];
    let told = examination.diagnostics.iter().filter(|diagnostic| rules.contains(&diagnostic.rule.id));
    told.map(|told| format!("{}: {}: {}", told.subject, told.rule.id, told.message)).collect()
}

#[test]
fn a_page_that_lost_something_is_bound_as_a_picture_and_the_others_are_not() {
    let copy = Copy::of_sample();
    let before = of_guard(&examine_with(&copy, &InProcess));
    let told = of_guard(&examine_with(&copy, &Blanking { file: "核定版", draws: true }));
    let new: Vec<&String> = told.iter().filter(|line| !before.contains(line)).collect();
    assert!(!new.is_empty());
    for line in new {
        assert!(line.contains("核定版") && line.contains("evidence-bound-as-picture"), "{line}");
        assert!(line.contains("第 1 頁以影像裝訂") && line.contains("看起來與原檔不同"), "{line}");
    }
}

#[test]
fn a_page_that_lost_something_and_cannot_be_drawn_is_told() {
    let copy = Copy::of_sample();
    let before = of_guard(&examine_with(&copy, &InProcess));
    let told = of_guard(&examine_with(&copy, &Blanking { file: "核定版", draws: false }));
    let new: Vec<&String> = told.iter().filter(|line| !before.contains(line)).collect();
    assert!(!new.is_empty());
    assert!(new.iter().all(|line| line.contains("evidence-looks-different: 第 1 頁")), "{new:?}");
}

/// Fails the jobs on files whose path holds a word, and does the others.
struct Failing(&'static str, Failure);

impl JobRunner for Failing {
    fn run_all(&self, jobs: &[Job], done: &(dyn Fn(&Job) + Sync)) -> io::Result<Vec<Outcome>> {
        let mut outcomes = InProcess.run_all(jobs, done)?;
        for (job, outcome) in jobs.iter().zip(&mut outcomes) {
            if job.path.to_string_lossy().contains(self.0) {
                *outcome = Outcome::Failed(self.1.clone());
            }
        }
        Ok(outcomes)
    }
}

#[test]
fn a_file_that_defeats_its_worker_costs_that_file_alone() {
    let copy = Copy::without_evidence();
    copy.write("警察局/警03-1_統計表/表.pdf", b"%PDF-1.7\n");
    for (failure, rule) in [
        (Failure::Crashed, "file-too-hard"),
        (Failure::TimedOut, "file-too-hard"),
        (Failure::Changed, "file-changed"),
        (Failure::Unreadable("拒絕存取".to_owned()), "file-unreadable"),
    ] {
        let examination = examine_with(&copy, &Failing("表.pdf", failure));
        let found: Vec<_> = examination.diagnostics.iter().filter(|d| d.rule.id == rule).collect();
        assert_eq!(found.len(), 1, "{rule}");
        assert_eq!(found[0].unit.as_deref(), Some("police"));
        assert_eq!(examination.submissions.len(), 5);
    }
}

#[test]
fn a_worker_refuses_bytes_that_changed_since_they_were_digested() {
    let copy = Copy::without_evidence();
    copy.write("甲.txt", b"new");
    let job = Job {
        path: copy.inputs().join("甲.txt"),
        sha256: huibian::inventory::sha256_hex(b"old"),
        task: huibian::worker::JobTask::ReadWorkbook,
    };
    assert_eq!(huibian::worker::run(&job), Outcome::Failed(Failure::Changed));
}

/// Somebody saves a file anew, as often as said, whenever files are about to be read.
struct Saving<'a> {
    copy: &'a Copy,
    file: &'static str,
    times: AtomicUsize,
}

impl JobRunner for Saving<'_> {
    fn run_all(&self, jobs: &[Job], done: &(dyn Fn(&Job) + Sync)) -> io::Result<Vec<Outcome>> {
        let path = self.copy.inputs().join(self.file);
        let concerned = jobs.iter().any(|job| job.path == path);
        let saves = |left: usize| left.checked_sub(1);
        if concerned && self.times.fetch_update(Ordering::Relaxed, Ordering::Relaxed, saves).is_ok() {
            let mut bytes = fs::read(&path).unwrap();
            bytes.push(b' ');
            fs::write(&path, bytes).unwrap();
        }
        InProcess.run_all(jobs, done)
    }
}

#[test]
fn a_file_saved_while_it_is_read_is_read_again_and_told_if_it_goes_on() {
    let file = "警察局/警03-1_統計表/表.txt";
    for (times, n_told) in [(1, 0), (2, 0), (usize::MAX, 1)] {
        let copy = Copy::without_evidence();
        copy.write(file, "表".as_bytes());
        let saving = Saving { copy: &copy, file, times: AtomicUsize::new(times) };
        let examination = examine_with(&copy, &saving);
        let told = examination.diagnostics.iter().filter(|found| found.rule.id == "file-changed").count();
        assert_eq!(told, n_told, "saved {times} times");
        // What was read is what the inventory, and with it the ledger, names.
        let listed = examination.inventory.files.iter().find(|found| found.path.as_str() == file).unwrap();
        if n_told == 0 {
            assert_eq!(listed.digests.sha256, sha256_hex(&fs::read(copy.inputs().join(file)).unwrap()));
        }
        let is_usable = !matches!(examination.preparations[&listed.path].content, Content::Unusable { .. });
        assert_eq!(is_usable, n_told == 0, "saved {times} times");
    }
}

#[test]
fn several_workbooks_of_one_unit_are_told_and_one_is_read() {
    let copy = Copy::without_evidence();
    let bytes = fs::read(copy.inputs().join("警察局/警察局.xlsx")).unwrap();
    copy.write("警察局/警察局_最終版.xlsx", &bytes);
    let found = said(&copy, "workbook-several");
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("讀取「警察局.xlsx」") && !found[0].blocks(), "{}", found[0].message);
    // Another content: which is right only people know.
    let other = fs::read(copy.inputs().join("勞工處/勞工處.xlsx")).unwrap();
    copy.write("勞工處/勞工處(1).xlsx", &{
        let mut b = other;
        b.extend(b"\0");
        b
    });
    assert!(said(&copy, "workbook-several").iter().any(|d| d.unit.as_deref() == Some("labour")));
}

#[test]
fn a_workbook_in_anothers_folder_is_not_read_as_theirs() {
    let copy = Copy::without_evidence();
    fs::rename(copy.inputs().join("勞工處/勞工處.xlsx"), copy.inputs().join("教育處/勞工.xlsx")).unwrap();
    let found = said(&copy, "workbook-misplaced");
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("勞工處"));
    assert_eq!(said(&copy, "unit-missing").len(), 1);
}

#[test]
fn a_renamed_folders_workbook_is_read_by_its_marker_and_said() {
    let copy = Copy::without_evidence();
    assert!(said(&copy, "workbook-folder-unknown").is_empty());
    fs::rename(copy.inputs().join("勞工處"), copy.inputs().join("勞動處")).unwrap();
    let found = said(&copy, "workbook-folder-unknown");
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("「勞動處」") && !found[0].blocks(), "{}", found[0].message);
    assert!(said(&copy, "unit-missing").is_empty() && said(&copy, "evidence-stray").is_empty());
}

#[test]
fn a_folder_of_old_versions_is_not_read_beside_the_units_own() {
    let copy = Copy::without_evidence();
    let bytes = fs::read(copy.inputs().join("警察局/警察局.xlsx")).unwrap();
    copy.write("備份/警察局.xlsx", &bytes);
    assert!(said(&copy, "workbook-several").is_empty());
    assert_eq!(said(&copy, "evidence-stray").len(), 1);
}

#[test]
fn a_spreadsheet_of_nobodys_is_told() {
    let copy = Copy::without_evidence();
    let bytes = rust_xlsxwriter::Workbook::new().add_worksheet().write_string(0, 0, "通訊錄").is_ok();
    assert!(bytes);
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().write_string(0, 0, "通訊錄").unwrap();
    copy.write("通訊錄.xlsx", &workbook.save_to_buffer().unwrap());
    assert_eq!(said(&copy, "workbook-unit-unknown").len(), 1);
}

#[test]
fn office_litter_is_listed_and_never_parsed() {
    let copy = Copy::without_evidence();
    copy.write("警察局/~$警察局.xlsx", b"lock");
    copy.write("警察局/警03-1_統計表/Thumbs.db", b"thumbs");
    let examination = examine_with(&copy, &InProcess);
    assert_eq!(said(&copy, "file-in-use").len(), 1);
    assert!(examination.preparations.is_empty());
    let litter = |name: &str| {
        let file = examination.inventory.files.iter().find(|file| file.path.file_name() == name).unwrap();
        matches!(file.role, huibian::inventory::Role::LeftOut(_))
    };
    assert!(litter("~$警察局.xlsx") && litter("Thumbs.db"));
}

#[cfg(unix)]
#[test]
fn links_are_told_and_not_followed() {
    let copy = Copy::without_evidence();
    let outside = copy.folder.path().join("outside.pdf");
    fs::write(&outside, "%PDF-1.7").unwrap();
    fs::create_dir_all(copy.inputs().join("警察局/警03-1_統計表")).unwrap();
    std::os::unix::fs::symlink(&outside, copy.inputs().join("警察局/警03-1_統計表/連結.pdf")).unwrap();
    assert_eq!(said(&copy, "link-not-followed").len(), 1);
    assert!(examine_with(&copy, &InProcess).preparations.is_empty());
}

/// Not even as a template: what a link shows may lie anywhere, or never end.
#[cfg(unix)]
#[test]
fn a_linked_override_is_told_and_not_read() {
    let copy = Copy::without_evidence();
    let outside = copy.folder.path().join("mail.hbs");
    fs::write(&outside, "outside").unwrap();
    fs::create_dir_all(copy.inputs().join("templates/letters")).unwrap();
    std::os::unix::fs::symlink(&outside, copy.inputs().join("templates/letters/mail.hbs")).unwrap();
    let workspace = Workspace::open(&copy.inputs()).unwrap();
    assert!(workspace.template_files(1000).unwrap().is_empty());
    assert_eq!(said(&copy, "link-not-followed").len(), 1);
}

#[test]
fn what_lies_in_an_items_folder_is_evidence_of_that_item() {
    let copy = Copy::without_evidence();
    for path in [
        "警察局/警03-1_統計表/深/層/表.pdf",
        "警察局/警03-1 統計/表2.pdf",
        "警察局/警０３－１/表3.pdf",
        "警03-1_統計表/表4.pdf",
    ] {
        copy.write(path, b"%PDF-1.7");
    }
    copy.write("警察局/警03-11_別的/表5.pdf", b"%PDF-1.7");
    let examination = examine_with(&copy, &InProcess);
    assert_eq!(examination.inventory.evidence(&"警03-1".into()).count(), 4);
    assert_eq!(said(&copy, "evidence-stray").len(), 1);
}

/// Runs the whole way in a folder, in this process, and gives the output's files.
pub fn compile(copy: &Copy) -> Vec<(String, Vec<u8>)> {
    compile_with(copy, &InProcess)
}

pub fn compile_with(copy: &Copy, runner: &dyn JobRunner) -> Vec<(String, Vec<u8>)> {
    compile_converting(copy, runner, None)
}

pub fn compile_converting(
    copy: &Copy,
    runner: &dyn JobRunner,
    converter: Option<&dyn Converter>,
) -> Vec<(String, Vec<u8>)> {
    let workspace = Workspace::open(&copy.inputs()).unwrap();
    let mut output = huibian::output::OutputFolder::begin(&copy.output(), &copy.inputs()).unwrap();
    let prepared = output.scratch().unwrap();
    let settings = Settings::on(Date::constant(2022, 2, 10));
    let templates = Templates::builtin();
    let surroundings = Surroundings {
        workspace: &workspace,
        runner,
        converter,
        templates: &templates,
        fonts: &FONTS,
        prepared: &prepared,
        progress: &Silent,
    };
    let examination = pipeline::examine(answers::builtin_plan(), &settings, &surroundings).unwrap();
    let source = huibian::workspace::DiskSource { workspace: workspace.clone(), prepared: prepared.clone() };
    pipeline::produce(&examination, &settings, &surroundings, &source, &mut output).unwrap();
    output.commit().unwrap();
    crate::support::workspace::files(&copy.output())
        .into_iter()
        .map(|path| (name(&path, &copy.output()), fs::read(path).unwrap()))
        .collect()
}

fn name(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/")
}

#[test]
fn the_sample_compiles_to_a_bundle_and_every_file_is_accounted_for() {
    let copy = Copy::of_sample();
    let before = copy.snapshot();
    let files = compile(&copy);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "hsinchu-110-self-assessment.zip",
            "佐證目錄.ods",
            "佐證資料.pdf",
            "內部/未印出.csv",
            "內部/檔案總帳.csv",
            "內部/檢核報告.html",
            "內部/檢核結果.txt",
            "內部/產出清單.json",
            "內部/縮圖確認.html",
            "內部/資料來源.csv",
            "函稿.odt",
            "函稿.txt",
            "自評表.odt",
            "自評表.pdf",
            "郵件草稿.eml",
            "郵件草稿.txt",
            "附件/00-contents-目錄.txt",
            "附件/01-self-assessment-自評表.pdf",
            "附件/02-appendices-佐證資料.pdf",
            "附件/03-files/2-6-6_01.ods",
            "附件/dossier.json",
        ]
    );
    let ledger = String::from_utf8(files[4].1.clone()).unwrap();
    assert_eq!(ledger.lines().count(), before.len() + 1);
    for (path, _) in &before {
        let name = name(path, &copy.inputs());
        assert_eq!(ledger.matches(&format!("\n{name},")).count(), 1, "{name}");
    }
    assert_eq!(before, copy.snapshot(), "inputs are never modified");

    // The bundle: one top folder, nothing but what was meant to leave.
    let zip = &files[0].1;
    let mut package =
        huibian::container::Package::open(io::Cursor::new(zip), &huibian::container::WORKBOOK_CAPS).unwrap();
    let entries: Vec<String> = package.entries().iter().map(|entry| entry.name.text.clone()).collect();
    assert!(entries.iter().all(|name| name.starts_with("hsinchu-110-self-assessment/")));
    assert!(
        !entries
            .iter()
            .any(|name| name.ends_with(".xlsx") || name.ends_with(".xls") || name.contains("內部"))
    );
    let json = package.part("hsinchu-110-self-assessment/data/dossier.json").unwrap().unwrap();
    let figures: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(figures["schema"], "huibian-dossier");
    assert_eq!(figures["indicators"].as_array().unwrap().len(), 12);
    // Case rows never leave.
    assert!(!String::from_utf8_lossy(&json).contains("110-01"));
    let form =
        package.part("hsinchu-110-self-assessment/data/01-self-assessment-自評表.pdf").unwrap().unwrap();
    let text: String = huibian::pdf::page_texts(&form).into_iter().map(|page| page.text).collect();
    let text = text.replace([' ', '\n', '\u{3000}'], "");
    assert!(text.contains("共通性指標"), "{text}");
    // A task that feeds two indicators tells its story once and says where.
    assert_eq!(text.matches("每半年召開一次").count(), 1);
    assert!(text.contains("協調聯繫會議」敘明"), "{text}");
    assert!(!text.contains("110-01"));

    let again = compile(&copy);
    assert_eq!(names, again.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
    for ((name, before), (_, after)) in files.iter().zip(&again) {
        assert!(before == after, "{name} differs between two runs");
    }
}

#[test]
fn a_workspace_with_errors_gives_drafts_and_no_bundle_is_left() {
    let copy = Copy::without_evidence();
    fs::create_dir_all(copy.output()).unwrap();
    fs::remove_file(copy.inputs().join("教育處/教育處.xlsx")).unwrap();
    let files = compile(&copy);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "內部/未印出.csv",
            "內部/檔案總帳.csv",
            "內部/檢核報告.html",
            "內部/檢核結果.txt",
            "內部/產出清單.json",
            "內部/縮圖確認.html",
            "內部/資料來源.csv",
            "草稿-佐證目錄.ods",
            "草稿-佐證資料.pdf",
            "草稿-自評表.odt",
            "草稿-自評表.pdf"
        ]
    );
    let form = files.iter().find(|(name, _)| name == "草稿-自評表.pdf").unwrap();
    let text: String = huibian::pdf::page_texts(&form.1).into_iter().map(|page| page.text).collect();
    let text = text.replace([' ', '\n', '\u{3000}'], "");
    assert!(text.contains("草稿") && text.contains("尚缺：教育處"), "{text}");
}

/// Drafts are made while identity numbers stand in the answers: none of them is printed whole.
#[test]
fn no_identity_number_leaves_in_any_output() {
    const NUMBERS: [&str; 4] = ["A100000001", "B200000004", "O199999992", "F900000002"];
    let copy = Copy::without_evidence();
    let plan = answers::builtin_plan();
    let mut secretariat = answers::of_secretariat();
    secretariat["contacts"].as_array_mut().unwrap()[0]
        .as_table_mut()
        .unwrap()
        .insert("name".into(), format!("王{}", NUMBERS[0]).into());
    let bytes =
        huibian::forms::secretariat_workbook(&plan, &answers::secretariat(&plan, &secretariat)).unwrap();
    copy.write("00_秘書單位/00_秘書單位.xlsx", &bytes);
    let police = plan.unit(&"police".into()).unwrap();
    let mut given = answers::of_unit(police);
    given["POL03"]
        .as_table_mut()
        .unwrap()
        .insert("narrative".into(), vec![format!("證號{}", NUMBERS[1])].into());
    given["POL06"].as_table_mut().unwrap()["fields"]
        .as_table_mut()
        .unwrap()
        .insert("mechanism".into(), NUMBERS[2].into());
    let bytes =
        huibian::forms::unit_workbook(&plan, &police.id, &answers::unit(&plan, police, &given)).unwrap();
    copy.write("警察局/警察局.xlsx", &bytes);
    copy.write(&format!("警察局/警03-1_統計表/{}.pdf", NUMBERS[3]), b"%PDF-1.7");
    let files = compile(&copy);
    assert!(!files.iter().any(|(name, _)| name.ends_with(".zip")));
    let (_, form) = files.iter().find(|(name, _)| name.ends_with("自評表.pdf")).unwrap();
    let printed: String = huibian::pdf::page_texts(form).into_iter().map(|page| page.text).collect();
    assert!(printed.replace([' ', '\n'], "").contains("證號〔個資遮蔽〕"), "{printed}");
    for (name, bytes) in &files {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        if name.ends_with(".pdf") {
            text.extend(huibian::pdf::page_texts(bytes).into_iter().map(|page| page.text));
        }
        if name.ends_with(".odt") || name.ends_with(".ods") {
            let parts = crate::bundles::unpacked(bytes).into_iter();
            text.extend(parts.map(|(_, part)| String::from_utf8_lossy(&part).into_owned()));
        }
        for number in NUMBERS {
            assert!(!text.replace([' ', '\n'], "").contains(number), "{number} in {name}");
        }
    }
}

/// A draft shows a page that says so in place of evidence that holds a number; the number is in no file.
#[test]
fn evidence_with_a_number_is_left_out_of_a_draft() {
    let copy = Copy::without_evidence();
    let pdf = crate::support::papers::page_pdf(
        "/MediaBox[0 0 300 200]",
        "BT /F 12 Tf 40 60 Td (O199999992) Tj ET",
        &[],
    );
    copy.write("警察局/警03-1_統計表/名冊.pdf", &pdf);
    let files = compile(&copy);
    let pages = |wanted: &str| -> String {
        let (_, bytes) = files.iter().find(|(name, _)| name.ends_with(wanted)).unwrap();
        let pages = huibian::pdf::page_texts(bytes).into_iter().map(|page| page.text);
        pages.collect::<String>().replace([' ', '\n'], "")
    };
    let appendices = pages("草稿-佐證資料.pdf");
    assert!(appendices.contains("〔個資遮蔽〕") && !appendices.contains("O199999992"), "{appendices}");
    let (_, report) = files.iter().find(|(name, _)| name.ends_with("檢核結果.txt")).unwrap();
    let report = String::from_utf8_lossy(report);
    assert!(report.contains("O1******92") && !report.contains("O199999992"), "{report}");
}

#[test]
fn page_references_of_the_form_are_the_pages_of_the_appendices() {
    let copy = Copy::of_sample();
    let files = compile(&copy);
    let bytes = |wanted: &str| &files.iter().find(|(name, _)| name == wanted).unwrap().1;
    let appendices = huibian::pdf::page_texts(bytes("佐證資料.pdf"));
    let ledger = String::from_utf8(bytes("內部/檔案總帳.csv").clone()).unwrap();
    let mut n_checked = 0;
    for line in ledger.lines().filter(|line| line.contains("裝訂")) {
        let number = line.split("附件 ").nth(1).unwrap().split(['（', '(']).next().unwrap();
        let first: usize = line.split("（第 ").nth(1).unwrap().split('–').next().unwrap().parse().unwrap();
        let page = appendices.iter().find(|page| page.page == first).unwrap();
        assert!(page.text.replace(' ', "").contains(&format!("附件{number}")), "{line}: {}", page.text);
        n_checked += 1;
    }
    assert!(n_checked > 50, "{n_checked}");
}
