//! The block devices that this agent was started for, and no others: finding them by what the
//! platform says of them, and reading, writing, zeroing and hashing them. Blocking throughout.
//! Knows no partition, and no request.

use crate::attached::{APPEAR_POLL, APPEAR_TIMEOUT_S, is_called};
use crate::bytes::ReadAt;
use gyre_core::limits::{HASH_BLOCK_BYTES, HASH_RANGE_BYTES_MAX};
use gyre_core::roles::AttachedDisk;
use gyre_core::{Error, Hash, Result};
use rustix::fs::{FallocateFlags, FileType, Mode, OFlags, SeekFrom};
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Direct reads begin and end on such boundaries, in the device and in memory.
const ALIGN: u64 = 4096;
/// Read at once of a device.
const READ_BYTES: u64 = 1024 * 1024;
/// Read at once of a file, whose bytes come out of memory as a rule: what is read is hashed while the processor's own
/// cache still has it.
const READ_FILE_BYTES: u64 = 256 * 1024;
const ZERO_BYTES: usize = 1024 * 1024;

const BLOCK: usize = HASH_BLOCK_BYTES as usize;
/// What holes read as; as much as is read at once.
static ZEROS: [u8; READ_BYTES as usize] = [0; READ_BYTES as usize];
static ZERO_HASH: LazyLock<Hash> =
    LazyLock::new(|| *blake3::hash(ZEROS.get(..BLOCK).unwrap_or(&ZEROS)).as_bytes());

/// One device that may be written.
#[derive(Debug)]
pub struct Disk {
    /// [`AttachedDisk::disk`].
    pub id: String,
    /// Its node.
    pub path: PathBuf,
    /// Its device number.
    pub number: u64,
    size: u64,
    file: File,
    /// Past the page cache: for reading, and of a device for writing as well.
    direct: Option<File>,
    is_device: bool,
}

impl Disk {
    /// Finds and opens all of `disks`, waiting for those that are not there yet.
    ///
    /// # Errors
    /// `disk.not-attached`, `disk.ambiguous`, `disk.in-use`, `disk.io`.
    pub fn open_all(disks: &[AttachedDisk]) -> Result<Vec<Self>> {
        let deadline = Instant::now() + Duration::from_secs(APPEAR_TIMEOUT_S);
        let mut opened: Vec<Self> = Vec::new();
        for disk in disks {
            let found = Self::open(&disk.disk, &wait_for(disk, deadline)?)?;
            if let Some(other) = opened.iter().find(|other| other.number == found.number) {
                let why = format!(
                    "disks {} and {} are the same device {}",
                    other.id,
                    disk.disk,
                    found.path.display()
                );
                return Err(Error::invalid("disk.ambiguous", why));
            }
            opened.push(found);
        }
        Ok(opened)
    }

    fn open(id: &str, path: &Path) -> Result<Self> {
        let (file, meta) = Self::open_file(id, path, OFlags::empty())?;
        if !is_block_device(&meta) {
            return Err(Error::invalid(
                "disk.not-attached",
                format!("{} is not a block device", path.display()),
            ));
        }
        Self::of(id, path, file, &meta)
    }

    /// Opens a block device or a regular file of this machine, for who copies by hand: no identity but
    /// the path is asked for. A device is claimed, so that nobody mounts it meanwhile, and none that a
    /// file system, an array or a volume group has is taken.
    ///
    /// # Errors
    /// `disk.kind`, `disk.in-use`, `disk.io`.
    pub fn open_local(id: &str, path: &Path) -> Result<Self> {
        // On a device, and without O_CREAT, it means what mount(2) means by it.
        let is_device = path.metadata().is_ok_and(|meta| is_block_device(&meta));
        let claim = if is_device { OFlags::EXCL } else { OFlags::empty() };
        let (file, meta) = Self::open_file(id, path, claim)?;
        match FileType::from_raw_mode(meta.mode()) {
            FileType::BlockDevice | FileType::RegularFile => Self::of(id, path, file, &meta),
            _ => {
                let why = format!("{} is neither a file nor a block device", path.display());
                Err(Error::invalid("disk.kind", why))
            }
        }
    }

