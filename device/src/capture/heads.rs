//! What JPEG and PNG say about themselves before their pixels: size, kind of coding, the EXIF block. Hand-written, because
//! every decision about memory is made from these numbers *before* a decoder is allowed to allocate, and because reading the
//! EXIF of a JPEG without one should not walk through 10 MB of pixels.

/// How a JPEG's pixels are coded (ITU-T T.81 table B.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// SOF0, SOF1: rows come out as they are read.
    Sequential,
    /// SOF2: all coefficients are held until the last scan.
    Progressive,
    /// Lossless, hierarchical, arithmetic: not made by any phone; not decoded.
    Exotic,
}

/// A JPEG's frame header.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub coding: Coding,
    pub width: u16,
    pub height: u16,
    /// (horizontal, vertical) sampling factor of each component, 1..=4.
    pub sampling: Vec<(u8, u8)>,
}

impl Frame {
    /// Blocks of 8 × 8 coefficients per component, whole MCUs counted: `(across, down)`.
    pub fn blocks(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let across = self.sampling.iter().map(|s| s.0).max().unwrap_or(1);
        let down = self.sampling.iter().map(|s| s.1).max().unwrap_or(1);
        let mcus_across = u64::from(self.width).div_ceil(8 * u64::from(across));
        let mcus_down = u64::from(self.height).div_ceil(8 * u64::from(down));
        self.sampling.iter().map(move |s| (mcus_across * u64::from(s.0), mcus_down * u64::from(s.1)))
    }
}

/// What stands before the first scan of a JPEG.
#[derive(Debug, Default)]
pub(super) struct JpegHead<'a> {
    pub frame: Option<Frame>,
    /// The TIFF structure of the first `Exif\0\0` segment.
    pub exif: Option<&'a [u8]>,
    /// Bytes of all application segments: a decoder may copy them.
    pub app_bytes: u64,
}

/// Reads a JPEG up to its first scan. Never fails: what cannot be read is absent.
pub(super) fn jpeg_head(bytes: &[u8]) -> JpegHead<'_> {
    let mut head = JpegHead::default();
    let mut at = 2;
    loop {
        // Rubbish between segments is against T.81 B.1.1.2 and still made by some cameras: look for the next 0xFF.
        let Some(skip) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == 0xFF)) else { return head };
        at += skip;
        let Some(fill) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b != 0xFF)) else { return head };
        at += fill;
        let Some(&marker) = bytes.get(at) else { return head };
        at += 1;
        match marker {
            0x00 | 0x01 | 0xD0..=0xD8 => continue,
            0xD9 | 0xDA => return head,
            _ => {}
        }
        let Some(length) = be16(bytes, at).filter(|n| *n >= 2) else { return head };
        let end = at + usize::from(length);
        let Some(segment) = bytes.get(at + 2..end) else { return head };
        at = end;
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                head.frame = head.frame.or_else(|| frame(marker, segment))
            }
            0xE0..=0xEF => {
                head.app_bytes += segment.len() as u64;
                if marker == 0xE1 && head.exif.is_none() {
                    head.exif = segment.strip_prefix(b"Exif\0\0");
                }
            }
            _ => {}
        }
    }
}

fn frame(marker: u8, segment: &[u8]) -> Option<Frame> {
    let (height, width) = (be16(segment, 1)?, be16(segment, 3)?);
    let count = usize::from(*segment.get(5)?);
    let sampling: Vec<_> = segment.get(6..6 + 3 * count)?.chunks_exact(3).map(|c| (c[1] >> 4, c[1] & 15)).collect();
    let sane = width > 0
        && height > 0
        && matches!(count, 1..=4)
        && sampling.iter().all(|(h, v)| (1..=4).contains(h) && (1..=4).contains(v));
    let coding = match marker {
        0xC0 | 0xC1 => Coding::Sequential,
        0xC2 => Coding::Progressive,
        _ => Coding::Exotic,
    };
    sane.then_some(Frame { coding, width, height, sampling })
}

/// What a PNG's chunks say.
#[derive(Debug)]
pub(super) struct PngHead<'a> {
    pub width: u32,
    pub height: u32,
    pub interlaced: bool,
    pub exif: Option<&'a [u8]>,
}

/// Walks the chunks of a PNG; `None` when its IHDR cannot be read.
pub(super) fn png_head(bytes: &[u8]) -> Option<PngHead<'_>> {
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let (width, height) = (be32(bytes, 16)?, be32(bytes, 20)?);
    // PNG 3rd edition 11.2.1: zero is invalid, and the largest is 2^31 − 1.
    if width == 0 || height == 0 || width > i32::MAX as u32 || height > i32::MAX as u32 {
        return None;
    }
    let mut head = PngHead { width, height, interlaced: *bytes.get(28)? != 0, exif: None };
    let mut at = 8usize;
    // eXIf may stand after the pixels; chunks are skipped by length, so this costs one step per chunk.
    while let (Some(length), Some(name)) = (be32(bytes, at), bytes.get(at + 4..at + 8)) {
        let Some(end) = (at + 8).checked_add(length as usize) else { break };
        if name == b"eXIf" {
            head.exif = bytes.get(at + 8..end);
            break;
        }
        at = match end.checked_add(4) {
            Some(next) => next,
            None => break,
        };
    }
    Some(head)
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}
