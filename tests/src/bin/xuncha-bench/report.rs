//! Figures and their limits, for people and for programs.

use serde::Serialize;

/// One promise and what was measured.
#[derive(Debug, Serialize)]
pub struct Line {
    /// What was measured, e.g. `answer.p95`.
    pub name: &'static str,
    /// Our figure.
    pub figure: f64,
    /// What it stands beside, measured in the same run.
    pub beside: f64,
    /// Of both.
    pub unit: &'static str,
    /// figure ÷ beside.
    pub ratio: f64,
    /// The ratio's bound.
    pub limit: f64,
    /// At most or at least.
    pub bound: &'static str,
    /// Whether it is kept.
    pub holds: bool,
}

/// All lines of a run.
#[derive(Debug, Default)]
pub struct Report(Vec<Line>);

impl Report {
    /// `figure` may be at most `limit` times what it stands beside.
    pub fn at_most(&mut self, name: &'static str, unit: &'static str, figure: f64, beside: f64, limit: f64) {
        self.add(name, unit, figure, beside, limit, "at_most");
    }
    /// `figure` must be at least `limit` times what it stands beside.
    pub fn at_least(&mut self, name: &'static str, unit: &'static str, figure: f64, beside: f64, limit: f64) {
        self.add(name, unit, figure, beside, limit, "at_least");
    }

    fn add(
        &mut self,
        name: &'static str,
        unit: &'static str,
        figure: f64,
        beside: f64,
        limit: f64,
        bound: &'static str,
    ) {
        let ratio = figure / beside;
        let holds = if bound == "at_most" { ratio <= limit } else { ratio >= limit };
        self.0.push(Line { name, figure, beside, unit, ratio, limit, bound, holds });
    }

    /// Prints it.
    pub fn print(&self, json: bool) {
        if json {
            let holds = self.0.iter().all(|l| l.holds);
            println!("{}", serde_json::json!({ "figures": self.0, "holds": holds }));
            return;
        }
        for l in &self.0 {
            let sign = if l.bound == "at_most" { "≤" } else { "≥" };
            let verdict = if l.holds { "holds" } else { "MISSED" };
            println!(
                "{:<28} {:>9.2} beside {:>9.2} {:<4} ratio {:>6.2} (limit {sign} {:.2}) {verdict}",
                l.name, l.figure, l.beside, l.unit, l.ratio, l.limit
            );
        }
    }
}

/// The value below which `share` of all lie.
pub fn quantile(times: &[f64], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1;
    sorted[at]
}

/// Milliseconds since then.
pub fn ms(since: std::time::Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Kilobytes of a field of `/proc/<pid>/status`, e.g. `VmHWM`; 0 when the process is gone.
pub fn kib(pid: &str, field: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(field)?.strip_prefix(':'));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or(0.0)
}
