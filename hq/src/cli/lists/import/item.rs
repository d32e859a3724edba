//! Rows into items. A row with a fault gives no item; the others are still looked at, so that all faults are told at once.

use std::collections::BTreeMap;

use xuncha_core::checklist::{Item, KeyFlag, Mark, Method, Section, Severity, Text, check_expression};
use xuncha_core::ids::{ItemCode, ListCode};
use xuncha_core::library::Library;

use super::super::columns::Column;
use super::super::many;
use super::super::notation::{
    lines, read_evidence, read_findings, read_key, read_methods, read_severity, read_yes, unguard,
};
use super::super::sheet::{Cell, SheetFault, letters};
use super::rows::Table;

/// What has been read so far.
pub(super) struct Rows<'a> {
    table: &'a Table,
    file: &'a str,
    list: &'a ListCode,
    pub(super) library: &'a Library,
    sections: Vec<Section>,
    /// Where each code stands, for the second one's fault.
    codes: BTreeMap<ItemCode, u32>,
    faults: Vec<SheetFault>,
    plain_evidence: usize,
    pub(super) plain_basis: usize,
    numbered: usize,
}

type Read<T> = Result<T, Vec<SheetFault>>;

impl<'a> Rows<'a> {
    pub(super) fn new(table: &'a Table, file: &'a str, list: &'a ListCode, library: &'a Library) -> Self {
        let (sections, codes, faults) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { table, file, list, library, sections, codes, faults, plain_evidence: 0, plain_basis: 0, numbered: 0 }
    }

    /// Rows from `from` to `to` say nothing, and there are items behind them.
    pub(super) fn empty(&mut self, from: u32, to: u32) {
        let problem = if from == to {
            "an empty row between items".to_owned()
        } else {
            format!("rows {} to {} are empty, and items follow", from + 1, to + 1)
        };
        let fault = self.table.sheet.row_fault(self.file, from, problem, "delete it");
        self.faults.push(fault);
    }

    /// Takes a row.
    pub(super) fn take(&mut self, row: u32) {
        let before = self.faults.len();
        let section = self.section(row);
        let item = self.item(row);
        if self.faults.len() == before
            && let (Some(section), Some(item)) = (section, item)
            && let Some(section) = self.sections.get_mut(section)
        {
            section.items.push(item);
        }
    }

    /// Everything, if nothing was wrong.
    pub(super) fn finish(mut self) -> Read<(Vec<Section>, Vec<String>)> {
        if self.faults.is_empty() && self.sections.iter().all(|s| s.items.is_empty()) {
            let problem = "there is no row under the header".to_owned();
            self.faults.push(SheetFault {
                sheet: Some(self.table.sheet.name.clone()),
                ..SheetFault::of_file(self.file, problem, "one row for each item")
            });
        }
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        let mut notes = Vec::new();
        let items: usize = self.sections.iter().map(|s| s.items.len()).sum();
        notes.push(format!(
            "{} in {}; bases are marked M, all else D or M",
            many(items, "item"),
            many(self.sections.len(), "section")
        ));
        let lacks = |column: Column| !self.table.columns.contains_key(&column);
        let assumed = [
            (Column::Methods, "no column 检查手段: 看、查 is assumed"),
            (Column::Severity, "no column 严重程度: 一般 is assumed"),
            (Column::Key, "no column 关键项: only codes with ※ or ★ are key items"),
        ];
        notes.extend(assumed.into_iter().filter(|(column, _)| lacks(*column)).map(|(_, note)| note.to_owned()));
        let counted = [
            (
                self.numbered,
                "items had no number of their own: they were numbered by their order; keep the numbers from now on",
            ),
            (self.plain_basis, "bases name no article of the library: they stand as other grounds"),
            (self.plain_evidence, "lines of 证据 are no evidence rules: they stand at the end of the method"),
        ];
        notes.extend(counted.into_iter().filter(|(n, _)| *n > 0).map(|(n, note)| format!("{n} {note}")));
        Ok((self.sections, notes))
    }

    pub(super) fn fault(&mut self, row: u32, column: Column, problem: String, hint: &str) {
        let at = self.table.columns.get(&column).and_then(|places| places.first()).map(|place| place.at);
        let fault = match at {
            Some(at) => self.table.sheet.fault(self.file, (row, at), problem, hint),
            None => self.table.sheet.row_fault(self.file, row, problem, hint),
        };
        self.faults.push(fault);
    }

