//! Numbers that check themselves, and the dates that hang on them.
//!
//! **Is**: pure functions over what an inspector types, scans or pastes: credit codes, registration and filing numbers,
//! licences, online filings ([`check`], [`find`]); which day is the last good one ([`PrintedDate`], [`Shelf`]); whether
//! goods were made while a certificate was valid ([`coverage`]); how long a record must be kept ([`keep`]).
//!
//! **Is not**: a verdict. A number that does not fit is a *prompt to compare with the paper*, never a violation: offices
//! have given out numbers that fit no rule, and rules in memory may be wrong. Nor a register: a number that fits may
//! belong to nobody. UDI is another matter and lives elsewhere.
//!
//! **Invariants.** No clock: today is a parameter, a civil day in Asia/Shanghai. The text as typed belongs to the caller
//! and is never replaced here. A reading fits by itself: checked again it is its own normal form. No text makes anything
//! here panic. What is known only from memory says so ([`Mark`]).
//!
//! | Kind | Normal form | Mark |
//! |---|---|---|
//! | `credit_code` | 18 of `0-9A-HJ-NPQRTUWXY`, 3–8 digits | V |
//! | `registration` | 国械注准20223060988 · 沪械注准20172630118 | V |
//! | `old_registration` | 国食药监械(准)字2013第3400123号 | M |
//! | `class_one_filing` | 国械备20200123号 · 浙温械备20210045号 | V |
//! | `distribution_licence`, `_filing` | 沪嘉食药监械经营许20187006号 · 皖马食药监械经营备20140017号 | M |
//! | `production_licence`, `_filing` | 陕食药监械生产许20160021号 · 沪闵食药监械生产备20000157号 | M |
//! | `online_sales_filing`, `online_platform_filing` | (浙杭)网械企备字(2019)第00119号 · (沪)网械平台备字(2019)第00006号 | V |
//! | `information_certificate` | (京)-非经营性-2014-0090 | V |
//! | `information_filing` | (京)网药械信息备字(2021)第00159号 | M |
//!
//! # Reasons
//! | Code | Fit | Parameters |
//! |---|---|---|
//! | `identifier.width` `.blanks` `.lower_case` `.brackets` `.dash` `.traditional` `.label` | spelling | |
//! | `identifier.missing_hao` | spelling; nearly where the form always has it | |
//! | `identifier.missing_text` | nearly; spelling for a dash; unfit where it cannot be guessed (`text` is …) | `text` `at` |
//! | `identifier.unexpected_text` | nearly, unfit | `at` `found` |
//! | `identifier.confused` | nearly | `at` `found` `read` |
//! | `identifier.wrong_text` | unfit | `at` `found` `expected` (characters, or `digit`, `province`) |
//! | `identifier.length` | unfit | `expected` `found` (characters, or digits of the run) |
//! | `identifier.alphabet` | unfit | `at` `found` |
//! | `identifier.check_digit` | nearly, unfit | `expected` `found` |
//! | `identifier.organisation_check` | doubt | `expected` `found` |
//! | `identifier.region` | doubt | `region` |
//! | `identifier.authority` | doubt | `found` |
//! | `identifier.year` | unfit | `year` |
//! | `identifier.year_unusual` | doubt | `year` `since` and perhaps `until` |
//! | `identifier.year_future` | doubt | `year` `today` |
//! | `identifier.class` | unfit | `class` `expected` |
//! | `identifier.class_differs` | doubt | `class` `expected` |
//! | `identifier.origin` | unfit | `found` |
//! | `identifier.category` | doubt | `category` |
//! | `identifier.city_missing` | doubt | `province` |
//! | `identifier.city_unexpected` | doubt | `city` |
//! | `identifier.old_scheme` | doubt | `year` |
//! | `identifier.other_kind` | unfit | `found` (a kind) |
//! | `identifier.not_a_device` | unfit | `what`: `drug` `disinfectant` `cosmetic` `health_food` `special_food` `advertisement` `medical_institution` |
//! | `identifier.unknown_form` `.empty` | unfit | |
//! | `identifier.too_many_repairs` | unfit | `found` `most` |
//! | `identifier.too_long` | unfit | `most` |
//!
//! Dates and retention have codes of their own: see [`DateFault`], [`Keep`], [`RetentionNote`].
//!
//! Where next: `pattern.rs` (the forms as data), `align.rs` (how a text is laid along a form), `rules.rs` (class, issuer,
//! year), `credit.rs` (GB 32100), `spelling.rs`, `find.rs`; `day.rs`, `certificate.rs`, `retention.rs`.

