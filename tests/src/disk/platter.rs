//! From operations to the states in which a disk may be found. The rules stand at the door.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

use super::trace::{Deed, Op};
use crate::simulation::chance::Chance;

const SECTOR: usize = 512;

/// What the disk makes of syncs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Honesty {
    /// What is synced is there.
    Honest,
    /// Syncs of files count, those of folders are ignored.
    ForgetsFolders,
    /// Syncs are answered and ignored.
    Lies,
}

/// A folder with everything in it; `None` is a folder. Paths are below the root.
pub type Tree = BTreeMap<PathBuf, Option<Arc<Vec<u8>>>>;

/// Decides what of the uncertain is there.
#[derive(Debug, Clone)]
pub struct Cut(Chance);

impl Cut {
    /// By seed.
    pub fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    File(usize),
    Folder(usize),
}

/// A name that was given or taken and is not certain yet.
#[derive(Debug, Clone)]
struct NameChange {
    at: usize,
    name: String,
    to: Option<Node>,
    /// The other half of a rename: this half never comes without it. Folder and place.
    needs: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Default)]
struct Folder {
    certain: BTreeMap<String, Node>,
    now: BTreeMap<String, Node>,
    pending: Vec<NameChange>,
}

#[derive(Debug, Clone)]
enum Change {
    Write { at: u64, bytes: Arc<[u8]> },
    Length(u64),
}

#[derive(Debug, Clone, Default)]
struct Body {
    certain: Arc<Vec<u8>>,
    /// What a process reads, however much of it is certain.
    now: Arc<Vec<u8>>,
    pending: Vec<(usize, Change)>,
}

/// A disk and the cache above it.
#[derive(Debug, Clone)]
pub struct Platter {
    root: PathBuf,
    honesty: Honesty,
    folders: Vec<Folder>,
    bodies: Vec<Body>,
    inodes: HashMap<u64, usize>,
    played: usize,
    /// Decides what a failed sync left.
    chance: Chance,
}

/// How much of what is uncertain a cut leaves.
#[derive(Clone, Copy)]
enum Left {
    Nothing,
    Everything,
    /// What came before this place.
    UpTo(usize),
    Anything,
}

impl Left {
    fn draw(chance: &mut Chance, played: usize, reach: usize) -> Self {
        match chance.below(8) {
            0 => Self::Nothing,
            1 => Self::Everything,
            2 | 3 => Self::UpTo(played.saturating_sub(chance.below(reach + 1))),
            _ => Self::Anything,
        }
    }
    fn keeps(self, chance: &mut Chance, at: usize) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::UpTo(place) => at < place,
            Self::Anything => chance.below(2) == 0,
        }
    }
}

impl Platter {
    /// An empty folder.
    pub fn empty(root: &Path, honesty: Honesty, seed: u64) -> Result<Self> {
        let root = root.canonicalize()?;
        let (folders, chance) = (vec![Folder::default()], Chance::new(seed));
        Ok(Self { root, honesty, folders, bodies: Vec::new(), inodes: HashMap::new(), played: 0, chance })
    }

    /// A folder as it stands, all of it certain.
    pub fn of_folder(root: &Path, honesty: Honesty, seed: u64) -> Result<Self> {
        let mut platter = Self::empty(root, honesty, seed)?;
        let root = platter.root.clone();
        platter.take_in(&root, 0)?;
        Ok(platter)
    }

