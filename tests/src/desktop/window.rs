//! The app's real window, driven through WebKitWebDriver. What is touched is named by `data-testid`, pages by `data-screen`.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};

use super::display::{Display, Frame};
use super::process::Process;

/// How long something may take before it counts as broken.
#[derive(Debug, Clone, Copy)]
pub struct Patience(pub Duration);

impl Patience {
    /// A tap, a page: generous, because the machine may be busy with everything else.
    pub const TAP: Self = Self(Duration::from_secs(30));
    /// Stretching the passphrase, sealing, a picture of many megabytes.
    pub const WORK: Self = Self(Duration::from_secs(120));
    /// A whole synchronisation.
    pub const SYNC: Self = Self(Duration::from_secs(600));
}

/// What a window is opened with.
pub struct Opening<'a> {
    /// The app's program.
    pub app: &'a Path,
    /// The phone's data folder.
    pub data: &'a Path,
    /// Where it is shown.
    pub display: &'a Arc<Display>,
    /// For whatever the WebView keeps; a fresh one per run.
    pub scratch: &'a Path,
    /// Where pictures of the screen go.
    pub shots: &'a Path,
}

/// The app's window.
pub struct Window {
    client: Client,
    display: Arc<Display>,
    shots: PathBuf,
    _driver: Process,
}

impl Window {
    /// Opens the app and waits for its first page.
    pub async fn open(opening: &Opening<'_>) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("WebKitWebDriver");
        command.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true");
        command.env("DISPLAY", opening.display.name()).env("XUNCHA_DATA", opening.data);
        command.env_remove("WAYLAND_DISPLAY").env_remove("DBUS_SESSION_BUS_ADDRESS").env("NO_AT_BRIDGE", "1");
        command.env("GDK_BACKEND", "x11").env("LANG", "C.UTF-8");
        // Times on the screen are those of the district, wherever the machine stands.
        command.env("TZ", "Asia/Shanghai");
        for (variable, folder) in [
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_RUNTIME_DIR", "runtime"),
        ] {
            let folder = opening.scratch.join(folder);
            std::fs::create_dir_all(&folder)?;
            command.env(variable, folder);
        }
        let mut driver = Process::start(&command)?;
        let client = connect(port, opening.app, &mut driver).await?;
        std::fs::create_dir_all(opening.shots)?;
        let (display, shots) = (Arc::clone(opening.display), opening.shots.to_owned());
        let window = Self { client, display, shots, _driver: driver };
        window
            .until("the app's first page", Patience::WORK, "return document.querySelector('[data-screen]') !== null")
            .await?;
        Ok(window)
    }

    /// Closes the window as a person would, so that the engine ends in good order.
    pub async fn close(self) -> Result<()> {
        self.client.close().await.context("the window does not close")
    }

    /// Waits until page `name` stands and no call to the engine is under way.
    pub async fn screen(&self, name: &str) -> Result<()> {
        self.screen_within(name, Patience::TAP).await
    }

    /// As [`Self::screen`], with the patience that it needs.
    pub async fn screen_within(&self, name: &str, patience: Patience) -> Result<()> {
        let script = format!(
            "return document.querySelector('[data-screen=\"{name}\"]') !== null && document.querySelector('[data-busy=\"true\"]') === null"
        );
        self.until(&format!("page {name}"), patience, &script).await
    }

    /// Waits until no call to the engine is under way.
    pub async fn settled(&self, patience: Patience) -> Result<()> {
        self.until("the engine's answer", patience, "return document.querySelector('[data-busy=\"true\"]') === null")
            .await
    }

    /// Whether something with this test id is in sight.
    pub async fn has(&self, testid: &str) -> Result<bool> {
        Ok(self.client.execute(&format!("return {} !== undefined", seen(testid)), vec![]).await? == Value::Bool(true))
    }

    /// Waits until something with this test id is in sight.
    pub async fn find(&self, testid: &str) -> Result<Element> {
        self.find_within(testid, Patience::TAP).await
    }

