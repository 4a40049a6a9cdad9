//! Which earlier self-assessment this year's figures stand beside, and why another is left out.
//!
//! Judges figures that a worker read out of a bundle or a `dossier.json`: whose they are, of which
//! year and period. Knows nothing of files' bytes and compares no single figure.

use jiff::ToSpan;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::folding::fold;
use crate::place::{Place, RelPath};
use crate::plan::Plan;
use crate::received::{LastFigures, Reception};
use crate::roc;

pub static RULES: &[&Rule] = &[&LAST_FIGURES_UNUSED];

pub static LAST_FIGURES_UNUSED: Rule = Rule {
    id: "last-figures-unused",
    severity: Severity::Warning,
    title: "前次自評數據未列入比較",
    explanation: "檢查什麼：秘書單位資料夾內「前次」放的陳報包或 dossier.json，須是同一政府、較早年度、期間同長的自評數據，且只取最近一次。\n\
        為何重要：期間或機關不同的數字並列，會讓人誤以為有增減；這樣的檔案不會印成「前次」欄。\n\
        如何修正：請改放前次陳報的陳報包（.zip）或其中的 dossier.json；不需要比較時，請把檔案移出「前次」資料夾。",
    answerable: false,
};

/// The youngest that can stand beside the plan's year; every other is told.
pub fn choose(
    plan: &Plan,
    received: Vec<(RelPath, Reception)>,
    diagnostics: &mut Diagnostics,
) -> Option<LastFigures> {
    let mut unused = |file: &RelPath, reason: &str| {
        let message = format!("未列入「前次」比較：{reason}");
        diagnostics.push(
            Diagnostic::new(&LAST_FIGURES_UNUSED, Place::file(file), message)
                .hint("請改放前次陳報的陳報包（.zip）或其中的 dossier.json；不需要時請移出「前次」資料夾")
                .subject(file.as_str()),
        );
    };
    let mut usable = Vec::new();
    for (file, reception) in received {
        match judge(plan, &file, reception) {
            Ok(last) => usable.push(last),
            Err(reason) => unused(&file, &reason),
        }
    }
    usable.sort_by(|a, b| b.year.cmp(&a.year).then_with(|| a.file.cmp(&b.file)));
    let mut usable = usable.into_iter();
    let chosen = usable.next()?;
    for other in usable {
        unused(&other.file, &format!("已取「{}」（{}年度）", chosen.file.file_name(), chosen.year));
    }
    Some(chosen)
}

/// Whether figures can stand beside those of the plan's year; the error is the reason, for users.
pub fn judge(plan: &Plan, file: &RelPath, reception: Reception) -> Result<LastFigures, String> {
    let figures = match reception {
        Reception::Figures(figures) => figures,
        Reception::Refused(reason) => return Err(reason),
    };
    if fold(&figures.government) != fold(&plan.government.name) {
        return Err(format!("這是「{}」的數據，不是「{}」的", figures.government, plan.government.name));
    }
    let year = figures.year.parse::<i16>().ok().filter(|year| (1..plan.year).contains(year));
    let year =
        year.ok_or_else(|| format!("這是「{}」年度的數據，須早於受評的 {} 年度", figures.year, plan.year))?;
    if period_before(plan, plan.year - year).is_none_or(|period| period != figures.period) {
        return Err(format!("其受評期間為{}，與本年度的期間不同長，數字不能比較", figures.period));
    }
    Ok(LastFigures { file: file.clone(), year, figures })
}

/// The plan's period so many years earlier, as a form words it.
fn period_before(plan: &Plan, years: i16) -> Option<String> {
    let earlier = |day: jiff::civil::Date| day.checked_sub(years.years()).ok().map(roc::full);
    Some(format!("{}至{}", earlier(plan.period.first)?, earlier(plan.period.last)?))
}
