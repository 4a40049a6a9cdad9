//! Colours of pictures as their profile means them, turned into sRGB: what is bound bears no profile, and
//! viewers take such pictures for sRGB.
//!
//! The only module that names `moxcms`. A profile that cannot be made out leaves the pixels as they are, as
//! viewers do.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// An ICC profile larger than this is hostile: those of cameras and scanners have some kilobytes, those of
/// presses one or two megabytes.
const MAX_PROFILE: usize = 8 << 20;

/// Turns pixels of three bytes into sRGB in place. Profiles of grey pictures apply to their first byte.
pub fn to_srgb(profile: &[u8], rgb: &mut Vec<u8>) {
    let Some(profile) = read(profile) else { return };
    let turned = match profile.color_space {
        DataColorSpace::Rgb => turn(&profile, Layout::Rgb, rgb),
        DataColorSpace::Gray => {
            let grey: Vec<u8> = rgb.iter().step_by(3).copied().collect();
            turn(&profile, Layout::Gray, &grey)
        }
        _ => None,
    };
    if let Some(turned) = turned {
        *rgb = turned;
    }
}

/// Turns four inks a pixel (255 is full ink) into sRGB; `None` when the profile is not one of inks.
pub fn inks_to_srgb(profile: &[u8], inks: &[u8]) -> Option<Vec<u8>> {
    let profile = read(profile).filter(|profile| profile.color_space == DataColorSpace::Cmyk)?;
    turn(&profile, Layout::Rgba, inks)
}

/// The profile inside a HEIF container: in a `colr` box of type `prof` (ISO/IEC 14496-12 §12.1.5).
pub fn profile_of_heif(bytes: &[u8]) -> Option<&[u8]> {
    const BOX: &[u8] = b"colrprof";
    let at = bytes.windows(BOX.len()).position(|window| window == BOX)?;
    let size = u32::from_be_bytes(bytes.get(at.checked_sub(4)?..at)?.try_into().ok()?) as usize;
    bytes.get(at + BOX.len()..(at - 4).checked_add(size)?)
}

fn read(profile: &[u8]) -> Option<ColorProfile> {
    if profile.len() > MAX_PROFILE {
        return None;
    }
    ColorProfile::new_from_slice(profile).ok()
}

fn turn(profile: &ColorProfile, layout: Layout, pixels: &[u8]) -> Option<Vec<u8>> {
    let srgb = ColorProfile::new_srgb();
    let transform =
        profile.create_transform_8bit(layout, &srgb, Layout::Rgb, TransformOptions::default()).ok()?;
    let n_pixels = match layout {
        Layout::Gray => pixels.len(),
        Layout::Rgba => pixels.len() / 4,
        _ => pixels.len() / 3,
    };
    let mut turned = vec![0; n_pixels * 3];
    transform.transform(pixels, &mut turned).ok()?;
    Some(turned)
}
