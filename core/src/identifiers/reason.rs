use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How far a text is from a number of its kind. Ordered: the gravest reason decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// It fits as it stands.
    Fits,
    /// The same number, spelled otherwise: a screen may take the normal form without asking.
    Spelling,
    /// It fits, but something about it is unusual: worth a look at the paper.
    Doubt,
    /// It does not fit as it stands; the reading is the nearest number that does, and a person must compare it.
    Nearly,
    /// It does not fit, and no small repair makes it fit.
    Unfit,
}

/// Why to look again. The screens own the words; the parameters of each are in the table of this room's door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
pub enum ReasonCode {
    /// Full-width or compatibility characters were read as plain ones.
    #[serde(rename = "identifier.width")]
    Width,
    /// Blanks or invisible characters inside the number were left out.
    #[serde(rename = "identifier.blanks")]
    Blanks,
    /// Lower-case letters were read as capitals.
    #[serde(rename = "identifier.lower_case")]
    LowerCase,
    /// Other brackets than round ones.
    #[serde(rename = "identifier.brackets")]
    Brackets,
    /// Another dash than the plain hyphen.
    #[serde(rename = "identifier.dash")]
    Dash,
    /// Traditional characters were read as simplified ones.
    #[serde(rename = "identifier.traditional")]
    Traditional,
    /// Something before a colon (注册证编号：) was left out.
    #[serde(rename = "identifier.label")]
    Label,
    /// The 号 at the end is missing.
    #[serde(rename = "identifier.missing_hao")]
    MissingHao,
    /// Fixed characters are missing: `text` before `at`; `…` for one that cannot be supplied.
    #[serde(rename = "identifier.missing_text")]
    MissingText,
    /// Characters that do not belong there: `found`, `at`.
    #[serde(rename = "identifier.unexpected_text")]
    UnexpectedText,
    /// A character that is easily taken for another: `at`, `found`, `read`.
    #[serde(rename = "identifier.confused")]
    Confused,
    /// Another character than the pattern has there: `at`, `found`, `expected`.
    #[serde(rename = "identifier.wrong_text")]
    WrongText,
    /// A run of digits or the whole code is too short or too long: `expected`, `found`.
    #[serde(rename = "identifier.length")]
    Length,
    /// A character that the code's alphabet does not have at this place: `at`, `found`.
    #[serde(rename = "identifier.alphabet")]
    Alphabet,
    /// The check character does not fit the others: `expected`, `found`.
    #[serde(rename = "identifier.check_digit")]
    CheckDigit,
    /// The organisation code inside (GB 11714) does not fit its own check character: `expected`, `found`.
    #[serde(rename = "identifier.organisation_check")]
    OrganisationCheck,
    /// No province begins with these two digits: `region`.
    #[serde(rename = "identifier.region")]
    Region,
    /// No registering authority is known by this first character: `found`.
    #[serde(rename = "identifier.authority")]
    Authority,
    /// No year at all for a number of this kind: `year`.
    #[serde(rename = "identifier.year")]
    Year,
    /// Such numbers were not given out in that year: `year`, `since`, and `until` where the scheme has ended.
    #[serde(rename = "identifier.year_unusual")]
    YearUnusual,
    /// After the day of the inspection: `year`, `today`.
    #[serde(rename = "identifier.year_future")]
    YearFuture,
    /// This issuer does not register that class: `class`, `expected` (`3`, `2`, or `2 3`).
    #[serde(rename = "identifier.class")]
    Class,
    /// The number's class is not the class the goods are sold as: `class`, `expected`.
    #[serde(rename = "identifier.class_differs")]
    ClassDiffers,
    /// Only the national authority registers imported goods (进, 许): `found`.
    #[serde(rename = "identifier.origin")]
    Origin,
    /// Not a category of the 2017 catalogue: `category`.
    #[serde(rename = "identifier.category")]
    Category,
    /// A city issues these; the number names none: `province`.
    #[serde(rename = "identifier.city_missing")]
    CityMissing,
    /// The province issues these; the number names a city: `city`.
    #[serde(rename = "identifier.city_unexpected")]
    CityUnexpected,
    /// A registration of before October 2014, long expired; goods made while it was valid may still be there: `year`.
    #[serde(rename = "identifier.old_scheme")]
    OldScheme,
    /// It reads as a number of another kind than was asked for: `found`.
    #[serde(rename = "identifier.other_kind")]
    OtherKind,
    /// The number of something that is no medical device, or no number of goods: `what`.
    #[serde(rename = "identifier.not_a_device")]
    NotADevice,
    /// More repairs than a misprint has: `found`, `most`.
    #[serde(rename = "identifier.too_many_repairs")]
    TooManyRepairs,
    /// Like none of the patterns, or without the characters that tell which.
    #[serde(rename = "identifier.unknown_form")]
    UnknownForm,
    /// More text than a number: `most` characters.
    #[serde(rename = "identifier.too_long")]
    TooLong,
    /// Nothing was written.
    #[serde(rename = "identifier.empty")]
    Empty,
}

/// One thing to look at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Reason {
    /// Which. The words hang on it.
    pub code: ReasonCode,
    /// How far this one alone takes the text from the pattern.
    pub fit: Fit,
    /// Values for the sentence. `at` counts characters from 1, after blanks and a label were left out.
    pub params: BTreeMap<String, String>,
}

impl Reason {
    pub(super) fn new(code: ReasonCode, fit: Fit) -> Self {
        Self { code, fit, params: BTreeMap::new() }
    }
    pub(super) fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.params.insert(key.to_owned(), value.to_string());
        self
    }
}

/// The gravest of them.
pub(super) fn gravest(reasons: &[Reason]) -> Fit {
    reasons.iter().map(|r| r.fit).max().unwrap_or(Fit::Fits)
}
