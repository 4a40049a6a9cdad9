//! The comments of one worksheet: ours put beside the unit's own, those of an earlier round taken out.
//!
//! A cell has one comment: where the unit wrote one, ours is added at its end. Told apart by how ours
//! begin, since programs rename authors.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::corrections::COMMENT_MARK;
use crate::place::CellRef;
use crate::splice::{Edits, escape};
use crate::xml::{Node, Xml};

use super::drawing;
use super::parts::{CONTENT_TYPES, Parts};
use super::xlsx::free;
use super::{Remarks, Unmarkable};

const COMMENTS_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
const DRAWING_TYPE: &str = "application/vnd.openxmlformats-officedocument.vmlDrawing";
const NAMESPACE: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const AUTHOR: &str = "彙編";

/// Puts the remarks into a sheet's comments. Returns the relationship of a new drawing that the sheet has
/// still to name.
pub(super) fn mark(
    parts: &mut Parts<'_>,
    sheet: &str,
    remarks: &Remarks,
    index: usize,
) -> Result<Option<String>, Unmarkable> {
    let related = parts.relations(sheet)?;
    let part_of = |kind: &str| related.iter().find(|r| r.kind == kind).map(|r| r.target.clone());
    let (known, drawn) = (part_of("comments"), part_of("vmlDrawing"));
    if remarks.is_empty() && known.is_none() {
        return Ok(None);
    }
    let text = match &known {
        Some(part) => parts.needed(part)?,
        None => empty(),
    };
    let merged = merge(&text, remarks)?;
    if merged.text == text {
        return Ok(None);
    }
    match known {
        Some(part) => parts.put(&part, merged.text),
        None => {
            let name = free(parts, |n| format!("huibian-comments{n}.xml"), "xl/");
            parts.relate(sheet, "comments", &format!("/xl/{name}"))?;
            parts.declare(&format!("xl/{name}"), COMMENTS_TYPE)?;
            parts.put(&format!("xl/{name}"), merged.text);
        }
    }
    let changes = drawing::Changes { added: &merged.added, removed: &merged.removed };
    if let Some(part) = drawn {
        let text = parts.needed(&part)?;
        parts.put(&part, drawing::change(&text, &changes)?);
        return Ok(None);
    }
    declare_drawings(parts)?;
    let name = free(parts, |n| format!("huibian{n}.vml"), "xl/drawings/");
    parts.put(&format!("xl/drawings/{name}"), drawing::new(&merged.shown, index));
    parts.relate(sheet, "vmlDrawing", &format!("/xl/drawings/{name}")).map(Some)
}

/// A default for the extension: programs write no override for drawings of this kind.
fn declare_drawings(parts: &mut Parts<'_>) -> Result<(), Unmarkable> {
    let text = parts.needed(CONTENT_TYPES)?;
    if text.to_ascii_lowercase().contains("extension=\"vml\"") {
        return Ok(());
    }
    let mut xml = Xml::new(&text);
    let mut before = 0;
    while let Some(node) = xml.next()? {
        let start = before;
        before = xml.position();
        let Node::Open(tag) = node else { continue };
        if tag.local() == "Types" {
            continue;
        }
        let prefix = tag.name().strip_suffix(tag.local()).unwrap_or_default();
        let mut edits = Edits::default();
        edits.insert(start, format!("<{prefix}Default Extension=\"vml\" ContentType=\"{DRAWING_TYPE}\"/>"));
        parts.put(CONTENT_TYPES, edits.apply(&text));
        return Ok(());
    }
    Err(Unmarkable("內容類型清單是空的".to_owned()))
}

fn empty() -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<comments xmlns=\"{NAMESPACE}\"><authors></authors><commentList></commentList></comments>"
    )
}

/// Comments with ours in them.
struct Merged {
    text: String,
    /// Cells that have a comment only now.
    added: BTreeSet<CellRef>,
    /// Cells that have none any more.
    removed: BTreeSet<CellRef>,
    /// All cells with a comment.
    shown: BTreeSet<CellRef>,
}

/// One comment as it stands.
#[derive(Default)]
struct Comment {
    span: Range<usize>,
    cell: Option<CellRef>,
    /// Where `</text>` begins.
    text_end: Option<usize>,
    /// The characters of its text so far.
    content: String,
    /// Runs that begin as ours do.
    our_runs: Vec<Range<usize>>,
}

