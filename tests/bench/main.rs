//! Speed and memory of `compile` as ratios against floors measured in the same run.
//!
//! `cargo run --release --example bench` (after `cargo build --release`). The floors: Typst on the same
//! pages, `sha256sum` of the inputs, `vipsthumbnail` (Debian: libvips-tools) on the photos; for the fidelity
//! guard two passes of `pdftoppm` (poppler-utils) at 72 dpi, for office files one warm LibreOffice. Loads: the
//! shipped sample, and 5 units × 40 files, half of them photos of 12 megapixels. With `-- load-l`: 400 photos,
//! 150 documents of 2,000 pages and 50 office files, and a tenth of that. With `-- marking`: a workbook marked up
//! beside five readings of it. Linux only.

mod cost;
mod load;
mod marking;
mod office;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use huibian::assets::{Templates, plans};
use huibian::clearance::clear;
use huibian::pipeline::{self, Progress, Settings, Surroundings};
use huibian::plan::{self, Plan, PlanLayer};
use huibian::typeset::{self, Fonts};
use huibian::worker::Processes;
use huibian::workspace::Workspace;
use jiff::civil::Date;

use cost::{Clock, Cost, Of};
use load::{Share, files};

const RUNS: usize = 3;
const NO_OFFICE: &[&str] = &["--no-convert"];

struct Silent;

impl Progress for Silent {
    fn phase(&self, _: &str, _: usize) {}
    fn step(&self) {}
}

fn main() {
    let program = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("huibian");
    assert!(program.exists(), "run `cargo build --release` first");
    let work = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs");
    if std::env::args().any(|argument| argument == "marking") {
        return marking::measure();
    }
    if std::env::args().any(|argument| argument == "load-l") {
        load_l(&sample, &program, work.path(), !std::env::args().any(|argument| argument == "tenth"));
        return;
    }
    let load = work.path().join("load");
    let document = files(&sample).into_iter().find(|path| path.to_string_lossy().contains("核定版")).unwrap();
    let document = fs::read(document).unwrap();
    let share = Share { photos: 20, documents: vec![1; 20] };
    let photos = [load::photo(1, 92)];
    load::write(&sample, &load, &builtin_plan(), &photos, &mut |_| document.clone(), &share);
    for (name, inputs) in [("sample", &sample), ("5 units × 40 files", &load)] {
        measure(name, inputs, &program, work.path(), RUNS);
    }
    repeating(&load, &program, work.path(), NO_OFFICE);
}

/// A tenth of the photos and pages (in more documents, since the plan demands some), then, if asked, the whole
/// load: 5 units × (80 photos, 10 documents of 14 pages, 20 of 13).
fn load_l(sample: &Path, program: &Path, work: &Path, whole: bool) {
    let book = form(sample, program);
    let mut document = |n_pages| load::first_pages(&book, n_pages);
    let photos: Vec<Vec<u8>> = (1..4).map(|seed| load::photo(seed, 75)).collect();
    let mut costs = Vec::new();
    let loads = [
        ("a tenth of load L", Share { photos: 8, documents: vec![2; 20] }, 5),
        ("load L", Share { photos: 80, documents: [vec![14; 10], vec![13; 20]].concat() }, 50),
    ];
    let kinds = office::kinds(sample, program, work);
    for (name, share, n_office) in loads.into_iter().take(if whole { 2 } else { 1 }) {
        let inputs = work.join("load");
        load::write(sample, &inputs, &builtin_plan(), &photos, &mut document, &share);
        let cost = measure(name, &inputs, program, work, 1);
        guard(&inputs, program, work, cost);
        costs.push(cost);
        load::add_documents(sample, &inputs, &builtin_plan(), &kinds, n_office);
        converting(&inputs, program, work, cost);
        repeating(&inputs, program, work, &[]);
        fs::remove_dir_all(&inputs).unwrap();
    }
    if let [tenth, whole] = costs[..] {
        println!("\n  ten times the evidence       {} times as long", whole.over(tenth));
    }
}

/// What office files among the evidence cost beside LibreOffice alone.
fn converting(inputs: &Path, program: &Path, work: &Path, without: Cost) {
    let (with, ..) = compile(program, inputs, &work.join("out"), &["--no-cache", "--no-compare"]);
    let cost = with - without;
    let floor = office::warm_conversion(inputs, work);
    println!("  {:<28} {}", "one warm LibreOffice", floor.shown());
    println!("  {:<28} {}", "the office files", cost.shown());
    println!("  office files / LibreOffice   {}", cost.over(floor));
}

/// What a clerk waits for after mending one cell, beside the first run. Everything is on that is on for a clerk.
fn repeating(inputs: &Path, program: &Path, work: &Path, options: &[&str]) {
    let out = work.join("repeated");
    let (first, ..) = compile(program, inputs, &out, options);
    load::change_a_cell(inputs);
    let (second, ..) = compile(program, inputs, &out, options);
    println!("  {:<28} {}", "first run, all of it", first.shown());
    println!("  {:<28} {}", "second run, one cell changed", second.shown());
    println!("  second / first               {}", second.over(first));
}

/// What comparing every bound page costs beside two passes of another renderer.
fn guard(inputs: &Path, program: &Path, work: &Path, without: Cost) {
    let (with, ..) = compile(program, inputs, &work.join("out"), &["--no-cache", "--no-convert"]);
    let clock = Clock::start(Of::Children);
    for path in
        files(inputs).iter().filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
    {
        command(Command::new("pdftoppm").args(["-r", "72"]).args([path, &work.join("drawn")]));
        for drawn in fs::read_dir(work)
            .unwrap()
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "ppm"))
        {
            fs::remove_file(drawn.path()).unwrap();
        }
    }
    let pass = clock.cost();
    let cost = with - without;
    println!("  {:<28} {}", "one pass of pdftoppm", pass.shown());
    println!("  {:<28} {}", "the guard", cost.shown());
    println!("  guard / two passes           {}", cost.over(pass.twice()));
}

