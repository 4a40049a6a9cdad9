//! The secretariat's exceptions laid over what was found: a reason and a name lift a breach.
//!
//! A breach so answered stays in the list and no longer blocks. An exception that is unfinished,
//! aims at nothing or at what nobody may answer for is itself told.

use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Rule, Severity};
use crate::folding::{did_you_mean, fold};
use crate::identity;
use crate::roc;
use crate::submission::{Exception, SecretariatAnswers};

use super::{breach, privacy, unseen};

pub static EXCEPTION_INCOMPLETE: Rule = Rule {
    id: "exception-incomplete",
    severity: Severity::Error,
    title: "例外核可缺理由、核可人或日期",
    explanation: "檢查什麼：例外核可的每一列，是否都有理由與核可人；放行個資者是否另有核可日期。\n\
        為何重要：核可要有人負責、說得出原因，才經得起事後查核；缺一者不生效。\n\
        如何修正：請補上理由與核可人（放行個資者並填核可日期）；不核可者請清除該列。",
    answerable: false,
};

pub static EXCEPTION_UNMATCHED: Rule = Rule {
    id: "exception-unmatched",
    severity: Severity::Warning,
    title: "例外核可沒有對應的檢核結果",
    explanation: "檢查什麼：例外核可的識別碼，是否對應到本次的檢核結果。\n\
        為何重要：對應不到的核可沒有作用，可能是打錯，也可能問題已經改好。\n\
        如何修正：請自檢核結果整串複製識別碼；問題已改好者，請清除該列。",
    answerable: false,
};

pub static EXCEPTION_NOT_ANSWERABLE: Rule = Rule {
    id: "exception-not-answerable",
    severity: Severity::Warning,
    title: "此類問題不能以例外核可",
    explanation: "檢查什麼：例外核可所指的規則，是否允許核可。\n\
        為何重要：有些問題（例如檔案打不開）無法以核可解決，成品一定會缺。\n\
        如何修正：請依檢核結果所示修正原處，並清除該列核可。",
    answerable: false,
};

pub static RULES: &[&Rule] = &[&EXCEPTION_INCOMPLETE, &EXCEPTION_UNMATCHED, &EXCEPTION_NOT_ANSWERABLE];

