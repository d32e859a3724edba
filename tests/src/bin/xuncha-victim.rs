//! The program that gets killed: drives the engine on a real folder and prints one line per acknowledgement, *after* the verb
//! answered. `--early` prints before the verb is called: the negative control, which a harness must catch losing.
//!
//! Lines: `ready <notices>` once unlocked, then `text <words>`, `entry <id>` or `photo <sha256>` per acknowledgement.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test program; its output is its protocol")]

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::ids::BlobHash;
use xuncha_tests::alone::{Phone, attach_begin, measure, slice_args, small_png, text};

#[derive(clap::Parser)]
struct Args {
    /// An enrolled phone's folder.
    data: PathBuf,
    /// Whose phone it is.
    #[arg(long, default_value = "alice")]
    user: String,
    /// Decides the order of the work.
    #[arg(long)]
    seed: u64,
    /// Acknowledge before writing.
    #[arg(long)]
    early: bool,
}

struct Random(u64);
impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // One write: a line is there as a whole or not at all.
    let _ = out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush());
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let args = <Args as clap::Parser>::parse();
    let phone = Phone::open(&args.data, &args.user).await.unwrap();
    let status = phone.ask("status", json!({})).await;
    let codes: Vec<_> = status["notices"].as_array().unwrap().iter().map(|n| text(&n["code"])).collect();
    say(&format!("ready {}", codes.join(" ")));
    let today = phone.ask("today", json!({ "here": null })).await;
    let inspection = match today["drafts"][0]["id"].as_str() {
        Some(id) => id.to_owned(),
        None => phone.begin(&["ACC", "COLD"]).await,
    };
    let mut random = Random(args.seed | 1);
    for n in 0_u64.. {
        let mark = format!("{}-{n}", args.seed);
        let step = Step::choose(&mut random, &mark);
        if args.early {
            say(&step.line(None));
            step.take(&phone, &inspection).await;
        } else {
            let reply = step.take(&phone, &inspection).await;
            say(&step.line(Some(&reply)));
        }
    }
}

enum Step {
    Answer { outcome: &'static str },
    Note { mark: String },
    Field { mark: String },
    Measure { mark: String },
    Photo { bytes: Vec<u8> },
}

impl Step {
    fn choose(random: &mut Random, mark: &str) -> Self {
        let mark = mark.to_owned();
        match random.below(6) {
            0 => Self::Answer { outcome: ["conforms", "non_conforming", "corrected"][random.below(3) as usize] },
            1 | 2 => Self::Note { mark },
            3 => Self::Field { mark },
            4 => Self::Measure { mark },
            // Behind the picture's end nothing is read, but the original keeps it: every photo is another one.
            _ => Self::Photo { bytes: [small_png(random.below(250) as u8), mark.into_bytes()].concat() },
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
