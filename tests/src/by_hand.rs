//! A phone that speaks the protocol by hand: for what the engine would never leave half done, and for loads that are signed
//! before they are measured.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a world for tests stops where something is wrong")]

use data_encoding::BASE64;
use reqwest::{Certificate, Client, Method, RequestBuilder};
use serde_json::{Value, json};
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::{
    AnswerSet, Event, EvidenceAdded, FeedOpened, InspectionStarted, NoteSet, Officer, Outcome, SealRole, SealSigned,
    SignMethod,
};
use xuncha_core::feed::{BlobRef, BlobSource, FeedKey, Frame, Head, Signer as _, WireFrame, author};
use xuncha_core::ids::{BlobHash, EntryId, InspectionId};
use xuncha_core::inspection::Inspection;
use xuncha_core::inspection::seal::MANIFEST_MIME;
use xuncha_core::protocol::blobs::{OFFSET_MEDIA_TYPE, TUS_VERSION};
use xuncha_core::protocol::enrol::Invitation;
use xuncha_core::protocol::push::PushReply;
use xuncha_core::protocol::session::signed_message;
use xuncha_device::keys::NewKeys;

use crate::alone::{draft, firm};
use crate::district;
use crate::world::World;

/// The officer who has no phone.
const SECOND: &str = "陈志远";
/// Entries of a seal: what is proposed and three signatures.
const SEAL: usize = 4;

/// A phone without an engine: keys, a feed in memory, a session.
pub struct HandPhone {
    /// HQ's address for phones.
    pub url: String,
    /// The session's token.
    pub token: String,
    /// Its feed.
    pub feed: FeedKey,
    http: Client,
    ca: Certificate,
    keys: NewKeys,
    head: Head,
    frames: Vec<Frame>,
}

fn client(ca: &Certificate) -> Client {
    Client::builder().no_proxy().tls_certs_only([ca.clone()]).build().unwrap()
}

impl HandPhone {
    /// A phone of `user`, enrolled and in session.
    pub async fn enrolled(world: &World, user: &str) -> Self {
        let hq = world.hq.running().unwrap();
        let ca = Certificate::from_pem(hq.hq.keys.ca.pem().as_bytes()).unwrap();
        let keys = NewKeys::generate();
        let device = format!("by-hand-{}", uuid::Uuid::new_v4().simple());
        let feed = FeedKey::new(keys.feed_signer().verifying_key(), device.parse().unwrap(), user.parse().unwrap());
        let (url, head) = (hq.phone_url.clone(), Head::empty(feed.feed));
        let mut phone = Self { url, token: String::new(), feed, http: client(&ca), ca, keys, head, frames: Vec::new() };
        let invitation = world.admin().await.unwrap().invite(user).await.unwrap();
        let enrol = json!({
            "secret": Invitation::from_text(&invitation).unwrap().secret, "device": phone.feed.device, "label": "by hand",
            "device_key": phone.keys.device_signer().verifying_key(), "sealing_key": phone.keys.sealing_public(),
            "feed": phone.feed,
        });
        phone.post("/v1/enrol", &enrol).await;
        phone.begin_session().await;
        phone
    }

    /// A new session: HQ forgets all of them when it starts again.
    pub async fn begin_session(&mut self) {
        let challenge = self.post("/v1/session/challenge", &json!({ "device": self.feed.device })).await;
        let nonce = challenge["nonce"].as_str().unwrap();
        let signature = self.keys.device_signer().sign(&signed_message(&self.feed.device, nonce));
        let answer = json!({ "device": self.feed.device, "nonce": nonce, "signature": signature });
        self.token = self.post("/v1/session", &answer).await["token"].as_str().unwrap().to_owned();
    }

