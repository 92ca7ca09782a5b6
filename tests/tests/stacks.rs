//! Guests on other stacks of storage than that of the main job, on the real OpenStack of `tests/cloud`: their disks were
//! made by their own programs under their own kernel, a worker's kernel opens them, and their server boots from them. Some
//! ten minutes each, and so by option: `cargo xtask test --stacks`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use anyhow::{Context, Result};
use gyre_tests::fixture::{Layout, PASSPHRASE};
use gyre_tests::scenario::Scenario;
use gyre_tests::setting::Setting;
use gyre_tests::site::Site;
use std::io::Write;

/// What the script of the first boot says on the console, with what the root lies on.
const FIRST_BOOT: &str = "#!/bin/sh\necho \"first boot: root on $(findmnt -no SOURCE /)\" >/dev/ttyS0\n";

fn boots(layout: Layout, more: &str, deployment: &[&str], root: &str) -> Result<()> {
    let site = Site::openstack()?;
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut setting = Setting::create(directory.path(), &site, layout)?;
    setting.gyre = setting.gyre.clone().with("STACK_PASSPHRASE", PASSPHRASE);
    let mut config = std::fs::OpenOptions::new().append(true).open(directory.path().join("gyre.toml"))?;
    config.write_all(more.as_bytes())?;
    let script = directory.path().join("first.sh");
    std::fs::write(&script, FIRST_BOOT)?;
    let script = format!("first-boot={}", script.to_str().context("a path that is no text")?);
    let deployment = [deployment, &["--script", &script]].concat();
    Scenario::begin(&site, &setting)?.run_once(&deployment, &[&format!("first boot: root on {root}")])
}

/// Both disks are opened on the worker, put together, decrypted with the secret that the deployment names, and the group
/// in them activated; what is built into the initramfs opens them in the cloud.
#[test]
fn a_group_in_luks_on_mirrored_disks_boots() -> Result<()> {
    let secret = "\n[secret.disk]\nenv = \"STACK_PASSPHRASE\"\n";
    boots(Layout::RaidLuks, secret, &["--luks-secret", "disk"], "/dev/mapper/vgsrc-root")
}

/// Nothing lies where every firmware looks, until gyre puts the loader there.
#[test]
fn subvolumes_of_btrfs_under_uefi_boot() -> Result<()> {
    boots(Layout::UefiBtrfs, "", &[], "/dev/vda2[/@rootfs]")
}
