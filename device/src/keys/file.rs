use std::path::Path;

use xuncha_core::feed::{FeedKey, Signer as _};
use xuncha_core::ids::{DeviceId, UserId};

use crate::cipher::{self, Key};
use crate::disk::{self, AbFile};

use super::error::KeyError;
use super::format::{Content, Hex, HexBytes, MAGIC, STEM};
use super::kdf::{self, HardwareSecret, Kdf};
use super::sealed::{SealingPublic, SealingSecret};
use super::secrets::{NewKeys, Secrets};
use super::tries::Tries;
use super::unlocked::Unlocked;
use super::wrap::{recovery_slot, secrets_key, slot, with_secrets};

/// Who enrols the phone.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The phone, as HQ named it.
    pub device: DeviceId,
    /// Its first user.
    pub person: Person,
}

/// Somebody who can unlock the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account at HQ.
    pub user: UserId,
    /// The name on the unlock screen.
    pub display: String,
}

/// The key file of an enrolled phone. One per process: hold the data folder's lock.
pub struct KeyFile {
    ab: AbFile,
    content: Content,
    tries: Tries,
    copy_damaged: bool,
}

impl KeyFile {
    /// Whether this folder holds a key file, whole or damaged: whether the phone is enrolled.
    pub fn exists(folder: &Path) -> bool {
        ["a", "b"].iter().any(|copy| folder.join(format!("{STEM}.{copy}")).exists())
    }

    /// Persists fresh keys under the first user's PIN. Durable when it returns `Ok`.
    ///
    /// `kdf` is [`Kdf::PRODUCT`] everywhere but in tests. With `recovery` HQ can open the master key.
    ///
    /// # Errors
    /// [`KeyError::PinTooShort`], [`KeyError::Exists`], disk.
    pub fn create(
        folder: &Path,
        keys: NewKeys,
        owner: Owner,
        pin: &str,
        kdf: Kdf,
        hardware: Option<&dyn HardwareSecret>,
        recovery: Option<&SealingPublic>,
    ) -> Result<(Self, Unlocked), KeyError> {
        kdf::check_length(pin, hardware.is_some())?;
        if Self::exists(folder) {
            return Err(KeyError::Exists);
        }
        disk::make_folder(folder)?;
        let master = Key::random();
        let secrets = Secrets::new(keys, owner.person.user.clone());
        let content = Content {
            v: 1,
            device: owner.device,
            hardware: hardware.is_some(),
            kdf,
            users: Vec::new(),
            recovery: None,
            secrets_nonce: Hex([0; 24]),
            secrets: HexBytes(Vec::new()),
        };
        let mut content = with_secrets(content, &master, &secrets);
        content.users.push(slot(&content, &owner.person, &master, pin, hardware)?);
        if let Some(recovery) = recovery {
            content.recovery = Some(recovery_slot(&content, &master, recovery)?);
        }
        let unlocked = Unlocked::new(master, secrets, content.device.clone(), owner.person.user)?;
        // Counters first: a key file without them counts as one whose counters were lost.
        let tries = Tries::create(folder)?;
        let mut file =
            Self { ab: AbFile::new(folder, STEM, MAGIC), content: content.clone(), tries, copy_damaged: false };
        if let Err(e) = file.save(content) {
            // A half-written file would look like an enrolled phone whose keys are damaged.
            file.ab.remove()?;
            return Err(e);
        }
        Ok((file, unlocked))
    }

    /// Reads the key file; nothing is unlocked yet.
    ///
    /// # Errors
    /// [`KeyError::Missing`] on a phone that is not enrolled, [`KeyError::Damaged`] if neither copy is whole.
    pub fn open(folder: &Path) -> Result<Self, KeyError> {
        let ab = AbFile::new(folder, STEM, MAGIC);
        let copy = ab.read()?.ok_or(KeyError::Missing)?;
        let content: Content =
            serde_json::from_slice(&copy.body).map_err(|_| KeyError::Damaged("its content is not readable"))?;
        if content.v != 1 {
            return Err(KeyError::Damaged("unknown version"));
        }
        Ok(Self { ab, content, tries: Tries::open(folder)?, copy_damaged: copy.other_damaged })
    }

    /// One of the two copies is not whole; the other one holds everything. A changed PIN writes both anew.
    pub fn copy_damaged(&self) -> bool {
        self.copy_damaged
    }

