//! Step 3: entries.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use xuncha_core::feed::{Chain, ChainError, Entry, Frame, FrameError, Head, VerifyingKey, WireFrame};
use xuncha_core::ids::{EntryId, FeedId};
use xuncha_core::protocol::push::{Inert, MAX_BYTES, MAX_FRAMES, PushReply, Quarantined};

use super::session::Device;
use crate::db::DbError;
use crate::hq::Hq;
use crate::http::{json, whole_body};
use crate::ingest::Intake;
use crate::refusal::{Answer, Refusal};

/// Log2 of the window a compressed body may ask for: [`MAX_BYTES`].
const MAX_WINDOW_LOG: u32 = MAX_BYTES.ilog2();

/// How often a push is judged anew because HQ itself said something at the same moment.
const TRIES: u32 = 5;

pub(super) async fn push(
    State(hq): State<Arc<Hq>>,
    device: Device,
    Path(feed): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let feed: FeedId = feed.parse().map_err(|_| Refusal::not_found("feed.unknown"))?;
    let feed = device.own_feed(&hq, &feed).await?;
    let bytes = whole_body(body, MAX_BYTES).await?;
    let zstd = match headers.get(header::CONTENT_ENCODING).map(|v| v.as_bytes()) {
        None | Some(b"identity") => false,
        Some(b"zstd") => true,
        Some(_) => return Err(Refusal::never(StatusCode::UNSUPPORTED_MEDIA_TYPE, "push.encoding")),
    };
    let key = feed.key.key;
    // The dear half, before the log is held: phones are verified beside each other and only their places one after another.
    let read = move || read(&bytes, zstd).map(|frames| frames.into_iter().map(|f| (f.verify(&key), f)).collect());
    let frames: Vec<Verified> = hq.blocking.run(move || Ok(read())).await??;
    for _ in 0..TRIES {
        let log = hq.log.lock().await;
        let after = hq.db.tip(&feed.key.feed).await?;
        let Decision { head, entries, quarantine } =
            decide(&hq, key, after.head.clone(), feed.closed_after, &frames).await?;
        if !entries.is_empty() || !quarantine.is_empty() {
            let last = entries.last().map_or(0, |(_, e)| e.header.seq);
            hq.may_grow(&feed.key.feed, last, quarantine.len()).await?;
            match hq.store(Some(&feed), Intake { after, entries, quarantine: quarantine.clone() }).await {
                Err(DbError::Moved) => continue,
                other => other?,
            }
        }
        drop(log);
        let quarantined = quarantine.into_iter().map(|(q, _)| q).collect();
        let reply = PushReply { head, quarantined, inert: inert(&hq, &feed.key.feed, &frames).await? };
        return Ok(json(StatusCode::OK, &reply));
    }
    Err(Refusal::later(StatusCode::CONFLICT, "feed.moved"))
}

/// A frame, and what its signature says of it.
type Verified = (Result<Entry, FrameError>, Frame);

/// Reads the NDJSON lines.
fn read(bytes: &[u8], zstd: bool) -> Answer<Vec<Frame>> {
    let malformed = |line: usize| Refusal::never(StatusCode::BAD_REQUEST, "push.malformed").with("line", line);
    let too_large = || Refusal::never(StatusCode::PAYLOAD_TOO_LARGE, "body.too_large").with("limit", MAX_BYTES);
    let mut plain = Vec::new();
    let bytes = if zstd {
        let mut decoder = zstd::stream::read::Decoder::new(bytes).map_err(|_| malformed(0))?;
        // A frame may ask for a window of 128 MiB and hold a single byte.
        decoder.window_log_max(MAX_WINDOW_LOG).map_err(|_| malformed(0))?;
        decoder.take(MAX_BYTES as u64 + 1).read_to_end(&mut plain).map_err(|_| malformed(0))?;
        plain.as_slice()
    } else {
        bytes
    };
    if bytes.len() > MAX_BYTES {
        return Err(too_large());
    }
    let mut frames = Vec::new();
    for (n, line) in bytes.split(|b| *b == b'\n').enumerate().filter(|(_, l)| !l.is_empty()) {
        let wire: WireFrame = serde_json::from_slice(line).map_err(|_| malformed(n + 1))?;
        if wire.payload.is_none() {
            return Err(Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "push.no_payload").with("line", n + 1));
        }
        frames.push(wire.into());
    }
    if frames.len() > MAX_FRAMES {
        return Err(too_large());
    }
    Ok(frames)
}

