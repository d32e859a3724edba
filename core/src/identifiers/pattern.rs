//! The forms of numbers as data. A form is written as it is printed, with capitals for what varies:
//!
//! `P` a province · `C` a character of a city, any of which may be absent · `X` 准, 进 or 许 · `Y` a digit of the year ·
//! `K` the class · `T` the category · `D` a digit of the serial number · `A` a digit or letter of it.
//! After a character: `~` may be absent, `?` is usually there and its absence only a spelling.

use serde::{Deserialize, Serialize};

use super::number::{NumberKind, Province};
use crate::checklist::{Basis, Mark};

/// What a place in a form means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Fixed,
    Province,
    City,
    FoodAndDrug,
    NotCommercial,
    Origin,
    Year,
    Class,
    Category,
    Serial,
}

/// What a place takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Just(char),
    Province,
    City,
    Origin,
    Digit,
    DigitOrLetter,
}

/// Whether a place may stay empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Must,
    Usual,
    Free,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) field: Field,
    pub(super) takes: Takes,
    pub(super) need: Need,
}

impl Takes {
    pub(super) fn accepts(self, c: char) -> bool {
        match self {
            Self::Just(fixed) => c == fixed,
            // 国 is written out where it may stand.
            Self::Province => c != '国' && Province::read(c).is_some(),
            Self::City => is_han(c),
            Self::Origin => matches!(c, '准' | '进' | '许'),
            Self::Digit => c.is_ascii_digit(),
            // Some offices give out letters (鄂汉食药监械经营备2018H006号); these four among digits are misread digits.
            Self::DigitOrLetter => {
                c.is_ascii_digit() || (c.is_ascii_uppercase() && !matches!(c, 'O' | 'I' | 'L' | 'Q'))
            }
        }
    }
    pub(super) fn is_digit(self) -> bool {
        matches!(self, Self::Digit | Self::DigitOrLetter)
    }
    /// What `c` may have been before somebody or something misread it.
    pub(super) fn meant(self, c: char) -> Option<char> {
        match self {
            Self::Digit | Self::DigitOrLetter => digit_meant(c),
            Self::Just(fixed) => LOOK_ALIKE.contains(&(fixed, c)).then_some(fixed),
            Self::Origin => (c == '淮').then_some('准'),
            Self::Province | Self::City => None,
        }
    }
}

/// The digit that a letter or sign is taken for.
pub(super) fn digit_meant(c: char) -> Option<char> {
    match c {
        'O' | 'Q' | 'D' | '〇' | '○' | 'О' => Some('0'),
        'I' | 'L' | '|' | '!' => Some('1'),
        'Z' => Some('2'),
        'S' => Some('5'),
        'G' => Some('6'),
        'B' => Some('8'),
        _ => None,
    }
}

/// Pairs that OCR and hurried eyes take for each other: (meant, found). A proposal of this project, not a standard.
const LOOK_ALIKE: [(char, char); 9] = [
    ('准', '淮'),
    ('注', '住'),
    ('注', '洼'),
    ('械', '诫'),
    ('械', '戒'),
    ('营', '菅'),
    ('监', '临'),
    ('备', '各'),
    ('国', '囯'),
];

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Where a form comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum NumberSource {
    /// An article sets it: see the basis.
    Law,
    /// GB 32100-2015.
    Standard,
    /// Numbers that are in use; the regulations in force set no form.
    InUse,
    /// A rule that has been replaced.
    Replaced,
    /// No form at all.
    Nothing,
}

/// One form of one kind.
pub(super) struct Form {
    pub(super) kind: NumberKind,
    pub(super) template: &'static str,
    /// First year such numbers were given out. From memory throughout; the mark is that of the form.
    pub(super) since: u16,
    /// Last year, where the scheme has ended.
    pub(super) until: Option<u16>,
    pub(super) mark: Mark,
    /// Law and article.
    law: Option<(&'static str, &'static str)>,
}

const fn by_law(kind: NumberKind, template: &'static str, article: &'static str) -> Form {
    Form { kind, template, since: 2014, until: None, mark: Mark::V, law: Some(("O47", article)) }
}

const fn in_use(kind: NumberKind, template: &'static str, since: u16, mark: Mark) -> Form {
    Form { kind, template, since, until: None, mark, law: None }
}

const fn ended(template: &'static str, since: u16, until: u16) -> Form {
    Form { kind: NumberKind::OldRegistration, template, since, until: Some(until), mark: Mark::M, law: None }
}

