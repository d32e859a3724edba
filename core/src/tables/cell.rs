//! Reading one cell: tolerant, and saying how it was understood.

use icu_normalizer::ComposingNormalizerBorrowed;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::TableKind;
use super::scope::{self, Category, Scope};
use super::spec::{Choice, Column, Declared, Input, columns, text};
use crate::checklist::Text;
use crate::identifiers::{Checked, Context, DateFault, DateLabel, Fit, PrintedDate, Threshold, check};

/// A cell: what was typed, and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TableCell {
    /// As typed.
    pub text: String,
    /// How it was understood: a day as `2026-03-05`, a number in its normal form, the word of a choice. None for plain words,
    /// empty cells, and what could not be understood.
    pub understood: Option<Text>,
    /// For a number that checks itself: how far it fits, and why to look again.
    pub checked: Option<Checked>,
    /// Why it could not be understood.
    pub problem: Option<CellProblem>,
}

/// Why a cell could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct CellProblem {
    /// Which.
    pub code: CellFault,
    /// In words, with what to write.
    pub words: Text,
}

/// Why a cell could not be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
pub enum CellFault {
    /// No date.
    #[serde(rename = "date.unreadable")]
    DateUnreadable,
    /// No such day.
    #[serde(rename = "date.impossible")]
    DateImpossible,
    /// Two dates at once.
    #[serde(rename = "date.ambiguous")]
    DateAmbiguous,
    /// No number.
    #[serde(rename = "cell.number")]
    Number,
    /// No term.
    #[serde(rename = "cell.term")]
    Term,
    /// None of the words.
    #[serde(rename = "cell.choice")]
    Choice,
    /// No category, or several.
    #[serde(rename = "cell.category")]
    Category,
}

impl CellFault {
    fn words(self) -> Text {
        text(match self {
            Self::DateUnreadable => {
                ("看不出是日期，请写成 2026-03-05 或 2026-03。", "Not a date: write 2026-03-05 or 2026-03.")
            }
            Self::DateImpossible => ("没有这一天，请核对。", "There is no such day: look again."),
            Self::DateAmbiguous => {
                ("可以读成两个日期，请把年份写全。", "Can be read as two dates: write the year in full.")
            }
            Self::Number => ("看不出数量，请先写数字，再写单位。", "Not a quantity: digits first, then the unit."),
            Self::Term => ("看不出期限，请写成 90天 或 6个月。", "Not a term: write 90天 (days) or 6个月 (months)."),
            Self::Choice => ("不是可选的词，请从列表里选。", "None of the words: pick one."),
            Self::Category => {
                ("看不出分类编码，请写一个，如 14 或 6866。", "Not a category code: write one, such as 14 or 6866.")
            }
        })
    }
}

impl From<DateFault> for CellFault {
    fn from(fault: DateFault) -> Self {
        match fault {
            DateFault::Unreadable => Self::DateUnreadable,
            DateFault::Impossible => Self::DateImpossible,
            DateFault::Ambiguous => Self::DateAmbiguous,
        }
    }
}

/// A quantity in millionths, with its unit as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quantity {
    pub(super) micro: u64,
    pub(super) unit: String,
}

/// What a cell means.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    Empty,
    Unread(CellFault),
    Words(String),
    Date { date: PrintedDate, word: Option<DateLabel> },
    Number(Quantity),
    Term(Threshold),
    Identifier { checked: Box<Checked>, typed: String },
    Choice(&'static Choice),
    Category(Category),
    Scope(Scope),
}

/// A row with its meaning.
pub(super) struct Row {
    /// From 1.
    pub(super) number: u32,
    pub(super) kind: TableKind,
    cells: Vec<Meaning>,
}

