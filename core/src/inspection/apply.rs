use std::collections::BTreeSet;

use crate::checklist::EvidenceKind;
use crate::event::{Event, EventError};
use crate::feed::{Entry, Payload};
use crate::ids::{BlobHash, ItemCode};
use crate::register::{Stamp, Write};

use super::{Evidence, Inspection, Note, Refusal, Signature};

/// What an entry changed: the screens repaint this and no more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Items whose answer, note, table or evidence changed.
    pub items: BTreeSet<ItemCode>,
    /// Fields of the record.
    pub fields: BTreeSet<String>,
    /// Evidence without an item.
    pub general_evidence: bool,
    /// The officers.
    pub officers: bool,
    /// The lists, the start, or the end: everything may look different.
    pub everything: bool,
    /// The seal, its signatures, or what lies outside it.
    pub seal: bool,
}

impl Inspection {
    /// Takes an entry of this inspection. Entries of others, entries without payload and entries already taken change
    /// nothing; an entry of an unknown type or shape is noted as inert.
    pub fn apply(&mut self, entry: &Entry) -> Touched {
        let mut touched = Touched::default();
        let Some(payload) = entry.payload.as_ref().filter(|p| p.inspection.as_ref() == Some(&self.id)) else {
            return touched;
        };
        if self.entries.contains_key(&entry.id) {
            return touched;
        }
        let by = Stamp {
            entry: entry.id,
            feed: entry.header.feed,
            seq: entry.header.seq,
            lamport: entry.header.lamport,
            actor: payload.actor.clone(),
            wall: payload.time.wall.clone(),
        };
        let event = Event::read(&payload.kind, &payload.body);
        let inert = event.as_ref().err().map(|e| match e {
            EventError::Unknown(_) => "event.unknown".to_owned(),
            EventError::Shape { .. } => "event.shape".to_owned(),
        });
        let item = event.as_ref().ok().and_then(|e| self.item_of(e));
        let note =
            Note { by: by.clone(), kind: payload.kind.clone(), item, hq_seen: payload.time.hq_seen.clone(), inert };
        self.entries.insert(entry.id, note);
        for blob in &payload.blobs {
            // The same bytes may come twice, from the camera and from the gallery: the least description stands, so that
            // the order of arrival makes no difference.
            let kept = self.blobs.entry(blob.sha256).or_insert_with(|| blob.clone());
            if blob < kept {
                *kept = blob.clone();
            }
        }
        touched.seal = !self.proposals.is_empty();
        if let Ok(event) = event {
            self.take(event, by, payload, &mut touched);
        }
        touched
    }

    fn take(&mut self, event: Event, by: Stamp, payload: &Payload, touched: &mut Touched) {
        let id = by.entry;
        let over = payload.over.as_slice();
        let image: Option<BlobHash> = payload.blobs.first().map(|b| b.sha256);
        match event {
            Event::InspectionStarted(value) => {
                self.starts.insert(id, Write { by, value });
                touched.everything = true;
            }
            Event::InspectionAbandoned(value) => {
                self.abandoned.insert(id, Write { by, value });
                touched.everything = true;
            }
            Event::ListChanged(value) => {
                self.lists.entry(value.list.code.clone()).or_default().apply(by, over, value);
                touched.everything = true;
            }
            Event::OfficersSet(value) => {
                self.officers.apply(by, over, value.officers);
                touched.officers = true;
            }
            Event::FieldSet(value) => {
                touched.fields.insert(value.field.clone());
                self.fields.entry(value.field).or_default().apply(by, over, value.value);
            }
            Event::AnswerSet(value) => {
                touched.items.insert(value.item.clone());
                self.answers.entry(value.item.clone()).or_default().apply(by, over, value);
            }
            Event::NoteSet(value) => {
                touched.items.insert(value.item.clone());
                self.notes.entry(value.item).or_default().apply(by, over, value.text);
            }
            Event::TableSet(value) => {
                touched.items.insert(value.item.clone());
                self.tables.entry(value.item.clone()).or_default().apply(by, over, value);
            }
            Event::MeasureAdded(value) => {
                touched.items.insert(value.item.clone());
                let evidence = Evidence {
                    by,
                    kind: EvidenceKind::Measure,
                    item: Some(value.item),
                    name: value.what,
                    blob: None,
                    facts: serde_json::Value::Null,
                    no_preview: None,
                    measured: Some((value.value, value.unit, value.instrument)),
                    place: payload.place.clone(),
                };
                self.keep_first(value.evidence, evidence);
            }
            Event::EvidenceAdded(value) => {
                touched.general_evidence = value.item.is_none();
                touched.items.extend(value.item.clone());
                let evidence = Evidence {
                    by,
                    kind: value.kind,
                    item: value.item,
                    name: value.name,
                    blob: payload.blobs.first().cloned(),
                    facts: value.facts,
                    no_preview: value.no_preview,
                    measured: None,
                    place: payload.place.clone(),
                };
                self.keep_first(value.evidence, evidence);
            }
            Event::Caption(value) => {
                self.touch_evidence(&value.evidence, touched);
                self.captions.entry(value.evidence).or_default().apply(by, over, value.text);
            }
            Event::EvidenceWithdrawn(value) => {
                self.touch_evidence(&value.evidence, touched);
                let withdrawals = self.withdrawals.entry(value.evidence).or_default();
                withdrawals.insert(id, Write { by, value: value.reason });
            }
            Event::SealProposed(value) => {
                self.proposals.insert(id, Write { by, value });
                touched.seal = true;
            }
            Event::SealSigned(value) => {
                let of = self.signatures.entry(value.proposal).or_default();
                of.insert(id, Write { by, value: Signature { signed: value, image } });
                touched.seal = true;
            }
            Event::SealRefused(value) => {
                let of = self.refusals.entry(value.proposal).or_default();
                of.insert(id, Write { by, value: Refusal { refused: value, image } });
                touched.seal = true;
            }
            // Entries about feeds, packs, tasks and firms do not belong to an inspection; should one name it, it has no effect.
            Event::FeedOpened(_)
            | Event::FeedAdmitted(_)
            | Event::FeedClosed(_)
            | Event::PackPublished(_)
            | Event::TaskAssigned(_)
            | Event::TaskWithdrawn(_)
            | Event::FirmSuspended(_)
            | Event::FirmReopened(_)
            | Event::BackupBegun(_) => {}
        }
    }

    /// Two entries naming the same evidence can only come from a copied phone: the first by logical time stands, so that
    /// the order of arrival makes no difference.
    fn keep_first(&mut self, id: crate::ids::EvidenceId, new: Evidence) {
        let order = |e: &Evidence| (e.by.lamport, e.by.feed, e.by.seq, e.by.entry);
        match self.evidence.get(&id) {
            Some(old) if order(old) <= order(&new) => {}
            _ => {
                self.evidence.insert(id, new);
            }
        }
    }

    fn touch_evidence(&self, id: &crate::ids::EvidenceId, touched: &mut Touched) {
        match self.evidence.get(id).map(|e| &e.item) {
            Some(Some(item)) => {
                touched.items.insert(item.clone());
            }
            Some(None) => touched.general_evidence = true,
            None => {}
        }
    }

    fn item_of(&self, event: &Event) -> Option<ItemCode> {
        match event {
            Event::AnswerSet(e) => Some(e.item.clone()),
            Event::NoteSet(e) => Some(e.item.clone()),
            Event::TableSet(e) => Some(e.item.clone()),
            Event::MeasureAdded(e) => Some(e.item.clone()),
            Event::EvidenceAdded(e) => e.item.clone(),
            _ => None,
        }
    }
}
