//! What a file is, by its content: names and extensions are never believed.
//!
//! Containers are told apart by their parts. Reads a whole file, or a beginning of it for a first
//! guess; never fails, never panics.

use std::io::{self, Cursor, Read, Seek};

use encoding_rs::BIG5;

use super::compound::{self, Compound};
use super::package::{Caps, Package};
use crate::inventory::MediaType;

/// A PDF's header stands within the first 1024 bytes (ISO 32000-1, implementation note 13).
const PDF_HEADER_WITHIN: usize = 1024;
/// How much of a large file is looked at before its end is.
const PREFIX: u64 = 64 << 10;
/// A compound file up to this size is read whole to find its streams.
const COMPOUND_WHOLE: u64 = 256 << 20;

/// Only the directory is read and a few small parts: archives of any size may be looked at.
const SNIFF_CAPS: Caps = Caps {
    file: u64::MAX,
    total: u64::MAX,
    part: u64::MAX,
    entries: 100_000,
    ratio: u64::MAX,
    ratio_grace: u64::MAX,
};
/// Larger than any `[Content_Types].xml` or manifest.
const INDEX_PART: u64 = 4 << 20;

/// RAR, 7z, gzip: nothing here opens them, but what they are must be known, or they would be packed unseen.
const OTHER_ARCHIVES: [&[u8]; 3] = [b"Rar!\x1A\x07", b"7z\xBC\xAF\x27\x1C", b"\x1F\x8B\x08"];

/// Tells what a file is from its whole content. From a beginning only, kinds of zip are guessed
/// by the first entries, and compound files may stay `Cfb`.
pub fn sniff(bytes: &[u8]) -> MediaType {
    if bytes.is_empty() {
        return MediaType::Empty;
    }
    if is_zip(bytes) {
        return zip_kind(Cursor::new(bytes)).unwrap_or_else(|| zip_kind_by_prefix(bytes));
    }
    if bytes.starts_with(compound::MAGIC) {
        return compound_kind(bytes);
    }
    plain_kind(bytes)
}

