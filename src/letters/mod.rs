//! Mail drafts to the recipient (an .eml that opens unsent, the same text as .txt) and the official
//! letter.
//!
//! Letters to units stand in `notice` and `receipt`. Boundary, Message-ID and date are fixed by the dossier:
//! the same bundle gives the same draft. Sends nothing.

mod ics;
mod notice;
mod official;
mod receipt;
mod unsent;

use std::io::{self, Read, Write};

use serde::Serialize;

use crate::assets::Templates;
use crate::base64;
use crate::clearance::{Cleared, Outgoing, serialised_texts};
use crate::dossier::{ContactLine, Dossier};
use crate::identity;
use crate::plan::Plan;
use crate::submission::SecretariatAnswers;
use crate::template::{self, TemplateError};

pub use ics::{Occasion, calendar};
pub use notice::{Enclosure, Notice, NoticeView, Person, Told, notice};
pub use official::{OfficialLetter, Sending};
pub use receipt::{ReceiptView, ReceivedLine, receipt};
use unsent::{Attachment, Carried, UnsentMail};

/// How a mail carries the bundle it announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carriage {
    Attached,
    /// The mail names a link, which the clerk pastes.
    Link,
    /// A disc follows by post.
    Disc,
    /// Too large for mails and nothing chosen yet: a link is drafted.
    Undecided,
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
    /// The agency's own form goes in place of ours, whose pages bear the identity.
    pub is_official: bool,
    pub contacts: Vec<ContactLine>,
    /// Which volume this mail carries, from 1, and of how many.
    pub volume: Option<usize>,
    pub n_volumes: usize,
    /// What the other volumes hold, and where: one line each.
    pub others: Vec<Line>,
    pub attached: bool,
    pub link: bool,
    pub disc: bool,
    /// Not attached because no mail carries it, rather than because another way was chosen.
    pub too_large: bool,
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
            is_official: !dossier.official_forms.is_empty(),
            contacts: dossier.contacts.clone(),
            volume: dossier.volume,
            n_volumes: dossier.volumes.len(),
            others: others
                .map(|line| Line { name: format!("第{}冊", line.number), caption: line.holding() })
                .collect(),
            attached: carriage == Carriage::Attached,
            link: matches!(carriage, Carriage::Link | Carriage::Undecided),
            disc: carriage == Carriage::Disc,
            too_large: carriage == Carriage::Undecided,
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

impl Outgoing for MailView {
    fn texts(&self) -> Vec<(String, String)> {
        let mut texts = serialised_texts(self, &[]);
        texts.extend(self.recipient_email.iter().map(|email| ("recipient_email".to_owned(), email.clone())));
        texts
    }
}

fn contents(dossier: &Dossier) -> Vec<Line> {
    let line = |name: &str, caption: String| Line { name: name.to_owned(), caption };
    let mut contents = Vec::new();
    if dossier.volume.is_none_or(|volume| volume == 1) {
        contents.push(line("自評表", dossier.official_note().unwrap_or_else(|| "PDF".to_owned())));
        if dossier.has_signed_page {
            contents.push(line("自評表核章頁", "PDF，核章後掃描".to_owned()));
        }
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
pub fn mail_draft(view: &Cleared<MailView>, templates: &Templates) -> Result<MailDraft, TemplateError> {
    let view: &MailView = view;
    let subject = template::render("letters/subject.hbs", view, templates)?;
    let subject = unsent::one_line(&subject);
    let body = template::render("letters/mail.hbs", view, templates)?;
    let text = plain(view, &subject, &body);
    let (before, after) = message(view, &subject, &body);
    Ok(MailDraft { before, after, text })
}

/// 發文字號 as the secretariat typed it, identity numbers masked.
pub fn document_number(secretariat: &SecretariatAnswers) -> Option<String> {
    secretariat.document_number.as_ref().map(|number| identity::mask(&number.value))
}

/// Decimal megabytes with one decimal, as mail systems state their limits.
pub fn megabytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

fn message(view: &MailView, subject: &str, body: &str) -> (Vec<u8>, Option<Vec<u8>>) {
    unsent::write_around(&UnsentMail {
        mark: &view.mark(),
        day: view.prepared_on_iso.parse().ok(),
        to: view.recipient_email.as_deref().map(|email| (view.recipient.as_str(), email)),
        subject,
        body,
        attachment: view.attached.then_some(Attachment {
            name: &view.bundle_name,
            media_type: "application/zip",
            content: Carried::Later,
        }),
    })
}

/// The same text for whoever writes the mail by hand.
fn plain(view: &MailView, subject: &str, body: &str) -> String {
    let to = match &view.recipient_email {
        Some(email) => format!("收件人：{} <{email}>", view.recipient),
        None => format!("收件人：（請填入{}承辦人的電子郵件）", view.recipient),
    };
    let attachment = if view.attached {
        format!("附件：{}", view.bundle_name)
    } else if view.too_large {
        "附件：（檔案較大，未附於郵件）".to_owned()
    } else if view.disc {
        "附件：（以光碟另送，未附於郵件）".to_owned()
    } else {
        "附件：（以連結提供，未附於郵件）".to_owned()
    };
    unsent::text_file(&format!("{to}\n主旨：{subject}\n{attachment}\n\n{body}"))
}
