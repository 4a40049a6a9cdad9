//! A finished document as a reader finds the way in it: printed page numbers, page labels, links, bookmarks; and
//! whether they contradict each other, or the pages that were printed elsewhere.
//!
//! Knows pages and words; neither PDF nor what the documents are about. Silence is no contradiction: what a
//! template does not print is not missed here.

use serde::{Deserialize, Serialize};

use crate::dossier::PageRange;

/// A document's ways.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Navigation {
    pub pages: Vec<Leaf>,
    pub bookmarks: Vec<Way>,
}

/// One page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// What a viewer calls it (ISO 32000-1 §12.4.2).
    pub label: String,
    /// What is set on it, line by line; nothing of what was bound into it.
    pub text: String,
    pub links: Vec<Way>,
}

/// Something that leads to a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// What is written there.
    pub text: String,
    /// Counted from 0; `None`: it leads nowhere.
    pub to: Option<usize>,
}

/// What contradicts within one document, as told to users. `ranges`: pages of appendices, if it holds them.
pub fn contradictions(document: &Navigation, ranges: &[PageRange]) -> Vec<String> {
    let mut found = Vec::new();
    let texts: Vec<String> = document.pages.iter().map(|page| squeezed(&page.text)).collect();
    for (index, (page, text)) in document.pages.iter().zip(&texts).enumerate() {
        check_page(index, page, text, document.pages.len(), &mut found);
    }
    for (at, page) in document.pages.iter().enumerate() {
        for link in &page.links {
            let fault = follow(link, Some((at, page)), &texts, ranges);
            found.extend(fault.map(|fault| format!("第 {} 頁的連結「{}」{fault}", at + 1, link.text.trim())));
        }
    }
    for bookmark in &document.bookmarks {
        let fault = follow(bookmark, None, &texts, ranges);
        found.extend(fault.map(|fault| format!("書籤「{}」{fault}", bookmark.text.trim())));
    }
    for range in ranges {
        for page in range.first..=range.last {
            let is_there = page
                .checked_sub(1)
                .and_then(|at| texts.get(at))
                .is_some_and(|text| cites(text, &range.number));
            if !is_there {
                found.push(format!("第 {page} 頁應屬附件 {}，頁上未標示", range.number));
            }
        }
    }
    found
}

fn check_page(index: usize, page: &Leaf, text: &str, n_pages: usize, found: &mut Vec<String>) {
    let number = (index + 1).to_string();
    if page.label != number {
        found.push(format!("第 {number} 頁在閱讀軟體中稱為「{}」", page.label));
    }
    if let Some((printed, of)) = printed_number(text)
        && (printed != index + 1 || of != n_pages)
    {
        found.push(format!("第 {number} 頁（共 {n_pages} 頁）印成「第 {printed} 頁，共 {of} 頁」"));
    }
}

/// What is wrong with where a way leads. `on`: the page a link stands on, and its place from 0.
fn follow(way: &Way, on: Option<(usize, &Leaf)>, texts: &[String], ranges: &[PageRange]) -> Option<String> {
    let Some(target) = way.to.and_then(|at| texts.get(at)) else {
        return Some("沒有通往任何一頁".to_owned());
    };
    let page = way.to.unwrap_or_default() + 1;
    let text = squeezed(&way.text);
    // On an appendix's own pages files are listed, and a file may be called 0012 or 2-1-3: then another link
    // says the page.
    let is_name = || {
        let Some((at, leaf)) = on else { return false };
        let lists_files = ranges.iter().any(|range| (range.first..=range.last).contains(&(at + 1)));
        let others = leaf.links.iter().filter(|other| other.to == way.to && other.text != way.text);
        lists_files
            && target.contains(&text)
            && others.map(|other| page_number(&squeezed(&other.text))).any(|n| n == Some(page))
    };
    if let Some(number) = page_number(&text) {
        return (number != page && !is_name()).then(|| format!("通往第 {page} 頁"));
    }
    if let Some(range) = ranges.iter().find(|range| range.number == text) {
        let first = range.first;
        return (first != page && !is_name()).then(|| format!("通往第 {page} 頁，而不是第 {first} 頁"));
    }
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    (!words.all(|word| is_on(word, target))).then(|| format!("通往第 {page} 頁，頁上沒有這些字"))
}

