//! What the dashboard's API takes and gives, as data. `ui/bindings/hq.ts` is written from these types.
//!
//! What it is not: the database's rows (see [`crate::db`]) or the sync protocol (see `xuncha_core::protocol`).
//! Times made by HQ are RFC 3339 in UTC; a `wall` is a phone's claim and carries its own offset. Days are `YYYY-MM-DD`.
//! Sizes are bytes. Lists that can grow are paged by key: `next` is handed back as `after`; absent means the end.

mod days;
mod devices;
mod evidence;
mod inspections;
mod people;
mod standing;
mod work;

pub use days::{DayAgreement, DayApart, DayFileKind, DayInspection, DayMissing, DayPhone, DayReceipt, DayView};
pub use devices::{
    DeviceFeed, DeviceList, DeviceRevoke, DeviceRow, InvitationCreate, InvitationCreated, InvitationList,
    InvitationRow, InvitationState,
};
pub use evidence::{
    EvidenceView, Integrity, MeasureView, ReceiptView, RefusalView, SealView, SignatureView, WithdrawnView,
};
pub use inspections::{
    AnswerView, ConclusionView, FaultView, FieldView, InspectionDetail, InspectionPage, InspectionRow, InspectionState,
    ItemView, NoteView, RecordText, SectionView, TableView, TimelinePage, TimelineRow, ValueView, VerifyReport,
};
pub use people::{
    Me, PasswordChange, PasswordReset, Person, Role, SessionList, SessionRow, SignIn, UnitCreate, UnitList, UnitRow,
    UserCreate, UserList, UserRow,
};
pub use standing::{FirmAct, FirmReopen, FirmStanding, FirmSuspend, ReferralView, ReferralViolation, TaskProposal};
pub use work::{
    FirmDetail, FirmPage, FirmPut, FirmRow, FormInfo, LibraryView, ListInfo, RuleInfo, Status, TaskCreate, TaskPage,
    TaskRow, TaskState, TaskWithdraw, Trouble,
};
