//! The close of a day as HQ sees it: phone by phone what arrived, and by name what has not.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use serde::Deserialize;
use utoipa::IntoParams;
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::Event;
use xuncha_core::ids::{BlobHash, FeedId, InspectionId, ItemCode, UnitId};

use super::gate::Query;
use super::inspections::row;
use super::people::Names;
use super::types::{
    DayAgreement, DayApart, DayFileKind, DayInspection, DayMissing, DayPhone, DayReceipt, DayView, InspectionRow, Role,
};
use crate::auth::Caller;
use crate::clock::stamp;
use crate::db::{BlobRow, Brought, DeviceRecord, FeedRow, InspectionQuery};
use crate::hq::Hq;
use crate::http::json;
use crate::refusal::{Answer, Refusal};

/// Originals named per phone; the rest is counted.
const NAMED: u32 = 500;
/// Inspections of a day that are looked at.
const INSPECTIONS: u32 = 2_000;

/// What a day is asked for by.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DayAsk {
    /// `YYYY-MM-DD`; none: today in the country's legal time.
    date: Option<String>,
    /// Only of this unit.
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
}

#[utoipa::path(get, path = "/api/day", params(DayAsk), responses((status = 200, body = DayView)))]
pub(super) async fn one(State(hq): State<Arc<Hq>>, caller: Caller, Query(ask): Query<DayAsk>) -> Answer<Response> {
    // Bureaus all over the country work by one legal time.
    let legal = TimeZone::fixed(offset(8));
    let date: Date = match ask.date.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => text.parse().map_err(|_| Refusal::never(StatusCode::BAD_REQUEST, "query.invalid"))?,
        None => hq.clock.now().to_zoned(legal.clone()).date(),
    };
    let moment = |date: Date| date.to_zoned(legal.clone()).map(|zoned| stamp(zoned.timestamp()));
    let outside = |_| Refusal::never(StatusCode::BAD_REQUEST, "query.invalid");
    let from = moment(date).map_err(outside)?;
    let to = moment(date.tomorrow().map_err(outside)?).map_err(outside)?;
    let desk = Desk::new(&hq, &caller, ask.unit).await?;
    let phones = desk.phones(&date.to_string(), &from, &to).await?;
    Ok(json(StatusCode::OK, &DayView { date: date.to_string(), now: hq.clock.stamp(), phones }))
}

/// Whoever asks, with what he may see.
struct Desk<'a> {
    hq: &'a Arc<Hq>,
    caller: &'a Caller,
    unit: Option<UnitId>,
    names: Names,
    feeds: Vec<FeedRow>,
    devices: HashMap<String, DeviceRecord>,
    lost: HashSet<BlobHash>,
}

impl<'a> Desk<'a> {
    async fn new(hq: &'a Arc<Hq>, caller: &'a Caller, unit: Option<UnitId>) -> Answer<Self> {
        let names = Names::load(hq).await?;
        let feeds = hq.db.feeds().await?;
        let devices = hq.db.devices(None).await?.into_iter().map(|d| (d.device.to_string(), d)).collect();
        let lost = hq.db.lost().await?.into_iter().collect();
        Ok(Self { hq, caller, unit, names, feeds, devices, lost })
    }

    /// The phone itself is the caller's to see, not only its part in some inspection.
    fn has_phone(&self, feed: &FeedRow) -> bool {
        let own = match self.caller.user.role {
            Role::Inspector => feed.key.user == self.caller.user.user,
            Role::StationHead | Role::Admin => self.caller.has_unit(&feed.unit),
        };
        own && self.unit.as_ref().is_none_or(|unit| *unit == feed.unit)
    }

    /// The inspection's row, if it is the caller's to see.
    async fn visible(&self, id: &InspectionId) -> Answer<Option<InspectionRow>> {
        let Some(found) = self.hq.db.inspection(id).await? else { return Ok(None) };
        let team = self.hq.db.team(id).await?;
        let asked = self.unit.as_ref().is_none_or(|unit| *unit == found.record.unit);
        let seen = asked && self.caller.sees(&found.record.unit, &team);
        if seen { Ok(Some(row(&found, &self.names)?)) } else { Ok(None) }
    }

