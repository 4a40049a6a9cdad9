//! The command line as typed. Only here: clap.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The workspace unless another is named.
pub const INPUTS: &str = "inputs";
/// Where `compile` writes unless told otherwise.
pub const OUTPUT: &str = "output";

/// Where `check --fix` writes unless told otherwise.
pub const REPAIRED: &str = "output-fix";

/// Where `annexes` writes unless told otherwise.
pub const ANNEXES: &str = "annexes";

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
    /// 寫出內建範本與資料欄位說明，供修改；已有的檔案不覆寫
    Templates(Folder),
    /// 檢核填報內容與佐證，列出要修正的地方
    Check(Check),
    /// 收件進度：各單位交了沒、錯誤與佐證、離期限幾個上班日、接下來做什麼
    Status(Status),
    /// 產生給各單位的補件通知（郵件草稿、標註過的填報檔）與收件證明
    Notices(Notices),
    /// 考核期程（期限、書面考核、初審、申復、等第公布），以辦公日曆計算；可另存成行事曆檔（.ics）
    Timeline(Timeline),
    /// 逐格比對兩份填報檔
    Diff(Diff),
    /// 監看工作資料夾：存檔後自動重新產製（或只檢核），按 Ctrl-C 結束
    Watch(Watch),
    /// 產製自評表、佐證資料、陳報包與郵件草稿
    #[command(
        after_help = "內建字型沒有的罕用字，取用本機安裝的全字庫正楷體、正宋體（TW-Kai、TW-Sung 各字型檔）；\n\
            哪個字型檔印了哪些字，記在「內部/檔案總帳.csv」。"
    )]
    Compile(Compile),
    /// 放入核章頁的掃描檔：以識別碼確認核章的就是要寄出的內容
    AttachSigned(AttachSigned),
    /// 把內容填入機關自己的表單（.docx、.odt）
    Fill(Fill),
    /// 附件編號：傳閱之後鎖定，不再移動
    #[command(subcommand)]
    Numbers(NumbersCommand),
    /// 說明一條檢核規則
    Explain(Explain),
    /// 由印出的內容查回填報的儲存格與檔案，或由儲存格查出印在何處
    Trace(Trace),
    /// 驗證陳報包是否完整、未被更動
    Verify(Verify),
    /// 初審成績送達後，計算申復的最後一日
    Appeal(Appeal),
    /// 把計畫推移到另一年度，建立新的工作資料夾
    Roll(Roll),
    /// 計畫檔：檢查、匯出成活頁簿、由活頁簿匯入
    #[command(subcommand)]
    Plan(PlanCommand),
    /// 產製計畫的附件：任務分工表與評分表（PDF 與 ODS）
    Annexes(Annexes),
    /// 收件端：驗證許多陳報包，彙整成一份比較表（.ods 與 .xlsx）
    Collate(Collate),
    /// 自評總分、等第、獎勵、免評年數，以及距上一等第還差多少
    Score(Score),
    /// 實地考核：四項要件是否成立及其理由
    Visit(Folder),
    /// 考核小組：委員、推薦機關與應迴避的地方政府
    Panel(Panel),
    /// Serves jobs on standard input; started by huibian itself.
    #[command(hide = true)]
    Worker,
}

#[derive(Debug, Args)]
pub struct Init {
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 內建計畫的名稱
    #[arg(long, default_value = crate::assets::plans::DEFAULT, value_name = "計畫")]
    pub plan: String,
    /// 其他地方政府（例：花蓮縣）：以內建計畫改成該府的名稱、單位與鄉鎮市區
    #[arg(long, value_name = "縣市")]
    pub government: Option<String>,
    /// 一併寫出內建範本與資料欄位說明，供修改
    #[arg(long)]
    pub templates: bool,
}

#[derive(Debug, Args)]
pub struct Folder {
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
}

#[derive(Debug, Args)]
pub struct Score {
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 輸出格式
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "格式")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct Annexes {
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 要寫入的資料夾
    #[arg(long, default_value = ANNEXES, value_name = "資料夾")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct Collate {
    /// 放有陳報包（.zip）的資料夾，含子資料夾
    #[arg(value_name = "資料夾")]
    pub bundles: PathBuf,
    /// 要寫出的比較表，不含副檔名
    #[arg(long, default_value = "自評數據比較表", value_name = "名稱")]
    pub out: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// 檢查計畫檔，指出每一處錯誤的行
    Check(Folder),
    /// 匯出成活頁簿，以 Excel 或 LibreOffice 修改單位、任務、佐證、期程、配分
    Export(PlanExport),
    /// 由改好的活頁簿產生新的計畫檔；錯誤指到儲存格
    Import(PlanImport),
}

#[derive(Debug, Args)]
pub struct PlanExport {
    /// 要寫出的活頁簿（.xlsx）
    #[arg(value_name = "活頁簿")]
    pub workbook: PathBuf,
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
}

#[derive(Debug, Args)]
pub struct PlanImport {
    /// 改好的活頁簿（.xlsx 或 .ods）
    #[arg(value_name = "活頁簿")]
    pub workbook: PathBuf,
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 要寫出的計畫檔
    #[arg(long, default_value = "plan-new.toml", value_name = "檔案")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct Roll {
    /// 現有的工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 新的受評年度（民國年）
    #[arg(long, value_name = "年度")]
    pub year: i16,
    /// 新的工作資料夾
    #[arg(long, value_name = "資料夾")]
    pub out: PathBuf,
    /// 前次考核建議事項（文字檔，一行一項）
    #[arg(long, value_name = "檔案")]
    pub advice: Option<PathBuf>,
    /// 前次的陳報包（.zip）或 dossier.json：複製到新資料夾，自評表的統計表並列「前次」欄
    #[arg(long, value_name = "檔案")]
    pub last: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Panel {
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 以這一天判斷迴避（例：111-04-01），預設為書面考核首日
    #[arg(long, value_name = "日期")]
    pub on: Option<String>,
}

#[derive(Debug, Args)]
pub struct Forms {
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 改寫到另一個資料夾（一律產生全新的空白表）
    #[arg(long, value_name = "資料夾")]
    pub out: Option<PathBuf>,
}

/// What a run may leave out.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Without {
    /// 不使用上次整備好的佐證（暫存區），全部重做
    #[arg(long)]
    pub no_cache: bool,
    /// 不以 LibreOffice 轉換 Office 檔，一律以檔案收錄
    #[arg(long)]
    pub no_convert: bool,
}

