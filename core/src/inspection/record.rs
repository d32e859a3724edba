//! The rendered record (现场笔录 with its findings): the text that is shown before anybody signs, whose hash the seal
//! carries, and that is printed later. Deterministic: the same state, pinned data, language and end give the same text.
//!
//! Plain text on purpose: what people read is what is hashed. Layout and numbering belong to the printer.

use std::fmt::Write as _;

use crate::checklist::{Mark, Text};
use crate::event::{InspectionKind, InspectionMode, Outcome, TableSet};
use crate::form::{Filled, FormField};
use crate::register::State;

use super::{Inspection, ItemReading, Pinned, Reading};

/// Renders the record. `ended` is the claimed end (RFC 3339), `language` a BCP 47 tag (`zh-Hans` or `en`).
pub fn render(inspection: &Inspection, pinned: &Pinned, ended: &str, language: &str) -> String {
    let words = Words { en: language.starts_with("en") };
    let reading = inspection.read(pinned);
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = header(&mut out, inspection, pinned, ended, language, words);
    let _ = findings(&mut out, inspection, &reading, language, words);
    let _ = evidence(&mut out, inspection, words);
    let _ = conclusion(&mut out, &reading, pinned, language, words);
    out
}

#[derive(Clone, Copy)]
struct Words {
    en: bool,
}

impl Words {
    fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        if self.en { en } else { zh }
    }
    fn outcome(self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Conforms => self.pick("符合", "conforms"),
            Outcome::NonConforming => self.pick("不符合", "does not conform"),
            Outcome::Corrected => self.pick("当场改正", "corrected on the spot"),
            Outcome::NotApplicable => self.pick("合理缺项", "not applicable"),
            Outcome::Unchecked => self.pick("未检查", "not checked"),
        }
    }
    fn kind(self, kind: InspectionKind) -> &'static str {
        match kind {
            InspectionKind::Routine => self.pick("常规检查", "routine"),
            InspectionKind::Special => self.pick("专项检查", "special"),
            InspectionKind::ForCause => self.pick("有因检查", "for cause"),
            InspectionKind::LicenceVerification => self.pick("许可现场核查", "licence verification"),
            InspectionKind::PostFiling => self.pick("备案后核查", "post-filing"),
            InspectionKind::FollowUp => self.pick("跟踪检查", "follow-up"),
            InspectionKind::Reopening => self.pick("恢复经营核查", "re-opening"),
        }
    }
    fn mode(self, mode: InspectionMode) -> &'static str {
        match mode {
            InspectionMode::Unannounced => self.pick("飞行检查", "unannounced"),
            InspectionMode::Extended => self.pick("延伸检查", "extended"),
            InspectionMode::Joint => self.pick("联合检查", "joint"),
            InspectionMode::RandomDraw => self.pick("双随机", "random draw"),
            InspectionMode::Sweep => self.pick("拉网排查", "sweep"),
        }
    }
    fn colon(self) -> &'static str {
        self.pick("：", ": ")
    }
}

fn label<'t>(text: &'t Text, language: &str) -> &'t str {
    text.in_language(if language.starts_with("en") { "en" } else { "zh-Hans" })
}

fn header(
    out: &mut String,
    inspection: &Inspection,
    pinned: &Pinned,
    ended: &str,
    language: &str,
    w: Words,
) -> std::fmt::Result {
    writeln!(out, "{}", label(&pinned.form().title, language))?;
    let Some(start) = inspection.start() else { return Ok(()) };
    let s = &start.value;
    writeln!(out, "{}{}{}", w.pick("检查编号", "Inspection"), w.colon(), s.number)?;
    let modes: Vec<_> = s.modes.iter().map(|m| w.mode(*m)).collect();
    let kind = [vec![w.kind(s.kind)], modes].concat().join(w.pick("、", ", "));
    writeln!(out, "{}{}{kind}", w.pick("检查类型和方式", "Kind and mode"), w.colon())?;
    writeln!(out)?;
    for field in &pinned.form().fields {
        if let Some(value) = fixed_value(inspection, field, ended, w) {
            if !value.is_empty() {
                writeln!(out, "{}{}{value}", label(&field.label, language), w.colon())?;
            }
            continue;
        }
        let value = match inspection.field(&field.field).map(|r| r.state()) {
            Some(State::Settled(v)) if !v.value.trim().is_empty() => v.value.trim().to_owned(),
            Some(State::Conflict(all)) => all
                .iter()
                .map(|v| v.value.as_str())
                .collect::<Vec<_>>()
                .join(w.pick(" ／【两种记录并存】／ ", " / [both recorded] / ")),
            _ if field.required => "＿＿".to_owned(),
            _ => continue,
        };
        writeln!(out, "{}{}{value}", label(&field.label, language), w.colon())?;
    }
    Ok(())
}

