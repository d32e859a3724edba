//! What can be found: laws, articles, items, typical findings and inspections, each as a row for the table.

use std::collections::BTreeMap;

use xuncha_core::checklist::{Checklist, Item, Mark, Section, Text};
use xuncha_core::ids::{InspectionId, LawCode};
use xuncha_core::law::{Article, Instrument, LawLibrary, LawStatus};

use crate::app::views::{SearchIn, SearchTarget};

/// Something that can be found.
#[derive(Debug, Clone)]
pub struct Doc {
    /// What it is.
    pub target: SearchTarget,
    /// As a hit shows it.
    pub code: String,
    /// As a hit shows it.
    pub title: Text,
    /// Title of the list it stands in.
    pub stands: Option<Text>,
    /// The text of its own.
    pub body: Text,
    /// How sure.
    pub mark: Option<Mark>,
    /// Replaced.
    pub superseded: bool,
    /// By which.
    pub replaced_by: Option<LawCode>,
    /// Texts that lead to it: found here it comes first.
    pub head: Vec<String>,
    /// Texts of what it belongs to: they answer for one word of several.
    pub around: Vec<String>,
}

impl SearchTarget {
    pub(super) fn room(&self) -> SearchIn {
        match self {
            Self::Law { .. } | Self::Article { .. } => SearchIn::Laws,
            Self::Item { .. } => SearchIn::Items,
            Self::Finding { .. } => SearchIn::Findings,
            Self::Inspection { .. } => SearchIn::Inspections,
        }
    }
}

/// What can be found of the law library: every instrument, every article.
pub fn of_laws(library: &LawLibrary) -> Vec<Doc> {
    let one = |law| std::iter::once(law_doc(law)).chain(law.articles.iter().map(move |a| article_doc(law, a)));
    library.instruments.iter().flat_map(one).collect()
}

/// What can be found of a list: every item, every typical finding.
pub fn of_list(list: &Checklist) -> Vec<Doc> {
    let items = list.sections.iter().flat_map(|s: &Section| &s.items);
    items.flat_map(|item| std::iter::once(item_doc(list, item)).chain(finding_docs(list, item))).collect()
}

fn all(text: &Text) -> impl Iterator<Item = String> {
    std::iter::once(&text.zh).chain(text.other.values()).cloned()
}

fn nothing() -> Text {
    Text { zh: String::new(), other: BTreeMap::new() }
}

/// The number first: it is what an instrument is known by when its name is not.
fn law_doc(law: &Instrument) -> Doc {
    let note = law.note.clone().unwrap_or_else(nothing);
    let behind = |note: String| if note.is_empty() { law.number.clone() } else { format!("{}\n{note}", law.number) };
    let other = note.other.into_iter().map(|(language, text)| (language, behind(text))).collect();
    Doc {
        target: SearchTarget::Law { law: law.code.clone() },
        code: law.code.to_string(),
        title: law.title.clone(),
        stands: None,
        body: Text { zh: behind(note.zh), other },
        mark: Some(law.number_mark),
        superseded: law.status == LawStatus::Superseded,
        replaced_by: law.replaced_by.as_ref().map(|r| r.law.clone()),
        head: std::iter::once(law.code.to_string()).chain(all(&law.title)).collect(),
        around: Vec::new(),
    }
}

fn article_doc(law: &Instrument, article: &Article) -> Doc {
    let number = &article.article;
    let other = law.title.other.iter().map(|(language, title)| match language.as_str() {
        "en" => (language.clone(), format!("{title}, article {number}")),
        _ => (language.clone(), format!("{title} {number}")),
    });
    Doc {
        target: SearchTarget::Article { law: law.code.clone(), article: number.clone() },
        code: format!("{} {number}", law.code),
        title: Text { zh: format!("{}{}", law.title.zh, article.heading), other: other.collect() },
        stands: None,
        body: article.text.clone().unwrap_or_else(nothing),
        mark: Some(article.mark),
        superseded: law.status == LawStatus::Superseded,
        replaced_by: law.replaced_by.as_ref().map(|r| r.law.clone()),
        head: vec![number.clone(), article.heading.clone()],
        around: std::iter::once(law.code.to_string()).chain(all(&law.title)).collect(),
    }
}

/// The words of an item are ours: it is as sure as the least sure article it rests on.
fn weakest(item: &Item) -> Option<Mark> {
    let has = |mark| item.basis.iter().any(|b| b.mark == mark);
    [Mark::M, Mark::D, Mark::V].into_iter().find(|mark| has(*mark))
}

fn item_doc(list: &Checklist, item: &Item) -> Doc {
    Doc {
        target: SearchTarget::Item { list: list.code.clone(), item: item.code.clone() },
        code: item.code.to_string(),
        title: item.text.clone(),
        stands: Some(list.title.clone()),
        body: item.how.clone(),
        mark: weakest(item),
        superseded: false,
        replaced_by: None,
        head: std::iter::once(item.code.to_string()).chain(all(&item.text)).collect(),
        around: all(&list.title).collect(),
    }
}

fn finding_docs<'a>(list: &'a Checklist, item: &'a Item) -> impl Iterator<Item = Doc> + 'a {
    (0..).zip(&item.findings).map(|(n, finding)| Doc {
        target: SearchTarget::Finding { list: list.code.clone(), item: item.code.clone(), finding: n },
        code: item.code.to_string(),
        title: item.text.clone(),
        stands: Some(list.title.clone()),
        body: finding.text.clone(),
        mark: Some(finding.mark),
        superseded: false,
        replaced_by: None,
        head: Vec::new(),
        around: std::iter::once(item.code.to_string()).chain(all(&list.title)).chain(all(&item.text)).collect(),
    })
}

/// An inspection of this phone: number, firm and address.
pub(super) fn of_inspection(inspection: InspectionId, number: String, firm: String, address: String) -> Doc {
    let chinese = |zh: String| Text { zh, other: BTreeMap::new() };
    Doc {
        target: SearchTarget::Inspection { inspection },
        head: vec![number.clone(), firm.clone()],
        code: number,
        title: chinese(firm),
        stands: None,
        body: chinese(address),
        mark: None,
        superseded: false,
        replaced_by: None,
        around: Vec::new(),
    }
}
