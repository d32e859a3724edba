//! What can be found, put in by source: a source goes in and out as a whole, in one transaction.

use std::collections::HashSet;

use rusqlite::params;
use xuncha_core::checklist::Text;
use xuncha_core::ids::LawCode;

use super::docs::{self, Doc};
use super::{letters, query};
use crate::app::views::SearchTarget;
use crate::index::{Index, IndexError, Result};

/// The source that the inspections of this phone are.
const INSPECTIONS: &str = "inspections";
/// How far the inspections were put in: the row number of the last.
const INSPECTIONS_TO: &str = "search.inspections";
/// What was put in when nothing was left to put in.
const FILLED: &str = "search.filled";

/// The row number is the ranking. From the highest bits down: superseded (1), how far behind (16), source (20), number within
/// the source (24).
fn place(superseded: bool, behind: usize, source: i64, number: usize) -> Result<i64> {
    let too_many = || IndexError::Row("more to be found than row numbers tell apart".to_owned());
    let number = i64::try_from(number).ok().filter(|n| *n < 1 << 24).ok_or_else(too_many)?;
    let source = Some(source).filter(|s| (0..1 << 20).contains(s)).ok_or_else(too_many)?;
    let behind = i64::try_from(behind.min(0xffff)).map_err(|_| too_many())?;
    Ok(i64::from(superseded) << 60 | behind << 44 | source << 24 | number)
}

fn letters_of(doc: &Doc) -> usize {
    doc.title.zh.chars().count() + doc.body.zh.chars().count()
}

/// BCP 47 tag of the language every text has.
pub(super) const CHINESE: &str = "zh-Hans";

/// A text in every language it has, Chinese first.
pub(super) fn languages(text: &Text) -> impl Iterator<Item = (&str, &str)> {
    let other = text.other.iter().map(|(language, text)| (language.as_str(), text.as_str()));
    std::iter::once((CHINESE, text.zh.as_str())).chain(other)
}

/// All tokens of these texts, each once: the table keeps which stand there, not how often.
fn column<'a>(texts: impl Iterator<Item = &'a str>, own: Option<String>) -> String {
    let mut tokens: HashSet<String> = own.into_iter().collect();
    texts.for_each(|text| letters::tokens(text, &mut tokens));
    tokens.into_iter().collect::<Vec<_>>().join(" ")
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| IndexError::Row(e.to_string()))
}

impl Index {
    /// Whether packs and inspections are the ones that [`Index::note_search_filled`] saw: one look instead of comparing each
    /// source, at every letter that is typed.
    pub fn is_search_filled(&self) -> Result<bool> {
        Ok(self.meta(FILLED)?.as_deref() == Some(self.search_state()?.as_str()))
    }

    /// Notes that nothing is left to put in.
    pub fn note_search_filled(&self) -> Result<()> {
        self.set_meta(FILLED, &self.search_state()?)
    }

