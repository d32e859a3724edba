//! Unified social credit codes (统一社会信用代码, GB 32100-2015).
//!
//! Weights are powers of 3 modulo 31, a prime of which 3 is a primitive root. So the check character finds **every**
//! single wrong character and **every** exchange of two different ones, but one: the first has weight 1 and so has the
//! check character itself, and these two may be exchanged unnoticed. The alphabet leaves out I, O, S, V, Z.

use super::Checked;
use super::number::{NumberKind, NumberParts, is_division};
use super::pattern::{NumberSource, digit_meant};
use super::reason::{Fit, Reason, ReasonCode, gravest};
use crate::checklist::Mark;

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Offices that register: a character of GB 32100 and its amendments. From memory: an unknown one is a doubt only.
const AUTHORITIES: &str = "123456789ANY";
const LENGTH: usize = 18;
const REGION: std::ops::Range<usize> = 2..8;
/// Readings of letters that the alphabet lacks are tried together only up to this many.
const MOST_READINGS: usize = 64;

/// The check character of the first 17; `None` where one of them is not of the alphabet.
pub(super) fn check_character(code: &[char]) -> Option<char> {
    let mut sum = 0;
    let mut weight = 1;
    for c in code.iter().take(LENGTH - 1) {
        sum += value(*c)? * weight;
        weight = weight * 3 % 31;
    }
    Some(char::from(ALPHABET[(31 - sum % 31) % 31]))
}

fn value(c: char) -> Option<usize> {
    ALPHABET.iter().position(|a| char::from(*a) == c)
}

/// Runs of letters and digits of about the right length are taken for credit codes.
pub(super) fn looks_like_one(chars: &[char]) -> bool {
    (15..=21).contains(&chars.len()) && chars.iter().all(|c| c.is_ascii_alphanumeric() || *c == '-')
}

pub(super) fn check(mut chars: Vec<char>, mut reasons: Vec<Reason>) -> Checked {
    if let Some(at) = chars.iter().position(|c| *c == '-') {
        chars.retain(|c| *c != '-');
        reasons.push(Reason::new(ReasonCode::UnexpectedText, Fit::Nearly).with("at", at + 1).with("found", '-'));
    }
    let reading = if chars.len() == LENGTH {
        read(&chars, &mut reasons)
    } else {
        let reason = Reason::new(ReasonCode::Length, Fit::Unfit).with("expected", LENGTH).with("found", chars.len());
        reasons.push(reason);
        None
    };
    let text = reading.map(|code| {
        reasons.extend(doubts(&code));
        (code.iter().collect(), parts(&code))
    });
    Checked {
        kind: Some(NumberKind::CreditCode),
        fit: gravest(&reasons),
        reading: text.map(|(text, parts)| super::NumberReading { text, parts }),
        reasons,
        mark: Mark::V,
        source: NumberSource::Standard,
        basis: None,
    }
}

/// The code, where one stands or can be read out of it.
fn read(chars: &[char], reasons: &mut Vec<Reason>) -> Option<Vec<char>> {
    let mut options: Vec<Vec<char>> = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        let meant = meant(at, *c);
        if meant.is_empty() {
            reasons.push(Reason::new(ReasonCode::Alphabet, Fit::Unfit).with("at", at + 1).with("found", *c));
        }
        options.push(meant);
    }
    if gravest(reasons) == Fit::Unfit {
        return None;
    }
    let forced = options.iter().zip(chars).any(|(meant, c)| !meant.contains(c));
    let readings = if forced { product(&options) } else { vec![chars.to_vec()] };
    let checks = |code: &[char]| check_character(code) == code.last().copied();
    let mut fitting = readings.into_iter().filter(|code| checks(code));
    if let (Some(code), None) = (fitting.next(), fitting.next()) {
        confused(chars, &code, reasons);
        return Some(code);
    }
    if forced {
        for (at, c) in chars.iter().enumerate().filter(|(at, c)| !options[*at].contains(c)) {
            reasons.push(Reason::new(ReasonCode::Alphabet, Fit::Unfit).with("at", at + 1).with("found", *c));
        }
        return None;
    }
    let nearest = one_look_alike_off(chars);
    let fit = if nearest.is_some() { Fit::Nearly } else { Fit::Unfit };
    let expected = check_character(chars).unwrap_or_default();
    reasons.push(Reason::new(ReasonCode::CheckDigit, fit).with("expected", expected).with("found", chars[LENGTH - 1]));
    confused(chars, nearest.as_deref()?, reasons);
    nearest
}

