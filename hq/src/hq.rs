//! One headquarters, running or not: database, objects, keys, clock, and what lives in memory only.

use std::fs::File;
use std::sync::{Arc, PoisonError, RwLock};

use xuncha_core::Failure;
use xuncha_core::event::PackPublished;
use xuncha_core::feed::FeedKey;
use xuncha_core::ids::UserId;
use xuncha_core::protocol::enrol::HqIdentity;

use crate::api::types::Role;
use crate::auth::Throttle;
use crate::blocking::Blocking;
use crate::clock::Clock;
use crate::config::{Config, PasswordCost, Terms};
use crate::db::sqlite::Sqlite;
use crate::db::{Db, DbError};
use crate::keys::Keys;
use crate::mark::{self, Behind, Mark, Reached, Said};
use crate::objects::{Folder, Objects, disk_failure, keep_name, make_folder};
use crate::outgoing::Proven;
use crate::packs::{self, Published, Shelf};
use crate::quota::Quota;
use crate::random::{Chance, SystemChance};
use crate::room::Room;
use crate::sync::{Running, Tokens};

/// What a headquarters stands on: everything behind which there is a disk, a clock or chance.
pub struct Ground {
    /// Its database.
    pub db: Arc<dyn Db>,
    /// Its objects.
    pub objects: Arc<dyn Objects>,
    /// Its keys.
    pub keys: Arc<Keys>,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its chance.
    pub chance: Arc<dyn Chance>,
    /// Where work that blocks is done.
    pub blocking: Blocking,
}

/// A headquarters.
pub struct Hq {
    /// Its database.
    pub db: Arc<dyn Db>,
    /// Its objects.
    pub objects: Arc<dyn Objects>,
    /// Its keys.
    pub keys: Arc<Keys>,
    /// The key of its own feed.
    pub own: FeedKey,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its chance.
    pub chance: Arc<dyn Chance>,
    /// Where work that blocks is done.
    pub blocking: Blocking,
    /// How long things hold.
    pub terms: Terms,
    /// What one phone may bring within 24 hours.
    pub quota: Quota,
    /// How much of the disk is left.
    pub room: Room,
    /// Cost of a password hash.
    pub password_cost: PasswordCost,
    /// Name of the bureau.
    pub bureau: String,
    /// Six digits of its area.
    pub area: String,
    /// Phones' tokens and nonces.
    pub(crate) tokens: Tokens,
    /// Hashes of uploads under way.
    pub(crate) running: Running,
    /// Objects hashed lately.
    pub(crate) proven: Proven,
    /// How far this HQ has written; none where there is no folder.
    pub(crate) mark: Option<Mark>,
    /// Counts wrong passwords and codes.
    pub(crate) throttle: Throttle,
    /// One at a time decides what comes next in the log.
    pub(crate) log: tokio::sync::Mutex<()>,
    /// The phones' address, known once the listener is bound.
    phone_url: RwLock<String>,
    shelf: RwLock<Arc<Shelf>>,
    /// The clock's [`Clock::monotonic_ms`] when this run began.
    started_ms: u64,
    boot: String,
    _lock: Option<File>,
}

impl Hq {
    /// Opens a data folder, making what is not there yet: keys, schema, own feed, packs.
    pub async fn open(config: &Config) -> Result<Arc<Self>, Failure> {
        // Records of people and firms: nobody else on this machine reads them, unless its owner opens the folder.
        make_folder(&config.data).map_err(|e| disk_failure(&e))?;
        let lock = lock(&config.data)?;
        let hq = Self::load(config, Some(lock)).await?;
        hq.room.refill();
        hq.recover().await?;
        hq.publish().await?;
        hq.refresh().await?;
        Ok(hq)
    }

