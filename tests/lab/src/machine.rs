//! This machine as the lab uses it: a bridge with an address range of its own, loop devices over
//! volumes, workers and guests as processes. One thread owns it all, so that nothing here races, and
//! so that what it starts dies with it (the kernel sends the death signal when the *thread* that
//! started a process ends). Knows no API.

use crate::guest::{Guest, GuestSpec};
use crate::worker::{Worker, WorkerSpec};
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Where labs note what they use, so that the next one can clear up after one that was killed.
const RUN: &str = "/run/gyre-lab";
/// Labs on one machine at once.
const LABS_MAX: u8 = 200;
/// Longest wait for a device or a process to go away.
const RELEASE: Duration = Duration::from_secs(10);
/// How often such a wait looks.
const LOOK: Duration = Duration::from_millis(10);

/// Runs a program to its end and gives back what it printed.
pub fn run(program: &str, args: &[&str]) -> Result<String> {
    let out = Command::new(program).args(args).stdin(Stdio::null()).output().with_context(|| {
        format!("{program} could not be started: is it installed, and /usr/sbin in PATH?")
    })?;
    let said = String::from_utf8_lossy(&out.stderr);
    ensure!(out.status.success(), "{program} {}: {}: {}", args.join(" "), out.status, said.trim());
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// A process that is killed when the thread that started it ends.
pub fn bound_to_this_thread(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", program]);
    command
}

/// Copies a file without its holes, sharing blocks where the file system can.
pub fn copy_sparse(from: &Path, to: &Path) -> Result<()> {
    run("cp", &["--reflink=auto", "--sparse=always", "--", name(from)?, name(to)?]).map(drop)
}

/// Unpacks an image into a raw volume.
pub fn convert_image(from: &Path, format: &str, to: &Path) -> Result<()> {
    if std::fs::metadata(from)?.len() == 0 {
        return Ok(());
    }
    let format = if format.is_empty() { "raw" } else { format };
    run("qemu-img", &["convert", "-f", format, "-O", "raw", "-S", "64k", name(from)?, name(to)?]).map(drop)
}

/// A path as an argument.
pub fn name(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| anyhow!("{} is not UTF-8", path.display()))
}