/// As `sniff`, for a file that need not be read whole.
///
/// # Errors
/// Only what reading itself gives.
pub fn sniff_reader<R: Read + Seek>(reader: &mut R) -> io::Result<MediaType> {
    reader.rewind()?;
    let mut prefix = Vec::new();
    reader.by_ref().take(PREFIX).read_to_end(&mut prefix)?;
    if is_zip(&prefix) {
        return Ok(zip_kind(&mut *reader).unwrap_or_else(|| zip_kind_by_prefix(&prefix)));
    }
    if prefix.starts_with(compound::MAGIC) {
        reader.by_ref().take(COMPOUND_WHOLE).read_to_end(&mut prefix)?;
        return Ok(compound_kind(&prefix));
    }
    Ok(sniff(&prefix))
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// By the parts of a zip; `None` when its directory cannot be read.
fn zip_kind<R: Read + Seek>(reader: R) -> Option<MediaType> {
    let mut package = Package::open(reader, &SNIFF_CAPS).ok()?;
    if let Some(kind) = index_part(&mut package, "mimetype").and_then(|text| open_document_kind(&text)) {
        return Some(kind);
    }
    let named = kind_by_names(|name| package.contains(name));
    if named != MediaType::Zip {
        return Some(named);
    }
    let types = index_part(&mut package, "[Content_Types].xml").unwrap_or_default();
    let kind = [
        ("sheet.binary.macroEnabled.main", MediaType::Xlsb),
        ("spreadsheetml.sheet.main", MediaType::Xlsx),
        ("spreadsheetml.template.main", MediaType::Xlsx),
        ("ms-excel.sheet.macroEnabled.main", MediaType::Xlsx),
        ("wordprocessingml.document.main", MediaType::Docx),
        ("presentationml.presentation.main", MediaType::Pptx),
    ]
    .into_iter()
    .find_map(|(mark, kind)| types.contains(mark).then_some(kind));
    if kind.is_some() {
        return kind;
    }
    // Some exporters leave the `mimetype` entry out; the manifest says it too.
    if package.contains("content.xml") {
        let manifest = index_part(&mut package, "META-INF/manifest.xml").unwrap_or_default();
        let at = manifest.find("application/vnd.oasis.opendocument.")?;
        return Some(open_document_kind(&manifest[at..]).unwrap_or(MediaType::Zip));
    }
    Some(MediaType::Zip)
}

fn index_part<R: Read + Seek>(package: &mut Package<R>, name: &str) -> Option<String> {
    let small =
        |entry: &super::Entry| entry.name.text.eq_ignore_ascii_case(name) && entry.bytes <= INDEX_PART;
    let index = package.entries().iter().position(small)?;
    let raw = package.read(index).ok()?;
    // Some writers store parts as UTF-16: with the NULs gone ASCII marks can be found all the same.
    Some(String::from_utf8_lossy(&raw).replace('\0', ""))
}

fn open_document_kind(text: &str) -> Option<MediaType> {
    let kind = text.trim_start_matches('\u{feff}').strip_prefix("application/vnd.oasis.opendocument.")?;
    [("spreadsheet", MediaType::Ods), ("text", MediaType::Odt), ("presentation", MediaType::Odp)]
        .into_iter()
        .find_map(|(mark, media)| kind.starts_with(mark).then_some(media))
}

fn kind_by_names(contains: impl Fn(&str) -> bool) -> MediaType {
    [
        ("xl/workbook.bin", MediaType::Xlsb),
        ("xl/workbook.xml", MediaType::Xlsx),
        ("word/document.xml", MediaType::Docx),
        ("ppt/presentation.xml", MediaType::Pptx),
    ]
    .into_iter()
    .find_map(|(name, kind)| contains(name).then_some(kind))
    .unwrap_or(MediaType::Zip)
}

/// By the local headers at the beginning of a cut or damaged zip.
fn zip_kind_by_prefix(bytes: &[u8]) -> MediaType {
    let mut names = Vec::new();
    let mut mimetype = None;
    for at in 0..bytes.len().saturating_sub(30) {
        let header = &bytes[at..];
        if !header.starts_with(b"PK\x03\x04") {
            continue;
        }
        let length = usize::from(u16::from_le_bytes([header[26], header[27]]));
        let extra = usize::from(u16::from_le_bytes([header[28], header[29]]));
        let Some(name) = header.get(30..30 + length) else { break };
        if name == b"mimetype" {
            let content = header.get(30 + length + extra..).unwrap_or_default();
            mimetype = Some(String::from_utf8_lossy(&content[..content.len().min(80)]).into_owned());
        }
        names.push(String::from_utf8_lossy(name).to_lowercase());
    }
    if let Some(kind) = mimetype.and_then(|text| open_document_kind(&text)) {
        return kind;
    }
    match kind_by_names(|name| names.iter().any(|known| known == name)) {
        MediaType::Zip => [("xl/", MediaType::Xlsx), ("word/", MediaType::Docx), ("ppt/", MediaType::Pptx)]
            .into_iter()
            .find_map(|(folder, kind)| names.iter().any(|name| name.starts_with(folder)).then_some(kind))
            .unwrap_or(MediaType::Zip),
        kind => kind,
    }
}

fn compound_kind(bytes: &[u8]) -> MediaType {
    let Ok(file) = Compound::open(bytes) else { return MediaType::Cfb };
    let streams = file.streams();
    let has = |name: &str| streams.iter().any(|stream| stream.eq_ignore_ascii_case(name));
    if (has("Workbook") || has("Book")) && !has("EncryptedPackage") { MediaType::Xls } else { MediaType::Cfb }
}

fn plain_kind(bytes: &[u8]) -> MediaType {
    if let Some(kind) = picture_kind(bytes) {
        return kind;
    }
    if is_audio_or_video(bytes) {
        return MediaType::AudioVideo;
    }
    if OTHER_ARCHIVES.iter().any(|start| bytes.starts_with(start)) {
        return MediaType::Zip;
    }
    let head = &bytes[..bytes.len().min(PDF_HEADER_WITHIN)];
    if head.windows(5).any(|window| window == b"%PDF-") {
        return MediaType::Pdf;
    }
    text_kind(bytes)
}

fn picture_kind(bytes: &[u8]) -> Option<MediaType> {
    let riff = |kind: &[u8]| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(kind);
    let kind = match bytes {
        [0xFF, 0xD8, 0xFF, ..] => MediaType::Jpeg,
        _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => MediaType::Png,
        _ if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") => MediaType::Gif,
        // Two reserved words stand after the size; the offset of the pixels is small.
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, _, _, 0, 0, ..] => MediaType::Bmp,
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => MediaType::Tiff,
        _ if riff(b"WEBP") => MediaType::Webp,
        _ if is_heif(bytes) => MediaType::Heic,
        _ => return None,
    };
    Some(kind)
}

