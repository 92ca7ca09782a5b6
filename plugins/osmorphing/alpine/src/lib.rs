//! Makes guests of Alpine Linux (3.12 and later), installed on a disk, boot under KVM or Hyper-V. Knows
//! apk, mkinitfs and OpenRC; what it does with them is `gyre_plugin::linux`'s.

mod apk;
mod mkinitfs;
mod openrc;

use apk::Apk;
use gyre_plugin::linux::Release;
use gyre_plugin::linux::packages::Options;
use gyre_plugin::linux::steps::Family;
use gyre_plugin::osmorphing::*;
use mkinitfs::{Mkinitfs, kernels};

/// The oldest that is morphed.
const MIN: (u32, u32) = (3, 12);

/// The plugin.
pub struct Alpine;

gyre_plugin::export!(osmorphing: Alpine);

impl OsMorphing for Alpine {
    const ABOUT: About =
        about!("alpine", "Makes guests of Alpine Linux boot under KVM or Hyper-V.").config::<Options>();

    fn detect(root: &Root) -> Result<Option<Match>> {
        let release = Release::read(root)?.filter(|release| release.id == "alpine");
        let Some(release) = release else { return Ok(None) };
        if release.number() < MIN {
            log!(warn, "{} {} is older than this plugin knows", release.id, release.version);
            return Ok(None);
        }
        Ok(Some(Match::new(release.id, release.version, 100)))
    }

    fn morph(root: &Root, vm: &Vm, morphing: &Morphing, config: Config) -> Result<()> {
        let options: Options = config.parse()?;
        Family { manager: &Apk, builder: &Mkinitfs, kernels }.morph(root, vm, morphing, &options)?;
        openrc::enable_cloud_init(root)?;
        if options.guest_agent {
            openrc::enable(root, "qemu-guest-agent")?;
        }
        if options.serial_console { openrc::serial_console(root) } else { Ok(()) }
    }
}
