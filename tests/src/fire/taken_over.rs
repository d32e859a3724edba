//! An HQ whose sync failed and that was killed before it could do anything about it; another goes on over the same folder.
//!
//! Inside the traced child, case after case. The kill: from then on no operation is done ([`Order::Halt`]), and what the process
//! still believes is thrown away with it. The same files go on, so that the trace of the one follows that of the other.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use xuncha_core::ids::UnitId;
use xuncha_hq::api::types::UnitRow;
use xuncha_hq::config::Config;
use xuncha_hq::db::DbError;
use xuncha_hq::hq::Hq;

use super::faults::{Bench, in_case, kind_of, quiet};
use super::{DATA, day, open};
use crate::disk::Order;

/// One sync, failed, and the kill.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Case {
    /// Which, counted from 1.
    pub sync: u64,
    /// So many operations are done after it.
    pub more: u64,
    /// Of an HQ that is only just being founded; otherwise of a phone's day.
    pub founding: bool,
}

/// What was failed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Killed {
    /// The files, by kind, in the order of the cases; none: there was no such sync.
    pub files: Vec<Option<String>>,
}

impl Bench<'_> {
    /// Tries these. The trace tells the rest: `settled`, `word …` of the one, `killed`, `word …` of the other, `end`, and `closed` when
    /// that one, too, has let go.
    ///
    /// # Errors
    /// The bench itself does not stand, or the second HQ does not do its work.
    pub async fn kill_at_syncs(&self, cases: &[Case]) -> Result<Killed> {
        let mut killed = Killed::default();
        for case in cases {
            let root = self.fresh()?;
            let before = self.marks.failures()?;
            self.marks.say(&format!("settled {case:?}"))?;
            self.marks.order(Order::Halt { sync: case.sync, more: case.more })?;
            // Whatever the killed one says of it is heard by nobody.
            let _ = self.live(*case, &root).await;
            quiet().await?;
            let failed = self.marks.failed()?.split_off(before);
            self.marks.order(Order::Calm)?;
            self.marks.say("killed")?;
            self.live(*case, &root).await.with_context(|| format!("{case:?}: the next one"))?;
            quiet().await?;
            self.marks.say("closed")?;
            ensure!(failed.len() < 2, "{failed:?}");
            let file = failed.first().map(|first| kind_of(in_case(first.split_once(' ').map_or("", |(_, path)| path))));
            killed.files.push(file.map(|file| if file.is_empty() { ".".to_owned() } else { file }));
        }
        Ok(killed)
    }

    /// One HQ from its start to its end.
    async fn live(&self, case: Case, root: &Path) -> Result<()> {
        let mut unsaid = None;
        let mut say = |word: &str| unsaid = self.marks.say(&format!("word {word}")).err();
        if case.founding {
            found(root, &mut say).await?;
        } else {
            let hq = open(root).await?;
            day(&hq, root, &mut say).await?;
        }
        ensure!(unsaid.is_none(), "{unsaid:?}");
        self.marks.say("end")?;
        Ok(())
    }
}

/// The unit that a new HQ has.
const UNIT: &str = "unit-1";

/// The first command over a folder that is not there: HQ's keys and its first unit are acknowledged.
async fn found(root: &Path, say: &mut dyn FnMut(&str)) -> Result<()> {
    let hq = Hq::open(&Config::loopback(root.join("new").join(DATA))).await?;
    let unit = UnitRow { unit: UNIT.parse()?, name: UNIT.to_owned(), parent: None };
    match hq.db.create_unit(&unit).await {
        Ok(()) | Err(DbError::Constraint) => {}
        Err(other) => return Err(other.into()),
    }
    say(&format!("founded {}", name_of(&hq)));
    Ok(())
}

/// What phones know an HQ by: its key, the one for recovery, its certificate.
fn name_of(hq: &Hq) -> String {
    format!("{} {} {}", hq.own.key, hq.keys.recovery_public, hq.keys.ca.fingerprint())
}

/// HQ was founded under this name and stands.
///
/// # Errors
/// What is wrong.
pub async fn stands(root: &Path, name: &str) -> Result<()> {
    let data = root.join("new").join(DATA);
    let hq = Hq::open_beside(&Config::loopback(&data)).await.context("HQ does not start")?;
    ensure!(name_of(&hq) == name, "it has other keys");
    let unit: UnitId = UNIT.parse()?;
    ensure!(hq.db.units().await?.iter().any(|row| row.unit == unit), "its unit is gone");
    let packs = hq.db.packs().await?;
    ensure!(!packs.is_empty() && packs.iter().all(|pack| hq.shelf().holds(pack)), "lists are gone");
    Ok(())
}
