//! What jobs promise, through the program itself and the embedded OpenStack with real workers: what a deployment left is
//! found, whatever kind of thing it is; while Keystone is gone nothing is lost, and nobody else works on the machine
//! meanwhile; a worker that is killed is replaced. Needs root. What is killed: `killed.rs`; what is stopped, and without room: `jobs.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use anyhow::{Context, Result, ensure};
use gyre_lab::Lab;
use gyre_tests::cloud::wait;
use gyre_tests::program::{Gyre, signal};
use gyre_tests::setting::{DESTINATION, SOURCE, VM};
use gyre_tests::small::Small;
use serde_json::Value;
use std::collections::BTreeSet;

use std::time::Duration;

/// Everything that is waited for here.
const LIMIT: Duration = Duration::from_secs(300);
/// Executions that may be too quick to be held.
const ATTEMPTS: u64 = 5;
/// How long is waited before it is looked again whether it has come to that.
const GLANCE: Duration = Duration::from_millis(100);
/// How long Keystone is gone, in seconds: `GYRE_AWAY=600` is what is promised, and takes as long.
const AWAY: u64 = 12;

/// What is made by requests to collections.
const MADE: [&str; 6] = ["/servers", "/volumes", "/snapshots", "/ports", "/security-groups", "/floatingips"];
/// What makes no sense by itself, or ends by itself.
const PART_OF_IT: [&str; 5] =
    ["/action", "/auth/tokens", "/os-volume_attachments", "/security-group-rules", "/metadata"];

/// The collections that something was made in.
fn collections(lab: &Lab) -> BTreeSet<String> {
    let made = lab.requests().into_iter().filter(|asked| asked.method == "POST" && asked.status < 300);
    let is_part = |path: &String| PART_OF_IT.iter().any(|part| path.ends_with(part));
    let whole = made.map(|asked| asked.path).filter(|path| !is_part(path));
    whole.map(|path| format!("/{}", path.rsplit('/').next().unwrap_or_default())).collect()
}

fn kinds(answer: &Value) -> Vec<&str> {
    answer["orphans"].as_array().into_iter().flatten().filter_map(|one| one["kind"].as_str()).collect()
}

#[test]
fn what_an_abandoned_deployment_left_goes_and_every_kind_of_thing_is_among_it() -> Result<()> {
    let small = Small::new(|_| ())?;
    small.edit("gyre.toml", "\"VM Network\" = \"servers\"", "\"VM Network\" = \"private\"")?;
    let floating = "use_floating_ip = true\nfloating_ip_pool = \"public\"";
    small.edit("gyre.toml", "preserve_fixed_ips = true", floating)?;
    let (cloud, lab) = (small.site.cloud()?, small.site.embedded().context("no lab")?);
    let before = cloud.inventory()?;
    small.create("web")?;
    small.gyre.json(&["replica", "execute", "web"])?;

    // The server runs and cannot be looked at, nor deleted.
    lab.fail("GET", "/networking/v2.0/ports/*", 403, 1);
    lab.fail("DELETE", "/compute/v2.1/servers/*", 403, 1);
    let ended = small.gyre.run(&["deploy", "web", "--skip-morphing"])?;
    ensure!(ended.said().contains("job.stuck"), "the job should be stuck: {}", ended.said());
    let found = small.gyre.json(&["orphans", "list"])?;
    ensure!(kinds(&found).is_empty() && found["kept"] == 6, "a stuck job owns what it made: {found}");
    let looked = serde_json::json!([{ "destination": DESTINATION }, { "source": SOURCE }]);
    ensure!(found["looked-at"] == looked, "the source is asked, too: {found}");
    let job = small.gyre.json(&["job", "show", "--last"])?["job"].take();
    small.gyre.json(&["job", "abandon", job.as_str().context("no job")?])?;

    let found = small.gyre.json(&["orphans", "list", DESTINATION])?;
    let all = ["server", "floating-ip", "port", "volume", "snapshot"];
    ensure!(kinds(&found) == all && found["kept"] == 1, "{found}");
    // A worker's security group is the only other thing that is ever made: no key pair, no image.
    let made = collections(lab);
    ensure!(made == MADE.map(str::to_owned).into(), "gyre makes what no list of orphans has: {made:?}");

    small.gyre.json(&["orphans", "remove", "--yes"])?;
    small.assert_replicated("web")?;
    small.gyre.json(&["replica", "delete", "web", "--yes"])?;
    ensure!(cloud.inventory()? == before, "{:?}", cloud.inventory()?);
    Ok(())
}

fn nobody_else_works_on_the_machine(gyre: &Gyre) -> Result<()> {
    let route = ["--source", SOURCE, "--vm", VM, "--destination", DESTINATION];
    let migrate = ["migrate"].into_iter().chain(route).collect();
    for (line, code) in [
        (vec!["replica", "execute", "web"], "job.busy"),
        (vec!["deploy", "web", "--skip-morphing"], "job.unfinished"),
        (vec!["replica", "delete", "web", "--yes"], "job.unfinished"),
        (migrate, "job.held"),
    ] {
        let ended = gyre.run(&line)?;
        ensure!(ended.code == Some(5) && ended.stderr.contains(code), "{line:?}: {}", ended.said());
    }
    Ok(())
}

