//! A bureau's own folder of lists, laws, rules and form.
//!
//! What it is: a folder laid out as `checklists/`, holding as little as the bureau changed; what it does not hold is taken
//! from the library this program was built with. What it is not: a second library; whatever is published was judged
//! together with all the rest. What counts as the bureau's own is what differs from the program's.

use std::collections::BTreeSet;
use std::path::Path;

use xuncha_core::Failure;
use xuncha_core::checklist::{self, AuthorFault};
use xuncha_core::ids::ListCode;
use xuncha_core::library::Library;

use super::{Piece, embedded, embedded_files, kind_word, pieces};

/// The largest file of a folder; a list of three hundred items has some 500 KiB.
const LARGEST: u64 = 8 * 1024 * 1024;
const ROOMS: [&str; 4] = ["lists", "laws", "rules", "forms"];

/// A bureau's folder, read beside the program's library and found to hold together with it.
#[derive(Debug)]
pub struct Own {
    /// Both together.
    pub library: Library,
    /// Lists the folder has a file for.
    pub lists: Vec<ListCode>,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OwnError {
    /// It cannot be read.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// Authors' faults, all of them.
    #[error("{} faults", .0.len())]
    Faults(Vec<AuthorFault>),
}

impl Own {
    /// Reads a folder.
    pub fn read(folder: &Path) -> Result<Self, OwnError> {
        Self::from_files(files(folder)?)
    }

    /// The same from `(name, text)`, names as in [`Library::from_files`].
    pub fn from_files(own: Vec<(String, String)>) -> Result<Self, OwnError> {
        let (mut lists, mut faults) = (Vec::new(), Vec::new());
        for (name, text) in own.iter().filter(|(name, _)| name.starts_with("lists/")) {
            match checklist::parse(name, text) {
                Ok(list) => lists.push(list.code),
                Err(found) => faults.extend(found),
            }
        }
        if !faults.is_empty() {
            return Err(OwnError::Faults(faults));
        }
        let replaced = |name: &String| {
            let same_file = own.iter().any(|(n, _)| n == name);
            let same_list = lists.iter().any(|code| name == &format!("lists/{code}.yaml"));
            let other_form = name.starts_with("forms/") && own.iter().any(|(n, _)| n.starts_with("forms/"));
            same_file || same_list || other_form
        };
        let ours: Vec<_> = embedded_files().into_iter().filter(|(name, _)| !replaced(name)).collect();
        let library = Library::from_files(ours.into_iter().chain(own)).map_err(OwnError::Faults)?;
        Ok(Self { library, lists })
    }

    /// What the bureau's library has otherwise than the program's.
    pub(super) fn pieces(&self) -> Result<Vec<Piece>, Failure> {
        let ours: BTreeSet<String> = pieces(&embedded()?).into_iter().map(|piece| key(&piece)).collect();
        Ok(pieces(&self.library).into_iter().filter(|piece| !ours.contains(&key(piece))).collect())
    }
}

fn key(piece: &Piece) -> String {
    format!("{} {} {}", kind_word(piece.kind), piece.code, piece.sha256())
}

/// The YAML files of a folder by their names in it, e.g. `lists/COLD.yaml`.
pub fn files(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let unreadable = |path: &Path, problem: String| {
        Failure::after_action("lists.unreadable").with("file", path.display()).with("problem", problem)
    };
    if !folder.is_dir() {
        return Err(unreadable(folder, "there is no such folder".into()));
    }
    let mut files = Vec::new();
    // A file beside the rooms belongs to no part of the folder: it is read so that the author hears of it.
    for (room, dir) in std::iter::once(None).chain(ROOMS.map(Some)).map(|room| (room, folder.join(room.unwrap_or(""))))
    {
        if !dir.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&dir).map_err(|e| unreadable(&dir, e.to_string()))? {
            let path = entry.map_err(|e| unreadable(&dir, e.to_string()))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !path.is_file() || !(name.ends_with(".yaml") || name.ends_with(".yml")) {
                continue;
            }
            let size = path.metadata().map_err(|e| unreadable(&path, e.to_string()))?.len();
            if size > LARGEST {
                return Err(unreadable(&path, format!("larger than {} MiB", LARGEST / 1024 / 1024)));
            }
            let text = std::fs::read_to_string(&path).map_err(|e| unreadable(&path, e.to_string()))?;
            files.push((room.map_or(name.clone(), |room| format!("{room}/{name}")), text));
        }
    }
    if files.is_empty() {
        return Err(Failure::after_action("lists.folder").with("folder", folder.display()));
    }
    files.sort();
    Ok(files)
}
