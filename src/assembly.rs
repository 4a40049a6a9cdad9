//! Accepted answers to the numbered dossier.
