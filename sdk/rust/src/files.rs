//! Files of the operator on gyre's host, below the plugin's `disk` grants, or at a URL of its `http` grants: drivers,
//! installers, packages. Read only, and in ISO images and ZIP archives too, as if these were directories;
//! [`Root::copy_in`](crate::osmorphing::Root::copy_in) puts one into the guest.

use crate::Result;
#[cfg(target_arch = "wasm32")]
use crate::bindings::gyre::host::files as host;
pub use crate::bindings::gyre::host::files::Entry;
#[cfg(not(target_arch = "wasm32"))]
use crate::fake::files as host;

/// Regular files and directories in a directory, sorted by name; `path` is absolute, or a URL.
///
/// # Errors
/// Kind denied without a grant; kind not-found; `files.*`, `disk.*`, `http.*`
pub fn read_dir(path: &str) -> Result<Vec<Entry>> {
    host::read_dir(path)
}

/// At most 16 MiB.
///
/// # Errors
/// As [`read_dir`].
pub fn read(path: &str) -> Result<Vec<u8>> {
    host::read_file(path)
}
