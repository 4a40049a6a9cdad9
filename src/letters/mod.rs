//! Mail drafts and letters.
