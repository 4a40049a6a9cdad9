//! Identity numbers found in every spelling, and masked.

use huibian::identity::{IdentityKind, excerpt, find, mask};
use proptest::prelude::*;

/// Official values, written out apart from the implementation.
fn letter_value(letter: char) -> u32 {
    match letter {
        'I' => 34,
        'O' => 35,
        'W' => 32,
        'X' => 30,
        'Y' => 31,
        'Z' => 33,
        'A'..='H' => letter as u32 - 'A' as u32 + 10,
        'J'..='N' => letter as u32 - 'J' as u32 + 18,
        'P'..='V' => letter as u32 - 'P' as u32 + 23,
        _ => unreachable!("letters only"),
    }
}

/// A valid number: the given front with the check digit that fits.
fn valid_number(letter: char, second: char, middle: u32) -> String {
    let middle = format!("{middle:07}");
    let value = letter_value(letter);
    let second_value = second.to_digit(10).unwrap_or_else(|| letter_value(second) % 10);
    let digits = std::iter::once(second_value).chain(middle.chars().filter_map(|c| c.to_digit(10)));
    let weighted: u32 = digits.zip((1..=8).rev()).map(|(digit, weight)| digit * weight).sum();
    let check = (10 - (value / 10 + value % 10 * 9 + weighted) % 10) % 10;
    format!("{letter}{second}{middle}{check}")
}

fn any_number() -> impl Strategy<Value = (String, IdentityKind)> {
    let letters: Vec<char> = ('A'..='Z').collect();
    let seconds = vec!['1', '2', '8', '9', 'A', 'B', 'C', 'D'];
    (prop::sample::select(letters), prop::sample::select(seconds), 0u32..10_000_000).prop_map(
        |(letter, second, middle)| {
            let kind = match second {
                '1' | '2' => IdentityKind::National,
                '8' | '9' => IdentityKind::Resident,
                _ => IdentityKind::FormerResident,
            };
            (valid_number(letter, second, middle), kind)
        },
    )
}

fn full_width(text: &str) -> String {
    text.chars().filter_map(|c| char::from_u32(c as u32 + 0xfee0)).collect()
}

fn spellings(number: &str) -> Vec<String> {
    let spread = |separator: &str| number.chars().map(String::from).collect::<Vec<_>>().join(separator);
    vec![
        number.to_owned(),
        number.to_lowercase(),
        full_width(number),
        spread(" "),
        spread("\u{3000}"),
        format!("{}-{}", &number[..2], &number[2..]),
        format!("{} {} {}", &number[..1], &number[1..5], &number[5..]),
        format!("{}－{}", &number[..1], full_width(&number[1..])),
        format!("{}\n{}", &number[..6], &number[6..]),
    ]
}

proptest! {
    #[test]
    fn every_valid_number_is_found_and_masked_in_every_spelling((number, kind) in any_number()) {
        for spelled in spellings(&number) {
            let text = format!("被害人（證號：{spelled}）於當日到案");
            let hits = find(&text);
            prop_assert_eq!(hits.len(), 1, "{}", text);
            prop_assert_eq!((hits[0].kind, hits[0].certain), (kind, true));
            prop_assert_eq!(&text[hits[0].range.clone()], spelled.as_str());
            let masked = mask(&text);
            prop_assert_eq!(find(&masked), vec![], "{}", masked);
            prop_assert_eq!(mask(&masked), masked.clone());
            prop_assert_eq!(masked.chars().count(), text.chars().count());
            prop_assert_eq!(masked.matches('*').count(), 6);
            prop_assert_eq!(find(&excerpt(&text, &hits[0])), vec![]);
        }
    }

    #[test]
    fn masking_is_idempotent_and_leaves_nothing_to_find(text in "[A-Da-d0-9０-９Ａ-Ｄ +\\-證]{0,60}|.{0,40}") {
        let masked = mask(&text);
        prop_assert_eq!(find(&masked), vec![]);
        prop_assert_eq!(mask(&masked), masked.clone());
        for hit in find(&text) {
            prop_assert!(text.is_char_boundary(hit.range.start) && text.is_char_boundary(hit.range.end));
            let _ = excerpt(&text, &hit);
        }
    }
}

#[test]
fn innocent_numbers_give_no_certain_hit() {
    let mut n_checked = 0;
    for step in 0u64..2_500 {
        let mixed = step.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let digits = |n: u32| format!("{:0width$}", mixed % 10u64.pow(n), width = n as usize);
        let innocents = [
            format!("府社救字第110{}號", digits(7)),
            format!("110{}", digits(7)),
            format!("1{:02}.{:02}.{:02}", mixed % 20, mixed % 12 + 1, mixed % 28 + 1),
            format!("1{:02}{:02}{:02}", mixed % 20, mixed % 12 + 1, mixed % 28 + 1),
            format!("新臺幣{}元", mixed % 100_000_000),
            format!("(03){}#{}", digits(7), digits(4)),
            format!("統一編號{}", digits(8)),
            format!("NT${},{},{} 分機{}", digits(3), digits(3), digits(3), digits(4)),
        ];
        for text in innocents {
            n_checked += 1;
            let certain = find(&text).into_iter().any(|hit| hit.certain);
            assert!(!certain, "{text}");
        }
    }
    assert_eq!(n_checked, 20_000);
}

#[test]
fn mobile_telephones_are_only_suspected() {
    for text in
        ["0912345678", "0912-345-678", "０９１２－３４５－６７８", "+886-912-345-678", "手機0912 345 678"]
    {
        let hits = find(text);
        assert_eq!(hits.len(), 1, "{text}");
        assert_eq!((hits[0].kind, hits[0].certain), (IdentityKind::MobilePhone, false), "{text}");
    }
    assert_eq!(find("03-5216121#123"), vec![]);
}
