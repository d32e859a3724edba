use std::collections::BTreeSet;
use std::fmt::Write as _;

use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Row, ToSql, Transaction, params};
use xuncha_core::ids::{FeedId, FirmId, InspectionId, TaskId, UnitId, UserId};

use super::super::{
    Changes, FirmActRow, FirmRecordRow, InspectionFound, InspectionQuery, InspectionRecord, PackRow, Result,
    TaskRecord, Work,
};
use super::Sqlite;
use super::read::{Count, Hash, Name, Word, int, rows, word};

const TASK: &str = "SELECT t.task, t.log_index, t.unit, t.body, t.created, t.created_by, t.withdrawn,
    (SELECT group_concat(a.user, ' ') FROM task_assignees a WHERE a.task = t.task), i.inspection, i.state
    FROM tasks t LEFT JOIN inspections i ON i.inspection =
      (SELECT min(s.inspection) FROM inspections s WHERE s.task = t.task)";
const FIRM: &str = "SELECT firm, unit, record, search FROM firms";
const INSPECTION: &str =
    "SELECT i.inspection, i.unit, i.task, i.state, i.conclusion, i.day, i.search, i.body, i.firm, i.kind, i.serious,
    (SELECT count(DISTINCT r.sha256) FROM blob_refs r JOIN entry_index x ON x.log_index = r.log_index
     WHERE r.inspection = i.inspection AND x.inert IS NOT 'event.scope'),
    (SELECT count(DISTINCT r.sha256) FROM blob_refs r JOIN entry_index x ON x.log_index = r.log_index
     WHERE r.inspection = i.inspection AND x.inert IS NOT 'event.scope'
       AND EXISTS (SELECT 1 FROM deliveries d WHERE d.log_index = r.log_index AND d.position = r.position))
    FROM inspections i";

fn firm_row(row: &Row<'_>) -> rusqlite::Result<FirmRecordRow> {
    Ok(FirmRecordRow {
        firm: row.get::<_, Name<_>>(0)?.0,
        unit: row.get::<_, Name<_>>(1)?.0,
        record: row.get(2)?,
        search: row.get(3)?,
    })
}

fn task_row(row: &Row<'_>) -> rusqlite::Result<TaskRecord> {
    let assignees: Option<String> = row.get(7)?;
    let inspection = row.get::<_, Option<Name<_>>>(8)?.map(|n| n.0);
    let state = row.get::<_, Option<Word<_>>>(9)?.map(|w| w.0);
    Ok(TaskRecord {
        task: row.get::<_, Name<_>>(0)?.0,
        log_index: row.get::<_, Count>(1)?.0,
        unit: row.get::<_, Name<_>>(2)?.0,
        assignees: assignees.unwrap_or_default().split(' ').filter_map(|u| u.parse().ok()).collect(),
        body: row.get(3)?,
        created: row.get(4)?,
        created_by: row.get::<_, Name<_>>(5)?.0,
        withdrawn: row.get(6)?,
        inspection: inspection.zip(state),
    })
}

fn inspection_row(row: &Row<'_>) -> rusqlite::Result<InspectionFound> {
    Ok(InspectionFound {
        record: InspectionRecord {
            inspection: row.get::<_, Name<_>>(0)?.0,
            unit: row.get::<_, Name<_>>(1)?.0,
            task: row.get::<_, Option<Name<_>>>(2)?.map(|n| n.0),
            state: row.get::<_, Word<_>>(3)?.0,
            conclusion: row.get(4)?,
            day: row.get(5)?,
            search: row.get(6)?,
            body: row.get(7)?,
            firm: row.get::<_, Option<Name<_>>>(8)?.map(|n| n.0),
            kind: row.get::<_, Word<_>>(9)?.0,
            serious: row.get(10)?,
            team: Vec::new(),
        },
        blobs: row.get(11)?,
        blobs_stored: row.get(12)?,
    })
}

