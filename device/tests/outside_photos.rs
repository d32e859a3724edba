//! Pictures that others took, as judges: camera samples, broken EXIF, decompression bombs, HEIC of five makers.
//! They are not in this repository. `XUNCHA_DATA` names the folder that holds `photos/`; without it the folder
//! `../shared/data` beside the repository is looked for, and without that the tests say loudly that they were skipped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails loudly and speaks to whoever reads its output"
)]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use image::RgbImage;
use xuncha_device::capture::{
    Kind, MemoryBudget, PREVIEW_PX, THUMB_PX, WhyNoPreview, Window, derive, judge, read_facts, region,
};

fn photos() -> Option<PathBuf> {
    let folder = env::var_os("XUNCHA_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from)
        .join("photos");
    if folder.join("CATALOGUE.csv").is_file() {
        return Some(folder);
    }
    println!("SKIPPED: outside data not present ({})", folder.display());
    None
}

/// One line of the catalogue, made by another library (Pillow with pillow-heif).
struct Row {
    path: String,
    fmt: String,
    size: (u32, u32),
    make: String,
    orientation: u8,
    gps: String,
}

fn catalogue(folder: &Path) -> Vec<Row> {
    let text = fs::read_to_string(folder.join("CATALOGUE.csv")).unwrap();
    let row = |f: Vec<String>| Row {
        path: f[0].clone(),
        fmt: f[2].clone(),
        size: (f[3].parse().unwrap(), f[4].parse().unwrap()),
        make: f[6].clone(),
        // 0 is in no standard; a reader must take it, and an absent one, for 1.
        orientation: f[8].parse().unwrap_or(1).max(1),
        gps: f[9].clone(),
    };
    text.lines().skip(1).map(fields).map(row).collect()
}

/// The fields of a CSV line with `"…"` around those that hold commas.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().unwrap().push(c),
        }
    }
    fields
}

fn seen(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory(jpeg).unwrap().into_rgb8()
}

/// Where we and the catalogue differ, and why that is right.
const UNDERSTOOD: &[(&str, &str)] = &[(
    "pillow-heif/truncated.heic size",
    "stored as 64 × 64; the catalogue gives the 16 × 16 that `clap` cuts out of it",
)];

#[test]
fn the_facts_of_every_picture_agree_with_the_catalogue() {
    let Some(folder) = photos() else { return };
    let rows = catalogue(&folder);
    assert!(rows.len() > 100, "the catalogue was read");
    let mut disagreements = BTreeSet::new();
    for row in rows.iter().filter(|r| matches!(r.fmt.as_str(), "JPEG" | "MPO" | "HEIF")) {
        let facts = read_facts(&fs::read(folder.join(&row.path)).unwrap());
        let mut differs = |what: &str, ours: String, theirs: String| {
            if ours != theirs {
                println!("{}: {what} {ours}, catalogue {theirs} {}", row.path, facts.exif_problem);
                disagreements.insert(format!("{} {what}", row.path));
            }
        };
        let heif = row.fmt == "HEIF";
        // pillow-heif turns the picture on opening and then says "1": compare the sides without their order.
        let sides = |(w, h): (u32, u32)| if heif { (w.min(h), w.max(h)) } else { (w, h) };
        let ours = facts.width.zip(facts.height).unwrap_or((0, 0));
        differs("size", format!("{:?}", sides(ours)), format!("{:?}", sides(row.size)));
        if !heif {
            differs("orientation", facts.orientation.to_string(), row.orientation.to_string());
        }
        differs("make", facts.make.clone().unwrap_or_default(), row.make.trim().to_owned());
        differs("gps", facts.gps.is_some().to_string(), (row.gps == "Y").to_string());
    }
    let understood: BTreeSet<String> = UNDERSTOOD.iter().map(|(what, _why)| (*what).to_owned()).collect();
    assert_eq!(disagreements, understood, "each disagreement is understood, and none has silently gone");
}

