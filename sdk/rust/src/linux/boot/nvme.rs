//! NVMe disks, which no new machine calls by their names: of a guest with one disk, its partitions are named by the UUIDs
//! that the guest's own blkid sees on the worker, else as virtio counts disks. Says nothing where it would be a guess.

use super::files;
use crate::linux::PATH;
use crate::linux::packages::is_guests;
use crate::osmorphing::*;
use std::collections::BTreeMap;

/// How a source calls the bus.
const BUS: &str = "nvme";
const BLKID: &str = "blkid";
/// The longest that looking at the disks may take.
const BLKID_MS: u32 = 120_000;
/// Partitions that are looked at.
const LINES_MAX: usize = 1_000;
/// What is on partitions whose UUID is not that of what is mounted.
const MEMBERS: [&str; 2] = ["linux_raid_member", "LVM2_member"];

/// What is known of the machine's NVMe disks.
pub(super) struct Nvme {
    /// How many disks there are, where all of them are such.
    disks: usize,
    /// UUIDs by the number of the partition, of a single disk.
    uuids: BTreeMap<u32, String>,
    is_virtio: bool,
}

/// `nvme0n1p2`.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    controller: usize,
    namespace: usize,
    partition: Option<u32>,
}

impl Nvme {
    /// Asks the guest's blkid, if one of these files names such a disk.
    ///
    /// # Errors
    /// What the host met.
    pub(super) fn read(root: &Root, vm: &Vm, is_virtio: bool, paths: &[String]) -> Result<Self> {
        // One disk is that disk, whatever a source calls its bus.
        let are_all = vm.disks.len() <= 1 || vm.disks.iter().all(|disk| disk.bus.eq_ignore_ascii_case(BUS));
        let disks = if are_all { vm.disks.len().max(1) } else { 0 };
        let is_wanted = disks == 1 && is_named(root, paths)?;
        let uuids = if is_wanted { uuids(root)? } else { BTreeMap::new() };
        Ok(Self { disks, uuids, is_virtio })
    }

    /// In place of `/dev/{name}`; none where it is no such disk, or cannot be told.
    pub(super) fn name(&self, name: &str) -> Option<String> {
        let Name { controller, namespace, partition } = Name::parse(name)?;
        if let Some(uuid) = partition.and_then(|partition| self.uuids.get(&partition)) {
            return Some(format!("UUID={uuid}"));
        }
        let disk = match (self.disks, controller, namespace) {
            (1, ..) => 0,
            (_, controller, 1) => controller,
            // Several disks of one controller are its namespaces.
            (_, 0, namespace) => namespace.checked_sub(1)?,
            _ => return None,
        };
        let letter = char::from_u32(u32::from(b'a') + u32::try_from(disk).ok()?);
        let letter =
            letter.filter(|letter| letter.is_ascii_lowercase() && disk < self.disks && self.is_virtio)?;
        Some(format!("/dev/vd{letter}{}", partition.map(|number| number.to_string()).unwrap_or_default()))
    }
}

impl Name {
    fn parse(name: &str) -> Option<Self> {
        let (controller, rest) = name.strip_prefix("nvme")?.split_once('n')?;
        let (namespace, partition) = match rest.split_once('p') {
            Some((namespace, partition)) => (namespace, Some(partition.parse().ok()?)),
            None => (rest, None),
        };
        Some(Self { controller: controller.parse().ok()?, namespace: namespace.parse().ok()?, partition })
    }
}

