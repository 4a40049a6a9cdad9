//! The same binary, started as a worker: a job in, a result out, under limits of memory and time.
//!
//! What can abort, hang or devour memory — foreign workbooks, PDFs, pictures — runs here, so that
//! one bad file never ends the run. Speaks one JSON value a line over standard input and output;
//! knows the jobs, nothing of plans or of what the results are used for.

mod repairing;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base64;
use crate::bundle;
use crate::corrections::CorrectionList;
use crate::editable::{self, Values};
use crate::evidence::{self, Closed, PrepareSettings};
use crate::exhibit::{Handle, Preparation};
use crate::extract;
use crate::fragment::Fragment;
use crate::grid::{Grid, GridFailure};
use crate::intake::{identify, workbook};
use crate::inventory::{MediaType, Member, sha256_hex};
use crate::markup;
use crate::navigation::Navigation;
use crate::pdf;
use crate::place::RelPath;
use crate::received::Reception;
use crate::repair::CellRepair;
use crate::workspace;

pub use repairing::{Left, Repaired};

/// The subcommand under which the binary serves as a worker; hidden from `--help`.
pub const SUBCOMMAND: &str = "worker";

/// Heap of a worker process, in bytes. A submission within the published caps needs a tenth of it;
/// a decompression bomb meets it before the machine does.
pub const MEMORY_LIMIT: usize = 1 << 30;

/// Time for one file before its worker is ended.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// A zip of the largest size allowed is inflated, written and digested; a whole volume is followed.
const UNPACKING_LIMIT: Duration = Duration::from_secs(120);

/// One file to be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub path: PathBuf,
    /// Digest taken at intake: a file that changed since is not read.
    pub sha256: String,
    pub task: JobTask,
}

impl Job {
    /// One name for all jobs of one outcome: a digest of the bytes' digest and of what is made of them,
    /// wherever they lie. Lower-case hex.
    pub fn key(&self) -> String {
        // Numbers and words always serialise.
        let settings_text = |settings| serde_json::to_string(settings).unwrap_or_default();
        let text = match &self.task {
            JobTask::Prepare { media_type, settings, .. } => {
                format!("prepare {media_type:?}\n{}\n{}", self.sha256, settings_text(settings))
            }
            JobTask::PrepareConverted { origin, settings, .. } => {
                format!("converted\n{origin}\n{}", settings_text(settings))
            }
            // Prepared files are named by what they were made from.
            JobTask::Compare { prepared, pages } => {
                format!("compare {pages:?}\n{}\n{:?}", self.sha256, prepared.file_name())
            }
            JobTask::Thumbnail { prepared, pages } => {
                format!("thumbnail {pages:?}\n{}\n{:?}", self.sha256, prepared.file_name())
            }
            JobTask::Navigate => format!("navigate\n{}", self.sha256),
            JobTask::ReadWorkbook => format!("read\n{}", self.sha256),
            JobTask::ReadForm => format!("form\n{}", self.sha256),
            JobTask::ReceiveBundle => format!("receive\n{}", self.sha256),
            JobTask::ReceiveFigures => format!("figures\n{}", self.sha256),
            JobTask::LookThrough { media_type } => format!("look {media_type:?}\n{}", self.sha256),
            JobTask::MarkWorkbook { .. } => format!("mark\n{}", self.sha256),
            JobTask::RepairWorkbook { .. } => format!("repair\n{}", self.sha256),
            JobTask::FillForm { values, .. } => {
                format!("fill\n{}\n{}", self.sha256, serde_json::to_string(values).unwrap_or_default())
            }
            JobTask::Unpack { archive, .. } => format!("unpack {archive}\n{}", self.sha256),
        };
        sha256_hex(text.as_bytes())
    }