/// Waits until `done`, at most [`RELEASE`].
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) -> Result<()> {
    let end = Instant::now() + RELEASE;
    while !done() {
        ensure!(Instant::now() < end, "{what}: not after {} s", RELEASE.as_secs());
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// A network card of a worker or guest.
#[derive(Clone, Debug)]
pub struct Card {
    pub port_id: String,
    pub network_id: String,
    pub mac: String,
    /// Address, prefix, gateway: of the fixed addresses; the gateway is this machine's on the bridge.
    pub addresses: Vec<(String, u32, Option<String>)>,
    /// Addresses that point at it.
    pub floating: Vec<String>,
    pub dns: Vec<String>,
}

impl Card {
    fn all_addresses(&self) -> impl Iterator<Item = &String> {
        self.addresses.iter().map(|(address, ..)| address).chain(&self.floating)
    }
}

/// A change of a server's addresses while it runs.
#[derive(Clone, Debug)]
pub enum Wire {
    AddAddress { server: String, ip: String },
    RemoveAddress { server: String, ip: String },
}

type Job = Box<dyn FnOnce(&mut Host) + Send>;

/// The thread that owns [`Host`].
pub struct Machine {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    pub number: u8,
}

impl Machine {
    /// Clears up after labs that were killed, takes a free address range and makes its bridge.
    pub fn start(dir: &Path) -> Result<Self> {
        let dir = dir.to_owned();
        let (jobs, queue) = mpsc::channel::<Job>();
        let (tell, told) = mpsc::channel();
        let work = move || match Host::open(&dir) {
            Err(error) => drop(tell.send(Err(error))),
            Ok(mut host) => {
                drop(tell.send(Ok(host.number)));
                while let Ok(job) = queue.recv() {
                    job(&mut host);
                }
                host.close();
            }
        };
        let thread = std::thread::Builder::new().name("lab-machine".to_owned()).spawn(work)?;
        let number = told.recv().context("the lab's thread ended")??;
        Ok(Self { jobs: Mutex::new(Some(jobs)), thread: Mutex::new(Some(thread)), number })
    }

    /// Has the thread do something and waits for its answer.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Host) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = tokio::sync::oneshot::channel();
        self.post(move |host| drop(tell.send(job(host))));
        told.await.context("the lab is stopping")?
    }

    /// Has the thread do something some time.
    pub fn post(&self, job: impl FnOnce(&mut Host) + Send + 'static) {
        if let Some(jobs) = &*crate::guard(&self.jobs) {
            // A closed queue means that the lab stops: nothing is to be done any more.
            drop(jobs.send(Box::new(job)));
        }
    }

    /// Ends everything that runs and waits for it. May be called again.
    pub fn finish(&self) {
        crate::guard(&self.jobs).take();
        if let Some(thread) = crate::guard(&self.thread).take() {
            drop(thread.join());
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.finish();
    }
}

/// What runs and is attached now.
pub struct Host {
    number: u8,
    pub bridge: String,
    pub dir: PathBuf,
    /// Loop devices by volume.
    loops: BTreeMap<String, String>,
    workers: BTreeMap<String, Worker>,
    guests: BTreeMap<String, Guest>,
    dhcp: Option<Child>,
    cards_made: u32,
    /// Held as long as this lab lives.
    _lock: File,
}

impl Host {
    fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(RUN).with_context(|| format!("{RUN}: workers need root"))?;
        let mut chosen = None;
        for number in 0..LABS_MAX {
            let known = note(number, "dir").exists();
            if chosen.is_some() && !known {
                continue;
            }
            let Some(lock) = lock(number)? else { continue };
            sweep(number);
            if chosen.is_none() && range_is_free(number)? {
                chosen = Some((number, lock));
            }
        }
        let (number, lock) =
            chosen.context("no free range 172.30.N.0/24 is left on this machine: stop other labs")?;
        std::fs::write(note(number, "dir"), name(dir)?)?;
        let bridge = format!("gyrl{number}");
        let host = Self {
            number,
            bridge,
            dir: dir.to_owned(),
            loops: BTreeMap::new(),
            workers: BTreeMap::new(),
            guests: BTreeMap::new(),
            dhcp: None,
            cards_made: 0,
            _lock: lock,
        };
        // A bridge without an address of its own takes its lowest card's, and changes it with every card that comes
        // or goes: the workers that are there then send to nobody.
        let mac = format!("02:67:79:72:65:{number:02x}");
        run("ip", &["link", "add", &host.bridge, "address", &mac, "type", "bridge", "forward_delay", "0"])?;
        run("ip", &["link", "set", &host.bridge, "up"])?;
        host.ensure_gateway(&format!("172.30.{number}.1"), 25)?;
        host.ensure_gateway(&format!("172.30.{number}.129"), 25)?;
        Ok(host)
    }

    /// Gives the bridge the gateway's address of a subnet, unless another interface owns the range.
    pub fn ensure_gateway(&self, gateway: &str, prefix: u32) -> Result<()> {
        let wanted = format!("{gateway}/{prefix}");
        let range =
            crate::address::Cidr::parse(&wanted).with_context(|| format!("{wanted} is no address"))?;
        for (interface, address) in own_addresses()? {
            let Some(used) = crate::address::Cidr::parse(&address) else { continue };
            if interface == self.bridge && address == wanted {
                return Ok(());
            }
            if interface != self.bridge && used.prefix > 0 && range.overlaps(&used) {
                bail!(
                    "{range} is in use on this machine's interface {interface} ({address}): choose another subnet"
                );
            }
        }
        run("ip", &["address", "add", &wanted, "dev", &self.bridge]).map(drop)
    }

    fn ensure_gateways(&self, cards: &[Card]) -> Result<()> {
        for (_, prefix, gateway) in cards.iter().flat_map(|card| &card.addresses) {
            if let Some(gateway) = gateway {
                self.ensure_gateway(gateway, *prefix)?;
            }
        }
        Ok(())
    }

    /// A name for the next network card on the bridge.
    pub fn next_card(&mut self, letter: char) -> String {
        self.cards_made += 1;
        format!("{}{letter}{}", self.bridge, self.cards_made)
    }

    /// Forgets which cards had these addresses before: this machine would go on sending to a card that is gone.
    fn forget_neighbours<'a>(&self, addresses: impl IntoIterator<Item = &'a String>) {
        for ip in addresses {
            warn(
                "a neighbour is still known",
                run("ip", &["neigh", "flush", "to", ip, "dev", &self.bridge]).map(drop),
            );
        }
    }

    /// Starts a worker; when this returns its namespaces, address and devices are there and it runs.
    pub fn boot_worker(&mut self, spec: &WorkerSpec) -> Result<Vec<(String, String)>> {
        self.ensure_gateways(&spec.cards)?;
        let mut devices = Vec::new();
        for (volume, path) in &spec.volumes {
            devices.push((volume.clone(), self.ensure_loop(volume, path)?));
        }
        let worker = Worker::start(self, spec, &devices)?;
        self.forget_neighbours(spec.cards.iter().flat_map(Card::all_addresses));
        self.workers.insert(spec.server.clone(), worker);
        Ok(devices)
    }

    /// Starts a guest under QEMU.
    pub fn boot_guest(&mut self, spec: &GuestSpec, at_most: usize) -> Result<()> {
        self.guests.retain(|_, guest| guest.runs());
        ensure!(
            self.guests.len() < at_most,
            "No valid host was found. This lab runs {at_most} guest(s) at a time"
        );
        self.ensure_gateways(&spec.cards)?;
        let guest = Guest::start(self, spec)?;
        self.forget_neighbours(spec.cards.iter().flat_map(Card::all_addresses));
        self.guests.insert(spec.server.clone(), guest);
        self.serve_dhcp()
    }

    /// Whether its process lives.
    pub fn runs(&mut self, server: &str) -> bool {
        let worker = self.workers.get_mut(server).is_some_and(Worker::runs);
        worker || self.guests.get_mut(server).is_some_and(Guest::runs)
    }

    /// Ends a server; its volumes stay attached to this machine until [`Host::release`].
    pub fn kill(&mut self, server: &str) -> Result<()> {
        if let Some(worker) = self.workers.remove(server) {
            worker.kill()?;
        }
        if let Some(guest) = self.guests.remove(server) {
            guest.kill()?;
            self.serve_dhcp()?;
        }
        Ok(())
    }

    /// The loop device of a volume.
    fn ensure_loop(&mut self, volume: &str, path: &Path) -> Result<String> {
        if let Some(device) = self.loops.get(volume) {
            return Ok(device.clone());
        }
        let device = run("losetup", &["--find", "--show", name(path)?])?.trim().to_owned();
        self.loops.insert(volume.to_owned(), device.clone());
        for worker in self.workers.values() {
            worker.hide(&device);
        }
        Ok(device)
    }

    /// Attaches a volume to a running worker.
    pub fn attach(&mut self, server: &str, volume: &str, path: &Path) -> Result<String> {
        ensure!(!self.guests.contains_key(server), "this lab attaches volumes to guests only when they boot");
        let device = self.ensure_loop(volume, path)?;
        if let Some(worker) = self.workers.get(server) {
            worker.show(&device)?;
        }
        Ok(device)
    }

    /// Detaches a volume: what it holds is in the file when this returns.
    pub fn release(&mut self, server: &str, volume: &str) -> Result<()> {
        let Some(device) = self.loops.get(volume).cloned() else { return Ok(()) };
        detach_loop(&device)?;
        self.loops.remove(volume);
        if let Some(worker) = self.workers.get(server) {
            worker.hide(&device);
        }
        Ok(())
    }

    pub fn wire(&self, wire: &Wire) {
        let (server, ip, verb) = match wire {
            Wire::AddAddress { server, ip } => (server, ip, "replace"),
            Wire::RemoveAddress { server, ip } => (server, ip, "del"),
        };
        if let Some(worker) = self.workers.get(server) {
            worker.address(verb, ip);
        }
        self.forget_neighbours([ip]);
    }

    /// One DHCP server for the ports of the guests that run now.
    fn serve_dhcp(&mut self) -> Result<()> {
        if let Some(mut old) = self.dhcp.take() {
            old.kill()?;
            old.wait()?;
        }
        let cards: Vec<Card> = self.guests.values().flat_map(|guest| guest.cards.clone()).collect();
        if cards.is_empty() {
            return Ok(());
        }
        self.dhcp = Some(crate::guest::start_dhcp(self, &cards)?);
        Ok(())
    }

    fn close(&mut self) {
        let servers: Vec<String> = self.workers.keys().chain(self.guests.keys()).cloned().collect();
        for server in servers {
            warn("a server could not be ended", self.kill(&server));
        }
        let volumes: Vec<String> = self.loops.keys().cloned().collect();
        for volume in volumes {
            warn("a loop device was not released", self.release("", &volume));
        }
        sweep(self.number);
    }
}

