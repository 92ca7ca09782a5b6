//! dracut. Never host-only: that would look at the worker's hardware.

use super::files;
use super::initramfs::{Builder, Kernel};
use crate::osmorphing::*;

const DROPIN: &str = "/etc/dracut.conf.d/90-gyre.conf";

/// The program.
pub struct Dracut;

impl Builder for Dracut {
    fn program(&self) -> &str {
        "dracut"
    }

    /// For the kernels to come too.
    fn name_drivers(&self, root: &Root, modules: &[&str], _paths: &[String]) -> Result<()> {
        let head = "# Written by gyre: where this machine runs now.";
        files::write(root, DROPIN, 0o644, &format!("{head}\nadd_drivers+=\" {} \"\n", modules.join(" ")))
    }

    fn build(&self, kernel: &Kernel, modules: &[&str]) -> Command {
        let dracut = Command::new(["dracut", "--force", "--no-hostonly"]);
        let dracut = match modules {
            [] => dracut,
            modules => dracut.args(["--add-drivers".to_string(), modules.join(" ")]),
        };
        dracut.args([&kernel.image, &kernel.version])
    }

    fn list(&self, image: &str) -> Command {
        Command::new(["lsinitrd", image])
    }
}
