//! HQ on a disk that refuses: a file operation of the day fails, and then HQ goes on or is killed.
//!
//! Inside the traced child, case after case: many processes would cost more than what they do. A kill is played by a copy of the
//! folder at a moment when nobody asks HQ for anything: what a killed process wrote is what the next one reads.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};
use xuncha_core::{Failure, Retry};
use xuncha_hq::hq::Hq;

use super::{Acknowledged, Refused, copy_tree, day, judge, open, stands};
use crate::disk::{Amount, Deed, Error, Marks, Order, Trace};

/// How often the phone asks again before it waits for better times.
const TRIES: usize = 3;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Manner {
    /// Once: EIO.
    Once,
    /// Once: ENOSPC.
    NoRoomOnce,
    /// It and all after it: EIO.
    ForGood,
    /// It and all after it that need room: ENOSPC.
    NoRoomForGood,
    /// Half of a write comes through, then ENOSPC.
    Short,
    /// It is done, and EIO is what HQ hears.
    Done,
}

impl Manner {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Once, Self::NoRoomOnce, Self::ForGood, Self::NoRoomForGood, Self::Short, Self::Done];

    fn order(self, operation: u64) -> Order {
        match self {
            Self::Once => Order::fail(operation, Error::Medium, Amount::Whole),
            Self::NoRoomOnce => Order::fail(operation, Error::NoSpace, Amount::Whole),
            Self::ForGood => Order::fail_on(operation, Error::Medium),
            Self::NoRoomForGood => Order::fail_on(operation, Error::NoSpace),
            Self::Short => Order::fail(operation, Error::NoSpace, Amount::Short),
            Self::Done => Order::fail(operation, Error::Medium, Amount::Done),
        }
    }
    /// Whether it fails only what needs room, and counts only that.
    pub fn of_room(self) -> bool {
        matches!(self, Self::NoRoomOnce | Self::NoRoomForGood | Self::Short)
    }
    fn for_good(self) -> bool {
        matches!(self, Self::ForGood | Self::NoRoomForGood)
    }
}

/// One operation, failed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Case {
    /// How.
    pub manner: Manner,
    /// Which: counted from 1 among those that can fail so.
    pub operation: u64,
    /// What comes then: HQ goes on, or is killed.
    pub killed: bool,
}

/// An operation of a day, as a failure would name it.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Counted from 1.
    pub number: u64,
    /// Verb and kind of file.
    pub what: String,
    /// Whether it can lack room.
    pub room: bool,
}

/// The operations of a day that was recorded below `root`.
///
/// # Errors
/// A path elsewhere.
pub fn operations(trace: &Trace, root: &Path) -> Result<Vec<Operation>> {
    let root = root.canonicalize()?;
    let mut paths: HashMap<u64, PathBuf> = HashMap::new();
    let mut all: Vec<Operation> = Vec::new();
    for op in trace.ops.iter().filter(|op| op.is_counted()) {
        if let Deed::Open { path, inode, .. } = &op.deed {
            paths.insert(*inode, path.clone());
        }
        let of = |inode: &u64| paths.get(inode).cloned().unwrap_or_default();
        let (verb, path, room) = match &op.deed {
            Deed::Open { path, created, .. } => ("open", path.clone(), *created),
            Deed::Write { inode, .. } => ("write", of(inode), true),
            Deed::Cut { inode, .. } => ("truncate", of(inode), false),
            Deed::Allocate { inode, .. } => ("allocate", of(inode), true),
            Deed::Sync { inode } => ("sync", of(inode), true),
            Deed::SyncFolder { path } => ("sync-folder", path.clone(), true),
            Deed::Rename { from, .. } => ("rename", from.clone(), true),
            Deed::Link { from, .. } => ("link", from.clone(), true),
            Deed::Unlink { path } => ("unlink", path.clone(), false),
            Deed::MakeFolder { path } => ("mkdir", path.clone(), true),
            Deed::RemoveFolder { path } => ("rmdir", path.clone(), false),
            Deed::Read { path } => ("read", path.clone(), false),
            Deed::Map { .. } | Deed::Mark(_) => continue,
        };
        // A write of several pieces is one operation.
        if all.last().is_none_or(|last| last.number != op.number) {
            let above = root.parent() == Some(path.as_path());
            let path = if above { Path::new("") } else { path.strip_prefix(&root).unwrap_or(&path) };
            all.push(Operation { number: op.number, what: format!("{verb} {}", kind_of(path)), room });
        }
    }
    Ok(all)
}

