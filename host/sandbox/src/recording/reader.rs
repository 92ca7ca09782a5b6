//! Reads a recording, which may be anybody's file: every line, size and number is checked before it is used. Refuses to
//! know what is replayed from it.

use super::json::{Blobs, digest, outline};
use super::{FORMAT, Failed, LINES_MAX, Line, RECORDING_BYTES_MAX, ROOM_BYTES_MAX, room};
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

/// What stands past the limit of a recording that was cut.
const CUT_BYTES_MAX: u64 = 4096;
/// The first line, whatever wrote it.
const HEADER_BYTES_MAX: usize = 4096;

/// A recording.
#[derive(Debug)]
pub struct Recording {
    /// Version of the gyre that wrote it.
    pub gyre: String,
    /// Instances of plugins in the order in which they began.
    pub played: Vec<Arc<Played>>,
    /// Whether it met its limit.
    pub cut: bool,
    pub(crate) blobs: Arc<Blobs>,
}

/// One instance of a plugin, and what passed between it and the host.
#[derive(Debug)]
pub struct Played {
    /// Its number in the recording.
    pub instance: u32,
    /// Name in the configuration.
    pub plugin: String,
    /// As it said itself.
    pub version: Option<String>,
    /// SHA-256 of the component, hex.
    pub sha256: String,
    /// Its role: `osmorphing`.
    pub world: String,
    pub(crate) events: Vec<Event>,
}

/// One line of an instance.
#[derive(Debug)]
pub(crate) enum Event {
    Call { number: u32, export: String, arguments: Vec<Value> },
    Host { number: u32, import: String, arguments: Vec<Value>, result: Option<Value>, trap: Option<String> },
    Answer { number: u32, result: Option<Value>, failed: Option<Failed> },
}

impl Event {
    pub(crate) const fn number(&self) -> u32 {
        match self {
            Self::Call { number, .. } | Self::Host { number, .. } | Self::Answer { number, .. } => *number,
        }
    }
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// `recording.unreadable`, `recording.too-large`, `recording.version`, `recording.damaged`.
    pub fn read(path: &Path) -> Result<Self> {
        let what = || format!("the recording {} cannot be read", path.display());
        // Without waiting for somebody who writes to a FIFO.
        let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
        let file = File::options().read(true).custom_flags(nonblock).open(path);
        let file = file.or_invalid("recording.unreadable", what)?;
        let metadata = file.metadata().or_invalid("recording.unreadable", what)?;
        if !metadata.is_file() {
            return Err(Error::invalid("recording.unreadable", what()).cause("it is no file"));
        }
        if metadata.len() > RECORDING_BYTES_MAX + CUT_BYTES_MAX {
            return Err(too_large(&path.display().to_string(), &format!("{RECORDING_BYTES_MAX} bytes")));
        }
        let mut lines = Lines::default();
        let mut reader = BufReader::new(file.take(RECORDING_BYTES_MAX + CUT_BYTES_MAX));
        let mut text = Vec::new();
        loop {
            text.clear();
            if reader.read_until(b'\n', &mut text).or_invalid("recording.unreadable", what)? == 0 {
                return lines.end();
            }
            lines.next(&text)?;
        }
    }
}

fn too_large(what: &str, limit: &str) -> Error {
    Error::invalid("recording.too-large", format!("{what} has more than the {limit} of a recording"))
}

fn damaged(number: u64, why: impl std::fmt::Display) -> Error {
    Error::invalid("recording.damaged", format!("line {number} of the recording is none that gyre writes"))
        .cause(why)
}

/// What was read so far.
#[derive(Default)]
struct Lines {
    number: u64,
    /// What its values took so far.
    room: u64,
    gyre: Option<String>,
    played: Vec<Played>,
    /// Where in `played` an instance is, and whether it is in a call.
    places: BTreeMap<u32, (usize, bool)>,
    cut: bool,
    blobs: Blobs,
}

