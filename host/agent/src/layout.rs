//! What a system mounts that no fstab tells of: Container Linux (Flatcar, and CoreOS' before it) goes by the labels of its
//! partitions. Its root holds what the machine keeps; the system itself lies on another one, which is verified when it boots:
//! a single byte written there, and it does not. Knows no other system's layout.

use crate::fstab::Line;
use crate::naming::Names;
use crate::root::Root;
use gyre_core::protocol::FileType;

/// What it is called where nothing else says it: its os-release lies on the partition of the system.
pub const NAME: &str = "Container Linux (Flatcar)";
const ROOT: &str = "ROOT";
/// One is used, and the other is the next or the last version's; empty at first.
const SYSTEMS: [&str; 2] = ["USR-A", "USR-B"];
const OEM: &str = "OEM";

/// The places of a root that is one of Container Linux.
pub fn lines(root: &Root, names: &Names<'_>) -> Option<Vec<Line>> {
    let label = names.root.partition.as_ref().and_then(|partition| partition.label.as_deref());
    let is_dir =
        |path: &str| root.stat(path).ok().flatten().is_some_and(|stat| stat.file_type == FileType::Directory);
    if label != Some(ROOT) || !is_dir("/usr") || is_dir("/usr/lib") {
        return None;
    }
    let is_there = |label: &&&str| {
        let volume = names.resolve(&format!("PARTLABEL={label}"));
        volume.is_some_and(|volume| volume.superblock.content.file_system().is_some())
    };
    let system = SYSTEMS.iter().find(is_there)?;
    // Older releases have the place for it in the system itself.
    let oem = if is_dir("/oem") { "/oem" } else { "/usr/share/oem" };
    Some(vec![line(system, "/usr", true), line(OEM, oem, false)])
}

fn line(label: &str, point: &str, is_verified: bool) -> Line {
    Line { spec: format!("PARTLABEL={label}"), point: point.into(), options: "nofail".into(), is_verified }
}
