//! What one phone, or whoever pretends to be one, may cost: sizes, depth, slowness, numbers, the disk.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use xuncha_core::event::Outcome;
use xuncha_core::feed::{Frame, Head, WireFrame};
use xuncha_core::protocol::push::PushReply;

use crate::world::{World, jpeg, problem};

/// A body that sends this much at once and then a byte now and then, for as long as somebody reads it.
fn slowly(first: Vec<u8>, pause: Duration) -> reqwest::Body {
    let stream = futures::stream::unfold(Some(first), move |first| async move {
        let bytes = match first {
            Some(bytes) => bytes,
            None => {
                tokio::time::sleep(pause).await;
                vec![7]
            }
        };
        Some((Ok::<_, std::io::Error>(bytes), None))
    });
    reqwest::Body::wrap_stream(stream)
}

/// HQ's answer to one who asks again when the connection was gone: HQ hangs up on bodies that it does not read to their end.
async fn answer<F: Future<Output = reqwest::Result<reqwest::Response>>>(ask: impl Fn() -> F) -> reqwest::Response {
    for _ in 0..20 {
        if let Ok(response) = ask().await {
            return response;
        }
    }
    ask().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_heads_and_depth_are_bounded_before_they_cost_memory() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.start(&world, &["alice"]);
    let ask = |body: Vec<u8>| {
        alice.request(reqwest::Method::POST, "/v1/hello").header("content-type", "application/json").body(body).send()
    };
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    assert_eq!(problem(answer(|| ask(deep.clone())).await).await, (400, "body.json".into()));
    assert_eq!(problem(answer(|| ask(vec![b' '; 300_000])).await).await, (413, "body.too_large".into()));
    let push = |body: Vec<u8>, encoding: &'static str| {
        let request = alice.request(reqwest::Method::POST, &format!("/v1/push/{}", alice.feed.feed));
        request.header("content-encoding", encoding).body(body).send()
    };
    let deep = format!("{{\"header\":{}", "[".repeat(1_000_000)).into_bytes();
    assert_eq!(problem(answer(|| push(deep.clone(), "identity")).await).await, (400, "push.malformed".into()));
    // HQ answers while the phone still sends: it may see the answer or only that nobody reads on.
    if let Ok(whole) = push(vec![b'\n'; 9 << 20], "identity").await {
        assert_eq!(problem(whole).await, (413, "body.too_large".into()));
    }

    // A frame of a few bytes that asks for a window of 128 MiB.
    let line = serde_json::to_string(&WireFrame::try_from(&alice.frames[0]).unwrap()).unwrap();
    let packed = |log: u32| {
        let mut out = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        out.window_log(log).unwrap();
        std::io::Write::write_all(&mut out, line.as_bytes()).unwrap();
        out.finish().unwrap()
    };
    assert_eq!(problem(answer(|| push(packed(27), "zstd")).await).await, (400, "push.malformed".into()));
    assert_eq!(answer(|| push(packed(20), "zstd")).await.status(), 200, "a window within bounds is read");

    // A head without end: cut off, and nobody else notices.
    let address = world.hq.dashboard_url.strip_prefix("http://").unwrap();
    let mut wire = TcpStream::connect(address).await.unwrap();
    wire.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let mut sent = 0;
    while sent < 64 << 20 && wire.write_all(format!("x-{sent}: {}\r\n", "y".repeat(8000)).as_bytes()).await.is_ok() {
        sent += 8000;
    }
    // What the sockets' own buffers take is not HQ's.
    assert!(sent < 32 << 20, "{sent} bytes of a head were taken");
    alice.push().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_byte_by_byte_ends_with_its_time() {
    let world = World::with(|c| c.terms.head = Duration::from_secs(1)).await;
    let address = world.hq.dashboard_url.strip_prefix("http://").unwrap();
    let begun = Instant::now();
    let mut wire = TcpStream::connect(address).await.unwrap();
    let mut reader = Vec::new();
    for byte in b"GET /api/me HTTP/1.1\r\nhost: a.very.long.name.that.never.ends".iter().cycle() {
        if wire.write_all(&[*byte]).await.is_err() {
            break;
        }
        match tokio::time::timeout(Duration::from_millis(50), wire.read_buf(&mut reader)).await {
            Ok(Ok(0)) | Ok(Err(_)) => break,
            _ => {}
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "HQ still listens");
    }
    assert!(begun.elapsed() >= Duration::from_millis(900));
}

