//! How texts are compared: letter by letter, so that what is found can be pointed at in the text as it was written.
//!
//! Chinese has no spaces: a run of characters is known by its single characters, its pairs and the initials of its pinyin,
//! four at a time. A run of latin letters and digits is known as a whole and by its parts: `COLD-05` is `cold05`, `cold`, `05`.

use std::collections::HashSet;

use pinyin::ToPinyin as _;

/// Initials that are kept together in one token. Four are what somebody types for a word; longer ones are put together again.
pub(super) const WINDOW: usize = 4;
/// Marks a token of initials: `ll` typed is both a latin word and 冷链.
const INITIALS: char = 'ˇ';
/// Marks the number of an article in what leads to it.
const ARTICLE: char = '§';

/// Characters that laws and lists read in a second way too, or mostly in one that the table of readings does not put first.
fn second(c: char) -> Option<char> {
    Some(match c {
        '重' | '长' | '盛' => 'c',
        '石' => 'd',
        '行' => 'h',
        '校' | '给' | '奇' | '系' | '期' | '车' => 'j',
        '会' => 'k',
        '没' => 'm',
        '否' | '便' => 'p',
        '率' | '参' | '单' => 's',
        '调' | '弹' => 't',
        '遗' => 'w',
        '降' | '省' | '解' => 'x',
        '乐' => 'y',
        '藏' | '曾' | '朝' | '传' => 'z',
        _ => return None,
    })
}

/// What a character is to a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A Chinese character.
    Han,
    /// A letter or digit of any other script.
    Letter,
    /// Everything between: spaces, marks, emoji.
    Gap,
}

/// One kind of characters in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run<'a> {
    pub class: Class,
    /// Place of its first character in the text.
    pub start: usize,
    pub chars: &'a [char],
}

fn fold_one(c: char) -> char {
    let c = match c {
        // Full-width forms lie in the order of ASCII.
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        // A letter that becomes two would move every place behind it.
        _ => c,
    }
}

/// The text as it is compared: one character for one, full-width as ASCII, small letters.
pub(super) fn fold(text: &str) -> Vec<char> {
    text.chars().map(fold_one).collect()
}

fn class(c: char) -> Class {
    match c {
        '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}'
        | '〇' => Class::Han,
        c if c.is_alphabetic() || c.is_ascii_digit() => Class::Letter,
        _ => Class::Gap,
    }
}

/// Whether it joins letters into one run: `cold-05`.
pub(super) fn joins(c: char) -> bool {
    matches!(c, '-' | '/' | '.' | '_')
}

/// The runs of a folded text, gaps left out. A joint between two letters belongs to their run: `cold-05`.
pub(super) fn runs(chars: &[char]) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut start = 0;
    while let Some(&first) = chars.get(start) {
        let of = class(first);
        let mut end = start + 1;
        while let Some(&c) = chars.get(end) {
            let letter_behind = chars.get(end + 1).is_some_and(|next| class(*next) == Class::Letter);
            if class(c) == of || (of == Class::Letter && joins(c) && letter_behind) {
                end += 1;
            } else {
                break;
            }
        }
        if of != Class::Gap {
            runs.push(Run { class: of, start, chars: &chars[start..end] });
        }
        start = end;
    }
    runs
}

/// A run of letters without its joints: `cold-05` → `cold05`.
pub(super) fn compact(chars: &[char]) -> String {
    chars.iter().filter(|c| !joins(**c)).collect()
}

/// Pieces of a run of letters between its joints, with their places in it.
pub(super) fn pieces(chars: &[char]) -> impl Iterator<Item = (usize, &[char])> {
    let mut at = 0;
    chars.split(|c| joins(*c)).map(move |piece| {
        let start = at;
        at += piece.len() + 1;
        (start, piece)
    })
}

/// First letters of the readings of a character: one, or two; none if it has no reading.
fn initials(c: char) -> [Option<char>; 2] {
    let first = c.to_pinyin().and_then(|p| p.plain().chars().next());
    [first, second(c).filter(|s| Some(*s) != first)]
}

/// Whether `letters` are the initials of `chars`, one for one.
pub(super) fn reads_as(chars: &[char], letters: &[char]) -> bool {
    chars.len() == letters.len() && chars.iter().zip(letters).all(|(c, l)| initials(*c).contains(&Some(*l)))
}

/// The token of up to [`WINDOW`] initials.
pub(super) fn initials_token(letters: &[char]) -> String {
    std::iter::once(INITIALS).chain(letters.iter().copied()).collect()
}

/// The token of an article's number.
pub(super) fn article_token(number: &str) -> String {
    format!("{ARTICLE}{number}")
}

/// Every reading of a window of characters, whose initials these are; none if one of them has no reading.
fn readings(window: &[[Option<char>; 2]], into: &mut HashSet<String>) {
    let doubtful = window.iter().filter(|[_, second]| second.is_some()).count();
    for choice in 0..1_u32 << doubtful {
        let mut token = String::from(INITIALS);
        let mut bit = 0;
        for [first, second] in window {
            let takes_second = second.is_some() && choice >> bit & 1 == 1;
            bit += u32::from(second.is_some());
            match if takes_second { second } else { first } {
                Some(letter) => token.push(*letter),
                None => return,
            }
        }
        into.insert(token);
    }
}

