//! Scopes of licences and categories of goods.
//!
//! A scope lists classes and category codes in the 2002 catalogue (`6815`), the 2017 one (`14`), or both; either covering
//! the goods is enough. No table between the two catalogues was read, so a code of one is never held
//! against a list of the other.

use std::fmt;

use super::spec::text;
use crate::checklist::Text;

/// Which catalogue a code is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Catalogue {
    /// 2002 版: `68` and two digits.
    Old,
    /// 2017 版: two digits.
    New,
    /// Out of the number of a registration of 2018 or before: one or the other.
    Either,
}

/// In-vitro diagnostic reagents have one code in both: 40, 6840.
const REAGENTS: u8 = 40;

/// A category of goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Category {
    pub(super) catalogue: Catalogue,
    /// The two digits that tell.
    pub(super) code: u8,
}

impl Category {
    pub(super) fn is_reagents(self) -> bool {
        self.code == REAGENTS
    }
    /// The same goods, as far as the two codes can say.
    fn covers(self, goods: Self) -> bool {
        let comparable = self.catalogue == goods.catalogue || goods.catalogue == Catalogue::Either;
        self.code == goods.code && (comparable || goods.is_reagents())
    }
    fn old(code: u8) -> Self {
        Self { catalogue: Catalogue::Old, code }
    }
    fn new(code: u8) -> Self {
        Self { catalogue: Catalogue::New, code }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.catalogue {
            _ if self.is_reagents() => write!(f, "6840"),
            Catalogue::Old => write!(f, "68{:02}", self.code),
            Catalogue::New | Catalogue::Either => write!(f, "{:02}", self.code),
        }
    }
}

/// Exactly one category, whatever words stand beside it.
pub(super) fn category(narrow: &str) -> Option<Category> {
    let mut codes = codes(&narrow.chars().collect::<Vec<_>>());
    let first = codes.pop()?;
    codes.iter().all(|c| *c == first).then_some(first)
}

/// The part of a scope that stands under one mention of classes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    /// 1 to 3; empty where none was named.
    classes: Vec<u8>,
    codes: Vec<Category>,
    /// 全部, 所有.
    all: bool,
    /// 除…外, 不含.
    except: bool,
}

/// A scope as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    parts: Vec<Part>,
}

/// What a scope says of goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Covered {
    /// It names them, or nothing is known that speaks against it.
    Yes,
    /// It names classes, and theirs is not among them.
    OtherClasses,
    /// It names categories of the same catalogue, and theirs is not among them.
    OtherCategories,
    /// It follows another catalogue, or excepts something.
    Unclear,
}

impl Scope {
    pub(super) fn read(narrow: &str) -> Self {
        let chars: Vec<char> = narrow.to_uppercase().chars().collect();
        let mut parts = Vec::new();
        let mut classes = Vec::new();
        let mut from = 0;
        for (start, end, named) in class_marks(&chars) {
            let body = &chars[from..start.max(from)];
            let part = Part::read(classes.clone(), body);
            if part.says_something() {
                parts.push(part);
                classes.clear();
            } else if body.iter().any(|c| is_stop(*c)) {
                // 三类；二类：… names the third class without codes.
                parts.push(part);
                classes.clear();
            }
            classes.extend(named);
            from = end;
        }
        parts.push(Part::read(classes, &chars[from..]));
        parts.retain(|p| p.says_something() || !p.classes.is_empty());
        Self { parts }
    }

    /// Whether goods of this class and category are covered. What is not known speaks for it.
    pub(super) fn covers(&self, class: Option<u8>, category: Option<Category>) -> Covered {
        let of_class = |p: &&Part| class.is_none_or(|c| p.classes.is_empty() || p.classes.contains(&c));
        let parts: Vec<&Part> = self.parts.iter().filter(of_class).collect();
        if parts.is_empty() {
            return if self.parts.is_empty() { Covered::Yes } else { Covered::OtherClasses };
        }
        let Some(goods) = category else { return Covered::Yes };
        let codes = || parts.iter().flat_map(|p| &p.codes);
        let except = parts.iter().any(|p| p.except);
        if codes().any(|c| c.covers(goods)) {
            // 6840 (除诊断试剂外) names the code and takes it back.
            return if except { Covered::Unclear } else { Covered::Yes };
        }
        match () {
            () if except => Covered::Unclear,
            () if codes().next().is_none() || parts.iter().any(|p| p.all || p.codes.is_empty()) => Covered::Yes,
            () if goods.is_reagents() || codes().all(|c| c.catalogue == goods.catalogue || c.is_reagents()) => {
                Covered::OtherCategories
            }
            () => Covered::Unclear,
        }
    }

    /// How it was understood; none where nothing in it was.
    pub(super) fn words(&self) -> Option<Text> {
        let one = |p: &Part, en: bool| {
            let classes = match (p.classes.as_slice(), en) {
                ([], true) => "class not named".to_owned(),
                ([], false) => "未写类别".to_owned(),
                (some, true) => format!("class {}", some.iter().map(|c| roman(*c)).collect::<Vec<_>>().join(", ")),
                (some, false) => {
                    format!("第{}类", some.iter().map(|c| numeral(*c)).collect::<Vec<_>>().join("、"))
                }
            };
            let mut said: Vec<String> = p.codes.iter().map(Category::to_string).collect();
            said.extend(p.all.then(|| if en { "all" } else { "全部" }.to_owned()));
            said.extend(p.except.then(|| if en { "with exceptions" } else { "有除外" }.to_owned()));
            let said = said.join(if en { ", " } else { "、" });
            match (said.as_str(), en) {
                ("", _) => classes,
                (said, true) => format!("{classes}: {said}"),
                (said, false) => format!("{classes}：{said}"),
            }
        };
        let all = |en: bool, stop: &str| self.parts.iter().map(|p| one(p, en)).collect::<Vec<_>>().join(stop);
        (!self.parts.is_empty()).then(|| text((&all(false, "；"), &all(true, "; "))))
    }
}