impl Row {
    pub(super) fn read(kind: TableKind, number: u32, row: &[String], today: Option<Date>) -> Self {
        let cells = columns(kind).iter().zip(row).map(|(column, text)| read(column, text, today)).collect();
        Self { number, kind, cells }
    }
    /// Whom or what it speaks of: the supplier, the product with its batch, or its number.
    pub(super) fn name(&self) -> Text {
        let product = self.words(Column::Supplier).or(self.words(Column::Product));
        let (zh, en) = match (product, self.words(Column::Batch)) {
            (Some(product), None) => (format!("“{product}”"), format!("\"{product}\"")),
            (Some(product), Some(batch)) => (format!("“{product}”批号{batch}"), format!("\"{product}\" batch {batch}")),
            (None, Some(batch)) => (format!("批号{batch}"), format!("Batch {batch}")),
            (None, None) => (format!("第{}行", self.number), format!("Row {}", self.number)),
        };
        text((&zh, &en))
    }
    fn cell(&self, column: Column) -> &Meaning {
        let at = columns(self.kind).iter().position(|c| c.column == column);
        at.and_then(|at| self.cells.get(at)).unwrap_or(&Meaning::Empty)
    }
    pub(super) fn date(&self, column: Column) -> Option<PrintedDate> {
        match self.cell(column) {
            Meaning::Date { date, .. } => Some(*date),
            _ => None,
        }
    }
    /// The date of expiry, and what the label calls it: by its own column, else by the words before the date.
    pub(super) fn expiry(&self) -> Option<(PrintedDate, Option<DateLabel>)> {
        let Meaning::Date { date, word } = self.cell(Column::Expiry) else { return None };
        let chosen = match self.choice(Column::ExpiryWord) {
            Some("good_through") => Some(DateLabel::GoodThrough),
            Some("expires") => Some(DateLabel::Expires),
            _ => None,
        };
        Some((*date, chosen.or(*word)))
    }
    pub(super) fn words(&self, column: Column) -> Option<&str> {
        match self.cell(column) {
            Meaning::Words(words) => Some(words),
            _ => None,
        }
    }
    pub(super) fn quantity(&self, column: Column) -> Option<&Quantity> {
        match self.cell(column) {
            Meaning::Number(quantity) => Some(quantity),
            _ => None,
        }
    }
    pub(super) fn term(&self, column: Column) -> Option<Threshold> {
        match self.cell(column) {
            Meaning::Term(term) => Some(*term),
            _ => None,
        }
    }
    /// A number, whether it fits or not, and as it was typed.
    pub(super) fn number(&self, column: Column) -> Option<(&Checked, &str)> {
        match self.cell(column) {
            Meaning::Identifier { checked, typed } => Some((checked, typed)),
            _ => None,
        }
    }
    /// A number that fits, with perhaps a doubt: what hangs on its parts may hang on it.
    pub(super) fn identifier(&self, column: Column) -> Option<&Checked> {
        self.number(column).map(|(checked, _)| checked).filter(|checked| checked.fit <= Fit::Doubt)
    }
    pub(super) fn choice(&self, column: Column) -> Option<&'static str> {
        match self.cell(column) {
            Meaning::Choice((code, ..)) => Some(code),
            _ => None,
        }
    }
    pub(super) fn category(&self, column: Column) -> Option<Category> {
        match self.cell(column) {
            Meaning::Category(category) => Some(*category),
            _ => None,
        }
    }
    pub(super) fn scope(&self, column: Column) -> Option<&Scope> {
        match self.cell(column) {
            Meaning::Scope(scope) => Some(scope),
            _ => None,
        }
    }
}

/// A row as a screen shows it.
pub(super) fn row(kind: TableKind, row: &[String], today: Option<Date>) -> Vec<TableCell> {
    let mut declared = columns(kind).iter();
    row.iter()
        .map(|typed| {
            let meaning = declared.next().map_or(Meaning::Empty, |column| read(column, typed, today));
            show(typed, meaning)
        })
        .collect()
}

fn show(typed: &str, meaning: Meaning) -> TableCell {
    let mut cell = TableCell { text: typed.to_owned(), understood: None, checked: None, problem: None };
    match meaning {
        Meaning::Empty | Meaning::Words(_) => {}
        Meaning::Unread(code) => cell.problem = Some(CellProblem { code, words: code.words() }),
        Meaning::Date { date, word } => cell.understood = Some(date_words(date, word)),
        Meaning::Number(quantity) => cell.understood = Some(same(quantity.to_string())),
        Meaning::Term(term) => cell.understood = Some(term_words(term)),
        Meaning::Choice((_, zh, en, _)) => cell.understood = Some(text((zh, en))),
        Meaning::Category(category) => cell.understood = Some(same(category.to_string())),
        Meaning::Scope(scope) => cell.understood = scope.words(),
        Meaning::Identifier { checked, .. } => {
            let reading = checked.reading.as_ref().filter(|_| checked.fit <= Fit::Doubt);
            cell.understood = reading.map(|r| same(r.text.clone()));
            cell.checked = Some(*checked);
        }
    }
    cell
}

