//! A headquarters with a district, and named phones that speak the protocol by hand.

use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::{Signer as _, SigningKey};
use reqwest::{Client, Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use xuncha_core::Failure;
use xuncha_core::event::{
    AnswerSet, Event, EvidenceAdded, FeedOpened, InspectionStarted, Officer, Outcome, SealRole, SealSigned, SignMethod,
};
use xuncha_core::feed::{
    AppInfo, BlobRef, BlobSource, ClaimedTime, Draft, Entry, FeedKey, Frame, Head, Signature, Signer, VerifyingKey,
    WireFrame, author,
};
use xuncha_core::ids::{BlobHash, Digest, EntryId, InspectionId, UserId};
use xuncha_core::inspection::Inspection;
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::enrol::EnrolReply;
use xuncha_core::protocol::hello::{HeadClaim, HelloReply};
use xuncha_core::protocol::push::PushReply;
use xuncha_core::protocol::receipts::{Receipt, ReceiptReply};
use xuncha_hq::api::types::{FirmPut, Role, UnitRow, UserCreate};
use xuncha_hq::clock::ShiftedClock;
use xuncha_hq::config::Config;
use xuncha_hq::serve::{self, Running};

pub const PASSWORD: &str = "correct horse battery";

/// HQ with units `east` and `west`; heads `east-head`, `west-head`; inspectors `alice`, `bob` (east), `carol` (west); `root`.
pub struct World {
    pub hq: Running,
    pub clock: Arc<ShiftedClock>,
    pub dir: TempDir,
    change: fn(&mut Config),
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With an HQ that is run otherwise.
    pub async fn with(change: fn(&mut Config)) -> Self {
        Self::at(tempfile::tempdir().unwrap(), change).await
    }

    /// Whose data is in a folder of the caller's choice.
    pub async fn at(dir: TempDir, change: fn(&mut Config)) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = Arc::new(ShiftedClock::default());
        let hq = serve::start(config(&dir, &clock, change)).await.unwrap();
        for unit in ["east", "west"] {
            let row = UnitRow { unit: unit.parse().unwrap(), name: format!("{unit} station"), parent: None };
            hq.hq.add_unit(&row).await.unwrap();
        }
        for (user, role, unit) in [
            ("root", Role::Admin, "east"),
            ("east-head", Role::StationHead, "east"),
            ("west-head", Role::StationHead, "west"),
            ("alice", Role::Inspector, "east"),
            ("bob", Role::Inspector, "east"),
            ("carol", Role::Inspector, "west"),
        ] {
            let ask = UserCreate {
                user: user.parse().unwrap(),
                name: user.to_uppercase(),
                role,
                unit: unit.parse().unwrap(),
                certificate_no: format!("C-{user}"),
                password: PASSWORD.into(),
            };
            hq.hq.add_user(ask).await.unwrap();
        }
        for (firm, unit) in [("f-east", "east"), ("f-west", "west")] {
            let put: FirmPut = serde_json::from_value(json!({"unit": unit, "record": firm_record(firm)})).unwrap();
            hq.hq.put_firm(&firm.parse().unwrap(), put).await.unwrap();
        }
        Self { hq, clock, dir, change }
    }

    /// An HQ over data that is there already.
    pub async fn over(dir: TempDir) -> Result<Self, (TempDir, Failure)> {
        let (clock, change): (_, fn(&mut Config)) = (Arc::new(ShiftedClock::default()), |_| {});
        match serve::start(config(&dir, &clock, change)).await {
            Ok(hq) => Ok(Self { hq, clock, dir, change }),
            Err(failure) => Err((dir, failure)),
        }
    }

    /// Stops HQ; gives its folder.
    pub async fn stop(self) -> TempDir {
        self.hq.shutdown().await;
        self.dir
    }

    /// Stops HQ and starts it again over the same data.
    pub async fn restart(self) -> Self {
        self.while_off(|| {}).await
    }

    /// Stops HQ, lets something be done to its data, and starts it again.
    pub async fn while_off(mut self, act: impl FnOnce()) -> Self {
        self.hq.shutdown().await;
        act();
        self.hq = serve::start(config(&self.dir, &self.clock, self.change)).await.unwrap();
        self
    }

    pub async fn invite(&self, user: &str) -> String {
        self.hq.hq.invite(&user.parse().unwrap()).await.unwrap().invitation.secret
    }

    /// A phone of this person, enrolled and in session.
    pub async fn phone(&self, user: &str) -> Phone {
        let mut phone = Phone::new(self, user);
        let reply = phone.enrol(&self.invite(user).await).await;
        assert_eq!(reply.status(), 200);
        let reply: EnrolReply = reply.json().await.unwrap();
        assert_eq!(reply.certificate.verify(&reply.hq.key).unwrap().feed, phone.feed);
        phone.hq_key = Some(reply.hq.key);
        assert_eq!(phone.session().await, StatusCode::OK);
        phone
    }

    /// A browser of this person, signed in.
    pub async fn browser(&self, user: &str) -> Browser {
        let mut browser = Browser::new(self);
        let reply = browser.send(Method::POST, "/api/session", Some(json!({"user": user, "password": PASSWORD}))).await;
        assert_eq!(reply.status(), 200);
        let cookie = reply.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        browser
    }
}

