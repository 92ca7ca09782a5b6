//! The order of a morphing, as far as all families share it.

use super::{Hypervisor, boot, cloud_init, initramfs, network, packages, selinux, stale};
use crate::osmorphing::*;

/// What a morphing is made of, for the operator's progress line.
const PARTS: u64 = 4;
/// The last part.
pub const DONE: Part = Part("done", PARTS);
/// Tools go, cloud-init comes.
pub const PACKAGES: Part = Part("packages", 0);
/// The initramfs of every kernel.
pub const INITRAMFS: Part = Part("initramfs", 3);
const BOOT_LOADER: Part = Part("boot loader", 1);
const NETWORK: Part = Part("network", 2);

/// A part of a morphing, and how many went before it.
#[derive(Clone, Copy, Debug)]
pub struct Part(&'static str, u64);

impl Part {
    /// Tells that it begins.
    ///
    /// # Errors
    /// `job.cancelled`
    pub fn begin(self) -> Result<()> {
        progress::report(self.0, self.1, Some(PARTS));
        progress::check()
    }
}

/// Names of disks, arguments of the kernel, the loader that firmware finds, and the network. Each family
/// does this between its packages and its initramfs.
///
/// # Errors
/// What the host met.
pub fn boot_and_network(
    root: &Root,
    vm: &Vm,
    morphing: &Morphing,
    hypervisor: Hypervisor,
    serial_console: bool,
) -> Result<()> {
    BOOT_LOADER.begin()?;
    let owner = network::Owner::find(root)?;
    boot::device_names(root, vm, hypervisor)?;
    let kernel_names = morphing.set_dhcp && owner.names_cards();
    let has_menu = boot::arguments(root, serial_console, kernel_names)?;
    if vm.firmware == Firmware::Uefi {
        boot::uefi_fallback(root)?;
    }
    NETWORK.begin()?;
    if morphing.set_dhcp {
        network::set_dhcp(root, owner, vm, morphing, kernel_names && has_menu)?;
    } else {
        network::follow(root, vm, morphing)?;
    }
    stale::put_away(root)
}

/// What a family brings to the morphing that it shares with others.
pub struct Family<'a> {
    /// Its package manager.
    pub manager: &'a dyn packages::Manager,
    /// What builds its initramfs.
    pub builder: &'a dyn initramfs::Builder,
    /// Finds the kernels that can boot.
    pub kernels: fn(&Root) -> Result<Vec<initramfs::Kernel>>,
}

impl Family<'_> {
    /// The whole morphing.
    ///
    /// # Errors
    /// `linux.*`; what the host met.
    pub fn morph(
        &self,
        root: &Root,
        vm: &Vm,
        morphing: &Morphing,
        options: &packages::Options,
    ) -> Result<()> {
        let hypervisor = Hypervisor::of(morphing);
        PACKAGES.begin()?;
        packages::change(root, options, hypervisor, self.manager)?;
        cloud_init::configure(root, &options.cloud_init, "")?;
        cloud_init::enable(root)?;
        boot_and_network(root, vm, morphing, hypervisor, options.serial_console)?;
        INITRAMFS.begin()?;
        if let Some(drivers) = hypervisor.drivers() {
            initramfs::rebuild(root, drivers, &(self.kernels)(root)?, self.builder)?;
        }
        selinux::relabel(root)?;
        DONE.begin()
    }
}
