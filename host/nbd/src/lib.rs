//! A client of the NBD protocol that reads: what a server exports becomes a disk of the host. It speaks the fixed
//! newstyle handshake, TLS before anything else where the address asks for it, structured replies, and the block status
//! of `base:allocation`. A broken connection is made again, for reads may be repeated. Everything that a server says is
//! checked against what it was asked, and no size of its making is ever allocated. Knows no policy: whoever opens an
//! export brings the way to it ([`Dial`]), and decides where that may lead. It does not write.
//!
//! Source of the protocol's facts: the NBD project's `proto.md` and `uri.md`.

mod address;
mod client;
mod connection;
mod disk;
mod handshake;
mod line;
mod reply;
mod stream;
mod tls;
mod uri;
mod wire;

pub use address::{Address, Beyond, Place, Tunnel};
pub use client::{Client, Kind, Run};
pub use disk::Disk;
pub use handshake::{Patience, Wanted};
pub use stream::{Dial, Stream};
pub use tls::Tls;
pub use uri::{Scheme, Uri};

/// What this crate takes of a server, each with its unit in its name.
pub mod limits {
    /// An address as it is written.
    pub const ADDRESS_BYTES_MAX: usize = 4096;
    /// From the first packet to the end of the handshake, TLS included.
    pub const CONNECT_TIMEOUT_S: u64 = 20;
    /// One request, from when it is sent to the end of its reply.
    pub const REQUEST_TIMEOUT_S: u64 = 60;
    /// How long a server is told goodbye.
    pub const GOODBYE_TIMEOUT_S: u64 = 2;
    /// Times that one read or block status is asked for, over connections that break.
    pub const ATTEMPTS_MAX: u32 = 6;
    /// The first pause between two of them, milliseconds; all of them take about 10 s, in which a server is started again.
    pub const PAUSE_MS: u64 = 300;
    /// The longest such pause, milliseconds.
    pub const PAUSE_MS_MAX: u64 = 5_000;
    /// Requests on their way at once on one connection.
    pub const IN_FLIGHT_MAX: usize = 16;
    /// One read request; larger ones are cut.
    pub const REQUEST_BYTES_MAX: u32 = 1 << 20;
    /// One request for block status covers at most this much of the disk.
    pub const STATUS_BYTES_MAX: u64 = 1 << 31;
    /// Requests for block status in one answer; the caller asks on.
    pub const STATUS_REQUESTS_MAX: usize = 1024;
    /// Ranges kept of one reply with block status: what comes behind them is asked for again.
    pub const STATUS_RANGES_MAX: usize = 65_536;
    /// Bytes of one reply with block status, kept or not.
    pub const STATUS_REPLY_BYTES_MAX: u32 = 8 << 20;
    /// Parts of one structured reply: a read of 1 MiB in the smallest holes there are has 2,048.
    pub const CHUNKS_MAX: u32 = 4096;
    /// Replies to one option of the handshake.
    pub const OPTION_REPLIES_MAX: usize = 64;
    /// One reply to an option; the longest text of the protocol has 4,096 bytes.
    pub const OPTION_REPLY_BYTES_MAX: u32 = 8192;
    /// A text that goes with an error; what is longer breaks the protocol.
    pub const MESSAGE_BYTES_MAX: u32 = 4096;
    /// The largest disk: no sum of offsets below it overflows.
    pub const SIZE_BYTES_MAX: u64 = 1 << 60;
    /// The largest smallest block that a server may ask for (as in the protocol).
    pub const BLOCK_BYTES_MAX: u32 = 64 << 10;
    /// One PEM file.
    pub const PEM_BYTES_MAX: u64 = 1 << 20;
}
