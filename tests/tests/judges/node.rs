//! Programs of `ui/e2e`: told what to do by JSON on standard input, answering with JSON on standard output.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Runs `node e2e/<program> <args>` in `ui/`; what it says on standard error is the test's.
pub async fn run(program: &str, args: &[&str], env: &[(&str, &str)], task: &Value) -> Value {
    let mut command = Command::new("node");
    command.arg(format!("e2e/{program}")).args(args).envs(env.iter().copied());
    command.current_dir(xuncha_tests::repository().join("ui"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("node is not installed: cargo xtask setup");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(task.to_string().as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{program} failed: see above");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{program} answered {:?}", String::from_utf8_lossy(&output.stdout)))
}
