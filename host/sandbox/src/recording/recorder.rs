//! Writes a recording while plugins run. A line is whole on the disk before the run goes on; where it cannot be written
//! the run goes on without. Owns the file; refuses to know what is recorded, and writes nothing that was not masked.

use super::json::{Blobs, Toward, encode, inline};
use super::mask::Mask;
use super::tell::{Tell, Told};
use super::{FORMAT, Failed, LINES_MAX, Line, RECORDING_BYTES_MAX, ROOM_BYTES_MAX, room};
use crate::bindings::errors;
use crate::fault::{Broken, Fault};
use crate::plugin::Plugin;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Only its owner reads what plugins were told.
const MODE: u32 = 0o600;

/// A recording that is written.
pub struct Recorder(Mutex<Inner>);

struct Inner {
    file: File,
    /// What was written, whole lines all of it.
    written: Written,
    bytes_max: u64,
    /// Why nothing more is written.
    over: Option<String>,
    mask: Mask,
    /// Digests of bytes that stand in it.
    blobs: BTreeSet<String>,
    summary: Summary,
}

/// How much a recording holds, in each measure that a reader has a limit for.
#[derive(Clone, Copy, Default)]
struct Written {
    bytes: u64,
    lines: u64,
    room: u64,
}

impl Written {
    fn with(self, line: &[u8]) -> Self {
        Self {
            bytes: self.bytes.saturating_add(line.len() as u64),
            lines: self.lines.saturating_add(1),
            room: self.room.saturating_add(room(line)),
        }
    }

    /// The limit that is passed. A line is left for saying that the recording was cut.
    fn over(self, bytes_max: u64) -> Option<String> {
        let cut = room(b"{,").saturating_add(self.room);
        match self {
            Self { bytes, .. } if bytes > bytes_max => Some(format!("{bytes_max} bytes")),
            Self { lines, .. } if lines >= LINES_MAX => Some(format!("{LINES_MAX} lines")),
            _ if cut > ROOM_BYTES_MAX => Some(format!("{ROOM_BYTES_MAX} bytes of values when it is read")),
            _ => None,
        }
    }
}

/// How much was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Instances of plugins.
    pub instances: u32,
    /// Calls that it holds, into plugins and of the host.
    pub calls: u64,
    /// Why it holds not everything, if so.
    pub cut: Option<String>,
}

impl Recorder {
    /// Begins a recording in a file that is not there yet.
    ///
    /// # Errors
    /// `recording.write`.
    pub fn create(path: &Path) -> Result<Arc<Self>> {
        Self::create_with(path, RECORDING_BYTES_MAX)
    }

    /// The same, with a limit of its own.
    ///
    /// # Errors
    /// `recording.write`.
    pub fn create_with(path: &Path, bytes_max: u64) -> Result<Arc<Self>> {
        let what = || format!("the recording {} cannot be begun", path.display());
        let file = File::options().write(true).create_new(true).mode(MODE).open(path);
        let file = file.or_invalid("recording.write", what)?;
        let inner = Inner {
            file,
            written: Written::default(),
            bytes_max,
            over: None,
            mask: Mask::default(),
            blobs: BTreeSet::new(),
            summary: Summary::default(),
        };
        let recorder = Arc::new(Self(Mutex::new(inner)));
        recorder.inner().line(&Line::Header { format: FORMAT, gyre: env!("CARGO_PKG_VERSION").into() });
        Ok(recorder)
    }

    /// From now on this value is masked.
    pub fn learn(&self, name: &str, value: &[u8]) {
        let mut inner = self.inner();
        if inner.over.is_none() {
            inner.mask.learn(name, value);
        }
    }

    /// How much there is so far.
    pub fn summary(&self) -> Summary {
        self.inner().summary.clone()
    }

