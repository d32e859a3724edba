use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::checklist::{Checklist, EvidenceKind, Item, Mark, Subject, Text, When, applies};
use crate::conclusion::{ConclusionRule, Outcome as Conclusion, Tallies, Tally};
use crate::event::Outcome;
use crate::form::{Filled, OnSiteForm};
use crate::ids::{Digest, ItemCode};
use crate::register::State;

use super::Inspection;

/// The data an inspection pinned by hash: its lists in order, its rule, its form.
#[derive(Debug, Clone)]
pub struct Pinned {
    lists: Vec<Checklist>,
    rule: ConclusionRule,
    form: OnSiteForm,
    /// Decided once: compiling the expressions at every answer would cost more than writing the answer.
    applicable: BTreeSet<ItemCode>,
    /// Items that another list asks as well, each with the one that is asked instead.
    covered: BTreeMap<ItemCode, ItemCode>,
    /// Versions that held before, by their hash.
    earlier: Vec<(Digest, Checklist)>,
}

impl Pinned {
    /// Puts lists (in order), rule and form together for `subject`.
    pub fn new(lists: Vec<Checklist>, rule: ConclusionRule, form: OnSiteForm, subject: &Subject) -> Self {
        let items = || lists.iter().flat_map(Checklist::items);
        let applicable: BTreeSet<_> = items().filter(|i| applies(i, subject)).map(|i| i.code.clone()).collect();
        let same = items().filter_map(|i| i.same_as.as_ref().map(|other| (i, other)));
        let covered = same
            .filter(|(i, other)| applicable.contains(&i.code) && applicable.contains(*other))
            .map(|(i, other)| (i.code.clone(), other.clone()))
            .collect();
        Self { lists, rule, form, applicable, covered, earlier: Vec::new() }
    }
    /// With the versions that held before ([`Inspection::earlier_refs`]): what was said under them is read beside the text that
    /// was seen.
    #[must_use]
    pub fn with_earlier(mut self, earlier: impl IntoIterator<Item = (Digest, Checklist)>) -> Self {
        self.earlier.extend(earlier);
        self
    }
    /// Lists in order.
    pub fn lists(&self) -> &[Checklist] {
        &self.lists
    }
    /// Conclusion rule.
    pub fn rule(&self) -> &ConclusionRule {
        &self.rule
    }
    /// Record form.
    pub fn form(&self) -> &OnSiteForm {
        &self.form
    }
    /// Finds an item that applies, with its list and section.
    pub fn item(&self, code: &ItemCode) -> Option<(&Checklist, usize, &Item)> {
        self.applicable().find(|(_, _, i)| &i.code == code)
    }
    /// Whether the item is asked: it applies, and no other item asks the same.
    pub fn asks(&self, code: &ItemCode) -> bool {
        self.applicable.contains(code) && !self.covered.contains_key(code)
    }
    /// Items that need not be asked because this one is.
    pub fn covers<'a>(&'a self, code: &'a ItemCode) -> impl Iterator<Item = &'a ItemCode> {
        self.covered.iter().filter(move |(_, other)| *other == code).map(|(item, _)| item)
    }
    /// The item as an earlier version had it.
    fn earlier_item(&self, list: &Digest, item: &ItemCode) -> Option<(&Checklist, &Item)> {
        let (_, list) = self.earlier.iter().find(|(sha256, _)| sha256 == list)?;
        Some((list, list.item(item)?))
    }
    /// Items of any version, earlier or in force, that none in force asks of this subject: in their newest wording, in the order
    /// of those lists.
    fn left(&self) -> impl Iterator<Item = (&Checklist, usize, &Item)> {
        let lists: Vec<&Checklist> = self.earlier.iter().map(|(_, list)| list).chain(&self.lists).collect();
        let versions = lists.clone();
        let last = move |code: &ItemCode| versions.iter().rposition(|l| l.item(code).is_some());
        let all = lists.into_iter().enumerate().flat_map(|(n, list)| {
            let sections = list.sections.iter().enumerate();
            sections.flat_map(move |(s, section)| section.items.iter().map(move |item| (n, list, s, item)))
        });
        let left =
            all.filter(move |(n, _, _, item)| !self.applicable.contains(&item.code) && last(&item.code) == Some(*n));
        left.map(|(_, list, section, item)| (list, section, item))
    }
    /// Items that apply, in the order of the walk.
    fn applicable(&self) -> impl Iterator<Item = (&Checklist, usize, &Item)> {
        let sections = self.lists.iter().flat_map(|l| l.sections.iter().enumerate().map(move |(n, s)| (l, n, s)));
        let items = sections.flat_map(|(l, n, s)| s.items.iter().map(move |i| (l, n, i)));
        items.filter(|(_, _, i)| self.applicable.contains(&i.code))
    }
}

