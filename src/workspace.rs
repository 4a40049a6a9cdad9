//! Finds, lists, digests and reads inputs.
