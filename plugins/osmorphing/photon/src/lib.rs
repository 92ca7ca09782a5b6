//! Makes guests of Photon OS (3 and later) boot under KVM or Hyper-V: VMware's tools go, cloud-init is
//! told where its data is, the initramfs gets its drivers. Knows its releases and tdnf; what it does with
//! them is `gyre_plugin::linux`'s. A kernel made for ESX alone may lack virtio; then the guest's other
//! kernels must have it.

use gyre_plugin::linux::Release;
use gyre_plugin::linux::dracut::Dracut;
use gyre_plugin::linux::initramfs::{self, Kernel};
use gyre_plugin::linux::packages::{INSTALL_MS, Manager, Options, Repository};
use gyre_plugin::linux::steps::Family;
use gyre_plugin::osmorphing::*;

/// The oldest that is morphed.
const MIN: u32 = 3;

/// The plugin.
pub struct Photon;

gyre_plugin::export!(osmorphing: Photon);

impl OsMorphing for Photon {
    const ABOUT: About =
        about!("photon", "Makes guests of Photon OS boot under KVM or Hyper-V.").config::<Options>();

    fn detect(root: &Root) -> Result<Option<Match>> {
        let release = Release::read(root)?.filter(|release| release.id == "photon");
        let Some(release) = release else { return Ok(None) };
        if release.number().0 < MIN {
            log!(warn, "{} {} is older than this plugin knows", release.id, release.version);
            return Ok(None);
        }
        Ok(Some(Match::new(release.id, release.version, 100)))
    }

    fn morph(root: &Root, vm: &Vm, morphing: &Morphing, config: Config) -> Result<()> {
        let options: Options = config.parse()?;
        Family { manager: &Tdnf, builder: &Dracut, kernels }.morph(root, vm, morphing, &options)
    }
}

fn kernels(root: &Root) -> Result<Vec<Kernel>> {
    initramfs::kernels_with(root, |kernel| format!("/boot/initrd.img-{kernel}"))
}

/// The package manager.
struct Tdnf;

fn tdnf(options: &[&str]) -> Command {
    Command::new(["tdnf", "-y", "-q"]).args(options.iter().copied()).timeout_ms(INSTALL_MS)
}

impl Manager for Tdnf {
    fn repository_file(&self) -> Option<&str> {
        Some(Repository::YUM_FILE)
    }

    fn refresh(&self, _only: Option<Repository>) -> Option<Command> {
        None
    }

    fn install(&self, only: Option<Repository>, name: &str) -> Command {
        tdnf(&[]).args(Repository::yum_options(only)).args(["install", name])
    }

    fn install_files(&self, paths: &[String]) -> Command {
        tdnf(&["--disablerepo=*", "--nogpgcheck", "install"]).args(paths.iter().map(String::as_str))
    }

    /// It has no package of them.
    fn hyper_v(&self) -> &[&str] {
        &[]
    }
}
