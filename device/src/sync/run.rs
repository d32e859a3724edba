//! The runner: carries out what the machine wants, over HTTPS and on the real phone.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::stream;
use reqwest::Body;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinError, JoinHandle, JoinSet};
use xuncha_core::Failure;
use xuncha_core::ids::{BlobHash, DeviceId};
use xuncha_core::protocol::enrol::HqIdentity;

use crate::app::views::SyncView;

use super::effect::{Answer, Ask, Effect, Input, Network, Request, RequestId, Wishes};
use super::http::{self, Http, Moved};
use super::local::{BlobReader, Local};
use super::machine::{Machine, Setup};
use super::tls::Anchor;
use super::wire::{self, Load};

/// Bytes read from the vault at once: per upload one piece in the channel, one being read, one being sent.
const PIECE: u64 = 1024 * 1024;
/// Frames of one push.
const FRAMES: usize = 1_000;

/// Whom the runner speaks to, and as whom.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Address of HQ, `https://…`.
    pub url: String,
    /// What enrolment brought.
    pub hq: HqIdentity,
    /// This phone.
    pub device: DeviceId,
    /// Version of the app.
    pub app: String,
}

/// How it is to be done, as far as that is known before it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The person paused: it rests until the person goes on.
    pub paused: bool,
    /// What the person wants of every sync.
    pub wishes: Wishes,
    /// What the shell said of the network.
    pub network: Network,
}

impl Default for Terms {
    fn default() -> Self {
        Self { paused: false, wishes: Wishes::default(), network: Network::Unknown }
    }
}

/// A sync that runs beside the app. Dropping it ends it; nothing is lost by that.
#[derive(Debug)]
pub struct SyncHandle {
    inputs: mpsc::UnboundedSender<Input>,
    view: watch::Receiver<SyncView>,
    /// When `view` was true.
    shown_at: Arc<AtomicU64>,
    began: Instant,
    task: JoinHandle<()>,
}

impl SyncHandle {
    /// Begins at rest.
    ///
    /// # Errors
    /// `hq.address` or `ca.unreadable`: what enrolment stored cannot be used.
    pub fn spawn(runtime: &Handle, local: Arc<dyn Local>, contact: Contact, terms: Terms) -> Result<Self, Failure> {
        let anchor = Anchor::from_pem(&contact.hq.ca_pem)?;
        let http = Http::new(&contact.url, anchor.clone())?;
        let mut seed = [0; 8];
        // Without chance the retries are merely not spread.
        let _ = getrandom::fill(&mut seed);
        let mut machine = Machine::new(Setup {
            device: contact.device.clone(),
            hq_key: contact.hq.key,
            hq_feed: contact.hq.feed,
            hq_url: contact.url,
            app: contact.app,
            jitter_seed: u64::from_le_bytes(seed),
        });
        // Nothing is carried out of these: a machine at rest only shows them.
        machine.step(0, Input::Network(terms.network));
        let by_itself = terms.wishes.by_itself;
        machine.step(0, Input::Wish(terms.wishes));
        if terms.paused {
            machine.step(0, Input::Pause);
        }
        let (shown, view) = watch::channel(machine.view());
        let (inputs, wishes) = mpsc::unbounded_channel();
        let (began, shown_at) = (Instant::now(), Arc::<AtomicU64>::default());
        let runner = Runner {
            machine,
            wire: Wire { http, local, device: contact.device },
            anchor,
            network: terms.network,
            shown,
            shown_at: shown_at.clone(),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            began,
            // What the machine waits for at rest it says with the first step that is carried out.
            wake: by_itself.then(tokio::time::Instant::now),
        };
        let task = runtime.spawn(runner.run(wishes));
        Ok(Self { inputs, view, shown_at, began, task })
    }
    /// Syncs now; ends a pause; while it runs, makes it look once more when it is through.
    pub fn start(&self) {
        let _ = self.inputs.send(Input::Start);
    }
    /// Something was written here that HQ does not have.
    pub fn news(&self) {
        let _ = self.inputs.send(Input::News);
    }
    /// Stops at once; what HQ acknowledged stays.
    pub fn pause(&self) {
        let _ = self.inputs.send(Input::Pause);
    }
    /// How the person wants it done from now on.
    pub fn wish(&self, wishes: Wishes) {
        let _ = self.inputs.send(Input::Wish(wishes));
    }
    /// How the phone is connected now.
    pub fn network(&self, network: Network) {
        let _ = self.inputs.send(Input::Network(network));
    }
    /// Ends it. What is being stored at this moment still is; nothing else happens any more.
    pub fn stop(self) {
        self.task.abort();
    }
    /// Where it stands.
    pub fn status(&self) -> SyncView {
        let mut view = self.view.borrow().clone();
        // At rest nothing is shown for a quarter of an hour.
        let age = millis(self.began).saturating_sub(self.shown_at.load(Ordering::Relaxed));
        view.retry_ms = view.retry_ms.map(|ms| ms.saturating_sub(age));
        view
    }
    /// Tells of every change, at most five a second.
    pub fn subscribe(&self) -> watch::Receiver<SyncView> {
        self.view.clone()
    }
}

