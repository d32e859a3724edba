//! The folder `checklists/` read as a whole: lists, law library, conclusion rules and the record's form.
//!
//! What it is: the one door through which authors' files become data ([`Library::from_files`]), and the rules that need
//! more than one file: a basis names an article the law library has, a violation stands in the table, nothing is claimed
//! as verified whose text was not read. What it is not: a reader of disks; HQ embeds the folder and hands over the texts.
//!
//! Invariant: a `Library` that exists holds together. Every fault is told at once, with file, line and what to do. The
//! rules between files are in `judge.rs`, those of the laws in `laws.rs`; those within one list in [`crate::checklist`].

mod judge;
mod laws;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::checklist::{self, AuthorFault, Checklist, read};
use crate::conclusion::ConclusionRule;
use crate::form::OnSiteForm;
use crate::ids::{ListCode, RuleCode};
use crate::law::{Instrument, LawLibrary, ViolationEntry};

/// Everything the authors wrote, read and found to hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// The checklists, by file name.
    pub lists: Vec<Checklist>,
    /// Instruments with the cited articles, and the violation table.
    pub laws: LawLibrary,
    /// The conclusion rules, by file name.
    pub rules: Vec<ConclusionRule>,
    /// The form of the record (现场笔录).
    pub form: OnSiteForm,
}

/// The file `laws/violations.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViolationTable {
    /// Version of the whole law library: raised whenever a file in `laws/` changes.
    pub version: String,
    /// The rows.
    pub violations: Vec<ViolationEntry>,
}

/// The published schemas by file name, for editors and for the test that keeps them current.
pub fn schemas() -> [(&'static str, serde_json::Value); 5] {
    [
        ("checklist.schema.json", checklist::schema()),
        ("law.schema.json", published::<Instrument>("Xuncha law or rule", "core/src/law.rs")),
        ("violations.schema.json", published::<ViolationTable>("Xuncha violation table", "core/src/library/mod.rs")),
        ("rule.schema.json", published::<ConclusionRule>("Xuncha conclusion rule", "core/src/conclusion.rs")),
        ("form.schema.json", published::<OnSiteForm>("Xuncha record form", "core/src/form.rs")),
    ]
}

/// The schema that a file of the folder must satisfy; `None` for what is no author's file.
pub fn schema_of(name: &str) -> Option<&'static str> {
    match Room::of(name)? {
        Room::List => Some("checklist.schema.json"),
        Room::Law => Some("law.schema.json"),
        Room::Violations => Some("violations.schema.json"),
        Room::Rule => Some("rule.schema.json"),
        Room::Form => Some("form.schema.json"),
    }
}