    /// Creates an upload for a blob that was announced; answers its address.
    pub async fn create_upload(&self, entry: &EntryId, sha256: &BlobHash, size: usize) -> String {
        let name = |key: &str, value: &str| format!("{key} {}", BASE64.encode(value.as_bytes()));
        let metadata = [
            name("feed", &self.feed.feed.to_string()),
            name("entry", &entry.to_string()),
            name("sha256", &sha256.to_string()),
        ];
        let create = self.request(Method::POST, "/v1/blobs").header("tus-resumable", TUS_VERSION);
        let create = create.header("upload-length", size).header("upload-metadata", metadata.join(","));
        let reply = create.send().await.unwrap();
        assert_eq!(reply.status(), 201);
        reply.headers()["location"].to_str().unwrap().to_owned()
    }

    /// Bytes of an upload from an offset on, over a connection of their own.
    pub fn patch(&self, upload: &str, offset: u64, body: reqwest::Body) -> RequestBuilder {
        let alone = client(&self.ca).request(Method::PATCH, format!("{}{upload}", self.url)).bearer_auth(&self.token);
        let patch = alone.header("tus-resumable", TUS_VERSION);
        patch.header("content-type", OFFSET_MEDIA_TYPE).header("upload-offset", offset).body(body)
    }

    /// Where HQ stands with an upload.
    pub async fn offset(&self, upload: &str) -> u64 {
        let reply = self.request(Method::HEAD, upload).header("tus-resumable", TUS_VERSION).send().await.unwrap();
        assert_eq!(reply.status(), 200);
        reply.headers()["upload-offset"].to_str().unwrap().parse().unwrap()
    }

    /// A request in its session.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let reply = self.request(Method::POST, path).json(body).send().await.unwrap();
        let (status, text) = (reply.status(), reply.text().await.unwrap());
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    fn write(&mut self, inspection: Option<&InspectionId>, event: Event, blobs: Vec<BlobRef>) -> EntryId {
        let mut draft = draft(&self.feed, event, inspection);
        draft.blobs = blobs;
        let (frame, entry) = author(&self.head, draft, self.keys.feed_signer()).unwrap();
        let header = &entry.header;
        self.head = Head { feed: header.feed, seq: header.seq, id: Some(entry.id), lamport: header.lamport };
        self.frames.push(frame);
        entry.id
    }

    /// Opens its feed and writes the start of an inspection.
    fn starts(&mut self, world: &World, number: usize) -> InspectionId {
        let inspection: InspectionId = uuid::Uuid::now_v7().to_string().parse().unwrap();
        let user = self.feed.user.clone();
        let officer =
            Officer { name: district::name_of(user.as_str()).to_owned(), user: Some(user), certificate: "1".into() };
        let shelf = world.hq.running().unwrap().hq.shelf();
        let started = InspectionStarted {
            number: format!("JC-339902-20261120-{number:03}"),
            task: None,
            firm: firm(),
            kind: Default::default(),
            modes: vec![],
            focus: vec![],
            lists: vec![shelf.list_ref(&"COLD".parse().unwrap()).unwrap()],
            rule: shelf.rule_ref(&"routine".parse().unwrap()).unwrap(),
            form: shelf.forms().next().unwrap().0,
            officers: vec![officer, Officer { user: None, name: SECOND.to_owned(), certificate: "2".into() }],
            language: "zh-Hans".into(),
        };
        if self.head.seq == 0 {
            self.write(None, FeedOpened { succeeds: None }.into(), vec![]);
        }
        self.write(Some(&inspection), started.into(), vec![]);
        inspection
    }

