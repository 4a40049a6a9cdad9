//! What was handed in instead of a workbook we read, in the words users know it by.
//!
//! Only names things; nothing is parsed beyond a few marks.

use crate::container::{Compound, decode_part};
use crate::grid::GridFailure;
use crate::inventory::MediaType;

/// How much of a text is looked at for marks.
const HEAD: usize = 4096;

/// Why a file of this kind is not read.
pub(super) fn failure(kind: MediaType, bytes: &[u8]) -> GridFailure {
    match kind {
        MediaType::Xlsb => unsupported("Excel 二進位活頁簿（.xlsb）"),
        MediaType::Cfb => compound(bytes),
        MediaType::Text => text(bytes),
        MediaType::Unknown => unknown(bytes),
        kind => GridFailure::NotAWorkbook { found: common_name(kind).to_owned() },
    }
}

fn unsupported(found: &str) -> GridFailure {
    GridFailure::UnsupportedFormat { found: found.to_owned() }
}

fn not_a_workbook(found: &str) -> GridFailure {
    GridFailure::NotAWorkbook { found: found.to_owned() }
}

fn compound(bytes: &[u8]) -> GridFailure {
    let file = match Compound::open(bytes) {
        Ok(file) => file,
        Err(fault) => return GridFailure::Damaged { detail: fault.to_string() },
    };
    let streams = file.streams();
    let has = |name: &str| streams.iter().any(|stream| stream.eq_ignore_ascii_case(name));
    if has("EncryptedPackage") {
        return GridFailure::Password;
    }
    if has("WordDocument") {
        return not_a_workbook("Word 文件（.doc）");
    }
    if has("PowerPoint Document") {
        return not_a_workbook("PowerPoint 簡報（.ppt）");
    }
    if has("__properties_version1.0") {
        return not_a_workbook("Outlook 郵件（.msg）");
    }
    not_a_workbook("其他 Office 舊格式文件")
}

fn text(bytes: &[u8]) -> GridFailure {
    let head = decode_part(bytes[..bytes.len().min(HEAD)].to_vec());
    if head.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return unsupported("XML 試算表 2003");
    }
    if head.contains("opendocument") && head.contains("office:document") {
        return unsupported("單一檔 ODF 試算表（.fods）");
    }
    if head.starts_with("ID;P") {
        return unsupported("SYLK 試算表（.slk）");
    }
    not_a_workbook("純文字檔（如 CSV）")
}

/// Excel before its compound files: a stream of records that begins with BOF ([MS-XLS] 2.4.21).
fn unknown(bytes: &[u8]) -> GridFailure {
    match bytes {
        [0x09, 0x00 | 0x02 | 0x04, 4 | 6 | 8, 0, ..] => unsupported("Excel 4.0 或更早的活頁簿"),
        [0x09, 0x08, 8 | 16, 0, ..] => unsupported("缺外層結構的 Excel 活頁簿"),
        _ => not_a_workbook("無法辨識的檔案"),
    }
}

fn common_name(kind: MediaType) -> &'static str {
    match kind {
        MediaType::Pdf => "PDF 文件",
        MediaType::Jpeg
        | MediaType::Png
        | MediaType::Gif
        | MediaType::Bmp
        | MediaType::Tiff
        | MediaType::Webp
        | MediaType::Heic => "圖片",
        MediaType::Docx => "Word 文件（.docx）",
        MediaType::Pptx => "PowerPoint 簡報（.pptx）",
        MediaType::Odt => "ODF 文字文件（.odt）",
        MediaType::Odp => "ODF 簡報（.odp）",
        MediaType::Zip => "壓縮檔（.zip）",
        MediaType::Html => "網頁檔（HTML）",
        MediaType::AudioVideo => "影音檔",
        _ => "無法辨識的檔案",
    }
}
