//! A phone without a network: enrolled by writing what enrolment writes, with HQ's own feed and packs already pulled.
//!
//! What it is: [`Office`] (HQ's key and feed, in memory), [`Office::enrol`] (a phone's folder), [`Phone`] (the engine over that
//! folder, through its only door), and carrying entries from one folder to another as a pull would. What it is not: HQ; a story
//! that needs its judgement or its receipts is told in [`crate::world`].
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a world for tests stops where something is wrong")]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use xuncha_core::Failure;
use xuncha_core::checklist::{Checklist, EvidenceKind, When};
use xuncha_core::event::{
    Event, FeedAdmitted, FeedOpened, InspectionKind, ListRef, PackKind, PackPublished, RuleRef, TaskAssigned,
};
use xuncha_core::feed::{AppInfo, ClaimedTime, Draft, FeedKey, Frame, Head, Signer as _, author};
use xuncha_core::firm::FirmRecord;
use xuncha_core::ids::Digest;
use xuncha_core::law::LawLibrary;
use xuncha_core::library::Library;
use xuncha_core::protocol::enrol::HqIdentity;
use xuncha_device::app::hq_file::{self, HqFile};
use xuncha_device::app::{Config, Device};
use xuncha_device::feed::FeedFiles;
use xuncha_device::keys::{HardwareSecret, Kdf, KeyFile, NewKeys, Owner, Person, Unlocked};
use xuncha_device::packs::Packs;

/// The passphrase of every phone here.
pub const PIN: &str = "correct horse battery";
/// Stretching that costs nothing: these stories are not about guessing.
pub const QUICK: Kdf = Kdf { memory_kib: 64, passes: 1, lanes: 1 };

/// HQ as a phone knows it: a key, a feed, packs.
pub struct Office {
    keys: NewKeys,
    feed: FeedKey,
    frames: Vec<Frame>,
    head: Head,
    library: Library,
    packs: Vec<(PackPublished, Vec<u8>)>,
}

fn checklists() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../checklists");
    let mut files = Vec::new();
    for room in ["lists", "laws", "rules", "forms"] {
        for file in std::fs::read_dir(root.join(room)).unwrap() {
            let path = file.unwrap().path();
            let name = format!("{room}/{}", path.file_name().unwrap().to_str().unwrap());
            files.push((name, std::fs::read_to_string(path).unwrap()));
        }
    }
    files
}

impl Office {
    /// An office that has published the repository's lists, laws, rules and form.
    pub fn open() -> Self {
        let library = Library::from_files(checklists()).expect("the checklists of the repository");
        let keys = NewKeys::generate();
        let feed = FeedKey::new(keys.feed_signer().verifying_key(), "hq".parse().unwrap(), "hq".parse().unwrap());
        let head = Head::empty(feed.feed);
        let mut office = Self { keys, feed, frames: Vec::new(), head, library, packs: Vec::new() };
        office.say(FeedOpened { succeeds: None }.into());
        let library = office.library.clone();
        for list in &library.lists {
            office.publish(PackKind::List, list.code.as_str(), &list.version, list.canonical());
        }
        let laws = serde_json::to_string(&library.laws).unwrap();
        office.publish(PackKind::Laws, "library", &library.laws.version, laws);
        for rule in &library.rules {
            office.publish(PackKind::Rule, rule.code.as_str(), &rule.version, serde_json::to_string(rule).unwrap());
        }
        office.publish(PackKind::Form, &library.form.code, &library.form.version, library.form.canonical());
        office
    }

    /// What was read from the repository.
    pub fn library(&self) -> &Library {
        &self.library
    }
    /// Publishes one list more, as a bureau does with its own.
    pub fn publish_list(&mut self, list: &Checklist) {
        self.publish(PackKind::List, list.code.as_str(), &list.version, list.canonical());
    }

    fn publish(&mut self, kind: PackKind, code: &str, version: &str, json: String) {
        let bytes = json.into_bytes();
        let pack = PackPublished {
            kind,
            code: code.to_owned(),
            version: version.to_owned(),
            sha256: Digest::digest(&[&bytes]),
            size: bytes.len() as u64,
            units: Vec::new(),
        };
        self.say(pack.clone().into());
        self.packs.push((pack, bytes));
    }

