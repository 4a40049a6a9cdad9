//! Evidence through its door: foreign bytes in, prepared files and remarks out; then merged.

use std::io;

use huibian::dossier::{Slot, SlotContent};
use huibian::evidence;
use huibian::exhibit::{ByteSource, Content, Handle, Preparation, Remark};
use huibian::inventory::MediaType;
use huibian::pdf;

use crate::support::papers::{HELLO, Shelf, frame, page_pdf, prepare, prepare_on, raw_pdf, settings, stream};

fn size(preparation: &Preparation) -> (i64, i64) {
    match &preparation.content {
        Content::Pages { pages, .. } => (pages[0].width.round() as i64, pages[0].height.round() as i64),
        Content::Picture { width, height, .. } => (i64::from(*width), i64::from(*height)),
        other => panic!("not bound: {other:?}"),
    }
}

fn text(preparation: &Preparation) -> String {
    let pages = preparation.texts.iter().map(|page| page.text.as_str());
    let others = preparation.fragments.iter().map(|fragment| fragment.text.as_str());
    pages.chain(others).collect::<Vec<_>>().join("|")
}

#[test]
fn pages_come_out_upright_and_at_the_origin() {
    for (page, expected) in [
        ("/MediaBox[0 0 300 200]", (300, 200)),
        ("/MediaBox[0 0 300 200]/Rotate 90", (200, 300)),
        ("/MediaBox[0 0 300 200]/Rotate -90", (200, 300)),
        ("/MediaBox[0 0 300 200]/Rotate 180", (300, 200)),
        ("/MediaBox[0 0 300 200]/CropBox[10 20 110 190]", (100, 170)),
        ("/MediaBox[300 200 0 0]", (300, 200)),
        ("/MediaBox[0 0 300 200]/UserUnit 2", (600, 400)),
        ("/MediaBox[0 0 0 0]", (595, 842)),
        ("", (595, 842)),
        ("/MediaBox[0 0 99999 99999]", (14400, 14400)),
    ] {
        let (preparation, shelf) = prepare(&page_pdf(page, HELLO, &[]));
        assert_eq!(size(&preparation), expected, "{page}");
        let Content::Pages { prepared, .. } = &preparation.content else { panic!() };
        let sizes = pdf::page_sizes(&shelf.prepared(prepared).unwrap()).unwrap();
        assert_eq!((sizes[0].width.round() as i64, sizes[0].height.round() as i64), expected, "{page}");
    }
}

#[test]
fn text_stays_text_with_inherited_resources() {
    let (preparation, shelf) = prepare(&page_pdf("/MediaBox[0 0 300 200]", HELLO, &[]));
    assert_eq!(text(&preparation), "HELLO");
    assert_eq!(preparation.remarks, []);
    let Content::Pages { prepared, .. } = &preparation.content else { panic!() };
    assert_eq!(pdf::page_texts(&shelf.prepared(prepared).unwrap())[0].text, "HELLO");
}

#[test]
fn stamps_and_filled_fields_are_flattened() {
    let appearance = stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</F 5 0 R>>>>",
        "BT /F 10 Tf 2 5 Td (APPROVED) Tj ET",
    );
    for annotation in [
        "<</Type/Annot/Subtype/Stamp/Rect[50 50 150 70]/AP<</N 6 0 R>>>>",
        "<</Type/Annot/Subtype/Widget/FT/Tx/V(x)/Rect[50 50 150 70]/AP<</N<</On 6 0 R>>>>/AS/On>>",
    ] {
        let page = format!("/MediaBox[0 0 300 200]/Annots[{annotation}]");
        let (preparation, shelf) = prepare(&page_pdf(&page, HELLO, std::slice::from_ref(&appearance)));
        let Content::Pages { prepared, .. } = &preparation.content else { panic!("{preparation:?}") };
        let text = pdf::page_texts(&shelf.prepared(prepared).unwrap())[0].text.clone();
        assert!(text.contains("APPROVED") && text.contains("HELLO"), "{text}");
    }
}

/// The text of the prepared document's pages, for contents that are pages.
fn bound_text(preparation: &Preparation, shelf: &Shelf) -> String {
    let Content::Pages { prepared, .. } = &preparation.content else { panic!("not pages: {preparation:?}") };
    let texts = pdf::page_texts(&shelf.prepared(prepared).unwrap());
    texts.into_iter().map(|page| page.text).collect::<Vec<_>>().join("|")
}

