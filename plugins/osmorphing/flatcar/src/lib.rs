//! Makes guests of Flatcar Container Linux, and of CoreOS' that it continues, run on OpenStack. Their /usr is read only and
//! verified, holds the drivers of every hypervisor, and takes no packages: nothing of it is changed. Which platform the
//! machine runs on is told to its kernel from the OEM partition, and Ignition ran long ago. Knows no partition: the agent
//! mounts them.

mod oem;

use gyre_plugin::linux::{Hypervisor, Release, network, stale};
use gyre_plugin::osmorphing::*;
use schemars::JsonSchema;
use serde::Deserialize;

/// Container Linux is what it was called before; Fedora's CoreOS has another name, and is another system.
const KNOWN: &[&str] = &["flatcar", "coreos"];
const SCORE: u8 = 100;
/// With it Ignition runs once more.
const FIRST_BOOT: &[&str] = &["/boot/flatcar/first_boot", "/boot/coreos/first_boot"];

/// The plugin.
pub struct Flatcar;

gyre_plugin::export!(osmorphing: Flatcar);

/// Options of the morphing.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Options {
    /// What the platform is called (`flatcar.oem.id`) where virtual machines run on KVM.
    pub oem_id: String,
    /// Kernel messages and a login on the serial console, where the cloud can show them.
    pub serial_console: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { oem_id: "openstack".into(), serial_console: true }
    }
}

impl OsMorphing for Flatcar {
    const ABOUT: About =
        about!("flatcar", "Makes guests of Flatcar Container Linux run on OpenStack.").config::<Options>();

    fn detect(root: &Root) -> Result<Option<Match>> {
        let release = Release::read(root)?.filter(|release| KNOWN.contains(&release.id.as_str()));
        Ok(release.map(|release| Match::new(release.id, release.version, SCORE)))
    }

    fn morph(root: &Root, vm: &Vm, morphing: &Morphing, config: Config) -> Result<()> {
        let options: Options = config.parse()?;
        oem::check(&options.oem_id)?;
        progress::check()?;
        let platform = match Hypervisor::of(morphing) {
            Hypervisor::Kvm => Some(options.oem_id.as_str()),
            Hypervisor::HyperV => Some("hyperv"),
            Hypervisor::Unnamed => None,
        };
        oem::configure(root, platform, options.serial_console)?;
        if morphing.set_dhcp {
            network::set_dhcp(root, network::Owner::Networkd, vm, morphing, false)?;
        } else {
            network::follow(root, vm, morphing)?;
        }
        warn_of_ignition(root)?;
        stale::put_away(root)
    }
}

/// What was prepared for a first boot makes another machine of this one.
fn warn_of_ignition(root: &Root) -> Result<()> {
    for path in FIRST_BOOT {
        if root.exists(path)? {
            log!(warn, "{path} is there: Ignition runs at the next boot, with the user data of the cloud");
        }
    }
    Ok(())
}
