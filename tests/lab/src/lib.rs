//! An embedded OpenStack in one process, for tests and for the demo: Keystone, Glance, Cinder, Nova and
//! Neutron in the shapes of the real ones, volumes as sparse files, workers as real processes with
//! Debian's sshd in namespaces of their own, and servers that boot from a volume under QEMU. It knows
//! nothing of gyre: whoever speaks OpenStack can use it.
//!
//! ```no_run
//! # async fn run() -> anyhow::Result<()> {
//! let dir = tempfile::tempdir()?;
//! let lab = gyre_lab::Lab::start(gyre_lab::Config::quick(dir.path())).await?;
//! println!("{}", lab.clouds_yaml());
//! lab.fail("POST", "/volume/v3/*/volumes", 503, 2);
//! lab.stop().await;
//! # Ok(())
//! # }
//! ```

// Only JSON values are indexed, by a key: what is missing is `null`.
#![allow(clippy::indexing_slicing)]

mod address;
mod cinder;
mod cloud_config;
mod glance;
mod guest;
mod keystone;
mod machine;
mod model;
mod neutron;
mod nova;
mod router;
mod windows;
pub mod wine;
/// WinRM as Windows speaks it, for workers that are said to run it.
pub mod winrm;
mod worker;

use anyhow::{Context, Result, ensure};
use machine::{Machine, Wire};
use model::{Flavor, Project, State, User, doc, hex_id, text};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The one availability zone.
pub const ZONE: &str = "nova";
/// Password of the users `demo` and `admin`.
pub const PASSWORD: &str = "nobody-else-says-this-7f3c";

/// What a project may have. A count, but for `ram` (MiB) and `gigabytes` (GiB).
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Quotas {
    pub instances: usize,
    pub cores: u64,
    pub ram: u64,
    pub key_pairs: usize,
    pub volumes: usize,
    pub snapshots: usize,
    pub gigabytes: u64,
    pub networks: usize,
    pub subnets: usize,
    pub ports: usize,
    pub routers: usize,
    pub floating_ips: usize,
    pub security_groups: usize,
    pub rules: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            instances: 10,
            cores: 20,
            ram: 51_200,
            key_pairs: 100,
            volumes: 50,
            snapshots: 50,
            gigabytes: 1000,
            networks: 100,
            subnets: 100,
            ports: 500,
            routers: 10,
            floating_ips: 50,
            security_groups: 10,
            rules: 100,
        }
    }
}

/// A network that is there from the start, with one subnet.
#[derive(Clone, Debug)]
pub struct NetworkSeed {
    /// Its name; the subnet is called `NAME-subnet`.
    pub name: String,
    /// Its range: `10.1.2.0/24`. The first address is the gateway's and this machine's.
    pub cidr: String,
    /// First and last address that are handed out without being asked for by name.
    pub pool: (String, String),
    /// Whether ports there are given their address by DHCP.
    pub dhcp: bool,
    /// Whether floating addresses come from it. Such a network belongs to nobody.
    pub external: bool,
}

/// How a lab is made.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where volumes, images and consoles lie; made if missing.
    pub dir: PathBuf,
    /// Where the APIs listen; port 0: any. `None`: on the lab's own bridge (with workers) or loopback.
    pub listen: Option<SocketAddr>,
    /// Whether servers are real. Needs root. Without, they are `ACTIVE` and nothing was started.
    pub workers: bool,
    /// How long every change of state takes.
    pub delay: Duration,
    /// Servers of the image of this name are workers.
    pub worker_image: String,
    /// Guests (servers that boot from a volume) that may run at once.
    pub guests_max: usize,
    /// Space for all volumes together, bytes: beyond it, writing to an attached volume fails. Needs root.
    pub volume_space: Option<u64>,
    /// Name, MiB of memory, CPUs, GiB of disk.
    pub flavors: Vec<(String, u64, u64, u64)>,
    /// Names; the first is the default.
    pub volume_types: Vec<String>,
    /// Networks beside `private` and `public`.
    pub networks: Vec<NetworkSeed>,
    /// What a project may have.
    pub quotas: Quotas,
}

