//! A machine as the source describes it: noted in every execution, so that a deployment builds
//! what was replicated and not what the source has become since.

use serde::{Deserialize, Serialize};

/// How the machine boots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Firmware {
    /// Legacy boot from the master boot record.
    #[default]
    Bios,
    /// UEFI, from an EFI system partition.
    Uefi,
}

/// Which kind of worker can morph the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OsType {
    /// Any Linux.
    #[default]
    Linux,
    /// Any Windows.
    Windows,
    /// Any BSD.
    Bsd,
    /// Known, and none of the others.
    Other,
    /// The source cannot tell.
    Unknown,
}

/// One disk of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct DiskSpec {
    /// Stable between executions.
    pub id: String,
    /// Virtual size in bytes.
    pub size: u64,
    /// Boot order; the boot disk is 0.
    #[serde(default)]
    pub position: u32,
    /// `scsi`, `ide`, `virtio`, …: as the source calls it.
    #[serde(default)]
    pub bus: String,
    /// Where the source keeps it (datastore, pool): the key of `backend_mappings`.
    #[serde(default)]
    pub backend: Option<String>,
    /// Used by several machines at once.
    #[serde(default)]
    pub shareable: bool,
}

/// One network interface of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct NicSpec {
    /// Stable between executions.
    pub id: String,
    /// `00:50:56:aa:bb:cc`.
    #[serde(default)]
    pub mac: Option<String>,
    /// Name of the source's network: the key of `network_map`.
    pub network: String,
    /// IPv4 and IPv6 addresses without prefix lengths.
    #[serde(default)]
    pub addresses: Vec<String>,
}

/// One machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct VmSpec {
    /// As the source names it for good.
    pub id: String,
    /// As people name it.
    pub name: String,
    /// Name of the host inside the guest.
    #[serde(default)]
    pub hostname: Option<String>,
    /// Virtual processors.
    pub vcpus: u32,
    /// Processors per socket, where the source says so.
    #[serde(default)]
    pub cores_per_socket: Option<u32>,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// How it boots.
    #[serde(default)]
    pub firmware: Firmware,
    /// Whether the firmware checks signatures.
    #[serde(default)]
    pub secure_boot: bool,
    /// Whether it has a TPM.
    #[serde(default)]
    pub tpm: bool,
    /// Which kind of worker can morph it.
    #[serde(default)]
    pub os_type: OsType,
    /// Whatever the source says about its operating system.
    #[serde(default)]
    pub os_hint: Option<String>,
    /// Where the source runs it: jobs are limited per host.
    #[serde(default)]
    pub host: Option<String>,
    /// The address it is reached at from outside.
    #[serde(default)]
    pub public_address: Option<String>,
    /// Its disks, in the source's order.
    pub disks: Vec<DiskSpec>,
    /// Its network interfaces, in the source's order.
    #[serde(default)]
    pub nics: Vec<NicSpec>,
}

impl VmSpec {
    /// The disk with this id.
    pub fn disk(&self, id: &str) -> Option<&DiskSpec> {
        self.disks.iter().find(|disk| disk.id == id)
    }
}
