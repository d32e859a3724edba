//! Two sets of lists side by side, in words.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::Value;
use xuncha_core::Failure;
use xuncha_core::checklist::diff::{Change, Field, HeadField, ItemDiff, ListDiff, Place, SectionDiff};
use xuncha_core::checklist::{self, Checklist};
use xuncha_core::ids::ListCode;

use super::super::say;
use super::{many, say_faults, say_json};
use crate::config::Config;
use crate::hq::Hq;
use crate::packs;

/// Lists of one side. `whole`: a list it lacks is gone, and not merely of no concern here.
struct Side {
    lists: Vec<Checklist>,
    whole: bool,
}

#[derive(Serialize)]
struct Report {
    added: Vec<ListCode>,
    removed: Vec<ListCode>,
    changed: Vec<ListDiff>,
}

pub(super) async fn run(old: &str, new: &str, data: PathBuf, json: bool) -> Result<ExitCode, Failure> {
    let mut sides = Vec::new();
    for what in [old, new] {
        match side(what, &data).await? {
            Ok(side) => sides.push(side),
            Err(faults) => return Ok(say_faults(&faults)),
        }
    }
    let [old, new] = sides.as_slice() else { return Ok(ExitCode::FAILURE) };
    let report = compare(old, new);
    if json {
        say_json(&report)?;
    } else {
        tell(&report, old, new)?;
    }
    Ok(ExitCode::SUCCESS)
}

type Read = Result<Side, Vec<checklist::AuthorFault>>;

async fn side(what: &str, data: &Path) -> Result<Read, Failure> {
    let path = Path::new(what);
    if what == "published" {
        let hq = Hq::open_beside(&Config::new(data)).await?;
        let lists = hq.shelf().lists().map(|(_, list)| list.clone()).collect();
        return Ok(Ok(Side { lists, whole: false }));
    }
    let files = match what {
        "built-in" => packs::embedded_files(),
        _ if path.is_file() => {
            let bad =
                |e: std::io::Error| Failure::after_action("lists.unreadable").with("file", what).with("problem", e);
            vec![(what.to_owned(), std::fs::read_to_string(path).map_err(bad)?)]
        }
        _ => packs::files(path)?,
    };
    let (mut lists, mut faults) = (Vec::new(), Vec::new());
    for (name, text) in files.iter().filter(|(name, _)| path.is_file() || name.starts_with("lists/")) {
        match checklist::parse(name, text) {
            Ok(list) => lists.push(list),
            Err(found) => faults.extend(found),
        }
    }
    lists.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(if faults.is_empty() { Ok(Side { lists, whole: what != "built-in" && path.is_dir() }) } else { Err(faults) })
}

fn compare(old: &Side, new: &Side) -> Report {
    let lacks = |side: &Side, list: &&Checklist| !side.lists.iter().any(|l| l.code == list.code);
    let codes = |lists: &[Checklist], other: &Side| {
        lists.iter().filter(|l| lacks(other, l)).map(|l| l.code.clone()).collect::<Vec<_>>()
    };
    let pairs = new.lists.iter().filter_map(|n| Some((old.lists.iter().find(|o| o.code == n.code)?, n)));
    Report {
        // One list against everything published: the others are not meant.
        added: if old.whole || !new.whole || old.lists.len() > 1 { codes(&new.lists, old) } else { Vec::new() },
        removed: if old.whole && new.whole { codes(&old.lists, new) } else { Vec::new() },
        changed: pairs.map(|(o, n)| ListDiff::between(o, n)).filter(|diff| !diff.is_empty()).collect(),
    }
}

fn tell(report: &Report, old: &Side, new: &Side) -> Result<(), Failure> {
    let find = |side: &'_ Side, code: &ListCode| side.lists.iter().find(|l| &l.code == code).cloned();
    for list in report.added.iter().filter_map(|code| find(new, code)) {
        say(format_args!(
            "{} {}: new list, {}: {}",
            list.code,
            list.version,
            many(list.items().count(), "item"),
            list.title.zh
        ))?;
    }
    for list in report.removed.iter().filter_map(|code| find(old, code)) {
        say(format_args!(
            "{} {}: gone, {}: {}",
            list.code,
            list.version,
            many(list.items().count(), "item"),
            list.title.zh
        ))?;
    }
    for diff in &report.changed {
        let (Some(before), Some(after)) = (find(old, &diff.code), find(new, &diff.code)) else { continue };
        tell_list(diff, &before, &after)?;
    }
    if report.added.is_empty() && report.removed.is_empty() && report.changed.is_empty() {
        say("no difference")?;
    }
    Ok(())
}

