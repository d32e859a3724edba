//! An inspection: state as a pure fold over entries, whatever feeds they come from and in whatever order.
//!
//! What it is: the state ([`Inspection`]), how entries change it ([`Inspection::apply`]), what it amounts to under the
//! pinned lists ([`Reading`]: counts, what is missing, the conclusion), the rendered record ([`record`]) and its
//! seal ([`seal`]). What it is not: a database row or a screen; both are made from this.
//!
//! Invariants: the same entries in any order and number give byte-equal state (I6); a write nobody replaced is never lost
//! (I7); evidence is withdrawn, never removed; entries that arrive after a seal change the state but not what was
//! signed (I12).

mod apply;
mod reading;
pub mod record;
pub mod seal;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use apply::Touched;
pub use reading::{ItemReading, Missing, Need, Pinned, Reading};

use crate::checklist::EvidenceKind;
use crate::event::{
    AnswerSet, InspectionAbandoned, InspectionStarted, ListChanged, ListRef, Officer, SealProposed, SealRefused,
    SealSigned, TableSet,
};
use crate::feed::{BlobRef, Place};
use crate::ids::{BlobHash, EntryId, EvidenceId, InspectionId, ItemCode, ListCode};
use crate::register::{Register, Stamp, State, Write};
use crate::tables::{self, TableCell, TableProposal};

/// The state of one inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// Its id.
    pub id: InspectionId,
    starts: BTreeMap<EntryId, Write<InspectionStarted>>,
    abandoned: BTreeMap<EntryId, Write<InspectionAbandoned>>,
    lists: BTreeMap<ListCode, Register<ListChanged>>,
    officers: Register<Vec<Officer>>,
    fields: BTreeMap<String, Register<String>>,
    answers: BTreeMap<ItemCode, Register<AnswerSet>>,
    notes: BTreeMap<ItemCode, Register<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tables: BTreeMap<ItemCode, Register<TableSet>>,
    evidence: BTreeMap<EvidenceId, Evidence>,
    withdrawals: BTreeMap<EvidenceId, BTreeMap<EntryId, Write<String>>>,
    captions: BTreeMap<EvidenceId, Register<String>>,
    proposals: BTreeMap<EntryId, Write<SealProposed>>,
    signatures: BTreeMap<EntryId, BTreeMap<EntryId, Write<Signature>>>,
    refusals: BTreeMap<EntryId, BTreeMap<EntryId, Write<Refusal>>>,
    entries: BTreeMap<EntryId, Note>,
    blobs: BTreeMap<BlobHash, BlobRef>,
}

/// An entry of the inspection, for the timeline and the seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who, where, when.
    pub by: Stamp,
    /// Event type.
    pub kind: String,
    /// The item it speaks of, if any.
    pub item: Option<ItemCode>,
    /// HQ checkpoint it names: it is not older.
    pub hq_seen: Option<String>,
    /// Why it has no effect, if it has none.
    pub inert: Option<String>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Who, where, when.
    pub by: Stamp,
    /// Kind.
    pub kind: EvidenceKind,
    /// The item, if any.
    pub item: Option<ItemCode>,
    /// File name, or what was measured.
    pub name: String,
    /// The original, for photo and file.
    pub blob: Option<BlobRef>,
    /// What was read out of the bytes.
    pub facts: serde_json::Value,
    /// Why there is no preview.
    pub no_preview: Option<String>,
    /// Value, unit and instrument, for a measured number.
    pub measured: Option<(String, String, String)>,
    /// Claimed place.
    pub place: Option<Place>,
}

/// Rows of a table as they were understood, and what they raise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableReading {
    /// A cell for each that was typed.
    pub rows: Vec<Vec<TableCell>>,
    /// In order of rows; none where the day is not known.
    pub proposals: Vec<TableProposal>,
}

/// A signature under a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// What the entry says.
    pub signed: SealSigned,
    /// The drawn image.
    pub image: Option<BlobHash>,
}

/// A refusal to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What the entry says.
    pub refused: SealRefused,
    /// The witness's drawn image.
    pub image: Option<BlobHash>,
}

