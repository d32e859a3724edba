//! PNG within a budget. Rows are averaged into a smaller picture as they come, so the size of a PNG does not matter; only an
//! interlaced one must be held in full.

use std::io::Cursor;

use fast_image_resize::FilterType;
use png::{BitDepth, ColorType, Decoder, Limits, Reader, Transformations};

use super::{
    derive::{Decoded, MemoryBudget, Wanted, WhyNoPreview},
    heads::{PngHead, png_head},
    pixels::{Picture, Rect, fitted, guarded},
};

/// Above this, decoding would keep a phone busy for minutes; nobody photographs it.
const MAX_PIXELS: u64 = 1 << 30;

/// Averaged rows that are made from one strip: enough for the resampler to be worth calling.
const STRIP: u32 = 16;

pub(super) fn decoded(bytes: &[u8], wanted: Wanted, budget: MemoryBudget) -> Result<Decoded, WhyNoPreview> {
    let head = png_head(bytes).ok_or(WhyNoPreview::Damaged)?;
    let (width, height) = (u64::from(head.width), u64::from(head.height));
    if width * height > MAX_PIXELS {
        return Err(WhyNoPreview::TooLarge);
    }
    let plan = Plan::of(&head, wanted);
    if head.interlaced {
        // As decoded (at most RGBA), as RGB, and the preview.
        if width * height * (4 + 3) + plan.out_bytes() > budget.0 {
            return Err(WhyNoPreview::InterlacedTooLarge);
        }
    } else if plan.memory(width) > budget.0 {
        return Err(WhyNoPreview::TooLarge);
    }
    let read = || {
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: budget.0 as usize });
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let reader = decoder.read_info().ok()?;
        if head.interlaced { in_full(reader, &head, &plan) } else { by_rows(reader, &head, &plan) }
    };
    let (averaged, partial) = guarded(read).flatten().ok_or(WhyNoPreview::Damaged)?;
    // From the original's sides: those of the averaged picture are rounded already.
    let (across, down) = fitted(plan.w.into(), plan.h.into(), wanted.longest);
    let picture =
        averaged.resized(averaged.whole(), across, down, FilterType::CatmullRom).ok_or(WhyNoPreview::Damaged)?;
    Ok(Decoded { picture, partial })
}

/// Which pixels are read and how many of them become one.
struct Plan {
    x: u32,
    y: u32,
    w: u32,
    h: u32,
    /// `factor × factor` pixels are averaged into one.
    factor: u32,
    across: u32,
    down: u32,
}

impl Plan {
    fn of(head: &PngHead, wanted: Wanted) -> Self {
        let rect = wanted.rect(head.width, head.height);
        let (x, y) = (rect.x as u32, rect.y as u32);
        let w = (rect.w.ceil() as u32).clamp(1, head.width - x);
        let h = (rect.h.ceil() as u32).clamp(1, head.height - y);
        let factor = (w.max(h) / wanted.longest.max(1)).max(1);
        Self { x, y, w, h, factor, across: w.div_ceil(factor), down: h.div_ceil(factor) }
    }

    fn out_bytes(&self) -> u64 {
        u64::from(self.across) * u64::from(self.down) * 3
    }

    /// Peak of decoding by rows: a few whole rows in the decoder (16 bits, four channels), a strip, and twice the outcome.
    fn memory(&self, width: u64) -> u64 {
        let strip = u64::from(self.w) * u64::from(self.strip_rows()) * 3;
        width * 8 * 4 + strip * 2 + self.out_bytes() * 2
    }

    fn strip_rows(&self) -> u32 {
        if self.factor == 1 { STRIP } else { (STRIP.min(64 / self.factor.min(64)).max(1)) * self.factor }
    }
}

/// Reads row by row. A file that breaks off gives the rows it has; the rest stays grey.
fn by_rows<R: std::io::BufRead + std::io::Seek>(
    mut reader: Reader<R>,
    head: &PngHead,
    plan: &Plan,
) -> Option<(Picture, bool)> {
    let (colour, depth) = reader.output_color_type();
    let mut out: Vec<u8> = Vec::with_capacity(plan.out_bytes() as usize);
    let mut strip: Vec<u8> = Vec::with_capacity(plan.w as usize * plan.strip_rows() as usize * 3);
    let mut partial = false;
    for y in 0..head.height.min(plan.y + plan.h) {
        let Ok(Some(row)) = reader.next_row() else {
            partial = true;
            break;
        };
        if y < plan.y {
            continue;
        }
        append_rgb(&mut strip, row.data(), colour, depth, plan.x, plan.w)?;
        if strip.len() == plan.w as usize * plan.strip_rows() as usize * 3 {
            average(&mut strip, &mut out, plan)?;
        }
    }
    if !strip.is_empty() {
        average(&mut strip, &mut out, plan)?;
    }
    if partial && out.is_empty() {
        return None;
    }
    out.resize(plan.out_bytes() as usize, 128);
    Some((Picture::new(plan.across, plan.down, out)?, partial))
}

fn in_full<R: std::io::BufRead + std::io::Seek>(
    mut reader: Reader<R>,
    head: &PngHead,
    plan: &Plan,
) -> Option<(Picture, bool)> {
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut pixels).ok()?;
    let mut rgb = Vec::with_capacity(head.width as usize * head.height as usize * 3);
    for row in pixels.chunks_exact(info.line_size) {
        append_rgb(&mut rgb, row, info.color_type, info.bit_depth, 0, head.width)?;
    }
    drop(pixels);
    let whole = Picture::new(head.width, head.height, rgb)?;
    let part = Rect { x: plan.x.into(), y: plan.y.into(), w: plan.w.into(), h: plan.h.into() };
    Some((whole.resized(part, plan.across, plan.down, FilterType::Box)?, false))
}

/// Averages the strip into `out` and empties it.
fn average(strip: &mut Vec<u8>, out: &mut Vec<u8>, plan: &Plan) -> Option<()> {
    if plan.factor == 1 {
        out.append(strip);
        return Some(());
    }
    let rows = u32::try_from(strip.len() / 3 / plan.w as usize).ok()?;
    let picture = Picture::new(plan.w, rows, std::mem::take(strip))?;
    out.extend_from_slice(
        &picture.resized(picture.whole(), plan.across, rows.div_ceil(plan.factor), FilterType::Box)?.rgb,
    );
    *strip = picture.rgb;
    strip.clear();
    Some(())
}

/// Appends `count` pixels of `row` from `from` on, as RGB; what is transparent shows white paper.
fn append_rgb(to: &mut Vec<u8>, row: &[u8], colour: ColorType, depth: BitDepth, from: u32, count: u32) -> Option<()> {
    if depth != BitDepth::Eight {
        return None;
    }
    let channels = colour.samples();
    let part = row.get(from as usize * channels..(from as usize + count as usize) * channels)?;
    match colour {
        ColorType::Rgb => to.extend_from_slice(part),
        ColorType::Grayscale => to.extend(part.iter().flat_map(|grey| [*grey; 3])),
        ColorType::GrayscaleAlpha => to.extend(part.chunks_exact(2).flat_map(|p| [on_white(p[0], p[1]); 3])),
        ColorType::Rgba => to.extend(part.chunks_exact(4).flat_map(|p| [0, 1, 2].map(|i| on_white(p[i], p[3])))),
        // EXPAND has turned palettes into RGB(A).
        ColorType::Indexed => return None,
    }
    Some(())
}

fn on_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u32::from(colour), u32::from(alpha));
    ((colour * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}
