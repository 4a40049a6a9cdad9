//! Workbooks to submissions: bytes to cells, cells to answers, each with its place.

pub mod secretariat;
pub mod submission;
pub mod values;
pub mod workbook;
