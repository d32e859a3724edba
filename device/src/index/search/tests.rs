//! Over the repository's own laws and lists.

use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;
use tempfile::TempDir;
use xuncha_core::law::{LawLibrary, LawStatus};
use xuncha_core::library::Library;

use super::*;
use crate::cipher::Key;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../checklists");
        let mut files = Vec::new();
        for room in ["lists", "laws", "rules", "forms"] {
            for file in std::fs::read_dir(root.join(room)).unwrap() {
                let path = file.unwrap().path();
                let name = format!("{room}/{}", path.file_name().unwrap().to_str().unwrap());
                files.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
        Library::from_files(files).expect("the checklists of the repository")
    })
}

/// Of the phone's index, only what search needs is filled.
fn empty(dir: &TempDir, name: &str) -> Index {
    Index::open(&dir.path().join(name), &Key::random(), &[7; 16]).unwrap().index
}

fn fill(index: &mut Index) {
    index.fill_search(&[], "laws", &docs::of_laws(&library().laws)).unwrap();
    for list in &library().lists {
        index.fill_search(&[], list.code.as_str(), &docs::of_list(list)).unwrap();
    }
}

/// One filled index for all tests that only ask.
fn asked(text: &str, within: Option<SearchIn>) -> SearchView {
    static INDEX: OnceLock<std::sync::Mutex<(Index, TempDir)>> = OnceLock::new();
    let filled = INDEX.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let mut index = empty(&dir, "index");
        fill(&mut index);
        std::sync::Mutex::new((index, dir))
    });
    filled.lock().unwrap_or_else(std::sync::PoisonError::into_inner).0.search(text, within, 100).unwrap()
}

fn codes(view: &SearchView) -> Vec<&str> {
    view.hits.iter().map(|h| h.code.as_str()).collect()
}

fn law(code: &str) -> SearchTarget {
    SearchTarget::Law { law: code.parse().unwrap() }
}

/// What the marks of a text cut out of it.
fn cut(text: &str, marks: &[crate::app::views::SearchSpan]) -> Vec<String> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let one = |m: &crate::app::views::SearchSpan| {
        String::from_utf16(&units[m.start as usize..(m.start + m.len) as usize]).unwrap()
    };
    marks.iter().map(one).collect()
}

#[test]
fn two_characters_find_laws_items_and_findings_and_every_hit_is_marked() {
    for (within, least) in [(SearchIn::Laws, 3), (SearchIn::Items, 10), (SearchIn::Findings, 5)] {
        let found = asked("冷链", Some(within));
        assert!(found.hits.len() >= least, "{within:?}: {:?}", codes(&found));
        for hit in &found.hits {
            let mut marked = cut(&hit.title.zh, &hit.title_marks);
            marked.extend(cut(&hit.snippet, &hit.snippet_marks));
            assert!(!marked.is_empty() && marked.iter().all(|m| m == "冷链"), "{}: {marked:?}", hit.code);
        }
    }
}

#[test]
fn initials_of_pinyin_find_what_the_characters_find() {
    for (initials, word) in
        [("llys", "冷链运输"), ("lc", "冷藏"), ("jhcy", "进货查验"), ("ylqxjyqy", "医疗器械经营企业")]
    {
        let by_word = asked(word, None);
        let by_initials = asked(initials, None);
        let first = by_initials
            .hits
            .iter()
            .flat_map(|h| cut(&h.title.zh, &h.title_marks).into_iter().chain(cut(&h.snippet, &h.snippet_marks)));
        assert!(first.into_iter().any(|marked| marked.contains(word)), "{initials} → {word}");
        assert!(by_word.more || by_initials.more || by_initials.hits.len() >= by_word.hits.len(), "{initials}");
    }
}

