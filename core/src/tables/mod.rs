//! Small typed tables that an inspector fills beside an item, where a machine compares better than an eye.
//!
//! **Is**: the columns as data ([`TableKind::spec`]: a screen renders from them), how a cell was understood
//! ([`look`]), and what the rows raise ([`judge`]). Pure; numbers, periods and expiry are read by
//! [`crate::identifiers`].
//!
//! **Is not**: a verdict. Everything raised is a *proposal* with its wording, the article it rests on and a mark of how sure
//! the rule is; the inspector takes it over into the note or leaves it. A number that does not fit its form, or a cell
//! that leaves something open, is only ever a prompt to look again ([`Nature::Check`]). Nor a store: rows are
//! kept as typed by the event `table.set` and read anew each time, so a better reader reads old rows better.
//!
//! **Invariants.** No clock: the day is a parameter, a civil day in Asia/Shanghai. What was typed is never replaced. What
//! was not said never accuses: an empty cell raises nothing, a month is given every one of its days, an unknown end of
//! a period counts as open. No text makes anything here panic. The order of rows makes no difference but for their
//! numbers. Columns of a kind are only ever added at the end, and never change their meaning: rows are kept by position.
//!
//! | Kind | Item | Compares |
//! |---|---|---|
//! | `record_dates` | ACC-12 | the days of a purchase record with each other, with expiry and with today; quantities |
//! | `supplier_scope` | SUP-02 | a supplier's licence and scope with what was bought from it, and when |
//! | `registration_period` | PRD-03 | the day of manufacture with the periods of the registration |
//! | `near_expiry` | STO-08 | the last good day of stock with today, and where it lies |
//!
//! Where next: `spec.rs` (the columns), `cell.rs` (reading one cell), `scope.rs` (scopes and categories), `proposal.rs`
//! (codes, wording, articles), then one file of rules per kind.

mod cell;
mod near_expiry;
mod number_form;
mod proposal;
mod record_dates;
mod registration_period;
mod scope;
mod spec;
mod supplier_scope;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use cell::Row;

pub use cell::{CellFault, CellProblem, TableCell};
pub use proposal::{Nature, ProposalCode, TableProposal};
pub use spec::{Column, ColumnChoice, ColumnInput, ColumnSpec, ColumnWidth, TableSpec};

/// Rows of one table.
pub const MAX_ROWS: usize = 200;
/// Characters of one cell.
pub const MAX_CHARS: usize = 200;
/// Bytes of all cells together: what is signed must fit into an entry with room for the rest.
pub const MAX_BYTES: usize = 48 * 1024;

/// The tables there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// 进货查验记录日期、数量核对 (ACC-12).
    RecordDates,
    /// 供货者资质与经营范围核对 (SUP-02).
    SupplierScope,
    /// 生产日期与注册证有效期核对 (PRD-03).
    RegistrationPeriod,
    /// 效期核对 (STO-08).
    NearExpiry,
}

impl TableKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::RecordDates, Self::SupplierScope, Self::RegistrationPeriod, Self::NearExpiry];
}

/// Why rows cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableFault {
    /// More than [`MAX_ROWS`].
    #[error("{0} rows, at most {MAX_ROWS}")]
    Rows(usize),
    /// More cells in a row than its kind has columns.
    #[error("row {row} has {cells} cells")]
    Cells {
        /// From 1.
        row: usize,
        /// How many it has.
        cells: usize,
    },
    /// A cell longer than [`MAX_CHARS`].
    #[error("a cell of row {row} has {chars} characters, at most {MAX_CHARS}")]
    Chars {
        /// From 1.
        row: usize,
        /// How many it has.
        chars: usize,
    },
    /// All cells together are longer than [`MAX_BYTES`].
    #[error("{0} bytes in all, at most {MAX_BYTES}")]
    Bytes(usize),
}

impl From<TableFault> for crate::Failure {
    fn from(fault: TableFault) -> Self {
        match fault {
            TableFault::Rows(rows) => Self::after_action("table.rows").with("rows", rows).with("most", MAX_ROWS),
            TableFault::Cells { row, cells } => Self::never("table.cells").with("row", row).with("cells", cells),
            TableFault::Chars { row, chars } => {
                Self::after_action("table.chars").with("row", row).with("chars", chars).with("most", MAX_CHARS)
            }
            TableFault::Bytes(bytes) => Self::after_action("table.bytes").with("bytes", bytes).with("most", MAX_BYTES),
        }
    }
}

/// Holds rows against the limits: before they are signed, never after.
pub fn check_limits(kind: TableKind, rows: &[Vec<String>]) -> Result<(), TableFault> {
    if rows.len() > MAX_ROWS {
        return Err(TableFault::Rows(rows.len()));
    }
    let columns = spec::columns(kind).len();
    let mut bytes = 0;
    for (row, cells) in (1..).zip(rows) {
        if cells.len() > columns {
            return Err(TableFault::Cells { row, cells: cells.len() });
        }
        for cell in cells {
            let chars = cell.chars().count();
            if chars > MAX_CHARS {
                return Err(TableFault::Chars { row, chars });
            }
            bytes += cell.len();
        }
    }
    if bytes > MAX_BYTES { Err(TableFault::Bytes(bytes)) } else { Ok(()) }
}

/// Rows as they were understood: a cell for each column, and more where a later version wrote more.
pub fn look(kind: TableKind, rows: &[Vec<String>], today: Option<Date>) -> Vec<Vec<TableCell>> {
    let raw = |typed: &String| TableCell { text: typed.clone(), understood: None, checked: None, problem: None };
    let read = rows.iter().take(MAX_ROWS).map(|row| cell::row(kind, row, today));
    // Signed elsewhere beyond the limits: shown, and not looked at.
    read.chain(rows.iter().skip(MAX_ROWS).map(|row| row.iter().map(raw).collect())).collect()
}

/// What the rows raise on the day `today`, in order of rows.
pub fn judge(kind: TableKind, rows: &[Vec<String>], today: Date) -> Vec<TableProposal> {
    let read = |(number, row): (u32, &Vec<String>)| Row::read(kind, number, row, Some(today));
    let rows: Vec<Row> = (1..).zip(rows.iter().take(MAX_ROWS)).map(read).collect();
    match kind {
        TableKind::RecordDates => rows.iter().flat_map(|row| record_dates::judge(row, today)).collect(),
        TableKind::SupplierScope => rows.iter().flat_map(|row| supplier_scope::judge(row, today)).collect(),
        TableKind::RegistrationPeriod => registration_period::judge(&rows),
        TableKind::NearExpiry => near_expiry::judge(&rows, today),
    }
}