impl Inspection {
    /// An inspection of which nothing is known yet.
    pub fn new(id: InspectionId) -> Self {
        Self {
            id,
            starts: BTreeMap::new(),
            abandoned: BTreeMap::new(),
            lists: BTreeMap::new(),
            officers: Register::default(),
            fields: BTreeMap::new(),
            answers: BTreeMap::new(),
            notes: BTreeMap::new(),
            tables: BTreeMap::new(),
            evidence: BTreeMap::new(),
            withdrawals: BTreeMap::new(),
            captions: BTreeMap::new(),
            proposals: BTreeMap::new(),
            signatures: BTreeMap::new(),
            refusals: BTreeMap::new(),
            entries: BTreeMap::new(),
            blobs: BTreeMap::new(),
        }
    }
    /// How it began. Should a copied phone have begun it twice, the first by logical time counts and the other stays in
    /// the timeline.
    pub fn start(&self) -> Option<&Write<InspectionStarted>> {
        self.starts.values().min_by_key(|w| (w.by.lamport, w.by.feed, w.by.seq))
    }
    /// Given up, with the reason.
    pub fn abandoned(&self) -> Option<&Write<InspectionAbandoned>> {
        self.abandoned.values().min_by_key(|w| (w.by.lamport, w.by.feed, w.by.seq))
    }
    /// The lists that hold now: those of the start and those added, each in the version last moved to, without those dropped.
    pub fn list_refs(&self) -> Vec<ListRef> {
        let mut lists: Vec<ListRef> = self.start().map(|s| s.value.lists.clone()).unwrap_or_default();
        for (code, register) in &self.lists {
            // In a conflict about a list it stays: asking too much is safer than leaving out.
            let holds = register.heads().filter(|w| w.value.added).last().map(|w| w.value.list.clone());
            match (holds, lists.iter_mut().find(|l| l.code == *code)) {
                (Some(list), Some(here)) => *here = list,
                (Some(list), None) => lists.push(list),
                (None, _) => lists.retain(|l| l.code != *code),
            }
        }
        lists
    }
    /// Versions of lists that held once and do not now: dropped, or moved on from. What was said under them stays.
    pub fn earlier_refs(&self) -> Vec<ListRef> {
        let now = self.list_refs();
        let begun = self.start().into_iter().flat_map(|s| &s.value.lists);
        let changed = self.lists.values().flat_map(Register::history).map(|w| &w.value.list);
        let mut earlier: Vec<ListRef> = Vec::new();
        for list in begun.chain(changed) {
            let stands = |l: &ListRef| l.sha256 == list.sha256;
            if !now.iter().any(stands) && !earlier.iter().any(stands) {
                earlier.push(list.clone());
            }
        }
        earlier
    }
    /// The register of a list that was added or dropped.
    pub fn list_change(&self, list: &ListCode) -> Option<&Register<ListChanged>> {
        self.lists.get(list)
    }
    /// The officers; none while several versions stand.
    pub fn officers(&self) -> &[Officer] {
        match self.officers.state() {
            State::Empty => self.start().map(|s| s.value.officers.as_slice()).unwrap_or_default(),
            State::Settled(w) => &w.value,
            State::Conflict(_) => &[],
        }
    }
    /// The register of the officers.
    pub fn officers_register(&self) -> &Register<Vec<Officer>> {
        &self.officers
    }
    /// The team that may write and sign: whoever began it, the officers named then, and whom one of these ever named as an
    /// officer. Nobody gets in by naming himself.
    pub fn team(&self) -> BTreeSet<&crate::ids::UserId> {
        let Some(start) = self.start() else { return BTreeSet::new() };
        let mut team: BTreeSet<_> = start.value.officers.iter().filter_map(|o| o.user.as_ref()).collect();
        team.insert(&start.by.actor);
        loop {
            let before = team.len();
            for set in self.officers.history() {
                if team.contains(&set.by.actor) {
                    team.extend(set.value.iter().filter_map(|o| o.user.as_ref()));
                }
            }
            if team.len() == before {
                return team;
            }
        }
    }
    /// The register of an item's result.
    pub fn answer(&self, item: &ItemCode) -> Option<&Register<AnswerSet>> {
        self.answers.get(item)
    }
    /// The register of an item's note.
    pub fn note(&self, item: &ItemCode) -> Option<&Register<String>> {
        self.notes.get(item)
    }
    /// The register of an item's table.
    pub fn table(&self, item: &ItemCode) -> Option<&Register<TableSet>> {
        self.tables.get(item)
    }
    /// What the rows of a table are understood as and raise. They are judged by the day they were written, in Chinese time,
    /// but after the seal by the day the record was put before the signatories: what expired since was good then.
    pub fn read_table(&self, table: &Write<TableSet>) -> TableReading {
        let sealed = self.seal().filter(|s| s.is_sealed()).map(|s| s.proposal.by.wall.as_str());
        let written = day_in_china(&table.by.wall);
        let day = written.into_iter().chain(sealed.and_then(day_in_china)).min();
        let TableSet { kind, rows, .. } = &table.value;
        TableReading {
            rows: tables::look(*kind, rows, day),
            proposals: day.map(|day| tables::judge(*kind, rows, day)).unwrap_or_default(),
        }
    }
    /// The register of a field of the record.
    pub fn field(&self, field: &str) -> Option<&Register<String>> {
        self.fields.get(field)
    }
    /// All evidence, in order of logical time.
    pub fn evidence(&self) -> Vec<(&EvidenceId, &Evidence)> {
        let mut all: Vec<_> = self.evidence.iter().collect();
        all.sort_by_key(|(_, e)| (e.by.lamport, e.by.feed, e.by.seq));
        all
    }
    /// One piece of evidence.
    pub fn piece(&self, id: &EvidenceId) -> Option<&Evidence> {
        self.evidence.get(id)
    }
    /// Why evidence was withdrawn, if it was.
    pub fn withdrawn(&self, id: &EvidenceId) -> Option<&Write<String>> {
        self.withdrawals.get(id)?.values().min_by_key(|w| (w.by.lamport, w.by.feed, w.by.seq))
    }
    /// Words under a picture.
    pub fn caption(&self, id: &EvidenceId) -> Option<&Register<String>> {
        self.captions.get(id)
    }
    /// Every entry of the inspection, in display order.
    pub fn timeline(&self) -> Vec<&Note> {
        let mut all: Vec<_> = self.entries.values().collect();
        all.sort_by_key(|n| (n.by.lamport, n.by.feed, n.by.seq));
        all
    }
    /// One entry of the inspection.
    pub fn entry(&self, id: &EntryId) -> Option<&Note> {
        self.entries.get(id)
    }
    /// Every blob its entries brought: originals, signatures, manifests.
    pub fn blobs(&self) -> impl Iterator<Item = &BlobRef> {
        self.blobs.values()
    }
    /// Photos that were not withdrawn.
    pub fn photo_count(&self) -> usize {
        let is_photo =
            |(id, e): &(&EvidenceId, &Evidence)| e.kind == EvidenceKind::Photo && self.withdrawn(id).is_none();
        self.evidence.iter().filter(is_photo).count()
    }
}

/// The day of a claimed time (RFC 3339) in Asia/Shanghai, which has had one offset since 1991.
fn day_in_china(wall: &str) -> Option<jiff::civil::Date> {
    let time: jiff::Timestamp = wall.parse().ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).date())
}
