//! ROC dates: every written form in, one form out.
