//! `gyre:host/disk`: files below a granted directory, which no symbolic link leads out of (cap-std sees to that) and
//! that have no second name outside, and files and block devices that are granted by their own path; exports of NBD
//! servers, which are only read. A handle also serves the mover, which reads it without asking the guest.

use crate::lent::Lent;
use crate::nbd;
use crate::policy::{Policy, Wish};
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt as _};
use gyre_core::error::Context as _;
use gyre_core::extent::CODECS;
use gyre_core::limits::{EXTENTS_MAX, PLUGIN_READ_BYTES_MAX};
use gyre_core::{BlockRead, Error, Extent, ExtentKind, Kind, Result, Stored};
use gyre_nbd::{Run, Uri};
use gyre_sandbox::Fault;
use gyre_sandbox::bindings::disk::{self, Access, Disk};
use gyre_sandbox::bindings::extents;
use rustix::fs::{FallocateFlags, OFlags, SeekFrom};
use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Seek as _};
use std::ops::Range;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use wasmtime::component::Resource;

/// Where device nodes belong.
const DEVICES: &str = "/dev";
/// Holes of a file that are too few, all together, to be worth asking where they are: a file system may have to walk
/// through all of the file for an answer, and zeros are found in what is read, too.
const HOLES_ASKED_BYTES_MIN: u64 = 1 << 20;
/// `st_blocks` counts in these, bytes (stat(2)).
const STAT_BLOCK_BYTES: u64 = 512;
/// Zeros are written in pieces of this size where the file system cannot make them itself.
const ZERO_PIECE_BYTES: usize = 1 << 20;

/// The open disks of one session, by id; shared with the origin that the mover reads.
#[derive(Clone, Default)]
pub(crate) struct Disks(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    next: u32,
    open: BTreeMap<u32, Arc<OpenDisk>>,
}

impl Disks {
    pub(crate) fn get(&self, id: u32) -> Option<Arc<OpenDisk>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).open.get(&id).cloned()
    }

    fn add(&self, disk: Arc<OpenDisk>) -> u32 {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = table.next;
        table.next = table.next.wrapping_add(1);
        table.open.insert(id, disk);
        id
    }

    fn remove(&self, id: u32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).open.remove(&id);
    }
}

/// What a guest's handle stands for.
pub(crate) struct Handle {
    pub(crate) id: u32,
    pub(crate) disk: Arc<OpenDisk>,
}

/// A file, a block device or an export that is open.
pub(crate) struct OpenDisk {
    /// Its path, or its address.
    path: PathBuf,
    medium: Medium,
    size: u64,
    write: bool,
    trim: bool,
    /// Where the file system last said that bytes lie. To ask once more inside walks to its end again: a dense image whose
    /// disk lies in thousands of ranges would be walked as often.
    data: Mutex<Range<u64>>,
}

/// Where the bytes are.
enum Medium {
    File(File),
    Nbd(Box<gyre_nbd::Disk>),
}

impl OpenDisk {
    /// Opens what the policy allows, by its path or by its address.
    async fn named(policy: Arc<Policy>, name: String, access: Access) -> Result<Self> {
        if !Uri::is_one(&name) {
            return blocking(move || Self::open(&policy, Path::new(&name), access)).await;
        }
        if access.contains(Access::WRITE) {
            return Err(Error::invalid("nbd.read-only", format!("{name} was to be written"))
                .cause("exports of NBD servers are only read"));
        }
        let disk = nbd::open(policy, &name).await?;
        let size = disk.size();
        let data = Mutex::new(0..0);
        Ok(Self {
            path: name.into(),
            medium: Medium::Nbd(Box::new(disk)),
            size,
            write: false,
            trim: false,
            data,
        })
    }

    /// Opens what the policy allows.
    fn open(policy: &Policy, path: &Path, access: Access) -> Result<Self> {
        let write = access.contains(Access::WRITE);
        let file = open_granted(policy, path, write)?;
        let kind = file.metadata().or_other("disk.open", || cannot("open", path))?.file_type();
        if !kind.is_file() && !kind.is_block_device() {
            return Err(Error::invalid(
                "disk.kind",
                format!("{} is neither a file nor a block device", path.display()),
            ));
        }
        // The end of a block device is its size, too.
        let size = (&file).seek(std::io::SeekFrom::End(0)).or_other("disk.open", || cannot("size", path))?;
        let trim = access.contains(Access::TRIM);
        let data = Mutex::new(0..0);
        Ok(Self { path: path.into(), medium: Medium::File(file), size, write, trim, data })
    }

