//! What is missing from the secretariat's own workbook, and its scores.
//!
//! Two parts of the form are written by nobody else. Points and self-scores are checked where
//! they were given; that they are given is demanded by nobody.

use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Rule, Severity};
use crate::figure::Figure;
use crate::inventory::Role;
use crate::place::{Located, Place, RelPath};
use crate::plan::{Indicator, SecretariatPart};

use super::bearings::beginning;
use super::{CheckInput, Told, breach};

pub static SECRETARIAT_MISSING: Rule = Rule {
    id: "secretariat-missing",
    severity: Severity::Error,
    title: "沒有秘書單位的填報檔",
    explanation: "檢查什麼：秘書單位自己的填報檔是否存在且讀得出來。\n\
        為何重要：受文者、確切期限、年度專題與前次考核建議策進作為都寫在這份檔案，別處沒有。\n\
        如何修正：請填寫秘書單位資料夾內的活頁簿；遺失時可執行 huibian forms 重新產生空白表。",
    answerable: false,
};

pub static SECRETARIAT_PART_BLANK: Rule = Rule {
    id: "secretariat-part-blank",
    severity: Severity::Error,
    title: "秘書單位自撰的部分空白",
    explanation: "檢查什麼：只能由秘書單位撰寫的指標（例如年度專題、前次考核建議策進作為）是否寫了內容。\n\
        為何重要：這些指標沒有任何單位會填，空白就等於該項沒有自評。\n\
        如何修正：請在秘書單位填報檔的對應工作表撰寫；前次考核無建議事項者，請寫明「前次考核無建議事項」，\
        或由主管核可。",
    answerable: true,
};

pub static RECOMMENDATION_UNANSWERED: Rule = Rule {
    id: "recommendation-unanswered",
    severity: Severity::Warning,
    title: "建議事項沒有寫辦理情形",
    explanation: "檢查什麼：前次考核的每一項建議，是否都寫了策進作為。\n\
        為何重要：委員會逐項對照；列了建議而沒有回應，比不列更顯眼。\n\
        如何修正：請在同一列補上辦理情形；尚未辦理者，寫明預定期程。",
    answerable: true,
};

pub static SELF_SCORE_ABOVE_POINTS: Rule = Rule {
    id: "self-score-above-points",
    severity: Severity::Error,
    title: "自評分數超過配分",
    explanation: "檢查什麼：每項指標的自評分數是否介於 0 與配分之間。\n\
        為何重要：超過配分的自評會使總分錯誤，等第也跟著錯。\n\
        如何修正：請核對評分表的配分，修正自評分數或配分。",
    answerable: false,
};

pub static SELF_SCORE_BLANK: Rule = Rule {
    id: "self-score-blank",
    severity: Severity::Warning,
    title: "有配分，沒有自評分數",
    explanation: "檢查什麼：填了配分的指標，是否也填了自評分數。\n\
        為何重要：只要有一項沒有自評，首頁就算不出總分與對應等第。\n\
        如何修正：請在秘書單位填報檔的配分表補上自評分數；不打分數的項目請清除配分。",
    answerable: true,
};

pub static RULES: &[&Rule] = &[
    &SECRETARIAT_MISSING,
    &SECRETARIAT_PART_BLANK,
    &RECOMMENDATION_UNANSWERED,
    &SELF_SCORE_ABOVE_POINTS,
    &SELF_SCORE_BLANK,
];

pub fn check(input: &CheckInput, told: &Told, out: &mut Diagnostics) {
    let Some(file) = &input.secretariat.file else {
        out.extend(missing(input, told));
        return;
    };
    let workbook = Place::file(file);
    // A workbook of another plan gave no answers and says so itself.
    if !told.blocked.contains(file) || *input.secretariat != only_a_file(file) {
        for indicator in input.plan.indicators() {
            out.extend(part_blank(input, indicator, &workbook));
        }
    }
    for recommendation in &input.secretariat.recommendations {
        if recommendation.action.is_none() {
            out.push(unanswered(&recommendation.advice));
        }
    }
    for indicator in input.plan.indicators() {
        out.extend(score(input, indicator));
    }
}

fn only_a_file(file: &crate::place::RelPath) -> crate::submission::SecretariatAnswers {
    crate::submission::SecretariatAnswers { file: Some(file.clone()), ..Default::default() }
}

