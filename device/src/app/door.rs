//! Locked or not: enrolment, PIN, lock. The only verbs that answer before anybody is in.

use std::path::{Path, PathBuf};

use xuncha_core::Failure;
use xuncha_core::feed::{FeedKey, Signer as _};
use xuncha_core::ids::{DeviceId, Digest, UserId};
use xuncha_core::protocol::enrol::{EnrolReply, EnrolRequest, Invitation};

use crate::clock;
use crate::disk::DiskError;
use crate::keys::{KeyError, KeyFile, NewKeys, Owner, Person, SealingPublic, Unlocked};
use crate::sync;

use super::desk::Desk;
use super::hq_file::{self, HqFile};
use super::verbs::{ChangePin, Enrol, InvitationLook, Nothing, Unlock};
use super::views::{Happening, InvitationView, LockState, Notice, Status, UserChoice};
use super::{Device, settings};

/// One copy of the key file is damaged, the other one is used.
const COPY_DAMAGED: &str = "key_file.copy_damaged";

/// What is known of this phone while it is locked.
pub(super) struct Door {
    folder: PathBuf,
    keys: Option<KeyFile>,
    notices: Vec<Notice>,
}

impl Door {
    pub(super) fn open(data: &Path) -> Result<Self, Failure> {
        let folder = data.join("keys");
        let keys = match KeyFile::exists(&folder).then(|| KeyFile::open(&folder)) {
            // The power went while the first keys were written: nobody has used them, and nobody could enrol any more.
            Some(Err(KeyError::Damaged(_))) if never_enrolled(data)? => {
                set_aside(&folder)?;
                None
            }
            keys => keys.transpose()?,
        };
        let damaged = keys.as_ref().is_some_and(KeyFile::copy_damaged);
        let notices = damaged.then(|| Notice { code: COPY_DAMAGED.into(), params: Default::default() });
        Ok(Self { folder, keys, notices: notices.into_iter().collect() })
    }

    /// Persons whose enrolment was completed.
    fn people(&self, data: &Path) -> Vec<Person> {
        let all = self.keys.as_ref().map(KeyFile::people).unwrap_or_default();
        all.into_iter().filter(|p| hq_file::path(data, &p.user).exists()).collect()
    }

    fn keys(&mut self) -> Result<&mut KeyFile, Failure> {
        self.keys.as_mut().ok_or_else(|| Failure::after_action("app.not_enrolled"))
    }

    /// Keys of an enrolment that never got its answer hold nothing of value: they are moved aside.
    fn move_keys_aside(&mut self) -> Result<(), Failure> {
        self.keys = None;
        set_aside(&self.folder)
    }
}

fn set_aside(keys: &Path) -> Result<(), Failure> {
    let aside = keys.with_file_name(format!("keys.unused-{}", uuid::Uuid::now_v7()));
    Ok(std::fs::rename(keys, aside).map_err(DiskError::from)?)
}