impl Lines {
    fn next(&mut self, text: &[u8]) -> Result<()> {
        self.number += 1;
        if self.number > LINES_MAX {
            return Err(too_large("the file", &format!("{LINES_MAX} lines")));
        }
        if text.last() != Some(&b'\n') {
            return Err(damaged(self.number, "it has no end: the file was cut off in it"));
        }
        if self.gyre.is_none() {
            return self.header(text);
        }
        // Before anything is made of it.
        self.room = self.room.saturating_add(room(text));
        if self.room > ROOM_BYTES_MAX {
            return Err(too_large("the file", &format!("{ROOM_BYTES_MAX} bytes of values when it is read")));
        }
        let line: Line = serde_json::from_slice(text).map_err(|error| damaged(self.number, error))?;
        self.line(line).map_err(|why| damaged(self.number, why))
    }

    /// The version first: what follows may be written otherwise.
    fn header(&mut self, text: &[u8]) -> Result<()> {
        if text.len() > HEADER_BYTES_MAX {
            return Err(damaged(self.number, format!("the header has more than {HEADER_BYTES_MAX} bytes")));
        }
        let header: Value = serde_json::from_slice(text).map_err(|error| damaged(self.number, error))?;
        let format = header.get("format").and_then(Value::as_u64);
        if header.get("line").and_then(Value::as_str) != Some("header") {
            return Err(damaged(self.number, "a recording begins with a line `header`"));
        }
        let gyre = header.get("gyre").and_then(Value::as_str).unwrap_or("unknown").to_owned();
        if format != Some(FORMAT.into()) {
            let theirs = format.map_or_else(|| "no number".to_owned(), |format| format.to_string());
            let what = format!("the recording has format {theirs}, this gyre reads format {FORMAT}");
            return Err(Error::invalid("recording.version", what).cause(format!("gyre {gyre} wrote it")));
        }
        self.gyre = Some(gyre);
        Ok(())
    }

    fn line(&mut self, line: Line) -> Result<(), String> {
        match line {
            Line::Header { .. } => return Err("a second header".into()),
            Line::Cut { .. } => self.cut = true,
            Line::Blob { sha256, bytes } => {
                let bytes = outline(&bytes).ok_or("the bytes are neither text nor base64")?;
                if digest(&bytes) != sha256 {
                    return Err("the bytes have another digest".into());
                }
                self.blobs.insert(sha256, bytes);
            }
            Line::Instance { instance, plugin, version, sha256, world } => {
                if self.places.insert(instance, (self.played.len(), false)).is_some() {
                    return Err(format!("instance {instance} begins twice"));
                }
                self.played.push(Played { instance, plugin, version, sha256, world, events: Vec::new() });
            }
            Line::Call { instance, number, export, arguments } => {
                self.event(instance, Event::Call { number, export, arguments })?;
            }
            Line::Host { instance, number, import, arguments, result, trap } => {
                self.event(instance, Event::Host { number, import, arguments, result, trap })?;
            }
            Line::Answer { instance, number, result, failed } => {
                self.event(instance, Event::Answer { number, result, failed })?;
            }
        }
        Ok(())
    }

    fn event(&mut self, instance: u32, event: Event) -> Result<(), String> {
        let unknown = || format!("instance {instance} did not begin");
        let (place, is_in_call) = self.places.get_mut(&instance).ok_or_else(unknown)?;
        let played = self.played.get_mut(*place).ok_or_else(unknown)?;
        if event.number() <= played.events.last().map_or(0, Event::number) {
            return Err(format!("call {} of instance {instance} is out of order", event.number()));
        }
        let begins = matches!(event, Event::Call { .. });
        if !matches!(event, Event::Host { .. }) && begins == *is_in_call {
            return Err(format!("instance {instance} is not called one call after the other"));
        }
        *is_in_call = begins || *is_in_call && matches!(event, Event::Host { .. });
        played.events.push(event);
        Ok(())
    }