/// The value of a field that the engine fills; `None` for typed fields.
pub fn fixed_value_of(inspection: &Inspection, field: &FormField, ended: &str, language: &str) -> Option<String> {
    fixed_value(inspection, field, ended, Words { en: language.starts_with("en") })
}

fn fixed_value(inspection: &Inspection, field: &FormField, ended: &str, w: Words) -> Option<String> {
    let start = inspection.start()?;
    let firm = &start.value.firm;
    Some(match field.filled {
        Filled::Typed => return None,
        Filled::Time => format!("{} — {}", minute(&start.by.wall), minute(ended)),
        Filled::FirmName => firm.name.clone(),
        Filled::FirmCode => firm.uscc.clone(),
        Filled::FirmAddress => firm.address.clone(),
        Filled::FirmLegalRepresentative => firm.legal_representative.clone(),
        Filled::Officers => {
            let one = |o: &crate::event::Officer| match o.certificate.as_str() {
                "" => o.name.clone(),
                no => format!("{}（{}{no}）", o.name, w.pick("执法证号 ", "ID ")),
            };
            inspection.officers().iter().map(one).collect::<Vec<_>>().join(w.pick("、", ", "))
        }
        // These two are whole sections of the record, not lines.
        Filled::Evidence | Filled::Findings => String::new(),
    })
}

/// `2026-11-21T14:03:09+08:00` → `2026-11-21 14:03`.
fn minute(wall: &str) -> String {
    let head: String = wall.chars().take(16).collect();
    head.replacen('T', " ", 1)
}

fn findings(out: &mut String, i: &Inspection, reading: &Reading<'_>, language: &str, w: Words) -> std::fmt::Result {
    writeln!(out)?;
    writeln!(out, "{}", w.pick("一、检查内容和发现", "1. What was checked and found"))?;
    let mut list = None;
    for r in &reading.items {
        if list != Some(&r.list.code) {
            list = Some(&r.list.code);
            let title = label(&r.list.title, language);
            writeln!(out, "{title}（{} {}）", r.list.code, r.list.version)?;
        }
        finding(out, i, r, language, w)?;
    }
    let mut list = None;
    for r in &reading.left {
        if list != Some((&r.list.code, &r.list.version)) {
            list = Some((&r.list.code, &r.list.version));
            let title = label(&r.list.title, language);
            let left = w.pick("，不再使用，所记录的保留", ", no longer in use; what was recorded stays");
            writeln!(out, "{title}（{} {}{left}）", r.list.code, r.list.version)?;
        }
        finding(out, i, r, language, w)?;
    }
    Ok(())
}

fn finding(out: &mut String, i: &Inspection, r: &ItemReading<'_>, language: &str, w: Words) -> std::fmt::Result {
    let answers: Vec<_> = i.answer(&r.item.code).into_iter().flat_map(|a| a.heads()).map(|a| &a.value).collect();
    let outcome = match answers.as_slice() {
        [] => w.outcome(Outcome::Unchecked).to_owned(),
        [one] => w.outcome(one.outcome).to_owned(),
        several => {
            let all = several.iter().map(|a| w.outcome(a.outcome)).collect::<Vec<_>>().join(w.pick("／", " / "));
            format!("{}{}{all}", w.pick("两种记录并存，未核定", "several answers stand, not settled"), w.colon())
        }
    };
    let key = if r.item.key.value { "※" } else { "" };
    writeln!(out, "{key}{} {} — {outcome}", r.item.code, label(&r.item.text, language))?;
    for reason in answers.iter().filter_map(|a| a.reason.as_deref()).filter(|t| !t.trim().is_empty()) {
        writeln!(out, "  {}{}{}", w.pick("理由", "Reason"), w.colon(), reason.trim())?;
    }
    for note in i.note(&r.item.code).into_iter().flat_map(|n| n.heads()).filter(|n| !n.value.trim().is_empty()) {
        writeln!(out, "  {}{}{}", w.pick("情况", "Note"), w.colon(), note.value.trim())?;
    }
    for table in i.table(&r.item.code).into_iter().flat_map(|t| t.heads()).filter(|t| !t.value.rows.is_empty()) {
        rows(out, &table.value, language, w)?;
    }
    if matches!(r.outcome, Some(Outcome::NonConforming | Outcome::Corrected)) {
        let basis = r.item.basis.iter().map(|b| {
            let clause = b.clause.as_deref().unwrap_or_default();
            let unsure = if b.mark == Mark::V { "" } else { w.pick("（待核实）", " (to be verified)") };
            format!("{}§{}{clause}{unsure}", b.law, b.article)
        });
        let basis = basis.collect::<Vec<_>>().join(w.pick("、", ", "));
        if !basis.is_empty() {
            writeln!(out, "  {}{}{basis}", w.pick("依据", "Basis"), w.colon())?;
        }
    }
    Ok(())
}

