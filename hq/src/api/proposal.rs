use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use xuncha_core::checklist::{Occasion, propose_lists, propose_rule};
use xuncha_core::event::InspectionKind;

use super::firms::{in_scope, record};
use super::gate::{Query, named};
use super::types::TaskProposal;
use crate::auth::Caller;
use crate::hq::Hq;
use crate::http::json;
use crate::refusal::{Answer, Refusal};

/// The occasion lists are to be proposed for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ProposalQuery {
    /// Kind of inspection; `routine` if none is said.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    kind: InspectionKind,
    /// Ways, separated by commas.
    #[serde(default)]
    modes: String,
    /// Focus domains `F01` to `F10`, separated by commas.
    #[serde(default)]
    focus: String,
}

/// Words separated by commas, each of which must be one of `T`.
fn words<T: DeserializeOwned>(text: &str) -> Answer<Vec<T>> {
    let bad = |_| Refusal::never(StatusCode::BAD_REQUEST, "query.invalid");
    let all = text.split(',').map(str::trim).filter(|w| !w.is_empty());
    all.map(|w| serde_json::from_value(w.into()).map_err(bad)).collect()
}

#[utoipa::path(get, path = "/api/firms/{firm}/proposal", params(("firm" = String, Path), ProposalQuery),
    responses((status = 200, body = TaskProposal)))]
pub(super) async fn one(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(firm): Path<String>,
    Query(query): Query<ProposalQuery>,
) -> Answer<Response> {
    let firm = record(&in_scope(&hq, &caller, &named(&firm, "firm.unknown")?).await?)?;
    let occasion = Occasion { kind: query.kind, modes: words(&query.modes)?, focus: words(&query.focus)? };
    let shelf = hq.shelf();
    let mut lists: Vec<_> = shelf.lists().map(|(_, list)| list).collect();
    lists.sort_by(|a, b| a.code.as_str().cmp(b.code.as_str()));
    let rules = shelf.rules().map(|(_, rule)| rule);
    let rule = propose_rule(rules, &firm.subject, &occasion).ok_or_else(|| Refusal::unprocessable("rule.unknown"))?;
    let view = TaskProposal {
        lists: propose_lists(&lists, &firm.subject, &occasion),
        rule: rule.code.clone(),
        rule_title: rule.title.clone(),
        rule_mark: rule.mark,
    };
    Ok(json(StatusCode::OK, &view))
}
