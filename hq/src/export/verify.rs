//! Judging an export: signatures, chains, hashes, seal, record, originals, receipts. Names exactly what is wrong.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::Digest as _;
use xuncha_core::event::Event;
use xuncha_core::feed::{BlobRef, Entry, FeedKey, VerifyingKey, WireFrame};
use xuncha_core::ids::{BlobHash, Digest, EntryId, FeedId};
use xuncha_core::inspection::Inspection;
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::receipts::Receipt;

use super::{ExportManifest, KEYS, Keys, MANIFEST, RECORD};
use crate::audit::Audit;
use crate::objects::hash_file;
use crate::projections::entry::inert;

/// Largest text file read into memory.
const MAX_TEXT: u64 = 1 << 30;

/// Judges the folder. `expected` is HQ's key as known from elsewhere; without it the key in the folder is believed, which
/// proves that the folder is whole, not who made it.
pub fn verify(folder: &Path, expected: Option<&VerifyingKey>) -> Audit {
    let mut audit = Audit::default();
    if let Err(e) = judge(folder, expected, &mut audit) {
        audit.fault("folder.unreadable", folder.display(), e);
    }
    audit
}

fn judge(folder: &Path, expected: Option<&VerifyingKey>, audit: &mut Audit) -> io::Result<()> {
    let Some(keys) = parse::<Keys>(folder, KEYS, audit) else { return Ok(()) };
    if expected.is_some_and(|key| *key != keys.hq) {
        audit.fault("keys.other_hq", KEYS, format!("the folder names HQ key {}", keys.hq));
    }
    if keys.hq_feed.key != keys.hq {
        audit.fault("keys.hq_feed", KEYS, "HQ's own feed has another key");
    }
    let Some(signed) = parse::<Signed<ExportManifest>>(folder, MANIFEST, audit) else { return Ok(()) };
    let manifest = match signed.verify(&keys.hq) {
        Ok(manifest) => manifest,
        Err(e) => {
            audit.fault("manifest.signature", MANIFEST, e);
            return Ok(());
        }
    };
    files(folder, &manifest, audit)?;
    let entries = feeds(folder, &keys, &manifest, audit);
    let state = fold(&manifest, &entries, audit);
    let blobs = originals(folder, &manifest, &entries, audit)?;
    let found: Vec<BlobHash> = blobs.keys().copied().collect();
    let in_order: Vec<Entry> = manifest.entries.iter().filter_map(|e| entries.get(&e.id)).cloned().collect();
    let receipts = receipts(folder, &keys, audit);
    audit.coverage(&manifest.inspection, &in_order, &receipts, &found);
    audit.seal(&state, |sha256| fs::read(blobs.get(sha256)?).ok());
    record(folder, &state, audit);
    Ok(())
}

fn read(folder: &Path, path: &str) -> io::Result<String> {
    let mut text = String::new();
    File::open(folder.join(path))?.take(MAX_TEXT).read_to_string(&mut text)?;
    Ok(text)
}

fn parse<T: serde::de::DeserializeOwned>(folder: &Path, path: &str, audit: &mut Audit) -> Option<T> {
    let parsed = read(folder, path).map_err(|e| e.to_string());
    match parsed.and_then(|text| serde_json::from_str(&text).map_err(|e| e.to_string())) {
        Ok(value) => Some(value),
        Err(e) => {
            audit.fault("file.unreadable", path, e);
            None
        }
    }
}

/// Every listed file is there with its bytes, and no other.
fn files(folder: &Path, manifest: &ExportManifest, audit: &mut Audit) -> io::Result<()> {
    let mut present = BTreeSet::new();
    list(folder, folder, &mut present)?;
    present.remove(MANIFEST);
    for file in &manifest.files {
        if !present.remove(&file.path) {
            audit.fault("file.missing", &file.path, "listed, not here");
            continue;
        }
        let (hash, size) = hash_file(&mut File::open(folder.join(&file.path))?)?;
        if size != file.size || Digest::from_bytes(hash.finalize().into()) != file.sha256 {
            audit.fault("file.changed", &file.path, "its bytes are not those of the export");
        }
    }
    for path in present {
        audit.fault("file.unknown", path, "not part of the export");
    }
    Ok(())
}

fn list(root: &Path, folder: &Path, into: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, into)?;
        } else {
            let parts = path.strip_prefix(root).unwrap_or(&path).components();
            let parts: Vec<_> = parts.map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
            into.insert(parts.join("/"));
        }
    }
    Ok(())
}

/// Walks every feed; gives the entries whose payload is told.
fn feeds(folder: &Path, keys: &Keys, manifest: &ExportManifest, audit: &mut Audit) -> HashMap<EntryId, Entry> {
    let mut entries = HashMap::new();
    let mut admitted: Vec<FeedKey> = Vec::new();
    for (_, entry) in walk(folder, &keys.hq_feed, audit) {
        let event = entry.payload.as_ref().and_then(|p| Event::read(&p.kind, &p.body).ok());
        if let Some(Event::FeedAdmitted(e)) = event {
            admitted.push(e.key);
        }
    }
    for key in &keys.feeds {
        if !admitted.contains(key) {
            audit.fault("feed.not_admitted", key.feed, "HQ's own feed does not admit it under this key");
        }
        for (id, entry) in walk(folder, key, audit) {
            if entry.payload.as_ref().is_some_and(|p| p.inspection.as_ref() == Some(&manifest.inspection)) {
                entries.insert(id, entry);
            }
        }
    }
    for listed in manifest.entries.iter().filter(|e| !entries.contains_key(&e.id)) {
        audit.fault("entry.missing", listed.id, "listed, but no feed here has it with its payload");
    }
    let listed: BTreeSet<_> = manifest.entries.iter().map(|e| e.id).collect();
    for id in entries.keys().filter(|id| !listed.contains(*id)) {
        audit.fault("entry.unlisted", id, "of this inspection, but not listed");
    }
    entries
}

