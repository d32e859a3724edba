//! The bytes of a frame: no flipped bit passes (I8), nothing is re-serialised, what is not understood is kept.

use proptest::prelude::*;
use serde_json::json;
use xuncha_core::event::{Event, EventError};
use xuncha_core::feed::{Chain, Frame, Head, WireFrame};

use super::world::{Writer, bytes_of, fold, handmade, header_for, inspection_id};

#[test]
fn every_single_flipped_bit_of_a_frame_is_refused() {
    let mut alice = Writer::alice();
    let empty = alice.head.clone();
    let frame = alice.send(alice.draft("note.set", json!({"item": "TRY-01", "text": "冷库"}))).0;
    let good = frame.to_bytes();
    let mut chain = Chain::resume(alice.feed.key, empty.clone());
    for bit in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(flipped) = Frame::from_bytes(&bytes) {
            assert!(chain.accept(&flipped).is_err(), "bit {bit} went through");
        }
        assert_eq!(chain.head(), &empty);
    }
    chain.accept(&Frame::from_bytes(&good).unwrap()).expect("the control: unflipped it passes");
}

#[test]
fn a_flipped_bit_on_the_wire_can_at_most_hide_the_payload() {
    let mut alice = Writer::alice();
    let frame = alice.send(alice.draft("note.set", json!({"item": "TRY-01", "text": "a\"b"}))).0;
    let line = serde_json::to_vec(&WireFrame::try_from(&frame).unwrap()).unwrap();
    let (mut same, mut hidden) = (0, 0);
    for bit in 0..line.len() * 8 {
        let mut bytes = line.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(wire) = serde_json::from_slice::<WireFrame>(&bytes) else { continue };
        let flipped = Frame::from(wire);
        if flipped.verify(&alice.feed.key).is_err() {
            continue;
        }
        assert_eq!(flipped.header_bytes(), frame.header_bytes());
        match flipped.payload_bytes() {
            None => hidden += 1,
            some => {
                assert_eq!(some, frame.payload_bytes());
                same += 1;
            }
        }
    }
    assert_eq!(same, 0, "no flip of the line leaves a whole frame");
    assert!(hidden > 0, "a changed field name turns a frame into a header: why HQ asks an author for payloads");
}

#[test]
fn a_cut_frame_is_refused_or_is_its_header_alone() {
    let mut alice = Writer::alice();
    let frame = alice.send(alice.draft("note.set", json!({"item": "TRY-01", "text": "x"}))).0;
    let good = frame.to_bytes();
    for length in 0..good.len() {
        let Ok(cut) = Frame::from_bytes(&good[..length]) else { continue };
        if let Ok(entry) = cut.verify(&alice.feed.key) {
            assert_eq!((entry.id, entry.payload.is_none()), (frame.id(), true), "cut at {length}");
        }
    }
}

#[test]
fn unknown_types_and_fields_travel_byte_for_byte_and_only_lose_their_effect() {
    let alice = Writer::alice();
    let id = inspection_id();
    // Another version's hand: other order, odd spaces, fields nobody here knows, a type nobody here knows.
    let payload = format!(
        r#"{{"type":"moon.phase", "future":{{"b":1,"a":[1.50,2e3]}},"salt":"00112233445566778899aabbccddeeff","actor":"alice","inspection":"{id}","body":{{ "z" : 1, "a":"\u4e2d" }},"time":{{"wall":"x","boot":"b","mono_ms":1,"hq_seen":null,"leap":true}},"place":null,"app":{{"version":"9.0","os":"harmony"}}}}"#
    );
    let header = header_for(&alice.head, 1, &payload).replace(r#""v":1"#, r#""v":1,"later":"yes""#);
    let frame = handmade(&alice.key, &header, &payload);

    let line = serde_json::to_string(&WireFrame::try_from(&frame).unwrap()).unwrap();
    let back = Frame::from(serde_json::from_str::<WireFrame>(&line).unwrap());
    assert_eq!(back.header_bytes(), header.as_bytes());
    assert_eq!(back.payload_bytes(), Some(payload.as_bytes()));
    assert_eq!(back.to_bytes(), frame.to_bytes());

    let entry = Chain::resume(alice.feed.key, Head::empty(alice.feed.feed)).accept(&back).unwrap();
    let said = entry.payload.as_ref().unwrap();
    assert_eq!(said.body.get(), r#"{ "z" : 1, "a":"\u4e2d" }"#);
    assert_eq!(Event::read(&said.kind, &said.body), Err(EventError::Unknown("moon.phase".into())));
    let inspection = fold([&entry]);
    assert_eq!(inspection.entry(&entry.id).unwrap().inert.as_deref(), Some("event.unknown"));
    assert!(bytes_of(&inspection).contains(&entry.id.to_string()), "it is in the timeline, and so in the seal");
}

proptest! {
    #[test]
    fn any_frame_reads_back_as_it_was_written(
        header in prop::collection::vec(any::<u8>().prop_filter("a header has no line feed", |b| *b != b'\n'), 0..200),
        sig in prop::array::uniform32(any::<u8>()),
        payload in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let hex = data_encoding::HEXLOWER.encode(&[sig, sig].concat());
        let bytes = [header.as_slice(), b"\n", hex.as_bytes(), b"\n", &payload].concat();
        let frame = Frame::from_bytes(&bytes).unwrap();
        prop_assert_eq!(frame.to_bytes(), bytes.clone());
        prop_assert_eq!(frame.header_bytes(), header);
        prop_assert_eq!(frame.payload_bytes().unwrap_or_default(), payload);
        prop_assert_eq!(Frame::from_bytes(&frame.to_bytes()).unwrap(), frame);
    }

    #[test]
    fn any_text_frame_survives_the_wire(header in "[^\n]{0,80}", payload in prop::option::of("(?s).{1,200}")) {
        let alice = Writer::alice();
        let frame = handmade(&alice.key, &header, payload.as_deref().unwrap_or_default());
        let line = serde_json::to_string(&WireFrame::try_from(&frame).unwrap()).unwrap();
        prop_assert!(!line.contains('\n'), "one line of NDJSON");
        prop_assert_eq!(Frame::from(serde_json::from_str::<WireFrame>(&line).unwrap()), frame);
    }

    #[test]
    fn no_bytes_at_all_make_the_reader_stumble(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(frame) = Frame::from_bytes(&bytes) {
            prop_assert!(frame.verify(&Writer::alice().feed.key).is_err());
        }
    }
}
