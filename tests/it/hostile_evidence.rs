//! Broken and hostile evidence through real workers: every file ends as pages, as a placeholder with a
//! reason, or as a failure of its worker that costs nothing else.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use huibian::container::sniff;
use huibian::evidence::PrepareSettings;
use huibian::exhibit::{Content, Remark};
use huibian::inventory::sha256_hex;
use huibian::worker::{Failure, Job, JobRunner, JobTask, Outcome, Processes};

use crate::support::papers::{HELLO, page_pdf, raw_pdf, stream};

/// `megabytes` of zeros, packed: about a thousandth.
fn packed_zeros(megabytes: usize) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    let block = vec![0; 1 << 20];
    for _ in 0..megabytes {
        packer.write_all(&block).unwrap();
    }
    packer.finish().unwrap()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A page whose content is given packed.
fn packed_page(dict: &str, content: &[u8]) -> Vec<u8> {
    let text = page_pdf("/MediaBox[0 0 300 200]", "CONTENT", &[]);
    let plain = stream("", "CONTENT");
    let at = text.windows(plain.len()).position(|window| window == plain.as_bytes()).unwrap();
    let mut bytes = text[..at].to_vec();
    bytes.extend(format!("<<{dict}/Length {}>>\nstream\n", content.len()).bytes());
    bytes.extend(content);
    bytes.extend(b"\nendstream");
    // The offsets behind it are wrong now: one more thing to be mended.
    bytes.extend(&text[at + plain.len()..]);
    bytes
}

fn with_form(form: &str, content: &str) -> Vec<u8> {
    let page = "/MediaBox[0 0 300 200]/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>";
    page_pdf(page, content, &[form.to_owned()])
}

fn documents() -> Vec<(String, Vec<u8>)> {
    let whole = page_pdf("/MediaBox[0 0 300 200]", HELLO, &[]);
    let text = String::from_utf8(whole.clone()).unwrap();
    let start = text.rfind("startxref").unwrap();
    let mut documents: Vec<(String, Vec<u8>)> = (1..8)
        .map(|part| (format!("cut at {part} eighths"), whole[..whole.len() * part / 8].to_vec()))
        .collect();
    let more = [
        ("a table that begins elsewhere", format!("{}startxref\n7\n%%EOF\n", &text[..start]).into_bytes()),
        ("a table that leads to itself", text.replace("/Root 1 0 R", "/Root 1 0 R/Prev 480").into_bytes()),
        ("a size past all objects", text.replace("/Size 6", "/Size 2147483647").into_bytes()),
        ("a root that is missing", text.replace("/Root 1 0 R", "/Root 99 0 R").into_bytes()),
        ("a count of a thousand million", text.replace("/Count 1", "/Count 1000000000").into_bytes()),
        ("a length that refers to itself", text.replace("/Length 34", "/Length 4 0 R").into_bytes()),
        (
            "pages in a ring",
            raw_pdf(&[
                "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
                "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>".to_owned(),
            ]),
        ),
        (
            "arrays a hundred thousand deep",
            page_pdf(
                "/MediaBox[0 0 300 200]",
                &format!("{}{} TJ", "[".repeat(100_000), "]".repeat(100_000)),
                &[],
            ),
        ),
        (
            "an object a hundred thousand deep",
            raw_pdf(&[
                "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
                format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
            ]),
        ),
        ("a million saved states", page_pdf("/MediaBox[0 0 300 200]", &"q ".repeat(1_000_000), &[])),
        (
            "a form that draws itself",
            with_form(
                &stream("/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>", "/X Do"),
                "/X Do",
            ),
        ),
        ("a page of 200 inches", page_pdf("/MediaBox[0 0 14400 14400]", HELLO, &[])),
        ("a page of a mile", page_pdf("/MediaBox[0 0 4000000 4000000]", HELLO, &[])),
        ("a page without size", page_pdf("/MediaBox[5 5 5 5]", HELLO, &[])),
        ("a page of one point", page_pdf("/MediaBox[0 0 1 1]", HELLO, &[])),
        ("a page that is a line", page_pdf("/MediaBox[0 0 14400 0.5]", HELLO, &[])),
        ("an infinite box", page_pdf("/MediaBox[0 0 1e999 200]", HELLO, &[])),
        ("a font that is nowhere", text.replace("/Helvetica", "/NoSuchFont").into_bytes()),
        ("a reference to no font", text.replace("<</F 5 0 R>>", "<</F 77 0 R>>").into_bytes()),
        ("a pattern of tiny steps", with_form("null", "/Pattern cs /P scn 0 0 300 200 re f")),
        (
            "an image of 60,000 by 60,000",
            with_form(
                &stream(
                    "/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceRGB/BitsPerComponent 8",
                    "x",
                ),
                "300 0 0 200 0 0 cm /X Do",
            ),
        ),
        (
            "a bitmap claimed by a fax code",
            with_form(
                &stream(
                    "/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 60000/Rows 60000>>",
                    "x",
                ),
                "300 0 0 200 0 0 cm /X Do",
            ),
        ),
        ("content that unpacks to 1.5 GB", packed_page("/Filter/FlateDecode", &packed_zeros(1500))),
        (
            "content packed twice, 1.5 GB in the end",
            packed_page("/Filter[/FlateDecode/FlateDecode]", &packed(&packed_zeros(1500))),
        ),
    ];
    documents.extend(more.map(|(name, bytes)| (name.to_owned(), bytes)));
    documents.push(("forms that double thirty times".to_owned(), doubling()));
    documents
}

