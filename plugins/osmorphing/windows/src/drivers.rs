//! VirtIO drivers: their files beside the system, those of disks so that it boots with them. The rest is installed
//! by Windows itself at the first boot, from the same files.

use crate::boot;
use crate::firstboot::Work;
use crate::guest::Guest;
use crate::options::Options;
use gyre_plugin::osmorphing::*;

/// What is installed, by its directory on a virtio-win ISO; those that are absent there are skipped.
const DRIVERS: [&str; 9] = [
    "viostor",
    "vioscsi",
    "NetKVM",
    "Balloon",
    "vioserial",
    "viorng",
    "pvpanic",
    "viogpudo",
    "qemupciserial",
];
/// Where their files lie in the guest, below Windows' directory.
const DIRECTORY: &str = "Drivers/VirtIO";
/// The same, as Windows reads it when it looks for drivers.
const DEVICE_PATH: &str = r"%SystemRoot%\Drivers\VirtIO";
const DEVICE_PATH_KEY: &str = r"Microsoft\Windows\CurrentVersion";
const FILES_MAX: usize = 500;

/// Puts drivers into the guest, and makes those of disks start with it.
///
/// # Errors
/// `windows.drivers` when there are none for this Windows; what the host met.
pub fn install(guest: &Guest, options: &Options, work: &mut Work) -> Result<()> {
    let target = guest.path(DIRECTORY)?;
    if boot::has_disk_driver(guest)? && !options.renews_drivers(guest.root.exists(&target)?) {
        log!(info, "the guest has VirtIO drivers of its own");
        return Ok(());
    }
    let directory = options.virtio()?;
    let present = files::read_dir(directory)?;
    let mut disk_drivers = Vec::new();
    let mut is_any = false;
    for driver in DRIVERS {
        let Some(entry) = present.iter().find(|entry| entry.name.eq_ignore_ascii_case(driver)) else {
            continue;
        };
        let Some(folder) = folder(guest, &format!("{directory}/{}", entry.name))? else {
            log!(warn, "virtio-win has no {driver} for {}", guest.release.name);
            continue;
        };
        let copied = copy(guest, &folder, &target)?;
        is_any = true;
        if let Some(boot) = boot::DRIVERS.iter().find(|boot| boot.name == driver) {
            let program = copied.iter().find(|(name, _)| *name == format!("{driver}.sys"));
            if let Some((name, from)) = program {
                guest.root.copy_in(from, &guest.path(&format!("System32/drivers/{name}"))?, 0o755)?;
                disk_drivers.push(boot);
            }
        }
    }
    if disk_drivers.is_empty() {
        return Err(none(guest, directory));
    }
    for driver in disk_drivers {
        boot::register(guest, driver)?;
    }
    work.drivers = is_any;
    add_device_path(guest)
}

fn none(guest: &Guest, directory: &str) -> Error {
    let release = &guest.release;
    let why = format!("{directory} has no disk driver for {} ({})", release.name, release.number());
    Error::invalid("windows.drivers", why).cause(format!(
        "looked for viostor and vioscsi in {} for {}",
        release.folders().join(", "),
        release.architecture
    ))
}

/// The directory of one driver for this Windows.
fn folder(guest: &Guest, driver: &str) -> Result<Option<String>> {
    for wanted in guest.release.folders() {
        let Some(folder) = below(driver, wanted)? else { continue };
        if let Some(found) = below(&folder, guest.release.architecture)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A directory in another, in any case.
fn below(directory: &str, wanted: &str) -> Result<Option<String>> {
    let entries = files::read_dir(directory)?;
    let found = entries.iter().find(|entry| entry.directory && entry.name.eq_ignore_ascii_case(wanted));
    Ok(found.map(|entry| format!("{directory}/{}", entry.name)))
}

/// Copies a driver's files, in small letters. Answers their names, and where they came from.
fn copy(guest: &Guest, folder: &str, target: &str) -> Result<Vec<(String, String)>> {
    let mut copied = Vec::new();
    for entry in files::read_dir(folder)?.into_iter().take(FILES_MAX) {
        let name = entry.name.to_lowercase();
        // Debugging symbols are large and nobody's need.
        if entry.directory || name.ends_with(".pdb") {
            continue;
        }
        let from = format!("{folder}/{}", entry.name);
        guest.root.copy_in(&from, &format!("{target}/{name}"), 0o755)?;
        copied.push((name, from));
    }
    Ok(copied)
}

/// Where Windows looks for a device's driver by itself.
fn add_device_path(guest: &Guest) -> Result<()> {
    let old = guest.software.text(DEVICE_PATH_KEY, "DevicePath")?;
    let old = old.filter(|old| !old.is_empty()).unwrap_or_else(|| r"%SystemRoot%\inf".into());
    if old.split(';').any(|place| place.eq_ignore_ascii_case(DEVICE_PATH)) {
        return Ok(());
    }
    let new = Value::ExpandSz(format!("{old};{DEVICE_PATH}"));
    guest.software.set(DEVICE_PATH_KEY, "DevicePath", &new)
}