struct Decision {
    /// Where the feed ends when the entries are stored.
    head: Head,
    entries: Vec<(Frame, Entry)>,
    quarantine: Vec<(Quarantined, Frame)>,
}

/// What one frame is, after the chain has looked at it.
enum Place {
    Next(Box<Entry>),
    Before(u64),
    Apart(&'static str),
    Gap(u64),
    Other,
}

fn place(chain: &mut Chain, verified: &Result<Entry, FrameError>) -> Place {
    match verified.clone().map_err(ChainError::from).and_then(|entry| chain.link(entry)) {
        Ok(entry) => Place::Next(Box::new(entry)),
        Err(ChainError::Taken(seq)) => Place::Before(seq),
        Err(ChainError::Gap { have, .. }) => Place::Gap(have),
        Err(ChainError::Fork(_)) => Place::Apart("feed.fork"),
        Err(ChainError::OtherFeed) => Place::Other,
        Err(ChainError::Frame(FrameError::Signature(_))) => Place::Apart("entry.signature"),
        Err(ChainError::Frame(_) | ChainError::Lamport(_)) => Place::Apart("entry.limits"),
    }
}

async fn decide(
    hq: &Hq,
    key: VerifyingKey,
    head: Head,
    closed_after: Option<u64>,
    frames: &[Verified],
) -> Answer<Decision> {
    let mut chain = Chain::resume(key, head.clone());
    let mut out = Decision { head, entries: Vec::new(), quarantine: Vec::new() };
    for (verified, frame) in frames {
        let reason = match place(&mut chain, verified) {
            Place::Next(entry) => match closed_after {
                Some(last) if entry.header.seq > last => "feed.closed",
                _ => {
                    out.entries.push((frame.clone(), *entry));
                    out.head = chain.head().clone();
                    continue;
                }
            },
            Place::Before(seq) => {
                let here = match out.entries.iter().find(|(_, e)| e.header.seq == seq) {
                    Some((_, entry)) => Some(entry.id),
                    None => hq.db.entry_at(&chain.head().feed, seq).await?,
                };
                if here == Some(frame.id()) {
                    continue;
                }
                "feed.taken"
            }
            Place::Apart(reason) => reason,
            Place::Other => return Err(Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "push.other_feed")),
            // What follows a frame that was kept apart cannot follow anything: the reply says so by its head.
            Place::Gap(_) if !out.quarantine.is_empty() => break,
            Place::Gap(have) => {
                return Err(Refusal::later(StatusCode::CONFLICT, "feed.gap").with("have", have));
            }
        };
        out.quarantine
            .push((Quarantined { seq: seq_of(frame), id: frame.id(), reason: reason.to_owned() }, frame.clone()));
    }
    Ok(out)
}

/// The place a frame claims, as far as its header can be read at all.
fn seq_of(frame: &Frame) -> u64 {
    let header: Option<serde_json::Value> = serde_json::from_slice(frame.header_bytes()).ok();
    header.and_then(|h| h.get("seq")?.as_u64()).filter(|seq| i64::try_from(*seq).is_ok()).unwrap_or(0)
}

/// Of these frames, those that are stored and have no effect.
async fn inert(hq: &Hq, feed: &FeedId, frames: &[Verified]) -> Answer<Vec<Inert>> {
    let seqs: BTreeMap<EntryId, u64> = frames.iter().map(|(_, f)| (f.id(), seq_of(f))).collect();
    let (Some(first), Some(last)) = (seqs.values().min(), seqs.values().max()) else { return Ok(Vec::new()) };
    let stored = hq.db.inert(feed, *first, *last).await?;
    let ours = stored.into_iter().filter_map(|(id, reason)| Some(Inert { seq: *seqs.get(&id)?, reason }));
    Ok(ours.collect())
}
