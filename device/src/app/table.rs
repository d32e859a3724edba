use serde::Serialize;
use serde::de::DeserializeOwned;
use xuncha_core::Failure;
use xuncha_core::identifiers::Checked;
use xuncha_core::law::Instrument;

use super::Device;
use super::day::DayView;
use super::originals::{Freed, StorageView};
use super::verbs::*;
use super::views::*;

fn read<A: DeserializeOwned>(args: serde_json::Value) -> Result<A, Failure> {
    // `null` for "nothing": shells differ in what they send for an empty argument.
    let args = if args.is_null() { serde_json::json!({}) } else { args };
    serde_json::from_value(args).map_err(|e| Failure::never("verb.arguments").with("why", e))
}

fn write<R: Serialize>(reply: &R) -> Result<serde_json::Value, Failure> {
    serde_json::to_value(reply).map_err(|e| Failure::never("verb.reply").with("why", e))
}

macro_rules! dispatch {
    ($($verb:ident($args:ty) -> $reply:ty;)+) => {
        /// Every verb by name.
        pub const NAMES: &[&str] = &[$(stringify!($verb)),+];

        pub(super) async fn call(device: &Device, verb: &str, args: serde_json::Value) -> Result<serde_json::Value, Failure> {
            match verb {
                $(stringify!($verb) => {
                    let reply: $reply = device.$verb(read::<$args>(args)?).await?;
                    write(&reply)
                })+
                other => Err(Failure::never("verb.unknown").with("verb", other)),
            }
        }
    };
}

verbs!(dispatch);
