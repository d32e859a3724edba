//! The seal: who must sign, what does not count, and that nothing which was signed changes afterwards (I12).

use xuncha_core::event::{
    EvidenceWithdrawn, NoteSet, OfficersSet, Outcome, SealRefused, SealRole, SealSigned, SignMethod,
};
use xuncha_core::feed::{BlobRef, BlobSource, Entry};
use xuncha_core::ids::{BlobHash, EntryId};
use xuncha_core::inspection::Inspection;
use xuncha_core::inspection::seal::{MANIFEST_MIME, SealFault, SealManifest, entries_hash};

use super::fold::{answer, photo};
use super::world::{Writer, blob, bytes_of, drawing, fold, item, officer, started};

/// An inspection on the table, with everything that was written.
struct Table {
    alice: Writer,
    bob: Writer,
    carol: Writer,
    entries: Vec<Entry>,
}

impl Table {
    fn new() -> Self {
        let (mut alice, mut bob) = (Writer::alice(), Writer::bob());
        let mut entries = vec![alice.say(started(), &[], &[])];
        entries.push(alice.say(answer("TRY-01", Outcome::Conforms), &[], &[]));
        entries.push(alice.say(photo("ev-1", "TRY-01"), &[], &[blob(b"1", "image/jpeg", BlobSource::Camera)]));
        bob.reads(&alice);
        entries.push(bob.say(answer("TRY-02", Outcome::Conforms), &[], &[]));
        alice.reads(&bob);
        Self { alice, bob, carol: Writer::new(3, "carol"), entries }
    }
    fn inspection(&self) -> Inspection {
        fold(&self.entries)
    }
    /// Alice puts a record forward.
    fn propose(&mut self, record: &str) -> (EntryId, Vec<u8>) {
        self.alice.reads(&self.bob);
        let manifest = self.inspection().manifest(record.into(), Some("pass".into())).unwrap();
        let bytes = manifest.to_bytes().unwrap();
        let sealed = blob(&bytes, MANIFEST_MIME, BlobSource::Derived);
        let entry = self.alice.say(manifest.proposal(sealed.sha256), &[], &[sealed]);
        let id = entry.id;
        self.entries.push(entry);
        (id, bytes)
    }
    fn sign(&mut self, who: &str, proposal: EntryId, role: SealRole, name: &str, image: Option<BlobRef>) {
        let method = if image.is_some() { SignMethod::Drawn } else { SignMethod::Keyed };
        self.sign_as(who, SealSigned { proposal, role, name: name.into(), method }, image);
    }
    fn sign_as(&mut self, who: &str, signed: SealSigned, image: Option<BlobRef>) {
        let lamport = [&self.alice, &self.bob, &self.carol].iter().map(|w| w.head.lamport).max().unwrap();
        let w = match who {
            "alice" => &mut self.alice,
            "bob" => &mut self.bob,
            _ => &mut self.carol,
        };
        w.seen = lamport;
        let images: Vec<_> = image.into_iter().collect();
        self.entries.push(w.say(signed, &[], &images));
    }
    fn waits_for(&self) -> Vec<SealRole> {
        self.inspection().seal().unwrap().waits_for
    }
    /// Alice by key, Bob drawn on her phone, the firm drawn.
    fn sign_all(&mut self, proposal: EntryId) {
        self.sign("alice", proposal, SealRole::Officer, "王芳", None);
        self.sign("alice", proposal, SealRole::Officer, "李强", Some(drawing("李强")));
        self.sign("alice", proposal, SealRole::Firm, "陈经理", Some(drawing("陈经理")));
    }
}

const OFFICER: SealRole = SealRole::Officer;
const FIRM: SealRole = SealRole::Firm;

