//! Pictures: decoded no larger than needed, turned upright, shrunk, encoded again without a word of
//! metadata.
//!
//! The only module that names `image`, `jpeg_decoder`, `jpeg_encoder`, `heic_rs`, `fast_image_resize`
//! and `exif`; colours are `colour`'s.
//! Decoders are guarded: sizes are looked at before pixels are, and a panic costs one picture.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::{ImageDecoder, ImageReader, Limits};

use crate::inventory::MediaType;
use crate::pdf::Raster;

use super::{PrepareSettings, colour, tiff};

/// Pixels of a source picture at most.
const MAX_PIXELS: u64 = 200_000_000;
/// Pixels of a HEIC at most: its decoder keeps several planes of all of them.
const MAX_HEIC_PIXELS: u64 = 60_000_000;
/// Memory a decoder may take, in bytes.
const MAX_ALLOCATION: u64 = 512 << 20;
/// Side of a source picture at most.
const MAX_SIDE: u32 = 65_535;

/// A picture ready to be bound.
pub struct Prepared {
    pub jpeg: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// The source told where it was taken.
    pub had_location: bool,
}

/// Why a picture cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    TooLarge,
    Damaged,
}

impl Fault {
    pub fn reason(self) -> &'static str {
        match self {
            Fault::TooLarge => "圖檔像素過大（超過 2 億像素）",
            Fault::Damaged => "圖檔已損壞，無法解讀",
        }
    }
}

/// Three bytes a pixel, not yet turned.
struct Pixels {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
    /// What the colours mean (ICC.1); without one they are sRGB.
    profile: Option<Vec<u8>>,
}

/// Prepares a picture for its printed size.
pub fn prepare(bytes: &[u8], media_type: MediaType, settings: &PrepareSettings) -> Result<Prepared, Fault> {
    let mut exif = catch_unwind(|| Exif::read(bytes)).unwrap_or_default();
    if media_type == MediaType::Heic {
        // HEIF turns by its own properties (ISO/IEC 23008-12 §6.5.10), which the decoder obeys; EXIF
        // repeats them.
        exif.orientation = 1;
    }
    let target = Target::new(settings);
    let decode = || match media_type {
        MediaType::Jpeg => decode_jpeg(bytes, &target, exif.turns_sideways()),
        MediaType::Heic => decode_heic(bytes),
        MediaType::Tiff => decode_tiff(bytes),
        _ => decode_other(bytes),
    };
    // Decoders meet hostile bytes: a panic in one is a damaged picture.
    let pixels = catch_unwind(AssertUnwindSafe(decode)).map_err(|_| Fault::Damaged)??;
    let mut pixels = shrink(pixels, &target, exif.turns_sideways())?;
    if let Some(profile) = pixels.profile.take() {
        // Profiles are foreign bytes too; a panic over one leaves the colours as they are.
        let mut turned = pixels.rgb.clone();
        if catch_unwind(AssertUnwindSafe(|| colour::to_srgb(&profile, &mut turned))).is_ok() {
            pixels.rgb = turned;
        }
    }
    let pixels = turn(pixels, exif.orientation);
    let jpeg = encode(&pixels.rgb, pixels.width, pixels.height, settings.quality).ok_or(Fault::Damaged)?;
    Ok(Prepared { jpeg, width: pixels.width, height: pixels.height, had_location: exif.has_location })
}

/// A rendered page as a JPEG.
pub fn encode_raster(raster: &Raster, quality: u8) -> Option<Vec<u8>> {
    encode(&raster.rgb, raster.width, raster.height, quality)
}

/// A rendered page as a JPEG no larger than pictures are made.
pub fn shrink_raster(raster: Raster, settings: &PrepareSettings) -> Option<Vec<u8>> {
    let Raster { width, height, rgb, .. } = raster;
    let small = shrink(Pixels { width, height, rgb, profile: None }, &Target::new(settings), false).ok()?;
    encode(&small.rgb, small.width, small.height, settings.quality)
}

/// What EXIF tells that matters (EXIF 2.3 §4.6.4 A, orientation; GPS IFD).
#[derive(Debug, Clone, Copy)]
struct Exif {
    /// 1–8; 1 is upright.
    orientation: u32,
    has_location: bool,
}

impl Default for Exif {
    fn default() -> Self {
        Exif { orientation: 1, has_location: false }
    }
}

impl Exif {
    fn read(bytes: &[u8]) -> Self {
        let mut reader = exif::Reader::new();
        // A maker's faulty entry must not hide the place or the orientation beside it.
        reader.continue_on_error(true);
        let found = match reader.read_from_container(&mut Cursor::new(bytes)) {
            Err(exif::Error::PartialResult(partial)) => Ok(partial.into_inner().0),
            Err(_) if bytes.starts_with(b"RIFF") => read_prefixed(&reader, bytes),
            found => found,
        };
        let Ok(found) = found else { return Exif::default() };
        let orientation = found
            .get_field(exif::Tag::Orientation, exif::In::PRIMARY)
            .and_then(|field| field.value.get_uint(0))
            .filter(|orientation| (1..=8).contains(orientation))
            .unwrap_or(1);
        let has_location = found.fields().any(|field| field.tag.context() == exif::Context::Gps);
        Exif { orientation, has_location }
    }

