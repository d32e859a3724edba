//! Names of things. Every id is its own type, so that a feed cannot be handed in where a task is meant.
//!
//! Two kinds: *hashes* (32 bytes, written as 64 lower-case hex digits), which name content and prove it, and *names*
//! (short printable text), which somebody gave out. Core never makes an id from randomness: callers pass it in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The text is not an id of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: {reason}")]
pub struct BadId {
    /// The kind of id that was expected.
    pub kind: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

macro_rules! hash_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ts_rs::TS, schemars::JsonSchema)]
        #[ts(type = "string")]
        #[schemars(with = "String")]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps 32 bytes that are already such a hash.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self { Self(bytes) }
            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] { &self.0 }
            /// SHA-256 over the parts, one after the other.
            #[allow(clippy::self_named_constructors, reason = "one of the names made here is Digest itself")]
            pub fn digest(parts: &[&[u8]]) -> Self {
                let mut h = Sha256::new();
                for part in parts { h.update(part); }
                Self(h.finalize().into())
            }
            /// First 16 hex digits: what a screen has room for.
            pub fn short(&self) -> String { self.to_string()[..16].to_owned() }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}({self})", stringify!($name)) }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(s: &str) -> Result<Self, BadId> {
                let bad = |reason| BadId { kind: stringify!($name), reason };
                let bytes = data_encoding::HEXLOWER.decode(s.as_bytes()).map_err(|_| bad("not lower-case hex"))?;
                Ok(Self(bytes.try_into().map_err(|_| bad("not 32 bytes"))?))
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

hash_ids! {
    /// A feed's name: the hash of its public key, device and user, so a name proves its key.
    FeedId,
    /// An entry's name: the hash of its header.
    EntryId,
    /// A blob's name: SHA-256 of the original bytes.
    BlobHash,
    /// Any other SHA-256: of a payload, a list, a record, a manifest.
    Digest,
}

macro_rules! name_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ts_rs::TS, schemars::JsonSchema)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}({})", stringify!($name), self.0) }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(s: &str) -> Result<Self, BadId> {
                check_name(s).map_err(|reason| BadId { kind: stringify!($name), reason })?;
                Ok(Self(s.to_owned()))
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

/// Names travel in file names and addresses: 1–64 characters of `[A-Za-z0-9._-]`, not starting with a dot.
fn check_name(s: &str) -> Result<(), &'static str> {
    if s.is_empty() || s.len() > 64 {
        return Err("must have 1 to 64 characters");
    }
    if s.starts_with('.') {
        return Err("must not start with a dot");
    }
    if !s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
        return Err("only letters, digits, '.', '_' and '-'");
    }
    Ok(())
}

name_ids! {
    /// A phone, as HQ enrolled it.
    DeviceId,
    /// A person with an account at HQ.
    UserId,
    /// An organisational unit of the bureau (科室, 市场监管所).
    UnitId,
    /// A firm or institution in HQ's register.
    FirmId,
    /// One inspection (UUID v7, made on the phone that started it).
    InspectionId,
    /// A task HQ gave out.
    TaskId,
    /// One piece of evidence within an inspection.
    EvidenceId,
    /// A checklist, e.g. `COLD`.
    ListCode,
    /// An item of a checklist, e.g. `COLD-05`.
    ItemCode,
    /// A violation of the master table, e.g. `V11`.
    ViolationCode,
    /// A law's short name in the library, e.g. `GSP`.
    LawCode,
    /// A conclusion rule, e.g. `licence-verification`.
    RuleCode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_back_only_from_64_lower_case_digits() {
        let id = EntryId::digest(&[b"a", b"b"]);
        assert_eq!(id.to_string().parse::<EntryId>().unwrap(), id);
        assert!(id.to_string().to_uppercase().parse::<EntryId>().is_err());
        assert!("ab".parse::<EntryId>().is_err());
    }

    #[test]
    fn a_name_cannot_leave_its_folder() {
        for bad in ["", "..", "a/b", "中", ".hidden", &"x".repeat(65)] {
            assert!(bad.parse::<TaskId>().is_err(), "{bad:?}");
        }
        assert!("COLD-05".parse::<ItemCode>().is_ok());
    }
}
