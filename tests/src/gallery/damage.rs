//! A phone with each kind of damage, and the pages an inspector meets: for the words and for pictures of them.
#![allow(clippy::unwrap_used, reason = "damage is done to files that were just made")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use xuncha_device::app::{Config, Device};
use xuncha_device::vault::Vault;

use super::firm;
use crate::alone::{text, unlocked};
use crate::blocks::{self, Ram};
use crate::bridge::Bridge;
use crate::desktop::{Browser, Visit};
use crate::district::{INSPECTOR, PASSPHRASE};
use crate::photos;
use crate::world::{Phone, QUICK, World};

/// A phone as large as the ones these pages are made for.
const SIZE: (u32, u32) = (412, 915);

/// One kind of damage and its page.
struct Kind {
    /// Of the picture.
    name: &'static str,
    /// What must stand on the page.
    words: &'static [&'static str],
    /// What the page is waited for by.
    sign: &'static str,
}

const KINDS: &[Kind] = &[
    Kind { name: "torn-tail", sign: "[data-notice='feed.torn_tail']", words: &["已截去", "都在"] },
    Kind { name: "index-missing", sign: "[data-notice='index.rebuilt']", words: &["重建", "不用做什么"] },
    Kind {
        name: "orphaned-photo", sign: "[data-notice='vault.orphans']", words: &["没有记入检查", "请重拍", "30 天"]
    },
    Kind {
        name: "key-copy", sign: "[data-notice='key_file.copy_damaged']", words: &["没有丢失", "重新设置一次口令"]
    },
    Kind {
        name: "segment",
        sign: "[data-failure='feed.damaged']",
        words: &["总部已收的内容都在总部", "请不要卸载", "换一台手机"],
    },
    Kind {
        name: "rolled-back",
        sign: "[data-failure='feed.rolled_back']",
        words: &["可能已丢失", "请不要卸载", "重新登记"],
    },
    Kind {
        name: "photo", sign: "[data-testid='verified'].bad", words: &["其他照片和记录不受影响", "重拍"]
    },
    Kind { name: "keys-both", sign: "[data-failure='key_file.damaged']", words: &["都还在", "请不要卸载"] },
    Kind {
        name: "second-window", sign: "[data-failure='disk.in_use']", words: &["内容都在", "关闭另一个窗口"]
    },
    Kind { name: "disk-low", sign: "[data-testid='room']", words: &["还能拍约"] },
    Kind {
        name: "disk-full-today", sign: "[data-notice='disk.no_photos']", words: &["不能再拍照", "签字还能做完"]
    },
    Kind {
        name: "disk-full-item", sign: "[data-testid='room'].none", words: &["不能再拍照", "签字不受影响"]
    },
    Kind { name: "disk-full-settings", sign: "[data-testid='storage-reserve']", words: &["已动用"] },
];

/// What was seen of one kind.
pub struct Seen {
    kind: &'static Kind,
    page: String,
}

impl Seen {
    /// What is missing on the page, or has no place there.
    pub fn faults(&self) -> Vec<String> {
        let missing = self.kind.words.iter().filter(|words| !self.page.contains(*words));
        let mut faults: Vec<_> = missing.map(|words| format!("{}: not said: {words}", self.kind.name)).collect();
        if ["undefined", "NaN", "[object"].iter().any(|odd| self.page.contains(odd)) {
            faults.push(format!("{}: a program's words: {}", self.kind.name, self.page));
        }
        faults
    }
}

/// The folder every damage is done to, and what is in it.
struct Base {
    folder: PathBuf,
    inspection: String,
    evidence: String,
    photo: String,
}

