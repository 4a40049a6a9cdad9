//! The folder a clerk fills: finds, lists, digests and reads inputs. Never writes.
//!
//! Part of the shell. Knows how a workspace is laid out (plan, unit folders, item folders,
//! overrides, office litter) and what the disk says; judges nothing that stands in a file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::container;
use crate::exhibit::{ByteSource, Handle, ReadSeek};
use crate::folding::fold;
use crate::inventory::{
    Digests, FileDigester, InputFile, Inventory, LeftOut, MediaType, Member, Role, sha256_hex,
};
use crate::numbers::{LOCK_FILE, MAX_LOCK_BYTES};
use crate::place::RelPath;
use crate::plan::{ItemCode, Plan, PlanLayer};
use crate::refusal;
use crate::signing;
use crate::watching::{Snapshot, Stamp};

/// The plan's file at the workspace's top.
pub const PLAN_FILE: &str = "plan.toml";
/// Folder of template overrides.
pub const TEMPLATES_FOLDER: &str = "templates";
/// Folder of the secretariat in which last time's bundle, or the `dossier.json` out of it, is laid.
pub const LAST_FOLDER: &str = "前次";
/// Folder of the agency's own forms, inside the secretariat's.
const OFFICIAL_FORMS_FOLDER: &str = "官方表單";
/// A workspace deeper than this is a mistake (a folder linked into itself, a whole disk).
const MAX_DEPTH: usize = 16;
/// More files than five units can hand in: a wrong folder was named.
const MAX_FILES: usize = 20_000;

/// An opened workspace.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
}

/// Why a folder is no workspace.
#[derive(Debug)]
pub enum OpenError {
    Missing(PathBuf),
    /// It is missing, and the folder it was looked for in is a workspace itself.
    Beside(PathBuf),
    NotAFolder(PathBuf),
    Empty(PathBuf),
    TooMuch(PathBuf),
    Io(PathBuf, io::Error),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OpenError::Missing(path) => write!(
                f,
                "找不到資料夾「{}」。請先執行 huibian init 建立工作資料夾，或指定正確的資料夾。",
                path.display()
            ),
            OpenError::Beside(path) => write!(
                f,
                "找不到資料夾「{}」；目前的資料夾就是工作資料夾，請在指令後面加一個點，例如 huibian check .",
                path.display()
            ),
            OpenError::NotAFolder(path) => {
                write!(f, "「{}」是檔案，不是資料夾。請指定放有各單位填報檔的資料夾。", path.display())
            }
            OpenError::Empty(path) => write!(
                f,
                "資料夾「{}」是空的。請先執行 huibian init 建立空白表，或把各單位填報檔放進來。",
                path.display()
            ),
            OpenError::TooMuch(path) => write!(
                f,
                "資料夾「{}」內檔案超過 {MAX_FILES} 個或超過 {MAX_DEPTH} 層，應不是工作資料夾。請指定放有各單位填報檔的資料夾。",
                path.display()
            ),
            OpenError::Io(path, error) => {
                write!(
                    f,
                    "無法讀取「{}」：{}。請確認檔案權限與磁碟連線。",
                    path.display(),
                    refusal::words(error)
                )
            }
        }
    }
}

impl std::error::Error for OpenError {}

impl OpenError {
    /// What to say of a folder that is not there.
    pub fn missing(root: &Path) -> Self {
        // Of a name alone the folder around it is the one the command was given in.
        let is_name = root.components().count() == 1 && root.is_relative();
        match is_name && Path::new(PLAN_FILE).is_file() {
            true => OpenError::Beside(root.to_owned()),
            false => OpenError::Missing(root.to_owned()),
        }
    }
}

/// A file as the disk lists it, before it is opened.
#[derive(Debug, Clone)]
struct Listed {
    path: RelPath,
    is_link: bool,
    /// The name cannot be written as text: the file is listed under one like it, and never opened.
    is_odd: bool,
    /// As the folder lists it; none for what is no plain file.
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Workspace {
    /// Opens a folder that exists and holds at least one entry.
    pub fn open(root: &Path) -> Result<Self, OpenError> {
        let metadata = match fs::metadata(root) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(OpenError::missing(root));
            }
            Err(error) => return Err(OpenError::Io(root.to_owned(), error)),
        };
        if !metadata.is_dir() {
            return Err(OpenError::NotAFolder(root.to_owned()));
        }
        let mut entries = fs::read_dir(root).map_err(|error| OpenError::Io(root.to_owned(), error))?;
        if entries.next().is_none() {
            return Err(OpenError::Empty(root.to_owned()));
        }
        Ok(Workspace { root: root.to_owned() })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path of a workspace file on disk.
    pub fn on_disk(&self, path: &RelPath) -> PathBuf {
        path.components().fold(self.root.clone(), |path, component| path.join(component))
    }

