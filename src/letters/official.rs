//! The official letter (函) that carries the delivery: 主旨, 說明, 附件, 正本, 副本.
//!
//! Written once by a template, line by line; the .odt sets those very lines. Layout follows
//! 政府文書格式參考規範 (105年): 12, 16 and 20 points, margins of 2.5 cm. A draft: number and signature are
//! the office's.

use serde::Serialize;

use crate::assets::Templates;
use crate::clearance::Outgoing;
use crate::container::{OdfKind, OdfPackage, odf_text};
use crate::dossier::Dossier;
use crate::plan::Plan;
use crate::submission::SecretariatAnswers;
use crate::template;

use super::unsent::text_file;
use super::{BundleFile, Carriage, document_number, megabytes};

/// What the letter says of the delivery.
#[derive(Debug, Clone, Copy)]
pub struct Sending<'a> {
    pub carriage: Carriage,
    /// The bundle, or the first of its volumes.
    pub bundle: &'a BundleFile,
    pub n_form_pages: usize,
    /// Of all volumes.
    pub n_appendix_pages: usize,
}

/// What the letter's template is given.
#[derive(Debug, Clone, Serialize)]
struct LetterView {
    government: String,
    recipient: String,
    /// 「本府辦理110年度…考核」.
    matter: String,
    prepared_on: String,
    document_number: Option<String>,
    basis: String,
    ending: String,
    signed_by: Option<String>,
    copies: Vec<String>,
    contact_name: String,
    contact_telephone: String,
    contact_email: String,
    identity: String,
    n_form_pages: usize,
    /// What goes in place of our form.
    official_note: Option<String>,
    has_signed_page: bool,
    n_appendix_pages: usize,
    n_appendices: usize,
    /// 0: undivided.
    n_volumes: usize,
    bundle_name: String,
    bundle_megabytes: String,
    sha256: Option<String>,
    attached: bool,
    disc: bool,
    link: bool,
    open: bool,
}

/// The letter, in both its forms.
#[derive(Debug, Clone)]
pub struct OfficialLetter {
    pub text: String,
    pub odt: Vec<u8>,
}

/// The .odt sets the very lines of the text.
impl Outgoing for OfficialLetter {
    fn texts(&self) -> Vec<(String, String)> {
        vec![("函稿".to_owned(), self.text.clone())]
    }
}

impl OfficialLetter {
    /// # Errors
    /// A template that cannot be rendered.
    pub fn new(
        plan: &Plan,
        dossier: &Dossier,
        secretariat: &SecretariatAnswers,
        sending: &Sending,
        templates: &Templates,
    ) -> anyhow::Result<Self> {
        let view = view(plan, dossier, secretariat, sending);
        let text = template::render("letters/official.hbs", &view, templates)?;
        let title = format!("{}　函", view.government);
        let odt = odt(&text, &title, dossier)?;
        Ok(OfficialLetter { text: text_file(&text), odt })
    }
}

fn view(plan: &Plan, dossier: &Dossier, secretariat: &SecretariatAnswers, sending: &Sending) -> LetterView {
    let terms = &plan.delivery.letter;
    let contact = dossier.contacts.first();
    let of_contact =
        |part: fn(&crate::dossier::ContactLine) -> &String| contact.map(part).cloned().unwrap_or_default();
    LetterView {
        government: dossier.government.clone(),
        recipient: dossier.recipient.clone(),
        matter: matter(dossier),
        prepared_on: dossier.prepared_on.clone(),
        document_number: document_number(secretariat),
        basis: terms.basis.clone().unwrap_or_else(|| dossier.legal_bases.join("、")),
        ending: terms.ending.clone(),
        signed_by: terms.signed_by.clone(),
        copies: terms.copies.clone(),
        contact_name: of_contact(|contact| &contact.name),
        contact_telephone: of_contact(|contact| &contact.telephone),
        contact_email: of_contact(|contact| &contact.email),
        identity: dossier.identity.clone(),
        n_form_pages: sending.n_form_pages,
        official_note: dossier.official_note(),
        has_signed_page: dossier.has_signed_page,
        n_appendix_pages: sending.n_appendix_pages,
        n_appendices: dossier.n_bound(),
        n_volumes: dossier.volumes.len(),
        bundle_name: sending.bundle.name.clone(),
        bundle_megabytes: megabytes(sending.bundle.bytes),
        sha256: sending.bundle.sha256.clone(),
        attached: sending.carriage == Carriage::Attached,
        disc: sending.carriage == Carriage::Disc,
        link: sending.carriage == Carriage::Link,
        open: sending.carriage == Carriage::Undecided,
    }
}

/// A government calls itself 本府 in its own letters.
fn matter(dossier: &Dossier) -> String {
    match dossier.title.strip_prefix(dossier.government.as_str()) {
        Some(rest) if dossier.government.ends_with("政府") => format!("本府{rest}"),
        _ => dossier.title.clone(),
    }
}

/// How a line of the letter is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    Filing,
    Title,
    Contact,
    Fact,
    Matter,
    /// Indented by so many levels.
    Point(usize),
}

