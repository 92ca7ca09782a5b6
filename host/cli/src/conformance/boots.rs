//! Whether a guest's tree boots on KVM once it was morphed, as far as its files tell: a kernel, the driver of its disks
//! where it looks for it, a boot loader that names both, and file systems on disks that are there. It reads, and never
//! leaves the tree. Knows no plugin; what only a machine shows it does not guess.

use super::{Verdict, one_line};
use flate2::read::MultiGzDecoder;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use rustix::fs::{Dir, Mode, OFlags, ResolveFlags, openat2};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::Path;

/// Of a file of text.
const TEXT_BYTES_MAX: u64 = 4 << 20;
/// Of an initramfs, as it lies there and unpacked.
const INITRAMFS_BYTES_MAX: u64 = 1 << 30;
/// Entries of one directory.
const ENTRIES_MAX: usize = 10_000;
/// Archives that lie in an initramfs one behind the other.
const ARCHIVES_MAX: usize = 16;
/// Modules that drive the disks of a machine of KVM.
const DRIVERS: [&str; 2] = ["virtio_blk", "virtio_scsi"];
/// The same, of Windows.
const WINDOWS_DRIVERS: [&str; 2] = ["viostor.sys", "vioscsi.sys"];
/// Where Windows keeps its drivers.
const WINDOWS: &str = "Windows/System32/drivers";
/// Where boot loaders are told what to boot.
const LOADERS: [&str; 6] = [
    "boot/grub/grub.cfg",
    "boot/grub2/grub.cfg",
    "boot/extlinux.conf",
    "boot/extlinux/extlinux.conf",
    "boot/syslinux/syslinux.cfg",
    "boot/grub/menu.lst",
];
/// Likewise, a file for each kernel.
const ENTRIES: [&str; 3] = ["boot/loader/entries", "boot/efi/loader/entries", "efi/loader/entries"];
/// Words before the path of a kernel, and before that of what it unpacks.
const NAMING: [&[&str]; 2] =
    [&["linux", "linux16", "linuxefi", "kernel"], &["initrd", "initrd16", "initrdefi", "initramfs"]];
/// Header of an entry of an archive (newc), bytes.
const ENTRY_BYTES: usize = 110;

/// Judges it.
pub fn judge(tree: &Path) -> Verdict {
    match Tree::open(tree).and_then(|tree| tree.judge()) {
        Ok(verdict) => verdict,
        Err(error) => Verdict::Unknown(one_line(&error)),
    }
}

/// A directory that nothing leads out of.
struct Tree(OwnedFd);

/// A kernel with its modules.
struct Kernel {
    version: String,
    /// Drivers of disks that it has in itself or in its initramfs.
    drivers: BTreeSet<&'static str>,
    /// Why its initramfs says nothing.
    unread: Option<String>,
}

