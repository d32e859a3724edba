use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::{Checklist, Item, Text};
use crate::ids::{ItemCode, ListCode};

/// What another version of a list says otherwise. Every item of either side stands in `items` or in `unchanged`, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListDiff {
    /// The list.
    pub code: ListCode,
    /// Version of the old one.
    pub from: String,
    /// Version of the new one.
    pub to: String,
    /// What is said of the list as a whole.
    pub head: Vec<Change<HeadField>>,
    /// Sections, in the order of the new list, those that are gone last.
    pub sections: Vec<SectionDiff>,
    /// Items that are not as they were, in the order of the new list, those that are gone last.
    pub items: Vec<ItemDiff>,
    /// Items that are as they were, where they were.
    pub unchanged: Vec<ItemCode>,
}

/// One value, before and after, as JSON; `null` where there was or is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change<F> {
    /// Which value.
    pub field: F,
    /// In the old list.
    pub before: Value,
    /// In the new list.
    pub after: Value,
}

/// A section that is not as it was; one both moved and renamed stands twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum SectionDiff {
    /// Only the new list has it.
    Added {
        /// Its code.
        section: String,
    },
    /// It has another title.
    Renamed {
        /// Its code.
        section: String,
        /// In the old list.
        before: Text,
        /// In the new list.
        after: Text,
    },
    /// It is walked through in another order.
    Moved {
        /// Its code.
        section: String,
    },
    /// Only the old list has it.
    Removed {
        /// Its code.
        section: String,
    },
}

/// An item that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ItemDiff {
    /// Only the new list has it.
    Added {
        /// The item.
        item: ItemCode,
        /// Where it stands.
        to: Place,
    },
    /// Both have it; it says something else, or stands elsewhere, or both.
    Changed {
        /// The item.
        item: ItemCode,
        /// What it says otherwise.
        fields: Vec<Change<Field>>,
        /// From where to where; other items around it kept their order.
        moved: Option<(Place, Place)>,
    },
    /// Only the old list has it.
    Removed {
        /// The item.
        item: ItemCode,
        /// Where it stood.
        from: Place,
    },
}

impl ItemDiff {
    /// The item it speaks of.
    pub fn item(&self) -> &ItemCode {
        match self {
            Self::Added { item, .. } | Self::Changed { item, .. } | Self::Removed { item, .. } => item,
        }
    }
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Code of the section.
    pub section: String,
    /// The item before it; none for the first of the section.
    pub after: Option<ItemCode>,
}

/// Names the values of a struct of the model, each once: a new one does not compile until it is named here.
macro_rules! fields {
    ($(#[$doc:meta])* $enum:ident of $model:ident without $($rest:ident),+; $($(#[$variant_doc:meta])* $variant:ident $name:ident),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $enum { $($(#[$variant_doc])* $variant),+ }

        impl $enum {
            /// All of them, in the order of the model.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            /// Its key in YAML and JSON.
            pub fn key(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name)),+ }
            }
            fn changes(old: &$model, new: &$model) -> Vec<Change<Self>> {
                let $model { $($rest: _,)+ $($name: _),+ } = old;
                let mut changes = Vec::new();
                $(if old.$name != new.$name {
                    changes.push(Change { field: Self::$variant, before: json(&old.$name), after: json(&new.$name) });
                })+
                changes
            }
        }
    };
}

fields! {
    /// What may change about a list as a whole, beside its version and its items.
    HeadField of Checklist without code, version, sections;
    /// First day of validity.
    ValidFrom valid_from,
    /// Its name.
    Title title,
    /// Where it comes from.
    Source source,
    /// When it is proposed.
    ProposedIf proposed_if,
}

fields! {
    /// What may change about an item.
    Field of Item without code;
    /// What must be so.
    Text text,
    /// How to check it.
    How how,
    /// The kinds of looking.
    Methods methods,
    /// How many to draw.
    Sample sample,
    /// What must be at hand.
    Evidence evidence,
    /// ※ or not.
    Key key,
    /// The duty.
    Basis basis,
    /// What else it rests on.
    Grounds grounds,
    /// Violations it may be.
    Violations violations,
    /// How bad.
    Severity severity,
    /// Whether it asks of the regulator.
    Regulator regulator,
    /// To whom it applies.
    AppliesIf applies_if,
    /// The item that asks the same.
    SameAs same_as,
    /// Unit of a measured number.
    Unit unit,
    /// A table to fill.
    Table table,
    /// Typical findings.
    Findings findings,
    /// The official clause.
    OfficialCode official_code,
}

fn json(value: &impl Serialize) -> Value {
    // Values of the model are strings, numbers and lists: writing them cannot fail.
    serde_json::to_value(value).unwrap_or_default()
}

