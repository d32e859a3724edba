//! Every page of both interfaces, judged by axe: with the real engine behind the phone's and a synced inspection at
//! headquarters.

use std::path::PathBuf;

use xuncha_tests::gallery;

/// `XUNCHA_SHOTS=<folder>` keeps pictures.
#[tokio::test]
async fn every_page_of_both_interfaces_is_fit_for_everybody_and_shows_no_words_of_a_program() {
    let shots = std::env::var_os("XUNCHA_SHOTS").map(PathBuf::from);
    let walked = gallery::walk(shots.as_deref()).await.unwrap();
    let faults: Vec<String> = walked.faults.iter().map(|f| format!("{} {}: {}", f.page, f.kind, f.what)).collect();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    assert!(walked.pages.len() >= 5 * 14 + 2 * 13, "pages were left out: {:?}", walked.pages);
}
