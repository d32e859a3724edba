//! Power cuts of a phone's day: at any operation, with anything lost that was not synced.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::contents::{Contents, Found, Seen};
use super::day::PINS;
use crate::alone::Phone;
use crate::disk::{Cut, Honesty, Platter, Shelf, Trace, Tracer, Tree, scratch};
use crate::district::INSPECTOR;
use crate::program;
use crate::simulation::chance::Chance;

/// Packs and originals are written once and replaced whole.
pub fn written_once(path: &Path) -> bool {
    path.starts_with("packs") || path.starts_with("vault")
}

/// What was done, and that it was something.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// States of the disk that were opened.
    pub cuts: usize,
    /// Of them, after something was acknowledged.
    pub acknowledged: usize,
    /// Of them, with bytes cut off as torn.
    pub torn: usize,
    /// Of them, in which the index was begun anew.
    pub index_anew: usize,
    /// Of them, with more than was acknowledged.
    pub more: usize,
    /// States that the whole engine opened, twice: with the index that was found and with one made from the feeds.
    pub engines: usize,
    /// States in which something acknowledged was gone, or that did not open.
    pub lost: Vec<String>,
}

impl Counts {
    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.cuts += other.cuts;
        self.acknowledged += other.acknowledged;
        self.torn += other.torn;
        self.index_anew += other.index_anew;
        self.more += other.more;
        self.engines += other.engines;
        self.lost.extend(other.lost);
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cuts, acknowledged, torn, index_anew, more, engines, lost } = self;
        write!(
            f,
            "{cuts} power cuts, {acknowledged} of them after something was acknowledged, {torn} with a torn end, {index_anew} with \
             an index begun anew, {more} with more than was acknowledged; {engines} opened by the whole engine; {} lost something",
            lost.len()
        )
    }
}

/// When a step counts as acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledged {
    /// When the verb answered.
    After,
    /// The control: before the verb was called.
    Before,
}

/// A recorded day.
pub struct Day {
    /// What was done.
    pub trace: Trace,
    root: PathBuf,
    /// What the child said, with its place, and what was there at that moment.
    acknowledged: Vec<(usize, Contents)>,
    _folder: TempDir,
}

