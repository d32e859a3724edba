//! Cells of an xlsx file, read without trusting it.
//!
//! What it is: a sheet as rows of text with their places, and faults that name sheet, row and column. What it is not: what
//! the cells mean. A file is unpacked once into nothing, with a bound, before anything that keeps what it unpacks is let
//! near it: a small archive can hold gigabytes (a bomb), and a count in it can ask for more memory than there is.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read as _};
use std::path::Path;

use calamine::{DataRef, Reader as _, Xlsx, XlsxError, XlsxFormulaMetadata, open_workbook_from_rs};
use serde::Serialize;

/// Rows with something in them.
pub(super) const MOST_ROWS: usize = 10_000;
/// Columns that are looked at.
const MOST_COLUMNS: u32 = 200;
/// The file itself.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;
/// All of its parts unpacked: thrice what 10,000 rows of full items take.
const LARGEST_UNPACKED: u64 = 64 * 1024 * 1024;
const MOST_PARTS: usize = 1_000;
/// Shared strings a part may announce: they are reserved before one is read.
const MOST_STRINGS: u64 = 2_000_000;

/// What is wrong with a sheet, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SheetFault {
    /// The file as it was named.
    pub file: String,
    /// The sheet, if it is one's fault.
    pub sheet: Option<String>,
    /// Row from 1.
    pub row: Option<u32>,
    /// Column in letters.
    pub column: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub hint: String,
}

impl fmt::Display for SheetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, " [{sheet}")?;
            if self.row.is_some() || self.column.is_some() {
                f.write_str("!")?;
            }
            if let Some(column) = &self.column {
                f.write_str(column)?;
            }
            if let Some(row) = self.row {
                write!(f, "{row}")?;
            }
            f.write_str("]")?;
        }
        write!(f, ": {}\n  hint: {}", self.problem, self.hint)
    }
}

/// A place in a sheet: row and column from 0.
pub(super) type At = (u32, u32);

/// A column's letters: 0 is `A`, 26 is `AA`.
pub(super) fn letters(mut column: u32) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (column % 26) as u8));
        match column / 26 {
            0 => break,
            rest => column = rest - 1,
        }
    }
    letters.iter().rev().collect()
}

/// A cell with something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// Words or a number.
    Text(String),
    /// A formula nobody computed; its text.
    Uncomputed(String),
    /// Such as `#REF!`.
    Error(String),
    /// A day or a time, of which only a number is left.
    Date,
}

/// A sheet.
#[derive(Debug)]
pub(super) struct Sheet {
    pub name: String,
    /// By row, from 0; only rows and cells with something in them.
    pub rows: BTreeMap<u32, BTreeMap<u32, Cell>>,
    /// Merged cells: first and last place.
    pub merged: Vec<(At, At)>,
}

/// An open file.
pub(super) struct Book {
    file: String,
    xlsx: Xlsx<Cursor<Vec<u8>>>,
}

impl Book {
    pub(super) fn open(path: &Path) -> Result<Self, Box<SheetFault>> {
        let file = path.display().to_string();
        let fault = |problem: String, hint: &str| Box::new(SheetFault::of_file(&file, problem, hint));
        let size = path.metadata().map_err(|e| fault(e.to_string(), "give the path of an xlsx file"))?.len();
        if size > LARGEST_FILE {
            let problem = format!("{} MiB, more than {}", size / 1024 / 1024, LARGEST_FILE / 1024 / 1024);
            return Err(fault(problem, "take pictures and other sheets out, or split the list"));
        }
        let bytes = std::fs::read(path).map_err(|e| fault(e.to_string(), "give the path of an xlsx file"))?;
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            let problem = "an old xls file, or one protected by a password".to_owned();
            return Err(fault(problem, "open it and save it as .xlsx without a password"));
        }
        if let Err((problem, hint)) = look_over(&bytes) {
            return Err(fault(problem, hint));
        }
        let opened: Result<Xlsx<_>, _> = open_workbook_from_rs(Cursor::new(bytes));
        let xlsx = opened.map_err(|e: XlsxError| fault(format!("no workbook: {e}"), NO_XLSX))?;
        Ok(Self { file, xlsx })
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.xlsx.sheet_names()
    }

    /// Reads a sheet, at most [`MOST_ROWS`] rows of it.
    pub(super) fn sheet(&mut self, name: &str) -> Result<Sheet, Box<SheetFault>> {
        let fault = |e: XlsxError| {
            let problem = format!("cannot be read: {e}");
            let of_file = SheetFault::of_file(&self.file, problem, "open the file and save it anew");
            Box::new(SheetFault { sheet: Some(name.to_owned()), ..of_file })
        };
        let mut rows: BTreeMap<u32, BTreeMap<u32, Cell>> = BTreeMap::new();
        let mut cells = self.xlsx.worksheet_cells_reader(name).map_err(fault)?;
        while let Some(record) = cells.next_cell_with_formula_metadata().map_err(fault)? {
            let (row, column) = record.pos;
            let formula = record.formula.map(|f| match f {
                XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => formula,
                _ => "… (shared)".to_owned(),
            });
            let Some(cell) = read(&record.value, formula).filter(|_| column < MOST_COLUMNS) else { continue };
            rows.entry(row).or_default().insert(column, cell);
            if rows.len() > MOST_ROWS {
                return Err(Box::new(SheetFault {
                    sheet: Some(name.to_owned()),
                    row: Some(row + 1),
                    ..SheetFault::of_file(
                        &self.file,
                        format!("more than {MOST_ROWS} rows"),
                        "a list has some hundred items: give the right sheet, or split the list",
                    )
                }));
            }
        }
        drop(cells);
        let merged = self.xlsx.merge_cells_by_sheet_name(name).map_err(fault)?;
        Ok(Sheet { name: name.to_owned(), rows, merged: merged.into_iter().map(|m| (m.start, m.end)).collect() })
    }
}

