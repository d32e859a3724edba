//! Thumbnail and preview, within a memory budget.

use serde::{Deserialize, Serialize};

use super::{
    facts::{PhotoFacts, embedded_thumbnail},
    from_jpeg, from_png, heif,
    kind::{Kind, kind_of},
    pixels::{Picture, Rect},
};

/// Longest side of a thumbnail.
pub const THUMB_PX: u32 = 320;
/// Longest side of a preview.
pub const PREVIEW_PX: u32 = 1600;

/// Bytes that decoding may add to the peak above the picture's own bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemoryBudget(pub u64);

impl Default for MemoryBudget {
    /// 64 MiB: an Android phone with 3 GB gives an app 256 MiB, and the WebView takes half of it.
    fn default() -> Self {
        Self(64 << 20)
    }
}

/// Why a picture has no preview. The original is kept and sealed all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum WhyNoPreview {
    /// HEIC is not decoded here, and this one carries no small JPEG in its EXIF.
    HeicWithoutThumbnail,
    /// A progressive JPEG needs all its coefficients at once, more than the budget.
    ProgressiveTooLarge,
    /// An interlaced PNG needs all its pixels at once, more than the budget.
    InterlacedTooLarge,
    /// The decoder gave up, or the coding is one that no camera makes.
    Damaged,
    /// Even at an eighth of its size it needs more than the budget.
    TooLarge,
    /// Not a JPEG, PNG or HEIC.
    NotAPicture,
}

/// What is made from a picture for the screens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derived {
    /// JPEG, longest side at most [`THUMB_PX`], turned, without EXIF.
    pub thumb: Option<Vec<u8>>,
    /// JPEG, longest side at most [`PREVIEW_PX`], turned, without EXIF. Smaller pictures are not enlarged.
    pub preview: Option<Vec<u8>>,
    /// Set exactly when there is no preview.
    pub why_none: Option<WhyNoPreview>,
    /// The file breaks off or is damaged: the preview shows what could be read, the rest may be grey.
    pub partial: bool,
}

/// Decoded pixels, as stored (not yet turned).
pub(super) struct Decoded {
    pub picture: Picture,
    pub partial: bool,
}

/// The part of a picture that is wanted (fractions of the stored sides, 0..=1) and how large it should come out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
    /// Longest side of the part, in pixels.
    pub longest: u32,
}

impl Wanted {
    pub fn whole(longest: u32) -> Self {
        Self { x: 0.0, y: 0.0, w: 1.0, h: 1.0, longest }
    }

    /// The part in pixels of a `width × height` picture; at least one pixel.
    pub fn rect(&self, width: u32, height: u32) -> Rect {
        let (width, height) = (f64::from(width), f64::from(height));
        let span = |at: f64, len: f64, side: f64| {
            let start = (at * side).clamp(0.0, side - 1.0);
            (start, (len * side).clamp(1.0, side - start))
        };
        let (x, w) = span(self.x, self.w, width);
        let (y, h) = span(self.y, self.h, height);
        Rect { x, y, w, h }
    }
}

/// Makes thumbnail and preview of the picture in `bytes`. `facts` come from [`super::read_facts`] of the same bytes.
/// Never fails: what cannot be made is `None`, with the reason.
pub fn derive(bytes: &[u8], facts: &PhotoFacts, budget: MemoryBudget) -> Derived {
    match previews(bytes, facts, budget) {
        Ok(derived) => derived,
        Err(why) => Derived { why_none: Some(why), ..Derived::default() },
    }
}

fn previews(bytes: &[u8], facts: &PhotoFacts, budget: MemoryBudget) -> Result<Derived, WhyNoPreview> {
    let Decoded { picture, partial } = decoded(bytes, Wanted::whole(PREVIEW_PX), budget)?;
    let make = || {
        let preview = picture.turned(facts.orientation)?;
        // From the preview, not from the original: 5 ms instead of another decoding, and no eye sees the difference at 320.
        let thumb = preview.shrunk(None, THUMB_PX)?.jpeg()?;
        Some(Derived { thumb: Some(thumb), preview: Some(preview.jpeg()?), why_none: None, partial })
    };
    make().ok_or(WhyNoPreview::Damaged)
}

/// The wanted part of the picture, as stored, its longest side at most `wanted.longest`.
pub(super) fn decoded(bytes: &[u8], wanted: Wanted, budget: MemoryBudget) -> Result<Decoded, WhyNoPreview> {
    match kind_of(bytes) {
        Kind::Jpeg => from_jpeg::decoded(bytes, wanted, budget),
        Kind::Png => from_png::decoded(bytes, wanted, budget),
        Kind::Heic => {
            let small =
                heif::head(bytes).exif.and_then(embedded_thumbnail).ok_or(WhyNoPreview::HeicWithoutThumbnail)?;
            from_jpeg::decoded(&small, wanted, budget)
        }
        Kind::Pdf | Kind::Text | Kind::Other => Err(WhyNoPreview::NotAPicture),
    }
}
