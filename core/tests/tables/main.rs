//! Tables beside items: each rule with a row that raises it and the nearest row that does not, how cells are understood,
//! and what holds for any text.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it breaks")]

mod cells;
mod limits;
mod properties;
mod rules;
mod wording;

use jiff::civil::{Date, date};
use xuncha_core::tables::{Column, ProposalCode, TableCell, TableKind, TableProposal, judge, look};

/// The day of every inspection here.
const TODAY: Date = date(2026, 11, 22);

/// A row by its columns.
fn row(kind: TableKind, cells: &[(Column, &str)]) -> Vec<String> {
    let columns = kind.spec().columns;
    for (column, _) in cells {
        assert!(columns.iter().any(|c| c.column == *column), "{kind:?} has no {column:?}");
    }
    let text = |column| cells.iter().find(|(c, _)| *c == column).map(|(_, text)| (*text).to_owned());
    columns.iter().map(|c| text(c.column).unwrap_or_default()).collect()
}

/// The same row with one cell written otherwise.
fn with<'t>(cells: &[(Column, &'t str)], column: Column, text: &'t str) -> Vec<(Column, &'t str)> {
    let others = cells.iter().copied().filter(|(c, _)| *c != column);
    others.chain([(column, text)]).collect()
}

fn raised(kind: TableKind, cells: &[(Column, &str)]) -> Vec<TableProposal> {
    judge(kind, &[row(kind, cells)], TODAY)
}

fn codes(kind: TableKind, cells: &[(Column, &str)]) -> Vec<ProposalCode> {
    raised(kind, cells).iter().map(|p| p.code).collect()
}

fn cell(kind: TableKind, column: Column, text: &str) -> TableCell {
    let at = kind.spec().columns.iter().position(|c| c.column == column).unwrap();
    look(kind, &[row(kind, &[(column, text)])], Some(TODAY)).remove(0).remove(at)
}

/// What a cell was understood as, in Chinese.
fn understood(kind: TableKind, column: Column, text: &str) -> Option<String> {
    cell(kind, column, text).understood.map(|t| t.zh)
}
