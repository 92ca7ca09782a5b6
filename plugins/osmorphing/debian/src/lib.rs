//! Makes Debian (8 and later) and Ubuntu (16.04 and later) boot under KVM: VMware's tools go, cloud-init
//! comes, the network asks for DHCP, the initramfs gets the virtio drivers, the boot menu gets its
//! arguments. Every part can be repeated on what it left. Knows no other family and no cloud.

mod initramfs;
mod options;
mod packages;
mod release;

use gyre_plugin::linux::{Hypervisor, cloud_init, grub, network, stale};
use gyre_plugin::osmorphing::*;
pub use options::{Initramfs, Options};

/// cloud-init's settings for apt.
const CLOUD_INIT: &str = "apt: {preserve_sources_list: true}\n";
/// What a morphing is made of, for the operator's progress line.
const PARTS: u64 = 5;

/// The plugin.
pub struct Debian;

gyre_plugin::export!(osmorphing: Debian);

impl OsMorphing for Debian {
    const ABOUT: About =
        about!("debian", "Makes Debian and Ubuntu guests boot under KVM.").config::<Options>();

    fn detect(root: &Root) -> Result<Option<Match>> {
        release::detect(root)
    }

    fn morph(root: &Root, vm: &Vm, morphing: &Morphing, config: Config) -> Result<()> {
        let options: Options = config.parse()?;
        let hypervisor = Hypervisor::of(morphing);
        let owner = network::Owner::find(root)?;
        let lacks_client = morphing.set_dhcp && network::missing_client(root, owner)?;

        part("packages", 0)?;
        packages::change(root, &options, hypervisor, lacks_client)?;
        cloud_init::configure(root, &options.cloud_init, CLOUD_INIT)?;

        part("boot loader", 1)?;
        grub::device_names(root, hypervisor)?;
        let kernel_names = morphing.set_dhcp && owner.names_cards();
        let has_menu = grub::arguments(root, options.serial_console, kernel_names)?;
        if vm.firmware == Firmware::Uefi {
            grub::uefi_fallback(root)?;
        }

        part("network", 2)?;
        if morphing.set_dhcp {
            network::set_dhcp(root, owner, vm.nics.len(), kernel_names && has_menu)?;
        }
        stale::put_away(root)?;

        part("initramfs", 3)?;
        initramfs::rebuild(root, hypervisor, options.initramfs)?;
        part("done", PARTS)
    }
}

fn part(name: &str, done: u64) -> Result<()> {
    progress::report(name, done, Some(PARTS));
    progress::check()
}