    /// As [`Self::find`], with the patience that it needs.
    pub async fn find_within(&self, testid: &str, patience: Patience) -> Result<Element> {
        self.until(testid, patience, &format!("return {} !== undefined", seen(testid))).await?;
        self.element(testid, &format!("return {}", seen(testid))).await
    }

    /// The element that a script gives back.
    async fn element(&self, testid: &str, script: &str) -> Result<Element> {
        let found = self.client.execute(script, vec![]).await?;
        let name = found.as_object().and_then(|object| object.values().next()).and_then(Value::as_str);
        let name = name.with_context(|| format!("{testid} went away"))?;
        Ok(Element::from_element_id(self.client.clone(), ElementRef::from(name.to_owned())))
    }

    /// Waits until nothing with this test id is in sight and no call to the engine is under way.
    pub async fn gone(&self, testid: &str, patience: Patience) -> Result<()> {
        let script =
            format!("return {} === undefined && document.querySelector('[data-busy=\"true\"]') === null", seen(testid));
        self.until(&format!("{testid} to go away"), patience, &script).await
    }

    /// Taps it, once it is in sight and can be tapped, as a finger would: where it is on the screen.
    pub async fn tap(&self, testid: &str) -> Result<()> {
        let enabled = format!("const e = {}; return e !== undefined && !e.disabled", seen(testid));
        self.until(&format!("{testid} to take a tap"), Patience::TAP, &enabled).await?;
        self.at_rest().await?;
        self.show_element(testid).await?;
        // A choice is a circle of one pixel inside the label that a finger hits.
        let target = format!("const e = {}; return e.type === 'radio' ? e.closest('label') : e", seen(testid));
        let element = self.element(testid, &target).await?;
        match element.click().await {
            Ok(()) => Ok(()),
            Err(error) => bail!("tapping {testid}: {error:?}; {}", self.describe().await),
        }
    }

    /// Types into it, in place of what it holds.
    pub async fn write(&self, testid: &str, text: &str) -> Result<()> {
        self.find(testid).await?;
        // A sheet that is still coming up takes no keys.
        self.at_rest().await?;
        self.show_element(testid).await?;
        let element = self.find(testid).await?;
        // Emptying counts as an edit of its own, which the page would save.
        if self.client.execute(&format!("return {}.value !== ''", seen(testid)), vec![]).await? == Value::Bool(true) {
            element.clear().await.with_context(|| format!("emptying {testid}"))?;
        }
        element.send_keys(text).await.with_context(|| format!("typing into {testid}"))
    }

    /// Leaves the field, which is what makes it save.
    pub async fn leave_field(&self) -> Result<()> {
        self.client.execute("if (document.activeElement) document.activeElement.blur()", vec![]).await?;
        Ok(())
    }

    /// Hands files to a file input: what the system's camera or picker does.
    pub async fn choose_file(&self, testid: &str, file: &Path) -> Result<()> {
        let element = self.find(testid).await?;
        element.send_keys(&file.to_string_lossy()).await.with_context(|| format!("choosing a file at {testid}"))
    }

    /// Draws a stroke, as a finger on a signature field.
    pub async fn draw(&self, testid: &str) -> Result<()> {
        use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};