    fn take_in(&mut self, path: &Path, folder: usize) -> Result<()> {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let node = if entry.file_type()?.is_dir() {
                self.folders.push(Folder::default());
                let id = self.folders.len() - 1;
                self.take_in(&entry.path(), id)?;
                Node::Folder(id)
            } else {
                let bytes = Arc::new(fs::read(entry.path())?);
                let body = Body { certain: Arc::clone(&bytes), now: bytes, pending: Vec::new() };
                self.bodies.push(body);
                self.inodes.insert(entry.metadata()?.ino(), self.bodies.len() - 1);
                Node::File(self.bodies.len() - 1)
            };
            self.folders[folder].certain.insert(name.clone(), node);
            self.folders[folder].now.insert(name, node);
        }
        Ok(())
    }

    /// The same disk and cache, seen from another folder that was laid out from [`Platter::cached`]: a process was killed and
    /// another goes on.
    pub fn moved_to(mut self, root: &Path) -> Result<Self> {
        self.root = root.canonicalize()?;
        self.inodes.clear();
        for (path, node) in self.nodes() {
            if let Node::File(body) = node {
                self.inodes.insert(fs::metadata(self.root.join(path))?.ino(), body);
            }
        }
        Ok(self)
    }

    /// Plays one operation.
    ///
    /// # Errors
    /// An operation on a file that nobody opened or made: the tracer missed something.
    pub fn play(&mut self, op: &Op) -> Result<()> {
        self.played += 1;
        if !op.is_done() {
            if let Deed::Sync { inode } = &op.deed {
                self.forget(*inode)?;
            }
            return Ok(());
        }
        match &op.deed {
            Deed::Open { path, inode, created: true, .. } => {
                self.bodies.push(Body::default());
                let body = self.bodies.len() - 1;
                self.inodes.insert(*inode, body);
                self.name(path, Some(Node::File(body)), None)?;
            }
            Deed::Open { inode, emptied, .. } => {
                if *emptied {
                    self.change(*inode, Change::Length(0))?;
                }
            }
            Deed::Write { inode, at, bytes } => {
                self.change(*inode, Change::Write { at: *at, bytes: Arc::clone(bytes) })?;
            }
            Deed::Cut { inode, length } => self.change(*inode, Change::Length(*length))?,
            // Room and not bytes; the phone's reserve is the only file that has it, and nobody reads that.
            Deed::Allocate { .. } => {}
            Deed::Sync { inode } => self.sync(*inode)?,
            Deed::SyncFolder { path } => {
                let folder = self.folder(path)?;
                if self.honesty == Honesty::Honest {
                    self.settle(folder);
                }
            }
            Deed::Rename { from, to } => {
                let (folder, name) = self.place(from)?;
                let node = self.folders[folder].now.get(&name).copied();
                let node = node.with_context(|| format!("{} was renamed and is not known", from.display()))?;
                let target = self.name(to, Some(node), None)?;
                self.name(from, None, Some((target, self.played)))?;
            }
            Deed::Link { from, to } => {
                let (folder, name) = self.place(from)?;
                let node = self.folders[folder].now.get(&name).copied();
                self.name(to, node, None)?;
            }
            Deed::Unlink { path } | Deed::RemoveFolder { path } => {
                self.name(path, None, None)?;
            }
            Deed::MakeFolder { path } if *path == self.root => {}
            Deed::MakeFolder { path } => {
                self.folders.push(Folder::default());
                let folder = self.folders.len() - 1;
                self.name(path, Some(Node::Folder(folder)), None)?;
            }
            Deed::Map { .. } | Deed::Mark(_) | Deed::Read { .. } => {}
        }
        Ok(())
    }

    fn body(&mut self, inode: u64) -> Result<&mut Body> {
        let body = self.inodes.get(&inode).copied();
        let body = body.with_context(|| format!("inode {inode} was changed and never opened"))?;
        Ok(&mut self.bodies[body])
    }

    fn change(&mut self, inode: u64, change: Change) -> Result<()> {
        let at = self.played;
        let body = self.body(inode)?;
        apply(Arc::make_mut(&mut body.now), &change);
        body.pending.push((at, change));
        Ok(())
    }

    fn sync(&mut self, inode: u64) -> Result<()> {
        if self.honesty == Honesty::Lies {
            return Ok(());
        }
        let body = self.body(inode)?;
        if !body.pending.is_empty() {
            let certain = Arc::make_mut(&mut body.certain);
            body.pending.drain(..).for_each(|(_, change)| apply(certain, &change));
        }
        Ok(())
    }

    /// A sync failed: what was to be synced is decided now, and nobody will ever write it again.
    fn forget(&mut self, inode: u64) -> Result<()> {
        let mut chance = self.chance.branch();
        let left = if chance.below(2) == 0 { Left::Nothing } else { Left::Anything };
        let played = self.played;
        let body = self.body(inode)?;
        body.certain = after_the_cut(body, left, &mut chance, played);
        body.pending.clear();
        Ok(())
    }

    /// The folder and the name of a path.
    fn place(&self, path: &Path) -> Result<(usize, String)> {
        let below = path.strip_prefix(&self.root).with_context(|| format!("{} is elsewhere", path.display()))?;
        let mut parts: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let Some(name) = parts.pop() else { bail!("the root itself has no name") };
        let mut folder = 0;
        for part in parts {
            match self.folders[folder].now.get(&part) {
                Some(Node::Folder(next)) => folder = *next,
                _ => bail!("{} lies in a folder nobody made", path.display()),
            }
        }
        Ok((folder, name))
    }

    fn folder(&self, path: &Path) -> Result<usize> {
        if path == self.root {
            return Ok(0);
        }
        let (parent, name) = self.place(path)?;
        match self.folders[parent].now.get(&name) {
            Some(Node::Folder(folder)) => Ok(*folder),
            _ => bail!("{} is no folder that somebody made", path.display()),
        }
    }

    fn name(&mut self, path: &Path, to: Option<Node>, needs: Option<(usize, usize)>) -> Result<usize> {
        let (folder, name) = self.place(path)?;
        let at = self.played;
        let holder = &mut self.folders[folder];
        set(&mut holder.now, &name, to);
        holder.pending.push(NameChange { at, name, to, needs });
        Ok(folder)
    }

    fn settle(&mut self, folder: usize) {
        for change in std::mem::take(&mut self.folders[folder].pending) {
            if let Some((other, at)) = change.needs {
                // One step of the file system: what comes with it is certain too, and so is what that name was before.
                let name = self.folders[other].pending.iter().find(|c| c.at == at && c.needs.is_none());
                let name = name.map(|half| half.name.clone());
                let (done, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.folders[other].pending)
                    .into_iter()
                    .partition(|c| c.at <= at && Some(&c.name) == name.as_ref());
                self.folders[other].pending = rest;
                for half in done {
                    set(&mut self.folders[other].certain, &half.name, half.to);
                }
            }
            set(&mut self.folders[folder].certain, &change.name, change.to);
        }
    }

    /// Makes everything certain: from here on it counts as having been there for long.
    pub fn settle_all(&mut self) {
        for folder in &mut self.folders {
            folder.pending.clear();
            folder.certain.clone_from(&folder.now);
        }
        for body in &mut self.bodies {
            body.pending.clear();
            body.certain = Arc::clone(&body.now);
        }
    }

    /// Files and folders by their present names.
    fn nodes(&self) -> Vec<(PathBuf, Node)> {
        let mut nodes = Vec::new();
        let mut open = vec![(PathBuf::new(), 0)];
        while let Some((path, folder)) = open.pop() {
            for (name, node) in &self.folders[folder].now {
                let path = path.join(name);
                if let Node::Folder(next) = node {
                    open.push((path.clone(), *next));
                }
                nodes.push((path, *node));
            }
        }
        nodes
    }

    /// What a process sees now, and what a kill leaves.
    pub fn cached(&self) -> Tree {
        let content = |node: Node| match node {
            Node::Folder(_) => None,
            Node::File(body) => Some(Arc::clone(&self.bodies[body].now)),
        };
        self.nodes().into_iter().map(|(path, node)| (path, content(node))).collect()
    }

    /// Files that a process reads otherwise than they are, and of which nothing will be written any more unless somebody writes it
    /// again: what a failed sync left. With what is certain of them.
    pub fn forgotten(&self) -> Tree {
        let body = |node: Node| match node {
            Node::File(body) => Some(&self.bodies[body]).filter(|b| b.pending.is_empty() && b.certain != b.now),
            Node::Folder(_) => None,
        };
        let of = |(path, node)| Some((path, Some(Arc::clone(&body(node)?.certain))));
        self.nodes().into_iter().filter_map(of).collect()
    }

    /// How many things a cut would decide now.
    pub fn uncertain(&self) -> usize {
        self.folders.iter().map(|f| f.pending.len()).sum::<usize>()
            + self.bodies.iter().map(|b| b.pending.len()).sum::<usize>()
    }

    /// What the power leaves if it goes now.
    pub fn after(&self, cut: &mut Cut) -> Tree {
        let chance = &mut cut.0;
        let reach = self.uncertain();
        let names = Left::draw(chance, self.played + 1, reach);
        let bytes = if chance.below(2) == 0 { names } else { Left::draw(chance, self.played + 1, reach) };
        let mut kept = HashSet::new();
        let halves = |needed: bool| {
            let each = self.folders.iter().enumerate().flat_map(|(id, f)| f.pending.iter().map(move |c| (id, c)));
            each.filter(move |(_, c)| c.needs.is_some() == needed)
        };
        for (id, change) in halves(false) {
            if names.keeps(chance, change.at) {
                kept.insert((id, change.at, change.name.as_str()));
            }
        }
        for (id, change) in halves(true) {
            let Some((other, at)) = change.needs else { continue };
            let half = self.folders[other].pending.iter().find(|c| c.at == at && c.needs.is_none());
            let there = half.is_none_or(|half| kept.contains(&(other, at, half.name.as_str())));
            if there && names.keeps(chance, change.at) {
                kept.insert((id, change.at, change.name.as_str()));
            }
        }
        let mut tree = Tree::new();
        let mut written: HashMap<usize, Arc<Vec<u8>>> = HashMap::new();
        let mut open = vec![(PathBuf::new(), 0)];
        while let Some((path, folder)) = open.pop() {
            let holder = &self.folders[folder];
            let mut names = holder.certain.clone();
            for change in holder.pending.iter().filter(|c| kept.contains(&(folder, c.at, c.name.as_str()))) {
                set(&mut names, &change.name, change.to);
            }
            for (name, node) in names {
                let path = path.join(name);
                match node {
                    Node::Folder(next) => {
                        open.push((path.clone(), next));
                        tree.insert(path, None);
                    }
                    Node::File(body) => {
                        let bytes = written
                            .entry(body)
                            .or_insert_with(|| after_the_cut(&self.bodies[body], bytes, chance, self.played));
                        tree.insert(path, Some(Arc::clone(bytes)));
                    }
                }
            }
        }
        tree
    }
}