    async fn phones(&self, day: &str, from: &str, to: &str) -> Answer<Vec<DayPhone>> {
        // Begun that day by the phone's clock, or with something received that day by HQ's.
        let query = InspectionQuery {
            from: Some(day.to_owned()),
            to: Some(day.to_owned()),
            limit: INSPECTIONS,
            ..InspectionQuery::default()
        };
        let began = self.hq.db.inspections(&query).await?.into_iter().map(|found| found.record.inspection);
        let mut ids: BTreeSet<InspectionId> = began.collect();
        let active = self.hq.db.received_between(from, to).await?;
        ids.extend(active.into_iter().map(|(_, inspection)| inspection));
        let mut parts: BTreeMap<FeedId, Vec<DayInspection>> = BTreeMap::new();
        let mut gone: BTreeMap<FeedId, Vec<BlobRow>> = BTreeMap::new();
        for id in ids {
            let Some(row) = self.visible(&id).await? else { continue };
            for (feed, brought) in self.hq.db.brought(&id).await? {
                parts.entry(feed).or_default().push(part(&row, &brought));
            }
            for blob in self.gone(&id).await? {
                gone.entry(blob.feed).or_default().push(blob);
            }
        }
        let mut phones = Vec::new();
        for feed in &self.feeds {
            let inspections = parts.remove(&feed.key.feed).unwrap_or_default();
            let gone = gone.remove(&feed.key.feed).unwrap_or_default();
            let own = self.has_phone(feed);
            if own || !inspections.is_empty() {
                phones.extend(self.phone(feed, own, inspections, gone).await?);
            }
        }
        phones.sort_by(|a, b| (a.guest, &a.unit_name, &a.name).cmp(&(b.guest, &b.unit_name, &b.name)));
        Ok(phones)
    }

    /// Blobs of an inspection that were delivered and are not on the disk now, without those that are known to be lost.
    async fn gone(&self, id: &InspectionId) -> Answer<Vec<BlobRow>> {
        let delivered = self.hq.db.blobs_of(id).await?.into_iter().filter(|(_, here)| *here).map(|(blob, _)| blob);
        let (delivered, objects) = (delivered.collect::<Vec<_>>(), Arc::clone(&self.hq.objects));
        let look = self.hq.blocking.run(move || {
            let mut gone = Vec::new();
            for blob in delivered {
                if objects.size(&blob.sha256)?.is_none() {
                    gone.push(blob);
                }
            }
            Ok(gone)
        });
        Ok(look.await?)
    }

    /// A phone with what it brought; `None` if nothing of it belongs on the page.
    async fn phone(
        &self,
        feed: &FeedRow,
        own: bool,
        inspections: Vec<DayInspection>,
        gone: Vec<BlobRow>,
    ) -> Answer<Option<DayPhone>> {
        let id = &feed.key.feed;
        let head = self.hq.db.head(id).await?;
        let mut missing = Vec::new();
        let wanted = self.hq.db.wanted(id, NAMED + 1).await?;
        let missing_more = u32::from(wanted.len() > NAMED as usize);
        for want in wanted.iter().take(NAMED as usize) {
            let Some(blob) = self.hq.db.named_blob(id, &want.entry, &want.sha256).await? else { continue };
            let arrived = self.arrived(want.upload.as_deref()).await?;
            missing.extend(self.missing(&blob, own, arrived, self.lost.contains(&want.sha256)).await?);
        }
        for blob in &gone {
            missing.extend(self.missing(blob, own, 0, true).await?);
        }
        let apart = if own { self.hq.db.quarantined(id).await? } else { Vec::new() };
        if inspections.is_empty() && missing.is_empty() && apart.is_empty() {
            return Ok(None);
        }
        let device = self.devices.get(feed.key.device.as_str());
        let receipt = self.hq.db.last_receipt(id).await?;
        let agreed = self.hq.db.agreement(id).await?;
        Ok(Some(DayPhone {
            feed: *id,
            device: feed.key.device.clone(),
            label: device.map(|d| d.label.clone()).unwrap_or_default(),
            name: self.names.user(&feed.key.user),
            user: feed.key.user.clone(),
            unit: feed.unit.clone(),
            unit_name: self.names.unit(&feed.unit),
            guest: !own,
            last_seen: device.and_then(|d| d.last_seen.clone()),
            revoked: device.is_some_and(|d| d.revoked.is_some()),
            entries: head.seq,
            receipt: receipt.map(|(r, receipts)| DayReceipt { stored_to: r.stored_to, time: r.time, receipts }),
            agreed: agreed.map(|a| DayAgreement {
                manifest: a.manifest.to_string(),
                entries: a.seq,
                whole: a.from == 0,
                since: head.seq.saturating_sub(a.seq),
                time: a.time,
            }),
            apart: apart.into_iter().map(|q| DayApart { seq: q.seq, reason: q.reason }).collect(),
            inspections,
            missing,
            missing_more,
        }))
    }

