//! A name as a finger writes it: so that pictures of signed records look like signed records.

use anyhow::Result;

const WIDTH: usize = 640;
const HEIGHT: usize = 240;
/// Half the width of the stroke, in pixels.
const PEN: f64 = 3.2;

/// Strokes of quadratic curves, each from where the one before ended unless the pen was lifted. Per mille of the width.
const STROKES: &[&[(f64, f64)]] = &[
    &[(80.0, 90.0), (170.0, 70.0), (250.0, 84.0)],
    &[(165.0, 40.0), (160.0, 150.0), (90.0, 250.0)],
    &[(168.0, 130.0), (220.0, 190.0), (262.0, 236.0)],
    &[(330.0, 60.0), (360.0, 78.0), (372.0, 100.0)],
    &[(320.0, 150.0), (420.0, 120.0), (470.0, 130.0), (440.0, 210.0), (360.0, 262.0)],
    &[(395.0, 70.0), (402.0, 190.0), (392.0, 290.0)],
    &[(560.0, 80.0), (620.0, 60.0), (700.0, 76.0), (690.0, 140.0), (600.0, 170.0)],
    &[(630.0, 50.0), (610.0, 190.0), (560.0, 280.0)],
    &[(600.0, 200.0), (720.0, 180.0), (860.0, 250.0), (900.0, 200.0), (930.0, 170.0)],
];

/// A PNG, black on white, a little different for each `seed`.
pub fn drawn(seed: u8) -> Result<Vec<u8>> {
    let mut ink = vec![255_u8; WIDTH * HEIGHT];
    let lean = f64::from(seed % 16) - 8.0;
    for stroke in STROKES {
        let points: Vec<_> = stroke.iter().enumerate().map(|(n, &(x, y))| at(x, y, lean, n)).collect();
        for part in points.windows(3).step_by(2) {
            curve(&mut ink, part[0], part[1], part[2]);
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH as u32, HEIGHT as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&ink)?;
    writer.finish()?;
    Ok(file)
}

fn at(x: f64, y: f64, lean: f64, n: usize) -> (f64, f64) {
    let scale = WIDTH as f64 / 1000.0;
    (x * scale + lean * (n % 3) as f64, y * scale + lean * 0.7)
}

fn curve(ink: &mut [u8], a: (f64, f64), b: (f64, f64), c: (f64, f64)) {
    for step in 0..=160 {
        let t = f64::from(step) / 160.0;
        let mix = |a: f64, b: f64, c: f64| (1.0 - t).powi(2) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
        // A finger that starts and ends presses less.
        dot(ink, mix(a.0, b.0, c.0), mix(a.1, b.1, c.1), PEN * (0.6 + 0.8 * t * (1.0 - t)));
    }
}

fn dot(ink: &mut [u8], x: f64, y: f64, radius: f64) {
    let around = |centre: f64, limit: usize| {
        let (low, high) = ((centre - radius - 1.0).max(0.0), (centre + radius + 2.0).clamp(0.0, limit as f64));
        low as usize..high as usize
    };
    for row in around(y, HEIGHT) {
        for column in around(x, WIDTH) {
            let distance = (column as f64 - x).hypot(row as f64 - y);
            let shade = ((distance - radius).clamp(0.0, 1.0) * 255.0) as u8;
            let pixel = &mut ink[row * WIDTH + column];
            *pixel = shade.min(*pixel);
        }
    }
}
