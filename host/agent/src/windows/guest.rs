//! Finding the guest's Windows on the attached disks, showing it, and taking it apart again: what `system.rs` does on Linux.
//! Windows reads the disks itself, so there are no layers to open: what is shut by BitLocker is unlocked, and a volume is where
//! Windows says it is. Programs of the guest do not run here. Knows no request.

use super::disks::Disk;
use super::root::Root;
use super::volumes::{self, Volume};
use super::{api, bitlocker};
use crate::installed::{self, ESP_POINT};
use crate::program::{Program, Stop};
use crate::registry::Hives;
use crate::script;
use gyre_core::error::Context as _;
use gyre_core::protocol::{RootReply, Script, ScriptEnd, Secret, System};
use gyre_core::{Error, Kind, OsType, Result};
use std::path::PathBuf;
use std::sync::Arc;

/// Systems on the disks of one machine.
const SYSTEMS_MAX: usize = 64;
/// Failures that are told with an error.
const CAUSES_MAX: usize = 32;

/// The guest's system, mounted or not.
pub struct Guest {
    disks: Arc<Vec<Disk>>,
    /// For scripts.
    base: PathBuf,
    secrets: Vec<Secret>,
    mounted: Option<Mounted>,
    /// Registry hives that are open in its root.
    pub hives: Hives,
}

struct Mounted {
    /// The letter of the root: `D:\`.
    letter: String,
    /// What the firmware starts from, where it is there.
    esp: Option<Volume>,
    /// Letters and directories that volumes are shown at because of us, in the order of their making.
    points: Vec<String>,
}

impl Guest {
    /// Over `disks`, with scripts below `base`.
    pub fn new(disks: Arc<Vec<Disk>>, base: PathBuf) -> Self {
        Self { disks, base, secrets: Vec::new(), mounted: None, hives: Hives::default() }
    }

    /// What may open encrypted volumes from here on.
    pub fn unlock_with(&mut self, secrets: Vec<Secret>) {
        self.secrets = secrets;
    }

    /// Every Windows on the disks. Nothing is given a letter; what was unlocked stays so.
    ///
    /// # Errors
    /// `system.mounted`, `system.not-found` that names what there is instead.
    pub fn systems(&mut self) -> Result<Vec<System>> {
        self.must_be_unmounted()?;
        let (volumes, mut failures) = (self.volumes()?, Vec::new());
        let look = |volume: &Volume| {
            self.look_into(volume, &volumes).unwrap_or_else(|error| {
                eprintln!("{} was not looked into: {error}", volume.name);
                failures.push(error);
                None
            })
        };
        let systems: Vec<System> = volumes.iter().filter_map(look).take(SYSTEMS_MAX).collect();
        if systems.is_empty() { Err(not_found(&volumes, failures)) } else { Ok(systems) }
    }

    /// Gives a system a letter, and shows the firmware's partition below. Returns what should be known of it.
    ///
    /// # Errors
    /// `system.mounted`, `system.not-found`, `system.mount`, `system.hibernated`.
    pub fn mount(&mut self, system: &System) -> Result<Vec<String>> {
        self.must_be_unmounted()?;
        let volumes = self.volumes()?;
        let gone = || {
            Error::not_found("system.not-found", format!("there is no system on {} any more", system.root))
        };
        let volume = volumes.iter().find(|volume| volume.name == system.root).ok_or_else(gone)?;
        let found = self.look_into(volume, &volumes)?.ok_or_else(gone)?;
        let mut notes = Vec::new();
        let result = self.show(volume, &volumes, &found, &mut notes);
        if let Err(error) = result {
            let _ = self.unmount();
            return Err(error);
        }
        Ok(notes.iter().map(ToString::to_string).collect())
    }

    fn show(
        &mut self,
        volume: &Volume,
        volumes: &[Volume],
        system: &System,
        notes: &mut Vec<Error>,
    ) -> Result<()> {
        let (letter, mut points) = match volume.letter() {
            Some(letter) => (letter, Vec::new()),
            None => give_letter(volume).map(|letter| (letter.clone(), vec![letter]))?,
        };
        let name = system.mounts.first().map(|(_, name)| name);
        let esp = volumes.iter().find(|volume| Some(&volume.name) == name).cloned();
        if let Some(esp) = &esp {
            Root::new(format!(r"\\?\{letter}")).make_dir(ESP_POINT, 0o700)?;
            let point = format!("{letter}{}\\", ESP_POINT.trim_start_matches('/'));
            // File calls find it without; the operator's scripts do not.
            match api::show(&point, &esp.path) {
                Ok(()) => points.push(point),
                Err(error) => {
                    let why = format!("{} is not shown at {point}", esp.name);
                    notes.push(Error::other("system.mount", why).cause(error));
                }
            }
        }
        self.mounted = Some(Mounted { letter, esp, points });
        Ok(())
    }

