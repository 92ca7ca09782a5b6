//! What the families of Linux share: files that are changed and kept, the release, packages, cloud-init,
//! boot loaders, the network, the initramfs, hypervisors and their tools. Knows files and programs by
//! their own names and no distribution: what only one family does stays in its plugin.

pub mod boot;
pub mod cloud_init;
pub mod dracut;
pub mod files;
mod hypervisor;
pub mod initramfs;
pub mod network;
pub mod package_files;
pub mod packages;
mod release;
pub mod selinux;
pub mod stale;
pub mod steps;
pub mod tools;

pub use hypervisor::{Drivers, Hypervisor};
pub use release::Release;

/// Where programs of a guest look for others, before and after /usr was merged.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";
