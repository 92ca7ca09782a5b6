//! Runs every verb of the plugin against a real OpenStack, twice each, and shows what is left over at
//! the end: nothing. Native, without wasm: the SDK's fake host forwards the requests.
//!
//! Takes `OS_AUTH_URL`, `OS_USERNAME`, `OS_PASSWORD`, `OS_PROJECT_NAME`, and the plugin's options as a
//! JSON object in the one argument: `{"migr_image": …, "migr_network": …, "network_map": {"VM Network": …}}`.
//! With `KEYS`, a directory with the key pairs `login` and `host` of ssh-keygen, it also logs in to the
//! worker, with the host key pinned, and shows the worker's disks. `FIXED_IP` is an address of the source's
//! NIC, `REVERT` puts the volumes back to their snapshots, `TRACE` shows all requests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // this is a test that is run by hand

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gyre_plugin::destination::*;
use gyre_plugin::fake::FakeHost;
use openstack::OpenStack;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CALLS_MAX: usize = 400;
const LOGINS_MAX: usize = 60;

fn main() {
    let host = FakeHost::new().secret("os-password", &env("OS_PASSWORD")).http(forward());
    let config = config();
    let vm = machine();
    let findings = timed("check", || OpenStack::check(Config::new(&config), Some(&vm)));
    println!("{findings:#?}");
    assert!(findings.iter().all(|finding| !finding.blocking), "the check refuses");
    let choices = timed("options", || OpenStack::options(Config::new(&config), &[]));
    println!(
        "{}",
        choices.iter().map(|c| format!("{}={}", c.option_name, c.values.len())).collect::<Vec<_>>().join(" ")
    );
    let mut run = Run { config, token: format!("{:016x}", std::process::id()), number: 0 };
    walk(&mut run, &vm);
    println!("log: {:#?}", host.log());
}

fn walk(run: &mut Run, vm: &VmSpec) {
    let config = || Config::new(run.config.clone());
    println!("schema {} bytes", (OpenStack::ABOUT.schema)().len());
    println!("{:?}", OpenStack::plan_morphing(config(), vm).unwrap());
    let disks = run.twice("ensure-disks", |step| OpenStack::ensure_disks(step, vm, None));
    println!("{:#?}", OpenStack::describe_disks(Config::new(&run.config), &disks).unwrap());
    let mut grown = vm.clone();
    grown.disks[1].size += 1 << 30;
    let disks = run.twice("ensure-disks (grown)", |step| OpenStack::ensure_disks(step, &grown, Some(&disks)));
    println!("{:#?}", OpenStack::describe_disks(Config::new(&run.config), &disks).unwrap());

    let work =
        |step: &Step, disks: &str| OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, disks);
    let lost = run.begin();
    run.until_done("ensure-worker (answer lost)", &lost, |step| work(step, &disks));
    run.until_done("remove-worker by token", &lost, |step| OpenStack::remove_worker(step, ""));
    let worker = run.twice("ensure-worker", |step| work(step, &disks));
    println!("{:#?}", OpenStack::describe_worker(Config::new(&run.config), &worker).unwrap());
    log_in(&OpenStack::describe_worker(Config::new(&run.config), &worker).unwrap());
    run.twice("remove-worker", |step| OpenStack::remove_worker(step, &worker));

    let point = run.twice("ensure-checkpoint", |step| OpenStack::ensure_checkpoint(step, &disks));
    let clone = run.twice("ensure-clone", |step| OpenStack::ensure_clone(step, &point, true));
    let instance = run.twice("ensure-instance", |step| OpenStack::ensure_instance(step, vm, &clone));
    println!("{:#?}", OpenStack::describe_instance(Config::new(&run.config), &instance).unwrap());
    run.twice("remove-instance", |step| OpenStack::remove_instance(step, &instance));
    assert_eq!(
        OpenStack::describe_disks(Config::new(&run.config), &clone).unwrap().len(),
        2,
        "the disks stay"
    );
    run.twice("remove-clone", |step| OpenStack::remove_clone(step, &clone));
    if std::env::var_os("REVERT").is_some() {
        run.twice("restore-checkpoint", |step| OpenStack::restore_checkpoint(step, &point));
    }
    run.twice("remove-checkpoint", |step| OpenStack::remove_checkpoint(step, &point));
    run.twice("remove-disks", |step| OpenStack::remove_disks(step, &disks));
}

/// Asks the worker for its disks, as soon as it answers with the right host key.
fn log_in(worker: &Worker) {
    let Ok(keys) = std::env::var("KEYS") else { return };
    let known = format!("{keys}/known_hosts");
    let host_key = std::fs::read_to_string(format!("{keys}/host.pub")).unwrap();
    std::fs::write(&known, format!("{} {host_key}", worker.host)).unwrap();
    for _ in 0..LOGINS_MAX {
        let done = std::process::Command::new("ssh")
            .args(["-i", &format!("{keys}/login"), "-o", &format!("UserKnownHostsFile={known}")])
            .args(["-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"])
            .arg(format!("{}@{}", worker.user, worker.host))
            .arg("sudo -n id -un; lsblk -o NAME,SIZE,SERIAL; ls /etc/ssh/ssh_host_*")
            .output()
            .unwrap();
        println!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        if done.status.success() {
            return;
        }
        std::thread::sleep(Duration::from_secs(10));
    }
    panic!("the worker does not let anybody in");
}

