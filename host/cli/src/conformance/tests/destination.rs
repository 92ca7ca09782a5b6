//! A destination over a platform in memory that keeps every rule but one.

use super::super::rules::Rule;
use super::super::walk::{Depth, Trial};
use super::super::{Checks, destination, life};
use super::{create, host, inspected};
use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::protocol::{Script, ScriptEnd, System};
use gyre_core::roles::*;
use gyre_core::{BlockTarget, Error, Hash, OsType, Result, VmSpec};
use gyre_engine::{Mounted, WorkerSession, Workers};
use gyre_grants::Faults;
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

pub async fn tested(wrong: Option<Rule>) -> Checks {
    let (faults, mut checks) = (Arc::new(Faults::default()), Checks::default());
    let fake = Fake::new(wrong, &faults, None);
    let trial = Trial {
        faults: &faults,
        stop: &CancellationToken::new(),
        workers: Some(&fake.disk),
        depth: Depth::SAMPLES,
    };
    destination::check(&fake, &trial, &inspected(None), &mut checks).await;
    life::check(&fake, &trial, true, &mut checks).await;
    checks
}

/// Things that were made when it was stopped as the thing of this number was made, and those that are left.
async fn stopped_at(made: usize) -> (usize, usize) {
    let (faults, stop, mut checks) =
        (Arc::new(Faults::default()), CancellationToken::new(), Checks::default());
    let fake = Fake::new(None, &faults, Some((made, stop.clone())));
    let trial = Trial { faults: &faults, stop: &stop, workers: Some(&fake.disk), depth: Depth::SAMPLES };
    life::check(&fake, &trial, true, &mut checks).await;
    let platform = fake.platform.lock().unwrap();
    (platform.next, platform.things.len())
}

#[tokio::test]
async fn who_stops_it_finds_nothing_left_and_nothing_made_after() {
    let (all, left) = stopped_at(usize::MAX).await;
    assert!(all > 10 && left == 0, "{all} made, {left} left");
    for at in 1..=all {
        assert_eq!(stopped_at(at).await, (at, 0), "stopped when {at} of {all} were made");
    }
}

/// What there is, and the number of the next.
#[derive(Default)]
struct Platform {
    things: Vec<Thing>,
    next: usize,
}

struct Thing {
    kind: &'static str,
    id: String,
    token: String,
}

struct Fake {
    wrong: Option<Rule>,
    faults: Arc<Faults>,
    platform: Mutex<Platform>,
    /// What asks it to stop as the thing of this number is made.
    stop: Option<(usize, CancellationToken)>,
    disk: Disk,
    /// What the disk held when a checkpoint was made.
    kept: Mutex<u8>,
}

/// What is on every disk, which every worker has.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<u8>>);