impl Part {
    fn read(mut classes: Vec<u8>, body: &[char]) -> Self {
        classes.sort_unstable();
        classes.dedup();
        let words: String = body.iter().collect();
        let says = |words_: &[&str]| words_.iter().any(|w| words.contains(w));
        let mut codes = codes(body);
        if words.contains("体外诊断试剂") {
            codes.push(Category::new(REAGENTS));
        }
        codes.sort_unstable();
        codes.dedup();
        // 除颤 is a treatment.
        let without = words.replace("除颤", "");
        let except = says(&["不含", "不包括", "EXCEPT", "EXCLUDING"]) || without.contains('除');
        Self { classes, codes, all: says(&["全部", "所有", "ALL"]), except }
    }
    fn says_something(&self) -> bool {
        !self.codes.is_empty() || self.all || self.except
    }
}

/// The class in Chinese.
pub(super) fn numeral(class: u8) -> &'static str {
    ["一", "二", "三"].get(usize::from(class).wrapping_sub(1)).copied().unwrap_or("?")
}

/// The class as English writes it.
pub(super) fn roman(class: u8) -> &'static str {
    ["I", "II", "III"].get(usize::from(class).wrapping_sub(1)).copied().unwrap_or("?")
}

fn is_stop(c: char) -> bool {
    matches!(c, ';' | '。' | '\n' | ':')
}

/// Where classes are named: Ⅲ类, 第二、三类, II/III类, 3类. Beginning, end, classes.
fn class_marks(chars: &[char]) -> Vec<(usize, usize, Vec<u8>)> {
    let mut marks = Vec::new();
    let mut after = 0;
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| **c == '类') {
        let of_mark = |c: &char| {
            matches!(c, 'I' | '一' | '二' | '三' | '1' | '2' | '3' | '第' | '、' | ',' | '和' | '及' | '与' | '/' | ' ')
        };
        let start = (after..at).rev().take_while(|n| of_mark(&chars[*n])).last().unwrap_or(at);
        let run: String = chars[start..at].iter().collect();
        let tokens: Vec<&str> =
            run.split(['、', ',', '和', '及', '与', '/', ' ', '第']).filter(|t| !t.is_empty()).collect();
        // 6823类 and 13类 are no classes: a digit before the run belongs to it.
        let glued = start > 0 && chars[start - 1].is_ascii_digit() && run.starts_with(['1', '2', '3']);
        let read: Vec<Option<u8>> = tokens.iter().map(|t| class(t)).collect();
        let named: Vec<u8> = read.iter().rev().map_while(|c| *c).collect();
        if named.is_empty() || (glued && named.len() == tokens.len()) {
            continue;
        }
        marks.push((start, at + 1, named));
        after = at + 1;
    }
    marks
}

fn class(token: &str) -> Option<u8> {
    match token {
        "I" | "一" | "1" => Some(1),
        "II" | "二" | "2" => Some(2),
        "III" | "三" | "3" => Some(3),
        _ => None,
    }
}

/// Category codes in a text: 6815, 6801-6805, 14, 14-01. Years, counts and days are none.
fn codes(chars: &[char]) -> Vec<Category> {
    let mut found = Vec::new();
    let mut at = 0;
    // The code before a sign that may make a range of it.
    let mut range: Option<Category> = None;
    while at < chars.len() {
        let run: String = chars[at..].iter().take_while(|c| c.is_ascii_digit()).collect();
        if run.is_empty() {
            let to = matches!(chars[at], '-' | '~' | '至' | '到' | '—' | '–');
            range = range.filter(|_| to);
            at += 1;
            continue;
        }
        let before = at.checked_sub(1).map(|n| chars[n]);
        at += run.len();
        let next = chars.get(at).copied();
        let code = one_code(&run, before, next);
        if let (Some(from), Some(to)) = (range.take(), code)
            && from.catalogue == to.catalogue
        {
            found.extend((from.code..to.code).map(|code| Category { catalogue: to.catalogue, code }));
        }
        found.extend(code);
        range = code;
        if run.len() == 2 && code.is_some() {
            at = after_subcodes(chars, at);
        }
    }
    found
}

fn one_code(run: &str, before: Option<char>, next: Option<char>) -> Option<Category> {
    let counted = next.is_some_and(|c| {
        matches!(c, '年' | '月' | '日' | '号' | '项' | '个' | '种' | '版' | '%' | '.' | '类' | 'A'..='Z')
    });
    let inside = before.is_some_and(|c| matches!(c, '.' | 'A'..='Z'));
    match run.len() {
        4 if run.starts_with("68") => run[2..].parse().ok().map(Category::old),
        2 if !counted && !inside => match run.parse().ok()? {
            code @ (1..=22 | REAGENTS) => Some(Category::new(code)),
            code @ 23..=77 => Some(Category::old(code)),
            _ => None,
        },
        _ => None,
    }
}

/// Behind 14: -01-02 names a part of the category.
fn after_subcodes(chars: &[char], mut at: usize) -> usize {
    loop {
        let sub = chars.get(at) == Some(&'-')
            && chars.get(at + 1..at + 3).is_some_and(|two| two.iter().all(char::is_ascii_digit))
            && !chars.get(at + 3).is_some_and(char::is_ascii_digit);
        if !sub {
            return at;
        }
        at += 3;
    }
}
