//! `gyre plugin install https://…` over real TLS on loopback: certificates of an authority of this test's own, servers that
//! lie about who they are, and one that gives up TLS. What is refused leaves nothing behind. Loads what `cargo xtask
//! plugins` builds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

mod web;

use anyhow::{Context, Result, ensure};
use gyre_tests::fixture::root;
use gyre_tests::program::{Ended, Gyre};
use std::path::PathBuf;
use tempfile::TempDir;
use web::{Authority, Server, answered};

/// What is asked for.
const COMPONENT: &str = "tinos.wasm";
/// Exit code of what is denied.
const DENIED: i32 = 3;

fn component() -> Result<Vec<u8>> {
    let path = root().join("target/plugins/generic-linux.wasm");
    std::fs::read(&path).with_context(|| path.display().to_string())
}

/// A component, and no signature beside it.
fn honest() -> Result<impl Fn(&str) -> Vec<u8> + Send + 'static> {
    let component = component()?;
    Ok(move |path: &str| match path {
        "/tinos.wasm" => answered("200 OK", "", &component),
        _ => answered("404 Not Found", "", b""),
    })
}

/// A site that trusts one authority.
struct Site {
    directory: TempDir,
    gyre: Gyre,
}

impl Site {
    fn trusting(authority: &Authority) -> Result<Self> {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let (config, roots) = (directory.path().join("gyre.toml"), directory.path().join("roots.pem"));
        std::fs::write(&config, "[host]\nstate = \"state\"\n")?;
        std::fs::write(&roots, &authority.pem)?;
        Ok(Self { gyre: Gyre::new(&config)?.with("SSL_CERT_FILE", roots), directory })
    }

    fn install(&self, url: &str) -> Result<Ended> {
        self.gyre.run(&["plugin", "install", url, "--yes"])
    }

    fn installed(&self) -> PathBuf {
        self.directory.path().join("state/plugins/tinos.wasm")
    }

    /// That it ends with this code, says these words, and leaves nothing.
    fn refuses(&self, url: &str, code: Option<i32>, words: &[&str]) -> Result<()> {
        let ended = self.install(url)?;
        let said = ended.said();
        ensure!(ended.code.is_some_and(|code| code != 0), "{url}: {said}");
        ensure!(code.is_none() || ended.code == code, "{url}: {said}");
        ensure!(words.iter().all(|word| said.contains(word)), "{url}: {words:?} is not in: {said}");
        let plugins = self.directory.path().join("state/plugins");
        let left = std::fs::read_dir(plugins).map_or(0, Iterator::count);
        ensure!(left == 0, "{url}: {left} files are left");
        Ok(())
    }
}

#[test]
fn a_component_comes_from_a_server_that_a_trusted_authority_vouches_for() -> Result<()> {
    let authority = Authority::new("ours");
    let server = Server::start(Some(authority.vouch("localhost", 4000)), honest()?)?;
    let site = Site::trusting(&authority)?;
    let ended = site.install(&server.url("https", COMPONENT))?;
    ensure!(ended.code == Some(0) && ended.said().contains("[plugin.tinos]"), "{}", ended.said());
    ensure!(std::fs::read(site.installed())? == component()?);
    ensure!(server.asked() == ["/tinos.wasm", "/tinos.wasm.minisig"], "{:?}", server.asked());
    Ok(())
}

#[test]
fn whoever_cannot_show_a_good_certificate_is_not_even_asked() -> Result<()> {
    let [authority, other, impostor] = ["ours", "another", "ours"].map(Authority::new);
    let site = Site::trusting(&authority)?;
    for (certificate, why) in [
        (other.vouch("localhost", 4000), "UnknownIssuer"),
        (impostor.vouch("localhost", 4000), "BadSignature"),
        (authority.vouch("plugins.example", 4000), "not valid for name"),
        (authority.vouch("localhost", 2001), "expired"),
    ] {
        let server = Server::start(Some(certificate), honest()?)?;
        let words = ["[fetch.certificate]", why, "SSL_CERT_FILE"];
        site.refuses(&server.url("https", COMPONENT), Some(DENIED), &words)?;
        ensure!(server.asked().is_empty(), "{why}: {:?}", server.asked());
    }
    Ok(())
}

#[test]
fn a_redirect_that_gives_up_tls_is_not_followed() -> Result<()> {
    let authority = Authority::new("ours");
    let site = Site::trusting(&authority)?;
    let plain = Server::start(None, honest()?)?;
    let location = format!("location: {}\r\n", plain.url("http", COMPONENT));
    let away = move |_: &str| answered("302 Found", &location, b"");
    let server = Server::start(Some(authority.vouch("localhost", 4000)), away)?;
    site.refuses(
        &server.url("https", COMPONENT),
        None,
        &["[fetch.failed]", "it redirects to what is not HTTPS"],
    )?;
    ensure!(server.asked() == ["/tinos.wasm"] && plain.asked().is_empty(), "{:?}", plain.asked());
    Ok(())
}

/// A server in the clear where TLS is meant says nothing that is believed, and what is left of TLS elsewhere is not asked.
#[test]
fn a_server_without_tls_gives_nothing_over_https() -> Result<()> {
    let site = Site::trusting(&Authority::new("ours"))?;
    let plain = Server::start(None, honest()?)?;
    site.refuses(&plain.url("https", COMPONENT), None, &["[fetch.failed]"])?;
    site.refuses("http://plugins.example/tinos.wasm", None, &["[fetch.place]", "only https://"])
}
