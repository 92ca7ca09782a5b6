//! `cargo xtask`: everything that a clean clone needs to be set up, built, tested and shown. Each
//! command prints what it does and can be run again at any time. Knows how the parts are built and in
//! which order they are tested; what they do is theirs.

mod agent;
mod bench;
mod contract;
mod phases;
mod plugins;
mod run;
mod setup;
mod suite;

use anyhow::{Result, bail};
use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask COMMAND

  setup              installs the Debian packages that building, testing and the demo need
  plugins [NAME...]  builds the plugins as WebAssembly components
  agent              builds the gyre-agent that is uploaded to workers: static, and one for Windows
  test [--quick]     every test, the real OpenStack included; --quick: without it
  test --stacks      every test, and guests on other stacks of storage on the real OpenStack: half an hour more
  bench [--size 4GiB] [--rounds 3] [--directory DIR] [--json FILE] [--write] [--no-build]
                     moves a disk beside qemu-img and nbdcopy; --write: the numbers go into host/docs/performance.md
  wit check          holds wit/ against every frozen version of the contract
  wit freeze [--again]
                     freezes wit/ as the version that it names, and makes the components that are kept for it
  demo [--openstack] replicates a machine to an embedded OpenStack (or a real one started on this
                     machine), deploys it and shows that it boots
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    match dispatch(command, rest) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, rest: &[String]) -> Result<ExitCode> {
    match (command, rest) {
        ("setup", []) => setup::packages().map(|()| ExitCode::SUCCESS),
        ("plugins", names) => plugins::run(names).map(|()| ExitCode::SUCCESS),
        ("agent", []) => agent::build().map(|_| ExitCode::SUCCESS),
        ("test", []) => suite::test(suite::Scope::Everything),
        ("test", [quick]) if quick == "--quick" => suite::test(suite::Scope::Quick),
        ("test", [stacks]) if stacks == "--stacks" => suite::test(suite::Scope::Stacks),
        ("bench", rest) => bench::bench(rest).map(|()| ExitCode::SUCCESS),
        ("wit", rest) => contract::run(rest).map(|()| ExitCode::SUCCESS),
        ("demo", []) => suite::demo(&[]),
        ("demo", [real]) if real == "--openstack" => suite::demo(&["--openstack"]),
        ("help" | "--help" | "-h", _) => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("no such command: {command} {}\n\n{HELP}", rest.join(" ")),
    }
}
