//! What screens ask: today, a task, an inspection, the law.

use xuncha_core::Failure;
use xuncha_core::checklist::{ListTitle, Occasion, propose_lists};
use xuncha_core::event::{PackKind, TaskAssigned};
use xuncha_core::feed::Place;
use xuncha_core::firm::{FindingState, LatLon};
use xuncha_core::identifiers::{self, Checked};
use xuncha_core::law::Instrument;

use crate::clock;

use super::Device;
use super::desk::Desk;
use super::show;
use super::verbs::{
    CheckNumber, InspectionArgs, InstrumentArgs, LawArgs, ListItemArgs, Nothing, ProposeArgs, TaskArgs, TodayArgs,
    ViolationsArgs,
};
use super::views::*;

/// Sealed inspections on the first screen.
const SEALED_SHOWN: u32 = 50;
/// Days after which lists count as old.
const LISTS_OLD_DAYS: i32 = 30;

impl Desk {
    fn task_row(&self, task: &TaskAssigned, here: Option<&Place>) -> TaskRow {
        let open = task.firm.findings.iter().filter(|f| f.state != FindingState::Closed).count();
        TaskRow {
            id: task.task.clone(),
            title: task.title.clone(),
            firm: task.firm.name.clone(),
            address: task.firm.address.clone(),
            due: task.due.clone(),
            due_in_days: task.due.as_deref().and_then(|due| days_until(due, &clock::today())),
            distance_m: here.zip(task.firm.position).map(|(h, p)| metres(LatLon { lat: h.lat, lon: h.lon }, p)),
            lists: task.lists.iter().map(|l| l.code.clone()).collect(),
            kind: task.kind,
            modes: task.modes.clone(),
            open_findings: u32::try_from(open).unwrap_or(u32::MAX),
        }
    }

    fn today(&self, here: Option<&Place>) -> Result<Today, Failure> {
        let drafts = self.index.inspections(&[Stage::Draft, Stage::Signing], 500)?;
        let mut tasks = Vec::new();
        for task in self.index.tasks()? {
            if task.assignees.contains(self.user()) && self.index.inspections_of(&task.task)?.is_empty() {
                tasks.push(self.task_row(&task, here));
            }
        }
        if here.is_some() {
            tasks.sort_by_key(|t| (t.distance_m.is_none(), t.distance_m));
        }
        let mut notices = self.notices().to_vec();
        notices.extend(self.keeping_notices()?);
        notices.extend(self.room_notice()?);
        let lists_as_of = self.index.packs(PackKind::List)?.into_iter().map(|p| p.published).max();
        let age = lists_as_of.as_deref().and_then(|at| days_until(&clock::today(), at.get(..10)?));
        if let Some(days) = age.filter(|d| *d > LISTS_OLD_DAYS) {
            let params = [("days".to_owned(), days.to_string())].into();
            notices.push(Notice { code: "lists.old".into(), params });
        }
        Ok(Today {
            drafts,
            tasks,
            sealed: self.index.inspections(&[Stage::Sealed], SEALED_SHOWN)?,
            only_here: self.index.only_here()?,
            room: self.room()?,
            last_contact: self.checkpoint.as_ref().map(|c| c.time.clone()),
            lists_as_of,
            notices,
            officer: self.officer(),
        })
    }

    fn task_view(&self, args: &TaskArgs) -> Result<TaskView, Failure> {
        let task = self.index.task(&args.task)?.ok_or_else(|| Failure::never("task.unknown"))?;
        let lists = task.lists.iter().map(|l| Ok(ListTitle::of(&*self.packs.list(&l.sha256)?)));
        Ok(TaskView {
            row: self.task_row(&task, None),
            lists: lists.collect::<Result<_, Failure>>()?,
            inspections: self.index.inspections_of(&task.task)?,
            firm: task.firm,
            note: task.note,
            origin: task.origin,
        })
    }

    fn laws(&self) -> Result<std::sync::Arc<xuncha_core::law::LawLibrary>, Failure> {
        let pack = self.index.packs(PackKind::Laws)?.into_iter().next();
        self.packs.laws(&pack.ok_or_else(|| Failure::after_action("laws.not_here"))?.sha256)
    }
}

impl Device {
    pub(super) async fn today(&self, args: TodayArgs) -> Result<Today, Failure> {
        self.blocking(move |d| d.at_desk(|desk| desk.today(args.here.as_ref()))).await
    }

    pub(super) async fn task(&self, args: TaskArgs) -> Result<TaskView, Failure> {
        self.at_desk(|desk| desk.task_view(&args))
    }

    pub(super) async fn lists(&self, _: Nothing) -> Result<Vec<ListTitle>, Failure> {
        self.at_desk(|desk| {
            let packs = desk.index.packs(PackKind::List)?;
            packs.iter().map(|p| Ok(ListTitle::of(&*desk.packs.list(&p.sha256)?))).collect()
        })
    }