    async fn arrived(&self, upload: Option<&str>) -> Answer<u64> {
        let Some(upload) = upload.map(str::to_owned) else { return Ok(0) };
        let objects = Arc::clone(&self.hq.objects);
        Ok(self.hq.blocking.run(move || objects.part_size(&upload)).await?.unwrap_or(0))
    }

    /// A missing original with all its names; `None` if its inspection is not the caller's to see.
    async fn missing(&self, blob: &BlobRow, own: bool, arrived: u64, lost: bool) -> Answer<Option<DayMissing>> {
        let row = match &blob.inspection {
            Some(id) => self.visible(id).await?,
            None => None,
        };
        // What waits for its inspection's start has no row yet: it is its phone's unit's to look after.
        let orphan = match &blob.inspection {
            Some(id) => self.hq.db.inspection(id).await?.is_none(),
            None => true,
        };
        if row.is_none() && !(orphan && own) {
            return Ok(None);
        }
        let stored = self.hq.db.log(blob.log_index - 1, 1).await?.pop();
        let (kind, name, item) = stored.as_ref().map(|s| named(&s.frame)).unwrap_or_default();
        Ok(Some(DayMissing {
            sha256: blob.sha256,
            kind,
            name,
            size: blob.size,
            arrived,
            inspection: blob.inspection.clone(),
            number: row.as_ref().map(|r| r.number.clone()).unwrap_or_default(),
            firm_name: row.map(|r| r.firm_name).unwrap_or_default(),
            item,
            named: stored.map(|s| s.received).unwrap_or_default(),
            lost,
        }))
    }
}

fn part(row: &InspectionRow, b: &Brought) -> DayInspection {
    DayInspection {
        inspection: row.inspection.clone(),
        number: row.number.clone(),
        firm_name: row.firm_name.clone(),
        state: row.state,
        entries: b.entries,
        photos: b.photos,
        photos_here: b.photos_here,
        files: b.files,
        files_here: b.files_here,
        signatures: b.signatures,
        signatures_here: b.signatures_here,
    }
}

/// What an entry says of its blob: kind, name, item.
fn named(frame: &xuncha_core::feed::Frame) -> (DayFileKind, String, Option<ItemCode>) {
    let payload = frame.open().ok().and_then(|entry| entry.payload);
    match payload.and_then(|p| Event::read(&p.kind, &p.body).ok()) {
        Some(Event::EvidenceAdded(e)) if e.kind == EvidenceKind::Photo => (DayFileKind::Photo, e.name, e.item),
        Some(Event::EvidenceAdded(e)) => (DayFileKind::File, e.name, e.item),
        Some(Event::SealProposed(_)) => (DayFileKind::Seal, String::new(), None),
        Some(Event::SealSigned(e)) => (DayFileKind::Signature, e.name, None),
        Some(Event::SealRefused(e)) => (DayFileKind::Signature, e.witness, None),
        _ => <_>::default(),
    }
}
