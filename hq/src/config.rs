use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::quota::Quota;
use crate::room::Keep;

/// How an HQ is run. [`Config::new`] gives what `xuncha-hq serve` uses, [`Config::loopback`] what tests use.
#[derive(Clone)]
pub struct Config {
    /// Folder of database, objects and keys.
    pub data: PathBuf,
    /// Where phones connect (HTTPS with HQ's own CA).
    pub listen_phones: SocketAddr,
    /// Where browsers connect.
    pub listen_dashboard: SocketAddr,
    /// Names and addresses the phones' certificate is made for; the first stands in invitations.
    pub hosts: Vec<String>,
    /// How the dashboard speaks.
    pub dashboard_tls: DashboardTls,
    /// Name of the bureau; `None` keeps what the data folder says.
    pub bureau: Option<String>,
    /// Six digits of its area (行政区划); `None` keeps what the data folder says.
    pub area: Option<String>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Cost of a password hash.
    pub password_cost: PasswordCost,
    /// Terms.
    pub terms: Terms,
    /// What one phone may bring within 24 hours.
    pub quota: Quota,
    /// What is kept free of the disk.
    pub keep: Keep,
    /// How often HQ looks over everything it holds; none: only when somebody runs `check`.
    pub check_every: Option<Duration>,
}

/// How the dashboard speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DashboardTls {
    /// Plain HTTP: on loopback only.
    Off,
    /// A certificate by HQ's own CA, which the browsers' owner installs.
    OwnCa,
    /// A certificate from elsewhere (PEM files).
    Files {
        /// Chain, leaf first.
        cert: PathBuf,
        /// Private key.
        key: PathBuf,
    },
}

/// Argon2id cost (RFC 9106 §4).
#[derive(Debug, Clone, Copy)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
}

/// How long things hold.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// A phone's token.
    pub token: Duration,
    /// A challenge.
    pub nonce: Duration,
    /// An invitation.
    pub invitation: Duration,
    /// A browser's session.
    pub session: Duration,
    /// An upload nobody goes on with.
    pub upload: Duration,
    /// A request may be silent for so long.
    pub idle: Duration,
    /// A connection may take so long for the head of a request.
    pub head: Duration,
}

impl Config {
    /// Ports 8443 and 8080 on loopback.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        let local = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        Self {
            data: data.into(),
            listen_phones: local(8443),
            listen_dashboard: local(8080),
            hosts: vec!["127.0.0.1".into(), "localhost".into()],
            dashboard_tls: DashboardTls::Off,
            bureau: None,
            area: None,
            clock: Arc::new(SystemClock),
            // RFC 9106 §4, second recommended option, one lane.
            password_cost: PasswordCost { memory_kib: 64 * 1024, passes: 3 },
            terms: Terms {
                token: Duration::from_secs(30 * 60),
                nonce: Duration::from_secs(60),
                invitation: Duration::from_secs(24 * 3600),
                session: Duration::from_secs(12 * 3600),
                upload: Duration::from_secs(7 * 24 * 3600),
                idle: Duration::from_secs(30),
                head: Duration::from_secs(15),
            },
            // A month offline of somebody who inspects all day stays far below.
            quota: Quota { entries: 200_000, bytes: 200 << 30 },
            keep: Keep { free: 512 << 20, reserve: 64 << 20 },
            check_every: Some(Duration::from_secs(24 * 3600)),
        }
    }

    /// Any free ports on loopback and cheap passwords: for tests and demonstrations, never for people's accounts.
    pub fn loopback(data: impl Into<PathBuf>) -> Self {
        let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self {
            listen_phones: any,
            listen_dashboard: any,
            password_cost: PasswordCost { memory_kib: 256, passes: 1 },
            keep: Keep { free: 0, reserve: 0 },
            check_every: None,
            ..Self::new(data)
        }
    }
}