    /// Takes everything apart: what is shown is hidden, the volumes are flushed and dismounted, the drives taken offline.
    /// Nothing mounted is no error.
    ///
    /// # Errors
    /// `system.unmount`, `disk.io`: then the disks are not ready to be detached.
    pub fn unmount(&mut self) -> Result<()> {
        self.hives = Hives::default();
        let mut failed = Ok(());
        if let Some(Mounted { letter, esp, points }) = self.mounted.take() {
            // Before the letters go: the directory below is removed by one.
            let (below, letters): (Vec<_>, Vec<_>) = points.into_iter().partition(|point| point.len() > 3);
            failed = hide(&below);
            if esp.is_some() {
                let _ = std::fs::remove_dir(format!("{letter}{}", ESP_POINT.trim_start_matches('/')));
            }
            let hidden = hide(&letters);
            failed = failed.and(hidden);
        }
        // Whether mounted or not: a look at a volume leaves marks on it, too.
        let released = volumes::now(&self.disks)
            .and_then(|all| all.iter().map(Volume::release).fold(Ok(()), Result::and));
        let offline = self.disks.iter().map(Disk::take_offline).fold(Ok(()), Result::and);
        failed.and(released).and(offline)
    }

    /// Runs a program of the operator's on the worker, beside the guest.
    ///
    /// # Errors
    /// `script.*`.
    pub fn run_script(&self, script: &Script, stop: &Stop) -> Result<ScriptEnd> {
        let root = self.mounted.as_ref().map(|mounted| PathBuf::from(&mounted.letter));
        script::run(&self.base, root.as_deref(), script, stop)
    }

    /// Refuses: a Windows runs no programs of another one.
    ///
    /// # Errors
    /// `rootfs.run`.
    pub fn run(&self, program: Program, _stop: &Stop) -> Result<RootReply> {
        self.root()?;
        let name = program.argv.first().map_or("", String::as_str);
        let why =
            format!("{name} was not run: programs of the guest do not run on a worker that runs Windows");
        Err(Error::invalid("rootfs.run", why))
    }

    /// The mounted root, for file calls.
    ///
    /// # Errors
    /// `rootfs.not-mounted`.
    pub fn root(&self) -> Result<Root> {
        let Some(mounted) = &self.mounted else {
            return Err(Error::conflict("rootfs.not-mounted", "no system is mounted: mount one first"));
        };
        let root = Root::new(format!(r"\\?\{}", mounted.letter));
        Ok(match &mounted.esp {
            Some(esp) => root.with(ESP_POINT.trim_start_matches('/'), esp.base()),
            None => root,
        })
    }

    fn must_be_unmounted(&self) -> Result<()> {
        match self.mounted {
            None => Ok(()),
            Some(_) => Err(Error::conflict("system.mounted", "a system is mounted: unmount it first")),
        }
    }

    fn volumes(&self) -> Result<Vec<Volume>> {
        self.disks.iter().try_for_each(Disk::bring_online)?;
        volumes::of(&self.disks)
    }

    /// The Windows on a volume, if one is there.
    fn look_into(&self, volume: &Volume, volumes: &[Volume]) -> Result<Option<System>> {
        if volume.is_esp {
            return Ok(None);
        }
        self.open(volume)?;
        let root = Root::new(volume.base());
        let Some(name) = installed::inspect(&root, &volume.name)? else { return Ok(None) };
        let esp = esp(volume, volumes).map(|esp| (ESP_POINT.to_string(), esp.name.clone()));
        let mounts = esp.into_iter().collect();
        Ok(Some(System { root: volume.name.clone(), name, mounts, os_type: OsType::Windows }))
    }

    /// Makes sure that its files can be seen.
    fn open(&self, volume: &Volume) -> Result<()> {
        let look = || std::fs::read_dir(volume.base()).map(drop);
        let looked = match look() {
            Err(error) if api::is_locked(&error) => {
                bitlocker::unlock(&volume.name, &volume.path, &self.secrets)?;
                look()
            }
            other => other,
        };
        looked.or_other("system.mount", || format!("cannot look into {}", volume.name))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        if let Err(error) = self.unmount() {
            eprintln!("{error}");
        }
    }
}

fn hide(points: &[String]) -> Result<()> {
    let hide =
        |point: &String| api::hide(point).or_other("system.unmount", || format!("{point} stays shown"));
    points.iter().rev().map(hide).fold(Ok(()), Result::and)
}

fn give_letter(volume: &Volume) -> Result<String> {
    let mut error = Error::other("system.mount", format!("{} can be given no drive letter", volume.name));
    for letter in api::free_letters() {
        let point = format!("{letter}:\\");
        match api::show(&point, &volume.path) {
            Ok(()) => return Ok(point),
            // Somebody else was faster, or it is one that Windows does not give away.
            Err(why) => error = error.cause(format!("{letter}: {why}")),
        }
    }
    Err(error)
}

/// The firmware's partition of a Windows: that of its own disk, else the only one.
fn esp<'a>(windows: &Volume, volumes: &'a [Volume]) -> Option<&'a Volume> {
    let all: Vec<&Volume> = volumes.iter().filter(|volume| volume.is_esp).collect();
    let own = all.iter().find(|volume| volume.disks.iter().any(|disk| windows.disks.contains(disk)));
    match (own, all.as_slice()) {
        (Some(own), _) => Some(own),
        (None, [only]) => Some(only),
        _ => None,
    }
}

/// Names what there is instead of a system. What somebody can help with comes first.
fn not_found(volumes: &[Volume], failures: Vec<Error>) -> Error {
    const WHAT: &str = "no operating system was found on the attached disks";
    let helps = |failure: &&Error| failure.code == "system.locked" || failure.kind == Kind::Conflict;
    let error = match failures.iter().find(helps) {
        Some(failure) => failure.clone().during(WHAT),
        None => Error::not_found("system.not-found", WHAT),
    };
    failures.iter().take(CAUSES_MAX).fold(volumes::told(volumes, error), Error::cause)
}
