//! What every request passes before its handler: who calls, may this role, does it come from our own page.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri, header};
use serde::de::DeserializeOwned;
use xuncha_core::ids::Digest;

use super::routes::{Access, Route, Verb};
use crate::auth::{COOKIE, Caller};
use crate::hq::Hq;
use crate::refusal::{Answer, Refusal};

/// One route's gate.
#[derive(Clone)]
pub struct Gate {
    /// HQ.
    pub hq: Arc<Hq>,
    /// Its row of the table.
    pub route: &'static Route,
    /// The dashboard is reached by HTTPS.
    pub secure: bool,
}

/// Whether answers may say `Secure` in a cookie.
#[derive(Clone, Copy)]
pub(super) struct Secure(pub bool);

/// Lets a request through to its handler, with its [`Caller`], or says why not.
pub async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    if let Err(refusal) = judge(&gate, &mut request).await {
        return refusal.into_response();
    }
    request.extensions_mut().insert(Secure(gate.secure));
    next.run(request).await
}

async fn judge(gate: &Gate, request: &mut Request) -> Answer<()> {
    if gate.route.method != Verb::Get {
        own_page(request.headers(), request.uri())?;
    }
    let Access::Roles(roles) = gate.route.access else { return Ok(()) };
    let caller = caller(&gate.hq, request.headers()).await?;
    if !roles.contains(&caller.user.role) {
        return Err(Refusal::never(StatusCode::FORBIDDEN, "role.refused"));
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

/// A foreign page can make a browser send cookies, but neither this header nor our origin.
fn own_page(headers: &HeaderMap, uri: &Uri) -> Answer<()> {
    if headers.get("x-xuncha").is_none_or(|v| v.as_bytes() != b"1") {
        return Err(Refusal::never(StatusCode::FORBIDDEN, "csrf.header"));
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let authority = origin.to_str().ok().and_then(|o| o.split_once("://")).map(|(_, a)| a);
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).or(uri.authority().map(|a| a.as_str()));
    if authority.is_none() || authority != host {
        return Err(Refusal::never(StatusCode::FORBIDDEN, "csrf.origin"));
    }
    Ok(())
}

async fn caller(hq: &Hq, headers: &HeaderMap) -> Answer<Caller> {
    let refused = || Refusal::after_action(StatusCode::UNAUTHORIZED, "session.unknown");
    let secret = cookie(headers).ok_or_else(refused)?;
    let found = hq.db.session(&cookie_hash(&secret), &hq.clock.stamp()).await?;
    let (session, user) = found.ok_or_else(refused)?;
    Ok(Caller { user, session })
}

/// What is kept of a cookie's secret.
pub(super) fn cookie_hash(secret: &str) -> Digest {
    Digest::digest(&[b"xuncha-cookie-1\n", secret.as_bytes()])
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = all.flat_map(|v| v.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        // Only a route that is public in the table has no caller; its handler does not ask for one.
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Refusal::after_action(StatusCode::UNAUTHORIZED, "session.unknown"))
    }
}

/// A query string of the right shape.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|_| Refusal::never(StatusCode::BAD_REQUEST, "query.invalid"))
    }
}

/// A name out of a path; one that cannot be is one that is not there.
pub(super) fn named<T: std::str::FromStr>(text: &str, unknown: &str) -> Answer<T> {
    text.parse().map_err(|_| Refusal::not_found(unknown))
}

/// Rows of a page: what is asked for, within bounds.
pub(super) fn page_size(limit: Option<u32>) -> u32 {
    limit.unwrap_or(50).clamp(1, 200)
}

/// A text within its bounds, without control characters.
pub(super) fn text(value: &str, field: &str, most: usize) -> Answer<()> {
    let odd = value.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    if odd || value.chars().count() > most {
        return Err(Refusal::unprocessable("body.field").with("field", field).with("most", most));
    }
    Ok(())
}

/// As [`text`], and not empty.
pub(super) fn filled(value: &str, field: &str, most: usize) -> Answer<()> {
    if value.trim().is_empty() {
        return Err(Refusal::unprocessable("body.field").with("field", field).with("most", most));
    }
    text(value, field, most)
}

/// A day, `YYYY-MM-DD`.
pub(super) fn day(value: Option<&str>, field: &str) -> Answer<()> {
    match value {
        Some(day) if day.len() != 10 || day.parse::<jiff::civil::Date>().is_err() => {
            Err(Refusal::unprocessable("body.field").with("field", field))
        }
        _ => Ok(()),
    }
}