/// A path without what is another at every run.
pub(super) fn kind_of(path: &Path) -> String {
    let mut kind: Vec<String> = Vec::new();
    for part in path.iter().map(|part| part.to_string_lossy()) {
        let named = matches!(kind.last().map(String::as_str), Some("objects" | "parts" | "…"));
        let part = match part.split_once(".sqlite") {
            _ if named => "…".to_owned(),
            Some((name, beside)) if name.starts_with("hq-") => format!("hq-….sqlite{beside}"),
            _ => part.into_owned(),
        };
        kind.push(part);
    }
    kind.join("/")
}

/// A path below the traced folder as it stands in the folder of the case.
pub(super) fn in_case(path: &str) -> &Path {
    let path = Path::new(path);
    path.strip_prefix("/case").unwrap_or(path)
}

/// What was failed and what came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    /// Cases by manner.
    pub cases: BTreeMap<String, usize>,
    /// Operations that failed first, by verb and kind of file.
    pub failed: BTreeMap<String, usize>,
    /// Cases in which something was acknowledged before HQ first said no, or nothing at all.
    pub after_a_word: usize,
    /// What HQ said instead, by status and code.
    pub refused: BTreeMap<String, usize>,
    /// HQ did not start.
    pub not_started: usize,
    /// Nobody heard of it, and rightly so, or the promise below would be broken.
    pub unheard: BTreeMap<String, usize>,
    /// The same HQ went on when the disk was sound again, and the day came to its end.
    pub went_on: usize,
    /// It was killed, and another one did.
    pub killed: usize,
    /// Orders that met no operation.
    pub missed: usize,
    /// What must not be: something acknowledged is gone, `check` finds something, an answer that says nothing, no end of the day.
    pub broken: Vec<String>,
}

impl Report {
    /// How many operations failed.
    pub fn total(&self) -> usize {
        self.cases.values().sum()
    }
    /// How many requests HQ refused.
    pub fn refusals(&self) -> usize {
        self.refused.values().sum()
    }
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        let sums = [
            (&mut self.cases, other.cases),
            (&mut self.failed, other.failed),
            (&mut self.refused, other.refused),
            (&mut self.unheard, other.unheard),
        ];
        for (own, more) in sums {
            more.into_iter().for_each(|(name, n)| *own.entry(name).or_default() += n);
        }
        self.after_a_word += other.after_a_word;
        self.not_started += other.not_started;
        self.went_on += other.went_on;
        self.killed += other.killed;
        self.missed += other.missed;
        self.broken.extend(other.broken);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |of: &BTreeMap<String, usize>| {
            of.iter().map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join(", ")
        };
        let (cases, refused) = (list(&self.cases), list(&self.refused));
        write!(
            f,
            "{} operations of {} kinds failed ({cases}), {} after a word; HQ said {refused}; it did not start {} times; {} \
             failures concerned nobody; then it went on {} times and was killed {} times; {} broke a promise",
            self.total(),
            self.failed.len(),
            self.after_a_word,
            self.not_started,
            self.unheard.values().sum::<usize>(),
            self.went_on,
            self.killed,
            self.broken.len()
        )
    }
}

/// Where the cases are tried.
pub struct Bench<'m> {
    /// The traced folder.
    root: PathBuf,
    /// An HQ to make copies of.
    template: PathBuf,
    pub(super) marks: &'m Marks,
}

