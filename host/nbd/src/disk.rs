//! An export as the mover reads it: blocking, from a thread that may block.

use crate::client::{Client, Run};
use gyre_core::{BlockRead, Result};
use tokio::runtime::Handle;

/// An export whose calls block. They must not be made from asynchronous code: they wait for it.
pub struct Disk {
    client: Client,
    runtime: Handle,
}

impl Disk {
    /// A disk over a client that was opened on this runtime.
    pub const fn new(client: Client, runtime: Handle) -> Self {
        Self { client, runtime }
    }

    /// As [`Client::runs`].
    ///
    /// # Errors
    /// As there.
    pub fn runs(&self, offset: u64, length: u64) -> Result<Vec<Run>> {
        self.runtime.block_on(self.client.runs(offset, length))
    }
}

impl BlockRead for Disk {
    fn size(&self) -> u64 {
        self.client.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.runtime.block_on(self.client.read(offset, buffer))
    }
}
