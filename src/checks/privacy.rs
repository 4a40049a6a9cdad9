//! Personal identifiers in what was handed in: cells, notes, hidden sheets, file names, documents.
//!
//! They are found by `identity`; none ever stands in a message whole. What the secretariat answered
//! for is released; what leaves the house is looked at once more by `clearance`.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::exhibit::Preparation;
use crate::fragment::{Fragment, Spot};
use crate::identity::{self, IdentityHit, IdentityKind, Released};
use crate::inventory::{InputFile, Role};
use crate::place::Place;
use crate::plan::UnitId;

use super::passages::{Passage, passages};
use super::{CheckInput, breach};

pub static IDENTITY_NUMBER: Rule = Rule {
    id: "identity-number",
    severity: Severity::Error,
    title: "出現身分證號或統一證號",
    explanation: "檢查什麼：所有儲存格（含隱藏工作表、註解）、檔名與佐證檔案的文字、屬性、追蹤修訂及內嵌檔案中，是否有檢查碼正確的身分證或外來人口統一證號；全形、空格、換行或分散在相鄰儲存格者亦同。\n\
        為何重要：被害人及當事人的證號依法應保密，公示文書不得揭露（人口販運防制法、個人資料保護法）。\n\
        如何修正：請刪除或遮蔽該號碼（例如改成案件代號）；確非個資者，由秘書單位寫明理由、核可人及日期核可，檔案一經變更即須重新核可。整個檔案均確認無誤者，識別碼可只寫到檔名及「#」後八碼。",
    answerable: true,
};

pub static IDENTITY_NUMBER_SUSPECTED: Rule = Rule {
    id: "identity-number-suspected",
    severity: Severity::Warning,
    title: "疑似身分證號或統一證號",
    explanation: "檢查什麼：是否有格式像證號、但檢查碼不符的號碼。\n\
        為何重要：可能是抄錯一碼的證號，仍足以識別個人；也可能只是編號。印在自評表時一律以〔個資遮蔽〕代替。\n\
        如何修正：請檢視原處；是證號請刪除或遮蔽，確非證號而須照印者，由秘書單位核可。",
    answerable: true,
};

pub static PASSPORT_NUMBER: Rule = Rule {
    id: "passport-number",
    severity: Severity::Error,
    title: "出現護照號碼",
    explanation: "檢查什麼：「護照」或 passport 字樣附近，是否有臺灣或主要來源國格式的護照號碼。\n\
        為何重要：護照號碼足以識別被害人，依法應保密（人口販運防制法施行細則、個人資料保護法第2條）。\n\
        如何修正：請刪除或遮蔽；確非個資者，由秘書單位寫明理由、核可人及日期核可。",
    answerable: true,
};

pub static BIRTH_DATE: Rule = Rule {
    id: "birth-date",
    severity: Severity::Error,
    title: "出現出生年月日",
    explanation: "檢查什麼：「出生日期」「生日」等字樣之後，或「日生」之前，是否有完整的年月日。\n\
        為何重要：被害人之出生年月日依法應保密（人口販運防制法）；與性別、國籍合併即足以識別個人。\n\
        如何修正：請刪除，或只保留年齡層；確非個資者，由秘書單位寫明理由、核可人及日期核可。",
    answerable: true,
};

pub static SHELTER_ADDRESS: Rule = Rule {
    id: "shelter-address",
    severity: Severity::Error,
    title: "庇護或安置處所附近出現地址",
    explanation: "檢查什麼：「庇護」「安置處所」「收容」等字樣前後八十字內，是否有門牌地址。\n\
        為何重要：安置處所地址外洩會危及被害人安全，一經寄出就收不回來（人口販運防制法之保密規定）。\n\
        如何修正：請刪除地址；確為對外公開之機關地址者，由秘書單位就該處逐一核可，不得以整個檔案核可。",
    answerable: true,
};

pub static MOBILE_NUMBER: Rule = Rule {
    id: "mobile-number",
    severity: Severity::Warning,
    title: "有行動電話號碼",
    explanation: "檢查什麼：執行情形、明細等文字及佐證檔案中是否有行動電話號碼（聯絡人欄所列者及標明公務、專線者不在此限）。\n\
        為何重要：個人手機多屬個資，會隨件送出；印在自評表時一律以〔個資遮蔽〕代替。\n\
        如何修正：請刪除，或改用公務電話；須照印者，由秘書單位核可。",
    answerable: true,
};

