//! Every route of the dashboard's API in one table: it builds the router, it is what `authorise` asks, and the tests walk
//! over it. A route that is not here does not exist.

use super::types::Role;

/// A route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// What it does; names its handler.
    pub op: Op,
    /// HTTP method.
    pub method: Verb,
    /// Path with `{parameters}`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What of it the caller may see or touch.
    pub scope: Scope,
}

/// HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Changes nothing.
    Get,
    /// Changes state: needs the `X-Xuncha: 1` header and an own origin.
    Post,
    /// As POST.
    Put,
    /// As POST.
    Delete,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever is signed in with one of these roles.
    Roles(&'static [Role]),
}

/// What a caller sees: the rule its handler keeps and the table test breaks on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Nothing here belongs to a unit.
    Common,
    /// Only the caller's own.
    Own,
    /// Rows outside the caller's scope are left out.
    Rows,
    /// The body names a unit (or somebody of it): another unit's is refused.
    Body,
    /// The path names something of a unit: outside the caller's scope it does not exist (404).
    Path(Thing),
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// `{inspection}`, or `?inspection=` of a blob.
    Inspection,
    /// `{task}`
    Task,
    /// `{firm}`
    Firm,
    /// `{device}`
    Device,
    /// `{user}`
    User,
    /// `{invitation}`
    Invitation,
}

const ALL: Access = Access::Roles(&[Role::Inspector, Role::StationHead, Role::Admin]);
const HEADS: Access = Access::Roles(&[Role::StationHead, Role::Admin]);
const ADMIN: Access = Access::Roles(&[Role::Admin]);

macro_rules! routes {
    ($($op:ident $method:ident $path:literal $access:expr, $scope:expr;)+) => {
        /// What a route does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Op {
            $(#[doc = concat!("`", stringify!($method), " ", $path, "`")] $op,)+
        }
        /// The table.
        pub const ROUTES: &[Route] = &[
            $(Route { op: Op::$op, method: Verb::$method, path: $path, access: $access, scope: $scope },)+
        ];
    };
}

routes! {
    Openapi            Get    "/api/openapi.json"                        Access::Public, Scope::Common;
    SignIn             Post   "/api/session"                             Access::Public, Scope::Common;
    SignOut            Delete "/api/session"                             ALL, Scope::Own;
    Me                 Get    "/api/me"                                  ALL, Scope::Own;
    PasswordChange     Post   "/api/me/password"                         ALL, Scope::Own;
    Sessions           Get    "/api/sessions"                            ALL, Scope::Own;
    SessionRevoke      Delete "/api/sessions/{session}"                  ALL, Scope::Own;
    Status             Get    "/api/status"                              ALL, Scope::Common;
    Users              Get    "/api/users"                               HEADS, Scope::Rows;
    UserCreate         Post   "/api/users"                               ADMIN, Scope::Common;
    UserDisable        Post   "/api/users/{user}/disable"                ADMIN, Scope::Common;
    UserEnable         Post   "/api/users/{user}/enable"                 ADMIN, Scope::Common;
    UserPassword       Post   "/api/users/{user}/password"               ADMIN, Scope::Common;
    Units              Get    "/api/units"                               ALL, Scope::Common;
    UnitCreate         Post   "/api/units"                               ADMIN, Scope::Common;
    Firms              Get    "/api/firms"                               ALL, Scope::Rows;
    Firm               Get    "/api/firms/{firm}"                        ALL, Scope::Path(Thing::Firm);
    FirmPut            Put    "/api/firms/{firm}"                        HEADS, Scope::Path(Thing::Firm);
    FirmSuspend        Post   "/api/firms/{firm}/suspend"                HEADS, Scope::Path(Thing::Firm);
    FirmReopen         Post   "/api/firms/{firm}/reopen"                 HEADS, Scope::Path(Thing::Firm);
    Proposal           Get    "/api/firms/{firm}/proposal"               HEADS, Scope::Path(Thing::Firm);
    Library            Get    "/api/library"                             ALL, Scope::Common;
    Tasks              Get    "/api/tasks"                               ALL, Scope::Rows;
    TaskCreate         Post   "/api/tasks"                               HEADS, Scope::Body;
    Task               Get    "/api/tasks/{task}"                        ALL, Scope::Path(Thing::Task);
    TaskWithdraw       Post   "/api/tasks/{task}/withdraw"               HEADS, Scope::Path(Thing::Task);
    Inspections        Get    "/api/inspections"                         ALL, Scope::Rows;
    Inspection         Get    "/api/inspections/{inspection}"            ALL, Scope::Path(Thing::Inspection);
    Timeline           Get    "/api/inspections/{inspection}/timeline"   ALL, Scope::Path(Thing::Inspection);
    Record             Get    "/api/inspections/{inspection}/record"     ALL, Scope::Path(Thing::Inspection);
    Verify             Post   "/api/inspections/{inspection}/verify"     ALL, Scope::Path(Thing::Inspection);
    Blob               Get    "/api/blobs/{sha256}"                      ALL, Scope::Path(Thing::Inspection);
    Day                Get    "/api/day"                                 ALL, Scope::Rows;
    Devices            Get    "/api/devices"                             HEADS, Scope::Rows;
    DeviceRevoke       Post   "/api/devices/{device}/revoke"             HEADS, Scope::Path(Thing::Device);
    Invitations        Get    "/api/invitations"                         HEADS, Scope::Rows;
    InvitationCreate   Post   "/api/invitations"                         HEADS, Scope::Body;
    InvitationCancel   Delete "/api/invitations/{invitation}"            HEADS, Scope::Path(Thing::Invitation);
}
