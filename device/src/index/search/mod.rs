//! Full-text search over laws, lists, typical findings and the inspections of this phone.
//!
//! What it is: what can be found ([`docs`]) by source, tokens of our own making in an FTS5 table beside it, and the answer to
//! what somebody typed. What it is not: the truth (that is the packs), nor what decides which pack counts (`app/search`).
//!
//! How it is quick. SQLite's own tokenizers find nothing inside Chinese text (`unicode61`) or miss words of two characters
//! (`trigram`), so texts are cut by us (`letters`) and the table keeps only which token stands in which column: no positions
//! (`detail=column`) and no text (`content=''`). Its row numbers are the ranking: what is in force before what is superseded,
//! then the shorter. FTS5 answers in the order of row numbers, so the first hits are the best and a search ends with them,
//! where sorting by a rank would read every match first. Two questions are asked, titles and codes first.
//!
//! Invariants: a hit can be pointed at (`found`); nothing typed reaches FTS5 unquoted (`query`); what a question costs is
//! bounded by [`MOST_LOOKED_AT`], whatever was typed.

pub mod docs;
mod fill;
mod found;
mod letters;
mod query;

use std::collections::HashSet;

use rusqlite::{OptionalExtension as _, Row};
use xuncha_core::checklist::Text;

use super::{Index, IndexError, Result};
use crate::app::views::{SearchHit, SearchIn, SearchTarget, SearchView};
use fill::{CHINESE, languages};
use found::Marked;
use query::{Query, Word};

pub use docs::Doc;

/// Hits at most, whatever is asked for.
const MOST_HITS: u32 = 100;
/// Rows looked at, whatever is found: words whose pairs stand everywhere and which stand nowhere end here.
const MOST_LOOKED_AT: usize = 600;

const ROW: &str = "SELECT target, code, title, stands, body, mark, superseded, replaced_by FROM search_rows
    WHERE place = ?1";

impl Index {
    /// What has all words of `text`, best first. An empty text, or one without a letter, finds nothing.
    pub fn search(&self, text: &str, within: Option<SearchIn>, limit: u32) -> Result<SearchView> {
        let query = Query::read(text);
        let shortened = query.shortened;
        let limit = usize::try_from(limit.min(MOST_HITS)).unwrap_or(0);
        let (hits, more) = if query.words.is_empty() { (Vec::new(), false) } else { self.find(&query, within, limit)? };
        Ok(SearchView { hits, more, shortened, unread: Vec::new() })
    }

    /// Hits up to the limit, and whether there are more.
    fn find(&self, query: &Query, within: Option<SearchIn>, limit: usize) -> Result<(Vec<SearchHit>, bool)> {
        let mut ask = self.db.prepare_cached("SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid")?;
        let mut row = self.db.prepare_cached(ROW)?;
        let (mut hits, mut seen) = (Vec::new(), HashSet::new());
        for question in [query.in_titles(within), query.anywhere(within)] {
            let mut places = ask.query([question])?;
            while let Some(place) = places.next()?.map(|r| r.get::<_, i64>(0)).transpose()? {
                if !seen.insert(place) {
                    continue;
                }
                if hits.len() == limit || seen.len() > MOST_LOOKED_AT {
                    return Ok((hits, true));
                }
                let kept = row.query_row([place], |r| Ok(kept(r))).optional()?;
                hits.extend(kept.transpose()?.and_then(|(hit, body)| point_at(hit, &body, &query.words)));
            }
        }
        Ok((hits, false))
    }
}

/// A hit without its marks, and the text it is made from.
fn kept(row: &Row<'_>) -> Result<(SearchHit, Text)> {
    fn read<T: serde::de::DeserializeOwned>(json: &str) -> Result<T> {
        serde_json::from_str(json).map_err(|e| IndexError::Row(e.to_string()))
    }
    let text = |column: usize| -> Result<&str> { Ok(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?) };
    let some = |column: usize| -> Result<Option<&str>> {
        Ok(row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?)
    };
    let replaced_by = some(7)?.map(|law| law.parse().map_err(|e| IndexError::Row(format!("{e}")))).transpose()?;
    let hit = SearchHit {
        target: read(text(0)?)?,
        code: text(1)?.to_owned(),
        title: read(text(2)?)?,
        title_marks: Vec::new(),
        place: some(3)?.map(read).transpose()?,
        snippet: String::new(),
        snippet_language: String::new(),
        snippet_marks: Vec::new(),
        mark: some(5)?.map(read).transpose()?,
        superseded: row.get(6)?,
        replaced_by,
    };
    Ok((hit, read(text(4)?)?))
}

/// The hit with its marks; none if a word stands nowhere in it.
///
/// Other languages are looked at for words that the Chinese has not: most of a library is Chinese, and so is what is typed.
fn point_at(mut hit: SearchHit, body: &Text, words: &[Word]) -> Option<SearchHit> {
    let title = Marked::new(&hit.title.zh, words);
    let mut own = Marked::new(&body.zh, words);
    let mut language = CHINESE;
    for (n, word) in words.iter().enumerate() {
        if title.has(n) || own.has(n) || is_its_number(word, &hit.target) {
            continue;
        }
        let this = std::slice::from_ref(word);
        let translated = languages(body).skip(1).find(|(_, text)| Marked::new(text, this).any());
        if let Some((other, text)) = translated {
            if !own.any() {
                (language, own) = (other, Marked::new(text, words));
            }
            continue;
        }
        let place = hit.place.iter().flat_map(languages);
        let mut elsewhere = languages(&hit.title).skip(1).chain(place).map(|(_, text)| text).chain([hit.code.as_str()]);
        if !elsewhere.any(|text| Marked::new(text, this).any()) {
            return None;
        }
    }
    let title_marks = title.marks();
    (hit.snippet, hit.snippet_marks) = own.snippet();
    hit.snippet_language = language.to_owned();
    hit.title_marks = title_marks;
    Some(hit)
}

/// Whether the word is the number of this very article.
fn is_its_number(word: &Word, target: &SearchTarget) -> bool {
    match (word, target) {
        (Word::Article { number, .. }, SearchTarget::Article { article, .. }) => number == article,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
