//! Step 0: a phone becomes known. Once per (phone, person); the secret is used up by the second request only.

use serde::{Deserialize, Serialize};

use crate::feed::{FeedKey, VerifyingKey};
use crate::ids::{DeviceId, Digest, FeedId, UnitId, UserId};

use super::{Signed, Statement};

/// What the QR code says (also shown for typing): `xuncha:enrol?url=…&ca=…&secret=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// HQ's address for phones, e.g. `https://10.1.2.3:8443`.
    pub url: String,
    /// SHA-256 of HQ's CA certificate (DER): the phone trusts this CA and no other.
    pub ca: Digest,
    /// 128 random bits in base32, groups of four parted by `-`.
    pub secret: String,
}

impl Invitation {
    /// The text of the QR code.
    pub fn to_text(&self) -> String {
        format!("xuncha:enrol?url={}&ca={}&secret={}", self.url, self.ca, self.secret)
    }
    /// Reads the text of the QR code.
    pub fn from_text(text: &str) -> Option<Self> {
        let (mut url, mut ca, mut secret) = (None, None, None);
        for part in text.trim().strip_prefix("xuncha:enrol?")?.split('&') {
            match part.split_once('=')? {
                ("url", v) => url = Some(v.to_owned()),
                ("ca", v) => ca = v.parse().ok(),
                ("secret", v) => secret = normalise_secret(v),
                _ => {}
            }
        }
        Some(Self { url: url.filter(|u| u.starts_with("https://"))?, ca: ca?, secret: secret? })
    }
}

/// Reads a secret as people type it: spaces, dashes, small letters, 0 for O, 1 for I, 8 for B.
/// Gives 26 base32 characters in groups of four, or `None`.
pub fn normalise_secret(typed: &str) -> Option<String> {
    let plain: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other,
        })
        .collect();
    if plain.len() != 26 || !plain.chars().all(|c| matches!(c, 'A'..='Z' | '2'..='7')) {
        return None;
    }
    let groups: Vec<String> = plain.chars().collect::<Vec<_>>().chunks(4).map(|c| c.iter().collect()).collect();
    Some(groups.join("-"))
}

/// `POST /v1/enrol/look`: who is invited? Uses nothing up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LookRequest {
    /// The one-time secret.
    pub secret: String,
}

/// Answer to [`LookRequest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LookReply {
    /// Account.
    pub user: UserId,
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: UnitId,
    /// Name of the bureau.
    pub bureau: String,
}

/// `POST /v1/enrol`: the keys of the phone and of this person on it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The one-time secret.
    pub secret: String,
    /// Chosen by the phone at its first enrolment.
    pub device: DeviceId,
    /// Words a person recognises the phone by.
    pub label: String,
    /// Device's signing key (Ed25519).
    pub device_key: VerifyingKey,
    /// Device's sealing key (X25519), hex.
    pub sealing_key: Digest,
    /// Key of this person's feed on this device.
    pub feed: FeedKey,
}

/// Answer to [`EnrolRequest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolReply {
    /// HQ's word on device, person and feed.
    pub certificate: Signed<Certificate>,
    /// HQ's keys and name.
    pub hq: HqIdentity,
    /// Name of the person.
    pub name: String,
    /// Number of the enforcement ID (执法证号).
    pub certificate_no: String,
    /// Name of the unit.
    pub unit_name: String,
    /// Six digits of the area the bureau is responsible for (行政区划), part of inspection numbers.
    pub area: String,
}

/// HQ's certificate for a feed on a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The feed with its key, device and user.
    pub feed: FeedKey,
    /// Device's signing key.
    pub device_key: VerifyingKey,
    /// Device's sealing key.
    pub sealing_key: Digest,
    /// Unit.
    pub unit: UnitId,
    /// When (RFC 3339, HQ's clock).
    pub issued: String,
}
impl Statement for Certificate {
    const LABEL: &'static str = "xuncha-certificate-1\n";
}

/// What a phone must know of HQ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HqIdentity {
    /// Name of the bureau.
    pub bureau: String,
    /// Key that signs receipts, checkpoints and certificates, and HQ's own feed.
    pub key: VerifyingKey,
    /// HQ's own feed; its key is `key`.
    pub feed: FeedId,
    /// HQ's CA certificate (PEM).
    pub ca_pem: String,
    /// Recovery key (X25519), hex: each phone wraps its master key to it once.
    pub recovery_key: Digest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_survives_the_qr_code_and_a_tired_typist() {
        let secret = normalise_secret("abcd efgh-ijkl mnop 2345 67ab c0").unwrap();
        assert_eq!(secret, "ABCD-EFGH-IJKL-MNOP-2345-67AB-CO");
        let i = Invitation { url: "https://hq:8443".into(), ca: Digest::digest(&[b"ca"]), secret };
        assert_eq!(Invitation::from_text(&format!(" {}\n", i.to_text())), Some(i));
        assert_eq!(normalise_secret("too short"), None);
        let http = "xuncha:enrol?url=http://hq&ca=00&secret=x";
        assert_eq!(Invitation::from_text(http), None, "a phone never speaks plain HTTP");
    }
}