    fn check_range(&self, offset: u64, length: u64) -> Result<()> {
        match offset.checked_add(length) {
            Some(end) if end <= self.size => Ok(()),
            _ => Err(Error::invalid(
                "disk.range",
                format!(
                    "{length} bytes at {offset} reach past the end of {} ({} bytes)",
                    self.path.display(),
                    self.size
                ),
            )),
        }
    }

    /// The file behind it, where it may be written.
    fn writable(&self) -> Result<&File> {
        match &self.medium {
            Medium::File(file) if self.write => Ok(file),
            _ => Err(Error::invalid(
                "disk.read-only",
                format!("{} was not opened for writing", self.path.display()),
            )),
        }
    }

    /// What the file system, or the server, knows of a range: where bytes lie and where none do. Stops after
    /// [`EXTENTS_MAX`] extents. `id` names this disk in the answer.
    pub(crate) fn extents(&self, id: u32, offset: u64, length: u64) -> Result<Vec<Extent>> {
        self.check_range(offset, length)?;
        match &self.medium {
            Medium::File(file) => self.file_extents(file, id, offset, length),
            Medium::Nbd(disk) => {
                Ok(disk.runs(offset, length)?.into_iter().map(|run| extent(id, &run)).collect())
            }
        }
    }

    fn file_extents(&self, file: &File, id: u32, offset: u64, length: u64) -> Result<Vec<Extent>> {
        if self.is_dense(file) {
            let kind = ExtentKind::Stored(Stored { disk: id, offset });
            return Ok((length > 0).then_some(Extent { offset, length, kind }).into_iter().collect());
        }
        let end = offset.saturating_add(length);
        let mut found = Vec::new();
        let mut at = offset;
        while at < end && found.len() < EXTENTS_MAX {
            let (next, is_data) = self.next_change(file, at)?;
            let next = next.clamp(at.saturating_add(1), end);
            let kind =
                if is_data { ExtentKind::Stored(Stored { disk: id, offset: at }) } else { ExtentKind::Hole };
            found.push(Extent { offset: at, length: next - at, kind });
            at = next;
        }
        Ok(found)
    }

    /// Whether a file takes up as much as it is long, but for a little. Never so of what says nothing of that.
    fn is_dense(&self, file: &File) -> bool {
        let metadata = file.metadata().ok().filter(Metadata::is_file);
        let taken = metadata.map_or(0, |metadata| metadata.blocks().saturating_mul(STAT_BLOCK_BYTES));
        taken > 0 && self.size.saturating_sub(taken) < HOLES_ASKED_BYTES_MIN
    }

    /// Where what lies at `at` ends, and whether it is data.
    fn next_change(&self, file: &File, at: u64) -> Result<(u64, bool)> {
        // Still true where a hole was made since: that reads as zeros.
        let mut known = self.data.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(&at) {
            return Ok((known.end, true));
        }
        let data = match rustix::fs::seek(file, SeekFrom::Data(at)) {
            Ok(data) => data,
            Err(rustix::io::Errno::NXIO) => return Ok((self.size, false)),
            // Block devices, and file systems without holes: all is data.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::OPNOTSUPP) => return Ok((self.size, true)),
            Err(error) => return Err(error).or_other("disk.extents", || cannot("map", &self.path)),
        };
        if data > at {
            return Ok((data, false));
        }
        *known = at..rustix::fs::seek(file, SeekFrom::Hole(at)).unwrap_or(self.size);
        Ok((known.end, true))
    }

    fn read(&self, offset: u64, length: u32) -> Result<Vec<u8>> {
        if u64::from(length) > PLUGIN_READ_BYTES_MAX {
            return Err(Error::invalid(
                "disk.range",
                format!("{length} bytes are more than one read may ask for"),
            )
            .cause(format!("at most {PLUGIN_READ_BYTES_MAX} bytes")));
        }
        let left = self.size.saturating_sub(offset).min(length.into());
        let mut bytes = vec![0; usize::try_from(left).unwrap_or_default()];
        self.read_at(offset, &mut bytes)?;
        Ok(bytes)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let file = self.writable()?;
        self.check_range(offset, bytes.len() as u64)?;
        file.write_all_at(bytes, offset).or_other("disk.write", || cannot("write", &self.path))
    }

    fn zero(&self, offset: u64, length: u64) -> Result<()> {
        let file = self.writable()?;
        self.check_range(offset, length)?;
        if length == 0 {
            return Ok(());
        }
        let how = if self.trim { FallocateFlags::PUNCH_HOLE } else { FallocateFlags::ZERO_RANGE };
        match rustix::fs::fallocate(file, how | FallocateFlags::KEEP_SIZE, offset, length) {
            Ok(()) => Ok(()),
            Err(_) => self.write_zeros(file, offset, length),
        }
    }

