//! The Debian packages that building, testing and the demo need. Installs what is missing and starts
//! no service. Rust itself is not its business: rustup's toolchain runs this program.

use crate::run::{command, output, run};
use anyhow::{Context, Result, bail};

/// What is needed, and for what.
const PACKAGES: &[(&str, &[&str])] = &[
    ("building", &["gcc", "libc6-dev", "make", "pkg-config"]),
    (
        "guests' disks",
        &[
            "mmdebstrap",
            "e2fsprogs",
            "fdisk",
            "lvm2",
            "ntfs-3g",
            "python3-hivex",
            "grub-common",
            "grub-pc-bin",
            "openssl",
            "apt-utils",
        ],
    ),
    ("disk images", &["qemu-utils", "mtools", "xz-utils", "zstd"]),
    ("benchmark's peers", &["libnbd-bin", "nbdkit"]),
    ("emulated machines", &["qemu-system-x86", "genisoimage"]),
    (
        "workers",
        &["openssh-server", "openssh-client", "iproute2", "util-linux", "mount", "sudo", "dnsmasq-base"],
    ),
    ("Windows without Windows", &["gcc-mingw-w64-x86-64", "libwin-hivex-perl", "wine64", "wixl"]),
    ("guests' storage", &["btrfs-progs", "cryptsetup-bin", "dosfstools", "mdadm", "xfsprogs"]),
    (
        "test tools",
        &[
            "python3",
            "python3-openstackclient",
            "python3-venv",
            "curl",
            "docker-registry",
            "file",
            "procps",
            "systemd",
        ],
    ),
];

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
    install(&missing)
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

/// By the script of the real OpenStack: QEMU must come from one suite, whoever installs which part of it first.
fn install(names: &[&str]) -> Result<()> {
    run(command("bash", &["tests/cloud/packages.sh"]).args(names))
}

/// Installs the packages of the real OpenStack.
///
/// # Errors
/// When its script fails.
pub fn cloud_packages() -> Result<()> {
    run(&mut command("bash", &["tests/cloud/packages.sh"]))
}
