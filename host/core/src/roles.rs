//! What the engine asks of plugins. The same verbs as in `wit/plugin.wit`, whose comments are the
//! contract; the sandbox implements them over wasm, tests over memory. A value of these traits is
//! bound to one plugin, one endpoint's configuration and one job.

use crate::flow::Flow;
use crate::{Origin, Result, VmSpec, protocol::Root};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Whatever a plugin needs to remember; opaque to the host, never a secret.
pub type State = String;

/// One call of a durable step.
#[derive(Clone, Debug)]
pub struct StepCall {
    /// The same on every repetition; made part of what the step creates.
    pub token: String,
    /// What the step last returned through [`Outcome::Wait`].
    pub resume: Option<State>,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Finished; the state goes into the job's log.
    Done(State),
    /// Call again after the delay, with this state.
    Wait {
        /// Handed back as [`StepCall::resume`].
        state: State,
        /// Milliseconds.
        after_ms: u32,
    },
}

/// Path of a finding that forbids deployments onto a replica's own disks, and nothing else.
pub const OWN_DISKS: &str = "own-disks";

/// One thing that a check found before anything was created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The job cannot work while this stands.
    pub blocking: bool,
    /// Which option or object: `network_map["VM Network"]`; or [`OWN_DISKS`].
    pub path: String,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// One line of a list of machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct VmSummary {
    /// As the source names it for good.
    pub id: String,
    /// As people name it.
    pub name: String,
    /// Whatever the source says about its operating system.
    pub os_hint: Option<String>,
    /// Whether it runs.
    pub powered_on: bool,
}

/// One page of machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VmPage {
    /// In the source's order.
    pub vms: Vec<VmSummary>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// Reads machines from where they are now.
#[async_trait]
#[allow(missing_docs)] // each verb is documented in wit/plugin.wit
pub trait Source: Send + Sync {
    async fn check(&self, vm: Option<&str>) -> Result<Vec<Finding>>;
    async fn list_vms(&self, name: Option<&str>, after: Option<&str>) -> Result<VmPage>;
    async fn get_vm(&self, id: &str) -> Result<VmSpec>;
    async fn power_off(&self, step: &StepCall, id: &str) -> Result<Outcome>;
    async fn ensure_snapshot(&self, step: &StepCall, vm: &VmSpec, base: Option<&str>) -> Result<Outcome>;
    async fn release_snapshot(&self, step: &StepCall, snapshot: &str) -> Result<Outcome>;
    async fn open_disk(&self, snapshot: &str, disk: &str) -> Result<Arc<dyn Origin>>;
    async fn list_marked(&self, after: Option<&str>) -> Result<MarkedPage>;
    async fn remove_marked(&self, step: &StepCall, kind: &str, id: &str) -> Result<Outcome>;
}

/// What a worker is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkerRole {
    /// Writing disks.
    Copy,
    /// Mounting and changing the guest's system.
    Morph,
}

/// How the bytes reach the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// HTTPS with mutual TLS to this TCP port of the worker.
    Https(u16),
    /// Through the SSH session alone.
    Ssh,
}

/// A temporary machine with the disks attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Address or name.
    pub host: String,
    /// TCP port of its SSH server.
    pub port: u16,
    /// Who logs in; becomes root by `sudo -n` where it is another.
    pub user: String,
    /// OpenSSH public-key line of its SSH server.
    pub host_key: Option<String>,
    /// Whose private key opens it: a name that means something to whoever answered this.
    pub credential: String,
    /// What it runs.
    pub os_type: crate::OsType,
    /// How the bytes reach the agent.
    pub transport: Transport,
    /// The disks attached to it.
    pub disks: Vec<AttachedDisk>,
}

/// A disk of the machine, as a worker knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedDisk {
    /// [`crate::DiskSpec::id`].
    pub disk: String,
    /// How it is known inside the worker, best first: a serial, a WWN, a device path (with `/`).
    pub identities: Vec<String>,
}

/// A disk at the destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetDisk {
    /// [`crate::DiskSpec::id`].
    pub disk: String,
    /// The platform's id of it; another one than at the last success means that nothing that was
    /// copied before is there.
    pub identity: String,
    /// Bytes.
    pub size: u64,
    /// Whether it read as zeros when it was new.
    pub zeroed: bool,
}

/// What must happen inside the guest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Morphing {
    /// `kvm`, `qemu`, `hyperv`; none: no hypervisor-specific action.
    pub hypervisor: Option<String>,
    /// Whether every interface is set to DHCP.
    pub set_dhcp: bool,
    /// MAC addresses that the final ports will have, in NIC order.
    pub macs: Vec<Option<String>>,
}

/// The migrated machine, as it runs at the destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Instance {
    /// The platform's id of it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// As the platform says it: `ACTIVE`.
    pub status: String,
    /// Fixed and floating, in NIC order.
    pub addresses: Vec<String>,
    /// The end of its console, where the platform keeps one.
    pub console: Option<String>,
}