/// Brands of HEIF pictures, AVIF among them (ISO/IEC 23008-12 Annex B).
fn is_heif(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 12] = [
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"avif",
        b"avis",
    ];
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|brand| BRANDS.contains(&brand))
}

fn is_audio_or_video(bytes: &[u8]) -> bool {
    const BOXES: [&[u8]; 5] = [b"ftyp", b"moov", b"mdat", b"wide", b"skip"];
    const STARTS: [&[u8]; 10] = [
        b"ID3",
        b"fLaC",
        b"OggS",
        b"\x1A\x45\xDF\xA3",
        b"\x30\x26\xB2\x75\x8E\x66\xCF\x11",
        b"#!AMR",
        b"FLV\x01",
        b"\x00\x00\x01\xBA",
        b"\x00\x00\x01\xB3",
        b"MThd",
    ];
    let form = |start: &[u8], kinds: [&[u8]; 2]| {
        bytes.starts_with(start) && bytes.get(8..12).is_some_and(|kind| kinds.contains(&kind))
    };
    bytes.get(4..8).is_some_and(|kind| BOXES.contains(&kind))
        || STARTS.iter().any(|start| bytes.starts_with(start))
        || form(b"RIFF", [b"WAVE", b"AVI "])
        || form(b"FORM", [b"AIFF", b"AIFC"])
        || is_mpeg_audio(bytes)
        || (bytes.first() == Some(&0x47) && bytes.get(188) == Some(&0x47) && bytes.get(376) == Some(&0x47))
}

/// An ADTS or MPEG audio frame header: sync, layer II or III (layer I would look like a UTF-16 byte
/// order mark), no reserved version, bit rate or sampling rate.
fn is_mpeg_audio(bytes: &[u8]) -> bool {
    match bytes {
        [0xFF, 0xF1 | 0xF9, rate, ..] => rate & 0x3C < 0x34,
        [0xFF, second, third, ..] if second & 0xE0 == 0xE0 => {
            second & 0x18 != 0x08
                && matches!(second & 0x06, 0x02 | 0x04)
                && third & 0xF0 != 0xF0
                && third & 0x0C != 0x0C
        }
        _ => false,
    }
}

fn text_kind(bytes: &[u8]) -> MediaType {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return MediaType::Text;
    }
    let head = &bytes[..bytes.len().min(PREFIX as usize)];
    let binary =
        |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C | 0x1B | 0x1A);
    if head.iter().any(binary) {
        return MediaType::Unknown;
    }
    // A cut in the middle of a character is no fault of the text.
    let whole = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    if !whole && !is_big5(head) {
        return MediaType::Unknown;
    }
    let start = String::from_utf8_lossy(&head[..head.len().min(2048)]).to_ascii_lowercase();
    let start = start.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let opens = ["<!doctype html", "<html", "<head", "<body", "<table", "<meta", "<style", "<script"];
    let is_html = opens.iter().any(|mark| start.starts_with(mark))
        || (start.starts_with('<') && start.contains("<html"))
        || (start.starts_with("mime-version:") && start.contains("multipart/related"));
    if is_html { MediaType::Html } else { MediaType::Text }
}

