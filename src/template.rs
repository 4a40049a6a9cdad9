//! One handlebars registry: strict, so that a missing value is an error and never an empty space.
//!
//! The only module that names handlebars. Knows templates by name and values as JSON; what they say
//! is the letters' affair.

use std::collections::BTreeSet;
use std::fmt;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy, Output, RenderContext, RenderError,
    RenderErrorReason, Renderable, TemplateErrorReason, html_escape, no_escape,
};
use serde::Serialize;

use crate::assets::Templates;
use crate::container::odf_text;

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Template name, as in `templates/`.
    pub name: String,
    /// Line and column, from 1, where known.
    pub place: Option<(usize, usize)>,
    /// What is wrong, in the reader's language.
    pub message: String,
    /// The value the template asks for and the view does not have.
    pub missing: Option<String>,
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
    fill(name, view, templates, no_escape)
}

/// Renders an HTML template: `{{value}}` is escaped for elements and quoted attributes, so that a
/// user's text is never markup; a missing value is an error.
pub fn render_html(
    name: &str,
    view: &impl Serialize,
    templates: &Templates,
) -> Result<String, TemplateError> {
    fill(name, view, templates, html_escape)
}

/// Renders a part of an OpenDocument package: `{{value}}` is escaped for the inside of a paragraph, its
/// blanks and line breaks kept. In attributes only words without blanks may be printed.
pub fn render_odf(name: &str, view: &impl Serialize, templates: &Templates) -> Result<String, TemplateError> {
    fill(name, view, templates, escaped_for_odf)
}

/// No-break blanks become plain ones: the fonts of Chinese offices have no glyph for them, and word
/// processors shade them.
fn escaped_for_odf(text: &str) -> String {
    odf_text(&text.replace('\u{a0}', " "))
}

/// A file that goes into a page as it is: a style, a script.
pub fn text(name: &str, templates: &Templates) -> Result<String, TemplateError> {
    templates.get(name).map(|template| template.text.clone()).ok_or_else(|| unknown(name))
}

/// What is wrong with how a template is written; `None`: it can be filled, if the view has its values.
pub fn syntax_fault(name: &str, text: &str) -> Option<TemplateError> {
    let fault = Handlebars::new().register_template_string(name, text).err()?;
    Some(TemplateError {
        name: name.to_owned(),
        place: fault.pos(),
        message: wrong_syntax(fault.reason()),
        missing: None,
        in_override: true,
    })
}

/// The names a template prints or asks for, its own commands aside.
pub fn fields(text: &str) -> BTreeSet<String> {
    const COMMANDS: [&str; 7] = ["if", "unless", "each", "else", "this", "with", "as"];
    let inside = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(inside, _)| inside);
    let words = inside
        .filter(|inside| !inside.starts_with('!'))
        .flat_map(|inside| inside.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '@')));
    words
        .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()) && !COMMANDS.contains(word))
        .map(str::to_owned)
        .collect()
}

fn unknown(name: &str) -> TemplateError {
    TemplateError {
        name: name.to_owned(),
        place: None,
        message: "沒有這個範本".to_owned(),
        missing: None,
        in_override: false,
    }
}

fn fill(
    name: &str,
    view: &impl Serialize,
    templates: &Templates,
    escape: fn(&str) -> String,
) -> Result<String, TemplateError> {
    let error = |place, message, missing, in_override| TemplateError {
        name: name.to_owned(),
        place,
        message,
        missing,
        in_override,
    };
    let template = templates.get(name).ok_or_else(|| unknown(name))?;
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(escape);
    registry.register_helper("if", Box::new(StrictIf { wanted: true }));
    registry.register_helper("unless", Box::new(StrictIf { wanted: false }));
    registry
        .register_template_string(name, &template.text)
        .map_err(|fault| error(fault.pos(), wrong_syntax(fault.reason()), None, template.is_override))?;
    registry.render(name, view).map_err(|fault| {
        let (message, missing) = cannot_fill(&fault);
        error(fault.line_no.zip(fault.column_no), message, missing, template.is_override)
    })
}

/// `#if` and `#unless` that do not take a misspelt name for "no": handlebars' own are lenient even in
/// strict mode, and the mail would say that a file is attached when it is not.
struct StrictIf {
    wanted: bool,
}

impl HelperDef for StrictIf {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let value = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("if", 0))?;
        if value.is_value_missing() {
            return Err(RenderErrorReason::MissingVariable(value.relative_path().cloned()).into());
        }
        let holds = value.value().is_truthy(false) == self.wanted;
        match if holds { helper.template() } else { helper.inverse() } {
            Some(block) => block.render(registry, context, render, out),
            None => Ok(()),
        }
    }
}

fn wrong_syntax(reason: &TemplateErrorReason) -> String {
    match reason {
        TemplateErrorReason::MismatchingClosedHelper(opened, closing)
        | TemplateErrorReason::MismatchingClosedDecorator(opened, closing) => {
            format!("以 {{{{#{opened}}}}} 開始的段落，卻以 {{{{/{closing}}}}} 結束")
        }
        _ => "大括號的寫法有誤，請與內建範本對照".to_owned(),
    }
}

/// What to say, and the value that is not there.
fn cannot_fill(fault: &RenderError) -> (String, Option<String>) {
    match fault.reason() {
        RenderErrorReason::MissingVariable(Some(name)) => {
            (format!("沒有「{name}」這個欄位，請與內建範本對照拼法"), Some(name.clone()))
        }
        RenderErrorReason::HelperNotFound(name) => {
            (format!("沒有「{name}」這個指令，請與內建範本對照拼法"), Some(name.clone()))
        }
        RenderErrorReason::PartialNotFound(name) => {
            (format!("找不到要併入的範本「{name}」；範本不能併入其他範本"), Some(name.clone()))
        }
        reason => (format!("無法填入（{reason}）"), None),
    }
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
        assert_eq!(error.missing.as_deref(), Some("nmae"));
        assert!(error.in_override && error.to_string().contains("沒有「nmae」這個欄位"), "{error}");
    }

    #[test]
    fn a_misspelt_condition_is_no_no() {
        let view = serde_json::json!({ "over": false, "number": null, "lines": [] });
        for text in
            ["{{#if ovre}}大{{else}}小{{/if}}", "一{{#unless ovre}}小{{/unless}}", "{{#each lnies}}{{/each}}"]
        {
            let error = render("letters/mail.hbs", &view, &with_override(text)).unwrap_err();
            assert!(error.missing.is_some() && error.place.is_some(), "{text}: {error}");
        }
        for (text, expected) in [
            ("{{#if over}}大{{else}}小{{/if}}", "小"),
            ("{{#unless over}}小{{/unless}}", "小"),
            ("{{#if number}}有{{/if}}", ""),
            ("{{#if lines}}有{{else if over}}大{{else}}無{{/if}}", "無"),
        ] {
            assert_eq!(render("letters/mail.hbs", &view, &with_override(text)).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_name_nobody_knows_is_told() {
        for (text, name) in [("{{#fi a}}x{{/fi}}", "fi"), ("{{> other}}", "other"), ("{{up a}}", "up")] {
            let view = serde_json::json!({ "a": "甲" });
            let error = render("letters/mail.hbs", &view, &with_override(text)).unwrap_err();
            assert_eq!(error.missing.as_deref(), Some(name), "{error}");
        }
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
        let crossed = render("letters/mail.hbs", &0, &with_override("{{#if a}}{{/each}}")).unwrap_err();
        assert!(crossed.to_string().contains("{{#if}} 開始的段落，卻以 {{/each}} 結束"), "{crossed}");
    }
}
