//! Step 0: a phone becomes known.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use http::StatusCode;
use xuncha_core::Failure;
use xuncha_core::event::FeedAdmitted;
use xuncha_core::ids::{Digest, UserId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::enrol::{
    Certificate, EnrolReply, EnrolRequest, Invitation, LookReply, LookRequest, normalise_secret,
};

use crate::db::{DbError, DeviceRecord, InvitationRecord, UserRecord};
use crate::hq::{Hq, db_failure};
use crate::http::{Json, json};
use crate::refusal::{Answer, Refusal};

/// A new invitation with its secret, which is kept nowhere else.
pub struct Invite {
    /// As stored.
    pub record: InvitationRecord,
    /// What the QR code says.
    pub invitation: Invitation,
}

impl Hq {
    /// Invites a person to enrol a phone.
    pub async fn invite(&self, user: &UserId) -> Result<Invite, Failure> {
        let secret = data_encoding::BASE32_NOPAD.encode(&self.chance.bytes::<16>()?);
        let secret = normalise_secret(&secret).ok_or_else(|| Failure::never("hq.randomness"))?;
        let record = InvitationRecord {
            invitation: self.chance.hex::<8>()?,
            secret: secret_hash(&secret),
            user: user.clone(),
            created: self.clock.stamp(),
            expires: self.until(self.terms.invitation),
            cancelled: false,
            used: None,
        };
        self.db.create_invitation(&record).await.map_err(db_failure)?;
        let invitation = Invitation { url: self.phone_url(), ca: self.keys.ca.fingerprint(), secret };
        Ok(Invite { record, invitation })
    }
}

fn secret_hash(secret: &str) -> Digest {
    Digest::digest(&[b"xuncha-invitation-1\n", secret.as_bytes()])
}

pub(super) async fn look(
    State(hq): State<Arc<Hq>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Json(ask): Json<LookRequest>,
) -> Answer<Response> {
    let invitation = find(&hq, from, &ask.secret).await?;
    if invitation.used.is_some() {
        return Err(Refusal::after_action(StatusCode::GONE, "invite.used"));
    }
    let user = invited(&hq, &invitation).await?;
    let reply = LookReply { user: user.user, name: user.name, unit: user.unit, bureau: hq.bureau.clone() };
    Ok(json(StatusCode::OK, &reply))
}

pub(super) async fn enrol(
    State(hq): State<Arc<Hq>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Json(ask): Json<EnrolRequest>,
) -> Answer<Response> {
    let invitation = find(&hq, from, &ask.secret).await?;
    let user = invited(&hq, &invitation).await?;
    let of_this_person = ask.feed.is_genuine() && ask.feed.device == ask.device && ask.feed.user == user.user;
    if !of_this_person || ask.label.chars().count() > 100 {
        return Err(Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "enrol.keys"));
    }
    let request = keys_hash(&ask);
    let known = hq.db.device(&ask.device).await?;
    if let Some(known) = &known {
        if known.revoked.is_some() {
            return Err(Refusal::never(StatusCode::FORBIDDEN, "device.revoked"));
        }
        if known.device_key != ask.device_key || known.sealing_key != ask.sealing_key {
            return Err(Refusal::never(StatusCode::CONFLICT, "device.other_keys"));
        }
    } else if hq.db.devices(None).await?.iter().any(|d| d.device_key == ask.device_key) {
        // One key is one phone: under a second name it would live on when the first is revoked.
        return Err(Refusal::never(StatusCode::CONFLICT, "device.of_another"));
    }
    match &invitation.used {
        None => {
            let device = DeviceRecord {
                device: ask.device.clone(),
                label: ask.label.clone(),
                device_key: ask.device_key,
                sealing_key: ask.sealing_key,
                unit: user.unit.clone(),
                enrolled: hq.clock.stamp(),
                last_seen: None,
                revoked: None,
            };
            match hq.db.enrol(&invitation.invitation, &request, &device).await {
                // Somebody else was faster with the same secret.
                Err(DbError::Constraint) => return Err(Refusal::after_action(StatusCode::GONE, "invite.used")),
                other => other?,
            }
        }
        // The reply was lost: the very same keys get the very same answer.
        Some((_, before)) if *before == request => {}
        Some(_) => return Err(Refusal::after_action(StatusCode::GONE, "invite.used")),
    }
    if hq.db.feed(&ask.feed.feed).await?.is_none() {
        let admitted = FeedAdmitted { key: ask.feed.clone(), unit: user.unit.clone() };
        hq.speak(&user.user, vec![admitted.into()]).await?;
    }
    let feed = hq.db.feed(&ask.feed.feed).await?.ok_or_else(|| Refusal::not_found("feed.unknown"))?;
    let admission = hq.db.log(feed.admitted - 1, 1).await?;
    let issued = admission.first().map(|e| e.received.clone()).unwrap_or_default();
    let certificate = Certificate {
        feed: ask.feed,
        device_key: ask.device_key,
        sealing_key: ask.sealing_key,
        unit: feed.unit,
        issued,
    };
    let certificate =
        Signed::sign(&certificate, &hq.keys.signing).map_err(|_| Refusal::from(Failure::never("hq.json")))?;
    let unit_name = hq.db.units().await?.into_iter().find(|u| u.unit == user.unit).map(|u| u.name).unwrap_or_default();
    let reply = EnrolReply {
        certificate,
        hq: hq.identity(),
        name: user.name,
        certificate_no: user.certificate_no,
        unit_name,
        area: hq.area.clone(),
    };
    Ok(json(StatusCode::OK, &reply))
}

/// The invitation of a secret that is good now. Wrong secrets cost patience, per address.
async fn find(hq: &Hq, from: SocketAddr, secret: &str) -> Answer<InvitationRecord> {
    let name = format!("invite {}", from.ip());
    if let Some(seconds) = hq.throttle.wait(&name) {
        let refusal = Refusal::later(StatusCode::TOO_MANY_REQUESTS, "request.too_many");
        return Err(refusal.with("seconds", seconds));
    }
    let found = match normalise_secret(secret) {
        Some(secret) => hq.db.invitation(&secret_hash(&secret)).await?,
        None => None,
    };
    let Some(invitation) = found.filter(|i| !i.cancelled) else {
        hq.throttle.wrong(&name);
        return Err(Refusal::after_action(StatusCode::NOT_FOUND, "invite.unknown"));
    };
    if invitation.expires <= hq.clock.stamp() {
        return Err(Refusal::after_action(StatusCode::GONE, "invite.expired"));
    }
    Ok(invitation)
}

async fn invited(hq: &Hq, invitation: &InvitationRecord) -> Answer<UserRecord> {
    let user = hq.db.user(&invitation.user).await?.filter(|u| !u.disabled);
    user.ok_or_else(|| Refusal::after_action(StatusCode::FORBIDDEN, "user.disabled"))
}

fn keys_hash(ask: &EnrolRequest) -> Digest {
    Digest::digest(&[
        ask.device.as_str().as_bytes(),
        b"\n",
        ask.device_key.as_bytes(),
        ask.sealing_key.as_bytes(),
        ask.feed.feed.as_bytes(),
    ])
}
