//! The roles of the cloud in memory: idempotent by token, with a wait in the middle of a worker.

use super::cloud::{Cloud, Disks, Held, Volume};
use crate::{Endpoints, JobContext};
use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::block::BlockRead;
use gyre_core::protocol::{Base64, Root, RootRequest};
use gyre_core::roles::*;
use gyre_core::{Error, Extent, ExtentKind, Origin, OsType, Result, VmSpec};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

pub struct FakeEndpoints(pub Arc<Cloud>);

/// The only plugin there is.
const PLUGIN: &str = "fake";

impl FakeEndpoints {
    fn opened(&self, context: &JobContext) -> Bound {
        let mut held = self.0.held();
        let digest = context.plugins.get(PLUGIN).cloned().unwrap_or_else(|| held.digest.to_string());
        held.opened_with.push(digest);
        Bound { cloud: self.0.clone(), cancel: context.cancel.clone() }
    }
}

#[async_trait]
impl Endpoints for FakeEndpoints {
    async fn source(&self, _: &str, context: &JobContext) -> Result<Arc<dyn Source>> {
        Ok(Arc::new(FakeSource(self.opened(context))))
    }

    /// Any option is one but `typo`.
    async fn destination(&self, _: &str, context: &JobContext) -> Result<Arc<dyn Destination>> {
        if context.overrides.contains_key("typo") {
            return Err(Error::invalid("config.option", "unknown option"));
        }
        Ok(Arc::new(FakeDestination(self.opened(context))))
    }

    async fn morphers(&self, _: &str, context: &JobContext) -> Result<Vec<(String, Arc<dyn OsMorphing>)>> {
        let morpher = |name: &str, score: u8| -> (String, Arc<dyn OsMorphing>) {
            let bound = self.opened(context);
            (name.to_owned(), Arc::new(FakeMorpher { bound, name: name.to_owned(), score }))
        };
        Ok(vec![morpher("best", 90), morpher("never", 0), morpher("second", 10)])
    }

    async fn digests(&self, _: &str, _: &str) -> Result<BTreeMap<String, String>> {
        Ok([(PLUGIN.to_owned(), self.0.held().digest.to_string())].into())
    }

    async fn keep(&self, plugins: &BTreeMap<String, String>) -> Result<()> {
        self.0.held().kept.extend(plugins.values().cloned());
        Ok(())
    }

    async fn gone(&self, _: &str, _: &str, plugins: &BTreeMap<String, String>) -> Result<BTreeSet<String>> {
        let held = self.0.held();
        let is_gone = |digest: &String| !held.kept.contains(digest) && *digest != held.digest.to_string();
        Ok(plugins.iter().filter(|(_, digest)| is_gone(digest)).map(|(name, _)| name.clone()).collect())
    }

    async fn release(&self, needed: &BTreeSet<String>) -> Result<()> {
        self.0.held().kept.retain(|digest| needed.contains(digest));
        Ok(())
    }
}

/// The cloud, for one job: a cancelled job's roles answer nothing any more.
struct Bound {
    cloud: Arc<Cloud>,
    cancel: CancellationToken,
}

impl Bound {
    fn call<T>(&self, name: &str, work: impl FnOnce(&mut Held) -> Result<T>) -> Result<T> {
        if self.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        self.cloud.call(name, work)
    }
}

struct FakeSource(Bound);

#[async_trait]
impl Source for FakeSource {
    async fn check(&self, _: Option<&str>) -> Result<Vec<Finding>> {
        self.0.call("source.check", |_| Ok(Vec::new()))
    }

    async fn list_vms(&self, _: Option<&str>, _: Option<&str>) -> Result<VmPage> {
        self.0.call("list-vms", |_| Ok(VmPage { vms: Vec::new(), next: None }))
    }

    async fn get_vm(&self, id: &str) -> Result<VmSpec> {
        self.0.call("get-vm", |held| Ok(VmSpec { id: id.into(), ..held.vm.clone().unwrap() }))
    }

    /// The guest takes a while to shut down.
    async fn power_off(&self, step: &StepCall, vm: &str) -> Result<Outcome> {
        assert_eq!(vm, "vm-1");
        self.0.call("power-off", |held| {
            if step.resume.is_none() {
                return Ok(Outcome::Wait { state: "asked".into(), after_ms: 1 });
            }
            held.powered_off = true;
            Ok(Outcome::Done(String::new()))
        })
    }

