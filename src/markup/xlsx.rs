//! The parts of an .xlsx that bear marks, in the order in which they depend on each other.
//!
//! Knows which part leads to which; how each is changed is said in its own module.

use crate::corrections::{self, CorrectionList};

use super::parts::Parts;
use super::workbook::WorkbookPart;
use super::{Unmarkable, comments, list, remarks, styles, worksheet};

const SHEET_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";

pub(super) fn mark(bytes: &[u8], corrections: &CorrectionList) -> Result<Vec<u8>, Unmarkable> {
    let mut parts = Parts::open(bytes)?;
    refuse_macros(&parts, "含巨集的檔案不標註")?;
    let path = workbook_part(&mut parts)?;
    let related = parts.relations(&path)?;
    let workbook = WorkbookPart::read(parts.needed(&path)?)?;
    let part_of =
        |id: &str| related.iter().find(|relation| relation.id == id).map(|relation| relation.target.clone());

    let styles_part = related.iter().find(|relation| relation.kind == "styles");
    let styles_part = styles_part.ok_or_else(|| Unmarkable("缺樣式".to_owned()))?.target.clone();
    let styled = styles::extend(&parts.needed(&styles_part)?)?;
    parts.put(&styles_part, styled.text);

    let lists: Option<String> = workbook
        .sheets
        .iter()
        .find(|sheet| sheet.name == corrections::SHEET)
        .and_then(|sheet| part_of(&sheet.relation));
    let mut remarks = remarks(corrections);
    for (index, sheet) in workbook.sheets.iter().enumerate() {
        let Some(part) = part_of(&sheet.relation).filter(|part| Some(part) != lists.as_ref()) else {
            continue;
        };
        let is_worksheet = related.iter().any(|r| r.target == part && r.kind == "worksheet");
        if !is_worksheet {
            continue;
        }
        let own = remarks.remove(sheet.name.as_str()).unwrap_or_default();
        let drawing = comments::mark(&mut parts, &part, &own, index)?;
        let text = parts.needed(&part)?;
        let marks = worksheet::Marks {
            remarks: &own,
            formats: styled.formats,
            drawing: drawing.as_deref(),
            deselect: lists.is_none(),
        };
        if let Some(marked) = worksheet::mark(&text, &marks)? {
            parts.put(&part, marked);
        }
    }

    let sheet = list::worksheet(corrections, &styled.cells, lists.is_none());
    match lists {
        Some(part) => parts.put(&part, sheet),
        None => {
            let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
            let name = free(&parts, |n| format!("worksheets/huibian{n}.xml"), &folder);
            let id = parts.relate(&path, "worksheet", &name)?;
            parts.put(&path, workbook.with_first_sheet(corrections::SHEET, &id)?);
            parts.declare(&format!("{folder}{name}"), SHEET_TYPE)?;
            parts.put(&format!("{folder}{name}"), sheet);
        }
    }
    parts.finish()
}

/// `why` is told where there are some.
pub(super) fn refuse_macros(parts: &Parts<'_>, why: &str) -> Result<(), Unmarkable> {
    match parts.names().any(|name| name.to_ascii_lowercase().ends_with("vbaproject.bin")) {
        true => Err(Unmarkable(why.to_owned())),
        false => Ok(()),
    }
}

/// The path of the workbook part.
pub(super) fn workbook_part(parts: &mut Parts<'_>) -> Result<String, Unmarkable> {
    let roots = parts.relations("")?;
    let root = roots.iter().find(|relation| relation.kind == "officeDocument");
    Ok(root.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target.clone()))
}

/// The first name, relative to a folder, that no part has.
pub(super) fn free(parts: &Parts<'_>, name: impl Fn(usize) -> String, folder: &str) -> String {
    let mut n = 1;
    while parts.contains(&format!("{folder}{}", name(n))) {
        n += 1;
    }
    name(n)
}
