//! Originals leave the phone under HQ's word and come back by their hash.

use std::sync::Arc;

use xuncha_hq::clock::ShiftedClock;
use xuncha_tests::proxy::Proxy;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

/// A world whose HQ has a clock that can be moved, and alice's phone with the lists.
pub(super) async fn world_with_a_clock() -> (World, Arc<ShiftedClock>, Phone) {
    let mut world = World::start().await.unwrap();
    let clock = Arc::new(ShiftedClock::default());
    world.hq.switch_off().await;
    world.hq.config().clock = clock.clone();
    world.hq.switch_on().await.unwrap();
    let alice = world.phone("alice", INSPECTOR).await.unwrap();
    alice.sync().await.unwrap();
    (world, clock, alice)
}

/// A photo that can be decoded, so that thumbnail and preview are made of it.
pub(super) fn picture(world: &World, name: &str) -> PathBuf {
    let path = world.folder().join(name);
    let (width, height) = (640, 400 + 8 * u16::try_from(name.len()).unwrap());
    fs::write(&path, xuncha_tests::alone::jpeg(width, height, 90)).unwrap();
    path
}

/// An inspection with one photo that was given up: as terminal as a sealed one.
pub(super) async fn given_up(phone: &Phone, file: &Path) -> String {
    let inspection = begin(phone).await;
    phone.attach(&inspection, Some("ACC-03"), file).await.unwrap();
    give_up(phone, &inspection).await;
    inspection
}

async fn give_up(phone: &Phone, inspection: &str) {
    phone.ask::<Value>("abandon", json!({ "inspection": inspection, "reason": "重复检查" })).await.unwrap();
}

pub(super) async fn back_up(world: &World, to: &str) -> PathBuf {
    let folder = world.folder().join(to);
    let hq = &world.hq.running().unwrap().hq;
    hq.backup(world.hq.data(), &folder, true).await.unwrap();
    folder
}

pub(super) async fn storage(phone: &Phone) -> Value {
    phone.ask("storage", json!({})).await.unwrap()
}

/// Why the only original of this phone stays; empty: nothing holds it.
async fn stays(phone: &Phone) -> String {
    let storage = storage(phone).await;
    match storage["stays"].as_array().unwrap().as_slice() {
        [] => String::new(),
        [one] => text(&one["why"]),
        several => panic!("{several:?}"),
    }
}

/// Lets go what may go; how many went.
pub(super) async fn free(phone: &Phone) -> u64 {
    let freed: Value = phone.ask("free_storage", json!({})).await.unwrap();
    freed["gone"]["n"].as_u64().unwrap()
}

/// Asks for it as the picture's page does.
pub(super) async fn fetch(phone: &Phone, inspection: &str, file: &Path) -> Result<Value, xuncha_core::Failure> {
    phone.call("fetch_original", json!({ "inspection": inspection, "blob": hash_of(file) })).await
}

pub(super) async fn where_is(phone: &Phone, inspection: &str) -> String {
    let view = view(phone, inspection).await;
    text(&xuncha_tests::alone::state_of(&view, "ACC-03")["evidence"][0]["original"])
}

pub(super) fn in_vault(phone: &Phone, file: &Path) -> bool {
    let name = hash_of(file).to_string();
    phone.data().join("vault").join(&name[..2]).join(&name).exists()
}

/// Opens another inspection, so that this one is on no screen any more.
pub(super) async fn look_elsewhere(phone: &Phone) {
    let other = begin(phone).await;
    view(phone, &other).await;
    give_up(phone, &other).await;
    phone.sync().await.unwrap();
}

/// So many originals leave the phone: HQ has them in a backup, days pass, nothing holds them.
pub(super) async fn let_go(world: &World, clock: &ShiftedClock, phone: &Phone, originals: u64) {
    phone.sync().await.unwrap();
    back_up(world, "backup").await;
    clock.pass(8 * 24 * HOUR);
    look_elsewhere(phone).await;
    assert_eq!(free(phone).await, originals);
}

pub(super) async fn codes(phone: &Phone) -> Vec<String> {
    let today: Value = phone.ask("today", json!({ "here": null })).await.unwrap();
    today["notices"].as_array().unwrap().iter().map(|n| text(&n["code"])).collect()
}

/// From now on the phone reaches HQ at this address.
pub(super) async fn lead_over(phone: &Phone, to: SocketAddr) {
    let url = format!("https://{to}");
    let settings = json!({ "language": null, "theme": null, "lock_after_min": null, "hq_url": url });
    phone.ask::<Value>("set_settings", settings).await.unwrap();
}

