//! The close of a day, told by both sides: what is only on whose phone, and what HQ has lost.

use std::collections::BTreeSet;

use xuncha_device::app::day::{DayFile, DayView};
use xuncha_hq::api::types::{DayPhone, DayView as DayAtHq};

use super::*;

async fn day(phone: &Phone) -> DayView {
    phone.ask("day", json!({ "date": null })).await.unwrap()
}

async fn at_hq(hq: &Dashboard) -> DayAtHq {
    hq.get("/api/day").await.unwrap()
}

/// The rows of a person's phone on HQ's page.
fn row<'d>(day: &'d DayAtHq, user: &str) -> &'d DayPhone {
    day.phones.iter().find(|p| p.user.as_str() == user).expect("the phone is on the page")
}

fn missing(day: &DayAtHq) -> BTreeSet<(String, BlobHash)> {
    let of = |p: &DayPhone| p.missing.iter().map(|m| (p.user.to_string(), m.sha256)).collect::<Vec<_>>();
    day.phones.iter().flat_map(of).collect()
}

fn named(files: &[DayFile]) -> BTreeSet<BlobHash> {
    files.iter().map(|f| f.sha256).collect()
}

/// Closes the day and waits for the end of the run.
async fn close_the_day(phone: &Phone) -> SyncView {
    let mut happenings = phone.device().happenings();
    phone.ask::<SyncView>("close_day", json!({})).await.unwrap();
    let rest = async {
        loop {
            if let Ok(Happening::Sync { sync }) = happenings.recv().await
                && matches!(sync.phase, SyncPhase::Done | SyncPhase::Failed)
            {
                return *sync;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(180), rest).await.expect("the close of the day comes to rest")
}

fn object(world: &World, sha256: &BlobHash) -> PathBuf {
    let name = sha256.to_string();
    world.hq.data().join("objects").join(&name[..2]).join(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_on_one_of_two_phones_only_is_named_by_both_pages_and_after_the_sync_all_agree() {
    let (world, alice) = world_with_alice().await;
    let bob = world.phone("bob", COMPANION).await.unwrap();
    let hq = world.head().await.unwrap();
    let inspection = begin(&alice).await;
    let (first, second) = (photo(&world, 1, 12_000_000), photo(&world, 2, 90_000));
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    bob.attach(&inspection, Some("ACC-03"), &second).await.unwrap();
    bob.sync().await.unwrap();
    alice.attach(&inspection, Some("ACC-04"), &first).await.unwrap();

    // Before HQ has heard of it only the phone can name it.
    let here = day(&alice).await;
    assert_eq!(named(&here.files), [hash_of(&first)].into());
    assert_eq!((here.here.photos, here.at_hq.photos, here.only_here.photos), (1, 0, 1));
    assert!(here.since > 0 && missing(&at_hq(&hq).await).is_empty());

    // Its entry arrives, and a part of its bytes.
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    until(&alice, "bytes on their way", |view| view.phase == SyncPhase::Uploading).await;
    alice.ask::<Value>("sync_pause", json!({})).await.unwrap();
    until(&alice, "the pause", |view| view.phase == SyncPhase::Paused).await;
    let here = day(&alice).await;
    let [file] = here.files.as_slice() else { panic!("one file is only here: {:?}", here.files) };
    assert_eq!((file.sha256, file.name.as_str(), file.size), (hash_of(&first), "IMG_0001.jpg", 12_000_000));
    assert_eq!((file.item.as_ref().unwrap().as_str(), file.here, file.lost), ("ACC-04", true, false));
    let [part] = here.inspections.as_slice() else { panic!("{:?}", here.inspections) };
    assert_eq!((part.here.photos, part.at_hq.photos, part.of_day), (1, 0, true));
    let page = at_hq(&hq).await;
    assert_eq!(missing(&page), [(INSPECTOR.to_owned(), hash_of(&first))].into());
    let there = &row(&page, INSPECTOR).missing[0];
    assert_eq!(
        (there.name.as_str(), there.size, there.firm_name.as_str()),
        ("IMG_0001.jpg", 12_000_000, "恒康医疗器械有限公司")
    );
    assert_eq!((row(&page, COMPANION).inspections[0].photos_here, row(&page, COMPANION).missing.len()), (1, 0));
    assert!(day(&bob).await.files.is_empty(), "bob's phone has nothing that HQ lacks");

    // Then all of it.
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    let page = at_hq(&hq).await;
    assert!(missing(&page).is_empty());
    for (phone, user) in [(&alice, INSPECTOR), (&bob, COMPANION)] {
        let here = day(phone).await;
        assert!(here.files.is_empty() && here.only_here.entries == 0 && here.since == 0, "{here:?}");
        assert_eq!((here.here, here.here.photos), (here.at_hq, 1));
        let word = row(&page, user).agreed.as_ref().unwrap();
        let agreed = here.agreed.unwrap();
        assert_eq!(
            (&word.manifest, &word.time, word.since),
            (&agreed.manifest, &agreed.time, 0),
            "what two people compare"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_a_photo_that_hq_lost_after_its_receipt_is_named_at_the_close_of_day_and_healed_by_sending_it_again() {
    let (world, alice) = world_with_alice().await;
    let hq = world.head().await.unwrap();
    let inspection = begin(&alice).await;
    let files = [photo(&world, 1, 120_000), photo(&world, 2, 130_000)];
    for file in &files {
        alice.attach(&inspection, Some("ACC-03"), file).await.unwrap();
    }
    assert_eq!(close_the_day(&alice).await.phase, SyncPhase::Done);
    assert!(day(&alice).await.agreed.unwrap().whole);
    let (lost, kept) = (hash_of(&files[0]), hash_of(&files[1]));
    fs::remove_file(object(&world, &lost)).unwrap();

    // The phone cannot send it just now: its own file is out of reach.
    let name = lost.to_string();
    let original = alice.data().join("vault").join(&name[..2]).join(&name);
    let aside = world.folder().join("aside");
    fs::rename(&original, &aside).unwrap();
    let view = close_the_day(&alice).await;
    assert_eq!(view.phase, SyncPhase::Failed, "{view:?}");
    let here = day(&alice).await;
    let [file] = here.files.as_slice() else { panic!("exactly one is lost: {:?}", here.files) };
    assert_eq!((file.sha256, file.lost, file.here), (lost, true, false));
    assert_eq!((here.at_hq.photos, here.only_here.photos, view.only_here.photos), (1, 1, 1));
    let claims = safeties(&self::view(&alice, &inspection).await);
    assert!(claims.iter().any(|(_, safety)| safety == "here"), "no page says that HQ has it: {claims:?}");
    assert_eq!(missing(&at_hq(&hq).await), [(INSPECTOR.to_owned(), lost)].into());
    assert!(row(&at_hq(&hq).await, INSPECTOR).missing[0].lost);
    // The app is closed and the index is made again: what HQ took back stays taken back.
    let data = close(alice).await;
    fs::remove_file(data.join("index.db")).unwrap();
    let alice = open("alice", INSPECTOR, &data).await;
    assert_eq!(named(&day(&alice).await.files), [lost].into());

    fs::rename(&aside, &original).unwrap();
    let view = close_the_day(&alice).await;
    assert_eq!((view.phase, view.problem), (SyncPhase::Done, None));
    let here = day(&alice).await;
    assert!(here.files.is_empty() && here.here == here.at_hq && here.agreed.unwrap().whole);
    assert!(missing(&at_hq(&hq).await).is_empty());
    for (file, sha256) in files.iter().zip([lost, kept]) {
        assert!(original_is(&hq, &inspection, &sha256, file).await);
    }
    assert!(verified(&hq, &inspection).await.ok);
}

async fn original_is(hq: &Dashboard, inspection: &str, sha256: &BlobHash, file: &Path) -> bool {
    original(hq, inspection, sha256).await == fs::read(file).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_with_nothing_new_gets_the_word_that_stands_and_one_with_news_compares_only_the_news() {
    let (world, alice) = world_with_alice().await;
    let inspection = begin(&alice).await;
    alice.attach(&inspection, Some("ACC-03"), &photo(&world, 1, 50_000)).await.unwrap();
    let compared = day(&alice).await.compared.expect("the first sync of a day looks at everything");
    alice.sync().await.unwrap();
    let word = day(&alice).await.agreed.unwrap();
    assert_eq!((word.whole, word.blobs), (false, 1));
    alice.sync().await.unwrap();
    assert_eq!(day(&alice).await.agreed, Some(word.clone()));
    answer(&alice, &inspection, "ACC-04", "conforms", &[]).await;
    assert_eq!(day(&alice).await.since, 1);
    alice.sync().await.unwrap();
    let news = day(&alice).await;
    let said = news.agreed.unwrap();
    assert_eq!((said.whole, said.blobs, said.entries, news.since), (false, 0, word.entries + 1, 0));
    assert_eq!(news.compared, Some(compared), "the originals were looked for then");
    // The evening's button looks at everything again.
    assert_eq!(close_the_day(&alice).await.phase, SyncPhase::Done);
    let said = day(&alice).await.agreed.unwrap();
    assert_eq!((said.whole, said.blobs), (true, 1));
}