pub static PRIVATE_TELEPHONE: Rule = Rule {
    id: "private-telephone",
    severity: Severity::Warning,
    title: "疑似私人電話",
    explanation: "檢查什麼：「被害人」「個案」「住家」等字樣附近，是否有市內電話號碼。\n\
        為何重要：當事人住家電話屬個資，可循線找到住居所。\n\
        如何修正：請檢視原處；是私人電話請刪除或遮蔽，為公務電話者請標明單位或由秘書單位核可。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[
    &IDENTITY_NUMBER,
    &IDENTITY_NUMBER_SUSPECTED,
    &PASSPORT_NUMBER,
    &BIRTH_DATE,
    &SHELTER_ADDRESS,
    &MOBILE_NUMBER,
    &PRIVATE_TELEPHONE,
];

/// Whether this rule tells of a person's identifier.
pub fn is_about_somebody(rule: &str) -> bool {
    RULES.iter().any(|own| own.id == rule)
}

/// Whether one exception may stand for a whole file. Shelters are answered for one by one.
pub fn is_answered_by_file(rule: &Rule) -> bool {
    RULES.iter().any(|own| own.id == rule.id) && rule.id != SHELTER_ADDRESS.id
}

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    let offices = offices(input);
    let passages = passages(input);
    let mut answered: BTreeSet<&Place> = BTreeSet::new();
    for passage in &passages {
        // A file's name answers for nothing inside the file: its properties stand at the same place.
        if matches!(passage.place, Place::Cell { .. }) {
            answered.insert(&passage.place);
        }
        check_passage(input, passage, &offices, out);
    }
    for (path, fragments) in input.fragments {
        let Some(file) = input.inventory.get(path) else { continue };
        let others = fragments.iter().filter(|fragment| !answered.contains(&fragment.spot.place(path, "")));
        // A workbook never leaves: telephones in it are nobody's business but its owner's.
        check_fragments(input, file, others, &|rule| !is_telephone(rule), &offices, out);
    }
    for file in &input.inventory.files {
        let (Role::Evidence(_) | Role::SignedPage | Role::OfficialForm) = &file.role else { continue };
        if let Some(preparation) = input.preparations.get(&file.path) {
            check_pages(input, file, preparation, &offices, out);
            check_fragments(input, file, preparation.fragments.iter(), &|_| true, &offices, out);
        }
    }
}

/// What may be printed whole: offices' telephones, and what the secretariat answered for.
pub fn released(input: &CheckInput, diagnostics: &Diagnostics) -> Released {
    let mut released = offices(input);
    let accepted: BTreeSet<(&str, &str)> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.accepted.is_some())
        .map(|diagnostic| (diagnostic.rule.id, diagnostic.subject.as_str()))
        .collect();
    for passage in passages(input).iter().filter(|passage| passage.printed && !accepted.is_empty()) {
        let subject = passage_subject(input, passage);
        for hit in identity::find(&passage.text) {
            if accepted.contains(&(rule_of(&hit).id, subject.as_str())) {
                released.release(&passage.text, &hit);
            }
        }
    }
    released
}

/// Telephones given as an office's.
fn offices(input: &CheckInput) -> Released {
    let mut offices = Released::default();
    for passage in passages(input).iter().filter(|passage| passage.is_contact) {
        for hit in identity::find(&passage.text) {
            if is_telephone(rule_of(&hit)) {
                offices.release(&passage.text, &hit);
            }
        }
    }
    offices
}

/// The rule a hit falls under.
fn rule_of(hit: &IdentityHit) -> &'static Rule {
    match hit.kind {
        IdentityKind::MobilePhone => &MOBILE_NUMBER,
        IdentityKind::LandLine => &PRIVATE_TELEPHONE,
        IdentityKind::Passport => &PASSPORT_NUMBER,
        IdentityKind::BirthDate => &BIRTH_DATE,
        IdentityKind::ShelterAddress => &SHELTER_ADDRESS,
        _ if hit.certain => &IDENTITY_NUMBER,
        _ => &IDENTITY_NUMBER_SUSPECTED,
    }
}

fn is_telephone(rule: &Rule) -> bool {
    rule.id == MOBILE_NUMBER.id || rule.id == PRIVATE_TELEPHONE.id
}

