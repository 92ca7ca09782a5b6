//! Files, block devices and NBD exports that the host reads itself.

#[cfg(target_arch = "wasm32")]
pub(crate) use crate::bindings::gyre::host::disk::Disk as Handle;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crate::fake::DiskHandle as Handle;

use crate::Result;
pub use crate::bindings::gyre::host::disk::Access;
pub use crate::bindings::gyre::host::extents::{Extent, ExtentKind, Packed, Stored};

/// The most that one [`Disk::read`] answers, bytes.
pub const READ_BYTES_MAX: u32 = 8 << 20;

/// An open file, block device or NBD export.
pub struct Disk(pub(crate) Handle);

impl Disk {
    /// Opens for reading; `name` is an absolute path, or the address of an NBD export: `nbd://host:port/export`.
    ///
    /// # Errors
    /// Kind denied without a grant; kind not-found.
    pub fn open(name: &str) -> Result<Self> {
        Handle::open(name, Access::empty()).map(Self)
    }

    /// Opens with more than reading.
    ///
    /// # Errors
    /// As [`Disk::open`].
    pub fn open_with(name: &str, access: Access) -> Result<Self> {
        Handle::open(name, access).map(Self)
    }

    /// Names this handle inside [`Stored`] and [`Packed`].
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.0.size()
    }

    /// What is allocated in a range; the answer may stop early.
    ///
    /// # Errors
    /// What the host met.
    pub fn extents(&self, offset: u64, length: u64) -> Result<Vec<Extent>> {
        self.0.extents(offset, length)
    }

    /// At most [`READ_BYTES_MAX`]; short only at the end of the disk.
    ///
    /// # Errors
    /// What the host met.
    pub fn read(&self, offset: u64, length: u32) -> Result<Vec<u8>> {
        self.0.read(offset, length)
    }

    /// # Errors
    /// Kind denied without write access.
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        self.0.write(offset, bytes)
    }

    /// Makes a range read as zeros.
    ///
    /// # Errors
    /// Kind denied without write access.
    pub fn zero(&self, offset: u64, length: u64) -> Result<()> {
        self.0.zero(offset, length)
    }

    /// Makes what was written durable.
    ///
    /// # Errors
    /// What the host met.
    pub fn flush(&self) -> Result<()> {
        self.0.flush()
    }
}

/// What `packed` extents may name on this host: `deflate`, `zlib`, `zstd`.
pub fn codecs() -> Vec<String> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::gyre::host::disk::codecs();
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::codecs()
}

impl Extent {
    /// One past its last byte.
    pub const fn end(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}
