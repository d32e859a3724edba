//! Versions of a list: the difference says all and says it once, and an answer keeps pointing to the text that was seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::prelude::*;
use serde_json::{Value, json};
use xuncha_core::checklist::diff::{Field, ItemDiff, ListDiff, Place, SectionDiff};
use xuncha_core::checklist::{Checklist, Item, Mark, Method, Section, Severity, Text};
use xuncha_core::event::{AnswerSet, ListChanged, ListRef, Outcome};
use xuncha_core::ids::{Digest, ItemCode};
use xuncha_core::inspection::Pinned;
use xuncha_core::tables::TableKind;

use super::world::{Writer, fold, form, list, rule, started};

/// Something an author may do to a list; numbers choose where.
#[derive(Debug, Clone)]
enum Edit {
    Reword { field: usize, item: usize, to: u8 },
    Add { item: usize, to: usize },
    Drop { item: usize },
    Move { item: usize, to: usize },
    AddSection { at: usize },
    DropSection { which: usize },
    MoveSection { which: usize, to: usize },
    Rename { which: usize, to: u8 },
    Head { field: usize, to: u8 },
}

fn edits(most: usize) -> impl Strategy<Value = Vec<Edit>> {
    let n = || 0..64usize;
    let edit = prop_oneof![
        4 => (0..Field::ALL.len(), n(), 0..4u8).prop_map(|(field, item, to)| Edit::Reword { field, item, to }),
        2 => (n(), n()).prop_map(|(item, to)| Edit::Add { item, to }),
        2 => n().prop_map(|item| Edit::Drop { item }),
        3 => (n(), n()).prop_map(|(item, to)| Edit::Move { item, to }),
        1 => n().prop_map(|at| Edit::AddSection { at }),
        1 => n().prop_map(|which| Edit::DropSection { which }),
        1 => (n(), n()).prop_map(|(which, to)| Edit::MoveSection { which, to }),
        1 => (n(), 0..3u8).prop_map(|(which, to)| Edit::Rename { which, to }),
        1 => (0..4usize, 0..3u8).prop_map(|(field, to)| Edit::Head { field, to }),
    ];
    prop::collection::vec(edit, 0..most)
}

fn words(n: u8) -> Text {
    Text { zh: format!("字{n}"), other: BTreeMap::from([("en".to_owned(), format!("words {n}"))]) }
}

fn new_item(code: &ItemCode) -> Item {
    let value = json!({"code": code, "text": {"zh-Hans": "新"}, "how": {"zh-Hans": "看"}, "methods": ["observe"],
                       "key": {"value": false, "mark": "D"}, "basis": [], "severity": "minor"});
    serde_json::from_value(value).unwrap()
}

fn reword(item: &mut Item, field: Field, n: u8) {
    let some = |n: u8| (n > 0).then(|| format!("w{n}"));
    let mark = [Mark::V, Mark::M, Mark::D, Mark::D][n as usize];
    match field {
        Field::Text => item.text = words(n),
        Field::How => item.how = words(n),
        Field::Methods => item.methods = [Method::Observe, Method::Scan][..=usize::from(n % 2)].to_vec(),
        Field::Sample => item.sample = (n > 0).then_some(u32::from(n)),
        Field::Evidence => {
            item.evidence = serde_json::from_value(match n {
                0 => json!([]),
                n => json!([{"kind": "photo", "min": n, "when": "checked", "mark": "D"}]),
            })
            .unwrap();
        }
        Field::Key => item.key = xuncha_core::checklist::KeyFlag { value: n.is_multiple_of(2), mark },
        Field::Basis => item.basis.truncate(usize::from(n)),
        Field::Grounds => item.grounds = (n > 0).then(|| words(n)),
        Field::Violations => {
            item.violations = serde_json::from_value(match n {
                0 => json!([]),
                n => json!([{"code": format!("V{n}"), "mark": "D"}]),
            })
            .unwrap();
        }
        Field::Severity => item.severity = [Severity::Minor, Severity::Major, Severity::Serious][usize::from(n % 3)],
        Field::Regulator => item.regulator = n > 1,
        Field::AppliesIf => item.applies_if = (n > 0).then(|| format!("subject.kind == 'k{n}'")),
        Field::SameAs => item.same_as = (n > 0).then(|| format!("OTHER-{n}").parse().unwrap()),
        Field::Unit => item.unit = some(n),
        Field::Table => item.table = (n > 0).then(|| TableKind::ALL[usize::from(n)]),
        Field::Findings => {
            item.findings = (0..n).map(|n| xuncha_core::checklist::TypicalFinding { text: words(n), mark }).collect();
        }
        Field::OfficialCode => item.official_code = some(n),
    }
}