/// Threads of databases that were dropped, until they have let go: what they do late would count as the next one's.
pub(super) async fn quiet() -> Result<()> {
    for _ in 0..5_000 {
        let mut tasks = fs::read_dir("/proc/self/task")?.filter_map(|task| Some(task.ok()?.path().join("comm")));
        let at_work = |comm: PathBuf| fs::read_to_string(comm).is_ok_and(|name| name.starts_with("hq-db-"));
        if !tasks.any(at_work) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    bail!("a database is still open")
}

impl<'m> Bench<'m> {
    /// `root` is traced, `template` the folder of a [`super::Scene`].
    pub fn new(root: &Path, template: &Path, marks: &'m Marks) -> Self {
        Self { root: root.to_owned(), template: template.to_owned(), marks }
    }

    pub(super) fn fresh(&self) -> Result<PathBuf> {
        let folder = self.root.join("case");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir(&folder)?;
        copy_tree(&self.template, &folder)?;
        Ok(folder)
    }

    /// All of these.
    ///
    /// # Errors
    /// The bench itself does not stand; what HQ breaks is in the report.
    pub async fn fail(&self, cases: &[Case]) -> Result<Report> {
        let mut report = Report::default();
        for case in cases {
            self.marks.say(&format!("case {case:?}"))?;
            self.one(*case, &mut report).await?;
        }
        Ok(report)
    }

    async fn one(&self, case: Case, report: &mut Report) -> Result<()> {
        let root = self.fresh()?;
        let before = self.marks.failures()?;
        self.marks.order(case.manner.order(case.operation))?;
        let mut heard = Heard::default();
        let hq = heard.start(&root).await;
        if let Some(hq) = &hq {
            heard.live(hq, &root).await;
        }
        let failed = self.marks.failed()?.split_off(before);
        self.marks.order(Order::Calm)?;
        let Some(first) = failed.first() else {
            report.missed += 1;
            drop(hq);
            return quiet().await;
        };
        let (verb, path) = first.split_once(' ').unwrap_or((first, ""));
        let what = format!("{verb} {}", kind_of(in_case(path)));
        let mut broken = |why: String| report.broken.push(format!("{case:?}, {what}: {why}"));
        for no in &heard.refusals {
            match no {
                Ok(no) if no.is_honest(verb == "read") => *report.refused.entry(no.to_string()).or_default() += 1,
                Ok(no) => broken(format!("HQ says {no}")),
                Err(why) => broken(format!("it says nothing a phone could act on: {why}")),
            }
        }
        if !case.manner.for_good() && !heard.ended {
            broken("it failed once, and the day did not come to its end".to_owned());
        }
        let started = hq.is_some();
        let goes_on = started && !case.killed;
        let left = if goes_on { root.clone() } else { self.root.join("left") };
        if let Some(hq) = hq.as_ref().filter(|_| goes_on) {
            // The same HQ, now that the disk is sound.
            let said = &mut heard.said;
            if let Err(why) = day(hq, &root, &mut |word| said.push(word.to_owned())).await {
                broken(format!("it does not go on: {why:#}"));
            }
        } else {
            fs::create_dir(&left)?;
            copy_tree(&root, &left)?;
        }
        drop(hq);
        quiet().await?;
        let said = heard.acknowledged()?;
        // Closed or killed: whoever starts it next finds everything.
        let judged = if goes_on { stands(&left, &said).await.map(drop) } else { judge(&left, &said).await };
        if let Err(why) = judged {
            broken(format!("after {:?}: {why:#}", heard.said));
        }
        quiet().await?;
        fs::remove_dir_all(&left)?;
        *report.cases.entry(format!("{:?}", case.manner)).or_default() += 1;
        report.after_a_word += usize::from(heard.words_before_no > 0);
        report.not_started += usize::from(!started);
        report.went_on += usize::from(goes_on);
        report.killed += usize::from(!goes_on);
        if heard.refusals.is_empty() {
            *report.unheard.entry(what.clone()).or_default() += 1;
        }
        *report.failed.entry(what).or_default() += 1;
        Ok(())
    }

    /// Fails each of these syncs once, and lets the phone ask again; after every second one HQ is started anew before that. `hidden`:
    /// HQ does not hear of it. The trace tells the rest: `settled`, `word …`, `end`.
    ///
    /// # Errors
    /// The bench itself does not stand, or HQ does not go on.
    pub async fn fail_syncs(&self, syncs: &[u64], hidden: bool) -> Result<Report> {
        let mut report = Report::default();
        for sync in syncs {
            let root = self.fresh()?;
            let before = self.marks.failures()?;
            self.marks.say(&format!("settled {sync}"))?;
            self.marks.order(if hidden { Order::hide_sync(*sync) } else { Order::fail_sync(*sync) })?;
            let mut heard = Heard::default();
            let mut hq = None;
            let say = |word: &str| self.marks.say(&format!("word {word}"));
            for _ in 0..TRIES {
                if hq.is_none() {
                    hq = heard.start(&root).await;
                }
                let Some(open) = &hq else { continue };
                let mut unsaid = None;
                let done = day(open, &root, &mut |word| unsaid = say(word).err()).await;
                ensure!(unsaid.is_none(), "{unsaid:?}");
                match done {
                    Ok(()) => {
                        heard.ended = true;
                        break;
                    }
                    Err(no) => heard.refused(no),
                }
                if sync % 2 == 0 {
                    hq = None;
                    quiet().await?;
                }
            }
            let failed = self.marks.failed()?.split_off(before);
            self.marks.order(Order::Calm)?;
            ensure!(heard.ended, "sync {sync}: the day did not come to its end: {:?}", heard.refusals);
            self.marks.say("end")?;
            drop(hq);
            quiet().await?;
            let Some(first) = failed.first() else {
                report.missed += 1;
                continue;
            };
            let file = kind_of(in_case(first.split_once(' ').map_or("", |(_, path)| path)));
            *report.failed.entry(file.clone()).or_default() += 1;
            if heard.refusals.is_empty() {
                *report.unheard.entry(file).or_default() += 1;
            }
            for no in heard.refusals.iter().flatten() {
                *report.refused.entry(no.to_string()).or_default() += 1;
            }
        }
        Ok(report)
    }
}

/// What a phone heard.
#[derive(Default)]
struct Heard {
    said: Vec<String>,
    words_before_no: usize,
    refusals: Vec<std::result::Result<No, String>>,
    ended: bool,
}

/// HQ, or its program, said no.
#[derive(Debug)]
struct No {
    /// Of a request; none: to whoever started it or its backup.
    status: Option<u16>,
    failure: Failure,
}

impl fmt::Display for No {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(f, "{status} {}", self.failure.code),
            None => f.write_str(&self.failure.code),
        }
    }
}

