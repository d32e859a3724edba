//! How a cell says more than words: one entry a line, its mark in brackets before it, translations under it.
//!
//! ```text
//! 依据 basis          [V] GSP§44（二）            law, article, clause; or 《医疗器械监督管理条例》第四十七条
//! 证据 evidence       [D] 照片 2 不符合时 全景1张、近景1张
//!                       [en] One of the setting, one close-up
//! 违法行为 violations [D] V11
//! 典型问题 findings   [D] 冷库温度高于8 ℃持续数小时，无处置记录。
//!                       [en] Above 8 ℃ for hours; nothing was recorded.
//! ```
//!
//! Invariants: what is written is read back as it was, but for the mark `V`: whoever read the source read it elsewhere, so
//! a sheet gives at most `M`. A text never becomes a formula in a spreadsheet ([`guard`]).

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use xuncha_core::checklist::{
    Basis, EvidenceKind, EvidenceRule, KeyFlag, Mark, Method, Severity, Text, TypicalFinding, Violation, When,
};

use super::columns::is_language;

/// Signs that make a spreadsheet compute, narrow and wide, and the apostrophe that keeps it from doing so.
const SIGNS: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\''];

/// A text as it is put into a cell.
pub(super) fn guard(text: &str) -> String {
    if text.starts_with(SIGNS) { format!("'{text}") } else { text.to_owned() }
}

/// A cell's text as it was before [`guard`].
pub(super) fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(SIGNS)).unwrap_or(cell)
}

const METHODS: [(char, Method); 8] = [
    ('看', Method::Observe),
    ('查', Method::Documents),
    ('问', Method::Interview),
    ('抽', Method::Sample),
    ('量', Method::Measure),
    ('系', Method::System),
    ('拍', Method::Photo),
    ('扫', Method::Scan),
];
const KINDS: [(&str, EvidenceKind); 3] =
    [("照片", EvidenceKind::Photo), ("文件", EvidenceKind::File), ("测量", EvidenceKind::Measure)];
const WHENS: [(&str, When); 2] = [("不符合时", When::NonConforming), ("检查时", When::Checked)];
const SEVERITIES: [(&str, Severity); 5] = [
    ("一般", Severity::Minor),
    ("较重", Severity::Major),
    ("严重", Severity::Serious),
    ("轻微", Severity::Minor),
    ("主要", Severity::Major),
];
const YES: [&str; 10] = ["是", "※", "★", "√", "✓", "y", "yes", "true", "1", "关键"];
const NO: [&str; 6] = ["否", "n", "no", "false", "0", "一般"];

/// A value by its word in YAML.
fn by_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// The word of a value in YAML.
pub(super) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn zh<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> &'static str {
    table.iter().find(|(_, v)| v == value).map_or("", |(zh, _)| zh)
}

fn either<T: DeserializeOwned + Copy>(table: &[(&str, T)], said: &str) -> Option<T> {
    table.iter().find(|(zh, _)| *zh == said).map(|(_, v)| *v).or_else(|| by_word(said))
}

/// An entry of a cell: its mark, its words, and what stands under it in other languages.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub mark: Option<Mark>,
    pub words: String,
    pub other: BTreeMap<String, String>,
}

/// The entries of a cell.
pub(super) fn lines(cell: &str) -> Vec<Line> {
    let mut entries: Vec<Line> = Vec::new();
    for line in cell.lines() {
        let words = line.trim();
        if let Some(last) = entries.last_mut()
            && line.starts_with(char::is_whitespace)
            && let Some((tag, words)) = bracket(words).filter(|(tag, _)| is_language(tag))
        {
            last.other.insert(tag.to_owned(), unescape(words));
        } else if !words.is_empty() {
            let marked = bracket(words).and_then(|(tag, rest)| Some((by_word::<Mark>(tag)?, rest)));
            let (mark, words) = marked.map_or((None, words), |(mark, rest)| (Some(mark), rest));
            entries.push(Line { mark, words: words.to_owned(), other: BTreeMap::new() });
        }
    }
    entries
}

/// `[tag] rest`.
fn bracket(words: &str) -> Option<(&str, &str)> {
    let (tag, rest) = words.strip_prefix('[')?.split_once(']')?;
    Some((tag, rest.trim_start()))
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescape(text: &str) -> String {
    let (mut out, mut chars) = (String::with_capacity(text.len()), text.chars());
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('\\') | None => out.push('\\'),
                Some(other) => out.extend(['\\', other]),
            },
            (c, false) => out.push(c),
        }
    }
    out
}

