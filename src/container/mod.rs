//! Zip and compound files: guarded reading, deterministic writing.
