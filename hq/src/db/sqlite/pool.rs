use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

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
        Ok(Self::Threads { writer: spawn("hq-db-write", vec![writer])?, readers: spawn("hq-db-read", readers)? })
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

fn spawn(name: &str, connections: Vec<Connection>) -> Result<Sender<Job>> {
    let (sender, receiver) = channel::<Job>();
    let jobs: Arc<Mutex<Receiver<Job>>> = Arc::new(Mutex::new(receiver));
    for mut connection in connections {
        let jobs = Arc::clone(&jobs);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            loop {
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                match job {
                    Ok(job) => job(&mut connection),
                    Err(_) => return,
                }
            }
        });
        thread.map_err(|e| DbError::Backend(e.to_string()))?;
    }
    Ok(sender)
}
