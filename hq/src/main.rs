//! `xuncha-hq`: headquarters on the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    xuncha_hq::cli::main()
}
