//! Makes Debian (8 and later) and Ubuntu (16.04 and later) boot under KVM: VMware's tools go, cloud-init
//! comes, the network asks for DHCP, the initramfs gets the virtio drivers, the boot menu gets its
//! arguments. Every part can be repeated on what it left. Knows no other family and no cloud.

mod boot;
mod cloud_init;
mod files;
mod initramfs;
mod network;
mod options;
mod packages;
mod release;

use gyre_plugin::osmorphing::*;
pub use options::{CloudInit, Initramfs, Options};

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
        let owner = network::owner(root)?;
        let client = if morphing.set_dhcp { network::missing_client(root, owner)? } else { None };

        part("packages", 0)?;
        packages::change(root, &options, client.as_slice())?;
        cloud_init::configure(root, &options.cloud_init)?;

        part("boot loader", 1)?;
        boot::device_names(root)?;
        let kernel_names = morphing.set_dhcp && owner == network::Owner::Ifupdown;
        let has_menu = boot::arguments(root, options.serial_console, kernel_names)?;
        if vm.firmware == Firmware::Uefi {
            boot::uefi_fallback(root)?;
        }

        part("network", 2)?;
        if morphing.set_dhcp {
            network::set_dhcp(root, owner, vm.nics.len(), kernel_names && has_menu)?;
        }
        files::put_away(root, "/etc/lvm/devices/system.devices")?;

        part("initramfs", 3)?;
        initramfs::rebuild(root, options.initramfs)?;
        part("done", PARTS)
    }
}

fn part(name: &str, done: u64) -> Result<()> {
    progress::report(name, done, Some(PARTS));
    progress::check()
}