/// Runs `xuncha-scripted` under the tracer.
fn scripted(what: &str, data: &Path, beside: &Path, seed: u64) -> Result<Trace> {
    let (trace, marks) = (beside.join("trace"), beside.join("marks"));
    let _ = std::fs::remove_file(&trace);
    let tracer = Tracer::over(data)?.recording(&trace).marking(&marks);
    let output = Command::new(program("xuncha-scripted")?)
        .envs(tracer.settings())
        .arg(what)
        .arg(data.canonicalize()?)
        .args(["--seed", &seed.to_string()])
        .output()?;
    if !output.status.success() {
        bail!("the scripted child fell: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Trace::read(&trace)
}

impl Day {
    /// Lives one.
    pub fn live(seed: u64) -> Result<Self> {
        let folder = scratch()?;
        let data = folder.path().join("data");
        let trace = scripted("day", &data, folder.path(), seed)?;
        let mut day = Self { trace, root: data.canonicalize()?, acknowledged: Vec::new(), _folder: folder };
        day.acknowledged =
            acknowledged(&day.trace, Platter::empty(&day.root, Honesty::Honest, 0)?, &mut Shelf::new()?)?;
        Ok(day)
    }

    /// The folder as the child left it.
    pub fn folder(&self) -> &Path {
        &self.root
    }
    /// What was there at the end.
    pub fn end(&self) -> Result<&Contents> {
        Ok(&self.acknowledged.last().context("nothing was acknowledged")?.1)
    }
    /// The folder as a kill at the last acknowledgement leaves it.
    pub fn left(&self) -> Result<Tree> {
        let mut platter = self.platter(Honesty::Honest, 0)?;
        let last = self.acknowledged.last().context("nothing was acknowledged")?.0;
        for op in &self.trace.ops[..=last] {
            platter.play(op)?;
        }
        Ok(platter.cached())
    }
    /// A disk before the day.
    pub fn platter(&self, honesty: Honesty, seed: u64) -> Result<Platter> {
        Platter::empty(&self.root, honesty, seed)
    }

    /// Cuts the power so often. Every `engine_every`-th state is opened by the whole engine too.
    pub fn cut(
        &self,
        seed: u64,
        cuts: usize,
        engine_every: usize,
        honesty: Honesty,
        when: Acknowledged,
    ) -> Result<Counts> {
        let platter = self.platter(honesty, seed)?;
        let judge = Judge { acknowledged: &self.acknowledged, before: None, when, engine_every };
        judge.cut_all(&self.trace, platter, seed, cuts)
    }

    /// Kills the phone or cuts the power at one moment, lets a new process go on from there under the tracer, and cuts the
    /// power so often in what it does: while it opens, heals, and works.
    pub fn cut_what_follows(&self, seed: u64, cuts: usize) -> Result<Counts> {
        let mut chance = Chance::new(seed);
        let place = 1 + chance.below(self.trace.ops.len());
        let killed = chance.below(2) == 0;
        self.cut_after(place, killed, seed, &mut chance, cuts)
    }

    /// The same after a kill at each file operation of one step of the day.
    pub fn cut_what_follows_a_kill_in(&self, step: &str, seed: u64, cuts: usize) -> Result<Counts> {
        let at = |line: &str| self.trace.marks().find(|(_, said)| said.starts_with(line)).map(|(at, _)| at);
        let begins = at(&format!("begin {step}")).with_context(|| format!("the day has no {step}"))?;
        let ends = at(&format!("done {step}")).with_context(|| format!("the {step} has no end"))?;
        let mut counts = Counts::default();
        for place in begins + 1..=ends {
            counts.add(self.cut_after(place, true, seed, &mut Chance::new(seed + place as u64), cuts)?);
        }
        Ok(counts)
    }

    fn cut_after(&self, place: usize, killed: bool, seed: u64, chance: &mut Chance, cuts: usize) -> Result<Counts> {
        let mut platter = self.platter(Honesty::Honest, seed)?;
        for op in &self.trace.ops[..place] {
            platter.play(op)?;
        }
        let tree = if killed { platter.cached() } else { platter.after(&mut Cut::new(chance.draw())) };
        let folder = scratch()?;
        let mut shelf = Shelf::new()?;
        let laid = shelf.lay_out(&tree, |_| false)?;
        let platter = if killed {
            platter.moved_to(laid.path())?
        } else {
            Platter::of_folder(laid.path(), Honesty::Honest, seed)?
        };
        let trace = scripted("go-on", laid.path(), folder.path(), seed)?;
        let before = last_before(&self.acknowledged, place).cloned();
        let story =
            |why: &str| format!("after {} at {place} (seed {seed}): {why}", if killed { "a kill" } else { "a cut" });
        if let Some((_, line)) = trace.marks().find(|(_, line)| line.starts_with("refused")) {
            return Ok(Counts { lost: vec![story(line)], ..Counts::default() });
        }
        if before.is_some() && trace.marks().any(|(_, line)| line == "nobody") {
            return Ok(Counts { lost: vec![story("nobody is enrolled")], ..Counts::default() });
        }
        let acknowledged = acknowledged(&trace, platter.clone(), &mut shelf)?;
        let judge = Judge { acknowledged: &acknowledged, before, when: Acknowledged::After, engine_every: 13 };
        let mut counts = judge.cut_all(&trace, platter, chance.draw(), cuts)?;
        counts.lost.iter_mut().for_each(|why| *why = story(why));
        Ok(counts)
    }
}

fn last_before(acknowledged: &[(usize, Contents)], place: usize) -> Option<&Contents> {
    acknowledged.iter().take_while(|(at, _)| *at < place).last().map(|(_, contents)| contents)
}

/// What was there whenever the child said that something was done.
fn acknowledged(trace: &Trace, mut platter: Platter, shelf: &mut Shelf) -> Result<Vec<(usize, Contents)>> {
    let done: Vec<(usize, &str)> = trace.marks().filter(|(_, line)| line.starts_with("done ")).collect();
    let mut all = Vec::with_capacity(done.len());
    let mut played = 0;
    let mut seen = Seen::default();
    for (at, line) in done {
        for op in &trace.ops[played..=at] {
            platter.play(op)?;
        }
        played = at + 1;
        let laid = shelf.lay_out(&platter.cached(), written_once)?;
        match Contents::read_again(laid.path(), &mut seen) {
            Found::Phone(contents) => {
                if let Some(missing) = said_and_missing(line, &contents) {
                    bail!("{line} was acknowledged and {missing} is nowhere");
                }
                all.push((at, *contents));
            }
            other => bail!("{line} was acknowledged and the folder shows {other:?}"),
        }
    }
    Ok(all)
}

/// What the child said it has, if the rooms do not have it.
fn said_and_missing(line: &str, contents: &Contents) -> Option<String> {
    let (kind, what) = line.strip_prefix("done ")?.split_once(' ')?;
    let there = match kind {
        "entry" => contents.own.iter().any(|id| id.to_string() == what),
        "text" => contents.said.contains(&format!("\"{what}\"")),
        "photo" => contents.blobs.iter().any(|blob| blob.to_string() == what),
        "pin" => contents.pin.to_string() == what,
        _ => true,
    };
    (!there).then(|| what.to_owned())
}

struct Judge<'d> {
    acknowledged: &'d [(usize, Contents)],
    /// What had been acknowledged before this trace began.
    before: Option<Contents>,
    when: Acknowledged,
    engine_every: usize,
}

impl Judge<'_> {
    fn cut_all(&self, trace: &Trace, mut platter: Platter, seed: u64, cuts: usize) -> Result<Counts> {
        let mut chance = Chance::new(seed);
        let mut places: Vec<(usize, u64)> =
            (0..cuts).map(|_| (chance.below(trace.ops.len() + 1), chance.draw())).collect();
        places.sort_unstable();
        let mut shelf = Shelf::new()?;
        let mut seen = Seen::default();
        let mut counts = Counts::default();
        let mut played = 0;
        for (n, (place, seed)) in places.into_iter().enumerate() {
            for op in &trace.ops[played..place] {
                platter.play(op)?;
            }
            played = place;
            let tree = platter.after(&mut Cut::new(seed));
            counts.cuts += 1;
            let engine = self.engine_every > 0 && n % self.engine_every == 0;
            if let Err(why) = self.one(&tree, trace, place, (&mut shelf, &mut seen), &mut counts, engine) {
                counts.lost.push(format!("cut at {place}, seed {seed}: {why}"));
            }
        }
        Ok(counts)
    }

    /// What must be there after a cut at this place.
    fn due(&self, trace: &Trace, place: usize) -> Option<&Contents> {
        let place = match self.when {
            Acknowledged::After => place,
            // The end of the step that has begun, as if it had been acknowledged at its beginning.
            Acknowledged::Before => {
                let begun = |at: usize| trace.marks().any(|(m, line)| m < place && m > at && line.starts_with("begin"));
                let last = self.acknowledged.iter().take_while(|(at, _)| *at < place).last().map_or(0, |(at, _)| *at);
                let next = self.acknowledged.iter().find(|(at, _)| *at >= place).map_or(place, |(at, _)| at + 1);
                if begun(last) { next } else { place }
            }
        };
        last_before(self.acknowledged, place).or(self.before.as_ref())
    }

    fn one(
        &self,
        tree: &Tree,
        trace: &Trace,
        place: usize,
        (shelf, seen): (&mut Shelf, &mut Seen),
        counts: &mut Counts,
        engine: bool,
    ) -> Result<()> {
        let due = self.due(trace, place);
        let laid = shelf.lay_out(tree, written_once)?;
        counts.acknowledged += usize::from(due.is_some());
        let found = Contents::read_again(laid.path(), seen);
        match (due, found) {
            (_, Found::Refused(why)) => bail!("{why}"),
            (Some(_), Found::Nobody) => bail!("nobody is enrolled"),
            // Whoever enrols finds a phone that lets itself be enrolled.
            (None, Found::Nobody) => {
                Phone::locked(laid.path(), INSPECTOR).map_err(|failure| anyhow!("{failure}"))?;
            }
            (due, Found::Phone(found)) => {
                if let Some(due) = due {
                    let missing = due.missing_in(&found);
                    if !missing.is_empty() {
                        bail!("{}", missing.join(", "));
                    }
                    if found.pin < due.pin {
                        bail!("the old passphrase opens it again");
                    }
                    counts.more += usize::from(due.own.len() < found.own.len());
                }
                counts.torn += usize::from(found.torn > 0);
                counts.index_anew += usize::from(found.index_anew);
                if engine {
                    drop(laid);
                    let laid = shelf.lay_out(tree, written_once)?;
                    opens_whole(laid.path(), PINS[found.pin])?;
                    counts.engines += 1;
                }
            }
        }
        Ok(())
    }
}

