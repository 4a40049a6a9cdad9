//! Evidence bytes to what can be bound: cleaned PDFs, upright and shrunk pictures, or the reason why
//! not.
//!
//! Runs inside a worker. Knows media types and what each becomes; nothing of items, numbers or
//! pages of the appendices.

mod archive;
mod colour;
mod moving;
mod picture;
mod thumbnail;
mod tiff;

use std::collections::BTreeSet;
use std::io;

use serde::{Deserialize, Serialize};

use crate::exhibit::{Content, Handle, PageSize, Preparation, Remark};
use crate::extract::extract;
use crate::inventory::MediaType;
use crate::pdf::{self, MissingFonts, Pictured, PicturedWhy, Refusal};

pub use archive::{Closed, Taken, open as open_archive};
pub use thumbnail::thumbnails;

/// How pictures are prepared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrepareSettings {
    /// Width and height of the printed picture at most, in points.
    pub picture_box_points: (f64, f64),
    /// Resolution at the printed size.
    pub dpi: u32,
    /// JPEG quality, 1–100.
    pub quality: u8,
    /// Pages of a document (from 1) that are bound as pictures, because their copies look otherwise.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub as_pictures: BTreeSet<usize>,
}

/// Prepares one file. `store` keeps prepared bytes and names them.
///
/// # Errors
/// Only those of `store`: whatever is wrong with the file is told in the preparation.
pub fn prepare(
    bytes: &[u8],
    media_type: MediaType,
    settings: &PrepareSettings,
    store: &mut dyn FnMut(&[u8]) -> io::Result<Handle>,
) -> io::Result<Preparation> {
    let mut preparation = match media_type {
        MediaType::Pdf => prepare_pdf(bytes, settings, store)?,
        MediaType::Jpeg
        | MediaType::Png
        | MediaType::Gif
        | MediaType::Bmp
        | MediaType::Tiff
        | MediaType::Heic
        | MediaType::Webp => prepare_picture(bytes, media_type, settings, store)?,
        MediaType::Empty => refused(
            Content::Unusable { reason: "檔案是空的（0 位元組）".to_owned() },
            "請向提供單位重新索取檔案",
        ),
        MediaType::Text if is_encoded(bytes) => refused(
            Content::Unusable {
                reason: "這種檔案的內容經過編碼，無法檢查其中的個資，不收錄".to_owned()
            },
            "請以原程式開啟，另存為 PDF 後替換",
        ),
        other => not_bindable(other),
    };
    let extract = extract(bytes, media_type);
    preparation.fragments = extract.fragments;
    if moving::found(bytes, media_type, &preparation.fragments) {
        preparation.remarks.push(Remark::Moving);
    }
    // What is packed and cannot be searched is for people to look through.
    if matches!(preparation.content, Content::File { .. })
        && !extract.is_whole
        && !preparation.remarks.contains(&Remark::NoText)
    {
        preparation.remarks.push(Remark::NoText);
    }
    Ok(preparation)
}

fn prepare_pdf(
    bytes: &[u8],
    settings: &PrepareSettings,
    store: &mut dyn FnMut(&[u8]) -> io::Result<Handle>,
) -> io::Result<Preparation> {
    let mut encode = |raster: &pdf::Raster| picture::encode_raster(raster, settings.quality);
    let cleaned = match pdf::clean(bytes, &settings.as_pictures, &mut encode) {
        Ok(cleaned) => cleaned,
        Err(refusal) => return Ok(refused_pdf(refusal, bytes)),
    };
    let mut remarks = Vec::new();
    for Pictured { pages, why } in cleaned.pictured {
        let reason = match why {
            PicturedWhy::Layers => "文件含有關閉的圖層",
            PicturedWhy::Damaged => "文件結構不完整，無法原樣取用",
            PicturedWhy::Differs => "原樣裝訂後看起來與原檔不同",
        };
        remarks.push(Remark::BoundAsPicture { pages, reason: reason.to_owned() });
    }
    if !cleaned.has_text {
        remarks.push(Remark::NoText);
    }
    let MissingFonts { named, numbered } = cleaned.missing_fonts;
    if !named.is_empty() || !numbered.is_empty() {
        let (named, numbered) = (named.into_iter().collect(), numbered.into_iter().collect());
        remarks.push(Remark::FontsMissing { named, numbered });
    }
    let prepared = store(&cleaned.pdf)?;
    Ok(Preparation {
        content: Content::Pages { prepared, pages: cleaned.pages },
        texts: cleaned.texts,
        fragments: Vec::new(),
        remarks,
    })
}