/// Hits by rule, in the order of the registry.
fn by_rule(hits: &[IdentityHit]) -> impl Iterator<Item = (&'static Rule, Vec<&IdentityHit>)> {
    RULES
        .iter()
        .map(move |rule| (*rule, hits.iter().filter(|hit| rule_of(hit).id == rule.id).collect::<Vec<_>>()))
        .filter(|(_, hits)| !hits.is_empty())
}

fn check_passage(input: &CheckInput, passage: &Passage, offices: &Released, out: &mut Diagnostics) {
    let mut hits = identity::find(&passage.text);
    hits.retain(|hit| !offices.holds(&passage.text, hit));
    for (rule, hits) in by_rule(&hits) {
        if is_telephone(rule) && (passage.is_contact || !passage.printed) {
            continue;
        }
        let shown = match passage.printed {
            true => identity::excerpt(&passage.text, hits[0]),
            false => masked("", &passage.text, hits[0]),
        };
        let message = format!("{}有{}：{shown}{}", passage.name, what(rule, hits[0]), and_more(hits.len()));
        out.push(
            breach(rule, &passage.place, passage.unit, passage_subject(input, passage), message)
                .hint(hint(rule))
                .excerpt(passage.excerpt.clone()),
        );
    }
}

/// Ends with a digest of what was looked at, so that an exception is void once that changes: of the
/// file, or, in the secretariat's own workbook, which also holds the exceptions, of the masked text.
fn passage_subject(input: &CheckInput, passage: &Passage) -> String {
    let file = passage.place.path().and_then(|path| input.inventory.get(path));
    let digest = match file {
        Some(file) if Some(&file.path) != input.secretariat.file.as_ref() => short(&file.digests.sha256),
        _ => short(&crate::inventory::sha256_hex(identity::mask(&passage.text).as_bytes())),
    };
    format!("{}#{digest}", passage.subject)
}

fn short(digest: &str) -> String {
    digest.chars().take(8).collect()
}

fn check_pages(
    input: &CheckInput,
    file: &InputFile,
    preparation: &Preparation,
    offices: &Released,
    out: &mut Diagnostics,
) {
    let mut found = Found::default();
    for text in &preparation.texts {
        let (place, name) = match text.page {
            0 => (Place::file(&file.path), "檔案屬性".to_owned()),
            page => (Place::Page { file: file.path.clone(), page }, format!("第{page}頁")),
        };
        found.look("", &text.text, offices, |_| (place.clone(), name.clone()));
    }
    found.tell(file, unit_of(input, file), &|_| true, out);
}

fn check_fragments<'f>(
    input: &CheckInput,
    file: &InputFile,
    fragments: impl Iterator<Item = &'f Fragment>,
    is_told: &dyn Fn(&Rule) -> bool,
    offices: &Released,
    out: &mut Diagnostics,
) {
    let mut found = Found::default();
    for fragment in fragments {
        found.look(&fragment.heading, &fragment.text, offices, |hit| {
            let before = fragment.text.get(..hit.range.start).unwrap_or_default();
            let place = fragment.spot.place(&file.path, before);
            let name = match (&fragment.spot, &place) {
                (Spot::Cell { sheet, cell }, _) => format!("{} {cell}", identity::mask(sheet)),
                (Spot::Note { sheet, cell }, _) => format!("{} {cell} 註解", identity::mask(sheet)),
                (_, Place::Text { line, .. }) => format!("第{line}行"),
                (spot, _) => spot.name(),
            };
            (place, name)
        });
    }
    found.tell(file, unit_of(input, file), is_told, out);
}

fn unit_of<'a>(input: &CheckInput<'a>, file: &'a InputFile) -> Option<&'a UnitId> {
    match &file.role {
        Role::Evidence(code) => input.plan.item(code).map(|(task, _)| &task.unit),
        Role::UnitWorkbook(unit) => Some(unit),
        _ => None,
    }
}

