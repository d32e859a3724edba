//! Pictures for the WebView's `photo` scheme: previews and crops, never the whole original, never while locked.

use xuncha_core::Failure;
use xuncha_core::ids::BlobHash;

use crate::capture::{self, MemoryBudget, Window};

use super::Device;

/// A picture made for the screen.
pub struct Picture {
    /// Media type.
    pub mime: &'static str,
    /// Bytes.
    pub bytes: Vec<u8>,
}

/// Longest side of a crop.
const MAX_CROP_PX: u32 = 2048;

impl Device {
    /// Answers `thumb/<sha256>`, `preview/<sha256>` and `crop/<sha256>?x=&y=&w=&h=&max=` (turned coordinates, 0 to 1).
    pub fn photo(&self, path_and_query: &str) -> Result<Picture, Failure> {
        let unknown = || Failure::never("photo.unknown");
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let (kind, name) = path.trim_matches('/').split_once('/').ok_or_else(unknown)?;
        let sha256: BlobHash = name.parse().map_err(|_| unknown())?;
        let vault = self.at_desk(|desk| Ok(desk.vault.clone()))?;
        let bytes = match kind {
            "thumb" | "preview" => match vault.read_derived(&sha256, kind) {
                Ok(Some(bytes)) => bytes,
                // Never made, or its unsynced file was torn by a power cut: it is made again from the original.
                _ => derive_again(&vault, &sha256, kind)?,
            },
            "crop" => {
                let original = whole(&vault, &sha256)?;
                let facts = capture::read_facts(&original);
                let (window, max_px) = window(query);
                capture::region(&original, &facts, window, max_px, MemoryBudget::default())
                    .map_err(|why| Failure::never("photo.no_preview").with("why", format_args!("{why:?}")))?
            }
            // A signature drawn on the screen: small, and shown as it is.
            "drawn" => drawn(&vault, &sha256)?,
            _ => return Err(unknown()),
        };
        let mime = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
        Ok(Picture { mime, bytes })
    }
}

/// Makes a thumbnail or a preview of the original and keeps it; `photo.no_preview` where there can be none.
pub(super) fn derive_again(vault: &crate::vault::Vault, sha256: &BlobHash, kind: &str) -> Result<Vec<u8>, Failure> {
    let original = whole(vault, sha256)?;
    let facts = capture::read_facts(&original);
    let derived = capture::derive(&original, &facts, MemoryBudget::default());
    let made = if kind == "thumb" { derived.thumb } else { derived.preview };
    let made = made.ok_or_else(|| Failure::never("photo.no_preview"))?;
    vault.put_derived(sha256, kind, &made)?;
    Ok(made)
}

/// Only what can be a drawing: asked for by the hash of a photo it would hand out the whole original.
fn drawn(vault: &crate::vault::Vault, sha256: &BlobHash) -> Result<Vec<u8>, Failure> {
    if vault.open(sha256)?.size() > super::seal::MAX_DRAWING as u64 {
        return Err(Failure::never("photo.unknown"));
    }
    Some(whole(vault, sha256)?)
        .filter(|bytes| super::seal::is_drawing(bytes))
        .ok_or_else(|| Failure::never("photo.unknown"))
}

fn whole(vault: &crate::vault::Vault, sha256: &BlobHash) -> Result<Vec<u8>, Failure> {
    let mut reader = vault.open(sha256)?;
    let size = reader.size();
    Ok(reader.read_range(0, size)?)
}

fn window(query: &str) -> (Window, u32) {
    let value = |name: &str| {
        let pair = query.split('&').filter_map(|p| p.split_once('=')).find(|(k, _)| *k == name)?;
        pair.1.parse::<f64>().ok().filter(|v| v.is_finite())
    };
    let longest = value("max").map_or(MAX_CROP_PX, |v| v.clamp(64.0, f64::from(MAX_CROP_PX)) as u32);
    let window = Window {
        x: value("x").unwrap_or(0.0).clamp(0.0, 1.0),
        y: value("y").unwrap_or(0.0).clamp(0.0, 1.0),
        w: value("w").unwrap_or(1.0).clamp(0.0, 1.0),
        h: value("h").unwrap_or(1.0).clamp(0.0, 1.0),
    };
    (window, longest)
}