fn tell_list(diff: &ListDiff, before: &Checklist, after: &Checklist) -> Result<(), Failure> {
    let count = |of: fn(&ItemDiff) -> bool| diff.items.iter().filter(|i| of(i)).count();
    say(format_args!(
        "{} {} → {}: {} changed, {} new, {} gone, {} as before",
        diff.code,
        diff.from,
        diff.to,
        many(count(|i| matches!(i, ItemDiff::Changed { .. })), "item"),
        count(|i| matches!(i, ItemDiff::Added { .. })),
        count(|i| matches!(i, ItemDiff::Removed { .. })),
        diff.unchanged.len(),
    ))?;
    if diff.from == diff.to && !diff.same_content() {
        say("  the version was not raised: it cannot be published like this")?;
    }
    for change in &diff.head {
        tell_change("  ", head_word(change.field), &change.before, &change.after)?;
    }
    for section in &diff.sections {
        match section {
            SectionDiff::Added { section } => say(format_args!("  + section {section}"))?,
            SectionDiff::Removed { section } => say(format_args!("  - section {section}"))?,
            SectionDiff::Moved { section } => say(format_args!("  ↕ section {section} comes in another order"))?,
            SectionDiff::Renamed { section, before, after } => {
                say(format_args!("  ~ section {section}: {} → {}", before.zh, after.zh))?;
            }
        }
    }
    for item in &diff.items {
        match item {
            ItemDiff::Added { item, to } => {
                let text = after.item(item).map_or("", |i| i.text.zh.as_str());
                say(format_args!("  + {item} ({}): {text}", place(to)))?;
            }
            ItemDiff::Removed { item, from } => {
                let text = before.item(item).map_or("", |i| i.text.zh.as_str());
                say(format_args!("  - {item} ({}): {text}", place(from)))?;
            }
            ItemDiff::Changed { item, fields, moved } => {
                say(format_args!("  ~ {item}"))?;
                if let Some((from, to)) = moved {
                    say(format_args!("      moved from {} to {}", place(from), place(to)))?;
                }
                for Change { field, before, after } in fields {
                    tell_change("      ", word(*field), before, after)?;
                }
            }
        }
    }
    Ok(())
}

fn place(place: &Place) -> String {
    match &place.after {
        Some(after) => format!("{} after {after}", place.section),
        None => format!("{}, first", place.section),
    }
}

fn tell_change(indent: &str, what: &str, before: &Value, after: &Value) -> Result<(), Failure> {
    let (before, after) = (lines(before), lines(after));
    say(format_args!("{indent}{what}:"))?;
    for line in before.iter().filter(|line| !after.contains(line)) {
        say(format_args!("{indent}  - {line}"))?;
    }
    for line in after.iter().filter(|line| !before.contains(line)) {
        say(format_args!("{indent}  + {line}"))?;
    }
    if before.iter().all(|line| after.contains(line)) && after.iter().all(|line| before.contains(line)) {
        say(format_args!("{indent}  the same in another order"))?;
    }
    Ok(())
}

/// A value as lines that a person reads: words by language, one entry of a list a line.
fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => text.lines().map(str::to_owned).collect(),
        Value::Array(all) => all.iter().map(|v| lines(v).join(" ")).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match key.as_str() {
                "zh-Hans" | "law" | "code" | "kind" => lines(value),
                _ if value.is_object() => lines(value),
                _ => lines(value).into_iter().map(|line| format!("{key}: {line}")).collect(),
            })
            .collect(),
        other => vec![other.to_string()],
    }
}

fn head_word(field: HeadField) -> &'static str {
    match field {
        HeadField::ValidFrom => "valid from 生效日期",
        HeadField::Title => "title 名称",
        HeadField::Source => "source 来源",
        HeadField::ProposedIf => "proposed if 推荐条件",
    }
}

fn word(field: Field) -> &'static str {
    match field {
        Field::Text => "text 检查内容",
        Field::How => "how 检查方法",
        Field::Methods => "methods 检查手段",
        Field::Sample => "sample 抽样数",
        Field::Evidence => "evidence 证据",
        Field::Key => "key 关键项",
        Field::Basis => "basis 依据",
        Field::Grounds => "grounds 其他依据",
        Field::Violations => "violations 违法行为",
        Field::Severity => "severity 严重程度",
        Field::Regulator => "regulator 监管侧",
        Field::AppliesIf => "applies if 适用条件",
        Field::SameAs => "same as 同项",
        Field::Unit => "unit 单位",
        Field::Table => "table 表格",
        Field::Findings => "findings 典型问题",
        Field::OfficialCode => "official code 条款号",
    }
}
