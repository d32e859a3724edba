//! Lays trees out as folders, one after the other, and takes them away again.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use tempfile::TempDir;

use super::platter::Tree;

/// Where trees are laid out: in memory where the system offers that, because nothing here waits for a disk.
pub struct Shelf {
    folder: TempDir,
    /// Large files that are never written in place, by the bytes they share; held, so that no other bytes get their address.
    large: HashMap<*const u8, (Arc<Vec<u8>>, PathBuf)>,
    laid: u64,
}

/// A laid out tree. It goes when it is dropped.
pub struct Laid(PathBuf);

impl Laid {
    /// Where.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Laid {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A folder in memory if there is one, otherwise on the disk.
pub fn scratch() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let made = tempfile::Builder::new().prefix("xuncha-disk-").tempdir_in(memory);
    Ok(made.or_else(|_| tempfile::tempdir())?)
}

impl Shelf {
    /// An empty shelf.
    pub fn new() -> Result<Self> {
        Ok(Self { folder: scratch()?, large: HashMap::new(), laid: 0 })
    }

    /// Lays a tree out in a folder of its own. Files for which `shared` says so are hard links to one copy.
    pub fn lay_out(&mut self, tree: &Tree, shared: impl Fn(&Path) -> bool) -> Result<Laid> {
        self.laid += 1;
        let laid = Laid(self.folder.path().join(self.laid.to_string()));
        fs::create_dir(laid.path())?;
        // Parents come before their children in the order of paths.
        for (path, bytes) in tree {
            let target = laid.path().join(path);
            match bytes {
                None => fs::create_dir(target)?,
                Some(bytes) if shared(path) && !bytes.is_empty() => fs::hard_link(self.copy_of(bytes)?, target)?,
                Some(bytes) => fs::write(target, bytes.as_slice())?,
            }
        }
        Ok(laid)
    }

    fn copy_of(&mut self, bytes: &Arc<Vec<u8>>) -> Result<PathBuf> {
        let next = self.large.len();
        if let Some((_, path)) = self.large.get(&bytes.as_ptr()) {
            return Ok(path.clone());
        }
        let path = self.folder.path().join(format!("shared-{next}"));
        fs::write(&path, bytes.as_slice())?;
        self.large.insert(bytes.as_ptr(), (Arc::clone(bytes), path.clone()));
        Ok(path)
    }
}