#[test]
fn a_code_comes_first_however_it_is_typed() {
    for text in ["COLD-05", "cold-05", "cold05", "ＣＯＬＤ－０５", " COLD-05 "] {
        let found = asked(text, None);
        let target = SearchTarget::Item { list: "COLD".parse().unwrap(), item: "COLD-05".parse().unwrap() };
        assert_eq!(found.hits[0].target, target, "{text}");
    }
    assert_eq!(asked("gsp", None).hits[0].target, law("GSP"));
}

#[test]
fn an_article_is_found_by_law_and_number_in_any_spelling() {
    let target = SearchTarget::Article { law: "GSP".parse().unwrap(), article: "44".into() };
    for text in ["GSP 44", "gsp 44条", "GSP第44条", "gsp 四十四条", "GSP 第四十四条", "经营质量管理规范第四十四条"]
    {
        assert_eq!(asked(text, None).hits[0].target, target, "{text}");
    }
    let without_law = asked("四十四条", Some(SearchIn::Laws));
    let own = |h: &SearchHit| matches!(&h.target, SearchTarget::Article { article, .. } if article == "44");
    let of_their_own = without_law.hits.iter().take_while(|h| own(h)).count();
    assert!(of_their_own >= 3, "article 44 of every law stands before those that cite one: {:?}", codes(&without_law));
    assert!(without_law.hits.iter().skip(of_their_own).all(|h| !own(h)));
}

#[test]
fn several_words_must_all_be_found() {
    let both = asked("冷库 验证", None);
    assert!(!both.hits.is_empty());
    for hit in &both.hits {
        let texts = [&hit.title.zh, hit.place.as_ref().map_or(&hit.code, |p| &p.zh)];
        let all = format!("{}{}{}", texts[0], texts[1], hit.snippet);
        assert!(all.contains("冷库") || all.contains("验证"), "{}: {all}", hit.code);
    }
    let one: HashSet<_> = codes(&asked("冷库", None)).into_iter().map(str::to_owned).collect();
    assert!(both.hits.iter().filter(|h| one.contains(&h.code)).count() > 0);
    assert_eq!(asked("冷库 恐龙", None).hits, []);
}

#[test]
fn nonsense_finds_nothing() {
    for text in ["恐龙", "zzqqxx", "", "   ", "👍👍", "\"", "COLD-99999", "*", "()"] {
        assert_eq!(asked(text, None).hits, [], "{text}");
    }
}

#[test]
fn a_superseded_law_says_so_and_by_what_and_comes_after_the_one_in_force() {
    let old = library().laws.instruments.iter().find(|i| i.status == LawStatus::Superseded).unwrap();
    let found = asked(old.code.as_str(), Some(SearchIn::Laws));
    let hit = found.hits.iter().find(|h| h.target == law(old.code.as_str())).unwrap();
    assert!(hit.superseded);
    assert_eq!(hit.replaced_by.as_ref(), old.replaced_by.as_ref().map(|r| &r.law));
    let practice = asked("经营质量管理规范", Some(SearchIn::Laws));
    let place = |code: &str| practice.hits.iter().position(|h| h.target == law(code)).unwrap();
    assert!(place("GSP") < place("GSP58"));
}

#[test]
fn a_new_version_of_the_laws_takes_the_old_text_away() {
    let dir = tempfile::tempdir().unwrap();
    let mut index = empty(&dir, "index");
    fill(&mut index);
    let before = index.search("冷链", Some(SearchIn::Laws), 100).unwrap();
    let mut newer: LawLibrary = library().laws.clone();
    for article in newer.instruments.iter_mut().flat_map(|i| &mut i.articles) {
        if let Some(text) = &mut article.text {
            text.zh = text.zh.replace("冷链", "恐龙");
        }
    }
    index.fill_search(&["laws".to_owned()], "newer", &docs::of_laws(&newer)).unwrap();
    let after = index.search("恐龙", Some(SearchIn::Laws), 100).unwrap();
    assert!(!after.hits.is_empty() && after.hits.len() <= before.hits.len());
    let left = index.search("冷链", Some(SearchIn::Laws), 100).unwrap();
    assert!(left.hits.iter().all(|h| h.title.zh.contains("冷链")
        || !h.snippet.contains("冷链")
        || matches!(h.target, SearchTarget::Law { .. })));
    assert_eq!(index.search("冷库", Some(SearchIn::Items), 100).unwrap(), asked("冷库", Some(SearchIn::Items)));
    assert!(!index.search_sources().unwrap().contains(&"laws".to_owned()));
}

