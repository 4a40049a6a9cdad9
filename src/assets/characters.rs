//! The table of simplified and Japanese forms, embedded. Text only; `checks` reads it.

/// Pairs of a form and the character Taiwan writes; origin and licence stand beside the file.
pub const SIMPLIFIED: &str = include_str!("../../templates/characters/simplified.txt");