    /// Opens a data folder whose rebuildable tables may be damaged, and computes them anew. Gives how many rows were otherwise
    /// before; none: they could not be read.
    ///
    /// # Errors
    /// `hq.damaged`: an entry or a list is not what was stored; the tables are as they were.
    pub async fn mend(config: &Config) -> Result<Option<usize>, Failure> {
        if !config.data.join("hq.sqlite").is_file() {
            return Err(Failure::after_action("data.none").with("folder", config.data.display()));
        }
        let lock = lock(&config.data)?;
        let hq = Self::load(config, Some(lock)).await?;
        let before = hq.db.views_text().await.ok();
        if let Err(failure) = hq.rebuild().await {
            // A list of this program's own that is damaged is written anew; for anything else the second try ends as the first.
            if failure.code != "hq.damaged" {
                return Err(failure);
            }
            packs::write_all(&*hq.objects)?;
            hq.rebuild().await?;
        }
        let after = hq.db.views_text().await.map_err(db_failure)?;
        hq.views_are_ours().await?;
        Ok(before.map(|before| crate::ingest::unlike(&before, &after).values().sum()))
    }

    /// Puts a headquarters together over a ground somebody else prepared: it opens no file and publishes no pack.
    /// [`Hq::recover`] comes next.
    pub async fn assemble(ground: Ground, config: &Config) -> Result<Arc<Self>, Failure> {
        Ok(Arc::new(Self::raise(ground, config, None).await?))
    }

    /// Makes good what a crash left behind, and opens HQ's own feed if there is none. Before the doors open.
    pub async fn recover(self: &Arc<Self>) -> Result<(), Failure> {
        self.sweep_strays().await.map_err(|refusal| refusal.failure)?;
        if self.db.head(&self.own.feed).await.map_err(db_failure)?.seq == 0 {
            if self.db.log_index().await.map_err(db_failure)? > 0 {
                // The tables say that HQ never spoke, and the log says it did.
                return Err(db_failure(DbError::Damaged("the rows of HQ's own feed are gone".into())));
            }
            let opened = xuncha_core::event::FeedOpened { succeeds: None };
            self.speak(&self.own.user, vec![opened.into()]).await?;
        }
        Ok(())
    }

    /// Opens a data folder only to read, beside a running HQ: nothing is published and the folder is not held.
    pub async fn open_beside(config: &Config) -> Result<Arc<Self>, Failure> {
        if !config.data.join("hq.sqlite").is_file() {
            return Err(Failure::after_action("data.none").with("folder", config.data.display()));
        }
        let hq = Self::load(config, None).await?;
        hq.load_shelf().await?;
        Ok(hq)
    }

    async fn load(config: &Config, lock: Option<File>) -> Result<Arc<Self>, Failure> {
        if lock.is_some() {
            // What another process left is written again, and that needs room.
            Room::of(&config.data, config.keep).for_entries();
        }
        let db: Arc<dyn Db> = Arc::new(Sqlite::open(&config.data.join("hq.sqlite")).map_err(db_failure)?);
        let mark = reached(&*db, config, lock.is_some()).await?;
        let ground = Ground {
            db,
            objects: Arc::new(Folder::open(&config.data).map_err(|e| disk_failure(&e))?),
            keys: Arc::new(Keys::open(&config.data)?),
            clock: Arc::clone(&config.clock),
            chance: Arc::new(SystemChance),
            blocking: Blocking::Threads,
        };
        let hq = Self::raise(ground, config, lock).await?;
        Ok(Arc::new(Self { mark: Some(mark), room: Room::of(&config.data, config.keep), ..hq }))
    }

    async fn raise(ground: Ground, config: &Config, lock: Option<File>) -> Result<Self, Failure> {
        let Ground { db, objects, keys, clock, chance, blocking } = ground;
        let own = keys.signing.feed_key()?;
        let bureau = settle(&*db, "bureau", config.bureau.as_deref(), "市场监督管理局").await?;
        let area = settle(&*db, "area", config.area.as_deref(), "000000").await?;
        Ok(Self {
            db,
            objects,
            keys,
            own,
            started_ms: clock.monotonic_ms(),
            boot: chance.hex::<16>()?,
            clock,
            chance,
            blocking,
            terms: config.terms,
            quota: config.quota,
            room: Room::endless(),
            password_cost: config.password_cost,
            bureau,
            area,
            tokens: Tokens::default(),
            running: Running::default(),
            proven: Proven::default(),
            mark: None,
            throttle: Throttle::default(),
            log: tokio::sync::Mutex::new(()),
            phone_url: RwLock::new(format!("https://{}", config.listen_phones)),
            shelf: RwLock::new(Arc::default()),
            _lock: lock,
        })
    }

