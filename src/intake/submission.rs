//! A unit's workbook: cells to a submission, and diagnostics beside it.
