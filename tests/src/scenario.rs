//! The main job with everything that must hold after each step: replicate, change some blocks,
//! replicate again, deploy, boot. The same for the embedded and for the real OpenStack. gyre's own word
//! is never the only proof: bytes are compared by QEMU, the cloud is asked itself.

use crate::cloud::{Cloud, Inventory, wait};
use crate::fixture::{BLOCK_BYTES, digest};
use crate::program::signal;
use crate::setting::{ADDRESS, DESTINATION, MAC, SOURCE, Setting, VM};
use crate::site::Site;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::io::Read;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

/// Blocks that are changed between the two executions.
const CHANGES: u64 = 40;
/// An emulated machine on a busy host needs about 180 CPU-seconds to its login prompt.
const BOOT_LIMIT: Duration = Duration::from_secs(900);
/// The longest that a job may take until it comes to a step, and a server until it is gone.
const STEP_LIMIT: Duration = Duration::from_secs(300);
/// Name of the replica.
pub const REPLICA: &str = "web";

/// One run of the main job, with the time of every step.
pub struct Scenario<'a> {
    site: &'a Site,
    setting: &'a Setting,
    cloud: Cloud,
    before: Inventory,
    clock: Instant,
}

/// What a finished execution left: its volumes and their digests.
pub struct Replicated {
    volumes: Vec<PathBuf>,
    ids: Vec<String>,
}

impl<'a> Scenario<'a> {
    /// Looks at what is in the cloud before anything is done.
    ///
    /// # Errors
    /// When the cloud does not answer.
    pub fn begin(site: &'a Site, setting: &'a Setting) -> Result<Self> {
        let cloud = site.cloud()?;
        let before = cloud.inventory()?;
        Ok(Self { site, setting, cloud, before, clock: Instant::now() })
    }

