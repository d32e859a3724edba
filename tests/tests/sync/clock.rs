//! A phone whose battery was empty for too long wakes in 1970. The whole engine runs in a process of its own whose wall clock
//! says so (libfaketime); HQ stands in the present.

use std::net::TcpListener;
use std::process::Command;
use std::time::Instant;

use xuncha_tests::desktop::Process;
use xuncha_tests::program;

use super::*;

/// The engine of a phone behind the bridge, in another time.
struct Elsewhen {
    address: SocketAddr,
    client: reqwest::Client,
    _engine: Process,
}

impl Elsewhen {
    async fn wake(data: &Path, when: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("faketime");
        command
            .args(["-f", &format!("@{when}")])
            .arg(program("xuncha-bridge").unwrap())
            .arg(data)
            .arg(port.to_string());
        // Waits are measured by the other clock, which nobody sets.
        command.env("DONT_FAKE_MONOTONIC", "1").env("TZ", "UTC");
        let mut engine = Process::start(&command).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            engine.still_runs().unwrap();
            assert!(begun.elapsed() < Duration::from_secs(60), "the engine does not wake");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { address, client: reqwest::Client::new(), _engine: engine }
    }

    async fn ask(&self, verb: &str, args: Value) -> Value {
        let url = format!("http://{}/bridge/call", self.address);
        let body = serde_json::to_vec(&json!({ "verb": verb, "args": args })).unwrap();
        let request = self.client.post(url).header("content-type", "application/json").body(body);
        let reply = request.send().await.unwrap();
        let (ok, body) = (reply.status().is_success(), reply.text().await.unwrap());
        assert!(ok, "{verb}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    async fn synchronise(&self) -> Value {
        self.ask("sync_start", json!({})).await;
        let begun = Instant::now();
        loop {
            let status = self.ask("sync_status", json!({})).await;
            match status["phase"].as_str().unwrap() {
                "done" => return status,
                "failed" => panic!("{status}"),
                _ => assert!(begun.elapsed() < Duration::from_secs(120), "{status}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The entry of the one answer that stands after this change.
fn standing(delta: &Value) -> Value {
    assert_eq!(delta["items"][0]["answers"].as_array().unwrap().len(), 1, "{delta}");
    delta["items"][0]["answers"][0]["by"]["entry"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_wakes_in_1970_enrols_works_and_synchronises_and_hq_bounds_its_time() {
    let world = World::start().await.unwrap();
    let head = world.head().await.unwrap();
    let invitation = head.invite(INSPECTOR).await.unwrap();
    let data = world.folder().join("alice");
    fs::create_dir(&data).unwrap();

    // HQ's certificate is not valid yet by this clock; the pinned key is what counts.
    let phone = Elsewhen::wake(&data, "1970-01-02 03:04:05").await;
    let enrol = json!({ "text": invitation, "label": "alice", "pin": district::PASSPHRASE });
    phone.ask("enrol", enrol).await;
    phone.synchronise().await;
    let companion = json!({ "user": COMPANION, "name": district::name_of(COMPANION), "certificate": "浙99-0201-0058" });
    let start = json!({
        "task": null, "firm": firm(), "lists": ["ACC"], "kind": "routine", "modes": [], "rule": null,
        "officers": [companion], "place": null, "language": "zh-Hans"
    });
    let inspection = text(&phone.ask("start", start).await["inspection"]);
    let first = xuncha_tests::alone::answer(&inspection, "ACC-03", "conforms", json!([]));
    let seen = standing(&phone.ask("answer", first).await);
    phone.synchronise().await;
    drop(phone);

    // The clock is put right, then it falls back again: the later answer counts, whatever the clocks say.
    let phone = Elsewhen::wake(&data, "2026-11-20 09:00:00").await;
    phone.ask("unlock", json!({ "user": INSPECTOR, "pin": district::PASSPHRASE })).await;
    let second = xuncha_tests::alone::answer(&inspection, "ACC-03", "non_conforming", json!([seen]));
    let seen = standing(&phone.ask("answer", second).await);
    drop(phone);
    let phone = Elsewhen::wake(&data, "1970-01-01 00:00:10").await;
    phone.ask("unlock", json!({ "user": INSPECTOR, "pin": district::PASSPHRASE })).await;
    let third = xuncha_tests::alone::answer(&inspection, "ACC-03", "corrected", json!([seen]));
    phone.ask("answer", third).await;
    phone.synchronise().await;

    let at_hq = detail(&head, &inspection).await;
    let item = at_hq.sections.iter().flat_map(|s| &s.items).find(|i| i.item.as_str() == "ACC-03").unwrap();
    let outcomes: Vec<_> = item.answers.iter().map(|a| format!("{:?}", a.answer.outcome)).collect();
    assert_eq!(outcomes, ["Corrected"], "one answer stands, the last one, without a conflict");
    let rows = timeline(&head, &inspection).await;
    assert_each_once(&rows);
    let claimed: Vec<_> = rows.iter().map(|row| row.wall.get(..4).unwrap_or_default().to_owned()).collect();
    assert!(claimed.iter().any(|year| year == "1970") && claimed.iter().any(|year| year == "2026"), "{claimed:?}");
    assert!(rows.iter().all(|row| !row.received.starts_with("19")), "HQ's own clock");
    assert!(verified(&head, &inspection).await.ok);
}
