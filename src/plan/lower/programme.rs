//! The rules of the assessment: grades, milestones, visits, the panel. Their values read and judged.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::diagnostic::{Rule, Severity};
use crate::plan::syntax::{ConditionKind, ConditionToml, MilestoneToml, PanelToml, PlanToml, PostponedToml};
use crate::plan::{
    Award, Engagement, Grade, Member, Milestone, Panel, PanelGroup, Period, Postponed, Programme,
    Recommendation, Strategy, VisitCondition, VisitFacts, VisitTest,
};

use super::{Lowering, PLAN_KEY_DUPLICATE, PLAN_VALUE_INVALID};

pub static PANEL_COMPOSITION: Rule = Rule {
    id: "panel-composition",
    severity: Severity::Error,
    title: "考核小組的組成不符規定",
    explanation: "檢查什麼：計畫檔列了考核委員時，各類委員的人數、指派或推薦的機關，以及各機關推薦的人數。\n\
        為何重要：組成不符規定的小組所為考核，受評機關可據以爭執。\n\
        如何修正：依訊息所指的行補列、刪去或更正；尚未遴聘時請整段不列。",
    answerable: false,
};

/// Decimals of a score where the plan says nothing.
const SCORE_DECIMALS: u32 = 2;

impl Lowering<'_> {
    pub(super) fn schedule(&mut self, toml: &PlanToml) -> Vec<Milestone> {
        let mut schedule: Vec<Milestone> = Vec::new();
        for (index, milestone) in toml.milestone.iter().enumerate() {
            let path = format!("milestone.{index}");
            if let Some(kind) = milestone.kind
                && schedule.iter().any(|earlier| earlier.kind == Some(kind))
            {
                let message = "同一種期程（kind）列了兩次".to_owned();
                self.report(&PLAN_KEY_DUPLICATE, &format!("{path}.kind"), message, "請刪去一個");
            }
            schedule.push(Milestone {
                title: self.required(milestone.title.clone(), &format!("{path}.title")),
                when: self.required(milestone.when.clone(), &format!("{path}.when")),
                kind: milestone.kind,
                span: self.milestone_span(milestone, &path),
            });
        }
        schedule
    }

    fn milestone_span(&mut self, milestone: &MilestoneToml, path: &str) -> Option<Period> {
        if milestone.first.is_none() && milestone.last.is_none() {
            return None;
        }
        Some(self.span(milestone.first.as_ref(), milestone.last.as_ref(), path))
    }

    /// Both days given, in order.
    fn span(&mut self, first: Option<&String>, last: Option<&String>, path: &str) -> Period {
        let first = self.date(first, &format!("{path}.first"));
        let last = self.date(last, &format!("{path}.last"));
        if first != Date::ZERO && last != Date::ZERO && last < first {
            let message = "末日早於首日".to_owned();
            self.report(&PLAN_VALUE_INVALID, &format!("{path}.last"), message, "請對調或更正日期");
        }
        Period { first, last }
    }

    pub(super) fn grades(&mut self, toml: &PlanToml) -> Vec<Grade> {
        let mut grades: Vec<Grade> = Vec::new();
        for (index, grade) in toml.grade.iter().enumerate() {
            let title = self.required(grade.title.clone(), &format!("grade.{index}.title"));
            let path = format!("grade.{index}.at_least");
            let at_least = grade.at_least.as_ref().map(|text| self.figure(text, &path));
            let is_last = index + 1 == toml.grade.len();
            let above = grades.last().and_then(|above| above.at_least);
            let descends = match (above, at_least) {
                (Some(above), Some(this)) => this < above,
                _ => true,
            };
            if !descends || (at_least.is_none() != is_last) {
                let message = format!("等第「{title}」的門檻須由高而低，只有最後一個不設門檻");
                self.report(&PLAN_VALUE_INVALID, &path, message, "請依分數由高到低排列各等第");
            }
            let mut awards = Vec::new();
            for (at, award) in grade.awards.iter().enumerate() {
                let path = format!("grade.{index}.awards.{at}");
                awards.push(Award {
                    role: self.required(award.role.clone(), &format!("{path}.role")),
                    award: self.required(award.award.clone(), &format!("{path}.award")),
                });
            }
            let (honours, exempt_years) = (grade.honours.clone(), grade.exempt_years);
            grades.push(Grade { title, at_least, awards, honours, exempt_years });
        }
        if grades.is_empty() {
            self.required::<String>(None, "grade");
        }
        grades
    }

    pub(super) fn programme(&mut self, toml: &PlanToml, grades: &[Grade]) -> Programme {
        let programme = &toml.assessment;
        let decimals = programme.score_decimals.or(Some(SCORE_DECIMALS));
        let full_score = programme.full_score.as_ref();
        let strategies = programme.strategy.iter().enumerate().map(|(index, strategy)| {
            let path = format!("assessment.strategy.{index}");
            Strategy {
                title: self.required(strategy.title.clone(), &format!("{path}.title")),
                four_p: strategy.four_p.clone(),
                text: self.required(strategy.text.clone(), &format!("{path}.text")),
            }
        });
        Programme {
            strategies: strategies.collect(),
            score_decimals: self.within(decimals, "assessment.score_decimals", 0..=6),
            full_score: full_score.map(|text| self.figure(text, "assessment.full_score")),
            funding: programme.funding.clone(),
            organisers: programme.organisers.clone(),
            postponement: programme.postponement.clone(),
            postponed: programme.postponed.as_ref().and_then(|postponed| self.postponed(postponed, toml)),
            advice: programme.advice.clone(),
            history: self.history(&programme.history, grades),
            conditions: programme
                .condition
                .iter()
                .enumerate()
                .filter_map(|(index, condition)| self.condition(condition, index, grades))
                .collect(),
            visit: self.visit(toml),
            panel: self.panel(&programme.panel),
        }
    }

    /// The year before, and nothing between the two periods: only then are they assessed together.
    fn postponed(&mut self, postponed: &PostponedToml, toml: &PlanToml) -> Option<Postponed> {
        let path = "assessment.postponed";
        let year = self.required(postponed.year, &format!("{path}.year"));
        let reason = self.required(postponed.reason.clone(), &format!("{path}.reason"));
        let period = self.span(postponed.first.as_ref(), postponed.last.as_ref(), path);
        if toml.year.is_some_and(|this| year + 1 != this) {
            let message = format!("順延的年度 {year} 不是本年度的前一年");
            let hint = "當年度考核只能順延至次年度併同考核";
            self.report(&PLAN_VALUE_INVALID, &format!("{path}.year"), message, hint);
        }
        let next = period.last.tomorrow().ok();
        let follows = toml.period.first.as_ref().and_then(|text| super::roc_date(text));
        if period.last != Date::ZERO && follows.is_some() && next != follows {
            let message = "順延年度的末日與本年度受評期間的首日不相連".to_owned();
            self.report(&PLAN_VALUE_INVALID, &format!("{path}.last"), message, "請更正日期");
            return None;
        }
        Some(Postponed { year, period, reason })
    }

    fn history(&mut self, history: &BTreeMap<String, String>, grades: &[Grade]) -> BTreeMap<i16, String> {
        let mut lowered = BTreeMap::new();
        for (year, grade) in history {
            let path = format!("assessment.history.{year}");
            self.known_grade(grade, grades, &path);
            match year.parse::<i16>().ok().filter(|year| (1..=crate::roc::LAST_YEAR).contains(year)) {
                Some(year) => {
                    lowered.insert(year, grade.clone());
                }
                None => {
                    let message = format!("「{year}」不是民國年");
                    self.report(&PLAN_VALUE_INVALID, &path, message, "例：109 = \"等第名稱\"");
                }
            }
        }
        lowered
    }

    fn known_grade(&mut self, grade: &str, grades: &[Grade], path: &str) {
        if !grades.iter().any(|known| known.title == grade) {
            self.unknown(path, "等第", grade, grades.iter().map(|grade| grade.title.as_str()));
        }
    }

    fn condition(
        &mut self,
        condition: &ConditionToml,
        index: usize,
        grades: &[Grade],
    ) -> Option<VisitCondition> {
        let path = format!("assessment.condition.{index}");
        let text = self.required(condition.text.clone(), &format!("{path}.text"));
        let Some(kind) = condition.kind else {
            self.required::<String>(None, &format!("{path}.kind"));
            return None;
        };
        let test = match kind {
            ConditionKind::ConsecutiveGrade => {
                let grade = self.required(condition.grade.clone(), &format!("{path}.grade"));
                self.known_grade(&grade, grades, &format!("{path}.grade"));
                let years = self.within(condition.years, &format!("{path}.years"), 1..=10);
                VisitTest::ConsecutiveGrade { grade, years }
            }
            ConditionKind::Majority => VisitTest::Majority,
            ConditionKind::Volunteered => VisitTest::Volunteered,
            ConditionKind::Designated => VisitTest::Designated,
        };
        Some(VisitCondition { text, test })
    }

    fn visit(&mut self, toml: &PlanToml) -> VisitFacts {
        let (visit, organisers) = (&toml.assessment.visit, &toml.assessment.organisers);
        for (index, agency) in visit.agreed.iter().enumerate() {
            if !organisers.contains(agency) {
                let path = format!("assessment.visit.agreed.{index}");
                self.unknown(&path, "主辦機關", agency, organisers.iter().map(String::as_str));
            }
        }
        let seats: u32 = toml.assessment.panel.group.iter().filter_map(|group| group.seats).sum();
        if let Some(in_favour) = visit.in_favour.filter(|n| *n > seats) {
            let message = format!("認為有必要的委員 {in_favour} 人，多於全部 {seats} 名委員");
            self.report(&PLAN_VALUE_INVALID, "assessment.visit.in_favour", message, "請更正人數");
        }
        VisitFacts {
            in_favour: visit.in_favour,
            volunteered: visit.volunteered,
            agreed: visit.agreed.clone(),
            designated_by: visit.designated_by.clone(),
        }
    }

    fn panel(&mut self, panel: &PanelToml) -> Panel {
        let path = "assessment.panel";
        let mut groups = Vec::new();
        for (index, group) in panel.group.iter().enumerate() {
            let path = format!("{path}.group.{index}");
            let names = match (group.least, group.most) {
                (None, None) => None,
                (least, most) => Some((
                    self.within(least, &format!("{path}.least"), 1..=100),
                    self.within(most, &format!("{path}.most"), least.unwrap_or(1)..=100),
                )),
            };
            groups.push(PanelGroup {
                title: self.required(group.title.clone(), &format!("{path}.title")),
                seats: self.within(group.seats, &format!("{path}.seats"), 1..=100),
                sources: group.sources.clone(),
                names,
            });
        }
        let conflict_years = match groups.is_empty() {
            true => 0,
            false => self.within(panel.conflict_years, &format!("{path}.conflict_years"), 0..=50),
        };
        let members = self.members(panel, &groups);
        let recommendations = self.recommendations(panel, &groups);
        self.seats(panel, &groups, &members);
        Panel { conflict_years, groups, members, recommendations }
    }

    fn members(&mut self, panel: &PanelToml, groups: &[PanelGroup]) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        for (index, member) in panel.member.iter().enumerate() {
            let path = format!("assessment.panel.member.{index}");
            let name = self.required(member.name.clone(), &format!("{path}.name"));
            let title = self.required(member.group.clone(), &format!("{path}.group"));
            let source = self.required(member.source.clone(), &format!("{path}.source"));
            if members.iter().any(|earlier| earlier.name == name) {
                let message = format!("委員「{name}」列了兩次");
                self.report(&PLAN_KEY_DUPLICATE, &format!("{path}.name"), message, "請刪去一個");
            }
            match groups.iter().find(|group| group.title == title) {
                None => {
                    let known = groups.iter().map(|group| group.title.as_str());
                    self.unknown(&format!("{path}.group"), "委員類別", &title, known);
                }
                Some(group) if !group.sources.contains(&source) => {
                    let message = format!("「{source}」不是{title}的指派或推薦機關");
                    let hint = format!("應為：{}", group.sources.join("、"));
                    self.report(&PANEL_COMPOSITION, &format!("{path}.source"), message, &hint);
                }
                Some(_) => {}
            }
            let engagements = member.engagement.iter().enumerate().map(|(at, engagement)| {
                let path = format!("{path}.engagement.{at}");
                Engagement {
                    government: self.required(engagement.government.clone(), &format!("{path}.government")),
                    subject: engagement.subject.clone(),
                    until: self.date(engagement.until.as_ref(), &format!("{path}.until")),
                }
            });
            let engagements = engagements.collect();
            members.push(Member { name, group: title, source, engagements });
        }
        members
    }

    /// Where members are named at all: as many as there are seats, each group's own; an agency that
    /// sends one of its own sends only one.
    fn seats(&mut self, panel: &PanelToml, groups: &[PanelGroup], members: &[Member]) {
        if members.is_empty() {
            return;
        }
        for group in groups {
            let own: Vec<&Member> = members.iter().filter(|member| member.group == group.title).collect();
            if own.len() != group.seats as usize {
                let message = format!("{}有 {} 名，應為 {} 名", group.title, own.len(), group.seats);
                let hint = "請補列或刪去委員";
                self.report(&PANEL_COMPOSITION, "assessment.panel.member", message, hint);
            }
            if group.names.is_some() {
                self.recommended(panel, group, members);
                continue;
            }
            for (index, member) in members.iter().enumerate() {
                let earlier = &members[..index];
                let is_twin = |other: &Member| other.group == group.title && other.source == member.source;
                if member.group == group.title && earlier.iter().any(is_twin) {
                    let path = format!("assessment.panel.member.{index}.source");
                    let message = format!("「{}」指派了不只一名{}", member.source, group.title);
                    self.report(&PANEL_COMPOSITION, &path, message, "各主辦機關指派一名代表");
                }
            }
        }
    }

    /// Where lists were put forward, a member stands on the list of the agency named.
    fn recommended(&mut self, panel: &PanelToml, group: &PanelGroup, members: &[Member]) {
        for (index, member) in members.iter().enumerate().filter(|(_, one)| one.group == group.title) {
            let mut lists =
                panel.recommendation.iter().filter(|list| list.source.as_ref() == Some(&member.source));
            let Some(list) = lists.next() else { continue };
            if !list.names.contains(&member.name) {
                let path = format!("assessment.panel.member.{index}.name");
                let message = format!("「{}」不在「{}」推薦的名單內", member.name, member.source);
                self.report(&PANEL_COMPOSITION, &path, message, "請核對推薦名單");
            }
        }
    }

    fn recommendations(&mut self, panel: &PanelToml, groups: &[PanelGroup]) -> Vec<Recommendation> {
        let mut lists = Vec::new();
        for (index, list) in panel.recommendation.iter().enumerate() {
            let path = format!("assessment.panel.recommendation.{index}");
            let source = self.required(list.source.clone(), &format!("{path}.source"));
            let asked = groups.iter().find(|group| group.names.is_some() && group.sources.contains(&source));
            match asked.and_then(|group| group.names) {
                None => {
                    let known = groups.iter().filter(|group| group.names.is_some());
                    let known = known.flat_map(|group| &group.sources).map(String::as_str);
                    self.unknown(&format!("{path}.source"), "推薦機關", &source, known);
                }
                Some((least, most)) if !(least as usize..=most as usize).contains(&list.names.len()) => {
                    let message =
                        format!("「{source}」推薦 {} 名，應為 {least} 名至 {most} 名", list.names.len());
                    self.report(&PANEL_COMPOSITION, &format!("{path}.names"), message, "請洽該機關補正");
                }
                Some(_) => {}
            }
            lists.push(Recommendation { source, names: list.names.clone() });
        }
        lists
    }
}
