//! Built-in files: plans, templates, fonts, the office calendar. Embedded, each overridable.
//!
//! Knows names and bytes only; nothing of what the files mean. A workspace's `templates/`
//! folder lays its files over the built-in ones of the same name.

pub mod calendar;
pub mod characters;
pub mod contract;
pub mod fonts;
pub mod governments;
pub mod html;
pub mod letters;
pub mod odf;
pub mod plans;
pub mod typst;

use std::collections::BTreeMap;

/// A built-in text file: its name inside its folder, and its text.
pub type PlanText = (&'static str, &'static str);

/// Templates by name (`typst/form.typ`, `letters/mail.txt.hbs`): the built-in ones, with the
/// workspace's own laid over them.
#[derive(Debug, Clone)]
pub struct Templates {
    texts: BTreeMap<String, TemplateText>,
}

/// A template's text and whether it is the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateText {
    pub text: String,
    /// An override of the workspace; errors in it are the user's to mend.
    pub is_override: bool,
}

impl Templates {
    /// The built-in templates alone.
    pub fn builtin() -> Self {
        let texts = typst::TEMPLATES
            .iter()
            .chain(letters::TEMPLATES)
            .chain(html::TEMPLATES)
            .chain(odf::TEMPLATES)
            .map(|(name, text)| {
                ((*name).to_owned(), TemplateText { text: (*text).to_owned(), is_override: false })
            })
            .collect();
        Templates { texts }
    }

    /// Lays a workspace's file over the built-in one; `false` when no template has that name.
    pub fn lay_over(&mut self, name: &str, text: String) -> bool {
        match self.texts.get_mut(name) {
            Some(slot) => {
                *slot = TemplateText { text, is_override: true };
                true
            }
            None => false,
        }
    }

    pub fn get(&self, name: &str) -> Option<&TemplateText> {
        self.texts.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &TemplateText)> {
        self.texts.iter().map(|(name, text)| (name.as_str(), text))
    }
}
