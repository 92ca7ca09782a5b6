//! The configuration: machines written down by the operator, for image files say nothing about them.

use crate::path::is_export;
use crate::probe::Choice;
use gyre_plugin::source::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Machines whose disks are image files.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// The machines.
    #[serde(default)]
    pub vms: Vec<Machine>,
}

/// One machine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Machine {
    /// What it is known by for good; default: its name.
    pub id: Option<String>,
    /// What people call it.
    pub name: String,
    /// Virtual processors.
    pub vcpus: u32,
    /// Memory, MiB.
    pub memory_mib: u64,
    /// How it boots.
    #[serde(default)]
    pub firmware: BootFirmware,
    /// Which kind of system it runs.
    #[serde(default)]
    pub os_type: System,
    /// Free text about its system: `Debian 12`.
    pub os_hint: Option<String>,
    /// Its host name inside the guest.
    pub hostname: Option<String>,
    /// What reads its disks, when that is to be limited: jobs with the same host count against `per-host`.
    pub host: Option<String>,
    /// The address it is reached at from outside.
    pub public_address: Option<String>,
    /// Its disks; the first one boots.
    pub disks: Vec<Image>,
    /// Its network interfaces.
    #[serde(default)]
    pub nics: Vec<Nic>,
}

/// One disk: an image file, a block device, or an export of an NBD server.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Image {
    /// Stable between executions; default: `disk0`, `disk1`, … in this order.
    pub id: Option<String>,
    /// Absolute path; or the address of an export: `nbd://10.0.0.5:10809/disk0`, `nbds://…`,
    /// `nbd+unix:///disk0?socket=/run/nbd.sock`, `nbd+ssh://…`.
    pub path: String,
    /// Write it down where you can. Default: `raw` for an export, for servers show disks; else told by the first bytes of the file, which must not
    /// contradict its name; parents and other files that it names are then only followed when its name
    /// ends as that format's do (`.qcow2`, `.vmdk`, `.vhd`, `.vhdx`, `.vdi`, `.ova`, `.luks`).
    pub format: Option<Format>,
    /// Name or id of a snapshot inside a qcow2 image, to be read instead of the disk as it is now.
    pub snapshot: Option<String>,
    /// Name of the disk inside an OVA archive that has several.
    pub member: Option<String>,
    /// Name of a persistent dirty bitmap of a qcow2 image, which then says what changed since the last success. By
    /// naming it you promise that nobody clears or disables it, nor makes another one of this name.
    pub bitmap: Option<String>,
    /// Name of the secret that holds the passphrase of an encrypted image (LUKS, in qcow2 or by itself), and of the
    /// encrypted images below it. The plugin must see it: `grant.secret = [{ name = "…", reveal = true }]`.
    pub key: Option<String>,
    /// Where it lies, as the key of the destination's `backend_mappings`.
    pub backend: Option<String>,
    /// `scsi`, `ide`, `virtio`, …
    #[serde(default = "default_bus")]
    pub bus: String,
}

/// How the bytes of a disk lie in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// As they are. A guest may have written anything into such a file: say `raw`, and its bytes are
    /// never taken for an image.
    Raw,
    /// QEMU copy-on-write, version 2 or 3.
    Qcow2,
    /// VMware: the descriptor of a disk, or a file that holds its descriptor itself.
    Vmdk,
    /// Hyper-V, since 2012.
    Vhdx,
    /// Hyper-V before 2012, Virtual PC, Azure, XenServer.
    Vhd,
    /// VirtualBox.
    Vdi,
    /// An archive of one machine, with VMDK disks.
    Ova,
    /// A LUKS container of version 1.
    Luks,
}

/// One network interface.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Nic {
    /// `00:50:56:aa:bb:cc`.
    pub mac: Option<String>,
    /// Name of the network, as the key of the destination's `network_map`.
    pub network: String,
    /// Addresses without prefix lengths.
    #[serde(default)]
    pub addresses: Vec<String>,
}

/// How a machine boots.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BootFirmware {
    /// From the master boot record.
    #[default]
    Bios,
    /// From an EFI system partition.
    Uefi,
}

/// Which kind of system a machine runs.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// Any Linux.
    #[default]
    Linux,
    /// Any Windows.
    Windows,
    /// Any BSD.
    Bsd,
    /// Another one.
    Other,
    /// Nobody knows.
    Unknown,
}

impl Format {
    /// As it is written in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Format::Raw => "raw",
            Format::Qcow2 => "qcow2",
            Format::Vmdk => "vmdk",
            Format::Vhdx => "vhdx",
            Format::Vhd => "vhd",
            Format::Vdi => "vdi",
            Format::Ova => "ova",
            Format::Luks => "luks",
        }
    }

    /// As QEMU writes it into images.
    pub fn of_qemu(name: &str) -> Option<Self> {
        match name {
            "raw" | "file" | "host_device" => Some(Format::Raw),
            "qcow2" => Some(Format::Qcow2),
            "vmdk" => Some(Format::Vmdk),
            "vhdx" => Some(Format::Vhdx),
            "vpc" => Some(Format::Vhd),
            "vdi" => Some(Format::Vdi),
            "luks" => Some(Format::Luks),
            _ => None,
        }
    }
}

