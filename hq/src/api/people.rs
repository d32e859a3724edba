use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use xuncha_core::ids::{UnitId, UserId};

use super::gate::{filled, named, text};
use super::session::new_password;
use super::types::{PasswordReset, Person, UnitCreate, UnitList, UnitRow, UserCreate, UserList, UserRow};
use crate::auth::Caller;
use crate::db::UserRecord;
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::refusal::{Answer, Refusal};

/// Names of units and people, for rows that carry ids.
pub(super) struct Names {
    units: HashMap<UnitId, String>,
    people: HashMap<UserId, String>,
}

impl Names {
    pub(super) async fn load(hq: &Hq) -> Answer<Self> {
        let units = hq.db.units().await?.into_iter().map(|u| (u.unit, u.name)).collect();
        let people = hq.db.users(None).await?.into_iter().map(|u| (u.user, u.name)).collect();
        Ok(Self { units, people })
    }
    /// Name of a unit; its id where it has none.
    pub(super) fn unit(&self, unit: &UnitId) -> String {
        self.units.get(unit).cloned().unwrap_or_else(|| unit.to_string())
    }
    /// Name of a person; the account where it has none.
    pub(super) fn user(&self, user: &UserId) -> String {
        self.people.get(user).cloned().unwrap_or_else(|| user.to_string())
    }
    /// A person with the name.
    pub(super) fn person(&self, user: &UserId) -> Person {
        Person { user: user.clone(), name: self.user(user) }
    }
}

fn row(user: UserRecord, names: &Names) -> UserRow {
    UserRow {
        unit_name: names.unit(&user.unit),
        user: user.user,
        name: user.name,
        role: user.role,
        unit: user.unit,
        certificate_no: user.certificate_no,
        disabled: user.disabled,
        created: user.created,
    }
}

#[utoipa::path(get, path = "/api/users", responses((status = 200, body = UserList)))]
pub(super) async fn users(State(hq): State<Arc<Hq>>, caller: Caller) -> Answer<Response> {
    let names = Names::load(&hq).await?;
    let users = hq.db.users(caller.unit_filter()).await?;
    Ok(json(StatusCode::OK, &UserList { rows: users.into_iter().map(|u| row(u, &names)).collect() }))
}

#[utoipa::path(post, path = "/api/users", request_body = UserCreate, responses((status = 201, body = UserRow)))]
pub(super) async fn create_user(State(hq): State<Arc<Hq>>, Json(ask): Json<UserCreate>) -> Answer<Response> {
    let user = hq.add_user(ask).await?;
    let names = Names::load(&hq).await?;
    Ok(json(StatusCode::CREATED, &row(user, &names)))
}

impl Hq {
    /// Makes an account.
    pub async fn add_user(&self, ask: UserCreate) -> Answer<UserRecord> {
        filled(&ask.name, "name", 64)?;
        text(&ask.certificate_no, "certificate_no", 64)?;
        if ask.user == self.own.user {
            return Err(Refusal::never(StatusCode::CONFLICT, "name.taken"));
        }
        if !self.db.units().await?.iter().any(|u| u.unit == ask.unit) {
            return Err(Refusal::unprocessable("unit.unknown"));
        }
        let user = UserRecord {
            user: ask.user,
            name: ask.name,
            role: ask.role,
            unit: ask.unit,
            certificate_no: ask.certificate_no,
            password: new_password(self, ask.password).await?,
            disabled: false,
            created: self.clock.stamp(),
        };
        self.db.create_user(&user).await?;
        Ok(user)
    }
    /// Sets somebody's password; all sessions of the account end.
    pub async fn set_password(&self, user: &UserId, password: String) -> Answer<()> {
        let hash = new_password(self, password).await?;
        if !self.db.set_password(user, &hash, None).await? {
            return Err(Refusal::not_found("user.unknown"));
        }
        Ok(())
    }
    /// Disables or enables an account. Its browsers are signed out, its phones get no session any more.
    pub async fn set_disabled(&self, user: &UserId, disabled: bool) -> Answer<()> {
        if !self.db.set_disabled(user, disabled).await? {
            return Err(Refusal::not_found("user.unknown"));
        }
        for feed in self.db.feeds().await?.into_iter().filter(|f| disabled && f.key.user == *user) {
            self.tokens.end(&feed.key.device);
        }
        Ok(())
    }
    /// Makes a unit.
    pub async fn add_unit(&self, unit: &UnitRow) -> Answer<()> {
        filled(&unit.name, "name", 64)?;
        if let Some(parent) = &unit.parent
            && !self.db.units().await?.iter().any(|u| u.unit == *parent)
        {
            return Err(Refusal::unprocessable("unit.unknown"));
        }
        Ok(self.db.create_unit(unit).await?)
    }
}

#[utoipa::path(post, path = "/api/users/{user}/disable", params(("user" = String, Path)), responses((status = 204)))]
pub(super) async fn disable(State(hq): State<Arc<Hq>>, caller: Caller, Path(user): Path<String>) -> Answer<Response> {
    let user: UserId = named(&user, "user.unknown")?;
    if user == caller.user.user {
        return Err(Refusal::unprocessable("user.self"));
    }
    hq.set_disabled(&user, true).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[utoipa::path(post, path = "/api/users/{user}/enable", params(("user" = String, Path)), responses((status = 204)))]
pub(super) async fn enable(State(hq): State<Arc<Hq>>, Path(user): Path<String>) -> Answer<Response> {
    hq.set_disabled(&named(&user, "user.unknown")?, false).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[utoipa::path(post, path = "/api/users/{user}/password", params(("user" = String, Path)),
    request_body = PasswordReset, responses((status = 204)))]
pub(super) async fn reset_password(
    State(hq): State<Arc<Hq>>,
    Path(user): Path<String>,
    Json(ask): Json<PasswordReset>,
) -> Answer<Response> {
    hq.set_password(&named(&user, "user.unknown")?, ask.password).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[utoipa::path(get, path = "/api/units", responses((status = 200, body = UnitList)))]
pub(super) async fn units(State(hq): State<Arc<Hq>>) -> Answer<Response> {
    Ok(json(StatusCode::OK, &UnitList { rows: hq.db.units().await? }))
}

#[utoipa::path(post, path = "/api/units", request_body = UnitCreate, responses((status = 201, body = UnitRow)))]
pub(super) async fn create_unit(State(hq): State<Arc<Hq>>, Json(ask): Json<UnitCreate>) -> Answer<Response> {
    let unit = UnitRow { unit: ask.unit, name: ask.name, parent: ask.parent };
    hq.add_unit(&unit).await?;
    Ok(json(StatusCode::CREATED, &unit))
}
