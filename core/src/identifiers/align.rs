//! Lays a text along a form with the least repair.
//!
//! A shortest path over (characters read, places filled). One table finds both what a regular expression would accept
//! (cost below [`REPAIR`]) and, where nothing fits, the cheapest account of why not: a letter for a digit, a missing 号,
//! three digits short. Tried and rejected: one regular expression for each form and each misprint, which says *no* but
//! never *why*.

use super::pattern::{Field, Form, Need, Place, Takes, digit_meant};
use super::reason::{Fit, Reason, ReasonCode};

/// A filled place of a city: dearer than none, so that 沪嘉食药监 reads 嘉 as the city and 食 as a fixed character.
const CITY: u32 = 1;
/// A usual character that is absent.
const SPELLING: u32 = 2;
/// A blank, where they were kept.
const BLANK: u32 = 3;
/// A character taken for another, a fixed one missing, a decoration too much.
const REPAIR: u32 = 40;
/// A digit too few or too many, or anything else that no repair can supply.
const BREAK: u32 = 1000;
const NEVER: u32 = u32::MAX / 2;
/// More repairs than this in one number are not a misprint any more.
const MOST_REPAIRS: u32 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Match,
    Confused(char),
    Absent,
    Omitted(char),
    Missing(char),
    Blank,
    Decoration,
    Short,
    Extra,
    Wrong,
}

/// A text along a form.
pub(super) struct Aligned {
    pub(super) cost: u32,
    /// What fills each place, where nothing had to be guessed.
    pub(super) filled: Vec<(Field, char)>,
    pub(super) reasons: Vec<Reason>,
    /// Fixed characters that were found, and how many the form has.
    pub(super) fixed: (usize, usize),
}

impl Aligned {
    pub(super) fn fits(&self) -> bool {
        self.cost < BREAK
    }
}

/// The whole text along the whole form.
pub(super) fn align(chars: &[char], form: &Form) -> Aligned {
    let places = form.places();
    let table = Table::new(chars, &places);
    table.trace(chars.len())
}

/// The beginning of a text along the whole form: where it ends best, the longer of equals. `None` where nothing fits.
pub(super) fn align_beginning(chars: &[char], form: &Form) -> Option<(usize, Aligned)> {
    let places = form.places();
    if !chars.first().is_some_and(|c| places.first().is_some_and(|p| p.takes.accepts(*c))) {
        return None;
    }
    let table = Table::new(chars, &places);
    let cost = |end: usize| table.cell(end, places.len()).0;
    let end = (0..=chars.len()).rev().min_by_key(|end| cost(*end))?;
    (cost(end) < BREAK).then(|| (end, table.trace(end)))
}

struct Table<'a> {
    chars: &'a [char],
    places: &'a [Place],
    cells: Vec<(u32, Step)>,
}