    fn write_zeros(&self, file: &File, offset: u64, length: u64) -> Result<()> {
        let zeros = vec![0; ZERO_PIECE_BYTES];
        let mut done = 0;
        while done < length {
            let piece = (length - done).min(ZERO_PIECE_BYTES as u64);
            let bytes = zeros.get(..usize::try_from(piece).unwrap_or_default()).unwrap_or_default();
            file.write_all_at(bytes, offset + done).or_other("disk.write", || cannot("write", &self.path))?;
            done += piece;
        }
        Ok(())
    }

    fn flush(&self) -> Result<()> {
        match &self.medium {
            Medium::File(file) => file.sync_data().or_other("disk.flush", || cannot("flush", &self.path)),
            Medium::Nbd(_) => Ok(()),
        }
    }
}

impl BlockRead for OpenDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.check_range(offset, buffer.len() as u64)?;
        match &self.medium {
            Medium::File(file) => {
                file.read_exact_at(buffer, offset).or_other("disk.read", || cannot("read", &self.path))
            }
            Medium::Nbd(disk) => disk.read_at(offset, buffer),
        }
    }
}

/// A run of an export as an extent of the handle `id`.
fn extent(id: u32, run: &Run) -> Extent {
    let kind = match run.kind {
        gyre_nbd::Kind::Data => ExtentKind::Stored(Stored { disk: id, offset: run.offset }),
        gyre_nbd::Kind::Zero => ExtentKind::Zero,
        gyre_nbd::Kind::Hole => ExtentKind::Hole,
    };
    Extent { offset: run.offset, length: run.length, kind }
}

fn cannot(verb: &str, path: &Path) -> String {
    format!("cannot {verb} the disk {}", path.display())
}

/// Opens what the policy allows, whatever it is.
pub(crate) fn open_granted(policy: &Policy, path: &Path, write: bool) -> Result<File> {
    policy.check(&Wish::Disk { path, write })?;
    let granted = policy.disk(path, write).map(|grant| grant.path().to_owned()).unwrap_or_default();
    let file = open_below(&granted, path, write)
        .map_err(|error| refused(&granted, path, &error, &policy.allow_disk(path, write)))?;
    let metadata = file.metadata().or_other("disk.open", || cannot("open", path))?;
    check_inside(&granted, path, &metadata).map_err(|error| error.cause(policy.allow_disk(path, write)))?;
    Ok(file)
}

/// Opens `path`, which is `granted` itself or lies below it.
fn open_below(granted: &Path, path: &Path, write: bool) -> std::io::Result<File> {
    // Without waiting: a FIFO would otherwise block until someone writes to it.
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    match path.strip_prefix(granted) {
        Ok(rest) if !rest.as_os_str().is_empty() => {
            Dir::open_ambient_dir(granted, cap_std::ambient_authority())
                .and_then(|dir| {
                    dir.open_with(rest, OpenOptions::new().read(true).write(write).custom_flags(flags))
                })
                .map(cap_std::fs::File::into_std)
        }
        _ => {
            use std::os::unix::fs::OpenOptionsExt as _;
            File::options().read(true).write(write).custom_flags(flags).open(path)
        }
    }
}

/// That what a granted directory led to lies in it alone. A file of several names may have one outside, and whoever may
/// write to the directory could have made the name in it; a device node is what lies elsewhere, unless it is a
/// directory of devices that was granted. What is granted by its own path is meant as it is.
fn check_inside(granted: &Path, path: &Path, found: &Metadata) -> Result<()> {
    let outside = |what: &str| Err(Error::denied("grant.disk", format!("{} {what}", path.display())));
    let kind = found.file_type();
    if granted == path {
        Ok(())
    } else if kind.is_file() && found.nlink() > 1 {
        outside("has a second name (a hard link), which may lie outside the granted directory")
    } else if kind.is_block_device() && !granted.starts_with(DEVICES) {
        outside("is a block device, which a granted directory does not cover")
    } else {
        Ok(())
    }
}

fn refused(granted: &Path, path: &Path, error: &std::io::Error, remedy: &str) -> Error {
    match error.kind() {
        ErrorKind::NotFound => {
            Error::not_found("disk.missing", format!("the disk {} does not exist", path.display()))
        }
        ErrorKind::PermissionDenied if error.raw_os_error().is_none() => Error::denied(
            "grant.disk",
            format!("{} leads out of the granted directory {}", path.display(), granted.display()),
        )
        .cause(remedy),
        ErrorKind::PermissionDenied => Error::denied("disk.permission", cannot("open", path))
            .cause(error)
            .cause("gyre itself may not open it"),
        _ => Error::new(Kind::Other, "disk.open", cannot("open", path)).cause(error),
    }
}

