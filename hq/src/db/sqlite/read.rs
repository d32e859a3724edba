//! Columns into values. What cannot be read back is damage, and said so.

use std::str::FromStr;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use xuncha_core::feed::{FeedKey, Frame, Signature, VerifyingKey};
use xuncha_core::ids::{BlobHash, Digest, EntryId, FeedId};

use super::{DbError, Result};

/// 32 bytes.
pub(super) struct Hash(pub(super) [u8; 32]);

impl FromSql for Hash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(value.as_blob()?.try_into().map_err(|_| FromSqlError::InvalidType)?))
    }
}

macro_rules! hashes {
    ($($name:ident),+) => {$( impl From<Hash> for $name { fn from(h: Hash) -> Self { Self::from_bytes(h.0) } } )+};
}
hashes!(BlobHash, Digest, EntryId, FeedId, VerifyingKey);

/// A name written as text.
pub(super) struct Name<T>(pub(super) T);

impl<T: FromStr> FromSql for Name<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

/// A non-negative number.
pub(super) struct Count(pub(super) u64);

impl FromSql for Count {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        u64::try_from(value.as_i64()?).map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

/// A number for SQLite; beyond 2^63 cannot be stored.
pub(super) fn int(n: u64) -> Result<i64> {
    i64::try_from(n).map_err(|_| DbError::Constraint)
}

/// The frame of three columns.
pub(super) fn frame(header: &[u8], sig: [u8; 64], payload: &[u8]) -> rusqlite::Result<Frame> {
    let mut bytes = header.to_vec();
    bytes.push(b'\n');
    bytes.extend_from_slice(Signature::from_bytes(sig).to_string().as_bytes());
    bytes.push(b'\n');
    bytes.extend_from_slice(payload);
    Frame::from_bytes(&bytes).map_err(|_| FromSqlError::InvalidType.into())
}

/// A feed's key of its columns.
pub(super) fn feed_key(row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<FeedKey> {
    Ok(FeedKey {
        feed: row.get::<_, Hash>(from)?.into(),
        device: row.get::<_, Name<_>>(from + 1)?.0,
        user: row.get::<_, Name<_>>(from + 2)?.0,
        key: row.get::<_, Hash>(from + 3)?.into(),
    })
}

/// A word of an enum that serde writes as a string.
pub(super) fn word<T: serde::Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(DbError::Damaged("not a word".into())),
    }
}

/// Reads such a word.
pub(super) struct Word<T>(pub(super) T);

impl<T: serde::de::DeserializeOwned> FromSql for Word<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = serde_json::Value::String(value.as_str()?.to_owned());
        serde_json::from_value(text).map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

/// All rows of a question.
pub(super) fn rows<T, P: rusqlite::Params>(
    c: &rusqlite::Connection,
    sql: &str,
    params: P,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    Ok(c.prepare_cached(sql)?.query_map(params, read)?.collect::<rusqlite::Result<_>>()?)
}
