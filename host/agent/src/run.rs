//! Programs of the guest, run inside its root and nowhere else. This agent starts itself twice: the
//! outer helper makes namespaces, the inner one is process 1 of them, builds the root (own /proc,
//! /sys, /dev, /run), changes into it for good, drops what no package script needs, and starts the
//! program. When the inner one ends, the kernel ends everything that the program started.

use crate::attend::{Ended, attend};
use crate::program::{Program, Stop};
use crate::system::Node;
use gyre_core::error::Context as _;
use gyre_core::limits::{GUEST_RUN_DEFAULT_MS, GUEST_RUN_MAX_MS};
use gyre_core::protocol::{Base64, RootReply};
use gyre_core::{Error, Kind, Result};
use rustix::fs::{FileType, Mode, OFlags};
use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags};
use rustix::process::Signal;
use rustix::thread::{CapabilitySet, UnshareFlags};
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::os::fd::AsFd as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// First argument of the helper that makes the namespaces.
pub const OUTER: &str = "run-in-root";
/// First argument of process 1.
pub const INNER: &str = "run-in-root-inner";

/// Where programs are, in the guest and on the worker.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Processes of one guest program at a time, where the worker has the pids controller.
const PROCESSES_MAX: &str = "4096";
/// What goes to the inner helper before the program's own input.
const ORDER_BYTES_MAX: usize = 1024 * 1024;
const RESOLV_BYTES_MAX: u64 = 64 * 1024;

/// What package scripts need of root's powers. Not among them: mounting, device nodes, modules, raw
/// I/O, the clock, rebooting, other processes' memory, the worker's network settings.
const POWERS: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::DAC_READ_SEARCH)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::SETPCAP)
    .union(CapabilitySet::SETFCAP)
    .union(CapabilitySet::LINUX_IMMUTABLE)
    .union(CapabilitySet::NET_BIND_SERVICE)
    .union(CapabilitySet::NET_RAW)
    .union(CapabilitySet::SYS_CHROOT)
    .union(CapabilitySet::AUDIT_WRITE)
    .union(CapabilitySet::LEASE);

/// What the inner helper is told, ahead of the program's input.
#[derive(Serialize, Deserialize)]
struct Order {
    root: PathBuf,
    argv: Vec<String>,
    env: Vec<(String, String)>,
    nodes: Vec<(PathBuf, Vec<String>)>,
    /// Tells the helper's own complaint from the program's output.
    marker: String,
}

/// Runs `program` in `root`, to its end, to its time-out, or until `stop`. Blocking.
///
/// # Errors
/// `rootfs.command`, `rootfs.program-not-found`, `rootfs.run`, `rootfs.run-timeout`, `rootfs.run-stopped`.
pub fn run(root: &Path, nodes: &[Node], program: Program, stop: &Stop) -> Result<RootReply> {
    check(&program)?;
    if stop.asked() {
        return Err(stopped(&program.argv));
    }
    let limit = program.timeout_ms.unwrap_or(GUEST_RUN_DEFAULT_MS).min(GUEST_RUN_MAX_MS);
    let deadline = Instant::now() + Duration::from_millis(u64::from(limit));
    let marker = marker().or_other("rootfs.run", || "cannot read random bytes".into())?;
    let order = Order {
        root: root.to_path_buf(),
        argv: program.argv,
        env: program.env,
        nodes: nodes.iter().map(|node| (node.path.clone(), node.links.clone())).collect(),
        marker: marker.clone(),
    };
    let mut input = frame(&order)?;
    input.extend(program.stdin);
    let mut command = Command::new("/proc/self/exe");
    command.arg(OUTER).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Both helpers and the program, so that one signal reaches process 1 however young it is.
    command.process_group(0);
    let child = command.spawn().or_other("rootfs.run", || "cannot start a helper on this worker".into())?;
    let group = process_group(child.id());
    let attended = attend(child, input, deadline, || stop.asked());
    // Empty by now, or left for the worker's end.
    let _ = std::fs::remove_dir(group);
    let (status, stdout, stderr) = attended?;
    match status {
        Ended::Itself(status) => reply(status, stdout, stderr, &marker),
        Ended::Stopped => Err(stopped(&order.argv).cause(tail(&stderr))),
        Ended::Late => {
            let why = format!("{} did not end within {limit} ms, and was killed", order.argv.join(" "));
            Err(Error::other("rootfs.run-timeout", why).cause(tail(&stderr)))
        }
    }
}