/// 2^30 drawings in some kilobytes.
fn doubling() -> Vec<u8> {
    let form = |next: usize| {
        stream(&format!("/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {next} 0 R>>>>"), "/X Do /X Do")
    };
    let mut more: Vec<String> = (0..30).map(|level| form(level + 7)).collect();
    more.push(stream("/Subtype/Form/BBox[0 0 9 9]", "0 0 1 1 re f"));
    page_pdf("/MediaBox[0 0 300 200]/Resources<</XObject<</X 6 0 R>>>>", "/X Do", &more)
}

fn png(width: u32, height: u32, depth: u8, colour: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([depth, colour, 0, 0, 0]);
    for (name, content) in [(b"IHDR", &header[..]), (b"IDAT", data), (b"IEND", &[])] {
        bytes.extend((content.len() as u32).to_be_bytes());
        let body = [&name[..], content].concat();
        bytes.extend(&body);
        let mut sum = flate2::Crc::new();
        sum.update(&body);
        bytes.extend(sum.sum().to_be_bytes());
    }
    bytes
}

fn pictures() -> Vec<(String, Vec<u8>)> {
    let small = png(64, 64, 8, 2, &packed(&vec![9; 64 * (1 + 64 * 3)]));
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 80)
        .encode(&[120; 64 * 64 * 3], 64, 64, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    let mut wide = jpeg.clone();
    let frame = wide.windows(2).position(|window| window == [0xff, 0xc0]).unwrap();
    wide[frame + 5..frame + 9].fill(0xff);
    let mut pictures: Vec<(String, Vec<u8>)> = (1..6)
        .flat_map(|part| {
            [("PNG", &small), ("JPEG", &jpeg)].map(|(kind, bytes)| {
                (format!("{kind} cut at {part} sixths"), bytes[..bytes.len() * part / 6].to_vec())
            })
        })
        .collect();
    let more = [
        // 10,000 × 10,000 grey pixels: 100 MB unpacked.
        ("PNG of 100 megapixels", png(10_000, 10_000, 8, 0, &packed_zeros(96))),
        // 18,000 × 18,000 in colour: 1 GB unpacked, about 4 MB packed at this speed.
        ("PNG that unpacks to 1 GB", png(18_000, 18_000, 8, 2, &packed_zeros(927))),
        ("PNG that claims four thousand million", png(65_535, 65_535, 16, 6, &packed(&[0; 64]))),
        ("PNG without pixels", png(0, 0, 8, 2, &packed(&[]))),
        ("JPEG that claims 65,535 by 65,535", wide),
        ("GIF of a huge canvas", b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x4c\x01\0\x3b".to_vec()),
        ("BMP of negative size", [&b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\xff\xff\xff\x7f\0\0\0\x80\x01\0\x18\0"[..], &[0; 40]].concat()),
        ("TIFF of a ring", b"II*\0\x08\0\0\0\0\0\x08\0\0\0".to_vec()),
        ("WebP that is a header", b"RIFF\x20\0\0\0WEBPVP8 \x10\0\0\0\0\0\0\x9d\x01\x2a\xff\x3f\xff\x3f".to_vec()),
        ("HEIC that is a box", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1\xff\xff\xff\xffmeta".to_vec()),
    ];
    pictures.extend(more.map(|(name, bytes)| (name.to_owned(), bytes)));
    pictures
}

fn job(folder: &Path, name: &str, bytes: &[u8]) -> Job {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    let settings = PrepareSettings {
        picture_box_points: (482.0, 680.0),
        dpi: 150,
        quality: 85,
        as_pictures: Default::default(),
    };
    let task = JobTask::Prepare { media_type: sniff(bytes), settings, folder: folder.to_owned() };
    Job { path, sha256: sha256_hex(bytes), task }
}

/// Runs jobs in two workers of the real program, under its limits.
fn outcomes(jobs: &[Job]) -> Vec<Outcome> {
    let runner = Processes::of(env!("CARGO_BIN_EXE_huibian").into());
    runner.run_all(jobs, &|_| {}).unwrap()
}

/// Hostile files with a good one after each, so that what one does to its worker would show on the next.
#[test]
fn every_hostile_file_costs_itself_alone() {
    let folder = tempfile::tempdir().unwrap();
    let good = page_pdf("/MediaBox[0 0 300 200]", HELLO, &[]);
    let hostile: Vec<(String, Vec<u8>)> = documents().into_iter().chain(pictures()).collect();
    let mut jobs = Vec::new();
    for (index, (_, bytes)) in hostile.iter().enumerate() {
        jobs.push(job(folder.path(), &format!("{index}"), bytes));
        jobs.push(job(folder.path(), &format!("{index} good"), &good));
    }
    let outcomes = outcomes(&jobs);
    let mut failed = Vec::new();
    let mut comparisons = Vec::new();
    for (index, (name, _)) in hostile.iter().enumerate() {
        assert!(
            matches!(&outcomes[2 * index + 1], Outcome::Prepared(good) if matches!(good.content, Content::Pages { .. })),
            "after {name}: {:?}",
            outcomes[2 * index + 1]
        );
        match &outcomes[2 * index] {
            Outcome::Prepared(preparation) => match &preparation.content {
                Content::Pages { prepared, pages } => {
                    let (prepared, pages) = (folder.path().join(&prepared.0), (1..=pages.len()).collect());
                    let task = JobTask::Compare { prepared, pages };
                    comparisons.push((name, Job { task, ..jobs[2 * index].clone() }));
                }
                Content::Picture { width, height, .. } => assert!(*width > 0 && *height > 0, "{name}"),
                _ => assert!(
                    preparation.remarks.iter().any(|remark| matches!(remark, Remark::NotBound { .. })),
                    "{name} is not bound without a reason"
                ),
            },
            Outcome::Failed(Failure::Crashed) => failed.push(name.as_str()),
            // How far a worker gets in its time hangs on who else uses the machine.
            Outcome::Failed(Failure::TimedOut) => {}
            other => panic!("{name}: {other:?}"),
        }
    }
    // Only what is made to eat memory may end its worker.
    let may_fail = |name: &&str| name.contains("GB") || name.contains("deep");
    assert_eq!(failed.iter().filter(|name| !may_fail(name)).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert!(!failed.is_empty(), "no bomb met the limits: is there still one worth trying?");
    let (names, jobs): (Vec<&String>, Vec<Job>) = comparisons.into_iter().unzip();
    for (name, outcome) in names.iter().zip(self::outcomes(&jobs)) {
        match outcome {
            Outcome::Compared(found) => {
                assert_eq!(found.differing, Vec::<usize>::new(), "{name} is bound otherwise");
            }
            Outcome::Failed(Failure::Crashed | Failure::TimedOut) => {}
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn names_in_every_script_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let good = page_pdf("/MediaBox[0 0 300 200]", HELLO, &[]);
    let names = [
        "會議紀錄（核定版）.pdf",
        "会议纪要.pdf",
        "議事録ｶﾅ.pdf",
        "회의록.pdf",
        "протокол.pdf",
        "محضر.pdf",
        "פרוטוקול.pdf",
        "รายงาน.pdf",
        "वृत्त.pdf",
        "e\u{301}te\u{301}.pdf",
        "𠮷野家.pdf",
        "👩‍⚖️.pdf",
        "a\u{200B}b\u{202E}fdp.pdf",
        "  two  blanks .pdf",
    ];
    let jobs: Vec<Job> = names.iter().map(|name| job(folder.path(), name, &good)).collect();
    for (name, outcome) in names.iter().zip(outcomes(&jobs)) {
        assert!(matches!(outcome, Outcome::Prepared(_)), "{name}: {outcome:?}");
    }
}