fn missing(input: &CheckInput, told: &Told) -> Option<Diagnostic> {
    let mut workbooks = input.inventory.files.iter().filter(|file| file.role == Role::SecretariatWorkbook);
    if workbooks.any(|file| told.blocked.contains(&file.path)) {
        return None;
    }
    let secretariat = &input.plan.secretariat;
    let message = format!("沒有{}的填報檔", secretariat.title);
    let folder = Place::file(&RelPath::new(secretariat.folder.clone()));
    let hint = format!("請把填好的活頁簿放進資料夾「{}」", secretariat.folder);
    Some(breach(&SECRETARIAT_MISSING, &folder, None, &secretariat.title, message).hint(hint))
}

/// The text of a part may stand in its own block, in the table of recommendations, or as 統稿.
fn part_blank(input: &CheckInput, indicator: &Indicator, workbook: &Place) -> Option<Diagnostic> {
    let part = indicator.secretariat_part?;
    let answers = input.secretariat;
    let is_written = answers.parts.get(&part).is_some_and(|paragraphs| !paragraphs.is_empty())
        || answers.editorials.get(&indicator.id).is_some_and(|editorial| !editorial.paragraphs.is_empty())
        || (part == SecretariatPart::Recommendations && !answers.recommendations.is_empty());
    if is_written {
        return None;
    }
    let message = format!("指標 {}「{}」由秘書單位撰寫，尚未填寫", indicator.code, indicator.title);
    let hint = match part {
        SecretariatPart::AnnualTopic => "請在秘書單位填報檔的對應工作表撰寫，一列一段",
        SecretariatPart::Recommendations => "請逐項填寫前次考核建議與辦理情形；無建議事項者請寫明",
    };
    let asked = match part {
        SecretariatPart::AnnualTopic => "00.topic",
        SecretariatPart::Recommendations => "00.advice",
    };
    let place = answers.asked.get(asked).unwrap_or(workbook);
    Some(breach(&SECRETARIAT_PART_BLANK, place, None, &indicator.title, message).hint(hint))
}

fn unanswered(advice: &Located<String>) -> Diagnostic {
    let subject = format!("建議 {}", beginning(&advice.value));
    let message = format!("前次考核建議「{}」沒有寫辦理情形", beginning(&advice.value));
    breach(&RECOMMENDATION_UNANSWERED, &advice.place, None, subject, message)
        .hint("請在同一列寫明辦理情形或預定期程")
        .excerpt(Some(Excerpt { cells: vec![advice.value.clone(), String::new()], marked: 1 }))
}

fn score(input: &CheckInput, indicator: &Indicator) -> Option<Diagnostic> {
    let score = input.secretariat.scores.get(&indicator.id)?;
    let points = score.points.as_ref().map(|points| points.value).or(indicator.points);
    let heading = format!("{} {}", indicator.code, indicator.title);
    let points_shown = points.map(|points| points.to_string()).unwrap_or_default();
    match (&score.self_score, points) {
        (Some(given), points) => {
            let is_above = points.is_some_and(|points| given.value > points);
            if !is_above && !given.value.is_negative() {
                return None;
            }
            let message = match is_above {
                true => format!(
                    "指標 {}「{}」自評 {} 分，超過配分 {points_shown} 分",
                    indicator.code, indicator.title, given.value
                ),
                false => format!(
                    "指標 {}「{}」自評 {} 分，不得為負數",
                    indicator.code, indicator.title, given.value
                ),
            };
            let excerpt = Excerpt { cells: vec![heading, points_shown, given.value.to_string()], marked: 2 };
            Some(
                breach(&SELF_SCORE_ABOVE_POINTS, &given.place, None, &indicator.title, message)
                    .hint("請核對評分表，修正自評分數或配分")
                    .excerpt(Some(excerpt)),
            )
        }
        (None, Some(_)) => self_score_blank(input, indicator, score.points.as_ref(), &heading),
        (None, None) => None,
    }
}

fn self_score_blank(
    input: &CheckInput,
    indicator: &Indicator,
    points: Option<&Located<Figure>>,
    heading: &str,
) -> Option<Diagnostic> {
    let place = match (points, &input.secretariat.file) {
        (Some(points), _) => points.place.clone(),
        (None, Some(file)) => Place::file(file),
        (None, None) => return None,
    };
    let shown = points.map(|points| points.value.to_string()).unwrap_or_default();
    let message = format!("指標 {}「{}」有配分，沒有自評分數", indicator.code, indicator.title);
    Some(
        breach(&SELF_SCORE_BLANK, &place, None, &indicator.title, message)
            .hint("請補上自評分數；不打分數者請清除配分")
            .excerpt(Some(Excerpt { cells: vec![heading.to_owned(), shown, String::new()], marked: 2 })),
    )
}