/// What an inspection amounts to under its pinned data.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    /// Items that are asked, and those that were spoken of all the same, in the order of the walk.
    pub items: Vec<ItemReading<'a>>,
    /// Items that were spoken of and are not asked now, mostly under a version that holds no more: kept, shown, not counted.
    pub left: Vec<ItemReading<'a>>,
    /// Counts.
    pub tallies: Tallies,
    /// What keeps it from being sealed, in the order of the walk.
    pub missing: Vec<Missing>,
    /// What the rule proposes for the answers so far.
    pub conclusion: Option<&'a Conclusion>,
}

/// One item under its list.
#[derive(Debug, Clone)]
pub struct ItemReading<'a> {
    /// The list.
    pub list: &'a Checklist,
    /// The section's place in the list.
    pub section: usize,
    /// The item.
    pub item: &'a Item,
    /// The settled result; none if open or in conflict.
    pub outcome: Option<Outcome>,
    /// Several answers, notes or tables stand.
    pub conflict: bool,
    /// The result was given under this version, whose sentence was another: the present one was not seen yet.
    pub reworded: Option<&'a Checklist>,
    /// Evidence rules that hold for the present result.
    pub needs: Vec<Need>,
}

/// An evidence rule against what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Kind.
    pub kind: EvidenceKind,
    /// At least.
    pub need: u32,
    /// There is.
    pub have: u32,
    /// What it should show.
    pub what: Option<Text>,
    /// How sure the rule is.
    pub mark: Mark,
}

/// Something that keeps an inspection from being sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Missing {
    /// No answer.
    Answer(ItemCode),
    /// 合理缺项 without a reason.
    Reason(ItemCode),
    /// Several answers or notes stand.
    Conflict(ItemCode),
    /// The answer was given to another sentence.
    Reworded(ItemCode),
    /// Too little evidence.
    Evidence {
        /// Where.
        item: ItemCode,
        /// Kind.
        kind: EvidenceKind,
        /// At least.
        need: u32,
        /// There is.
        have: u32,
    },
    /// A required field of the record is empty or in conflict.
    Field(String),
    /// Fewer than two officers.
    Officers,
}

/// Officers the law wants at least (O54§49, PEN§42).
const OFFICERS: usize = 2;

