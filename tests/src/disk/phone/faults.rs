//! Each operation of each verb failed, inside the traced child: the tracer is told to fail the n-th operation, the verb is
//! called, and afterwards everything acknowledged must be there and the verb must work.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use xuncha_core::Failure;
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::ids::BlobHash;
use xuncha_device::app::views::SyncPhase;

use super::contents::{Contents, Found, Seen};
use super::day::{PINS, begin, door};
use crate::alone::{self, answer, small_png, text};
use crate::disk::{Amount, Error, Marks, Order};
use crate::district::{COMPANION, INSPECTOR, name_of};
use crate::world::{Phone, World};

/// What a person does, one of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Begins an inspection.
    Start,
    /// Answers an item.
    Answer,
    /// Writes a note.
    Note,
    /// Takes a photo.
    Photo,
    /// Puts the record before the signatories.
    Proposal,
    /// Signs by hand.
    Signature,
    /// Changes the passphrase.
    Pin,
    /// Wants Wi-Fi only.
    Wish,
    /// Unlocks the phone.
    Unlock,
    /// Stores HQ's receipts and a colleague's entries.
    Sync,
}

/// All of them.
pub const VERBS: [Verb; 10] = [
    Verb::Start,
    Verb::Answer,
    Verb::Note,
    Verb::Photo,
    Verb::Proposal,
    Verb::Signature,
    Verb::Pin,
    Verb::Wish,
    Verb::Unlock,
    Verb::Sync,
];

/// In which ways an operation fails. The first two are tried on every operation.
const MANNERS: [fn(u64) -> Order; 6] = [
    |n| Order::fail(n, Error::Medium, Amount::Whole),
    |n| Order::fail_on(n, Error::NoSpace),
    |n| Order::fail_on(n, Error::Medium),
    |n| Order::fail(n, Error::NoSpace, Amount::Whole),
    |n| Order::fail(n, Error::NoSpace, Amount::Short),
    |n| Order::fail(n, Error::Medium, Amount::Done),
];

/// What was done and what came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    /// Operations that were failed, by verb.
    pub failed: BTreeMap<String, usize>,
    /// Verbs that were answered all the same.
    pub answered: usize,
    /// Codes of the others.
    pub refused: BTreeMap<String, usize>,
    /// What must not be: false acknowledgements, losses, codes that say nothing, phones that do not open.
    pub broken: Vec<String>,
}

impl Report {
    /// Operations that were failed.
    pub fn total(&self) -> usize {
        self.failed.values().sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each: Vec<String> = self.failed.iter().map(|(verb, n)| format!("{verb} {n}")).collect();
        let codes: Vec<String> = self.refused.iter().map(|(code, n)| format!("{code} {n}")).collect();
        write!(
            f,
            "{} operations failed ({}); {} verbs answered all the same and rightly, the others said {}; {} broke a promise",
            self.total(),
            each.join(", "),
            self.answered,
            codes.join(", "),
            self.broken.len()
        )
    }
}

/// What a verb acknowledged.
enum Acknowledged {
    Entry(String),
    Text(String),
    Photo(BlobHash),
    Pin(usize),
    Nothing,
}

impl Acknowledged {
    fn is_in(&self, contents: &Contents) -> bool {
        match self {
            Self::Entry(id) => contents.own.iter().any(|entry| entry.to_string() == *id),
            Self::Text(text) => contents.said.contains(&format!("\"{text}\"")),
            Self::Photo(blob) => contents.blobs.contains(blob),
            Self::Pin(pin) => contents.pin == *pin,
            Self::Nothing => true,
        }
    }
}

/// A closed phone to make copies of, and an HQ that knows it.
pub struct Bench<'m> {
    root: PathBuf,
    marks: &'m Marks,
    inspection: String,
    to_sign: String,
    to_propose: String,
    before: Contents,
    _world: World,
}

