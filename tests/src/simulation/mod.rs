//! The simulation: whole worlds in one thread and in virtual time, drawn from a seed.
//!
//! What it is: the production's code on both sides, unchanged: HQ's router over its SQLite backend and its ingest, the phone's
//! machine with its encoding and decoding of HTTP. Around it a disk that forgets what was not fsynced ([`objects`],
//! [`disk`]), power that goes at any step that makes something durable ([`power`]), a network ([`network`]), officers
//! ([`phone`]), somebody who means ill ([`rogue`]), and an oracle that judges everything with eyes of its own ([`audit`]).
//! What it is not: the phone's files (their own kill tests), TLS, or real time and real speed (the stories against a real HQ).
//!
//! Kept here: a seed is a world, the same in every run and on every machine · nothing the oracle knows comes from the code it
//! judges · every promise it watches has a planted bug ([`bugs`]) that it catches.
//!
//! Where next: [`world`] for what may happen, [`audit`] for what must hold, `tests/tests/simulation.rs` for how it is run.

pub mod audit;
pub mod bugs;
mod calm;
mod careless;
pub mod chance;
pub mod counts;
pub mod disk;
mod exchange;
mod happenings;
pub mod network;
pub mod objects;
pub mod office;
pub mod phone;
pub mod power;
pub mod rogue;
pub mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use self::audit::Broken;
use self::bugs::Bug;
use self::counts::Counts;
use self::objects::lock;
use self::world::World;

/// A seed whose world broke a promise.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The seed.
    pub seed: u64,
    /// What was broken.
    pub what: Broken,
    /// What happened, if it was traced.
    pub trace: Vec<String>,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "seed {}: {}", self.seed, self.what)?;
        write!(f, "replay: cargo xtask soak --seed {}", self.seed)
    }
}

/// Lives one world.
///
/// # Errors
/// The promise that was broken.
pub fn live(seed: u64, bug: Option<Bug>, traced: bool) -> Result<Counts, Fault> {
    let fault = |what: Broken, trace: &[String]| Fault { seed, what, trace: trace.to_vec() };
    // Before the runtime: preparing it takes one of its own.
    office::Template::get().map_err(|e| fault(format!("{e:#}"), &[]))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|e| fault(e.to_string(), &[]))?;
    runtime.block_on(async {
        let mut world = World::begin(seed, bug, traced).await.map_err(|what| fault(what, &[]))?;
        match world.live().await {
            Ok(()) => Ok(world.counts()),
            Err(what) => Err(fault(what, world.trace())),
        }
    })
}

/// Lives the worlds of these seeds on several threads, until one breaks a promise or `stop` says so. Gives what they did, and
/// the least of the seeds that failed.
pub fn live_many(
    seeds: std::ops::Range<u64>,
    threads: usize,
    stop: &AtomicBool,
    told: &(dyn Fn(&Counts) + Sync),
) -> (Counts, Option<Fault>) {
    let next = AtomicU64::new(seeds.start);
    let done = Mutex::new((Counts::default(), None::<Fault>));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let outcome = live(seed, None, false);
                    let mut done = lock(&done);
                    match outcome {
                        Ok(counts) => {
                            done.0 += counts;
                            told(&done.0);
                        }
                        Err(fault) => {
                            if done.1.as_ref().is_none_or(|f| fault.seed < f.seed) {
                                done.1 = Some(fault);
                            }
                            stop.store(true, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
