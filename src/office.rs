//! LibreOffice as a converter of office documents to PDF: one process for many documents, in a profile of
//! its own, held to its time. Part of the shell.
//!
//! Knows how to start, watch and end the program; nothing of items, exhibits or of what becomes of a PDF.
//! What it makes is foreign: it is read by workers, like every other PDF.

mod finding;
mod profile;

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// Turns office documents into PDFs.
pub trait Converter {
    /// As the ledger names it, with its version: another version may lay pages out otherwise.
    fn name(&self) -> &str;
    /// What tells this copy of the program from another, without starting it; `None` where nothing does.
    fn copy(&self) -> Option<String> {
        None
    }
    /// Converts documents, all of them if possible; outcomes stand in the order of the documents. The PDFs
    /// lie in `folder`, under names made of the documents' digests. `done` is told each time one is ready.
    ///
    /// # Errors
    /// Only those of the folder and of copying: whatever is wrong with a document, or with the converter,
    /// is that document's outcome.
    fn convert(
        &self,
        documents: &[Document],
        folder: &Path,
        done: &dyn Fn(),
    ) -> io::Result<Vec<Result<PathBuf, Refused>>>;
}

impl<C: Converter + ?Sized> Converter for &C {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn copy(&self) -> Option<String> {
        (**self).copy()
    }

    fn convert(
        &self,
        documents: &[Document],
        folder: &Path,
        done: &dyn Fn(),
    ) -> io::Result<Vec<Result<PathBuf, Refused>>> {
        (**self).convert(documents, folder, done)
    }
}

/// A document to be converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub path: PathBuf,
    /// Of its bytes, as taken at intake.
    pub sha256: String,
    /// What its content is, whatever its name says: `docx`.
    pub extension: &'static str,
}

impl Document {
    /// The name its PDF bears.
    pub fn pdf_name(&self) -> String {
        pdf_name(&self.sha256)
    }
}

/// The name borne by the PDF of a document with that digest.
pub fn pdf_name(sha256: &str) -> String {
    format!("converted-{sha256}.pdf")
}

/// Why a document was not converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The program would not open it: damaged, a password, a part of the program that is not installed.
    NotOpened,
    /// The program ended while it worked on it.
    Crashed,
    TimedOut,
}

impl Refused {
    /// As told to users.
    pub fn reason(self) -> &'static str {
        match self {
            Refused::NotOpened => "打不開（檔案損壞、設有密碼，或本機未安裝對應的元件）",
            Refused::Crashed => "轉檔中途結束",
            Refused::TimedOut => "轉檔時間超過上限",
        }
    }
}

/// A LibreOffice, or one of its relatives, on this machine.
pub struct LibreOffice {
    program: PathBuf,
    /// Asked for only when there is something to convert.
    name: OnceLock<String>,
    limits: Limits,
}

/// How long the program may take.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Between one PDF and the next, and from the start to the first.
    stall: Duration,
    /// For all documents, besides what each adds.
    base: Duration,
    each: Duration,
}

const LIMITS: Limits =
    Limits { stall: Duration::from_secs(60), base: Duration::from_secs(120), each: Duration::from_secs(15) };

/// Documents given to one process: their names must fit a command line of Windows (32,767 characters).
const BATCH: usize = 200;
/// How often a process may end without having made anything before the rest is given up.
const MOST_FAILURES: usize = 5;
/// How often the folder of PDFs is looked at.
const GLANCE: Duration = Duration::from_millis(50);
/// The program's way to say that it set itself up and wants to be started again (its EXITHELPER codes).
const START_AGAIN: i32 = 81;

impl LibreOffice {
    /// The one on this machine, if there is one.
    pub fn find() -> Option<Self> {
        Some(LibreOffice { program: finding::program()?, name: OnceLock::new(), limits: LIMITS })
    }
}

impl Converter for LibreOffice {
    fn name(&self) -> &str {
        self.name.get_or_init(|| finding::name(&self.program))
    }

    fn copy(&self) -> Option<String> {
        let facts = fs::metadata(&self.program).ok()?;
        Some(format!("{} {} {:?}", self.program.display(), facts.len(), facts.modified().ok()?))
    }