#[test]
fn while_keystone_is_gone_nothing_is_lost_and_nobody_else_works_on_the_machine() -> Result<()> {
    let small = Small::new(|_| ())?;
    let (cloud, lab) = (small.site.cloud()?, small.site.embedded().context("no lab")?);
    let before = cloud.inventory()?;
    small.create("web")?;
    // With a success before it, a deployment would have something to deploy.
    small.gyre.json(&["replica", "execute", "web"])?;
    small.change_disk(5)?;
    let mut running = small.gyre.start(&["replica", "execute", "web"])?;
    let servers = || cloud.get("compute", "/servers");
    wait("a worker", LIMIT, || {
        Ok(servers()?["servers"].as_array().is_some_and(|all| !all.is_empty()).then_some(()))
    })?;
    lab.fail("POST", "/identity/v3/auth/tokens", 503, u32::MAX);
    lab.expire_tokens();
    let asked = || {
        let is_it = |asked: &&gyre_lab::Logged| asked.path.ends_with("/auth/tokens") && asked.status == 503;
        lab.requests().iter().filter(is_it).count()
    };
    wait("gyre to look for Keystone", LIMIT, || Ok((asked() > 0).then_some(())))?;
    nobody_else_works_on_the_machine(&small.gyre)?;
    let seconds = std::env::var("GYRE_AWAY").ok().and_then(|text| text.parse().ok()).unwrap_or(AWAY);
    std::thread::sleep(Duration::from_secs(seconds));
    ensure!(
        running.try_wait()?.is_none(),
        "it gave up: {}",
        small.gyre.run(&["job", "show", "--last"])?.said()
    );
    println!("asked for {} times in {seconds} s", asked());
    lab.heal();
    ensure!(running.wait()?.success(), "{}", small.gyre.run(&["job", "log", "--last"])?.said());
    small.assert_replicated("web")?;
    let told = small.gyre.run(&["job", "log", "--last"])?;
    ensure!(told.stdout.contains("503"), "the retries are told: {}", told.said());
    let cloud = small.site.cloud()?;
    ensure!(cloud.more_than(&before)? == [("volumes".into(), 1)], "{:?}", cloud.more_than(&before)?);
    Ok(())
}

/// Of one step of the newest job.
fn phase(small: &Small, step: &str) -> Result<String> {
    let job = small.gyre.json(&["job", "show", "--last"])?;
    let steps = job["steps"].as_array().context("no steps")?;
    let found = steps.iter().find(|one| one["name"] == step).context("no such step")?;
    Ok(found["phase"].as_str().unwrap_or_default().to_owned())
}

/// Begins an execution and holds it in its copy, if it is not over by then; lets it go on without its worker. How many
/// workers it had.
fn executed_without_its_worker(small: &Small, seed: u64) -> Result<usize> {
    let (cloud, lab) = (small.site.cloud()?, small.site.embedded().context("no lab")?);
    let is_it = |asked: &gyre_lab::Logged| asked.method == "POST" && asked.path.ends_with("/servers");
    let workers = || lab.requests().into_iter().filter(is_it).count();
    let before = workers();
    small.change_disk(seed)?;
    let mut running = small.gyre.start(&["replica", "execute", "web"])?;
    while running.try_wait()?.is_none() && !phase(small, "copy-disks").is_ok_and(|phase| phase == "started") {
        std::thread::sleep(GLANCE);
    }
    std::thread::sleep(GLANCE * u32::try_from(seed)?);
    if running.try_wait()?.is_none() {
        signal(&running, "-STOP")?;
        let servers = cloud.get("compute", "/servers")?;
        if let Some(worker) = servers["servers"][0]["id"].as_str() {
            cloud.delete_server(worker, LIMIT)?;
        }
        signal(&running, "-CONT")?;
    }
    ensure!(running.wait()?.success(), "{}", small.gyre.run(&["job", "log", "--last"])?.said());
    small.assert_replicated("web")?;
    Ok(workers() - before)
}

#[test]
fn a_worker_that_is_killed_in_mid_transfer_is_replaced() -> Result<()> {
    let small = Small::new(|_| ())?;
    let cloud = small.site.cloud()?;
    let before = cloud.inventory()?;
    small.create("web")?;
    // Sooner each time: a copy may be over before it is held.
    for seed in (0..ATTEMPTS).rev() {
        let workers = executed_without_its_worker(&small, seed)?;
        ensure!(cloud.more_than(&before)? == [("volumes".into(), 1)], "{:?}", cloud.more_than(&before)?);
        if workers == 2 {
            return Ok(());
        }
    }
    anyhow::bail!("{ATTEMPTS} copies were over before their worker was killed")
}

/// gyre has not logged in yet, and would wait as long as a worker may boot.
#[test]
fn a_worker_that_goes_before_it_lets_anybody_in_is_replaced() -> Result<()> {
    let small = Small::new(|_| ())?;
    small.create("web")?;
    let workers = executed_without_its_worker(&small, 0)?;
    ensure!(workers == 2, "{workers} workers for one execution");
    Ok(())
}
