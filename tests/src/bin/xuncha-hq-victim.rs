//! The HQ that gets killed: opens a folder, lets a phone spend its day, and marks each acknowledgement, *after* it was heard.
//! See `xuncha_tests::fire`.
#![allow(clippy::unwrap_used, reason = "a test program; that it ends with an error is what it says")]

use std::path::PathBuf;

use xuncha_tests::disk::Marks;
use xuncha_tests::fire;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let root = PathBuf::from(std::env::args_os().nth(1).unwrap());
    let marks = Marks::open().unwrap().unwrap();
    let hq = fire::open(&root).await.unwrap();
    fire::day(&hq, &root, &mut |word| marks.say(word).unwrap()).await.unwrap();
}