/// Nobody's enrolment was ever completed here: no file of HQ, no feed.
fn never_enrolled(data: &Path) -> Result<bool, Failure> {
    for entry in std::fs::read_dir(data).map_err(DiskError::from)? {
        let name = entry.map_err(DiskError::from)?.file_name();
        let name = name.to_string_lossy();
        if name == "feeds" || (name.starts_with("hq.") && !name.ends_with(".tmp")) {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn invitation(text: &str) -> Result<Invitation, Failure> {
    Invitation::from_text(text).ok_or_else(|| Failure::after_action("invite.unreadable"))
}

impl Device {
    pub(super) async fn status(&self, _: Nothing) -> Result<Status, Failure> {
        let data = &self.inner.config.data;
        let user = self.desk_slot().as_ref().map(|d| d.user().clone());
        let mut door = self.door();
        let people = door.people(data);
        let state = match (&user, people.is_empty()) {
            (Some(_), _) => LockState::Unlocked,
            (None, true) => LockState::NotEnrolled,
            (None, false) => LockState::Locked,
        };
        let wait_ms = match (&mut door.keys, people.first()) {
            (Some(keys), Some(first)) => keys.wait_ms(&first.user, clock::mono_ms())?,
            _ => 0,
        };
        let hardware = self.inner.config.hardware.is_some();
        let pin_min = door.keys.as_ref().map_or(crate::keys::MIN_PASSPHRASE, KeyFile::min_pin);
        Ok(Status {
            state,
            users: people.into_iter().map(|p| UserChoice { user: p.user, name: p.display }).collect(),
            user,
            wait_ms,
            pin_min: if hardware {
                u32::try_from(crate::keys::MIN_PIN).unwrap_or(6)
            } else {
                u32::try_from(pin_min).unwrap_or(10)
            },
            pin_numeric: hardware,
            notices: door.notices.clone(),
            version: self.inner.config.version.clone(),
        })
    }

    pub(super) async fn look(&self, _: Nothing) -> Result<super::verbs::Look, Failure> {
        Ok(settings::read_look(&self.inner.config.data).look())
    }

    pub(super) async fn invitation_look(&self, args: InvitationLook) -> Result<InvitationView, Failure> {
        let invitation = invitation(&args.text)?;
        let reply = sync::enrol::look(&invitation).await?;
        Ok(InvitationView { url: invitation.url, bureau: reply.bureau, user: reply.user, name: reply.name })
    }

    pub(super) async fn enrol(&self, args: Enrol) -> Result<Status, Failure> {
        let invitation = invitation(&args.text)?;
        let who = sync::enrol::look(&invitation).await?;
        let label = args.label.trim().to_owned();
        let pin = args.pin.clone();
        let (user, name) = (who.user.clone(), who.name.clone());
        // Keys are on the disk before HQ hears of them: an answer lost on the way is asked for again with the same keys.
        let (unlocked, feed) = self.blocking(move |d| d.keys_for(&user, &name, &pin)).await?;
        let request = EnrolRequest {
            secret: invitation.secret.clone(),
            device: unlocked.device().clone(),
            label: label.clone(),
            device_key: unlocked.device_signer().verifying_key(),
            sealing_key: Digest::from_bytes(*unlocked.sealing_public().as_bytes()),
            feed: feed.clone(),
        };
        let reply = sync::enrol::enrol(&invitation, &request).await?;
        let hq = accept(&invitation, &reply, &feed, label)?;
        self.blocking(move |d| {
            d.finish_enrolment(&unlocked, &hq)?;
            d.come_in(unlocked)
        })
        .await?;
        self.begin_by_itself();
        self.tell(Happening::Today);
        self.status(Nothing {}).await
    }

    /// Fresh keys for this person, or those of an enrolment that broke off.
    fn keys_for(&self, user: &UserId, name: &str, pin: &str) -> Result<(Unlocked, FeedKey), Failure> {
        let config = &self.inner.config;
        let hardware = config.hardware.as_deref().map(|h| h as &dyn crate::keys::HardwareSecret);
        let mut door = self.door();
        if hq_file::path(&config.data, user).exists() {
            return Err(Failure::never("enrol.already").with("user", user));
        }
        if let Some(keys) = door.keys.as_mut() {
            if !door_has_complete(&config.data, keys) {
                if let Ok(unlocked) = keys.unlock(user, pin, hardware, clock::mono_ms()) {
                    let feed = unlocked.feed_key();
                    return Ok((unlocked, feed));
                }
                door.move_keys_aside()?;
            } else {
                return Err(Failure::after_action("enrol.second_person"));
            }
        }
        let device: DeviceId =
            uuid::Uuid::new_v4().simple().to_string().parse().map_err(|_| Failure::never("enrol.device"))?;
        let owner = Owner { device, person: Person { user: user.clone(), display: name.to_owned() } };
        let (keys, unlocked) =
            KeyFile::create(&door.folder, NewKeys::generate(), owner, pin, config.kdf, hardware, None)?;
        door.keys = Some(keys);
        let feed = unlocked.feed_key();
        Ok((unlocked, feed))
    }

    fn finish_enrolment(&self, unlocked: &Unlocked, hq: &HqFile) -> Result<(), Failure> {
        let mut door = self.door();
        door.keys()?.set_recovery(unlocked, &SealingPublic::from_bytes(*hq.hq.recovery_key.as_bytes()))?;
        hq_file::write(&self.inner.config.data, hq, &unlocked.sub_key("hq-file"))
    }

    /// Opens the desk for whoever unlocked it. Somebody who is in already stays at the same desk: a second one, opened while
    /// the first still writes, would write over entries it never saw (a button tapped twice is enough).
    fn come_in(&self, unlocked: Unlocked) -> Result<(), Failure> {
        let mut slot = self.desk_slot();
        if slot.as_ref().is_some_and(|desk| desk.user() == unlocked.user()) {
            return Ok(());
        }
        // The other person's files are closed before they are opened again.
        *slot = None;
        let mut desk = Desk::open(&self.inner.config, unlocked)?;
        // A photo that is just being kept has a file and no entry yet; then the next opening looks.
        if let Ok(_turn) = self.inner.capture_turn.try_lock()
            && let Err(e) = desk.sort_out_orphans()
        {
            tracing::warn!(error = %e, "originals without an entry were not looked for");
        }
        let mut door = self.door();
        if door.keys.as_ref().is_some_and(KeyFile::copy_damaged) {
            desk.alarm(COPY_DAMAGED, &[]);
        }
        door.notices = desk.notices().to_vec();
        drop(door);
        *slot = Some(desk);
        Ok(())
    }

    pub(super) async fn unlock(&self, args: Unlock) -> Result<Status, Failure> {
        self.blocking(move |d| {
            let unlocked = {
                let hardware = d.inner.config.hardware.as_deref().map(|h| h as &dyn crate::keys::HardwareSecret);
                d.door().keys()?.unlock(&args.user, &args.pin, hardware, clock::mono_ms())?
            };
            d.come_in(unlocked)
        })
        .await?;
        self.begin_by_itself();
        self.status(Nothing {}).await
    }

    pub(super) async fn lock(&self, _: Nothing) -> Result<Status, Failure> {
        // Dropping the handle ends the sync; what HQ acknowledged stays.
        self.sync_slot().take();
        // Dropping the desk wipes the keys and closes every file.
        self.desk_slot().take();
        // Another verb may have begun one between the two.
        self.sync_slot().take();
        self.tell(Happening::Locked);
        self.status(Nothing {}).await
    }

    pub(super) async fn change_pin(&self, args: ChangePin) -> Result<Nothing, Failure> {
        self.blocking(move |d| {
            let user = d.at_desk(|desk| Ok(desk.user().clone()))?;
            let hardware = d.inner.config.hardware.as_deref().map(|h| h as &dyn crate::keys::HardwareSecret);
            let mut door = d.door();
            door.keys()?.change_pin(&user, &args.old, &args.new, hardware, clock::mono_ms())?;
            // Both copies were written anew.
            door.notices.retain(|n| n.code != COPY_DAMAGED);
            drop(door);
            d.at_desk(|desk| {
                desk.calm(COPY_DAMAGED);
                Ok(())
            })
        })
        .await?;
        Ok(Nothing {})
    }
}

fn door_has_complete(data: &Path, keys: &KeyFile) -> bool {
    keys.people().iter().any(|p| hq_file::path(data, &p.user).exists())
}

/// Checks HQ's answer against what was asked and whom we trust, before anything is kept.
pub(super) fn accept(
    invitation: &Invitation,
    reply: &EnrolReply,
    feed: &FeedKey,
    label: String,
) -> Result<HqFile, Failure> {
    let certificate = reply.certificate.verify(&reply.hq.key).map_err(|_| Failure::never("enrol.certificate"))?;
    if certificate.feed != *feed {
        return Err(Failure::never("enrol.certificate"));
    }
    Ok(HqFile {
        url: invitation.url.clone(),
        ca: invitation.ca,
        hq: reply.hq.clone(),
        user: feed.user.clone(),
        name: reply.name.clone(),
        certificate_no: reply.certificate_no.clone(),
        unit: certificate.unit,
        unit_name: reply.unit_name.clone(),
        area: reply.area.clone(),
        label,
        feed: feed.clone(),
    })
}