fn stopped(argv: &[String]) -> Error {
    let why = format!("{} was ended, because the guest's system was taken apart", argv.join(" "));
    Error::conflict("rootfs.run-stopped", why)
}

fn check(program: &Program) -> Result<()> {
    let bad = |why: &str| Err(Error::invalid("rootfs.command", why));
    if program.argv.first().is_none_or(String::is_empty) {
        return bad("the command is empty: its first word names a program");
    }
    let words = program.argv.iter().chain(program.env.iter().flat_map(|(name, value)| [name, value]));
    if words.clone().any(|word| word.contains('\0')) {
        return bad("the command or its environment holds a NUL byte");
    }
    if program.env.iter().any(|(name, _)| name.is_empty() || name.contains('=')) {
        return bad("the environment has a variable without a proper name");
    }
    let bytes: usize = words.map(String::len).sum();
    if bytes > ORDER_BYTES_MAX / 8 {
        bad("the command is too long: hand it over on standard input")
    } else {
        Ok(())
    }
}

fn marker() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The order with its length in front.
fn frame(order: &Order) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(order).or_other("rootfs.run", || "cannot write the order".into())?;
    let mut bytes = format!("{:08x}", json.len()).into_bytes();
    bytes.extend(json);
    Ok(bytes)
}

fn reply(status: ExitStatus, stdout: Vec<u8>, stderr: Vec<u8>, marker: &str) -> Result<RootReply> {
    let text = String::from_utf8_lossy(&stderr);
    if let Some((_, json)) = text.split_once(marker) {
        let told: Option<Error> = serde_json::from_str(json.trim()).ok();
        return Err(told.unwrap_or_else(|| Error::other("rootfs.run", "the helper on this worker failed")));
    }
    match (status.code(), status.signal()) {
        (Some(status), _) => Ok(RootReply::Output { status, stdout: Base64(stdout), stderr: Base64(stderr) }),
        (None, signal) => {
            let why = format!("the helper on this worker was ended by signal {}", signal.unwrap_or_default());
            Err(Error::other("rootfs.run", why).cause(tail(&stderr)))
        }
    }
}

fn tail(stderr: &[u8]) -> String {
    const CHARS_MAX: usize = 500;
    let text = String::from_utf8_lossy(stderr);
    let skip = text.chars().count().saturating_sub(CHARS_MAX);
    let end: String = text.chars().skip(skip).collect();
    if end.trim().is_empty() { "it said nothing on standard error".into() } else { end.trim().into() }
}

/// The helper that makes namespaces: the next process that it starts is process 1 in them.
///
/// Returns the exit status for this process.
pub fn outer() -> i32 {
    let apart = UnshareFlags::NEWPID | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS;
    match in_own_processes(INNER, &[], apart) {
        Ok(status) => status_number(status),
        Err(error) => {
            let why = "cannot start a process of its own for the guest's program";
            complain(&read_order(), &Error::unavailable("rootfs.run", why).cause(error))
        }
    }
}

/// Starts this program again as process 1 of a process namespace, and waits for it: when it ends, the
/// kernel ends everything in there.
pub(crate) fn in_own_processes(
    inner: &str,
    arguments: &[&str],
    apart: UnshareFlags,
) -> std::io::Result<ExitStatus> {
    die_with_parent()?;
    limit_processes();
    #[allow(unsafe_code)] // One thread, and no descriptor table is unshared.
    unsafe {
        rustix::thread::unshare_unsafe(apart)?;
    }
    Command::new("/proc/self/exe").arg(inner).args(arguments).spawn()?.wait()
}

