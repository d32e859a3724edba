//! Search over 20,000 paragraphs through the engine's door, beside one bare FTS5 match on the same table.
//!
//! The bare match is what SQLite needs for the same word: a second connection to the same file with the engine's own settings,
//! the match string made by hand beforehand, the statement prepared, the row numbers read to the limit and nothing else. The
//! engine's figure holds everything between the verb and its reply: arguments, what has to be put in first, words, ranking,
//! texts, marks, JSON.

use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;
use serde_json::json;
use xuncha_core::ids::Digest;
use xuncha_core::law::{Article, Instrument, LawLibrary, LawStatus};
use xuncha_core::library::Library;
use xuncha_tests::alone::{self, Office, Phone};

use super::report::{Report, ms, quantile};

const PARAGRAPHS: usize = 20_000;
const ARTICLES: usize = 125;
const ROUNDS: usize = 40;
const WARM: usize = 5;
/// Hits a screen asks for.
const LIMIT: u32 = 30;

/// What is typed, and what SQLite is asked for it.
const QUERIES: &[(&str, &str)] = &[
    ("冷链", r#""冷链""#),
    ("运输", r#""运输""#),
    ("企业", r#""企业""#),
    ("验收", r#""验收""#),
    ("召回", r#""召回""#),
    ("温度", r#""温度""#),
    ("冷", r#""冷""#),
    ("医疗器械", r#""医疗" AND "疗器" AND "器械""#),
    ("进货查验", r#""进货" AND "货查" AND "查验""#),
    ("冷库 温度", r#""冷库" AND "温度""#),
    ("仓库 记录 企业", r#""仓库" AND "记录" AND "企业""#),
    ("llys", r#""ˇllys""#),
    ("jhcy", r#""ˇjhcy""#),
    ("lc", r#""ˇlc"*"#),
    ("第四十四条", r#""§44""#),
    ("L007 44", r#""l007"* AND "44""#),
    ("COLD-05", r#""cold05"*"#),
    ("恐龙", r#""恐龙""#),
];

/// Fills a phone and measures.
pub async fn measure(report: &mut Report) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("phone");
    std::fs::create_dir(&data).unwrap();
    let mut office = Office::open();
    let laws = paragraphs(office.library());
    office.publish_laws(&laws);
    office.enrol(&data, "alice");
    let unlock = Instant::now();
    let phone = Phone::open(&data, "alice").await.unwrap();
    let first = ms(unlock);
    let fill = Instant::now();
    ask(&phone, "").await;
    let filled = ms(fill);
    drop(phone);
    let unlock = Instant::now();
    let phone = Phone::open(&data, "alice").await.unwrap();
    let again = ms(unlock);
    let bytes = std::fs::metadata(data.join("index.db")).unwrap().len();
    eprintln!(
        "{PARAGRAPHS} paragraphs and every list put in in {filled:.0} ms; index {} MiB; unlocking before {first:.0} ms, \
         with all of it in {again:.0} ms",
        bytes >> 20
    );
    let bare = same_table(&data);
    let mut to_limit = bare.prepare(&format!("SELECT rowid FROM search WHERE search MATCH ?1 LIMIT {LIMIT}")).unwrap();
    let mut to_end = bare.prepare("SELECT rowid FROM search WHERE search MATCH ?1").unwrap();
    let mut times = vec![[const { Vec::new() }; 3]; QUERIES.len()];
    for round in 0..ROUNDS + WARM {
        for ((typed, matched), times) in QUERIES.iter().zip(&mut times) {
            let mut taken = [0.0; 3];
            // In turns: who comes second finds the processor warm.
            if round % 2 == 0 {
                taken[0] = ask(&phone, typed).await;
            }
            (taken[1], _) = rows(&mut to_end, matched);
            (taken[2], _) = rows(&mut to_limit, matched);
            if round % 2 == 1 {
                taken[0] = ask(&phone, typed).await;
            }
            if round >= WARM {
                times.iter_mut().zip(taken).for_each(|(all, one)| all.push(one));
            }
        }
    }
    for ((typed, matched), times) in QUERIES.iter().zip(&times) {
        let [ours, end, limit] = times.each_ref().map(|t| quantile(t, 0.5));
        let (_, count) = rows(&mut to_end, matched);
        eprintln!(
            "{typed:<16} {count:>6} rows  ours {ours:>7.3} ms  bare to the end {end:>7.3}  to the limit {limit:>7.3}  ratio {:.1} / {:.1}",
            ours / end,
            ours / limit
        );
    }
    let all = |which: usize| -> Vec<f64> { times.iter().flat_map(|t| t[which].iter().copied()).collect() };
    let [ours, bare, _] = [all(0), all(1), all(2)];
    eprintln!(
        "ms p50/p95/max: search {:.2}/{:.2}/{:.2}",
        quantile(&ours, 0.5),
        quantile(&ours, 0.95),
        quantile(&ours, 1.0)
    );
    report.at_most("lists.search.p50", "ms", quantile(&ours, 0.5), quantile(&bare, 0.5), 5.0);
    report.at_most("lists.search.p95", "ms", quantile(&ours, 0.95), quantile(&bare, 0.95), 5.0);
}

async fn ask(phone: &Phone, typed: &str) -> f64 {
    let args = json!({ "text": typed, "within": null, "limit": LIMIT });
    let begun = Instant::now();
    let found = phone.device.call("search", args).await.unwrap();
    let taken = ms(begun);
    assert!(found["hits"].as_array().unwrap().is_empty() == ["", "恐龙"].contains(&typed), "{typed}");
    taken
}

fn rows(statement: &mut rusqlite::Statement<'_>, matched: &str) -> (f64, usize) {
    let begun = Instant::now();
    let mut rows = statement.query([matched]).unwrap();
    let mut count = 0;
    while rows.next().unwrap().is_some() {
        count += 1;
    }
    (ms(begun), count)
}

/// The phone's own file, keyed and set as the engine does.
fn same_table(data: &Path) -> Connection {
    let unlocked = alone::keys_of(data, "alice");
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let db = Connection::open(data.join("index.db")).unwrap();
    let key = hex(unlocked.index_key().expose());
    db.execute_batch(&format!(
        "PRAGMA key = \"x'{key}{}'\"; PRAGMA trusted_schema = 0; PRAGMA cell_size_check = 1; PRAGMA temp_store = 2;
         PRAGMA mmap_size = 0;",
        hex(&unlocked.index_salt())
    ))
    .unwrap();
    db
}

/// Sentences of the laws and lists, put together anew: as long and as varied as articles are, no two alike.
fn paragraphs(library: &Library) -> LawLibrary {
    let articles = library.laws.instruments.iter().flat_map(|i| &i.articles).filter_map(|a| a.text.as_ref());
    let items = library.lists.iter().flat_map(|l| l.items()).map(|i| &i.how);
    let texts: Vec<&str> = articles.chain(items).map(|t| t.zh.as_str()).collect();
    let sentences: Vec<&str> =
        texts.iter().flat_map(|t| t.split_inclusive(['。', '；', '\n'])).filter(|s| s.chars().count() > 6).collect();
    let mut laws = library.laws.clone();
    let title =
        |n: usize| format!("{}（试验之{n}）", library.laws.instruments[n % library.laws.instruments.len()].title.zh);
    let mut draws = Draws(0);
    laws.version = "bench".into();
    laws.instruments = (0..PARAGRAPHS / ARTICLES)
        .map(|n| Instrument {
            code: format!("L{n:03}").parse().unwrap(),
            title: chinese(title(n)),
            number: format!("试验第{n}号"),
            number_mark: Default::default(),
            issued: None,
            effective: None,
            // One of eight was replaced.
            status: if n % 8 == 7 { LawStatus::Superseded } else { LawStatus::InForce },
            replaced_by: None,
            note: None,
            articles: (1..=ARTICLES)
                .map(|a| Article {
                    article: a.to_string(),
                    heading: heading(a),
                    text: Some(chinese((0..2 + a % 3).map(|_| sentences[draws.below(sentences.len())]).collect())),
                    mark: Default::default(),
                })
                .collect(),
        })
        .collect();
    laws
}

fn chinese(zh: String) -> xuncha_core::checklist::Text {
    xuncha_core::checklist::Text { zh, other: Default::default() }
}

/// 第一百二十五条, for numbers below 200.
fn heading(n: usize) -> String {
    let digits: Vec<char> = "零一二三四五六七八九".chars().collect();
    let (hundred, ten, one) = (n / 100, n / 10 % 10, n % 10);
    let mut text = String::from("第");
    if hundred > 0 {
        text.push_str("一百");
    }
    match (hundred, ten) {
        (0, 0) => {}
        (0, 1) => text.push('十'),
        (_, 0) if one > 0 => text.push('零'),
        (_, 0) => {}
        (_, ten) => text.extend([digits[ten], '十']),
    }
    if one > 0 {
        text.push(digits[one]);
    }
    text.push('条');
    text
}

/// Draws that are the same in every run: SHA-256 of a counter.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 += 1;
        let digest = Digest::digest(&[&self.0.to_le_bytes()]);
        let bytes: [u8; 8] = digest.as_bytes()[..8].try_into().unwrap();
        usize::try_from(u64::from_le_bytes(bytes) % n as u64).unwrap()
    }
}
