//! `gyre-agent`: the small static program that is uploaded to a worker. It writes the disks that it
//! was started for, finds and mounts the guest's system on them, serves that root's files and runs
//! its programs. It knows no cloud and no job; what it says to the host is
//! [`gyre_core::protocol`]. On a worker that runs Windows it writes no disks and runs nothing of the guest: it finds and
//! shows a Windows on them, and serves its root.

mod attached;
pub mod attend;
pub mod bytes;
mod calls;
pub mod http;
pub mod installed;
pub mod partitions;
pub mod program;
pub mod registry;
pub mod script;
pub mod serve;
pub mod survey;

#[cfg(unix)]
pub mod btrfs;
#[cfg(unix)]
pub mod check;
#[cfg(unix)]
pub mod device;
#[cfg(unix)]
pub mod fstab;
#[cfg(unix)]
pub mod groups;
#[cfg(unix)]
pub mod layout;
#[cfg(unix)]
pub mod local;
#[cfg(unix)]
pub mod loopback;
#[cfg(unix)]
pub mod luks;
#[cfg(unix)]
pub mod lvm;
#[cfg(unix)]
pub mod naming;
#[cfg(unix)]
pub mod ntfs;
#[cfg(unix)]
pub mod raid;
#[cfg(unix)]
pub mod root;
#[cfg(unix)]
pub mod run;
#[cfg(unix)]
pub mod stack;
#[cfg(unix)]
pub mod superblock;
#[cfg(unix)]
pub mod system;
#[cfg(unix)]
pub mod tool;
#[cfg(unix)]
pub mod volume;

#[cfg(any(windows, test))]
pub mod windows;
#[cfg(windows)]
pub use windows::{disks as device, guest as system, root};
