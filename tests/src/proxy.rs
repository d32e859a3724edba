//! A wire that can be cut: a TCP proxy between a phone and HQ.
//!
//! What it is: faults, each by itself or together ([`Proxy::cut_after`], [`Proxy::cut_each`],
//! [`Proxy::cut_each_answer`], [`Proxy::refuse`], [`Proxy::stall`], [`Proxy::pace`]), and a count of what went through. What it is not: a reader of what it carries, which is TLS from end
//! to end; whoever wants to know what arrived asks HQ.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::trace::Trace;

/// Bytes read at a time: a cut is exact, whatever this is.
const PIECE: usize = 16 * 1024;
/// A budget nobody uses up.
const ENDLESS: u64 = u64::MAX;
/// What a slow line holds in its queue before it takes no more, as a phone's radio does.
const QUEUE: u32 = 64 * 1024;

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
    /// Bytes from HQ that went through.
    returned: AtomicU64,
    refuses: AtomicBool,
    /// Connections that began before this one carry nothing any more, and nobody is told.
    stalled: watch::Sender<u64>,
    connections: AtomicU64,
    cuts: watch::Sender<u64>,
    /// Every connection carries so many bytes, then is cut, and for a while none is let in.
    each: Mutex<Option<Each>>,
    /// How fast bytes from the phone go through.
    trace: Mutex<Option<Arc<Trace>>>,
}

#[derive(Clone, Copy)]
struct Each {
    /// From the phone.
    up: u64,
    /// From HQ.
    down: u64,
    refusal: Duration,
    /// Nobody is let in before this.
    closed_until: Option<Instant>,
    /// Connections that were cut.
    cuts: u64,
}

