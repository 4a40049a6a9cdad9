//! The only place where phases are composed.
