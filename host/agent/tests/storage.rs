//! The layers between disks and systems. File systems are real ones, made by their own programs. This needs
//! a kernel with neither device-mapper nor md: where such a layer is shown by one, a stand-in for the
//! worker's program shows a loop device instead, and the real program reads the real header.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests

mod support;

use gyre_agent::device::Disk;
use gyre_agent::loopback::Loop;
use gyre_agent::system::Guest;
use gyre_agent::tool::Tools;
use gyre_core::Error;
use gyre_core::protocol::{Base64, Script, ScriptEnd, Secret, System};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use support::{Agent, MIB, Volume, mke2fs, private_dir, runs, sfdisk};

const ROOT: &str = "11111111-2222-3333-4444-555555555555";
const OTHER: &str = "66666666-7777-8888-9999-aaaaaaaaaaaa";
const LUKS: &str = "99999999-0000-1111-2222-333333333333";
/// Where the contents of an encrypted volume begin.
const PAYLOAD: u64 = 16 * MIB;

/// A guest over disks, with the worker's programs wherever the test has them.
struct World {
    guest: Guest,
    base: tempfile::TempDir,
    _disks: Vec<Volume>,
}

impl World {
    fn new(disks: Vec<Volume>, tools: Tools) -> Self {
        let attached: Vec<_> =
            disks.iter().enumerate().map(|(n, disk)| disk.attached(&n.to_string())).collect();
        let opened = Arc::new(Disk::open_all(&attached).unwrap());
        let base = private_dir();
        Self { guest: Guest::with_tools(opened, base.path().into(), tools), base, _disks: disks }
    }

    fn real(disks: Vec<Volume>) -> Self {
        Self::new(disks, Tools::default())
    }

    fn names(&mut self) -> Vec<(String, String)> {
        self.guest.systems().unwrap().into_iter().map(|system| (system.root, system.name)).collect()
    }

    fn only(&mut self) -> System {
        let mut systems = self.guest.systems().unwrap();
        assert_eq!(systems.len(), 1, "{systems:?}");
        systems.remove(0)
    }

    /// A file of the mounted system.
    fn read(&self, path: &str) -> String {
        String::from_utf8(self.guest.root().unwrap().read_file(path).unwrap()).unwrap()
    }

    /// Nothing of it is mounted any more.
    fn assert_unmounted(&self) {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(!mounts.contains(self.base.path().to_str().unwrap()), "{mounts}");
    }
}

/// A system's files, and no programs.
fn put_system(at: &Path, name: &str, fstab: &str) {
    for dir in ["etc", "boot", "home", "var", "usr", "srv", ".snapshots"] {
        std::fs::create_dir_all(at.join(dir)).unwrap();
    }
    std::fs::write(at.join("etc/os-release"), format!("PRETTY_NAME=\"{name}\"\n")).unwrap();
    std::fs::write(at.join("etc/fstab"), fstab).unwrap();
    std::fs::write(at.join("etc/hostname"), name).unwrap();
}

fn system_tree(name: &str, fstab: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    put_system(dir.path(), name, fstab);
    dir
}

fn succeed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A UUID of its own: the kernel takes two Btrfs of one for one.
fn fresh_uuid() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap().trim().to_string()
}

