use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use xuncha_core::checklist::{ListProposal, Mark, Text};
use xuncha_core::firm::Suspension;
use xuncha_core::ids::{InspectionId, ItemCode, RuleCode, ViolationCode};
use xuncha_core::reopening::{Lack, Standing, Step};

use super::Person;

/// Where a firm stands between an order to stop and its return to operation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct FirmStanding {
    /// The state.
    #[schema(value_type = String, example = "suspended")]
    pub standing: Standing,
    /// The order that holds.
    #[schema(value_type = Option<Object>)]
    pub suspended: Option<Suspension>,
    /// What is missing on the way back, in the order in which it is to be brought.
    #[schema(value_type = Vec<String>)]
    pub missing: Vec<Lack>,
    /// The one step that is allowed now.
    #[schema(value_type = String, example = "inspect")]
    pub next: Step,
    /// The re-opening inspection that counts.
    #[schema(value_type = Option<String>)]
    pub inspection: Option<InspectionId>,
    /// What was said of it, newest first.
    pub acts: Vec<FirmAct>,
}

/// An order to stop that was recorded, or a return to operation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct FirmAct {
    /// The order; absent for a return.
    #[schema(value_type = Option<Object>)]
    pub suspended: Option<Suspension>,
    /// The inspection a return rests on.
    #[schema(value_type = Option<String>)]
    pub inspection: Option<InspectionId>,
    /// What was released by it.
    pub extent: Option<String>,
    /// By whom.
    pub by: Person,
    /// When.
    pub at: String,
}

/// `POST /api/firms/{firm}/suspend`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct FirmSuspend {
    /// Number of the order (文书文号).
    #[schema(min_length = 1, max_length = 100)]
    pub order: String,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// First day on which the firm must stand still.
    pub since: String,
}

/// `POST /api/firms/{firm}/reopen`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct FirmReopen {
    /// What is released: everything, or which products and stores.
    #[schema(min_length = 1, max_length = 1000)]
    pub extent: String,
}

/// `GET /api/firms/{firm}/proposal?kind=&modes=&focus=`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct TaskProposal {
    /// Every list, proposed ones first.
    #[schema(value_type = Vec<Object>)]
    pub lists: Vec<ListProposal>,
    /// Code of the rule that fits.
    #[schema(value_type = String)]
    pub rule: RuleCode,
    /// Its name by language.
    #[schema(value_type = Object)]
    pub rule_title: Text,
    /// How sure the rule is.
    #[schema(value_type = String)]
    pub rule_mark: Mark,
}

/// A serious item that does not conform: whoever is in charge decides whether it is referred.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct ReferralView {
    /// The item.
    #[schema(value_type = String)]
    pub item: ItemCode,
    /// What must be so, by language.
    #[schema(value_type = Object)]
    pub text: Text,
    /// What it may violate.
    pub violations: Vec<ReferralViolation>,
}

/// A violation with the places of duty and penalty; never an amount.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct ReferralViolation {
    /// e.g. `V11`.
    #[schema(value_type = String)]
    pub code: ViolationCode,
    /// What was violated, by language; absent if the library here has no such row.
    #[schema(value_type = Option<Object>)]
    pub title: Option<Text>,
    /// Place of the duty.
    pub duty: String,
    /// Place of the penalty clause.
    pub penalty: String,
    /// How sure: of the row and of the mapping from the item, the weaker.
    #[schema(value_type = String)]
    pub mark: Mark,
}
