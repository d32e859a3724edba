//! Photos and files on their way in: slices → vault (durable) → facts and previews → entry. Only then does the verb answer.
//!
//! Slices are base64 because Android's IPC carries no raw bytes; a shell that has the bytes as a file hands over its path.

use std::io::Read as _;
use std::time::{Duration, Instant};

use xuncha_core::Failure;
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::EvidenceAdded;
use xuncha_core::feed::BlobRef;
use xuncha_core::inspection::Touched;

use crate::capture::{self, MemoryBudget};
use crate::vault::{Stored, Vault};

use super::Device;
use super::desk::{Desk, Upload};
use super::verbs::{AttachArgs, AttachBegin, AttachFile, AttachSlice, Nothing, UploadBegun};
use super::views::Delta;
use super::write::new_evidence;

/// Bytes of one slice at most.
pub const MAX_SLICE: usize = 512 * 1024;
/// Uploads under way at once; a screen that forgets to end them cannot fill the disk.
const MAX_UPLOADS: usize = 8;
/// After so long without a slice a screen has forgotten its upload (it was closed, or loaded again): another may have its place.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// What was understood of a blob.
struct Understood {
    mime: String,
    facts: serde_json::Value,
    no_preview: Option<String>,
}

/// Refuses what cannot be this kind of evidence, before anything of it is stored under its name.
fn judge(upload: &Upload) -> Result<capture::Kind, Failure> {
    let begin = &upload.begin;
    let kind = capture::judge(&upload.head, upload.writer.size()).map_err(|f| f.with("name", &begin.name))?;
    if begin.kind == EvidenceKind::Photo && !kind.is_photo() {
        return Err(Failure::after_action("photo.not_a_picture").with("name", &begin.name));
    }
    Ok(kind)
}

/// Reads facts and makes the previews. Bounded memory; a picture that cannot be shown is kept all the same.
fn understand(
    vault: &Vault,
    stored: &Stored,
    kind: capture::Kind,
    head: &[u8],
    begin: &AttachBegin,
) -> Result<Understood, Failure> {
    let mime = kind.mime().to_owned();
    let json = |v: serde_json::Result<serde_json::Value>| v.map_err(|e| Failure::never("facts.shape").with("why", e));
    if !kind.is_photo() {
        // The head tells encoding and first line; the file itself may be of any size.
        let facts = json(serde_json::to_value(capture::logger_facts(&begin.name, head)))?;
        return Ok(Understood { mime, facts, no_preview: None });
    }
    let mut reader = vault.open(&stored.sha256)?;
    let size = reader.size();
    let bytes = reader.read_range(0, size)?;
    let facts = capture::read_facts(&bytes);
    let derived = capture::derive(&bytes, &facts, MemoryBudget::default());
    for (name, picture) in [("thumb", &derived.thumb), ("preview", &derived.preview)] {
        if let Some(picture) = picture {
            vault.put_derived(&stored.sha256, name, picture)?;
        }
    }
    let no_preview = derived.why_none.and_then(|w| serde_json::to_value(w).ok()?.as_str().map(str::to_owned));
    Ok(Understood { mime, facts: json(serde_json::to_value(&facts))?, no_preview })
}

impl Desk {
    fn begin_upload(&mut self, begin: AttachBegin) -> Result<UploadBegun, Failure> {
        self.writable(&begin.inspection)?;
        if let Some(item) = &begin.item {
            self.known_item(&begin.inspection, item)?;
        }
        if begin.kind == EvidenceKind::Measure {
            return Err(Failure::never("attach.kind"));
        }
        if begin.size == 0 {
            return Err(Failure::after_action("file.empty").with("name", &begin.name));
        }
        if begin.kind == EvidenceKind::Photo && begin.size > capture::MAX_PHOTO_BYTES {
            return Err(Failure::after_action("photo.too_large").with("bytes", begin.size));
        }
        let coming: u64 = self.uploads.values().map(|u| u.begin.size.saturating_sub(u.writer.size())).sum();
        if !self.has_room_for(begin.size.saturating_add(coming))? {
            return Err(Failure::after_action("attach.no_room").with("name", &begin.name));
        }
        if self.uploads.len() >= MAX_UPLOADS {
            self.uploads.retain(|_, upload| upload.touched.elapsed() < FORGOTTEN);
        }
        if self.uploads.len() >= MAX_UPLOADS {
            return Err(Failure::later("attach.too_many"));
        }
        let upload = uuid::Uuid::new_v4().simple().to_string();
        let writer = self.vault.writer()?;
        self.uploads.insert(upload.clone(), Upload { begin, writer, head: Vec::new(), touched: Instant::now() });
        Ok(UploadBegun { upload })
    }

    fn take_slice(&mut self, upload: &str, offset: u64, bytes: &[u8]) -> Result<(), Failure> {
        let taking = self.uploads.get_mut(upload).ok_or_else(|| Failure::never("attach.unknown"))?;
        taking.touched = Instant::now();
        let have = taking.writer.size();
        if offset < have && offset + bytes.len() as u64 <= have {
            // The same slice again: its answer was lost.
            return Ok(());
        }
        if offset != have {
            return Err(Failure::later("attach.offset").with("have", have));
        }
        if have + bytes.len() as u64 > taking.begin.size {
            return Err(Failure::never("attach.longer_than_said").with("size", taking.begin.size));
        }
        if taking.head.len() < capture::HEAD_BYTES {
            let missing = capture::HEAD_BYTES - taking.head.len();
            taking.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        }
        // Another app may have taken the room meanwhile; what was kept back is not for photos.
        if !self.has_room_for(bytes.len() as u64)? {
            let name = self.uploads.remove(upload).map(|u| u.begin.name).unwrap_or_default();
            return Err(Failure::after_action("attach.no_room").with("name", name));
        }
        let taking = self.uploads.get_mut(upload).ok_or_else(|| Failure::never("attach.unknown"))?;
        if let Err(e) = taking.writer.write(bytes) {
            // Nothing of it is kept: the temporary file goes with the writer.
            self.uploads.remove(upload);
            return Err(e.into());
        }
        Ok(())
    }

