//! The destination plugin as a component, its verbs called one by one as the engine calls them, and what its user has in
//! the cloud before: two networks, groups, keys. Knows no option; all that was made is gone when it is dropped.

use anyhow::{Context, Result, ensure};
use gyre_core::config::Config;
use gyre_core::roles::{Destination, Outcome, Progress, StepCall};
use gyre_core::{Error, VmSpec};
use gyre_grants::{Host, JobContext, Secrets};
use gyre_tests::cloud::{Cloud, Inventory};
use gyre_tests::fixture::root;
use gyre_tests::site::Site;
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// Zone of Nova's fake hypervisor: its servers run at once.
pub const ZONE: &str = "az-fake";
/// How often a step may ask to be called again.
const CALLS_MAX: usize = 200;
/// The longest pause between two calls: what a step asks for is meant for slower clouds than one without machines.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// A second network of the user's, of both families.
const SECOND: &str = "honoured-second";
const IMAGE: &str = "honoured-image";

/// The password, whatever it is asked for as.
struct Password(String);

impl Secrets for Password {
    fn get(&self, _: &str, _: &str) -> gyre_core::Result<Vec<u8>> {
        Ok(self.0.clone().into_bytes())
    }
}

/// What plugins say.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Progress for Heard {
    fn report(&self, _: &str, _: u64, _: Option<u64>) {}

    fn log(&self, _: &str, level: &str, line: &str) {
        self.0.lock().unwrap().push(format!("{level} {line}"));
    }
}

/// A cloud, its user, and their plugin.
pub struct Stage {
    pub cloud: Cloud,
    before: Inventory,
    /// Id of the user's network `private`.
    pub private: String,
    /// Id of the second one: 192.168.88.0/24 and fd00:88::/64, both with DHCP.
    pub second: String,
    heard: Arc<Heard>,
    host: Host,
    runtime: Runtime,
    number: Mutex<u32>,
    images: Mutex<Vec<String>>,
    _directory: TempDir,
}

impl Stage {
    pub fn new() -> Result<Self> {
        let site = Site::openstack()?;
        let (cloud, directory) = (site.cloud()?, tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?);
        let private = id_of(&cloud, "/v2.0/networks?name=private", "networks")?;
        let second = second_network(&cloud)?;
        let (host, before) = (host(&site, &directory)?, cloud.inventory()?);
        let (heard, runtime) = (Arc::default(), Runtime::new()?);
        let (number, images) = (Mutex::new(0), Mutex::default());
        Ok(Self {
            cloud,
            before,
            private,
            second,
            heard,
            host,
            runtime,
            number,
            images,
            _directory: directory,
        })
    }

    /// The role, with these options over the login.
    pub fn destination(&self, options: Value) -> Result<Arc<dyn Destination>> {
        let Value::Object(overrides) = options else { anyhow::bail!("options are a table") };
        let job = JobContext {
            job: "honoured".into(),
            overrides,
            plugins: Default::default(),
            progress: self.heard.clone(),
            cancel: CancellationToken::new(),
        };
        let _inside = self.runtime.enter();
        Ok(self.host.destination("cloud", &job)?)
    }

    /// One call.
    pub fn ask<T>(&self, call: impl Future<Output = gyre_core::Result<T>>) -> Result<T> {
        self.runtime.block_on(call).map_err(told)
    }

    /// A step of its own, called until it is done.
    ///
    /// # Errors
    /// The step's own.
    pub fn step(&self, call: impl AsyncFn(&StepCall) -> gyre_core::Result<Outcome>) -> Result<String, Error> {
        let token = {
            let mut number = self.number.lock().unwrap();
            *number += 1;
            format!("{:08x}-honoured-{number}", std::process::id())
        };
        let mut step = StepCall { token, resume: None };
        self.runtime.block_on(async {
            for _ in 0..CALLS_MAX {
                match call(&step).await? {
                    Outcome::Done(state) => return Ok(state),
                    Outcome::Wait { state, after_ms } => {
                        tokio::time::sleep(Duration::from_millis(after_ms.into()).min(PAUSE_MAX)).await;
                        step.resume = Some(state);
                    }
                }
            }
            Err(Error::other("test.calls", "the step never ends"))
        })
    }

    /// The same where it must be done.
    pub fn done(&self, call: impl AsyncFn(&StepCall) -> gyre_core::Result<Outcome>) -> Result<String> {
        self.step(call).map_err(told)
    }

    /// Whether the plugin said something with these words.
    pub fn was_told(&self, words: &str) -> bool {
        self.heard.0.lock().unwrap().iter().any(|line| line.contains(words))
    }

    /// Something of the user's own, by its id.
    pub fn make(&self, service: &str, path: &str, key: &str, body: Value) -> Result<String> {
        let made = self.cloud.request("POST", service, path, Some(json!({ key: body })))?;
        let id = made[key]["id"].as_str().or(made[key]["name"].as_str());
        Ok(id.with_context(|| format!("no id: {made}"))?.to_owned())
    }

