//! What a column holds, by its header.
//!
//! What it is: the table of headers in `checklists/README.md`, as code; a header is recognised in Chinese or English, with
//! or without what stands in brackets behind it. A translation stands in a column of its own: `检查内容 text [en]`.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Column {
    SectionCode,
    Section,
    Code,
    OfficialCode,
    Text,
    How,
    Methods,
    Sample,
    Evidence,
    Key,
    Basis,
    Grounds,
    Violations,
    Severity,
    Regulator,
    AppliesIf,
    SameAs,
    Unit,
    Table,
    Findings,
}

/// Columns with their English word (the one of `--map`, as in YAML) and their Chinese ones. The first Chinese one is what
/// `export` writes. Order is that of an exported sheet.
pub(super) const COLUMNS: &[(Column, &str, &[&str])] = &[
    (Column::SectionCode, "section_code", &["环节代码"]),
    (Column::Section, "section", &["环节", "检查环节", "部分", "章节", "类别", "检查类别", "检查项目", "项目类别"]),
    (Column::Code, "code", &["编号", "序号", "项目编号", "检查项目编号"]),
    (Column::OfficialCode, "official_code", &["条款号", "条款", "官方条款", "条款编号"]),
    (Column::Text, "text", &["检查内容", "检查要点", "内容", "检查条款", "要求", "检查标准"]),
    (Column::How, "how", &["检查方法", "检查方式", "方法", "检查指南", "检查要求", "检查重点"]),
    (Column::Methods, "methods", &["检查手段", "手段"]),
    (Column::Sample, "sample", &["抽样数", "抽样", "抽查数量", "样本量"]),
    (Column::Evidence, "evidence", &["证据", "证据要求", "取证", "取证要求"]),
    (Column::Key, "key", &["关键项", "关键项目", "是否关键", "是否关键项", "关键"]),
    (Column::Basis, "basis", &["依据", "检查依据", "法律依据", "法规依据", "判定依据"]),
    (Column::Grounds, "grounds", &["其他依据"]),
    (Column::Violations, "violations", &["违法行为", "违法情形"]),
    (Column::Severity, "severity", &["严重程度", "程度"]),
    (Column::Regulator, "regulator", &["监管侧"]),
    (Column::AppliesIf, "applies_if", &["适用条件"]),
    (Column::SameAs, "same_as", &["同项"]),
    (Column::Unit, "unit", &["单位", "计量单位"]),
    (Column::Table, "table", &["表格"]),
    (Column::Findings, "findings", &["典型问题", "常见问题", "典型缺陷", "常见缺陷"]),
];

impl Column {
    /// Its English word.
    pub(super) fn word(self) -> &'static str {
        COLUMNS.iter().find(|(c, ..)| *c == self).map_or("", |(_, word, _)| word)
    }
    /// Its header in an exported sheet.
    pub(super) fn header(self) -> String {
        let zh = COLUMNS.iter().find(|(c, ..)| *c == self).and_then(|(_, _, zh)| zh.first());
        format!("{} {}", zh.unwrap_or(&""), self.word())
    }
    /// By a field's name, as `--map` takes it.
    pub(super) fn named(word: &str) -> Option<Self> {
        COLUMNS.iter().find(|(_, en, _)| *en == word).map(|(column, ..)| *column)
    }
    /// By a header.
    pub(super) fn recognised(header: &str) -> Option<Self> {
        let whole: String = header.chars().filter(|c| !c.is_whitespace()).collect();
        std::iter::once(whole.as_str()).chain(header.split_whitespace()).find_map(|word| {
            let word = word.to_lowercase();
            let known = |(_, en, zh): &&(Self, &str, &[&str])| *en == word || zh.contains(&word.as_str());
            COLUMNS.iter().find(known).map(|(column, ..)| *column)
        })
    }
}

/// A header taken apart: its words, and the language in square brackets behind them.
pub(super) fn header(cell: &str) -> (String, Option<String>) {
    let cell = cell.trim();
    let (words, language) = match cell.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
        Some((words, tag)) if is_language(tag) => (words, Some(tag.to_owned())),
        _ => (cell, None),
    };
    // 检查内容（必填）: what stands in brackets explains.
    let words = words.split(['（', '(']).next().unwrap_or(words);
    (words.trim().trim_matches(['※', '*', '：', ':']).trim().to_owned(), language)
}

/// A language tag (BCP 47) other than Chinese, as translations are kept under; not a mark.
pub(super) fn is_language(tag: &str) -> bool {
    (2..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && tag != "zh-Hans"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_in_both_languages_and_with_what_people_write_around_them() {
        let cases = [
            ("检查内容", Column::Text, None),
            (" 检查 内容（必填）", Column::Text, None),
            ("检查内容 text", Column::Text, None),
            ("检查内容 text [en]", Column::Text, Some("en")),
            ("HOW", Column::How, None),
            ("※关键项", Column::Key, None),
            ("依据：", Column::Basis, None),
            ("applies_if", Column::AppliesIf, None),
            ("条款号", Column::OfficialCode, None),
        ];
        for (cell, column, language) in cases {
            let (words, tag) = header(cell);
            assert_eq!(Column::recognised(&words), Some(column), "{cell}");
            assert_eq!(tag.as_deref(), language, "{cell}");
        }
        assert_eq!(Column::recognised("备注"), None);
    }

    #[test]
    fn no_word_means_two_columns() {
        let words: Vec<&str> = COLUMNS.iter().flat_map(|(_, en, zh)| zh.iter().copied().chain([*en])).collect();
        let each: std::collections::BTreeSet<&str> = words.iter().copied().collect();
        assert_eq!(words.len(), each.len());
        for (column, ..) in COLUMNS {
            assert_eq!(Column::recognised(&column.header()), Some(*column));
            assert_eq!(Column::named(column.word()), Some(*column));
        }
    }
}
