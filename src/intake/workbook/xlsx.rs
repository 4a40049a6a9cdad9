//! .xlsx and .xlsm packages: which parts are sheets, what strings and formats they share.
//!
//! Read here and not by calamine: its reader reserves what `uniqueCount` claims, lets one bad cell
//! or sheet type refuse a sheet or a workbook, and says neither where a faulty cell stands nor that
//! a reference leaves the grid. Macros are never looked into.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use super::dates::{Shown, built_in_format, format_code};
use super::gather::{CELL_BYTES, Gathering, NAMES, SHEETS};
use super::names::target;
use super::sheet::read_sheet;
use super::text::unescape;
use crate::container::Package;
use crate::grid::{DefinedName, Grid, GridFailure, GridRemark};
use crate::inventory::MediaType;
use crate::opc::{self, Relation, RelationsFault};
use crate::xml::{Node, Xml, XmlFault};

/// Relationships of one part.
const RELATIONS: usize = 10_000;

/// What all sheets of a workbook share.
#[derive(Default)]
pub(super) struct Shared {
    pub strings: Strings,
    /// How a cell's style shows a number, by the cell's `s`.
    pub styles: Vec<Shown>,
    pub epoch_1904: bool,
}

/// The shared strings in one piece: a file can name millions of empty ones.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    pub fn nth(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.text.get(start..end)
    }
}

struct Listed {
    name: String,
    relation: String,
    visible: bool,
}

#[derive(Default)]
struct Workbook {
    sheets: Vec<Listed>,
    names: Vec<DefinedName>,
    epoch_1904: bool,
}

/// Reads an .xlsx; `package` is already within its limits.
pub(super) fn read(package: &mut Package<Cursor<&[u8]>>) -> Result<Grid, GridFailure> {
    let roots = relations(package, "")?;
    let root = |kind: &str| roots.values().find(|relation| relation.kind == kind);
    let path = root("officeDocument").map_or("xl/workbook.xml", |relation| relation.target.as_str());
    let path = if package.contains(path) { path } else { "xl/workbook.xml" };
    let Some(text) = super::optional_part(package, path)? else {
        return Err(GridFailure::Damaged { detail: "缺活頁簿主檔（workbook.xml）".to_owned() });
    };
    let workbook = read_workbook(&text).map_err(damaged)?;
    let related = relations(package, path)?;
    let properties = root("core-properties").map_or("docProps/core.xml", |part| part.target.as_str());
    let description = super::optional_part(package, properties)?.and_then(|text| super::description(&text));

    let mut gathering = Gathering::new();
    remark_parts(package, &mut gathering);
    let mut shared = Shared { epoch_1904: workbook.epoch_1904, ..Shared::default() };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if let Some(text) = shared_part(package, &related, folder, "styles")? {
        shared.styles = read_styles(&text).map_err(damaged)?;
    }
    if let Some(text) = shared_part(package, &related, folder, "sharedStrings")? {
        shared.strings = read_strings(&text).map_err(damaged)?;
    }
    let mut read_parts = BTreeSet::new();
    for sheet in &workbook.sheets {
        gathering.begin_sheet(&sheet.name, sheet.visible);
        // Each part once: a part of megabytes could be listed a thousand times.
        let relation = related.get(&sheet.relation);
        let relation = relation.filter(|relation| read_parts.insert(relation.target.as_str()));
        read_listed(package, relation, &shared, &mut gathering)?;
    }
    gathering.end_sheet();
    if gathering.sheets.is_empty() {
        return Err(GridFailure::Damaged { detail: "沒有工作表".to_owned() });
    }
    Ok(Grid {
        media_type: MediaType::Xlsx,
        sheets: gathering.sheets,
        names: workbook.names,
        description,
        epoch_1904: workbook.epoch_1904,
        remarks: gathering.remarks,
    })
}

fn damaged(fault: XmlFault) -> GridFailure {
    GridFailure::Damaged { detail: fault.0 }
}

fn remark_parts(package: &Package<Cursor<&[u8]>>, gathering: &mut Gathering) {
    for entry in package.entries() {
        let name = entry.name.text.to_ascii_lowercase();
        if name.ends_with("vbaproject.bin") || name.contains("/macrosheets/") {
            gathering.remark(GridRemark::Macros);
        }
        if name.contains("externallinks/") && name.ends_with(".xml") {
            gathering.remark(GridRemark::ExternalLinks);
        }
    }
}

fn read_listed(
    package: &mut Package<Cursor<&[u8]>>,
    relation: Option<&Relation>,
    shared: &Shared,
    gathering: &mut Gathering,
) -> Result<(), GridFailure> {
    let Some(relation) = relation else {
        gathering.sheet_unreadable("活頁簿中找不到這張工作表的內容");
        return Ok(());
    };
    match relation.kind.as_str() {
        // A chart or an old dialog on a sheet of its own holds no cells.
        "chartsheet" | "dialogsheet" => return Ok(()),
        "xlMacrosheet" | "xlIntlMacrosheet" => {
            gathering.remark(GridRemark::Macros);
            return Ok(());
        }
        _ => {}
    }
    match package.part(&relation.target) {
        Ok(Some(bytes)) => {
            let text = crate::container::decode_part(bytes);
            read_sheet(&text, shared, gathering);
        }
        Ok(None) => gathering.sheet_unreadable("活頁簿中找不到這張工作表的內容"),
        Err(fault) => match super::package_failure(fault) {
            GridFailure::Damaged { detail } => gathering.sheet_unreadable(detail),
            failure => return Err(failure),
        },
    }
    Ok(())
}

