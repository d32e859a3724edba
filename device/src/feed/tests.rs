use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;
use xuncha_core::Failure;
use xuncha_core::feed::{AppInfo, ClaimedTime, Draft, FeedKey, Frame, Head, Signer as _, author};

use super::segment::START;
use super::*;
use crate::keys::NewKeys;

/// An author with a folder of its own.
struct Author {
    keys: NewKeys,
    feed: FeedKey,
    dir: TempDir,
}

impl Author {
    fn new() -> Self {
        let keys = NewKeys::generate();
        let feed =
            FeedKey::new(keys.feed_signer().verifying_key(), "phone-1".parse().unwrap(), "alice".parse().unwrap());
        Self { keys, feed, dir: tempfile::tempdir().unwrap() }
    }
    /// The next entries after `head`; `text` tells them from others at the same places.
    fn write(&self, head: &Head, count: usize, text: &str) -> Vec<Frame> {
        let mut head = head.clone();
        (0..count)
            .map(|_| {
                let draft = Draft {
                    salt: [7; 16],
                    actor: self.feed.user.clone(),
                    inspection: None,
                    kind: "note.set".into(),
                    body: serde_json::json!({ "text": text }),
                    over: vec![],
                    seen_lamport: 0,
                    blobs: vec![],
                    time: ClaimedTime {
                        wall: "1970-01-01T08:00:00+08:00".into(),
                        boot: "b".into(),
                        mono_ms: 1,
                        hq_seen: None,
                    },
                    place: None,
                    app: AppInfo { version: "0".into(), os: "test".into() },
                };
                let (frame, entry) = author(&head, draft, self.keys.feed_signer()).unwrap();
                head =
                    Head { feed: head.feed, seq: entry.header.seq, id: Some(entry.id), lamport: entry.header.lamport };
                frame
            })
            .collect()
    }
    fn open_knowing(&self, known: Option<&Head>) -> Result<(Feed, OpenReport), FeedError> {
        Feed::open(self.dir.path(), self.feed.feed, Key::from_bytes(&[9; 32]), known)
    }
    fn open(&self) -> Result<(Feed, OpenReport), FeedError> {
        self.open_knowing(None)
    }
    fn segment(&self, first: u64) -> PathBuf {
        self.dir.path().join(segment::file_name(first))
    }
    /// A feed of `count` entries, one write each, in segments of about `rotate_at` bytes.
    fn filled(&self, count: usize, rotate_at: u64) -> (Feed, Vec<Frame>) {
        let mut feed = self.open().unwrap().0;
        feed.log.rotate_at = rotate_at;
        let frames = self.write(feed.head(), count, "x");
        for frame in &frames {
            feed.append(std::slice::from_ref(frame)).unwrap();
        }
        (feed, frames)
    }
}

fn all(feed: &Feed) -> Vec<Frame> {
    feed.frames(1).collect::<Result<_, _>>().unwrap()
}

#[test]
fn what_was_appended_is_read_back_byte_for_byte_after_a_restart() {
    let alice = Author::new();
    let (feed, frames) = alice.filled(9, 3_000);
    let head = feed.head().clone();
    drop(feed);
    assert!(fs::read_dir(alice.dir.path()).unwrap().count() > 2, "several segments");
    let (feed, report) = alice.open_knowing(Some(&head)).unwrap();
    assert_eq!(report.cut_bytes, 0);
    assert_eq!(feed.head(), &head);
    assert_eq!(all(&feed), frames);
    assert_eq!(feed.read_at(4).unwrap().as_ref(), frames.get(3));
    assert_eq!(feed.read_at(10).unwrap(), None);
    assert_eq!(feed.read_at(0).unwrap(), None);
    assert_eq!(feed.verify_all(&alice.feed.key).unwrap(), head);
    assert_eq!(feed.read(3, 1).unwrap(), frames[2..3], "at least one");
    assert_eq!(feed.read(3, 1 << 20).unwrap(), frames[2..]);
}

#[test]
fn nothing_readable_lies_in_the_files() {
    let alice = Author::new();
    let (_, frames) = alice.filled(1, 4096);
    let stored = fs::read(alice.segment(1)).unwrap();
    let secret = &frames[0].header_bytes()[..40];
    assert!(!stored.windows(secret.len()).any(|w| w == secret));
    assert_eq!(fs::metadata(alice.segment(1)).unwrap().permissions().mode() & 0o077, 0);
}

