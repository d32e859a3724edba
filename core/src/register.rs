//! A register: one value that several people may write, possibly without having seen each other.
//!
//! A write names the writes it replaces (`over`). What nobody replaced is a head: one head is the value, several are a
//! *conflict*, both kept and shown until a person settles it with a write that names both. Nothing is ever overwritten in
//! silence, and the order of arrival makes no difference (I6, I7).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{EntryId, FeedId, UserId};

/// Who wrote something, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Stamp {
    /// The entry.
    pub entry: EntryId,
    /// Its feed.
    pub feed: FeedId,
    /// Its place in the feed.
    #[ts(type = "number")]
    pub seq: u64,
    /// Its logical time; for display order only.
    #[ts(type = "number")]
    pub lamport: u64,
    /// The person.
    pub actor: UserId,
    /// The device's claim about time.
    pub wall: String,
}

/// One write to a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write<T> {
    /// Who and where.
    pub by: Stamp,
    /// What was written.
    pub value: T,
}

/// All writes to one register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register<T> {
    writes: BTreeMap<EntryId, Write<T>>,
    replaced: BTreeSet<EntryId>,
}

/// What a register says.
#[derive(Debug, PartialEq, Eq)]
pub enum State<'a, T> {
    /// Nobody wrote.
    Empty,
    /// One value stands.
    Settled(&'a Write<T>),
    /// Several values stand; a person must settle it.
    Conflict(Vec<&'a Write<T>>),
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self { writes: BTreeMap::new(), replaced: BTreeSet::new() }
    }
}

impl<T> Register<T> {
    /// Takes a write. Taking it again changes nothing.
    pub fn apply(&mut self, by: Stamp, over: &[EntryId], value: T) {
        self.replaced.extend(over.iter().copied());
        self.writes.entry(by.entry).or_insert(Write { by, value });
    }
    /// The writes nobody replaced, oldest logical time first: the same order wherever they are shown.
    pub fn heads(&self) -> impl Iterator<Item = &Write<T>> {
        let standing = self.writes.iter().filter(|(id, _)| !self.replaced.contains(*id)).map(|(_, w)| w);
        let mut heads: Vec<_> = standing.collect();
        heads.sort_by_key(|w| (w.by.lamport, w.by.feed, w.by.seq));
        heads.into_iter()
    }
    /// The names that a write settling this register must put into `over`.
    pub fn head_ids(&self) -> Vec<EntryId> {
        self.heads().map(|w| w.by.entry).collect()
    }
    /// What it says.
    pub fn state(&self) -> State<'_, T> {
        let mut heads: Vec<_> = self.heads().collect();
        match (heads.pop(), heads.is_empty()) {
            (None, _) => State::Empty,
            (Some(only), true) => State::Settled(only),
            (Some(last), false) => {
                heads.push(last);
                State::Conflict(heads)
            }
        }
    }
    /// The value, if exactly one stands.
    pub fn value(&self) -> Option<&T> {
        match self.state() {
            State::Settled(w) => Some(&w.value),
            State::Empty | State::Conflict(_) => None,
        }
    }
    /// Every write there ever was, oldest logical time first.
    pub fn history(&self) -> Vec<&Write<T>> {
        let mut all: Vec<_> = self.writes.values().collect();
        all.sort_by_key(|w| (w.by.lamport, w.by.feed, w.by.seq));
        all
    }
    /// Replaced writes that have not arrived: pending, not a conflict.
    pub fn pending(&self) -> impl Iterator<Item = &EntryId> {
        self.replaced.iter().filter(|id| !self.writes.contains_key(*id))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(n: u64) -> EntryId {
        EntryId::digest(&[&n.to_be_bytes()])
    }
    fn stamp(n: u64) -> Stamp {
        let feed = FeedId::digest(&[&[u8::try_from(n % 3).unwrap()]]);
        Stamp { entry: id(n), feed, seq: n, lamport: n, actor: "zhang".parse().unwrap(), wall: String::new() }
    }

    #[test]
    fn writes_that_do_not_name_each_other_are_a_conflict_until_one_names_both() {
        let mut r = Register::default();
        assert_eq!(r.state(), State::Empty);
        r.apply(stamp(1), &[], "a");
        r.apply(stamp(2), &[], "b");
        assert!(matches!(r.state(), State::Conflict(ref w) if w.len() == 2));
        assert_eq!(r.value(), None);
        r.apply(stamp(3), &[id(1)], "c");
        assert!(matches!(r.state(), State::Conflict(_)), "naming one of two settles nothing");
        r.apply(stamp(4), &[id(2), id(3)], "d");
        assert_eq!(r.value(), Some(&"d"));
        assert_eq!(r.history().len(), 4);
    }

    #[test]
    fn a_replaced_write_that_arrives_late_is_no_conflict() {
        let mut r = Register::default();
        r.apply(stamp(2), &[id(1)], "new");
        assert_eq!(r.value(), Some(&"new"));
        assert_eq!(r.pending().collect::<Vec<_>>(), [&id(1)]);
        r.apply(stamp(1), &[], "old");
        assert_eq!(r.value(), Some(&"new"));
        assert_eq!(r.pending().count(), 0);
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_makes_no_difference(
            overs in prop::collection::vec(prop::collection::vec(0u64..12, 0..4), 1..12),
            seed in any::<u64>(),
        ) {
            let writes: Vec<(u64, Vec<EntryId>)> = overs.iter().enumerate()
                .map(|(n, over)| (n as u64, over.iter().filter(|o| **o < n as u64).map(|o| id(*o)).collect()))
                .collect();
            let mut shuffled = writes.clone();
            shuffled.sort_by_key(|(n, _)| id(n ^ seed));
            shuffled.extend(writes.iter().take(3).cloned());
            let fold = |writes: &[(u64, Vec<EntryId>)]| {
                let mut r = Register::default();
                for (n, over) in writes { r.apply(stamp(*n), over, *n); }
                serde_json::to_string(&r).unwrap()
            };
            prop_assert_eq!(fold(&writes), fold(&shuffled));
        }
    }
}
