//! A workbook taken as a form: whose it is, where its questions stand, what each cell says.
//!
//! Serves units' workbooks and the secretariat's alike; what the answers are gathered into is
//! theirs. Everything doubtful becomes a diagnostic with the row it stands in.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::grid::{Cell, Grid, Sheet};
use crate::intake::excerpt::{clip, excerpt};
use crate::intake::locate::{LocatedSheet, Trouble, TroubleAt, locate};
use crate::intake::recognise::{Names, SheetIndex, match_sheets, normal};
use crate::intake::rules;
use crate::intake::values::{Fault, ValueContext, read_tick, read_value};
use crate::inventory::MediaType;
use crate::layout::{Block, FormLayout, LABEL_COLUMN, Marker, SheetKind, SheetLayout, is_key};
use crate::place::{CellRef, Located, Place, RelPath};
use crate::plan::{Period, UnitId, ValueKind};
use crate::repair::{Entry, Repair};
use crate::submission::Value;

/// Rows of stray text reported one by one on a sheet; the rest is counted.
const MOST_STRAYS: usize = 10;

/// Which form a workbook is, by its markers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormIdentity {
    pub plan: String,
    /// A unit of the plan, or [`crate::layout::SECRETARIAT`].
    pub unit: UnitId,
    pub version: String,
}

/// The identity most markers of a workbook agree on; `None`: not one of our forms.
pub fn identify(grid: &Grid) -> Option<FormIdentity> {
    let on_sheets = grid.sheets.iter().flat_map(|sheet| sheet.cells.values()).filter_map(|cell| match cell {
        Cell::Text(text) => Marker::parse(text),
        _ => None,
    });
    let described = grid.description.as_deref().and_then(Marker::parse);
    // How often, and where first: of two that are equally frequent the first counts.
    let mut counts: BTreeMap<FormIdentity, (usize, Reverse<usize>)> = BTreeMap::new();
    for (index, marker) in on_sheets.chain(described).enumerate() {
        let Marker { plan, unit, version, .. } = marker;
        let identity = FormIdentity { plan, unit, version };
        counts.entry(identity).or_insert((0, Reverse(index))).0 += 1;
    }
    counts.into_iter().max_by_key(|(_, rank)| *rank).map(|(identity, _)| identity)
}

/// A form being read.
pub struct Form<'a> {
    pub layout: &'a FormLayout,
    pub file: &'a RelPath,
    grid: &'a Grid,
    context: ValueContext<'static>,
    /// The unit that has to act; `None`: the secretariat.
    unit: Option<&'a UnitId>,
    /// By index in the layout.
    sheets: BTreeMap<usize, LocatedSheet>,
    pub diagnostics: Diagnostics,
}

/// A block with the sheets it stands on.
#[derive(Clone, Copy)]
pub struct Spot<'a> {
    pub layout: &'a SheetLayout,
    pub block: &'a Block,
    sheet: usize,
}

impl<'a> Form<'a> {
    /// Finds every question; `None` when the workbook is another form, which is then said in the
    /// diagnostics.
    pub fn open(
        layout: &'a FormLayout,
        grid: &'a Grid,
        file: &'a RelPath,
        unit: Option<&'a UnitId>,
        period: Period,
    ) -> Result<Self, Diagnostics> {
        let context = ValueContext { epoch_1904: grid.epoch_1904, period, measure: "" };
        let sheets = BTreeMap::new();
        let diagnostics = Diagnostics::new();
        let mut form = Form { layout, file, grid, context, unit, sheets, diagnostics };
        let Some(identity) = identify(grid) else {
            form.wrong("這份檔案不是填報表：找不到識別記號");
            return Err(form.diagnostics);
        };
        if identity.plan != layout.plan {
            form.wrong(&format!("這份填報表屬於另一個計畫（{}）", identity.plan));
            return Err(form.diagnostics);
        }
        if identity.unit != layout.unit {
            form.wrong("這份填報表是發給另一個單位的");
            return Err(form.diagnostics);
        }
        let is_old = identity.version != layout.version;
        if is_old {
            let message = "這份填報表是舊版；相同的欄位已讀入，新的欄位請補填";
            let diagnostic = form
                .diagnostic(&rules::FORM_VERSION_OLD, Place::file(file), message)
                .hint("請向秘書單位索取新版填報表")
                .subject(file.file_name());
            form.diagnostics.push(diagnostic);
        }
        form.find_sheets(&identity, is_old);
        Ok(form)
    }