fn walk(folder: &Path, key: &FeedKey, audit: &mut Audit) -> Vec<(EntryId, Entry)> {
    let path = format!("feeds/{}.ndjson", key.feed);
    let mut walk = audit.walk(key);
    let text = match read(folder, &path) {
        Ok(text) => text,
        Err(e) => {
            audit.fault("file.unreadable", &path, e);
            return Vec::new();
        }
    };
    let mut out = Vec::new();
    for (n, line) in text.lines().enumerate() {
        match serde_json::from_str::<WireFrame>(line) {
            Ok(wire) => out.extend(walk.take(&wire.into(), audit).map(|entry| (entry.id, entry))),
            Err(e) => {
                audit.fault("entry.unreadable", format!("{path} line {}", n + 1), e);
                break;
            }
        }
    }
    out
}

/// The inspection's state, from the entries that HQ says have an effect.
fn fold(manifest: &ExportManifest, entries: &HashMap<EntryId, Entry>, audit: &mut Audit) -> Inspection {
    let mut state = Inspection::new(manifest.inspection.clone());
    for listed in &manifest.entries {
        let effective = matches!(listed.inert.as_deref(), None | Some(inert::UNKNOWN | inert::SHAPE));
        if let Some(entry) = entries.get(&listed.id).filter(|_| effective) {
            state.apply(entry);
        }
    }
    if state.start().is_none() {
        audit.fault("inspection.no_start", &manifest.inspection, "its start is not here");
    }
    state
}

/// Hashes every original that effective entries name; gives where they lie.
fn originals(
    folder: &Path,
    manifest: &ExportManifest,
    entries: &HashMap<EntryId, Entry>,
    audit: &mut Audit,
) -> io::Result<BTreeMap<BlobHash, PathBuf>> {
    let strangers = |r: &Option<String>| r.as_deref() == Some(inert::SCOPE);
    let mut named: BTreeMap<BlobHash, BlobRef> = BTreeMap::new();
    for listed in manifest.entries.iter().filter(|e| !strangers(&e.inert)) {
        let payload = entries.get(&listed.id).and_then(|e| e.payload.as_ref());
        named.extend(payload.into_iter().flat_map(|p| &p.blobs).map(|b| (b.sha256, b.clone())));
    }
    let mut paths = BTreeMap::new();
    for file in manifest.files.iter().filter_map(|f| f.path.strip_prefix("blobs/").map(|n| (n, &f.path))) {
        if let Ok(sha256) = file.0.split('.').next().unwrap_or_default().parse::<BlobHash>() {
            paths.insert(sha256, folder.join(file.1));
        }
    }
    let mut found = BTreeMap::new();
    for (sha256, blob) in named {
        let looked = match paths.get(&sha256).map(File::open) {
            Some(Ok(mut file)) => {
                let (hash, length) = hash_file(&mut file)?;
                Some((length, BlobHash::from_bytes(hash.finalize().into()) == sha256))
            }
            _ => None,
        };
        audit.blob(&sha256, blob.size, looked);
        if looked.is_some() {
            found.extend(paths.remove_entry(&sha256));
        }
    }
    Ok(found)
}

fn receipts(folder: &Path, keys: &Keys, audit: &mut Audit) -> Vec<Receipt> {
    let mut out = Vec::new();
    for feed in keys.feeds.iter().map(|k| k.feed) {
        let path = format!("receipts/{feed}.ndjson");
        let text = match read(folder, &path) {
            Ok(text) => text,
            Err(e) => {
                audit.fault("file.unreadable", &path, e);
                continue;
            }
        };
        for (n, line) in text.lines().enumerate() {
            let about = format!("{path} line {}", n + 1);
            match serde_json::from_str::<Signed<Receipt>>(line) {
                Ok(signed) => out.extend(audit.receipt(&signed, &keys.hq, &about).filter(|r| of_feed(r, &feed))),
                Err(e) => audit.fault("receipt.unreadable", &about, e),
            }
        }
    }
    out
}

fn of_feed(receipt: &Receipt, feed: &FeedId) -> bool {
    receipt.feed == *feed
}

/// The record beside is the one that was put before the signatories.
fn record(folder: &Path, state: &Inspection, audit: &mut Audit) {
    let Some(seal) = state.seal() else { return };
    let wanted = seal.proposal.value.record_sha256;
    match fs::read(folder.join(RECORD)) {
        Ok(bytes) if Digest::digest(&[&bytes]) == wanted => {}
        Ok(_) => audit.fault("seal.record", RECORD, "is not the text that was signed"),
        Err(e) => audit.fault("file.unreadable", RECORD, e),
    }
}
