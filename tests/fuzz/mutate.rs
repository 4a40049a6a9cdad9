//! Spoils bytes: a small generator of numbers, and the ways a file is damaged.
//!
//! Deterministic: the same number gives the same damage. Knows zips (a part is spoilt and packed
//! again, or every mutation would end at a checksum), nothing of what reads the result.

use std::io::Cursor;

use huibian::container::{Caps, Package, Packing, ZipSink};

/// Far above the seeds'.
const CAPS: Caps = Caps {
    file: 1 << 30,
    total: 1 << 30,
    part: 1 << 30,
    entries: 10_000,
    ratio: 10_000,
    ratio_grace: 1 << 30,
};

/// What parsers of text and of numbers stumble over.
const MORSELS: &[&[u8]] = &[
    b"<",
    b">",
    b"</",
    b"/>",
    b"&",
    b"&a;",
    b"\"",
    b"<![CDATA[",
    b"<!--",
    b"\0",
    b"\xFF\xFE",
    b"\xEF\xBB\xBF",
    b"-1",
    b"0",
    b"4294967295",
    b"18446744073709551616",
    b"1e308",
    b"NaN",
    b"A1:XFD1048576",
    b"#REF!",
    b"XFE1048577",
    b"%00",
    b"../",
    b"obj",
    b"endobj",
    b"stream",
    b"<<",
    b">>",
    b"[",
    b"]",
    b"/Length 99999999",
    b"/Kids",
    b"1 0 R",
    b"[[",
    b"]]",
    b"= \"",
    b"\r\n\r\n",
    "臺".as_bytes(),
    "\u{202e}".as_bytes(),
];

/// xorshift64*: numbers that differ enough.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `end`; 0 when that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }
}

/// Damages a file in one to eight places; of a zip, mostly one part's content.
pub fn spoil(seed: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    if seed.starts_with(b"PK")
        && numbers.below(4) > 0
        && let Some(repacked) = spoil_part(seed, numbers)
    {
        return repacked;
    }
    spoil_bytes(seed.to_vec(), numbers)
}

fn spoil_part(zip: &[u8], numbers: &mut Numbers) -> Option<Vec<u8>> {
    let mut package = Package::open(Cursor::new(zip), &CAPS).ok()?;
    let names: Vec<String> = package.entries().iter().map(|entry| entry.name.text.clone()).collect();
    let victim = numbers.below(names.len());
    let mut sink = ZipSink::new(Cursor::new(Vec::new()));
    for (index, name) in names.iter().enumerate() {
        let mut content = package.read(index).ok()?;
        if index == victim {
            content = spoil_bytes(content, numbers);
        }
        sink.entry(name, Packing::Stored, content.len() as u64, &mut content.as_slice()).ok()?;
    }
    Some(sink.finish().ok()?.into_inner())
}

fn spoil_bytes(mut bytes: Vec<u8>, numbers: &mut Numbers) -> Vec<u8> {
    for _ in 0..=numbers.below(8) {
        let at = numbers.below(bytes.len() + 1);
        let length = 1 << numbers.below(10);
        let end = (at + numbers.below(length)).min(bytes.len());
        match numbers.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            1 if at < bytes.len() => bytes[at] = numbers.next() as u8,
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copied = bytes[at..end].to_vec();
                let to = numbers.below(bytes.len() + 1);
                bytes.splice(to..to, copied);
            }
            4 => {
                let morsel = MORSELS[numbers.below(MORSELS.len())];
                bytes.splice(at..at, morsel.iter().copied());
            }
            5 => {
                let morsel = MORSELS[numbers.below(MORSELS.len())];
                let end = (at + morsel.len()).min(bytes.len());
                bytes.splice(at..end, morsel.iter().copied());
            }
            6 if numbers.below(8) == 0 => bytes.truncate(at),
            _ if at + 4 <= bytes.len() => {
                let claim = [0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFE, u32::MAX];
                bytes[at..at + 4].copy_from_slice(&claim[numbers.below(claim.len())].to_le_bytes());
            }
            _ => {}
        }
    }
    bytes
}