fn warn(what: &str, result: Result<()>) {
    if let Err(error) = result {
        tracing::warn!(%error, "{what}");
    }
}

fn note(number: u8, what: &str) -> PathBuf {
    Path::new(RUN).join(format!("{number}.{what}"))
}

/// The lock of a range; `None` when a living lab holds it.
fn lock(number: u8) -> Result<Option<File>> {
    let file = File::create(note(number, "lock"))?;
    Ok(file.try_lock().is_ok().then_some(file))
}

fn own_addresses() -> Result<Vec<(String, String)>> {
    let text = run("ip", &["-o", "address", "show"])?;
    let parse = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let interface = words.next()?.to_owned();
        Some((interface, words.nth(1)?.to_owned()))
    };
    Ok(text.lines().filter_map(parse).collect())
}

fn range_is_free(number: u8) -> Result<bool> {
    let range = format!("172.30.{number}.0/24");
    let range = crate::address::Cidr::parse(&range).context("range")?;
    let used = own_addresses()?;
    Ok(!used.iter().filter_map(|(_, a)| crate::address::Cidr::parse(a)).any(|used| range.overlaps(&used)))
}

/// Removes what a lab of this number left: cards, bridge, loop devices, mounts. Its processes died
/// with it. Called under the number's lock; nothing to remove is no error.
fn sweep(number: u8) {
    let bridge = format!("gyrl{number}");
    let links = run("ip", &["-o", "link", "show"]).unwrap_or_default();
    for link in links.lines().filter_map(|l| l.split_whitespace().nth(1)) {
        let link = link.trim_end_matches(':').split('@').next().unwrap_or_default();
        let rest = link.strip_prefix(&bridge);
        if rest.is_some_and(|r| r.is_empty() || r.starts_with('v')) {
            warn("a network card was left", run("ip", &["link", "delete", link]).map(drop));
        }
    }
    let Ok(dir) = std::fs::read_to_string(note(number, "dir")) else { return };
    let volumes = format!("{dir}/volumes");
    for (device, back) in loop_devices() {
        if back.starts_with(&format!("{volumes}/")) {
            warn("a loop device was left", detach_loop(&device));
        }
    }
    if is_mounted(&volumes) {
        warn("a mount was left", run("umount", &[&volumes]).map(drop));
    }
    drop(std::fs::remove_file(note(number, "dir")));
}

