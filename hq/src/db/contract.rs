//! What every backend must keep, as one suite. `contract!(open)` runs it; `open` gives an empty database and whatever must
//! stay alive with it.

use xuncha_core::feed::{
    AppInfo, ClaimedTime, Draft, Entry, FeedKey, Frame, Head, Signature, Signer, VerifyingKey, author,
};
use xuncha_core::ids::{BlobHash, Digest, FeedId};
use xuncha_core::protocol::push::Quarantined;

use super::*;
use crate::api::types::{Role, UnitRow};

struct Key(ed25519_dalek::SigningKey);

impl Signer for Key {
    fn sign(&self, message: &[u8]) -> Signature {
        use ed25519_dalek::Signer as _;
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
    fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::from_bytes(self.0.verifying_key().to_bytes())
    }
}

fn entry(head: &Head, n: u8) -> (Frame, Entry) {
    entry_by(&Key(ed25519_dalek::SigningKey::from_bytes(&[1; 32])), head, n)
}

fn entry_by(key: &Key, head: &Head, n: u8) -> (Frame, Entry) {
    let draft = Draft {
        salt: [n; 16],
        actor: "alice".parse().unwrap(),
        inspection: None,
        kind: "feed.opened".into(),
        body: serde_json::json!({}),
        over: vec![],
        seen_lamport: 0,
        blobs: vec![],
        time: ClaimedTime { wall: "w".into(), boot: "b".into(), mono_ms: 0, hq_seen: None },
        place: None,
        app: AppInfo { version: "0".into(), os: "t".into() },
    };
    author(head, draft, key).unwrap()
}

fn batch(after: Head, log_index: u64, frame: &Frame, entry: &Entry) -> Batch {
    let index = IndexRow {
        log_index,
        inspection: None,
        kind: "feed.opened".into(),
        actor: "alice".parse().unwrap(),
        lamport: entry.header.lamport,
        inert: None,
    };
    Batch {
        feed: Some(after.feed),
        after: Some(after),
        entries: vec![NewEntry { log_index, seq: entry.header.seq, frame: frame.clone() }],
        quarantine: vec![],
        changes: Changes { index: vec![index], ..Changes::default() },
        received: "2026-01-01T00:00:00.000Z".into(),
    }
}

/// A batch is stored whole, only after the head it was decided on, and reads back byte for byte.
pub async fn a_feed_grows_only_from_the_head_that_was_read(db: &dyn Db) {
    let feed = FeedId::digest(&[b"feed"]);
    let empty = Head::empty(feed);
    let (first, opened) = entry(&empty, 1);
    db.commit(batch(empty.clone(), 1, &first, &opened)).await.unwrap();
    let head = db.head(&feed).await.unwrap();
    assert_eq!((head.seq, head.id), (1, Some(opened.id)));
    let (other, elsewhere) = entry(&empty, 2);
    let refused = db.commit(batch(empty, 2, &other, &elsewhere)).await;
    assert!(matches!(refused, Err(DbError::Moved)), "{refused:?}");
    assert_eq!(db.log_index().await.unwrap(), 1);
    let stored = db.entries(&feed, 0, 10).await.unwrap();
    assert_eq!(stored[0].frame.to_bytes(), first.to_bytes());
    assert_eq!(db.entry_at(&feed, 1).await.unwrap(), Some(opened.id));
    assert_eq!(db.entry_at(&feed, 2).await.unwrap(), None);
    let (second, next) = entry(&head, 3);
    let clash = db.commit(batch(head.clone(), 1, &second, &next)).await;
    assert!(matches!(clash, Err(DbError::Moved)), "a place in the log is given once: {clash:?}");
    assert_eq!(db.head(&feed).await.unwrap(), head, "and nothing of the batch was stored");
}

/// The same frame kept apart twice is one row.
pub async fn quarantine_keeps_each_frame_once(db: &dyn Db) {
    let feed = FeedId::digest(&[b"quarantine"]);
    let (frame, bad) = entry(&Head::empty(feed), 1);
    for _ in 0..2 {
        let apart = Quarantined { seq: 1, id: bad.id, reason: "feed.taken".into() };
        let batch = Batch {
            feed: Some(feed),
            after: Some(Head::empty(feed)),
            quarantine: vec![(apart, frame.clone())],
            ..Batch::default()
        };
        db.commit(batch).await.unwrap();
    }
    assert_eq!(db.quarantined(&feed).await.unwrap().len(), 1);
    assert_eq!(db.head(&feed).await.unwrap().seq, 0);
}

