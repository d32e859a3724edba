//! Headquarters' API as a browser would use it: signs in, keeps the cookie, sends the header that proves it is no foreign page.

use anyhow::{Context as _, Result, bail};
use reqwest::{Client, Method, RequestBuilder, Response, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use xuncha_core::ids::{BlobHash, InspectionId};

use crate::district;

/// Somebody signed in at the dashboard.
#[derive(Clone)]
pub struct Dashboard {
    http: Client,
    url: String,
    cookie: String,
}

impl Dashboard {
    /// Signs in.
    pub async fn sign_in(url: &str, user: &str, password: &str) -> Result<Self> {
        crate::install_cipher_suite();
        // No proxy: everything here is on loopback.
        let http = Client::builder().no_proxy().build()?;
        let mut dashboard = Self { http, url: url.trim_end_matches('/').to_owned(), cookie: String::new() };
        let sign_in = serde_json::json!({ "user": user, "password": password });
        let response = checked(dashboard.request(Method::POST, "/api/session").json(&sign_in).send().await?).await?;
        let set = response.headers().get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs: Vec<&str> = set.filter_map(|cookie| cookie.split(';').next()).collect();
        if pairs.is_empty() {
            bail!("{user} got no session");
        }
        dashboard.cookie = pairs.join("; ");
        Ok(dashboard)
    }

    /// Address of the dashboard.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The session's cookie, for a program that signs in by being told.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// A request with session and header; the path begins with `/api/`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url)).header("X-Xuncha", "1");
        if self.cookie.is_empty() { request } else { request.header(header::COOKIE, &self.cookie) }
    }

    /// `GET` of JSON.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let response = checked(self.request(Method::GET, path).send().await?).await?;
        response.json().await.with_context(|| format!("what GET {path} answered"))
    }

    /// `POST` of JSON.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        let response = checked(self.request(Method::POST, path).json(body).send().await?).await?;
        response.json().await.with_context(|| format!("what POST {path} answered"))
    }

    /// `POST` or `PUT` whose answer does not matter.
    pub async fn send(&self, method: Method, path: &str, body: &impl Serialize) -> Result<()> {
        checked(self.request(method, path).json(body).send().await?).await?;
        Ok(())
    }

    /// The bytes of an original, as the page's viewer gets them.
    pub async fn blob(&self, inspection: &InspectionId, sha256: &BlobHash) -> Result<Vec<u8>> {
        let path = format!("/api/blobs/{sha256}?inspection={inspection}");
        Ok(checked(self.request(Method::GET, &path).send().await?).await?.bytes().await?.to_vec())
    }

    /// Makes the demonstration district: units, people, firms. Called once, as administrator.
    pub async fn make_district(&self) -> Result<()> {
        for unit in district::units() {
            self.send(Method::POST, "/api/units", &unit).await.with_context(|| unit.name.clone())?;
        }
        for person in district::people() {
            self.send(Method::POST, "/api/users", &person).await.with_context(|| person.name.clone())?;
        }
        for firm in district::register() {
            let id = firm.record.id.clone().context("a firm of the register has an id")?;
            self.send(Method::PUT, &format!("/api/firms/{id}"), &firm)
                .await
                .with_context(|| firm.record.name.clone())?;
        }
        Ok(())
    }

    /// Gives out the tasks of the demonstration, as the station's head.
    pub async fn give_tasks(&self) -> Result<()> {
        for task in district::tasks() {
            self.send(Method::POST, "/api/tasks", &task).await.with_context(|| task.title.clone())?;
        }
        Ok(())
    }

    /// The text of a new invitation for `user`.
    pub async fn invite(&self, user: &str) -> Result<String> {
        let invitation: xuncha_hq::api::types::InvitationCreated =
            self.post("/api/invitations", &serde_json::json!({ "user": user })).await?;
        Ok(invitation.text)
    }
}

/// The answer, or the problem it is.
async fn checked(response: Response) -> Result<Response> {
    if response.status().is_success() {
        return Ok(response);
    }
    let (status, url) = (response.status(), response.url().path().to_owned());
    bail!("{url} answered {status}: {}", response.text().await.unwrap_or_default())
}
