//! The workbook part: a sheet put in front of all others.
//!
//! Names that belong to one sheet say so by its position: those move up by one. Knows nothing of what
//! stands on sheets.

use crate::splice::{Edits, attribute, escape, with_attribute};
use crate::xml::{Node, Tag, Xml};

use super::Unmarkable;
use super::parts::RELATIONS_NAMESPACE;

/// A sheet as the workbook lists it.
pub(super) struct Listed {
    pub name: String,
    /// The id of its relationship.
    pub relation: String,
}

pub(super) struct WorkbookPart {
    text: String,
    pub sheets: Vec<Listed>,
    /// Where the first sheet is listed.
    first: usize,
    /// As `<` is followed by in this part: empty or `x:`.
    prefix: String,
    highest_id: u32,
    edits: Edits,
}

impl WorkbookPart {
    pub fn read(text: String) -> Result<Self, Unmarkable> {
        // The other namespaces of ISO/IEC 29500 Strict would need other words in every part.
        if !text.contains(RELATIONS_NAMESPACE) {
            return Err(Unmarkable("以嚴格 OOXML 存檔".to_owned()));
        }
        let mut part = WorkbookPart {
            text: String::new(),
            sheets: Vec::new(),
            first: 0,
            prefix: String::new(),
            highest_id: 0,
            edits: Edits::default(),
        };
        let mut xml = Xml::new(&text);
        let mut before = 0;
        while let Some(node) = xml.next()? {
            let span = before..xml.position();
            before = span.end;
            let Node::Open(tag) = node else { continue };
            let written = &text[span.clone()];
            match tag.local() {
                "sheet" => part.list(&tag, span.start),
                "workbookView" => {
                    let mut shown = with_attribute(written, "activeTab", "0");
                    if attribute(written, "firstSheet").is_some() {
                        shown = with_attribute(&shown, "firstSheet", "0");
                    }
                    part.edits.replace(span, shown);
                }
                "definedName" => {
                    let local = tag.attribute("localSheetId").and_then(|id| id.parse::<u32>().ok());
                    if let Some(index) = local {
                        let moved = index.saturating_add(1).to_string();
                        part.edits.replace(span, with_attribute(written, "localSheetId", &moved));
                    }
                }
                _ => {}
            }
        }
        if part.sheets.is_empty() {
            return Err(Unmarkable("沒有工作表".to_owned()));
        }
        part.text = text;
        Ok(part)
    }

    fn list(&mut self, tag: &Tag<'_>, at: usize) {
        if self.sheets.is_empty() {
            self.first = at;
            self.prefix = tag.name().strip_suffix("sheet").unwrap_or_default().to_owned();
        }
        let relation = tag.local_attribute("id").unwrap_or_default();
        let id = tag.attribute("sheetId").and_then(|id| id.parse().ok()).unwrap_or(0);
        self.highest_id = self.highest_id.max(id);
        self.sheets.push(Listed { name: tag.attribute("name").unwrap_or_default(), relation });
    }

    /// The part with a new sheet in front, shown first.
    pub fn with_first_sheet(mut self, name: &str, relation: &str) -> Result<String, Unmarkable> {
        // Excel takes ids up to 65534.
        let id = self.highest_id.checked_add(1).filter(|id| *id < 65_535);
        let id = id.ok_or_else(|| Unmarkable("工作表編號用盡".to_owned()))?;
        let prefix = &self.prefix;
        let name = escape(name);
        // Some programs declare `r` on each sheet and not at the root: ours brings its own along.
        self.edits.insert(
            self.first,
            format!("<{prefix}sheet xmlns:r=\"{RELATIONS_NAMESPACE}\" name=\"{name}\" sheetId=\"{id}\" r:id=\"{relation}\"/>"),
        );
        Ok(self.edits.apply(&self.text))
    }
}
