//! The mail draft: opens unsent, says what is attached, and says what to do when it is too large.

use huibian::assets::Templates;
use huibian::clearance::{Cleared, clear};
use huibian::identity::Released;
use huibian::letters::{self, MailView};
use huibian::submission::SecretariatAnswers;
use snapbox::{assert_data_eq, str};

use crate::support::answers;
use crate::typesetting;

fn view(limit: u64, email: Option<&str>) -> Cleared<MailView> {
    let mut plan = answers::builtin_plan();
    plan.limits.mail_bytes = limit;
    plan.recipient.email = email.map(str::to_owned);
    let mut dossier = typesetting::rich();
    dossier.title = "示例市政府辦理110年度考核".to_owned();
    let view = MailView::new(&plan, &dossier, &SecretariatAnswers::default(), "sample-110.zip");
    clear(view, &Released::default()).unwrap()
}

#[test]
fn a_draft_opens_unsent_with_its_bundle() {
    let draft =
        letters::mail_draft(&view(1_000_000, Some("a@example.invalid")), b"PK zip", &Templates::builtin())
            .unwrap();
    assert_eq!(draft.over_limit, None);
    let eml = String::from_utf8(draft.eml.clone()).unwrap();
    for line in [
        "X-Unsent: 1",
        "Message-ID: <0badcafe@huibian.invalid>",
        "Date: Thu, 10 Mar 2022 09:00:00 +0800",
        "a@example.invalid",
        "boundary=\"huibian-0badcafe\"",
        "Content-Type: application/zip; name=\"sample-110.zip\"",
        "filename=\"sample-110.zip\"",
    ] {
        assert!(eml.contains(line), "{line}\n{eml}");
    }
    assert!(eml.lines().all(|line| line.len() <= 998), "RFC 5322 §2.1.1");
    assert_eq!(eml.matches('\n').count(), eml.matches("\r\n").count());
    let again =
        letters::mail_draft(&view(1_000_000, Some("a@example.invalid")), b"PK zip", &Templates::builtin())
            .unwrap();
    assert_eq!(draft.eml, again.eml);
}

#[test]
fn the_text_reads_like_an_officials() {
    let draft = letters::mail_draft(&view(1_000_000, None), b"PK zip", &Templates::builtin()).unwrap();
    assert_data_eq!(
        draft.text.replace("\r\n", "\n").trim_start_matches('\u{feff}').to_owned(),
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
fn over_the_limit_it_says_how_to_deliver() {
    let bundle = vec![0u8; 300_000];
    let draft = letters::mail_draft(&view(200_000, None), &bundle, &Templates::builtin()).unwrap();
    assert!(draft.over_limit.unwrap() > 400_000, "base64 is counted");
    assert!(!String::from_utf8_lossy(&draft.eml).contains("application/zip"));
    assert!(
        draft.text.contains("光碟或雲端連結") && draft.text.contains("超過郵件上限 0.2 MB"),
        "{}",
        draft.text
    );
}

#[test]
fn the_size_told_beforehand_is_never_below_the_mail_as_written() {
    for bytes in [0, 1, 2, 3, 56, 57, 58, 1_000, 99_999] {
        let bundle = vec![7u8; bytes];
        let written =
            letters::mail_draft(&view(10_000_000, Some("a@example.invalid")), &bundle, &Templates::builtin())
                .unwrap();
        assert!(written.over_limit.is_none());
        let limit = written.eml.len() as u64 - 1;
        let refused =
            letters::mail_draft(&view(limit, Some("a@example.invalid")), &bundle, &Templates::builtin())
                .unwrap();
        let told = refused.over_limit.expect("one byte over the limit is over it");
        assert!(told > limit && told < limit + 1_000, "{bytes}: {told} for {limit}");
    }
}

#[test]
fn a_header_is_one_line_whatever_the_template_holds() {
    let mut templates = Templates::builtin();
    assert!(templates.lay_over("letters/subject.hbs", "【陳報】\r\nBcc: a@example.invalid\n".to_owned()));
    let draft = letters::mail_draft(&view(1_000_000, None), b"PK zip", &templates).unwrap();
    let eml = String::from_utf8(draft.eml).unwrap();
    assert!(!eml.lines().any(|line| line.starts_with("Bcc:")), "{eml}");
    assert!(draft.text.contains("主旨：【陳報】 Bcc: a@example.invalid\r\n"), "{}", draft.text);
}

#[test]
fn a_mistake_in_an_own_template_is_told_with_its_place() {
    let mut templates = Templates::builtin();
    assert!(
        templates
            .lay_over("letters/mail.hbs", "{{recipient}}　您好\n{{#if over_limt}}另送{{/if}}".to_owned())
    );
    let error = letters::mail_draft(&view(1_000_000, None), b"PK zip", &templates).unwrap_err();
    assert_eq!(error.missing.as_deref(), Some("over_limt"));
    assert!(error.to_string().starts_with("自訂範本 templates/letters/mail.hbs 第 2 行"), "{error}");
}
