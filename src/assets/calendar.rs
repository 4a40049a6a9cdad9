//! The office calendar's file, embedded. Bytes only; `calendar` reads it.
