//! A worker: Debian's sshd in namespaces of its own over a copy-on-write view of this machine. Not a
//! boundary against malice: whoever is root in it is root here, with other files and other wires.

use crate::machine::{Card, Host, bound_to_this_thread, free_loops, name, run, wait_until};
use crate::windows::Windows;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// Pid 1 of every worker.
const INIT: &str = include_str!("worker-init.sh");
/// Loop devices below this number that are free are shown to workers, for what the agent attaches.
const FREE_LOOPS_BELOW: u32 = 64;

/// What a worker is started with.
#[derive(Clone, Debug)]
pub struct WorkerSpec {
    pub server: String,
    pub name: String,
    pub cards: Vec<Card>,
    /// Volume and file.
    pub volumes: Vec<(String, PathBuf)>,
    /// Shell script that stands in for cloud-init.
    pub setup: String,
    /// What its user data says, where it runs Windows.
    pub windows: Option<Vec<u8>>,
}

/// A worker that was started.
pub struct Worker {
    /// `unshare`, which waits for pid 1 of the namespaces.
    outer: Child,
    init: Pid,
    root: PathBuf,
    windows: Option<Windows>,
}

/// Where the console of a server is written.
pub fn console(dir: &Path, server: &str) -> PathBuf {
    dir.join("servers").join(server).join("console.log")
}

impl Worker {
    /// Starts it and waits until it has its network and its setup was handed over.
    pub fn start(host: &mut Host, spec: &WorkerSpec, devices: &[(String, String)]) -> Result<Self> {
        let dir = host.dir.join("servers").join(&spec.server);
        let root = dir.join("root");
        std::fs::create_dir_all(&root)?;
        let log = console(&host.dir, &spec.server);
        let mut outer = spawn(spec, devices, &root, &log)?;
        match connect(host, spec, &mut outer, &log) {
            Ok(init) => {
                let pid = init.as_raw_nonzero().to_string();
                let boot = |data: &Vec<u8>| Windows::boot(&pid, &host.dir, &dir, data);
                let windows = spec.windows.as_ref().map(boot).transpose()?;
                Ok(Self { outer, init, root, windows })
            }
            Err(error) => {
                drop(outer.kill());
                drop(outer.wait());
                Err(error)
            }
        }
    }

    pub fn runs(&mut self) -> bool {
        matches!(self.outer.try_wait(), Ok(None))
    }

    /// Kills pid 1, and with it everything in the namespaces; returns when all of it is gone.
    pub fn kill(mut self) -> Result<()> {
        if let Some(windows) = self.windows.take() {
            windows.end();
        }
        // Gone already is as good.
        kill_process(self.init, Signal::KILL).ok();
        self.outer.wait()?;
        drop(std::fs::remove_dir(&self.root));
        Ok(())
    }

    fn inside(&self, namespaces: &str, command: &[&str]) -> Result<()> {
        let pid = self.init.as_raw_nonzero().to_string();
        let mut args = vec!["--target", &pid, namespaces, "--"];
        args.extend(command);
        run("nsenter", &args).map(drop)
    }

    /// Makes the node of a loop device.
    pub fn show(&self, device: &str) -> Result<()> {
        let number = device.trim_start_matches("/dev/loop");
        let script = "test -b \"$1\" || (umask 007; mknod \"$1\" b 7 \"$2\")";
        self.inside("--mount", &["/bin/sh", "-c", script, "sh", device, number])
    }

    /// Removes the node of a loop device. A worker that just ended has none.
    pub fn hide(&self, device: &str) {
        drop(self.inside("--mount", &["/bin/rm", "-f", device]));
    }

    /// Adds (`replace`) or removes (`del`) an address beside its own.
    pub fn address(&self, verb: &str, ip: &str) {
        drop(self.inside("--net", &["ip", "address", verb, &format!("{ip}/32"), "dev", "eth0"]));
    }
}