/// A name is given once, and what a row names must be there.
pub async fn names_are_unique_and_references_hold(db: &dyn Db) {
    let unit = UnitRow { unit: "u1".parse().unwrap(), name: "one".into(), parent: None };
    db.create_unit(&unit).await.unwrap();
    assert!(matches!(db.create_unit(&unit).await, Err(DbError::Constraint)));
    let user = |unit: &str| UserRecord {
        user: "alice".parse().unwrap(),
        name: "A".into(),
        role: Role::Inspector,
        unit: unit.parse().unwrap(),
        certificate_no: String::new(),
        password: "x".into(),
        disabled: false,
        created: "2026-01-01T00:00:00.000Z".into(),
    };
    assert!(matches!(db.create_user(&user("nowhere")).await, Err(DbError::Constraint)));
    db.create_user(&user("u1")).await.unwrap();
    let session = SessionRecord {
        session: "s".into(),
        secret: Digest::digest(&[b"s"]),
        user: "alice".parse().unwrap(),
        created: "2026-01-01T00:00:00.000Z".into(),
        expires: "2026-01-02T00:00:00.000Z".into(),
        agent: String::new(),
    };
    db.create_session(&session).await.unwrap();
    let good = async |now: &str| db.session(&session.secret, now).await.unwrap().is_some();
    assert!(good("2026-01-01T12:00:00.000Z").await);
    assert!(!good("2026-01-02T00:00:00.000Z").await, "its term is over at that very moment");
    db.set_disabled(&session.user, true).await.unwrap();
    assert!(!good("2026-01-01T12:00:00.000Z").await);
}

/// An invitation is used by one request only, however many try.
pub async fn an_invitation_is_used_once(db: &dyn Db) {
    let unit = UnitRow { unit: "u2".parse().unwrap(), name: "two".into(), parent: None };
    db.create_unit(&unit).await.unwrap();
    let user = UserRecord {
        user: "ivy".parse().unwrap(),
        name: "I".into(),
        role: Role::Inspector,
        unit: unit.unit.clone(),
        certificate_no: String::new(),
        password: "x".into(),
        disabled: false,
        created: String::new(),
    };
    db.create_user(&user).await.unwrap();
    let invitation = InvitationRecord {
        invitation: "i1".into(),
        secret: Digest::digest(&[b"secret"]),
        user: user.user,
        created: "2026-01-01T00:00:00.000Z".into(),
        expires: "2026-01-02T00:00:00.000Z".into(),
        cancelled: false,
        used: None,
    };
    db.create_invitation(&invitation).await.unwrap();
    let device = |name: &str| DeviceRecord {
        device: name.parse().unwrap(),
        label: "l".into(),
        device_key: VerifyingKey::from_bytes([1; 32]),
        sealing_key: Digest::digest(&[b"k"]),
        unit: unit.unit.clone(),
        enrolled: "2026-01-01T00:00:00.000Z".into(),
        last_seen: None,
        revoked: None,
    };
    let request = Digest::digest(&[b"request"]);
    db.enrol("i1", &request, &device("d1")).await.unwrap();
    assert!(matches!(db.enrol("i1", &request, &device("d2")).await, Err(DbError::Constraint)));
    assert!(db.device(&"d2".parse().unwrap()).await.unwrap().is_none(), "whole or not at all");
    let used = db.invitation(&invitation.secret).await.unwrap().unwrap().used.unwrap();
    assert_eq!((used.0.as_str(), used.1), ("d1", request));
    assert!(!db.cancel_invitation("i1").await.unwrap());
}

/// Emptying and refilling the rebuildable tables gives the same text.
pub async fn views_can_be_emptied_and_filled_again(db: &dyn Db) {
    let pack = |n: u64| PackRow {
        log_index: n,
        kind: "list".into(),
        code: "COLD".into(),
        version: n.to_string(),
        sha256: Digest::digest(&[&n.to_be_bytes()]),
        size: 1,
        units: vec![],
    };
    let changes = Changes { packs: vec![pack(1), pack(2)], ..Changes::default() };
    db.rebuild(changes.clone()).await.unwrap();
    let text = db.views_text().await.unwrap();
    assert!(text.contains("COLD"));
    db.rebuild(Changes::default()).await.unwrap();
    assert_ne!(db.views_text().await.unwrap(), text);
    db.rebuild(changes).await.unwrap();
    assert_eq!(db.views_text().await.unwrap(), text);
    assert_eq!(db.packs().await.unwrap(), [pack(1), pack(2)]);
    assert!(db.delivered(&FeedId::digest(&[b"f"]), &[BlobHash::digest(&[b"b"])]).await.unwrap().is_empty());
}

/// One log with two feeds and a companion in each of two inspections, grown a step at a time.
struct Grown {
    heads: Vec<(Key, Head)>,
    log_index: u64,
    /// By place in the log: feed, inspection, whether it is a stranger's.
    entries: std::collections::BTreeMap<u64, (FeedId, InspectionId, bool)>,
    teams: std::collections::BTreeMap<InspectionId, BTreeSet<UserId>>,
}