fn refused_pdf(refusal: Refusal, bytes: &[u8]) -> Preparation {
    let (reason, hint) = match refusal {
        Refusal::Password => ("PDF 設有開啟密碼".to_owned(), "請以無密碼方式另存 PDF 後替換"),
        Refusal::Damaged => {
            ("PDF 已損壞，無法解讀".to_owned(), "請以原程式重新輸出 PDF，或列印成 PDF 後替換")
        }
        Refusal::NoPages => ("PDF 沒有任何頁面".to_owned(), "請確認檔案內容後重新輸出 PDF"),
        Refusal::TooManyPages => {
            ("PDF 頁數過多，無法裝訂".to_owned(), "請只保留與本項目有關的頁面，或分成數個檔案")
        }
        Refusal::TooManyPictures => (
            "PDF 有過多頁面須轉成圖片，無法裝訂".to_owned(),
            "請在 PDF 閱讀器以「列印 → 另存 PDF」輸出後替換",
        ),
        Refusal::Dynamic => (
            "PDF 是動態表單（XFA），頁面內容只有原程式能顯示".to_owned(),
            "請以 Adobe Reader 開啟後，用「列印 → Microsoft Print to PDF」輸出並替換",
        ),
        Refusal::Portfolio => (
            "PDF 是包含多個檔案的作品集，內含檔案無法裝訂".to_owned(),
            "請將其中各檔案分別存出，放進同一資料夾",
        ),
        Refusal::NoAppearance { page } => (
            format!("第 {page} 頁的表單欄位或註記沒有外觀資料，裝訂後會看不到"),
            "請在 PDF 閱讀器以「列印 → 另存 PDF」輸出後替換",
        ),
    };
    let is_packed =
        matches!(refusal, Refusal::NoAppearance { .. } | Refusal::TooManyPages | Refusal::TooManyPictures);
    if !is_packed {
        // Portfolios and dynamic forms are never packed either: nobody can see what is inside.
        return refused(Content::Unusable { reason }, hint);
    }
    let mut preparation = refused(Content::File { reason }, hint);
    preparation.texts = pdf::all_texts(bytes);
    let has_text = preparation.texts.iter().any(|text| text.page > 0);
    if !has_text || pdf::has_attachments(bytes) {
        preparation.remarks.push(Remark::NoText);
    }
    preparation
}

fn prepare_picture(
    bytes: &[u8],
    media_type: MediaType,
    settings: &PrepareSettings,
    store: &mut dyn FnMut(&[u8]) -> io::Result<Handle>,
) -> io::Result<Preparation> {
    let directories = if media_type == MediaType::Tiff { tiff::directories(bytes) } else { Vec::new() };
    if directories.len() > 1 {
        return prepare_tiff(bytes, &directories, settings, store);
    }
    match picture::prepare(bytes, media_type, settings) {
        Ok(picture) => {
            let prepared = store(&picture.jpeg)?;
            let remarks = if picture.had_location { vec![Remark::LocationRemoved] } else { Vec::new() };
            Ok(Preparation {
                content: Content::Picture { prepared, width: picture.width, height: picture.height },
                texts: Vec::new(),
                fragments: Vec::new(),
                remarks,
            })
        }
        Err(_) if media_type == MediaType::Heic => Ok(not_bindable(media_type)),
        Err(fault) => Ok(refused(
            Content::Unusable { reason: fault.reason().to_owned() },
            "請以看圖程式開啟後另存為 JPG 再替換",
        )),
    }
}

/// A TIFF of several images, as scanners make them: every image is a page, none is lost.
fn prepare_tiff(
    bytes: &[u8],
    directories: &[u32],
    settings: &PrepareSettings,
    store: &mut dyn FnMut(&[u8]) -> io::Result<Handle>,
) -> io::Result<Preparation> {
    if directories.len() > tiff::MAX_PAGES {
        let content = Content::File { reason: "TIFF 頁數過多，無法裝訂".to_owned() };
        return Ok(refused(content, "請分成數個檔案，或另存為 PDF 後替換"));
    }
    let mut pages = Vec::new();
    let mut had_location = false;
    for (index, directory) in directories.iter().enumerate() {
        match picture::prepare(&tiff::page(bytes, *directory), MediaType::Tiff, settings) {
            Ok(picture) => {
                had_location |= picture.had_location;
                pages.push(pdf::Picture {
                    size: printed_size(picture.width, picture.height, settings),
                    width: picture.width,
                    height: picture.height,
                    jpeg: picture.jpeg,
                });
            }
            Err(fault) => {
                let reason = format!("第 {} 頁：{}", index + 1, fault.reason());
                return Ok(refused(Content::Unusable { reason }, "請重新掃描，或另存為 PDF 後替換"));
            }
        }
    }
    let Some((document, sizes)) = pdf::press_pictures(&pages) else {
        let content = Content::Unusable { reason: "圖檔已損壞，無法解讀".to_owned() };
        return Ok(refused(content, "請另存為 PDF 後替換"));
    };
    let prepared = store(&document)?;
    let mut remarks = vec![Remark::NoText];
    if had_location {
        remarks.push(Remark::LocationRemoved);
    }
    Ok(Preparation {
        content: Content::Pages { prepared, pages: sizes },
        texts: Vec::new(),
        fragments: Vec::new(),
        remarks,
    })
}

