//! Recordings of what passes between plugins and the host: every call into an instance, every call of the host that it
//! makes, in order, without secrets. Owns the format (JSON Lines) and its limits; refuses to know what any call does.
//!
//! ```text
//! {"line":"header","format":1,"gyre":"0.1.0"}
//! {"line":"instance","instance":1,"plugin":"debian","version":"0.1.0","sha256":"…","world":"osmorphing"}
//! {"line":"call","instance":1,"number":1,"export":"gyre:plugin/osmorphing#detect","arguments":[{"handle":0}]}
//! {"line":"host","instance":1,"number":2,"import":"gyre:host/rootfs#[method]rootfs.stat","arguments":[…],"result":…}
//! {"line":"answer","instance":1,"number":3,"result":…}
//! ```
//!
//! Values are written as JSON by the shape of their WIT type: records and tuples as objects and arrays, an enum or a
//! variant without payload as its name, another variant as an object of one entry, a result as `ok` or `error`, bytes as
//! `text` or `base64`, a handle by its number. What a plugin got is kept whole, for the replay has to give it the same:
//! what is longer than [`INLINE_BYTES_MAX`] once, in a line `blob`. What a plugin handed over is only compared: past
//! [`COMPARED_BYTES_MAX`] its digest and length stand for it.

pub(crate) mod json;
pub(crate) mod mask;
pub(crate) mod reader;
mod recorder;
pub(crate) mod tell;

pub(crate) use json::Blobs;
pub use reader::{Played, Recording};
pub use recorder::{Recorder, Reply, Summary, Tape};
pub use tell::{Tell, Told};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The format that is written and read.
pub(crate) const FORMAT: u32 = 1;
/// The longest that a recording becomes: at the line that would pass it, it is cut, and the run goes on unrecorded.
pub const RECORDING_BYTES_MAX: u64 = 128 << 20;
/// Lines of a recording; the last may say that it was cut.
pub(crate) const LINES_MAX: u64 = 1_000_000;
/// The room that all values of a recording take when it is read, as [`room`] counts it: a list or a record of seven
/// letters takes hundreds of bytes. Some 400,000 extents fit, of which each is three records.
pub(crate) const ROOM_BYTES_MAX: u64 = 1 << 30;
/// Bytes that a plugin got and that stand where it got them; longer ones stand in a line of their own, once.
pub(crate) const INLINE_BYTES_MAX: usize = 4 << 10;
/// Bytes that a plugin handed over and that are kept; of longer ones, length and digest.
pub(crate) const COMPARED_BYTES_MAX: usize = 64 << 10;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
pub(crate) enum Line {
    /// The first.
    Header { format: u32, gyre: String },
    /// An instance of a plugin begins; `world` is its role.
    Instance { instance: u32, plugin: String, version: Option<String>, sha256: String, world: String },
    /// Bytes that later lines name by their digest.
    Blob { sha256: String, bytes: Value },
    /// The host calls the plugin.
    Call { instance: u32, number: u32, export: String, arguments: Vec<Value> },
    /// The plugin called the host. No `result`: the call has none; `trap`: it ended the instance.
    Host {
        instance: u32,
        number: u32,
        import: String,
        arguments: Vec<Value>,
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trap: Option<String>,
    },
    /// The call into the plugin is over: with a result, or broken off with the code of an error.
    Answer {
        instance: u32,
        number: u32,
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<Failed>,
    },
    /// The recording met its limit here.
    Cut { bytes: u64 },
}

/// How a call broke off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failed {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// Bytes that the values of a line take at most, beside their texts, when it is read: counted from its signs outside
/// strings, so that it is known before anything is made of them.
pub(crate) fn room(line: &[u8]) -> u64 {
    let (mut room, mut is_inside, mut is_escaped) = (0_u64, false, false);
    for byte in line {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_inside,
            b'"' => is_inside = !is_inside,
            byte if !is_inside => room = room.saturating_add(sign_room(*byte)),
            _ => {}
        }
    }
    room
}

/// Room for the first node of an object's tree, for the first elements of a list, for one more of either.
const fn sign_room(byte: u8) -> u64 {
    match byte {
        b'{' => 640,
        b'[' => 160,
        b',' => 128,
        _ => 0,
    }
}

/// A `null` that is there is a value, too.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::room;

    #[test]
    fn room_is_counted_outside_strings() {
        let (object, list, more) = (room(b"{"), room(b"["), room(b","));
        assert_eq!(room(br#"{"a":[1,2,"x"]}"#), object + list + 2 * more);
        assert_eq!(room(br#"{"{[,\"{[,\\":"[{"}"#), object);
        let most = "[{}]".repeat(3);
        assert_eq!(room(most.as_bytes()), 3 * (object + list));
    }
}