    /// Where the job writes what it prepares; `None` for jobs that prepare nothing.
    pub fn prepares_in(&self) -> Option<&Path> {
        match &self.task {
            JobTask::Prepare { folder, .. } | JobTask::PrepareConverted { folder, .. } => Some(folder),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum JobTask {
    /// Every cell.
    ReadWorkbook,
    /// Everything written in a workbook, answers or not, for the privacy gate.
    LookThrough { media_type: MediaType },
    /// What may be a submission: of a workbook that is none of our forms, its sheets' names alone.
    ReadForm,
    /// Verify another's bundle and take its figures out.
    ReceiveBundle,
    /// Take the figures out of a `dossier.json`.
    ReceiveFigures,
    Prepare {
        media_type: MediaType,
        settings: PrepareSettings,
        /// Folder of prepared files; the worker writes `<key>-<n>` there, from 0.
        folder: PathBuf,
    },
    /// Prepares a PDF that a converter made. Its own bytes tell the time it was made at, so that what is
    /// prepared is named after the document it was made from.
    PrepareConverted {
        /// Converter and digest of the document.
        origin: String,
        settings: PrepareSettings,
        folder: PathBuf,
    },
    /// Takes a zip's members out into the folder of prepared files.
    Unpack {
        /// The zip's own path in the workspace.
        archive: RelPath,
        folder: PathBuf,
    },
    /// A copy of a workbook with its faults marked, written to `folder` as `<sha256>-marked`.
    MarkWorkbook { corrections: CorrectionList, folder: PathBuf },
    /// A copy of a workbook with cells repaired, written to `folder` as `<sha256>-repaired`.
    RepairWorkbook { repairs: Vec<CellRepair>, folder: PathBuf },
    /// A form of the agency's own filled in, written to `folder` as `<sha256>-filled`.
    FillForm { values: Values, folder: PathBuf },
    /// The ways through a finished document of ours.
    Navigate,
    /// Draws pages of a document and of what was prepared from it, and compares them.
    Compare {
        /// Where the prepared document lies.
        prepared: PathBuf,
        /// Counted from 1.
        pages: Vec<usize>,
    },
    /// Small pictures of what was prepared from a file.
    Thumbnail {
        /// Where the prepared document or picture lies.
        prepared: PathBuf,
        /// Counted from 1; none: it is a picture.
        pages: Vec<usize>,
    },
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Workbook(Grid),
    NoWorkbook(GridFailure),
    LookedThrough(Vec<Fragment>),
    Prepared(Preparation),
    Unpacked(Vec<Member>),
    /// A zip that is not opened.
    Closed(Closed),
    Marked(Handle),
    /// There can be no marked copy; why, as told to users.
    Unmarkable(String),
    Repaired(Repaired),
    /// The form filled in; none when there is nothing that could be sent.
    Filled(Option<Handle>, editable::Findings),
    Compared(pdf::Comparison),
    /// JPEGs in base64, in the order of the pages; `None`: cannot be drawn.
    Thumbnails(Vec<Option<String>>),
    /// `None`: it cannot be opened.
    Navigated(Option<Navigation>),
    Received(Reception),
    Failed(Failure),
}

impl Outcome {
    /// Of a job that receives figures: them, or why there are none.
    pub fn reception(self) -> Reception {
        let refused = |reason: &str| Reception::Refused(reason.to_owned());
        match self {
            Outcome::Received(reception) => reception,
            Outcome::Failed(Failure::TimedOut) => refused("驗證時間超過上限"),
            Outcome::Failed(Failure::Unreadable(reason)) => Reception::Refused(format!("無法讀取：{reason}")),
            Outcome::Failed(Failure::Changed) => refused("檔案在執行中被修改"),
            _ => refused("過大或已損壞，無法在限制內驗證"),
        }
    }
}

/// Why a job came to nothing, apart from what is wrong with the file's format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "why", content = "detail")]
pub enum Failure {
    /// The worker died: out of memory, a stack overflow, a fault in a decoder.
    Crashed,
    TimedOut,
    /// The operating system's words.
    Unreadable(String),
    /// The bytes are not those that were digested.
    Changed,
    /// The prepared file could not be kept: the disk is full or cannot be written.
    NoRoom(String),
}

/// Does a job in this process. Called by worker processes, and by tests directly.
pub fn run(job: &Job) -> Outcome {
    let result = match &job.task {
        JobTask::ReadWorkbook => read_workbook(job, |grid| grid),
        JobTask::ReadForm => read_workbook(job, form_alone),
        JobTask::ReceiveBundle => bytes_of(job).map(|bytes| Outcome::Received(bundle::receive(&bytes))),
        JobTask::ReceiveFigures => {
            bytes_of(job).map(|bytes| Outcome::Received(bundle::receive_figures(&bytes)))
        }
        JobTask::Prepare { media_type, settings, folder } => prepare(job, *media_type, settings, folder),
        JobTask::PrepareConverted { settings, folder, .. } => prepare(job, MediaType::Pdf, settings, folder),
        JobTask::Unpack { archive, folder } => unpack(job, archive, folder),
        JobTask::LookThrough { media_type } => look_through(job, *media_type),
        JobTask::Navigate => bytes_of(job).map(|bytes| Outcome::Navigated(pdf::navigation(bytes))),
        JobTask::Compare { prepared, pages } => compare(job, prepared, pages),
        JobTask::Thumbnail { prepared, pages } => thumbnail(prepared, pages),
        JobTask::MarkWorkbook { corrections, folder } => mark_workbook(job, corrections, folder),
        JobTask::RepairWorkbook { repairs, folder } => repairing::repair(job, repairs, folder),
        JobTask::FillForm { values, folder } => fill_form(job, values, folder),
    };
    result.unwrap_or_else(Outcome::Failed)
}

/// The file's bytes, if they are still those that were digested.
fn bytes_of(job: &Job) -> Result<Vec<u8>, Failure> {
    let bytes = fs::read(&job.path).map_err(|error| Failure::Unreadable(error.to_string()))?;
    if sha256_hex(&bytes) == job.sha256 { Ok(bytes) } else { Err(Failure::Changed) }
}

fn read_workbook(job: &Job, wanted: impl Fn(Grid) -> Grid) -> Result<Outcome, Failure> {
    Ok(match workbook::read_workbook(&bytes_of(job)?) {
        Ok(grid) => Outcome::Workbook(wanted(grid)),
        Err(failure) => Outcome::NoWorkbook(failure),
    })
}

/// Without the cells of what is none of our forms: two million of each of several such would fill
/// the parent.
fn form_alone(mut grid: Grid) -> Grid {
    if identify(&grid).is_none() {
        grid.sheets.iter_mut().for_each(|sheet| {
            sheet.cells.clear();
            sheet.computed.clear();
        });
    }
    grid
}

fn look_through(job: &Job, media_type: MediaType) -> Result<Outcome, Failure> {
    Ok(Outcome::LookedThrough(extract::extract(&bytes_of(job)?, media_type).fragments))
}

fn compare(job: &Job, prepared: &Path, pages: &[usize]) -> Result<Outcome, Failure> {
    let source = bytes_of(job)?;
    let prepared = fs::read(prepared).map_err(|error| Failure::Unreadable(error.to_string()))?;
    Ok(Outcome::Compared(pdf::compare(&source, &prepared, pages)))
}

/// Looks at prepared bytes alone, never at the source.
fn thumbnail(prepared: &Path, pages: &[usize]) -> Result<Outcome, Failure> {
    let prepared = fs::read(prepared).map_err(|error| Failure::Unreadable(error.to_string()))?;
    let made = evidence::thumbnails(&prepared, pages);
    let encoded = made.into_iter().map(|jpeg| jpeg.map(|jpeg| base64::in_one_line(&jpeg)));
    Ok(Outcome::Thumbnails(encoded.collect()))
}

fn mark_workbook(job: &Job, corrections: &CorrectionList, folder: &Path) -> Result<Outcome, Failure> {
    match markup::mark(&bytes_of(job)?, corrections) {
        Ok(marked) => {
            let handle = Handle(format!("{}-marked", job.sha256));
            write_prepared(folder, &handle, &marked).map_err(|error| Failure::NoRoom(error.to_string()))?;
            Ok(Outcome::Marked(handle))
        }
        Err(markup::Unmarkable(why)) => Ok(Outcome::Unmarkable(why)),
    }
}

fn fill_form(job: &Job, values: &Values, folder: &Path) -> Result<Outcome, Failure> {
    let (filled, findings) =
        editable::fill(values, &bytes_of(job)?).map_err(|error| Failure::Unreadable(error.to_string()))?;
    let Some(filled) = filled else { return Ok(Outcome::Filled(None, findings)) };
    let handle = Handle(format!("{}-filled", job.sha256));
    write_prepared(folder, &handle, &filled).map_err(|error| Failure::NoRoom(error.to_string()))?;
    Ok(Outcome::Filled(Some(handle), findings))
}

fn prepare(
    job: &Job,
    media_type: MediaType,
    settings: &PrepareSettings,
    folder: &Path,
) -> Result<Outcome, Failure> {
    // Of a film nothing is read, and it may be larger than a worker's memory; the bundle digests it.
    let bytes = if media_type == MediaType::AudioVideo { Vec::new() } else { bytes_of(job)? };
    let (key, mut count) = (job.key(), 0);
    let mut store = |prepared: &[u8]| -> io::Result<Handle> {
        let handle = Handle(format!("{key}-{count}"));
        count += 1;
        write_prepared(folder, &handle, prepared)?;
        Ok(handle)
    };
    // Only `store` fails: whatever is wrong with the file is in the preparation.
    evidence::prepare(&bytes, media_type, settings, &mut store)
        .map(Outcome::Prepared)
        .map_err(|error| Failure::NoRoom(error.to_string()))
}

/// Streams: neither the zip nor a member is ever whole in memory.
fn unpack(job: &Job, archive: &RelPath, folder: &Path) -> Result<Outcome, Failure> {
    let unreadable = |error: io::Error| Failure::Unreadable(error.to_string());
    let no_room = |error: io::Error| Failure::NoRoom(error.to_string());
    if workspace::look_into(&job.path).map_err(unreadable)?.digests.sha256 != job.sha256 {
        return Err(Failure::Changed);
    }
    let zip = BufReader::new(File::open(&job.path).map_err(unreadable)?);
    let mut keep = |path: &RelPath, bytes: &mut dyn Read| -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        io::copy(bytes, &mut file)?;
        file.persist(folder.join(workspace::member_file(path))).map_err(|error| error.error)?;
        Ok(())
    };
    let taken = match evidence::open_archive(zip, archive, &mut keep).map_err(no_room)? {
        Ok(taken) => taken,
        Err(closed) => return Ok(Outcome::Closed(closed)),
    };
    let member = |taken: evidence::Taken| {
        let facts = workspace::look_into(&folder.join(workspace::member_file(&taken.path)))?;
        let workspace::Facts { bytes, media_type, digests } = facts;
        Ok(Member { path: taken.path, bytes, media_type, digests, is_link: taken.is_link })
    };
    taken.into_iter().map(member).collect::<io::Result<_>>().map(Outcome::Unpacked).map_err(no_room)
}

/// Two jobs of one key write equal files: each writes its own temporary and renames it.
fn write_prepared(folder: &Path, handle: &Handle, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(folder.join(&handle.0)).map_err(|error| error.error)?;
    Ok(())
}

/// Runs many jobs; outcomes stand in the order of the jobs.
pub trait JobRunner {
    /// `done` is told each time a job ends, from any thread.
    fn run_all(&self, jobs: &[Job], done: &(dyn Fn(&Job) + Sync)) -> io::Result<Vec<Outcome>>;
}

impl<R: JobRunner + ?Sized> JobRunner for &R {
    fn run_all(&self, jobs: &[Job], done: &(dyn Fn(&Job) + Sync)) -> io::Result<Vec<Outcome>> {
        (**self).run_all(jobs, done)
    }
}

/// Runs jobs in this process, without limits. For tests on trusted files.
pub struct InProcess;

impl JobRunner for InProcess {
    fn run_all(&self, jobs: &[Job], done: &(dyn Fn(&Job) + Sync)) -> io::Result<Vec<Outcome>> {
        Ok(jobs
            .iter()
            .map(|job| {
                let outcome = run(job);
                done(job);
                outcome
            })
            .collect())
    }
}

/// Runs jobs in worker processes, as many at once as there are processors.
pub struct Processes {
    program: PathBuf,
    n_workers: usize,
    time_limit: Duration,
}

impl Processes {
    /// Workers of the binary that is running now.
    pub fn of_this_binary() -> io::Result<Self> {
        Ok(Processes::of(std::env::current_exe()?))
    }

    /// Workers of the given huibian.
    pub fn of(program: PathBuf) -> Self {
        let n_workers = thread::available_parallelism().map_or(1, usize::from).clamp(1, 8);
        Processes { program, n_workers, time_limit: TIME_LIMIT }
    }
}

impl JobRunner for Processes {
    fn run_all(&self, jobs: &[Job], done: &(dyn Fn(&Job) + Sync)) -> io::Result<Vec<Outcome>> {
        let next = AtomicUsize::new(0);
        let outcomes: Vec<Mutex<Option<Outcome>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
        let serve = || -> io::Result<()> {
            let mut worker = None;
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get(index) else { return Ok(()) };
                let outcome = self.run_one(&mut worker, job)?;
                *outcomes[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
                done(job);
            }
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..self.n_workers.min(jobs.len())).map(|_| scope.spawn(serve)).collect();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;
        let outcome = |slot: Mutex<Option<Outcome>>| {
            let outcome = slot.into_inner().unwrap_or_else(PoisonError::into_inner);
            outcome.unwrap_or(Outcome::Failed(Failure::Crashed))
        };
        Ok(outcomes.into_iter().map(outcome).collect())
    }
}

impl Processes {
    fn run_one(&self, worker: &mut Option<Worker>, job: &Job) -> io::Result<Outcome> {
        let live = match worker {
            Some(live) => live,
            None => worker.insert(Worker::start(&self.program)?),
        };
        let time_limit = match job.task {
            JobTask::Unpack { .. } | JobTask::Navigate => UNPACKING_LIMIT,
            _ => self.time_limit,
        };
        let outcome = live.ask(job, time_limit);
        if let Outcome::Failed(Failure::Crashed | Failure::TimedOut) = outcome {
            // Dropping a worker ends its process; the next job starts another.
            *worker = None;
        }
        Ok(outcome)
    }
}

/// A running worker process.
struct Worker {
    child: Child,
    requests: Option<ChildStdin>,
    answers: Receiver<String>,
}

impl Worker {
    fn start(program: &Path) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let requests = child.stdin.take();
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no pipe from the worker"))?;
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                let Ok(line) = line else { return };
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Worker { child, requests, answers })
    }

