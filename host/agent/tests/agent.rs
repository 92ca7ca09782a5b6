//! The built agent, started as on a worker, over loop devices that stand for attached volumes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests

mod support;

use gyre_agent::loopback::Loop;
use gyre_core::protocol::{
    Base64, FileType, Hello, HiveRequest, HiveValue, Listen, Ready, RootReply, RootRequest, Start, System,
    VERSION,
};
use gyre_core::roles::AttachedDisk;
use gyre_core::{Error, Kind, OsType};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;
use support::tls::{HELLO, authority, exchange, signed};
use support::{Agent, MIB, Volume, launch, mke2fs, private_dir, runs, sfdisk, start, tree};

fn pattern(bytes: usize) -> Vec<u8> {
    (0..bytes as u64)
        .flat_map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56).to_le_bytes()[..1].to_vec())
        .collect()
}

#[test]
fn writes_zeros_and_hashes_only_its_disks() {
    let (first, second) = (Volume::new(8), Volume::new(4));
    let agent = Agent::start(vec![first.attached("a"), second.attached("b")]);
    let hello: Hello = agent.json("GET /v1/hello", &()).unwrap();
    let seen: Vec<_> = hello.devices.iter().map(|d| (d.disk.as_str(), d.size)).collect();
    assert_eq!(seen, [("a", 8 * MIB), ("b", 4 * MIB)]);

    let mut expected = vec![0; 8 * MIB as usize];
    let data = pattern(MIB as usize);
    agent.ask(&format!("PUT /v1/disks/0/data?offset={}", 3 * MIB + 512), &data).unwrap();
    expected[3 * MIB as usize + 512..][..data.len()].copy_from_slice(&data);
    // Pages go past the cache, and over what still lies in it.
    agent.ask(&format!("PUT /v1/disks/0/data?offset={}", MIB + 512), &data).unwrap();
    let other: Vec<u8> = data.iter().map(|byte| !byte).collect();
    agent.ask(&format!("PUT /v1/disks/0/data?offset={MIB}"), &other).unwrap();
    expected[MIB as usize..][..other.len()].copy_from_slice(&other);
    expected[2 * MIB as usize..][..512].copy_from_slice(&data[data.len() - 512..]);
    let read = agent.ask(&format!("GET /v1/disks/0/data?offset={MIB}&length={}", MIB + 512), b"").unwrap();
    assert!(read == expected[MIB as usize..][..read.len()]);
    let packed = zstd::bulk::compress(&data, 1).unwrap();
    let head = format!("PUT /v1/disks/0/data?offset={} HTTP/1.1\r\ncontent-encoding: zstd", 7 * MIB);
    assert_eq!(agent.ask_with(&head, &packed).0, 204);
    expected[7 * MIB as usize..].copy_from_slice(&data);
    let (from, length) = (3 * MIB + 1000, 500_001);
    agent.ask(&format!("POST /v1/disks/0/zero?offset={from}&length={length}"), b"").unwrap();
    expected[from as usize..][..length].fill(0);
    agent.ask("POST /v1/disks/0/flush", b"").unwrap();
    assert!(first.bytes() == expected);
    assert!(second.bytes().iter().all(|b| *b == 0));
    assert!(
        agent.ask("GET /v1/disks/0/data?offset=3145728&length=1048576", b"").unwrap()
            == expected[3 << 20..4 << 20]
    );

    let hashes =
        agent.ask(&format!("GET /v1/disks/0/hashes?offset={}&length={}", 2 * MIB, 6 * MIB), b"").unwrap();
    let wanted: Vec<u8> =
        expected[2 << 20..].chunks(65_536).flat_map(|c| *blake3::hash(c).as_bytes()).collect();
    assert!(hashes == wanted);
    let odd = agent.ask("GET /v1/disks/0/hashes?offset=3145728&length=65637", b"").unwrap();
    assert_eq!(
        odd[32..],
        *blake3::hash(&expected[(3 << 20) + 65_536..][..101]).as_bytes(),
        "a last, shorter block"
    );

    // What changes behind the cache is seen: the device is hashed, not what was sent to it.
    first.file.as_file().write_all_at(b"changed", 2 * MIB).unwrap();
    first.file.as_file().sync_all().unwrap();
    let hashes = agent.ask(&format!("GET /v1/disks/0/hashes?offset={}&length=65536", 2 * MIB), b"").unwrap();
    let block = first.bytes()[2 << 20..][..65_536].to_vec();
    assert_eq!(hashes, blake3::hash(&block).as_bytes());
}

