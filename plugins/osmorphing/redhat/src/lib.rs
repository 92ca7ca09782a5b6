//! Makes guests of Red Hat's family boot under KVM or Hyper-V: RHEL 7 and later and what is built from
//! it (CentOS, Stream, AlmaLinux, Rocky, Oracle), Fedora, Amazon Linux 2 and 2023. Knows their releases
//! and yum and dnf; what it does with them is `gyre_plugin::linux`'s.

mod release;
mod yum;

use gyre_plugin::linux::rpm::Options;
use gyre_plugin::linux::steps::RpmFamily;
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
        let family = RpmFamily { manager: &Yum::find(root)?, initramfs };
        family.morph(root, vm, morphing, &options)
    }
}

fn initramfs(kernel: &str) -> String {
    format!("/boot/initramfs-{kernel}.img")
}
