//! A phone with a valid key in the hands of somebody who means ill: it says to HQ whatever it likes.

use std::sync::Arc;

use axum::http::{HeaderName, Method};
use serde_json::json;
use xuncha_core::event::{AnswerSet, Event, FeedAdmitted, NoteSet, Officer, OfficersSet, Outcome};
use xuncha_core::feed::{
    AppInfo, BlobRef, BlobSource, ClaimedTime, Draft, FeedKey, Frame, Head, Header, Signer as _, WireFrame, author,
};
use xuncha_core::ids::{BlobHash, Digest, EntryId, InspectionId};
use xuncha_core::protocol::close_of_day::CloseRequest;
use xuncha_core::protocol::hello::{HeadClaim, HelloRequest};
use xuncha_core::protocol::pull::PullRequest;
use xuncha_core::protocol::receipts::ReceiptRequest;
use xuncha_core::protocol::session::{ChallengeReply, ChallengeRequest, SessionReply, SessionRequest, signed_message};
use xuncha_core::protocol::{Signed, blobs};
use xuncha_device::sync::{Incoming, Load, Outgoing};

use super::chance::Chance;
use super::network::{Letter, deliver};
use super::office::{Office, device_signer, feed_signer};

/// Place of this phone's person among the people.
pub const ROGUE: u8 = 3;

/// The phone.
pub struct Rogue {
    key: FeedKey,
    token: Option<String>,
}

/// What it knows of the world, honestly or not.
pub struct Known {
    /// Where HQ's copy of its feed ends.
    pub head: Head,
    /// Inspections that HQ knows.
    pub inspections: Vec<InspectionId>,
    /// Entries at HQ.
    pub entries: Vec<EntryId>,
    /// Blobs of others.
    pub blobs: Vec<(BlobHash, u64)>,
    /// Addresses of other people's uploads.
    pub uploads: Vec<String>,
    /// Feeds of others.
    pub feeds: Vec<FeedKey>,
}

/// What it asked, and what HQ answered.
pub struct Said {
    /// In words.
    pub what: &'static str,
    /// HQ may answer this only by "there is no such thing".
    pub must_fail: bool,
    /// The path.
    pub path: String,
    /// The answer; none if HQ lost its power.
    pub came: Option<Incoming>,
}

impl Rogue {
    /// The phone of the last of the people.
    pub fn new(key: FeedKey) -> Self {
        Self { key, token: None }
    }

    /// HQ forgot its sessions.
    pub fn forget(&mut self) {
        self.token = None;
    }

    /// Does one thing.
    pub async fn act(&mut self, office: &Office, chance: &mut Chance, known: Known) -> Vec<Said> {
        if self.token.is_none() && !self.sign_in(office).await {
            return Vec::new();
        }
        match chance.below(12) {
            0..=4 => {
                let frames = self.entry(chance, &known);
                vec![self.push(office, "an entry of its own", frames).await]
            }
            5 => {
                let frames = self.broken(chance, &known);
                vec![self.push(office, "a frame that is none", frames).await]
            }
            6 => {
                let frames = self.fork(chance, &known);
                vec![self.push(office, "a second entry at a taken place", frames).await]
            }
            7 => self.others_feeds(office, chance, &known).await,
            8 => {
                // Blobs it named without having them, and blobs it never named.
                let asked = known.blobs.iter().map(|(b, _)| *b).take(900).collect();
                let body = json!(ReceiptRequest { feed: self.key.feed, blobs: asked });
                vec![self.post(office, "a receipt for all blobs there are", "/v1/receipts", &body, false).await]
            }
            9 => self.uploads(office, chance, &known).await,
            10 => {
                let body = json!(PullRequest::default());
                vec![self.post(office, "everything from the start", "/v1/pull", &body, false).await]
            }
            _ => {
                let body = json!(CloseRequest { feeds: Vec::new(), after: None, most: None });
                vec![self.post(office, "a day without feeds", "/v1/close", &body, false).await]
            }
        }
    }

    async fn sign_in(&mut self, office: &Office) -> bool {
        let device = self.key.device.clone();
        let body = json!(ChallengeRequest { device: device.clone() });
        let said = self.post(office, "a challenge", "/v1/session/challenge", &body, false).await;
        let Some(reply) = read::<ChallengeReply>(&said) else { return false };
        let signature = device_signer(ROGUE).sign(&signed_message(&device, &reply.nonce));
        let body = json!(SessionRequest { device, nonce: reply.nonce, signature });
        let said = self.post(office, "a session", "/v1/session", &body, false).await;
        self.token = read::<SessionReply>(&said).map(|s| s.token);
        self.token.is_some()
    }