#[test]
fn a_last_record_torn_at_any_byte_is_cut_and_reported_and_work_goes_on() {
    let alice = Author::new();
    let (feed, frames) = alice.filled(2, 1 << 20);
    drop(feed);
    let before = fs::metadata(alice.segment(1)).unwrap().len() as usize;
    let mut feed = alice.open().unwrap().0;
    let third = alice.write(feed.head(), 1, "torn");
    feed.append(&third).unwrap();
    drop(feed);
    let whole = fs::read(alice.segment(1)).unwrap();
    for cut in before..whole.len() {
        fs::write(alice.segment(1), &whole[..cut]).unwrap();
        let (mut feed, report) = alice.open().unwrap();
        assert_eq!((feed.head().seq, report.cut_bytes), (2, (cut - before) as u64), "cut at {cut}");
        assert_eq!(fs::metadata(alice.segment(1)).unwrap().len() as usize, before);
        if cut % 97 == 0 {
            feed.append(&third).unwrap();
            drop(feed);
            let (feed, report) = alice.open().unwrap();
            assert_eq!(report.cut_bytes, 0);
            assert_eq!(all(&feed), [frames.as_slice(), &third].concat());
        }
    }
}

#[test]
fn a_flipped_bit_anywhere_is_an_error_or_a_reported_cut_and_never_another_entry() {
    let alice = Author::new();
    let (feed, frames) = alice.filled(3, 1 << 20);
    let last = feed.log.reader().log().end() as usize;
    let third = last - record::HEAD - 16 - frames[2].to_bytes().len();
    drop(feed);
    let whole = fs::read(alice.segment(1)).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(alice.segment(1), &bytes).unwrap();
        match alice.open() {
            Ok((feed, report)) => {
                assert!(at >= third, "a flip at {at} went unnoticed");
                assert_eq!((all(&feed).as_slice(), report.cut_bytes), (&frames[..2], (last - third) as u64));
            }
            Err(e) => {
                assert!(at < third, "flip at {at}: {e}");
                assert_eq!(Failure::from(e).code, "feed.damaged");
                assert_eq!(fs::read(alice.segment(1)).unwrap(), bytes, "files stay as they are");
            }
        }
    }
}

#[test]
fn a_write_whose_first_page_never_reached_the_disk_is_torn_and_not_damage() {
    let alice = Author::new();
    let (mut feed, frames) = alice.filled(1, 1 << 20);
    let start = feed.log.end() as usize;
    let batch = alice.write(feed.head(), 3, "one write");
    feed.append(&batch).unwrap();
    let after_batch = feed.log.end() as usize;
    drop(feed);
    let hole = |bytes: &mut [u8]| bytes[start..start + 200].fill(0);
    let mut bytes = fs::read(alice.segment(1)).unwrap();
    hole(&mut bytes);
    fs::write(alice.segment(1), &bytes).unwrap();
    let (mut feed, report) = alice.open().unwrap();
    assert_eq!(report.cut_bytes, (after_batch - start) as u64);
    assert_eq!(all(&feed), frames);

    // The same hole with a later write behind it: the batch was durable once, so this is damage.
    feed.append(&batch).unwrap();
    let later = alice.write(feed.head(), 1, "later");
    feed.append(&later).unwrap();
    drop(feed);
    let mut bytes = fs::read(alice.segment(1)).unwrap();
    hole(&mut bytes);
    fs::write(alice.segment(1), &bytes).unwrap();
    assert!(matches!(alice.open(), Err(FeedError::Damaged { .. })));
    assert_eq!(fs::read(alice.segment(1)).unwrap(), bytes);
}

#[test]
fn a_missing_or_shortened_segment_is_reported_at_open() {
    let alice = Author::new();
    let (feed, _) = alice.filled(9, 2_500);
    let firsts: Vec<u64> = feed.log.segments_for_test();
    drop(feed);
    assert!(firsts.len() >= 3);
    for first in &firsts[..firsts.len() - 1] {
        let path = alice.segment(*first);
        let whole = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(matches!(alice.open(), Err(FeedError::Damaged { .. })), "{first} missing");
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(matches!(alice.open(), Err(FeedError::Damaged { .. })), "{first} shortened");
        fs::write(&path, &whole).unwrap();
    }
    alice.open().unwrap();
}

