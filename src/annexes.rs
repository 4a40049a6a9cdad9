//! The plan's annexes: who does what (任務分工表), and the scoring table (評分表), from the plan.
//!
//! Prints what the plan has and says where it has nothing: points that are not public stay a
//! reference to the official table, and what is only proposed says so.

use crate::annex::Annex;
use crate::plan::{Demand, Indicator, Plan, Standing, Task};

/// Both annexes, in the plan's order.
pub fn annexes(plan: &Plan) -> Vec<Annex> {
    vec![division_of_tasks(plan), scoring_table(plan)]
}

fn division_of_tasks(plan: &Plan) -> Annex {
    let rows = plan.tasks.iter().map(|task| {
        let unit = plan.unit(&task.unit).map_or_else(String::new, |unit| unit.name.clone());
        vec![unit, task.code.clone(), task.text.clone(), indicators_of(plan, task), evidence_of(task)]
    });
    Annex {
        name: "附件1-任務分工表".to_owned(),
        title: format!("{}辦理{}年防制人口販運工作任務分工表", plan.government.name, plan.year),
        government: plan.government.name.clone(),
        identity: plan.id.clone(),
        iso_day: plan.period.last.to_string(),
        header: ["單位", "編號", "任務（計畫原文）", "對應指標", "佐證資料"].map(str::to_owned).to_vec(),
        widths: vec![6, 5, 30, 14, 22],
        rows: rows.collect(),
        notes: vec!["編號、對應指標與標示「建議」之佐證為本府彙整所設，非計畫規定。".to_owned()],
    }
}

fn indicators_of(plan: &Plan, task: &Task) -> String {
    let indicators = plan.indicators().filter(|indicator| indicator.tasks.contains(&task.id));
    let names = indicators.map(|indicator| format!("{} {}", indicator.code, indicator.title));
    names.collect::<Vec<_>>().join("\n")
}

fn evidence_of(task: &Task) -> String {
    let items = task.evidence.iter().map(|item| match item.demand {
        Demand::Required(Standing::Official) => item.title.clone(),
        Demand::Required(Standing::Proposed) => format!("{}（建議）", item.title),
        Demand::Optional => format!("{}（選附）", item.title),
    });
    items.collect::<Vec<_>>().join("\n")
}

/// The scoring table's own words, with its limit of pages.
fn criteria(indicator: &Indicator, unknown: &str) -> String {
    let criteria = indicator.criteria.as_deref().unwrap_or(unknown);
    match indicator.page_limit {
        Some(pages) => format!("{criteria}\n佐證以 {pages} 頁為限。"),
        None => criteria.to_owned(),
    }
}

fn scoring_table(plan: &Plan) -> Annex {
    let unknown = format!("依{}年度考核評分表", plan.year);
    let mut rows = Vec::new();
    for facet in &plan.facets {
        for indicator in &facet.indicators {
            let tasks = plan.tasks.iter().filter(|task| indicator.tasks.contains(&task.id));
            let mut units: Vec<&str> = Vec::new();
            for name in tasks.filter_map(|task| plan.unit(&task.unit)).map(|unit| unit.name.as_str()) {
                if !units.contains(&name) {
                    units.push(name);
                }
            }
            if units.is_empty() {
                units.push(&plan.secretariat.title);
            }
            rows.push(vec![
                facet.title.clone(),
                format!("{} {}", indicator.code, indicator.title),
                indicator.four_p.clone().unwrap_or_default(),
                indicator.points.map_or_else(|| unknown.clone(), |points| points.to_string()),
                criteria(indicator, &unknown),
                units.join("、"),
            ]);
        }
    }
    let has_all =
        plan.indicators().all(|indicator| indicator.points.is_some() && indicator.criteria.is_some());
    let mut notes = vec!["主責單位為本府分工，非評分表所定。".to_owned()];
    if !has_all {
        notes.push(format!("配分與評分說明未列者，{unknown}，本表不自行填列。"));
    }
    Annex {
        name: "附件2-評分表".to_owned(),
        title: format!("中央對地方政府執行{}年度防制人口販運工作成果考核評分表", plan.year),
        government: plan.government.name.clone(),
        identity: plan.id.clone(),
        iso_day: plan.period.last.to_string(),
        header: ["面向", "評分項目", "4P", "配分", "評分說明", "主責單位"].map(str::to_owned).to_vec(),
        widths: vec![8, 16, 13, 10, 22, 14],
        rows,
        notes,
    }
}
