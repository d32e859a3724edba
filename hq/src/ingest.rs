//! The one way into the log: entries and what follows from them, in one transaction.
//!
//! Two doors use it: [`crate::sync`] with what phones send, and [`Hq::speak`] with what HQ itself says. Both hold the log
//! (one writer, [`Hq::log`]) from reading the head until the commit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use xuncha_core::Failure;
use xuncha_core::event::Event;
use xuncha_core::feed::{AppInfo, ClaimedTime, Draft, Entry, Frame, Head, author};
use xuncha_core::ids::{BlobHash, FeedId, InspectionId, TaskId, UnitId, UserId};
use xuncha_core::protocol::push::Quarantined;

use crate::db::{Batch, Changes, DbError, FeedRow, NewEntry, StoredEntry, Tip};
use crate::hq::{Hq, db_failure};
use crate::projections::entry::{Author, inert, judge};
use crate::projections::{Arrival, inspection, office};
use crate::reverify::signed;

/// What the rebuildable tables hold, as a number that grows with it.
const VIEWS: &str = "2";
/// How often something is decided anew because a backup spoke in HQ's feed at the same moment.
const TRIES: u32 = 5;

/// What is to be stored of one feed.
pub struct Intake {
    /// What it follows.
    pub after: Tip,
    /// Verified entries in order.
    pub entries: Vec<(Frame, Entry)>,
    /// Frames to keep apart.
    pub quarantine: Vec<(Quarantined, Frame)>,
}

/// By which rows an inspection is judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// By those that stand.
    Stored,
    /// By those that are being computed from the log: what stands may be damaged.
    Anew,
}

impl Hq {
    /// Writes events into HQ's own feed, in the name of `actor`. Durable when this returns.
    pub async fn speak(&self, actor: &UserId, events: Vec<Event>) -> Result<(), Failure> {
        if events.is_empty() {
            return Ok(());
        }
        let held = self.log.lock().await;
        self.speak_holding(&held, actor, events).await
    }

    /// As [`Hq::speak`], for whoever holds the log already: what was judged while holding it still stands when it is said.
    pub(crate) async fn speak_holding(
        &self,
        _held: &tokio::sync::MutexGuard<'_, ()>,
        actor: &UserId,
        events: Vec<Event>,
    ) -> Result<(), Failure> {
        for _ in 1..TRIES {
            match self.say(actor, &events).await? {
                Err(DbError::Moved) => {}
                done => return done.map_err(db_failure),
            }
        }
        self.say(actor, &events).await?.map_err(db_failure)
    }

    /// Writes events behind HQ's head as it is now. `Moved`: a backup, which is a process of its own, spoke at the same moment.
    async fn say(&self, actor: &UserId, events: &[Event]) -> Result<Result<(), DbError>, Failure> {
        let after = self.db.tip(&self.own.feed).await.map_err(db_failure)?;
        let (mut head, mut entries) = (after.head.clone(), Vec::new());
        for event in events {
            let (boot, mono_ms) = self.run();
            let draft = Draft {
                salt: self.chance.bytes()?,
                actor: actor.clone(),
                inspection: None,
                kind: event.kind().to_owned(),
                body: event.body().map_err(|_| Failure::never("entry.limits"))?,
                over: Vec::new(),
                seen_lamport: after.lamport,
                blobs: Vec::new(),
                time: ClaimedTime { wall: self.clock.stamp(), boot: boot.to_owned(), mono_ms, hq_seen: None },
                place: None,
                app: AppInfo { version: env!("CARGO_PKG_VERSION").into(), os: std::env::consts::OS.into() },
            };
            let (frame, entry) =
                author(&head, draft, &self.keys.signing).map_err(|_| Failure::never("entry.limits"))?;
            let h = &entry.header;
            head = Head { feed: h.feed, seq: h.seq, id: Some(entry.id), lamport: h.lamport };
            entries.push((frame, entry));
        }
        let intake = Intake { after, entries, quarantine: Vec::new() };
        Ok(self.store(None, intake).await)
    }