#[test]
fn an_end_before_a_known_head_is_a_roll_back_and_changes_nothing() {
    let alice = Author::new();
    let (feed, _) = alice.filled(5, 2_500);
    let head = feed.head().clone();
    let last = *feed.log.segments_for_test().last().unwrap();
    drop(feed);
    // A torn end below the known head must not be cut either.
    let whole = fs::read(alice.segment(last)).unwrap();
    let torn = &whole[..whole.len() - 1];
    fs::write(alice.segment(last), torn).unwrap();
    let e = alice.open_knowing(Some(&head)).err().unwrap();
    assert!(matches!(e, FeedError::RolledBack { known: 5, have: 4 }), "{e}");
    assert_eq!(Failure::from(e).code, "feed.rolled_back");
    assert_eq!(fs::read(alice.segment(last)).unwrap(), torn);
    for entry in fs::read_dir(alice.dir.path()).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert!(matches!(alice.open_knowing(Some(&head)), Err(FeedError::RolledBack { known: 5, have: 0 })));
    assert_eq!(fs::read_dir(alice.dir.path()).unwrap().count(), 0, "no new feed is begun in its place");
}

#[test]
fn another_entry_at_a_taken_place_is_a_fork_and_the_same_one_is_nothing_new() {
    let alice = Author::new();
    let (mut feed, frames) = alice.filled(3, 1 << 20);
    let end = feed.log.end();
    assert_eq!(feed.append(&frames).unwrap().seq, 3);
    assert_eq!(feed.log.end(), end, "a repetition writes nothing");
    let other = alice.write(&Head::empty(alice.feed.feed), 2, "other");
    assert!(matches!(feed.append(&other), Err(FeedError::Forked(1))));
    let next = alice.write(feed.head(), 2, "next");
    assert!(matches!(feed.append(&next[1..]), Err(FeedError::NotNext(_))), "a gap");
    let stranger = Author::new();
    let foreign = stranger.write(&Head { feed: stranger.feed.feed, ..feed.head().clone() }, 1, "x");
    assert!(matches!(feed.append(&foreign), Err(FeedError::NotNext(_))));
    assert_eq!(feed.log.end(), end, "what is refused writes nothing");
    let fork = Head { id: Some(other[1].id()), seq: 2, ..feed.head().clone() };
    drop(feed);
    assert!(matches!(alice.open_knowing(Some(&fork)), Err(FeedError::Forked(2))));
}

#[test]
fn a_payload_that_comes_later_fills_the_header_that_was_kept() {
    let alice = Author::new();
    let mut feed = alice.open().unwrap().0;
    feed.log.rotate_at = 2_000;
    let frames = alice.write(feed.head(), 6, "confidential");
    let headers: Vec<Frame> = frames.iter().map(Frame::header_only).collect();
    feed.append(&headers).unwrap();
    assert_eq!(all(&feed), headers);
    assert_eq!(feed.verify_all(&alice.feed.key).unwrap().seq, 6, "headers alone verify");
    feed.append(&frames[1..3]).unwrap();
    let more = alice.write(feed.head(), 4, "later");
    feed.append(&more).unwrap();
    feed.append(&frames[4..5]).unwrap();
    let end = feed.log.end();
    feed.append(&frames[1..2]).unwrap();
    feed.append(&headers[1..2]).unwrap();
    assert_eq!(feed.log.end(), end, "filled once is enough");
    let mut expected = headers.clone();
    for at in [1, 2, 4] {
        expected[at] = frames[at].clone();
    }
    expected.extend(more);
    assert_eq!(all(&feed), expected);
    drop(feed);
    let feed = alice.open().unwrap().0;
    assert_eq!(all(&feed), expected);
    assert_eq!(feed.verify_all(&alice.feed.key).unwrap().seq, 10);
}

#[test]
fn after_a_failed_fsync_the_handle_refuses_to_write_and_opening_anew_heals() {
    let alice = Author::new();
    let (mut feed, frames) = alice.filled(2, 1 << 20);
    // /dev/null takes every write and cannot be fsynced: the real error of a real fsync.
    feed.log.tail = fs::OpenOptions::new().write(true).open("/dev/null").unwrap();
    let next = alice.write(feed.head(), 1, "x");
    for _ in 0..2 {
        let e = feed.append(&next).err().unwrap();
        assert_eq!(Failure::from(e).code, "disk.fsync_failed");
        assert_eq!(feed.head().seq, 2, "nothing is acknowledged");
    }
    feed.log.tail = fs::OpenOptions::new().write(true).open(alice.segment(1)).unwrap();
    assert!(feed.append(&next).is_err(), "a later fsync that works proves nothing");
    drop(feed);
    let mut feed = alice.open().unwrap().0;
    assert_eq!(all(&feed), frames);
    assert_eq!(feed.append(&next).unwrap().seq, 3);
}

