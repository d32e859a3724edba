//! The one HQ of a world: the production's router over a database in memory, objects on a disk that forgets, a clock and dice
//! from the seed.
//!
//! Preparing it (schema, own feed, people, packs, real enrolments) costs more than a whole seed, so that is done once and
//! each seed begins with a copy of the bytes.

use std::io::Cursor;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use anyhow::{Context as _, Result, anyhow};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use ed25519_dalek::Signer as _;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{Connection, MAIN_DB};
use tower::ServiceExt as _;
use xuncha_core::event::{PackKind, PackPublished, TaskAssigned};
use xuncha_core::feed::{FeedKey, Signature, Signer, VerifyingKey};
use xuncha_core::ids::{Digest, UnitId, UserId};
use xuncha_core::protocol::enrol::{EnrolReply, EnrolRequest, HqIdentity};
use xuncha_core::protocol::hello::Restored;
use xuncha_hq::api::types::{Role, UnitRow};
use xuncha_hq::blocking::Blocking;
use xuncha_hq::clock::Clock;
use xuncha_hq::config::Config;
use xuncha_hq::db::UserRecord;
use xuncha_hq::db::sqlite::Sqlite;
use xuncha_hq::hq::{Ground, Hq};
use xuncha_hq::keys::Keys;
use xuncha_hq::sync::router;

use super::bugs::Bug;
use super::chance::{Chance, Dice};
use super::objects::{Depot, Disk, lock};
use super::phone::firm;
use super::power::Power;

/// People, with the unit each belongs to. The last one's phone is in the hands of somebody who means ill.
pub const PEOPLE: [(&str, &str); 4] =
    [("alice", "unit-1"), ("bob", "unit-1"), ("carol", "unit-2"), ("mallory", "unit-2")];

/// A key that is the same in every run.
pub struct SeedKey(ed25519_dalek::SigningKey);

impl SeedKey {
    /// The key of this number.
    pub fn new(number: u8) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[number; 32]))
    }
}

impl Signer for SeedKey {
    fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
    fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::from_bytes(self.0.verifying_key().to_bytes())
    }
}

/// A clock that stands until it is moved.
#[derive(Debug, Default)]
pub struct StillClock(AtomicU64);

