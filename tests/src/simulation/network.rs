//! The network between phones and HQ: what becomes of a request and of its answer.
//!
//! Upstream any byte of a body may be flipped: HQ must hold against anything from anywhere. Downstream only what is signed or
//! hashed is forged (see [`super::world`]): the rest of an answer is guarded by TLS, which turns damage into a cut.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Request, header};
use futures::StreamExt as _;
use tower::ServiceExt as _;
use xuncha_device::sync::{Incoming, Outgoing};

use super::chance::Chance;
use super::power::Power;

/// How often what goes wrong, in 1,000.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// A request never arrives.
    pub lost_request: u32,
    /// A request arrives, its answer does not.
    pub lost_reply: u32,
    /// The connection breaks in the middle of a request's body.
    pub cut: u32,
    /// A byte of a request's body is another one.
    pub flipped: u32,
    /// A request arrives twice.
    pub twice: u32,
    /// A request arrives long after the phone gave it up.
    pub delayed: u32,
    /// Something on the way answers 200 before HQ has anything.
    pub early: u32,
    /// A captive portal answers.
    pub portal: u32,
    /// Something on the way is overloaded.
    pub busy: u32,
    /// An answer comes a second time, later.
    pub echoed: u32,
    /// Somebody without HQ's key answers in its place.
    pub forged: u32,
}

impl Weather {
    /// The weather of one seed: some days one thing is bad, some days everything, some days nothing.
    pub fn of(chance: &mut Chance) -> Self {
        let mut some = |most: usize| {
            let rate = if chance.strikes(500) { chance.below(most) } else { 0 };
            u32::try_from(rate).unwrap_or(0)
        };
        Self {
            lost_request: some(120),
            lost_reply: some(120),
            cut: some(200),
            flipped: some(80),
            twice: some(120),
            delayed: some(80),
            early: some(60),
            portal: some(60),
            busy: some(80),
            echoed: some(150),
            forged: some(200),
        }
    }
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing.
    None,
    /// See [`Weather::lost_request`].
    LostRequest,
    /// See [`Weather::lost_reply`].
    LostReply,
    /// See [`Weather::cut`].
    Cut,
    /// See [`Weather::flipped`].
    Flipped,
    /// See [`Weather::twice`].
    Twice,
    /// See [`Weather::delayed`].
    Delayed,
    /// See [`Weather::early`].
    Early,
    /// See [`Weather::portal`].
    Portal,
    /// See [`Weather::busy`].
    Busy,
}

impl Weather {
    /// What happens to the next request.
    pub fn strike(&self, chance: &mut Chance) -> Mishap {
        let all = [
            (self.lost_request, Mishap::LostRequest),
            (self.lost_reply, Mishap::LostReply),
            (self.cut, Mishap::Cut),
            (self.flipped, Mishap::Flipped),
            (self.twice, Mishap::Twice),
            (self.delayed, Mishap::Delayed),
            (self.early, Mishap::Early),
            (self.portal, Mishap::Portal),
            (self.busy, Mishap::Busy),
        ];
        all.into_iter().find(|(rate, _)| chance.strikes(*rate)).map_or(Mishap::None, |(_, mishap)| mishap)
    }
}

/// A request with its body, as it is on the wire.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Method, path, headers.
    pub head: Outgoing,
    /// Bytes.
    pub body: Vec<u8>,
    /// The connection breaks behind so many of them.
    pub cut: Option<usize>,
}

const PIECE: usize = 16 * 1024;

/// Hands a letter to HQ and brings the whole answer; none if the power of HQ went meanwhile.
pub async fn deliver(routes: Router, power: std::sync::Arc<Power>, letter: Letter) -> Option<Incoming> {
    let mut request = Request::builder().method(letter.head.method.clone()).uri(&letter.head.path);
    for (name, value) in &letter.head.headers {
        request = request.header(name, value);
    }
    let request = request.body(stream(letter)).ok()?;
    let response = routes.oneshot(request).await.unwrap_or_else(|never: Infallible| match never {});
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.ok()?;
    (!power.is_off()).then(|| Incoming { status, headers, body: body.to_vec() })
}

/// The body in pieces, between which other requests get their turn.
fn stream(letter: Letter) -> Body {
    let Letter { mut body, cut, .. } = letter;
    if let Some(cut) = cut {
        body.truncate(cut);
    }
    let mut pieces: Vec<std::io::Result<Bytes>> = body.chunks(PIECE).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    if cut.is_some() {
        pieces.push(Err(std::io::Error::other("the connection broke")));
    }
    let pieces = futures::stream::iter(pieces).then(|piece| async {
        tokio::task::yield_now().await;
        piece
    });
    Body::from_stream(pieces)
}

/// A proxy's answer before HQ has anything: a success without a word.
pub fn early() -> Incoming {
    Incoming { status: 200, headers: HeaderMap::new(), body: Vec::new() }
}

/// A captive portal's answer.
pub fn portal(chance: &mut Chance) -> Incoming {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    if chance.strikes(300) {
        headers.insert(header::LOCATION, HeaderValue::from_static("http://portal.example/login"));
        return Incoming { status: 302, headers, body: Vec::new() };
    }
    Incoming { status: 200, headers, body: b"<html><body>Please sign in</body></html>".to_vec() }
}

/// An overloaded proxy's answer.
pub fn busy() -> Incoming {
    Incoming { status: 503, headers: HeaderMap::new(), body: b"<html>503</html>".to_vec() }
}
