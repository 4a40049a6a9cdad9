//! One handlebars registry: strict, so that a missing value is an error and never an empty space.
//!
//! The only module that names handlebars. Knows templates by name and values as JSON; what they say
//! is the letters' affair.

use std::fmt;

use handlebars::{Handlebars, no_escape};
use serde::Serialize;

use crate::assets::Templates;

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Template name, as in `templates/`.
    pub name: String,
    /// Line and column, from 1, where known.
    pub place: Option<(usize, usize)>,
    pub message: String,
    /// The template is the user's own.
    pub in_override: bool,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.in_override { "自訂範本" } else { "內建範本" };
        write!(f, "{whose} templates/{}", self.name)?;
        if let Some((line, column)) = self.place {
            write!(f, " 第 {line} 行第 {column} 欄")?;
        }
        write!(f, "：{}", self.message)
    }
}

impl std::error::Error for TemplateError {}

/// Renders a plain-text template: nothing is escaped, a missing value is an error.
pub fn render(name: &str, view: &impl Serialize, templates: &Templates) -> Result<String, TemplateError> {
    let template = templates.get(name).ok_or_else(|| TemplateError {
        name: name.to_owned(),
        place: None,
        message: "沒有這個範本".to_owned(),
        in_override: false,
    })?;
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(no_escape);
    registry.register_template_string(name, &template.text).map_err(|error| TemplateError {
        name: name.to_owned(),
        place: error.pos(),
        message: format!("寫法有誤（{}）", error.reason()),
        in_override: template.is_override,
    })?;
    registry.render(name, view).map_err(|error| TemplateError {
        name: name.to_owned(),
        place: error.line_no.zip(error.column_no),
        message: format!("無法填入（{}）", error.reason()),
        in_override: template.is_override,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_override(text: &str) -> Templates {
        let mut templates = Templates::builtin();
        assert!(templates.lay_over("letters/mail.hbs", text.to_owned()));
        templates
    }

    #[test]
    fn a_missing_value_is_told_with_its_line() {
        let view = serde_json::json!({ "name": "<甲>" });
        let templates = with_override("一\n{{name}}{{nmae}}\n");
        let error = render("letters/mail.hbs", &view, &templates).unwrap_err();
        assert_eq!(error.place.map(|(line, _)| line), Some(2));
        assert!(error.in_override && error.to_string().contains("nmae"), "{error}");
    }

    #[test]
    fn texts_are_not_escaped() {
        let view = serde_json::json!({ "name": "<甲 & 乙>" });
        assert_eq!(render("letters/mail.hbs", &view, &with_override("{{name}}")).unwrap(), "<甲 & 乙>");
    }

    #[test]
    fn broken_syntax_is_told() {
        let error = render("letters/mail.hbs", &0, &with_override("一\n{{#if}")).unwrap_err();
        assert!(error.place.is_some(), "{error}");
    }
}
