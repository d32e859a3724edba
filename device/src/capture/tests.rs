//! The room's behaviour, through its door.

use image::RgbImage;
use jpeg_encoder::ColorType;
use proptest::prelude::*;

use super::{fixtures::*, *};

fn seen(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).unwrap().into_rgb8()
}

fn near(a: [u8; 3], b: [u8; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 24)
}

fn made(bytes: &[u8]) -> Derived {
    derive(bytes, &read_facts(bytes), MemoryBudget::default())
}

#[track_caller]
fn shows_quarters(jpeg: &[u8], width: u32, height: u32) {
    let picture = seen(jpeg);
    assert_eq!(picture.dimensions(), (width, height));
    for (x, y) in [(0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)] {
        let (x, y) = ((f64::from(width) * x) as u32, (f64::from(height) * y) as u32);
        let (got, want) = (picture.get_pixel(x, y).0, quarters(x, y, width, height));
        assert!(near(got, want), "at {x},{y}: {got:?}, not {want:?}");
    }
}

#[test]
fn all_eight_orientations_come_out_upright_in_thumbnail_preview_and_crop() {
    for orientation in 1..=8 {
        let bytes = quarters_jpeg(orientation, 640, 400);
        let facts = read_facts(&bytes);
        assert_eq!(facts.orientation, orientation);
        assert!(!facts.exif_problem);
        let derived = made(&bytes);
        shows_quarters(&derived.thumb.unwrap(), 320, 200);
        shows_quarters(&derived.preview.unwrap(), 640, 400);
        let corners = [(0.0, 0.0, RED), (0.5, 0.0, GREEN), (0.0, 0.5, BLUE), (0.5, 0.5, YELLOW)];
        for (x, y, colour) in corners {
            let window = Window { x, y, w: 0.5, h: 0.5 };
            let cut = seen(&region(&bytes, &facts, window, 160, MemoryBudget::default()).unwrap());
            assert_eq!(cut.dimensions(), (160, 100), "orientation {orientation}");
            assert!(near(cut.get_pixel(80, 50).0, colour), "orientation {orientation} at {x},{y}");
        }
    }
}

#[test]
fn a_crop_shows_more_than_the_preview_does() {
    // Stripes two pixels wide: gone at 1600 of 4000, visible in a crop at full size.
    let (width, height) = (4000u32, 1000u32);
    let grey: Vec<u8> = (0..height).flat_map(|_| (0..width).map(|x| if x / 2 % 2 == 0 { 0 } else { 255 })).collect();
    let bytes = jpeg(width, height, &grey, ColorType::Luma, None, false);
    let facts = read_facts(&bytes);
    let contrast = |jpeg: &[u8]| {
        let row: Vec<u8> = seen(jpeg).rows().nth(50).unwrap().map(|p| p.0[0]).collect();
        row.iter().max().unwrap() - row.iter().min().unwrap()
    };
    let window = Window { x: 0.4, y: 0.4, w: 0.1, h: 0.2 };
    let cut = region(&bytes, &facts, window, 1000, MemoryBudget::default()).unwrap();
    assert_eq!(seen(&cut).dimensions(), (400, 200));
    assert!(contrast(&cut) > 200);
    assert!(contrast(&made(&bytes).preview.unwrap()) < 150);
}

#[test]
fn facts_are_what_the_exif_block_says() {
    let block = Exif {
        orientation: 6,
        make: Some("Xiaomi\t"),
        taken: Some(("2026:11:21 14:33:08", Some("+08:00"))),
        gps: Some(([39, 54, 1500], b'N', [116, 23, 5000], b'W')),
        thumbnail: None,
    }
    .block();
    let (width, height, rgb) = stored(1, 64, 48);
    let jpeg = jpeg(width, height, &rgb, ColorType::Rgb, Some(&block), false);
    let lines: Vec<_> = rgb.chunks(64 * 3).map(<[u8]>::to_vec).collect();
    let png = png((64, 48, 2, 8, false), None, Some(&block), &lines);
    let heic = heic((64, 48), Some(&block));
    for (bytes, mime) in [(jpeg, "image/jpeg"), (png, "image/png"), (heic, "image/heic")] {
        let facts = read_facts(&bytes);
        let gps = facts.gps.unwrap();
        assert!((gps.lat - 39.904_166_67).abs() < 1e-6 && (gps.lon + 116.397_222_22).abs() < 1e-6, "{gps:?}");
        let want = PhotoFacts {
            mime: mime.into(),
            width: Some(64),
            height: Some(48),
            orientation: 6,
            taken: Some("2026-11-21T14:33:08+08:00".into()),
            gps: Some(gps),
            make: Some("Xiaomi".into()),
            model: None,
            software: None,
            exif_problem: false,
        };
        assert_eq!(facts, want);
    }
}

