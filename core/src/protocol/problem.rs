//! Errors on the wire: RFC 9457 problem details, `application/problem+json`, around one [`Failure`].

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Media type.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem. Machines act on `code` and `retry`; `title` is for a person reading the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Problem {
    /// `urn:xuncha:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Code, retry and parameters.
    #[serde(flatten)]
    pub failure: Failure,
}

impl Problem {
    /// Wraps a failure.
    pub fn new(status: u16, failure: Failure) -> Self {
        let title = failure.code.replace(['.', '_'], " ");
        Self { kind: format!("urn:xuncha:problem:{}", failure.code), title, status, failure }
    }
}
