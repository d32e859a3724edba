//! Settings and storage. Language and theme are known before anybody is in, so they lie in a plain small file.

use std::path::Path;

use serde::{Deserialize, Serialize};
use xuncha_core::Failure;

use crate::disk;

use super::Device;
use super::verbs::{Look, Nothing, SetSettings, Verified, VerifyArgs};
use super::views::Settings;

/// The plain file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LookFile {
    language: String,
    theme: String,
    lock_after_min: u32,
}

impl Default for LookFile {
    fn default() -> Self {
        Self { language: "zh-CN".into(), theme: "system".into(), lock_after_min: 10 }
    }
}

impl LookFile {
    pub(super) fn look(&self) -> Look {
        Look { language: self.language.clone(), theme: self.theme.clone() }
    }
}

/// Reads the plain file; an unreadable one counts as never written.
pub(super) fn read_look(data: &Path) -> LookFile {
    let bytes = std::fs::read(data.join("look.json")).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

impl Device {
    pub(super) async fn settings(&self, _: Nothing) -> Result<Settings, Failure> {
        let look = read_look(&self.inner.config.data);
        let free_bytes = disk::free_bytes(&self.inner.config.data)?;
        let status = self.status(Nothing {}).await?;
        let lists = self.lists(Nothing {}).await?;
        self.at_desk(|desk| {
            let (originals, originals_bytes) = desk.index.originals()?;
            let hq = &desk.hq;
            Ok(Settings {
                bureau: hq.hq.bureau.clone(),
                hq_url: hq.url.clone(),
                ca: hq.ca.to_string(),
                device: hq.feed.device.to_string(),
                device_label: hq.label.clone(),
                feed: hq.feed.feed.to_string(),
                entries: desk.own_head().seq,
                users: status.users,
                language: look.language,
                theme: look.theme,
                originals_bytes,
                originals,
                free_bytes,
                hardware_secret: self.inner.config.hardware.is_some(),
                lists,
                version: self.inner.config.version.clone(),
                lock_after_min: look.lock_after_min,
            })
        })
    }

    pub(super) async fn set_settings(&self, args: SetSettings) -> Result<Settings, Failure> {
        let data = &self.inner.config.data;
        let mut look = read_look(data);
        if let Some(language) = args.language.filter(|l| matches!(l.as_str(), "zh-CN" | "en")) {
            look.language = language;
        }
        if let Some(theme) = args.theme.filter(|t| matches!(t.as_str(), "system" | "light" | "dark" | "sun")) {
            look.theme = theme;
        }
        if let Some(minutes) = args.lock_after_min {
            look.lock_after_min = minutes.clamp(1, 120);
        }
        let bytes = serde_json::to_vec(&look).map_err(|e| Failure::never("settings.shape").with("why", e))?;
        disk::write_atomic(&data.join("look.json"), &bytes)?;
        if let Some(url) = args.hq_url {
            if !url.starts_with("https://") {
                return Err(Failure::after_action("hq_url.not_https"));
            }
            self.at_desk(|desk| desk.move_hq(&self.inner.config.data, url.trim_end_matches('/')))?;
            // A running sync knows the old address.
            self.sync_slot().take();
            self.begin_by_itself();
        }
        self.settings(Nothing {}).await
    }

    pub(super) async fn verify_evidence(&self, args: VerifyArgs) -> Result<Verified, Failure> {
        let (vault, away) = self.at_desk(|desk| Ok((desk.vault.clone(), desk.kept.away())))?;
        if away.contains(&args.blob) && !vault.contains(&args.blob) {
            return Err(Failure::after_action("original.at_hq"));
        }
        self.blocking(move |_| Ok(Verified { intact: vault.verify(&args.blob).is_ok() })).await
    }
}
