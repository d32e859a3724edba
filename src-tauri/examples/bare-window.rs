//! A window of the same shell with one coloured page, one button and no engine: what `cargo xtask bench start` and the tap of
//! `bench lists` stand beside.

use std::borrow::Cow;
use std::process::ExitCode;

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

/// A colour that is recognised from outside, and something to tap.
const PAGE: &[u8] = b"<!doctype html><meta name=viewport content='width=device-width'><body data-screen=bare style='background:#0f5e63'>\
<button style='width:200px;height:60px' onclick=\"this.style.background = this.style.background ? '' : '#b3261e'\">Tap</button>";

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