    fn end(self) -> Result<Recording> {
        let Self { gyre, played, cut, blobs, .. } = self;
        let gyre = gyre.ok_or_else(|| damaged(1, "the file is empty"))?;
        let played = played.into_iter().map(Arc::new).collect();
        Ok(Recording { gyre, played, cut, blobs: Arc::new(blobs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "{\"line\":\"header\",\"format\":1,\"gyre\":\"0.1.0\"}\n";
    const INSTANCE: &str = "{\"line\":\"instance\",\"instance\":1,\"plugin\":\"p\",\"version\":null,\"sha256\":\"\",\"world\":\"source\"}\n";

    fn read(text: &str) -> Result<Recording> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run.jsonl");
        std::fs::write(&path, text).unwrap();
        Recording::read(&path)
    }

    fn code(text: &str) -> (String, String) {
        let error = read(text).unwrap_err();
        (error.code.clone(), error.to_string())
    }

    #[test]
    fn whatever_is_no_recording_is_said_to_be_none_and_where() {
        let call = |number: u32| {
            format!(
                "{{\"line\":\"call\",\"instance\":1,\"number\":{number},\"export\":\"a#b\",\"arguments\":[]}}\n"
            )
        };
        let answer = "{\"line\":\"answer\",\"instance\":1,\"number\":1,\"result\":null}\n";
        for (text, line) in [
            (String::new(), 1),
            ("{}\n".into(), 1),
            ("\u{0}\u{1}\n".into(), 1),
            (format!("{{\"line\":\"header\",\"format\":1,\"a\":[{}]}}\n", ["0"; 4096].join(",")), 1),
            (format!("{HEAD}{HEAD}"), 2),
            (format!("{HEAD}{{\"line\":\"other\"}}\n"), 2),
            (format!("{HEAD}{}\n", "[".repeat(100_000)), 2),
            (format!("{HEAD}{}", call(1)), 2),
            (format!("{HEAD}{INSTANCE}{INSTANCE}"), 3),
            (format!("{HEAD}{INSTANCE}{answer}"), 3),
            (format!("{HEAD}{INSTANCE}{}{}", call(2), call(3)), 4),
            (format!("{HEAD}{INSTANCE}{}", call(0)), 3),
            (format!("{HEAD}{INSTANCE}{}", call(1).trim_end()), 3),
            (format!("{HEAD}{{\"line\":\"blob\",\"sha256\":\"00\",\"bytes\":{{\"text\":\"a\"}}}}\n"), 2),
        ] {
            let (code, said) = code(&text);
            assert!(code == "recording.damaged" && said.contains(&format!("line {line} ")), "{text}: {said}");
        }
        let (code, said) = code("{\"line\":\"header\",\"format\":2,\"gyre\":\"0.2.0\"}\n");
        assert!(code == "recording.version" && said.contains("format 2") && said.contains("0.2.0"), "{said}");
        assert!(read(&format!("{HEAD}{INSTANCE}{}{{\"line\":\"cut\",\"bytes\":1}}\n", call(1))).unwrap().cut);
    }

    /// A few MiB of these would take gigabytes.
    #[test]
    fn values_that_would_take_too_much_room_are_not_made() {
        for value in [r#"{"":0}"#, "[]", "0"] {
            let line = |number: u32| {
                let values = vec![value; 10_000].join(",");
                format!(
                    "{{\"line\":\"call\",\"instance\":1,\"number\":{number},\"export\":\"a\",\"arguments\":[{values}]}}\n"
                )
            };
            let mut read = Lines::default();
            read.next(HEAD.as_bytes()).unwrap();
            read.next(INSTANCE.as_bytes()).unwrap();
            read.room = ROOM_BYTES_MAX - room(line(1).as_bytes());
            read.next(line(1).as_bytes()).unwrap();
            assert_eq!(read.next(line(2).as_bytes()).unwrap_err().code, "recording.too-large", "{value}");
        }
    }

    #[test]
    fn what_is_too_large_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run.jsonl");
        let file = File::create(&path).unwrap();
        file.set_len(RECORDING_BYTES_MAX + CUT_BYTES_MAX + 1).unwrap();
        assert_eq!(Recording::read(&path).unwrap_err().code, "recording.too-large");
        assert_eq!(Recording::read(directory.path()).unwrap_err().code, "recording.unreadable");
    }
}
