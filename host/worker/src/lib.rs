//! Bringing a worker up and talking to the agent on it: SSH or WinRM, the agent's upload and start, the link
//! and the requests of [`gyre_core::protocol`]. Knows no job and no cloud: whoever calls made the
//! worker and removes it.

mod boot;
mod certificates;
mod control;
mod link;
mod linux;
mod local;
mod remote;
mod session;
mod start;
mod windows;

pub use local::Local;
pub use session::{Options, Session};

/// Every limit of this crate, with its unit in its name.
pub mod limits {
    /// Between two attempts to log in while a worker boots, seconds: from, to.
    pub const LOGIN_PAUSE_S: (u64, u64) = (1, 5);
    /// What one line of an upload to Windows carries.
    pub const UPLOAD_LINE_BYTES: usize = 48 * 1024;
    /// The agent's upload, seconds.
    pub const UPLOAD_TIMEOUT_S: u64 = 600;
    /// From its start to the agent's ready line, seconds; it waits for its disks in that time.
    pub const START_TIMEOUT_S: u64 = 90;
    /// The agent ends by itself after so long without a request, seconds.
    pub const AGENT_IDLE_S: u64 = 3600;
    /// One connection of the link, seconds.
    pub const LINK_CONNECT_TIMEOUT_S: u64 = 30;
    /// A connection on which the other end acknowledges nothing for so long is given up, seconds: what was asked is
    /// asked again on a new one. An agent that only takes its time acknowledges.
    pub const LINK_SILENCE_S: u64 = 60;
    /// A connection on which nothing moves is asked for a sign of life so often, seconds.
    pub const LINK_SIGN_OF_LIFE_S: u64 = 15;
    /// One request on a disk, seconds; a full volume's last flush is the longest.
    pub const REQUEST_TIMEOUT_S: u64 = 600;
    /// Finding systems or mounting one, seconds: passphrases are stretched and file systems mended meanwhile.
    pub const MOUNT_TIMEOUT_S: u64 = 3600;
    /// What a guest program's time-out leaves for the way there and back, seconds.
    pub const RUN_SLACK_S: u64 = 60;
    /// Attempts at one request when its connection breaks.
    pub const ATTEMPTS_MAX: u32 = 6;
    /// Before the second attempt, milliseconds; doubled before each further one.
    pub const RETRY_PAUSE_MS: u64 = 100;
    /// Connections for everything but disks.
    pub const CONTROL_CONNECTIONS: usize = 2;
    /// One answer of the agent.
    pub const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
    /// What is kept of what a local agent says before its end.
    pub const LAST_WORDS_BYTES_MAX: usize = 2048;
    /// The agent's first line.
    pub const READY_BYTES_MAX: u64 = 64 * 1024;
}
