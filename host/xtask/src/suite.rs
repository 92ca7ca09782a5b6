//! The order in which everything is built and tested, and the demo. Each part does its own work:
//! cargo, the plugins' build, and the programs and scripts under `tests/`.

use crate::phases::{Need, Phases};
use crate::run::{cargo, command, output, root, run};
use crate::{agent, contract, plugins, setup};
use anyhow::{Result, bail};
use gyre_build::toolchain::WINDOWS;
use std::process::ExitCode;

/// How much of the tests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Everything,
    /// All that need no real OpenStack.
    Quick,
    /// [`Scope::Everything`], and guests on other stacks of storage on the real OpenStack.
    Stacks,
}

/// What is compiled for the host. Always all of it: the features of a dependency, and so whether it is compiled
/// once more, follow from the packages that are named. This program itself is compiled already, with others.
const HOST: [&str; 3] = ["--workspace", "--exclude", "xtask"];

/// Runs the tests and prints the table.
///
/// # Errors
/// Never: a failure is a row of the table.
pub fn test(scope: Scope) -> Result<ExitCode> {
    let mut phases = Phases::new();
    let everything = scope != Scope::Quick;
    // First, because QEMU comes with it in the version that its libvirt wants.
    if everything {
        phases.phase("packages of the real OpenStack", Need::Required, |_| setup::cloud_packages());
    }
    phases.phase("packages", Need::Required, |_| setup::packages());
    phases.phase("format", Need::Independent, |_| format_check());
    phases.phase("contract", Need::Independent, |_| contract::check());
    phases.phase("plugins as components", Need::Required, |_| plugins::run(&[]));
    phases.phase("agent", Need::Required, |_| agent::build().map(drop));
    phases.phase("clippy", Need::Independent, |_| clippy());
    phases.phase("programs and tests", Need::Required, |_| {
        build(&["--all-targets"]).and_then(|()| plugins::introduce())
    });
    phases.phase("host tests", Need::Independent, |count| {
        let host = count.tests(cargo(&["test", "--no-fail-fast"]).args(HOST));
        host.and(count.tests(&mut cargo(&["test", "--package", "xtask"])))
    });
    phases.phase("plugin tests", Need::Independent, |count| {
        count.tests(&mut cargo(&[
            "test",
            "--no-fail-fast",
            "--workspace",
            "--manifest-path",
            "plugins/Cargo.toml",
        ]))
    });
    phases.phase("authors: every template", Need::Independent, |count| {
        count.tests(&mut end_to_end(&["authors", "try_image", "publishing", "https"]))
    });
    phases.phase("source disks", Need::Required, |_| disks());
    phases.phase("end to end: embedded OpenStack", Need::Independent, |count| {
        count.tests(&mut end_to_end(&[
            "by_hand",
            "nbd",
            "lab",
            "jobs",
            "killed",
            "proof",
            "serve",
            "winrm",
            "windows",
            "windows_worker",
            "converted",
        ]))
    });
    if everything {
        let mut ours = false;
        phases.phase("real OpenStack: start", Need::Required, |_| {
            ours = !cloud_runs();
            cloud_up().inspect_err(|_| stop_half(ours))
        });
        phases.phase("end to end: real OpenStack", Need::Independent, |count| {
            let stacks: &[&str] = if scope == Scope::Stacks { &["stacks"] } else { &[] };
            count.tests(&mut end_to_end(&[&["honoured", "openstack"], stacks].concat()))
        });
        if ours {
            phases.phase("real OpenStack: stop", Need::Independent, |_| cloud_down());
        }
    }
    Ok(phases.finish())
}

fn format_check() -> Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    run(&mut cargo(&["fmt", "--all", "--check", "--manifest-path", "plugins/Cargo.toml"]))
}

/// Of the host, of the plugins, which are a workspace of their own, and of the agent as it is on Windows, where the Rust
/// that has clippy compiles for that.
fn clippy() -> Result<()> {
    let (line, deny) = (["clippy", "--quiet", "--all-features", "--all-targets"], ["--", "-D", "warnings"]);
    run(cargo(&line).arg("--workspace").args(deny))?;
    if WINDOWS.is_in(&root()) {
        let agent = ["clippy", "--quiet", "--package", "gyre-agent", "--target", WINDOWS.triple];
        run(cargo(&agent).args(deny))?;
    }
    run(cargo(&line).args(["--manifest-path", "plugins/Cargo.toml"]).args(deny))
}

/// The programs that the end-to-end tests and the demo start.
fn build(more: &[&str]) -> Result<()> {
    run(cargo(&["build"]).args(HOST).args(more))
}

fn disks() -> Result<()> {
    ["plain", "lvm"]
        .into_iter()
        .try_for_each(|kind| run(&mut command("bash", &["tests/fixtures/disk.sh", kind])))?;
    run(&mut command("bash", &["tests/fixtures/rpm.sh"]))
}

/// One at a time, because each boots machines.
fn end_to_end(names: &[&str]) -> std::process::Command {
    let features = "gyre-tests/lab,gyre-tests/openstack";
    let mut test = cargo(&["test", "--no-fail-fast", "--features", features]);
    test.args(HOST);
    for name in names {
        test.args(["--test", name]);
    }
    test.args(["--", "--nocapture", "--test-threads=1"]);
    test
}

fn cloud_runs() -> bool {
    output(&mut command("bash", &["-c", ". tests/cloud/lib.sh && init_pid"])).is_ok()
}

fn cloud_up() -> Result<()> {
    run(&mut command("bash", &["tests/cloud/up.sh"]))?;
    run(&mut command("bash", &["tests/cloud/image.sh"]))
}

/// What a failed start left running. Its own failure would hide the one that matters.
fn stop_half(ours: bool) {
    if ours {
        cloud_down().ok();
    }
}

fn cloud_down() -> Result<()> {
    run(&mut command("bash", &["tests/cloud/down.sh"]))
}

/// Sets everything up and runs the demo's program, which lives with the tests that it shares its parts with.
///
/// # Errors
/// When something of the set-up fails; the demo says its own errors.
pub fn demo(arguments: &[&str]) -> Result<ExitCode> {
    let real = match arguments {
        [] => false,
        ["--openstack"] => true,
        _ => bail!("no such option: {}", arguments.join(" ")),
    };
    if real {
        setup::cloud_packages()?;
    }
    setup::packages()?;
    plugins::run(&[])?;
    agent::build()?;
    build(&[])?;
    plugins::introduce()?;
    let ours = real && !cloud_runs();
    if real {
        cloud_up().inspect_err(|_| stop_half(ours))?;
    }
    let status = command(&root().join("target/debug/gyre-demo").to_string_lossy(), arguments).status();
    if ours {
        cloud_down()?;
    }
    Ok(if status?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
