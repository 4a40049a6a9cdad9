//! The whole numbered document: what the form and the appendices print, in order.
//!
//! Made once by `assembly`; every text is ready to print, every number assigned. Templates
//! print these values and never count or compute. Serialised, it is the templates' contract.

use serde::{Deserialize, Serialize};

use crate::exhibit::Exhibit;
use crate::plan::{ItemCode, TaskId, UnitId};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dossier {
    /// Short hash of the inputs' digests, printed in every footer: parts with the same identity
    /// belong together.
    pub identity: String,
    /// A draft says so on every page.
    pub draft: bool,
    pub title: String,
    pub form_title: String,
    pub government: String,
    /// 「110」.
    pub year: String,
    /// 「110年1月1日至110年12月31日」.
    pub period: String,
    /// 「111年2月15日」.
    pub prepared_on: String,
    /// ISO date of `prepared_on`, for the PDF's metadata.
    pub prepared_on_iso: String,
    pub recipient: String,
    /// Legal bases as the plan words them.
    pub legal_bases: Vec<String>,
    pub contacts: Vec<ContactLine>,
    pub facets: Vec<FacetSection>,
    pub score: ScoreOverview,
    pub programme: ProgrammeView,
    pub detail_tables: Vec<DetailTable>,
    pub appendices: Vec<Appendix>,
    /// The volumes the appendices are divided into; empty: one undivided document.
    pub volumes: Vec<VolumeLine>,
    /// Which of them is being typeset or packed, from 1; `None` for the undivided document and the form.
    pub volume: Option<usize>,
    pub signatures: Vec<String>,
    /// Whether the scan of the signed page goes with the form.
    #[serde(skip)]
    pub has_signed_page: bool,
    /// The agency's own forms, filled in, that go in place of ours; none: ours goes.
    #[serde(skip)]
    pub official_forms: Vec<OfficialForm>,
    /// 「尚缺」 lines of a draft.
    pub missing: Vec<String>,
}

/// A form of the agency's own as it goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialForm {
    /// The file's name without extension.
    pub title: String,
    /// In which it goes: 「ODT」, 「PDF」.
    pub formats: Vec<&'static str>,
    /// Counted in its PDF; `None` without one.
    pub n_pages: Option<usize>,
}

