//! Finding the guest's system on the attached disks, mounting it, and taking it apart again.
//! Partition tables and, without device-mapper, LVM are read here; the guest's own `fstab` says what
//! belongs to its root. Everything is mounted in the agent's private mount namespace. Writes
//! nothing itself, and knows no request.

use crate::bytes::{ReadAt as _, Window};
use crate::device::{self, Disk};
use crate::fstab::{self, FSTAB_BYTES_MAX, Line};
use crate::loopback::Loop;
use crate::registry::Hives;
use crate::root::Root;
use crate::run::{Ended, attend};
use crate::superblock::{Content, Superblock, probe};
use crate::{lvm, ntfs, partitions};
use gyre_core::error::Context as _;
use gyre_core::protocol::System;
use gyre_core::{Error, Kind, OsType, Result};
use rustix::mount::{MountFlags, UnmountFlags};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const VOLUMES_MAX: usize = 512;
/// One command of LVM.
const LVM_TIMEOUT: Duration = Duration::from_secs(60);
/// Btrfs roots are often not at the top.
const SUBVOLUMES: [Option<&str>; 3] = [None, Some("@"), Some("root")];
/// Places without which a root is not the guest's.
const NEEDED: [&str; 4] = ["/", "/usr", "/boot", "/var"];

/// Where the bytes of a volume are.
#[derive(Clone, Debug)]
enum Place {
    Range {
        disk: usize,
        offset: u64,
        size: u64,
    },
    Node(PathBuf),
    /// Only device-mapper could show it.
    Scattered,
}

/// Something that may hold a file system.
#[derive(Clone, Debug)]
pub struct Volume {
    /// `disk0/part1`, `lvm/vgsrc/root`.
    pub name: String,
    place: Place,
    superblock: Superblock,
    partition: Option<partitions::Partition>,
    /// Disk by index, for `/dev/sdXn` of an old `fstab`.
    disk: Option<usize>,
}

/// A mounted file system, with what keeps its device alive.
struct Mounted {
    path: PathBuf,
    _device: Option<Loop>,
}

/// A device node that the guest's programs may see.
#[derive(Clone, Debug)]
pub struct Node {
    /// Path in the worker, and in the guest's `/dev`.
    pub path: PathBuf,
    /// Links to it in the guest's `/dev`: `disk/by-uuid/…`.
    pub links: Vec<String>,
}

/// The guest's system, mounted or not.
pub struct Guest {
    disks: Arc<Vec<Disk>>,
    /// A directory of mode 0700, the parent of every mount point.
    base: PathBuf,
    mounts: Vec<Mounted>,
    groups: Vec<String>,
    nodes: Vec<Node>,
    /// Registry hives that are open in its root.
    pub hives: Hives,
}

impl Guest {
    /// Over `disks`, with mount points below `base`.
    pub fn new(disks: Arc<Vec<Disk>>, base: PathBuf) -> Self {
        Self {
            disks,
            base,
            mounts: Vec::new(),
            groups: Vec::new(),
            nodes: Vec::new(),
            hives: Hives::default(),
        }
    }

    /// Every operating system on the disks. Nothing stays mounted.
    ///
    /// # Errors
    /// `system.mounted`, `system.not-found` that names what there is instead.
    pub fn systems(&mut self) -> Result<Vec<System>> {
        self.must_be_unmounted()?;
        let result = self.scan();
        self.unmount_groups();
        result
    }

    fn scan(&mut self) -> Result<Vec<System>> {
        let volumes = self.volumes()?;
        let (mut systems, mut failures) = (Vec::new(), Vec::new());
        for volume in &volumes {
            systems.extend(self.look_into(volume, &volumes, &mut failures)?.map(|found| found.system));
        }
        if systems.is_empty() { Err(not_found(&volumes, failures)) } else { Ok(systems) }
    }

    /// Mounts a system below one directory.
    ///
    /// # Errors
    /// `system.mounted`, `system.not-found`, `system.mount`.
    pub fn mount(&mut self, system: &System) -> Result<()> {
        self.must_be_unmounted()?;
        let result = self.mount_now(system);
        if result.is_err() {
            let _ = self.unmount();
        }
        result
    }

