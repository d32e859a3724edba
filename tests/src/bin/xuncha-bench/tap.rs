//! From a tap on a result to the next paint, with 300 items on the screen, beside a button on a bare page in the same WebView.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use xuncha_core::checklist::Checklist;
use xuncha_tests::alone::{Office, PIN, Phone};
use xuncha_tests::desktop::{Display, Opening, Patience, Window};

use super::report::{Report, quantile};

const ITEMS: usize = 300;
const TAPS: usize = 40;

/// Measures it, in turns.
pub async fn measure(report: &mut Report) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("phone");
    std::fs::create_dir(&data).unwrap();
    let mut office = Office::open();
    let large = large(&office);
    office.publish_list(&large);
    office.enrol(&data, "alice");
    let phone = Phone::open(&data, "alice").await.unwrap();
    let inspection = phone.begin(&[large.code.as_str()]).await;
    drop(phone);

    let folder = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let ours = open(&folder.join("xuncha"), &data, &dir.path().join("ours")).await;
    ours.screen_within("unlock", Patience::WORK).await.unwrap();
    ours.write("unlock-pin", PIN).await.unwrap();
    ours.tap("unlock-go").await.unwrap();
    ours.screen_within("today", Patience::WORK).await.unwrap();
    ours.ask(&format!("location.hash = '#/i/{inspection}'")).await.unwrap();
    ours.screen_within("inspection", Patience::WORK).await.unwrap();
    let bare = open(&folder.join("examples/bare-window"), &data, &dir.path().join("bare")).await;

    let (mut taps, mut clicks) = (Vec::new(), Vec::new());
    for n in 0..TAPS {
        let outcome = ["conforms", "non_conforming"][n % 2];
        let result = format!("[...document.querySelectorAll('[data-outcome=\"{outcome}\"]')][{}]", n / 8);
        taps.push(painted(&ours, &result).await);
        ours.settled(Patience::TAP).await.unwrap();
        clicks.push(painted(&bare, "document.querySelector('button')").await);
    }
    let middle = |times: &[f64]| quantile(times, 0.5);
    let p95 = |times: &[f64]| quantile(times, 0.95);
    eprintln!(
        "tap to paint: {:.1} ms (p95 {:.1}); bare page {:.1} ms (p95 {:.1})",
        middle(&taps),
        p95(&taps),
        middle(&clicks),
        p95(&clicks)
    );
    report.at_most("lists.tap_300", "ms", middle(&taps), middle(&clicks), 2.0);
}

/// A list of 300 items, made of those of another.
fn large(office: &Office) -> Checklist {
    let mut list = office.library().lists.iter().find(|l| l.code.as_str() == "ACC").unwrap().clone();
    let models: Vec<_> = list.items().cloned().collect();
    list.code = "BIG".parse().unwrap();
    list.sections.truncate(1);
    list.sections[0].items = (0..ITEMS)
        .map(|n| {
            let mut item = models[n % models.len()].clone();
            item.code = format!("BIG-{:03}", n + 1).parse().unwrap();
            (item.applies_if, item.same_as) = (None, None);
            item
        })
        .collect();
    list
}

async fn open(app: &Path, data: &Path, scratch: &Path) -> Window {
    let display = Arc::new(Display::start(412, 915).unwrap());
    Window::open(&Opening { app, data, display: &display, scratch, shots: scratch }).await.unwrap()
}

/// Milliseconds from a click until the frame that shows its effect was handed over.
async fn painted(window: &Window, element: &str) -> f64 {
    let script = format!(
        "delete window.painted; const begun = performance.now(); const element = {element}; element.click();
         requestAnimationFrame(() => {{ const after = new MessageChannel();
           after.port1.onmessage = () => {{ window.painted = performance.now() - begun }}; after.port2.postMessage(0) }});
         return element !== undefined"
    );
    assert_eq!(window.ask(&script).await.unwrap(), json!(true), "{element} is not there");
    window.until("the paint", Patience(Duration::from_secs(10)), "return window.painted !== undefined").await.unwrap();
    window.ask("return window.painted").await.unwrap().as_f64().unwrap()
}
