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
        let rest = until(&alice, "the phone to notice the cut", |v| v.phase == SyncPhase::Failed).await;
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
