//! TIFF files as their directories tell them: several images in one file, and colours in a palette.
//!
//! Reads and patches the directory (TIFF 6.0 §2, §5) and leaves pixels to the decoder, which knows neither.

/// Images of one file at most.
pub const MAX_PAGES: usize = 200;

const BITS: u16 = 258;
const PHOTOMETRIC: u16 = 262;
const PALETTE: u16 = 320;
/// Values of `PHOTOMETRIC`.
const IS_GREY: u16 = 1;
const IS_PALETTE: u32 = 3;

/// Where each image stands, as copies of the file's first offset; one entry when there is one image.
pub fn directories(bytes: &[u8]) -> Vec<u32> {
    let file = File { bytes };
    let mut directories = Vec::new();
    let mut next = file.read32(4).filter(|_| file.read16(2) == Some(42));
    while let Some(at) = next {
        if at == 0 || directories.contains(&at) || directories.len() > MAX_PAGES {
            break;
        }
        let Some(n_entries) = file.read16(at as usize) else { break };
        directories.push(at);
        next = file.read32(at as usize + 2 + 12 * usize::from(n_entries));
    }
    directories
}

/// The file with another of its images as the first one.
pub fn page(bytes: &[u8], directory: u32) -> Vec<u8> {
    let mut page = bytes.to_vec();
    let file = File { bytes };
    let offset = if file.is_little() { directory.to_le_bytes() } else { directory.to_be_bytes() };
    if let Some(place) = page.get_mut(4..8) {
        place.copy_from_slice(&offset);
    }
    page
}

/// An image with a palette, told as a grey one.
pub struct Indexed {
    /// The file with its first image declared grey: what the decoder gives are places in the palette.
    pub grey: Vec<u8>,
    colours: Vec<[u8; 3]>,
}

impl Indexed {
    /// `None` for images without a palette, or with one of other than 2 or 256 colours.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let file = File { bytes };
        let directory = file.read32(4).filter(|_| file.read16(2) == Some(42))? as usize;
        let entry = |tag: u16| file.entry(directory, tag);
        let photometric = entry(PHOTOMETRIC)?;
        if u32::from(file.read16(photometric + 8)?) != IS_PALETTE {
            return None;
        }
        let n_colours = match entry(BITS).and_then(|entry| file.read16(entry + 8)).unwrap_or(1) {
            1 => 2,
            8 => 256,
            _ => return None,
        };
        // All reds, then all greens, then all blues, 16 bits each.
        let table = file.read32(entry(PALETTE)? + 8)? as usize;
        let part = |index: usize, colour: usize| {
            file.read16(table.checked_add(2 * (colour * n_colours + index))?).map(|part| (part >> 8) as u8)
        };
        let colours: Option<Vec<[u8; 3]>> =
            (0..n_colours).map(|index| Some([part(index, 0)?, part(index, 1)?, part(index, 2)?])).collect();
        let mut grey = bytes.to_vec();
        let value = if file.is_little() { IS_GREY.to_le_bytes() } else { IS_GREY.to_be_bytes() };
        grey.get_mut(photometric + 8..photometric + 10)?.copy_from_slice(&value);
        Some(Indexed { grey, colours: colours? })
    }

    /// Pixels of three equal bytes, as the decoder gives grey, turned into the palette's colours.
    pub fn colour(&self, rgb: &mut [u8]) {
        for pixel in rgb.chunks_exact_mut(3) {
            // Of two colours the decoder spreads the second to 255.
            let index =
                if self.colours.len() == 2 { usize::from(pixel[0] > 127) } else { usize::from(pixel[0]) };
            if let Some(colour) = self.colours.get(index) {
                pixel.copy_from_slice(colour);
            }
        }
    }
}

struct File<'a> {
    bytes: &'a [u8],
}

impl File<'_> {
    fn is_little(&self) -> bool {
        self.bytes.starts_with(b"II")
    }

    fn read16(&self, at: usize) -> Option<u16> {
        let two = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.is_little() { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn read32(&self, at: usize) -> Option<u32> {
        let four = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.is_little() { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    /// Where the entry of a tag stands in a directory.
    fn entry(&self, directory: usize, tag: u16) -> Option<usize> {
        let n_entries = usize::from(self.read16(directory)?);
        (0..n_entries).map(|index| directory + 2 + 12 * index).find(|entry| self.read16(*entry) == Some(tag))
    }
}
