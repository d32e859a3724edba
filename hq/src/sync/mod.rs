//! The phones' side of HQ: one file per step of the protocol, under the same stems as in `core` and `device`.
//!
//! What it is: the HTTPS routes of `xuncha_core::protocol` and the judgement behind them. What it is not: the dashboard
//! (see [`crate::api`]); nothing here is served to a browser.
//!
//! Kept here: nothing is answered before it is durable (I1, I2); every step may be repeated (I5); a bad entry is kept
//! apart or without effect and never blocks its feed (I10); what is outside a device's scope does not exist for it (I11).
//!
//! | step | file |
//! |---|---|
//! | 0 enrol | [`enrol`] |
//! | 1 session | [`session`] |
//! | 2 hello | [`hello`] |
//! | 3 push | [`push`] |
//! | 4 blobs | [`blobs`] (the door), [`upload`] (bytes to disk) |
//! | 5 receipts | [`receipts`] |
//! | 6 pull | [`pull`] (scope, packs), [`page`] (what stands on a page) |
//! | originals back to a phone | [`originals`] |
//! | 7 close of day | [`close_of_day`] |

mod blobs;
mod close_of_day;
mod enrol;
mod hello;
mod originals;
mod page;
mod pull;
mod push;
mod receipts;
mod session;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};

pub use enrol::Invite;
pub use session::Tokens;
pub use upload::Running;

use crate::hq::Hq;
use crate::http::{guard, no_method, no_route};

/// The phones' routes.
pub fn router(hq: Arc<Hq>) -> Router {
    // A request that only asks may take this long, body and answer together; bytes of a photo have their own clock.
    let ask = Duration::from_secs(60);
    let asked = Router::new()
        .route("/v1/enrol/look", post(enrol::look))
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/session/challenge", post(session::challenge))
        .route("/v1/session", post(session::open))
        .route("/v1/hello", post(hello::hello))
        .route("/v1/push/{feed}", post(push::push))
        .route("/v1/receipts", post(receipts::receipt))
        .route("/v1/pull", post(pull::pull))
        .route("/v1/close", post(close_of_day::close))
        .layer(axum::middleware::from_fn(move |request, next| guard(ask, request, next)));
    let bytes = Router::new()
        .route("/v1/blobs", post(blobs::create).options(blobs::options))
        .route("/v1/blobs/{upload}", axum::routing::patch(blobs::patch).head(blobs::head).delete(blobs::delete))
        .route("/v1/packs/{sha256}", get(pull::pack))
        .route("/v1/originals/{sha256}", get(originals::original));
    asked.merge(bytes).method_not_allowed_fallback(no_method).fallback(no_route).with_state(hq)
}