/// All tokens by which a text is found.
pub(super) fn tokens(text: &str, into: &mut HashSet<String>) {
    let chars = fold(text);
    for run in runs(&chars) {
        if run.class == Class::Han {
            let read: Vec<_> = run.chars.iter().map(|c| initials(*c)).collect();
            for (at, c) in run.chars.iter().enumerate() {
                into.insert(c.to_string());
                if let Some(pair) = run.chars.get(at..at + 2) {
                    into.insert(pair.iter().collect());
                    // Towards the end of the run the windows grow shorter: its last words are words too.
                    let end = (at + WINDOW).min(run.chars.len());
                    readings(&read[at..end], into);
                }
            }
        } else {
            into.insert(compact(run.chars));
            into.extend(pieces(run.chars).map(|(_, piece)| piece.iter().collect()));
        }
    }
}

/// The number that Chinese numerals write, up to 9999; none for anything else.
pub(super) fn number(numerals: &[char]) -> Option<u32> {
    let (mut total, mut digit) = (0, None);
    for c in numerals {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            _ => 0,
        };
        if unit > 0 {
            total += digit.take().unwrap_or(1) * unit;
        } else {
            let value = "零一二三四五六七八九".chars().position(|n| n == if *c == '〇' { '零' } else { *c })?;
            // Two digits in a row are no number of an article.
            if digit.replace(u32::try_from(value).ok()?).is_some_and(|before| before > 0) {
                return None;
            }
        }
    }
    Some(total + digit.unwrap_or(0)).filter(|n| *n > 0)
}

/// How a law writes its articles' numbers: 44 → 四十四, 10 → 十, 105 → 一百零五.
pub(super) fn numerals(number: u32) -> String {
    let digits: Vec<usize> = number.to_string().bytes().map(|b| usize::from(b - b'0')).collect();
    let mut out = String::new();
    let mut skipped = false;
    for (at, digit) in digits.iter().enumerate() {
        let unit = ["", "十", "百", "千"].get(digits.len() - 1 - at).copied().unwrap_or("");
        if *digit == 0 {
            skipped = true;
            continue;
        }
        if std::mem::take(&mut skipped) && !out.is_empty() {
            out.push('零');
        }
        // 十四, not 一十四; but 一百一十四.
        if !(*digit == 1 && unit == "十" && out.is_empty()) {
            out.extend("零一二三四五六七八九".chars().nth(*digit));
        }
        out.push_str(unit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens_of(text: &str) -> HashSet<String> {
        let mut found = HashSet::new();
        tokens(text, &mut found);
        found
    }

    #[test]
    fn a_run_of_chinese_is_known_by_characters_pairs_and_initials() {
        let found = tokens_of("冷链运输、车");
        for token in ["冷", "输", "冷链", "链运", "运输", "ˇllys", "ˇlys", "ˇys", "车"] {
            assert!(found.contains(token), "{token} of {found:?}");
        }
        assert!(!found.contains("输车"), "a mark between parts the run");
        assert_eq!(found.len(), 5 + 3 + 3);
    }

    #[test]
    fn a_code_is_known_as_a_whole_and_by_its_parts_in_any_width() {
        for text in ["COLD-05", "ＣＯＬＤ－０５", "cold-05。"] {
            assert_eq!(tokens_of(text), ["cold05", "cold", "05"].map(str::to_owned).into(), "{text}");
        }
        assert_eq!(tokens_of("-5-"), ["5".to_owned()].into());
    }

    #[test]
    fn a_character_with_two_readings_is_found_by_both() {
        let cold = fold("冷藏");
        assert!(reads_as(&cold, &['l', 'c']) && reads_as(&cold, &['l', 'z']) && !reads_as(&cold, &['l', 'l']));
        assert!(tokens_of("冷藏").contains("ˇlz") && tokens_of("冷藏").contains("ˇlc"));
    }

    #[test]
    fn numerals_of_articles_read_and_write_alike() {
        for (text, n) in [
            ("一", 1),
            ("十", 10),
            ("十四", 14),
            ("四十四", 44),
            ("一百零五", 105),
            ("一百一十", 110),
            ("一千二百六十", 1260),
        ] {
            assert_eq!((number(&fold(text)), numerals(n)), (Some(n), text.to_owned()));
        }
        assert_eq!(number(&fold("一百〇五")), Some(105));
        for text in ["", "零", "四四", "许可"] {
            assert_eq!(number(&fold(text)), None, "{text}");
        }
    }

    #[test]
    fn every_number_of_an_article_reads_back() {
        for n in 1..=9_999 {
            assert_eq!(number(&fold(&numerals(n))), Some(n), "{}", numerals(n));
        }
    }
}
