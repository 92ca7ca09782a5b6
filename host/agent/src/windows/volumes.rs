//! The volumes that lie on the guest's disks and nowhere else, and what becomes of one at the end: flushed, locked and
//! dismounted. Knows no system on them.

use super::disks::{Disk, Kind, drives_of};
use super::{api, records};
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

/// How long the volumes of a drive that was just brought online may take to appear.
const APPEAR_TIMEOUT: Duration = Duration::from_secs(20);
/// None came or went for so long: then all are there.
const SETTLED: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(250);
/// Whoever else looks at a volume mostly lets go of it soon.
const LOCK_TRIES: u32 = 40;
const LOCK_POLL: Duration = Duration::from_millis(250);

/// A volume of the guest's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Volume {
    /// As systems are told by: `disk0/part2`.
    pub name: String,
    /// With its last backslash: `\\?\Volume{…}\`, or `D:\` of a single one.
    pub path: String,
    /// The indices of its disks.
    pub disks: Vec<usize>,
    /// Whether the firmware looks here for boot loaders.
    pub is_esp: bool,
}

impl Volume {
    /// Where files on it are, as long paths want it.
    pub fn base(&self) -> String {
        if self.path.starts_with(r"\\") { self.path.clone() } else { format!(r"\\?\{}", self.path) }
    }

    /// Its device.
    fn device(&self) -> String {
        let path = self.path.trim_end_matches('\\');
        if path.starts_with(r"\\") { path.to_string() } else { format!(r"\\.\{path}") }
    }

    /// Its letter, if it has one: `D:\`.
    pub fn letter(&self) -> Option<String> {
        let is_letter = |point: &String| point.len() == 3;
        if is_letter(&self.path) {
            return Some(self.path.clone());
        }
        api::points(&self.path).ok()?.into_iter().find(is_letter)
    }

    /// Everything that was written is on the disk when this returns, and nobody uses the volume any more. What this Windows
    /// cannot do at all is left out.
    ///
    /// # Errors
    /// `system.unmount`.
    pub fn release(&self) -> Result<()> {
        let what = |verb: &str| format!("cannot {verb} {} ({})", self.name, self.path);
        let device = match api::open_device(&self.device(), true) {
            Err(error) if api::is_unknown(&error) => return Ok(()),
            other => other.or_other("system.unmount", || what("open"))?,
        };
        known(device.sync_all()).or_other("system.unmount", || what("flush"))?;
        if let Err(error) = lock(&device) {
            // Dismounted all the same, it is gone for whoever still uses it.
            eprintln!("{} is still in use: {error}", self.name);
        }
        let dismounted = api::control(&device, api::FSCTL_DISMOUNT_VOLUME, &[], 0).map(drop);
        known(dismounted).or_other("system.unmount", || what("dismount"))
    }
}

fn lock(device: &File) -> io::Result<()> {
    let mut result = Ok(());
    for _ in 0..LOCK_TRIES {
        result = known(api::control(device, api::FSCTL_LOCK_VOLUME, &[], 0).map(drop));
        if result.is_ok() {
            break;
        }
        std::thread::sleep(LOCK_POLL);
    }
    result
}

fn known(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if api::is_unknown(&error) => Ok(()),
        other => other,
    }
}

/// All that lie on `disks`, as soon as they are there.
///
/// # Errors
/// `system.mount`.
pub(super) fn of(disks: &[Disk]) -> Result<Vec<Volume>> {
    let deadline = Instant::now() + APPEAR_TIMEOUT;
    let mut found = now(disks)?;
    let mut since = Instant::now();
    while !is_whole(disks, &found, since) && Instant::now() < deadline {
        std::thread::sleep(POLL);
        let again = now(disks)?;
        if again != found {
            since = Instant::now();
        }
        found = again;
    }
    Ok(found)
}

/// Whether each disk shows something, and nothing changed for a while. Single volumes are there from the start.
fn is_whole(disks: &[Disk], found: &[Volume], since: Instant) -> bool {
    let has_drives = disks.iter().any(|disk| matches!(disk.kind, Kind::Drive(_)));
    let shows = |index: usize| found.iter().any(|volume| volume.disks.contains(&index));
    !has_drives || ((0..disks.len()).all(shows) && since.elapsed() >= SETTLED)
}

/// All that lie on `disks` and are there now; of a drive that is offline, none is.
///
/// # Errors
/// `system.mount`.
pub(super) fn now(disks: &[Disk]) -> Result<Vec<Volume>> {
    let mut found: Vec<Volume> = disks.iter().enumerate().filter_map(single).collect();
    if disks.iter().any(|disk| matches!(disk.kind, Kind::Drive(_))) {
        let names = api::volumes().or_other("system.mount", || "cannot list the volumes".into())?;
        found.extend(names.into_iter().filter_map(|path| on_drives(path, disks)));
    }
    found.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    for at in 1..found.len() {
        let same = found.iter().take(at).filter(|other| Some(&other.name) == found.get(at).map(|v| &v.name));
        let count = same.count();
        if let Some(volume) = found.get_mut(at).filter(|_| count > 0) {
            volume.name = format!("{}-{}", volume.name, count + 1);
        }
    }
    Ok(found)
}

fn single((index, disk): (usize, &Disk)) -> Option<Volume> {
    let Kind::Volume(letter) = disk.kind else { return None };
    Some(Volume {
        name: format!("disk{index}"),
        path: format!("{letter}:\\"),
        disks: vec![index],
        is_esp: false,
    })
}

/// A volume all of whose extents lie on the given drives.
fn on_drives(path: String, disks: &[Disk]) -> Option<Volume> {
    let device = path.trim_end_matches('\\');
    let index = |number: &u32| disks.iter().position(|disk| disk.kind == Kind::Drive(*number));
    let on = drives_of(device).ok()?.iter().map(index).collect::<Option<Vec<usize>>>()?;
    let disk = on.iter().copied().min()?;
    let partition = partition(device).filter(|_| on.len() == 1);
    let name = partition.map_or_else(
        // Dynamic disks and storage spaces have volumes that are no partitions.
        || format!("disk{disk}/volume"),
        |partition| format!("disk{disk}/part{}", partition.number),
    );
    Some(Volume { name, path, disks: on, is_esp: partition.is_some_and(|partition| partition.is_esp) })
}

fn partition(device: &str) -> Option<records::Partition> {
    let device = api::open_device(device, false).ok()?;
    let code = api::IOCTL_DISK_GET_PARTITION_INFO_EX;
    records::partition(&api::control(&device, code, &[], records::PARTITION_BYTES).ok()?)
}

/// What stands for a volume in an error.
pub(super) fn told(volumes: &[Volume], error: Error) -> Error {
    const TOLD_MAX: usize = 32;
    volumes.iter().take(TOLD_MAX).fold(error, |error, volume| {
        let kind = if volume.is_esp { "an EFI system partition" } else { "a volume" };
        error.cause(format!("{}: {kind}", volume.name))
    })
}
