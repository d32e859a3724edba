//! Opening an inspection of 120 answered items, beside reading its entries' bytes from the feed.
//!
//! Each is opened for the first time after the app was: nothing of it is in memory. In turns with the reading, which goes
//! through the same decryption and nothing else.

use std::path::Path;
use std::time::Instant;

use serde_json::json;
use xuncha_device::feed::FeedFiles;
use xuncha_tests::alone::{self, Office, Phone, items, keys_of, text};

use super::report::{Report, ms, quantile};

/// Together more than 120 items for a wholesaler.
const LISTS: &[&str] = &["LIC", "SUP", "PRD", "ACC", "STO", "COLD", "SAL", "UDI", "NET", "STER"];
const ITEMS: usize = 120;
const INSPECTIONS: usize = 9;

/// Measures it.
pub async fn measure(report: &mut Report) {
    let dir = tempfile::tempdir().unwrap();
    Office::open().enrol(dir.path(), "alice");
    let phone = Phone::open(dir.path(), "alice").await.unwrap();
    let mut inspections = Vec::new();
    for _ in 0..INSPECTIONS {
        inspections.push(answered(&phone).await);
    }
    drop(phone);
    let (mut opening, mut reading) = (Vec::new(), Vec::new());
    for inspection in &inspections {
        let phone = Phone::open(dir.path(), "alice").await.unwrap();
        // The first verb after an unlock also warms the lists; that is no part of opening an inspection.
        phone.ask("lists", json!({})).await;
        let begun = Instant::now();
        let view = phone.view(inspection).await;
        opening.push(ms(begun));
        assert!(items(&view).len() >= ITEMS, "{} items", items(&view).len());
        drop(phone);
        reading.push(read(dir.path(), inspection));
    }
    let middle = |times: &[f64]| quantile(times, 0.5);
    eprintln!("opening {:.1} ms; reading its entries {:.2} ms", middle(&opening), middle(&reading));
    report.at_most("lists.open_120", "ms", middle(&opening), middle(&reading), 20.0);
}

async fn answered(phone: &Phone) -> String {
    let inspection = phone.begin(LISTS).await;
    let view = phone.view(&inspection).await;
    for item in items(&view).iter().take(ITEMS) {
        let code = text(&item["item"]["code"]);
        phone.ask("answer", alone::answer(&inspection, &code, "conforms", json!([]))).await;
    }
    inspection
}

/// Milliseconds for reading and decrypting the entries of one inspection, one after the other.
fn read(data: &Path, inspection: &str) -> f64 {
    let unlocked = keys_of(data, "alice");
    let own = unlocked.feed_key();
    let (feed, _) =
        FeedFiles::new(&data.join("feeds")).open(own.feed, unlocked.feed_file_key(&own.feed), None).unwrap();
    let is_its = |seq: &u64| {
        let entry = feed.read_at(*seq).unwrap().unwrap().open().unwrap();
        entry.payload.is_some_and(|p| p.inspection.is_some_and(|i| i.as_str() == inspection))
    };
    let places: Vec<u64> = (1..=feed.head().seq).filter(is_its).collect();
    assert!(places.len() > ITEMS, "{} entries", places.len());
    let begun = Instant::now();
    for seq in &places {
        std::hint::black_box(feed.read_at(*seq).unwrap());
    }
    ms(begun)
}
