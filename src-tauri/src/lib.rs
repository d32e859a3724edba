//! The shell: a window around the engine.
//!
//! What it is: one command ([`call`]), one event (`happening`), one address scheme for pictures ([`photo`]).
//! What it is not: anything that decides. Whoever looks for a rule finds it behind `xuncha_device::app`.
//!
//! Invariants: pictures are answered only by what the engine gives, which is nothing while locked, and nobody may store
//! them; an engine that cannot open (another window holds it, the disk is full) still gets a window that says so.

mod photo;

use std::path::PathBuf;
use std::process::ExitCode;

use tauri::{Emitter, Manager, State};
use tokio::sync::broadcast::error::RecvError;
use xuncha_core::Failure;
use xuncha_device::app::{Config, Device, Happening};

/// The engine, or why there is none.
struct Engine(Result<Device, Failure>);

/// Runs the app until its window is closed. A status other than zero: no window could be made.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() -> ExitCode {
    let logs = tracing_subscriber::EnvFilter::try_from_default_env();
    tracing_subscriber::fmt()
        .with_env_filter(logs.unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();

    let builder = tauri::Builder::default();
    #[cfg(any(target_os = "android", target_os = "ios"))]
    let builder = builder.plugin(tauri_plugin_geolocation::init());

    let outcome = builder
        .register_asynchronous_uri_scheme_protocol("photo", |context, request, responder| {
            let engine = context.app_handle().state::<Engine>().0.clone();
            // A crop is cut from the decrypted original: too long for the window's own thread.
            tauri::async_runtime::spawn_blocking(move || responder.respond(photo::answer(engine, request.uri())));
        })
        .invoke_handler(tauri::generate_handler![call])
        .setup(|app| {
            // The engine starts tasks of its own and so has to be opened inside the runtime.
            let engine = tauri::async_runtime::block_on(async { open(app.handle()) });
            match &engine {
                Ok(device) => forward(device, app.handle()),
                Err(failure) => tracing::error!(code = failure.code, "the engine does not open"),
            }
            app.manage(Engine(engine));
            Ok(())
        })
        .run(tauri::generate_context!());
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "no window");
            ExitCode::FAILURE
        }
    }
}

/// Every verb of the engine. Arguments and replies: `xuncha_device::app::verbs`, for TypeScript `ui/bindings/field.ts`.
#[tauri::command]
async fn call(engine: State<'_, Engine>, verb: String, args: serde_json::Value) -> Result<serde_json::Value, Failure> {
    let device = engine.0.clone()?;
    device.call(&verb, args).await
}

fn open(app: &tauri::AppHandle) -> Result<Device, Failure> {
    let data = match std::env::var_os("XUNCHA_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => app.path().app_data_dir().map_err(|_| Failure::never("shell.no_data_folder"))?,
    };
    Device::open(Config::shell(data))
}

/// Hands on what happens in the engine for as long as the app runs.
fn forward(device: &Device, app: &tauri::AppHandle) {
    let (mut happenings, app) = (device.happenings(), app.clone());
    tauri::async_runtime::spawn(async move {
        loop {
            let happening = match happenings.recv().await {
                Ok(happening) => happening,
                // The window was too slow and changes are gone: let it load its lists again.
                Err(RecvError::Lagged(_)) => Happening::Today,
                Err(RecvError::Closed) => return,
            };
            if let Err(error) = app.emit("happening", &happening) {
                tracing::warn!(%error, "a happening did not reach the window");
            }
        }
    });
}