fn is_named(root: &Root, paths: &[String]) -> Result<bool> {
    for path in paths {
        if root.exists(path)? && files::text(root, path)?.is_some_and(|text| text.contains("/dev/nvme")) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Of the guest's disks, the only ones that its programs see. A guest without blkid gets along with names.
fn uuids(root: &Root) -> Result<BTreeMap<u32, String>> {
    if root.find_program(BLKID)?.is_none() {
        return Ok(BTreeMap::new());
    }
    let command = Command::new([BLKID, "-c", "/dev/null"]).env("LC_ALL", "C").env("PATH", PATH);
    match root.output(&command.timeout_ms(BLKID_MS)) {
        Ok(output) if output.status == 0 => Ok(by_number(&output.text())),
        Ok(output) => {
            log!(warn, "{BLKID} failed in the guest: {}", output.tail());
            Ok(BTreeMap::new())
        }
        Err(error) if is_guests(&error) => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

/// Two partitions of one number are on two disks: then none of them is meant.
fn by_number(listed: &str) -> BTreeMap<u32, String> {
    let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (number, uuid) in listed.lines().take(LINES_MAX).filter_map(partition) {
        found.entry(number).or_default().push(uuid);
    }
    let only = |(number, uuids): (u32, Vec<String>)| match uuids.as_slice() {
        [uuid] => Some((number, uuid.clone())),
        _ => None,
    };
    found.into_iter().filter_map(only).collect()
}

/// `/dev/vdb2: LABEL="x" UUID="…" TYPE="ext4" PARTUUID="…"`.
fn partition(line: &str) -> Option<(u32, String)> {
    let (device, values) = line.split_once(':')?;
    let value = |key: &str| values.split_once(&format!(" {key}=\""))?.1.split('"').next();
    let name = device.strip_prefix("/dev/")?;
    let number = name.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let is_disk = ["vd", "sd", "xvd"].iter().any(|bus| name.starts_with(bus));
    let number = if is_disk { number.parse().ok()? } else { Name::parse(name)?.partition? };
    let is_member = value("TYPE").is_some_and(|kind| MEMBERS.contains(&kind));
    let uuid = value("UUID").filter(|_| !is_member)?;
    let fits = (1..=64).contains(&uuid.len()) && uuid.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    fits.then(|| (number, uuid.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeRoot;

    const LISTED: &str = "/dev/vdb1: UUID=\"AB-12\" TYPE=\"vfat\" PARTUUID=\"p1\"\n\
        /dev/vdb2: LABEL=\"a b\" UUID=\"aa-bb\" TYPE=\"ext4\" PARTUUID=\"p2\"\n\
        /dev/vdb3: UUID=\"x-y\" TYPE=\"LVM2_member\"\n/dev/mapper/vg-root: UUID=\"cc\" TYPE=\"xfs\"\n\
        /dev/vdb4: PARTUUID=\"p4\"\n/dev/vdb5: UUID=\"$(reboot)\" TYPE=\"ext4\"\n";

    fn disks(buses: &[&str]) -> Vm {
        let disk = |(n, bus): (usize, &&str)| DiskSpec {
            id: format!("disk{n}"),
            size: 1,
            position: u32::try_from(n).unwrap(),
            bus: bus.to_string(),
            backend: None,
            shareable: false,
        };
        Vm { disks: buses.iter().enumerate().map(disk).collect(), ..crate::fake::golden::vm(Vec::new()) }
    }

    fn read(vm: &Vm, is_virtio: bool) -> Nvme {
        let root = FakeRoot::new().file("/etc/fstab", "/dev/nvme0n1p2 / ext4\n");
        let root = root.file("/sbin/blkid", "").program("blkid", |_, _| Output::new(0, LISTED));
        Nvme::read(&root, vm, is_virtio, &["/etc/fstab".into()]).unwrap()
    }

    #[test]
    fn a_single_disk_is_named_by_uuid_else_as_the_first() {
        let nvme = read(&disks(&["scsi"]), true);
        for (name, new) in [
            ("nvme0n1p1", Some("UUID=AB-12")),
            ("nvme0n1p2", Some("UUID=aa-bb")),
            ("nvme0n1p3", Some("/dev/vda3")),
            ("nvme0n1p4", Some("/dev/vda4")),
            ("nvme0n1p5", Some("/dev/vda5")),
            ("nvme0n1", Some("/dev/vda")),
            ("nvme0", None),
            ("sda1", None),
        ] {
            assert_eq!(nvme.name(name).as_deref(), new, "{name}");
        }
        // Nobody knows what it is called there.
        let elsewhere = read(&disks(&["scsi"]), false);
        assert_eq!(elsewhere.name("nvme0n1p2").as_deref(), Some("UUID=aa-bb"));
        assert_eq!(elsewhere.name("nvme0n1p3"), None);
    }

    #[test]
    fn several_disks_are_counted_where_all_are_of_one_kind() {
        let both = read(&disks(&["NVMe", "nvme"]), true);
        assert_eq!(both.name("nvme1n1p2").as_deref(), Some("/dev/vdb2"));
        assert_eq!(both.name("nvme0n2p2").as_deref(), Some("/dev/vdb2"));
        assert_eq!(both.name("nvme0n1p2").as_deref(), Some("/dev/vda2"));
        assert_eq!((both.name("nvme2n1"), both.name("nvme1n2")), (None, None));
        let mixed = read(&disks(&["scsi", "nvme"]), true);
        assert_eq!(mixed.name("nvme0n1p2"), None);
    }

    #[test]
    fn a_number_on_two_disks_is_none() {
        let listed = "/dev/vdb1: UUID=\"a\" TYPE=\"ext4\"\n/dev/vdc1: UUID=\"b\" TYPE=\"ext4\"\n";
        assert!(by_number(listed).is_empty());
        assert_eq!(by_number("/dev/nvme1n1p7: UUID=\"a\"\n"), BTreeMap::from([(7, "a".into())]));
    }
}
