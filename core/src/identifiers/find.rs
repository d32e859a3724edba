//! Numbers inside a longer text: a pasted line, the words of a photo, the foot of a shop's page.
//!
//! Each line by itself; a number that runs over the end of a line is not found. Where a text can be read in two ways
//! (新华 before 沪嘉食药监…) the reading that begins further left wins.

use serde::{Deserialize, Serialize};

use super::align::align_beginning;
use super::number::is_division;
use super::pattern::FORMS;
use super::reason::{Fit, ReasonCode};
use super::spelling::fold;
use super::{Candidate, Checked, Context, credit};

/// Longer lines are looked at only so far.
const MOST_OF_A_LINE: usize = 2000;
/// More than any number has, with blanks in it.
const MOST_OF_A_NUMBER: usize = 48;

/// A number that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Found {
    /// Which line, from 1.
    pub line: u32,
    /// As it was read there, after width and capitals.
    pub written: String,
    /// What it turned out to be.
    pub checked: Checked,
}

/// Every number in a text, in its order. Only what fits, or nearly; but a credit code whose check character is wrong is
/// found too, because nothing else looks like one.
pub fn find(text: &str, context: &Context) -> Vec<Found> {
    let mut all = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let mut chars = fold(text).chars;
        chars.truncate(MOST_OF_A_LINE);
        let mut at = 0;
        while at < chars.len() {
            let here = &chars[at..chars.len().min(at + MOST_OF_A_NUMBER)];
            let before = at.checked_sub(1).map(|before| chars[before]);
            match code_here(before, here).or_else(|| number_here(here, context)) {
                Some((length, checked)) => {
                    let written = here[..length].iter().collect();
                    all.push(Found { line, written, checked });
                    at += length;
                }
                None => at += 1,
            }
        }
    }
    all
}

/// A run of exactly 18 letters and digits.
fn code_here(before: Option<char>, here: &[char]) -> Option<(usize, Checked)> {
    let length = here.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
    if length != 18 || before.is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let checked = credit::check(here[..length].to_vec(), Vec::new());
    let division: String = here[2..4].iter().collect();
    let mistyped = || is_division(&division) && checked.reasons.iter().any(|r| r.code == ReasonCode::CheckDigit);
    (checked.fit < Fit::Unfit || mistyped()).then_some((length, checked))
}

fn number_here(here: &[char], context: &Context) -> Option<(usize, Checked)> {
    let candidates = FORMS.iter().filter_map(|form| {
        let (length, aligned) = align_beginning(here, form)?;
        let candidate = Candidate::judge(form, aligned, context, true);
        candidate.fits().then_some((length, candidate))
    });
    let (length, best) = candidates.min_by_key(|(length, c)| (c.rank(), std::cmp::Reverse(*length)))?;
    Some((length, best.checked(Vec::new())))
}