impl Config {
    /// Real workers and guests.
    pub fn real(dir: impl Into<PathBuf>) -> Self {
        let flavor = |name: &str, ram, cpus, disk| (name.to_owned(), ram, cpus, disk);
        Self {
            dir: dir.into(),
            listen: None,
            workers: true,
            delay: Duration::from_millis(100),
            worker_image: "worker".to_owned(),
            guests_max: 1,
            volume_space: None,
            flavors: vec![
                flavor("m1.tiny", 512, 1, 3),
                flavor("m1.small", 1024, 1, 5),
                flavor("m1.medium", 2048, 2, 10),
            ],
            volume_types: vec!["file-a".to_owned(), "file-b".to_owned()],
            networks: Vec::new(),
            quotas: Quotas::default(),
        }
    }

    /// Nothing is started and every change is done at once: for thousands of runs.
    pub fn quick(dir: impl Into<PathBuf>) -> Self {
        Self { workers: false, delay: Duration::ZERO, ..Self::real(dir) }
    }
}

/// One request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Logged {
    pub method: String,
    /// With the service's prefix, without the query.
    pub path: String,
    pub status: u16,
}

/// What happens to a request instead of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with this status before anything is done.
    Status(u16),
    /// It is done, and the connection ends without an answer.
    Lost,
}

#[derive(Debug)]
struct PlannedFault {
    method: String,
    pattern: String,
    fault: Fault,
    times: u32,
}

/// What requests see of the lab.
struct Cloud {
    config: Config,
    dir: PathBuf,
    base: String,
    state: Mutex<State>,
    machine: Option<Machine>,
    faults: Mutex<Vec<PlannedFault>>,
    log: Mutex<Vec<Logged>>,
    seeded: Mutex<Vec<String>>,
}

impl Cloud {
    fn state(&self) -> MutexGuard<'_, State> {
        guard(&self.state)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn log(&self, method: &str, path: &str, status: u16) {
        let mut log = guard(&self.log);
        if log.len() < router::LOG_MAX {
            log.push(Logged { method: method.to_owned(), path: path.to_owned(), status });
        }
    }

    fn take_fault(&self, method: &str, path: &str) -> Option<Fault> {
        let mut faults = guard(&self.faults);
        let fits = |f: &&mut PlannedFault| {
            f.times > 0 && (f.method == "*" || f.method == method) && fits(&f.pattern, path)
        };
        let found = faults.iter_mut().find(fits)?;
        found.times -= 1;
        Some(found.fault)
    }

    fn on_machine(&self, wire: Wire) {
        if let Some(machine) = &self.machine {
            machine.post(move |host| host.wire(&wire));
        }
    }
}

/// A thread that panicked under the lock left the state as it was between two statements: good enough here.
fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a path fits a pattern, where `*` stands for any text.
fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// A running lab. Dropping it ends everything too, without waiting for requests.
pub struct Lab {
    cloud: Arc<Cloud>,
    stop: CancellationToken,
    server: Option<tokio::task::JoinHandle<()>>,
}

impl Lab {
    /// Starts it. Fails with a sentence that says what is missing: root, a program, a free range.
    pub async fn start(mut config: Config) -> Result<Self> {
        let dir = prepare(&config)?;
        let mut number = 0;
        let machine = if config.workers {
            let machine = Machine::start(&dir)?;
            number = machine.number;
            Some(machine)
        } else {
            None
        };
        if let Some(bytes) = config.volume_space {
            limit_space(&dir, bytes)?;
        }
        config.networks.splice(0..0, own_networks(number));
        let fallback = if config.workers { format!("172.30.{number}.1:0") } else { "127.0.0.1:0".to_owned() };
        let listen = config.listen.map_or_else(|| fallback.parse().context("address"), Ok)?;
        let listener = TcpListener::bind(listen).await.with_context(|| format!("listen on {listen}"))?;
        let base = format!("http://{}", listener.local_addr()?);
        let state = seed(&config)?;
        let cloud = Arc::new(Cloud {
            dir,
            base,
            state: Mutex::new(state),
            machine,
            faults: Mutex::default(),
            log: Mutex::default(),
            seeded: Mutex::default(),
            config,
        });
        *guard(&cloud.seeded) = objects(&cloud.state()).into_iter().map(|(_, value)| id_of(&value)).collect();
        let stop = CancellationToken::new();
        let server = tokio::spawn(router::serve(listener, cloud.clone(), stop.clone()));
        Ok(Self { cloud, stop, server: Some(server) })
    }

