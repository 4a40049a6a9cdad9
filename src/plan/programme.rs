//! How a year's work is assessed, as the plan states it: grades, schedule, visits, panel, postponement.
//!
//! Inert values. `assessment` draws the conclusions; no grade, year or agency stands in the source.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::figure::Figure;

use super::Period;

/// A step of the assessment; printed as the plan writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    pub title: String,
    pub when: String,
    /// What other rules refer to it as.
    pub kind: Option<MilestoneKind>,
    /// First and last day, where the plan's words give them.
    pub span: Option<Period>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MilestoneKind {
    /// 自評工作.
    SelfAssessment,
    /// 書面考核: the day of the panel's work, against which conflicts of interest are judged.
    Review,
    /// 初審成績公布.
    Preliminary,
    /// 申復: counted from the day the preliminary result is served.
    Appeal,
    /// 考核等第公布.
    Final,
    /// 頒獎及表揚.
    Awards,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// 「特優」.
    pub title: String,
    /// Lowest score that earns it; `None` for the last grade.
    pub at_least: Option<Figure>,
    /// Who is proposed for what.
    pub awards: Vec<Award>,
    /// What else the grade brings, one sentence each (a ceremony; 「不予獎勵」).
    pub honours: Vec<String>,
    /// Years of exemption from the next assessment on.
    pub exempt_years: u8,
}

/// 「主管」「記功2次」.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    pub role: String,
    pub award: String,
}

/// The rules of the assessment, with what the workspace says of this year's case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Programme {
    /// Decimals of a score, rounded half up.
    pub score_decimals: u32,
    /// What all points should add up to; only proposed, the plan does not say.
    pub full_score: Option<Figure>,
    /// 經費來源, one paragraph each.
    pub funding: Vec<String>,
    /// The strategies of the plan (4P).
    pub strategies: Vec<Strategy>,
    /// Agencies that carry out the assessment (主辦機關).
    pub organisers: Vec<String>,
    /// The plan's sentence on force majeure.
    pub postponement: Option<String>,
    /// An earlier year whose assessment was put off to this one.
    pub postponed: Option<Postponed>,
    /// Grades of earlier years, by ROC year.
    pub history: BTreeMap<i16, String>,
    /// Recommendations of the last assessment, to be answered in this one.
    pub advice: Vec<String>,
    /// Any one of them allows a visit.
    pub conditions: Vec<VisitCondition>,
    pub visit: VisitFacts,
    pub panel: Panel,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strategy {
    pub title: String,
    /// As indicators name it: 「Prevention（預防）」.
    pub four_p: Option<String>,
    pub text: String,
}

/// 當年度考核順延至次年度併同考核.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postponed {
    /// ROC year.
    pub year: i16,
    pub period: Period,
    /// Why, as printed.
    pub reason: String,
}

/// A condition for an on-site visit with the plan's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitCondition {
    pub text: String,
    pub test: VisitTest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisitTest {
    /// The grade was earned in each of so many years in a row.
    ConsecutiveGrade { grade: String, years: u8 },
    /// More than half of the panel's seats are in favour.
    Majority,
    /// The government volunteers and every organiser agrees.
    Volunteered,
    /// A member of the named body designates it.
    Designated,
}

/// What is known about this government's case; `None`: nothing was filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VisitFacts {
    /// Members who hold a visit necessary.
    pub in_favour: Option<u32>,
    pub volunteered: Option<bool>,
    /// Organisers that agreed.
    pub agreed: Vec<String>,
    /// By whom or by which resolution it was designated.
    pub designated_by: Option<String>,
}

/// 考核小組.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Panel {
    /// Years within which paid work for a government bars from assessing it.
    pub conflict_years: u8,
    pub groups: Vec<PanelGroup>,
    pub members: Vec<Member>,
    pub recommendations: Vec<Recommendation>,
}

/// 「機關委員」, 「外聘委員」.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelGroup {
    pub title: String,
    pub seats: u32,
    /// Agencies that assign or recommend its members.
    pub sources: Vec<String>,
    /// How many names each source puts forward, least and most; `None`: it sends one of its own.
    pub names: Option<(u32, u32)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// Title of the group.
    pub group: String,
    /// The agency that assigned or recommended the member.
    pub source: String,
    pub engagements: Vec<Engagement>,
}

/// Research or work a government commissioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagement {
    /// 「花蓮縣政府」.
    pub government: String,
    pub subject: String,
    /// Its last day.
    pub until: Date,
}

/// The names an agency put forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommendation {
    pub source: String,
    pub names: Vec<String>,
}
