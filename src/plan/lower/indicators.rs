//! Facets and indicators as used: which tasks they gather, what is compared, what is drawn.

use super::super::syntax::{self, PlanToml};
use super::super::*;
use super::{Lowering, PLAN_VALUE_MISSING};

impl Lowering<'_> {
    pub(super) fn facets(&mut self, toml: &PlanToml, tasks: &[Task]) -> Vec<Facet> {
        let mut ordered: Vec<_> = toml.facet.0.iter().collect();
        ordered.sort_by_key(|(_, facet)| facet.number);
        for (key, indicator) in &toml.indicator.0 {
            if !ordered.iter().any(|(facet, _)| *facet == indicator.facet) {
                let known: Vec<&str> = ordered.iter().map(|(key, _)| key.as_str()).collect();
                self.unknown(&format!("indicator.{key}.facet"), "面向", &indicator.facet, known);
            }
        }
        ordered
            .into_iter()
            .map(|(key, facet)| {
                let mut own: Vec<_> =
                    toml.indicator.0.iter().filter(|(_, indicator)| indicator.facet == *key).collect();
                own.sort_by_key(|(_, indicator)| indicator.order);
                let indicators = own
                    .into_iter()
                    .enumerate()
                    .map(|(index, (key, indicator))| {
                        let code = format!("{}-{}", facet.number, index + 1);
                        self.indicator(key, indicator, code, tasks)
                    })
                    .collect();
                Facet { number: facet.number, title: facet.title.clone(), indicators }
            })
            .collect()
    }

    fn indicator(
        &mut self,
        key: &str,
        indicator: &syntax::IndicatorToml,
        code: String,
        tasks: &[Task],
    ) -> Indicator {
        let path = format!("indicator.{key}");
        let mut own: Vec<&Task> = Vec::new();
        for (index, id) in indicator.tasks.iter().enumerate() {
            match tasks.iter().find(|task| task.id.0 == *id) {
                Some(task) => own.push(task),
                None => {
                    let known = tasks.iter().map(|task| task.id.as_str());
                    self.unknown(&format!("{path}.tasks.{index}"), "任務", id, known);
                }
            }
        }
        let measures = indicator
            .measures
            .iter()
            .enumerate()
            .map(|(index, measure)| Measure {
                label: measure.label.clone(),
                measure: measure.measure.clone(),
                sources: self.sources(
                    measure.field.as_ref(),
                    &measure.fields,
                    &own,
                    tasks,
                    &format!("{path}.measures.{index}"),
                ),
                total: if measure.total == Some(false) { Total::None } else { Total::Sum },
                decimals: measure.decimals,
            })
            .collect();
        let charts = indicator
            .charts
            .iter()
            .enumerate()
            .filter_map(|(index, chart)| self.chart(chart, &own, tasks, &format!("{path}.charts.{index}")))
            .collect();
        Indicator {
            id: IndicatorId(key.to_owned()),
            code,
            title: indicator.title.clone(),
            four_p: indicator.four_p.clone(),
            points: indicator.points.as_ref().map(|text| self.figure(text, &format!("{path}.points"))),
            criteria: indicator.criteria.clone(),
            tasks: own.iter().map(|task| task.id.clone()).collect(),
            secretariat_part: indicator.secretariat_part,
            measures,
            charts,
        }
    }

    fn sources(
        &mut self,
        field: Option<&String>,
        fields: &[String],
        own: &[&Task],
        tasks: &[Task],
        path: &str,
    ) -> Vec<FieldRef> {
        match field {
            Some(key) => {
                let found: Vec<FieldRef> = own
                    .iter()
                    .filter(|task| task.fields.iter().any(|field| field.key == *key))
                    .map(|task| FieldRef { task: task.id.clone(), field: key.clone() })
                    .collect();
                if found.is_empty() {
                    let known = own.iter().flat_map(|task| &task.fields).map(|field| field.key.as_str());
                    self.unknown(&format!("{path}.field"), "欄位", key, known);
                }
                found
            }
            None => fields.iter().filter_map(|text| self.field_ref(text, tasks, path)).collect(),
        }
    }

    fn chart(
        &mut self,
        chart: &syntax::ChartToml,
        own: &[&Task],
        tasks: &[Task],
        path: &str,
    ) -> Option<Chart> {
        let source = if let Some(split) = &chart.split {
            ChartSource::Split(self.field_ref(split, tasks, &format!("{path}.split"))?)
        } else if let Some(field) = &chart.field {
            ChartSource::Fields(self.sources(Some(field), &[], own, tasks, path))
        } else if let (Some(table), Some(column)) = (&chart.table, &chart.column) {
            let mut tables: Vec<TableId> = own
                .iter()
                .map(|task| TableId(format!("{}.{table}", task.id)))
                .filter(|id| own.iter().any(|task| task.tables.iter().any(|table| table.id == *id)))
                .collect();
            if own.iter().any(|task| task.shared.iter().any(|shared| shared.0 == *table)) {
                tables.push(TableId(table.clone()));
            }
            ChartSource::Column { tables, column: column.clone(), weight: chart.weight.clone() }
        } else {
            let message = "圖表須以 split、field，或 table 加 column 指明資料".to_owned();
            self.report(&PLAN_VALUE_MISSING, path, message, "請對照內建計畫的寫法");
            return None;
        };
        Some(Chart {
            title: chart.title.clone(),
            kind: ChartKind::Bars,
            source,
            measure: chart.measure.clone(),
        })
    }

    /// 「POL03.cases」.
    fn field_ref(&mut self, text: &str, tasks: &[Task], path: &str) -> Option<FieldRef> {
        let (task_id, key) = text.split_once('.').unwrap_or((text, ""));
        let Some(task) = tasks.iter().find(|task| task.id.0 == task_id) else {
            self.unknown(path, "任務", task_id, tasks.iter().map(|task| task.id.as_str()));
            return None;
        };
        if !task.fields.iter().any(|field| field.key == key) {
            self.unknown(path, "欄位", key, task.fields.iter().map(|field| field.key.as_str()));
            return None;
        }
        Some(FieldRef { task: task.id.clone(), field: key.to_owned() })
    }

    pub(super) fn comparisons(&mut self, toml: &PlanToml, tasks: &[Task]) -> Vec<Comparison> {
        let mut comparisons = Vec::new();
        for (index, comparison) in toml.comparison.iter().enumerate() {
            let left = self.field_ref(&comparison.left, tasks, &format!("comparison.{index}.left"));
            let right = self.field_ref(&comparison.right, tasks, &format!("comparison.{index}.right"));
            if let (Some(left), Some(right)) = (left, right) {
                let standing = comparison.standing.unwrap_or(Standing::Proposed);
                comparisons.push(Comparison { title: comparison.title.clone(), left, right, standing });
            }
        }
        comparisons
    }
}