impl Base {
    async fn make(world: &World) -> Result<Self> {
        world.head().await?.give_tasks().await?;
        let phone = world.phone("lin", INSPECTOR).await?;
        phone.sync().await?;
        let photos = photos::paint(&world.folder().join("photos"), 2)?;
        let modes: [&str; 0] = [];
        let start = json!({
            "task": null, "firm": firm("恒康")?, "lists": ["ACC"], "kind": "routine", "modes": modes, "rule": null,
            "officers": [], "place": null, "language": "zh-Hans"
        });
        let inspection = text(&phone.ask::<Value>("start", start).await?["inspection"]);
        for item in ["ACC-03", "ACC-04"] {
            phone.ask::<Value>("answer", crate::alone::answer(&inspection, item, "conforms", json!([]))).await?;
        }
        let mut evidence = Value::Null;
        for photo in &photos {
            let delta = phone.attach(&inspection, Some("ACC-04"), &photo.path).await?;
            evidence = delta["items"][0]["evidence"][0].clone();
        }
        let folder = phone.data().to_owned();
        phone.ask::<Value>("lock", json!({})).await?;
        drop(phone);
        Ok(Self { folder, inspection, evidence: text(&evidence["id"]), photo: text(&evidence["blob"]["sha256"]) })
    }

    /// A copy to be damaged.
    fn copy(&self, to: &Path) -> Result<PathBuf> {
        fs::create_dir_all(to)?;
        let status = Command::new("cp").arg("-a").arg(self.folder.join(".")).arg(to).status()?;
        ensure!(status.success(), "the phone's folder was not copied");
        Ok(to.to_owned())
    }
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

fn own_segment(data: &Path) -> PathBuf {
    let feed = unlocked(data, INSPECTOR, PASSPHRASE).feed_key().feed;
    data.join("feeds").join(feed.to_string()).join("00000001.seg")
}

/// Does the damage of this name to a copy.
async fn damage(name: &str, base: &Base, data: &Path) -> Result<()> {
    match name {
        "torn-tail" => {
            let segment = own_segment(data);
            let mut bytes = fs::read(&segment)?;
            let torn = bytes[bytes.len() / 2..bytes.len() / 2 + 90].to_vec();
            bytes.extend(torn);
            fs::write(segment, bytes)?;
        }
        "index-missing" => {
            for file in ["index.db", "index.db-wal", "index.db-shm"] {
                let _ = fs::remove_file(data.join(file));
            }
        }
        "orphaned-photo" => {
            let keys = unlocked(data, INSPECTOR, PASSPHRASE);
            Vault::open_folder(&data.join("vault"), keys.vault_key())?.put(b"never named".as_slice())?;
        }
        "key-copy" => flip(&data.join("keys/keys.a"), 200),
        "keys-both" => {
            flip(&data.join("keys/keys.a"), 200);
            flip(&data.join("keys/keys.b"), 200);
        }
        "segment" => {
            let segment = own_segment(data);
            let length = fs::read(&segment)?.len();
            flip(&segment, length / 3);
        }
        "rolled-back" => {
            let segment = own_segment(data);
            let yesterday = fs::read(&segment)?;
            let phone = Phone::new("lin", INSPECTOR, data.to_owned())?;
            phone.unlock().await?;
            let answer = crate::alone::answer(&base.inspection, "ACC-06", "conforms", json!([]));
            phone.ask::<Value>("answer", answer).await?;
            phone.ask::<Value>("lock", json!({})).await?;
            drop(phone);
            fs::write(segment, yesterday)?;
        }
        "photo" => flip(&data.join("vault").join(&base.photo[..2]).join(&base.photo), 3000),
        _ => {}
    }
    Ok(())
}

/// Where the page is, and what is done to get there.
fn way(kind: &Kind, url: &str, base: &Base) -> Vec<Value> {
    let mut steps = vec![json!({ "do": "goto", "url": url })];
    if !matches!(kind.name, "key-copy" | "keys-both" | "second-window") {
        steps.push(json!({ "do": "fill", "testid": "unlock-pin", "text": PASSPHRASE }));
        steps.push(json!({ "do": "click", "testid": "unlock-go" }));
    }
    let hash = match kind.name {
        "photo" => Some(format!("#/i/{}/picture/{}", base.inspection, base.evidence)),
        "disk-low" | "disk-full-item" => Some(format!("#/i/{}/item/ACC-04", base.inspection)),
        "disk-full-settings" => Some("#/settings".to_owned()),
        _ => None,
    };
    if let Some(hash) = hash {
        steps.push(json!({ "do": "wait", "css": "[data-screen='today']" }));
        steps.push(json!({ "do": "ask", "name": "moved", "script": format!("location.hash = '{hash}'") }));
    }
    if kind.name == "photo" {
        steps.push(json!({ "do": "click", "testid": "verify" }));
    }
    steps.push(json!({ "do": "wait", "css": kind.sign }));
    steps.push(json!({ "do": "settle" }));
    steps.push(json!({ "do": "painted" }));
    let bring = format!("document.querySelector(\"{}\").scrollIntoView({{ block: 'center' }})", kind.sign);
    steps.push(json!({ "do": "ask", "name": "shown", "script": bring }));
    steps.push(json!({ "do": "ask", "name": kind.name, "script": "document.body.innerText" }));
    steps.push(json!({ "do": "shot", "name": kind.name }));
    steps
}

/// Shows every kind of damage; pictures go to `<shots>/damage`.
pub async fn walk(shots: Option<&Path>) -> Result<Vec<Seen>> {
    let world = World::start().await?;
    let base = Base::make(&world).await?;
    let away = tempfile::tempdir()?;
    let shots = shots.map_or_else(|| away.path().to_owned(), |folder| folder.join("damage"));
    let lacking = blocks::missing();
    // A phone without its keys' cost, the lists and a few photos; then as much room as the story needs.
    let small = if lacking.is_none() { Some([Ram::of(96 << 20)?, Ram::of(96 << 20)?]) } else { None };
    if let Some(why) = &lacking {
        crate::demo::say(&format!("SKIPPED, no disk is full: {why}"));
    }
    let (mut steps, mut bridges, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for kind in KINDS {
        let on = match (kind.name, &small) {
            ("disk-low", Some([low, _])) => low.path().join("phone"),
            (name, Some([_, full])) if name.starts_with("disk-full") => full.path().join("phone"),
            (name, None) if name.starts_with("disk-") => continue,
            (name, _) => world.folder().join(name),
        };
        let device = if on.exists() {
            None
        } else {
            let data = base.copy(&on)?;
            damage(kind.name, &base, &data).await?;
            Some(Device::open(Config { kdf: QUICK, ..Config::product(data.clone()) }))
        };
        if let Some(device) = device {
            let device = if kind.name == "second-window" {
                // The first window stays open behind the page of the second one.
                bridges.push(Bridge::over(device, 0).await?);
                Device::open(Config { kdf: QUICK, ..Config::product(on.clone()) })
            } else {
                device
            };
            if kind.name.starts_with("disk-") {
                let spare = if kind.name == "disk-low" { 36 << 20 } else { 0 };
                let device = device.as_ref().map_err(|f| anyhow::anyhow!("{f}"))?;
                device.call("unlock", json!({ "user": INSPECTOR, "pin": PASSPHRASE })).await?;
                device.call("lock", json!({})).await?;
                fill(&on, spare)?;
            }
            bridges.push(Bridge::over(device, 0).await?);
        }
        let url = bridges.last().context("a phone")?.url();
        let mut way = way(kind, &url, &base);
        // The same phone is unlocked already.
        if shown.last().is_some_and(|last: &&Kind| last.name.starts_with("disk-full")) {
            way.retain(|step| !matches!(step["testid"].as_str(), Some("unlock-pin" | "unlock-go")));
        }
        steps.extend(way);
        shown.push(kind);
    }
    let first = bridges.first().context("a phone")?.url();
    let found = Browser::visit(&Visit { url: first, size: SIZE, steps }, &shots).await?;
    ensure!(found.values["errors"] == json!([]), "the pages broke: {}", found.values["errors"]);
    let page = |kind: &&'static Kind| Seen { kind, page: text(&found.values[kind.name]) };
    Ok(shown.iter().map(page).collect())
}

/// Fills the disk that holds `data`, but for `spare` bytes.
fn fill(data: &Path, spare: u64) -> Result<()> {
    use std::io::Write as _;
    let mut file = fs::File::create(data.with_file_name("filler"))?;
    let free = xuncha_device::disk::free_bytes(data)?.saturating_sub(spare);
    for _ in 0..free / 4096 {
        if file.write_all(&[1; 4096]).is_err() {
            break;
        }
    }
    Ok(())
}
