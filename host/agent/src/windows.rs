//! What the agent is on Windows: the guest's disks are shown and its file systems mounted by Windows itself, and what is
//! asked of its root goes there. What needs no Windows to be understood is compiled everywhere, for its tests.

pub mod records;
pub mod root;

#[cfg(windows)]
pub(crate) mod api;
#[cfg(windows)]
mod bitlocker;
#[cfg(windows)]
pub mod disks;
#[cfg(windows)]
pub mod guest;
#[cfg(windows)]
mod volumes;
