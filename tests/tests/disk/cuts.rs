//! I1 when the power goes.

use std::process::Command;

use xuncha_tests::disk::phone::cuts::{Acknowledged, Counts, Day};
use xuncha_tests::disk::{Cut, Honesty, Platter, Shelf, Trace, Tracer, rows, scratch};
use xuncha_tests::simulation::chance::Chance;

use super::{seed, times};

#[test]
fn i1_power_cut_at_any_operation_of_a_day_nothing_acknowledged_is_lost() {
    let seed = seed();
    let mut counts = Counts::default();
    for n in 0..2 * times() as u64 {
        let day = Day::live(seed + n).unwrap();
        counts.add(day.cut(seed + n, 1_900, 40, Honesty::Honest, Acknowledged::After).unwrap());
    }
    eprintln!("{counts}");
    assert!(counts.lost.is_empty(), "{:#?}", counts.lost);
    assert!(counts.acknowledged * 10 > counts.cuts * 7 && counts.more > 50 && counts.torn > 10, "{counts}");
    assert!(counts.index_anew > 10 && counts.engines > 60, "{counts}");
}

#[test]
fn i1_power_cut_in_what_follows_a_kill_or_another_cut_nothing_acknowledged_is_lost() {
    let seed = seed();
    let day = Day::live(seed).unwrap();
    let mut counts = Counts::default();
    for n in 0..48 * times() as u64 {
        counts.add(day.cut_what_follows(seed + n, 26).unwrap());
    }
    eprintln!("after a kill or a cut: {counts}");
    assert!(counts.lost.is_empty(), "{:#?}", counts.lost);
    assert!(counts.cuts >= 1_000 && counts.acknowledged > 500, "{counts}");
}

#[test]
fn i1_a_passphrase_that_opened_once_goes_on_opening_whatever_became_of_the_process_that_wrote_it() {
    let seed = seed();
    let counts = Day::live(seed).unwrap().cut_what_follows_a_kill_in("pin", seed, 12 * times()).unwrap();
    eprintln!("after a kill in a change of passphrase: {counts}");
    assert!(counts.lost.is_empty(), "{:#?}", counts.lost);
    assert!(counts.cuts >= 100 && counts.acknowledged * 2 > counts.cuts, "{counts}");
}

#[test]
fn control_every_broken_promise_of_the_disk_or_of_the_phone_is_caught_losing() {
    let seed = seed();
    let day = Day::live(seed).unwrap();
    let cut = |honesty, when| day.cut(seed, 60, 0, honesty, when).unwrap();
    let lying = cut(Honesty::Lies, Acknowledged::After);
    assert!(lying.lost.len() > 20, "a disk that lies about fsync: {lying}");
    let nameless = cut(Honesty::ForgetsFolders, Acknowledged::After);
    assert!(nameless.lost.len() > 20, "a disk that forgets folders: {nameless}");
    let early = cut(Honesty::Honest, Acknowledged::Before);
    assert!(early.lost.len() > 5, "acknowledging before the write: {early}");
}

/// How many of so many cuts lose a row that was acknowledged, or the whole file.
fn rows_lost(synchronous: &str, cuts: u64, seed: u64) -> usize {
    let folder = scratch().unwrap();
    let data = folder.path().join("data");
    let (trace, marks) = (folder.path().join("trace"), folder.path().join("marks"));
    let tracer = Tracer::over(&data).unwrap().recording(&trace).marking(&marks);
    let data = data.canonicalize().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_xuncha-scripted"));
    let child = child.envs(tracer.settings()).arg("rows").arg(&data).args(["--synchronous", synchronous]);
    assert!(child.status().unwrap().success());
    let trace = Trace::read(&trace).unwrap();
    let mut chance = Chance::new(seed);
    let mut shelf = Shelf::new().unwrap();
    let lost = (0..cuts).filter(|_| {
        let place = chance.below(trace.ops.len());
        let mut platter = Platter::empty(&data, Honesty::Honest, seed).unwrap();
        trace.ops[..place].iter().for_each(|op| platter.play(op).unwrap());
        let said = trace.marks().take_while(|(at, _)| *at < place).filter_map(|(_, line)| line.strip_prefix("done "));
        let Some(acknowledged) = said.last().map(|n| n.parse::<u64>().unwrap()) else { return false };
        let laid = shelf.lay_out(&platter.after(&mut Cut::new(chance.draw())), |_| false).unwrap();
        !rows::count(laid.path()).is_ok_and(|there| there >= acknowledged)
    });
    lost.count()
}

#[test]
fn control_rows_that_cannot_be_made_again_need_synchronous_extra() {
    let seed = seed();
    let [extra, normal, off] = ["EXTRA", "NORMAL", "OFF"].map(|mode| rows_lost(mode, 300, seed));
    eprintln!("of 300 cuts each lost something: {extra} with synchronous EXTRA, {normal} with NORMAL, {off} with OFF");
    assert_eq!(extra, 0);
    assert!(normal > 60 && off > 60, "NORMAL {normal}, OFF {off}");
}