    /// Well signed, well chained, and ill meant.
    fn entry(&self, chance: &mut Chance, known: &Known) -> Vec<Frame> {
        let inspection = chance.pick(&known.inspections).cloned();
        let officer = |user: &str| {
            user.parse().map(|id| Officer { user: Some(id), name: user.to_owned(), certificate: String::new() })
        };
        let item = |n: usize| format!("ACC-0{n}").parse();
        let event: Option<Event> = match chance.below(5) {
            0 => item(chance.below(3)).ok().map(|item| {
                let (list, language) = (Digest::digest(&[b"list"]), "zh-Hans".to_owned());
                let outcome = Outcome::Conforms;
                AnswerSet { item, list, outcome, reason: None, correction: None, language }.into()
            }),
            1 => officer("mallory").ok().map(|o| OfficersSet { officers: vec![o] }.into()),
            2 => "unit-2".parse().ok().map(|unit| FeedAdmitted { key: self.key.clone(), unit }.into()),
            3 => None,
            _ => item(1).ok().map(|item| NoteSet { item, text: "mine".to_owned() }.into()),
        };
        let (kind, body) = match event {
            Some(event) => (event.kind().to_owned(), event.body().unwrap_or_default()),
            None => ("nothing.known".to_owned(), json!({ "deep": [[[[1]]]] })),
        };
        let over = known.entries.iter().filter(|_| chance.strikes(30)).copied().take(64).collect();
        let stolen = chance.pick(&known.blobs).filter(|_| chance.clone().strikes(700));
        let blobs = stolen.map(|(sha256, size)| BlobRef {
            sha256: *sha256,
            size: *size,
            mime: "image/jpeg".to_owned(),
            source: BlobSource::Camera,
        });
        let actor = if chance.strikes(200) { "alice".parse().ok() } else { None };
        let mut salt = [0; 16];
        chance.fill(&mut salt);
        let seen_lamport = if chance.strikes(250) { (1 << 52) + chance.below(1000) as u64 } else { 0 };
        let draft = Draft {
            salt,
            actor: actor.unwrap_or_else(|| self.key.user.clone()),
            inspection: inspection.filter(|_| chance.strikes(900)),
            kind,
            body,
            over,
            seen_lamport,
            blobs: blobs.into_iter().collect(),
            time: ClaimedTime { wall: "yesterday".to_owned(), boot: String::new(), mono_ms: 0, hq_seen: None },
            place: None,
            app: AppInfo { version: "0.1.0".to_owned(), os: "rogue".to_owned() },
        };
        author(&known.head, draft, &feed_signer(ROGUE)).map(|(frame, _)| frame).into_iter().collect()
    }

    /// Beyond the limits, without a good signature, with a gap, or of another feed.
    fn broken(&self, chance: &mut Chance, known: &Known) -> Vec<Frame> {
        let way = chance.below(4);
        let payload = if way == 0 { vec![b'x'; 100 * 1024] } else { b"{\"not\":\"a payload\"}".to_vec() };
        let header = Header {
            v: 1,
            suite: xuncha_core::feed::SUITE.to_owned(),
            feed: if way == 1 { known.feeds.first().map_or(self.key.feed, |k| k.feed) } else { self.key.feed },
            seq: known.head.seq + if way == 2 { 5 } else { 1 },
            prev: known.head.id,
            lamport: known.head.lamport + 1,
            payload_sha256: Digest::digest(&[&payload]),
        };
        signed(&header, &payload, way != 3).into_iter().collect()
    }

    /// Another entry where HQ has one.
    fn fork(&self, chance: &mut Chance, known: &Known) -> Vec<Frame> {
        let payload = format!("{{\"salt\":\"{:032x}\"}}", chance.draw()).into_bytes();
        let header = Header {
            v: 1,
            suite: xuncha_core::feed::SUITE.to_owned(),
            feed: self.key.feed,
            seq: known.head.seq.max(1),
            prev: None,
            lamport: 1,
            payload_sha256: Digest::digest(&[&payload]),
        };
        let mut frames: Vec<Frame> = signed(&header, &payload, true).into_iter().collect();
        frames.extend(self.entry(
            chance,
            &Known { head: Head { seq: known.head.seq.saturating_sub(1), ..known.head.clone() }, ..known.copy() },
        ));
        frames
    }

    async fn push(&self, office: &Office, what: &'static str, frames: Vec<Frame>) -> Said {
        let mut body = Vec::new();
        for frame in frames.iter().filter_map(|f| WireFrame::try_from(f).ok()) {
            body.extend(serde_json::to_vec(&frame).unwrap_or_default());
            body.push(b'\n');
        }
        let path = format!("/v1/push/{}", self.key.feed);
        self.send(office, what, Method::POST, path, &[("content-type", "application/x-ndjson".to_owned())], body, false)
            .await
    }

