//! What no rule can read: the thumbnail sheets of a compiled workspace, and the secretariat's confirmation
//! that is void once a file changes.

use std::fs;

use huibian::evidence;
use huibian::exhibit::{Content, PageSize, Remark};
use huibian::inventory::sha256_hex;

use crate::bundles::unpacked;
use crate::cli::compile;
use crate::support::papers::{self, Shelf, page_pdf};
use crate::support::scene::Scene;
use crate::support::workspace::Copy;

/// An item of the sample whose files hold personal data.
const ROSTER: &str = "警04-3";

fn sheets(copy: &Copy) -> String {
    assert!(compile(copy).code < 2);
    fs::read_to_string(copy.output().join("內部/縮圖確認.html")).unwrap()
}

/// A scan: a page that draws and says nothing.
fn scan() -> Vec<u8> {
    page_pdf("/MediaBox[0 0 595 842]", "0.2 g 60 60 300 300 re f", &[])
}

fn folder(copy: &Copy) -> String {
    let unit = fs::read_dir(copy.inputs().join("警察局")).unwrap();
    let mut names = unit.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    format!("警察局/{}", names.find(|name| name.starts_with(ROSTER)).unwrap())
}

#[test]
fn every_page_that_no_rule_reads_is_shown_with_its_digest_and_the_page_stays_in_the_house() {
    let copy = Copy::of_sample();
    let bytes = scan();
    copy.write(&format!("{}/掃描.pdf", folder(&copy)), &bytes);
    let page = sheets(&copy);
    let digest = &sha256_hex(&bytes)[..8];
    let cell = page.lines().find(|line| line.contains(digest) && line.contains("<img")).unwrap();
    for told in [ROSTER, "第 1 頁／共 1 頁", "已勾選遮蔽", "src=\"data:image/jpeg;base64,/9j/"] {
        assert!(cell.contains(told), "{told}");
    }
    // A photo, and a scan of an item that need not be ticked: neither can be searched.
    for (name, ticked) in [("1100701_IMG_2025.jpg", "已勾選遮蔽"), ("函頒公文掃描.pdf", "免勾選遮蔽")]
    {
        let cell = page.lines().find(|line| line.contains(name) && line.contains("<img")).unwrap();
        assert!(cell.contains(ticked), "{name}");
    }
    assert!(page.contains(&format!("masking-unseen@{ROSTER}#{digest}")));
    assert!(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"));
    assert_eq!(page, sheets(&copy), "same inputs, same bytes");
    let bundle = fs::read(copy.output().join("hsinchu-110-self-assessment.zip")).unwrap();
    assert!(unpacked(&bundle).iter().all(|(name, _)| !name.ends_with(".html")));
}

#[test]
fn a_long_exhibit_says_what_is_not_shown_and_a_private_one_is_not_shown() {
    let copy = Copy::without_evidence();
    let kids: String = (0..60).map(|n| format!("{} 0 R ", n + 3)).collect();
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{kids}]/Count 60/MediaBox[0 0 595 842]>>"),
    ];
    objects.extend((0..60).map(|_| "<</Type/Page/Parent 2 0 R>>".to_owned()));
    copy.write("警察局/警04-3_簽到表/長.pdf", &papers::raw_pdf(&objects));
    let private = page_pdf("/MediaBox[0 0 595 842]", "BT /F 12 Tf 40 60 Td (A123456789) Tj ET", &[]);
    copy.write("警察局/警04-3_簽到表/有證號.pdf", &private);
    copy.write("警察局/警04-3_簽到表/掃描A123456789.pdf", &scan());
    let page = sheets(&copy);
    assert_eq!(page.matches("長.pdf</p>").count(), 49);
    assert!(page.contains("第 49–60 頁／共 60 頁"));
    let withheld = page.lines().find(|line| line.contains("有證號.pdf</p>")).unwrap();
    assert!(withheld.contains("含有個資，未予收錄") && !withheld.contains("<img"));
    let named = page.lines().find(|line| line.contains("掃描A1******89.pdf</p>")).unwrap();
    assert!(named.contains("含有個資，未予收錄") && !named.contains("<img"));
    assert!(!page.contains("A123456789"));
    assert!(page.contains("第 4 張，共 4 張"));
    let size = page.len();
    assert!(size < 400_000, "a blank page costs little: {size}");
}