/// Copies a closed phone. What is written once is linked: thousands of copies are made.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if from.ends_with("packs") || from.parent().is_some_and(|parent| parent.ends_with("vault")) {
            fs::hard_link(entry.path(), target)?;
        } else {
            fs::write(target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

impl<'m> Bench<'m> {
    /// An enrolled phone with work that HQ has and work that it has not, and a colleague's entries waiting at HQ.
    pub async fn set_up(root: &Path, marks: &'m Marks) -> Result<Self> {
        let world = World::start().await?;
        let invitation = world.head().await?.invite(INSPECTOR).await?;
        let template = root.join("template");
        let alice = Phone::new("alice", INSPECTOR, template.clone())?;
        alice.enrol(&invitation).await?;
        alice.sync().await?;
        let phone = door(&alice);
        let inspection = begin(&phone).await;
        phone.answer(&inspection, "ACC-03", "conforms").await;
        let mut ready = Vec::new();
        for _ in 0..2 {
            let inspection = phone.begin(&["SUP"]).await;
            phone.complete(&inspection).await;
            ready.push(inspection);
        }
        phone.ask("propose_seal", json!({ "inspection": ready[1] })).await;
        alice.sync().await?;
        let bob = world.phone("bob", COMPANION).await?;
        bob.sync().await?;
        bob.ask::<Value>("answer", answer(&inspection, "ACC-06", "conforms", json!([]))).await?;
        bob.sync().await?;
        let photo = small_png(7);
        phone.attach(&inspection, None, EvidenceKind::Photo, "IMG.png", &photo).await.map_err(|f| anyhow!(f))?;
        close(alice).await?;
        let mut bench = Self {
            root: root.to_owned(),
            marks,
            inspection,
            to_propose: ready.remove(0),
            to_sign: ready.remove(0),
            before: Contents::default(),
            _world: world,
        };
        let data = bench.fresh("before")?;
        let Found::Phone(before) = Contents::read(&data) else { bail!("the phone to copy does not open") };
        bench.before = *before;
        Ok(bench)
    }

    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let data = self.root.join(name);
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        copy(&self.root.join("template"), &data)?;
        Ok(data)
    }

    async fn open(data: &Path) -> Result<Phone> {
        // A sync that is being stopped may hold the folder a moment longer.
        for _ in 0..2_000 {
            match Phone::new("alice", INSPECTOR, data.to_owned()) {
                Ok(phone) => return Ok(phone),
                Err(e) if e.to_string().contains("in_use") => {
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                }
                Err(e) => return Err(e),
            }
        }
        bail!("the folder stays in use")
    }

    /// Every verb with every operation failed in the first two manners. Of the others, and of a sync, which takes long, only every
    /// so many-th.
    pub async fn fail_everything(&self, verbs: &[Verb], every: u64) -> Result<Report> {
        let mut report = Report::default();
        let mut seen = Seen::default();
        for verb in verbs {
            for (at, manner) in MANNERS.into_iter().enumerate() {
                let stride = if *verb == Verb::Sync || at >= 2 { every } else { 1 };
                let mut n = 1;
                while self.one(*verb, (n, manner(n)), &mut report, &mut seen).await? {
                    n += stride;
                }
            }
        }
        Ok(report)
    }

    /// Fails one operation; `false` if the verb has no such operation.
    async fn one(&self, verb: Verb, (n, order): (u64, Order), report: &mut Report, seen: &mut Seen) -> Result<bool> {
        let case = format!("{verb:?}, {order}");
        self.marks.say(&format!("case {case}"))?;
        let data = self.fresh("case")?;
        let before = self.marks.failures()?;
        let phone = Self::open(&data).await?;
        if verb != Verb::Unlock {
            phone.unlock().await?;
        }
        self.marks.order(order)?;
        let outcome = self.call(verb, &phone, 0).await;
        if self.marks.failures()? == before {
            self.marks.order(Order::Calm)?;
            close(phone).await?;
            return Ok(false);
        }
        // While it still fails: what a person would try next.
        // Not after a sync: HQ would get the note and call every later copy of this phone rolled back, and rightly.
        let goes_on = !matches!(verb, Verb::Unlock | Verb::Sync);
        let next = if goes_on { Some(self.note(&phone, "next").await) } else { None };
        self.marks.order(Order::Calm)?;
        let mut broken = |why: String| report.broken.push(format!("{case}: {why}"));
        let mut acknowledged = Vec::new();
        for (what, outcome) in std::iter::once(("the verb", outcome)).chain(next.map(|next| ("the next verb", next))) {
            match outcome {
                Ok(what) => acknowledged.push(what),
                Err(failure) => {
                    // Said of an index that is half made: opening again makes it anew.
                    let index = verb == Verb::Unlock && failure.code == "index.damaged";
                    if !index && !failure.code.starts_with("disk.") {
                        broken(format!("{what} says {failure}"));
                    }
                    if what == "the verb" {
                        *report.refused.entry(failure.code).or_default() += 1;
                    }
                }
            }
        }
        *report.failed.entry(format!("{verb:?}")).or_default() += 1;
        let answered = acknowledged.len();
        close(phone).await?;
        let pin = match Contents::read_again(&data, seen) {
            Found::Phone(contents) => {
                for missing in self.before.missing_in(&contents) {
                    broken(format!("afterwards lacks {missing}"));
                }
                if acknowledged.iter().any(|what| !what.is_in(&contents)) {
                    broken("acknowledged and not there".to_owned());
                }
                contents.pin
            }
            other => {
                broken(format!("afterwards {other:?}"));
                return Ok(true);
            }
        };
        report.answered += usize::from(answered > usize::from(goes_on));
        if n % 3 != 1 {
            return Ok(true);
        }
        let phone = Self::open(&data).await?;
        if let Err(failure) = phone.call("unlock", json!({ "user": INSPECTOR, "pin": PINS[pin] })).await {
            broken(format!("afterwards it does not unlock: {failure}"));
            return Ok(true);
        }
        if let Err(failure) = self.call(verb, &phone, pin).await {
            broken(format!("cannot be done again: {failure}"));
        }
        close(phone).await?;
        Ok(true)
    }

    /// Fails each sync of each verb, opens the phone again, and goes on: in the same process, and in another because this one was
    /// killed there. The trace tells the rest.
    pub async fn fail_syncs(&self) -> Result<usize> {
        let mut cases = 0;
        for (verb, killed) in VERBS.into_iter().flat_map(|verb| [(verb, false), (verb, true)]) {
            let mut n = 1;
            while self.fail_sync(verb, n, killed, &format!("case-{cases}")).await? {
                (cases, n) = (cases + 1, n + 1);
            }
        }
        Ok(cases)
    }

    /// `false`: the verb has no such sync.
    async fn fail_sync(&self, verb: Verb, n: u64, killed: bool, name: &str) -> Result<bool> {
        let data = self.fresh(name)?;
        let before = self.marks.failures()?;
        let mut phone = Self::open(&data).await?;
        if verb != Verb::Unlock {
            phone.unlock().await?;
        }
        self.marks.say(&format!("settled {name} {verb:?} {n}{}", if killed { " killed" } else { "" }))?;
        self.marks.order(if killed { Order::Halt { sync: n, more: 0 } } else { Order::fail_sync(n) })?;
        let outcome = self.call(verb, &phone, 0).await;
        let failed = self.marks.failures()? > before;
        if outcome.is_ok() {
            self.marks.say("done verb")?;
        }
        if killed && failed {
            // Whatever it would do as it closes is not done: it is dead.
            let _ = phone.call("lock", json!({})).await;
            drop(phone);
            self.marks.order(Order::Calm)?;
            phone = Self::open(&data).await?;
        } else {
            self.marks.order(Order::Calm)?;
        }
        if !failed {
            self.marks.say("end")?;
            close(phone).await?;
            return Ok(false);
        }
        if !killed {
            // A person locks the phone, or the app is started again: files are closed, opened, verified.
            phone.call("lock", json!({})).await.map_err(|f| anyhow!(f))?;
        }
        let mut opened = false;
        for pin in PINS {
            opened |= phone.call("unlock", json!({ "user": INSPECTOR, "pin": pin })).await.is_ok();
        }
        if !opened {
            bail!("{verb:?}, sync {n} (killed: {killed}): it does not open any more");
        }
        self.marks.say("done opened")?;
        self.note(&phone, "later").await.map_err(|f| anyhow!("{verb:?}, sync {n} (killed: {killed}): {f}"))?;
        self.marks.say("done text later")?;
        self.marks.say("end")?;
        close(phone).await?;
        Ok(true)
    }

    async fn note(&self, phone: &Phone, words: &str) -> Result<Acknowledged, Failure> {
        let args = json!({ "inspection": self.inspection, "item": "ACC-04", "text": words, "seen": [] });
        phone.call("note", args).await?;
        Ok(Acknowledged::Text(words.to_owned()))
    }

    async fn call(&self, verb: Verb, phone: &Phone, pin: usize) -> Result<Acknowledged, Failure> {
        let nothing = |_| Acknowledged::Nothing;
        match verb {
            Verb::Start => {
                let companion =
                    json!({ "user": COMPANION, "name": name_of(COMPANION), "certificate": "浙99-0201-0058" });
                let start = json!({
                    "task": null, "firm": alone::firm(), "lists": ["ACC"], "kind": "routine", "modes": [], "rule": null,
                    "officers": [companion], "place": null, "language": "zh-Hans"
                });
                phone.call("start", start).await.map(nothing)
            }
            Verb::Answer => {
                let args = answer(&self.inspection, "ACC-10", "conforms", json!([]));
                let delta = phone.call("answer", args).await?;
                let answers = delta["items"][0]["answers"].as_array().and_then(|all| all.last().cloned());
                let entry = answers.ok_or_else(|| Failure::never("test.no_answer"))?;
                Ok(Acknowledged::Entry(text(&entry["by"]["entry"])))
            }
            Verb::Note => self.note(phone, "first").await,
            Verb::Photo => {
                let bytes = small_png(99);
                let door = door(phone);
                door.attach(&self.inspection, None, EvidenceKind::Photo, "IMG.png", &bytes).await?;
                Ok(Acknowledged::Photo(BlobHash::digest(&[&bytes])))
            }
            Verb::Proposal => {
                let delta = phone.call("propose_seal", json!({ "inspection": self.to_propose })).await?;
                Ok(Acknowledged::Entry(text(&delta["seal"]["proposal"])))
            }
            Verb::Signature => {
                let view = phone.call("inspection", json!({ "inspection": self.to_sign })).await?;
                let image = small_png(201);
                let args = json!({
                    "inspection": self.to_sign, "proposal": view["seal"]["proposal"], "role": "firm", "name": "王经理",
                    "method": "drawn", "image": data_encoding::BASE64.encode(&image)
                });
                phone.call("sign", args).await?;
                Ok(Acknowledged::Photo(BlobHash::digest(&[&image])))
            }
            Verb::Pin => {
                let args = json!({ "old": PINS[pin], "new": PINS[1 - pin] });
                phone.call("change_pin", args).await?;
                Ok(Acknowledged::Pin(1 - pin))
            }
            Verb::Wish => phone.call("sync_wifi_only", json!({ "on": true })).await.map(nothing),
            Verb::Unlock => phone.call("unlock", json!({ "user": INSPECTOR, "pin": PINS[pin] })).await.map(nothing),
            Verb::Sync => {
                phone.call("sync_start", json!({})).await?;
                let rest = phone.sync_until_rest().await;
                let view = rest.map_err(|e| Failure::never("disk.sync_not_started").with("why", e))?;
                match view.phase {
                    SyncPhase::Done => Ok(Acknowledged::Nothing),
                    phase => Err(view.problem.map_or_else(
                        || Failure::never("test.no_reason").with("phase", format_args!("{phase:?}")),
                        |problem| Failure::never(&problem.code),
                    )),
                }
            }
        }
    }
}

async fn close(phone: Phone) -> Result<()> {
    phone.call("lock", json!({})).await.map_err(|failure| anyhow!(failure))?;
    Ok(())
}
