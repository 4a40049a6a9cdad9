//! Fields of office documents that change by themselves: today's date, the time, chance, the file's name.
//!
//! Whoever converts such a document prints another day than its author saw, and every day other bytes.
//! Knows how each format writes such fields; of old binary formats only Word's.

use std::io::Cursor;

use crate::container::{Package, WORKBOOK_CAPS, decode_part};
use crate::fragment::Fragment;
use crate::inventory::MediaType;

/// Functions of a workbook, in upper case, as they stand in formulas.
const FUNCTIONS: [&str; 6] = ["TODAY(", "NOW(", "RAND(", "RANDBETWEEN(", "RANDARRAY(", "\"FILENAME\""];
/// Fields of Word (ISO/IEC 29500-1 §17.16.5).
const WORD_FIELDS: [&str; 3] = ["DATE", "TIME", "FILENAME"];
/// Codes in the header of a sheet: date, time, file name, path (ISO/IEC 29500-1 §18.3.1.46).
const HEADER_CODES: [&str; 4] = ["&AMP;D", "&AMP;T", "&AMP;F", "&AMP;Z"];

/// Whether a document holds such a field. `fragments` are the texts found in it.
pub fn found(bytes: &[u8], media_type: MediaType, fragments: &[Fragment]) -> bool {
    match media_type {
        MediaType::Docx
        | MediaType::Pptx
        | MediaType::Xlsx
        | MediaType::Odt
        | MediaType::Ods
        | MediaType::Odp => in_package(bytes, media_type).unwrap_or(false),
        MediaType::Cfb => fragments.iter().flat_map(|fragment| fragment.text.lines()).any(moves_in_run),
        _ => false,
    }
}

fn in_package(bytes: &[u8], media_type: MediaType) -> Option<bool> {
    let mut package = Package::open(Cursor::new(bytes), &WORKBOOK_CAPS).ok()?;
    let names: Vec<String> = package.entries().iter().map(|entry| entry.name.text.clone()).collect();
    for (index, name) in names.iter().enumerate().filter(|(_, name)| name.ends_with(".xml")) {
        if moves(media_type, name, &decode_part(package.read(index).ok()?)) {
            return Some(true);
        }
    }
    Some(false)
}