impl Grown {
    fn new() -> Self {
        let heads = [1, 2].map(|n| {
            let key = Key(ed25519_dalek::SigningKey::from_bytes(&[n; 32]));
            (key, Head::empty(FeedId::digest(&[&[n]])))
        });
        Self { heads: heads.into(), log_index: 0, entries: Default::default(), teams: Default::default() }
    }

    fn feed(&self, n: usize) -> FeedId {
        self.heads[n].1.feed
    }

    /// The next entry of a feed, in this inspection, with these blobs.
    async fn say(&mut self, db: &dyn Db, feed: usize, inspection: &InspectionId, stranger: bool, blobs: &[&[u8]]) {
        let (key, head) = &mut self.heads[feed];
        let (frame, entry) = entry_by(key, head, 1);
        self.log_index += 1;
        let mut batch = batch(head.clone(), self.log_index, &frame, &entry);
        batch.changes.index[0].inspection = Some(inspection.clone());
        batch.changes.index[0].inert = stranger.then(|| "event.scope".to_owned());
        batch.changes.blobs = blobs
            .iter()
            .zip(0..)
            .map(|(bytes, position)| BlobRow {
                log_index: self.log_index,
                position,
                feed: head.feed,
                entry: entry.id,
                sha256: BlobHash::digest(&[bytes]),
                size: 1,
                mime: "image/jpeg".into(),
                inspection: Some(inspection.clone()),
            })
            .collect();
        let next = Head { feed: head.feed, seq: entry.header.seq, id: Some(entry.id), lamport: entry.header.lamport };
        self.entries.insert(self.log_index, (head.feed, inspection.clone(), stranger));
        *head = next;
        db.commit(batch).await.unwrap();
    }

    async fn judge(&mut self, db: &dyn Db, at: u64, stranger: bool) {
        self.entries.get_mut(&at).unwrap().2 = stranger;
        let inert = vec![(at, stranger.then(|| "event.scope".to_owned()))];
        db.commit(Batch { changes: Changes { inert, ..Changes::default() }, ..Batch::default() }).await.unwrap();
    }

    async fn set_team(&mut self, db: &dyn Db, inspection: &InspectionId, team: &[&str]) {
        let team: Vec<UserId> = team.iter().map(|user| user.parse().unwrap()).collect();
        self.teams.insert(inspection.clone(), team.iter().cloned().collect());
        let record = InspectionRecord {
            inspection: inspection.clone(),
            unit: "u".parse().unwrap(),
            task: None,
            firm: None,
            kind: xuncha_core::event::InspectionKind::Routine,
            state: crate::api::types::InspectionState::Draft,
            serious: 0,
            conclusion: None,
            day: "2026-01-01".into(),
            search: String::new(),
            body: "{}".into(),
            team,
        };
        let changes = Changes { inspections: vec![record], ..Changes::default() };
        db.commit(Batch { changes, ..Batch::default() }).await.unwrap();
    }

    /// What [`Work::companions`] says, counted here from the beginning.
    fn companions(&self, user: &UserId) -> Vec<FeedId> {
        let speaks = |(feed, inspection, stranger): &(FeedId, InspectionId, bool)| {
            let member = self.teams.get(inspection).is_some_and(|team| team.contains(user));
            (member && !stranger).then_some(*feed)
        };
        let feeds: BTreeSet<FeedId> = self.entries.values().filter_map(speaks).collect();
        feeds.into_iter().collect()
    }
}

/// Whose feeds concern a person follows every entry, every later judgement of one, and everybody who comes or leaves.
pub async fn companions_follow_entries_judgements_and_teams(db: &dyn Db) {
    let mut grown = Grown::new();
    let inspections: [InspectionId; 3] = ["a", "b", "c"].map(|id| id.parse().unwrap());
    let mut chance = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |n: u64| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance % n
    };
    let mut seen = BTreeSet::new();
    for _ in 0..400 {
        let inspection = &inspections[below(3) as usize];
        match below(4) {
            0 => grown.say(db, below(2) as usize, inspection, below(3) == 0, &[]).await,
            1 if grown.log_index > 0 => grown.judge(db, 1 + below(grown.log_index), below(2) == 0).await,
            _ => {
                let team: &[&str] = [&[][..], &["alice"], &["bob"], &["alice", "bob"]][below(4) as usize];
                grown.set_team(db, inspection, team).await;
            }
        }
        for user in ["alice", "bob"].map(|user| user.parse().unwrap()) {
            let found = db.companions(&user).await.unwrap();
            assert_eq!(found, grown.companions(&user));
            seen.insert(found.len());
        }
    }
    assert_eq!(seen, BTreeSet::from([0, 1, 2]), "chance met every case");
    let alice = ["alice".parse().unwrap()];
    let hers = db.of_teams(&alice, &inspections).await.unwrap();
    assert!(inspections.iter().all(|i| hers.contains(i) == grown.teams[i].contains(&alice[0])));
}

