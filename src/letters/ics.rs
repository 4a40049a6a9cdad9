//! The year's days due as a calendar file (RFC 5545): whole days, with reminders, taken into any calendar.
//!
//! The same days give the same bytes: identifiers and stamps come from what an event says, never from a
//! clock. Knows days and words, nothing of plans.

use jiff::civil::Date;

use crate::inventory::sha256_hex;

/// Octets of a content line without its end (RFC 5545 §3.1).
const LINE: usize = 75;

/// A step of the year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    pub title: String,
    /// First and last day; `None` when they are known in words only.
    pub days: Option<(Date, Date)>,
    /// One line each.
    pub notes: Vec<String>,
    /// Whether to be reminded: the day before, in the morning, and a week before.
    pub reminds: bool,
}

/// All occasions with days as one calendar. `scope` tells this plan's events from another's.
pub fn calendar(name: &str, scope: &str, occasions: &[Occasion]) -> String {
    let mut out = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//huibian//huibian//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ] {
        push(&mut out, line);
    }
    push(&mut out, &format!("X-WR-CALNAME:{}", text(name)));
    for occasion in occasions {
        if let Some((first, last)) = occasion.days {
            event(&mut out, scope, occasion, first, last);
        }
    }
    push(&mut out, "END:VCALENDAR");
    out
}

fn event(out: &mut String, scope: &str, occasion: &Occasion, first: Date, last: Date) {
    // By title and not by day: a deadline that moves replaces its event in the calendar.
    let id = &sha256_hex(format!("{scope}\n{}", occasion.title).as_bytes())[..24];
    push(out, "BEGIN:VEVENT");
    push(out, &format!("UID:{id}@huibian.invalid"));
    // §3.8.7.2 wants a time in UTC; the first day stands in for a clock.
    push(out, &format!("DTSTAMP:{}T000000Z", basic(first)));
    push(out, &format!("DTSTART;VALUE=DATE:{}", basic(first)));
    // §3.6.1: the end is not part of the event.
    if let Ok(end) = last.tomorrow() {
        push(out, &format!("DTEND;VALUE=DATE:{}", basic(end)));
    }
    push(out, &format!("SUMMARY:{}", text(&occasion.title)));
    if !occasion.notes.is_empty() {
        push(out, &format!("DESCRIPTION:{}", text(&occasion.notes.join("\n"))));
    }
    push(out, "TRANSP:TRANSPARENT");
    if occasion.reminds {
        for before in ["-P6DT15H", "-PT15H"] {
            push(out, "BEGIN:VALARM");
            push(out, "ACTION:DISPLAY");
            push(out, &format!("DESCRIPTION:{}", text(&occasion.title)));
            push(out, &format!("TRIGGER:{before}"));
            push(out, "END:VALARM");
        }
    }
    push(out, "END:VEVENT");
}

fn basic(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// A value of type TEXT (§3.3.11).
fn text(value: &str) -> String {
    let mut out = String::new();
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Ends with CRLF; folded so that no line is longer than 75 octets and no character is torn.
fn push(out: &mut String, line: &str) {
    let mut rest = line;
    let mut room = LINE;
    while rest.len() > room {
        let (head, tail) = rest.split_at(rest.floor_char_boundary(room));
        out.push_str(head);
        out.push_str("\r\n ");
        rest = tail;
        room = LINE - 1;
    }
    out.push_str(rest);
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn occasion(title: &str) -> Occasion {
        let day = jiff::civil::date(2022, 2, 15);
        Occasion {
            title: title.to_owned(),
            days: Some((day, day)),
            notes: vec!["一、\n二；".into()],
            reminds: true,
        }
    }

    #[test]
    fn a_day_due_is_a_whole_day_with_reminders() {
        let ics = calendar("考核", "plan", &[occasion("內部期限, 各單位")]);
        for line in [
            "DTSTAMP:20220215T000000Z",
            "DTSTART;VALUE=DATE:20220215",
            "DTEND;VALUE=DATE:20220216",
            "SUMMARY:內部期限\\, 各單位",
            "DESCRIPTION:一、\\n二；",
            "TRIGGER:-PT15H",
        ] {
            assert!(ics.contains(&format!("{line}\r\n")), "{line}\n{ics}");
        }
        assert_eq!(ics, calendar("考核", "plan", &[occasion("內部期限, 各單位")]));
        let undated = Occasion { days: None, ..occasion("無日") };
        assert!(!calendar("考核", "plan", &[undated]).contains("VEVENT"));
    }

    proptest! {
        #[test]
        fn lines_are_folded_within_75_octets_and_unfold_to_the_same(title in "[一-龥a-z,;\\\\ ]{1,200}") {
            let ics = calendar("考核", "plan", &[occasion(&title)]);
            prop_assert!(ics.split("\r\n").all(|line| line.len() <= LINE));
            let unfolded = ics.replace("\r\n ", "");
            let expected = format!("SUMMARY:{}\r\n", text(&title));
            prop_assert!(unfolded.contains(&expected));
        }
    }
}