/// Container Linux goes by labels of partitions: its system is on another one than its root, and is never written.
#[test]
fn container_linux_is_put_together_without_an_fstab_and_its_system_stays_as_it_is() {
    let (system, oem, root) = (private_dir(), private_dir(), private_dir());
    std::fs::create_dir_all(system.path().join("lib")).unwrap();
    std::fs::write(system.path().join("lib/os-release"), "ID=flatcar\nVERSION_ID=3815.2.0\n").unwrap();
    std::fs::write(oem.path().join("grub.cfg"), "set oem_id=\"vmware\"\n").unwrap();
    for dir in ["etc", "usr", "oem", "boot"] {
        std::fs::create_dir(root.path().join(dir)).unwrap();
    }
    let disk = tempfile::NamedTempFile::new().unwrap();
    disk.as_file().set_len(40 * MIB).unwrap();
    let table = "label: gpt\nstart=1M, size=10M, name=USR-A\nstart=11M, size=8M, name=OEM\nstart=19M, size=10M, name=ROOT\n\
                 start=29M, size=8M, name=USR-B\n";
    sfdisk(disk.path(), table);
    for (tree, at, mib) in [(&system, 1, 10), (&oem, 11, 8), (&root, 19, 10)] {
        mke2fs(tree.path(), disk.path(), at * MIB, mib * 1024, &fresh_uuid());
    }
    let before = std::fs::read(disk.path()).unwrap();
    let part = |bytes: &[u8]| bytes[MIB as usize..11 * MIB as usize].to_vec();
    let mut world = World::real(vec![Volume::over(disk)]);
    let found = world.only();
    assert_eq!((found.root.as_str(), found.name.as_str()), ("disk0/part3", "Container Linux (Flatcar)"));
    let places = [("/usr", "disk0/part1"), ("/oem", "disk0/part2")];
    assert_eq!(found.mounts, places.map(|(a, b)| (a.to_string(), b.to_string())));
    assert_eq!(world.guest.mount(&found).unwrap(), [""; 0]);
    assert!(world.read("/usr/lib/os-release").starts_with("ID=flatcar"));
    let guest = world.guest.root().unwrap();
    guest.write_file("/oem/grub.cfg", 0o644, b"set oem_id=\"openstack\"\n").unwrap();
    assert_eq!(guest.write_file("/usr/lib/new", 0o644, b"x").unwrap_err().code, "rootfs.read-only");
    drop(guest);
    world.guest.unmount().unwrap();
    world.assert_unmounted();
    let after = world._disks[0].bytes();
    assert!(part(&before) == part(&after), "the verified partition was written");
    assert!(before != after, "nothing was written at all");
}

/// A Btrfs filled by `fill`, which gets the directory that its top is mounted at, and its UUID.
fn btrfs(mib: u64, fill: impl FnOnce(&Path, &str)) -> Volume {
    let uuid = fresh_uuid();
    let volume = Volume::new(mib);
    let node = volume.device.path.display().to_string();
    succeed("mkfs.btrfs", &["-q", "-U", &uuid, &node]);
    let dir = private_dir();
    let point = dir.path().display().to_string();
    succeed("mount", &["-t", "btrfs", &node, &point]);
    fill(dir.path(), &uuid);
    succeed("umount", &[&point]);
    // The kernel remembers every device that it saw a Btrfs on: made anew, this one has no past.
    let Volume { device, file } = volume;
    drop(device);
    Volume::over(file)
}

fn subvolume(top: &Path, path: &str) -> PathBuf {
    let path = top.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    succeed("btrfs", &["-q", "subvolume", "create", path.to_str().unwrap()]);
    path
}

#[test]
fn finds_a_system_in_suses_snapshots() {
    let volume = btrfs(160, |top, uuid| {
        let fstab = format!(
            "UUID={uuid} / btrfs defaults 0 0\nUUID={uuid} /var btrfs subvol=/@/var 0 0\n\
             UUID={uuid} /.snapshots btrfs subvol=/@/.snapshots 0 0\nUUID={uuid} /gone btrfs subvol=/@/gone 0 0\n"
        );
        subvolume(top, "@");
        std::fs::write(subvolume(top, "@/var").join("what"), "var").unwrap();
        subvolume(top, "@/.snapshots");
        let root = subvolume(top, "@/.snapshots/1/snapshot");
        put_system(&root, "SUSE as it is", &fstab);
        let old = subvolume(top, "@/.snapshots/2/snapshot");
        put_system(&old, "SUSE as it was", &fstab);
        succeed("btrfs", &["subvolume", "set-default", root.to_str().unwrap()]);
    });
    let mut world = World::real(vec![volume]);
    let system = world.only();
    assert_eq!((system.root.as_str(), system.name.as_str()), ("disk0", "SUSE as it is"));
    let notes = world.guest.mount(&system).unwrap();
    assert_eq!(world.read("/var/what"), "var");
    assert_eq!(world.read("/.snapshots/2/snapshot/etc/hostname"), "SUSE as it was");
    assert!(notes.len() == 1 && notes[0].contains("/gone"), "{notes:?}");
    world.guest.unmount().unwrap();
    world.assert_unmounted();
}

