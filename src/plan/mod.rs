//! The plan: one year's programme as data — who answers what, with which evidence, by when.
//!
//! These are inert values with invariants; `syntax` mirrors the TOML, `lower` turns text into
//! a `Plan` and diagnostics. No year, unit, task or grade stands in the source: all of it is
//! data in `templates/plans/`.

pub mod governments;
mod layers;
mod lower;
mod programme;
mod roll;
pub mod sheets;
mod syntax;
mod tree;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::figure::Figure;

pub use layers::{PlanLayer, based_on, builtin_layers};
pub use lower::{RULES, lower};
pub use programme::{
    Award, Engagement, Grade, Member, Milestone, MilestoneKind, Panel, PanelGroup, Postponed, Programme,
    Recommendation, Strategy, VisitCondition, VisitFacts, VisitTest,
};
pub use roll::{Rolled, law_in_force, roll, states_a_year};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                $name(id.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// An organisational unit that reports, e.g. `police`.
    UnitId
}
id! {
    /// A role that answers for tasks, e.g. `labour`; a unit may hold several.
    RoleId
}
id! {
    /// A task, e.g. `POL04`.
    TaskId
}
id! {
    /// An indicator, e.g. `training`.
    IndicatorId
}
id! {
    /// A row table of the plan, e.g. `POL04.sessions` or the shared `cases`. Unique in the plan.
    TableId
}
id! {
    /// An evidence item, as its folder begins: `勞03-2`. Unique in the plan.
    ItemCode
}

/// What a demand rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The plan's own text demands it: an error when missing.
    Official,
    /// Only proposed: a warning when missing, and never printed as an official rule.
    Proposed,
}

/// Whether something must be given, and on what ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    Required(Standing),
    Optional,
}

/// One year's programme of one government.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// `hsinchu-110`.
    pub id: String,
    /// Digest of the plan as lowered, 8 hex digits: the form version a blank workbook carries.
    pub version: String,
    /// 「新竹市政府辦理110年度防制人口販運工作成果考核」.
    pub title: String,
    /// 「自評表」.
    pub form_title: String,
    pub government: Government,
    /// The assessed year, ROC.
    pub year: i16,
    /// First and last day of the assessed period, a postponed year included.
    pub period: Period,
    /// The document the plan rests on, and the laws, as printed.
    pub legal_bases: Vec<String>,
    pub recipient: Recipient,
    pub deadlines: Deadlines,
    pub schedule: Vec<Milestone>,
    /// From the highest to the lowest.
    pub grades: Vec<Grade>,
    /// How the year is assessed.
    pub programme: Programme,
    pub limits: Limits,
    pub delivery: Delivery,
    /// Unit that compiles (秘書單位); its own workbook is not one of `units`' answers.
    pub secretariat: Secretariat,
    /// In the order in which their text stands in the form.
    pub units: Vec<Unit>,
    pub facets: Vec<Facet>,
    /// In plan order.
    pub tasks: Vec<Task>,
    /// Tables entered once in a unit's workbook and shared by several of its tasks.
    pub shared_tables: Vec<Table>,
    pub comparisons: Vec<Comparison>,
    /// Labels in order, for the signature block: 承辦人, 單位主管, 機關首長.
    pub signatures: Vec<String>,
    /// What the plan says of each point that has no public source.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Government {
    /// 「新竹市政府」.
    pub name: String,
    /// 「新竹市」.
    pub short: String,
    /// Organisation code, when known.
    pub code: Option<String>,
    /// ASCII stem for file names: `hsinchu`.
    pub ascii: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub first: Date,
    pub last: Date,
}

impl Period {
    pub fn contains(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// 「內政部移民署」.
    pub name: String,
    pub email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlines {
    /// Day by which units hand in.
    pub internal: Date,
    /// As the plan writes it: 「111年3月中旬前」.
    pub final_text: String,
    /// The exact day, when the plan knows it.
    pub final_exact: Option<Date>,
    /// The cautious reading used when no exact day is known.
    pub final_default: Date,
    /// Working days in which a preliminary result may be appealed.
    pub appeal_days: u8,
    /// Office closures beyond the calendar (typhoons).
    pub extra_closures: Vec<Date>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Largest mail in bytes, base64 counted.
    pub mail_bytes: u64,
    /// Largest single attachment in bytes, base64 counted, where it is held lower than the mail.
    pub attachment_bytes: Option<u64>,
    /// Resolution for pictures at their printed size.
    pub picture_dpi: u32,
    /// JPEG quality, 1–100.
    pub picture_quality: u8,
    /// Cells of a cross table below this count are merged.
    pub small_cell: i64,
}

/// The limit that a mail with one attachment meets first. Sizes in bytes, base64 counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailLimit {
    Mail(u64),
    Attachment(u64),
}

impl MailLimit {
    pub fn bytes(self) -> u64 {
        match self {
            MailLimit::Mail(bytes) | MailLimit::Attachment(bytes) => bytes,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            MailLimit::Mail(_) => "一封郵件的上限",
            MailLimit::Attachment(_) => "單一附件的上限",
        }
    }
}

/// How the bundle reaches the recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Attached to mails; in volumes when one mail cannot carry it.
    Mail,
    /// Whole, on an optical disc that travels with the letter.
    Disc,
    /// Whole, behind a link that the mail names.
    Link,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub by: Route,
    /// More mails than these are a burden for both sides: a disc or a link is proposed instead.
    pub most_mails: usize,
    pub letter: LetterTerms,
}