    async fn ensure_snapshot(&self, step: &StepCall, _: &VmSpec, base: Option<&str>) -> Result<Outcome> {
        self.0.call("ensure-snapshot", |held| {
            if let Some(base) = base {
                assert!(held.snapshots.contains_key(base), "the base snapshot {base} is gone");
            }
            let found = held.snapshots.iter().find(|(_, s)| s.token == step.token).map(|(id, _)| id.clone());
            let id = found.unwrap_or_else(|| {
                let (id, disks) = (held.id("snapshot"), held.source.clone());
                held.snapshots.insert(id.clone(), Disks { token: step.token.clone(), disks });
                id
            });
            Ok(Outcome::Done(id))
        })
    }

    async fn release_snapshot(&self, step: &StepCall, snapshot: &str) -> Result<Outcome> {
        self.0.call("release-snapshot", |held| {
            held.snapshots.retain(|id, s| id != snapshot && (!snapshot.is_empty() || s.token != step.token));
            Ok(Outcome::Done(String::new()))
        })
    }

    async fn open_disk(&self, snapshot: &str, disk: &str) -> Result<Arc<dyn Origin>> {
        self.0.call("open-disk", |held| {
            let bytes = held.snapshots[snapshot].disks[disk].clone();
            let cloud = self.0.cloud.clone();
            Ok(Arc::new(FakeOrigin { cloud, bytes, corrupt: held.corrupt }) as Arc<dyn Origin>)
        })
    }

    /// An empty page comes first: of a machine that has no snapshots.
    async fn list_marked(&self, after: Option<&str>) -> Result<MarkedPage> {
        self.0.call("source.list-marked", |held| {
            let Some(_) = after else {
                return Ok(MarkedPage { marked: Vec::new(), next: Some("vm-1".into()) });
            };
            let marked = held.snapshots.iter().map(|(id, snapshot)| marked("snapshot", id, &snapshot.token));
            Ok(MarkedPage { marked: marked.collect(), next: None })
        })
    }

    async fn remove_marked(&self, step: &StepCall, kind: &str, id: &str) -> Result<Outcome> {
        assert_eq!(kind, "snapshot");
        self.0.call("source.remove-marked", |held| {
            if held.snapshots.get(id).is_some_and(|snapshot| snapshot.token != step.token) {
                return Err(Error::conflict("fake.not-marked", "it carries another token"));
            }
            held.snapshots.remove(id);
            Ok(Outcome::Done(String::new()))
        })
    }
}

struct FakeOrigin {
    cloud: Arc<Cloud>,
    bytes: Vec<u8>,
    corrupt: bool,
}

#[async_trait]
impl Origin for FakeOrigin {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    async fn extents(&self, since: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        if since.is_some() {
            // It keeps no record of changes: the host compares hashes.
            return Err(Error::not_found("fake.no-changes", "no changed blocks here"));
        }
        self.cloud.call("extents", |_| {
            let length = if self.corrupt { length + 1 } else { length };
            Ok(vec![Extent { offset, length, kind: ExtentKind::Data }])
        })
    }

    fn disk(&self, _: u32) -> Option<Arc<dyn BlockRead>> {
        None
    }

    async fn read(&self, offset: u64, length: u32) -> Result<Bytes> {
        let range = offset as usize..offset as usize + length as usize;
        self.cloud.call("read", |_| Ok(Bytes::copy_from_slice(&self.bytes[range])))
    }
}

struct FakeDestination(Bound);

impl FakeDestination {
    fn call<T>(&self, name: &str, work: impl FnOnce(&mut Held) -> Result<T>) -> Result<T> {
        let away_until = self.0.cloud.held().away_until;
        if away_until.is_some_and(|until| tokio::time::Instant::now() < until) {
            return Err(Error::unavailable("fake.away", "no answer"));
        }
        self.0.call(name, work)
    }
}

/// Volumes of a state: `disk=volume,…`.
fn volumes_of(state: &str) -> Vec<(String, String)> {
    let pairs = state.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(disk, volume)| (disk.to_owned(), volume.to_owned())).collect()
}

