//! The trace of a dossier: every value it prints, with the cells and files it came from.
//!
//! Walks the finished dossier beside the answers it was made of, by the same choices as the rest of
//! `assembly`. A text of the plan (headings, labels) has no line; a setting that may be either has one.

mod unprinted;

use crate::derivation::sources;
use crate::dossier::{Appendix, Dossier, FigureTable, IndicatorSection, Narrative};
use crate::identity;
use crate::place::{Located, Place};
use crate::plan::{FieldRef, Indicator, Measure, SecretariatPart, Task, TaskId};
use crate::trace::{Origin, Part, Printed, Trace};

use super::{Material, absence, answer, charts, lead, tables};

/// Traces a dossier that was assembled from this material.
pub fn trace(material: &Material, dossier: &Dossier) -> Trace {
    let mut tracer = Tracer { material, printed: Vec::new() };
    tracer.front(dossier);
    let sections = dossier.facets.iter().flat_map(|facet| &facet.indicators);
    for (indicator, section) in material.plan.indicators().zip(sections) {
        tracer.section(indicator, section);
    }
    tracer.detail_tables(dossier);
    for appendix in &dossier.appendices {
        tracer.appendix(appendix);
    }
    if !dossier.draft {
        tracer.mail(dossier);
    }
    let mut trace = Trace { printed: tracer.printed, unprinted: Vec::new() };
    trace.unprinted = unprinted::unprinted(material, &trace);
    trace
}

struct Tracer<'a> {
    material: &'a Material<'a>,
    printed: Vec<Printed>,
}

/// A line before it is entered: where and what.
struct Line<'l> {
    part: &'l Part,
    spot: String,
    text: &'l str,
}