/// Runs blocking disk work where it holds up no other session.
pub(crate) async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R> + Send + 'static,
) -> Result<R> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => Err(error).or_other("disk.task", || "a disk operation ended early".into()),
    }
}

impl Lent {
    fn disk(&self, handle: &Resource<Disk>) -> Result<Arc<OpenDisk>, Fault> {
        Ok(self.get::<Handle, _>(handle)?.disk.clone())
    }

    /// Takes a handle that the guest hands over.
    pub(crate) fn take_disk(&mut self, handle: &Resource<Disk>) -> wasmtime::Result<Handle> {
        self.take::<Handle, _>(handle)
    }
}

impl disk::Host for Lent {
    async fn codecs(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(CODECS.iter().map(|codec| (*codec).to_owned()).collect())
    }
}

impl disk::HostDisk for Lent {
    async fn open(&mut self, name: String, access: Access) -> Result<Resource<Disk>, Fault> {
        let disk = Arc::new(OpenDisk::named(self.purpose.policy.clone(), name, access).await?);
        let id = self.disks.add(disk.clone());
        let handle = self.push(Handle { id, disk });
        if handle.is_err() {
            self.disks.remove(id);
        }
        handle
    }

    async fn id(&mut self, disk: Resource<Disk>) -> wasmtime::Result<u32> {
        match self.held::<Handle, _>(&disk) {
            Ok(handle) => Ok(handle.id),
            Err(Fault::Trap(error)) => Err(error),
            Err(Fault::Refused(error)) => Err(wasmtime::Error::new(error)),
        }
    }

    async fn size(&mut self, disk: Resource<Disk>) -> wasmtime::Result<u64> {
        match self.held::<Handle, _>(&disk) {
            Ok(handle) => Ok(handle.disk.size),
            Err(Fault::Trap(error)) => Err(error),
            Err(Fault::Refused(error)) => Err(wasmtime::Error::new(error)),
        }
    }

