//! A draft and the newest version of its lists: what it says otherwise, and moving to it. Nothing that was said is lost: each
//! answer names the version it was given under, and stays beside the sentence that was seen.

use std::collections::BTreeMap;

use xuncha_core::Failure;
use xuncha_core::checklist::diff::{Field, ItemDiff, ListDiff};
use xuncha_core::checklist::{Checklist, Item, ListTitle, applies};
use xuncha_core::event::{ListChanged, ListRef, PackKind};
use xuncha_core::ids::{InspectionId, ListCode};
use xuncha_core::inspection::{Inspection, Touched};
use xuncha_core::register::Register;

use super::Device;
use super::desk::Desk;
use super::verbs::{MoveList, NewerListArgs};
use super::views::{Delta, NewerItem, NewerListView, Stage};

/// Lists of an inspection of which this phone has a newer version, with that version.
pub(super) fn versions(desk: &Desk, inspection: &Inspection) -> Result<BTreeMap<ListCode, String>, Failure> {
    let packs = desk.index.packs(PackKind::List)?;
    let newest = |list: &ListRef| {
        let pack = packs.iter().find(|p| p.code == list.code.as_str())?;
        (pack.sha256 != list.sha256).then(|| (list.code.clone(), pack.version.clone()))
    };
    Ok(inspection.list_refs().iter().filter_map(newest).collect())
}

impl Desk {
    /// The version in use and the newest one.
    fn in_use_and_newest(&mut self, id: &InspectionId, list: &ListCode) -> Result<(ListRef, ListRef), Failure> {
        let in_use = self.inspection(id)?.inspection.list_refs().into_iter().find(|l| &l.code == list);
        let in_use = in_use.ok_or_else(|| Failure::never("list.not_in_use").with("list", list))?;
        let newest = self.list_refs(std::slice::from_ref(list))?.pop();
        match newest.filter(|l| l.sha256 != in_use.sha256) {
            Some(newest) => Ok((in_use, newest)),
            None => Err(Failure::never("list.newest").with("list", list)),
        }
    }

    fn newer_list(&mut self, args: &NewerListArgs) -> Result<NewerListView, Failure> {
        let (in_use, newest) = self.in_use_and_newest(&args.inspection, &args.list)?;
        let (old, new) = (self.packs.list(&in_use.sha256)?, self.packs.list(&newest.sha256)?);
        let inspection = &self.inspection(&args.inspection)?.inspection;
        let start = inspection.start().ok_or_else(|| Failure::never("inspection.unknown"))?;
        let subject = &start.value.firm.subject;
        let diff = ListDiff::between(&old, &new);
        let asked = |list: &Checklist, item: &ItemDiff| list.item(item.item()).filter(|i| applies(i, subject)).cloned();
        let items = diff.items.iter().filter_map(|d| one(inspection, d, asked(&old, d), asked(&new, d)));
        Ok(NewerListView {
            title: ListTitle::of(&new),
            sha256: newest.sha256,
            from: in_use.version,
            items: items.collect(),
            unchanged: u32::try_from(diff.unchanged.len()).unwrap_or(u32::MAX),
            framed: !diff.head.is_empty() || !diff.sections.is_empty(),
        })
    }

    fn move_list(&mut self, args: &MoveList) -> Result<Touched, Failure> {
        if self.writable(&args.inspection)? == Stage::Sealed {
            return Err(Failure::never("inspection.sealed"));
        }
        let (in_use, newest) = self.in_use_and_newest(&args.inspection, &args.list)?;
        if newest.sha256 != args.to {
            // A still newer one came while the difference was on the screen.
            return Err(Failure::after_action("list.newer_again").with("list", &args.list));
        }
        self.packs.list(&newest.sha256)?;
        let register = self.inspection(&args.inspection)?.inspection.list_change(&args.list);
        let over = register.map(Register::head_ids).unwrap_or_default();
        let reason = format!("{} → {}", in_use.version, newest.version);
        self.write_list_change(&args.inspection, over, ListChanged { list: newest, added: true, reason })
    }
}

/// An item that changed; none where it was never asked of this subject, is not now, and nothing was said of it.
fn one(inspection: &Inspection, diff: &ItemDiff, old: Option<Item>, new: Option<Item>) -> Option<NewerItem> {
    let code = diff.item();
    let spoken = inspection.speaks_of(code);
    if old.is_none() && new.is_none() && !spoken {
        return None;
    }
    let fields = match diff {
        ItemDiff::Changed { fields, moved, .. } => {
            let said = fields.iter().map(|c| c.field).filter(|f| *f != Field::Text).map(|f| f.key().to_owned());
            said.chain(moved.iter().map(|_| "place".to_owned())).collect()
        }
        ItemDiff::Added { .. } | ItemDiff::Removed { .. } => Vec::new(),
    };
    let answered = inspection.answer(code).is_some_and(|r| r.value().is_some());
    let (before, after) = (old.map(|i| i.text), new.map(|i| i.text));
    let again = answered && before.is_some() && after.is_some() && before != after;
    Some(NewerItem { item: code.clone(), before, after, fields, spoken, again })
}

impl Device {
    pub(super) async fn newer_list(&self, args: NewerListArgs) -> Result<NewerListView, Failure> {
        self.blocking(move |d| d.at_desk(|desk| desk.newer_list(&args))).await
    }

    pub(super) async fn move_list(&self, args: MoveList) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| desk.move_list(&args)).await
    }
}
