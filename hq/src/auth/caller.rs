use xuncha_core::ids::{UnitId, UserId};

use crate::api::types::Role;
use crate::db::{SessionRecord, UserRecord};
use crate::hq::Hq;
use crate::refusal::{Answer, Refusal};

/// Name of the session cookie.
pub const COOKIE: &str = "xuncha_session";

/// Who calls a route of the dashboard.
#[derive(Clone)]
pub struct Caller {
    /// Account.
    pub user: UserRecord,
    /// Session.
    pub session: SessionRecord,
}

impl Caller {
    /// Sees everything.
    pub fn is_admin(&self) -> bool {
        self.user.role == Role::Admin
    }
    /// Unit whose rows the caller sees as a head; `None` for an admin: all.
    pub fn unit_filter(&self) -> Option<&UnitId> {
        (!self.is_admin()).then_some(&self.user.unit)
    }
    /// Whether a unit's things are the caller's: an admin's all, a head's and inspector's own.
    pub fn has_unit(&self, unit: &UnitId) -> bool {
        self.is_admin() || self.user.unit == *unit
    }
    /// Whether the caller sees an inspection: of the unit for a head, of the team for an inspector.
    pub fn sees(&self, unit: &UnitId, team: &[UserId]) -> bool {
        match self.user.role {
            Role::Admin => true,
            Role::StationHead => self.user.unit == *unit || team.contains(&self.user.user),
            Role::Inspector => team.contains(&self.user.user),
        }
    }
    /// Another unit's body: refused with a word of its own, since the caller named it.
    pub fn must_have_unit(&self, unit: &UnitId) -> Answer<()> {
        if self.has_unit(unit) { Ok(()) } else { Err(Refusal::never(http::StatusCode::FORBIDDEN, "unit.other")) }
    }
}

impl Hq {
    /// The account of somebody who may be given work: there, enabled, of the caller's scope.
    pub(crate) async fn person_in_scope(&self, caller: &Caller, user: &UserId) -> Answer<UserRecord> {
        let found = self.db.user(user).await?.ok_or_else(|| Refusal::unprocessable("user.unknown"))?;
        caller.must_have_unit(&found.unit)?;
        if found.disabled {
            return Err(Refusal::unprocessable("user.disabled"));
        }
        Ok(found)
    }
}