impl Tree {
    fn open(path: &Path) -> Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let root = rustix::fs::open(path, flags, Mode::empty());
        root.or_other("try.copy", || "the morphed tree cannot be read".into()).map(Self)
    }

    fn at(&self, path: &str, flags: OFlags) -> Option<OwnedFd> {
        let inside = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        openat2(&self.0, path, flags, Mode::empty(), inside).ok()
    }

    fn list(&self, path: &str) -> Vec<String> {
        let Some(directory) = self.at(path, OFlags::DIRECTORY) else { return Vec::new() };
        let entries = Dir::read_from(directory).into_iter().flatten().flatten().take(ENTRIES_MAX);
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(|name| !matches!(name.as_str(), "." | "..")).collect()
    }

    fn file(&self, path: &str) -> Option<File> {
        let file = File::from(self.at(path, OFlags::empty())?);
        file.metadata().is_ok_and(|meta| meta.is_file()).then_some(file)
    }

    fn read(&self, path: &str, bytes_max: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file(path)?.take(bytes_max).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn text(&self, path: &str) -> Option<String> {
        self.read(path, TEXT_BYTES_MAX).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn judge(&self) -> Result<Verdict> {
        let drivers = self.list(WINDOWS);
        if !drivers.is_empty() {
            let is_driver =
                |name: &String| WINDOWS_DRIVERS.iter().any(|driver| name.eq_ignore_ascii_case(driver));
            let why = || format!("{WINDOWS} has neither of {}", WINDOWS_DRIVERS.join(", "));
            return Ok(Verdict::of(drivers.iter().any(is_driver), why));
        }
        let kernels = self.kernels()?;
        if kernels.is_empty() {
            return Ok(Verdict::Unknown("there is no kernel with its modules in the tree".into()));
        }
        let able: Vec<_> = kernels.iter().filter(|kernel| !kernel.drivers.is_empty()).collect();
        if able.is_empty() {
            return Ok(blind(&kernels));
        }
        let has_scsi = able.iter().any(|kernel| kernel.drivers.contains("virtio_scsi"));
        Ok(self.lost_mount(has_scsi).or_else(|| self.lost_entry(has_scsi)).unwrap_or(Verdict::Kept))
    }

    /// Those whose image is there.
    fn kernels(&self) -> Result<Vec<Kernel>> {
        let (boot, mut kernels) = (self.list("boot"), Vec::new());
        let versions: BTreeSet<_> =
            ["lib/modules", "usr/lib/modules"].iter().flat_map(|place| self.list(place)).collect();
        for version in versions {
            let names = self.names(&version);
            let has = |name: &String, kinds: &[&str]| {
                names.iter().any(|known| kinds.iter().any(|kind| *name == format!("{kind}-{known}")))
            };
            let is_image = |name: &String| has(name, &["vmlinuz", "vmlinux", "Image", "kernel"]);
            let beside = self.file(&format!("usr/lib/modules/{version}/vmlinuz")).is_some();
            if !beside && !boot.iter().any(is_image) {
                continue;
            }
            let is_initramfs = |name: &&String| {
                let name = name.trim_end_matches(".img").replace("initrd.img-", "initrd-");
                has(&name, &["initrd", "initramfs"])
            };
            kernels.push(self.kernel(&version, boot.iter().find(is_initramfs))?);
        }
        Ok(kernels)
    }

    /// What the files of a kernel may be called by: its version, its package, the last word of its version.
    fn names(&self, version: &str) -> Vec<String> {
        let package = self.text(&format!("usr/lib/modules/{version}/pkgbase"));
        let flavor = version.rsplit_once('-').map(|(_, flavor)| flavor.to_owned());
        let mut names = vec![version.to_owned()];
        names.extend(package.map(|name| name.trim().to_owned()));
        names.extend(flavor);
        names
    }

    fn kernel(&self, version: &str, initramfs: Option<&String>) -> Result<Kernel> {
        let built_in = self.text(&format!("lib/modules/{version}/modules.builtin"));
        let built_in = built_in.or_else(|| self.text(&format!("usr/lib/modules/{version}/modules.builtin")));
        let mut drivers = named(built_in.unwrap_or_default().lines());
        let mut unread = None;
        match initramfs.and_then(|name| self.read(&format!("boot/{name}"), INITRAMFS_BYTES_MAX)) {
            None => unread = Some(format!("{version} has no initramfs")),
            Some(bytes) => match unpacked(&bytes) {
                Ok(names) => drivers.extend(named(names.iter().map(String::as_str))),
                Err(error) => unread = Some(one_line(&error)),
            },
        }
        Ok(Kernel { version: version.into(), drivers, unread })
    }

    /// A file system that is needed and lies on a disk that is not there.
    fn lost_mount(&self, has_scsi: bool) -> Option<Verdict> {
        let fstab = self.text("etc/fstab")?;
        let lines = fstab.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let mut needed = lines.filter_map(|fields| match fields.as_slice() {
            [device, place, kind, options, ..] if !device.starts_with('#') && *kind != "swap" => {
                let is_free = options.split(',').any(|option| matches!(option, "noauto" | "nofail"));
                (!is_free).then(|| ((*device).to_owned(), (*place).to_owned()))
            }
            _ => None,
        });
        let (device, place) = needed.find(|(device, _)| is_elsewhere(device, has_scsi))?;
        Some(Verdict::Broken(format!("/etc/fstab mounts {place} from {device}, which KVM does not have")))
    }

    /// That the boot loader names no kernel that is there, or a root that is not.
    fn lost_entry(&self, has_scsi: bool) -> Option<Verdict> {
        let entries = ENTRIES.iter().flat_map(|place| {
            self.list(place).into_iter().map(move |name| format!("{place}/{name}")).collect::<Vec<_>>()
        });
        let texts: Vec<_> = LOADERS
            .map(str::to_owned)
            .into_iter()
            .chain(entries)
            .filter_map(|path| self.text(&path))
            .collect();
        if texts.is_empty() {
            return Some(Verdict::Unknown("there is no configuration of a boot loader in the tree".into()));
        }
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let lines: Vec<_> = texts.iter().flat_map(|text| text.lines()).map(words).collect();
        // Entries of kernels that were removed lie about in many guests: one that is whole will do.
        for naming in NAMING {
            let named: Vec<_> = lines.iter().filter_map(|line| path_behind(naming, line)).collect();
            if let [first, ..] = named.as_slice()
                && !named.iter().any(|path| self.is_in_boot(path))
            {
                return Some(Verdict::Broken(format!("the boot loader names {first}, which is not there")));
            }
        }
        let roots = lines.iter().flatten().filter_map(|word| word.strip_prefix("root="));
        let lost = roots.map(str::to_owned).find(|device| is_elsewhere(device, has_scsi))?;
        Some(Verdict::Broken(format!("the boot loader names root={lost}, which KVM does not have")))
    }

    /// Whether it is there, be the path of the tree or of a partition of its own for `/boot`.
    fn is_in_boot(&self, path: &str) -> bool {
        let path = path.trim_start_matches('/');
        let name = path.rsplit('/').next().unwrap_or(path);
        [path.to_owned(), format!("boot/{path}"), format!("boot/efi/{path}"), format!("boot/{name}")]
            .iter()
            .any(|path| self.file(path).is_some())
    }
}

/// What a line of a boot loader names behind one of these words, but for what it has to put together itself.
fn path_behind<'a>(naming: &[&str], line: &'a [String]) -> Option<&'a String> {
    let [word, path, ..] = line else { return None };
    (naming.contains(&word.to_lowercase().as_str()) && !path.contains('$')).then_some(path)
}