fn state_of(volumes: &BTreeMap<String, String>) -> String {
    volumes.iter().map(|(disk, volume)| format!("{disk}={volume}")).collect::<Vec<_>>().join(",")
}

fn by_token(held: &Held, token: &str) -> BTreeMap<String, String> {
    let own = held.volumes.iter().filter(|(_, volume)| volume.token == token);
    own.map(|(id, volume)| (volume.disk.clone(), id.clone())).collect()
}

fn remove_volumes(held: &mut Held, token: &str, state: &str) {
    let named: Vec<_> = volumes_of(state).into_iter().map(|(_, id)| id).collect();
    for worker in held.workers.values() {
        assert!(!worker.1.iter().any(|id| named.contains(id)), "a volume in use is removed");
    }
    held.volumes.retain(|id, volume| !named.contains(id) && (!state.is_empty() || volume.token != token));
}

#[async_trait]
impl Destination for FakeDestination {
    async fn check(&self, _: Option<&VmSpec>) -> Result<Vec<Finding>> {
        self.call("destination.check", |held| Ok(held.findings.clone()))
    }

    async fn options(&self, _: &[String]) -> Result<Vec<Choices>> {
        Ok(Vec::new())
    }

    async fn ensure_disks(&self, step: &StepCall, vm: &VmSpec, _: Option<&str>) -> Result<Outcome> {
        self.call("ensure-disks", |held| {
            let mut found = by_token(held, &step.token);
            for disk in &vm.disks {
                if !found.contains_key(&disk.id) {
                    let bytes = Arc::new(Mutex::new(vec![0; disk.size as usize]));
                    let volume = Volume { token: step.token.clone(), disk: disk.id.clone(), bytes };
                    let id = held.id("volume");
                    held.volumes.insert(id.clone(), volume);
                    found.insert(disk.id.clone(), id);
                }
            }
            Ok(Outcome::Done(state_of(&found)))
        })
    }

    async fn describe_disks(&self, disks: &str) -> Result<Vec<TargetDisk>> {
        self.call("describe-disks", |held| {
            let described = volumes_of(disks).into_iter().map(|(disk, identity)| {
                let gone = || Error::not_found("fake.no-volume", "the volume is gone");
                let size = held.volumes.get(&identity).ok_or_else(gone)?.bytes.lock().unwrap().len() as u64;
                Ok(TargetDisk { size, disk, identity, zeroed: true })
            });
            described.collect()
        })
    }

    async fn remove_disks(&self, step: &StepCall, disks: &str) -> Result<Outcome> {
        self.call("remove-disks", |held| {
            remove_volumes(held, &step.token, disks);
            Ok(Outcome::Done(String::new()))
        })
    }

    async fn ensure_worker(
        &self,
        step: &StepCall,
        role: WorkerRole,
        os: OsType,
        disks: &str,
    ) -> Result<Outcome> {
        assert!(role == WorkerRole::Morph || os == OsType::Linux);
        let name = if role == WorkerRole::Copy { "ensure-worker copy" } else { "ensure-worker morph" };
        self.call(name, |held| {
            if let Some(ready) = &step.resume {
                assert!(held.workers.contains_key(ready), "waited for a worker that is gone");
                return Ok(Outcome::Done(ready.clone()));
            }
            let found = held.workers.iter().find(|(_, w)| w.0 == step.token).map(|(id, _)| id.clone());
            let id = found.unwrap_or_else(|| {
                let volumes = volumes_of(disks).into_iter().map(|(_, id)| id).collect();
                let id = held.id("worker");
                held.workers.insert(id.clone(), (step.token.clone(), volumes));
                held.workers_at_once = held.workers_at_once.max(held.workers.len());
                id
            });
            Ok(Outcome::Wait { state: id, after_ms: 0 })
        })
    }

    async fn describe_worker(&self, worker: &str) -> Result<Worker> {
        self.call("describe-worker", |_| {
            Ok(Worker {
                host: worker.to_owned(),
                port: 22,
                user: "gyre".into(),
                host_key: None,
                credential: "worker".into(),
                os_type: OsType::Linux,
                transport: Transport::Ssh,
                disks: Vec::new(),
            })
        })
    }

