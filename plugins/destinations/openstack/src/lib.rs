//! OpenStack as a destination: volumes in Cinder, temporary workers and migrated servers in Nova, their
//! ports in Neutron. Every step finds what it made before by the token it left there, so that it may
//! be repeated after any crash. Knows nothing of sources, of what is on the disks, or of how it gets there.

pub mod cinder;
pub mod cloud;
pub mod contract;
pub mod glance;
pub mod keystone;
pub mod marks;
pub mod neutron;
pub mod nova;
pub mod options;
pub mod wait;
