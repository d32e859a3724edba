//! A firm or institution as HQ's register knows it (一企一档), in the part an inspector carries along.

use serde::{Deserialize, Serialize};

use crate::checklist::Subject;
use crate::ids::{FirmId, ItemCode};

/// The record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct FirmRecord {
    /// Its id in HQ's register; absent for a subject met on the spot (未登记主体).
    pub id: Option<FirmId>,
    /// Full name.
    pub name: String,
    /// Short name for a narrow screen.
    #[serde(default)]
    pub short_name: String,
    /// Unified social credit code (GB 32100), as recorded.
    #[serde(default)]
    pub uscc: String,
    /// Business form and flags, for `applies_if`.
    pub subject: Subject,
    /// Registered address (住所).
    #[serde(default)]
    pub address: String,
    /// Business premises (经营场所) where different.
    #[serde(default)]
    pub premises: String,
    /// Warehouses.
    #[serde(default)]
    pub warehouses: Vec<String>,
    /// Legal representative.
    #[serde(default)]
    pub legal_representative: String,
    /// Person in charge.
    #[serde(default)]
    pub manager: String,
    /// Quality manager.
    #[serde(default)]
    pub quality_manager: String,
    /// Telephone.
    #[serde(default)]
    pub phone: String,
    /// Supervision level (G78), e.g. `三级`.
    #[serde(default)]
    pub grade: String,
    /// Position, for the order of today's list.
    #[serde(default)]
    pub position: Option<LatLon>,
    /// Licences and filings.
    #[serde(default)]
    pub licences: Vec<Licence>,
    /// Earlier findings.
    #[serde(default)]
    pub findings: Vec<PastFinding>,
    /// The order to stop that held when HQ gave out the record (see [`crate::reopening`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Suspension>,
}

/// An order to stop (责令停业、停止经营).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Suspension {
    /// Number of the order (文书文号).
    pub order: String,
    /// Why.
    pub reason: String,
    /// First day on which the firm must stand still, `YYYY-MM-DD`.
    pub since: String,
}

/// WGS 84 position in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct LatLon {
    /// Latitude.
    pub lat: f64,
    /// Longitude.
    pub lon: f64,
}
// Positions come from JSON, where NaN cannot be written.
impl Eq for LatLon {}

/// A licence or filing certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Licence {
    /// e.g. 医疗器械经营许可证.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Scope as printed.
    #[serde(default)]
    pub scope: String,
    /// Issued by.
    #[serde(default)]
    pub issuer: String,
    /// Day of issue.
    #[serde(default)]
    pub issued: Option<String>,
    /// Last day of validity; absent where the certificate does not expire.
    #[serde(default)]
    pub valid_to: Option<String>,
}

/// A finding of an earlier inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PastFinding {
    /// The item, if known.
    #[serde(default)]
    pub item: Option<ItemCode>,
    /// What was found.
    pub text: String,
    /// Day found.
    pub found: String,
    /// Day until which it must be rectified.
    pub deadline: String,
    /// Where it stands.
    pub state: FindingState,
}

/// Where a finding stands on its way to 销号.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// 待整改
    Open,
    /// 整改中
    Rectifying,
    /// 已提交
    Submitted,
    /// 复查中
    Rechecking,
    /// 已销号
    Closed,
}