impl Proxy {
    /// Begins to carry everything to `target`.
    pub async fn before(target: SocketAddr) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // Inherited by what is accepted: otherwise loopback would queue megabytes that no radio holds.
        socket.set_recv_buffer_size(QUEUE)?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(128)?;
        let address = listener.local_addr()?;
        let wire = Arc::new(Wire {
            target,
            budget: AtomicU64::new(ENDLESS),
            carried: AtomicU64::new(0),
            returned: AtomicU64::new(0),
            refuses: AtomicBool::new(false),
            stalled: watch::Sender::new(0),
            connections: AtomicU64::new(0),
            cuts: watch::Sender::new(0),
            each: Mutex::new(None),
            trace: Mutex::new(None),
        });
        let task = tokio::spawn(listen(listener, wire.clone()));
        Ok(Self { address, wire, task })
    }

    /// Where phones connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it carries everything to.
    pub fn leads_to(&self) -> SocketAddr {
        self.wire.target
    }

    /// Lets `bytes` more from the phone through, then cuts every connection in the middle and refuses new ones.
    pub fn cut_after(&self, bytes: u64) {
        self.wire.budget.store(bytes, Ordering::SeqCst);
        self.wire.refuses.store(false, Ordering::SeqCst);
    }

    /// Cuts each connection after it has carried `bytes` from the phone, and lets none in for `refusal` after a cut.
    pub fn cut_each(&self, bytes: u64, refusal: Duration) {
        self.each(bytes, ENDLESS, refusal);
    }

    /// As [`Proxy::cut_each`], counting what comes from HQ.
    pub fn cut_each_answer(&self, bytes: u64, refusal: Duration) {
        self.each(ENDLESS, bytes, refusal);
    }

    fn each(&self, up: u64, down: u64, refusal: Duration) {
        *lock(&self.wire.each) = Some(Each { up, down, refusal, closed_until: None, cuts: 0 });
    }

    /// Bytes from the phone go through as this trace says, beginning now.
    pub fn pace(&self, trace: Arc<Trace>) {
        trace.begin();
        *lock(&self.wire.trace) = Some(trace);
    }

    /// Every connection that is open now carries nothing any more and stays open, as when a phone changes its network.
    pub fn stall(&self) {
        self.wire.stalled.send_replace(self.wire.connections.load(Ordering::SeqCst));
    }

    /// Cuts every connection now and refuses new ones.
    pub fn refuse(&self) {
        self.wire.cut();
    }

    /// Carries everything again.
    pub fn restore(&self) {
        *lock(&self.wire.each) = None;
        *lock(&self.wire.trace) = None;
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

    /// Bytes from HQ that went through since the beginning.
    pub fn returned(&self) -> u64 {
        self.wire.returned.load(Ordering::SeqCst)
    }

    /// Connections that [`Proxy::cut_each`] has cut.
    pub fn cuts_of_each(&self) -> u64 {
        lock(&self.wire.each).map_or(0, |each| each.cuts)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.wire.cut();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Wire {
    /// How many of `bytes` may go through.
    fn take(&self, bytes: u64) -> u64 {
        let spend = |budget: u64| Some(if budget == ENDLESS { ENDLESS } else { budget.saturating_sub(bytes) });
        let before = self.budget.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend).unwrap_or(ENDLESS);
        bytes.min(before)
    }

    fn cut(&self) {
        // Several connections share one budget: they are one cut.
        if !self.refuses.swap(true, Ordering::SeqCst) {
            self.cuts.send_modify(|n| *n += 1);
        }
    }

    /// This connection has carried what each may.
    fn cut_one(&self) {
        if let Some(each) = lock(&self.each).as_mut() {
            each.closed_until = Some(Instant::now() + each.refusal);
            each.cuts += 1;
        }
    }

    fn lets_in(&self) -> bool {
        let closed = lock(&self.each).and_then(|each| each.closed_until).is_some_and(|until| Instant::now() < until);
        !closed && !self.refuses.load(Ordering::SeqCst)
    }

    async fn carry(&self, mut phone: TcpStream, mut cuts: watch::Receiver<u64>) -> std::io::Result<()> {
        let own_number = self.connections.fetch_add(1, Ordering::SeqCst) + 1;
        let mut stalled = self.stalled.subscribe();
        let mut hq = TcpStream::connect(self.target).await?;
        phone.set_nodelay(true)?;
        hq.set_nodelay(true)?;
        let (mut from_phone, mut to_phone) = phone.split();
        let (mut from_hq, mut to_hq) = hq.split();
        let up = async {
            let mut piece = vec![0; PIECE];
            let mut own = 0;
            loop {
                let each = lock(&self.each).map_or(ENDLESS, |each| each.up);
                let trace = lock(&self.trace).clone();
                let most = match &trace {
                    Some(trace) => trace.room().await,
                    None => PIECE,
                };
                let n = from_phone.read(&mut piece[..most.min(PIECE)]).await?;
                if let Some(trace) = trace {
                    trace.used(n).await;
                }
                let may = (n as u64).min(u64::saturating_sub(each, own));
                // `n` is at most PIECE, and so is what may go through of it.
                let taken = self.take(may) as usize;
                to_hq.write_all(&piece[..taken]).await?;
                own += taken as u64;
                self.carried.fetch_add(taken as u64, Ordering::SeqCst);
                if (taken as u64) < may {
                    self.cut();
                } else if taken < n {
                    self.cut_one();
                }
                if taken < n || n == 0 {
                    return Ok(());
                }
            }
        };
        let down = async {
            let mut piece = vec![0; PIECE];
            let mut own = 0;
            loop {
                let each = lock(&self.each).map_or(ENDLESS, |each| each.down);
                let n = from_hq.read(&mut piece).await?;
                // `n` is at most PIECE, and so is what may go through of it.
                let taken = (n as u64).min(u64::saturating_sub(each, own)) as usize;
                to_phone.write_all(&piece[..taken]).await?;
                own += taken as u64;
                self.returned.fetch_add(taken as u64, Ordering::SeqCst);
                if taken < n {
                    self.cut_one();
                }
                if taken < n || n == 0 {
                    return Ok(());
                }
            }
        };
        let carried = async {
            tokio::select! {
                done = up => done,
                done = down => done,
                () = async { drop(stalled.wait_for(|before| own_number <= *before).await) } => std::future::pending().await,
            }
        };
        tokio::select! {
            done = carried => done,
            _ = cuts.changed() => Ok(()),
        }
    }
}

async fn listen(listener: TcpListener, wire: Arc<Wire>) {
    while let Ok((phone, _)) = listener.accept().await {
        let cuts = wire.cuts.subscribe();
        if !wire.lets_in() {
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

    /// Bytes that one connection brings through, and what it ends with.
    async fn pushes(proxy: &Proxy, behind: &TcpListener, bytes: usize) -> usize {
        let mut phone = TcpStream::connect(proxy.address()).await.unwrap();
        let Ok(accepted) = tokio::time::timeout(Duration::from_millis(100), behind.accept()).await else { return 0 };
        let (mut hq, _) = accepted.unwrap();
        tokio::spawn(async move { phone.write_all(&vec![7; bytes]).await });
        let mut arrived = Vec::new();
        let _ = hq.read_to_end(&mut arrived).await;
        arrived.len()
    }

    #[tokio::test]
    async fn each_connection_is_cut_by_itself_and_for_a_moment_none_is_let_in() {
        let behind = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let proxy = Proxy::before(behind.local_addr().unwrap()).await.unwrap();
        proxy.cut_each(50_000, Duration::from_millis(200));
        assert_eq!(pushes(&proxy, &behind, 200_000).await, 50_000);
        assert_eq!(pushes(&proxy, &behind, 200_000).await, 0, "refused");
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert_eq!(pushes(&proxy, &behind, 200_000).await, 50_000);
        assert_eq!((proxy.cuts_of_each(), proxy.carried()), (2, 100_000));
    }

    #[tokio::test]
    async fn a_trace_lets_through_what_it_has_room_for_and_no_more() {
        let behind = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let proxy = Proxy::before(behind.local_addr().unwrap()).await.unwrap();
        // 100 packets in the first 300 ms, nothing for 300 ms, and so on.
        let text: String = (0..100).map(|n| format!("{}\n", n * 3)).chain(["600\n".to_owned()]).collect();
        proxy.pace(Arc::new(Trace::read(&text).unwrap()));
        let began = Instant::now();
        let mut phone = TcpStream::connect(proxy.address()).await.unwrap();
        let (mut hq, _) = behind.accept().await.unwrap();
        tokio::spawn(async move { phone.write_all(&vec![7; 300_000]).await });
        let mut arrived = vec![0; 300_000];
        hq.read_exact(&mut arrived).await.unwrap();
        let took = began.elapsed();
        // 200 packets: the second hundred begins at 600 ms.
        assert!((Duration::from_millis(850)..Duration::from_millis(1_600)).contains(&took), "{took:?}");
    }
}
