//! A feed alone, long enough that it begins a second segment file: what the day is too short for.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use ed25519_dalek::{Signer as _, SigningKey};
use xuncha_core::Failure;
use xuncha_core::event::{Event, NoteSet};
use xuncha_core::feed::{FeedKey, Signature, Signer, VerifyingKey, author};
use xuncha_core::feed::{Frame, Head};
use xuncha_device::cipher::Key;
use xuncha_device::feed::{Feed, OpenReport};

use crate::alone::draft;
use crate::disk::Marks;

/// Frames of one write, and bytes of each: twenty writes are a little more than a segment.
const FRAMES: usize = 4;
const BYTES: usize = 60_000;

/// The author of the feed; the same in every process.
struct Author(SigningKey);

impl Signer for Author {
    fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
    fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::from_bytes(self.0.verifying_key().to_bytes())
    }
}

fn author_of() -> Result<(Author, FeedKey)> {
    let author = Author(SigningKey::from_bytes(&[5; 32]));
    let key = FeedKey::new(author.verifying_key(), "phone-1".parse()?, "alice".parse()?);
    Ok((author, key))
}

fn open(data: &Path) -> Result<(Feed, OpenReport)> {
    let (_, key) = author_of()?;
    let opened = Feed::open(&data.join("feed"), key.feed, Key::from_bytes(&[9; 32]), None);
    opened.map_err(|e| anyhow!(Failure::from(e)))
}

/// Goes on with the feed for so many writes, and says each.
pub fn write(data: &Path, marks: &Marks, writes: usize) -> Result<()> {
    let (signer, key) = author_of()?;
    let (mut feed, _) = open(data)?;
    marks.say(&format!("done {}", feed.head().seq))?;
    for _ in 0..writes {
        let mut head = feed.head().clone();
        let mut frames: Vec<Frame> = Vec::with_capacity(FRAMES);
        for _ in 0..FRAMES {
            let note = NoteSet { item: "ACC-04".parse()?, text: "x".repeat(BYTES) };
            let (frame, entry) =
                author(&head, draft(&key, Event::from(note), None), &signer).context("a frame within the limits")?;
            head = Head { feed: key.feed, seq: entry.header.seq, id: Some(entry.id), lamport: entry.header.lamport };
            frames.push(frame);
        }
        feed.append(&frames).map_err(|e| anyhow!(Failure::from(e)))?;
        marks.say(&format!("done {}", feed.head().seq))?;
    }
    Ok(())
}

/// How many entries are there, the last file read in full and the first ones by its head; and in how many files.
pub fn count(data: &Path) -> Result<(u64, usize)> {
    let (feed, report) = open(data)?;
    Ok((feed.head().seq, report.segments))
}
