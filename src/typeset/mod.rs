//! Dossier to PDF.
