//! What the built-in templates were when a workspace got its copies: a list of SHA-256 beside them.
//!
//! In the form that `sha256sum` writes and checks. A line that is no such line is passed over: without one,
//! nothing is known of that copy's age.

use std::collections::BTreeMap;

/// The list's name, inside `templates/`.
pub const WRITTEN: &str = "內建範本.sha256";

/// Digests of built-in templates by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written(BTreeMap<String, String>);

impl Written {
    pub fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (digest, name) = line.trim_start_matches('\u{feff}').trim_end().split_once("  ")?;
            Some((name.to_owned(), digest.to_ascii_lowercase()))
        };
        Written(text.lines().filter_map(line).collect())
    }

    /// The digest of the built-in text that a copy began as.
    pub fn digest(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn note(&mut self, name: &str, digest: String) {
        self.0.insert(name.to_owned(), digest);
    }

    pub fn text(&self) -> String {
        self.0.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect()
    }
}