    /// Keystone's address, version and all: `http://172.30.0.1:40123/identity/v3`.
    pub fn auth_url(&self) -> String {
        self.cloud.url("/identity/v3")
    }

    /// A `clouds.yaml` with the clouds `lab` (user demo) and `lab-admin`.
    pub fn clouds_yaml(&self) -> String {
        let entry = |cloud: &str, user: &str| {
            format!(
                "  {cloud}:\n    auth:\n      auth_url: {}\n      username: {user}\n      password: {PASSWORD}\n      \
                 project_name: demo\n      user_domain_name: Default\n      project_domain_name: Default\n    \
                 region_name: {}\n    identity_api_version: 3\n",
                self.auth_url(),
                keystone::REGION
            )
        };
        format!("clouds:\n{}{}", entry("lab", "demo"), entry("lab-admin", "admin"))
    }

    /// The address of this machine that workers and guests reach; loopback without workers.
    pub fn host_address(&self) -> String {
        match &self.cloud.machine {
            Some(machine) => format!("172.30.{}.1", machine.number),
            None => "127.0.0.1".to_owned(),
        }
    }

    /// The range of the network `private`.
    pub fn private_cidr(&self) -> String {
        self.cloud.config.networks.first().map(|n| n.cidr.clone()).unwrap_or_default()
    }

    /// The file that holds the bytes of a volume.
    pub fn volume_path(&self, id: &str) -> PathBuf {
        cinder::volume_path(&self.cloud.dir, id)
    }

    /// The file that holds what a server wrote to its console.
    pub fn console_path(&self, server: &str) -> PathBuf {
        worker::console(&self.cloud.dir, server)
    }

    /// Everything that was made since the start and is still there: `volume NAME (ID)`.
    pub fn objects(&self) -> Vec<String> {
        let seeded = guard(&self.cloud.seeded);
        let all = objects(&self.cloud.state());
        all.into_iter()
            .filter(|(_, value)| !seeded.contains(&id_of(value)))
            .map(|(kind, value)| describe(kind, &value))
            .collect()
    }

    /// Servers, ports, security groups, snapshots, key pairs and floating addresses that say `gyre`
    /// anywhere: in their name, description, metadata or tags.
    pub fn leftovers(&self) -> Vec<String> {
        let all = objects(&self.cloud.state());
        let temporary = |kind: &str| !["volume", "image", "network", "subnet"].contains(&kind);
        all.into_iter()
            .filter(|(kind, value)| temporary(kind) && value.to_string().contains("gyre"))
            .map(|(kind, value)| describe(kind, &value))
            .collect()
    }

    /// What was asked so far, oldest first; at most 100,000 requests are kept.
    pub fn requests(&self) -> Vec<Logged> {
        guard(&self.cloud.log).clone()
    }

    /// Refuses the next `times` requests of `method` (or `*`) whose path fits `pattern` (where `*` is
    /// any text, as in `/compute/v2.1/servers/*/action`) with `status`; nothing is done for them.
    pub fn fail(&self, method: &str, pattern: &str, status: u16, times: u32) {
        self.plan(method, pattern, Fault::Status(status), times);
    }

    /// Does what the next `times` such requests ask and ends the connection without an answer.
    pub fn lose_reply(&self, method: &str, pattern: &str, times: u32) {
        self.plan(method, pattern, Fault::Lost, times);
    }

    fn plan(&self, method: &str, pattern: &str, fault: Fault, times: u32) {
        let planned = PlannedFault { method: method.to_owned(), pattern: pattern.to_owned(), fault, times };
        guard(&self.cloud.faults).push(planned);
    }

    /// Forgets all faults that were planned and did not happen.
    pub fn heal(&self) {
        guard(&self.cloud.faults).clear();
    }

    /// Every token that was ever issued, the oldest first; at most as many as requests are kept.
    pub fn issued_tokens(&self) -> Vec<String> {
        self.cloud.state().issued.clone()
    }

    /// Makes every token invalid, as if their time were over.
    pub fn expire_tokens(&self) {
        self.cloud.state().tokens.clear();
    }

