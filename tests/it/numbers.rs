//! Numbers that were circulated stay: locked, kept through late evidence and changes of the plan, and changed
//! on request only, with the old beside the new.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use huibian::assembly::{self, Material};
use huibian::checks;
use huibian::derivation::Figures;
use huibian::diagnostic::{Diagnostics, Severity};
use huibian::dossier::Dossier;
use huibian::exhibit::{Content, Exhibit};
use huibian::identity::Released;
use huibian::inventory::sha256_hex;
use huibian::numbers::{self, Number, NumberLock};
use huibian::pdf;
use huibian::place::{Place, RelPath};
use huibian::plan::{ItemCode, Plan};
use huibian::submission::SecretariatAnswers;
use jiff::civil::date;
use proptest::prelude::*;

use crate::cli::{Run, run_in};
use crate::pipeline::said;
use crate::support::plans;
use crate::support::workspace::{Copy, files};

const LOCK: &str = "numbers.lock";
const COMPILE: &[&str] = &["compile", "--today", "111-02-10", "--no-compare"];

fn run(copy: &Copy, arguments: &[&str]) -> Run {
    run_in(copy.folder.path(), arguments)
}

fn done(copy: &Copy, arguments: &[&str]) -> String {
    let run = run(copy, arguments);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    run.out
}

fn lock_text(copy: &Copy) -> String {
    fs::read_to_string(copy.inputs().join(LOCK)).unwrap()
}

fn ledger(copy: &Copy) -> String {
    fs::read_to_string(copy.output().join("內部/檔案總帳.csv")).unwrap()
}

/// Lays a photo of the sample under another name.
fn lay_photo(copy: &Copy, name: &str) {
    let photo = fs::read(copy.inputs().join("警察局/警05-1_照片/1100425_IMG_2016.jpg")).unwrap();
    copy.write(name, &photo);
}

#[test]
fn late_evidence_moves_no_number_that_was_locked() {
    let copy = Copy::of_sample();
    let shown = done(&copy, &["numbers", "show"]);
    assert!(shown.contains("2-2-2　警05-3") && shown.contains("編號尚未鎖定"), "{shown}");
    assert!(done(&copy, &["numbers", "lock"]).contains("已鎖定 84 個附件編號，存於"));
    let first = lock_text(&copy);
    assert!(done(&copy, &["numbers", "lock"]).contains("沒有變更"));
    assert_eq!(lock_text(&copy), first);

    // An optional item between two locked ones, a file that sorts first, and one taken away.
    lay_photo(&copy, "警察局/警05-2_網路截圖/貼文.jpg");
    lay_photo(&copy, "警察局/警05-1_照片/00最早.jpg");
    fs::remove_dir_all(copy.inputs().join("警察局/警07-3_新聞稿")).unwrap();
    let before = copy.snapshot();
    done(&copy, COMPILE);
    assert_eq!(copy.snapshot(), before, "compile writes nothing into the inputs");
    let told = ledger(&copy);
    for (file, number) in [
        ("警05-1_照片/1100425_IMG_2016.jpg", "附件 2-2-1(1)（"),
        ("警05-1_照片/1100425_IMG_2017.jpg", "附件 2-2-1(2)（"),
        ("警05-1_照片/00最早.jpg", "附件 2-2-1(3)（"),
        ("警05-2_網路截圖/貼文.jpg", "附件 2-2-1之1（"),
        ("警05-3_文宣樣張", "附件 2-2-2（"),
        ("警08-1_作業程序", "附件 2-6-4（"),
        (LOCK, "讀為附件編號鎖定"),
    ] {
        let line = told.lines().find(|line| line.contains(file)).unwrap();
        assert!(line.contains(number), "{line}");
    }
    let pages = pdf::navigation(fs::read(copy.output().join("佐證資料.pdf")).unwrap()).unwrap();
    let links = pages.pages.iter().flat_map(|page| &page.links);
    let link = links.clone().find(|link| link.text == "2-2-1之1").expect("the index links to it");
    assert!(pages.pages[link.to.unwrap()].text.contains("附件 2-2-1之1"));
    assert!(pages.pages.iter().any(|page| page.text.contains("2-6-3")), "told among what is not attached");
    let form = pdf::navigation(fs::read(copy.output().join("自評表.pdf")).unwrap()).unwrap();
    assert!(form.pages.iter().any(|page| page.text.contains("2-2-1之1")));
    for question in ["2-2-1之1", "2-2-1-1", "附件2-2-1之1"] {
        assert!(done(&copy, &["trace", question]).starts_with("附件 2-2-1之1「"), "{question}");
    }

    // What was added is locked too, and nothing else changes.
    assert!(done(&copy, &["numbers", "lock"]).contains("（新增 1 項）"));
    let second = lock_text(&copy);
    let is_kept = |line: &&str| second.lines().any(|now| now == *line);
    assert_eq!(first.lines().find(|line| !is_kept(line)), None);
    assert!(done(&copy, &["numbers", "show"]).contains("2-2-1之1　警05-2"));
}

