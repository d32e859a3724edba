//! A wire that can be cut: a TCP proxy between a phone and HQ.
//!
//! What it is: two faults, [`Proxy::cut_after`] and [`Proxy::refuse`], and a count of what went through. What it is not: a reader
//! of what it carries, which is TLS from end to end; whoever wants to know what arrived asks HQ.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Bytes read at a time: a cut is exact, whatever this is.
const PIECE: usize = 16 * 1024;
/// A budget nobody uses up.
const ENDLESS: u64 = u64::MAX;

/// A proxy on a port of its own. Dropping it closes every connection.
pub struct Proxy {
    address: SocketAddr,
    wire: Arc<Wire>,
    task: JoinHandle<()>,
}

struct Wire {
    target: SocketAddr,
    /// Bytes from the phone that still go through.
    budget: AtomicU64,
    /// Bytes from the phone that went through.
    carried: AtomicU64,
    refuses: AtomicBool,
    cuts: watch::Sender<u64>,
}

impl Proxy {
    /// Begins to carry everything to `target`.
    pub async fn before(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let wire = Arc::new(Wire {
            target,
            budget: AtomicU64::new(ENDLESS),
            carried: AtomicU64::new(0),
            refuses: AtomicBool::new(false),
            cuts: watch::Sender::new(0),
        });
        let task = tokio::spawn(listen(listener, wire.clone()));
        Ok(Self { address, wire, task })
    }

    /// Where phones connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets `bytes` more from the phone through, then cuts every connection in the middle and refuses new ones.
    pub fn cut_after(&self, bytes: u64) {
        self.wire.budget.store(bytes, Ordering::SeqCst);
        self.wire.refuses.store(false, Ordering::SeqCst);
    }

    /// Cuts every connection now and refuses new ones.
    pub fn refuse(&self) {
        self.wire.cut();
    }

    /// Carries everything again.
    pub fn restore(&self) {
        self.cut_after(ENDLESS);
    }

    /// Waits until there were `cuts` cuts since the beginning.
    pub async fn cut_for_the(&self, cuts: u64) -> Result<()> {
        self.wire.cuts.subscribe().wait_for(|n| *n >= cuts).await?;
        Ok(())
    }

    /// Bytes from the phone that went through since the beginning.
    pub fn carried(&self) -> u64 {
        self.wire.carried.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.wire.cut();
    }
}

impl Wire {
    /// How many of `bytes` may go through.
    fn take(&self, bytes: u64) -> u64 {
        let spend = |budget: u64| Some(if budget == ENDLESS { ENDLESS } else { budget.saturating_sub(bytes) });
        let before = self.budget.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend).unwrap_or(ENDLESS);
        let taken = bytes.min(before);
        self.carried.fetch_add(taken, Ordering::SeqCst);
        taken
    }

    fn cut(&self) {
        // Several connections share one budget: they are one cut.
        if !self.refuses.swap(true, Ordering::SeqCst) {
            self.cuts.send_modify(|n| *n += 1);
        }
    }

    async fn carry(&self, mut phone: TcpStream, mut cuts: watch::Receiver<u64>) -> std::io::Result<()> {
        let mut hq = TcpStream::connect(self.target).await?;
        let (mut from_phone, mut to_phone) = phone.split();
        let (mut from_hq, mut to_hq) = hq.split();
        let up = async {
            let mut piece = vec![0; PIECE];
            loop {
                let n = from_phone.read(&mut piece).await?;
                // `n` is at most PIECE, and so is what may go through of it.
                let taken = self.take(n as u64) as usize;
                to_hq.write_all(&piece[..taken]).await?;
                if taken < n {
                    self.cut();
                }
                if taken < n || n == 0 {
                    return Ok(());
                }
            }
        };
        tokio::select! {
            done = up => done,
            done = tokio::io::copy(&mut from_hq, &mut to_phone) => done.map(drop),
            _ = cuts.changed() => Ok(()),
        }
    }
}

async fn listen(listener: TcpListener, wire: Arc<Wire>) {
    while let Ok((phone, _)) = listener.accept().await {
        let cuts = wire.cuts.subscribe();
        if wire.refuses.load(Ordering::SeqCst) {
            continue;
        }
        let wire = wire.clone();
        // A connection that breaks is what this is for; there is nobody to tell.
        tokio::spawn(async move { drop(wire.carry(phone, cuts).await) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_cut_lets_exactly_so_many_bytes_through_and_refuses_until_it_is_mended() {
        let behind = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let proxy = Proxy::before(behind.local_addr().unwrap()).await.unwrap();
        proxy.cut_after(40_000);
        let mut phone = TcpStream::connect(proxy.address()).await.unwrap();
        let (mut hq, _) = behind.accept().await.unwrap();
        let sender = tokio::spawn(async move { phone.write_all(&vec![7; 200_000]).await });
        let mut arrived = Vec::new();
        let _ = hq.read_to_end(&mut arrived).await;
        proxy.cut_for_the(1).await.unwrap();
        assert_eq!((arrived.len(), proxy.carried()), (40_000, 40_000));
        let _ = sender.await.unwrap();

        let mut again = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(matches!(again.read(&mut [0; 1]).await, Ok(0) | Err(_)), "refused");

        proxy.restore();
        let mut phone = TcpStream::connect(proxy.address()).await.unwrap();
        let (mut hq, _) = behind.accept().await.unwrap();
        phone.write_all(b"there").await.unwrap();
        let mut there = [0; 5];
        hq.read_exact(&mut there).await.unwrap();
        hq.write_all(b"back").await.unwrap();
        let mut back = [0; 4];
        phone.read_exact(&mut back).await.unwrap();
        assert_eq!((&there, &back), (b"there", b"back"));
    }
}
