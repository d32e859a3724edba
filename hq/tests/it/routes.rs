use reqwest::{Method, Response};
use serde_json::{Value, json};
use xuncha_hq::api::routes::{Access, Op, ROUTES, Route, Scope, Thing, Verb};
use xuncha_hq::api::types::Role;

use crate::world::{Browser, PASSWORD, World, firm_record, jpeg, problem, task_body};

/// Things of the unit `east`, by the path parameter that names them.
struct East {
    inspection: String,
    task: String,
    device: String,
    invitation: String,
    sha256: String,
}

impl East {
    async fn new(world: &World) -> Self {
        let mut alice = world.phone("alice").await;
        let photo = jpeg(1_000);
        let inspection = alice.whole(world, std::slice::from_ref(&photo)).await.to_string();
        let root = world.browser("root").await;
        let task = root.assign("east", "f-east", &["alice"]).await;
        let made = root.send(Method::POST, "/api/invitations", Some(json!({"user": "bob"}))).await;
        let invitation = made.json::<Value>().await.unwrap()["invitation"].as_str().unwrap().to_owned();
        let sha256 = xuncha_core::ids::BlobHash::digest(&[&photo]).to_string();
        Self { inspection, task, device: alice.feed.device.to_string(), invitation, sha256 }
    }
    fn path(&self, route: &Route) -> String {
        let path = route
            .path
            .replace("{inspection}", &self.inspection)
            .replace("{task}", &self.task)
            .replace("{firm}", "f-east")
            .replace("{device}", &self.device)
            .replace("{user}", "bob")
            .replace("{invitation}", &self.invitation)
            .replace("{session}", "none")
            .replace("{sha256}", &self.sha256);
        assert!(!path.contains('{'), "{path}: the test does not know this parameter");
        match route.op {
            Op::Blob => format!("{path}?inspection={}", self.inspection),
            _ => path,
        }
    }
}

fn method(route: &Route) -> Method {
    match route.method {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Put => Method::PUT,
        Verb::Delete => Method::DELETE,
    }
}

/// A body that would be taken from somebody who may. A route that needs one and is not here fails by its status.
fn body(op: Op) -> Option<Value> {
    Some(match op {
        Op::SignIn => json!({"user": "root", "password": "wrong password"}),
        Op::PasswordChange => json!({"old": PASSWORD, "new": PASSWORD}),
        Op::UserCreate => {
            json!({"user": "new", "name": "N", "role": "inspector", "unit": "east", "password": PASSWORD})
        }
        Op::UserPassword => json!({"password": PASSWORD}),
        Op::UnitCreate => json!({"unit": "new", "name": "N"}),
        Op::FirmPut => json!({"unit": "east", "record": firm_record("f-east")}),
        Op::FirmSuspend => json!({"order": "No. 3", "reason": "cold room", "since": "2026-11-10"}),
        Op::FirmReopen => json!({"extent": "all"}),
        Op::TaskCreate => task_body("east", "f-east", &["alice"]),
        Op::TaskWithdraw | Op::DeviceRevoke => json!({"reason": "test"}),
        Op::InvitationCreate => json!({"user": "alice"}),
        _ => return None,
    })
}

async fn call(browser: &Browser, route: &Route, east: &East) -> Response {
    browser.send(method(route), &east.path(route), body(route.op)).await
}

fn may(route: &Route, role: Role) -> bool {
    match route.access {
        Access::Public => true,
        Access::Roles(roles) => roles.contains(&role),
    }
}