    fn turns_sideways(&self) -> bool {
        self.orientation >= 5
    }
}

/// Some writers put JPEG's `Exif\0\0` before the TIFF header in a WebP's EXIF chunk too.
fn read_prefixed(reader: &exif::Reader, bytes: &[u8]) -> Result<exif::Exif, exif::Error> {
    const PREFIX: &[u8] = b"Exif\0\0";
    let at = bytes.windows(PREFIX.len()).position(|window| window == PREFIX);
    let at = at.ok_or(exif::Error::NotFound("WebP"))?;
    match reader.read_raw(bytes[at + PREFIX.len()..].to_vec()) {
        Err(exif::Error::PartialResult(partial)) => Ok(partial.into_inner().0),
        found => found,
    }
}

/// Largest useful size in pixels.
struct Target {
    width: f64,
    height: f64,
}

impl Target {
    fn new(settings: &PrepareSettings) -> Self {
        let pixels = |points: f64| (points * f64::from(settings.dpi) / 72.0).max(1.0);
        Target { width: pixels(settings.picture_box_points.0), height: pixels(settings.picture_box_points.1) }
    }

    /// How much a source must shrink to fit; at least 1. A landscape picture may get a landscape
    /// page, so that the longer sides are set against each other.
    fn factor(&self, width: u32, height: u32, sideways: bool) -> f64 {
        let (width, height) = if sideways { (height, width) } else { (width, height) };
        let (width, height) = (f64::from(width), f64::from(height));
        let straight = (width / self.width).max(height / self.height);
        let turned = (width / self.height).max(height / self.width);
        straight.min(turned).max(1.0)
    }
}

fn decode_jpeg(bytes: &[u8], target: &Target, sideways: bool) -> Result<Pixels, Fault> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(MAX_ALLOCATION as usize);
    decoder.read_info().map_err(|_| Fault::Damaged)?;
    let info = decoder.info().ok_or(Fault::Damaged)?;
    check_size(u32::from(info.width), u32::from(info.height))?;
    let factor = target.factor(u32::from(info.width), u32::from(info.height), sideways);
    // The decoder halves while it transforms; asking for a little more than needed leaves the last
    // step to the resampler.
    let wanted = |side: u16| (f64::from(side) / factor).ceil().clamp(1.0, 65_535.0) as u16;
    let (width, height) =
        decoder.scale(wanted(info.width), wanted(info.height)).map_err(|_| Fault::Damaged)?;
    let data = decoder.decode().map_err(|_| Fault::Damaged)?;
    let format = decoder.info().ok_or(Fault::Damaged)?.pixel_format;
    let profile = decoder.icc_profile();
    let n_pixels = usize::from(width) * usize::from(height);
    let rgb = match format {
        jpeg_decoder::PixelFormat::RGB24 => data,
        jpeg_decoder::PixelFormat::L8 => data.iter().flat_map(|grey| [*grey; 3]).collect(),
        jpeg_decoder::PixelFormat::L16 => data.chunks_exact(2).flat_map(|grey| [grey[1]; 3]).collect(),
        jpeg_decoder::PixelFormat::CMYK32 => inks_to_rgb(data, has_adobe_mark(bytes), profile.as_deref()),
    };
    if rgb.len() != n_pixels * 3 {
        return Err(Fault::Damaged);
    }
    // Inks have been turned by their profile already.
    let profile = profile.filter(|_| format != jpeg_decoder::PixelFormat::CMYK32);
    Ok(Pixels { width: u32::from(width), height: u32::from(height), rgb, profile })
}

/// Adobe stores inks inverted, the decoder turns every file's values over: of a file with Adobe's mark it
/// gives inks, of any other what stays white.
fn inks_to_rgb(mut data: Vec<u8>, are_inks: bool, profile: Option<&[u8]>) -> Vec<u8> {
    if !are_inks {
        data.iter_mut().for_each(|part| *part = 255 - *part);
    }
    let turned = profile.and_then(|profile| colour::inks_to_srgb(profile, &data));
    turned.unwrap_or_else(|| {
        data.iter_mut().for_each(|part| *part = 255 - *part);
        data.chunks_exact(4).flat_map(paper_to_rgb).collect()
    })
}

/// What of the paper stays white under each ink.
fn paper_to_rgb(paper: &[u8]) -> [u8; 3] {
    let black = u32::from(paper[3]);
    [paper[0], paper[1], paper[2]].map(|colour| (u32::from(colour) * black / 255) as u8)
}