#[test]
fn nonsense_in_exif_is_absent_and_costs_neither_the_photo_nor_its_preview() {
    let (width, height, rgb) = stored(1, 64, 48);
    let with = |block: &[u8]| jpeg(width, height, &rgb, ColorType::Rgb, Some(block), false);
    let odd = Exif {
        orientation: 9,
        taken: Some(("0000:00:00 00:00:00", None)),
        gps: Some(([95, 0, 0], b'N', [1, 0, 0], b'E')),
        ..Exif::default()
    };
    let facts = read_facts(&with(&odd.block()));
    assert_eq!((facts.orientation, facts.taken, facts.gps), (1, None, None));
    let nowhere = Exif { gps: Some(([0; 3], b'N', [0; 3], b'E')), orientation: 1, ..Exif::default() };
    assert_eq!(read_facts(&with(&nowhere.block())).gps, None);

    let whole = Exif { orientation: 3, make: Some("A camera with a long name"), ..Exif::default() }.block();
    for broken in [&whole[..whole.len() - 8], b"not TIFF at all", b""] {
        let bytes = with(broken);
        assert!(read_facts(&bytes).exif_problem, "{broken:?}");
        assert!(made(&bytes).preview.is_some());
    }
    assert!(!read_facts(&with(&whole)).exif_problem);
}

#[test]
fn derived_pictures_carry_no_exif() {
    let block = Exif { orientation: 1, make: Some("SecretMake"), ..Exif::default() }.block();
    let (width, height, rgb) = stored(1, 64, 48);
    let derived = made(&jpeg(width, height, &rgb, ColorType::Rgb, Some(&block), false));
    for jpeg in [derived.thumb.unwrap(), derived.preview.unwrap()] {
        assert!(!jpeg.windows(4).any(|w| w == b"Exif" || w == b"Secr" || w[..2] == [0xFF, 0xE1]));
        assert_eq!(read_facts(&jpeg).make, None);
    }
}

#[test]
fn every_kind_of_png_becomes_the_same_picture() {
    let (w, h) = (64u32, 48u32);
    let rows = |pixel: &dyn Fn([u8; 3]) -> Vec<u8>| -> Vec<Vec<u8>> {
        (0..h).map(|y| (0..w).flat_map(|x| pixel(quarters(x, y, w, h))).collect()).collect()
    };
    let palette = [RED, GREEN, BLUE, YELLOW].concat();
    let index = |c: [u8; 3]| [RED, GREEN, BLUE, YELLOW].iter().position(|p| *p == c).unwrap() as u8;
    let two_bits: Vec<Vec<u8>> = rows(&|c| vec![index(c)])
        .iter()
        .map(|r| r.chunks(4).map(|p| p[0] << 6 | p[1] << 4 | p[2] << 2 | p[3]).collect())
        .collect();
    let interlaced = adam7(w, h, |x, y| quarters(x, y, w, h).to_vec());
    let table = [
        ("rgb 8", png((w, h, 2, 8, false), None, None, &rows(&|c| c.to_vec()))),
        ("rgb 16", png((w, h, 2, 16, false), None, None, &rows(&|c| c.iter().flat_map(|v| [*v, 7]).collect()))),
        ("rgba 8", png((w, h, 6, 8, false), None, None, &rows(&|c| [&c[..], &[255]].concat()))),
        ("palette 8", png((w, h, 3, 8, false), Some(&palette), None, &rows(&|c| vec![index(c)]))),
        ("palette 2", png((w, h, 3, 2, false), Some(&palette), None, &two_bits)),
        ("rgb 8 interlaced", png((w, h, 2, 8, true), None, None, &interlaced)),
    ];
    for (name, bytes) in table {
        let derived = made(&bytes);
        assert_eq!(derived.why_none, None, "{name}");
        shows_quarters(&derived.preview.unwrap(), w, h);
    }
}

