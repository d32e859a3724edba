use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use xuncha_core::event::{TaskAssigned, TaskWithdrawn};
use xuncha_core::firm::FirmRecord;
use xuncha_core::ids::{TaskId, UnitId};

use super::firms::{in_scope as firm_in_scope, record as firm_record};
use super::gate::{Query, day, filled, named, page_size, text};
use super::people::Names;
use super::types::{
    FormInfo, InspectionState, LibraryView, ListInfo, Role, RuleInfo, Status, TaskCreate, TaskPage, TaskRow, TaskState,
    TaskWithdraw,
};
use crate::auth::Caller;
use crate::db::{DbError, TaskRecord};
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::refusal::{Answer, Refusal};

/// What tasks are asked for by.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TaskQuery {
    /// Only these.
    state: Option<TaskState>,
    /// Only of this unit.
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// Key of the page before.
    after: Option<String>,
    /// Rows, 1–200.
    limit: Option<u32>,
}

fn state(task: &TaskRecord) -> TaskState {
    match &task.inspection {
        _ if task.withdrawn.is_some() => TaskState::Withdrawn,
        Some((_, InspectionState::Sealed)) => TaskState::Sealed,
        Some(_) => TaskState::Started,
        None => TaskState::Open,
    }
}

fn row(task: TaskRecord, names: &Names) -> Answer<TaskRow> {
    let e: TaskAssigned = serde_json::from_str(&task.body).map_err(|_| DbError::Damaged("task".into()))?;
    Ok(TaskRow {
        state: state(&task),
        task: task.task,
        title: e.title,
        unit_name: names.unit(&task.unit),
        unit: task.unit,
        assignees: e.assignees.iter().map(|u| names.person(u)).collect(),
        firm: e.firm.id,
        firm_name: e.firm.name,
        kind: e.kind,
        modes: e.modes,
        lists: e.lists.into_iter().map(|l| l.code).collect(),
        due: e.due,
        origin: e.origin,
        note: e.note,
        withdrawn_reason: task.withdrawn,
        inspection: task.inspection.map(|(id, _)| id),
        created: task.created,
        created_by: names.person(&task.created_by),
    })
}

#[utoipa::path(get, path = "/api/tasks", params(TaskQuery), responses((status = 200, body = TaskPage)))]
pub(super) async fn list(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Query(query): Query<TaskQuery>,
) -> Answer<Response> {
    let limit = page_size(query.limit) as usize;
    let bad = || Refusal::never(StatusCode::BAD_REQUEST, "query.invalid");
    let mut before = query.after.as_deref().map(str::parse::<u64>).transpose().map_err(|_| bad())?;
    let inspector = (caller.user.role == Role::Inspector).then_some(&caller.user.user);
    // A head's own unit; what a head asks of another one is an empty list.
    let unit = match (caller.unit_filter().filter(|_| inspector.is_none()), &query.unit) {
        (Some(own), Some(asked)) if own != asked => {
            return Ok(json(StatusCode::OK, &TaskPage { rows: Vec::new(), next: None }));
        }
        (own, asked) => own.or(asked.as_ref()),
    };
    let names = Names::load(&hq).await?;
    let (mut rows, mut next) = (Vec::new(), None);
    // The state is a matter of two tables: filtered here, page by page, until the page is full.
    'pages: loop {
        let found = hq.db.tasks(unit, inspector, before, 200).await?;
        let last_page = found.len() < 200;
        for task in found {
            before = Some(task.log_index);
            if query.state.is_some_and(|s| s != state(&task)) {
                continue;
            }
            if rows.len() == limit {
                next = rows.last().map(|(at, _): &(u64, TaskRow)| at.to_string());
                break 'pages;
            }
            rows.push((task.log_index, row(task, &names)?));
        }
        if last_page {
            break;
        }
    }
    Ok(json(StatusCode::OK, &TaskPage { rows: rows.into_iter().map(|(_, row)| row).collect(), next }))
}

async fn in_scope(hq: &Hq, caller: &Caller, task: &str) -> Answer<TaskRecord> {
    let task: TaskId = named(task, "task.unknown")?;
    let found = hq.db.task(&task).await?.filter(|t| caller.sees(&t.unit, &t.assignees));
    found.ok_or_else(|| Refusal::not_found("task.unknown"))
}

#[utoipa::path(get, path = "/api/tasks/{task}", params(("task" = String, Path)), responses((status = 200, body = TaskRow)))]
pub(super) async fn one(State(hq): State<Arc<Hq>>, caller: Caller, Path(task): Path<String>) -> Answer<Response> {
    let task = in_scope(&hq, &caller, &task).await?;
    let names = Names::load(&hq).await?;
    Ok(json(StatusCode::OK, &row(task, &names)?))
}

