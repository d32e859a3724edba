//! A temperature logger's file (CSV, TXT): attached and sealed; here it is only described, so that the inspector sees that
//! the right file was taken. Reading its values comes later.

use serde::{Deserialize, Serialize};

/// The longest first line that is shown (characters).
const PREVIEW_CHARS: usize = 120;
/// Bytes that are looked at to guess the encoding.
const SAMPLE_BYTES: usize = 64 * 1024;

/// How the text is probably coded. A guess: nothing is converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8, which includes plain ASCII.
    Utf8,
    /// UTF-16, low byte first, with or without mark.
    Utf16Le,
    /// UTF-16, high byte first, with or without mark.
    Utf16Be,
    /// GBK / GB 18030: what logger software on a Chinese Windows writes.
    Gbk,
    /// None of them.
    Unknown,
}

/// What is said about a logger's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct LoggerFacts {
    /// The file's name as declared, without folders and control characters.
    pub name: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// A guess.
    pub encoding: Encoding,
    /// The first line that is not empty, cut, control characters escaped (`\t`), bytes above ASCII that are not
    /// Unicode as `\xB5`.
    pub first_line: String,
    /// Lines, the last one counted with or without its line end.
    #[ts(type = "number")]
    pub lines: u64,
}

/// Describes the file in `bytes`.
pub fn logger_facts(name: &str, bytes: &[u8]) -> LoggerFacts {
    let encoding = encoding_of(bytes);
    LoggerFacts {
        name: plain_name(name),
        size: bytes.len() as u64,
        encoding,
        first_line: first_line(bytes, encoding),
        lines: lines(bytes, encoding),
    }
}

/// True when the first bytes look like text of an encoding we can name.
pub(super) fn looks_like_text(head: &[u8]) -> bool {
    !matches!(encoding_of(head), Encoding::Unknown)
}

fn encoding_of(bytes: &[u8]) -> Encoding {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    if sample.starts_with(&[0xFF, 0xFE]) {
        return Encoding::Utf16Le;
    }
    if sample.starts_with(&[0xFE, 0xFF]) {
        return Encoding::Utf16Be;
    }
    // Without a mark: digits and separators have their zero byte on one side only.
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if sample.len() >= 8 && even + odd > 0 {
        return match (even, odd) {
            (0, n) if n * 4 > sample.len() => Encoding::Utf16Le,
            (n, 0) if n * 4 > sample.len() => Encoding::Utf16Be,
            _ => Encoding::Unknown,
        };
    }
    let control = |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A);
    if sample.is_empty() || sample.iter().any(control) {
        return Encoding::Unknown;
    }
    match std::str::from_utf8(sample) {
        Ok(_) => Encoding::Utf8,
        // The sample may cut a character.
        Err(e) if e.error_len().is_none() => Encoding::Utf8,
        Err(_) if is_gbk(sample) => Encoding::Gbk,
        Err(_) => Encoding::Unknown,
    }
}

/// GB 18030 §5: two bytes 81–FE, 40–FE without 7F; four bytes 81–FE, 30–39, 81–FE, 30–39.
fn is_gbk(sample: &[u8]) -> bool {
    let mut rest = sample;
    loop {
        rest = match *rest {
            [] | [0x81..=0xFE] => return true,
            [b, ..] if b < 0x80 => &rest[1..],
            [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, ..] => &rest[2..],
            [0x81..=0xFE, 0x30..=0x39, ..] if rest.len() < 4 => return true,
            [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, ..] => &rest[4..],
            _ => return false,
        };
    }
}

fn units(bytes: &[u8], encoding: Encoding) -> Vec<u16> {
    let word = if encoding == Encoding::Utf16Be { u16::from_be_bytes } else { u16::from_le_bytes };
    bytes.chunks_exact(2).map(|pair| word([pair[0], pair[1]])).collect()
}

fn first_line(bytes: &[u8], encoding: Encoding) -> String {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let text: String = match encoding {
        Encoding::Utf16Le | Encoding::Utf16Be => String::from_utf16_lossy(&units(sample, encoding)),
        Encoding::Utf8 => String::from_utf8_lossy(sample).into_owned(),
        Encoding::Gbk | Encoding::Unknown => {
            sample.iter().map(|b| if b.is_ascii() { *b as char } else { '\u{E000}' }).collect()
        }
    };
    // In the last case each private-use character stands for the byte at its place.
    let raw = |at: usize| sample.get(at).copied().unwrap_or_default();
    let as_bytes = matches!(encoding, Encoding::Gbk | Encoding::Unknown);
    let mut line = String::new();
    let mut shown = 0;
    for (at, c) in text.chars().enumerate() {
        if matches!(c, '\r' | '\n') {
            if line.is_empty() { continue } else { break }
        }
        if c == '\u{FEFF}' {
            continue;
        }
        if shown == PREVIEW_CHARS {
            line.push('…');
            break;
        }
        shown += 1;
        match c {
            '\u{E000}' if as_bytes => line.push_str(&format!("\\x{:02X}", raw(at))),
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

fn lines(bytes: &[u8], encoding: Encoding) -> u64 {
    let (ends, unfinished) = match encoding {
        Encoding::Utf16Le => (count_pairs(bytes, [b'\n', 0]), !bytes.ends_with(&[b'\n', 0])),
        Encoding::Utf16Be => (count_pairs(bytes, [0, b'\n']), !bytes.ends_with(&[0, b'\n'])),
        _ => (bytes.iter().filter(|b| **b == b'\n').count(), !bytes.ends_with(b"\n")),
    };
    ends as u64 + u64::from(unfinished && !bytes.is_empty())
}

fn count_pairs(bytes: &[u8], pair: [u8; 2]) -> usize {
    bytes.chunks_exact(2).filter(|p| **p == pair).count()
}

fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(PREVIEW_CHARS).collect()
}
