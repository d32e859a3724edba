//! Bytes of an upload, from the wire to the disk: one thread reads and decrypts, another hashes and writes, a short queue
//! between them. One SHA-256 per byte; after a restart what is there is hashed and written again. [`Blocking::Here`]
//! does both in turn.
//!
//! A phone that sends slowly, or not at all, holds no thread: the one that writes leaves after [`LULL`] without bytes and
//! another comes with the next ones. One that sends less than [`LEAST`] in the time a request may be silent counts as cut.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::StatusCode;
use http_body_util::BodyExt as _;
use sha1::Digest as _;
use sha2::Sha256;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, watch};
use xuncha_core::ids::BlobHash;
use xuncha_core::protocol::blobs::CHECKSUM_MISMATCH;

use crate::blocking::Blocking;
use crate::db::UploadRecord;
use crate::hq::Hq;
use crate::objects::{Objects, Part, write_again};
use crate::refusal::{Answer, Refusal};

/// Pieces between the two threads. A piece is what the wire gave at once, some ten KiB: a few MiB at most.
const QUEUE: usize = 64;
/// How long a request waits for the one before it on the same upload to flush what it has.
const PATIENCE: Duration = Duration::from_secs(5);

/// What has arrived counts, though its phone has come again already: a phone is quicker with its next connection than HQ with
/// the bytes of the last one, and throwing them away cost 6 % of everything on a line that is cut (measured 2026-11-22). A
/// request that makes room takes in what comes without a pause of this length.
const DRAIN: Duration = Duration::from_millis(30);
/// From a connection that was silent for so long before nothing more comes: it makes room at once.
const SILENT: Duration = Duration::from_secs(1);

/// How long the thread that writes waits for more before it leaves. Threads are few (512), slow phones may be many.
const LULL: Duration = Duration::from_millis(20);
/// Bytes that must come within [`crate::config::Terms::idle`]. The slowest mobile network brings a hundred times as many.
const LEAST: u64 = 256;

/// Hash and offset of an upload, as far as this run knows them.
#[derive(Default)]
pub struct Progress(Option<(Sha256, u64)>);

/// Uploads this run has touched, each behind its own lock.
#[derive(Default)]
pub struct Running(Mutex<HashMap<String, Arc<Turns>>>);

/// Whose turn it is at one upload.
#[derive(Default)]
struct Turns {
    lock: Arc<AsyncMutex<Progress>>,
    /// Counts the requests; the one that holds the lock leaves when there is a later one.
    latest: watch::Sender<u64>,
}

/// An upload, taken for one request.
pub struct Held {
    progress: OwnedMutexGuard<Progress>,
    ticket: u64,
    latest: watch::Receiver<u64>,
}

impl Running {
    /// Takes the upload for one request. The phone asks again only when it lost the connection before: a request that still
    /// waits for bytes, perhaps from a network that is gone, makes room at once. It does not in time: 423.
    pub async fn take(&self, upload: &str) -> Answer<Held> {
        let turns = {
            let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(map.entry(upload.to_owned()).or_default())
        };
        let mut ticket = 0;
        turns.latest.send_modify(|n| {
            *n += 1;
            ticket = *n;
        });
        let held = tokio::time::timeout(PATIENCE, Arc::clone(&turns.lock).lock_owned()).await;
        let progress = held.map_err(|_| Refusal::later(StatusCode::LOCKED, "blob.locked"))?;
        Ok(Held { progress, ticket, latest: turns.latest.subscribe() })
    }
    /// Forgets an upload.
    pub fn forget(&self, upload: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(upload);
    }
}

/// The checksum a request claims for its own bytes.
#[derive(Clone)]
pub enum Checksum {
    /// SHA-1.
    Sha1(Vec<u8>),
    /// SHA-256.
    Sha256(Vec<u8>),
}

enum Piece {
    Bytes(Bytes),
    /// The body ended as it should. A queue that closes without this was cut.
    End,
}

/// How the writing ended.
enum Written {
    /// Everything up to here is durable.
    To(u64),
    /// All bytes are there, have the right hash, and are an object now.
    Whole,
    /// All bytes are there and are not what they claim to be: thrown away.
    WrongHash,
    /// This request's bytes are not what they claim to be: taken back.
    WrongChecksum,
    /// More bytes than announced: taken back.
    TooLong,
    /// The phone believes another offset.
    Offset(u64),
}

