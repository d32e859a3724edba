use std::time::Duration;

use futures::StreamExt as _;
use reqwest::{Body, Method};
use xuncha_core::ids::BlobHash;

use crate::world::{Phone, World, jpeg, problem};

async fn with_photo(world: &World, bytes: &[u8]) -> (Phone, xuncha_core::ids::EntryId, BlobHash) {
    let mut alice = world.phone("alice").await;
    let id = alice.start(world, &["alice"]);
    let (entry, sha256) = alice.photo(&id, bytes);
    alice.push().await;
    (alice, entry, sha256)
}

#[tokio::test]
async fn a_photo_in_two_parts_with_a_restart_between_is_stored_and_receipted() {
    let photo = jpeg(3_000_000);
    let world = World::new().await;
    let (mut alice, entry, sha256) = with_photo(&world, &photo).await;
    assert_eq!(alice.hello().await.wanted[0].size, 3_000_000);
    let path = alice.create(&entry, &photo).await;
    let reply = alice.patch(&path, 0).body(photo[..1_000_000].to_vec()).send().await.unwrap();
    assert_eq!(reply.headers()["upload-offset"], "1000000");
    assert!(alice.receipt(&[sha256]).await.blobs_stored.is_empty(), "half a photo is no photo (I2)");
    let world = world.restart().await;
    alice.follow(&world);
    assert_eq!(alice.session().await, 200);
    let wanted = &alice.hello().await.wanted[0];
    assert_eq!((wanted.upload.as_deref(), wanted.offset), (Some(path.as_str()), 1_000_000));
    let reply = alice.patch(&path, 1_000_000).body(photo[1_000_000..].to_vec()).send().await.unwrap();
    assert_eq!(reply.status(), 204);
    assert_eq!(alice.receipt(&[sha256]).await.blobs_stored, [sha256]);
    assert!(alice.hello().await.wanted.is_empty());
    assert_eq!(alice.offset(&path).await, Ok(3_000_000), "a finished upload still answers");
    let stored = std::fs::read(world.dir.path().join(format!("data/objects/{}/{sha256}", &sha256.to_string()[..2])));
    assert_eq!(stored.unwrap(), photo);
}

#[tokio::test]
async fn a_receipt_does_not_speak_of_an_object_whose_file_is_gone() {
    let photo = jpeg(10_000);
    let world = World::new().await;
    let (alice, entry, sha256) = with_photo(&world, &photo).await;
    alice.upload(&entry, &photo).await;
    assert_eq!(alice.receipt(&[sha256]).await.blobs_stored, [sha256]);
    let file = world.dir.path().join(format!("data/objects/{}/{sha256}", &sha256.to_string()[..2]));
    std::fs::remove_file(file).unwrap();
    assert!(alice.receipt(&[sha256]).await.blobs_stored.is_empty());
}