impl Library {
    /// Reads the folder from `(name, text)`, names relative to it, e.g. `lists/COLD.yaml`. Files that are no YAML (README,
    /// schemas) are passed over. All faults of all files come back together, in order of file name.
    pub fn from_files<N: AsRef<str>, T: AsRef<str>>(
        files: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self, Vec<AuthorFault>> {
        let mut files: Vec<(N, T)> = files.into_iter().filter(|(n, _)| is_yaml(n.as_ref())).collect();
        files.sort_by(|a, b| a.0.as_ref().cmp(b.0.as_ref()));
        let mut parts = Parts::default();
        for (name, text) in &files {
            parts.take(Source { name: name.as_ref(), text: text.as_ref() });
        }
        parts.finish()
    }

    /// The list called `code`.
    pub fn list(&self, code: &ListCode) -> Option<&Checklist> {
        self.lists.iter().find(|l| &l.code == code)
    }
    /// The rule called `code`.
    pub fn rule(&self, code: &RuleCode) -> Option<&ConclusionRule> {
        self.rules.iter().find(|r| &r.code == code)
    }
}

#[derive(Clone, Copy)]
enum Room {
    List,
    Law,
    Violations,
    Rule,
    Form,
}

impl Room {
    fn of(name: &str) -> Option<Self> {
        match name.split_once('/')? {
            (_, file) if !is_yaml(file) => None,
            ("lists", _) => Some(Self::List),
            ("laws", "violations.yaml") => Some(Self::Violations),
            ("laws", _) => Some(Self::Law),
            ("rules", _) => Some(Self::Rule),
            ("forms", _) => Some(Self::Form),
            _ => None,
        }
    }
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// A file as the author named it, for messages.
#[derive(Clone, Copy)]
struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

impl Source<'_> {
    /// A fault at the line found by looking for each of `trail` in turn, each from where the last one was found.
    fn fault(self, trail: &[&str], problem: String, hint: &str) -> AuthorFault {
        let mut line = 0;
        for needle in trail {
            let here = self.text.lines().enumerate().skip(line).find(|(_, l)| l.contains(needle));
            line = here.map_or(line, |(n, _)| n + 1);
        }
        AuthorFault { file: self.name.to_owned(), line: line as u64, problem, hint: Some(hint.to_owned()) }
    }
}

/// What was read so far, each beside the file it came from.
#[derive(Default)]
struct Parts<'a> {
    lists: Vec<(Source<'a>, Checklist)>,
    instruments: Vec<(Source<'a>, Instrument)>,
    violations: Vec<(Source<'a>, ViolationTable)>,
    rules: Vec<(Source<'a>, ConclusionRule)>,
    forms: Vec<(Source<'a>, OnSiteForm)>,
    faults: Vec<AuthorFault>,
}

impl<'a> Parts<'a> {
    fn take(&mut self, source: Source<'a>) {
        fn keep<'a, T: DeserializeOwned>(
            kept: &mut Vec<(Source<'a>, T)>,
            source: Source<'a>,
        ) -> Result<(), Vec<AuthorFault>> {
            let schema = schema_of(source.name).unwrap_or_default();
            kept.push((source, read(source.name, source.text, schema).map_err(|fault| vec![fault])?));
            Ok(())
        }
        let taken = match Room::of(source.name) {
            Some(Room::List) => checklist::parse(source.name, source.text).map(|list| self.lists.push((source, list))),
            Some(Room::Law) => keep(&mut self.instruments, source),
            Some(Room::Violations) => keep(&mut self.violations, source),
            Some(Room::Rule) => keep(&mut self.rules, source),
            Some(Room::Form) => keep(&mut self.forms, source),
            None => {
                let hint = "put it into lists/, laws/, rules/ or forms/";
                Err(vec![source.fault(&[], "belongs to no part of the folder".into(), hint)])
            }
        };
        self.faults.extend(taken.err().into_iter().flatten());
    }

    fn finish(self) -> Result<Library, Vec<AuthorFault>> {
        // With one file unread, every reference into it would be reported too: one true fault among many false ones.
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        let (table, form) = match (only(self.violations, "laws/violations.yaml"), only(self.forms, "forms/")) {
            (Ok(table), Ok(form)) => (table, form),
            (table, form) => return Err(table.err().into_iter().chain(form.err()).collect()),
        };
        let mut faults = laws::judge(&self.instruments, &table);
        faults.extend(judge::lists(&self.lists, &self.instruments, &table.1));
        faults.extend(judge::rules(&self.rules));
        faults.extend(judge::form(&form));
        if !faults.is_empty() {
            return Err(faults);
        }
        let instruments = self.instruments.into_iter().map(|(_, instrument)| instrument).collect();
        Ok(Library {
            lists: self.lists.into_iter().map(|(_, list)| list).collect(),
            laws: LawLibrary { version: table.1.version, instruments, violations: table.1.violations },
            rules: self.rules.into_iter().map(|(_, rule)| rule).collect(),
            form: form.1,
        })
    }
}

/// The one that there must be.
fn only<'a, T>(mut found: Vec<(Source<'a>, T)>, place: &'a str) -> Result<(Source<'a>, T), AuthorFault> {
    match (found.pop(), found.pop()) {
        (Some(one), None) => Ok(one),
        (Some((source, _)), Some(_)) => {
            Err(source.fault(&[], "there is already a file of this kind".into(), "keep one of them"))
        }
        (None, _) => {
            Err(Source { name: place, text: "" }.fault(&[], "is missing".into(), "the folder needs this file"))
        }
    }
}

fn published<T: JsonSchema>(title: &str, source: &str) -> serde_json::Value {
    let mut schema = schemars::schema_for!(T).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), title.into());
        object.insert("$comment".into(), format!("Generated from {source}; do not edit.").into());
    }
    schema
}
