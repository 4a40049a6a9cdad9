//! Mail drafts and the official letter: open unsent, say what is attached or how it comes, and how large
//! the mail will be.

use std::io::Cursor;

use huibian::assets::Templates;
use huibian::clearance::{Cleared, clear};
use huibian::container::{Package, WORKBOOK_CAPS};
use huibian::dossier::VolumeLine;
use huibian::identity::Released;
use huibian::letters::{self, BundleFile, Carriage, MailDraft, MailView, OfficialLetter, Sending};
use huibian::submission::SecretariatAnswers;
use snapbox::{assert_data_eq, str};

use crate::support::answers;
use crate::typesetting;

fn file(bytes: u64) -> BundleFile {
    BundleFile { name: "sample-110.zip".to_owned(), bytes, sha256: Some("ab".repeat(32)) }
}

fn dossier() -> huibian::dossier::Dossier {
    let mut dossier = typesetting::rich();
    dossier.title = "示例市政府辦理110年度考核".to_owned();
    dossier
}

fn view(email: Option<&str>, carriage: Carriage) -> Cleared<MailView> {
    let mut plan = answers::builtin_plan();
    plan.recipient.email = email.map(str::to_owned);
    let view = MailView::new(&plan, &dossier(), &SecretariatAnswers::default(), &file(300_000), carriage);
    clear(view, &Released::default()).unwrap()
}

fn draft(email: Option<&str>, carriage: Carriage) -> MailDraft {
    letters::mail_draft(&view(email, carriage), &Templates::builtin()).unwrap()
}