    /// Stores an intake with its projections. `feed` is the phone's feed; none: HQ's own. The caller holds the log.
    pub(crate) async fn store(&self, feed: Option<&FeedRow>, intake: Intake) -> Result<(), DbError> {
        let received = self.clock.stamp();
        let Tip { head, log_index: base, lamport: mut known } = intake.after;
        let mut batch = Batch {
            feed: Some(head.feed),
            after: Some(head),
            quarantine: intake.quarantine,
            received: received.clone(),
            ..Batch::default()
        };
        let mut arrivals = Vec::new();
        for (n, (frame, entry)) in intake.entries.into_iter().enumerate() {
            let log_index = base + 1 + n as u64;
            batch.entries.push(NewEntry { log_index, seq: entry.header.seq, frame });
            let author = feed.map_or(Author::Hq, |f| Author::Person(&f.key.user));
            arrivals.push(arrive(log_index, entry, received.clone(), author, &mut known));
        }
        let mut touched: BTreeMap<InspectionId, Vec<Arrival>> = BTreeMap::new();
        for arrival in &arrivals {
            first_rows(arrival, feed.is_none(), &mut batch.changes);
            if let Some(id) = arrival.entry.payload.as_ref().and_then(|p| p.inspection.clone()) {
                touched.entry(id).or_default().push(arrival.clone());
            }
        }
        for (id, new) in touched {
            let mut all = Vec::new();
            for stored in self.db.inspection_log(&id, 0, u32::MAX).await? {
                all.push(reopen(stored)?);
            }
            all.extend(new);
            self.project(&id, &all, &mut batch.changes, Rows::Stored).await?;
        }
        let last = batch.entries.last().map(|e| e.log_index);
        self.room.for_entries();
        self.db.commit(batch).await?;
        if let (Some(mark), Some(last)) = (&self.mark, last) {
            mark.entry(last);
        }
        Ok(())
    }

    /// Judges all entries of an inspection and makes its row.
    async fn project(
        &self,
        id: &InspectionId,
        all: &[Arrival],
        changes: &mut Changes,
        rows: Rows,
    ) -> Result<(), DbError> {
        let mut tasks: HashMap<TaskId, (u64, Vec<UserId>)> = HashMap::new();
        let mut units: HashMap<usize, Option<UnitId>> = HashMap::new();
        for (n, arrival) in all.iter().enumerate() {
            if let Some(Event::InspectionStarted(start)) = arrival.event() {
                let feed = arrival.entry.header.feed;
                let unit = match rows {
                    Rows::Stored => self.db.feed(&feed).await?.map(|f| f.unit),
                    Rows::Anew => changes.feeds.iter().find(|f| f.key.feed == feed).map(|f| f.unit.clone()),
                };
                units.insert(n, unit);
                if let Some(task) = &start.task
                    && let Some(found) = self.task_given(task, changes, rows).await?
                {
                    tasks.insert(task.clone(), found);
                }
            }
        }
        let assignees = |task: &TaskId, before: u64| {
            tasks.get(task).filter(|(at, _)| *at < before).map(|(_, who)| who.clone()).unwrap_or_default()
        };
        let folded = inspection::fold(id, all, assignees);
        let unit = folded.starter.and_then(|n| units.remove(&n).flatten());
        for (log_index, reason) in folded.judged.clone() {
            match changes.index.binary_search_by_key(&log_index, |r| r.log_index) {
                Ok(new) => changes.index[new].inert = reason,
                Err(_) => changes.inert.push((log_index, reason)),
            }
        }
        changes.inspections.extend(inspection::record(&folded, all, unit, &self.shelf()));
        Ok(())
    }

    /// Where a task was given out, and to whom: as stored, or as just being rebuilt.
    async fn task_given(
        &self,
        task: &TaskId,
        changes: &Changes,
        rows: Rows,
    ) -> Result<Option<(u64, Vec<UserId>)>, DbError> {
        if let Some(t) = changes.tasks.iter().find(|t| &t.task == task) {
            return Ok(Some((t.log_index, t.assignees.clone())));
        }
        if rows == Rows::Anew {
            return Ok(None);
        }
        Ok(self.db.task(task).await?.map(|t| (t.log_index, t.assignees)))
    }

    /// Computes all rebuildable tables again from the log. The result is byte for byte what they were (I6).
    pub async fn rebuild(&self) -> Result<(), Failure> {
        let _log = self.log.lock().await;
        for _ in 1..TRIES {
            match self.rebuild_held().await {
                Err(DbError::Moved) => {}
                done => return done.map_err(db_failure),
            }
        }
        self.rebuild_held().await.map_err(db_failure)
    }

    /// Computes the rebuildable tables again if a program wrote them that knew less of them than this one.
    pub(crate) async fn refresh(&self) -> Result<(), Failure> {
        if self.db.setting("views").await.map_err(db_failure)?.as_deref() == Some(VIEWS) {
            return Ok(());
        }
        self.rebuild().await?;
        self.views_are_ours().await
    }

    /// Notes that this program computed the rebuildable tables.
    pub(crate) async fn views_are_ours(&self) -> Result<(), Failure> {
        self.db.set_setting("views", VIEWS).await.map_err(db_failure)
    }

