//! Blank workbooks.
