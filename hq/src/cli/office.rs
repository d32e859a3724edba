//! Accounts, units, firms and phones from the command line.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use xuncha_core::Failure;
use xuncha_core::ids::{DeviceId, UnitId, UserId};

use super::{Data, say};
use crate::api::types::{FirmPut, Role, UnitRow, UserCreate};
use crate::config::Config;
use crate::hq::{Hq, db_failure};

#[derive(Subcommand)]
pub(super) enum User {
    /// Adds an account; its password is read from standard input
    Add {
        #[command(flatten)]
        data: Data,
        /// Account: letters, digits, . _ -
        user: UserId,
        /// Name
        #[arg(long)]
        name: String,
        /// Role
        #[arg(long)]
        role: RoleWord,
        /// Unit; must exist
        #[arg(long)]
        unit: UnitId,
        /// Number of the enforcement ID (执法证号)
        #[arg(long, default_value = "")]
        certificate: String,
    },
    /// Lists accounts
    List {
        #[command(flatten)]
        data: Data,
    },
    /// Disables an account: browsers are signed out, phones get no session
    Disable {
        #[command(flatten)]
        data: Data,
        /// Account
        user: UserId,
    },
    /// Sets a password, read from standard input
    Password {
        #[command(flatten)]
        data: Data,
        /// Account
        user: UserId,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RoleWord {
    Inspector,
    StationHead,
    Admin,
}

#[derive(Subcommand)]
pub(super) enum Unit {
    /// Adds a unit
    Add {
        #[command(flatten)]
        data: Data,
        /// Id
        unit: UnitId,
        /// Name
        #[arg(long)]
        name: String,
        /// The unit above
        #[arg(long)]
        parent: Option<UnitId>,
    },
}

#[derive(Subcommand)]
pub(super) enum Firm {
    /// Enters firms: a JSON list of {"unit":…,"record":{…}}; records that are there are replaced
    Import {
        #[command(flatten)]
        data: Data,
        /// The file
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub(super) enum Device {
    /// Makes a one-time invitation and prints it
    Invite {
        #[command(flatten)]
        data: Data,
        /// For whom
        #[arg(long)]
        user: UserId,
        /// HQ's address for phones, as in `serve`: https://HOST:PORT
        #[arg(long, default_value = "https://127.0.0.1:8443")]
        url: String,
    },
    /// Revokes a phone
    Revoke {
        #[command(flatten)]
        data: Data,
        /// The device
        device: DeviceId,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

async fn open(data: Data) -> Result<Arc<Hq>, Failure> {
    Hq::open(&Config::new(data.data)).await
}

fn password() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|_| Failure::after_action("password.input"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

impl User {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add { data, user, name, role, unit, certificate } => {
                let role = match role {
                    RoleWord::Inspector => Role::Inspector,
                    RoleWord::StationHead => Role::StationHead,
                    RoleWord::Admin => Role::Admin,
                };
                let hq = open(data).await?;
                let ask = UserCreate { user, name, role, unit, certificate_no: certificate, password: password()? };
                let user = hq.add_user(ask).await?;
                say(format_args!("added {}", user.user))
            }
            Self::List { data } => {
                let hq = open(data).await?;
                for u in hq.db.users(None).await.map_err(db_failure)? {
                    let disabled = if u.disabled { "  disabled" } else { "" };
                    say(format_args!("{}  {:?}  {}  {}{disabled}", u.user, u.role, u.unit, u.name))?;
                }
                Ok(())
            }
            Self::Disable { data, user } => {
                open(data).await?.set_disabled(&user, true).await?;
                say(format_args!("disabled {user}"))
            }
            Self::Password { data, user } => {
                open(data).await?.set_password(&user, password()?).await?;
                say(format_args!("password of {user} set"))
            }
        }
    }
}

impl Unit {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let Self::Add { data, unit, name, parent } = self;
        open(data).await?.add_unit(&UnitRow { unit: unit.clone(), name, parent }).await?;
        say(format_args!("added {unit}"))
    }
}

impl Firm {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let Self::Import { data, file } = self;
        let bad = |e: String| Failure::after_action("firm.file").with("file", file.display()).with("problem", e);
        let text = std::fs::read_to_string(&file).map_err(|e| bad(e.to_string()))?;
        let firms: Vec<FirmPut> = serde_json::from_str(&text).map_err(|e| bad(e.to_string()))?;
        let hq = open(data).await?;
        let count = firms.len();
        for firm in firms {
            let id = firm.record.id.clone().ok_or_else(|| bad("a record has no id".into()))?;
            hq.put_firm(&id, firm).await?;
        }
        say(format_args!("{count} firms"))
    }
}

impl Device {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Invite { data, user, url } => {
                let hq = open(data).await?;
                if hq.db.user(&user).await.map_err(db_failure)?.is_none() {
                    return Err(Failure::after_action("user.unknown"));
                }
                hq.set_phone_url(url);
                let invite = hq.invite(&user).await?;
                say(invite.invitation.to_text())?;
                say(format_args!("secret {}   until {}", invite.invitation.secret, invite.record.expires))
            }
            Self::Revoke { data, device, reason } => {
                let hq = open(data).await?;
                hq.revoke_device(&hq.own.user, &device, &reason).await?;
                say(format_args!("revoked {device}"))
            }
        }
    }
}
