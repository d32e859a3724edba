//! Step 1, the phone's side: the device proves itself and gets a short token.

use std::sync::Arc;

use xuncha_core::Failure;
use xuncha_core::feed::Signature;
use xuncha_core::ids::Digest;
use xuncha_core::protocol::session::{ChallengeReply, SessionReply};

use super::effect::{Ask, Request};
use super::local::Standing;
use super::machine::{Machine, Purpose, Token};

impl Machine {
    /// The phone said where it stands: with a session on to `hello`, without one get it.
    pub(super) fn stood(&mut self, standing: Standing) {
        self.screen.stand(&standing);
        self.contact.heads = standing.heads();
        self.contact.admitted = standing.admitted.iter().map(|k| (k.feed, k.clone())).collect();
        self.contact.unconfirmed = standing.unsent.iter().map(|b| b.sha256).collect();
        self.contact.standing = standing;
        if self.token.is_some() { self.begin_hello() } else { self.send(Request::Challenge, Purpose::Challenge) }
    }

    pub(super) fn challenged(&mut self, reply: ChallengeReply) {
        self.ask(Ask::SignSession { nonce: reply.nonce.clone() }, Purpose::SignSession { nonce: reply.nonce });
    }

    pub(super) fn session_signed(&mut self, nonce: String, signature: Signature) {
        self.send(Request::Session { nonce, signature }, Purpose::Session);
    }

    pub(super) fn session_given(&mut self, reply: SessionReply) {
        // It travels in a header: anything but visible ASCII would be refused there with a worse word.
        if reply.token.is_empty() || !reply.token.bytes().all(|b| b.is_ascii_graphic()) {
            return self.failed(Failure::later("hq.answer").with("step", "session"));
        }
        let hash = Digest::digest(&[reply.token.as_bytes()]);
        self.token = Some(Token { text: Arc::from(reply.token), hash });
        self.begin_hello();
    }
}
