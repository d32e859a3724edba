//! Verbs that write small things: start, answers, notes, measured numbers, fields, captions, withdrawals.

use std::collections::BTreeSet;

use xuncha_core::Failure;
use xuncha_core::checklist::{FALLBACK_RULE, Occasion, Subject, propose_rule};
use xuncha_core::event::{
    AnswerSet, Caption, Event, EvidenceWithdrawn, FieldSet, InspectionAbandoned, InspectionStarted, ListChanged,
    MeasureAdded, NoteSet, Officer, OfficersSet, Outcome, PackKind, RuleRef,
};
use xuncha_core::ids::{EntryId, InspectionId, ItemCode, RuleCode};
use xuncha_core::inspection::Touched;
use xuncha_core::register::Register;

use crate::capture;

use super::desk::Desk;
use super::verbs::{
    Abandon, Answer, CaptionArgs, ChangeList, Field, Measure, Note, Officers, Start, Started, Withdraw,
};
use super::views::{Delta, Stage};
use super::{Device, clock_number, desk, show};

/// Of the heads of a register, those the screen showed: only they are replaced. What it did not show stays and conflicts.
pub(super) fn over<T>(register: Option<&Register<T>>, seen: &[EntryId]) -> Vec<EntryId> {
    let heads: BTreeSet<_> = register.map(Register::head_ids).unwrap_or_default().into_iter().collect();
    seen.iter().copied().filter(|id| heads.contains(id)).collect()
}

impl Desk {
    /// Refuses writes into an inspection that was given up, and into one that is not known.
    pub(super) fn writable(&mut self, id: &InspectionId) -> Result<Stage, Failure> {
        let stage = desk::stage(&self.inspection(id)?.inspection);
        if stage == Stage::Abandoned { Err(Failure::never("inspection.abandoned")) } else { Ok(stage) }
    }

    pub(super) fn known_item(
        &mut self,
        id: &InspectionId,
        item: &ItemCode,
    ) -> Result<xuncha_core::ids::Digest, Failure> {
        let open = self.inspection(id)?;
        let (list, ..) = open.pinned.item(item).ok_or_else(|| Failure::never("item.unknown").with("item", item))?;
        let code = list.code.clone();
        let pinned = open.inspection.list_refs().into_iter().find(|l| l.code == code);
        pinned.map(|l| l.sha256).ok_or_else(|| Failure::never("item.unknown").with("item", item))
    }

    fn begin(&mut self, args: Start) -> Result<Started, Failure> {
        let task = args.task.as_ref().map(|t| self.index.task(t)).transpose()?.flatten();
        if args.task.is_some() && task.is_none() {
            return Err(Failure::never("task.unknown"));
        }
        let firm = args.firm.or_else(|| task.as_ref().map(|t| t.firm.clone()));
        let firm =
            firm.filter(|f| !f.name.trim().is_empty()).ok_or_else(|| Failure::after_action("firm.name_missing"))?;
        let kind = args.kind.or(task.as_ref().map(|t| t.kind)).unwrap_or_default();
        let lists = match &task {
            Some(t) if args.lists.is_empty() => t.lists.clone(),
            _ => self.list_refs(&args.lists)?,
        };
        if lists.is_empty() {
            return Err(Failure::after_action("lists.none"));
        }
        for list in &lists {
            self.packs.list(&list.sha256)?;
        }
        let modes =
            if args.modes.is_empty() { task.as_ref().map(|t| t.modes.clone()).unwrap_or_default() } else { args.modes };
        let (rule, form) = match &task {
            Some(t) if args.rule.is_none() => (t.rule.clone(), t.form),
            _ => {
                let occasion = Occasion { kind, modes: modes.clone(), focus: args.focus.clone() };
                (self.rule_ref(args.rule, &firm.subject, &occasion)?, self.form_ref()?)
            }
        };
        let mut officers = vec![self.officer()];
        officers.extend(
            args.officers.into_iter().filter(|o| !o.name.trim().is_empty() && o.user.as_ref() != Some(self.user())),
        );
        let id: InspectionId = uuid::Uuid::now_v7().to_string().parse().map_err(|_| Failure::never("inspection.id"))?;
        let started = InspectionStarted {
            number: self.next_number()?,
            task: args.task,
            firm,
            kind,
            modes,
            focus: args.focus,
            lists,
            rule,
            form,
            officers,
            language: args.language,
        };
        self.write(started.into(), Some(&id), Vec::new(), Vec::new(), args.place)?;
        Ok(Started { inspection: id })
    }

    /// `JC-<area>-<date>-<device 4>-<serial 3>`: unique without HQ, since the device is part of it.
    fn next_number(&self) -> Result<String, Failure> {
        let device = self.hq.feed.device.as_str();
        let device: String = device.chars().take(4).collect::<String>().to_uppercase();
        let prefix = format!("JC-{}-{}-{device}-", self.hq.area, clock_number());
        let serial = self.index.count_numbers(&prefix)? + 1;
        Ok(format!("{prefix}{serial:03}"))
    }