    /// Publishes the packs of this program that were never published, and reads them all.
    async fn publish(&self) -> Result<(), Failure> {
        let actor = self.own.user.clone();
        let published = self.published().await?;
        packs::heal(&published.packs, &*self.objects)?;
        let events = packs::unpublished(&packs::embedded()?, &published, &*self.objects)?;
        self.put_out(&actor, events, !published.packs.is_empty()).await
    }

    /// Publishes what a bureau's own folder has otherwise than what is published, all of it or nothing, in the name of `by`:
    /// an administrator whose account is not disabled. From then on the program's version of these codes is not published.
    pub async fn publish_own(&self, own: &packs::Own, by: &UserId) -> Result<Vec<PackPublished>, Failure> {
        let user = self.db.user(by).await.map_err(db_failure)?;
        if !user.is_some_and(|u| u.role == Role::Admin && !u.disabled) {
            return Err(Failure::after_action("lists.by").with("user", by));
        }
        let events = packs::own_news(own, &self.published().await?, &*self.objects)?;
        self.put_out(by, events.clone(), true).await?;
        Ok(events)
    }

    /// Says that packs are published and puts them on the shelf. `earlier`: there may be entries that speak of them.
    async fn put_out(&self, actor: &UserId, events: Vec<PackPublished>, earlier: bool) -> Result<(), Failure> {
        let news = !events.is_empty();
        self.speak(actor, events.into_iter().map(Into::into).collect()).await?;
        self.load_shelf().await?;
        // Rows may say more under lists that were not on the shelf when their entries came.
        if news && earlier {
            self.rebuild().await?;
        }
        Ok(())
    }

    async fn published(&self) -> Result<Published, Failure> {
        let mut published = Published { packs: self.db.packs().await.map_err(db_failure)?, ..Published::default() };
        for pack in &published.packs {
            let stored = self.db.log(pack.log_index.saturating_sub(1), 1).await.map_err(db_failure)?;
            let entry = stored.into_iter().next().and_then(|stored| stored.frame.open().ok());
            if entry.and_then(|e| e.payload).is_some_and(|payload| payload.actor != self.own.user) {
                published.own.insert((pack.kind.clone(), pack.code.clone()));
            }
        }
        Ok(published)
    }

    pub(crate) async fn load_shelf(&self) -> Result<(), Failure> {
        let packs = self.db.packs().await.map_err(db_failure)?;
        let shelf = Arc::new(Shelf::load(&packs, &*self.objects));
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = shelf;
        Ok(())
    }