/// Tells an error of a helper's own, apart from the program's output.
fn complain(order: &std::io::Result<Order>, error: &Error) -> i32 {
    let marker = order.as_ref().map_or("", |order| order.marker.as_str());
    eprintln!("{marker}{}", serde_json::to_string(error).unwrap_or_default());
    125
}

pub(crate) fn status_number(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

pub(crate) fn die_with_parent() -> std::io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(Into::into)
}

/// A fork bomb meets this limit where the worker has control groups; elsewhere only the time-out.
fn limit_processes() {
    let group = process_group(std::process::id());
    if let Some(base) = group.parent() {
        let _ = std::fs::write(base.join("cgroup.subtree_control"), "+pids");
    }
    // Nothing is said of a failure: standard error is the program's from here on.
    let _ = std::fs::create_dir_all(&group)
        .and_then(|()| std::fs::write(group.join("pids.max"), PROCESSES_MAX))
        .and_then(|()| std::fs::write(group.join("cgroup.procs"), std::process::id().to_string()));
}

/// The control group of one outer helper, in version 2 or 1.
pub(crate) fn process_group(outer: u32) -> PathBuf {
    let version2 = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    let base = Path::new(if version2 { "/sys/fs/cgroup" } else { "/sys/fs/cgroup/pids" });
    base.join(format!("gyre-agent-{outer}"))
}

/// Process 1: builds the root, runs the program, reaps what it leaves.
///
/// Returns the exit status for this process.
pub fn inner() -> i32 {
    let order = read_order();
    let Ok(known) = &order else { return 125 };
    match prepare(known).and_then(|()| start(known)) {
        Ok(mut child) => child.wait().map_or(125, status_number),
        Err(error) => complain(&order, &error),
    }
}

/// Reads exactly the order: what follows is the program's.
fn read_order() -> std::io::Result<Order> {
    let stdin = std::io::stdin().as_fd().try_clone_to_owned()?;
    let mut stdin = std::fs::File::from(stdin);
    let mut length = [0; 8];
    stdin.read_exact(&mut length)?;
    let length = std::str::from_utf8(&length).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
    let length = length.filter(|length| *length <= ORDER_BYTES_MAX).ok_or(std::io::ErrorKind::InvalidData)?;
    let mut json = vec![0; length];
    stdin.read_exact(&mut json)?;
    serde_json::from_slice(&json).map_err(Into::into)
}

fn prepare(order: &Order) -> Result<()> {
    let what = |doing: &'static str| move || format!("cannot {doing} for the guest's programs");
    die_with_parent().or_other("rootfs.run", what("tie them to this agent"))?;
    let resolv = resolv_conf();
    #[allow(unsafe_code)] // One thread, and no descriptor table is unshared.
    let unshared = unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNS) };
    unshared.or_other("rootfs.run", what("make a mount namespace"))?;
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", private).or_other("rootfs.run", what("keep mounts apart"))?;
    let nodes = numbers(&order.nodes);
    enter(&order.root).or_other("rootfs.run", what("change into the guest's root"))?;
    mount_system().or_other("rootfs.run", what("mount /proc, /sys and /run"))?;
    mount_dev(&nodes).or_other("rootfs.run", what("make /dev"))?;
    // A guest without a place for name servers still runs most programs.
    let _ = name_servers(&resolv);
    drop_powers().or_other("rootfs.run", what("drop privileges"))
}

fn resolv_conf() -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Ok(file) = std::fs::File::open("/etc/resolv.conf") {
        let _ = file.take(RESOLV_BYTES_MAX).read_to_end(&mut bytes);
    }
    bytes
}