#[async_trait]
impl Workers for Disk {
    async fn open(&self, _: &Worker, _: &str, _: &CancellationToken) -> Result<Box<dyn WorkerSession>> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl WorkerSession for Disk {
    fn disk(&self, _: &str) -> Result<Arc<dyn BlockTarget>> {
        Ok(Arc::new(self.clone()))
    }

    async fn unlock(&self, _: &[String]) -> Result<()> {
        Ok(())
    }

    async fn systems(&self) -> Result<Vec<System>> {
        Ok(Vec::new())
    }

    async fn run_script(&self, _: &Script) -> Result<ScriptEnd> {
        Err(absent())
    }

    async fn mount(&self, _: &System) -> Result<Mounted> {
        Err(absent())
    }

    async fn unmount(&self) -> Result<()> {
        Ok(())
    }

    async fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl BlockTarget for Disk {
    fn size(&self) -> u64 {
        1 << 30
    }

    async fn write(&self, _: u64, bytes: Bytes) -> Result<()> {
        *self.0.lock().unwrap() = bytes[0];
        Ok(())
    }

    async fn zero(&self, _: u64, _: u64) -> Result<()> {
        *self.0.lock().unwrap() = 0;
        Ok(())
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    async fn hashes(&self, _: u64, _: u64) -> Result<Vec<Hash>> {
        Ok(vec![[*self.0.lock().unwrap(); 32]])
    }
}

fn absent() -> Error {
    Error::not_found("fake.absent", "it is not there")
}

fn done() -> Result<Outcome> {
    Ok(Outcome::Done(String::new()))
}

impl Fake {
    fn new(wrong: Option<Rule>, faults: &Arc<Faults>, stop: Option<(usize, CancellationToken)>) -> Self {
        let (platform, disk, kept) = (Mutex::default(), Disk::default(), Mutex::default());
        Self { wrong, faults: faults.clone(), platform, stop, disk, kept }
    }

    fn is(&self, rule: Rule) -> bool {
        self.wrong == Some(rule)
    }

    fn host(&self) -> Result<()> {
        host(&self.faults, self.wrong)
    }

    fn ensure(&self, kind: &'static str, step: &StepCall) -> Result<Outcome> {
        self.host()?;
        let id = {
            let mut platform = self.platform.lock().unwrap();
            let known = platform.things.iter().find(|it| it.kind == kind && it.token == step.token);
            match known.map(|it| it.id.clone()).filter(|_| !self.is(Rule::TargetTwice)) {
                Some(id) => id,
                None => {
                    platform.next += 1;
                    if let Some((_, stop)) = self.stop.as_ref().filter(|(at, _)| *at == platform.next) {
                        stop.cancel();
                    }
                    let id = format!("{kind}-{}", platform.next);
                    create(&self.faults, self.wrong, &id, &step.token);
                    platform.things.push(Thing { kind, id: id.clone(), token: step.token.clone() });
                    id
                }
            }
        };
        // What was made is there, whatever becomes of the answer.
        self.host()?;
        Ok(Outcome::Done(id))
    }

    fn remove(&self, kind: &str, step: &StepCall, state: &str) -> Result<Outcome> {
        let mut platform = self.platform.lock().unwrap();
        let is_it = |it: &Thing| match state {
            "" => it.kind == kind && it.token == step.token,
            id => it.id == id,
        };
        if state.is_empty() && self.is(Rule::TargetEmpty) && !platform.things.iter().any(is_it) {
            return Err(absent());
        }
        let forgets = self.is(Rule::TargetLost) && state.is_empty();
        if !forgets && !self.is(Rule::TargetRemoves) {
            platform.things.retain(|it| !is_it(it));
        }
        done()
    }

    fn remove_all(&self, kind: &str) {
        self.platform.lock().unwrap().things.retain(|it| it.kind != kind);
    }

    fn there(&self, id: &str) -> Result<()> {
        self.host()?;
        let known = self.platform.lock().unwrap().things.iter().any(|it| it.id == id);
        if known || self.is(Rule::TargetMissing) { Ok(()) } else { Err(absent()) }
    }
}

#[async_trait]
impl Destination for Fake {
    async fn check(&self, _: Option<&VmSpec>) -> Result<Vec<Finding>> {
        self.host()?;
        match self.wrong {
            Some(Rule::Answers) => Err(Error::other("plugin.exception", "it threw")),
            Some(Rule::FindsOrFails) => Err(Error::invalid("fake.network", "there is no such network")),
            _ => Ok(Vec::new()),
        }
    }

    async fn options(&self, _: &[String]) -> Result<Vec<Choices>> {
        self.host()?;
        let option_name = if self.is(Rule::TargetOptions) { "color" } else { "flavor" }.into();
        Ok(vec![Choices { option_name, values: Vec::new(), refused: None }])
    }

    async fn ensure_disks(&self, step: &StepCall, _: &VmSpec, existing: Option<&str>) -> Result<Outcome> {
        existing.map_or(Ok(()), |disks| self.there(disks))?;
        self.ensure("disks", step)
    }

    async fn describe_disks(&self, disks: &str) -> Result<Vec<TargetDisk>> {
        self.there(disks)?;
        let size = (1 << 30) - u64::from(self.is(Rule::TargetDisks));
        Ok(vec![TargetDisk { disk: "disk0".into(), identity: disks.into(), size, zeroed: true }])
    }

    async fn remove_disks(&self, step: &StepCall, disks: &str) -> Result<Outcome> {
        self.remove("disks", step, disks)
    }

    async fn ensure_worker(&self, step: &StepCall, _: WorkerRole, _: OsType, disks: &str) -> Result<Outcome> {
        self.there(disks)?;
        self.ensure("worker", step)
    }

    async fn describe_worker(&self, worker: &str) -> Result<Worker> {
        self.there(worker).map_err(|error| match error.code.as_str() {
            "fake.absent" if !self.is(Rule::TargetGone) => Error::unavailable("worker.gone", "it is gone"),
            _ => error,
        })?;
        let disk = AttachedDisk { disk: "disk0".into(), identities: vec!["/dev/vdb".into()] };
        Ok(Worker {
            host: "192.0.2.1".into(),
            port: 22,
            user: "root".into(),
            host_key: None,
            credential: "key".into(),
            os_type: OsType::Linux,
            transport: Transport::Ssh,
            disks: if self.is(Rule::TargetWorker) { Vec::new() } else { vec![disk] },
        })
    }

    async fn worker_console(&self, _: &str) -> Result<Option<String>> {
        Ok(Some("x".repeat(if self.is(Rule::TargetConsole) { 65_537 } else { 65_536 })))
    }

    async fn remove_worker(&self, step: &StepCall, worker: &str) -> Result<Outcome> {
        self.remove("worker", step, worker)
    }

    async fn ensure_checkpoint(&self, step: &StepCall, disks: &str) -> Result<Outcome> {
        self.there(disks)?;
        *self.kept.lock().unwrap() = *self.disk.0.lock().unwrap();
        self.ensure("checkpoint", step)
    }

    async fn remove_checkpoint(&self, step: &StepCall, checkpoint: &str) -> Result<Outcome> {
        self.remove("checkpoint", step, checkpoint)
    }

    async fn ensure_clone(&self, step: &StepCall, checkpoint: &str, clone: bool) -> Result<Outcome> {
        self.there(checkpoint)?;
        if clone { self.ensure("clone", step) } else { Ok(Outcome::Done("own".into())) }
    }

    async fn remove_clone(&self, step: &StepCall, disks: &str) -> Result<Outcome> {
        if self.is(Rule::TargetClone) {
            self.remove_all("disks");
        }
        self.remove("clone", step, disks)
    }

    async fn restore_checkpoint(&self, _: &StepCall, checkpoint: &str) -> Result<Outcome> {
        if self.is(Rule::Written) {
            return Err(Error::other("plugin.not-written", "this plugin does not do restore-checkpoint yet"));
        }
        self.there(checkpoint)?;
        if !self.is(Rule::TargetRestore) {
            *self.disk.0.lock().unwrap() = *self.kept.lock().unwrap();
        }
        done()
    }

    async fn plan_morphing(&self, _: &VmSpec) -> Result<Morphing> {
        let macs = vec![None; if self.is(Rule::TargetMacs) { 2 } else { 1 }];
        Ok(Morphing { hypervisor: None, set_dhcp: true, macs })
    }

    async fn ensure_instance(&self, step: &StepCall, _: &VmSpec, disks: &str) -> Result<Outcome> {
        self.there(disks)?;
        self.ensure("instance", step)
    }

    async fn describe_instance(&self, instance: &str) -> Result<Instance> {
        self.there(instance)?;
        Ok(Instance {
            id: instance.into(),
            name: "n".into(),
            status: "ACTIVE".into(),
            addresses: Vec::new(),
            console: None,
        })
    }

    async fn remove_instance(&self, step: &StepCall, instance: &str) -> Result<Outcome> {
        if self.is(Rule::TargetStays) && !instance.is_empty() {
            self.remove_all("clone");
        }
        self.remove("instance", step, instance)
    }

    async fn list_marked(&self, after: Option<&str>) -> Result<MarkedPage> {
        self.host()?;
        if self.is(Rule::TargetMarks) {
            return Ok(MarkedPage::default());
        }
        let at: usize = after.map_or(0, |after| after.parse().unwrap());
        let platform = self.platform.lock().unwrap();
        let marked = |it: &Thing| Marked {
            kind: it.kind.into(),
            id: it.id.clone(),
            name: String::new(),
            token: it.token.clone(),
            made_ms: None,
        };
        let next =
            (at + 1 < platform.things.len() || self.is(Rule::TargetPages)).then(|| (at + 1).to_string());
        // What was made later holds what was made before.
        let place =
            if self.is(Rule::TargetOrder) { Some(at) } else { platform.things.len().checked_sub(at + 1) };
        let marked = place.and_then(|place| platform.things.get(place)).map(marked);
        Ok(MarkedPage { marked: marked.into_iter().collect(), next })
    }

    async fn remove_marked(&self, step: &StepCall, _: &str, id: &str) -> Result<Outcome> {
        let mut platform = self.platform.lock().unwrap();
        match platform.things.iter().find(|it| it.id == id) {
            None if self.is(Rule::TargetUnmarked) => Err(absent()),
            Some(it) if it.token != step.token && !self.is(Rule::TargetForeign) => {
                Err(Error::conflict("fake.foreign", "it carries another token"))
            }
            Some(it) if it.kind == "disks" && platform.things.iter().any(|it| it.kind == "worker") => {
                Err(Error::conflict("fake.held", "a worker holds it"))
            }
            Some(_) | None => {
                platform.things.retain(|it| it.id != id);
                done()
            }
        }
    }
}
