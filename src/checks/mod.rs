//! Rules over what was handed in.
