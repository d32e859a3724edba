//! EXIF 2.3 (JEITA CP-3451), as much of it as a phone writes that matters here: make, model, orientation, time, position.

use anyhow::{Result, ensure};
use jiff::{Timestamp, tz};

/// What the camera knew.
pub struct Shot {
    /// When.
    pub taken: Timestamp,
    /// Number of the picture; makes the bytes its own.
    pub number: usize,
    /// Latitude in degrees, north.
    pub lat: f64,
    /// Longitude in degrees, east.
    pub lon: f64,
}

/// The JPEG with an APP1 segment of these facts behind its first marker.
pub fn with_exif(jpeg: &[u8], shot: &Shot) -> Result<Vec<u8>> {
    ensure!(jpeg.starts_with(&[0xFF, 0xD8]), "not a JPEG");
    let tiff = tiff(shot);
    let mut out = Vec::with_capacity(jpeg.len() + tiff.len() + 10);
    out.extend_from_slice(&[0xFF, 0xD8, 0xFF, 0xE1]);
    out.extend_from_slice(&u16::try_from(tiff.len() + 8)?.to_be_bytes());
    out.extend_from_slice(b"Exif\0\0");
    out.extend_from_slice(&tiff);
    out.extend_from_slice(&jpeg[2..]);
    Ok(out)
}

fn tiff(shot: &Shot) -> Vec<u8> {
    let local = shot.taken.to_zoned(tz::TimeZone::fixed(tz::offset(8)));
    let time = local.strftime("%Y:%m:%d %H:%M:%S").to_string();
    let day = local.strftime("%Y:%m:%d").to_string();
    // Offsets of sub-directories are known only once the directory before them has its size: lay out twice.
    let build = |exif_at: u32, gps_at: u32| {
        let first = Directory::new(8)
            .text(0x010F, "Xuncha")
            .text(0x0110, &format!("Demonstration camera {}", shot.number + 1))
            .short(0x0112, 1)
            .text(0x0132, &time)
            .long(0x8769, exif_at)
            .long(0x8825, gps_at);
        let exif = Directory::new(exif_at).text(0x9003, &time).text(0x9011, "+08:00");
        let gps = Directory::new(gps_at)
            .text(0x0001, "N")
            .degrees(0x0002, shot.lat)
            .text(0x0003, "E")
            .degrees(0x0004, shot.lon)
            .text(0x001D, &day);
        [first.bytes(), exif.bytes(), gps.bytes()]
    };
    let sizes = build(0, 0).map(|part| part.len() as u32);
    let exif_at = 8 + sizes[0];
    let parts = build(exif_at, exif_at + sizes[1]);
    [b"II\x2A\0\x08\0\0\0".as_slice(), &parts.concat()].concat()
}

/// An image file directory (TIFF 6.0 §2), little-endian, its tags given in rising order.
struct Directory {
    at: u32,
    fields: Vec<(u16, u16, u32, Vec<u8>)>,
}

impl Directory {
    fn new(at: u32) -> Self {
        Self { at, fields: Vec::new() }
    }
    fn text(mut self, tag: u16, text: &str) -> Self {
        let bytes = [text.as_bytes(), &[0]].concat();
        self.fields.push((tag, 2, bytes.len() as u32, bytes));
        self
    }
    fn short(mut self, tag: u16, value: u16) -> Self {
        self.fields.push((tag, 3, 1, value.to_le_bytes().to_vec()));
        self
    }
    fn long(mut self, tag: u16, value: u32) -> Self {
        self.fields.push((tag, 4, 1, value.to_le_bytes().to_vec()));
        self
    }
    /// Degrees, minutes and hundredths of seconds as three rationals.
    fn degrees(mut self, tag: u16, value: f64) -> Self {
        let hundredths = (value * 360_000.0).round() as u32;
        let parts = [(hundredths / 360_000, 1), (hundredths / 6_000 % 60, 1), (hundredths % 6_000, 100)];
        let bytes = parts.iter().flat_map(|(n, d): &(u32, u32)| [n.to_le_bytes(), d.to_le_bytes()].concat()).collect();
        self.fields.push((tag, 5, 3, bytes));
        self
    }
    fn bytes(self) -> Vec<u8> {
        let mut data_at = self.at + 2 + 12 * self.fields.len() as u32 + 4;
        let mut table = (self.fields.len() as u16).to_le_bytes().to_vec();
        let mut data = Vec::new();
        for (tag, kind, count, mut bytes) in self.fields {
            table.extend_from_slice(&tag.to_le_bytes());
            table.extend_from_slice(&kind.to_le_bytes());
            table.extend_from_slice(&count.to_le_bytes());
            if bytes.len() <= 4 {
                bytes.resize(4, 0);
                table.extend_from_slice(&bytes);
            } else {
                bytes.resize(bytes.len().next_multiple_of(2), 0);
                table.extend_from_slice(&data_at.to_le_bytes());
                data_at += bytes.len() as u32;
                data.extend_from_slice(&bytes);
            }
        }
        table.extend_from_slice(&[0; 4]);
        table.extend_from_slice(&data);
        table
    }
}
