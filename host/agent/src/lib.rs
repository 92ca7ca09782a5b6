//! `gyre-agent`: the small static program that is uploaded to a worker. It writes the disks that it
//! was started for, finds and mounts the guest's system on them, serves that root's files and runs
//! its programs. It knows no cloud and no job; what it says to the host is
//! [`gyre_core::protocol`].

pub mod bytes;
pub mod device;
pub mod fstab;
pub mod http;
pub mod loopback;
pub mod lvm;
pub mod ntfs;
pub mod partitions;
pub mod registry;
pub mod root;
pub mod run;
pub mod serve;
pub mod superblock;
pub mod system;
