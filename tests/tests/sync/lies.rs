//! An HQ that lies: the true one behind its own TLS, but for the bytes of originals.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum_server::tls_rustls::RustlsConfig;
use tokio::task::JoinHandle;

use super::originals::*;
use super::*;

/// HQ's routes on another port, under a certificate of HQ's own authority.
struct Liar {
    address: SocketAddr,
    lies: Arc<AtomicBool>,
    /// Originals that were given otherwise than they are.
    told: Arc<AtomicUsize>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Liar {
    fn before(world: &World) -> Self {
        let hq = &world.hq.running().unwrap().hq;
        let (lies, told) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
        let (asked, count) = (Arc::clone(&lies), Arc::clone(&told));
        let routes = xuncha_hq::sync::router(Arc::clone(hq)).layer(from_fn(move |request: Request, next: Next| {
            let (asked, count) = (Arc::clone(&asked), Arc::clone(&count));
            async move {
                let is_original = request.uri().path().starts_with("/v1/originals/");
                let (head, body) = next.run(request).await.into_parts();
                let mut bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
                if is_original && head.status.is_success() && asked.load(Ordering::SeqCst) {
                    // Of the right length, and only one bit of it is wrong.
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 1;
                    count.fetch_add(1, Ordering::SeqCst);
                }
                axum::response::Response::from_parts(head, Body::from(bytes))
            }
        }));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let tls = RustlsConfig::from_config(hq.keys.ca.server(&["127.0.0.1".to_owned()]).unwrap());
        let server = axum_server::from_tcp_rustls(listener, tls).unwrap();
        let task = tokio::spawn(server.serve(routes.into_make_service_with_connect_info::<SocketAddr>()));
        Self { address, lies, told, task }
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Every file below a folder.
fn files_below(folder: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.insert(path);
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn i8_other_bytes_than_an_entry_names_are_refused_however_often_they_come_and_the_true_ones_are_taken() {
    let (world, clock, alice) = world_with_a_clock().await;
    let file = photo(&world, 1, 300_000);
    let inspection = given_up(&alice, &file).await;
    let_go(&world, &clock, &alice, 1).await;
    let before = files_below(&alice.data().join("vault"));

    let liar = Liar::before(&world);
    lead_over(&alice, liar.address).await;
    alice.sync().await.unwrap();
    assert_eq!(codes(&alice).await, Vec::<String>::new(), "in all else it says the truth");
    for again in 1..=2 {
        let refused = fetch(&alice, &inspection, &file).await.unwrap_err();
        assert_eq!((refused.code.as_str(), refused.retry), ("original.wrong", xuncha_core::Retry::Never));
        assert_eq!(liar.told.load(Ordering::SeqCst), again, "asked anew, from the first byte on");
        assert!(!in_vault(&alice, &file));
        assert_eq!(files_below(&alice.data().join("vault")), before, "nothing of it is kept");
        assert_eq!(where_is(&alice, &inspection).await, "at_hq", "what is not here is not said to be");
        assert_eq!(codes(&alice).await, ["original.wrong"], "it is an alarm, said once");
    }

    liar.lies.store(false, Ordering::SeqCst);
    fetch(&alice, &inspection, &file).await.unwrap();
    assert_eq!(where_is(&alice, &inspection).await, "here");
    assert!(in_vault(&alice, &file));
    alice.ask::<Value>("verify_evidence", json!({ "blob": hash_of(&file) })).await.unwrap();
    assert_eq!(liar.told.load(Ordering::SeqCst), 2);
    eprintln!("2 originals with a wrong bit refused, the true one taken");
}