fn set(names: &mut BTreeMap<String, Node>, name: &str, to: Option<Node>) {
    match to {
        Some(node) => names.insert(name.to_owned(), node),
        None => names.remove(name),
    };
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Length(length) => bytes.resize(*length as usize, 0),
        Change::Write { at, bytes: new } => {
            let at = *at as usize;
            // What follows the end is appended: filling with zeros first was a twelfth of all the time of these stories.
            let inside = bytes.len().saturating_sub(at).min(new.len());
            bytes.resize(bytes.len().max(at), 0);
            bytes[at..at + inside].copy_from_slice(&new[..inside]);
            bytes.extend_from_slice(&new[inside..]);
        }
    }
}

/// A file's bytes after the cut.
fn after_the_cut(body: &Body, left: Left, chance: &mut Chance, played: usize) -> Arc<Vec<u8>> {
    if body.pending.is_empty() {
        return Arc::clone(&body.certain);
    }
    let mut bytes = Arc::clone(&body.certain);
    let out = Arc::make_mut(&mut bytes);
    for (at, change) in &body.pending {
        // The last operation of all was under way: it may be torn however the rest is kept.
        let torn = match left {
            Left::Anything => chance.below(3) == 0,
            Left::UpTo(_) => *at == played && chance.below(2) == 0,
            Left::Nothing | Left::Everything => false,
        };
        match change {
            Change::Write { at, bytes } if torn => tear(out, *at as usize, bytes, chance),
            _ if left.keeps(chance, *at) => apply(out, change),
            _ => {}
        }
    }
    bytes
}

