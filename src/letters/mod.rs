//! The mail draft to the recipient: an .eml that opens unsent, and the same text as .txt.
//!
//! Letters to units stand in `notice` and `receipt`. Boundary, Message-ID and date are fixed by the dossier:
//! the same bundle gives the same draft. Sends nothing.

mod ics;
mod notice;
mod receipt;
mod unsent;

use serde::Serialize;

use crate::assets::Templates;
use crate::clearance::{Cleared, Outgoing, serialised_texts};
use crate::dossier::{ContactLine, Dossier};
use crate::identity;
use crate::plan::Plan;
use crate::submission::SecretariatAnswers;
use crate::template::{self, TemplateError};

pub use ics::{Occasion, calendar};
pub use notice::{Notice, NoticeView, Person, Told, notice};
pub use receipt::{ReceiptView, ReceivedLine, receipt};
use unsent::{Attachment, UnsentMail};

/// What the mail templates are given.
#[derive(Debug, Clone, Serialize)]
pub struct MailView {
    pub title: String,
    pub government: String,
    pub recipient: String,
    pub identity: String,
    pub document_number: Option<String>,
    pub bundle_name: String,
    pub contents: Vec<Line>,
    pub contacts: Vec<ContactLine>,
    /// The bundle is too large for one mail.
    pub over_limit: bool,
    pub bundle_megabytes: String,
    pub mail_megabytes: String,
    pub limit_megabytes: String,
    #[serde(skip)]
    recipient_email: Option<String>,
    #[serde(skip)]
    limit_bytes: u64,
    #[serde(skip)]
    prepared_on_iso: String,
}

/// A file of the bundle, in words.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    pub name: String,
    pub caption: String,
}

/// A draft, ready to be written.
#[derive(Debug, Clone)]
pub struct MailDraft {
    pub eml: Vec<u8>,
    pub text: String,
    /// Size of the mail with its attachment, when that is over the limit.
    pub over_limit: Option<u64>,
}

impl MailView {
    pub fn new(plan: &Plan, dossier: &Dossier, secretariat: &SecretariatAnswers, bundle_name: &str) -> Self {
        let line = |name: &str, caption: String| Line { name: name.to_owned(), caption };
        let n_appendices = dossier.appendices.iter().filter(|appendix| appendix.absent.is_none()).count();
        MailView {
            title: dossier.title.clone(),
            government: dossier.government.clone(),
            recipient: dossier.recipient.clone(),
            identity: dossier.identity.clone(),
            document_number: secretariat.document_number.as_ref().map(|number| identity::mask(&number.value)),
            bundle_name: bundle_name.to_owned(),
            contents: vec![
                line("自評表", "PDF".to_owned()),
                line("佐證資料", format!("PDF，附件 {n_appendices} 項，附索引與頁碼")),
            ],
            contacts: dossier.contacts.clone(),
            over_limit: false,
            bundle_megabytes: String::new(),
            mail_megabytes: String::new(),
            limit_megabytes: megabytes(plan.limits.mail_bytes),
            recipient_email: plan.recipient.email.clone(),
            limit_bytes: plan.limits.mail_bytes,
            prepared_on_iso: dossier.prepared_on_iso.clone(),
        }
    }
}

impl Outgoing for MailView {
    fn texts(&self) -> Vec<(String, String)> {
        let mut texts = serialised_texts(self, &[]);
        texts.extend(self.recipient_email.iter().map(|email| ("recipient_email".to_owned(), email.clone())));
        texts
    }
}

/// Writes the draft; over the limit it carries no attachment and says how to deliver instead.
pub fn mail_draft(
    view: &Cleared<MailView>,
    bundle: &[u8],
    templates: &Templates,
) -> Result<MailDraft, TemplateError> {
    let view: &MailView = view;
    let subject = template::render("letters/subject.hbs", view, templates)?;
    let subject = unsent::one_line(&subject);
    let body = template::render("letters/mail.hbs", view, templates)?;
    let bare = message(view, &subject, &body, None);
    let size = bare.len() as u64 + encoded_size(bundle.len() as u64);
    if size <= view.limit_bytes {
        let eml = message(view, &subject, &body, Some(bundle));
        return Ok(MailDraft { text: plain(view, &subject, &body), eml, over_limit: None });
    }
    let view = MailView {
        over_limit: true,
        bundle_megabytes: megabytes(bundle.len() as u64),
        mail_megabytes: megabytes(size),
        ..view.clone()
    };
    let body = template::render("letters/mail.hbs", &view, templates)?;
    let eml = message(&view, &subject, &body, None);
    Ok(MailDraft { text: plain(&view, &subject, &body), eml, over_limit: Some(size) })
}

/// Bytes of an attachment in a mail: base64 in lines of 76 with CRLF (RFC 2045 §6.8), and its headers.
fn encoded_size(bytes: u64) -> u64 {
    let encoded = bytes.div_ceil(3) * 4;
    encoded + encoded.div_ceil(76) * 2 + 600
}

/// Decimal megabytes with one decimal, as mail systems state their limits.
fn megabytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

fn message(view: &MailView, subject: &str, body: &str, bundle: Option<&[u8]>) -> Vec<u8> {
    let to = view.recipient_email.as_deref().map(|email| (view.recipient.as_str(), email));
    unsent::write(&UnsentMail {
        mark: &view.identity,
        day: view.prepared_on_iso.parse().ok(),
        to,
        subject,
        body,
        attachment: bundle.map(|bytes| Attachment {
            name: &view.bundle_name,
            media_type: "application/zip",
            bytes,
        }),
    })
}

/// The same text for whoever writes the mail by hand.
fn plain(view: &MailView, subject: &str, body: &str) -> String {
    let to = match &view.recipient_email {
        Some(email) => format!("收件人：{} <{email}>", view.recipient),
        None => format!("收件人：（請填入{}承辦人的電子郵件）", view.recipient),
    };
    let attachment = if view.over_limit {
        "附件：（檔案過大，未附）".to_owned()
    } else {
        format!("附件：{}", view.bundle_name)
    };
    let text = format!("{to}\n主旨：{subject}\n{attachment}\n\n{body}");
    unsent::text_file(&text)
}