/// A text for LIKE with its special characters taken as they are.
fn like(text: &str) -> String {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

#[async_trait]
impl Work for Sqlite {
    async fn put_firm(&self, firm: &FirmRecordRow) -> Result<()> {
        let f = firm.clone();
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO firms (firm, unit, search, record) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (firm) DO UPDATE SET unit = excluded.unit, search = excluded.search, record = excluded.record",
                params![f.firm.as_str(), f.unit.as_str(), f.search, f.record],
            )?;
            Ok(())
        })
        .await
    }
    async fn firm(&self, firm: &FirmId) -> Result<Option<FirmRecordRow>> {
        let firm = firm.clone();
        self.read(move |c| Ok(c.query_row(&format!("{FIRM} WHERE firm = ?1"), [firm.as_str()], firm_row).optional()?))
            .await
    }
    async fn firms(
        &self,
        unit: Option<&UnitId>,
        text: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<FirmRecordRow>> {
        let (unit, text, after) = (unit.cloned(), text.map(like), after.map(str::to_owned));
        self.read(move |c| {
            let sql = format!(
                "{FIRM} WHERE (?1 IS NULL OR unit = ?1) AND (?2 IS NULL OR search LIKE ?2 ESCAPE '\\')
                 AND (?3 IS NULL OR firm > ?3) ORDER BY firm LIMIT ?4"
            );
            rows(c, &sql, params![unit.as_ref().map(UnitId::as_str), text, after, limit], firm_row)
        })
        .await
    }
    async fn firm_acts(&self, firm: Option<&FirmId>) -> Result<Vec<FirmActRow>> {
        let firm = firm.cloned();
        self.read(move |c| {
            let sql = "SELECT log_index, firm, kind, body, said, actor FROM firm_acts
                       WHERE ?1 IS NULL OR firm = ?1 ORDER BY log_index";
            rows(c, sql, params![firm.as_ref().map(FirmId::as_str)], |row| {
                Ok(FirmActRow {
                    log_index: row.get::<_, Count>(0)?.0,
                    firm: row.get::<_, Name<_>>(1)?.0,
                    kind: row.get(2)?,
                    body: row.get(3)?,
                    said: row.get(4)?,
                    actor: row.get::<_, Name<_>>(5)?.0,
                })
            })
        })
        .await
    }
    async fn task(&self, task: &TaskId) -> Result<Option<TaskRecord>> {
        let task = task.clone();
        self.read(move |c| {
            Ok(c.query_row(&format!("{TASK} WHERE t.task = ?1"), [task.as_str()], task_row).optional()?)
        })
        .await
    }
    async fn tasks(
        &self,
        unit: Option<&UnitId>,
        assignee: Option<&UserId>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<TaskRecord>> {
        let (unit, assignee) = (unit.cloned(), assignee.cloned());
        self.read(move |c| {
            let sql = format!(
                "{TASK} WHERE (?1 IS NULL OR t.unit = ?1) AND (?2 IS NULL OR EXISTS
                   (SELECT 1 FROM task_assignees a WHERE a.task = t.task AND a.user = ?2))
                 AND (?3 IS NULL OR t.log_index < ?3) ORDER BY t.log_index DESC LIMIT ?4"
            );
            let before = before.map(int).transpose()?;
            let (unit, user) = (unit.as_ref().map(UnitId::as_str), assignee.as_ref().map(UserId::as_str));
            rows(c, &sql, params![unit, user, before, limit], task_row)
        })
        .await
    }
    async fn packs(&self) -> Result<Vec<PackRow>> {
        self.read(|c| {
            let sql = "SELECT log_index, kind, code, version, sha256, size, units FROM packs ORDER BY log_index";
            rows(c, sql, [], |row| {
                let units: String = row.get(6)?;
                Ok(PackRow {
                    log_index: row.get::<_, Count>(0)?.0,
                    kind: row.get(1)?,
                    code: row.get(2)?,
                    version: row.get(3)?,
                    sha256: row.get::<_, Hash>(4)?.into(),
                    size: row.get::<_, Count>(5)?.0,
                    units: units.split(' ').filter_map(|u| u.parse().ok()).collect(),
                })
            })
        })
        .await
    }
    async fn inspections(&self, query: &InspectionQuery) -> Result<Vec<InspectionFound>> {
        let q = query.clone();
        self.read(move |c| {
            let mut sql = format!("{INSPECTION} WHERE 1");
            let mut values: Vec<Box<dyn ToSql>> = Vec::new();
            let mut and = |condition: &str, value: Option<String>| {
                if let Some(value) = value {
                    values.push(Box::new(value));
                    // Writing to a String cannot fail.
                    let _ = write!(sql, " AND {}", condition.replace('?', &format!("?{}", values.len())));
                }
            };
            let member = "EXISTS (SELECT 1 FROM teams m WHERE m.inspection = i.inspection AND m.user = ?)";
            and("i.unit = ?", q.unit.map(|u| u.to_string()));
            and(member, q.member.map(|u| u.to_string()));
            and("i.firm = ?", q.firm.map(|f| f.to_string()));
            and("i.kind = ?", q.kind.as_ref().map(word).transpose()?);
            and("i.serious >= CAST(? AS INTEGER)", q.serious.then(|| "1".to_owned()));
            and("i.state = ?", q.state.as_ref().map(word).transpose()?);
            and("i.conclusion = ?", q.conclusion);
            and("i.day >= ?", q.from);
            and("i.day <= ?", q.to);
            and("i.search LIKE ? ESCAPE '\\'", q.text.as_deref().map(like));
            and("i.sort_key < ?", q.after);
            let sql = format!("{sql} ORDER BY i.sort_key DESC LIMIT {}", q.limit);
            rows(c, &sql, rusqlite::params_from_iter(values.iter().map(|v| &**v)), inspection_row)
        })
        .await
    }
    async fn inspection(&self, inspection: &InspectionId) -> Result<Option<InspectionFound>> {
        let inspection = inspection.clone();
        self.read(move |c| {
            let sql = format!("{INSPECTION} WHERE i.inspection = ?1");
            Ok(c.query_row(&sql, [inspection.as_str()], inspection_row).optional()?)
        })
        .await
    }
    async fn team(&self, inspection: &InspectionId) -> Result<Vec<UserId>> {
        let inspection = inspection.clone();
        self.read(move |c| {
            let sql = "SELECT user FROM teams WHERE inspection = ?1 ORDER BY user";
            rows(c, sql, [inspection.as_str()], |row| Ok(row.get::<_, Name<_>>(0)?.0))
        })
        .await
    }
    async fn of_teams(&self, users: &[UserId], inspections: &[InspectionId]) -> Result<BTreeSet<InspectionId>> {
        let (users, inspections) = (users.to_vec(), inspections.to_vec());
        self.read(move |c| {
            let mut ask =
                c.prepare_cached("SELECT EXISTS (SELECT 1 FROM teams WHERE inspection = ?1 AND user = ?2)")?;
            let mut out = BTreeSet::new();
            for inspection in inspections {
                for user in &users {
                    if ask.query_row([inspection.as_str(), user.as_str()], |row| row.get::<_, bool>(0))? {
                        out.insert(inspection.clone());
                    }
                }
            }
            Ok(out)
        })
        .await
    }
    async fn companions(&self, user: &UserId) -> Result<Vec<FeedId>> {
        let user = user.clone();
        self.read(move |c| {
            let sql = "SELECT feed FROM companions WHERE user = ?1 ORDER BY feed";
            rows(c, sql, [user.as_str()], |row| Ok(FeedId::from(row.get::<_, Hash>(0)?)))
        })
        .await
    }
}

