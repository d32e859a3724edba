//! From state to view: what a fold, its pinned data and HQ's receipts look like on a screen. No decisions here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use xuncha_core::Failure;
use xuncha_core::checklist::{Checklist, EvidenceKind, Item, ListTitle};
use xuncha_core::conclusion::{ConclusionRule, Fraction, Outcome};
use xuncha_core::event::Event;
use xuncha_core::feed::Payload;
use xuncha_core::form::Filled;
use xuncha_core::ids::{BlobHash, EvidenceId, FeedId, InspectionId, ItemCode};
use xuncha_core::inspection::seal::{MANIFEST_MIME, SealManifest};
use xuncha_core::inspection::{Evidence, Inspection, ItemReading, Missing, Pinned, Reading, Touched, record};
use xuncha_core::register::{Register, Stamp};
use xuncha_core::tables::TableKind;

use crate::clock;
use crate::index::BlobRow;
use crate::vault::Vault;

use super::desk::{Desk, stage};
use super::newer;
use super::originals::Original;
use super::views::*;

/// Rows of the blobs an own entry brings, with names for people.
pub(super) fn blob_rows(payload: &Payload, event: Option<&Event>) -> Vec<BlobRow> {
    let (name, photo) = match event {
        Some(Event::EvidenceAdded(e)) => (e.name.clone(), e.kind == EvidenceKind::Photo),
        Some(Event::SealProposed(_)) => ("seal".to_owned(), false),
        Some(Event::SealSigned(e)) => (e.name.clone(), false),
        Some(Event::SealRefused(e)) => (e.witness.clone(), false),
        _ => (String::new(), false),
    };
    payload.blobs.iter().map(|blob| BlobRow { blob: blob.clone(), name: name.clone(), photo }).collect()
}

/// What receipts say of one inspection, loaded once per view: asking the index for each entry would cost more than the
/// fold, and asking for everything unsent made each answer dearer with every photo on the phone.
pub(super) struct Receipts {
    own: FeedId,
    to: u64,
    at: Option<String>,
    unsent: BTreeSet<BlobHash>,
    vault: Vault,
    away: Arc<BTreeSet<BlobHash>>,
}

