use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use xuncha_core::ids::{UnitId, UserId};

/// What an account may do. The order is that of growing reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees the inspections of which it is in the team, and its tasks.
    Inspector,
    /// Sees its unit's inspections, tasks, people and devices; makes tasks and invitations for it.
    StationHead,
    /// Sees and does everything.
    Admin,
}

/// `POST /api/session`
#[derive(Serialize, Deserialize, ToSchema, TS)]
pub struct SignIn {
    /// Account.
    #[schema(min_length = 1, max_length = 64)]
    pub user: String,
    /// Password.
    #[schema(min_length = 1, max_length = 256)]
    pub password: String,
}

/// Who is signed in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct Me {
    /// Account.
    #[schema(value_type = String)]
    pub user: UserId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Unit.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Name of the unit.
    pub unit_name: String,
    /// Name of the bureau.
    pub bureau: String,
    /// Version of HQ's program.
    pub version: String,
}

/// `POST /api/me/password`; every other session of the account ends.
#[derive(Serialize, Deserialize, ToSchema, TS)]
pub struct PasswordChange {
    /// The present one.
    #[schema(min_length = 1, max_length = 256)]
    pub old: String,
    /// The new one, at least ten characters.
    #[schema(min_length = 10, max_length = 256)]
    pub new: String,
}

/// `POST /api/users/{user}/password`; every session of the account ends.
#[derive(Serialize, Deserialize, ToSchema, TS)]
pub struct PasswordReset {
    /// The new one, at least ten characters.
    #[schema(min_length = 10, max_length = 256)]
    pub password: String,
}

/// A browser that is signed in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct SessionRow {
    /// Names it; not its secret.
    pub session: String,
    /// Since when.
    pub created: String,
    /// Until when at the latest.
    pub expires: String,
    /// What the browser calls itself, shortened.
    pub agent: String,
    /// It is the one that asks.
    pub current: bool,
}

/// `GET /api/sessions`: one's own.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct SessionList {
    /// Newest first.
    pub rows: Vec<SessionRow>,
}

/// A person, for choosing and showing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct Person {
    /// Account.
    #[schema(value_type = String)]
    pub user: UserId,
    /// Name.
    pub name: String,
}

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct UserRow {
    /// Account.
    #[schema(value_type = String)]
    pub user: UserId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Unit.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Name of the unit.
    pub unit_name: String,
    /// Number of the enforcement ID (执法证号); may be empty.
    pub certificate_no: String,
    /// Cannot sign in and its devices get no session.
    pub disabled: bool,
    /// Since when.
    pub created: String,
}

/// `GET /api/users`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct UserList {
    /// By account.
    pub rows: Vec<UserRow>,
}

/// `POST /api/users`
#[derive(Serialize, Deserialize, ToSchema, TS)]
pub struct UserCreate {
    /// Account: 1–64 of `[A-Za-z0-9._-]`, not starting with a dot.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$")]
    pub user: UserId,
    /// Name.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// Role.
    pub role: Role,
    /// Unit; must exist.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Number of the enforcement ID (执法证号); may be empty.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub certificate_no: String,
    /// First password, at least ten characters.
    #[schema(min_length = 10, max_length = 256)]
    pub password: String,
}

/// An organisational unit (科室, 市场监管所).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct UnitRow {
    /// The unit.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Name.
    pub name: String,
    /// The unit above, if any.
    #[schema(value_type = Option<String>)]
    pub parent: Option<UnitId>,
}

/// `GET /api/units`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct UnitList {
    /// By id.
    pub rows: Vec<UnitRow>,
}

/// `POST /api/units`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct UnitCreate {
    /// Id: 1–64 of `[A-Za-z0-9._-]`, not starting with a dot.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$")]
    pub unit: UnitId,
    /// Name.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// The unit above; must exist.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub parent: Option<UnitId>,
}
