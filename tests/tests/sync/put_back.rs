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

/// Names of the entries of a phone's own feed, in order; it is open again afterwards.
async fn own_entries(phone: Phone, user: &str) -> (Phone, Vec<xuncha_core::ids::EntryId>) {
    let name = phone.name().to_owned();
    let data = close(phone).await;
    let open_again = open(&name, user, &data).await;
    let data = close(open_again).await;
    let unlocked = keys_of(&data, user);
    let feed = unlocked.feed_key().feed;
    let files = xuncha_device::feed::FeedFiles::new(&data.join("feeds"));
    let (file, _) = files.open(feed, unlocked.feed_file_key(&feed), None).unwrap();
    let ids = file.frames(1).map(|frame| frame.unwrap().id()).collect();
    drop(file);
    (open(&name, user, &data).await, ids)
}

async fn enrol_again(phone: &Phone, invitation: &str) -> Result<Value, xuncha_core::Failure> {
    phone.call("enrol_again", json!({ "text": invitation })).await
}

/// An inspection with its evidence that all have signed.
async fn sealed(phone: &Phone, user: &str) -> String {
    let by_hand = xuncha_tests::alone::Phone {
        device: phone.device().clone(),
        data: phone.data().to_owned(),
        user: user.to_owned(),
    };
    let second = district::name_of(INSPECTOR);
    let start = json!({
        "task": null, "firm": firm(), "lists": ["SUP"], "kind": "routine", "modes": [], "rule": null,
        "officers": [{ "user": null, "name": second, "certificate": "浙99-0002" }], "place": null, "language": "zh-Hans"
    });
    let inspection = text(&by_hand.ask("start", start).await["inspection"]);
    by_hand.complete(&inspection).await;
    let seal = by_hand.ask("propose_seal", json!({ "inspection": inspection })).await["seal"].clone();
    let drawn = data_encoding::BASE64.encode(&xuncha_tests::alone::small_png(200));
    let own = district::name_of(user);
    for (role, name, image) in
        [("officer", own, None), ("officer", second, Some(&drawn)), ("firm", "王经理", Some(&drawn))]
    {
        let method = if image.is_some() { "drawn" } else { "keyed" };
        let signature = json!({
            "inspection": inspection, "proposal": seal["proposal"], "role": role, "name": name, "method": method,
            "image": image
        });
        by_hand.ask("sign", signature).await;
    }
    assert_eq!(by_hand.view(&inspection).await["seal"]["sealed"], true);
    inspection
}

#[tokio::test(flavor = "multi_thread")]
async fn i1_i12_a_phone_that_was_enrolled_after_the_backup_is_invited_again_and_everything_it_has_comes_in() {
    let mut world = World::start().await.unwrap();
    let alice = world.phone("alice", INSPECTOR).await.unwrap();
    alice.sync().await.unwrap();
    let folder = back_up(&world, "backup").await;
    let bob = world.phone("bob", COMPANION).await.unwrap();
    bob.sync().await.unwrap();
    let signed = sealed(&bob, COMPANION).await;
    let together =
        begin_with(&bob, json!([{ "user": INSPECTOR, "name": district::name_of(INSPECTOR), "certificate": "浙" }]))
            .await;
    let file = photo(&world, 4, 700_000);
    bob.attach(&together, Some("ACC-03"), &file).await.unwrap();
    bob.sync().await.unwrap();
    alice.sync().await.unwrap();
    let hq = world.head().await.unwrap();
    let before = [timeline(&hq, &signed).await, timeline(&hq, &together).await]
        .map(|rows| rows.into_iter().map(|row| (row.feed, row.seq, row.entry)).collect::<Vec<_>>());
    // What HQ never had.
    answer(&bob, &together, "ACC-03", "conforms", &[]).await;
    let (bob, entries) = own_entries(bob, COMPANION).await;

    put_back(&mut world, &folder).await;
    assert_eq!(failing(&bob).await, "device.unknown");
    let head = world.head().await.unwrap();
    // Nobody else's invitation, and nobody else's HQ.
    let refused = enrol_again(&bob, &head.invite(INSPECTOR).await.unwrap()).await.unwrap_err();
    assert_eq!(
        (refused.code.as_str(), refused.params["mine"].as_str()),
        ("enrol.other_person", district::name_of(COMPANION))
    );
    let elsewhere = World::start().await.unwrap();
    let refused =
        enrol_again(&bob, &elsewhere.head().await.unwrap().invite(COMPANION).await.unwrap()).await.unwrap_err();
    assert_eq!(refused.code, "hq.another");
    assert_eq!(failing(&bob).await, "device.unknown", "and nothing has changed");

    let invitation = head.invite(COMPANION).await.unwrap();
    enrol_again(&bob, &invitation).await.unwrap();
    bob.sync().await.unwrap();
    assert!(codes(&bob).await.contains(&"hq.restored".to_owned()), "{:?}", codes(&bob).await);
    assert_eq!(enrol_again(&bob, &invitation).await.unwrap_err().code, "invite.used");
    let view_of = view(&bob, &signed).await;
    assert_eq!((&view_of["row"]["safety"], &view_of["seal"]["sealed"]), (&json!("at_hq"), &json!(true)));
    assert_eq!(view(&bob, &together).await["row"]["safety"], "at_hq");
    let hq = world.head().await.unwrap();
    for (inspection, before) in [&signed, &together].into_iter().zip(&before) {
        let rows = timeline(&hq, inspection).await;
        assert_each_once(&rows);
        let now: BTreeSet<_> = rows.into_iter().map(|row| (row.feed, row.seq, row.entry)).collect();
        assert!(before.iter().all(|entry| now.contains(entry)), "the very entries HQ had, in their places");
        assert!(verified(&hq, inspection).await.ok);
    }
    assert!(original(&hq, &together, &hash_of(&file)).await == fs::read(&file).unwrap());
    let devices: xuncha_hq::api::types::DeviceList = hq.get("/api/devices").await.unwrap();
    let feeds = devices.rows.iter().flat_map(|d| &d.feeds).filter(|f| f.user.as_str() == COMPANION).collect::<Vec<_>>();
    assert_eq!((feeds.len(), feeds[0].entries), (1, entries.len() as u64), "one phone, one feed, all of it");
    is_well(&world).await;
    let (bob, after) = own_entries(bob, COMPANION).await;
    assert_eq!(after, entries, "nothing was signed anew");

    // Alice, who had bob's words from the lost days, has what HQ has.
    alice.sync().await.unwrap();
    assert_eq!(safe_state(&alice, &together).await, safe_state(&bob, &together).await);

    // A phone that HQ has revoked is not let in by an invitation.
    let device = devices.rows.iter().find(|d| d.feeds.iter().any(|f| f.user.as_str() == COMPANION)).unwrap();
    let path = format!("/api/devices/{}/revoke", device.device);
    hq.send(reqwest::Method::POST, &path, &json!({ "reason": "lost" })).await.unwrap();
    let refused = enrol_again(&bob, &hq.invite(COMPANION).await.unwrap()).await.unwrap_err();
    assert_eq!(refused.code, "device.revoked");
}

