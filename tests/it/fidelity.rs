//! The fidelity guard: planted losses are seen, faithful copies are not suspected, and what the guard and
//! the look at fonts find reaches the clerk.

use huibian::dossier::{Slot, SlotContent};
use huibian::exhibit::{ByteSource, Content, Remark};
use huibian::pdf;

use crate::support::papers::{HELLO, Shelf, frame, page_pdf, prepare, prepare_on, raw_pdf, stream};

const A4: &str = "/MediaBox[0 0 595 842]";

/// A page of running text: ten lines of ten-point Latin, since the guard must see one wrong letter.
fn lines(word: &str) -> String {
    let line =
        |n: usize| format!("BT /F 10 Tf 60 {} Td ({word} of the meeting, line {n}) Tj ET ", 780 - 15 * n);
    (0..10).map(line).collect()
}

fn page(content: &str) -> Vec<u8> {
    page_pdf(A4, content, &[])
}

/// A seal of 40 points, red, as an annotation with an appearance.
fn sealed(content: &str) -> Vec<u8> {
    let seal = stream("/Type/XObject/Subtype/Form/BBox[0 0 40 40]", "1 0 0 RG 2 w 2 2 36 36 re S");
    page_pdf(
        &format!("{A4}/Annots[<</Type/Annot/Subtype/Stamp/Rect[400 100 440 140]/AP<</N 6 0 R>>>>]"),
        content,
        &[seal],
    )
}

/// A small grey picture at the given place.
fn pictured(draws: bool) -> Vec<u8> {
    let image =
        stream("/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", "p");
    let resources = "/Resources<</Font<</F 5 0 R>>/XObject<</I 6 0 R>>>>";
    let content = if draws { "q 30 0 0 20 300 300 cm /I Do Q" } else { "" };
    page_pdf(&format!("{A4}{resources}"), &format!("{}{content}", lines("Minutes")), &[image])
}

fn differing(source: &[u8], bound: &[u8]) -> Vec<usize> {
    let found = pdf::compare(source, bound, &[1]);
    assert_eq!(found.not_drawn, [0; 0]);
    found.differing
}

#[test]
fn planted_losses_are_seen() {
    let text = lines("Minutes");
    for (planted, source, bound) in [
        ("a stamp is lost", sealed(&text), page(&text)),
        ("one letter is another", page(&text), page(&text.replace("line 7", "line 1"))),
        ("a picture is dropped", pictured(true), pictured(false)),
        ("the page is shifted by two points", page(&text), page(&format!("1 0 0 1 2 0 cm {text}"))),
        ("the page is upside down", page(&text), page(&format!("-1 0 0 -1 595 842 cm {text}"))),
        ("a colour is lost", page(&format!("1 0 0 rg {text}")), page(&text)),
        ("a hairline is lost", page("0.5 w 60 400 m 500 400 l S"), page("")),
        ("a white box covers a line", page(&text), page(&format!("{text} 1 g 60 640 200 20 re f"))),
    ] {
        assert_eq!(differing(&source, &bound), [1], "{planted}");
        assert_eq!(differing(&source, &source), [0; 0], "{planted}");
    }
}

