//! Secrets by name, fetched when they are used: passwords of clouds, files, environment variables.
//! Refuses to print: nothing here implements `Debug` with a value in it.

use crate::clouds::{Found, Surroundings};
use crate::place::is_open_to_others;
use gyre_core::config::{Config, Endpoint, LOGIN, SecretSource};
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The secret that a cloud's password becomes.
const PASSWORD: &str = "os-password";
/// What of a login is secret, as clouds.yaml names it.
const LOGIN_SECRETS: [&str; 3] = ["password", "application_credential_secret", "token"];
/// The largest secret in a file.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// Secrets of this process.
pub struct Vault {
    passwords: BTreeMap<String, Vec<u8>>,
    named: BTreeMap<String, SecretSource>,
}

/// What came of looking for every endpoint's cloud.
pub struct Opened {
    /// The secrets.
    pub vault: Vault,
    /// Endpoints whose cloud cannot be logged in to: told when one is used.
    pub broken: BTreeMap<String, Error>,
    /// Files with secrets in them that everybody may read.
    pub open_files: Vec<PathBuf>,
}

impl Vault {
    /// Finds the clouds of all endpoints, and gives each plugin its option `auth`.
    pub fn open(config: &mut Config, surroundings: &Surroundings) -> Opened {
        let (mut passwords, mut broken, mut open_files) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let both = config.source.iter_mut().chain(config.destination.iter_mut());
        for (name, endpoint) in both {
            if let Some(error) = written_login(name, endpoint) {
                broken.insert(name.clone(), error);
                continue;
            }
            let Some(cloud) = endpoint.cloud.clone() else { continue };
            match surroundings.login(&cloud) {
                Ok(Found { login, password, open_files: open }) => {
                    endpoint.login = Some(login);
                    open_files.extend(open);
                    if passwords.insert(name.clone(), password).is_some() {
                        broken.insert(name.clone(), same_name(name));
                    }
                }
                Err(error) => {
                    broken.insert(name.clone(), error);
                }
            }
        }
        let files = config.secret.values().filter_map(|source| match source {
            SecretSource::File(path) if is_open_to_others(path) => Some(path.clone()),
            _ => None,
        });
        open_files.extend(files);
        open_files.sort();
        open_files.dedup();
        Opened { vault: Self { passwords, named: config.secret.clone() }, broken, open_files }
    }

    /// The value of a secret, as an endpoint means its name.
    ///
    /// # Errors
    /// `secret.unknown`, `secret.unreadable`.
    pub fn value(&self, endpoint: &str, name: &str) -> Result<Vec<u8>> {
        if let Some(password) = self.passwords.get(endpoint).filter(|_| name == PASSWORD) {
            return Ok(password.clone());
        }
        match self.named.get(name) {
            Some(SecretSource::File(path)) => read(name, path),
            Some(SecretSource::Env(variable)) => std::env::var(variable)
                .map(String::into_bytes)
                .or_invalid("secret.unreadable", || format!("the secret {name:?} is to be in ${variable}")),
            None => {
                Err(Error::invalid("secret.unknown", format!("there is no secret {name:?} for {endpoint:?}"))
                    .cause(format!("write [secret.{name}] in gyre.toml, or cloud = \"…\" in the endpoint")))
            }
        }
    }
}

/// A login that stands among the options: its password would be shown to the plugin, or it would count for nothing
/// beside that of `cloud`.
fn written_login(name: &str, endpoint: &Endpoint) -> Option<Error> {
    let login = endpoint.config.get(LOGIN)?.as_table()?;
    let secret = LOGIN_SECRETS.into_iter().find(|secret| login.contains_key(*secret));
    let why = match (secret, &endpoint.cloud) {
        (Some(secret), _) => {
            format!("{LOGIN}.{secret} stands among the options of {name:?}, where its plugin would read it")
        }
        (None, Some(cloud)) => format!(
            "{name:?} has both cloud = {cloud:?} and an option {LOGIN}: they may say different things"
        ),
        (None, None) => return None,
    };
    let remedy = format!(
        "take {LOGIN} away, and write the login into clouds.yaml, with cloud = \"NAME\" in the endpoint"
    );
    Some(Error::invalid("secret.login", why).cause(remedy))
}