#[derive(Debug, Args)]
pub struct Check {
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 輸出格式
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "格式")]
    pub format: Format,
    /// 另存網頁版檢核報告（內部用；省略檔名則為 檢核報告.html）
    #[arg(long, value_name = "檔案", num_args = 0..=1, default_missing_value = "檢核報告.html")]
    pub html: Option<PathBuf>,
    /// 檢核後開啟網頁版報告
    #[arg(long, requires = "html")]
    pub open: bool,
    /// 另存修正後的複本：只修正確定無疑的寫法（全形、標點、單位、日期的分隔），原檔不動（省略資料夾則為 output-fix）
    #[arg(long, value_name = "資料夾", num_args = 0..=1, require_equals = true, default_missing_value = REPAIRED)]
    pub fix: Option<PathBuf>,
    /// 以這一天判斷期限（例：111-02-15），預設為今天
    #[arg(long, value_name = "日期")]
    pub today: Option<String>,
    #[command(flatten)]
    pub without: Without,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct Status {
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 以這一天判斷期限（例：111-02-15），預設為今天
    #[arg(long, value_name = "日期")]
    pub today: Option<String>,
}

#[derive(Debug, Args)]
pub struct Notices {
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
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
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 初審成績公文送達日（例：111-06-10），據以算出申復末日
    #[arg(long, value_name = "日期")]
    pub served: Option<String>,
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
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 產出的資料夾
    #[arg(long, default_value = OUTPUT, value_name = "資料夾")]
    pub out: PathBuf,
    /// 只產出草稿，不打包
    #[arg(long)]
    pub draft: bool,
    /// 只試算：列出會產出的檔案與大小、分冊、最大的佐證、降低解析度可省多少；不改動產出資料夾
    #[arg(long)]
    pub dry_run: bool,
    /// 不逐頁比對裝訂結果與原檔（較快）
    #[arg(long)]
    pub no_compare: bool,
    /// 不採用鎖定的附件編號（numbers.lock），重新編號並列出新舊對照
    #[arg(long)]
    pub renumber: bool,
    /// 產製後開啟產出資料夾
    #[arg(long, conflicts_with = "dry_run")]
    pub open: bool,
    /// 以這一天判斷期限（例：111-02-15），預設為今天
    #[arg(long, value_name = "日期")]
    pub today: Option<String>,
    #[command(flatten)]
    pub without: Without,
}

#[derive(Debug, Subcommand)]
pub enum NumbersCommand {
    /// 列出目前的附件編號，以及哪些已鎖定
    Show(Folder),
    /// 鎖定附件編號（numbers.lock）：之後的佐證插號為「之1」，已有的編號不變
    Lock(NumbersLock),
}

#[derive(Debug, Args)]
pub struct NumbersLock {
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 不沿用已鎖定的編號，重新編號並列出新舊對照
    #[arg(long)]
    pub renumber: bool,
}

#[derive(Debug, Args)]
pub struct Watch {
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 產出的資料夾
    #[arg(long, default_value = OUTPUT, value_name = "資料夾")]
    pub out: PathBuf,
    /// 只檢核，不產製
    #[arg(long, conflicts_with_all = ["out", "open"])]
    pub check_only: bool,
    /// 第一次產製後開啟產出資料夾
    #[arg(long)]
    pub open: bool,
    /// 以這一天判斷期限（例：111-02-15），預設為執行時的當天
    #[arg(long, value_name = "日期")]
    pub today: Option<String>,
    #[command(flatten)]
    pub without: Without,
}

#[derive(Debug, Args)]
pub struct AttachSigned {
    /// 核章頁的掃描檔（PDF 或圖片）
    #[arg(value_name = "掃描檔")]
    pub scan: PathBuf,
    /// 工作資料夾
    #[arg(default_value = "inputs", value_name = "資料夾")]
    pub inputs: PathBuf,
    /// 核章頁頁尾所印的識別碼；掃描檔讀不到文字、檔名也沒有時須輸入
    #[arg(long, value_name = "識別碼")]
    pub mark: Option<String>,
    /// 以這一天判斷期限（例：111-02-15），預設為今天
    #[arg(long, value_name = "日期")]
    pub today: Option<String>,
    #[command(flatten)]
    pub without: Without,
}

#[derive(Debug, Args)]
pub struct Fill {
    /// 含 {{…}} 欄位的表單（.docx 或 .odt）
    #[arg(value_name = "表單")]
    pub template: PathBuf,
    /// 工作資料夾
    #[arg(default_value = INPUTS, value_name = "資料夾")]
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
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// 陳報包（.zip）；分冊時列出全部各冊，或給放各冊的資料夾
    #[arg(value_name = "陳報包", required = true)]
    pub bundles: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Appeal {
    /// 成績公文送達日（例：111-06-10）
    #[arg(value_name = "日期")]
    pub served: String,
    /// 工作資料夾（計入計畫所列的停班日）
    #[arg(default_value = INPUTS, value_name = "資料夾")]
    pub inputs: PathBuf,
}
