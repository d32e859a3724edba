//! One entry by itself.

use xuncha_core::event::{Event, EventError};
use xuncha_core::feed::{Chain, Entry};
use xuncha_core::ids::UserId;

use crate::db::{BlobRow, IndexRow};

/// Codes of entries that are stored and have no effect.
pub mod inert {
    /// A type from another version.
    pub const UNKNOWN: &str = "event.unknown";
    /// A known type with another body.
    pub const SHAPE: &str = "event.shape";
    /// Not the author's to say.
    pub const SCOPE: &str = "event.scope";
    /// Says that somebody else acted than the feed's person.
    pub const ACTOR: &str = "entry.actor";
    /// Logical time too far ahead of all that was known.
    pub const LAMPORT: &str = "entry.lamport";
}

/// A stored entry, opened.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its place in HQ's log.
    pub log_index: u64,
    /// The entry, with its payload.
    pub entry: Entry,
    /// When it arrived.
    pub received: String,
    /// Why it has no effect, as far as it can be said of it alone.
    pub inert: Option<String>,
}

impl Arrival {
    /// The event, if it is one that may have an effect.
    pub fn event(&self) -> Option<Event> {
        let payload = self.entry.payload.as_ref().filter(|_| self.inert.is_none())?;
        Event::read(&payload.kind, &payload.body).ok()
    }
    /// Row of the entry index.
    pub fn index_row(&self) -> Option<IndexRow> {
        let payload = self.entry.payload.as_ref()?;
        Some(IndexRow {
            log_index: self.log_index,
            inspection: payload.inspection.clone(),
            kind: payload.kind.clone(),
            actor: payload.actor.clone(),
            lamport: self.entry.header.lamport,
            inert: self.inert.clone(),
        })
    }
    /// Rows of the blobs it names.
    pub fn blob_rows(&self) -> Vec<BlobRow> {
        let Some(payload) = &self.entry.payload else { return Vec::new() };
        let row = |(position, blob): (usize, &xuncha_core::feed::BlobRef)| BlobRow {
            log_index: self.log_index,
            position: u32::try_from(position).unwrap_or(u32::MAX),
            feed: self.entry.header.feed,
            entry: self.entry.id,
            sha256: blob.sha256,
            size: blob.size,
            mime: blob.mime.clone(),
            inspection: payload.inspection.clone(),
        };
        payload.blobs.iter().enumerate().map(row).collect()
    }
}

/// Whose feed an entry stands in.
#[derive(Debug, Clone, Copy)]
pub enum Author<'a> {
    /// A phone's feed speaks for one person, and only of inspections.
    Person(&'a UserId),
    /// HQ's own feed speaks for whoever acted at HQ.
    Hq,
}

/// Why an entry can have no effect, said of it alone. `known` is the largest logical time adopted so far.
pub fn judge(entry: &Entry, author: Author<'_>, known: u64) -> Option<&'static str> {
    let payload = entry.payload.as_ref()?;
    if Chain::lamport_jump_too_far(known, entry.header.lamport) {
        return Some(inert::LAMPORT);
    }
    if let Author::Person(user) = author
        && payload.actor != *user
    {
        return Some(inert::ACTOR);
    }
    let event = match Event::read(&payload.kind, &payload.body) {
        Ok(event) => event,
        Err(EventError::Unknown(_)) => return Some(inert::UNKNOWN),
        Err(EventError::Shape { .. }) => return Some(inert::SHAPE),
    };
    let of_hq = matches!(
        event,
        Event::FeedAdmitted(_)
            | Event::FeedClosed(_)
            | Event::PackPublished(_)
            | Event::TaskAssigned(_)
            | Event::TaskWithdrawn(_)
            | Event::FirmSuspended(_)
            | Event::FirmReopened(_)
            | Event::BackupBegun(_)
    );
    let of_feed = matches!(event, Event::FeedOpened(_));
    match author {
        Author::Hq if of_hq || of_feed => None,
        Author::Hq => Some(inert::SCOPE),
        Author::Person(_) if of_hq => Some(inert::SCOPE),
        Author::Person(_) if !of_feed && payload.inspection.is_none() => Some(inert::SHAPE),
        Author::Person(_) => None,
    }
}
