//! Files of version 1 (formats: `docs/formats/{entry,receipt,seal}.md`): today's code writes them byte for byte, and reads
//! them. They are made once; a later version that writes differently gets a folder of its own and still reads this one.
//! `XUNCHA_UPDATE=1` rewrites them, which is right only before a release.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use xuncha_core::checklist::{Checklist, EvidenceKind};
use xuncha_core::event::{
    BackupBegun, Caption, Event, EvidenceAdded, EvidenceWithdrawn, FeedAdmitted, FeedClosed, FeedOpened, FieldSet,
    FirmReopened, FirmSuspended, InspectionAbandoned, ListChanged, MeasureAdded, NoteSet, OfficersSet, Outcome,
    PackKind, PackPublished, SealRefused, SealRole, SealSigned, SignMethod, TableSet, TaskAssigned, TaskWithdrawn,
};
use xuncha_core::feed::{BlobSource, Chain, Draft, Entry, FeedKey, Frame, Head, Signer as _, WireFrame};
use xuncha_core::firm::Suspension;
use xuncha_core::ids::{BlobHash, Digest, EntryId};
use xuncha_core::inspection::Inspection;
use xuncha_core::inspection::seal::MANIFEST_MIME;
use xuncha_core::protocol::close_of_day::{DayAgreed, FeedClaim, manifest_hash};
use xuncha_core::protocol::enrol::Certificate;
use xuncha_core::protocol::hello::{Checkpoint, HeadClaim, Restored};
use xuncha_core::protocol::push::Quarantined;
use xuncha_core::protocol::receipts::Receipt;
use xuncha_core::protocol::{Signed, Statement};
use xuncha_core::tables::TableKind;

use super::fold::answer;
use super::world::{
    Key, Writer, blob, drawing, fold, form, inspection_id, item, list, list_ref, officer, rule_ref, started,
};

