//! mkinitfs. What an image holds is told by features: gyre's own names the files of the drivers.

use gyre_plugin::linux::files;
use gyre_plugin::linux::initramfs::{self, Builder, Kernel};
use gyre_plugin::osmorphing::*;

const CONFIG: &str = "/etc/mkinitfs/mkinitfs.conf";
const FEATURE: &str = "gyre";
const FEATURE_MODULES: &str = "/etc/mkinitfs/features.d/gyre.modules";
const MODULES: &str = "/lib/modules";

/// The program.
pub struct Mkinitfs;

impl Builder for Mkinitfs {
    fn program(&self) -> &str {
        "mkinitfs"
    }

    fn name_drivers(&self, root: &Root, _modules: &[&str], paths: &[String]) -> Result<()> {
        let lines: String = paths.iter().map(|path| format!("{path}\n")).collect();
        files::write(root, FEATURE_MODULES, 0o644, &lines)?;
        files::edit(root, CONFIG, |text| files::edit_lines(text, with_feature))
    }

    fn build(&self, kernel: &Kernel, _modules: &[&str]) -> Command {
        Command::new(["mkinitfs", "-o", &kernel.image, &kernel.version])
    }

    /// An image in another form than gzip's cannot be looked into: it is built anew. Tested first, because
    /// busybox' cpio takes nothing for an archive.
    fn list(&self, image: &str) -> Command {
        Command::new(["sh", "-c", "gunzip -t < \"$1\" && zcat \"$1\" | cpio -t", "sh", image])
    }
}

/// `features="ata base … gyre"`.
fn with_feature(line: &str) -> String {
    let Some(rest) = line.strip_prefix("features=\"") else { return line.into() };
    let Some((features, rest)) = rest.split_once('"') else { return line.into() };
    if features.split_whitespace().any(|feature| feature == FEATURE) {
        return line.into();
    }
    format!("features=\"{} {FEATURE}\"{rest}", features.trim_end())
}

/// Kernels, whose files are called after their flavor: `/boot/vmlinuz-lts` of `6.6.56-0-lts`.
///
/// # Errors
/// `linux.no-kernel`
pub fn kernels(root: &Root) -> Result<Vec<Kernel>> {
    let mut kernels = Vec::new();
    for version in files::names(root, MODULES)? {
        let flavor = version.rsplit('-').next().unwrap_or_default().to_string();
        if root.exists(&format!("/boot/vmlinuz-{flavor}"))? && is_current(root, &flavor, &version)? {
            kernels.push(Kernel { version, image: format!("/boot/initramfs-{flavor}") });
        }
    }
    if kernels.is_empty() { Err(initramfs::no_kernel()) } else { Ok(kernels) }
}

/// Modules of an older kernel of the same flavor may still lie there.
fn is_current(root: &Root, flavor: &str, version: &str) -> Result<bool> {
    let current = files::text(root, &format!("/usr/share/kernel/{flavor}/kernel.release"))?;
    Ok(current.is_none_or(|current| current.trim() == version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_added_once() {
        let once = with_feature("features=\"ata base ext4\" # mine");
        assert_eq!(once, "features=\"ata base ext4 gyre\" # mine");
        assert_eq!(with_feature(&once), once);
        assert_eq!(with_feature("disable_trigger=yes"), "disable_trigger=yes");
    }
}