/// What the official letter (函) says that no other part of the plan knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterTerms {
    /// The document it answers, as cited after 「依」; `None`: the plan's legal bases.
    pub basis: Option<String>,
    /// How the 主旨 ends: 「請查照」, 「請鑒核」.
    pub ending: String,
    /// Title under which it is signed: 「市長」.
    pub signed_by: Option<String>,
    /// 副本.
    pub copies: Vec<String>,
}

impl Limits {
    /// Both limits hold, whoever set them: the secretariat's figure replaces that of the mail alone.
    pub fn of_a_mail(&self) -> MailLimit {
        match self.attachment_bytes {
            Some(bytes) if bytes < self.mail_bytes => MailLimit::Attachment(bytes),
            _ => MailLimit::Mail(self.mail_bytes),
        }
    }

    /// Below one megabyte no form fits; no mail server takes a gigabyte.
    pub const MAIL_MEGABYTES: RangeInclusive<u32> = 1..=1000;
    /// Below 72 dpi nothing is legible, above 600 nothing is gained.
    pub const PICTURE_DPI: RangeInclusive<u32> = 72..=600;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secretariat {
    pub unit: UnitId,
    /// 「00_秘書單位」: folder and workbook stem.
    pub folder: String,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    /// 「勞工處」: folder and workbook stem too.
    pub name: String,
    /// 「勞」, begins its item codes.
    pub prefix: String,
    pub roles: Vec<RoleId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Facet {
    /// Counts from 1.
    pub number: usize,
    /// 「共通性指標」.
    pub title: String,
    pub indicators: Vec<Indicator>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    pub id: IndicatorId,
    /// Facet and place in it: `2-1`; begins its appendices' numbers.
    pub code: String,
    pub title: String,
    /// 「Prevention（預防）」 and so on, when the plan says.
    pub four_p: Option<String>,
    /// Points of the official scoring table, only when given.
    pub points: Option<Figure>,
    /// Criteria of the official scoring table, only when given.
    pub criteria: Option<String>,
    /// Pages of evidence the official scoring table allows, only when given.
    pub page_limit: Option<u32>,
    /// Tasks whose answers are gathered here, in plan order.
    pub tasks: Vec<TaskId>,
    /// The secretariat's own part of the workbook feeds it (年度專題, 策進作為).
    pub secretariat_part: Option<SecretariatPart>,
    /// What is compared across units in the one table of the section.
    pub measures: Vec<Measure>,
    pub charts: Vec<Chart>,
}

/// The two parts of the form that only the secretariat can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretariatPart {
    /// 年度專題.
    AnnualTopic,
    /// 前次考核建議策進作為.
    Recommendations,
}

/// A row of an indicator's cross-unit table: the same field gathered from several tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    pub label: String,
    /// 「人次」.
    pub measure: String,
    /// Where each figure comes from, one per contributing task.
    pub sources: Vec<FieldRef>,
    pub total: Total,
    pub decimals: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Total {
    Sum,
    /// No total is printed (ratios, distinct counts).
    None,
}

/// A bar chart of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    /// A split field (`POL01.by_sex`), a choice column of a table counted by rows or by a
    /// figure column, or a measure across units.
    pub source: ChartSource,
    pub measure: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartSource {
    Split(FieldRef),
    /// Rows of the tables counted by a choice(s) column, weighted by a figure column if given.
    Column {
        tables: Vec<TableId>,
        column: String,
        weight: Option<String>,
    },
    /// One bar a unit.
    Fields(Vec<FieldRef>),
}

/// A field of a task.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FieldRef {
    pub task: TaskId,
    pub field: String,
}

impl fmt::Display for FieldRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.task, self.field)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    pub id: TaskId,
    pub role: RoleId,
    /// The unit that holds the role.
    pub unit: UnitId,
    /// 「勞03」: sheet name stem, begins its item codes.
    pub code: String,
    /// Short title for sheets and headings: 「教育訓練」.
    pub title: String,
    /// The plan's own words, unshortened.
    pub text: String,
    /// May be answered with 無 (with a reason): rows and evidence are then not demanded.
    pub may_be_absent: bool,
    /// Demand on the narrative (執行情形).
    pub narrative: Demand,
    /// Entered and derived, in the order of the sheet.
    pub fields: Vec<Field>,
    /// Tables of this task alone.
    pub tables: Vec<Table>,
    /// Shared tables it draws on.
    pub shared: Vec<TableId>,
    pub evidence: Vec<EvidenceItem>,
    /// Warnings shown at the top of its sheet (個資 …).
    pub cautions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// ASCII, unique in the task.
    pub key: String,
    pub label: String,
    pub kind: ValueKind,
    /// 「人次」; empty for texts.
    pub measure: String,
    pub demand: Demand,
    /// Computed from the rows or other fields instead of being typed.
    pub derive: Option<Derivation>,
    /// Shown as input message.
    pub hint: String,
    /// Allowed range of a figure.
    pub least: Option<Figure>,
    pub most: Option<Figure>,
    /// For a split: the field whose figure it must add up to.
    pub adds_up_to: Option<String>,
}