    /// Puts these packs on the shelf, all of them.
    pub(crate) fn shelve(&self, packs: &[crate::db::PackRow]) -> Result<(), DbError> {
        let shelf = Shelf::load(packs, &*self.objects);
        if let Some(pack) = packs.iter().find(|p| !shelf.holds(p)) {
            let why = format!("{} {} {} is not here, or is another", pack.kind, pack.code, pack.version);
            return Err(DbError::Damaged(why));
        }
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shelf);
        Ok(())
    }

    /// Published lists, rules and forms.
    pub fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }
    /// Address phones are invited to.
    pub fn phone_url(&self) -> String {
        self.phone_url.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Sets it, once the listener is bound.
    pub fn set_phone_url(&self, url: String) {
        *self.phone_url.write().unwrap_or_else(PoisonError::into_inner) = url;
    }
    /// What phones must know of this HQ.
    pub fn identity(&self) -> HqIdentity {
        HqIdentity {
            bureau: self.bureau.clone(),
            key: self.own.key,
            feed: self.own.feed,
            ca_pem: self.keys.ca.pem().to_owned(),
            recovery_key: self.keys.recovery_public,
        }
    }
    /// Milliseconds since this run began, and its name: HQ's own claim about time.
    pub(crate) fn run(&self) -> (&str, u64) {
        (&self.boot, self.clock.monotonic_ms().saturating_sub(self.started_ms))
    }
    /// The last time its database had been further before than it was.
    pub async fn behind(&self) -> Result<Option<Behind>, DbError> {
        let text = self.db.setting(BEHIND).await?;
        Ok(text.and_then(|t| serde_json::from_str(&t).ok()))
    }
    /// Now plus a term, as it is written down.
    pub fn until(&self, term: std::time::Duration) -> String {
        let term = jiff::SignedDuration::try_from(term).unwrap_or(jiff::SignedDuration::MAX);
        crate::clock::stamp(self.clock.now().checked_add(term).unwrap_or(jiff::Timestamp::MAX))
    }
}

/// One process at a time holds a data folder.
fn lock(data: &std::path::Path) -> Result<File, Failure> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(data.join("lock"))
        .map_err(|e| disk_failure(&e))?;
    match file.try_lock() {
        // Also of a folder that a restoration put there.
        Ok(()) => keep_name(data).map(|()| file).map_err(|e| disk_failure(&e)),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(Failure::after_action("data.busy").with("folder", data.display()))
        }
        Err(std::fs::TryLockError::Error(e)) => Err(disk_failure(&e)),
    }
}

/// Setting: see [`Behind`].
const BEHIND: &str = "behind";

/// The mark of this folder. An HQ that takes the folder for itself notes whether its database had been further before.
async fn reached(db: &dyn Db, config: &Config, holds: bool) -> Result<Mark, Failure> {
    let here = Reached {
        log_index: db.log_index().await.map_err(db_failure)?,
        receipts: db.receipts_given().await.map_err(db_failure)?,
    };
    let said = mark::said(&config.data).map_err(|e| disk_failure(&e))?;
    let Said::Far(then) = said else { return Mark::open(&config.data, here).map_err(|e| disk_failure(&e)) };
    if !holds {
        // Whoever only reads beside it takes nothing back of what was said.
        return Mark::open(&config.data, here.most(then)).map_err(|e| disk_failure(&e));
    }
    if here.lacks(then) {
        tracing::error!(
            ?then,
            ?here,
            "the database had been further: what is missing is asked of the phones that have it"
        );
        let noticed = crate::clock::stamp(config.clock.now());
        let behind = Behind { noticed, was: then.log_index, is: here.log_index };
        let text = serde_json::to_string(&behind).map_err(|_| Failure::never("hq.json"))?;
        db.set_setting(BEHIND, &text).await.map_err(db_failure)?;
    }
    Mark::open(&config.data, here).map_err(|e| disk_failure(&e))
}

async fn settle(db: &dyn Db, name: &str, given: Option<&str>, default: &str) -> Result<String, Failure> {
    let stored = db.setting(name).await.map_err(db_failure)?;
    if let Some(value) = given.filter(|v| stored.as_deref() != Some(v)) {
        db.set_setting(name, value).await.map_err(db_failure)?;
    }
    Ok(given.map(str::to_owned).or(stored).unwrap_or_else(|| default.to_owned()))
}

/// What a database error means to whoever starts HQ.
pub(crate) fn db_failure(e: DbError) -> Failure {
    match e {
        DbError::Newer { found, known } => {
            Failure::after_action("data.newer").with("found", found).with("known", known)
        }
        DbError::Full => Failure::after_action("disk.full"),
        DbError::Damaged(why) => {
            tracing::error!(why, "what the database holds is not what was written");
            Failure::after_action("hq.damaged")
        }
        other => {
            tracing::error!(error = %other, "the database did not answer");
            Failure::later("hq.database")
        }
    }
}