impl StillClock {
    /// It is so many milliseconds after the beginning of the world.
    pub fn set(&self, ms: u64) {
        self.0.store(ms, Ordering::Relaxed);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        let began = Timestamp::from_second(1_795_300_000).unwrap_or_default();
        let ms = i64::try_from(self.monotonic_ms()).unwrap_or(i64::MAX);
        began.checked_add(ms.milliseconds()).unwrap_or(Timestamp::MAX)
    }
    fn monotonic_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What every seed begins with.
pub struct Template {
    db: Vec<u8>,
    disk: Disk,
    keys: Arc<Keys>,
    /// What phones know of HQ.
    pub identity: HqIdentity,
    /// The feeds that were admitted, in the order of [`PEOPLE`].
    pub feeds: Vec<FeedKey>,
}

/// A backup: the whole HQ at one moment.
#[derive(Clone)]
pub struct Backup {
    db: Vec<u8>,
    disk: Disk,
}

/// The HQ.
pub struct Office {
    template: &'static Template,
    connection: Arc<Mutex<Connection>>,
    /// Its objects.
    pub disk: Arc<Mutex<Disk>>,
    /// Its power in this run of it.
    pub power: Arc<Power>,
    /// Its clock.
    pub clock: Arc<StillClock>,
    /// While it runs.
    pub running: Option<(Arc<Hq>, Router)>,
    /// See [`Bug::UncheckedChunk`].
    pub damages: Arc<Mutex<bool>>,
    chance: Chance,
    bug: Option<Bug>,
    /// See [`Bug::CommitNotDurable`].
    before: Option<Vec<u8>>,
}

impl Template {
    /// The one template of this process.
    ///
    /// # Errors
    /// It could not be prepared.
    pub fn get() -> Result<&'static Self> {
        static READY: OnceLock<std::result::Result<Template, String>> = OnceLock::new();
        let ready = READY.get_or_init(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            let prepared = runtime.map_err(anyhow::Error::from).and_then(|r| r.block_on(Self::prepare()));
            prepared.map_err(|e| format!("{e:#}"))
        });
        ready.as_ref().map_err(|e| anyhow!("{e}"))
    }

    async fn prepare() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        // The same HQ in every process: its feed's name decides the order in which things are looked at.
        std::fs::create_dir_all(folder.path().join("keys"))?;
        std::fs::write(folder.path().join("keys/hq.key"), "5a".repeat(32))?;
        std::fs::write(folder.path().join("keys/recovery.key"), "a5".repeat(32))?;
        let keys = Arc::new(Keys::open(folder.path())?);
        let connection = Arc::new(Mutex::new(Connection::open_in_memory()?));
        let (disk, power) = (Arc::new(Mutex::new(Disk::default())), Arc::new(Power::new(Chance::new(1))));
        let clock = Arc::new(StillClock::default());
        let dice = Chance::new(2);
        let hq = raise(&connection, &disk, &power, &clock, &keys, dice, None, &Arc::default()).await?;
        hq.recover().await?;
        Self::people(&hq).await?;
        Self::words(&hq).await?;
        let mut feeds = Vec::new();
        for (number, (user, _)) in PEOPLE.iter().enumerate() {
            feeds.push(Self::enrol(&hq, user, u8::try_from(number)?).await?);
        }
        let identity = hq.identity();
        drop(hq);
        let db = lock(&connection).serialize(MAIN_DB)?.to_vec();
        let disk = lock(&disk).clone();
        Ok(Self { db, disk, keys, identity, feeds })
    }

    async fn people(hq: &Hq) -> Result<()> {
        for unit in ["unit-1", "unit-2"] {
            let unit = UnitRow { unit: unit.parse()?, name: unit.to_owned(), parent: None };
            hq.db.create_unit(&unit).await?;
        }
        for (user, unit) in PEOPLE {
            let account = UserRecord {
                user: user.parse()?,
                name: user.to_owned(),
                role: Role::Inspector,
                unit: unit.parse()?,
                certificate_no: String::new(),
                // Nobody signs in here with a password.
                password: "-".to_owned(),
                disabled: false,
                created: hq.clock.stamp(),
            };
            hq.db.create_user(&account).await?;
        }
        Ok(())
    }

    /// Packs for everybody and for one unit, and a task of each unit.
    async fn words(hq: &Hq) -> Result<()> {
        let office: UserId = "hq".parse()?;
        for (n, units) in [vec![], vec!["unit-1".parse::<UnitId>()?], vec![]].into_iter().enumerate() {
            let bytes = vec![u8::try_from(n)?; 3_000 + n];
            let sha256 = hq.objects.put(&bytes)?;
            let pack = PackPublished {
                kind: PackKind::Firms,
                code: format!("pack-{n}"),
                version: "1".to_owned(),
                sha256: Digest::from_bytes(*sha256.as_bytes()),
                size: bytes.len() as u64,
                units,
            };
            hq.speak(&office, vec![pack.into()]).await?;
        }
        for (task, unit, user) in [("task-1", "unit-1", "alice"), ("task-2", "unit-2", "carol")] {
            let assigned = TaskAssigned {
                task: task.parse()?,
                title: task.to_owned(),
                unit: unit.parse()?,
                assignees: vec![user.parse()?],
                firm: firm(task)?,
                kind: Default::default(),
                modes: Vec::new(),
                lists: Vec::new(),
                rule: super::phone::rule()?,
                form: Digest::digest(&[b"form"]),
                due: None,
                origin: String::new(),
                note: String::new(),
                wants: Vec::new(),
            };
            hq.speak(&office, vec![assigned.into()]).await?;
        }
        Ok(())
    }

    async fn enrol(hq: &Arc<Hq>, user: &str, number: u8) -> Result<FeedKey> {
        let invite = hq.invite(&user.parse()?).await?;
        let device: xuncha_core::ids::DeviceId = format!("phone-{user}").parse()?;
        let feed = FeedKey::new(feed_signer(number).verifying_key(), device.clone(), user.parse()?);
        let request = EnrolRequest {
            secret: invite.invitation.secret,
            device,
            label: user.to_owned(),
            device_key: device_signer(number).verifying_key(),
            sealing_key: Digest::digest(&[b"sealing", &[number]]),
            feed: feed.clone(),
        };
        let from: SocketAddr = (Ipv4Addr::LOCALHOST, 1).into();
        let http = Request::post("/v1/enrol")
            .header("content-type", "application/json")
            .extension(ConnectInfo(from))
            .body(Body::from(serde_json::to_vec(&request)?))?;
        let response = router(Arc::clone(hq)).oneshot(http).await?;
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await?;
        let reply: EnrolReply =
            serde_json::from_slice(&body).with_context(|| format!("{user}: {}", String::from_utf8_lossy(&body)))?;
        reply.certificate.verify(&reply.hq.key).map_err(|e| anyhow!("{e}"))?;
        Ok(feed)
    }
}

/// Signs for the feed of this person's phone.
pub fn feed_signer(number: u8) -> SeedKey {
    SeedKey::new(10 + number)
}

/// Signs for the phone of this person.
pub fn device_signer(number: u8) -> SeedKey {
    SeedKey::new(100 + number)
}

#[expect(clippy::too_many_arguments, reason = "every one of them is a part of the ground an HQ stands on")]
async fn raise(
    connection: &Arc<Mutex<Connection>>,
    disk: &Arc<Mutex<Disk>>,
    power: &Arc<Power>,
    clock: &Arc<StillClock>,
    keys: &Arc<Keys>,
    dice: Chance,
    bug: Option<Bug>,
    damages: &Arc<Mutex<bool>>,
) -> Result<Arc<Hq>> {
    let ground = Ground {
        db: Arc::new(Sqlite::here(Arc::clone(connection), Arc::clone(power) as _)?),
        objects: Arc::new(Depot::new(Arc::clone(disk), Arc::clone(power), bug, Arc::clone(damages))),
        keys: Arc::clone(keys),
        clock: Arc::clone(clock) as _,
        chance: Arc::new(Dice::new(dice)),
        blocking: Blocking::Here,
    };
    Ok(Hq::assemble(ground, &Config::loopback("")).await?)
}

