//! A crop for the zooming picture view: the screen never gets the whole original (design §4), only the window it looks at.

use super::{
    derive::{MemoryBudget, Wanted, WhyNoPreview, decoded},
    facts::PhotoFacts,
};

/// The window the screen looks at: fractions (0..=1) of the picture *as shown*, that is turned.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize, ts_rs::TS)]
pub struct Window {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Window {
    /// The same window in the picture as stored, before EXIF `orientation` turns it.
    fn as_stored(self, orientation: u8) -> Self {
        let Self { x, y, w, h } = self;
        let (right, below) = (1.0 - x - w, 1.0 - y - h);
        let (x, y, w, h) = match orientation {
            2 => (right, y, w, h),
            3 => (right, below, w, h),
            4 => (x, below, w, h),
            5 => (y, x, h, w),
            6 => (y, right, h, w),
            7 => (below, right, h, w),
            8 => (below, x, h, w),
            _ => (x, y, w, h),
        };
        Self { x, y, w, h }
    }

    fn clamped(self) -> Self {
        // NaN from a screen becomes the whole picture, not a panic.
        let fraction = |n: f64, otherwise: f64| if n.is_finite() { n.clamp(0.0, 1.0) } else { otherwise };
        let (x, y) = (fraction(self.x, 0.0), fraction(self.y, 0.0));
        Self { x, y, w: fraction(self.w, 1.0).min(1.0 - x), h: fraction(self.h, 1.0).min(1.0 - y) }
    }
}

/// The part of the picture inside `window`, turned, as a JPEG without EXIF whose longest side is at most `max_px`
/// (and never more than the original gives, or than the budget lets it be decoded to).
///
/// # Errors
/// The same reasons for which [`super::derive`] gives no preview.
pub fn region(
    bytes: &[u8],
    facts: &PhotoFacts,
    window: Window,
    max_px: u32,
    budget: MemoryBudget,
) -> Result<Vec<u8>, WhyNoPreview> {
    let Window { x, y, w, h } = window.clamped().as_stored(facts.orientation);
    let wanted = Wanted { x, y, w, h, longest: max_px.clamp(1, 4096) };
    let part = decoded(bytes, wanted, budget)?.picture;
    part.turned(facts.orientation).and_then(|p| p.jpeg()).ok_or(WhyNoPreview::Damaged)
}
