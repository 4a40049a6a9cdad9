//! Objects as they stand in a file (ISO 32000-1 §7.3). lopdf keeps its own writer to itself, and writes
//! whole documents only.

use std::io::{self, Write};

use lopdf::{Dictionary, Object, StringFormat};

/// Writes one object's value. Nesting is bounded by the parser and the copier that made it.
pub fn object(out: &mut dyn Write, object: &Object) -> io::Result<()> {
    match object {
        Object::Null => out.write_all(b"null"),
        Object::Boolean(true) => out.write_all(b"true"),
        Object::Boolean(false) => out.write_all(b"false"),
        Object::Integer(number) => write!(out, "{number}"),
        Object::Real(number) => real(out, *number),
        Object::Name(bytes) => name(out, bytes),
        Object::String(bytes, StringFormat::Literal) => literal(out, bytes),
        Object::String(bytes, StringFormat::Hexadecimal) => hexadecimal(out, bytes),
        Object::Array(items) => {
            out.write_all(b"[")?;
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.write_all(b" ")?;
                }
                self::object(out, item)?;
            }
            out.write_all(b"]")
        }
        Object::Dictionary(entries) => dictionary(out, entries),
        Object::Stream(stream) => {
            let mut entries = stream.dict.clone();
            entries.set("Length", stream.content.len() as i64);
            dictionary(out, &entries)?;
            out.write_all(b"\nstream\n")?;
            out.write_all(&stream.content)?;
            out.write_all(b"\nendstream")
        }
        Object::Reference((number, generation)) => write!(out, "{number} {generation} R"),
    }
}

fn dictionary(out: &mut dyn Write, entries: &Dictionary) -> io::Result<()> {
    out.write_all(b"<<")?;
    for (key, value) in entries.iter() {
        name(out, key)?;
        out.write_all(b" ")?;
        object(out, value)?;
    }
    out.write_all(b">>")
}

/// Without an exponent, which PDF does not know.
fn real(out: &mut dyn Write, number: f32) -> io::Result<()> {
    if !number.is_finite() {
        return out.write_all(b"0");
    }
    let text = format!("{number:.6}");
    out.write_all(text.trim_end_matches('0').trim_end_matches('.').as_bytes())
}

fn name(out: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(b"/")?;
    for byte in bytes {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(byte) {
            out.write_all(&[*byte])?;
        } else {
            write!(out, "#{byte:02X}")?;
        }
    }
    Ok(())
}

fn literal(out: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(b"(")?;
    for byte in bytes {
        match byte {
            b'(' | b')' | b'\\' => out.write_all(&[b'\\', *byte])?,
            b'\r' => out.write_all(b"\\r")?,
            byte => out.write_all(&[*byte])?,
        }
    }
    out.write_all(b")")
}

fn hexadecimal(out: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(b"<")?;
    for byte in bytes {
        write!(out, "{byte:02X}")?;
    }
    out.write_all(b">")
}
