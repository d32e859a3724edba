//! JPEG within a budget. `jpeg-decoder` leaves out coefficients (DCT scaling to 1/2, 1/4, 1/8), so that 50 megapixels are
//! decoded to about 3 and never exist in full. Its `rayon` worker is asked for in Cargo.toml on purpose: the other one
//! queues coefficients to threads without a bound, up to 3 bytes a pixel on a busy phone.
//!
//! A file that breaks off is an error to `jpeg-decoder`; `image`'s decoder shows what there is and leaves the rest grey, at
//! full size only, so it is the second try, and only within the budget.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, codecs::jpeg};
use jpeg_decoder::{Decoder, PixelFormat};

use super::{
    derive::{Decoded, MemoryBudget, Wanted, WhyNoPreview},
    heads::{Coding, Frame, JpegHead, jpeg_head},
    pixels::{Picture, guarded},
};

pub(super) fn decoded(bytes: &[u8], wanted: Wanted, budget: MemoryBudget) -> Result<Decoded, WhyNoPreview> {
    let head = jpeg_head(bytes);
    let frame = head.frame.as_ref().filter(|f| f.coding != Coding::Exotic).ok_or(WhyNoPreview::Damaged)?;
    let eighths = choose_scale(&head, frame, wanted, budget)?;
    let part = |picture: Picture, partial| {
        let rect = wanted.rect(picture.width, picture.height);
        Some(Decoded { picture: picture.shrunk(Some(rect), wanted.longest)?, partial })
    };
    if let Some(picture) = guarded(|| scaled(bytes, frame, eighths)).flatten() {
        return part(picture, false).ok_or(WhyNoPreview::Damaged);
    }
    if memory_in_full(bytes, &head, frame) > budget.0 {
        return Err(WhyNoPreview::Damaged);
    }
    guarded(|| what_there_is(bytes)).flatten().and_then(|picture| part(picture, true)).ok_or(WhyNoPreview::Damaged)
}

/// The smallest scale (in eighths) that still gives `wanted.longest` pixels and fits the budget; a smaller preview is
/// better than none, so a scale that gives fewer pixels is taken when that one does not fit.
fn choose_scale(head: &JpegHead, frame: &Frame, wanted: Wanted, budget: MemoryBudget) -> Result<u64, WhyNoPreview> {
    let longest = (f64::from(frame.width) * wanted.w).max(f64::from(frame.height) * wanted.h);
    let enough =
        [1u32, 2, 4, 8].into_iter().find(|e| longest * f64::from(*e) / 8.0 >= f64::from(wanted.longest)).unwrap_or(8);
    [8, 4, 2, 1]
        .into_iter()
        .filter(|e| *e <= u64::from(enough))
        .find(|e| memory_scaled(head, frame, *e, wanted.longest) <= budget.0)
        .ok_or(match frame.coding {
            Coding::Progressive => WhyNoPreview::ProgressiveTooLarge,
            _ => WhyNoPreview::TooLarge,
        })
}

/// Bytes that decoding at `eighths` and shrinking add at their peak.
fn memory_scaled(head: &JpegHead, frame: &Frame, eighths: u64, longest: u32) -> u64 {
    let blocks: u64 = frame.blocks().map(|(across, down)| across * down).sum();
    let width = (u64::from(frame.width) * eighths).div_ceil(8);
    let pixels = width * (u64::from(frame.height) * eighths).div_ceil(8);
    let planes = blocks * eighths * eighths;
    let coefficients = match frame.coding {
        Coding::Progressive => blocks * 64 * 2,
        // Two rows of blocks (the one being read and the one being turned into samples), at most four blocks high.
        _ => frame.blocks().map(|(across, _)| across * 4 * 64 * 2 * 2).sum(),
    };
    let decoding = coefficients + planes + pixels * frame.sampling.len() as u64;
    // Grey and CMYK are turned into a second buffer of RGB.
    let converting = pixels * (frame.sampling.len() as u64 + 3);
    // The picture, the resampler's picture between its two passes, the outcome.
    let longest = u64::from(longest);
    let shrinking = 3 * (pixels + pixels.min(longest * pixels / width) + pixels.min(longest * longest));
    head.app_bytes + decoding.max(converting).max(shrinking)
}

/// Bytes that the second decoder adds: its own copy of the file, all coefficients, all pixels.
fn memory_in_full(bytes: &[u8], head: &JpegHead, frame: &Frame) -> u64 {
    let blocks: u64 = frame.blocks().map(|(across, down)| across * down).sum();
    let coefficients = if frame.coding == Coding::Progressive { blocks * 64 * 2 } else { 0 };
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    bytes.len() as u64 + head.app_bytes + coefficients + pixels * 3 * 2
}

fn scaled(bytes: &[u8], frame: &Frame, eighths: u64) -> Option<Picture> {
    let mut decoder = Decoder::new(bytes);
    // `scale` takes the smallest scale that reaches one of two sides: ask by the longer one only.
    let side = |full: u16| u16::try_from((u64::from(full) * eighths).div_ceil(8)).unwrap_or(full);
    let (across, down) =
        if frame.width >= frame.height { (side(frame.width), u16::MAX) } else { (u16::MAX, side(frame.height)) };
    let (width, height) = decoder.scale(across, down).ok()?;
    let pixels = decoder.decode().ok()?;
    let rgb = match decoder.info()?.pixel_format {
        PixelFormat::RGB24 => pixels,
        PixelFormat::L8 => pixels.iter().flat_map(|grey| [*grey; 3]).collect(),
        // The decoder has already turned Adobe's inverted CMYK and YCCK into ink = 255 − stored.
        PixelFormat::CMYK32 => pixels.chunks_exact(4).flat_map(|p| [0, 1, 2].map(|i| ink(p[i], p[3]))).collect(),
        PixelFormat::L16 => return None,
    };
    Picture::new(u32::from(width), u32::from(height), rgb)
}

/// One colour out of an ink and black, without a profile: right enough to recognise a scanned page.
fn ink(colour: u8, black: u8) -> u8 {
    (u16::from(255 - colour) * u16::from(255 - black) / 255) as u8
}

fn what_there_is(bytes: &[u8]) -> Option<Picture> {
    let decoder = jpeg::JpegDecoder::new(Cursor::new(bytes)).ok()?;
    let (width, height) = decoder.dimensions();
    let picture = DynamicImage::from_decoder(decoder).ok()?;
    Picture::new(width, height, picture.into_rgb8().into_raw())
}