pub(super) static FORMS: [Form; 19] = {
    use Mark::{M, V};
    use NumberKind as K;
    [
        by_law(K::Registration, "国械注XYYYYKTTDDDD", "115"),
        by_law(K::Registration, "P械注XYYYYKTTDDDD", "115"),
        by_law(K::ClassOneFiling, "国械备YYYYDDDDD~号?", "116"),
        by_law(K::ClassOneFiling, "PC~C~C~械备YYYYDDDDD~号?", "116"),
        ended("国食药监械(X)字YYYY第KTTDDDD号", 2003, 2014),
        ended("国食药监械(X)字YYYY第KTTDDDD号(更)", 2003, 2014),
        ended("PC~C~C~食药监械(X)字YYYY第KTTDDDD号", 2003, 2014),
        ended("PC~C~C~食药监械(X)字YYYY第KTTDDDD号(更)", 2003, 2014),
        ended("国药管械(X)字YYYY第KTTDDDD号", 1998, 2003),
        ended("PC~C~C~药管械(X)字YYYY第KTTDDDD号", 1998, 2003),
        // 54号令 and 53号令 set no form; year and four characters are the rule of 2014.
        in_use(K::DistributionLicence, "PC~C~C~食~药监械经营许YYYYAAAA号?", 2014, M),
        in_use(K::DistributionFiling, "PC~C~C~食~药监械经营备YYYYAAAA号?", 2014, M),
        in_use(K::ProductionLicence, "PC~C~C~食~药监械生产许YYYYAAAA号?", 2000, M),
        in_use(K::ProductionFiling, "PC~C~C~食~药监械生产备YYYYAAAA号?", 2000, M),
        in_use(K::OnlineSalesFiling, "(PC~C~C~)网械企备字(YYYY)第DDDDD号", 2018, V),
        in_use(K::OnlinePlatformFiling, "(PC~C~C~)网械平台备字(YYYY)第DDDDD号", 2018, V),
        in_use(K::InformationCertificate, "(P)-?经营性-YYYY-DDDD", 2004, V),
        in_use(K::InformationCertificate, "(P)-?非经营性-YYYY-DDDD", 2004, V),
        in_use(K::InformationFiling, "(P)网药械信息备字(YYYY)第DDDDD号", 2018, M),
    ]
};

impl Form {
    pub(super) fn source(&self) -> NumberSource {
        match (self.law, self.until) {
            (Some(_), _) => NumberSource::Law,
            (None, Some(_)) => NumberSource::Replaced,
            (None, None) => NumberSource::InUse,
        }
    }
    pub(super) fn basis(&self) -> Option<Basis> {
        self.law.and_then(|(law, article)| basis(law, article, self.mark))
    }
    /// The places of the template, in order.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::with_capacity(self.template.len());
        for c in self.template.chars() {
            let (field, takes) = match c {
                '~' | '?' => {
                    if let Some(last) = places.last_mut() {
                        last.need = if c == '~' { Need::Free } else { Need::Usual };
                    }
                    continue;
                }
                'P' => (Field::Province, Takes::Province),
                'C' => (Field::City, Takes::City),
                'X' => (Field::Origin, Takes::Origin),
                'Y' => (Field::Year, Takes::Digit),
                'K' => (Field::Class, Takes::Digit),
                'T' => (Field::Category, Takes::Digit),
                'D' => (Field::Serial, Takes::Digit),
                'A' => (Field::Serial, Takes::DigitOrLetter),
                '国' => (Field::Province, Takes::Just(c)),
                '食' => (Field::FoodAndDrug, Takes::Just(c)),
                '非' => (Field::NotCommercial, Takes::Just(c)),
                fixed => (Field::Fixed, Takes::Just(fixed)),
            };
            places.push(Place { field, takes, need: Need::Must });
        }
        places
    }
}

/// An article as a list refers to it. `None` only for a law's name that is no name.
pub(super) fn basis(law: &str, article: &str, mark: Mark) -> Option<Basis> {
    Some(Basis { law: law.parse().ok()?, article: article.to_owned(), clause: None, mark })
}

/// Numbers of other things that turn up where a device's number should be: (characters, what). From memory.
pub(super) const OTHER_THINGS: [(&str, &str); 17] = [
    ("国药准字", "drug"),
    ("国药证字", "drug"),
    ("国药试字", "drug"),
    ("药准字", "drug"),
    ("卫消证字", "disinfectant"),
    ("卫消准字", "disinfectant"),
    ("卫消备", "disinfectant"),
    ("国妆", "cosmetic"),
    ("妆特字", "cosmetic"),
    ("妆备", "cosmetic"),
    ("妆网备", "cosmetic"),
    ("妆字", "cosmetic"),
    ("食健字", "health_food"),
    ("食健备", "health_food"),
    ("械广审", "advertisement"),
    ("药广审", "advertisement"),
    ("特医", "special_food"),
];
