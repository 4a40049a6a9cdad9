//! Identity numbers in text: finding and masking.