impl Image {
    /// What the operator decided about it.
    pub fn choice(&self) -> Choice<'_> {
        Choice {
            format: self.format,
            snapshot: self.snapshot.as_deref(),
            member: self.member.as_deref(),
            bitmap: self.bitmap.as_deref(),
        }
    }
}

fn default_bus() -> String {
    "scsi".into()
}

impl Options {
    /// Checks what the schema cannot say.
    ///
    /// # Errors
    /// `config.invalid`; `disk-image.config` for what is there twice, for what no machine can have, and for a path that is neither absolute nor an export.
    pub fn parse(config: &Config) -> Result<Self> {
        config.parse::<Self>()?.checked()
    }

    /// As [`Options::parse`], for a step.
    ///
    /// # Errors
    /// As [`Options::parse`].
    pub fn of_step(step: &Step) -> Result<Self> {
        step.config::<Self>()?.checked()
    }

    fn checked(self) -> Result<Self> {
        for (n, vm) in self.vms.iter().enumerate() {
            let path = format!("vms[{n}]");
            if self.vms.iter().take(n).any(|other| other.id() == vm.id()) {
                return bad(&path, "has the id of a machine before it");
            }
            if vm.vcpus == 0 || vm.memory_mib == 0 {
                return bad(&path, "has no processor or no memory");
            }
            vm.check_disks(&path)?;
            vm.check_nics(&path)?;
            vm.check_addresses(&path)?;
        }
        Ok(self)
    }

    /// The machine of that id, with its place.
    ///
    /// # Errors
    /// `disk-image.no-vm`
    pub fn machine(&self, id: &str) -> Result<(usize, &Machine)> {
        self.vms.iter().enumerate().find(|(_, vm)| vm.id() == id).ok_or_else(|| {
            let known: Vec<_> = self.vms.iter().map(Machine::id).collect();
            Error::not_found("disk-image.no-vm", format!("no machine {id:?} is configured"))
                .cause(format!("machines: {}", known.join(", ")))
        })
    }
}

fn bad<T>(path: &str, why: &str) -> Result<T> {
    Err(Error::invalid("disk-image.config", format!("{path} {why}")))
}

/// Whether this is the address of one network card, as `00:50:56:00:00:01` or with dashes.
fn is_mac(text: &str) -> bool {
    let octets: Vec<Option<u8>> = text
        .split([':', '-'])
        .map(|octet| u8::from_str_radix(octet, 16).ok().filter(|_| octet.len() == 2))
        .collect();
    // The lowest bit of the first octet: a group of cards. All zeros: none.
    octets.len() == 6
        && octets.iter().any(|octet| *octet != Some(0))
        && octets.iter().all(Option::is_some)
        && octets.first().is_some_and(|first| first.unwrap_or(1) & 1 == 0)
}

impl Machine {
    fn check_disks(&self, path: &str) -> Result<()> {
        for (m, disk) in self.disks.iter().enumerate() {
            let path = format!("{path}.disks[{m}]");
            if !disk.path.starts_with('/') && !is_export(&disk.path) {
                return bad(&format!("{path}.path"), "is neither an absolute path nor an NBD export");
            }
            if (0..m).any(|other| self.disk_id(other) == self.disk_id(m)) {
                return bad(&path, "has the id of a disk before it");
            }
            if self.disks.iter().take(m).any(|other| other.path == disk.path) {
                return bad(&format!("{path}.path"), "is that of a disk before it");
            }
        }
        Ok(())
    }

    fn check_nics(&self, path: &str) -> Result<()> {
        let macs: Vec<Option<String>> = self
            .nics
            .iter()
            .map(|nic| nic.mac.as_ref().map(|mac| mac.to_lowercase().replace('-', ":")))
            .collect();
        for (m, mac) in macs.iter().enumerate() {
            let path = format!("{path}.nics[{m}].mac");
            if mac.as_ref().is_some_and(|mac| !is_mac(mac)) {
                return bad(&path, "is no hardware address of a network card, as 00:50:56:00:00:01 is one");
            }
            if mac.is_some() && macs.iter().take(m).any(|other| other == mac) {
                return bad(&path, "is that of a network card before it");
            }
        }
        Ok(())
    }

