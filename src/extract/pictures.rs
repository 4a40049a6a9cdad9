//! Words in pictures' metadata: EXIF, XMP, IPTC and comments of JPEG, PNG, WebP, GIF and TIFF.
//!
//! What is bound is encoded anew without a word of it; the original may still be passed on by hand.
//! Finds the segments that hold words and reads them as runs of characters.

use crate::inventory::MediaType;

use super::runs;

/// Metadata of one picture looked at, in bytes.
const MAX_METADATA: usize = 4 << 20;

/// The words, a line each; empty where a format holds none.
pub(super) fn words(bytes: &[u8], media_type: MediaType) -> String {
    let mut metadata: Vec<u8> = Vec::new();
    match media_type {
        MediaType::Jpeg => jpeg(bytes, &mut metadata),
        MediaType::Png => chunks(bytes.get(8..).unwrap_or_default(), Order::Png, &mut metadata),
        MediaType::Webp => chunks(bytes.get(12..).unwrap_or_default(), Order::Riff, &mut metadata),
        // Comments stand between blocks, entries of a directory anywhere: pixels hold no long runs.
        MediaType::Gif | MediaType::Tiff | MediaType::Heic => {
            metadata.extend_from_slice(&bytes[..bytes.len().min(MAX_METADATA)]);
        }
        _ => {}
    }
    runs::characters(&metadata)
}

/// APP and COM segments (ITU-T T.81 Annex B) up to the picture itself.
fn jpeg(bytes: &[u8], metadata: &mut Vec<u8>) {
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if *marker == 0xda || metadata.len() > MAX_METADATA {
            return;
        }
        if matches!(marker, 0xe1..=0xef | 0xfe) {
            let end = (at + 2 + length).min(bytes.len());
            metadata.extend_from_slice(bytes.get(at + 4..end).unwrap_or_default());
            metadata.push(0);
        }
        at += 2 + length.max(2);
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    /// Length (big-endian), kind, content, checksum.
    Png,
    /// Kind, length (little-endian), content, padded to even.
    Riff,
}

fn chunks(bytes: &[u8], order: Order, metadata: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(head) = rest.first_chunk::<8>() {
        let [a, b, c, d, e, f, g, h] = *head;
        let (kind, length, after) = match order {
            Order::Png => ([e, f, g, h], u32::from_be_bytes([a, b, c, d]) as usize, 4),
            Order::Riff => {
                let length = u32::from_le_bytes([e, f, g, h]) as usize;
                ([a, b, c, d], length, length % 2)
            }
        };
        let content = rest.get(8..).unwrap_or_default();
        let content = &content[..content.len().min(length)];
        if matches!(&kind, b"tEXt" | b"iTXt" | b"eXIf" | b"EXIF" | b"XMP ") && metadata.len() <= MAX_METADATA
        {
            metadata.extend_from_slice(content);
            metadata.push(0);
        }
        let Some(next) = 8usize.checked_add(length).and_then(|next| next.checked_add(after)) else { return };
        rest = rest.get(next..).unwrap_or_default();
    }
}
