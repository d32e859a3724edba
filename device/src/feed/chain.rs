use std::path::Path;

use xuncha_core::feed::{Chain, ChainError, Frame, Head, Header, VerifyingKey};
use xuncha_core::ids::{EntryId, FeedId};
use zeroize::Zeroizing;

use crate::cipher::Key;

use super::error::FeedError;
use super::log::{Log, OpenReport};
use super::reader::Reader;
use super::record::Kind;
use super::segment::CARRY;

/// One feed on this phone: its own or one that was pulled. Reading takes `&self`; there is one writer.
pub struct Feed {
    pub(super) log: Log,
    head: Head,
}

impl Feed {
    /// Opens the feed's folder, or begins it where nothing is stored and nothing was known.
    ///
    /// `known` is a head somebody saw here before (the index, a receipt). Reads the last segment and the heads of all
    /// others; [`Feed::verify_all`] reads everything.
    ///
    /// # Errors
    /// [`FeedError::RolledBack`] if the feed ends before `known`, [`FeedError::Forked`] if another entry stands in its
    /// place, [`FeedError::Damaged`] for anything that a torn last write does not explain. Files are untouched then.
    pub fn open(folder: &Path, feed: FeedId, key: Key, known: Option<&Head>) -> Result<(Self, OpenReport), FeedError> {
        let examined = Log::examine(folder, *feed.as_bytes(), key, known.map_or(0, |known| known.seq))?;
        let mut head = head_from(feed, examined.tail_first - 1, &examined.carry);
        for record in examined.records.iter().filter(|r| r.kind == Kind::Entry) {
            let frame = Frame::from_bytes(&record.plain)
                .map_err(FeedError::broken_chain(examined.tail_first, record.number))?;
            head = follow(&head, &frame).map_err(|_| FeedError::Damaged {
                segment: examined.tail_first,
                at: record.number,
                why: "the chain is broken",
            })?;
        }
        let mut feed = Self { log: examined.log, head };
        if let Some(known) = known {
            feed.check_known(known)?;
        }
        let report = feed.log.settle(known.map_or(0, |known| known.seq))?;
        Ok((feed, report))
    }

    fn check_known(&self, known: &Head) -> Result<(), FeedError> {
        if known.feed != self.head.feed {
            return Err(ChainError::OtherFeed.into());
        }
        if known.seq > self.head.seq {
            return Err(FeedError::RolledBack { known: known.seq, have: self.head.seq });
        }
        if known.seq > 0 && self.read_at(known.seq)?.map(|frame| frame.id()) != known.id {
            return Err(FeedError::Forked(known.seq));
        }
        Ok(())
    }

    /// Where the feed ends.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Adds frames: one write, one fdatasync. When it returns `Ok` they survive the power.
    ///
    /// A frame that is here already is passed over; one that brings the payload of an entry kept as header only fills it
    /// in. Signatures are the caller's to check ([`Chain`]); links, limits and hashes are checked here.
    ///
    /// # Errors
    /// Nothing is written on [`FeedError::NotNext`] and [`FeedError::Forked`]. After `disk.fsync_failed` this handle
    /// refuses further writes: open the feed again and see what is there.
    pub fn append(&mut self, frames: &[Frame]) -> Result<&Head, FeedError> {
        let mut head = self.head.clone();
        let mut records = Vec::with_capacity(frames.len());
        let mut reader = self.log.reader();
        for frame in frames {
            let entry = frame.open().map_err(ChainError::from)?;
            if entry.header.seq > head.seq {
                head = follow(&head, frame)?;
                records.push((Kind::Entry, head.seq, frame.to_bytes()));
            } else if entry.header.feed != head.feed {
                return Err(ChainError::OtherFeed.into());
            } else if entry.header.seq > self.head.seq {
                // Twice within one batch.
                let first = records.iter().find(|(kind, seq, _)| *kind == Kind::Entry && *seq == entry.header.seq);
                if first.and_then(|(.., bytes)| Frame::from_bytes(bytes).ok()).map(|f| f.id()) != Some(entry.id) {
                    return Err(FeedError::Forked(entry.header.seq));
                }
            } else if lacks_payload(&mut reader, entry.header.seq, entry.id)? && entry.payload.is_some() {
                records.push((Kind::Fill, entry.header.seq, frame.to_bytes()));
            }
        }
        self.log.append(&records, &carry_of(&self.head))?;
        self.head = head;
        Ok(&self.head)
    }

    /// One entry, with its payload if it is here; `None` beyond the end.
    pub fn read_at(&self, seq: u64) -> Result<Option<Frame>, FeedError> {
        read_frame(&mut self.log.reader(), &self.log, seq)
    }

