//! Facets, indicators and what stands in their sections: measures, charts, comparisons.

use crate::plan::syntax::{self, IndicatorToml, MeasureToml, PlanToml};
use crate::plan::{
    Chart, ChartSource, Comparison, Facet, FieldRef, Indicator, IndicatorId, Measure, Standing, Table, Task,
    Total, ValueKind,
};

use super::references::is_single_figure;
use super::{Lowering, PLAN_KEY_DUPLICATE, PLAN_TASK_UNPLACED, PLAN_VALUE_INVALID, PLAN_VALUE_MISSING};

/// What an indicator's measures and charts may refer to.
struct Scope<'a> {
    /// The indicator's own tasks.
    own: Vec<&'a Task>,
    tasks: &'a [Task],
    shared: &'a [Table],
}

impl Lowering<'_> {
    pub(super) fn facets(&mut self, toml: &PlanToml, tasks: &[Task], shared: &[Table]) -> Vec<Facet> {
        self.check_indicators(toml, tasks);
        let mut ordered: Vec<_> = toml.facet.0.iter().collect();
        ordered.sort_by_key(|(_, facet)| facet.number);
        let mut facets: Vec<Facet> = Vec::new();
        for (key, facet) in ordered {
            let number = facet.number.unwrap_or_default();
            if facets.iter().any(|earlier| earlier.number == number) {
                let path = format!("facet.{key}.number");
                let message = format!("面向編號 {number} 重複");
                self.report(&PLAN_KEY_DUPLICATE, &path, message, "請改用別的編號");
            }
            let mut own: Vec<_> = toml
                .indicator
                .0
                .iter()
                .filter(|(_, indicator)| indicator.facet.as_ref() == Some(key))
                .collect();
            own.sort_by_key(|(_, indicator)| indicator.order);
            let indicators = own.into_iter().enumerate().map(|(index, (key, indicator))| {
                let code = format!("{number}-{}", index + 1);
                self.indicator(key, indicator, code, tasks, shared)
            });
            let indicators = indicators.collect();
            facets.push(Facet { number, title: facet.title.clone().unwrap_or_default(), indicators });
        }
        facets
    }

    /// Every indicator in a facet, every task in an indicator.
    fn check_indicators(&mut self, toml: &PlanToml, tasks: &[Task]) {
        let facets: Vec<&str> = toml.facet.0.iter().map(|(key, _)| key.as_str()).collect();
        for (key, facet) in &toml.facet.0 {
            let path = format!("facet.{key}");
            let lacks = [("number", facet.number.is_none()), ("title", facet.title.is_none())];
            self.lacks(&path, &facets, &lacks);
        }
        if facets.is_empty() {
            self.required::<String>(None, "facet");
        }
        let indicators: Vec<&str> = toml.indicator.0.iter().map(|(key, _)| key.as_str()).collect();
        for (key, indicator) in &toml.indicator.0 {
            let path = format!("indicator.{key}");
            self.key(key, &path);
            let lacks = [("facet", indicator.facet.is_none()), ("title", indicator.title.is_none())];
            self.lacks(&path, &indicators, &lacks);
            if let Some(facet) = &indicator.facet
                && !facets.contains(&facet.as_str())
            {
                self.unknown(&format!("{path}.facet"), "面向", facet, facets.iter().copied());
            }
        }
        for task in tasks {
            let is_placed = |(_, indicator): &(String, IndicatorToml)| indicator.tasks.contains(&task.id.0);
            if !toml.indicator.0.iter().any(is_placed) {
                let message = format!("任務「{}」（{}）不屬於任何指標", task.id, task.title);
                let hint = "請把它加到適當指標的 tasks";
                self.report(&PLAN_TASK_UNPLACED, &format!("task.{}", task.id), message, hint);
            }
        }
    }

    fn indicator(
        &mut self,
        key: &str,
        indicator: &IndicatorToml,
        code: String,
        tasks: &[Task],
        shared: &[Table],
    ) -> Indicator {
        let path = format!("indicator.{key}");
        let mut scope = Scope { own: Vec::new(), tasks, shared };
        for (index, id) in indicator.tasks.iter().enumerate() {
            let path = format!("{path}.tasks.{index}");
            match tasks.iter().find(|task| task.id.0 == *id) {
                Some(task) if scope.own.iter().any(|own| own.id == task.id) => {
                    let message = format!("任務「{id}」列了兩次");
                    self.report(&PLAN_KEY_DUPLICATE, &path, message, "請刪去一個");
                }
                Some(task) => scope.own.push(task),
                None if self.hollow.contains(id) => {}
                None => {
                    let known = tasks.iter().map(|task| task.id.as_str());
                    self.unknown(&path, "任務", id, known);
                }
            }
        }
        let points = indicator.points.as_ref().map(|text| {
            let path = format!("{path}.points");
            let points = self.figure(text, &path);
            if points.is_negative() {
                self.report(&PLAN_VALUE_INVALID, &path, "配分是負數".to_owned(), "請依評分表填寫");
            }
            points
        });
        let measures = indicator.measures.iter().enumerate();
        let measures = measures
            .map(|(index, measure)| self.measure(measure, &scope, &format!("{path}.measures.{index}")))
            .collect();
        let charts = indicator.charts.iter().enumerate();
        let charts = charts
            .filter_map(|(index, chart)| self.chart(chart, &scope, &format!("{path}.charts.{index}")))
            .collect();
        Indicator {
            id: IndicatorId(key.to_owned()),
            code,
            title: indicator.title.clone().unwrap_or_default(),
            four_p: indicator.four_p.clone(),
            points,
            criteria: indicator.criteria.clone(),
            // Nought takes away what a layer below says, as an empty text does.
            page_limit: indicator
                .page_limit
                .filter(|pages| *pages > 0)
                .map(|pages| self.within(Some(pages), &format!("{path}.page_limit"), 1..=10_000)),
            // In plan order, whatever order they were named in.
            tasks: tasks.iter().filter(|task| scope.own.contains(task)).map(|task| task.id.clone()).collect(),
            secretariat_part: indicator.secretariat_part,
            measures,
            charts,
        }
    }

    fn measure(&mut self, measure: &MeasureToml, scope: &Scope, path: &str) -> Measure {
        let sources = match &measure.field {
            Some(key) => self.gathered(key, scope, path),
            None => {
                let fields = measure.fields.iter().enumerate();
                fields
                    .filter_map(|(at, text)| {
                        self.figure_ref(text, scope.tasks, &format!("{path}.fields.{at}"))
                    })
                    .collect()
            }
        };
        if measure.field.is_none() && measure.fields.is_empty() {
            let message = "彙整項目沒有指明欄位".to_owned();
            self.report(&PLAN_VALUE_MISSING, path, message, "請以 field 或 fields 指明");
        }
        Measure {
            label: self.required(measure.label.clone(), &format!("{path}.label")),
            measure: measure.measure.clone(),
            sources,
            total: if measure.total == Some(false) { Total::None } else { Total::Sum },
            decimals: measure.decimals.min(6),
        }
    }

    /// The field of this key in each of the indicator's tasks that has one.
    fn gathered(&mut self, key: &str, scope: &Scope, path: &str) -> Vec<FieldRef> {
        let path = format!("{path}.field");
        let mut found = Vec::new();
        for task in &scope.own {
            if let Some(field) = task.fields.iter().find(|field| field.key == key) {
                self.expect_kind(is_single_figure(field), field, "數字", &path);
                found.push(FieldRef { task: task.id.clone(), field: key.to_owned() });
            }
        }
        if found.is_empty() && self.hollow.is_empty() {
            let known = scope.own.iter().flat_map(|task| &task.fields).map(|field| field.key.as_str());
            self.unknown(&path, "欄位", key, known);
        }
        found
    }

    fn chart(&mut self, chart: &syntax::ChartToml, scope: &Scope, path: &str) -> Option<Chart> {
        let source = match (&chart.split, &chart.field, &chart.table, &chart.column) {
            (Some(split), None, None, None) => {
                let path = format!("{path}.split");
                let (reference, field) = self.field_ref(split, scope.tasks, &path)?;
                self.expect_kind(matches!(field.kind, ValueKind::Split(_)), field, "細分（split）", &path);
                ChartSource::Split(reference)
            }
            (None, Some(field), None, None) => ChartSource::Fields(self.gathered(field, scope, path)),
            (None, None, Some(table), Some(column)) => {
                self.column_source(table, column, chart.weight.as_ref(), scope, path)?
            }
            _ => {
                let message = "圖表須以 split、field，或 table 加 column 指明資料，三者擇一".to_owned();
                self.report(&PLAN_VALUE_MISSING, path, message, "請對照內建計畫的寫法");
                return None;
            }
        };
        let title = self.required(chart.title.clone(), &format!("{path}.title"));
        Some(Chart { title, source, measure: chart.measure.clone() })
    }

    /// A choice column of the table of this name, in each of the indicator's tasks that has one.
    fn column_source(
        &mut self,
        name: &str,
        column: &str,
        weight: Option<&String>,
        scope: &Scope,
        path: &str,
    ) -> Option<ChartSource> {
        let drawn = |table: &&Table| scope.own.iter().any(|task| task.shared.contains(&table.id));
        let shared = scope.shared.iter().filter(drawn).filter(|table| table.id.0 == name);
        let own = scope.own.iter().flat_map(|task| {
            let id = format!("{}.{name}", task.id);
            task.tables.iter().filter(move |table| table.id.0 == id)
        });
        let tables: Vec<&Table> = own.chain(shared).collect();
        if tables.is_empty() {
            if !self.hollow.is_empty() {
                return None;
            }
            let drawn = scope.shared.iter().filter(drawn).map(|table| table.id.as_str());
            let own = scope.own.iter().flat_map(|task| &task.tables);
            let own = own.filter_map(|table| table.id.0.split_once('.')).map(|(_, name)| name);
            self.unknown(&format!("{path}.table"), "明細表", name, own.chain(drawn));
            return None;
        }
        for table in &tables {
            let path_to_column = format!("{path}.column");
            let field = self.column(table, column, &path_to_column)?;
            let is_choice = matches!(field.kind, ValueKind::Choice(_) | ValueKind::Choices(_));
            self.expect_kind(is_choice, field, "選單", &path_to_column);
            if let Some(weight) = weight {
                self.figure_column(table, weight, &format!("{path}.weight"));
            }
        }
        Some(ChartSource::Column {
            tables: tables.iter().map(|table| table.id.clone()).collect(),
            column: column.to_owned(),
            weight: weight.cloned(),
        })
    }

    /// 「POL03.cases」.
    fn field_ref<'t>(
        &mut self,
        text: &str,
        tasks: &'t [Task],
        path: &str,
    ) -> Option<(FieldRef, &'t crate::plan::Field)> {
        let (task_id, key) = text.split_once('.').unwrap_or((text, ""));
        let Some(task) = tasks.iter().find(|task| task.id.0 == task_id) else {
            if self.hollow.contains(task_id) {
                return None;
            }
            self.unknown(path, "任務", task_id, tasks.iter().map(|task| task.id.as_str()));
            return None;
        };
        let Some(field) = task.fields.iter().find(|field| field.key == key) else {
            self.unknown(path, "欄位", key, task.fields.iter().map(|field| field.key.as_str()));
            return None;
        };
        Some((FieldRef { task: task.id.clone(), field: key.to_owned() }, field))
    }

    fn figure_ref(&mut self, text: &str, tasks: &[Task], path: &str) -> Option<FieldRef> {
        let (reference, field) = self.field_ref(text, tasks, path)?;
        self.expect_kind(is_single_figure(field), field, "數字", path);
        Some(reference)
    }

    pub(super) fn comparisons(&mut self, toml: &PlanToml, tasks: &[Task]) -> Vec<Comparison> {
        let mut comparisons = Vec::new();
        for (index, comparison) in toml.comparison.iter().enumerate() {
            let path = format!("comparison.{index}");
            let title = self.required(comparison.title.clone(), &format!("{path}.title"));
            let mut side = |text: &Option<String>, side: &str| {
                let path = format!("{path}.{side}");
                match text {
                    Some(text) => self.figure_ref(text, tasks, &path),
                    None => {
                        self.required::<String>(None, &path);
                        None
                    }
                }
            };
            let (left, right) = (side(&comparison.left, "left"), side(&comparison.right, "right"));
            if let (Some(left), Some(right)) = (left, right) {
                let standing = comparison.standing.unwrap_or(Standing::Proposed);
                comparisons.push(Comparison { title, left, right, standing });
            }
        }
        comparisons
    }
}
