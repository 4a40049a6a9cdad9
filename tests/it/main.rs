//! The one integration binary: huibian through the doors its users take.

mod assessment;
mod bundles;
mod checks;
mod cli;
mod collation;
mod evidence;
mod hostile;
mod letters;
mod pipeline;
mod plan_sheets;
mod plans;
mod readme;
mod rendering;
mod support;
mod tidy;
mod typesetting;
mod values;
mod workbooks;
mod years;
