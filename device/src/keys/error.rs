use xuncha_core::Failure;

use crate::disk::{AbError, DiskError};

/// Why keys are not given.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Shorter than this phone allows.
    #[error("at least {min} characters")]
    PinTooShort {
        /// Characters needed.
        min: usize,
    },
    /// Not the PIN.
    #[error("wrong PIN; {left} tries before a wait, {wait_ms} ms to wait")]
    PinWrong {
        /// Tries left before the first wait; 0 from then on.
        left: u32,
        /// Milliseconds until the next try.
        wait_ms: u64,
    },
    /// Too early for the next try. The PIN was not looked at.
    #[error("{wait_ms} ms to wait")]
    PinWait {
        /// Milliseconds until the next try.
        wait_ms: u64,
    },
    /// No such person on this phone.
    #[error("unknown user")]
    UnknownUser,
    /// This person has a slot already.
    #[error("the user is here already")]
    UserExists,
    /// There is no key file: the phone is not enrolled.
    #[error("no key file")]
    Missing,
    /// There is one already; a new one would make everything unreadable.
    #[error("a key file exists")]
    Exists,
    /// The key file is damaged, or what it wraps does not fit it.
    #[error("the key file is damaged: {0}")]
    Damaged(&'static str),
    /// The phone's key store does not give the secret this file was made with.
    #[error("the key store gives no secret")]
    KeyStoreMissing,
    /// Not enough memory for Argon2.
    #[error("not enough memory to judge the PIN")]
    OutOfMemory,
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl From<AbError> for KeyError {
    fn from(e: AbError) -> Self {
        match e {
            AbError::Damaged => Self::Damaged("no copy is whole"),
            AbError::Disk(e) => Self::Disk(e),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(e: KeyError) -> Self {
        match e {
            KeyError::PinTooShort { min } => Self::after_action("pin.too_short").with("min", min),
            KeyError::PinWrong { left, wait_ms } => {
                Self::after_action("pin.wrong").with("left", left).with("wait_ms", wait_ms)
            }
            KeyError::PinWait { wait_ms } => Self::later("pin.wait").with("wait_ms", wait_ms),
            KeyError::UnknownUser => Self::never("user.unknown"),
            KeyError::UserExists => Self::never("user.exists"),
            KeyError::Missing => Self::after_action("key_file.missing"),
            KeyError::Exists => Self::never("key_file.exists"),
            KeyError::Damaged(why) => Self::never("key_file.damaged").with("why", why),
            KeyError::KeyStoreMissing => Self::after_action("key_store.missing"),
            KeyError::OutOfMemory => Self::later("memory.full"),
            KeyError::Disk(e) => e.into(),
        }
    }
}
