//! Painting: rectangles, a seven-segment display, and the noise of a small sensor.

use anyhow::Result;
use jpeg_encoder::{ColorType, Encoder};

use super::SIZE;

type Colour = [u8; 3];
const W: usize = SIZE.0 as usize;
const H: usize = SIZE.1 as usize;

/// Scene `number` as a JPEG without EXIF.
pub fn paint(number: usize) -> Result<Vec<u8>> {
    let mut canvas = Canvas::new(number as u64);
    match number % 6 {
        0 => cold_room(&mut canvas),
        1 => display(&mut canvas, 21 + 9 * number),
        2 => paper(&mut canvas),
        3 => label(&mut canvas),
        4 => insulated_box(&mut canvas),
        _ => corridor(&mut canvas),
    }
    canvas.noise();
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 90).encode(&canvas.pixels, SIZE.0, SIZE.1, ColorType::Rgb)?;
    Ok(jpeg)
}

/// Shelves of cartons behind a strip curtain.
fn cold_room(canvas: &mut Canvas) {
    canvas.fill([206, 214, 216]);
    canvas.rect(0, 2600, W, 400, [150, 156, 158]);
    for shelf in 0..4 {
        let y = 250 + shelf * 600;
        canvas.rect(200, y + 470, 3600, 36, [92, 98, 104]);
        let mut x = 240;
        while x < 3600 {
            let (width, height) = (220 + canvas.random(260), 240 + canvas.random(220));
            let tone = 150 + canvas.random(60) as u8;
            canvas.rect(x, y + 470 - height, width, height, [tone, tone - 26, tone - 62]);
            canvas.rect(x + width / 5, y + 470 - height / 2, width / 2, height / 4, [236, 236, 230]);
            canvas.rect(x + width / 4, y + 480 - height / 2, width / 3, 14, [40, 44, 48]);
            x += width + 12;
        }
    }
    for strip in 0..6 {
        canvas.rect(3300 + strip * 116, 0, 12, H, [188, 206, 214]);
    }
}

/// A wall display with its temperature in tenths of a degree.
fn display(canvas: &mut Canvas, tenths: usize) {
    canvas.fill([196, 200, 198]);
    canvas.rect(700, 600, 2600, 1800, [58, 62, 66]);
    canvas.rect(820, 720, 2360, 1200, [18, 30, 26]);
    let digits = [tenths / 10 % 10, tenths % 10];
    canvas.seven_segment(1000, 860, digits[0], [96, 232, 150]);
    canvas.rect(1790, 1680, 90, 90, [96, 232, 150]);
    canvas.seven_segment(1960, 860, digits[1], [96, 232, 150]);
    canvas.rect(2700, 900, 120, 120, [96, 232, 150]);
    for button in 0..5 {
        canvas.rect(900 + button * 460, 2060, 300, 200, [96, 102, 108]);
    }
    canvas.rect(2950, 2080, 60, 60, [214, 60, 48]);
}

/// A sheet with lines of writing and a red seal.
fn paper(canvas: &mut Canvas) {
    canvas.fill([112, 88, 66]);
    canvas.rect(560, 120, 2880, 2800, [238, 238, 232]);
    canvas.rect(1300, 300, 1400, 120, [36, 38, 42]);
    for line in 0..22 {
        let width = 1700 + canvas.random(600);
        canvas.rect(820, 560 + line * 92, width, 34, [70, 74, 80]);
        let gap = canvas.random(1200);
        canvas.rect(820 + gap, 556 + line * 92, 60, 44, [238, 238, 232]);
    }
    for (row, half) in [(0, 110), (60, 190), (120, 230), (180, 250), (240, 250), (300, 230), (360, 190), (420, 110)] {
        canvas.rect(2700 - half, 2250 + row, 60, 60, [204, 52, 44]);
        canvas.rect(2640 + half, 2250 + row, 60, 60, [204, 52, 44]);
    }
}

/// A carton's label with a bar code.
fn label(canvas: &mut Canvas) {
    canvas.fill([170, 140, 100]);
    canvas.rect(500, 500, 3000, 2000, [240, 240, 238]);
    canvas.rect(640, 620, 1900, 150, [28, 30, 34]);
    for line in 0..6 {
        let width = 900 + canvas.random(1300);
        canvas.rect(640, 900 + line * 110, width, 44, [80, 84, 88]);
    }
    let mut x = 700;
    while x < 3200 {
        let bar = 8 + canvas.random(26);
        canvas.rect(x, 1760, bar, 520, [16, 16, 18]);
        x += bar + 8 + canvas.random(30);
    }
    canvas.rect(2900, 620, 400, 220, [54, 120, 190]);
}