    /// Changes with every pack that is published or arrives, and with every new inspection.
    fn search_state(&self) -> Result<String> {
        let sql = "SELECT (SELECT count(*) || '/' || coalesce(sum(seq), 0) || '/' || coalesce(sum(here), 0) FROM packs)
                     || '/' || (SELECT coalesce(max(rowid), 0) FROM inspections)";
        Ok(self.db.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
    }

    /// Names of the sources that are in.
    pub fn search_sources(&self) -> Result<Vec<String>> {
        let mut statement = self.db.prepare_cached("SELECT name FROM search_sources WHERE name <> ?1 ORDER BY name")?;
        let names = statement.query_map([INSPECTIONS], |r| r.get(0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    /// Takes out `gone` and puts in `docs` under a name, as one transaction.
    pub fn fill_search(&mut self, gone: &[String], name: &str, docs: &[Doc]) -> Result<()> {
        self.transaction(|index| {
            for old in gone.iter().map(String::as_str).chain([name]) {
                index.empty_search(old)?;
            }
            let source = index.search_source(name)?;
            let ranked =
                docs.iter().enumerate().map(|(n, doc)| Ok((place(doc.superseded, letters_of(doc), source, n)?, doc)));
            index.put(source, ranked.collect::<Result<Vec<_>>>()?)
        })
    }

    /// Takes out what no longer counts.
    pub fn empty_searches(&mut self, gone: &[String]) -> Result<()> {
        self.transaction(|index| gone.iter().try_for_each(|name| index.empty_search(name)))
    }

    /// Puts in the inspections that came since, the newest before the older.
    pub fn fill_search_with_inspections(&mut self) -> Result<()> {
        let from: i64 = self.meta(INSPECTIONS_TO)?.and_then(|n| n.parse().ok()).unwrap_or(0);
        let new = self.inspections_after(from)?;
        let Some((to, _)) = new.last() else { return Ok(()) };
        self.transaction(|index| {
            let source = index.search_source(INSPECTIONS)?;
            let ranked = new.iter().map(|(row, doc)| {
                let number = usize::try_from(*row).unwrap_or(usize::MAX);
                Ok((place(false, 0xffff_usize.saturating_sub(number), source, number)?, doc))
            });
            index.put(source, ranked.collect::<Result<Vec<_>>>()?)?;
            index.set_meta(INSPECTIONS_TO, &to.to_string())
        })
    }

    /// Number, firm and address of an inspection never change once its row is there, so rows after the last are the new ones.
    fn inspections_after(&self, from: i64) -> Result<Vec<(i64, Doc)>> {
        let sql = "SELECT rowid, id, number, firm, address FROM inspections WHERE rowid > ?1 ORDER BY rowid";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([from])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let id: String = row.get(1)?;
            let id = id.parse().map_err(|e| IndexError::Row(format!("{e}")))?;
            let doc = docs::of_inspection(id, row.get(2)?, row.get(3)?, row.get(4)?);
            found.push((row.get(0)?, doc));
        }
        Ok(found)
    }

    fn search_source(&self, name: &str) -> Result<i64> {
        self.db.prepare_cached("INSERT OR IGNORE INTO search_sources (name) VALUES (?1)")?.execute([name])?;
        let mut statement = self.db.prepare_cached("SELECT id FROM search_sources WHERE name = ?1")?;
        Ok(statement.query_row([name], |r| r.get(0))?)
    }

    fn empty_search(&self, name: &str) -> Result<()> {
        for sql in [
            "DELETE FROM search WHERE rowid IN
               (SELECT place FROM search_rows WHERE source = (SELECT id FROM search_sources WHERE name = ?1))",
            "DELETE FROM search_rows WHERE source = (SELECT id FROM search_sources WHERE name = ?1)",
            "DELETE FROM search_sources WHERE name = ?1",
        ] {
            self.db.prepare_cached(sql)?.execute([name])?;
        }
        Ok(())
    }

    /// In the order of their places: FTS5 writes out all it has in memory whenever a row number is smaller than the last.
    fn put(&self, source: i64, mut ranked: Vec<(i64, &Doc)>) -> Result<()> {
        ranked.sort_unstable_by_key(|(place, _)| *place);
        let mut rows = self.db.prepare_cached(
            "INSERT INTO search_rows (place, source, target, code, title, stands, body, mark, superseded, replaced_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        let mut words = self
            .db
            .prepare_cached("INSERT INTO search (rowid, room, head, place, body) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for (place, doc) in ranked {
            rows.execute(params![
                place,
                source,
                json(&doc.target)?,
                doc.code,
                json(&doc.title)?,
                doc.stands.as_ref().map(json).transpose()?,
                json(&doc.body)?,
                doc.mark.as_ref().map(json).transpose()?,
                doc.superseded,
                doc.replaced_by.as_ref().map(LawCode::as_str),
            ])?;
            let number = match &doc.target {
                SearchTarget::Article { article, .. } => Some(letters::article_token(article)),
                _ => None,
            };
            words.execute(params![
                place,
                query::room(doc.target.room()),
                column(doc.head.iter().map(String::as_str), number),
                column(doc.around.iter().map(String::as_str), None),
                column(languages(&doc.body).map(|(_, text)| text), None),
            ])?;
        }
        Ok(())
    }
}