/// Prints the figures of a load and gives the time of a run without the guard.
fn measure(name: &str, inputs: &Path, program: &Path, work: &Path, n_runs: usize) -> Cost {
    let files = files(inputs);
    let bytes: u64 = files.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    println!("\n{name}: {} files, {:.1} MB", files.len(), bytes as f64 / 1e6);
    println!("  {:<28}    clock  processors", "");
    let mut runs: Vec<(Cost, u64, u64)> = (0..n_runs)
        .map(|_| {
            let options = ["--no-compare", "--no-cache", "--no-convert"];
            compile(program, inputs, &work.join("out"), &options)
        })
        .collect();
    runs.sort_by(|a, b| a.0.wall.total_cmp(&b.0.wall));
    let (cost, parent, worker) = runs[n_runs / 2];
    let floors = [
        ("Typst on the same pages", typst(inputs, program)),
        ("sha256sum of the inputs", command(Command::new("sha256sum").args(&files))),
        ("vipsthumbnail on the photos", thumbnails(&files, work)),
    ];
    let sum = floors.iter().fold(Cost::default(), |sum, (_, cost)| sum + *cost);
    for (floor, cost) in floors {
        println!("  {floor:<28} {}", cost.shown());
    }
    println!("  {:<28} {}", "sum of the floors", sum.shown());
    println!("  {:<28} {}  (median of {n_runs}, without the guard)", "compile", cost.shown());
    println!("  compile / floors             {}", cost.over(sum));
    let output: u64 =
        load::files(&work.join("out")).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    println!(
        "  peak memory                  parent {} MB, a worker {} MB; output {} MB",
        parent / 1000,
        worker / 1000,
        output / 1_000_000
    );
    cost
}

/// What it costs, and the parent's and the largest worker's peak in kB.
fn compile(program: &Path, inputs: &Path, out: &Path, options: &[&str]) -> (Cost, u64, u64) {
    let clock = Clock::start(Of::Children);
    let mut child = Command::new(program)
        .arg("compile")
        .args(options)
        .args(["--today", "111-02-10", "--out"])
        .args([out, inputs])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut parent, mut worker) = (0, 0);
    while running(&mut child) {
        parent = parent.max(peak_kb(child.id()));
        let children =
            fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).unwrap_or_default();
        let threads = fs::read_dir(format!("/proc/{}/task", child.id())).into_iter().flatten().flatten();
        let of_threads = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        for id in std::iter::once(children)
            .chain(of_threads)
            .flat_map(|ids| ids.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>())
        {
            worker = worker.max(peak_kb(id));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    (clock.cost(), parent, worker)
}

fn running(child: &mut Child) -> bool {
    match child.try_wait().unwrap() {
        Some(status) => {
            assert!(status.success(), "compile ended with {status}");
            false
        }
        None => true,
    }
}

fn peak_kb(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Loading the fonts, typesetting form and appendices: what Typst alone would take.
fn typst(inputs: &Path, program: &Path) -> Cost {
    typeset(inputs, program).0
}

/// The sample's form, as a document of many pages.
fn form(sample: &Path, program: &Path) -> Vec<u8> {
    typeset(sample, program).1
}

fn typeset(inputs: &Path, program: &Path) -> (Cost, Vec<u8>) {
    let workspace = Workspace::open(inputs).unwrap();
    let prepared = tempfile::tempdir().unwrap();
    let settings = Settings { compare: false, ..Settings::on(Date::constant(2022, 2, 10)) };
    let templates = Templates::builtin();
    let clock = Clock::start(Of::ThisProcess);
    let fonts = Fonts::embedded().unwrap();
    let loading = clock.cost();
    let surroundings = Surroundings {
        workspace: &workspace,
        runner: &Processes::of(program.to_owned()),
        converter: None,
        templates: &templates,
        fonts: &fonts,
        prepared: prepared.path(),
        progress: &Silent,
    };
    let examination = pipeline::examine(builtin_plan(), &settings, &surroundings).unwrap();
    let dossier = pipeline::dossier(&examination, &settings);
    let clock = Clock::start(Of::ThisProcess);
    typeset::appendices(&clear(&dossier, &examination.released).unwrap(), &templates, &fonts).unwrap();
    let form = typeset::form(&clear(&dossier, &examination.released).unwrap(), &templates, &fonts).unwrap();
    (loading + clock.cost(), form.pdf)
}

fn builtin_plan() -> Plan {
    let layers = PlanLayer::builtin(plans::DEFAULT, plans::builtin(plans::DEFAULT).unwrap());
    plan::lower(&layers).0.unwrap()
}

fn thumbnails(files: &[PathBuf], work: &Path) -> Cost {
    let out = work.join("thumbnails");
    fs::create_dir_all(&out).unwrap();
    let photos = files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    command(
        Command::new("vipsthumbnail")
            .args(["--size", "1261x1261", "-o"])
            .arg(out.join("%s.jpg[Q=85,strip]"))
            .args(photos),
    )
}

fn command(command: &mut Command) -> Cost {
    let clock = Clock::start(Of::Children);
    let status = command.stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?} is needed for the floors");
    clock.cost()
}
