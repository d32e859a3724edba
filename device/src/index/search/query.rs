//! What somebody typed, as words to look for and as the questions FTS5 is asked.
//!
//! Nothing typed reaches FTS5 as it stands: a question is made of tokens of our own making, each quoted, so no operator, quote
//! or emoji can mean anything. Words are cut to a bounded number, so no text can make a slow question.

use super::letters::{self, Class, Run, WINDOW};
use crate::app::views::SearchIn;

/// Characters of the text that are looked at.
const MOST_CHARS: usize = 80;
/// Words that are looked for.
const MOST_WORDS: usize = 8;
/// Characters of one word.
const MOST_OF_WORD: usize = 24;

/// Something to look for. A hit has all words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// Chinese characters in a row.
    Han(Vec<char>),
    /// Letters and digits, joints left out; `initials` if it may also be the initials of pinyin.
    Latin { text: String, initials: bool },
    /// Number of an article, and the characters that a text may hold in its place: as typed, or as a law cites it.
    Article { number: String, cited: Vec<char> },
}

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub words: Vec<Word>,
    /// Something was left out.
    pub shortened: bool,
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// 四十四条, 第四十四条.
fn article_in(chars: &[char]) -> Option<Word> {
    let numerals = chars.strip_suffix(&['条'])?;
    let number = letters::number(numerals.strip_prefix(&['第']).unwrap_or(numerals))?;
    // 十条 is article 10, and also the end of 第四十条: the text is still looked for as it was typed.
    Some(Word::Article { number: number.to_string(), cited: chars.to_vec() })
}

/// 44 out of 44条.
fn article_before(digits: &Run<'_>, after: Option<&Run<'_>>) -> Option<Word> {
    let closes = after.is_some_and(|r| r.chars == ['条'] && r.start == digits.start + digits.chars.len());
    // A law has hundreds of articles, not millions.
    let short = digits.chars.len() <= 4 && digits.chars.iter().all(char::is_ascii_digit);
    let number: String = digits.chars.iter().collect();
    let number: u32 = number.parse().ok().filter(|n| closes && short && *n > 0)?;
    let cited = format!("第{}条", letters::numerals(number)).chars().collect();
    Some(Word::Article { number: number.to_string(), cited })
}

/// Words of a run of Chinese: the number of an article at its end is a word of its own (规范第四十四条), and so is what stands
/// before one in digits (规范第44条).
fn chinese(chars: &[char], before_article: bool, shortened: &mut bool) -> Vec<Word> {
    let last = chars.iter().rposition(|c| *c == '第').unwrap_or(0);
    let (name, article) = match article_in(&chars[last..]) {
        Some(article) => (&chars[..last], Some(article)),
        None if before_article => (chars.strip_suffix(&['第']).unwrap_or(chars), None),
        None => (chars, None),
    };
    let name = Some(name).filter(|name| !name.is_empty()).map(|name| Word::Han(cut(name, shortened)));
    name.into_iter().chain(article).collect()
}

impl Query {
    /// Reads what somebody typed.
    pub(super) fn read(text: &str) -> Self {
        let text = text.trim();
        let mut shortened = text.chars().nth(MOST_CHARS).is_some();
        let begin: String = text.chars().take(MOST_CHARS).collect();
        let chars = letters::fold(&begin);
        let runs = letters::runs(&chars);
        let mut words = Vec::new();
        let mut at = 0;
        while let Some(run) = runs.get(at) {
            let next = runs.get(at + 1);
            if run.class == Class::Han {
                let before_article = next.is_some_and(|next| article_before(next, runs.get(at + 2)).is_some());
                words.extend(chinese(run.chars, before_article, &mut shortened));
            } else if let Some(article) = article_before(run, next) {
                words.push(article);
                // Its 条.
                at += 1;
            } else {
                words.push(latin(&cut(run.chars, &mut shortened)));
            }
            at += 1;
        }
        let mut once: Vec<Word> = Vec::new();
        for word in words {
            if !once.contains(&word) {
                once.push(word);
            }
        }
        shortened |= once.len() > MOST_WORDS;
        once.truncate(MOST_WORDS);
        Self { words: once, shortened }
    }

    /// Everything in title and code: the first question.
    pub(super) fn in_titles(&self, within: Option<SearchIn>) -> String {
        let strict: Vec<String> = self.words.iter().map(|w| w.expression(true)).collect();
        ask("head", &strict, within)
    }

    /// Everything anywhere, and at least one word in what is the hit's own: the second question.
    pub(super) fn anywhere(&self, within: Option<SearchIn>) -> String {
        let loose: Vec<String> = self.words.iter().map(|w| w.expression(false)).collect();
        ask("head body", &loose, within)
    }
}

fn cut(chars: &[char], shortened: &mut bool) -> Vec<char> {
    *shortened |= chars.len() > MOST_OF_WORD;
    chars.iter().take(MOST_OF_WORD).copied().collect()
}

fn latin(chars: &[char]) -> Word {
    let initials = chars.len() > 1 && chars.iter().all(char::is_ascii_lowercase);
    Word::Latin { text: letters::compact(chars), initials }
}

