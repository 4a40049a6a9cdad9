//! Mail drafts to the recipient (an .eml that opens unsent, the same text as .txt) and the official
//! letter.
//!
//! The only module that names `mail_builder`. Boundary, Message-ID and date are fixed by the dossier:
//! the same bundle gives the same draft. Sends nothing.

mod base64;
mod official;

use std::io::{self, Read, Write};

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};
use serde::Serialize;

use crate::assets::Templates;
use crate::dossier::{ContactLine, Dossier};
use crate::identity;
use crate::plan::Plan;
use crate::submission::SecretariatAnswers;
use crate::template::{self, TemplateError};

pub use official::{OfficialLetter, Sending};

/// Stands where the attachment's encoded bytes belong; no header or text of ours holds a control
/// character.
const ATTACHMENT_GOES_HERE: &[u8] = b"\x01attachment\x01";

/// How a mail carries the bundle it announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carriage {
    Attached,
    /// The mail names a link, which the clerk pastes.
    Link,
    /// A disc follows by post.
    Disc,
}

/// A bundle in a file of its own: the whole, or a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFile {
    pub name: String,
    pub bytes: u64,
    /// Needed when the bundle does not travel in the mail itself.
    pub sha256: Option<String>,
}

/// What the mail templates are given.
#[derive(Debug, Clone, Serialize)]
pub struct MailView {
    pub title: String,
    pub government: String,
    pub recipient: String,
    pub identity: String,
    pub document_number: Option<String>,
    pub bundle_name: String,
    pub bundle_megabytes: String,
    pub sha256: Option<String>,
    pub contents: Vec<Line>,
    pub contacts: Vec<ContactLine>,
    /// Which volume this mail carries, from 1, and of how many.
    pub volume: Option<usize>,
    pub n_volumes: usize,
    /// What the other volumes hold, and where: one line each.
    pub others: Vec<Line>,
    pub attached: bool,
    pub link: bool,
    pub disc: bool,
    #[serde(skip)]
    recipient_email: Option<String>,
    #[serde(skip)]
    prepared_on_iso: String,
}

/// A file of the bundle, or a volume, in words.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    pub name: String,
    pub caption: String,
}

impl MailView {
    /// The view of the whole, or of the volume that `dossier` names.
    pub fn new(
        plan: &Plan,
        dossier: &Dossier,
        secretariat: &SecretariatAnswers,
        bundle: &BundleFile,
        carriage: Carriage,
    ) -> Self {
        let others =
            dossier.volumes.iter().filter(|line| dossier.volume.is_some_and(|own| own != line.number));
        MailView {
            title: dossier.title.clone(),
            government: dossier.government.clone(),
            recipient: dossier.recipient.clone(),
            identity: dossier.identity.clone(),
            document_number: document_number(secretariat),
            bundle_name: bundle.name.clone(),
            bundle_megabytes: megabytes(bundle.bytes),
            sha256: bundle.sha256.clone(),
            contents: contents(dossier),
            contacts: dossier.contacts.clone(),
            volume: dossier.volume,
            n_volumes: dossier.volumes.len(),
            others: others
                .map(|line| Line { name: format!("第{}冊", line.number), caption: line.holding() })
                .collect(),
            attached: carriage == Carriage::Attached,
            link: carriage == Carriage::Link,
            disc: carriage == Carriage::Disc,
            recipient_email: plan.recipient.email.clone(),
            prepared_on_iso: dossier.prepared_on_iso.clone(),
        }
    }

    /// Unlike in every mail of a run.
    fn mark(&self) -> String {
        match self.volume {
            Some(volume) => format!("{}-{volume}", self.identity),
            None => self.identity.clone(),
        }
    }
}

fn contents(dossier: &Dossier) -> Vec<Line> {
    let line = |name: &str, caption: String| Line { name: name.to_owned(), caption };
    let mut contents = Vec::new();
    if dossier.volume.is_none_or(|volume| volume == 1) {
        contents.push(line("自評表", "PDF".to_owned()));
    }
    match dossier.volumes.iter().find(|line| Some(line.number) == dossier.volume) {
        Some(volume) => {
            let appendices = volume.appendices().unwrap_or_else(|| "各冊目錄".to_owned());
            contents.push(line(
                &format!("佐證資料 第{}冊", volume.number),
                format!("PDF，{appendices}，附索引與頁碼"),
            ));
        }
        None => {
            contents.push(line("佐證資料", format!("PDF，附件 {} 項，附索引與頁碼", dossier.n_bound())));
        }
    }
    contents
}

/// A draft with a gap for its attachment.
#[derive(Debug, Clone)]
pub struct MailDraft {
    before: Vec<u8>,
    /// `None`: nothing is attached.
    after: Option<Vec<u8>>,
    /// The same for whoever writes the mail by hand.
    pub text: String,
}

impl MailDraft {
    /// Size in bytes of the mail with an attachment of so many bytes, base64 counted.
    pub fn size(&self, attachment: u64) -> u64 {
        let Some(after) = &self.after else { return self.before.len() as u64 };
        (self.before.len() + after.len()) as u64 + base64::encoded_length(attachment)
    }

