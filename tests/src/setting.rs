//! Everything that one run of the main job needs, in one directory: the source machine's disk and its
//! description, `gyre.toml` and `clouds.yaml` for one cloud, packages for guests. Knows how these are
//! written; not what is done with them.

use crate::fixture::{Layout, SourceDisk, root};
use crate::program::Gyre;
use crate::repository::Repository;
use crate::site::Site;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};

/// Name of the source machine, as its source knows it.
pub const VM: &str = "web-01";
/// Its static address, which its server must have in the cloud too.
pub const ADDRESS: &str = "192.168.77.10";
/// Its network card.
pub const MAC: &str = "00:50:56:9a:17:01";
/// Endpoint of the source in `gyre.toml`.
pub const SOURCE: &str = "vmware";
/// Endpoint of the destination in `gyre.toml`.
pub const DESTINATION: &str = "cloud";

/// One source, one cloud, one configuration.
pub struct Setting {
    /// Where all of it lies.
    pub directory: PathBuf,
    /// The program with this configuration.
    pub gyre: Gyre,
    /// The machine's disks, its system's first.
    pub disks: Vec<SourceDisk>,
    _packages: Repository,
}

impl Setting {
    /// Writes it all.
    ///
    /// # Errors
    /// When a fixture cannot be made, or gyre, its agent or its plugins were not built.
    pub fn create(directory: &Path, site: &Site, layout: Layout) -> Result<Self> {
        let images = directory.join("images");
        std::fs::create_dir_all(&images).with_context(|| format!("cannot make {}", images.display()))?;
        let disks = SourceDisk::create(layout, &images, VM)?;
        let packages = Repository::serve(&site.host)?;
        let paths: Vec<&Path> = disks.iter().map(|disk| disk.path.as_path()).collect();
        let config = write_config(directory, site, &paths, layout.firmware(), &packages.line)?;
        let gyre = Gyre::new(&config)?;
        Ok(Self { directory: directory.to_owned(), gyre, disks, _packages: packages })
    }

    /// The disk that the machine's system lies on.
    ///
    /// # Errors
    /// When it has none.
    pub fn disk(&self) -> Result<&SourceDisk> {
        self.disks.first().context("the machine has no disk")
    }
}

/// Writes `gyre.toml` and `clouds.yaml`; gives back the former.
///
/// # Errors
/// When something that it names is missing.
pub fn write_config(
    directory: &Path,
    site: &Site,
    disks: &[&Path],
    firmware: &str,
    packages: &str,
) -> Result<PathBuf> {
    let target = root().join("target");
    let agent = target.join("x86_64-unknown-linux-gnu/agent/gyre-agent");
    let plugin = |name: &str| target.join("plugins").join(format!("{name}.wasm"));
    for file in [&agent, &plugin("disk-image"), &plugin("openstack"), &plugin("debian")] {
        ensure!(file.exists(), "{} is missing: cargo xtask agent && cargo xtask plugins", file.display());
    }
    let disks: Vec<String> =
        disks.iter().map(|disk| format!("{{ path = {disk:?}, bus = \"scsi\" }}")).collect();
    let config = format!(
        r#"[host]
state = "state"
agent = {agent:?}

[plugin.disk-image]
component = {disk_image:?}
grant.disk = [{images:?}]

[plugin.openstack]
component = {openstack:?}
grant.http = [{api:?}]
grant.secret = ["os-password"]

[plugin.debian]
component = {debian:?}

[source.{SOURCE}]
plugin = "disk-image"

# What vSphere said of the machine.
[[source.{SOURCE}.config.vms]]
name = {VM:?}
hostname = "source-vm"
os-hint = "Debian 12"
vcpus = 1
memory-mib = 1024
firmware = {firmware:?}
disks = [{disks}]
nics = [{{ network = "VM Network", mac = {MAC:?}, addresses = [{ADDRESS:?}] }}]

[destination.{DESTINATION}]
plugin = "openstack"
cloud = "mine"

[destination.{DESTINATION}.config]
{options}
[osmorphing.debian]
config = {{ repository = {packages:?}, initramfs = {initramfs:?} }}
"#,
        disk_image = plugin("disk-image"),
        openstack = plugin("openstack"),
        debian = plugin("debian"),
        disks = disks.join(", "),
        images = directory.join("images"),
        api = site.api,
        initramfs = site.initramfs,
        options = site.options.trim_start(),
    );
    write_secret(&directory.join("clouds.yaml"), &site.clouds_yaml()).context("cannot write clouds.yaml")?;
    let path = directory.join("gyre.toml");
    std::fs::write(&path, config).context("cannot write gyre.toml")?;
    Ok(path)
}

/// A file that nobody else may read.
fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}