impl Tracer<'_> {
    fn enter(&mut self, line: Line<'_>, origin: Origin, sources: Vec<Place>, tasks: &[&TaskId]) {
        self.printed.push(Printed {
            part: line.part.clone(),
            spot: line.spot,
            text: line.text.to_owned(),
            origin,
            sources,
            tasks: tasks.iter().map(|task| (*task).clone()).collect(),
        });
    }

    fn typed(&mut self, line: Line<'_>, place: &Place, tasks: &[&TaskId]) {
        self.enter(line, Origin::Typed, vec![place.clone()], tasks);
    }

    /// A setting: the secretariat's cell, or the plan.
    fn setting(&mut self, line: Line<'_>, place: Option<&Place>) {
        match place {
            Some(place) => self.typed(line, place, &[]),
            None => self.enter(line, Origin::Plan, Vec::new(), &[]),
        }
    }

    fn front(&mut self, dossier: &Dossier) {
        let secretariat = self.material.secretariat;
        let line = |spot: &str, text| Line { part: &Part::Front, spot: spot.to_owned(), text };
        self.setting(line("受文者", &dossier.recipient), place_of(&secretariat.recipient_name));
        let day = place_of(&secretariat.prepared_on).or(place_of(&secretariat.final_date));
        self.setting(line("填表日期", &dossier.prepared_on), day);
        for (index, (contact, printed)) in secretariat.contacts.iter().zip(&dossier.contacts).enumerate() {
            let values = [
                ("name", "姓名", &printed.name),
                ("title", "職稱", &printed.title),
                ("telephone", "電話", &printed.telephone),
                ("email", "電子郵件", &printed.email),
            ];
            for (key, label, text) in values {
                let Some(place) = contact.places.get(key) else { continue };
                self.typed(line(&format!("聯絡人{} {label}", index + 1), text), place, &[]);
            }
        }
        self.score(dossier);
    }

    fn score(&mut self, dossier: &Dossier) {
        let scores = self.material.secretariat.scores.values();
        let (points, own): (Vec<_>, Vec<_>) =
            scores.map(|score| (place_of(&score.points), place_of(&score.self_score))).unzip();
        let cells = |places: &[Option<&Place>]| -> Vec<Place> {
            places.iter().flatten().map(|place| (*place).clone()).collect()
        };
        let overview = &dossier.score;
        let both = [cells(&points), cells(&own)].concat();
        let sums = [
            ("配分合計", &overview.points, cells(&points)),
            ("自評分數合計", &overview.self_score, cells(&own)),
            ("自評等第", &overview.grade, both),
        ];
        for (spot, text, sources) in sums {
            let Some(text) = text else { continue };
            let line = Line { part: &Part::Front, spot: spot.to_owned(), text };
            let origin = if sources.is_empty() { Origin::Plan } else { Origin::Computed };
            self.enter(line, origin, sources, &[]);
        }
    }

    fn section(&mut self, indicator: &Indicator, section: &IndicatorSection) {
        let part = Part::Section(section.code.clone());
        let score = self.material.secretariat.scores.get(&indicator.id);
        if let Some(text) = &section.points {
            let place = score.and_then(|score| place_of(&score.points));
            self.setting(Line { part: &part, spot: "配分".to_owned(), text }, place);
        }
        if let Some(text) = &section.self_score {
            let place = score.and_then(|score| place_of(&score.self_score));
            self.setting(Line { part: &part, spot: "自評分數".to_owned(), text }, place);
        }
        for (index, (given, text)) in lead(indicator, self.material).zip(&section.lead).enumerate() {
            let spot = format!("秘書單位文字第{}段", index + 1);
            self.typed(Line { part: &part, spot, text }, &given.place, &[]);
        }
        for narrative in &section.narratives {
            self.narrative(&part, narrative);
        }
        self.table(&part, indicator, section);
        self.own_figures(&part, indicator);
        self.charts(&part, indicator);
        self.recommendations(&part, indicator, section);
    }

    fn narrative(&mut self, part: &Part, narrative: &Narrative) {
        let material = self.material;
        let Some(task) = material.plan.task(&narrative.task) else { return };
        let Some(answer) = answer(task, material) else { return };
        let spot = |what: &str| format!("執行情形{}{what}", narrative.numeral);
        for (index, (given, text)) in answer.narrative.iter().zip(&narrative.paragraphs).enumerate() {
            let spot = spot(&format!("第{}段", index + 1));
            self.typed(Line { part, spot, text }, &given.place, &[&task.id]);
        }
        let Some(text) = &narrative.absent else { return };
        let line = Line { part, spot: spot(""), text };
        match (absence(task, material), &answer.applies) {
            (Some(_), Some(applies)) => self.typed(line, &applies.place, &[&task.id]),
            _ => self.enter(line, Origin::Plan, Vec::new(), &[&task.id]),
        }
    }

    fn table(&mut self, part: &Part, indicator: &Indicator, section: &IndicatorSection) {
        let Some(table) = &section.table else { return };
        let material = self.material;
        let tasks = tasks_of(indicator, material);
        let units = tables::table_units(indicator, &tasks, material);
        for (measure, row) in indicator.measures.iter().zip(&table.rows) {
            for ((unit, heading), text) in units.iter().zip(&table.units).zip(&row.values) {
                let Some(text) = text else { continue };
                let fields: Vec<&FieldRef> = tables::unit_sources(measure, unit, material).collect();
                let spot = format!("統計表「{}」{heading}", measure.label);
                self.figure(Line { part, spot, text }, &fields);
            }
            if let Some(text) = &row.total {
                let spot = format!("統計表「{}」合計", measure.label);
                self.total(Line { part, spot, text }, measure);
            }
        }
        self.last(part, table);
    }

    /// What stands beside the figures from an earlier year.
    fn last(&mut self, part: &Part, table: &FigureTable) {
        let Some(year) = &table.last_year else { return };
        self.earlier(Line { part, spot: "統計表 前次年度".to_owned(), text: year });
        for row in &table.rows {
            let Some(text) = &row.last else { continue };
            self.earlier(Line { part, spot: format!("統計表「{}」前次", row.label), text });
        }
    }

    fn earlier(&mut self, line: Line) {
        if let Some(last) = self.material.last {
            self.enter(line, Origin::Earlier, vec![Place::file(&last.file)], &[]);
        }
    }

    /// A figure that is one field's, or the sum of several.
    fn figure(&mut self, line: Line<'_>, fields: &[&FieldRef]) {
        let material = self.material;
        let is_typed = |field: &FieldRef| {
            let task = material.plan.task(&field.task);
            task.and_then(|task| task.fields.iter().find(|known| known.key == field.field))
                .is_some_and(|known| known.derive.is_none())
        };
        let origin = match fields {
            [one] if is_typed(one) => Origin::Typed,
            _ => Origin::Computed,
        };
        let places =
            fields.iter().flat_map(|field| sources(material.plan, material.submissions, field)).collect();
        let tasks: Vec<&TaskId> = fields.iter().map(|field| &field.task).collect();
        self.enter(line, origin, places, &tasks);
    }

    fn total(&mut self, line: Line<'_>, measure: &Measure) {
        let material = self.material;
        let places = measure
            .sources
            .iter()
            .flat_map(|field| sources(material.plan, material.submissions, field))
            .collect();
        let tasks: Vec<&TaskId> = measure.sources.iter().map(|field| &field.task).collect();
        self.enter(line, Origin::Computed, places, &tasks);
    }

    fn own_figures(&mut self, part: &Part, indicator: &Indicator) {
        let material = self.material;
        for task in tasks_of(indicator, material) {
            for (field, text) in tables::own_figures(indicator, task, material) {
                let spot = format!("「{}」{}", task.title, field.label);
                let reference = FieldRef { task: task.id.clone(), field: field.key.clone() };
                self.figure(Line { part, spot, text: &text }, &[&reference]);
            }
        }
    }

    fn charts(&mut self, part: &Part, indicator: &Indicator) {
        let material = self.material;
        for (chart, view) in charts::charts(indicator, material) {
            if let Some(year) = &view.last_year {
                self.earlier(Line { part, spot: format!("圖「{}」前次年度", view.title), text: year });
            }
            for bar in &view.bars {
                let spot = format!("圖「{}」{}", view.title, bar.label);
                let places = charts::bar_sources(chart, &view, bar, material);
                let tasks: Vec<&TaskId> = indicator.tasks.iter().collect();
                if let Some(last) = &bar.last {
                    self.earlier(Line { part, spot: format!("{spot} 前次"), text: &last.text });
                }
                self.enter(Line { part, spot, text: &bar.text }, Origin::Computed, places, &tasks);
            }
        }
    }

    fn recommendations(&mut self, part: &Part, indicator: &Indicator, section: &IndicatorSection) {
        if indicator.secretariat_part != Some(SecretariatPart::Recommendations) {
            return;
        }
        let given = &self.material.secretariat.recommendations;
        for (index, (given, printed)) in given.iter().zip(&section.recommendations).enumerate() {
            let line =
                |what: &str, text| Line { part, spot: format!("策進作為{} {what}", index + 1), text };
            self.typed(line("建議", &printed.advice), &given.advice.place, &[]);
            if let (Some(action), Some(text)) = (&given.action, &printed.action) {
                self.typed(line("辦理情形", text), &action.place, &[]);
            }
            if let Some(text) = &printed.unit {
                self.typed(line("辦理單位", text), &given.advice.place, &[]);
            }
        }
    }

    fn detail_tables(&mut self, dossier: &Dossier) {
        let material = self.material;
        let tasks: Vec<&Task> = material.plan.tasks.iter().collect();
        let detailed = tables::detailed(&tasks, material);
        let title_of = |task: &Task, table| {
            tables::detail_title(&super::unit_name(material.plan, &task.unit), task, table)
        };
        for detail in &dossier.detail_tables {
            let found = detailed.iter().find(|(task, table, _)| title_of(task, table) == detail.title);
            let Some((task, table, records)) = found else { continue };
            let part = Part::DetailTable(detail.number.clone());
            for (index, (record, row)) in records.iter().zip(&detail.rows).enumerate() {
                for (column, text) in table.columns.iter().zip(row) {
                    let places = record.places(&column.key);
                    if places.is_empty() {
                        continue;
                    }
                    let spot = format!("第{}列「{}」", index + 1, column.label);
                    self.enter(Line { part: &part, spot, text }, Origin::Typed, places, &[&task.id]);
                }
            }
        }
    }

    fn appendix(&mut self, appendix: &Appendix) {
        let part = Part::Appendix(appendix.number.clone());
        let submission = self.material.submissions.get(&appendix.unit_id);
        let caption = submission
            .and_then(|submission| submission.evidence.get(&appendix.item))
            .and_then(|answer| answer.caption.as_ref());
        for entry in &appendix.entries {
            let file = Place::file(&entry.exhibit.source);
            let name = entry.bundle_name.as_deref().unwrap_or("");
            let line = |what: &str, text| {
                let spot = format!("附件 {}{what}", entry.number);
                Line { part: &part, spot, text }
            };
            self.enter(line(" 檔案", name), Origin::File, vec![file.clone()], &[&appendix.task]);
            match caption.filter(|caption| self.material.printable(&caption.value) == entry.caption) {
                Some(caption) => self.typed(line(" 圖說", &entry.caption), &caption.place, &[&appendix.task]),
                None => {
                    self.enter(line(" 圖說", &entry.caption), Origin::File, vec![file], &[&appendix.task])
                }
            }
        }
        let task = self.material.plan.task(&appendix.task);
        if let (Some(text), Some(task)) = (&appendix.absent, task) {
            let applies = answer(task, self.material).and_then(|answer| answer.applies.as_ref());
            let place = absence(task, self.material).and(place_of_applies(applies));
            let spot = format!("附件 {}", appendix.number);
            let line = Line { part: &part, spot, text };
            match place {
                Some(place) => self.typed(line, place, &[&appendix.task]),
                None => self.enter(line, Origin::Plan, Vec::new(), &[&appendix.task]),
            }
        }
    }

    fn mail(&mut self, dossier: &Dossier) {
        let secretariat = self.material.secretariat;
        let line = |spot: &str, text| Line { part: &Part::Mail, spot: spot.to_owned(), text };
        self.setting(line("收件人", &dossier.recipient), place_of(&secretariat.recipient_name));
        if let Some(email) = &self.material.plan.recipient.email {
            self.setting(line("收件人電子郵件", email), place_of(&secretariat.recipient_email));
        }
        if let Some(number) = &secretariat.document_number {
            self.typed(line("文號", &identity::mask(&number.value)), &number.place, &[]);
        }
    }
}

fn place_of<T>(located: &Option<Located<T>>) -> Option<&Place> {
    located.as_ref().map(|located| &located.place)
}

fn place_of_applies(located: Option<&Located<crate::submission::Applies>>) -> Option<&Place> {
    located.map(|located| &located.place)
}

fn tasks_of<'a>(indicator: &Indicator, material: &'a Material) -> Vec<&'a Task> {
    indicator.tasks.iter().filter_map(|id| material.plan.task(id)).collect()
}
