//! The way to a worker that runs Windows: WinRM over HTTPS with a pinned key, and the login that such a worker is made
//! with. Knows no cloud, no agent and no job.
//!
//! ```no_run
//! # async fn f() -> gyre_core::Result<()> {
//! use gyre_winrm::{Client, Target, powershell};
//! let target = Target { host: "192.0.2.7".into(), port: 5986, user: "gyre".into(), host_key: "SHA256:…".into() };
//! let client = Client::new(&target, "password")?;
//! let script = powershell("Get-Content C:\\Windows\\win.ini");
//! let arguments: Vec<&str> = script.iter().map(String::as_str).collect();
//! let output = client.run("powershell.exe", &arguments, b"", std::time::Duration::from_secs(60)).await?;
//! # Ok(()) }
//! ```

mod client;
mod connection;
mod login;
mod pin;
mod quote;
mod soap;

pub use client::{Client, Event, Output, Process};
pub use connection::Target;
pub use login::Login;
pub use quote::powershell;

/// Every limit of this crate, with its unit in its name.
pub mod limits {
    /// From the first packet to a TLS session with the right key, seconds.
    pub const CONNECT_TIMEOUT_S: u64 = 30;
    /// How long the server may keep a request before it says that nothing happened, seconds: what Windows allows at most
    /// unless it is told otherwise (MaxTimeoutms).
    pub const OPERATION_TIMEOUT_S: u64 = 60;
    /// One request and its answer, seconds: the server's own patience and some for the way.
    pub const REQUEST_TIMEOUT_S: u64 = OPERATION_TIMEOUT_S + 30;
    /// How long a program may take to end after its input was refused, seconds; the refusal is the error then.
    pub const LAST_WORDS_S: u64 = 2;
    /// Ending a program and its shell, seconds.
    pub const END_TIMEOUT_S: u64 = 30;
    /// After this long without a request a shell ends by itself, with its programs, seconds: whoever lost it leaves nothing.
    pub const SHELL_IDLE_S: u64 = 2 * 60 * 60;
    /// One envelope, either way, bytes: the default of the oldest Windows that speaks this (MaxEnvelopeSizekb = 150).
    pub const ENVELOPE_BYTES_MAX: usize = 150 * 1024;
    /// Standard input that goes into one envelope, before base64, bytes.
    pub const STDIN_CHUNK_BYTES: usize = 96 * 1024;
    /// The body of one answer, bytes: more than [`ENVELOPE_BYTES_MAX`], since no server counts exactly.
    pub const ANSWER_BYTES_MAX: usize = 1024 * 1024;
    /// Elements, texts and attributes of one answer.
    pub const ANSWER_NODES_MAX: u32 = 16 * 1024;
    /// What a server calls a shell or a command, bytes.
    pub const ID_BYTES_MAX: usize = 256;
    /// What a server says of a fault, characters.
    pub const FAULT_CHARS_MAX: usize = 500;
    /// Standard output and error of one program that is run to its end, each; what is past it is dropped.
    pub const OUTPUT_BYTES_MAX: usize = 4 * 1024 * 1024;
    /// Output that waits for [`crate::Process::receive`], answers; the program is held up by more.
    pub const EVENTS_WAITING_MAX: usize = 16;
    /// Answers in a row that say nothing and come sooner than [`HOLLOW_ANSWER_MS`].
    pub const HOLLOW_ANSWERS_MAX: u32 = 100;
    /// A server that has nothing to say waits longer than this, milliseconds.
    pub const HOLLOW_ANSWER_MS: u64 = 500;
    /// Connections that are kept for the next requests.
    pub const IDLE_CONNECTIONS_MAX: usize = 4;
    /// How long one is kept, seconds: Windows closes it after two minutes.
    pub const IDLE_CONNECTION_S: u64 = 60;
    /// One command line, UTF-16 units: `cmd.exe` takes 8191, and something stands in front of ours.
    pub const COMMAND_UNITS_MAX: usize = 8000;
}
