//! A volume: something on the guest's disks that may hold a file system or another layer, wherever its
//! bytes are. Finds the device node that shows it, and says under which names the guest knows it.
//! Opens no layer and mounts nothing.

use crate::bytes::{ReadAt, Window};
use crate::device::{self, Disk};
use crate::loopback::Loop;
use crate::raid::{self, Member};
use crate::superblock::{Content, Superblock, probe};
use crate::{lvm, partitions};
use gyre_core::{Error, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the bytes of a volume are.
#[derive(Clone, Debug)]
pub enum Place {
    /// A piece of a disk.
    Range {
        /// Index of the disk.
        disk: usize,
        /// Bytes.
        offset: u64,
        /// Bytes.
        size: u64,
    },
    /// A device of its own.
    Node(PathBuf),
    /// Only device-mapper could show it.
    Scattered,
}

/// Something that may hold a file system.
#[derive(Clone, Debug)]
pub struct Volume {
    /// `disk0/part1`, `disk0/part2/luks`, `raid/UUID`, `lvm/vgsrc/root`.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// What lies on it.
    pub superblock: Superblock,
    /// Its entry of the partition table.
    pub partition: Option<partitions::Partition>,
    /// Disk by index, for `/dev/sdXn` of an old `fstab`.
    pub disk: Option<usize>,
    /// What it says of itself as a part of a software RAID; of an array, what its parts say.
    pub member: Option<Member>,
}

impl Volume {
    /// One that is neither a partition nor on one disk.
    pub fn on_node(name: String, node: PathBuf) -> Self {
        let superblock = NodeFile::open(&node).map_or(Superblock::unknown(), |file| probe(&file));
        Self { name, place: Place::Node(node), superblock, partition: None, disk: None, member: None }
    }

    /// Looks at its bytes; none when nothing shows them.
    pub fn view<T>(&self, disks: &[Disk], look: impl FnOnce(&dyn ReadAt) -> T) -> Option<T> {
        match &self.place {
            Place::Range { disk, offset, size } => {
                Some(look(&Window { disk: disks.get(*disk)?, offset: *offset, length: *size }))
            }
            Place::Node(node) => Some(look(&NodeFile::open(node)?)),
            Place::Scattered => None,
        }
    }

    /// The kernel's own node of it, or a loop device.
    ///
    /// # Errors
    /// `system.lvm`, `system.loop`.
    pub fn device(&self, disks: &[Disk], writable: bool) -> Result<Device> {
        let (disk, offset, size) = match &self.place {
            Place::Node(node) => return Ok(Device { path: node.clone(), _loop: None }),
            Place::Range { disk, offset, size } => (disks.get(*disk), *offset, *size),
            Place::Scattered => (None, 0, 0),
        };
        let Some(disk) = disk else {
            let why = format!("{} is not in one piece", self.name);
            return Err(Error::other("system.lvm", why)
                .cause("this worker's kernel has no device-mapper, which could join it"));
        };
        if let Some(path) = kernel_node(disk, offset, size) {
            return Ok(Device { path, _loop: None });
        }
        let device = Loop::attach(&disk.path, offset, size, writable)?;
        Ok(Device { path: device.path.clone(), _loop: Some(device) })
    }

    /// The kernel's own node of it, if there is one.
    pub fn kernel_node(&self, disks: &[Disk]) -> Option<PathBuf> {
        match &self.place {
            Place::Node(node) => Some(node.clone()),
            Place::Range { disk, offset, size } => kernel_node(disks.get(*disk)?, *offset, *size),
            Place::Scattered => None,
        }
    }

    /// Group and name of a logical volume.
    pub fn logical(&self) -> Option<(&str, &str)> {
        self.name.strip_prefix("lvm/")?.split_once('/')
    }

    /// Links to it that the guest's programs may look for below `/dev`.
    pub fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        let mut add = |dir: &str, name: Option<&String>| {
            let safe = |name: &&String| !name.contains('/') && !name.is_empty() && !name.starts_with('.');
            links.extend(name.filter(safe).map(|name| format!("disk/{dir}/{name}")));
        };
        add("by-uuid", self.superblock.uuid.as_ref());
        add("by-label", self.superblock.label.as_ref());
        add("by-partuuid", self.partition.as_ref().and_then(|p| p.uuid.as_ref()));
        add("by-partlabel", self.partition.as_ref().and_then(|p| p.label.as_ref()));
        if let Some((group, name)) = self.logical().filter(|(g, n)| plain_name(g) && plain_name(n)) {
            links.push(format!("mapper/{}", mapper_name(group, name)));
            links.push(format!("{group}/{name}"));
        }
        if self.superblock.content != Content::Raid {
            links.extend(self.member.iter().flat_map(Member::links));
        }
        links
    }
}