    /// This phone.
    pub fn device(&self) -> &DeviceId {
        &self.content.device
    }
    /// Who can unlock it, in the order they came.
    pub fn people(&self) -> Vec<Person> {
        self.content.users.iter().map(|s| Person { user: s.user.clone(), display: s.display.clone() }).collect()
    }
    /// Whether the phone's key store holds half of the secret. If not, the screen says so.
    pub fn has_hardware(&self) -> bool {
        self.content.hardware
    }
    /// Characters a new PIN needs on this phone.
    pub fn min_pin(&self) -> usize {
        if self.content.hardware { kdf::MIN_PIN } else { kdf::MIN_PASSPHRASE }
    }
    /// The recovery key the master key is sealed to, if any.
    pub fn recovery_key(&self) -> Option<SealingPublic> {
        self.content.recovery.as_ref().map(|sealed| sealed.recipient)
    }

    /// Milliseconds this person has to wait before the next try.
    pub fn wait_ms(&mut self, user: &UserId, mono_ms: u64) -> Result<u64, KeyError> {
        self.content.slot(user).ok_or(KeyError::UnknownUser)?;
        self.tries.wait_ms(user, mono_ms)
    }

    /// Judges a PIN. `mono_ms` is a clock that only grows while the phone is up; the wall clock is never asked.
    ///
    /// # Errors
    /// [`KeyError::PinWait`] (not judged), [`KeyError::PinWrong`], [`KeyError::UnknownUser`],
    /// [`KeyError::KeyStoreMissing`], [`KeyError::Damaged`].
    pub fn unlock(
        &mut self,
        user: &UserId,
        pin: &str,
        hardware: Option<&dyn HardwareSecret>,
        mono_ms: u64,
    ) -> Result<Unlocked, KeyError> {
        let slot = self.content.slot(user).ok_or(KeyError::UnknownUser)?.clone();
        let hardware = self.hardware(hardware)?;
        let wait_ms = self.tries.wait_ms(user, mono_ms)?;
        if wait_ms > 0 {
            return Err(KeyError::PinWait { wait_ms });
        }
        self.tries.count_one(user, mono_ms)?;
        let kek = kdf::kek(pin, &slot.salt.0, self.content.kdf, hardware)?;
        let master = cipher::open(&kek, &slot.nonce.0, &self.content.slot_ad(user), &slot.wrapped.0);
        let Some(master) = master.as_deref().and_then(|m| m.first_chunk()).map(Key::from_bytes) else {
            let (left, wait_ms) = self.tries.verdict(user);
            return Err(KeyError::PinWrong { left, wait_ms });
        };
        if let Err(e) = self.tries.forgive(user) {
            // The PIN is right and the work must go on; the worst is one failure too many on the next try.
            tracing::warn!(error = %e, "the PIN counters could not be reset");
        }
        self.unlocked(master, user.clone())
    }

    /// Opens the file with HQ's recovery secret instead of a PIN: rescue, or a forgotten PIN. Set a new PIN next.
    pub fn open_with_recovery(&self, secret: &SealingSecret, user: &UserId) -> Result<Unlocked, KeyError> {
        self.content.slot(user).ok_or(KeyError::UnknownUser)?;
        let sealed = self.content.recovery.as_ref().ok_or(KeyError::Damaged("it has no recovery slot"))?;
        let master = sealed.open(secret, &self.content.recovery_ad());
        let master = master.as_deref().and_then(|m| m.first_chunk()).map(Key::from_bytes);
        self.unlocked(master.ok_or(KeyError::Damaged("the recovery slot does not open"))?, user.clone())
    }

    /// Changes a PIN after judging the old one, which counts as a try.
    pub fn change_pin(
        &mut self,
        user: &UserId,
        old: &str,
        new: &str,
        hardware: Option<&dyn HardwareSecret>,
        mono_ms: u64,
    ) -> Result<(), KeyError> {
        kdf::check_length(new, self.content.hardware)?;
        let unlocked = self.unlock(user, old, hardware, mono_ms)?;
        self.set_pin(&unlocked, new, hardware)
    }