#[test]
fn a_snapshot_of_a_root_is_no_second_system() {
    let volume = btrfs(160, |top, uuid| {
        let fstab =
            format!("UUID={uuid} / btrfs subvol=@,rw 0 0\nUUID={uuid} /home btrfs subvol=@home 0 0\n");
        put_system(&subvolume(top, "@"), "Ubuntu", &fstab);
        std::fs::write(subvolume(top, "@home").join("who"), "me").unwrap();
        let (from, to) = (top.join("@"), top.join("timeshift-btrfs/snapshots"));
        std::fs::create_dir_all(top.join("timeshift-btrfs")).unwrap();
        succeed("btrfs", &["-q", "subvolume", "snapshot", from.to_str().unwrap(), to.to_str().unwrap()]);
    });
    let mut world = World::real(vec![volume]);
    let system = world.only();
    assert_eq!(system.root, "disk0:@");
    assert_eq!(world.guest.mount(&system).unwrap(), Vec::<String>::new());
    assert_eq!(world.read("/home/who"), "me");
    std::fs::write(world.guest.root_path().join("written"), "here").unwrap();
    world.guest.unmount().unwrap();
    assert_eq!(world.only(), system, "the same system after it was written");
    world.assert_unmounted();
}

#[test]
fn several_systems_on_one_btrfs_are_all_named() {
    let volume = btrfs(160, |top, uuid| {
        for name in ["@one", "systems/two"] {
            let fstab = format!("UUID={uuid} / btrfs subvol={name} 0 0\n");
            put_system(&subvolume(top, name), name, &fstab);
        }
    });
    let mut world = World::real(vec![volume]);
    let expected = [("disk0:@one", "@one"), ("disk0:systems/two", "systems/two")];
    assert_eq!(world.names(), expected.map(|(a, b)| (a.to_string(), b.to_string())));
    let second = world.guest.systems().unwrap().remove(1);
    world.guest.mount(&second).unwrap();
    assert_eq!(world.read("/etc/hostname"), "systems/two");
    world.guest.unmount().unwrap();
    let gone = System { root: "disk0:@three".into(), ..second };
    assert_eq!(world.guest.mount(&gone).unwrap_err().code, "system.not-found");
    world.assert_unmounted();
}

#[test]
fn thousands_of_subvolumes_do_not_hold_up_the_search() {
    let volume = btrfs(300, |top, _| {
        let point = top.display();
        let script = format!("cd {point} && for n in $(seq 1500); do btrfs -q subvolume create a$n; done");
        succeed("sh", &["-c", &script]);
        // A name that would be an option of the mount.
        put_system(&subvolume(top, "a,device=null"), "trap", "");
        put_system(&subvolume(top, "@"), "real", "");
    });
    let mut world = World::real(vec![volume]);
    let system = world.only();
    assert_eq!((system.root.as_str(), system.name.as_str()), ("disk0:@", "real"));
    world.assert_unmounted();
}

#[test]
fn one_btrfs_on_two_devices_is_one_system() {
    let (first, second) = (Volume::new(160), Volume::new(160));
    let nodes = [&first, &second].map(|volume| volume.device.path.display().to_string());
    let uuid = fresh_uuid();
    succeed("mkfs.btrfs", &["-q", "-U", &uuid, "-d", "raid0", "-m", "raid1", &nodes[0], &nodes[1]]);
    let dir = private_dir();
    let device = format!("device={},device={}", nodes[0], nodes[1]);
    succeed("mount", &["-t", "btrfs", "-o", &device, &nodes[0], dir.path().to_str().unwrap()]);
    put_system(dir.path(), "both", &format!("UUID={uuid} / btrfs defaults 0 0\n"));
    succeed("umount", &[dir.path().to_str().unwrap()]);
    let mut world = World::real(vec![first, second]);
    let system = world.only();
    world.guest.mount(&system).unwrap();
    assert_eq!(world.read("/etc/hostname"), "both");
    world.guest.unmount().unwrap();
}

/// One ext4 on a whole disk.
fn ext4(mib: u64, tree: &Path, uuid: &str) -> Volume {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(mib * MIB).unwrap();
    mke2fs(tree, file.path(), 0, mib * 1024, uuid);
    Volume::over(file)
}

fn debugfs(volume: &Volume, commands: &[&str]) {
    for command in commands {
        succeed("/usr/sbin/debugfs", &["-w", "-R", command, volume.file.path().to_str().unwrap()]);
    }
}

#[test]
fn damage_is_told_and_what_is_safe_is_mended() {
    let tree = system_tree("Debian", "");
    let volume = ext4(32, tree.path(), ROOT);
    debugfs(&volume, &["set_super_value state 0", "set_super_value free_blocks_count 5"]);
    let mut world = World::real(vec![volume]);
    let system = world.only();
    let notes = world.guest.mount(&system).unwrap();
    assert!(notes.len() == 1 && notes[0].contains("was mended"), "{notes:?}");
    world.guest.unmount().unwrap();

    let volume = ext4(32, tree.path(), ROOT);
    // Where a directory belongs that no other names is more than a program may decide alone.
    debugfs(&volume, &["unlink /var", "set_super_value state 2"]);
    let before = volume.bytes();
    let mut world = World::real(vec![volume]);
    let system = world.only();
    assert!(world._disks[0].bytes() == before, "looking changes nothing");
    let error = world.guest.mount(&system).unwrap_err();
    assert_eq!(error.code, "system.damaged", "{error}");
    world.assert_unmounted();
}

