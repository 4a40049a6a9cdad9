//! The characters of a typed date: folded, and taken one piece at a time.
//!
//! Numbers in either script, separators, weekdays and times of day. Knows no calendar; what
//! the pieces mean together is `reading`'s affair.

use jiff::civil::Weekday;

use super::numeral;

/// A number as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub value: u32,
    /// How many digits were typed, leading zeros included; `None` for 一百一十.
    pub n_digits: Option<usize>,
}

/// What is left of the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [char],
}

/// Half-width digits and letters, one separator of each kind, no spaces but between digits.
pub(super) fn fold(text: &str) -> Vec<char> {
    let mut folded = Vec::new();
    let mut space = false;
    for character in text.chars().filter_map(fold_character) {
        if character == ' ' {
            space = !folded.is_empty();
            continue;
        }
        // Only between digits does a space say anything: 「112/3/26 14:00」.
        let after_digit = folded.last().is_some_and(char::is_ascii_digit);
        if space && after_digit && character.is_ascii_digit() {
            folded.push(' ');
        }
        space = false;
        folded.push(character);
    }
    folded
}

fn fold_character(character: char) -> Option<char> {
    Some(match character {
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => return None,
        '，' | '、' | '､' | '及' | '與' | '和' | '暨' => ',',
        '。' | '·' | '・' | '‧' | '•' | '﹒' => '.',
        '∕' | '⁄' | '╱' => '/',
        '–' | '—' | '‒' | '−' | '‐' | '‑' | '─' | '―' | '﹣' => '-',
        '〜' | '∼' | '至' | '到' => '~',
        '〔' | '﹙' | '【' | '[' => '(',
        '〕' | '﹚' | '】' | ']' => ')',
        '\u{ff01}'..='\u{ff5e}' => {
            let half = char::from_u32(character as u32 - 0xfee0)?;
            return fold_character(half);
        }
        'a'..='z' => character.to_ascii_uppercase(),
        // Radicals and compatibility forms that look like 年月日.
        '\u{f98e}' => '年',
        '\u{2f47}' | '\u{2e9c}' => '日',
        '\u{2f49}' | '\u{2e9d}' => '月',
        character if character.is_whitespace() => ' ',
        character => character,
    })
}

impl<'a> Cursor<'a> {
    pub fn new(folded: &'a [char]) -> Self {
        Cursor { rest: folded }
    }

    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest.first().copied()
    }

    /// What has not been read, as text.
    pub fn remainder(&self) -> String {
        self.rest.iter().collect()
    }

    pub fn eat(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    /// Eats the first of the words that stands here.
    pub fn eat_word(&mut self, words: &[&str]) -> Option<usize> {
        let starts = |word: &&str| {
            word.chars().count() <= self.rest.len()
                && word.chars().eq(self.rest.iter().copied().take(word.chars().count()))
        };
        let index = words.iter().position(starts)?;
        self.rest = &self.rest[words[index].chars().count()..];
        Some(index)
    }

    /// Eats a number in arabic digits (at most nine) or Chinese numerals.
    pub fn number(&mut self) -> Option<Number> {
        let n_digits = self.rest.iter().take_while(|c| c.is_ascii_digit()).count();
        if n_digits > 9 {
            return None;
        }
        if n_digits > 0 {
            let digits = self.rest[..n_digits].iter().filter_map(|c| c.to_digit(10));
            let value = digits.fold(0, |value, digit| value * 10 + digit);
            self.rest = &self.rest[n_digits..];
            return Some(Number { value, n_digits: Some(n_digits) });
        }
        let numeral = numeral::read(self.rest)?;
        self.rest = &self.rest[numeral.length..];
        Some(Number { value: numeral.value, n_digits: numeral.n_digits })
    }

    /// Eats 「(五)」, 「（星期五）」 or 「星期五」.
    pub fn weekday(&mut self) -> Option<Weekday> {
        let mut ahead = *self;
        let bracketed = ahead.eat('(');
        if let Some(index) = ahead.eat_word(&["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]) {
            let closes = !bracketed || ahead.eat(')');
            let day = Weekday::from_monday_zero_offset(index as i8).ok().filter(|_| closes)?;
            *self = ahead;
            return Some(day);
        }
        let named = ahead.eat_word(&["星期", "禮拜", "週", "周"]).is_some();
        if !bracketed && !named {
            return None;
        }
        let day = match ahead.peek()? {
            '一' => Weekday::Monday,
            '二' => Weekday::Tuesday,
            '三' => Weekday::Wednesday,
            '四' => Weekday::Thursday,
            '五' => Weekday::Friday,
            '六' => Weekday::Saturday,
            '日' | '天' => Weekday::Sunday,
            _ => return None,
        };
        ahead.rest = &ahead.rest[1..];
        if bracketed && !ahead.eat(')') {
            return None;
        }
        *self = ahead;
        Some(day)
    }

    /// Eats a time of day or a stretch of it: 「14:00」, 「下午2時30分至4時」, 「(上午)」, 「全天」.
    pub fn time(&mut self) -> bool {
        let mut ahead = *self;
        let bracketed = ahead.eat('(');
        if !ahead.clock() {
            return false;
        }
        loop {
            let mut further = ahead;
            let is_range = further.eat('~') || further.eat('-') || further.eat(',');
            // 「14:00-112/3/27 16:00」 goes on with a day: that is not the clock's.
            if !(is_range && further.clock()) {
                break;
            }
            ahead = further;
        }
        let _ = ahead.eat('起') || ahead.eat('止');
        if bracketed && !ahead.eat(')') {
            return false;
        }
        *self = ahead;
        true
    }

    fn clock(&mut self) -> bool {
        const PARTS: [&str; 14] = [
            "上午", "下午", "中午", "晚上", "早上", "晚間", "夜間", "全天", "全日", "整天", "AM", "PM",
            "凌晨", "傍晚",
        ];
        let mut ahead = *self;
        let _ = ahead.eat(' ') || ahead.eat('T');
        let has_part = ahead.eat_word(&PARTS).is_some();
        let after_part = ahead;
        if ahead.clock_figures() {
            let _ = ahead.eat_word(&["AM", "PM", "Z"]);
            *self = ahead;
            return true;
        }
        if has_part {
            *self = after_part;
        }
        has_part
    }

    /// `14:00:00.000`, 14時30分, 二時, 2點半; also the first half of 14-16時.
    fn clock_figures(&mut self) -> bool {
        let mut ahead = *self;
        let Some(hour) = ahead.number() else { return false };
        if hour.value > 24 || hour.n_digits.is_some_and(|n| n > 2) {
            return false;
        }
        if ahead.eat(':') {
            loop {
                if !ahead.number().is_some_and(|part| part.n_digits == Some(2) && part.value < 60) {
                    return false;
                }
                if !ahead.eat(':') {
                    break;
                }
            }
            if ahead.eat('.') && ahead.number().is_none() {
                return false;
            }
        } else if ahead.eat_word(&["時", "點"]).is_some() {
            let mut minutes = ahead;
            if ahead.eat_word(&["半", "整", "許"]).is_none()
                && minutes.number().is_some_and(|part| part.value < 60)
                && minutes.eat('分')
            {
                ahead = minutes;
            }
        } else {
            let mut second = ahead;
            if !(second.eat('-') || second.eat('~')) {
                return false;
            }
            let closes =
                second.number().is_some_and(|n| n.value <= 24) && second.eat_word(&["時", "點"]).is_some();
            if !closes {
                return false;
            }
        }
        *self = ahead;
        true
    }
}
