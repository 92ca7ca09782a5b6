//! How a machine is to be deployed, put together from the command and the configuration: scripts are read
//! here, when a job is asked for, and their texts go along with it. Secrets go along by name. Runs nothing.

use crate::args::MorphArgs;
use gyre_core::config::Config;
use gyre_core::error::Context as _;
use gyre_core::limits::{LUKS_SECRETS_MAX, SCRIPT_BYTES_MAX};
use gyre_core::scripts::{Phase, ScriptFiles, Scripts, UserScripts};
use gyre_core::{Error, Result};
use gyre_engine::DeployOptions;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What `args` ask for of one machine.
///
/// # Errors
/// `script.unreadable`, `script.size`, `script.phase`.
pub fn options(args: &MorphArgs) -> Result<DeployOptions> {
    Ok(DeployOptions {
        system: args.system.clone(),
        skip_morphing: args.skip_morphing,
        luks_secrets: args.luks_secret.clone(),
        scripts: UserScripts { own: own_scripts(&args.script)?, ..UserScripts::default() },
        ..DeployOptions::default()
    })
}

/// The same over what the configuration says of all machines: that of whoever does it, and not of who asked.
///
/// # Errors
/// `script.unreadable`, `script.size`, `secret.unknown`, `secret.many`.
pub fn complete(config: &Config, asked: DeployOptions) -> Result<DeployOptions> {
    // Whoever asks over the API gives texts, and may skip what they are for.
    check_count(&asked.luks_secrets)?;
    for (phase, text) in &asked.scripts.own {
        check_size(text, &format!("of {}", phase.name()))?;
    }
    if asked.skip_morphing {
        return Ok(asked);
    }
    let scripts = UserScripts {
        own: asked.scripts.own,
        linux: general_scripts(&config.scripts.linux)?,
        windows: general_scripts(&config.scripts.windows)?,
    };
    let luks_secrets = secrets(config, &asked.luks_secrets)?;
    Ok(DeployOptions { luks_secrets, scripts, ..asked })
}

/// Those of this machine, else those of all; what is named and not there is told before a job begins.
fn secrets(config: &Config, own: &[String]) -> Result<Vec<String>> {
    let names = if own.is_empty() { &config.deploy.luks_secrets } else { own };
    check_count(names)?;
    match names.iter().find(|name| !config.secret.contains_key(*name)) {
        None => Ok(names.to_vec()),
        Some(name) => {
            let what = format!("there is no secret {name:?} to open encrypted disks with");
            Err(Error::invalid("secret.unknown", what).cause(format!("write [secret.{name}] in gyre.toml")))
        }
    }
}

fn check_count(secrets: &[String]) -> Result<()> {
    if secrets.len() <= LUKS_SECRETS_MAX {
        return Ok(());
    }
    let why = format!("at most {LUKS_SECRETS_MAX} secrets are tried on one machine's disks");
    Err(Error::invalid("secret.many", why))
}

fn own_scripts(given: &[String]) -> Result<Scripts> {
    let mut scripts = Scripts::new();
    for given in given {
        let (phase, file) = phase_and_file(given)?;
        if scripts.insert(phase, read(&file)?).is_some() {
            let why = format!("two scripts are given for {}: join them", phase.name());
            return Err(Error::invalid("script.phase", why));
        }
    }
    Ok(scripts)
}

fn phase_and_file(given: &str) -> Result<(Phase, PathBuf)> {
    let (name, file) = given.split_once('=').unwrap_or((given, ""));
    let phase = Phase::ALL.into_iter().find(|phase| phase.name() == name);
    phase.filter(|_| !file.is_empty()).map(|phase| (phase, file.into())).ok_or_else(|| {
        let names: Vec<&str> = Phase::ALL.iter().map(|phase| phase.name()).collect();
        let what = format!("{given:?} is not of the form PHASE=FILE");
        Error::invalid("script.phase", what).cause(format!("phases: {}", names.join(", ")))
    })
}

fn general_scripts(files: &ScriptFiles) -> Result<Scripts> {
    files.named().map(|(phase, file)| Ok((phase, read(file)?))).collect()
}

/// Lines that end as on Windows keep a shell from starting.
fn read(path: &Path) -> Result<String> {
    let what = || format!("the script {} cannot be read", path.display());
    let file = std::fs::File::open(path).or_invalid("script.unreadable", what)?;
    let mut text = String::new();
    let limit = u64::try_from(SCRIPT_BYTES_MAX).unwrap_or(u64::MAX);
    file.take(limit + 1).read_to_string(&mut text).or_invalid("script.unreadable", what)?;
    check_size(&text, &path.display())?;
    Ok(text.replace("\r\n", "\n"))
}

