//! What kinds of file are called, and which extensions go with which content.
//!
//! Knows names and extensions only; content was told apart by `container`.

use crate::inventory::MediaType;

/// Extensions a content may bear, the usual one first; empty where any may be right.
pub fn extensions(content: MediaType) -> &'static [&'static str] {
    match content {
        MediaType::Pdf => &["pdf"],
        MediaType::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
        MediaType::Png => &["png"],
        MediaType::Gif => &["gif"],
        MediaType::Bmp => &["bmp", "dib"],
        MediaType::Tiff => &["tif", "tiff"],
        MediaType::Webp => &["webp"],
        MediaType::Heic => &["heic", "heif", "hif"],
        MediaType::Xlsx => &["xlsx", "xlsm", "xltx", "xltm"],
        MediaType::Xlsb => &["xlsb"],
        MediaType::Docx => &["docx", "docm", "dotx", "dotm"],
        MediaType::Pptx => &["pptx", "pptm", "ppsx", "potx"],
        MediaType::Ods => &["ods", "ots"],
        MediaType::Odt => &["odt", "ott"],
        MediaType::Odp => &["odp", "otp"],
        MediaType::Xls => &["xls", "xlt", "et"],
        MediaType::Cfb => &["doc", "ppt", "pps", "msg", "dot", "wps", "dps"],
        MediaType::Zip => &["zip", "rar", "7z", "gz", "tgz"],
        MediaType::Html => &["html", "htm", "mht", "mhtml"],
        MediaType::Text => &["txt", "csv"],
        MediaType::AudioVideo => &["mp4", "mov", "avi", "wmv", "mkv", "mp3", "m4a", "wav", "mpg", "m4v"],
        MediaType::Empty | MediaType::Unknown => &[],
    }
}

/// As told to users.
pub fn name(content: MediaType) -> &'static str {
    match content {
        MediaType::Empty => "空檔",
        MediaType::Pdf => "PDF",
        MediaType::Jpeg => "JPEG 圖片",
        MediaType::Png => "PNG 圖片",
        MediaType::Gif => "GIF 圖片",
        MediaType::Bmp => "BMP 圖片",
        MediaType::Tiff => "TIFF 圖片",
        MediaType::Webp => "WebP 圖片",
        MediaType::Heic => "HEIC 圖片",
        MediaType::Xlsx | MediaType::Xlsb | MediaType::Xls => "Excel 活頁簿",
        MediaType::Docx => "Word 文件",
        MediaType::Pptx => "PowerPoint 簡報",
        MediaType::Ods => "ODF 試算表",
        MediaType::Odt => "ODF 文件",
        MediaType::Odp => "ODF 簡報",
        MediaType::Cfb => "舊版 Office 檔案或加密檔",
        MediaType::Zip => "壓縮檔",
        MediaType::Html => "網頁",
        MediaType::Text => "純文字檔",
        MediaType::AudioVideo => "影音檔",
        MediaType::Unknown => "無法辨識的檔案",
    }
}

const ALL: [MediaType; 21] = [
    MediaType::Pdf,
    MediaType::Jpeg,
    MediaType::Png,
    MediaType::Gif,
    MediaType::Bmp,
    MediaType::Tiff,
    MediaType::Webp,
    MediaType::Heic,
    MediaType::Xlsx,
    MediaType::Xlsb,
    MediaType::Docx,
    MediaType::Pptx,
    MediaType::Ods,
    MediaType::Odt,
    MediaType::Odp,
    MediaType::Xls,
    MediaType::Cfb,
    MediaType::Zip,
    MediaType::Html,
    MediaType::Text,
    MediaType::AudioVideo,
];

/// What an extension claims; `None` for extensions we make no claim about.
pub fn claimed(extension: &str) -> Option<MediaType> {
    ALL.into_iter().find(|media| extensions(*media).contains(&extension))
}

/// Whether a file of this content and extension serves where `kinds` are asked for. Content
/// decides; the extension only where content cannot be told apart.
pub fn serves(content: MediaType, extension: Option<&str>, kinds: &[String]) -> bool {
    let asks = |extension: &str| kinds.iter().any(|kind| kind == extension);
    kinds.is_empty()
        || match content {
            MediaType::Unknown | MediaType::Cfb => extension.is_some_and(asks),
            _ => extensions(content).iter().any(|extension| asks(extension)),
        }
}

/// Whether the extension says something else than the content is.
pub fn contradicts(content: MediaType, extension: Option<&str>) -> bool {
    let Some(claim) = extension.and_then(claimed) else { return false };
    match content {
        // What we cannot tell apart contradicts nothing.
        MediaType::Empty | MediaType::Unknown => false,
        MediaType::Text => !matches!(claim, MediaType::Text | MediaType::Html),
        _ => claim != content,
    }
}