    /// Entries from `from` on, at least one if there is one, until `max_bytes` are reached.
    pub fn read(&self, from: u64, max_bytes: usize) -> Result<Vec<Frame>, FeedError> {
        let mut frames = Vec::new();
        let mut bytes = 0;
        for frame in self.frames(from) {
            let frame = frame?;
            bytes += frame.header_bytes().len() + frame.payload_bytes().map_or(0, <[u8]>::len) + 130;
            if bytes > max_bytes && !frames.is_empty() {
                break;
            }
            frames.push(frame);
        }
        Ok(frames)
    }

    /// Streams the entries from `from` on, one in memory at a time.
    pub fn frames(&self, from: u64) -> Frames<'_> {
        Frames { reader: self.log.reader(), log: &self.log, next: from.max(1) }
    }

    /// Places whose payload came later, after `head` was the newest entry or not long before.
    pub fn filled_since(&self, head: u64) -> Result<Vec<u64>, FeedError> {
        self.log.filled_since(head)
    }

    /// Reads everything and walks the chain with the feed's public key: signatures, links, payload hashes.
    pub fn verify_all(&self, key: &VerifyingKey) -> Result<Head, FeedError> {
        let mut chain = Chain::resume(*key, Head::empty(self.head.feed));
        for frame in self.frames(1) {
            let seq = chain.head().seq + 1;
            chain.accept(&frame?).map_err(|_| FeedError::Damaged {
                segment: self.log.segment_of(seq),
                at: seq,
                why: "the chain or a signature is broken",
            })?;
        }
        if chain.head() == &self.head {
            Ok(self.head.clone())
        } else {
            Err(FeedError::RolledBack { known: self.head.seq, have: chain.head().seq })
        }
    }
}

/// Entries of a feed, one after the other.
pub struct Frames<'a> {
    reader: Reader<'a>,
    log: &'a Log,
    next: u64,
}

impl Iterator for Frames<'_> {
    type Item = Result<Frame, FeedError>;
    fn next(&mut self) -> Option<Self::Item> {
        let frame = read_frame(&mut self.reader, self.log, self.next).transpose()?;
        // After an error the walk ends: what follows could not be trusted to follow.
        self.next = if frame.is_ok() { self.next + 1 } else { u64::MAX };
        Some(frame)
    }
}

fn read_frame(reader: &mut Reader<'_>, log: &Log, seq: u64) -> Result<Option<Frame>, FeedError> {
    let parse = |bytes: &Zeroizing<Vec<u8>>| {
        Frame::from_bytes(bytes).map_err(FeedError::broken_chain(log.segment_of(seq), seq))
    };
    let Some(bytes) = reader.entry(seq)? else { return Ok(None) };
    let frame = parse(&bytes)?;
    if frame.payload_bytes().is_some() {
        return Ok(Some(frame));
    }
    match reader.fill(seq)? {
        None => Ok(Some(frame)),
        Some(bytes) => {
            let filled = parse(&bytes)?;
            if filled.id() == frame.id() { Ok(Some(filled)) } else { Err(FeedError::Forked(seq)) }
        }
    }
}

/// Whether the stored entry has no payload yet. Another entry at this place is a fork.
fn lacks_payload(reader: &mut Reader<'_>, seq: u64, id: EntryId) -> Result<bool, FeedError> {
    let log = reader.log();
    match read_frame(reader, log, seq)? {
        Some(stored) if stored.id() == id => Ok(stored.payload_bytes().is_none()),
        _ => Err(FeedError::Forked(seq)),
    }
}

/// The head after this frame, if it is the next by number, link and logical time.
fn follow(head: &Head, frame: &Frame) -> Result<Head, ChainError> {
    let header: Header = serde_json::from_slice(frame.header_bytes())
        .map_err(|e| xuncha_core::feed::FrameError::Header(e.to_string()))?;
    if header.feed != head.feed {
        return Err(ChainError::OtherFeed);
    }
    if header.seq != head.seq + 1 {
        return Err(ChainError::Gap { have: head.seq, got: header.seq });
    }
    if header.prev != head.id {
        return Err(ChainError::Fork(header.seq));
    }
    if header.lamport <= head.lamport {
        return Err(ChainError::Lamport(header.seq));
    }
    Ok(Head { feed: head.feed, seq: header.seq, id: Some(frame.id()), lamport: header.lamport })
}

/// A segment carries the head before it: `id 32 ‖ lamport u64 LE`, zeros in an empty feed.
fn carry_of(head: &Head) -> [u8; CARRY] {
    let mut carry = [0; CARRY];
    if let Some(id) = head.id {
        carry[..32].copy_from_slice(id.as_bytes());
    }
    carry[32..].copy_from_slice(&head.lamport.to_le_bytes());
    carry
}

fn head_from(feed: FeedId, seq: u64, carry: &[u8; CARRY]) -> Head {
    let mut id = [0; 32];
    id.copy_from_slice(&carry[..32]);
    let mut lamport = [0; 8];
    lamport.copy_from_slice(&carry[32..]);
    Head { feed, seq, id: (seq > 0).then(|| EntryId::from_bytes(id)), lamport: u64::from_le_bytes(lamport) }
}