    async fn extents(
        &mut self,
        disk: Resource<Disk>,
        offset: u64,
        length: u64,
    ) -> Result<Vec<extents::Extent>, Fault> {
        let Handle { id, disk } = self.get::<Handle, _>(&disk)?;
        let (id, disk) = (*id, disk.clone());
        let found = blocking(move || disk.extents(id, offset, length)).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    async fn read(&mut self, disk: Resource<Disk>, offset: u64, length: u32) -> Result<Vec<u8>, Fault> {
        let disk = self.disk(&disk)?;
        Ok(blocking(move || disk.read(offset, length)).await?)
    }

    async fn write(&mut self, disk: Resource<Disk>, offset: u64, bytes: Vec<u8>) -> Result<(), Fault> {
        let disk = self.disk(&disk)?;
        Ok(blocking(move || disk.write(offset, &bytes)).await?)
    }

    async fn zero(&mut self, disk: Resource<Disk>, offset: u64, length: u64) -> Result<(), Fault> {
        let disk = self.disk(&disk)?;
        Ok(blocking(move || disk.zero(offset, length)).await?)
    }

    async fn flush(&mut self, disk: Resource<Disk>) -> Result<(), Fault> {
        let disk = self.disk(&disk)?;
        Ok(blocking(move || disk.flush()).await?)
    }

    async fn drop(&mut self, disk: Resource<Disk>) -> wasmtime::Result<()> {
        let handle = self.take::<Handle, _>(&disk)?;
        self.disks.remove(handle.id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::config::{DiskGrant, Grants};

    fn policy(directory: &Path, write: bool) -> Policy {
        let grant = DiskGrant::Full { path: directory.into(), write };
        Policy::new("p", &Grants { disk: vec![grant], ..Grants::default() }).unwrap()
    }

    fn code(result: Result<OpenDisk>) -> String {
        result.map(|_| ()).unwrap_err().code
    }

    #[test]
    fn no_link_leads_out_of_a_granted_directory() {
        let outside = tempfile::tempdir().unwrap();
        let inside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), b"x").unwrap();
        std::fs::write(inside.path().join("disk"), b"x").unwrap();
        let link =
            |name: &str, target: &Path| std::os::unix::fs::symlink(target, inside.path().join(name)).unwrap();
        link("absolute", &outside.path().join("secret"));
        link("directory", outside.path());
        let up = Path::new("..").join(outside.path().file_name().unwrap()).join("secret");
        link("relative", &up);
        link("fine", Path::new("disk"));
        let policy = policy(inside.path(), false);
        let open = |name: &str| OpenDisk::open(&policy, &inside.path().join(name), Access::empty());
        for name in ["absolute", "directory/secret", "relative", "../secret"] {
            assert_eq!(code(open(name)), "grant.disk", "{name}");
        }
        assert!(open("fine").is_ok());
        assert_eq!(code(open("nothing")), "disk.missing");
        assert_eq!(code(open(".")), "grant.disk");
    }

    #[test]
    fn only_files_and_block_devices_are_disks() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("sub")).unwrap();
        let fifo = directory.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let policy = policy(directory.path(), false);
        for name in ["sub", "fifo"] {
            assert_eq!(
                code(OpenDisk::open(&policy, &directory.path().join(name), Access::empty())),
                "disk.kind"
            );
        }
    }

    #[test]
    fn writing_is_granted_and_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("disk");
        std::fs::write(&path, vec![7; 8192]).unwrap();
        assert_eq!(
            code(OpenDisk::open(&policy(directory.path(), false), &path, Access::WRITE)),
            "grant.disk"
        );
        let policy = policy(directory.path(), true);
        let reader = OpenDisk::open(&policy, &path, Access::empty()).unwrap();
        assert_eq!(reader.write(0, b"x").unwrap_err().code, "disk.read-only");
        let writer = OpenDisk::open(&policy, &path, Access::WRITE | Access::TRIM).unwrap();
        writer.write(4090, b"abc").unwrap();
        writer.zero(4092, 100).unwrap();
        writer.flush().unwrap();
        assert_eq!(reader.read(4089, 5).unwrap(), [7, b'a', b'b', 0, 0]);
        assert_eq!(reader.read(8190, 100).unwrap(), [7, 7], "short only at the end");
        for (offset, length) in [(8192, 1), (u64::MAX, 1), (0, u64::MAX)] {
            assert_eq!(writer.zero(offset, length).unwrap_err().code, "disk.range");
        }
        assert_eq!(writer.write(8191, b"ab").unwrap_err().code, "disk.range");
        assert_eq!(reader.read(0, u32::MAX).unwrap_err().code, "disk.range");
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 8192);
    }

    #[test]
    fn extents_tell_holes_from_data() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sparse");
        let file = File::create(&path).unwrap();
        file.set_len(4 << 20).unwrap();
        file.write_all_at(&[1; 65536], 1 << 20).unwrap();
        file.sync_all().unwrap();
        let disk = OpenDisk::open(&policy(directory.path(), false), &path, Access::empty()).unwrap();
        let found = disk.extents(5, 0, 4 << 20).unwrap();
        assert_eq!(gyre_core::extent::check_cover(0, 4 << 20, &found).unwrap(), 4 << 20);
        for extent in &found {
            match &extent.kind {
                ExtentKind::Stored(at) => assert_eq!((at.disk, at.offset), (5, extent.offset)),
                kind => assert_eq!(*kind, ExtentKind::Hole),
            }
        }
        let holds =
            |offset: u64| found.iter().any(|e| e.offset <= offset && offset < e.end() && !e.is_zero());
        assert!(holds(1 << 20) && holds((1 << 20) + 65535));
        let again = |offset: u64| disk.extents(5, offset, (4 << 20) - offset).unwrap();
        let inside = (1 << 20) + 4096;
        assert_eq!(again(inside).first().map(Extent::end), again(1 << 20).first().map(Extent::end));
        assert_eq!(again(inside).len(), 2, "what is known to be data ends where the hole begins");
        assert!(again(2 << 20).iter().all(Extent::is_zero));
        assert_eq!(disk.extents(5, 1 << 20, 5 << 20).unwrap_err().code, "disk.range");
    }

    #[test]
    fn a_file_with_hardly_a_hole_is_not_asked_for_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("dense");
        let file = File::create(&path).unwrap();
        file.write_all_at(&vec![1; 8 << 20], 0).unwrap();
        file.sync_all().unwrap();
        let policy = policy(directory.path(), false);
        let whole = |disk: &OpenDisk| disk.extents(5, 0, 8 << 20).unwrap().len();
        let open = || OpenDisk::open(&policy, &path, Access::empty()).unwrap();
        let punch = |length: u64| {
            let how = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            rustix::fs::fallocate(&file, how, 1 << 20, length)
        };
        assert_eq!(whole(&open()), 1);
        // Not every file system can make a hole.
        if punch(1 << 16).is_ok() {
            assert_eq!(whole(&open()), 1, "its zeros are read");
            punch(2 << 20).unwrap();
            assert_eq!(whole(&open()), 3);
        }
        assert!(open().extents(5, 8 << 20, 0).unwrap().is_empty());
    }
}