    /// The whole main job.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn run(&mut self) -> Result<()> {
        self.check_and_create()?;
        self.cancelled_execution()?;
        let replicated = self.first_execution()?;
        self.second_execution(&replicated)?;
        let server = self.deploy(&replicated, &[])?;
        self.server_is_right(&server)?;
        self.server_boots(&server, &[])?;
        self.remove(&server, &replicated)
    }

    /// Replicates once, deploys with more arguments, and boots: for another guest than that of [`Scenario::run`]. The
    /// console has to show what is `expected`, too.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn run_once(&mut self, deployment: &[&str], expected: &[&str]) -> Result<()> {
        self.check_and_create()?;
        let report = self.setting.gyre.json(&["replica", "execute", REPLICA])?;
        self.tick("execution");
        let replicated = self.replicated(&report)?;
        let server = self.deploy(&replicated, deployment)?;
        self.server_is_right(&server)?;
        self.server_boots(&server, expected)?;
        self.remove(&server, &replicated)
    }

    fn tick(&mut self, what: &str) {
        println!("  {:>6.1} s  {what}", self.clock.elapsed().as_secs_f64());
        self.clock = Instant::now();
    }

    fn check_and_create(&mut self) -> Result<()> {
        let gyre = &self.setting.gyre;
        gyre.json(&["check", "--source", SOURCE, "--vm", VM, "--destination", DESTINATION])?;
        let listed = gyre.json(&["source", "list", SOURCE])?;
        ensure!(listed.to_string().contains(VM), "the source does not list {VM}: {listed}");
        gyre.json(&[
            "replica",
            "create",
            REPLICA,
            "--source",
            SOURCE,
            "--vm",
            VM,
            "--destination",
            DESTINATION,
        ])?;
        ensure!(self.cloud.inventory()? == self.before, "creating a replica touched the cloud");
        self.tick("checked, listed, created");
        Ok(())
    }

    /// An execution that is held in the middle of its copy, and goes on without its worker.
    fn execution_without_its_worker(&mut self) -> Result<Value> {
        let (running, id) = self.run_until("copy-disks")?;
        let gyre = &self.setting.gyre;
        // The step waits for its worker to boot first.
        wait("the first bytes", BOOT_LIMIT, || {
            let told = gyre.run(&["job", "log", &id])?;
            Ok(told.stdout.contains(" copy: ").then_some(()))
        })?;
        signal(&running, "-STOP")?;
        let now = self.cloud.inventory()?;
        for worker in now.difference(&self.before).filter_map(|thing| thing.strip_prefix("servers ")) {
            self.cloud.delete_server(worker.rsplit(' ').next().unwrap_or_default(), STEP_LIMIT)?;
        }
        signal(&running, "-CONT")?;
        let report = gyre.finish(running)?;
        let told = gyre.run(&["job", "log", &id])?;
        ensure!(told.stdout.contains("once more from"), "its worker was not missed: {}", told.said());
        Ok(report)
    }

    /// Everything moves; the volume is the disk.
    fn first_execution(&mut self) -> Result<Replicated> {
        let report = self.execution_without_its_worker()?;
        self.tick("first execution, its worker deleted in the middle of the copy");
        let total = &report["total"];
        let (size, moved) = (bytes(total, "size")?, bytes(total, "moved")?);
        let disk = self.setting.disk()?;
        ensure!(size == disk.size, "the disk has {} bytes, not {size}", disk.size);
        ensure!(
            moved > size / 10 && moved < size,
            "{moved} of {size} bytes moved, holes included or data left out"
        );
        ensure!(bytes(total, "verified")? >= moved, "what moved was not all verified: {total}");
        self.replicated(&report)
    }

    /// The volumes are the disks, and nothing else is new in the cloud.
    fn replicated(&mut self, report: &Value) -> Result<Replicated> {
        let ids: Vec<String> =
            disks(report)?.iter().filter_map(|d| d["identity"].as_str().map(str::to_owned)).collect();
        let volumes = ids.iter().map(|id| self.site.volume(id)).collect::<Result<Vec<_>>>()?;
        let replicated = Replicated { volumes, ids };
        self.same(&replicated)?;
        self.only_volumes_are_new(&replicated)?;
        self.tick("volumes are byte-identical to the source; nothing else is left in the cloud");
        Ok(replicated)
    }

    /// A run that has come to a step: the process and its job.
    fn run_until(&self, step: &str) -> Result<(Child, String)> {
        let gyre = &self.setting.gyre;
        let mut running = gyre.start(&["replica", "execute", REPLICA, "--json"])?;
        let id = wait(step, STEP_LIMIT, || match running.try_wait()? {
            None => Ok(gyre.open_job_at(step)),
            Some(status) => bail!("{status} before {step}: {}", gyre.written().said()),
        })?;
        Ok((running, id))
    }

    /// While a replica executes nothing else may touch it; cancelled, it leaves nothing.
    fn cancelled_execution(&mut self) -> Result<()> {
        let gyre = &self.setting.gyre;
        let (mut running, id) = self.run_until("copy-worker")?;
        let others =
            [(&["replica", "execute", REPLICA][..], "job.busy"), (&["deploy", REPLICA], "job.unfinished")];
        for (other, code) in others {
            let refused = gyre.run(other)?;
            ensure!(refused.code == Some(5) && refused.said().contains(code), "{}", refused.said());
        }
        let cancelled = gyre.json(&["job", "cancel", &id])?;
        ensure!(cancelled["status"] == "cancelled", "{cancelled}");
        ensure!(running.wait()?.code() == Some(7), "the run that was cancelled does not say so");
        let left: Vec<_> = self.cloud.inventory()?.difference(&self.before).cloned().collect();
        ensure!(left.iter().all(|thing| thing.starts_with("volumes ")), "a cancelled run left {left:?}");
        self.tick("a second run and a deployment refused beside the first; it was cancelled while its worker was made");
        Ok(())
    }

    /// An execution that dies while the cloud makes its worker, and is gone on with.
    fn killed_execution(&self) -> Result<Value> {
        let (mut killed, _) = self.run_until("copy-worker")?;
        killed.kill()?;
        killed.wait()?;
        self.setting.gyre.json(&["replica", "execute", REPLICA])
    }

    /// Only what changed moves.
    fn second_execution(&mut self, replicated: &Replicated) -> Result<()> {
        let blocks = self.setting.disk()?.change(CHANGES, 0xa5)?;
        ensure!(self.same(replicated).is_err(), "the change of the source cannot be seen");
        let report = self.killed_execution()?;
        ensure!(report["resumed"] == true, "another job was begun than that which was killed: {report}");
        self.tick("second execution, killed while its worker was made and gone on with");
        let moved = bytes(&report["total"], "moved")?;
        ensure!(
            moved > 0 && moved <= blocks * BLOCK_BYTES,
            "{blocks} blocks changed and {moved} bytes moved"
        );
        self.same(replicated)?;
        self.only_volumes_are_new(replicated)?;
        self.tick("volumes are byte-identical again; only the changed blocks moved");
        Ok(())
    }

    fn same(&self, replicated: &Replicated) -> Result<()> {
        let (disks, volumes) = (&self.setting.disks, &replicated.volumes);
        ensure!(disks.len() == volumes.len(), "{} disks and {} volumes", disks.len(), volumes.len());
        disks.iter().zip(volumes).try_for_each(|(disk, volume)| disk.same_as(volume))
    }

    fn only_volumes_are_new(&self, replicated: &Replicated) -> Result<()> {
        let now = self.cloud.inventory()?;
        let new: Vec<_> = now.difference(&self.before).collect();
        let ours = |thing: &str| {
            thing.starts_with("volumes ") && replicated.ids.iter().any(|id| thing.ends_with(id.as_str()))
        };
        ensure!(
            new.len() == replicated.ids.len() && new.iter().all(|thing| ours(thing)),
            "the replica's volumes {:?} and nothing else should be new: {new:?}",
            replicated.ids
        );
        Ok(())
    }

    /// The replica stays what it was; server, volumes and ports are new, and nothing else.
    fn deploy(&mut self, replicated: &Replicated, more: &[&str]) -> Result<String> {
        let digests: Vec<String> = replicated.volumes.iter().map(|v| digest(v)).collect::<Result<_>>()?;
        let report = self.setting.gyre.json(&[&["deploy", REPLICA], more].concat())?;
        self.tick("deployment");
        let server =
            report["instance"]["id"].as_str().with_context(|| format!("no server: {report}"))?.to_owned();
        let now: Vec<String> = replicated.volumes.iter().map(|v| digest(v)).collect::<Result<_>>()?;
        ensure!(digests == now, "the deployment changed the replica's volumes");
        self.same(replicated)?;
        self.changes_are_told(report["job"].as_str().unwrap_or_default())?;
        self.nothing_temporary(&server, replicated)?;
        self.tick(
            "the replica is unchanged; no worker, port, key pair, security group or snapshot is left over",
        );
        Ok(server)
    }

    /// What the deployment changed in the guest is kept with its job, and none of it is a secret.
    fn changes_are_told(&self, job: &str) -> Result<()> {
        let told = self.setting.gyre.json(&["job", "show", job, "--changes"])?;
        let changes = told["changes"].as_array().with_context(|| format!("no changes: {told}"))?;
        let text = |path: &str| {
            let change = changes.iter().find(|change| change["path"] == path);
            change.and_then(|change| change["text"].as_str()).with_context(|| format!("no {path}: {told:#}"))
        };
        let network = text("/etc/network/interfaces")?;
        ensure!(network.contains("\n-iface ens192 inet static\n"), "{network}");
        ensure!(network.contains(" inet dhcp\n"), "{network}");
        // Passwords may stand in such a file.
        let cloud = text("/etc/cloud/cloud.cfg.d/90_gyre.cfg")?;
        ensure!(cloud.ends_with("its contents are not shown\n"), "{cloud}");
        ensure!(!told.to_string().contains("$y$"), "a password's hash is among them");
        // What the guest's own programs did: dpkg, and update-initramfs.
        let made = |path: &str| changes.iter().any(|c| c["path"] == path && c["what"] == "made");
        ensure!(made("/etc/cloud/cloud.cfg"), "nothing of apt's is told: {told:#}");
        let initramfs = |c: &Value| c["path"].as_str().is_some_and(|p| p.starts_with("/boot/initrd.img-"));
        ensure!(changes.iter().any(initramfs), "nothing of update-initramfs is told: {told:#}");
        ensure!(text("/usr")?.contains(" files made, "), "{}", text("/usr")?);
        Ok(())
    }

    fn nothing_temporary(&self, server: &str, replicated: &Replicated) -> Result<()> {
        let now = self.cloud.inventory()?;
        let attached = self.cloud.volumes_of(server)?;
        let ports: Vec<String> =
            self.cloud.ports_of(server)?.iter().filter_map(|p| p["id"].as_str().map(str::to_owned)).collect();
        let known: Vec<&str> = std::iter::once(server)
            .chain(attached.iter().map(String::as_str))
            .chain(ports.iter().map(String::as_str))
            .chain(replicated.ids.iter().map(String::as_str))
            .collect();
        let strays: Vec<_> = now
            .difference(&self.before)
            .filter(|thing| !thing.starts_with("floatingips ") && !known.iter().any(|id| thing.ends_with(id)))
            .collect();
        ensure!(strays.is_empty(), "left over in the cloud: {strays:?}");
        let addresses =
            now.difference(&self.before).filter(|thing| thing.starts_with("floatingips ")).count();
        ensure!(addresses <= 1, "{addresses} floating IPs for one server");
        Ok(())
    }

    /// What Nova and Neutron say of the server.
    fn server_is_right(&mut self, server: &str) -> Result<()> {
        let shown = self.cloud.server(server)?;
        ensure!(shown["status"] == "ACTIVE", "the server is {}", shown["status"]);
        let volumes = self.cloud.volumes_of(server)?;
        let disks = self.setting.disks.len();
        ensure!(volumes.len() == disks, "{disks} disks and {} volumes", volumes.len());
        let ports = self.cloud.ports_of(server)?;
        let [port] = ports.as_slice() else { bail!("one NIC and {} ports", ports.len()) };
        ensure!(port["fixed_ips"][0]["ip_address"] == ADDRESS, "the port has {}", port["fixed_ips"]);
        ensure!(port["mac_address"] == MAC, "the port has the MAC {}", port["mac_address"]);
        self.tick("the server has its volumes, the source's address and the source's MAC");
        Ok(())
    }

    /// Boots from virtio, runs cloud-init, answers on its network.
    fn server_boots(&mut self, server: &str, expected: &[&str]) -> Result<()> {
        let console =
            wait("the login prompt, cloud-init's end and what else is expected", BOOT_LIMIT, || {
                let console = self.cloud.console(server)?;
                ensure!(
                    !console.contains("Dropping to a shell"),
                    "the server found no disk: {}",
                    tail(&console)
                );
                let all = [" login:"].iter().chain(expected).all(|text| console.contains(text));
                Ok((all && finished(&console).is_some()).then_some(console))
            })
            .with_context(|| self.cloud.console(server).map_or_else(|e| e.to_string(), |c| tail(&c)))?;
        println!("            {}", finished(&console).unwrap_or_default());
        self.tick("the console shows a login prompt and cloud-init's end");
        let addresses = self.cloud.addresses(server)?;
        let (address, banner) =
            wait("the server's SSH banner", BOOT_LIMIT, || Ok(addresses.iter().find_map(|a| greet(a))))?;
        println!("            {address}: {banner}");
        self.tick("the server answers over its network");
        let lease = self.site.lease(MAC)?;
        ensure!(lease.contains(ADDRESS), "the DHCP server leased {lease:?} to {MAC}, not {ADDRESS}");
        self.tick("it took its address by DHCP");
        Ok(())
    }

    /// The server is its owner's; gyre removes the replica. Then the cloud is as it was.
    fn remove(&mut self, server: &str, replicated: &Replicated) -> Result<()> {
        let mine = self.cloud.volumes_of(server)?;
        let ports = self.cloud.ports_of(server)?;
        self.cloud.delete_server(server, Duration::from_secs(300))?;
        self.setting.gyre.json(&["replica", "delete", REPLICA, "--yes"])?;
        let now = self.cloud.inventory()?;
        ensure!(
            !replicated.ids.iter().any(|id| now.iter().any(|thing| thing.ends_with(id.as_str()))),
            "the deleted replica's volumes are still there: {now:?}"
        );
        for volume in &mine {
            self.cloud.request("DELETE", "volume", &format!("/volumes/{volume}"), None)?;
        }
        for port in ports.iter().filter_map(|p| p["id"].as_str()) {
            // Gone with the server where Nova made it.
            self.cloud.request("DELETE", "network", &format!("/v2.0/ports/{port}"), None).ok();
        }
        for ip in now.difference(&self.before).filter(|t| t.starts_with("floatingips ")) {
            let id = ip.rsplit(' ').next().unwrap_or_default();
            self.cloud.request("DELETE", "network", &format!("/v2.0/floatingips/{id}"), None)?;
        }
        let limit = Duration::from_secs(120);
        wait("the cloud to be as it was", limit, || {
            Ok((self.cloud.inventory()? == self.before).then_some(()))
        })?;
        self.tick("replica deleted; the cloud is as it was");
        Ok(())
    }
}

impl Drop for Scenario<'_> {
    fn drop(&mut self) {
        // Nothing is there after a success. After a failure the next test needs room.
        self.cloud.delete_since(&self.before);
    }
}

/// Cloud-init's last line.
pub fn finished(console: &str) -> Option<&str> {
    console.lines().rev().find(|line| line.contains("Cloud-init") && line.contains("finished at"))
}

/// The SSH banner at an address.
pub fn greet(address: &str) -> Option<(String, String)> {
    let limit = Duration::from_secs(3);
    let socket = (address, 22).to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&socket, limit).ok()?;
    stream.set_read_timeout(Some(limit * 3)).ok()?;
    let mut banner = [0; 64];
    let length = stream.read(&mut banner).ok()?;
    let banner = String::from_utf8_lossy(banner.get(..length)?).trim().to_owned();
    banner.starts_with("SSH-").then(|| (address.to_owned(), banner))
}

fn disks(report: &Value) -> Result<&Vec<Value>> {
    report["disks"].as_array().with_context(|| format!("no disks in the report: {report}"))
}

fn bytes(total: &Value, name: &str) -> Result<u64> {
    total[name].as_u64().with_context(|| format!("no {name} in the report: {total}"))
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n")
}
