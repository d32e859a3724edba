use xuncha_core::Failure;
use xuncha_core::ids::BlobHash;

use crate::disk::DiskError;

/// Why a blob is not stored or not read.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Not here.
    #[error("{sha256} is not in the vault")]
    Missing {
        /// The blob asked for.
        sha256: BlobHash,
    },
    /// The file is cut, was changed, or belongs to another blob or key.
    #[error("{sha256} is damaged: {why}")]
    Damaged {
        /// The blob asked for.
        sha256: BlobHash,
        /// What was found.
        why: &'static str,
    },
    /// Beyond what an entry may bring.
    #[error("more than {max} bytes")]
    TooLarge {
        /// Bytes allowed.
        max: u64,
    },
    /// Beyond the end of the blob.
    #[error("beyond the end")]
    BeyondEnd,
    /// Not a name for a derived image.
    #[error("not a name for a derived image")]
    BadName,
}

impl From<VaultError> for Failure {
    fn from(e: VaultError) -> Self {
        match e {
            VaultError::Disk(e) => e.into(),
            VaultError::Missing { sha256 } => Self::never("vault.missing").with("sha256", sha256),
            VaultError::Damaged { sha256, why } => Self::never("vault.damaged").with("sha256", sha256).with("why", why),
            VaultError::TooLarge { max } => Self::never("blob.too_large").with("max", max),
            VaultError::BeyondEnd => Self::never("vault.range"),
            VaultError::BadName => Self::never("vault.bad_name"),
        }
    }
}