    fn wrong(&mut self, message: &str) {
        let diagnostic = self
            .diagnostic(&rules::FORM_WRONG, Place::file(self.file), message)
            .hint("請改用本計畫發給該單位的填報表")
            .subject(self.file.file_name());
        self.diagnostics.push(diagnostic);
    }

    pub fn diagnostic(&self, rule: &'static Rule, place: Place, message: impl Into<String>) -> Diagnostic {
        let diagnostic = Diagnostic::new(rule, place, message);
        match self.unit {
            Some(unit) => diagnostic.unit(unit.as_str()),
            None => diagnostic,
        }
    }

    fn find_sheets(&mut self, identity: &FormIdentity, is_old: bool) {
        let (layout, grid) = (self.layout, self.grid);
        let names = Names::of(grid);
        let indices: Vec<SheetIndex> = grid.sheets.iter().map(SheetIndex::of).collect();
        let mut matching = match_sheets(layout, grid, &names, &indices);
        let foreign: BTreeSet<usize> = indices
            .iter()
            .enumerate()
            .filter(|(_, index)| {
                let mut markers = index.markers.iter();
                markers.any(|m| m.plan != identity.plan || m.unit != identity.unit)
            })
            .map(|(at, _)| at)
            .collect();
        for at in &foreign {
            let message = "這張工作表來自另一份填報表，沒有讀入";
            self.about_sheet(&rules::FORM_MARKERS_DISAGREE, *at, message, "請刪除這張工作表");
        }
        for at in matching.unknown.iter().filter(|at| !foreign.contains(at)) {
            let message = "這張工作表不是填報表的一部分，沒有讀入";
            let hint = "屬於答案的請填進對應工作表；屬於佐證的請存成檔案放進佐證資料夾";
            self.about_sheet(&rules::FORM_SHEET_UNKNOWN, *at, message, hint);
        }
        for (index, sheet) in layout.sheets.iter().enumerate() {
            let mut found = matching.found.remove(&index).unwrap_or_default();
            found.retain(|at| !foreign.contains(at));
            let twins = found.clone();
            let candidates: Vec<LocatedSheet> =
                found.into_iter().map(|at| locate(sheet, at, grid, &names, &indices[at], &twins)).collect();
            if let Some(located) = self.choose(sheet, candidates) {
                self.report_troubles(sheet, &located, is_old);
                self.report_strays(sheet, &located, is_old);
                self.sheets.insert(index, located);
            }
        }
    }

    fn about_sheet(&mut self, rule: &'static Rule, at: usize, message: &str, hint: &str) {
        let name = self.grid.sheets[at].name.clone();
        let place = Place::Sheet { file: self.file.clone(), sheet: name.clone() };
        let diagnostic = self.diagnostic(rule, place, message).hint(hint).subject(name);
        self.diagnostics.push(diagnostic);
    }