    fn open_file(id: &str, path: &Path, more: OFlags) -> Result<(File, std::fs::Metadata)> {
        let failed = |error: io::Error| cannot_open(&error, id, path);
        let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK | more;
        let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(|e| failed(e.into()))?);
        let meta = file.metadata().map_err(failed)?;
        Ok((file, meta))
    }

    fn of(id: &str, path: &Path, file: File, meta: &std::fs::Metadata) -> Result<Self> {
        let (number, is_device) = (meta.rdev(), is_block_device(meta));
        if let Some(point) = is_device.then(|| mounted(number)).flatten() {
            return Err(in_use(id, path).cause(point));
        }
        let size = io::Seek::seek(&mut &file, io::SeekFrom::End(0)).map_err(|e| cannot_open(&e, id, path))?;
        let access = if is_device { OFlags::RDWR } else { OFlags::RDONLY };
        let flags = access | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::DIRECT;
        let direct = rustix::fs::open(path, flags, Mode::empty()).ok().map(File::from);
        Ok(Self { id: id.into(), path: path.into(), number, size, file, direct, is_device })
    }

    /// Writes `bytes`; durable after [`Disk::flush`]. Of a device, pages that lie on pages of memory ([`Aligned`]) are
    /// written past the page cache: what is read back comes from the device anyway, and the cache would be one more
    /// copy of every byte.
    ///
    /// # Errors
    /// `disk.range`, `disk.full`, `disk.io`.
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        self.check(offset, bytes.len() as u64)?;
        let written = match self.direct_for(offset, bytes) {
            Some(direct) => match direct.write_all_at(bytes, offset) {
                // Sectors larger than a page, or a driver that cannot.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                    self.file.write_all_at(bytes, offset)
                }
                written => written,
            },
            None => self.file.write_all_at(bytes, offset),
        };
        written.map_err(|error| self.failed(&error, "write", offset))
    }

    fn direct_for(&self, offset: u64, bytes: &[u8]) -> Option<&File> {
        let is_aligned = offset.is_multiple_of(ALIGN)
            && (bytes.len() as u64).is_multiple_of(ALIGN)
            && bytes.as_ptr().align_offset(usize::try_from(ALIGN).unwrap_or(1)) == 0;
        self.direct.as_ref().filter(|_| self.is_device && is_aligned)
    }

    /// Makes a range read as zeros, without sending zeros where the device can do it alone.
    ///
    /// # Errors
    /// As [`Disk::write`].
    pub fn zero(&self, offset: u64, length: u64) -> Result<()> {
        self.check(offset, length)?;
        let end = offset + length;
        let from = offset.next_multiple_of(ALIGN).min(end);
        let to = (end - end % ALIGN).max(from);
        let result = self
            .write_zeros(offset, from)
            .and_then(|()| self.zero_aligned(from, to))
            .and_then(|()| self.write_zeros(to, end));
        result.map_err(|error| self.failed(&error, "zero", offset))
    }

    fn zero_aligned(&self, from: u64, to: u64) -> io::Result<()> {
        if from == to {
            return Ok(());
        }
        for mode in [FallocateFlags::PUNCH_HOLE, FallocateFlags::ZERO_RANGE] {
            match rustix::fs::fallocate(&self.file, mode | FallocateFlags::KEEP_SIZE, from, to - from) {
                Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::INVAL | rustix::io::Errno::NODEV) => {}
                other => return other.map_err(Into::into),
            }
        }
        self.write_zeros(from, to)
    }

    fn write_zeros(&self, mut from: u64, to: u64) -> io::Result<()> {
        static ZEROS: [u8; ZERO_BYTES] = [0; ZERO_BYTES];
        while from < to {
            let piece = usize::try_from(to - from).unwrap_or(ZERO_BYTES).min(ZERO_BYTES);
            self.file.write_all_at(ZEROS.get(..piece).unwrap_or_default(), from)?;
            from += piece as u64;
        }
        Ok(())
    }

    /// Makes what was written durable.
    ///
    /// # Errors
    /// `disk.full` and `disk.io`, also for writes before it that the kernel had only taken note of.
    pub fn flush(&self) -> Result<()> {
        self.file.sync_data().map_err(|error| self.failed(&error, "flush", 0))
    }

    /// Reads `length` bytes through the cache.
    ///
    /// # Errors
    /// `disk.range`, `disk.io`.
    pub fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>> {
        self.check(offset, length)?;
        let mut buffer = vec![0; usize::try_from(length).unwrap_or_default()];
        self.file.read_exact_at(&mut buffer, offset).map_err(|error| self.failed(&error, "read", offset))?;
        Ok(buffer)
    }

    /// BLAKE3 of every block of a range, as the device itself holds it.
    ///
    /// # Errors
    /// `disk.range`, `disk.io`.
    pub fn hashes(&self, offset: u64, length: u64) -> Result<Vec<Hash>> {
        self.check(offset, length)?;
        if !offset.is_multiple_of(HASH_BLOCK_BYTES) || length > HASH_RANGE_BYTES_MAX {
            let why = format!("hashes of {length} bytes at {offset}: not at a block, or too many");
            return Err(Error::invalid("disk.range", why));
        }
        self.flush()?;
        let step = if self.is_device { READ_BYTES } else { READ_FILE_BYTES };
        let mut buffer = Aligned::new(step);
        let mut hashes =
            Vec::with_capacity(usize::try_from(length.div_ceil(HASH_BLOCK_BYTES)).unwrap_or_default());
        let (mut at, end) = (offset, offset + length);
        while at < end {
            let wanted = (end - at).min(step);
            let bytes = if self.is_hole(at, wanted) {
                ZEROS.get(..usize::try_from(wanted).unwrap_or_default()).unwrap_or_default()
            } else {
                let read = self.read_device(at, wanted, &mut buffer);
                read.map_err(|error| self.failed(&error, "read", at))?
            };
            hashes.extend(bytes.chunks(BLOCK).map(hash));
            at += wanted;
        }
        Ok(hashes)
    }

    /// Whether nothing is kept for a range of a file, which then reads as zeros. Never so on a device.
    fn is_hole(&self, at: u64, length: u64) -> bool {
        match rustix::fs::seek(&self.file, SeekFrom::Data(at)) {
            Ok(data) => data >= at + length,
            Err(error) => error == rustix::io::Errno::NXIO,
        }
    }

    /// Reads past the page cache: directly, or after the kernel was told to forget.
    fn read_device<'a>(&self, at: u64, wanted: u64, buffer: &'a mut Aligned) -> io::Result<&'a [u8]> {
        let whole = wanted.next_multiple_of(ALIGN).min(self.size - at);
        let wanted = usize::try_from(wanted).unwrap_or_default();
        let target = buffer.get(whole);
        let direct = self.direct.as_ref().map(|file| file.read_exact_at(target, at));
        if !matches!(direct, Some(Ok(()))) {
            let _ = rustix::fs::fadvise(
                &self.file,
                at,
                std::num::NonZeroU64::new(whole),
                rustix::fs::Advice::DontNeed,
            );
            self.file.read_exact_at(target, at)?;
        }
        Ok(buffer.get(whole).get(..wanted).unwrap_or_default())
    }

    fn check(&self, offset: u64, length: u64) -> Result<()> {
        if offset.checked_add(length).is_some_and(|end| end <= self.size) {
            return Ok(());
        }
        let why = format!(
            "{length} bytes at {offset} reach past the end of disk {} ({} bytes)",
            self.id, self.size
        );
        Err(Error::invalid("disk.range", why))
    }

    fn failed(&self, error: &io::Error, verb: &str, offset: u64) -> Error {
        io_error(error, || format!("cannot {verb} disk {} ({}) at {offset}", self.id, self.path.display()))
    }
}

