//! Moving bytes: plan, copy, verify, manifest, resume. Knows no plugin and no network: bytes come from
//! a [`gyre_core::Origin`] and go to a [`gyre_core::BlockTarget`], whoever implements them.
//!
//! A disk is walked in windows of 64 MiB ([`plan`] decides per block of 64 KiB whether anything must be
//! read at all), what must be read becomes pieces of at most 1 MiB, and a few pieces are in flight at a
//! time ([`piece`] reads, unpacks, hashes, compares, and sends as fast as the [`Pace`] of the job allows). What was sent is read back as hashes
//! ([`verify()`]) and the hashes of the whole disk are the [`Manifest`] that the next copy compares with.
//!
//! Memory of one copy: `in_flight` × (1 MiB, as much again while a plugin has read it and while it is sent compressed, and 12 MiB at most while a
//! compressed cluster of the largest size is unpacked), three windows of plan (some MiB when extents are as fine as sectors), one answer
//! of extents, and the manifest: 32 bytes per block that is not in an all-zero window of 64 MiB, that
//! is 512 KiB per GiB of data; windows equal to the last copy's are shared with it.

mod allowance;
mod blocks;
mod buffer;
mod checkpoint;
mod clock;
mod copy;
mod extents;
mod gauge;
mod job;
mod manifest;
mod meter;
mod pace;
mod packing;
mod piece;
mod plan;
mod retry;
mod sealed;
mod stages;
mod unpack;
mod verify;

pub use allowance::Allowance;
pub use blocks::BlockSet;
pub use checkpoint::{Checkpoints, FileCheckpoints, Watermark};
pub use clock::{Clock, MachineClock};
pub use copy::copy;
pub use extents::{Map, map};
pub use gyre_core::config::{Compress, Verify as VerifyScope};
pub use job::{ChangedBy, CopyJob, CopyOptions, CopyReport, SENT_TWICE_BYTES_MAX};
pub use manifest::Manifest;
pub use pace::Pace;
pub use retry::Retry;
pub use verify::{Verdict, WrongRange, verify};