    fn mount_now(&mut self, system: &System) -> Result<()> {
        let volumes = self.volumes()?;
        let volume = volumes.iter().find(|volume| volume.name == system.root);
        let mut failures = Vec::new();
        let found = match volume {
            Some(volume) => self.look_into(volume, &volumes, &mut failures)?,
            None => None,
        };
        let (Some(volume), Some(found)) = (volume, found) else {
            let why = format!("there is no system on {} any more", system.root);
            return Err(with_failures(Error::not_found("system.not-found", why), failures));
        };
        self.mount_volume(volume, &self.root_path(), found.subvolume.as_deref(), true)?;
        for (line, name) in &found.lines {
            let Some(volume) = volumes.iter().find(|volume| volume.name == *name) else { continue };
            self.mount_below(volume, line)?;
        }
        self.add_whole_disks();
        Ok(())
    }

    /// A mount point of the guest's own list; only what a system needs to boot must succeed.
    fn mount_below(&mut self, volume: &Volume, line: &Line) -> Result<()> {
        let root = self.root()?;
        let flags = rustix::fs::OFlags::PATH | rustix::fs::OFlags::DIRECTORY;
        let mounted = match root.open(&line.point, flags) {
            // Through the descriptor, so that a link in the guest cannot lead the mount elsewhere.
            Ok(fd) => {
                let target = PathBuf::from(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&fd)));
                self.mount_volume(volume, &target, line.option("subvol"), true)
            }
            Err(error) => {
                Err(error).or_other("system.mount", || format!("the guest has no directory {}", line.point))
            }
        };
        match mounted {
            Err(error) if NEEDED.contains(&line.point.as_str()) => Err(error),
            Err(error) => {
                eprintln!("{} stays unmounted: {error}", line.point);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Takes everything apart: mounts in reverse, then volume groups. Nothing mounted is no error.
    ///
    /// # Errors
    /// `system.unmount`.
    pub fn unmount(&mut self) -> Result<()> {
        self.hives = Hives::default();
        let mut failed = None;
        while let Some(mounted) = self.mounts.pop() {
            if let Err(error) = unmount_one(&mounted.path) {
                failed =
                    Some(Error::other("system.unmount", "cannot unmount the guest's system").cause(error));
            }
        }
        let _ = std::fs::remove_dir(self.root_path());
        self.nodes.clear();
        self.unmount_groups();
        // What went through loop devices lies in the disks' own cache.
        let flushed = self.disks.iter().try_for_each(Disk::flush);
        failed.map_or(flushed, Err)
    }

    fn unmount_groups(&mut self) {
        for group in std::mem::take(&mut self.groups) {
            if let Err(error) = self.lvm(&["vgchange", "-an", &group]) {
                eprintln!("volume group {group} stays active: {error}");
            }
        }
    }

    /// The mounted root, for file calls.
    ///
    /// # Errors
    /// `rootfs.not-mounted`.
    pub fn root(&self) -> Result<Root> {
        if self.mounts.is_empty() {
            return Err(Error::conflict("rootfs.not-mounted", "no system is mounted: mount one first"));
        }
        let flags = rustix::fs::OFlags::PATH | rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::CLOEXEC;
        let fd = rustix::fs::open(self.root_path(), flags, rustix::fs::Mode::empty());
        Ok(Root::new(fd.or_other("rootfs.not-mounted", || "the mounted root is gone".into())?))
    }

    /// Where it is mounted.
    pub fn root_path(&self) -> PathBuf {
        self.base.join("root")
    }

    /// The devices that its programs may see.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    fn must_be_unmounted(&self) -> Result<()> {
        if self.mounts.is_empty() {
            return Ok(());
        }
        Err(Error::conflict("system.mounted", "a system is mounted: unmount it first"))
    }

    /// Everything on the disks that may hold files.
    fn volumes(&mut self) -> Result<Vec<Volume>> {
        let mut volumes = Vec::new();
        for (index, disk) in self.disks.iter().enumerate() {
            volumes.extend(disk_volumes(index, disk));
        }
        let logical = self.logical_volumes(&volumes)?;
        volumes.extend(logical);
        volumes.truncate(VOLUMES_MAX);
        Ok(volumes)
    }

    /// By LVM itself where the kernel can, else by our own reading of its metadata.
    fn logical_volumes(&mut self, volumes: &[Volume]) -> Result<Vec<Volume>> {
        let physical: Vec<&Volume> =
            volumes.iter().filter(|v| v.superblock.content == Content::Lvm).collect();
        let mut groups: BTreeMap<String, lvm::Group> = BTreeMap::new();
        let mut by_id: BTreeMap<String, &Volume> = BTreeMap::new();
        for volume in physical {
            let Place::Range { disk, offset, size } = volume.place else { continue };
            let Some(disk) = self.disks.get(disk) else { continue };
            let Some((id, group)) = lvm::read(&Window { disk, offset, length: size }) else { continue };
            by_id.insert(id, volume);
            groups.extend(group.map(|group| (group.name.clone(), group)));
        }
        let mapper = Path::new("/dev/mapper/control").exists() && has_lvm();
        let mut found = Vec::new();
        for group in groups.values() {
            if mapper {
                self.activate(group)?;
            }
            for logical in &group.volumes {
                let place = if mapper { self.mapped(group, logical)? } else { linear(logical, &by_id) };
                found.extend(self.logical_volume(group, logical, place));
            }
        }
        Ok(found)
    }

    /// Where device-mapper shows a logical volume. The worker may have one of the same name: only
    /// what lies on the guest's disks is the guest's.
    fn mapped(&self, group: &lvm::Group, logical: &lvm::Logical) -> Result<Place> {
        use std::os::unix::fs::MetadataExt as _;
        let node = Path::new("/dev/mapper").join(mapper_name(&group.name, &logical.name));
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

    fn logical_volume(&self, group: &lvm::Group, logical: &lvm::Logical, place: Place) -> Option<Volume> {
        let superblock = match &place {
            Place::Range { disk, offset, size } => {
                probe(&Window { disk: self.disks.get(*disk)?, offset: *offset, length: *size })
            }
            Place::Node(node) => probe(&NodeFile::open(node)?),
            Place::Scattered => Superblock { content: Content::Unknown, uuid: None, label: None },
        };
        let name = format!("lvm/{}/{}", group.name, logical.name);
        Some(Volume { name, place, superblock, partition: None, disk: None })
    }

    fn activate(&mut self, group: &lvm::Group) -> Result<()> {
        if !plain_name(&group.name) {
            return Err(Error::invalid(
                "system.lvm",
                format!("{:?} is no name of a volume group", group.name),
            ));
        }
        self.lvm(&["vgchange", "-ay", &group.name])?;
        if !self.groups.contains(&group.name) {
            self.groups.push(group.name.clone());
        }
        Ok(())
    }

    /// Runs LVM so that it sees the guest's disks and nothing of the worker's.
    fn lvm(&self, arguments: &[&str]) -> Result<()> {
        const BASE: &str = "use_devicesfile=0 obtain_device_list_from_udev=0";
        let accept = |disk: &Disk| format!("\"a|^{}p?[0-9]*$|\"", disk.path.display());
        let filter: Vec<String> = self.disks.iter().map(accept).chain(["\"r|.*|\"".to_string()]).collect();
        let filter = filter.join(",");
        let config = format!(
            "devices{{ {BASE} filter=[{filter}] global_filter=[{filter}] }} backup{{ backup=0 archive=0 }} activation{{ monitoring=0 }}"
        );
        let what = || format!("lvm {} failed on this worker", arguments.join(" "));
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--config", &config]).collect();
        let (status, complaint) = run_lvm(&arguments).map_err(|error| error.during(what()))?;
        if status.success() {
            return Ok(());
        }
        let complaint = String::from_utf8_lossy(&complaint).chars().take(1000).collect::<String>();
        Err(Error::other("system.lvm", what()).cause(complaint.trim()))
    }

    /// Mounts `volume` read-only, looks for a system, unmounts it.
    /// What cannot be mounted is told in `failures`.
    fn look_into(
        &mut self,
        volume: &Volume,
        volumes: &[Volume],
        failures: &mut Vec<Error>,
    ) -> Result<Option<Found>> {
        if let Some(refusal) = refusal(volume) {
            failures.push(refusal);
            return Ok(None);
        }
        let may_be_root =
            matches!(volume.superblock.content, Content::Ext | Content::Xfs | Content::Btrfs | Content::Ntfs);
        if !may_be_root || matches!(volume.place, Place::Scattered) {
            return Ok(None);
        }
        let tries = if volume.superblock.content == Content::Btrfs { SUBVOLUMES.as_slice() } else { &[None] };
        for subvolume in tries {
            let path = self.root_path();
            if let Err(error) = self.mount_volume(volume, &path, *subvolume, false) {
                eprintln!("{} was not looked into: {error}", volume.name);
                // Most have no subvolume of these names.
                if subvolume.is_none() {
                    failures.push(error);
                }
                continue;
            }
            let found = self.root().and_then(|root| self.inspect_any(&root, volume, volumes, *subvolume));
            let mounted = self.mounts.pop();
            if let Some(mounted) = mounted {
                unmount_one(&mounted.path)
                    .or_other("system.unmount", || format!("cannot unmount {}", volume.name))?;
            }
            self.nodes.clear();
            match found {
                Ok(Some(found)) => return Ok(Some(found)),
                Ok(None) => {}
                // Windows is there, and may not be touched: others on the disks may be.
                Err(error) if error.kind == Kind::Conflict => failures.push(error),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    fn mount_volume(
        &mut self,
        volume: &Volume,
        target: &Path,
        subvolume: Option<&str>,
        writable: bool,
    ) -> Result<()> {
        let what = || format!("cannot mount {} ({})", volume.name, volume.superblock.content.name());
        if target == self.root_path() {
            make_private_dir(target).or_other("system.mount", what)?;
        }
        let (device, node) = self.node_of(volume, writable)?;
        match volume.superblock.content {
            Content::Ntfs => ntfs::mount(&node, target, &volume.name, writable)?,
            content => mount_kernel(content, &node, target, subvolume, writable)
                .map_err(|error| error.during(what()))?,
        }
        // A descriptor's path means nothing later: remember the place itself.
        let path = std::fs::read_link(target).unwrap_or_else(|_| target.to_path_buf());
        self.mounts.push(Mounted { path, _device: device });
        self.nodes.push(Node { path: node, links: links(volume) });
        Ok(())
    }

    /// Whether this is a root, of whatever kind.
    fn inspect_any(
        &self,
        root: &Root,
        volume: &Volume,
        volumes: &[Volume],
        subvolume: Option<&str>,
    ) -> Result<Option<Found>> {
        if volume.superblock.content != Content::Ntfs {
            return Ok(inspect(root, volume, volumes, subvolume));
        }
        let Some(name) = ntfs::inspect(root, &volume.name)? else { return Ok(None) };
        if let Place::Range { disk, offset, size } = volume.place
            && let Some(disk) = self.disks.get(disk)
        {
            ntfs::check_clean(&Window { disk, offset, length: size }, &volume.name)?;
        }
        let root = volume.name.clone();
        let system = System { root, name, mounts: Vec::new(), os_type: OsType::Windows };
        Ok(Some(Found { system, subvolume: None, lines: Vec::new() }))
    }

    /// The kernel's own node of a volume, or a loop device.
    fn node_of(&self, volume: &Volume, writable: bool) -> Result<(Option<Loop>, PathBuf)> {
        let (disk, offset, size) = match &volume.place {
            Place::Node(node) => return Ok((None, node.clone())),
            Place::Range { disk, offset, size } => (self.disks.get(*disk), *offset, *size),
            Place::Scattered => (None, 0, 0),
        };
        let Some(disk) = disk else {
            let why = format!("{} is not in one piece", volume.name);
            return Err(Error::other("system.lvm", why)
                .cause("this worker's kernel has no device-mapper, which could join it"));
        };
        if offset == 0 && size == disk.size() {
            return Ok((None, disk.path.clone()));
        }
        if let Some(node) = partition_node(disk.number, offset, size) {
            return Ok((None, node));
        }
        let device = Loop::attach(&disk.path, offset, size, writable)?;
        let node = device.path.clone();
        Ok((Some(device), node))
    }

    /// A boot loader is written to the whole disk.
    fn add_whole_disks(&mut self) {
        let whole: Vec<PathBuf> = self.disks.iter().map(|disk| disk.path.clone()).collect();
        for path in whole {
            if !self.nodes.iter().any(|node| node.path == path) {
                self.nodes.push(Node { path, links: Vec::new() });
            }
        }
    }
}

/// By the kernel's own file systems.
fn mount_kernel(
    content: Content,
    node: &Path,
    target: &Path,
    subvolume: Option<&str>,
    writable: bool,
) -> Result<()> {
    let why = || format!("the kernel did not mount {}", node.display());
    let kind =
        content.file_system().ok_or(()).map_err(|()| Error::other("system.mount", "no file system"))?;
    let mut data = options(content, writable);
    data.extend(subvolume.map(|name| format!("subvol={name}")));
    let data = CString::new(data.join(",")).or_other("system.mount", why)?;
    let flags = MountFlags::NODEV | if writable { MountFlags::empty() } else { MountFlags::RDONLY };
    rustix::mount::mount(node, target, kind, flags, data.as_c_str()).map_err(|error| {
        let kind = if error == rustix::io::Errno::BUSY { Kind::Unavailable } else { Kind::Other };
        Error::new(kind, "system.mount", why()).cause(error)
    })
}

/// Why a volume that may hold Windows is not even looked into.
fn refusal(volume: &Volume) -> Option<Error> {
    let (code, remedy) = match volume.superblock.content {
        Content::BitLocker => {
            ("system.bitlocker", "decrypt it in the guest (`manage-bde -off C:`), and replicate once more")
        }
        Content::Dynamic => {
            ("system.dynamic-disk", "make it a basic disk in the guest, and replicate once more")
        }
        _ => return None,
    };
    let why = format!("{} is {}", volume.name, volume.superblock.content.name());
    Some(Error::conflict(code, why).cause(remedy))
}

impl Drop for Guest {
    fn drop(&mut self) {
        if let Err(error) = self.unmount() {
            eprintln!("{error}");
        }
    }
}

/// A system, with what its mounting needs.
struct Found {
    system: System,
    subvolume: Option<String>,
    lines: Vec<(Line, String)>,
}

/// Whether this is a root, and what else belongs to it.
fn inspect(root: &Root, volume: &Volume, volumes: &[Volume], subvolume: Option<&str>) -> Option<Found> {
    let release =
        ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| root.read_file(path).ok());
    let table = root.read_file("/etc/fstab").ok().filter(|bytes| bytes.len() <= FSTAB_BYTES_MAX);
    if release.is_none() && (table.is_none() || root.stat("/etc/passwd").ok().flatten().is_none()) {
        return None;
    }
    let name = release.and_then(|bytes| pretty_name(&String::from_utf8_lossy(&bytes)));
    let lines = fstab::parse(&String::from_utf8_lossy(&table.unwrap_or_default()));
    let lines: Vec<(Line, String)> = lines
        .into_iter()
        .filter(|line| line.point != "/")
        .filter_map(|line| {
            let other = resolve(&line.spec, volume, volumes)?;
            other.superblock.content.file_system()?;
            Some((line, other.name.clone()))
        })
        .collect();
    let mounts = lines.iter().map(|(line, name)| (line.point.clone(), name.clone())).collect();
    let name = name.unwrap_or_else(|| format!("an unknown Linux on {}", volume.name));
    let system = System { root: volume.name.clone(), name, mounts, os_type: OsType::Linux };
    Some(Found { system, subvolume: subvolume.map(str::to_string), lines })
}

fn pretty_name(release: &str) -> Option<String> {
    const CHARS_MAX: usize = 200;
    let field = |key: &str| release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    let value = field("PRETTY_NAME").or_else(|| field("NAME"))?;
    let value: String = value
        .trim()
        .trim_matches(['"', '\''])
        .chars()
        .filter(|c| !gyre_core::text::steers(*c))
        .take(CHARS_MAX)
        .collect();
    (!value.is_empty()).then_some(value)
}

/// Which volume a line of `fstab` means.
fn resolve<'a>(spec: &str, root: &Volume, volumes: &'a [Volume]) -> Option<&'a Volume> {
    let after = |prefixes: [&str; 2]| prefixes.iter().find_map(|prefix| spec.strip_prefix(prefix));
    let same =
        |value: &Option<String>, wanted: &str| value.as_ref().is_some_and(|v| v.eq_ignore_ascii_case(wanted));
    if let Some(uuid) = after(["UUID=", "/dev/disk/by-uuid/"]) {
        return volumes.iter().find(|v| same(&v.superblock.uuid, uuid));
    }
    if let Some(label) = after(["LABEL=", "/dev/disk/by-label/"]) {
        return volumes.iter().find(|v| v.superblock.label.as_deref() == Some(label));
    }
    if let Some(uuid) = after(["PARTUUID=", "/dev/disk/by-partuuid/"]) {
        return volumes.iter().find(|v| v.partition.as_ref().is_some_and(|p| same(&p.uuid, uuid)));
    }
    if let Some(label) = after(["PARTLABEL=", "/dev/disk/by-partlabel/"]) {
        return volumes
            .iter()
            .find(|v| v.partition.as_ref().is_some_and(|p| p.label.as_deref() == Some(label)));
    }
    logical(spec, volumes).or_else(|| by_number(spec, root, volumes))
}

/// `/dev/mapper/vg-lv` (with dashes of names doubled) and `/dev/vg/lv`.
fn logical<'a>(spec: &str, volumes: &'a [Volume]) -> Option<&'a Volume> {
    volumes.iter().find(|volume| {
        let Some((group, name)) = volume.name.strip_prefix("lvm/").and_then(|rest| rest.split_once('/'))
        else {
            return false;
        };
        spec == format!("/dev/{group}/{name}") || spec == format!("/dev/mapper/{}", mapper_name(group, name))
    })
}