impl<'a> Table<'a> {
    fn new(chars: &'a [char], places: &'a [Place]) -> Self {
        let mut table =
            Self { chars, places, cells: vec![(NEVER, Step::Wrong); (chars.len() + 1) * (places.len() + 1)] };
        table.cells[0] = (0, Step::Match);
        for read in 0..=chars.len() {
            for at in 0..=places.len() {
                let cost = table.cell(read, at).0;
                if cost < NEVER {
                    table.leave(read, at, cost);
                }
            }
        }
        table
    }
    fn index(&self, read: usize, at: usize) -> usize {
        read * (self.places.len() + 1) + at
    }
    fn cell(&self, read: usize, at: usize) -> (u32, Step) {
        self.cells[self.index(read, at)]
    }
    fn offer(&mut self, read: usize, at: usize, cost: u32, step: Step) {
        let index = self.index(read, at);
        if cost < self.cells[index].0 {
            self.cells[index] = (cost, step);
        }
    }
    /// Every step out of a cell.
    fn leave(&mut self, read: usize, at: usize, cost: u32) {
        let next = self.chars.get(read).copied();
        let place = self.places.get(at).copied();
        if let Some(place) = place {
            match (place.need, place.takes) {
                (Need::Free, _) => self.offer(read, at + 1, cost, Step::Absent),
                (Need::Usual, Takes::Just(c)) => self.offer(read, at + 1, cost + SPELLING, Step::Omitted(c)),
                (_, Takes::Just(c)) => self.offer(read, at + 1, cost + REPAIR, Step::Missing(c)),
                _ => self.offer(read, at + 1, cost + BREAK, Step::Short),
            }
        }
        let Some(c) = next else { return };
        if let Some(place) = place {
            if place.takes.accepts(c) {
                let price = if place.field == Field::City { CITY } else { 0 };
                self.offer(read + 1, at + 1, cost + price, Step::Match);
            } else if let Some(meant) = place.takes.meant(c) {
                self.offer(read + 1, at + 1, cost + REPAIR, Step::Confused(meant));
            } else if place.need == Need::Must && !c.is_ascii_digit() {
                self.offer(read + 1, at + 1, cost + BREAK + 1, Step::Wrong);
            }
        }
        if c == ' ' {
            self.offer(read + 1, at, cost + BLANK, Step::Blank);
        } else if is_decoration(c) {
            self.offer(read + 1, at, cost + REPAIR, Step::Decoration);
        } else {
            self.offer(read + 1, at, cost + BREAK, Step::Extra);
        }
    }
    /// Walks back from the end of the form at `end` characters.
    fn trace(&self, end: usize) -> Aligned {
        let (mut read, mut at) = (end, self.places.len());
        let cost = self.cell(read, at).0;
        let mut steps = Vec::new();
        while (read, at) != (0, 0) {
            let step = self.cell(read, at).1;
            let (back_read, back_at) = match step {
                Step::Match | Step::Confused(_) | Step::Wrong => (1, 1),
                Step::Absent | Step::Omitted(_) | Step::Missing(_) | Step::Short => (0, 1),
                Step::Blank | Step::Decoration | Step::Extra => (1, 0),
            };
            read -= back_read;
            at -= back_at;
            steps.push((read, at, step));
        }
        steps.reverse();
        self.account(cost, &steps)
    }
    fn account(&self, cost: u32, steps: &[(usize, usize, Step)]) -> Aligned {
        let fixed = self.places.iter().filter(|p| is_telling(p)).count();
        let mut found = 0;
        let mut filled = Vec::new();
        let mut reasons = Vec::new();
        let mut uncounted = Vec::new();
        let (mut repairs, mut blanks) = (0, false);
        for &(read, at, step) in steps {
            let place = self.places.get(at);
            let field = place.map_or(Field::Fixed, |p| p.field);
            let c = self.chars.get(read).copied().unwrap_or_default();
            let position = read + 1;
            match step {
                Step::Match => {
                    found += usize::from(place.is_some_and(is_telling));
                    filled.push((field, c));
                }
                Step::Confused(meant) => {
                    repairs += 1;
                    filled.push((field, meant));
                    let reason = Reason::new(ReasonCode::Confused, Fit::Nearly);
                    reasons.push(reason.with("at", position).with("found", c).with("read", meant));
                }
                Step::Omitted(c) | Step::Missing(c) => {
                    filled.push((field, c));
                    let fit = if matches!(step, Step::Omitted(_)) { Fit::Spelling } else { Fit::Nearly };
                    repairs += u32::from(fit == Fit::Nearly);
                    missing(&mut reasons, position, c, fit);
                }
                Step::Decoration => {
                    repairs += 1;
                    reasons.push(unexpected(position, c, Fit::Nearly));
                }
                Step::Wrong => {
                    let expected = match place.map(|p| p.takes) {
                        Some(Takes::Just(c)) => c.to_string(),
                        Some(Takes::Province) => "province".to_owned(),
                        Some(Takes::Origin) => "准 进 许".to_owned(),
                        _ => "digit".to_owned(),
                    };
                    let reason = Reason::new(ReasonCode::WrongText, Fit::Unfit);
                    reasons.push(reason.with("at", position).with("found", c).with("expected", expected));
                }
                Step::Short if place.is_some_and(|p| p.takes.is_digit()) => uncounted.push(at),
                Step::Short => missing(&mut reasons, position, '…', Fit::Unfit),
                Step::Extra if c.is_ascii_digit() || digit_meant(c).is_some() => uncounted.push(at),
                Step::Extra => reasons.push(unexpected(position, c, Fit::Unfit)),
                Step::Absent => {}
                Step::Blank => blanks = true,
            }
        }
        reasons.extend(self.lengths(steps, &uncounted));
        if blanks {
            reasons.push(Reason::new(ReasonCode::Blanks, Fit::Spelling));
        }
        let mut cost = cost;
        if repairs > MOST_REPAIRS {
            cost += BREAK;
            let reason = Reason::new(ReasonCode::TooManyRepairs, Fit::Unfit);
            reasons.push(reason.with("found", repairs).with("most", MOST_REPAIRS));
        }
        // 浙杭20210045 lacks the very characters that would tell what it is.
        if found * 3 < fixed * 2 {
            cost += BREAK;
            reasons.push(Reason::new(ReasonCode::UnknownForm, Fit::Unfit));
        }
        Aligned { cost, filled, reasons, fixed: (found, fixed) }
    }
    /// One reason for each run of digits with too few or too many.
    fn lengths(&self, steps: &[(usize, usize, Step)], uncounted: &[usize]) -> Vec<Reason> {
        let digit = |at: usize| self.places.get(at).is_some_and(|p| p.takes.is_digit());
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for &at in uncounted {
            // A digit too many is met at the place after the run.
            let inside = if digit(at) || at == 0 { at } else { at - 1 };
            let from = (0..=inside).rev().take_while(|p| digit(*p)).last().unwrap_or(inside);
            let to = (inside..self.places.len()).take_while(|p| digit(*p)).last().map_or(inside, |p| p + 1);
            if !runs.contains(&(from, to)) {
                runs.push((from, to));
            }
        }
        let length = |(from, to): (usize, usize)| {
            let expected = self.places[from..to].iter().filter(|p| p.need == Need::Must).count();
            let inside = |at: usize| at >= from && at < to;
            let found = steps.iter().filter(|(_, at, step)| match step {
                Step::Match | Step::Confused(_) => inside(*at),
                Step::Extra => *at >= from && *at <= to,
                _ => false,
            });
            let reason = Reason::new(ReasonCode::Length, Fit::Unfit);
            reason.with("expected", expected).with("found", found.count())
        };
        runs.into_iter().map(length).collect()
    }
}

