//! Where the words stand in a text, and the piece of it that is shown.
//!
//! FTS5 answers which texts hold all pairs of a word, this says whether they hold the word: 器械 and 械器 apart are no 器械器.
//! A word that is nowhere to be pointed at was not found.

use super::letters::{self, Class};
use super::query::Word;
use crate::app::views::SearchSpan;

/// A stretch of characters.
type Span = (usize, usize);

/// Characters of a Chinese snippet, and before its first match.
const CHINESE: (usize, usize) = (72, 14);
/// Of one in letters: words are longer.
const LATIN: (usize, usize) = (150, 40);

/// A text with the places of each word in it, in the order of the words.
pub(super) struct Marked<'a> {
    text: &'a str,
    words: Vec<Vec<Span>>,
}

impl<'a> Marked<'a> {
    pub(super) fn new(text: &'a str, words: &[Word]) -> Self {
        let chars = letters::fold(text);
        Self { text, words: words.iter().map(|w| spans(w, &chars)).collect() }
    }

    /// Whether the word of this place was found.
    pub(super) fn has(&self, word: usize) -> bool {
        self.words.get(word).is_some_and(|spans| !spans.is_empty())
    }

    /// Whether any word was.
    pub(super) fn any(&self) -> bool {
        self.words.iter().any(|spans| !spans.is_empty())
    }

    /// All places, for a text that is shown as it stands.
    pub(super) fn marks(&self) -> Vec<SearchSpan> {
        let chars: Vec<char> = self.text.chars().collect();
        in_units(&chars, 0, chars.len(), &self.merged())
    }

