//! What the demonstration is asked for.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Parser;

/// The main job: headquarters with a demonstration district, and a phone.
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo xtask demo")]
pub struct Options {
    /// Drive the real window through one whole inspection on a display of its own. So it goes too where no display is.
    #[arg(long)]
    pub headless: bool,
    /// Take the pictures of this folder (JPEG, PNG, HEIC) instead of painted ones.
    #[arg(long, value_name = "DIR")]
    pub photos: Option<PathBuf>,
    /// Take at least so many pictures.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub photo_count: usize,
    /// Where phone and headquarters keep their data.
    #[arg(long, value_name = "DIR", default_value = "target/demo/data")]
    pub data: PathBuf,
    /// Where pictures of the screens and the export go.
    #[arg(long, value_name = "DIR", default_value = "target/demo")]
    pub out: PathBuf,
    /// Port of the dashboard; 0: any.
    #[arg(long, value_name = "N", default_value_t = 8080)]
    pub port: u16,
    /// Port for phones; 0: any.
    #[arg(long, value_name = "N", default_value_t = 8443)]
    pub phone_port: u16,
    /// Throw away the data of an earlier demonstration first.
    #[arg(long, conflicts_with = "keep")]
    pub fresh: bool,
    /// Go on with the data of an earlier demonstration (with a window only).
    #[arg(long)]
    pub keep: bool,
}

/// By this file a folder is known to be a demonstration's, and may be thrown away.
const MARK: &str = "xuncha-demonstration";

impl Options {
    /// Whether a window can be shown to somebody.
    pub fn windowless(&self) -> bool {
        let display = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        self.headless || !(display("DISPLAY") || display("WAYLAND_DISPLAY"))
    }

    /// Makes the data folder ready, or says what to do about what is in the way. Back: whether it holds earlier data.
    pub fn prepare(&self) -> Result<bool> {
        for (port, flag) in [(self.port, "--port"), (self.phone_port, "--phone-port")] {
            if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
                bail!(
                    "port {port} is busy ({error}). Stop what uses it, or choose another: {flag} {}",
                    port.saturating_add(10)
                );
            }
        }
        let data = &self.data;
        let old = std::fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
        let ours = data.join(MARK).is_file();
        if old && !ours {
            bail!("{} holds something else. Name an empty folder: --data DIR", data.display());
        }
        if old && self.fresh {
            std::fs::remove_dir_all(data)?;
        } else if old && self.keep && !self.windowless() {
            return Ok(true);
        } else if old {
            bail!(
                "{} holds the data of an earlier demonstration.\n  start over:        cargo xtask demo --fresh\n  \
                 go on with it:     cargo xtask demo --keep   (with a window)\n  another folder:    cargo xtask demo --data DIR",
                data.display()
            );
        }
        std::fs::create_dir_all(data)?;
        std::fs::write(data.join(MARK), "This folder may be deleted.\n")?;
        Ok(false)
    }

    /// The phone's folder.
    pub fn phone(&self) -> PathBuf {
        self.data.join("phone")
    }
    /// Headquarters' folder.
    pub fn hq(&self) -> PathBuf {
        self.data.join("hq")
    }
    /// Where the inspection is exported to.
    pub fn export(&self) -> PathBuf {
        self.out.join("export")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn options(data: &Path, more: &[&str]) -> Options {
        let data = data.display().to_string();
        let fixed = ["demo", "--headless", "--port", "0", "--phone-port", "0", "--data", &data];
        Options::parse_from(fixed.iter().chain(more))
    }

    #[test]
    fn over_old_data_it_says_what_to_do_and_throws_away_only_what_is_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert!(!options(&data, &[]).prepare().unwrap());
        std::fs::create_dir(data.join("phone")).unwrap();
        let says = options(&data, &[]).prepare().unwrap_err().to_string();
        assert!(says.contains("--fresh") && says.contains("--keep"), "{says}");
        assert!(data.join("phone").exists());
        assert!(!options(&data, &["--fresh"]).prepare().unwrap());
        assert!(!data.join("phone").exists());

        let foreign = folder.path().join("foreign");
        std::fs::create_dir(&foreign).unwrap();
        std::fs::write(foreign.join("thesis.txt"), "mine").unwrap();
        let says = options(&foreign, &["--fresh"]).prepare().unwrap_err().to_string();
        assert!(says.contains("--data"), "{says}");
        assert!(foreign.join("thesis.txt").exists());
    }

    #[test]
    fn on_a_busy_port_it_names_the_port_and_the_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let folder = tempfile::tempdir().unwrap();
        let mut busy = options(&folder.path().join("data"), &[]);
        busy.port = port.parse().unwrap();
        let says = busy.prepare().unwrap_err().to_string();
        assert!(says.contains(&port) && says.contains("--port"), "{says}");
    }
}