/// A runtime with few threads that may block: what would take 512 slow phones in the field takes 12 here.
#[test]
fn phones_that_send_slowly_hold_no_threads_and_are_cut_off() {
    const THREADS: usize = 6;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(THREADS)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let world = World::new().await;
        let mut alice = world.phone("alice").await;
        let id = alice.start(&world, &["alice"]);
        let photos: Vec<_> = (0..2 * THREADS).map(|_| jpeg(50_000)).collect();
        let entries: Vec<_> = photos.iter().map(|p| alice.photo(&id, p).0).collect();
        alice.push().await;
        let mut slow = Vec::new();
        let mut paths = Vec::new();
        for (entry, photo) in entries.iter().zip(&photos) {
            let path = alice.create(entry, photo).await;
            let body = slowly(photo[..100].to_vec(), Duration::from_millis(200));
            slow.push(tokio::spawn(alice.patch(&path, 0).body(body).send()));
            paths.push(path);
        }
        // All of them are under way; another phone's whole inspection goes through beside them.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut bob = world.phone("bob").await;
        let whole = async {
            let id = bob.start(&world, &["bob"]);
            let photo = jpeg(300_000);
            let (entry, sha256) = bob.photo(&id, &photo);
            bob.push().await;
            bob.upload(&entry, &photo).await;
            bob.receipt(&[sha256]).await
        };
        let begun = Instant::now();
        let receipt = tokio::time::timeout(Duration::from_secs(20), whole).await.expect("slow phones hold up another");
        assert_eq!(receipt.blobs_stored.len(), 1);
        assert!(slow.iter().any(|s| !s.is_finished()), "they were slow all the while: {:?}", begun.elapsed());
        for one in slow {
            // Too few bytes within the time a body may be silent (3 s here): cut off.
            let reply = tokio::time::timeout(Duration::from_secs(20), one).await.expect("a slow body has no end");
            if let Ok(reply) = reply.unwrap() {
                assert_eq!(problem(reply).await, (408, "request.slow".into()));
            }
        }
        for (path, photo) in paths.iter().zip(&photos) {
            let offset = alice.offset(path).await.unwrap();
            assert!(offset >= 100, "what arrived counts: {offset}");
            assert!(offset < 200 && photo.len() > 200);
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn i7_of_64_pushes_of_different_entries_to_one_place_one_wins_and_all_others_are_told_and_kept() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.start(&world, &["alice"]);
    alice.push().await;
    let head = alice.head.clone();
    let frames: Vec<Frame> = (0..64).map(|_| alice.elsewhere(&head)).collect();
    let replies = futures::future::join_all(frames.iter().map(|f| alice.push_frames(std::slice::from_ref(f)))).await;
    let mut won = Vec::new();
    for (frame, reply) in frames.iter().zip(replies) {
        assert_eq!(reply.status(), 200);
        let reply: PushReply = reply.json().await.unwrap();
        match reply.quarantined.as_slice() {
            [] => won.push(frame.id()),
            [apart] => {
                assert_eq!((apart.id, apart.seq, apart.reason.as_str()), (frame.id(), head.seq + 1, "feed.taken"))
            }
            other => panic!("{other:?}"),
        }
        assert!(reply.head.seq == head.seq + 1, "everybody hears where the feed ends");
    }
    assert_eq!(won.len(), 1, "exactly one wins");
    assert_eq!(world.hq.hq.db.entry_at(&alice.feed.feed, head.seq + 1).await.unwrap(), Some(won[0]));
    let kept = world.hq.hq.db.quarantined(&alice.feed.feed).await.unwrap();
    let lost: Vec<_> = frames.iter().map(Frame::id).filter(|id| *id != won[0]).collect();
    assert!(kept.len() == 63 && lost.iter().all(|id| kept.iter().any(|q| q.id == *id)), "{}", kept.len());
    eprintln!("64 pushes to one place: 1 won, {} kept apart and told", kept.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_said_clearly_stops_nothing_else_and_ends_with_its_day() {
    let world = World::with(|c| {
        c.quota.entries = 8;
        c.quota.bytes = 100_000;
    })
    .await;
    let mut alice = world.phone("alice").await;
    let id = alice.start(&world, &["alice"]);
    let photos = [jpeg(60_000), jpeg(50_000), jpeg(30_000)];
    let named: Vec<_> = photos.iter().map(|p| alice.photo(&id, p)).collect();
    alice.push().await;
    alice.upload(&named[0].0, &photos[0]).await;
    let reply = alice.creation(&named[1].0, &photos[1]).send().await.unwrap();
    assert_eq!(problem(reply).await, (429, "quota.bytes".into()), "60,000 and 50,000 are more than 100,000");
    alice.upload(&named[2].0, &photos[2]).await;
    let receipt = alice.receipt(&[named[0].1, named[1].1, named[2].1]).await;
    assert_eq!(receipt.blobs_stored.len(), 2, "what fits is taken and receipted");

    for n in 0..4 {
        alice.answer_item(&world, &id, &format!("COLD-0{}", n + 1), Outcome::Conforms);
    }
    assert_eq!(problem(alice.push_frames(&alice.frames).await).await, (429, "quota.entries".into()));
    let reply = alice.push_frames(&alice.frames[..8]).await;
    assert_eq!(reply.json::<PushReply>().await.unwrap().head.seq, 8, "up to the limit they are taken");
    assert_eq!(alice.receipt(&[]).await.stored_to.seq, 8);
    let mut bob = world.phone("bob").await;
    bob.start(&world, &["bob"]);
    bob.push().await;
    // Frames that are kept apart do not pile up without end either.
    let first = Head { feed: bob.feed.feed, seq: 1, id: Some(bob.frames[0].id()), lamport: 1 };
    let forks: Vec<Frame> = (0..9).map(|_| bob.elsewhere(&first)).collect();
    for fork in &forks[..8] {
        assert_eq!(bob.push_frames(std::slice::from_ref(fork)).await.status(), 200);
    }
    assert_eq!(problem(bob.push_frames(&forks[8..]).await).await, (429, "quota.entries".into()));

    world.clock.pass(Duration::from_secs(25 * 3600));
    assert_eq!(alice.session().await, 200);
    alice.push().await;
    alice.upload(&named[1].0, &photos[1]).await;
    assert_eq!(alice.receipt(&[named[1].1]).await.blobs_stored, [named[1].1], "the next day it goes on");
}

/// A small disk of its own, if this machine lets us have one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(mib: u32) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let size = format!("size={mib}m");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(dir.path()).output();
        done.is_ok_and(|d| d.status.success()).then_some(Self(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

/// Fills the disk until `left` bytes are free.
fn fill(folder: &Path, left: u64) {
    let file = fs::File::create(folder.join("somebody-elses")).unwrap();
    let stat = rustix::fs::statvfs(folder).unwrap();
    let free = stat.f_bavail * stat.f_frsize;
    let room = free.saturating_sub(left);
    rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, room.max(1)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn i1_on_a_full_disk_entries_still_come_in_photos_are_refused_and_all_goes_on_by_itself() {
    let Some(disk) = SmallDisk::mount(96) else {
        eprintln!("SKIPPED: no small disk can be mounted here (needs root): HQ on a full disk is not shown");
        return;
    };
    let dir = tempfile::tempdir_in(disk.0.path()).unwrap();
    let world = World::at(dir, |c| {
        c.keep.free = 24 << 20;
        c.keep.reserve = 8 << 20;
    })
    .await;
    let ballast = world.dir.path().join("data/reserve");
    assert!(ballast.exists());
    let mut alice = world.phone("alice").await;
    let id = alice.start(&world, &["alice"]);
    let photo = jpeg(2_000_000);
    let (entry, sha256) = alice.photo(&id, &photo);
    alice.push().await;
    let path = alice.create(&entry, &photo).await;
    alice.patch(&path, 0).body(photo[..500_000].to_vec()).send().await.unwrap();

    fill(disk.0.path(), 20 << 20);
    let reply = alice.patch(&path, 500_000).body(photo[500_000..].to_vec()).send().await.unwrap();
    assert_eq!(problem(reply).await, (507, "disk.full".into()));
    let other = jpeg(10_000);
    let (next, _) = alice.photo(&id, &other);
    alice.push().await;
    assert_eq!(problem(alice.creation(&next, &other).send().await.unwrap()).await, (507, "disk.full".into()));
    let root = world.browser("root").await;
    let said = |status: Value| status["troubles"].as_array().unwrap().iter().any(|t| t["kind"] == "full");
    assert!(said(root.get("/api/status").await), "those who lead are told");

    // Now others take everything that is left: entries go on in the reserve.
    fill(disk.0.path(), 0);
    for n in 0..50 {
        alice.answer_item(&world, &id, &format!("COLD-0{}", n % 8 + 1), Outcome::Conforms);
        alice.push().await;
    }
    assert!(!ballast.exists(), "the ballast was given for them");
    let receipt = alice.receipt(&[sha256]).await;
    assert_eq!((receipt.stored_to.clone(), receipt.blobs_stored.len()), (alice.head.clone(), 0));

    fs::remove_file(disk.0.path().join("somebody-elses")).unwrap();
    assert_eq!(alice.offset(&path).await, Ok(500_000), "what had come is still there");
    let reply = alice.patch(&path, 500_000).body(photo[500_000..].to_vec()).send().await.unwrap();
    assert_eq!(reply.status(), 204);
    assert_eq!(alice.receipt(&[sha256]).await.blobs_stored, [sha256]);
    world.hq.hq.room.refill();
    assert!(ballast.exists() && !said(root.get("/api/status").await), "and the reserve is laid down anew");
    let again = world.restart().await;
    alice.follow(&again);
    assert_eq!(alice.session().await, 200);
    let receipt = alice.receipt(&[sha256]).await;
    assert_eq!((receipt.stored_to, receipt.blobs_stored), (alice.head.clone(), vec![sha256]));
}

#[test]
fn what_the_program_may_be_told_is_told_by_its_help() {
    let done = Command::new(env!("CARGO_BIN_EXE_xuncha-hq")).args(["serve", "--help"]).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    for option in ["--quota-entries", "--quota-gib", "--keep-free-mib", "--reserve-mib", "--check-hours"] {
        assert!(said.contains(option), "{option}");
    }
}
