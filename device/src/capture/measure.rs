//! A measured number, as a person types it on a phone keyboard: full-width digits, a decimal comma, the unit glued on.
//! Out comes a canonical decimal *string*: a reading is evidence and must not pass through binary fractions.

use serde::{Deserialize, Serialize};
use xuncha_core::Failure;

/// Most digits of a reading, before and after the point together. More is a slip of the finger or a serial number.
const MAX_DIGITS: usize = 12;

/// The units that inspection items ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// ℃
    Celsius,
    /// %RH
    RelativeHumidity,
    /// %
    Percent,
    /// mm
    Millimetre,
    /// cm
    Centimetre,
    /// m
    Metre,
    /// m²
    SquareMetre,
    /// m³
    CubicMetre,
    /// g
    Gram,
    /// kg
    Kilogram,
    /// s
    Second,
    /// min
    Minute,
    /// h
    Hour,
    /// d
    Day,
    /// V
    Volt,
    /// Pa
    Pascal,
    /// lx
    Lux,
    /// A count of things.
    Piece,
}

/// Unit, its symbol on screens and in the record, and other ways people write it (compared without case and spaces).
const UNITS: &[(Unit, &str, &[&str])] = &[
    (Unit::Celsius, "℃", &["°c", "c", "度", "摄氏度", "º", "°", "ºc", "degc"]),
    (Unit::RelativeHumidity, "%RH", &["rh", "%r.h.", "rh%"]),
    (Unit::Percent, "%", &["percent", "百分之"]),
    (Unit::Millimetre, "mm", &["毫米", "㎜"]),
    (Unit::Centimetre, "cm", &["厘米", "公分", "㎝"]),
    (Unit::Metre, "m", &["米"]),
    (Unit::SquareMetre, "m²", &["m2", "m^2", "㎡", "平方米", "平米", "平方"]),
    (Unit::CubicMetre, "m³", &["m3", "m^3", "㎥", "立方米", "立方"]),
    (Unit::Gram, "g", &["克"]),
    (Unit::Kilogram, "kg", &["公斤", "千克", "㎏"]),
    (Unit::Second, "s", &["sec", "秒"]),
    (Unit::Minute, "min", &["分钟", "分", "mins"]),
    (Unit::Hour, "h", &["hr", "小时", "时"]),
    (Unit::Day, "d", &["天", "日", "days"]),
    (Unit::Volt, "V", &["伏", "伏特"]),
    (Unit::Pascal, "Pa", &["帕", "帕斯卡"]),
    (Unit::Lux, "lx", &["lux", "勒克斯"]),
    (Unit::Piece, "件", &["个", "台", "支", "盒", "箱", "套", "pcs", "瓶", "袋"]),
];

impl Unit {
    /// The symbol on screens and in the record: `℃`, `%RH`, `m²`.
    pub fn symbol(self) -> &'static str {
        UNITS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Every unit, in the order in which a screen offers them.
    pub fn all() -> impl Iterator<Item = Self> {
        UNITS.iter().map(|row| row.0)
    }

    /// The unit that `text` spells (`℃`, `度`, `m2`), without case; `None` when it is none of ours.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        UNITS.iter().find(|row| row.1.to_lowercase() == text || row.2.contains(&text.as_str())).map(|row| row.0)
    }
}

/// A reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Measured {
    /// Canonical decimal: `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, no `-0`. Trailing zeros stay: `4.0` was read more finely than `4`.
    pub value: String,
    /// What it is measured in.
    pub unit: Unit,
}

/// Reads what a person typed. The unit is the one typed, else `expected`. Nothing is converted: what was read off the
/// instrument is what is recorded.
///
/// # Errors
/// `number.unreadable` with `nearest` (a canonical decimal to offer, absent when there is none);
/// `number.other_unit` with `expected` and `typed` (symbols);
/// `number.no_unit` when neither is given.
pub fn parse_measured(typed: &str, expected: Option<Unit>) -> Result<Measured, Failure> {
    let plain = plain(typed);
    let end = plain.find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ','))).unwrap_or(plain.len());
    let (number, rest) = plain.split_at(end);
    let (Some(value), Some(unit)) = (canonical(number), read_unit(rest)) else { return Err(unreadable(&plain)) };
    match (unit, expected) {
        (Some(typed), Some(expected)) if typed != expected => Err(Failure::after_action("number.other_unit")
            .with("expected", expected.symbol())
            .with("typed", typed.symbol())),
        (Some(unit), _) | (None, Some(unit)) => Ok(Measured { value, unit }),
        (None, None) => Err(Failure::after_action("number.no_unit").with("nearest", value)),
    }
}

/// `Some(None)`: no unit was typed; `None`: something was typed that is no unit.
fn read_unit(text: &str) -> Option<Option<Unit>> {
    if text.is_empty() { Some(None) } else { Unit::read(text).map(Some) }
}