impl ReadAt for Disk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }
}

/// BLAKE3 of a block. New disks are full of zeros, and comparing with zeros is several times as fast.
fn hash(block: &[u8]) -> Hash {
    if ZEROS.get(..BLOCK) == Some(block) { *ZERO_HASH } else { *blake3::hash(block).as_bytes() }
}

/// Memory on a page boundary, as direct reads and writes want it.
pub struct Aligned {
    memory: Vec<u8>,
    skip: usize,
}

impl Aligned {
    /// So many bytes of it, at least.
    pub fn new(bytes: u64) -> Self {
        let memory = vec![0; usize::try_from(bytes + ALIGN).unwrap_or_default()];
        let skip = memory.as_ptr().align_offset(usize::try_from(ALIGN).unwrap_or(1));
        Self { memory, skip }
    }

    /// How many bytes it has room for.
    pub const fn room(&self) -> u64 {
        (self.memory.len() as u64).saturating_sub(ALIGN)
    }

    /// Its first so many bytes; none when there are fewer.
    pub fn get(&mut self, bytes: u64) -> &mut [u8] {
        let end = self.skip.saturating_add(usize::try_from(bytes).unwrap_or(usize::MAX));
        self.memory.get_mut(self.skip..end).unwrap_or_default()
    }
}

