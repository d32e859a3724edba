//! Figures and their limits, for people and for programs.

use std::borrow::Cow;

use serde::Serialize;

/// One promise and what was measured.
#[derive(Debug, Serialize)]
pub struct Line {
    /// What was measured, e.g. `answer.p95`.
    pub name: Cow<'static, str>,
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
pub struct Report {
    lines: Vec<Line>,
    keys: serde_json::Map<String, serde_json::Value>,
}

impl Report {
    /// `figure` may be at most `limit` times what it stands beside.
    pub fn at_most(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        unit: &'static str,
        figure: f64,
        beside: f64,
        limit: f64,
    ) {
        self.add(name.into(), unit, figure, beside, limit, "at_most");
    }
    /// `figure` must be at least `limit` times what it stands beside.
    pub fn at_least(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        unit: &'static str,
        figure: f64,
        beside: f64,
        limit: f64,
    ) {
        self.add(name.into(), unit, figure, beside, limit, "at_least");
    }
    /// A figure under a key of its own in the JSON object.
    pub fn key(&mut self, name: &str, figure: f64) {
        self.keys.insert(name.to_owned(), figure.into());
    }

    fn add(
        &mut self,
        name: Cow<'static, str>,
        unit: &'static str,
        figure: f64,
        beside: f64,
        limit: f64,
        bound: &'static str,
    ) {
        let ratio = figure / beside;
        let holds = if bound == "at_most" { ratio <= limit } else { ratio >= limit };
        self.lines.push(Line { name, figure, beside, unit, ratio, limit, bound, holds });
    }

    /// Prints it.
    pub fn print(&self, json: bool) {
        if json {
            let holds = self.lines.iter().all(|l| l.holds);
            let mut all = serde_json::json!({ "figures": self.lines, "holds": holds });
            if let Some(object) = all.as_object_mut() {
                object.extend(self.keys.clone());
            }
            println!("{all}");
            return;
        }
        for l in &self.lines {
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