/// Full-width forms, the many minus signs and the Chinese full stop become ASCII; spaces go.
fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{200B}' && *c != '\u{FEFF}')
        .map(|c| match c {
            '。' | '．' | '·' => '.',
            '，' | '、' => ',',
            '−' | '–' | '—' | '﹣' | '‐' | '‑' => '-',
            // U+FF01..U+FF5E are ASCII, shifted.
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// `None` for whatever could be meant in two ways: `1,234` is a thousand here and 1.234 in the logger beside it.
fn canonical(number: &str) -> Option<String> {
    let (sign, digits) = match number.as_bytes().first()? {
        b'-' => ("-", &number[1..]),
        b'+' => ("", &number[1..]),
        _ => ("", number),
    };
    let mut parts = digits.split(['.', ',']);
    let (whole, fraction) = (parts.next()?, parts.next());
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let counted = whole.len() + fraction.map_or(0, str::len);
    if parts.next().is_some()
        || !all_digits(whole)
        || !fraction.is_none_or(all_digits)
        || counted == 0
        || counted > MAX_DIGITS
    {
        return None;
    }
    let thousands = digits.contains(',') && fraction.is_some_and(|f| f.len() == 3) && !matches!(whole, "" | "0");
    if thousands {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    };
    let fraction = fraction.filter(|f| !f.is_empty());
    let zero = whole == "0" && fraction.is_none_or(|f| f.bytes().all(|b| b == b'0'));
    let sign = if zero { "" } else { sign };
    Some(fraction.map_or_else(|| format!("{sign}{whole}"), |f| format!("{sign}{whole}.{f}")))
}

fn unreadable(plain: &str) -> Failure {
    let failure = Failure::after_action("number.unreadable");
    match nearest(plain) {
        Some(value) => failure.with("nearest", value),
        None => failure,
    }
}

/// The reading to offer: letters that look like digits are taken for them, thousands commas go, and of what is left the
/// longest beginning that is a number.
fn nearest(plain: &str) -> Option<String> {
    let start = plain.find(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))?;
    let guess: String = plain[start..]
        .chars()
        .map(|c| match c {
            'O' | 'o' => '0',
            'l' | 'I' => '1',
            other => other,
        })
        .take_while(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ','))
        .collect();
    let without_commas: String = guess.chars().filter(|c| *c != ',').collect();
    let first = [guess.as_str(), without_commas.as_str()].into_iter().find_map(canonical);
    first.or_else(|| (1..guess.len()).rev().find_map(|end| canonical(&guess[..end])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str) -> Result<(String, Unit), Failure> {
        parse_measured(typed, Some(Unit::Celsius)).map(|m| (m.value, m.unit))
    }

    #[test]
    fn what_people_type_is_read_as_they_mean_it() {
        for (typed, value) in [
            ("２.５", "2.5"),
            ("２．５", "2.5"),
            ("2。5", "2.5"),
            ("-18,0", "-18.0"),
            ("－１８", "-18"),
            ("−18.5 °C", "-18.5"),
            ("+4.2 ℃", "4.2"),
            ("　4.2度 ", "4.2"),
            (".5", "0.5"),
            ("5.", "5"),
            ("007", "7"),
            ("0,125", "0.125"),
            ("-0.0", "0.0"),
            ("4.0", "4.0"),
        ] {
            assert_eq!(read(typed), Ok((value.to_owned(), Unit::Celsius)), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_read_offers_the_nearest_reading() {
        for (typed, nearest) in [
            ("2O.5", Some("20.5")),
            ("1,234", Some("1234")),
            ("2.5.1", Some("2.5")),
            ("2~8", Some("2")),
            ("约4.2", Some("4.2")),
            ("--3", None),
            ("", None),
            ("冷", None),
            ("1234567890123", Some("123456789012")),
        ] {
            let failure = read(typed).unwrap_err();
            assert_eq!(failure.code, "number.unreadable", "{typed}");
            assert_eq!(failure.params.get("nearest").map(String::as_str), nearest, "{typed}");
        }
    }

    #[test]
    fn a_typed_unit_is_recognised_and_another_one_than_asked_for_is_refused() {
        for (typed, unit) in [
            ("55%RH", Unit::RelativeHumidity),
            ("55 ％ＲＨ", Unit::RelativeHumidity),
            ("12㎡", Unit::SquareMetre),
            ("12 M2", Unit::SquareMetre),
            ("3公斤", Unit::Kilogram),
            ("220v", Unit::Volt),
            ("30分钟", Unit::Minute),
        ] {
            assert_eq!(parse_measured(typed, None).unwrap().unit, unit, "{typed}");
        }
        let failure = parse_measured("12 cm", Some(Unit::Metre)).unwrap_err();
        assert_eq!((failure.code.as_str(), failure.params["typed"].as_str()), ("number.other_unit", "cm"));
        assert_eq!(parse_measured("12", None).unwrap_err().code, "number.no_unit");
    }

    #[test]
    fn every_unit_reads_its_own_symbol_and_no_spelling_means_two_units() {
        let mut seen = std::collections::BTreeSet::new();
        for (unit, symbol, others) in UNITS {
            assert_eq!(parse_measured(&format!("1 {symbol}"), None).unwrap().unit, *unit);
            for spelling in others.iter().map(|s| (*s).to_owned()).chain([symbol.to_lowercase()]) {
                assert!(seen.insert(spelling.clone()), "{spelling} twice");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_reads_as_itself(typed in "\\PC{0,20}|[-+0-9.,０-９ OlI℃]{0,16}") {
            if let Ok(m) = parse_measured(&typed, Some(Unit::Metre)) {
                prop_assert_eq!(parse_measured(&m.value, Some(Unit::Metre)).unwrap(), m);
            }
        }
    }
}
