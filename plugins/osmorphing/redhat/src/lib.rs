//! Makes guests of Red Hat's family boot under KVM or Hyper-V: RHEL 7 and later and what is built from
//! it (CentOS, Stream, AlmaLinux, Rocky, Oracle), Fedora, Amazon Linux 2 and 2023. Knows their releases
//! and yum and dnf; what it does with them is `gyre_plugin::linux`'s.

mod release;
mod yum;

use gyre_plugin::linux::dracut::Dracut;
use gyre_plugin::linux::initramfs::{self, Kernel};
use gyre_plugin::linux::packages::Options;
use gyre_plugin::linux::steps::Family;
use gyre_plugin::osmorphing::*;
use yum::Yum;

/// The plugin.
pub struct RedHat;

gyre_plugin::export!(osmorphing: RedHat);

impl OsMorphing for RedHat {
    const ABOUT: About =
        about!("redhat", "Makes guests of Red Hat's family boot under KVM or Hyper-V.").config::<Options>();

    fn detect(root: &Root) -> Result<Option<Match>> {
        release::detect(root)
    }

    fn morph(root: &Root, vm: &Vm, morphing: &Morphing, config: Config) -> Result<()> {
        let options: Options = config.parse()?;
        let family = Family { manager: &Yum::find(root)?, builder: &Dracut, kernels };
        family.morph(root, vm, morphing, &options)
    }
}

fn kernels(root: &Root) -> Result<Vec<Kernel>> {
    initramfs::kernels_with(root, |kernel| format!("/boot/initramfs-{kernel}.img"))
}
