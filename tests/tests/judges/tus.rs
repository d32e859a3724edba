//! HQ's uploads, judged by tus-js-client: the client most programs use, written against the tus 1.0 specification.

use serde_json::json;
use xuncha_tests::district;
use xuncha_tests::world::World;

use crate::node;
use xuncha_tests::by_hand::HandPhone;

#[tokio::test]
async fn the_published_tus_client_is_cut_off_resumes_at_hqs_offset_and_hq_holds_exactly_the_bytes() {
    let world = World::start().await.unwrap();
    let photo = bytes(8 << 20);
    let length = photo.len() as u64;
    let mut phone = HandPhone::enrolled(&world, district::INSPECTOR).await;
    let (inspection, entry, sha256) = phone.photo_announced(&world, &photo).await;
    let stranger = HandPhone::enrolled(&world, "he.qing").await;
    let file = world.folder().join("photo.jpg");
    std::fs::write(&file, &photo).unwrap();
    let ca = world.folder().join("ca.pem");
    std::fs::write(&ca, world.hq.running().unwrap().hq.keys.ca.pem()).unwrap();

    let task = json!({
        "endpoint": format!("{}/v1/blobs", phone.url),
        "token": phone.token,
        "stranger": stranger.token,
        "file": file,
        "metadata": { "feed": phone.feed.feed, "entry": entry, "sha256": sha256 },
        "slice": 1 << 20,
        "cut_after": 3 << 20,
    });
    let told = node::run("tus.mjs", &[], &[("NODE_EXTRA_CA_CERTS", &ca.display().to_string())], &task).await;

    let resumed_at = told["resumed_at"].as_u64().unwrap();
    assert!((3 << 20..length).contains(&resumed_at), "not in the middle: {told}");
    assert_eq!(told["sent_after_resuming"].as_u64().unwrap(), length - resumed_at, "sent again or left out: {told}");
    assert_eq!(told["finished_at"].as_u64().unwrap(), length, "{told}");
    assert_eq!(told["stranger_resumes"], 404, "{told}");
    assert_eq!(told["stranger_creates"], 404, "{told}");
    let head = world.head().await.unwrap();
    assert!(head.blob(&inspection, &sha256).await.unwrap() == photo, "HQ gives out other bytes than were sent");
}

/// As many bytes, beginning as a JPEG does, no two regions alike.
fn bytes(count: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let head = [0xff, 0xd8, 0xff, 0xe0].into_iter();
    head.chain(std::iter::repeat_with(&mut next).flatten()).take(count).collect()
}
