//! One spelling for what people, printers and OCR write in many ways.

use icu_normalizer::ComposingNormalizerBorrowed;

use super::reason::{Fit, Reason, ReasonCode};

/// What a text is once width, blanks, capitals, brackets and dashes no longer differ.
pub(super) struct Spelled {
    pub(super) chars: Vec<char>,
    /// What was changed, each once.
    pub(super) reasons: Vec<Reason>,
}

/// Longer than any number with its label; what comes after is not looked at.
pub(super) const MOST_CHARACTERS: usize = 80;

/// One number, with its label and every blank taken off.
pub(super) fn spell(text: &str) -> Spelled {
    let mut spelled = fold(text.trim_matches(is_blank));
    let blanks = spelled.chars.contains(&' ');
    spelled.chars.retain(|c| *c != ' ');
    let label = spelled.chars.iter().rposition(|c| *c == ':').filter(|colon| colon + 1 < spelled.chars.len());
    if let Some(colon) = label {
        spelled.chars.drain(..=colon);
    }
    for (changed, code) in [(blanks, ReasonCode::Blanks), (label.is_some(), ReasonCode::Label)] {
        if changed {
            spelled.reasons.push(Reason::new(code, Fit::Spelling));
        }
    }
    spelled
}

/// Every character in its one spelling; blanks of all kinds are ' '. Round brackets and the colon are left out of what
/// counts as another width: （）： are how Chinese text writes them.
pub(super) fn fold(text: &str) -> Spelled {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            '：' => ':',
            c => c,
        })
        .collect();
    let narrow = ComposingNormalizerBorrowed::new_nfkc().normalize(&plain);
    let mut changed = Vec::new();
    let mut note = |code| {
        if !changed.contains(&code) {
            changed.push(code);
        }
    };
    let without_blanks = |text: &str| text.chars().filter(|c| !is_blank(*c)).collect::<String>();
    if without_blanks(&narrow) != without_blanks(&plain) {
        note(ReasonCode::Width);
    }
    let mut chars = Vec::new();
    for c in narrow.chars() {
        let (code, c) = match c {
            c if is_blank(c) => {
                chars.push(' ');
                continue;
            }
            '[' | '{' | '〔' | '【' | '〖' | '《' | '<' => (ReasonCode::Brackets, '('),
            ']' | '}' | '〕' | '】' | '〗' | '》' | '>' => (ReasonCode::Brackets, ')'),
            '‐'..='―' | '−' | '─' | '━' | '~' => (ReasonCode::Dash, '-'),
            'a'..='z' => (ReasonCode::LowerCase, c.to_ascii_uppercase()),
            c => match TRADITIONAL.iter().find(|(traditional, _)| *traditional == c) {
                Some((_, simplified)) => (ReasonCode::Traditional, *simplified),
                None => {
                    chars.push(c);
                    continue;
                }
            },
        };
        note(code);
        chars.push(c);
    }
    Spelled { chars, reasons: changed.into_iter().map(|code| Reason::new(code, Fit::Spelling)).collect() }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// Of the characters that patterns have; Hong Kong, Macao and Taiwan labels write them so.
const TRADITIONAL: [(char, char); 17] = [
    ('國', '国'),
    ('註', '注'),
    ('準', '准'),
    ('進', '进'),
    ('許', '许'),
    ('備', '备'),
    ('號', '号'),
    ('藥', '药'),
    ('監', '监'),
    ('經', '经'),
    ('營', '营'),
    ('產', '产'),
    ('網', '网'),
    ('臺', '台'),
    ('滬', '沪'),
    ('業', '业'),
    ('粵', '粤'),
];
