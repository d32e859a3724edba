//! HQ is killed in the middle of a sync, as by a power cut of the process; what it confirmed must be there afterwards.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use xuncha_tests::program;

use super::*;

/// The real program, in a process of its own.
pub(super) struct Program(Child);

impl Program {
    pub(super) async fn serve(data: &Path, phones: SocketAddr) -> Self {
        let child = Command::new(program("xuncha-hq").unwrap())
            .args(["serve", "--listen-dashboard", "127.0.0.1:0", "--listen-phones", &phones.to_string(), "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut hq = Self(child);
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(phones).await.is_err() {
            if let Some(status) = hq.0.try_wait().unwrap() {
                panic!("HQ does not start on what a kill left behind: {status}");
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "HQ does not listen on {phones}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        hq
    }

    /// SIGKILL: nothing is finished in good order.
    pub(super) fn kill(mut self) {
        self.0.kill().unwrap();
        let status = self.0.wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "it fell by itself: {status}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn object(data: &Path, sha256: &str) -> PathBuf {
    data.join("objects").join(&sha256[..2]).join(sha256)
}

/// Photos that this phone says are at HQ and whose bytes are not on HQ's disk; and how many it says are there.
fn missing(view: &Value, hq: &Path) -> (Vec<String>, usize) {
    let evidence = &xuncha_tests::alone::state_of(view, "ACC-03")["evidence"];
    let at_hq = evidence.as_array().unwrap().iter().filter(|e| e["safety"] == "at_hq");
    let said: Vec<String> = at_hq.map(|e| text(&e["blob"]["sha256"])).collect();
    let is_there = |sha256: &String| {
        let bytes = fs::read(object(hq, sha256)).unwrap_or_default();
        BlobHash::digest(&[&bytes]).to_string() == *sha256
    };
    (said.iter().filter(|sha256| !is_there(sha256)).cloned().collect(), said.len())
}

pub(super) fn run(arguments: &[&str], paths: &[&Path]) -> (bool, String) {
    let output = Command::new(program("xuncha-hq").unwrap()).args(arguments).args(paths).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_hq_killed_in_the_middle_of_a_sync_again_and_again_lacks_nothing_it_confirmed() {
    const KILLS: u64 = 8;
    let (mut world, alice) = world_with_alice().await;
    let phones = phones_of(&world);
    world.hq.switch_off().await;
    let data = world.hq.data().to_owned();
    let inspection = begin(&alice).await;
    let (mut in_the_middle, mut confirmed_early, mut files) = (0, 0, Vec::new());
    for kill in 0..KILLS {
        // Always enough to do: large and small ones, among them some that go along with the creation of their upload.
        for n in 0..4 {
            files.push(photo(&world, kill * 4 + n, 300_000 + usize::try_from(n).unwrap() * 700_000));
            alice.attach(&inspection, Some("ACC-03"), files.last().unwrap()).await.unwrap();
        }
        answer(&alice, &inspection, "ACC-03", "conforms", &[]).await;
        let hq = Program::serve(&data, phones).await;
        alice.ask::<Value>("sync_start", json!({})).await.unwrap();
        // From "before the first word" to "between blobs and receipts"; counted in steps, then spread within the step.
        let far = |v: &SyncView| match kill % 4 {
            0 => v.phase != SyncPhase::Idle,
            1 => v.entries_done > 0,
            2 => v.bytes_done > 500_000,
            _ => v.files.iter().any(|f| f.receipted) || v.phase == SyncPhase::Confirming,
        };
        until(&alice, "the sync to be under way", |v| is_done(v) || far(v)).await;
        tokio::time::sleep(Duration::from_millis(kill * 17 % 60)).await;
        hq.kill();
        let status: SyncView = alice.ask("sync_status", json!({})).await.unwrap();
        in_the_middle += u32::from(!is_done(&status));
        let (gone, said) = missing(&view(&alice, &inspection).await, &data);
        assert_eq!(gone, Vec::<String>::new(), "kill {kill}: confirmed and gone");
        confirmed_early += usize::from(said > 0);
    }
    assert!(in_the_middle >= 5, "{in_the_middle} of {KILLS} kills met a sync under way: too few to prove anything");
    eprintln!("{KILLS} kills, {in_the_middle} in the middle, {confirmed_early} with something confirmed before");

    let hq = Program::serve(&data, phones).await;
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    let done = until(&alice, "everything to be over", is_done).await;
    assert_eq!(done.only_here.photos, 0);
    let shown = view(&alice, &inspection).await;
    assert_eq!(shown["row"]["safety"], "at_hq");
    assert_eq!(missing(&shown, &data), (Vec::new(), files.len()));
    let export = world.folder().join("export");
    let (exported, said) = run(&["export", "--data", data.to_str().unwrap(), &inspection], &[&export]);
    assert!(exported && !said.contains("lacking"), "{said}");
    let (ok, said) = run(&["verify"], &[&export]);
    assert!(ok && said.contains(&format!("{} blobs", files.len())), "{said}");
    hq.kill();

    // What the programs left behind is good for the next one, and no entry stands twice.
    world.hq.switch_on().await.unwrap();
    let page = world.head().await.unwrap();
    let rows = timeline(&page, &inspection).await;
    assert_each_once(&rows);
    assert_eq!(rows.len() as u64 + 1, done.agreed.unwrap().entries);
    assert!(verified(&page, &inspection).await.ok);
    let parts = fs::read_dir(data.join("parts")).unwrap().count();
    assert_eq!(parts, 0, "nothing half is left over");

    // The control: these very checks notice an HQ that lost one confirmed photo.
    let lost = hash_of(&files[3]).to_string();
    fs::remove_file(object(&data, &lost)).unwrap();
    assert_eq!(missing(&shown, &data).0, [lost]);
    assert!(!verified(&page, &inspection).await.ok, "HQ's own verification notices it too");
}
