//! Accepted answers to the numbered dossier: the one place where numbers are given out.
//!
//! Gathers what was handed in by indicator, in plan order, and turns values into the text
//! that is printed. Judges nothing — `checks` has — and knows nothing of pages or templates.

mod appendices;
mod charts;
mod comparison;
mod numbering;
mod programme;
mod tables;
mod trace;
mod values;
mod volumes;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::assessment;
use crate::checks::Accepted;
use crate::derivation::Figures;
use crate::dossier::{
    ContactLine, DetailReference, DetailTable, Dossier, FacetSection, IndicatorSection, Narrative, PageRange,
    RecommendationLine, Reference, ScoreOverview,
};
use crate::exhibit::Exhibit;
use crate::figure::Figure;
use crate::identity::{self, Released};
use crate::numbers::NumberLock;
use crate::place::Located;
use crate::plan::{
    Demand, Facet, Indicator, IndicatorId, ItemCode, Plan, SecretariatPart, Standing, Task, UnitId,
};
use crate::received::LastFigures;
use crate::roc;
use crate::submission::{Answer, Applies, EditorialMode, SecretariatAnswers, Submission};

pub use trace::trace;
pub use volumes::divide;

/// Everything a dossier is made of.
pub struct Material<'a> {
    /// With the secretariat's settings laid over it.
    pub plan: &'a Plan,
    pub submissions: &'a BTreeMap<UnitId, Submission>,
    pub secretariat: &'a SecretariatAnswers,
    pub figures: &'a Figures,
    /// An earlier year's, to stand beside these.
    pub last: Option<&'a LastFigures>,
    /// What may be printed whole.
    pub released: &'a Released,
    /// Exhibits by item, in the order in which they are bound.
    pub exhibits: &'a BTreeMap<ItemCode, Vec<Exhibit>>,
    /// Numbers that appendices keep.
    pub lock: Option<&'a NumberLock>,
    /// Short hash of the inputs' digests.
    pub identity: String,
    /// The day the form bears.
    pub prepared_on: Date,
}

impl Material<'_> {
    /// Text as it may be printed: whatever the gate decided, an identifier nobody answered for never
    /// appears.
    fn printable(&self, text: &str) -> String {
        identity::redact(text, self.released)
    }
}

/// Builds the dossier. Page numbers are still open: see [`paginate`].
pub fn assemble(accepted: &Accepted, material: &Material) -> Dossier {
    let plan = material.plan;
    let draft = accepted.is_draft();
    let appendices = appendices::number(material, draft);
    let mut details = Vec::new();
    let facets = plan
        .facets
        .iter()
        .map(|facet| facet_section(facet, material, &appendices, &mut details, draft))
        .collect();
    let missing = if draft { missing_units(material) } else { Vec::new() };
    Dossier {
        identity: material.identity.clone(),
        draft,
        title: plan.title.clone(),
        form_title: plan.form_title.clone(),
        government: plan.government.name.clone(),
        year: plan.year.to_string(),
        period: format!("{}至{}", roc::full(plan.period.first), roc::full(plan.period.last)),
        prepared_on: roc::full(material.prepared_on),
        prepared_on_iso: material.prepared_on.to_string(),
        recipient: material.printable(&plan.recipient.name),
        legal_bases: plan.legal_bases.clone(),
        contacts: contacts(material),
        facets,
        score: score_overview(material),
        programme: programme::view(plan),
        detail_tables: details,
        appendices,
        volumes: Vec::new(),
        volume: None,
        signatures: plan.signatures.clone(),
        has_signed_page: false,
        official_forms: Vec::new(),
        missing,
    }
}

/// Writes measured pages into the references, those of all volumes in their order; references to
/// appendices without pages stay open.
pub fn paginate(dossier: &mut Dossier, ranges: &[PageRange]) {
    let mut pages: BTreeMap<&str, (&PageRange, &PageRange)> = BTreeMap::new();
    for range in ranges {
        pages.entry(&range.number).or_insert((range, range)).1 = range;
    }
    let references = dossier
        .facets
        .iter_mut()
        .flat_map(|facet| &mut facet.indicators)
        .flat_map(|indicator| &mut indicator.references);
    for reference in references {
        if let Some((first, last)) = pages.get(reference.number.as_str()) {
            reference.first_page = Some(first.first);
            reference.last_page = Some(last.last);
            reference.first_volume = first.volume;
            reference.last_volume = last.volume;
        }
    }
}

fn contacts(material: &Material) -> Vec<ContactLine> {
    material
        .secretariat
        .contacts
        .iter()
        .map(|contact| ContactLine {
            name: material.printable(&contact.name),
            title: material.printable(&contact.title),
            telephone: material.printable(&contact.telephone),
            email: material.printable(&contact.email),
        })
        .collect()
}

