//! A tap through the engine's door beside one bare 4 KiB append with fdatasync on the same disk; on a phone with ten
//! inspections and on a full one.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use uuid::Uuid;
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::{AnswerSet, Event, EvidenceAdded, InspectionKind, InspectionStarted, Officer, Outcome};
use xuncha_core::feed::{BlobRef, BlobSource, FeedKey, Frame, Head, author};
use xuncha_core::ids::{BlobHash, InspectionId};
use xuncha_device::feed::FeedFiles;
use xuncha_tests::alone::{self, Office, Phone, firm, items, state_of};

use super::report::{Report, ms, quantile};

const ROUNDS: usize = 600;
const WARM: usize = 50;

/// Fills `stored` inspections and measures.
pub async fn measure(stored: usize, report: &mut Report) {
    let dir = tempfile::tempdir().unwrap();
    let mut phones = Vec::new();
    for (name, count) in [("few", 10), ("many", stored)] {
        let data = dir.path().join(name);
        std::fs::create_dir(&data).unwrap();
        let mut office = Office::open();
        office.enrol(&data, "alice");
        let begun = Instant::now();
        seed(&office, &data, count);
        let phone = Phone::open(&data, "alice").await.unwrap();
        eprintln!("{count} inspections stored and indexed in {:.1} s", begun.elapsed().as_secs_f64());
        phones.push(Tapper::sit_down(phone).await);
    }
    let bare = OpenOptions::new().create(true).append(true).open(dir.path().join("bare")).unwrap();
    let mut times = [const { Vec::new() }; 3];
    for round in 0..ROUNDS + WARM {
        let mut taken = [append(&bare), 0.0, 0.0];
        // In turns: whoever comes right after the bare append pays for the file system's journal.
        let first = round % 2;
        for phone in [first, 1 - first] {
            taken[phone + 1] = phones[phone].tap(round).await;
        }
        if round >= WARM {
            times.iter_mut().zip(taken).for_each(|(all, one)| all.push(one));
        }
    }
    let [bare, few, many] = times.each_ref();
    eprintln!(
        "ms p50/p95: bare {:.2}/{:.2}, 10 inspections {:.2}/{:.2}, {stored} inspections {:.2}/{:.2}",
        quantile(bare, 0.5),
        quantile(bare, 0.95),
        quantile(few, 0.5),
        quantile(few, 0.95),
        quantile(many, 0.5),
        quantile(many, 0.95)
    );
    report.at_most("answer.p95", "ms", quantile(few, 0.95), quantile(bare, 0.95), 3.0);
    report.at_most("answer.full_phone.p95", "ms", quantile(many, 0.95), quantile(bare, 0.95), 3.0);
    report.at_most("answer.growth.p50", "ms", quantile(many, 0.5), quantile(few, 0.5), 1.3);
    report.at_most("answer.growth.p95", "ms", quantile(many, 0.95), quantile(few, 0.95), 2.0);
}

fn append(mut file: &File) -> f64 {
    let block = [7; 4096];
    let begun = Instant::now();
    file.write_all(&block).unwrap();
    file.sync_data().unwrap();
    ms(begun)
}

/// Somebody who taps through an inspection.
struct Tapper {
    phone: Phone,
    inspection: String,
    items: Vec<String>,
    seen: Vec<Value>,
}

impl Tapper {
    async fn sit_down(phone: Phone) -> Self {
        let inspection = phone.begin(&["COLD", "SUP", "ACC"]).await;
        let view = phone.view(&inspection).await;
        let items: Vec<String> = items(&view).iter().map(|i| i["item"]["code"].as_str().unwrap().to_owned()).collect();
        assert!(items.iter().all(|i| state_of(&view, i)["answers"] == json!([])));
        let seen = vec![json!([]); items.len()];
        Self { phone, inspection, items, seen }
    }

    async fn tap(&mut self, round: usize) -> f64 {
        let at = round % self.items.len();
        let outcome = ["conforms", "non_conforming", "corrected"][round % 3];
        let args = alone::answer(&self.inspection, &self.items[at], outcome, self.seen[at].take());
        let begun = Instant::now();
        let delta = self.phone.device.call("answer", args).await.unwrap();
        let taken = ms(begun);
        let answers = delta["items"][0]["answers"].as_array().unwrap();
        assert_eq!((answers.len(), &answers[0]["outcome"]), (1, &json!(outcome)));
        self.seen[at] = json!([answers[0]["by"]["entry"]]);
        taken
    }
}

/// Writes so many inspections into the own feed: a start, six answers and a photo that HQ has no receipt for, each. The index
/// catches up when the phone is opened.
fn seed(office: &Office, data: &Path, count: usize) {
    let unlocked = alone::keys_of(data, "alice");
    let own = unlocked.feed_key();
    let (mut feed, _) =
        FeedFiles::new(&data.join("feeds")).open(own.feed, unlocked.feed_file_key(&own.feed), None).unwrap();
    let mut head = feed.head().clone();
    let mut frames: Vec<Frame> = Vec::new();
    let mut say = |key: &FeedKey, event: Event, id: &InspectionId, blobs: Vec<BlobRef>, frames: &mut Vec<Frame>| {
        let mut draft = alone::draft(key, event, Some(id));
        draft.blobs = blobs;
        let (frame, entry) = author(&head, draft, unlocked.feed_signer()).unwrap();
        head = Head { feed: key.feed, seq: entry.header.seq, id: Some(entry.id), lamport: entry.header.lamport };
        frames.push(frame);
    };
    let list = office.list("ACC");
    for n in 0..count {
        let id: InspectionId = Uuid::now_v7().to_string().parse().unwrap();
        let started = InspectionStarted {
            number: format!("JC-339902-20250101-ALIC-{n:05}"),
            task: None,
            firm: firm(),
            kind: InspectionKind::Routine,
            modes: vec![],
            focus: vec![],
            lists: vec![list.clone()],
            rule: office.rule(),
            form: office.form(),
            officers: vec![Officer { user: Some(own.user.clone()), name: "alice".into(), certificate: "1".into() }],
            language: "zh-Hans".into(),
        };
        say(&own, started.into(), &id, vec![], &mut frames);
        for item in ["ACC-03", "ACC-04", "ACC-05", "ACC-06", "ACC-07", "ACC-08"] {
            let answer = AnswerSet {
                item: item.parse().unwrap(),
                list: list.sha256,
                outcome: Outcome::Conforms,
                reason: None,
                correction: None,
                language: "zh-Hans".into(),
            };
            say(&own, answer.into(), &id, vec![], &mut frames);
        }
        let photo = EvidenceAdded {
            evidence: Uuid::now_v7().to_string().parse().unwrap(),
            item: Some("ACC-04".parse().unwrap()),
            kind: EvidenceKind::Photo,
            name: "IMG.jpg".into(),
            facts: json!({ "width": 4000, "height": 3000 }),
            no_preview: None,
        };
        let blob = BlobRef {
            sha256: BlobHash::digest(&[&n.to_le_bytes()]),
            size: 3_000_000,
            mime: "image/jpeg".into(),
            source: BlobSource::Camera,
        };
        say(&own, photo.into(), &id, vec![blob], &mut frames);
        if frames.len() > 4_000 {
            feed.append(&frames).unwrap();
            frames.clear();
        }
    }
    feed.append(&frames).unwrap();
}
