//! Who may go. Everything that could hold an original has one line here and one in the table of tests.

use jiff::{SignedDuration, Timestamp};

use crate::app::desk::Under;
use crate::app::views::{Safety, Stage};

use super::Stay;

/// What is known of one original and one inspection that names it.
#[derive(Debug, Clone)]
pub(super) struct Facts<'a> {
    /// HQ takes this feed no further.
    pub stopped: bool,
    /// The receipt it rests on.
    pub under: Option<&'a Under>,
    /// Every own entry that names it, and it itself at each, is under receipts.
    pub receipted: bool,
    /// Place of the last own entry that names it.
    pub last_seq: u64,
    /// How far HQ's newest checkpoint says a backup reaches.
    pub covered: Option<u64>,
    /// HQ's clock in that checkpoint. Never the phone's: a wrong clock must not shorten the grace.
    pub now: Option<&'a str>,
    /// Days of grace.
    pub days: u32,
    /// Where the inspection stands; none: it has no row, and nothing is known.
    pub inspection: Option<(Stage, Safety)>,
    /// It is the one a screen opened last.
    pub shown: bool,
    /// Something is being added to it.
    pub adding: bool,
}

/// Why it stays; none: nothing holds it.
pub(super) fn stays(f: &Facts<'_>) -> Option<Stay> {
    if f.stopped {
        return Some(Stay::Stopped);
    }
    let (stage, safety) = f.inspection.unwrap_or((Stage::Draft, Safety::Here));
    if !matches!(stage, Stage::Sealed | Stage::Abandoned) {
        return Some(Stay::Unsealed);
    }
    let Some(under) = f.under.filter(|_| f.receipted && safety == Safety::AtHq) else { return Some(Stay::Unsent) };
    // A receipt that names the bytes but not yet the entry says nothing of this evidence.
    if under.stored_to < f.last_seq {
        return Some(Stay::Unsent);
    }
    if f.covered.is_none_or(|covered| under.log_index > covered) {
        return Some(Stay::NotBackedUp);
    }
    if !is_over(&under.time, f.now, f.days) {
        return Some(Stay::Fresh);
    }
    if f.shown {
        return Some(Stay::Open);
    }
    f.adding.then_some(Stay::Adding)
}

/// So many days lie between two moments of HQ's clock. What cannot be read has not passed.
fn is_over(from: &str, now: Option<&str>, days: u32) -> bool {
    let (Ok(from), Some(Ok(now))) = (from.parse::<Timestamp>(), now.map(str::parse::<Timestamp>)) else { return false };
    now.duration_since(from) >= SignedDuration::from_hours(i64::from(days) * 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i3_an_original_goes_only_when_every_condition_holds() {
        let under = Under { log_index: 40, stored_to: 9, time: "2026-11-01T08:00:00.000Z".into() };
        let may_go = Facts {
            stopped: false,
            under: Some(&under),
            receipted: true,
            last_seq: 9,
            covered: Some(40),
            now: Some("2026-11-08T08:00:00.000Z"),
            days: 7,
            inspection: Some((Stage::Sealed, Safety::AtHq)),
            shown: false,
            adding: false,
        };
        assert_eq!(stays(&may_go), None);
        assert_eq!(stays(&Facts { inspection: Some((Stage::Abandoned, Safety::AtHq)), ..may_go.clone() }), None);
        let cases = [
            (Facts { stopped: true, ..may_go.clone() }, Stay::Stopped),
            (Facts { inspection: Some((Stage::Draft, Safety::AtHq)), ..may_go.clone() }, Stay::Unsealed),
            (Facts { inspection: Some((Stage::Signing, Safety::AtHq)), ..may_go.clone() }, Stay::Unsealed),
            (Facts { inspection: None, ..may_go.clone() }, Stay::Unsealed),
            (Facts { inspection: Some((Stage::Sealed, Safety::Here)), ..may_go.clone() }, Stay::Unsent),
            (Facts { inspection: Some((Stage::Sealed, Safety::Quarantined)), ..may_go.clone() }, Stay::Unsent),
            (Facts { under: None, ..may_go.clone() }, Stay::Unsent),
            (Facts { receipted: false, ..may_go.clone() }, Stay::Unsent),
            (Facts { last_seq: 10, ..may_go.clone() }, Stay::Unsent),
            (Facts { covered: None, ..may_go.clone() }, Stay::NotBackedUp),
            (Facts { covered: Some(39), ..may_go.clone() }, Stay::NotBackedUp),
            (Facts { now: Some("2026-11-08T07:59:59.999Z"), ..may_go.clone() }, Stay::Fresh),
            (Facts { now: Some("2026-10-31T08:00:00.000Z"), ..may_go.clone() }, Stay::Fresh),
            (Facts { now: None, ..may_go.clone() }, Stay::Fresh),
            (Facts { now: Some("soon"), ..may_go.clone() }, Stay::Fresh),
            (Facts { days: 8, ..may_go.clone() }, Stay::Fresh),
            (Facts { shown: true, ..may_go.clone() }, Stay::Open),
            (Facts { adding: true, ..may_go.clone() }, Stay::Adding),
        ];
        for (facts, why) in cases {
            assert_eq!(stays(&facts), Some(why), "{facts:?}");
        }
    }
}
