//! Which components may run. A component is read once; what is hashed, compared with `gyre.lock`, held against its
//! signature and compiled are the same bytes in memory. Knows no WebAssembly and no network.
//!
//! ```text
//! Component::read ── Gate::admit ── Permit::check        digest, lock, signature; then what it imports
//!                └── Kept::keep … Kept::open             what a job pinned, for as long as it is needed
//! ```

mod component;
mod files;
mod gate;
mod glob;
mod kept;
mod keys;
mod lock;
mod policy;

pub use component::{COMPONENT_BYTES_MAX, Component, SIGNATURE_SUFFIX, Stamp, signature_path};
pub use files::{replace, write_new};
pub use gate::{Gate, LockState, Permit, SignatureState, Standing};
pub use kept::Kept;
pub use keys::{KeyId, Pair, Password, PublicKey, SecretKey};
pub use lock::{Difference, Lock, Pin};
pub use policy::{Policy, Signer};