    fn ask(&mut self, job: &Job, time_limit: Duration) -> Outcome {
        let Ok(mut line) = serde_json::to_vec(job) else { return Outcome::Failed(Failure::Crashed) };
        line.push(b'\n');
        let sent = self.requests.as_mut().is_some_and(|pipe| pipe.write_all(&line).is_ok());
        if !sent {
            return Outcome::Failed(Failure::Crashed);
        }
        match self.answers.recv_timeout(time_limit) {
            Ok(answer) => serde_json::from_str(&answer).unwrap_or(Outcome::Failed(Failure::Crashed)),
            Err(RecvTimeoutError::Timeout) => Outcome::Failed(Failure::TimedOut),
            Err(RecvTimeoutError::Disconnected) => Outcome::Failed(Failure::Crashed),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.requests.take();
        // A worker that is still busy is past its limit; an idle one ends by itself, and killing
        // it loses nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The worker's side: answers jobs until the input ends.
///
/// The caller has set [`MEMORY_LIMIT`] on the process's allocator: an allocation past it ends the
/// worker, which costs one file, not the run.
pub fn serve(input: impl BufRead, mut output: impl Write) -> anyhow::Result<()> {
    for line in input.lines() {
        let job: Job = serde_json::from_str(&line?)?;
        // A deep but finite nesting must not meet the main thread's stack, which on Windows is 1 MB.
        let outcome = thread::Builder::new()
            .stack_size(64 << 20)
            .spawn(move || run(&job))?
            .join()
            .unwrap_or(Outcome::Failed(Failure::Crashed));
        serde_json::to_writer(&mut output, &outcome)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}
