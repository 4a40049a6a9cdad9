//! Built-in files: plans, templates, fonts, the office calendar. Embedded, each overridable.
//!
//! Knows names and bytes only; nothing of what the files mean.

/// A built-in text file of a plan: its name inside the plan's folder, and its text.
pub type PlanText = (&'static str, &'static str);