fn config(dir: &TempDir, clock: &Arc<ShiftedClock>, change: fn(&mut Config)) -> Config {
    let mut config = Config::loopback(dir.path().join("data"));
    config.clock = Arc::clone(clock) as _;
    config.terms.idle = Duration::from_secs(3);
    change(&mut config);
    config
}

pub fn firm_record(id: &str) -> Value {
    json!({
        "id": id, "name": format!("{id} 医疗器械有限公司"), "uscc": "91310000MA1FL0TEST",
        "subject": {"kind": "wholesale", "modes": [], "flags": ["cold_chain"]},
        "findings": [], "licences": [],
    })
}

/// A problem's status and code.
pub async fn problem(reply: Response) -> (u16, String) {
    let status = reply.status().as_u16();
    assert_eq!(reply.headers()["content-type"], "application/problem+json", "{status}");
    let body: Value = reply.json().await.unwrap();
    assert_eq!(body["status"], status);
    assert_eq!(body["type"], format!("urn:xuncha:problem:{}", body["code"].as_str().unwrap()));
    (status, body["code"].as_str().unwrap().to_owned())
}

pub struct Browser {
    http: Client,
    url: String,
    pub cookie: String,
}

impl Browser {
    pub fn new(world: &World) -> Self {
        let http = Client::builder().no_proxy().build().unwrap();
        Self { http, url: world.hq.dashboard_url.clone(), cookie: String::new() }
    }
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = self.http.request(method, format!("{}{path}", self.url)).header("x-xuncha", "1");
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }
    pub fn bare(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).header("cookie", &self.cookie)
    }
    pub async fn get(&self, path: &str) -> Value {
        let reply = self.send(Method::GET, path, None).await;
        assert_eq!(reply.status(), 200, "{path}");
        reply.json().await.unwrap()
    }
    /// Gives out a task to these people of the own unit; gives its id.
    pub async fn assign(&self, unit: &str, firm: &str, to: &[&str]) -> String {
        let task = task_body(unit, firm, to);
        let reply = self.send(Method::POST, "/api/tasks", Some(task)).await;
        let (status, body) = (reply.status(), reply.text().await.unwrap());
        assert_eq!(status, 201, "{body}");
        serde_json::from_str::<Value>(&body).unwrap()["task"].as_str().unwrap().to_owned()
    }
}

pub fn task_body(unit: &str, firm: &str, to: &[&str]) -> Value {
    json!({"title": "cold chain", "unit": unit, "assignees": to, "firm": firm, "kind": "routine",
           "lists": ["COLD"], "rule": "routine", "due": "2026-12-01"})
}

