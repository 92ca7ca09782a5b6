//! `gyre plugin install|update`: a component is fetched, judged by `gyre-trust`, shown, asked for, and copied. The
//! configuration is never touched: which lines it needs is said. No rules but one: what imports more than before is
//! asked for on its own. `gyre plugin push` is the way back, and needs no configuration.

use crate::answer::Answer;
use crate::args::{ConsentArgs, InstallArgs, InstallCommand, PushArgs, UpdateArgs};
use crate::asking::agree;
use crate::show::{Table, clean};
use crate::{inspecting, place, standing};
use gyre_core::config::{Config, Grants};
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use gyre_fetch::{Credentials, Fetched, Fetcher, Place, World};
use gyre_grants::{Host, Import, Inspection, Role, Secrets, Status};
use gyre_ssh::Identity;
use gyre_trust::{Component, Gate, Lock, Pin, Standing, replace, signature_path};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Below the state directory, unless `[host] plugins` says where.
const DIRECTORY: &str = "plugins";
const DIRECTORY_MODE: u32 = 0o755;
const MODE: u32 = 0o644;
/// Behind the name of a component: where it came from.
const ORIGIN_SUFFIX: &str = "origin";
const ORIGIN_BYTES_MAX: u64 = 16 << 10;
const NAME_CHARS_MAX: usize = 64;

/// Does what was asked.
///
/// # Errors
/// `config.*`, `fetch.*`, `plugin.*`, `lock.*`, `trust.policy`, `job.cancelled`.
pub async fn run(config: Option<&Path>, command: &InstallCommand, json: bool) -> Result<Answer> {
    match command {
        InstallCommand::Install(args) => Installer::open(config, json)?.install(args).await,
        InstallCommand::Update(args) => Installer::open(config, json)?.update(args).await,
        InstallCommand::Push(args) => push(args).await,
    }
}

/// Plugins are asked who they are, and have no use for a secret then.
struct NoSecrets;

impl Secrets for NoSecrets {
    fn get(&self, _: &str, name: &str) -> Result<Vec<u8>> {
        Err(Error::not_found("secret.unknown", format!("there is no secret {name:?} here")))
    }
}

fn fetcher() -> Result<Fetcher> {
    Fetcher::new(Credentials::read(&place::registry_logins())?)
}

/// What is pushed is what lies there: whether it may run is asked by whoever installs it.
async fn push(args: &PushArgs) -> Result<Answer> {
    let to = Place::parse(&args.to)?;
    let component = Component::read(&args.component.display().to_string(), &args.component)?;
    let pinned = fetcher()?.push(&component, &world(&component)?, &to).await?;
    let signed = component.signature()?.is_some();
    let json =
        json!({ "to": to.to_string(), "pinned": pinned, "sha256": component.sha256(), "signed": signed });
    let without = "without a signature: gyre plugin sign makes one, and then it is pushed again\n";
    Ok(Answer::new(json, format!("{to}\n{pinned}\n{}", if signed { "" } else { without })))
}

fn world(component: &Component) -> Result<World> {
    let (imports, exports) = gyre_build::component::world(component.bytes()).map_err(|error| {
        let what = format!("{} is no component", component.path().display());
        Error::invalid("plugin.not-a-component", what).cause(format!("{error:#}"))
    })?;
    Ok(World { imports, exports })
}

struct Installer {
    config: Arc<Config>,
    host: Host,
    gate: Gate,
    fetcher: Fetcher,
    directory: PathBuf,
    json: bool,
}

/// A component that may be installed, with all that is shown of it.
struct Candidate {
    name: String,
    fetched: Fetched,
    inspection: Inspection,
    standing: Standing,
    target: PathBuf,
    change: Change,
    /// The grants of the `[plugin.NAME]` that is there.
    inherits: Option<Grants>,
}

/// What becomes of the component that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Change {
    /// There is none.
    New,
    /// It is this one.
    Same,
    /// It is replaced by one that imports these, too.
    Update { wider: Vec<String> },
}

/// Where an installed component came from.
#[derive(Serialize, Deserialize)]
struct Origin {
    from: String,
}

impl Installer {
    fn open(named: Option<&Path>, json: bool) -> Result<Self> {
        let config = Arc::new(place::config(named)?);
        let state = place::ensure_state(&config)?;
        let identity = Identity::load_or_create(&state.join(crate::app::IDENTITY_NAME))?;
        let host = Host::new(config.clone(), &state, Arc::new(NoSecrets), identity)?;
        let directory = config.host.plugins.clone().unwrap_or_else(|| state.join(DIRECTORY));
        Ok(Self { gate: Gate::open(&config)?, config, host, fetcher: fetcher()?, directory, json })
    }

