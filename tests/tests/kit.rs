//! The conformance kit over our own plugins as components: the source over an image, the destination over an OpenStack in
//! this process that starts nothing. And over components that break rules. `cargo xtask plugins` builds what it loads.

#![allow(clippy::indexing_slicing)] // what is missing in a JSON value reads as null

use anyhow::{Context, Result, ensure};
use gyre_tests::fixture::root;
use gyre_tests::program::Gyre;
use gyre_tests::site::Site;
use gyre_tests::small::Small;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn directory() -> Result<TempDir> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

fn component(path: &str) -> Result<PathBuf> {
    let component = root().join("target").join(path);
    ensure!(component.exists(), "{} is missing: cargo xtask plugins", component.display());
    Ok(component)
}

fn gyre(directory: &Path, config: &str) -> Result<Gyre> {
    let file = directory.join("gyre.toml");
    std::fs::write(&file, format!("[host]\nstate = \"state\"\n{config}"))?;
    Gyre::new(&file)
}

/// Every check of an answer, by what is said of it.
fn checks<'a>(answer: &'a Value, outcome: &str) -> Result<Vec<&'a Value>> {
    let all = answer["checks"].as_array().context("no checks")?;
    Ok(all.iter().filter(|check| check["outcome"] == outcome).collect())
}

/// `unseen` are rules that are about what the plugin does not do.
fn keeps_every_rule(gyre: &Gyre, words: &[&str], at_least: usize, unseen: &[&str]) -> Result<()> {
    let answer = gyre.json(words)?;
    let mut skipped = checks(&answer, "skipped")?;
    let seen = skipped.len();
    skipped.retain(|check| !unseen.iter().any(|number| check["number"] == *number));
    ensure!(seen - skipped.len() == unseen.len(), "{unseen:?} are seen to: {answer:#}");
    let bad = [checks(&answer, "failed")?, skipped].concat();
    ensure!(bad.is_empty(), "{bad:#?}");
    let passed = checks(&answer, "passed")?.len();
    ensure!(passed >= at_least, "only {passed} checks: {answer:#}");
    Ok(())
}

#[test]
fn the_source_of_images_keeps_every_rule() -> Result<()> {
    let directory = directory()?;
    let image = directory.path().join("web.raw");
    std::fs::write(&image, vec![7; 1 << 20])?;
    let config = format!(
        "[plugin.disk-image]\ncomponent = {:?}\ngrant.disk = [{:?}]\n[source.it]\nplugin = \"disk-image\"\n\
         [[source.it.config.vms]]\nname = \"Web\"\nvcpus = 1\nmemory-mib = 512\ndisks = [{{ path = {image:?} }}]\n",
        component("plugins/disk-image.wasm")?,
        directory.path(),
    );
    let gyre = gyre(directory.path(), &config)?;
    // It reads images as they are, and takes no snapshots.
    keeps_every_rule(&gyre, &["plugin", "test", "disk-image", "--vm", "Web"], 34, &["S16"])
}

#[test]
fn the_destination_openstack_keeps_every_rule() -> Result<()> {
    let directory = directory()?;
    let site = Site::lab(&directory.path().join("lab"), |config| {
        let networks = std::mem::take(&mut config.networks);
        *config = gyre_lab::Config { networks, ..gyre_lab::Config::quick(&config.dir) };
    })?;
    std::fs::write(directory.path().join("clouds.yaml"), site.clouds_yaml())?;
    let config = format!(
        "[plugin.openstack]\ncomponent = {:?}\ngrant.http = [{:?}]\ngrant.secret = [\"os-password\"]\n\
         grant.local-addresses = true\n[destination.it]\nplugin = \"openstack\"\ncloud = \"mine\"\n\
         [destination.it.config]\nnetwork_map = {{ \"VM Network\" = \"private\" }}\nmigr_image = \"worker\"\n\
         migr_network = \"private\"\nmigr_worker_use_fip = false\nhypervisor_type = \"kvm\"\n\
         worker_allowed_cidrs = [\"192.0.2.0/24\"]\n",
        component("plugins/openstack.wasm")?,
        site.api,
    );
    let gyre = gyre(directory.path(), &config)?;
    let gyre = gyre.with("OS_CLIENT_CONFIG_FILE", directory.path().join("clouds.yaml"));
    // What is on the disks is seen below: these workers are none.
    keeps_every_rule(&gyre, &["plugin", "test", "openstack", "--steps"], 85, &["D19"])
}

/// Needs root: the workers are real, and the agent runs on them.
#[test]
fn the_destination_openstack_puts_disks_back() -> Result<()> {
    let small = Small::new(|config| config.delay = std::time::Duration::ZERO)?;
    let before = small.site.cloud()?.inventory()?;
    let answer = small.gyre.json(&["plugin", "test", "openstack", "--steps", "--contents"])?;
    let failed = checks(&answer, "failed")?;
    ensure!(failed.is_empty(), "{failed:#?}");
    // A real worker takes so many calls that some of them are not let fail: that is said, and nothing else is skipped.
    let skipped = checks(&answer, "skipped")?;
    ensure!(skipped.iter().all(|check| check["number"] == "P3"), "{skipped:#?}");
    ensure!(checks(&answer, "passed")?.iter().any(|check| check["number"] == "D19"), "{answer:#}");
    ensure!(small.site.cloud()?.inventory()? == before, "something is left over");
    Ok(())
}

#[test]
fn components_that_break_rules_are_found_out() -> Result<()> {
    let (directory, tree) = (directory()?, directory()?);
    std::fs::write(tree.path().join("file"), "x")?;
    let gyre = gyre(directory.path(), "")?;
    let tree = tree.path().to_string_lossy().into_owned();
    for (guest, more, number) in [
        // Writes when it was only to look.
        ("hostile-morphing", &["-o", "attack=read", "--root", &tree][..], "O1"),
        // Panics when a call of the host fails.
        ("trap", &["--root", &tree], "P3"),
        // Answers that a disk is there that nobody has.
        ("greedy", &[], "S9"),
        // Answers with a state that is larger than any.
        ("hostile-destination", &["-o", "attack=none"], "P1"),
    ] {
        let component = component(&format!("guests/{guest}.wasm"))?.to_string_lossy().into_owned();
        let words = [&["--json", "plugin", "test", &component], more].concat();
        let tested = gyre.run(&words)?;
        ensure!(tested.code == Some(2), "{guest}: {}", tested.said());
        let answer: Value = serde_json::from_str(&tested.stdout)?;
        let failed = checks(&answer, "failed")?;
        ensure!(failed.iter().any(|check| check["number"] == number), "{guest} {number}: {failed:#?}");
    }
    Ok(())
}