/// The relationships of a part by their ids; `""` is the package itself.
fn relations(
    package: &mut Package<Cursor<&[u8]>>,
    part: &str,
) -> Result<BTreeMap<String, Relation>, GridFailure> {
    let Some(text) = super::optional_part(package, &opc::relations_part(part))? else {
        return Ok(BTreeMap::new());
    };
    match opc::relations(&text, part, RELATIONS) {
        Ok(found) => Ok(found.into_iter().map(|relation| (relation.id.clone(), relation)).collect()),
        Err(RelationsFault::Xml(fault)) => Err(damaged(fault)),
        Err(RelationsFault::TooMany) => {
            Err(GridFailure::TooLarge { detail: format!("內部連結超過 {RELATIONS} 個") })
        }
    }
}

/// A part all sheets share, by its relation or, where a writer forgot that, by its usual name.
fn shared_part(
    package: &mut Package<Cursor<&[u8]>>,
    related: &BTreeMap<String, Relation>,
    folder: &str,
    kind: &str,
) -> Result<Option<String>, GridFailure> {
    match related.values().find(|relation| relation.kind == kind) {
        Some(relation) => super::optional_part(package, &relation.target),
        None => super::optional_part(package, &format!("{folder}/{kind}.xml")),
    }
}

fn read_workbook(text: &str) -> Result<Workbook, XmlFault> {
    let mut workbook = Workbook::default();
    let mut xml = Xml::new(text);
    let mut has_root = false;
    while let Some(node) = xml.next()? {
        let Node::Open(tag) = node else { continue };
        match tag.local() {
            "workbook" => has_root = true,
            "workbookPr" => {
                let said = tag.attribute("date1904").unwrap_or_default();
                workbook.epoch_1904 = matches!(said.as_str(), "1" | "true");
            }
            "sheet" if workbook.sheets.len() >= SHEETS => {
                return Err(XmlFault(format!("超過 {SHEETS} 張工作表")));
            }
            "sheet" => {
                let state = tag.attribute("state").unwrap_or_default();
                workbook.sheets.push(Listed {
                    name: unescape(&tag.attribute("name").unwrap_or_default()),
                    relation: tag.local_attribute("id").unwrap_or_default(),
                    visible: !state.to_ascii_lowercase().contains("hidden"),
                });
            }
            "definedName" => {
                let is_global = tag.attribute("localSheetId").is_none();
                let name = tag.attribute("name").unwrap_or_default();
                let definition = xml.text(CELL_BYTES)?;
                let is_built_in = name.starts_with("_xlnm.");
                if is_global
                    && !is_built_in
                    && workbook.names.len() < NAMES
                    && let Some(target) = target(&definition)
                {
                    workbook.names.push(DefinedName { name, target });
                }
            }
            _ => {}
        }
    }
    if has_root { Ok(workbook) } else { Err(XmlFault("workbook.xml 不是活頁簿".to_owned())) }
}

/// How each cell format shows numbers, in the order of `cellXfs`.
fn read_styles(text: &str) -> Result<Vec<Shown>, XmlFault> {
    let mut codes: BTreeMap<u32, Shown> = BTreeMap::new();
    let mut styles = Vec::new();
    let mut in_cell_formats = false;
    let mut xml = Xml::new(text);
    while let Some(node) = xml.next()? {
        match node {
            Node::Open(tag) => match tag.local() {
                "numFmt" => {
                    let id = tag.attribute("numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, tag.attribute("formatCode")) {
                        codes.insert(id, format_code(&code));
                    }
                }
                "cellXfs" => in_cell_formats = true,
                "xf" if in_cell_formats => {
                    let id = tag.attribute("numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    styles.push(codes.get(&id).copied().unwrap_or_else(|| built_in_format(id)));
                }
                _ => {}
            },
            Node::Close(tag) if tag.local() == "cellXfs" => in_cell_formats = false,
            _ => {}
        }
    }
    Ok(styles)
}

/// The shared strings. What `count` and `uniqueCount` claim is not believed; nothing is reserved.
fn read_strings(text: &str) -> Result<Strings, XmlFault> {
    let mut strings = Strings::default();
    let mut xml = Xml::new(text);
    while let Some(node) = xml.next()? {
        let Node::Open(tag) = node else { continue };
        if tag.local() == "si" {
            strings.text.push_str(&rich_text(&mut xml)?);
            let end = u32::try_from(strings.text.len()).map_err(|_| XmlFault("文字過多".to_owned()))?;
            strings.ends.push(end);
        }
    }
    Ok(strings)
}

/// The text of the `si` or `is` that was just opened: its runs in order, phonetic hints left out.
pub(super) fn rich_text(xml: &mut Xml<'_>) -> Result<String, XmlFault> {
    let mut text = String::new();
    let mut depth = 1usize;
    while depth > 0 {
        match xml.next()? {
            Some(Node::Open(tag)) => match tag.local() {
                "rPh" => xml.skip()?,
                "t" => {
                    let room = CELL_BYTES.saturating_sub(text.len());
                    text.push_str(&unescape(&xml.text(room)?));
                }
                _ => depth += 1,
            },
            Some(Node::Close(_)) => depth -= 1,
            Some(Node::Text(_)) => {}
            None => break,
        }
    }
    Ok(text)
}
