//! One inspection as its page shows it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use xuncha_core::checklist::{Checklist, EvidenceKind, Item};
use xuncha_core::event::{MeasureAdded, TableSet};
use xuncha_core::ids::{BlobHash, EntryId, EvidenceId, ItemCode};
use xuncha_core::inspection::seal::SealState;
use xuncha_core::inspection::{Evidence, Inspection, Pinned, Reading};
use xuncha_core::register::{Register, Write};

use super::inspections::row;
use super::people::Names;
use super::referral;
use super::types::{
    AnswerView, ConclusionView, EvidenceView, FieldView, InspectionDetail, InspectionRow, Integrity, ItemView,
    MeasureView, NoteView, ReceiptView, ReferralView, RefusalView, SealView, SectionView, SignatureView, TableView,
    ValueView, WithdrawnView,
};
use crate::db::InspectionFound;
use crate::hq::Hq;
use crate::projections::inspection::Folded;
use crate::projections::referral::serious;
use crate::refusal::{Answer, Refusal};

/// All that the page is made of.
pub(super) struct Detail {
    row: InspectionRow,
    folded: Folded,
    pinned: Option<Arc<Pinned>>,
    delivered: HashMap<BlobHash, bool>,
    receipted: HashSet<BlobHash>,
    lost: HashSet<BlobHash>,
    receipts: Vec<ReceiptView>,
    names: BTreeMap<String, String>,
    referrals: Vec<ReferralView>,
}

impl Detail {
    pub(super) async fn load(hq: &Arc<Hq>, found: &InspectionFound) -> Answer<Self> {
        let id = &found.record.inspection;
        let names = Names::load(hq).await?;
        let (folded, arrivals) = hq.folded(id).await?;
        let pinned = hq.shelf().pinned(&folded.state);
        let delivered = hq.db.blobs_of(id).await?.into_iter().map(|(b, here)| (b.sha256, here)).collect();
        let receipted = hq.db.receipted(id).await?.into_iter().collect();
        let lost = hq.db.lost().await?.into_iter().collect();
        let mut receipts = Vec::new();
        for feed in arrivals.iter().map(|a| a.entry.header.feed).collect::<BTreeSet<_>>() {
            if let Some((last, count)) = hq.db.last_receipt(&feed).await? {
                receipts.push(ReceiptView {
                    feed,
                    stored_to: last.stored_to,
                    log_index: last.log_index,
                    time: last.time,
                    receipts: count,
                });
            }
        }
        let actors = arrivals.iter().filter_map(|a| a.entry.payload.as_ref()).map(|p| &p.actor);
        let row = row(found, &names)?;
        let names = actors.map(|a| (a.to_string(), names.user(a))).collect();
        let referrals = match &pinned {
            Some(pinned) => referrals(hq, &folded.state, pinned).await?,
            None => Vec::new(),
        };
        Ok(Self { row, folded, pinned, delivered, receipted, lost, receipts, names, referrals })
    }

    fn state(&self) -> &Inspection {
        &self.folded.state
    }

    pub(super) fn view(&self) -> Answer<InspectionDetail> {
        let state = self.state();
        let start = state.start().ok_or_else(|| Refusal::not_found("inspection.unknown"))?;
        let seal = state.seal();
        let late: HashSet<EntryId> = seal.iter().flat_map(|s| &s.outside).map(|n| n.by.entry).collect();
        let reading = self.pinned.as_ref().map(|p| state.read(p));
        let officers = match state.officers() {
            [] => start.value.officers.clone(),
            settled => settled.to_vec(),
        };
        let known: HashSet<&ItemCode> = self.lists().flat_map(Checklist::items).map(|i| &i.code).collect();
        let spoken: BTreeSet<&ItemCode> = state.timeline().into_iter().filter_map(|n| n.item.as_ref()).collect();
        let left = |code: &ItemCode| reading.as_ref()?.left.iter().find(|r| &r.item.code == code).map(|r| r.item);
        let unknown = spoken.iter().filter(|i| !known.contains(*i)).map(|i| self.item(i, left(i), &late));
        Ok(InspectionDetail {
            row: self.row.clone(),
            task: start.value.task.clone(),
            firm: start.value.firm.clone(),
            officers,
            language: start.value.language.clone(),
            sections: self.lists().flat_map(|l| self.sections(l, &spoken, &late)).collect(),
            unknown_items: unknown.collect(),
            fields: self.fields(),
            evidence: self.evidence_of(None, &late),
            tallies: reading.as_ref().map(|r| r.tallies).unwrap_or_default(),
            conclusion: self.conclusion(reading.as_ref()),
            referrals: self.referrals.clone(),
            seal: seal.as_ref().map(|s| self.seal(s, late.len())),
            receipts: self.receipts.clone(),
            abandoned: state.abandoned().map(|w| w.value.reason.clone()),
            names: self.names.clone(),
        })
    }

