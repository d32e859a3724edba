//! HEIF boxes (ISO/IEC 14496-12, 23008-12), as far as facts need them: the primary picture's size and the EXIF block.
//! Nothing is decoded: HEVC needs a licensed decoder, and the phone's own viewer shows the original anyway.
//! Everything is a slice of the file's bytes; nothing is allocated from a number the file gives.

/// What the boxes say.
#[derive(Debug, Default)]
pub(super) struct HeifHead<'a> {
    /// Width and height of the primary item, before `irot`.
    pub size: Option<(u32, u32)>,
    /// The TIFF structure of the EXIF item.
    pub exif: Option<&'a [u8]>,
    /// An EXIF item is announced and cannot be read.
    pub exif_problem: bool,
}

/// Reads the boxes. Never fails: what cannot be read is absent.
pub(super) fn head(bytes: &[u8]) -> HeifHead<'_> {
    let Some(meta) = boxes(bytes).find(|b| b.0 == *b"meta").and_then(|b| b.1.get(4..)) else {
        return HeifHead::default();
    };
    let part = |name: &[u8; 4]| boxes(meta).find(|b| b.0 == *name).map(|b| b.1);
    let size = part(b"pitm").and_then(primary).and_then(|id| size_of(part(b"iprp")?, id));
    let Some(id) = part(b"iinf").and_then(exif_item) else { return HeifHead { size, ..HeifHead::default() } };
    let exif = part(b"iloc").and_then(|iloc| extent(iloc, id)).and_then(|e| {
        let source = if e.in_idat { part(b"idat")? } else { bytes };
        let end = if e.length == 0 { source.len() } else { e.offset.checked_add(e.length)? };
        let item = source.get(e.offset..end)?;
        // 23008-12 A.2.1: four bytes say where the TIFF header begins after them.
        let skip = usize::try_from(Bytes(item).number(4)?).ok()?;
        item.get(4..)?.get(skip..)
    });
    HeifHead { size, exif, exif_problem: exif.is_none() }
}

/// The boxes directly inside `body`: name and content. Stops at the first that does not fit.
fn boxes(mut body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let mut cursor = Bytes(body);
        let size = cursor.number(4)?;
        let name: [u8; 4] = cursor.take(4)?.try_into().ok()?;
        let (header, size) = match size {
            0 => (8, body.len()),
            1 => (16, usize::try_from(cursor.number(8)?).ok()?),
            n => (8, usize::try_from(n).ok()?),
        };
        let content = body.get(header..size)?;
        body = body.get(size..)?;
        Some((name, content))
    })
}

/// `pitm`: the item that is the picture.
fn primary(pitm: &[u8]) -> Option<u64> {
    let mut at = Bytes(pitm);
    let version = at.number(4)? >> 24;
    at.number(if version == 0 { 2 } else { 4 })
}

/// `iinf`: the first item of type `Exif`.
fn exif_item(iinf: &[u8]) -> Option<u64> {
    let skip = if *iinf.first()? == 0 { 6 } else { 8 };
    boxes(iinf.get(skip..)?).filter(|b| b.0 == *b"infe").find_map(|(_, infe)| {
        let mut at = Bytes(infe);
        let version = at.number(4)? >> 24;
        let id = at.number(if version == 2 { 2 } else { 4 })?;
        at.take(2)?;
        (at.take(4)? == b"Exif").then_some(id)
    })
}

/// `iprp`: the `ispe` (image spatial extents) that `ipma` ties to the item.
fn size_of(iprp: &[u8], wanted: u64) -> Option<(u32, u32)> {
    let ipco = boxes(iprp).find(|b| b.0 == *b"ipco")?.1;
    let mut at = Bytes(boxes(iprp).find(|b| b.0 == *b"ipma")?.1);
    let head = at.number(4)?;
    let (version, wide) = (head >> 24, head & 1 == 1);
    for _ in 0..at.number(4)? {
        let id = at.number(if version == 0 { 2 } else { 4 })?;
        for _ in 0..at.number(1)? {
            // The top bit says "essential".
            let index = if wide { at.number(2)? & 0x7FFF } else { at.number(1)? & 0x7F };
            if id != wanted || index == 0 {
                continue;
            }
            if let Some((_, ispe)) = boxes(ipco).nth(index as usize - 1).filter(|b| b.0 == *b"ispe") {
                let mut size = Bytes(ispe.get(4..)?);
                return Some((size.number(4)? as u32, size.number(4)? as u32));
            }
        }
    }
    None
}

struct Extent {
    in_idat: bool,
    offset: usize,
    length: usize,
}

/// `iloc`: where the item lies. An item in several pieces is not joined; no camera writes EXIF so.
fn extent(iloc: &[u8], wanted: u64) -> Option<Extent> {
    let mut at = Bytes(iloc);
    let version = at.number(4)? >> 24;
    let sizes = at.number(2)?;
    let nibble = |shift: u32| (sizes >> shift & 15) as usize;
    let (offset_size, length_size, base_size) = (nibble(12), nibble(8), nibble(4));
    let index_size = if version == 0 { 0 } else { nibble(0) };
    let id_size = if version < 2 { 2 } else { 4 };
    for _ in 0..at.number(id_size)? {
        let id = at.number(id_size)?;
        let method = if version == 0 { 0 } else { at.number(2)? & 15 };
        at.take(2)?;
        let base = at.number(base_size)?;
        let count = at.number(2)?;
        if id != wanted {
            at.take((index_size + offset_size + length_size).checked_mul(usize::try_from(count).ok()?)?)?;
            continue;
        }
        if count != 1 || method > 1 {
            return None;
        }
        at.take(index_size)?;
        let offset = usize::try_from(base.checked_add(at.number(offset_size)?)?).ok()?;
        let length = usize::try_from(at.number(length_size)?).ok()?;
        return Some(Extent { in_idat: method == 1, offset, length });
    }
    None
}

/// A reading position: big-endian numbers, `None` past the end.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn number(&mut self, size: usize) -> Option<u64> {
        (size <= 8).then_some(())?;
        Some(self.take(size)?.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
    }
}
