//! A document as one parser read it, mended with what a more forgiving one finds in the same bytes.
//!
//! lopdf leaves out an object with a wrong stream length or an unusual name; the page that needs it would
//! lose its font or its picture without a word. hayro reads such objects, and they are filled in.

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{MaybeRef, Object as Found, ObjectIdentifier, Stream as FoundStream};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat};

/// Objects filled in at most: a file that lacks more is no document any more.
const MAX_MENDED: usize = 20_000;
const MAX_NESTING: usize = 60;

/// Fills in objects that are referred to but absent, and streams that came out empty.
pub fn mend(document: &mut Document, pdf: &Pdf) {
    let mut missing = Vec::new();
    let mut empty = Vec::new();
    for (id, object) in &document.objects {
        references(object, 0, &mut |id| {
            if !document.objects.contains_key(&id) {
                missing.push(id);
            }
        });
        if let Object::Stream(stream) = object
            && stream.content.is_empty()
        {
            empty.push(*id);
        }
    }
    for id in empty.into_iter().take(MAX_MENDED) {
        let found = pdf.xref().get::<FoundStream<'_>>(identifier(id));
        if let (Some(found), Some(Object::Stream(stream))) = (found, document.objects.get_mut(&id)) {
            stream.set_content(found.raw_data().into_owned());
        }
    }
    let mut n_mended = 0;
    while let Some(id) = missing.pop() {
        if document.objects.contains_key(&id) || n_mended >= MAX_MENDED {
            continue;
        }
        n_mended += 1;
        let Some(found) = pdf.xref().get::<Found<'_>>(identifier(id)) else { continue };
        let object = convert(&found, 0);
        references(&object, 0, &mut |id| missing.push(id));
        document.objects.insert(id, object);
        document.max_id = document.max_id.max(id.0);
    }
}

fn identifier((number, generation): ObjectId) -> ObjectIdentifier {
    ObjectIdentifier::new(number, i32::from(generation))
}

fn references(object: &Object, depth: usize, met: &mut dyn FnMut(ObjectId)) {
    if depth > MAX_NESTING {
        return;
    }
    match object {
        Object::Reference(id) => met(*id),
        Object::Array(items) => items.iter().for_each(|item| references(item, depth + 1, met)),
        Object::Dictionary(entries) => {
            entries.iter().for_each(|(_, value)| references(value, depth + 1, met));
        }
        Object::Stream(stream) => {
            stream.dict.iter().for_each(|(_, value)| references(value, depth + 1, met));
        }
        _ => {}
    }
}

fn convert(found: &Found<'_>, depth: usize) -> Object {
    if depth > MAX_NESTING {
        return Object::Null;
    }
    match found {
        Found::Null(_) => Object::Null,
        Found::Boolean(value) => Object::Boolean(*value),
        Found::Number(number) => {
            let value = number.as_f64();
            if value.fract() == 0.0 && value.abs() < 1e15 {
                Object::Integer(number.as_i64())
            } else {
                Object::Real(value as f32)
            }
        }
        Found::String(string) => Object::String(string.as_bytes().to_vec(), StringFormat::Hexadecimal),
        Found::Name(name) => Object::Name(name.to_vec()),
        Found::Array(items) => {
            Object::Array(items.raw_iter().map(|item| convert_entry(item, depth + 1)).collect())
        }
        Found::Dict(entries) => Object::Dictionary(convert_entries(entries, depth + 1)),
        Found::Stream(stream) => {
            let dict = convert_entries(stream.dict(), depth + 1);
            Object::Stream(Stream::new(dict, stream.raw_data().into_owned()).with_compression(false))
        }
    }
}

fn convert_entries(entries: &hayro::hayro_syntax::object::Dict<'_>, depth: usize) -> Dictionary {
    // hayro keeps entries in a hash map; sorted, so that the same bytes come out every time.
    let mut converted: Vec<(Vec<u8>, Object)> =
        entries.entries().map(|(key, value)| (key.to_vec(), convert_entry(value, depth))).collect();
    converted.sort_by(|a, b| a.0.cmp(&b.0));
    let mut dictionary = Dictionary::new();
    for (key, value) in converted {
        dictionary.set(key, value);
    }
    dictionary
}

fn convert_entry(entry: MaybeRef<Found<'_>>, depth: usize) -> Object {
    match entry {
        MaybeRef::Ref(reference) => match u16::try_from(reference.gen_number) {
            Ok(generation) if reference.obj_number > 0 => {
                Object::Reference((reference.obj_number, generation))
            }
            _ => Object::Null,
        },
        MaybeRef::NotRef(found) => convert(&found, depth),
    }
}