pub struct Key(SigningKey);

impl Signer for Key {
    fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
    fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::from_bytes(self.0.verifying_key().to_bytes())
    }
}

/// A phone that speaks by hand.
pub struct Phone {
    pub http: Client,
    pub url: String,
    pub token: String,
    pub user: UserId,
    pub feed: FeedKey,
    pub head: Head,
    pub hq_key: Option<VerifyingKey>,
    pub frames: Vec<Frame>,
    pub entries: Vec<Entry>,
    pub device_key: Key,
    pub feed_key: Key,
}

impl Phone {
    pub fn new(world: &World, user: &str) -> Self {
        Self::with_device(world, user, &format!("phone-{user}-{}", hex(4)))
    }
    pub fn with_device(world: &World, user: &str, device: &str) -> Self {
        let ca = reqwest::Certificate::from_pem(world.hq.hq.keys.ca.pem().as_bytes()).unwrap();
        let http = Client::builder().no_proxy().tls_certs_only([ca]).build().unwrap();
        let (device_key, feed_key) = (Key(SigningKey::from_bytes(&seed())), Key(SigningKey::from_bytes(&seed())));
        let feed = FeedKey::new(feed_key.verifying_key(), device.parse().unwrap(), user.parse().unwrap());
        Self {
            http,
            url: world.hq.phone_url.clone(),
            token: String::new(),
            user: user.parse().unwrap(),
            head: Head::empty(feed.feed),
            feed,
            hq_key: None,
            frames: Vec::new(),
            entries: Vec::new(),
            device_key,
            feed_key,
        }
    }
    /// After HQ moved to another port.
    pub fn follow(&mut self, world: &World) {
        self.url = world.hq.phone_url.clone();
    }
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Response {
        self.request(Method::POST, path).json(body).send().await.unwrap()
    }
    pub async fn ask<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> T {
        let reply = self.post(path, body).await;
        assert_eq!(reply.status(), 200, "{path}");
        reply.json().await.unwrap()
    }
    pub fn enrol_body(&self, secret: &str) -> Value {
        json!({"secret": secret, "device": self.feed.device, "label": "test phone",
               "device_key": self.device_key.verifying_key(), "sealing_key": Digest::digest(&[b"sealing"]),
               "feed": self.feed})
    }
    pub async fn enrol(&self, secret: &str) -> Response {
        self.post("/v1/enrol", &self.enrol_body(secret)).await
    }
    pub async fn session(&mut self) -> StatusCode {
        let challenge: Value = self.ask("/v1/session/challenge", &json!({"device": self.feed.device})).await;
        let nonce = challenge["nonce"].as_str().unwrap();
        let reply = self.answer(nonce).await;
        let status = reply.status();
        if status == 200 {
            let body: Value = reply.json().await.unwrap();
            self.token = body["token"].as_str().unwrap().to_owned();
        }
        status
    }
    pub async fn answer(&self, nonce: &str) -> Response {
        let message = xuncha_core::protocol::session::signed_message(&self.feed.device, nonce);
        let signature = self.device_key.sign(&message);
        self.post("/v1/session", &json!({"device": self.feed.device, "nonce": nonce, "signature": signature})).await
    }
    pub async fn hello_at(&self, head: Head) -> HelloReply {
        self.hello_for(head, None).await
    }
    /// A hello that has room for so many wanted blobs.
    pub async fn hello_for(&self, head: Head, most: Option<u32>) -> HelloReply {
        let session = Digest::digest(&[self.token.as_bytes()]);
        let claim = Signed::sign(&HeadClaim { head, session }, &self.feed_key).unwrap();
        let mut hello = json!({"heads": [claim], "app": "0.1.0", "seen_log_index": null});
        if let Some(most) = most {
            hello["most"] = most.into();
        }
        self.ask("/v1/hello", &hello).await
    }
    pub async fn hello(&self) -> HelloReply {
        self.hello_at(self.head.clone()).await
    }

