//! How the parts of an Office package name each other (ISO/IEC 29500-2, Open Packaging Conventions).
//!
//! Knows relationships and paths of parts, nothing of what the parts hold.

use crate::xml::{Node, Xml, XmlFault};

/// A relationship of a part to another inside the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub id: String,
    /// The last word of its type: `worksheet`, `comments`.
    pub kind: String,
    /// The part it points at, from the package's root.
    pub target: String,
}

/// The part that holds the relationships of a part; `""` is the package itself.
pub fn relations_part(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/_rels/{file}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// Reads the relationships of `part`, at most `most`; what lies outside the package is left out.
///
/// # Errors
/// The text is no XML, or holds more.
pub fn relations(text: &str, part: &str, most: usize) -> Result<Vec<Relation>, RelationsFault> {
    let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    let mut xml = Xml::new(text);
    while let Some(node) = xml.next().map_err(RelationsFault::Xml)? {
        let Node::Open(tag) = node else { continue };
        if found.len() >= most {
            return Err(RelationsFault::TooMany);
        }
        if tag.local() != "Relationship" || tag.attribute("TargetMode").as_deref() == Some("External") {
            continue;
        }
        if let (Some(id), Some(target)) = (tag.attribute("Id"), tag.attribute("Target")) {
            let kind = tag.attribute("Type").unwrap_or_default();
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            found.push(Relation { id, kind, target: resolve(folder, &target) });
        }
    }
    Ok(found)
}

/// Why relationships cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationsFault {
    Xml(XmlFault),
    TooMany,
}

/// A target relative to its part's folder, with `..` and backslashes resolved.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let full = if target.starts_with('/') { target } else { format!("{folder}/{target}") };
    let mut steps: Vec<&str> = Vec::new();
    for step in full.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            _ => steps.push(step),
        }
    }
    steps.join("/")
}
