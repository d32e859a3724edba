//! Whatever is lost, repeated, reordered, forged or killed: nothing false is stored, and once it stops, all is in.

use proptest::prelude::*;

use super::sim::{Faults, STORM, Sim};
use crate::sync::Request;

/// Contacts that a phone may need once the faults have stopped: one that is under way, one whose end a stale session or a
/// half-sent file spoils, one that goes through, one for what the day found missing.
const CONTACTS: usize = 6;

fn world(seed: u64) -> Sim {
    let mut sim = Sim::new(seed);
    sim.hq.publishes(vec![5; 3_000_000]);
    sim.phone.says(5);
    for photo in 0..(seed % 9) {
        // Small ones go with their creation, big ones after it.
        let size = if photo % 3 == 0 { 1_500_000 } else { 2_000 + photo as usize };
        sim.phone.photographs(vec![photo as u8; size]);
    }
    sim
}

fn storm(sim: &mut Sim, turns: usize) {
    sim.faults = STORM;
    sim.start();
    for turn in 0..turns {
        if sim.done {
            sim.start();
        }
        if turn % 40 == 0 {
            sim.phone.says(1);
        }
        sim.turn();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_storm_makes_the_phone_believe_something_false_and_after_it_everything_comes_in(seed: u64) {
        let mut sim = world(seed);
        storm(&mut sim, 300);
        prop_assert_eq!(sim.phone.audit(), Ok(()));
        sim.faults = Faults::default();
        sim.start();
        let before = sim.hq.hellos;
        sim.runs(20_000);
        if sim.view().problem.is_some() {
            // What the storm left on the screen of its run (a given-up file, a forged receipt) ends with the next run.
            sim.start();
            sim.runs(20_000);
        }
        sim.assert_all_in();
        // A contact says hello once, and again after a push.
        prop_assert!((sim.hq.hellos - before) as usize <= 2 * CONTACTS, "{} hellos", sim.hq.hellos - before);
    }
}

#[test]
fn the_audit_sees_a_phone_that_believes_every_receipt() {
    let caught = (0..20).any(|seed| {
        let mut sim = world(seed);
        sim.believes_everything = true;
        storm(&mut sim, 300);
        sim.phone.audit().is_err()
    });
    assert!(caught, "the harness must be able to fail");
}

#[test]
fn a_calm_day_sends_everything_exactly_once() {
    let mut sim = world(8);
    sim.start();
    sim.runs(2_000);
    sim.assert_all_in();
    let pushes = sim.sent.iter().filter(|r| matches!(r, Request::Push { .. })).count();
    let creations = sim.sent.iter().filter(|r| matches!(r, Request::CreateUpload { .. })).count();
    assert_eq!((pushes, creations, sim.hq.hellos), (1, 8, 2));
}