/// Why no kernel finds a disk, or why that cannot be told.
fn blind(kernels: &[Kernel]) -> Verdict {
    let told = |kernel: &Kernel| match &kernel.unread {
        Some(why) => why.clone(),
        None => format!("the initramfs of {} has neither of {}", kernel.version, DRIVERS.join(", ")),
    };
    let why = kernels.iter().map(told).collect::<Vec<_>>().join("; ");
    let is_packed = |kernel: &Kernel| kernel.unread.as_ref().is_some_and(|why| why.contains(UNREADABLE));
    if kernels.iter().any(is_packed) { Verdict::Unknown(why) } else { Verdict::Broken(why) }
}

/// A disk by the name that another bus gave it.
fn is_elsewhere(device: &str, has_scsi: bool) -> bool {
    let name = device.strip_prefix("/dev/").unwrap_or_default();
    let is_numbered = |bus: &str| {
        name.strip_prefix(bus)
            .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_lowercase()))
    };
    is_numbered("hd") || is_numbered("xvd") || (is_numbered("sd") && !has_scsi)
}

/// Drivers among paths of modules.
fn named<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<&'static str> {
    let stems = paths.filter_map(|path| path.rsplit('/').next()?.split_once(".ko").map(|(stem, _)| stem));
    stems.filter_map(|stem| DRIVERS.into_iter().find(|driver| *driver == stem.replace('-', "_"))).collect()
}

/// Said of an initramfs whose packing the judge does not know.
const UNREADABLE: &str = "is packed in a way that this kit does not read";

/// Names of what lies in an initramfs: archives, of which the last may be packed.
fn unpacked(mut bytes: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for _ in 0..ARCHIVES_MAX {
        let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
        bytes = bytes.get(start..).unwrap_or_default();
        match bytes {
            [] => break,
            [b'0', b'7', b'0', b'7', ..] => bytes = archive(bytes, &mut names),
            packed => {
                archive(&unpack(packed)?, &mut names);
                break;
            }
        }
    }
    Ok(names)
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let what = || "the initramfs cannot be unpacked".to_owned();
    let mut bytes = Vec::new();
    let read = match packed {
        [0x1f, 0x8b, ..] => MultiGzDecoder::new(packed).take(INITRAMFS_BYTES_MAX).read_to_end(&mut bytes),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => zstd::Decoder::new(packed)
            .and_then(|unpacking| unpacking.take(INITRAMFS_BYTES_MAX).read_to_end(&mut bytes)),
        _ => return Err(Error::other("try.copy", format!("the initramfs {UNREADABLE}"))),
    };
    // What came before the damage was read, and pads behind the end are no damage.
    match read {
        Err(error) if bytes.is_empty() => Err(error).or_other("try.copy", what),
        _ => Ok(bytes),
    }
}

