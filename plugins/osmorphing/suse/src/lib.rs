//! Makes guests of SUSE's family boot under KVM or Hyper-V: SLES 12 and later, openSUSE Leap and
//! Tumbleweed. Knows their releases, zypper and snapper's layout; what it does with them is
//! `gyre_plugin::linux`'s.

mod release;
mod snapshots;
mod zypper;

use gyre_plugin::linux::dracut::Dracut;
use gyre_plugin::linux::initramfs::{self, Kernel};
use gyre_plugin::linux::packages::Options;
use gyre_plugin::linux::steps::Family;
use gyre_plugin::osmorphing::*;
use zypper::Zypper;

/// The plugin.
pub struct Suse;

gyre_plugin::export!(osmorphing: Suse);

impl OsMorphing for Suse {
    const ABOUT: About =
        about!("suse", "Makes guests of SUSE's family boot under KVM or Hyper-V.").config::<Options>();

    fn detect(root: &Root) -> Result<Option<Match>> {
        release::detect(root)
    }

    fn morph(root: &Root, vm: &Vm, morphing: &Morphing, config: Config) -> Result<()> {
        let options: Options = config.parse()?;
        snapshots::check(root)?;
        Family { manager: &Zypper, builder: &Dracut, kernels }.morph(root, vm, morphing, &options)
    }
}

fn kernels(root: &Root) -> Result<Vec<Kernel>> {
    initramfs::kernels_with(root, |kernel| format!("/boot/initrd-{kernel}"))
}