    /// The largest attachment with which the mail stays within both limits, in bytes.
    pub fn room(&self, mail_limit: u64, attachment_limit: Option<u64>) -> u64 {
        let encoded = mail_limit.saturating_sub(self.size(0));
        base64::bytes_within(attachment_limit.map_or(encoded, |limit| limit.min(encoded)))
    }

    /// Writes the .eml, encoding the attachment as it is read.
    ///
    /// # Errors
    /// Those of reading and writing.
    pub fn write(&self, attachment: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.before)?;
        if let Some(after) = &self.after {
            base64::encode(attachment, out)?;
            out.write_all(after)?;
        }
        Ok(())
    }
}

/// Writes a draft, but for its attachment.
pub fn mail_draft(view: &MailView, templates: &Templates) -> Result<MailDraft, TemplateError> {
    let subject = template::render("letters/subject.hbs", view, templates)?;
    // A header is one line, whatever a template or a title holds.
    let lines = subject.split(char::is_control).map(str::trim).filter(|line| !line.is_empty());
    let subject = lines.collect::<Vec<_>>().join(" ");
    let body = template::render("letters/mail.hbs", view, templates)?;
    let body: String = body.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    let text = plain(view, &subject, &body);
    let message = message(view, &subject, &body);
    let gap = message.windows(ATTACHMENT_GOES_HERE.len()).position(|bytes| bytes == ATTACHMENT_GOES_HERE);
    Ok(match gap {
        None => MailDraft { before: message, after: None, text },
        Some(gap) => {
            // The part's own line break stands after the gap; the encoding brings one for each line.
            let after = message[gap + ATTACHMENT_GOES_HERE.len()..].to_vec();
            MailDraft { before: message[..gap].to_vec(), after: Some(after), text }
        }
    })
}

/// 發文字號 as the secretariat typed it, identity numbers masked.
pub fn document_number(secretariat: &SecretariatAnswers) -> Option<String> {
    secretariat.document_number.as_ref().map(|number| identity::mask(&number.value))
}

/// Decimal megabytes with one decimal, as mail systems state their limits.
pub fn megabytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

/// `X-Unsent: 1` makes mail programs open it as a draft; there is no From, so that the sender's own
/// account is used.
fn message(view: &MailView, subject: &str, body: &str) -> Vec<u8> {
    let body = body.replace("\r\n", "\n").replace('\n', "\r\n");
    let text = MimePart::new("text/plain", BodyPart::Text(body.into()));
    let content = if view.attached {
        let boundary = format!("huibian-{}", view.mark());
        MimePart::new(
            ContentType::new("multipart/mixed").attribute("boundary", boundary),
            BodyPart::Multipart(vec![
                text,
                // The name twice: mail programs of old read it from the content type only.
                MimePart::new(
                    ContentType::new("application/zip").attribute("name", view.bundle_name.as_str()),
                    BodyPart::Binary(ATTACHMENT_GOES_HERE.into()),
                )
                .attachment(view.bundle_name.as_str())
                .transfer_encoding("base64"),
            ]),
        )
    } else {
        text
    };
    let mut builder = MessageBuilder::new()
        .header("X-Unsent", Raw::new("1"))
        .message_id(format!("{}@huibian.invalid", view.mark()))
        .header("Date", Raw::new(date_header(&view.prepared_on_iso)))
        .subject(subject)
        .body(content);
    if let Some(email) = &view.recipient_email {
        builder = builder.to(Address::new_address(Some(view.recipient.as_str()), email.as_str()));
    }
    // Writing into memory cannot fail.
    builder.write_to_vec().unwrap_or_default()
}

/// RFC 5322 §3.3, nine in the morning in Taiwan on the day the form bears.
fn date_header(iso: &str) -> String {
    match iso.parse::<jiff::civil::Date>() {
        Ok(date) => format!("{} 09:00:00 +0800", date.strftime("%a, %d %b %Y")),
        Err(_) => "Thu, 01 Jan 1970 00:00:00 +0000".to_owned(),
    }
}

/// The same text for whoever writes the mail by hand.
fn plain(view: &MailView, subject: &str, body: &str) -> String {
    let to = match &view.recipient_email {
        Some(email) => format!("收件人：{} <{email}>", view.recipient),
        None => format!("收件人：（請填入{}承辦人的電子郵件）", view.recipient),
    };
    let attachment = if view.attached {
        format!("附件：{}", view.bundle_name)
    } else {
        "附件：（檔案較大，未附於郵件）".to_owned()
    };
    notepad(&format!("{to}\n主旨：{subject}\n{attachment}\n\n{body}"))
}

/// Plain text with a byte order mark and CRLF, as Notepad opens it.
fn notepad(text: &str) -> String {
    format!("\u{feff}{}", text.replace("\r\n", "\n").replace('\n', "\r\n"))
}