fn put(lines: &mut Vec<String>, mark: Mark, words: &str, other: Option<&Text>) {
    lines.push(format!("[{}] {words}", word(&mark)));
    let other = other.into_iter().flat_map(|text| &text.other);
    lines.extend(other.map(|(tag, words)| format!("  [{tag}] {}", escape(words))));
}

/// What a sheet may claim: at most that it is from memory.
fn claim(mark: Option<Mark>, default: Mark) -> Mark {
    match mark {
        Some(Mark::V) => Mark::M,
        Some(mark) => mark,
        None => default,
    }
}

pub(super) fn write_methods(methods: &[Method]) -> String {
    let words = methods.iter().filter_map(|m| METHODS.iter().find(|(_, method)| method == m));
    words.map(|(c, _)| c.to_string()).collect::<Vec<_>>().join("、")
}

pub(super) fn read_methods(cell: &str) -> Result<Vec<Method>, String> {
    let mut methods = Vec::new();
    for said in cell.split(|c: char| c.is_whitespace() || "、,，;；/".contains(c)).filter(|w| !w.is_empty()) {
        let one = |c: char| METHODS.iter().find(|(sign, _)| *sign == c).map(|(_, method)| *method);
        let found: Option<Vec<Method>> = by_word(said).map(|m| vec![m]).or_else(|| said.chars().map(one).collect());
        let found = found.ok_or_else(|| format!("{said} is no kind of looking"))?;
        methods.extend(found);
    }
    let mut seen = Vec::new();
    methods.retain(|m| {
        !seen.contains(m) && {
            seen.push(*m);
            true
        }
    });
    Ok(methods)
}

pub(super) fn write_severity(severity: Severity) -> &'static str {
    zh(&SEVERITIES, &severity)
}

pub(super) fn read_severity(cell: &str) -> Option<Severity> {
    either(&SEVERITIES, cell)
}

