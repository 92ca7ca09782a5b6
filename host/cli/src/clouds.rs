//! Credentials as OpenStack's own clients find them: `clouds.yaml` with `secure.yaml` over it, or `OS_*`
//! variables. What is secret is parted from what is not: the password goes into the vault, the rest into
//! the plugin's option `auth`. Knows no endpoint.

use crate::place::is_open_to_others;
use gyre_core::config::Login;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use serde_yaml_ng::{Mapping, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What stands in `auth` and is no secret.
const PLAIN: [&str; 12] = [
    "auth_url",
    "username",
    "user_id",
    "user_domain_name",
    "user_domain_id",
    "project_name",
    "project_id",
    "project_domain_name",
    "project_domain_id",
    "domain_name",
    "application_credential_id",
    "application_credential_name",
];
/// What stands beside `auth`.
const BESIDE: [&str; 2] = ["region_name", "interface"];
const AUTH_TYPES: [&str; 5] =
    ["password", "v3password", "v3applicationcredential", "application_credential", "v3multifactor"];

/// How to log in to a cloud.
#[derive(Clone, PartialEq)]
pub struct Found {
    /// The plugin's option `auth`, and where it was found: no secrets.
    pub login: Login,
    /// Password, or the secret of an application credential.
    pub password: Vec<u8>,
    /// Files that everybody may read although they hold the password.
    pub open_files: Vec<PathBuf>,
}

/// Where clients look; separated from the process so that tests can say.
pub struct Surroundings {
    /// Environment variables.
    pub variables: BTreeMap<String, String>,
    /// Where `clouds.yaml` may lie, best first.
    pub directories: Vec<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let of_user = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).unwrap_or(home.join(".config"));
        Self {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .filter(|(name, _)| name.starts_with("OS_"))
                .collect(),
            directories: vec![PathBuf::from("."), of_user.join("openstack"), "/etc/openstack".into()],
        }
    }

    /// The login of an entry of `clouds.yaml`; `env`: that of the variables.
    ///
    /// # Errors
    /// `clouds.missing`, `clouds.unknown`, `clouds.unreadable`, `clouds.auth-type`, `clouds.incomplete`.
    pub fn login(&self, cloud: &str) -> Result<Found> {
        if cloud == "env" { self.read_variables() } else { self.read_files(cloud) }
    }

    fn read_variables(&self) -> Result<Found> {
        let get = |name: &str| self.variables.get(&format!("OS_{}", name.to_uppercase())).cloned();
        let mut entry = Entry::default();
        for name in PLAIN.iter().chain(&BESIDE) {
            entry.text.extend(get(name).map(|value| (name.to_string(), value)));
        }
        if let Some(project) = get("tenant_name") {
            entry.text.entry("project_name".into()).or_insert(project);
        }
        entry.password = get("password");
        entry.credential_secret = get("application_credential_secret");
        entry.auth_type = get("auth_type");
        entry.cacert = get("cacert");
        entry.finish("the OS_* variables", Vec::new())
    }

    fn read_files(&self, cloud: &str) -> Result<Found> {
        let clouds = self.file("OS_CLIENT_CONFIG_FILE", "clouds").ok_or_else(|| {
            let named = self
                .variables
                .get("OS_CLIENT_CONFIG_FILE")
                .map(|path| format!("{path} (OS_CLIENT_CONFIG_FILE)"));
            let usual = self.directories.iter().map(|d| d.join("clouds.yaml").display().to_string());
            let looked = named.into_iter().chain(usual);
            Error::not_found(
                "clouds.missing",
                format!("there is no clouds.yaml to find the cloud {cloud:?} in"),
            )
            .cause(format!("looked for {}", looked.collect::<Vec<_>>().join(", ")))
        })?;
        let mut known = entries(&clouds)?;
        let mut files = vec![clouds.clone()];
        if let Some(secure) = self.file("OS_CLIENT_SECURE_FILE", "secure") {
            merge(&mut known, entries(&secure)?);
            files.push(secure);
        }
        let Some(Value::Mapping(entry)) = known.get(cloud) else {
            let names: Vec<_> = known.keys().filter_map(Value::as_str).collect();
            return Err(Error::invalid(
                "clouds.unknown",
                format!("{} has no cloud {cloud:?}", clouds.display()),
            )
            .cause(format!("its clouds: {}", names.join(", "))));
        };
        let open = files.into_iter().filter(|path| is_open_to_others(path)).collect();
        Entry::read(entry).finish(&format!("the cloud {cloud:?} of {}", clouds.display()), open)
    }

    fn file(&self, variable: &str, stem: &str) -> Option<PathBuf> {
        let named = self.variables.get(variable).map(PathBuf::from).filter(|path| path.exists());
        let usual = || {
            let names = ["yaml", "yml", "json"].map(|ending| format!("{stem}.{ending}"));
            let mut all = self.directories.iter().flat_map(|d| names.iter().map(|name| d.join(name)));
            all.find(|path| path.exists())
        };
        named.or_else(usual)
    }
}