/// `/dev/sda2` as a last resort: that partition of the disk that the letter counts, else of the
/// root's own disk.
fn by_number<'a>(spec: &str, root: &Volume, volumes: &'a [Volume]) -> Option<&'a Volume> {
    let name = spec.strip_prefix("/dev/")?;
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (device, number) = name.split_at_checked(name.len() - digits)?;
    let number: u32 = number.parse().ok()?;
    let letter = ["sd", "vd", "hd", "xvd"].iter().find_map(|prefix| device.strip_prefix(prefix));
    let counted = letter
        .filter(|l| l.len() == 1)
        .and_then(|l| l.bytes().next())
        .map(|l| usize::from(l.wrapping_sub(b'a')));
    let disk = counted.or(root.disk)?;
    volumes.iter().find(|v| v.disk == Some(disk) && v.partition.as_ref().is_some_and(|p| p.number == number))
}

fn disk_volumes(index: usize, disk: &Disk) -> Vec<Volume> {
    let partitions = partitions::read(disk);
    if partitions.is_empty() {
        let place = Place::Range { disk: index, offset: 0, size: disk.size() };
        let name = format!("disk{index}");
        return vec![Volume { name, place, superblock: probe(disk), partition: None, disk: Some(index) }];
    }
    let volume = |partition: partitions::Partition| {
        let (offset, size) = (partition.offset, partition.size);
        let mut superblock = probe(&Window { disk, offset, length: size });
        if partition.is_dynamic {
            superblock.content = Content::Dynamic;
        }
        let name = format!("disk{index}/part{}", partition.number);
        let place = Place::Range { disk: index, offset, size };
        Volume { name, place, superblock, partition: Some(partition), disk: Some(index) }
    };
    partitions.into_iter().map(volume).collect()
}

