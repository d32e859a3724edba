//! What the inspector of the demonstration finds: an answer for every item that applies, and the evidence each answer needs.
//!
//! The lists are read from `checklists/`, so a new item is answered without a change here; only what is found amiss is
//! written down by name.

use anyhow::{Context as _, Result, anyhow, bail};
use xuncha_core::checklist::{self, EvidenceKind, Item, Subject, When, applies};
use xuncha_core::event::Outcome;

/// One item's answer.
#[derive(Debug, Clone)]
pub struct Step {
    /// The item.
    pub item: String,
    /// Its section as the page names it: `COLD/equipment`.
    pub section: String,
    /// The result.
    pub outcome: Outcome,
    /// Words of the inspector: a note, or the reason of 合理缺项.
    pub words: Option<&'static str>,
    /// Photos to take.
    pub photos: usize,
    /// Files to attach.
    pub files: usize,
    /// Numbers to measure, as typed.
    pub measures: Vec<&'static str>,
}

/// Items that are not simply in order. The words are what a record would say.
const FOUND: &[(&str, Outcome, &str)] = &[
    (
        "COLD-11",
        Outcome::NonConforming,
        "抽查近3个月记录：2号冷库10月14日03:00、03:30两次读数为8.5 ℃、8.4 ℃，系统有报警，未见处置和质量评估记录。",
    ),
    ("COLD-07", Outcome::Corrected, "1号冷库门口手持测温枪校准标签到期3日，现场停用并更换为已校准设备（编号W-0217）。"),
    ("COLD-15", Outcome::NotApplicable, "企业无自有车辆，冷链装车全部由受托承运单位完成，协议已核对。"),
    ("SUP-03", Outcome::NonConforming, "供货者A的授权书未载明授权销售的地域，有效期至上月末，之后仍有2笔采购。"),
    ("SUP-08", Outcome::NotApplicable, "企业未开展直调业务，系统内无直调单据。"),
    ("ACC-02", Outcome::NonConforming, "抽查5份进货查验记录，1份未记录生产批号，1份未记录运输条件。"),
];

/// Readings as typed at the site, in turn.
const READINGS: &[&str] = &["4.2", "4，6", "５.1", "3.9", "120", "48", "36"];

/// The answers for `subject` over `lists`, with at least `photos` photos in all.
pub fn plan(lists: &[&str], subject: &Subject, photos: usize) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    let mut readings = READINGS.iter().cycle();
    for code in lists {
        let file = crate::repository().join(format!("checklists/lists/{code}.yaml"));
        let yaml = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let list = checklist::parse(code, &yaml).map_err(|faults| anyhow!("{code}: {faults:?}"))?;
        for section in &list.sections {
            let items = section.items.iter().filter(|item| applies(item, subject));
            for item in items {
                let mut step = answer(item, &mut readings);
                step.section = format!("{code}/{}", section.code);
                steps.push(step);
            }
        }
    }
    spread(&mut steps, photos)?;
    Ok(steps)
}

fn answer<'a>(item: &Item, readings: &mut impl Iterator<Item = &'a &'static str>) -> Step {
    let found = FOUND.iter().find(|(code, ..)| *code == item.code.as_str());
    let outcome = found.map_or(Outcome::Conforms, |(_, outcome, _)| *outcome);
    let amiss = matches!(outcome, Outcome::NonConforming | Outcome::Corrected);
    let needed = |kind: EvidenceKind| {
        let holds = |when: When| match when {
            When::Checked => outcome != Outcome::NotApplicable,
            When::NonConforming => amiss,
        };
        let rules = item.evidence.iter().filter(|rule| rule.kind == kind && holds(rule.when));
        rules.map(|rule| rule.min as usize).max().unwrap_or(0)
    };
    Step {
        item: item.code.to_string(),
        section: String::new(),
        outcome,
        words: found.map(|(.., words)| *words),
        photos: needed(EvidenceKind::Photo),
        files: needed(EvidenceKind::File),
        measures: readings.take(needed(EvidenceKind::Measure)).copied().collect(),
    }
}

