use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Row, params};
use xuncha_core::ids::{BlobHash, DeviceId, Digest, EntryId, FeedId, UnitId};

use super::super::{DbError, DeviceRecord, Enrolment, InvitationRecord, Result, UploadRecord};
use super::Sqlite;
use super::read::{Count, Hash, Name, int, rows};

const INVITATION: &str =
    "SELECT invitation, secret, user, created, expires, cancelled, used_by, request FROM invitations v";
const DEVICE: &str =
    "SELECT device, label, device_key, sealing_key, unit, enrolled, last_seen, revoked, reason FROM devices";
const UPLOAD: &str = "SELECT upload, device, feed, entry, sha256, size, expires, done FROM uploads";

fn invitation_row(row: &Row<'_>) -> rusqlite::Result<InvitationRecord> {
    let used_by = row.get::<_, Option<Name<_>>>(6)?.map(|n| n.0);
    let request = row.get::<_, Option<Hash>>(7)?.map(Into::into);
    Ok(InvitationRecord {
        invitation: row.get(0)?,
        secret: row.get::<_, Hash>(1)?.into(),
        user: row.get::<_, Name<_>>(2)?.0,
        created: row.get(3)?,
        expires: row.get(4)?,
        cancelled: row.get(5)?,
        used: used_by.zip(request),
    })
}

fn device_row(row: &Row<'_>) -> rusqlite::Result<DeviceRecord> {
    let revoked: Option<String> = row.get(7)?;
    let reason: Option<String> = row.get(8)?;
    Ok(DeviceRecord {
        device: row.get::<_, Name<_>>(0)?.0,
        label: row.get(1)?,
        device_key: row.get::<_, Hash>(2)?.into(),
        sealing_key: row.get::<_, Hash>(3)?.into(),
        unit: row.get::<_, Name<_>>(4)?.0,
        enrolled: row.get(5)?,
        last_seen: row.get(6)?,
        revoked: revoked.map(|at| (at, reason.unwrap_or_default())),
    })
}

fn upload_row(row: &Row<'_>) -> rusqlite::Result<UploadRecord> {
    Ok(UploadRecord {
        upload: row.get(0)?,
        device: row.get::<_, Name<_>>(1)?.0,
        feed: row.get::<_, Hash>(2)?.into(),
        entry: row.get::<_, Hash>(3)?.into(),
        sha256: row.get::<_, Hash>(4)?.into(),
        size: row.get::<_, Count>(5)?.0,
        expires: row.get(6)?,
        done: row.get(7)?,
    })
}