/// Whether an APP14 segment of Adobe's stands in the header.
fn has_adobe_mark(jpeg: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = jpeg.get(at..at + 4) {
        if *marker == 0xee && jpeg[at + 4..].starts_with(b"Adobe") {
            return true;
        }
        if *marker == 0xda {
            return false;
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    false
}

/// A phone's HEIC. An AVIF, told apart from it only inside, ends as damaged.
fn decode_heic(bytes: &[u8]) -> Result<Pixels, Fault> {
    let probed = heic_rs::probe(bytes).map_err(|_| Fault::Damaged)?;
    check_size(probed.width, probed.height)?;
    let options = heic_rs::DecodeOptions::default()
        .with_layout(heic_rs::PixelLayout::Rgb8)
        .with_max_pixels(Some(MAX_HEIC_PIXELS))
        .with_alpha(false);
    let picture = heic_rs::decode(bytes, &options).map_err(|_| Fault::Damaged)?;
    let profile = colour::profile_of_heif(bytes).map(<[u8]>::to_vec);
    Ok(Pixels { width: picture.width, height: picture.height, rgb: picture.data, profile })
}

fn decode_tiff(bytes: &[u8]) -> Result<Pixels, Fault> {
    let Some(indexed) = tiff::Indexed::of(bytes) else { return decode_other(bytes) };
    let mut pixels = decode_other(&indexed.grey)?;
    indexed.colour(&mut pixels.rgb);
    Ok(pixels)
}

fn decode_other(bytes: &[u8]) -> Result<Pixels, Fault> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| Fault::Damaged)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOCATION);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fault_of)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    if decoder.total_bytes() > MAX_ALLOCATION {
        return Err(Fault::TooLarge);
    }
    let profile = decoder.icc_profile().ok().flatten();
    let picture = image::DynamicImage::from_decoder(decoder).map_err(fault_of)?;
    let rgb = if picture.color().has_alpha() {
        let rgba = picture.into_rgba8();
        rgba.pixels().flat_map(|pixel| on_white(pixel.0)).collect()
    } else {
        picture.into_rgb8().into_raw()
    };
    Ok(Pixels { width, height, rgb, profile })
}

fn fault_of(error: image::ImageError) -> Fault {
    match error {
        image::ImageError::Limits(_) => Fault::TooLarge,
        _ => Fault::Damaged,
    }
}

fn on_white([red, green, blue, alpha]: [u8; 4]) -> [u8; 3] {
    let alpha = u32::from(alpha);
    [red, green, blue].map(|colour| ((u32::from(colour) * alpha + 255 * (255 - alpha)) / 255) as u8)
}

fn check_size(width: u32, height: u32) -> Result<(), Fault> {
    if width == 0 || height == 0 {
        return Err(Fault::Damaged);
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Fault::TooLarge);
    }
    Ok(())
}

fn shrink(pixels: Pixels, target: &Target, sideways: bool) -> Result<Pixels, Fault> {
    let factor = target.factor(pixels.width, pixels.height, sideways);
    if factor <= 1.0 {
        return Ok(pixels);
    }
    let side = |side: u32| ((f64::from(side) / factor).round() as u32).max(1);
    let (width, height) = (side(pixels.width), side(pixels.height));
    let source = ImageRef::new(pixels.width, pixels.height, &pixels.rgb, PixelType::U8x3)
        .map_err(|_| Fault::Damaged)?;
    let mut shrunk = Image::new(width, height, PixelType::U8x3);
    Resizer::new().resize(&source, &mut shrunk, &ResizeOptions::default()).map_err(|_| Fault::Damaged)?;
    Ok(Pixels { width, height, rgb: shrunk.into_vec(), profile: pixels.profile })
}

/// Applies an EXIF orientation; the pixels are few by now.
fn turn(pixels: Pixels, orientation: u32) -> Pixels {
    if orientation == 1 {
        return pixels;
    }
    let Some(picture) = image::RgbImage::from_raw(pixels.width, pixels.height, pixels.rgb) else {
        return Pixels { width: 1, height: 1, rgb: vec![255; 3], profile: None };
    };
    use image::imageops::{flip_horizontal, flip_vertical, rotate90, rotate180, rotate270};
    let turned = match orientation {
        2 => flip_horizontal(&picture),
        3 => rotate180(&picture),
        4 => flip_vertical(&picture),
        5 => flip_horizontal(&rotate90(&picture)),
        6 => rotate90(&picture),
        7 => flip_horizontal(&rotate270(&picture)),
        _ => rotate270(&picture),
    };
    Pixels { width: turned.width(), height: turned.height(), rgb: turned.into_raw(), profile: pixels.profile }
}

fn encode(rgb: &[u8], width: u32, height: u32, quality: u8) -> Option<Vec<u8>> {
    let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
    let mut jpeg = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.encode(rgb, width, height, jpeg_encoder::ColorType::Rgb).ok()?;
    Some(jpeg)
}