    pub(super) async fn propose(&self, args: ProposeArgs) -> Result<ProposalView, Failure> {
        self.at_desk(|desk| {
            let occasion = Occasion { kind: args.kind, modes: args.modes, focus: args.focus };
            let packs = desk.index.packs(PackKind::List)?;
            let lists = packs.iter().map(|p| desk.packs.list(&p.sha256)).collect::<Result<Vec<_>, _>>()?;
            let lists: Vec<_> = lists.iter().map(|list| &**list).collect();
            let lists = propose_lists(&lists, &args.subject, &occasion);
            let rule = desk.rule_ref(None, &args.subject, &occasion)?;
            let rule_title = desk.packs.rule(&rule.sha256)?.title.clone();
            Ok(ProposalView { lists, rule: rule.code, rule_title })
        })
    }

    pub(super) async fn laws(&self, _: Nothing) -> Result<Vec<LawRow>, Failure> {
        self.at_desk(|desk| {
            let laws = desk.laws()?;
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let row = |law: &Instrument| LawRow {
                instrument: law.head(),
                articles: count(law.articles.len()),
                unread: count(law.articles.iter().filter(|a| a.text.is_none()).count()),
            };
            Ok(laws.instruments.iter().map(row).collect())
        })
    }

    pub(super) async fn list_item(&self, args: ListItemArgs) -> Result<ListItemView, Failure> {
        self.at_desk(|desk| {
            for pack in desk.index.packs(PackKind::List)? {
                let list = desk.packs.list(&pack.sha256)?;
                let places = list.sections.iter().flat_map(|s| s.items.iter().map(move |item| (s, item)));
                if list.code == args.list
                    && let Some((section, item)) = places.into_iter().find(|(_, item)| item.code == args.item)
                {
                    return Ok(ListItemView {
                        list: ListTitle::of(&list),
                        section: section.title.clone(),
                        item: item.clone(),
                    });
                }
            }
            Err(Failure::never("item.unknown").with("item", &args.item))
        })
    }

    pub(super) async fn instrument(&self, args: InstrumentArgs) -> Result<Instrument, Failure> {
        self.at_desk(|desk| {
            let found = desk.laws()?.instruments.iter().find(|i| i.code == args.law).cloned();
            found.ok_or_else(|| Failure::never("law.unknown").with("law", &args.law))
        })
    }

    pub(super) async fn check_number(&self, args: CheckNumber) -> Result<Checked, Failure> {
        let context = identifiers::Context { today: clock::today().parse().ok(), class: args.class };
        Ok(identifiers::check(&args.text, args.kind.as_slice(), &context))
    }

    pub(super) async fn inspection(&self, args: InspectionArgs) -> Result<InspectionView, Failure> {
        self.blocking(move |d| {
            d.at_desk(|desk| {
                let view = show::inspection(desk, &args.inspection)?;
                desk.shown = Some(args.inspection.clone());
                Ok(view)
            })
        })
        .await
    }

    pub(super) async fn law(&self, args: LawArgs) -> Result<LawView, Failure> {
        self.at_desk(|desk| {
            let laws = desk.laws()?;
            let instrument = laws.instruments.iter().find(|i| i.code == args.law);
            let instrument = instrument.ok_or_else(|| Failure::never("law.unknown").with("law", &args.law))?;
            let article = instrument.articles.iter().find(|a| a.article == args.article).cloned();
            Ok(LawView { instrument: instrument.head(), article })
        })
    }

    pub(super) async fn violations(&self, args: ViolationsArgs) -> Result<ViolationsView, Failure> {
        self.at_desk(|desk| {
            let laws = desk.laws()?;
            let open = desk.inspection(&args.inspection)?;
            let (_, _, item) =
                open.pinned.item(&args.item).ok_or_else(|| Failure::never("item.unknown").with("item", &args.item))?;
            let codes: Vec<_> = item.violations.iter().map(|v| &v.code).collect();
            let violations = laws.violations.iter().filter(|v| codes.contains(&&v.code)).cloned().collect();
            Ok(ViolationsView { violations })
        })
    }
}

/// Whole days from `from` to `to` (ISO 8601 days); `None` for anything else.
fn days_until(to: &str, from: &str) -> Option<i32> {
    let (to, from): (jiff::civil::Date, jiff::civil::Date) = (to.parse().ok()?, from.parse().ok()?);
    from.until(to).ok().map(|span| span.get_days())
}

/// Great-circle distance in metres: near enough to put a street before the next district.
fn metres(a: LatLon, b: LatLon) -> u32 {
    let (lat1, lat2) = (a.lat.to_radians(), b.lat.to_radians());
    let (dlat, dlon) = ((b.lat - a.lat).to_radians(), (b.lon - a.lon).to_radians());
    let h = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlon / 2.0).sin().powi(2);
    (2.0 * 6_371_000.0 * h.sqrt().min(1.0).asin()).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_across_months_and_are_negative_when_overdue() {
        assert_eq!(days_until("2026-12-01", "2026-11-21"), Some(10));
        assert_eq!(days_until("2026-11-01", "2026-11-21"), Some(-20));
        assert_eq!(days_until("soon", "2026-11-21"), None);
    }

    #[test]
    fn a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() {
        let m = metres(LatLon { lat: 44.0, lon: 80.0 }, LatLon { lat: 45.0, lon: 80.0 });
        assert!((111_000..111_400).contains(&m), "{m}");
    }
}