/// Appends a request's body. Gives the new offset; everything before it is durable.
pub async fn append(
    hq: Arc<Hq>,
    upload: UploadRecord,
    offset: u64,
    body: Body,
    checksum: Option<Checksum>,
) -> Answer<u64> {
    // The caller may be dropped with its connection; what arrived is kept all the same.
    let work = tokio::spawn(append_held(hq, upload, offset, body, checksum));
    work.await.map_err(|_| Refusal::later(StatusCode::INTERNAL_SERVER_ERROR, "hq.busy"))?
}

async fn append_held(
    hq: Arc<Hq>,
    upload: UploadRecord,
    offset: u64,
    body: Body,
    checksum: Option<Checksum>,
) -> Answer<u64> {
    let mut held = hq.running.take(&upload.upload).await?;
    // Between the look at the row and the lock the upload may have been finished or given up.
    let Some(upload) = hq.db.upload(&upload.upload).await? else { return Err(Refusal::not_found("blob.unknown")) };
    if upload.done {
        return if offset == upload.size { Ok(offset) } else { Err(conflict(upload.size)) };
    }
    let known = held.progress.0.take();
    let (part, size, sha256) = (upload.upload.clone(), upload.size, upload.sha256);
    let plan = Plan { part, size, sha256, offset, checksum };
    let (window, came) = (tokio::time::Instant::now(), 0);
    let (objects, wire) = (Arc::clone(&hq.objects), Wire { body, idle: hq.terms.idle, window, came, held: &mut held });
    let (written, sent) = match hq.blocking {
        Blocking::Threads => {
            let (sender, receiver) = channel(QUEUE);
            let writer = tokio::spawn(plan.drain(objects, known, receiver));
            let sent = pump(wire, sender).await;
            (writer.await.map_err(|e| io::Error::other(e.to_string())).and_then(|w| w), sent)
        }
        Blocking::Here => plan.drain_here(&*objects, known, wire).await,
    };
    let (outcome, state) = match written {
        Ok(written) => written,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            // The part went with a crash between rename and row: the phone begins again.
            hq.running.forget(&upload.upload);
            hq.db.drop_upload(&upload.upload).await?;
            return Err(Refusal::not_found("blob.unknown"));
        }
        Err(e) => {
            // After a failed write or fsync nothing about the part is sure: it goes (choices: never retry an fsync).
            drop_part(&hq, &upload.upload).await;
            return Err(e.into());
        }
    };
    held.progress.0 = state;
    match outcome {
        Written::Whole => {
            hq.db.prove(&upload, &hq.clock.stamp()).await?;
            hq.running.forget(&upload.upload);
            Ok(upload.size)
        }
        Written::WrongHash => {
            hq.db.drop_upload(&upload.upload).await?;
            hq.running.forget(&upload.upload);
            Err(mismatch())
        }
        Written::WrongChecksum => Err(mismatch()),
        Written::TooLong => Err(Refusal::never(StatusCode::PAYLOAD_TOO_LARGE, "blob.size").with("size", upload.size)),
        Written::Offset(at) => Err(conflict(at)),
        Written::To(at) => sent.map(|()| at),
    }
}

async fn drop_part(hq: &Arc<Hq>, upload: &str) {
    hq.running.forget(upload);
    let (objects, part) = (Arc::clone(&hq.objects), upload.to_owned());
    let dropped = hq.blocking.run(move || objects.drop_part(&part)).await;
    if dropped.is_err() || hq.db.drop_upload(upload).await.is_err() {
        tracing::error!("a part that may be damaged could not be removed");
    }
}

fn mismatch() -> Refusal {
    // 460 is tus's own; the code is in range, so this cannot fail.
    let status = StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::BAD_REQUEST);
    Refusal::later(status, "blob.hash")
}

fn conflict(offset: u64) -> Refusal {
    Refusal::later(StatusCode::CONFLICT, "blob.offset").with("offset", offset)
}

/// The body of a request that holds its upload.
struct Wire<'a> {
    body: Body,
    idle: Duration,
    /// Since when, and how many bytes since then.
    window: tokio::time::Instant,
    came: u64,
    held: &'a mut Held,
}