fn is_block_device(meta: &std::fs::Metadata) -> bool {
    FileType::from_raw_mode(meta.mode()) == FileType::BlockDevice
}

fn in_use(id: &str, path: &Path) -> Error {
    let why = format!("{} for disk {id} is in use by this machine itself", path.display());
    Error::conflict("disk.in-use", why)
}

fn cannot_open(error: &io::Error, id: &str, path: &Path) -> Error {
    if error.kind() == io::ErrorKind::ResourceBusy {
        return in_use(id, path).cause(error);
    }
    io_error(error, || format!("cannot open {} for disk {id}", path.display()))
}

/// Codes for what a full or broken device says.
fn io_error(error: &io::Error, what: impl FnOnce() -> String) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::other("disk.full", what())
            .cause(error)
            .cause("make room where the platform keeps the volume"),
        _ => Error::other("disk.io", what())
            .cause(error)
            .cause("look whether the volume's own storage is full or broken"),
    }
}

/// A device path says less than a serial: it is believed only when nothing better comes up.
fn wait_for(disk: &AttachedDisk, deadline: Instant) -> Result<PathBuf> {
    let (paths, names): (Vec<_>, Vec<_>) = disk.identities.iter().partition(|name| name.starts_with('/'));
    loop {
        let late = Instant::now() >= deadline;
        for name in &names {
            if let Some(path) = by_name(&disk.disk, name)? {
                return Ok(path);
            }
        }
        for path in paths.iter().filter_map(|path| by_path(Path::new(path))) {
            if names.is_empty() || late || never_has_a_serial(&path) {
                must_not_be_another(disk, &names, &path)?;
                return Ok(path);
            }
        }
        if late {
            return Err(not_attached(disk));
        }
        std::thread::sleep(APPEAR_POLL);
    }
}

/// Paths move from one device to another: a device that says what it is, and is none of what was
/// looked for, is left alone.
fn must_not_be_another(disk: &AttachedDisk, names: &[&String], path: &Path) -> Result<()> {
    let listed = block_devices().into_iter().find(|device| device.node() == path);
    let Some(listed) = listed.filter(|device| device.is_another_than(names)) else { return Ok(()) };
    let why = format!(
        "{} for disk {} is another device: it calls itself {}",
        path.display(),
        disk.disk,
        listed.serials.join(", ")
    );
    Err(Error::not_found("disk.not-attached", why)
        .cause(format!("looked for {}", disk.identities.join(", "))))
}

/// Loop devices have none: waiting for one would be in vain.
fn never_has_a_serial(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("loop"))
}

fn not_attached(disk: &AttachedDisk) -> Error {
    let why = format!("disk {} did not appear on this worker within {APPEAR_TIMEOUT_S} s", disk.disk);
    let present: Vec<String> = block_devices().iter().map(|device| device.name.clone()).collect();
    Error::not_found("disk.not-attached", why)
        .cause(format!("looked for {}", disk.identities.join(", ")))
        .cause(format!("there are {}", present.join(", ")))
}