fn linear(logical: &lvm::Logical, by_id: &BTreeMap<String, &Volume>) -> Place {
    let Some(place) = &logical.place else { return Place::Scattered };
    let Some(Place::Range { disk, offset, size }) = by_id.get(&place.pv).map(|volume| &volume.place) else {
        return Place::Scattered;
    };
    let fits = place.offset.checked_add(place.size).is_some_and(|end| end <= *size);
    match offset.checked_add(place.offset).filter(|_| fits) {
        Some(offset) => Place::Range { disk: *disk, offset, size: place.size },
        None => Place::Scattered,
    }
}

fn mapper_name(group: &str, logical: &str) -> String {
    format!("{}-{}", group.replace('-', "--"), logical.replace('-', "--"))
}

/// What LVM allows in a name, so that no path or option can be made of it.
fn plain_name(name: &str) -> bool {
    let usual = |b: u8| b.is_ascii_alphanumeric() || b"+_.-".contains(&b);
    !name.is_empty() && !name.starts_with(['-', '.']) && name.bytes().all(usual)
}

fn has_lvm() -> bool {
    run_lvm(&["version"]).is_ok_and(|(status, _)| status.success())
}

/// Its status, and what it complained of.
fn run_lvm(arguments: &[&str]) -> Result<(ExitStatus, Vec<u8>)> {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new("lvm");
    command.env("PATH", crate::run::PATH).args(arguments).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().or_other("system.lvm", || "cannot start lvm on this worker".into())?;
    // Nobody may stop it halfway: the limit alone does.
    let (ended, _, complaint) = attend(child, Vec::new(), Instant::now() + LVM_TIMEOUT, || false)?;
    match ended {
        Ended::Itself(status) => Ok((status, complaint)),
        Ended::Late | Ended::Stopped => {
            let why = format!("lvm did not end within {} s, and was killed", LVM_TIMEOUT.as_secs());
            Err(Error::unavailable("system.lvm", why))
        }
    }
}