/// Carries the edits out. Codes that were given once are never given again.
fn edited(list: &Checklist, edits: &[Edit], given: &mut u32) -> Checklist {
    let mut list = list.clone();
    for edit in edits {
        let seats: Vec<(usize, usize)> = list
            .sections
            .iter()
            .enumerate()
            .flat_map(|(s, section)| (0..section.items.len()).map(move |i| (s, i)))
            .collect();
        let seat = |n: usize| (!seats.is_empty()).then(|| seats[n % seats.len()]);
        let rooms = list.sections.len();
        match *edit {
            Edit::Reword { field, item, to } => {
                if let Some((s, i)) = seat(item) {
                    reword(&mut list.sections[s].items[i], Field::ALL[field], to);
                }
            }
            Edit::Add { item, to } if rooms > 0 => {
                *given += 1;
                let room = &mut list.sections[to % rooms].items;
                room.insert(item % (room.len() + 1), new_item(&format!("TRY-N{given}").parse().unwrap()));
            }
            Edit::Drop { item } => {
                if let Some((s, i)) = seat(item) {
                    list.sections[s].items.remove(i);
                }
            }
            Edit::Move { item, to } => {
                if let Some((s, i)) = seat(item) {
                    let moved = list.sections[s].items.remove(i);
                    let room = &mut list.sections[to % rooms].items;
                    room.insert(to % (room.len() + 1), moved);
                }
            }
            Edit::AddSection { at } => {
                *given += 1;
                let section = Section { code: format!("s{given}"), title: words(0), items: vec![] };
                list.sections.insert(at % (rooms + 1), section);
            }
            Edit::DropSection { which } if rooms > 0 => drop(list.sections.remove(which % rooms)),
            Edit::MoveSection { which, to } if rooms > 0 => {
                let moved = list.sections.remove(which % rooms);
                list.sections.insert(to % rooms, moved);
            }
            Edit::Rename { which, to } if rooms > 0 => list.sections[which % rooms].title = words(to),
            Edit::Head { field, to } => match field {
                0 => list.title = words(to),
                1 => list.source = Some(words(to)),
                2 => list.valid_from = Some(format!("2026-01-0{}", to + 1)),
                _ => list.proposed_if = (to > 0).then(|| format!("'f{to}' in subject.flags")),
            },
            _ => {}
        }
    }
    list
}

fn codes(list: &Checklist) -> BTreeSet<ItemCode> {
    list.items().map(|item| item.code.clone()).collect()
}

fn rooms(list: &Checklist) -> BTreeMap<String, Vec<ItemCode>> {
    let of = |s: &Section| (s.code.clone(), s.items.iter().map(|i| i.code.clone()).collect::<Vec<_>>());
    list.sections.iter().map(of).filter(|(_, items)| !items.is_empty()).collect()
}

/// The old item with nothing changed but what the difference names.
fn patched(old: &Item, item: &ItemDiff) -> Item {
    let ItemDiff::Changed { fields, .. } = item else { panic!("{item:?} is in both lists") };
    let mut value = serde_json::to_value(old).unwrap();
    for change in fields {
        let key = change.field.key();
        match value.get(key) {
            Some(before) => assert_eq!(before, &change.before, "{key}"),
            None => assert!([Value::Null, Value::Bool(false)].contains(&change.before), "{key}"),
        }
        assert_ne!(change.before, change.after, "{key}");
        value[key] = change.after.clone();
    }
    serde_json::from_value(value).unwrap()
}

