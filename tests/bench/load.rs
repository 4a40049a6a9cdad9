//! Loads: the sample's workbooks with other evidence, as much of it as is asked for.
//!
//! Every file has bytes of its own, made from a few photos and one document, so that nothing is prepared once
//! for several.

use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use huibian::plan::{Demand, Plan, Standing};

/// Evidence of one unit.
pub struct Share {
    pub photos: usize,
    /// Pages of each document.
    pub documents: Vec<usize>,
}

/// Writes a workspace in which every unit has its share. `document` gives a PDF of so many pages.
pub fn write(
    sample: &Path,
    load: &Path,
    plan: &Plan,
    photos: &[Vec<u8>],
    document: &mut dyn FnMut(usize) -> Vec<u8>,
    share: &Share,
) {
    for path in
        files(sample).into_iter().filter(|path| path.components().count() <= sample.components().count() + 2)
    {
        let target = load.join(path.strip_prefix(sample).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(path, target).unwrap();
    }
    let mut n = 0u32;
    for unit in &plan.units {
        let tasks: Vec<_> = plan.tasks_of(&unit.id).filter(|task| task.id.as_str() != "LAB06").collect();
        let items: Vec<_> = tasks.iter().flat_map(|task| &task.evidence).collect();
        // Where the sample has files its workbooks say what is covered in them.
        let is_answered =
            |item: &&huibian::plan::EvidenceItem| sample.join(&unit.name).join(item.folder_name()).exists();
        let (mut of_photos, mut others): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.photo_pages);
        of_photos.retain(is_answered);
        // What the plan itself demands comes first, so that the load compiles to a bundle.
        others.sort_by_key(|item| item.demand != Demand::Required(Standing::Official));
        let mut put = |item: &huibian::plan::EvidenceItem, extension: &str, bytes: &[u8]| {
            n += 1;
            let folder = load.join(&unit.name).join(item.folder_name());
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("{n:04}.{extension}")), numbered(bytes, n)).unwrap();
        };
        for index in 0..share.photos {
            put(of_photos[index % of_photos.len()], "jpg", &photos[index % photos.len()]);
        }
        for (index, n_pages) in share.documents.iter().enumerate() {
            put(others[index % others.len()], "pdf", &document(*n_pages));
        }
    }
}

/// Adds office files, of all kinds in turn, to items that are no photo pages.
pub fn add_documents(
    sample: &Path,
    load: &Path,
    plan: &Plan,
    kinds: &[(&'static str, Vec<u8>)],
    n_files: usize,
) {
    let is_answered = |unit: &str, folder: &str| sample.join(unit).join(folder).exists();
    let items: Vec<_> = plan
        .evidence()
        .filter(|(task, item)| {
            let unit = plan.units.iter().find(|unit| unit.id == task.unit).unwrap();
            !item.photo_pages && is_answered(&unit.name, &item.folder_name())
        })
        .collect();
    for (n, (extension, bytes)) in (0..n_files).zip(kinds.iter().cycle()) {
        let (task, item) = items[n % items.len()];
        let unit = plan.units.iter().find(|unit| unit.id == task.unit).unwrap();
        let folder = load.join(&unit.name).join(item.folder_name());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("文件{n:04}.{extension}")), numbered(bytes, n as u32)).unwrap();
    }
}

/// Adds a character to the longest answer of the first unit's workbook.
pub fn change_a_cell(load: &Path) {
    const TEXTS: &str = "xl/sharedStrings.xml";
    let path = files(load)
        .into_iter()
        .find(|path| path.to_string_lossy().ends_with("警察局/警察局.xlsx"))
        .expect("the sample has this workbook");
    let mut workbook = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
    let mut changed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..workbook.len() {
        let mut part = workbook.by_index(index).unwrap();
        if part.name().unwrap() != TEXTS {
            changed.raw_copy_file(part).unwrap();
            continue;
        }
        let mut texts = String::new();
        part.read_to_string(&mut texts).unwrap();
        let longest = texts.split("</t>").max_by_key(|text| text.rsplit('>').next().unwrap().len()).unwrap();
        let end = longest.as_ptr() as usize - texts.as_ptr() as usize + longest.len();
        texts.insert(end, '。');
        changed.start_file(TEXTS, zip::write::SimpleFileOptions::default()).unwrap();
        changed.write_all(texts.as_bytes()).unwrap();
    }
    fs::write(path, changed.finish().unwrap().into_inner()).unwrap();
}

/// The same content with other bytes: a comment, or what else the format passes over.
fn numbered(bytes: &[u8], n: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if bytes.starts_with(&[0xff, 0xd8]) {
        let comment = [&[0xff, 0xfe, 0, 6][..], &n.to_be_bytes()].concat();
        bytes.splice(2..2, comment);
    } else if bytes.starts_with(b"PK") {
        // The archive's comment: its length stands at the end of a zip that has none.
        let length = bytes.len() - 2;
        bytes.truncate(length);
        bytes.extend([&4u16.to_le_bytes()[..], &n.to_be_bytes()].concat());
    } else if bytes.starts_with(&[0xd0, 0xcf]) {
        // A sector that nothing refers to.
        bytes.extend([&n.to_be_bytes()[..], &[0; 508]].concat());
    } else {
        bytes.extend(format!("%{n}\n").bytes());
    }
    bytes
}

/// Twelve megapixels with the grain of a real photograph.
pub fn photo(seed: u32, quality: u8) -> Vec<u8> {
    let mut grain = seed;
    let picture = image::RgbImage::from_fn(4000, 3000, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (grain >> 28) as u8;
        let wave = ((x as f32 / 37.0).sin() * 40.0 + (y as f32 / 53.0).cos() * 40.0) as i32 + 128;
        image::Rgb([wave as u8 / 2 + noise, (x / 20) as u8 / 2 + noise, (y / 15) as u8 / 2 + noise])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture).unwrap();
    bytes
}

/// The first pages of a document.
pub fn first_pages(pdf: &[u8], n: usize) -> Vec<u8> {
    let mut document = lopdf::Document::load_mem(pdf).unwrap();
    let n_pages = document.page_iter().count();
    assert!(n <= n_pages, "the document has {n_pages} pages only");
    let others: Vec<u32> = (n as u32 + 1..=n_pages as u32).collect();
    document.delete_pages(&others);
    // What hangs on the catalog tells of all pages, and would outweigh the few that are left.
    let catalog = document.catalog_mut().unwrap();
    for key in [&b"StructTreeRoot"[..], b"Outlines", b"Names", b"Dests", b"PageLabels", b"Metadata"] {
        catalog.remove(key);
    }
    document.prune_objects();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(at) = pending.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { pending.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
