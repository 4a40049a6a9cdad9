//! The embedded fonts, packed. Bytes only; `typeset` reads them.