/// The new root replaces the old one, which is gone from this namespace: unlike after `chroot`,
/// there is no way back.
fn enter(root: &Path) -> std::io::Result<()> {
    rustix::process::chdir(root)?;
    rustix::process::pivot_root(".", ".")?;
    rustix::mount::unmount(".", UnmountFlags::DETACH)?;
    rustix::process::chdir("/")?;
    Ok(())
}

fn mount_at(kind: &str, target: &str, flags: MountFlags, data: &std::ffi::CStr) -> std::io::Result<()> {
    // No link of the guest's may lead a mount elsewhere.
    let flags_dir = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = match rustix::fs::open(target, flags_dir, Mode::empty()) {
        Err(rustix::io::Errno::NOENT) => {
            rustix::fs::mkdir(target, Mode::from_raw_mode(0o755))?;
            rustix::fs::open(target, flags_dir, Mode::empty())?
        }
        other => other?,
    };
    rustix::process::fchdir(&fd)?;
    let mounted = rustix::mount::mount(kind, ".", kind, flags, data);
    rustix::process::chdir("/")?;
    mounted.map_err(Into::into)
}

fn mount_system() -> std::io::Result<()> {
    let plain = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount_at("proc", "/proc", plain, c"")?;
    // Root may write these by their permissions alone, and they are the worker's.
    for path in ["/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/sysrq-trigger", "/proc/acpi"] {
        if Path::new(path).exists() {
            rustix::mount::mount_bind(path, path)?;
            rustix::mount::mount_remount(path, MountFlags::BIND | MountFlags::RDONLY | plain, c"")?;
        }
    }
    mount_at("sysfs", "/sys", plain, c"")?;
    rustix::mount::mount_remount("/sys", MountFlags::BIND | MountFlags::RDONLY | plain, c"")?;
    if Path::new("/sys/firmware").exists() {
        // The worker's firmware is not the guest's: no tool may take its variables for its own.
        mount_at("tmpfs", "/sys/firmware", plain | MountFlags::RDONLY, c"size=0,mode=555")?;
    }
    mount_at("tmpfs", "/run", MountFlags::NOSUID | MountFlags::NODEV, c"mode=755,size=64m")?;
    rustix::fs::mkdir("/run/lock", Mode::from_raw_mode(0o1777)).map_err(Into::into)
}

/// A device node to make: name below /dev, kind, number, links to it.
struct DevNode {
    name: PathBuf,
    kind: FileType,
    number: u64,
    links: Vec<String>,
}

