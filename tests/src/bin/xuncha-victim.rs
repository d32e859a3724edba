//! The program that gets killed: drives the engine on a real folder and prints one line per acknowledgement, *after* the verb
//! answered. `--early` prints before the verb is called: the negative control, which a harness must catch losing. `--sync` hands
//! over to HQ all the while; `--seal-after N` seals after so many steps and ends.
//!
//! Lines: `opening`, `ready <notices>` once unlocked, `text <words>`, `entry <id>`, `photo <sha256>` or `sealed <inspection>` per
//! acknowledgement, `sync <phase> <entries> <bytes>` for what a sync shows.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test program; its output is its protocol")]

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::ids::BlobHash;
use xuncha_device::app::Happening;
use xuncha_tests::alone::{PIN, Phone, attach_begin, measure, slice_args, small_png, text};
use xuncha_tests::victim::Random;

#[derive(clap::Parser)]
struct Args {
    /// An enrolled phone's folder.
    data: PathBuf,
    /// Whose phone it is.
    #[arg(long, default_value = "alice")]
    user: String,
    /// The passphrase.
    #[arg(long, default_value = PIN)]
    pin: String,
    /// Decides the order of the work.
    #[arg(long)]
    seed: u64,
    /// Acknowledge before writing.
    #[arg(long)]
    early: bool,
    /// Synchronise while working.
    #[arg(long)]
    sync: bool,
    /// Bytes that are added to every photo.
    #[arg(long, default_value_t = 0)]
    photo_bytes: usize,
    /// After so many steps: complete an inspection, seal it, and end.
    #[arg(long)]
    seal_after: Option<u64>,
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // One write: a line is there as a whole or not at all.
    let _ = out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush());
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let args = <Args as clap::Parser>::parse();
    xuncha_tests::install_cipher_suite();
    say("opening");
    let phone = Phone::locked(&args.data, &args.user).unwrap();
    phone.ask("unlock", json!({ "user": args.user, "pin": args.pin })).await;
    let status = phone.ask("status", json!({})).await;
    let codes: Vec<_> = status["notices"].as_array().unwrap().iter().map(|n| text(&n["code"])).collect();
    say(&format!("ready {}", codes.join(" ")));
    let today = phone.ask("today", json!({ "here": null })).await;
    let inspection = match today["drafts"][0]["id"].as_str() {
        // A new one now and then: what hundreds of children wrote into one would only be slow.
        Some(id) if args.seed % 8 > 0 => id.to_owned(),
        _ => phone.begin(&["ACC", "COLD"]).await,
    };
    let mut random = Random::new(args.seed);
    for n in (0_u64..).take_while(|n| args.seal_after.is_none_or(|last| *n < last)) {
        let mark = format!("{}-{n}", args.seed);
        let step = Step::choose(&mut random, &mark, args.photo_bytes);
        if args.early {
            say(&step.line(None));
            step.take(&phone, &inspection).await;
        } else {
            let reply = step.take(&phone, &inspection).await;
            say(&step.line(Some(&reply)));
        }
        if args.sync && n % 2 == 1 {
            hand_over(&phone).await;
        }
    }
    seal(&phone, &args.user).await;
}

/// Starts a sync if none runs, and says what it shows, for a moment or until it rests.
async fn hand_over(phone: &Phone) {
    let mut happenings = phone.device.happenings();
    phone.ask("sync_start", json!({})).await;
    let resting = async {
        loop {
            let Ok(Happening::Sync { sync }) = happenings.recv().await else { continue };
            let view = serde_json::to_value(&*sync).unwrap();
            let phase = text(&view["phase"]);
            say(&format!("sync {phase} {} {}", view["entries_done"], view["bytes_done"]));
            if matches!(phase.as_str(), "done" | "failed" | "waiting" | "paused") {
                break;
            }
        }
    };
    // Work goes on beside a sync that takes longer.
    let _ = timeout(Duration::from_millis(250), resting).await;
}

