//! The embedded fonts, packed. Unpacks bytes; `typeset` reads them. Only here: `flate2`.
//!
//! Origin, licences and derivation stand in `templates/fonts/README.md`.

use std::io::{self, Read};

use flate2::read::GzDecoder;

/// Packed bytes of each font and an upper bound of its unpacked size.
const PACKED: [(&[u8], usize); 4] = [
    (include_bytes!("../../templates/fonts/tw-kai.ttf.gz"), 28 << 20),
    (include_bytes!("../../templates/fonts/tw-kai-brackets.ttf.gz"), 16 << 10),
    (include_bytes!("../../templates/fonts/huibian-serif-regular.ttf.gz"), 64 << 10),
    (include_bytes!("../../templates/fonts/huibian-serif-bold.ttf.gz"), 64 << 10),
];

/// Every embedded font file, unpacked: 28 MB in all. Fails only if the binary itself is damaged.
pub fn unpacked() -> io::Result<Vec<Vec<u8>>> {
    PACKED
        .iter()
        .map(|(packed, bound)| {
            let mut font = Vec::with_capacity(*bound);
            GzDecoder::new(*packed).read_to_end(&mut font)?;
            font.shrink_to_fit();
            Ok(font)
        })
        .collect()
}
