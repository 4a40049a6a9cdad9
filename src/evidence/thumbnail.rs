//! Prepared pages and pictures once more, as small as a page of thumbnails wants them.
//!
//! Takes files of our own making alone; runs in a worker all the same. Knows neither items nor the page that
//! shows them.

use std::collections::BTreeSet;

use crate::inventory::MediaType;
use crate::pdf;

use super::{PrepareSettings, picture};

/// 240 × 340 pixels upright, or lying: enough to see whether names are covered, too few to read a number.
const SETTINGS: PrepareSettings = PrepareSettings {
    picture_box_points: (240.0, 340.0),
    dpi: 72,
    quality: 60,
    as_pictures: BTreeSet::new(),
};
/// Pixels a page is drawn with before it is shrunk: thin strokes survive.
const DRAWN_PIXELS: f64 = 4.0 * 240.0 * 340.0;

/// JPEGs of the given pages (from 1) of a prepared document; of a prepared picture where no pages are given.
/// `None` stands for what cannot be drawn.
pub fn thumbnails(prepared: &[u8], pages: &[usize]) -> Vec<Option<Vec<u8>>> {
    if pages.is_empty() {
        return vec![picture::prepare(prepared, MediaType::Jpeg, &SETTINGS).ok().map(|small| small.jpeg)];
    }
    let mut made = Vec::with_capacity(pages.len());
    pdf::sketches(prepared, pages, DRAWN_PIXELS, &mut |raster| {
        made.push(raster.and_then(|raster| picture::shrink_raster(raster, &SETTINGS)));
    });
    made
}