/// Lines that are told by their label; all others are facts.
const FILING: &[&str] = &["檔　　號", "保存年限"];
const CONTACT: &[&str] = &["地址", "承辦人", "電話", "電子信箱"];
const MATTER: &[&str] = &["受文者", "主旨", "說明"];

fn setting(line: &str, title: &str) -> Setting {
    let level = line.chars().take_while(|c| *c == '　').count();
    let label = line.split_once('：').map_or("", |(label, _)| label);
    match label {
        _ if line == title => Setting::Title,
        _ if level > 0 => Setting::Point(level.min(2)),
        label if FILING.contains(&label) => Setting::Filing,
        label if CONTACT.contains(&label) => Setting::Contact,
        label if MATTER.contains(&label) => Setting::Matter,
        _ => Setting::Fact,
    }
}

impl Setting {
    fn style(self) -> &'static str {
        match self {
            Setting::Filing => "Filing",
            Setting::Title => "Letter_20_Title",
            Setting::Contact => "Contact",
            Setting::Fact => "Fact",
            Setting::Matter => "Matter",
            Setting::Point(1) => "Point_20_1",
            Setting::Point(_) => "Point_20_2",
        }
    }
}

const NAMESPACES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
    xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
    xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
    xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" \
    xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" office:version=\"1.3\"";

fn odt(text: &str, title: &str, dossier: &Dossier) -> anyhow::Result<Vec<u8>> {
    let paragraphs: String = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let style = setting(line, title).style();
            format!(
                "<text:p text:style-name=\"{style}\">{}</text:p>",
                odf_text(line.trim_start_matches('　'))
            )
        })
        .collect();
    let content = format!(
        "<office:document-content {NAMESPACES}><office:body><office:text>{paragraphs}</office:text>\
         </office:body></office:document-content>"
    );
    OdfPackage::new(OdfKind::Text)
        .with_xml("content.xml", &content)
        .with_xml("styles.xml", &styles())
        .with_metadata(
            &format!("{}自評表及佐證資料函稿", dossier.title),
            &dossier.government,
            &dossier.prepared_on_iso,
        )
        .write()
}

/// Name, display name, points, lead, space above, margin left, hanging indent (all in points), more.
type ParagraphStyle = (&'static str, &'static str, u32, u32, u32, u32, i32, &'static str);

const STYLES: &[ParagraphStyle] = &[
    ("Filing", "檔號", 10, 14, 0, 300, 0, ""),
    ("Letter_20_Title", "全銜", 20, 36, 6, 0, 0, "fo:text-align=\"center\""),
    ("Contact", "聯絡方式", 12, 18, 0, 250, 0, ""),
    ("Fact", "公文事項", 12, 18, 0, 0, 0, ""),
    ("Matter", "主旨說明", 16, 26, 6, 48, -48, ""),
    ("Point_20_1", "說明第一層", 16, 26, 0, 48, -32, ""),
    ("Point_20_2", "說明第二層", 16, 26, 0, 112, -64, ""),
];

fn styles() -> String {
    let font = |name: &str, family: &str| {
        format!("<style:font-face style:name=\"{name}\" svg:font-family=\"{family}\"/>")
    };
    let fonts = font("Kai", "標楷體, 'TW-Kai', 'AR PL UKai TW'")
        + &font("Roman", "'Times New Roman', 'Liberation Serif'");
    let paragraphs: String = STYLES
        .iter()
        .map(|(name, shown, points, lead, above, left, indent, more)| {
            format!(
                "<style:style style:name=\"{name}\" style:display-name=\"{shown}\" style:family=\"paragraph\" \
                 style:parent-style-name=\"Standard\"><style:paragraph-properties fo:line-height=\"{lead}pt\" \
                 fo:margin-top=\"{above}pt\" fo:margin-left=\"{left}pt\" fo:text-indent=\"{indent}pt\" {more}/>\
                 <style:text-properties fo:font-size=\"{points}pt\" style:font-size-asian=\"{points}pt\"/></style:style>"
            )
        })
        .collect();
    format!(
        "<office:document-styles {NAMESPACES}><office:font-face-decls>{fonts}</office:font-face-decls>\
         <office:styles><style:default-style style:family=\"paragraph\"><style:text-properties \
         style:font-name=\"Roman\" style:font-name-asian=\"Kai\" fo:language=\"en\" fo:country=\"US\" \
         style:language-asian=\"zh\" style:country-asian=\"TW\"/></style:default-style>\
         <style:style style:name=\"Standard\" style:family=\"paragraph\"/>{paragraphs}</office:styles>\
         <office:automatic-styles><style:page-layout style:name=\"A4\"><style:page-layout-properties \
         fo:page-width=\"21cm\" fo:page-height=\"29.7cm\" fo:margin=\"2.5cm\" \
         style:print-orientation=\"portrait\"/></style:page-layout></office:automatic-styles>\
         <office:master-styles><style:master-page style:name=\"Standard\" \
         style:page-layout-name=\"A4\"/></office:master-styles></office:document-styles>"
    )
}