    async fn install(&self, args: &InstallArgs) -> Result<Answer> {
        let fetched = self.fetcher.fetch(&Place::parse(&args.from)?).await?;
        if let (Some(name), true) = (&args.name, fetched.len() > 1) {
            let what =
                format!("{} holds {} components, and only one can be {name}", args.from, fetched.len());
            return Err(Error::invalid("plugin.name", what));
        }
        let (mut rows, mut text) = (Vec::new(), String::new());
        for fetched in fetched {
            let name = args.name.clone().unwrap_or_else(|| fetched.name.clone());
            let (json, said) = self.install_one(name, fetched, &args.consent)?;
            rows.push(json);
            text += &said;
        }
        Ok(Answer::new(json!({ "installed": rows }), text))
    }

    fn install_one(&self, name: String, fetched: Fetched, consent: &ConsentArgs) -> Result<(Value, String)> {
        let candidate = self.candidate(name, fetched, consent.lock)?;
        let json = candidate.json();
        if candidate.change == Change::Same {
            return Ok((json, format!("{} is installed already, as it is\n", candidate.name)));
        }
        self.ask(&candidate, consent)?;
        self.put(&candidate)?;
        let mut text = format!("{} is in {}\n", candidate.name, candidate.target.display());
        text += &self.pin(&candidate, consent.lock)?;
        if candidate.inherits.is_none() {
            text += &self.to_write(&candidate);
        }
        Ok((json, text))
    }

    /// All that somebody should know who is asked, and what it will be granted.
    fn page(&self, candidate: &Candidate) -> String {
        let granted = match &candidate.inherits {
            Some(grants) => format!(
                "granted already by [plugin.{}] of {}\n{}",
                candidate.name,
                self.config.file.display(),
                inspecting::grants(grants)
            ),
            None => format!("granted nothing yet; once it is there, {}", self.to_write(candidate)),
        };
        candidate.page() + &granted
    }

    fn to_write(&self, candidate: &Candidate) -> String {
        format!("write in {}:\n\n{}", self.config.file.display(), candidate.lines())
    }

    /// Judged by everything that judges a component which is loaded; it is not yet where it would be.
    fn candidate(&self, name: String, fetched: Fetched, may_relock: bool) -> Result<Candidate> {
        check_name(&name)?;
        let configured = self.config.plugin.get(&name);
        let sha256 = configured.and_then(|plugin| plugin.sha256.as_deref());
        let permit = self.gate.admit_unlocked(&name, sha256, &fetched.component)?;
        match self.gate.lock() {
            Some(lock) if lock.plugin.contains_key(&name) && !may_relock => {
                lock.check(&name, &fetched.component)?
            }
            _ => {}
        }
        let (inspection, standing) = self.inspect(&name, sha256, &fetched.component)?;
        self.host.check_wasi(&name, &inspection.imports)?;
        check_linkable(&name, &inspection)?;
        permit.check(&name, giving(&inspection).iter().map(String::as_str))?;
        let target = configured
            .map_or_else(|| self.directory.join(format!("{name}.wasm")), |plugin| plugin.component.clone());
        let change = self.change(&name, &target, &fetched.component, &inspection)?;
        let inherits = configured.map(|plugin| plugin.grant.clone());
        Ok(Candidate { name, fetched, inspection, standing, target, change, inherits })
    }

    fn change(&self, name: &str, target: &Path, new: &Component, inspection: &Inspection) -> Result<Change> {
        if !target.exists() {
            return Ok(Change::New);
        }
        let old = Component::read(name, target)?;
        if old.sha256() == new.sha256() && old.signature().ok() == new.signature().ok() {
            return Ok(Change::Same);
        }
        // What cannot be compiled never imported anything.
        let before = self.inspect(name, None, &old).map(|(old, _)| giving(&old)).unwrap_or_default();
        Ok(Change::Update { wider: giving(inspection).difference(&before).cloned().collect() })
    }

    /// Compiling takes seconds of a core.
    fn inspect(
        &self,
        name: &str,
        sha256: Option<&str>,
        component: &Component,
    ) -> Result<(Inspection, Standing)> {
        tokio::task::block_in_place(|| self.host.inspect_component(name, sha256, component))
    }

    fn ask(&self, candidate: &Candidate, consent: &ConsentArgs) -> Result<()> {
        if let Change::Update { wider } = &candidate.change
            && !wider.is_empty()
            && !consent.accept_wider
        {
            let name = &candidate.name;
            let more = format!("{name} imports more than before: {}", wider.join(", "));
            if consent.yes || self.json {
                return Err(Error::denied("plugin.wider", more));
            }
            agree(&format!("{}\n{more}\nlet it?", self.page(candidate)), false, self.json)?;
        }
        let verb = if candidate.change == Change::New { "install it" } else { "replace what is there" };
        agree(&format!("{}\n{verb}?", self.page(candidate)), consent.yes, self.json)
    }