    pub(super) fn list_refs(
        &self,
        codes: &[xuncha_core::ids::ListCode],
    ) -> Result<Vec<xuncha_core::event::ListRef>, Failure> {
        let packs = self.index.packs(PackKind::List)?;
        let find = |code: &xuncha_core::ids::ListCode| {
            let pack = packs.iter().find(|p| p.code == code.as_str());
            let pack = pack.ok_or_else(|| Failure::after_action("list.not_here").with("list", code))?;
            Ok(xuncha_core::event::ListRef { code: code.clone(), version: pack.version.clone(), sha256: pack.sha256 })
        };
        codes.iter().map(find).collect()
    }

    /// The rule that was asked for, or the one whose own words say that it fits, or `routine`.
    pub(super) fn rule_ref(
        &self,
        code: Option<RuleCode>,
        subject: &Subject,
        occasion: &Occasion,
    ) -> Result<RuleRef, Failure> {
        let packs = self.index.packs(PackKind::Rule)?;
        let wanted = match code {
            Some(code) => code.to_string(),
            None => {
                let rules = packs.iter().map(|p| self.packs.rule(&p.sha256)).collect::<Result<Vec<_>, _>>()?;
                let fits = propose_rule(&rules, subject, occasion);
                fits.map_or_else(|| FALLBACK_RULE.to_owned(), |rule| rule.code.to_string())
            }
        };
        let pack = packs.iter().find(|p| p.code == wanted);
        let pack = pack.ok_or_else(|| Failure::after_action("rule.not_here").with("rule", &wanted))?;
        let code = pack.code.parse().map_err(|_| Failure::never("rule.not_here").with("rule", &wanted))?;
        Ok(RuleRef { code, version: pack.version.clone(), sha256: pack.sha256 })
    }

    fn form_ref(&self) -> Result<xuncha_core::ids::Digest, Failure> {
        let pack = self.index.packs(PackKind::Form)?.into_iter().next();
        pack.map(|p| p.sha256).ok_or_else(|| Failure::after_action("form.not_here"))
    }

    fn change_list(&mut self, args: ChangeList) -> Result<Touched, Failure> {
        if self.writable(&args.inspection)? == Stage::Sealed {
            return Err(Failure::never("inspection.sealed"));
        }
        if args.reason.trim().is_empty() {
            return Err(Failure::after_action("list.reason_missing"));
        }
        let inspection = &self.inspection(&args.inspection)?.inspection;
        let over = inspection.list_change(&args.list).map(Register::head_ids).unwrap_or_default();
        let present = inspection.list_refs();
        let here = present.iter().find(|l| l.code == args.list).cloned();
        let list = match here {
            Some(_) if args.added => return Err(Failure::never("list.already_there").with("list", &args.list)),
            None if !args.added => return Err(Failure::never("list.not_in_use").with("list", &args.list)),
            Some(_) if present.len() == 1 => return Err(Failure::after_action("lists.none")),
            Some(list) => list,
            None => {
                let mut found = self.list_refs(std::slice::from_ref(&args.list))?;
                found.pop().ok_or_else(|| Failure::after_action("list.not_here").with("list", &args.list))?
            }
        };
        self.packs.list(&list.sha256)?;
        self.write_list_change(&args.inspection, over, ListChanged { list, added: args.added, reason: args.reason })
    }

    pub(super) fn write_list_change(
        &mut self,
        inspection: &InspectionId,
        over: Vec<EntryId>,
        change: ListChanged,
    ) -> Result<Touched, Failure> {
        let touched = self.write(change.into(), Some(inspection), over, Vec::new(), None)?.1;
        // Its items are pinned anew, and its row counts them. The change itself is durable: a row that cannot be made now is
        // made with the next entry.
        if let Err(e) = self.refresh_summary(inspection) {
            tracing::warn!(error = %e, "the row still counts the items of before");
        }
        Ok(touched)
    }

    fn answer(&mut self, args: &Answer) -> Result<Touched, Failure> {
        let stage = self.writable(&args.inspection)?;
        let list = self.known_item(&args.inspection, &args.item)?;
        let correction = args.correction.clone().filter(|c| !c.trim().is_empty());
        if stage == Stage::Sealed && correction.is_none() {
            return Err(Failure::after_action("correction.reason_missing"));
        }
        let over = over(self.inspection(&args.inspection)?.inspection.answer(&args.item), &args.seen);
        let event = AnswerSet {
            item: args.item.clone(),
            list,
            outcome: args.outcome,
            reason: args.reason.clone().filter(|_| args.outcome == Outcome::NotApplicable),
            correction,
            language: args.language.clone(),
        };
        Ok(self.write(event.into(), Some(&args.inspection), over, Vec::new(), None)?.1)
    }
}

impl Device {
    /// Writes at the desk and answers what changed.
    pub(super) async fn change(
        &self,
        inspection: InspectionId,
        work: impl FnOnce(&mut Desk) -> Result<Touched, Failure> + Send + 'static,
    ) -> Result<Delta, Failure> {
        self.blocking(move |d| {
            d.at_desk(|desk| {
                let touched = work(desk)?;
                show::delta(desk, &inspection, &touched)
            })
        })
        .await
    }