/// What a person sees must not depend on whether the index survived.
fn opens_whole(data: &Path, pin: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (notices, found) = shown(data, pin).await?;
        for code in &notices {
            if !["feed.torn_tail", "index.rebuilt", "vault.orphans", "key_file.copy_damaged"].contains(&code.as_str()) {
                bail!("a cut is shown as {code}");
            }
        }
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(data.join(format!("index.db{suffix}")));
        }
        let (_, rebuilt) = shown(data, pin).await?;
        if found != rebuilt {
            bail!("the index that survived shows other things than one made anew: {}", difference(&found, &rebuilt));
        }
        Ok(())
    })
}

/// Where two replies differ first.
pub fn difference(a: &Value, b: &Value) -> String {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let names: std::collections::BTreeSet<&String> = x.keys().chain(y.keys()).collect();
            let differs = names.into_iter().find(|name| x.get(*name) != y.get(*name));
            differs.map_or_else(String::new, |name| {
                let at = |of: &serde_json::Map<String, Value>| of.get(name).cloned().unwrap_or_default();
                format!("{name}/{}", difference(&at(x), &at(y)))
            })
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            let differs = x.iter().zip(y).position(|(x, y)| x != y);
            differs.map_or_else(String::new, |n| format!("{n}/{}", difference(&x[n], &y[n])))
        }
        _ => format!(": {a} and {b}"),
    }
}