#[utoipa::path(post, path = "/api/tasks", request_body = TaskCreate, responses((status = 201, body = TaskRow)))]
pub(super) async fn create(State(hq): State<Arc<Hq>>, caller: Caller, Json(ask): Json<TaskCreate>) -> Answer<Response> {
    filled(&ask.title, "title", 200)?;
    text(&ask.origin, "origin", 200)?;
    text(&ask.note, "note", 4000)?;
    day(ask.due.as_deref(), "due")?;
    caller.must_have_unit(&ask.unit)?;
    let count = |n: usize, field: &str| match n {
        1..=16 => Ok(()),
        _ => Err(Refusal::unprocessable("body.field").with("field", field).with("most", 16)),
    };
    count(ask.assignees.len(), "assignees")?;
    count(ask.lists.len(), "lists")?;
    for user in &ask.assignees {
        let person = hq.person_in_scope(&caller, user).await?;
        if person.unit != ask.unit {
            return Err(Refusal::unprocessable("task.assignee_unit"));
        }
    }
    let firm = firm_in_scope(&hq, &caller, &ask.firm).await.map_err(|_| Refusal::unprocessable("firm.unknown"))?;
    let suspended = hq.suspension(&ask.firm).await?;
    let firm = FirmRecord { suspended, ..firm_record(&firm)? };
    let shelf = hq.shelf();
    let unknown_list = || Refusal::unprocessable("list.unknown");
    let lists = ask.lists.iter().map(|c| shelf.list_ref(c).ok_or_else(unknown_list)).collect::<Answer<_>>()?;
    let task: TaskId = uuid::Uuid::now_v7().to_string().parse().map_err(|_| unknown_list())?;
    let assigned = TaskAssigned {
        task: task.clone(),
        title: ask.title,
        unit: ask.unit,
        assignees: ask.assignees,
        firm,
        kind: ask.kind,
        modes: ask.modes,
        lists,
        rule: shelf.rule_ref(&ask.rule).ok_or_else(|| Refusal::unprocessable("rule.unknown"))?,
        form: shelf.forms().next().ok_or_else(|| Refusal::unprocessable("form.unknown"))?.0,
        due: ask.due,
        origin: ask.origin,
        note: ask.note,
        wants: ask.wants,
    };
    hq.speak(&caller.user.user, vec![assigned.into()]).await.map_err(|f| match f.code.as_str() {
        "entry.limits" => Refusal::unprocessable("task.too_large"),
        _ => f.into(),
    })?;
    let stored = in_scope(&hq, &caller, task.as_str()).await?;
    let names = Names::load(&hq).await?;
    Ok(json(StatusCode::CREATED, &row(stored, &names)?))
}

#[utoipa::path(post, path = "/api/tasks/{task}/withdraw", params(("task" = String, Path)),
    request_body = TaskWithdraw, responses((status = 204)))]
pub(super) async fn withdraw(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(task): Path<String>,
    Json(ask): Json<TaskWithdraw>,
) -> Answer<Response> {
    let task = in_scope(&hq, &caller, &task).await?;
    caller.must_have_unit(&task.unit)?;
    filled(&ask.reason, "reason", 1000)?;
    if task.withdrawn.is_some() {
        return Err(Refusal::never(StatusCode::CONFLICT, "task.withdrawn"));
    }
    hq.speak(&caller.user.user, vec![TaskWithdrawn { task: task.task, reason: ask.reason }.into()]).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[utoipa::path(get, path = "/api/library", responses((status = 200, body = LibraryView)))]
pub(super) async fn library(State(hq): State<Arc<Hq>>) -> Answer<Response> {
    let shelf = hq.shelf();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let lists = shelf.lists().map(|(sha256, l)| ListInfo {
        code: l.code.clone(),
        version: l.version.clone(),
        title: l.title.clone(),
        sha256,
        items: count(l.items().count()),
        key_items: count(l.items().filter(|i| i.key.value).count()),
    });
    let rules = shelf.rules().map(|(sha256, r)| RuleInfo {
        code: r.code.clone(),
        version: r.version.clone(),
        title: r.title.clone(),
        sha256,
        mark: r.mark,
    });
    let forms = shelf.forms().map(|(sha256, f)| FormInfo { code: f.code.clone(), version: f.version.clone(), sha256 });
    let view = LibraryView { lists: lists.collect(), rules: rules.collect(), forms: forms.collect() };
    Ok(json(StatusCode::OK, &view))
}

#[utoipa::path(get, path = "/api/status", responses((status = 200, body = Status)))]
pub(super) async fn status(State(hq): State<Arc<Hq>>, caller: Caller) -> Answer<Response> {
    let status = Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        log_index: hq.db.log_index().await?,
        key: hq.own.key.to_string(),
        ca_sha256: hq.keys.ca.fingerprint().to_string(),
        ca_pem: hq.keys.ca.pem().to_owned(),
        phone_url: hq.phone_url(),
        troubles: hq.troubles(&caller).await?,
    };
    Ok(json(StatusCode::OK, &status))
}
