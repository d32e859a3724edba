//! The desktop's way in; a phone loads the library instead.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    xuncha_shell::run()
}