/// Whether a word stands on a page. Of scripts whose marks are set above and below their letters it is enough
/// that all letters are there: in what order they come out depends on the size.
fn is_on(word: &str, page: &str) -> bool {
    let is_plain = |c: char| {
        c.is_ascii()
            || matches!(c, '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
    };
    page.contains(word) || (!word.chars().all(is_plain) && word.chars().all(|c| page.contains(c)))
}

/// Pages that one document prints of the other's appendices, against where they are.
pub fn contradicted_references(form: &Navigation, ranges: &[PageRange]) -> Vec<String> {
    let mut found = Vec::new();
    let lines: Vec<&str> = form.pages.iter().flat_map(|page| page.text.lines()).collect();
    for range in ranges {
        // A range that goes on in the next volume is printed as one, from there to here.
        if ranges.iter().filter(|other| other.number == range.number).count() > 1 {
            continue;
        }
        let mut printed: Vec<(usize, usize)> = Vec::new();
        for line in lines.iter().filter(|line| cites(&squeezed(line), &range.number)) {
            printed.extend(spans(line));
        }
        let expected = (range.first, range.last);
        if let (Some((first, last)), false) = (printed.first(), printed.contains(&expected)) {
            found.push(format!(
                "附件 {} 在第 {}–{} 頁，另一處印成第 {first}–{last} 頁",
                range.number, range.first, range.last
            ));
        }
    }
    found
}

/// Without blanks and without marks that only guide line breaks.
fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}'))
        .collect()
}

/// 「第 3 頁，共 12 頁」 as the last of its kind on a page: the foot.
fn printed_number(text: &str) -> Option<(usize, usize)> {
    let (before, after) = text.rsplit_once("頁，共")?;
    let of = after.split_once('頁')?.0.parse().ok()?;
    Some((before.rsplit_once('第')?.1.parse().ok()?, of))
}

/// 「12」, 「第12頁」, 「本表第12頁」.
fn page_number(text: &str) -> Option<usize> {
    let bare = text.trim_start_matches("本表").trim_start_matches('第').trim_end_matches('頁');
    bare.parse().ok()
}

/// Whether an appendix's number stands in a text, and not as part of a longer one.
fn cites(text: &str, number: &str) -> bool {
    text.match_indices(number).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = &text[at + number.len()..];
        let goes_on =
            after.strip_prefix(['-', '之']).unwrap_or(after).starts_with(|c: char| c.is_ascii_digit());
        !goes_on && !before.is_some_and(|c| c.is_ascii_digit() || c == '-')
    })
}

/// Spans of pages in a line: 「45–48」.
fn spans(line: &str) -> Vec<(usize, usize)> {
    let parts: Vec<&str> = line.split('–').collect();
    let digits_end = |text: &str| {
        let start = text.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + char_length(text, at));
        text[start..].parse::<usize>().ok()
    };
    let digits_start = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse::<usize>().ok()
    };
    parts
        .windows(2)
        .filter_map(|pair| Some((digits_end(pair[0].trim_end())?, digits_start(pair[1].trim_start())?)))
        .collect()
}

