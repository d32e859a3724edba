//! The folder `checklists/` as shipped: it reads, it holds together, its marks are honest, and an author who breaks it is
//! told where. `XUNCHA_UPDATE=1` rewrites the published schemas instead of comparing them.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it breaks")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use xuncha_core::checklist::{self, AuthorFault, EvidenceKind, Item, Mark, Subject, Text, When, applies};
use xuncha_core::conclusion::{Tallies, Tally};
use xuncha_core::law::{LawLibrary, LawStatus};
use xuncha_core::library::{Library, schema_of, schemas};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../checklists")
}

/// Every file of the folder's rooms, named as HQ names it.
fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let room = entry.unwrap().path();
        if !room.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(&room).unwrap() {
            let path = file.unwrap().path();
            let name = path.strip_prefix(folder()).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(files.len() >= 10, "the folder is not where the test looks");
    files
}

fn library() -> Library {
    Library::from_files(files()).unwrap_or_else(|faults| panic!("{}", told(&faults)))
}

fn told(faults: &[AuthorFault]) -> String {
    faults.iter().map(|f| format!("{f}\n")).collect()
}

/// The folder with one text replaced once, as an author might break it.
fn faults_after(file: &str, from: &str, to: &str) -> Vec<AuthorFault> {
    let mut files = files();
    let (_, text) = files.iter_mut().find(|(name, _)| name == file).unwrap();
    assert!(text.contains(from), "{file} has no {from:?} to break");
    *text = text.replacen(from, to, 1);
    Library::from_files(files).expect_err("the broken folder was read without a fault")
}

fn items(library: &Library) -> impl Iterator<Item = &Item> {
    library.lists.iter().flat_map(|list| list.items())
}

/// Every list of the domain reference: how many items run on from 01, and those called otherwise.
const LISTS: &[(&str, u32, &[&str])] = &[
    ("LIC", 17, &[]),
    ("SUP", 9, &[]),
    ("PRD", 12, &[]),
    ("ACC", 12, &[]),
    ("STO", 12, &[]),
    ("OFF", 6, &[]),
    ("COLD", 23, &[]),
    ("SAL", 13, &[]),
    ("UDI", 8, &[]),
    ("STER", 8, &[]),
    ("STH", 9, &[]),
    ("VBP", 9, &["VBP-H1", "VBP-H2"]),
    ("LENS", 13, &[]),
    ("AES", 12, &[]),
    ("CON", 9, &[]),
    ("IVD", 10, &[]),
    ("EPI", 7, &[]),
    ("NET", 15, &[]),
    ("NETP", 5, &[]),
    ("USE", 25, &[]),
    ("OXY", 6, &[]),
    ("DENT", 6, &[]),
    ("C1M", 16, &[]),
    ("ADR", 7, &["ADR-M1", "ADR-M2", "ADR-M3", "ADR-M4"]),
    ("SELF", 5, &[]),
    ("REOP", 4, &[]),
    ("TPL", 8, &[]),
];

#[test]
fn the_lists_have_every_item_of_the_domain_reference_and_no_other() {
    let library = library();
    for list in &library.lists {
        let code = list.code.as_str();
        let (_, last, others) = LISTS.iter().find(|(known, ..)| *known == code).expect(code);
        let have: BTreeSet<String> = list.items().map(|i| i.code.to_string()).collect();
        let numbered = (1..=*last).map(|n| format!("{code}-{n:02}"));
        assert_eq!(have, numbered.chain(others.iter().map(|o| (*o).to_owned())).collect());
    }
    assert_eq!(library.lists.len(), LISTS.len());
}