fn same_name(name: &str) -> Error {
    Error::invalid("config.same-name", format!("a source and a destination are both named {name:?}"))
        .cause("each has a cloud of its own, and secrets are told apart by the endpoint's name")
}

fn read(name: &str, path: &Path) -> Result<Vec<u8>> {
    let what = || format!("the secret {name:?} cannot be read from {}", path.display());
    let file = std::fs::File::open(path).or_invalid("secret.unreadable", what)?;
    let mut bytes = Vec::new();
    file.take(SECRET_BYTES_MAX + 1).read_to_end(&mut bytes).or_invalid("secret.unreadable", what)?;
    if bytes.len() as u64 > SECRET_BYTES_MAX {
        return Err(Error::invalid("secret.unreadable", what())
            .cause(format!("it is larger than {SECRET_BYTES_MAX} bytes")));
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        let text = format!("[plugin.p]\ncomponent = \"p.wasm\"\n{text}");
        Config::parse(&text, Path::new("/")).unwrap()
    }

    fn variables(all: &[(&str, &str)]) -> Surroundings {
        let variables = all.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Surroundings { variables, directories: Vec::new() }
    }

    #[test]
    fn a_clouds_password_belongs_to_its_endpoint_and_the_rest_to_its_plugin() {
        let mut config =
            config("[destination.a]\nplugin = \"p\"\ncloud = \"env\"\n[destination.b]\nplugin = \"p\"\n");
        let here =
            variables(&[("OS_AUTH_URL", "https://k"), ("OS_USERNAME", "u"), ("OS_PASSWORD", "geheim")]);
        let opened = Vault::open(&mut config, &here);
        assert_eq!(opened.vault.value("a", "os-password").unwrap(), b"geheim");
        assert_eq!(opened.vault.value("b", "os-password").unwrap_err().code, "secret.unknown");
        let login = config.destination["a"].login.clone().unwrap();
        let given = toml::to_string(&login.auth).unwrap();
        assert!(given.contains("auth_url") && !format!("{config:?}").contains("geheim"), "{given}");
        assert_eq!(login.from, "the OS_* variables");
        assert!(config.destination["a"].config.is_empty(), "it stands nowhere among the options");
    }

    #[test]
    fn a_missing_cloud_is_told_when_its_endpoint_is_used() {
        let mut config = config("[destination.a]\nplugin = \"p\"\ncloud = \"mine\"\n");
        assert_eq!(Vault::open(&mut config, &variables(&[])).broken["a"].code, "clouds.missing");
    }

    #[test]
    fn a_login_among_the_options_is_refused_where_a_plugin_would_read_it_or_a_cloud_is_named_too() {
        let code = |text: &str| {
            let mut config = config(&format!("[destination.a]\nplugin = \"p\"\n{text}"));
            let here =
                variables(&[("OS_AUTH_URL", "https://k"), ("OS_USERNAME", "u"), ("OS_PASSWORD", "geheim")]);
            let error = Vault::open(&mut config, &here).broken.remove("a");
            assert!(!format!("{error:?}").contains("geheim"));
            error.map(|error| error.code)
        };
        assert_eq!(
            code("config.auth = { username = \"u\", password = \"geheim\" }\n").unwrap(),
            "secret.login"
        );
        assert_eq!(code("cloud = \"env\"\nconfig.auth = { username = \"v\" }\n").unwrap(), "secret.login");
        assert_eq!(code("config.auth = { username = \"u\" }\n"), None);
        assert_eq!(code("cloud = \"env\"\n"), None);
    }

    #[test]
    fn files_lose_one_newline_and_are_watched() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        std::fs::write(&path, "a\n\n").unwrap();
        let mut config =
            config(&format!("[secret.key]\nfile = {path:?}\n[secret.gone]\nfile = \"/nowhere\"\n"));
        let opened = Vault::open(&mut config, &variables(&[]));
        assert_eq!(opened.vault.value("any", "key").unwrap(), b"a\n");
        assert_eq!(opened.vault.value("any", "gone").unwrap_err().code, "secret.unreadable");
        assert_eq!(opened.open_files, [path]);
    }
}