#[test]
fn plain_marks_without_an_appearance_are_drawn() {
    for mark in [
        "/Subtype/Highlight/C[1 1 0]/QuadPoints[40 70 90 70 40 58 90 58]",
        "/Subtype/Underline/C[1 0 0]/QuadPoints[40 70 90 70 40 58 90 58]",
        "/Subtype/Square/C[1 0 0]/IC[0.9]",
        "/Subtype/Circle/C[0 0 0 1]/BS<</W 3>>",
        "/Subtype/Ink/C[0 0 1]/InkList[[10 10 20 30 40 10][50 50 60 60]]",
        "/Subtype/Line/C[0]/L[10 10 100 100]/CA 0.5",
        "/Subtype/Polygon/C[0 1 0]/Vertices[10 10 50 90 90 10]",
    ] {
        let page = format!("/MediaBox[0 0 300 200]/Annots[<<{mark}/Rect[10 10 150 100]>>]");
        let (preparation, shelf) = prepare(&page_pdf(&page, HELLO, &[]));
        assert_eq!(preparation.remarks, [], "{mark}");
        assert_eq!(bound_text(&preparation, &shelf), "HELLO", "{mark}");
        let Content::Pages { prepared, .. } = &preparation.content else { panic!() };
        assert!(shelf.prepared(prepared).unwrap().windows(6).any(|window| window == b"/G gs "), "{mark}");
    }
}

#[test]
fn a_field_filled_without_being_drawn_anew_is_told() {
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/NeedAppearances true>>>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Annots[6 0 R]/Resources<</Font<</F 5 0 R>>>>>>"
            .to_owned(),
        stream("", HELLO),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        "<</Subtype/Widget/FT/Tx/V(A123456789)/Rect[50 50 150 70]/AP<</N 7 0 R>>>>".to_owned(),
        stream("/Subtype/Form/BBox[0 0 100 20]", "/Tx BMC q Q EMC"),
    ];
    let (preparation, _) = prepare(&raw_pdf(&objects));
    assert!(matches!(&preparation.content, Content::File { .. }), "{preparation:?}");
    // It is packed as a file: the privacy gate must see what it holds.
    assert!(text(&preparation).contains("A123456789"));
    // Without the flag the appearance is what every viewer shows.
    objects[0] = objects[0].replace("true", "false");
    assert!(matches!(prepare(&raw_pdf(&objects)).0.content, Content::Pages { .. }));
}

#[test]
fn wrappings_whose_pages_say_nothing_are_refused() {
    for (entry, word) in [("/NeedsRendering true", "XFA"), ("/Collection<</View/D>>", "作品集")] {
        let pdf = raw_pdf(&[
            format!("<</Type/Catalog/Pages 2 0 R{entry}>>"),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>".to_owned(),
        ]);
        let (preparation, _) = prepare(&pdf);
        assert!(matches!(&preparation.content, Content::Unusable { reason } if reason.contains(word)));
    }
}

#[test]
fn what_one_parser_loses_another_finds() {
    // No length; a font whose name holds a blank and a comma.
    for (from, to) in [
        ("<</Length 34>>\nstream\nBT", "<<>>\nstream\nBT"),
        ("/BaseFont/Helvetica", "/BaseFont /Helvetica,Uni MS"),
    ] {
        let whole = String::from_utf8(page_pdf("/MediaBox[0 0 300 200]", HELLO, &[])).unwrap();
        assert!(whole.contains(from), "{whole}");
        let (preparation, shelf) = prepare(whole.replace(from, to).as_bytes());
        assert!(text(&preparation).contains("HELLO"));
        let is_picture = matches!(preparation.remarks[..], [Remark::BoundAsPicture { .. }]);
        assert!(is_picture || bound_text(&preparation, &shelf) == "HELLO", "{to}: {preparation:?}");
    }
}

#[test]
fn forms_without_resources_use_those_of_their_page() {
    let form = stream("/Subtype/Form/BBox[0 0 300 200]", HELLO);
    let page = "/MediaBox[0 0 300 200]/Resources<</XObject<</X 6 0 R>>/Font<</F 5 0 R>>>>";
    let (preparation, shelf) = prepare(&page_pdf(page, "/X Do", &[form]));
    assert_eq!(preparation.remarks, []);
    assert_eq!(bound_text(&preparation, &shelf), "HELLO");
}

