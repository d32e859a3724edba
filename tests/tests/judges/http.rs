//! The dashboard's API, judged by schemathesis: requests made up from the OpenAPI document, valid and not; whatever HQ answers
//! must be what the document says, and never a fault of its own.

use tokio::process::Command;
use xuncha_tests::district;
use xuncha_tests::world::World;

/// Judged is what is said against the document: statuses, media types, bodies, and that nothing ends in 5xx.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

#[tokio::test]
async fn whatever_is_asked_of_the_dashboards_api_is_answered_as_its_document_says() {
    let tester = xuncha_tests::repository().join("target/venv/bin/schemathesis");
    if !tester.is_file() {
        eprintln!("! SKIPPED: the battery over HTTP. schemathesis is not installed: cargo xtask setup");
        return;
    }
    let world = World::start().await.unwrap();
    world.head().await.unwrap().give_tasks().await.unwrap();
    let admin = world.admin().await.unwrap();
    let mut command = Command::new(tester);
    command.arg("run").arg(format!("{}/api/openapi.json", admin.url()));
    command.args(["--header", &format!("Cookie:{}", admin.cookie())]).args(["--header", "X-Xuncha:1"]);
    command.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--workers", "1"]);
    // Bounded and repeatable: a red run must be red again.
    command.args(["--max-examples", "15", "--max-time", "60", "--seed", "20261120", "--continue-on-failure"]);
    // These can end the session that everything else is asked with (other answers give the battery its own account's and
    // session's ids); their answers are held by tests of HQ's own.
    for ends_it in ["SignOut", "SessionRevoke", "PasswordChange", "UserDisable", "UserPassword"] {
        command.args(["--exclude-operation-id", ends_it]);
    }
    command.args(["--warnings", "off", "--no-color"]).current_dir(world.folder());
    command.env("NO_PROXY", "127.0.0.1").kill_on_drop(true);
    let report = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&report.stdout);
    assert!(report.status.success(), "{said}\n{}", String::from_utf8_lossy(&report.stderr));
    // The session lived to the end, so what was judged is the API and not its refusals.
    let me: serde_json::Value = admin.get("/api/me").await.expect("the session ended on the way");
    assert_eq!(me["user"], district::ADMIN, "{me}");
}
