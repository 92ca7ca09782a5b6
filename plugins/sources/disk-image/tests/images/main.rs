//! Images of every format, put together again from the plugin's extents and compared with what qemu-img
//! itself reads; what qemu-img cannot make is made by the writers here. Then the same images damaged
//! thousands of times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests fail by panicking

mod bitmaps;
mod hostile;
mod luks;
mod microsoft;
mod others;
mod probing;
mod qcow2;
mod support;
mod vmdk;
mod writer;
