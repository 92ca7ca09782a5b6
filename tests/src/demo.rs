//! The demo: the main job with the commands that a user types, shown one by one, on the embedded
//! OpenStack or (`--openstack`) on the real one. `cargo xtask demo` builds what it needs and starts it.
//! Removes what it made in the cloud; leaves its directory to be looked at.

// A JSON value answers `null` for what is not there.
#![allow(clippy::indexing_slicing)]

use anyhow::{Context, Result, bail, ensure};
use gyre_tests::cloud::{Cloud, Inventory, wait};
use gyre_tests::fixture::{Layout, root};
use gyre_tests::scenario::{finished, greet};
use gyre_tests::setting::{DESTINATION, SOURCE, Setting, VM};
use gyre_tests::site::Site;
use serde_json::Value;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Stretches of 4 KiB that are overwritten between the two executions.
const CHANGES: u64 = 40;
/// An emulated machine on a busy host needs about 180 CPU-seconds to its login prompt.
const BOOT_LIMIT: Duration = Duration::from_secs(900);
const REPLICA: &str = "web";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ndemo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let start = Instant::now();
    let directory = root().join("target/demo");
    if directory.exists() {
        std::fs::remove_dir_all(&directory)
            .with_context(|| format!("cannot remove {}", directory.display()))?;
    }
    std::fs::create_dir_all(&directory)?;
    say("A cloud, and a user who has a network and an image for workers there");
    let site = match arguments {
        [] => Site::lab(&directory.join("lab"), |_| ())?,
        [real] if real == "--openstack" => Site::openstack()?,
        other => bail!("usage: gyre-demo [--openstack], not {}", other.join(" ")),
    };
    println!("{}: {}", site.title, site.login.auth_url);
    say(
        "A machine as VMware left it: GRUB, static address, open-vm-tools, no virtio in its initramfs, no cloud-init",
    );
    let layout = if arguments.is_empty() { Layout::Plain } else { Layout::Lvm };
    let setting = Setting::create(&directory, &site, layout)?;
    println!("disk           {}", setting.disk()?.path.display());
    println!("configuration  {}", directory.join("gyre.toml").display());
    let cloud = site.cloud()?;
    let before = cloud.inventory()?;
    let shown = main_job(&setting, &cloud);
    let removed = clean(&setting, &cloud, &before);
    shown?;
    removed?;
    println!("\ndemo: all of it in {} s; what it made in the cloud is removed", start.elapsed().as_secs());
    Ok(())
}

fn say(text: &str) {
    println!("\n\x1b[36m# {text}\x1b[0m");
}

fn main_job(setting: &Setting, cloud: &Cloud) -> Result<()> {
    let gyre = &setting.gyre;
    println!("\n(every command below is run in {}, with --config gyre.toml)", setting.directory.display());
    gyre.show(&["plugin", "list"])?;
    gyre.show(&["source", "list", SOURCE])?;
    gyre.show(&["check", "--source", SOURCE, "--vm", VM, "--destination", DESTINATION])?;
    gyre.show(&["replica", "create", REPLICA, "--source", SOURCE, "--vm", VM, "--destination", DESTINATION])?;
    say("The first execution moves everything that is not zero");
    gyre.show(&["replica", "execute", REPLICA])?;
    let first = last_report(setting)?;
    let blocks = setting.disk()?.change(CHANGES, 0x5a)?;
    say(&format!("The machine goes on working: {CHANGES} writes of 4 KiB, in {blocks} blocks of 64 KiB"));
    gyre.show(&["replica", "execute", REPLICA])?;
    let second = last_report(setting)?;
    say("The replica becomes a server; the replica itself is not touched");
    gyre.show(&["deploy", REPLICA])?;
    let deployed = last_report(setting)?;
    let server = deployed["instance"]["id"].as_str().context("the deployment names no server")?.to_owned();
    let proof = boots(cloud, &server)?;
    summary(&first, &second, &deployed, &proof);
    Ok(())
}

/// What gyre noted of its last job.
fn last_report(setting: &Setting) -> Result<Value> {
    setting.gyre.json(&["job", "show", "--last"])
}

/// Lines that prove that the server runs.
struct Proof {
    cloud_init: String,
    login: String,
    answers: String,
}

fn boots(cloud: &Cloud, server: &str) -> Result<Proof> {
    say("It boots, from virtio, under QEMU without KVM: this takes a minute or three");
    let start = Instant::now();
    let console = wait("the login prompt and cloud-init's end on the server's console", BOOT_LIMIT, || {
        let console = cloud.console(server)?;
        ensure!(!console.contains("Dropping to a shell"), "the server found no disk");
        Ok((console.contains(" login:") && finished(&console).is_some()).then_some(console))
    })?;
    println!("{} s", start.elapsed().as_secs());
    for line in
        console.lines().filter(|l| !l.trim().is_empty()).collect::<Vec<_>>().iter().rev().take(12).rev()
    {
        println!("  │ {line}");
    }
    let addresses = cloud.addresses(server)?;
    let (address, banner) =
        wait("the server's SSH banner", BOOT_LIMIT, || Ok(addresses.iter().find_map(|a| greet(a))))?;
    Ok(Proof {
        cloud_init: finished(&console).unwrap_or_default().trim().to_owned(),
        login: login(&console),
        answers: format!("{address}: {banner}"),
    })
}

/// `source-vm login:`, without what the kernel wrote behind it.
fn login(console: &str) -> String {
    let line = console.lines().rev().find_map(|line| Some(line.split_once(" login:")?.0.trim().to_owned()));
    format!("{} login:", line.unwrap_or_default())
}

fn summary(first: &Value, second: &Value, deployed: &Value, proof: &Proof) {
    let mib = |report: &Value, name: &str| {
        report["total"][name].as_u64().map_or(0.0, |b| b as f64 / f64::from(1 << 20))
    };
    say("Summary");
    println!("{:<12} {:>12} {:>12}", "MiB", "execution 1", "execution 2");
    for name in ["size", "read", "moved", "zeroed", "skipped", "verified"] {
        println!("{name:<12} {:>12.1} {:>12.1}", mib(first, name), mib(second, name));
    }
    let instance = &deployed["instance"];
    let text = |name: &str| instance[name].as_str().unwrap_or_default().to_owned();
    let addresses: Vec<&str> =
        instance["addresses"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    println!("\nserver       {} ({}) {}", text("name"), text("id"), text("status"));
    println!("addresses    {}", addresses.join(", "));
    println!("answers      {}", proof.answers);
    println!("console      {}", proof.login);
    println!("             {}", proof.cloud_init);
}

/// gyre deletes the replica; the server is its owner's, and the owner is the demo.
fn clean(setting: &Setting, cloud: &Cloud, before: &Inventory) -> Result<()> {
    say("Cleaning up");
    setting.gyre.show(&["replica", "delete", REPLICA, "--yes"])?;
    cloud.delete_since(before);
    ensure!(cloud.inventory()? == *before, "something is left over in the cloud");
    Ok(())
}