    fn put(&self, candidate: &Candidate) -> Result<()> {
        let Candidate { target, fetched, .. } = candidate;
        let what = || format!("{} cannot be written", target.display());
        if let Some(parent) = target.parent() {
            let made = std::fs::DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(parent);
            made.or_invalid("plugin.install", what)?;
        }
        let beside = signature_path(target);
        let signed = match fetched.component.signature()? {
            Some(text) => replace(&beside, text.as_bytes(), MODE),
            // That of the component before would not fit.
            None if beside.exists() => std::fs::remove_file(&beside),
            None => Ok(()),
        };
        let origin = Origin { from: fetched.from.clone() };
        let origin = toml::to_string(&origin).or_other("plugin.install", what)?;
        signed
            .and_then(|()| replace(target, fetched.component.bytes(), MODE))
            .and_then(|()| replace(&origin_path(target), origin.as_bytes(), MODE))
            .or_invalid("plugin.install", what)
    }

    fn pin(&self, candidate: &Candidate, relock: bool) -> Result<String> {
        let path = Lock::path(&self.config);
        // Read again: of a directory, the component before this one may just have been pinned.
        let Some(mut lock) = Lock::read(&path)? else { return Ok(String::new()) };
        let pin = Pin::of(&candidate.fetched.component);
        if lock.plugin.get(&candidate.name) == Some(&pin) {
            return Ok(String::new());
        }
        if !relock {
            return Ok(format!("{} does not know it yet: gyre plugin lock\n", path.display()));
        }
        lock.plugin.insert(candidate.name.clone(), pin);
        lock.write(&path)?;
        Ok(format!("{} pins it\n", path.display()))
    }