#[test]
fn two_officers_one_by_key_and_the_firm_seal_it() {
    let mut t = Table::new();
    assert!(t.inspection().seal().is_none());
    let (p, _) = t.propose("记录");
    assert_eq!(t.waits_for(), [OFFICER, FIRM]);
    t.sign("alice", p, OFFICER, "王芳", None);
    assert_eq!(t.waits_for(), [OFFICER, FIRM]);
    t.sign("alice", p, OFFICER, "李强", Some(drawing("李强")));
    assert_eq!(t.waits_for(), [FIRM]);
    t.sign("alice", p, FIRM, "陈经理", Some(drawing("陈经理")));
    assert_eq!(t.waits_for(), []);
    assert!(t.inspection().seal().unwrap().is_sealed());

    let mut both_keyed = Table::new();
    let (p, _) = both_keyed.propose("记录");
    both_keyed.sign("alice", p, OFFICER, "王芳", None);
    both_keyed.sign("bob", p, OFFICER, "李强", None);
    assert_eq!(both_keyed.waits_for(), [FIRM]);
}

#[test]
fn a_refusal_takes_the_place_of_the_firm_only_with_reason_and_witness() {
    let mut t = Table::new();
    let (proposal, _) = t.propose("记录");
    t.sign("alice", proposal, OFFICER, "王芳", None);
    t.sign("bob", proposal, OFFICER, "李强", None);
    for (reason, witness) in [("", "赵某"), ("拒绝", " "), ("  ", "")] {
        let refused = SealRefused { proposal, reason: reason.into(), witness: witness.into() };
        t.entries.push(t.alice.say(refused, &[], &[]));
        assert_eq!(t.waits_for(), [FIRM], "{reason:?} {witness:?}");
    }
    let refused = SealRefused { proposal, reason: "不认可第一项".into(), witness: "赵某".into() };
    t.entries.push(t.alice.say(refused, &[], &[]));
    assert_eq!(t.waits_for(), []);
    let inspection = t.inspection();
    assert_eq!(inspection.seal().unwrap().refusal.unwrap().value.refused.witness, "赵某");
}

/// Whose phone, as what, under which name, with which image.
type By<'a> = (&'a str, SealRole, &'a str, Option<BlobRef>);