fn by_path(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    path.starts_with("/dev").then_some(path)
}

fn by_name(disk: &str, name: &str) -> Result<Option<PathBuf>> {
    let mut found: Vec<PathBuf> =
        block_devices().into_iter().filter(|d| d.is_called(name)).map(|d| d.node()).collect();
    found.dedup();
    match found.as_slice() {
        [] => Ok(None),
        [path] => Ok(path.exists().then(|| path.clone())),
        [first, second, ..] => {
            let why = format!("both {} and {} are called {name}", first.display(), second.display());
            Err(Error::invalid("disk.ambiguous", why).cause(format!("it should name disk {disk} alone")))
        }
    }
}

/// A whole disk as the kernel lists it.
struct Listed {
    name: String,
    serials: Vec<String>,
}

impl Listed {
    fn node(&self) -> PathBuf {
        Path::new("/dev").join(self.name.replace('!', "/"))
    }

    /// It says what it is, and it is none of these, if there are any.
    fn is_another_than(&self, names: &[&String]) -> bool {
        !names.is_empty() && !self.serials.is_empty() && !names.iter().any(|name| self.is_called(name))
    }

    fn is_called(&self, name: &str) -> bool {
        self.serials.iter().any(|serial| is_called(serial, name))
    }
}

fn block_devices() -> Vec<Listed> {
    let Ok(entries) = std::fs::read_dir("/sys/block") else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut devices: Vec<Listed> = names.map(|name| Listed { serials: serials(&name), name }).collect();
    devices.sort_by(|a, b| a.name.cmp(&b.name));
    devices
}

fn serials(name: &str) -> Vec<String> {
    let base = Path::new("/sys/block").join(name);
    let files = ["serial", "device/serial", "wwid", "device/wwid"];
    let mut serials: Vec<String> =
        files.iter().filter_map(|file| std::fs::read_to_string(base.join(file)).ok()).collect();
    // Page 0x80 of SCSI: a header of four bytes, then the serial.
    let page = std::fs::read(base.join("device/vpd_pg80")).ok();
    serials.extend(page.and_then(|page| String::from_utf8(page.get(4..)?.to_vec()).ok()));
    serials
        .iter()
        .map(|text| text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_string())
        .filter(|s| !s.is_empty())
        .collect()
}

/// Where a device, a partition of it or anything built on it is mounted, or that it is swap.
pub fn mounted(number: u64) -> Option<String> {
    let numbers = with_dependants(number);
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let point = mounts.lines().find_map(|line| {
        let mut fields = line.split(' ');
        let device = fields.nth(2)?;
        numbers.iter().any(|n| n == device).then(|| fields.nth(1).unwrap_or("?").to_string())
    });
    point.or_else(|| swap_of(&numbers))
}

fn swap_of(numbers: &[String]) -> Option<String> {
    let swaps = std::fs::read_to_string("/proc/swaps").unwrap_or_default();
    let mut nodes = swaps.lines().skip(1).filter_map(|line| line.split_whitespace().next());
    nodes
        .find(|node| std::fs::metadata(node).is_ok_and(|meta| numbers.contains(&pair(meta.rdev()))))
        .map(|node| format!("swap {node}"))
}

/// `major:minor` as sysfs writes it.
pub fn pair(number: u64) -> String {
    format!("{}:{}", rustix::fs::major(number), rustix::fs::minor(number))
}

/// The device, its partitions, and the mappings and arrays that hold any of them.
fn with_dependants(number: u64) -> Vec<String> {
    const DEVICES_MAX: usize = 1024;
    let mut numbers = vec![pair(number)];
    let mut next = 0;
    while let Some(base) = numbers.get(next).map(|n| Path::new("/sys/dev/block").join(n)) {
        next += 1;
        let holders = base.join("holders");
        for entry in [base, holders].iter().filter_map(|dir| std::fs::read_dir(dir).ok()).flatten().flatten()
        {
            let Ok(found) = std::fs::read_to_string(entry.path().join("dev")) else { continue };
            let found = found.trim().to_string();
            if numbers.len() < DEVICES_MAX && !numbers.contains(&found) {
                numbers.push(found);
            }
        }
    }
    numbers
}