/// What a change did to the teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Teams {
    /// Everybody stayed, and perhaps somebody came.
    Stand,
    SomebodyLeft,
}

pub(super) fn apply(tx: &Transaction<'_>, changes: &Changes) -> Result<Teams> {
    for p in &changes.packs {
        let units: Vec<&str> = p.units.iter().map(UnitId::as_str).collect();
        tx.execute(
            "INSERT INTO packs (log_index, kind, code, version, sha256, size, units) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                int(p.log_index)?,
                p.kind,
                p.code,
                p.version,
                p.sha256.as_bytes(),
                int(p.size)?,
                units.join(" ")
            ],
        )?;
    }
    for t in &changes.tasks {
        tx.execute(
            "INSERT INTO tasks (task, log_index, unit, body, created, created_by, withdrawn)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (task) DO NOTHING",
            params![
                t.task.as_str(),
                int(t.log_index)?,
                t.unit.as_str(),
                t.body,
                t.created,
                t.created_by.as_str(),
                t.withdrawn
            ],
        )?;
        for user in &t.assignees {
            tx.execute(
                "INSERT INTO task_assignees (task, user) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                [t.task.as_str(), user.as_str()],
            )?;
        }
    }
    for (task, reason) in &changes.withdrawn {
        tx.execute(
            "UPDATE tasks SET withdrawn = ?2 WHERE task = ?1 AND withdrawn IS NULL",
            [task.as_str(), reason.as_str()],
        )?;
    }
    for a in &changes.firm_acts {
        tx.execute(
            "INSERT INTO firm_acts (log_index, firm, kind, body, said, actor) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![int(a.log_index)?, a.firm.as_str(), a.kind, a.body, a.said, a.actor.as_str()],
        )?;
    }
    let mut teams = Teams::Stand;
    for i in &changes.inspections {
        teams = teams.max(put_inspection(tx, i)?);
    }
    Ok(teams)
}

