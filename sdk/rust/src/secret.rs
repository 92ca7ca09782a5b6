//! Secrets that a plugin holds by name and does not see.

#[cfg(target_arch = "wasm32")]
use crate::bindings::gyre::host::secrets::Secret as Handle;
#[cfg(not(target_arch = "wasm32"))]
use crate::fake::SecretHandle as Handle;

use crate::Result;
pub use crate::bindings::gyre::host::secrets::{HostKey, WinrmLogin};

/// A secret of the configuration. Holding it does not reveal it.
pub struct Secret(pub(crate) Handle);

impl Secret {
    /// The secret of that name.
    ///
    /// # Errors
    /// Kind denied without a grant; kind not-found.
    pub fn open(name: &str) -> Result<Self> {
        Handle::open(name).map(Self)
    }

    /// Its value: refused unless the grant says `reveal`.
    ///
    /// # Errors
    /// Kind denied.
    pub fn reveal(&self) -> Result<Vec<u8>> {
        self.0.reveal()
    }
}

/// Makes an SSH key pair that lives as long as the job; answers the public half as an OpenSSH line.
/// Repeating the call changes nothing. `name` is what a worker's `credential` names.
///
/// # Errors
/// Kind denied.
pub fn generate_ssh_key(name: &str) -> Result<String> {
    Handle::generate_ssh_key(name)
}

/// Makes the key pair of a worker's SSH server, so that gyre can pin it. Repeating the call with the
/// same name answers the same pair.
///
/// # Errors
/// Kind denied.
pub fn generate_host_key(name: &str) -> Result<HostKey> {
    Handle::generate_host_key(name)
}

/// Makes the password and the WinRM certificate of a worker that runs Windows. Repeating the call with the same name
/// answers the same password and key. `name` is what the worker's `credential` names.
///
/// # Errors
/// Kind denied.
pub fn generate_winrm_login(name: &str) -> Result<WinrmLogin> {
    Handle::generate_winrm_login(name)
}