#[test]
fn only_pages_with_a_hidden_layer_become_pictures() {
    let hidden = "BT /F 12 Tf 40 90 Td (SHOWN) Tj ET /OC /L BDC BT /F 12 Tf 40 60 Td (SECRET) Tj ET EMC";
    let page = |content: &str| {
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents {content} 0 R/Resources<</Font<</F 5 0 R>>/Properties<</L 8 0 R>>>>>>"
        )
    };
    let pdf = raw_pdf(&[
        "<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[8 0 R]/D<</OFF[8 0 R]>>>>>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>".to_owned(),
        page("6"),
        page("7"),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        stream("", hidden),
        stream("", HELLO),
        "<</Type/OCG/Name(layer)>>".to_owned(),
    ]);
    let (preparation, shelf) = prepare(&pdf);
    assert!(
        matches!(&preparation.remarks[..], [Remark::BoundAsPicture { pages, reason }] if pages == &[1] && reason.contains("圖層")),
        "{preparation:?}"
    );
    assert_eq!(bound_text(&preparation, &shelf), "HELLO");
    let Content::Pages { prepared, .. } = &preparation.content else { panic!() };
    assert!(!shelf.prepared(prepared).unwrap().windows(6).any(|window| window == b"SECRET"));
}

#[test]
fn photos_inside_documents_lose_what_their_camera_wrote() {
    let photo = with_exif(&jpeg(80, 40), 1, true);
    let mut pdf = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>\nendobj\n4 0 obj\n<</Length 27>>\nstream\nq 300 0 0 200 0 0 cm /I Do Q\nendstream\nendobj\n".to_vec();
    pdf.extend(format!("5 0 obj\n<</Subtype/Image/Width 80/Height 40/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length {}>>\nstream\n", photo.len()).bytes());
    pdf.extend(&photo);
    pdf.extend(b"\nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n");
    let (preparation, shelf) = prepare(&pdf);
    let Content::Pages { prepared, .. } = &preparation.content else { panic!("{preparation:?}") };
    let bytes = shelf.prepared(prepared).unwrap();
    assert!(bytes.windows(4).any(|window| window == b"JFIF"));
    assert!(!bytes.windows(4).any(|window| window == b"Exif"));
    assert_eq!(preparation.remarks, [Remark::NoText]);
}

#[test]
fn hidden_annotations_and_links_are_not_drawn() {
    let appearance = stream(
        "/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</F 5 0 R>>>>",
        "BT /F 10 Tf 2 5 Td (SECRET) Tj ET",
    );
    let page = "/MediaBox[0 0 300 200]/Annots[<</Subtype/Stamp/F 2/Rect[50 50 150 70]/AP<</N 6 0 R>>>><</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://example.invalid)>>>>]";
    let (preparation, shelf) = prepare(&page_pdf(page, HELLO, &[appearance]));
    let Content::Pages { prepared, .. } = &preparation.content else { panic!() };
    let bytes = shelf.prepared(prepared).unwrap();
    assert!(!pdf::page_texts(&bytes)[0].text.contains("SECRET"));
    assert!(!bytes.windows(7).any(|window| window == b"example"));
}

#[test]
fn a_filled_field_that_cannot_be_drawn_is_told_not_printed_blank() {
    let page = "/MediaBox[0 0 300 200]/Annots[<</Subtype/Widget/FT/Tx/V(filled in)/Rect[50 50 150 70]>>]";
    let (preparation, _) = prepare(&page_pdf(page, HELLO, &[]));
    assert!(matches!(&preparation.content, Content::File { reason } if reason.contains("第 1 頁")));
    assert!(text(&preparation).contains("HELLO"));
}

#[test]
fn pages_without_text_are_told() {
    let (preparation, _) = prepare(&page_pdf("/MediaBox[0 0 300 200]", "0 0 100 100 re f", &[]));
    assert_eq!(preparation.remarks, [Remark::NoText]);
}

#[test]
fn glyph_by_glyph_text_is_put_together_again() {
    let content = "BT /F 12 Tf 40 60 Td (A1) Tj 14.7 0 Td (00) Tj 13.4 0 Td (00) Tj 13.4 0 Td (00) Tj 13.4 0 Td (01) Tj ET";
    let (preparation, _) = prepare(&page_pdf("/MediaBox[0 0 300 200]", content, &[]));
    assert_eq!(text(&preparation), "A100000001");
}

