use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use qrcode::QrCode;
use qrcode::render::svg;
use xuncha_core::Failure;
use xuncha_core::event::FeedClosed;
use xuncha_core::ids::{DeviceId, UserId};

use super::gate::{filled, named};
use super::people::Names;
use super::types::{
    DeviceFeed, DeviceList, DeviceRevoke, DeviceRow, InvitationCreate, InvitationCreated, InvitationList,
    InvitationRow, InvitationState,
};
use crate::auth::Caller;
use crate::db::{DeviceRecord, FeedRow, InvitationRecord};
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::refusal::{Answer, Refusal};

#[utoipa::path(get, path = "/api/devices", responses((status = 200, body = DeviceList)))]
pub(super) async fn list(State(hq): State<Arc<Hq>>, caller: Caller) -> Answer<Response> {
    let names = Names::load(&hq).await?;
    let mut feeds: HashMap<DeviceId, Vec<DeviceFeed>> = HashMap::new();
    for feed in hq.db.feeds().await? {
        let head = hq.db.head(&feed.key.feed).await?;
        let last = match head.seq {
            0 => None,
            seq => hq.db.entries(&feed.key.feed, seq - 1, 1).await?.pop().map(|e| e.received),
        };
        feeds.entry(feed.key.device).or_default().push(DeviceFeed {
            feed: feed.key.feed,
            name: names.user(&feed.key.user),
            user: feed.key.user,
            entries: head.seq,
            last_received: last,
            closed: feed.closed_after.is_some(),
        });
    }
    let rows = hq.db.devices(caller.unit_filter()).await?.into_iter().map(|d| {
        let (revoked, revoked_reason) = d.revoked.unzip();
        DeviceRow {
            feeds: feeds.remove(&d.device).unwrap_or_default(),
            device: d.device,
            label: d.label,
            unit: d.unit,
            enrolled: d.enrolled,
            last_seen: d.last_seen,
            revoked,
            revoked_reason,
        }
    });
    Ok(json(StatusCode::OK, &DeviceList { rows: rows.collect() }))
}

async fn in_scope(hq: &Hq, caller: &Caller, device: &str) -> Answer<DeviceRecord> {
    let device: DeviceId = named(device, "device.unknown")?;
    let found = hq.db.device(&device).await?.filter(|d| caller.has_unit(&d.unit));
    found.ok_or_else(|| Refusal::not_found("device.unknown"))
}

#[utoipa::path(post, path = "/api/devices/{device}/revoke", params(("device" = String, Path)),
    request_body = DeviceRevoke, responses((status = 204)))]
pub(super) async fn revoke(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(device): Path<String>,
    Json(ask): Json<DeviceRevoke>,
) -> Answer<Response> {
    let device = in_scope(&hq, &caller, &device).await?;
    filled(&ask.reason, "reason", 1000)?;
    hq.revoke_device(&caller.user.user, &device.device, &ask.reason).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

impl Hq {
    /// Revokes a device: its sessions end, its feeds are closed where they stand. Doing it again closes what is open.
    pub async fn revoke_device(&self, actor: &UserId, device: &DeviceId, reason: &str) -> Result<(), Failure> {
        let failed = crate::hq::db_failure;
        if self.db.device(device).await.map_err(failed)?.is_none() {
            return Err(Failure::after_action("device.unknown"));
        }
        self.db.revoke(device, &self.clock.stamp(), reason).await.map_err(failed)?;
        self.tokens.end(device);
        let open = |f: &FeedRow| f.key.device == *device && f.closed_after.is_none();
        let mut events = Vec::new();
        for feed in self.db.feeds().await.map_err(failed)?.into_iter().filter(open) {
            let seq = self.db.head(&feed.key.feed).await.map_err(failed)?.seq;
            events.push(FeedClosed { feed: feed.key.feed, seq, reason: reason.to_owned() }.into());
        }
        self.speak(actor, events).await
    }
}

fn invitation_row(invitation: InvitationRecord, names: &Names, now: &str) -> InvitationRow {
    let state = match &invitation.used {
        Some(_) => InvitationState::Used,
        None if invitation.cancelled => InvitationState::Cancelled,
        None if invitation.expires.as_str() <= now => InvitationState::Expired,
        None => InvitationState::Open,
    };
    InvitationRow {
        invitation: invitation.invitation,
        name: names.user(&invitation.user),
        user: invitation.user,
        created: invitation.created,
        expires: invitation.expires,
        state,
        device: invitation.used.map(|(device, _)| device),
    }
}

#[utoipa::path(get, path = "/api/invitations", responses((status = 200, body = InvitationList)))]
pub(super) async fn invitations(State(hq): State<Arc<Hq>>, caller: Caller) -> Answer<Response> {
    let names = Names::load(&hq).await?;
    let now = hq.clock.stamp();
    let found = hq.db.invitations(caller.unit_filter()).await?;
    let rows = found.into_iter().map(|i| invitation_row(i, &names, &now)).collect();
    Ok(json(StatusCode::OK, &InvitationList { rows }))
}

#[utoipa::path(post, path = "/api/invitations", request_body = InvitationCreate,
    responses((status = 201, body = InvitationCreated)))]
pub(super) async fn invite(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Json(ask): Json<InvitationCreate>,
) -> Answer<Response> {
    let user = hq.person_in_scope(&caller, &ask.user).await?;
    let invite = hq.invite(&user.user).await?;
    let text = invite.invitation.to_text();
    let qr = QrCode::new(text.as_bytes()).map_err(|_| Refusal::from(Failure::never("invite.qr")))?;
    let qr_svg = qr.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    let created = InvitationCreated {
        invitation: invite.record.invitation,
        user: invite.record.user,
        text,
        qr_svg,
        url: invite.invitation.url,
        ca_groups: groups(&invite.invitation.ca.to_string()),
        secret: invite.invitation.secret,
        expires: invite.record.expires,
    };
    Ok(json(StatusCode::CREATED, &created))
}

/// Hex in groups of four: what people can compare and type.
fn groups(hex: &str) -> String {
    let chars: Vec<char> = hex.chars().collect();
    chars.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[utoipa::path(delete, path = "/api/invitations/{invitation}", params(("invitation" = String, Path)),
    responses((status = 204)))]
pub(super) async fn cancel(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(invitation): Path<String>,
) -> Answer<Response> {
    let own = hq.db.invitations(caller.unit_filter()).await?;
    if !own.iter().any(|i| i.invitation == invitation) {
        return Err(Refusal::not_found("invite.unknown"));
    }
    if !hq.db.cancel_invitation(&invitation).await? {
        return Err(Refusal::never(StatusCode::CONFLICT, "invite.used"));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