    pub(super) async fn start(&self, args: Start) -> Result<Started, Failure> {
        let started = self.blocking(move |d| d.at_desk(|desk| desk.begin(args))).await?;
        self.tell(super::Happening::Today);
        Ok(started)
    }

    pub(super) async fn change_list(&self, args: ChangeList) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| desk.change_list(args)).await
    }

    pub(super) async fn abandon(&self, args: Abandon) -> Result<Delta, Failure> {
        let id = args.inspection.clone();
        self.change(id, move |desk| {
            if args.reason.trim().is_empty() {
                return Err(Failure::after_action("abandon.reason_missing"));
            }
            if desk.writable(&args.inspection)? == Stage::Sealed {
                return Err(Failure::never("inspection.sealed"));
            }
            let event = InspectionAbandoned { reason: args.reason };
            Ok(desk.write(event.into(), Some(&args.inspection), Vec::new(), Vec::new(), None)?.1)
        })
        .await
    }

    pub(super) async fn answer(&self, args: Answer) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| desk.answer(&args)).await
    }

    pub(super) async fn note(&self, args: Note) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| {
            desk.writable(&args.inspection)?;
            desk.known_item(&args.inspection, &args.item)?;
            let over = over(desk.inspection(&args.inspection)?.inspection.note(&args.item), &args.seen);
            let event = NoteSet { item: args.item, text: args.text };
            Ok(desk.write(event.into(), Some(&args.inspection), over, Vec::new(), None)?.1)
        })
        .await
    }

    pub(super) async fn measure(&self, args: Measure) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| {
            desk.writable(&args.inspection)?;
            desk.known_item(&args.inspection, &args.item)?;
            let expected = capture::Unit::all().find(|u| u.symbol() == args.unit);
            let measured = capture::parse_measured(&args.value, expected)?;
            let unit = measured.unit.symbol().to_owned();
            let event = MeasureAdded {
                evidence: new_evidence()?,
                item: args.item,
                what: args.what,
                value: measured.value,
                unit,
                instrument: args.instrument,
            };
            Ok(desk.write(event.into(), Some(&args.inspection), Vec::new(), Vec::new(), args.place)?.1)
        })
        .await
    }

    pub(super) async fn caption(&self, args: CaptionArgs) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| {
            desk.writable(&args.inspection)?;
            let open = desk.inspection(&args.inspection)?;
            open.inspection.piece(&args.evidence).ok_or_else(|| Failure::never("evidence.unknown"))?;
            let over = open.inspection.caption(&args.evidence).map(Register::head_ids).unwrap_or_default();
            let event = Caption { evidence: args.evidence, text: args.text };
            Ok(desk.write(event.into(), Some(&args.inspection), over, Vec::new(), None)?.1)
        })
        .await
    }

    pub(super) async fn withdraw(&self, args: Withdraw) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| {
            desk.writable(&args.inspection)?;
            if args.reason.trim().is_empty() {
                return Err(Failure::after_action("withdraw.reason_missing"));
            }
            let open = desk.inspection(&args.inspection)?;
            open.inspection.piece(&args.evidence).ok_or_else(|| Failure::never("evidence.unknown"))?;
            let event = EvidenceWithdrawn { evidence: args.evidence, reason: args.reason };
            Ok(desk.write(event.into(), Some(&args.inspection), Vec::new(), Vec::new(), None)?.1)
        })
        .await
    }

    pub(super) async fn field(&self, args: Field) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| {
            desk.writable(&args.inspection)?;
            let open = desk.inspection(&args.inspection)?;
            if !open.pinned.form().fields.iter().any(|f| f.field == args.field) {
                return Err(Failure::never("field.unknown").with("field", &args.field));
            }
            let over = over(open.inspection.field(&args.field), &args.seen);
            let event = FieldSet { field: args.field, value: args.value };
            Ok(desk.write(event.into(), Some(&args.inspection), over, Vec::new(), None)?.1)
        })
        .await
    }

    pub(super) async fn officers(&self, args: Officers) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| {
            desk.writable(&args.inspection)?;
            let officers: Vec<Officer> = args.officers.into_iter().filter(|o| !o.name.trim().is_empty()).collect();
            if !officers.iter().any(|o| o.user.as_ref() == Some(desk.user())) {
                return Err(Failure::never("officers.without_author"));
            }
            let over = desk.inspection(&args.inspection)?.inspection.officers_register().head_ids();
            let event: Event = OfficersSet { officers }.into();
            Ok(desk.write(event, Some(&args.inspection), over, Vec::new(), None)?.1)
        })
        .await
    }
}

/// A fresh name for a piece of evidence.
pub(super) fn new_evidence() -> Result<xuncha_core::ids::EvidenceId, Failure> {
    uuid::Uuid::now_v7().to_string().parse().map_err(|_| Failure::never("evidence.id"))
}
