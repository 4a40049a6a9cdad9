//! The secretariat's workbook: cells to settings, scores, texts and exceptions.
