//! Appendices set in parts are the document that they are when set as a whole, page by page, link by link.

use std::sync::LazyLock;

use huibian::assets::Templates;
use huibian::dossier::Dossier;
use huibian::exhibit::{Content, PageSize};
use huibian::navigation::{Navigation, contradictions};
use huibian::pdf;
use huibian::typeset::{self, Fonts, Frames};
use lopdf::{Dictionary, Document, Object};

use crate::support::cleared;
use crate::support::papers::empty_frames;
use crate::typesetting::rich;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::embedded().unwrap());

/// Two indicators; documents of several pages, photo pages, a file alone, and an appendix whose divider takes
/// more than a page and whose files take several parts.
fn long() -> Dossier {
    let mut dossier = rich();
    let photos = dossier.appendices[1].clone();
    let mut many = dossier.appendices[0].clone();
    let entry = many.entries[0].clone();
    many.number = "2-2-1".to_owned();
    many.indicator_code = "2-2".to_owned();
    many.entries = (1..=60)
        .map(|n| {
            let mut entry = entry.clone();
            entry.number = format!("2-2-1({n})");
            entry.caption = format!("第{n}場次簽到表與課程說明");
            if n % 20 == 0 {
                let size = PageSize { width: 595.0, height: 842.0 };
                let Content::Pages { prepared, .. } = &entry.exhibit.content else { unreachable!() };
                entry.exhibit.content = Content::Pages { prepared: prepared.clone(), pages: vec![size; 9] };
            }
            entry
        })
        .collect();
    let mut more_photos = photos;
    more_photos.number = "2-2-2".to_owned();
    more_photos.entries = (0..9).flat_map(|_| more_photos.entries.clone()).collect();
    for (n, entry) in more_photos.entries.iter_mut().enumerate() {
        entry.number = format!("2-2-2({})", n + 1);
    }
    dossier.appendices.extend([many, more_photos]);
    dossier
}

fn in_parts(dossier: &Dossier, most_pages: usize) -> Frames {
    typeset::appendices_in_parts(&cleared(dossier), &Templates::builtin(), &FONTS, most_pages).unwrap()
}

fn navigation(frames: &Frames) -> Navigation {
    let navigation = pdf::navigation(empty_frames(frames)).unwrap();
    assert_eq!(contradictions(&navigation, &frames.ranges), [""; 0]);
    navigation
}

/// Text and target of every way, in an order of its own.
fn ways<'a>(ways: impl IntoIterator<Item = &'a huibian::navigation::Way>) -> Vec<(String, Option<usize>)> {
    let mut ways: Vec<_> = ways.into_iter().map(|way| (way.text.clone(), way.to)).collect();
    ways.sort();
    ways
}

/// A blank and an ideographic one are one glyph: without the text that stands beside it, it reads as whichever
/// its document says first.
fn spaced(text: &str) -> String {
    text.replace('\u{3000}', " ")
}

#[test]
fn parts_are_the_whole_page_by_page_and_link_by_link() {
    let mut divided = long();
    huibian::assembly::divide(&mut divided, &[vec![1; 20], vec![2; 74]].concat());
    divided.volume = Some(2);
    for dossier in [long(), divided] {
        let whole = in_parts(&dossier, usize::MAX);
        let expected = navigation(&whole);
        assert_eq!(whole.parts.len(), 1);
        for most_pages in [40, 17] {
            let frames = in_parts(&dossier, most_pages);
            assert!(frames.parts.len() > whole.n_pages / most_pages, "{} parts", frames.parts.len());
            assert!(frames.parts.iter().all(|part| part.n_pages <= most_pages));
            assert_eq!((frames.n_pages, &frames.ranges), (whole.n_pages, &whole.ranges));
            assert_eq!((&frames.slots, &frames.contents), (&whole.slots, &whole.contents));
            let found = navigation(&frames);
            assert_eq!(ways(&found.bookmarks), ways(&expected.bookmarks));
            for (n, (page, expected)) in found.pages.iter().zip(&expected.pages).enumerate() {
                assert_eq!(page.label, expected.label);
                assert_eq!(spaced(&page.text), spaced(&expected.text), "page {}", n + 1);
                assert_eq!(ways(&page.links), ways(&expected.links), "page {}", n + 1);
            }
        }
    }
}

#[test]
fn parts_are_the_same_bytes_every_time() {
    let dossier = long();
    assert!(empty_frames(&in_parts(&dossier, 40)) == empty_frames(&in_parts(&dossier, 40)));
}

