//! `huibian compile --dry-run`: what would come out, how it would be sent, and what makes it large.
//!
//! Prints what the pipeline measured; every figure is of files that were really made and then thrown
//! away.

use std::io::Write;

use crate::exhibit::ByteSource;
use crate::identity;
use crate::pipeline::{self, Delivery, Examination, Heavy, Products, Saving, Surroundings};

use super::compile::{size, too_large};

/// Resolutions that are tried, where they are lower than the plan's: prints well; legible on a screen.
const LOWER: [u32; 2] = [150, 100];
/// Files named.
const MOST_NAMED: usize = 5;

/// What the evidence weighs, and would.
pub(super) struct Weighed {
    heaviest: Vec<Heavy>,
    savings: Vec<Saving>,
}

/// Weighs every exhibit, and pictures at lower resolutions.
pub(super) fn weigh(
    examination: &Examination,
    around: &Surroundings,
    source: &dyn ByteSource,
) -> anyhow::Result<Weighed> {
    let heaviest = pipeline::heaviest(examination, source)?;
    let mut savings = Vec::new();
    for dpi in LOWER {
        savings.extend(pipeline::saving(examination, around, source, dpi)?);
    }
    Ok(Weighed { heaviest, savings })
}

pub(super) fn print(examination: &Examination, products: &Products, weighed: &Weighed) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    writeln!(out)?;
    writeln!(out, "試算（未寫入任何產出）。會產出：")?;
    for (name, bytes) in &products.files {
        writeln!(out, "  {name}　{}", size(*bytes))?;
    }
    writeln!(out, "遞送：{}。", way(products, examination))?;
    if !weighed.heaviest.is_empty() {
        writeln!(out, "最大的佐證（原檔 → 裝訂或收錄後）：")?;
    }
    for file in weighed.heaviest.iter().take(MOST_NAMED) {
        let path = identity::mask(file.path.as_str());
        writeln!(out, "  {path}　{} → {}", size(file.handed_in), size(file.bound))?;
    }
    for saving in &weighed.savings {
        writeln!(out, "{}", saved(saving, examination.plan.limits.picture_dpi))?;
    }
    Ok(())
}

fn way(products: &Products, examination: &Examination) -> String {
    let limit = examination.plan.limits.of_a_mail();
    let (name, bytes) = (limit.name(), size(limit.bytes()));
    match &products.delivery {
        None => "只有草稿，不遞送".to_owned(),
        Some(Delivery::Mails(1)) => format!("一封郵件（{name} {bytes}，含編碼）"),
        Some(Delivery::Mails(n)) => format!("分 {n} 冊、{n} 封郵件（{name} {bytes}，含編碼）"),
        Some(Delivery::Disc) => "光碟".to_owned(),
        Some(Delivery::Link) => "雲端連結".to_owned(),
        Some(Delivery::Undecided(why)) => format!("建議光碟或雲端連結：{}", too_large(why, limit)),
    }
}

/// Only pictures shrink: what stands inside PDF files stays as it is.
fn saved(saving: &Saving, dpi: u32) -> String {
    let how = if saving.n_measured == saving.n_pictures {
        "已實際整備全部圖片量得".to_owned()
    } else {
        format!("實際整備其中 {} 張，依比例推估", saving.n_measured)
    };
    format!(
        "圖片解析度由 {dpi} 降為 {} dpi：{} 張圖片 {} → {}（{how}；PDF 內的圖片不變）",
        saving.dpi,
        saving.n_pictures,
        size(saving.now),
        size(saving.then)
    )
}
