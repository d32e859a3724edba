use std::path::{Path, PathBuf};
use std::process::ExitCode;

use xuncha_core::Failure;
use xuncha_core::ids::UserId;

use super::super::say;
use super::refuse;
use crate::api::types::Role;
use crate::config::Config;
use crate::hq::{Hq, db_failure};
use crate::packs::{Own, kind_word};

pub(super) async fn run(data: PathBuf, folder: &Path, by: Option<UserId>) -> Result<ExitCode, Failure> {
    // The folder first: with a fault in it the data folder is not even opened.
    let own = match Own::read(folder) {
        Ok(own) => own,
        Err(error) => return refuse(error),
    };
    if !data.join("hq.sqlite").is_file() {
        return Err(Failure::after_action("data.none").with("folder", data.display()));
    }
    let hq = Hq::open(&Config::new(data)).await?;
    let by = match by {
        Some(by) => by,
        None => only_administrator(&hq).await?,
    };
    let published = hq.publish_own(&own, &by).await?;
    for pack in &published {
        say(format_args!(
            "published {} {} {}  {}",
            kind_word(pack.kind),
            pack.code,
            pack.version,
            pack.sha256.short()
        ))?;
    }
    if published.is_empty() {
        say("nothing to do: all of it is published as it stands, or is what this program brings")?;
    } else {
        say(format_args!(
            "by {by}; phones get it with their next sync, inspections under way keep what they began with"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A publication is somebody's act. Where only one person can be meant, the name need not be typed.
async fn only_administrator(hq: &Hq) -> Result<UserId, Failure> {
    let users = hq.db.users(None).await.map_err(db_failure)?;
    let mut may = users.into_iter().filter(|u| u.role == Role::Admin && !u.disabled).map(|u| u.user);
    match (may.next(), may.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(Failure::after_action("lists.by_whom")),
    }
}
