//! `gyre-agent`: the small static program that is uploaded to a worker. It writes the disks that it
//! was started for, finds and mounts the guest's system on them, serves that root's files and runs
//! its programs. It knows no cloud and no job; what it says to the host is
//! [`gyre_core::protocol`].

pub mod btrfs;
pub mod bytes;
pub mod check;
pub mod device;
pub mod fstab;
pub mod groups;
pub mod http;
pub mod layout;
pub mod local;
pub mod loopback;
pub mod luks;
pub mod lvm;
pub mod naming;
pub mod ntfs;
pub mod partitions;
pub mod raid;
pub mod registry;
pub mod root;
pub mod run;
pub mod script;
pub mod serve;
pub mod stack;
pub mod superblock;
pub mod survey;
pub mod system;
pub mod tool;
pub mod volume;
