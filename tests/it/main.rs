//! The one integration binary: huibian through the doors its users take.

mod bundles;
mod checks;
mod cli;
mod corpus;
mod editable;
mod evidence;
mod fidelity;
mod filling;
mod glyphs;
mod hostile;
mod hostile_evidence;
mod letters;
mod markup;
mod pipeline;
mod plans;
mod readme;
mod rendering;
mod report;
mod rounds;
mod support;
mod tidy;
mod typesetting;
mod values;
mod workbooks;
