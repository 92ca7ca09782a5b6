//! The disks that this agent was started for, and no others: finding them among the physical drives by what these say of
//! themselves, bringing them online and taking them offline. A single volume that is named by its letter is taken as it is.
//! Writes nothing, and knows no file system.

use super::{api, records};
use crate::attached::{APPEAR_POLL, APPEAR_TIMEOUT_S, is_called};
use gyre_core::roles::AttachedDisk;
use gyre_core::{Error, Result};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Numbers of physical drives that are looked at.
const DRIVES_MAX: u32 = 256;
/// What paths of devices begin with.
const DEVICE: &str = r"\\.\";

/// One disk of the guest.
#[derive(Debug)]
pub struct Disk {
    /// [`AttachedDisk::disk`].
    pub id: String,
    /// `\\.\PhysicalDrive1` or `\\.\D:`.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
    size: u64,
}

/// What stands for a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A physical drive, by its number.
    Drive(u32),
    /// A single volume, by its letter.
    Volume(char),
}

impl Kind {
    fn path(self) -> String {
        match self {
            Self::Drive(number) => format!("{DEVICE}PhysicalDrive{number}"),
            Self::Volume(letter) => format!("{DEVICE}{letter}:"),
        }
    }

    fn of(path: &str) -> Option<Self> {
        records::drive_number(path).map(Self::Drive).or_else(|| records::letter(path).map(Self::Volume))
    }
}

impl Disk {
    /// Finds all of `disks`, waiting for those that are not there yet, and brings them online.
    ///
    /// # Errors
    /// `disk.not-attached`, `disk.ambiguous`, `disk.in-use`, `disk.io`.
    pub fn open_all(disks: &[AttachedDisk]) -> Result<Vec<Self>> {
        let deadline = Instant::now() + Duration::from_secs(APPEAR_TIMEOUT_S);
        let own = Own::find();
        let mut opened: Vec<Self> = Vec::new();
        for disk in disks {
            let kind = wait_for(disk, deadline)?;
            let found =
                Self { id: disk.disk.clone(), path: kind.path().into(), kind, size: size(disk, kind)? };
            own.check(&found)?;
            if let Some(other) = opened.iter().find(|other| other.kind == kind) {
                let why =
                    format!("disks {} and {} are the same {}", other.id, found.id, found.path.display());
                return Err(Error::invalid("disk.ambiguous", why));
            }
            opened.push(found);
        }
        must_keep_their_marks(&opened)?;
        opened.iter().try_for_each(Self::bring_online)?;
        Ok(opened)
    }

    /// Bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Shows a drive's volumes and lets them be written; a single volume is there already. May be repeated.
    ///
    /// # Errors
    /// `disk.io`.
    pub fn bring_online(&self) -> Result<()> {
        self.set_online(true)
    }

    /// Takes a drive away from Windows, so that it can be detached. May be repeated.
    ///
    /// # Errors
    /// `disk.io`.
    pub fn take_offline(&self) -> Result<()> {
        self.set_online(false)
    }

    fn set_online(&self, online: bool) -> Result<()> {
        let Kind::Drive(_) = self.kind else { return Ok(()) };
        let set = || -> io::Result<()> {
            let device = api::open_device(&self.kind.path(), true)?;
            api::control(&device, api::IOCTL_DISK_SET_DISK_ATTRIBUTES, &records::attributes(online), 0)?;
            // Windows looks at the disk again by itself, only later.
            let _ = api::control(&device, api::IOCTL_DISK_UPDATE_PROPERTIES, &[], 0);
            Ok(())
        };
        let way = if online { "bring" } else { "take" };
        set().map_err(|error| {
            let state = if online { "online" } else { "offline" };
            Error::other(
                "disk.io",
                format!("cannot {way} disk {} ({}) {state}", self.id, self.path.display()),
            )
            .cause(error)
        })
    }
}

/// What Windows itself runs from.
struct Own {
    letter: Option<char>,
    /// None: it does not say.
    drives: Option<Vec<u32>>,
}

impl Own {
    fn find() -> Self {
        let directory = api::own_directory().ok();
        let letter = directory.as_deref().and_then(Path::to_str).and_then(|path| path.chars().next());
        let letter = letter.filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase());
        let drives = letter.and_then(|letter| drives_of(&Kind::Volume(letter).path()).ok());
        Self { letter, drives }
    }

    fn check(&self, disk: &Disk) -> Result<()> {
        let (is_own, is_known) = match disk.kind {
            Kind::Volume(letter) => (self.letter.is_none_or(|own| own == letter), self.letter.is_some()),
            Kind::Drive(number) => {
                (self.drives.as_ref().is_none_or(|own| own.contains(&number)), self.drives.is_some())
            }
        };
        if !is_own {
            return Ok(());
        }
        let why = format!("{} for disk {} is what this Windows runs from", disk.path.display(), disk.id);
        let unsure = "Windows does not say which disk it runs from, so it could be this one";
        let error = Error::conflict("disk.in-use", why);
        Err(if is_known { error } else { error.cause(unsure) })
    }
}

/// Windows gives a disk another mark when it goes online beside one of the same, and the guest on it starts no more: its boot
/// loader looks for the old one. So such a disk stays as it is.
fn must_keep_their_marks(disks: &[Disk]) -> Result<()> {
    let marks: Vec<(u32, String)> = (0..DRIVES_MAX).filter_map(|drive| Some((drive, mark(drive)?))).collect();
    for disk in disks {
        let Kind::Drive(number) = disk.kind else { continue };
        let Some((_, own)) = marks.iter().find(|(drive, _)| *drive == number) else { continue };
        let Some((other, _)) = marks.iter().find(|(drive, mark)| *drive != number && mark == own) else {
            continue;
        };
        let why = format!(
            "disk {} ({}) has the same signature as physical drive {other}, and Windows would change it",
            disk.id,
            disk.path.display()
        );
        let remedy = "use a worker image that was not made from the same template as the guest";
        return Err(Error::conflict("disk.ambiguous", why).cause(remedy));
    }
    Ok(())
}

