//! HQ is put back from a backup: every phone notices, everything a phone still has goes over again, and what only HQ had is
//! named.

use super::originals::*;
use super::*;

/// HQ's folder is lost; another is made of the backup at the same address.
async fn put_back(world: &mut World, folder: &Path) {
    world.hq.switch_off().await;
    let data = world.hq.data().to_owned();
    fs::rename(&data, world.folder().join(format!("lost {}", fs::read_dir(world.folder()).unwrap().count()))).unwrap();
    xuncha_hq::backup::restore(folder, &data, None).unwrap();
    world.hq.switch_on().await.unwrap();
}

async fn is_well(world: &World) {
    let checked = xuncha_hq::check::check(world.hq.data()).await.unwrap();
    assert!(checked.audit.faults.is_empty(), "{:?}", checked.audit.faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_every_phone_notices_an_hq_that_was_put_back_and_sends_again_what_it_has() {
    let mut world = World::start().await.unwrap();
    let alice = world.phone("alice", INSPECTOR).await.unwrap();
    let bob = world.phone("bob", COMPANION).await.unwrap();
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    let before = begin(&alice).await;
    let early = picture(&world, "early.jpg");
    alice.attach(&before, Some("ACC-03"), &early).await.unwrap();
    alice.sync().await.unwrap();
    let folder = back_up(&world, "backup").await;
    // After the backup: entries, photos, an inspection of bob's, and what HQ itself said.
    let late = photo(&world, 7, 900_000);
    alice.attach(&before, Some("ACC-04"), &late).await.unwrap();
    let of_bob = begin(&bob).await;
    let bobs = photo(&world, 8, 400_000);
    bob.attach(&of_bob, Some("ACC-03"), &bobs).await.unwrap();
    world.head().await.unwrap().give_tasks().await.unwrap();
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    alice.sync().await.unwrap();
    let tasks = |today: &Value| today["tasks"].as_array().unwrap().len();
    let today: Value = alice.ask("today", json!({ "here": null })).await.unwrap();
    assert!(tasks(&today) > 0);

    put_back(&mut world, &folder).await;
    let hq = world.head().await.unwrap();
    let path = format!("/api/inspections/{of_bob}");
    assert!(hq.get::<Value>(&path).await.is_err(), "HQ knows nothing of it");
    assert_eq!(view(&alice, &before).await["row"]["safety"], "at_hq", "the phone has not heard of it yet");
    for (phone, inspection) in [(&alice, &before), (&bob, &of_bob)] {
        phone.sync().await.unwrap();
        assert!(codes(phone).await.contains(&"hq.restored".to_owned()), "{}: {:?}", phone.name(), codes(phone).await);
        assert_eq!(view(phone, inspection).await["row"]["safety"], "at_hq", "and is proved anew");
    }
    let hq = world.head().await.unwrap();
    for (inspection, file) in [(&before, &early), (&before, &late), (&of_bob, &bobs)] {
        assert!(original(&hq, inspection, &hash_of(file)).await == fs::read(file).unwrap());
        assert!(verified(&hq, inspection).await.ok);
    }
    is_well(&world).await;

    // HQ's own feed goes on otherwise than the phones had it: tasks of the lost days are gone, new ones come.
    let today: Value = alice.ask("today", json!({ "here": null })).await.unwrap();
    assert_eq!(tasks(&today), 0, "HQ never gave them out");
    hq.give_tasks().await.unwrap();
    alice.sync().await.unwrap();
    let today: Value = alice.ask("today", json!({ "here": null })).await.unwrap();
    assert!(tasks(&today) > 0);
    let alice = alice.reopen().await.unwrap();
    assert!(codes(&alice).await.contains(&"hq.restored".to_owned()), "said for a day, also after a restart");
    // Once is enough: the next contact finds nothing amiss.
    let rest = alice.sync().await.unwrap();
    assert_eq!(rest.problem, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_an_hq_that_outgrew_what_the_phone_had_seen_is_noticed_all_the_same() {
    let mut world = World::start().await.unwrap();
    let alice = world.phone("alice", INSPECTOR).await.unwrap();
    let bob = world.phone("bob", COMPANION).await.unwrap();
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    let inspection = begin(&alice).await;
    alice.sync().await.unwrap();
    let folder = back_up(&world, "backup").await;
    // Only bytes go over after the backup: neither HQ's log nor any head moves.
    let file = photo(&world, 3, 300_000);
    alice.attach(&inspection, Some("ACC-03"), &file).await.unwrap();
    alice.sync().await.unwrap();
    put_back(&mut world, &folder).await;
    // HQ grows beyond all alice has seen of it, by somebody else's work.
    for _ in 0..6 {
        begin(&bob).await;
    }
    bob.sync().await.unwrap();
    alice.sync().await.unwrap();
    assert!(codes(&alice).await.contains(&"hq.restored".to_owned()));
    let hq = world.head().await.unwrap();
    assert!(original(&hq, &inspection, &hash_of(&file)).await == fs::read(&file).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn i3_what_left_the_phone_on_the_word_of_a_backup_is_in_that_backup() {
    let (mut world, clock, alice) = world_with_a_clock().await;
    let file = picture(&world, "gone.jpg");
    let inspection = given_up(&alice, &file).await;
    alice.sync().await.unwrap();
    let folder = back_up(&world, "backup").await;
    clock.pass(Duration::from_secs(8 * 24 * 3600));
    look_elsewhere(&alice).await;
    assert_eq!(free(&alice).await, 1);
    put_back(&mut world, &folder).await;
    alice.sync().await.unwrap();
    assert!(codes(&alice).await.contains(&"hq.restored".to_owned()));
    assert!(!codes(&alice).await.contains(&"original.lost".to_owned()));
    assert_eq!(where_is(&alice, &inspection).await, "at_hq");
    fetch(&alice, &inspection, &file).await.unwrap();
    let intact: Value = alice.ask("verify_evidence", json!({ "blob": hash_of(&file) })).await.unwrap();
    assert_eq!(intact["intact"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn i3_an_hq_put_back_to_before_its_own_word_is_named_and_so_is_what_only_it_had() {
    let (mut world, clock, alice) = world_with_a_clock().await;
    let older = back_up(&world, "older").await;
    let (gone, kept) = (picture(&world, "gone.jpg"), photo(&world, 5, 200_000));
    let inspection = given_up(&alice, &gone).await;
    let other = given_up(&alice, &kept).await;
    alice.sync().await.unwrap();
    back_up(&world, "newer").await;
    clock.pass(Duration::from_secs(8 * 24 * 3600));
    look_elsewhere(&alice).await;
    // A photo that cannot be decoded has no preview to lose; only the first goes here.
    assert_eq!(free(&alice).await, 2);
    fetch(&alice, &other, &kept).await.unwrap();

    put_back(&mut world, &older).await;
    let rest = alice.sync_until_rest().await.unwrap();
    assert_eq!(rest.problem.unwrap().code, "original.lost");
    let notices = codes(&alice).await;
    assert!(notices.contains(&"hq.before_backup".to_owned()), "{notices:?}");
    assert!(notices.contains(&"original.lost".to_owned()), "{notices:?}");
    assert_eq!(where_is(&alice, &inspection).await, "lost");
    assert_eq!(where_is(&alice, &other).await, "here");
    let storage = storage(&alice).await;
    let lost = storage["lost"].as_array().unwrap();
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert_eq!((&lost[0]["name"], &lost[0]["let_go"]), (&json!("gone.jpg"), &json!(true)));
    assert_eq!(storage["may_go"]["n"], 0, "nothing more goes on a word that was broken");
    assert_ne!(view(&alice, &inspection).await["row"]["safety"], "at_hq");
    // Everything else is at HQ again.
    let hq = world.head().await.unwrap();
    assert!(original(&hq, &other, &hash_of(&kept)).await == fs::read(&kept).unwrap());
    let there = detail(&hq, &inspection).await;
    assert_eq!(there.row.blobs_stored, 0, "HQ says the same: named, not here");
}