impl No {
    /// Whether it says what happened, and that it is not the phone's fault. SQLite takes a page that cannot be read for one that
    /// is damaged.
    fn is_honest(&self, reading: bool) -> bool {
        let code = self.failure.code.as_str();
        let of_disk = ["disk.full", "disk.error", "hq.database"].contains(&code);
        let of_page = reading && ["hq.damaged", "backup.database"].contains(&code);
        (of_disk || of_page) && self.failure.retry != Retry::Never && self.status.is_none_or(|status| status >= 500)
    }
}

impl Heard {
    fn refused(&mut self, why: anyhow::Error) {
        if self.refusals.is_empty() {
            self.words_before_no = self.said.len();
        }
        let no = match (why.downcast_ref::<Refused>(), why.downcast_ref::<Failure>()) {
            (Some(no), _) => Ok(No { status: Some(no.status), failure: no.failure.clone() }),
            (None, Some(failure)) => Ok(No { status: None, failure: failure.clone() }),
            (None, None) => Err(format!("{why:#}")),
        };
        self.refusals.push(no);
    }
    /// HQ starts, perhaps at the second try.
    async fn start(&mut self, root: &Path) -> Option<Arc<Hq>> {
        for _ in 0..2 {
            match open(root).await {
                Ok(hq) => return Some(hq),
                Err(why) => self.refused(why),
            }
            // What was half open is closed before somebody starts it again.
            if let Err(why) = quiet().await {
                self.refused(why);
            }
        }
        None
    }
    /// The day, as often as a phone tries.
    async fn live(&mut self, hq: &Arc<Hq>, root: &Path) {
        for _ in 0..TRIES {
            let said = &mut self.said;
            match day(hq, root, &mut |word| said.push(word.to_owned())).await {
                Ok(()) => {
                    self.ended = true;
                    break;
                }
                Err(why) => self.refused(why),
            }
        }
        if self.refusals.is_empty() {
            self.words_before_no = self.said.len();
        }
    }
    fn acknowledged(&self) -> Result<Acknowledged> {
        Acknowledged::of(self.said.iter().map(String::as_str))
    }
}
