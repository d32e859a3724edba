//! The re-opening gate: a firm that was ordered to stop (责令停业、停止经营) returns to operation by what is on record, not
//! by a note.
//!
//! Source: the district plan against risks of 2022 (R026): 责令停业的企业在恢复经营前，监管部门必须进行核查。核查合格，
//! 企业法定代表人做出合规承诺后，方可恢复经营. It is a plan, not statute, and the list `REOP` says so.
//!
//! ```text
//! operating ──suspend──▶ suspended ──inspection passed──▶ inspected ──commitment──▶ committed ──reopen──▶ reopened
//!                            ▲                                                                              │
//!                            └───────────────────────────────suspend────────────────────────────────────────┘
//! ```
//! What it is: what HQ's feed says of a firm ([`Docket`], a fold), what a re-opening inspection proves ([`Check`]), and what
//! follows from both ([`Gate`]): the state, what is missing, the one step that is allowed. What it is not: the order to
//! stop itself (a document of the bureau) or a release from a penalty's term.
//!
//! Kept here:
//! - An inspection counts if it *began after* the suspension: the day the phone claims is not before the order's day, and
//!   its start came into HQ's log after the suspension did. A phone's clock alone proves nothing.
//! - It counts by its list: one from which `REOP` was dropped is no re-opening inspection, however it concludes.
//! - The newest sealed inspection counts, so that a failed one is not outweighed by an older that passed.
//! - *Passed* is what was signed **and** what stands now: a correction after the seal can take the conclusion back, none
//!   can bring it about (I12).
//! - The commitment is `REOP-03` answered 符合 with a photo or file at it, not withdrawn, whose original HQ has. It may come
//!   after the seal: the plan wants it after the check. A signature under the record is no commitment: it says that the
//!   record was read.

use serde::{Deserialize, Serialize};

use crate::checklist::EvidenceKind;
use crate::event::{InspectionKind, Outcome};
use crate::firm::Suspension;
use crate::ids::{BlobHash, InspectionId, ItemCode};
use crate::inspection::{Inspection, Pinned};

/// The list of a re-opening inspection.
pub const LIST: &str = "REOP";
/// Its item that asks for the legal representative's signed commitment.
pub const COMMITMENT: &str = "REOP-03";
/// Code of the conclusion that passes, in every rule.
pub const PASS: &str = "pass";

/// Where a firm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Never ordered to stop.
    #[default]
    Operating,
    /// Ordered to stop; nothing passed yet.
    Suspended,
    /// A re-opening inspection passed.
    Inspected,
    /// And the commitment is signed.
    Committed,
    /// Returned to operation.
    Reopened,
}

/// What is missing on the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// No re-opening inspection began after the suspension.
    Inspection,
    /// One is under way and not sealed.
    Seal,
    /// The newest sealed one did not pass.
    Pass,
    /// `REOP-03` is not answered 符合.
    Commitment,
    /// It is, without a photo or file.
    Proof,
    /// Its photo or file is still on the phone.
    Original,
}

impl Lack {
    /// The code a refusal bears.
    pub fn code(self) -> &'static str {
        match self {
            Self::Inspection => "reopening.no_inspection",
            Self::Seal => "reopening.not_sealed",
            Self::Pass => "reopening.not_passed",
            Self::Commitment => "reopening.no_commitment",
            Self::Proof => "reopening.no_proof",
            Self::Original => "reopening.not_here",
        }
    }
}

/// The one step that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// HQ may record an order to stop.
    Suspend,
    /// A re-opening inspection is to be made.
    Inspect,
    /// The inspection under way is to be sealed.
    Seal,
    /// The commitment is to be recorded and brought to HQ.
    Commit,
    /// HQ may return the firm to operation.
    Reopen,
}

/// A step that is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Suspending a firm that is suspended.
    #[error("already suspended")]
    AlreadySuspended,
    /// Reopening a firm that is not suspended.
    #[error("not suspended")]
    NotSuspended,
    /// Reopening before everything is there.
    #[error("missing: {0:?}")]
    Missing(Lack),
}

impl Forbidden {
    /// The code a refusal bears.
    pub fn code(self) -> &'static str {
        match self {
            Self::AlreadySuspended => "firm.already_suspended",
            Self::NotSuspended => "firm.not_suspended",
            Self::Missing(lack) => lack.code(),
        }
    }
}

/// What HQ's feed says of one firm, folded in the order of HQ's log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Docket {
    standing: Option<(u64, Suspension)>,
    reopened: bool,
}

