//! huibian (彙編): from a folder of department workbooks to a typeset, checked bundle.
//!
//! Modules stand in reading order: vocabulary, leaves over foreign formats, model, phases,
//! composition and shell.
#![doc = include_str!("ARCHITECTURE.md")]

// Vocabulary.
pub mod calendar;
pub mod diagnostic;
pub mod figure;
pub mod folding;
pub mod identity;
pub mod place;
pub mod refusal;
pub mod roc;
pub mod signing;
pub mod watching;

// Leaves over foreign formats.
pub mod base64;
pub mod container;
pub mod extract;
pub mod opc;
pub mod pdf;
pub mod sfnt;
pub mod splice;
pub mod tabular;
pub mod template;
pub mod xml;

// Model.
pub mod annex;
pub mod clearance;
pub mod corrections;
pub mod derivation;
pub mod dossier;
pub mod exhibit;
pub mod fragment;
pub mod frame;
pub mod grid;
pub mod inventory;
pub mod layout;
pub mod navigation;
pub mod numbers;
pub mod plan;
pub mod received;
pub mod register;
pub mod repair;
pub mod revision;
pub mod submission;
pub mod tally;
pub mod trace;

// Phases.
pub mod annexes;
pub mod assembly;
pub mod assessment;
pub mod bundle;
pub mod checks;
pub mod collation;
pub mod editable;
pub mod evidence;
pub mod forms;
pub mod intake;
pub mod letters;
pub mod markup;
pub mod render;
pub mod typeset;

// Composition and shell.
pub mod assets;
pub mod cache;
pub mod cli;
pub mod installed_fonts;
pub mod office;
pub mod output;
pub mod overrides;
pub mod pipeline;
pub mod rules;
pub mod worker;
pub mod workspace;