    /// Begins an instance.
    pub fn open(self: &Arc<Self>, plugin: &Plugin) -> Tape {
        let mut inner = self.inner();
        inner.summary.instances = inner.summary.instances.saturating_add(1);
        let instance = inner.summary.instances;
        inner.line(&Line::Instance {
            instance,
            plugin: plugin.name().to_owned(),
            version: plugin.version().map(str::to_owned),
            sha256: plugin.digest().to_owned(),
            world: plugin.role().name().to_owned(),
        });
        Tape { recorder: self.clone(), instance, number: Arc::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one instance is recorded on; clones go on with one another.
#[derive(Clone)]
pub struct Tape {
    recorder: Arc<Recorder>,
    instance: u32,
    /// Of the last line.
    number: Arc<Mutex<u32>>,
}

/// What came of a call of the host.
pub enum Reply {
    /// It has no result.
    Nothing,
    /// Its result.
    Result(Told),
    /// It ended the instance, with this code.
    Trap(String),
}

impl<T: Tell> From<&wasmtime::Result<T>> for Reply {
    fn from(answer: &wasmtime::Result<T>) -> Self {
        match answer {
            Ok(value) if T::ANSWERS => Self::Result(value.tell()),
            Ok(_) => Self::Nothing,
            Err(trap) => Self::trap(trap),
        }
    }
}

impl<T: Tell> From<&Result<T, Fault>> for Reply {
    fn from(answer: &Result<T, Fault>) -> Self {
        match answer {
            Ok(value) => Self::Result(Told::case("ok", value.tell())),
            Err(Fault::Refused(error)) => {
                Self::Result(Told::case("error", errors::Error::from(error.clone()).tell()))
            }
            Err(Fault::Trap(trap)) => Self::trap(trap),
        }
    }
}

impl Reply {
    fn trap(trap: &wasmtime::Error) -> Self {
        Self::Trap(trap.downcast_ref::<Broken>().map_or("sandbox.trap", |broken| broken.code).to_owned())
    }
}

impl Tape {
    /// The host calls `INTERFACE#FUNCTION` of the plugin.
    pub fn call(&self, export: &str, arguments: Vec<Told>) {
        let Some((mut inner, number)) = self.next() else { return };
        let arguments = inner.encode(arguments, Toward::Plugin);
        inner.event(&Line::Call { instance: self.instance, number, export: export.to_owned(), arguments });
    }

    /// The plugin called `INTERFACE#FUNCTION` of the host.
    pub fn host(&self, import: &str, arguments: Vec<Told>, reply: Reply) {
        let Some((mut inner, number)) = self.next() else { return };
        let arguments = inner.encode(arguments, Toward::Host);
        let (result, trap) = match reply {
            Reply::Nothing => (None, None),
            Reply::Result(told) => (inner.encode(vec![told], Toward::Plugin).pop(), None),
            Reply::Trap(code) => (None, Some(code)),
        };
        let import = import.to_owned();
        inner.event(&Line::Host { instance: self.instance, number, import, arguments, result, trap });
    }

    /// The call into the plugin is over.
    pub fn answer(&self, answer: Result<Told, &Error>) {
        let Some((mut inner, number)) = self.next() else { return };
        let (result, failed) = match answer {
            Ok(told) => (inner.encode(vec![told], Toward::Host).pop(), None),
            Err(error) => {
                let message = inner.mask.text(&error.message);
                (None, Some(Failed { code: error.code.clone(), message }))
            }
        };
        inner.line(&Line::Answer { instance: self.instance, number, result, failed });
    }

    /// Numbers of one instance have no gaps, whatever other instances do. `None`: the recording is over, and nothing has
    /// to be masked or digested for it any more.
    fn next(&self) -> Option<(MutexGuard<'_, Inner>, u32)> {
        let inner = self.recorder.inner();
        if inner.over.is_some() {
            return None;
        }
        let mut number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        *number = number.saturating_add(1);
        Some((inner, *number))
    }
}

impl Inner {
    fn encode(&mut self, told: Vec<Told>, toward: Toward) -> Vec<serde_json::Value> {
        let mut apart = Blobs::new();
        let masked: Vec<_> = told.into_iter().map(|one| self.mask.over(one)).collect();
        let encoded = masked.into_iter().map(|one| encode(one, toward, &mut apart)).collect();
        for (sha256, bytes) in apart {
            if self.over.is_none() && self.blobs.insert(sha256.clone()) {
                self.line(&Line::Blob { sha256, bytes: inline(&bytes) });
            }
        }
        encoded
    }

    fn event(&mut self, line: &Line) {
        self.line(line);
        if self.over.is_none() {
            self.summary.calls = self.summary.calls.saturating_add(1);
        }
    }

    fn line(&mut self, line: &Line) {
        if self.over.is_some() {
            return;
        }
        let mut text = serde_json::to_vec(line).unwrap_or_default();
        text.push(b'\n');
        let written = self.written.with(&text);
        if let Some(limit) = written.over(self.bytes_max) {
            let cut = serde_json::to_string(&Line::Cut { bytes: self.bytes_max }).unwrap_or_default();
            // Past the limit by this one line, without which nobody would know.
            if self.file.write_all(format!("{cut}\n").as_bytes()).is_err() {
                self.truncate();
            }
            return self.end(format!("it met its limit of {limit}"));
        }
        match self.file.write_all(&text) {
            Ok(()) => self.written = written,
            Err(error) => {
                self.truncate();
                self.end(format!("it cannot be written on: {error}"));
            }
        }
    }

    /// Half a line would make all of it unreadable.
    fn truncate(&mut self) {
        if let Err(error) = self.file.set_len(self.written.bytes) {
            tracing::warn!("the end of the recording cannot be taken away: {error}");
        }
    }

    fn end(&mut self, why: String) {
        tracing::warn!("the recording ends here: {why}");
        self.summary.cut = Some(why.clone());
        self.over = Some(why);
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::Recording;
    use super::*;

    fn recorder(bytes_max: u64) -> (tempfile::TempDir, std::path::PathBuf, Arc<Recorder>) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run.jsonl");
        let recorder = Recorder::create_with(&path, bytes_max).unwrap();
        recorder.inner().line(&Line::Instance {
            instance: 1,
            plugin: "p".into(),
            version: None,
            sha256: String::new(),
            world: "source".into(),
        });
        (directory, path, recorder)
    }

    fn tape(recorder: &Arc<Recorder>) -> Tape {
        Tape { recorder: recorder.clone(), instance: 1, number: Arc::default() }
    }

    /// Every limit that the reader has is met here, and what was written is read.
    #[test]
    fn a_recording_is_cut_where_its_reader_would_refuse_it() {
        let nearly: [fn(&mut Inner); 3] = [
            |inner| inner.bytes_max = inner.written.bytes + 200,
            |inner| inner.written.lines = LINES_MAX - 3,
            |inner| inner.written.room = ROOM_BYTES_MAX - 6 * 640,
        ];
        for (nearly, limit) in nearly.into_iter().zip(["bytes", "lines", "values"]) {
            let (_directory, path, recorder) = recorder(RECORDING_BYTES_MAX);
            nearly(&mut recorder.inner());
            let tape = tape(&recorder);
            for _ in 0..5 {
                tape.call("a#b", Vec::new());
                tape.answer(Ok(Told::nothing()));
            }
            let why = recorder.summary().cut.unwrap();
            assert!(why.contains(limit), "{why}");
            let read = Recording::read(&path).unwrap();
            assert!(read.cut && !read.played[0].events.is_empty(), "{limit}");
        }
    }

    #[test]
    fn nothing_is_masked_for_a_recording_that_is_over() {
        let (_directory, _path, recorder) = recorder(1);
        let tape = tape(&recorder);
        let told = || vec![Told::List(vec![Told::Text("password".into()), Told::Text("kx83hd2jQQ".into())])];
        tape.call("a#b", vec![Told::List(told())]);
        tape.host("c#d", vec![Told::List(told())], Reply::Nothing);
        recorder.learn("own", b"kx83hd2jQQ");
        assert_eq!(recorder.inner().mask.text("kx83hd2jQQ"), "kx83hd2jQQ");
        assert!(recorder.summary().calls == 0 && recorder.summary().cut.is_some());
    }

    #[test]
    fn half_a_line_is_taken_away_again() {
        let (_directory, path, recorder) = recorder(RECORDING_BYTES_MAX);
        let whole = std::fs::read(&path).unwrap();
        {
            let mut inner = recorder.inner();
            inner.file.write_all(b"{\"line\":\"call\",").unwrap();
            // From here on nothing can be written: the line is half there.
            let read_only = File::open(&path).unwrap();
            let file = std::mem::replace(&mut inner.file, read_only);
            inner.line(&Line::Cut { bytes: 1 });
            inner.file = file;
            assert!(inner.over.is_some());
            inner.truncate();
        }
        assert_eq!(std::fs::read(&path).unwrap(), whole);
        Recording::read(&path).unwrap();
    }
}