#[test]
fn transparency_is_white_paper_and_grey_is_grey() {
    let at = |bytes: &[u8]| seen(&made(bytes).preview.unwrap()).get_pixel(4, 4).0;
    let line = |pixel: &[u8]| vec![pixel.repeat(8); 8];
    assert!(near(at(&png((8, 8, 6, 8, false), None, None, &line(&[255, 0, 0, 0]))), [255; 3]));
    assert!(near(at(&png((8, 8, 4, 8, false), None, None, &line(&[0, 128]))), [127; 3]));
    assert!(near(at(&png((8, 8, 0, 8, false), None, None, &line(&[90]))), [90; 3]));
    assert!(near(at(&png((8, 8, 0, 16, false), None, None, &line(&[90, 200]))), [90; 3]));
}

#[test]
fn a_large_png_is_averaged_row_by_row() {
    // 3300 is no multiple of anything near: the last strip and the last column are odd ones.
    let (w, h) = (3300u32, 301u32);
    let lines: Vec<Vec<u8>> = (0..h).map(|y| (0..w).flat_map(|x| quarters(x, y, w, h)).collect()).collect();
    let bytes = png((w, h, 2, 8, false), None, None, &lines);
    shows_quarters(&made(&bytes).preview.unwrap(), 1600, 146);
    // Half of the file still gives the upper half, and says that it is not all.
    let half = made(&bytes[..bytes.len() * 6 / 10]);
    assert!(half.partial);
    let picture = seen(&half.preview.unwrap());
    assert!(near(picture.get_pixel(100, 20).0, RED) && near(picture.get_pixel(100, 140).0, [128; 3]));
    // A crop reads the same rows but keeps full detail.
    let window = Window { x: 0.4, y: 0.4, w: 0.2, h: 0.2 };
    shows_quarters(&region(&bytes, &read_facts(&bytes), window, 2000, MemoryBudget::default()).unwrap(), 660, 61);
}

#[test]
fn grey_progressive_and_cmyk_jpegs_are_shown() {
    let (w, h, rgb) = stored(1, 320, 200);
    shows_quarters(&made(&jpeg(w, h, &rgb, ColorType::Rgb, None, true)).preview.unwrap(), w, h);
    let cmyk: Vec<u8> = rgb.chunks(3).flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0]).collect();
    for colour in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        shows_quarters(&made(&jpeg(w, h, &cmyk, colour, None, false)).preview.unwrap(), w, h);
    }
    let grey = made(&jpeg(8, 8, &[90; 64], ColorType::Luma, None, false)).preview.unwrap();
    assert!(near(seen(&grey).get_pixel(4, 4).0, [90; 3]));
}

#[test]
fn a_jpeg_that_breaks_off_shows_what_there_is() {
    let whole = quarters_jpeg(1, 640, 400);
    let derived = made(&whole[..whole.len() * 3 / 4]);
    assert!(derived.partial);
    assert!(near(seen(&derived.preview.unwrap()).get_pixel(100, 50).0, RED));
    assert!(!made(&whole).partial);
    // Cut inside the tables: nothing to show.
    assert_eq!(made(&whole[..200]).why_none, Some(WhyNoPreview::Damaged));
}

