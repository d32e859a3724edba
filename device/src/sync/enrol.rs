//! Step 0, the phone's side: a phone becomes known.
//!
//! The connection is judged by the invitation alone: HQ must show a chain that ends in the CA of this fingerprint. Asking
//! again with the same keys gives the same answer, so a lost reply costs nothing.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use xuncha_core::protocol::enrol::{EnrolReply, EnrolRequest, Invitation, LookReply, LookRequest};
use xuncha_core::{Failure, Retry};

use super::http::Http;
use super::tls::Anchor;

/// Pauses before the second and third try of one call.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// Who is invited? Uses nothing up.
///
/// # Errors
/// `ca.wrong`: somebody else answers at this address. `hq.unreachable`, `hq.tls`, or HQ's own word on the secret.
pub async fn look(invitation: &Invitation) -> Result<LookReply, Failure> {
    let request = LookRequest { secret: invitation.secret.clone() };
    post(invitation, "/v1/enrol/look", &request).await
}

/// Makes this phone and this person's feed on it known to HQ.
///
/// # Errors
/// As [`look`]; `enrol.wrong` if the reply does not speak of these keys or does not hold together.
pub async fn enrol(invitation: &Invitation, request: &EnrolRequest) -> Result<EnrolReply, Failure> {
    let reply: EnrolReply = post(invitation, "/v1/enrol", request).await?;
    check(invitation, request, &reply)?;
    Ok(reply)
}

async fn post<A: DeserializeOwned>(invitation: &Invitation, path: &str, body: &impl Serialize) -> Result<A, Failure> {
    let http = Http::new(&invitation.url, Anchor::Fingerprint(invitation.ca))?;
    for pause in PAUSES {
        match http.json(path, body).await {
            Err(failure) if failure.retry == Retry::Later => tokio::time::sleep(pause).await,
            done => return done,
        }
    }
    http.json(path, body).await
}

/// HQ's word must be about the keys that were sent, signed by the key it names, under the CA of the invitation.
fn check(invitation: &Invitation, request: &EnrolRequest, reply: &EnrolReply) -> Result<(), Failure> {
    let wrong = |what: &str| Failure::never("enrol.wrong").with("what", what);
    let certificate = reply.certificate.verify(&reply.hq.key).map_err(|_| wrong("certificate"))?;
    if certificate.feed != request.feed || !certificate.feed.is_genuine() {
        return Err(wrong("feed"));
    }
    if certificate.device_key != request.device_key || certificate.sealing_key != request.sealing_key {
        return Err(wrong("device"));
    }
    if Anchor::from_pem(&reply.hq.ca_pem)?.fingerprint() != invitation.ca {
        return Err(Failure::after_action("ca.wrong"));
    }
    Ok(())
}