impl ListDiff {
    /// What `new` says otherwise than `old`. Items are the same if their codes are.
    pub fn between(old: &Checklist, new: &Checklist) -> Self {
        let (before, after) = (seats(old), seats(new));
        let was: BTreeMap<&ItemCode, &Seat<'_>> = before.iter().map(|seat| (&seat.item.code, seat)).collect();
        let is: BTreeSet<&ItemCode> = after.iter().map(|seat| &seat.item.code).collect();
        let stray = strays(&before, &after);
        let (mut items, mut unchanged) = (Vec::new(), Vec::new());
        for seat in &after {
            let item = seat.item.code.clone();
            let Some(earlier) = was.get(&item) else {
                items.push(ItemDiff::Added { item, to: seat.place() });
                continue;
            };
            let fields = Field::changes(earlier.item, seat.item);
            let elsewhere = earlier.section != seat.section || stray.contains(&item);
            let moved = elsewhere.then(|| (earlier.place(), seat.place()));
            if fields.is_empty() && moved.is_none() {
                unchanged.push(item);
            } else {
                items.push(ItemDiff::Changed { item, fields, moved });
            }
        }
        let gone = before.iter().filter(|seat| !is.contains(&seat.item.code));
        items.extend(gone.map(|seat| ItemDiff::Removed { item: seat.item.code.clone(), from: seat.place() }));
        Self {
            code: new.code.clone(),
            from: old.version.clone(),
            to: new.version.clone(),
            head: HeadField::changes(old, new),
            sections: sections(old, new),
            items,
            unchanged,
        }
    }

    /// Whether the two are the same but perhaps for the version's name.
    pub fn same_content(&self) -> bool {
        self.head.is_empty() && self.sections.is_empty() && self.items.is_empty()
    }

    /// Whether nothing at all is different.
    pub fn is_empty(&self) -> bool {
        self.same_content() && self.from == self.to
    }
}

/// An item and where it stands.
struct Seat<'a> {
    item: &'a Item,
    section: &'a str,
    after: Option<&'a ItemCode>,
}

impl Seat<'_> {
    fn place(&self) -> Place {
        Place { section: self.section.to_owned(), after: self.after.cloned() }
    }
}

/// Items in order. A code that stands twice, which no list that was read can have, counts where it stands first.
fn seats(list: &Checklist) -> Vec<Seat<'_>> {
    let mut seen = BTreeSet::new();
    let mut seats = Vec::new();
    for section in &list.sections {
        let mut after = None;
        for item in section.items.iter().filter(|item| seen.insert(&item.code)) {
            seats.push(Seat { item, section: &section.code, after });
            after = Some(&item.code);
        }
    }
    seats
}

/// Items that stayed in their section and lost their place among those that did too.
fn strays(before: &[Seat<'_>], after: &[Seat<'_>]) -> BTreeSet<ItemCode> {
    let mut old: BTreeMap<&str, Vec<&ItemCode>> = BTreeMap::new();
    let mut new: BTreeMap<&str, Vec<&ItemCode>> = BTreeMap::new();
    for (seats, rooms) in [(before, &mut old), (after, &mut new)] {
        for seat in seats {
            rooms.entry(seat.section).or_default().push(&seat.item.code);
        }
    }
    let both = new.iter().filter_map(|(section, new)| Some((old.get(section)?, new)));
    both.flat_map(|(old, new)| out_of_order(old, new)).map(|code| (*code).clone()).collect()
}

fn sections(old: &Checklist, new: &Checklist) -> Vec<SectionDiff> {
    let codes = |list: &'_ Checklist| -> Vec<String> { list.sections.iter().map(|s| s.code.clone()).collect() };
    let (before, after) = (codes(old), codes(new));
    let stray: BTreeSet<String> = out_of_order(&before, &after).into_iter().cloned().collect();
    let mut diffs = Vec::new();
    for section in &new.sections {
        let code = section.code.clone();
        let Some(earlier) = old.sections.iter().find(|s| s.code == code) else {
            diffs.push(SectionDiff::Added { section: code });
            continue;
        };
        if stray.contains(&code) {
            diffs.push(SectionDiff::Moved { section: code.clone() });
        }
        if earlier.title != section.title {
            let (before, after) = (earlier.title.clone(), section.title.clone());
            diffs.push(SectionDiff::Renamed { section: code, before, after });
        }
    }
    let gone = before.into_iter().filter(|code| !after.contains(code));
    diffs.extend(gone.map(|section| SectionDiff::Removed { section }));
    diffs
}

/// As few as possible of those both rows have, so that without them both have the rest in one order.
fn out_of_order<'a, K: Ord>(old: &'a [K], new: &'a [K]) -> Vec<&'a K> {
    let place: BTreeMap<&K, usize> = old.iter().enumerate().map(|(n, key)| (key, n)).collect();
    let row: Vec<(&K, usize)> = new.iter().filter_map(|key| Some((key, *place.get(key)?))).collect();
    // Longest rising run that may leave some out: for each the best run that ends there. Rows are short (a list of ten
    // thousand items in one section takes some 50 ms), so the plain square is enough.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(row.len());
    for (n, (_, here)) in row.iter().enumerate() {
        let shorter = best.iter().take(n).enumerate().filter(|(m, _)| row.get(*m).is_some_and(|(_, p)| p < here));
        let longest = shorter.max_by_key(|(m, (length, _))| (*length, std::cmp::Reverse(*m)));
        best.push(longest.map_or((1, None), |(m, (length, _))| (length + 1, Some(m))));
    }
    let last = best.iter().enumerate().max_by_key(|(_, (length, _))| *length).map(|(n, _)| n);
    let kept: BTreeSet<usize> = std::iter::successors(last, |n| best.get(*n).and_then(|(_, before)| *before)).collect();
    row.into_iter().enumerate().filter(|(n, _)| !kept.contains(n)).map(|(_, (key, _))| key).collect()
}
