//! Lines that carry little from HQ between two cuts.

use xuncha_tests::alone::measure;
use xuncha_tests::proxy::Proxy;

use super::originals::lead_over;
use super::*;

const REFUSAL: Duration = Duration::from_millis(5);

#[tokio::test(flavor = "multi_thread")]
async fn i10_a_pull_finishes_over_a_line_that_carries_one_entry_between_two_cuts() {
    // A handshake, a session or a head, and an entry or two.
    const LINE: u64 = 5_000;
    let (world, alice) = world_with_alice().await;
    let bob = world.phone("bob", COMPANION).await.unwrap();
    // The lists are too long for such a line: their parts have a least size.
    bob.sync().await.unwrap();
    let inspection = begin(&alice).await;
    for n in 0..40 {
        alice.ask::<Value>("measure", measure(&inspection, "ACC-04", &format!("4.{n}"))).await.unwrap();
    }
    alice.sync().await.unwrap();
    let proxy = Proxy::before(phones_of(&world)).await.unwrap();
    lead_over(&bob, proxy.address()).await;
    proxy.cut_each_answer(LINE, REFUSAL);
    bob.ask::<Value>("sync_start", json!({})).await.unwrap();
    until(&bob, "all to come", is_done).await;
    let (cuts, came) = (proxy.cuts_of_each(), proxy.returned());
    eprintln!("{cuts} cuts after {LINE} bytes each: {came} bytes for 41 entries");
    assert!(cuts >= 8, "{cuts} cuts prove nothing");
    assert!(came > 8 * LINE, "{came} bytes would have come over a better line");
    let (hers, his) = (view(&alice, &inspection).await, view(&bob, &inspection).await);
    let evidence = |view: &Value| xuncha_tests::alone::state_of(view, "ACC-04")["evidence"].as_array().unwrap().len();
    assert_eq!((evidence(&hers), evidence(&his)), (40, 40));
}

#[tokio::test(flavor = "multi_thread")]
async fn i10_many_photos_go_over_though_no_list_of_them_comes_back_whole() {
    let (world, alice) = world_with_alice().await;
    let inspection = begin(&alice).await;
    let files: Vec<_> = (0..60).map(|n| photo(&world, n, 2_000)).collect();
    for file in &files {
        alice.attach(&inspection, Some("ACC-03"), file).await.unwrap();
    }
    let proxy = Proxy::before(phones_of(&world)).await.unwrap();
    lead_over(&alice, proxy.address()).await;
    // 60 wanted blobs are more than 20 kB; 16 of them are less than 8.
    proxy.cut_each_answer(12_000, REFUSAL);
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    let done = until(&alice, "all to go over", is_done).await;
    eprintln!("{} cuts, {} bytes came", proxy.cuts_of_each(), proxy.returned());
    assert!(proxy.cuts_of_each() >= 4, "{} cuts prove nothing", proxy.cuts_of_each());
    assert_eq!(done.only_here.photos, 0);
    proxy.restore();
    let hq = world.head().await.unwrap();
    for file in &files {
        assert!(original(&hq, &inspection, &hash_of(file)).await == fs::read(file).unwrap());
    }
    assert!(verified(&hq, &inspection).await.ok);
}