fn object(world: &World, file: &Path) -> PathBuf {
    let name = hash_of(file).to_string();
    world.hq.data().join("objects").join(&name[..2]).join(&name)
}

#[tokio::test(flavor = "multi_thread")]
async fn i3_an_original_stays_until_every_condition_holds_then_leaves_and_comes_back_byte_for_byte() {
    let (world, clock, alice) = world_with_a_clock().await;
    let file = picture(&world, "冷库温度计.jpg");
    let inspection = begin(&alice).await;
    alice.attach(&inspection, Some("ACC-03"), &file).await.unwrap();
    assert_eq!((stays(&alice).await.as_str(), free(&alice).await), ("unsealed", 0));
    alice.sync().await.unwrap();
    back_up(&world, "before it is given up").await;
    clock.pass(8 * 24 * HOUR);
    alice.sync().await.unwrap();
    assert_eq!((stays(&alice).await.as_str(), free(&alice).await), ("unsealed", 0), "work on it may go on");
    give_up(&alice, &inspection).await;
    assert_eq!((stays(&alice).await.as_str(), free(&alice).await), ("unsent", 0), "its last entry is only here");
    alice.sync().await.unwrap();

    // Another photo of its own, because this one is covered by now.
    let (earlier, first) = (inspection, file);
    let file = picture(&world, "养护记录.jpg");
    let inspection = given_up(&alice, &file).await;
    let only = |storage: &Value| storage["stays"][0]["why"].clone();
    alice.sync().await.unwrap();
    assert_eq!(free(&alice).await, 1, "the first may go at last");
    assert_eq!(only(&storage(&alice).await), "not_backed_up");
    assert_eq!(free(&alice).await, 0);
    back_up(&world, "backup").await;
    assert_eq!(stays(&alice).await, "not_backed_up", "the phone has not heard of it");
    alice.sync().await.unwrap();
    assert_eq!((stays(&alice).await.as_str(), free(&alice).await), ("fresh", 0));
    clock.pass(7 * 24 * HOUR - HOUR);
    alice.sync().await.unwrap();
    assert_eq!((stays(&alice).await.as_str(), free(&alice).await), ("fresh", 0), "an hour is missing by HQ's clock");
    clock.pass(2 * HOUR);
    assert_eq!(stays(&alice).await, "fresh", "only what HQ said counts, and it has not said so yet");
    alice.sync().await.unwrap();
    view(&alice, &inspection).await;
    assert_eq!((stays(&alice).await.as_str(), free(&alice).await), ("open", 0));
    look_elsewhere(&alice).await;
    assert_eq!(stays(&alice).await, "");
    assert!(in_vault(&alice, &file), "nothing goes that nobody asked for");
    assert_eq!(free(&alice).await, 1);
    assert!(!in_vault(&alice, &file));

    let storage = storage(&alice).await;
    assert_eq!((&storage["here"]["n"], &storage["away"]["n"]), (&json!(0), &json!(2)));
    let alice = alice.reopen().await.unwrap();
    assert_eq!(where_is(&alice, &inspection).await, "at_hq", "also after a restart");
    for kind in ["thumb", "preview"] {
        assert!(alice.device().photo(&format!("{kind}/{}", hash_of(&file))).is_ok(), "{kind} stays");
    }
    let verify = json!({ "blob": hash_of(&file) });
    assert_eq!(alice.call("verify_evidence", verify.clone()).await.unwrap_err().code, "original.at_hq");

    // Other bytes of the same length at HQ: it gives them to nobody, and nothing of them enters the vault.
    let there = object(&world, &first);
    let mut wrong = fs::read(&first).unwrap();
    wrong[1000] ^= 1;
    fs::write(&there, &wrong).unwrap();
    let refused = fetch(&alice, &earlier, &first).await.unwrap_err().code;
    assert!(refused == "original.unknown" || refused == "blob.damaged", "{refused}");
    assert!(!in_vault(&alice, &first));
    assert_eq!(where_is(&alice, &earlier).await, "at_hq");
    let good = fs::read(&file).unwrap();
    let delta = fetch(&alice, &inspection, &file).await.unwrap();
    assert_eq!(delta["items"][0]["evidence"][0]["original"], "here");
    let intact: Value = alice.ask("verify_evidence", verify).await.unwrap();
    assert_eq!(intact["intact"], true);
    let data = close(alice).await;
    let keys = keys_of(&data, INSPECTOR);
    let vault = xuncha_device::vault::Vault::open_folder(&data.join("vault"), keys.vault_key()).unwrap();
    let mut reader = vault.open(&hash_of(&file)).unwrap();
    assert!(reader.read_range(0, good.len() as u64).unwrap() == good, "byte for byte");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_go_goes_by_itself_only_where_that_was_switched_on_and_the_days_are_the_persons() {
    let (world, clock, alice) = world_with_a_clock().await;
    let file = picture(&world, "a.jpg");
    given_up(&alice, &file).await;
    alice.sync().await.unwrap();
    back_up(&world, "backup").await;
    clock.pass(25 * HOUR);
    look_elsewhere(&alice).await;
    assert_eq!(stays(&alice).await, "fresh", "a week, unless somebody chose otherwise");
    let set: Value = alice.ask("storage_settings", json!({ "days": 1, "by_itself": false })).await.unwrap();
    assert_eq!((&set["days"], &set["may_go"]["n"]), (&json!(1), &json!(1)));
    alice.sync().await.unwrap();
    assert!(in_vault(&alice, &file), "not behind anybody's back");
    let alice = alice.reopen().await.unwrap();
    assert_eq!(storage(&alice).await["days"], 1, "kept over a restart");
    alice.ask::<Value>("storage_settings", json!({ "days": 1, "by_itself": true })).await.unwrap();
    alice.sync().await.unwrap();
    assert!(!in_vault(&alice, &file), "after the next sync, as it was wished");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_while_an_original_comes_back_costs_one_part_and_not_all_of_it() {
    const SIZE: usize = 6 * 1024 * 1024;
    let (world, clock, alice) = world_with_a_clock().await;
    let proxy = Proxy::before(phones_of(&world)).await.unwrap();
    let (first, second) = (photo(&world, 1, SIZE), photo(&world, 2, SIZE));
    let one = given_up(&alice, &first).await;
    let two = given_up(&alice, &second).await;
    let_go(&world, &clock, &alice, 2).await;
    lead_over(&alice, proxy.address()).await;
    let before = proxy.returned();
    fetch(&alice, &one, &first).await.unwrap();
    let whole = proxy.returned() - before;
    // A line that is cut after two thirds, and then carries nothing for longer than anybody tries.
    let before = proxy.returned();
    proxy.cut_each_answer(whole * 2 / 3, Duration::from_secs(3600));
    assert_eq!(fetch(&alice, &two, &second).await.unwrap_err().code, "hq.unreachable");
    assert_eq!(where_is(&alice, &two).await, "at_hq", "half an original is none");
    proxy.restore();
    fetch(&alice, &two, &second).await.unwrap();
    let both = proxy.returned() - before;
    // One part is a megabyte, and one more was under way.
    assert!(both < whole + (2 << 20), "{both} bytes came for an original of {whole}");
    assert_eq!(where_is(&alice, &two).await, "here");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_original_comes_back_over_a_line_that_never_carries_a_whole_part() {
    const SIZE: usize = 1024 * 1024;
    let (world, clock, alice) = world_with_a_clock().await;
    let proxy = Proxy::before(phones_of(&world)).await.unwrap();
    let file = photo(&world, 1, SIZE);
    let inspection = given_up(&alice, &file).await;
    let_go(&world, &clock, &alice, 1).await;
    lead_over(&alice, proxy.address()).await;
    proxy.cut_each_answer(200_000, Duration::from_millis(20));
    fetch(&alice, &inspection, &file).await.unwrap();
    assert!(proxy.cuts_of_each() > 2, "the line was as bad as it was meant to be");
    assert_eq!(where_is(&alice, &inspection).await, "here");
}

#[tokio::test(flavor = "multi_thread")]
async fn i3_an_original_stays_while_two_answers_wait_to_be_settled_there() {
    let (world, clock, alice) = world_with_a_clock().await;
    let bob = world.phone("bob", COMPANION).await.unwrap();
    let file = picture(&world, "a.jpg");
    let inspection = begin(&alice).await;
    alice.attach(&inspection, Some("ACC-03"), &file).await.unwrap();
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    answer(&alice, &inspection, "ACC-04", "conforms", &[]).await;
    answer(&bob, &inspection, "ACC-04", "non_conforming", &[]).await;
    give_up(&alice, &inspection).await;
    for phone in [&alice, &bob, &alice] {
        phone.sync().await.unwrap();
    }
    back_up(&world, "backup").await;
    clock.pass(8 * 24 * HOUR);
    look_elsewhere(&alice).await;
    assert_eq!((stays(&alice).await.as_str(), free(&alice).await), ("conflict", 0));
    assert!(in_vault(&alice, &file));
}