/// Something at an endpoint that carries the mark of the step that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Marked {
    /// In the platform's words: `server`, `volume`.
    pub kind: String,
    /// The platform's id of it, unique within its kind.
    pub id: String,
    /// What people see.
    pub name: String,
    /// Token of the step that made it.
    pub token: String,
    /// Milliseconds since 1970, where the platform says so.
    pub made_ms: Option<u64>,
}

/// One page of what is marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkedPage {
    /// In the order of removal.
    pub marked: Vec<Marked>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// The values that an option may take on this platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Name of the option.
    pub option_name: String,
    /// In the plugin's order.
    pub values: Vec<Choice>,
    /// Why there are none, where the platform does not let this user list them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// One value that an option may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Choice {
    /// What the platform knows it by.
    pub id: String,
    /// What people know it by.
    pub name: String,
    /// What else they should know before they choose: `windows`, `2 vCPU, 4096 MiB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// Creates disks and machines where they are going.
#[async_trait]
#[allow(missing_docs)] // each verb is documented in wit/plugin.wit
pub trait Destination: Send + Sync {
    async fn check(&self, vm: Option<&VmSpec>) -> Result<Vec<Finding>>;
    async fn options(&self, names: &[String]) -> Result<Vec<Choices>>;
    async fn ensure_disks(&self, step: &StepCall, vm: &VmSpec, existing: Option<&str>) -> Result<Outcome>;
    async fn describe_disks(&self, disks: &str) -> Result<Vec<TargetDisk>>;
    async fn remove_disks(&self, step: &StepCall, disks: &str) -> Result<Outcome>;
    async fn ensure_worker(
        &self,
        step: &StepCall,
        role: WorkerRole,
        os: crate::OsType,
        disks: &str,
    ) -> Result<Outcome>;
    async fn describe_worker(&self, worker: &str) -> Result<Worker>;
    async fn worker_console(&self, worker: &str) -> Result<Option<String>>;
    async fn remove_worker(&self, step: &StepCall, worker: &str) -> Result<Outcome>;
    async fn ensure_checkpoint(&self, step: &StepCall, disks: &str) -> Result<Outcome>;
    async fn remove_checkpoint(&self, step: &StepCall, checkpoint: &str) -> Result<Outcome>;
    async fn ensure_clone(&self, step: &StepCall, checkpoint: &str, clone: bool) -> Result<Outcome>;
    async fn remove_clone(&self, step: &StepCall, disks: &str) -> Result<Outcome>;
    async fn restore_checkpoint(&self, step: &StepCall, checkpoint: &str) -> Result<Outcome>;
    async fn plan_morphing(&self, vm: &VmSpec) -> Result<Morphing>;
    async fn ensure_instance(&self, step: &StepCall, vm: &VmSpec, disks: &str) -> Result<Outcome>;
    async fn describe_instance(&self, instance: &str) -> Result<Instance>;
    async fn remove_instance(&self, step: &StepCall, instance: &str) -> Result<Outcome>;
    async fn list_marked(&self, after: Option<&str>) -> Result<MarkedPage>;
    async fn remove_marked(&self, step: &StepCall, kind: &str, id: &str) -> Result<Outcome>;
}

/// What an OS-morphing plugin recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OsMatch {
    /// `debian`.
    pub distribution: String,
    /// `12`.
    pub version: String,
    /// 0–100; the highest of all configured plugins morphs.
    pub score: u8,
}

/// Makes one family of operating systems boot at the destination.
#[async_trait]
#[allow(missing_docs)] // each verb is documented in wit/plugin.wit
pub trait OsMorphing: Send + Sync {
    async fn detect(&self, root: Arc<dyn Root>) -> Result<Option<OsMatch>>;
    async fn morph(&self, root: Arc<dyn Root>, vm: &VmSpec, morphing: &Morphing) -> Result<()>;
}

/// Where progress goes. Called often; must not block.
pub trait Progress: Send + Sync {
    /// `done` of `total` in the unit of the phase: bytes for copies.
    fn report(&self, phase: &str, done: u64, total: Option<u64>);
    /// The same of a copy, in bytes, with how it goes on, once that is known.
    fn report_flow(&self, phase: &str, done: u64, total: u64, _flow: Option<Flow>) {
        self.report(phase, done, Some(total));
    }
    /// A line of a plugin's log, at `trace`, `debug`, `info`, `warn` or `error`.
    fn log(&self, _plugin: &str, _level: &str, _line: &str) {}
    /// Something that does not stop the work, and should be known.
    fn warn(&self, _text: &str) {}
    /// Whether the job was asked to stop.
    fn cancelled(&self) -> bool {
        false
    }
}