/// Missing characters that stand side by side are one reason.
fn missing(reasons: &mut Vec<Reason>, at: usize, c: char, fit: Fit) {
    if c == '号' {
        reasons.push(Reason::new(ReasonCode::MissingHao, fit));
        return;
    }
    let at = at.to_string();
    if let Some(last) = reasons.last_mut()
        && last.code == ReasonCode::MissingText
        && last.fit == fit
        && last.params.get("at") == Some(&at)
    {
        last.params.entry("text".to_owned()).or_default().push(c);
        return;
    }
    reasons.push(Reason::new(ReasonCode::MissingText, fit).with("at", at).with("text", c));
}

fn unexpected(at: usize, c: char, fit: Fit) -> Reason {
    Reason::new(ReasonCode::UnexpectedText, fit).with("at", at).with("found", c)
}

/// A fixed character tells the kind; brackets and dashes tell nothing.
fn is_telling(place: &Place) -> bool {
    matches!(place.takes, Takes::Just(c) if super::pattern::is_han(c)) && place.need == Need::Must
}

/// What people write into a number that has none of it: 国械注准字2015第3140675号.
fn is_decoration(c: char) -> bool {
    matches!(c, '字' | '第' | '号' | '编' | '证' | '(' | ')')
        || (c.is_ascii_punctuation() && c != '|' && c != '!')
        || matches!(c, '。' | '、' | '·' | '“' | '”' | '…')
}
