//! The cloud asked directly, past gyre: what is there, what is left over, what a server's console
//! shows. Speaks the few requests of Keystone, Nova, Cinder and Neutron that the tests need, so the
//! same assertions hold for the embedded and for the real OpenStack.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One request.
const REQUEST_LIMIT: Duration = Duration::from_secs(120);

/// A user's session.
pub struct Cloud {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    token: String,
    endpoints: BTreeMap<String, String>,
    project: String,
}

/// Cleaning up after a failure: a server of a real cloud takes a while to be gone.
const CLEANING_LIMIT: Duration = Duration::from_secs(120);
/// Before it is looked again, the first time; doubled after each.
const CLEANING_PAUSE: Duration = Duration::from_millis(200);
const CLEANING_PAUSE_MAX: Duration = Duration::from_secs(2);

/// Who logs in.
#[derive(Clone, Debug)]
pub struct Login {
    /// `http://172.29.0.2:5000/v3`
    pub auth_url: String,
    /// User of the domain `Default`.
    pub user: String,
    /// Their password.
    pub password: String,
    /// Project of the domain `Default`.
    pub project: String,
}

impl Login {
    /// The user and the project `demo`.
    pub fn demo(auth_url: &str, password: &str) -> Self {
        let demo = || "demo".to_owned();
        Self { auth_url: auth_url.to_owned(), user: demo(), password: password.to_owned(), project: demo() }
    }
}

/// What kinds of things a migration makes: service, path, key of the list.
const KINDS: [(&str, &str, &str); 7] = [
    ("compute", "/servers", "servers"),
    ("compute", "/os-keypairs", "keypairs"),
    ("volume", "/volumes", "volumes"),
    ("volume", "/snapshots", "snapshots"),
    ("network", "/v2.0/ports", "ports"),
    ("network", "/v2.0/security-groups", "security_groups"),
    ("network", "/v2.0/floatingips", "floatingips"),
];

/// Everything of these kinds that a project has, as `kind name id`.
pub type Inventory = BTreeSet<String>;

