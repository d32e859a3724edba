//! Step 6: entries the device may see, and packs. How they come onto a page: [`super::page`].

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use xuncha_core::event::Event;
use xuncha_core::feed::Payload;
use xuncha_core::ids::{BlobHash, FeedId, InspectionId, TaskId, UnitId, UserId};
use xuncha_core::protocol::pull::PullRequest;

use super::page::Asked;
use super::session::{Device, device_feeds};
use crate::db::StoredEntry;
use crate::hq::Hq;
use crate::http::{Json, file, json};
use crate::outgoing::Kind;
use crate::projections::entry::inert;
use crate::refusal::{Answer, Refusal};

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
    let asked = Asked { hq: &hq, view, own, feeds, have: &ask.have };
    Ok(json(StatusCode::OK, &asked.page(ask.bytes, ask.said.as_ref()).await?))
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

/// What of a phone's feed is given to others.
pub(super) struct Theirs {
    /// Inspections whose team they are on.
    pub all: BTreeSet<InspectionId>,
    /// Of these, those whose team the feed's own person is on.
    pub shared: BTreeSet<InspectionId>,
}

impl Theirs {
    /// Only an inspection of the team, and only what a member of it said. What HQ's fold leaves out for its author or its logical
    /// time goes as header only, so that a phone's fold leaves it out too (I6). What HQ cannot read, a newer app's word, it cannot
    /// judge either: it is passed on if its author is on the team.
    pub fn sees(&self, stored: &StoredEntry) -> bool {
        let among = |inspections: &BTreeSet<_>| stored.inspection.as_ref().is_some_and(|i| inspections.contains(i));
        match stored.inert.as_deref() {
            None => among(&self.all),
            Some(inert::UNKNOWN | inert::SHAPE) => among(&self.shared),
            Some(_) => false,
        }
    }
}

/// An entry of HQ's own feed: tasks to their people and unit, packs to their units, firms' standing to the unit that
/// supervises them, the rest to all.
pub(super) async fn sees_hq(hq: &Hq, view: &View, said: Option<&Payload>) -> Answer<bool> {
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