    async fn rebuild_held(&self) -> Result<(), DbError> {
        const PAGE: u32 = 500;
        let mut changes = Changes::default();
        let mut users: HashMap<_, UserId> = HashMap::new();
        let mut of_inspection: BTreeMap<InspectionId, Vec<u64>> = BTreeMap::new();
        let (mut known, mut after) = (0, 0);
        loop {
            let page = self.db.log(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.log_index;
            for stored in page {
                let entry = stored.open()?;
                let own = entry.header.feed == self.own.feed;
                let author = match users.get(&entry.header.feed) {
                    _ if own => Author::Hq,
                    Some(user) => Author::Person(user),
                    None => return Err(DbError::Damaged(format!("feed {} was never admitted", entry.header.feed))),
                };
                let arrival = arrive(stored.log_index, entry, stored.received, author, &mut known);
                let admitted = changes.feeds.len();
                first_rows(&arrival, own, &mut changes);
                users.extend(changes.feeds[admitted..].iter().map(|f| (f.key.feed, f.key.user.clone())));
                if let Some(id) = arrival.entry.payload.as_ref().and_then(|p| p.inspection.clone()) {
                    of_inspection.entry(id).or_default().push(arrival.log_index);
                }
            }
        }
        // Rows say what they say under the lists on the shelf: all that were ever published, or the state would be another.
        self.shelve(&changes.packs)?;
        changes.receipted = self.promised(&changes.feeds).await?;
        let base: HashMap<u64, Option<String>> = changes.index.iter().map(|r| (r.log_index, r.inert.clone())).collect();
        for (id, places) in of_inspection {
            let mut all = Vec::new();
            for place in places {
                for stored in self.db.log(place - 1, 1).await? {
                    let inert = base.get(&place).cloned().flatten();
                    all.push(reopen(StoredEntry { inert, ..stored })?);
                }
            }
            self.project(&id, &all, &mut changes, Rows::Anew).await?;
        }
        self.db.rebuild(changes).await
    }

    /// Blobs the receipts for these feeds name. None: a receipt is not what HQ signed, and the table beside them knows better.
    async fn promised(&self, feeds: &[FeedRow]) -> Result<Option<BTreeSet<(FeedId, BlobHash)>>, DbError> {
        let mut promised = BTreeSet::new();
        for feed in feeds.iter().map(|f| f.key.feed) {
            for row in self.db.receipts(&feed).await? {
                match signed(&row).map(|s| s.verify(&self.own.key)) {
                    Ok(Ok(receipt)) if receipt.feed == feed => {
                        promised.extend(receipt.blobs_stored.into_iter().map(|blob| (feed, blob)));
                    }
                    _ => return Ok(None),
                }
            }
        }
        Ok(Some(promised))
    }
}

/// By table, how many rows of two texts of [`crate::db::Log::views_text`] stand in only one of them.
pub(crate) fn unlike(before: &str, after: &str) -> BTreeMap<String, usize> {
    let tables = |text: &str| -> BTreeMap<String, BTreeSet<String>> {
        // A table's name, then its rows; no row is only a word.
        let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut table = String::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if line.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
                line.clone_into(&mut table);
                out.entry(table.clone()).or_default();
            } else {
                out.entry(table.clone()).or_default().insert(line.to_owned());
            }
        }
        out
    };
    let (before, after) = (tables(before), tables(after));
    let none = BTreeSet::new();
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let count = |name: &String| {
        let (was, is) = (before.get(name).unwrap_or(&none), after.get(name).unwrap_or(&none));
        (name.clone(), was.symmetric_difference(is).count())
    };
    names.into_iter().map(count).filter(|(_, n)| *n > 0).collect()
}

fn arrive(log_index: u64, entry: Entry, received: String, author: Author<'_>, known: &mut u64) -> Arrival {
    let reason = judge(&entry, author, *known);
    if reason != Some(inert::LAMPORT) {
        *known = (*known).max(entry.header.lamport);
    }
    Arrival { log_index, entry, received, inert: reason.map(str::to_owned) }
}

fn first_rows(arrival: &Arrival, own: bool, changes: &mut Changes) {
    changes.index.extend(arrival.index_row());
    changes.blobs.extend(arrival.blob_rows());
    if own {
        office::apply(arrival, changes);
    }
}

/// A stored entry, opened again. What it says of its effect alone is kept; its scope is judged anew with all others.
pub(crate) fn reopen(stored: StoredEntry) -> Result<Arrival, DbError> {
    let entry = stored.open()?;
    let of_scope = |r: &String| r == inert::SCOPE && !hq_event(&entry);
    let inert = stored.inert.filter(|r| !of_scope(r));
    Ok(Arrival { log_index: stored.log_index, entry, received: stored.received, inert })
}

/// An event only HQ may say: in a phone's feed its scope is wrong whoever is on the team.
fn hq_event(entry: &Entry) -> bool {
    let kind = entry.payload.as_ref().map(|p| p.kind.as_str()).unwrap_or_default();
    matches!(
        kind,
        "feed.admitted" | "feed.closed" | "pack.published" | "task.assigned" | "task.withdrawn" | "backup.begun"
    ) || kind.starts_with("firm.")
}