pub fn is_mounted(path: &str) -> bool {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    mounts.lines().any(|line| line.split(' ').nth(1) == Some(path))
}

/// Loop devices in use and the names of their files, from sysfs.
fn loop_devices() -> Vec<(String, String)> {
    let entries = std::fs::read_dir("/sys/block").into_iter().flatten().filter_map(Result::ok);
    let read = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok().filter(|n| n.starts_with("loop"))?;
        let back = std::fs::read_to_string(entry.path().join("loop/backing_file")).ok()?;
        Some((format!("/dev/{name}"), back.trim_end().trim_end_matches(" (deleted)").to_owned()))
    };
    entries.filter_map(read).collect()
}

/// Numbers of loop devices below `below` that nothing uses.
pub fn free_loops(below: u32) -> Vec<u32> {
    let used: Vec<String> = loop_devices().into_iter().map(|(device, _)| device).collect();
    (0..below).filter(|n| !used.contains(&format!("/dev/loop{n}"))).collect()
}

/// Detaches a loop device and, before it, those that a worker put over parts of it.
fn detach_loop(device: &str) -> Result<()> {
    let own = format!("/{}", device.trim_start_matches("/dev/"));
    for (inner, back) in loop_devices() {
        // A worker's /dev is a mount of its own: the kernel tells `/dev/loop3` or `/loop3`.
        if back == own || back == device {
            detach_loop(&inner)?;
        }
    }
    let back = Path::new("/sys/block").join(device.trim_start_matches("/dev/")).join("loop");
    if !back.exists() {
        return Ok(());
    }
    // One that was asked before and is still held refuses to be asked again, and goes all the same.
    let asked = run("losetup", &["--detach", device]);
    let gone = wait_until(&format!("{device} is still held by a process or a mount"), || !back.exists());
    gone.or_else(|held| asked.and(Err(held)))
}
