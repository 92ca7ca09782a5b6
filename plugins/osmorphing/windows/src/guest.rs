//! A Windows in the guest's root: where it lies, and its two hives that matter.

use crate::place;
use crate::release::Release;
use gyre_plugin::osmorphing::*;

/// Where Windows may be installed: a name that its installer takes, and that of its first versions.
const DIRECTORIES: [&str; 2] = ["/Windows", "/WINNT"];

/// An open guest.
pub struct Guest<'a> {
    pub root: &'a Root<'a>,
    /// `/Windows`, as it is written.
    pub windows: String,
    pub system: Hive,
    pub software: Hive,
    /// The set of settings it boots with: `ControlSet001`.
    pub control: String,
    pub release: Release,
}

impl<'a> Guest<'a> {
    /// `None`: there is no Windows.
    ///
    /// # Errors
    /// `windows.*`, `registry.*`, `rootfs.*`.
    pub fn open(root: &'a Root<'a>) -> Result<Option<Self>> {
        for directory in DIRECTORIES {
            let hive = |name| place::find(root, &format!("{directory}/System32/config/{name}"));
            if let (Some(windows), Some(system), Some(software)) =
                (place::find(root, directory)?, hive("SYSTEM")?, hive("SOFTWARE")?)
            {
                let system = root.hive(&system)?;
                let software = root.hive(&software)?;
                let control = control_set(&system)?;
                let release = Release::read(&software, &system, &control)?;
                return Ok(Some(Self { root, windows, system, software, control, release }));
            }
        }
        Ok(None)
    }

    /// A path below Windows' directory, as it is written as far as it is there.
    ///
    /// # Errors
    /// What the host met.
    pub fn path(&self, below: &str) -> Result<String> {
        place::target(self.root, &format!("{}/{below}", self.windows))
    }

    /// A key of the settings it boots with.
    pub fn key(&self, below: &str) -> String {
        format!(r"{}\{below}", self.control)
    }

    /// The key of a service.
    pub fn service(&self, name: &str) -> String {
        self.key(&format!(r"Services\{name}"))
    }

    /// Writes both hives.
    ///
    /// # Errors
    /// `registry.*`, `rootfs.*`.
    pub fn commit(&self) -> Result<()> {
        self.software.commit()?;
        self.system.commit()
    }
}

fn control_set(system: &Hive) -> Result<String> {
    let current = system.number("Select", "Current")?;
    let control = current.map(|number| format!("ControlSet{number:03}"));
    match control {
        Some(control) if system.has_key(&control)? => Ok(control),
        _ => Err(Error::invalid("windows.damaged", "the guest's SYSTEM hive has no current control set")),
    }
}
