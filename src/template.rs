//! One strict handlebars registry.