    /// The words of a cell; what is no word is a fault.
    fn words(&mut self, row: u32, column: Column, language: Option<&str>) -> Option<String> {
        let places = self.table.columns.get(&column)?;
        let at = places.iter().find(|p| p.language.as_deref() == language)?.at;
        let cell = self.table.sheet.rows.get(&row)?.get(&at)?;
        let (problem, hint) = match cell {
            Cell::Text(text) => return Some(unguard(text).to_owned()),
            Cell::Uncomputed(formula) => (
                format!("a formula without a value: ={formula}"),
                "open the file in a spreadsheet, save it, or paste the value in its place",
            ),
            Cell::Error(error) => (format!("the formula gave {error}"), "mend the formula, or write the value"),
            Cell::Date => (
                "a day, as a spreadsheet makes of 3-1: what was typed is lost".to_owned(),
                "format the cell as text and type it again",
            ),
        };
        let fault = self.table.sheet.fault(self.file, (row, at), problem, hint);
        self.faults.push(fault);
        None
    }

    pub(super) fn plain(&mut self, row: u32, column: Column) -> Option<String> {
        self.words(row, column, None)
    }

    /// Words with their translations.
    fn text(&mut self, row: u32, column: Column) -> Option<Text> {
        let zh = self.plain(row, column)?;
        let table = self.table;
        let tags = table.columns.get(&column).into_iter().flatten().filter_map(|p| p.language.as_deref());
        let other = tags.filter_map(|tag| Some((tag.to_owned(), self.words(row, column, Some(tag))?))).collect();
        Some(Text { zh, other })
    }

    /// The section of a row: its own words, or those of the row before.
    fn section(&mut self, row: u32) -> Option<usize> {
        let code = self.plain(row, Column::SectionCode);
        let title = self.text(row, Column::Section);
        let same = |s: &Section| match (&code, &title) {
            (Some(code), _) => s.code == *code,
            (None, Some(title)) => s.title.zh == title.zh,
            (None, None) => true,
        };
        if let Some(at) = self.sections.iter().rposition(same) {
            return Some(at);
        }
        let n = self.sections.len() + 1;
        let title = title.unwrap_or_else(|| Text { zh: "检查项目".into(), other: BTreeMap::new() });
        self.sections.push(Section { code: code.unwrap_or_else(|| format!("s{n}")), title, items: Vec::new() });
        Some(n - 1)
    }

    fn item(&mut self, row: u32) -> Option<Item> {
        let (code, starred) = self.code(row)?;
        let text = self.required(row, Column::Text);
        let how = self.required(row, Column::How);
        let (basis, said) = self.basis(row);
        let mut grounds = self.text(row, Column::Grounds);
        for words in said {
            match &mut grounds {
                Some(grounds) => grounds.zh = format!("{}\n{words}", grounds.zh),
                None => grounds = Some(Text { zh: words, other: BTreeMap::new() }),
            }
        }
        if basis.is_empty() && grounds.is_none() {
            let hint = "name the article, e.g. GSP§44（二）, or say in words what it rests on";
            self.fault(row, Column::Basis, "nothing says what the item rests on".into(), hint);
        }
        let evidence = self.plain(row, Column::Evidence).map(|cell| lines(&cell)).unwrap_or_default();
        let key = self.key(row);
        let (methods, severity) = (self.methods(row), self.severity(row));
        let sample =
            self.said(row, Column::Sample, |cell| cell.trim().parse().ok(), "a whole number, or nothing at all");
        let violations = self.violations(row);
        let regulator = self.said(row, Column::Regulator, read_yes, "write 是 or leave it empty").unwrap_or(false);
        let applies_if = self.applies_if(row);
        let same_as =
            self.said(row, Column::SameAs, |cell| cell.parse().ok(), "the code of another list's item, e.g. SUP-01");
        let kind = |cell: &str| serde_json::from_value(serde_json::Value::String(cell.to_owned())).ok();
        let table = self.said(row, Column::Table, kind, "checklist.schema.json names the tables there are");
        let unit = self.plain(row, Column::Unit);
        let findings = self.plain(row, Column::Findings).map(|cell| read_findings(&cell)).unwrap_or_default();
        let official_code = self.plain(row, Column::OfficialCode);
        // All was looked at before anything is given up: one run tells all faults of the row.
        let (text, mut how, methods, severity) = (text?, how?, methods?, severity?);
        let mut rules = Vec::new();
        for line in evidence {
            match read_evidence(&line) {
                Some(rule) => rules.push(rule),
                None => {
                    self.plain_evidence += 1;
                    how.zh = format!("{}\n证据：{}", how.zh, line.words);
                }
            }
        }
        Some(Item {
            code,
            text,
            how,
            methods,
            sample,
            evidence: rules,
            key: KeyFlag { value: key.value || starred, ..key },
            basis,
            grounds,
            violations,
            severity,
            regulator,
            applies_if,
            same_as,
            unit,
            table,
            findings,
            official_code,
        })
    }

