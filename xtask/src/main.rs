//! The commands of this repository. `cargo xtask` lists them.
//!
//! What it is: building, installing and starting, in the right order, said aloud. What it is not: tests or the
//! demonstration themselves, which live in `tests/`. It uses the standard library and little else, because it is compiled
//! before anything can be said to the person who waits.

mod pages;
mod run;
mod setup;
mod suite;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  demo [--headless] [--photos DIR] [--data DIR] [--port N] [--phone-port N] [--fresh | --keep]
            the main job: a headquarters with a demonstration district and a phone;
            --headless (or no display): the real window is driven through one whole inspection
  test      everything: format, lints, types, unit tests, stories, end to end. CI runs this
  check     the fast half: format, types and lints
  setup     installs what is missing, or says what to run
  pages     builds the phone's and the dashboard's pages
  bindings  writes ui/bindings/*.ts from the Rust types
  screens   makes the pictures in docs/screens anew
  bench answer|photo|sync [part …]|start|lists [--json]
            measures, each figure beside its limit
  soak [--hours N] [--worlds | --disks]
            simulated worlds, and kills, power cuts and failing disks, in turns with new dice, the counts
            as they go by; ends at the first broken promise
  soak --seed SEED | [--from SEED] [--threads N] [--hours N]
            one world, with everything that happens in it; or only worlds, from a seed on
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = match command {
        "demo" => tools::demo(rest),
        "test" => suite::test(),
        "check" => suite::check(),
        "setup" => setup::all(),
        "pages" => setup::node().and_then(|()| pages::build()),
        "bindings" => tools::bindings(),
        "screens" => tools::screens(),
        "bench" => tools::bench(rest),
        "soak" => tools::soak(rest),
        "help" | "--help" | "-h" => {
            run::say(USAGE);
            Ok(())
        }
        other => Err(anyhow::anyhow!("there is no command {other:?}\n\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match error.downcast_ref::<run::Ended>() {
            // The child has said what is wrong; its status is ours.
            Some(ended) => {
                run::say(&format!("xtask: {error}"));
                ExitCode::from(ended.status)
            }
            None => {
                run::say(&format!("xtask: {error:#}"));
                ExitCode::FAILURE
            }
        },
    }
}
