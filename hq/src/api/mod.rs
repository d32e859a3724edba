//! The dashboard's API: JSON over HTTP for the people at headquarters, on a listener of its own.
//!
//! What it is: sign in and out, and what the pages of `ui/hq` ask and do. What it is not: the phones' protocol (see
//! [`crate::sync`]); no phone token opens anything here and no cookie opens anything there.
//!
//! Kept here: every route stands in [`routes::ROUTES`] with the roles that may call it and the scope of what it shows;
//! whatever changes state needs `X-Xuncha: 1` and an own origin; every refusal is an RFC 9457 problem with a stable code.
//! Reading order: [`routes`] · [`types`] · then one file per group of routes.

pub mod routes;
pub mod types;

use std::sync::Arc;

use axum::Router;

use crate::hq::Hq;

/// The dashboard's routes.
pub fn router(hq: Arc<Hq>, _secure: bool) -> Router {
    Router::new().with_state(hq)
}
