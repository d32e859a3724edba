//! What an inspector sees in each kind of damage: what is lost, what is not, and what to do next.

use std::path::PathBuf;

use xuncha_tests::gallery::damage;

/// `XUNCHA_SHOTS=<folder>` keeps the pictures in `<folder>/damage`.
#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_damage_is_said_in_words_that_tell_what_is_lost_what_is_not_and_what_to_do() {
    let shots = std::env::var_os("XUNCHA_SHOTS").map(PathBuf::from);
    let seen = damage::walk(shots.as_deref()).await.unwrap();
    let faults: Vec<_> = seen.iter().flat_map(|page| page.faults()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen.len() >= 9, "kinds of damage were left out: {}", seen.len());
    eprintln!("{} kinds of damage, each in words", seen.len());
}
