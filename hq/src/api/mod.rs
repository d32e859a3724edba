//! The dashboard's API: JSON over HTTP for the people at headquarters, on a listener of its own.
//!
//! What it is: sign in and out, and what the pages of `ui/hq` ask and do. What it is not: the phones' protocol (see
//! [`crate::sync`]); no phone token opens anything here and no cookie opens anything there.
//!
//! Kept here: every route stands in [`routes::ROUTES`] with the roles that may call it and the scope of what it shows;
//! whatever changes state needs `X-Xuncha: 1` and an own origin; every refusal is an RFC 9457 problem with a stable code.
//! Reading order: [`routes`] · [`types`] · [`gate`] · then one file per group of routes.

mod blob;
mod days;
mod detail;
mod devices;
mod firms;
pub mod gate;
mod inspections;
pub mod openapi;
mod page;
mod people;
mod proposal;
mod referral;
pub mod routes;
mod session;
mod standing;
mod tasks;
mod timeline;
mod troubles;
pub mod types;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, post, put};

use crate::hq::Hq;
use crate::http::{guard, no_method, no_route};
use gate::Gate;
pub(crate) use inspections::MAX_MANIFEST;
use routes::{Op, ROUTES};

/// The dashboard's routes. `secure`: it is reached by HTTPS.
pub fn router(hq: Arc<Hq>, secure: bool) -> Router {
    let mut routes = Router::new();
    for route in ROUTES {
        let gate = Gate { hq: Arc::clone(&hq), route, secure };
        routes = routes.route(route.path, handler(route.op).layer(from_fn_with_state(gate, gate::pass)));
    }
    // Re-reading every original of an inspection is the longest thing a person may ask.
    let limit = Duration::from_secs(600);
    routes
        .method_not_allowed_fallback(no_method)
        .route("/api", axum::routing::any(no_route))
        .route("/api/{*rest}", axum::routing::any(no_route))
        .fallback(page::serve)
        .layer(from_fn(move |request, next| guard(limit, request, next)))
        .layer(from_fn(page::headers))
        .with_state(hq)
}

fn handler(op: Op) -> MethodRouter<Arc<Hq>> {
    match op {
        Op::Openapi => get(openapi::serve),
        Op::SignIn => post(session::sign_in),
        Op::SignOut => delete(session::sign_out),
        Op::Me => get(session::me),
        Op::PasswordChange => post(session::change_password),
        Op::Sessions => get(session::list),
        Op::SessionRevoke => delete(session::revoke),
        Op::Status => get(tasks::status),
        Op::Users => get(people::users),
        Op::UserCreate => post(people::create_user),
        Op::UserDisable => post(people::disable),
        Op::UserEnable => post(people::enable),
        Op::UserPassword => post(people::reset_password),
        Op::Units => get(people::units),
        Op::UnitCreate => post(people::create_unit),
        Op::Firms => get(firms::list),
        Op::Firm => get(firms::one),
        Op::FirmPut => put(firms::put),
        Op::FirmSuspend => post(standing::suspend),
        Op::FirmReopen => post(standing::reopen),
        Op::Proposal => get(proposal::one),
        Op::Library => get(tasks::library),
        Op::Tasks => get(tasks::list),
        Op::TaskCreate => post(tasks::create),
        Op::Task => get(tasks::one),
        Op::TaskWithdraw => post(tasks::withdraw),
        Op::Inspections => get(inspections::list),
        Op::Inspection => get(inspections::one),
        Op::Timeline => get(timeline::list),
        Op::Record => get(inspections::record),
        Op::Verify => post(inspections::verify),
        Op::Blob => get(blob::bytes),
        Op::Day => get(days::one),
        Op::Devices => get(devices::list),
        Op::DeviceRevoke => post(devices::revoke),
        Op::Invitations => get(devices::invitations),
        Op::InvitationCreate => post(devices::invite),
        Op::InvitationCancel => delete(devices::cancel),
    }
}
