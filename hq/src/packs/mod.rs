//! Reference data HQ gives out: `checklists/` as it was when this program was built, published piece by piece.
//!
//! What it is: the canonical JSON of lists, law library, rules and form as objects under their hashes, announced by
//! `pack.published` in HQ's own feed; what a bureau publishes beside or instead of them ([`Own`]); and the [`Shelf`],
//! every version ever published, parsed. What it is not: the checklists' reader (see [`xuncha_core::library`]). A piece
//! that is already published under its hash is not published again; an older version stays readable for the inspections
//! that pinned it.
//!
//! **Whose version counts.** What the program was built with is published when HQ starts, unless
//! - the bureau ever published this code itself: from then on the program is silent about it and the bureau alone decides;
//! - or a higher version stands there: an older program does not take back what a newer one gave out.
//!
//! Who published is not a field of the event: what the program says bears HQ's own name as its actor, what the bureau says
//! that of the person who published it.

mod own;
mod version;

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::io::Read as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rust_embed::RustEmbed;
use xuncha_core::checklist::Checklist;
use xuncha_core::conclusion::ConclusionRule;
use xuncha_core::event::{ListRef, PackKind, PackPublished, RuleRef};
use xuncha_core::form::OnSiteForm;
use xuncha_core::ids::{BlobHash, Digest};
use xuncha_core::inspection::{Inspection, Pinned};
use xuncha_core::library::Library;
use xuncha_core::{Failure, ids};

pub use self::own::{Own, OwnError, files};
use crate::db::PackRow;
use crate::objects::{Objects, disk_failure, recheck};

#[derive(RustEmbed)]
#[folder = "../checklists/"]
struct Files;

/// The files this program was built with, names relative to `checklists/`.
pub fn embedded_files() -> Vec<(String, String)> {
    let text = |name: &str| Some(String::from_utf8_lossy(&Files::get(name)?.data).into_owned());
    Files::iter().filter_map(|name| text(&name).map(|text| (name.into_owned(), text))).collect()
}

/// The library this program was built with.
pub fn embedded() -> Result<Library, Failure> {
    // Reading it costs seconds in a build that is not optimised, and the files do not change while the program runs.
    static READ: OnceLock<Result<Library, Failure>> = OnceLock::new();
    let read = || {
        Library::from_files(embedded_files()).map_err(|faults| {
            let first = faults.first().map(ToString::to_string).unwrap_or_default();
            Failure::never("library.faulty").with("first", first).with("faults", faults.len())
        })
    };
    READ.get_or_init(read).clone()
}

/// One piece: what it is, and its bytes.
struct Piece {
    kind: PackKind,
    code: String,
    version: String,
    json: String,
}

impl Piece {
    fn sha256(&self) -> Digest {
        Digest::digest(&[self.json.as_bytes()])
    }
    /// Stores its bytes and gives the event that publishes it.
    fn store(self, objects: &dyn Objects) -> Result<PackPublished, Failure> {
        objects.put(self.json.as_bytes()).map_err(|e| disk_failure(&e))?;
        Ok(PackPublished {
            sha256: self.sha256(),
            size: self.json.len() as u64,
            kind: self.kind,
            code: self.code,
            version: self.version,
            units: Vec::new(),
        })
    }
    fn newest<'a>(&self, published: &'a [PackRow]) -> Option<&'a PackRow> {
        published.iter().rev().find(|p| p.kind == kind_word(self.kind) && p.code == self.code)
    }
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

/// What has been published, in order of the log, and which `(kind, code)` the bureau ever published itself.
#[derive(Debug, Default)]
pub struct Published {
    /// All of it.
    pub packs: Vec<PackRow>,
    /// The bureau's.
    pub own: BTreeSet<(String, String)>,
}