    fn say(&mut self, event: Event) {
        let draft = draft(&self.feed, event, None);
        let (frame, entry) = author(&self.head, draft, self.keys.feed_signer()).unwrap();
        self.head =
            Head { feed: self.feed.feed, seq: entry.header.seq, id: Some(entry.id), lamport: entry.header.lamport };
        self.frames.push(frame);
    }

    fn pack(&self, kind: PackKind, code: &str) -> &PackPublished {
        &self.packs.iter().find(|(p, _)| p.kind == kind && p.code == code).expect("a pack of this name").0
    }

    /// Publishes another version of the laws; phones have it after [`Office::deliver`].
    pub fn publish_laws(&mut self, laws: &LawLibrary) {
        self.publish(PackKind::Laws, "library", &laws.version, laws.canonical());
    }

    /// A list as an inspection pins it.
    pub fn list(&self, code: &str) -> ListRef {
        let pack = self.pack(PackKind::List, code);
        ListRef { code: code.parse().unwrap(), version: pack.version.clone(), sha256: pack.sha256 }
    }
    /// The rule of routine inspections as an inspection pins it.
    pub fn rule(&self) -> RuleRef {
        let pack = self.pack(PackKind::Rule, "routine");
        RuleRef { code: "routine".parse().unwrap(), version: pack.version.clone(), sha256: pack.sha256 }
    }
    /// The record form as an inspection pins it.
    pub fn form(&self) -> Digest {
        self.pack(PackKind::Form, &self.library.form.code).sha256
    }
    /// The name of HQ's own feed: its folder on every phone.
    pub fn feed(&self) -> String {
        self.feed.feed.to_string()
    }

    /// Assigns a task; phones have it after [`Office::deliver`].
    pub fn assign(&mut self, task: &str, assignees: &[&str], lists: &[&str]) {
        let task = TaskAssigned {
            task: task.parse().unwrap(),
            title: "年度检查".into(),
            unit: "station".parse().unwrap(),
            assignees: assignees.iter().map(|a| a.parse().unwrap()).collect(),
            firm: firm(),
            kind: InspectionKind::Routine,
            modes: vec![],
            lists: lists.iter().map(|l| self.list(l)).collect(),
            rule: self.rule(),
            form: self.form(),
            due: None,
            origin: "年度监督检查计划".into(),
            note: String::new(),
            wants: vec![],
        };
        self.say(task.into());
    }

    /// Makes an enrolled phone in `data`: keys, what is known of HQ, packs, HQ's feed so far.
    pub fn enrol(&mut self, data: &Path, user: &str) {
        let person = Person { user: user.parse().unwrap(), display: user.to_owned() };
        let device = format!("{user}-phone").parse().unwrap();
        let (_, unlocked) =
            KeyFile::create(&data.join("keys"), NewKeys::generate(), Owner { device, person }, PIN, QUICK, None, None)
                .unwrap();
        let hq = HqFile {
            url: "https://127.0.0.1:1".into(),
            ca: Digest::digest(&[b"no network here"]),
            hq: HqIdentity {
                bureau: "试验区市场监督管理局".into(),
                key: self.feed.key,
                feed: self.feed.feed,
                ca_pem: String::new(),
                recovery_key: Digest::digest(&[b"unused"]),
            },
            user: user.parse().unwrap(),
            name: user.to_owned(),
            certificate_no: "浙99-0001".into(),
            unit: "station".parse().unwrap(),
            unit_name: "试验所".into(),
            area: "339902".into(),
            label: "phone".into(),
            feed: unlocked.feed_key(),
        };
        hq_file::write(data, &hq, &unlocked.sub_key("hq-file")).unwrap();
        self.say(FeedAdmitted { key: unlocked.feed_key(), unit: "station".parse().unwrap() }.into());
        self.deliver(data, user);
    }

