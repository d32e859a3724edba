//! Beside the steps of a contact: an original that left this phone, or that another phone took, comes back from HQ.
//!
//! It has a session of its own and asks for one range after the other, so that a cut costs one part; after a cut it asks
//! for less, until a line gets through that carries little between two cuts. Nothing here believes the bytes: whoever
//! stores them compares their hash.

use std::time::Duration;

use xuncha_core::ids::{BlobHash, Digest, InspectionId};
use xuncha_core::{Failure, Retry};

use super::effect::{Answer, Request};
use super::http::{Http, Moved};
use super::local::Local;
use super::run::Contact;
use super::tls::Anchor;
use super::wire;

/// Bytes asked for at once, where nothing was cut.
const PART: u64 = 1024 * 1024;
/// What a part shrinks to where cuts go on.
const LEAST: u64 = 32 * 1024;
/// After a cut: how long until the next try. Each try asks for half, so the last one asks for the least.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(300),
    Duration::from_millis(300),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// What is to come.
pub struct Fetch {
    /// From whom.
    pub contact: Contact,
    /// The inspection it is asked for in: HQ gives it to nobody else's.
    pub inspection: InspectionId,
    /// The blob.
    pub sha256: BlobHash,
    /// Its size, as its entry says.
    pub size: u64,
}

/// HQ, on its way to give it.
pub struct Source<'a> {
    fetch: Fetch,
    http: Http,
    local: &'a dyn Local,
    token: Option<String>,
    /// Bytes to ask for next.
    part: u64,
}

impl Fetch {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// `hq.address`, `ca.unreadable`: what enrolment stored cannot be used.
    pub fn connect(self, local: &dyn Local) -> Result<Source<'_>, Failure> {
        let http = Http::new(&self.contact.url, Anchor::from_pem(&self.contact.hq.ca_pem)?)?;
        Ok(Source { fetch: self, http, local, token: None, part: PART })
    }
}

impl Source<'_> {
    /// The bytes from `from` on, at least one of them; tries again for a while where only the wire is at fault.
    ///
    /// # Errors
    /// The last try's.
    pub async fn part(&mut self, from: u64) -> Result<Vec<u8>, Failure> {
        for pause in PAUSES {
            match self.ask(from).await {
                Err(failure) if failure.retry == Retry::Later => {
                    self.part = (self.part / 2).max(LEAST);
                    tokio::time::sleep(pause).await;
                }
                // A token that ran out, or an HQ that was started again.
                Err(failure) if failure.code.starts_with("session.") && self.token.take().is_some() => {}
                done => return self.grown(done),
            }
        }
        let done = self.ask(from).await;
        self.grown(done)
    }

    /// What came through once may be asked for with a little more the next time.
    fn grown(&mut self, done: Result<Vec<u8>, Failure>) -> Result<Vec<u8>, Failure> {
        if done.is_ok() {
            self.part = (self.part + self.part / 4).min(PART);
        }
        done
    }

    async fn ask(&mut self, from: u64) -> Result<Vec<u8>, Failure> {
        let token = match &self.token {
            Some(token) => token.clone(),
            None => self.session().await?,
        };
        let len = self.part.min(self.fetch.size - from);
        // The same range over the same kind of answer as a pack; only the address differs.
        let request = Request::PackPart { sha256: Digest::from_bytes(*self.fetch.sha256.as_bytes()), from, len };
        let mut out = wire::outgoing(&request, Some(&token), &self.fetch.contact.device)?;
        out.path = format!("/v1/originals/{}?inspection={}", self.fetch.sha256, self.fetch.inspection);
        self.token = Some(token);
        let came = self.http.send(out, None, &Moved::default()).await?;
        match wire::answer(&request, self.http.base(), &came)? {
            Answer::PackPart(bytes) if !bytes.is_empty() => Ok(bytes),
            _ => Err(Failure::later("hq.answer").with("step", "originals")),
        }
    }

    async fn session(&self) -> Result<String, Failure> {
        let Answer::Challenge(challenge) = self.exchange(Request::Challenge).await? else {
            return Err(Failure::never("engine.fault"));
        };
        let signature = self.local.sign_session(&challenge.nonce)?;
        let Answer::Session(session) = self.exchange(Request::Session { nonce: challenge.nonce, signature }).await?
        else {
            return Err(Failure::never("engine.fault"));
        };
        if session.token.is_empty() || !session.token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Failure::later("hq.answer").with("step", "session"));
        }
        Ok(session.token)
    }

    async fn exchange(&self, request: Request) -> Result<Answer, Failure> {
        let out = wire::outgoing(&request, None, &self.fetch.contact.device)?;
        let came = self.http.send(out, None, &Moved::default()).await?;
        wire::answer(&request, self.http.base(), &came)
    }
}
