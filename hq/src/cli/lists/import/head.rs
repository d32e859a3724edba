//! What is said of the list as a whole: from the sheet `export` writes, and from the command line.

use std::collections::BTreeMap;

use xuncha_core::checklist::Text;
use xuncha_core::ids::ListCode;

use super::super::columns::header;
use super::super::export::HEAD_SHEET;
use super::super::notation::unguard;
use super::super::sheet::{Book, Cell, SheetFault};

/// What is known of the list before its rows are.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub code: Option<ListCode>,
    pub version: Option<String>,
    pub title: Option<Text>,
    pub source: Option<Text>,
    pub valid_from: Option<String>,
    pub proposed_if: Option<String>,
}

/// Reads the sheet if the file has it. What the command line says goes before.
pub(super) fn read(
    book: &mut Book,
    file: &str,
    code: Option<&ListCode>,
    version: Option<&str>,
) -> Result<Head, Vec<SheetFault>> {
    let mut head = Head::default();
    if book.names().iter().any(|name| name == HEAD_SHEET) {
        let sheet = book.sheet(HEAD_SHEET).map_err(|fault| vec![*fault])?;
        let languages: BTreeMap<u32, String> =
            sheet.rows.values().next().into_iter().flatten().fold(BTreeMap::new(), |mut all, (column, cell)| {
                if let Cell::Text(text) = cell
                    && let (_, Some(tag)) = header(text)
                {
                    all.insert(*column, tag);
                }
                all
            });
        for (row, cells) in sheet.rows.iter().skip(1) {
            let text = |column: u32| match cells.get(&column) {
                Some(Cell::Text(text)) => Some(unguard(text).to_owned()),
                _ => None,
            };
            let (Some(name), Some(value)) = (text(0), text(1)) else {
                let hint = "give a name and a value as text, or delete the row";
                return Err(vec![sheet.fault(file, (*row, 1), "no value".into(), hint)]);
            };
            let other = languages.iter().filter_map(|(column, tag)| Some((tag.clone(), text(*column)?))).collect();
            let words = Text { zh: value.clone(), other };
            match name.split_whitespace().last().unwrap_or_default() {
                "code" | "代码" => {
                    let bad = |_| {
                        let hint = "letters, digits, '.', '_' and '-', e.g. COLD";
                        vec![sheet.fault(file, (*row, 1), format!("{value} is no code of a list"), hint)]
                    };
                    head.code = Some(value.parse().map_err(bad)?);
                }
                "version" | "版本" => head.version = Some(value),
                "title" | "名称" => head.title = Some(words),
                "source" | "来源" => head.source = Some(words),
                "valid_from" | "生效日期" => head.valid_from = Some(value),
                "proposed_if" | "推荐条件" => head.proposed_if = Some(value),
                _ => {
                    let hint = "code, version, title, source, valid_from, proposed_if";
                    return Err(vec![sheet.fault(file, (*row, 0), format!("{name} is not known here"), hint)]);
                }
            }
        }
    }
    head.code = code.cloned().or(head.code);
    head.version = version.map(str::to_owned).or(head.version);
    Ok(head)
}
