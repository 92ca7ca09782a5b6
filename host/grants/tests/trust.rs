//! What is let in and what is kept, with real components: the lock, signatures, what a job pinned, and the cache of
//! compiled code. The guests tell who they are by how they fail.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

use async_trait::async_trait;
use gyre_core::config::Config;
use gyre_core::protocol::{Root, RootReply, RootRequest};
use gyre_core::roles::Progress;
use gyre_core::{Error, Result};
use gyre_grants::{Host, JobContext, Secrets};
use gyre_trust::{Component, Lock, LockState, Pair, SecretKey, SignatureState, signature_path};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// How a guest fails to detect: that is who it is.
const TRAP: &str = "sandbox.trap";
const CHATTY: &str = "sandbox.log-flood";

struct Nothing;

#[async_trait]
impl Root for Nothing {
    async fn call(&self, _: RootRequest) -> Result<RootReply> {
        Err(Error::not_found("rootfs.missing", "nothing is there"))
    }
}

impl Secrets for Nothing {
    fn get(&self, _: &str, _: &str) -> Result<Vec<u8>> {
        Err(Error::not_found("secret.missing", "no such secret"))
    }
}

impl Progress for Nothing {
    fn report(&self, _: &str, _: u64, _: Option<u64>) {}
}

/// A directory with a configuration, one plugin and a state.
struct Site {
    directory: TempDir,
    trust: String,
}

impl Site {
    fn new(guest: &str) -> Self {
        let site = Self { directory: tempfile::tempdir().unwrap(), trust: String::new() };
        site.put(guest);
        site
    }

    fn built(guest: &str) -> PathBuf {
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests");
        let directory = std::env::var_os("GYRE_GUESTS").map_or(built, PathBuf::from);
        let path = directory.join(format!("{guest}.wasm"));
        assert!(path.exists(), "{} is missing: run `cargo xtask plugins`", path.display());
        path
    }

    /// Another guest takes the place of the plugin's component, as an operator would put it there.
    fn put(&self, guest: &str) {
        let part = self.component().with_extension("part");
        std::fs::copy(Self::built(guest), &part).unwrap();
        std::fs::rename(part, self.component()).unwrap();
    }

    fn component(&self) -> PathBuf {
        self.directory.path().join("it.wasm")
    }

