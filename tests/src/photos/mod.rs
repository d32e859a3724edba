//! Pictures as a phone's camera would leave them: 12 megapixels, several megabytes, EXIF with time, make and position.
//!
//! What it is: painted store rooms, displays, papers, labels and boxes, each different, made anew each time. What it is not:
//! anybody's photograph. They exist so that size, orientation and metadata are those of the real thing.

mod exif;
mod scene;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use exif::Shot;

/// Width and height of a picture: 12 megapixels.
pub const SIZE: (u16, u16) = (4000, 3000);

/// A picture file that takes part in an inspection.
#[derive(Debug, Clone)]
pub struct Photo {
    /// Where it is.
    pub path: PathBuf,
    /// SHA-256 of its bytes, 64 lower-case hex digits.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// Paints `count` pictures into `folder`. Different scenes up to twelve; after that the same scenes with another EXIF, which
/// makes other bytes at a hundredth of the cost.
pub fn paint(folder: &Path, count: usize) -> Result<Vec<Photo>> {
    const SCENES: usize = 12;
    std::fs::create_dir_all(folder)?;
    let begun = Timestamp::now() - SignedDuration::from_mins(3 * count as i64);
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    for number in 0..count.min(SCENES) {
        bodies.push(scene::paint(number)?);
    }
    let mut photos = Vec::with_capacity(count);
    for number in 0..count {
        let shot = Shot {
            taken: begun + SignedDuration::from_mins(3 * number as i64),
            number,
            // A step or two between the pictures, within the firm's premises.
            lat: 30.276_6 + 0.000_02 * (number % 7) as f64,
            lon: 121.557_1 + 0.000_03 * (number % 5) as f64,
        };
        let jpeg = exif::with_exif(&bodies[number % SCENES], &shot)?;
        let path = folder.join(format!("IMG_{:04}.jpg", number + 1));
        std::fs::write(&path, &jpeg)?;
        photos.push(measured(path, &jpeg));
    }
    Ok(photos)
}

/// The pictures of a folder, by name; whatever does not look like a picture by its name is left out.
pub fn from_folder(folder: &Path) -> Result<Vec<Photo>> {
    let known = ["jpg", "jpeg", "png", "heic", "heif"];
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| {
        let extension = path.extension().and_then(|e| e.to_str()).map(str::to_lowercase);
        path.is_file() && extension.is_some_and(|e| known.contains(&e.as_str()))
    });
    paths.sort();
    if paths.is_empty() {
        bail!("there is no picture in {} (one of: {})", folder.display(), known.join(", "));
    }
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(measured(path, &bytes))
    };
    paths.into_iter().map(read).collect()
}

fn measured(path: PathBuf, bytes: &[u8]) -> Photo {
    Photo { path, sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)), size: bytes.len() as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn painted_pictures_are_megabytes_large_all_different_and_carry_time_and_place() {
        let folder = tempfile::tempdir().unwrap();
        let photos = paint(folder.path(), 14).unwrap();
        let different: std::collections::BTreeSet<_> = photos.iter().map(|photo| &photo.sha256).collect();
        assert_eq!(different.len(), 14);
        assert!(photos.iter().all(|photo| photo.size > 1_500_000), "{photos:?}");
        let bytes = std::fs::read(&photos[13].path).unwrap();
        let facts = xuncha_device::capture::read_facts(&bytes);
        let facts = serde_json::to_value(&facts).unwrap();
        assert_eq!(facts["width"], 4000, "{facts}");
        assert!(facts.to_string().contains("30.276"), "{facts}");
    }

    #[test]
    fn a_folder_without_pictures_says_which_names_it_looks_for() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
        assert!(from_folder(folder.path()).unwrap_err().to_string().contains("heic"));
    }
}