impl Drop for SyncHandle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

struct Runner {
    machine: Machine,
    wire: Wire,
    anchor: Anchor,
    network: Network,
    shown: watch::Sender<SyncView>,
    shown_at: Arc<AtomicU64>,
    tasks: JoinSet<Result<Answer, Failure>>,
    running: HashMap<tokio::task::Id, (RequestId, AbortHandle)>,
    began: Instant,
    wake: Option<tokio::time::Instant>,
}

impl Runner {
    async fn run(mut self, mut wishes: mpsc::UnboundedReceiver<Input>) {
        loop {
            let wake = self.wake;
            let input = tokio::select! {
                wish = wishes.recv() => match wish {
                    Some(wish) => wish,
                    None => return,
                },
                Some(done) = self.tasks.join_next_with_id() => match self.answer(done) {
                    Some(input) => input,
                    None => continue,
                },
                () = async { tokio::time::sleep_until(wake.unwrap_or_else(tokio::time::Instant::now)).await },
                    if wake.is_some() => Input::Tick,
            };
            self.wake = None;
            if self.needs_new_connections(&input) {
                self.connect_anew();
            }
            for effect in self.machine.step(millis(self.began), input) {
                self.carry_out(effect);
            }
        }
    }

    /// What lies idle in the pool is as dead as the connection that fell silent, and a request on it would wait as long.
    fn needs_new_connections(&mut self, input: &Input) -> bool {
        match input {
            Input::Network(network) => std::mem::replace(&mut self.network, *network) != *network,
            Input::Answer { result: Err(failure), .. } => http::is_silent(failure),
            _ => false,
        }
    }

    fn connect_anew(&mut self) {
        // It could be made once, from the same address and the same certificate.
        if let Ok(http) = Http::new(self.wire.http.base(), self.anchor.clone()) {
            self.wire.http = http;
        }
    }

    fn answer(&mut self, done: Result<(tokio::task::Id, Result<Answer, Failure>), JoinError>) -> Option<Input> {
        let (task, result) = match done {
            Ok(done) => done,
            Err(e) if e.is_cancelled() => {
                self.running.remove(&e.id());
                return None;
            }
            Err(e) => (e.id(), Err(Failure::never("engine.fault"))),
        };
        let (id, _) = self.running.remove(&task)?;
        Some(Input::Answer { id, result })
    }

    fn carry_out(&mut self, effect: Effect) {
        let wire = self.wire.clone();
        match effect {
            Effect::Ask { id, ask } => {
                let handle = self.tasks.spawn_blocking(move || answer_locally(wire.local.as_ref(), ask));
                self.running.insert(handle.id(), (id, handle));
            }
            Effect::Send { id, token, request } => {
                let handle = self.tasks.spawn(async move { wire.exchange(token.as_deref(), request).await });
                self.running.insert(handle.id(), (id, handle));
            }
            Effect::Cancel { id } => {
                if let Some((_, handle)) = self.running.values().find(|(asked, _)| *asked == id) {
                    handle.abort();
                }
            }
            Effect::Show(view) => {
                self.shown_at.store(millis(self.began), Ordering::Relaxed);
                self.shown.send_replace(*view);
            }
            Effect::Wait { ms } => {
                let at = tokio::time::Instant::now() + Duration::from_millis(ms);
                self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
            }
            Effect::Done => {
                let view = self.machine.view();
                tracing::info!(
                    phase = ?view.phase, entries = view.entries_done, bytes = view.bytes_done,
                    problem = view.problem.as_ref().map(|f| f.code.as_str()), "sync rests"
                );
            }
        }
    }
}