#[test]
fn faithful_pages_are_not_suspected() {
    let text = lines("Minutes");
    let field = stream("/Type/XObject/Subtype/Form/BBox[0 0 100 20]", "0 0 1 rg 5 5 50 10 re f");
    for (kind, source) in [
        ("plain", page(&text)),
        ("turned", page_pdf(&format!("{A4}/Rotate 90"), &text, &[])),
        ("turned back", page_pdf(&format!("{A4}/Rotate 270"), &text, &[])),
        ("upside down", page_pdf(&format!("{A4}/Rotate 180"), &text, &[])),
        ("cropped", page_pdf(&format!("{A4}/CropBox[50 500 400 800]"), &text, &[])),
        ("away from the origin", page_pdf("/MediaBox[-100 -50 495 792]", &text, &[])),
        ("A3 landscape", page_pdf("/MediaBox[0 0 1191 842]", &text, &[])),
        ("of half points", page_pdf("/MediaBox[0.3 0.7 595.32 841.92]", &text, &[])),
        ("with a unit of its own", page_pdf(&format!("{A4}/UserUnit 2"), &text, &[])),
        ("past 200 inches", page_pdf("/MediaBox[0 0 20000 20000]", &text, &[])),
        ("with a stamp", sealed(&text)),
        ("with a picture", pictured(true)),
        (
            "with a mark that we draw",
            page_pdf(
                &format!(
                    "{A4}/Annots[<</Type/Annot/Subtype/Highlight/C[1 1 0]/Rect[60 760 160 780]/QuadPoints[60 780 160 780 60 760 160 760]>>]"
                ),
                &text,
                &[],
            ),
        ),
        (
            "with a form",
            page_pdf(
                &format!(
                    "{A4}/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/V(x)/Rect[60 300 160 320]/AP<</N 6 0 R>>>>]"
                ),
                &text,
                &[field],
            ),
        ),
    ] {
        let (preparation, shelf) = prepare(&source);
        let Content::Pages { prepared, .. } = &preparation.content else { panic!("{kind}: {preparation:?}") };
        assert_eq!(
            preparation.remarks.iter().filter(|remark| **remark != Remark::NoText).count(),
            0,
            "{kind}"
        );
        assert_eq!(differing(&source, &shelf.prepared(prepared).unwrap()), [0; 0], "{kind}");
    }
}

#[test]
fn a_mark_that_we_draw_hides_no_other_loss() {
    let annotation = "<</Type/Annot/Subtype/Square/C[1 0 0]/Rect[60 60 160 80]>>";
    let source = page_pdf(&format!("{A4}/Annots[{annotation}]"), &lines("Minutes"), &[]);
    assert_eq!(differing(&source, &page("1 0 0 RG 60.5 60.5 99 19 re S")), [1]);
}

/// The page in its slot looks like the same content drawn there by hand.
#[test]
fn binding_into_a_slot_changes_nothing() {
    let content = lines("Minutes");
    let mut shelf = Shelf::default();
    let preparation = prepare_on(&mut shelf, &sealed(&content));
    let Content::Pages { prepared, .. } = &preparation.content else { panic!("{preparation:?}") };
    let slots = [Slot { id: "a".to_owned(), page: 0, x: 70.0, y: 40.0, width: 297.5, height: 500.0 }];
    let contents = [SlotContent { id: "a".to_owned(), prepared: prepared.clone(), page: Some(0) }];
    let mut merged = Vec::new();
    pdf::merge(&[frame(page(HELLO))], &slots, &contents, &shelf, &mut merged).unwrap();
    // Half the size; the slot is 79 points higher than the page needs, half of which is above it.
    let drawn = |by: f64| {
        format!(
            "q 0.5 0 0 0.5 {} 341.5 cm {content} q 1 0 0 1 400 100 cm 1 0 0 RG 2 w 2 2 36 36 re S Q Q {HELLO}",
            70.0 + by
        )
    };
    assert_eq!(differing(&page(&drawn(0.0)), &merged), [0; 0]);
    assert_eq!(differing(&page(&drawn(2.0)), &merged), [1]);
}

/// A document whose only font is the given one, without a font file.
fn in_font(font: &str, more: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R{A4}/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"),
        stream("", "BT /F 12 Tf 60 700 Td <A440A4E5> Tj ET"),
        font.to_owned(),
    ];
    objects.extend_from_slice(more);
    raw_pdf(&objects)
}

fn missing_fonts(pdf: &[u8]) -> Option<(Vec<String>, Vec<String>)> {
    let (preparation, _) = prepare(pdf);
    preparation.remarks.into_iter().find_map(|remark| match remark {
        Remark::FontsMissing { named, numbered } => Some((named, numbered)),
        _ => None,
    })
}

