//! How a copy gets on: how fast, until when, and what holds it up. Measured by who copies, shown by who shows; it knows
//! neither.

use serde::{Deserialize, Serialize};

/// What holds a copy up: everything else waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Bottleneck {
    /// The storage that this host reads the disk from.
    Source,
    /// The source's plugin: what lies where, and bytes that it reads itself.
    Sandbox,
    /// This host's processors: unpacking, hashing, packing.
    Cpu,
    /// The connection to the worker.
    Link,
    /// The disk that is written, or read back.
    Target,
    /// What the job may send.
    Limit,
}

impl Bottleneck {
    /// As it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Bottleneck::Source => "source",
            Bottleneck::Sandbox => "sandbox",
            Bottleneck::Cpu => "CPU",
            Bottleneck::Link => "link",
            Bottleneck::Target => "target",
            Bottleneck::Limit => "bandwidth limit",
        }
    }
}

/// How a copy got on lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flow {
    /// Bytes of the disk that were dealt with in a second, what was left out as unchanged among them.
    pub bytes_per_second: u64,
    /// Seconds until the end, if it goes on like that; none: it does not go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_seconds: Option<u64>,
    /// What holds it up; none: no one thing does, or it is not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bottleneck: Option<Bottleneck>,
    /// What is sent is compressed, to so many percent of what it was; none: it is sent as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compressed_to: Option<u8>,
}
