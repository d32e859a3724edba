//! The tables beside items: rows kept as typed, read and judged by core.

use xuncha_core::Failure;
use xuncha_core::event::TableSet;
use xuncha_core::inspection::Touched;
use xuncha_core::tables;

use crate::clock;

use super::Device;
use super::desk::Desk;
use super::verbs::{TableArgs, TableLook};
use super::views::{Delta, Stage, TableLooked};
use super::write::over;

impl Desk {
    fn table(&mut self, args: TableArgs) -> Result<Touched, Failure> {
        let stage = self.writable(&args.inspection)?;
        self.known_item(&args.inspection, &args.item)?;
        let open = self.inspection(&args.inspection)?;
        let kind = open.pinned.item(&args.item).and_then(|(_, _, item)| item.table);
        let kind = kind.ok_or_else(|| Failure::never("table.none").with("item", &args.item))?;
        tables::check_limits(kind, &args.rows)?;
        let correction = args.correction.filter(|c| !c.trim().is_empty());
        if stage == Stage::Sealed && correction.is_none() {
            return Err(Failure::after_action("correction.reason_missing"));
        }
        let over = over(open.inspection.table(&args.item), &args.seen);
        let event = TableSet { item: args.item, kind, rows: args.rows, correction };
        Ok(self.write(event.into(), Some(&args.inspection), over, Vec::new(), None)?.1)
    }
}

impl Device {
    pub(super) async fn table(&self, args: TableArgs) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| desk.table(args)).await
    }

    /// What the screen asks while rows are being typed.
    pub(super) async fn table_look(&self, args: TableLook) -> Result<TableLooked, Failure> {
        self.blocking(move |d| {
            // Nothing of the desk is needed, but nobody is answered while the phone is locked.
            d.at_desk(|_| Ok(()))?;
            tables::check_limits(args.kind, &args.rows)?;
            let today = clock::today().parse().ok();
            Ok(TableLooked {
                rows: tables::look(args.kind, &args.rows, today),
                proposals: today.map(|today| tables::judge(args.kind, &args.rows, today)).unwrap_or_default(),
            })
        })
        .await
    }
}
