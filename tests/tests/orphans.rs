//! What jobs left in the cloud, through the program itself and the plugin as a component, against an OpenStack in
//! this process that starts nothing: no root, no machines. `cargo xtask plugins` builds what it loads. What a deployment
//! leaves, whose disks a real worker must have filled: `proof.rs`.

#![allow(clippy::indexing_slicing)] // what is missing in a JSON value reads as null

use anyhow::{Context, Result, ensure};
use gyre_lab::Lab;
use gyre_tests::cloud::{Cloud, Inventory};
use gyre_tests::fixture::root;
use gyre_tests::program::Gyre;
use gyre_tests::site::Site;
use serde_json::Value;
use std::collections::BTreeSet;
use tempfile::TempDir;

/// Size of the machine's disk, bytes.
const DISK: u64 = 1 << 20;

/// A cloud, a machine, and two installations of gyre.
struct Place {
    site: Site,
    cloud: Cloud,
    before: Inventory,
    gyre: Gyre,
    stranger: Gyre,
    directory: TempDir,
}

impl Place {
    fn new() -> Result<Self> {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let site = Site::lab(&directory.path().join("lab"), |config| {
            *config = gyre_lab::Config {
                networks: std::mem::take(&mut config.networks),
                worker_image: std::mem::take(&mut config.worker_image),
                ..gyre_lab::Config::quick(&config.dir)
            };
        })?;
        std::fs::File::create(directory.path().join("web.raw"))?.set_len(DISK)?;
        std::fs::write(directory.path().join("clouds.yaml"), site.clouds_yaml())?;
        let gyre = installation(&directory, &site, "here", "")?;
        let stranger = installation(&directory, &site, "there", "")?;
        let cloud = site.cloud()?;
        let before = cloud.inventory()?;
        Ok(Self { site, cloud, before, gyre, stranger, directory })
    }

    fn lab(&self) -> Result<&Lab> {
        self.site.embedded().context("no lab")
    }

    /// Starts a job whose worker gets no disks and cannot be removed, and gives it up.
    fn abandon(&self, arguments: &[&str]) -> Result<String> {
        self.lab()?.fail("POST", "/compute/v2.1/servers/*/os-volume_attachments", 403, 1);
        self.lab()?.fail("DELETE", "/compute/v2.1/servers/*", 403, 1);
        let ended = self.gyre.run(arguments)?;
        ensure!(ended.said().contains("job.stuck"), "the job should be stuck: {}", ended.said());
        let job = self.gyre.json(&["job", "list", "--limit", "1"])?["jobs"][0]["job"].take();
        let job = job.as_str().context("no job")?.to_owned();
        let kept = self.orphans(&self.gyre)?;
        ensure!(kept.orphans.is_empty() && kept.kept > 0, "a stuck job owns what it made: {kept:?}");
        self.gyre.json(&["job", "abandon", &job])?;
        Ok(job)
    }

    fn orphans(&self, gyre: &Gyre) -> Result<Listed> {
        let answer = gyre.json(&["orphans", "list", "cloud"])?;
        let all = |key: &str| answer[key].as_array().cloned().with_context(|| format!("no {key}: {answer}"));
        let kept = answer["kept"].as_u64().context("no count")?;
        Ok(Listed { orphans: all("orphans")?, unknown: all("unknown")?, kept })
    }

    fn left(&self) -> Result<Vec<String>> {
        Ok(self.cloud.inventory()?.difference(&self.before).cloned().collect())
    }
}

/// A configuration with a state directory of its own, and `more` behind it.
fn installation(directory: &TempDir, site: &Site, state: &str, more: &str) -> Result<Gyre> {
    let plugin = |name: &str| root().join("target/plugins").join(format!("{name}.wasm"));
    for name in ["openstack", "disk-image"] {
        ensure!(plugin(name).exists(), "{} is missing: cargo xtask plugins", plugin(name).display());
    }
    let (disk, api) = (directory.path().join("web.raw"), &site.api);
    let (openstack, disk_image) = (plugin("openstack"), plugin("disk-image"));
    let config = format!(
        r#"[host]
state = {state:?}
[plugin.disk-image]
component = {disk_image:?}
grant.disk = [{disk:?}]
[plugin.openstack]
component = {openstack:?}
grant.http = [{api:?}]
grant.secret = ["os-password"]
grant.local-addresses = true
[source.lab]
plugin = "disk-image"
[[source.lab.config.vms]]
name = "web"
vcpus = 1
memory-mib = 512
disks = [{{ path = {disk:?} }}]
nics = [{{ network = "VM Network" }}]
[destination.cloud]
plugin = "openstack"
cloud = "mine"
[destination.cloud.config]
network_map = {{ "VM Network" = "servers" }}
migr_image = "gyre-worker"
migr_network = "private"
worker_allowed_cidrs = ["192.0.2.1/32"]
{more}"#
    );
    let path = directory.path().join(format!("{state}.toml"));
    std::fs::write(&path, config)?;
    Gyre::new(&path)
}