fn char_length(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(text: &str, to: usize) -> Way {
        Way { text: text.to_owned(), to: Some(to) }
    }

    fn leaf(index: usize, text: &str, links: Vec<Way>) -> Leaf {
        let text = format!("{text}\n佐證資料　第 {} 頁，共 3 頁", index + 1);
        Leaf { label: (index + 1).to_string(), text, links }
    }

    fn range(number: &str, first: usize, last: usize) -> PageRange {
        PageRange { number: number.to_owned(), first, last, volume: None }
    }

    fn document() -> Navigation {
        let links = vec![way("1-2-1", 1), way("開會通知單", 1), way("2", 1), way("第 3 頁", 2)];
        let pages = vec![
            leaf(0, "目錄", links),
            leaf(1, "附件 1-2-1\n開會\n通知單", Vec::new()),
            leaf(2, "附件 1-2-1 · 第 1/1 頁", Vec::new()),
        ];
        Navigation { pages, bookmarks: vec![way("附件 1-2-1　開會通知單", 1)] }
    }

    fn found(change: impl FnOnce(&mut Navigation)) -> Vec<String> {
        let mut document = document();
        change(&mut document);
        contradictions(&document, &[range("1-2-1", 2, 3)])
    }

    #[test]
    fn what_agrees_is_not_suspected() {
        assert_eq!(found(|_| ()), [""; 0]);
    }

    #[test]
    fn a_file_whose_name_is_a_number_is_no_page() {
        for name in ["0012", "1-2-1"] {
            let named = |document: &mut Navigation| {
                document.pages[1].links.extend([way(name, 2), way("3", 2)]);
                document.pages[2].text.push_str(&format!("\n1　{name}"));
            };
            assert_eq!(found(named), [""; 0]);
            let alone = |document: &mut Navigation| {
                named(document);
                document.pages[1].links.pop();
            };
            assert_eq!(found(alone).len(), 1, "nothing beside it says the page");
        }
    }

    #[test]
    fn every_kind_of_contradiction_is_found() {
        type Change = fn(&mut Navigation);
        let changes: [(Change, &str); 8] = [
            (|d| d.pages[1].label = "iv".to_owned(), "第 2 頁在閱讀軟體中稱為「iv」"),
            (
                |d| d.pages[1].text = "附件 1-2-1 開會通知單 第 3 頁，共 3 頁".to_owned(),
                "印成「第 3 頁，共 3 頁」",
            ),
            (|d| d.pages[0].links[0].to = Some(2), "通往第 3 頁，而不是第 2 頁"),
            (|d| d.pages[0].links[1].to = Some(2), "通往第 3 頁，頁上沒有這些字"),
            (|d| d.pages[0].links[2].to = Some(2), "「2」通往第 3 頁"),
            (|d| d.pages[0].links[3].to = None, "沒有通往任何一頁"),
            (|d| d.bookmarks[0].to = Some(0), "書籤「附件 1-2-1　開會通知單」通往第 1 頁"),
            (|d| d.pages[2].text = "附件 1-2-11 · 第 1/1 頁".to_owned(), "第 3 頁應屬附件 1-2-1"),
        ];
        for (change, expected) in changes {
            let found = found(change);
            assert!(found.iter().any(|line| line.contains(expected)), "{expected}: {found:?}");
        }
    }

    #[test]
    fn references_are_held_against_where_the_pages_are() {
        let form = |line: &str| Navigation {
            pages: vec![Leaf { text: line.to_owned(), ..Leaf::default() }],
            bookmarks: Vec::new(),
        };
        let ranges = [range("1-2-1", 45, 48), range("1-2-11", 49, 52)];
        let told = |line: &str| contradicted_references(&form(line), &ranges);
        assert_eq!(told("附件 1-2-1 開會通知單（警察局） · · 第 45–48 頁"), [""; 0]);
        assert_eq!(told("1-2-1 開會通知單 45–48　1-2-11 會議紀錄 49–52"), [""; 0]);
        assert_eq!(told("見附件 1-2-1"), [""; 0], "silence is no contradiction");
        assert_eq!(told("附件 1-2-1 開會通知單（警察局） 第 44–48 頁").len(), 1);
        assert_eq!(told("附件 1-2-11 會議紀錄 第 45–48 頁").len(), 1);
        assert_eq!(told("附件 1-2-1之1 補件 第 90–91 頁"), [""; 0], "another appendix");
        assert_eq!(told("附件 1-2-1 之前次會議 第 44–48 頁").len(), 1, "a title may begin so");
    }
}