/// Stores the program's pieces that are to be published now, and gives the events; see the rule above.
pub fn unpublished(
    library: &Library,
    published: &Published,
    objects: &dyn Objects,
) -> Result<Vec<PackPublished>, Failure> {
    let mut events = Vec::new();
    for piece in pieces(library) {
        let newest = piece.newest(&published.packs);
        if newest.is_some_and(|p| p.sha256 == piece.sha256()) {
            continue;
        }
        let own = published.own.contains(&(kind_word(piece.kind).to_owned(), piece.code.clone()));
        if own || newest.is_some_and(|p| version::order(&p.version, &piece.version) == Ordering::Greater) {
            tracing::info!(kind = kind_word(piece.kind), code = piece.code, own, "the published version stays");
            continue;
        }
        events.push(piece.store(objects)?);
    }
    Ok(events)
}

/// Stores what a bureau has otherwise than the program and than what is published, and gives the events: all or none.
pub fn own_news(own: &Own, published: &Published, objects: &dyn Objects) -> Result<Vec<PackPublished>, Failure> {
    let changed = |piece: &Piece| piece.newest(&published.packs).is_none_or(|p| p.sha256 != piece.sha256());
    let news: Vec<Piece> = own.pieces()?.into_iter().filter(changed).collect();
    let stale = news.iter().filter_map(|piece| {
        let newest = piece.newest(&published.packs)?;
        let raised = version::order(&piece.version, &newest.version) == Ordering::Greater;
        (!raised).then(|| {
            format!("{} {} {} (published: {})", kind_word(piece.kind), piece.code, piece.version, newest.version)
        })
    });
    let stale: Vec<String> = stale.collect();
    if !stale.is_empty() {
        return Err(Failure::after_action("lists.version").with("pieces", stale.join(", ")));
    }
    news.into_iter().map(|piece| piece.store(objects)).collect()
}

/// Writes anew what is damaged or gone of these packs, as far as this program has it: its lists are in the program, too.
pub fn heal(published: &[PackRow], objects: &dyn Objects) -> Result<(), Failure> {
    let mut lacking = BTreeSet::new();
    for pack in published {
        let found = recheck(objects, &BlobHash::from_bytes(*pack.sha256.as_bytes())).map_err(|e| disk_failure(&e))?;
        if !found.is_some_and(|(_, same)| same) {
            tracing::error!(kind = pack.kind, code = pack.code, version = pack.version, "a list is damaged or gone");
            lacking.insert(pack.sha256);
        }
    }
    if lacking.is_empty() {
        return Ok(());
    }
    for piece in pieces(&embedded()?).into_iter().filter(|piece| lacking.contains(&piece.sha256())) {
        objects.put(piece.json.as_bytes()).map_err(|e| disk_failure(&e))?;
    }
    Ok(())
}

/// Writes everything this program brings, published or not.
pub fn write_all(objects: &dyn Objects) -> Result<(), Failure> {
    for piece in pieces(&embedded()?) {
        objects.put(piece.json.as_bytes()).map_err(|e| disk_failure(&e))?;
    }
    Ok(())
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
    /// What inspections pinned lately: most of one day share lists, rule and kind of firm.
    pinned: Mutex<HashMap<Digest, Arc<Pinned>>>,
}

/// Pinned data kept at most.
const PINNED: usize = 64;

