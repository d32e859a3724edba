//! Step 6: entries the device may see, and packs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use xuncha_core::event::Event;
use xuncha_core::feed::{FeedKey, Frame, Head, Payload, WireFrame};
use xuncha_core::ids::{BlobHash, FeedId, InspectionId, TaskId, UnitId, UserId};
use xuncha_core::protocol::pull::{FeedRun, PullReply, PullRequest};

use super::session::{Device, device_feeds};
use crate::db::StoredEntry;
use crate::hq::Hq;
use crate::http::{Json, file, json};
use crate::outgoing::Kind;
use crate::projections::entry::inert;
use crate::refusal::{Answer, Refusal};

/// Bytes of frames in one page, more or less.
const PAGE_BYTES: usize = 2 * 1024 * 1024;
/// Frames read at a time.
const STEP: u32 = 200;
/// Feeds a request may name.
const MAX_HAVE: usize = 10_000;

/// What a device's people may see.
pub(super) struct View {
    users: BTreeSet<UserId>,
    units: BTreeSet<UnitId>,
}

impl View {
    /// Of these inspections, those whose team one of them is on.
    pub(super) async fn inspections(&self, hq: &Hq, asked: &[InspectionId]) -> Answer<BTreeSet<InspectionId>> {
        let users: Vec<UserId> = self.users.iter().cloned().collect();
        Ok(hq.db.of_teams(&users, asked).await?)
    }

    /// Feeds that speak in inspections of their teams.
    async fn feeds(&self, hq: &Hq) -> Answer<BTreeSet<FeedId>> {
        let mut feeds = BTreeSet::new();
        for user in &self.users {
            feeds.extend(hq.db.companions(user).await?);
        }
        Ok(feeds)
    }
}

pub(super) async fn pull(State(hq): State<Arc<Hq>>, device: Device, Json(ask): Json<PullRequest>) -> Answer<Response> {
    if ask.have.len() > MAX_HAVE {
        return Err(Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "pull.too_many").with("limit", MAX_HAVE));
    }
    let (view, own) = view(&hq, &device).await?;
    let mut feeds = vec![hq.own.clone()];
    for feed in view.feeds(&hq).await? {
        if !own.contains(&feed)
            && let Some(row) = hq.db.feed(&feed).await?
        {
            feeds.push(row.key);
        }
    }
    let mut reply = PullReply { runs: Vec::new(), more: false };
    let mut room = PAGE_BYTES;
    let (mut joined, mut sent) = (BTreeSet::new(), Vec::new());
    for feed in &feeds {
        let (frames, more) = run(&hq, feed, seq_of(&ask.have, &feed.feed), &view, &mut room, &mut joined).await?;
        if !frames.is_empty() {
            sent.push(FeedRun { feed: feed.clone(), frames });
        }
        if more {
            reply.more = true;
            break;
        }
    }
    // HQ's feed first, which admits the others; then what was said before, so that it is stored before the cursors move.
    reply.runs.extend(sent.iter().position(|r| r.feed == hq.own).map(|n| sent.remove(n)));
    reply.runs.extend(said_before(&hq, &feeds, &joined, &ask.have).await?);
    reply.runs.extend(sent);
    Ok(json(StatusCode::OK, &reply))
}

fn seq_of(have: &[Head], feed: &FeedId) -> u64 {
    have.iter().find(|h| h.feed == *feed).map_or(0, |h| h.seq)
}

/// Events that say who is on the team.
const NAMES_OFFICERS: [&str; 2] = ["inspection.started", "officers.set"];

/// Entries of these inspections that lie before the phone's cursors. The phone has them as headers if its person joined the
/// team only now; no cursor would ever bring their words. It passes over those it has in full.
async fn said_before(
    hq: &Hq,
    feeds: &[FeedKey],
    joined: &BTreeSet<InspectionId>,
    have: &[Head],
) -> Answer<Vec<FeedRun>> {
    let mut runs: BTreeMap<FeedId, FeedRun> = BTreeMap::new();
    for inspection in joined {
        for stored in hq.db.inspection_log(inspection, 0, u32::MAX).await? {
            let entry = stored.open()?;
            let feed = feeds.iter().find(|f| f.feed == entry.header.feed && f.feed != hq.own.feed);
            let Some(feed) = feed.filter(|f| entry.header.seq <= seq_of(have, &f.feed) && sees(joined, &stored)) else {
                continue;
            };
            stored.verify(&feed.key)?;
            let run = runs.entry(feed.feed).or_insert_with(|| FeedRun { feed: feed.clone(), frames: Vec::new() });
            run.frames.push(wire(&stored.frame)?);
        }
    }
    Ok(runs.into_values().collect())
}

fn wire(frame: &Frame) -> Answer<WireFrame> {
    WireFrame::try_from(frame).map_err(|_| Refusal::never(StatusCode::INTERNAL_SERVER_ERROR, "hq.database"))
}

