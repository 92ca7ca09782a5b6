//! Makes Debian (8 and later) and Ubuntu (16.04 and later) boot under KVM: VMware's tools go, cloud-init
//! comes, the network asks for DHCP, the initramfs gets the virtio drivers, the boot menu gets its
//! arguments. Every part can be repeated on what it left. Knows no other family and no cloud.

mod cryptroot;
mod initramfs;
mod options;
mod packages;
mod release;

use gyre_plugin::linux::{Hypervisor, cloud_init, network, steps};
use gyre_plugin::osmorphing::*;
pub use options::{Initramfs, Options};

/// cloud-init's settings for apt.
const CLOUD_INIT: &str = "apt: {preserve_sources_list: true}\n";
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
        steps::PACKAGES.begin()?;
        packages::change(root, &options, hypervisor, lacks_client)?;
        cloud_init::configure(root, &options.cloud_init, CLOUD_INIT)?;
        steps::boot_and_network(root, vm, morphing, hypervisor, options.serial_console)?;
        steps::INITRAMFS.begin()?;
        initramfs::rebuild(root, hypervisor, options.initramfs)?;
        steps::DONE.begin()
    }
}