fn same(words: String) -> Text {
    Text { other: [("en".to_owned(), words.clone())].into(), zh: words }
}

fn date_words(date: PrintedDate, word: Option<DateLabel>) -> Text {
    let (zh, en) = match word {
        None => ("", ""),
        Some(DateLabel::GoodThrough) => ("有效期至 ", "good through "),
        Some(DateLabel::Expires) => ("失效日期 ", "expires on "),
    };
    let (zh_month, en_month) = if date.is_month_only() { ("（未印日）", " (no day)") } else { ("", "") };
    text((&format!("{zh}{date}{zh_month}"), &format!("{en}{date}{en_month}")))
}

/// A term in words.
pub(super) fn term_words(term: Threshold) -> Text {
    match term {
        Threshold::Days { days } => text((&format!("{days}天"), &format!("{days} days"))),
        Threshold::Months { months } => text((&format!("{months}个月"), &format!("{months} months"))),
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.micro / 1_000_000)?;
        let fraction = format!("{:06}", self.micro % 1_000_000);
        match fraction.trim_end_matches('0') {
            "" => {}
            digits => write!(f, ".{digits}")?,
        }
        if self.unit.is_empty() { Ok(()) } else { write!(f, " {}", self.unit) }
    }
}

fn read(column: &Declared, typed: &str, today: Option<Date>) -> Meaning {
    let narrow = narrow(typed);
    if narrow.is_empty() {
        return Meaning::Empty;
    }
    let or = |fault| move || Meaning::Unread(fault);
    match column.input {
        Input::Text => Meaning::Words(narrow),
        Input::Date => date(&narrow),
        Input::Number => number(&narrow).map_or_else(or(CellFault::Number), Meaning::Number),
        Input::Term => term(&narrow).map_or_else(or(CellFault::Term), Meaning::Term),
        Input::Choice(choices) => choice(&narrow, choices).map_or_else(or(CellFault::Choice), Meaning::Choice),
        Input::Category => scope::category(&narrow).map_or_else(or(CellFault::Category), Meaning::Category),
        Input::Scope => Meaning::Scope(Scope::read(&narrow)),
        Input::Identifier(kinds) => {
            let context = Context { today, class: None };
            Meaning::Identifier { checked: Box::new(check(typed, kinds, &context)), typed: narrow }
        }
    }
}

/// Half-width, without blanks around it.
fn narrow(typed: &str) -> String {
    let narrow = ComposingNormalizerBorrowed::new_nfkc().normalize(typed);
    narrow.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}').to_owned()
}

/// Words that stand before dates on labels and in lists, the longer of two first.
const BEFORE_DATES: &[(&str, Option<DateLabel>)] = &[
    ("有效期至", Some(DateLabel::GoodThrough)),
    ("有效期限至", Some(DateLabel::GoodThrough)),
    ("使用期限至", Some(DateLabel::GoodThrough)),
    ("使用期至", Some(DateLabel::GoodThrough)),
    ("失效日期", Some(DateLabel::Expires)),
    ("失效期", Some(DateLabel::Expires)),
    ("失效", Some(DateLabel::Expires)),
    ("有效期", None),
    ("生产日期", None),
    ("EXP", None),
    ("MFG", None),
    ("MFD", None),
];

fn date(narrow: &str) -> Meaning {
    let upper = narrow.to_uppercase();
    let mut rest = upper.as_str();
    let mut word = None;
    if let Some((before, says)) = BEFORE_DATES.iter().find(|(before, _)| rest.starts_with(before)) {
        rest = rest[before.len()..].trim_start_matches([' ', ':', '.']);
        word = *says;
    }
    match without_time(rest).parse::<PrintedDate>() {
        Ok(date) => Meaning::Date { date, word },
        Err(fault) => Meaning::Unread(fault.into()),
    }
}

