//! The wire breaks in the middle of a photo, again and again; the app is closed in the middle of a sync.

use std::time::Duration;

use xuncha_tests::proxy::Proxy;

use super::*;

/// Alice's phone, which reaches HQ only through the proxy.
async fn alice_behind_a_proxy() -> (World, Proxy, Phone) {
    let world = World::start().await.unwrap();
    let proxy = Proxy::before(phones_of(&world)).await.unwrap();
    let invitation = world.head().await.unwrap().invite(INSPECTOR).await.unwrap();
    let direct = world.hq.running().unwrap().phone_url.clone();
    let through = invitation.replace(&direct, &format!("https://{}", proxy.address()));
    assert_ne!(through, invitation, "the phone must go through the proxy");
    let alice = Phone::new("alice", INSPECTOR, world.folder().join("alice")).unwrap();
    alice.enrol(&through).await.unwrap();
    alice.sync().await.unwrap();
    assert!(proxy.carried() > 0);
    (world, proxy, alice)
}

/// What HQ has on its disk of uploads that are not finished.
fn unfinished(world: &World) -> u64 {
    let parts = std::fs::read_dir(world.hq.data().join("parts")).unwrap();
    parts.map(|part| part.unwrap().metadata().unwrap().len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_cut_four_times_goes_on_where_hq_stands_and_never_from_the_beginning() {
    const SIZE: u64 = 6_000_000;
    const CUTS: u64 = 4;
    // TLS, requests and the entries themselves, per contact.
    const TALK: u64 = 64 * 1024;
    const IN_FLIGHT: u64 = 512 * 1024;
    let (world, proxy, alice) = alice_behind_a_proxy().await;
    let inspection = begin(&alice).await;
    let file = photo(&world, 1, SIZE as usize);
    alice.attach(&inspection, Some("ACC-03"), &file).await.unwrap();
    let before = proxy.carried();
    let mut stands = 0;
    for cut in 1..=CUTS {
        proxy.cut_after(1_100_000);
        alice.ask::<Value>("sync_start", json!({})).await.unwrap();
        proxy.cut_for_the(cut).await.unwrap();
        let rest = until(&alice, "the phone to notice the cut", |v| v.phase == SyncPhase::Waiting).await;
        assert_eq!(rest.problem.unwrap().code, "hq.unreachable");
        // HQ may still be writing the last bytes that came through.
        let arrived = tokio::time::timeout(Duration::from_secs(20), async {
            while unfinished(&world) <= stands {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            unfinished(&world)
        });
        let now = arrived.await.unwrap_or_else(|_| panic!("cut {cut}: HQ stands at {stands} as before"));
        assert!(now > stands && now < SIZE, "cut {cut}: HQ stood at {stands}, now at {now}");
        stands = now;
        let shown = view(&alice, &inspection).await;
        assert_eq!(shown["row"]["safety"], "here", "a photo that is half over is only here");
    }
    proxy.restore();
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    let done = until(&alice, "the rest to go over", is_done).await;
    assert_eq!(done.only_here.photos, 0);
    let carried = proxy.carried() - before;
    let lost = carried.saturating_sub(SIZE);
    eprintln!("{CUTS} cuts: {carried} bytes for {SIZE}, {lost} more than the photo");
    // A cut costs what was in flight, which the sockets hold: 80 kB in all for four cuts on a quiet machine (2026-11-22).
    assert!(lost < CUTS * (IN_FLIGHT + TALK), "{lost} bytes were sent in vain");

    let hq = world.head().await.unwrap();
    assert!(original(&hq, &inspection, &hash_of(&file)).await == std::fs::read(&file).unwrap());
    assert!(verified(&hq, &inspection).await.ok);
    assert_eq!(unfinished(&world), 0, "nothing is left over");
    assert_eq!(view(&alice, &inspection).await["row"]["safety"], "at_hq");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_closed_in_the_middle_of_a_sync_completes_it_later_and_hq_has_every_entry_once() {
    let (world, proxy, mut alice) = alice_behind_a_proxy().await;
    let inspection = begin(&alice).await;
    let mut files = Vec::new();
    let mut unfinished_closings = 0;
    // Bytes that get through before the app is closed: in the first request, among the entries, in the photos.
    for (round, bytes) in [200, 3_000, 12_000, 400_000, 1_500_000].into_iter().enumerate() {
        answer(&alice, &inspection, &format!("ACC-0{}", round + 1), "conforms", &[]).await;
        files.push(photo(&world, round as u64, 900_000 + round * 300_000));
        alice.attach(&inspection, Some("ACC-03"), files.last().unwrap()).await.unwrap();
        proxy.cut_after(bytes);
        alice.ask::<Value>("sync_start", json!({})).await.unwrap();
        proxy.cut_for_the(round as u64 + 1).await.unwrap();
        // Not given the time to notice.
        alice = alice.reopen().await.unwrap();
        let status: SyncView = alice.ask("sync_status", json!({})).await.unwrap();
        unfinished_closings += u32::from(status.only_here.photos > 0);
        assert_eq!(view(&alice, &inspection).await["row"]["safety"], "here");
    }
    assert_eq!(unfinished_closings, 5, "every closing was in the middle");
    proxy.restore();
    let done = alice.sync().await.unwrap();
    let hq = world.head().await.unwrap();
    let rows = timeline(&hq, &inspection).await;
    assert_each_once(&rows);
    // Everything but the opening of the feed belongs to the inspection.
    assert_eq!(rows.len() as u64 + 1, done.agreed.unwrap().entries);
    assert_eq!(rows.iter().filter(|row| row.kind == "answer.set").count(), 5);
    for file in &files {
        assert!(original(&hq, &inspection, &hash_of(file)).await == std::fs::read(file).unwrap());
    }
    assert!(verified(&hq, &inspection).await.ok);
    assert_eq!(view(&alice, &inspection).await["row"]["safety"], "at_hq");
}

/// Waits for the sync to be over and asserts that at no moment it said that anything failed.
async fn done_without_a_failure(alice: &Phone) -> SyncView {
    let mut happenings = alice.device().happenings();
    let done = tokio::time::timeout(Duration::from_secs(180), async {
        loop {
            let view: SyncView = match happenings.recv().await {
                Ok(Happening::Sync { sync }) => *sync,
                Ok(_) => continue,
                Err(_) => alice.ask("sync_status", json!({})).await.unwrap(),
            };
            assert_ne!(view.phase, SyncPhase::Failed, "{view:?}");
            assert!(view.files.iter().all(|f| f.problem.is_none()), "{view:?}");
            if view.phase == SyncPhase::Done {
                return view;
            }
        }
    });
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    done.await.expect("no end")
}

async fn assert_all_of(world: &World, inspection: &str, files: &[PathBuf]) {
    let hq = world.head().await.unwrap();
    for file in files {
        assert!(original(&hq, inspection, &hash_of(file)).await == std::fs::read(file).unwrap());
    }
    assert!(verified(&hq, inspection).await.ok);
    assert_eq!(unfinished(world), 0, "nothing is left over");
}

#[tokio::test(flavor = "multi_thread")]
async fn i10_a_line_that_is_cut_again_and_again_never_fails_a_file_and_refusals_cost_what_they_last() {
    let (world, proxy, alice) = alice_behind_a_proxy().await;
    let inspection = begin(&alice).await;
    let files: Vec<_> = (0..4).map(|n| photo(&world, n, 2_000_000)).collect();
    for file in &files {
        alice.attach(&inspection, Some("ACC-03"), file).await.unwrap();
    }
    let before = proxy.carried();
    proxy.cut_each(700_000, Duration::from_millis(200));
    let begun = std::time::Instant::now();
    done_without_a_failure(&alice).await;
    let (cuts, took) = (proxy.cuts_of_each(), begun.elapsed());
    let lost = (proxy.carried() - before).saturating_sub(8_000_000);
    eprintln!("{cuts} cuts with 0.2 s of refusal: {took:?}, {lost} bytes more than the photos");
    assert!(cuts >= 8, "{cuts} cuts prove nothing");
    // A refusal lasts 0.2 s; three connections share most of them.
    assert!(took < Duration::from_millis(1_000 * cuts), "{cuts} cuts cost {took:?}");
    assert!(lost < cuts * 64 * 1024, "{lost} bytes in vain for {cuts} cuts");
    assert_all_of(&world, &inspection, &files).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i10_a_line_that_carries_less_than_one_tls_record_between_two_cuts_still_finishes() {
    let (world, proxy, alice) = alice_behind_a_proxy().await;
    let inspection = begin(&alice).await;
    let files = [photo(&world, 1, 60_000)];
    alice.attach(&inspection, Some("ACC-03"), &files[0]).await.unwrap();
    // A handshake, a request with its headers, and some of 16 KiB.
    proxy.cut_each(7_000, Duration::from_millis(5));
    done_without_a_failure(&alice).await;
    assert!(proxy.cuts_of_each() >= 10, "{} cuts prove nothing", proxy.cuts_of_each());
    proxy.restore();
    assert_all_of(&world, &inspection, &files).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_network_goes_on_at_once_though_the_old_connections_were_never_closed() {
    let (world, proxy, alice) = alice_behind_a_proxy().await;
    let inspection = begin(&alice).await;
    let files: Vec<_> = (0..3).map(|n| photo(&world, n, 5_000_000)).collect();
    for file in &files {
        alice.attach(&inspection, Some("ACC-03"), file).await.unwrap();
    }
    alice.ask::<Value>("network", json!({ "network": "metered" })).await.unwrap();
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    until(&alice, "bytes to flow", |v| v.bytes_done > 0).await;
    proxy.stall();
    let before: SyncView = alice.ask("sync_status", json!({})).await.unwrap();
    assert!(before.bytes_done < before.bytes_total, "too late to be in the middle: {before:?}");
    let begun = std::time::Instant::now();
    alice.ask::<Value>("network", json!({ "network": "unmetered" })).await.unwrap();
    until(&alice, "the rest to go over", is_done).await;
    // The old connections would have been waited for half a minute, here and at HQ.
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_all_of(&world, &inspection, &files).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hq_that_is_started_anew_in_the_middle_goes_on_with_the_part_it_has() {
    let (mut world, proxy, alice) = alice_behind_a_proxy().await;
    let inspection = begin(&alice).await;
    let files = [photo(&world, 1, 6_000_000)];
    alice.attach(&inspection, Some("ACC-03"), &files[0]).await.unwrap();
    let before = proxy.carried();
    proxy.cut_after(2_500_000);
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    proxy.cut_for_the(1).await.unwrap();
    until(&alice, "the phone to notice the cut", |v| v.phase == SyncPhase::Waiting).await;
    world.hq.switch_off().await;
    world.hq.switch_on().await.unwrap();
    assert_eq!(phones_of(&world).port(), proxy.leads_to().port());
    proxy.restore();
    until(&alice, "the rest to go over", is_done).await;
    let carried = proxy.carried() - before;
    assert!(carried < 6_000_000 + 400_000, "{carried} bytes for 6 000 000: it began again");
    assert_all_of(&world, &inspection, &files).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_expired_at_hq_begins_again_and_the_phone_says_so() {
    let (mut world, proxy, alice) = alice_behind_a_proxy().await;
    world.hq.switch_off().await;
    world.hq.config().terms.upload = Duration::from_secs(2);
    world.hq.switch_on().await.unwrap();
    let inspection = begin(&alice).await;
    let files = [photo(&world, 1, 4_000_000)];
    alice.attach(&inspection, Some("ACC-03"), &files[0]).await.unwrap();
    proxy.cut_after(1_500_000);
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    proxy.cut_for_the(1).await.unwrap();
    let half = until(&alice, "the phone to notice the cut", |v| v.phase == SyncPhase::Waiting).await;
    assert!(half.files.iter().any(|f| f.done > 0 && f.done < f.size), "{half:?}");
    // Days, for an HQ that keeps parts for two seconds.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let mut happenings = alice.device().happenings();
    proxy.restore();
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    let mut said = false;
    loop {
        match tokio::time::timeout(Duration::from_secs(60), happenings.recv()).await.expect("no end") {
            Ok(Happening::Sync { sync }) => {
                said |= sync.files.iter().any(|f| f.again);
                assert_ne!(sync.phase, SyncPhase::Failed, "{sync:?}");
                if is_done(&sync) {
                    break;
                }
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => panic!("the engine has ended"),
        }
    }
    assert!(said, "nobody was told that the file begins again");
    let hq = world.head().await.unwrap();
    assert!(original(&hq, &inspection, &hash_of(&files[0])).await == std::fs::read(&files[0]).unwrap());
    assert_eq!(view(&alice, &inspection).await["row"]["safety"], "at_hq");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_and_wifi_only_hold_until_the_person_ends_them_also_after_the_app_was_closed() {
    let (world, proxy, alice) = alice_behind_a_proxy().await;
    let inspection = begin(&alice).await;
    let files = [photo(&world, 1, 3_000_000)];
    alice.attach(&inspection, Some("ACC-03"), &files[0]).await.unwrap();
    alice.ask::<Value>("sync_pause", json!({})).await.unwrap();
    let alice = alice.reopen().await.unwrap();
    let before = proxy.carried();
    let status: SyncView = alice.ask("sync_status", json!({})).await.unwrap();
    assert_eq!(status.phase, SyncPhase::Paused);
    for network in ["none", "unmetered", "metered"] {
        alice.ask::<Value>("network", json!({ "network": network })).await.unwrap();
    }
    alice.ask::<Value>("sync_wifi_only", json!({ "on": true })).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(proxy.carried(), before, "no network and no wish ends a pause");
    // The person goes on, but on a network that costs.
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    let held = until(&alice, "it to be held", |v| v.phase == SyncPhase::Waiting).await;
    assert_eq!((held.problem.unwrap().code.as_str(), proxy.carried()), ("network.metered", before));
    let alice = alice.reopen().await.unwrap();
    let status: SyncView = alice.ask("sync_status", json!({})).await.unwrap();
    assert_eq!((status.phase, status.wifi_only), (SyncPhase::Idle, true), "the pause was ended, the wish was not");
    alice.ask::<Value>("network", json!({ "network": "metered" })).await.unwrap();
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    until(&alice, "it to be held", |v| v.phase == SyncPhase::Waiting).await;
    assert_eq!(proxy.carried(), before);
    alice.ask::<Value>("network", json!({ "network": "unmetered" })).await.unwrap();
    until(&alice, "it to go on by itself", is_done).await;
    assert_all_of(&world, &inspection, &files).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inspection_a_person_puts_first_arrives_first() {
    let (world, proxy, alice) = alice_behind_a_proxy().await;
    let (morning, urgent) = (begin(&alice).await, begin(&alice).await);
    let files: Vec<_> = (0..8).map(|n| photo(&world, n, 1_500_000)).collect();
    for (n, file) in files.iter().enumerate() {
        let inspection = if n < 6 { &morning } else { &urgent };
        alice.attach(inspection, Some("ACC-03"), file).await.unwrap();
    }
    let slow: String = (0..1_000).map(|n| format!("{n}\n")).collect();
    proxy.pace(std::sync::Arc::new(xuncha_tests::trace::Trace::read(&slow).unwrap()));
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    until(&alice, "the morning's photos to be on their way", |v| v.bytes_done > 0).await;
    alice.ask::<Value>("sync_first", json!({ "inspection": urgent })).await.unwrap();
    let hashes: Vec<_> = files.iter().map(|f| hash_of(f)).collect();
    let whole =
        |v: &SyncView, of: &[BlobHash]| of.iter().all(|b| v.files.iter().any(|f| f.sha256 == *b && f.done == f.size));
    let there = until(&alice, "the urgent ones to be over", |v| whole(v, &hashes[6..])).await;
    let others = hashes[..6].iter().filter(|b| whole(&there, std::slice::from_ref(b))).count();
    assert!(others <= 3, "only what was on its way already may be over before: {others}");
    proxy.restore();
    until(&alice, "all to be over", is_done).await;
    assert_eq!(view(&alice, &urgent).await["row"]["safety"], "at_hq");
}
