//! Programs of the operator's that go along with a deployment, by phase and by the guest's operating
//! system. Their texts are kept with the job, so they are no place for a secret. Runs nothing.

use crate::OsType;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// When a script runs, and where.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// On the worker, the disks attached and nothing mounted.
    BeforeMount,
    /// On the worker, the guest's root mounted and not yet changed.
    AfterMount,
    /// In the guest, when it boots for the first time at the destination.
    FirstBoot,
}

impl Phase {
    /// Every phase, in the order of time.
    pub const ALL: [Phase; 3] = [Phase::BeforeMount, Phase::AfterMount, Phase::FirstBoot];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Phase::BeforeMount => "before-mount",
            Phase::AfterMount => "after-mount",
            Phase::FirstBoot => "first-boot",
        }
    }
}

/// Files with scripts, as `[scripts.linux]` names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScriptFiles {
    /// Run on the worker before anything is mounted.
    pub before_mount: Option<PathBuf>,
    /// Run on the worker with the path of the mounted root as its argument.
    pub after_mount: Option<PathBuf>,
    /// Run in the guest at its first boot.
    pub first_boot: Option<PathBuf>,
}

impl ScriptFiles {
    /// The files that are named, each with its phase.
    pub fn named(&self) -> impl Iterator<Item = (Phase, &PathBuf)> {
        let all = [
            (Phase::BeforeMount, &self.before_mount),
            (Phase::AfterMount, &self.after_mount),
            (Phase::FirstBoot, &self.first_boot),
        ];
        all.into_iter().filter_map(|(phase, file)| Some((phase, file.as_ref()?)))
    }

    /// The same, to be changed.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.before_mount, &mut self.after_mount, &mut self.first_boot].into_iter().flatten()
    }
}

/// Scripts for all machines, by their operating system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptsByOs {
    /// For Linux guests.
    #[serde(default)]
    pub linux: ScriptFiles,
    /// For Windows guests.
    #[serde(default)]
    pub windows: ScriptFiles,
}

/// Texts of scripts by phase.
pub type Scripts = BTreeMap<Phase, String>;

/// The scripts that a job was started with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserScripts {
    /// Of this machine; of a phase, they take the place of those below.
    pub own: Scripts,
    /// Of every Linux machine.
    pub linux: Scripts,
    /// Of every Windows machine.
    pub windows: Scripts,
}

impl UserScripts {
    /// The script of a phase for a machine of this operating system.
    pub fn of(&self, os: OsType, phase: Phase) -> Option<&str> {
        let general = match os {
            OsType::Windows => Some(&self.windows),
            // Sources that cannot tell have Linux machines more often than others.
            OsType::Linux | OsType::Unknown => Some(&self.linux),
            OsType::Bsd | OsType::Other => None,
        };
        let found = self.own.get(&phase).or_else(|| general?.get(&phase));
        found.map(String::as_str)
    }
}

/// What the first line of a script for cmd begins with.
const OF_CMD: [&str; 3] = ["@", "rem ", "::"];

/// A language of scripts that run on Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowsLanguage {
    /// Where nothing says otherwise.
    PowerShell,
    /// A first line that begins with `@`, `rem` or `::`.
    Cmd,
}

impl WindowsLanguage {
    /// Whose a script is.
    pub fn of(script: &str) -> Self {
        let first = script.trim_start().to_lowercase();
        match OF_CMD.iter().any(|beginning| first.starts_with(beginning)) {
            true => Self::Cmd,
            false => Self::PowerShell,
        }
    }
}

/// A script with the ends of lines that Windows wants: cmd loses its place without them.
pub fn with_windows_lines(script: &str) -> String {
    script.lines().map(|line| format!("{line}\r\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_says_whose_a_script_is() {
        for (script, language) in [
            ("@echo off", WindowsLanguage::Cmd),
            ("\r\n  REM of ours\nver", WindowsLanguage::Cmd),
            (":: of ours", WindowsLanguage::Cmd),
            ("Remove-Item x", WindowsLanguage::PowerShell),
            ("# @echo", WindowsLanguage::PowerShell),
            ("", WindowsLanguage::PowerShell),
        ] {
            assert_eq!(WindowsLanguage::of(script), language, "{script:?}");
        }
        assert_eq!(with_windows_lines("a\nb\r\nc"), "a\r\nb\r\nc\r\n");
    }

    #[test]
    fn a_machines_own_script_takes_the_place_of_the_general_one() {
        let scripts = |all: &[(Phase, &str)]| all.iter().map(|(p, text)| (*p, text.to_string())).collect();
        let user = UserScripts {
            own: scripts(&[(Phase::AfterMount, "own")]),
            linux: scripts(&[(Phase::AfterMount, "linux"), (Phase::FirstBoot, "linux")]),
            windows: scripts(&[(Phase::BeforeMount, "windows")]),
        };
        assert_eq!(user.of(OsType::Linux, Phase::AfterMount), Some("own"));
        assert_eq!(user.of(OsType::Unknown, Phase::FirstBoot), Some("linux"));
        assert_eq!(user.of(OsType::Linux, Phase::BeforeMount), None);
        assert_eq!(user.of(OsType::Windows, Phase::BeforeMount), Some("windows"));
        assert_eq!(user.of(OsType::Windows, Phase::FirstBoot), None);
        assert_eq!(user.of(OsType::Bsd, Phase::FirstBoot), None);
        assert_eq!(user.of(OsType::Bsd, Phase::AfterMount), Some("own"));
    }

    #[test]
    fn phases_are_kept_by_their_names() {
        for phase in Phase::ALL {
            assert_eq!(serde_json::to_string(&phase).unwrap(), format!("{:?}", phase.name()));
        }
        let user: UserScripts = serde_json::from_str(r#"{"own":{"first-boot":"x"}}"#).unwrap();
        assert_eq!(serde_json::to_value(&user).unwrap()["own"]["first-boot"], "x");
    }
}