    /// The workspace's own plan layer, if it has one.
    pub fn plan_layer(&self) -> Result<Option<PlanLayer>, OpenError> {
        let path = self.root.join(PLAN_FILE);
        match fs::read(&path) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
                Ok(Some(PlanLayer { file: RelPath::new(PLAN_FILE), text }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(OpenError::Io(path, error)),
        }
    }

    /// The bytes of the lock on appendices' numbers; of a larger file than any lock, only the beginning.
    pub fn number_lock(&self) -> Result<Vec<u8>, OpenError> {
        let path = self.root.join(LOCK_FILE);
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(MAX_LOCK_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| OpenError::Io(path, error))?;
        Ok(bytes)
    }

    /// The files under `templates/` by path within it, none longer than a byte over `most`. One that cannot be
    /// read is an error: falling back to the built-in one would print something else than the user believes.
    pub fn template_files(&self, most: u64) -> Result<BTreeMap<String, Vec<u8>>, OpenError> {
        let mut files = BTreeMap::new();
        if !self.root.join(TEMPLATES_FOLDER).is_dir() {
            return Ok(files);
        }
        for listed in self.list(Some(TEMPLATES_FOLDER))? {
            let Some((_, name)) = listed.path.as_str().split_once('/') else { continue };
            if listed.is_link || listed.is_odd || litter(&listed.path).is_some() {
                continue;
            }
            let disk = self.on_disk(&listed.path);
            let mut bytes = Vec::new();
            File::open(&disk)
                .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
                .map_err(|error| OpenError::Io(disk, error))?;
            files.insert(name.to_owned(), bytes);
        }
        Ok(files)
    }

    /// What the folder lists at this moment, unopened. Office litter is left out: of who has a workbook open,
    /// and of what is still being saved, no run has anything to say.
    pub fn stamps(&self) -> Result<Snapshot, OpenError> {
        let listed = self.list(None)?.into_iter().filter(|listed| litter(&listed.path).is_none());
        let stamp = |listed: Listed| (listed.path, Stamp { bytes: listed.bytes, modified: listed.modified });
        Ok(listed.map(stamp).collect())
    }

    /// Lists, digests and classifies every file. Links are listed and never followed.
    pub fn take_inventory(&self, plan: &Plan) -> Result<Inventory, OpenError> {
        let folders = Folders::of(plan);
        let mut files = Vec::new();
        for listed in self.list(None)? {
            files.push(self.look_at(listed, &folders));
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Inventory { files })
    }

    fn look_at(&self, listed: Listed, folders: &Folders) -> InputFile {
        let path = listed.path;
        let unread = Facts::of_size(listed.bytes);
        let (unreadable, Facts { bytes, media_type, digests }) = match (listed.is_link, listed.is_odd) {
            (true, _) => (None, unread),
            (false, true) => (Some("檔名含有無法辨識的字元，請改名".to_owned()), unread),
            (false, false) => match look_into(&self.on_disk(&path)) {
                Ok(read) => (None, read),
                Err(error) => (Some(refusal::words(&error)), unread),
            },
        };
        let left_out = if listed.is_link { Some(LeftOut::Link) } else { litter(&path) };
        let role = match left_out {
            Some(reason) => Role::LeftOut(reason),
            None => folders.role(&path, media_type),
        };
        InputFile { path, bytes, media_type, digests, role, unreadable }
    }

    /// Every file below a folder of the workspace (`None`: all of it), in the disk's order.
    fn list(&self, below: Option<&str>) -> Result<Vec<Listed>, OpenError> {
        let mut found = Vec::new();
        let start = below.map_or_else(|| self.root.clone(), |folder| self.root.join(folder));
        let mut pending = vec![(start, below.map(RelPath::new), 0)];
        while let Some((folder, relative, depth)) = pending.pop() {
            let entries = fs::read_dir(&folder).map_err(|error| OpenError::Io(folder.clone(), error))?;
            for entry in entries {
                let entry = entry.map_err(|error| OpenError::Io(folder.clone(), error))?;
                let on_disk = entry.file_name();
                // A backslash would be taken for a separator; Windows has no such names.
                let is_odd = on_disk.to_str().is_none_or(|name| name.contains('\\'));
                let name = on_disk.to_string_lossy().replace('\\', "＼");
                let path = match &relative {
                    Some(relative) => relative.join(&name),
                    None => RelPath::new(name),
                };
                let kind = entry.file_type().map_err(|error| OpenError::Io(entry.path(), error))?;
                if kind.is_dir() {
                    if depth >= MAX_DEPTH {
                        return Err(OpenError::TooMuch(self.root.clone()));
                    }
                    pending.push((entry.path(), Some(path), depth + 1));
                } else {
                    // A pipe, socket or device would block whoever opens it: it counts as a link.
                    let is_link = !kind.is_file();
                    let listed = if is_link { None } else { entry.metadata().ok() };
                    let bytes = listed.as_ref().map_or(0, fs::Metadata::len);
                    let modified = listed.and_then(|listed| listed.modified().ok());
                    // A folder's odd name is in the paths of all that lies in it.
                    let is_odd = is_odd || self.on_disk(&path) != entry.path();
                    found.push(Listed { path, is_link, is_odd, bytes, modified });
                }
                if found.len() > MAX_FILES {
                    return Err(OpenError::TooMuch(self.root.clone()));
                }
            }
        }
        Ok(found)
    }
}

/// What a file's bytes say of it.
pub struct Facts {
    pub bytes: u64,
    pub media_type: MediaType,
    pub digests: Digests,
}

impl Facts {
    /// Of what is not read.
    fn of_size(bytes: u64) -> Self {
        Facts { bytes, media_type: MediaType::Unknown, digests: Digests { sha256: String::new() } }
    }
}

/// Size, kind and digests in one reading; memory stays at one buffer.
pub fn look_into(path: &Path) -> io::Result<Facts> {
    let mut file = File::open(path)?;
    let media_type = container::sniff_reader(&mut file)?;
    io::Seek::rewind(&mut file)?;
    let mut digester = FileDigester::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        bytes += n as u64;
        digester.update(&buffer[..n]);
    }
    Ok(Facts { bytes, media_type, digests: digester.finish() })
}