impl Cloud {
    /// Logs in.
    ///
    /// # Errors
    /// When Keystone does not answer with a token and a catalog.
    pub fn login(login: &Login) -> Result<Self> {
        // The HTTP client asks for one even where, as here, nothing is encrypted.
        rustls::crypto::ring::default_provider().install_default().ok();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = reqwest::Client::builder().timeout(REQUEST_LIMIT).build()?;
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": login.user, "domain": {"name": "Default"}, "password": login.password}}},
            "scope": {"project": {"name": login.project, "domain": {"name": "Default"}}}}});
        let url = format!("{}/auth/tokens", login.auth_url.trim_end_matches('/'));
        let (token, answer) = runtime.block_on(async {
            let answer = client
                .post(&url)
                .header("content-type", "application/json")
                .body(body.to_string())
                .send()
                .await?;
            ensure!(answer.status().is_success(), "POST {url}: {}", answer.status());
            let token = answer.headers().get("x-subject-token").context("no token")?.to_str()?.to_owned();
            Ok((token, answer.bytes().await?))
        })?;
        let token_body: Value = serde_json::from_slice(&answer)?;
        let endpoints = endpoints(&token_body["token"]["catalog"]);
        let project = token_body["token"]["project"]["id"].as_str().context("no project")?.to_owned();
        Ok(Self { runtime, client, token, endpoints, project })
    }

    /// One request; `service` is `compute`, `volume`, `network` or `image`.
    ///
    /// # Errors
    /// When the answer is not a success.
    pub fn request(&self, method: &str, service: &str, path: &str, body: Option<Value>) -> Result<Value> {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.send(method, service, path, body)
    }

    /// A new image of these bytes, raw, with these properties: its id.
    ///
    /// # Errors
    /// As [`Cloud::request`].
    pub fn upload(&self, name: &str, properties: &Value, bytes: &[u8]) -> Result<String> {
        let mut image = json!({"name": name, "disk_format": "raw", "container_format": "bare"});
        image
            .as_object_mut()
            .into_iter()
            .for_each(|all| all.extend(properties.as_object().cloned().unwrap_or_default()));
        let made = self.request("POST", "image", "/v2/images", Some(image))?;
        let id = made["id"].as_str().context("an image has no id")?;
        let body = ("application/octet-stream", bytes.to_vec());
        self.send("PUT", "image", &format!("/v2/images/{id}/file"), Some(body))?;
        Ok(id.to_owned())
    }

    /// `body` with its type.
    fn send(&self, method: &str, service: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Result<Value> {
        let endpoint = self.endpoints.get(service).with_context(|| format!("no {service} in the catalog"))?;
        let url = format!("{endpoint}{path}");
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        let mut request = self.client.request(method.clone(), &url).header("x-auth-token", &self.token);
        if let Some((kind, body)) = body {
            request = request.header("content-type", kind).body(body);
        }
        self.runtime.block_on(async {
            let answer = request.send().await?;
            let (status, text) = (answer.status(), answer.text().await?);
            if !status.is_success() {
                bail!("{method} {url}: {status} {text}");
            }
            Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
        })
    }

    /// A read.
    ///
    /// # Errors
    /// As [`Cloud::request`].
    pub fn get(&self, service: &str, path: &str) -> Result<Value> {
        self.request("GET", service, path, None)
    }

    /// Everything that the project has of what a migration makes. What the network itself owns (DHCP
    /// and router ports) is left out.
    ///
    /// # Errors
    /// As [`Cloud::request`].
    pub fn inventory(&self) -> Result<Inventory> {
        let mut all = Inventory::new();
        for (service, path, key) in KINDS {
            let answer = self.get(service, path)?;
            for object in answer[key].as_array().with_context(|| format!("no {key} in {answer}"))? {
                let object = object.get("keypair").unwrap_or(object);
                let text = |field: &str| object[field].as_str().unwrap_or_default().to_owned();
                let foreign = object.get("project_id").is_some_and(|p| p != self.project.as_str());
                if !foreign && !text("device_owner").starts_with("network:") {
                    all.insert(format!("{key} {} {}", text("name"), text("id")));
                }
            }
        }
        Ok(all)
    }

    /// One server.
    ///
    /// # Errors
    /// As [`Cloud::request`].
    pub fn server(&self, id: &str) -> Result<Value> {
        Ok(self.get("compute", &format!("/servers/{id}"))?["server"].take())
    }

    /// The addresses of a server, floating ones first: those are reached from anywhere.
    ///
    /// # Errors
    /// As [`Cloud::request`].
    pub fn addresses(&self, id: &str) -> Result<Vec<String>> {
        let all: BTreeMap<String, Vec<Value>> = serde_json::from_value(self.server(id)?["addresses"].take())?;
        let fixed = |a: &Value| a["OS-EXT-IPS:type"] != "floating";
        let mut list: Vec<(bool, String)> = all
            .values()
            .flatten()
            .map(|a| (fixed(a), a["addr"].as_str().unwrap_or_default().to_owned()))
            .collect();
        list.sort();
        Ok(list.into_iter().map(|(_, address)| address).collect())
    }

    /// Ids of the volumes attached to a server.
    ///
    /// # Errors
    /// As [`Cloud::request`].
    pub fn volumes_of(&self, server: &str) -> Result<Vec<String>> {
        let answer = self.get("compute", &format!("/servers/{server}/os-volume_attachments"))?;
        let list = answer["volumeAttachments"].as_array().context("no attachments")?;
        Ok(list.iter().filter_map(|a| a["volumeId"].as_str().map(str::to_owned)).collect())
    }

    /// The ports of a server.
    ///
    /// # Errors
    /// As [`Cloud::request`].
    pub fn ports_of(&self, server: &str) -> Result<Vec<Value>> {
        let mut answer = self.get("network", &format!("/v2.0/ports?device_id={server}"))?;
        Ok(answer["ports"].as_array_mut().map(std::mem::take).unwrap_or_default())
    }

    /// What the server's console has shown.
    ///
    /// # Errors
    /// As [`Cloud::request`].
    pub fn console(&self, server: &str) -> Result<String> {
        let body = json!({"os-getConsoleOutput": {}});
        let answer = self.request("POST", "compute", &format!("/servers/{server}/action"), Some(body))?;
        Ok(answer["output"].as_str().unwrap_or_default().to_owned())
    }

    /// Deletes a server and waits until it is gone.
    ///
    /// # Errors
    /// As [`Cloud::request`]; when it is there after `limit`.
    pub fn delete_server(&self, id: &str, limit: Duration) -> Result<()> {
        self.request("DELETE", "compute", &format!("/servers/{id}"), None)?;
        wait(&format!("server {id} to be gone"), limit, || Ok(self.server(id).is_err().then_some(())))
    }

    /// Deletes everything that is there now and was not there before: what a failed test left over.
    pub fn delete_since(&self, before: &Inventory) {
        let (start, mut pause) = (std::time::Instant::now(), CLEANING_PAUSE);
        while start.elapsed() < CLEANING_LIMIT {
            let Ok(now) = self.inventory() else { return };
            let mut left = now.difference(before).peekable();
            if left.peek().is_none() {
                return;
            }
            left.for_each(|thing| self.delete(thing));
            std::thread::sleep(pause);
            pause = (pause * 2).min(CLEANING_PAUSE_MAX);
        }
    }

    /// How many things of each kind there are more than before.
    ///
    /// # Errors
    /// As [`Cloud::request`].
    pub fn more_than(&self, before: &Inventory) -> Result<Vec<(String, usize)>> {
        let mut counts = BTreeMap::new();
        for thing in self.inventory()?.difference(before) {
            *counts.entry(thing.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        Ok(counts.into_iter().collect())
    }

    /// Deletes one line of an inventory. What is still in use is refused, and asked for again later.
    fn delete(&self, thing: &str) {
        let words: Vec<&str> = thing.split(' ').collect();
        let kind = KINDS.iter().find(|(_, _, key)| words.first() == Some(key));
        let Some((service, path, key)) = kind else { return };
        let name = if *key == "keypairs" { words.get(1) } else { words.last() };
        self.request("DELETE", service, &format!("{path}/{}", name.copied().unwrap_or_default()), None).ok();
    }
}

fn endpoints(catalog: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for service in catalog.as_array().into_iter().flatten() {
        let kind = match service["type"].as_str().unwrap_or_default() {
            "block-storage" | "volumev3" => "volume",
            other => other,
        };
        let public =
            service["endpoints"].as_array().into_iter().flatten().find(|e| e["interface"] == "public");
        if let Some(url) = public.and_then(|e| e["url"].as_str()) {
            found.insert(kind.to_owned(), url.trim_end_matches('/').to_owned());
        }
    }
    found
}

/// Asks until there is an answer.
///
/// # Errors
/// What `ask` says; when there is none after `limit`.
pub fn wait<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = std::time::Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        ensure!(start.elapsed() < limit, "waited {} s in vain for {what}", limit.as_secs());
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Proves that an inventory sees what is made, and that cleaning up removes it: else no test that finds
/// nothing left over would mean anything.
///
/// # Errors
/// What does not hold.
pub fn eyes_are_open(cloud: &Cloud) -> Result<()> {
    let before = cloud.inventory()?;
    let seen = make_and_see(cloud, &before);
    cloud.delete_since(&before);
    seen?;
    ensure!(cloud.inventory()? == before, "cleaning up left something");
    Ok(())
}

fn make_and_see(cloud: &Cloud, before: &Inventory) -> Result<()> {
    let made = [
        ("volume", "/volumes", json!({"volume": {"name": "seen", "size": 1}})),
        ("compute", "/os-keypairs", json!({"keypair": {"name": "seen", "public_key": PUBLIC_KEY}})),
        ("network", "/v2.0/security-groups", json!({"security_group": {"name": "seen"}})),
    ];
    for (service, path, body) in &made {
        cloud.request("POST", service, path, Some(body.clone()))?;
    }
    let networks = cloud.get("network", "/v2.0/networks?name=private")?;
    let network = networks["networks"][0]["id"].as_str().context("no network private")?;
    cloud.request(
        "POST",
        "network",
        "/v2.0/ports",
        Some(json!({"port": {"network_id": network, "name": "seen"}})),
    )?;
    let now = cloud.inventory()?;
    let new: Vec<_> = now.difference(before).collect();
    let kinds: BTreeSet<&str> = new.iter().filter_map(|thing| thing.split(' ').next()).collect();
    let expected = BTreeSet::from(["keypairs", "ports", "security_groups", "volumes"]);
    ensure!(
        kinds == expected && new.len() == expected.len(),
        "made one of each of {expected:?}, saw {new:?}"
    );
    Ok(())
}

/// Any will do: nobody logs in with it.
const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUm3cOyaCRFi1aWVJqpnDtXkPOWRvEwn1dqxbJrWQbU seen";