impl OfficialForm {
    /// 「官方表單「自評表」，ODT、PDF，9頁」.
    fn note(&self) -> String {
        let pages = self.n_pages.map_or_else(String::new, |n| format!("，{n}頁"));
        format!("官方表單「{}」，{}{pages}", self.title, self.formats.join("、"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContactLine {
    pub name: String,
    pub title: String,
    pub telephone: String,
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreOverview {
    /// Sum of the points, when every indicator has them.
    pub points: Option<String>,
    pub self_score: Option<String>,
    /// The grade the self-score would earn.
    pub grade: Option<String>,
    /// Printed where points are missing: 「依110年度考核評分表」.
    pub no_points: String,
}

/// The plan's own rules, as the form prints them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ProgrammeView {
    pub strategies: Vec<StrategyLine>,
    pub schedule: Vec<MilestoneLine>,
    pub grades: Vec<GradeLine>,
    pub funding: Vec<String>,
    /// Why an earlier year is assessed together with this one.
    pub postponed: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StrategyLine {
    pub title: String,
    pub four_p: Option<String>,
    pub text: String,
    /// 「2-1 教育訓練」.
    pub indicators: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MilestoneLine {
    pub title: String,
    pub when: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GradeLine {
    pub title: String,
    /// 「90分以上未滿95分」.
    pub threshold: String,
    pub outcome: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FacetSection {
    /// 「壹」.
    pub numeral: String,
    pub title: String,
    pub indicators: Vec<IndicatorSection>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndicatorSection {
    /// 「一」 within its facet.
    pub numeral: String,
    /// `2-1`.
    pub code: String,
    pub title: String,
    pub four_p: Option<String>,
    pub points: Option<String>,
    pub self_score: Option<String>,
    pub criteria: Option<String>,
    /// Pages of evidence the official scoring table allows, when given.
    pub page_limit: Option<u32>,
    /// The units that answer here, for the heading line.
    pub units: Vec<String>,
    /// 統稿, when given; it leads.
    pub lead: Vec<String>,
    /// The units' text, in plan order; empty when 統稿 replaces it.
    pub narratives: Vec<Narrative>,
    pub table: Option<FigureTable>,
    /// Single figures of one unit that have no place in the cross-unit table.
    pub figures: Vec<UnitFigures>,
    pub charts: Vec<ChartView>,
    pub recommendations: Vec<RecommendationLine>,
    pub references: Vec<Reference>,
    /// Detail tables of this indicator: titles and numbers of `Dossier::detail_tables`.
    pub details: Vec<DetailReference>,
    /// 「尚缺」 lines of this section.
    pub missing: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Narrative {
    /// 「（一）」 within the section.
    pub numeral: String,
    pub unit: String,
    pub task: TaskId,
    /// 「勞03 教育訓練」.
    pub heading: String,
    pub paragraphs: Vec<String>,
    /// Printed instead of paragraphs: 「本年度無案件：…」.
    pub absent: Option<String>,
}

/// Rows are measures, columns are units, the last column a total where it makes sense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FigureTable {
    pub units: Vec<String>,
    pub rows: Vec<FigureRow>,
    /// Whether any row has a total.
    pub has_total: bool,
    /// The earlier year whose figures stand in the column 「前次」, 「109年度」; `None`: no row has one.
    pub last_year: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FigureRow {
    pub label: String,
    pub measure: String,
    /// One a unit; `None` prints 「—」 (the unit is not asked), 「尚缺」 is said by the text.
    pub values: Vec<Option<String>>,
    pub total: Option<String>,
    /// What an earlier self-assessment printed; `None`: nothing that can be compared.
    pub last: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitFigures {
    pub unit: String,
    /// The task the figures belong to: 「警06 安全維護」.
    pub heading: String,
    pub rows: Vec<LabelledValue>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabelledValue {
    pub label: String,
    pub value: String,
    pub measure: String,
}

/// A bar chart: labels with figures. Drawn by the template; small cells are already merged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartView {
    pub title: String,
    pub measure: String,
    pub bars: Vec<Bar>,
    /// The earlier year whose bars stand beside, 「109年度」; `None`: no bar has one.
    pub last_year: Option<String>,
    /// A sentence for readers who cannot see it (PDF/UA alternative text).
    pub alt: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bar {
    pub label: String,
    pub value: f64,
    pub text: String,
    /// What an earlier self-assessment drew; `None`: nothing that can be compared.
    pub last: Option<BarBefore>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BarBefore {
    pub value: f64,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecommendationLine {
    pub advice: String,
    pub action: Option<String>,
    pub unit: Option<String>,
}

/// 「附件 2-1-3 簽到表（勞工處）」 with the pages of the appendices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// `2-1-3`.
    pub number: String,
    pub title: String,
    pub unit: String,
    /// Filled by `paginate`: first and last page, counted within their volumes.
    pub first_page: Option<usize>,
    pub last_page: Option<usize>,
    /// Volumes of these pages, from 1, when the appendices are divided.
    pub first_volume: Option<usize>,
    pub last_volume: Option<usize>,
}

impl Reference {
    /// 「第 12–15 頁」, 「第2冊第 12–15 頁」, 「第2冊第 12 頁至第3冊第 4 頁」; `None` without pages.
    pub fn pages(&self) -> Option<String> {
        let (first, last) = (self.first_page?, self.last_page?);
        Some(match (self.first_volume, self.last_volume) {
            (Some(from), Some(to)) if from != to => {
                format!("第{from}冊第 {first} 頁至第{to}冊第 {last} 頁")
            }
            (Some(volume), _) => format!("第{volume}冊第 {first}–{last} 頁"),
            (None, _) => format!("第 {first}–{last} 頁"),
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DetailReference {
    /// 「附表 3」.
    pub number: String,
    pub title: String,
}

/// Detail rows as a table at the end of the form. Never case rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DetailTable {
    /// 「附表 3」.
    pub number: String,
    pub title: String,
    pub unit: String,
    pub columns: Vec<DetailColumn>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DetailColumn {
    pub label: String,
    /// Figures are set flush right.
    pub numeric: bool,
    /// Relative width, at least 1.
    pub weight: u32,
}

/// One volume of the divided appendices: a document, a bag and a mail of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VolumeLine {
    /// From 1.
    pub number: usize,
    /// Numbers of its first and last appendix, which may begin or go on in its neighbours; `None` when
    /// it holds the form alone.
    pub first: Option<String>,
    pub last: Option<String>,
    pub n_appendices: usize,
}

impl VolumeLine {
    /// 「附件 2-1-3 至 2-2-1，計 5 項」; the first volume holds the form too.
    pub fn holding(&self) -> String {
        let form = (self.number == 1).then(|| "自評表".to_owned());
        form.into_iter().chain(self.appendices()).collect::<Vec<_>>().join("；")
    }

    /// Its appendices alone; `None` when it holds none.
    pub fn appendices(&self) -> Option<String> {
        match (&self.first, &self.last) {
            (Some(first), Some(last)) if first == last => Some(format!("附件 {first}")),
            (Some(first), Some(last)) => Some(format!("附件 {first} 至 {last}，計 {} 項", self.n_appendices)),
            _ => None,
        }
    }
}

/// One evidence item with what is bound under it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Appendix {
    /// `2-1-3`.
    pub number: String,
    pub item: ItemCode,
    pub task: TaskId,
    pub unit_id: UnitId,
    pub unit: String,
    pub indicator_code: String,
    pub indicator_title: String,
    pub title: String,
    /// Two pictures to a page with captions.
    pub photo_pages: bool,
    pub entries: Vec<Entry>,
    /// Why there is nothing, when there is nothing (「本年度無案件」, 「尚缺」).
    pub absent: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// 「2-1-3(2)」 when an item has several files, else the item's number.
    pub number: String,
    pub caption: String,
    pub exhibit: Exhibit,
    /// Name inside the bundle, for exhibits that go in as files.
    pub bundle_name: Option<String>,
    /// The volume it is bound in, from 1, when the appendices are divided.
    pub volume: Option<usize>,
}

impl Dossier {
    /// Appendices under which something is bound.
    pub fn n_bound(&self) -> usize {
        self.appendices.iter().filter(|appendix| appendix.absent.is_none()).count()
    }

    /// What stands for the form when the agency's own go in its place; `None` when ours goes.
    pub fn official_note(&self) -> Option<String> {
        let notes: Vec<String> = self.official_forms.iter().map(OfficialForm::note).collect();
        (!notes.is_empty()).then(|| notes.join("；"))
    }

    /// Whether an entry belongs to what is being typeset or packed.
    pub fn holds(&self, entry: &Entry) -> bool {
        self.volume.is_none() || entry.volume == self.volume
    }

    /// 「第2冊，共3冊」, when a volume is being typeset or packed.
    pub fn volume_mark(&self) -> Option<String> {
        self.volume.map(|number| format!("第{number}冊，共{}冊", self.volumes.len()))
    }
}

/// A rectangle on a typeset page into which the merge step puts foreign content.
/// PostScript points from the page's top left corner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// As given to the template.
    pub id: String,
    /// Page index, from 0.
    pub page: usize,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// What stands in a slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotContent {
    pub id: String,
    pub prepared: crate::exhibit::Handle,
    /// Page of the prepared PDF, from 0; `None` for a picture.
    pub page: Option<usize>,
}

/// Where an appendix was found after typesetting; pages count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRange {
    /// The appendix's number.
    pub number: String,
    pub first: usize,
    pub last: usize,
    /// The volume these pages are counted in, from 1, when the appendices are divided. An appendix
    /// that goes on in the next volume has a range in each.
    pub volume: Option<usize>,
}