    fn lists(&self) -> impl Iterator<Item = &Checklist> {
        self.pinned.iter().flat_map(|p| p.lists())
    }

    fn conclusion(&self, reading: Option<&Reading<'_>>) -> Option<ConclusionView> {
        let (reading, rule) = (reading?, self.pinned.as_ref()?.rule());
        let outcome = reading.conclusion?;
        Some(ConclusionView {
            rule: rule.code.to_string(),
            rule_title: rule.title.clone(),
            rule_mark: rule.mark,
            rule_source: rule.source.clone(),
            outcome: outcome.code.clone(),
            title: outcome.title.clone(),
            is_final: reading.tallies.is_final(),
            rectify_working_days: outcome.rectify_working_days,
        })
    }

    /// Sections of a list with the items that apply, and those that do not but were spoken of all the same.
    fn sections(&self, list: &Checklist, spoken: &BTreeSet<&ItemCode>, late: &HashSet<EntryId>) -> Vec<SectionView> {
        let shown = |i: &&Item| spoken.contains(&i.code) || self.pinned.as_ref().is_some_and(|p| p.asks(&i.code));
        let sections = list.sections.iter().map(|s| SectionView {
            list: list.code.clone(),
            list_title: list.title.clone(),
            list_version: list.version.clone(),
            section: s.code.clone(),
            title: s.title.clone(),
            items: s.items.iter().filter(shown).map(|i| self.item(&i.code, Some(i), late)).collect(),
        });
        sections.filter(|s| !s.items.is_empty()).collect()
    }

    fn item(&self, code: &ItemCode, item: Option<&Item>, late: &HashSet<EntryId>) -> ItemView {
        let answer = |w: &Write<_>| AnswerView {
            answer: Clone::clone(&w.value),
            by: w.by.clone(),
            late: late.contains(&w.by.entry),
        };
        let answers = self.state().answer(code);
        let writes = answers.map_or(0, |r| r.history().len());
        ItemView {
            item: code.clone(),
            text: item.map(|i| i.text.clone()),
            key: item.map(|i| i.key),
            severity: item.map(|i| i.severity),
            basis: item.map(|i| i.basis.clone()).unwrap_or_default(),
            answers: sides(answers).map(answer).collect(),
            notes: sides(self.state().note(code))
                .filter(|w| !w.value.is_empty())
                .map(|w| NoteView { text: w.value.clone(), by: w.by.clone() })
                .collect(),
            tables: self.tables(code, late),
            measures: self.measures(code),
            evidence: self.evidence_of(Some(code), late),
            answer_writes: u32::try_from(writes).unwrap_or(u32::MAX),
        }
    }

    fn tables(&self, item: &ItemCode, late: &HashSet<EntryId>) -> Vec<TableView> {
        let sides: Vec<_> = sides(self.state().table(item)).collect();
        // One that was taken back is shown only beside another: there it must be settled.
        let several = sides.len() > 1;
        let shown = sides.into_iter().filter(|w| several || !w.value.rows.is_empty());
        let view = |w: &Write<TableSet>| {
            let read = self.state().read_table(w);
            TableView {
                spec: w.value.kind.spec(),
                rows: read.rows,
                proposals: read.proposals,
                correction: w.value.correction.clone(),
                by: w.by.clone(),
                late: late.contains(&w.by.entry),
            }
        };
        shown.map(view).collect()
    }

    fn withdrawn(&self, id: &EvidenceId) -> Option<WithdrawnView> {
        self.state().withdrawn(id).map(|w| WithdrawnView { reason: w.value.clone(), by: w.by.clone() })
    }

