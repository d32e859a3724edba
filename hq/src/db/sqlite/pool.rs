use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{DbError, Result};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Where a transaction stands when the gate is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// Nothing of it has happened.
    Begin,
    /// It is durable, and whoever asked for it has not heard so.
    Committed,
}

/// Asked around every transaction of a database that works in one thread: the place where a power cut is played, and where
/// other requests may come in between.
#[async_trait]
pub trait Gate: Send + Sync {
    /// May this HQ go on? If not, whoever asked gets the error, and nothing more is done.
    async fn pass(&self, at: Passage) -> Result<()>;
}

/// One writing thread and several reading ones, each with its own connection.
///
/// Async pools for SQLite were looked at (2026-11): each wants another rusqlite than ours, and none lets one connection
/// be the only one that writes.
pub(super) enum Pool {
    Threads {
        writer: Sender<Job>,
        readers: Sender<Job>,
    },
    /// No threads: see [`super::Sqlite::here`].
    Here {
        connection: Arc<Mutex<Connection>>,
        gate: Arc<dyn Gate>,
    },
}

impl Pool {
    pub(super) fn start(writer: Connection, readers: Vec<Connection>) -> Result<Self> {
        let (readers, reading) = spawn("hq-db-read", readers, Vec::new())?;
        let (writer, _) = spawn("hq-db-write", vec![writer], reading)?;
        Ok(Self::Threads { writer, readers })
    }
    pub(super) fn here(connection: Arc<Mutex<Connection>>, gate: Arc<dyn Gate>) -> Self {
        Self::Here { connection, gate }
    }
    pub(super) async fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match self {
            Self::Threads { readers, .. } => run(readers, |c| ask(c)).await,
            Self::Here { connection, .. } => ask(&connection.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
    pub(super) async fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match self {
            Self::Threads { writer, .. } => run(writer, act).await,
            Self::Here { connection, gate } => {
                gate.pass(Passage::Begin).await?;
                let out = act(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))?;
                gate.pass(Passage::Committed).await?;
                Ok(out)
            }
        }
    }
}

async fn run<T: Send + 'static>(
    to: &Sender<Job>,
    act: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (reply, answer) = oneshot::channel();
    // Whoever asked may have gone away: the work is done all the same, its answer has no reader.
    let job: Job = Box::new(move |connection| drop(reply.send(act(connection))));
    to.send(job).map_err(|_| stopped())?;
    answer.await.map_err(|_| stopped())?
}

fn stopped() -> DbError {
    DbError::Backend("the database thread has stopped".into())
}

/// Threads that work until nobody can ask any more. Each lets go of its connection after the threads of `before` have let go of
/// theirs: only a connection that may write takes the log into the file as it leaves, and only the last one does so.
fn spawn(
    name: &str,
    connections: Vec<Connection>,
    before: Vec<JoinHandle<()>>,
) -> Result<(Sender<Job>, Vec<JoinHandle<()>>)> {
    let (sender, receiver) = channel::<Job>();
    let jobs: Arc<Mutex<Receiver<Job>>> = Arc::new(Mutex::new(receiver));
    let before = Arc::new(Mutex::new(before));
    let mut threads = Vec::new();
    for mut connection in connections {
        let (jobs, before) = (Arc::clone(&jobs), Arc::clone(&before));
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            loop {
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                match job {
                    Ok(job) => job(&mut connection),
                    Err(_) => break,
                }
            }
            for thread in before.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                // One that panicked has let go, too.
                drop(thread.join());
            }
        });
        threads.push(thread.map_err(|e| DbError::Backend(e.to_string()))?);
    }
    Ok((sender, threads))
}
