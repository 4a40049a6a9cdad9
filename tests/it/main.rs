//! The one integration binary: huibian through the doors its users take.

mod accounting;
mod bundles;
mod checks;
mod cli;
mod conformance;
mod evidence;
mod hostile;
mod letters;
mod markup;
mod pipeline;
mod plans;
mod provenance;
mod readme;
mod rendering;
mod rounds;
mod support;
mod tidy;
mod typesetting;
mod values;
mod workbooks;
