//! No tofu: the glyphs that produced PDFs really draw, read back from their content streams.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use huibian::assets::Templates;
use huibian::typeset::{self, Fonts};
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object};

use crate::support::cleared;
use crate::support::papers::empty_frames;
use crate::typesetting;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::embedded().unwrap());

/// The fonts templates name; nothing else may be fallen back to.
const MEANT: [&str; 2] = ["TW-Kai", "Huibian"];

/// What the pages of a document draw.
#[derive(Default)]
struct Drawn {
    /// Glyph ids by font.
    glyphs: BTreeMap<String, BTreeSet<u16>>,
    n_glyphs: usize,
}

fn drawn(pdf: &[u8]) -> Drawn {
    let document = Document::load_mem(pdf).unwrap();
    let mut drawn = Drawn::default();
    for page in document.page_iter() {
        let mut resources = Vec::new();
        let (own, inherited) = document.get_page_resources(page).unwrap();
        resources.extend(own.cloned());
        resources.extend(inherited.iter().map(|id| document.get_dictionary(*id).unwrap().clone()));
        let content = document.get_page_content(page);
        read(&document, &content, &resources, &mut drawn);
    }
    drawn
}

fn read(document: &Document, content: &[u8], resources: &[Dictionary], drawn: &mut Drawn) {
    let mut font = String::new();
    for operation in Content::decode(content).unwrap().operations {
        match (operation.operator.as_str(), &operation.operands[..]) {
            ("Tf", [Object::Name(name), _]) => font = base_font(document, resources, name),
            ("Tj", [text]) => keep(text, &font, drawn),
            ("TJ", [Object::Array(texts)]) => texts.iter().for_each(|text| keep(text, &font, drawn)),
            ("Do", [Object::Name(name)]) => {
                let Some(Object::Stream(form)) = resource(document, resources, b"XObject", name) else {
                    continue;
                };
                if form.dict.get(b"Subtype").and_then(Object::as_name).ok() != Some(b"Form") {
                    continue;
                }
                let own =
                    form.dict.get(b"Resources").ok().and_then(|own| resolved(document, own).as_dict().ok());
                let inner: Vec<Dictionary> =
                    own.cloned().into_iter().chain(resources.iter().cloned()).collect();
                let content = form.decompressed_content().unwrap_or_else(|_| form.content.clone());
                read(document, &content, &inner, drawn);
            }
            _ => {}
        }
    }
}

fn resolved<'a>(document: &'a Document, object: &'a Object) -> &'a Object {
    document.dereference(object).unwrap().1
}

fn resource<'a>(
    document: &'a Document,
    resources: &'a [Dictionary],
    kind: &[u8],
    name: &[u8],
) -> Option<&'a Object> {
    resources.iter().find_map(|resources| {
        let of_kind = resolved(document, resources.get(kind).ok()?).as_dict().ok()?;
        Some(resolved(document, of_kind.get(name).ok()?))
    })
}

/// Two bytes a glyph, the glyph's own id (Identity-H, ISO 32000-1 §9.7.5.2): anything else would
/// not be read back right below.
fn base_font(document: &Document, resources: &[Dictionary], name: &[u8]) -> String {
    let font = resource(document, resources, b"Font", name).unwrap().as_dict().unwrap();
    assert_eq!(font.get(b"Encoding").and_then(Object::as_name).unwrap(), b"Identity-H");
    String::from_utf8_lossy(font.get(b"BaseFont").and_then(Object::as_name).unwrap()).into_owned()
}

fn keep(text: &Object, font: &str, drawn: &mut Drawn) {
    let Object::String(bytes, _) = text else { return };
    assert_eq!(bytes.len() % 2, 0);
    for pair in bytes.chunks_exact(2) {
        drawn.glyphs.entry(font.to_owned()).or_default().insert(u16::from_be_bytes([pair[0], pair[1]]));
        drawn.n_glyphs += 1;
    }
}

pub fn assert_no_tofu(pdf: &[u8]) -> usize {
    let drawn = drawn(pdf);
    for (font, glyphs) in &drawn.glyphs {
        assert!(!glyphs.contains(&0), "{font} draws .notdef");
        assert!(MEANT.iter().any(|meant| font.contains(meant)), "{font} is no font of ours");
    }
    drawn.n_glyphs
}

#[test]
fn no_page_draws_a_missing_glyph_or_a_font_that_was_not_meant() {
    let mut dossier = typesetting::rich();
    // Names and places at the edges of what the fonts hold, and what they do not hold.
    let rare: String = ('\u{4e00}'..='\u{9fff}').step_by(41).collect();
    let strange = "王\u{e000}明、⼈口、𠮷、😀、\u{fffd}、Café №1 ﹙ㄅㆠ﹚ 㐀〇〡";
    dossier.facets[0].indicators[0].lead = vec![rare.clone(), strange.to_owned()];
    dossier.government = strange.to_owned();
    for appendix in &mut dossier.appendices {
        appendix.title = format!("{strange}{}", &rare[..300]);
    }
    let form = typeset::form(&cleared(&dossier), &Templates::builtin(), &FONTS).unwrap();
    let frames = typeset::appendices(&cleared(&dossier), &Templates::builtin(), &FONTS).unwrap();
    let (in_form, in_frames) = (assert_no_tofu(&form.pdf), assert_no_tofu(&empty_frames(&frames)));
    assert!(in_form > 1_500 && in_frames > 500, "{in_form} glyphs in the form, {in_frames} in the frames");
}
