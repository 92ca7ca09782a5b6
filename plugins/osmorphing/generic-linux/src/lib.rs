//! For a Linux that no other plugin knows: it is deployed as it is. Changes nothing that could keep it
//! from booting, runs none of its programs, and says what was not done, and what that may mean.

use gyre_plugin::linux::{Hypervisor, Release, boot, files, initramfs, network, stale};
use gyre_plugin::osmorphing::*;
use serde::Deserialize;

/// Whoever knows the system knows it better.
const SCORE: u8 = 1;
const UNKNOWN: &str = "unknown";
/// One of these is the first program of every Linux.
const INITS: &[&str] = &["/sbin/init", "/usr/sbin/init", "/usr/lib/systemd/systemd", "/lib/systemd/systemd"];
/// Files that may name a disk by the order of discovery.
const DEVICE_FILES: &[&str] = &[
    "/etc/fstab",
    "/etc/crypttab",
    "/etc/default/grub",
    "/boot/grub/grub.cfg",
    "/boot/grub2/grub.cfg",
    "/boot/grub/menu.lst",
    "/boot/grub/grub.conf",
];
/// Names that a disk has on another bus than virtio's.
const OLD_NAMES: &[&str] = &["/dev/sd", "/dev/hd", "/dev/xvd"];

/// The plugin.
pub struct GenericLinux;

gyre_plugin::export!(osmorphing: GenericLinux);

/// There is nothing to choose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoOptions {}

impl OsMorphing for GenericLinux {
    const ABOUT: About = about!("generic-linux", "Deploys a Linux that no other plugin knows as it is.");

    fn detect(root: &Root) -> Result<Option<Match>> {
        if let Some(release) = Release::read(root)? {
            let version = if release.version.is_empty() { UNKNOWN } else { &release.version };
            return Ok(Some(Match::new(release.id.as_str(), version, SCORE)));
        }
        for init in INITS {
            if root.exists(init)? && root.is_dir("/etc") {
                return Ok(Some(Match::new("linux", UNKNOWN, SCORE)));
            }
        }
        Ok(None)
    }

    fn morph(root: &Root, vm: &Vm, morphing: &Morphing, config: Config) -> Result<()> {
        let NoOptions {} = config.parse()?;
        let name = Release::read(root)?.map_or_else(|| "this Linux".to_string(), |release| release.name);
        log!(warn, "no plugin knows {name}: it is deployed as it is, its packages, tools and console too");
        drivers(root, Hypervisor::of(morphing))?;
        disk_names(root)?;
        network(root, morphing)?;
        if !root.is_dir("/etc/cloud") {
            log!(
                warn,
                "cloud-init is not installed: keys, passwords and user data of the cloud do not reach it"
            );
        }
        loader(root, vm)?;
        stale::put_away(root)
    }
}

/// Which kernels are sure to find their disk.
fn drivers(root: &Root, hypervisor: Hypervisor) -> Result<()> {
    let Some(drivers) = hypervisor.drivers() else { return Ok(()) };
    let kernels = initramfs::kernels(root).unwrap_or_default();
    if kernels.is_empty() {
        log!(warn, "no kernel was found where it usually is: whether it finds its disk cannot be told");
    }
    for kernel in kernels {
        let missing = initramfs::missing(root, &kernel, "", drivers.needed)?;
        if missing.is_empty() {
            log!(info, "the kernel {kernel} has its drivers built in");
            continue;
        }
        log!(
            warn,
            "the initramfs of {kernel} was not rebuilt: without {} in it, it boots only from a disk on a bus that it knows",
            missing.join(" and ")
        );
    }
    Ok(())
}

fn disk_names(root: &Root) -> Result<()> {
    for path in DEVICE_FILES {
        let text = files::text(root, path)?.unwrap_or_default();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let named = lines.filter(|line| OLD_NAMES.iter().any(|name| line.contains(name))).count();
        if named > 0 {
            log!(warn, "{path} names disks in {named} lines (/dev/sda): they may be called otherwise now");
        }
    }
    Ok(())
}

fn network(root: &Root, morphing: &Morphing) -> Result<()> {
    if morphing.set_dhcp {
        let owner = network::Owner::find(root)?;
        log!(warn, "its network was not set to DHCP and stays as it is ({})", owner.name());
    }
    Ok(())
}

/// Firmware that forgot its entries starts one file alone.
fn loader(root: &Root, vm: &Vm) -> Result<()> {
    if vm.firmware == Firmware::Uefi && !boot::has_uefi_fallback(root)? {
        log!(warn, "there is no EFI/BOOT/BOOTX64.EFI: the firmware may find no boot loader");
    }
    Ok(())
}