/// Hits of one file, by rule and by where they stand.
#[derive(Default)]
struct Found(BTreeMap<(&'static str, Place, String), Spotted>);

/// The first hit at a place, masked, and how many there are.
struct Spotted {
    rule: &'static Rule,
    kind: IdentityKind,
    shown: String,
    count: usize,
}

impl Found {
    fn look(
        &mut self,
        heading: &str,
        text: &str,
        offices: &Released,
        spot: impl Fn(&IdentityHit) -> (Place, String),
    ) {
        for hit in identity::find_under(heading, text) {
            if offices.holds(text, &hit) {
                continue;
            }
            let rule = rule_of(&hit);
            let (place, name) = spot(&hit);
            let shown = masked(heading, text, &hit);
            let first = Spotted { rule, kind: hit.kind, shown, count: 0 };
            self.0.entry((rule.id, place, name)).or_insert(first).count += 1;
        }
    }

    fn tell(
        self,
        file: &InputFile,
        unit: Option<&UnitId>,
        is_told: &dyn Fn(&Rule) -> bool,
        out: &mut Diagnostics,
    ) {
        let path = identity::mask(file.path.as_str());
        let digest = short(&file.digests.sha256);
        let mut n_told: BTreeMap<&str, (usize, &'static Rule)> = BTreeMap::new();
        for ((_, place, name), Spotted { rule, kind, shown, count }) in self.0 {
            if !is_told(rule) {
                continue;
            }
            let (n, _) = n_told.entry(rule.id).or_insert((0, rule));
            *n += 1;
            if *n > TOLD_ONE_BY_ONE {
                continue;
            }
            let doubt = if rule.id == IDENTITY_NUMBER_SUSPECTED.id { "疑似" } else { "" };
            let message = format!("{name}有{doubt}{}：{shown}{}", kind.label(), and_more(count));
            out.push(
                breach(rule, &place, unit, format!("{path} {name}#{digest}"), message)
                    .hint("請在原檔刪除或遮蔽後重新另存，再替換檔案"),
            );
        }
        for (n, rule) in n_told.into_values().filter(|(n, _)| *n > TOLD_ONE_BY_ONE) {
            let rest = n - TOLD_ONE_BY_ONE;
            let subject = format!("{path} 其餘{rest}處#{digest}");
            out.push(
                breach(
                    rule,
                    &Place::file(&file.path),
                    unit,
                    subject,
                    format!("除已列者外，另有 {rest} 處相同情形"),
                )
                .hint("整份檔案請先去識別化，或改附不含個人明細的版本"),
            );
        }
    }
}

/// Places of one file told one by one under one rule; the rest is counted.
const TOLD_ONE_BY_ONE: usize = 20;

fn what(rule: &Rule, hit: &IdentityHit) -> String {
    let doubt = if rule.id == IDENTITY_NUMBER_SUSPECTED.id { "疑似" } else { "" };
    format!("{doubt}{}", hit.kind.label())
}

fn and_more(n: usize) -> String {
    if n > 1 { format!("（共 {n} 處）") } else { String::new() }
}

fn hint(rule: &Rule) -> &'static str {
    match rule.id {
        "identity-number" => "請刪除或改成案件代號；確非個資者，由秘書單位寫明理由核可",
        "identity-number-suspected" => "請檢視是否為證號；是者請刪除或遮蔽（列印時以〔個資遮蔽〕代替）",
        "passport-number" => "請刪除或遮蔽護照號碼；確非個資者，由秘書單位寫明理由核可",
        "birth-date" => "請刪除，或只保留年齡層；確非個資者，由秘書單位寫明理由核可",
        "shelter-address" => "請刪除地址；確為對外公開之機關地址者，由秘書單位就此處核可",
        "private-telephone" => "請檢視是否為私人電話；是者請刪除或遮蔽",
        _ => "請刪除，或改用公務電話（列印時以〔個資遮蔽〕代替）",
    }
}

/// The identifier alone, masked.
fn masked(heading: &str, text: &str, hit: &IdentityHit) -> String {
    let whole = identity::mask_under(heading, text);
    let from = text.get(..hit.range.start).map_or(0, |before| before.chars().count());
    let length = text.get(hit.range.clone()).map_or(0, |part| part.chars().count());
    whole.chars().skip(from).take(length).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The key under which one exception answers for all hits of a rule in a file.
pub fn file_key(diagnostic: &Diagnostic) -> Option<String> {
    let (_, digest) = diagnostic.subject.rsplit_once('#')?;
    let path = diagnostic.place.path().filter(|_| is_answered_by_file(diagnostic.rule))?;
    Some(format!("{}@{}#{digest}", diagnostic.rule.id, identity::mask(path.as_str())))
}