    /// Gives the person who unlocked the phone a new PIN. The old one opens neither copy of the file afterwards.
    pub fn set_pin(
        &mut self,
        unlocked: &Unlocked,
        new: &str,
        hardware: Option<&dyn HardwareSecret>,
    ) -> Result<(), KeyError> {
        kdf::check_length(new, self.content.hardware)?;
        let hardware = self.hardware(hardware)?;
        let mut content = self.content.clone();
        let at = content.users.iter().position(|s| s.user == *unlocked.user()).ok_or(KeyError::UnknownUser)?;
        let person = Person { user: unlocked.user().clone(), display: content.users[at].display.clone() };
        content.users[at] = slot(&content, &person, &unlocked.master, new, hardware)?;
        self.save_over_both(content)
    }

    /// Gives a second officer a PIN and a feed of their own on this phone, while it is unlocked. The new feed begins with
    /// the key that is answered; HQ must hear of it.
    pub fn add_person(
        &mut self,
        unlocked: &mut Unlocked,
        person: Person,
        pin: &str,
        hardware: Option<&dyn HardwareSecret>,
    ) -> Result<FeedKey, KeyError> {
        kdf::check_length(pin, self.content.hardware)?;
        let hardware = self.hardware(hardware)?;
        if self.content.slot(&person.user).is_some() {
            return Err(KeyError::UserExists);
        }
        let mut content = self.content.clone();
        content.users.push(slot(&content, &person, &unlocked.master, pin, hardware)?);
        let secrets = fresh_feed(unlocked, &person.user)?;
        self.save(with_secrets(content, &unlocked.master, &secrets))?;
        unlocked.adopt(secrets)?;
        let seed = unlocked.secrets.feed(&person.user).ok_or(KeyError::Damaged("a feed key is missing"))?;
        Ok(FeedKey::new(seed.verifying_key(), self.content.device.clone(), person.user))
    }

    /// Lets HQ's recovery key open the master key; replaces an earlier recovery key.
    pub fn set_recovery(&mut self, unlocked: &Unlocked, recovery: &SealingPublic) -> Result<(), KeyError> {
        let mut content = self.content.clone();
        content.recovery = Some(recovery_slot(&content, &unlocked.master, recovery)?);
        self.save_over_both(content)
    }

    /// Gives the person a fresh feed after a fork, a restore or a lost key (`feed.succeeds`). The old key is gone.
    pub fn renew_feed(&mut self, unlocked: &mut Unlocked) -> Result<FeedKey, KeyError> {
        let secrets = fresh_feed(unlocked, unlocked.user())?;
        self.save(with_secrets(self.content.clone(), &unlocked.master, &secrets))?;
        unlocked.adopt(secrets)?;
        Ok(unlocked.feed_key())
    }

    fn unlocked(&self, master: Key, user: UserId) -> Result<Unlocked, KeyError> {
        // A PIN that opened it once goes on opening it, whatever became of the process that wrote it.
        self.ab.settle()?;
        let content = &self.content;
        let key = secrets_key(&master);
        let secrets = cipher::open(&key, &content.secrets_nonce.0, &content.secrets_ad(), &content.secrets.0)
            .and_then(|bytes| Secrets::decode(&bytes))
            .ok_or(KeyError::Damaged("the private keys do not open"))?;
        Unlocked::new(master, secrets, content.device.clone(), user)
    }

    /// The key store to use: none where the file was made without, even if the phone has got one since.
    fn hardware<'a>(
        &self,
        offered: Option<&'a dyn HardwareSecret>,
    ) -> Result<Option<&'a dyn HardwareSecret>, KeyError> {
        match (self.content.hardware, offered) {
            (true, None) => Err(KeyError::KeyStoreMissing),
            (true, some) => Ok(some),
            (false, _) => Ok(None),
        }
    }

    fn save(&mut self, content: Content) -> Result<(), KeyError> {
        let body = serde_json::to_vec_pretty(&content).map_err(|_| KeyError::Damaged("cannot be written as JSON"))?;
        self.ab.write(&body)?;
        // The copy that is not the newest is written over: the damaged one, if one is.
        self.copy_damaged = false;
        self.content = content;
        Ok(())
    }

    /// For a slot whose past must not open anything. If the second write fails, the new content stands and the error says
    /// that the old copy still lies beside it.
    fn save_over_both(&mut self, content: Content) -> Result<(), KeyError> {
        self.save(content.clone())?;
        self.save(content)
    }
}

fn fresh_feed(unlocked: &Unlocked, user: &UserId) -> Result<Secrets, KeyError> {
    unlocked.secrets.with_fresh_feed(user).ok_or(KeyError::Damaged("a feed key is missing"))
}