/// How a derived figure is computed. Keys are columns of `table` or fields of the same task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Derivation {
    /// Number of rows.
    Count { table: TableId, filter: Option<RowFilter> },
    /// Sum over rows of the sum of the columns.
    Sum { table: TableId, columns: Vec<String>, filter: Option<RowFilter> },
    /// Number of different choices in a column.
    Distinct { table: TableId, column: String },
    /// Mean of a column, weighted by another where given.
    Mean { table: TableId, column: String, weight: Option<String> },
    /// Sum of fields.
    Total { fields: Vec<String> },
    /// In percent; a zero denominator gives 「無案件」.
    Ratio { numerator: String, denominator: String },
}

/// Keeps rows whose choice column holds one of the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFilter {
    pub column: String,
    pub any_of: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ValueKind {
    /// One line of text.
    Text,
    /// A document number (文號).
    DocumentNumber,
    Telephone,
    Email,
    /// A count, never negative.
    Count,
    /// A figure with decimals.
    Decimal,
    /// Percent, kept as 0–100.
    Percent,
    Date,
    /// A day or a span of days.
    DateSpan,
    /// One of the options.
    Choice(Vec<String>),
    /// Any of the options: tick columns.
    Choices(Vec<String>),
    /// 是／否.
    Flag,
    /// A count per part (性別, 國籍 …): a small grid.
    Split(Vec<String>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub id: TableId,
    /// 「訓練場次」.
    pub title: String,
    /// For a shared table: the unit whose workbook holds it.
    pub unit: Option<UnitId>,
    pub columns: Vec<Field>,
    /// Rows laid out in the blank workbook.
    pub blank_rows: u32,
    /// Demand for at least one row.
    pub demand: Demand,
    /// Case rows: never printed or packed, only aggregates.
    pub confidential: bool,
    /// An example row shown outside the data area, by column key.
    pub example: BTreeMap<String, String>,
    /// Each half-year of the period needs a row whose date column falls in it.
    pub each_half_year: Option<HalfYearRule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HalfYearRule {
    pub column: String,
    pub standing: Standing,
    /// As cited to the user: 「人口販運防制法施行細則第8條（110年適用版本）」.
    pub basis: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceItem {
    /// 「勞03-2」.
    pub code: ItemCode,
    /// 「簽到表（個資遮蔽）」.
    pub title: String,
    /// Folder name after the code, short: 「簽到表」.
    pub folder: String,
    pub demand: Demand,
    /// Extensions that serve as this evidence, lower case; empty: any.
    pub kinds: Vec<String>,
    /// Pictures are laid two to a page with their captions.
    pub photo_pages: bool,
    /// The unit must tick 已遮蔽.
    pub masking: bool,
    pub hint: String,
}

impl EvidenceItem {
    /// 「勞03-2_簽到表」.
    pub fn folder_name(&self) -> String {
        format!("{}_{}", self.code, self.folder)
    }
}

/// Figures of different units that should agree; a difference is 「差異待說明」, a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    pub title: String,
    pub left: FieldRef,
    pub right: FieldRef,
    pub standing: Standing,
}

impl Plan {
    /// The assessed years with their periods, the postponed one first.
    pub fn periods(&self) -> Vec<(i16, Period)> {
        let Some(postponed) = &self.programme.postponed else { return vec![(self.year, self.period)] };
        let first = postponed.period.last.tomorrow().unwrap_or(self.period.first);
        vec![(postponed.year, postponed.period), (self.year, Period { first, last: self.period.last })]
    }

    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == *id)
    }

    pub fn task(&self, id: &TaskId) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == *id)
    }

    /// The tasks a unit answers for, in plan order.
    pub fn tasks_of<'a>(&'a self, unit: &'a UnitId) -> impl Iterator<Item = &'a Task> {
        self.tasks.iter().filter(move |task| task.unit == *unit)
    }

    pub fn indicators(&self) -> impl Iterator<Item = &Indicator> {
        self.facets.iter().flat_map(|facet| &facet.indicators)
    }

    /// A table of a task or a shared one.
    pub fn table(&self, id: &TableId) -> Option<&Table> {
        self.tasks
            .iter()
            .flat_map(|task| &task.tables)
            .chain(&self.shared_tables)
            .find(|table| table.id == *id)
    }

    /// Every evidence item with its task, in plan order.
    pub fn evidence(&self) -> impl Iterator<Item = (&Task, &EvidenceItem)> {
        self.tasks.iter().flat_map(|task| task.evidence.iter().map(move |item| (task, item)))
    }

    pub fn item(&self, code: &ItemCode) -> Option<(&Task, &EvidenceItem)> {
        self.evidence().find(|(_, item)| item.code == *code)
    }
}
