//! Any file to the texts in it, with the spot each stands at: what the privacy gate looks through.
//!
//! A leaf over foreign formats; runs inside a worker. Finds what a reader does not see (comments,
//! tracked changes, hidden sheets, properties, metadata, files inside files) beside what he does.
//! Judges nothing.

mod cells;
mod gathered;
mod marks;
mod package;
mod pictures;
mod runs;
mod sheets;

use crate::container::{Compound, decode_text, sniff};
use crate::fragment::{Fragment, Spot};
use crate::inventory::MediaType;
use crate::pdf;

use gathered::Gathered;

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    pub fragments: Vec<Fragment>,
    /// Everything that is text was read; otherwise people must look through the file themselves.
    pub is_whole: bool,
}

/// The texts of a file. Of a PDF only what is not on its pages: the pages are read where they are
/// cleaned.
pub fn extract(bytes: &[u8], media_type: MediaType) -> Extract {
    let is_readable = matches!(
        media_type,
        MediaType::Text
            | MediaType::Docx
            | MediaType::Pptx
            | MediaType::Xlsx
            | MediaType::Ods
            | MediaType::Odt
            | MediaType::Odp
            | MediaType::Pdf
    );
    match read(bytes, media_type, 0) {
        Some(gathered) => {
            let (fragments, is_cut) = gathered.finish();
            Extract { fragments, is_whole: is_readable && !is_cut }
        }
        None => Extract { fragments: Vec::new(), is_whole: false },
    }
}

/// `depth` counts the files this one is wrapped in.
fn read(bytes: &[u8], media_type: MediaType, depth: usize) -> Option<Gathered> {
    let mut gathered = Gathered::default();
    match media_type {
        MediaType::Text => {
            let text = decode_text(bytes);
            gathered.push_long(&text, |before| Spot::Lines { first: before + 1 });
        }
        MediaType::Docx
        | MediaType::Pptx
        | MediaType::Xlsx
        | MediaType::Xlsb
        | MediaType::Ods
        | MediaType::Odt
        | MediaType::Odp => return package::read(bytes, media_type, depth),
        MediaType::Pdf => read_pdf(bytes, depth, &mut gathered),
        MediaType::Xls | MediaType::Cfb => read_compound(bytes, &mut gathered),
        MediaType::Jpeg
        | MediaType::Png
        | MediaType::Gif
        | MediaType::Tiff
        | MediaType::Webp
        | MediaType::Heic => {
            gathered.push_long(&pictures::words(bytes, media_type), |_| Spot::part("圖片中繼資料"));
        }
        MediaType::Unknown => gathered.push_long(&runs::characters(bytes), |_| Spot::part("內容")),
        _ => return None,
    }
    Some(gathered)
}

fn read_pdf(bytes: &[u8], depth: usize, gathered: &mut Gathered) {
    let hidden = pdf::hidden(bytes);
    gathered.push_long(&hidden.words, |_| Spot::part("檔案屬性"));
    for (name, content) in &hidden.files {
        gathered.push(Spot::part("內嵌檔案名稱"), "", name.clone());
        if depth < 2
            && let Some(inner) = read(content, sniff(content), depth + 1)
        {
            gathered.take(inner, "內嵌檔案");
        }
    }
    if depth > 0 {
        for page in pdf::page_texts(bytes) {
            gathered.push(Spot::part("內文"), "", page.text);
        }
    }
}

/// Old office files: their streams as runs of characters. A file too damaged to open is read whole.
fn read_compound(bytes: &[u8], gathered: &mut Gathered) {
    let Ok(file) = Compound::open(bytes) else {
        gathered.push_long(&runs::characters(bytes), |_| Spot::part("內容"));
        return;
    };
    for name in file.streams() {
        let spot = if name.contains("SummaryInformation") { "檔案屬性" } else { "內容" };
        if let Ok(Some(stream)) = file.stream(name) {
            gathered.push_long(&runs::characters(&stream), |_| Spot::part(spot));
        }
    }
    if !file.storages().is_empty() {
        gathered.push_long(&runs::characters(bytes), |_| Spot::part("內容"));
    }
}
