//! The BagIt bundle.