impl SheetFault {
    pub(super) fn of_file(file: &str, problem: String, hint: &str) -> Self {
        Self { file: file.to_owned(), sheet: None, row: None, column: None, problem, hint: hint.to_owned() }
    }
}

impl Sheet {
    pub(super) fn fault(&self, file: &str, at: At, problem: String, hint: &str) -> SheetFault {
        SheetFault { column: Some(letters(at.1)), ..self.row_fault(file, at.0, problem, hint) }
    }
    pub(super) fn row_fault(&self, file: &str, row: u32, problem: String, hint: &str) -> SheetFault {
        let sheet = Some(self.name.clone());
        SheetFault { sheet, row: Some(row + 1), ..SheetFault::of_file(file, problem, hint) }
    }
}

fn read(value: &DataRef<'_>, formula: Option<String>) -> Option<Cell> {
    let text = match value {
        DataRef::Empty => return formula.map(Cell::Uncomputed),
        DataRef::Error(e) => return Some(Cell::Error(e.to_string())),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => return Some(Cell::Date),
        DataRef::Int(n) => n.to_string(),
        // What people typed as 3 is stored as 3.0; Rust prints neither an exponent nor a fraction that is not there.
        DataRef::Float(n) => n.to_string(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
    if text.is_empty() { formula.map(Cell::Uncomputed) } else { Some(Cell::Text(text)) }
}

const NO_XLSX: &str = "give a file saved as Excel workbook (.xlsx)";

/// Unpacks everything into nothing, with bounds.
fn look_over(bytes: &[u8]) -> Result<(), (String, &'static str)> {
    let broken = |e: &dyn fmt::Display| (format!("no xlsx file: {e}"), NO_XLSX);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    let too_much = "this is no list: an xlsx file of ten thousand rows is far smaller";
    if archive.len() > MOST_PARTS {
        return Err((format!("{} parts, more than {MOST_PARTS}", archive.len()), too_much));
    }
    let mut left = LARGEST_UNPACKED;
    let mut buffer = vec![0; 64 * 1024];
    for n in 0..archive.len() {
        let mut part = archive.by_index(n).map_err(|e| broken(&e))?;
        // The end of one piece is looked at again with the next, so that no announcement is cut in two.
        let mut kept = Vec::new();
        loop {
            let got = part.read(&mut buffer).map_err(|e| broken(&e))?;
            if got == 0 {
                break;
            }
            left = left
                .checked_sub(got as u64)
                .ok_or_else(|| (format!("unpacks to more than {} MiB", LARGEST_UNPACKED / 1024 / 1024), too_much))?;
            kept.extend_from_slice(buffer.get(..got).unwrap_or_default());
            if announced(&kept).is_some_and(|n| n > MOST_STRINGS) {
                return Err((format!("announces more than {MOST_STRINGS} texts"), too_much));
            }
            kept.drain(..kept.len().saturating_sub(64));
        }
    }
    Ok(())
}

/// The largest number behind `uniqueCount=`.
fn announced(bytes: &[u8]) -> Option<u64> {
    const WORD: &[u8] = b"uniqueCount";
    let places = bytes.windows(WORD.len()).enumerate().filter(|(_, w)| *w == WORD).map(|(n, _)| n + WORD.len());
    let number = |at: usize| {
        let rest = bytes.get(at..)?.iter().skip_while(|b| b.is_ascii_whitespace() || b"='\"".contains(b));
        let digits: String = rest.take_while(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
        if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(u64::MAX)) }
    };
    places.filter_map(number).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_a_spreadsheet_does() {
        let cases =
            [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")];
        for (n, word) in cases {
            assert_eq!(letters(n), word);
        }
    }

    #[test]
    fn a_count_that_would_reserve_too_much_is_seen_however_it_is_written() {
        assert_eq!(announced(br#"<sst count="4" uniqueCount="17">"#), Some(17));
        assert_eq!(announced(b"<sst uniqueCount = '99999999999999999999999'>"), Some(u64::MAX));
        assert_eq!(announced(b"<sst count='3'>"), None);
    }
}
