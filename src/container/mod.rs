//! Foreign containers: zip and compound files, told apart, read within limits, written the same
//! way every time.
//!
//! The only place that names the crates `zip` and `cfb`. Everything here works on bytes and knows
//! nothing of what the parts mean; that a part is a worksheet is the reader's business.

mod compound;
mod names;
mod odf;
mod package;
mod repack;
mod sniff;
mod text;
mod write;

pub use compound::{Compound, CompoundFault, compose};
pub use names::{EntryName, NameSource};
pub use odf::{OdfKind, OdfPackage, odf_text, xml_escaped};
pub use package::{Caps, Entry, Excess, Package, PackageFault, WORKBOOK_CAPS};
pub use repack::repack;
pub use sniff::{sniff, sniff_reader};
pub use text::{decode_part, decode_text};
pub use write::{Packing, ZipSink, rewrite};
