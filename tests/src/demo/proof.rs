//! What must be true at the end, looked at from three sides: HQ's API, HQ's page in a browser, and the phone's own books.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde::Serialize;
use serde_json::{Value, json};
use xuncha_core::ids::{BlobHash, FeedId, InspectionId};
use xuncha_device::app::views::{InspectionView, Safety};
use xuncha_device::app::{Config, Device};
use xuncha_hq::api::types::{InspectionDetail, TimelinePage, TimelineRow, VerifyReport};

use super::Options;
use super::plan::Step;
use crate::dashboard::Dashboard;
use crate::desktop::{Browser, Visit};
use crate::district;
use crate::photos::Photo;
use crate::world::Headquarters;

/// The last line of `demo --headless`.
#[derive(Debug, Clone, Serialize)]
pub struct Proof {
    /// The inspection.
    pub inspection: String,
    /// Items answered.
    pub answers: usize,
    /// Photos attached.
    pub photos: usize,
    /// Bytes the camera gave, over all attached photos.
    pub photo_bytes: u64,
    /// Entries of the inspection at HQ.
    pub entries: usize,
    /// Of these, entries under a receipt that the phone has verified.
    pub receipts_verified: usize,
    /// Bytes that HQ gave back and that equal the camera's, over all attached photos.
    pub hq_photo_bytes: u64,
    /// Pictures of every screen.
    pub screens: Vec<PathBuf>,
    /// The inspection on HQ's page.
    pub hq_url: String,
}

impl Proof {
    /// Whether every entry and photo is receipted and HQ's bytes are the camera's.
    pub fn holds(&self) -> bool {
        self.entries > 0 && self.receipts_verified == self.entries && self.hq_photo_bytes == self.photo_bytes
    }
}

/// Looks at everything; fails with what is not as it must be.
pub async fn prove(
    options: &Options,
    hq: &Headquarters,
    inspection: &str,
    steps: &[Step],
    photos: &[Photo],
    mut screens: Vec<PathBuf>,
) -> Result<Proof> {
    let id: InspectionId = inspection.parse()?;
    let dashboard = Dashboard::sign_in(&hq.dashboard_url()?, district::HEAD, district::PASSWORD).await?;
    let detail: InspectionDetail = dashboard.get(&format!("/api/inspections/{id}")).await?;
    ensure!(detail.seal.as_ref().is_some_and(|seal| seal.sealed), "HQ does not show the inspection as sealed");
    let rows = timeline(&dashboard, &id).await?;
    let receipted = receipted(&detail, &rows);

    let report: VerifyReport = dashboard.post(&format!("/api/inspections/{id}/verify"), &json!({})).await?;
    ensure!(report.ok, "HQ finds fault with what it holds: {:?}", report.faults);

    let taken: Vec<&Photo> = photos.iter().take(super::plan::count(steps)).collect();
    let by_hash: BTreeMap<&str, &Photo> = taken.iter().map(|photo| (photo.sha256.as_str(), *photo)).collect();
    let mut equal = BTreeSet::new();
    for (hash, photo) in &by_hash {
        let hash: BlobHash = hash.parse()?;
        if dashboard.blob(&id, &hash).await? == std::fs::read(&photo.path)? {
            equal.insert(photo.sha256.as_str());
        }
    }

    phone_agrees(options, inspection).await?;
    let hq_url = format!("{}/inspections/{inspection}", dashboard.url());
    let seen = look_at_page(options, &dashboard, inspection, &by_hash).await?;
    screens.extend(seen);
    super::export::export(options, hq, inspection).await?;

    let proof = Proof {
        inspection: inspection.to_owned(),
        answers: steps.len(),
        photos: taken.len(),
        photo_bytes: taken.iter().map(|photo| photo.size).sum(),
        entries: rows.len(),
        receipts_verified: receipted,
        hq_photo_bytes: taken.iter().filter(|p| equal.contains(p.sha256.as_str())).map(|p| p.size).sum(),
        screens,
        hq_url,
    };
    Ok(proof)
}

async fn timeline(dashboard: &Dashboard, id: &InspectionId) -> Result<Vec<TimelineRow>> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let page: TimelinePage = dashboard.get(&format!("/api/inspections/{id}/timeline{after}")).await?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = format!("?after={next}"),
            None => return Ok(rows),
        }
    }
}

