//! The Debian packages that building, testing and the demo need. Installs what is missing and starts
//! no service. Rust itself and the real OpenStack are not its business: rustup's toolchain runs this
//! program, and `tests/cloud/packages.sh` installs the cloud.

use crate::run::{command, output, run};
use anyhow::{Context, Result, bail};
use std::path::Path;

/// What is needed, and for what.
const PACKAGES: &[(&str, &[&str])] = &[
    ("building", &["gcc", "libc6-dev", "make", "pkg-config"]),
    (
        "guests' disks",
        &["mmdebstrap", "e2fsprogs", "fdisk", "lvm2", "grub-common", "grub-pc-bin", "openssl", "apt-utils"],
    ),
    ("disk images", &["qemu-utils", "mtools", "xz-utils", "zstd"]),
    ("emulated machines", &["qemu-system-x86", "genisoimage"]),
    (
        "workers",
        &["openssh-server", "openssh-client", "iproute2", "util-linux", "mount", "sudo", "dnsmasq-base"],
    ),
    ("test tools", &["python3", "python3-openstackclient", "curl", "file", "procps"]),
];

/// Keeps services from being started while packages are installed.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Installs what is missing; says so when nothing is.
///
/// # Errors
/// When packages are missing and this is not root on Debian, or apt fails.
pub fn packages() -> Result<()> {
    let missing = missing()?;
    if missing.is_empty() {
        println!("packages: all there");
        return Ok(());
    }
    println!("packages: installing {}", missing.join(" "));
    if output(&mut command("id", &["-u"]))? != "0" {
        bail!("packages are missing and only root can install them: apt-get install {}", missing.join(" "));
    }
    let ours = !Path::new(POLICY).exists();
    if ours {
        deny_services().context("cannot keep services from starting")?;
    }
    let installed = install(&missing);
    if ours {
        std::fs::remove_file(POLICY).context("cannot remove the policy that kept services from starting")?;
    }
    installed
}

fn missing() -> Result<Vec<&'static str>> {
    let query = command("dpkg-query", &["-W", "-f", "${binary:Package} ${db:Status-Status}\n"]).output();
    let query = query.context("this needs Debian: dpkg-query cannot be started")?;
    let text = String::from_utf8_lossy(&query.stdout).into_owned();
    let installed: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .map(|name| name.split(':').next().unwrap_or(name))
        .collect();
    let wanted = PACKAGES.iter().flat_map(|(_, names)| names.iter().copied());
    Ok(wanted.filter(|name| !installed.contains(name)).collect())
}

fn deny_services() -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(POLICY, "#!/bin/sh\nexit 101\n")?;
    std::fs::set_permissions(POLICY, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}

fn install(names: &[&str]) -> Result<()> {
    let apt = |arguments: &[&str]| {
        let mut apt =
            command("apt-get", &["-q", "-y", "-o", "DPkg::Lock::Timeout=600", "-o", "Dpkg::Use-Pty=0"]);
        apt.args(["-o", "Dpkg::Options::=--force-confold", "-o", "Dpkg::Options::=--force-unsafe-io"]);
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("DEBIAN_PRIORITY", "critical");
        output(&mut apt)
    };
    apt(&["update"])?;
    let mut arguments = vec!["install", "--no-install-recommends"];
    arguments.extend(names);
    apt(&arguments)?;
    Ok(())
}

/// Installs the packages of the real OpenStack.
///
/// # Errors
/// When its script fails.
pub fn cloud_packages() -> Result<()> {
    run(&mut command("bash", &["tests/cloud/packages.sh"]))
}