    async fn update(&self, args: &UpdateArgs) -> Result<Answer> {
        let mut table = Table::new(&["plugin", "from", "state"]);
        let (mut rows, mut newer, mut failed) = (Vec::new(), Vec::new(), None);
        for (name, from) in self.installed(&args.names)? {
            let is_newer = self.is_newer(&name, &from).await;
            let state = match &is_newer {
                Ok(false) => "as it is there",
                Ok(true) => "ANOTHER ONE is there",
                Err(error) => error.message.as_str(),
            };
            table.row([name.as_str(), &from, state]);
            rows.push(json!({
                "plugin": name, "from": from, "newer": is_newer.as_ref().ok(), "error": is_newer.as_ref().err(),
            }));
            match is_newer {
                Ok(true) => newer.push((name, from)),
                Ok(false) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        let text = if rows.is_empty() { "no plugin was installed by gyre\n".into() } else { table.text() };
        let answer = json!({ "plugins": rows });
        if !args.check {
            return self.bring(newer, args, answer, text, failed).await;
        }
        let outdated = (!newer.is_empty()).then(|| {
            let names: Vec<_> = newer.iter().map(|(name, _)| name.as_str()).collect();
            Error::conflict(
                "plugin.outdated",
                format!("other components are there for: {}", names.join(", ")),
            )
        });
        Ok(Answer::new(answer, text).with_error(failed.or(outdated)))
    }

    async fn bring(
        &self,
        newer: Vec<(String, String)>,
        args: &UpdateArgs,
        answer: Value,
        mut text: String,
        failed: Option<Error>,
    ) -> Result<Answer> {
        let mut rows = Vec::new();
        for (name, from) in newer {
            for fetched in self.fetcher.fetch(&Place::parse(&from)?).await? {
                let (json, said) = self.install_one(name.clone(), fetched, &args.consent)?;
                rows.push(json);
                text += &said;
            }
        }
        let answer = json!({ "plugins": answer.get("plugins"), "installed": rows });
        Ok(Answer::new(answer, text).with_error(failed))
    }

    async fn is_newer(&self, name: &str, from: &str) -> Result<bool> {
        let there = self.fetcher.digest(&Place::parse(from)?).await?;
        Ok(Component::read(name, &self.component(name)?)?.sha256() != there)
    }

    fn component(&self, name: &str) -> Result<PathBuf> {
        let configured = self.config.plugin.get(name).map(|plugin| plugin.component.clone());
        configured.ok_or_else(|| {
            Error::invalid("config.unknown-plugin", self.config.lacks(&format!("[plugin.{name}]")))
        })
    }

    /// Those that were asked for, or all, each with where it came from.
    fn installed(&self, names: &[String]) -> Result<Vec<(String, String)>> {
        let all = names.is_empty();
        let names = if all { self.config.plugin.keys().cloned().collect() } else { names.to_vec() };
        let mut installed = Vec::new();
        for name in names {
            match read_origin(&self.component(&name)?)? {
                Some(origin) => installed.push((name, origin.from)),
                None if all => {}
                None => {
                    let what =
                        format!("plugin {name} was not installed by gyre: nobody knows where it came from");
                    return Err(Error::invalid("plugin.origin", what));
                }
            }
        }
        Ok(installed)
    }
}

impl Candidate {
    fn json(&self) -> Value {
        json!({
            "name": self.name, "from": self.fetched.from, "component": self.target, "change": self.change,
            "inspection": self.inspection, "standing": self.standing, "configuration": self.lines(),
            "inherits": self.inherits,
        })
    }

    /// Who it is, where it comes from, and what it imports.
    fn page(&self) -> String {
        let about = self.inspection.description.as_ref();
        let (version, summary) =
            about.map_or(("?", ""), |about| (about.version.as_str(), about.summary.as_str()));
        let mut head = Table::pairs();
        head.row(["from", &self.fetched.from]);
        head.row(["to", &self.target.display().to_string()]);
        head.row(["sha256", &self.inspection.sha256]);
        standing::rows(&mut head, &self.standing);
        let mut imports = Table::pairs();
        for import in self.inspection.imports.iter().filter(|import| import.gives_something()) {
            let is_new =
                matches!(&self.change, Change::Update { wider } if wider.contains(&interface(import)));
            imports.row(["", &import.name, import.meaning, if is_new { "NEW" } else { "" }]);
        }
        format!(
            "{} {} ({} plugin): {}\n{}imports\n{}",
            clean(&self.name),
            clean(version),
            self.inspection.role,
            clean(summary),
            head.text(),
            imports.text()
        )
    }

    /// The lines of `gyre.toml`, with a place for each grant that its imports could use.
    fn lines(&self) -> String {
        let name = &self.name;
        let mut text = format!("[plugin.{name}]\ncomponent = {:?}\n", self.target.display().to_string());
        if self.inspection.imports.iter().any(|import| import.status == Status::Inert) {
            text += "wasi = \"inert\"                        # it imports WASI, which has no effect\n";
        }
        for (item, line) in [
            ("gyre:host/disk", "# grant.disk = [\"/DIRECTORY\"]            # what it may read\n"),
            ("gyre:host/disk", "# grant.nbd = [\"nbd://HOST:PORT/EXPORT\"]  # what it may read there\n"),
            ("gyre:host/http", "# grant.http = [\"https://HOST:PORT\"]     # what it may call\n"),
            ("gyre:host/ssh", "# grant.ssh = [\"HOST:22\"]               # where it may run programs\n"),
            ("gyre:host/secrets", "# grant.secret = [\"NAME\"]              # what it may use\n"),
        ] {
            if giving(&self.inspection).contains(item) {
                text += line;
            }
        }
        text += &match self.inspection.role {
            Role::Osmorphing => format!("\n[osmorphing.{name}]\n"),
            role => format!("\n[{role}.NAME]\nplugin = \"{name}\"\n"),
        };
        text
    }
}

/// The interfaces that give a plugin something, without their versions.
fn giving(inspection: &Inspection) -> BTreeSet<String> {
    inspection.imports.iter().filter(|import| import.gives_something()).map(interface).collect()
}

fn interface(import: &Import) -> String {
    import.name.split_once('@').map_or(import.name.as_str(), |(name, _)| name).to_owned()
}

fn check_linkable(name: &str, inspection: &Inspection) -> Result<()> {
    let unknown: Vec<_> =
        inspection.imports.iter().filter(|i| !matches!(i.status, Status::Provided | Status::Inert)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let error = Error::invalid("plugin.link", format!("plugin {name} imports what this host does not lend"));
    Err(unknown.iter().fold(error, |error, import| error.cause(&import.name)))
}

/// It becomes a file, and a key of TOML.
fn check_name(name: &str) -> Result<()> {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
    if (1..=NAME_CHARS_MAX).contains(&name.len()) && name.bytes().all(is_plain) && !name.starts_with('-') {
        return Ok(());
    }
    Err(Error::invalid("plugin.name", format!("{name:?} cannot be the name of a plugin"))
        .cause("lower-case letters, digits, _ and - are; name another one with --name"))
}

fn origin_path(component: &Path) -> PathBuf {
    let mut name = component.as_os_str().to_owned();
    name.push(".");
    name.push(ORIGIN_SUFFIX);
    name.into()
}

fn read_origin(component: &Path) -> Result<Option<Origin>> {
    use std::io::Read as _;
    let path = origin_path(component);
    let what = || format!("{} cannot be read", path.display());
    let file = match std::fs::File::open(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        file => file.or_invalid("plugin.origin", what)?,
    };
    let mut text = String::new();
    file.take(ORIGIN_BYTES_MAX).read_to_string(&mut text).or_invalid("plugin.origin", what)?;
    toml::from_str(&text).map(Some).or_invalid("plugin.origin", what)
}

#[cfg(test)]
mod tests;
