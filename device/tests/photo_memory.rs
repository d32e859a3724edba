//! A 50-megapixel baseline JPEG may add at most 64 MiB to the peak memory above its own bytes.
//!
//! Measured from outside: the test runs itself as a child, one child per way of decoding, and each child reports how far its
//! peak resident memory (`VmHWM`) rose after the picture's bytes were in memory. Linux only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails loudly and speaks to whoever reads its output"
)]
#![cfg(target_os = "linux")]

use std::{env, fs, path::Path, process::Command};

use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, rgb_to_ycbcr};
use xuncha_device::capture::{MemoryBudget, Window, derive, read_facts, region};

const WAY: &str = "XUNCHA_MEMORY_WAY";
const FILE: &str = "XUNCHA_MEMORY_FILE";
const LIMIT_KIB: u64 = 64 * 1024;
const WIDTH: u16 = 8192;
const HEIGHT: u16 = 6144;

/// A picture that is computed row by row, so that making it costs no memory: gradients with a texture.
struct Computed;

impl ImageBuffer for Computed {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }
    fn width(&self) -> u16 {
        WIDTH
    }
    fn height(&self) -> u16 {
        HEIGHT
    }
    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        for x in 0..WIDTH {
            let (r, g, b) = ((x >> 5) as u8, (y >> 5) as u8, (x ^ y) as u8 & 0x3F);
            let (luma, cb, cr) = rgb_to_ycbcr(r, g, b);
            for (buffer, value) in buffers.iter_mut().zip([luma, cb, cr]) {
                buffer.push(value);
            }
        }
    }
}

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Runs in the child: does nothing unless asked by the environment.
#[test]
fn child() {
    let (Ok(way), Ok(file)) = (env::var(WAY), env::var(FILE)) else { return };
    let bytes = fs::read(file).unwrap();
    let before = peak_kib();
    match way.as_str() {
        "derive" => {
            let derived = derive(&bytes, &read_facts(&bytes), MemoryBudget::default());
            assert!(derived.thumb.is_some() && derived.preview.is_some());
        }
        "region" => {
            let window = Window { x: 0.3, y: 0.3, w: 0.2, h: 0.2 };
            region(&bytes, &read_facts(&bytes), window, 1600, MemoryBudget::default()).unwrap();
        }
        "plain" => assert_eq!(image::load_from_memory(&bytes).unwrap().width(), u32::from(WIDTH)),
        other => panic!("no such way: {other}"),
    }
    println!("added_kib={};", peak_kib() - before);
}

fn added_kib(way: &str, file: &Path) -> u64 {
    let out = Command::new(env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture"])
        .env(WAY, way)
        .env(FILE, file)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{text}{}", String::from_utf8_lossy(&out.stderr));
    // The harness prints on the same line.
    let after = text.split("added_kib=").nth(1).expect("the child measured");
    after.split(';').next().unwrap().parse().unwrap()
}

#[test]
fn fifty_megapixels_add_at_most_64_mib_and_the_meter_can_tell() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("50mp.jpg");
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 85).encode_image(Computed).unwrap();
    fs::write(&file, &jpeg).unwrap();
    drop(jpeg);

    for way in ["derive", "region"] {
        let added = added_kib(way, &file);
        println!("{way}: {} MiB", added / 1024);
        assert!(added > 1024, "{way} cannot have decoded anything in {added} KiB");
        assert!(added <= LIMIT_KIB, "{way}: {added} KiB");
    }
    // The negative control: decoding in full goes above, and is seen to.
    let plain = added_kib("plain", &file);
    println!("plain: {} MiB", plain / 1024);
    assert!(plain > LIMIT_KIB, "plain: {plain} KiB");
}
