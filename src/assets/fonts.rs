//! The embedded fonts, packed. Unpacks bytes; `typeset` reads them. Only here: `flate2`.

use std::io::{self, Read};

use flate2::read::GzDecoder;

const PACKED: [&[u8]; 3] = [
    include_bytes!("../../templates/fonts/tw-kai.ttf.gz"),
    include_bytes!("../../templates/fonts/liberation-serif-regular.ttf.gz"),
    include_bytes!("../../templates/fonts/liberation-serif-bold.ttf.gz"),
];

/// Every embedded font file, unpacked: 27 MB in all. Fails only if the binary itself is damaged.
pub fn unpacked() -> io::Result<Vec<Vec<u8>>> {
    PACKED
        .iter()
        .map(|packed| {
            let mut font = Vec::new();
            GzDecoder::new(*packed).read_to_end(&mut font)?;
            Ok(font)
        })
        .collect()
}
