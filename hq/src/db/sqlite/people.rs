use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Row, params};
use xuncha_core::ids::{Digest, UnitId, UserId};

use super::super::{People, Result, SessionRecord, UserRecord};
use super::Sqlite;
use super::read::{Hash, Name, Word, rows, word};
use crate::api::types::UnitRow;

const USER: &str = "SELECT user, name, role, unit, certificate_no, password, disabled, created FROM users";
const SESSION: &str = "SELECT session, secret, user, created, expires, agent FROM sessions";

fn user_row(row: &Row<'_>) -> rusqlite::Result<UserRecord> {
    Ok(UserRecord {
        user: row.get::<_, Name<_>>(0)?.0,
        name: row.get(1)?,
        role: row.get::<_, Word<_>>(2)?.0,
        unit: row.get::<_, Name<_>>(3)?.0,
        certificate_no: row.get(4)?,
        password: row.get(5)?,
        disabled: row.get(6)?,
        created: row.get(7)?,
    })
}

fn session_row(row: &Row<'_>) -> rusqlite::Result<SessionRecord> {
    Ok(SessionRecord {
        session: row.get(0)?,
        secret: row.get::<_, Hash>(1)?.into(),
        user: row.get::<_, Name<_>>(2)?.0,
        created: row.get(3)?,
        expires: row.get(4)?,
        agent: row.get(5)?,
    })
}

#[async_trait]
impl People for Sqlite {
    async fn setting(&self, name: &str) -> Result<Option<String>> {
        let name = name.to_owned();
        self.read(move |c| {
            Ok(c.query_row("SELECT value FROM settings WHERE name = ?1", [name], |r| r.get(0)).optional()?)
        })
        .await
    }
    async fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
                [name, value],
            )?;
            Ok(())
        })
        .await
    }
    async fn units(&self) -> Result<Vec<UnitRow>> {
        self.read(|c| {
            rows(c, "SELECT unit, name, parent FROM units ORDER BY unit", [], |row| {
                Ok(UnitRow {
                    unit: row.get::<_, Name<_>>(0)?.0,
                    name: row.get(1)?,
                    parent: row.get::<_, Option<Name<_>>>(2)?.map(|n| n.0),
                })
            })
        })
        .await
    }
    async fn create_unit(&self, unit: &UnitRow) -> Result<()> {
        let u = unit.clone();
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO units (unit, name, parent) VALUES (?1, ?2, ?3)",
                params![u.unit.as_str(), u.name, u.parent.as_ref().map(UnitId::as_str)],
            )?;
            Ok(())
        })
        .await
    }
    async fn users(&self, unit: Option<&UnitId>) -> Result<Vec<UserRecord>> {
        let unit = unit.cloned();
        self.read(move |c| {
            let sql = format!("{USER} WHERE ?1 IS NULL OR unit = ?1 ORDER BY user");
            rows(c, &sql, [unit.as_ref().map(UnitId::as_str)], user_row)
        })
        .await
    }
    async fn user(&self, user: &UserId) -> Result<Option<UserRecord>> {
        let user = user.clone();
        self.read(move |c| Ok(c.query_row(&format!("{USER} WHERE user = ?1"), [user.as_str()], user_row).optional()?))
            .await
    }
    async fn create_user(&self, user: &UserRecord) -> Result<()> {
        let u = user.clone();
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO users (user, name, role, unit, certificate_no, password, disabled, created)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    u.user.as_str(),
                    u.name,
                    word(&u.role)?,
                    u.unit.as_str(),
                    u.certificate_no,
                    u.password,
                    u.disabled,
                    u.created
                ],
            )?;
            Ok(())
        })
        .await
    }
    async fn set_disabled(&self, user: &UserId, disabled: bool) -> Result<bool> {
        let user = user.clone();
        self.write(move |tx| {
            if disabled {
                tx.execute("DELETE FROM sessions WHERE user = ?1", [user.as_str()])?;
            }
            let changed =
                tx.execute("UPDATE users SET disabled = ?2 WHERE user = ?1", params![user.as_str(), disabled])?;
            Ok(changed == 1)
        })
        .await
    }
    async fn set_password(&self, user: &UserId, password: &str, keep: Option<&str>) -> Result<bool> {
        let (user, password, keep) = (user.clone(), password.to_owned(), keep.map(str::to_owned));
        self.write(move |tx| {
            tx.execute(
                "DELETE FROM sessions WHERE user = ?1 AND (?2 IS NULL OR session <> ?2)",
                params![user.as_str(), keep],
            )?;
            let changed =
                tx.execute("UPDATE users SET password = ?2 WHERE user = ?1", params![user.as_str(), password])?;
            Ok(changed == 1)
        })
        .await
    }
    async fn create_session(&self, session: &SessionRecord) -> Result<()> {
        let s = session.clone();
        self.write(move |tx| {
            tx.execute("DELETE FROM sessions WHERE expires <= ?1", [&s.created])?;
            tx.execute(
                "INSERT INTO sessions (session, secret, user, created, expires, agent) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![s.session, s.secret.as_bytes(), s.user.as_str(), s.created, s.expires, s.agent],
            )?;
            Ok(())
        })
        .await
    }
    async fn session(&self, secret: &Digest, now: &str) -> Result<Option<(SessionRecord, UserRecord)>> {
        let (secret, now) = (*secret, now.to_owned());
        self.read(move |c| {
            let sql = format!("{SESSION} WHERE secret = ?1 AND expires > ?2");
            let found = c.prepare_cached(&sql)?.query_row(params![secret.as_bytes(), now], session_row).optional()?;
            let Some(session) = found else { return Ok(None) };
            let sql = format!("{USER} WHERE user = ?1 AND disabled = 0");
            let user = c.prepare_cached(&sql)?.query_row([session.user.as_str()], user_row).optional()?;
            Ok(user.map(|user| (session, user)))
        })
        .await
    }
    async fn sessions(&self, user: &UserId, now: &str) -> Result<Vec<SessionRecord>> {
        let (user, now) = (user.clone(), now.to_owned());
        self.read(move |c| {
            let sql = format!("{SESSION} WHERE user = ?1 AND expires > ?2 ORDER BY created DESC, session LIMIT 200");
            rows(c, &sql, params![user.as_str(), now], session_row)
        })
        .await
    }
    async fn end_session(&self, user: &UserId, session: &str) -> Result<bool> {
        let (user, session) = (user.clone(), session.to_owned());
        self.write(move |tx| {
            let sql = "DELETE FROM sessions WHERE user = ?1 AND session = ?2";
            Ok(tx.execute(sql, params![user.as_str(), session])? == 1)
        })
        .await
    }
}