    fn check_addresses(&self, path: &str) -> Result<()> {
        for (m, nic) in self.nics.iter().enumerate() {
            if let Some(n) = nic.addresses.iter().position(|address| address.parse::<IpAddr>().is_err()) {
                let path = format!("{path}.nics[{m}].addresses[{n}]");
                return bad(
                    &path,
                    "is no address, as 192.0.2.7 and 2001:db8::7 are: without a prefix length",
                );
            }
        }
        Ok(())
    }

    /// What it is known by.
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.name)
    }

    /// What its disk of that place is known by.
    pub fn disk_id(&self, place: usize) -> String {
        let written = self.disks.get(place).and_then(|disk| disk.id.clone());
        written.unwrap_or_else(|| format!("disk{place}"))
    }

    /// The machine as the host sees it; `sizes` are those of its disks.
    pub fn spec(&self, sizes: &[u64]) -> VmSpec {
        VmSpec {
            id: self.id().into(),
            name: self.name.clone(),
            hostname: self.hostname.clone(),
            vcpus: self.vcpus,
            cores_per_socket: None,
            memory_mib: self.memory_mib,
            firmware: match self.firmware {
                BootFirmware::Bios => Firmware::Bios,
                BootFirmware::Uefi => Firmware::Uefi,
            },
            secure_boot: false,
            tpm: false,
            os_type: self.os_type.into(),
            os_hint: self.os_hint.clone(),
            host: self.host.clone(),
            public_address: self.public_address.clone(),
            disks: self
                .disks
                .iter()
                .zip(sizes)
                .enumerate()
                .map(|(n, (disk, size))| self.disk(n, disk, *size))
                .collect(),
            nics: self.nics.iter().enumerate().map(|(n, nic)| nic.spec(n)).collect(),
        }
    }

    fn disk(&self, place: usize, image: &Image, size: u64) -> DiskSpec {
        DiskSpec {
            id: self.disk_id(place),
            size,
            position: u32::try_from(place).unwrap_or(u32::MAX),
            bus: image.bus.clone(),
            backend: image.backend.clone(),
            shareable: false,
        }
    }
}

impl Nic {
    fn spec(&self, place: usize) -> NicSpec {
        NicSpec {
            id: format!("nic{place}"),
            mac: self.mac.clone(),
            network: self.network.clone(),
            addresses: self.addresses.clone(),
        }
    }
}

impl From<System> for OsType {
    fn from(system: System) -> Self {
        match system {
            System::Linux => OsType::Linux,
            System::Windows => OsType::Windows,
            System::Bsd => OsType::Bsd,
            System::Other => OsType::Other,
            System::Unknown => OsType::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests fail by panicking

    use super::*;

    fn refusal(vm: &str) -> Option<String> {
        let plain = r#"{"name":"a","vcpus":1,"memory-mib":512,"disks":[{"path":"/a"}]}"#;
        let text = format!(r#"{{"vms":[{plain},{{"name":"b",{vm}}}]}}"#);
        Options::parse(&Config::new(&text)).err().map(|error| format!("{}: {}", error.code, error.message))
    }

    #[test]
    fn what_no_machine_can_have_is_refused_with_its_place() {
        let nics = |macs: [&str; 2]| {
            let nics = macs.map(|mac| format!(r#"{{"network":"n","mac":"{mac}"}}"#)).join(",");
            format!(r#""vcpus":1,"memory-mib":1,"disks":[],"nics":[{nics}]"#)
        };
        let right = "00:50:56:9a:00:01";
        assert_eq!(refusal(&nics([right, "00-50-56-9A-00-02"])), None);
        for (vm, expected) in [
            (nics([right, "zz:16"]), "vms[1].nics[1].mac is no hardware"),
            (nics([right, "01:00:5e:00:00:01"]), "vms[1].nics[1].mac is no hardware"),
            (nics([right, "00:00:00:00:00:00"]), "vms[1].nics[1].mac is no hardware"),
            (nics([right, "00-50-56-9A-00-01"]), "vms[1].nics[1].mac is that of"),
            (
                r#""vcpus":1,"memory-mib":1,"disks":[],"nics":[{"network":"n","addresses":["::1","10.0.0.5/24"]}]"#.into(),
                "vms[1].nics[0].addresses[1] is no address",
            ),
            (r#""vcpus":0,"memory-mib":1,"disks":[]"#.into(), "vms[1] has no processor"),
            (r#""vcpus":1,"memory-mib":0,"disks":[]"#.into(), "vms[1] has no processor"),
            (r#""vcpus":1,"memory-mib":1,"disks":[{"path":"a"}]"#.into(), "vms[1].disks[0].path is neither"),
            (
                r#""vcpus":1,"memory-mib":1,"disks":[{"path":"/a"},{"path":"/a"}]"#.into(),
                "vms[1].disks[1].path is that of a disk",
            ),
        ] {
            let refused = refusal(&vm).unwrap();
            assert!(refused.starts_with(&format!("disk-image.config: {expected}")), "{vm}: {refused}");
        }
    }
}
