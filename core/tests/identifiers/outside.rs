//! Numbers that others collected: credit codes of python-stdnum, numbers from labels, licences and penalty decisions.
//!
//! They are not in this repository. `XUNCHA_DATA` names the folder that holds `ids/`; without it `../shared/data` beside the
//! repository is looked for, and without that the tests say loudly that they were skipped.

use std::path::{Path, PathBuf};

use serde_json::Value;
use xuncha_core::identifiers::{Fit, NumberKind, NumberParts};

use crate::{as_kind, lines, read_any, reading};

fn file(name: &str) -> Option<Value> {
    let data = std::env::var_os("XUNCHA_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    let path = data.join("ids").join(name);
    let Ok(text) = std::fs::read(&path) else {
        assert!(std::env::var_os("XUNCHA_DATA").is_none(), "XUNCHA_DATA is set, but {} is not there", path.display());
        println!("SKIPPED: no numbers from outside; set XUNCHA_DATA to the folder that holds ids/{name}");
        return None;
    };
    Some(serde_json::from_slice(&text).unwrap())
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap())
}

#[test]
fn credit_codes_agree_with_python_stdnum() {
    let Some(file) = file("uscc.json") else { return };
    let code = |text: &str| as_kind(text, &[NumberKind::CreditCode]);
    let mut odd = Vec::new();
    for text in texts(&file["valid"]) {
        let checked = code(text);
        assert!(checked.fit <= Fit::Doubt && reading(&checked) == text, "{text}: {}", lines(&checked));
        if checked.fit == Fit::Doubt {
            odd.push(format!("{text} {}", lines(&checked)));
        }
    }
    println!("{} valid codes, odd: {odd:?}", file["valid"].as_array().unwrap().len());
    for case in file["negative"].as_array().unwrap() {
        let checked = code(case["code"].as_str().unwrap());
        assert!(checked.fit >= Fit::Nearly, "{case}: {}", lines(&checked));
        let expected = match case["verdict"].as_str().unwrap() {
            "InvalidLength" => "length",
            "InvalidChecksum" => "check_digit",
            // stdnum asks for eight digits first; the standard has letters in the first two, and the check character tells.
            "InvalidFormat" => "",
            other => panic!("{other}"),
        };
        assert!(lines(&checked).contains(expected), "{case}: {}", lines(&checked));
    }
    for case in file["formatting"].as_array().unwrap() {
        assert_eq!(reading(&code(case["in"].as_str().unwrap())), case["out"].as_str().unwrap());
    }
}

#[test]
fn numbers_from_labels_and_decisions_are_read_as_what_they_are() {
    let Some(file) = file("device_numbers.json") else { return };
    let mut read = 0;
    for case in file["numbers"].as_array().unwrap() {
        let text = case["n"].as_str().unwrap();
        let checked = read_any(text);
        if case["ok"] == false {
            assert!(checked.fit >= Fit::Nearly, "{case}: {}", lines(&checked));
            assert!(!checked.reasons.is_empty());
            continue;
        }
        let kind = match case["kind"].as_str().unwrap() {
            "registration" => NumberKind::Registration,
            "class1_filing" => NumberKind::ClassOneFiling,
            "registration_pre2014" => NumberKind::OldRegistration,
            "production_licence" => NumberKind::ProductionLicence,
            "class1_production_filing" => NumberKind::ProductionFiling,
            "distribution_licence" => NumberKind::DistributionLicence,
            "class2_distribution_filing" => NumberKind::DistributionFiling,
            "online_sales_filing" => NumberKind::OnlineSalesFiling,
            "online_platform_filing" => NumberKind::OnlinePlatformFiling,
            other => panic!("a kind nobody here knows: {other}"),
        };
        assert_eq!(checked.kind, Some(kind), "{case}: {}", lines(&checked));
        assert!(checked.fit <= Fit::Doubt && reading(&checked) == text, "{case}: {}", lines(&checked));
        let (year, class) = match &checked.reading.as_ref().unwrap().parts {
            NumberParts::Registration { year, class, .. } => (*year, Some(*class)),
            NumberParts::ClassOneFiling { year, .. } => (*year, Some(1)),
            NumberParts::Permit { year, .. }
            | NumberParts::OnlineFiling { year, .. }
            | NumberParts::InformationCertificate { year, .. } => (*year, None),
            NumberParts::CreditCode { .. } => panic!("{case}"),
        };
        assert_eq!(Value::from(year), case["year"], "{case}");
        if let (Some(class), Some(expected)) = (class, case["class"].as_u64()) {
            assert_eq!(u64::from(class), expected, "{case}");
        }
        read += 1;
    }
    assert!(read > 0);
}