/// Whether a part of a package holds such a field.
fn moves(media_type: MediaType, part: &str, xml: &str) -> bool {
    match media_type {
        MediaType::Docx => part.starts_with("word/") && word_fields(xml).any(is_moving_field),
        MediaType::Pptx => part.starts_with("ppt/slides/") && xml.contains("type=\"datetime"),
        MediaType::Xlsx if part.starts_with("xl/worksheets/") || part == "xl/workbook.xml" => {
            let xml = xml.to_uppercase();
            let header = xml.find("<HEADERFOOTER").map_or("", |at| &xml[at..]);
            FUNCTIONS.iter().any(|function| xml.contains(function))
                || HEADER_CODES.iter().any(|code| header.contains(code))
        }
        MediaType::Odt | MediaType::Ods | MediaType::Odp => match part {
            "content.xml" => open_document(media_type, xml),
            // Headers and footers. Every spreadsheet brings a page style with the date along that is called
            // Report and used by none.
            "styles.xml" if media_type != MediaType::Odp => xml
                .split("<style:master-page")
                .skip(1)
                .filter(|page| !page.split('>').next().is_some_and(|mark| mark.contains("\"Report\"")))
                .any(has_moving_mark),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a run of text found in an old document of Word's holds such a field's code.
fn moves_in_run(run: &str) -> bool {
    run.split(|c: char| c.is_control()).any(|code| code.contains("\\@") && is_moving_field(code))
}

/// What fields of a part of Word's are told to show.
fn word_fields(xml: &str) -> impl Iterator<Item = &str> {
    let texts = xml
        .split("<w:instrText")
        .skip(1)
        .filter_map(|rest| rest.split_once('>').and_then(|(_, text)| text.split('<').next()));
    let simple = xml.split("w:instr=\"").skip(1).filter_map(|rest| rest.split('"').next());
    texts.chain(simple)
}

fn is_moving_field(code: &str) -> bool {
    let first = code.split_whitespace().next().unwrap_or_default();
    WORD_FIELDS.iter().any(|field| first.eq_ignore_ascii_case(field))
}

fn open_document(media_type: MediaType, xml: &str) -> bool {
    let formulas = media_type == MediaType::Ods && {
        let formulas = xml.split("table:formula=\"").skip(1).filter_map(|rest| rest.split('"').next());
        formulas
            .map(|formula| formula.to_uppercase().replace("&QUOT;", "\""))
            .any(|formula| FUNCTIONS.iter().any(|function| formula.contains(function)))
    };
    formulas || has_moving_mark(xml) || xml.contains("presentation:source=\"current-date\"")
}

/// ODF 1.2 §7.3: `text:fixed` keeps the value that was saved.
fn has_moving_mark(xml: &str) -> bool {
    ["<text:date", "<text:time", "<text:file-name"].iter().any(|mark| {
        let marks = xml.split(mark).skip(1).filter(|rest| rest.starts_with([' ', '>', '/']));
        marks.filter_map(|rest| rest.split('>').next()).any(|mark| !mark.contains("text:fixed=\"true\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_move_are_told_from_those_that_stay() {
        use MediaType::{Docx, Ods, Odt, Pptx, Xlsx};
        for (media_type, part, xml, expected) in [
            (
                Docx,
                "word/document.xml",
                "<w:instrText xml:space=\"preserve\"> DATE \\@ \"y\" </w:instrText>",
                true,
            ),
            (Docx, "word/footer1.xml", "<w:fldSimple w:instr=\" FILENAME \">", true),
            (Docx, "word/document.xml", "<w:instrText> SAVEDATE </w:instrText><w:t>DATE</w:t>", false),
            (Docx, "docProps/app.xml", "<w:instrText>DATE</w:instrText>", false),
            (Pptx, "ppt/slides/slide1.xml", "<a:fld type=\"datetime1\">", true),
            (Pptx, "ppt/slideLayouts/slideLayout1.xml", "<a:fld type=\"datetime1\">", false),
            (Xlsx, "xl/worksheets/sheet1.xml", "<f>A1-today()</f>", true),
            (Xlsx, "xl/worksheets/sheet1.xml", "<f>CELL(\"filename\")</f>", true),
            (Xlsx, "xl/worksheets/sheet1.xml", "<headerFooter><oddFooter>&amp;R&amp;D</oddFooter>", true),
            (Xlsx, "xl/worksheets/sheet1.xml", "<f>DATE(2021,1,1)</f><oddFooter>&amp;P</oddFooter>", false),
            (Xlsx, "xl/sharedStrings.xml", "<t>TODAY()</t>", false),
            (Ods, "content.xml", "<table:table-cell table:formula=\"of:=TODAY()\">", true),
            (Ods, "content.xml", "<table:table-cell><text:p>TODAY()</text:p>", false),
            (Ods, "styles.xml", "<style:master-page style:name=\"Report\"><text:date>1</text:date>", false),
            (Ods, "styles.xml", "<style:master-page style:name=\"Default\"><text:date>1</text:date>", true),
            (Odt, "content.xml", "<text:date text:date-value=\"2021-01-01\">", true),
            (Odt, "content.xml", "<text:date text:fixed=\"true\" text:date-value=\"x\">", false),
            (Odt, "content.xml", "<text:date-like/>", false),
        ] {
            assert_eq!(moves(media_type, part, xml), expected, "{part}: {xml}");
        }
        assert!(moves_in_run(" DATE \\@ \"yyyy/M/d\" ") && !moves_in_run("DATE OF BIRTH"));
    }
}