#[test]
fn a_faked_bold_is_read_once() {
    let content =
        "BT /F 12 Tf 2 Tr 40 60 Td (A100000001) Tj ET BT /F 12 Tf 0 Tr 40.4 60 Td (A100000001) Tj ET";
    let (preparation, _) = prepare(&page_pdf("/MediaBox[0 0 300 200]", content, &[]));
    assert_eq!(text(&preparation), "A100000001");
}

#[test]
fn text_is_read_in_any_direction() {
    // Up the page, digit by digit; then a staircase of baselines that no order of pairs can sort.
    let upwards = (0..10).fold("BT /F 12 Tf ".to_owned(), |content, step| {
        format!("{content}0 1 -1 0 100 {} Tm ({}) Tj ", 20 + 7 * step, "A123456789".as_bytes()[step] as char)
    }) + "ET";
    let (preparation, _) = prepare(&page_pdf("/MediaBox[0 0 300 200]", &upwards, &[]));
    assert_eq!(text(&preparation), "A123456789");
    let stairs = (0..200).fold("BT /F 12 Tf ".to_owned(), |content, step| {
        format!("{content}1 0 0 1 {} {} Tm (x) Tj ", (step * 37) % 280, 10.0 + f64::from(step) * 0.9)
    }) + "ET";
    let (preparation, _) = prepare(&page_pdf("/MediaBox[0 0 300 200]", &stairs, &[]));
    assert_eq!(text(&preparation).matches('x').count(), 200);
}

#[test]
fn broken_and_hostile_documents_end_in_one_reason() {
    let whole = page_pdf("/MediaBox[0 0 300 200]", HELLO, &[]);
    let looped = raw_pdf(&[
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>".to_owned(),
    ]);
    let nested = raw_pdf(&[
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids {}{}>>", "[".repeat(10_000), "]".repeat(10_000)),
    ]);
    for bytes in
        [b"%PDF-1.7\n".to_vec(), b"%PDF-1.7\nnonsense".to_vec(), looped, nested, whole[..40].to_vec()]
    {
        let (preparation, _) = prepare(&bytes);
        assert!(
            matches!(preparation.content, Content::Unusable { .. } | Content::File { .. }),
            "{:?}",
            preparation.content
        );
        assert!(matches!(preparation.remarks[..], [Remark::NotBound { .. }]));
    }
    // Content that no reader makes out is no blank page.
    let lost = String::from_utf8(whole.clone()).unwrap().replace("endstream", "enxstream");
    assert!(matches!(prepare(lost.as_bytes()).0.content, Content::Unusable { .. }));
    // A missing tail is mended by reading the objects themselves.
    let (preparation, _) = prepare(&whole[..whole.len() - 60]);
    assert_eq!(size(&preparation), (300, 200));
}

#[test]
fn what_cannot_be_bound_says_what_to_do() {
    for (media_type, is_file) in [
        (MediaType::Docx, true),
        (MediaType::Xlsx, false),
        (MediaType::Ods, true),
        (MediaType::Heic, false),
        (MediaType::Empty, false),
        (MediaType::Unknown, false),
    ] {
        let preparation = evidence::prepare(b"x", media_type, &settings(), &mut |_| unreachable!()).unwrap();
        assert_eq!(matches!(preparation.content, Content::File { .. }), is_file, "{media_type:?}");
        assert!(
            matches!(&preparation.remarks[..], [Remark::NotBound { hint, .. }, ..] if hint.starts_with('請') || hint.starts_with("如需"))
        );
    }
}

#[test]
fn text_that_hides_what_it_says_is_not_packed_and_plain_text_is() {
    for (bytes, is_file) in [
        (&b"{\\rtf1 A1234{\\b 56789}}"[..], false),
        (b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==", false),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", false),
        (b"[InternetShortcut]\r\nURL=https://example.invalid/", false),
        ("項目,件數\n".as_bytes(), true),
    ] {
        let preparation =
            evidence::prepare(bytes, MediaType::Text, &settings(), &mut |_| unreachable!()).unwrap();
        assert_eq!(matches!(preparation.content, Content::File { .. }), is_file, "{bytes:?}");
    }
}

/// A baseline JPEG, left half black, right half white.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let pixels: Vec<u8> = (0..u32::from(width) * u32::from(height))
        .flat_map(|at| if at % u32::from(width) < u32::from(width) / 2 { [0; 3] } else { [255; 3] })
        .collect();
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 90)
        .encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    bytes
}

