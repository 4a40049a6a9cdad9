//! The parts of a workbook's package as text, and what became of them.
//!
//! A part that is not plain UTF-8 is not changed: what it says could not be put back as it was.

use std::collections::BTreeMap;
use std::io::Cursor;

use crate::container::{Package, WORKBOOK_CAPS, repack};
use crate::opc::{self, Relation};
use crate::splice::Edits;

use super::Unmarkable;

/// Relationships of one part that are looked at.
const RELATIONS: usize = 10_000;

/// A package being changed.
pub(super) struct Parts<'a> {
    package: Package<Cursor<&'a [u8]>>,
    changed: BTreeMap<String, Vec<u8>>,
}

impl<'a> Parts<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, Unmarkable> {
        let package = Package::open(Cursor::new(bytes), &WORKBOOK_CAPS)
            .map_err(|fault| Unmarkable(fault.to_string()))?;
        Ok(Parts { package, changed: BTreeMap::new() })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.package.entries().iter().map(|entry| entry.name.text.trim_start_matches('/'))
    }

    pub fn contains(&self, name: &str) -> bool {
        self.changed.contains_key(name) || self.package.contains(name)
    }

    /// A part as it stands now; `None` when there is none.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Unmarkable> {
        let bytes = match self.changed.get(name) {
            Some(bytes) => Some(bytes.clone()),
            None => self.package.part(name).map_err(|fault| Unmarkable(fault.to_string()))?,
        };
        let Some(bytes) = bytes else { return Ok(None) };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(Unmarkable(format!("「{name}」不是 UTF-8 文字"))),
        }
    }

    /// A part without which the package is none.
    pub fn needed(&mut self, name: &str) -> Result<String, Unmarkable> {
        self.text(name)?.ok_or_else(|| Unmarkable(format!("缺「{name}」")))
    }

    /// Puts a part in place of the one of this name, whatever the case of its letters.
    pub fn put(&mut self, name: &str, text: String) {
        let same = |known: &&str| known.eq_ignore_ascii_case(name);
        let name = self.names().find(same).unwrap_or(name).to_owned();
        self.changed.insert(name, text.into_bytes());
    }

    pub fn relations(&mut self, part: &str) -> Result<Vec<Relation>, Unmarkable> {
        let Some(text) = self.text(&opc::relations_part(part))? else { return Ok(Vec::new()) };
        opc::relations(&text, part, RELATIONS).map_err(|_| Unmarkable(format!("「{part}」的連結無法解讀")))
    }

    /// Adds a relationship to a part and returns its id. `target` is relative to the part's folder.
    pub fn relate(&mut self, part: &str, kind: &str, target: &str) -> Result<String, Unmarkable> {
        let name = opc::relations_part(part);
        let known: Vec<String> = self.relations(part)?.into_iter().map(|relation| relation.id).collect();
        let id = (1..)
            .map(|n| format!("rIdHuibian{n}"))
            .find(|id| !known.contains(id))
            .unwrap_or_else(|| "rIdHuibian".to_owned());
        let text = self.text(&name)?.unwrap_or_else(|| {
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"{PACKAGE_RELATIONS}\"></Relationships>"
            )
        });
        let entry = format!(" Id=\"{id}\" Type=\"{RELATIONS_NAMESPACE}/{kind}\" Target=\"{target}\"/>");
        self.put(&name, appended(&text, "Relationships", "Relationship", &entry)?);
        Ok(id)
    }

    /// Says what kind of part a part is.
    pub fn declare(&mut self, part: &str, content_type: &str) -> Result<(), Unmarkable> {
        let text = self.needed(CONTENT_TYPES)?;
        let entry = format!(" PartName=\"/{part}\" ContentType=\"{content_type}\"/>");
        self.put(CONTENT_TYPES, appended(&text, "Types", "Override", &entry)?);
        Ok(())
    }

    pub fn finish(mut self) -> Result<Vec<u8>, Unmarkable> {
        repack(&mut self.package, &self.changed).map_err(|error| Unmarkable(format!("{error:#}")))
    }
}

pub(super) const CONTENT_TYPES: &str = "[Content_Types].xml";
pub(super) const RELATIONS_NAMESPACE: &str =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE_RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// A root element with one more child at its end; the child bears the root's prefix.
fn appended(text: &str, root: &str, child: &str, rest: &str) -> Result<String, Unmarkable> {
    let fault = || Unmarkable(format!("缺「{root}」的結尾"));
    let end = text.rfind("</").ok_or_else(fault)?;
    let closing = text[end + 2..].split('>').next().unwrap_or_default().trim();
    let prefix = closing.strip_suffix(root).ok_or_else(fault)?;
    if !prefix.is_empty() && !prefix.ends_with(':') {
        return Err(fault());
    }
    let mut edits = Edits::default();
    edits.insert(end, format!("<{prefix}{child}{rest}"));
    Ok(edits.apply(text))
}