fn spawn(spec: &WorkerSpec, devices: &[(String, String)], root: &Path, log: &Path) -> Result<Child> {
    let mut loops: Vec<String> = free_loops(FREE_LOOPS_BELOW).iter().map(u32::to_string).collect();
    loops.extend(devices.iter().map(|(_, device)| device.trim_start_matches("/dev/loop").to_owned()));
    let output = File::create(log)?;
    let mut command = bound_to_this_thread("unshare");
    command
        .args([
            "--mount",
            "--pid",
            "--net",
            "--uts",
            "--ipc",
            "--fork",
            "--kill-child=KILL",
            "/bin/sh",
            "-c",
            INIT,
        ])
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LAB_ROOT", name(root)?)
        .env("LAB_NAME", host_name(&spec.name))
        .env("LAB_LOOPS", loops.join(" "))
        .env("LAB_NICS", cards(&spec.cards))
        .env("LAB_DNS", spec.cards.iter().flat_map(|card| card.dns.clone()).collect::<Vec<_>>().join(" "))
        .stdin(Stdio::piped())
        .stdout(output.try_clone()?)
        .stderr(output);
    command.spawn().context("setpriv and unshare (util-linux) are needed for workers")
}

/// Gives the new namespaces their cards, then lets pid 1 go on until it has its own root.
fn connect(host: &mut Host, spec: &WorkerSpec, outer: &mut Child, log: &Path) -> Result<Pid> {
    wait_for(outer, log, "lab: namespaces ready")?;
    let pid = outer.id().to_string();
    for (index, card) in spec.cards.iter().enumerate() {
        let (outside, inside) = (host.next_card('v'), format!("eth{index}"));
        run(
            "ip",
            &[
                "link", "add", &outside, "type", "veth", "peer", "name", &inside, "address", &card.mac,
                "netns", &pid,
            ],
        )?;
        run("ip", &["link", "set", &outside, "master", &host.bridge, "up"])?;
    }
    let init = child_of(outer.id()).context("pid 1 of the worker is gone")?;
    let mut input = outer.stdin.take().context("no way to talk to the worker")?;
    input.write_all(b"go\n")?;
    input.write_all(spec.setup.as_bytes())?;
    drop(input);
    // Before it has its own root, its `/dev` is this machine's: a node removed there would be gone here.
    wait_for(outer, log, "lab: root ready")?;
    Ok(init)
}

/// Waits until a worker that starts has said something on its console.
fn wait_for(outer: &mut Child, log: &Path, word: &str) -> Result<()> {
    let console = || std::fs::read_to_string(log).unwrap_or_default();
    let mut ended = false;
    let waited = wait_until(&format!("the worker says {word:?}"), || {
        ended = !matches!(outer.try_wait(), Ok(None));
        ended || console().contains(word)
    });
    if ended {
        bail!("the worker ended at once; its console: {}", console().trim());
    }
    waited
}

/// The one child of a process.
fn child_of(parent: u32) -> Option<Pid> {
    let entries = std::fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let child = pids.into_iter().find(|pid| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        after_name.split_whitespace().nth(1) == Some(parent.to_string().as_str())
    })?;
    Pid::from_raw(child)
}

fn cards(cards: &[Card]) -> String {
    let line = |(index, card): (usize, &Card)| {
        let gateway = card.addresses.iter().find_map(|(_, _, gateway)| gateway.clone());
        let gateway = if index == 0 { gateway } else { None };
        let own = card.addresses.iter().map(|(ip, prefix, _)| format!("{ip}/{prefix}"));
        let addresses: Vec<String> = own.chain(card.floating.iter().map(|ip| format!("{ip}/32"))).collect();
        format!("eth{index} {} {}", gateway.as_deref().unwrap_or("-"), addresses.join(" "))
    };
    cards.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// What Nova makes of a server's name.
pub fn host_name(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '-' };
    let host: String = name.chars().map(keep).take(63).collect();
    let host = host.trim_matches('-');
    if host.is_empty() { "server".to_owned() } else { host.to_owned() }
}