/// The name of a room of the library in the table.
pub(super) fn room(within: SearchIn) -> &'static str {
    match within {
        SearchIn::Laws => "laws",
        SearchIn::Items => "items",
        SearchIn::Findings => "findings",
        SearchIn::Inspections => "inspections",
    }
}

fn ask(own: &str, words: &[String], within: Option<SearchIn>) -> String {
    let mut question = match words {
        [only] => format!("{{{own}}} : ({only})"),
        several => {
            // `place` is where a hit stands (its law, its list): it answers for a word, never for all of them.
            let (all, any) = (several.join(" AND "), several.join(" OR "));
            format!("({{{own} place}} : ({all})) AND ({{{own}}} : ({any}))")
        }
    };
    if let Some(within) = within {
        question = format!("({question}) AND {{room}} : \"{}\"", room(within));
    }
    question
}

fn quoted(token: impl std::fmt::Display) -> String {
    format!("\"{token}\"")
}

fn all_of(tokens: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = tokens.collect();
    if let [one] = all.as_slice() { one.clone() } else { format!("({})", all.join(" AND ")) }
}

fn pairs(chars: &[char]) -> String {
    if chars.len() < 2 {
        return all_of(chars.iter().map(quoted));
    }
    all_of(chars.windows(2).map(|pair| quoted(pair.iter().collect::<String>())))
}

impl Word {
    /// The word as FTS5 is asked for it. `strict`: the number of an article is only that article's own.
    fn expression(&self, strict: bool) -> String {
        match self {
            Self::Han(chars) => pairs(chars),
            Self::Article { number, .. } if strict => quoted(letters::article_token(number)),
            Self::Article { number, cited } => {
                format!("({} OR {})", quoted(letters::article_token(number)), pairs(cited))
            }
            // A number is itself: 44 is not the beginning of 440.
            Self::Latin { text, .. } if is_digits(text) => quoted(text),
            Self::Latin { text, initials: false } => format!("{}*", quoted(text)),
            Self::Latin { text, initials: true } => {
                let chars: Vec<char> = text.chars().collect();
                let star = if chars.len() < WINDOW { "*" } else { "" };
                let windows = chars.windows(WINDOW.min(chars.len()));
                let spelt = all_of(windows.map(|w| format!("{}{star}", quoted(letters::initials_token(w)))));
                format!("({}* OR {spelt})", quoted(text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn han(text: &str) -> Word {
        Word::Han(text.chars().collect())
    }
    fn latin_word(text: &str, initials: bool) -> Word {
        Word::Latin { text: text.into(), initials }
    }
    fn article_word(number: u32, cited: &str) -> Word {
        Word::Article { number: number.to_string(), cited: cited.chars().collect() }
    }

    #[test]
    fn what_is_typed_falls_into_words() {
        let table = [
            ("冷链 运输", vec![han("冷链"), han("运输")]),
            ("冷藏、冷冻", vec![han("冷藏"), han("冷冻")]),
            ("COLD-05", vec![latin_word("cold05", false)]),
            ("llys", vec![latin_word("llys", true)]),
            ("GSP 44", vec![latin_word("gsp", true), latin_word("44", false)]),
            ("gsp四十四条", vec![latin_word("gsp", true), article_word(44, "四十四条")]),
            ("第四十四条", vec![article_word(44, "第四十四条")]),
            ("第44条", vec![article_word(44, "第四十四条")]),
            ("规范第四十四条", vec![han("规范"), article_word(44, "第四十四条")]),
            ("规范第44条", vec![han("规范"), article_word(44, "第四十四条")]),
            ("第三类医疗器械", vec![han("第三类医疗器械")]),
            ("条例 44条", vec![han("条例"), article_word(44, "第四十四条")]),
            ("2023年第153号", vec![latin_word("2023", false), han("年第"), latin_word("153", false), han("号")]),
            ("冷链 冷链", vec![han("冷链")]),
            ("👩‍⚕️ \"*()^", vec![]),
            ("", vec![]),
        ];
        for (text, words) in table {
            let read = Query::read(text);
            assert_eq!((read.words, read.shortened), (words, false), "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let long = "冷链运输温度记录 abc ".repeat(1_000);
        let read = Query::read(&long);
        assert!(read.shortened && read.words.len() <= MOST_WORDS);
        let one = Query::read(&"冷链".repeat(5_000));
        assert!(one.shortened);
        assert_eq!(one.words, [Word::Han("冷链".repeat(MOST_OF_WORD / 2).chars().collect())]);
    }

    #[test]
    fn a_question_holds_nothing_but_quoted_tokens_columns_and_operators() {
        let hostile = "a\" OR b) NEAR(冷* -链 ^x {body}: 'y\0z";
        let asked = Query::read(hostile).anywhere(Some(SearchIn::Laws));
        let outside: String = asked.split('"').step_by(2).collect();
        let left = outside.split(|c: char| " (){}:*".contains(c)).filter(|word| !word.is_empty());
        for word in left {
            assert!(["AND", "OR", "head", "place", "body", "room"].contains(&word), "{word} in {asked}");
        }
    }
}