fn put_inspection(tx: &Transaction<'_>, i: &InspectionRecord) -> Result<Teams> {
    tx.prepare_cached(
        "INSERT INTO inspections (inspection, unit, task, state, conclusion, day, sort_key, search, body,
           firm, kind, serious)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (inspection) DO UPDATE SET unit = excluded.unit, task = excluded.task, state = excluded.state,
           conclusion = excluded.conclusion, day = excluded.day, sort_key = excluded.sort_key,
           search = excluded.search, body = excluded.body, firm = excluded.firm, kind = excluded.kind,
           serious = excluded.serious",
    )?
    .execute(params![
        i.inspection.as_str(),
        i.unit.as_str(),
        i.task.as_ref().map(TaskId::as_str),
        word(&i.state)?,
        i.conclusion,
        i.day,
        sort_key(i),
        i.search,
        i.body,
        i.firm.as_ref().map(FirmId::as_str),
        word(&i.kind)?,
        i.serious
    ])?;
    put_team(tx, i)
}

/// Only what changed is written: triggers count every coming and going.
fn put_team(tx: &Transaction<'_>, i: &InspectionRecord) -> Result<Teams> {
    let inspection = i.inspection.as_str();
    let before: BTreeSet<String> = tx
        .prepare_cached("SELECT user FROM teams WHERE inspection = ?1")?
        .query_map([inspection], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let now: BTreeSet<String> = i.team.iter().map(|user| user.as_str().to_owned()).collect();
    for user in before.difference(&now) {
        tx.prepare_cached("DELETE FROM teams WHERE inspection = ?1 AND user = ?2")?.execute([inspection, user])?;
    }
    for user in now.difference(&before) {
        tx.prepare_cached("INSERT INTO teams (inspection, user) VALUES (?1, ?2)")?.execute([inspection, user])?;
    }
    Ok(if before.is_subset(&now) { Teams::Stand } else { Teams::SomebodyLeft })
}

/// What pages of inspections go by: the day, then the id, which is unique.
pub(super) fn sort_key(i: &InspectionRecord) -> String {
    format!("{} {}", i.day, i.inspection)
}