#[test]
fn what_would_exceed_the_budget_is_refused_with_its_reason() {
    let (w, h, rgb) = stored(1, 640, 400);
    let small = MemoryBudget(1 << 20);
    let why = |bytes: &[u8], budget| derive(bytes, &read_facts(bytes), budget).why_none;
    let progressive = jpeg(w, h, &rgb, ColorType::Rgb, None, true);
    assert_eq!(why(&progressive, small), Some(WhyNoPreview::ProgressiveTooLarge));
    assert_eq!(why(&progressive, MemoryBudget(16 << 20)), None);
    let interlaced = png((w, h, 2, 8, true), None, None, &adam7(w, h, |x, y| quarters(x, y, w, h).to_vec()));
    assert_eq!(why(&interlaced, small), Some(WhyNoPreview::InterlacedTooLarge));
    assert_eq!(why(&interlaced, MemoryBudget::default()), None);
    let baseline = jpeg(w, h, &rgb, ColorType::Rgb, None, false);
    assert_eq!(why(&baseline, MemoryBudget(1 << 10)), Some(WhyNoPreview::TooLarge));
}

#[test]
fn a_tight_budget_gives_a_smaller_preview_rather_than_none() {
    let (w, h, rgb) = stored(1, 1600, 1000);
    let bytes = jpeg(w, h, &rgb, ColorType::Rgb, None, false);
    let preview = derive(&bytes, &read_facts(&bytes), MemoryBudget(9_700_000)).preview.unwrap();
    assert_eq!(seen(&preview).dimensions(), (800, 500));
}

#[test]
fn decompression_bombs_are_refused_before_anything_is_allocated() {
    // 4.3 gigapixels in a few hundred bytes.
    let mut bomb = quarters_jpeg(1, 64, 48);
    let sof = bomb.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    bomb[sof + 5..sof + 9].fill(0xFF);
    assert_eq!(read_facts(&bomb).width, Some(65535));
    assert_eq!(made(&bomb).why_none, Some(WhyNoPreview::TooLarge));
    bomb[sof + 1] = 0xC2;
    assert_eq!(made(&bomb).why_none, Some(WhyNoPreview::ProgressiveTooLarge));
    for (ihdr, why) in [
        ((1 << 30, 1, 2, 8, false), WhyNoPreview::TooLarge),
        ((100_000, 100_000, 2, 8, false), WhyNoPreview::TooLarge),
        ((20_000, 20_000, 6, 16, true), WhyNoPreview::InterlacedTooLarge),
        ((0, 10, 2, 8, false), WhyNoPreview::Damaged),
    ] {
        assert_eq!(made(&png(ihdr, None, None, &[vec![0; 30]])).why_none, Some(why), "{ihdr:?}");
    }
}

#[test]
fn a_heic_shows_its_embedded_thumbnail_or_says_that_it_has_none() {
    let (w, h, rgb) = stored(6, 200, 120);
    let small = jpeg(w, h, &rgb, ColorType::Rgb, None, false);
    let block = Exif { orientation: 6, thumbnail: Some(&small), ..Exif::default() }.block();
    let bytes = heic((4032, 3024), Some(&block));
    let facts = read_facts(&bytes);
    assert_eq!((facts.width, facts.height, facts.exif_problem), (Some(4032), Some(3024), false));
    let derived = made(&bytes);
    shows_quarters(&derived.thumb.unwrap(), 200, 120);
    assert_eq!(derived.why_none, None);

    for without in [heic((64, 48), None), heic((64, 48), Some(&Exif { orientation: 1, ..Exif::default() }.block()))] {
        assert_eq!(made(&without).why_none, Some(WhyNoPreview::HeicWithoutThumbnail));
        assert!(!read_facts(&without).exif_problem);
    }
    let cut = &bytes[..bytes.len() - small.len() - 100];
    assert!(read_facts(cut).exif_problem);
}

#[test]
fn what_is_no_picture_says_so() {
    for bytes in [&b"%PDF-1.7"[..], b"GIF89a\0\0", b"a;b;c\n", b""] {
        assert_eq!(made(bytes).why_none, Some(WhyNoPreview::NotAPicture));
    }
}