/// The pictures that have no whole preview, in the order of the catalogue.
const WITHOUT_PREVIEW: &[&str] = &[
    // 24 megapixels, progressive: 72 MB of coefficients.
    "immich/craft-beer.jpg ProgressiveTooLarge",
    // No phone's HEIC in this collection has a JPEG thumbnail in its EXIF.
    "exif-py/heic/HMD_Nokia_8.3_5G_hdr.heif HeicWithoutThumbnail",
    "exif-py/heic/HMD_Nokia_8.3_5G.heif HeicWithoutThumbnail",
    "pillow-heif/pug.heic HeicWithoutThumbnail",
    "pillow-heif/arrow.heic HeicWithoutThumbnail",
    "immich/IMG_2682.heic HeicWithoutThumbnail",
    // xiaomi.heic is not in this list: it has one.
    // Its pixels were cut away: 14 bytes follow the scan header.
    "pillow/ultrahdr.jpg partial",
    "exif-py/heic/spring_1440x960.heic HeicWithoutThumbnail",
    "exif-py/heic/samplefilehub.heif HeicWithoutThumbnail",
    // Announces restart markers that are not there.
    "pillow/hopper_bad_exif.jpg partial",
    "piexif/01.tif NotAPicture",
    "pillow-heif/truncated.heic HeicWithoutThumbnail",
    "pillow-heif/corrupted.heic HeicWithoutThumbnail",
    "pillow-heif/corrupted.hif HeicWithoutThumbnail",
    "pillow/truncated_jpeg.jpg partial",
    "kamadak-exif/exif.tif NotAPicture",
    "kamadak-exif/exif.heic HeicWithoutThumbnail",
];

#[test]
fn every_picture_is_shown_or_has_a_reason() {
    let Some(folder) = photos() else { return };
    let mut reasons = Vec::new();
    for row in catalogue(&folder) {
        let bytes = fs::read(folder.join(&row.path)).unwrap();
        let Ok(kind) = judge(&bytes[..bytes.len().min(4096)], bytes.len() as u64) else {
            assert!(bytes.is_empty(), "{}", row.path);
            continue;
        };
        let facts = read_facts(&bytes);
        let derived = derive(&bytes, &facts, MemoryBudget::default());
        if let Some(why) = derived.why_none {
            reasons.push(format!("{} {why:?}", row.path));
            continue;
        }
        if derived.partial {
            reasons.push(format!("{} partial", row.path));
        }
        for (jpeg, limit) in [(derived.thumb.unwrap(), THUMB_PX), (derived.preview.unwrap(), PREVIEW_PX)] {
            let (across, down) = seen(&jpeg).dimensions();
            assert!(across.max(down) <= limit, "{}", row.path);
            // The exact sides of a HEIC's embedded thumbnail are its camera's business.
            if kind != Kind::Heic {
                let (w, h) = if facts.orientation >= 5 { (row.size.1, row.size.0) } else { row.size };
                let (ours, theirs) = (f64::from(across) / f64::from(down), f64::from(w) / f64::from(h));
                assert!((ours / theirs - 1.0).abs() < 0.03, "{}: {ours} {theirs}", row.path);
            }
        }
        let window = Window { x: 0.25, y: 0.25, w: 0.5, h: 0.5 };
        assert!(region(&bytes, &facts, window, 800, MemoryBudget::default()).is_ok(), "{}", row.path);
    }
    println!("{}", reasons.join("\n"));
    assert_eq!(reasons, WITHOUT_PREVIEW);
}

#[test]
fn pictures_under_every_orientation_come_out_the_same() {
    let Some(folder) = photos() else { return };
    for form in ["Landscape", "Portrait"] {
        let shown = |n: u8| {
            let bytes = fs::read(folder.join(format!("recurser-orientation/{form}_{n}.jpg"))).unwrap();
            seen(&derive(&bytes, &read_facts(&bytes), MemoryBudget::default()).thumb.unwrap())
        };
        let upright = shown(1);
        for n in 2..=8 {
            let other = shown(n);
            assert_eq!(other.dimensions(), upright.dimensions(), "{form} {n}");
            // The number painted into each picture differs; the scene around it must not.
            let differs = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).any(|(a, b)| a.abs_diff(b) > 48);
            let far = upright.pixels().zip(other.pixels()).filter(|(a, b)| differs(a.0, b.0)).count();
            let share = far as f64 / f64::from(upright.width() * upright.height());
            println!("{form} {n}: {share:.3}");
            assert!(share < 0.1, "{form} {n}: {share}");
        }
    }
}

#[test]
fn decompression_bombs_get_no_preview_or_a_bounded_one() {
    let Some(folder) = photos() else { return };
    for (name, kind, why) in [
        ("pillow/decompression_bomb.gif", Kind::Other, Some(WhyNoPreview::NotAPicture)),
        ("pillow/decompression_bomb_extents.gif", Kind::Other, Some(WhyNoPreview::NotAPicture)),
        // Its bombs are text chunks, which are never unpacked; its pixels are harmless.
        ("pillow/png_decompression_dos.png", Kind::Png, None),
    ] {
        let bytes = fs::read(folder.join(name)).unwrap();
        assert_eq!(judge(&bytes, bytes.len() as u64).unwrap(), kind, "{name}");
        let derived = derive(&bytes, &read_facts(&bytes), MemoryBudget::default());
        assert_eq!(derived.why_none, why, "{name}");
    }
}