/// The size in points at which a picture has the resolution asked for.
fn printed_size(width: u32, height: u32, settings: &PrepareSettings) -> PageSize {
    let points = |pixels: u32| f64::from(pixels) * 72.0 / f64::from(settings.dpi.max(1));
    PageSize { width: points(width), height: points(height) }
}

/// Text that says something else than it reads as: rich text, mails and web archives, drawings,
/// shortcuts. A number in it may be split by codes, so that no search finds it.
fn is_encoded(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(64 * 1024)]).to_lowercase();
    let start = start.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    ["{\\rtf", "<?xml", "<svg", "[internetshortcut]", "%!ps"].iter().any(|mark| start.starts_with(mark))
        || ["mime-version:", "content-transfer-encoding:"].iter().any(|header| start.contains(header))
}

/// Kinds that are no pages: they go into the bundle as files, except those that may not.
fn not_bindable(media_type: MediaType) -> Preparation {
    let file = |reason: &str, hint: &str| refused(Content::File { reason: reason.to_owned() }, hint);
    let nothing = |reason: &str, hint: &str| refused(Content::Unusable { reason: reason.to_owned() }, hint);
    match media_type {
        MediaType::Xlsx | MediaType::Xls | MediaType::Xlsb => {
            nothing("Excel 檔不裝訂也不收錄於陳報包", "請另存為 PDF（要裝訂）或 .ods（要收錄檔案）後替換")
        }
        MediaType::Docx => file("Word 檔無法直接裝訂", "請另存為 PDF 後替換，即可裝訂"),
        MediaType::Pptx => file("簡報檔無法直接裝訂", "請另存為 PDF 後替換，即可裝訂"),
        MediaType::Ods => file("試算表以檔案收錄", "如需裝訂請另存為 PDF 後一併放入"),
        MediaType::Odt | MediaType::Odp => file("文書檔以檔案收錄", "如需裝訂請另存為 PDF 後替換"),
        MediaType::Cfb => file("舊版 Office 檔或加密檔無法直接裝訂", "請另存為 PDF 後替換，即可裝訂"),
        // Never packed as it is: it may tell where it was taken.
        MediaType::Heic => nothing("無法解讀的 HEIC 或 AVIF 照片", "請在手機或看圖程式另存為 JPG 後替換"),
        // Never packed as they are: nobody can see what is inside, or where a link leads.
        // Plain zips were opened before; this is one inside another, or of a kind nothing here opens.
        MediaType::Zip => nothing(
            "這個壓縮檔無法直接解開（只解開項目資料夾內第一層的 .zip）",
            "請先解壓縮，把裡面的檔案直接放進資料夾",
        ),
        MediaType::AudioVideo => file("影音檔以檔案收錄", "如需裝訂請另附截圖或說明"),
        MediaType::Html => nothing("網頁檔不裝訂也不收錄", "請以瀏覽器列印成 PDF 後替換"),
        MediaType::Text => file("文字檔無法直接裝訂", "請另存為 PDF 後替換"),
        // Programs, shortcuts, drawings of unknown make: nobody can see what is inside.
        _ => {
            nothing("無法辨識的檔案格式，不收錄", "請以原程式另存為 PDF 後替換；程式、捷徑等請移出工作資料夾")
        }
    }
}

impl Closed {
    /// A zip that stays closed is of no use to the binding.
    pub fn preparation(self) -> Preparation {
        refused(Content::Unusable { reason: self.reason }, &self.hint)
    }
}

fn refused(content: Content, hint: &str) -> Preparation {
    let (Content::File { reason } | Content::Unusable { reason }) = &content else {
        return Preparation { content, texts: Vec::new(), fragments: Vec::new(), remarks: Vec::new() };
    };
    let remark = Remark::NotBound { reason: reason.clone(), hint: hint.to_owned() };
    Preparation { content, texts: Vec::new(), fragments: Vec::new(), remarks: vec![remark] }
}