fn self_score(material: &Material, indicator: &IndicatorId) -> Option<Figure> {
    material.secretariat.scores.get(indicator)?.self_score.as_ref().map(|score| score.value)
}

/// Sums appear only when every part is known.
fn score_overview(material: &Material) -> ScoreOverview {
    let (plan, decimals) = (material.plan, material.plan.programme.score_decimals);
    let scores = plan
        .indicators()
        .filter_map(|indicator| Some((indicator.id.clone(), self_score(material, &indicator.id)?)));
    let card = assessment::scorecard(plan, &scores.collect());
    ScoreOverview {
        points: card.points.map(|points| points.fixed(decimals)),
        self_score: card.self_score.map(|score| score.fixed(decimals)),
        grade: card.earned.map(|earned| earned.grade.title.clone()),
        no_points: format!("依{}年度考核評分表", plan.year),
    }
}

fn missing_units(material: &Material) -> Vec<String> {
    material
        .plan
        .units
        .iter()
        .filter(|unit| !material.submissions.contains_key(&unit.id))
        .map(|unit| format!("尚缺：{}填報檔", unit.name))
        .collect()
}

fn facet_section(
    facet: &Facet,
    material: &Material,
    appendices: &[crate::dossier::Appendix],
    details: &mut Vec<DetailTable>,
    draft: bool,
) -> FacetSection {
    let indicators = facet
        .indicators
        .iter()
        .enumerate()
        .map(|(index, indicator)| {
            indicator_section(index + 1, indicator, material, appendices, details, draft)
        })
        .collect();
    FacetSection { numeral: roc::formal_numeral(facet.number as u32), title: facet.title.clone(), indicators }
}

fn indicator_section(
    number: usize,
    indicator: &Indicator,
    material: &Material,
    appendices: &[crate::dossier::Appendix],
    details: &mut Vec<DetailTable>,
    draft: bool,
) -> IndicatorSection {
    let tasks: Vec<&Task> = indicator.tasks.iter().filter_map(|id| material.plan.task(id)).collect();
    let editorial = material.secretariat.editorials.get(&indicator.id);
    let replaced = editorial.is_some_and(|editorial| editorial.mode == EditorialMode::Replaces);
    let lead = lead(indicator, material).map(|paragraph| material.printable(&paragraph.value)).collect();
    let narratives = if replaced { Vec::new() } else { narratives(indicator, &tasks, material) };
    IndicatorSection {
        numeral: roc::numeral(number as u32),
        code: indicator.code.clone(),
        title: indicator.title.clone(),
        four_p: indicator.four_p.clone(),
        points: indicator.points.map(|points| points.fixed(material.plan.programme.score_decimals)),
        self_score: self_score(material, &indicator.id)
            .map(|score| score.fixed(material.plan.programme.score_decimals)),
        criteria: indicator.criteria.clone(),
        page_limit: indicator.page_limit,
        units: units_of(&tasks, material.plan),
        lead,
        narratives,
        table: tables::figure_table(indicator, &tasks, material),
        figures: tables::unit_figures(indicator, &tasks, material),
        charts: charts::charts(indicator, material).into_iter().map(|(_, view)| view).collect(),
        recommendations: recommendations(indicator, material),
        references: references(&tasks, appendices),
        details: tables::detail_tables(&tasks, material, details),
        missing: if draft { missing(indicator, &tasks, material) } else { Vec::new() },
    }
}

/// What the secretariat writes at the head of a section: its own part, then its editing.
fn lead<'a>(indicator: &Indicator, material: &'a Material) -> impl Iterator<Item = &'a Located<String>> {
    let editorial = material.secretariat.editorials.get(&indicator.id);
    let edited = editorial.into_iter().flat_map(|editorial| &editorial.paragraphs);
    own_part(indicator, material).chain(edited)
}

fn own_part<'a>(indicator: &Indicator, material: &'a Material) -> impl Iterator<Item = &'a Located<String>> {
    let paragraphs = indicator.secretariat_part.and_then(|part| material.secretariat.parts.get(&part));
    paragraphs.into_iter().flatten()
}

fn units_of(tasks: &[&Task], plan: &Plan) -> Vec<String> {
    plan.units
        .iter()
        .filter(|unit| tasks.iter().any(|task| task.unit == unit.id))
        .map(|unit| unit.name.clone())
        .collect()
}

fn unit_name(plan: &Plan, unit: &UnitId) -> String {
    plan.unit(unit).map_or_else(String::new, |unit| unit.name.clone())
}

