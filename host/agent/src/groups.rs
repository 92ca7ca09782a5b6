//! Volume groups of the guest, shown by the worker's LVM where its kernel has device-mapper: LVM is told to
//! see the guest's devices and nothing of the worker's. Where there is none, our own reading of the
//! metadata (`lvm.rs`) has to do.

use crate::device::{self, Disk};
use crate::lvm;
use crate::tool::{Tool, Tools};
use crate::volume::{Place, mapper_name, plain_name};
use gyre_core::{Error, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LVM: Tool =
    Tool { name: "lvm", package: "lvm2", need: "LVM", code: "system.lvm", limit: Duration::from_secs(60) };

/// LVM of this worker, over the guest's disks.
pub struct Groups<'a> {
    /// The worker's programs.
    pub tools: &'a Tools,
    /// The guest's disks.
    pub disks: &'a [Disk],
    /// Devices of opened layers that may hold physical volumes.
    pub more: &'a [PathBuf],
    /// Parts of arrays: what looks like a physical volume there is the array's.
    pub never: &'a [PathBuf],
}

impl Groups<'_> {
    /// Whether this worker can show logical volumes.
    pub fn usable(&self) -> bool {
        self.tools.mapper.join("control").exists()
            && self.tools.run(&LVM, &["version"], b"").is_ok_and(|said| said.status == Some(0))
    }

    /// Shows the volumes of a group.
    ///
    /// # Errors
    /// `system.lvm`.
    pub fn activate(&self, group: &str) -> Result<()> {
        if !plain_name(group) {
            return Err(Error::invalid("system.lvm", format!("{group:?} is no name of a volume group")));
        }
        self.lvm(&["vgchange", "-ay", group])
    }

    /// Hides them again.
    ///
    /// # Errors
    /// `system.lvm`.
    pub fn deactivate(&self, group: &str) -> Result<()> {
        self.lvm(&["vgchange", "-an", group])
    }

    /// Where device-mapper shows a logical volume. The worker may have one of the same name: only
    /// what lies on the guest's disks is the guest's.
    ///
    /// # Errors
    /// `system.lvm`, `disk.in-use`.
    pub fn place(&self, group: &str, logical: &lvm::Logical) -> Result<Place> {
        use std::os::unix::fs::MetadataExt as _;
        let node = self.tools.mapper.join(mapper_name(group, &logical.name));
        let number = std::fs::metadata(&node).ok().map(|meta| meta.rdev());
        let Some(number) = number.filter(|_| plain_name(&logical.name)) else { return Ok(Place::Scattered) };
        let disks: Vec<String> = self.disks.iter().map(|disk| device::pair(disk.number)).collect();
        match device::lies_on(&device::pair(number), &disks) {
            None => return Ok(Place::Scattered),
            Some(true) => {}
            Some(false) => {
                let why = format!("{} of this worker is not the guest's logical volume", node.display());
                return Err(Error::conflict("system.lvm", why)
                    .cause("use a worker image without a volume group of the guest's name"));
            }
        }
        match device::mounted(number) {
            None => Ok(Place::Node(node)),
            Some(point) => {
                let why = format!("{} is in use by this worker itself ({point})", node.display());
                Err(Error::conflict("disk.in-use", why))
            }
        }
    }

    /// Runs LVM so that it sees the guest's devices and nothing of the worker's.
    fn lvm(&self, arguments: &[&str]) -> Result<()> {
        const BASE: &str = "use_devicesfile=0 obtain_device_list_from_udev=0";
        let filter = self.filter();
        let config = format!(
            "devices{{ {BASE} filter=[{filter}] global_filter=[{filter}] }} backup{{ backup=0 archive=0 }} activation{{ monitoring=0 }}"
        );
        let all: Vec<&str> = arguments.iter().copied().chain(["--config", &config]).collect();
        self.tools.must(&LVM, &all).map_err(|error| {
            let what = format!("lvm {} failed on this worker", arguments.join(" "));
            Error { message: what, ..error }
        })
    }

    fn filter(&self) -> String {
        let exactly = |sign: char, path: &Path| format!("\"{sign}|^{}$|\"", path.display());
        let never = self.never.iter().map(|path| exactly('r', path));
        let disks = self.disks.iter().map(|disk| format!("\"a|^{}p?[0-9]*$|\"", disk.path.display()));
        let more = self.more.iter().map(|path| exactly('a', path));
        never.chain(disks).chain(more).chain(["\"r|.*|\"".into()]).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lvm_is_shown_the_guests_devices_alone() {
        let (more, never) = (["/dev/md200".into()], ["/dev/vdb1".into()]);
        let groups = Groups { tools: &Tools::default(), disks: &[], more: &more, never: &never };
        assert_eq!(groups.filter(), r#""r|^/dev/vdb1$|","a|^/dev/md200$|","r|.*|""#);
        assert_eq!(groups.activate("-o").unwrap_err().code, "system.lvm");
    }
}
