//! Flipped bits, cut files, swapped files, garbage behind the end, zeroed sectors: found, or without effect.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xuncha_tests::disk::phone::cuts::{Day, difference, shown, written_once};
use xuncha_tests::disk::phone::day::PINS;
use xuncha_tests::disk::phone::{Contents, Found, Seen};
use xuncha_tests::disk::{Shelf, Tree};
use xuncha_tests::simulation::chance::Chance;

use super::{seed, times};

/// What was done to files of one kind, and what came of it.
#[derive(Default)]
struct Counts {
    changes: usize,
    found: BTreeMap<String, usize>,
    without_effect: usize,
    unnoticed: Vec<String>,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found: usize = self.found.values().sum();
        let Self { changes, without_effect, unnoticed, .. } = self;
        let unnoticed = unnoticed.len();
        write!(f, "{changes} changes: {found} found, {without_effect} without effect, {unnoticed} unnoticed; ")?;
        f.debug_map().entries(&self.found).finish()
    }
}

/// Files of the tree that are of one kind.
fn files(tree: &Tree, is: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let of_kind = tree.iter().filter(|(path, bytes)| bytes.as_ref().is_some_and(|b| !b.is_empty()) && is(path));
    of_kind.map(|(path, _)| path.clone()).collect()
}

/// Damages one of the files. Answers the tree and what was done, in words.
fn damage(tree: &Tree, files: &[PathBuf], chance: &mut Chance) -> (Tree, String) {
    let path = chance.pick(files).unwrap().clone();
    let mut bytes = tree[&path].as_ref().unwrap().to_vec();
    let at = chance.below(bytes.len());
    let what = match chance.below(6) {
        0 | 1 => {
            bytes[at] ^= 1 << chance.below(8);
            format!("a bit flipped at {at}")
        }
        2 => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
        3 => {
            let mut garbage = vec![0; 1 + chance.below(700)];
            chance.fill(&mut garbage);
            bytes.extend(&garbage);
            format!("{} bytes behind the end", garbage.len())
        }
        4 => {
            let (from, to) = (at / 512 * 512, bytes.len().min((at / 512 + 1 + chance.below(8)) * 512));
            bytes[from..to].fill(0);
            format!("zeroed {from}..{to}")
        }
        _ => {
            let other = chance.pick(files).unwrap();
            bytes = tree[other].as_ref().unwrap().to_vec();
            format!("has the bytes of {}", other.display())
        }
    };
    let mut damaged = tree.clone();
    damaged.insert(path.clone(), Some(Arc::new(bytes)));
    (damaged, format!("{}: {what}", path.display()))
}

/// What counts when two readings are compared: all but what only says how they came about.
fn substance(contents: &Contents) -> Contents {
    Contents { index_anew: false, torn: 0, ..contents.clone() }
}

#[test]
fn i8_four_hundred_changes_each_to_segments_receipts_originals_and_keys_are_found_or_without_effect() {
    let seed = seed();
    let day = Day::live(seed).unwrap();
    let tree = day.left().unwrap();
    let whole = substance(day.end().unwrap());
    let (mut shelf, mut seen) = (Shelf::new().unwrap(), Seen::default());
    let mut chance = Chance::new(seed);
    let original = |path: &Path| path.starts_with("vault") && path.extension().is_none();
    type Is<'a> = &'a dyn Fn(&Path) -> bool;
    let kinds: [(&str, Is<'_>); 4] = [
        ("segment", &|path| path.starts_with("feeds")),
        ("receipts", &|path| path.starts_with("receipts")),
        ("original", &original),
        ("key file", &|path| path.starts_with("keys")),
    ];
    for (kind, is) in kinds {
        let files = files(&tree, is);
        let mut counts = Counts::default();
        for _ in 0..400 * times() {
            let (damaged, what) = damage(&tree, &files, &mut chance);
            counts.changes += 1;
            let laid = shelf.lay_out(&damaged, written_once).unwrap();
            match Contents::read_again(laid.path(), &mut seen) {
                Found::Refused(why) => {
                    let code = why.split(['(', ' ', ':']).next().unwrap_or_default().to_owned();
                    *counts.found.entry(code).or_default() += 1;
                }
                Found::Phone(contents) if substance(&contents) == whole => counts.without_effect += 1,
                other => counts.unnoticed.push(format!("{what}: {other:?}")),
            }
        }
        eprintln!("{kind}: {counts}");
        assert!(counts.unnoticed.is_empty(), "{kind}: {:#?}", counts.unnoticed);
        let found: usize = counts.found.values().sum();
        // Half of the keys lie twice, so that most damage to one copy is healed by the other.
        let least = if kind == "key file" { 0 } else { 200 };
        assert!(found >= least && counts.without_effect > 0, "{kind}: {counts}");
    }
}

#[tokio::test]
async fn four_hundred_changes_to_the_index_are_found_or_without_effect() {
    let seed = seed();
    let day = Day::live(seed).unwrap();
    // As a kill leaves it: with everything since the last checkpoint in the write-ahead log.
    let tree = day.left().unwrap();
    let is_index = |path: &Path| [Path::new("index.db"), Path::new("index.db-wal")].contains(&path);
    let files = files(&tree, is_index);
    assert_eq!(files.len(), 2, "{files:?}");
    let pin = PINS[day.end().unwrap().pin];
    let mut shelf = Shelf::new().unwrap();
    let laid = shelf.lay_out(&tree, written_once).unwrap();
    let (_, whole) = shown(laid.path(), pin).await.unwrap();
    let mut chance = Chance::new(seed);
    let mut counts = Counts::default();
    for _ in 0..400 * times() {
        let (damaged, what) = damage(&tree, &files, &mut chance);
        counts.changes += 1;
        let laid = shelf.lay_out(&damaged, written_once).unwrap();
        match shown(laid.path(), pin).await {
            Err(why) => counts.unnoticed.push(format!("{what}: {why}")),
            Ok((_, shown)) if shown != whole => {
                counts.unnoticed.push(format!("{what}: {}", difference(&shown, &whole)));
            }
            Ok((notices, _)) if notices.is_empty() => counts.without_effect += 1,
            Ok((notices, _)) => *counts.found.entry(notices.join(" ")).or_default() += 1,
        }
    }
    eprintln!("index: {counts}");
    assert!(counts.unnoticed.is_empty(), "{:#?}", counts.unnoticed);
    assert!(counts.found.get("index.rebuilt").is_some_and(|n| *n > 40), "{counts}");
}