#[test]
fn what_does_not_count_as_a_signature() {
    let rows: [(&str, &[By<'_>], &[SealRole]); 7] = [
        (
            "one officer keyed twice under two names",
            &[("alice", OFFICER, "王芳", None), ("alice", OFFICER, "李强", None)],
            &[OFFICER, FIRM],
        ),
        (
            "one officer keyed and drawn",
            &[("alice", OFFICER, "王芳", None), ("alice", OFFICER, "王芳 ", Some(drawing("a")))],
            &[OFFICER, FIRM],
        ),
        (
            "one officer drawn twice",
            &[("alice", OFFICER, "王芳", Some(drawing("a"))), ("alice", OFFICER, "王芳", Some(drawing("b")))],
            &[OFFICER, FIRM],
        ),
        (
            "two officers, none by key",
            &[("alice", OFFICER, "王芳", Some(drawing("a"))), ("alice", OFFICER, "李强", Some(drawing("b")))],
            &[OFFICER, FIRM],
        ),
        (
            "the key of somebody outside the team",
            &[("alice", OFFICER, "王芳", None), ("carol", OFFICER, "李强", None)],
            &[OFFICER, FIRM],
        ),
        (
            "an officer's key in the firm's place",
            &[("alice", OFFICER, "王芳", None), ("bob", OFFICER, "李强", None), ("alice", FIRM, "陈经理", None)],
            &[FIRM],
        ),
        (
            "a witness for an officer or the firm",
            &[("alice", OFFICER, "王芳", None), ("alice", SealRole::Witness, "李强", Some(drawing("b")))],
            &[OFFICER, FIRM],
        ),
    ];
    for (what, signatures, waits) in rows {
        let mut t = Table::new();
        let (p, _) = t.propose("记录");
        for (who, role, name, image) in signatures {
            t.sign(who, p, *role, name, image.clone());
        }
        assert_eq!(t.waits_for(), waits, "{what}");
    }
}

#[test]
fn nobody_joins_the_team_by_naming_himself_but_a_member_may_name_others() {
    let mut t = Table::new();
    let carol = || vec![officer("alice", "王芳"), officer("bob", "李强"), officer("carol", "赵敏")];
    t.entries.push(t.carol.say(OfficersSet { officers: carol() }, &[], &[]));
    t.entries.push(t.carol.say(started(), &[], &[]));
    let (p, _) = t.propose("记录");
    t.sign("alice", p, OFFICER, "王芳", None);
    t.sign("carol", p, OFFICER, "赵敏", None);
    assert_eq!(t.waits_for(), [OFFICER, FIRM]);
    t.entries.push(t.bob.say(OfficersSet { officers: carol() }, &[], &[]));
    assert_eq!(t.waits_for(), [FIRM], "named by one who is on the team");
}

#[test]
fn a_drawn_signature_without_its_image_does_not_count() {
    let mut t = Table::new();
    let (proposal, _) = t.propose("记录");
    t.sign("alice", proposal, OFFICER, "王芳", None);
    let drawn = |role, name: &str| SealSigned { proposal, role, name: name.into(), method: SignMethod::Drawn };
    t.sign_as("alice", drawn(OFFICER, "李强"), None);
    t.sign_as("alice", drawn(FIRM, "陈经理"), None);
    assert_eq!(t.waits_for(), [OFFICER, FIRM]);
    t.sign_as("alice", drawn(OFFICER, "李强"), Some(drawing("李强")));
    t.sign_as("alice", drawn(FIRM, "陈经理"), Some(drawing("陈经理")));
    assert_eq!(t.waits_for(), []);
}

#[test]
fn a_signature_belongs_to_its_proposal_and_a_stale_one_shows_what_it_left_out() {
    let mut t = Table::new();
    let (first, _) = t.propose("第一稿");
    t.sign("alice", first, OFFICER, "王芳", None);
    assert!(t.inspection().seal().unwrap().outside.is_empty(), "signatures are not what a seal leaves out");
    let note = t.bob.say(NoteSet { item: item("TRY-01"), text: "补充".into() }, &[], &[]);
    t.entries.push(note.clone());
    let inspection = t.inspection();
    let outside: Vec<_> = inspection.seal().unwrap().outside.iter().map(|n| n.by.entry).collect();
    assert_eq!(outside, [note.id]);

    let (second, _) = t.propose("第二稿");
    let inspection = t.inspection();
    let seal = inspection.seal().unwrap();
    assert_eq!(seal.proposal.by.entry, second, "the latest counts while none is sealed");
    assert!(seal.outside.is_empty() && seal.signatures.is_empty(), "a signature does not move to another text");
}

#[test]
fn after_the_seal_nothing_that_was_signed_changes() {
    let mut t = Table::new();
    let (old, _) = t.propose("第一稿");
    t.sign("alice", old, OFFICER, "王芳", None);
    t.entries.push(t.bob.say(NoteSet { item: item("TRY-01"), text: "补充".into() }, &[], &[]));
    let (sealed, manifest) = t.propose("第二稿");
    t.sign_all(sealed);
    let proposal = |t: &Table| t.inspection().seal().unwrap().proposal.clone();
    let before = proposal(&t);
    assert_eq!(before.by.entry, sealed);

    // Whatever comes afterwards: a correction, a withdrawal, the rest of the old proposal's signatures, a new proposal.
    let late = t.alice.say(answer("TRY-01", Outcome::NonConforming), &[], &[]);
    t.entries.push(late.clone());
    let gone = EvidenceWithdrawn { evidence: "ev-1".parse().unwrap(), reason: "拍错了".into() };
    t.entries.push(t.bob.say(gone, &[], &[]));
    t.sign("bob", old, OFFICER, "李强", None);
    t.sign("alice", old, FIRM, "陈经理", Some(drawing("陈经理")));
    let (third, _) = t.propose("第三稿");
    t.sign_all(third);
    assert_eq!(proposal(&t), before);
    let inspection = t.inspection();
    let seal = inspection.seal().unwrap();
    assert!(seal.is_sealed());
    assert!(seal.outside.iter().any(|n| n.by.entry == late.id), "what came late is shown as late");
    assert_eq!(inspection.check_seal(&before.value, &manifest), [], "and the seal still fits");
}

#[test]
fn check_seal_finds_what_was_changed_removed_or_slipped_in() {
    let mut t = Table::new();
    let (p, bytes) = t.propose("记录");
    t.sign_all(p);
    let inspection = t.inspection();
    let proposed = inspection.seal().unwrap().proposal.value.clone();
    assert_eq!(inspection.check_seal(&proposed, &bytes), []);

    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert_eq!(inspection.check_seal(&proposed, &changed), [SealFault::ManifestHash], "byte {at}");
    }

    let sealed: SealManifest = serde_json::from_slice(&bytes).unwrap();
    for missing in &sealed.entries {
        let rest = fold(t.entries.iter().filter(|e| e.id != *missing));
        assert!(rest.check_seal(&proposed, &bytes).contains(&SealFault::EntryMissing(*missing)));
    }

    // An entry that lies before the frontier and was left out of the list.
    let hidden = sealed.entries[1];
    let mut without = sealed.clone();
    without.entries.retain(|e| *e != hidden);
    let short = without.to_bytes().unwrap();
    let proposal = without.proposal(BlobHash::digest(&[&short]));
    assert_eq!(inspection.check_seal(&proposal, &short), [SealFault::EntryAdded(hidden)]);

    // A manifest whose hash is right, under a proposal that says something else.
    for change in [
        &|m: &mut SealManifest| m.record.push('。') as (),
        &|m: &mut SealManifest| m.frontier[0].seq += 1,
        &|m: &mut SealManifest| {
            m.entries.pop();
        },
    ] as [&dyn Fn(&mut SealManifest); 3]
    {
        let mut other = sealed.clone();
        change(&mut other);
        let bytes = other.to_bytes().unwrap();
        let mut proposal = proposed.clone();
        proposal.manifest = BlobHash::digest(&[&bytes]);
        let faults = inspection.check_seal(&proposal, &bytes);
        assert!(faults.iter().any(|f| matches!(f, SealFault::Proposal(_))), "{faults:?}");
    }
    let mut elsewhere = sealed;
    elsewhere.inspection = "another".parse().unwrap();
    let bytes = elsewhere.to_bytes().unwrap();
    let proposal = elsewhere.proposal(BlobHash::digest(&[&bytes]));
    assert_eq!(inspection.check_seal(&proposal, &bytes), [SealFault::Proposal("inspection".into())]);
    let proposal = xuncha_core::event::SealProposed { manifest: BlobHash::digest(&[b"[]"]), ..proposed };
    assert!(matches!(inspection.check_seal(&proposal, b"[]")[..], [SealFault::ManifestShape(_)]));
}

#[test]
fn a_manifest_names_entries_and_blobs_in_their_order_and_each_feeds_end() {
    let t = Table::new();
    let m = t.inspection().manifest("记录".into(), None).unwrap();
    assert_eq!(m.entries.len(), 4);
    assert!(m.entries.is_sorted() && m.blobs.is_sorted_by_key(|b| b.sha256) && m.frontier.is_sorted_by_key(|h| h.feed));
    assert!(m.frontier.contains(&t.alice.head) && m.frontier.contains(&t.bob.head));
    let text: String = m.entries.iter().map(|e| format!("{e}\n")).collect();
    assert_eq!(entries_hash(&m.entries), xuncha_core::ids::Digest::digest(&[text.as_bytes()]));
    assert!(
        Inspection::new("x".parse().unwrap()).manifest(String::new(), None).is_none(),
        "nothing begun, nothing sealed"
    );
    assert_eq!(bytes_of(&t.inspection()), bytes_of(&t.inspection()));
}