mod align;
mod certificate;
mod credit;
mod day;
mod find;
mod number;
mod pattern;
mod reason;
mod retention;
mod rules;
mod spelling;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::checklist::{Basis, Mark};
use align::Aligned;
use pattern::{FORMS, Form, OTHER_THINGS};
use reason::gravest;

pub use certificate::{Coverage, Period, apply_by, coverage, renewed};
pub use day::{DateFault, DateLabel, PrintedDate, Shelf, Threshold, last_good_day};
pub use find::{Found, find};
pub use number::{Issuer, NumberKind, NumberParts, Origin, Province};
pub use pattern::NumberSource;
pub use reason::{Fit, Reason, ReasonCode};
pub use retention::{Goods, Keep, Kept, RecordKind, RetentionNote, Service, keep};

/// What the caller knows beside the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Context {
    /// The day of the inspection. Without it no year is in the future.
    pub today: Option<Date>,
    /// The class the goods are sold as, 1 to 3, where the inspector knows it.
    pub class: Option<u8>,
}

/// What a text turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Checked {
    /// The kind it was read as, or comes nearest to; none where it is like no number at all.
    pub kind: Option<NumberKind>,
    /// How far it is from that kind.
    pub fit: Fit,
    /// Its normal form up to [`Fit::Doubt`], the nearest number with [`Fit::Nearly`]. With [`Fit::Unfit`] only a number that
    /// reads well and is of another kind, or contradicts itself (a class its issuer does not register).
    pub reading: Option<NumberReading>,
    /// Why to look again, in the order they were met.
    pub reasons: Vec<Reason>,
    /// How sure the form itself is.
    pub mark: Mark,
    /// Where the form comes from.
    pub source: NumberSource,
    /// The article that sets it, where one does.
    pub basis: Option<Basis>,
}

/// A number as it is properly written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct NumberReading {
    /// Normal form: half-width, capitals, round brackets, no blanks, with its 号.
    pub text: String,
    /// Its parts.
    pub parts: NumberParts,
}

/// Reads a text as a number of one of the expected kinds; with none given, of any kind.
pub fn check(text: &str, expected: &[NumberKind], context: &Context) -> Checked {
    let spelled = spelling::spell(text);
    let (chars, reasons) = (spelled.chars, spelled.reasons);
    let spelling = reasons.clone();
    let unknown = |reason| Checked::unknown(spelling.clone(), reason);
    if chars.is_empty() {
        return unknown(Reason::new(ReasonCode::Empty, Fit::Unfit));
    }
    if chars.len() > spelling::MOST_CHARACTERS {
        let most = spelling::MOST_CHARACTERS;
        return unknown(Reason::new(ReasonCode::TooLong, Fit::Unfit).with("most", most));
    }
    let asked = |kind| expected.is_empty() || expected.contains(&kind);
    let as_code = |chars, reasons| {
        let checked = credit::check(chars, reasons);
        if asked(NumberKind::CreditCode) { checked } else { checked.of_another_kind() }
    };
    // Every form has Chinese characters that tell it; such a run has none.
    if credit::looks_like_one(&chars) {
        return as_code(chars, reasons);
    }
    let mut candidates: Vec<Candidate> =
        FORMS.iter().map(|form| Candidate::read(form, &chars, context, asked(form.kind))).collect();
    candidates.sort_by_key(Candidate::rank);
    let best = candidates.into_iter().next().filter(Candidate::is_like);
    if expected == [NumberKind::CreditCode] && best.as_ref().is_none_or(|b| !b.reads()) {
        return as_code(chars, reasons);
    }
    if let Some(what) = other_thing(&chars)
        && best.as_ref().is_none_or(|b| !b.reads())
    {
        return unknown(Reason::new(ReasonCode::NotADevice, Fit::Unfit).with("what", what));
    }
    match best {
        Some(best) if best.asked => best.checked(reasons),
        Some(best) if best.reads() => best.checked(reasons).of_another_kind(),
        _ => unknown(Reason::new(ReasonCode::UnknownForm, Fit::Unfit)),
    }
}