/// The guest's own disks by number, looked up while the worker's /dev is still there.
fn numbers(nodes: &[(PathBuf, Vec<String>)]) -> Vec<DevNode> {
    use std::os::unix::fs::MetadataExt as _;
    let character = |name: &str, minor: u32| DevNode {
        name: name.into(),
        kind: FileType::CharacterDevice,
        number: rustix::fs::makedev(if name == "tty" { 5 } else { 1 }, minor),
        links: Vec::new(),
    };
    let mut made: Vec<DevNode> =
        [("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9), ("tty", 0)]
            .map(|(n, m)| character(n, m))
            .into();
    made.extend(nodes.iter().filter_map(|(path, links)| {
        let number = std::fs::metadata(path).ok()?.rdev();
        let name = path.strip_prefix("/dev").ok()?.to_path_buf();
        Some(DevNode { name, kind: FileType::BlockDevice, number, links: links.clone() })
    }));
    made
}

fn mount_dev(nodes: &[DevNode]) -> std::io::Result<()> {
    let plain = MountFlags::NOSUID | MountFlags::NOEXEC;
    mount_at("tmpfs", "/dev", plain, c"mode=755,size=4m")?;
    let dev = Path::new("/dev");
    for node in nodes {
        let path = dev.join(&node.name);
        std::fs::create_dir_all(path.parent().unwrap_or(dev))?;
        let mode = if node.kind == FileType::BlockDevice { 0o600 } else { 0o666 };
        rustix::fs::mknodat(rustix::fs::CWD, &path, node.kind, Mode::from_raw_mode(mode), node.number)?;
        rustix::fs::chmod(&path, Mode::from_raw_mode(mode))?;
        for link in &node.links {
            let link = dev.join(link);
            std::fs::create_dir_all(link.parent().unwrap_or(dev))?;
            // Two volumes of one label: the first has it.
            let _ = std::os::unix::fs::symlink(&path, link);
        }
    }
    for (name, target) in [("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")]
    {
        std::os::unix::fs::symlink(target, dev.join(name))?;
    }
    mount_at("devpts", "/dev/pts", plain, c"newinstance,ptmxmode=0666,mode=620")?;
    std::os::unix::fs::symlink("pts/ptmx", dev.join("ptmx"))?;
    mount_at("tmpfs", "/dev/shm", plain | MountFlags::NODEV, c"mode=1777,size=64m")
}

/// The worker's name servers, over the guest's file without changing it.
fn name_servers(resolv: &[u8]) -> std::io::Result<()> {
    const OURS: &str = "/run/gyre-resolv.conf";
    std::fs::write(OURS, resolv)?;
    rustix::fs::chmod(OURS, Mode::from_raw_mode(0o644))?;
    match rustix::fs::open("/etc/resolv.conf", OFlags::PATH | OFlags::CLOEXEC, Mode::empty()) {
        Ok(fd) => {
            let target = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&fd));
            rustix::mount::mount_bind(OURS, target).map_err(Into::into)
        }
        // A link into /run, which is empty here: make what it points at.
        Err(rustix::io::Errno::NOENT) => {
            let target = Path::new("/etc").join(std::fs::read_link("/etc/resolv.conf")?);
            let target = normal(&target);
            if !target.starts_with("/run") {
                return Err(std::io::ErrorKind::NotFound.into());
            }
            std::fs::create_dir_all(target.parent().unwrap_or(Path::new("/run")))?;
            std::fs::write(target, resolv)
        }
        Err(error) => Err(error.into()),
    }
}

/// `/etc/../run/x` as `/run/x`.
fn normal(path: &Path) -> PathBuf {
    let mut clean = PathBuf::from("/");
    for part in path.components() {
        match part {
            std::path::Component::Normal(name) => clean.push(name),
            std::path::Component::ParentDir => {
                clean.pop();
            }
            _ => {}
        }
    }
    if let Ok(rest) = clean.strip_prefix("/var/run") { Path::new("/run").join(rest) } else { clean }
}

fn drop_powers() -> std::io::Result<()> {
    for power in CapabilitySet::all().difference(POWERS).iter() {
        match rustix::thread::remove_capability_from_bounding_set(power) {
            // A newer or older kernel knows others.
            Err(rustix::io::Errno::INVAL) | Ok(()) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut sets = rustix::thread::capabilities(None)?;
    sets.effective = sets.effective.intersection(POWERS);
    sets.permitted = sets.permitted.intersection(POWERS);
    sets.inheritable = CapabilitySet::empty();
    rustix::thread::set_capabilities(None, sets).map_err(Into::into)
}

fn start(order: &Order) -> Result<Child> {
    let Some((name, arguments)) = order.argv.split_first() else {
        return Err(Error::invalid("rootfs.command", "the command is empty"));
    };
    let mut command = Command::new(name);
    command.args(arguments).env_clear().current_dir("/");
    command.envs([("PATH", PATH), ("HOME", "/root"), ("TERM", "dumb"), ("LANG", "C.UTF-8")]);
    command.envs(order.env.iter().map(|(name, value)| (name, value)));
    command.spawn().map_err(|error| {
        let (kind, code) = match error.kind() {
            std::io::ErrorKind::NotFound => (Kind::NotFound, "rootfs.program-not-found"),
            _ => (Kind::Other, "rootfs.run"),
        };
        Error::new(kind, code, format!("cannot start {name} in the guest")).cause(error)
    })
}
