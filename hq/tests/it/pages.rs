//! Answers for a line that carries little between two cuts: pages of a pull, and what was said before somebody joined.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use xuncha_core::event::{FeedOpened, Officer, OfficersSet, Outcome};
use xuncha_core::feed::{Chain, Frame, Head};
use xuncha_core::ids::{Digest, FeedId, InspectionId};
use xuncha_core::protocol::pull::{PullReply, PullRequest, Said};

use crate::world::{Phone, World};

/// What a phone holds of other feeds.
#[derive(Default)]
struct Copies {
    heads: BTreeMap<FeedId, Head>,
    /// Places whose words are here.
    words: BTreeSet<(FeedId, u64)>,
}

impl Copies {
    fn ask(&self, bytes: Option<u64>, said: Option<Said>) -> PullRequest {
        PullRequest { have: self.heads.values().cloned().collect(), bytes, said }
    }

    /// Takes a page as a phone does, frame by frame; gives how many it had and whether a head moved.
    fn take(&mut self, reply: &PullReply) -> (usize, bool) {
        let (mut frames, mut moved) = (0, false);
        for run in &reply.runs {
            let feed = run.feed.feed;
            let head = self.heads.remove(&feed).unwrap_or_else(|| Head::empty(feed));
            let mut chain = Chain::resume(run.feed.key, head.clone());
            for wire in &run.frames {
                let frame = Frame::from(wire.clone());
                let seq = frame.open().unwrap().header.seq;
                let next = chain.accept(&frame);
                assert!(next.is_ok() || seq <= chain.head().seq, "neither the next nor here already: {next:?}");
                if wire.payload.is_some() {
                    self.words.insert((feed, seq));
                }
                frames += 1;
            }
            moved |= chain.head() != &head;
            self.heads.insert(feed, chain.head().clone());
        }
        (frames, moved)
    }

    /// Everything there is, page by page. Gives bytes and frames of each.
    async fn pull(&mut self, phone: &Phone, bytes: Option<u64>) -> Vec<(u64, usize)> {
        let (mut pages, mut said) = (vec![], None);
        loop {
            let reply: PullReply = phone.ask("/v1/pull", &self.ask(bytes, said.take())).await;
            let size = serde_json::to_vec(&reply.runs).unwrap().len() as u64 - 2;
            let (frames, moved) = self.take(&reply);
            assert!(!moved || reply.said.is_none(), "what was said before comes before a head moves");
            pages.push((size, frames));
            assert!(pages.len() < 1_000, "no end");
            if !reply.more {
                return pages;
            }
            said = reply.said;
        }
    }

    fn words_of(&self, feed: &FeedId) -> Vec<u64> {
        self.words.iter().filter(|(f, _)| f == feed).map(|(_, seq)| *seq).collect()
    }
}

fn name(phone: &mut Phone, inspection: &InspectionId, users: &[&str]) {
    let officer = |u: &&str| Officer { user: u.parse().ok(), name: (*u).into(), certificate: String::new() };
    let set = OfficersSet { officers: users.iter().map(officer).collect() };
    phone.write(Some(inspection), set.into(), vec![]);
}

#[tokio::test]
async fn a_page_holds_no_more_than_was_asked_for_and_one_entry_whatever_its_size() {
    let world = World::new().await;
    let (mut alice, bob) = (world.phone("alice").await, world.phone("bob").await);
    let id = alice.start(&world, &["alice", "bob"]);
    for _ in 0..12 {
        alice.answer_item(&world, &id, "COLD-01", Outcome::Conforms);
    }
    let long = json!({"item": "COLD-01", "text": "冷".repeat(600)});
    let me = alice.user.clone();
    alice.write_raw(Some(&id), "note.set", long, vec![], me, 0);
    alice.push().await;
    let mut whole = Copies::default();
    assert_eq!(whole.pull(&bob, None).await.len(), 1, "unasked, all of it comes at once");
    let mut told = vec![];
    for bytes in [1, 2_500, 9_000, 1 << 40] {
        let mut copies = Copies::default();
        let pages = copies.pull(&bob, Some(bytes)).await;
        assert!(pages.iter().all(|(size, frames)| *frames == 1 || *size <= bytes), "{bytes}: {pages:?}");
        assert!(pages.iter().all(|(_, frames)| *frames > 0), "{bytes}: {pages:?}");
        assert_eq!((&copies.heads, &copies.words), (&whole.heads, &whole.words), "{bytes}: the same in the end");
        told.push(pages.len());
    }
    eprintln!("pages of 1, 2 500, 9 000 and any number of bytes: {told:?}");
    let frames = whole.heads.values().map(|h| h.seq as usize).sum::<usize>();
    assert_eq!((told[0], told[3]), (frames, 1));
    assert!(told[0] > told[1] && told[1] > told[2] && told[2] > 1, "{told:?}");
}

