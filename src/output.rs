//! Outputs appear whole or not at all.
