//! The whole client over HTTPS on loopback, against the model of HQ behind a real TLS server.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, patch, post};
use axum_server::tls_rustls::RustlsConfig;
use data_encoding::BASE64;
use futures::StreamExt as _;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use xuncha_core::Failure;
use xuncha_core::feed::{Signer as _, WireFrame};
use xuncha_core::ids::{BlobHash, Digest};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::enrol::{Certificate, EnrolReply, EnrolRequest, HqIdentity, Invitation, LookReply};
use xuncha_core::protocol::problem::Problem;

use super::model::Hq;
use super::phone::{Phone, TestKey};
use crate::app::views::{SyncPhase, SyncView};
use crate::sync::{Answer, Contact, Request, SyncHandle, Terms, enrol};

/// A server on a port of its own.
struct Site {
    hq: Mutex<Hq>,
    ca_pem: String,
    ca: Digest,
    url: String,
    /// The next uploads are cut after so many bytes.
    cuts: Mutex<Vec<usize>>,
    /// The next answers are 503.
    busy: Mutex<u32>,
}

type At = State<Arc<Site>>;

impl Site {
    async fn open() -> Arc<Self> {
        Self::valid(2020, 2099).await
    }
    async fn valid(from: i32, to: i32) -> Arc<Self> {
        let ca_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = params.self_signed(&ca_key).unwrap();
        let issuer = Issuer::from_params(&params, &ca_key);
        let leaf_key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        leaf.not_before = rcgen::date_time_ymd(from, 1, 1);
        leaf.not_after = rcgen::date_time_ymd(to, 1, 1);
        let leaf = leaf.signed_by(&leaf_key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.der().clone(), ca.der().clone()],
                PrivatePkcs8KeyDer::from(leaf_key.serialize_der()).into(),
            )
            .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let site = Arc::new(Self {
            hq: Mutex::new(Hq::new()),
            ca_pem: ca.pem(),
            ca: Digest::digest(&[ca.der()]),
            url: format!("https://{}", listener.local_addr().unwrap()),
            cuts: Mutex::default(),
            busy: Mutex::default(),
        });
        let routes = Router::new()
            .route("/v1/enrol/look", post(look))
            .route("/v1/enrol", post(enrolled))
            .route("/v1/push/{feed}", post(push))
            .route("/v1/blobs", post(create))
            .route("/v1/blobs/{upload}", patch(append).head(offset))
            .route("/v1/packs/{sha256}", get(pack))
            .route("/v1/{step}", post(step))
            .route("/v1/session/challenge", post(async |at: At| reply(&at, None, Request::Challenge)))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(site.clone());
        let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(Arc::new(tls))).unwrap();
        tokio::spawn(server.serve(routes.into_make_service()));
        site
    }
    fn hq(&self) -> MutexGuard<'_, Hq> {
        self.hq.lock().unwrap()
    }
    fn phone(&self) -> Phone {
        let mut hq = self.hq();
        let phone = Phone::new(&hq.feed);
        hq.knows(&phone.feed);
        phone
    }
    fn identity(&self) -> HqIdentity {
        let hq = self.hq();
        HqIdentity {
            bureau: "局".into(),
            key: hq.feed.key,
            feed: hq.feed.feed,
            ca_pem: self.ca_pem.clone(),
            recovery_key: Digest::digest(&[b"recovery"]),
        }
    }
    fn invitation(&self, ca: Digest) -> Invitation {
        Invitation { url: self.url.clone(), ca, secret: "ABCD-EFGH-IJKL-MNOP-2345-67AB-CO".into() }
    }
    fn sync(&self, phone: &Phone) -> SyncHandle {
        let device = phone.feed.device.clone();
        let contact = Contact { url: self.url.clone(), hq: self.identity(), device, app: "0.1.0".into() };
        SyncHandle::spawn(&tokio::runtime::Handle::current(), Arc::new(phone.clone()), contact, Terms::default())
            .unwrap()
    }
}

fn problem(status: u16, failure: Failure) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(Problem::new(status.as_u16(), failure))).into_response()
}

fn refused(failure: Failure) -> Response {
    let status = match failure.code.as_str() {
        "session.expired" => 401,
        "upload.gone" => 404,
        "upload.offset" => 409,
        "blob.checksum" => 460,
        _ => 422,
    };
    problem(status, failure)
}

fn token(headers: &HeaderMap) -> Option<String> {
    Some(headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?.to_owned())
}