/// What an inspection's items show, whoever looks: without the words on whose phone it lies.
async fn safe_state(phone: &Phone, inspection: &str) -> Vec<(String, Value, Value)> {
    let view = view(phone, inspection).await;
    let items = xuncha_tests::alone::items(&view).into_iter();
    items
        .map(|item| (text(&item["state"]["code"]), item["state"]["answers"].clone(), item["state"]["notes"].clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn i6_words_that_a_restored_hq_gave_only_as_headers_come_when_it_knows_the_team_again() {
    const CAROL: &str = "he.qing";
    let mut world = World::start().await.unwrap();
    let alice = world.phone("alice", INSPECTOR).await.unwrap();
    let bob = world.phone("bob", COMPANION).await.unwrap();
    let invitation = world.admin().await.unwrap().invite(CAROL).await.unwrap();
    let carol = Phone::new("carol", CAROL, world.folder().join("carol")).unwrap();
    carol.enrol(&invitation).await.unwrap();
    for phone in [&alice, &bob, &carol] {
        phone.sync().await.unwrap();
    }
    // Alice and bob share one: HQ gives him her feed from now on.
    begin(&alice).await;
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    let folder = back_up(&world, "backup").await;
    // Carol names both in the lost days.
    let officer = |user: &str| json!({ "user": user, "name": district::name_of(user), "certificate": "浙" });
    let inspection = begin_with(&carol, json!([officer(INSPECTOR), officer(COMPANION)])).await;
    for phone in [&carol, &alice, &bob] {
        phone.sync().await.unwrap();
    }
    answer(&alice, &inspection, "ACC-03", "conforms", &[]).await;
    put_back(&mut world, &folder).await;
    // Alice comes first, and HQ does not know yet whose business it is; bob comes before carol.
    for phone in [&alice, &bob, &carol, &alice, &bob, &carol] {
        phone.sync().await.unwrap();
    }
    let of_alice = safe_state(&alice, &inspection).await;
    assert!(of_alice.iter().any(|(_, answers, _)| answers != &json!([])), "{of_alice:?}");
    assert_eq!(of_alice, safe_state(&bob, &inspection).await, "bob has the words, too");
    assert_eq!(of_alice, safe_state(&carol, &inspection).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn i6_a_colleague_who_fell_back_with_hq_and_goes_on_otherwise_is_followed_and_the_old_copy_is_kept() {
    let mut world = World::start().await.unwrap();
    let alice = world.phone("alice", INSPECTOR).await.unwrap();
    let bob = world.phone("bob", COMPANION).await.unwrap();
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    let inspection = begin(&alice).await;
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    answer(&bob, &inspection, "ACC-03", "conforms", &[]).await;
    bob.sync().await.unwrap();
    let folder = back_up(&world, "backup").await;
    let data = close(bob).await;
    let older = world.folder().join("older");
    super::rolled_back::copy(&data, &older);
    let bob = open("bob", COMPANION, &data).await;
    answer(&bob, &inspection, "ACC-04", "non_conforming", &[]).await;
    bob.sync().await.unwrap();
    alice.sync().await.unwrap();
    let with_both = safe_state(&alice, &inspection).await;
    // The same disk failure took HQ and bob's phone.
    put_back(&mut world, &folder).await;
    let data = close(bob).await;
    fs::remove_dir_all(&data).unwrap();
    super::rolled_back::copy(&older, &data);
    let bob = open("bob", COMPANION, &data).await;
    answer(&bob, &inspection, "ACC-06", "conforms", &[]).await;
    bob.sync().await.unwrap();
    for _ in 0..2 {
        alice.sync().await.unwrap();
    }
    assert!(codes(&alice).await.contains(&"copy.replaced".to_owned()), "{:?}", codes(&alice).await);
    bob.sync().await.unwrap();
    let now = safe_state(&alice, &inspection).await;
    assert_ne!(now, with_both);
    assert_eq!(now, safe_state(&bob, &inspection).await);
    let alice = alice.reopen().await.unwrap();
    assert_eq!(now, safe_state(&alice, &inspection).await, "also from the disk");
    let names = fs::read_dir(alice.data().join("feeds")).unwrap().map(|e| e.unwrap().file_name());
    let aside = names.filter(|name| name.to_string_lossy().contains("damaged")).count();
    assert_eq!(aside, 2, "HQ's feed of before, and bob's");
    alice.sync().await.unwrap();
}
