//! Reference data from HQ: lists, laws, rules, forms; named by the SHA-256 of their bytes, public, never changed.
//!
//! What it is: files in a folder, verified against their names when read. What it is not: which of them counts (HQ's feed
//! says that, the index knows it), nor anything confidential: packs are plain files, since encrypting public data costs
//! five times on every read and protects nobody.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use xuncha_core::Failure;
use xuncha_core::checklist::Checklist;
use xuncha_core::conclusion::ConclusionRule;
use xuncha_core::form::OnSiteForm;
use xuncha_core::ids::Digest;
use xuncha_core::law::LawLibrary;

use crate::disk;

/// The folder of packs.
pub struct Packs {
    root: PathBuf,
    lists: Mutex<HashMap<Digest, Arc<Checklist>>>,
    laws: Mutex<Option<(Digest, Arc<LawLibrary>)>>,
}

impl Packs {
    /// Opens the folder, or makes it.
    pub fn open(root: &Path) -> Result<Self, Failure> {
        disk::make_folder(root)?;
        Ok(Self { root: root.to_owned(), lists: Mutex::default(), laws: Mutex::default() })
    }
    /// Keeps a pack; durable when it returns.
    pub fn store(&self, sha256: &Digest, bytes: &[u8]) -> Result<(), Failure> {
        if Digest::digest(&[bytes]) != *sha256 {
            return Err(Failure::later("pack.damaged"));
        }
        Ok(disk::write_atomic(&self.path(sha256), bytes)?)
    }
    /// Whether a pack is here; its bytes are judged when read.
    pub fn has(&self, sha256: &Digest) -> bool {
        self.path(sha256).is_file()
    }
    /// A checklist.
    pub fn list(&self, sha256: &Digest) -> Result<Arc<Checklist>, Failure> {
        if let Some(list) = self.lists.lock().ok().and_then(|l| l.get(sha256).cloned()) {
            return Ok(list);
        }
        let list = Arc::new(self.json::<Checklist>(sha256)?);
        if let Ok(mut lists) = self.lists.lock() {
            lists.insert(*sha256, Arc::clone(&list));
        }
        Ok(list)
    }
    /// The law library.
    pub fn laws(&self, sha256: &Digest) -> Result<Arc<LawLibrary>, Failure> {
        if let Some((_, laws)) = self.laws.lock().ok().and_then(|l| l.clone().filter(|(d, _)| d == sha256)) {
            return Ok(laws);
        }
        let laws = Arc::new(self.json::<LawLibrary>(sha256)?);
        if let Ok(mut kept) = self.laws.lock() {
            *kept = Some((*sha256, Arc::clone(&laws)));
        }
        Ok(laws)
    }
    /// A conclusion rule.
    pub fn rule(&self, sha256: &Digest) -> Result<ConclusionRule, Failure> {
        self.json(sha256)
    }
    /// A record form.
    pub fn form(&self, sha256: &Digest) -> Result<OnSiteForm, Failure> {
        self.json(sha256)
    }

    fn json<T: serde::de::DeserializeOwned>(&self, sha256: &Digest) -> Result<T, Failure> {
        let damaged = || Failure::after_action("pack.missing").with("sha256", sha256.short());
        let bytes = std::fs::read(self.path(sha256)).map_err(|_| damaged())?;
        if Digest::digest(&[&bytes]) != *sha256 {
            return Err(Failure::after_action("pack.damaged").with("sha256", sha256.short()));
        }
        serde_json::from_slice(&bytes).map_err(|_| damaged())
    }
    fn path(&self, sha256: &Digest) -> PathBuf {
        self.root.join(format!("{sha256}.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_whose_bytes_changed_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let packs = Packs::open(dir.path()).unwrap();
        let bytes =
            br#"{"code":"r","version":"1","title":{"zh-Hans":"x"},"source":{"zh-Hans":"x"},"mark":"V","outcomes":[]}"#;
        let name = Digest::digest(&[bytes]);
        assert!(packs.store(&Digest::digest(&[b"other"]), bytes).is_err());
        packs.store(&name, bytes).unwrap();
        assert!(packs.rule(&name).is_ok());
        let file = dir.path().join(format!("{name}.json"));
        let changed = String::from_utf8(bytes.to_vec()).unwrap().replace("\"1\"", "\"2\"");
        std::fs::write(file, changed).unwrap();
        assert_eq!(packs.rule(&name).unwrap_err().code, "pack.damaged");
    }
}