impl Wire<'_> {
    /// The next bytes; none at the end. A body that is silent for too long counts as cut, and so does one whose phone has
    /// come again meanwhile.
    async fn next(&mut self) -> Answer<Option<Bytes>> {
        let cut = |code| Err(Refusal::later(StatusCode::REQUEST_TIMEOUT, code));
        let (ticket, asked) = (self.held.ticket, tokio::time::Instant::now());
        loop {
            let replaced = *self.held.latest.borrow() > ticket;
            let patience = match replaced {
                true if asked.elapsed() >= SILENT => Duration::ZERO,
                true => DRAIN,
                false => self.idle,
            };
            let frame = tokio::select! {
                biased;
                frame = tokio::time::timeout(patience, self.body.frame()) => frame,
                _ = self.held.latest.wait_for(|latest| *latest > ticket), if !replaced => continue,
            };
            match frame {
                Err(_) if replaced => return cut("request.replaced"),
                Err(_) => return cut("request.slow"),
                Ok(Some(Err(_))) => return cut("body.cut"),
                Ok(None) => return Ok(None),
                Ok(Some(Ok(frame))) => {
                    let Ok(bytes) = frame.into_data() else { continue };
                    self.came += bytes.len() as u64;
                    if self.window.elapsed() >= self.idle {
                        if self.came < LEAST {
                            return cut("request.slow");
                        }
                        (self.window, self.came) = (tokio::time::Instant::now(), 0);
                    }
                    return Ok(Some(bytes));
                }
            }
        }
    }
}

/// Hands the body over piece by piece.
async fn pump(mut wire: Wire<'_>, sender: Sender<Piece>) -> Answer<()> {
    while let Some(bytes) = wire.next().await? {
        if sender.send(Piece::Bytes(bytes)).await.is_err() {
            return Ok(());
        }
    }
    // A writer that is gone has its own word on why.
    let _ = sender.send(Piece::End).await;
    Ok(())
}

/// What is to be written where.
struct Plan {
    part: String,
    size: u64,
    sha256: BlobHash,
    offset: u64,
    checksum: Option<Checksum>,
}

type State = Option<(Sha256, u64)>;

/// A part that is being appended to.
struct Writing {
    plan: Plan,
    file: Box<dyn Part>,
    /// Hash of what was there, and how much that was.
    before: (Sha256, u64),
    at: u64,
    sums: Sums,
}

impl Plan {
    /// Opens the part. `Err`: it does not stand where the phone believes, and nothing was touched.
    fn open(self, objects: &dyn Objects, known: State) -> io::Result<Result<Writing, (Written, State)>> {
        let (mut file, length) = objects.open_part(&self.part)?;
        if length != self.offset {
            return Ok(Err((Written::Offset(length), known)));
        }
        let before = match known.filter(|(_, at)| *at == length) {
            Some((hash, _)) => hash,
            None => write_again(&mut *file)?,
        };
        let mut sums = Sums { hash: before.clone(), sha1: None, own: None };
        match &self.checksum {
            Some(Checksum::Sha1(_)) => sums.sha1 = Some(sha1::Sha1::new()),
            Some(Checksum::Sha256(_)) => sums.own = Some(Sha256::new()),
            None => {}
        }
        Ok(Ok(Writing { plan: self, file, before: (before, length), at: length, sums }))
    }

    /// Writes what comes out of the queue, on threads that may block and only while there is something to write.
    async fn drain(
        self,
        objects: Arc<dyn Objects>,
        known: State,
        mut pieces: Receiver<Piece>,
    ) -> io::Result<(Written, State)> {
        let blocking = Blocking::Threads;
        let held = Arc::clone(&objects);
        let mut writing = match blocking.run(move || self.open(&*held, known)).await? {
            Ok(writing) => writing,
            Err(ended) => return Ok(ended),
        };
        loop {
            // No thread waits here.
            let first = pieces.recv().await;
            let held = Arc::clone(&objects);
            match blocking.run(move || writing.drain(&*held, first, pieces)).await? {
                Drained::Ended(written, state) => return Ok((written, state)),
                Drained::Lull(still, queue) => (writing, pieces) = (*still, queue),
            }
        }
    }

