//! HQ that can be switched off and on again at the same address.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use xuncha_hq::api::types::{Role, UnitRow};
use xuncha_hq::auth::password;
use xuncha_hq::config::Config;
use xuncha_hq::db::UserRecord;
use xuncha_hq::serve::{Running, start};

use crate::dashboard::Dashboard;
use crate::district;

/// A headquarters: its folder, its ports, and whether it runs.
pub struct Headquarters {
    config: Config,
    running: Option<Running>,
}

impl Headquarters {
    /// An HQ in `data`, not running yet. A port of 0 is chosen at the first start and kept from then on, because phones
    /// remember the address.
    pub fn at(data: PathBuf, phone_port: u16, dashboard_port: u16) -> Self {
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let config = Config {
            listen_phones: local(phone_port),
            listen_dashboard: local(dashboard_port),
            bureau: Some(district::BUREAU.to_owned()),
            area: Some(district::AREA.to_owned()),
            ..Config::loopback(data)
        };
        Self { config, running: None }
    }

    /// Starts it; both listeners answer when this returns.
    pub async fn switch_on(&mut self) -> Result<()> {
        let running = start(self.config.clone()).await.map_err(|failure| anyhow!(failure))?;
        self.config.listen_phones = address_of(&running.phone_url)?;
        self.config.listen_dashboard = address_of(&running.dashboard_url)?;
        self.running = Some(running);
        Ok(())
    }

    /// Stops it in good order. Phones that call meet a closed port.
    pub async fn switch_off(&mut self) {
        if let Some(running) = self.running.take() {
            running.shutdown().await;
        }
    }

    /// Makes the administrator and the demonstration district in an empty HQ.
    pub async fn found(&self) -> Result<()> {
        let hq = &self.running()?.hq;
        let unit = |text: &str| text.parse().map_err(|error| anyhow!("{text}: {error}"));
        let bureau = UnitRow { unit: unit("bureau")?, name: district::BUREAU.to_owned(), parent: None };
        hq.db.create_unit(&bureau).await.context("the bureau's own unit")?;
        let hash = password::hash(district::PASSWORD, hq.password_cost).map_err(|failure| anyhow!(failure))?;
        let admin = UserRecord {
            user: district::ADMIN.parse()?,
            name: district::name_of(district::ADMIN).to_owned(),
            role: Role::Admin,
            unit: bureau.unit,
            certificate_no: String::new(),
            password: hash,
            disabled: false,
            created: jiff::Timestamp::now().to_string(),
        };
        hq.db.create_user(&admin).await.context("the administrator")?;
        let admin = Dashboard::sign_in(&self.dashboard_url()?, district::ADMIN, district::PASSWORD).await?;
        admin.make_district().await
    }

    /// It, while it runs.
    pub fn running(&self) -> Result<&Running> {
        self.running.as_ref().context("headquarters is switched off")
    }

    /// Address of the dashboard; the same whenever it runs.
    pub fn dashboard_url(&self) -> Result<String> {
        Ok(self.running()?.dashboard_url.clone())
    }

    /// How it is run from the next time on that it is switched on.
    pub fn config(&mut self) -> &mut Config {
        &mut self.config
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.config.data
    }
}

fn address_of(url: &str) -> Result<SocketAddr> {
    let (_, address) = url.split_once("://").context("an address has a scheme")?;
    address.parse().with_context(|| format!("{address} is not an address with a port"))
}
