//! A small press for the sample's evidence: Typst to PDF, PDF to photo. Not part of the product.

use std::sync::LazyLock;

use hayro::vello_cpu::color::palette::css::WHITE;
use huibian::assets::fonts;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;

struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    source: Source,
    json: Bytes,
}

static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    fonts::unpacked().unwrap().into_iter().flat_map(|bytes| Font::iter(Bytes::new(bytes))).collect()
});

fn id(name: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).unwrap()).intern()
}

impl World for Press {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }
    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }
    fn main(&self) -> FileId {
        self.source.id()
    }
    fn source(&self, _: FileId) -> FileResult<Source> {
        Ok(self.source.clone())
    }
    fn file(&self, file: FileId) -> FileResult<Bytes> {
        if file == id("/data.json") { Ok(self.json.clone()) } else { Err(FileError::AccessDenied) }
    }
    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Compiles `evidence.typ` with its data.
pub fn pdf(data: &serde_json::Value) -> Vec<u8> {
    let press = Press {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(FONTS.iter())),
        source: Source::new(id("/main.typ"), include_str!("evidence.typ").to_owned()),
        json: Bytes::from_string(data.to_string()),
    };
    let document: PagedDocument =
        typst::compile(&press).output.unwrap_or_else(|errors| panic!("{data}: {errors:?}"));
    let options = typst_pdf::PdfOptions {
        ident: Smart::Custom(data.to_string()),
        creator: Smart::Custom(Some("huibian sample".to_owned())),
        ..Default::default()
    };
    typst_pdf::pdf(&document, &options).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// Renders the first page at a width in pixels.
pub fn picture(pdf: &[u8], width: u32) -> image::RgbImage {
    let pdf = hayro::hayro_syntax::Pdf::new(pdf.to_vec()).expect("a PDF of our own");
    let page = &pdf.pages()[0];
    let (points, _) = page.render_dimensions();
    let scale = width as f32 / points;
    let pixmap = hayro::render(
        page,
        &hayro::RenderCache::new(),
        &hayro::hayro_interpret::InterpreterSettings::default(),
        &hayro::RenderSettings::default(),
        &hayro::PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE },
    );
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let pixels = pixmap.data_as_u8_slice();
    image::RgbImage::from_fn(width, height, |x, y| {
        let at = ((y * width + x) * 4) as usize;
        image::Rgb([pixels[at], pixels[at + 1], pixels[at + 2]])
    })
}

/// A JPEG as a phone writes it: EXIF with orientation, and a place when asked.
pub fn jpeg(picture: &image::RgbImage, quality: u8, orientation: u8, with_place: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).unwrap();
    let exif = exif_segment(orientation, with_place);
    bytes.splice(2..2, exif);
    bytes
}

/// An APP1 segment: orientation, maker, and 24°48′N 120°58′E.
fn exif_segment(orientation: u8, with_place: bool) -> Vec<u8> {
    let mut tiff: Vec<u8> = b"II*\0\x08\0\0\0".to_vec();
    let n_entries: u16 = if with_place { 3 } else { 2 };
    let after = 8 + 2 + 12 * u32::from(n_entries) + 4;
    let maker = b"Sample Phone\0\0\0\0";
    let entry = |tiff: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(count.to_le_bytes());
        tiff.extend(value);
    };
    tiff.extend(n_entries.to_le_bytes());
    entry(&mut tiff, 0x010f, 2, maker.len() as u32, after.to_le_bytes());
    entry(&mut tiff, 0x0112, 3, 1, [orientation, 0, 0, 0]);
    let gps = after + maker.len() as u32;
    if with_place {
        entry(&mut tiff, 0x8825, 4, 1, gps.to_le_bytes());
    }
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(maker);
    if with_place {
        let values = gps + 2 + 12 * 4 + 4;
        tiff.extend(4u16.to_le_bytes());
        entry(&mut tiff, 1, 2, 2, *b"N\0\0\0");
        entry(&mut tiff, 2, 5, 3, values.to_le_bytes());
        entry(&mut tiff, 3, 2, 2, *b"E\0\0\0");
        entry(&mut tiff, 4, 5, 3, (values + 24).to_le_bytes());
        tiff.extend(0u32.to_le_bytes());
        for number in [24u32, 1, 48, 1, 0, 1, 120, 1, 58, 1, 0, 1] {
            tiff.extend(number.to_le_bytes());
        }
    }
    let mut segment = vec![0xff, 0xe1];
    segment.extend(((tiff.len() + 8) as u16).to_be_bytes());
    segment.extend(b"Exif\0\0");
    segment.extend(tiff);
    segment
}

pub fn png(picture: &image::RgbImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Pixels stored so that a viewer that obeys the orientation shows the picture upright.
pub fn turned_for(picture: image::RgbImage, orientation: u8) -> image::RgbImage {
    use image::imageops::{rotate90, rotate180, rotate270};
    match orientation {
        3 => rotate180(&picture),
        6 => rotate270(&picture),
        8 => rotate90(&picture),
        _ => picture,
    }
}

/// An A4 page that is nothing but a grey picture.
pub fn picture_pdf(picture: &image::RgbImage) -> Vec<u8> {
    let grey = image::DynamicImage::ImageRgb8(picture.clone()).to_luma8();
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 60).encode_image(&grey).unwrap();
    let content = "q 595 0 0 842 0 0 cm /I Do Q";
    let mut objects: Vec<Vec<u8>> = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
            .to_vec(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()).into_bytes(),
    ];
    let mut image = format!(
        "<</Type/XObject/Subtype/Image/Width {}/Height {}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length {}>>\nstream\n",
        grey.width(), grey.height(), jpeg.len()
    )
    .into_bytes();
    image.extend(jpeg);
    image.extend(b"\nendstream");
    objects.push(image);
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", index + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).bytes());
    for offset in &offsets {
        bytes.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    bytes.extend(
        format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", offsets.len() + 1).bytes(),
    );
    bytes
}

/// Adds a stamp to the first page as an annotation with its own appearance.
pub fn with_stamp(pdf: &[u8]) -> Vec<u8> {
    use lopdf::{Document, Object, Stream, dictionary};
    let mut document = Document::load_mem(pdf).unwrap();
    let page = document.page_iter().next().unwrap();
    let font = document
        .add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica-Bold" });
    let drawing =
        "0.75 0.1 0.1 RG 0.75 0.1 0.1 rg 2 w 3 3 154 44 re S BT /F 20 Tf 22 17 Td (SAMPLE 110) Tj ET";
    let appearance = document.add_object(Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 160.into(), 50.into()],
            "Resources" => dictionary! { "Font" => dictionary! { "F" => font } },
        },
        drawing.as_bytes().to_vec(),
    ));
    let annotation = document.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Stamp", "F" => 4,
        "Rect" => vec![400.into(), 60.into(), 560.into(), 110.into()],
        "AP" => dictionary! { "N" => appearance },
    });
    let page = document.get_dictionary_mut(page).unwrap();
    page.set("Annots", Object::Array(vec![Object::Reference(annotation)]));
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}