#[test]
fn a_log_is_replayed_when_it_is_mounted_and_not_before() {
    let volume = Volume::new(320);
    let node = volume.device.path.display().to_string();
    succeed("mkfs.xfs", &["-q", &node]);
    let dir = private_dir();
    let point = dir.path().display().to_string();
    succeed("mount", &["-t", "xfs", &node, &point]);
    put_system(dir.path(), "RHEL", "");
    succeed("umount", &[&point]);
    succeed("mount", &["-t", "xfs", &node, &point]);
    std::fs::write(dir.path().join("etc/last"), "written last").unwrap();
    // The machine is switched off: what was done is in the log alone.
    succeed("/usr/sbin/xfs_io", &["-x", "-c", "shutdown -f", &point]);
    succeed("umount", &[&point]);
    let before = volume.bytes();
    let mut world = World::real(vec![volume]);
    let system = world.only();
    assert_eq!(system.name, "RHEL");
    assert!(world._disks[0].bytes() == before, "looking changes nothing");
    assert_eq!(world.guest.mount(&system).unwrap(), Vec::<String>::new());
    assert!(world.guest.root().unwrap().stat("/etc/last").unwrap().is_some(), "the log was replayed");
    world.guest.unmount().unwrap();
    world.assert_unmounted();
}

#[test]
fn a_missing_part_ends_it_only_where_the_guest_needs_it() {
    let lines = format!(
        "UUID={ROOT} / ext4 defaults 0 1\nUUID={OTHER} /home ext4 defaults 0 2\n/dev/sr0 /srv udf noauto 0 0\nserver:/x /usr nfs\n/srv/x /var none bind 0 0\n"
    );
    let mut world = World::real(vec![ext4(32, system_tree("Debian", &lines).path(), ROOT)]);
    let system = world.only();
    let notes = world.guest.mount(&system).unwrap();
    assert!(notes.len() == 1 && notes[0].contains("/home"), "{notes:?}");
    world.guest.unmount().unwrap();
    let lines = lines.replace("/home", "/usr");
    let mut world = World::real(vec![ext4(32, system_tree("Debian", &lines).path(), ROOT)]);
    let system = world.only();
    let error = world.guest.mount(&system).unwrap_err();
    assert!(error.code == "system.mount" && error.message.contains("/usr"), "{error}");
    world.assert_unmounted();
}

#[test]
fn the_root_may_be_on_any_disk_under_any_name() {
    let (first, second) = (tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
    for file in [&first, &second] {
        file.as_file().set_len(64 * MIB).unwrap();
        sfdisk(file.path(), "label: gpt\nstart=1M, size=20M, name=one\nstart=21M, size=40M, name=two\n");
    }
    let id = succeed("/usr/sbin/sfdisk", &["--part-uuid", first.path().to_str().unwrap(), "2"]);
    let fstab = format!("/dev/sdb2 / ext4\n/dev/sda1 /boot ext4\nPARTUUID={} /var ext4\n", id.trim());
    let marked = |name: &str| {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("what"), name).unwrap();
        dir
    };
    mke2fs(marked("boot").path(), first.path(), MIB, 20 * 1024, OTHER);
    mke2fs(marked("var").path(), first.path(), 21 * MIB, 40 * 1024, LUKS);
    mke2fs(system_tree("Debian", &fstab).path(), second.path(), 21 * MIB, 40 * 1024, ROOT);
    let mut world = World::real(vec![Volume::over(first), Volume::over(second)]);
    let system = world.only();
    assert_eq!(system.root, "disk1/part2");
    world.guest.mount(&system).unwrap();
    assert_eq!((world.read("/boot/what").as_str(), world.read("/var/what").as_str()), ("boot", "var"));
    world.guest.unmount().unwrap();
}

