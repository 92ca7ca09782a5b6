//! What an operator may choose.

use gyre_plugin::linux::cloud_init::CloudInit;
use schemars::JsonSchema;
use serde::Deserialize;

/// Tools of hypervisors.
const TOOLS: &[&str] = &[
    "open-vm-tools",
    "open-vm-tools-desktop",
    "virtualbox-guest-utils",
    "virtualbox-guest-x11",
    "hyperv-daemons",
    "xe-guest-utilities",
];

/// Options of the Debian and Ubuntu morphing.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Options {
    /// Where packages come from, as a line of sources.list without `deb`:
    /// `[trusted=yes] http://mirror.example/debian bookworm main`. Default: the guest's own sources.
    /// The guest keeps its own either way.
    pub repository: Option<String>,
    /// A directory on gyre's host with packages as files, and what they need, for guests whose sources do not answer;
    /// `grant.disk` must name it. What is below it in `ID-VERSION` or `ID` of the guest's os-release (`debian-12`,
    /// `ubuntu-24.04`) goes before. All that it holds is installed.
    pub host_packages: Option<String>,
    /// Packages to install.
    pub packages: Vec<String>,
    /// Packages to remove; those of the destination's own hypervisor stay.
    pub remove: Vec<String>,
    /// Install QEMU's guest agent. The cloud reaches it only when the server's image or boot volume has the
    /// property `hw_qemu_guest_agent = "yes"`.
    pub guest_agent: bool,
    /// Kernel messages and a login on the serial console, where the cloud can show them.
    pub serial_console: bool,
    /// How cloud-init is set up, when it is installed.
    pub cloud_init: CloudInit,
    /// What a rebuilt initramfs holds.
    pub initramfs: Initramfs,
}

/// What a rebuilt initramfs holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Initramfs {
    /// The drivers of most hardware: boots anywhere, takes long to build on a slow worker.
    #[default]
    Most,
    /// The virtio drivers and what the root file system needs: several times quicker to build.
    List,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            repository: None,
            host_packages: None,
            packages: vec!["cloud-init".into()],
            remove: TOOLS.iter().map(ToString::to_string).collect(),
            guest_agent: false,
            serial_console: true,
            cloud_init: CloudInit::default(),
            initramfs: Initramfs::Most,
        }
    }
}