/// Asks the phone: one call of [`Local`] for one question.
///
/// # Errors
/// The phone's own.
pub fn answer_locally(local: &dyn Local, ask: Ask) -> Result<Answer, Failure> {
    Ok(match ask {
        Ask::Standing => Answer::Standing(Box::new(local.standing()?)),
        Ask::SignSession { nonce } => Answer::Signature(local.sign_session(&nonce)?),
        Ask::SignHeads { heads, session } => Answer::Claims(local.sign_heads(&heads, session)?),
        Ask::Frames { feed, from, bytes } => Answer::Frames(local.frames(feed, from, FRAMES, bytes)?),
        Ask::EntryAt { feed, seq } => Answer::EntryAt(local.entry_at(feed, seq)?),
        Ask::StoreReceipt(receipt) => Answer::ReceiptStored(local.store_receipt(&receipt)?),
        Ask::LackingPacks => Answer::Packs(local.lacking_packs()?),
        Ask::Manifest => Answer::Manifest(local.manifest()?),
        Ask::StoreLacking(lacking) => Answer::ReceiptStored(local.store_lacking(&lacking)?),
        Ask::StoreCheckpoint(checkpoint) => stored(local.store_checkpoint(&checkpoint))?,
        Ask::StoreBehind(checkpoint) => stored(local.store_behind(&checkpoint))?,
        Ask::StoreWanted(blobs) => stored(local.store_wanted(&blobs))?,
        Ask::StoreVerdict { feed, verdict, at_hq } => stored(local.store_verdict(feed, verdict, &at_hq))?,
        Ask::StorePulled(runs) => stored(local.store_pulled(&runs))?,
        Ask::StorePack { pack, bytes } => stored(local.store_pack(&pack, &bytes))?,
        Ask::StoreAgreed(agreed) => stored(local.store_agreed(&agreed))?,
    })
}

fn stored(result: Result<(), Failure>) -> Result<Answer, Failure> {
    result.map(|()| Answer::Stored)
}

/// What a request needs.
#[derive(Clone)]
struct Wire {
    http: Http,
    local: Arc<dyn Local>,
    device: DeviceId,
}

impl Wire {
    async fn exchange(&self, token: Option<&str>, request: Request) -> Result<Answer, Failure> {
        let out = wire::outgoing(&request, token, &self.device)?;
        let moved = Moved::default();
        let blob = match out.load {
            Load::Blob { sha256, from, len, size, .. } => {
                Some(self.blob(sha256, from..from + len, size, &moved).await?)
            }
            Load::Bytes(_) => None,
        };
        let (body, fault) = blob.map(|b| (b.body, b.fault)).unzip();
        let came = self.http.send(out, body, &moved).await.map_err(|f| own_fault(fault.as_ref(), f))?;
        wire::answer(&request, self.http.base(), &came)
    }

    /// Streams a piece of a blob straight out of the vault.
    async fn blob(&self, sha256: BlobHash, part: Range<u64>, size: u64, moved: &Moved) -> Result<BlobBody, Failure> {
        let local = self.local.clone();
        let opened = tokio::task::spawn_blocking(move || local.blob(sha256)).await;
        let mut reader = opened.map_err(|_| Failure::never("engine.fault"))??;
        if reader.size() != size {
            return Err(Failure::never("blob.size"));
        }
        let (pieces, stream_of) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
        let fault = Fault::default();
        let noted = fault.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(failure) = read_pieces(reader.as_mut(), part, &pieces) {
                noted.set(failure);
                // Cuts the body off, so that HQ does not wait for the rest.
                let _ = pieces.blocking_send(Err(std::io::Error::other("the blob cannot be read")));
            }
        });
        let moved = moved.clone();
        let stream = stream::unfold(stream_of, move |mut stream_of| {
            let moved = moved.clone();
            async move {
                let piece = stream_of.recv().await?;
                moved.add(piece.as_ref().map_or(0, Bytes::len));
                Some((piece, stream_of))
            }
        });
        Ok(BlobBody { body: Body::wrap_stream(stream), fault })
    }
}

struct BlobBody {
    body: Body,
    fault: Fault,
}

/// Why a body broke off on this side.
#[derive(Clone, Default)]
struct Fault(Arc<std::sync::OnceLock<Failure>>);

impl Fault {
    fn set(&self, failure: Failure) {
        let _ = self.0.set(failure);
    }
}

/// The wire says only "cut"; the reason may be our own.
fn own_fault(fault: Option<&Fault>, wire: Failure) -> Failure {
    fault.and_then(|f| f.0.get()).cloned().unwrap_or(wire)
}

fn read_pieces(
    reader: &mut dyn BlobReader,
    part: Range<u64>,
    pieces: &mpsc::Sender<Result<Bytes, std::io::Error>>,
) -> Result<(), Failure> {
    let mut at = part.start;
    while at < part.end {
        let len = PIECE.min(part.end - at);
        let mut piece = vec![0; usize::try_from(len).map_err(|_| Failure::never("engine.fault"))?];
        reader.read_at(at, &mut piece)?;
        at += len;
        if pieces.blocking_send(Ok(piece.into())).is_err() {
            // The request is over: HQ answered early, or nobody wants it any more.
            return Ok(());
        }
    }
    Ok(())
}
