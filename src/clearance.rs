//! The privacy gate over what leaves the house: the form's text, the mail, the bundle's names and
//! lists.
//!
//! `bundle` and `letters` take only what is [`Cleared`], and only [`clear`] makes it. Everything
//! here was judged and redacted before: a hit at this gate is a hole in that, and stops the run.

use std::fmt;
use std::ops::Deref;

use serde::Serialize;
use serde_json::Value;

use crate::dossier::Dossier;
use crate::identity::{self, Released};

/// Something that is sent away.
pub trait Outgoing {
    /// Every text of it that a receiver can read, with what it is.
    fn texts(&self) -> Vec<(String, String)>;
}

/// What the gate has looked through.
#[derive(Debug, Clone)]
pub struct Cleared<T>(T);

impl<T> Deref for Cleared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// An identifier in what was to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// What it stands in.
    pub what: String,
    /// Masked.
    pub excerpt: String,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "對外文件的「{}」含有個資（{}），已停止產出；請刪除後再執行一次", self.what, self.excerpt)
    }
}

impl std::error::Error for Leak {}

/// Looks through everything that leaves.
///
/// # Errors
/// A certain identifier that nobody answered for.
pub fn clear<T: Outgoing>(outgoing: T, released: &Released) -> Result<Cleared<T>, Leak> {
    for (what, text) in outgoing.texts() {
        let hit = identity::find(&text).into_iter().find(|hit| hit.certain && !released.holds(&text, hit));
        if let Some(hit) = hit {
            return Err(Leak { what: identity::mask(&what), excerpt: identity::excerpt(&text, &hit) });
        }
    }
    Ok(Cleared(outgoing))
}

/// Every text in a value as it is serialised: whatever is added to a type is looked at too.
pub fn serialised_texts(value: &impl Serialize, unsent: &[&str]) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    // What cannot be serialised cannot be printed either: the templates get it the same way.
    walk(&serde_json::to_value(value).unwrap_or(Value::Null), "", unsent, &mut texts);
    texts
}

fn walk(value: &Value, path: &str, unsent: &[&str], texts: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => texts.push((path.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| walk(item, path, unsent, texts)),
        Value::Object(fields) => {
            for (key, field) in fields.iter().filter(|(key, _)| !unsent.contains(&key.as_str())) {
                walk(field, key, unsent, texts);
            }
        }
        _ => {}
    }
}

impl Outgoing for &Dossier {
    fn texts(&self) -> Vec<(String, String)> {
        serialised_texts(self, &["source", "prepared", "sha256"])
    }
}
