//! The one integration binary: huibian through the doors its users take.

mod bundles;
mod checks;
mod cli;
mod editable;
mod evidence;
mod hostile;
mod letters;
mod pipeline;
mod plans;
mod readme;
mod rendering;
mod report;
mod support;
mod tidy;
mod typesetting;
mod values;
mod workbooks;