/// What `gyre orphans list` says.
#[derive(Debug)]
struct Listed {
    orphans: Vec<Value>,
    unknown: Vec<Value>,
    kept: u64,
}

fn kinds(listed: &[Value]) -> Vec<&str> {
    listed.iter().filter_map(|one| one["kind"].as_str()).collect()
}

fn ids(listed: &[Value]) -> BTreeSet<&str> {
    listed.iter().filter_map(|one| one["id"].as_str()).collect()
}

const WORKER: [&str; 4] = ["server", "floating-ip", "port", "security-group"];

fn replica(gyre: &Gyre) -> Result<()> {
    let route = ["--source", "lab", "--vm", "web", "--destination", "cloud"];
    gyre.json(&[&["replica", "create", "web"], &route[..]].concat()).map(drop)
}

/// The replica's volume, which is all that is not a worker's.
fn volume(place: &Place) -> Result<String> {
    let volume = place.left()?.into_iter().find_map(|thing| Some(thing.strip_prefix("volumes ")?.to_owned()));
    volume.and_then(|thing| Some(thing.rsplit(' ').next()?.to_owned())).context("no volume")
}

#[test]
fn what_an_abandoned_execution_left_goes_and_the_replica_stays() -> Result<()> {
    let place = Place::new()?;
    replica(&place.gyre)?;
    let job = place.abandon(&["replica", "execute", "web"])?;
    let listed = place.orphans(&place.gyre)?;
    ensure!(kinds(&listed.orphans) == WORKER && listed.unknown.is_empty() && listed.kept == 1, "{listed:?}");
    for one in &listed.orphans {
        ensure!(one["token"] == format!("{job}-copy-worker"), "{one}");
        ensure!(one["made-ms"].as_u64().is_some_and(|ms| ms > 0), "{one}");
    }
    let seen: BTreeSet<String> =
        place.left()?.into_iter().filter(|thing| !thing.starts_with("volumes ")).collect();
    let is_seen = |id: &&str| seen.iter().any(|thing| thing.ends_with(id));
    ensure!(
        seen.len() == WORKER.len() && ids(&listed.orphans).iter().all(is_seen),
        "the cloud itself says {seen:?}"
    );

    let unasked = place.gyre.run(&["orphans", "remove"])?;
    ensure!(unasked.code == Some(2) && unasked.stderr.contains("orphans.confirm"), "{}", unasked.said());
    let volume = volume(&place)?;
    let owned = place.gyre.run(&["orphans", "remove", "cloud", &volume, "--yes", "--foreign"])?;
    ensure!(owned.code == Some(3) && owned.stderr.contains("orphans.owned"), "{}", owned.said());
    ensure!(ids(&place.orphans(&place.gyre)?.orphans) == ids(&listed.orphans), "nothing was agreed to");

    // The server does not go: what it holds does not either, what it does not hold does, and each is told.
    place.lab()?.fail("DELETE", "/compute/v2.1/servers/*", 403, 1);
    let failed = place.gyre.run(&["orphans", "remove", "--yes"])?;
    ensure!(failed.code.is_some_and(|code| code != 0), "{}", failed.said());
    for word in ["orphans.left", "server ", "port ", "is in use"] {
        ensure!(failed.stderr.contains(word), "{word} is not told: {}", failed.said());
    }
    ensure!(kinds(&place.orphans(&place.gyre)?.orphans) == WORKER);

    let removed = place.gyre.json(&["orphans", "remove", "--yes"])?;
    ensure!(removed["removed"].as_array().is_some_and(|all| all.len() == WORKER.len()), "{removed}");
    let again = place.gyre.json(&["orphans", "remove", "--yes"])?;
    ensure!(again["removed"].as_array().is_some_and(Vec::is_empty), "{again}");
    ensure!(place.left()?.iter().all(|thing| thing.ends_with(&volume)), "{:?}", place.left()?);
    place.gyre.json(&["replica", "delete", "web", "--yes"])?;
    ensure!(place.left()?.is_empty(), "{:?}", place.left()?);
    ensure!(place.lab()?.leftovers().is_empty(), "{:?}", place.lab()?.leftovers());
    Ok(())
}