/// A mapping's node, for its superblock.
struct NodeFile {
    file: std::fs::File,
    size: u64,
}

impl NodeFile {
    fn open(node: &Path) -> Option<Self> {
        let file = std::fs::File::open(node).ok()?;
        let size = std::io::Seek::seek(&mut &file, std::io::SeekFrom::End(0)).ok()?;
        Some(Self { file, size })
    }
}

impl crate::bytes::ReadAt for NodeFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, offset)
    }
}

/// Two file systems of one UUID may be there at once, and looking must change nothing.
fn options(content: Content, writable: bool) -> Vec<String> {
    let options: &[&str] = match (content, writable) {
        (Content::Xfs, true) => &["nouuid"],
        (Content::Xfs, false) => &["nouuid", "norecovery"],
        (Content::Ext, false) => &["noload"],
        _ => &[],
    };
    options.iter().map(ToString::to_string).collect()
}

fn links(volume: &Volume) -> Vec<String> {
    let mut links = Vec::new();
    let mut add = |dir: &str, name: Option<&String>| {
        let safe = |name: &&String| !name.contains('/') && !name.is_empty() && !name.starts_with('.');
        links.extend(name.filter(safe).map(|name| format!("disk/{dir}/{name}")));
    };
    add("by-uuid", volume.superblock.uuid.as_ref());
    add("by-label", volume.superblock.label.as_ref());
    add("by-partuuid", volume.partition.as_ref().and_then(|p| p.uuid.as_ref()));
    add("by-partlabel", volume.partition.as_ref().and_then(|p| p.label.as_ref()));
    if let Some((group, name)) = volume.name.strip_prefix("lvm/").and_then(|rest| rest.split_once('/'))
        && plain_name(group)
        && plain_name(name)
    {
        links.push(format!("mapper/{}", mapper_name(group, name)));
        links.push(format!("{group}/{name}"));
    }
    links
}

