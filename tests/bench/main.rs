//! Speed and memory of `compile` as ratios against floors measured in the same run.
//!
//! `cargo run --release --example bench` (after `cargo build --release`). The floors: Typst on the same
//! pages, `sha256sum` of the inputs, `vipsthumbnail` (Debian: libvips-tools) on the photos. Loads: the
//! shipped sample, and 5 units × 40 files, half of them photos of 12 megapixels. Linux only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use huibian::assets::{Templates, plans};
use huibian::pipeline::{self, Progress, Settings, Surroundings};
use huibian::plan::{self, Demand, Plan, PlanLayer, Standing};
use huibian::typeset::{self, Fonts};
use huibian::worker::Processes;
use huibian::workspace::Workspace;
use jiff::civil::Date;

const RUNS: usize = 3;

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
    let load = work.path().join("load");
    write_load(&sample, &load);
    for (name, inputs) in [("sample", &sample), ("5 units × 40 files", &load)] {
        measure(name, inputs, &program, work.path());
    }
}

fn measure(name: &str, inputs: &Path, program: &Path, work: &Path) {
    let files = files(inputs);
    let bytes: u64 = files.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    println!("\n{name}: {} files, {:.1} MB", files.len(), bytes as f64 / 1e6);
    let out = work.join("out");
    let median = |arguments: &[&str]| {
        let mut runs: Vec<(Duration, u64, u64)> =
            (0..RUNS).map(|_| compile(program, inputs, &out, arguments)).collect();
        runs.sort();
        runs[RUNS / 2]
    };
    let (time, parent, worker) = median(&["--no-cache"]);
    // Fills the cache, so that what is measured is a run like the second of a clerk's.
    compile(program, inputs, &out, &[]);
    let (again, ..) = median(&[]);
    let floors = [
        ("Typst on the same pages", typst(inputs, program)),
        ("sha256sum of the inputs", command(Command::new("sha256sum").args(&files))),
        ("vipsthumbnail on the photos", thumbnails(&files, work)),
    ];
    let sum: Duration = floors.iter().map(|(_, time)| *time).sum();
    for (floor, time) in floors {
        println!("  {floor:<28} {:>7.2} s", time.as_secs_f64());
    }
    println!("  {:<28} {:>7.2} s", "sum of the floors", sum.as_secs_f64());
    println!("  {:<28} {:>7.2} s  (median of {RUNS})", "compile", time.as_secs_f64());
    println!("  compile / floors             {:>7.2}", time.as_secs_f64() / sum.as_secs_f64());
    println!("  second run / first           {:>7.2}", again.as_secs_f64() / time.as_secs_f64());
    println!("  peak memory                  parent {} MB, a worker {} MB", parent / 1000, worker / 1000);
}

/// Wall time, and the parent's and the largest worker's peak in kB.
fn compile(program: &Path, inputs: &Path, out: &Path, arguments: &[&str]) -> (Duration, u64, u64) {
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(["compile", "--today", "111-02-10", "--no-convert", "--out"])
        .args([out, inputs])
        .args(arguments)
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
        std::thread::sleep(Duration::from_millis(5));
    }
    (start.elapsed(), parent, worker)
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
fn typst(inputs: &Path, program: &Path) -> Duration {
    let workspace = Workspace::open(inputs).unwrap();
    let prepared = tempfile::tempdir().unwrap();
    let settings = Settings { today: Date::constant(2022, 2, 10), draft: false };
    let templates = Templates::builtin();
    let start = Instant::now();
    let fonts = Fonts::embedded().unwrap();
    let loading = start.elapsed();
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
    let start = Instant::now();
    typeset::appendices(&dossier, &templates, &fonts).unwrap();
    typeset::form(&dossier, &templates, &fonts).unwrap();
    loading + start.elapsed()
}

fn builtin_plan() -> Plan {
    let layers = PlanLayer::builtin(plans::DEFAULT, plans::builtin(plans::DEFAULT).unwrap());
    plan::lower(&layers).0.unwrap()
}

fn thumbnails(files: &[PathBuf], work: &Path) -> Duration {
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

fn command(command: &mut Command) -> Duration {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?} is needed for the floors");
    start.elapsed()
}

/// The sample's workbooks with other evidence: 20 photos and 20 PDFs a unit.
fn write_load(sample: &Path, load: &Path) {
    let plan = builtin_plan();
    let photo = photo();
    let document = files(sample).into_iter().find(|path| path.to_string_lossy().contains("核定版")).unwrap();
    let document = fs::read(document).unwrap();
    for path in
        files(sample).into_iter().filter(|path| path.components().count() <= sample.components().count() + 2)
    {
        let target = load.join(path.strip_prefix(sample).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(path, target).unwrap();
    }
    let mut n = 0u32;
    for unit in &plan.units {
        let tasks: Vec<_> = plan.tasks_of(&unit.id).filter(|task| task.id.as_str() != "LAB06").collect();
        let items: Vec<_> = tasks.iter().flat_map(|task| &task.evidence).collect();
        let (photos, mut others): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.photo_pages);
        // What the plan itself demands comes first, so that the load compiles to a bundle.
        others.sort_by_key(|item| item.demand != Demand::Required(Standing::Official));
        for index in 0..20 {
            for (item, bytes, extension) in [
                (photos[index % photos.len()], &photo, "jpg"),
                (others[index % others.len()], &document, "pdf"),
            ] {
                n += 1;
                let folder = load.join(&unit.name).join(item.folder_name());
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join(format!("{n:04}.{extension}")), numbered(bytes, n)).unwrap();
            }
        }
    }
}

/// The same content with other bytes: a comment where the format allows one.
fn numbered(bytes: &[u8], n: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if bytes.starts_with(&[0xff, 0xd8]) {
        let comment = [&[0xff, 0xfe, 0, 6][..], &n.to_be_bytes()].concat();
        bytes.splice(2..2, comment);
    } else {
        bytes.extend(format!("%{n}\n").bytes());
    }
    bytes
}

/// Twelve megapixels with the grain of a real photograph.
fn photo() -> Vec<u8> {
    let mut seed = 1u32;
    let picture = image::RgbImage::from_fn(4000, 3000, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (seed >> 28) as u8;
        let wave = ((x as f32 / 37.0).sin() * 40.0 + (y as f32 / 53.0).cos() * 40.0) as i32 + 128;
        image::Rgb([wave as u8 / 2 + grain, (x / 20) as u8 / 2 + grain, (y / 15) as u8 / 2 + grain])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 92).encode_image(&picture).unwrap();
    bytes
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(at) = pending.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { pending.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