    fn convert(
        &self,
        documents: &[Document],
        folder: &Path,
        done: &dyn Fn(),
    ) -> io::Result<Vec<Result<PathBuf, Refused>>> {
        let room = Room::furnish(folder, documents)?;
        let deadline = Instant::now() + self.limits.base + self.limits.each * documents.len() as u32;
        let mut outcomes = vec![Err(Refused::TimedOut); documents.len()];
        let mut waiting: VecDeque<usize> = (0..documents.len()).collect();
        let mut n_failures = 0;
        while !waiting.is_empty() {
            let batch: Vec<usize> = waiting.iter().copied().take(BATCH).collect();
            let end = self.run(&room, &batch, documents, deadline, done)?;
            let n_waiting = waiting.len();
            waiting.retain(|index| !(batch.contains(index) && is_whole(&room.pdf(*index))));
            n_failures = if waiting.len() < n_waiting { 0 } else { n_failures + 1 };
            // Documents are taken in order: the first without a PDF is the one that ended the process.
            let left = waiting.iter().take_while(|index| batch.contains(index)).count();
            let refused = match end {
                End::Finished => left,
                End::Died | End::Stalled if n_failures < MOST_FAILURES => left.min(1),
                End::Died | End::Stalled | End::OutOfTime => waiting.len(),
            };
            for index in waiting.drain(..refused) {
                outcomes[index] = Err(end.refusal());
                // A PDF that is there but not whole was counted while the process ran.
                if !room.pdf(index).exists() {
                    done();
                }
            }
        }
        for (index, document) in documents.iter().enumerate() {
            if is_whole(&room.pdf(index)) {
                let kept = folder.join(document.pdf_name());
                fs::rename(room.pdf(index), &kept)?;
                outcomes[index] = Ok(kept);
            }
        }
        Ok(outcomes)
    }
}

/// How a process came to its end.
#[derive(Debug, Clone, Copy)]
enum End {
    Finished,
    Died,
    Stalled,
    OutOfTime,
}

impl End {
    fn refusal(self) -> Refused {
        match self {
            End::Finished => Refused::NotOpened,
            End::Died => Refused::Crashed,
            End::Stalled | End::OutOfTime => Refused::TimedOut,
        }
    }
}

impl LibreOffice {
    fn run(
        &self,
        room: &Room,
        batch: &[usize],
        documents: &[Document],
        deadline: Instant,
        done: &dyn Fn(),
    ) -> io::Result<End> {
        for _ in 0..2 {
            let Ok(process) = self.start(room, batch, documents) else { return Ok(End::Died) };
            match self.watch(process, room, batch, deadline, done)? {
                Ok(status) if status.code() == Some(START_AGAIN) => continue,
                Ok(status) => return Ok(if status.success() { End::Finished } else { End::Died }),
                Err(end) => return Ok(end),
            }
        }
        Ok(End::Died)
    }

    fn start(&self, room: &Room, batch: &[usize], documents: &[Document]) -> io::Result<Process> {
        let child = Command::new(&self.program)
            .arg(format!("-env:UserInstallation={}", profile::url(&room.profile)))
            .args(["--headless", "--norestore", "--nologo", "--convert-to", "pdf", "--outdir"])
            .arg(&room.made)
            .args(batch.iter().map(|index| room.document(*index, &documents[*index])))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Process(child))
    }

    /// Waits for the end of a process, or brings it about.
    fn watch(
        &self,
        mut process: Process,
        room: &Room,
        batch: &[usize],
        deadline: Instant,
        done: &dyn Fn(),
    ) -> io::Result<Result<ExitStatus, End>> {
        let mut ready = batch.iter().filter(|index| room.pdf(**index).exists()).count();
        let mut last = Instant::now();
        loop {
            let status = process.0.try_wait()?;
            let now_ready = batch.iter().filter(|index| room.pdf(**index).exists()).count();
            if now_ready > ready {
                (ready..now_ready).for_each(|_| done());
                (ready, last) = (now_ready, Instant::now());
            }
            if let Some(status) = status {
                return Ok(Ok(status));
            }
            if Instant::now() > deadline {
                return Ok(Err(End::OutOfTime));
            }
            if last.elapsed() > self.limits.stall {
                return Ok(Err(End::Stalled));
            }
            thread::sleep(GLANCE);
        }
    }
}

/// A running LibreOffice; it does not outlive this value.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, which loses nothing.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The folders the program works in, gone when dropped: its profile, copies of the documents under plain
/// names, and what it made. The user's own profile and documents are never seen by it.
struct Room {
    _folder: tempfile::TempDir,
    profile: PathBuf,
    given: PathBuf,
    made: PathBuf,
}

impl Room {
    fn furnish(folder: &Path, documents: &[Document]) -> io::Result<Self> {
        let room = tempfile::Builder::new().prefix("office-").tempdir_in(folder)?;
        let within = |name: &str| std::path::absolute(room.path().join(name));
        let (profile, given, made) = (within("profile")?, within("given")?, within("made")?);
        profile::write(&profile)?;
        fs::create_dir(&given)?;
        fs::create_dir(&made)?;
        let room = Room { _folder: room, profile, given, made };
        for (index, document) in documents.iter().enumerate() {
            match fs::copy(&document.path, room.document(index, document)) {
                Err(error) if error.kind() == io::ErrorKind::StorageFull => return Err(error),
                // One that cannot be read is told by whoever reads it next; here it is one not opened.
                _ => {}
            }
        }
        Ok(room)
    }