    async fn others_feeds(&self, office: &Office, chance: &mut Chance, known: &Known) -> Vec<Said> {
        let Some(victim) = chance.pick(&known.feeds).cloned() else { return Vec::new() };
        let session = Digest::digest(&[self.token.as_deref().unwrap_or_default().as_bytes()]);
        let claim = Signed::sign(&HeadClaim { head: Head::empty(victim.feed), session }, &feed_signer(ROGUE));
        let hello = HelloRequest {
            heads: claim.into_iter().collect(),
            app: "9.0.0".to_owned(),
            seen_log_index: None,
            most: None,
        };
        let receipt =
            ReceiptRequest { feed: victim.feed, blobs: known.blobs.iter().map(|(b, _)| *b).take(10).collect() };
        let path = format!("/v1/push/{}", victim.feed);
        vec![
            self.post(office, "the standing of another's feed", "/v1/hello", &json!(hello), true).await,
            self.post(office, "a receipt of another's feed", "/v1/receipts", &json!(receipt), true).await,
            self.send(office, "entries into another's feed", Method::POST, path, &[], b"{}".to_vec(), true).await,
        ]
    }

    async fn uploads(&self, office: &Office, chance: &mut Chance, known: &Known) -> Vec<Said> {
        let tus = ("tus-resumable", blobs::TUS_VERSION.to_owned());
        let kind = ("content-type", blobs::OFFSET_MEDIA_TYPE.to_owned());
        let mut said = Vec::new();
        if let Some(upload) = chance.pick(&known.uploads).cloned() {
            let path = format!("/v1/blobs/{upload}");
            let (head, offset) = ([tus.clone()], [tus.clone(), kind, ("upload-offset", "0".to_owned())]);
            said.push(self.send(office, "another's upload", Method::HEAD, path.clone(), &head, vec![], true).await);
            said.push(
                self.send(
                    office,
                    "bytes into another's upload",
                    Method::PATCH,
                    path.clone(),
                    &offset,
                    vec![7; 9],
                    true,
                )
                .await,
            );
            said.push(
                self.send(office, "the end of another's upload", Method::DELETE, path, &head, vec![], true).await,
            );
        }
        if let (Some((blob, size)), Some(entry)) = (chance.pick(&known.blobs), chance.pick(&known.entries)) {
            let b64 = |text: String| data_encoding::BASE64.encode(text.as_bytes());
            let named =
                [("feed", self.key.feed.to_string()), ("entry", entry.to_string()), ("sha256", blob.to_string())];
            let named = named.map(|(k, v)| format!("{k} {}", b64(v))).join(",");
            let head = [tus, ("upload-length", size.to_string()), ("upload-metadata", named)];
            // Only its own entries may bring blobs; whether this entry is one is left to chance.
            said.push(
                self.send(
                    office,
                    "an upload of another's blob",
                    Method::POST,
                    "/v1/blobs".to_owned(),
                    &head,
                    vec![],
                    false,
                )
                .await,
            );
        }
        said
    }

    async fn post(
        &self,
        office: &Office,
        what: &'static str,
        path: &str,
        body: &serde_json::Value,
        must_fail: bool,
    ) -> Said {
        let kind = [("content-type", "application/json".to_owned())];
        self.send(office, what, Method::POST, path.to_owned(), &kind, body.to_string().into_bytes(), must_fail).await
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a request")]
    async fn send(
        &self,
        office: &Office,
        what: &'static str,
        method: Method,
        path: String,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
        must_fail: bool,
    ) -> Said {
        let token = self.token.iter().map(|t| ("authorization", format!("Bearer {t}")));
        let headers = headers.iter().cloned().chain(token).map(|(n, v)| (HeaderName::from_static(n), v)).collect();
        let head = Outgoing { method, path: path.clone(), headers, load: Load::Bytes(Vec::new()) };
        let came = match &office.running {
            Some((_, routes)) => {
                deliver(routes.clone(), Arc::clone(&office.power), Letter { head, body, cut: None }).await
            }
            None => None,
        };
        Said { what, must_fail, path, came }
    }
}

impl Known {
    fn copy(&self) -> Self {
        Self {
            head: self.head.clone(),
            inspections: self.inspections.clone(),
            entries: self.entries.clone(),
            blobs: self.blobs.clone(),
            uploads: self.uploads.clone(),
            feeds: self.feeds.clone(),
        }
    }
}

/// A frame with these very bytes, whatever they say.
fn signed(header: &Header, payload: &[u8], well: bool) -> Option<Frame> {
    let header = serde_json::to_vec(header).ok()?;
    let mut message = b"xuncha-sig-1\n".to_vec();
    message.extend_from_slice(Header::id_of(&header).as_bytes());
    if !well {
        message.push(0);
    }
    let sig = feed_signer(ROGUE).sign(&message).to_string();
    Frame::from_bytes(&[header.as_slice(), sig.as_bytes(), payload].join(&b'\n')).ok()
}

fn read<T: serde::de::DeserializeOwned>(said: &Said) -> Option<T> {
    serde_json::from_slice(&said.came.as_ref().filter(|c| c.status == 200)?.body).ok()
}
