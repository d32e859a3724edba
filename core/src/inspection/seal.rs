//! The seal: what exactly was put before the signatories, and who signed it.
//!
//! A proposal names no folded state, so that two versions of the program cannot disagree about it: it names entries, blobs,
//! pinned data and the text of the record. The whole list is a blob of its own, the *manifest*; the entry carries its
//! hash. Sealed means: two officers (one at least by key) and the firm, or the firm's refusal with reason and witness.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::event::{ListRef, RuleRef, SealProposed, SealRole, SignMethod};
use crate::feed::{BlobRef, Head};
use crate::ids::{BlobHash, Digest, EntryId, FeedId, InspectionId};
use crate::register::{Stamp, Write};

use super::{Inspection, Note, Refusal, Signature};

/// Media type of a manifest blob.
pub const MANIFEST_MIME: &str = "application/vnd.xuncha.seal+json";

/// Everything that is sealed, by name, and the record's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealManifest {
    /// Format, 1.
    pub v: u32,
    /// The inspection.
    pub inspection: InspectionId,
    /// Last entry of this inspection in each feed.
    pub frontier: Vec<Head>,
    /// Entries up to the frontier, sorted.
    pub entries: Vec<EntryId>,
    /// Blobs they brought, sorted.
    pub blobs: Vec<BlobRef>,
    /// Lists.
    pub lists: Vec<ListRef>,
    /// Rule.
    pub rule: RuleRef,
    /// Form.
    pub form: Digest,
    /// Code of the conclusion that the record states.
    pub conclusion: Option<String>,
    /// The rendered record, exactly as shown, signed and printed.
    pub record: String,
}

/// What does not fit between a manifest, its proposal and the entries at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SealFault {
    /// The manifest's bytes are not those the proposal names.
    ManifestHash,
    /// The manifest cannot be read.
    ManifestShape(String),
    /// The proposal's entry says something else than the manifest.
    Proposal(String),
    /// An entry that was sealed is not here.
    EntryMissing(EntryId),
    /// An entry lies before the frontier and was not sealed.
    EntryAdded(EntryId),
}

/// Where a proposal stands.
#[derive(Debug, Clone, PartialEq)]
pub struct SealState<'a> {
    /// The proposal.
    pub proposal: &'a Write<SealProposed>,
    /// Signatures, in logical order.
    pub signatures: Vec<&'a Write<Signature>>,
    /// A refusal with reason and witness.
    pub refusal: Option<&'a Write<Refusal>>,
    /// Roles still missing; empty: sealed.
    pub waits_for: Vec<SealRole>,
    /// Entries outside the frontier (other than signatures), in logical order.
    pub outside: Vec<&'a Note>,
}

impl SealState<'_> {
    /// All signatures are present.
    pub fn is_sealed(&self) -> bool {
        self.waits_for.is_empty()
    }
}

/// A place in display order.
type At = (u64, FeedId, u64, EntryId);

fn at(by: &Stamp) -> At {
    (by.lamport, by.feed, by.seq, by.entry)
}

/// SHA-256 over the sorted names, each followed by a line feed.
pub fn entries_hash(sorted: &[EntryId]) -> Digest {
    let text: String = sorted.iter().map(|id| format!("{id}\n")).collect();
    Digest::digest(&[text.as_bytes()])
}

impl SealManifest {
    /// The manifest's bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
    /// The event that proposes this manifest.
    pub fn proposal(&self, manifest: BlobHash) -> SealProposed {
        SealProposed {
            manifest,
            frontier: self.frontier.clone(),
            entries: self.entries.len() as u64,
            entries_sha256: entries_hash(&self.entries),
            record_sha256: Digest::digest(&[self.record.as_bytes()]),
        }
    }
}

impl Inspection {
    /// Lists everything to be sealed now under `record`. `None` for an inspection that was never begun.
    pub fn manifest(&self, record: String, conclusion: Option<String>) -> Option<SealManifest> {
        let start = &self.start()?.value;
        let mut frontier: BTreeMap<FeedId, Head> = BTreeMap::new();
        for note in self.entries.values() {
            let by = &note.by;
            let head = frontier.entry(by.feed).or_insert_with(|| Head::empty(by.feed));
            if by.seq > head.seq {
                *head = Head { feed: by.feed, seq: by.seq, id: Some(by.entry), lamport: by.lamport };
            }
        }
        Some(SealManifest {
            v: 1,
            inspection: self.id.clone(),
            frontier: frontier.into_values().collect(),
            entries: self.entries.keys().copied().collect(),
            blobs: self.blobs.values().cloned().collect(),
            lists: self.list_refs(),
            rule: start.rule.clone(),
            form: start.form,
            conclusion,
            record,
        })
    }

