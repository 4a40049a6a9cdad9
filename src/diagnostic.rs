//! What the user is told about their files: rules, diagnostics and the sink that gathers them.
//!
//! A `Rule` is fixed text with a stable kebab-case id; a `Diagnostic` is one breach of it
//! at one place. This module does not know what is checked, nor how diagnostics are printed.

use serde::Serialize;

use crate::place::Place;
use crate::repair::Repair;

/// How bad it is. Errors keep the bundle from being written; warnings do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// A rule, its wording for `huibian explain` and whether a human may answer for a breach.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable, kebab-case, subject first: `evidence-missing`.
    pub id: &'static str,
    /// What a breach is unless the plan's standing softens it.
    pub severity: Severity,
    /// One line, as an official would say it.
    pub title: &'static str,
    /// What is checked, why it matters, how to mend it: three short paragraphs.
    pub explanation: &'static str,
    /// Whether the secretariat's workbook may accept a breach with a reason and a name.
    pub answerable: bool,
}

/// A row of cells as the user sees it, with the cell in question marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    /// What stands left to right; long texts are already cut.
    pub cells: Vec<String>,
    /// The index in `cells` that the caret points at.
    pub marked: usize,
}

/// One fault, at one place, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    #[serde(serialize_with = "rule_id")]
    pub rule: &'static Rule,
    pub severity: Severity,
    pub place: Place,
    /// The id of the unit that has to act; `None`: the secretariat.
    pub unit: Option<String>,
    /// What the fault is about, in the user's words (an item number, a field, a file). With the
    /// rule it is the key under which the secretariat accepts an exception.
    pub subject: String,
    /// A single terse sentence: if only one thing can be shown, it is this.
    pub message: String,
    /// What to do, in one sentence.
    pub hint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
    /// Other places that play a part, with a word on each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<(Place, String)>,
    /// The reason and name under which the secretariat accepted this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// What the cell should say instead, where that is certain (可自動修正).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<Repair>,
}

fn rule_id<S: serde::Serializer>(rule: &&'static Rule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.id)
}

impl Diagnostic {
    pub fn new(rule: &'static Rule, place: Place, message: impl Into<String>) -> Self {
        Diagnostic {
            rule,
            severity: rule.severity,
            place,
            unit: None,
            subject: String::new(),
            message: message.into(),
            hint: String::new(),
            excerpt: None,
            related: Vec::new(),
            accepted: None,
            repair: None,
        }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub fn excerpt(mut self, excerpt: Option<Excerpt>) -> Self {
        self.excerpt = excerpt;
        self
    }

    pub fn related(mut self, place: Place, note: impl Into<String>) -> Self {
        self.related.push((place, note.into()));
        self
    }

    pub fn repair(mut self, repair: Option<Repair>) -> Self {
        self.repair = repair;
        self
    }

    /// What the clerk copies into the secretariat's workbook to accept this one.
    pub fn exception_key(&self) -> Option<String> {
        (self.rule.answerable && !self.subject.is_empty())
            .then(|| format!("{}@{}", self.rule.id, self.subject))
    }

    /// Whether it keeps the bundle from being written.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Error && self.accepted.is_none()
    }

    /// A warning that nobody answered for.
    pub fn warns(&self) -> bool {
        self.severity == Severity::Warning && self.accepted.is_none()
    }
}

/// Gathers diagnostics; nothing is ever taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub fn new() -> Self {
        Diagnostics::default()
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(other);
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Diagnostic> {
        self.0.iter_mut()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether any of them keeps the bundle from being written.
    pub fn block(&self) -> bool {
        self.0.iter().any(Diagnostic::blocks)
    }

    pub fn n_errors(&self) -> usize {
        self.0.iter().filter(|diagnostic| diagnostic.blocks()).count()
    }

    /// Warnings that nobody answered for.
    pub fn n_warnings(&self) -> usize {
        self.0.iter().filter(|diagnostic| diagnostic.warns()).count()
    }

    /// In the order a reader wants them: unit, errors before warnings, file, sheet, cell.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.unit.clone(), d.severity, d.place.clone(), d.rule.id);
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        self.0.dedup();
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
