//! What a phone's folder holds, read with the production rooms and without the engine: what must still be there after
//! whatever happened.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::rc::Rc;

use xuncha_core::Failure;
use xuncha_core::feed::Head;
use xuncha_core::ids::{BlobHash, Digest, EntryId, FeedId, UserId};
use xuncha_device::app::hq_file;
use xuncha_device::feed::{FeedFiles, ReceiptFile};
use xuncha_device::index::Index;
use xuncha_device::keys::{KeyFile, Unlocked};
use xuncha_device::vault::Vault;

use super::day::PINS;
use crate::district::INSPECTOR;

/// What is there, as far as it was ever acknowledged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Which of the passphrases opens the phone.
    pub pin: usize,
    /// The own feed's entries, after its chain and every signature were verified.
    pub own: Vec<EntryId>,
    /// All that was said in them, to look for words in.
    pub said: String,
    /// Where the pulled feeds end.
    pub pulled: BTreeMap<FeedId, Option<EntryId>>,
    /// Entries of the pulled feeds.
    pub pulled_count: usize,
    /// HQ's words.
    pub words: Vec<Digest>,
    /// Blobs that the own entries name and that are whole.
    pub blobs: BTreeSet<BlobHash>,
    /// The index had to be begun anew, or never was.
    pub index_anew: bool,
    /// Bytes that were cut off as torn.
    pub torn: u64,
}

/// What was verified already. Only files that lie on a shelf for good, with more than one name, are remembered.
#[derive(Default)]
pub struct Seen {
    entries: HashSet<EntryId>,
    files: HashSet<(u64, BlobHash)>,
    /// Entries of a pulled feed, by the bytes of its files.
    pulled: HashMap<Digest, usize>,
    /// By the bytes of both copies of the key file: stretching a passphrase takes longer than all the rest.
    keys: HashMap<[Vec<u8>; 2], (usize, Rc<Unlocked>)>,
}

/// Tries the newer passphrase first: nobody is to wait because of wrong tries.
fn unlock(keys: &mut KeyFile, user: &UserId) -> Result<(usize, Unlocked), String> {
    for (n, pin) in PINS.iter().enumerate().rev() {
        match keys.unlock(user, pin, None, 0) {
            Ok(unlocked) => return Ok((n, unlocked)),
            Err(xuncha_device::keys::KeyError::PinWrong { .. }) => {}
            Err(e) => return Err(code(e)),
        }
    }
    Err("no passphrase opens it".to_owned())
}

/// What was found in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody is enrolled.
    Nobody,
    /// A phone.
    Phone(Box<Contents>),
    /// A room does not open.
    Refused(String),
}

fn code(failure: impl Into<Failure>) -> String {
    let failure: Failure = failure.into();
    format!("{failure}")
}

/// The bytes of the files in a folder, as one hash.
fn bytes_of(folder: &Path) -> Result<Digest, String> {
    let read = || -> std::io::Result<Vec<Vec<u8>>> {
        let mut files: Vec<_> =
            std::fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<std::io::Result<_>>()?;
        files.sort();
        files.iter().map(std::fs::read).collect()
    };
    let files = read().map_err(|e| format!("{}: {e}", folder.display()))?;
    let lengths = files.iter().map(|file| (file.len() as u64).to_le_bytes().to_vec()).collect::<Vec<_>>().concat();
    let parts: Vec<&[u8]> = std::iter::once(lengths.as_slice()).chain(files.iter().map(Vec::as_slice)).collect();
    Ok(Digest::digest(&parts))
}

impl Contents {
    /// Opens every room as the engine does, in its order, and reads everything.
    pub fn read(data: &Path) -> Found {
        Self::read_again(data, &mut Seen::default())
    }

    /// The same where many folders share files: what was verified once under the same inode is not verified again.
    pub fn read_again(data: &Path, seen: &mut Seen) -> Found {
        match Self::try_read(data, seen) {
            Ok(Some(contents)) => Found::Phone(Box::new(contents)),
            Ok(None) => Found::Nobody,
            Err(why) => Found::Refused(why),
        }
    }

