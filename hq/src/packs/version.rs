use std::cmp::Ordering;

/// Order of versions as people write them: figures count as numbers (`2026.2` before `2026.10`), the rest as text, and
/// what goes on is later than what ends (`2026.1` before `2026.1-b1`).
pub fn order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (runs(a), runs(b));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if both_numbers(x, y) => {
                let (x, y) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
                // Of any length: more figures are a higher number.
                match x.len().cmp(&y.len()).then_with(|| x.cmp(y)) {
                    Ordering::Equal => {}
                    other => return other,
                }
            }
            (Some(x), Some(y)) => match x.cmp(y) {
                Ordering::Equal => {}
                other => return other,
            },
        }
    }
}

fn both_numbers(x: &str, y: &str) -> bool {
    [x, y].iter().all(|run| run.starts_with(|c: char| c.is_ascii_digit()))
}

/// Runs of figures and runs of anything else.
fn runs(version: &str) -> impl Iterator<Item = &str> {
    let mut rest = version;
    std::iter::from_fn(move || {
        let digits = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_as_people_count_them() {
        let rising = ["", "1", "2", "10", "2026.1", "2026.1-b1", "2026.1.1", "2026.2", "2026.10", "2026.010.1", "2027"];
        for (n, a) in rising.iter().enumerate() {
            for (m, b) in rising.iter().enumerate() {
                assert_eq!(order(a, b), n.cmp(&m), "{a} {b}");
            }
        }
        assert_eq!(order("2026.01", "2026.1"), Ordering::Equal);
    }
}