/// Puts real keys in the place of the fake host's.
fn with_keys(body: Vec<u8>) -> Vec<u8> {
    let Ok(keys) = std::env::var("KEYS") else { return body };
    let mut body: Value = serde_json::from_slice(&body).unwrap();
    let data = STANDARD.decode(body["server"]["user_data"].as_str().unwrap_or_default()).unwrap();
    let Some(config) = data.strip_prefix(b"#cloud-config\n") else { return body.to_string().into_bytes() };
    let mut config: Value = serde_json::from_slice(config).unwrap();
    let read = |name: &str| std::fs::read_to_string(format!("{keys}/{name}")).unwrap();
    config["users"][0]["ssh_authorized_keys"][0] = json!(read("login.pub").trim());
    config["ssh_keys"] =
        json!({ "ed25519_private": read("host"), "ed25519_public": read("host.pub").trim() });
    body["server"]["user_data"] = json!(STANDARD.encode(format!("#cloud-config\n{config}\n")));
    body.to_string().into_bytes()
}

struct Run {
    config: String,
    token: String,
    number: u32,
}

impl Run {
    fn begin(&mut self) -> Step {
        self.number += 1;
        Step::new(format!("{}-{}", self.token, self.number), &self.config)
    }

    /// The same step again from its start must change nothing.
    fn twice(&mut self, name: &str, call: impl Fn(&Step) -> Result<Outcome>) -> String {
        let step = self.begin();
        let first = self.until_done(name, &step, &call);
        let second = self.until_done(&format!("{name} again"), &step, &call);
        assert_eq!(first, second, "{name} is not idempotent");
        first
    }

    fn until_done(&self, name: &str, step: &Step, call: impl Fn(&Step) -> Result<Outcome>) -> String {
        let mut step = step.clone();
        timed(name, || {
            for _ in 0..CALLS_MAX {
                match call(&step)? {
                    Outcome::Done(state) => return Ok(state),
                    Outcome::Wait(wait) => {
                        println!("  wait {} {}", wait.after_ms, wait.state);
                        std::thread::sleep(Duration::from_millis(wait.after_ms.into()));
                        step.resume = Some(wait.state);
                    }
                }
            }
            Err(Error::other("example.calls", "too many waits"))
        })
    }
}

fn timed<T>(name: &str, call: impl FnOnce() -> Result<T>) -> T {
    let start = Instant::now();
    let result = call();
    println!("{:6.1} s  {name}", start.elapsed().as_secs_f32());
    result.unwrap_or_else(|error| panic!("{name}: {error:#?}"))
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

fn config() -> String {
    let argument = std::env::args().nth(1).unwrap_or_else(|| "{}".to_owned());
    let mut config: Value = serde_json::from_str(&argument).expect("the argument is JSON");
    config["auth"] = json!({
        "auth_url": env("OS_AUTH_URL"),
        "username": env("OS_USERNAME"),
        "project_name": env("OS_PROJECT_NAME"),
        "user_domain_name": "Default",
        "project_domain_name": "Default",
    });
    config.to_string()
}

fn machine() -> VmSpec {
    let disk = |id: &str, position| DiskSpec {
        id: id.into(),
        size: (1 << 30) - 4096,
        position,
        bus: "scsi".into(),
        backend: Some("ds1".into()),
        shareable: false,
    };
    let nic = NicSpec {
        id: "nic0".into(),
        mac: Some("00:50:56:3A:0B:0C".into()),
        network: "VM Network".into(),
        addresses: std::env::var("FIXED_IP").into_iter().collect(),
    };
    VmSpec {
        id: "vm-1".into(),
        name: "gyre example".into(),
        hostname: None,
        vcpus: 1,
        cores_per_socket: None,
        memory_mib: 512,
        firmware: Firmware::Uefi,
        secure_boot: false,
        tpm: false,
        os_type: OsType::Linux,
        os_hint: None,
        host: None,
        public_address: None,
        disks: vec![disk("data/disk 2.vmdk", 1), disk("boot.vmdk", 0)],
        nics: vec![nic],
    }
}

/// Sends over plain HTTP. The fake clock does not wait between two looks at the same thing, so this does.
fn forward() -> impl FnMut(&str, &Request) -> Result<Response> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut last = String::new();
    move |origin, request| {
        let this = format!("{} {origin}{}", request.method, request.path);
        if this == last {
            std::thread::sleep(Duration::from_secs(1));
        }
        last.clone_from(&this);
        let mut http = ureq::http::Request::builder()
            .method(request.method.as_str())
            .uri(format!("{origin}{}", request.path));
        for (name, value) in &request.headers {
            http = http.header(name, value);
        }
        let server = request.method == "POST" && request.path.ends_with("/servers");
        let body = if server { with_keys(request.body.clone()) } else { request.body.clone() };
        let answer = agent.run(http.body(body).unwrap());
        let mut answer = answer.map_err(|error| Error::unavailable("example.http", error.to_string()))?;
        let body = answer
            .body_mut()
            .read_to_vec()
            .map_err(|error| Error::unavailable("example.http", error.to_string()))?;
        if std::env::var_os("TRACE").is_some() {
            println!("  {this} {} {}", String::from_utf8_lossy(&request.body), answer.status());
            println!("    {}", String::from_utf8_lossy(&body));
        }
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned()));
        Ok(Response { status: answer.status().as_u16(), headers: headers.collect(), body })
    }
}
