//! What prompts a referral, with the places of the law. The place of a clause only, never an amount.

use std::sync::Arc;

use xuncha_core::checklist::{Item, Mark, Violation};
use xuncha_core::ids::BlobHash;
use xuncha_core::law::LawLibrary;

use super::types::{ReferralView, ReferralViolation};
use crate::db::DbError;
use crate::hq::Hq;
use crate::refusal::Answer;

/// Largest law library read into memory.
const MAX_LAWS: u64 = 64 * 1024 * 1024;

impl Hq {
    /// The law library as last published.
    pub(super) async fn laws(self: &Arc<Self>) -> Answer<Option<LawLibrary>> {
        let packs = self.db.packs().await?;
        let Some(pack) = packs.iter().rev().find(|p| p.kind == "laws") else { return Ok(None) };
        let bytes = self.object(BlobHash::from_bytes(*pack.sha256.as_bytes()), MAX_LAWS).await?;
        let Some(bytes) = bytes else { return Ok(None) };
        let laws = serde_json::from_slice(&bytes).map_err(|_| DbError::Damaged("laws".into()))?;
        Ok(Some(laws))
    }
}

/// The prompt for one item.
pub(super) fn view(item: &Item, laws: Option<&LawLibrary>) -> ReferralView {
    let violations = item.violations.iter().map(|v| violation(v, laws)).collect();
    ReferralView { item: item.code.clone(), text: item.text.clone(), violations }
}

fn violation(v: &Violation, laws: Option<&LawLibrary>) -> ReferralViolation {
    let row = laws.and_then(|l| l.violations.iter().find(|r| r.code == v.code));
    // Not verified is said before proposed: who reads it must look it up either way.
    let mark = match (v.mark, row.map_or(Mark::M, |r| r.mark)) {
        (Mark::V, Mark::V) => Mark::V,
        (Mark::M, _) | (_, Mark::M) => Mark::M,
        _ => Mark::D,
    };
    ReferralViolation {
        code: v.code.clone(),
        title: row.map(|r| r.title.clone()),
        duty: row.map(|r| r.duty.clone()).unwrap_or_default(),
        penalty: row.map(|r| r.penalty.clone()).unwrap_or_default(),
        mark,
    }
}
