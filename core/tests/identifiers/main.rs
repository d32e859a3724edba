//! Numbers that check themselves, and the dates that hang on them, through core's public door.
//!
//! `numbers`: every form with its variants and misprints, as tables · `codes`: credit codes and what their check character
//! can promise · `properties`: what holds for any
//! text · `found`: numbers inside a text · `dates`, `retention`: days ·
//! `door`: codes and types as the screens get them · `outside`: numbers that others collected, skipped loudly where they are not at hand.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops where it breaks, and says what it skips")]

mod codes;
mod dates;
mod door;
mod found;
mod numbers;
mod outside;
mod properties;
mod retention;

use jiff::civil::Date;
use xuncha_core::identifiers::{Checked, Context, NumberKind, Reason, check};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// As any kind, on a day of November 2026.
fn read_any(text: &str) -> Checked {
    check(text, &[], &Context { today: Some(day("2026-11-22")), class: None })
}

fn as_kind(text: &str, kinds: &[NumberKind]) -> Checked {
    check(text, kinds, &Context { today: Some(day("2026-11-22")), class: None })
}

/// A reason as one line: code and parameters in the order of their names.
fn line(reason: &Reason) -> String {
    let code = serde_json::to_value(reason.code).unwrap();
    let mut line = code.as_str().unwrap().trim_start_matches("identifier.").to_owned();
    for (key, value) in &reason.params {
        line.push_str(&format!(" {key}={value}"));
    }
    line
}

fn lines(checked: &Checked) -> String {
    checked.reasons.iter().map(line).collect::<Vec<_>>().join("; ")
}

fn reading(checked: &Checked) -> &str {
    checked.reading.as_ref().map_or("", |r| r.text.as_str())
}

/// The parts as a form shows them, without the tag and what is absent.
fn parts(checked: &Checked) -> String {
    let mut words = Vec::new();
    if let Some(reading) = &checked.reading {
        collect(&serde_json::to_value(&reading.parts).unwrap(), &mut words);
    }
    words.join(" ")
}

fn collect(value: &serde_json::Value, words: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                if value.is_object() {
                    collect(value, words);
                } else if !value.is_null() && key != "is" {
                    words.push(format!("{key}={}", value.to_string().trim_matches('"')));
                }
            }
        }
        other => words.push(other.to_string()),
    }
}
