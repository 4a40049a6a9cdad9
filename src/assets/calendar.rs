//! The office calendar's file, embedded. Bytes only; `calendar` reads it.

/// The calendar's exceptions as JSON; origin and licence stand beside the file.
pub const OFFICE_CALENDAR: &str = include_str!("../../templates/calendar/office-calendar.json");
