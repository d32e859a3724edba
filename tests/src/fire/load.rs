//! What the phone has: the same frames and files in every process, so that a child can be killed in the middle and its parent go on.

use anyhow::Result;
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::{
    AnswerSet, Event, EvidenceAdded, FeedOpened, InspectionStarted, Officer, Outcome, SealRole, SealSigned, SignMethod,
};
use xuncha_core::feed::{BlobRef, BlobSource, ClaimedTime, Draft, FeedKey, Frame, Head, Signer as _, author};
use xuncha_core::ids::{BlobHash, Digest, EntryId, InspectionId};
use xuncha_core::inspection::Inspection;
use xuncha_core::inspection::seal::MANIFEST_MIME;

use crate::alone::draft;
use crate::simulation::office::feed_signer;
use crate::simulation::phone::{firm, rule};

pub(super) const USER: &str = "alice";
pub(super) const NUMBER: u8 = 0;

/// Its feed.
pub(super) fn feed() -> Result<FeedKey> {
    let device = format!("phone-{USER}");
    Ok(FeedKey::new(feed_signer(NUMBER).verifying_key(), device.parse()?, USER.parse()?))
}

/// A file that an entry names.
#[derive(Debug, Clone)]
pub struct File {
    /// The entry.
    pub entry: EntryId,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl File {
    /// Its name.
    pub fn sha256(&self) -> BlobHash {
        BlobHash::digest(&[&self.bytes])
    }
}

/// All of it.
pub struct Load {
    /// The feed.
    pub feed: FeedKey,
    frames: Vec<Frame>,
    /// Where the seal begins.
    seal: usize,
    fork: Frame,
    files: Vec<File>,
}

/// Photos among the files.
const PHOTOS: usize = 2;

struct Pen {
    feed: FeedKey,
    head: Head,
    frames: Vec<Frame>,
    state: Inspection,
    id: InspectionId,
}

impl Pen {
    fn draft(&self, event: Event, blobs: Vec<BlobRef>, of: bool) -> Draft {
        let n = u8::try_from(self.frames.len()).unwrap_or(u8::MAX);
        let time = ClaimedTime {
            wall: "2026-11-22T09:00:00+08:00".into(),
            boot: "boot".into(),
            mono_ms: n.into(),
            hq_seen: None,
        };
        Draft { salt: [n; 16], blobs, time, ..draft(&self.feed, event, of.then_some(&self.id)) }
    }
    fn write(&mut self, event: Event, blobs: Vec<BlobRef>, of: bool) -> Result<EntryId> {
        let draft = self.draft(event, blobs, of);
        let (frame, entry) = author(&self.head, draft, &feed_signer(NUMBER))?;
        let h = &entry.header;
        self.head = Head { feed: h.feed, seq: h.seq, id: Some(entry.id), lamport: h.lamport };
        self.state.apply(&entry);
        self.frames.push(frame);
        Ok(entry.id)
    }
}

fn blob(bytes: &[u8], mime: &str, source: BlobSource) -> BlobRef {
    BlobRef { sha256: BlobHash::digest(&[bytes]), size: bytes.len() as u64, mime: mime.into(), source }
}

/// Bytes that begin like a JPEG.
fn picture(seed: u8, size: usize) -> Vec<u8> {
    let noise = (0..size).map(|n| (n.wrapping_mul(31) ^ (n >> 7)) as u8 ^ seed);
    [0xff, 0xd8, 0xff, 0xe0].into_iter().chain(noise).take(size).collect()
}

impl Load {
    /// Writes it.
    ///
    /// # Errors
    /// None that a caller could cause.
    pub fn new() -> Result<Self> {
        let (feed, id) = (feed()?, "019a0000-0000-7000-8000-000000000001".parse::<InspectionId>()?);
        let (head, state) = (Head::empty(feed.feed), Inspection::new(id.clone()));
        let mut pen = Pen { feed: feed.clone(), head, frames: Vec::new(), state, id };
        pen.write(FeedOpened { succeeds: None }.into(), vec![], false)?;
        let first = pen.head.clone();
        let started = InspectionStarted {
            number: "JC-339902-20261122-001".into(),
            task: None,
            firm: firm("firm")?,
            kind: Default::default(),
            modes: vec![],
            focus: vec![],
            lists: vec![],
            rule: rule()?,
            form: Digest::digest(&[b"form"]),
            officers: vec![Officer { name: USER.into(), user: USER.parse().ok(), certificate: "1".into() }],
            language: "zh-Hans".into(),
        };
        pen.write(started.into(), vec![], true)?;
        for n in 1..=3 {
            let item = format!("ACC-0{n}").parse()?;
            let list = Digest::digest(&[b"list"]);
            let outcome = Outcome::Conforms;
            let language = "zh-Hans".into();
            pen.write(
                AnswerSet { item, list, outcome, reason: None, correction: None, language }.into(),
                vec![],
                true,
            )?;
        }
        let mut files = Vec::new();
        for (n, size) in [(1, 90_000), (2, 9_000)] {
            let bytes = picture(n, size);
            let evidence = EvidenceAdded {
                evidence: format!("evidence-{n}").parse()?,
                item: Some("ACC-01".parse()?),
                kind: EvidenceKind::Photo,
                name: format!("IMG_000{n}.jpg"),
                facts: serde_json::json!({}),
                no_preview: None,
            };
            let entry = pen.write(evidence.into(), vec![blob(&bytes, "image/jpeg", BlobSource::Camera)], true)?;
            files.push(File { entry, bytes });
        }
        let seal = pen.frames.len();
        let manifest =
            pen.state.manifest("现场笔录\n".into(), None).ok_or_else(|| anyhow::anyhow!("nothing to seal"))?;
        let bytes = manifest.to_bytes().map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let named = blob(&bytes, MANIFEST_MIME, BlobSource::Derived);
        let proposal = pen.write(manifest.proposal(named.sha256).into(), vec![named], true)?;
        files.push(File { entry: proposal, bytes });
        pen.write(
            SealSigned { proposal, role: SealRole::Officer, name: USER.into(), method: SignMethod::Keyed }.into(),
            vec![],
            true,
        )?;
        let image = picture(3, 1_200);
        let drawn = SealSigned { proposal, role: SealRole::Firm, name: "firm".into(), method: SignMethod::Drawn };
        let entry = pen.write(drawn.into(), vec![blob(&image, "image/png", BlobSource::Screen)], true)?;
        files.push(File { entry, bytes: image });
        let mut other = pen.draft(FeedOpened { succeeds: None }.into(), vec![], false);
        other.salt = [255; 16];
        let fork = author(&first, other, &feed_signer(NUMBER))?.0;
        Ok(Self { feed, frames: pen.frames, seal, fork, files })
    }
    /// Entries up to the photos.
    pub fn first(&self) -> &[Frame] {
        &self.frames[..self.seal]
    }
    /// The seal.
    pub fn second(&self) -> &[Frame] {
        &self.frames[self.seal..]
    }
    /// Another entry at the second place.
    pub fn fork(&self) -> &Frame {
        &self.fork
    }
    /// The photos.
    pub fn photos(&self) -> &[File] {
        &self.files[..PHOTOS]
    }
    /// Manifest and drawn signature.
    pub fn seal_files(&self) -> &[File] {
        &self.files[PHOTOS..]
    }
    /// All files.
    pub fn all_files(&self) -> Vec<File> {
        self.files.clone()
    }
}
