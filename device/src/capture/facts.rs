//! What a picture claims about itself. Claims, not findings: a camera's clock and a position can be set by hand, so the
//! screens show them as 相机所记, and the proof of time lies in the feed (design §3, time sandwich).

use exif::{Exif, In, Reader, Tag, Value};
use serde::{Deserialize, Serialize};

use super::{
    heads::{jpeg_head, png_head},
    heif,
    kind::{Kind, kind_of},
    pixels::guarded,
};

/// The largest EXIF block that is read. A JPEG segment holds 64 KiB; PNG and HEIF could claim anything.
const MAX_EXIF_BYTES: usize = 1 << 20;

/// Longest make, model or software (characters) that is carried on.
const MAX_TEXT_CHARS: usize = 120;

/// What a picture says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct PhotoFacts {
    /// Judged from the bytes.
    pub mime: String,
    /// Pixels across, as stored: before turning by `orientation`. Absent when the head is damaged.
    pub width: Option<u32>,
    /// Pixels down, as stored.
    pub height: Option<u32>,
    /// EXIF orientation, 1..=8; 1 when the picture says nothing or nonsense.
    pub orientation: u8,
    /// EXIF DateTimeOriginal, `2026-11-21T14:33:08`, with OffsetTimeOriginal (`+08:00`) appended when the camera gave it.
    pub taken: Option<String>,
    /// Where the camera says it was.
    pub gps: Option<Gps>,
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// What wrote the file: names an editor when the picture was edited.
    pub software: Option<String>,
    /// There is an EXIF block and (part of) it could not be read.
    pub exif_problem: bool,
}

/// WGS 84, degrees, south and west negative.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct Gps {
    /// −90..=90.
    pub lat: f64,
    /// −180..=180.
    pub lon: f64,
}

/// Reads the facts. Never fails: what cannot be read is absent.
pub fn read_facts(bytes: &[u8]) -> PhotoFacts {
    let kind = kind_of(bytes);
    let mut facts = PhotoFacts {
        mime: kind.mime().to_owned(),
        width: None,
        height: None,
        orientation: 1,
        taken: None,
        gps: None,
        make: None,
        model: None,
        software: None,
        exif_problem: false,
    };
    let block = match kind {
        Kind::Jpeg => {
            let head = jpeg_head(bytes);
            (facts.width, facts.height) =
                head.frame.map_or((None, None), |f| (Some(u32::from(f.width)), Some(u32::from(f.height))));
            head.exif
        }
        Kind::Png => {
            let head = png_head(bytes);
            (facts.width, facts.height) = head.as_ref().map_or((None, None), |h| (Some(h.width), Some(h.height)));
            head.and_then(|h| h.exif)
        }
        Kind::Heic => {
            let head = heif::head(bytes);
            (facts.width, facts.height) = head.size.map_or((None, None), |(w, h)| (Some(w), Some(h)));
            facts.exif_problem = head.exif_problem;
            head.exif
        }
        _ => None,
    };
    if let Some(block) = block {
        match parse(block) {
            Some((exif, whole)) => {
                fill(&mut facts, &exif);
                facts.exif_problem = !whole;
            }
            None => facts.exif_problem = true,
        }
    }
    facts
}

/// The JPEG thumbnail inside an EXIF block (IFD 1), if there is one.
pub(super) fn embedded_thumbnail(block: &[u8]) -> Option<Vec<u8>> {
    let (exif, _) = parse(block)?;
    let number = |tag| exif.get_field(tag, In::THUMBNAIL).and_then(|f| f.value.get_uint(0)).map(|n| n as usize);
    let start = number(Tag::JPEGInterchangeFormat)?;
    let length = number(Tag::JPEGInterchangeFormatLength)?;
    exif.buf().get(start..start.checked_add(length)?).filter(|jpeg| jpeg.starts_with(&[0xFF, 0xD8])).map(<[u8]>::to_vec)
}

