//! `dossier.json` as a receiver reads it back out of a bundle, within limits.
//!
//! Mirrors what `figures` writes; unknown fields are let pass, since new ones do not raise the version.

use std::io::Cursor;

use super::figures::SCHEMA_VERSION;
use super::verify::{BUNDLE_CAPS, Verdict, verify};
use crate::container::Package;
use crate::received::{ReceivedFigures, Reception};

/// Longest `dossier.json` read, in bytes: fifty times that of a large government.
const LONGEST: usize = 4 << 20;
/// More indicators or figures than any plan asks for.
const MOST_ENTRIES: usize = 2_000;
/// Longest text kept, in characters.
const LONGEST_TEXT: usize = 200;

/// Verifies a bundle and takes its figures out. Never fails: what is wrong is a reason.
pub fn receive(bytes: &[u8]) -> Reception {
    let verdict = verify(bytes);
    if let Some(reason) = refusal(&verdict) {
        return Reception::Refused(reason);
    }
    match figures(bytes) {
        Ok(figures) => Reception::Figures(figures),
        Err(reason) => Reception::Refused(reason.to_owned()),
    }
}

fn refusal(verdict: &Verdict) -> Option<String> {
    let first = verdict.faults.first()?;
    let name = if first.name.is_empty() { String::new() } else { format!("{}：", short(&first.name)) };
    Some(format!("驗證不符（{} 處）：{name}{}", verdict.faults.len(), short(&first.message)))
}

fn figures(bytes: &[u8]) -> Result<ReceivedFigures, &'static str> {
    let mut package = Package::open(Cursor::new(bytes), &BUNDLE_CAPS).map_err(|_| "無法開啟")?;
    let at = package.entries().iter().position(|entry| {
        entry.name.text.split_once('/').is_some_and(|(_, inner)| inner == "data/dossier.json")
    });
    let json = package.read(at.ok_or("包內沒有自評表數據（dossier.json）")?).map_err(|_| "數據讀不出來")?;
    parse(&json)
}

/// Takes the figures out of a `dossier.json` that came without its bundle. Never fails: what is wrong
/// is a reason.
pub fn receive_figures(json: &[u8]) -> Reception {
    match parse(json) {
        Ok(figures) => Reception::Figures(figures),
        Err(reason) => Reception::Refused(reason.to_owned()),
    }
}

fn parse(json: &[u8]) -> Result<ReceivedFigures, &'static str> {
    if json.len() > LONGEST {
        return Err("自評表數據過大");
    }
    let mut figures: ReceivedFigures = serde_json::from_slice(json).map_err(|_| "自評表數據的格式不對")?;
    if figures.schema != "huibian-dossier" || figures.version != SCHEMA_VERSION {
        return Err("自評表數據的版本不同，無法比較");
    }
    let n_entries: usize = figures
        .indicators
        .iter()
        .map(|one| {
            let figures = one.figures.iter().map(|unit| unit.values.len()).sum::<usize>();
            let bars = one.charts.iter().map(|chart| 1 + chart.bars.len()).sum::<usize>();
            1 + one.measures.len() + figures + one.units.len() + bars
        })
        .sum();
    if n_entries > MOST_ENTRIES {
        return Err("自評表數據的項目過多");
    }
    shorten(&mut figures);
    Ok(figures)
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect()
}

fn shorten(figures: &mut ReceivedFigures) {
    for text in [&mut figures.identity, &mut figures.government, &mut figures.year, &mut figures.period] {
        *text = short(text);
    }
    for indicator in &mut figures.indicators {
        indicator.code = short(&indicator.code);
        indicator.title = short(&indicator.title);
        for measure in &mut indicator.measures {
            measure.label = short(&measure.label);
            measure.measure = short(&measure.measure);
            measure.total = measure.total.as_deref().map(short);
            for value in &mut measure.values {
                value.unit = short(&value.unit);
                value.value = value.value.as_deref().map(short);
            }
        }
        for value in indicator.figures.iter_mut().flat_map(|unit| &mut unit.values) {
            value.label = short(&value.label);
            value.value = short(&value.value);
            value.measure = short(&value.measure);
        }
        for unit in &mut indicator.units {
            *unit = short(unit);
        }
        for chart in &mut indicator.charts {
            chart.title = short(&chart.title);
            chart.measure = short(&chart.measure);
            for bar in &mut chart.bars {
                bar.label = short(&bar.label);
                bar.value = short(&bar.value);
            }
        }
    }
}