pub(super) fn read_yes(cell: &str) -> Option<bool> {
    let said = cell.trim().to_lowercase();
    match (YES.contains(&said.as_str()), NO.contains(&said.as_str())) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

pub(super) fn write_key(key: KeyFlag) -> String {
    format!("[{}] {}", word(&key.mark), if key.value { "※" } else { "否" })
}

pub(super) fn read_key(cell: &str) -> Option<KeyFlag> {
    match lines(cell).as_slice() {
        [] => Some(KeyFlag { value: false, mark: Mark::D }),
        [line] => Some(KeyFlag { value: read_yes(&line.words)?, mark: claim(line.mark, Mark::D) }),
        _ => None,
    }
}

pub(super) fn write_basis(basis: &[Basis]) -> String {
    let mut lines = Vec::new();
    for b in basis {
        let clause = b.clause.as_deref().unwrap_or_default();
        put(&mut lines, b.mark, &format!("{}§{}{clause}", b.law, b.article), None);
    }
    lines.join("\n")
}

/// `GSP§44（二）`; `None`: it is written in some other way.
pub(super) fn read_basis(line: &Line) -> Option<Basis> {
    let (law, rest) = line.words.split_once('§')?;
    let clause = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    let article = rest.strip_suffix(clause).filter(|a| !a.is_empty())?;
    let clause = Some(clause.trim()).filter(|c| !c.is_empty()).map(str::to_owned);
    Some(Basis { law: law.trim().parse().ok()?, article: article.to_owned(), clause, mark: claim(line.mark, Mark::M) })
}

pub(super) fn write_violations(violations: &[Violation]) -> String {
    let mut lines = Vec::new();
    violations.iter().for_each(|v| put(&mut lines, v.mark, v.code.as_str(), None));
    lines.join("\n")
}

pub(super) fn read_violations(cell: &str) -> Result<Vec<Violation>, String> {
    let mut violations = Vec::new();
    for line in lines(cell) {
        for said in line.words.split(|c: char| c.is_whitespace() || "、,，;；".contains(c)).filter(|w| !w.is_empty())
        {
            let code = said.parse().map_err(|_| format!("{said} is no code of a violation"))?;
            violations.push(Violation { code, mark: claim(line.mark, Mark::D) });
        }
    }
    Ok(violations)
}

pub(super) fn write_evidence(rules: &[EvidenceRule]) -> String {
    let mut lines = Vec::new();
    for rule in rules {
        let what = rule.what.as_ref().map(|what| format!(" {}", escape(&what.zh))).unwrap_or_default();
        let words = format!("{} {} {}{what}", zh(&KINDS, &rule.kind), rule.min, zh(&WHENS, &rule.when));
        put(&mut lines, rule.mark, &words, rule.what.as_ref());
    }
    lines.join("\n")
}

/// `照片 2 不符合时 全景1张`; `None`: plain words.
pub(super) fn read_evidence(line: &Line) -> Option<EvidenceRule> {
    let mut words = line.words.splitn(4, ' ');
    let kind = either(&KINDS, words.next()?)?;
    let min = words.next()?.parse().ok()?;
    let when = either(&WHENS, words.next()?)?;
    let what = words.next().map(|what| Text { zh: unescape(what), other: line.other.clone() });
    Some(EvidenceRule { kind, min, when, what, mark: claim(line.mark, Mark::D) })
}

pub(super) fn write_findings(findings: &[TypicalFinding]) -> String {
    let mut lines = Vec::new();
    findings.iter().for_each(|f| put(&mut lines, f.mark, &escape(&f.text.zh), Some(&f.text)));
    lines.join("\n")
}

pub(super) fn read_findings(cell: &str) -> Vec<TypicalFinding> {
    let finding = |line: Line| TypicalFinding {
        text: Text { zh: unescape(&line.words), other: line.other },
        mark: claim(line.mark, Mark::D),
    };
    lines(cell).into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_cell_begins_a_formula_and_every_text_comes_back() {
        for text in ["=1+1", "+86", "-", "@SUM(A1)", "＝1", "\tx", "'=1", "''", "it's", "冷库", ""] {
            let cell = guard(text);
            assert!(!cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']), "{cell}");
            assert_eq!(unguard(&cell), text);
        }
        assert_eq!(unguard("'twas"), "'twas", "an apostrophe of somebody else's text stays");
    }

    #[test]
    fn a_sheet_never_verifies_anything() {
        let line = |cell: &str| lines(cell).remove(0);
        assert_eq!(read_basis(&line("[V] GSP§44（二）")).unwrap().mark, Mark::M);
        assert_eq!(read_basis(&line("GSP§44")).unwrap().mark, Mark::M);
        assert_eq!(read_key("[V] ※").unwrap(), KeyFlag { value: true, mark: Mark::M });
        assert_eq!(read_evidence(&line("[V] 照片 1 检查时")).unwrap().mark, Mark::M);
        assert_eq!(read_violations("[V] V11").unwrap()[0].mark, Mark::M);
        assert_eq!(read_findings("[V] 无记录")[0].mark, Mark::M);
    }

    #[test]
    fn people_write_the_same_in_several_ways() {
        assert_eq!(read_methods("看查、documents,拍").unwrap(), [Method::Observe, Method::Documents, Method::Photo]);
        assert!(read_methods("闻").is_err());
        assert_eq!(read_yes(" YES "), Some(true));
        assert_eq!(read_yes("否"), Some(false));
        assert_eq!(read_yes("大概"), None);
        assert_eq!(read_severity("serious"), Some(Severity::Serious));
        let codes = |cell| read_violations(cell).unwrap().into_iter().map(|v| v.code.to_string()).collect::<Vec<_>>();
        assert_eq!(codes("V11、V12\nV13"), ["V11", "V12", "V13"]);
        assert_eq!(read_evidence(&lines("现场照片").remove(0)), None);
    }

    fn text() -> impl Strategy<Value = Text> {
        // Words as they stand in a cell: spaces around them are not kept.
        let words = r"[a-z\[\]§=\\]([ -~\n一-龥℃]{0,20}[a-z\]])?";
        (words, prop::collection::btree_map("[a-z]{2}", words, 0..2)).prop_map(|(zh, other)| Text { zh, other })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in text(), min in 0..9u32, what in any::<bool>()) {
            // A text that begins as a mark does would be read as one; authors' phrases do not.
            prop_assume!(!text.zh.starts_with('['));
            let finding = TypicalFinding { text: text.clone(), mark: Mark::D };
            let findings = vec![finding.clone(), finding];
            prop_assert_eq!(read_findings(&write_findings(&findings)), findings);
            let rule = EvidenceRule {
                kind: EvidenceKind::File, min, when: When::Checked, what: what.then_some(text), mark: Mark::M,
            };
            let read: Vec<_> = lines(&write_evidence(&[rule.clone(), rule.clone()])).iter().filter_map(read_evidence).collect();
            prop_assert_eq!(read, [rule.clone(), rule]);
        }
    }
}