async fn seal(phone: &Phone, user: &str) {
    let inspection = phone.begin(&["SUP"]).await;
    phone.complete(&inspection).await;
    let proposal = text(&phone.ask("propose_seal", json!({ "inspection": inspection })).await["seal"]["proposal"]);
    let image = data_encoding::BASE64.encode(&small_png(200));
    for (role, name, method) in
        [("officer", user, "keyed"), ("officer", "陈志远", "drawn"), ("firm", "王经理", "drawn")]
    {
        let image = (method == "drawn").then_some(&image);
        let args = json!({
            "inspection": inspection, "proposal": proposal, "role": role, "name": name, "method": method, "image": image
        });
        phone.ask("sign", args).await;
    }
    say(&format!("sealed {inspection}"));
}

enum Step {
    Answer { outcome: &'static str },
    Note { mark: String },
    Field { mark: String },
    Measure { mark: String },
    Photo { bytes: Vec<u8> },
}

impl Step {
    fn choose(random: &mut Random, mark: &str, photo_bytes: usize) -> Self {
        let mark = mark.to_owned();
        match random.below(6) {
            0 => Self::Answer { outcome: ["conforms", "non_conforming", "corrected"][random.below(3) as usize] },
            1 | 2 => Self::Note { mark },
            3 => Self::Field { mark },
            4 => Self::Measure { mark },
            // Behind the picture's end nothing is read, but the original keeps it: every photo is another one.
            _ => {
                let behind = (0..photo_bytes).map(|n| (n as u64 ^ random.below(256)) as u8).collect();
                Self::Photo { bytes: [small_png(random.below(250) as u8), mark.into_bytes(), behind].concat() }
            }
        }
    }

    /// What is acknowledged, in words that can be looked for in the feed.
    fn line(&self, reply: Option<&Value>) -> String {
        match (self, reply) {
            (Self::Note { mark } | Self::Field { mark } | Self::Measure { mark }, _) => format!("text {mark}"),
            (Self::Photo { bytes }, _) => format!("photo {}", BlobHash::digest(&[bytes])),
            (Self::Answer { .. }, Some(delta)) => {
                let heads = delta["items"][0]["answers"].as_array().unwrap();
                format!("entry {}", text(&heads.last().unwrap()["by"]["entry"]))
            }
            // Its name is not known before it is written: nothing can be claimed too early.
            (Self::Answer { .. }, None) => "text ".to_owned(),
        }
    }

    async fn take(&self, phone: &Phone, inspection: &str) -> Value {
        match self {
            // `answer` sees what stands and replaces it: exactly one stands afterwards.
            Self::Answer { outcome } => {
                let delta = phone.answer(inspection, "ACC-03", outcome).await;
                assert_eq!(delta["items"][0]["answers"].as_array().unwrap().len(), 1);
                delta
            }
            Self::Note { mark } => {
                phone.ask("note", json!({ "inspection": inspection, "item": "ACC-04", "text": mark, "seen": [] })).await
            }
            Self::Field { mark } => {
                let args = json!({ "inspection": inspection, "field": "situation", "value": mark, "seen": [] });
                phone.ask("field", args).await
            }
            Self::Measure { mark } => {
                let mut args = measure(inspection, "COLD-01", "4.1");
                args["what"] = json!(mark);
                phone.ask("measure", args).await
            }
            Self::Photo { bytes } => {
                let begin = attach_begin(inspection, None, EvidenceKind::Photo, "IMG.png", bytes.len() as u64);
                let upload = text(&phone.ask("attach_begin", begin).await["upload"]);
                let (first, rest) = bytes.split_at(bytes.len() / 2);
                phone.ask("attach_slice", slice_args(&upload, 0, first)).await;
                phone.ask("attach_slice", slice_args(&upload, first.len(), rest)).await;
                phone.ask("attach_end", json!({ "upload": upload })).await
            }
        }
    }
}