    /// Writes the next entry of this phone's feed.
    pub fn write(&mut self, inspection: Option<&InspectionId>, event: Event, blobs: Vec<BlobRef>) -> EntryId {
        let (kind, body) = (event.kind().to_owned(), event.body().unwrap());
        self.write_raw(inspection, &kind, body, blobs, self.user.clone(), 0)
    }
    pub fn write_raw(
        &mut self,
        inspection: Option<&InspectionId>,
        kind: &str,
        body: Value,
        blobs: Vec<BlobRef>,
        actor: UserId,
        seen_lamport: u64,
    ) -> EntryId {
        let draft = self.draft(inspection, kind, body, blobs, actor, seen_lamport);
        self.keep(draft)
    }
    /// As [`Phone::write`], in place of earlier writes.
    pub fn write_over(&mut self, inspection: &InspectionId, event: Event, over: Vec<EntryId>) -> EntryId {
        let body = event.body().unwrap();
        let draft = self.draft(Some(inspection), event.kind(), body, vec![], self.user.clone(), 0);
        self.keep(Draft { over, ..draft })
    }
    fn keep(&mut self, draft: Draft) -> EntryId {
        let (frame, entry) = author(&self.head, draft, &self.feed_key).unwrap();
        let h = &entry.header;
        self.head = Head { feed: h.feed, seq: h.seq, id: Some(entry.id), lamport: h.lamport };
        self.frames.push(frame);
        self.entries.push(entry);
        self.head.id.unwrap()
    }
    /// Another entry after `head`, without writing it down: what a cloned phone would do.
    pub fn elsewhere(&self, head: &Head) -> Frame {
        let event: Event = FeedOpened { succeeds: None }.into();
        let draft = self.draft(None, event.kind(), event.body().unwrap(), vec![], self.user.clone(), 0);
        author(head, draft, &self.feed_key).unwrap().0
    }
    fn draft(
        &self,
        inspection: Option<&InspectionId>,
        kind: &str,
        body: Value,
        blobs: Vec<BlobRef>,
        actor: UserId,
        seen_lamport: u64,
    ) -> Draft {
        Draft {
            salt: seed()[..16].try_into().unwrap(),
            actor,
            inspection: inspection.cloned(),
            kind: kind.to_owned(),
            body,
            over: Vec::new(),
            seen_lamport,
            blobs,
            time: ClaimedTime { wall: "2026-11-20T09:30:00+08:00".into(), boot: "b".into(), mono_ms: 1, hq_seen: None },
            place: None,
            app: AppInfo { version: "0.1.0".into(), os: "test".into() },
        }
    }
    pub async fn push_frames(&self, frames: &[Frame]) -> Response {
        let lines: Vec<String> =
            frames.iter().map(|f| serde_json::to_string(&WireFrame::try_from(f).unwrap()).unwrap()).collect();
        let request = self.request(Method::POST, &format!("/v1/push/{}", self.feed.feed));
        request.header("content-type", "application/x-ndjson").body(lines.join("\n")).send().await.unwrap()
    }
    /// Pushes everything written so far.
    pub async fn push(&self) -> PushReply {
        let reply = self.push_frames(&self.frames).await;
        assert_eq!(reply.status(), 200);
        reply.json().await.unwrap()
    }
    pub async fn receipt(&self, blobs: &[BlobHash]) -> Receipt {
        let body = json!({"feed": self.feed.feed, "blobs": blobs});
        let reply: ReceiptReply = self.ask("/v1/receipts", &body).await;
        reply.receipt.verify(&self.hq_key.unwrap()).unwrap()
    }

