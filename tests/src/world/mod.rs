//! A world: one real headquarters on ports of its own, and phones with names, each in a folder that is gone afterwards.
//!
//! What it is: the same HQ and the same engine that are shipped, in one process, with cheap passwords and PINs. What it is
//! not: a simulation. Sync goes over HTTPS on loopback, under HQ's own CA; whatever is stored is on the disk.
//!
//! ```no_run
//! # async fn story() -> anyhow::Result<()> {
//! use xuncha_tests::world::World;
//! let mut world = World::start().await?;
//! world.head().await?.give_tasks().await?;
//! let alice = world.phone("alice", "lin.ruoyu").await?;
//! alice.sync().await?;
//! world.hq.switch_off().await;
//! # Ok(())
//! # }
//! ```

mod headquarters;
mod phone;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

pub use headquarters::Headquarters;
pub use phone::{Phone, QUICK};

use crate::dashboard::Dashboard;
use crate::district;

/// Headquarters, phones, and the folder they live in.
pub struct World {
    /// Headquarters of the demonstration district.
    pub hq: Headquarters,
    folder: TempDir,
}

impl World {
    /// Starts HQ with the demonstration district; no tasks are given out yet.
    pub async fn start() -> Result<Self> {
        crate::install_cipher_suite();
        let folder = tempfile::tempdir()?;
        let mut hq = Headquarters::at(folder.path().join("hq"), 0, 0);
        hq.switch_on().await?;
        hq.found().await?;
        Ok(Self { hq, folder })
    }

    /// The administrator at the dashboard.
    pub async fn admin(&self) -> Result<Dashboard> {
        self.at_dashboard(district::ADMIN).await
    }

    /// The station's head at the dashboard.
    pub async fn head(&self) -> Result<Dashboard> {
        self.at_dashboard(district::HEAD).await
    }

    /// Anybody of the district at the dashboard.
    pub async fn at_dashboard(&self, user: &str) -> Result<Dashboard> {
        Dashboard::sign_in(&self.hq.dashboard_url()?, user, district::PASSWORD).await
    }

    /// A phone called `name`, enrolled for `user` and unlocked.
    pub async fn phone(&self, name: &str, user: &str) -> Result<Phone> {
        let invitation = self.head().await?.invite(user).await.with_context(|| format!("inviting {user}"))?;
        let phone = Phone::new(name, user, self.folder.path().join(name))?;
        phone.enrol(&invitation).await?;
        Ok(phone)
    }

    /// Where this world's files are.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}
