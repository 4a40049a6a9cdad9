//! The cache: a second run prepares only what changed, gives the same bytes, and trusts nothing damaged.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use huibian::cache::{Cache, Remembering};
use huibian::worker::{InProcess, Job, JobRunner, JobTask, Outcome};

use crate::pipeline::{compile, compile_with, examine_with};
use crate::support::workspace::{Copy, files};

/// Counts the preparations that were really done.
#[derive(Default)]
struct Counting(AtomicUsize);

impl JobRunner for Counting {
    fn run_all(&self, jobs: &[Job], done: &(dyn Fn(&Job) + Sync)) -> io::Result<Vec<Outcome>> {
        let n = jobs.iter().filter(|job| matches!(job.task, JobTask::Prepare { .. })).count();
        self.0.fetch_add(n, Ordering::Relaxed);
        InProcess.run_all(jobs, done)
    }
}

impl Counting {
    fn n(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

fn cache_folder(copy: &Copy) -> PathBuf {
    copy.folder.path().join("cache")
}

/// Compiles with a cache; what came out, and how many files were prepared for it.
fn remembered(copy: &Copy) -> (Vec<(String, Vec<u8>)>, usize) {
    let cache = Arc::new(Cache::at(cache_folder(copy)));
    let counting = Counting::default();
    let outputs = compile_with(copy, &Remembering { runner: Box::new(&counting), cache: cache.clone() });
    (outputs, counting.n())
}

/// `compile_with` commits, which removes what was prepared: a run of `check` fills the cache.
fn fill(copy: &Copy) -> usize {
    let cache = Arc::new(Cache::at(cache_folder(copy)));
    let counting = Counting::default();
    crate::pipeline::examine_then(
        copy,
        &Remembering { runner: Box::new(&counting), cache: cache.clone() },
        || cache.keep(),
    );
    counting.n()
}

#[test]
fn a_second_run_prepares_only_what_changed_and_gives_the_same_bytes() {
    let copy = Copy::of_sample();
    let plain = compile(&copy);
    let n = fill(&copy);
    assert!(n > 50, "{n}");
    assert_eq!(fill(&copy), 0);
    let (outputs, prepared) = remembered(&copy);
    assert_eq!(prepared, 0);
    assert!(outputs == plain, "the cache changes the outputs");

    // One file more, under any name: it alone is prepared.
    copy.write("勞工處/勞05-1_訪視統計/補充.txt", "示例".as_bytes());
    assert_eq!(remembered(&copy).1, 1);
    let moved = copy.inputs().join("勞工處/勞05-1_訪視統計/改名.txt");
    fill(&copy);
    fs::rename(copy.inputs().join("勞工處/勞05-1_訪視統計/補充.txt"), moved).unwrap();
    assert_eq!(fill(&copy), 0);
}

#[test]
fn a_damaged_or_deleted_cache_costs_time_alone() {
    let copy = Copy::of_sample();
    let n = fill(&copy);
    let plain = compile(&copy);
    for (index, entry) in files(&cache_folder(&copy)).into_iter().enumerate() {
        let mut bytes = fs::read(&entry).unwrap();
        match index % 3 {
            0 => bytes.truncate(bytes.len() / 2),
            1 => *bytes.last_mut().unwrap() ^= 1,
            _ => bytes = Vec::new(),
        }
        fs::write(&entry, bytes).unwrap();
    }
    let (outputs, prepared) = remembered(&copy);
    assert_eq!(prepared, n);
    assert!(outputs == plain);
    fs::remove_dir_all(cache_folder(&copy)).unwrap();
    assert_eq!(fill(&copy), n);
}

#[test]
fn nothing_with_an_identity_number_is_kept() {
    const NUMBER: &str = "A100000001";
    let copy = Copy::without_evidence();
    copy.write("警察局/警03-1_統計表/甲.txt", format!("證號 {NUMBER}").as_bytes());
    copy.write("警察局/警03-1_統計表/乙.txt", "證號 A1******01".as_bytes());
    assert_eq!(fill(&copy), 2);
    let kept = files(&cache_folder(&copy));
    assert_eq!(kept.len(), 1, "only the masked one");
    assert!(!String::from_utf8_lossy(&fs::read(&kept[0]).unwrap()).contains(NUMBER));
    assert_eq!(fill(&copy), 1);
    let cache = Arc::new(Cache::at(cache_folder(&copy)));
    let found =
        examine_with(&copy, &Remembering { runner: Box::new(InProcess), cache: cache.clone() }).diagnostics;
    assert_eq!(found.iter().filter(|d| d.rule.id == "identity-number").count(), 1);
}

/// A photo is printed smaller on a page of two than alone: one file, two preparations.
#[test]
fn one_file_in_two_items_is_prepared_for_each() {
    let copy = Copy::without_evidence();
    let photo = files(&crate::support::workspace::sample())
        .into_iter()
        .find(|path| path.extension().is_some_and(|e| e == "jpg"))
        .unwrap();
    let photo = fs::read(photo).unwrap();
    let plan = crate::support::answers::builtin_plan();
    let of = |is_photo_page: bool| {
        let (task, item) = plan.evidence().find(|(_, item)| item.photo_pages == is_photo_page).unwrap();
        format!("{}/{}/a.jpg", plan.unit(&task.unit).unwrap().name, item.folder_name())
    };
    copy.write(&of(true), &photo);
    copy.write(&of(false), &photo);
    let examination = examine_with(&copy, &InProcess);
    let handles: std::collections::BTreeSet<_> = examination
        .preparations
        .values()
        .map(|preparation| match &preparation.content {
            huibian::exhibit::Content::Picture { prepared, .. } => prepared.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(handles.len(), 2);
}