fn answer<'a>(task: &Task, material: &'a Material) -> Option<&'a Answer> {
    material.submissions.get(&task.unit)?.tasks.get(&task.id)
}

/// The reason, when the unit answered 無.
fn absence<'a>(task: &Task, material: &'a Material) -> Option<&'a str> {
    match answer(task, material)?.applies.as_ref().map(|applies| &applies.value) {
        Some(Applies::No { reason }) => Some(reason),
        _ => None,
    }
}

/// 「本年度無案件：原因」.
fn absence_text(reason: &str, material: &Material) -> String {
    if reason.is_empty() {
        "本年度無案件。".to_owned()
    } else {
        format!("本年度無案件：{}", material.printable(reason))
    }
}

/// The units' texts in plan order. A task that feeds several indicators tells its story in the
/// first; later sections say where, and carry its figures and references.
fn narratives(indicator: &Indicator, tasks: &[&Task], material: &Material) -> Vec<Narrative> {
    let mut narratives = Vec::new();
    for task in tasks {
        let Some(answer) = answer(task, material) else { continue };
        let told_at = material.plan.indicators().find(|earlier| earlier.tasks.contains(&task.id));
        let told_earlier = told_at.filter(|earlier| earlier.id != indicator.id);
        let elsewhere = told_earlier
            .map(|earlier| format!("執行情形併同指標 {}「{}」敘明。", earlier.code, earlier.title));
        let paragraphs: Vec<String> = match elsewhere {
            Some(_) => Vec::new(),
            None => answer.narrative.iter().map(|p| material.printable(&p.value)).collect(),
        };
        let absent = absence(task, material).map(|reason| absence_text(reason, material)).or(elsewhere);
        if paragraphs.is_empty() && absent.is_none() {
            continue;
        }
        narratives.push(Narrative {
            numeral: format!("（{}）", roc::numeral(narratives.len() as u32 + 1)),
            unit: unit_name(material.plan, &task.unit),
            task: task.id.clone(),
            heading: format!("{}－{}", unit_name(material.plan, &task.unit), task.title),
            paragraphs,
            absent,
        });
    }
    narratives
}

fn recommendations(indicator: &Indicator, material: &Material) -> Vec<RecommendationLine> {
    if indicator.secretariat_part != Some(SecretariatPart::Recommendations) {
        return Vec::new();
    }
    material
        .secretariat
        .recommendations
        .iter()
        .map(|recommendation| RecommendationLine {
            advice: material.printable(&recommendation.advice.value),
            action: recommendation.action.as_ref().map(|action| material.printable(&action.value)),
            unit: recommendation.unit.as_deref().map(|unit| material.printable(unit)),
        })
        .collect()
}

fn references(tasks: &[&Task], appendices: &[crate::dossier::Appendix]) -> Vec<Reference> {
    tasks
        .iter()
        .flat_map(|task| appendices.iter().filter(|appendix| appendix.task == task.id))
        .filter(|appendix| appendix.absent.is_none())
        .map(|appendix| Reference {
            number: appendix.number.clone(),
            title: appendix.title.clone(),
            unit: appendix.unit.clone(),
            first_page: None,
            last_page: None,
            first_volume: None,
            last_volume: None,
        })
        .collect()
}

/// 「尚缺」 lines: what the plan's own text demands of this section and nobody gave.
fn missing(indicator: &Indicator, tasks: &[&Task], material: &Material) -> Vec<String> {
    let mut lines = Vec::new();
    for task in tasks {
        let unit = unit_name(material.plan, &task.unit);
        let Some(answer) = answer(task, material) else {
            lines.push(format!("尚缺：{unit}「{} {}」填報內容", task.code, task.title));
            continue;
        };
        if absence(task, material).is_some() {
            continue;
        }
        if task.narrative == Demand::Required(Standing::Official) && answer.narrative.is_empty() {
            lines.push(format!("尚缺：{unit}「{} {}」執行情形", task.code, task.title));
        }
        for item in &task.evidence {
            let official = item.demand == Demand::Required(Standing::Official);
            if official && material.exhibits.get(&item.code).is_none_or(Vec::is_empty) {
                lines.push(format!("尚缺：{unit}「{} {}」佐證", item.code, item.title));
            }
        }
    }
    if indicator.secretariat_part.is_some()
        && own_part(indicator, material).next().is_none()
        && recommendations(indicator, material).is_empty()
    {
        lines.push(format!("尚缺：{}「{}」", material.plan.secretariat.title, indicator.title));
    }
    lines
}

/// What a detail table is called where a section mentions it.
fn detail_reference(table: &DetailTable) -> DetailReference {
    DetailReference { number: table.number.clone(), title: table.title.clone() }
}
