//! What must stand in the registry so that Windows finds its disk at the first boot, and shows why where it does
//! not.

use crate::firstboot::{SERVICE, Work};
use crate::guest::Guest;
use gyre_plugin::osmorphing::*;

/// A driver without which the system disk is not there.
pub struct BootDriver {
    /// Of its service and file.
    pub name: &'static str,
    /// The devices that it drives, as PCI names them: the old kind and the new one, each by QEMU's whole name and
    /// by what every maker's has in common. virt-v2v of Debian writes the whole names alone.
    devices: [&'static str; 4],
}

/// Both are registered: which bus the volume gets is the destination's matter.
pub const DRIVERS: [BootDriver; 2] = [
    BootDriver {
        name: "viostor",
        devices: [
            "VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00",
            "VEN_1AF4&DEV_1001&REV_00",
            "VEN_1AF4&DEV_1042&SUBSYS_11001AF4&REV_01",
            "VEN_1AF4&DEV_1042&REV_01",
        ],
    },
    BootDriver {
        name: "vioscsi",
        devices: [
            "VEN_1AF4&DEV_1004&SUBSYS_00081AF4&REV_00",
            "VEN_1AF4&DEV_1004&REV_00",
            "VEN_1AF4&DEV_1048&SUBSYS_11001AF4&REV_01",
            "VEN_1AF4&DEV_1048&REV_01",
        ],
    },
];

/// The class of disk controllers, {4D36E97B-E325-11CE-BFC1-08002BE10318}.
const CLASS: &str = "{4D36E97B-E325-11CE-BFC1-08002BE10318}";
const CLASS_BYTES: [u8; 16] =
    [0x7b, 0xe9, 0x36, 0x4d, 0x25, 0xe3, 0xce, 0x11, 0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18];
/// Before the class in a package's version.
const VERSION: [u8; 8] = [0, 0xff, 9, 0, 0, 0, 0, 0];
const VERSION_END_BYTES: usize = 24;
/// How a device's entry refers to a package.
const DEVICE_ENTRY: [u8; 4] = [1, 0xff, 0, 0];
const DATABASE: &str = "DriverDatabase";

const KERNEL_DRIVER: u32 = 1;
const START_AT_BOOT: u32 = 0;
const ERROR_NORMAL: u32 = 1;
/// Every disk that appears is brought online.
const ONLINE_ALL: u32 = 1;

/// Whether a disk driver starts at boot already, with its file in place.
///
/// # Errors
/// What the host met.
pub fn has_disk_driver(guest: &Guest) -> Result<bool> {
    for driver in &DRIVERS {
        let file = guest.path(&format!("System32/drivers/{}.sys", driver.name))?;
        let starts = guest.system.number(&guest.service(driver.name), "Start")? == Some(START_AT_BOOT);
        if starts && guest.root.exists(&file)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes a driver start at boot for its devices.
///
/// # Errors
/// `registry.*`.
pub fn register(guest: &Guest, driver: &BootDriver) -> Result<()> {
    let key = guest.service(driver.name);
    let path = format!(r"system32\drivers\{}.sys", driver.name);
    for (name, value) in [
        ("Type", Value::Dword(KERNEL_DRIVER)),
        ("Start", Value::Dword(START_AT_BOOT)),
        ("ErrorControl", Value::Dword(ERROR_NORMAL)),
        ("Group", Value::Sz("SCSI miniport".into())),
        ("ImagePath", Value::ExpandSz(path)),
    ] {
        guest.system.set(&key, name, &value)?;
    }
    // A driver that was disabled for a time may say so here, too.
    guest.system.remove_key(&format!(r"{key}\StartOverride"))?;
    if guest.system.has_key(DATABASE)? {
        register_package(guest, driver)
    } else {
        register_critical(guest, driver)
    }
}

/// Up to Windows 7 and Server 2008 R2.
fn register_critical(guest: &Guest, driver: &BootDriver) -> Result<()> {
    for device in driver.devices {
        let key = guest.key(&format!(r"Control\CriticalDeviceDatabase\PCI#{device}"));
        guest.system.set(&key, "Service", &Value::Sz(driver.name.into()))?;
        guest.system.set(&key, "ClassGUID", &Value::Sz(CLASS.into()))?;
    }
    Ok(())
}

/// From Windows 8 and Server 2012 on: a package of a name that no real one has, so that the real one, which Windows
/// installs at the first boot, takes its place.
fn register_package(guest: &Guest, driver: &BootDriver) -> Result<()> {
    let inf = format!("gyre-{}.inf", driver.name);
    let architecture = guest.release.architecture.to_lowercase();
    let label = format!("{inf}_{architecture}_{:016x}", digest(&inf));
    let configuration = format!("{}_inst", driver.name);
    let set =
        |key: &str, name: &str, value: Value| guest.system.set(&format!(r"{DATABASE}\{key}"), name, &value);

    let file = format!(r"DriverInfFiles\{inf}");
    set(&file, "", Value::MultiSz(vec![label.clone()]))?;
    set(&file, "Active", Value::Sz(label.clone()))?;
    set(&file, "Configurations", Value::MultiSz(vec![configuration.clone()]))?;

    let package = format!(r"DriverPackages\{label}");
    let version = [&VERSION[..], &CLASS_BYTES, &[0; VERSION_END_BYTES]].concat();
    set(&package, "Version", Value::Binary(version))?;
    let configured = format!(r"{package}\Configurations\{configuration}");
    set(&configured, "ConfigFlags", Value::Dword(0))?;
    set(&configured, "Service", Value::Sz(driver.name.into()))?;
    for device in driver.devices {
        set(&format!(r"DeviceIds\PCI\{device}"), &inf, Value::Binary(DEVICE_ENTRY.to_vec()))?;
        let description = format!(r"{package}\Descriptors\PCI\{device}");
        set(&description, "Configuration", Value::Sz(configuration.clone()))?;
    }
    Ok(())
}

/// Sixteen digits that are the same every time (FNV-1a).
fn digest(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A blue screen stays until somebody has read it; the first boot that succeeds puts the setting back.
///
/// # Errors
/// `registry.*`.
pub fn keep_failures_visible(guest: &Guest, work: &mut Work) -> Result<()> {
    const NAME: &str = "AutoReboot";
    let key = guest.key(r"Control\CrashControl");
    let kept = format!(r"{}\Kept", guest.service(SERVICE));
    // What was kept by a morphing that is being repeated is what the guest had.
    let old = match guest.system.number(&kept, NAME)? {
        Some(old) => old,
        None => guest.system.number(&key, NAME)?.unwrap_or(1),
    };
    guest.system.set(&kept, NAME, &Value::Dword(old))?;
    guest.system.set(&key, NAME, &Value::Dword(0))?;
    work.auto_reboot = Some(old);
    Ok(())
}

/// Disks on another bus than before would stay offline on servers.
///
/// # Errors
/// `registry.*`.
pub fn disks_online(guest: &Guest) -> Result<()> {
    let key = format!(r"{}\Parameters", guest.service("partmgr"));
    guest.system.set(&key, "SanPolicy", &Value::Dword(ONLINE_ALL))
}
