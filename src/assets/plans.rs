//! The built-in plans' TOML files. Text only; `plan` reads them.
