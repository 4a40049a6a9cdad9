//! Feeds spoilt files to whatever reads foreign bytes: `cargo run --release --example fuzz -- TARGET
//! SECONDS [FIRST]`, where TARGET is workbook, form, pdf, picture, zip, plan or bundle.
//!
//! A finding is a panic, more than ten seconds of one input, or the end of the process (out of the
//! memory a worker has, a stack overflow): the input then lies in the temporary folder. Each input
//! follows from its number, so a run can be taken up again at FIRST.

mod mutate;

use std::alloc::System;
use std::fs;
use std::io::{self, Cursor};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cap::Cap;
use huibian::assets::plans;
use huibian::bundle::{BundleEntry, BundlePlan, EntrySource, MadeFiles};
use huibian::clearance::clear;
use huibian::container::{Package, WORKBOOK_CAPS, sniff};
use huibian::evidence::{self, PrepareSettings};
use huibian::exhibit::{Handle, ReadSeek};
use huibian::identity::Released;
use huibian::intake::{self, workbook};
use huibian::place::RelPath;
use huibian::plan::{self, Plan, PlanLayer};
use huibian::workspace::{DiskSource, Workspace};
use huibian::{bundle, worker};
use mutate::{Numbers, spoil};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, worker::MEMORY_LIMIT);

/// Longer than this, one file would keep a clerk waiting.
const PATIENCE: Duration = Duration::from_secs(10);

type Read = fn(&[u8], &Plan);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, seconds, first @ ..] = arguments.as_slice() else {
        panic!("fuzz TARGET SECONDS [FIRST]");
    };
    let until = Duration::from_secs(seconds.parse().expect("seconds"));
    let first: u64 = first.first().map_or(0, |number| number.parse().expect("a number"));
    let (read, seeds) = of_target(target);
    assert!(!seeds.is_empty(), "no seeds for {target}");
    // A panic is told by us, once, with its number.
    std::panic::set_hook(Box::new(|_| {}));
    // Deep nesting meets the stack a worker's thread has.
    let target = target.clone();
    let run = move || fuzz(&target, read, &seeds, first, until);
    let run = std::thread::Builder::new().stack_size(64 << 20).spawn(run).expect("a thread");
    std::process::exit(i32::from(run.join().expect("the fuzzer itself does not fail") > 0));
}

fn of_target(target: &str) -> (Read, Vec<Vec<u8>>) {
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs");
    let files = |extensions: &[&str], most: usize| {
        let mut found = Vec::new();
        gather(&inputs, extensions, &mut found);
        found.sort_by_key(|path| (fs::metadata(path).map_or(0, |facts| facts.len()), path.clone()));
        found.truncate(most);
        found.iter().map(|path| fs::read(path).expect("a seed")).collect::<Vec<_>>()
    };
    match target {
        "workbook" => (|bytes, _| drop(workbook::read_workbook(bytes)), files(&["xlsx", "ods", "xls"], 20)),
        "form" => (form, files(&["xlsx", "ods", "xls"], 20)),
        "pdf" => (evidence, files(&["pdf"], 12)),
        "picture" => (evidence, files(&["jpg", "jpeg", "png", "heic", "tif", "bmp", "gif", "webp"], 12)),
        "zip" => (names, files(&["xlsx", "ods", "zip"], 20)),
        "plan" => (lower, plans::builtin(plans::DEFAULT).expect("built in").iter().map(text).collect()),
        "bundle" => (|bytes, _| drop(bundle::verify(bytes)), vec![a_bundle()]),
        other => panic!("no target is called {other}"),
    }
}

fn text((_, text): &(&str, &str)) -> Vec<u8> {
    text.as_bytes().to_vec()
}

struct NothingMade;

