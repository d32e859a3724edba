//! The one public error. A code exists only where somebody acts on it; the screens own the words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// When trying the same thing again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// The same call will fail again.
    Never,
    /// Later, by itself: the network, a busy server.
    Later,
    /// After a person did something: freed space, typed another PIN.
    AfterAction,
}

/// What a door (IPC, HTTP, command line) answers when it cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, thiserror::Error)]
#[error("{code} {params:?}")]
pub struct Failure {
    /// Stable, dotted, lower case: `pin.wrong`, `hq.unreachable`, `disk.full`. The screens' words hang on it.
    pub code: String,
    /// When to try again.
    pub retry: Retry,
    /// Numbers and names for the sentence: never personal data, never keys.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

impl Failure {
    /// A failure that repeats itself.
    pub fn never(code: &str) -> Self {
        Self { code: code.to_owned(), retry: Retry::Never, params: BTreeMap::new() }
    }
    /// A failure that time may cure.
    pub fn later(code: &str) -> Self {
        Self { retry: Retry::Later, ..Self::never(code) }
    }
    /// A failure that a person can cure.
    pub fn after_action(code: &str) -> Self {
        Self { retry: Retry::AfterAction, ..Self::never(code) }
    }
    /// Adds a value for the sentence.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.params.insert(key.to_owned(), value.to_string());
        self
    }
}