    /// One sheet for a sheet of the layout, where that is no guess.
    fn choose(&mut self, sheet: &SheetLayout, mut found: Vec<LocatedSheet>) -> Option<LocatedSheet> {
        if found.is_empty() {
            if !sheet.blocks.is_empty() {
                let place = Place::file(self.file);
                let diagnostic = self
                    .diagnostic(&rules::FORM_SHEET_LOST, place, format!("找不到工作表「{}」", sheet.name))
                    .hint("請從空白填報表補回這張工作表並填寫")
                    .subject(subject_of(sheet));
                self.diagnostics.push(diagnostic);
            }
            return None;
        }
        if found.len() == 1 {
            return found.pop();
        }
        let contents: Vec<BTreeMap<String, &Cell>> =
            found.iter().map(|located| self.contents(located)).collect();
        let filled: Vec<usize> = (0..found.len()).filter(|i| !contents[*i].is_empty()).collect();
        let same = filled.windows(2).all(|pair| contents[pair[0]] == contents[pair[1]]);
        let tabs: Vec<String> =
            found.iter().map(|located| self.grid.sheets[located.sheet].name.clone()).collect();
        let chosen = filled.first().copied().unwrap_or(0);
        let (rule, message) = match same {
            true => (
                &rules::FORM_SHEET_COPIED,
                format!("「{}」有 {} 份，讀入「{}」", sheet.name, tabs.len(), tabs[chosen]),
            ),
            false => (
                &rules::FORM_SHEET_DOUBLED,
                format!("「{}」有 {} 份，內容不同，都沒有讀入", sheet.name, tabs.len()),
            ),
        };
        let place = Place::Sheet { file: self.file.clone(), sheet: tabs[chosen].clone() };
        let mut diagnostic =
            self.diagnostic(rule, place, message).hint("請只留一份，刪除其餘").subject(subject_of(sheet));
        for (_, tab) in tabs.iter().enumerate().filter(|(i, _)| *i != chosen) {
            let place = Place::Sheet { file: self.file.clone(), sheet: tab.clone() };
            diagnostic = diagnostic.related(place, "另一份");
        }
        self.diagnostics.push(diagnostic);
        same.then(|| found.swap_remove(chosen))
    }

