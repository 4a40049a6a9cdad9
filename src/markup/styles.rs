//! The styles part: a few formats added at the end of their lists, so that no index moves.

use std::ops::Range;

use crate::splice::{Edits, with_attribute};
use crate::xml::{Node, Xml};

use super::Unmarkable;

/// The part with what was added, and where that stands.
pub(super) struct Styled {
    pub text: String,
    pub formats: Formats,
    pub cells: CellStyles,
}

/// Conditional formats, by their index among `dxfs`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Formats {
    pub error: usize,
    pub warning: usize,
}

/// Styles of the list's cells, by their index among `cellXfs`.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellStyles {
    pub title: usize,
    /// One line, running over the cells beside it.
    pub note: usize,
    pub header: usize,
    pub wrapped: usize,
    pub link: usize,
}

/// The children of `styleSheet` in the order the schema wants (ECMA-376 §18.8.39).
const ORDER: [&str; 11] = [
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
    "tableStyles",
    "colors",
    "extLst",
];

/// One of the lists: where it stands and how much is in it.
#[derive(Debug, Clone, Default)]
struct Listing {
    /// The opening tag.
    open: Range<usize>,
    /// Where the closing tag begins; equal to the end of `open` in an empty element.
    close: usize,
    count: usize,
}

pub(super) fn extend(text: &str) -> Result<Styled, Unmarkable> {
    let mut sheet = StyleSheet::read(text)?;
    let p = sheet.prefix.clone();
    let font = sheet.append(
        "fonts",
        &[
            format!("<{p}font><{p}b/><{p}sz val=\"14\"/></{p}font>"),
            format!("<{p}font><{p}b/><{p}sz val=\"12\"/></{p}font>"),
            format!("<{p}font><{p}sz val=\"12\"/></{p}font>"),
            format!("<{p}font><{p}u/><{p}sz val=\"12\"/><{p}color rgb=\"FF0563C1\"/></{p}font>"),
        ],
    )?;
    let fill = sheet.append(
        "fills",
        &[format!(
            "<{p}fill><{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"FFE7E6E6\"/></{p}patternFill></{p}fill>"
        )],
    )?;
    let cell = |font: usize, fill: usize| {
        format!(
            "<{p}xf numFmtId=\"0\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\" applyAlignment=\"1\"><{p}alignment vertical=\"top\" wrapText=\"1\"/></{p}xf>"
        )
    };
    let line = |font: usize| {
        format!(
            "<{p}xf numFmtId=\"0\" fontId=\"{font}\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
        )
    };
    let added = [line(font), line(font + 2), cell(font + 1, fill), cell(font + 2, 0), cell(font + 3, 0)];
    let style = sheet.append("cellXfs", &added)?;
    let filled = |colour: &str| {
        format!(
            "<{p}dxf><{p}fill><{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"{colour}\"/><{p}bgColor rgb=\"{colour}\"/></{p}patternFill></{p}fill></{p}dxf>"
        )
    };
    let format = sheet.append("dxfs", &[filled("FFFFC7CE"), filled("FFFFEB9C")])?;
    Ok(Styled {
        text: sheet.edits.apply(text),
        formats: Formats { error: format, warning: format + 1 },
        cells: CellStyles {
            title: style,
            note: style + 1,
            header: style + 2,
            wrapped: style + 3,
            link: style + 4,
        },
    })
}

struct StyleSheet<'a> {
    text: &'a str,
    prefix: String,
    listings: [Option<Listing>; ORDER.len()],
    end: usize,
    edits: Edits,
}

impl<'a> StyleSheet<'a> {
    fn read(text: &'a str) -> Result<Self, Unmarkable> {
        let mut sheet = StyleSheet {
            text,
            prefix: String::new(),
            listings: Default::default(),
            end: 0,
            edits: Edits::default(),
        };
        let mut xml = Xml::new(text);
        let (mut before, mut depth, mut current) = (0, 0usize, None);
        while let Some(node) = xml.next()? {
            let span = before..xml.position();
            before = span.end;
            match node {
                Node::Open(tag) => {
                    match (depth, current) {
                        (0, _) => {
                            sheet.prefix =
                                tag.name().strip_suffix("styleSheet").unwrap_or_default().to_owned()
                        }
                        (1, _) => {
                            current = ORDER.iter().position(|name| *name == tag.local());
                            if let Some(at) = current {
                                sheet.listings[at] = Some(Listing { open: span, ..Listing::default() });
                            }
                        }
                        (2, Some(at)) => {
                            if let Some(listing) = &mut sheet.listings[at] {
                                listing.count += 1;
                            }
                        }
                        _ => {}
                    }
                    depth += 1;
                }
                Node::Close(_) => {
                    depth = depth.saturating_sub(1);
                    if depth == 1
                        && let Some(listing) =
                            current.take().and_then(|at: usize| sheet.listings[at].as_mut())
                    {
                        listing.close = span.start;
                    }
                    if depth == 0 && sheet.end == 0 {
                        sheet.end = span.start;
                    }
                }
                Node::Text(_) => {}
            }
        }
        if sheet.end == 0 { Err(Unmarkable("樣式無法解讀".to_owned())) } else { Ok(sheet) }
    }

    /// Adds to a list; the index of the first added.
    fn append(&mut self, name: &str, added: &[String]) -> Result<usize, Unmarkable> {
        let at = ORDER.iter().position(|known| *known == name);
        let at = at.ok_or_else(|| Unmarkable(format!("樣式沒有「{name}」")))?;
        let pieces = added.concat();
        let p = &self.prefix;
        let Some(listing) = self.listings[at].clone() else {
            // Without these there is nothing our styles could build on.
            if name != "dxfs" {
                return Err(Unmarkable(format!("樣式缺「{name}」")));
            }
            let next = self.listings[at..].iter().flatten().next().map_or(self.end, |next| next.open.start);
            self.edits.insert(next, format!("<{p}dxfs count=\"{}\">{pieces}</{p}dxfs>", added.len()));
            return Ok(0);
        };
        let count = (listing.count + added.len()).to_string();
        let tag = with_attribute(&self.text[listing.open.clone()], "count", &count);
        if listing.close == listing.open.end {
            let open = tag.strip_suffix("/>").map_or(tag.clone(), |open| format!("{open}>"));
            self.edits.replace(listing.open, format!("{open}{pieces}</{p}{name}>"));
        } else {
            self.edits.replace(listing.open, tag);
            self.edits.insert(listing.close, pieces);
        }
        Ok(listing.count)
    }
}