    /// The proposal that counts: the one whose signatures were complete first, else the latest. A signature that comes
    /// late under an older proposal does not put it in the place of one that is sealed (I12).
    pub fn seal(&self) -> Option<SealState<'_>> {
        let mut proposals: Vec<_> = self.proposals.values().collect();
        proposals.sort_by_key(|p| at(&p.by));
        let sealed = proposals.iter().filter_map(|p| {
            let state = self.seal_state(p);
            self.sealed_at(&state).map(|when| (when, state))
        });
        let first = sealed.min_by_key(|(when, _)| *when).map(|(_, state)| state);
        first.or_else(|| proposals.last().map(|p| self.seal_state(p)))
    }

    fn seal_state<'a>(&'a self, proposal: &'a Write<SealProposed>) -> SealState<'a> {
        let id = proposal.by.entry;
        let mut signatures: Vec<_> = self.signatures.get(&id).into_iter().flat_map(|s| s.values()).collect();
        signatures.sort_by_key(|w| at(&w.by));
        let said = |w: &&Write<Refusal>| {
            !w.value.refused.reason.trim().is_empty() && !w.value.refused.witness.trim().is_empty()
        };
        let refusals = self.refusals.get(&id).into_iter().flat_map(|r| r.values());
        let refusal = refusals.filter(said).min_by_key(|w| at(&w.by));
        let waits_for = self.waits_for(&signatures, refusal.is_some());
        let outside = self.timeline().into_iter().filter(|n| self.is_outside(&proposal.value, n)).collect();
        SealState { proposal, signatures, refusal, waits_for, outside }
    }

    /// Roles that `signatures` leave open.
    fn waits_for(&self, signatures: &[&Write<Signature>], refused: bool) -> Vec<SealRole> {
        let team = self.team();
        let of = |role, method| {
            signatures.iter().filter(move |w| w.value.signed.role == role && w.value.signed.method == method)
        };
        let name = |w: &&&Write<Signature>| w.value.signed.name.trim().to_owned();
        // A keyed signature is the signer's own entry: it counts only if the feed's person is on the team, and however
        // many names one person signs under, it is one officer.
        let keyed: Vec<_> = of(SealRole::Officer, SignMethod::Keyed).filter(|w| team.contains(&w.by.actor)).collect();
        let keys: BTreeSet<_> = keyed.iter().map(|w| &w.by.actor).collect();
        let names: BTreeSet<_> = keyed.iter().map(name).collect();
        let drawn = of(SealRole::Officer, SignMethod::Drawn).filter(|w| w.value.image.is_some());
        let drawn: BTreeSet<_> = drawn.map(|w| name(&w)).filter(|n| !names.contains(n)).collect();
        // The firm has no feed: a keyed signature in its name is an officer's.
        let firm = of(SealRole::Firm, SignMethod::Drawn).any(|w| w.value.image.is_some());
        let mut waits_for = Vec::new();
        if keys.is_empty() || keys.len() + drawn.len() < 2 {
            waits_for.push(SealRole::Officer);
        }
        if !firm && !refused {
            waits_for.push(SealRole::Firm);
        }
        waits_for
    }

    /// When the last signature that was needed came, in logical time. `None` while something is missing.
    fn sealed_at(&self, state: &SealState<'_>) -> Option<At> {
        let refused = state.refusal.map(|w| at(&w.by));
        let mut moments: Vec<_> = state.signatures.iter().map(|w| at(&w.by)).chain(refused).collect();
        moments.sort_unstable();
        moments.into_iter().find(|moment| {
            let so_far: Vec<_> = state.signatures.iter().copied().filter(|w| at(&w.by) <= *moment).collect();
            self.waits_for(&so_far, refused.is_some_and(|r| r <= *moment)).is_empty()
        })
    }

    fn is_outside(&self, proposal: &SealProposed, note: &Note) -> bool {
        let before = proposal.frontier.iter().any(|h| h.feed == note.by.feed && note.by.seq <= h.seq);
        !before && !note.kind.starts_with("seal.")
    }

    /// Holds a manifest's bytes against its proposal and the entries at hand. Empty: all fits.
    pub fn check_seal(&self, proposed: &SealProposed, manifest: &[u8]) -> Vec<SealFault> {
        if BlobHash::digest(&[manifest]) != proposed.manifest {
            return vec![SealFault::ManifestHash];
        }
        let m: SealManifest = match serde_json::from_slice(manifest) {
            Ok(m) => m,
            Err(e) => return vec![SealFault::ManifestShape(e.to_string())],
        };
        let mut faults = Vec::new();
        if m.inspection != self.id {
            faults.push(SealFault::Proposal("inspection".into()));
        }
        if m.proposal(proposed.manifest) != *proposed {
            faults.push(SealFault::Proposal("frontier, entries or record".into()));
        }
        let sealed: BTreeSet<_> = m.entries.iter().copied().collect();
        faults
            .extend(sealed.iter().filter(|id| !self.entries.contains_key(*id)).map(|id| SealFault::EntryMissing(*id)));
        let before = |n: &Note| m.frontier.iter().any(|h| h.feed == n.by.feed && n.by.seq <= h.seq);
        let added = self.entries.values().filter(|n| before(n) && !sealed.contains(&n.by.entry));
        faults.extend(added.map(|n| SealFault::EntryAdded(n.by.entry)));
        faults
    }
}