/// What the phone says when it is unlocked, and everything that today's page and the inspections on it show.
pub async fn shown(data: &Path, pin: &str) -> Result<(Vec<String>, Value)> {
    let phone = Phone::locked(data, INSPECTOR).map_err(|failure| anyhow!("{failure}"))?;
    let unlock = phone.try_ask("unlock", json!({ "user": INSPECTOR, "pin": pin })).await;
    let status = unlock.map_err(|failure| anyhow!("{failure}"))?;
    let notices = status["notices"].as_array().into_iter().flatten();
    let notices = notices.filter_map(|n| n["code"].as_str().map(str::to_owned)).collect();
    let mut today = phone.try_ask("today", json!({ "here": null })).await.map_err(|failure| anyhow!("{failure}"))?;
    // Neither of these is made from the index; what is free changes while one looks.
    today["notices"] = Value::Null;
    today["room"] = Value::Null;
    let ids: Vec<String> = ["drafts", "sealed"]
        .iter()
        .flat_map(|part| today[*part].as_array().into_iter().flatten())
        .filter_map(|row| row["id"].as_str().map(str::to_owned))
        .collect();
    let mut views = Vec::new();
    for id in ids {
        let view = phone.try_ask("inspection", json!({ "inspection": id })).await;
        let mut view = view.map_err(|failure| anyhow!("{failure}"))?;
        // What depends on the moment it is asked: the running end of the inspection.
        for field in view["fields"].as_array_mut().into_iter().flatten() {
            if field["field"]["filled"] == "time" {
                field["values"] = Value::Null;
            }
        }
        views.push(view);
    }
    Ok((notices, json!({ "today": today, "inspections": views })))
}