/// Gives what is amiss more pictures, in turn, until there are enough.
fn spread(steps: &mut [Step], photos: usize) -> Result<()> {
    let amiss: Vec<usize> = (0..steps.len())
        .filter(|&at| matches!(steps[at].outcome, Outcome::NonConforming | Outcome::Corrected))
        .collect();
    if amiss.is_empty() {
        bail!("nothing is amiss in this plan: more photos would have no place");
    }
    for turn in 0.. {
        if count(steps) >= photos {
            break;
        }
        steps[amiss[turn % amiss.len()]].photos += 1;
    }
    Ok(())
}

/// Photos of a plan.
pub fn count(steps: &[Step]) -> usize {
    steps.iter().map(|step| step.photos).sum()
}

/// A temperature logger's file: a reading each half hour for thirty days, and the excursion that COLD-11 speaks of. As many
/// loggers sold in China write it: GBK would be usual too, UTF-8 with BOM opens everywhere.
pub fn logger_file() -> String {
    let mut csv = String::from("\u{feff}序号,时间,通道1温度(℃),通道2温度(℃),湿度(%RH)\r\n");
    for reading in 0..30 * 48 {
        let (day, minute) = (1 + reading / 48, reading % 48 * 30);
        let wave = f64::from((reading * 37 % 48 - 24_i32).abs()) / 24.0;
        let excursion = if reading == 13 * 48 + 6 || reading == 13 * 48 + 7 { 5.0 } else { 0.0 };
        let (one, two) = (3.2 + wave + excursion, 3.5 + wave * 0.8 + excursion * 0.9);
        let line = format!(
            "{},2026-10-{day:02} {:02}:{:02}:00,{one:.1},{two:.1},{}\r\n",
            reading + 1,
            minute / 60,
            minute % 60,
            52 + reading % 7
        );
        csv.push_str(&line);
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject {
        crate::district::firms().swap_remove(0).1.subject
    }

    #[test]
    fn every_item_that_is_amiss_exists_in_the_lists_and_applies() {
        let steps = plan(&["COLD", "SUP", "ACC"], &subject(), 0).unwrap();
        for (code, outcome, _) in FOUND {
            assert!(steps.iter().any(|step| step.item == *code && step.outcome == *outcome), "{code}");
        }
        assert!(steps.len() >= 43, "{}", steps.len());
    }

    #[test]
    fn more_photos_go_to_what_is_amiss() {
        let few = plan(&["COLD", "SUP", "ACC"], &subject(), 0).unwrap();
        let many = plan(&["COLD", "SUP", "ACC"], &subject(), 60).unwrap();
        assert!(count(&few) < 60);
        assert_eq!(count(&many), 60);
        let same = few.iter().zip(&many).filter(|(few, many)| few.photos == many.photos);
        assert_eq!(same.count(), few.len() - 4);
    }

    #[test]
    fn the_loggers_file_shows_the_excursion_that_the_note_speaks_of() {
        let file = logger_file();
        let facts = xuncha_device::capture::logger_facts("冷库.csv", file.as_bytes());
        let facts = serde_json::to_value(facts).unwrap();
        assert_eq!(facts["lines"], 1 + 30 * 48, "{facts}");
        let reading = |line: &str| line.split(',').nth(2).unwrap().parse::<f64>().unwrap();
        let over: Vec<_> = file.lines().skip(1).filter(|line| reading(line) > 8.0).collect();
        let words = FOUND.iter().find(|(code, ..)| *code == "COLD-11").unwrap().2;
        assert_eq!(over.len(), 2, "{over:?}");
        for line in over {
            let (time, value) = (line.split(',').nth(1).unwrap(), reading(line));
            assert!(
                time.starts_with("2026-10-14 ") && words.contains(time.split(' ').nth(1).unwrap().get(..5).unwrap()),
                "{time}"
            );
            assert!(words.contains(&format!("{value:.1} ℃")), "{words}: {value}");
        }
    }
}
