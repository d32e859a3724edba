use serde::{Deserialize, Serialize};

use super::{Checklist, Occasion, Subject, Text, applies, proposed};
use crate::conclusion::ConclusionRule;
use crate::ids::ListCode;

/// The rule that is taken where none proposes itself.
pub const FALLBACK_RULE: &str = "routine";

/// A list by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ListTitle {
    /// Code.
    pub code: ListCode,
    /// Title.
    pub title: Text,
    /// Version.
    pub version: String,
    /// Items.
    pub items: u32,
    /// Where it comes from.
    pub source: Option<Text>,
}

/// A list as it would be for a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ListProposal {
    /// Code, title, version.
    pub title: ListTitle,
    /// Whether it is proposed.
    pub proposed: bool,
    /// Items that apply to the subject.
    pub applicable: u32,
    /// Of these, items that an item of another list asks too, by that list.
    pub same: Vec<SameAsked>,
}

/// Items that need not be asked here if another list is worked through too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct SameAsked {
    /// The other list.
    pub list: ListCode,
    /// How many.
    pub items: u32,
}

impl ListTitle {
    /// The title of a list.
    pub fn of(list: &Checklist) -> Self {
        Self {
            code: list.code.clone(),
            title: list.title.clone(),
            version: list.version.clone(),
            items: count(list.items().count()),
            source: list.source.clone(),
        }
    }
}

/// What each of `lists` would ask of `subject` on this `occasion`, and what of it another of them asks as well; proposed
/// ones first, in the order given.
pub fn propose_lists(lists: &[&Checklist], subject: &Subject, occasion: &Occasion) -> Vec<ListProposal> {
    let mut all: Vec<_> = lists.iter().map(|list| propose_list(list, lists, subject, occasion)).collect();
    all.sort_by_key(|list| !list.proposed);
    all
}

fn propose_list(list: &Checklist, all: &[&Checklist], subject: &Subject, occasion: &Occasion) -> ListProposal {
    let applicable: Vec<_> = list.items().filter(|item| applies(item, subject)).collect();
    let mut same: Vec<SameAsked> = Vec::new();
    for other in applicable.iter().filter_map(|item| item.same_as.as_ref()) {
        let home = all.iter().find(|l| l.item(other).is_some_and(|item| applies(item, subject)));
        let Some(home) = home else { continue };
        match same.iter_mut().find(|s| s.list == home.code) {
            Some(known) => known.items += 1,
            None => same.push(SameAsked { list: home.code.clone(), items: 1 }),
        }
    }
    ListProposal {
        title: ListTitle::of(list),
        proposed: proposed(list.proposed_if.as_deref(), subject, occasion),
        applicable: count(applicable.len()),
        same,
    }
}

/// The rule whose own words say that it fits; of several the first by code; where none does, [`FALLBACK_RULE`].
pub fn propose_rule<'a>(
    rules: impl IntoIterator<Item = &'a ConclusionRule>,
    subject: &Subject,
    occasion: &Occasion,
) -> Option<&'a ConclusionRule> {
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by(|a, b| a.code.as_str().cmp(b.code.as_str()));
    let fits = rules.iter().find(|r| proposed(r.proposed_if.as_deref(), subject, occasion));
    fits.or_else(|| rules.iter().find(|r| r.code.as_str() == FALLBACK_RULE)).copied()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::InspectionKind;

    fn list(code: &str, proposed_if: Option<&str>, items: &[(&str, Option<&str>, Option<&str>)]) -> Checklist {
        let text = |t: &str| serde_json::json!({ "zh-Hans": t });
        let items: Vec<_> = items
            .iter()
            .map(|(code, applies_if, same_as)| {
                serde_json::json!({
                    "code": code, "text": text(code), "how": text("看"), "methods": ["observe"],
                    "key": {"value": false, "mark": "D"}, "basis": [], "severity": "minor",
                    "applies_if": applies_if, "same_as": same_as,
                })
            })
            .collect();
        serde_json::from_value(serde_json::json!({
            "code": code, "version": "1", "title": text(code), "proposed_if": proposed_if,
            "sections": [{"code": "one", "title": text("一"), "items": items}],
        }))
        .unwrap()
    }
    fn rule(code: &str, proposed_if: Option<&str>) -> ConclusionRule {
        let text = serde_json::json!({ "zh-Hans": code });
        serde_json::from_value(serde_json::json!({
            "code": code, "version": "1", "title": text, "source": text, "mark": "M", "proposed_if": proposed_if,
            "outcomes": [{"code": "pass", "title": text}],
        }))
        .unwrap()
    }
    fn wholesaler() -> Subject {
        Subject { kind: "wholesale".into(), modes: vec![], flags: vec!["cold_chain".into()] }
    }

    #[test]
    fn proposed_lists_come_first_with_what_applies_and_what_another_asks_too() {
        let plain = list("AAA", None, &[("AAA-01", None, None)]);
        let retail = list(
            "BBB",
            Some("true"),
            &[
                ("BBB-01", None, Some("CCC-01")),
                ("BBB-02", Some("subject.kind == 'retail'"), Some("CCC-02")),
                ("BBB-03", None, Some("CCC-03")),
            ],
        );
        let cold = list(
            "CCC",
            Some("'cold_chain' in subject.flags"),
            &[("CCC-01", None, None), ("CCC-02", None, None), ("CCC-03", Some("false"), None)],
        );
        let all = propose_lists(&[&plain, &retail, &cold], &wholesaler(), &Occasion::default());
        let told: Vec<_> = all.iter().map(|l| (l.title.code.as_str(), l.proposed, l.applicable)).collect();
        assert_eq!(told, [("BBB", true, 2), ("CCC", true, 2), ("AAA", false, 1)]);
        // BBB-02 does not apply, and CCC-03 would not be asked of this firm: neither is asked twice.
        assert_eq!(all[0].same, [SameAsked { list: "CCC".parse().unwrap(), items: 1 }]);
    }

    #[test]
    fn a_rule_proposes_itself_the_first_by_code_counts_and_routine_is_the_fallback() {
        let rules = [
            rule("z-licence", Some("inspection.kind == 'licence_verification'")),
            rule("routine", None),
            rule("a-licence", Some("inspection.kind == 'licence_verification'")),
        ];
        let code = |rules: &[ConclusionRule], kind| {
            let occasion = Occasion { kind, ..Occasion::default() };
            propose_rule(rules, &wholesaler(), &occasion).map(|r| r.code.to_string())
        };
        assert_eq!(code(&rules, InspectionKind::LicenceVerification).as_deref(), Some("a-licence"));
        assert_eq!(code(&rules, InspectionKind::Reopening).as_deref(), Some("routine"));
        assert_eq!(code(&rules[..1], InspectionKind::Routine), None);
    }
}