#[test]
fn another_installation_sees_what_is_not_its_own_and_touches_it_only_by_name() -> Result<()> {
    let place = Place::new()?;
    place.abandon(&["migrate", "--source", "lab", "--vm", "web", "--destination", "cloud"])?;
    let all = [&WORKER[..], &["volume"]].concat();
    let listed = place.orphans(&place.stranger)?;
    ensure!(kinds(&listed.unknown) == all && listed.orphans.is_empty() && listed.kept == 0, "{listed:?}");
    let before = place.left()?;
    let nothing = place.stranger.json(&["orphans", "remove", "--yes"])?;
    ensure!(nothing["removed"].as_array().is_some_and(Vec::is_empty), "{nothing}");
    let volume = listed.unknown.last().and_then(|one| one["id"].as_str()).context("no volume")?;
    let refused = place.stranger.run(&["orphans", "remove", "cloud", volume, "--yes"])?;
    ensure!(refused.code == Some(3) && refused.stderr.contains("orphans.foreign"), "{}", refused.said());
    let unknown = place.stranger.run(&["orphans", "remove", "cloud", "no-such-id", "--yes", "--foreign"])?;
    ensure!(unknown.code == Some(4) && unknown.stderr.contains("orphans.unknown-id"), "{}", unknown.said());
    ensure!(place.left()? == before, "nothing was named");
    place.stranger.json(&[
        "orphans",
        "remove",
        "cloud",
        &format!("volume/{volume}"),
        "--yes",
        "--foreign",
    ])?;
    ensure!(place.left()?.len() == before.len() - 1);
    // Whoever made it knows that the job failed.
    ensure!(kinds(&place.orphans(&place.gyre)?.orphans) == WORKER);
    place.gyre.json(&["orphans", "remove", "--yes"])?;
    ensure!(place.left()?.is_empty(), "{:?}", place.left()?);
    Ok(())
}

/// A hostile component speaks for an endpoint of its own, and claims by the token of a job of another one.
#[test]
fn a_forged_token_of_another_endpoints_job_is_believed_by_nobody() -> Result<()> {
    let place = Place::new()?;
    replica(&place.gyre)?;
    let job = place.abandon(&["replica", "execute", "web"])?;
    let volume = volume(&place)?;
    let component = root().join("target/guests/hostile-destination.wasm");
    ensure!(component.exists(), "{} is missing: cargo xtask plugins", component.display());
    let liar = format!(
        "[plugin.liar]\ncomponent = {component:?}\n[destination.liar]\nplugin = \"liar\"\n\
         [destination.liar.config]\nattack = \"marks-of-others\"\non = \"{job}-copy-worker {volume}\"\n"
    );
    let gyre = installation(&place.directory, &place.site, "here", &liar)?;
    let claimed = gyre.json(&["orphans", "list", "liar"])?;
    let claims = claimed["unknown"].as_array().context("no claims")?;
    ensure!(ids(claims) == BTreeSet::from([volume.as_str(), "made-up"]), "{claimed}");
    ensure!(claimed["orphans"].as_array().is_some_and(Vec::is_empty), "it is believed: {claimed}");

    for id in ["made-up", &volume] {
        let refused = gyre.run(&["orphans", "remove", "liar", id, "--yes"])?;
        ensure!(refused.code == Some(3) && refused.stderr.contains("orphans.foreign"), "{}", refused.said());
    }
    let removed = gyre.json(&["orphans", "remove", "--yes"])?;
    let removed = removed["removed"].as_array().context("nothing was removed")?;
    ensure!(kinds(removed) == WORKER, "{removed:?}");
    ensure!(place.left()?.iter().all(|thing| thing.ends_with(&volume)), "{:?}", place.left()?);
    place.gyre.json(&["replica", "delete", "web", "--yes"])?;
    ensure!(place.left()?.is_empty(), "{:?}", place.left()?);
    Ok(())
}