#[test]
fn fonts_that_are_only_named_are_told() {
    let composite = |encoding: &str, ordering: &str| {
        let descendant = format!(
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/DFKaiShu-SB-Estd-BF/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 0>>/FontDescriptor 7 0 R>>"
        );
        in_font(
            &format!(
                "<</Type/Font/Subtype/Type0/BaseFont/DFKaiShu-SB-Estd-BF/Encoding/{encoding}/DescendantFonts[6 0 R]>>"
            ),
            &[descendant, "<</Type/FontDescriptor/FontName/DFKaiShu-SB-Estd-BF/Flags 4>>".to_owned()],
        )
    };
    let kai = || vec!["DFKaiShu-SB-Estd-BF".to_owned()];
    assert_eq!(missing_fonts(&composite("ETen-B5-H", "CNS1")), Some((kai(), Vec::new())));
    assert_eq!(missing_fonts(&composite("Identity-H", "Identity")), Some((Vec::new(), kai())));
    let simple = |name: &str, flags: u32| {
        in_font(
            &format!("<</Type/Font/Subtype/TrueType/BaseFont/{name}/FontDescriptor 6 0 R>>"),
            &[format!("<</Type/FontDescriptor/FontName/{name}/Flags {flags}>>")],
        )
    };
    assert_eq!(missing_fonts(&simple("TimesNewRomanPSMT", 34)), None);
    assert_eq!(missing_fonts(&simple("Calibri", 32)), Some((vec!["Calibri".to_owned()], Vec::new())));
    assert_eq!(missing_fonts(&simple("Wingdings", 4)), Some((Vec::new(), vec!["Wingdings".to_owned()])));
}

/// Mean darkness of the only picture in a prepared document, of 255.
fn darkness(prepared: &[u8]) -> f64 {
    let start = prepared.windows(3).position(|window| window == [0xff, 0xd8, 0xff]).unwrap();
    let pixels = jpeg_decoder::Decoder::new(&prepared[start..]).decode().unwrap();
    pixels.iter().map(|part| 255.0 - f64::from(*part)).sum::<f64>() / pixels.len() as f64
}

#[test]
fn chinese_in_a_font_that_is_only_named_is_not_left_blank_in_a_picture() {
    // A layer that is switched off makes the page a picture.
    let page = |text: &str| {
        raw_pdf(&[
            "<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[8 0 R]/D<</OFF[8 0 R]>>>>>>".to_owned(),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 60]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/Properties<</L 8 0 R>>>>>>".to_owned(),
            stream("", &format!("BT /F 40 Tf 5 10 Td {text} Tj ET /OC /L BDC 0 0 9 9 re f EMC")),
            "<</Type/Font/Subtype/Type0/BaseFont/DFKaiShu/Encoding/ETen-B5-H/DescendantFonts[6 0 R]>>".to_owned(),
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/DFKaiShu/CIDSystemInfo<</Registry(Adobe)/Ordering(CNS1)/Supplement 0>>/FontDescriptor 7 0 R>>".to_owned(),
            "<</Type/FontDescriptor/FontName/DFKaiShu/Flags 4>>".to_owned(),
            "<</Type/OCG/Name(layer)>>".to_owned(),
        ])
    };
    let picture = |text: &str| {
        let (preparation, shelf) = prepare(&page(text));
        assert!(matches!(&preparation.remarks[0], Remark::BoundAsPicture { .. }), "{preparation:?}");
        let Content::Pages { prepared, .. } = &preparation.content else { panic!("{preparation:?}") };
        darkness(&shelf.prepared(prepared).unwrap())
    };
    // 中文 against two ideographic spaces.
    let (written, blank) = (picture("<A4A4A4E5>"), picture("<A140A140>"));
    assert!(written > blank + 10.0, "{written} {blank}");
}
