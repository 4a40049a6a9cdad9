//! What Typst templates are given, field by field, in the words of whoever changes them. Text only.

/// Every field of the dossier as JSON: its path, a full-width blank, what it holds. A test holds it true.
pub const DOSSIER: &str = include_str!("../../templates/contract/dossier.txt");