/// What a feed's entries name is wanted until it is delivered, and again when it is lost, or when the one who delivered it for
/// the team is not of the team any more, however often it was asked before.
pub async fn what_is_undone_is_wanted_again_however_long_ago_it_was_settled(db: &dyn Db) {
    let mut grown = Grown::new();
    let inspection: InspectionId = "a".parse().unwrap();
    for n in 0..2 {
        let key = FeedKey {
            feed: grown.feed(n),
            device: format!("d{n}").parse().unwrap(),
            user: ["alice", "bob"][n].parse().unwrap(),
            key: grown.heads[n].0.verifying_key(),
        };
        let row = FeedRow { key, unit: "u".parse().unwrap(), admitted: 1, closed_after: None };
        let changes = Changes { feeds: vec![row], ..Changes::default() };
        db.commit(Batch { changes, ..Batch::default() }).await.unwrap();
    }
    grown.set_team(db, &inspection, &["alice", "bob"]).await;
    grown.say(db, 0, &inspection, false, &[b"one", b"two"]).await;
    grown.say(db, 1, &inspection, false, &[b"two"]).await;
    let (alice, bob) = (grown.feed(0), grown.feed(1));
    let wanted = |rows: Vec<WantedRow>| rows.into_iter().map(|row| row.sha256).collect::<Vec<_>>();
    let (one, two, three) = (BlobHash::digest(&[b"one"]), BlobHash::digest(&[b"two"]), BlobHash::digest(&[b"three"]));
    assert_eq!(wanted(db.wanted(&alice, 10).await.unwrap()), [one, two]);
    assert_eq!(wanted(db.wanted(&alice, 1).await.unwrap()), [one]);
    let deliver = async |feed: FeedId, sha256: BlobHash| {
        let upload = UploadRecord {
            upload: format!("{feed} {sha256}"),
            device: "d".parse().unwrap(),
            feed,
            entry: EntryId::digest(&[b"e"]),
            sha256,
            size: 1,
            expires: String::new(),
            done: false,
        };
        db.prove(&upload, "2026-01-01T00:00:00.000Z").await.unwrap();
    };
    deliver(alice, one).await;
    assert_eq!(wanted(db.wanted(&alice, 10).await.unwrap()), [two]);
    deliver(bob, two).await;
    for _ in 0..2 {
        assert_eq!(wanted(db.wanted(&alice, 10).await.unwrap()), [], "bob's copy is the team's");
    }
    grown.say(db, 0, &inspection, false, &[b"three"]).await;
    assert_eq!(wanted(db.wanted(&alice, 10).await.unwrap()), [three]);
    db.lose(&[one], "2026-01-02T00:00:00.000Z").await.unwrap();
    assert_eq!(wanted(db.wanted(&alice, 10).await.unwrap()), [one, three]);
    db.found(&[one]).await.unwrap();
    deliver(alice, three).await;
    assert_eq!(wanted(db.wanted(&alice, 10).await.unwrap()), []);
    grown.set_team(db, &inspection, &["alice"]).await;
    assert_eq!(wanted(db.wanted(&alice, 10).await.unwrap()), [two], "who is not of the team delivers nothing for it");
}

macro_rules! contract {
    ($open:expr; $($name:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $name() {
            let (db, _alive) = $open;
            super::$name(&db).await;
        }
    )+};
}

mod sqlite {
    fn open() -> (crate::db::sqlite::Sqlite, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        (crate::db::sqlite::Sqlite::open(&dir.path().join("hq.sqlite")).unwrap(), dir)
    }
    contract!(open();
        a_feed_grows_only_from_the_head_that_was_read,
        quarantine_keeps_each_frame_once,
        names_are_unique_and_references_hold,
        an_invitation_is_used_once,
        views_can_be_emptied_and_filled_again,
        companions_follow_entries_judgements_and_teams,
        what_is_undone_is_wanted_again_however_long_ago_it_was_settled,
    );

    #[test]
    fn a_file_of_a_newer_version_is_left_alone_with_a_word() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hq.sqlite");
        drop(crate::db::sqlite::Sqlite::open(&path).unwrap());
        let connection = rusqlite::Connection::open(&path).unwrap();
        let sql =
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (99, 'x', 'y', '0')";
        connection.execute(sql, []).unwrap();
        drop(connection);
        let opened = crate::db::sqlite::Sqlite::open(&path);
        assert!(matches!(opened, Err(crate::db::DbError::Newer { found: 99, .. })));
    }
}