/// The old walk with nothing moved but what the difference names.
fn walked(old: &Checklist, diff: &ListDiff) -> BTreeMap<String, Vec<ItemCode>> {
    let mut rooms = rooms(old);
    let mut put = Vec::new();
    for item in &diff.items {
        let to = match item {
            ItemDiff::Added { to, .. } | ItemDiff::Changed { moved: Some((_, to)), .. } => Some(to),
            ItemDiff::Removed { .. } => None,
            ItemDiff::Changed { moved: None, .. } => continue,
        };
        rooms.values_mut().for_each(|room| room.retain(|code| code != item.item()));
        put.extend(to.map(|to| (item.item(), to)));
    }
    for (item, Place { section, after }) in put {
        let room = rooms.entry(section.clone()).or_default();
        let at = after.as_ref().map_or(0, |after| room.iter().position(|c| c == after).unwrap() + 1);
        room.insert(at, item.clone());
    }
    rooms.retain(|_, items| !items.is_empty());
    rooms
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_list_differs_in_nothing_from_itself(edits in edits(12)) {
        let list = edited(&list(), &edits, &mut 0);
        let diff = ListDiff::between(&list, &list);
        prop_assert!(diff.is_empty(), "{diff:?}");
        prop_assert_eq!(diff.unchanged.len(), list.items().count());
    }

    #[test]
    fn what_a_difference_names_is_all_that_makes_the_new_list(first in edits(8), then in edits(12)) {
        let mut given = 0;
        let old = edited(&list(), &first, &mut given);
        let new = edited(&old, &then, &mut given);
        let diff = ListDiff::between(&old, &new);

        let named: Vec<ItemCode> = diff.items.iter().map(|i| i.item().clone()).chain(diff.unchanged.clone()).collect();
        let each: BTreeSet<ItemCode> = named.iter().cloned().collect();
        prop_assert_eq!(named.len(), each.len(), "an item is named twice: {:?}", named);
        prop_assert_eq!(each, &codes(&old) | &codes(&new));

        for code in &diff.unchanged {
            prop_assert_eq!(old.item(code), new.item(code));
        }
        for item in &diff.items {
            match (old.item(item.item()), new.item(item.item())) {
                (None, Some(_)) => prop_assert!(matches!(item, ItemDiff::Added { .. }), "{:?}", item),
                (Some(_), None) => prop_assert!(matches!(item, ItemDiff::Removed { .. }), "{:?}", item),
                (Some(old), Some(new)) => prop_assert_eq!(&patched(old, item), new),
                (None, None) => prop_assert!(false, "{} is in neither list", item.item()),
            }
        }
        prop_assert_eq!(walked(&old, &diff), rooms(&new));

        let loose: BTreeSet<&String> = diff.sections.iter().filter_map(|s| match s {
            SectionDiff::Added { section } | SectionDiff::Removed { section } | SectionDiff::Moved { section } => Some(section),
            SectionDiff::Renamed { .. } => None,
        }).collect();
        let fixed = |list: &Checklist| -> Vec<String> {
            list.sections.iter().map(|s| s.code.clone()).filter(|code| !loose.contains(code)).collect()
        };
        prop_assert_eq!(fixed(&old), fixed(&new));
        prop_assert_eq!(diff.same_content(), Checklist { version: new.version.clone(), ..old.clone() } == new);
    }

    #[test]
    fn every_answer_stays_and_points_to_the_text_that_was_seen(
        steps in prop::collection::vec((edits(6), prop::collection::vec((0..64usize, 0..3usize), 0..4), any::<bool>()), 1..6),
    ) {
        // HQ's shelf and the phone's packs: canonical bytes by their hash.
        let mut shelf: HashMap<Digest, String> = HashMap::new();
        let mut alice = Writer::alice();
        let mut now = list();
        shelf.insert(now.hash(), now.canonical());
        let mut entries = vec![alice.say(started(), &[], &[])];
        let (mut seen, mut given) = (Vec::new(), 0);
        for (n, (edits, answers, moves)) in steps.iter().enumerate() {
            now = edited(&now, edits, &mut given);
            now.version = format!("1.{n}");
            shelf.insert(now.hash(), now.canonical());
            if *moves {
                let list = ListRef { code: now.code.clone(), version: now.version.clone(), sha256: now.hash() };
                entries.push(alice.say(ListChanged { list, added: true, reason: "新版".into() }, &[], &[]));
            }
            for (which, outcome) in answers {
                let Some(item) = now.items().nth(which % now.items().count().max(1)) else { continue };
                let outcome = [Outcome::Conforms, Outcome::NonConforming, Outcome::Corrected][*outcome];
                let answer = AnswerSet {
                    item: item.code.clone(), list: now.hash(), outcome, reason: None, correction: None, language: "zh-Hans".into(),
                };
                let stands: Vec<_> =
                    fold(&entries).answer(&item.code).map(|r| r.heads().map(|w| w.by.entry).collect()).unwrap_or_default();
                let entry = alice.say(answer, &stands, &[]);
                seen.push((entry.id, item.clone(), outcome));
                entries.push(entry);
            }
        }
        let inspection = fold(&entries);
        for (entry, item, outcome) in &seen {
            prop_assert!(inspection.entry(entry).is_some_and(|note| note.inert.is_none()));
            let register = inspection.answer(&item.code).unwrap();
            let kept = register.history().into_iter().find(|w| w.by.entry == *entry).unwrap();
            prop_assert_eq!(kept.value.outcome, *outcome);
            let bytes = &shelf[&kept.value.list];
            prop_assert_eq!(Digest::digest(&[bytes.as_bytes()]), kept.value.list);
            let read = Checklist::from_canonical(bytes).unwrap();
            prop_assert_eq!(read.item(&kept.value.item), Some(item), "the text is no longer the one that was seen");
        }
        // What the last tap said is what counts, under any version that has the item.
        let last: BTreeMap<&ItemCode, Outcome> = seen.iter().map(|(_, item, outcome)| (&item.code, *outcome)).collect();
        for text in shelf.values() {
            let version = Checklist::from_canonical(text).unwrap();
            let pinned = Pinned::new(vec![version], rule(), form(), &started().firm.subject);
            for read in inspection.read(&pinned).items {
                prop_assert_eq!(read.outcome, last.get(&read.item.code).copied());
            }
        }
        // Under the version the draft moved to last, each of them is asked or kept in sight, and whoever saw another sentence
        // is told so.
        let version = |list: &ListRef| Checklist::from_canonical(&shelf[&list.sha256]).unwrap();
        let lists = inspection.list_refs();
        prop_assert_eq!(lists.len(), 1);
        let earlier = inspection.earlier_refs();
        let pinned = Pinned::new(lists.iter().map(version).collect(), rule(), form(), &started().firm.subject)
            .with_earlier(earlier.iter().map(|l| (l.sha256, version(l))));
        let reading = inspection.read(&pinned);
        let held: BTreeSet<_> = lists.iter().chain(&earlier).map(|l| l.sha256).collect();
        for (code, outcome) in &last {
            let given = &inspection.answer(code).unwrap().value().unwrap().list;
            let (entry_item, asked) = (&seen.iter().rfind(|(_, item, _)| &item.code == *code).unwrap().1, pinned.asks(code));
            let read = reading.items.iter().chain(&reading.left).find(|r| &r.item.code == *code);
            // An answer under a version that this draft never had is on no list of it: it stays in the registers alone.
            let Some(read) = read else {
                prop_assert!(!held.contains(given), "{code} was answered under a list of this draft and is nowhere");
                continue;
            };
            prop_assert_eq!(read.outcome, Some(*outcome));
            prop_assert_eq!(reading.left.iter().any(|r| &r.item.code == *code), !asked);
            if held.contains(given) && asked {
                prop_assert_eq!(read.reworded.is_some(), entry_item.text != read.item.text);
            }
        }
    }
}

#[test]
fn a_difference_names_the_one_item_that_was_carried_elsewhere() {
    let old = list();
    let mut new = old.clone();
    let carried = new.sections[0].items.remove(0);
    new.sections[1].items.push(carried);
    let diff = ListDiff::between(&old, &new);
    let [ItemDiff::Changed { item, fields, moved: Some((from, to)) }] = diff.items.as_slice() else {
        panic!("{diff:?}");
    };
    assert_eq!((item.as_str(), fields.len()), ("TRY-01", 0));
    assert_eq!(from, &Place { section: "cold".into(), after: None });
    assert_eq!(to, &Place { section: "door".into(), after: Some("TRY-03".parse().unwrap()) });
    assert_eq!(diff.unchanged.len(), 2);
}
