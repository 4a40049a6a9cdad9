//! `huibian score`: the self-score against the plan's grades, as far as the points are known.

mod json;

use std::collections::BTreeMap;
use std::io::Write;

use crate::assessment::{self, Earned, Scorecard};
use crate::figure::Figure;
use crate::plan::{Grade, IndicatorId, Plan};
use crate::render;
use crate::submission::SecretariatAnswers;

use super::args::{Format, Score};
use super::{answers, exit, width};

pub fn run(arguments: &Score) -> anyhow::Result<u8> {
    let Some(answers) = answers::read(&arguments.inputs)? else { return Ok(exit::COULD_NOT_RUN) };
    if answers.secretariat.file.is_none() {
        anyhow::bail!(
            "讀不到「{}」的填報檔，沒有自評分數；請執行 huibian check 查明",
            answers.plan.secretariat.folder
        );
    }
    let plan = &answers.plan;
    let card = assessment::scorecard(plan, &self_scores(&answers.secretariat));
    let mut out = anstream::stdout();
    match arguments.format {
        Format::Json => writeln!(out, "{}", json::json(plan, &card))?,
        Format::Text => write!(out, "{}\n{}", table(plan, &card), conclusion(plan, &card))?,
    }
    Ok(exit::DONE)
}

fn self_scores(secretariat: &SecretariatAnswers) -> BTreeMap<IndicatorId, Figure> {
    let scores = secretariat.scores.iter();
    scores.filter_map(|(id, score)| Some((id.clone(), score.self_score.as_ref()?.value))).collect()
}

fn table(plan: &Plan, card: &Scorecard) -> String {
    let decimals = plan.programme.score_decimals;
    let shown = |figure: Option<Figure>| figure.map_or("—".to_owned(), |figure| figure.fixed(decimals));
    let mut rows = vec![["指標", "配分", "自評", "差距"].map(str::to_owned).to_vec()];
    for line in &card.lines {
        let note = match line.open() {
            Some(open) if open.is_negative() => "超過配分，請更正".to_owned(),
            Some(open) if !open.is_zero() => open.fixed(decimals),
            _ => String::new(),
        };
        rows.push(vec![
            format!("{} {}", line.indicator.code, line.indicator.title),
            shown(line.indicator.points),
            shown(line.self_score),
            note,
        ]);
    }
    rows.push(vec!["合計".to_owned(), shown(card.points), shown(card.self_score), String::new()]);
    render::lines(&rows, width())
}

fn conclusion(plan: &Plan, card: &Scorecard) -> String {
    let mut lines = Vec::new();
    let unscored = card.lines.iter().filter(|line| line.self_score.is_none()).count();
    if card.points.is_none() {
        lines.push(format!(
            "配分：依{}年度考核評分表。計畫與秘書單位填報檔沒有全部配分，無法對照等第。",
            plan.year
        ));
    }
    if unscored > 0 {
        lines.push(format!("有 {unscored} 項沒有自評分數，無法計算總分。"));
    }
    if let (Some(full), Some(points)) = (card.full_score_missed, card.points) {
        lines.push(format!(
            "配分合計 {points} 分，不是 {full} 分（建議值，計畫未明定），請核對評分表；下列結果僅供參考。"
        ));
    }
    if let Some(earned) = &card.earned {
        lines.extend(outcome(plan, card, earned));
    }
    lines.push("等第與獎懲：".to_owned());
    lines.extend(plan.grades.iter().map(|grade| grade_line(plan, grade)));
    lines.join("\n") + "\n"
}

fn outcome(plan: &Plan, card: &Scorecard, earned: &Earned) -> Vec<String> {
    let grade = earned.grade;
    let mut lines = vec![format!("自評對應等第：{}（{}）", grade.title, assessment::threshold(plan, grade))];
    lines.push(match grade.exempt_years {
        0 => format!("不予免評，次一受評年度：{}年度", earned.next_year),
        years => format!("次年度起免評 {years} 年度，次一受評年度：{}年度", earned.next_year),
    });
    if let Some((above, missing)) = &earned.missing {
        lines.push(format!("距「{}」尚差 {missing} 分", above.title));
        let left: Vec<String> = card
            .where_points_are_left()
            .iter()
            .take(3)
            .map(|(indicator, open)| format!("{} {}（{open} 分）", indicator.code, indicator.title))
            .collect();
        if !left.is_empty() {
            lines.push(format!("自評與配分差距最大：{}", left.join("、")));
        }
    }
    lines
}

fn grade_line(plan: &Plan, grade: &Grade) -> String {
    format!("  {}　{}　{}", grade.title, assessment::threshold(plan, grade), assessment::outcome(grade))
}
