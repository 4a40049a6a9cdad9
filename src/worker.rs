//! The same binary, started as a worker: a job in, a result out, under limits of memory and time.
//!
//! What can abort, hang or devour memory — foreign workbooks, PDFs, pictures — runs here, so that
//! one bad file never ends the run. Speaks one JSON value a line over standard input and output;
//! knows the jobs, nothing of plans or of what the results are used for.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::corrections::CorrectionList;
use crate::evidence::{self, PrepareSettings};
use crate::exhibit::{Handle, Preparation};
use crate::extract;
use crate::fragment::Fragment;
use crate::grid::{Grid, GridFailure};
use crate::intake::workbook;
use crate::inventory::{MediaType, sha256_hex};
use crate::markup;
use crate::pdf;

/// The subcommand under which the binary serves as a worker; hidden from `--help`.
pub const SUBCOMMAND: &str = "worker";

/// Heap of a worker process, in bytes. A submission within the published caps needs a tenth of it;
/// a decompression bomb meets it before the machine does.
pub const MEMORY_LIMIT: usize = 1 << 30;

/// Time for one file before its worker is ended.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// One file to be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub path: PathBuf,
    /// Digest taken at intake: a file that changed since is not read.
    pub sha256: String,
    pub task: JobTask,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum JobTask {
    ReadWorkbook,
    /// Everything written in a workbook, answers or not, for the privacy gate.
    LookThrough {
        media_type: MediaType,
    },
    Prepare {
        media_type: MediaType,
        settings: PrepareSettings,
        /// Folder of prepared files; the worker writes `<sha256>-<n>` there.
        folder: PathBuf,
    },
    /// A copy of a workbook with its faults marked, written to `folder` as `<sha256>-marked`.
    MarkWorkbook {
        corrections: CorrectionList,
        folder: PathBuf,
    },
    /// Draws pages of a document and of what was prepared from it, and compares them.
    Compare {
        /// Where the prepared document lies.
        prepared: PathBuf,
        /// Counted from 1.
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
    Marked(Handle),
    /// There can be no marked copy; why, as told to users.
    Unmarkable(String),
    /// Pages that look different; `None` when they cannot be drawn.
    Compared(Option<Vec<usize>>),
    Failed(Failure),
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
    let bytes = match fs::read(&job.path) {
        Ok(bytes) => bytes,
        Err(error) => return Outcome::Failed(Failure::Unreadable(error.to_string())),
    };
    if sha256_hex(&bytes) != job.sha256 {
        return Outcome::Failed(Failure::Changed);
    }
    match &job.task {
        JobTask::ReadWorkbook => match workbook::read_workbook(&bytes) {
            Ok(grid) => Outcome::Workbook(grid),
            Err(failure) => Outcome::NoWorkbook(failure),
        },
        JobTask::LookThrough { media_type } => {
            Outcome::LookedThrough(extract::extract(&bytes, *media_type).fragments)
        }
        JobTask::Compare { prepared, pages } => match fs::read(prepared) {
            Ok(prepared) => Outcome::Compared(pdf::compare(&bytes, &prepared, pages)),
            Err(error) => Outcome::Failed(Failure::Unreadable(error.to_string())),
        },
        JobTask::Prepare { media_type, settings, folder } => {
            let mut count = 0;
            let mut store = |prepared: &[u8]| -> io::Result<Handle> {
                let handle = Handle(format!("{}-{count}", job.sha256));
                count += 1;
                write_prepared(folder, &handle, prepared)?;
                Ok(handle)
            };
            match evidence::prepare(&bytes, *media_type, settings, &mut store) {
                Ok(preparation) => Outcome::Prepared(preparation),
                // Only `store` fails: whatever is wrong with the file is in the preparation.
                Err(error) => Outcome::Failed(Failure::NoRoom(error.to_string())),
            }
        }
        JobTask::MarkWorkbook { corrections, folder } => match markup::mark(&bytes, corrections) {
            Ok(marked) => {
                let handle = Handle(format!("{}-marked", job.sha256));
                match write_prepared(folder, &handle, &marked) {
                    Ok(()) => Outcome::Marked(handle),
                    Err(error) => Outcome::Failed(Failure::NoRoom(error.to_string())),
                }
            }
            Err(markup::Unmarkable(why)) => Outcome::Unmarkable(why),
        },
    }
}

/// Two jobs with equal bytes write equal files: each writes its own temporary and renames it.
fn write_prepared(folder: &Path, handle: &Handle, bytes: &[u8]) -> io::Result<()> {
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
        let outcome = live.ask(job, self.time_limit);
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
