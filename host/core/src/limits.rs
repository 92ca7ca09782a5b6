//! Every limit that more than one crate must agree on, with its unit in its name.

/// A block is hashed, compared and resumed as a whole.
pub const HASH_BLOCK_BYTES: u64 = 64 * 1024;
/// The mover reads, sends and writes pieces of at most this size; a multiple of a block.
pub const PIECE_BYTES_MAX: u64 = 1024 * 1024;
/// The smallest bandwidth that a job may be held to, bytes a second: a piece then takes 16 s.
pub const BANDWIDTH_MIN: u64 = 64 * 1024;
/// Hours with a bandwidth of their own.
pub const HOURS_MAX: usize = 100;
/// One `disk.read` of a plugin.
pub const PLUGIN_READ_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// One answer of `extents`.
pub const EXTENTS_MAX: usize = 65_536;
/// One request body to the agent.
pub const AGENT_BODY_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// One hash request to the agent covers at most this much of a disk.
pub const HASH_RANGE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// One file read from or written to a guest through `rootfs`.
pub const GUEST_FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Entries of one survey of a guest's directory.
pub const SURVEY_ENTRIES_MAX: usize = 20_000;
/// A file whose contents are told by a survey, and all of them together.
pub const SURVEY_FILE_BYTES_MAX: u64 = 256 * 1024;
/// See [`SURVEY_FILE_BYTES_MAX`].
pub const SURVEY_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Files of one directory that are told in short.
pub const TALLY_ENTRIES_MAX: usize = 500_000;
/// One file of the host copied into a guest.
pub const COPIED_FILE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Names in one answer of `files.read-dir`.
pub const FILE_ENTRIES_MAX: usize = 65_536;
/// Standard output and error of one guest program, each.
pub const GUEST_OUTPUT_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// A guest program that names no time-out of its own.
pub const GUEST_RUN_DEFAULT_MS: u32 = 600_000;
/// The longest that a guest program may ask for.
pub const GUEST_RUN_MAX_MS: u32 = 3_600_000;
/// TCP port of the agent's HTTPS transport.
pub const AGENT_PORT: u16 = 5566;
/// Disks of one machine.
pub const DISKS_MAX: usize = 64;
/// Secrets that are tried on encrypted disks of one machine.
pub const LUKS_SECRETS_MAX: usize = 8;
/// One such secret; a key file may be that large.
pub const LUKS_SECRET_BYTES_MAX: usize = 64 * 1024;
/// One user script: it is kept with its job.
pub const SCRIPT_BYTES_MAX: usize = 256 * 1024;
/// How long a user script may run on a worker.
pub const SCRIPT_RUN_MS: u32 = 1_800_000;