    fn merged(&self) -> Vec<Span> {
        let mut all: Vec<Span> = self.words.iter().flatten().copied().collect();
        all.sort_unstable();
        let mut merged: Vec<Span> = Vec::new();
        for (start, end) in all {
            match merged.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        merged
    }

    /// The piece that has most of the words, on one line, and where they stand in it.
    pub(super) fn snippet(&self) -> (String, Vec<SearchSpan>) {
        // One for one, so that places stay.
        let chars: Vec<char> = self.text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
        let latin = chars.iter().filter(|c| c.is_ascii_alphabetic()).count() * 2 > chars.len();
        let (most, lead) = if latin { LATIN } else { CHINESE };
        let start = self.start(&chars, most, lead, latin);
        let end = if chars.len() - start <= most + most / 4 { chars.len() } else { start + most };
        let mut text = String::new();
        let mut before = 0;
        if start > 0 {
            text.push('…');
            before = 1;
        }
        text.extend(&chars[start..end]);
        if end < chars.len() {
            text.push('…');
        }
        let inside: Vec<Span> = self.merged().into_iter().filter(|(s, e)| *s >= start && *e <= end).collect();
        let mut marks = in_units(&chars, start, end, &inside);
        marks.iter_mut().for_each(|m| m.start += before);
        (text, marks)
    }

    fn start(&self, chars: &[char], most: usize, lead: usize, latin: bool) -> usize {
        if chars.len() <= most + most / 4 {
            return 0;
        }
        let all = self.merged();
        let covered = |from: usize| {
            let inside = |(s, e): &Span| *s >= from && *e <= from + most - lead;
            self.words.iter().filter(|spans| spans.iter().any(inside)).count()
        };
        // The first of the best: `max_by_key` would take the last.
        let best = all.iter().map(|(s, _)| *s).rev().max_by_key(|s| covered(*s)).unwrap_or(0);
        let earliest = best.saturating_sub(lead);
        // From the beginning of a sentence or a word, where one is near.
        let begins = |at: &usize| match at.checked_sub(1).and_then(|b| chars.get(b)) {
            None => true,
            Some(c) if latin => *c == ' ',
            Some(c) => matches!(c, '。' | '；' | '：' | ' '),
        };
        (earliest..=best).find(begins).unwrap_or(earliest)
    }
}

/// Spans as UTF-16 units from `start` on.
fn in_units(chars: &[char], start: usize, end: usize, spans: &[Span]) -> Vec<SearchSpan> {
    let units = |from: usize, to: usize| {
        let n: usize = chars.get(from..to.min(end)).unwrap_or_default().iter().map(|c| c.len_utf16()).sum();
        u32::try_from(n).unwrap_or(u32::MAX)
    };
    spans.iter().map(|(s, e)| SearchSpan { start: units(start, *s), len: units(*s, *e) }).collect()
}

fn spans(word: &Word, chars: &[char]) -> Vec<Span> {
    match word {
        Word::Han(wanted) | Word::Article { cited: wanted, .. } => literal(wanted, chars),
        Word::Latin { text, initials } => {
            let wanted: Vec<char> = text.chars().collect();
            let whole = wanted.iter().all(char::is_ascii_digit);
            let mut found = Vec::new();
            for run in letters::runs(chars) {
                match run.class {
                    Class::Letter => found.extend(in_letters(&wanted, whole, run.start, run.chars)),
                    Class::Han if *initials => {
                        let windows = run.chars.windows(wanted.len()).enumerate();
                        let hits = windows.filter(|(_, w)| letters::reads_as(w, &wanted));
                        found.extend(hits.map(|(at, _)| (run.start + at, run.start + at + wanted.len())));
                    }
                    _ => {}
                }
            }
            found
        }
    }
}

fn literal(wanted: &[char], chars: &[char]) -> Vec<Span> {
    let windows = chars.windows(wanted.len().max(1)).enumerate();
    windows.filter(|(_, w)| *w == wanted).map(|(at, _)| (at, at + wanted.len())).collect()
}

/// In one run of letters: at its beginning with joints left out, or at the beginning of one of its pieces.
fn in_letters(wanted: &[char], whole: bool, start: usize, chars: &[char]) -> Vec<Span> {
    let all: Vec<usize> = (0..chars.len()).filter(|at| !letters::joins(chars[*at])).collect();
    let joined: Vec<char> = all.iter().map(|at| chars[*at]).collect();
    let fits = |text: &[char]| if whole { text == wanted } else { text.starts_with(wanted) };
    if fits(&joined)
        && let Some(last) = wanted.len().checked_sub(1).and_then(|n| all.get(n))
    {
        return vec![(start, start + last + 1)];
    }
    let pieces = letters::pieces(chars).filter(|(_, piece)| fits(piece));
    pieces.map(|(at, _)| (start + at, start + at + wanted.len())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::query::Query;
    use super::*;

    fn shown(text: &str, typed: &str) -> Vec<String> {
        let words = Query::read(typed).words;
        let (snippet, marks) = Marked::new(text, &words).snippet();
        let units: Vec<u16> = snippet.encode_utf16().collect();
        let cut = |m: &SearchSpan| String::from_utf16(&units[m.start as usize..(m.start + m.len) as usize]).unwrap();
        marks.iter().map(cut).collect()
    }

    #[test]
    fn marks_point_at_what_was_typed_in_units_of_javascript() {
        let table: &[(&str, &str, &[&str])] = &[
            ("冷链运输全程记录", "冷链", &["冷链"]),
            ("𠮷店冷链👍冷链", "冷链", &["冷链", "冷链"]),
            ("冷链运输", "冷链 链运", &["冷链运"]),
            ("冷链运输", "llys", &["冷链运输"]),
            ("见COLD-05项", "cold-05", &["COLD-05"]),
            ("见COLD-05项", "cold05", &["COLD-05"]),
            ("见COLD-05项", "05", &["05"]),
            ("ＧＳＰ第三条", "gsp", &["ＧＳＰ"]),
            ("依照第四十四条", "44条", &["第四十四条"]),
            ("440", "44", &[]),
            ("The refrigerator", "refri", &["refri"]),
        ];
        for (text, typed, marks) in table {
            assert_eq!(shown(text, typed), *marks, "{typed} in {text}");
        }
    }

    #[test]
    fn a_word_is_not_found_by_its_pairs_apart() {
        let words = Query::read("器械器").words;
        assert!(!Marked::new("器械，械器", &words).any());
    }

    #[test]
    fn a_long_text_shows_the_piece_with_most_words_on_one_line() {
        let filler = "医疗器械经营企业应当符合要求。\n".repeat(20);
        let text = format!("温度不达标。{filler}冷库内温度应当自动监测。{filler}");
        let words = Query::read("温度 冷库").words;
        let (snippet, marks) = Marked::new(&text, &words).snippet();
        assert!(snippet.starts_with('…') && snippet.ends_with('…') && snippet.contains("冷库内温度"), "{snippet}");
        assert!(!snippet.contains('\n') && snippet.chars().count() <= 75);
        assert_eq!(marks.len(), 2);
    }
}
