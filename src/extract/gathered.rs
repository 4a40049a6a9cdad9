//! Fragments being gathered, within bounds: long texts in pieces that share a line, so that no
//! number is cut in two.

use crate::fragment::{Fragment, Spot};

/// Characters kept of one file.
const MAX_BYTES: usize = 12 << 20;
/// Fragments kept of one file.
const MAX_FRAGMENTS: usize = 200_000;
/// A longer text is parted at the next end of a line.
const PIECE: usize = 4_000;
/// A line without an end is parted all the same.
const LONGEST: usize = 40_000;

#[derive(Default)]
pub(super) struct Gathered {
    fragments: Vec<Fragment>,
    n_bytes: usize,
    is_full: bool,
}

impl Gathered {
    pub fn push(&mut self, spot: Spot, heading: &str, text: String) {
        if text.trim().is_empty() {
            return;
        }
        if self.n_bytes > MAX_BYTES || self.fragments.len() >= MAX_FRAGMENTS {
            self.is_full = true;
            return;
        }
        self.n_bytes += text.len();
        self.fragments.push(Fragment { spot, heading: heading.to_owned(), text });
    }

    /// A text of any length, in pieces; `spot` is given the lines before each.
    pub fn push_long(&mut self, text: &str, spot: impl Fn(usize) -> Spot) {
        let (mut piece, mut n_before, mut n_lines) = (String::new(), 0, 0);
        for line in text.split_inclusive('\n') {
            piece.push_str(line);
            n_lines += 1;
            if piece.len() > PIECE && line.ends_with('\n') || piece.len() > LONGEST {
                self.push(spot(n_before), "", piece);
                n_before = n_lines - 1;
                piece = line.to_owned();
                if piece.len() > PIECE {
                    piece.clear();
                    n_before = n_lines;
                }
            }
        }
        self.push(spot(n_before), "", piece);
    }

    /// Takes what was found in a file inside this one.
    pub fn take(&mut self, inner: Gathered, named: &str) {
        self.is_full |= inner.is_full;
        for fragment in inner.fragments {
            let name = format!("{named}的{}", fragment.spot.name());
            self.push(Spot::Part { name }, &fragment.heading, fragment.text);
        }
    }

    pub fn leave_out(&mut self) {
        self.is_full = true;
    }

    /// The fragments, and whether there was more than is kept.
    pub fn finish(self) -> (Vec<Fragment>, bool) {
        (self.fragments, self.is_full)
    }
}
