//! A source in memory that keeps every rule but one.

use super::super::rules::Rule;
use super::super::walk::{Depth, Trial};
use super::super::{Checks, source};
use super::{create, host};
use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::roles::{Finding, Marked, MarkedPage, Outcome, Source, StepCall, VmPage, VmSummary};
use gyre_core::{BlockRead, Error, Extent, ExtentKind, Origin, Result, VmSpec};
use gyre_grants::Faults;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

const DISK_BYTES: u64 = 1 << 20;
const NAMES: [&str; 3] = ["web-one", "Web-Two", "db"];

pub async fn tested(wrong: Option<Rule>) -> Checks {
    let (faults, mut checks) = (Arc::new(Faults::default()), Checks::default());
    let fake = Fake { wrong, faults: faults.clone(), made: AtomicUsize::new(0), token: Mutex::default() };
    let trial =
        Trial { faults: &faults, stop: &CancellationToken::new(), workers: None, depth: Depth::SAMPLES };
    source::check(&fake, &trial, Some("1"), &mut checks).await;
    checks
}

struct Fake {
    wrong: Option<Rule>,
    faults: Arc<Faults>,
    made: AtomicUsize,
    /// Of the snapshot that there is.
    token: Mutex<String>,
}

impl Fake {
    fn is(&self, rule: Rule) -> bool {
        self.wrong == Some(rule)
    }

    fn host(&self) -> Result<()> {
        host(&self.faults, self.wrong)
    }
}

fn absent() -> Error {
    Error::not_found("fake.absent", "it is not there")
}

#[async_trait]
impl Source for Fake {
    async fn check(&self, _: Option<&str>) -> Result<Vec<Finding>> {
        self.host()?;
        match self.wrong {
            Some(Rule::Answers) => Err(Error::other("sandbox.trap", "it trapped")),
            Some(Rule::FindsOrFails) => Err(Error::invalid("fake.option", "there is no such place")),
            _ => Ok(Vec::new()),
        }
    }

    async fn list_vms(&self, name: Option<&str>, after: Option<&str>) -> Result<VmPage> {
        self.host()?;
        let at: usize = after.map_or(0, |after| after.parse().unwrap());
        let wanted = |vm: &str| match name {
            Some(name) if self.is(Rule::SourceNames) => vm.contains(name),
            Some(name) => vm.to_lowercase().contains(&name.to_lowercase()),
            None => true,
        };
        let all: Vec<_> = (0..NAMES.len()).filter(|at| wanted(NAMES[*at])).collect();
        let vm = |at: &usize| VmSummary {
            id: (at + 1).to_string(),
            name: NAMES[*at].into(),
            os_hint: None,
            powered_on: true,
        };
        let next = (at + 1 < all.len() || self.is(Rule::SourcePages)).then(|| (at + 1).to_string());
        Ok(VmPage { vms: all.get(at).map(vm).into_iter().collect(), next })
    }

    async fn get_vm(&self, id: &str) -> Result<VmSpec> {
        self.host()?;
        if !["1", "2", "3"].contains(&id) && !self.is(Rule::SourceGets) {
            return Err(absent());
        }
        let nics = if self.is(Rule::SourceIds) { vec!["n", "n"] } else { vec!["n", "m"] };
        let nics: Vec<_> = nics.iter().map(|id| json!({ "id": id, "network": "net" })).collect();
        let vm = json!({ "id": id, "name": "web-one", "vcpus": 1, "memory-mib": 512,
            "disks": [{ "id": "disk0", "size": DISK_BYTES }], "nics": nics });
        Ok(serde_json::from_value(vm).unwrap())
    }

    async fn power_off(&self, _: &StepCall, _: &str) -> Result<Outcome> {
        match self.wrong {
            Some(Rule::Written) => {
                Err(Error::other("plugin.not-written", "this plugin does not do power-off yet"))
            }
            Some(Rule::SourceOff) => Ok(Outcome::Done(String::new())),
            _ => Err(Error::invalid("fake.power", "it cannot be powered off")),
        }
    }

    async fn ensure_snapshot(&self, step: &StepCall, _: &VmSpec, _: Option<&str>) -> Result<Outcome> {
        self.host()?;
        if step.resume.is_none() {
            return Ok(Outcome::Wait { state: "soon".into(), after_ms: 0 });
        }
        create(&self.faults, self.wrong, "1", &step.token);
        self.token.lock().unwrap().clone_from(&step.token);
        let made = self.made.fetch_add(1, Ordering::SeqCst);
        let number = if self.is(Rule::SourceSnapshot) { made } else { 0 };
        Ok(Outcome::Done(format!("snap-{}-{number}", step.token)))
    }

    async fn release_snapshot(&self, _: &StepCall, snapshot: &str) -> Result<Outcome> {
        match snapshot {
            "" if self.is(Rule::SourceRelease) => Err(absent()),
            _ => Ok(Outcome::Done(String::new())),
        }
    }

    async fn open_disk(&self, snapshot: &str, disk: &str) -> Result<Arc<dyn Origin>> {
        self.host()?;
        if (!snapshot.starts_with("snap-") || disk != "disk0") && !self.is(Rule::SourceOpens) {
            return Err(absent());
        }
        Ok(Arc::new(Disk(self.wrong)))
    }

    async fn list_marked(&self, after: Option<&str>) -> Result<MarkedPage> {
        let text = |text: &str| text.to_owned();
        let (kind, name, mut token) = (text("snapshot"), text("n"), self.token.lock().unwrap().clone());
        // One of somebody else is there before.
        let id = text(if token.is_empty() { "0" } else { "1" });
        if self.is(Rule::SourceListed) {
            token = text("another");
        }
        let marked = Marked { kind, id, name, token, made_ms: None };
        let is_next = after.is_none() && self.is(Rule::SourceMarks);
        Ok(MarkedPage { marked: vec![marked], next: is_next.then(|| text("2")) })
    }

    async fn remove_marked(&self, step: &StepCall, _: &str, id: &str) -> Result<Outcome> {
        match self.wrong {
            Some(Rule::SourceUnmarked) if id != "1" => Err(absent()),
            wrong if id == "1" && *self.token.lock().unwrap() != step.token => match wrong {
                Some(Rule::SourceForeign) => Ok(Outcome::Done(String::new())),
                _ => Err(Error::conflict("fake.foreign", "it carries another token")),
            },
            _ => Ok(Outcome::Done(String::new())),
        }
    }
}

struct Disk(Option<Rule>);

#[async_trait]
impl Origin for Disk {
    fn size(&self) -> u64 {
        DISK_BYTES + if self.0 == Some(Rule::SourceSize) { 512 } else { 0 }
    }

    async fn extents(&self, _: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        let gap = if self.0 == Some(Rule::SourceMap) { 512 } else { 0 };
        Ok(vec![Extent { offset: offset + gap, length: length.min(512 * 1024), kind: ExtentKind::Data }])
    }

    fn disk(&self, _: u32) -> Option<Arc<dyn BlockRead>> {
        None
    }

    async fn read(&self, _: u64, length: u32) -> Result<Bytes> {
        let short = u32::from(self.0 == Some(Rule::SourceRead));
        Ok(vec![0; (length - short) as usize].into())
    }
}
