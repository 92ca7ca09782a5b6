//! A source and a destination in memory, that count what they hold and fail where they are told to.

use gyre_core::{DiskSpec, Error, Result, VmSpec};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

/// Whether a call fails before it did anything, or after it did it all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

/// One failure to be played.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Number of the call, from 0.
    pub at: usize,
    pub when: When,
    pub error: Error,
    pub times: usize,
}

pub struct Volume {
    pub token: String,
    pub disk: String,
    pub bytes: Arc<Mutex<Vec<u8>>>,
}

#[derive(Clone)]
pub struct Disks {
    pub token: String,
    /// Disk and bytes.
    pub disks: BTreeMap<String, Vec<u8>>,
}

#[derive(Default)]
pub struct Held {
    pub next: u32,
    pub vm: Option<VmSpec>,
    pub source: BTreeMap<String, Vec<u8>>,
    pub snapshots: BTreeMap<String, Disks>,
    pub volumes: BTreeMap<String, Volume>,
    /// Token and the volumes attached.
    pub workers: BTreeMap<String, (String, Vec<String>)>,
    pub checkpoints: BTreeMap<String, Disks>,
    /// Token, name and volumes.
    pub instances: BTreeMap<String, (String, String, Vec<String>)>,
    pub mounted: usize,
    /// The machine at its source.
    pub powered_off: bool,
    /// What was written into the guest's `/etc`.
    pub files: BTreeMap<String, String>,
    pub corrupt: bool,
    pub findings: Vec<gyre_core::roles::Finding>,
    pub digest: u32,
    /// Workers do not open while this stands.
    pub closed: bool,
    /// The destination cannot be reached until then.
    pub away_until: Option<tokio::time::Instant>,
    /// The most workers that there were at once.
    pub workers_at_once: usize,
    /// Digests of components that were kept.
    pub kept: BTreeSet<String>,
    /// Of the plugins that roles were opened with.
    pub opened_with: Vec<String>,
    calls: Vec<String>,
    faults: Vec<(Option<String>, Fault)>,
}

impl Held {
    pub fn id(&mut self, kind: &str) -> String {
        self.next += 1;
        format!("{kind}-{}", self.next)
    }
}

#[derive(Default)]
pub struct Cloud(Mutex<Held>);

impl Cloud {
    pub fn new(source: BTreeMap<String, Vec<u8>>) -> Arc<Self> {
        let disk = |(id, bytes): (&String, &Vec<u8>)| DiskSpec {
            id: id.clone(),
            size: bytes.len() as u64,
            position: 0,
            bus: "scsi".into(),
            backend: None,
            shareable: false,
        };
        let vm = VmSpec {
            id: "vm-1".into(),
            name: "web server".into(),
            hostname: None,
            vcpus: 1,
            cores_per_socket: None,
            memory_mib: 512,
            firmware: Default::default(),
            secure_boot: false,
            tpm: false,
            os_type: gyre_core::OsType::Unknown,
            os_hint: None,
            host: None,
            public_address: None,
            disks: source.iter().map(disk).collect(),
            nics: Vec::new(),
        };
        Arc::new(Self(Mutex::new(Held { vm: Some(vm), source, ..Held::default() })))
    }

    pub fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap()
    }

    /// One call of a role: fails as it was told to.
    pub fn call<T>(&self, name: &str, work: impl FnOnce(&mut Held) -> Result<T>) -> Result<T> {
        let mut held = self.held();
        let at = held.calls.len();
        held.calls.push(name.to_owned());
        let fault = held.faults.iter_mut().find(|(prefix, fault)| {
            fault.times > 0
                && prefix.as_ref().map_or(at == fault.at, |prefix| name.starts_with(prefix.as_str()))
        });
        let fault = fault.map(|(_, fault)| {
            fault.times -= 1;
            fault.clone()
        });
        match fault {
            Some(Fault { when: When::Before, error, .. }) => Err(error),
            Some(Fault { error, .. }) => {
                work(&mut held)?;
                Err(error)
            }
            None => work(&mut held),
        }
    }

    pub fn set_fault(&self, fault: Fault) {
        let mut held = self.held();
        let at = held.calls.len().saturating_add(fault.at);
        held.faults.push((None, Fault { at, ..fault }));
    }

    pub fn set_fault_on(&self, prefix: &str, fault: Fault) {
        self.held().faults.push((Some(prefix.to_owned()), fault));
    }

    /// No fault is left.
    pub fn heal(&self) {
        self.held().faults.clear();
    }

    pub fn calls(&self) -> Vec<String> {
        self.held().calls.clone()
    }

    pub fn count(&self, prefix: &str) -> usize {
        self.held().calls.iter().filter(|call| call.starts_with(prefix)).count()
    }

    pub fn was_called(&self, prefix: &str) -> bool {
        self.count(prefix) > 0
    }

    /// Waits until workers may open.
    pub async fn gate(&self, cancel: &tokio_util::sync::CancellationToken) -> Result<()> {
        while self.held().closed {
            tokio::select! {
                () = tokio::time::sleep(std::time::Duration::from_millis(5)) => {}
                () = cancel.cancelled() => return Err(Error::cancelled()),
            }
        }
        Ok(())
    }

    /// Waits until so many calls with this name were made.
    pub async fn wait_for(&self, prefix: &str, count: usize) {
        while self.count(prefix) < count {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    pub fn rename_vm(&self, name: &str) {
        self.held().vm.as_mut().unwrap().name = name.to_owned();
    }

    pub fn corrupt_source(&self) {
        self.held().corrupt = true;
    }

    pub fn upgrade_plugin(&self) {
        self.held().digest += 1;
    }

    /// Somebody emptied the directory of kept components.
    pub fn lose_components(&self) {
        self.held().kept.clear();
    }

    pub fn find(&self, path: &str, message: &str, remedy: &str) {
        self.held().findings.push(gyre_core::roles::Finding {
            blocking: true,
            path: path.into(),
            message: message.into(),
            remedy: Some(remedy.into()),
        });
    }

    /// Somebody deleted a volume behind our back, and an empty one takes its place.
    pub fn replace_volume(&self, disk: &str) {
        let mut held = self.held();
        let old =
            held.volumes.iter().find(|(_, volume)| volume.disk == disk).map(|(id, _)| id.clone()).unwrap();
        held.volumes.remove(&old);
    }

    pub fn instance_disks(&self) -> Vec<Vec<u8>> {
        let held = self.held();
        let ids = held.instances.values().flat_map(|(_, _, volumes)| volumes);
        ids.map(|id| held.volumes[id].bytes.lock().unwrap().clone()).collect()
    }
}
