//! Chinese numerals, read and written.
//!
//! Reads the everyday and the formal (壹貳參) characters, both digit by digit (一一○) and with
//! units (一百一十, 廿六). Knows nothing of dates.

/// A numeral as read off the front of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numeral {
    pub value: u32,
    /// How many digits were written; `None` when written with units (一百一十).
    pub n_digits: Option<usize>,
    /// How many characters it takes.
    pub length: usize,
}

/// The digit a character stands for. Circles serve as zero in typed years.
fn digit(character: char) -> Option<u32> {
    Some(match character {
        '〇' | '○' | '◯' | '零' => 0,
        '一' | '壹' | '元' => 1,
        '二' | '貳' | '兩' => 2,
        '三' | '參' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// A character that multiplies (十) or stands for tens itself (廿).
fn unit(character: char) -> Option<(u32, bool)> {
    Some(match character {
        '十' | '拾' => (10, false),
        '百' | '佰' => (100, false),
        '千' | '仟' => (1000, false),
        '廿' => (20, true),
        '卅' => (30, true),
        '卌' => (40, true),
        _ => return None,
    })
}

/// Reads the numeral at the front of `text`; at most 9999. 元 counts as one only before 年.
pub(super) fn read(text: &[char]) -> Option<Numeral> {
    let is_part = |&&c: &&char| digit(c).is_some() || unit(c).is_some();
    let length = text.iter().take_while(is_part).count();
    let run = &text[..length];
    if length == 0 || length > 8 {
        return None;
    }
    if run.contains(&'元') && !(length == 1 && text.get(1) == Some(&'年')) {
        return None;
    }
    if run.iter().all(|&c| digit(c).is_some()) {
        let value = run.iter().try_fold(0u32, |value, &c| Some(value * 10 + digit(c)?))?;
        // 元 is no digit of a shortened year.
        let n_digits = (run != ['元']).then_some(length);
        return (length <= 4).then_some(Numeral { value, n_digits, length });
    }
    Some(Numeral { value: with_units(run)?, n_digits: None, length })
}

/// The number a text wholly written in Chinese numerals means, at most 9999.
pub fn read_numeral(text: &str) -> Option<u32> {
    let text: Vec<char> = text.chars().collect();
    read(&text).filter(|numeral| numeral.length == text.len()).map(|numeral| numeral.value)
}

/// 一百一十, 百十, 廿六, 一百零五.
fn with_units(run: &[char]) -> Option<u32> {
    let (mut total, mut pending, mut smallest) = (0, None, u32::MAX);
    for &character in run {
        if let Some(value) = digit(character) {
            match pending {
                None | Some(0) => pending = Some(value),
                Some(_) => return None,
            }
        } else {
            let (value, stands_alone) = unit(character)?;
            let size = if stands_alone { 10 } else { value };
            if size >= smallest || (stands_alone && pending.is_some_and(|digit| digit != 0)) {
                return None;
            }
            smallest = size;
            let factor = match pending.take() {
                None | Some(0) => 1,
                Some(digit) => digit,
            };
            total += value * factor;
        }
    }
    Some(total + pending.unwrap_or(0))
}

const EVERYDAY: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const FORMAL: [char; 10] = ['零', '壹', '貳', '參', '肆', '伍', '陸', '柒', '捌', '玖'];

/// 一, 十, 十一, 一百零五, as headings number (一、). Above 9999 in arabic digits.
pub fn numeral(number: u32) -> String {
    spell(number, &EVERYDAY, ["十", "百", "千"])
}

/// 壹, 拾, 拾壹, 壹佰零伍, as top headings number (壹、). Above 9999 in arabic digits.
pub fn formal_numeral(number: u32) -> String {
    spell(number, &FORMAL, ["拾", "佰", "仟"])
}

fn spell(number: u32, digits: &[char; 10], units: [&str; 3]) -> String {
    if number > 9999 {
        return number.to_string();
    }
    if number == 0 {
        return digits[0].to_string();
    }
    let mut out = String::new();
    let mut gap = false;
    for (power, unit) in [(1000, units[2]), (100, units[1]), (10, units[0]), (1, "")] {
        let digit = (number / power % 10) as usize;
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push(digits[0]);
            gap = false;
        }
        // 十一, never 一十一, at the front; 一百一十一 within.
        if !(digit == 1 && power == 10 && out.is_empty()) {
            out.push(digits[digit]);
        }
        out.push_str(unit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_spelled_as_headings_number() {
        let spelled = [1, 2, 10, 11, 20, 21, 99, 100, 105, 110, 111, 1001, 1010].map(numeral);
        let expected = [
            "一",
            "二",
            "十",
            "十一",
            "二十",
            "二十一",
            "九十九",
            "一百",
            "一百零五",
            "一百一十",
            "一百一十一",
            "一千零一",
            "一千零一十",
        ];
        assert_eq!(spelled, expected);
        assert_eq!([1, 4, 10, 11, 20].map(formal_numeral), ["壹", "肆", "拾", "拾壹", "貳拾"]);
        assert_eq!(numeral(10_000), "10000");
        assert_eq!(numeral(0), "零");
    }

    #[test]
    fn every_spelled_numeral_is_read_back() {
        for number in 0..=9999 {
            assert_eq!(read_numeral(&numeral(number)), Some(number));
            assert_eq!(read_numeral(&formal_numeral(number)), Some(number));
        }
    }

    #[test]
    fn variants_are_read_and_nonsense_is_not() {
        for (text, expected) in [
            ("一一○", 110),
            ("一一〇", 110),
            ("百十", 110),
            ("一百十", 110),
            ("一百零五", 105),
            ("廿六", 26),
            ("卅", 30),
            ("卅一", 31),
            ("壹佰壹拾", 110),
            ("二○二一", 2021),
        ] {
            assert_eq!(read_numeral(text), Some(expected), "{text}");
        }
        for text in ["十百", "二廿", "一二十", "十十", "元一", "一元", "五五五五五", ""] {
            assert_eq!(read_numeral(text), None, "{text}");
        }
    }
}
