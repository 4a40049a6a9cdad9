//! The font files installed on this machine, of 全字庫's families. Part of the shell.
//!
//! Knows where systems keep fonts, and tells a family by the name in the file, never by the file's name.
//! Knows nothing of which characters are wanted; never writes.

use std::env;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::sfnt;
use crate::typeset::{FontShelf, full_family_rank};

/// The largest of these families' files has 65 MB.
const MOST_BYTES: u64 = 128 << 20;
/// Distributions nest a level or two.
const MOST_DEPTH: usize = 6;
/// Entries looked at, folders counted: designers' machines hold some thousand fonts.
const MOST_ENTRIES: usize = 20_000;

/// Files found in the given folders, best first.
#[derive(Debug)]
pub struct InstalledFonts {
    folders: Vec<PathBuf>,
    found: std::sync::OnceLock<Vec<PathBuf>>,
}

impl InstalledFonts {
    /// Where this system keeps fonts, for everybody and for this user. Nothing is looked for yet.
    pub fn of_this_machine() -> Self {
        Self::below(folders())
    }

    /// Fonts in these folders and below. Folders that are not there hold none.
    pub fn below(folders: Vec<PathBuf>) -> Self {
        InstalledFonts { folders, found: std::sync::OnceLock::new() }
    }

    fn found(&self) -> &[PathBuf] {
        self.found.get_or_init(|| {
            let mut left = MOST_ENTRIES;
            let mut ranked: Vec<(usize, PathBuf)> = Vec::new();
            for folder in &self.folders {
                gather(folder, 0, &mut left, &mut ranked);
            }
            ranked.sort();
            ranked.dedup();
            ranked.into_iter().map(|(_, path)| path).collect()
        })
    }
}

impl FontShelf for InstalledFonts {
    fn names(&self) -> Vec<String> {
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.found().iter().map(name).collect()
    }

    fn read(&self, index: usize) -> Option<Vec<u8>> {
        fs::read(self.found().get(index)?).ok().filter(|bytes| bytes.len() as u64 <= MOST_BYTES)
    }
}

fn folders() -> Vec<PathBuf> {
    let below = |variable: &str, rest: &str| Some(PathBuf::from(env::var_os(variable)?).join(rest));
    if cfg!(windows) {
        let places = [below("WINDIR", "Fonts"), below("LOCALAPPDATA", "Microsoft\\Windows\\Fonts")];
        return places.into_iter().flatten().collect();
    }
    let mut places: Vec<PathBuf> =
        ["/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts"].map(PathBuf::from).into();
    places.extend(
        ["Library/Fonts", ".fonts", ".local/share/fonts"].iter().filter_map(|rest| below("HOME", rest)),
    );
    places
}

/// Fonts that cannot be listed or opened count as not installed: a character that only they have is then
/// told at its cell.
fn gather(folder: &Path, depth: usize, left: &mut usize, ranked: &mut Vec<(usize, PathBuf)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let path = entry.path();
        // Follows links, which distributions lay; the depth ends a circle.
        let Ok(facts) = fs::metadata(&path) else { continue };
        if facts.is_dir() && depth < MOST_DEPTH {
            gather(&path, depth + 1, left, ranked);
        } else if facts.is_file()
            && facts.len() <= MOST_BYTES
            && let Some(rank) = rank(&path)
        {
            ranked.push((rank, path));
        }
    }
}

fn rank(path: &Path) -> Option<usize> {
    let is_font =
        path.extension().is_some_and(|end| ["ttf", "otf"].iter().any(|font| end.eq_ignore_ascii_case(font)));
    if !is_font {
        return None;
    }
    let names = sfnt::family_names(&mut BufReader::new(File::open(path).ok()?)).ok()?;
    names.iter().filter_map(|name| full_family_rank(name)).min()
}
