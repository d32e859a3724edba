//! Answers that are too long for the line: asked for shorter until they get through, longer again when they do.

use xuncha_core::Failure;
use xuncha_core::protocol::pull::Said;

use super::hand::{ByHand, last_wait};
use crate::app::views::SyncPhase;
use crate::sync::{Answer, Input, Request};

/// Lets the machine run to its end over a line on which an answer that is `too_long` never arrives.
fn over(hand: &mut ByHand, too_long: impl Fn(&Answer) -> bool) -> Vec<Request> {
    let (mut asked, mut cuts) = (vec![], 0);
    hand.input(Input::Start);
    let end = hand.sim.now + 3_600_000;
    while hand.sim.now < end && hand.sim.view().phase != SyncPhase::Done {
        if hand.open.is_empty() {
            hand.sim.now += last_wait(hand).max(1);
            hand.input(Input::Tick);
            continue;
        }
        let (id, token, request) = hand.open.remove(0);
        asked.push(request.clone());
        let result = match hand.truly(token, &request) {
            Ok(answer) if too_long(&answer) => {
                cuts += 1;
                Err(Failure::later("hq.unreachable"))
            }
            result => result,
        };
        hand.input(Input::Answer { id, result });
    }
    assert_eq!((hand.sim.view().phase, hand.problem()), (SyncPhase::Done, None), "after {cuts} cuts");
    assert!(cuts > 2, "{cuts} cuts prove nothing");
    asked
}

fn frames(answer: &Answer) -> usize {
    if let Answer::Pull(reply) = answer { reply.runs.iter().map(|r| r.frames.len()).sum() } else { 0 }
}

#[test]
fn a_page_gets_smaller_with_every_cut_down_to_one_entry_and_larger_again_when_the_line_carries_more() {
    let mut hand = ByHand::new();
    for _ in 0..30 {
        hand.sim.hq.publishes(vec![1; 10]);
    }
    let asked = over(&mut hand, |answer| frames(answer) > 1);
    let bounds: Vec<_> =
        asked.iter().filter_map(|r| if let Request::Pull(p) = r { Some(p.bytes) } else { None }).collect();
    assert_eq!(bounds[0], None, "a line that was never cut is asked for whole pages");
    assert!(bounds.iter().flatten().any(|bytes| *bytes < 2_000), "less than two entries: {bounds:?}");
    assert_eq!(hand.sim.phone.durable().copies[&hand.sim.hq.feed.feed].1.len() as u64, hand.sim.hq.own_head().seq);
    // The line is good again.
    for _ in 0..60 {
        hand.sim.hq.publishes(vec![1; 10]);
    }
    hand.input(Input::Start);
    let mut last = None;
    while !hand.open.is_empty() {
        let (id, token, request) = hand.open.remove(0);
        if let Request::Pull(pull) = &request {
            last = Some(pull.bytes);
        }
        let result = hand.truly(token, &request);
        hand.input(Input::Answer { id, result });
    }
    assert_eq!(last, Some(None), "whole pages again");
}

#[test]
fn no_connection_at_all_says_nothing_about_the_size_of_a_page() {
    let mut hand = ByHand::new();
    let mut id = hand.until(|r| matches!(r, Request::Pull(_)));
    for _ in 0..20 {
        hand.answer(id, Err(Failure::later("hq.unreachable").with("why", "connect")));
        hand.sim.now += last_wait(&hand);
        hand.input(Input::Tick);
        assert!(matches!(&hand.requests()[..], [Request::Pull(pull)] if pull.bytes.is_none()));
        id = hand.open[0].0;
    }
}

#[test]
fn lists_of_names_get_shorter_with_every_cut_and_nobody_is_left_out() {
    let mut hand = ByHand::new();
    let photos: Vec<_> = (0..90).map(|n| hand.sim.phone.photographs(vec![n; 100])).collect();
    let too_long = |answer: &Answer| match answer {
        Answer::Hello(reply) => reply.wanted.len() > 20,
        Answer::Receipt(reply) => reply.receipt.text.len() > 6_000,
        _ => false,
    };
    let asked = over(&mut hand, too_long);
    let wanted: Vec<_> =
        asked.iter().filter_map(|r| if let Request::Hello(h) = r { Some(h.most) } else { None }).collect();
    assert!(wanted[0].is_none() && wanted.contains(&Some(16)), "{wanted:?}");
    assert!(photos.iter().all(|p| hand.sim.phone.durable().receipted_blobs.contains(p)));
}

#[test]
fn a_page_that_only_tells_what_was_said_before_is_asked_on_from_there_and_an_hq_that_does_not_get_on_is_left() {
    let mut hand = ByHand::new();
    let of = xuncha_core::ids::Digest::digest(&[b"inspections"]);
    let tells = |hand: &mut ByHand, to: u64| {
        let id = hand.until(|r| matches!(r, Request::Pull(_)));
        let (_, token, request) = hand.open.iter().find(|(open, ..)| *open == id).unwrap().clone();
        let Request::Pull(pull) = &request else { unreachable!("just found") };
        let asked = pull.said.clone();
        let Ok(Answer::Pull(mut reply)) = hand.truly(token, &request) else { panic!("pull") };
        if to > 0 {
            (reply.runs, reply.more, reply.said) = (vec![], true, Some(Said { of, to }));
        }
        hand.answer(id, Ok(Answer::Pull(reply)));
        asked.map(|said| said.to)
    };
    assert_eq!([tells(&mut hand, 7), tells(&mut hand, 9)], [None, Some(7)]);
    assert_eq!([tells(&mut hand, 0), tells(&mut hand, 0)], [Some(9), None], "a head moved");
    hand.rest();
    assert_eq!(hand.sim.view().phase, SyncPhase::Done);
    hand.sim.hq.publishes(vec![1; 10]);
    hand.input(Input::Start);
    assert_eq!([tells(&mut hand, 5), tells(&mut hand, 5)], [None, Some(5)]);
    assert!(!hand.requests().into_iter().any(|r| matches!(r, Request::Pull(_))), "the same again would never end");
    hand.rest();
    assert_eq!(hand.problem().map(|(code, _)| code).as_deref(), Some("hq.stuck"));
}