fn with_exif(jpeg: &[u8], orientation: u8, place: bool) -> Vec<u8> {
    let n_entries = if place { 2u8 } else { 1 };
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend([n_entries, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    if place {
        tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    }
    tiff.extend([0; 4]);
    if place {
        tiff.extend([1, 0, 1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]);
    }
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(((tiff.len() + 8) as u16).to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(tiff);
    bytes.extend(&jpeg[2..]);
    bytes
}

#[test]
fn pictures_are_shrunk_and_never_enlarged() {
    // 144 points at 100 dpi are 200 pixels.
    assert_eq!(size(&prepare(&jpeg(800, 400)).0), (200, 100));
    assert_eq!(size(&prepare(&jpeg(80, 40)).0), (80, 40));
}

/// The source is dark in its upper left quarter alone.
#[test]
fn pictures_are_turned_as_their_camera_said() {
    let dark = |at: u32| at % 80 < 40 && at / 80 < 20;
    let pixels: Vec<u8> = (0..80 * 40).flat_map(|at| if dark(at) { [0; 3] } else { [255; 3] }).collect();
    let mut source = Vec::new();
    jpeg_encoder::Encoder::new(&mut source, 90)
        .encode(&pixels, 80, 40, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    // Left and upper, right and upper, left and lower, right and lower.
    for (orientation, corner) in [(1, 0), (2, 1), (3, 3), (4, 2), (5, 0), (6, 1), (7, 3), (8, 2)] {
        let (preparation, shelf) = prepare(&with_exif(&source, orientation, false));
        let expected = if orientation < 5 { (80, 40) } else { (40, 80) };
        assert_eq!(size(&preparation), expected, "orientation {orientation}");
        let Content::Picture { prepared, .. } = &preparation.content else { panic!() };
        let pixels = jpeg_decoder::Decoder::new(&shelf.prepared(prepared).unwrap()[..]).decode().unwrap();
        let (width, height) = (expected.0 as usize, expected.1 as usize);
        let is_dark = |x: usize, y: usize| pixels[(y * width + x) * 3] < 128;
        let corners = [(2, 2), (width - 3, 2), (2, height - 3), (width - 3, height - 3)];
        let found: Vec<usize> =
            (0..4).filter(|index| is_dark(corners[*index].0, corners[*index].1)).collect();
        assert_eq!(found, [corner], "orientation {orientation}");
    }
}

#[test]
fn inks_become_the_colours_they_print() {
    // A blue sheet: cyan and magenta, no yellow, no black. The encoder writes inks as they are given.
    let inks: Vec<u8> = (0..16 * 16).flat_map(|_| [255, 200, 0, 0]).collect();
    for colour_type in [jpeg_encoder::ColorType::Cmyk, jpeg_encoder::ColorType::CmykAsYcck] {
        let mut bytes = Vec::new();
        jpeg_encoder::Encoder::new(&mut bytes, 95).encode(&inks, 16, 16, colour_type).unwrap();
        let (preparation, shelf) = prepare(&bytes);
        let Content::Picture { prepared, .. } = &preparation.content else { panic!("{preparation:?}") };
        let pixels = jpeg_decoder::Decoder::new(&shelf.prepared(prepared).unwrap()[..]).decode().unwrap();
        let [red, green, blue] = [pixels[0], pixels[1], pixels[2]];
        assert!(red < 40 && green < 90 && blue > 215, "{red} {green} {blue}");
    }
}

#[test]
fn colours_are_those_that_the_profile_means() {
    // A strong red of a wide-gamut phone picture is stronger still when told in sRGB.
    let red: Vec<u8> = (0..16 * 16).flat_map(|_| [200, 60, 60]).collect();
    let bound = |profile: Option<moxcms::ColorProfile>| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
        if let Some(profile) = profile {
            encoder.add_icc_profile(&profile.encode().unwrap()).unwrap();
        }
        encoder.encode(&red, 16, 16, jpeg_encoder::ColorType::Rgb).unwrap();
        let (preparation, shelf) = prepare(&bytes);
        let Content::Picture { prepared, .. } = &preparation.content else { panic!("{preparation:?}") };
        let bytes = shelf.prepared(prepared).unwrap();
        assert!(!bytes.windows(11).any(|window| window == b"ICC_PROFILE"));
        let pixels = jpeg_decoder::Decoder::new(&bytes[..]).decode().unwrap();
        [pixels[0], pixels[1], pixels[2]]
    };
    let close = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 4);
    assert!(close(bound(None), [200, 60, 60]), "{:?}", bound(None));
    let srgb = bound(Some(moxcms::ColorProfile::new_srgb()));
    assert!(close(srgb, [200, 60, 60]), "{srgb:?}");
    // By the matrices of SMPTE EG 432-1 and IEC 61966-2-1, Display P3 (200, 60, 60) is sRGB (217, 42, 52).
    let wide = bound(Some(moxcms::ColorProfile::new_display_p3()));
    assert!(close(wide, [217, 42, 52]), "{wide:?}");
}

/// An uncompressed grey TIFF with one image for each size.
fn tiff(sizes: &[(u16, u16)]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    for (index, (width, height)) in sizes.iter().enumerate() {
        let entries: [(u16, u32); 8] = [
            (256, u32::from(*width)),
            (257, u32::from(*height)),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, bytes.len() as u32 + 2 + 8 * 12 + 4),
            (278, u32::from(*height)),
            (279, u32::from(*width) * u32::from(*height)),
        ];
        bytes.extend(8u16.to_le_bytes());
        for (tag, value) in entries {
            bytes.extend(tag.to_le_bytes());
            // The layout's own fields are shorts, places and lengths are longs.
            let kind = if (258..=262).contains(&tag) { 3 } else { 4 };
            bytes.extend([kind, 0, 1, 0, 0, 0]);
            bytes.extend(value.to_le_bytes());
        }
        let n_pixels = usize::from(*width) * usize::from(*height);
        let next = if index + 1 < sizes.len() { bytes.len() + 4 + n_pixels } else { 0 };
        bytes.extend((next as u32).to_le_bytes());
        bytes.resize(bytes.len() + n_pixels, 200);
    }
    bytes
}

#[test]
fn every_image_of_a_tiff_is_bound() {
    assert_eq!(size(&prepare(&tiff(&[(100, 50)])).0), (100, 50));
    let (preparation, shelf) = prepare(&tiff(&[(100, 50), (50, 100), (10, 10)]));
    let Content::Pages { prepared, pages } = &preparation.content else { panic!("{preparation:?}") };
    // 100 pixels at 100 dpi are 72 points.
    let sizes: Vec<(i64, i64)> =
        pages.iter().map(|page| (page.width.round() as i64, page.height.round() as i64)).collect();
    assert_eq!(sizes, [(72, 36), (36, 72), (7, 7)]);
    assert_eq!(pdf::page_sizes(&shelf.prepared(prepared).unwrap()).unwrap().len(), 3);
    // A loop of directories ends.
    let mut looped = tiff(&[(100, 50)]);
    let next = 8 + 2 + 8 * 12;
    looped[next..next + 4].copy_from_slice(&8u32.to_le_bytes());
    assert!(matches!(prepare(&looped).0.content, Content::Unusable { .. }));
}

#[test]
fn a_palette_gives_a_tiff_its_colours() {
    // All pixels are 200: with a palette, the colour in that place.
    let mut bytes = tiff(&[(20, 10)]);
    let entries = 8 + 2;
    let photometric = entries + 4 * 12;
    assert_eq!(bytes[photometric..photometric + 2], 262u16.to_le_bytes());
    bytes[photometric + 8] = 3;
    // The entry of the compression, which may be absent, gives way to the palette's.
    let table = bytes.len() as u32;
    let compression = entries + 3 * 12;
    bytes[compression..compression + 12].copy_from_slice(
        &[&320u16.to_le_bytes()[..], &[3, 0], &768u32.to_le_bytes(), &table.to_le_bytes()].concat(),
    );
    for colour in [10u16, 20, 230] {
        bytes
            .extend((0..256u16).flat_map(|index| (if index == 200 { colour << 8 } else { 0 }).to_le_bytes()));
    }
    let (preparation, shelf) = prepare(&bytes);
    let Content::Picture { prepared, .. } = &preparation.content else { panic!("{preparation:?}") };
    let pixels = jpeg_decoder::Decoder::new(&shelf.prepared(prepared).unwrap()[..]).decode().unwrap();
    assert!(pixels[0] < 30 && pixels[1] < 40 && pixels[2] > 210, "{:?}", &pixels[..3]);
}

#[test]
fn where_a_picture_was_taken_is_removed_and_told() {
    let (preparation, shelf) = prepare(&with_exif(&jpeg(80, 40), 1, true));
    assert_eq!(preparation.remarks, [Remark::LocationRemoved]);
    let Content::Picture { prepared, .. } = &preparation.content else { panic!() };
    let bytes = shelf.prepared(prepared).unwrap();
    assert!(!bytes.windows(4).any(|window| window == b"Exif"));
}

#[test]
fn hostile_pictures_end_in_one_reason() {
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bomb.extend(50_000u32.to_be_bytes());
    bomb.extend(50_000u32.to_be_bytes());
    bomb.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    for bytes in
        [bomb, jpeg(80, 40)[..200].to_vec(), b"\x89PNG\r\n\x1a\nnothing".to_vec(), b"GIF89a".to_vec()]
    {
        let (preparation, _) = prepare(&bytes);
        assert!(matches!(preparation.content, Content::Unusable { .. }), "{:?}", preparation.content);
    }
}

#[test]
fn everything_finds_its_slot() {
    let mut shelf = Shelf::default();
    let document = prepare_on(&mut shelf, &page_pdf("/MediaBox[0 0 300 200]/Rotate 90", HELLO, &[]));
    let photo = prepare_on(&mut shelf, &jpeg(80, 40));
    let (Content::Pages { prepared: pages, .. }, Content::Picture { prepared: picture, .. }) =
        (&document.content, &photo.content)
    else {
        panic!()
    };
    let base = page_pdf("/MediaBox[0 0 595 842]", "BT /F 12 Tf 40 800 Td (STAMP) Tj ET", &[]);
    let slot =
        |id: &str, y: f64| Slot { id: id.to_owned(), page: 0, x: 50.0, y, width: 400.0, height: 300.0 };
    let content =
        |id: &str, handle: &Handle, page| SlotContent { id: id.to_owned(), prepared: handle.clone(), page };
    let slots = [slot("a", 50.0), slot("b", 400.0), slot("c", 410.0)];
    let contents = [content("a", pages, Some(0)), content("b", picture, None), content("c", pages, Some(0))];
    let merge = || {
        let mut merged = Vec::new();
        pdf::merge(&[frame(base.clone())], &slots, &contents, &shelf, &mut merged).unwrap();
        merged
    };
    let merged = merge();
    assert_eq!(merged, merge());
    let text = &pdf::page_texts(&merged)[0].text;
    assert!(text.contains("STAMP"), "{text}");
    assert_eq!(pdf::page_sizes(&merged).unwrap().len(), 1);
    // The same page in two slots is one object.
    assert_eq!(merged.windows(5).filter(|window| window == b"HELLO").count(), 1);
    if let Ok(folder) = std::env::var("HUIBIAN_LOOK") {
        std::fs::write(format!("{folder}/merged.pdf"), &merged).unwrap();
    }
}

#[test]
fn what_is_packed_as_it_is_is_searched_or_said_to_be_unsearchable() {
    let mut zip = huibian::container::ZipSink::new(io::Cursor::new(Vec::new()));
    for (name, text) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        (
            "content.xml",
            "<office:document-content><text:p>A1000<text:span>00001</text:span></text:p><text:p>7</text:p></office:document-content>",
        ),
    ] {
        zip.entry(name, huibian::container::Packing::Stored, text.len() as u64, &mut text.as_bytes())
            .unwrap();
    }
    let ods = zip.finish().unwrap().into_inner();
    let mut nowhere = |_: &[u8]| unreachable!();
    let preparation = evidence::prepare(&ods, MediaType::Ods, &settings(), &mut nowhere).unwrap();
    assert!(text(&preparation).contains("A100000001\n7"), "{preparation:?}");
    let preparation =
        evidence::prepare("證號A100000001".as_bytes(), MediaType::Text, &settings(), &mut nowhere).unwrap();
    assert!(text(&preparation).contains("A100000001"));
    let preparation = evidence::prepare(b"x", MediaType::Cfb, &settings(), &mut nowhere).unwrap();
    assert!(preparation.remarks.contains(&Remark::NoText));
    for refused in [MediaType::Zip, MediaType::Html] {
        let preparation = evidence::prepare(b"x", refused, &settings(), &mut nowhere).unwrap();
        assert!(matches!(preparation.content, Content::Unusable { .. }));
    }
}