/// What a screen reader is told: kinds of elements with their titles, in order, the documents' own left out.
fn structure(pdf: &[u8]) -> Vec<String> {
    let document = Document::load_mem(pdf).unwrap();
    let root = dictionary(&document, document.catalog().unwrap().get(b"StructTreeRoot").unwrap());
    let mut told = Vec::new();
    let mut waiting = vec![(root.get(b"K").unwrap(), 0)];
    while let Some((object, depth)) = waiting.pop() {
        match resolved(&document, object) {
            Object::Array(kids) => waiting.extend(kids.iter().rev().map(|kid| (kid, depth))),
            Object::Dictionary(element) if element.has_type(b"StructElem") => {
                let kind = String::from_utf8_lossy(element.get(b"S").unwrap().as_name().unwrap());
                let title = element.get(b"T").ok().map(|title| lopdf::decode_text_string(title).unwrap());
                if kind != "Document" {
                    told.push(format!("{kind} {}", title.unwrap_or_default()));
                }
                if let Ok(kids) = element.get(b"K") {
                    waiting.push((kids, depth + 1));
                }
                // The tree leads up again, to a parent of the same document.
                let parent = dictionary(&document, element.get(b"P").unwrap());
                assert!(parent.has_type(if depth == 0 { b"StructTreeRoot" } else { b"StructElem" }));
            }
            _ => {}
        }
    }
    told
}

fn resolved<'a>(document: &'a Document, object: &'a Object) -> &'a Object {
    document.dereference(object).unwrap().1
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> &'a Dictionary {
    resolved(document, object).as_dict().unwrap()
}

#[test]
fn a_screen_reader_is_told_the_same_of_parts() {
    let dossier = long();
    let whole = structure(&empty_frames(&in_parts(&dossier, usize::MAX)));
    let merged = empty_frames(&in_parts(&dossier, 40));
    assert!(whole.len() > 500 && structure(&merged) == whole);
    let document = Document::load_mem(&merged).unwrap();
    // A link to another part says where it leads, as one within a part does.
    let links = document.objects.values().filter_map(|object| object.as_dict().ok());
    let links = links.filter(|dictionary| dictionary.has_type(b"Annot"));
    let said: Vec<String> =
        links.map(|link| lopdf::decode_text_string(link.get(b"Contents").unwrap()).unwrap()).collect();
    assert!(said.len() > 100 && said.iter().all(|said| said.contains('頁')), "{said:?}");
    // Every page and link finds its elements by its own key of the parent tree.
    let root = dictionary(&document, document.catalog().unwrap().get(b"StructTreeRoot").unwrap());
    let nums = dictionary(&document, root.get(b"ParentTree").unwrap()).get(b"Nums").unwrap();
    let keys: Vec<i64> = nums.as_array().unwrap().chunks(2).map(|pair| pair[0].as_i64().unwrap()).collect();
    assert!(keys.is_sorted_by(|a, b| a < b));
    let mut asked = Vec::new();
    for object in document.objects.values().filter_map(|object| object.as_dict().ok()) {
        asked.extend(
            [&b"StructParents"[..], b"StructParent"]
                .iter()
                .filter_map(|key| object.get(key).ok()?.as_i64().ok()),
        );
    }
    asked.sort();
    assert_eq!(asked, keys);
    // Identifiers of table headers are one element's each.
    let ids = dictionary(&document, root.get(b"IDTree").unwrap()).get(b"Names").unwrap().as_array().unwrap();
    let names: Vec<&[u8]> = ids.chunks(2).map(|pair| pair[0].as_str().unwrap()).collect();
    assert!(names.is_sorted_by(|a, b| a < b));
    for pair in ids.chunks(2) {
        assert_eq!(dictionary(&document, &pair[1]).get(b"ID").unwrap(), &pair[0]);
    }
}

#[test]
fn a_template_that_knows_no_parts_is_set_as_a_whole() {
    let mut templates = Templates::builtin();
    let text = templates.get("typst/appendices.typ").unwrap().text.to_string();
    let text = text.replace("#let part = data.at(\"part\", default: none)", "#let part = none");
    assert!(templates.lay_over("typst/appendices.typ", text));
    let dossier = long();
    let frames = typeset::appendices_in_parts(&cleared(&dossier), &templates, &FONTS, 40).unwrap();
    assert_eq!(frames.parts.len(), 1);
    assert_eq!(frames.n_pages, in_parts(&dossier, usize::MAX).n_pages);
}
