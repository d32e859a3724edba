use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use xuncha_core::checklist::Checklist;
use xuncha_core::event::Outcome;
use xuncha_core::ids::Digest;
use xuncha_hq::packs::{Own, embedded};

use crate::world::World;

/// What the command line said.
struct Said {
    ok: bool,
    out: String,
    err: String,
}

fn run(mut command: Command) -> Said {
    let done = command.env("RUST_LOG", "off").env_remove("XUNCHA_HQ_DATA").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { ok: done.status.success(), out: text(done.stdout), err: text(done.stderr) }
}

fn lists(args: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xuncha-hq"));
    command.arg("lists").args(args);
    run(command)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A bureau's folder with these files.
fn folder(at: &Path, files: &[(&str, String)]) -> PathBuf {
    for (name, text) in files {
        let file = at.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    at.to_owned()
}

/// A list of one item, as an author writes it.
fn small(code: &str, version: &str, text: &str) -> String {
    format!(
        "code: {code}
version: '{version}'
title: {{zh-Hans: 本局检查表}}
sections:
  - code: one
    title: {{zh-Hans: 制度}}
    items:
      - code: {code}-01
        text: {{zh-Hans: {text}}}
        how: {{zh-Hans: 查文件。}}
        methods: [documents]
        evidence: [{{kind: photo, min: 1, when: checked, mark: D}}]
        key: {{value: true, mark: D}}
        basis: [{{law: GSP, article: '44', mark: M}}]
        violations: [{{code: V11, mark: D}}]
        severity: minor
"
    )
}

/// A list of the program's as the bureau changed it. JSON is YAML.
fn changed(code: &str, version: &str, text: &str) -> String {
    let mut list = embedded().unwrap().list(&code.parse().unwrap()).unwrap().clone();
    list.version = version.into();
    list.sections[0].items[0].text.zh = text.into();
    list.canonical()
}

async fn published(world: &World) -> Vec<(String, String, String)> {
    let packs = world.hq.hq.db.packs().await.unwrap();
    packs.into_iter().map(|p| (p.kind, p.code, p.version)).collect()
}

fn first_text(list: &Checklist) -> &str {
    &list.sections[0].items[0].text.zh
}

#[test]
fn check_counts_what_the_programs_lists_hold() {
    let said = lists(&["check"]);
    assert!(said.ok, "{}", said.err);
    let library = embedded().unwrap();
    for list in &library.lists {
        let row = said.out.lines().find(|l| l.split_whitespace().next() == Some(list.code.as_str())).unwrap();
        assert!(row.contains(&list.version) && row.ends_with(list.title.zh.as_str()), "{row}");
    }
    let total: Vec<&str> = said.out.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(total[..2], ["total", &library.lists.iter().map(|l| l.items().count()).sum::<usize>().to_string()]);
    let report: Value = serde_json::from_str(&lists(&["check", "--json"]).out).unwrap();
    let sum = |of: &str| report["lists"].as_array().unwrap().iter().map(|l| l[of].as_u64().unwrap()).sum::<u64>();
    assert_eq!([sum("items"), sum("key"), sum("evidence")].map(|n| n.to_string()), total[1..4]);
}

#[test]
fn check_names_file_line_and_hint_of_every_fault() {
    let dir = tempfile::tempdir().unwrap();
    let good = small("BJ1", "1", "有制度。");
    assert!(lists(&["check", path(&folder(&dir.path().join("good"), &[("lists/BJ1.yaml", good.clone())]))]).ok);
    let cases = [
        (good.replace("law: GSP", "law: NOLAW"), 14, "NOLAW"),
        (good.replace("'44'", "'444'"), 14, "GSP article 444"),
        (good.replace("V11", "V999"), 15, "V999"),
        (good.replace("minor", "minor\n        same_as: NONE-01"), 17, "NONE-01"),
        (good.replace("minor", "minor\n        applies_if: subject.kind ="), 17, "applies_if"),
        (good.replace("severity", "severty"), 16, "severty"),
        (good.replace("code: BJ1-01", "code: XX-01"), 8, "XX-01"),
    ];
    for (n, (text, line, problem)) in cases.iter().enumerate() {
        let folder = folder(&dir.path().join(n.to_string()), &[("lists/BJ1.yaml", text.clone())]);
        let said = lists(&["check", path(&folder)]);
        assert!(!said.ok && said.out.is_empty(), "{}", said.out);
        let place = format!("lists/BJ1.yaml:{line}: ");
        assert!(
            said.err.starts_with(&place) && said.err.contains(problem) && said.err.contains("hint: "),
            "{}",
            said.err
        );
        let report: Value = serde_json::from_str(&lists(&["check", path(&folder), "--json"]).out).unwrap();
        assert_eq!(report["faults"][0]["line"], *line);
    }
    let twice =
        folder(&dir.path().join("twice"), &[("lists/BJ1.yaml", good.clone()), ("lists/other.yaml", good.clone())]);
    assert!(lists(&["check", path(&twice)]).err.contains("list BJ1 stands twice"));
    let stray = folder(&dir.path().join("stray"), &[("BJ1.yaml", good)]);
    assert!(lists(&["check", path(&stray)]).err.contains("belongs to no part"));
    fs::create_dir(dir.path().join("empty")).unwrap();
    assert!(lists(&["check", path(&dir.path().join("empty"))]).err.contains("(lists.folder)"));
    assert!(lists(&["check", path(&dir.path().join("absent"))]).err.contains("(lists.unreadable)"));
}

#[test]
fn diff_says_in_words_what_a_new_version_has_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let old = folder(&dir.path().join("old"), &[("lists/BJ1.yaml", small("BJ1", "1", "有制度。"))]);
    let more = small("BJ1", "2", "制度有效。").replace("value: true", "value: false").replace("BJ1-01", "BJ1-02");
    let new = folder(
        &dir.path().join("new"),
        &[("lists/BJ1.yaml", small("BJ1", "2", "制度有效。")), ("lists/BJ2.yaml", small("BJ2", "1", "乙"))],
    );
    let said = lists(&["diff", path(&old), path(&new)]);
    assert!(said.ok, "{}", said.err);
    let expected = "BJ2 1: new list, 1 item: 本局检查表
BJ1 1 → 2: 1 item changed, 0 new, 0 gone, 0 as before
  ~ BJ1-01
      text 检查内容:
        - 有制度。
        + 制度有效。
";
    assert_eq!(said.out, expected);
    assert!(lists(&["diff", path(&new), path(&old)]).out.contains("BJ2 1: gone"));
    assert_eq!(lists(&["diff", path(&new), path(&new)]).out, "no difference\n");
    let file = dir.path().join("list.yaml");
    fs::write(&file, more).unwrap();
    let said = lists(&["diff", path(&old.join("lists/BJ1.yaml")), path(&file)]);
    assert!(
        said.out.contains("+ BJ1-02 (one, first): 制度有效。") && said.out.contains("- BJ1-01 (one, first)"),
        "{}",
        said.out
    );
    let report = lists(&["diff", path(&old), path(&new), "--json"]);
    let report: Value = serde_json::from_str(&report.out).unwrap();
    let item = &report["changed"][0]["items"][0];
    assert_eq!((&item["change"], &item["item"]), (&"changed".into(), &"BJ1-01".into()));
    assert_eq!(item["fields"][0]["after"]["zh-Hans"], "制度有效。");
    let cold = dir.path().join("COLD.yaml");
    fs::write(&cold, changed("COLD", "2099.1", "改过。")).unwrap();
    let said = lists(&["diff", "built-in", path(&cold)]);
    assert!(
        said.out.starts_with("COLD ") && said.out.contains("+ 改过。") && !said.out.contains(": gone"),
        "{}",
        said.out
    );
}

#[tokio::test]
async fn a_bureaus_lists_are_published_whole_or_not_at_all_and_never_beside_a_running_hq() {
    let world = World::new().await;
    let before = published(&world).await;
    let data = world.dir.path().join("data");
    let folder = folder(
        &world.dir.path().join("bureau"),
        &[
            ("lists/BJ1.yaml", small("BJ1", "1", "有制度。")),
            ("lists/COLD.yaml", changed("COLD", "2099.1", "本局：温度符合标签。")),
        ],
    );
    let publish = |more: &[&str]| lists(&[&["publish", "--data", path(&data), path(&folder)], more].concat());
    assert!(publish(&[]).err.contains("(data.busy)"));
    assert_eq!(published(&world).await, before);

    let world = world
        .while_off(|| {
            fs::write(folder.join("lists/BJ2.yaml"), small("BJ2", "1", "乙").replace("V11", "V999")).unwrap();
            let faulty = publish(&[]);
            assert!(!faulty.ok && faulty.err.contains("lists/BJ2.yaml:15: "), "{}", faulty.err);
            fs::remove_file(folder.join("lists/BJ2.yaml")).unwrap();
            assert!(publish(&["--by", "alice"]).err.contains("(lists.by)"));
            assert!(publish(&["--by", "nobody"]).err.contains("(lists.by)"));
        })
        .await;
    assert_eq!(published(&world).await, before, "nothing was published by halves");

    let world = world
        .while_off(|| {
            let said = publish(&[]);
            assert!(said.ok, "{}", said.err);
            assert!(
                said.out.contains("published list BJ1 1") && said.out.contains("published list COLD 2099.1"),
                "{}",
                said.out
            );
            let again = publish(&[]);
            assert!(again.ok && again.out.starts_with("nothing to do"), "{}", again.out);
        })
        .await;
    let news = &published(&world).await[before.len()..];
    let list = |code: &str, version: &str| ("list".to_owned(), code.to_owned(), version.to_owned());
    assert_eq!(
        news,
        [list("BJ1", "1"), list("COLD", "2099.1")],
        "what the bureau did not change is not published again"
    );
    let shelf = world.hq.hq.shelf();
    let cold = shelf.list_ref(&"COLD".parse().unwrap()).unwrap();
    assert_eq!(first_text(shelf.list(&cold.sha256).unwrap()), "本局：温度符合标签。");
    let alice = world.phone("alice").await;
    let pack = alice.request(reqwest::Method::GET, &format!("/v1/packs/{}", cold.sha256)).send().await.unwrap();
    let bytes = pack.bytes().await.unwrap();
    assert_eq!(Digest::digest(&[&bytes]), cold.sha256, "a phone gets the bytes it was promised");

    let data_of = data.clone();
    let world = world
        .while_off(|| {
            fs::write(folder.join("lists/BJ1.yaml"), small("BJ1", "1", "制度有效。")).unwrap();
            fs::write(folder.join("lists/BJ3.yaml"), small("BJ3", "1", "丙")).unwrap();
            let stale = publish(&[]);
            assert!(!stale.ok && stale.err.contains("(lists.version)"), "{}", stale.err);
            assert!(stale.err.contains("list BJ1 1 (published: 1)") && !stale.err.contains("BJ3"), "{}", stale.err);
            let said = lists(&["diff", "published", path(&folder), "--data", path(&data_of)]);
            assert!(
                said.out.contains("BJ3 1: new list") && said.out.contains("version was not raised"),
                "{}",
                said.out
            );
            fs::write(folder.join("lists/BJ1.yaml"), small("BJ1", "1.10", "制度有效。")).unwrap();
            assert!(publish(&["--by", "root"]).ok);
            let file = data_of.with_file_name("BJ1.xlsx");
            let said = lists(&["export", "--data", path(&data_of), "BJ1", path(&file)]);
            assert!(said.ok && file.is_file(), "{}", said.err);
            assert!(
                !lists(&["export", "--data", path(&data_of), "BJ1", path(&file)]).ok,
                "a file that is there is left alone"
            );
            assert!(lists(&["export", "NONE", path(&file)]).err.contains("(lists.unknown)"));
        })
        .await;
    assert_eq!(published(&world).await[before.len() + 2..], [list("BJ1", "1.10"), list("BJ3", "1")]);
}

#[tokio::test]
async fn a_later_start_does_not_put_the_programs_version_over_the_bureaus() {
    let world = World::new().await;
    let before = published(&world).await.len();
    let version = |world: &World| world.hq.hq.shelf().list_ref(&"COLD".parse().unwrap()).unwrap().version;
    let builtin = version(&world);
    let own =
        |version: &str| Own::from_files(vec![("lists/COLD.yaml".into(), changed("COLD", version, "本局。"))]).unwrap();
    let raised = format!("{builtin}-b1");
    let root = "root".parse().unwrap();
    assert_eq!(world.hq.hq.publish_own(&own(&raised), &root).await.unwrap().len(), 1);
    let world = world.restart().await.restart().await;
    assert_eq!((published(&world).await.len(), version(&world)), (before + 1, raised));
}

#[tokio::test]
async fn an_inspection_under_way_is_read_under_the_version_it_began_with() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let id = alice.start(&world, &["alice", "bob"]);
    alice.answer_item(&world, &id, "COLD-01", Outcome::NonConforming);
    alice.push().await;
    let builtin = world.hq.hq.shelf().list_ref(&"COLD".parse().unwrap()).unwrap();
    let text = first_text(world.hq.hq.shelf().list(&builtin.sha256).unwrap()).to_owned();
    let own = Own::from_files(vec![("lists/COLD.yaml".into(), changed("COLD", "2099.1", "本局。"))]).unwrap();
    world.hq.hq.publish_own(&own, &"root".parse().unwrap()).await.unwrap();
    let browser = world.browser("east-head").await;
    let detail = browser.get(&format!("/api/inspections/{id}")).await;
    assert!(detail.to_string().contains(&text), "the item is shown in the words that were seen");
    assert!(!detail.to_string().contains("本局。"));
}