/// A text laid along one form.
struct Candidate {
    form: &'static Form,
    aligned: Aligned,
    reading: Option<NumberReading>,
    asked: bool,
}

impl Candidate {
    fn read(form: &'static Form, chars: &[char], context: &Context, asked: bool) -> Self {
        Self::judge(form, align::align(chars, form), context, asked)
    }
    fn judge(form: &'static Form, mut aligned: Aligned, context: &Context, asked: bool) -> Self {
        let parts =
            aligned.fits().then(|| rules::judge(form, &aligned.filled, context, &mut aligned.reasons)).flatten();
        let text = aligned.filled.iter().map(|(_, c)| *c).collect();
        Self { form, aligned, reading: parts.map(|parts| NumberReading { text, parts }), asked }
    }
    fn fits(&self) -> bool {
        self.reads() && gravest(&self.aligned.reasons) < Fit::Unfit
    }
    fn reads(&self) -> bool {
        self.reading.is_some()
    }
    /// Enough of the fixed characters are there to speak of this kind at all.
    fn is_like(&self) -> bool {
        let (found, all) = self.aligned.fixed;
        self.reads() || found * 2 >= all
    }
    /// What reads without repair first, then what was asked for, then what shows its kind, then what costs least.
    fn rank(&self) -> (u8, bool, bool, u32) {
        let grade = match gravest(&self.aligned.reasons) {
            Fit::Fits | Fit::Spelling | Fit::Doubt => 0,
            Fit::Nearly => 1,
            Fit::Unfit => 2,
        };
        (grade, !self.asked, !self.is_like(), self.aligned.cost)
    }
    fn checked(self, mut reasons: Vec<Reason>) -> Checked {
        reasons.extend(self.aligned.reasons);
        Checked {
            kind: Some(self.form.kind),
            fit: gravest(&reasons),
            reading: self.reading,
            reasons,
            mark: self.form.mark,
            source: self.form.source(),
            basis: self.form.basis(),
        }
    }
}

impl Checked {
    fn unknown(mut reasons: Vec<Reason>, reason: Reason) -> Self {
        reasons.push(reason);
        Self {
            kind: None,
            fit: Fit::Unfit,
            reading: None,
            reasons,
            mark: Mark::D,
            source: NumberSource::Nothing,
            basis: None,
        }
    }
    fn of_another_kind(mut self) -> Self {
        let found = self.kind.and_then(|k| serde_json::to_value(k).ok()).and_then(|v| v.as_str().map(str::to_owned));
        let reason = Reason::new(ReasonCode::OtherKind, Fit::Unfit).with("found", found.unwrap_or_default());
        self.reasons.push(reason);
        self.fit = Fit::Unfit;
        self
    }
}

/// A number of something else, by characters no device's number has. 22 letters and digits are a hospital's (医疗机构登记号).
fn other_thing(chars: &[char]) -> Option<&'static str> {
    let text: String = chars.iter().collect();
    if chars.len() == 22 && chars.iter().all(char::is_ascii_alphanumeric) {
        return Some("medical_institution");
    }
    OTHER_THINGS.iter().find(|(mark, _)| text.contains(mark)).map(|(_, what)| *what)
}