#[test]
fn reasons_travel_under_the_names_the_screens_know() {
    let names = serde_json::to_string(&[WhyNoPreview::HeicWithoutThumbnail, WhyNoPreview::NotAPicture]).unwrap();
    assert_eq!(names, r#"["heic_without_thumbnail","not_a_picture"]"#);
}

#[test]
fn a_logger_file_is_described_and_not_judged() {
    let gbk = b"\xCA\xB1\xBC\xE4,\xCE\xC2\xB6\xC8\r\n2026-11-01 08:00,4.2\r\n";
    let utf16: Vec<u8> = "\u{FEFF}Zeit\tT\r\n1\t2\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, encoding, first_line, lines) in [
        (&b"Date;Temp \xC2\xB0C\n1;2\n3;4"[..], Encoding::Utf8, "Date;Temp °C", 3),
        (b"\n\n  a,b", Encoding::Utf8, "  a,b", 3),
        (gbk, Encoding::Gbk, "\\xCA\\xB1\\xBC\\xE4,\\xCE\\xC2\\xB6\\xC8", 2),
        (&utf16, Encoding::Utf16Le, "Zeit\\tT", 2),
        (b"\x01\x02\x03", Encoding::Unknown, "\\u{1}\\u{2}\\u{3}", 1),
    ] {
        let facts = logger_facts("../x/logger\n.csv", bytes);
        assert_eq!(
            (facts.encoding, facts.first_line.as_str(), facts.lines),
            (encoding, first_line, lines),
            "{bytes:?}"
        );
        assert_eq!((facts.name.as_str(), facts.size), ("logger.csv", bytes.len() as u64));
    }
    assert_eq!(logger_facts("a", &[b'x'; 500]).first_line.chars().count(), 121);
}

fn seeds() -> Vec<Vec<u8>> {
    let (w, h, rgb) = stored(6, 96, 64);
    let small = jpeg(16, 16, &[99; 768], ColorType::Rgb, None, false);
    let block = Exif {
        orientation: 6,
        make: Some("Make"),
        taken: Some(("2026:11:21 14:33:08", Some("+08:00"))),
        gps: Some(([39, 54, 1500], b'N', [116, 23, 5000], b'E')),
        thumbnail: Some(&small),
    }
    .block();
    let lines: Vec<_> = rgb.chunks(w as usize * 3).map(<[u8]>::to_vec).collect();
    vec![
        jpeg(w, h, &rgb, ColorType::Rgb, Some(&block), false),
        jpeg(w, h, &rgb, ColorType::Rgb, None, true),
        jpeg(w, h, &rgb[..(w * h) as usize], ColorType::Luma, None, false),
        png((w, h, 2, 8, false), None, Some(&block), &lines),
        png((w, h, 2, 8, true), None, None, &adam7(w, h, |x, y| quarters(x, y, w, h).to_vec())),
        heic((4032, 3024), Some(&block)),
        b"Date;Temp\r\n1;2\r\n".to_vec(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn no_flipped_or_truncated_file_panics_and_a_reason_stands_exactly_where_no_preview_does(
        seed in 0usize..7,
        // Most damage that matters is in the head.
        flips in prop::collection::vec((prop_oneof![3 => 0.0..0.1f64, 1 => 0.0..1.0f64], any::<u8>()), 0..6),
        cut in prop_oneof![2 => Just(1.0f64), 1 => 0.0..1.0f64],
        window in (-1.0..2.0f64, -1.0..2.0f64, -1.0..2.0f64, -1.0..2.0f64),
    ) {
        let mut bytes = seeds().swap_remove(seed);
        for (at, value) in flips {
            let at = (at * bytes.len() as f64) as usize;
            bytes[at] = value;
        }
        bytes.truncate((cut * bytes.len() as f64) as usize);
        let budget = MemoryBudget(4 << 20);
        let facts = read_facts(&bytes);
        let derived = derive(&bytes, &facts, budget);
        prop_assert_eq!(derived.preview.is_none(), derived.why_none.is_some());
        prop_assert_eq!(derived.preview.is_none(), derived.thumb.is_none());
        prop_assert!((1..=8).contains(&facts.orientation));
        let (x, y, w, h) = window;
        let cut = region(&bytes, &facts, Window { x, y, w, h }, 64, budget);
        prop_assert!(cut.is_ok() || derived.preview.is_none() || derived.partial);
        let _ = logger_facts("x", &bytes);
    }
}
