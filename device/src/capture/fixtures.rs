//! Pictures for tests, made here so that no test depends on a file. The PNGs, EXIF blocks and HEIF boxes are written by
//! hand from the standards: a fixture made by the library under test would agree with its mistakes.

use jpeg_encoder::{ColorType, Encoder};

pub const RED: [u8; 3] = [220, 20, 20];
pub const GREEN: [u8; 3] = [20, 200, 20];
pub const BLUE: [u8; 3] = [20, 20, 220];
pub const YELLOW: [u8; 3] = [230, 220, 20];

/// The colour at (x, y) of the upright test picture: red, green / blue, yellow.
pub fn quarters(x: u32, y: u32, width: u32, height: u32) -> [u8; 3] {
    match (x * 2 < width, y * 2 < height) {
        (true, true) => RED,
        (false, true) => GREEN,
        (true, false) => BLUE,
        (false, false) => YELLOW,
    }
}

/// The quarters picture, `width × height` when upright, as a camera stores it under EXIF `orientation`.
/// EXIF 2.32 §4.6.4: the value says which visual side row 0 and column 0 are.
pub fn stored(orientation: u8, width: u32, height: u32) -> (u32, u32, Vec<u8>) {
    let swapped = orientation >= 5;
    let (across, down) = if swapped { (height, width) } else { (width, height) };
    let mut rgb = Vec::new();
    for row in 0..down {
        for column in 0..across {
            let (x, y) = match orientation {
                1 => (column, row),
                2 => (width - 1 - column, row),
                3 => (width - 1 - column, height - 1 - row),
                4 => (column, height - 1 - row),
                5 => (row, column),
                6 => (width - 1 - row, column),
                7 => (width - 1 - row, height - 1 - column),
                _ => (row, height - 1 - column),
            };
            rgb.extend(quarters(x, y, width, height));
        }
    }
    (across, down, rgb)
}

pub fn jpeg(
    width: u32,
    height: u32,
    pixels: &[u8],
    colour: ColorType,
    exif: Option<&[u8]>,
    progressive: bool,
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    encoder.set_progressive(progressive);
    if let Some(block) = exif {
        encoder.add_app_segment(1, [b"Exif\0\0", block].concat()).unwrap();
    }
    encoder.encode(pixels, width as u16, height as u16, colour).unwrap();
    out
}

pub fn quarters_jpeg(orientation: u8, width: u32, height: u32) -> Vec<u8> {
    let (across, down, rgb) = stored(orientation, width, height);
    jpeg(across, down, &rgb, ColorType::Rgb, Some(&Exif { orientation, ..Exif::default() }.block()), false)
}

/// What goes into a hand-written EXIF block (TIFF 6.0, big-endian).
#[derive(Default)]
pub struct Exif<'a> {
    pub orientation: u8,
    pub make: Option<&'a str>,
    pub taken: Option<(&'a str, Option<&'a str>)>,
    /// ((degrees, minutes, hundredths of seconds), 'N' or 'S', likewise, 'E' or 'W')
    pub gps: Option<([u32; 3], u8, [u32; 3], u8)>,
    pub thumbnail: Option<&'a [u8]>,
}

enum Val {
    Short(u16),
    Long(u32),
    Text(Vec<u8>),
    Rationals(Vec<(u32, u32)>),
}

impl Exif<'_> {
    pub fn block(&self) -> Vec<u8> {
        let text = |s: &str| Val::Text([s.as_bytes(), &[0]].concat());
        let mut exif = Vec::new();
        if let Some((at, offset)) = self.taken {
            exif.push((0x9003, text(at)));
            exif.extend(offset.map(|o| (0x9011, text(o))));
        }
        let mut gps = Vec::new();
        if let Some((lat, ns, lon, ew)) = self.gps {
            let angle = |a: [u32; 3]| Val::Rationals(vec![(a[0], 1), (a[1], 1), (a[2], 100)]);
            gps = vec![(1, Val::Text(vec![ns, 0])), (2, angle(lat)), (3, Val::Text(vec![ew, 0])), (4, angle(lon))];
        }
        // Offsets must be known before IFD 0 is written: write it twice, the first time with zeros.
        let ifd0 = |exif_at: u32, gps_at: u32| {
            let mut fields = Vec::new();
            fields.extend(self.make.map(|m| (0x010F, text(m))));
            fields.push((0x0112, Val::Short(self.orientation.into())));
            if !exif.is_empty() {
                fields.push((0x8769, Val::Long(exif_at)));
            }
            if !gps.is_empty() {
                fields.push((0x8825, Val::Long(gps_at)));
            }
            fields
        };
        let exif_at = 8 + ifd(&ifd0(0, 0), 8, 0).len() as u32;
        let exif_ifd = if exif.is_empty() { vec![] } else { ifd(&exif, exif_at, 0) };
        let gps_at = exif_at + exif_ifd.len() as u32;
        let gps_ifd = if gps.is_empty() { vec![] } else { ifd(&gps, gps_at, 0) };
        let next_at = gps_at + gps_ifd.len() as u32;
        let next = if self.thumbnail.is_some() { next_at } else { 0 };
        let mut block =
            [b"MM\0\x2A\0\0\0\x08".to_vec(), ifd(&ifd0(exif_at, gps_at), 8, next), exif_ifd, gps_ifd].concat();
        if let Some(jpeg) = self.thumbnail {
            let fields = |at| [(0x0201, Val::Long(at)), (0x0202, Val::Long(jpeg.len() as u32))];
            let data_at = next_at + ifd(&fields(0), next_at, 0).len() as u32;
            block.extend(ifd(&fields(data_at), next_at, 0));
            block.extend(jpeg);
        }
        block
    }
}

