//! The office calendar: working days, and periods as 行政程序法 §48 counts them.