/// An open insulated box with ice packs.
fn insulated_box(canvas: &mut Canvas) {
    canvas.fill([148, 150, 152]);
    canvas.rect(500, 500, 3000, 2100, [232, 234, 236]);
    canvas.rect(760, 760, 2480, 1580, [120, 126, 132]);
    for pack in 0..8 {
        let (column, row) = (pack % 4, pack / 4);
        let shade = 150 + canvas.random(40) as u8;
        canvas.rect(820 + column * 600, 820 + row * 760, 540, 680, [shade - 60, shade, 236]);
        canvas.rect(880 + column * 600, 900 + row * 760, 300, 60, [238, 238, 238]);
    }
}

/// A corridor with marked zones on the floor.
fn corridor(canvas: &mut Canvas) {
    canvas.fill([214, 212, 204]);
    for step in 0..30 {
        let tone = 160 + (step * 2) as u8;
        canvas.rect(0, 1500 + step * 50, W, 50, [tone, tone, tone - 8]);
    }
    for (zone, colour) in [[60, 160, 90], [226, 190, 50], [200, 60, 50]].into_iter().enumerate() {
        canvas.rect(260 + zone * 1240, 1700, 1000, 40, colour);
        canvas.rect(260 + zone * 1240, 2700, 1000, 40, colour);
        canvas.rect(500 + zone * 1240, 500, 520, 300, colour);
        let height = 300 + canvas.random(500);
        canvas.rect(420 + zone * 1240, 2600 - height, 640, height, [176, 148, 110]);
    }
}

struct Canvas {
    pixels: Vec<u8>,
    state: u64,
}

impl Canvas {
    fn new(seed: u64) -> Self {
        Self { pixels: vec![0; W * H * 3], state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1 }
    }

    /// xorshift64: the same scene is the same picture on every machine.
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn random(&mut self, below: usize) -> usize {
        (self.next() >> 33) as usize % below
    }

    fn fill(&mut self, colour: Colour) {
        self.rect(0, 0, W, H, colour);
    }

    fn rect(&mut self, x: usize, y: usize, width: usize, height: usize, colour: Colour) {
        let (right, bottom) = ((x + width).min(W), (y + height).min(H));
        if x >= right {
            return;
        }
        let row = colour.repeat(right - x);
        for line in y..bottom {
            self.pixels[(line * W + x) * 3..(line * W + right) * 3].copy_from_slice(&row);
        }
    }

    fn seven_segment(&mut self, x: usize, y: usize, digit: usize, colour: Colour) {
        // Top, upper left, upper right, middle, lower left, lower right, bottom.
        const LIT: [u8; 10] = [0x77, 0x24, 0x5D, 0x6D, 0x2E, 0x6B, 0x7B, 0x25, 0x7F, 0x6F];
        let (length, thick) = (520, 90);
        let bars = [
            (thick, 0, length, thick),
            (0, thick, thick, 360),
            (thick + length, thick, thick, 360),
            (thick, thick + 360, length, thick),
            (0, 2 * thick + 360, thick, 360),
            (thick + length, 2 * thick + 360, thick, 360),
            (thick, 2 * thick + 720, length, thick),
        ];
        for (bit, (dx, dy, width, height)) in bars.into_iter().enumerate() {
            if LIT[digit] >> bit & 1 == 1 {
                self.rect(x + dx, y + dy, width, height, colour);
            }
        }
    }

    /// Up to 15 steps of brightness per channel, eight channels at a time: without optimisation a loop over single bytes
    /// takes seconds. No colour above is brighter than 240, so nothing wraps.
    fn noise(&mut self) {
        const MASK: u64 = 0x0F0F_0F0F_0F0F_0F0F;
        let mut pixels = std::mem::take(&mut self.pixels);
        for bytes in pixels.as_chunks_mut::<8>().0 {
            let noisy = u64::from_le_bytes(*bytes) + (self.next() & MASK);
            *bytes = noisy.to_le_bytes();
        }
        self.pixels = pixels;
    }
}