#[test]
fn an_index_filled_anew_finds_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let mut index = empty(&dir, "other");
    // Another order of arrival.
    for list in library().lists.iter().rev() {
        index.fill_search(&[], list.code.as_str(), &docs::of_list(list)).unwrap();
    }
    index.fill_search(&[], "laws", &docs::of_laws(&library().laws)).unwrap();
    for text in ["冷链", "llys", "GSP 44", "仓库 温度"] {
        let hits = index.search(text, None, 100).unwrap().hits;
        let (mut one, mut other): (Vec<_>, Vec<_>) = (hits, asked(text, None).hits);
        let key = |h: &SearchHit| format!("{:?}", h.target);
        one.sort_by_key(key);
        other.sort_by_key(key);
        assert_eq!(one, other, "{text}");
    }
}

#[test]
fn the_limit_holds_and_what_is_left_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let mut index = empty(&dir, "index");
    fill(&mut index);
    let few = index.search("企业", None, 3).unwrap();
    assert_eq!((few.hits.len(), few.more), (3, true));
    let many = index.search("企业", None, u32::MAX).unwrap();
    assert_eq!((many.hits.len(), many.more), (100, true));
    assert_eq!(few.hits[..], many.hits[..3]);
    let none = index.search("企业", None, 0).unwrap();
    assert_eq!((none.hits.len(), none.more), (0, true));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_two_characters_of_an_article_find_it(at in any::<prop::sample::Index>(), within in any::<prop::sample::Index>()) {
        let articles: Vec<_> = library().laws.instruments.iter()
            .flat_map(|i| i.articles.iter().map(move |a| (i, a)))
            .filter_map(|(i, a)| Some((i, a, a.text.as_ref()?)))
            .collect();
        let (law, article, text) = &articles[at.index(articles.len())];
        let chars: Vec<char> = text.zh.chars().collect();
        let pairs: Vec<String> = chars.windows(2)
            .filter(|w| w.iter().all(|c| ('\u{4e00}'..='\u{9fff}').contains(c)))
            .map(|w| w.iter().collect())
            .collect();
        prop_assume!(!pairs.is_empty());
        let pair = &pairs[within.index(pairs.len())];
        // With its law and number the article is among the first hundred, whatever else has the pair.
        let typed = format!("{pair} {} {}", law.code, article.article);
        let target = SearchTarget::Article { law: law.code.clone(), article: article.article.clone() };
        let found = asked(&typed, None);
        let hit = found.hits.iter().find(|h| h.target == target);
        let hit = hit.ok_or_else(|| TestCaseError::fail(format!("{typed} does not find it")))?;
        prop_assert!(cut(&hit.snippet, &hit.snippet_marks).iter().any(|m| m.contains(pair.as_str())));
        // And alone it finds it too, unless there are more than are given.
        let alone = asked(pair, Some(SearchIn::Laws));
        prop_assert!(alone.more || alone.hits.iter().any(|h| h.target == target), "{pair}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_typed_is_answered(text in ".{0,200}") {
        asked(&text, None);
    }

    #[test]
    fn operators_and_quotes_mean_nothing(parts in prop::collection::vec(
        prop::sample::select(vec!["\"", "'", "冷链", "AND", "NEAR(", ")", "*", "^", ":", "{body}", "-", "ˇ", "§44", "\0", "🧊", "OR"]), 0..40)
    ) {
        asked(&parts.concat(), Some(SearchIn::Laws));
        asked(&parts.join(" "), None);
    }
}