impl Docket {
    /// Takes an order to stop, said at a place in HQ's log. A second one while the first holds changes nothing.
    pub fn suspend(&mut self, at: u64, suspension: Suspension) -> Result<(), Forbidden> {
        if self.standing.is_some() {
            return Err(Forbidden::AlreadySuspended);
        }
        self.standing = Some((at, suspension));
        Ok(())
    }
    /// Takes a return to operation. What it rested on was judged by [`Gate`] when it was said.
    pub fn reopen(&mut self) -> Result<(), Forbidden> {
        self.standing.take().ok_or(Forbidden::NotSuspended)?;
        self.reopened = true;
        Ok(())
    }
    /// The order that holds.
    pub fn suspension(&self) -> Option<&Suspension> {
        self.standing.as_ref().map(|(_, s)| s)
    }
}

/// How far the commitment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commitment {
    /// Not answered 符合.
    None,
    /// 符合, without a photo or file.
    Bare,
    /// The photo or file is still on the phone.
    Underway,
    /// HQ has its original.
    Here,
}

/// A re-opening inspection, in what the gate asks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The inspection.
    pub inspection: InspectionId,
    /// Place of its start in HQ's log.
    pub begun: u64,
    /// Day of its start as the phone claims, `YYYY-MM-DD`.
    pub day: String,
    /// All signatures are present.
    pub sealed: bool,
    /// The record that was signed passes, and so does what stands now.
    pub passed: bool,
    /// How far the commitment is.
    pub commitment: Commitment,
}

impl Check {
    /// Reads an inspection. `begun` is the place of its start in HQ's log; `signed` is the fold of what lay before its
    /// seal; `here` says whether HQ has an original. `None` for one that is no re-opening inspection or was given up.
    pub fn read(
        state: &Inspection,
        signed: &Inspection,
        pinned: &Pinned,
        begun: u64,
        here: impl Fn(&BlobHash) -> bool,
    ) -> Option<Self> {
        let start = state.start().filter(|s| s.value.kind == InspectionKind::Reopening)?;
        if state.abandoned().is_some() || !state.list_refs().iter().any(|l| l.code.as_str() == LIST) {
            return None;
        }
        let passes = |of: &Inspection| {
            let reading = of.read(pinned);
            reading.tallies.is_final() && reading.conclusion.is_some_and(|c| c.code == PASS)
        };
        Some(Self {
            inspection: state.id.clone(),
            begun,
            day: start.by.wall.get(..10).unwrap_or_default().to_owned(),
            sealed: state.seal().is_some_and(|s| s.is_sealed()),
            passed: passes(signed) && passes(state),
            commitment: commitment(state, here),
        })
    }

    fn lacks(&self) -> Vec<Lack> {
        let check = match (self.sealed, self.passed) {
            (false, _) => Some(Lack::Seal),
            (true, false) => Some(Lack::Pass),
            (true, true) => None,
        };
        let commitment = match self.commitment {
            Commitment::None => Some(Lack::Commitment),
            Commitment::Bare => Some(Lack::Proof),
            Commitment::Underway => Some(Lack::Original),
            Commitment::Here => None,
        };
        check.into_iter().chain(commitment).collect()
    }
}

fn commitment(state: &Inspection, here: impl Fn(&BlobHash) -> bool) -> Commitment {
    let Ok(item) = COMMITMENT.parse::<ItemCode>() else { return Commitment::None };
    let answer = state.answer(&item).and_then(|r| r.value());
    if answer.is_none_or(|a| a.outcome != Outcome::Conforms) {
        return Commitment::None;
    }
    let proofs = state.evidence().into_iter().filter(|(id, e)| {
        e.item.as_ref() == Some(&item)
            && matches!(e.kind, EvidenceKind::Photo | EvidenceKind::File)
            && state.withdrawn(id).is_none()
    });
    let originals: Vec<_> = proofs.filter_map(|(_, e)| e.blob.as_ref()).collect();
    match originals.iter().any(|b| here(&b.sha256)) {
        true => Commitment::Here,
        false if originals.is_empty() => Commitment::Bare,
        false => Commitment::Underway,
    }
}

/// What follows for a firm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Where it stands.
    pub standing: Standing,
    /// What is missing on its way back; empty unless it is suspended.
    pub missing: Vec<Lack>,
    /// The re-opening inspection that counts.
    pub inspection: Option<InspectionId>,
}

