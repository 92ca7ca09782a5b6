//! Where things lie on this machine: the configuration file, the state directory, the agent. Knows the
//! rules for looking; not what is in them.

use gyre_core::config::Config;
use gyre_core::error::Context as _;
use gyre_core::{Error, OsType, Result};
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

const CONFIG_NAME: &str = "gyre.toml";
const CONFIG_SYSTEM: &str = "/etc/gyre/gyre.toml";
const STATE_SYSTEM: &str = "/var/lib/gyre";

/// Reads the configuration: the file that was named, else the first of the usual ones.
///
/// # Errors
/// `config.missing`, `config.unreadable`, and those of [`Config::parse`].
pub fn config(named: Option<&Path>) -> Result<Config> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => usual_config()?,
    };
    let text = std::fs::read_to_string(&path)
        .or_invalid("config.unreadable", || format!("the configuration {} cannot be read", path.display()))?;
    let directory = std::path::absolute(&path)
        .or_invalid("config.unreadable", || format!("{} has no absolute path", path.display()))?;
    let config = Config::parse(&text, directory.parent().unwrap_or(Path::new("/")))
        .map_err(|error| error.cause(format!("in {}", path.display())))?;
    Ok(Config { file: path, ..config })
}

/// The same; an empty one where there is none, for commands that need but the place of the state.
///
/// # Errors
/// As [`config`], but for `config.missing`.
pub fn config_if_any(named: Option<&Path>) -> Result<Config> {
    match config(named) {
        Err(error) if error.code == "config.missing" => Ok(Config::default()),
        other => other,
    }
}

fn usual_config() -> Result<PathBuf> {
    let places = [PathBuf::from(CONFIG_NAME), PathBuf::from(CONFIG_SYSTEM)];
    places.into_iter().find(|path| path.exists()).ok_or_else(|| {
        Error::not_found("config.missing", "there is no configuration file")
            .cause(format!("looked for ./{CONFIG_NAME} and {CONFIG_SYSTEM}"))
    })
}

/// The state directory: the configured one, else the usual one of this user.
///
/// # Errors
/// `config.no-state`: there is no home to put it in.
pub fn state(config: &Config) -> Result<PathBuf> {
    if let Some(configured) = &config.host.state {
        return Ok(configured.clone());
    }
    if is_root() {
        return Ok(STATE_SYSTEM.into());
    }
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .map(|base| base.join("gyre"))
        .ok_or_else(|| {
            Error::invalid("config.no-state", "no state directory is configured, and HOME is not set")
        })
}

/// The same, made where it is not there yet: nobody else may look into it.
///
/// # Errors
/// As [`state`]; `store.open`.
pub fn ensure_state(config: &Config) -> Result<PathBuf> {
    let directory = state(config)?;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory);
    made.or_other("store.open", || format!("the state directory {} cannot be used", directory.display()))?;
    Ok(directory)
}

/// The owner of our own `/proc` entry is who we are.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

/// An agent: what it runs on, its file's name, and how such programs begin.
struct Agent {
    system: &'static str,
    name: &'static str,
    magic: &'static [u8],
}

/// ELF, System V ABI.
const LINUX: Agent = Agent { system: "Linux", name: "gyre-agent", magic: b"\x7fELF" };
/// PE, behind what MS-DOS would run.
const WINDOWS: Agent = Agent { system: "Windows", name: "gyre-agent.exe", magic: b"MZ" };

/// The agent that is uploaded to workers of this system: the configured one, else that beside this program.
///
/// # Errors
/// `config.no-agent`; `config.agent-kind` for what such a worker does not run.
pub fn agent(config: &Config, os: OsType) -> Result<PathBuf> {
    let (agent, configured) = match os {
        OsType::Windows => (WINDOWS, &config.host.agent_windows),
        _ => (LINUX, &config.host.agent),
    };
    let beside = || std::env::current_exe().ok().map(|me| me.with_file_name(agent.name));
    let path = configured.clone().or_else(beside).unwrap_or_else(|| PathBuf::from(agent.name));
    let file = File::open(&path).ok().filter(|_| path.is_file());
    let Some(file) = file else {
        return Err(Error::invalid("config.no-agent", format!("there is no agent at {}", path.display())));
    };
    let mut head = Vec::new();
    let read = file.take(agent.magic.len() as u64).read_to_end(&mut head);
    if read.is_err() || head != agent.magic {
        let message = format!("{} is no program for {}, which the agent is", path.display(), agent.system);
        return Err(Error::invalid("config.agent-kind", message));
    }
    Ok(path)
}

/// Whether the agents are there that jobs may need. That for Windows only few need: it is asked for where it is named.
///
/// # Errors
/// As [`agent`].
pub fn agents(config: &Config) -> Result<()> {
    agent(config, OsType::Linux)?;
    if config.host.agent_windows.is_some() {
        agent(config, OsType::Windows)?;
    }
    Ok(())
}

/// Where logins of registries are kept, the first one first: by Podman, by Docker.
pub fn registry_logins() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let docker = variable("DOCKER_CONFIG").or_else(|| variable("HOME").map(|home| home.join(".docker")));
    variable("REGISTRY_AUTH_FILE").into_iter().chain(docker.map(|place| place.join("config.json"))).collect()
}

/// Whether everybody on this machine may read a file that holds secrets.
pub fn is_open_to_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o004 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_read_with_its_directory() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("my.toml");
        std::fs::write(&path, "[host]\nstate = \"state\"\n").unwrap();
        let config = config(Some(&path)).unwrap();
        assert_eq!(config.file, path);
        assert_eq!(state(&config).unwrap(), directory.path().join("state"));
        assert_eq!(
            super::config(Some(&directory.path().join("none"))).unwrap_err().code,
            "config.unreadable"
        );
        std::fs::write(&path, "[hots]\n").unwrap();
        let error = super::config(Some(&path)).unwrap_err();
        assert!(error.code == "config.syntax" && error.to_string().contains("my.toml"), "{error}");
    }

    #[test]
    fn a_missing_agent_is_named() {
        let mut config = Config::default();
        config.host.agent = Some("/nowhere/agent".into());
        let linux = |config: &Config| agent(config, OsType::Linux);
        let error = linux(&config).unwrap_err();
        assert_eq!(error.to_string(), "there is no agent at /nowhere/agent [config.no-agent]");
        let text = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(text.path(), "#!/bin/sh\n").unwrap();
        config.host.agent = Some(text.path().into());
        assert_eq!(linux(&config).unwrap_err().code, "config.agent-kind");
        config.host.agent = Some(std::env::current_exe().unwrap());
        agents(&config).unwrap();
        config.host.agent_windows = config.host.agent.clone();
        assert_eq!(agents(&config).unwrap_err().code, "config.agent-kind");
        let error = agent(&config, OsType::Windows).unwrap_err();
        assert!(error.code == "config.agent-kind" && error.message.contains("for Windows"), "{error}");
        std::fs::write(text.path(), "MZ and the rest").unwrap();
        config.host.agent_windows = Some(text.path().into());
        agent(&config, OsType::Windows).unwrap();
    }

    #[test]
    fn open_files_are_seen() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(!is_open_to_others(file.path()));
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(is_open_to_others(file.path()));
    }
}
