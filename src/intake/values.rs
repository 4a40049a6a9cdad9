//! One cell to one typed value, or to what is wrong with it.

use crate::diagnostic::Rule;
use crate::submission::Value;

/// What a cell was read as, and what is to be said about it. A blank gives neither.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    pub value: Option<Value>,
    pub faults: Vec<Fault>,
}

/// Something wrong or doubtful about a cell; the caller adds the place.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub rule: &'static Rule,
    pub message: String,
    pub hint: String,
}