/// The block's fields, and whether all of it could be read.
fn parse(block: &[u8]) -> Option<(Exif, bool)> {
    if block.len() > MAX_EXIF_BYTES {
        return None;
    }
    guarded(|| match Reader::new().continue_on_error(true).read_raw(block.to_vec()) {
        Ok(exif) => Some((exif, true)),
        Err(exif::Error::PartialResult(partial)) => Some((partial.into_inner().0, false)),
        Err(_) => None,
    })
    .flatten()
}

fn fill(facts: &mut PhotoFacts, exif: &Exif) {
    let number = |tag| exif.get_field(tag, In::PRIMARY).and_then(|f| f.value.get_uint(0));
    facts.orientation =
        number(Tag::Orientation).and_then(|n| u8::try_from(n).ok()).filter(|n| (1..=8).contains(n)).unwrap_or(1);
    facts.make = text(exif, Tag::Make);
    facts.model = text(exif, Tag::Model);
    facts.software = text(exif, Tag::Software);
    facts.taken = taken(exif);
    facts.gps = gps(exif);
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => parts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let raw = String::from_utf8_lossy(ascii(exif, tag)?);
    let clean: String = raw.trim().chars().filter(|c| !c.is_control()).take(MAX_TEXT_CHARS).collect();
    (!clean.is_empty()).then_some(clean)
}

/// `2026:11:21 14:33:08` (EXIF 2.32 §4.6.5) → ISO 8601; a date that no calendar knows is absent.
fn taken(exif: &Exif) -> Option<String> {
    let at = exif::DateTime::from_ascii(ascii(exif, Tag::DateTimeOriginal)?).ok()?;
    let part = |n: u8| i8::try_from(n).ok();
    let civil = jiff::civil::DateTime::new(
        i16::try_from(at.year).ok()?,
        part(at.month)?,
        part(at.day)?,
        part(at.hour)?,
        part(at.minute)?,
        part(at.second)?,
        0,
    )
    .ok()
    .filter(|civil| civil.year() > 0)?;
    let offset =
        ascii(exif, Tag::OffsetTimeOriginal).and_then(|raw| std::str::from_utf8(raw).ok()).filter(|o| is_offset(o));
    Some(format!("{}{}", civil.strftime("%Y-%m-%dT%H:%M:%S"), offset.unwrap_or_default()))
}

fn is_offset(offset: &str) -> bool {
    let b = offset.as_bytes();
    b.len() == 6
        && matches!(b[0], b'+' | b'-')
        && b[3] == b':'
        && [1, 2, 4, 5].iter().all(|i| b[*i].is_ascii_digit())
        && &offset[1..3] <= "14"
        && &offset[4..6] <= "59"
}

fn gps(exif: &Exif) -> Option<Gps> {
    let degrees = |tag, sign, negative: u8| {
        // EXIF says RATIONAL; HMD's Nokias write SRATIONAL. A camera without a fix writes 0/0.
        let parts: Vec<Option<f64>> = match &exif.get_field(tag, In::PRIMARY)?.value {
            Value::Rational(parts) => parts.iter().map(|r| (r.denom != 0).then(|| r.to_f64())).collect(),
            Value::SRational(parts) => parts.iter().map(|r| (r.denom != 0).then(|| r.to_f64())).collect(),
            _ => return None,
        };
        let sign = match ascii(exif, sign)?.first()?.to_ascii_uppercase() {
            letter if letter == negative => -1.0,
            b'N' | b'E' => 1.0,
            _ => return None,
        };
        // Seconds may be left out.
        let part = |i: usize| parts.get(i).copied().unwrap_or(Some(0.0));
        (!parts.is_empty()).then_some(sign * (part(0)? + part(1)? / 60.0 + part(2)? / 3600.0))
    };
    let lat = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let lon = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    // Exactly 0°, 0° is how several phones write "no fix"; no firm stands there.
    let real = lat.abs() <= 90.0 && lon.abs() <= 180.0 && (lat != 0.0 || lon != 0.0);
    real.then_some(Gps { lat, lon })
}