/// Frames of a feed after a place, as far as there is room; and whether some were left. Notes the inspections whose team is
/// named in them.
async fn run(
    hq: &Hq,
    feed: &FeedKey,
    mut from: u64,
    view: &View,
    room: &mut usize,
    joined: &mut BTreeSet<InspectionId>,
) -> Answer<(Vec<WireFrame>, bool)> {
    let mut frames = Vec::new();
    loop {
        let page = hq.db.entries(&feed.feed, from, STEP).await?;
        let full = page.len() == STEP as usize;
        let named: BTreeSet<InspectionId> = page.iter().filter_map(|e| e.inspection.clone()).collect();
        let named: Vec<InspectionId> = named.into_iter().collect();
        let theirs = view.inspections(hq, &named).await?;
        for stored in page {
            if *room == 0 {
                return Ok((frames, true));
            }
            from += 1;
            // What is not what was filed any more is given to nobody, least of all to those it is not meant for.
            let said = stored.verify(&feed.key)?.payload;
            let visible =
                if feed.feed == hq.own.feed { sees_hq(hq, view, said.as_ref()).await? } else { sees(&theirs, &stored) };
            if visible
                && let Some(inspection) = &stored.inspection
                && said.is_some_and(|p| NAMES_OFFICERS.contains(&p.kind.as_str()))
            {
                joined.insert(inspection.clone());
            }
            let frame = if visible { stored.frame } else { stored.frame.header_only() };
            let wire = wire(&frame)?;
            let size = wire.header.len() + wire.payload.as_ref().map_or(0, String::len) + 200;
            *room = room.saturating_sub(size);
            frames.push(wire);
        }
        if !full {
            return Ok((frames, false));
        }
    }
}

pub(super) async fn view(hq: &Hq, device: &Device) -> Answer<(View, BTreeSet<FeedId>)> {
    let mut view = View { users: BTreeSet::new(), units: BTreeSet::new() };
    let mut own = BTreeSet::new();
    for feed in device_feeds(hq, &device.device).await? {
        own.insert(feed.key.feed);
        // A closed feed's person has no business on this phone any more.
        if feed.closed_after.is_some() {
            continue;
        }
        if let Some(user) = hq.db.user(&feed.key.user).await?.filter(|u| !u.disabled) {
            view.units.insert(user.unit);
            view.users.insert(user.user);
        }
    }
    Ok((view, own))
}

/// An entry of a phone's feed: only of `theirs`, the inspections of the team, and only what a member of it said. What HQ's fold
/// leaves out for its author or its logical time goes as header only, so that a phone's fold leaves it out too (I6).
fn sees(theirs: &BTreeSet<InspectionId>, stored: &StoredEntry) -> bool {
    !matches!(stored.inert.as_deref(), Some(inert::SCOPE | inert::ACTOR | inert::LAMPORT))
        && stored.inspection.as_ref().is_some_and(|i| theirs.contains(i))
}

/// An entry of HQ's own feed: tasks to their people and unit, packs to their units, firms' standing to the unit that
/// supervises them, the rest to all.
async fn sees_hq(hq: &Hq, view: &View, said: Option<&Payload>) -> Answer<bool> {
    let Some(event) = said.and_then(|p| Event::read(&p.kind, &p.body).ok()) else { return Ok(true) };
    Ok(match event {
        Event::TaskAssigned(task) => sees_task(view, &task.unit, &task.assignees),
        Event::TaskWithdrawn(task) => task_in_view(hq, view, &task.task).await?,
        Event::FirmSuspended(e) => view.units.contains(&e.unit),
        Event::FirmReopened(e) => view.units.contains(&e.unit),
        Event::PackPublished(pack) => pack_in_view(view, &pack.units),
        _ => true,
    })
}

async fn task_in_view(hq: &Hq, view: &View, task: &TaskId) -> Answer<bool> {
    Ok(hq.db.task(task).await?.is_some_and(|t| sees_task(view, &t.unit, &t.assignees)))
}

fn sees_task(view: &View, unit: &UnitId, assignees: &[UserId]) -> bool {
    view.units.contains(unit) || assignees.iter().any(|u| view.users.contains(u))
}

fn pack_in_view(view: &View, units: &[UnitId]) -> bool {
    units.is_empty() || units.iter().any(|u| view.units.contains(u))
}

/// `GET /v1/packs/{sha256}`, whole or by range.
pub(super) async fn pack(
    State(hq): State<Arc<Hq>>,
    device: Device,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    let unknown = || Refusal::not_found("pack.unknown");
    let sha256: BlobHash = sha256.parse().map_err(|_| unknown())?;
    let (view, _) = view(&hq, &device).await?;
    let packs = hq.db.packs().await?;
    let named = packs.iter().find(|p| p.sha256.as_bytes() == sha256.as_bytes() && pack_in_view(&view, &p.units));
    named.ok_or_else(unknown)?;
    let (opened, size) = hq.whole(sha256, Kind::Pack, &headers).await?.ok_or_else(unknown)?;
    let mut response = file(opened, size, &headers, hq.blocking)?;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
