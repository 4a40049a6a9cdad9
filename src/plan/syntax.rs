//! The plan as written: a mirror of the TOML.
//!
//! Everything is optional here, because a workspace's layer says only what differs; unknown keys
//! are refused. Where keys stand is `layers`' affair, what they mean `lower`'s.

use std::collections::BTreeMap;

use serde::Deserialize;

macro_rules! mirror {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Default, Deserialize)]
            #[serde(deny_unknown_fields, default)]
            pub struct $name {
                $(pub $field: $type,)*
            }
        )*
    };
}

mirror! {
    PlanToml {
        based_on: Option<String>,
        title: Option<String>,
        form_title: Option<String>,
        year: Option<i16>,
        signatures: Vec<String>,
        legal_bases: Vec<String>,
        notes: Vec<String>,
        government: GovernmentToml,
        secretariat: SecretariatToml,
        period: PeriodToml,
        recipient: RecipientToml,
        deadlines: DeadlinesToml,
        limits: LimitsToml,
        delivery: DeliveryToml,
        milestone: Vec<MilestoneToml>,
        grade: Vec<GradeToml>,
        unit: Table<UnitToml>,
        facet: Table<FacetToml>,
        indicator: Table<IndicatorToml>,
        set: Table<SetToml>,
        task: Table<TaskToml>,
        shared: Table<TableToml>,
        comparison: Vec<ComparisonToml>,
        assessment: ProgrammeToml,
        law: LawToml,
    }
    /// The law a plan is written under: the day it came into force, for choosing a base.
    LawToml { in_force: Option<String> }
    GovernmentToml { name: Option<String>, short: Option<String>, code: Option<String>, ascii: Option<String> }
    SecretariatToml { unit: Option<String>, folder: Option<String>, title: Option<String> }
    PeriodToml { first: Option<String>, last: Option<String> }
    RecipientToml { name: Option<String>, email: Option<String> }
    DeadlinesToml {
        internal: Option<String>,
        final_text: Option<String>,
        final_exact: Option<String>,
        final_default: Option<String>,
        appeal_days: Option<u8>,
        extra_closures: Vec<String>,
    }
    DeliveryToml {
        by: Option<super::Route>,
        most_mails: Option<u32>,
        letter_basis: Option<String>,
        letter_ending: Option<String>,
        letter_signed_by: Option<String>,
        letter_copies: Vec<String>,
    }
    LimitsToml {
        mail_megabytes: Option<u32>,
        attachment_megabytes: Option<u32>,
        picture_dpi: Option<u32>,
        picture_quality: Option<u8>,
        small_cell: Option<i64>,
    }
    MilestoneToml {
        title: Option<String>,
        when: Option<String>,
        kind: Option<super::MilestoneKind>,
        first: Option<String>,
        last: Option<String>,
    }
    GradeToml {
        title: Option<String>,
        at_least: Option<String>,
        exempt_years: u8,
        awards: Vec<AwardToml>,
        honours: Vec<String>,
    }
    AwardToml { role: Option<String>, award: Option<String> }
    ProgrammeToml {
        score_decimals: Option<u32>,
        full_score: Option<String>,
        funding: Vec<String>,
        organisers: Vec<String>,
        postponement: Option<String>,
        strategy: Vec<StrategyToml>,
        condition: Vec<ConditionToml>,
        panel: PanelToml,
        history: BTreeMap<String, String>,
        advice: Vec<String>,
        visit: VisitToml,
        postponed: Option<PostponedToml>,
    }
    StrategyToml { title: Option<String>, four_p: Option<String>, text: Option<String> }
    /// `grade` and `years` only with `consecutive-grade`.
    ConditionToml {
        kind: Option<ConditionKind>,
        text: Option<String>,
        grade: Option<String>,
        years: Option<u8>,
    }
    PanelToml {
        conflict_years: Option<u8>,
        group: Vec<PanelGroupToml>,
        member: Vec<MemberToml>,
        recommendation: Vec<RecommendationToml>,
    }
    PanelGroupToml {
        title: Option<String>,
        seats: Option<u32>,
        sources: Vec<String>,
        least: Option<u32>,
        most: Option<u32>,
    }
    MemberToml {
        name: Option<String>,
        group: Option<String>,
        source: Option<String>,
        engagement: Vec<EngagementToml>,
    }
    EngagementToml { government: Option<String>, subject: String, until: Option<String> }
    RecommendationToml { source: Option<String>, names: Vec<String> }
    VisitToml { in_favour: Option<u32>, volunteered: Option<bool>, agreed: Vec<String>, designated_by: Option<String> }
    PostponedToml { year: Option<i16>, first: Option<String>, last: Option<String>, reason: Option<String> }
    /// `absent`: a unit of the plan below that this one does without.
    UnitToml { order: i64, name: Option<String>, prefix: Option<String>, roles: Vec<String>, absent: bool }
    FacetToml { number: Option<usize>, title: Option<String> }
    IndicatorToml {
        facet: Option<String>,
        order: i64,
        title: Option<String>,
        four_p: Option<String>,
        points: Option<String>,
        criteria: Option<String>,
        page_limit: Option<u32>,
        tasks: Vec<String>,
        secretariat_part: Option<super::SecretariatPart>,
        measures: Vec<MeasureToml>,
        charts: Vec<ChartToml>,
    }
    /// `field` gathers the same key from every task of the indicator; `fields` names them.
    MeasureToml {
        label: Option<String>,
        measure: String,
        field: Option<String>,
        fields: Vec<String>,
        total: Option<bool>,
        decimals: u32,
    }
    ChartToml {
        title: Option<String>,
        measure: String,
        split: Option<String>,
        field: Option<String>,
        table: Option<String>,
        column: Option<String>,
        weight: Option<String>,
    }
    /// What several tasks hold alike: written once, laid under each task that names it.
    SetToml {
        narrative: Option<super::Standing>,
        field: Table<FieldToml>,
        table: Table<TableToml>,
        evidence: Table<EvidenceToml>,
    }
    TaskToml {
        absent: bool,
        role: Option<String>,
        no: Option<u32>,
        title: Option<String>,
        text: Option<String>,
        may_be_absent: bool,
        narrative: Option<super::Standing>,
        sets: Vec<String>,
        shared: Vec<String>,
        cautions: Vec<String>,
        field: Table<FieldToml>,
        table: Table<TableToml>,
        evidence: Table<EvidenceToml>,
    }
    FieldToml {
        label: Option<String>,
        kind: Option<String>,
        options: Vec<String>,
        measure: String,
        standing: Option<super::Standing>,
        optional: bool,
        hint: String,
        least: Option<String>,
        most: Option<String>,
        adds_up_to: Option<String>,
        derive: Option<DeriveToml>,
    }
    /// Exactly one of `count`, `sum`, `distinct`, `mean`, `total`, `ratio`.
    DeriveToml {
        count: Option<String>,
        sum: Option<Vec<String>>,
        distinct: Option<String>,
        mean: Option<String>,
        weight: Option<String>,
        of: Option<String>,
        r#where: Option<FilterToml>,
        total: Option<Vec<String>>,
        ratio: Option<[String; 2]>,
    }
    FilterToml { column: Option<String>, any_of: Vec<String> }
    TableToml {
        unit: Option<String>,
        title: Option<String>,
        standing: Option<super::Standing>,
        optional: bool,
        confidential: bool,
        blank_rows: Option<u32>,
        example: BTreeMap<String, String>,
        half_year: Option<HalfYearToml>,
        column: Table<FieldToml>,
    }
    HalfYearToml { column: Option<String>, standing: Option<super::Standing>, basis: String }
    EvidenceToml {
        absent: bool,
        title: Option<String>,
        folder: Option<String>,
        standing: Option<super::Standing>,
        optional: bool,
        kinds: Vec<String>,
        photo_pages: bool,
        masking: bool,
        hint: String,
    }
    ComparisonToml {
        title: Option<String>,
        left: Option<String>,
        right: Option<String>,
        standing: Option<super::Standing>,
    }
}

/// What a condition for a visit rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConditionKind {
    ConsecutiveGrade,
    Majority,
    Volunteered,
    Designated,
}

/// A keyed table in the order of writing.
#[derive(Debug, Clone)]
pub struct Table<T>(pub Vec<(String, T)>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Entries<T> {
            type Value = Table<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Table<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Table(entries))
            }
        }
        deserializer.deserialize_map(Entries(std::marker::PhantomData))
    }
}
