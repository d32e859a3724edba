//! What a file *is*, judged from its first bytes. Names and declared types lie: a phone renames HEIC to .jpg when it is
//! shared, and `<input accept>` is a wish (the picker of WebKitGTK and of several Android shells ignores it).

use serde::{Deserialize, Serialize};
use xuncha_core::Failure;

/// The largest picture that is taken in (bytes). A 200-megapixel phone JPEG is about 60 MB.
pub const MAX_PHOTO_BYTES: u64 = 100 * 1024 * 1024;

/// How many first bytes [`judge`] wants to see. Fewer are judged as they are.
pub const HEAD_BYTES: usize = 4096;

/// The kinds of file the capture room treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// JPEG, including MPO and Ultra HDR, whose first picture is an ordinary JPEG.
    Jpeg,
    /// PNG, including APNG, whose default picture is an ordinary PNG.
    Png,
    /// HEIC or HEIF (ISO/IEC 23008-12): kept, never decoded.
    Heic,
    /// PDF: kept.
    Pdf,
    /// Text of any encoding we can name: a logger's CSV or TXT.
    Text,
    /// Anything else: kept, and nothing is said about it.
    Other,
}

impl Kind {
    /// True for what is treated as a photo.
    pub fn is_photo(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Heic)
    }

    /// The media type written into the entry's blob line.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain",
            Self::Other => "application/octet-stream",
        }
    }
}

/// Judges a file by its `head` (its first [`HEAD_BYTES`], or all of it when it is shorter) and its whole `size` in bytes.
///
/// # Errors
/// `file.empty` for 0 bytes (a picker whose cloud file has not been downloaded gives exactly that; take it again);
/// `photo.too_large` with `limit_bytes` and `size_bytes` for a picture above [`MAX_PHOTO_BYTES`].
pub fn judge(head: &[u8], size: u64) -> Result<Kind, Failure> {
    if size == 0 || head.is_empty() {
        return Err(Failure::after_action("file.empty"));
    }
    let kind = kind_of(head);
    if kind.is_photo() && size > MAX_PHOTO_BYTES {
        return Err(Failure::after_action("photo.too_large")
            .with("limit_bytes", MAX_PHOTO_BYTES)
            .with("size_bytes", size));
    }
    Ok(kind)
}

pub(super) fn kind_of(head: &[u8]) -> Kind {
    if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Kind::Jpeg
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Kind::Png
    } else if is_heif(head) {
        Kind::Heic
    } else if head.starts_with(b"%PDF-") {
        Kind::Pdf
    } else if super::logger::looks_like_text(head) {
        Kind::Text
    } else {
        Kind::Other
    }
}

/// `ftyp` with a still-picture brand, major or compatible. AVIF carries `mif1` too and is treated alike: kept, not decoded.
fn is_heif(head: &[u8]) -> bool {
    const BRANDS: [&[u8; 4]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"];
    if head.get(4..8) != Some(b"ftyp") {
        return false;
    }
    let size = head.get(..4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes) as usize;
    let end = size.clamp(16, 16 + 64 * 4).min(head.len());
    let body = head.get(8..end).unwrap_or_default();
    // The second word is the minor version, not a brand.
    body.chunks_exact(4).enumerate().any(|(i, brand)| i != 1 && BRANDS.iter().any(|b| brand == *b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide_and_not_the_name() {
        let table: &[(&[u8], Kind)] = &[
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF", Kind::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Kind::Png),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Kind::Heic),
            (b"\0\0\0\x18ftypXXXX\0\0\0\0XXXXmif1", Kind::Heic),
            (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", Kind::Other),
            // `mif1` as the minor version of a film is not a brand.
            (b"\0\0\0\x14ftypisommif1isom", Kind::Other),
            (b"%PDF-1.7\n%\xE2\xE3", Kind::Pdf),
            (b"Date;Temp\r\n2026-11-01;4,2\r\n", Kind::Text),
            (b"\xFF\xFED\0a\0t\0e\0", Kind::Text),
            (b"GIF89a\x01\0\x01\0\x80\0\0", Kind::Other),
            (b"PK\x03\x04\x14\0\x06\0", Kind::Other),
        ];
        for (head, want) in table {
            assert_eq!(judge(head, head.len() as u64).unwrap(), *want, "{head:?}");
        }
    }

    #[test]
    fn an_empty_file_is_refused_and_can_be_taken_again() {
        let failure = judge(b"", 0).unwrap_err();
        assert_eq!((failure.code.as_str(), failure.retry), ("file.empty", xuncha_core::Retry::AfterAction));
    }

    #[test]
    fn only_pictures_have_the_size_limit() {
        assert!(judge(b"\xFF\xD8\xFF", MAX_PHOTO_BYTES).is_ok());
        assert_eq!(judge(b"\xFF\xD8\xFF", MAX_PHOTO_BYTES + 1).unwrap_err().code, "photo.too_large");
        assert!(judge(b"a,b\n", MAX_PHOTO_BYTES + 1).is_ok());
    }
}