/// Whether `number` lies on nothing but `disks`: it is one of them, a partition of one, or a mapping
/// all of whose parts are. None if it says nothing of what it lies on.
pub fn lies_on(number: &str, disks: &[String]) -> Option<bool> {
    const DEVICES_MAX: usize = 1024;
    let (mut seen, mut next) = (vec![number.to_string()], 0);
    while let Some(number) = seen.get(next).cloned() {
        next += 1;
        if disks.contains(&number) || whole_disk(&number).is_some_and(|whole| disks.contains(&whole)) {
            continue;
        }
        let slaves = Path::new("/sys/dev/block").join(&number).join("slaves");
        let entries = std::fs::read_dir(slaves).into_iter().flatten().flatten();
        let below: Vec<String> =
            entries.map(|e| std::fs::read_to_string(e.path().join("dev")).unwrap_or_default()).collect();
        if below.is_empty() || seen.len() + below.len() > DEVICES_MAX {
            return (next > 1).then_some(false);
        }
        let below = below.iter().map(|text| text.trim().to_string());
        for number in below {
            if !seen.contains(&number) {
                seen.push(number);
            }
        }
    }
    Some(true)
}

/// The disk of a partition.
fn whole_disk(number: &str) -> Option<String> {
    let base = Path::new("/sys/dev/block").join(number).canonicalize().ok()?;
    base.join("partition").exists().then_some(())?;
    let whole = std::fs::read_to_string(base.parent()?.join("dev")).ok()?;
    Some(whole.trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attached::VIRTIO_SERIAL_BYTES;

    const ID: &str = "0b5c9e6a-1f5e-4a51-9d3f-8f1f0c2d3e4f";
    const CUT: &str = "0b5c9e6a-1f5e-4a51-9";

    fn listed(serials: &[&str]) -> Listed {
        Listed { name: "vdb".into(), serials: serials.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn knows_a_disk_by_its_whole_name_and_by_virtios_cut_of_it() {
        assert_eq!(CUT.len(), VIRTIO_SERIAL_BYTES);
        assert!(listed(&[ID]).is_called(ID));
        assert!(listed(&[CUT]).is_called(ID), "the device shows the beginning");
        assert!(listed(&[ID]).is_called(CUT), "the beginning is asked for");
        assert!(listed(&["naa.6000C29"]).is_called("0x6000c29"));
        assert!(!listed(&["0b5c9e6a"]).is_called(ID), "any other beginning says nothing");
        assert!(!listed(&[ID]).is_called("0b5c9e6a"));
    }

    #[test]
    fn holes_and_zeros_are_hashed_as_what_they_read_as() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = vec![0; 5 * BLOCK + 700];
        bytes[BLOCK..2 * BLOCK].fill(7);
        file.as_file().write_all_at(&bytes[..3 * BLOCK], 0).unwrap();
        file.as_file().set_len(bytes.len() as u64).unwrap();
        let disk = Disk::open_local("d", file.path()).unwrap();
        let wanted: Vec<Hash> = bytes.chunks(BLOCK).map(|block| *blake3::hash(block).as_bytes()).collect();
        assert_eq!(disk.hashes(0, bytes.len() as u64).unwrap(), wanted);
        assert_eq!(disk.hashes(4 << 16, BLOCK as u64 + 700).unwrap(), wanted[4..]);
    }

    #[test]
    fn another_serial_at_a_path_is_another_disk() {
        let (id, cut) = (ID.to_string(), CUT.to_string());
        let names = [&id, &cut];
        assert!(listed(&["11111111-1f5e-4a51-9"]).is_another_than(&names));
        assert!(!listed(&["model", CUT]).is_another_than(&names), "one of several is enough");
        assert!(!listed(&[]).is_another_than(&names), "it says nothing of itself");
        assert!(!listed(&["anything"]).is_another_than(&[]), "only the path is known");
    }
}