    /// An image of the user's own, with these properties and nothing that would boot: its id.
    pub fn image(&self, properties: &Value) -> Result<String> {
        let id = self.cloud.upload(IMAGE, properties, &[0; 4096])?;
        self.images.lock().unwrap().push(id.clone());
        Ok(id)
    }

    /// What has come to the cloud since the beginning, by the start of its line.
    pub fn new_things(&self, kind: &str) -> Result<Vec<String>> {
        let now = self.cloud.inventory()?;
        Ok(now.difference(&self.before).filter(|thing| thing.starts_with(kind)).cloned().collect())
    }

    /// Ids of the newest things of a kind.
    pub fn only(&self, kind: &str) -> Result<String> {
        let things = self.new_things(kind)?;
        ensure!(things.len() == 1, "one of {kind}, not {things:?}");
        Ok(things.iter().filter_map(|thing| thing.rsplit(' ').next()).collect())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.cloud.delete_since(&self.before);
        for image in self.images.lock().unwrap().iter() {
            self.cloud.request("DELETE", "image", &format!("/v2/images/{image}"), None).ok();
        }
        let path = format!("/v2.0/networks/{}", self.second);
        self.cloud.request("DELETE", "network", &path, None).ok();
        for group in self.cloud.get("compute", "/os-server-groups").iter().flat_map(groups) {
            self.cloud.request("DELETE", "compute", &format!("/os-server-groups/{group}"), None).ok();
        }
    }
}

fn groups(answer: &Value) -> Vec<String> {
    let all = answer["server_groups"].as_array().cloned().unwrap_or_default();
    all.iter().filter_map(|group| group["id"].as_str().map(str::to_owned)).collect()
}

fn told(error: Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#?}")
}

/// Id of the first of a list.
pub fn id_of(cloud: &Cloud, path: &str, key: &str) -> Result<String> {
    let answer = cloud.get("network", path)?;
    Ok(answer[key][0]["id"].as_str().with_context(|| format!("nothing at {path}: {answer}"))?.to_owned())
}

/// An earlier test that was killed may have left it.
fn second_network(cloud: &Cloud) -> Result<String> {
    if let Ok(found) = id_of(cloud, &format!("/v2.0/networks?name={SECOND}"), "networks") {
        return Ok(found);
    }
    cloud.request("POST", "network", "/v2.0/networks", Some(json!({"network": {"name": SECOND}})))?;
    let network = id_of(cloud, &format!("/v2.0/networks?name={SECOND}"), "networks")?;
    for subnet in [
        json!({"network_id": network, "ip_version": 4, "cidr": "192.168.88.0/24", "enable_dhcp": true}),
        json!({"network_id": network, "ip_version": 6, "cidr": "fd00:88::/64", "enable_dhcp": true,
               "ipv6_ra_mode": "dhcpv6-stateful", "ipv6_address_mode": "dhcpv6-stateful"}),
    ] {
        cloud.request("POST", "network", "/v2.0/subnets", Some(json!({ "subnet": subnet })))?;
    }
    Ok(network)
}

fn host(site: &Site, directory: &TempDir) -> Result<Host> {
    let component = root().join("target/plugins/openstack.wasm");
    ensure!(component.exists(), "{} is missing: cargo xtask plugins", component.display());
    let (login, api) = (&site.login, &site.api);
    let config = format!(
        "[plugin.openstack]\ncomponent = {component:?}\ngrant.http = [{api:?}]\ngrant.secret = [\"os-password\"]\n\
         grant.local-addresses = true\n[destination.cloud]\nplugin = \"openstack\"\n\
         [destination.cloud.config]\ndefault_security_groups = [\"default\"]\nworker_allowed_cidrs = [\"192.0.2.0/24\"]\n\
         [destination.cloud.config.auth]\nauth_url = {:?}\nusername = {:?}\nproject_name = {:?}\n\
         user_domain_name = \"Default\"\nproject_domain_name = \"Default\"\n",
        login.auth_url, login.user, login.project
    );
    let config = Arc::new(Config::parse(&config, directory.path())?);
    let identity = gyre_ssh::Identity::load_or_create(&directory.path().join("key"))?;
    Ok(Host::new(config, directory.path(), Arc::new(Password(login.password.clone())), identity)?)
}

/// A machine with this name, of disks and NICs as the source tells them.
pub fn machine(name: &str, disks: Value, nics: Value) -> Result<VmSpec> {
    let mut vm = Map::new();
    for (key, value) in [
        ("id", json!("vm-1")),
        ("name", json!(name)),
        ("vcpus", json!(1)),
        ("memory-mib", json!(700)),
        ("disks", disks),
        ("nics", nics),
    ] {
        vm.insert(key.to_owned(), value);
    }
    Ok(serde_json::from_value(vm.into())?)
}
