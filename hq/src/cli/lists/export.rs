//! A list as a workbook: one sheet of items, one of what is said of the list as a whole.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};
use xuncha_core::Failure;
use xuncha_core::checklist::{Checklist, Item, Section, Text};
use xuncha_core::ids::ListCode;

use super::super::say;
use super::columns::{COLUMNS, Column};
use super::notation::{
    guard, word, write_basis, write_evidence, write_findings, write_key, write_methods, write_severity,
    write_violations,
};
use super::{many, refuse};
use crate::config::Config;
use crate::hq::Hq;
use crate::packs::{self, Own};

/// The sheet of what is said of the list as a whole.
pub(super) const HEAD_SHEET: &str = "清单 list";

pub(super) async fn run(
    data: Option<PathBuf>,
    folder: Option<PathBuf>,
    code: &ListCode,
    file: &Path,
) -> Result<ExitCode, Failure> {
    let list = match (data, folder) {
        (Some(data), _) => {
            let hq = Hq::open_beside(&Config::new(data)).await?;
            hq.shelf().lists().find(|(_, list)| &list.code == code).map(|(_, list)| list.clone())
        }
        (None, Some(folder)) => match Own::read(&folder) {
            Ok(own) => own.library.list(code).cloned(),
            Err(error) => return refuse(error),
        },
        (None, None) => packs::embedded()?.list(code).cloned(),
    };
    let list = list.ok_or_else(|| Failure::after_action("lists.unknown").with("list", code))?;
    let bad = |e: &dyn std::fmt::Display| {
        Failure::after_action("lists.unwritable").with("file", file.display()).with("problem", e)
    };
    let bytes = workbook(&list).map_err(|e| bad(&e))?;
    let mut out = std::fs::File::options().create_new(true).write(true).open(file).map_err(|e| bad(&e))?;
    out.write_all(&bytes).and_then(|()| out.sync_all()).map_err(|e| bad(&e))?;
    say(format_args!("{} {}, {} → {}", list.code, list.version, many(list.items().count(), "item"), file.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// A column to write: what it holds, in which language.
struct Written {
    column: Column,
    language: Option<String>,
}

/// The file's bytes.
pub(super) fn workbook(list: &Checklist) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_align(FormatAlign::Top).set_text_wrap();
    let plain = Format::new().set_align(FormatAlign::Top).set_text_wrap();
    let sheet = book.add_worksheet();
    sheet.set_name(list.code.as_str())?;
    sheet.set_freeze_panes(1, 0)?;
    let columns = columns(list);
    for (n, written) in (0..).zip(&columns) {
        let language = written.language.as_ref().map(|tag| format!(" [{tag}]")).unwrap_or_default();
        sheet.write_string_with_format(0, n, format!("{}{language}", written.column.header()), &bold)?;
        let wide = matches!(written.column, Column::Text | Column::How | Column::Findings | Column::Evidence);
        sheet.set_column_width(n, if wide { 40 } else { 14 })?;
    }
    let items = list.sections.iter().flat_map(|section| section.items.iter().map(move |item| (section, item)));
    for (row, (section, item)) in (1..).zip(items) {
        for (n, written) in (0..).zip(&columns) {
            let text = cell(section, item, written);
            if !text.is_empty() {
                sheet.write_string_with_format(row, n, guard(&text), &plain)?;
            }
        }
    }
    head(book.add_worksheet(), list, &bold)?;
    book.save_to_buffer()
}

/// What is said of the list: a name, Chinese or plain words, then translations by the language in the header.
fn head(sheet: &mut Worksheet, list: &Checklist, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_name(HEAD_SHEET)?;
    let texts = [Some(&list.title), list.source.as_ref()];
    let languages: BTreeSet<&String> = texts.into_iter().flatten().flat_map(|t| t.other.keys()).collect();
    let mut rows: Vec<(&str, &str, Option<&Text>)> = vec![
        ("代码 code", list.code.as_str(), None),
        ("版本 version", &list.version, None),
        ("名称 title", &list.title.zh, Some(&list.title)),
    ];
    rows.extend(list.source.as_ref().map(|s| ("来源 source", s.zh.as_str(), Some(s))));
    rows.extend(list.valid_from.as_ref().map(|day| ("生效日期 valid_from", day.as_str(), None)));
    rows.extend(list.proposed_if.as_ref().map(|e| ("推荐条件 proposed_if", e.as_str(), None)));
    sheet.write_string_with_format(0, 0, "项 field", bold)?;
    sheet.write_string_with_format(0, 1, "值 value", bold)?;
    sheet.set_column_width(0, 22)?;
    sheet.set_column_width(1, 60)?;
    for (n, language) in (2..).zip(&languages) {
        sheet.write_string_with_format(0, n, format!("[{language}]"), bold)?;
    }
    for (row, (name, value, text)) in (1..).zip(rows) {
        sheet.write_string(row, 0, name)?;
        sheet.write_string(row, 1, guard(value))?;
        for (n, language) in (2..).zip(&languages) {
            if let Some(words) = text.and_then(|t| t.other.get(*language)) {
                sheet.write_string(row, n, guard(words))?;
            }
        }
    }
    Ok(())
}

/// Columns that have something to say about this list.
fn columns(list: &Checklist) -> Vec<Written> {
    let items = || list.sections.iter().flat_map(|s| s.items.iter().map(move |i| (s, i)));
    let mut columns = Vec::new();
    for (column, ..) in COLUMNS {
        let mut languages: BTreeSet<&String> = BTreeSet::new();
        for (section, item) in items() {
            languages.extend(text_of(section, item, *column).into_iter().flat_map(|t| t.other.keys()));
        }
        let plain = Written { column: *column, language: None };
        let needed = matches!(column, Column::Code | Column::Text | Column::How | Column::Key | Column::Basis);
        if needed || items().any(|(section, item)| !cell(section, item, &plain).is_empty()) {
            columns.push(plain);
        }
        columns.extend(languages.into_iter().map(|tag| Written { column: *column, language: Some(tag.clone()) }));
    }
    columns
}

/// The words of a column whose translations have columns of their own.
fn text_of<'a>(section: &'a Section, item: &'a Item, column: Column) -> Option<&'a Text> {
    match column {
        Column::Section => Some(&section.title),
        Column::Text => Some(&item.text),
        Column::How => Some(&item.how),
        Column::Grounds => item.grounds.as_ref(),
        _ => None,
    }
}

fn cell(section: &Section, item: &Item, written: &Written) -> String {
    if let Some(text) = text_of(section, item, written.column) {
        let language = written.language.as_ref();
        return language.map_or(Some(&text.zh), |tag| text.other.get(tag)).cloned().unwrap_or_default();
    }
    match written.column {
        Column::SectionCode => section.code.clone(),
        Column::Code => item.code.to_string(),
        Column::OfficialCode => item.official_code.clone().unwrap_or_default(),
        Column::Methods => write_methods(&item.methods),
        Column::Sample => item.sample.map(|n| n.to_string()).unwrap_or_default(),
        Column::Evidence => write_evidence(&item.evidence),
        Column::Key => write_key(item.key),
        Column::Basis => write_basis(&item.basis),
        Column::Violations => write_violations(&item.violations),
        Column::Severity => write_severity(item.severity).to_owned(),
        Column::Regulator => (if item.regulator { "是" } else { "" }).to_owned(),
        Column::AppliesIf => item.applies_if.clone().unwrap_or_default(),
        Column::SameAs => item.same_as.as_ref().map(ToString::to_string).unwrap_or_default(),
        Column::Unit => item.unit.clone().unwrap_or_default(),
        Column::Table => item.table.as_ref().map(word).unwrap_or_default(),
        Column::Findings => write_findings(&item.findings),
        Column::Section | Column::Text | Column::How | Column::Grounds => String::new(),
    }
}