fn ifd(fields: &[(u16, Val)], at: u32, next: u32) -> Vec<u8> {
    let mut entries = (fields.len() as u16).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let data_at = at + 2 + 12 * fields.len() as u32 + 4;
    for (tag, value) in fields {
        let (kind, count, bytes) = match value {
            Val::Short(n) => (3u16, 1, n.to_be_bytes().to_vec()),
            Val::Long(n) => (4, 1, n.to_be_bytes().to_vec()),
            Val::Text(t) => (2, t.len(), t.clone()),
            Val::Rationals(r) => {
                (5, r.len(), r.iter().flat_map(|(n, d)| [n.to_be_bytes(), d.to_be_bytes()].concat()).collect())
            }
        };
        entries.extend(tag.to_be_bytes());
        entries.extend(kind.to_be_bytes());
        entries.extend((count as u32).to_be_bytes());
        if bytes.len() <= 4 {
            entries.extend(bytes.iter().chain(&[0; 4]).take(4));
        } else {
            entries.extend((data_at + data.len() as u32).to_be_bytes());
            data.extend(bytes);
        }
    }
    entries.extend(next.to_be_bytes());
    [entries, data].concat()
}

/// A PNG from unfiltered scanlines (for Adam7: those of all passes, one after the other).
pub fn png(ihdr: (u32, u32, u8, u8, bool), palette: Option<&[u8]>, exif: Option<&[u8]>, lines: &[Vec<u8>]) -> Vec<u8> {
    let (width, height, colour, depth, interlaced) = ihdr;
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, u8::from(interlaced)]].concat();
    chunk(&mut out, b"IHDR", &head);
    if let Some(p) = palette {
        chunk(&mut out, b"PLTE", p);
    }
    if let Some(e) = exif {
        chunk(&mut out, b"eXIf", e);
    }
    let raw: Vec<u8> = lines.iter().flat_map(|l| [&[0u8][..], l].concat()).collect();
    // zlib with stored blocks (RFC 1950, RFC 1951 §3.2.4).
    let mut z = vec![0x78, 0x01];
    let mut blocks = raw.chunks(65535).peekable();
    while let Some(block) = blocks.next() {
        z.push(u8::from(blocks.peek().is_none()));
        z.extend((block.len() as u16).to_le_bytes());
        z.extend((!(block.len() as u16)).to_le_bytes());
        z.extend(block);
    }
    let (a, b) = raw.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    z.extend((b << 16 | a).to_be_bytes());
    chunk(&mut out, b"IDAT", &z);
    chunk(&mut out, b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    let from = out.len();
    out.extend(name);
    out.extend(data);
    let mut crc = u32::MAX;
    for byte in &out[from..] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    out.extend((!crc).to_be_bytes());
}

/// The scanlines of an 8-bit picture in Adam7 order (PNG 3rd edition §8.2).
pub fn adam7(width: u32, height: u32, pixel: impl Fn(u32, u32) -> Vec<u8>) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for (x0, y0, dx, dy) in
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    {
        for y in (y0..height).step_by(dy) {
            let line: Vec<u8> = (x0..width).step_by(dx).flat_map(|x| pixel(x, y)).collect();
            if !line.is_empty() {
                lines.push(line);
            }
        }
    }
    lines
}

/// A HEIC with a primary item of `size` whose pixels are rubbish, and an EXIF item.
pub fn heic(size: (u32, u32), exif: Option<&[u8]>) -> Vec<u8> {
    let bx = |name: &[u8; 4], body: &[u8]| [&(body.len() as u32 + 8).to_be_bytes()[..], name, body].concat();
    let infe = |id: u8, kind: &[u8; 4]| bx(b"infe", &[&[2, 0, 0, 0, 0, id, 0, 0][..], kind, &[0]].concat());
    let ftyp = bx(b"ftyp", b"heic\0\0\0\0mif1heic");
    let item = exif.map(|e| [&[0, 0, 0, 0][..], e].concat());
    let meta = |offset: u32| {
        let items = [infe(1, b"hvc1"), if item.is_some() { infe(2, b"Exif") } else { vec![] }].concat();
        let ispe = bx(b"ispe", &[&[0; 4][..], &size.0.to_be_bytes(), &size.1.to_be_bytes()].concat());
        let ipma = bx(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0x81]);
        let length = item.as_ref().map_or(0, |i| i.len() as u32);
        let extent = [&[0, 2, 0, 0, 0, 1][..], &offset.to_be_bytes(), &length.to_be_bytes()].concat();
        let body = [
            vec![0; 4],
            bx(b"pitm", &[0, 0, 0, 0, 0, 1]),
            bx(b"iinf", &[&[0, 0, 0, 0, 0, 1 + u8::from(item.is_some())][..], &items].concat()),
            bx(b"iprp", &[bx(b"ipco", &ispe), ipma].concat()),
            bx(
                b"iloc",
                &[&[0, 0, 0, 0, 0x44, 0, 0, u8::from(item.is_some())][..], if item.is_some() { &extent } else { &[] }]
                    .concat(),
            ),
        ];
        bx(b"meta", &body.concat())
    };
    let offset = ftyp.len() + meta(0).len() + 8;
    let data = [item.clone().unwrap_or_default(), vec![0xAB; 64]].concat();
    [ftyp, meta(offset as u32), bx(b"mdat", &data)].concat()
}