    fn state(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    fn config(&self) -> Config {
        let text = format!(
            "[plugin.it]\ncomponent = \"it.wasm\"\nlimit.log-lines = 100\n[osmorphing.it]\n{}",
            self.trust
        );
        let mut config = Config::parse(&text, self.directory.path()).unwrap();
        config.file = self.directory.path().join("gyre.toml");
        config
    }

    /// As a new process makes it.
    fn host(&self) -> Host {
        std::fs::create_dir_all(self.state()).unwrap();
        let identity = gyre_ssh::Identity::load_or_create(&self.state().join("key")).unwrap();
        Host::new(Arc::new(self.config()), &self.state(), Arc::new(Nothing), identity).unwrap()
    }

    fn lock(&self) {
        let config = self.config();
        Lock::of(&config, |_, _| Ok(())).unwrap().write(&Lock::path(&config)).unwrap();
    }

    fn sign(&self, pair: &Pair) {
        let component = Component::read("it", &self.component()).unwrap();
        let text = SecretKey::open(&pair.secret, None).unwrap().sign(component.bytes(), "c").unwrap();
        std::fs::write(signature_path(&self.component()), text).unwrap();
    }
}

type Pins = BTreeMap<String, String>;

fn pins(host: &Host) -> Pins {
    [("it".to_owned(), host.digest("it").unwrap())].into()
}

/// Who the plugin is that a job with these pins gets, or why there is none.
async fn who(host: &Host, plugins: &Pins) -> String {
    let job = JobContext {
        job: "job-1".into(),
        overrides: serde_json::Map::new(),
        plugins: plugins.clone(),
        progress: Arc::new(Nothing),
        cancel: CancellationToken::new(),
    };
    let morphers = match host.morphers(&job) {
        Ok(morphers) => morphers,
        Err(error) => return error.code,
    };
    morphers[0].1.detect(Arc::new(Nothing)).await.unwrap_err().code
}

#[tokio::test]
async fn a_job_goes_on_with_the_component_it_began_with() {
    let site = Site::new("trap");
    let begun = site.host();
    let pinned = pins(&begun);
    begun.keep(&pinned).unwrap();
    assert_eq!(who(&begun, &pinned).await, TRAP);
    site.put("chatty");
    for host in [begun, site.host()] {
        assert!(host.has("it", &pinned["it"]));
        assert_eq!(who(&host, &pinned).await, TRAP, "the job's own");
        assert_eq!(who(&host, &Pins::new()).await, CHATTY, "a new job's");
        assert_ne!(pins(&host), pinned);
    }
    std::fs::remove_file(site.component()).unwrap();
    assert_eq!(who(&site.host(), &pinned).await, TRAP, "even when there is no other");
}

#[tokio::test]
async fn what_was_not_kept_or_is_damaged_is_not_run() {
    let site = Site::new("trap");
    let pinned = pins(&site.host());
    site.put("chatty");
    assert!(!site.host().has("it", &pinned["it"]));
    assert_eq!(who(&site.host(), &pinned).await, "job.upgraded");
    assert_eq!(site.host().keep(&pinned).unwrap_err().code, "plugin.replaced");

    site.put("trap");
    site.host().keep(&pinned).unwrap();
    site.put("chatty");
    let kept = site.state().join(format!("components/{}.wasm", pinned["it"]));
    std::fs::copy(Site::built("hog"), &kept).unwrap();
    assert!(!site.host().has("it", &pinned["it"]));
    assert_eq!(who(&site.host(), &pinned).await, "job.upgraded");
}

#[tokio::test]
async fn what_no_job_needs_is_released() {
    let site = Site::new("trap");
    let host = site.host();
    let pinned = pins(&host);
    host.keep(&pinned).unwrap();
    site.put("chatty");
    assert_eq!(who(&host, &pinned).await, TRAP);
    let kept = site.state().join(format!("components/{}.wasm", pinned["it"]));
    let then = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    std::fs::File::options().write(true).open(&kept).unwrap().set_modified(then).unwrap();
    host.release(&pinned.values().cloned().collect()).unwrap();
    assert_eq!(who(&host, &pinned).await, TRAP);
    host.release(&BTreeSet::new()).unwrap();
    assert!(!kept.exists());
    assert_eq!(who(&site.host(), &pinned).await, "job.upgraded");
}

#[tokio::test]
async fn a_lock_lets_in_what_it_pins_and_jobs_that_began_before() {
    let site = Site::new("trap");
    site.lock();
    let host = site.host();
    let pinned = pins(&host);
    host.keep(&pinned).unwrap();
    assert_eq!(host.inspect("it").unwrap().1.lock, LockState::Same);
    site.put("chatty");
    for host in [host, site.host()] {
        assert_eq!(who(&host, &Pins::new()).await, "lock.differs");
        assert_eq!(host.digest("it").unwrap_err().code, "lock.differs");
        assert_eq!(who(&host, &pinned).await, TRAP);
        let (inspection, standing) = host.inspect("it").unwrap();
        assert!(inspection.description.is_none(), "it was not run");
        assert!(matches!(standing.lock, LockState::Differs(_)));
        assert_eq!(standing.refused.unwrap().code, "lock.differs");
    }
    site.lock();
    assert_eq!(who(&site.host(), &Pins::new()).await, CHATTY);
}

/// As `gyre serve` does, which is started again to see another lock; another component it sees by itself.
#[tokio::test]
async fn a_host_goes_by_the_lock_that_it_began_with() {
    let site = Site::new("trap");
    let free = site.host();
    site.lock();
    let locked = site.host();
    for host in [&free, &locked] {
        assert_eq!(who(host, &Pins::new()).await, TRAP);
    }
    site.put("chatty");
    site.lock();
    assert_eq!(who(&free, &Pins::new()).await, CHATTY, "no lock was there when it began");
    assert_eq!(who(&locked, &Pins::new()).await, "lock.differs");
    assert_eq!(who(&site.host(), &Pins::new()).await, CHATTY);
}

#[tokio::test]
async fn nothing_unsigned_is_let_in_where_signatures_are_asked_for() {
    let (acme, stranger) = (Pair::generate(None).unwrap(), Pair::generate(None).unwrap());
    let policy = |more: &str| {
        let key = acme.public.line();
        format!("[trust]\nrequire = \"signed\"\n[trust.publisher.acme]\nkey = {key:?}\n{more}")
    };
    let mut site = Site::new("trap");
    site.trust = policy("");
    assert_eq!(who(&site.host(), &Pins::new()).await, "plugin.unsigned");
    site.sign(&stranger);
    assert_eq!(who(&site.host(), &Pins::new()).await, "plugin.signer");
    site.sign(&acme);
    let host = site.host();
    assert_eq!(who(&host, &Pins::new()).await, TRAP);
    assert!(matches!(host.inspect("it").unwrap().1.signature, SignatureState::Trusted(_)));
    let pinned = pins(&host);
    host.keep(&pinned).unwrap();
    site.put("chatty");
    assert_eq!(who(&host, &Pins::new()).await, "plugin.signature", "the signature is the old one's");
    let (inspection, standing) = site.host().inspect("it").unwrap();
    assert!(inspection.description.is_none() && standing.refused.is_some(), "it was not run");
    assert_eq!(who(&site.host(), &pinned).await, TRAP, "kept with its signature");

    site.sign(&acme);
    site.trust = policy("plugins = [\"acme-*\"]");
    assert_eq!(who(&site.host(), &Pins::new()).await, "plugin.signer");
    assert_eq!(who(&site.host(), &pinned).await, "plugin.signer", "who may sign no more is believed no more");
    site.trust = policy("interfaces = [\"gyre:host/rootfs\", \"gyre:host/clock\"]");
    let (inspection, standing) = site.host().inspect("it").unwrap();
    let error = standing.refused.unwrap();
    assert!(error.code == "plugin.interface" && error.message.contains("gyre:host/log"), "{error}");
    assert!(inspection.description.is_none());
    site.trust = policy("interfaces = [\"gyre:host/*\"]");
    assert_eq!(who(&site.host(), &Pins::new()).await, CHATTY);
}

/// The one file of the cache, after `guest` was loaded in a state of its own.
fn compiled(site: &Site) -> PathBuf {
    site.host().digest("it").unwrap();
    let mut entries = std::fs::read_dir(site.state().join("compiled")).unwrap();
    entries.next().unwrap().unwrap().path()
}

#[tokio::test]
async fn a_smuggled_cache_entry_is_refused_and_compiled_anew() {
    let site = Site::new("trap");
    let entry = compiled(&site);
    let honest = std::fs::read(&entry).unwrap();

    // Native code of another component, which another host made: the same wasmtime would load and run it.
    let other = Site::new("chatty");
    let foreign = std::fs::read(compiled(&other)).unwrap();
    std::fs::write(&entry, &foreign).unwrap();
    assert_eq!(who(&site.host(), &Pins::new()).await, TRAP);
    assert_ne!(std::fs::read(&entry).unwrap(), foreign, "it was compiled anew");

    // The same of this host, under the name of this component.
    site.put("chatty");
    site.host().digest("it").unwrap();
    let directory = entry.parent().unwrap();
    let own =
        std::fs::read_dir(directory).unwrap().map(|e| e.unwrap().path()).find(|path| *path != entry).unwrap();
    let genuine = std::fs::read(own).unwrap();
    std::fs::write(&entry, &genuine).unwrap();
    site.put("trap");
    assert_eq!(who(&site.host(), &Pins::new()).await, TRAP);
    assert_ne!(std::fs::read(&entry).unwrap(), genuine, "it was compiled anew");

    // One that others may write to is not believed even where it is whole.
    std::fs::set_permissions(&entry, std::fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(who(&site.host(), &Pins::new()).await, TRAP);
    assert_eq!(std::fs::metadata(&entry).unwrap().permissions().mode() & 0o777, 0o600, "written anew");
    assert_eq!(std::fs::read(&entry).unwrap().len(), honest.len());
}
