//! Makes guests of Arch Linux and what is built from it boot under KVM or Hyper-V. Knows pacman and
//! mkinitcpio; what it does with them is `gyre_plugin::linux`'s. A kernel image that holds its own
//! initramfs (UKI) is not known.

mod mkinitcpio;
mod pacman;

use gyre_plugin::linux::Release;
use gyre_plugin::linux::packages::Options;
use gyre_plugin::linux::steps::Family;
use gyre_plugin::osmorphing::*;
use mkinitcpio::{Mkinitcpio, kernels};
use pacman::Pacman;

/// A distribution that calls itself like Arch.
const LIKE_SCORE: u8 = 60;

/// The plugin.
pub struct Arch;

gyre_plugin::export!(osmorphing: Arch);

impl OsMorphing for Arch {
    const ABOUT: About =
        about!("arch", "Makes guests of Arch Linux boot under KVM or Hyper-V.").config::<Options>();

    fn detect(root: &Root) -> Result<Option<Match>> {
        let Some(release) = Release::read(root)? else { return Ok(None) };
        let score = match release.id.as_str() {
            "arch" => 100,
            _ if release.like.iter().any(|like| like == "arch") => LIKE_SCORE,
            _ => return Ok(None),
        };
        Ok(Some(Match::new(release.id, "rolling", score)))
    }

    fn morph(root: &Root, vm: &Vm, morphing: &Morphing, config: Config) -> Result<()> {
        let options: Options = config.parse()?;
        Family { manager: &Pacman, builder: &Mkinitcpio, kernels }.morph(root, vm, morphing, &options)
    }
}