/// At most one byte pair in fifty may be unknown: 造字 and Hong Kong's additions occur.
fn is_big5(bytes: &[u8]) -> bool {
    let (text, _) = BIG5.decode_without_bom_handling(bytes);
    let n_unknown = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    n_unknown * 50 <= text.chars().count().max(50)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::{Packing, ZipSink, compose};

    fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut sink = ZipSink::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            let bytes = content.len() as u64;
            sink.entry(name, Packing::Stored, bytes, &mut content.as_bytes()).expect("written to memory");
        }
        sink.finish().expect("written to memory").into_inner()
    }

    #[test]
    fn zips_are_told_apart_by_their_parts() {
        let cases = [
            (vec![("xl/workbook.xml", ""), ("[Content_Types].xml", "")], MediaType::Xlsx),
            (vec![("xl/workbook.bin", "")], MediaType::Xlsb),
            (vec![("word/document.xml", "")], MediaType::Docx),
            (vec![("ppt/presentation.xml", "")], MediaType::Pptx),
            (vec![("[Content_Types].xml", "application/x.spreadsheetml.sheet.main+xml")], MediaType::Xlsx),
            (vec![("mimetype", "application/vnd.oasis.opendocument.spreadsheet")], MediaType::Ods),
            (vec![("mimetype", "application/vnd.oasis.opendocument.text")], MediaType::Odt),
            (vec![("照片.jpg", "")], MediaType::Zip),
            (vec![], MediaType::Zip),
        ];
        for (parts, expected) in cases {
            let bytes = zip(&parts);
            assert_eq!(sniff(&bytes), expected, "{parts:?}");
            assert_eq!(sniff_reader(&mut Cursor::new(&bytes)).expect("memory"), expected);
            // Cut before the directory, the first entries still tell.
            if expected != MediaType::Zip && parts[0].0 != "[Content_Types].xml" {
                assert_eq!(sniff(&bytes[..bytes.len() - 10]), expected, "{parts:?}");
            }
        }
    }

    #[test]
    fn compound_files_are_told_apart_by_their_streams() {
        for (stream, expected) in [
            ("Workbook", MediaType::Xls),
            ("Book", MediaType::Xls),
            ("EncryptedPackage", MediaType::Cfb),
            ("WordDocument", MediaType::Cfb),
        ] {
            let bytes = compose(&[(stream, b"x")]).expect("composed");
            assert_eq!(sniff(&bytes), expected, "{stream}");
            assert_eq!(sniff_reader(&mut Cursor::new(&bytes)).expect("memory"), expected);
        }
    }

    #[test]
    fn plain_kinds_are_told_by_their_first_bytes() {
        let late_pdf = [&[b'\n'; 1000][..], b"%PDF-1.4"].concat();
        let cases: &[(&[u8], MediaType)] = &[
            (b"", MediaType::Empty),
            (b"%PDF-1.7\n", MediaType::Pdf),
            (&late_pdf, MediaType::Pdf),
            (b"\xFF\xD8\xFF\xE0", MediaType::Jpeg),
            (b"\x89PNG\r\n\x1a\n", MediaType::Png),
            (b"GIF89a", MediaType::Gif),
            (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", MediaType::Bmp),
            (b"II*\0", MediaType::Tiff),
            (b"RIFF\0\0\0\0WEBP", MediaType::Webp),
            (b"RIFF\0\0\0\0WAVE", MediaType::AudioVideo),
            (b"\0\0\0\x18ftypheic", MediaType::Heic),
            (b"\0\0\0\x18ftypavif", MediaType::Heic),
            (b"\0\0\0\x18ftypmp42", MediaType::AudioVideo),
            (b"\0\0\0\x14ftypqt  ", MediaType::AudioVideo),
            (b"ID3\x03\0", MediaType::AudioVideo),
            (b"Rar!\x1A\x07\x01\0", MediaType::Zip),
            (b"7z\xBC\xAF\x27\x1C\0\x04", MediaType::Zip),
            (b"\x1F\x8B\x08\0", MediaType::Zip),
            (b"\xFF\xFB\x90\x64", MediaType::AudioVideo),
            (b"\xEF\xBB\xBF<!DOCTYPE html><html>", MediaType::Html),
            (b"<?xml version=\"1.0\"?><html xmlns=\"x\">", MediaType::Html),
            (b"<?xml version=\"1.0\"?><Workbook/>", MediaType::Text),
            ("項目,件數\n".as_bytes(), MediaType::Text),
            (b"\xB6\xB5\xA5\xD8,\xA5\xF3\xBC\xC6\r\n", MediaType::Text),
            (b"\xFF\xFEa\0", MediaType::Text),
            (b"\0\0\0\0", MediaType::Unknown),
            (b"PK\x03\x04", MediaType::Zip),
            (b"PK", MediaType::Text),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", MediaType::Cfb),
        ];
        for (bytes, expected) in cases {
            assert_eq!(sniff(bytes), *expected, "{bytes:?}");
            assert_eq!(sniff_reader(&mut Cursor::new(bytes)).expect("memory"), *expected, "{bytes:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(start in 0usize..8, rest: Vec<u8>) {
            let starts: [&[u8]; 8] = [
                b"PK\x03\x04", b"PK\x05\x06", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xFF\xD8", b"BM", b"<", b"", b"\0\0\0\x18ftyp",
            ];
            let bytes = [starts[start], &rest].concat();
            proptest::prop_assert_eq!(sniff(&bytes), sniff_reader(&mut Cursor::new(&bytes)).expect("memory"));
        }
    }
}
