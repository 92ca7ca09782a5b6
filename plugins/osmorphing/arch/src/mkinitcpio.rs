//! mkinitcpio. Its hook `autodetect` looks at the hardware of the machine that it runs on, and is skipped:
//! on the new machine it may look again.

use gyre_plugin::linux::files;
use gyre_plugin::linux::initramfs::{self, Builder, Kernel};
use gyre_plugin::osmorphing::*;

const CONFIG: &str = "/etc/mkinitcpio.conf";
const MODULES: &str = "/usr/lib/modules";

/// The program.
pub struct Mkinitcpio;

impl Builder for Mkinitcpio {
    fn program(&self) -> &str {
        "mkinitcpio"
    }

    /// The file is a shell's: a line at its end adds to the list above.
    fn name_drivers(&self, root: &Root, modules: &[&str], _paths: &[String]) -> Result<()> {
        let line = format!("MODULES+=({})", modules.join(" "));
        files::edit(root, CONFIG, |text| files::with_block(text, &[&line]))
    }

    fn build(&self, kernel: &Kernel, _modules: &[&str]) -> Command {
        Command::new(["mkinitcpio", "-S", "autodetect", "-k", &kernel.version, "-g", &kernel.image])
    }

    fn list(&self, image: &str) -> Command {
        Command::new(["lsinitcpio", image])
    }
}

/// Kernels, whose files are called after their package: `/boot/vmlinuz-linux-lts`.
///
/// # Errors
/// `linux.no-kernel`
pub fn kernels(root: &Root) -> Result<Vec<Kernel>> {
    let mut kernels = Vec::new();
    for version in files::names(root, MODULES)? {
        let package = files::text(root, &format!("{MODULES}/{version}/pkgbase"))?.unwrap_or_default();
        let package = package.trim();
        let is_name = !package.is_empty() && !package.contains(['/', '\n']);
        if is_name && root.exists(&format!("/boot/vmlinuz-{package}"))? {
            kernels.push(Kernel { version, image: format!("/boot/initramfs-{package}.img") });
        }
    }
    if kernels.is_empty() { Err(initramfs::no_kernel()) } else { Ok(kernels) }
}