    /// What a located sheet answers, whatever cells it stands in.
    fn contents(&self, located: &LocatedSheet) -> BTreeMap<String, &'a Cell> {
        let cells = &self.grid.sheets[located.sheet].cells;
        let known =
            located.known.iter().map(|((block, row, column), at)| (format!("{block}|{row}|{column}"), *at));
        let open = located.open.iter().flat_map(|(block, rows)| {
            rows.iter().enumerate().flat_map(move |(number, row)| {
                row.iter().map(move |(column, at)| (format!("{block}|{number}|{column}"), *at))
            })
        });
        known.chain(open).filter_map(|(key, at)| Some((key, cells.get(&at)?))).collect()
    }

    fn report_troubles(&mut self, sheet: &SheetLayout, located: &LocatedSheet, is_old: bool) {
        for at in &located.troubles {
            // An old form differs by right; what it lacks is asked for, not held against it.
            if is_old && matches!(at.trouble, Trouble::Relabelled { .. }) {
                continue;
            }
            let diagnostic = self.trouble(sheet, located, at);
            self.diagnostics.push(match (&at.trouble, is_old) {
                (Trouble::Lost { .. }, true) => diagnostic.severity(Severity::Warning),
                _ => diagnostic,
            });
        }
    }

    fn trouble(&self, layout: &SheetLayout, located: &LocatedSheet, at: &TroubleAt) -> Diagnostic {
        let sheet = &self.grid.sheets[located.sheet];
        let subject = trouble_subject(layout, at);
        let on = |cell: CellRef| Place::cell(self.file, &sheet.name, cell);
        let whole = || Place::Sheet { file: self.file.clone(), sheet: sheet.name.clone() };
        let back = "請移回原來的格子；搬移內容請用「複製、貼上」，不要用「剪下」";
        let anew = "請用空白填報表重新填寫這張工作表，或復原被刪除、搬動的格子";
        let (rule, place, message, hint) = match &at.trouble {
            Trouble::Lost { deleted } => {
                let how = if *deleted { "已被刪除" } else { "找不到了" };
                (&rules::FORM_QUESTION_LOST, whole(), format!("「{subject}」{how}，無法讀取"), anew)
            }
            Trouble::Split(cells) => {
                let cells: Vec<String> = cells.iter().map(CellRef::to_string).collect();
                let message = format!("「{subject}」的位置互相矛盾（{}），沒有讀入", cells.join("、"));
                (&rules::FORM_QUESTION_SPLIT, whole(), message, anew)
            }
            Trouble::Moved { from, to, sheet: None } => (
                &rules::FORM_ANSWER_MOVED,
                on(*to),
                format!("「{subject}」的答案從 {from} 被移到 {to}，沒有讀入"),
                back,
            ),
            Trouble::Moved { from, to, sheet: Some(other) } => (
                &rules::FORM_ANSWER_MOVED,
                on(*from),
                format!("「{subject}」的格子被移到工作表「{other}」的 {to}，沒有讀入"),
                back,
            ),
            Trouble::Doubled { at, also } => (
                &rules::FORM_ANSWER_MOVED,
                on(*at),
                format!("「{subject}」在 {at} 與 {also} 都有內容，不知以何者為準，沒有讀入"),
                "請在原來的格子留下正確的答案，清空另一格；若整列錯位，請用空白填報表重填",
            ),
            Trouble::Relabelled { at, found } => {
                let found: String = match found.as_str() {
                    "" => "空白".to_owned(),
                    found => format!("「{}」", clip(found)),
                };
                (
                    &rules::FORM_LABEL_REWRITTEN,
                    on(*at),
                    format!("「{subject}」的標題被改成{found}，仍照原欄位讀入"),
                    "請確認內容符合原標題",
                )
            }
            Trouble::TotalRow(at) => (
                &rules::FORM_TOTAL_ROW,
                on(*at),
                format!("「{subject}」裡的合計列沒有讀入；合計由系統計算"),
                "請刪除這一列",
            ),
        };
        let excerpt = match &place {
            Place::Cell { cell, .. } => excerpt(sheet, *cell),
            _ => None,
        };
        self.diagnostic(rule, place, message).hint(hint).subject(subject).excerpt(excerpt)
    }

    /// What was written where no question stands.
    fn report_strays(&mut self, layout: &SheetLayout, located: &LocatedSheet, is_old: bool) {
        let sheet = &self.grid.sheets[located.sheet];
        let ours: BTreeSet<String> = layout.texts.iter().map(|text| normal(&text.text)).collect();
        let progress = progress_rows(layout, sheet);
        // An old form prints in the same cell what was then the wording, a unit's former name for one.
        let printed: BTreeSet<CellRef> =
            layout.texts.iter().filter(|_| is_old).map(|text| text.cell).collect();
        let mut strays: BTreeMap<u32, CellRef> = BTreeMap::new();
        for (at, cell) in &sheet.cells {
            // A formula's text comes out of an .xls as 0.
            let is_progress = matches!(cell, Cell::Number(_)) && progress.contains(&at.row);
            if !located.claimed.contains(at)
                && !is_progress
                && !printed.contains(at)
                && !is_ours(cell, *at, &ours)
            {
                strays.entry(at.row).or_insert(*at);
            }
        }
        let n = strays.len();
        for (number, at) in strays.into_values().enumerate().take(MOST_STRAYS) {
            let more = match number + 1 == MOST_STRAYS && n > MOST_STRAYS {
                true => format!("（另有 {} 列也是）", n - MOST_STRAYS),
                false => String::new(),
            };
            let diagnostic = self
                .diagnostic(
                    &rules::FORM_TEXT_STRAY,
                    Place::cell(self.file, &sheet.name, at),
                    format!("{at} 的內容不在任何欄位內，沒有讀入{more}"),
                )
                .hint("請移到對應的欄位或接在明細的下一列；不需要的請刪除")
                .subject(format!("{} {at}", subject_of(layout)))
                .excerpt(excerpt(sheet, at));
            self.diagnostics.push(diagnostic);
        }
    }

    /// The blocks of the form whose sheet was found, in order.
    pub fn spots(&self) -> Vec<Spot<'a>> {
        let layout: &'a FormLayout = self.layout;
        self.sheets
            .keys()
            .flat_map(|index| {
                let sheet = &layout.sheets[*index];
                sheet.blocks.iter().map(|block| Spot { layout: sheet, block, sheet: *index })
            })
            .collect()
    }

    fn located(&self, spot: Spot<'_>) -> &LocatedSheet {
        &self.sheets[&spot.sheet]
    }

    fn sheet(&self, spot: Spot<'_>) -> &'a Sheet {
        &self.grid.sheets[self.located(spot).sheet]
    }

    /// The sheet as a place.
    pub fn sheet_place(&self, spot: Spot<'_>) -> Place {
        Place::Sheet { file: self.file.clone(), sheet: self.sheet(spot).name.clone() }
    }

    pub fn place(&self, spot: Spot<'_>, at: CellRef) -> Place {
        Place::cell(self.file, &self.sheet(spot).name, at)
    }

    /// Where a known row's answer stands.
    pub fn known(&self, spot: Spot<'_>, row: &str, column: &str) -> Option<CellRef> {
        let key = (spot.block.id.clone(), row.to_owned(), column.to_owned());
        self.located(spot).known.get(&key).copied()
    }

    /// The filled rows of an open block, each by column key.
    pub fn rows(&self, spot: Spot<'_>) -> Vec<BTreeMap<String, CellRef>> {
        self.located(spot).open.get(&spot.block.id).cloned().unwrap_or_default()
    }

    /// Where an open block begins.
    pub fn begins(&self, spot: Spot<'_>) -> Place {
        match self.located(spot).begins.get(&spot.block.id) {
            Some(at) => self.place(spot, *at),
            None => self.sheet_place(spot),
        }
    }

    pub fn subject(&self, spot: Spot<'_>, label: &str) -> String {
        format!("{} {label}", subject_of(spot.layout))
    }

    /// Reads a cell as an answer in the question's measure; what is wrong with it is reported under the
    /// subject.
    pub fn value(
        &mut self,
        spot: Spot<'_>,
        at: CellRef,
        kind: &ValueKind,
        measure: &str,
        subject: &str,
    ) -> Option<Located<Value>> {
        let cell = self.sheet(spot).cells.get(&at)?;
        let value = self.read(spot, at, cell, (kind, measure), subject)?;
        Some(Located::new(value, self.place(spot, at)))
    }

    fn read(
        &mut self,
        spot: Spot<'_>,
        at: CellRef,
        cell: &Cell,
        (kind, measure): (&ValueKind, &str),
        subject: &str,
    ) -> Option<Value> {
        let reading = read_value(kind, cell, &ValueContext { measure, ..self.context });
        for fault in reading.faults {
            self.fault(spot, at, fault, subject);
        }
        reading.value
    }

    /// Reads a tick; blank and unreadable are no tick.
    pub fn tick(&mut self, spot: Spot<'_>, at: CellRef, subject: &str) -> Option<bool> {
        let cell = self.sheet(spot).cells.get(&at)?;
        match read_tick(cell) {
            Ok(ticked) => Some(ticked),
            Err(fault) => {
                self.fault(spot, at, fault, subject);
                None
            }
        }
    }

    /// Reads a cell as text.
    pub fn text(&mut self, spot: Spot<'_>, at: CellRef, subject: &str) -> Option<Located<String>> {
        match self.value(spot, at, &ValueKind::Text, "", subject)? {
            Located { value: Value::Text(text), place } => Some(Located::new(text, place)),
            _ => None,
        }
    }

    /// The paragraphs of an open block; line breaks in a cell divide paragraphs too.
    pub fn paragraphs(&mut self, spot: Spot<'_>) -> Vec<Located<String>> {
        let Some(column) = spot.block.columns.first() else { return Vec::new() };
        let subject = self.subject(spot, &column.question.label);
        let mut paragraphs = Vec::new();
        for row in self.rows(spot) {
            let Some(at) = row.get(&column.key) else { continue };
            let Some(cell) = self.sheet(spot).cells.get(at) else { continue };
            // Each line on its own: one-line texts have their line breaks folded.
            let lines: Vec<Cell> = match cell {
                Cell::Text(text) => text
                    .lines()
                    .filter(|line| !line.trim().is_empty())
                    .map(|line| Cell::Text(line.trim().to_owned()))
                    .collect(),
                other => vec![other.clone()],
            };
            for line in lines {
                if let Some(Value::Text(text)) = self.read(spot, *at, &line, (&ValueKind::Text, ""), &subject)
                {
                    paragraphs.push(Located::new(text, self.place(spot, *at)));
                }
            }
        }
        paragraphs
    }

    fn fault(&mut self, spot: Spot<'_>, at: CellRef, fault: Fault, subject: &str) {
        let diagnostic = self
            .diagnostic(fault.rule, self.place(spot, at), fault.message)
            .hint(fault.hint)
            .subject(subject)
            .excerpt(excerpt(self.sheet(spot), at))
            .repair(fault.mended.and_then(|new| self.repair(spot, at, new)));
        self.diagnostics.push(diagnostic);
    }

    /// What can be written in the cell: a formula is never overwritten, and a BIFF workbook cannot be
    /// changed in places.
    fn repair(&self, spot: Spot<'_>, at: CellRef, new: Entry) -> Option<Repair> {
        let sheet = self.sheet(spot);
        let can_change = matches!(self.grid.media_type, MediaType::Xlsx | MediaType::Ods);
        let cell = sheet.cells.get(&at).filter(|_| can_change && !sheet.computed.contains(&at))?;
        Repair::of(cell, new)
    }
}

