//! JPEG streams inside documents: their frame header, and what their camera wrote into them.
//!
//! Works on markers alone (ITU T.81 annex B); pixels are left as they are.

/// Width, height and number of components from the frame header (§B.2.2).
pub fn frame_header(jpeg: &[u8]) -> Option<(u16, u16, u8)> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *jpeg.get(at..at + 4)? else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if matches!(marker, 0xc0..=0xc2) {
            let frame = jpeg.get(at + 4..at + 10)?;
            let height = u16::from_be_bytes([frame[1], frame[2]]);
            let width = u16::from_be_bytes([frame[3], frame[4]]);
            return (width > 0 && height > 0).then_some((width, height, frame[5]));
        }
        at += 2 + length;
    }
}

/// The same picture without EXIF, XMP, IPTC, comments, thumbnails, and whatever follows its end (phones put
/// further pictures there, with places). `None` when its segments cannot be followed: then it is no
/// picture that a viewer shows either, or one that only a decoder can judge.
pub fn without_metadata(jpeg: &[u8]) -> Option<Vec<u8>> {
    if !jpeg.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let mut kept = Vec::with_capacity(jpeg.len());
    kept.extend([0xff, 0xd8]);
    let mut at = 2;
    loop {
        // Any number of fill bytes may stand before a marker (§B.1.1.2).
        while jpeg.get(at..at + 2)? == [0xff, 0xff] {
            at += 1;
        }
        let [0xff, marker] = *jpeg.get(at..at + 2)? else { return None };
        if marker == 0xd9 {
            kept.extend([0xff, 0xd9]);
            return Some(kept);
        }
        let length = usize::from(u16::from_be_bytes([*jpeg.get(at + 2)?, *jpeg.get(at + 3)?]));
        let segment = jpeg.get(at..at + 2 + length).filter(|_| length >= 2)?;
        if is_needed(marker, &segment[4..]) {
            kept.extend(segment);
        }
        at += segment.len();
        if marker == 0xda {
            let end = scan_end(jpeg, at);
            kept.extend(&jpeg[at..end]);
            at = end;
            if at >= jpeg.len() {
                // Cut off: shown as far as it goes.
                kept.extend([0xff, 0xd9]);
                return Some(kept);
            }
        }
    }
}

/// Colours hang on JFIF's and Adobe's marks and on a colour profile; the rest is about the picture.
fn is_needed(marker: u8, body: &[u8]) -> bool {
    match marker {
        0xe0 => body.starts_with(b"JFIF\0") && body.get(12..14).is_none_or(|thumbnail| thumbnail == [0, 0]),
        0xe2 => body.starts_with(b"ICC_PROFILE\0"),
        0xee => body.starts_with(b"Adobe"),
        0xe1..=0xef | 0xfe => false,
        _ => true,
    }
}

/// Where the coded data that starts at `at` ends: at a marker that is neither a stuffed zero nor a restart.
fn scan_end(jpeg: &[u8], mut at: usize) -> usize {
    while let Some(offset) = jpeg[at..].iter().position(|byte| *byte == 0xff) {
        at += offset;
        match jpeg.get(at + 1) {
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return at,
            None => return jpeg.len(),
        }
    }
    jpeg.len()
}