    /// As [`Plan::drain`] and [`pump`], in one thread.
    async fn drain_here(
        self,
        objects: &dyn Objects,
        known: State,
        mut wire: Wire<'_>,
    ) -> (io::Result<(Written, State)>, Answer<()>) {
        let mut writing = match self.open(objects, known) {
            Ok(Ok(writing)) => writing,
            Ok(Err(ended)) => return (Ok(ended), Ok(())),
            Err(e) => return (Err(e), Ok(())),
        };
        let sent = loop {
            match wire.next().await {
                Ok(None) => break Ok(()),
                Err(cut) => break Err(cut),
                Ok(Some(bytes)) => match writing.take(&bytes) {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(e) => return (Err(e), Ok(())),
                },
            }
        };
        (writing.end(objects, sent.is_ok()), sent)
    }
}

/// How it stands when the thread leaves.
enum Drained {
    Ended(Written, State),
    /// Nothing came for a while.
    Lull(Box<Writing>, Receiver<Piece>),
}

impl Writing {
    /// Writes this piece and those that follow without a pause. None: the queue closed before the body's end.
    fn drain(
        mut self,
        objects: &dyn Objects,
        first: Option<Piece>,
        mut pieces: Receiver<Piece>,
    ) -> io::Result<Drained> {
        let runtime = tokio::runtime::Handle::current();
        let mut piece = first;
        loop {
            let whole = match piece {
                Some(Piece::Bytes(bytes)) if self.take(&bytes)? => None,
                Some(Piece::Bytes(_)) | None => Some(false),
                Some(Piece::End) => Some(true),
            };
            if let Some(whole) = whole {
                let (written, state) = self.end(objects, whole)?;
                return Ok(Drained::Ended(written, state));
            }
            piece = match pieces.try_recv() {
                Ok(piece) => Some(piece),
                Err(TryRecvError::Disconnected) => None,
                Err(TryRecvError::Empty) => {
                    match runtime.block_on(async { tokio::time::timeout(LULL, pieces.recv()).await }) {
                        Ok(piece) => piece,
                        Err(_) => return Ok(Drained::Lull(Box::new(self), pieces)),
                    }
                }
            };
        }
    }

    /// Takes a piece. `false`: there is more than was announced.
    fn take(&mut self, bytes: &[u8]) -> io::Result<bool> {
        self.at += bytes.len() as u64;
        if self.at > self.plan.size {
            return Ok(false);
        }
        self.file.write_all(bytes)?;
        self.sums.update(bytes);
        Ok(true)
    }

    /// The body is over; `whole`: as it should be.
    fn end(mut self, objects: &dyn Objects, whole: bool) -> io::Result<(Written, State)> {
        let (at, length) = (self.at, self.before.1);
        // A cut body cannot be held against its checksum: its bytes go, as the extension says.
        let back = match &self.plan.checksum {
            _ if at > self.plan.size => Some(Written::TooLong),
            Some(_) if !whole => Some(Written::To(length)),
            Some(claimed) if !self.sums.fit(claimed) => Some(Written::WrongChecksum),
            _ => None,
        };
        if let Some(outcome) = back {
            self.file.set_len(length)?;
            self.file.sync()?;
            return Ok((outcome, Some(self.before)));
        }
        self.file.sync()?;
        if at < self.plan.size {
            return Ok((Written::To(at), Some((self.sums.hash, at))));
        }
        drop(self.file);
        if BlobHash::from_bytes(self.sums.hash.finalize().into()) == self.plan.sha256 {
            objects.finish_part(&self.plan.part, &self.plan.sha256)?;
            Ok((Written::Whole, None))
        } else {
            objects.drop_part(&self.plan.part)?;
            Ok((Written::WrongHash, None))
        }
    }
}

struct Sums {
    hash: Sha256,
    sha1: Option<sha1::Sha1>,
    own: Option<Sha256>,
}

impl Sums {
    fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        if let Some(sha1) = &mut self.sha1 {
            sha1.update(bytes);
        }
        if let Some(own) = &mut self.own {
            own.update(bytes);
        }
    }
    fn fit(&self, claimed: &Checksum) -> bool {
        match claimed {
            Checksum::Sha1(sum) => self.sha1.clone().is_some_and(|s| s.finalize().as_slice() == sum.as_slice()),
            Checksum::Sha256(sum) => self.own.clone().is_some_and(|s| s.finalize().as_slice() == sum.as_slice()),
        }
    }
}
