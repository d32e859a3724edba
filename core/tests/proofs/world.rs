//! Named people with keys, a list of three items, and hands that write entries. Everything is fixed: the same calls give
//! the same bytes.

use ed25519_dalek::Signer as _;
use serde_json::{Value, json};
use xuncha_core::checklist::{self, Checklist, Subject};
use xuncha_core::conclusion::ConclusionRule;
use xuncha_core::event::{Event, InspectionStarted, ListRef, Officer, RuleRef};
use xuncha_core::feed::{
    AppInfo, BlobRef, BlobSource, ClaimedTime, Draft, Entry, FeedKey, Frame, Head, Place, Signature, Signer,
    VerifyingKey, author,
};
use xuncha_core::firm::FirmRecord;
use xuncha_core::form::OnSiteForm;
use xuncha_core::ids::{BlobHash, EntryId, InspectionId, ItemCode};
use xuncha_core::inspection::{Inspection, Pinned};

pub struct Key(ed25519_dalek::SigningKey);

impl Key {
    pub fn new(seed: u8) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }
}
impl Signer for Key {
    fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
    fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::from_bytes(self.0.verifying_key().to_bytes())
    }
}

/// Somebody who writes a feed.
pub struct Writer {
    pub key: Key,
    pub feed: FeedKey,
    pub head: Head,
    pub seen: u64,
}

impl Writer {
    pub fn new(seed: u8, user: &str) -> Self {
        let key = Key::new(seed);
        let device = format!("phone-{seed}").parse().unwrap();
        let feed = FeedKey::new(key.verifying_key(), device, user.parse().unwrap());
        let head = Head::empty(feed.feed);
        Self { key, feed, head, seen: 0 }
    }
    pub fn alice() -> Self {
        Self::new(1, "alice")
    }
    pub fn bob() -> Self {
        Self::new(2, "bob")
    }
    /// A draft with a fixed salt: its place in the feed.
    pub fn draft(&self, kind: &str, body: Value) -> Draft {
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&(self.head.seq + 1).to_be_bytes());
        Draft {
            salt,
            actor: self.feed.user.clone(),
            inspection: Some(inspection_id()),
            kind: kind.to_owned(),
            body,
            over: Vec::new(),
            seen_lamport: self.seen,
            blobs: Vec::new(),
            time: ClaimedTime {
                wall: format!("2026-11-21T14:{:02}:00+08:00", (self.head.seq + 1) % 60),
                boot: "boot-1".into(),
                mono_ms: 1_000 * (self.head.seq + 1),
                hq_seen: None,
            },
            place: Some(Place { lat: 31.25, lon: 121.5, acc_m: 12.0, mock: false }),
            app: AppInfo { version: "0.1.0".into(), os: "linux".into() },
        }
    }
    pub fn send(&mut self, draft: Draft) -> (Frame, Entry) {
        let (frame, entry) = author(&self.head, draft, &self.key).unwrap();
        let h = &entry.header;
        self.head = Head { feed: h.feed, seq: h.seq, id: Some(entry.id), lamport: h.lamport };
        (frame, entry)
    }
    /// Writes an event.
    pub fn say(&mut self, event: impl Into<Event>, over: &[EntryId], blobs: &[BlobRef]) -> Entry {
        let event = event.into();
        let draft = self.draft(event.kind(), event.body().unwrap());
        self.send(Draft { over: over.to_vec(), blobs: blobs.to_vec(), ..draft }).1
    }
    /// Has read everything another has written: what comes now is later in logical time.
    pub fn reads(&mut self, other: &Self) {
        self.seen = self.seen.max(other.head.lamport);
    }
}

pub fn inspection_id() -> InspectionId {
    "01932b5e-7c3a-7000-8000-000000000001".parse().unwrap()
}
pub fn item(code: &str) -> ItemCode {
    code.parse().unwrap()
}
pub fn blob(content: &[u8], mime: &str, source: BlobSource) -> BlobRef {
    BlobRef { sha256: BlobHash::digest(&[content]), size: content.len() as u64, mime: mime.into(), source }
}
pub fn drawing(of: &str) -> BlobRef {
    blob(of.as_bytes(), "image/png", BlobSource::Screen)
}