fn merge(text: &str, remarks: &Remarks) -> Result<Merged, Unmarkable> {
    let read = Comments::read(text)?;
    let p = &read.prefix;
    let mut edits = Edits::default();
    let author = read.authors.iter().position(|name| name == AUTHOR);
    let author = author.unwrap_or_else(|| {
        if !remarks.is_empty() {
            edits.insert(read.authors_end, format!("<{p}author>{AUTHOR}</{p}author>"));
        }
        read.authors.len()
    });
    let run = |text: &str| format!("<{p}r><{p}t xml:space=\"preserve\">{}</{p}t></{p}r>", escape(text));
    let (mut had, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for comment in &read.comments {
        let Some(cell) = comment.cell else { continue };
        had.insert(cell);
        if comment.content.starts_with(COMMENT_MARK) {
            edits.remove(comment.span.clone());
            continue;
        }
        kept.insert(cell);
        for run in &comment.our_runs {
            edits.remove(run.clone());
        }
        if let (Some(remark), Some(end)) = (remarks.get(&cell), comment.text_end) {
            edits.insert(end, run(&format!("\n{}", remark.text)));
        }
    }
    let mut shown = kept.clone();
    for (cell, remark) in remarks.iter().filter(|(cell, _)| !kept.contains(cell)) {
        shown.insert(*cell);
        edits.insert(
            read.list_end,
            format!(
                "<{p}comment ref=\"{cell}\" authorId=\"{author}\"><{p}text>{}</{p}text></{p}comment>",
                run(&remark.text)
            ),
        );
    }
    Ok(Merged {
        text: edits.apply(text),
        added: shown.difference(&had).copied().collect(),
        removed: had.difference(&shown).copied().collect(),
        shown,
    })
}

/// A comments part taken apart.
#[derive(Default)]
struct Comments {
    prefix: String,
    authors: Vec<String>,
    authors_end: usize,
    list_end: usize,
    comments: Vec<Comment>,
}

impl Comments {
    fn read(text: &str) -> Result<Self, Unmarkable> {
        let mut read = Comments::default();
        let mut xml = Xml::new(text);
        let (mut before, mut run_start) = (0, 0);
        let mut run_text = String::new();
        let mut in_author = false;
        while let Some(node) = xml.next()? {
            let span = before..xml.position();
            before = span.end;
            let inside = read.comments.last_mut().filter(|comment| comment.span.end == 0);
            match node {
                Node::Open(tag) => match tag.local() {
                    "comments" => {
                        read.prefix = tag.name().strip_suffix("comments").unwrap_or_default().to_owned()
                    }
                    "author" => {
                        in_author = true;
                        read.authors.push(String::new());
                    }
                    "comment" => {
                        let cell = tag.attribute("ref").as_deref().and_then(CellRef::parse);
                        read.comments.push(Comment { span: span.start..0, cell, ..Comment::default() });
                    }
                    "r" => {
                        run_start = span.start;
                        run_text.clear();
                    }
                    _ => {}
                },
                Node::Close(tag) => match (tag.local(), inside) {
                    ("author", _) => in_author = false,
                    ("authors", _) => read.authors_end = closing(text, &span)?,
                    ("commentList", _) => read.list_end = closing(text, &span)?,
                    ("comment", Some(comment)) => comment.span.end = span.end,
                    ("text", Some(comment)) => comment.text_end = Some(closing(text, &span)?),
                    ("r", Some(comment)) if run_text.trim_start().starts_with(COMMENT_MARK) => {
                        comment.our_runs.push(run_start..span.end);
                    }
                    _ => {}
                },
                Node::Text(piece) => {
                    if let Some(author) = read.authors.last_mut().filter(|_| in_author) {
                        author.push_str(&piece);
                    }
                    if let Some(comment) = inside {
                        comment.content.push_str(&piece);
                        run_text.push_str(&piece);
                    }
                }
            }
        }
        match read.authors_end == 0 || read.list_end == 0 {
            true => Err(Unmarkable("註解無法解讀".to_owned())),
            false => Ok(read),
        }
    }
}

/// Where a closing tag begins; an empty element has none to put anything before.
fn closing(text: &str, span: &Range<usize>) -> Result<usize, Unmarkable> {
    match text[span.clone()].starts_with("</") {
        true => Ok(span.start),
        false => Err(Unmarkable("註解清單是空的".to_owned())),
    }
}