#[test]
fn a_hostile_table_leads_nowhere_and_ends() {
    let secret = private_dir();
    std::fs::write(secret.path().join("here"), "the worker's").unwrap();
    let outside = secret.path().display().to_string();
    let tree = system_tree("Trap", "");
    symlink("/", tree.path().join("circle")).unwrap();
    symlink(format!("../../../../..{outside}"), tree.path().join("up")).unwrap();
    symlink(&outside, tree.path().join("absolute")).unwrap();
    symlink("loop", tree.path().join("loop")).unwrap();
    let mut fstab = String::new();
    for point in ["/up", "/absolute", "/loop", "/circle/home", "/circle/circle/home/x", "/etc/../../x"] {
        fstab += &format!("UUID={OTHER} {point} ext4 defaults 0 0\n");
    }
    for n in 0..400 {
        std::fs::create_dir(tree.path().join(format!("srv/{n}"))).unwrap();
        fstab += &format!("UUID={OTHER} /srv/{n} ext4 defaults 0 0\n");
    }
    fstab += &"UUID=x /y ext4 0 0 0\n".repeat(1_000_000);
    std::fs::write(tree.path().join("etc/fstab"), &fstab[..fstab.len().min(15 << 20)]).unwrap();
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("what"), "other").unwrap();
    let mut world = World::real(vec![ext4(96, tree.path(), ROOT), ext4(16, other.path(), OTHER)]);
    let system = world.only();
    let notes = world.guest.mount(&system).unwrap();
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let points: Vec<&str> = mounts.lines().filter_map(|line| line.split(' ').nth(4)).collect();
    assert!(!points.iter().any(|point| point.starts_with(&outside)), "nothing is mounted over the worker's");
    let base = world.base.path().to_str().unwrap();
    let ours = points.iter().filter(|point| point.starts_with(base)).count();
    assert!((2..=128).contains(&ours), "{ours} mounts");
    assert!(notes.iter().any(|note| note.contains("more than 128 places")), "{notes:?}");
    assert_eq!(std::fs::read_to_string(secret.path().join("here")).unwrap(), "the worker's");
    world.guest.unmount().unwrap();
    world.assert_unmounted();
}

/// Stand-ins for programs that need device-mapper or md, and what they were told.
struct StandIns {
    dir: tempfile::TempDir,
}

impl StandIns {
    fn new() -> Self {
        let dir = private_dir();
        std::fs::create_dir(dir.path().join("mapper")).unwrap();
        let stand_ins = Self { dir };
        stand_ins.put(
            "cryptsetup",
            r#"eval "name=\${$#}"; eval "device=\${$(($# - 1))}"
case $1 in
open) case "$*" in
    *"--type bitlk"*) [ "$(cat)" = 111111-222222 ] || exit 2 ;;
    *) /usr/sbin/cryptsetup open --test-passphrase --type luks --batch-mode --disable-keyring --tries 1 --key-file - "$device" || exit ;;
    esac
    ln -s "$(losetup -f --show -o 16777216 "$device")" "$here/mapper/$name" ;;
close) losetup -d "$(readlink "$here/mapper/$2")" && rm "$here/mapper/$2" ;;
esac"#,
        );
        stand_ins.put("dmsetup", r#"mv "$here/mapper/$2" "$here/mapper/$3""#);
        stand_ins.put(
            "mdadm",
            r#"eval "device=\${$#}"
case $1 in
--assemble) loop=$(losetup -f --show -o 1048576 "$device") && mknod "$2" b 7 "${loop#/dev/loop}" ;;
--stop) losetup -d "/dev/loop$((0x$(stat -c %T "$2")))" && rm "$2" ;;
esac"#,
        );
        stand_ins
    }

    fn put(&self, name: &str, script: &str) {
        let (path, here) = (self.dir.path().join(name), self.dir.path().display().to_string());
        let text = format!("#!/bin/sh\nhere={here}\necho \"{name} $*\" >>$here/log\n{script}\n");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn tools(&self) -> Tools {
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", self.dir.path().display());
        Tools { path, mapper: self.dir.path().join("mapper") }
    }

    /// What was run since the last time, by its first two words.
    fn told(&self) -> Vec<String> {
        let path = self.dir.path().join("log");
        let log = std::fs::read_to_string(&path).unwrap_or_default();
        let _ = std::fs::remove_file(path);
        log.lines().map(ToString::to_string).collect()
    }

    fn mappings(&self) -> usize {
        std::fs::read_dir(self.dir.path().join("mapper")).unwrap().count()
    }
}

