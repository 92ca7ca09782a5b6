//! Real components from files and a mirror directory.

use super::*;
use crate::args::{Cli, Command, PluginCommand};
use crate::testing::kept;
use clap::Parser as _;
use gyre_trust::{Pair, SecretKey};
use tempfile::TempDir;

struct Site(TempDir);

impl Site {
    /// A mirror with `it.wasm` in it, and a configuration that names no plugin.
    fn new(guest: &str) -> Self {
        let site = Self::empty();
        site.mirror(guest);
        site
    }

    /// The same without `it.wasm`.
    fn empty() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(site.path("mirror")).unwrap();
        site.configure("");
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn mirror(&self, guest: &str) {
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests");
        let directory = std::env::var_os("GYRE_GUESTS").map_or(built, PathBuf::from);
        let from = directory.join(format!("{guest}.wasm"));
        assert!(from.exists(), "{} is missing: run `cargo xtask plugins`", from.display());
        std::fs::copy(from, self.path("mirror/it.wasm")).unwrap();
    }

    fn configure(&self, text: &str) {
        let text = format!("{text}\n[host]\nstate = \"state\"\nplugins = \"plugins\"\n");
        std::fs::write(self.path("gyre.toml"), text).unwrap();
    }

    async fn said(&self, line: &str) -> Result<Answer> {
        let line = line.replace("{}", &self.0.path().display().to_string());
        let cli = Cli::try_parse_from(["gyre", "plugin"].into_iter().chain(line.split_whitespace())).unwrap();
        let Command::Plugin(PluginCommand::Installing(command)) = &cli.command else { panic!("{line}") };
        run(Some(&self.path("gyre.toml")), command, true).await
    }