/// What may stand at a place for what was found there; empty where nothing may.
fn meant(at: usize, c: char) -> Vec<char> {
    if REGION.contains(&at) {
        let digit = if c.is_ascii_digit() { Some(c) } else { digit_meant(c) };
        return digit.into_iter().collect();
    }
    match c {
        c if value(c).is_some() => vec![c],
        'V' => vec!['U', 'Y'],
        c => digit_meant(c).into_iter().collect(),
    }
}

/// Every choice of one option for each place; nothing where there would be too many.
fn product(options: &[Vec<char>]) -> Vec<Vec<char>> {
    if options.iter().map(Vec::len).product::<usize>() > MOST_READINGS {
        return Vec::new();
    }
    options.iter().fold(vec![Vec::new()], |codes, here| {
        let with = |code: &Vec<char>, c: &char| code.iter().copied().chain([*c]).collect();
        codes.iter().flat_map(|code| here.iter().map(move |c| with(code, c))).collect()
    })
}

/// Characters of the alphabet that are taken for each other.
const LOOK_ALIKE: [&str; 4] = ["0DQ", "1L", "8B", "6G"];

/// The only code that differs in one character that is easily taken for another; nothing where there are several. One in
/// thirty-one such changes fits by accident, which is why a person compares the reading with the paper.
fn one_look_alike_off(chars: &[char]) -> Option<Vec<char>> {
    let mut found = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        let alike = LOOK_ALIKE.iter().find(|group| group.contains(*c)).copied().unwrap_or_default();
        for other in alike.chars().filter(|o| o != c && (!REGION.contains(&at) || o.is_ascii_digit())) {
            let mut code = chars.to_vec();
            code[at] = other;
            if check_character(&code) == code.last().copied() {
                found.push(code);
            }
        }
    }
    if found.len() == 1 { found.pop() } else { None }
}

fn confused(chars: &[char], code: &[char], reasons: &mut Vec<Reason>) {
    for (at, (found, read)) in chars.iter().zip(code).enumerate().filter(|(_, (found, read))| found != read) {
        let reason = Reason::new(ReasonCode::Confused, Fit::Nearly);
        reasons.push(reason.with("at", at + 1).with("found", *found).with("read", *read));
    }
}

fn doubts(code: &[char]) -> Vec<Reason> {
    let mut doubts = Vec::new();
    let doubt = |code| Reason::new(code, Fit::Doubt);
    if !AUTHORITIES.contains(code[0]) {
        doubts.push(doubt(ReasonCode::Authority).with("found", code[0]));
    }
    let region: String = code[REGION].iter().collect();
    if !is_division(&region[..2]) {
        doubts.push(doubt(ReasonCode::Region).with("region", region));
    }
    let organisation = &code[8..17];
    let expected = organisation_check(organisation);
    if expected != organisation[8] {
        doubts.push(doubt(ReasonCode::OrganisationCheck).with("expected", expected).with("found", organisation[8]));
    }
    doubts
}

/// Check character of an organisation code (GB 11714): weights 3 7 9 10 5 8 4 2 modulo 11, letters from A = 10.
fn organisation_check(code: &[char]) -> char {
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = code.iter().zip(weights).map(|(c, weight)| c.to_digit(36).unwrap_or_default() * weight).sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or_default(),
    }
}

fn parts(code: &[char]) -> NumberParts {
    NumberParts::CreditCode {
        authority: code[0],
        category: code[1],
        region: code[REGION].iter().collect(),
        organisation: code[8..17].iter().collect(),
        check: code[17],
    }
}