#[tokio::test]
async fn every_route_refuses_whoever_is_not_signed_in() {
    let world = World::new().await;
    let east = East::new(&world).await;
    let stranger = Browser::new(&world);
    for route in ROUTES.iter().filter(|r| matches!(r.access, Access::Roles(_))) {
        let reply = call(&stranger, route, &east).await;
        assert_eq!(problem(reply).await, (401, "session.unknown".into()), "{:?} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn every_route_refuses_the_wrong_role() {
    let world = World::new().await;
    let east = East::new(&world).await;
    for (user, role) in [("alice", Role::Inspector), ("east-head", Role::StationHead), ("root", Role::Admin)] {
        let browser = world.browser(user).await;
        for route in ROUTES.iter().filter(|r| !may(r, role)) {
            let reply = call(&browser, route, &east).await;
            assert_eq!(problem(reply).await, (403, "role.refused".into()), "{user} {:?} {}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn every_route_hides_or_refuses_what_belongs_to_another_unit() {
    let world = World::new().await;
    let east = East::new(&world).await;
    for (user, role) in [("west-head", Role::StationHead), ("carol", Role::Inspector)] {
        let browser = world.browser(user).await;
        for route in ROUTES.iter().filter(|r| may(r, role) && !matches!(r.scope, Scope::Common | Scope::Own)) {
            let name = format!("{user} {:?} {}", route.method, route.path);
            let reply = call(&browser, route, &east).await;
            match route.scope {
                Scope::Common | Scope::Own => unreachable!("left out above"),
                // A firm is put by naming the unit it goes to: refused by its word rather than hidden.
                Scope::Body => assert_eq!(problem(reply).await, (403, "unit.other".into()), "{name}"),
                Scope::Path(Thing::Firm) if route.op == Op::FirmPut => {
                    assert_eq!(problem(reply).await, (403, "unit.other".into()), "{name}");
                    let own = json!({"unit": "west", "record": firm_record("f-east")});
                    let reply = browser.send(Method::PUT, "/api/firms/f-east", Some(own)).await;
                    assert_eq!(problem(reply).await, (404, "firm.unknown".into()), "{name}: not to be taken over");
                }
                Scope::Path(_) => assert_eq!(problem(reply).await.0, 404, "{name}"),
                Scope::Rows => {
                    assert_eq!(reply.status(), 200, "{name}");
                    let text = reply.text().await.unwrap();
                    for word in [&east.inspection, &east.task, &east.device, &east.invitation] {
                        assert!(!text.contains(word.as_str()), "{name} shows {word}");
                    }
                    assert!(!text.contains("\"f-east\"") && !text.contains("\"bob\""), "{name} shows east's");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_route_answers_whoever_may() {
    let world = World::new().await;
    for user in ["root", "east-head", "alice"] {
        let east = East::new(&world).await;
        let role = match user {
            "root" => Role::Admin,
            "east-head" => Role::StationHead,
            _ => Role::Inspector,
        };
        // What ends something comes last; a cancelled invitation, a revoked phone and a closed session stay so.
        let ending = |r: &&Route| matches!(r.op, Op::SignOut);
        let mut routes: Vec<&Route> = ROUTES.iter().filter(|r| may(r, role)).collect();
        routes.sort_by_key(ending);
        let browser = world.browser(user).await;
        for route in routes {
            let reply = call(&browser, route, &east).await;
            let status = reply.status().as_u16();
            let expected: &[u16] = match route.op {
                Op::SignIn => &[401],
                Op::SessionRevoke => &[404],
                // Names that the round before has taken.
                Op::UserCreate | Op::UnitCreate => &[201, 409],
                Op::TaskCreate | Op::InvitationCreate => &[201],
                // Suspended by the round before; never inspected.
                Op::FirmSuspend => &[200, 409],
                Op::FirmReopen => &[409],
                _ => &[200, 204],
            };
            assert!(
                expected.contains(&status),
                "{user} {:?} {}: {status} {}",
                route.method,
                route.path,
                reply.text().await.unwrap()
            );
        }
    }
}

#[tokio::test]
async fn a_foreign_page_changes_nothing() {
    let world = World::new().await;
    let east = East::new(&world).await;
    let root = world.browser("root").await;
    for route in ROUTES.iter().filter(|r| r.method != Verb::Get) {
        let bare = |headers: &[(&'static str, &'static str)]| {
            let mut request = root.bare(method(route), &east.path(route));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.json(&body(route.op).unwrap_or_default()).send()
        };
        let reply = bare(&[]).await.unwrap();
        assert_eq!(problem(reply).await, (403, "csrf.header".into()), "{}", route.path);
        let reply = bare(&[("x-xuncha", "1"), ("origin", "https://evil.example")]).await.unwrap();
        assert_eq!(problem(reply).await, (403, "csrf.origin".into()), "{}", route.path);
    }
}

#[tokio::test]
async fn a_session_can_be_seen_and_ended_and_a_new_password_ends_the_others() {
    let world = World::new().await;
    let (here, there) = (world.browser("alice").await, world.browser("alice").await);
    let rows = here.get("/api/sessions").await;
    let other = rows["rows"].as_array().unwrap().iter().find(|s| s["current"] == false).unwrap();
    let path = format!("/api/sessions/{}", other["session"].as_str().unwrap());
    let stranger = world.browser("carol").await;
    assert_eq!(stranger.send(Method::DELETE, &path, None).await.status(), 404);
    assert_eq!(here.send(Method::DELETE, &path, None).await.status(), 204);
    assert_eq!(there.send(Method::GET, "/api/me", None).await.status(), 401);
    let third = world.browser("alice").await;
    let change = json!({"old": PASSWORD, "new": "another long one"});
    assert_eq!(here.send(Method::POST, "/api/me/password", Some(change)).await.status(), 204);
    assert_eq!(here.get("/api/me").await["name"], "ALICE");
    assert_eq!(third.send(Method::GET, "/api/me", None).await.status(), 401);
    let root = world.browser("root").await;
    assert_eq!(root.send(Method::POST, "/api/users/alice/disable", None).await.status(), 204);
    assert_eq!(here.send(Method::GET, "/api/me", None).await.status(), 401);
    world.clock.pass(std::time::Duration::from_secs(13 * 3600));
    assert_eq!(root.send(Method::GET, "/api/me", None).await.status(), 401, "a session has its term");
}

#[tokio::test]
async fn wrong_passwords_cost_patience_and_tell_nothing_of_the_account() {
    let world = World::new().await;
    let browser = Browser::new(&world);
    let try_in = |user: &'static str, password: &'static str| {
        let body = json!({"user": user, "password": password});
        browser.send(Method::POST, "/api/session", Some(body))
    };
    let known = problem(try_in("alice", "wrong wrong").await).await;
    assert_eq!(known, (401, "sign_in.wrong".into()));
    assert_eq!(problem(try_in("nobody", "wrong wrong").await).await, known);
    for _ in 0..6 {
        try_in("alice", "wrong wrong").await;
    }
    let reply = try_in("alice", PASSWORD).await;
    assert!(reply.headers().contains_key("retry-after"));
    assert_eq!(problem(reply).await, (429, "request.too_many".into()));
    assert_eq!(try_in("bob", PASSWORD).await.status(), 200, "others are not held up");
}

#[tokio::test]
async fn the_page_or_a_word_on_how_to_build_it_is_served_with_its_policy() {
    let world = World::new().await;
    let browser = Browser::new(&world);
    let reply = browser.send(Method::GET, "/inspections/some-id", None).await;
    assert!(reply.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let policy = reply.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src 'unsafe"), "{policy}");
    let reply = browser.send(Method::GET, "/api/nothing", None).await;
    assert_eq!(problem(reply).await, (404, "route.unknown".into()));
    let reply = browser.send(Method::PUT, "/api/me", None).await;
    assert_eq!(problem(reply).await, (405, "method.unknown".into()));
}