#[test]
fn a_full_volume_is_told() {
    let dir = private_dir();
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(dir.path()).status();
    assert!(mounted.unwrap().success());
    let file = tempfile::NamedTempFile::new_in(dir.path()).unwrap();
    file.as_file().set_len(8 * MIB).unwrap();
    let volume = Volume::over(file);
    let agent = Agent::start(vec![volume.attached("a")]);
    let written = agent.ask("PUT /v1/disks/0/data?offset=0", &pattern(6 << 20));
    let flushed = agent.ask("POST /v1/disks/0/flush", b"");
    drop((agent, volume));
    assert!(Command::new("umount").arg("-l").arg(dir.path()).status().unwrap().success());
    // Loop devices turn ENOSPC into EIO on some kernels.
    let error = written.and(flushed).unwrap_err();
    assert!(matches!(error.code.as_str(), "disk.full" | "disk.io"), "{error}");
}

#[test]
fn refuses_what_is_out_of_bounds() {
    let volume = Volume::new(4);
    let agent = Agent::start(vec![volume.attached("a")]);
    let code = |line: &str, body: &[u8]| agent.ask(line, body).unwrap_err().code;
    for line in [
        "PUT /v1/disks/0/data?offset=4194300",
        "PUT /v1/disks/0/data?offset=18446744073709551610",
        "POST /v1/disks/0/zero?offset=4194304&length=1",
        "POST /v1/disks/0/zero?offset=1&length=18446744073709551615",
        "GET /v1/disks/0/hashes?offset=1&length=65536",
        "GET /v1/disks/0/hashes?offset=4194304&length=65536",
        "GET /v1/disks/0/data?offset=4194304&length=1",
    ] {
        assert_eq!(code(line, b"0123456789"), "disk.range", "{line}");
    }
    for line in [
        "PUT /v1/disks/1/data?offset=0",
        "PUT /v1/disks/0/data",
        "PUT /v1/disks/0/data?offset=-1",
        "GET /v1/disks/0/hashes?offset=0&length=67108865",
        "GET /v1/disks/0/data?offset=0&length=33554433",
        "GET /v1/nothing",
        "DELETE /v1/disks/0/data",
    ] {
        assert_eq!(code(line, b"x"), "agent.request", "{line}");
    }
    let head = "PUT /v1/disks/0/data?offset=0 HTTP/1.1\r\ncontent-encoding: zstd";
    assert_eq!(agent.ask_with(head, b"not zstd").0, 400);
    let bomb = zstd::bulk::compress(&vec![0; 40 << 20], 1).unwrap();
    assert_eq!(agent.ask_with(head, &bomb).0, 400);
    assert_eq!(agent.ask_with("PUT /v1/disks/0/data?offset=0 HTTP/1.1", &vec![1; 33 << 20]).0, 400);
    assert!(volume.bytes().iter().all(|b| *b == 0));
    assert_eq!(code("GET /v1/systems", b""), "system.not-found");
    assert_eq!(code("POST /v1/root", br#"{"call":"stat","path":"/"}"#), "rootfs.not-mounted");
    agent.ask("POST /v1/unmount", b"").unwrap();
}

#[test]
fn does_not_start_with_a_disk_that_is_in_use_or_no_disk() {
    let dir = private_dir();
    let refusal = |disks: Vec<AttachedDisk>, path: &Path| {
        let (mut child, first) = launch(&start(disks, path));
        assert!(!child.wait().unwrap().success());
        serde_json::from_str::<Error>(&first).unwrap().code
    };
    let socket = dir.path().join("socket");
    let volume = Volume::new(16);
    assert_eq!(refusal(vec![volume.attached("a"), volume.attached("b")], &socket), "disk.ambiguous");
    let file = AttachedDisk { disk: "a".into(), identities: vec!["/dev/null".into()] };
    assert_eq!(refusal(vec![file], &socket), "disk.not-attached");

    let status = Command::new("/usr/sbin/mke2fs")
        .args(["-q", "-t", "ext4"])
        .arg(&volume.device.path)
        .status()
        .unwrap();
    assert!(status.success());
    let point = dir.path().join("mounted");
    std::fs::create_dir(&point).unwrap();
    assert!(Command::new("mount").arg(&volume.device.path).arg(&point).status().unwrap().success());
    let code = refusal(vec![volume.attached("a")], &socket);
    assert!(Command::new("umount").arg(&point).status().unwrap().success());
    assert_eq!(code, "disk.in-use");

    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(refusal(vec![volume.attached("a")], &socket), "agent.listen");
    let old = Start { version: VERSION + 1, ..start(vec![], &socket) };
    let (mut child, first) = launch(&old);
    assert!(!child.wait().unwrap().success());
    assert_eq!(serde_json::from_str::<Error>(&first).unwrap().code, "agent.version");
}

const ROOT_UUID: &str = "11111111-2222-3333-4444-555555555555";
const BOOT_UUID: &str = "66666666-7777-8888-9999-aaaaaaaaaaaa";

/// GPT: an EFI partition, /boot, the root.
fn gpt_guest() -> Volume {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(128 * MIB).unwrap();
    sfdisk(
        file.path(),
        "label: gpt\nstart=1M, size=8M, type=U\nstart=9M, size=16M\nstart=25M, size=100M, name=root\n",
    );
    let fstab = format!(
        "PARTLABEL=root / ext4 defaults 0 1\nUUID={BOOT_UUID} /boot ext4 defaults 0 2\nUUID=1234-ABCD /boot/efi vfat umask=0077 0 1\n"
    );
    let fat = tempfile::NamedTempFile::new().unwrap();
    fat.as_file().set_len(8 * MIB).unwrap();
    let made = Command::new("/usr/sbin/mkfs.vfat").args(["-i", "1234ABCD"]).arg(fat.path()).output().unwrap();
    assert!(made.status.success());
    file.as_file().write_all_at(&std::fs::read(fat.path()).unwrap(), MIB).unwrap();
    let boot = tempfile::tempdir().unwrap();
    std::fs::create_dir(boot.path().join("efi")).unwrap();
    std::fs::write(boot.path().join("vmlinuz"), "kernel").unwrap();
    mke2fs(boot.path(), file.path(), 9 * MIB, 16 * 1024, BOOT_UUID);
    mke2fs(tree(&fstab).path(), file.path(), 25 * MIB, 100 * 1024, ROOT_UUID);
    Volume::over(file)
}

#[test]
fn finds_mounts_and_leaves_a_system_on_partitions() {
    let volume = gpt_guest();
    let agent = Agent::start(vec![volume.attached("a")]);
    let before = volume.bytes();
    let systems = agent.systems();
    let mounts =
        [("/boot", "disk0/part2"), ("/boot/efi", "disk0/part1")].map(|(a, b)| (a.to_string(), b.to_string()));
    let expected = System {
        root: "disk0/part3".into(),
        name: "Test OS 1 (made up)".into(),
        mounts: mounts.into(),
        os_type: OsType::Linux,
    };
    assert_eq!(systems, [expected]);
    assert!(volume.bytes() == before, "looking changes nothing");

    agent.mount(&systems[0]);
    let refused = agent.ask("POST /v1/mount", &serde_json::to_vec(&systems[0]).unwrap()).unwrap_err();
    assert_eq!((refused.code.as_str(), refused.kind), ("system.mounted", Kind::Conflict));
    let read = |path: &str| agent.root(&RootRequest::ReadFile { path: path.into() });
    assert_eq!(read("/boot/vmlinuz").unwrap(), RootReply::Bytes { bytes: Base64(b"kernel".to_vec()) });
    assert_eq!(read("/boot/nothing").unwrap_err().kind, Kind::NotFound);
    let write =
        RootRequest::WriteFile { path: "/boot/new".into(), mode: 0o640, bytes: Base64(b"new".to_vec()) };
    assert_eq!(agent.root(&write).unwrap(), RootReply::Done);
    let RootReply::Stat { stat: Some(stat) } =
        agent.root(&RootRequest::Stat { path: "/boot/new".into() }).unwrap()
    else {
        panic!("not there")
    };
    assert_eq!((stat.file_type, stat.mode, stat.uid, stat.size), (FileType::Regular, 0o640, 0, 3));
    let remove = |path: &str| agent.root(&RootRequest::Remove { path: path.into() });
    assert_eq!(remove("/boot").unwrap_err().code, "rootfs.mount-point");
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!mounts.contains("gyre-agent-"), "nobody else sees the mounts");

    agent.ask("POST /v1/unmount", b"").unwrap();
    agent.ask("POST /v1/unmount", b"").unwrap();
    drop(agent);
    let agent = Agent::start(vec![volume.attached("a")]);
    agent.mount(&agent.systems()[0]);
    let read = |path: &str| agent.root(&RootRequest::ReadFile { path: path.into() });
    assert_eq!(read("/boot/new").unwrap(), RootReply::Bytes { bytes: Base64(b"new".to_vec()) });
    // Its end alone takes the system apart.
    drop(agent);
    let state = Command::new("/usr/sbin/e2fsck")
        .args(["-fn"])
        .arg(format!("{}?offset={}", volume.file.path().display(), 25 * MIB))
        .output();
    let state = state.unwrap();
    assert!(state.status.success(), "{}", String::from_utf8_lossy(&state.stdout));
}

#[test]
fn runs_programs_in_the_guest_and_nowhere_else() {
    let volume = gpt_guest();
    let agent = Agent::start(vec![volume.attached("a")]);
    agent.mount(&agent.systems()[0]);
    let (status, stdout, stderr) =
        agent.run_with(&["sh", "-c", "cat; echo $WHAT $PATH >&2; exit 7"], b"input", None).unwrap();
    assert_eq!((status, stdout.as_str()), (7, "input"));
    assert!(stderr.starts_with("it /") && stderr.lines().count() == 1, "nothing of the helpers': {stderr}");
    assert_eq!(agent.run("kill -TERM $$").0, 128 + 15);
    let shell = "$(touch /owned) `touch /owned`; touch /owned | \"'*?&\n>/owned";
    let words = ["sh", "-c", "printf %s \"$1\"", "sh", shell];
    assert_eq!(agent.run_with(&words, b"", None).unwrap().1, shell, "no shell reads it");
    assert_ne!(agent.run("test -e /owned").0, 0);
    let missing = agent.run_with(&["no-such-program"], b"", None).unwrap_err();
    assert_eq!((missing.code.as_str(), missing.kind), ("rootfs.program-not-found", Kind::NotFound));
    let resolv = std::fs::read_to_string("/etc/resolv.conf").unwrap();
    assert_eq!(agent.run("cat /etc/resolv.conf").1, resolv, "the worker's name servers");
    let device = volume.device.path.display().to_string();
    assert!(agent.run(&format!("ls -l {device} /dev/disk/by-uuid")).1.contains(ROOT_UUID));

    let (_, names, _) = agent.run("ls /dev");
    let other = std::fs::read_dir("/dev").unwrap().count();
    assert!(names.lines().count() < 24 && other > 24, "a /dev of its own: {names}");
    assert_eq!(agent.run("echo $$").1.trim().parse::<u32>().unwrap(), 2, "a process namespace of its own");
    for script in [
        "mknod /tmp/disk b 7 0",
        "mount -t tmpfs tmpfs /tmp",
        "echo 1 >/proc/sys/kernel/sysrq",
        "echo x >/proc/sysrq-trigger",
        "touch /sys/kernel/x",
        "ls /proc/1/root/home/../etc/ssh/sshd_config",
    ] {
        assert_ne!(agent.run(script).0, 0, "{script}");
    }
    assert_ne!(agent.run("chroot /proc/1/root sh -c 'ls /etc/debian_version'").0, 0);
    let endless = "while echo 0123456789012345678901234567890123456789; do :; done";
    let error = agent.run_with(&["sh", "-c", endless], b"", Some(3000)).unwrap_err();
    assert_eq!(error.code, "rootfs.run-timeout", "endless output is cut, and ends with the time");
}

#[test]
fn ends_everything_that_a_program_started() {
    let volume = gpt_guest();
    let agent = Agent::start(vec![volume.attached("a")]);
    agent.mount(&agent.systems()[0]);
    let marker = format!("98765.{}", std::process::id());
    let script = format!("setsid sleep {marker} & sleep {marker}");
    let late = agent.run_with(&["sh", "-c", &script], b"", Some(700)).unwrap_err();
    assert_eq!(late.code, "rootfs.run-timeout");
    assert!(!runs(&marker), "after the time-out");
    let script = format!("setsid sleep {marker} >/dev/null 2>&1 & exit 0");
    assert_eq!(agent.run(&script).0, 0);
    assert!(!runs(&marker), "what a program leaves behind");
    // Daemons that keep files open do not keep the system mounted.
    agent.ask("POST /v1/unmount", b"").unwrap();
    agent.mount(&agent.systems()[0]);

    let bomb = "f() { f | f & }; f; sleep 30";
    let _ = agent.run_with(&["sh", "-c", bomb], b"", Some(1500));
    assert_eq!(agent.run("true").0, 0, "the agent survives a fork bomb");
}

#[test]
fn finds_a_system_on_lvm_without_device_mapper() {
    if Path::new("/dev/mapper/control").exists() {
        return; // The path with device-mapper is proven on a real worker.
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(256 * MIB).unwrap();
    sfdisk(file.path(), "label: dos\nstart=1M, size=16M, type=83\nstart=17M, type=8e\n");
    let pv = Loop::attach(file.path(), 17 * MIB, 239 * MIB, true).unwrap();
    let node = pv.path.display().to_string();
    let config = format!(
        "devices{{ filter=[\"a|^{node}$|\",\"r|.*|\"] use_devicesfile=0 }} activation{{ udev_sync=0 udev_rules=0 monitoring=0 }} \
         backup{{ backup=0 archive=0 }} global{{ activation=0 }}"
    );
    let lvm = |arguments: &[&str]| {
        let output = Command::new("lvm")
            .env("DM_DISABLE_UDEV", "1")
            .args(arguments)
            .args(["--config", &config])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_string()
    };
    lvm(&["pvcreate", "-ff", "-y", &node]);
    lvm(&["vgcreate", "vg-src", &node]);
    for (name, size) in [("swap", "16M"), ("root", "120M")] {
        lvm(&["lvcreate", "-an", "-Zn", "-Wn", "-y", "-n", name, "-L", size, "vg-src"]);
    }
    let number = |text: String| text.parse::<u64>().unwrap();
    let start = number(lvm(&["pvs", "--noheadings", "--units", "b", "--nosuffix", "-o", "pe_start", &node]));
    let extent =
        number(lvm(&["vgs", "--noheadings", "--units", "b", "--nosuffix", "-o", "vg_extent_size", "vg-src"]));
    let range = lvm(&["lvs", "--noheadings", "-o", "seg_pe_ranges", "vg-src/root"]);
    let first = number(range.split(':').nth(1).unwrap().split('-').next().unwrap().to_string());
    drop(pv);
    let fstab = format!(
        "/dev/mapper/vg--src-root / ext4 defaults 0 1\nUUID={BOOT_UUID} /boot ext4 defaults 0 2\n/dev/vg-src/swap none swap sw 0 0\n"
    );
    mke2fs(tree(&fstab).path(), file.path(), 17 * MIB + start + first * extent, 120 * 1024, ROOT_UUID);
    let boot = tempfile::tempdir().unwrap();
    std::fs::write(boot.path().join("vmlinuz"), "kernel").unwrap();
    mke2fs(boot.path(), file.path(), MIB, 16 * 1024, BOOT_UUID);

    let volume = Volume::over(file);
    let agent = Agent::start(vec![volume.attached("a")]);
    let systems = agent.systems();
    assert_eq!(systems.len(), 1);
    assert_eq!(systems[0].root, "lvm/vg-src/root");
    assert_eq!(systems[0].mounts, [("/boot".to_string(), "disk0/part1".to_string())]);
    agent.mount(&systems[0]);
    let (status, stdout, _) = agent.run("cat /boot/vmlinuz; ls -l /dev/mapper");
    assert_eq!(status, 0);
    assert!(stdout.starts_with("kernel") && stdout.contains("vg--src-root"), "{stdout}");
}

#[test]
fn ends_with_its_input_and_when_asked() {
    let volume = Volume::new(1);
    let mut agent = Agent::start(vec![volume.attached("a")]);
    drop(agent.child.stdin.take());
    assert!(agent.child.wait().unwrap().success());
    assert!(!agent.socket.exists());
    let mut agent = Agent::start(vec![volume.attached("a")]);
    agent.ask("POST /v1/stop", b"").unwrap();
    assert!(agent.child.wait().unwrap().success());
    let dir = private_dir();
    let idle = Start { idle_s: 1, ..start(vec![volume.attached("a")], &dir.path().join("socket")) };
    let (mut child, _) = launch(&idle);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_running_program_holds_up_no_end() {
    let volume = gpt_guest();
    let marker = format!("87654.{}", std::process::id());
    let mut agent = Agent::start(vec![volume.attached("a")]);
    let system = &agent.systems()[0];
    agent.mount(system);
    let mut asked = agent.begin_sleep(&marker);
    agent.ask("POST /v1/unmount", b"").unwrap();
    assert!(!runs(&marker), "after unmounting");
    let mut answer = String::new();
    asked.read_to_string(&mut answer).unwrap();
    let error: Error = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!((error.code.as_str(), error.kind), ("rootfs.run-stopped", Kind::Conflict));

    agent.mount(system);
    assert_eq!(agent.run("true").0, 0, "what was stopped is over");
    let _asked = agent.begin_sleep(&marker);
    drop(agent.child.stdin.take());
    assert!(agent.child.wait().unwrap().success());
    assert!(!runs(&marker), "after the end of the input");

    let mut agent = Agent::start(vec![volume.attached("a")]);
    agent.mount(system);
    let _asked = agent.begin_sleep(&marker);
    agent.ask("POST /v1/stop", b"").unwrap();
    assert!(agent.child.wait().unwrap().success());
    assert!(!runs(&marker), "after it was asked to stop");
}

#[test]
fn lets_in_only_clients_of_its_authority() {
    let volume = Volume::new(1);
    let ((ours, issuer), (theirs, other)) = (authority(), authority());
    let (certificate, key) = signed(&issuer);
    let listen = Listen::Tls { port: 0, certificate, key, client_authority: ours.clone() };
    let order = Start { version: VERSION, disks: vec![volume.attached("a")], listen, idle_s: 600 };
    let (mut child, first) = launch(&order);
    let port = serde_json::from_str::<Ready>(&first).unwrap().port.unwrap();
    let ask = |roots: &str, client| exchange(port, roots, client, HELLO);
    assert!(ask(&ours, Some(signed(&issuer))).is_some_and(|answer| answer.starts_with(b"HTTP/1.1 200")));
    assert_eq!(ask(&ours, Some(signed(&other))), None, "another authority's client");
    assert_eq!(ask(&ours, None), None, "no certificate");
    assert_eq!(ask(&theirs, Some(signed(&issuer))), None, "we would not talk to another agent either");
    let mut plain = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    plain.write_all(b"GET /v1/hello HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

/// A disk with these partitions.
fn partitioned(mib: u64, script: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(mib * MIB).unwrap();
    sfdisk(file.path(), script);
    file
}

/// A file system of Windows below a directory, for as long as `change` takes.
fn with_ntfs(device: &Path, change: impl FnOnce(&Path)) {
    let point = tempfile::tempdir().unwrap();
    let run = |program: &str, arguments: &[&Path]| {
        let output = Command::new(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run("ntfs-3g", &[device, point.path()]);
    change(point.path());
    run("umount", &[point.path()]);
}

const CONFIG: &str = "Windows/System32/config";

/// Windows on the second partition, with hives made for the test.
fn windows_guest() -> Volume {
    let file = partitioned(
        64,
        "label: dos\nlabel-id: 0x1\nstart=1M, size=8M, type=7, bootable\nstart=9M, size=50M, type=7\n",
    );
    let ntfs = tempfile::NamedTempFile::new().unwrap();
    ntfs.as_file().set_len(50 * MIB).unwrap();
    let made = Command::new("/usr/sbin/mkntfs").args(["-F", "-Q", "-q"]).arg(ntfs.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let hive = |text: &str| gyre_hive::text::parse(text).unwrap().to_bytes().unwrap();
    with_ntfs(ntfs.path(), |root| {
        let config = root.join(CONFIG);
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join("SYSTEM"), hive("[Select]\n\"Current\"=dword:00000001\n")).unwrap();
        let software = "[Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentBuild\"=\"7601\"\n\
                        \"CurrentVersion\"=\"6.1\"\n\"ProductName\"=\"Windows 7 (made up)\"\n";
        std::fs::write(config.join("SOFTWARE"), hive(software)).unwrap();
        std::fs::write(root.join("hiberfil.sys"), [0; 4096]).unwrap();
    });
    file.as_file().write_all_at(&std::fs::read(ntfs.path()).unwrap(), 9 * MIB).unwrap();
    Volume::over(file)
}

#[test]
fn finds_windows_and_changes_its_registry() {
    let volume = windows_guest();
    let part = Loop::attach(volume.file.path(), 9 * MIB, 50 * MIB, true).unwrap();
    let access = |root: &Path| {
        let mut list = vec![0; 4096];
        let path = root.join(CONFIG).join("SYSTEM");
        let length = rustix::fs::getxattr(path, "system.ntfs_acl", list.as_mut_slice()).unwrap();
        list.truncate(length);
        list
    };
    let mut before = Vec::new();
    with_ntfs(&part.path, |root| {
        let path = root.join(CONFIG).join("SYSTEM");
        // Nobody but its owner: that is no list that a new file would get.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        before = access(root);
    });
    let agent = Agent::start(vec![volume.attached("a")]);
    let systems = agent.systems();
    let expected = System {
        root: "disk0/part2".into(),
        name: "Windows 7 (made up) (6.1.7601)".into(),
        mounts: Vec::new(),
        os_type: OsType::Windows,
    };
    assert_eq!(systems, [expected]);
    agent.mount(&systems[0]);
    let RootReply::Hive { hive } =
        agent.root(&RootRequest::OpenHive { path: format!("/{CONFIG}/SYSTEM") }).unwrap()
    else {
        panic!("no hive")
    };
    let ask = |ask| agent.root(&RootRequest::Hive { hive, ask }).unwrap();
    let (key, name) = ("select".to_string(), "Current".to_string());
    let value = HiveValue::Dword(7);
    assert_eq!(ask(HiveRequest::Set { key: key.clone(), name: name.clone(), value }), RootReply::Done);
    assert_eq!(ask(HiveRequest::Commit), RootReply::Done);
    agent.ask("POST /v1/unmount", b"").unwrap();
    drop(agent);
    with_ntfs(&part.path, |root| {
        let hive = |name: &str| {
            gyre_hive::Hive::parse(std::fs::read(root.join(CONFIG).join(name)).unwrap()).unwrap()
        };
        let current = |name: &str| hive(name).get("Select", "Current").unwrap();
        assert_eq!(current("SYSTEM"), Some(gyre_hive::Value::Dword(7)));
        assert_eq!(current("SYSTEM.gyre-bak"), Some(gyre_hive::Value::Dword(1)));
        assert!(access(root) == before, "the access list is another one");
        assert_eq!(std::fs::read_dir(root.join(CONFIG)).unwrap().count(), 3, "nothing half-made is left");
    });
}

#[test]
fn windows_that_is_not_switched_off_is_left_alone() {
    let volume = windows_guest();
    let part = Loop::attach(volume.file.path(), 9 * MIB, 50 * MIB, true).unwrap();
    with_ntfs(&part.path, |root| std::fs::write(root.join("hiberfil.sys"), "hibr and memory").unwrap());
    drop(part);
    let before = volume.bytes();
    let agent = Agent::start(vec![volume.attached("a")]);
    let refused = |agent: &Agent| agent.json::<Vec<System>>("GET /v1/systems", &()).unwrap_err();
    let error = refused(&agent);
    assert_eq!((error.code.as_str(), error.kind), ("system.hibernated", Kind::Conflict), "{error}");
    drop(agent);
    assert!(volume.bytes() == before, "looking changes nothing");
    let file = partitioned(16, "label: dos\nstart=1M, size=8M, type=7\n");
    file.as_file().write_all_at(b"\xeb\x58\x90-FVE-FS-", MIB).unwrap();
    let locked = Volume::over(file);
    let agent = Agent::start(vec![locked.attached("a")]);
    assert_eq!(refused(&agent).code, "system.bitlocker");
}