#[async_trait]
impl Enrolment for Sqlite {
    async fn create_invitation(&self, invitation: &InvitationRecord) -> Result<()> {
        let v = invitation.clone();
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO invitations (invitation, secret, user, created, expires, cancelled)
                 VALUES (?1, ?2, ?3, ?4, ?5, 0)",
                params![v.invitation, v.secret.as_bytes(), v.user.as_str(), v.created, v.expires],
            )?;
            Ok(())
        })
        .await
    }
    async fn invitation(&self, secret: &Digest) -> Result<Option<InvitationRecord>> {
        let secret = *secret;
        self.read(move |c| {
            let sql = format!("{INVITATION} WHERE secret = ?1");
            Ok(c.query_row(&sql, [secret.as_bytes()], invitation_row).optional()?)
        })
        .await
    }
    async fn invitations(&self, unit: Option<&UnitId>) -> Result<Vec<InvitationRecord>> {
        let unit = unit.cloned();
        self.read(move |c| {
            let sql = format!(
                "{INVITATION} WHERE ?1 IS NULL OR EXISTS
                   (SELECT 1 FROM users u WHERE u.user = v.user AND u.unit = ?1)
                 ORDER BY created DESC, invitation LIMIT 200"
            );
            rows(c, &sql, [unit.as_ref().map(UnitId::as_str)], invitation_row)
        })
        .await
    }
    async fn cancel_invitation(&self, invitation: &str) -> Result<bool> {
        let invitation = invitation.to_owned();
        self.write(move |tx| {
            let sql = "UPDATE invitations SET cancelled = 1 WHERE invitation = ?1 AND used_by IS NULL";
            Ok(tx.execute(sql, [invitation])? == 1)
        })
        .await
    }
    async fn enrol(&self, invitation: &str, request: &Digest, device: &DeviceRecord) -> Result<()> {
        let (invitation, request, d) = (invitation.to_owned(), *request, device.clone());
        self.write(move |tx| {
            let used = tx.execute(
                "UPDATE invitations SET used_by = ?2, request = ?3
                 WHERE invitation = ?1 AND used_by IS NULL AND cancelled = 0",
                params![invitation, d.device.as_str(), request.as_bytes()],
            )?;
            if used != 1 {
                return Err(DbError::Constraint);
            }
            tx.execute(
                "INSERT INTO devices (device, label, device_key, sealing_key, unit, enrolled)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (device) DO UPDATE SET label = excluded.label",
                params![
                    d.device.as_str(),
                    d.label,
                    d.device_key.as_bytes(),
                    d.sealing_key.as_bytes(),
                    d.unit.as_str(),
                    d.enrolled
                ],
            )?;
            Ok(())
        })
        .await
    }
    async fn device(&self, device: &DeviceId) -> Result<Option<DeviceRecord>> {
        let device = device.clone();
        self.read(move |c| {
            Ok(c.query_row(&format!("{DEVICE} WHERE device = ?1"), [device.as_str()], device_row).optional()?)
        })
        .await
    }
    async fn devices(&self, unit: Option<&UnitId>) -> Result<Vec<DeviceRecord>> {
        let unit = unit.cloned();
        self.read(move |c| {
            let sql = format!("{DEVICE} WHERE ?1 IS NULL OR unit = ?1 ORDER BY device");
            rows(c, &sql, [unit.as_ref().map(UnitId::as_str)], device_row)
        })
        .await
    }
    async fn seen(&self, device: &DeviceId, now: &str) -> Result<()> {
        let (device, now) = (device.clone(), now.to_owned());
        self.write(move |tx| {
            tx.execute("UPDATE devices SET last_seen = ?2 WHERE device = ?1", params![device.as_str(), now])?;
            Ok(())
        })
        .await
    }
    async fn revoke(&self, device: &DeviceId, now: &str, reason: &str) -> Result<()> {
        let (device, now, reason) = (device.clone(), now.to_owned(), reason.to_owned());
        self.write(move |tx| {
            tx.execute(
                "UPDATE devices SET revoked = ?2, reason = ?3 WHERE device = ?1 AND revoked IS NULL",
                params![device.as_str(), now, reason],
            )?;
            Ok(())
        })
        .await
    }
    async fn create_upload(&self, upload: &UploadRecord) -> Result<()> {
        let u = upload.clone();
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO uploads (upload, device, feed, entry, sha256, size, expires, done)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    u.upload,
                    u.device.as_str(),
                    u.feed.as_bytes(),
                    u.entry.as_bytes(),
                    u.sha256.as_bytes(),
                    int(u.size)?,
                    u.expires,
                    u.done
                ],
            )?;
            Ok(())
        })
        .await
    }
    async fn upload(&self, upload: &str) -> Result<Option<UploadRecord>> {
        let upload = upload.to_owned();
        self.read(move |c| {
            let sql = format!("{UPLOAD} WHERE upload = ?1");
            Ok(c.prepare_cached(&sql)?.query_row([upload], upload_row).optional()?)
        })
        .await
    }
    async fn upload_of(
        &self,
        device: &DeviceId,
        feed: &FeedId,
        entry: &EntryId,
        sha256: &BlobHash,
    ) -> Result<Option<UploadRecord>> {
        let (device, feed, entry, sha256) = (device.clone(), *feed, *entry, *sha256);
        self.read(move |c| {
            let sql = format!(
                "{UPLOAD} WHERE entry = ?1 AND sha256 = ?2 AND feed = ?3 AND device = ?4 ORDER BY expires DESC LIMIT 1"
            );
            let named = params![entry.as_bytes(), sha256.as_bytes(), feed.as_bytes(), device.as_str()];
            Ok(c.prepare_cached(&sql)?.query_row(named, upload_row).optional()?)
        })
        .await
    }
    async fn drop_upload(&self, upload: &str) -> Result<()> {
        let upload = upload.to_owned();
        self.write(move |tx| {
            tx.execute("DELETE FROM uploads WHERE upload = ?1", [upload])?;
            Ok(())
        })
        .await
    }
    async fn expired_uploads(&self, now: &str) -> Result<Vec<String>> {
        let now = now.to_owned();
        self.read(move |c| rows(c, "SELECT upload FROM uploads WHERE expires <= ?1", [now], |row| row.get(0))).await
    }
}