#[test]
fn renumbering_tells_old_and_new_and_writes_a_lock_only_when_asked() {
    let copy = Copy::of_sample();
    done(&copy, &["numbers", "lock"]);
    let locked = lock_text(&copy);
    lay_photo(&copy, "警察局/警05-2_網路截圖/貼文.jpg");
    lay_photo(&copy, "警察局/警05-1_照片/00最早.jpg");
    let told = done(&copy, &[COMPILE, &["--renumber"]].concat());
    for line in [
        "  2-2-2 → 2-2-3　警05-3 多語文宣樣張",
        "  2-2-10 → 2-2-11　教02-3 多語文宣樣張",
        "  2-2-1(1) → 2-2-1(2)　1100425_IMG_2016.jpg",
        "huibian numbers lock --renumber",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(!told.contains("2-3-4 →"), "what stays is not told: {told}");
    assert_eq!(lock_text(&copy), locked);
    let appendix = |ledger: &str| {
        let line = ledger.lines().find(|line| line.contains("警05-2_網路截圖/貼文.jpg")).unwrap().to_owned();
        line.split("附件 ").nth(1).unwrap().split('（').next().unwrap().to_owned()
    };
    assert_eq!(appendix(&ledger(&copy)), "2-2-2");
    assert!(ledger(&copy).contains("未採用,依要求重新編號"));

    assert!(done(&copy, &["numbers", "lock", "--renumber"]).contains("2-2-2 → 2-2-3"));
    assert_ne!(lock_text(&copy), locked);
    done(&copy, COMPILE);
    assert_eq!(appendix(&ledger(&copy)), "2-2-2");
    let again = done(&copy, &[COMPILE, &["--renumber"]].concat());
    assert!(again.contains("與已鎖定的編號相同"), "{again}");
}

#[test]
fn a_plan_that_changes_moves_no_number_and_says_what_it_did_to_them() {
    let copy = Copy::without_evidence();
    done(&copy, &["numbers", "lock"]);
    let plan = fs::read_to_string(copy.inputs().join("plan.toml")).unwrap();
    // A new item behind 警05-3, one gone from the end of 警04, one under another name.
    let changes = "[task.POL05.evidence]\nradio = { title = \"廣播側錄\", folder = \"廣播\" }\n\
        [task.POL04.evidence]\nphoto = { absent = true }\n\
        [task.POL02.evidence]\nminutes = { title = \"會議決議\" }\n";
    copy.write("plan.toml", format!("{plan}\n{changes}").as_bytes());
    let shown = run(&copy, &["numbers", "show"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    let numbers: Vec<&str> = shown.out.lines().filter(|line| line.contains("2-2-")).collect();
    let at =
        numbers.iter().position(|line| line.starts_with("2-2-1之") || line.starts_with("2-2-2之")).unwrap();
    assert!(numbers[at].contains("廣播側錄") && numbers[at].ends_with("新增"), "{numbers:?}");
    assert!(numbers.iter().any(|line| line.starts_with("2-2-10　教02-3")), "{numbers:?}");
    assert!(shown.out.contains("2-1-6　勞03-1"), "{}", shown.out);
    assert!(shown.out.contains("2-1-5　警04-5 活動照片（已不在計畫內，保留空號）"), "{}", shown.out);
    assert!(
        shown.err.contains("numbers-lock-item-unknown") && shown.err.contains("2-1-5「警04-5"),
        "{}",
        shown.err
    );
    assert!(
        shown.err.contains("numbers-lock-item-changed") && shown.err.contains("鎖定時為「會議紀錄（函頒）」"),
        "{}",
        shown.err
    );
    // The vacant number is given to nothing else, in the next lock neither.
    assert!(done(&copy, &["numbers", "lock"]).contains("已鎖定"));
    assert!(lock_text(&copy).contains("附件\t2-1-5\t警04-5\t"));
    assert!(
        !run(&copy, &["numbers", "show"]).err.contains("numbers-lock-item-changed"),
        "its new name is known"
    );
}

/// The text with one line changed, and what is told of it.
fn faults(change: impl Fn(&str) -> String) -> Vec<(String, usize)> {
    let plan = plans::real();
    let text = "\u{feff}附件編號鎖定\t1\r\n# 說明\r\n計畫\thsinchu-110\r\n機關\t新竹市政府\r\n年度\t110\r\n\
        附件\t1-2-1\t警02-1\t開會通知單\r\n檔案\t1\t0123456789abcdef\t警察局/警02-1_開會通知/通知.pdf\r\n\
        附件\t1-2-2之1\t警02-2\t會議紀錄（函頒）\r\n";
    let (lock, found) = numbers::read(&change(text), &plan);
    assert_eq!(lock.is_none(), found.block(), "a lock with a fault is not used, one with warnings is");
    found
        .iter()
        .map(|told| match &told.place {
            Place::Text { file, line, .. } if file.as_str() == LOCK => (told.rule.id.to_owned(), *line),
            place => panic!("{place}"),
        })
        .collect()
}

#[test]
fn a_damaged_or_foreign_lock_is_told_with_its_line() {
    assert_eq!(faults(str::to_owned), []);
    let unreadable = "numbers-lock-unreadable";
    for (from, to, rule, line) in [
        ("附件編號鎖定\t1", "附件編號鎖定\t2", unreadable, 1),
        ("年度\t110\r\n", "", unreadable, 1),
        ("年度\t110", "年度\t110\r\n年度\t110", unreadable, 6),
        ("1-2-2之1", "1-2-2之0", unreadable, 8),
        ("1-2-2之1", "1-2-1", unreadable, 8),
        ("警02-2", "警02-1", unreadable, 8),
        ("附件\t1-2-1", "條號\t1-2-1", unreadable, 6),
        ("檔案\t1\t", "檔案\t0\t", unreadable, 7),
        ("檔案\t1\t0123456789abcdef\t", "檔案\t1\t", unreadable, 7),
        ("hsinchu-110", "taipei-110", "numbers-lock-foreign", 3),
        ("新竹市政府", "花蓮縣政府", "numbers-lock-foreign", 4),
        ("年度\t110", "年度\t109", "numbers-lock-foreign", 5),
        ("警02-2", "警02-9", "numbers-lock-item-unknown", 8),
        ("開會通知單", "會議通知", "numbers-lock-item-changed", 6),
        ("1-2-1\t", "2-6-1\t", "numbers-lock-item-changed", 6),
    ] {
        let found = faults(|text| text.replacen(from, to, 1));
        assert!(found.contains(&(rule.to_owned(), line)), "{from} → {to}: {found:?}");
    }
    assert_eq!(faults(|_| String::new()), [(unreadable.to_owned(), 1)]);
}

#[test]
fn a_lock_that_cannot_be_believed_blocks_the_bundle_and_is_not_written_over() {
    let copy = Copy::without_evidence();
    copy.write(LOCK, "附件編號鎖定\t1\n計畫\thsin".as_bytes());
    let found = said(&copy, "numbers-lock-unreadable");
    assert!(!found.is_empty() && found.iter().all(|told| told.severity == Severity::Error));
    for command in [&["numbers", "lock"][..], &["numbers", "lock", "--renumber"], &["numbers", "show"]] {
        let run = run(&copy, command);
        assert!(run.code == 2 && run.err.contains("numbers-lock-unreadable"), "{}{}", run.out, run.err);
    }
    assert_eq!(lock_text(&copy), "附件編號鎖定\t1\n計畫\thsin");
    copy.write(LOCK, &vec![b'#'; 8_000_001]);
    assert!(said(&copy, "numbers-lock-unreadable")[0].message.contains("過大"));
    #[cfg(unix)]
    {
        fs::remove_file(copy.inputs().join(LOCK)).unwrap();
        std::os::unix::fs::symlink("elsewhere", copy.inputs().join(LOCK)).unwrap();
        assert!(said(&copy, "numbers-lock-unreadable")[0].message.contains("捷徑"));
    }
    fs::remove_file(copy.inputs().join(LOCK)).unwrap();
    assert_eq!(said(&copy, "numbers-lock-unreadable"), []);
    let names: Vec<_> = files(&copy.inputs()).into_iter().filter(|path| path.ends_with(LOCK)).collect();
    assert!(names.is_empty());
}

// --- Whatever comes and goes ---

fn exhibit(item: &ItemCode, name: &str, bytes: &str) -> Exhibit {
    Exhibit {
        item: item.clone(),
        source: RelPath::new(format!("單位/{item}_佐證/{name}")),
        bytes: bytes.len() as u64,
        sha256: sha256_hex(bytes.as_bytes()),
        caption: name.to_owned(),
        content: Content::File { reason: "以檔案收錄".to_owned() },
    }
}

fn assembled(plan: &Plan, exhibits: &BTreeMap<ItemCode, Vec<Exhibit>>, lock: Option<&NumberLock>) -> Dossier {
    let submissions = BTreeMap::new();
    let material = Material {
        plan,
        submissions: &submissions,
        secretariat: &SecretariatAnswers::default(),
        figures: &Figures::evaluate(plan, &submissions),
        last: None,
        released: &Released::default(),
        exhibits,
        lock,
        identity: "0badcafe".to_owned(),
        prepared_on: date(2022, 3, 10),
    };
    assembly::assemble(&checks::accept(&Diagnostics::new(), true), &material)
}

/// The numbers of entries by the file they stand for.
fn by_file(dossier: &Dossier) -> BTreeMap<String, String> {
    let entries = dossier.appendices.iter().flat_map(|appendix| &appendix.entries);
    entries.map(|entry| (entry.exhibit.source.to_string(), entry.number.clone())).collect()
}

#[test]
fn files_are_known_again_by_path_bytes_or_name() {
    let plan = plans::real();
    let item = ItemCode("警02-1".to_owned());
    let with = |files: &[(&str, &str)], lock: Option<&NumberLock>| {
        let exhibits = files.iter().map(|(name, bytes)| exhibit(&item, name, bytes)).collect();
        assembled(&plan, &BTreeMap::from([(item.clone(), exhibits)]), lock)
    };
    let numbers = |dossier: &Dossier| -> Vec<String> {
        by_file(dossier)
            .into_iter()
            .map(|(file, number)| format!("{} {number}", &file[file.rfind('/').unwrap() + 1..]))
            .collect()
    };
    let first = with(&[("a.pdf", "1"), ("b.pdf", "2"), ("c.pdf", "3")], None);
    let lock = NumberLock::of(&plan, &first, None);
    // a is corrected, b renamed, c taken away, d new.
    let second = with(&[("a.pdf", "9"), ("d.pdf", "4"), ("z.pdf", "2")], Some(&lock));
    assert_eq!(numbers(&second), ["a.pdf 1-2-1(1)", "d.pdf 1-2-1(4)", "z.pdf 1-2-1(2)"]);
    // The only one left still has its number, and the one in place of the only one too.
    assert_eq!(numbers(&with(&[("c.pdf", "3")], Some(&lock))), ["c.pdf 1-2-1(3)"]);
    let one = NumberLock::of(&plan, &with(&[("a.pdf", "1")], None), None);
    assert_eq!(numbers(&with(&[("更正.pdf", "2")], Some(&one))), ["更正.pdf 1-2-1"]);
    assert_eq!(
        numbers(&with(&[("a.pdf", "1"), ("0.pdf", "2")], Some(&one))),
        ["0.pdf 1-2-1(2)", "a.pdf 1-2-1(1)"]
    );
}

#[test]
fn a_lock_bears_no_identity_number_and_still_knows_the_file() {
    let plan = plans::real();
    let item = ItemCode("警02-1".to_owned());
    let exhibits = |names: &[&str]| {
        let exhibits = names.iter().map(|name| exhibit(&item, name, name)).collect();
        BTreeMap::from([(item.clone(), exhibits)])
    };
    let names = ["簽到A100000001.pdf", "通知.pdf"];
    let lock = NumberLock::of(&plan, &assembled(&plan, &exhibits(&names), None), None);
    assert!(!lock.write().contains("A100000001"), "{}", lock.write());
    let later = by_file(&assembled(&plan, &exhibits(&["更早.pdf", names[0], names[1]]), Some(&lock)));
    assert_eq!(later[&exhibit(&item, names[0], "").source.to_string()], "1-2-1(1)");
}

/// One state of the collecting: which items the plan has, and how many files lie in each.
fn state(n_items: usize) -> impl Strategy<Value = Vec<Option<Vec<u8>>>> {
    let files = prop::collection::vec(0u8..5, 0..4);
    prop::collection::vec(prop::option::weighted(0.8, files), n_items)
}

fn laid(plan: &Plan, state: &[Option<Vec<u8>>]) -> (Plan, BTreeMap<ItemCode, Vec<Exhibit>>) {
    let kept: BTreeMap<ItemCode, &Option<Vec<u8>>> =
        plan.evidence().map(|(_, item)| item.code.clone()).zip(state).collect();
    let mut plan = plan.clone();
    for task in &mut plan.tasks {
        task.evidence.retain(|item| kept[&item.code].is_some());
    }
    let files = |code: &ItemCode, names: &Vec<u8>| -> Vec<Exhibit> {
        let names: BTreeSet<u8> = names.iter().copied().collect();
        names
            .into_iter()
            .map(|name| exhibit(code, &format!("{name}.ods"), &format!("{code}{name}")))
            .collect()
    };
    let exhibits = kept
        .iter()
        .filter_map(|(code, names)| Some((code.clone(), files(code, names.as_ref()?))))
        .filter(|(_, files)| !files.is_empty())
        .collect();
    (plan, exhibits)
}

fn unique<T: Ord>(values: impl IntoIterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    values.into_iter().all(|value| seen.insert(value))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_and_goes_locked_numbers_stay(states in prop::collection::vec(state(plans::real().evidence().count()), 2..5)) {
        let whole = plans::real();
        let mut lock: Option<NumberLock> = None;
        for state in &states {
            let (plan, exhibits) = laid(&whole, state);
            let dossier = assembled(&plan, &exhibits, lock.as_ref());
            let numbers: Vec<Number> =
                dossier.appendices.iter().map(|appendix| Number::parse(&appendix.number).unwrap()).collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "unique and in order: {numbers:?}");
            let entries = || dossier.appendices.iter().flat_map(|appendix| &appendix.entries);
            prop_assert!(unique(entries().map(|entry| &entry.number)));
            prop_assert!(unique(entries().filter_map(|entry| entry.bundle_name.as_deref())));
            prop_assert!(entries().filter_map(|entry| entry.bundle_name.as_deref()).all(str::is_ascii));
            for old in lock.iter().flat_map(|lock| &lock.appendices) {
                let now = dossier.appendices.iter().find(|appendix| appendix.item == old.item);
                prop_assert_eq!(now.is_some(), plan.item(&old.item).is_some(), "an item of the plan is told");
                for now in dossier.appendices.iter().filter(|appendix| appendix.number == old.number.to_string()) {
                    prop_assert_eq!(&now.item, &old.item, "a vacant number is given to nothing else");
                }
                prop_assert!(now.is_none_or(|now| now.number == old.number.to_string()));
            }
            let next = NumberLock::of(&plan, &dossier, lock.as_ref());
            for old in lock.iter().flat_map(|lock| &lock.appendices) {
                let kept = next.get(&old.item).unwrap();
                prop_assert_eq!(&kept.number, &old.number);
                for file in old.files.iter().filter(|_| old.files.len() > 1) {
                    prop_assert!(kept.files.iter().any(|now| now.place == file.place && now.path == file.path));
                }
            }
            let (read, told) = numbers::read(&next.write(), &plan);
            prop_assert!(!told.block(), "{told:?}");
            prop_assert_eq!(read.as_ref(), Some(&next));
            prop_assert_eq!(&assembled(&plan, &exhibits, Some(&next)), &dossier, "locking changes nothing printed");
            lock = Some(next);
        }
    }
}
