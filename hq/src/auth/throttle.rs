use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Counts what goes wrong per name (an account, an address) and asks for patience. In memory: a restart forgives.
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<String, (u32, Instant)>>);

/// Wrong tries that cost nothing.
const FREE: u32 = 5;
/// Longest wait.
const LONGEST: Duration = Duration::from_secs(300);
/// Names remembered; beyond it the oldest goes.
const NAMES: usize = 10_000;

impl Throttle {
    /// Seconds to wait before this name may try, if any.
    pub fn wait(&self, name: &str) -> Option<u64> {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (wrong, last) = map.get(name)?;
        let wait = wait_after(*wrong).checked_sub(last.elapsed())?;
        (!wait.is_zero()).then(|| wait.as_secs() + 1)
    }
    /// A try went wrong.
    pub fn wrong(&self, name: &str) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= NAMES
            && !map.contains_key(name)
            && let Some(oldest) = map.iter().min_by_key(|(_, (_, at))| *at).map(|(n, _)| n.clone())
        {
            map.remove(&oldest);
        }
        let entry = map.entry(name.to_owned()).or_insert((0, Instant::now()));
        *entry = (entry.0.saturating_add(1), Instant::now());
    }
    /// A try went right.
    pub fn right(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

fn wait_after(wrong: u32) -> Duration {
    match wrong.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(beyond) => Duration::from_secs(1 << beyond.min(9)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_with_wrong_tries_and_ends_with_a_right_one() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            assert_eq!(throttle.wait("zhang"), None);
            throttle.wrong("zhang");
        }
        let first = throttle.wait("zhang").unwrap();
        throttle.wrong("zhang");
        throttle.wrong("zhang");
        assert!(throttle.wait("zhang").unwrap() > first);
        assert_eq!(throttle.wait("li"), None);
        throttle.right("zhang");
        assert_eq!(throttle.wait("zhang"), None);
        assert_eq!(wait_after(u32::MAX), LONGEST);
    }
}
