//! Machines and disks with nothing special about them, for sources and tests: `VmSpec { vcpus: 4, ..VmSpec::new(…) }`.

use crate::bindings::gyre::plugin::types::{DiskSpec, Firmware, OsType, VmSpec};

impl VmSpec {
    /// One processor, 1 GiB of memory, BIOS, an operating system that nobody knows, no disk and no card.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            hostname: None,
            vcpus: 1,
            cores_per_socket: None,
            memory_mib: 1024,
            firmware: Firmware::Bios,
            secure_boot: false,
            tpm: false,
            os_type: OsType::Unknown,
            os_hint: None,
            host: None,
            public_address: None,
            disks: Vec::new(),
            nics: Vec::new(),
        }
    }
}

impl DiskSpec {
    /// The boot disk, on a SCSI bus; `size` in bytes.
    pub fn new(id: impl Into<String>, size: u64) -> Self {
        Self { id: id.into(), size, position: 0, bus: "scsi".into(), backend: None, shareable: false }
    }
}
