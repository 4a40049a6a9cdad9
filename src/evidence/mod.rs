//! Evidence bytes to exhibits.