    fn document(&self, index: usize, document: &Document) -> PathBuf {
        self.given.join(format!("{index:04}.{}", document.extension))
    }

    fn pdf(&self, index: usize) -> PathBuf {
        self.made.join(format!("{index:04}.pdf"))
    }
}

/// Whether a PDF is there to its end: one that was being written when the process ended is not.
fn is_whole(pdf: &Path) -> bool {
    const TAIL: u64 = 32;
    let tail = || -> io::Result<Vec<u8>> {
        let mut file = File::open(pdf)?;
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        file.take(TAIL).read_to_end(&mut tail)?;
        Ok(tail)
    };
    tail().is_ok_and(|tail| tail.windows(5).any(|window| window == b"%%EOF"))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Behaves as the content of each document says, in the order given, and notes every start down.
    const PROGRAM: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo start >>"$here/starts"
while [ "$1" != --outdir ]; do shift; done
made=$2
shift 2
for document; do
    case $(cat "$document") in
        crash) exit 1 ;;
        stall) exec sleep 60 ;;
        half) printf '%%PDF-' >"$made/$(basename "${document%.*}").pdf"; exit 1 ;;
        again) [ -e "$here/again" ] || { touch "$here/again"; exit 81; } ;;
        refuse) continue ;;
    esac
    printf '%%PDF-1.6\n%%%%EOF\n' >"$made/$(basename "${document%.*}").pdf"
done
"#;

    struct Run {
        outcomes: Vec<Result<(), Refused>>,
        n_starts: usize,
        n_done: usize,
        left: Vec<String>,
    }

    fn run(contents: &[&str]) -> Run {
        let root = tempfile::tempdir().unwrap();
        let program = root.path().join("soffice.bin");
        fs::write(&program, PROGRAM).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let documents: Vec<Document> = contents
            .iter()
            .enumerate()
            .map(|(index, content)| {
                let path = root.path().join(format!("文件 {index}.docx"));
                fs::write(&path, content).unwrap();
                Document { path, sha256: index.to_string(), extension: "docx" }
            })
            .collect();
        let limits = Limits { stall: Duration::from_secs(2), ..LIMITS };
        let office = LibreOffice { program, name: OnceLock::new(), limits };
        let folder = root.path().join("prepared");
        fs::create_dir(&folder).unwrap();
        let n_done = std::cell::Cell::new(0);
        let outcomes = office.convert(&documents, &folder, &|| n_done.set(n_done.get() + 1)).unwrap();
        let mut left: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        Run {
            outcomes: outcomes
                .into_iter()
                .map(|outcome| outcome.map(|pdf| assert!(is_whole(&pdf))))
                .collect(),
            n_starts: fs::read_to_string(root.path().join("starts")).unwrap_or_default().lines().count(),
            n_done: n_done.get(),
            left,
        }
    }

    #[test]
    fn one_process_converts_all_and_what_it_does_not_open_is_told() {
        let run = run(&["a", "refuse", "b"]);
        assert_eq!(run.outcomes, [Ok(()), Err(Refused::NotOpened), Ok(())]);
        assert_eq!((run.n_starts, run.n_done), (1, 3));
        assert_eq!(run.left, ["converted-0.pdf", "converted-2.pdf"], "nothing else stays");
    }

    #[test]
    fn a_document_that_ends_the_process_or_halts_it_costs_itself_alone() {
        let run = run(&["a", "crash", "b", "half", "stall", "c"]);
        let expected =
            [Ok(()), Err(Refused::Crashed), Ok(()), Err(Refused::Crashed), Err(Refused::TimedOut), Ok(())];
        assert_eq!(run.outcomes, expected);
        assert_eq!((run.n_starts, run.n_done), (4, 6));
    }

    #[test]
    fn a_program_that_wants_to_be_started_again_is() {
        let run = run(&["again"]);
        assert_eq!((run.outcomes, run.n_starts), (vec![Ok(())], 2));
    }

    #[test]
    fn a_program_that_never_makes_anything_is_given_up() {
        let run = run(&["crash"; 40]);
        assert_eq!(run.outcomes, [Err(Refused::Crashed); 40]);
        assert_eq!((run.n_starts, run.n_done), (MOST_FAILURES, 40));
    }
}