#[test]
fn import_writes_a_list_that_check_takes_and_with_a_fault_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (sheet, bureau) = (dir.path().join("COLD.xlsx"), dir.path().join("bureau"));
    assert!(lists(&["export", "COLD", path(&sheet)]).ok);
    let said = lists(&["import", path(&sheet), "--out", path(&bureau), "--list-version", "2099.1"]);
    assert!(said.ok && said.out.contains("COLD 2099.1"), "{} {}", said.out, said.err);
    assert!(lists(&["check", path(&bureau)]).ok);
    let said = lists(&["import", path(&sheet), "--out", path(&bureau)]);
    assert!(!said.ok && said.err.contains("(lists.exists)"), "{}", said.err);
    assert!(lists(&["import", path(&sheet), "--out", path(&bureau), "--replace"]).ok);
    let file = bureau.join("lists/COLD.yaml");
    let kept = fs::read(&file).unwrap();
    fs::write(&sheet, b"no workbook").unwrap();
    let said = lists(&["import", path(&sheet), "--out", path(&bureau), "--replace"]);
    assert!(!said.ok && said.err.contains("no xlsx file") && said.err.contains("nothing was written"), "{}", said.err);
    assert_eq!(fs::read(&file).unwrap(), kept);
    assert_eq!(fs::read_dir(bureau.join("lists")).unwrap().count(), 1, "nothing is left beside it");
}

/// A hundred thousand rows: refused within seconds, in an address space that could not hold them as items.
#[cfg(unix)]
#[test]
fn a_sheet_of_a_hundred_thousand_rows_is_refused_quickly_and_in_bounded_memory() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("BIG.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in (0..).zip(["编号", "检查内容", "检查方法", "依据"]) {
        sheet.write_string(0, column, head).unwrap();
    }
    for row in 1..=100_000 {
        sheet.write_number(row, 0, f64::from(row)).unwrap();
        sheet.write_string(row, 1, "有制度，并且执行。").unwrap();
    }
    book.save(&file).unwrap();
    let mut command = Command::new("sh");
    let limited = format!("ulimit -v 1000000; exec {} lists import {}", env!("CARGO_BIN_EXE_xuncha-hq"), path(&file));
    command.args(["-c", &limited]);
    let began = std::time::Instant::now();
    let said = run(command);
    assert!(!said.ok && said.err.contains("[Sheet1!10001]: more than 10000 rows"), "{}", said.err);
    // Most of it is the program's own lists being read, unoptimised.
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}
