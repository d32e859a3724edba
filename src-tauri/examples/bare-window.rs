//! A window of the same shell with one coloured page and no engine: what `cargo xtask bench start` stands beside.

use std::borrow::Cow;
use std::process::ExitCode;

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

/// The colour of the unlock page's button, so that both are recognised by the same pixels.
const PAGE: &[u8] = b"<!doctype html><body style='background:#0f5e63'>";

fn main() -> ExitCode {
    let mut context = tauri::generate_context!();
    context.config_mut().app.windows.clear();
    let outcome = tauri::Builder::default()
        .register_uri_scheme_protocol("bare", |_, _| {
            let mut page = Response::new(Cow::Borrowed(PAGE));
            page.headers_mut().insert("content-type", tauri::http::HeaderValue::from_static("text/html"));
            page
        })
        .setup(|app| {
            let address = "bare://localhost/".parse()?;
            WebviewWindowBuilder::new(app, "bare", WebviewUrl::CustomProtocol(address))
                .inner_size(412.0, 915.0)
                .build()?;
            Ok(())
        })
        .run(context);
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
