//! Workbooks to submissions.