/// What a spreadsheet writes behind a day (`2026-3-5 0:00:00`) is left out; blanks between digits become dashes; 3月5号 is
/// 3月5日.
fn without_time(text: &str) -> String {
    let day = match text.find(':') {
        Some(colon) => text[..colon].rfind([' ', 'T']).map_or(text, |blank| &text[..blank]),
        None => text,
    };
    let mut plain = String::with_capacity(day.len());
    for part in day.split_whitespace() {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if digit(plain.chars().next_back()) && digit(part.chars().next()) {
            plain.push('-');
        }
        plain.push_str(part);
    }
    plain.replace('号', "日").replace('。', ".")
}

/// Digits, perhaps with thousands separated and a fraction, then a unit without digits.
fn number(narrow: &str) -> Option<Quantity> {
    let end = narrow.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | ' '))).unwrap_or(narrow.len());
    let (digits, unit) = narrow.split_at(end);
    let (unit, digits) = (unit.trim(), digits.replace([',', ' '], ""));
    if unit.chars().any(|c| c.is_ascii_digit() || c == '-') {
        return None;
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    if whole.is_empty() || whole.len() > 12 || fraction.len() > 6 || fraction.contains('.') {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let fraction: u64 = format!("{fraction:0<6}").parse().ok()?;
    Some(Quantity { micro: whole * 1_000_000 + fraction, unit: unit.to_owned() })
}

/// Longer than any firm's limit: ten years.
const MOST_DAYS: u16 = 3650;

/// `90天`, `6个月`, `六个月`, `半年`, `不足90天`; digits alone are days.
fn term(narrow: &str) -> Option<Threshold> {
    let upper: String = narrow.to_uppercase().split_whitespace().collect();
    let start = ["不足", "少于", "小于", "低于", "剩余", "≤", "<"]
        .iter()
        .fold(upper.as_str(), |rest, before| rest.strip_prefix(before).unwrap_or(rest));
    if start == "半年" {
        return Some(Threshold::Months { months: 6 });
    }
    let end = start.find(|c: char| !(c.is_ascii_digit() || CHINESE_DIGITS.contains(c))).unwrap_or(start.len());
    let (digits, unit) = start.split_at(end);
    let many: u16 = digits.parse().ok().or_else(|| chinese(digits))?;
    match unit {
        "" | "天" | "日" | "D" | "DAY" | "DAYS" => (many <= MOST_DAYS).then_some(Threshold::Days { days: many }),
        "月" | "个月" | "M" | "MONTH" | "MONTHS" => (many <= 120).then_some(Threshold::Months { months: many }),
        "年" | "Y" | "YEAR" | "YEARS" => (many <= 10).then(|| Threshold::Months { months: many * 12 }),
        _ => None,
    }
}

const CHINESE_DIGITS: &str = "一二三四五六七八九";

/// One digit, 一 to 九: what firms write their limits with.
fn chinese(word: &str) -> Option<u16> {
    let digit = |c: char| CHINESE_DIGITS.chars().position(|d| d == c).and_then(|at| u16::try_from(at + 1).ok());
    let mut chars = word.chars();
    match (chars.next()?, chars.next(), chars.next()) {
        (one, None, None) => digit(one),
        _ => None,
    }
}

/// One of the words, by itself or inside others (三号货架), unless another of them or a negation stands beside it.
fn choice(narrow: &str, choices: &'static [Choice]) -> Option<&'static Choice> {
    let plain = |word: &str| word.to_uppercase().split_whitespace().collect::<String>();
    let typed = plain(narrow);
    let words = || {
        choices.iter().flat_map(|choice| {
            let (code, zh, en, others) = choice;
            [code, zh, en].into_iter().chain(*others).map(move |word| (plain(word), choice))
        })
    };
    if let Some((_, exact)) = words().find(|(word, _)| *word == typed) {
        return Some(exact);
    }
    let inside = words().filter(|(word, _)| word.chars().count() > 1 && typed.contains(word.as_str()));
    let (word, best) = inside.max_by_key(|(word, _)| word.chars().count())?;
    let rest = typed.replacen(&word, " ", 1);
    let another = words().any(|(word, choice)| choice.0 != best.0 && rest.contains(&word));
    (!another && !rest.contains(['不', '非', '未', '无'])).then_some(best)
}
