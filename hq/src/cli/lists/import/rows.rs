//! The sheet of items: its header row, its columns, its rows.

use std::collections::BTreeMap;

use xuncha_core::checklist::{Checklist, Text};
use xuncha_core::ids::ListCode;
use xuncha_core::library::Library;

use super::super::columns::{Column, header};
use super::super::export::HEAD_SHEET;
use super::super::sheet::{At, Book, Cell, Sheet, SheetFault, letters};
use super::Taken;
use super::head::Head;
use super::item::Rows;

/// Rows among which the header is looked for.
const HEADER_WITHIN: usize = 20;

/// A column of the sheet.
pub(super) struct Place {
    pub at: u32,
    pub language: Option<String>,
}

/// A sheet whose header row was found.
pub(super) struct Table {
    pub sheet: Sheet,
    header: u32,
    pub columns: BTreeMap<Column, Vec<Place>>,
    /// Columns that were not recognised, as notes say them.
    passed_over: Vec<String>,
}

type Mapped = [(String, Column)];

impl Table {
    /// Finds the sheet and its header row.
    pub(super) fn find(
        book: &mut Book,
        file: &str,
        wanted: Option<&str>,
        map: &Mapped,
    ) -> Result<Self, Vec<SheetFault>> {
        let names: Vec<String> = book.names().into_iter().filter(|name| name != HEAD_SHEET).collect();
        let listed = names.join(", ");
        if let Some(wanted) = wanted {
            if !names.iter().any(|name| name == wanted) {
                let problem = format!("there is no sheet {wanted}");
                return Err(vec![SheetFault::of_file(file, problem, &format!("the sheets are: {listed}"))]);
            }
            return Self::of(book.sheet(wanted).map_err(|fault| vec![*fault])?, file, map);
        }
        if let [only] = names.as_slice() {
            return Self::of(book.sheet(only).map_err(|fault| vec![*fault])?, file, map);
        }
        let (mut found, mut unread) = (Vec::new(), Vec::new());
        for name in &names {
            match book.sheet(name) {
                Ok(sheet) => found.extend(header_row(&sheet, map).map(|_| sheet)),
                Err(fault) => unread.push(*fault),
            }
        }
        match (found.len(), found.pop()) {
            (1, Some(sheet)) => Self::of(sheet, file, map),
            (0, _) if !unread.is_empty() => Err(unread),
            (0, _) => {
                let problem = format!("no sheet has a header row with 检查内容 and another known column ({listed})");
                Err(vec![SheetFault::of_file(file, problem, HEADERS)])
            }
            _ => {
                let problem = "several sheets have a header row".to_owned();
                Err(vec![SheetFault::of_file(file, problem, &format!("choose one with --sheet: {listed}"))])
            }
        }
    }

    fn of(sheet: Sheet, file: &str, map: &Mapped) -> Result<Self, Vec<SheetFault>> {
        let Some(header) = header_row(&sheet, map) else {
            let problem = "no header row with 检查内容 and another known column".to_owned();
            let fault = SheetFault { sheet: Some(sheet.name.clone()), ..SheetFault::of_file(file, problem, HEADERS) };
            return Err(vec![fault]);
        };
        let mut faults = Vec::new();
        let mut columns: BTreeMap<Column, Vec<Place>> = BTreeMap::new();
        let mut passed_over = Vec::new();
        for (at, language, column, words) in headers(&sheet, header, map) {
            let Some(column) = column else {
                passed_over.push(format!("{words} ({})", letters(at)));
                continue;
            };
            let places = columns.entry(column).or_default();
            if let Some(twin) = places.iter().find(|p| p.language == language) {
                let problem = format!("{words} says {} again, as column {} does", column.word(), letters(twin.at));
                faults.push(sheet.fault(file, (header, at), problem, "rename one, or say with --map what it holds"));
            }
            places.push(Place { at, language });
        }
        // 检查项目 is the group where 检查内容 stands beside it, and the content where it stands alone.
        if !columns.contains_key(&Column::Text)
            && let Some(places) = columns.remove(&Column::Section)
        {
            columns.insert(Column::Text, places);
        }
        for (said, column) in map {
            if !headers(&sheet, header, &[]).iter().any(|(.., words)| words == said) {
                let problem = format!("there is no header {said} for {}", column.word());
                faults.push(sheet.row_fault(
                    file,
                    header,
                    problem,
                    "write the header in --map as it stands in this row",
                ));
            }
        }
        for needed in [Column::Text, Column::How] {
            if !columns.get(&needed).is_some_and(|places| places.iter().any(|p| p.language.is_none())) {
                let problem = format!("there is no column {}", needed.header());
                let hint = format!("add it, or say which it is with --map HEADER={}", needed.word());
                faults.push(sheet.row_fault(file, header, problem, &hint));
            }
        }
        let table = Self { sheet, header, columns, passed_over };
        faults.extend(table.merged(file));
        if faults.is_empty() { Ok(table) } else { Err(faults) }
    }