/// Writes a header of `version` at `offset`, with what real `cryptsetup` makes of this passphrase.
fn luks_format(version: &str, file: &Path, offset: u64, mib: u64, passphrase: &str) {
    let device = Loop::attach(file, offset, mib * MIB, true).unwrap();
    let mut arguments =
        vec!["luksFormat", "--type", version, "--batch-mode", "--uuid", LUKS, "--offset", "32768"];
    arguments.extend(["--pbkdf-force-iterations", "1000", "--key-file", "-"]);
    if version == "luks2" {
        arguments.extend(["--pbkdf", "pbkdf2"]);
    }
    let mut child = Command::new("/usr/sbin/cryptsetup")
        .args(&arguments)
        .arg(&device.path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), passphrase.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

fn secrets(all: &[&str]) -> Vec<Secret> {
    all.iter().map(|secret| Secret(secret.as_bytes().to_vec())).collect()
}

fn encrypted_guest(version: &str) -> Volume {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(80 * MIB).unwrap();
    sfdisk(file.path(), "label: gpt\nstart=1M, size=20M\nstart=21M, size=58M\n");
    luks_format(version, file.path(), 21 * MIB, 58, "geheim");
    let fstab = format!("/dev/mapper/the_root / ext4 defaults 0 1\nUUID={OTHER} /boot ext4 defaults 0 2\n");
    let tree = system_tree("Secret", &fstab);
    std::fs::write(tree.path().join("etc/crypttab"), format!("the_root UUID={LUKS} none luks\n")).unwrap();
    mke2fs(tree.path(), file.path(), 21 * MIB + PAYLOAD, 40 * 1024, ROOT);
    mke2fs(tempfile::tempdir().unwrap().path(), file.path(), MIB, 20 * 1024, OTHER);
    Volume::over(file)
}

#[test]
fn opens_what_is_encrypted_with_the_secret_that_fits() {
    for version in ["luks1", "luks2"] {
        let stand_ins = StandIns::new();
        let mut world = World::new(vec![encrypted_guest(version)], stand_ins.tools());
        let locked = world.guest.systems().unwrap_err();
        assert_eq!(locked.code, "system.locked");
        assert!(locked.to_string().contains("disk0/part2 is encrypted (LUKS), and no secret"), "{locked}");
        world.guest.unlock_with(secrets(&["falsch", "auch falsch"]));
        let locked = world.guest.systems().unwrap_err();
        assert!(locked.to_string().contains("none of the 2 named secrets opens it"), "{locked}");
        stand_ins.told();

        world.guest.unlock_with(secrets(&["falsch", "geheim"]));
        let system = world.only();
        assert_eq!(system.root, "disk0/part2/luks");
        assert_eq!(system.mounts, [("/boot".to_string(), "disk0/part1".to_string())]);
        assert_eq!(stand_ins.mappings(), 0, "closed after looking");
        let told = stand_ins.told();
        assert!(told.iter().filter(|line| line.contains(" open ")).all(|line| line.contains("--readonly")));
        assert!(!told.iter().any(|line| line.contains("geheim")), "{told:?}");

        world.guest.mount(&system).unwrap();
        assert_eq!(world.read("/etc/hostname"), "Secret");
        let told = stand_ins.told();
        assert!(told.contains(&"dmsetup rename gyre-disk0-part2-luks the_root".to_string()), "{told:?}");
        assert!(!told.iter().any(|line| line.contains("--readonly")), "{told:?}");
        let links: Vec<&String> = world.guest.nodes().iter().flat_map(|node| &node.links).collect();
        assert!(links.iter().any(|link| *link == "mapper/the_root"), "{links:?}");
        assert!(links.iter().any(|link| **link == format!("disk/by-uuid/{LUKS}")), "{links:?}");
        world.guest.unmount().unwrap();
        assert_eq!(stand_ins.told(), ["cryptsetup close the_root"]);
        assert_eq!(stand_ins.mappings(), 0);
        world.assert_unmounted();
    }
}

/// Nobody here can make a real one: what is tried is who opens it, with what, and when.
#[test]
fn opens_bitlocker_with_a_recovery_password_and_refuses_it_without() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(64 * MIB).unwrap();
    sfdisk(file.path(), "label: gpt\nstart=1M, size=62M\n");
    let tree = system_tree("Secret", "");
    mke2fs(tree.path(), file.path(), MIB + PAYLOAD, 40 * 1024, ROOT);
    file.as_file().write_all_at(b"\xeb\x58\x90-FVE-FS-", MIB).unwrap();
    let stand_ins = StandIns::new();
    let mut world = World::new(vec![Volume::over(file)], stand_ins.tools());
    let refused = world.guest.systems().unwrap_err();
    assert_eq!(refused.code, "system.bitlocker");
    assert!(refused.to_string().contains("luks-secrets"), "{refused}");
    assert!(stand_ins.told().is_empty(), "nothing to try");
    world.guest.unlock_with(secrets(&["falsch"]));
    let locked = world.guest.systems().unwrap_err();
    assert!(locked.to_string().contains("is encrypted (BitLocker), and none of the 1 named"), "{locked}");
    stand_ins.told();
    world.guest.unlock_with(secrets(&["falsch", "111111-222222"]));
    let system = world.only();
    assert_eq!(system.root, "disk0/part1/bitlocker");
    world.guest.mount(&system).unwrap();
    assert_eq!(world.read("/etc/hostname"), "Secret");
    world.guest.unmount().unwrap();
    assert_eq!(stand_ins.mappings(), 0);
    let told = stand_ins.told();
    assert!(told.iter().any(|line| line.contains("open --type bitlk")), "{told:?}");
    assert!(!told.iter().any(|line| line.contains("111111")), "{told:?}");
    world.assert_unmounted();
}

