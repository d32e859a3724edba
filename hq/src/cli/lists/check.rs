//! What the lists hold, in numbers.

use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use xuncha_core::Failure;
use xuncha_core::checklist::{AuthorFault, Checklist, Mark};

use super::super::say;
use super::{say_faults, say_json};
use crate::packs::{Own, OwnError, embedded_files};

#[derive(Serialize)]
struct Row {
    list: String,
    version: String,
    items: usize,
    key: usize,
    evidence: usize,
    /// Bases by how sure they are.
    basis: Marks,
    proposed: bool,
    title: String,
}

#[derive(Default, Serialize)]
struct Marks {
    v: usize,
    m: usize,
    d: usize,
}

#[derive(Serialize)]
struct Report {
    faults: Vec<AuthorFault>,
    lists: Vec<Row>,
}

pub(super) fn run(folder: Option<&Path>, json: bool) -> Result<ExitCode, Failure> {
    let read = match folder {
        Some(folder) => Own::read(folder),
        None => Own::from_files(embedded_files()),
    };
    match read {
        Ok(own) => {
            let chosen = own.library.lists.iter().filter(|l| own.lists.contains(&l.code));
            let rows: Vec<Row> = chosen.map(row).collect();
            if json {
                say_json(&Report { faults: Vec::new(), lists: rows })?;
            } else {
                table(&rows)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(OwnError::Failure(failure)) => Err(failure),
        Err(OwnError::Faults(faults)) if json => {
            say_json(&Report { faults, lists: Vec::new() })?;
            Ok(ExitCode::FAILURE)
        }
        Err(OwnError::Faults(faults)) => Ok(say_faults(&faults)),
    }
}

fn row(list: &Checklist) -> Row {
    let mut basis = Marks::default();
    for place in list.items().flat_map(|item| &item.basis) {
        match place.mark {
            Mark::V => basis.v += 1,
            Mark::M => basis.m += 1,
            Mark::D => basis.d += 1,
        }
    }
    Row {
        list: list.code.to_string(),
        version: list.version.clone(),
        items: list.items().count(),
        key: list.items().filter(|item| item.key.value).count(),
        evidence: list.items().map(|item| item.evidence.len()).sum(),
        basis,
        proposed: list.proposed_if.is_some(),
        title: list.title.zh.clone(),
    }
}

fn table(rows: &[Row]) -> Result<(), Failure> {
    let width = |of: fn(&Row) -> &str, least: usize| rows.iter().map(|r| of(r).len()).max().unwrap_or(0).max(least);
    let (list, version) = (width(|r| &r.list, 5), width(|r| &r.version, 7));
    let line = |cells: [&str; 9]| {
        let [code, of, items, key, evidence, v, m, d, rest] = cells;
        say(format_args!(
            "{code:<list$}  {of:<version$}  {items:>5}  {key:>4}  {evidence:>8}  {v:>4}  {m:>4}  {d:>4}  {rest}"
        ))
    };
    line(["list", "version", "items", "key※", "evidence", "V", "M", "D", "proposed  title"])?;
    for r in rows {
        let numbers = [r.items, r.key, r.evidence, r.basis.v, r.basis.m, r.basis.d].map(|n| n.to_string());
        let [items, key, evidence, v, m, d] = &numbers;
        let rest = format!("{:<8}  {}", if r.proposed { "yes" } else { "no" }, r.title);
        line([&r.list, &r.version, items, key, evidence, v, m, d, &rest])?;
    }
    let sum = |of: fn(&Row) -> usize| rows.iter().map(of).sum::<usize>().to_string();
    let (items, key, evidence) = (sum(|r| r.items), sum(|r| r.key), sum(|r| r.evidence));
    let (v, m, d) = (sum(|r| r.basis.v), sum(|r| r.basis.m), sum(|r| r.basis.d));
    let proposed = rows.iter().filter(|r| r.proposed).count();
    let rest = format!("{proposed} of {}", rows.len());
    line(["total", "", &items, &key, &evidence, &v, &m, &d, &rest])
}