    async fn worker_console(&self, worker: &str) -> Result<Option<String>> {
        self.0.call("worker-console", |held| {
            assert!(held.workers.contains_key(worker), "{worker} is not there any more");
            Ok(Some(format!("{}é panic: no init\n", "-".repeat(5000))))
        })
    }

    async fn remove_worker(&self, step: &StepCall, worker: &str) -> Result<Outcome> {
        self.call("remove-worker", |held| {
            assert_eq!(held.mounted, 0, "the guest is still mounted");
            held.workers.retain(|id, w| id != worker && (!worker.is_empty() || w.0 != step.token));
            Ok(Outcome::Done(String::new()))
        })
    }

    async fn ensure_checkpoint(&self, step: &StepCall, disks: &str) -> Result<Outcome> {
        self.call("ensure-checkpoint", |held| {
            let found =
                held.checkpoints.iter().find(|(_, c)| c.token == step.token).map(|(id, _)| id.clone());
            let id = found.unwrap_or_else(|| {
                let copy =
                    |(disk, id): (String, String)| (disk, held.volumes[&id].bytes.lock().unwrap().clone());
                let copies = volumes_of(disks).into_iter().map(copy).collect();
                let id = held.id("checkpoint");
                held.checkpoints.insert(id.clone(), Disks { token: step.token.clone(), disks: copies });
                id
            });
            Ok(Outcome::Done(format!("{id}|{disks}")))
        })
    }

    async fn remove_checkpoint(&self, step: &StepCall, checkpoint: &str) -> Result<Outcome> {
        let id = checkpoint.split('|').next().unwrap_or_default().to_owned();
        self.call("remove-checkpoint", |held| {
            held.checkpoints.retain(|at, c| *at != id && (!id.is_empty() || c.token != step.token));
            Ok(Outcome::Done(String::new()))
        })
    }

    async fn ensure_clone(&self, step: &StepCall, checkpoint: &str, clone: bool) -> Result<Outcome> {
        let (id, disks) = checkpoint.split_once('|').unwrap();
        self.call("ensure-clone", |held| {
            if !clone {
                return Ok(Outcome::Done(disks.to_owned()));
            }
            let mut found = by_token(held, &step.token);
            for (disk, bytes) in held.checkpoints[id].disks.clone() {
                found.entry(disk).or_insert_with_key(|disk| {
                    let id = held.id("volume");
                    let (token, disk) = (step.token.clone(), disk.clone());
                    let bytes = Arc::new(Mutex::new(bytes));
                    held.volumes.insert(id.clone(), Volume { token, disk, bytes });
                    id
                });
            }
            Ok(Outcome::Done(state_of(&found)))
        })
    }

    async fn remove_clone(&self, step: &StepCall, disks: &str) -> Result<Outcome> {
        self.call("remove-clone", |held| {
            remove_volumes(held, &step.token, disks);
            Ok(Outcome::Done(String::new()))
        })
    }

    async fn restore_checkpoint(&self, _: &StepCall, checkpoint: &str) -> Result<Outcome> {
        let (id, disks) = checkpoint.split_once('|').unwrap();
        self.call("restore-checkpoint", |held| {
            for (disk, volume) in volumes_of(disks) {
                let taken = held.instances.values().any(|(_, _, volumes)| volumes.contains(&volume));
                assert!(!taken, "a volume of a server is put back");
                let bytes = held.checkpoints[id].disks[&disk].clone();
                *held.volumes[&volume].bytes.lock().unwrap() = bytes;
            }
            Ok(Outcome::Done(String::new()))
        })
    }

    async fn plan_morphing(&self, _: &VmSpec) -> Result<Morphing> {
        self.call("plan-morphing", |_| Ok(Morphing { set_dhcp: true, ..Morphing::default() }))
    }

    async fn ensure_instance(&self, step: &StepCall, vm: &VmSpec, disks: &str) -> Result<Outcome> {
        self.call("ensure-instance", |held| {
            let volumes: Vec<_> = volumes_of(disks).into_iter().map(|(_, id)| id).collect();
            for worker in held.workers.values() {
                assert!(!worker.1.iter().any(|id| volumes.contains(id)), "booted from a worker's volume");
            }
            let found = held.instances.iter().find(|(_, i)| i.0 == step.token).map(|(id, _)| id.clone());
            let id = found.unwrap_or_else(|| {
                let id = held.id("instance");
                held.instances.insert(id.clone(), (step.token.clone(), vm.name.clone(), volumes));
                id
            });
            Ok(Outcome::Done(id))
        })
    }