impl Inspection {
    /// Reads the inspection under its pinned data.
    pub fn read<'a>(&self, pinned: &'a Pinned) -> Reading<'a> {
        let mut items = Vec::new();
        let mut tallies = Tallies::default();
        let mut missing = Vec::new();
        // What was already spoken of stays in sight, even if a list that asks the same came later.
        let asked = |(_, _, item): &(&Checklist, usize, &Item)| pinned.asks(&item.code) || self.speaks_of(&item.code);
        for (list, section, item) in pinned.applicable().filter(asked) {
            let reading = self.read_item(pinned, list, section, item);
            if !item.regulator {
                count(if item.key.value { &mut tallies.key } else { &mut tallies.general }, &reading);
            }
            self.find_missing(&reading, &mut missing);
            items.push(reading);
        }
        for field in pinned.form.fields.iter().filter(|f| f.required && f.filled == Filled::Typed) {
            let filled = self.field(&field.field).and_then(|r| r.value()).is_some_and(|v| !v.trim().is_empty());
            if !filled {
                missing.push(Missing::Field(field.field.clone()));
            }
        }
        if self.officers().len() < OFFICERS {
            missing.push(Missing::Officers);
        }
        let left = pinned.left().filter(|(_, _, item)| self.speaks_of(&item.code));
        let left = left.map(|(list, section, item)| self.read_item(pinned, list, section, item)).collect();
        let conclusion = pinned.rule.conclude(&tallies);
        Reading { items, left, tallies, missing, conclusion }
    }

    /// Reads one item.
    pub fn read_item<'a>(
        &self,
        pinned: &'a Pinned,
        list: &'a Checklist,
        section: usize,
        item: &'a Item,
    ) -> ItemReading<'a> {
        let answer = self.answer(&item.code);
        let (outcome, answer_conflict) = match answer.map(|r| r.state()) {
            None | Some(State::Empty) => (None, false),
            Some(State::Settled(w)) => (Some(w.value.outcome).filter(|o| *o != Outcome::Unchecked), false),
            Some(State::Conflict(_)) => (None, true),
        };
        let seen = answer.and_then(|r| r.value()).and_then(|a| pinned.earlier_item(&a.list, &item.code));
        let reworded = seen.filter(|(_, was)| was.text != item.text).map(|(list, _)| list);
        let note_conflict = self.note(&item.code).is_some_and(|r| matches!(r.state(), State::Conflict(_)));
        let needs = item
            .evidence
            .iter()
            .filter(|rule| match (rule.when, outcome) {
                (_, None | Some(Outcome::NotApplicable | Outcome::Unchecked)) => false,
                (When::Checked, Some(_)) => true,
                (When::NonConforming, Some(o)) => matches!(o, Outcome::NonConforming | Outcome::Corrected),
            })
            .map(|rule| Need {
                kind: rule.kind,
                need: rule.min,
                have: self.evidence_count(&item.code, rule.kind),
                what: rule.what.clone(),
                mark: rule.mark,
            })
            .collect();
        let table_conflict = self.table(&item.code).is_some_and(|r| matches!(r.state(), State::Conflict(_)));
        let conflict = answer_conflict || note_conflict || table_conflict;
        ItemReading { list, section, item, outcome, conflict, reworded, needs }
    }

    /// Whether anything was ever answered, noted, filled in or attached at an item.
    pub fn speaks_of(&self, item: &ItemCode) -> bool {
        self.answer(item).is_some()
            || self.note(item).is_some()
            || self.table(item).is_some()
            || self.evidence.values().any(|e| e.item.as_ref() == Some(item))
    }

    fn evidence_count(&self, item: &ItemCode, kind: EvidenceKind) -> u32 {
        let of_item = |e: &super::Evidence| e.kind == kind && e.item.as_ref() == Some(item);
        let n = self.evidence.iter().filter(|(id, e)| of_item(e) && self.withdrawn(id).is_none()).count();
        u32::try_from(n).unwrap_or(u32::MAX)
    }

    fn find_missing(&self, reading: &ItemReading<'_>, missing: &mut Vec<Missing>) {
        let code = &reading.item.code;
        if reading.conflict {
            missing.push(Missing::Conflict(code.clone()));
            return;
        }
        let Some(outcome) = reading.outcome else {
            missing.push(Missing::Answer(code.clone()));
            return;
        };
        if reading.reworded.is_some() {
            missing.push(Missing::Reworded(code.clone()));
        }
        let reason = self.answer(code).and_then(|r| r.value()).and_then(|a| a.reason.as_deref()).unwrap_or_default();
        if outcome == Outcome::NotApplicable && reason.trim().is_empty() {
            missing.push(Missing::Reason(code.clone()));
        }
        for need in reading.needs.iter().filter(|n| n.have < n.need) {
            missing.push(Missing::Evidence { item: code.clone(), kind: need.kind, need: need.need, have: need.have });
        }
    }
}

fn count(tally: &mut Tally, reading: &ItemReading<'_>) {
    tally.total += 1;
    match reading.outcome {
        _ if reading.conflict => tally.conflicting += 1,
        None | Some(Outcome::Unchecked) => tally.open += 1,
        Some(Outcome::Conforms) => {}
        Some(Outcome::NonConforming) => tally.non_conforming += 1,
        Some(Outcome::Corrected) => tally.corrected += 1,
        Some(Outcome::NotApplicable) => tally.not_applicable += 1,
    }
}

impl Reading<'_> {
    /// Items that were answered and are not in conflict.
    pub fn done(&self) -> usize {
        self.items.iter().filter(|i| i.outcome.is_some() && !i.conflict).count()
    }
}
