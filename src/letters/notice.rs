//! The notice to one unit (補件通知): what it has to mend, by when, whom to call. A mail draft and a text.
//!
//! Knows one unit's list and nothing of the others; the wording stands in `templates/letters/`. Takes only
//! what the privacy gate has looked through.

use jiff::civil::Date;
use serde::Serialize;

use crate::assets::Templates;
use crate::clearance::{Cleared, Outgoing, serialised_texts};
use crate::corrections::{Correction, CorrectionList};
use crate::fragment::Fragment;
use crate::inventory::sha256_hex;
use crate::roc;
use crate::submission::Contact;
use crate::tally::{Due, HandIn, Tally, UnitTally};
use crate::template::{self, TemplateError};

use super::unsent::{self, Attachment, Carried, UnsentMail};

/// What the templates of a notice are given.
#[derive(Debug, Clone, Serialize)]
pub struct NoticeView {
    /// 「新竹市政府辦理110年度…」.
    pub title: String,
    pub unit: String,
    /// No workbook came.
    pub missing: bool,
    /// A file came that is not the unit's form.
    pub unreadable: bool,
    /// The form came back empty.
    pub blank: bool,
    pub n_errors: usize,
    pub n_warnings: usize,
    pub errors: Vec<Line>,
    pub warnings: Vec<Line>,
    /// 「111年2月15日（星期二）」 and 「還有 3 個上班日」.
    pub due: String,
    /// 「111年2月15日」.
    pub due_day: String,
    pub remaining: String,
    pub late: bool,
    /// File name of the marked workbook or of the list.
    pub attachment: Option<String>,
    /// The attachment is the marked workbook itself.
    pub marked: bool,
    /// Why it is not.
    pub unmarked_because: Option<String>,
    pub told: Told,
    pub secretariat: String,
    pub contact: Person,
    #[serde(skip)]
    today: Date,
    #[serde(skip)]
    recipient: Option<Contact>,
}

/// A numbered matter.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    pub number: usize,
    pub at: String,
    pub message: String,
    pub hint: String,
}

/// Against the notice before.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Told {
    /// There was one; 「111年2月10日（星期四）」 and maybe a time.
    pub before: Option<String>,
    /// The workbook is the same to the byte, or holds the same in every cell.
    pub same_file: bool,
    pub same_cells: bool,
    pub n_settled: usize,
    pub n_new: usize,
    /// Settled matters, as they were told: place and message.
    pub settled: Vec<String>,
    /// What changed in the workbook, a line each.
    pub changes: Vec<String>,
    /// Changes beyond those listed.
    pub n_more_changes: usize,
}

/// Whom to call; empty texts where nothing is known.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Person {
    pub name: String,
    pub title: String,
    pub telephone: String,
    pub email: String,
}

impl Person {
    pub fn of(contact: Option<&Contact>) -> Self {
        contact.map_or_else(Person::default, |contact| Person {
            name: contact.name.clone(),
            title: contact.title.clone(),
            telephone: contact.telephone.clone(),
            email: contact.email.clone(),
        })
    }
}

impl NoticeView {
    pub fn new(title: &str, tally: &Tally, unit: &UnitTally, list: &CorrectionList, told: Told) -> Self {
        let due: &Due = &tally.internal;
        let lines = |is_error: bool| {
            let own = list.corrections.iter().filter(move |correction| correction.is_error == is_error);
            (1..).zip(own).map(|(number, correction)| line(number, correction)).collect::<Vec<_>>()
        };
        NoticeView {
            title: title.to_owned(),
            unit: unit.name.clone(),
            missing: unit.hand_in == HandIn::Missing,
            unreadable: unit.hand_in == HandIn::Unreadable,
            blank: unit.hand_in == HandIn::Blank,
            n_errors: list.n_errors(),
            n_warnings: list.n_warnings(),
            errors: lines(true),
            warnings: lines(false),
            due: roc::day_and_weekday(due.day),
            due_day: roc::full(due.day),
            remaining: due.remaining.words(),
            late: due.is_over(),
            attachment: None,
            marked: false,
            unmarked_because: None,
            told,
            secretariat: tally.secretariat.name.clone(),
            contact: Person::of(tally.secretariat.contact.as_ref()),
            today: tally.today,
            recipient: unit.contact.clone(),
        }
    }
}

fn line(number: usize, correction: &Correction) -> Line {
    Line {
        number,
        at: correction.at.clone(),
        message: correction.message.clone(),
        hint: correction.hint.clone(),
    }
}

impl Outgoing for NoticeView {
    fn texts(&self) -> Vec<(String, String)> {
        let mut texts = serialised_texts(self, &[]);
        if let Some(contact) = &self.recipient {
            texts.push(("recipient".to_owned(), contact.name.clone()));
            texts.push(("recipient_email".to_owned(), contact.email.clone()));
        }
        texts
    }
}

/// What a notice carries: the unit's own workbook marked, or its list alone.
#[derive(Debug, Clone)]
pub struct Enclosure {
    pub bytes: Vec<u8>,
    /// Everything written in it, seen or hidden, as read back from the bytes.
    pub fragments: Vec<Fragment>,
}

impl Outgoing for Enclosure {
    fn texts(&self) -> Vec<(String, String)> {
        // A heading tells what a cell holds: the gate looks at both together.
        let text = |fragment: &Fragment| format!("{}\n{}", fragment.heading, fragment.text);
        self.fragments.iter().map(|fragment| (fragment.spot.name(), text(fragment))).collect()
    }
}

/// A notice, ready to be written.
#[derive(Debug, Clone)]
pub struct Notice {
    pub eml: Vec<u8>,
    pub text: String,
}

/// Writes the draft with its attachment. The same view and attachment give the same bytes.
pub fn notice(
    view: &Cleared<NoticeView>,
    enclosure: Option<&Cleared<Enclosure>>,
    templates: &Templates,
) -> Result<Notice, TemplateError> {
    let view: &NoticeView = view;
    let attachment = enclosure.map(|enclosure| enclosure.bytes.as_slice());
    let subject = unsent::one_line(&template::render("letters/notice-subject.hbs", view, templates)?);
    let body = template::render("letters/notice.hbs", view, templates)?;
    let name = view.attachment.as_deref();
    let media_type = match name.and_then(|name| name.rsplit_once('.')) {
        Some((_, "ods")) => "application/vnd.oasis.opendocument.spreadsheet",
        _ => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let digest =
        sha256_hex(format!("{subject}\n{body}\n{}", sha256_hex(attachment.unwrap_or_default())).as_bytes());
    let email = view.recipient.as_ref().map(|contact| contact.email.trim()).filter(|email| !email.is_empty());
    let recipient = view.recipient.as_ref().map_or("", |contact| contact.name.as_str());
    let eml = unsent::write(&UnsentMail {
        mark: &digest[..16],
        day: Some(view.today),
        to: email.map(|email| (recipient, email)),
        subject: &subject,
        body: &body,
        attachment: name.zip(attachment).map(|(name, bytes)| Attachment {
            name,
            media_type,
            content: Carried::Whole(bytes),
        }),
    });
    let to = match email {
        Some(email) => format!("收件人：{recipient} <{email}>"),
        None => format!("收件人：（請填入{}承辦人的電子郵件）", view.unit),
    };
    let attached = name.map_or_else(String::new, |name| format!("附件：{name}\n"));
    let text = unsent::text_file(&format!("{to}\n主旨：{subject}\n{attached}\n{body}"));
    Ok(Notice { eml, text })
}