/// Writes a file for a worker to read, over one of that name, and looks into it.
pub fn lay_down(
    path: &Path,
    write: &mut dyn FnMut(&mut dyn io::Write) -> anyhow::Result<()>,
) -> anyhow::Result<Facts> {
    let mut file = File::create(path)?;
    write(&mut file)?;
    drop(file);
    Ok(look_into(path)?)
}

/// The part a zip's member plays: that of a file in the zip's own folder, whatever the zip is called.
pub fn member_role(plan: &Plan, archive: &RelPath, member: &Member) -> Role {
    let below = member.path.as_str().strip_prefix(archive.as_str()).unwrap_or_default();
    let folder = archive.parent().map_or(String::new(), |folder| folder.as_str().to_owned());
    let as_laid = RelPath::new(format!("{folder}{below}"));
    match litter(&as_laid) {
        _ if member.is_link => Role::LeftOut(LeftOut::Link),
        // Of who has a file open now, a lock file inside a zip says nothing.
        Some(LeftOut::LockFile) => Role::LeftOut(LeftOut::Unfinished),
        Some(reason) => Role::LeftOut(reason),
        None => Folders::of(plan).role(&as_laid, member.media_type),
    }
}

/// Where a zip's member lies among the prepared files: never under a name that the zip chose.
pub fn member_file(path: &RelPath) -> String {
    format!("member-{}", sha256_hex(path.as_str().as_bytes()))
}

/// Why a file is office litter, by its name; `None`: it is not.
fn litter(path: &RelPath) -> Option<LeftOut> {
    let name = path.file_name();
    let lower = name.to_ascii_lowercase();
    if name.starts_with("~$") || (name.starts_with(".~lock.") && name.ends_with('#')) {
        return Some(LeftOut::LockFile);
    }
    if name.starts_with("._") || lower == ".ds_store" || path.components().any(|part| part == "__MACOSX") {
        return Some(LeftOut::MacSystem);
    }
    if matches!(lower.as_str(), "thumbs.db" | "desktop.ini" | "ehthumbs.db") {
        return Some(LeftOut::WindowsSystem);
    }
    if lower.ends_with(".tmp")
        || lower.ends_with(".crdownload")
        || lower.ends_with(".part")
        || name.ends_with('~')
    {
        return Some(LeftOut::Unfinished);
    }
    if name.starts_with('.') {
        return Some(LeftOut::Hidden);
    }
    None
}

/// Which folder means what, with names folded for comparison.
struct Folders {
    secretariat: String,
    units: Vec<(String, crate::plan::UnitId)>,
    /// Longest code first, so that 勞03-12 is not taken for 勞03-1.
    items: Vec<(String, ItemCode)>,
}