fn open(db: &[u8], bug: Option<Bug>) -> Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    connection.deserialize_read_exact(MAIN_DB, Cursor::new(db), db.len(), false)?;
    connection.pragma_update(None, "foreign_keys", "1")?;
    connection.set_prepared_statement_cache_capacity(64);
    if let Some(sql) = bug.and_then(Bug::sql) {
        // A backup has it already.
        connection.execute_batch("DROP TRIGGER IF EXISTS planted; DROP TRIGGER IF EXISTS planted_before;")?;
        connection.execute_batch(sql)?;
    }
    Ok(connection)
}

impl Office {
    /// Opens the copy of this seed.
    ///
    /// # Errors
    /// The template is not there.
    pub async fn begin(mut chance: Chance, bug: Option<Bug>) -> Result<Self> {
        let template = Template::get()?;
        let mut office = Self {
            template,
            connection: Arc::new(Mutex::new(open(&template.db, bug)?)),
            disk: Arc::new(Mutex::new(template.disk.clone())),
            power: Arc::new(Power::new(chance.branch())),
            clock: Arc::default(),
            running: None,
            damages: Arc::default(),
            chance,
            bug,
            before: None,
        };
        office.open().await?;
        Ok(office)
    }

    /// Starts it, as often as the power lets it: a fuse may burn in the middle of what a start makes good.
    pub async fn open(&mut self) -> Result<()> {
        loop {
            let dice = self.chance.branch();
            let (template, bug) = (self.template, self.bug);
            let hq =
                raise(&self.connection, &self.disk, &self.power, &self.clock, &template.keys, dice, bug, &self.damages);
            let started = match hq.await {
                Ok(hq) => hq.recover().await.map(|()| hq).map_err(anyhow::Error::from),
                Err(e) => Err(e),
            };
            match started {
                Ok(hq) => {
                    let routes = router(Arc::clone(&hq));
                    self.running = Some((hq, routes));
                    return Ok(());
                }
                Err(_) if self.power.is_off() => self.lose(),
                Err(e) => return Err(e.context("HQ does not start again after a power cut")),
            }
        }
    }

    /// The power goes and comes back; nothing runs yet.
    pub fn lose(&mut self) {
        self.running = None;
        lock(&self.disk).lose(&mut self.chance);
        self.power = Arc::new(Power::new(self.chance.branch()));
        if let Some(before) = self.before.take()
            && let Ok(connection) = open(&before, self.bug)
        {
            self.connection = Arc::new(Mutex::new(connection));
        }
        // Within what the next start makes good.
        if self.chance.strikes(200) {
            self.power.fail_after(self.chance.below(6));
        }
    }

    /// For [`Bug::CommitNotDurable`]: what a power cut will find instead of the database.
    ///
    /// # Errors
    /// The database cannot be copied.
    pub fn remember(&mut self) -> Result<()> {
        if self.bug == Some(Bug::CommitNotDurable) {
            self.before = Some(self.backup()?.db);
        }
        Ok(())
    }

    /// A backup.
    ///
    /// # Errors
    /// The database cannot be copied.
    pub fn backup(&self) -> Result<Backup> {
        Ok(Backup { db: lock(&self.connection).serialize(MAIN_DB)?.to_vec(), disk: lock(&self.disk).clone() })
    }

    /// A backup takes the place of everything.
    ///
    /// # Errors
    /// It does not start.
    pub async fn restore(&mut self, backup: &Backup) -> Result<()> {
        self.running = None;
        self.power = Arc::new(Power::new(self.chance.branch()));
        let connection = open(&backup.db, self.bug)?;
        self.put_back(&connection)?;
        self.connection = Arc::new(Mutex::new(connection));
        *lock(&self.disk) = backup.disk.clone();
        self.before = None;
        self.open().await
    }

    /// What `xuncha-hq restore` does to the database of a backup.
    fn put_back(&self, connection: &Connection) -> Result<()> {
        let log_index: i64 = connection.query_row("SELECT max(log_index) FROM entries", [], |row| row.get(0))?;
        let id = format!("{:032x}", self.clock.monotonic_ms());
        let restored = Restored { id, log_index: u64::try_from(log_index)?, made: self.clock.stamp() };
        connection.execute("DELETE FROM uploads", [])?;
        let sql =
            "INSERT INTO settings (name, value) VALUES ('restored', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1";
        connection.execute(sql, [serde_json::to_string(&restored)?])?;
        Ok(())
    }

    /// Asks the database, beside HQ.
    ///
    /// # Errors
    /// SQL.
    pub fn query<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        Ok(ask(&lock(&self.connection))?)
    }

    /// What phones know of it.
    pub fn identity(&self) -> &'static HqIdentity {
        &self.template.identity
    }

    /// The feeds that were admitted, in the order of [`PEOPLE`].
    pub fn feeds(&self) -> &'static [FeedKey] {
        &self.template.feeds
    }
}