    /// Writes a whole inspection of `entries` entries of about a kilobyte: its start, answers and notes in turns, and the seal
    /// with its signatures.
    pub fn inspects(&mut self, world: &World, number: usize, entries: usize) -> InspectionId {
        let inspection = self.starts(world, number);
        let list = world.hq.running().unwrap().hq.shelf().list_ref(&"COLD".parse().unwrap()).unwrap().sha256;
        for n in 1..entries - SEAL {
            let item = format!("COLD-{:02}", 1 + (n / 2) % 20).parse().unwrap();
            let event = if n % 2 == 0 {
                let outcome = if n % 10 == 0 { Outcome::NonConforming } else { Outcome::Conforms };
                AnswerSet { item, list, outcome, reason: None, correction: None, language: "zh-Hans".into() }.into()
            } else {
                NoteSet { item, text: "冷库温度记录完整，现场读数与记录一致。".repeat(4) }.into()
            };
            self.write(Some(&inspection), event, vec![]);
        }
        self.seals(&inspection);
        inspection
    }

    fn seals(&mut self, inspection: &InspectionId) {
        let mut state = Inspection::new(inspection.clone());
        for entry in self.frames.iter().map(|f| f.open().unwrap()) {
            if entry.payload.as_ref().is_some_and(|p| p.inspection.as_ref() == Some(inspection)) {
                state.apply(&entry);
            }
        }
        let manifest = state.manifest("现场笔录".into(), None).unwrap();
        let blob = |bytes: &[u8], mime: &str, source| BlobRef {
            sha256: BlobHash::digest(&[bytes]),
            size: bytes.len() as u64,
            mime: mime.into(),
            source,
        };
        let bytes = manifest.to_bytes().unwrap();
        let listed = blob(&bytes, MANIFEST_MIME, BlobSource::Derived);
        let proposal = self.write(Some(inspection), manifest.proposal(listed.sha256).into(), vec![listed]);
        let own = district::name_of(self.feed.user.as_str());
        for (role, name, method) in [
            (SealRole::Officer, own, SignMethod::Keyed),
            (SealRole::Officer, SECOND, SignMethod::Drawn),
            (SealRole::Firm, "周店长", SignMethod::Drawn),
        ] {
            let drawn = blob(name.as_bytes(), "image/png", BlobSource::Screen);
            let blobs = if method == SignMethod::Drawn { vec![drawn] } else { vec![] };
            let signed = SealSigned { proposal, role, name: name.to_owned(), method };
            self.write(Some(inspection), signed.into(), blobs);
        }
    }

    /// Everything it wrote and has not pushed, as frames.
    pub fn take_frames(&mut self) -> Vec<Frame> {
        std::mem::take(&mut self.frames)
    }

    /// Pushes frames in one request.
    pub async fn push(&self, frames: &[Frame]) -> PushReply {
        let lines: Vec<String> =
            frames.iter().map(|f| serde_json::to_string(&WireFrame::try_from(f).unwrap()).unwrap()).collect();
        let push = self.request(Method::POST, &format!("/v1/push/{}", self.feed.feed));
        let push = push.header("content-type", "application/x-ndjson").body(lines.join("\n")).send().await.unwrap();
        assert_eq!(push.status(), 200);
        push.json().await.unwrap()
    }

    /// Starts an inspection with one photo and pushes the entries; the photo's bytes stay here.
    pub async fn photo_announced(&mut self, world: &World, bytes: &[u8]) -> (InspectionId, EntryId, BlobHash) {
        let inspection = self.starts(world, 1);
        let sha256 = BlobHash::digest(&[bytes]);
        let photo = EvidenceAdded {
            evidence: uuid::Uuid::new_v4().simple().to_string().parse().unwrap(),
            item: Some("COLD-01".parse().unwrap()),
            kind: EvidenceKind::Photo,
            name: "IMG_0001.jpg".into(),
            facts: json!({}),
            no_preview: None,
        };
        let size = bytes.len() as u64;
        let blob = BlobRef { sha256, size, mime: "image/jpeg".into(), source: BlobSource::Camera };
        let entry = self.write(Some(&inspection), photo.into(), vec![blob]);
        let frames = self.take_frames();
        let reply = self.push(&frames).await;
        assert!(reply.quarantined.is_empty() && reply.inert.is_empty(), "{reply:?}");
        (inspection, entry, sha256)
    }
}