/// A version 1.2 superblock of one part of a mirror, whose contents begin after 1 MiB.
fn put_raid_superblock(file: &std::fs::File, offset: u64) {
    let mut block = vec![0; 512];
    block[..4].copy_from_slice(&[0xfc, 0x4e, 0x2b, 0xa9]);
    block[4] = 1;
    block[16..32].copy_from_slice(&[0xab; 16]);
    block[32..36].copy_from_slice(b"vm:9");
    block[92] = 2;
    block[128..136].copy_from_slice(&2048_u64.to_le_bytes());
    block[144..152].copy_from_slice(&8_u64.to_le_bytes());
    file.write_all_at(&block, offset + 4096).unwrap();
}

#[test]
fn layers_on_each_other_are_closed_in_reverse() {
    let stand_ins = StandIns::new();
    let disks: Vec<Volume> = (0..2)
        .map(|_| {
            let file = tempfile::NamedTempFile::new().unwrap();
            file.as_file().set_len(64 * MIB).unwrap();
            let fstab = "/dev/mapper/luks-99999999-0000-1111-2222-333333333333 / ext4 defaults 0 1\n";
            luks_format("luks2", file.path(), MIB, 63, "geheim");
            mke2fs(system_tree("Mirror", fstab).path(), file.path(), MIB + PAYLOAD, 40 * 1024, ROOT);
            put_raid_superblock(file.as_file(), 0);
            Volume::over(file)
        })
        .collect();
    let nodes: Vec<String> = disks.iter().map(|disk| disk.device.path.display().to_string()).collect();
    let mut world = World::new(disks, stand_ins.tools());
    world.guest.unlock_with(secrets(&["geheim"]));
    let system = world.only();
    let array = "abababab:abababab:abababab:abababab";
    assert_eq!(system.root, format!("raid/{}/luks", array.replace(':', "-")));
    let told = stand_ins.told();
    let assemble = told.iter().find(|line| line.contains("--assemble")).unwrap();
    let node = assemble.split(' ').nth(2).unwrap().to_string();
    let parts = nodes.join(" ");
    assert_eq!(
        *assemble,
        format!("mdadm --assemble {node} --config=none --run --uuid={array} --readonly {parts}")
    );
    world.guest.mount(&system).unwrap();
    assert_eq!(world.read("/etc/hostname"), "Mirror");
    let told = stand_ins.told();
    let assemble = told.iter().find(|line| line.contains("--assemble")).unwrap();
    assert!(!assemble.contains("--readonly"), "{assemble}");
    let node = assemble.split(' ').nth(2).unwrap().to_string();
    world.guest.unmount().unwrap();
    let inner = format!("gyre-raid-{}-luks", array.replace(':', "-"));
    assert_eq!(stand_ins.told(), [format!("cryptsetup close {inner}"), format!("mdadm --stop {node}")]);

    // Also when it went wrong in the middle.
    stand_ins.put("e2fsck", "echo damaged; exit 4");
    assert_eq!(world.guest.mount(&system).unwrap_err().code, "system.damaged");
    let told: Vec<String> =
        stand_ins.told().iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(told.iter().rev().take(2).collect::<Vec<_>>(), ["mdadm --stop", "cryptsetup close"]);
    assert_eq!(stand_ins.mappings(), 0);

    // What does not close is tried again, and told.
    stand_ins.put("e2fsck", "exit 0");
    world.guest.mount(&system).unwrap();
    let works = std::fs::read(stand_ins.dir.path().join("mdadm")).unwrap();
    stand_ins.put("mdadm", "echo busy; exit 1");
    let error = world.guest.unmount().unwrap_err();
    assert!(error.code == "system.unmount" && error.to_string().contains("busy"), "{error}");
    world.assert_unmounted();
    std::fs::write(stand_ins.dir.path().join("mdadm"), works).unwrap();
    stand_ins.told();
    world.guest.unmount().unwrap();
    assert!(stand_ins.told()[0].starts_with("mdadm --stop"));
}