    /// Whether the process of a server lives. Always false without workers.
    pub async fn runs(&self, server: &str) -> bool {
        let Some(machine) = &self.cloud.machine else { return false };
        let server = server.to_owned();
        machine.run(move |host| Ok(host.runs(&server))).await.unwrap_or(false)
    }

    /// Ends all servers and gives back what the lab took from this machine.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(server) = self.server.take() {
            drop(server.await);
        }
        // Dropping it waits for the lab's own thread, which a runtime's thread should not.
        drop(tokio::task::spawn_blocking(move || drop(self)).await);
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.stop.cancel();
        // Tasks of requests may still hold the cloud, so it is told and not dropped.
        if let Some(machine) = &self.cloud.machine {
            machine.finish();
        }
        unlimit_space(&self.cloud.dir);
    }
}

fn prepare(config: &Config) -> Result<PathBuf> {
    let root = rustix::process::geteuid().is_root();
    ensure!(
        root || !config.workers,
        "a lab with workers makes namespaces, loop devices and network cards: run it as root, or without workers"
    );
    ensure!(
        root || config.volume_space.is_none(),
        "a lab with limited space mounts a file system: run it as root"
    );
    for part in ["volumes", "images", "servers"] {
        let path = config.dir.join(part);
        std::fs::create_dir_all(&path).with_context(|| format!("create {}", path.display()))?;
    }
    let dir = config.dir.canonicalize()?;
    let safe = machine::name(&dir)?.chars().all(|c| !",:\\ \n".contains(c));
    ensure!(
        safe,
        "{}: the lab's directory becomes mount options, so it may hold no comma, colon, backslash or space",
        dir.display()
    );
    Ok(dir)
}

fn limit_space(dir: &Path, bytes: u64) -> Result<()> {
    let volumes = dir.join("volumes");
    machine::run(
        "mount",
        &["-t", "tmpfs", "-o", &format!("size={bytes},mode=755"), "gyre-lab", machine::name(&volumes)?],
    )
    .map(drop)
}

fn unlimit_space(dir: &Path) {
    let Some(volumes) = dir.join("volumes").to_str().map(str::to_owned) else { return };
    if machine::is_mounted(&volumes)
        && let Err(error) = machine::run("umount", &[&volumes])
    {
        tracing::warn!(%error, "a mount was left");
    }
}

/// `private` and `public`, in the range that this lab got.
fn own_networks(number: u8) -> [NetworkSeed; 2] {
    let at = |host: u8| format!("172.30.{number}.{host}");
    [
        NetworkSeed {
            name: "private".to_owned(),
            cidr: format!("172.30.{number}.0/25"),
            pool: (at(50), at(120)),
            dhcp: true,
            external: false,
        },
        NetworkSeed {
            name: "public".to_owned(),
            cidr: format!("172.30.{number}.128/25"),
            pool: (at(150), at(250)),
            dhcp: false,
            external: true,
        },
    ]
}

fn seed(config: &Config) -> Result<State> {
    let mut state = State::default();
    let project = |name: &str| Project { id: hex_id(), name: name.to_owned() };
    let (demo, admin) = (project("demo"), project("admin"));
    let user = |name: &str, roles: &[&'static str], project: &Project| User {
        id: hex_id(),
        name: name.to_owned(),
        password: PASSWORD.to_owned(),
        roles: roles.to_vec(),
        default_project: project.id.clone(),
    };
    state.users = vec![
        user("demo", &["member", "reader"], &demo),
        user("admin", &["admin", "member", "reader"], &admin),
    ];
    for (name, ram, cpus, disk) in &config.flavors {
        let flavor = Flavor::new(name, *ram, *cpus, *disk);
        state.flavors.insert(flavor.id.clone(), flavor);
    }
    for name in &config.volume_types {
        let row = cinder::type_record(name);
        state.volume_types.insert(text(&row, "id").to_owned(), row);
    }
    let id = model::uuid();
    let mut image = glance::record(&id, &config.worker_image, &admin.id);
    image.extend(doc(json!({"status": "active", "visibility": "public", "disk_format": "raw", "container_format": "bare",
                            "size": 0, "stores": "file", "os_type": "linux", "os_distro": "debian", "hw_disk_bus": "virtio"})));
    state.images.insert(&id, image);
    for project in [&demo, &admin] {
        neutron::add_default_group(&mut state, &project.id);
    }
    for network in &config.networks {
        let owner = if network.external { &admin } else { &demo };
        seed_network(&mut state, &owner.id, network)?;
    }
    join_networks(&mut state, &demo.id)?;
    state.projects = vec![demo, admin];
    Ok(state)
}