/// The kernel's node of a partition, if it knows one of exactly this range.
fn partition_node(disk: u64, offset: u64, size: u64) -> Option<PathBuf> {
    let base = Path::new("/sys/dev/block").join(crate::device::pair(disk));
    let number = |path: PathBuf| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    std::fs::read_dir(base).ok()?.flatten().find_map(|entry| {
        let dir = entry.path();
        let same = number(dir.join("start"))? * 512 == offset && number(dir.join("size"))? * 512 == size;
        let node = Path::new("/dev").join(entry.file_name());
        (same && dir.join("partition").exists() && node.exists()).then_some(node)
    })
}

fn make_private_dir(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Whoever still uses it keeps only what it has open: the mount is gone for everyone else.
fn unmount_one(path: &Path) -> std::io::Result<()> {
    const TRIES: u32 = 20;
    for n in 0..TRIES {
        match rustix::mount::unmount(path, UnmountFlags::NOFOLLOW) {
            Ok(()) | Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOENT) => return Ok(()),
            Err(rustix::io::Errno::BUSY) => {
                std::thread::sleep(std::time::Duration::from_millis(u64::from(n) * 10))
            }
            Err(error) => return Err(error.into()),
        }
    }
    eprintln!("{} is still in use: detached", path.display());
    rustix::fs::sync();
    rustix::mount::unmount(path, UnmountFlags::DETACH | UnmountFlags::NOFOLLOW).map_err(Into::into)
}

/// Why it may be there all the same. What may pass is told instead: it is no reason to give up; so is what says
/// itself what to do about it.
fn with_failures(error: Error, failures: Vec<Error>) -> Error {
    let says_all = |failure: &&Error| matches!(failure.kind, Kind::Unavailable | Kind::Conflict);
    if let Some(known) = failures.iter().find(says_all) {
        return known.clone();
    }
    failures.iter().take(32).fold(error, Error::cause)
}

/// Names what is there instead of a system, and what could not be looked into.
fn not_found(volumes: &[Volume], failures: Vec<Error>) -> Error {
    let mut error =
        Error::not_found("system.not-found", "no operating system was found on the attached disks");
    for volume in volumes.iter().take(32) {
        let what = match volume.place {
            Place::Scattered => "a logical volume that only device-mapper could show",
            _ => volume.superblock.content.name(),
        };
        error = error.cause(format!("{}: {what}", volume.name));
    }
    with_failures(error, failures)
}
