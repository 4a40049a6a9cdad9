//! The local governments' profiles. Text only; `plan::governments` reads it.

pub const PROFILES: &str = include_str!("../../templates/governments/governments.toml");