/// Reads the names of an archive; what is behind it.
fn archive<'a>(mut bytes: &'a [u8], names: &mut Vec<String>) -> &'a [u8] {
    while let Some(header) = bytes.get(..ENTRY_BYTES) {
        let field = |at: usize| {
            let digits = header.get(at..at + 8).and_then(|digits| std::str::from_utf8(digits).ok());
            digits.and_then(|digits| usize::from_str_radix(digits, 16).ok())
        };
        let (Some(size), Some(length)) = (field(54), field(94)) else { break };
        let name = bytes.get(ENTRY_BYTES..ENTRY_BYTES + length.saturating_sub(1)).unwrap_or_default();
        let name = String::from_utf8_lossy(name).into_owned();
        let data = (ENTRY_BYTES + length).next_multiple_of(4);
        bytes = bytes.get(data.saturating_add(size).next_multiple_of(4)..).unwrap_or_default();
        if name == "TRAILER!!!" {
            return bytes;
        }
        names.push(name);
    }
    &[]
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::io::Write as _;

    /// An archive of empty files.
    pub fn packed(names: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for name in names.iter().chain(&["TRAILER!!!"]) {
            bytes.extend(b"070701");
            let fields = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, name.len() + 1, 0];
            fields.iter().for_each(|field| bytes.extend(format!("{field:08x}").bytes()));
            bytes.extend(name.bytes().chain([0]));
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }

    /// A guest with one kernel.
    fn guest(initramfs: &[u8], fstab: &str) -> tempfile::TempDir {
        let tree = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            let path = tree.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        write("boot/vmlinuz-6.1", b"kernel");
        write("boot/initrd.img-6.1", initramfs);
        write("lib/modules/6.1/modules.builtin", b"kernel/fs/ext4.ko\n");
        write("boot/grub/grub.cfg", b"linux /vmlinuz-6.1 root=UUID=1 ro\n initrd /initrd.img-6.1\n");
        write("etc/fstab", fstab.as_bytes());
        tree
    }

    const DRIVER: &str = "usr/lib/modules/6.1/kernel/drivers/block/virtio_blk.ko.xz";
    const FSTAB: &str = "# what\nUUID=1 / ext4 defaults 0 1\n/dev/hda2 /old ext4 nofail 0 0\n";

    fn judged(tree: &tempfile::TempDir) -> String {
        match judge(tree.path()) {
            Verdict::Kept => "kept".into(),
            Verdict::Broken(why) => format!("broken: {why}"),
            Verdict::Unknown(why) => format!("unknown: {why}"),
        }
    }

    #[test]
    fn a_driver_is_found_however_it_is_packed() {
        let early = packed(&["kernel/x86/microcode.bin"]);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&packed(&[DRIVER])).unwrap();
        let zstd = zstd::encode_all(packed(&["etc", DRIVER]).as_slice(), 1).unwrap();
        for main in [packed(&[DRIVER]), gzip.finish().unwrap(), zstd] {
            let initramfs = [early.clone(), vec![0; 512], main].concat();
            assert_eq!(judged(&guest(&initramfs, FSTAB)), "kept");
        }
    }

    #[test]
    fn who_cannot_boot_is_told_why() {
        let good = packed(&[DRIVER]);
        let none = judged(&guest(&packed(&["virtio_net.ko"]), FSTAB));
        assert!(none.starts_with("broken: the initramfs of 6.1 has neither"), "{none}");
        let lzo = judged(&guest(b"\x89LZO and so on", FSTAB));
        assert!(lzo.starts_with("unknown: the initramfs is packed"), "{lzo}");
        let disk = judged(&guest(&good, "/dev/sda1 / ext4 defaults 0 1\n"));
        assert!(disk.contains("/etc/fstab mounts / from /dev/sda1"), "{disk}");
        let scsi = [DRIVER, "virtio_scsi.ko"];
        assert_eq!(judged(&guest(&packed(&scsi), "/dev/sda1 / ext4 defaults 0 1\n")), "kept");
        let tree = guest(&good, FSTAB);
        std::fs::write(tree.path().join("boot/grub/grub.cfg"), "linux /vmlinuz-5.9 ro\n").unwrap();
        assert!(judged(&tree).contains("names /vmlinuz-5.9, which is not there"));
        std::fs::write(tree.path().join("boot/grub/grub.cfg"), "linux /vmlinuz-6.1 root=/dev/xvda1\n")
            .unwrap();
        assert!(judged(&tree).contains("root=/dev/xvda1"));
        std::fs::remove_file(tree.path().join("boot/vmlinuz-6.1")).unwrap();
        assert!(judged(&tree).starts_with("unknown: there is no kernel"));
    }

    #[test]
    fn a_link_leads_nowhere_out_of_the_tree() {
        let tree = guest(&packed(&[DRIVER]), FSTAB);
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("fstab"), "/dev/hda1 / ext4 defaults 0 1\n").unwrap();
        let fstab = tree.path().join("etc/fstab");
        std::fs::remove_file(&fstab).unwrap();
        std::os::unix::fs::symlink(outside.path().join("fstab"), fstab).unwrap();
        assert_eq!(judged(&tree), "kept");
    }

    #[test]
    fn a_windows_needs_its_driver() {
        let tree = tempfile::tempdir().unwrap();
        let drivers = tree.path().join(WINDOWS);
        std::fs::create_dir_all(&drivers).unwrap();
        std::fs::write(drivers.join("disk.sys"), "").unwrap();
        assert!(judged(&tree).starts_with("broken"));
        std::fs::write(drivers.join("VIOSTOR.SYS"), "").unwrap();
        assert_eq!(judged(&tree), "kept");
    }
}
