use xuncha_core::identifiers::{Fit, NumberKind};

use crate::{as_kind, lines, parts, read_any, reading};

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const VALID: [&str; 5] =
    ["91350100M000100Y43", "91450200MA5QFK3G6Y", "91330302MA2ABCD01J", "12654004MB0A1B2C38", "52540100MJA0123458"];

fn fits(code: &str) -> bool {
    as_kind(code, &[NumberKind::CreditCode]).fit < Fit::Nearly
}

/// The sum of GB 32100 from scratch, as another hand would write it.
fn by_hand(code: &str) -> bool {
    let weight = |at: usize| if at == 17 { 1 } else { 3usize.pow(at as u32) };
    let sum: usize = code.chars().enumerate().map(|(at, c)| ALPHABET.find(c).unwrap() * weight(at)).sum();
    sum.is_multiple_of(31)
}

#[test]
fn valid_codes_fit_and_fall_into_their_parts() {
    for code in VALID {
        assert!(fits(code) && by_hand(code), "{code}: {}", lines(&read_any(code)));
        assert_eq!(read_any(code).kind, Some(NumberKind::CreditCode), "recognised without being asked for");
    }
    let checked = read_any("91450200MA5QFK3G6Y");
    assert_eq!(checked.fit, Fit::Fits);
    assert_eq!(parts(&checked), "authority=9 category=1 check=Y organisation=MA5QFK3G6 region=450200");
}

#[test]
fn codes_that_do_not_fit_say_why() {
    for (code, fit, nearest, why) in [
        ("91350100M000100Y4Z", Fit::Unfit, "", "alphabet at=18 found=Z"),
        ("91110105MA01ABCD2X", Fit::Unfit, "", "check_digit expected=6 found=X"),
        (
            "9135O1OOM000100Y43",
            Fit::Nearly,
            "91350100M000100Y43",
            "confused at=5 found=O read=0; confused at=7 found=O read=0; confused at=8 found=O read=0",
        ),
        ("9I350100M000100Y43", Fit::Nearly, "91350100M000100Y43", "confused at=2 found=I read=1"),
        (
            "91350100MOOO1OOY43",
            Fit::Nearly,
            "91350100M000100Y43",
            "confused at=10 found=O read=0; confused at=11 found=O read=0; confused at=12 found=O read=0; confused at=14 found=O read=0; confused at=15 found=O read=0",
        ),
        ("91350100M000100V43", Fit::Nearly, "91350100M000100Y43", "confused at=16 found=V read=Y"),
        ("9135010DM000100Y43", Fit::Nearly, "91350100M000100Y43", "confused at=8 found=D read=0"),
        ("91350100M000100Y4", Fit::Unfit, "", "length expected=18 found=17"),
        ("91350100M000100Y433", Fit::Unfit, "", "length expected=18 found=19"),
        ("9135010XM000100Y43", Fit::Unfit, "", "alphabet at=8 found=X"),
        ("９１３５０１００ｍ０００１００ｙ４３", Fit::Spelling, "91350100M000100Y43", "width; lower_case"),
        ("91 350100 M000100Y43", Fit::Spelling, "91350100M000100Y43", "blanks"),
        ("统一社会信用代码:91350100M000100Y43", Fit::Spelling, "91350100M000100Y43", "label"),
        ("91-350100-M000100Y4-3", Fit::Nearly, "91350100M000100Y43", "unexpected_text at=3 found=-"),
        ("12345", Fit::Unfit, "", "length expected=18 found=5"),
    ] {
        let checked = as_kind(code, &[NumberKind::CreditCode]);
        assert_eq!((checked.fit, reading(&checked), lines(&checked).as_str()), (fit, nearest, why), "{code}");
    }
}

/// B for 8 is of the alphabet on both sides: only the check character can tell.
#[test]
fn a_look_alike_of_the_alphabet_is_offered_only_where_one_alone_fits() {
    let checked = read_any("91450200MA5QFK3G6Y".replace("G6", "66").as_str());
    assert_eq!(checked.fit, Fit::Nearly);
    assert_eq!(reading(&checked), "91450200MA5QFK3G6Y");
    assert_eq!(lines(&checked), "check_digit expected=L found=Y; confused at=16 found=6 read=G");
}

/// Weights are powers of a primitive root modulo a prime: no single wrong character goes unseen.
#[test]
fn every_single_wrong_character_is_seen() {
    for code in VALID {
        for at in 0..18 {
            for other in ALPHABET.chars().filter(|c| Some(*c) != code.chars().nth(at)) {
                let wrong: String = code.chars().enumerate().map(|(n, c)| if n == at { other } else { c }).collect();
                assert!(!fits(&wrong), "{code} {wrong}");
            }
        }
    }
}

/// All exchanges but that of the first with the last, whose weights are both 1.
#[test]
fn every_exchange_is_seen_but_that_of_the_first_with_the_last() {
    for code in VALID {
        let chars: Vec<char> = code.chars().collect();
        for one in 0..18 {
            for other in one + 1..18 {
                let mut swapped = chars.clone();
                swapped.swap(one, other);
                let swapped: String = swapped.iter().collect();
                if swapped != code && (one, other) != (0, 17) {
                    assert!(!fits(&swapped), "{code} {swapped}");
                }
            }
        }
    }
    assert!(by_hand("91350100M000100Y43") && by_hand("31350100M000100Y49"), "the one exchange mod 31 lets through");
    assert!(fits("31350100M000100Y49"));
}

#[test]
fn a_code_that_fits_may_still_be_odd() {
    // Check characters made to fit, everything else made up.
    for (code, why) in [
        ("81009900M000100Y4", "region region=009900"),
        ("Q1350100M000100Y4", "authority found=Q"),
        ("91350100M000100Y5", "organisation_check expected=4 found=5"),
    ] {
        let whole = ALPHABET.chars().map(|c| format!("{code}{c}")).find(|code| by_hand(code)).unwrap();
        let checked = read_any(&whole);
        assert_eq!((checked.fit, lines(&checked).as_str()), (Fit::Doubt, why), "{whole}");
    }
}
