//! The secretariat's own settings: numbers and days that cannot have been meant.
//!
//! A setting out of its range is left aside and the plan's is used (`pipeline::lay_over` asks
//! the same ranges), which only the secretariat can see to be wrong: so it is told.

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::figure::Figure;
use crate::place::Located;
use crate::plan::{Indicator, Limits, Plan};
use crate::roc;

use super::{CheckInput, breach};

pub static SETTING_OUT_OF_RANGE: Rule = Rule {
    id: "setting-out-of-range",
    severity: Severity::Warning,
    title: "設定超出可用範圍",
    explanation: "檢查什麼：秘書單位填報檔的郵件上限與照片解析度，是否在可用的範圍內。\n\
        為何重要：範圍外的設定不會採用，改依計畫；不說出來，您會以為設定已生效。\n\
        如何修正：請改成訊息所列範圍內的整數，或清除該格以依計畫。",
    answerable: false,
};

pub static SETTING_DATE_IMPLAUSIBLE: Rule = Rule {
    id: "setting-date-implausible",
    severity: Severity::Warning,
    title: "設定的日期不合常理",
    explanation: "檢查什麼：填表日期與寄達期限，是否在受評期間結束之後的一年內。\n\
        為何重要：填表日期印在自評表封面，寄達期限用來催辦；年份打錯一個字，整份文件都跟著錯。\n\
        如何修正：請核對民國年份；日期確實如此者不必修改。",
    answerable: false,
};

pub static POINTS_NEGATIVE: Rule = Rule {
    id: "points-negative",
    severity: Severity::Error,
    title: "配分為負數",
    explanation: "檢查什麼：每項指標的配分是否為負數。\n\
        為何重要：配分不會小於 0；負數會使總分與等第算錯。\n\
        如何修正：請核對評分表的配分；沒有配分者請清除該格。",
    answerable: false,
};

pub static RULES: &[&Rule] = &[&SETTING_OUT_OF_RANGE, &SETTING_DATE_IMPLAUSIBLE, &POINTS_NEGATIVE];

pub fn check(input: &CheckInput, out: &mut Diagnostics) {
    let secretariat = input.secretariat;
    let megabytes = (Limits::MAIL_MEGABYTES.start(), Limits::MAIL_MEGABYTES.end());
    let dpi = (Limits::PICTURE_DPI.start(), Limits::PICTURE_DPI.end());
    out.extend(out_of_range(&secretariat.mail_megabytes, "郵件附檔上限", "MB", megabytes));
    out.extend(out_of_range(&secretariat.picture_dpi, "照片解析度", "dpi", dpi));
    out.extend(implausible(&secretariat.prepared_on, "填表日期", input.plan));
    out.extend(implausible(&secretariat.final_date, "寄達期限", input.plan));
    out.extend(input.plan.indicators().filter_map(|indicator| negative(input, indicator)));
}

fn out_of_range(
    setting: &Option<Located<Figure>>,
    name: &str,
    measure: &str,
    (least, most): (&u32, &u32),
) -> Option<Diagnostic> {
    let setting = setting.as_ref()?;
    let fits =
        setting.value.to_i64().is_some_and(|value| (i64::from(*least)..=i64::from(*most)).contains(&value));
    if fits {
        return None;
    }
    let message = format!("{name}「{}」不是 {least} 到 {most} 的整數，未採用，改依計畫", setting.value);
    Some(
        breach(&SETTING_OUT_OF_RANGE, &setting.place, None, name, message)
            .hint(format!("請改填 {least} 到 {most} 的整數（單位 {measure}），或清除該格")),
    )
}

/// What is reported on is over, and what is reported a year later is another assessment.
fn implausible(setting: &Option<Located<Date>>, name: &str, plan: &Plan) -> Option<Diagnostic> {
    let setting = setting.as_ref()?;
    let end = plan.period.last;
    let is_plausible =
        setting.value > end && end.until(setting.value).is_ok_and(|span| span.get_days() <= 366);
    if is_plausible {
        return None;
    }
    let message =
        format!("{name}{}，不在受評期間（至{}止）結束後的一年內", roc::full(setting.value), roc::full(end));
    Some(
        breach(&SETTING_DATE_IMPLAUSIBLE, &setting.place, None, name, message)
            .hint("請核對年份；確實如此者不必修改"),
    )
}

fn negative(input: &CheckInput, indicator: &Indicator) -> Option<Diagnostic> {
    let points = input.secretariat.scores.get(&indicator.id)?.points.as_ref()?;
    if !points.value.is_negative() {
        return None;
    }
    let message = format!("指標 {}「{}」配分 {}，不得為負數", indicator.code, indicator.title, points.value);
    Some(
        breach(&POINTS_NEGATIVE, &points.place, None, &indicator.title, message)
            .hint("請核對評分表；沒有配分者請清除該格"),
    )
}