/// The clouds of one file. JSON is YAML.
fn entries(path: &Path) -> Result<Mapping> {
    let what = || format!("{} cannot be read", path.display());
    let text = std::fs::read_to_string(path).or_invalid("clouds.unreadable", what)?;
    // The parser's message may quote a line, and a line may hold a password: only its place is told.
    let parsed: std::result::Result<Mapping, _> = serde_yaml_ng::from_str(&text);
    let mut parsed = parsed.map_err(|e| {
        let place =
            e.location().map_or(String::new(), |at| format!("line {}, column {}", at.line(), at.column()));
        Error::invalid("clouds.unreadable", format!("{} is not YAML with a `clouds` table", path.display()))
            .cause(place)
    })?;
    match parsed.remove("clouds") {
        Some(Value::Mapping(clouds)) => Ok(clouds),
        _ => Err(Error::invalid("clouds.unreadable", format!("{} has no table `clouds`", path.display()))),
    }
}

fn merge(into: &mut Mapping, from: Mapping) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Mapping(old)), Value::Mapping(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

/// One cloud before it is checked.
#[derive(Default)]
struct Entry {
    text: BTreeMap<String, String>,
    password: Option<String>,
    credential_secret: Option<String>,
    auth_type: Option<String>,
    cacert: Option<String>,
    verify: Option<bool>,
}

impl Entry {
    fn read(cloud: &Mapping) -> Self {
        let none = Mapping::new();
        let auth = cloud.get("auth").and_then(Value::as_mapping).unwrap_or(&none);
        let of = |table: &Mapping, name: &str| table.get(name).and_then(scalar);
        let mut text: BTreeMap<_, _> =
            PLAIN.iter().filter_map(|name| Some((name.to_string(), of(auth, name)?))).collect();
        text.extend(BESIDE.iter().filter_map(|name| Some((name.to_string(), of(cloud, name)?))));
        Self {
            text,
            password: of(auth, "password"),
            credential_secret: of(auth, "application_credential_secret"),
            auth_type: of(cloud, "auth_type"),
            cacert: of(cloud, "cacert"),
            verify: cloud.get("verify").and_then(Value::as_bool),
        }
    }

    fn finish(self, whose: &str, open_files: Vec<PathBuf>) -> Result<Found> {
        if let Some(other) = self.auth_type.as_deref().filter(|name| !AUTH_TYPES.contains(name)) {
            return Err(Error::invalid("clouds.auth-type", format!("{whose} uses auth_type {other:?}"))
                .cause("gyre logs in with a password or an application credential"));
        }
        let lacks = |what: &str| {
            Err(Error::invalid("clouds.incomplete", format!("{whose} cannot be logged in to")).cause(what))
        };
        if !self.text.contains_key("auth_url") {
            return lacks("auth_url is missing");
        }
        let by_credential = self.text.keys().any(|name| name.starts_with("application_credential"));
        let secret = if by_credential { self.credential_secret } else { self.password };
        let Some(secret) = secret else {
            return lacks(if by_credential {
                "application_credential_secret is missing"
            } else {
                "password is missing"
            });
        };
        let mut auth: toml::Table = self.text.into_iter().map(|(name, value)| (name, value.into())).collect();
        if let Some(path) = self.cacert {
            let what = || format!("the CA certificates of {whose} cannot be read");
            let pem = std::fs::read_to_string(expand(&path)).or_invalid("clouds.cacert", what)?;
            auth.insert("cacert".into(), pem.into());
        }
        if let Some(verify) = self.verify {
            auth.insert("verify".into(), verify.into());
        }
        Ok(Found { login: Login { auth, from: whose.to_owned() }, password: secret.into_bytes(), open_files })
    }
}

/// A password of digits is a number to YAML.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn expand(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOUDS: &str = "
clouds:
  mine:
    auth:
      auth_url: https://keystone.example:5000
      username: gyre
      password: 1234
      project_name: web
      user_domain_name: Default
    region_name: RegionOne
    interface: internal
    verify: true
  credential:
    auth_type: v3applicationcredential
    auth: {auth_url: 'https://k', application_credential_id: ac}
  token: {auth_type: v3token, auth: {auth_url: 'https://k', token: t}}
";

    fn surroundings(files: &[(&str, &str)], variables: &[(&str, &str)]) -> (tempfile::TempDir, Surroundings) {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let directories = vec![directory.path().join("none"), directory.path().to_owned()];
        (directory, Surroundings { variables, directories })
    }

    #[test]
    fn the_password_is_parted_from_the_rest() {
        let (keep, here) = surroundings(&[("clouds.yaml", CLOUDS)], &[]);
        let login = here.login("mine").unwrap();
        assert_eq!(login.password, b"1234");
        assert_eq!(
            login.login.from,
            format!("the cloud \"mine\" of {}", keep.path().join("clouds.yaml").display())
        );
        let auth = toml::to_string(&login.login.auth).unwrap();
        assert!(!auth.contains("1234"), "{auth}");
        for line in [
            "username = \"gyre\"",
            "region_name = \"RegionOne\"",
            "interface = \"internal\"",
            "verify = true",
        ] {
            assert!(auth.contains(line), "{line} is missing in {auth}");
        }
        assert_eq!(login.open_files.len(), 1, "it was written readable for all");
    }

    #[test]
    fn secure_yaml_goes_over_clouds_yaml() {
        let secure = "clouds: {credential: {auth: {application_credential_secret: s3}}, mine: {auth: {password: new}}}";
        let (_keep, here) = surroundings(&[("clouds.yaml", CLOUDS), ("secure.yaml", secure)], &[]);
        assert_eq!(here.login("credential").unwrap().password, b"s3");
        let mine = here.login("mine").unwrap();
        assert_eq!(
            (mine.password.as_slice(), mine.login.auth["username"].as_str()),
            (&b"new"[..], Some("gyre"))
        );
    }

    #[test]
    fn variables_say_the_same() {
        let (_keep, here) = surroundings(
            &[],
            &[
                ("OS_AUTH_URL", "https://k"),
                ("OS_USERNAME", "u"),
                ("OS_PASSWORD", "p"),
                ("OS_TENANT_NAME", "t"),
                ("OS_REGION_NAME", "r"),
            ],
        );
        let login = here.login("env").unwrap();
        assert_eq!(login.password, b"p");
        assert_eq!(login.login.auth["project_name"].as_str(), Some("t"));
        assert!(!login.login.auth.contains_key("password"));
    }

    #[test]
    fn every_mistake_has_its_error_and_none_shows_a_password() {
        let broken = "clouds: {mine: {auth: {password: 'geheim}}}";
        for (files, cloud, code) in [
            (vec![], "mine", "clouds.missing"),
            (vec![("clouds.yaml", CLOUDS)], "other", "clouds.unknown"),
            (vec![("clouds.yaml", CLOUDS)], "token", "clouds.auth-type"),
            (vec![("clouds.yaml", CLOUDS)], "credential", "clouds.incomplete"),
            (vec![("clouds.yaml", broken)], "mine", "clouds.unreadable"),
            (vec![("clouds.yaml", "geheim: 1")], "mine", "clouds.unreadable"),
            (vec![], "env", "clouds.incomplete"),
        ] {
            let (_keep, here) = surroundings(&files, &[]);
            let error = here.login(cloud).err().unwrap();
            assert_eq!(error.code, code, "{error}");
            assert!(!error.to_string().contains("geheim"), "{error}");
        }
    }

    #[test]
    fn certificates_travel_as_text() {
        let (keep, _) = surroundings(&[("ca.pem", "-----BEGIN CERTIFICATE-----")], &[]);
        let ca = keep.path().join("ca.pem").display().to_string();
        let variables = [
            ("OS_AUTH_URL", "https://k"),
            ("OS_USERNAME", "u"),
            ("OS_PASSWORD", "p"),
            ("OS_CACERT", ca.as_str()),
        ];
        let login = surroundings(&[], &variables).1.login("env").unwrap();
        assert_eq!(login.login.auth["cacert"].as_str(), Some("-----BEGIN CERTIFICATE-----"));
        let variables = [("OS_AUTH_URL", "https://k"), ("OS_PASSWORD", "p"), ("OS_CACERT", "/nowhere")];
        assert_eq!(surroundings(&[], &variables).1.login("env").err().unwrap().code, "clouds.cacert");
    }
}
