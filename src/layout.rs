//! Where each question stands in a unit's workbook.
