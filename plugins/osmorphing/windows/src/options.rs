//! What an operator may set.

use gyre_plugin::osmorphing::*;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of the plugin `windows`. What is fetched is a path of gyre's own host, which `grant.disk` of the plugin must
/// cover, or the URL of a file, for which that is `grant.http`. URLs of an OpenStack destination's own options hold where
/// none of these says otherwise.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Options {
    /// The virtio-win ISO, or a directory with its layout: `viostor/w10/amd64/viostor.inf` and so on. Needed where the
    /// destination is KVM, unless the guest has the drivers already.
    pub virtio_directory: Option<String>,
    /// cloudbase-init for the guest's architecture: its installer, an MSI that runs at the first boot, or its ZIP archive
    /// with a Python of its own, which is put into the guest as it is.
    pub cloudbase_init: Option<String>,
    /// The installer of QEMU's guest agent, an MSI for the guest's architecture. It runs at the first boot.
    pub guest_agent: Option<String>,
    /// As `virtio-directory`, which goes before it: the virtio-win ISO.
    #[serde(rename = "windows_virtio_iso_url")]
    pub virtio_iso_url: Option<String>,
    /// As `cloudbase-init`, which goes before it, for guests of 64 bits.
    #[serde(rename = "cloudbaseinit_x64_url")]
    pub cloudbase_init_x64_url: Option<String>,
    /// As `cloudbase-init`, which goes before it, for guests of 32 bits.
    #[serde(rename = "cloudbaseinit_x86_url")]
    pub cloudbase_init_x86_url: Option<String>,
}

impl Options {
    /// Whether drivers are installed in a guest that boots with some: a directory is named because it is wanted, a URL
    /// for those that have none. That they are of a morphing which is being repeated, `ours` says.
    pub(crate) fn renews_drivers(&self, ours: bool) -> bool {
        set(&self.virtio_directory).is_some() || ours && set(&self.virtio_iso_url).is_some()
    }

    /// The directory of drivers.
    ///
    /// # Errors
    /// `windows.drivers` when none is set.
    pub(crate) fn virtio(&self) -> Result<&str> {
        let directory = set(&self.virtio_directory).or(set(&self.virtio_iso_url));
        directory.map(|path| path.trim_end_matches('/')).ok_or_else(|| {
            Error::invalid("windows.drivers", "the guest has no VirtIO drivers, and none are configured")
                .cause("set virtio-directory of the plugin windows to a virtio-win ISO or its contents, and grant.disk to it")
                .cause("or windows_virtio_iso_url of the destination to the ISO's URL, and grant.http of the plugin to that")
        })
    }

    /// cloudbase-init for this architecture.
    pub(crate) fn cloudbase(&self, architecture: &str) -> Option<&str> {
        let by_architecture = match architecture {
            "amd64" => &self.cloudbase_init_x64_url,
            "x86" => &self.cloudbase_init_x86_url,
            _ => &None,
        };
        set(&self.cloudbase_init).or(set(by_architecture))
    }
}

/// An empty text takes back what was said elsewhere.
fn set(option: &Option<String>) -> Option<&str> {
    option.as_deref().filter(|text| !text.is_empty())
}