    fn try_read(data: &Path, seen: &mut Seen) -> Result<Option<Self>, String> {
        let user: UserId = INSPECTOR.parse().map_err(|e| format!("{e}"))?;
        if !hq_file::path(data, &user).exists() {
            return Ok(None);
        }
        let mut keys = KeyFile::open(&data.join("keys")).map_err(code)?;
        let copies = ["keys.a", "keys.b"].map(|copy| std::fs::read(data.join("keys").join(copy)).unwrap_or_default());
        let (pin, unlocked) = match seen.keys.get(&copies) {
            Some((pin, unlocked)) => (*pin, Rc::clone(unlocked)),
            None => {
                let (pin, unlocked) = unlock(&mut keys, &user)?;
                let unlocked = Rc::new(unlocked);
                seen.keys.insert(copies, (pin, Rc::clone(&unlocked)));
                (pin, unlocked)
            }
        };
        hq_file::read(data, &user, &unlocked.sub_key("hq-file")).map_err(code)?;
        let index = Index::open(&data.join("index.db"), &unlocked.index_key(), &unlocked.index_salt()).map_err(code)?;
        let known = |feed: &FeedId| index.index.head(feed).map_err(code);
        let mut contents = Self { pin, index_anew: index.empty, ..Self::default() };
        contents.read_own(data, &unlocked, known(&unlocked.feed_key().feed)?, seen)?;
        let files = FeedFiles::new(&data.join("feeds"));
        for feed in files.list().map_err(code)?.into_iter().filter(|f| *f != unlocked.feed_key().feed) {
            let (file, report) =
                files.open(feed, unlocked.feed_file_key(&feed), known(&feed)?.as_ref()).map_err(code)?;
            let bytes = bytes_of(&data.join("feeds").join(feed.to_string()))?;
            let entries = match seen.pulled.get(&bytes) {
                Some(entries) => *entries,
                None => file.frames(1).try_fold(0, |n, frame| frame.map(|_| n + 1)).map_err(code)?,
            };
            seen.pulled.insert(bytes, entries);
            contents.pulled_count += entries;
            contents.torn += report.cut_bytes;
            contents.pulled.insert(feed, file.head().id);
        }
        let words_known = index.index.meta("words").map_err(code)?.and_then(|n| n.parse().ok()).unwrap_or(0);
        let (words, report) =
            ReceiptFile::open(&data.join("receipts"), unlocked.receipts_key(), words_known).map_err(code)?;
        contents.torn += report.cut_bytes;
        let mut next = 1;
        while next <= words.count() {
            for (number, bytes) in words.read(next, 1 << 20).map_err(code)? {
                contents.words.push(Digest::digest(&[&bytes]));
                next = number + 1;
            }
        }
        Ok(Some(contents))
    }

    fn read_own(
        &mut self,
        data: &Path,
        unlocked: &Unlocked,
        known: Option<Head>,
        seen: &mut Seen,
    ) -> Result<(), String> {
        let own = unlocked.feed_key();
        let files = FeedFiles::new(&data.join("feeds"));
        let (feed, report) = files.open(own.feed, unlocked.feed_file_key(&own.feed), known.as_ref()).map_err(code)?;
        self.torn += report.cut_bytes;
        // An entry's name is the hash of its header: its signature is verified once.
        if feed.head().id.is_none_or(|last| !seen.entries.contains(&last)) {
            feed.verify_all(&own.key).map_err(code)?;
        }
        let vault = Vault::open_folder(&data.join("vault"), unlocked.vault_key()).map_err(code)?;
        for frame in feed.frames(1) {
            let entry = frame.map_err(code)?.open().map_err(|e| format!("an entry does not open: {e}"))?;
            self.own.push(entry.id);
            seen.entries.insert(entry.id);
            let Some(payload) = entry.payload else { continue };
            self.said.push_str(&payload.body.to_string());
            for blob in payload.blobs {
                let file = data.join("vault").join(&blob.sha256.to_string()[..2]).join(blob.sha256.to_string());
                let inode = std::fs::metadata(&file).map(|m| m.ino()).unwrap_or_default();
                if inode == 0 || !seen.files.contains(&(inode, blob.sha256)) {
                    vault.verify(&blob.sha256).map_err(|e| format!("entry {}: {}", entry.header.seq, code(e)))?;
                    let shared = std::fs::metadata(&file).is_ok_and(|m| m.nlink() > 1);
                    seen.files.extend(shared.then_some((inode, blob.sha256)));
                }
                self.blobs.insert(blob.sha256);
            }
        }
        Ok(())
    }

    /// What of these contents is missing in later ones, in words; nothing if all is there.
    pub fn missing_in(&self, later: &Self) -> Vec<String> {
        let mut missing = Vec::new();
        let begins =
            |what: &str, a: &[_], b: &[_]| (!b.starts_with(a)).then(|| format!("{what}: {} of {}", b.len(), a.len()));
        missing.extend(begins("own entries", &self.ids(), &later.ids()));
        if !later.words.starts_with(&self.words) {
            missing.push(format!("words of HQ: {} of {}", later.words.len(), self.words.len()));
        }
        if later.pulled_count < self.pulled_count || self.pulled.keys().any(|feed| !later.pulled.contains_key(feed)) {
            missing.push(format!("pulled entries: {} of {}", later.pulled_count, self.pulled_count));
        }
        let blobs = self.blobs.difference(&later.blobs).count();
        if blobs > 0 {
            missing.push(format!("blobs: {blobs} of {}", self.blobs.len()));
        }
        missing
    }

    fn ids(&self) -> Vec<[u8; 32]> {
        self.own.iter().map(|id| *id.as_bytes()).collect()
    }
}