impl Shelf {
    /// Reads the published packs from the objects. One that cannot be read is left out, and the log says so.
    pub fn load(packs: &[PackRow], objects: &dyn Objects) -> Self {
        let mut shelf = Self::default();
        for pack in packs {
            let read = || -> std::io::Result<String> {
                let mut text = String::new();
                objects.open(&BlobHash::from_bytes(*pack.sha256.as_bytes()))?.read_to_string(&mut text)?;
                match Digest::digest(&[text.as_bytes()]) == pack.sha256 {
                    true => Ok(text),
                    false => Err(std::io::ErrorKind::InvalidData.into()),
                }
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
    /// Whether a pack that inspections are read by is here.
    pub fn holds(&self, pack: &PackRow) -> bool {
        match pack.kind.as_str() {
            "list" => self.lists.contains_key(&pack.sha256),
            "rule" => self.rules.contains_key(&pack.sha256),
            "form" => self.forms.contains_key(&pack.sha256),
            _ => true,
        }
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
    /// What an inspection pinned, if all of it was published here. An earlier version of a list that was not is passed over.
    pub fn pinned(&self, inspection: &Inspection) -> Option<Arc<Pinned>> {
        let start = &inspection.start()?.value;
        let (lists, earlier) = (inspection.list_refs(), inspection.earlier_refs());
        let (rule, form) = (start.rule.sha256, start.form);
        let name = serde_json::to_vec(&(&lists, &earlier, rule, form, &start.firm.subject)).ok()?;
        let name = Digest::digest(&[&name]);
        let kept = || self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pinned) = kept().get(&name) {
            return Some(Arc::clone(pinned));
        }
        let lists = lists.iter().map(|l| self.lists.get(&l.sha256).cloned()).collect::<Option<Vec<_>>>()?;
        let earlier = earlier.iter().filter_map(|l| Some((l.sha256, self.lists.get(&l.sha256)?.clone())));
        let (rule, form) = (self.rules.get(&rule)?.clone(), self.forms.get(&form)?.clone());
        let pinned = Arc::new(Pinned::new(lists, rule, form, &start.firm.subject).with_earlier(earlier));
        let mut kept = kept();
        if kept.len() >= PINNED {
            kept.clear();
        }
        kept.insert(name, Arc::clone(&pinned));
        Some(pinned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::Folder;

    /// What is published on a start over an HQ that has all of the program's pieces, COLD as told.
    fn started(version: &str, same: bool, own: bool) -> Vec<(String, String)> {
        let dir = tempfile::tempdir().unwrap();
        let objects = Folder::open(dir.path()).unwrap();
        let library = embedded().unwrap();
        let row = |(n, piece): (usize, Piece)| PackRow {
            log_index: n as u64 + 1,
            kind: kind_word(piece.kind).to_owned(),
            sha256: piece.sha256(),
            size: piece.json.len() as u64,
            version: if piece.code == "COLD" { version.to_owned() } else { piece.version },
            code: piece.code,
            units: Vec::new(),
        };
        let mut packs: Vec<PackRow> = pieces(&library).into_iter().enumerate().map(row).collect();
        let cold = packs.iter_mut().find(|p| p.code == "COLD").unwrap();
        if !same {
            cold.sha256 = Digest::digest(&[b"another text"]);
        }
        let own = if own { BTreeSet::from([("list".to_owned(), "COLD".to_owned())]) } else { BTreeSet::new() };
        let events = unpublished(&library, &Published { packs, own }, &objects).unwrap();
        events.into_iter().map(|e| (e.code, e.version)).collect()
    }

    #[test]
    fn the_programs_version_is_published_unless_the_bureau_took_the_list_over_or_a_higher_one_stands() {
        let program = embedded().unwrap().list(&"COLD".parse().unwrap()).unwrap().version.clone();
        let news = vec![("COLD".to_owned(), program.clone())];
        let cases: &[(&str, bool, bool, bool, &str)] = &[
            // published version, the same text, by the bureau → published again
            ("0.1", false, false, true, "the program brings a higher version"),
            (program.as_str(), false, false, true, "the program was built anew with a corrected text"),
            ("9999.1", false, false, false, "an older program does not take back what a newer one gave out"),
            (program.as_str(), true, false, false, "nothing changed"),
            ("0.1", false, true, false, "the bureau decides, however high the program's version is"),
            ("9999.1", false, true, false, "the bureau decides"),
        ];
        for (version, same, own, again, why) in cases {
            let published = started(version, *same, *own);
            assert_eq!(published, if *again { news.clone() } else { Vec::new() }, "{why}");
        }
    }
}
