//! The OpenAPI document: shapes from the handlers, statuses from the table of routes, so that neither can forget the other.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, SecurityRequirement};
use utoipa::{OpenApi, ToSchema};

use super::routes::{Access, Op, ROUTES, Route, Verb};
use super::{blob, days, devices, firms, inspections, people, proposal, session, standing, tasks, timeline};

/// An RFC 9457 problem.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used, for the document")]
struct Problem {
    /// `urn:xuncha:problem:<code>`.
    #[schema(rename = "type")]
    r#type: String,
    /// The code in words.
    title: String,
    /// HTTP status.
    status: u16,
    /// Stable code: what a program acts on.
    code: String,
    /// `never`, `later` or `after_action`.
    retry: String,
    /// Numbers and names for the sentence.
    params: std::collections::HashMap<String, String>,
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Xuncha HQ", description = "What the dashboard asks and does.", license(name = "Apache-2.0")),
    paths(
        serve,
        session::sign_in,
        session::sign_out,
        session::me,
        session::change_password,
        session::list,
        session::revoke,
        people::users,
        people::create_user,
        people::disable,
        people::enable,
        people::reset_password,
        people::units,
        people::create_unit,
        firms::list,
        firms::one,
        firms::put,
        standing::suspend,
        standing::reopen,
        proposal::one,
        tasks::status,
        tasks::library,
        tasks::list,
        tasks::create,
        tasks::one,
        tasks::withdraw,
        inspections::list,
        inspections::one,
        timeline::list,
        inspections::record,
        inspections::verify,
        blob::bytes,
        days::one,
        devices::list,
        devices::revoke,
        devices::invitations,
        devices::invite,
        devices::cancel
    ),
    components(schemas(Problem))
)]
struct Document;

/// The document as JSON text.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_pretty_json().unwrap_or_default());
    &TEXT
}

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    for route in ROUTES {
        if let Some(operation) = operation(&mut document, route) {
            complete(operation, route);
        }
    }
    if let Some(components) = &mut document.components {
        let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::auth::COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let header = ApiKey::Header(ApiKeyValue::with_description("X-Xuncha", "Always `1`: proves an own page."));
        components.add_security_scheme("own_page", SecurityScheme::ApiKey(header));
    }
    document
}

fn method(verb: Verb) -> HttpMethod {
    match verb {
        Verb::Get => HttpMethod::Get,
        Verb::Post => HttpMethod::Post,
        Verb::Put => HttpMethod::Put,
        Verb::Delete => HttpMethod::Delete,
    }
}

fn operation<'d>(document: &'d mut utoipa::openapi::OpenApi, route: &Route) -> Option<&'d mut Operation> {
    let item = document.paths.paths.get_mut(route.path)?;
    match method(route.method) {
        HttpMethod::Get => item.get.as_mut(),
        HttpMethod::Post => item.post.as_mut(),
        HttpMethod::Put => item.put.as_mut(),
        _ => item.delete.as_mut(),
    }
}

/// Adds what every handler may also answer, and what a caller must bring.
fn complete(operation: &mut Operation, route: &Route) {
    operation.operation_id = Some(format!("{:?}", route.op));
    let changes = route.method != Verb::Get;
    let has_body = operation.request_body.is_some();
    let has_query =
        operation.parameters.iter().flatten().any(|p| matches!(p, RefOr::T(p) if p.parameter_in == ParameterIn::Query));
    let roles = matches!(route.access, Access::Roles(_));
    let statuses = [
        (400, has_body || has_query),
        (401, roles || route.op == Op::SignIn),
        (403, roles || changes),
        (404, route.path.contains('{')),
        (408, true),
        (409, changes),
        (413, has_body),
        (415, has_body),
        (416, route.op == Op::Blob),
        (422, has_body || changes),
        (429, matches!(route.op, Op::SignIn | Op::PasswordChange)),
        (500, true),
        (507, changes),
    ];
    for (status, _) in statuses.into_iter().filter(|(_, holds)| *holds) {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new()
            .description("problem")
            .content(xuncha_core::protocol::problem::MEDIA_TYPE, content)
            .build();
        operation.responses.responses.entry(status.to_string()).or_insert(response.into());
    }
    let mut needs = SecurityRequirement::default();
    if roles {
        needs = needs.add("session", Vec::<String>::new());
    }
    if changes {
        needs = needs.add("own_page", Vec::<String>::new());
    }
    operation.security = Some(if roles || changes { vec![needs] } else { Vec::new() });
}

#[utoipa::path(get, path = "/api/openapi.json", responses((status = 200, body = Object)))]
pub(super) async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_table_is_in_the_document_and_no_other() {
        let mut document = document();
        let mut described = 0;
        for route in ROUTES {
            let operation = operation(&mut document, route);
            let operation = operation.unwrap_or_else(|| panic!("{:?} {} is not described", route.method, route.path));
            assert!(operation.responses.responses.keys().any(|s| s.starts_with('2')), "{}", route.path);
            described += 1;
        }
        let items = document.paths.paths.values();
        let all: usize =
            items.map(|i| [&i.get, &i.post, &i.put, &i.delete, &i.patch].iter().filter(|o| o.is_some()).count()).sum();
        assert_eq!(all, described, "something is described that is not in the table");
    }
}