        self.find(testid).await?;
        self.at_rest().await?;
        self.show_element(testid).await?;
        let script =
            format!("const r = {}.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]", seen(testid));
        let rect: Vec<f64> = serde_json::from_value(self.client.execute(&script, vec![]).await?)?;
        let [x, y, width, height] = rect[..] else { bail!("{testid} has no place") };
        let at = |step: u32, lift: f64| PointerAction::MoveTo {
            duration: Some(Duration::from_millis(20)),
            // WebKitGTK takes whole pixels only.
            x: (x + width * (0.16 + 0.055 * f64::from(step))).round(),
            y: (y + height * (0.5 + lift)).round(),
        };
        let mut stroke =
            MouseActions::new("finger".into()).then(at(0, 0.2)).then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
        let lifts = [-0.25, 0.1, 0.2, -0.15, -0.05, 0.25, -0.2, 0.15, -0.28, 0.05, 0.22, -0.1];
        for (step, lift) in (1..).zip(lifts) {
            stroke = stroke.then(at(step, lift));
        }
        let stroke = stroke.then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        match self.client.perform_actions(stroke).await {
            Ok(()) => Ok(()),
            Err(error) => bail!("drawing on {testid} at {rect:?}: {error:?}; {}", self.describe().await),
        }
    }

    /// The words it shows.
    pub async fn text(&self, testid: &str) -> Result<String> {
        Ok(self.find(testid).await?.text().await?)
    }

    /// Waits until the script, which must return true or false, says so.
    pub async fn until(&self, what: &str, patience: Patience, script: &str) -> Result<()> {
        let begun = Instant::now();
        let mut last = String::new();
        while begun.elapsed() < patience.0 {
            match self.client.execute(script, vec![]).await {
                Ok(Value::Bool(true)) => return Ok(()),
                Ok(_) => {}
                // The page may be on its way from one document to the next.
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        bail!("waited {} s for {what}; {} {last}", patience.0.as_secs(), self.describe().await)
    }

    /// What a script gives back.
    pub async fn ask(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, vec![]).await?)
    }

    /// Saves a picture of the display as `name.png`, once nothing moves on it any more; gives back where.
    pub async fn shot(&self, name: &str) -> Result<PathBuf> {
        self.at_rest().await?;
        let path = self.shots.join(format!("{name}.png"));
        std::fs::write(&path, self.rest().await?.png()?)?;
        Ok(path)
    }

    /// Waits until nothing on the page is on its way; what turns for ever does not count.
    async fn at_rest(&self) -> Result<()> {
        let still = "return document.getAnimations().every(a => a.playState !== 'running' || a.effect?.getTiming().iterations === Infinity)";
        self.until("the page to come to rest", Patience::TAP, still).await
    }

    /// The display when two looks in a row see the same; after some seconds, whatever it shows (a caret blinks, a ring turns).
    async fn rest(&self) -> Result<Frame> {
        let mut before = self.display.frame()?;
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(120)).await;
            let now = self.display.frame()?;
            if now == before {
                return Ok(now);
            }
            before = now;
        }
        Ok(before)
    }

    async fn show_element(&self, testid: &str) -> Result<()> {
        let script = format!("{}.scrollIntoView({{ block: 'center', behavior: 'instant' }})", seen(testid));
        self.client.execute(&script, vec![]).await?;
        Ok(())
    }

    /// Where the app stands, for the message of a test that failed.
    async fn describe(&self) -> String {
        let script = "return [...document.querySelectorAll('[data-screen]')].map(e => e.dataset.screen + (e.dataset.busy === 'true' ? ' (busy)' : '')).join(', ') + ': ' + document.body.innerText.slice(0, 600)";
        let words = self.client.execute(script, vec![]).await.ok();
        let _ = self.display.frame().and_then(|frame| Ok(std::fs::write(self.shots.join("failed.png"), frame.png()?)?));
        format!("on the screen: {}", words.as_ref().and_then(Value::as_str).unwrap_or("nothing that answers"))
    }
}

/// The first element of this name in sight: a closed sheet and the list behind an item stay in the document.
fn seen(testid: &str) -> String {
    let all = format!("[...document.querySelectorAll('[data-testid=\"{testid}\"]')]");
    format!("{all}.find(e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden')")
}

async fn connect(port: u16, app: &Path, driver: &mut Process) -> Result<Client> {
    let capabilities = json!({ "webkitgtk:browserOptions": { "binary": app, "args": [] } });
    let Value::Object(capabilities) = capabilities else { bail!("capabilities are an object") };
    let begun = Instant::now();
    // The driver says nothing when it is ready: it is, when it takes a connection.
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        driver.still_runs()?;
        if begun.elapsed() > Patience::TAP.0 {
            bail!("WebKitWebDriver takes no connection on port {port}");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
    builder.capabilities(capabilities);
    let address = format!("http://127.0.0.1:{port}");
    let session = tokio::time::timeout(Patience::WORK.0, builder.connect(&address)).await;
    session.context("the app's window did not come")?.context("the app's window did not open")
}