#[tokio::test]
async fn what_was_said_before_one_joined_comes_in_pages_too_and_no_head_moves_before_it_is_there() {
    let world = World::new().await;
    let (mut alice, bob) = (world.phone("alice").await, world.phone("bob").await);
    // An inspection they share, so that bob has alice's feed; and one that is hers.
    alice.start(&world, &["alice", "bob"]);
    let id = alice.start(&world, &["alice"]);
    for _ in 0..8 {
        alice.answer_item(&world, &id, "COLD-01", Outcome::Conforms);
    }
    alice.push().await;
    let mut before = Copies::default();
    before.pull(&bob, None).await;
    let hers = alice.feed.feed;
    assert_eq!(before.words_of(&hers), [2], "feed, shared start; the rest are headers");
    name(&mut alice, &id, &["alice", "bob"]);
    alice.answer_item(&world, &id, "COLD-02", Outcome::Conforms);
    alice.push().await;
    for (bytes, pages) in [(Some(1), 11), (Some(6_000), 0), (None, 1)] {
        let mut copies = Copies { heads: before.heads.clone(), words: before.words.clone() };
        let told = copies.pull(&bob, bytes).await;
        assert_eq!(copies.words_of(&hers), (2..=13).collect::<Vec<_>>(), "{bytes:?}: {told:?}");
        assert!(pages == 0 || told.len() == pages, "{bytes:?}: {told:?}");
        assert!(told.iter().all(|(size, frames)| *frames == 1 || *size <= bytes.unwrap_or(u64::MAX)), "{told:?}");
    }
    // A place in other inspections' words means nothing here: it is told from the beginning.
    let of = Digest::digest(&[b"others"]);
    let reply: PullReply = bob.ask("/v1/pull", &before.ask(Some(1), Some(Said { of, to: 1 << 40 }))).await;
    let first = reply.runs[0].frames[0].clone();
    assert_eq!(Frame::from(first).open().unwrap().header.seq, 3);
    assert_eq!(reply.said.map(|said| said.of == of), Some(false));
}

#[tokio::test]
async fn what_somebody_said_before_this_very_phone_named_him_comes_and_comes_no_more_when_anything_new_did() {
    let world = World::new().await;
    let (mut alice, mut bob) = (world.phone("alice").await, world.phone("bob").await);
    let carol = world.phone("carol").await;
    // An inspection they share, so that alice has bob's feed; and one that is hers, in which he speaks unasked.
    let shared = alice.start(&world, &["alice", "bob"]);
    let id = alice.start(&world, &["alice"]);
    alice.push().await;
    bob.write(None, FeedOpened { succeeds: None }.into(), vec![]);
    bob.answer_item(&world, &shared, "COLD-01", Outcome::Conforms);
    bob.answer_item(&world, &id, "COLD-02", Outcome::NonConforming);
    let me = bob.user.clone();
    bob.write_raw(Some(&id), "drone.landed", json!({"where": "roof"}), vec![], me, 0);
    bob.push().await;
    let mut hers = Copies::default();
    hers.pull(&alice, None).await;
    let his = bob.feed.feed;
    assert_eq!(hers.words_of(&his), [2], "a stranger's words stay with HQ, those it cannot read too");
    name(&mut alice, &id, &["alice", "bob"]);
    alice.push().await;
    for bytes in [Some(1), None] {
        let mut hers = Copies { heads: hers.heads.clone(), words: hers.words.clone() };
        hers.pull(&alice, bytes).await;
        assert_eq!(hers.words_of(&his), [2, 3, 4], "{bytes:?}: the phone's own word has no place in its cursors");
    }
    // Nobody else's: what carol names has no effect, and tells her nothing.
    let mut stranger = carol;
    name(&mut stranger, &id, &["carol"]);
    stranger.push().await;
    let told: PullReply =
        stranger.ask("/v1/pull", &Copies { heads: hers.heads.clone(), ..Copies::default() }.ask(None, None)).await;
    assert!(told.runs.is_empty(), "{told:?}");
    // Nor a copy of before a restoration: it would refuse other entries in the places of its own.
    let mut other = hers.heads.clone();
    if let Some(head) = other.get_mut(&his) {
        head.id = Some(xuncha_core::ids::EntryId::digest(&[b"other"]));
    }
    let told: PullReply = alice.ask("/v1/pull", &Copies { heads: other, ..Copies::default() }.ask(None, None)).await;
    assert!(told.runs.is_empty(), "{told:?}");
    // Anything new ends it.
    hers.pull(&alice, None).await;
    bob.answer_item(&world, &shared, "COLD-03", Outcome::Conforms);
    bob.push().await;
    hers.pull(&alice, None).await;
    assert_eq!(hers.words_of(&his), [2, 3, 4, 5]);
    let reply: PullReply = alice.ask("/v1/pull", &hers.ask(None, None)).await;
    assert!(reply.runs.is_empty() && !reply.more, "{reply:?}");
}

#[tokio::test]
async fn a_hello_names_as_many_wanted_blobs_as_were_asked_for_and_a_close_as_many_missing_ones() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let id = alice.start(&world, &["alice"]);
    for n in 0..5_u8 {
        alice.photo(&id, &[n; 10]);
    }
    alice.push().await;
    let all = alice.hello().await.wanted;
    assert_eq!(all.len(), 5);
    for (most, named) in [(0, 1), (2, 2), (5, 5), (9, 5)] {
        let reply = alice.hello_for(alice.head.clone(), Some(most)).await;
        assert_eq!(reply.wanted, all[..named], "{most}: the first ones, in the order of their entries");
    }
    let claim = xuncha_core::protocol::close_of_day::FeedClaim::new(
        alice.head.clone(),
        0,
        all.iter().map(|w| w.sha256).collect::<Vec<_>>(),
    );
    let close = |most: u32| json!({"feeds": [claim.clone()], "most": most});
    for (most, named) in [(0, 1), (2, 2), (9, 5)] {
        let reply: xuncha_core::protocol::close_of_day::CloseReply = alice.ask("/v1/close", &close(most)).await;
        assert_eq!((reply.missing_blobs.len(), reply.more), (named, named < 5), "{most}");
    }
}
