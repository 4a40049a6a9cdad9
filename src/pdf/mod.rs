//! PDF: probing, cleaning, text, rendering, merging.