fn seed_network(state: &mut State, project: &str, seed: &NetworkSeed) -> Result<()> {
    let row =
        neutron::new_network(project, &doc(json!({"name": seed.name, "router:external": seed.external})));
    let id = text(&row, "id").to_owned();
    state.networks.insert(&id, row);
    let body = doc(
        json!({"network_id": id, "name": format!("{}-subnet", seed.name), "cidr": seed.cidr, "enable_dhcp": seed.dhcp,
                          "allocation_pools": [{"start": seed.pool.0, "end": seed.pool.1}]}),
    );
    let subnet =
        neutron::subnet_record(project, &body).map_err(|refusal| anyhow::anyhow!(refusal.message))?;
    state.subnets.insert(text(&subnet, "id").to_owned(), subnet);
    Ok(())
}

/// A router from the first network (`private`) to the second (`public`).
fn join_networks(state: &mut State, project: &str) -> Result<()> {
    let public = state.networks.rows().nth(1).map(|n| text(n, "id").to_owned()).unwrap_or_default();
    let subnet = state.subnets.rows().next().map(|s| text(s, "id").to_owned()).unwrap_or_default();
    neutron::seed_router(state, project, &subnet, &public).map_err(|refusal| anyhow::anyhow!(refusal.message))
}

/// Everything that a client may have made, with enough to tell whose it is.
fn objects(state: &State) -> Vec<(&'static str, Value)> {
    let mut all: Vec<(&str, Value)> = Vec::new();
    let row = |kind, id: &str, name: &str, more: Value| (kind, json!({"id": id, "name": name, "more": more}));
    all.extend(
        state.servers.rows().map(|s| row("server", &s.id, &s.name, json!([s.metadata, s.description]))),
    );
    all.extend(state.volumes.rows().map(|v| {
        row("volume", &v.id, v.name.as_deref().unwrap_or_default(), json!([v.metadata, v.description]))
    }));
    all.extend(state.snapshots.rows().map(|s| {
        row("snapshot", &s.id, s.name.as_deref().unwrap_or_default(), json!([s.metadata, s.description]))
    }));
    all.extend(state.keypairs.iter().map(|k| row("keypair", &k.name, &k.name, Value::Null)));
    all.extend(state.server_groups.rows().map(|g| row("server group", &g.id, &g.name, Value::Null)));
    let tables = [
        ("port", &state.ports),
        ("security group", &state.security_groups),
        ("floating ip", &state.floating_ips),
        ("network", &state.networks),
        ("subnet", &state.subnets),
        ("router", &state.routers),
        ("image", &state.images),
    ];
    all.extend(
        tables
            .into_iter()
            .flat_map(|(kind, table)| table.rows().map(move |r| (kind, Value::Object(r.clone())))),
    );
    all
}

fn id_of(value: &Value) -> String {
    value["id"].as_str().unwrap_or_default().to_owned()
}

fn describe(kind: &str, value: &Value) -> String {
    let name = value["name"].as_str().or_else(|| value["floating_ip_address"].as_str()).unwrap_or_default();
    format!("{kind} {name} ({})", id_of(value))
}

/// Writes what a lab of this process has to say to stderr: warnings, or what `RUST_LOG` asks for. A process that
/// logs already is left as it is.
pub fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    drop(tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init());
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_whole_paths() {
        assert!(fits("/volume/v3/*/volumes", "/volume/v3/abc/volumes"));
        assert!(!fits("/volume/v3/*/volumes", "/volume/v3/abc/volumes/1"));
        assert!(fits("*/action", "/compute/v2.1/servers/1/action"));
        assert!(fits("/a/*/b/*", "/a/1/b/2/3"));
        assert!(fits("/a", "/a") && !fits("/a", "/a/b") && !fits("/a", "/"));
    }
}
