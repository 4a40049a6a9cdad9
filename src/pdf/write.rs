//! Objects as they stand in a file (ISO 32000-1 §7.3). lopdf keeps its own writer to itself, and writes
//! whole documents only.

use std::collections::BTreeMap;
use std::io::{self, Write};

use lopdf::{Dictionary, Object, StringFormat};

/// A document being written, object by object.
pub struct Sheet<'a> {
    out: Counting<'a>,
    offsets: BTreeMap<u32, u64>,
}

impl<'a> Sheet<'a> {
    pub fn new(out: &'a mut dyn Write) -> io::Result<Self> {
        let mut out = Counting { out, written: 0 };
        // The second line's high bytes tell transfer programs that the file is binary (§7.5.2).
        out.write_all(b"%PDF-1.7\n%\xe5\xbd\x99\xe7\xb7\xa8\n")?;
        Ok(Sheet { out, offsets: BTreeMap::new() })
    }

    /// Writes an object under a number; the last one of a number counts.
    pub fn write(&mut self, number: u32, value: &Object) -> io::Result<()> {
        self.offsets.insert(number, self.out.written);
        writeln!(self.out, "{number} 0 obj")?;
        object(&mut self.out, value)?;
        self.out.write_all(b"\nendobj\n")
    }

    /// Cross-reference table and trailer (§7.5.4, §7.5.5). Fails past 10 GB, which the table cannot tell.
    pub fn finish(mut self, mut trailer: Dictionary) -> io::Result<()> {
        let start = self.out.written;
        let size = self.offsets.keys().next_back().map_or(1, |last| last + 1);
        write!(self.out, "xref\n0 {size}\n0000000000 65535 f \n")?;
        for number in 1..size {
            match self.offsets.get(&number) {
                Some(offset) if *offset > 9_999_999_999 => {
                    return Err(io::Error::other("the document is larger than 10 GB"));
                }
                Some(offset) => writeln!(self.out, "{offset:010} 00000 n ")?,
                None => writeln!(self.out, "0000000000 65535 f ")?,
            }
        }
        trailer.set("Size", i64::from(size));
        self.out.write_all(b"trailer\n")?;
        dictionary(&mut self.out, &trailer)?;
        write!(self.out, "\nstartxref\n{start}\n%%EOF\n")?;
        self.out.flush()
    }
}

/// Counts what passes, for the cross-reference table.
struct Counting<'a> {
    out: &'a mut dyn Write,
    written: u64,
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.written += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

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