const TIME: &str = "2026-11-21T18:00:00+08:00";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1").join(name)
}
/// The file as it stands, after today's code wrote the same.
fn golden(name: &str, today: &[u8]) -> Vec<u8> {
    let path = path(name);
    if std::env::var_os("XUNCHA_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, today).unwrap();
    }
    let stands = std::fs::read(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
    let (a, b) = (String::from_utf8_lossy(today), String::from_utf8_lossy(&stands));
    assert_eq!(a, b, "{name}: today's code writes something else");
    stands
}
fn line<T: Serialize>(value: &T) -> Vec<u8> {
    [serde_json::to_vec(value).unwrap(), b"\n".to_vec()].concat()
}

/// A feed with everything that happened in it.
struct Story {
    writer: Writer,
    frames: Vec<Frame>,
    entries: Vec<Entry>,
    events: Vec<Event>,
}

impl Story {
    fn new(writer: Writer) -> Self {
        Self { writer, frames: vec![], entries: vec![], events: vec![] }
    }
    fn say(&mut self, event: impl Into<Event>, change: impl FnOnce(&mut Draft)) -> EntryId {
        let event = event.into();
        let mut draft = self.writer.draft(event.kind(), event.body().unwrap());
        change(&mut draft);
        let (frame, entry) = self.writer.send(draft);
        let id = entry.id;
        self.frames.push(frame);
        self.entries.push(entry);
        self.events.push(event);
        id
    }
    fn ndjson(&self) -> Vec<u8> {
        self.frames.iter().flat_map(|f| line(&WireFrame::try_from(f).unwrap())).collect()
    }
}

fn hq() -> Writer {
    Writer::new(7, "hq")
}

/// Alice's feed: one of every event a phone writes, the inspection sealed in the middle.
fn phone() -> (Story, Vec<u8>) {
    let mut s = Story::new(Writer::alice());
    let evidence = |n: u8| format!("ev-{n}").parse().unwrap();
    s.say(FeedOpened { succeeds: None }, |d| {
        d.inspection = None;
        d.place = None;
    });
    s.say(started(), |d| d.time.hq_seen = Some("00112233445566778899aabbccddeeff".into()));
    let first = s.say(answer("TRY-01", Outcome::NonConforming), |_| {});
    let corrected = answer("TRY-01", Outcome::Corrected);
    s.say(corrected, |d| d.over = vec![first]);
    let mut na = answer("TRY-02", Outcome::NotApplicable);
    na.reason = Some("该企业不设冷藏车".into());
    s.say(na, |_| {});
    s.say(answer("TRY-03", Outcome::Conforms), |d| d.place = None);
    s.say(NoteSet { item: item("TRY-01"), text: "显示 9.4 ℃，\"超\"\n已调整".into() }, |_| {});
    let photo = EvidenceAdded {
        evidence: evidence(1),
        item: Some(item("TRY-01")),
        kind: EvidenceKind::Photo,
        name: "IMG_0001.JPG".into(),
        facts: json!({"width": 4000, "height": 3000, "make": "Xiaomi"}),
        no_preview: None,
    };
    s.say(photo, |d| d.blobs = vec![blob(b"a photo", "image/jpeg", BlobSource::Camera)]);
    let file = EvidenceAdded {
        evidence: evidence(2),
        item: None,
        kind: EvidenceKind::File,
        name: "logger.csv".into(),
        facts: Value::Null,
        no_preview: Some("file.no_preview".into()),
    };
    s.say(file, |d| d.blobs = vec![blob(b"a;b\n1;2\n", "text/csv", BlobSource::Import)]);
    let measure = MeasureAdded {
        evidence: evidence(3),
        item: item("TRY-01"),
        what: "冷库温度".into(),
        value: "9.4".into(),
        unit: "℃".into(),
        instrument: "T-100".into(),
    };
    s.say(measure, |_| {});
    s.say(Caption { evidence: evidence(1), text: "冷库门口".into() }, |_| {});
    s.say(EvidenceWithdrawn { evidence: evidence(2), reason: "拿错了文件".into() }, |_| {});
    s.say(ListChanged { list: list_ref(), added: true, reason: "现场加查".into() }, |_| {});
    s.say(OfficersSet { officers: vec![officer("alice", "王芳"), officer("bob", "李强")] }, |_| {});
    s.say(FieldSet { field: "manager".into(), value: "陈某".into() }, |_| {});

    // The record's wording may change with a version; the format of its seal may not.
    let manifest = fold(&s.entries).manifest("现场笔录（样张）\n".into(), Some("pass".into())).unwrap();
    let bytes = manifest.to_bytes().unwrap();
    let sealed = blob(&bytes, MANIFEST_MIME, BlobSource::Derived);
    let proposal = s.say(manifest.proposal(sealed.sha256), |d| d.blobs = vec![sealed]);
    let signed = |role, name: &str, method| SealSigned { proposal, role, name: name.into(), method };
    s.say(signed(SealRole::Officer, "王芳", SignMethod::Keyed), |_| {});
    s.say(signed(SealRole::Officer, "李强", SignMethod::Drawn), |d| d.blobs = vec![drawing("李强")]);
    let refused = SealRefused { proposal, reason: "不认可第一项".into(), witness: "赵某".into() };
    s.say(refused, |d| d.blobs = vec![drawing("赵某")]);
    let mut late = answer("TRY-01", Outcome::NonConforming);
    late.correction = Some("复核照片".into());
    s.say(late, |_| {});
    s.say(InspectionAbandoned { reason: "样张".into() }, |d| d.inspection = Some("another".parse().unwrap()));
    (s, bytes)
}

/// Bob's feed: the tables, which came after the files above were made and got a file of their own.
fn tables() -> Story {
    let mut s = Story::new(Writer::bob());
    s.say(FeedOpened { succeeds: None }, |d| {
        d.inspection = None;
        d.place = None;
    });
    s.say(started(), |_| {});
    let rows = |last: &str| {
        vec![vec!["导尿管".into(), "C7".into(), "2026年11月20日".into()], vec![String::new(), last.into()]]
    };
    let set = |rows, correction: Option<&str>| TableSet {
        item: item("TRY-02"),
        kind: TableKind::NearExpiry,
        rows,
        correction: correction.map(str::to_owned),
    };
    let first = s.say(set(rows("C8"), None), |_| {});
    let second = s.say(set(rows("\"Ｃ９\""), Some("复核照片")), |d| d.over = vec![first]);
    s.say(set(vec![], None), |d| d.over = vec![second]);
    s
}

/// HQ's feed: one of every event HQ writes.
fn office() -> Story {
    let mut s = Story::new(hq());
    let alone = |d: &mut Draft| {
        d.inspection = None;
        d.place = None;
    };
    s.say(FeedOpened { succeeds: Some(Writer::new(8, "hq").feed.feed) }, alone);
    s.say(FeedAdmitted { key: Writer::alice().feed, unit: "unit-1".parse().unwrap() }, alone);
    let pack = PackPublished {
        kind: PackKind::List,
        code: "TRY".into(),
        version: "1".into(),
        sha256: list().hash(),
        size: list().canonical().len() as u64,
        units: vec!["unit-1".parse().unwrap()],
    };
    s.say(pack, alone);
    let task = TaskAssigned {
        task: "task-1".parse().unwrap(),
        title: "冷链专项".into(),
        unit: "unit-1".parse().unwrap(),
        assignees: vec!["alice".parse().unwrap(), "bob".parse().unwrap()],
        firm: started().firm,
        kind: xuncha_core::event::InspectionKind::Special,
        modes: vec![xuncha_core::event::InspectionMode::Unannounced],
        lists: vec![list_ref()],
        rule: rule_ref(),
        form: form().hash(),
        due: Some("2026-12-01".into()),
        origin: "专项".into(),
        note: "先看冷库".into(),
        wants: vec![EvidenceKind::Photo],
    };
    s.say(task, alone);
    s.say(TaskWithdrawn { task: "task-1".parse().unwrap(), reason: "改期".into() }, alone);
    s.say(FeedClosed { feed: Writer::alice().feed.feed, seq: 21, reason: "手机遗失".into() }, alone);
    s
}

/// HQ again: firms that stop and return, in a file of their own for the same reason as the tables.
fn standing() -> Story {
    let mut s = Story::new(Writer::new(8, "hq"));
    let alone = |d: &mut Draft| {
        d.inspection = None;
        d.place = None;
    };
    s.say(FeedOpened { succeeds: None }, alone);
    let suspension =
        Suspension {
            order: "海市监停〔2026〕3号".into(), reason: "库房温度失控".into(), since: "2026-11-02".into()
        };
    let (firm, unit) = (|| "firm-1".parse().unwrap(), || "unit-1".parse().unwrap());
    s.say(FirmSuspended { firm: firm(), unit: unit(), suspension }, alone);
    let extent = "全部恢复".to_owned();
    s.say(FirmReopened { firm: firm(), unit: unit(), inspection: inspection_id(), extent }, alone);
    s
}

/// HQ once more: what a backup leaves in its feed.
fn backup() -> Story {
    let mut s = Story::new(Writer::new(8, "hq"));
    let alone = |d: &mut Draft| {
        d.inspection = None;
        d.place = None;
    };
    s.say(FeedOpened { succeeds: None }, alone);
    s.say(BackupBegun {}, alone);
    s
}

fn frames_of(ndjson: &[u8]) -> Vec<Frame> {
    let lines = std::str::from_utf8(ndjson).unwrap().lines();
    lines.map(|l| Frame::from(serde_json::from_str::<WireFrame>(l).unwrap())).collect()
}
fn read_feed(key: &[u8], ndjson: &[u8], head: &Head) -> Vec<Entry> {
    let key: FeedKey = serde_json::from_slice(key).unwrap();
    assert!(key.is_genuine());
    let mut chain = Chain::resume(key.key, Head::empty(key.feed));
    let entries = frames_of(ndjson).iter().map(|f| chain.accept(f).unwrap()).collect();
    assert_eq!(chain.head(), head);
    entries
}
fn events_of(entries: &[Entry]) -> Vec<Event> {
    let read = |e: &Entry| {
        let payload = e.payload.as_ref().unwrap();
        Event::read(&payload.kind, &payload.body).unwrap()
    };
    entries.iter().map(read).collect()
}

#[test]
fn the_feeds_of_version_1_are_written_and_read_as_they_were() {
    let stories =
        [("phone", phone().0), ("tables", tables()), ("hq", office()), ("standing", standing()), ("backup", backup())];
    for (name, story) in stories {
        let feed = golden(&format!("{name}.feed.ndjson"), &story.ndjson());
        let key = golden(&format!("{name}.key.json"), &line(&story.writer.feed));
        let entries = read_feed(&key, &feed, &story.writer.head);
        assert_eq!(events_of(&entries), story.events, "{name}");
        let payload = entries.last().unwrap().payload.clone().unwrap();
        assert_eq!(payload.actor, story.writer.feed.user);
        // The form an entry has in a segment file and in a hash.
        for frame in frames_of(&feed) {
            assert_eq!(Frame::from_bytes(&frame.to_bytes()).unwrap(), frame);
        }
    }
}

#[test]
fn the_golden_feeds_have_every_event_of_version_1() {
    let stories = [phone().0, tables(), office(), standing(), backup()];
    let kinds: std::collections::BTreeSet<_> = stories.iter().flat_map(|s| &s.events).map(|e| e.kind()).collect();
    let source = include_str!("../../src/event/mod.rs");
    let all: std::collections::BTreeSet<_> =
        source.lines().filter_map(|l| l.trim().strip_prefix('"')?.split_once("\" => ")).map(|(kind, _)| kind).collect();
    assert!(all.len() >= 20, "the table of events was not found");
    assert_eq!(kinds, all, "an event without a golden entry");
}

#[test]
fn the_seal_of_version_1_is_written_and_read_as_it_was() {
    let (story, manifest) = phone();
    let bytes = golden("seal-manifest.json", &manifest);
    let entries =
        read_feed(&line(&story.writer.feed), &std::fs::read(path("phone.feed.ndjson")).unwrap(), &story.writer.head);
    let inspection: Inspection = fold(&entries);
    let seal = inspection.seal().unwrap();
    assert!(seal.is_sealed());
    assert_eq!(seal.proposal.value.manifest, BlobHash::digest(&[&bytes]));
    assert_eq!(inspection.check_seal(&seal.proposal.value, &bytes), []);
    assert_eq!(seal.outside.len(), 1, "the correction came after it");
    assert_eq!(inspection.id, inspection_id());
}

/// Today's statement under HQ's key; then the file's, verified.
fn statement<T: Statement + PartialEq + std::fmt::Debug>(name: &str, today: &T, key: &Key) {
    let bytes = golden(name, &line(&Signed::sign(today, key).unwrap()));
    let signed: Signed<T> = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(&signed.verify(&key.verifying_key()).unwrap(), today, "{name}");
}

#[test]
fn hqs_statements_of_version_1_are_written_and_read_as_they_were() {
    let (story, _) = phone();
    let office = office();
    let (hq, alice) = (&office.writer.key, &story.writer);
    let blobs = vec![blob(b"a photo", "image/jpeg", BlobSource::Camera).sha256];
    let quarantined = vec![Quarantined { seq: 3, id: EntryId::digest(&[b"other"]), reason: "feed.taken".into() }];
    let (stored_to, time) = (alice.head.clone(), TIME.to_owned());
    let receipt = Receipt {
        feed: alice.feed.feed,
        stored_to,
        blobs_stored: blobs.clone(),
        quarantined,
        log_index: 41,
        time: time.clone(),
    };
    statement("receipt.json", &receipt, hq);
    let hq_head = office.writer.head.clone();
    let nonce = "00112233445566778899aabbccddeeff".to_owned();
    let checkpoint =
        Checkpoint { log_index: 41, hq_head, backed_up_to: Some(30), restored: None, time: time.clone(), nonce };
    let made = Some(Restored { id: "ff".repeat(16), log_index: 30, made: TIME.to_owned() });
    statement("checkpoint-restored.json", &Checkpoint { restored: made, ..checkpoint.clone() }, hq);
    statement("checkpoint.json", &checkpoint, hq);
    let device = Key::new(11);
    let certificate = Certificate {
        feed: alice.feed.clone(),
        device_key: device.verifying_key(),
        sealing_key: Digest::digest(&[b"sealing"]),
        unit: "unit-1".parse().unwrap(),
        issued: time.clone(),
    };
    statement("certificate.json", &certificate, hq);
    let feeds = vec![FeedClaim::new(alice.head.clone(), 0, blobs)];
    statement("day.json", &DayAgreed { manifest: manifest_hash(&feeds), feeds, log_index: 41, time }, hq);
    let claim = HeadClaim { head: alice.head.clone(), session: Digest::digest(&[b"token"]) };
    statement("head-claim.json", &claim, &alice.key);
}

fn kept<T: DeserializeOwned>(name: &str, today: &str) -> (Vec<u8>, T) {
    let bytes = golden(name, today.as_bytes());
    let read = serde_json::from_slice(&bytes).unwrap();
    (bytes, read)
}

#[test]
fn what_an_inspection_pins_keeps_its_hash() {
    let (bytes, read) = kept::<Checklist>("checklist.json", &list().canonical());
    assert_eq!((read.hash(), read), (Digest::digest(&[&bytes]), list()));
    let (bytes, read) = kept::<xuncha_core::form::OnSiteForm>("form.json", &form().canonical());
    assert_eq!((read.hash(), read), (Digest::digest(&[&bytes]), form()));
    let rule = super::world::rule();
    let (bytes, read) = kept::<xuncha_core::conclusion::ConclusionRule>("rule.json", &rule.canonical());
    assert_eq!((rule_ref().sha256, read), (Digest::digest(&[&bytes]), rule));
    let hashes = format!("checklist {}\nform {}\nrule {}\n", list().hash(), form().hash(), rule_ref().sha256);
    golden("hashes.txt", hashes.as_bytes());
}
