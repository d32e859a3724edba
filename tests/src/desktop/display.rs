//! A display without a screen.

use std::io::BufRead as _;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

use super::Process;

/// Xvfb on a free number, its picture memory in a file of ours.
///
/// Pictures are taken from there and not through WebDriver: WebKitGTK's own snapshots came out blank on Xvfb, or not at all
/// (2.50, November 2026), and what stands in that memory is what a person would see.
pub struct Display {
    name: String,
    memory: TempDir,
    _server: Process,
}

impl Display {
    /// Starts a display of `width` × `height` pixels; back when it takes connections.
    pub fn start(width: u32, height: u32) -> Result<Self> {
        let memory = tempfile::tempdir()?;
        let mut command = Command::new("Xvfb");
        // It picks a free number itself and writes it to the descriptor when it is ready.
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            &format!("{width}x{height}x24"),
            "-nolisten",
            "tcp",
            "-noreset",
            "-nocursor",
        ]);
        command.arg("-fbdir").arg(memory.path());
        let (server, stdout) = Process::start_listening(&mut command)?;
        let mut number = String::new();
        std::io::BufReader::new(stdout).read_line(&mut number).context("Xvfb says nothing")?;
        if number.trim().is_empty() {
            bail!("Xvfb did not start");
        }
        Ok(Self { name: format!(":{}", number.trim()), memory, _server: server })
    }

    /// For `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it shows now.
    pub fn frame(&self) -> Result<Frame> {
        Frame::from_xwd(&std::fs::read(self.memory.path().join("Xvfb_screen0"))?)
    }
}

/// A picture of the display: rows of red, green, blue.
#[derive(PartialEq, Eq)]
pub struct Frame {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Frame {
    /// Reads X11's window dump, version 7 (`X11/XWDFile.h`), as Xvfb keeps it: 32 bits a pixel, blue first.
    fn from_xwd(file: &[u8]) -> Result<Self> {
        let word = |at: usize| -> Result<usize> {
            let bytes = file.get(at * 4..at * 4 + 4).context("the display's memory is cut")?;
            Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
        };
        let (header, version, width, height) = (word(0)?, word(1)?, word(4)?, word(5)?);
        let (bits, per_line, colours) = (word(11)?, word(12)?, word(19)?);
        ensure!(version == 7 && bits == 32, "an unknown picture memory: version {version}, {bits} bits");
        let start = header + colours * 12;
        let mut pixels = Vec::with_capacity(width * height * 3);
        for line in 0..height {
            let from = start + line * per_line;
            let row = file.get(from..from + width * 4).context("the display's memory is cut")?;
            pixels.extend(row.as_chunks::<4>().0.iter().flat_map(|&[blue, green, red, _]| [red, green, blue]));
        }
        Ok(Self { width: u32::try_from(width)?, height: u32::try_from(height)?, pixels })
    }

    /// How many pixels have this colour.
    pub fn count(&self, colour: [u8; 3]) -> usize {
        self.pixels.as_chunks::<3>().0.iter().filter(|&&pixel| pixel == colour).count()
    }

    /// As a PNG file.
    pub fn png(&self) -> Result<Vec<u8>> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(file)
    }
}
