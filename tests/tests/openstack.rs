//! The main job on the real OpenStack of `tests/cloud`: worker and server booted by Nova, volumes
//! attached by Cinder, addresses by Neutron. `cargo xtask test` starts the cloud and this test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use gyre_tests::fixture::Layout;
use gyre_tests::scenario::Scenario;
use gyre_tests::setting::Setting;
use gyre_tests::site::Site;

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
