//! What the screens are typed with is what the engine and HQ say: `ui/bindings/*.ts` are written from the Rust types, and a
//! committed file that no longer matches fails here. `cargo xtask bindings` writes them anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails loudly and speaks to whoever reads its output"
)]

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use ts_rs::{Config, TS, TypeVisitor};
use xuncha_device::app::verbs::{VerbVisitor, visit_verbs};
use xuncha_device::app::views::Happening;
use xuncha_hq::api::types as hq;

/// Declarations by name, with everything they lean on.
struct Declarations {
    config: Config,
    seen: HashSet<TypeId>,
    by_name: BTreeMap<String, (TypeId, String)>,
    verbs: String,
}

impl Declarations {
    fn new() -> Self {
        // 64-bit numbers that fit 2^53 by the limits of an entry travel as JSON numbers.
        let config = Config::new().with_large_int("number");
        Self { config, seen: HashSet::new(), by_name: BTreeMap::new(), verbs: String::new() }
    }

    fn add<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        // Only derived types have a place of their own; `Vec<T>` and `Option<T>` are walked through.
        if T::output_path().is_some() {
            let (name, own) = (T::ident(&self.config), TypeId::of::<T>());
            let docs = T::docs().unwrap_or_default();
            let text = tidy(&format!("{docs}export {}\n", T::decl(&self.config)));
            let before = self.by_name.insert(name.clone(), (own, text));
            assert!(before.is_none_or(|(id, _)| id == own), "two types are called {name}");
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }

    fn file(self, source: &str) -> String {
        let mut text = format!(
            "// Written by `cargo xtask bindings` from {source}. Changes here are lost: change the Rust types.\n\n"
        );
        for (_, declaration) in self.by_name.into_values() {
            text.push_str(&declaration);
            text.push('\n');
        }
        if !self.verbs.is_empty() {
            text.push_str(
                "/** Every verb of the engine: what it takes and what it answers. */\nexport interface Verbs {\n",
            );
            text.push_str(&self.verbs);
            text.push_str("}\n");
        }
        text
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
    }
}

impl VerbVisitor for Declarations {
    fn verb<Args: TS + 'static, Reply: TS + 'static>(&mut self, name: &'static str) {
        self.add::<Args>();
        self.add::<Reply>();
        let (args, reply) = (Args::name(&self.config), Reply::name(&self.config));
        self.verbs.push_str(&format!("  {name}: {{ args: {args}; reply: {reply} }}\n"));
    }
}

/// One line for a comment of one line, and no blanks at the end of any.
fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        let comment = lines.len().checked_sub(2).map(|at| (lines[at].as_str(), lines[at + 1].trim_start()));
        match comment {
            Some(("/**", said)) if line.trim() == "*/" && said.starts_with("* ") => {
                let said = said.trim_start_matches("* ").to_owned();
                lines.truncate(lines.len() - 2);
                lines.push(format!("/** {said} */"));
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines.join("\n") + "\n"
}

fn assert_committed(file: &str, wanted: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../ui/bindings").join(file);
    if std::env::var_os("XUNCHA_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, wanted).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let stale = wanted.lines().zip(found.lines()).find(|(w, f)| w != f);
    assert!(
        found == wanted,
        "ui/bindings/{file} is stale: run `cargo xtask bindings` and commit it. First difference: {stale:?}"
    );
}

#[test]
fn the_phones_types_are_the_ones_that_were_committed() {
    let mut all = Declarations::new();
    visit_verbs(&mut all);
    all.add::<Happening>();
    all.add::<xuncha_core::Failure>();
    assert_committed("field.ts", &all.file("device/src/app"));
}

#[test]
fn the_dashboards_types_are_the_ones_that_were_committed() {
    macro_rules! types {
        ($($name:ident)+) => {{
            let mut all = Declarations::new();
            $(all.add::<hq::$name>();)+
            all
        }};
    }
    let mut all = types! {
        SignIn Me PasswordChange PasswordReset SessionList UserList UserCreate UnitList UnitCreate Status
        FirmPage FirmDetail FirmPut FirmSuspend FirmReopen TaskProposal LibraryView TaskPage TaskRow TaskCreate TaskWithdraw
        InspectionPage InspectionDetail TimelinePage RecordText VerifyReport
        DayView DeviceList DeviceRevoke InvitationCreate InvitationCreated InvitationList
    };
    all.add::<xuncha_core::protocol::problem::Problem>();
    assert_committed("hq.ts", &all.file("hq/src/api"));
}