fn eml(draft: &MailDraft, attachment: &[u8]) -> String {
    let mut out = Vec::new();
    draft.write(&mut { attachment }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn unix(text: &str) -> String {
    text.replace("\r\n", "\n").trim_start_matches('\u{feff}').to_owned()
}

#[test]
fn a_draft_opens_unsent_with_its_bundle() {
    let draft = draft(Some("a@example.invalid"), Carriage::Attached);
    let eml = eml(&draft, b"PK zip");
    for line in [
        "X-Unsent: 1",
        "Message-ID: <0badcafe@huibian.invalid>",
        "Date: Thu, 10 Mar 2022 09:00:00 +0800",
        "a@example.invalid",
        "boundary=\"huibian-0badcafe\"",
        "Content-Type: application/zip; name=\"sample-110.zip\"",
        "filename=\"sample-110.zip\"",
        "Content-Transfer-Encoding: base64",
        "\r\n\r\nUEsgemlw\r\n",
    ] {
        assert!(eml.contains(line), "{line}\n{eml}");
    }
    assert!(eml.ends_with("\r\n--huibian-0badcafe--\r\n"));
    assert!(eml.lines().all(|line| line.len() <= 998), "RFC 5322 §2.1.1");
    assert_eq!(eml.matches('\n').count(), eml.matches("\r\n").count());
    assert!(!eml.contains('\u{1}'), "no trace of the gap is left");
}

#[test]
fn the_text_reads_like_an_officials() {
    assert_data_eq!(
        unix(&draft(None, Carriage::Attached).text),
        str![[r#"
收件人：（請填入示例機關承辦人的電子郵件）
主旨：【陳報】示例市政府辦理110年度考核自評表及佐證資料
附件：sample-110.zip

示例機關　承辦人員　您好：

檢送示例市政府辦理110年度考核自評表及佐證資料電子檔1份（附件：sample-110.zip），請查照。

內容說明：
　・自評表　PDF
　・佐證資料　PDF，附件 4 項，附索引與頁碼

識別碼：0badcafe（自評表、佐證資料每頁頁尾與陳報包內均有相同識別碼，可供核對）
校驗方式：解壓縮後以 manifest-sha512.txt 核對，或以任何 BagIt 驗證工具檢查。

示例市政府
科員　王示例　電話 03-0000000　a@example.invalid

"#]]
    );
}

#[test]
fn a_volumes_mail_says_which_it_is_and_what_the_others_hold() {
    let plan = answers::builtin_plan();
    let mut dossier = dossier();
    let line = |number: usize, first: &str, last: &str| VolumeLine {
        number,
        first: Some(first.to_owned()),
        last: Some(last.to_owned()),
        n_appendices: 2,
    };
    dossier.volumes = vec![line(1, "2-1-1", "2-1-2"), line(2, "2-1-2", "2-1-4")];
    dossier.volume = Some(2);
    let view = MailView::new(&plan, &dossier, &SecretariatAnswers::default(), &file(9), Carriage::Attached);
    let view = clear(view, &Released::default()).unwrap();
    let draft = letters::mail_draft(&view, &Templates::builtin()).unwrap();
    assert!(eml(&draft, b"").contains("<0badcafe-2@huibian.invalid>"), "mails of one run differ");
    let text = unix(&draft.text);
    assert_data_eq!(
        text.lines().skip(1).take(14).collect::<Vec<_>>().join("\n"),
        str![[r#"
主旨：【陳報】示例市政府辦理110年度考核自評表及佐證資料（2/2）
附件：sample-110.zip

示例機關　承辦人員　您好：

檢送示例市政府辦理110年度考核自評表及佐證資料電子檔，因檔案較大，分為2冊、以2封郵件寄送；本信為第2封，附第2冊（附件：sample-110.zip），請查照。

內容說明：
　・佐證資料 第2冊　PDF，附件 2-1-2 至 2-1-4，計 2 項，附索引與頁碼

其他各冊（各以一封郵件寄送，主旨註明冊次）：
　・第1冊　自評表；附件 2-1-1 至 2-1-2，計 2 項

識別碼：0badcafe（自評表、佐證資料每頁頁尾與陳報包內均有相同識別碼，可供核對）
"#]]
    );
}

#[test]
fn by_link_or_disc_nothing_is_attached_and_the_digest_is_told() {
    for (carriage, words, too_large) in [
        (Carriage::Link, "〔請貼上連結〕", false),
        (Carriage::Disc, "以光碟隨函另送", false),
        (Carriage::Undecided, "〔請貼上連結〕", true),
    ] {
        let draft = draft(None, carriage);
        let eml = eml(&draft, b"never read");
        assert!(!eml.contains("application/zip"));
        assert_eq!(draft.size(1_000_000), eml.len() as u64);
        assert!(draft.text.contains(words) && draft.text.contains(&"ab".repeat(32)), "{}", draft.text);
        assert!(draft.text.contains("約 0.3 MB") && draft.text.contains("未附於郵件"), "{}", draft.text);
        // A way that was chosen is no matter of size.
        assert_eq!(draft.text.matches("檔案較大").count(), if too_large { 2 } else { 0 }, "{}", draft.text);
    }
}

#[test]
fn the_size_told_beforehand_is_that_of_the_mail_as_written() {
    let draft = draft(Some("a@example.invalid"), Carriage::Attached);
    for bytes in [0, 1, 2, 3, 56, 57, 58, 1_000, 99_999] {
        let written = eml(&draft, &vec![7u8; bytes]);
        assert_eq!(draft.size(bytes as u64), written.len() as u64, "{bytes}");
    }
}

#[test]
fn the_room_of_a_mail_is_the_most_that_keeps_both_limits() {
    let draft = draft(None, Carriage::Attached);
    let room = draft.room(1_000_000, None);
    assert!(draft.size(room) <= 1_000_000 && draft.size(room + 1) > 1_000_000);
    // An attachment alone is held against its own limit, encoded: 78 characters for 57 bytes.
    assert_eq!(draft.room(1_000_000, Some(78_000)), 57_000);
    assert_eq!(draft.room(10, None), 0);
}

#[test]
fn a_header_is_one_line_whatever_the_template_holds() {
    let mut templates = Templates::builtin();
    assert!(templates.lay_over("letters/subject.hbs", "【陳報】\r\nBcc: a@example.invalid\n".to_owned()));
    let draft = letters::mail_draft(&view(None, Carriage::Attached), &templates).unwrap();
    let eml = eml(&draft, b"PK zip");
    assert!(!eml.lines().any(|line| line.starts_with("Bcc:")), "{eml}");
    assert!(draft.text.contains("主旨：【陳報】 Bcc: a@example.invalid\r\n"), "{}", draft.text);
}

#[test]
fn a_mistake_in_an_own_template_is_told_with_its_place() {
    let mut templates = Templates::builtin();
    assert!(
        templates.lay_over("letters/mail.hbs", "{{recipient}}　您好\n{{#if atached}}另送{{/if}}".to_owned())
    );
    let error = letters::mail_draft(&view(None, Carriage::Attached), &templates).unwrap_err();
    assert_eq!(error.missing.as_deref(), Some("atached"));
    assert!(error.to_string().starts_with("自訂範本 templates/letters/mail.hbs 第 2 行"), "{error}");
}

fn letter(carriage: Carriage) -> OfficialLetter {
    let mut plan = answers::builtin_plan();
    plan.delivery.letter.copies = vec!["甲單位".to_owned(), "乙單位".to_owned()];
    let bundle = file(300_000);
    let sending = Sending { carriage, bundle: &bundle, n_form_pages: 25, n_appendix_pages: 186 };
    let answers = SecretariatAnswers::default();
    OfficialLetter::new(&plan, &dossier(), &answers, &sending, &Templates::builtin()).unwrap()
}

#[test]
fn the_letter_has_the_parts_of_a_letter() {
    assert_data_eq!(
        unix(&letter(Carriage::Attached).text),
        str![[r#"
檔　　號：
保存年限：
示例市政府　函
地址：〔請填寫〕
承辦人：王示例
電話：03-0000000
電子信箱：a@example.invalid
受文者：示例機關
發文日期：中華民國111年3月10日
發文字號：〔請填寫〕
速別：普通件
密等及解密條件或保密期限：普通
附件：如說明二
主旨：檢送本府辦理110年度考核自評表及佐證資料電子檔1份，請查照。
說明：
　一、依內政部110年2月5日內授移字第1100910365號函頒「中央對地方政府執行110年度防制人口販運工作成果考核實施計畫」辦理。
　二、檢附下列附件：
　　附件1：自評表1份（PDF，25頁）。
　　附件2：佐證資料1份（PDF，186頁，附件4項，附索引）。
　三、前開附件打包為 sample-110.zip，以電子郵件寄送；識別碼為 0badcafe，自評表與佐證資料每頁頁尾均載有相同識別碼，可供核對。
正本：示例機關
副本：甲單位、乙單位
市長　〔署名〕

"#]]
    );
    for (carriage, words) in [
        (Carriage::Disc, "燒錄於光碟隨函檢送"),
        (Carriage::Link, "請由〔請貼上連結〕下載"),
        (Carriage::Undecided, "〔請擇一："),
    ] {
        let text = letter(carriage).text;
        assert!(text.contains(words) && text.contains("三、") && !text.contains("四、"), "{text}");
    }
}

#[test]
fn the_odt_says_what_the_text_says() {
    let letter = letter(Carriage::Attached);
    let mut package = Package::open(Cursor::new(letter.odt.clone()), &WORKBOOK_CAPS).unwrap();
    let content = String::from_utf8(package.part("content.xml").unwrap().unwrap()).unwrap();
    let mut paragraphs = content.split("<text:p ").skip(1);
    for line in unix(&letter.text).lines() {
        let paragraph = paragraphs.next().unwrap();
        let shown = paragraph.split_once('>').unwrap().1.split_once("</text:p>").unwrap().0;
        assert_eq!(shown.replace("&quot;", "\""), line.trim_start_matches('　'));
    }
    assert!(paragraphs.next().is_none());
    assert!(content.contains("text:style-name=\"Matter\">主旨："));
    assert_eq!(letter.odt, self::letter(Carriage::Attached).odt);
}