/// `registry` holds every rule of the program: an exception may name a breach that is not there.
pub fn apply(answers: &SecretariatAnswers, registry: &[&'static Rule], diagnostics: &mut Diagnostics) {
    let mut found = Vec::new();
    for exception in &answers.exceptions {
        let wanted = folded(&exception.key.value);
        let is_meant = |diagnostic: &Diagnostic| {
            let keys = [diagnostic.exception_key(), privacy::file_key(diagnostic)];
            keys.into_iter().flatten().any(|key| folded(&key) == wanted)
        };
        let is_matched = diagnostics.iter().any(is_meant);
        // What is let out is answered for on a day: the file may be another one tomorrow.
        let mut dated = privacy::RULES.iter().chain(unseen::RULES);
        let is_dated = dated.any(|rule| diagnostics.iter().any(|d| is_meant(d) && rule.id == d.rule.id));
        if !is_matched {
            found.push(unmatched(exception, registry, diagnostics));
        } else if let Some(incomplete) = incomplete(exception, is_dated) {
            found.push(incomplete);
        } else {
            for diagnostic in diagnostics.iter_mut().filter(|diagnostic| is_meant(diagnostic)) {
                diagnostic.accepted = Some(acceptance(exception));
            }
        }
    }
    diagnostics.extend(found);
}

/// Keys as people copy them: blanks, widths and masks do not matter.
fn folded(key: &str) -> String {
    fold(&identity::mask(key.trim()))
}

/// 「理由（核可：王科長，111.02.10）」.
fn acceptance(exception: &Exception) -> String {
    let (reason, name) = (exception.reason.trim(), exception.name.trim());
    match exception.date {
        Some(date) => format!("{reason}（核可：{name}，{}）", roc::dotted(date)),
        None => format!("{reason}（核可：{name}）"),
    }
}

fn at(rule: &'static Rule, exception: &Exception, marked: usize, message: String) -> Diagnostic {
    let cells = vec![exception.key.value.clone(), exception.reason.clone(), exception.name.clone()];
    let subject = format!("例外核可 {}", exception.key.value.trim());
    breach(rule, &exception.key.place, None, subject, message).excerpt(Some(Excerpt { cells, marked }))
}

fn incomplete(exception: &Exception, is_dated: bool) -> Option<Diagnostic> {
    let lacking = [
        ("理由", 1, exception.reason.trim().is_empty()),
        ("核可人", 2, exception.name.trim().is_empty()),
        ("核可日期", 2, is_dated && exception.date.is_none()),
    ];
    let lacking: Vec<_> = lacking.into_iter().filter(|(.., lacks)| *lacks).collect();
    let marked = lacking.first().map(|(_, marked, _)| *marked)?;
    let lacks = lacking.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join("與");
    let message = format!("例外「{}」缺{lacks}，核可不生效", exception.key.value.trim());
    Some(
        at(&EXCEPTION_INCOMPLETE, exception, marked, message)
            .hint(format!("請補上{lacks}；不核可者請清除該列")),
    )
}

fn unmatched(exception: &Exception, registry: &[&'static Rule], diagnostics: &Diagnostics) -> Diagnostic {
    let key = exception.key.value.trim();
    let id = fold(key.split(['@', '＠']).next().unwrap_or(key));
    if let Some(rule) = registry.iter().find(|rule| rule.id == id && !rule.answerable) {
        let message = format!("「{}」（{}）不能以例外核可", rule.id, rule.title);
        return at(&EXCEPTION_NOT_ANSWERABLE, exception, 0, message).hint("請修正原處，並清除這一列");
    }
    if let Some((subject, _)) = digest_key(key)
        && let Some(current) = current_key(&id, subject, diagnostics)
    {
        let message = format!("例外「{key}」所核可的檔案已變更，核可不再有效");
        let hint = format!("請重新檢視該檔；仍要核可者，識別碼改為「{current}」");
        return at(&EXCEPTION_UNMATCHED, exception, 0, message).hint(hint);
    }
    let is_known = registry.iter().any(|rule| rule.id == id);
    let hint = match nearest(key, &id, is_known, diagnostics) {
        Some(nearest) => format!("是否為「{nearest}」？請自檢核結果整串複製"),
        None if !is_known => match did_you_mean(&id, registry.iter().map(|rule| rule.id)) {
            Some(nearest) => format!("沒有「{id}」這條規則，是否為「{nearest}」？"),
            None => "請自檢核結果整串複製識別碼".to_owned(),
        },
        None if digest_key(key).is_some() => {
            "該檔案可能已更換、移走，或問題已改好：請重新檢視，不再需要者請清除這一列".to_owned()
        }
        None => "問題已改好者，請清除這一列；否則請自檢核結果整串複製識別碼".to_owned(),
    };
    let message = format!("例外「{key}」沒有對應到任何檢核結果");
    at(&EXCEPTION_UNMATCHED, exception, 0, message).hint(hint)
}

/// A key that holds for one content of a file: what stands before the file's digest, and the digest.
fn digest_key(key: &str) -> Option<(&str, &str)> {
    let (before, digest) = key.trim().rsplit_once(['#', '＃'])?;
    let is_digest = digest.len() >= 8 && digest.chars().all(|c| c.is_ascii_hexdigit());
    is_digest.then_some((before, digest))
}

/// The key of today for what `before` named: the same spot, or else the same rule in the same file.
fn current_key(id: &str, before: &str, diagnostics: &Diagnostics) -> Option<String> {
    let wanted = folded(before);
    let of_rule: Vec<&Diagnostic> =
        diagnostics.iter().filter(|diagnostic| diagnostic.rule.id == id).collect();
    let mut keys = of_rule.iter().flat_map(|d| [d.exception_key(), privacy::file_key(d)]).flatten();
    let same_spot = keys.find(|key| digest_key(key).is_some_and(|(before, _)| folded(before) == wanted));
    same_spot.or_else(|| {
        let names_its_file = |diagnostic: &&&Diagnostic| {
            diagnostic.place.path().is_some_and(|path| wanted.contains(&folded(path.as_str())))
        };
        of_rule.iter().find(names_its_file)?.exception_key()
    })
}

/// The key that was meant, by its letters. One with other figures is another item, row or file.
fn nearest(key: &str, id: &str, is_known: bool, diagnostics: &Diagnostics) -> Option<String> {
    let digits = |text: &str| fold(text).chars().filter(char::is_ascii_digit).collect::<String>();
    let mut keys: Vec<String> = diagnostics
        .iter()
        .filter(|diagnostic| !is_known || diagnostic.rule.id == id)
        .filter_map(Diagnostic::exception_key)
        .filter(|candidate| digits(candidate) == digits(key))
        .collect();
    keys.sort();
    did_you_mean(key, keys.iter().map(String::as_str)).map(str::to_owned)
}
