//! Finding the guest's system on the attached disks, mounting it, and taking it apart again. The layers
//! below its file systems are `stack.rs`'s, its own names for them `naming.rs`'s; the guest's `fstab` says
//! what belongs to its root. Everything is mounted in the agent's private mount namespace. Writes
//! nothing itself, and knows no request.

use crate::device::Disk;
use crate::fstab::{self, Line};
use crate::installed::{self, ESP_POINT};
use crate::layout;
use crate::naming::{Names, read_text};
use crate::program::{Program, Stop};
use crate::registry::Hives;
use crate::root::Root;
use crate::run;
use crate::stack::{Ground, Stack};
use crate::superblock::Content;
use crate::tool::Tools;
use crate::volume::{Device, Place, Volume};
use crate::{btrfs, check, ntfs, script};
use gyre_core::error::Context as _;
use gyre_core::protocol::{RootReply, Script, ScriptEnd, Secret, System};
use gyre_core::{Error, Kind, OsType, Result};
use rustix::mount::{MountFlags, UnmountFlags};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Systems on the disks of one machine.
const SYSTEMS_MAX: usize = 64;
/// Mounts below one root.
const MOUNTS_MAX: usize = 128;
/// Places without which a root is not the guest's.
const NEEDED: [&str; 4] = ["/", "/usr", "/boot", "/var"];

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
    tools: Tools,
    secrets: Vec<Secret>,
    stack: Stack,
    /// Mount points, in the order of their mounting.
    mounts: Vec<PathBuf>,
    /// What shows a mounted volume, by its name: Btrfs takes one volume on two devices for damage.
    devices: BTreeMap<String, Device>,
    nodes: Vec<Node>,
    /// Registry hives that are open in its root.
    pub hives: Hives,
}

impl Guest {
    /// Over `disks`, with mount points below `base`.
    pub fn new(disks: Arc<Vec<Disk>>, base: PathBuf) -> Self {
        Self::with_tools(disks, base, Tools::default())
    }

    /// With the worker's programs in other places.
    pub fn with_tools(disks: Arc<Vec<Disk>>, base: PathBuf, tools: Tools) -> Self {
        Self {
            disks,
            base,
            tools,
            secrets: Vec::new(),
            stack: Stack::default(),
            mounts: Vec::new(),
            devices: BTreeMap::new(),
            nodes: Vec::new(),
            hives: Hives::default(),
        }
    }

    /// What may open encrypted volumes from here on.
    pub fn unlock_with(&mut self, secrets: Vec<Secret>) {
        self.secrets = secrets;
    }

    /// Every operating system on the disks. Nothing stays mounted or open.
    ///
    /// # Errors
    /// `system.mounted`, `system.not-found` that names what there is instead.
    pub fn systems(&mut self) -> Result<Vec<System>> {
        self.must_be_unmounted()?;
        let result = self.scan();
        let closed = self.close_layers();
        result.and_then(|systems| closed.map(|()| systems))
    }

    fn scan(&mut self) -> Result<Vec<System>> {
        let mut failures = Vec::new();
        let volumes = self.open_layers(false, &mut failures)?;
        let mut systems = Vec::new();
        for volume in &volumes {
            let found = self.look_into(volume, &volumes, &mut failures)?;
            systems.extend(found.into_iter().map(|found| found.system));
        }
        systems.truncate(SYSTEMS_MAX);
        if systems.is_empty() { Err(not_found(&volumes, failures)) } else { Ok(systems) }
    }

    /// Mounts a system below one directory. Returns what should be known of it.
    ///
    /// # Errors
    /// `system.mounted`, `system.not-found`, `system.mount`, `system.damaged`.
    pub fn mount(&mut self, system: &System) -> Result<Vec<String>> {
        self.must_be_unmounted()?;
        let mut failures = Vec::new();
        let result = self.mount_now(system, &mut failures);
        let notes = failures.iter().map(ToString::to_string).collect();
        match result {
            Ok(()) => Ok(notes),
            Err(error) => {
                let _ = self.unmount();
                Err(error)
            }
        }
    }