/// A table in short: each row on a line, what was typed behind its heading, empty cells left out. What the rows raised is
/// not said: it stands in the note where an officer took it over.
fn rows(out: &mut String, table: &TableSet, language: &str, w: Words) -> std::fmt::Result {
    let spec = table.kind.spec();
    let count = w.pick("行", " rows");
    let title = label(&spec.title, language);
    writeln!(out, "  {}{}{title}（{}{count}）", w.pick("表格", "Table"), w.colon(), table.rows.len())?;
    for (n, row) in (1..).zip(&table.rows) {
        let mut headings = spec.columns.iter();
        let cells = row.iter().map(|cell| (headings.next(), cell.split_whitespace().collect::<Vec<_>>().join(" ")));
        let said = cells.filter(|(_, cell)| !cell.is_empty()).map(|(heading, cell)| {
            let heading = heading.map(|c| label(&c.title, language)).unwrap_or_default();
            format!("{heading} {cell}")
        });
        writeln!(out, "    {n}. {}", said.collect::<Vec<_>>().join(w.pick("；", "; ")))?;
    }
    Ok(())
}

fn evidence(out: &mut String, i: &Inspection, w: Words) -> std::fmt::Result {
    let all = i.evidence();
    writeln!(out)?;
    writeln!(out, "{}", w.pick("二、取证清单", "2. Evidence"))?;
    if all.is_empty() {
        writeln!(out, "{}", w.pick("无", "none"))?;
    }
    for (n, (id, e)) in all.iter().enumerate() {
        let item = e.item.as_ref().map(ToString::to_string).unwrap_or_default();
        let what = match (&e.measured, &e.blob) {
            (Some((value, unit, instrument)), _) => {
                let instrument = if instrument.is_empty() { String::new() } else { format!("（{instrument}）") };
                format!("{} {value} {unit}{instrument}", e.name)
            }
            (None, Some(blob)) => format!("{} {} B SHA-256 {}", e.name, blob.size, blob.sha256),
            (None, None) => e.name.clone(),
        };
        let captions =
            i.caption(id).into_iter().flat_map(|c| c.heads()).map(|c| c.value.trim()).filter(|c| !c.is_empty());
        let caption: String = captions.map(|c| format!(" {c}")).collect();
        let gone = i.withdrawn(id).map(|x| format!(" [{}{}{}]", w.pick("已撤回", "withdrawn"), w.colon(), x.value));
        writeln!(out, "{}. {item} {what}{caption}{} {}", n + 1, gone.unwrap_or_default(), minute(&e.by.wall))?;
    }
    Ok(())
}

fn conclusion(out: &mut String, r: &Reading<'_>, pinned: &Pinned, language: &str, w: Words) -> std::fmt::Result {
    writeln!(out)?;
    writeln!(out, "{}", w.pick("三、汇总", "3. Summary"))?;
    for (name, t) in
        [(w.pick("关键项", "Key items"), r.tallies.key), (w.pick("一般项", "General items"), r.tallies.general)]
    {
        writeln!(
            out,
            "{name}{}{} {} / {} {}（{} {}，{} {}，{} {}）",
            w.colon(),
            w.pick("不符合", "non-conforming"),
            t.non_conforming,
            w.pick("适用", "applicable"),
            t.applicable(),
            w.pick("当场改正", "corrected"),
            t.corrected,
            w.pick("合理缺项", "not applicable"),
            t.not_applicable,
            w.pick("未检查", "not checked"),
            t.open + t.conflicting,
        )?;
    }
    if let Some(c) = r.conclusion {
        let unsure =
            if pinned.rule().mark == Mark::V { "" } else { w.pick("（规则待核实）", " (rule to be verified)") };
        let rule = label(&pinned.rule().title, language);
        writeln!(out, "{}{}{}（{rule}{unsure}）", w.pick("结论", "Conclusion"), w.colon(), label(&c.title, language))?;
        if let Some(days) = c.rectify_working_days {
            writeln!(out, "{}{}{days}", w.pick("整改期限（工作日）", "Working days to rectify"), w.colon())?;
        }
    }
    Ok(())
}