    /// Brings a locked phone's copy of HQ's feed up to date, and the packs it speaks of.
    pub fn deliver(&self, data: &Path, user: &str) {
        let packs = Packs::open(&data.join("packs")).unwrap();
        for (pack, bytes) in self.packs.iter().filter(|(pack, _)| !packs.has(&pack.sha256)) {
            packs.store(&pack.sha256, bytes).unwrap();
        }
        let unlocked = keys_of(data, user);
        let feed = self.feed.feed;
        let (mut copy, _) =
            FeedFiles::new(&data.join("feeds")).open(feed, unlocked.feed_file_key(&feed), None).unwrap();
        copy.append(&self.frames).unwrap();
    }
}

/// The master key of a locked phone.
pub fn keys_of(data: &Path, user: &str) -> Unlocked {
    unlocked(data, user, PIN)
}

/// The master key of a locked phone under a passphrase of its own.
pub fn unlocked(data: &Path, user: &str, pin: &str) -> Unlocked {
    let mut keys = KeyFile::open(&data.join("keys")).unwrap();
    keys.unlock(&user.parse().unwrap(), pin, None, 0).unwrap()
}

/// All entries of a locked phone's own feed, after walking its chain from the first to the last.
pub fn own_frames(data: &Path, user: &str) -> Vec<Frame> {
    own_frames_of(data, &keys_of(data, user))
}

/// As [`own_frames`], with the keys at hand.
pub fn own_frames_of(data: &Path, unlocked: &Unlocked) -> Vec<Frame> {
    let own = unlocked.feed_key();
    let (feed, _) =
        FeedFiles::new(&data.join("feeds")).open(own.feed, unlocked.feed_file_key(&own.feed), None).unwrap();
    feed.verify_all(&own.key).expect("the chain from the first entry to the last");
    feed.frames(1).map(Result::unwrap).collect()
}

/// Copies what one locked phone wrote into another locked phone, as a pull over HQ would.
pub fn carry(from: (&Path, &str), to: (&Path, &str)) {
    let name = keys_of(from.0, from.1).feed_key().feed;
    let unlocked = keys_of(to.0, to.1);
    let (mut copy, _) = FeedFiles::new(&to.0.join("feeds")).open(name, unlocked.feed_file_key(&name), None).unwrap();
    copy.append(&own_frames(from.0, from.1)).unwrap();
}

/// An event as `feed`'s author says it.
pub fn draft(feed: &FeedKey, event: Event, inspection: Option<&xuncha_core::ids::InspectionId>) -> Draft {
    Draft {
        salt: *uuid::Uuid::new_v4().as_bytes(),
        actor: feed.user.clone(),
        inspection: inspection.cloned(),
        kind: event.kind().to_owned(),
        body: event.body().unwrap(),
        over: Vec::new(),
        seen_lamport: 0,
        blobs: Vec::new(),
        time: ClaimedTime {
            wall: xuncha_device::clock::wall(),
            boot: xuncha_device::clock::boot(),
            mono_ms: xuncha_device::clock::mono_ms(),
            hq_seen: None,
        },
        place: None,
        app: AppInfo { version: "0".into(), os: "test".into() },
    }
}

/// A wholesaler with a cold chain, to whom most items apply.
pub fn firm() -> FirmRecord {
    serde_json::from_value(json!({
        "id": "firm-1", "name": "恒康医疗器械有限公司", "short_name": "恒康", "address": "港北路1号",
        "subject": { "kind": "wholesale", "flags": ["cold_chain"] }
    }))
    .unwrap()
}

/// A small PNG: a valid picture, and a valid drawn signature. Another `seed`, another picture.
pub fn small_png(seed: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, 64, 48);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    let pixels: Vec<u8> = (0..64 * 48 * 3).map(|n: u32| (n as u8).wrapping_mul(7) ^ seed).collect();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    out
}

/// A JPEG of any size, textured so that it is as large as a photo. `quality` decides the bytes.
pub fn jpeg(width: u16, height: u16, quality: u8) -> Vec<u8> {
    let mut state = 0x2545_F491_u32;
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let noise = (state & 15) as u8;
            pixels.extend([(x >> 4) as u8 ^ noise, (y >> 4) as u8 ^ noise, ((x ^ y) >> 3) as u8 ^ noise]);
        }
    }
    let mut out = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut out, quality);
    encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    out
}