#[tokio::test]
async fn a_cut_keeps_what_arrived_and_the_rest_follows() {
    let photo = jpeg(2_000_000);
    let world = World::new().await;
    let (alice, entry, sha256) = with_photo(&world, &photo).await;
    let path = alice.create(&entry, &photo).await;
    let first = photo[..700_000].to_vec();
    let cut = futures::stream::iter([Ok(first), Err(std::io::Error::other("cut"))]).then(|piece| async move {
        if piece.is_err() {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        piece
    });
    assert!(alice.patch(&path, 0).body(Body::wrap_stream(cut)).send().await.is_err());
    let mut offset = 0;
    for _ in 0..50 {
        offset = alice.offset(&path).await.unwrap_or(0);
        if offset > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(offset, 700_000);
    let rest = photo[700_000..].to_vec();
    assert_eq!(alice.patch(&path, 700_000).body(rest).send().await.unwrap().status(), 204);
    assert_eq!(alice.receipt(&[sha256]).await.blobs_stored, [sha256]);
}

#[tokio::test]
async fn wrong_bytes_are_thrown_away_with_460_and_the_photo_is_wanted_again() {
    let photo = jpeg(50_000);
    let world = World::new().await;
    let (alice, entry, sha256) = with_photo(&world, &photo).await;
    let path = alice.create(&entry, &photo).await;
    let mut flipped = photo.clone();
    flipped[33_333] ^= 1;
    let reply = alice.patch(&path, 0).body(flipped).send().await.unwrap();
    assert_eq!(problem(reply).await, (460, "blob.hash".into()));
    assert_eq!(alice.offset(&path).await, Err(404));
    assert_eq!(alice.hello().await.wanted[0].offset, 0);
    alice.upload(&entry, &photo).await;
    assert_eq!(alice.receipt(&[sha256]).await.blobs_stored, [sha256]);
}

#[tokio::test]
async fn a_checksum_guards_one_request() {
    let photo = jpeg(50_000);
    let world = World::new().await;
    let (alice, entry, _) = with_photo(&world, &photo).await;
    let path = alice.create(&entry, &photo).await;
    let sum = |bytes: &[u8]| data_encoding::BASE64.encode(BlobHash::digest(&[bytes]).as_bytes());
    let send = |bytes: &[u8], sum: String| {
        alice.patch(&path, 0).header("upload-checksum", format!("sha256 {sum}")).body(bytes.to_vec()).send()
    };
    let reply = send(&photo[..20_000], sum(b"other")).await.unwrap();
    assert_eq!(reply.status().as_u16(), 460);
    assert_eq!(alice.offset(&path).await, Ok(0), "its bytes are taken back");
    let reply = send(&photo[..20_000], sum(&photo[..20_000])).await.unwrap();
    assert_eq!(reply.status(), 204);
    let odd = alice.patch(&path, 20_000).header("upload-checksum", "md5 AAAA").body("x").send().await.unwrap();
    assert_eq!(problem(odd).await, (400, "blob.checksum".into()));
    assert_eq!(alice.patch(&path, 20_000).body(photo[20_000..].to_vec()).send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn offsets_lengths_and_versions_that_do_not_fit_are_said() {
    let photo = jpeg(1_000);
    let world = World::new().await;
    let (alice, entry, _) = with_photo(&world, &photo).await;
    let path = alice.create(&entry, &photo).await;
    let reply = alice.patch(&path, 500).body("x").send().await.unwrap();
    assert_eq!(problem(reply).await, (409, "blob.offset".into()));
    let reply = alice.patch(&path, 0).body(vec![0; 1_001]).send().await.unwrap();
    assert_eq!(problem(reply).await, (413, "blob.size".into()));
    assert_eq!(alice.offset(&path).await, Ok(0));
    let reply = alice.request(Method::HEAD, &path).send().await.unwrap();
    assert_eq!(reply.status(), 412, "tus says its version");
    let reply = alice.creation(&entry, &photo).header("upload-length", "7").send().await.unwrap();
    assert_eq!(problem(reply).await, (400, "blob.header".into()), "a length given twice is none");
    let options = alice.http.request(Method::OPTIONS, format!("{}/v1/blobs", alice.url)).send().await.unwrap();
    assert_eq!(options.headers()["tus-version"], "1.0.0");
    assert!(options.headers()["tus-extension"].to_str().unwrap().contains("creation-with-upload"));
}

#[tokio::test]
async fn only_what_an_entry_of_this_phone_names_can_be_uploaded_and_only_by_it() {
    let photo = jpeg(9_000);
    let world = World::new().await;
    let (alice, entry, _) = with_photo(&world, &photo).await;
    let bob = world.phone("bob").await;
    let other = jpeg(9_000);
    let reply = alice.creation(&entry, &other).send().await.unwrap();
    assert_eq!(problem(reply).await, (404, "blob.unnamed".into()));
    let path = alice.create(&entry, &photo).await;
    assert_eq!(bob.offset(&path).await, Err(404));
    let reply = bob.patch(&path, 0).body(photo.clone()).send().await.unwrap();
    assert_eq!(problem(reply).await, (404, "blob.unknown".into()));
    let gone = alice.request(Method::DELETE, &path).header("tus-resumable", "1.0.0").send().await.unwrap();
    assert_eq!(gone.status(), 204);
    assert_eq!(alice.offset(&path).await, Err(404));
}

#[tokio::test]
async fn naming_a_hash_that_hq_has_proves_nothing() {
    let photo = jpeg(20_000);
    let world = World::new().await;
    let (alice, entry, sha256) = with_photo(&world, &photo).await;
    alice.upload(&entry, &photo).await;
    let mut carol = world.phone("carol").await;
    let own = carol.start(&world, &["carol"]);
    let (claim, _) = carol.photo(&own, &photo);
    let id = alice.entries[1].payload.as_ref().unwrap().inspection.clone().unwrap();
    carol.photo(&id, &photo);
    carol.push().await;
    assert!(carol.receipt(&[sha256]).await.blobs_stored.is_empty(), "HQ has it, carol has not shown it");
    assert_eq!(carol.hello().await.wanted[0].sha256, sha256);
    carol.upload(&claim, &photo).await;
    assert_eq!(carol.receipt(&[sha256]).await.blobs_stored, [sha256]);
}

#[tokio::test]
async fn a_phone_that_comes_again_goes_on_at_once_though_its_old_connection_is_still_open() {
    let photo = jpeg(100_000);
    let world = World::new().await;
    let (alice, entry, sha256) = with_photo(&world, &photo).await;
    let path = alice.create(&entry, &photo).await;
    let (sender, receiver) = futures::channel::mpsc::unbounded::<std::io::Result<Vec<u8>>>();
    sender.unbounded_send(Ok(photo[..1_000].to_vec())).unwrap();
    let half_open = tokio::spawn(alice.patch(&path, 0).body(Body::wrap_stream(receiver)).send());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = std::time::Instant::now();
    assert_eq!(alice.offset(&path).await, Ok(1_000), "what came before counts");
    assert_eq!(alice.patch(&path, 1_000).body(photo[1_000..].to_vec()).send().await.unwrap().status(), 204);
    assert!(began.elapsed() < Duration::from_secs(5), "it waited for the old connection to time out");
    // What the old one still says changes nothing.
    let _ = sender.unbounded_send(Ok(vec![0; 1_000]));
    drop(sender);
    let late = half_open.await.unwrap();
    assert!(late.is_err() || !late.unwrap().status().is_success());
    assert_eq!(alice.receipt(&[sha256]).await.blobs_stored, [sha256]);
}

#[tokio::test]
async fn an_empty_file_and_one_sent_with_its_creation_are_stored() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let id = alice.start(&world, &["alice"]);
    let (empty, _) = alice.photo(&id, b"");
    let (small, _) = alice.photo(&id, b"small");
    alice.push().await;
    assert_eq!(alice.creation(&empty, b"").send().await.unwrap().status(), 201);
    let request = alice.creation(&small, b"small").header("content-type", "application/offset+octet-stream");
    let reply = request.body("small").send().await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.headers()["upload-offset"].to_str().unwrap()), (201, "5"));
    let both = [BlobHash::digest(&[b""]), BlobHash::digest(&[b"small"])];
    assert_eq!(alice.receipt(&both).await.blobs_stored, both);
}

#[tokio::test]
async fn a_creation_said_again_gets_the_upload_that_was_begun_and_only_then() {
    let photo = jpeg(10_000);
    let world = World::new().await;
    let (mut alice, entry, sha256) = with_photo(&world, &photo).await;
    let created = |reply: &reqwest::Response| {
        let header = |name: &str| reply.headers()[name].to_str().unwrap().to_owned();
        (reply.status().as_u16(), header("location"), header("upload-offset"))
    };
    let again = || alice.creation_again(&entry, &photo).send();
    let first = created(&again().await.unwrap());
    assert_eq!((first.0, first.2.as_str()), (201, "0"), "nothing was begun: it begins");
    alice.patch(&first.1, 0).body(photo[..4_000].to_vec()).send().await.unwrap();
    assert_eq!(created(&again().await.unwrap()), (201, first.1.clone(), "4000".into()));
    let other = created(&alice.creation(&entry, &photo).send().await.unwrap());
    assert_ne!(other.1, first.1, "without the word a creation creates, as tus says");
    alice.patch(&first.1, 4_000).body(photo[4_000..].to_vec()).send().await.unwrap();
    alice.request(Method::DELETE, &other.1).header("tus-resumable", "1.0.0").send().await.unwrap();
    assert_eq!(created(&again().await.unwrap()), (201, first.1.clone(), "10000".into()), "a finished one says so");
    assert_eq!(alice.receipt(&[sha256]).await.blobs_stored, [sha256]);
    // What is gone cannot be gone on with: not its object, …
    let file = world.dir.path().join(format!("data/objects/{}/{sha256}", &sha256.to_string()[..2]));
    std::fs::remove_file(file).unwrap();
    let fresh = created(&again().await.unwrap());
    assert_eq!((fresh.1 != first.1, fresh.2.as_str()), (true, "0"));
    // … nor an upload whose term is over.
    world.clock.pass(Duration::from_secs(8 * 24 * 3600));
    assert_eq!(alice.session().await, 200);
    assert_ne!(created(&alice.creation_again(&entry, &photo).send().await.unwrap()).1, fresh.1);
}

#[tokio::test]
async fn an_upload_nobody_goes_on_with_ends_with_its_term() {
    let photo = jpeg(10_000);
    let world = World::new().await;
    let (mut alice, entry, _) = with_photo(&world, &photo).await;
    let path = alice.create(&entry, &photo).await;
    alice.patch(&path, 0).body(photo[..100].to_vec()).send().await.unwrap();
    world.clock.pass(Duration::from_secs(8 * 24 * 3600));
    assert_eq!(alice.session().await, 200);
    assert_eq!(alice.offset(&path).await, Err(410));
    alice.upload(&entry, &photo).await;
}

#[tokio::test]
async fn a_part_that_a_kill_left_without_its_row_goes_at_the_next_start_and_one_under_way_stays() {
    let photo = jpeg(10_000);
    let world = World::new().await;
    let (mut alice, entry, _) = with_photo(&world, &photo).await;
    let path = alice.create(&entry, &photo).await;
    alice.patch(&path, 0).body(photo[..100].to_vec()).send().await.unwrap();
    let parts = world.dir.path().join("data/parts");
    std::fs::write(parts.join("5f3a"), b"the row was never written").unwrap();
    let world = world.restart().await;
    alice.follow(&world);
    assert_eq!(alice.session().await, 200);
    let left: Vec<_> = std::fs::read_dir(&parts).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, [path.rsplit('/').next().unwrap()]);
    assert_eq!(alice.offset(&path).await, Ok(100));
}