impl Receipts {
    pub(super) fn load(desk: &Desk, inspection: &InspectionId) -> Result<Self, Failure> {
        let own = desk.own_head().feed;
        let receipted = desk.index.receipted(&own)?;
        let unsent = desk.index.unsent_of(inspection)?;
        let (vault, away) = (desk.vault.clone(), desk.kept.away());
        Ok(Self { own, to: receipted.seq, at: receipted.at, unsent, vault, away })
    }
    fn entry(&self, by: &Stamp) -> Safety {
        // What came from HQ is at HQ.
        if by.feed != self.own || by.seq <= self.to { Safety::AtHq } else { Safety::Here }
    }
    fn evidence(&self, e: &Evidence) -> Safety {
        match &e.blob {
            Some(blob) if self.unsent.contains(&blob.sha256) => Safety::Here,
            _ => self.entry(&e.by),
        }
    }
    fn original(&self, e: &Evidence) -> Original {
        let Some(blob) = e.blob.as_ref().filter(|b| !self.vault.contains(&b.sha256)) else { return Original::Here };
        match e.by.feed != self.own || self.away.contains(&blob.sha256) {
            true if self.evidence(e) == Safety::AtHq => Original::AtHq,
            true => Original::Lost,
            false => Original::Missing,
        }
    }
    fn not_after(&self, by: &Stamp) -> Option<String> {
        self.at.clone().filter(|_| by.feed == self.own && by.seq <= self.to)
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn percent(f: Fraction) -> String {
    format!("{} %", u64::from(f.num) * 100 / u64::from(f.den.max(1)))
}

fn rule_view(rule: &ConclusionRule) -> RuleView {
    // The bounds a screen shows are those of the last outcome that still has any.
    let bounded = rule.outcomes.iter().rev().find(|o| o.key_at_most.is_some() || o.general_at_most.is_some());
    RuleView {
        title: rule.title.clone(),
        source: rule.source.clone(),
        mark: rule.mark,
        key_bound: bounded.and_then(|o| o.key_at_most).map(percent),
        general_bound: bounded.and_then(|o| o.general_at_most).map(percent),
    }
}

fn conclusion_view(outcome: &Outcome, is_final: bool) -> ConclusionView {
    ConclusionView {
        code: outcome.code.clone(),
        title: outcome.title.clone(),
        is_final,
        rectify_working_days: outcome.rectify_working_days,
    }
}

fn notes(register: Option<&Register<String>>) -> Vec<NoteView> {
    let heads = register.into_iter().flat_map(|r| r.heads()).filter(|w| !w.value.is_empty());
    heads.map(|w| NoteView { text: w.value.clone(), by: w.by.clone() }).collect()
}

/// The tables that stand. One that was taken back is shown only beside another: there it must be settled.
fn tables(i: &Inspection, item: &ItemCode) -> Vec<TableView> {
    let heads: Vec<_> = i.table(item).into_iter().flat_map(|r| r.heads()).collect();
    let several = heads.len() > 1;
    let shown = heads.into_iter().filter(|w| several || !w.value.rows.is_empty());
    shown
        .map(|w| {
            let read = i.read_table(w);
            TableView {
                kind: w.value.kind,
                rows: read.rows,
                proposals: read.proposals,
                correction: w.value.correction.clone(),
                by: w.by.clone(),
            }
        })
        .collect()
}

fn evidence_view(i: &Inspection, id: &EvidenceId, e: &Evidence, receipts: &Receipts) -> EvidenceView {
    let measured = e.measured.clone().map(|(value, unit, instrument)| Measured { value, unit, instrument });
    EvidenceView {
        id: id.clone(),
        kind: e.kind,
        item: e.item.clone(),
        name: e.name.clone(),
        caption: i.caption(id).and_then(|c| c.value()).cloned().unwrap_or_default(),
        blob: e.blob.clone(),
        original: receipts.original(e),
        has_thumb: e.kind == EvidenceKind::Photo && e.no_preview.is_none(),
        no_preview: e.no_preview.clone(),
        facts: e.facts.clone(),
        measured,
        place: e.place.clone(),
        not_before: i.entry(&e.by.entry).and_then(|n| n.hq_seen.clone()),
        not_after: receipts.not_after(&e.by),
        withdrawn: i.withdrawn(id).map(|w| w.value.clone()),
        by: e.by.clone(),
        safety: receipts.evidence(e),
    }
}

fn item_state(
    i: &Inspection,
    pinned: &Pinned,
    (list, section, item): (&Checklist, usize, &Item),
    receipts: &Receipts,
) -> ItemState {
    let reading = i.read_item(pinned, list, section, item);
    let answers: Vec<_> = i
        .answer(&item.code)
        .into_iter()
        .flat_map(|r| r.heads())
        .map(|w| AnswerView {
            outcome: w.value.outcome,
            reason: w.value.reason.clone(),
            correction: w.value.correction.clone(),
            by: w.by.clone(),
        })
        .collect();
    let notes = notes(i.note(&item.code));
    let of_item = |(_, e): &(&EvidenceId, &Evidence)| e.item.as_ref() == Some(&item.code);
    let evidence: Vec<_> =
        i.evidence().into_iter().filter(of_item).map(|(id, e)| evidence_view(i, id, e, receipts)).collect();
    let needs: Vec<_> = reading
        .needs
        .iter()
        .map(|n| NeedView { kind: n.kind, need: n.need, have: n.have, what: n.what.clone(), mark: n.mark })
        .collect();
    let tables = tables(i, &item.code);
    let stamps = answers.iter().map(|a| &a.by).chain(notes.iter().map(|n| &n.by)).chain(tables.iter().map(|t| &t.by));
    let safeties = stamps.map(|by| receipts.entry(by)).chain(evidence.iter().map(|e| e.safety));
    // The weakest of its parts.
    let safety = safeties.min().unwrap_or(Safety::AtHq);
    let short = needs.iter().any(|n| n.have < n.need);
    ItemState {
        code: item.code.clone(),
        missing: reading.outcome.is_none() || reading.conflict || reading.reworded.is_some() || short,
        reworded: reading.reworded.map(|list| list.version.clone()),
        answers,
        notes,
        tables,
        evidence,
        needs,
        safety,
    }
}

fn missing_view(missing: &Missing) -> MissingView {
    match missing {
        Missing::Answer(item) => MissingView::Answer { item: item.clone() },
        Missing::Reason(item) => MissingView::Reason { item: item.clone() },
        Missing::Conflict(item) => MissingView::Conflict { item: item.clone() },
        Missing::Reworded(item) => MissingView::Reworded { item: item.clone() },
        Missing::Evidence { item, kind, need, have } => {
            MissingView::Evidence { item: item.clone(), kind: *kind, need: *need, have: *have }
        }
        Missing::Field(field) => MissingView::Field { field: field.clone() },
        Missing::Officers => MissingView::Officers,
    }
}

fn progress(i: &Inspection, reading: &Reading<'_>, safety: Safety) -> Progress {
    Progress {
        tallies: reading.tallies,
        conclusion: reading.conclusion.map(|c| conclusion_view(c, reading.tallies.is_final())),
        missing: reading.missing.iter().map(missing_view).collect(),
        row: InspectionRowCounts {
            done: count(reading.done()),
            total: count(reading.items.len()),
            non_conforming: reading.tallies.key.non_conforming + reading.tallies.general.non_conforming,
            photos: count(i.photo_count()),
            stage: stage(i),
            safety,
        },
    }
}

/// Language of the record: the one the inspection was begun in.
pub(super) fn language(i: &Inspection) -> String {
    i.start().map(|s| s.value.language.clone()).unwrap_or_default()
}

fn fields(i: &Inspection, pinned: &Pinned, only: Option<&BTreeSet<String>>) -> Vec<FieldView> {
    let wanted = pinned.form().fields.iter().filter(|f| only.is_none_or(|o| o.contains(&f.field)));
    let now = clock::wall();
    wanted
        .map(|f| {
            let fixed = f.filled != Filled::Typed;
            let values = if fixed {
                let text = record::fixed_value_of(i, f, &now, &language(i)).unwrap_or_default();
                i.start().map(|s| NoteView { text, by: s.by.clone() }).into_iter().collect()
            } else {
                notes(i.field(&f.field))
            };
            FieldView { field: f.clone(), section_title: pinned.form().section_title(f), values, fixed }
        })
        .collect()
}

fn seal_view(desk: &Desk, i: &Inspection, pinned: &Pinned) -> Result<Option<SealView>, Failure> {
    let Some(seal) = i.seal() else { return Ok(None) };
    let proposed = &seal.proposal.value;
    let mut reader = desk.vault.open(&proposed.manifest)?;
    let size = reader.size();
    let bytes = reader.read_range(0, size)?;
    if let Some(fault) = i.check_seal(proposed, &bytes).first() {
        return Err(Failure::never("seal.broken").with("why", format_args!("{fault:?}")));
    }
    let manifest: SealManifest =
        serde_json::from_slice(&bytes).map_err(|e| Failure::never("seal.broken").with("why", e))?;
    let outcome = manifest.conclusion.as_ref().and_then(|c| pinned.rule().outcomes.iter().find(|o| &o.code == c));
    let later = if seal.is_sealed() {
        let line = |n: &&xuncha_core::inspection::Note| LaterView {
            kind: n.kind.clone(),
            item: n.item.clone(),
            by: n.by.clone(),
        };
        seal.outside.iter().map(line).collect()
    } else {
        Vec::new()
    };
    Ok(Some(SealView {
        proposal: seal.proposal.by.entry,
        record: manifest.record,
        record_sha256: proposed.record_sha256.to_string(),
        entries: proposed.entries,
        blobs: manifest.blobs.iter().filter(|b| b.mime != MANIFEST_MIME).count() as u64,
        conclusion: outcome.map(|o| conclusion_view(o, true)),
        signatures: seal
            .signatures
            .iter()
            .map(|w| SignatureView {
                role: w.value.signed.role,
                name: w.value.signed.name.clone(),
                method: w.value.signed.method,
                image: w.value.image,
                by: w.by.clone(),
            })
            .collect(),
        refusal: seal.refusal.map(|w| RefusalView {
            reason: w.value.refused.reason.clone(),
            witness: w.value.refused.witness.clone(),
            image: w.value.image,
            by: w.by.clone(),
        }),
        waits_for: seal.waits_for.clone(),
        sealed: seal.is_sealed(),
        outside: seal.outside.len() as u64,
        later,
    }))
}

/// The whole inspection for its screen.
pub(super) fn inspection(desk: &mut Desk, id: &InspectionId) -> Result<InspectionView, Failure> {
    let row = desk.index.inspection(id)?.ok_or_else(|| Failure::never("inspection.unknown"))?;
    let receipts = Receipts::load(desk, id)?;
    desk.inspection(id)?;
    let desk = &*desk;
    let open = desk.opened(id).ok_or_else(|| Failure::never("inspection.unknown"))?;
    let (i, pinned) = (&open.inspection, &open.pinned);
    let start = &i.start().ok_or_else(|| Failure::never("inspection.unknown"))?.value;
    let reading = i.read(pinned);
    let item = |r: &ItemReading<'_>| ItemView {
        item: r.item.clone(),
        covers: pinned.covers(&r.item.code).cloned().collect(),
        state: item_state(i, pinned, (r.list, r.section, r.item), &receipts),
        table: r.item.table.map(TableKind::spec),
    };
    let mut by_section: BTreeMap<(usize, usize), Vec<ItemView>> = BTreeMap::new();
    for r in &reading.items {
        let list = pinned.lists().iter().position(|l| l.code == r.list.code).unwrap_or(0);
        by_section.entry((list, r.section)).or_default().push(item(r));
    }
    let newer = if stage(i) == Stage::Sealed { BTreeMap::new() } else { newer::versions(desk, i)? };
    let lists = pinned
        .lists()
        .iter()
        .enumerate()
        .map(|(n, list)| ListView {
            title: ListTitle::of(list),
            newer: newer.get(&list.code).cloned(),
            sections: list
                .sections
                .iter()
                .enumerate()
                .filter_map(|(s, section)| {
                    let items = by_section.remove(&(n, s))?;
                    let id = format!("{}/{}", list.code, section.code);
                    Some(SectionView { id, title: section.title.clone(), items })
                })
                .collect(),
        })
        .collect();
    Ok(InspectionView {
        firm: start.firm.clone(),
        task: start.task.clone(),
        kind: start.kind,
        modes: start.modes.clone(),
        focus: start.focus.clone(),
        officers: i.officers().to_vec(),
        lists,
        left: reading.left.iter().map(item).collect(),
        rule: rule_view(pinned.rule()),
        progress: progress(i, &reading, row.safety),
        general_evidence: general_evidence(i, &receipts),
        fields: fields(i, pinned, None),
        seal: seal_view(desk, i, pinned)?,
        row,
    })
}

fn general_evidence(i: &Inspection, receipts: &Receipts) -> Vec<EvidenceView> {
    let general = i.evidence().into_iter().filter(|(_, e)| e.item.is_none());
    general.map(|(id, e)| evidence_view(i, id, e, receipts)).collect()
}

/// What a write changed.
pub(super) fn delta(desk: &mut Desk, id: &InspectionId, touched: &Touched) -> Result<Delta, Failure> {
    // No row while the index is behind: what was written is here all the same.
    let safety = desk.index.inspection(id)?.map_or(Safety::Here, |row| row.safety);
    let receipts = Receipts::load(desk, id)?;
    desk.inspection(id)?;
    let desk = &*desk;
    let open = desk.opened(id).ok_or_else(|| Failure::never("inspection.unknown"))?;
    let (i, pinned) = (&open.inspection, &open.pinned);
    let reading = i.read(pinned);
    let one = |code: &ItemCode| pinned.item(code).map(|found| item_state(i, pinned, found, &receipts));
    let seal = if touched.seal || touched.everything { seal_view(desk, i, pinned)? } else { None };
    Ok(Delta {
        inspection: id.clone(),
        items: touched.items.iter().filter_map(one).collect(),
        general_evidence: touched.general_evidence.then(|| general_evidence(i, &receipts)),
        fields: if touched.fields.is_empty() { Vec::new() } else { fields(i, pinned, Some(&touched.fields)) },
        officers: (touched.officers || touched.everything).then(|| i.officers().to_vec()),
        reload: touched.everything,
        progress: progress(i, &reading, safety),
        seal,
    })
}