/// `name` is that of its file, or says of which phase it is.
fn check_size(text: &str, name: &dyn std::fmt::Display) -> Result<()> {
    if !text.trim().is_empty() && text.len() <= SCRIPT_BYTES_MAX {
        return Ok(());
    }
    let why = format!("the script {name} must have between 1 and {SCRIPT_BYTES_MAX} bytes");
    Err(Error::invalid("script.size", why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::OsType;

    fn asked(config: &Config, args: &MorphArgs) -> Result<DeployOptions> {
        complete(config, options(args)?)
    }

    fn args(script: &[String], secret: &[&str]) -> MorphArgs {
        let luks_secret = secret.iter().map(ToString::to_string).collect();
        MorphArgs { system: None, skip_morphing: false, luks_secret, script: script.to_vec() }
    }

    #[test]
    fn scripts_are_read_and_secrets_are_only_named() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("all"), "#!/bin/sh\r\necho all\r\n").unwrap();
        std::fs::write(directory.path().join("own"), "echo own\n").unwrap();
        std::fs::write(directory.path().join("large"), "#".repeat(SCRIPT_BYTES_MAX + 1)).unwrap();
        std::fs::write(directory.path().join("empty"), "\n").unwrap();
        let text = "[deploy]\nluks-secrets = ['a']\n[secret.a]\nenv = 'A'\n[secret.b]\nenv = 'B'\n\
                    [scripts.linux]\nafter-mount = 'all'\nfirst-boot = 'all'\n";
        let config = Config::parse(text, directory.path()).unwrap();
        let own = |phase: &str, file: &str| format!("{phase}={}", directory.path().join(file).display());

        let both = asked(&config, &args(&[own("after-mount", "own")], &[])).unwrap();
        assert_eq!(both.scripts.of(OsType::Linux, Phase::AfterMount), Some("echo own\n"));
        assert_eq!(both.scripts.of(OsType::Linux, Phase::FirstBoot), Some("#!/bin/sh\necho all\n"));
        assert_eq!(both.luks_secrets, ["a"]);
        assert_eq!(asked(&config, &args(&[], &["b", "a"])).unwrap().luks_secrets, ["b", "a"]);
        let skipping = MorphArgs { skip_morphing: true, ..args(&[], &[]) };
        assert_eq!(asked(&config, &skipping).unwrap().scripts, UserScripts::default());

        let twice = [own("first-boot", "own"), own("first-boot", "all")];
        for (given, code) in [
            (&twice[..], "script.phase"),
            (&["later=x".into()], "script.phase"),
            (&["first-boot".into()], "script.phase"),
            (&[own("first-boot", "large")], "script.size"),
            (&[own("first-boot", "empty")], "script.size"),
            (&[own("first-boot", "nothing")], "script.unreadable"),
        ] {
            assert_eq!(asked(&config, &args(given, &[])).unwrap_err().code, code, "{given:?}");
        }
        assert_eq!(asked(&config, &args(&[], &["c"])).unwrap_err().code, "secret.unknown");
        assert_eq!(asked(&config, &args(&[], &["a"; 9])).unwrap_err().code, "secret.many");
    }

    #[test]
    fn texts_and_secrets_that_were_sent_have_limits_too() {
        let config = Config::parse("[secret.a]\nenv = 'A'\n", Path::new("/")).unwrap();
        for skip_morphing in [false, true] {
            let with = |text: String, secrets: usize| DeployOptions {
                skip_morphing,
                luks_secrets: vec!["a".into(); secrets],
                scripts: UserScripts { own: [(Phase::FirstBoot, text)].into(), ..UserScripts::default() },
                ..DeployOptions::default()
            };
            let largest = with("#".repeat(SCRIPT_BYTES_MAX), LUKS_SECRETS_MAX);
            assert_eq!(complete(&config, largest.clone()).unwrap(), largest);
            for (asked, code) in [
                (with("#".repeat(SCRIPT_BYTES_MAX + 1), 1), "script.size"),
                (with(String::new(), 1), "script.size"),
                (with("#".into(), LUKS_SECRETS_MAX + 1), "secret.many"),
            ] {
                assert_eq!(complete(&config, asked).unwrap_err().code, code);
            }
        }
    }
}