impl MadeFiles for NothingMade {
    fn open(&self, _: &str) -> io::Result<Box<dyn ReadSeek + '_>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// A whole bundle with two files.
fn a_bundle() -> Vec<u8> {
    let entry = |name: &str| BundleEntry {
        name: name.to_owned(),
        caption: "示例".to_owned(),
        source: EntrySource::Bytes(name.as_bytes().repeat(50)),
    };
    let plan = BundlePlan {
        top_folder: "sample".to_owned(),
        entries: vec![entry("01-自評表.pdf"), entry("03-files/2-1-3_01.ods")],
        facts: vec![("External-Identifier".to_owned(), "sample-00000000".to_owned())],
    };
    let source = DiskSource {
        workspace: Workspace::open(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("a folder"),
        prepared: PathBuf::new(),
    };
    let mut out = Cursor::new(Vec::new());
    let plan = clear(plan, &Released::default()).expect("holds nobody's number");
    bundle::write(&plan, &source, &NothingMade, &mut out).expect("written to memory");
    out.into_inner()
}

fn gather(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sample") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, extensions, found);
        } else if path
            .extension()
            .is_some_and(|e| extensions.iter().any(|known| e.eq_ignore_ascii_case(known)))
        {
            found.push(path);
        }
    }
}

/// The whole of intake, as the parent does it with what a worker sent.
fn form(bytes: &[u8], plan: &Plan) {
    let Ok(grid) = workbook::read_workbook(bytes) else { return };
    let file = RelPath::new("甲/甲.xlsx");
    drop(workbook::remark_diagnostics(&grid, &file));
    for unit in &plan.units {
        drop(intake::submission(plan, &unit.id, &file, &grid));
    }
    drop(intake::secretariat(plan, &file, &grid));
}

fn evidence(bytes: &[u8], _: &Plan) {
    let settings = PrepareSettings {
        picture_box_points: (482.0, 680.0),
        dpi: 72,
        quality: 60,
        as_pictures: Default::default(),
    };
    let mut store = |_: &[u8]| Ok(Handle("x".to_owned()));
    drop(evidence::prepare(bytes, sniff(bytes), &settings, &mut store));
}

fn names(bytes: &[u8], _: &Plan) {
    let Ok(mut package) = Package::open(Cursor::new(bytes), &WORKBOOK_CAPS) else { return };
    for index in 0..package.entries().len().min(50) {
        let name = package.entries()[index].name.text.clone();
        assert!(bundle::is_safe(&bundle::safe_component(&name)), "{name:?} is made safe");
        drop(package.read(index));
    }
}

fn lower(bytes: &[u8], _: &Plan) {
    let own =
        PlanLayer { file: RelPath::new("plan.toml"), text: String::from_utf8_lossy(bytes).into_owned() };
    let builtin = plans::builtin(plans::DEFAULT).expect("built in");
    let mut layers = PlanLayer::builtin(plans::DEFAULT, builtin);
    layers.push(own);
    drop(plan::lower(&layers));
}

/// The number of findings.
fn fuzz(target: &str, read: Read, seeds: &[Vec<u8>], first: u64, until: Duration) -> usize {
    let layers = PlanLayer::builtin(plans::DEFAULT, plans::builtin(plans::DEFAULT).expect("built in"));
    let plan = plan::lower(&layers).0.expect("the built-in plan");
    let current = std::env::temp_dir().join(format!("huibian-fuzz-{target}.current"));
    let (begun, mut number, mut findings, mut slowest) = (Instant::now(), first, 0, Duration::ZERO);
    while begun.elapsed() < until {
        let mut numbers = Numbers::new(number);
        let seed = &seeds[numbers.below(seeds.len())];
        let input = spoil(seed, &mut numbers);
        // Kept before it is read: what ends the process cannot be told afterwards.
        fs::write(&current, &input).expect("the temporary folder");
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| read(&input, &plan)));
        let took = start.elapsed();
        slowest = slowest.max(took);
        if outcome.is_err() || took > PATIENCE {
            findings += 1;
            let kept = current.with_extension(number.to_string());
            fs::copy(&current, &kept).expect("the temporary folder");
            println!(
                "finding at {number}: {}, {took:?}, {}",
                if outcome.is_err() { "panic" } else { "slow" },
                kept.display()
            );
        }
        number += 1;
    }
    let _ = fs::remove_file(&current);
    println!("{target}: {} inputs from {first}, {findings} findings, slowest {slowest:?}", number - first);
    findings
}
