//! What must be true of the laws: text and mark agree, days are days, what is superseded says by what, and each place in
//! the table of violations opens an article.

use std::collections::BTreeSet;

use super::{Source, ViolationTable};
use crate::checklist::{AuthorFault, Mark};
use crate::ids::LawCode;
use crate::law::{Article, Instrument, LawStatus, ViolationEntry};

/// Codes are unique; text and mark agree; what is superseded says by what; the table speaks only of instruments the
/// library has and that were not superseded.
pub(super) fn judge(
    instruments: &[(Source<'_>, Instrument)],
    table: &(Source<'_>, ViolationTable),
) -> Vec<AuthorFault> {
    let mut faults = Vec::new();
    let mut codes = BTreeSet::new();
    for (source, instrument) in instruments {
        let law = &instrument.code;
        if !codes.insert(law.as_str()) {
            faults.push(source.fault(&["code:"], format!("instrument {law} stands twice"), "keep one file per law"));
        }
        faults.extend(days(*source, instrument));
        faults.extend(replacement(*source, instrument, instruments));
        let mut seen = BTreeSet::new();
        for article in &instrument.articles {
            let number = &article.article;
            let here = format!("article: '{number}'");
            let trail = [here.as_str()];
            if !seen.insert(number) {
                let hint = "keep one of the two";
                faults.push(source.fault(&trail, format!("article {number} of {law} stands twice"), hint));
            }
            match (&article.text, article.mark) {
                (None, Mark::V | Mark::D) => {
                    let hint = "quote the text, or mark it M: what was not read is not verified";
                    faults.push(source.fault(
                        &trail,
                        format!("article {number} of {law} has no text but is not M"),
                        hint,
                    ));
                }
                (Some(_), Mark::M | Mark::D) => {
                    let hint = "read the published text and mark it V, or leave `text` out: statutes are not quoted from memory";
                    faults.push(source.fault(
                        &trail,
                        format!("article {number} of {law} quotes what was not read"),
                        hint,
                    ));
                }
                (Some(text), _) if text.zh.trim().is_empty() => {
                    let hint = "quote the text, or leave `text` out and mark it M";
                    faults.push(source.fault(&trail, format!("article {number} of {law} has an empty text"), hint));
                }
                _ => {}
            }
        }
    }
    faults.extend(violations(table, instruments));
    faults
}

/// Whether another stands in its place.
pub(super) fn gone(instrument: &Instrument) -> bool {
    instrument.status == LawStatus::Superseded
}

/// What an author writes in place of a superseded instrument.
pub(super) fn instead_of(old: &Instrument) -> String {
    let newer = old.replaced_by.as_ref().map_or("the one in force", |newer| newer.law.as_str());
    format!("name the place in {newer} instead")
}

/// The days of an instrument are days, and in their order.
fn days(source: Source<'_>, instrument: &Instrument) -> Vec<AuthorFault> {
    let from = instrument.replaced_by.as_ref().and_then(|newer| newer.from.as_ref());
    let given = [("issued", instrument.issued.as_ref()), ("effective", instrument.effective.as_ref()), ("from", from)];
    let mut faults = Vec::new();
    let mut before: Option<(&str, jiff::civil::Date)> = None;
    for (name, day) in given.into_iter().filter_map(|(name, day)| Some((name, day?))) {
        let here = format!("{name}:");
        let trail = [here.as_str()];
        let law = &instrument.code;
        match day.parse::<jiff::civil::Date>() {
            // The parser takes other spellings too; one spelling sorts as text and reads alike everywhere.
            Ok(date) if date.to_string() == *day => {
                if let Some((earlier, other)) = before.filter(|(_, other)| *other > date) {
                    let problem = format!("{law}: `{name}` is {day}, before `{earlier}` {other}");
                    faults.push(source.fault(&trail, problem, "issued, then effective, then replaced"));
                }
                before = Some((name, date));
            }
            _ => {
                let problem = format!("{law}: `{name}` is {day}, which is no day");
                faults.push(source.fault(&trail, problem, "write it as '2024-07-01'"));
            }
        }
    }
    faults
}

/// A superseded instrument, and no other, names one in the library that stands in its place.
fn replacement(
    source: Source<'_>,
    instrument: &Instrument,
    instruments: &[(Source<'_>, Instrument)],
) -> Option<AuthorFault> {
    let law = &instrument.code;
    let find = |code: &LawCode| instruments.iter().map(|(_, i)| i).find(|i| &i.code == code);
    match (&instrument.replaced_by, gone(instrument)) {
        (None, false) => None,
        (None, true) => {
            let hint = "add `replaced_by` with `law`, `from` (if known) and `mark`";
            Some(source.fault(&["status:"], format!("{law} is superseded and does not say by what"), hint))
        }
        (Some(newer), false) => {
            let problem = format!("{law} is replaced by {} but not superseded", newer.law);
            Some(source.fault(&["replaced_by:"], problem, "set `status: superseded`, or leave `replaced_by` out"))
        }
        (Some(newer), true) if find(&newer.law).is_none() => {
            let problem = format!("{law} is replaced by {}, which the library has not", newer.law);
            let hint = "add the instrument to laws/, with `articles: []` if nothing of it is quoted";
            Some(source.fault(&["replaced_by:"], problem, hint))
        }
        (Some(newer), true) => {
            // At most as many steps as there are instruments: a longer way has come round.
            let next = |at: &&Instrument| at.replaced_by.as_ref().and_then(|newer| find(&newer.law));
            let way = std::iter::successors(find(&newer.law), next).take(instruments.len());
            let last = way.last().filter(|last| gone(last));
            last.map(|_| {
                let problem = format!("{law} is replaced by {}, and in the end by nothing in force", newer.law);
                source.fault(&["replaced_by:"], problem, "the last of the row must not be superseded")
            })
        }
    }
}

/// Codes are unique; each place of a row is in the library and in force, and no row is surer than the articles it names.
fn violations(
    (source, table): &(Source<'_>, ViolationTable),
    instruments: &[(Source<'_>, Instrument)],
) -> Vec<AuthorFault> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &table.violations {
        let here = format!("code: {}", row.code);
        let trail = [here.as_str()];
        if !seen.insert(&row.code) {
            faults.push(source.fault(&trail, format!("violation {} stands twice", row.code), "keep one row"));
        }
        for place in places(&row.duty).chain(places(&row.penalty)) {
            let found = place.wrong(row, instruments);
            faults.extend(found.map(|(problem, hint)| source.fault(&trail, problem, &hint)));
        }
    }
    faults
}

/// A place as the table writes it: `T739§81①（三）` is article 81, first paragraph, third item.
struct Place<'a> {
    law: &'a str,
    article: &'a str,
    paragraph: Option<usize>,
    item: Option<&'a str>,
}

const PARAGRAPHS: [char; 9] = ['①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨'];

/// The places in a text; what stands around them is the author's words.
fn places(text: &str) -> impl Iterator<Item = Place<'_>> {
    text.match_indices('§').filter_map(|(at, sign)| {
        let (before, after) = text.split_at(at);
        let law = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().filter(|law| !law.is_empty())?;
        let after = after.strip_prefix(sign)?;
        let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        let article = after.strip_suffix(rest)?;
        let paragraph = rest.chars().next().and_then(|first| PARAGRAPHS.iter().position(|sign| *sign == first));
        let item = rest.trim_start_matches(PARAGRAPHS).split_inclusive('）').next();
        let item =
            item.filter(|item| item.starts_with('（') && item.chars().all(|c| "（一二三四五六七八九十）".contains(c)));
        Some(Place { law, article, paragraph, item })
    })
}

impl Place<'_> {
    /// What is wrong with it in this row, and what to do.
    fn wrong(&self, row: &ViolationEntry, instruments: &[(Source<'_>, Instrument)]) -> Option<(String, String)> {
        let (code, law, number) = (&row.code, self.law, self.article);
        let Some(instrument) = instruments.iter().map(|(_, i)| i).find(|i| i.code.as_str() == law) else {
            let hint = "add the instrument to laws/, with the article as M if it was not read";
            return Some((format!("{code} names {law}, which the library has not"), hint.to_owned()));
        };
        if gone(instrument) {
            return Some((format!("{code} names {law}, which is superseded"), instead_of(instrument)));
        }
        let Some(article) = instrument.articles.iter().find(|a| a.article == number) else {
            let hint = "add the article to the law's file; without its text it is marked M";
            return Some((format!("{code} names {law} article {number}: not in the library"), hint.to_owned()));
        };
        if row.mark == Mark::V && article.mark != Mark::V {
            let problem = format!("{code} is V, but {law} article {number} was not read");
            return Some((problem, "read and quote the article first, or mark the row M".to_owned()));
        }
        let missing = self.missing_in(article)?;
        let hint = "①, ② … count the paragraphs that are no items, （一）, （二） … the items";
        Some((format!("{code} names {missing} of {law} article {number}, which has none"), hint.to_owned()))
    }

    /// The paragraph or item that the article, if it was read, has not.
    fn missing_in(&self, article: &Article) -> Option<String> {
        let text = &article.text.as_ref()?.zh;
        let paragraphs = text.lines().filter(|line| !line.starts_with('（')).count();
        let paragraph = self.paragraph.filter(|index| *index >= paragraphs).and_then(|index| PARAGRAPHS.get(index));
        let item = self.item.filter(|item| !text.lines().any(|line| line.starts_with(item)));
        paragraph.map(char::to_string).or_else(|| item.map(str::to_owned))
    }
}