/// 「勞03」 for a task's sheet, else the sheet's name.
fn subject_of(sheet: &SheetLayout) -> &str {
    match sheet.kind {
        SheetKind::Task(_) => sheet.name.split(' ').next().unwrap_or(&sheet.name),
        _ => &sheet.name,
    }
}

/// A block's heading without its number and mark.
pub fn heading_of(block: &Block) -> &str {
    let heading = block.heading.split_once('、').map_or(block.heading.as_str(), |(_, rest)| rest);
    heading.trim_start_matches(['＊', '※'])
}

fn trouble_subject(layout: &SheetLayout, at: &TroubleAt) -> String {
    let mut subject = subject_of(layout).to_owned();
    let Some(block) = layout.blocks.iter().find(|block| block.id == at.block) else {
        return subject;
    };
    let mut add = |text: &str| {
        subject.push(' ');
        subject.push_str(text);
    };
    let row = at.row.as_deref().and_then(|key| block.known_row(key));
    if row.is_none() {
        add(heading_of(block));
    }
    if let Some(row) = row {
        add(&row.label);
    }
    let column = at.column.as_deref().and_then(|key| block.column(key));
    // In a block of one column, the row says it all.
    if let Some(column) = column.filter(|_| row.is_none() || block.columns.len() > 1) {
        add(column.option.as_deref().unwrap_or(&column.question.label));
    }
    subject
}

