//! Power cuts below a real ext4: the phone works, the disk loses, tears and reorders what nobody flushed, and the production engine
//! opens what is left. `XUNCHA_SEED` repeats a run, `XUNCHA_TIMES` multiplies it.

use std::path::Path;

use serde_json::json;
use xuncha_tests::alone::{Office, PIN, Phone};
use xuncha_tests::blocks::{Cut, Cuts, Disk, Mounted, Op, Ram, SIZE, missing};
use xuncha_tests::victim::{Child, Random, Said, times};

/// What a phone did on a disk, and when it said what.
struct Day {
    base: Vec<u8>,
    log: Vec<Op>,
    /// Lines, each with how much was logged when it was heard: not less than when it was said.
    said: Vec<(usize, String)>,
}

impl Day {
    /// A child captures for so many steps, then seals an inspection.
    fn of(ram: &Ram, seed: u64, steps: u64) -> Self {
        let image = ram.path().join("base.img");
        std::fs::File::create(&image).unwrap().set_len(SIZE as u64).unwrap();
        Mounted::format(&image).unwrap();
        let disk = Disk::of(std::fs::read(&image).unwrap());
        std::fs::remove_file(&image).unwrap();
        let served = ram.path().join("served");
        std::fs::create_dir(&served).unwrap();
        let session = disk.serve(&served).unwrap();
        let mounted = Mounted::at(&served.join("disk.img"), &ram.path().join("work")).unwrap();
        let data = mounted.path().join("phone");
        std::fs::create_dir(&data).unwrap();
        Office::open().enrol(&data, "alice");
        rustix::fs::sync();
        let base = disk.begin();
        let mut said = Vec::new();
        let arguments = ["--seal-after", &steps.to_string(), "--photo-bytes", "70000"];
        Child::start(&data, seed, &arguments).finish(|line| said.push((disk.logged(), line)));
        let log = disk.log();
        drop(mounted);
        drop(session);
        Self { base, log, said }
    }

    fn said_by(&self, cut: usize) -> Said {
        let mut said = Said::default();
        self.said.iter().filter(|(at, _)| *at <= cut).for_each(|(_, line)| said.take(line));
        said
    }

    /// Cuts at random, in the order of their coming: every other one at the last moment before a flush, when most is at stake.
    fn cuts(&self, random: &mut Random, count: usize) -> Vec<Cut> {
        let mut cuts: Vec<_> = (0..count)
            .map(|n| {
                let any = 1 + random.below(self.log.len() as u64) as usize;
                let flush = self.log[any..].iter().position(|op| matches!(op, Op::Flush));
                let at = flush.filter(|_| n % 2 == 0).map_or(any, |later| any + later);
                Cut { at, seed: random.below(u64::MAX) }
            })
            .collect();
        cuts.sort_unstable();
        cuts
    }
}

/// Mounts a disk as the cut left it and opens the phone on it. Answers what is gone; `Err` if the file system is.
async fn look(ram: &Ram, bytes: &[u8], said: &Said, and_work: bool) -> Result<Vec<String>, anyhow::Error> {
    let image = ram.path().join("cut.img");
    std::fs::write(&image, bytes).unwrap();
    let mounted = Mounted::at(&image, &ram.path().join("cut"))?;
    let data = mounted.path().join("phone");
    let mut lost = said.lost(&data, "alice", PIN).await;
    if and_work {
        let mut said = said.clone();
        go_on(&data, &mut said).await;
        lost.extend(said.lost(&data, "alice", PIN).await);
    }
    Ok(lost)
}

/// A phone that was cut off is written in again.
async fn go_on(data: &Path, said: &mut Said) {
    let phone = Phone::open(data, "alice").await.unwrap();
    let inspection = phone.begin(&["ACC"]).await;
    let text = "after the cut";
    phone.ask("note", json!({ "inspection": inspection, "item": "ACC-04", "text": text, "seen": [] })).await;
    said.texts.insert(text.to_owned());
}

#[tokio::test]
async fn i1_after_a_hundred_power_cuts_below_a_real_file_system_nothing_acknowledged_is_lost() {
    if let Some(why) = missing() {
        eprintln!("SKIPPED, no power was cut: {why}");
        return;
    }
    let mut random = Random::from_surroundings();
    let ram = Ram::of(4 * SIZE).unwrap();
    let (mut cuts, mut after, mut within, mut sealed, mut unsafe_writes) = (0, 0, 0, 0, 0);
    for _ in 0..times(1) {
        let day = Day::of(&ram, random.below(u64::MAX), 60);
        let mut disks = Cuts::honest(day.base.clone(), &day.log);
        for cut in day.cuts(&mut random, 100) {
            let (disk, pending) = disks.disk(cut);
            let said = day.said_by(cut.at);
            let lost = look(&ram, &disk, &said, cuts % 10 == 0).await;
            let lost = lost.unwrap_or_else(|e| panic!("{cut:?}: the file system is gone: {e:#}"));
            assert_eq!(lost, Vec::<String>::new(), "{cut:?}: acknowledged and gone");
            cuts += 1;
            after += usize::from(said.count() > 0);
            within += usize::from(pending > 0);
            sealed += said.sealed.len();
            unsafe_writes += pending;
        }
        let flushes = day.log.iter().filter(|op| matches!(op, Op::Flush)).count();
        eprintln!(
            "{} writes, {flushes} flushes, {} acknowledgements",
            day.log.len() - flushes,
            day.said_by(usize::MAX).count()
        );

        // The control: the same checks on a disk that confirms flushes and does not make them.
        let mut disks = Cuts::lying(day.base.clone(), &day.log, 250);
        let (mut losing, mut gone) = (0, 0);
        for cut in day.cuts(&mut random, 8) {
            let (disk, _) = disks.disk(cut);
            match tokio::time::timeout(std::time::Duration::from_secs(20), lying(&ram, &disk, &day.said_by(cut.at)))
                .await
            {
                Ok(Ok(lost)) => losing += usize::from(!lost.is_empty()),
                _ => gone += 1,
            }
        }
        assert!(
            losing > 0,
            "a lying disk lost nothing ({gone} times the file system itself): this harness cannot fail"
        );
        eprintln!("control, a lying disk: {losing} of 8 cuts lost something acknowledged, {gone} the file system");
    }
    assert!(
        cuts >= 100 && after * 2 > cuts && within * 3 > cuts,
        "{cuts} cuts, {after} after an acknowledgement, {within} with writes to lose: too few to prove anything"
    );
    eprintln!(
        "{cuts} power cuts at the block level, {after} after something was acknowledged ({sealed} after a seal), {within} with \
         writes that were not safe ({unsafe_writes} in all): none lost"
    );
}

/// As [`look`], where the phone may not open at all.
async fn lying(ram: &Ram, bytes: &[u8], said: &Said) -> Result<Vec<String>, anyhow::Error> {
    let image = ram.path().join("lying.img");
    std::fs::write(&image, bytes)?;
    let mounted = Mounted::at(&image, &ram.path().join("lying"))?;
    let phone = Phone::open(&mounted.path().join("phone"), "alice").await;
    let Ok(phone) = phone else { return Ok(vec!["everything: the phone does not open".into()]) };
    let entries = phone.ask("settings", json!({})).await["entries"].as_u64().unwrap_or(0);
    drop(phone);
    let frames = xuncha_tests::alone::own_frames(&mounted.path().join("phone"), "alice");
    assert_eq!(frames.len() as u64, entries);
    Ok(said.lost_from(&frames))
}
