//! Workbook bytes to a grid of cells, behind guards.
