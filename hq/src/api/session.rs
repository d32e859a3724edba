use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{ConnectInfo, Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use tokio::sync::Semaphore;

use super::gate::{Secure, cookie_hash};
use super::types::{Me, PasswordChange, SessionList, SessionRow, SignIn};
use crate::auth::{COOKIE, Caller, password};
use crate::db::SessionRecord;
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::random;
use crate::refusal::{Answer, Refusal};

/// Passwords hashed at the same time: each takes 64 MiB.
static HASHING: Semaphore = Semaphore::const_new(2);

#[utoipa::path(post, path = "/api/session", request_body = SignIn, responses((status = 200, body = Me)))]
pub(super) async fn sign_in(
    State(hq): State<Arc<Hq>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Extension(Secure(secure)): Extension<Secure>,
    headers: HeaderMap,
    Json(ask): Json<SignIn>,
) -> Answer<Response> {
    // Per account and address: a stranger's tries do not lock the owner out elsewhere.
    let name = format!("sign-in {} {}", from.ip(), ask.user.chars().take(64).collect::<String>());
    if let Some(seconds) = hq.throttle.wait(&name) {
        let refusal = Refusal::later(StatusCode::TOO_MANY_REQUESTS, "request.too_many");
        return Err(refusal.with("seconds", seconds));
    }
    let user = match ask.user.parse() {
        Ok(id) => hq.db.user(&id).await?,
        Err(_) => None,
    };
    let stored = user.as_ref().map(|u| u.password.clone()).unwrap_or_default();
    let right = matches(&hq, ask.password, stored).await?;
    let Some(user) = user.filter(|u| right && !u.disabled) else {
        hq.throttle.wrong(&name);
        return Err(Refusal::after_action(StatusCode::UNAUTHORIZED, "sign_in.wrong"));
    };
    hq.throttle.right(&name);
    let secret = random::hex::<32>()?;
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let session = SessionRecord {
        session: random::hex::<8>()?,
        secret: cookie_hash(&secret),
        user: user.user.clone(),
        created: hq.clock.stamp(),
        expires: hq.until(hq.terms.session),
        agent: agent.chars().take(120).collect(),
    };
    hq.db.create_session(&session).await?;
    let me = me_of(&hq, &Caller { user, session }).await?;
    let mut response = json(StatusCode::OK, &me);
    set_cookie(&mut response, &secret, hq.terms.session.as_secs(), secure);
    Ok(response)
}

fn set_cookie(response: &mut Response, secret: &str, seconds: u64, secure: bool) {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{COOKIE}={secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}");
    response.headers_mut().extend(text.parse().map(|v| (header::SET_COOKIE, v)));
}

async fn matches(hq: &Hq, given: String, stored: String) -> Answer<bool> {
    let given = zeroize::Zeroizing::new(given);
    let cost = hq.password_cost;
    let _turn = HASHING.acquire().await;
    Ok(hq.blocking.run(move || Ok(password::matches(&given, &stored, cost))).await?)
}

/// Hashes a new password of at least [`password::SHORTEST`] characters.
pub(super) async fn new_password(hq: &Hq, given: String) -> Answer<String> {
    if given.chars().count() < password::SHORTEST || given.len() > 1024 {
        return Err(Refusal::unprocessable("password.short").with("least", password::SHORTEST));
    }
    let given = zeroize::Zeroizing::new(given);
    let cost = hq.password_cost;
    let _turn = HASHING.acquire().await;
    Ok(hq.blocking.run(move || Ok(password::hash(&given, cost))).await??)
}

#[utoipa::path(delete, path = "/api/session", responses((status = 204)))]
pub(super) async fn sign_out(
    State(hq): State<Arc<Hq>>,
    Extension(Secure(secure)): Extension<Secure>,
    caller: Caller,
) -> Answer<Response> {
    hq.db.end_session(&caller.user.user, &caller.session.session).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, "", 0, secure);
    Ok(response)
}

async fn me_of(hq: &Hq, caller: &Caller) -> Answer<Me> {
    let unit = &caller.user.unit;
    let unit_name = hq.db.units().await?.into_iter().find(|u| u.unit == *unit).map(|u| u.name).unwrap_or_default();
    Ok(Me {
        user: caller.user.user.clone(),
        name: caller.user.name.clone(),
        role: caller.user.role,
        unit: unit.clone(),
        unit_name,
        bureau: hq.bureau.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

#[utoipa::path(get, path = "/api/me", responses((status = 200, body = Me)))]
pub(super) async fn me(State(hq): State<Arc<Hq>>, caller: Caller) -> Answer<Response> {
    Ok(json(StatusCode::OK, &me_of(&hq, &caller).await?))
}

#[utoipa::path(post, path = "/api/me/password", request_body = PasswordChange, responses((status = 204)))]
pub(super) async fn change_password(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Json(ask): Json<PasswordChange>,
) -> Answer<Response> {
    let name = format!("password {}", caller.user.user);
    if let Some(seconds) = hq.throttle.wait(&name) {
        let refusal = Refusal::later(StatusCode::TOO_MANY_REQUESTS, "request.too_many");
        return Err(refusal.with("seconds", seconds));
    }
    if !matches(&hq, ask.old, caller.user.password.clone()).await? {
        hq.throttle.wrong(&name);
        return Err(Refusal::unprocessable("password.wrong"));
    }
    hq.throttle.right(&name);
    let hash = new_password(&hq, ask.new).await?;
    hq.db.set_password(&caller.user.user, &hash, Some(&caller.session.session)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[utoipa::path(get, path = "/api/sessions", responses((status = 200, body = SessionList)))]
pub(super) async fn list(State(hq): State<Arc<Hq>>, caller: Caller) -> Answer<Response> {
    let sessions = hq.db.sessions(&caller.user.user, &hq.clock.stamp()).await?;
    let rows = sessions.into_iter().map(|s| SessionRow {
        current: s.session == caller.session.session,
        session: s.session,
        created: s.created,
        expires: s.expires,
        agent: s.agent,
    });
    Ok(json(StatusCode::OK, &SessionList { rows: rows.collect() }))
}

#[utoipa::path(delete, path = "/api/sessions/{session}", params(("session" = String, Path)), responses((status = 204)))]
pub(super) async fn revoke(State(hq): State<Arc<Hq>>, caller: Caller, Path(session): Path<String>) -> Answer<Response> {
    if !hq.db.end_session(&caller.user.user, &session).await? {
        return Err(Refusal::not_found("session.unknown"));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