#[test]
fn thumbnails_are_small_and_what_cannot_be_drawn_is_none() {
    let mut shelf = Shelf::default();
    let preparation = papers::prepare_on(&mut shelf, &scan());
    let Content::Pages { prepared, .. } = &preparation.content else { panic!("{preparation:?}") };
    let made = evidence::thumbnails(&shelf.0[prepared], &[1, 2]);
    let jpeg = made[0].as_ref().unwrap();
    let size = image::load_from_memory(jpeg).map(|picture| (picture.width(), picture.height())).unwrap();
    assert!(size.0 <= 240 && size.1 <= 340 && size.1 > 300, "{size:?}");
    assert!(jpeg.len() < 20_000);
    assert_eq!(made[1], None);
    assert_eq!(evidence::thumbnails(b"%PDF-1.7", &[1]), [None]);
    assert_eq!(evidence::thumbnails(b"no picture", &[]), [None]);
}

#[test]
fn a_confirmation_is_void_once_the_file_changes_and_needs_a_day() {
    let mut scene = Scene::new();
    assert!(scene.said("masking-unseen").is_empty());
    scene.preparation(ROSTER).texts.clear();
    scene.remark(ROSTER, Remark::NoText);
    let told = scene.said("masking-unseen");
    assert_eq!((told.len(), told[0].unit.as_deref(), told[0].blocks()), (1, None, false));
    let key = told[0].exception_key().unwrap();
    assert!(key.ends_with(&scene.evidence(ROSTER).digests.sha256[..8]), "{key}");
    scene.except(&key, "已看過縮圖，簽名欄均已塗黑", "王科長");
    assert!(scene.said("masking-unseen")[0].accepted.as_ref().unwrap().contains("王科長"));
    scene.evidence(ROSTER).digests.sha256 = sha256_hex(b"another");
    assert_eq!(scene.said("masking-unseen")[0].accepted, None);
    assert!(scene.said("exception-unmatched")[0].message.contains("檔案已變更"));
}

#[test]
fn one_scanned_page_among_typed_ones_is_unread_and_items_are_told_once() {
    let mut scene = Scene::new();
    let size = PageSize { width: 595.0, height: 842.0 };
    let prepared = huibian::exhibit::Handle("x".to_owned());
    scene.preparation(ROSTER).content = Content::Pages { prepared, pages: vec![size; 2] };
    assert_eq!(scene.said("masking-unseen").len(), 1);
    scene.preparation(ROSTER).content = Content::Unusable { reason: "PDF 已損壞".to_owned() };
    assert!(scene.said("masking-unseen").is_empty(), "what does not leave needs no look");
}

#[test]
fn however_many_items_are_unread_there_is_one_line_and_each_keeps_a_key_of_its_own() {
    const PHOTOS: &str = "警05-1";
    let mut scene = Scene::new();
    for item in [ROSTER, PHOTOS] {
        scene.preparation(item).texts.clear();
    }
    let told = scene.said("masking-unseen");
    assert_eq!((told.len(), told[0].exception_key()), (1, None));
    assert!(told[0].message.contains("2 項佐證的 2 個檔案"), "{}", told[0].message);
    let key = |scene: &mut Scene, item: &str| {
        format!("masking-unseen@{item}#{}", &scene.evidence(item).digests.sha256[..8])
    };
    let (roster, photos) = (key(&mut scene, ROSTER), key(&mut scene, PHOTOS));
    scene.except(&roster, "已看過縮圖", "王科長");
    let told = scene.said("masking-unseen");
    assert_eq!(told.iter().filter(|d| d.accepted.is_some()).count(), 1);
    let open = told.iter().find(|d| d.accepted.is_none()).unwrap();
    assert_eq!(open.exception_key().unwrap(), photos, "the last one is told by itself");
    scene.except(&photos, "已看過縮圖", "王科長");
    assert!(scene.said("masking-unseen").iter().all(|d| d.accepted.is_some()));
    // A second photo: the roster stays confirmed, the photos do not.
    let bytes = b"another photo";
    let role = scene.evidence(PHOTOS).role.clone();
    scene.add_file("警察局/警05-1_照片/又.jpg", huibian::inventory::MediaType::Jpeg, role, bytes);
    scene
        .preparations
        .get_mut(&huibian::place::RelPath::new("警察局/警05-1_照片/又.jpg"))
        .unwrap()
        .texts
        .clear();
    let told = scene.said("masking-unseen");
    assert_eq!(told.iter().filter(|d| d.accepted.is_some()).count(), 1);
    assert!(scene.said("exception-unmatched")[0].message.contains("檔案已變更"));
}