/// Entries of the inspection that lie under a receipt.
fn receipted(detail: &InspectionDetail, rows: &[TimelineRow]) -> usize {
    let to: BTreeMap<FeedId, u64> = detail.receipts.iter().map(|receipt| (receipt.feed, receipt.stored_to)).collect();
    rows.iter().filter(|row| to.get(&row.feed).is_some_and(|stored| row.seq <= *stored)).count()
}

/// The phone itself must say 总部已收 of the inspection and of all its evidence: it says so only under verified receipts.
async fn phone_agrees(options: &Options, inspection: &str) -> Result<()> {
    let device = Device::open(Config::product(options.phone())).map_err(|failure| anyhow!(failure))?;
    let call =
        async |verb: &str, args: Value| device.call(verb, args).await.map_err(|failure| anyhow!("{verb}: {failure}"));
    call("unlock", json!({ "user": district::INSPECTOR, "pin": district::PASSPHRASE })).await?;
    let view: InspectionView = serde_json::from_value(call("inspection", json!({ "inspection": inspection })).await?)?;
    call("lock", json!({})).await?;
    ensure!(view.row.safety == Safety::AtHq, "the phone does not call the inspection 总部已收: {:?}", view.row.safety);
    let items = view.lists.iter().flat_map(|list| &list.sections).flat_map(|section| &section.items);
    for evidence in items.flat_map(|item| &item.state.evidence).chain(&view.general_evidence) {
        ensure!(evidence.safety == Safety::AtHq, "{} is not 总部已收: {:?}", evidence.name, evidence.safety);
    }
    Ok(())
}

/// Headquarters' page in Chromium: signs in, opens the inspection, and hashes the originals that the page can fetch.
async fn look_at_page(
    options: &Options,
    dashboard: &Dashboard,
    inspection: &str,
    photos: &BTreeMap<&str, &Photo>,
) -> Result<Vec<PathBuf>> {
    let hashes = serde_json::to_string(&photos.keys().collect::<Vec<_>>())?;
    let script = format!(
        "(async () => {{
            const found = {{}}
            for (const hash of {hashes}) {{
                const answer = await fetch('/api/blobs/' + hash + '?inspection={inspection}')
                if (!answer.ok) {{
                    found[hash] = answer.status + ' ' + await answer.text()
                    continue
                }}
                const digest = await crypto.subtle.digest('SHA-256', await answer.arrayBuffer())
                found[hash] = [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('')
            }}
            return found
        }})()"
    );
    let page = |rest: &str| format!("{}/inspections/{inspection}{rest}", dashboard.url());
    let quiet = |name: &str| json!({ "do": "shot", "name": name });
    let visit = Visit {
        url: page(""),
        size: (1440, 900),
        steps: vec![
            json!({ "do": "wait", "css": "#user" }),
            quiet("hq-sign-in"),
            json!({ "do": "fill", "css": "#user", "text": district::HEAD }),
            json!({ "do": "fill", "css": "#password", "text": district::PASSWORD }),
            json!({ "do": "click", "css": "button[type=submit]" }),
            json!({ "do": "wait", "css": "a.me" }),
            json!({ "do": "goto", "url": page("") }),
            json!({ "do": "painted" }),
            quiet("hq-inspection"),
            json!({ "do": "goto", "url": page("/evidence") }),
            json!({ "do": "painted" }),
            quiet("hq-evidence"),
            json!({ "do": "goto", "url": page("/timeline") }),
            json!({ "do": "painted" }),
            quiet("hq-timeline"),
            json!({ "do": "goto", "url": page("/record") }),
            json!({ "do": "painted" }),
            quiet("hq-record"),
            json!({ "do": "goto", "url": format!("{}/inspections", dashboard.url()) }),
            json!({ "do": "painted" }),
            quiet("hq-inspections"),
            json!({ "do": "ask", "name": "hashes", "script": script }),
        ],
    };
    let found = Browser::visit(&visit, &options.out.join("screens")).await?;
    let hashes = found.values.get("hashes").and_then(Value::as_object).context("the page gave no photos")?;
    for hash in photos.keys() {
        if hashes.get(*hash).and_then(Value::as_str) != Some(*hash) {
            bail!("the page got other bytes for {hash}: {:?}", hashes.get(*hash));
        }
    }
    Ok(found.shots)
}