/// Some sectors of a write are there, some are not, one may be garbage.
fn tear(out: &mut Vec<u8>, at: usize, bytes: &[u8], chance: &mut Chance) {
    let end = at + bytes.len();
    let (first, last) = (at / SECTOR, end.div_ceil(SECTOR));
    let in_order = chance.below(2) == 0;
    let edge = first + chance.below(last - first + 1);
    let garbage = (chance.below(6) == 0).then(|| first + chance.below(last - first));
    if chance.below(2) == 0 {
        // The length came with the file system's journal, the bytes did not.
        out.resize(out.len().max(end), 0);
    }
    for sector in first..last {
        let there = if in_order { sector < edge } else { chance.below(2) == 0 };
        if !there && garbage != Some(sector) {
            continue;
        }
        let (from, to) = (at.max(sector * SECTOR), end.min((sector + 1) * SECTOR));
        out.resize(out.len().max(to), 0);
        if garbage == Some(sector) {
            chance.fill(&mut out[from..to]);
        } else {
            out[from..to].copy_from_slice(&bytes[from - at..to - at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(root: &Path, synced: bool, named: bool) -> Vec<Deed> {
        let (temp, path) = (root.join("temp"), root.join("x"));
        let mut deeds = vec![
            Deed::Open { path: temp.clone(), inode: 7, created: true, emptied: false },
            Deed::Write { inode: 7, at: 0, bytes: vec![1; 2_000].into() },
        ];
        deeds.extend(synced.then_some(Deed::Sync { inode: 7 }));
        deeds.push(Deed::Rename { from: temp, to: path });
        deeds.extend(named.then(|| Deed::SyncFolder { path: root.to_owned() }));
        deeds
    }

    fn states(honesty: Honesty, synced: bool, named: bool) -> HashSet<Vec<(String, usize, bool)>> {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut platter = Platter::empty(&root, honesty, 1).unwrap();
        for deed in story(&root, synced, named) {
            platter.play(&Op::done(deed)).unwrap();
        }
        let whole = |bytes: &Option<Arc<Vec<u8>>>| {
            let bytes = bytes.as_ref().unwrap();
            (bytes.len(), bytes.len() == 2_000 && bytes.iter().all(|b| *b == 1))
        };
        (0..400)
            .map(|seed| {
                let tree = platter.after(&mut Cut::new(seed));
                tree.iter()
                    .map(|(path, bytes)| {
                        let (length, whole) = whole(bytes);
                        (path.to_string_lossy().into_owned(), length, whole)
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn what_was_synced_and_named_is_always_there_and_nothing_else() {
        let only = HashSet::from([vec![("x".to_owned(), 2_000, true)]]);
        assert_eq!(states(Honesty::Honest, true, true), only);
    }

    #[test]
    fn a_name_without_its_folders_sync_may_be_the_old_one_the_new_one_none_or_both() {
        let states = states(Honesty::Honest, true, false);
        let of = |names: &[&str]| names.iter().map(|n| ((*n).to_owned(), 2_000, true)).collect::<Vec<_>>();
        assert_eq!(states, HashSet::from([of(&[]), of(&["temp"]), of(&["x"]), of(&["temp", "x"])]));
    }

    #[test]
    fn bytes_without_a_sync_may_be_whole_torn_or_absent_under_their_final_name() {
        let states = states(Honesty::Honest, false, true);
        assert!(states.iter().all(|s| s.len() == 1 && s[0].0 == "x"));
        let has = |like: &dyn Fn(usize, bool) -> bool| states.iter().any(|s| like(s[0].1, s[0].2));
        assert!(has(&|length, _| length == 0));
        assert!(has(&|_, whole| whole));
        assert!(has(&|length, whole| length == 2_000 && !whole), "the length came, the bytes did not");
        assert!(has(&|length, _| length > 0 && length < 2_000));
    }

    #[test]
    fn a_disk_that_lies_or_forgets_folders_loses_what_was_synced() {
        assert!(states(Honesty::Lies, true, true).contains(&Vec::new()));
        assert!(states(Honesty::ForgetsFolders, true, true).contains(&Vec::new()));
    }

    #[test]
    fn after_a_failed_sync_a_later_one_makes_nothing_certain() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut lost = 0;
        for seed in 0..40 {
            let mut platter = Platter::empty(&root, Honesty::Honest, seed).unwrap();
            story(&root, false, false).into_iter().take(2).for_each(|deed| platter.play(&Op::done(deed)).unwrap());
            platter.play(&Op::failed(Deed::Sync { inode: 7 }, 5)).unwrap();
            platter.play(&Op::done(Deed::Sync { inode: 7 })).unwrap();
            platter.play(&Op::done(Deed::SyncFolder { path: root.clone() })).unwrap();
            let tree = platter.after(&mut Cut::new(seed));
            lost += usize::from(tree[Path::new("temp")].as_ref().unwrap().is_empty());
        }
        assert!(lost > 10 && lost < 40, "{lost} of 40");
    }

    #[test]
    fn an_operation_on_a_file_that_nobody_opened_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let mut platter = Platter::empty(dir.path(), Honesty::Honest, 1).unwrap();
        assert!(platter.play(&Op::done(Deed::Write { inode: 3, at: 0, bytes: vec![1].into() })).is_err());
    }
}