/// Whether a cell outside the questions is the form's own, or nothing a clerk typed.
fn is_ours(cell: &Cell, at: CellRef, ours: &BTreeSet<String>) -> bool {
    match cell {
        Cell::Text(text) => is_key(text) || is_live(text) || ours.contains(&normal(text)),
        Cell::Number(_) => at.column <= LABEL_COLUMN,
        Cell::Uncomputed | Cell::Error(_) => true,
        Cell::Flag(_) | Cell::Date { .. } | Cell::Duration(_) => false,
    }
}

/// The rows that begin as the row does in which the form shows its progress.
fn progress_rows(layout: &SheetLayout, sheet: &Sheet) -> BTreeSet<u32> {
    let Some(progress) = layout.progress else { return BTreeSet::new() };
    let label = CellRef::new(progress.row, LABEL_COLUMN);
    let label = layout.texts.iter().find(|text| text.cell == label).map(|text| normal(&text.text));
    sheet
        .cells
        .iter()
        .filter(|(_, cell)| matches!(cell, Cell::Text(text) if Some(normal(text)) == label))
        .map(|(at, _)| at.row)
        .collect()
}

/// What the form's own formulas show.
fn is_live(text: &str) -> bool {
    ["必填 ", "佐證 "].iter().any(|start| text.starts_with(start))
        || ["尚未填", "填寫中", "完成"].contains(&text)
}