fn reply(site: &Site, headers: Option<&HeaderMap>, request: Request) -> Response {
    let mut busy = site.busy.lock().unwrap();
    if *busy > 0 {
        *busy -= 1;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let answer = site.hq().answer(headers.and_then(token).as_deref(), &request);
    match answer {
        Ok(Answer::Challenge(r)) => axum::Json(r).into_response(),
        Ok(Answer::Session(r)) => axum::Json(r).into_response(),
        Ok(Answer::Hello(r)) => axum::Json(*r).into_response(),
        Ok(Answer::Push(r)) => axum::Json(r).into_response(),
        Ok(Answer::Receipt(r)) => axum::Json(r).into_response(),
        Ok(Answer::Pull(r)) => axum::Json(r).into_response(),
        Ok(Answer::Close(r)) => axum::Json(r).into_response(),
        Ok(Answer::PackPart(bytes)) => (StatusCode::PARTIAL_CONTENT, bytes).into_response(),
        Ok(Answer::Created { address, offset }) => {
            (StatusCode::CREATED, [("location", address), ("upload-offset", offset.to_string())]).into_response()
        }
        Ok(Answer::Offset(offset)) => [("upload-offset", offset.to_string())].into_response(),
        Ok(other) => panic!("not an answer of HQ: {other:?}"),
        Err(failure) => refused(failure),
    }
}

async fn step(at: At, Path(step): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    fn json<T: serde::de::DeserializeOwned>(body: &[u8]) -> T {
        serde_json::from_slice(body).expect("the client speaks the protocol")
    }
    let request = match step.as_str() {
        "session" => {
            let said: xuncha_core::protocol::session::SessionRequest = json(&body);
            Request::Session { nonce: said.nonce, signature: said.signature }
        }
        "hello" => Request::Hello(json(&body)),
        "receipts" => Request::Receipts(json(&body)),
        "pull" => Request::Pull(json(&body)),
        "close" => Request::Close(json(&body)),
        other => panic!("no step {other}"),
    };
    reply(&at, Some(&headers), request)
}

async fn push(at: At, Path(feed): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let body =
        if headers.contains_key("content-encoding") { zstd::decode_all(&body[..]).unwrap() } else { body.to_vec() };
    let lines = body.split(|b| *b == b'\n').filter(|l| !l.is_empty());
    let frames: Vec<WireFrame> = lines.map(|l| serde_json::from_slice(l).unwrap()).collect();
    reply(&at, Some(&headers), Request::Push { feed: feed.parse().unwrap(), frames })
}

async fn create(at: At, headers: HeaderMap, body: Body) -> Response {
    let metadata = headers["upload-metadata"].to_str().unwrap();
    let value = |key: &str| {
        let pair = metadata.split(',').find(|p| p.starts_with(key)).unwrap();
        String::from_utf8(BASE64.decode(pair.split_once(' ').unwrap().1.as_bytes()).unwrap()).unwrap()
    };
    let size: u64 = headers["upload-length"].to_str().unwrap().parse().unwrap();
    let (feed, entry) = (value("feed").parse().unwrap(), value("entry").parse().unwrap());
    let sha256: BlobHash = value("sha256").parse().unwrap();
    if metadata.split(',').any(|key| key == "again") {
        let found = at.hq().uploads.iter().find(|(_, u)| u.sha256 == sha256).map(|(a, u)| (a.clone(), u.bytes.len()));
        if let Some((address, offset)) = found {
            return (StatusCode::CREATED, [("location", address), ("upload-offset", offset.to_string())])
                .into_response();
        }
    }
    let created = at.hq().create(feed, entry, sha256, size);
    let address = match created {
        Ok(address) => address,
        Err(failure) => return refused(failure),
    };
    match take(&at, &address, 0, body).await {
        Ok(offset) => {
            (StatusCode::CREATED, [("location", address), ("upload-offset", offset.to_string())]).into_response()
        }
        Err(failure) => refused(failure),
    }
}

async fn append(at: At, Path(upload): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let offset: u64 = headers["upload-offset"].to_str().unwrap().parse().unwrap();
    match take(&at, &format!("/v1/blobs/{upload}"), offset, body).await {
        Ok(offset) => (StatusCode::NO_CONTENT, [("upload-offset", offset.to_string())]).into_response(),
        Err(failure) => refused(failure),
    }
}

/// Takes a body in, or cuts the connection in the middle of it.
async fn take(site: &Arc<Site>, address: &str, mut offset: u64, body: Body) -> Result<u64, Failure> {
    let cut = site.cuts.lock().unwrap().pop_if(|cut| at_least(&body) > *cut as u64);
    // An empty photo is whole from the start.
    site.hq().append(address, offset, &[])?;
    let mut taken = 0;
    let mut bytes = body.into_data_stream();
    while let Some(Ok(piece)) = bytes.next().await {
        offset = site.hq().append(address, offset, &piece)?;
        taken += piece.len();
        if cut.is_some_and(|cut| taken >= cut) {
            // hyper closes the connection of a handler that panics: as abrupt as a train in a tunnel.
            std::panic::resume_unwind(Box::new("cut on purpose"));
        }
    }
    Ok(offset)
}

fn at_least(body: &Body) -> u64 {
    use axum::body::HttpBody as _;
    body.size_hint().lower()
}

async fn offset(at: At, Path(upload): Path<String>, headers: HeaderMap) -> Response {
    reply(&at, Some(&headers), Request::UploadOffset { address: format!("/v1/blobs/{upload}") })
}

async fn pack(at: At, Path(sha256): Path<String>, headers: HeaderMap) -> Response {
    let range = headers["range"].to_str().unwrap().strip_prefix("bytes=").unwrap();
    let (from, last): (u64, u64) =
        range.split_once('-').map(|(a, b)| (a.parse().unwrap(), b.parse().unwrap())).unwrap();
    reply(&at, Some(&headers), Request::PackPart { sha256: sha256.parse().unwrap(), from, len: last - from + 1 })
}

async fn look(_: At) -> axum::Json<LookReply> {
    let (user, unit) = ("alice".parse().unwrap(), "unit-1".parse().unwrap());
    axum::Json(LookReply { user, name: "李".into(), unit, bureau: "局".into() })
}

async fn enrolled(at: At, axum::Json(said): axum::Json<EnrolRequest>) -> Response {
    let certificate = Certificate {
        feed: said.feed,
        device_key: said.device_key,
        sealing_key: said.sealing_key,
        unit: "unit-1".parse().unwrap(),
        issued: "2026-11-22T10:00:00Z".into(),
    };
    // A secret that ends in "CO" is genuine; one in "XX" gets somebody else's signature.
    let signer = TestKey::new(if said.secret.ends_with("XX") { 9 } else { 1 });
    axum::Json(EnrolReply {
        certificate: Signed::sign(&certificate, &signer).unwrap(),
        hq: at.identity(),
        name: "李".into(),
        certificate_no: "1".into(),
        unit_name: "科".into(),
        area: "330100".into(),
    })
    .into_response()
}

async fn rests(sync: &SyncHandle) -> SyncView {
    let mut view = sync.subscribe();
    let resting = |v: &SyncView| matches!(v.phase, SyncPhase::Done | SyncPhase::Failed | SyncPhase::Waiting);
    let found = tokio::time::timeout(Duration::from_secs(30), view.wait_for(resting)).await;
    found.expect("it comes to rest").unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_photos_arrives_byte_for_byte_though_the_line_is_cut() {
    let site = Site::open().await;
    let phone = site.phone();
    let pack = site.hq().publishes(vec![5; 2_100_000]);
    phone.says(50);
    // Small, large, empty, and one that is cut twice.
    for (n, size) in [3_000, 2_500_000, 0, 9_000_000, 1_048_576, 1_048_577].into_iter().enumerate() {
        phone.photographs((0..size).map(|i| (i % 251) as u8 ^ n as u8).collect());
    }
    site.cuts.lock().unwrap().extend([700_000, 30_000]);
    let sync = site.sync(&phone);
    assert_eq!(sync.status().phase, SyncPhase::Idle);
    sync.start();
    let view = rests(&sync).await;
    assert_eq!((view.phase, &view.problem), (SyncPhase::Done, &None), "{view:?}");
    assert!(site.cuts.lock().unwrap().is_empty(), "both cuts happened");
    let hq = site.hq();
    let durable = phone.durable();
    for (sha256, bytes) in &durable.blobs {
        assert_eq!(hq.blobs.get(sha256), Some(bytes.as_ref()));
    }
    assert_eq!((durable.receipted_blobs.len(), durable.receipted), (6, 56));
    assert!(durable.packs.contains_key(&pack));
    assert_eq!(view.bytes_done, view.bytes_total);
    drop(durable);
    assert_eq!(phone.audit(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_photo_says_so_with_the_vaults_word_and_the_others_arrive() {
    let site = Site::open().await;
    let phone = site.phone();
    let bad = phone.photographs(vec![1; 1_500_000]);
    let good = phone.photographs(vec![2; 1_500_000]);
    phone.durable().unreadable.insert(bad);
    let sync = site.sync(&phone);
    sync.start();
    let view = rests(&sync).await;
    assert_eq!(view.problem.map(|f| f.code).as_deref(), Some("vault.damaged"));
    assert!(phone.durable().receipted_blobs.contains(&good));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hq_that_is_busy_is_asked_again_and_one_that_is_away_is_waited_for() {
    let site = Site::open().await;
    let phone = site.phone();
    phone.says(2);
    *site.busy.lock().unwrap() = 1;
    let sync = site.sync(&phone);
    sync.start();
    let view = rests(&sync).await;
    assert_eq!(view.problem.map(|f| f.code).as_deref(), Some("hq.busy"));
    let mut views = sync.subscribe();
    let done = views.wait_for(|v| v.phase == SyncPhase::Done);
    tokio::time::timeout(Duration::from_secs(10), done).await.expect("by itself").unwrap();

    let device = phone.feed.device.clone();
    // A port nobody listens at.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let contact = Contact { url: format!("https://{free}"), hq: site.identity(), device, app: "0.1.0".into() };
    let sync =
        SyncHandle::spawn(&tokio::runtime::Handle::current(), Arc::new(phone.clone()), contact, Terms::default())
            .unwrap();
    sync.start();
    assert_eq!(rests(&sync).await.problem.map(|f| f.code).as_deref(), Some("hq.unreachable"));
    sync.pause();
    let mut views = sync.subscribe();
    tokio::time::timeout(Duration::from_secs(5), views.wait_for(|v| v.phase == SyncPhase::Paused))
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_ca_at_the_same_address_is_never_spoken_to() {
    let (site, other) = (Site::open().await, Site::open().await);
    let phone = site.phone();
    let device = phone.feed.device.clone();
    let contact = Contact { url: other.url.clone(), hq: site.identity(), device, app: "0.1.0".into() };
    let sync =
        SyncHandle::spawn(&tokio::runtime::Handle::current(), Arc::new(phone), contact, Terms::default()).unwrap();
    sync.start();
    assert_eq!(rests(&sync).await.problem.map(|f| f.code).as_deref(), Some("ca.wrong"));
    assert_eq!(other.hq().hellos, 0);
    // Nor is a name the certificate does not speak of.
    let contact_elsewhere = Contact {
        url: site.url.replace("127.0.0.1", "localhost"),
        hq: site.identity(),
        device: site.phone().feed.device,
        app: "0.1.0".into(),
    };
    let local = Arc::new(site.phone());
    let sync =
        SyncHandle::spawn(&tokio::runtime::Handle::current(), local, contact_elsewhere, Terms::default()).unwrap();
    sync.start();
    assert_eq!(rests(&sync).await.problem.map(|f| f.code).as_deref(), Some("hq.tls"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_clock_is_wrong_reaches_hq_all_the_same() {
    // To a certificate of the past or the future the phone's clock is what a wrong clock is to a good certificate.
    for (from, to) in [(1975, 1980), (2090, 2095)] {
        let site = Site::valid(from, to).await;
        let phone = site.phone();
        let sync = site.sync(&phone);
        sync.start();
        let view = rests(&sync).await;
        assert_eq!((view.phase, view.problem), (SyncPhase::Done, None), "{from}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn enrolment_trusts_the_invitation_and_nobody_else() {
    let site = Site::open().await;
    let phone = site.phone();
    let good = site.invitation(site.ca);
    assert_eq!(enrol::look(&good).await.unwrap().user.as_str(), "alice");
    let wrong = site.invitation(Digest::digest(&[b"another CA"]));
    assert_eq!(enrol::look(&wrong).await.unwrap_err().code, "ca.wrong");

    let request = EnrolRequest {
        secret: good.secret.clone(),
        device: phone.feed.device.clone(),
        label: "phone".into(),
        device_key: TestKey::new(7).verifying_key(),
        sealing_key: Digest::digest(&[b"sealing"]),
        feed: phone.feed.clone(),
    };
    let first = enrol::enrol(&good, &request).await.unwrap();
    assert_eq!(enrol::enrol(&good, &request).await.unwrap().certificate, first.certificate, "again is the same");
    let request = EnrolRequest { secret: "XX".into(), ..request };
    assert_eq!(enrol::enrol(&good, &request).await.unwrap_err().code, "enrol.wrong");
}