impl Gate {
    /// Judges a firm by HQ's feed and its re-opening inspections.
    pub fn of(docket: &Docket, checks: &[Check]) -> Self {
        let Some((at, suspension)) = &docket.standing else {
            let standing = if docket.reopened { Standing::Reopened } else { Standing::Operating };
            return Self { standing, missing: Vec::new(), inspection: None };
        };
        let after = |c: &&Check| c.begun > *at && c.day >= suspension.since;
        let Some(check) = checks.iter().filter(after).max_by_key(|c| (c.sealed, c.begun)) else {
            let missing = vec![Lack::Inspection, Lack::Commitment];
            return Self { standing: Standing::Suspended, missing, inspection: None };
        };
        let missing = check.lacks();
        let standing = match (check.sealed && check.passed, missing.is_empty()) {
            (false, _) => Standing::Suspended,
            (true, false) => Standing::Inspected,
            (true, true) => Standing::Committed,
        };
        Self { standing, missing, inspection: Some(check.inspection.clone()) }
    }
    /// The one step that is allowed now.
    pub fn next(&self) -> Step {
        match (self.standing, self.missing.first()) {
            (Standing::Operating | Standing::Reopened, _) => Step::Suspend,
            (_, None) => Step::Reopen,
            (_, Some(Lack::Inspection | Lack::Pass)) => Step::Inspect,
            (_, Some(Lack::Seal)) => Step::Seal,
            (_, Some(Lack::Commitment | Lack::Proof | Lack::Original)) => Step::Commit,
        }
    }
    /// Whether an order to stop may be recorded.
    pub fn may_suspend(&self) -> Result<(), Forbidden> {
        match self.standing {
            Standing::Operating | Standing::Reopened => Ok(()),
            Standing::Suspended | Standing::Inspected | Standing::Committed => Err(Forbidden::AlreadySuspended),
        }
    }
    /// The inspection by which the firm may return to operation.
    pub fn may_reopen(&self) -> Result<&InspectionId, Forbidden> {
        match (self.standing, self.missing.first(), &self.inspection) {
            (Standing::Operating | Standing::Reopened, _, _) => Err(Forbidden::NotSuspended),
            (_, Some(lack), _) => Err(Forbidden::Missing(*lack)),
            (_, None, Some(inspection)) => Ok(inspection),
            (_, None, None) => Err(Forbidden::Missing(Lack::Inspection)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: u64 = 100;
    const SINCE: &str = "2026-11-10";

    fn order() -> Suspension {
        Suspension { order: "望市监责停〔2026〕3号".into(), reason: "cold room".into(), since: SINCE.into() }
    }
    fn suspended() -> Docket {
        let mut docket = Docket::default();
        docket.suspend(AT, order()).unwrap();
        docket
    }
    fn reopened() -> Docket {
        let mut docket = suspended();
        docket.reopen().unwrap();
        docket
    }
    fn id(n: u8) -> InspectionId {
        format!("00000000-0000-7000-8000-0000000000{n:02}").parse().unwrap()
    }
    /// A check that lacks nothing.
    fn good(n: u8) -> Check {
        Check {
            inspection: id(n),
            begun: AT + u64::from(n),
            day: "2026-11-15".into(),
            sealed: true,
            passed: true,
            commitment: Commitment::Here,
        }
    }

    /// What it shows, the docket, the checks, and what must follow: standing, what is lacking, the next step.
    type Case = (&'static str, Docket, Vec<Check>, Standing, Vec<Lack>, Step);

    #[test]
    fn every_state_names_what_is_missing_and_the_one_step_that_is_allowed() {
        let mut unsealed = good(1);
        (unsealed.sealed, unsealed.passed, unsealed.commitment) = (false, false, Commitment::None);
        let failed = Check { passed: false, ..good(1) };
        let with = |commitment| Check { commitment, ..good(1) };
        use {Lack as L, Standing as S, Step as N};
        // docket, checks → state, missing, step
        let table: Vec<Case> = vec![
            ("never stopped", Docket::default(), vec![], S::Operating, vec![], N::Suspend),
            ("never stopped, checked all the same", Docket::default(), vec![good(1)], S::Operating, vec![], N::Suspend),
            ("stopped", suspended(), vec![], S::Suspended, vec![L::Inspection, L::Commitment], N::Inspect),
            ("under way", suspended(), vec![unsealed.clone()], S::Suspended, vec![L::Seal, L::Commitment], N::Seal),
            ("failed", suspended(), vec![failed.clone()], S::Suspended, vec![L::Pass], N::Inspect),
            ("passed", suspended(), vec![with(Commitment::None)], S::Inspected, vec![L::Commitment], N::Commit),
            ("only said", suspended(), vec![with(Commitment::Bare)], S::Inspected, vec![L::Proof], N::Commit),
            ("on the phone", suspended(), vec![with(Commitment::Underway)], S::Inspected, vec![L::Original], N::Commit),
            ("committed", suspended(), vec![good(1)], S::Committed, vec![], N::Reopen),
            ("reopened", reopened(), vec![good(1)], S::Reopened, vec![], N::Suspend),
            // Which inspection counts.
            (
                "passed, then failed",
                suspended(),
                vec![good(1), Check { begun: AT + 2, ..failed.clone() }],
                S::Suspended,
                vec![L::Pass],
                N::Inspect,
            ),
            ("failed, then passed", suspended(), vec![failed, good(2)], S::Committed, vec![], N::Reopen),
            (
                "passed, another under way",
                suspended(),
                vec![good(1), Check { begun: AT + 2, ..unsealed }],
                S::Committed,
                vec![],
                N::Reopen,
            ),
        ];
        for (name, docket, checks, standing, missing, next) in table {
            let gate = Gate::of(&docket, &checks);
            assert_eq!((gate.standing, &gate.missing, gate.next()), (standing, &missing, next), "{name}");
        }
    }

    #[test]
    fn an_inspection_counts_only_if_it_began_after_the_suspension() {
        let no = vec![Lack::Inspection, Lack::Commitment];
        for (name, check, missing) in [
            ("known to HQ before the order was", Check { begun: AT - 1, ..good(1) }, no.clone()),
            ("begun the day before, brought in later", Check { day: "2026-11-09".into(), ..good(1) }, no.clone()),
            ("a clock that says nothing", Check { day: String::new(), ..good(1) }, no.clone()),
            ("begun on the order's day, after it", Check { day: SINCE.into(), ..good(1) }, vec![]),
        ] {
            assert_eq!(Gate::of(&suspended(), &[check]).missing, missing, "{name}");
        }
        let mut again = reopened();
        again.suspend(AT + 50, Suspension { since: "2026-11-15".into(), ..order() }).unwrap();
        assert_eq!(Gate::of(&again, &[good(1)]).missing, no, "what lifted the first order does not lift the second");
    }

    #[test]
    fn every_forbidden_step_is_refused_with_its_code() {
        let with = |commitment| vec![Check { commitment, ..good(1) }];
        let unsealed = vec![Check { sealed: false, ..good(1) }];
        let failed = vec![Check { passed: false, ..good(1) }];
        let code = |r: Result<(), Forbidden>| r.err().map(Forbidden::code);
        for (name, docket, checks, suspend, reopen) in [
            ("operating", Docket::default(), vec![], None, Some("firm.not_suspended")),
            ("reopened", reopened(), vec![good(1)], None, Some("firm.not_suspended")),
            ("stopped", suspended(), vec![], Some("firm.already_suspended"), Some("reopening.no_inspection")),
            ("under way", suspended(), unsealed, Some("firm.already_suspended"), Some("reopening.not_sealed")),
            ("failed", suspended(), failed, Some("firm.already_suspended"), Some("reopening.not_passed")),
            (
                "passed",
                suspended(),
                with(Commitment::None),
                Some("firm.already_suspended"),
                Some("reopening.no_commitment"),
            ),
            ("said", suspended(), with(Commitment::Bare), Some("firm.already_suspended"), Some("reopening.no_proof")),
            (
                "away",
                suspended(),
                with(Commitment::Underway),
                Some("firm.already_suspended"),
                Some("reopening.not_here"),
            ),
            ("committed", suspended(), vec![good(1)], Some("firm.already_suspended"), None),
        ] {
            let gate = Gate::of(&docket, &checks);
            assert_eq!(code(gate.may_suspend()), suspend, "{name}: suspend");
            assert_eq!(code(gate.may_reopen().map(drop)), reopen, "{name}: reopen");
        }
        assert_eq!(Gate::of(&suspended(), &[good(1)]).may_reopen(), Ok(&id(1)));
    }

    #[test]
    fn a_word_said_twice_changes_nothing() {
        let mut docket = suspended();
        let other = Suspension { since: "2026-12-01".into(), ..order() };
        assert_eq!(docket.suspend(AT + 1, other), Err(Forbidden::AlreadySuspended));
        assert_eq!(docket, suspended());
        docket.reopen().unwrap();
        assert_eq!(docket.reopen(), Err(Forbidden::NotSuspended));
        assert_eq!(docket, reopened());
    }
}