/// The engine over a folder, through its only door.
pub struct Phone {
    /// The engine.
    pub device: Device,
    /// Its folder.
    pub data: PathBuf,
    /// Whose phone it is.
    pub user: String,
}

impl Phone {
    /// Opens a folder; it stays locked.
    pub fn locked(data: &Path, user: &str) -> Result<Self, Failure> {
        Self::with_hardware(data, user, None)
    }

    /// Opens a folder with a key store; it stays locked.
    pub fn with_hardware(
        data: &Path,
        user: &str,
        hardware: Option<Box<dyn HardwareSecret + Send + Sync>>,
    ) -> Result<Self, Failure> {
        let config = Config {
            data: data.to_owned(),
            kdf: QUICK,
            version: "0.1.0".into(),
            os: "test".into(),
            hardware,
            by_itself: false,
        };
        Ok(Self { device: Device::open(config)?, data: data.to_owned(), user: user.to_owned() })
    }

    /// Opens a folder and unlocks it.
    pub async fn open(data: &Path, user: &str) -> Result<Self, Failure> {
        let phone = Self::locked(data, user)?;
        phone.try_ask("unlock", json!({ "user": user, "pin": PIN })).await?;
        Ok(phone)
    }

    /// Calls a verb.
    pub async fn try_ask(&self, verb: &str, args: Value) -> Result<Value, Failure> {
        self.device.call(verb, args).await
    }

    /// Calls a verb that must be answered.
    pub async fn ask(&self, verb: &str, args: Value) -> Value {
        match self.device.call(verb, args.clone()).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{verb} {args} was refused: {failure}"),
        }
    }

    /// Calls a verb that must be refused; answers the code.
    pub async fn refused(&self, verb: &str, args: Value) -> Failure {
        match self.device.call(verb, args.clone()).await {
            Ok(reply) => panic!("{verb} {args} was answered: {reply}"),
            Err(failure) => failure,
        }
    }

    /// Begins an inspection without a task; answers its id.
    pub async fn begin(&self, lists: &[&str]) -> String {
        let officers = json!([{ "user": null, "name": "陈志远", "certificate": "浙99-0002" }]);
        let start = json!({
            "task": null, "firm": firm(), "lists": lists, "kind": "routine", "modes": [], "rule": null,
            "officers": officers, "place": null, "language": "zh-Hans"
        });
        text(&self.ask("start", start).await["inspection"])
    }

    /// The inspection's view.
    pub async fn view(&self, inspection: &str) -> Value {
        self.ask("inspection", json!({ "inspection": inspection })).await
    }

    /// Answers an item, having seen what stands; answers the delta.
    pub async fn answer(&self, inspection: &str, item: &str, outcome: &str) -> Value {
        let view = self.view(inspection).await;
        let seen: Vec<Value> =
            state_of(&view, item)["answers"].as_array().unwrap().iter().map(|a| a["by"]["entry"].clone()).collect();
        self.ask("answer", answer(inspection, item, outcome, json!(seen))).await
    }

    /// Sends bytes in slices and ends the upload.
    pub async fn attach(
        &self,
        inspection: &str,
        item: Option<&str>,
        kind: EvidenceKind,
        name: &str,
        bytes: &[u8],
    ) -> Result<Value, Failure> {
        let begin = attach_begin(inspection, item, kind, name, bytes.len() as u64);
        let upload = text(&self.try_ask("attach_begin", begin).await?["upload"]);
        for (n, slice) in bytes.chunks(256 * 1024).enumerate() {
            self.try_ask("attach_slice", slice_args(&upload, n * 256 * 1024, slice)).await?;
        }
        self.try_ask("attach_end", json!({ "upload": upload })).await
    }

    /// Answers every item, with the evidence it asks for, and fills every field: ready for the seal.
    pub async fn complete(&self, inspection: &str) {
        let view = self.view(inspection).await;
        let mut seed = 0;
        for item in items(&view) {
            let code = text(&item["item"]["code"]);
            self.answer(inspection, &code, "conforms").await;
            let rules: Vec<xuncha_core::checklist::EvidenceRule> =
                serde_json::from_value(item["item"]["evidence"].clone()).unwrap();
            for rule in rules.iter().filter(|r| r.when == When::Checked) {
                for _ in 0..rule.min {
                    seed += 1;
                    self.bring(inspection, &code, rule.kind, seed).await;
                }
            }
        }
        for field in view["fields"].as_array().unwrap() {
            if field["fixed"] == false && field["field"]["required"] == true {
                let args =
                    json!({ "inspection": inspection, "field": field["field"]["field"], "value": "已填", "seen": [] });
                self.ask("field", args).await;
            }
        }
        let missing = &self.view(inspection).await["progress"]["missing"];
        assert_eq!(missing, &json!([]), "nothing may be missing now");
    }

    /// Puts a complete inspection before the signatories, who all sign: this phone's officer by key, the others by hand.
    pub async fn seal(&self, inspection: &str) {
        let proposed = self.ask("propose_seal", json!({ "inspection": inspection })).await["seal"].clone();
        for (n, (role, name)) in
            [("officer", "林若雨"), ("officer", "陈志远"), ("firm", "王经理")].into_iter().enumerate()
        {
            let image = (n > 0).then(|| data_encoding::BASE64.encode(&small_png(200)));
            let signature = json!({
                "inspection": inspection, "proposal": proposed["proposal"], "role": role, "name": name,
                "method": if n == 0 { "keyed" } else { "drawn" }, "image": image
            });
            self.ask("sign", signature).await;
        }
        assert_eq!(self.view(inspection).await["seal"]["sealed"], true);
    }

    async fn bring(&self, inspection: &str, item: &str, kind: EvidenceKind, seed: u8) {
        match kind {
            EvidenceKind::Photo => {
                self.attach(inspection, Some(item), kind, "IMG.png", &small_png(seed)).await.unwrap();
            }
            EvidenceKind::File => {
                let csv = format!("time,temp\n2026-11-01 00:{seed:02},4.1\n");
                self.attach(inspection, Some(item), kind, "logger.csv", csv.as_bytes()).await.unwrap();
            }
            EvidenceKind::Measure => {
                self.ask("measure", measure(inspection, item, "4.1")).await;
            }
        }
    }
}

