//! HQ running: two listeners, one for phones (HTTPS under HQ's own CA) and one for browsers.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::task::JoinHandle;
use xuncha_core::Failure;
use xuncha_core::ids::Digest;

use crate::config::{Config, DashboardTls};
use crate::hq::Hq;
use crate::keys::ca::server_from_files;
use crate::{api, check, sync};

/// How long requests under way may take to end at a shutdown.
const GRACE: Duration = Duration::from_secs(10);
/// How often it is looked whether the last request has let go.
const LET_GO: Duration = Duration::from_millis(2);
/// How often uploads nobody goes on with are looked for.
const SWEEP: Duration = Duration::from_secs(600);
/// When HQ is first looked over after its start.
const FIRST_LOOK: Duration = Duration::from_secs(3600);

/// An HQ that answers.
pub struct Running {
    /// Address of the phones' listener, e.g. `https://127.0.0.1:8443`.
    pub phone_url: String,
    /// Address of the dashboard, e.g. `http://127.0.0.1:8080`.
    pub dashboard_url: String,
    /// SHA-256 of HQ's CA certificate.
    pub ca: Digest,
    /// The HQ itself, for tests and the command line.
    pub hq: Arc<Hq>,
    handles: [Handle<SocketAddr>; 2],
    servers: [JoinHandle<std::io::Result<()>>; 2],
    sweeper: JoinHandle<()>,
    checker: Option<JoinHandle<()>>,
}

/// Opens the data folder and starts both listeners. Both are bound when this returns.
pub async fn start(config: Config) -> Result<Running, Failure> {
    // Both ports first: nothing is made or changed if HQ cannot answer.
    let phones = bind(config.listen_phones)?;
    let dashboard = bind(config.listen_dashboard)?;
    if config.dashboard_tls == DashboardTls::Off && !config.listen_dashboard.ip().is_loopback() {
        return Err(Failure::after_action("dashboard.needs_tls").with("address", config.listen_dashboard));
    }
    let hq = Hq::open(&config).await?;
    let (phone_at, dashboard_at) = (local(&phones)?, local(&dashboard)?);
    let host = |at: SocketAddr| {
        let first = config.hosts.first().cloned();
        match first.filter(|h| h.parse::<std::net::Ipv6Addr>().is_err()) {
            Some(name) => format!("{name}:{}", at.port()),
            None => at.to_string(),
        }
    };
    let phone_url = format!("https://{}", host(phone_at));
    hq.set_phone_url(phone_url.clone());
    let tls = hq.keys.ca.server(&config.hosts)?;
    let handles = [Handle::new(), Handle::new()];
    let head = config.terms.head;
    let phones = spawn(phones, Some(tls), sync::router(Arc::clone(&hq)), handles[0].clone(), head)?;
    let (dashboard_tls, scheme) = match &config.dashboard_tls {
        DashboardTls::Off => (None, "http"),
        DashboardTls::OwnCa => (Some(hq.keys.ca.server(&config.hosts)?), "https"),
        DashboardTls::Files { cert, key } => (Some(server_from_files(cert, key)?), "https"),
    };
    let dashboard_url = match scheme {
        "http" => format!("http://{dashboard_at}"),
        _ => format!("https://{}", host(dashboard_at)),
    };
    let routes = api::router(Arc::clone(&hq), scheme == "https");
    let dashboard = spawn(dashboard, dashboard_tls, routes, handles[1].clone(), head)?;
    for handle in &handles {
        handle.listening().await.ok_or_else(|| Failure::after_action("port.busy"))?;
    }
    let sweeper = tokio::spawn(sweep(Arc::clone(&hq)));
    let checker = config.check_every.map(|every| tokio::spawn(look_over(Arc::clone(&hq), config.data.clone(), every)));
    let ca = hq.keys.ca.fingerprint();
    Ok(Running { phone_url, dashboard_url, ca, hq, handles, servers: [phones, dashboard], sweeper, checker })
}

impl Running {
    /// Stops listening, lets requests under way end, and closes the database.
    pub async fn shutdown(self) {
        let Self { hq, handles, servers, sweeper, checker, .. } = self;
        for handle in &handles {
            handle.graceful_shutdown(Some(GRACE));
        }
        for server in servers {
            // A listener that failed has nothing left to stop.
            let _ = server.await;
        }
        for task in [Some(sweeper), checker].into_iter().flatten() {
            task.abort();
            let _ = task.await;
        }
        // A request that was cut off may still be at the disk: the folder is another's only when it, too, has let go.
        let begun = Instant::now();
        while Arc::strong_count(&hq) > 1 && begun.elapsed() < GRACE {
            tokio::time::sleep(LET_GO).await;
        }
    }
}

fn bind(at: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(at).map_err(|e| {
        let code = match e.kind() {
            std::io::ErrorKind::AddrInUse => "port.busy",
            std::io::ErrorKind::PermissionDenied => "port.permission",
            _ => "port.address",
        };
        Failure::after_action(code).with("address", at)
    })?;
    listener.set_nonblocking(true).map_err(|_| Failure::after_action("port.address").with("address", at))?;
    Ok(listener)
}

fn local(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener.local_addr().map_err(|_| Failure::after_action("port.address"))
}

/// Without Nagle's wait: a short answer behind its head would stand 40 ms for the phone's delayed acknowledgement, in every step
/// of a contact.
fn spawn(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    routes: Router,
    handle: Handle<SocketAddr>,
    head: Duration,
) -> Result<JoinHandle<std::io::Result<()>>, Failure> {
    let failed = |_| Failure::after_action("port.address");
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    Ok(match tls {
        Some(tls) => {
            let secure = RustlsAcceptor::new(RustlsConfig::from_config(tls)).acceptor(NoDelayAcceptor::new());
            let mut server = axum_server::from_tcp(listener).map_err(failed)?.acceptor(secure).handle(handle);
            patient(server.http_builder(), head);
            tokio::spawn(server.serve(service))
        }
        None => {
            let plain = NoDelayAcceptor::new();
            let mut server = axum_server::from_tcp(listener).map_err(failed)?.acceptor(plain).handle(handle);
            patient(server.http_builder(), head);
            tokio::spawn(server.serve(service))
        }
    })
}

/// `head`: how long a connection may take to send the head of a request.
fn patient(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>, head: Duration) {
    builder.http1().timer(hyper_util::rt::TokioTimer::new()).header_read_timeout(head);
}

/// Looks over everything HQ holds, now and then, as `xuncha-hq check` does: nobody runs a command on a day when all seems well. What
/// is found stands on the dashboard, and originals that are damaged count as lost.
async fn look_over(hq: Arc<Hq>, data: PathBuf, every: Duration) {
    // Not while phones wait for an HQ that was just started.
    tokio::time::sleep(FIRST_LOOK.min(every)).await;
    loop {
        let found = async {
            let checked = check::check(&data).await?;
            if !checked.damaged.is_empty() {
                // Their phones are asked for them from now on.
                hq.db.lose(&checked.damaged, &hq.clock.stamp()).await.map_err(crate::hq::db_failure)?;
            }
            checked.keep(&data)
        };
        if let Err(failure) = found.await {
            tracing::error!(code = failure.code, "HQ could not be looked over");
        }
        tokio::time::sleep(every).await;
    }
}

async fn sweep(hq: Arc<Hq>) {
    let mut clock = tokio::time::interval(SWEEP);
    loop {
        clock.tick().await;
        hq.room.refill();
        if hq.sweep_uploads().await.is_err() {
            tracing::warn!("expired uploads could not be swept");
        }
    }
}