    fn mount_now(&mut self, system: &System, notes: &mut Vec<Error>) -> Result<()> {
        let mut volumes = self.open_layers(true, notes)?;
        let found = self.find(system, &volumes, notes)?;
        for (name, on) in &found.encrypted {
            let ground = Ground { disks: &self.disks, tools: &self.tools, secrets: &self.secrets };
            notes.extend(self.stack.rename(&ground, on, name, &mut volumes).err());
        }
        let by_name = |name: &str| volumes.iter().find(|volume| volume.name == name);
        let root = by_name(&found.volume)
            .ok_or_else(|| Error::other("agent.defect", "the root's volume is gone"))?;
        let option = found.subvolume.as_ref().map(|path| format!("subvol={path}"));
        self.mount_volume(root, &volumes, &self.root_path(), option, true, notes)?;
        if found.system.os_type == OsType::Windows && !found.lines.is_empty() {
            self.root()?.make_dir(ESP_POINT, 0o700)?;
        }
        for (line, name) in &found.lines {
            match name.as_deref().and_then(by_name) {
                Some(volume) => self.mount_below(volume, &volumes, line, notes)?,
                None => missing(line, notes)?,
            }
        }
        self.add_nodes(&volumes);
        Ok(())
    }

    /// The system again, as it was listed.
    fn find(&mut self, system: &System, volumes: &[Volume], failures: &mut Vec<Error>) -> Result<Found> {
        let holds = |volume: &&Volume| {
            let rest = system.root.strip_prefix(&volume.name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        let all = match volumes.iter().find(holds) {
            Some(volume) => self.look_into(volume, volumes, failures)?,
            None => Vec::new(),
        };
        all.into_iter().find(|found| found.system.root == system.root).ok_or_else(|| {
            let why = format!("there is no system on {} any more", system.root);
            with_failures(Error::not_found("system.not-found", why), std::mem::take(failures))
        })
    }

    /// A mount point of the guest's own list; only what a system needs to boot must succeed.
    fn mount_below(
        &mut self,
        volume: &Volume,
        volumes: &[Volume],
        line: &Line,
        notes: &mut Vec<Error>,
    ) -> Result<()> {
        let root = self.root()?;
        let flags = rustix::fs::OFlags::PATH | rustix::fs::OFlags::DIRECTORY;
        let mounted = match root.open(&line.point, flags) {
            _ if self.mounts.len() >= MOUNTS_MAX => {
                let why = format!("the guest's fstab has more than {MOUNTS_MAX} places");
                Err(Error::invalid("system.mount", why))
            }
            // Through the descriptor, so that a link in the guest cannot lead the mount elsewhere.
            Ok(fd) => {
                let target = PathBuf::from(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&fd)));
                let option = subvolume_option(volume, line);
                self.mount_volume(volume, volumes, &target, option, !line.is_verified, notes)
            }
            Err(error) => {
                Err(error).or_other("system.mount", || format!("the guest has no directory {}", line.point))
            }
        };
        match mounted {
            Err(error) if NEEDED.contains(&line.point.as_str()) => Err(error),
            Err(error) => {
                notes.push(error.during(format!("{} stays unmounted", line.point)));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Takes everything apart: mounts in reverse, then the layers below. Nothing mounted is no error.
    ///
    /// # Errors
    /// `system.unmount`.
    pub fn unmount(&mut self) -> Result<()> {
        self.hives = Hives::default();
        let mut failed = None;
        let esp = self.root_path().join(ESP_POINT.trim_start_matches('/'));
        while let Some(path) = self.mounts.pop() {
            if self.mounts.is_empty() {
                // What was not mounted left it behind as well; nothing else is ever removed so.
                let _ = std::fs::remove_dir(&esp);
            }
            if let Err(error) = unmount_one(&path) {
                failed =
                    Some(Error::other("system.unmount", "cannot unmount the guest's system").cause(error));
            }
        }
        let _ = std::fs::remove_dir(self.root_path());
        self.nodes.clear();
        self.devices.clear();
        let closed = self.close_layers();
        // What went through loop devices lies in the disks' own cache.
        let flushed = self.disks.iter().try_for_each(Disk::flush);
        failed.map_or(closed.and(flushed), Err)
    }

    fn open_layers(&mut self, writable: bool, failures: &mut Vec<Error>) -> Result<Vec<Volume>> {
        let ground = Ground { disks: &self.disks, tools: &self.tools, secrets: &self.secrets };
        self.stack.open(&ground, writable, failures)
    }

    fn close_layers(&mut self) -> Result<()> {
        let ground = Ground { disks: &self.disks, tools: &self.tools, secrets: &self.secrets };
        self.stack.close(&ground)
    }

    /// Runs a program of the guest's in its root.
    ///
    /// # Errors
    /// `rootfs.not-mounted`; those of [`run::run`].
    pub fn run(&self, program: Program, stop: &Stop) -> Result<RootReply> {
        self.root()?;
        run::run(&self.root_path(), &self.nodes, program, stop)
    }

    /// Runs a program of the operator's on the worker, beside the guest.
    ///
    /// # Errors
    /// `script.*`.
    pub fn run_script(&self, script: &Script, stop: &Stop) -> Result<ScriptEnd> {
        let root = (!self.mounts.is_empty()).then(|| self.root_path());
        script::run(&self.base, root.as_deref(), script, stop)
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
        Self::root_below(&self.base)
    }

    /// Where a guest over `base` mounts its root.
    pub fn root_below(base: &Path) -> PathBuf {
        base.join("root")
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

    /// Mounts `volume` read-only, looks for systems, unmounts it.
    /// What cannot be mounted is told in `failures`.
    fn look_into(
        &mut self,
        volume: &Volume,
        volumes: &[Volume],
        failures: &mut Vec<Error>,
    ) -> Result<Vec<Found>> {
        if let Some(refusal) = refusal(volume) {
            failures.push(refusal);
            return Ok(Vec::new());
        }
        let may_be_root =
            matches!(volume.superblock.content, Content::Ext | Content::Xfs | Content::Btrfs | Content::Ntfs);
        if !may_be_root || matches!(volume.place, Place::Scattered) || is_later_part(volume, volumes) {
            return Ok(Vec::new());
        }
        let disks = self.disks.clone();
        let default = |root: &Root| inspect_any(root, volume, volumes, &disks);
        let seen = self.look(volume, volumes, None, default).and_then(|found| found);
        let found = match seen {
            Ok(None) if volume.superblock.content == Content::Btrfs => {
                let subvolumes = |top: &Root| inspect_subvolumes(top, volume, volumes);
                self.look(volume, volumes, Some(btrfs::TOP.into()), subvolumes)
            }
            other => other.map(|found| found.into_iter().collect()),
        };
        match found {
            Err(error) if error.code != "system.unmount" => {
                eprintln!("{} was not looked into: {error}", volume.name);
                failures.push(error);
                Ok(Vec::new())
            }
            other => other,
        }
    }

    /// Shows `look` the mounted volume.
    fn look<T>(
        &mut self,
        volume: &Volume,
        volumes: &[Volume],
        option: Option<String>,
        look: impl FnOnce(&Root) -> T,
    ) -> Result<T> {
        let mounted = self.mount_volume(volume, volumes, &self.root_path(), option, false, &mut Vec::new());
        let seen = mounted.and_then(|()| self.root()).map(|root| look(&root));
        if let Some(path) = self.mounts.pop() {
            unmount_one(&path).or_other("system.unmount", || format!("cannot unmount {}", volume.name))?;
        }
        self.nodes.clear();
        // What shows it now is not to be written through later.
        self.devices.clear();
        seen
    }

    fn mount_volume(
        &mut self,
        volume: &Volume,
        volumes: &[Volume],
        target: &Path,
        option: Option<String>,
        writable: bool,
        notes: &mut Vec<Error>,
    ) -> Result<()> {
        let content = volume.superblock.content;
        let what = || format!("cannot mount {} ({})", volume.name, content.name());
        if target == self.root_path() {
            make_private_dir(target).or_other("system.mount", what)?;
        }
        let is_mounted = self.devices.contains_key(&volume.name);
        let node = self.device_of(volume, writable)?;
        if writable && !is_mounted {
            let mended = check::mend(&self.tools, &volume.name, content, &node)?;
            notes.extend(mended.map(|text| Error::other("system.mended", text)));
        }
        if content == Content::Ntfs {
            ntfs::mount(&node, target, &volume.name, writable)?;
        } else {
            let data = self.mount_data(volume, volumes, option, writable)?;
            mount_kernel(content, &node, target, &data, writable)
                .map_err(|errno| mount_failed(errno, &volume.name, what()))?;
        }
        // A descriptor's path means nothing later: remember the place itself.
        self.mounts.push(std::fs::read_link(target).unwrap_or_else(|_| target.to_path_buf()));
        self.add_node(volume, &node);
        Ok(())
    }

    /// What the kernel is told of a mount; every device of a file system that has several.
    fn mount_data(
        &mut self,
        volume: &Volume,
        volumes: &[Volume],
        option: Option<String>,
        writable: bool,
    ) -> Result<Vec<String>> {
        let mut data = options(volume.superblock.content, writable);
        for part in volumes.iter().filter(|part| part.name != volume.name && is_part(volume, part)) {
            data.push(format!("device={}", self.device_of(part, writable)?.display()));
        }
        data.extend(option);
        Ok(data)
    }

    /// The node of a volume, the same for all of its mounts.
    fn device_of(&mut self, volume: &Volume, writable: bool) -> Result<PathBuf> {
        if let Some(device) = self.devices.get(&volume.name) {
            return Ok(device.path.clone());
        }
        let device = volume.device(&self.disks, writable)?;
        let path = device.path.clone();
        self.devices.insert(volume.name.clone(), device);
        Ok(path)
    }

    /// Everything that the guest's programs may ask for by name: what is encrypted, and parts of arrays, too.
    /// A boot loader is written to the whole disk.
    fn add_nodes(&mut self, volumes: &[Volume]) {
        for volume in volumes {
            let node = self.stack.node_below(&volume.name);
            if let Some(node) = node.or_else(|| volume.kernel_node(&self.disks)) {
                self.add_node(volume, &node);
            }
        }
        for path in self.disks.iter().map(|disk| &disk.path) {
            if !self.nodes.iter().any(|node| node.path == *path) {
                self.nodes.push(Node { path: path.clone(), links: Vec::new() });
            }
        }
    }

    fn add_node(&mut self, volume: &Volume, node: &Path) {
        let mut links = volume.links();
        let mapping = node.strip_prefix(&self.tools.mapper).ok().and_then(Path::to_str);
        links.extend(mapping.map(|name| format!("mapper/{name}")));
        let path = node.canonicalize().unwrap_or_else(|_| node.to_path_buf());
        if !self.nodes.iter().any(|node| node.path == path) {
            self.nodes.push(Node { path, links });
        }
    }
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
    /// Name of the root's volume.
    volume: String,
    subvolume: Option<String>,
    /// What `fstab` says of the root's own subvolume.
    own: Option<String>,
    /// Places, each with the name of its volume if that is there.
    lines: Vec<(Line, Option<String>)>,
    /// The guest's names of encrypted volumes.
    encrypted: Vec<(String, String)>,
}

/// Why a volume that may hold Windows is not even looked into.
fn refusal(volume: &Volume) -> Option<Error> {
    let (code, remedy) = match volume.superblock.content {
        Content::BitLocker => (
            "system.bitlocker",
            "name its recovery password as a secret (`luks-secrets`), or decrypt it in the guest (`manage-bde -off C:`) and replicate once more; to suspend it is not enough",
        ),
        Content::Dynamic => {
            ("system.dynamic-disk", "make it a basic disk in the guest, and replicate once more")
        }
        _ => return None,
    };
    let why = format!("{} is {}", volume.name, volume.superblock.content.name());
    Some(Error::conflict(code, why).cause(remedy))
}

/// Whether this is a root, of whatever kind.
///
/// # Errors
/// Kind `Conflict` where Windows is there and may not be touched; others on the disks may be.
fn inspect_any(root: &Root, volume: &Volume, volumes: &[Volume], disks: &[Disk]) -> Result<Option<Found>> {
    if volume.superblock.content != Content::Ntfs {
        return Ok(inspect(root, volume, volumes, None));
    }
    let Some(name) = installed::inspect(root, &volume.name)? else { return Ok(None) };
    volume.view(disks, |view| ntfs::check_clean(view, &volume.name)).transpose()?;
    let lines: Vec<_> = esp(volume, volumes).into_iter().collect();
    let mounts = lines.iter().filter_map(|(line, name)| Some((line.point.clone(), name.clone()?))).collect();
    let system = System { root: volume.name.clone(), name, mounts, os_type: OsType::Windows };
    Ok(Some(Found {
        system,
        volume: volume.name.clone(),
        subvolume: None,
        own: None,
        lines,
        encrypted: Vec::new(),
    }))
}

/// The firmware's partition of a Windows: that of its own disk, else the only one.
fn esp(windows: &Volume, volumes: &[Volume]) -> Option<(Line, Option<String>)> {
    let is_esp = |volume: &&Volume| {
        volume.superblock.content == Content::Vfat
            && volume.partition.as_ref().is_some_and(|part| part.is_esp)
    };
    let all: Vec<&Volume> = volumes.iter().filter(is_esp).collect();
    let own = all.iter().find(|volume| volume.disk.is_some() && volume.disk == windows.disk);
    let found = match (own, all.as_slice()) {
        (Some(own), _) => own,
        (None, [only]) => only,
        _ => return None,
    };
    let (spec, name) = (found.name.clone(), Some(found.name.clone()));
    Some((Line { spec, point: ESP_POINT.into(), options: String::new(), is_verified: false }, name))
}

/// Whether this is a root of Linux, and what else belongs to it.
fn inspect(root: &Root, volume: &Volume, volumes: &[Volume], subvolume: Option<&str>) -> Option<Found> {
    let release = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| read_text(root, path));
    let table = read_text(root, "/etc/fstab");
    let names = Names::read(root, volume, volumes);
    let known = layout::lines(root, &names);
    let is_root = table.is_some() && root.stat("/etc/passwd").ok().flatten().is_some();
    if release.is_none() && known.is_none() && !is_root {
        return None;
    }
    let name =
        release.and_then(|text| pretty_name(&text)).or_else(|| known.as_ref().map(|_| layout::NAME.into()));
    let lines = places(known.unwrap_or_default(), &table.unwrap_or_default());
    let own = lines.iter().find(|line| line.point == "/").and_then(|line| line.option("subvol"));
    let own = own.map(str::to_string);
    let lines: Vec<(Line, Option<String>)> =
        lines.into_iter().filter(|line| line.point != "/").map(|line| placed(line, &names)).collect();
    let mounts = lines.iter().filter_map(|(line, name)| Some((line.point.clone(), name.clone()?))).collect();
    let place = match subvolume {
        Some(path) => format!("{}:{path}", volume.name),
        None => volume.name.clone(),
    };
    let name = name.unwrap_or_else(|| format!("an unknown Linux on {place}"));
    let system = System { root: place, name, mounts, os_type: OsType::Linux };
    let (volume, subvolume) = (volume.name.clone(), subvolume.map(str::to_string));
    Some(Found { system, volume, subvolume, own, lines, encrypted: names.encrypted() })
}

/// Those that are known without an fstab, and its own.
fn places(mut known: Vec<Line>, table: &str) -> Vec<Line> {
    for line in fstab::parse(table) {
        if !known.iter().any(|other| other.point == line.point) {
            known.push(line);
        }
    }
    known
}

fn placed(line: Line, names: &Names<'_>) -> (Line, Option<String>) {
    let volume = names.resolve(&line.spec).filter(|v| v.superblock.content.file_system().is_some());
    let name = volume.map(|volume| volume.name.clone());
    (line, name)
}

/// Every root among the subvolumes that is meant to be one.
fn inspect_subvolumes(top: &Root, volume: &Volume, volumes: &[Volume]) -> Vec<Found> {
    let flags = rustix::fs::OFlags::PATH | rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::NOFOLLOW;
    let roots = btrfs::subvolumes(top).into_iter().filter_map(|path| {
        let root = Root::new(top.open(&format!("/{path}"), flags).ok()?);
        let found = inspect(&root, volume, volumes, Some(&path))?;
        Some((path, found.own.clone(), found))
    });
    btrfs::meant(roots.collect()).into_iter().map(|(_, found)| found).collect()
}

/// A place of the guest's list whose volume is not on the disks.
fn missing(line: &Line, notes: &mut Vec<Error>) -> Result<()> {
    if line.may_be_missing() || !line.names_a_device() {
        return Ok(());
    }
    let why = format!("{} is to be mounted at {}, and is not on the attached disks", line.spec, line.point);
    let error = Error::not_found("system.mount", why);
    if !NEEDED.contains(&line.point.as_str()) {
        notes.push(error);
        return Ok(());
    }
    Err(with_failures(error, std::mem::take(notes)))
}

fn subvolume_option(volume: &Volume, line: &Line) -> Option<String> {
    if volume.superblock.content != Content::Btrfs {
        return None;
    }
    let named = line.option("subvol").map(|path| format!("subvol={path}"));
    let number = |id: &&str| id.parse::<u64>().is_ok();
    named.or_else(|| line.option("subvolid").filter(number).map(|id| format!("subvolid={id}")))
}

/// Whether both are devices of one Btrfs that has several.
fn is_part(volume: &Volume, other: &Volume) -> bool {
    let both = [volume, other].iter().all(|v| v.superblock.content == Content::Btrfs);
    both && volume.superblock.parts > 1 && volume.superblock.uuid == other.superblock.uuid
}

/// Of several devices of one file system the first stands for it.
fn is_later_part(volume: &Volume, volumes: &[Volume]) -> bool {
    volumes.iter().take_while(|other| other.name != volume.name).any(|other| is_part(volume, other))
}

/// By the kernel's own file systems.
fn mount_kernel(
    content: Content,
    node: &Path,
    target: &Path,
    data: &[String],
    writable: bool,
) -> rustix::io::Result<()> {
    let kind = content.file_system().ok_or(rustix::io::Errno::NODEV)?;
    let data = CString::new(data.join(",")).map_err(|_| rustix::io::Errno::INVAL)?;
    let flags = MountFlags::NODEV | if writable { MountFlags::empty() } else { MountFlags::RDONLY };
    while_busy(|| rustix::mount::mount(node, target, kind, flags, data.as_c_str()))
}

/// Whoever else holds a device or a mount (who looks at all devices, say) mostly lets go of it soon.
pub(crate) fn while_busy(call: impl Fn() -> rustix::io::Result<()>) -> rustix::io::Result<()> {
    const TRIES: u32 = 20;
    for n in 0..TRIES {
        match call() {
            Err(rustix::io::Errno::BUSY) => {
                std::thread::sleep(std::time::Duration::from_millis(u64::from(n) * 10));
            }
            ended => return ended,
        }
    }
    call()
}

fn mount_failed(error: rustix::io::Errno, volume: &str, what: String) -> Error {
    let cause = std::io::Error::from(error);
    match error {
        rustix::io::Errno::UCLEAN => check::damaged(volume).cause(what).cause(cause),
        rustix::io::Errno::BUSY => Error::unavailable("system.mount", what).cause(cause),
        _ => Error::other("system.mount", what).cause(cause),
    }
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

fn make_private_dir(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Whoever still uses it keeps only what it has open: the mount is gone for everyone else.
fn unmount_one(path: &Path) -> std::io::Result<()> {
    use rustix::io::Errno;
    match while_busy(|| rustix::mount::unmount(path, UnmountFlags::NOFOLLOW)) {
        Ok(()) | Err(Errno::INVAL | Errno::NOENT) => Ok(()),
        Err(Errno::BUSY) => {
            eprintln!("{} is still in use: detached", path.display());
            rustix::fs::sync();
            rustix::mount::unmount(path, UnmountFlags::DETACH | UnmountFlags::NOFOLLOW).map_err(Into::into)
        }
        Err(error) => Err(error.into()),
    }
}

/// Why it may be there all the same. What may pass is told instead: it is no reason to give up.
fn with_failures(error: Error, failures: Vec<Error>) -> Error {
    if let Some(passing) = failures.iter().find(|failure| failure.kind == Kind::Unavailable) {
        return passing.clone();
    }
    failures.iter().take(32).fold(error, Error::cause)
}

/// Names what is there instead of a system, and what could not be looked into. What somebody can help with by
/// naming a secret or another worker image comes first.
fn not_found(volumes: &[Volume], failures: Vec<Error>) -> Error {
    const WHAT: &str = "no operating system was found on the attached disks";
    let helps = |failure: &&Error| matches!(failure.code.as_str(), "system.locked" | "system.tool");
    // Windows that may not be touched says so itself, and what to do about it.
    let untouchable = |failure: &&Error| failure.kind == Kind::Conflict;
    let mut error = match (failures.iter().find(helps), failures.iter().find(untouchable)) {
        (Some(failure), _) => failure.clone().during(WHAT),
        (None, Some(failure)) => failure.clone(),
        (None, None) => Error::not_found("system.not-found", WHAT),
    };
    for volume in volumes.iter().take(32) {
        let what = match volume.place {
            Place::Scattered => "a logical volume that only device-mapper could show",
            _ => volume.superblock.content.name(),
        };
        error = error.cause(format!("{}: {what}", volume.name));
    }
    with_failures(error, failures)
}