/// Arguments of `answer`.
pub fn answer(inspection: &str, item: &str, outcome: &str, seen: Value) -> Value {
    json!({
        "inspection": inspection, "item": item, "outcome": outcome, "reason": null, "correction": null, "seen": seen,
        "language": "zh-Hans"
    })
}

/// Arguments of `measure`, in degrees.
pub fn measure(inspection: &str, item: &str, value: &str) -> Value {
    json!({
        "inspection": inspection, "item": item, "what": "冷库中部", "value": value, "unit": "℃", "instrument": "T-1",
        "place": null
    })
}

/// Arguments of `attach_begin`.
pub fn attach_begin(inspection: &str, item: Option<&str>, kind: EvidenceKind, name: &str, size: u64) -> Value {
    json!({ "inspection": inspection, "item": item, "kind": kind, "name": name, "size": size, "source": "camera", "place": null })
}

/// Arguments of `attach_slice`.
pub fn slice_args(upload: &str, offset: usize, bytes: &[u8]) -> Value {
    json!({ "upload": upload, "offset": offset, "data": data_encoding::BASE64.encode(bytes) })
}

/// All items of a view in the order of the walk.
pub fn items(view: &Value) -> Vec<&Value> {
    let lists = view["lists"].as_array().unwrap().iter();
    let sections = lists.flat_map(|l| l["sections"].as_array().unwrap());
    sections.flat_map(|s| s["items"].as_array().unwrap()).collect()
}

/// The changing half of an item in a view.
pub fn state_of<'v>(view: &'v Value, item: &str) -> &'v Value {
    let found = items(view).into_iter().find(|i| i["item"]["code"] == item);
    &found.unwrap_or_else(|| panic!("{item} does not stand in this inspection"))["state"]
}

/// A text of a reply.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}