pub fn list() -> Checklist {
    let yaml = r"
code: TRY
version: '1'
title: {zh-Hans: 试用表, en: Trial list}
sections:
  - code: cold
    title: {zh-Hans: 冷库, en: Cold room}
    items:
      - code: TRY-01
        text: {zh-Hans: 温度应当符合标签, en: Temperature as labelled}
        how: {zh-Hans: 看显示, en: Read the display}
        methods: [observe]
        evidence: [{kind: photo, min: 2, when: checked, mark: D}]
        key: {value: true, mark: D}
        basis: [{law: GSP, article: '44', mark: V}, {law: O54, article: '30', clause: （一）, mark: M}]
        severity: serious
      - code: TRY-02
        text: {zh-Hans: 应当有记录, en: There are records}
        how: {zh-Hans: 查记录, en: Look at the records}
        methods: [documents]
        evidence: [{kind: file, min: 1, when: non_conforming, mark: D}, {kind: measure, min: 1, when: non_conforming, mark: D}]
        key: {value: false, mark: D}
        basis: [{law: GSP, article: '45', mark: D}]
        severity: minor
  - code: door
    title: {zh-Hans: 门}
    items:
      - code: TRY-03
        text: {zh-Hans: 门应当关闭, en: The door is shut}
        how: {zh-Hans: 看, en: Look}
        methods: [observe]
        key: {value: false, mark: D}
        basis: [{law: GSP, article: '46', mark: V}]
        severity: minor
";
    checklist::parse("try.yaml", yaml).unwrap()
}
pub fn rule() -> ConclusionRule {
    serde_json::from_value(json!({
        "code": "routine", "version": "1", "title": {"zh-Hans": "日常", "en": "Routine"},
        "source": {"zh-Hans": "试"}, "mark": "M",
        "outcomes": [
            {"code": "pass", "title": {"zh-Hans": "通过检查", "en": "Passed"},
             "key_at_most": {"num": 0, "den": 1}, "general_at_most": {"num": 0, "den": 1}},
            {"code": "rectify", "title": {"zh-Hans": "限期整改", "en": "To be rectified"}, "rectify_working_days": 30}
        ]
    }))
    .unwrap()
}
pub fn form() -> OnSiteForm {
    serde_json::from_value(json!({
        "code": "on-site-record", "version": "1", "title": {"zh-Hans": "现场笔录", "en": "On-site record"},
        "source": {"zh-Hans": "试"}, "mark": "M", "sections": [{"code": "party", "title": {"zh-Hans": "当事人"}}],
        "fields": [
            {"field": "time", "section": "party", "label": {"zh-Hans": "检查时间", "en": "Time"}, "filled": "time", "mark": "M"},
            {"field": "firm", "section": "party", "label": {"zh-Hans": "当事人", "en": "Party"}, "filled": "firm_name", "mark": "M"},
            {"field": "officers", "section": "party", "label": {"zh-Hans": "执法人员", "en": "Officers"}, "filled": "officers", "mark": "M"},
            {"field": "manager", "section": "party", "label": {"zh-Hans": "现场负责人", "en": "Person on site"}, "required": true, "mark": "M"},
            {"field": "remark", "section": "party", "label": {"zh-Hans": "备注", "en": "Remark"}, "mark": "M"}
        ]
    }))
    .unwrap()
}
pub fn pinned() -> Pinned {
    Pinned::new(vec![list()], rule(), form(), &Subject::default())
}
pub fn officer(user: &str, name: &str) -> Officer {
    Officer { user: Some(user.parse().unwrap()), name: name.into(), certificate: format!("ID-{user}") }
}
pub fn firm() -> FirmRecord {
    serde_json::from_value(
        json!({"id": "firm-1", "name": "海宁康达医疗器械有限公司", "subject": {"kind": "wholesale"}}),
    )
    .unwrap()
}
pub fn list_ref() -> ListRef {
    ListRef { code: "TRY".parse().unwrap(), version: "1".into(), sha256: list().hash() }
}
pub fn rule_ref() -> RuleRef {
    let sha256 = xuncha_core::ids::Digest::digest(&[rule().canonical().as_bytes()]);
    RuleRef { code: "routine".parse().unwrap(), version: "1".into(), sha256 }
}
pub fn started() -> InspectionStarted {
    InspectionStarted {
        number: "JC-330481-20261121-PHON-001".into(),
        task: None,
        firm: firm(),
        kind: xuncha_core::event::InspectionKind::Routine,
        modes: vec![],
        focus: vec![],
        lists: vec![list_ref()],
        rule: rule_ref(),
        form: form().hash(),
        officers: vec![officer("alice", "王芳"), officer("bob", "李强")],
        language: "zh-Hans".into(),
    }
}

pub fn fold<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Inspection {
    let mut inspection = Inspection::new(inspection_id());
    for entry in entries {
        inspection.apply(entry);
    }
    inspection
}
pub fn bytes_of(inspection: &Inspection) -> String {
    serde_json::to_string(inspection).unwrap()
}

/// An entry made by hand, as another program in another language would: any header, any payload, a true signature.
pub fn handmade(key: &Key, header: &str, payload: &str) -> Frame {
    let id = EntryId::digest(&[b"xuncha-entry-1\n", header.as_bytes()]);
    let sig = key.sign(&[b"xuncha-sig-1\n".as_slice(), id.as_bytes()].concat());
    Frame::from_bytes(format!("{header}\n{sig}\n{payload}").as_bytes()).unwrap()
}
/// The header that goes with a payload.
pub fn header_for(head: &Head, lamport: u64, payload: &str) -> String {
    let sha256 = xuncha_core::ids::Digest::digest(&[payload.as_bytes()]);
    let prev = head.id.map_or("null".to_owned(), |id| format!("\"{id}\""));
    format!(
        r#"{{"v":1,"suite":"ed25519-sha256","feed":"{}","seq":{},"prev":{prev},"lamport":{lamport},"payload_sha256":"{sha256}"}}"#,
        head.feed,
        head.seq + 1
    )
}
