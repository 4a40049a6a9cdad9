//! A mail that opens as a draft, and text files as Windows' editor shows them.
//!
//! The only file that names `mail_builder`. The same mail gives the same bytes; nothing is sent.

use jiff::civil::Date;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};

/// A mail to be written.
pub(super) struct UnsentMail<'a> {
    /// ASCII; tells this mail from all others in Message-ID and boundary.
    pub mark: &'a str,
    /// The day it bears.
    pub day: Option<Date>,
    /// Name and address.
    pub to: Option<(&'a str, &'a str)>,
    pub subject: &'a str,
    pub body: &'a str,
    pub attachment: Option<Attachment<'a>>,
}

pub(super) struct Attachment<'a> {
    pub name: &'a str,
    pub media_type: &'a str,
    pub bytes: &'a [u8],
}

/// `X-Unsent: 1` makes mail programs open it as a draft; there is no From, so that the sender's own
/// account is used.
pub(super) fn write(mail: &UnsentMail<'_>) -> Vec<u8> {
    let body = mail.body.replace("\r\n", "\n").replace('\n', "\r\n");
    let text = MimePart::new("text/plain", BodyPart::Text(body.into()));
    let content = match &mail.attachment {
        None => text,
        Some(attachment) => MimePart::new(
            ContentType::new("multipart/mixed").attribute("boundary", format!("huibian-{}", mail.mark)),
            BodyPart::Multipart(vec![
                text,
                // The name twice: mail programs of old read it from the content type only.
                MimePart::new(
                    ContentType::new(attachment.media_type).attribute("name", attachment.name),
                    BodyPart::Binary(attachment.bytes.into()),
                )
                .attachment(attachment.name),
            ]),
        ),
    };
    let mut builder = MessageBuilder::new()
        .header("X-Unsent", Raw::new("1"))
        .message_id(format!("{}@huibian.invalid", mail.mark))
        .header("Date", Raw::new(date_header(mail.day)))
        .subject(mail.subject)
        .body(content);
    if let Some((name, email)) = mail.to {
        builder = builder.to(Address::new_address(Some(name), email));
    }
    // Writing into memory cannot fail.
    builder.write_to_vec().unwrap_or_default()
}

/// RFC 5322 §3.3, nine in the morning in Taiwan.
fn date_header(day: Option<Date>) -> String {
    match day {
        Some(day) => format!("{} 09:00:00 +0800", day.strftime("%a, %d %b %Y")),
        None => "Thu, 01 Jan 1970 00:00:00 +0000".to_owned(),
    }
}

/// A header is one line, whatever a template or a title holds.
pub(super) fn one_line(text: &str) -> String {
    let lines = text.split(char::is_control).map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// With a byte order mark and CRLF.
pub(super) fn text_file(text: &str) -> String {
    format!("\u{feff}{}", text.replace("\r\n", "\n").replace('\n', "\r\n"))
}
