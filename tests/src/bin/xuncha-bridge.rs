//! `xuncha-bridge DATA [PORT]`: the phone's pages in a plain browser, with the engine of the phone folder `DATA` behind them.

use std::path::PathBuf;

use anyhow::Context as _;
use xuncha_device::app::{Config, Device};
use xuncha_tests::bridge::Bridge;
use xuncha_tests::demo::say;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    xuncha_tests::install_cipher_suite();
    let mut args = std::env::args().skip(1);
    let data = args.next().map(PathBuf::from).context("usage: xuncha-bridge DATA [PORT]")?;
    let port = args.next().map_or(Ok(8090), |port| port.parse()).context("PORT is a number")?;
    let device = Device::open(Config::shell(data));
    if let Err(failure) = &device {
        say(&format!("The engine does not open ({}); the page says why.", failure.code));
    }
    let bridge = Bridge::over(device, port).await?;
    say(&format!("{}   (loopback only; Ctrl-C ends it)", bridge.url()));
    bridge.serve().await;
    Ok(())
}