impl Folders {
    fn of(plan: &Plan) -> Self {
        let mut items: Vec<_> =
            plan.evidence().map(|(_, item)| (fold(item.code.as_str()), item.code.clone())).collect();
        items.sort_by_key(|(code, _)| std::cmp::Reverse(code.chars().count()));
        Folders {
            secretariat: fold(&plan.secretariat.folder),
            units: plan.units.iter().map(|unit| (fold(&unit.name), unit.id.clone())).collect(),
            items,
        }
    }

    fn role(&self, path: &RelPath, media_type: MediaType) -> Role {
        let components: Vec<&str> = path.components().collect();
        let (file_name, folders) =
            components.split_last().map_or(("", &[][..]), |(name, rest)| (*name, rest));
        if folders.first().is_some_and(|top| *top == TEMPLATES_FOLDER) {
            return Role::Template;
        }
        if folders.is_empty() && file_name == PLAN_FILE {
            return Role::Plan;
        }
        if folders.is_empty() && file_name == LOCK_FILE {
            return Role::NumberLock;
        }
        if file_name.starts_with("使用說明") {
            return Role::Guide;
        }
        // The innermost folder that names an item decides.
        if let Some(code) = folders.iter().rev().find_map(|folder| self.item(folder)) {
            return Role::Evidence(code);
        }
        if let [.., above, folder] = folders
            && fold(above) == self.secretariat
        {
            match fold(folder).as_str() {
                signing::FOLDER => return Role::SignedPage,
                OFFICIAL_FORMS_FOLDER => return Role::OfficialForm,
                _ => {}
            }
        }
        let stem = fold(file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem));
        let is_workbook = is_workbook(media_type, path);
        if folders.iter().any(|folder| fold(folder) == self.secretariat)
            || (folders.is_empty() && stem == self.secretariat)
        {
            if folders.last().is_some_and(|last| fold(last) == fold(LAST_FOLDER))
                && (media_type == MediaType::Zip || path.extension().is_some_and(|end| end == "json"))
            {
                return Role::LastFigures;
            }
            return if is_workbook { Role::SecretariatWorkbook } else { Role::Stray(None) };
        }
        let named_by_folder = folders.iter().rev().find_map(|folder| self.unit(&fold(folder)));
        let unit = named_by_folder.or_else(|| folders.is_empty().then(|| self.unit_of_stem(&stem)).flatten());
        match unit {
            Some(unit) if is_workbook && folders.len() <= 1 => Role::UnitWorkbook(unit),
            unit => Role::Stray(unit),
        }
    }

    fn unit(&self, folder: &str) -> Option<crate::plan::UnitId> {
        self.units.iter().find(|(name, _)| name == folder).map(|(_, unit)| unit.clone())
    }

    /// A workbook at the workspace's top names its unit by how its name begins.
    fn unit_of_stem(&self, stem: &str) -> Option<crate::plan::UnitId> {
        self.units.iter().find(|(name, _)| stem.starts_with(name.as_str())).map(|(_, unit)| unit.clone())
    }

    fn item(&self, folder: &str) -> Option<ItemCode> {
        let folder = fold(folder);
        self.items.iter().find_map(|(code, item)| {
            let rest = folder.strip_prefix(code.as_str())?;
            let ends = rest.chars().next().is_none_or(|next| !next.is_ascii_digit() && next != '-');
            ends.then(|| item.clone())
        })
    }
}

/// Meant as a workbook: by its content, or by a name that says so while the content does not.
fn is_workbook(media_type: MediaType, path: &RelPath) -> bool {
    matches!(media_type, MediaType::Xlsx | MediaType::Xlsb | MediaType::Ods | MediaType::Xls)
        || path.extension().is_some_and(|extension| {
            matches!(
                extension.as_str(),
                "xlsx" | "xlsm" | "xltx" | "xls" | "xlsb" | "ods" | "ots" | "fods" | "csv" | "et"
            )
        })
}

/// Bytes of inputs from the workspace, of prepared files and of zips' members from their folder.
pub struct DiskSource {
    pub workspace: Workspace,
    pub prepared: PathBuf,
}

impl DiskSource {
    /// A zip's member was taken out among the prepared files; every other input lies where it was laid.
    fn file(&self, path: &RelPath) -> io::Result<File> {
        match File::open(self.prepared.join(member_file(path))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => File::open(self.workspace.on_disk(path)),
            member => member,
        }
    }
}

impl ByteSource for DiskSource {
    fn prepared(&self, handle: &Handle) -> io::Result<Vec<u8>> {
        fs::read(self.prepared.join(&handle.0))
    }

    fn prepared_size(&self, handle: &Handle) -> io::Result<u64> {
        Ok(fs::metadata(self.prepared.join(&handle.0))?.len())
    }

    fn input(&self, path: &RelPath) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file(path)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn open_input(&self, path: &RelPath) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(self.file(path)?))
    }
}