    /// Starts an inspection under HQ's newest COLD list.
    pub fn start(&mut self, world: &World, officers: &[&str]) -> InspectionId {
        let id: InspectionId = uuid::Uuid::now_v7().to_string().parse().unwrap();
        if self.frames.is_empty() {
            self.write(None, FeedOpened { succeeds: None }.into(), vec![]);
        }
        let started = self.started(world, officers, None);
        self.write(Some(&id), started.into(), vec![]);
        id
    }
    pub fn started(&self, world: &World, officers: &[&str], task: Option<&str>) -> InspectionStarted {
        let shelf = world.hq.hq.shelf();
        let officer =
            |u: &&str| Officer { user: u.parse().ok(), name: u.to_uppercase(), certificate: format!("C-{u}") };
        InspectionStarted {
            number: format!("JC-310115-20261120-{}", hex(3)),
            task: task.map(|t| t.parse().unwrap()),
            firm: serde_json::from_value(firm_record("f-east")).unwrap(),
            kind: Default::default(),
            modes: vec![],
            focus: vec![],
            lists: vec![shelf.list_ref(&"COLD".parse().unwrap()).unwrap()],
            rule: shelf.rule_ref(&"routine".parse().unwrap()).unwrap(),
            form: shelf.forms().next().unwrap().0,
            officers: officers.iter().map(officer).collect(),
            language: "zh-Hans".into(),
        }
    }
    pub fn answer_item(&mut self, world: &World, id: &InspectionId, item: &str, outcome: Outcome) -> EntryId {
        let list = world.hq.hq.shelf().list_ref(&"COLD".parse().unwrap()).unwrap().sha256;
        let item = item.parse().unwrap();
        let answer = AnswerSet { item, list, outcome, reason: None, correction: None, language: "zh-Hans".into() };
        self.write(Some(id), answer.into(), vec![])
    }
    pub fn photo(&mut self, id: &InspectionId, bytes: &[u8]) -> (EntryId, BlobHash) {
        let evidence = EvidenceAdded {
            evidence: hex(8).parse().unwrap(),
            item: Some("COLD-01".parse().unwrap()),
            kind: xuncha_core::checklist::EvidenceKind::Photo,
            name: "IMG.jpg".into(),
            facts: json!({}),
            no_preview: None,
        };
        let blob = blob(bytes, "image/jpeg", BlobSource::Camera);
        let sha256 = blob.sha256;
        (self.write(Some(id), evidence.into(), vec![blob]), sha256)
    }
    /// Proposes the seal and has everybody sign. Gives the blobs to upload: manifest and drawn signatures.
    pub fn seal(&mut self, id: &InspectionId, record: &str) -> Vec<(EntryId, Vec<u8>)> {
        let mut state = Inspection::new(id.clone());
        for entry in &self.entries {
            state.apply(entry);
        }
        let manifest = state.manifest(record.to_owned(), None).unwrap();
        let bytes = manifest.to_bytes().unwrap();
        let reference = blob(&bytes, "application/vnd.xuncha.seal+json", BlobSource::Derived);
        let proposal = self.write(Some(id), manifest.proposal(reference.sha256).into(), vec![reference]);
        let mut uploads = vec![(proposal, bytes)];
        for (role, name, method) in [
            (SealRole::Officer, "ALICE", SignMethod::Keyed),
            (SealRole::Officer, "BOB", SignMethod::Drawn),
            (SealRole::Firm, "Firm", SignMethod::Drawn),
        ] {
            let image = format!("\u{89}PNG drawn by {name}").into_bytes();
            let drawn = matches!(method, SignMethod::Drawn);
            let blobs = if drawn { vec![blob(&image, "image/png", BlobSource::Screen)] } else { vec![] };
            let signed = SealSigned { proposal, role, name: name.into(), method };
            let entry = self.write(Some(id), signed.into(), blobs);
            if drawn {
                uploads.push((entry, image));
            }
        }
        uploads
    }

