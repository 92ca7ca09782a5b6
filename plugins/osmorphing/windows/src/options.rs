//! What an operator may set.

use gyre_plugin::osmorphing::*;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of the plugin `windows`. All paths are of gyre's own host and must be covered by `grant.disk` of the
/// plugin.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Options {
    /// The virtio-win ISO, or a directory with its layout: `viostor/w10/amd64/viostor.inf` and so on. Needed where the
    /// destination is KVM, unless the guest has the drivers already.
    pub virtio_directory: Option<String>,
    /// The installer of cloudbase-init, an MSI for the guest's architecture. It runs at the first boot.
    pub cloudbase_init: Option<String>,
    /// The installer of QEMU's guest agent, an MSI for the guest's architecture. It runs at the first boot.
    pub guest_agent: Option<String>,
}

impl Options {
    /// The directory of drivers.
    ///
    /// # Errors
    /// `windows.drivers` when none is set.
    pub(crate) fn virtio(&self) -> Result<&str> {
        self.virtio_directory.as_deref().map(|path| path.trim_end_matches('/')).ok_or_else(|| {
            Error::invalid("windows.drivers", "the guest has no VirtIO drivers, and none are configured").cause(
                "set virtio-directory of the plugin windows to a virtio-win ISO or its contents, and grant.disk to it",
            )
        })
    }
}
