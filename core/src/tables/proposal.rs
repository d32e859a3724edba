//! What rows raise: codes, wording, the articles they rest on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Column;
use crate::checklist::{Basis, Mark, Severity, Text};

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// What the rows say is against the rule. The inspector decides.
    Finding,
    /// The rows leave it open, or a number has an odd form: look at the paper again.
    Check,
}

/// Which rule raised it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
pub enum ProposalCode {
    /// Arrived before it was made.
    #[serde(rename = "table.made_after_arrival")]
    MadeAfterArrival,
    /// Bought before it was made: made to order, or a slip.
    #[serde(rename = "table.made_after_order")]
    MadeAfterOrder,
    /// Arrived before it was bought.
    #[serde(rename = "table.order_after_arrival")]
    OrderAfterArrival,
    /// Accepted before it arrived.
    #[serde(rename = "table.acceptance_before_arrival")]
    AcceptanceBeforeArrival,
    /// Put in store before it was accepted.
    #[serde(rename = "table.stored_before_acceptance")]
    StoredBeforeAcceptance,
    /// Expiry not after manufacture.
    #[serde(rename = "table.expiry_before_made")]
    ExpiryBeforeMade,
    /// Already expired when it arrived.
    #[serde(rename = "table.expired_on_arrival")]
    ExpiredOnArrival,
    /// A day after the inspection.
    #[serde(rename = "table.in_future")]
    InFuture,
    /// More passed than was received.
    #[serde(rename = "table.more_than_received")]
    MoreThanReceived,
    /// A number that is not of its form.
    #[serde(rename = "table.number_form")]
    NumberForm,
    /// Bought after the licence had ended.
    #[serde(rename = "table.licence_ended")]
    LicenceEnded,
    /// The licence has ended since; the day of purchase is not known.
    #[serde(rename = "table.licence_ended_now")]
    LicenceEndedNow,
    /// A filing does not cover goods of this class.
    #[serde(rename = "table.filing_not_enough")]
    FilingNotEnough,
    /// The scope does not name the class.
    #[serde(rename = "table.scope_without_class")]
    ScopeWithoutClass,
    /// The scope does not name the category.
    #[serde(rename = "table.scope_without_category")]
    ScopeWithoutCategory,
    /// The scope follows another catalogue, or excepts something.
    #[serde(rename = "table.scope_unclear")]
    ScopeUnclear,
    /// The class that was typed is not that of the number.
    #[serde(rename = "table.class_differs")]
    ClassDiffers,
    /// A period that ends before it begins.
    #[serde(rename = "table.period_reversed")]
    PeriodReversed,
    /// Made before the first period.
    #[serde(rename = "table.made_before_period")]
    MadeBeforePeriod,
    /// Made between two periods.
    #[serde(rename = "table.made_in_gap")]
    MadeInGap,
    /// Made after the last period.
    #[serde(rename = "table.made_after_period")]
    MadeAfterPeriod,
    /// Only the month of manufacture is known, and not all its days are covered.
    #[serde(rename = "table.made_unclear")]
    MadeUnclear,
    /// Expired where goods for sale lie.
    #[serde(rename = "table.expired_in_sale")]
    ExpiredInSale,
    /// Expired and not in the reject area.
    #[serde(rename = "table.expired_not_isolated")]
    ExpiredNotIsolated,
    /// Expired; where it lies was not said.
    #[serde(rename = "table.expired_somewhere")]
    ExpiredSomewhere,
    /// Expired or not by which word the label has.
    #[serde(rename = "table.expiry_disputed")]
    ExpiryDisputed,
    /// Near its end and the system did not warn.
    #[serde(rename = "table.near_not_warned")]
    NearNotWarned,
    /// Near its end; whether the system warned was not said.
    #[serde(rename = "table.near")]
    Near,
}

/// Something that rows raise. Proposals, never verdicts: a person takes them over or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TableProposal {
    /// The row, from 1.
    pub row: u32,
    /// The columns it hangs on.
    pub columns: Vec<Column>,
    /// Which rule.
    pub code: ProposalCode,
    /// Finding or prompt.
    pub nature: Nature,
    /// How bad it usually is.
    pub severity: Severity,
    /// Values of the wording.
    pub params: BTreeMap<String, String>,
    /// Ready for the note.
    pub words: Text,
    /// The duty.
    pub basis: Vec<Basis>,
    /// How sure the rule is.
    pub mark: Mark,
}