    /// Merged cells in the header or below, where a column that counts is.
    fn merged(&self, file: &str) -> Vec<SheetFault> {
        let used = |from: u32, to: u32| self.columns.values().flatten().any(|p| (from..=to).contains(&p.at));
        let name = |(row, column): At| format!("{}{}", letters(column), row + 1);
        let ours = self.sheet.merged.iter().filter(|(from, to)| to.0 >= self.header && used(from.1, to.1));
        let hint = "take the merge away and fill in every cell: only the first of them holds the words";
        ours.map(|(from, to)| {
            self.sheet.fault(file, *from, format!("cells {} to {} are merged", name(*from), name(*to)), hint)
        })
        .collect()
    }

    /// Reads the items. `head` is what the file and the command line said of the list.
    pub(super) fn read(&self, file: &str, head: Head, library: &Library) -> Result<Taken, Vec<SheetFault>> {
        let code = match head.code.clone().or_else(|| sheet_code(&self.sheet.name)) {
            Some(code) => code,
            None => {
                let problem = "it does not say which list it is".to_owned();
                let hint = "give a code of its own with --code, in capital letters, e.g. --code HZ1";
                return Err(vec![SheetFault::of_file(file, problem, hint)]);
            }
        };
        let mut rows = Rows::new(self, file, &code, library);
        let mut next = self.header + 1;
        for row in self.sheet.rows.range(next..).map(|(row, _)| *row).filter(|row| !self.is_empty(*row)) {
            if row > next {
                rows.empty(next, row - 1);
            }
            rows.take(row);
            next = row + 1;
        }
        let title = self.title().unwrap_or_else(|| self.sheet.name.clone());
        let (sections, mut notes) = rows.finish()?;
        if !self.passed_over.is_empty() {
            notes.push(format!("not taken: {}; --map says what a column holds", self.passed_over.join(", ")));
        }
        let list = Checklist {
            code,
            version: head.version.unwrap_or_else(|| "1".to_owned()),
            valid_from: head.valid_from,
            title: head.title.unwrap_or(Text { zh: title, other: BTreeMap::new() }),
            source: head.source,
            proposed_if: head.proposed_if,
            sections,
        };
        Ok(Taken { list, notes })
    }

    fn is_empty(&self, row: u32) -> bool {
        let cells = self.sheet.rows.get(&row);
        !self.columns.values().flatten().any(|place| cells.is_some_and(|cells| cells.contains_key(&place.at)))
    }

    /// What stands alone in a row above the header.
    fn title(&self) -> Option<String> {
        let above = self.sheet.rows.range(..self.header).map(|(_, cells)| cells.values().collect::<Vec<_>>());
        above.into_iter().find_map(|cells| match cells.as_slice() {
            [Cell::Text(title)] => Some(title.clone()),
            _ => None,
        })
    }
}

const HEADERS: &str =
    "the first rows need headers such as 编号, 检查内容, 检查方法, 依据; checklists/README.md lists them";

/// A sheet's name, where it can be a list's code: capital letters and figures.
fn sheet_code(name: &str) -> Option<ListCode> {
    let plain = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    name.parse().ok().filter(|_| plain)
}

/// The cells of a row as headers: place, language, what the column holds, and its words.
fn headers(sheet: &Sheet, row: u32, map: &Mapped) -> Vec<(u32, Option<String>, Option<Column>, String)> {
    let cells = sheet.rows.get(&row).into_iter().flatten();
    let texts = cells.filter_map(|(at, cell)| match cell {
        Cell::Text(text) => Some((*at, text)),
        _ => None,
    });
    texts
        .map(|(at, text)| {
            let (words, language) = header(text);
            let said = map.iter().find(|(said, _)| said == text).map(|(_, column)| *column);
            (at, language, said.or_else(|| Column::recognised(&words)), text.clone())
        })
        .collect()
}

/// The first row that has the items' words and one more column.
fn header_row(sheet: &Sheet, map: &Mapped) -> Option<u32> {
    let rows = sheet.rows.keys().copied().take(HEADER_WITHIN);
    rows.into_iter().find(|row| {
        let known: Vec<Column> = headers(sheet, *row, map).into_iter().filter_map(|(_, _, column, _)| column).collect();
        let words = known.iter().any(|c| matches!(c, Column::Text | Column::Section));
        words && known.len() > 1
    })
}