/// A device node that shows a volume, with what keeps it alive.
#[derive(Debug)]
pub struct Device {
    /// The node.
    pub path: PathBuf,
    _loop: Option<Loop>,
}

/// Everything that a disk's partition table lists; the disk itself when it has none.
pub fn of_disk(index: usize, disk: &Disk) -> Vec<Volume> {
    let partitions = partitions::read(disk);
    let member = raid::read(disk, !partitions.is_empty());
    if partitions.is_empty() || member.is_some() {
        let place = Place::Range { disk: index, offset: 0, size: disk.size() };
        let superblock = if member.is_some() { Superblock::raid() } else { probe(disk) };
        let name = format!("disk{index}");
        return vec![Volume { name, place, superblock, partition: None, disk: Some(index), member }];
    }
    let volume = |partition: partitions::Partition| {
        let (offset, size) = (partition.offset, partition.size);
        let window = Window { disk, offset, length: size };
        let member = raid::read(&window, false);
        let mut superblock = if member.is_some() { Superblock::raid() } else { probe(&window) };
        if partition.is_dynamic {
            superblock.content = Content::Dynamic;
        }
        let name = format!("disk{index}/part{}", partition.number);
        let place = Place::Range { disk: index, offset, size };
        Volume { name, place, superblock, partition: Some(partition), disk: Some(index), member }
    };
    partitions.into_iter().map(volume).collect()
}

/// The partitions of a device that is none of the disks, where the kernel shows them.
pub fn of_node(name: &str, node: &Path) -> Vec<Volume> {
    use std::os::unix::fs::MetadataExt as _;
    let Some(file) = NodeFile::open(node) else { return Vec::new() };
    let Some(number) = std::fs::metadata(node).ok().map(|meta| meta.rdev()) else { return Vec::new() };
    let volume = |partition: partitions::Partition| {
        let node = partition_node(number, partition.offset, partition.size)?;
        let volume = Volume::on_node(format!("{name}/part{}", partition.number), node);
        Some(Volume { partition: Some(partition), ..volume })
    };
    partitions::read(&file).into_iter().filter_map(volume).collect()
}

/// Where a logical volume lies that is in one piece.
pub fn linear(logical: &lvm::Logical, by_id: &BTreeMap<String, &Volume>) -> Place {
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

/// As device-mapper calls a logical volume.
pub fn mapper_name(group: &str, logical: &str) -> String {
    format!("{}-{}", group.replace('-', "--"), logical.replace('-', "--"))
}

/// What LVM and device-mapper allow in a name, so that no path or option can be made of it.
pub fn plain_name(name: &str) -> bool {
    let usual = |b: u8| b.is_ascii_alphanumeric() || b"+_.-".contains(&b);
    !name.is_empty() && name.len() < 128 && !name.starts_with(['-', '.']) && name.bytes().all(usual)
}

fn kernel_node(disk: &Disk, offset: u64, size: u64) -> Option<PathBuf> {
    if offset == 0 && size == disk.size() {
        return Some(disk.path.clone());
    }
    partition_node(disk.number, offset, size)
}

/// The kernel's node of a partition, if it knows one of exactly this range.
fn partition_node(disk: u64, offset: u64, size: u64) -> Option<PathBuf> {
    let base = Path::new("/sys/dev/block").join(device::pair(disk));
    let number = |path: PathBuf| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    std::fs::read_dir(base).ok()?.flatten().find_map(|entry| {
        let dir = entry.path();
        let same = number(dir.join("start"))? * 512 == offset && number(dir.join("size"))? * 512 == size;
        let node = Path::new("/dev").join(entry.file_name());
        (same && dir.join("partition").exists() && node.exists()).then_some(node)
    })
}

/// The bytes behind a node.
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

impl ReadAt for NodeFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, offset)
    }
}
