//! A phone that speaks the protocol by hand: for what the engine would never leave half done.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::{Event, EvidenceAdded, FeedOpened, InspectionStarted, Officer};
use xuncha_core::feed::{BlobRef, BlobSource, FeedKey, Frame, Head, Signer as _, WireFrame, author};
use xuncha_core::ids::{BlobHash, EntryId, InspectionId};
use xuncha_core::protocol::enrol::Invitation;
use xuncha_core::protocol::push::PushReply;
use xuncha_core::protocol::session::signed_message;
use xuncha_device::keys::NewKeys;
use xuncha_tests::alone::{draft, firm};
use xuncha_tests::district;
use xuncha_tests::world::World;

/// A phone without an engine: keys, a feed in memory, a session.
pub struct HandPhone {
    /// HQ's address for phones.
    pub url: String,
    /// The session's token.
    pub token: String,
    /// Its feed.
    pub feed: FeedKey,
    http: Client,
    keys: NewKeys,
    head: Head,
    frames: Vec<Frame>,
}

impl HandPhone {
    /// A phone of `user`, enrolled and in session.
    pub async fn enrolled(world: &World, user: &str) -> Self {
        let hq = world.hq.running().unwrap();
        let ca = reqwest::Certificate::from_pem(hq.hq.keys.ca.pem().as_bytes()).unwrap();
        let http = Client::builder().no_proxy().tls_certs_only([ca]).build().unwrap();
        let keys = NewKeys::generate();
        let device = format!("by-hand-{}", uuid::Uuid::new_v4().simple());
        let feed = FeedKey::new(keys.feed_signer().verifying_key(), device.parse().unwrap(), user.parse().unwrap());
        let (url, head) = (hq.phone_url.clone(), Head::empty(feed.feed));
        let mut phone = Self { url, token: String::new(), feed, http, keys, head, frames: Vec::new() };
        let invitation = world.admin().await.unwrap().invite(user).await.unwrap();
        let enrol = json!({
            "secret": Invitation::from_text(&invitation).unwrap().secret, "device": phone.feed.device, "label": "by hand",
            "device_key": phone.keys.device_signer().verifying_key(), "sealing_key": phone.keys.sealing_public(),
            "feed": phone.feed,
        });
        phone.post("/v1/enrol", &enrol).await;
        let challenge = phone.post("/v1/session/challenge", &json!({ "device": phone.feed.device })).await;
        let nonce = challenge["nonce"].as_str().unwrap();
        let signature = phone.keys.device_signer().sign(&signed_message(&phone.feed.device, nonce));
        let answer = json!({ "device": phone.feed.device, "nonce": nonce, "signature": signature });
        phone.token = phone.post("/v1/session", &answer).await["token"].as_str().unwrap().to_owned();
        phone
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
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

    /// Starts an inspection with one photo and pushes the entries; the photo's bytes stay here.
    pub async fn photo_announced(&mut self, world: &World, bytes: &[u8]) -> (InspectionId, EntryId, BlobHash) {
        let inspection: InspectionId = uuid::Uuid::now_v7().to_string().parse().unwrap();
        let user = self.feed.user.clone();
        let officer =
            Officer { name: district::name_of(user.as_str()).to_owned(), user: Some(user), certificate: "1".into() };
        let shelf = world.hq.running().unwrap().hq.shelf();
        let started = InspectionStarted {
            number: "JC-339902-20261120-001".into(),
            task: None,
            firm: firm(),
            kind: Default::default(),
            modes: vec![],
            lists: vec![shelf.list_ref(&"COLD".parse().unwrap()).unwrap()],
            rule: shelf.rule_ref(&"routine".parse().unwrap()).unwrap(),
            form: shelf.forms().next().unwrap().0,
            officers: vec![officer],
            language: "zh-Hans".into(),
        };
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
        self.write(None, FeedOpened { succeeds: None }.into(), vec![]);
        self.write(Some(&inspection), started.into(), vec![]);
        let entry = self.write(Some(&inspection), photo.into(), vec![blob]);
        let lines: Vec<String> =
            self.frames.iter().map(|f| serde_json::to_string(&WireFrame::try_from(f).unwrap()).unwrap()).collect();
        let push = self.request(Method::POST, &format!("/v1/push/{}", self.feed.feed));
        let push = push.header("content-type", "application/x-ndjson").body(lines.join("\n")).send().await.unwrap();
        assert_eq!(push.status(), 200);
        let reply: PushReply = push.json().await.unwrap();
        assert!(reply.quarantined.is_empty() && reply.inert.is_empty(), "{reply:?}");
        (inspection, entry, sha256)
    }
}