#[test]
fn a_worker_without_the_program_says_which() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(64 * MIB).unwrap();
    put_raid_superblock(file.as_file(), 0);
    let tools = Tools { path: "/nowhere".into(), ..Tools::default() };
    let mut world = World::new(vec![Volume::over(file), encrypted_guest("luks2")], tools);
    world.guest.unlock_with(secrets(&["geheim"]));
    let error = world.guest.systems().unwrap_err();
    assert_eq!(error.code, "system.tool");
    let error = error.to_string();
    for word in ["has no mdadm", "package mdadm", "has no cryptsetup", "package cryptsetup-bin"] {
        assert!(error.contains(word), "{word}: {error}");
    }
}

fn script(body: &str, timeout_ms: u32) -> Script {
    Script { name: "test".into(), body: Base64(body.as_bytes().to_vec()), timeout_ms }
}

#[test]
fn scripts_run_on_the_worker_and_end() {
    let volume = ext4(32, system_tree("Debian", "").path(), ROOT);
    let agent = Agent::start(vec![volume.attached("a")]);
    let run = |script: &Script| agent.json::<ScriptEnd>("POST /v1/script", script);
    let end = run(&script("echo out; echo err >&2; echo \"[$1][$GYRE_ROOT]\"; cat; exit 7", 60_000)).unwrap();
    assert_eq!((end.status, end.output.as_str()), (7, "out\nerr\n[][]\n"));
    agent.mount(&agent.systems()[0]);
    let end =
        run(&script("#!/bin/sh\ncat \"$1/etc/hostname\" && echo new >$GYRE_ROOT/etc/made", 60_000)).unwrap();
    assert_eq!((end.status, end.output.as_str()), (0, "Debian"));
    let end = run(&script("kill -TERM $$; sleep 9", 60_000)).unwrap();
    assert_eq!(end.status, 128 + 15);

    let marker = format!("76543.{}", std::process::id());
    let late = run(&script(&format!("setsid sleep {marker} & echo begun; sleep {marker}"), 700)).unwrap_err();
    assert!(late.code == "script.timeout" && late.to_string().contains("begun"), "{late}");
    assert!(!runs(&marker), "after the time-out");
    let end = run(&script(&format!("setsid sleep {marker} >/dev/null 2>&1 & exit 0"), 60_000)).unwrap();
    assert_eq!(end.status, 0);
    assert!(!runs(&marker), "what it leaves behind");
    let endless = run(&script("while :; do echo 0123456789012345678901234567890123456789; done", 1500));
    assert_eq!(endless.unwrap_err().code, "script.timeout");
    for body in ["", &"#".repeat(300 * 1024)] {
        assert_eq!(run(&script(body, 1000)).unwrap_err().code, "script.size");
    }
    let broken = run(&script("#!/no/such/program\n", 1000)).unwrap_err();
    assert_eq!(broken.code, "script.run", "{broken}");

    agent.ask("POST /v1/unmount", b"").unwrap();
    agent.mount(&agent.systems()[0]);
    let file = gyre_core::protocol::RootRequest::ReadFile { path: "/etc/made".into() };
    assert!(agent.root(&file).is_ok(), "what a script wrote into the guest is there");
}

#[test]
fn a_request_with_secrets_is_never_quoted() {
    let volume = Volume::new(1);
    let agent = Agent::start(vec![volume.attached("a")]);
    agent.ask("POST /v1/unlock", br#"{"secrets":["Z2VoZWlt"]}"#).unwrap();
    let many = format!("{{\"secrets\":[{}]}}", ["\"Z2VoZWlt\""; 9].join(","));
    for body in [r#"{"secrets":"geheim"}"#, r#"{"secrets":["geheim!"]}"#, many.as_str()] {
        let error: Error = agent.ask("POST /v1/unlock", body.as_bytes()).unwrap_err();
        assert_eq!(error.code, "agent.request");
        assert!(!error.to_string().contains("geheim") && !error.to_string().contains("Z2Vo"), "{error}");
    }
}
