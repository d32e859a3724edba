//! Decoded pixels: shrink, cut, turn, write. The loops are the libraries': they are optimised in development builds too.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::{DynamicImage, RgbImage, metadata::Orientation};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// JPEG quality of derived pictures: small print on a label stays readable at 1600 px, about 300 KB a preview.
const QUALITY: u8 = 82;

/// Runs a third-party decoder so that its panic becomes `None`.
///
/// The decoders are memory-safe, but they index by numbers the file gives, and each of them has had "index out of bounds"
/// reports. A hostile or broken picture must cost its preview, not the inspection. Nothing is shared with the closure that
/// could be seen half-changed afterwards: it reads bytes and returns an owned value, hence `AssertUnwindSafe`.
pub(super) fn guarded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(decode)).ok()
}

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

/// The sides of a `w × h` picture whose longest side is brought down to `longest`.
pub(super) fn fitted(w: f64, h: f64, longest: u32) -> (u32, u32) {
    let factor = (f64::from(longest) / w.max(h)).min(1.0);
    let side = |n: f64| ((n * factor).round() as u32).max(1);
    (side(w), side(h))
}

/// Eight-bit RGB rows without padding.
pub(super) struct Picture {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

impl Picture {
    /// `None` when `rgb` is not `width × height × 3` bytes or a side is zero.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        let right = width > 0 && height > 0 && rgb.len() as u64 == u64::from(width) * u64::from(height) * 3;
        right.then_some(Self { width, height, rgb })
    }

    pub fn whole(&self) -> Rect {
        Rect { x: 0.0, y: 0.0, w: f64::from(self.width), h: f64::from(self.height) }
    }

    /// The picture, or the part of it inside `part`, with its longest side at most `longest`. Never enlarged.
    pub fn shrunk(&self, part: Option<Rect>, longest: u32) -> Option<Self> {
        let part = part.unwrap_or(self.whole());
        let (width, height) = fitted(part.w, part.h, longest);
        self.resized(part, width, height, FilterType::CatmullRom)
    }

    /// `part` resampled to exactly `width × height`.
    pub fn resized(&self, part: Rect, width: u32, height: u32, filter: FilterType) -> Option<Self> {
        let from = ImageRef::new(self.width, self.height, &self.rgb, PixelType::U8x3).ok()?;
        let mut to = Image::new(width, height, PixelType::U8x3);
        let options =
            ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(part.x, part.y, part.w, part.h);
        Resizer::new().resize(&from, &mut to, &options).ok()?;
        Self::new(width, height, to.into_vec())
    }

    /// Turned as EXIF `orientation` (1..=8) asks, so that what was up is up.
    pub fn turned(self, orientation: u8) -> Option<Self> {
        let mut picture = DynamicImage::ImageRgb8(RgbImage::from_raw(self.width, self.height, self.rgb)?);
        picture.apply_orientation(Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms));
        let (width, height) = (picture.width(), picture.height());
        Self::new(width, height, picture.into_bytes())
    }

    /// A baseline JPEG with nothing in it but pixels: no EXIF, no profile.
    pub fn jpeg(&self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, QUALITY);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        let (width, height) = (u16::try_from(self.width).ok()?, u16::try_from(self.height).ok()?);
        encoder.encode(&self.rgb, width, height, ColorType::Rgb).ok()?;
        Some(out)
    }
}
