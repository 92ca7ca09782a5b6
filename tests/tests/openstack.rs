//! The main job on the real OpenStack of `tests/cloud`: worker and server booted by Nova, volumes
//! attached by Cinder, addresses by Neutron. `cargo xtask test` starts the cloud and this test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use gyre_tests::fixture::{Layout, capture, root};
use gyre_tests::scenario::Scenario;
use gyre_tests::setting::Setting;
use gyre_tests::site::Site;
use std::process::Command;

#[test]
fn a_machine_is_replicated_twice_deployed_and_boots() -> anyhow::Result<()> {
    let site = Site::openstack()?;
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    // With LVM: only a worker with a kernel of its own can activate a guest's volume group.
    let setting = Setting::create(directory.path(), &site, Layout::Lvm)?;
    Scenario::begin(&site, &setting)?.run()
}

#[test]
fn what_is_made_in_the_cloud_is_seen() -> anyhow::Result<()> {
    gyre_tests::cloud::eyes_are_open(&Site::openstack()?.cloud()?)
}

/// What the quick tests believe is worth as much as the lab is like a cloud: the same requests to both
/// must be answered alike.
#[test]
fn the_lab_answers_as_the_real_cloud_does() -> anyhow::Result<()> {
    let real = Site::openstack()?;
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let runtime = tokio::runtime::Runtime::new()?;
    let lab = runtime.block_on(gyre_lab::Lab::start(gyre_lab::Config::quick(directory.path())))?;
    let script = root().join("tests/lab/compare.py");
    let compared =
        capture(Command::new("/usr/bin/python3").arg(script).args([&real.login.auth_url, &lab.auth_url()]));
    runtime.block_on(lab.stop());
    let said = compared?;
    println!("  {}", said.lines().last().unwrap_or_default());
    Ok(())
}