    pub fn creation(&self, entry: &EntryId, bytes: &[u8]) -> reqwest::RequestBuilder {
        self.creation_with(entry, bytes, "")
    }
    /// As a phone says it that does not know whether HQ heard it before.
    pub fn creation_again(&self, entry: &EntryId, bytes: &[u8]) -> reqwest::RequestBuilder {
        self.creation_with(entry, bytes, ",again")
    }
    fn creation_with(&self, entry: &EntryId, bytes: &[u8], more: &str) -> reqwest::RequestBuilder {
        let b64 = |s: String| data_encoding::BASE64.encode(s.as_bytes());
        let metadata = format!(
            "feed {},entry {},sha256 {}{more}",
            b64(self.feed.feed.to_string()),
            b64(entry.to_string()),
            b64(BlobHash::digest(&[bytes]).to_string())
        );
        let request = self.request(Method::POST, "/v1/blobs").header("tus-resumable", "1.0.0");
        request.header("upload-length", bytes.len()).header("upload-metadata", metadata)
    }
    /// Begins an upload; gives its path.
    pub async fn create(&self, entry: &EntryId, bytes: &[u8]) -> String {
        let reply = self.creation(entry, bytes).send().await.unwrap();
        assert_eq!(reply.status(), 201);
        reply.headers()["location"].to_str().unwrap().to_owned()
    }
    pub fn patch(&self, path: &str, offset: usize) -> reqwest::RequestBuilder {
        let request = self.request(Method::PATCH, path).header("tus-resumable", "1.0.0");
        request.header("upload-offset", offset).header("content-type", "application/offset+octet-stream")
    }
    pub async fn offset(&self, path: &str) -> Result<u64, u16> {
        let reply = self.request(Method::HEAD, path).header("tus-resumable", "1.0.0").send().await.unwrap();
        match reply.headers().get("upload-offset") {
            Some(offset) => Ok(offset.to_str().unwrap().parse().unwrap()),
            None => Err(reply.status().as_u16()),
        }
    }
    pub async fn upload(&self, entry: &EntryId, bytes: &[u8]) {
        let path = self.create(entry, bytes).await;
        let reply = self.patch(&path, 0).body(bytes.to_vec()).send().await.unwrap();
        assert_eq!(reply.status(), 204);
        assert_eq!(reply.headers()["upload-offset"], bytes.len().to_string().as_str());
    }
    /// A whole sealed inspection with photos, pushed, uploaded and receipted.
    pub async fn whole(&mut self, world: &World, photos: &[Vec<u8>]) -> InspectionId {
        let id = self.start(world, &["alice", "bob"]);
        self.answer_item(world, &id, "COLD-01", Outcome::NonConforming);
        let mut uploads: Vec<(EntryId, Vec<u8>)> = photos.iter().map(|p| (self.photo(&id, p).0, p.clone())).collect();
        uploads.extend(self.seal(&id, "现场笔录\n"));
        let reply = self.push().await;
        assert!(reply.quarantined.is_empty() && reply.inert.is_empty(), "{reply:?}");
        for (entry, bytes) in &uploads {
            self.upload(entry, bytes).await;
        }
        let hashes: Vec<BlobHash> = uploads.iter().map(|(_, b)| BlobHash::digest(&[b])).collect();
        let receipt = self.receipt(&hashes).await;
        assert_eq!((receipt.stored_to, receipt.blobs_stored.len()), (self.head.clone(), hashes.len()));
        id
    }
}

pub fn blob(bytes: &[u8], mime: &str, source: BlobSource) -> BlobRef {
    BlobRef { sha256: BlobHash::digest(&[bytes]), size: bytes.len() as u64, mime: mime.into(), source }
}

pub fn seed() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

pub fn hex(n: usize) -> String {
    data_encoding::HEXLOWER.encode(&seed()[..n])
}

/// Bytes of a picture as far as HQ looks: the first ones are JPEG's.
pub fn jpeg(n: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = seed().iter().copied().cycle().take(n).collect();
    bytes[..4].copy_from_slice(&[0xff, 0xd8, 0xff, 0xe0]);
    bytes
}