#[test]
fn every_file_satisfies_its_published_schema() {
    for (name, text) in files() {
        let schema = schema_of(&name).unwrap_or_else(|| panic!("{name} has no schema"));
        let schema = schemas().into_iter().find(|(file, _)| *file == schema).unwrap().1;
        let validator = jsonschema::validator_for(&schema).unwrap();
        let value: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|e| format!("{name} {}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_the_parser_refuses() {
    let schema = schemas().into_iter().find(|(file, _)| *file == "checklist.schema.json").unwrap().1;
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (_, cold) = files().into_iter().find(|(name, _)| name == "lists/COLD.yaml").unwrap();
    for (from, to) in [("severity: major", "severity: huge"), ("methods:", "metods:"), ("mark: D", "mark: X")] {
        let value: serde_json::Value = serde_saphyr::from_str(&cold.replacen(from, to, 1)).unwrap();
        assert!(!validator.is_valid(&value), "{to}");
    }
}

#[test]
fn the_published_schemas_are_what_the_code_generates() {
    let update = std::env::var_os("XUNCHA_UPDATE").is_some();
    for (name, schema) in schemas() {
        let path = folder().join(name);
        if update {
            std::fs::write(&path, serde_json::to_string_pretty(&schema).unwrap() + "\n").unwrap();
        }
        // As values: the order of keys depends on features that other crates of a build may switch on.
        let published = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
        assert_eq!(
            published,
            Some(schema),
            "{name} is stale: run this test with XUNCHA_UPDATE=1 and commit the result"
        );
    }
}

#[test]
fn every_item_speaks_both_languages_and_says_how_what_and_why() {
    let spoken = |code: &str, what: &str, text: &Text| {
        assert!(text.zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{code}: {what} has no Chinese");
        assert!(text.other.get("en").is_some_and(|en| !en.trim().is_empty()), "{code}: {what} has no English");
    };
    let library = library();
    for item in items(&library) {
        let code = item.code.as_str();
        spoken(code, "text", &item.text);
        spoken(code, "how", &item.how);
        assert!(item.how.zh.contains("符合：") && item.how.other["en"].contains("Conforms:"), "{code}: what counts?");
        assert!((3..=6).contains(&item.findings.len()), "{code}: {} findings", item.findings.len());
        for finding in &item.findings {
            spoken(code, "finding", &finding.text);
            assert_ne!(finding.mark, Mark::V, "{code}: a phrase from practice is nobody's verified text");
        }
        for rule in &item.evidence {
            spoken(code, "evidence", rule.what.as_ref().unwrap());
            assert_eq!(rule.mark, Mark::D, "{code}: evidence rules are this project's proposal");
        }
        match &item.grounds {
            Some(grounds) => spoken(code, "grounds", grounds),
            None => assert!(!item.basis.is_empty() && !item.violations.is_empty(), "{code}: what does it rest on?"),
        }
    }
    for list in &library.lists {
        spoken(list.code.as_str(), "title", &list.title);
        for section in &list.sections {
            spoken(list.code.as_str(), "section", &section.title);
        }
    }
    for field in &library.form.fields {
        spoken(&field.field, "label", &field.label);
    }
}

#[test]
fn a_non_conformity_always_asks_for_a_context_picture_and_a_close_up() {
    for item in items(&library()) {
        let minimum = item.evidence.iter().find(|r| r.kind == EvidenceKind::Photo && r.when == When::NonConforming);
        assert_eq!(minimum.map(|r| r.min), Some(2), "{}", item.code);
    }
}

#[test]
fn measured_items_ask_for_numbers_with_a_unit_and_logger_items_for_the_file() {
    let library = library();
    let checked = |code: &str, kind| {
        let item = items(&library).find(|i| i.code.as_str() == code).unwrap();
        item.evidence.iter().find(|r| r.kind == kind && r.when == When::Checked).map(|r| r.min)
    };
    assert_eq!(checked("COLD-05", EvidenceKind::File), Some(1));
    assert_eq!(checked("COLD-02", EvidenceKind::Photo), Some(1));
    assert_eq!(checked("COLD-10", EvidenceKind::Measure), Some(2));
    assert_eq!(checked("ACC-09", EvidenceKind::Measure), Some(3));
    for item in items(&library) {
        let measures = item.evidence.iter().any(|r| r.kind == EvidenceKind::Measure);
        assert_eq!(measures, item.unit.is_some(), "{}: a number has a unit, a unit has a number", item.code);
    }
}

/// Instruments of which nobody could read the published text: what rests on them is shown as 待核实.
const UNREAD: &[&str] = &["CC154", "O38", "NETGSP", "UDI66", "AES30", "N30", "GL20", "G78", "CHK54"];

#[test]
fn marks_claim_no_more_than_was_read() {
    let library = library();
    for item in items(&library) {
        assert_eq!(item.key.mark, Mark::D, "{}: the official ※ allocation was not read", item.code);
        assert!(item.violations.iter().all(|v| v.mark == Mark::D), "{}: the mapping is our reading", item.code);
        for basis in &item.basis {
            let expected = if UNREAD.contains(&basis.law.as_str()) { Mark::M } else { Mark::V };
            assert_eq!(basis.mark, expected, "{} {}", item.code, basis.law);
        }
    }
    let guideline = library.laws.article(&"CC154".parse().unwrap(), "8").unwrap().1;
    assert_eq!((guideline.mark, &guideline.text), (Mark::M, &None));
    assert_eq!(library.rule(&"routine".parse().unwrap()).unwrap().mark, Mark::M);
}

#[test]
fn every_basis_opens_an_article_and_every_verified_article_has_its_text() {
    let library = library();
    for item in items(&library) {
        for basis in &item.basis {
            let (_, article) = library.laws.article(&basis.law, &basis.article).unwrap();
            assert_eq!(basis.mark == Mark::V, article.text.is_some(), "{} {} {}", item.code, basis.law, basis.article);
        }
    }
    for instrument in &library.laws.instruments {
        for article in &instrument.articles {
            assert_eq!(article.mark == Mark::V, article.text.is_some(), "{} {}", instrument.code, article.article);
        }
    }
}

#[test]
fn the_violation_table_is_whole_and_names_places_but_no_amounts() {
    let library = library();
    let have: Vec<String> = library.laws.violations.iter().map(|v| v.code.to_string()).collect();
    let want: Vec<String> = (1..=45).map(|n| format!("V{n:02}")).collect();
    assert_eq!(have, want);
    for row in &library.laws.violations {
        for text in [&row.title.zh, &row.duty, &row.penalty] {
            assert!(!text.contains(['元', '万', '倍']), "{}: {text}", row.code);
        }
    }
    for code in ["V29", "V35", "V36", "V37", "V38", "V39"] {
        let row = library.laws.violations.iter().find(|v| v.code.as_str() == code).unwrap();
        assert_eq!(row.mark, Mark::M, "{code}: its penalty clause was not read");
    }
}

#[test]
fn an_item_is_asked_only_where_its_text_binds() {
    let library = library();
    let asked = |code: &str, kind: &str, modes: &[&str]| {
        let modes = modes.iter().map(|m| (*m).to_owned()).collect();
        let subject = Subject { kind: kind.into(), modes, flags: vec![] };
        applies(items(&library).find(|i| i.code.as_str() == code).unwrap(), &subject)
    };
    let store = Subject { kind: "hospital".into(), modes: vec![], flags: vec!["cold_chain".into()] };
    assert!(applies(items(&library).find(|i| i.code.as_str() == "COLD-11").unwrap(), &store));
    for (code, yes, no) in [
        ("COLD-03", &["wholesale", "wholesale_retail", "third_party_logistics"][..], &["retail", "hospital"][..]),
        ("COLD-21", &["retail", "wholesale_retail", "optician", "pharmacy"], &["wholesale", "hospital"]),
        ("COLD-22", &["hospital", "clinic", "laboratory"], &["wholesale", "retail", "pharmacy"]),
        // Users have an item of their own, COLD-22; the others are for a user who runs a cold store (below).
        ("COLD-11", &["wholesale", "retail", "manufacturer"], &["hospital"]),
        ("SUP-03", &["wholesale", "retail", "online"], &["hospital"]),
        ("SUP-05", &["wholesale", "hospital"], &[]),
        ("ACC-02", &["wholesale", "clinic"], &[]),
        ("ACC-08", &["wholesale", "pharmacy"], &["clinic"]),
    ] {
        for kind in yes {
            assert!(asked(code, kind, &[]), "{code} must be asked of {kind}");
        }
        for kind in no {
            assert!(!asked(code, kind, &[]), "{code} must not be asked of {kind}");
        }
    }
    assert!(asked("COLD-21", "online", &["retail"]), "a further form counts like the first");
}

/// Counts with nothing open: `(total, not applicable, non-conforming)` of key and of general items.
fn tallies(key: (u32, u32, u32), general: (u32, u32, u32)) -> Tallies {
    let tally =
        |(total, not_applicable, non_conforming)| Tally { total, not_applicable, non_conforming, ..Tally::default() };
    Tallies { key: tally(key), general: tally(general) }
}

#[test]
fn the_conclusion_rules_give_the_outcomes_of_the_reference_vectors() {
    let library = library();
    let vectors = [
        // 20 key and 60 general items: the vectors of the domain reference
        ("licence-verification", tallies((20, 0, 0), (60, 0, 0)), "pass"),
        ("licence-verification", tallies((20, 0, 2), (60, 0, 12)), "rectify"),
        ("licence-verification", tallies((20, 0, 3), (60, 0, 0)), "fail"),
        ("licence-verification", tallies((20, 0, 0), (60, 0, 13)), "fail"),
        ("licence-verification", tallies((20, 5, 2), (60, 0, 0)), "fail"),
        // nothing left to divide by: the rate is 0
        ("licence-verification", tallies((0, 0, 0), (0, 0, 0)), "pass"),
        ("licence-verification", tallies((20, 20, 0), (60, 0, 12)), "rectify"),
        // third-party logistics: no key item may fail, general up to a tenth
        ("third-party-logistics", tallies((20, 0, 0), (60, 0, 0)), "pass"),
        ("third-party-logistics", tallies((20, 0, 0), (60, 0, 6)), "rectify"),
        ("third-party-logistics", tallies((20, 0, 0), (60, 0, 7)), "fail"),
        ("third-party-logistics", tallies((20, 0, 1), (60, 0, 0)), "fail"),
        ("third-party-logistics", tallies((20, 0, 0), (60, 10, 6)), "fail"),
        ("third-party-logistics", tallies((0, 0, 0), (0, 0, 0)), "pass"),
        // routine supervision never says 未通过检查
        ("routine", tallies((20, 0, 0), (60, 0, 0)), "pass"),
        ("routine", tallies((20, 0, 20), (60, 0, 60)), "rectify"),
    ];
    for (rule, tallies, expected) in vectors {
        let rule = library.rule(&rule.parse().unwrap()).unwrap();
        assert_eq!(rule.conclude(&tallies).unwrap().code, expected, "{} {tallies:?}", rule.code);
    }
    let licence = library.rule(&"licence-verification".parse().unwrap()).unwrap();
    let days: Vec<_> = licence.outcomes.iter().map(|o| o.rectify_working_days).collect();
    assert_eq!(days, [None, Some(30), None]);
}

#[test]
fn an_item_corrected_on_the_spot_counts_as_conforming() {
    let library = library();
    let mut counts = tallies((20, 0, 0), (60, 0, 0));
    counts.key.corrected = 20;
    let rule = library.rule(&"licence-verification".parse().unwrap()).unwrap();
    assert_eq!(rule.conclude(&counts).unwrap().code, "pass");
}

#[test]
fn an_author_who_breaks_a_file_is_told_file_line_and_what_to_do() {
    let cold = "lists/COLD.yaml";
    let line_of = |needle: &str| {
        let text = &files().into_iter().find(|(name, _)| name == cold).unwrap().1;
        text.lines().position(|l| l.contains(needle)).unwrap() as u64 + 1
    };
    let faults = faults_after(cold, "severity: major", "severty: major");
    assert_eq!((faults[0].file.as_str(), faults[0].line), (cold, line_of("severity: major")), "{}", told(&faults));
    assert!(faults[0].problem.contains("severty"), "{}", told(&faults));
    assert!(faults[0].hint.as_deref().unwrap().contains("checklist.schema.json"), "{}", told(&faults));

    let faults = faults_after(cold, "article: '44', clause: （一）", "article: '444', clause: （一）");
    assert_eq!((faults.len(), faults[0].line), (1, line_of("article: '44', clause: （一）")), "{}", told(&faults));
    assert!(faults[0].problem.contains("GSP article 444"), "{}", told(&faults));
}

#[test]
fn what_only_shows_between_files_is_found_too() {
    let cases = [
        ("lists/COLD.yaml", "code: V10", "code: V99", "V99"),
        ("lists/COLD.yaml", "law: CC154, article: '8', mark: M", "law: CC154, article: '8', mark: V", "as V"),
        ("lists/COLD.yaml", "clause: （一）", "clause: （十九）", "（十九）"),
        ("laws/CC154.yaml", "mark: M", "mark: V", "no text"),
        ("laws/T739.yaml", "    mark: V", "    mark: M", "was not read"),
        ("laws/violations.yaml", "duty: T739§42", "duty: T738§42", "T738"),
        ("laws/violations.yaml", "code: V02", "code: V01", "twice"),
        ("laws/GSP.yaml", "code: GSP", "code: T739", "twice"),
        ("rules/routine.yaml", "code: routine", "code: third-party-logistics", "twice"),
        ("rules/routine.yaml", "den: 1", "den: 0", "denominator 0"),
        ("forms/on-site-record.yaml", "field: recorder", "field: officers", "twice"),
    ];
    for (file, from, to, problem) in cases {
        let faults = faults_after(file, from, to);
        let found = faults.iter().any(|f| f.problem.contains(problem) && f.hint.is_some() && f.line > 0);
        assert!(found, "{file} {to}: {}", told(&faults));
    }
}

#[test]
fn a_missing_or_stray_file_is_named() {
    let without = |gone: &str| files().into_iter().filter(|(name, _)| name != gone).collect::<Vec<_>>();
    for gone in ["laws/violations.yaml", "forms/on-site-record.yaml"] {
        let faults = Library::from_files(without(gone)).unwrap_err();
        assert!(faults.iter().any(|f| f.problem.contains("missing")), "{gone}: {}", told(&faults));
    }
    let mut stray = files();
    stray.push(("notes/todo.yaml".into(), "a: b".into()));
    assert_eq!(Library::from_files(stray).unwrap_err()[0].file, "notes/todo.yaml");
    let mut with_prose = files();
    with_prose.push(("README.md".into(), "# words".into()));
    assert_eq!(Library::from_files(with_prose).unwrap(), library());
}

#[test]
fn the_order_of_files_does_not_change_what_is_read() {
    let mut reversed = files();
    reversed.reverse();
    assert_eq!(Library::from_files(reversed).unwrap(), library());
}

#[test]
fn the_example_in_the_readme_is_a_list_that_reads() {
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let example = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let list = checklist::parse("README.md", example).unwrap_or_else(|faults| panic!("{}", told(&faults)));
    // In the folder it must resolve like any other list.
    let mut with_example = files();
    with_example.push(("lists/TRY.yaml".into(), example.to_owned()));
    let library = Library::from_files(with_example).unwrap_or_else(|faults| panic!("{}", told(&faults)));
    assert_eq!(library.list(&list.code), Some(&list));
}

/// `docs/coverage.md` claims where each requirement of the supervision plans is met; a claim without a place is none.
#[test]
fn the_coverage_table_names_every_requirement_once_and_only_places_that_exist() {
    let (root, library) = (folder().join(".."), library());
    let table = std::fs::read_to_string(root.join("docs/coverage.md")).unwrap();
    let rows: Vec<Vec<&str>> =
        table.lines().filter(|l| l.starts_with("| R")).map(|l| l.split('|').map(str::trim).collect()).collect();
    let named: Vec<&str> = rows.iter().map(|row| row[1]).collect();
    assert_eq!(named, (1..=127).map(|n| format!("R{n:03}")).collect::<Vec<_>>());
    for row in &rows {
        assert!(["here", "part", "later", "no"].contains(&row[3]), "{row:?}");
        assert!(row[4].contains('`') || ["later", "no"].contains(&row[3]), "{} is met nowhere", row[1]);
    }
    for word in table.split('`').skip(1).step_by(2) {
        let code = word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
        if word.contains('/') {
            assert!(root.join(word).exists(), "{word} is not in the tree");
        } else if code {
            let list = library.lists.iter().any(|l| l.code.as_str() == word);
            assert!(list || items(&library).any(|i| i.code.as_str() == word), "no list has {word}");
        }
    }
}

// The laws: statutes whole, days in order, and what stands in the place of what is gone.

fn without_lists() -> Vec<(String, String)> {
    files().into_iter().filter(|(name, _)| !name.starts_with("lists/")).collect()
}

fn laws() -> LawLibrary {
    Library::from_files(without_lists()).unwrap_or_else(|faults| panic!("{}", told(&faults))).laws
}

/// What is told of the laws after one text in one file was replaced once.
fn law_faults_after(file: &str, from: &str, to: &str) -> String {
    let mut files = without_lists();
    let (_, text) = files.iter_mut().find(|(name, _)| name == file).unwrap();
    assert!(text.contains(from), "{file} has no {from:?} to break");
    *text = text.replacen(from, to, 1);
    told(&Library::from_files(files).expect_err("the broken laws were read without a fault"))
}

/// A number from 1 to 199 as statutes write it.
fn numeral(n: usize) -> String {
    let digit = |n: usize| "零一二三四五六七八九".chars().nth(n).unwrap();
    let tens = |n: usize, lead: bool| match (n / 10, n % 10) {
        (0, one) => digit(one).to_string(),
        (ten, one) => {
            let ten = if ten == 1 && !lead { String::new() } else { digit(ten).to_string() };
            ten + "十" + &if one == 0 { String::new() } else { digit(one).to_string() }
        }
    };
    match (n / 100, n % 100) {
        (0, rest) => tens(rest, false),
        (hundred, 0) => format!("{}百", digit(hundred)),
        (hundred, rest @ 1..=9) => format!("{}百零{}", digit(hundred), digit(rest)),
        (hundred, rest) => format!("{}百{}", digit(hundred), tens(rest, true)),
    }
}

#[test]
fn the_statutes_of_the_field_are_whole_and_numbered_through() {
    let laws = laws();
    let whole =
        [("T739", 107), ("O54", 73), ("O53", 81), ("O47", 124), ("O18", 35), ("O1", 80), ("GSP", 116), ("INET", 29)];
    for (code, count) in whole {
        let instrument = laws.instruments.iter().find(|i| i.code.as_str() == code).unwrap();
        assert_eq!(instrument.articles.len(), count, "{code}");
        for (n, article) in (1..).zip(&instrument.articles) {
            assert_eq!(
                (article.article.clone(), article.heading.clone()),
                (n.to_string(), format!("第{}条", numeral(n)))
            );
            assert_eq!(article.mark, Mark::V, "{code} {n}");
            assert!(article.text.as_ref().unwrap().zh.ends_with('。'), "{code} {n} does not end as a sentence");
        }
    }
}

#[test]
fn a_quoted_text_bears_no_trace_of_the_page_it_was_read_from() {
    for instrument in &laws().instruments {
        for article in &instrument.articles {
            let Some(text) = &article.text else { continue };
            let place = format!("{} {}", instrument.code, article.article);
            assert!(text.other.is_empty(), "{place}: statutes are not translated");
            for line in text.zh.lines() {
                assert!(line.ends_with(['。', '；', '：']), "{place}: {line:?} breaks off");
                assert!(!line.contains(char::is_whitespace), "{place}: blanks of the type-setting in {line:?}");
                let strange = |c: char| c.is_control() || matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}');
                assert!(!line.contains(strange), "{place}: a character that is none in {line:?}");
                let heading = line.strip_prefix('第').and_then(|rest| rest.split_once(['条', '章', '节']));
                let numbered = heading.is_some_and(|(n, _)| n.chars().all(|c| "零一二三四五六七八九十百".contains(c)));
                assert!(!numbered, "{place} runs into the next heading: {line:?}");
            }
        }
    }
}

#[test]
fn a_superseded_instrument_says_what_replaced_it_and_from_which_day() {
    let laws = laws();
    let standing = |old: &str| {
        let old = laws.instruments.iter().find(|i| i.code.as_str() == old).unwrap();
        let newer = old.replaced_by.as_ref().unwrap();
        assert_eq!((old.status, old.articles.len()), (LawStatus::Superseded, 0), "{}", old.code);
        (newer.law.as_str(), newer.from.as_deref(), newer.mark)
    };
    // The clause of repeal was read: O54 §73, O53 §81, O47 §124, GSP §116.
    assert_eq!(standing("O8"), ("O54", Some("2022-05-01"), Mark::V));
    assert_eq!(standing("O7"), ("O53", Some("2022-05-01"), Mark::V));
    assert_eq!(standing("O4"), ("O47", Some("2021-10-01"), Mark::V));
    assert_eq!(standing("GSP58"), ("GSP", Some("2024-07-01"), Mark::V));
    for (old, newer) in [("G158", "G78"), ("G234", "G78"), ("GMP64", "GMP107")] {
        let (law, _, mark) = standing(old);
        assert_eq!((law, mark), (newer, Mark::M), "{old}: the clause of repeal was not read");
    }
}

#[test]
fn laws_that_do_not_hold_together_are_told_apart() {
    let gone = "replaced_by:\n  law: O54\n  from: '2022-05-01'\n  mark: V\n";
    for (file, from, to, problem) in [
        ("laws/O8.yaml", gone, "", "O8 is superseded and does not say by what"),
        ("laws/O8.yaml", "status: superseded", "status: in_force", "O8 is replaced by O54 but not superseded"),
        ("laws/O8.yaml", "law: O54", "law: O99", "O8 is replaced by O99, which the library has not"),
        ("laws/O8.yaml", "law: O54", "law: O8", "in the end by nothing in force"),
        ("laws/O8.yaml", "'2022-05-01'", "'2022-02-30'", "which is no day"),
        ("laws/O8.yaml", "'2022-05-01'", "'20220501'", "which is no day"),
        ("laws/O8.yaml", "'2022-05-01'", "'2013-05-01'", "before `issued`"),
        ("laws/violations.yaml", "duty: T739§42", "duty: GSP58§42", "V01 names GSP58, which is superseded"),
        ("laws/violations.yaml", "duty: T739§42", "duty: T739§142", "V01 names T739 article 142: not in the library"),
        ("laws/violations.yaml", "T739§81①（三）", "T739§81①（四）", "V01 names （四） of T739 article 81"),
        ("laws/violations.yaml", "T739§81①（三）", "T739§81③（三）", "V01 names ③ of T739 article 81"),
        ("laws/violations.yaml", "duty: T739§42", "duty: O38§10", "V01 is V, but O38 article 10 was not read"),
    ] {
        let told = law_faults_after(file, from, to);
        assert!(told.contains(problem) && told.contains("hint:") && !told.contains(".yaml:0:"), "{to}: {told}");
    }
}

#[test]
fn what_replaced_a_law_may_itself_have_been_replaced() {
    let mut files = without_lists();
    let (_, text) = files.iter_mut().find(|(name, _)| name == "laws/O8.yaml").unwrap();
    assert!(text.contains("law: O54"));
    *text = text.replacen("law: O54", "law: O7", 1);
    assert!(Library::from_files(files).is_ok(), "O7 is gone too, but O53 in its place is in force");
}

#[test]
fn a_list_cannot_rest_on_a_superseded_instrument() {
    let faults = faults_after("lists/COLD.yaml", "law: GSP, article: '44'", "law: GSP58, article: '44'");
    let found = faults.iter().find(|f| f.problem.ends_with("cites GSP58, which is superseded")).unwrap();
    assert!(found.line > 0 && found.hint.as_deref().unwrap().contains("in GSP instead"), "{found}");
}