    /// A value that is there and must be readable.
    fn said<T>(&mut self, row: u32, column: Column, read: impl Fn(&str) -> Option<T>, hint: &str) -> Option<T> {
        let cell = self.plain(row, column)?;
        let read = read(&cell);
        if read.is_none() {
            self.fault(row, column, format!("{cell} cannot be read as {}", column.word()), hint);
        }
        read
    }

    fn required(&mut self, row: u32, column: Column) -> Option<Text> {
        let before = self.faults.len();
        let text = self.text(row, column);
        if text.is_none() && self.faults.len() == before {
            self.fault(row, column, format!("{} is empty", column.header()), "say it in words; every item needs it");
        }
        text
    }

    /// The item's code, and whether a star stood before it. Without one the clause counts, then the order of rows.
    fn code(&mut self, row: u32) -> Option<(ItemCode, bool)> {
        let before = self.faults.len();
        let (column, said) = match self.plain(row, Column::Code) {
            Some(said) => (Column::Code, Some(said)),
            None => (Column::OfficialCode, self.plain(row, Column::OfficialCode)),
        };
        if self.faults.len() > before {
            return None;
        }
        let narrow: String = said.unwrap_or_default().chars().map(narrow).collect();
        let bare = narrow.trim_matches(['※', '★', '*', ' ', '（', '）', '(', ')', '、', '.']);
        let starred = narrow.trim_start().starts_with(['※', '★', '*']);
        let list = self.list;
        let own = match bare {
            "" => {
                self.numbered += 1;
                format!("{list}-{:02}", self.codes.len() + 1)
            }
            n if n.bytes().all(|b| b.is_ascii_digit()) => format!("{list}-{n:0>2}"),
            whole if whole.starts_with(&format!("{list}-")) => whole.to_owned(),
            part => format!("{list}-{part}"),
        };
        let Ok(code) = own.parse::<ItemCode>() else {
            let hint = "a number, a clause such as 2.5.1, or LIST-NN; letters, digits, '.', '_' and '-'";
            self.fault(row, column, format!("{bare} cannot be an item's code"), hint);
            return None;
        };
        if let Some(first) = self.codes.get(&code).copied() {
            let at = self.table.columns.get(&column).and_then(|places| places.first());
            let first = at.map_or(format!("row {}", first + 1), |at| format!("{}{}", letters(at.at), first + 1));
            let hint = "codes are unique: give the second one its own";
            self.fault(row, column, format!("{code} stands twice, first in {first}"), hint);
            return None;
        }
        self.codes.insert(code.clone(), row);
        Some((code, starred))
    }

    fn key(&mut self, row: u32) -> KeyFlag {
        let none = KeyFlag { value: false, mark: Mark::D };
        self.said(row, Column::Key, read_key, "write 是 or ※ for a key item, 否 or nothing for others").unwrap_or(none)
    }

    fn methods(&mut self, row: u32) -> Option<Vec<Method>> {
        let Some(cell) = self.plain(row, Column::Methods) else {
            return Some(vec![Method::Observe, Method::Documents]);
        };
        match read_methods(&cell) {
            Ok(methods) => Some(methods),
            Err(problem) => {
                self.fault(row, Column::Methods, problem, "看 查 问 抽 量 系 拍 扫, e.g. 看、查");
                None
            }
        }
    }

    fn severity(&mut self, row: u32) -> Option<Severity> {
        let before = self.faults.len();
        let severity = self.said(row, Column::Severity, read_severity, "一般, 较重 or 严重");
        if self.faults.len() > before { None } else { Some(severity.unwrap_or(Severity::Minor)) }
    }

    fn applies_if(&mut self, row: u32) -> Option<String> {
        let expression = self.plain(row, Column::AppliesIf)?;
        if let Err(e) = check_expression(&expression) {
            let problem = format!("the condition cannot work: {e}");
            self.fault(row, Column::AppliesIf, problem, "CEL over subject.kind, .modes, .flags");
        }
        Some(expression)
    }
}

/// Full-width letters, digits and signs as their narrow ones.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}
