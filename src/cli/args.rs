//! The command line as typed. Only here: clap.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// 彙編：把各單位的填報檔與佐證，彙編成自評表、佐證資料與陳報包
#[derive(Debug, Parser)]
#[command(
    name = "huibian",
    version,
    disable_help_subcommand = true,
    after_help = "不加任何指令（或直接點兩下）會出現選單。\n\
        結束代碼：0 完成（可有警告）；1 有錯誤，只產出草稿；2 無法執行；11 另一個執行中；12 驗證不符；130 取消。"
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// 建立工作資料夾：計畫、各單位空白表、佐證資料夾、使用說明
    Init(Init),
    /// 重新產生空白表；已填寫的填報檔不會被覆寫
    Forms(Forms),
    /// 檢核填報內容與佐證，列出要修正的地方
    Check(Check),
    /// 收件進度：各單位交了沒、錯誤與佐證、離期限幾個上班日、接下來做什麼
    Status(Status),
    /// 產生給各單位的補件通知（郵件草稿、標註過的填報檔）與收件證明
    Notices(Notices),
    /// 年度期程；可另存成行事曆檔（.ics）
    Timeline(Timeline),
    /// 逐格比對兩份填報檔
    Diff(Diff),
    /// 產製自評表、佐證資料、陳報包與郵件草稿
    Compile(Compile),
    /// 把內容填入機關自己的表單（.docx、.odt）
    Fill(Fill),
    /// 說明一條檢核規則
    Explain(Explain),
    /// 由印出的內容查回填報的儲存格與檔案，或由儲存格查出印在何處
    Trace(Trace),
    /// 驗證陳報包是否完整、未被更動
    Verify(Verify),
    /// 初審成績送達後，計算申復的最後一日
    Appeal(Appeal),
    /// Serves jobs on standard input; started by huibian itself.
    #[command(hide = true)]
    Worker,
}

#[derive(Debug, Args)]
pub struct Init {
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 內建計畫的名稱
    #[arg(long, default_value = crate::assets::plans::DEFAULT, value_name = "計畫")]
    pub plan: String,
}

#[derive(Debug, Args)]
pub struct Forms {
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 改寫到另一個資料夾（一律產生全新的空白表）
    #[arg(long, value_name = "資料夾")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Check {
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 輸出格式
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "格式")]
    pub format: Format,
    /// 另存網頁版檢核報告（內部用；省略檔名則為 檢核報告.html）
    #[arg(long, value_name = "檔案", num_args = 0..=1, default_missing_value = "檢核報告.html")]
    pub html: Option<PathBuf>,
    /// 以這一天判斷期限（例：111-02-15），預設為今天
    #[arg(long, value_name = "日期")]
    pub today: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct Status {
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 以這一天判斷期限（例：111-02-15），預設為今天
    #[arg(long, value_name = "日期")]
    pub today: Option<String>,
}

#[derive(Debug, Args)]
pub struct Notices {
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 產出的資料夾；通知放在其中的「補件通知」
    #[arg(long, default_value = "output", value_name = "資料夾")]
    pub out: PathBuf,
    /// 以這一天判斷期限（例：111-02-15），預設為今天
    #[arg(long, value_name = "日期")]
    pub today: Option<String>,
}

#[derive(Debug, Args)]
pub struct Timeline {
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 另存成行事曆檔，可匯入 Outlook、Google 日曆
    #[arg(long, value_name = "檔案")]
    pub ics: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Diff {
    /// 較早的填報檔
    #[arg(value_name = "舊檔")]
    pub old: PathBuf,
    /// 較新的填報檔
    #[arg(value_name = "新檔")]
    pub new: PathBuf,
}

#[derive(Debug, Args)]
pub struct Compile {
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 產出的資料夾
    #[arg(long, default_value = "output", value_name = "資料夾")]
    pub out: PathBuf,
    /// 只產出草稿，不打包
    #[arg(long)]
    pub draft: bool,
    /// 不逐頁比對裝訂結果與原檔（較快）
    #[arg(long)]
    pub no_compare: bool,
    /// 以這一天判斷期限（例：111-02-15），預設為今天
    #[arg(long, value_name = "日期")]
    pub today: Option<String>,
}

#[derive(Debug, Args)]
pub struct Fill {
    /// 含 {{…}} 欄位的表單（.docx 或 .odt）
    #[arg(value_name = "表單")]
    pub template: PathBuf,
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 填好的檔名；預設為目前資料夾的「表單_已填」，已有的檔案不覆寫
    #[arg(long, value_name = "檔案")]
    pub out: Option<PathBuf>,
    /// 列出全部可用的欄位與目前的內容
    #[arg(long)]
    pub list: bool,
    /// 以這一天判斷期限（例：111-02-15），預設為今天
    #[arg(long, value_name = "日期")]
    pub today: Option<String>,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// 規則代號；省略則列出全部
    #[arg(value_name = "規則")]
    pub rule: Option<String>,
}

#[derive(Debug, Args)]
pub struct Trace {
    /// 指標（2-1）、附件（2-1-3）、工作項目或佐證項目的代碼、檔名、儲存格（「工作表!C12」）
    #[arg(value_name = "項目")]
    pub item: String,
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// 陳報包（.zip）
    #[arg(value_name = "陳報包")]
    pub bundle: PathBuf,
}

#[derive(Debug, Args)]
pub struct Appeal {
    /// 成績公文送達日（例：111-06-10）
    #[arg(value_name = "日期")]
    pub served: String,
    /// 工作資料夾（計入計畫所列的停班日）
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
}
