//! Reference data HQ gives out: `checklists/` as it was when this program was built, published piece by piece.
//!
//! What it is: the canonical JSON of lists, law library, rules and form as objects under their hashes, announced by
//! `pack.published` in HQ's own feed; and the [`Shelf`], every version ever published, parsed. What it is not: the
//! checklists' reader (see [`xuncha_core::library`]). A piece that is already published under its hash is not published
//! again; an older version stays readable for the inspections that pinned it.

use std::collections::HashMap;
use std::io::Read as _;

use rust_embed::RustEmbed;
use xuncha_core::checklist::{Checklist, Subject};
use xuncha_core::conclusion::ConclusionRule;
use xuncha_core::event::{ListRef, PackKind, PackPublished, RuleRef};
use xuncha_core::form::OnSiteForm;
use xuncha_core::ids::{BlobHash, Digest};
use xuncha_core::inspection::Pinned;
use xuncha_core::library::Library;
use xuncha_core::{Failure, ids};

use crate::db::PackRow;
use crate::objects::{Objects, disk_failure};

#[derive(RustEmbed)]
#[folder = "../checklists/"]
struct Files;

/// The library this program was built with.
pub fn embedded() -> Result<Library, Failure> {
    let files: Vec<(String, String)> = Files::iter()
        .filter_map(|name| {
            let file = Files::get(&name)?;
            Some((name.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    Library::from_files(files).map_err(|faults| {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        Failure::never("library.faulty").with("first", first).with("faults", faults.len())
    })
}

/// One piece: what it is, and its bytes.
struct Piece {
    kind: PackKind,
    code: String,
    version: String,
    json: String,
}

fn pieces(library: &Library) -> Vec<Piece> {
    let piece =
        |kind, code: &str, version: &str, json| Piece { kind, code: code.into(), version: version.into(), json };
    let lists = library.lists.iter().map(|l| piece(PackKind::List, l.code.as_str(), &l.version, l.canonical()));
    let rules = library.rules.iter().map(|r| piece(PackKind::Rule, r.code.as_str(), &r.version, r.canonical()));
    let laws = piece(PackKind::Laws, "library", &library.laws.version, library.laws.canonical());
    let form = piece(PackKind::Form, &library.form.code, &library.form.version, library.form.canonical());
    lists.chain(rules).chain([laws, form]).collect()
}

/// Stores the pieces that were never published and gives the events that publish them.
pub fn unpublished(
    library: &Library,
    published: &[PackRow],
    objects: &dyn Objects,
) -> Result<Vec<PackPublished>, Failure> {
    let mut events = Vec::new();
    for piece in pieces(library) {
        let newest = published.iter().rev().find(|p| p.kind == kind_word(piece.kind) && p.code == piece.code);
        let sha256 = Digest::digest(&[piece.json.as_bytes()]);
        if newest.is_some_and(|p| p.sha256 == sha256) {
            continue;
        }
        objects.put(piece.json.as_bytes()).map_err(|e| disk_failure(&e))?;
        events.push(PackPublished {
            kind: piece.kind,
            code: piece.code,
            version: piece.version,
            sha256,
            size: piece.json.len() as u64,
            units: Vec::new(),
        });
    }
    Ok(events)
}

/// How a kind is written.
pub fn kind_word(kind: PackKind) -> &'static str {
    match kind {
        PackKind::List => "list",
        PackKind::Laws => "laws",
        PackKind::Rule => "rule",
        PackKind::Form => "form",
        PackKind::Firms => "firms",
    }
}

/// Every version of lists, rules and forms that was ever published, by hash, and which is newest.
#[derive(Debug, Default)]
pub struct Shelf {
    lists: HashMap<Digest, Checklist>,
    rules: HashMap<Digest, ConclusionRule>,
    forms: HashMap<Digest, OnSiteForm>,
    newest: Vec<(String, String, Digest)>,
}

impl Shelf {
    /// Reads the published packs from the objects. One that cannot be read is left out, and the log says so.
    pub fn load(packs: &[PackRow], objects: &dyn Objects) -> Self {
        let mut shelf = Self::default();
        for pack in packs {
            let read = || -> std::io::Result<String> {
                let mut text = String::new();
                objects.open(&BlobHash::from_bytes(*pack.sha256.as_bytes()))?.read_to_string(&mut text)?;
                Ok(text)
            };
            let put = |text: &str, shelf: &mut Self| match pack.kind.as_str() {
                "list" => serde_json::from_str(text).map(|l| drop(shelf.lists.insert(pack.sha256, l))),
                "rule" => serde_json::from_str(text).map(|r| drop(shelf.rules.insert(pack.sha256, r))),
                "form" => serde_json::from_str(text).map(|f| drop(shelf.forms.insert(pack.sha256, f))),
                _ => Ok(()),
            };
            match read().map(|text| put(&text, &mut shelf)) {
                Ok(Ok(())) => {
                    shelf.newest.retain(|(kind, code, _)| (kind, code) != (&pack.kind, &pack.code));
                    shelf.newest.push((pack.kind.clone(), pack.code.clone(), pack.sha256));
                }
                _ => tracing::error!(pack = %pack.sha256, kind = pack.kind, "a published pack cannot be read"),
            }
        }
        shelf
    }
    fn newest_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Digest> + 'a {
        self.newest.iter().filter(move |(k, _, _)| k == kind).map(|(_, _, sha256)| *sha256)
    }
    /// Lists a new task may name, newest version each, with their hashes.
    pub fn lists(&self) -> impl Iterator<Item = (Digest, &Checklist)> {
        self.newest_of("list").filter_map(|h| Some((h, self.lists.get(&h)?)))
    }
    /// Rules a new task may name.
    pub fn rules(&self) -> impl Iterator<Item = (Digest, &ConclusionRule)> {
        self.newest_of("rule").filter_map(|h| Some((h, self.rules.get(&h)?)))
    }
    /// Forms a new task may name.
    pub fn forms(&self) -> impl Iterator<Item = (Digest, &OnSiteForm)> {
        self.newest_of("form").filter_map(|h| Some((h, self.forms.get(&h)?)))
    }
    /// A list by hash, whatever its version.
    pub fn list(&self, sha256: &Digest) -> Option<&Checklist> {
        self.lists.get(sha256)
    }
    /// The newest list of this code.
    pub fn list_ref(&self, code: &ids::ListCode) -> Option<ListRef> {
        let (sha256, list) = self.lists().find(|(_, l)| &l.code == code)?;
        Some(ListRef { code: list.code.clone(), version: list.version.clone(), sha256 })
    }
    /// The newest rule of this code.
    pub fn rule_ref(&self, code: &ids::RuleCode) -> Option<RuleRef> {
        let (sha256, rule) = self.rules().find(|(_, r)| &r.code == code)?;
        Some(RuleRef { code: rule.code.clone(), version: rule.version.clone(), sha256 })
    }
    /// What an inspection pinned, if all of it was published here.
    pub fn pinned(&self, lists: &[ListRef], rule: &RuleRef, form: &Digest, subject: &Subject) -> Option<Pinned> {
        let lists = lists.iter().map(|l| self.lists.get(&l.sha256).cloned()).collect::<Option<Vec<_>>>()?;
        Some(Pinned::new(lists, self.rules.get(&rule.sha256)?.clone(), self.forms.get(form)?.clone(), subject))
    }
}