#[test]
fn another_key_or_another_feeds_files_do_not_open() {
    let (alice, bob) = (Author::new(), Author::new());
    alice.filled(1, 4096);
    let wrong_key = Feed::open(alice.dir.path(), alice.feed.feed, Key::from_bytes(&[8; 32]), None);
    assert!(matches!(wrong_key, Err(FeedError::Damaged { .. })));
    let other_feed = Feed::open(alice.dir.path(), bob.feed.feed, Key::from_bytes(&[9; 32]), None);
    assert!(matches!(other_feed, Err(FeedError::Damaged { .. })));
    let feed = alice.open().unwrap().0;
    assert!(feed.verify_all(&bob.feed.key).is_err(), "a signature of somebody else");
}

#[test]
fn a_segment_begun_and_not_written_is_an_empty_end() {
    let alice = Author::new();
    let (mut feed, frames) = alice.filled(2, 1);
    let next = alice.write(feed.head(), 1, "x");
    feed.append(&next).unwrap();
    drop(feed);
    let path = alice.segment(3);
    let begun = fs::read(&path).unwrap()[..START].to_vec();
    fs::write(&path, begun).unwrap();
    let (mut feed, report) = alice.open().unwrap();
    assert_eq!((feed.head().seq, report.cut_bytes), (2, 0));
    assert_eq!(all(&feed), frames);
    feed.append(&next).unwrap();
    assert_eq!(feed.verify_all(&alice.feed.key).unwrap().seq, 3);
}

#[test]
fn a_feed_and_its_neighbours_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Feed>();
    shared::<ReceiptFile>();
    shared::<crate::vault::Vault>();
    shared::<crate::keys::Unlocked>();
    fn moved<T: Send>() {}
    moved::<crate::vault::VaultWriter>();
    moved::<crate::keys::KeyFile>();
}

#[test]
fn feeds_are_listed_by_their_folders() {
    let dir = tempfile::tempdir().unwrap();
    let files = FeedFiles::new(&dir.path().join("feeds"));
    assert!(files.list().unwrap().is_empty());
    let alice = Author::new();
    files.open(alice.feed.feed, Key::random(), None).unwrap();
    fs::create_dir(dir.path().join("feeds/not-a-feed")).unwrap();
    assert_eq!(files.list().unwrap(), [alice.feed.feed]);
}

#[test]
fn receipts_come_back_with_their_numbers_and_a_torn_one_is_cut() {
    let dir = tempfile::tempdir().unwrap();
    let open = |known| ReceiptFile::open(dir.path(), Key::from_bytes(&[3; 32]), known);
    let (mut file, _) = open(0).unwrap();
    assert_eq!(file.append(&[b"one", b"two"]).unwrap(), 2);
    assert_eq!(file.append(&[b"three"]).unwrap(), 3);
    drop(file);
    let path = dir.path().join("00000001.seg");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert!(matches!(open(3), Err(FeedError::RolledBack { known: 3, have: 2 })));
    let (file, report) = open(2).unwrap();
    assert!(report.cut_bytes > 0);
    assert_eq!(file.read(1, 1 << 20).unwrap(), [(1, b"one".to_vec()), (2, b"two".to_vec())]);
    assert_eq!(file.read(2, 1).unwrap(), [(2, b"two".to_vec())]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Reading guide: whatever single byte changes in whatever segment, every entry that is handed out is one that was
    /// written, in its place; a full verification either fails or the change hit the torn-off end.
    #[test]
    fn no_changed_byte_in_any_segment_hands_out_another_entry(at in any::<prop::sample::Index>(), xor in 1u8..) {
        let alice = Author::new();
        let (feed, frames) = alice.filled(6, 2_500);
        let segments = feed.log.segments_for_test();
        drop(feed);
        let sizes: Vec<usize> = segments.iter().map(|s| fs::metadata(alice.segment(*s)).unwrap().len() as usize).collect();
        let mut at = at.index(sizes.iter().sum());
        let mut hit = 0;
        while at >= sizes[hit] { at -= sizes[hit]; hit += 1; }
        let mut bytes = fs::read(alice.segment(segments[hit])).unwrap();
        bytes[at] ^= xor;
        fs::write(alice.segment(segments[hit]), bytes).unwrap();
        if let Ok((feed, report)) = alice.open() {
            for (read, written) in feed.frames(1).map_while(Result::ok).zip(&frames) {
                prop_assert_eq!(&read, written);
            }
            let verified = feed.verify_all(&alice.feed.key);
            prop_assert!(verified.is_err() || report.cut_bytes > 0);
        }
    }
}
