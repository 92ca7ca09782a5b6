//! Tools of the old hypervisor: which packages they are, and what an installer without a package left.
//! A tool that stays does no harm under KVM, so nothing here fails a morphing. Runs no installer's own
//! removal: those unload drivers and rebuild the initramfs of the machine that they run on.

use super::Hypervisor;
use super::files;
use crate::osmorphing::*;

/// Packages that belong to one hypervisor, by the names of all families.
const VMWARE: &[&str] = &[
    "open-vm-tools-desktop",
    "open-vm-tools",
    "vmware-tools-esx",
    "vmware-tools-esx-nox",
    "vmware-tools-core",
    "VMwareTools",
];
const VIRTUALBOX: &[&str] = &[
    "virtualbox-guest-additions",
    "virtualbox-guest-x11",
    "virtualbox-guest-tools",
    "virtualbox-guest-utils",
    "virtualbox-guest-utils-nox",
    "virtualbox-kmp-default",
];
const HYPER_V: &[&str] = &[
    "hyperv-daemons",
    "hypervkvpd",
    "hypervvssd",
    "hypervfcopyd",
    "hyperv-tools",
    "hyper-v",
    "hyperv",
    "hvtools",
];
const XEN: &[&str] =
    &["xe-guest-utilities", "xe-guest-utilities-latest", "xenserver-pv-tools", "xen-tools-domU"];

/// Services of installers, by the file that shows that one ran.
const INSTALLED: &[(&str, &[&str])] = &[
    ("/usr/bin/vmware-uninstall-tools.pl", &["vmware-tools.service", "vmware-tools-thinprint.service"]),
    ("/usr/sbin/VBoxService", &["vboxadd.service", "vboxadd-service.service", "vboxadd-x11.service"]),
    ("/usr/sbin/xe-daemon", &["xe-linux-distribution.service", "xe-daemon.service"]),
];

/// The packages of every hypervisor, for an option's default.
pub fn packages() -> Vec<String> {
    [VMWARE, VIRTUALBOX, HYPER_V, XEN].concat().into_iter().map(String::from).collect()
}

/// Whether a package serves the hypervisor that the guest will run on.
pub fn serves(hypervisor: Hypervisor, package: &str) -> bool {
    hypervisor == Hypervisor::HyperV && HYPER_V.contains(&package)
}

/// The package of QEMU's guest agent, the same in all families, where it is asked for and of use. A cloud
/// reaches it only when the image or the volume has the property `hw_qemu_guest_agent`.
pub fn guest_agent(is_asked: bool, hypervisor: Hypervisor) -> Option<&'static str> {
    const PACKAGE: &str = "qemu-guest-agent";
    if is_asked && hypervisor == Hypervisor::HyperV {
        log!(warn, "{PACKAGE} is not installed: the destination's hypervisor is Hyper-V");
        return None;
    }
    is_asked.then_some(PACKAGE)
}

/// Masks the services of tools that came without a package. To be called when packages are gone.
///
/// # Errors
/// What the host met.
pub fn mask_installed(root: &Root) -> Result<()> {
    for (sign, services) in INSTALLED {
        if root.exists(sign)? {
            log!(warn, "{sign} came from an installer: its services are masked, and its files stay");
            services.iter().try_for_each(|service| mask(root, service))?;
        }
    }
    Ok(())
}

/// As `systemctl mask` does it.
fn mask(root: &Root, service: &str) -> Result<()> {
    let path = format!("/etc/systemd/system/{service}");
    if root.read_link(&path).is_ok_and(|target| target == "/dev/null") {
        return Ok(());
    }
    root.make_dir("/etc/systemd/system", 0o755)?;
    files::put_away(root, &path)?;
    root.symlink(&path, "/dev/null")
}
