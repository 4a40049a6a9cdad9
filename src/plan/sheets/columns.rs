//! Sheets and columns of the plan's workbook: the one table both directions follow.

/// How a sheet's rows stand in the plan.
pub enum Rows {
    /// One row a value: label and dotted path.
    Values(&'static [(&'static str, &'static str, Kind)]),
    /// One row an entry of a keyed table (`unit.labour`); the first column is the key.
    Keyed(&'static str, &'static [Column]),
    /// As `Keyed`, in every task; the first column names the task, the second the key.
    InTasks(&'static str, &'static [Column]),
    /// One row an item of a list (`milestone`), replaced whole.
    Listed(&'static str, &'static [Column]),
}

/// Key, header and kind of a column.
pub struct Column(pub &'static str, pub &'static str, pub Kind);

/// How a cell is written and read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A whole number.
    Whole,
    /// A whole number; blank, or 0: no limit.
    Limit,
    /// 是, or blank.
    Flag,
    /// Words divided by 、.
    Words,
    /// Sentences, one a line.
    Lines,
    /// Pairs of a role and its award, one a line, divided by ：.
    Awards,
    /// A word of the plan and how it is shown.
    Choice(&'static [(&'static str, &'static str)]),
}

use Kind::{Awards, Choice, Flag, Limit, Lines, Text, Whole, Words};

const STANDINGS: Kind = Choice(&[("official", "計畫明定"), ("proposed", "建議")]);
const MILESTONES: Kind = Choice(&[
    ("self-assessment", "自評"),
    ("review", "書面考核"),
    ("preliminary", "初審成績"),
    ("appeal", "申復"),
    ("final", "等第公布"),
    ("awards", "頒獎"),
]);

/// Header of the key column, and of the task column before it.
pub const KEY: &str = "代號";
pub const TASK: &str = "任務代號";
/// Headers of a sheet of values.
pub const LABEL: &str = "項目";
pub const VALUE: &str = "內容";
pub const PATH: &str = "名稱（勿改）";

/// Header of the column that leaves an entry out.
pub const ABSENT: Column = Column("absent", "不列入", Flag);

pub const SHEETS: &[(&str, Rows)] = &[
    (
        "基本",
        Rows::Values(&[
            ("標題", "title", Text),
            ("表名", "form_title", Text),
            ("受評年度", "year", Whole),
            ("政府全銜", "government.name", Text),
            ("政府簡稱", "government.short", Text),
            ("機關代碼", "government.code", Text),
            ("檔名用代字（英文小寫）", "government.ascii", Text),
            ("秘書單位（單位代號）", "secretariat.unit", Text),
            ("秘書單位資料夾", "secretariat.folder", Text),
            ("秘書單位稱謂", "secretariat.title", Text),
            ("受評期間首日", "period.first", Text),
            ("受評期間末日", "period.last", Text),
            ("受文機關", "recipient.name", Text),
            ("收件電子郵件", "recipient.email", Text),
            ("內部期限", "deadlines.internal", Text),
            ("陳報期限（計畫文字）", "deadlines.final_text", Text),
            ("陳報期限（確切日期）", "deadlines.final_exact", Text),
            ("陳報期限（未有確切日期時）", "deadlines.final_default", Text),
            ("申復工作日數", "deadlines.appeal_days", Whole),
            ("停班日", "deadlines.extra_closures", Words),
            ("郵件上限（MB）", "limits.mail_megabytes", Whole),
            ("依據", "legal_bases", Lines),
            ("核章欄", "signatures", Words),
            ("沒有公開來源之處", "notes", Lines),
            ("經費來源", "assessment.funding", Lines),
        ]),
    ),
    (
        "單位",
        Rows::Keyed(
            "unit",
            &[
                Column("order", "順序", Whole),
                Column("name", "單位名稱", Text),
                Column("prefix", "代字", Text),
                Column("roles", "角色", Words),
                ABSENT,
            ],
        ),
    ),
    (
        "任務",
        Rows::Keyed(
            "task",
            &[
                Column("role", "角色", Text),
                Column("no", "編號", Whole),
                Column("title", "簡稱", Text),
                Column("text", "計畫原文", Text),
                Column("may_be_absent", "可填無", Flag),
                Column("narrative", "執行情形", STANDINGS),
                Column("cautions", "注意事項", Lines),
                ABSENT,
            ],
        ),
    ),
    (
        "佐證",
        Rows::InTasks(
            "evidence",
            &[
                Column("title", "佐證名稱", Text),
                Column("folder", "資料夾", Text),
                Column("standing", "性質", STANDINGS),
                Column("optional", "選填", Flag),
                Column("kinds", "副檔名", Words),
                Column("photo_pages", "照片頁", Flag),
                Column("masking", "須遮蔽", Flag),
                Column("hint", "說明", Text),
                ABSENT,
            ],
        ),
    ),
    (
        "指標與配分",
        Rows::Keyed(
            "indicator",
            &[
                Column("facet", "面向", Text),
                Column("order", "順序", Whole),
                Column("title", "指標", Text),
                Column("four_p", "4P", Text),
                Column("points", "配分", Text),
                Column("criteria", "評分說明", Text),
                Column("page_limit", "佐證頁數上限", Limit),
                Column("tasks", "任務", Words),
            ],
        ),
    ),
    (
        "期程",
        Rows::Listed(
            "milestone",
            &[
                Column("title", "事項", Text),
                Column("kind", "種類", MILESTONES),
                Column("when", "計畫文字", Text),
                Column("first", "首日", Text),
                Column("last", "末日", Text),
            ],
        ),
    ),
    (
        "等第",
        Rows::Listed(
            "grade",
            &[
                Column("title", "等第", Text),
                Column("at_least", "門檻（分以上）", Text),
                Column("exempt_years", "免評年數", Whole),
                Column("awards", "獎勵（對象：獎勵）", Awards),
                Column("honours", "其他", Lines),
            ],
        ),
    ),
];