    fn measures(&self, item: &ItemCode) -> Vec<MeasureView> {
        let all = self.state().evidence().into_iter().filter(|(_, e)| e.item.as_ref() == Some(item));
        let view = |(id, e): (&EvidenceId, &Evidence)| {
            let (value, unit, instrument) = e.measured.clone()?;
            let (evidence, item) = (id.clone(), item.clone());
            let measure = MeasureAdded { evidence, item, what: e.name.clone(), value, unit, instrument };
            Some(MeasureView { measure, withdrawn: self.withdrawn(id), by: e.by.clone() })
        };
        all.filter_map(view).collect()
    }

    fn evidence_of(&self, item: Option<&ItemCode>, late: &HashSet<EntryId>) -> Vec<EvidenceView> {
        let all = self.state().evidence().into_iter();
        let of_item = all.filter(|(_, e)| e.item.as_ref() == item && e.kind != EvidenceKind::Measure);
        let view = |(id, e): (&EvidenceId, &Evidence)| {
            let blob = e.blob.as_ref()?;
            Some(EvidenceView {
                evidence: id.clone(),
                item: e.item.clone(),
                kind: e.kind,
                name: e.name.clone(),
                captions: sides(self.state().caption(id)).map(|w| w.value.clone()).collect(),
                sha256: blob.sha256,
                size: blob.size,
                mime: blob.mime.clone(),
                source: blob.source,
                facts: e.facts.clone(),
                no_preview: e.no_preview.clone(),
                integrity: self.integrity(&blob.sha256),
                withdrawn: self.withdrawn(id),
                place: e.place.clone(),
                late: late.contains(&e.by.entry),
                by: e.by.clone(),
            })
        };
        of_item.filter_map(view).collect()
    }

    fn integrity(&self, sha256: &BlobHash) -> Integrity {
        match self.delivered.get(sha256) {
            Some(true) if self.receipted.contains(sha256) => Integrity::Receipted,
            Some(true) => Integrity::Stored,
            _ if self.lost.contains(sha256) => Integrity::Lost,
            _ => Integrity::Missing,
        }
    }

    fn fields(&self) -> Vec<FieldView> {
        let form = self.pinned.iter().flat_map(|p| &p.form().fields);
        let view = |field: &xuncha_core::form::FormField| {
            let values: Vec<_> = sides(self.state().field(&field.field))
                .map(|w| ValueView { value: w.value.clone(), by: w.by.clone() })
                .collect();
            (!values.is_empty()).then(|| FieldView { field: field.field.clone(), values })
        };
        form.filter_map(view).collect()
    }

    fn seal(&self, seal: &SealState<'_>, late: usize) -> SealView {
        let p = &seal.proposal.value;
        let signature = |w: &&Write<xuncha_core::inspection::Signature>| SignatureView {
            role: w.value.signed.role,
            name: w.value.signed.name.clone(),
            method: w.value.signed.method,
            image: w.value.image,
            by: w.by.clone(),
        };
        let refusal = |w: &Write<xuncha_core::inspection::Refusal>| RefusalView {
            reason: w.value.refused.reason.clone(),
            witness: w.value.refused.witness.clone(),
            by: w.by.clone(),
        };
        SealView {
            proposal: seal.proposal.by.entry,
            sealed: seal.is_sealed(),
            manifest: p.manifest,
            record_sha256: p.record_sha256,
            entries: p.entries,
            late: u32::try_from(late).unwrap_or(u32::MAX),
            signatures: seal.signatures.iter().map(signature).collect(),
            refusal: seal.refusal.map(refusal),
            by: seal.proposal.by.clone(),
        }
    }
}

async fn referrals(hq: &Arc<Hq>, state: &Inspection, pinned: &Pinned) -> Answer<Vec<ReferralView>> {
    let items = serious(state, &state.read(pinned));
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let laws = hq.laws().await?;
    Ok(items.into_iter().map(|item| referral::view(item, laws.as_ref())).collect())
}

/// What stands in a register: nothing, one value, or all sides of a conflict.
fn sides<T>(register: Option<&Register<T>>) -> impl Iterator<Item = &Write<T>> {
    register.into_iter().flat_map(Register::heads)
}