    async fn describe_instance(&self, instance: &str) -> Result<Instance> {
        self.call("describe-instance", |held| {
            Ok(Instance {
                id: instance.to_owned(),
                name: held.instances[instance].1.clone(),
                status: "ACTIVE".into(),
                addresses: vec!["10.0.0.5".into()],
                console: Some("login:".into()),
            })
        })
    }

    async fn remove_instance(&self, step: &StepCall, instance: &str) -> Result<Outcome> {
        self.call("remove-instance", |held| {
            held.instances.retain(|id, i| id != instance && (!instance.is_empty() || i.0 != step.token));
            Ok(Outcome::Done(String::new()))
        })
    }

    /// A page for each kind.
    async fn list_marked(&self, after: Option<&str>) -> Result<MarkedPage> {
        self.0.call("list-marked", |held| {
            let place = after.map_or(0, |place| place.parse::<usize>().unwrap());
            let all = by_kind(held, KINDS[place]).into_iter();
            let marked = all.map(|(id, token)| marked(KINDS[place], &id, &token));
            let next = (place + 1 < KINDS.len()).then(|| (place + 1).to_string());
            Ok(MarkedPage { marked: marked.collect(), next })
        })
    }

    async fn remove_marked(&self, step: &StepCall, kind: &str, id: &str) -> Result<Outcome> {
        self.0.call("remove-marked", |held| {
            let found = by_kind(held, kind).into_iter().find(|(known, _)| known == id);
            if found.is_some_and(|(_, token)| token != step.token) {
                return Err(Error::conflict("fake.not-marked", "it carries another token"));
            }
            let Some(ready) = &step.resume else {
                return Ok(Outcome::Wait { state: id.to_owned(), after_ms: 0 });
            };
            assert_eq!(ready, id);
            match kind {
                "worker" => drop(held.workers.remove(id)),
                "instance" => drop(held.instances.remove(id)),
                "checkpoint" => drop(held.checkpoints.remove(id)),
                _ => {
                    assert!(
                        held.workers.is_empty() && held.instances.is_empty(),
                        "a volume in use is removed"
                    );
                    held.volumes.remove(id);
                }
            }
            Ok(Outcome::Done(String::new()))
        })
    }
}

const KINDS: [&str; 4] = ["worker", "instance", "checkpoint", "volume"];

fn marked(kind: &str, id: &str, token: &str) -> Marked {
    let [kind, id, token] = [kind, id, token].map(str::to_owned);
    Marked { kind, id, name: String::new(), token, made_ms: None }
}

/// Ids and tokens.
fn by_kind(held: &Held, kind: &str) -> Vec<(String, String)> {
    let named = |id: &String, token: &String| (id.clone(), token.clone());
    match kind {
        "worker" => held.workers.iter().map(|(id, worker)| named(id, &worker.0)).collect(),
        "instance" => held.instances.iter().map(|(id, instance)| named(id, &instance.0)).collect(),
        "checkpoint" => held.checkpoints.iter().map(|(id, point)| named(id, &point.token)).collect(),
        _ => held.volumes.iter().map(|(id, volume)| named(id, &volume.token)).collect(),
    }
}

struct FakeMorpher {
    bound: Bound,
    name: String,
    score: u8,
}

#[async_trait]
impl OsMorphing for FakeMorpher {
    async fn detect(&self, _: Arc<dyn Root>) -> Result<Option<OsMatch>> {
        self.bound.call(&format!("detect {}", self.name), |_| {
            let found = OsMatch { distribution: "debian".into(), version: "12".into(), score: self.score };
            Ok(Some(found).filter(|found| found.score > 0))
        })
    }

    async fn morph(&self, root: Arc<dyn Root>, _: &VmSpec, _: &Morphing) -> Result<()> {
        self.bound.call("morph", |_| Ok(()))?;
        let bytes = Base64(b"MORPHED".to_vec());
        root.call(RootRequest::WriteFile { path: "/marker".into(), mode: 0o644, bytes }).await.map(|_| ())
    }
}