    fn add_evidence(&mut self, begin: AttachBegin, stored: Stored, u: Understood) -> Result<Touched, Failure> {
        let blob = BlobRef { sha256: stored.sha256, size: stored.size, mime: u.mime, source: begin.source };
        let event = EvidenceAdded {
            evidence: new_evidence()?,
            item: begin.item,
            kind: begin.kind,
            name: begin.name,
            facts: u.facts,
            no_preview: u.no_preview,
        };
        Ok(self.write(event.into(), Some(&begin.inspection), Vec::new(), vec![blob], begin.place)?.1)
    }
}

impl Device {
    pub(super) async fn attach_begin(&self, args: AttachBegin) -> Result<UploadBegun, Failure> {
        self.blocking(move |d| d.at_desk(|desk| desk.begin_upload(args))).await
    }

    pub(super) async fn attach_slice(&self, args: AttachSlice) -> Result<Nothing, Failure> {
        self.blocking(move |d| {
            let bytes =
                data_encoding::BASE64.decode(args.data.as_bytes()).map_err(|_| Failure::never("attach.not_base64"))?;
            if bytes.len() > MAX_SLICE {
                return Err(Failure::never("attach.slice_too_long").with("max", MAX_SLICE));
            }
            d.at_desk(|desk| desk.take_slice(&args.upload, args.offset, &bytes))
        })
        .await?;
        Ok(Nothing {})
    }

    pub(super) async fn attach_cancel(&self, args: AttachArgs) -> Result<Nothing, Failure> {
        self.at_desk(|desk| {
            desk.uploads.remove(&args.upload);
            Ok(())
        })?;
        Ok(Nothing {})
    }

    pub(super) async fn attach_end(&self, args: AttachArgs) -> Result<Delta, Failure> {
        let upload = self.at_desk(|desk| {
            let upload = desk.uploads.remove(&args.upload).ok_or_else(|| Failure::never("attach.unknown"))?;
            if upload.writer.size() != upload.begin.size {
                let (have, size) = (upload.writer.size(), upload.begin.size);
                desk.uploads.insert(args.upload.clone(), upload);
                return Err(Failure::later("attach.incomplete").with("have", have).with("size", size));
            }
            Ok(upload)
        })?;
        self.keep(upload).await
    }

    pub(super) async fn attach_file(&self, args: AttachFile) -> Result<Delta, Failure> {
        let (path, remove) = (args.path.clone(), args.remove);
        let upload = self
            .blocking(move |d| {
                let unreadable = |_| Failure::after_action("file.unreadable").with("name", &args.begin.name);
                let mut file = std::fs::File::open(&args.path).map_err(unreadable)?;
                let size = file.metadata().map_err(unreadable)?.len();
                let begun = d.at_desk(|desk| desk.begin_upload(AttachBegin { size, ..args.begin.clone() }))?;
                let mut buffer = vec![0; MAX_SLICE];
                let mut offset = 0;
                let read = loop {
                    let taken = file.read(&mut buffer).map_err(unreadable).and_then(|n| {
                        d.at_desk(|desk| desk.take_slice(&begun.upload, offset, &buffer[..n])).map(|()| n)
                    });
                    match taken {
                        Ok(0) => break Ok(()),
                        Ok(n) => offset += n as u64,
                        Err(e) => break Err(e),
                    }
                };
                // Taken out whatever happened: an upload nobody goes on with would hold its place until the lock.
                let upload = d.at_desk(|desk| Ok(desk.uploads.remove(&begun.upload)))?;
                read?;
                let upload = upload.ok_or_else(|| Failure::never("attach.unknown"))?;
                if upload.writer.size() != size {
                    // It was cut off while it was read.
                    return Err(unreadable(std::io::ErrorKind::UnexpectedEof.into()));
                }
                Ok(upload)
            })
            .await?;
        let delta = self.keep(upload).await?;
        if remove {
            // The plain picture the camera left: ours to delete once the sealed one is durable.
            let _ = std::fs::remove_file(path);
        }
        Ok(delta)
    }

    /// Makes the blob durable, understands it off the desk's lock, writes the entry.
    async fn keep(&self, upload: Upload) -> Result<Delta, Failure> {
        let inspection = upload.begin.inspection.clone();
        let vault = self.at_desk(|desk| Ok(desk.vault.clone()))?;
        // One at a time: two pictures being decoded at once would double the memory.
        let _turn = self.inner.capture_turn.lock().await;
        let (begin, stored, understood) = self
            .blocking(move |d| {
                let kind = judge(&upload)?;
                let stored = upload.writer.finish()?;
                match understand(&vault, &stored, kind, &upload.head, &upload.begin) {
                    Ok(understood) => Ok((upload.begin, stored, understood)),
                    Err(e) => {
                        // No entry will name it, unless the same bytes are evidence already.
                        if !d.at_desk(|desk| Ok(desk.index.names_blob(&stored.sha256)?))? {
                            vault.remove(&stored.sha256)?;
                        }
                        Err(e)
                    }
                }
            })
            .await?;
        self.change(inspection, move |desk| desk.add_evidence(begin, stored, understood)).await
    }
}