    async fn code(&self, line: &str) -> String {
        match self.said(line).await {
            Ok(answer) => answer.error.map_or_else(|| "ok".into(), |error| error.code),
            Err(error) => error.code,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_is_shown_asked_for_and_copied_and_the_configuration_left_alone() {
    let site = Site::new("stranger");
    let before = std::fs::read(site.path("gyre.toml")).unwrap();
    let error = site.said("install {}/mirror/it.wasm").await.err().unwrap();
    assert_eq!(error.code, "plugin.confirm");
    let shown = error.causes.join("\n");
    assert!(shown.contains("gyre:host/http@0.1.0") && shown.contains("Goes where it was not let"), "{shown}");
    assert!(shown.contains("granted nothing yet") && shown.contains("# grant.http = ["), "{shown}");
    assert!(!site.path("plugins").exists(), "nothing was agreed to");

    let answer = site.said("install {}/mirror --yes").await.unwrap();
    assert!(answer.text.contains("[plugin.it]\n") && answer.text.contains("# grant.http"), "{}", answer.text);
    assert!(answer.text.contains("[source.NAME]\nplugin = \"it\""), "{}", answer.text);
    assert_eq!(std::fs::read(site.path("gyre.toml")).unwrap(), before);
    let installed = std::fs::read(site.path("plugins/it.wasm")).unwrap();
    assert_eq!(installed, std::fs::read(site.path("mirror/it.wasm")).unwrap());
    let again = site.said("install {}/mirror/it.wasm").await.unwrap();
    assert!(again.text.contains("installed already"), "{}", again.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_imports_more_is_accepted_on_its_own() {
    let site = Site::new("trap");
    assert_eq!(site.code("install {}/mirror/it.wasm --yes").await, "ok");
    site.configure("[plugin.it]\ncomponent = \"plugins/it.wasm\"");
    assert_eq!(site.code("update --check").await, "ok");
    site.mirror("stranger");
    assert_eq!(site.code("update --check").await, "plugin.outdated");
    let error = site.said("update it --yes").await.err().unwrap();
    assert!(error.code == "plugin.wider" && error.message.contains("gyre:host/http"), "{error}");
    assert_eq!(site.code("update --check").await, "plugin.outdated", "nothing was replaced");
    assert_eq!(site.code("update --yes --accept-wider").await, "ok");
    assert_eq!(site.code("update --check").await, "ok");
    site.mirror("stranger");
    assert_eq!(site.code("install {}/mirror/it.wasm --yes").await, "ok");
    std::fs::remove_file(site.path("plugins/it.wasm.origin")).unwrap();
    assert_eq!(site.code("update it --check").await, "plugin.origin");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_component_will_inherit_is_shown_before_it_is_agreed_to() {
    let site = Site::new("stranger");
    site.configure(
        "[plugin.it]\ncomponent = \"plugins/it.wasm\"\ngrant.http = [\"https://inherited.example\"]\n\
         grant.secret = [{ name = \"vault\", reveal = true }]",
    );
    let error = site.said("install {}/mirror/it.wasm").await.err().unwrap();
    assert_eq!(error.code, "plugin.confirm");
    let shown = error.causes.join("\n");
    for words in ["granted already by [plugin.it]", "https://inherited.example", "vault", "may be seen"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!site.path("plugins").exists(), "nothing was agreed to");
}

#[tokio::test(flavor = "multi_thread")]
async fn lock_and_signatures_are_asked_before() {
    let site = Site::new("trap");
    let pair = Pair::generate(None).unwrap();
    site.configure(&format!(
        "[trust]\nrequire = \"signed\"\n[trust.publisher.acme]\nkey = {:?}\n",
        pair.public.line()
    ));
    assert_eq!(site.code("install {}/mirror/it.wasm --yes").await, "plugin.unsigned");
    let sign = || {
        let bytes = std::fs::read(site.path("mirror/it.wasm")).unwrap();
        let text = SecretKey::open(&pair.secret, None).unwrap().sign(&bytes, "c").unwrap();
        std::fs::write(site.path("mirror/it.wasm.minisig"), text).unwrap();
    };
    sign();
    assert_eq!(site.code("install {}/mirror/it.wasm --yes").await, "ok");
    assert!(site.path("plugins/it.wasm.minisig").exists());

    let mut lock = Lock::default();
    lock.plugin.insert("it".into(), Pin::of(&Component::read("it", &site.path("plugins/it.wasm")).unwrap()));
    lock.write(&site.path("gyre.lock")).unwrap();
    site.mirror("chatty");
    assert_eq!(site.code("install {}/mirror/it.wasm --yes").await, "plugin.signature");
    sign();
    assert_eq!(site.code("install {}/mirror/it.wasm --yes").await, "lock.differs");
    assert_eq!(site.code("install {}/mirror/it.wasm --yes --accept-wider --lock").await, "ok");
    let pinned = Lock::read(&site.path("gyre.lock")).unwrap().unwrap();
    let installed = Component::read("it", &site.path("plugins/it.wasm")).unwrap();
    assert_eq!(pinned.plugin["it"], Pin::of(&installed));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_plugin_is_refused() {
    let site = Site::new("trap");
    for name in ["../it", "It", "a.b", "-a"] {
        assert_eq!(
            site.code(&format!("install {{}}/mirror/it.wasm --yes --name={name}")).await,
            "plugin.name"
        );
    }
    std::fs::write(site.path("mirror/b.wasm"), "no component").unwrap();
    assert_eq!(site.code("install {}/mirror/b.wasm --yes").await, "plugin.not-a-component");
    assert_eq!(site.code("install {}/mirror --yes --name a").await, "plugin.name");
    assert_eq!(site.code("install http://gyre.invalid/it.wasm --yes").await, "fetch.place");
    assert!(!site.path("plugins/b.wasm").exists());
}

/// It imports WASI, as components of other languages do, and could be run.
fn put_wasi(site: &Site) {
    let wasi = r#"(import "wasi:cli/environment@0.2.6" (instance (export "get-arguments" (func (result (list string))))))"#;
    std::fs::write(site.path("mirror/it.wasm"), kept(wasi)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn wasi_is_shown_with_what_it_gives_and_with_the_line_that_it_needs() {
    let site = Site::empty();
    put_wasi(&site);
    let error = site.said("install {}/mirror/it.wasm").await.err().unwrap();
    assert_eq!(error.code, "plugin.confirm");
    let shown = error.causes.join("\n");
    let line = shown.lines().find(|line| line.contains("wasi:cli/environment@0.2.6")).unwrap();
    assert!(line.contains("WASI: gives nothing; refused unless gyre.toml says `wasi = \"inert\"`"), "{line}");
    assert!(shown.contains("wasi = \"inert\"  ") && shown.contains("which has no effect"), "{shown}");
    assert!(!site.path("plugins").exists(), "nothing was agreed to");

    let answer = site.said("install {}/mirror/it.wasm --yes").await.unwrap();
    let written = answer.json["installed"][0]["configuration"].as_str().unwrap();
    let config: Config = toml::from_str(written).unwrap();
    assert_eq!(config.plugin["it"].wasi, Some(gyre_core::config::Wasi::Inert), "{written}");
    assert!(config.osmorphing.contains_key("it"), "{written}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_lends_no_wasi_installs_nothing_that_imports_it() {
    let site = Site::empty();
    put_wasi(&site);
    for own in ["", "[plugin.it]\ncomponent = \"plugins/it.wasm\"\nwasi = \"inert\"\n"] {
        site.configure(&format!("{own}[trust]\nwasi = \"never\"\n"));
        let error = site.said("install {}/mirror/it.wasm --yes").await.err().unwrap();
        assert_eq!((error.code.as_str(), error.kind), ("trust.wasi", gyre_core::Kind::Denied));
        assert!(
            error.message.contains("wasi:cli/environment@0.2.6") && error.causes[0].contains("[trust] wasi")
        );
        assert!(!site.path("plugins").exists());
    }
    // Without WASI the same component is let in.
    std::fs::write(site.path("mirror/it.wasm"), kept("")).unwrap();
    assert_eq!(site.code("install {}/mirror/it.wasm --yes").await, "ok");
    // An update that begins to import it is refused there as well, and asked for elsewhere.
    put_wasi(&site);
    assert_eq!(site.code("install {}/mirror/it.wasm --yes --accept-wider").await, "trust.wasi");
    site.configure("[plugin.it]\ncomponent = \"plugins/it.wasm\"\n");
    let error = site.said("install {}/mirror/it.wasm --yes").await.err().unwrap();
    assert!(error.code == "plugin.wider" && error.message.contains("wasi:cli/environment"), "{error}");
}
