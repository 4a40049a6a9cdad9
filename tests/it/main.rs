//! The one integration binary: huibian through the doors its users take.

mod archives;
mod bundles;
mod caching;
mod checks;
mod cli;
mod converting;
mod evidence;
mod hostile;
mod letters;
mod pipeline;
mod plans;
mod readme;
mod rendering;
mod support;
mod tidy;
mod typesetting;
mod values;
mod workbooks;