/// What tells a partitioned disk from all others.
fn mark(drive: u32) -> Option<String> {
    let mut head = vec![0; records::HEAD_BYTES];
    let mut device = api::open_device(&Kind::Drive(drive).path(), false).ok()?;
    device.read_exact(&mut head).ok()?;
    records::mark(&head)
}

/// The physical drives that a volume lies on.
pub(super) fn drives_of(volume: &str) -> io::Result<Vec<u32>> {
    let device = api::open_device(volume, false)?;
    let answer =
        api::control(&device, api::IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS, &[], records::EXTENTS_BYTES)?;
    records::drives(&answer).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn size(disk: &AttachedDisk, kind: Kind) -> Result<u64> {
    let ask = |device: File| api::control(&device, api::IOCTL_DISK_GET_LENGTH_INFO, &[], 8);
    let told = api::open_device(&kind.path(), false).and_then(ask);
    let told = told.and_then(|answer| records::length(&answer).ok_or(io::ErrorKind::InvalidData.into()));
    let told = match kind {
        Kind::Volume(letter) => told.or_else(|_| api::capacity(&format!("{letter}:\\"))),
        Kind::Drive(_) => told,
    };
    told.map_err(|error| {
        let why = format!("cannot tell how large disk {} ({}) is", disk.disk, kind.path());
        Error::other("disk.io", why).cause(error)
    })
}

/// A device path says less than a serial: it is believed only when nothing better comes up.
fn wait_for(disk: &AttachedDisk, deadline: Instant) -> Result<Kind> {
    let (paths, names): (Vec<_>, Vec<_>) = disk.identities.iter().partition(|name| name.starts_with(DEVICE));
    loop {
        let (late, drives) = (Instant::now() >= deadline, Listed::all());
        for name in &names {
            if let Some(number) = by_name(&disk.disk, name, &drives)? {
                return Ok(Kind::Drive(number));
            }
        }
        if names.is_empty() || late {
            let taken = paths.iter().filter_map(|path| Kind::of(path)).find(|kind| is_there(*kind, &drives));
            if let Some(kind) = taken {
                must_not_be_another(disk, &names, kind, &drives)?;
                return Ok(kind);
            }
        }
        if late {
            return Err(not_attached(disk, &drives));
        }
        std::thread::sleep(APPEAR_POLL);
    }
}

fn is_there(kind: Kind, drives: &[Listed]) -> bool {
    match kind {
        Kind::Drive(number) => drives.iter().any(|drive| drive.number == number),
        Kind::Volume(letter) => Path::new(&format!("{letter}:\\")).is_dir(),
    }
}

fn by_name(disk: &str, name: &str, drives: &[Listed]) -> Result<Option<u32>> {
    let mut called = drives.iter().filter(|drive| drive.is_called(name)).map(|drive| drive.number);
    match (called.next(), called.next()) {
        (Some(first), Some(second)) => {
            let why = format!("both physical drive {first} and {second} are called {name}");
            Err(Error::invalid("disk.ambiguous", why).cause(format!("it should name disk {disk} alone")))
        }
        (only, _) => Ok(only),
    }
}

/// A drive that says what it is, and is none of what was looked for, is left alone.
fn must_not_be_another(disk: &AttachedDisk, names: &[&String], kind: Kind, drives: &[Listed]) -> Result<()> {
    let listed = drives.iter().find(|drive| Kind::Drive(drive.number) == kind);
    let Some(serial) = listed.and_then(|drive| drive.serial.as_ref()) else { return Ok(()) };
    if names.is_empty() || names.iter().any(|name| is_called(serial, name)) {
        return Ok(());
    }
    let why = format!("{} for disk {} is another drive: it calls itself {serial}", kind.path(), disk.disk);
    Err(Error::not_found("disk.not-attached", why).cause(looked_for(disk)))
}

fn not_attached(disk: &AttachedDisk, drives: &[Listed]) -> Error {
    let why = format!("disk {} did not appear on this worker within {APPEAR_TIMEOUT_S} s", disk.disk);
    let seen = |drive: &Listed| {
        let serial = drive.serial.as_deref().unwrap_or("without a serial number");
        format!("physical drive {} ({serial})", drive.number)
    };
    let seen: Vec<String> = drives.iter().map(seen).collect();
    let seen = if seen.is_empty() { "no physical drive".into() } else { seen.join(", ") };
    Error::not_found("disk.not-attached", why).cause(looked_for(disk)).cause(format!("there is {seen}"))
}

fn looked_for(disk: &AttachedDisk) -> String {
    format!("looked for {}", disk.identities.join(", "))
}

/// A physical drive as Windows lists it.
struct Listed {
    number: u32,
    serial: Option<String>,
}

impl Listed {
    fn all() -> Vec<Self> {
        (0..DRIVES_MAX).filter_map(Self::ask).collect()
    }

    fn ask(number: u32) -> Option<Self> {
        let device = api::open_device(&Kind::Drive(number).path(), false).ok()?;
        let query = &records::DEVICE_QUERY;
        let answer =
            api::control(&device, api::IOCTL_STORAGE_QUERY_PROPERTY, query, records::DESCRIPTOR_BYTES);
        Some(Self { number, serial: answer.ok().and_then(|descriptor| records::serial(&descriptor)) })
    }

    fn is_called(&self, name: &str) -> bool {
        self.serial.as_ref().is_some_and(|serial| is_called(serial, name))
    }
}
