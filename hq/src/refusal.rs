//! What both listeners answer when they cannot do what was asked: RFC 9457 problems around one [`Failure`].

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use xuncha_core::Failure;
use xuncha_core::protocol::problem::{MEDIA_TYPE, Problem};

use crate::db::DbError;

/// A status with its failure.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    /// Code, retry, parameters.
    pub failure: Failure,
}

/// A result at a door.
pub type Answer<T> = Result<T, Refusal>;

impl Refusal {
    /// A refusal that repeats itself.
    pub fn never(status: StatusCode, code: &str) -> Self {
        Self { status, failure: Failure::never(code) }
    }
    /// A refusal that time may cure.
    pub fn later(status: StatusCode, code: &str) -> Self {
        Self { status, failure: Failure::later(code) }
    }
    /// A refusal that a person can cure.
    pub fn after_action(status: StatusCode, code: &str) -> Self {
        Self { status, failure: Failure::after_action(code) }
    }
    /// Something that is not there, or not for the caller to know of.
    pub fn not_found(code: &str) -> Self {
        Self::never(StatusCode::NOT_FOUND, code)
    }
    /// A request of the right shape that cannot be done.
    pub fn unprocessable(code: &str) -> Self {
        Self::after_action(StatusCode::UNPROCESSABLE_ENTITY, code)
    }
    /// Adds a value for the sentence.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.failure = self.failure.with(key, value);
        self
    }
    /// The problem on the wire.
    pub fn problem(&self) -> Problem {
        Problem::new(self.status.as_u16(), self.failure.clone())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.problem()).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.failure.params.get("seconds").and_then(|s| HeaderValue::from_str(s).ok())
            && self.status == StatusCode::TOO_MANY_REQUESTS
        {
            headers.insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let status = match failure.code.as_str() {
            "disk.full" => StatusCode::INSUFFICIENT_STORAGE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, failure }
    }
}

impl From<DbError> for Refusal {
    fn from(e: DbError) -> Self {
        match e {
            DbError::Full => Failure::after_action("disk.full").into(),
            DbError::Moved => Self::later(StatusCode::CONFLICT, "feed.moved"),
            DbError::Constraint => Self::never(StatusCode::CONFLICT, "name.taken"),
            DbError::Damaged(why) => {
                tracing::error!(why, "what the database holds is not what was written: run `xuncha-hq check`");
                Failure::later("hq.damaged").into()
            }
            other => {
                // The words of the database say what is wrong with it, never what is in it.
                tracing::error!(error = %other, "the database did not answer");
                Failure::later("hq.database").into()
            }
        }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(e: std::io::Error) -> Self {
        tracing::error!(error = %e, "the disk did not answer");
        crate::objects::disk_failure(&e).into()
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        refusal.failure
    }
}
