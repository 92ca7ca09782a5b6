//! An open export: reads and block status of any range, cut into what the server takes. A connection that broke is made
//! again and the request repeated, for reading changes nothing; the export must then be as large as it was.

use crate::connection::Connection;
use crate::handshake::{Export, Wanted, negotiate};
use crate::limits::{ATTEMPTS_MAX, STATUS_BYTES_MAX, STATUS_REQUESTS_MAX};
use crate::reply::Answer;
use crate::stream::{Dial, broke_rules};
use crate::wire::{Command, STATE_HOLE, STATE_ZERO};
use gyre_core::limits::EXTENTS_MAX;
use gyre_core::{Backoff, Error, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Between two attempts.
const BACKOFF: Backoff =
    Backoff { attempts: ATTEMPTS_MAX, first: Duration::from_millis(200), longest: Duration::from_secs(2) };

/// What lies in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Bytes.
    Data,
    /// Reads as zeros, allocated.
    Zero,
    /// Reads as zeros, unallocated.
    Hole,
}

/// A range of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where it begins, bytes.
    pub offset: u64,
    /// How long it is, bytes; never 0.
    pub length: u64,
    /// What lies in it.
    pub kind: Kind,
}

/// An export that is open.
pub struct Client {
    dial: Box<dyn Dial>,
    wanted: Wanted,
    size: u64,
    current: Mutex<Option<Arc<Connection>>>,
}

impl Client {
    /// Connects, and comes to terms with the server.
    ///
    /// # Errors
    /// `nbd.connect`, `nbd.timeout`, `nbd.lost`, `nbd.shutdown` (transient); `nbd.protocol`, `nbd.old-server`,
    /// `nbd.tls`, `nbd.tls-required`, `nbd.no-export`, `nbd.refused`, `nbd.size`; what the way there forbids.
    pub async fn open(dial: Box<dyn Dial>, wanted: Wanted) -> Result<Self> {
        let connection = connect(dial.as_ref(), &wanted).await?;
        let size = connection.export().size;
        Ok(Self { dial, wanted, size, current: Mutex::new(Some(Arc::new(connection))) })
    }

    /// Bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.wanted.name
    }

    /// Fills the buffer from `offset`.
    ///
    /// # Errors
    /// Those of [`Client::open`]; `nbd.range`, `nbd.read`, `nbd.changed`.
    pub async fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.check_range(offset, buffer.len() as u64)?;
        let (mut at, mut left) = (offset, buffer);
        while !left.is_empty() {
            let done = self.read_some(at, left).await?;
            at += done as u64;
            left = left.get_mut(done..).unwrap_or_default();
        }
        Ok(())
    }

    /// Fills as much of the buffer as one request can; at least one byte.
    async fn read_some(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let wanted_end = offset.saturating_add(buffer.len() as u64);
        let (start, answer) = self
            .call(Command::Read, |export| {
                let (start, end) = widen(export, offset, wanted_end);
                (start, end.min(start + u64::from(export.read_max)))
            })
            .await?;
        let Answer::Bytes(bytes) = answer else {
            return Err(broke_rules(self.name(), "a read is answered with something else"));
        };
        let bytes = bytes.get(usize::try_from(offset - start).unwrap_or(usize::MAX)..).unwrap_or_default();
        let done = bytes.len().min(buffer.len());
        if done == 0 {
            return Err(broke_rules(self.name(), "a read is answered with no bytes"));
        }
        if let (Some(into), Some(from)) = (buffer.get_mut(..done), bytes.get(..done)) {
            into.copy_from_slice(from);
        }
        Ok(done)
    }

    /// What lies in a range, in order and without gaps; stops after [`EXTENTS_MAX`] runs, or when it took too many
    /// requests. A server without block status has data everywhere.
    ///
    /// # Errors
    /// As [`Client::read`].
    pub async fn runs(&self, offset: u64, length: u64) -> Result<Vec<Run>> {
        self.check_range(offset, length)?;
        let end = offset + length;
        let (mut runs, mut at) = (Vec::new(), offset);
        for _ in 0..STATUS_REQUESTS_MAX {
            if at >= end || runs.len() >= EXTENTS_MAX {
                break;
            }
            at = self.more_runs(at, end, &mut runs).await?;
        }
        Ok(runs)
    }

    /// Adds what one request tells; returns how far that is.
    async fn more_runs(&self, at: u64, end: u64, runs: &mut Vec<Run>) -> Result<u64> {
        if self.connection().await?.export().allocation.is_none() {
            push(runs, Run { offset: at, length: end - at, kind: Kind::Data });
            return Ok(end);
        }
        let (start, answer) = self
            .call(Command::BlockStatus, |export| {
                let (start, last) = widen(export, at, end);
                (start, last.min(start + STATUS_BYTES_MAX))
            })
            .await?;
        let Answer::Status(ranges) = answer else {
            return Err(broke_rules(
                self.name(),
                "a question for block status is answered with something else",
            ));
        };
        let (mut from, mut told) = (start, at);
        for (length, state) in ranges {
            from += u64::from(length);
            let until = from.min(end);
            if until > told && runs.len() < EXTENTS_MAX {
                push(runs, Run { offset: told, length: until - told, kind: kind(state) });
                told = until;
            }
        }
        if told == at {
            return Err(broke_rules(self.name(), "it tells no block status of what it was asked"));
        }
        Ok(told)
    }

    /// One request, over connections that may break. The range is chosen by what the connection's server takes; where
    /// it begins is part of the answer.
    async fn call(&self, command: Command, range: impl Fn(&Export) -> (u64, u64)) -> Result<(u64, Answer)> {
        let mut failures = 0;
        loop {
            let error = match self.attempt(command, &range).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            failures += 1;
            let Some(pause) = BACKOFF.pause(&error, failures) else { return Err(error) };
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(
        &self,
        command: Command,
        range: &impl Fn(&Export) -> (u64, u64),
    ) -> Result<(u64, Answer)> {
        let connection = self.connection().await?;
        let (start, end) = range(connection.export());
        let length = u32::try_from(end - start).unwrap_or(u32::MAX);
        Ok((start, connection.call(command, start, length).await?))
    }

    /// The connection, made again if it broke.
    async fn connection(&self) -> Result<Arc<Connection>> {
        let mut current = self.current.lock().await;
        if let Some(connection) = current.as_ref().filter(|connection| !connection.is_broken()) {
            return Ok(connection.clone());
        }
        *current = None;
        let connection = Arc::new(connect(self.dial.as_ref(), &self.wanted).await?);
        let size = connection.export().size;
        if size != self.size {
            return Err(Error::conflict(
                "nbd.changed",
                format!("{} is another disk than it was", self.name()),
            )
            .cause(format!("it had {} bytes and has {size}", self.size)));
        }
        *current = Some(connection.clone());
        Ok(connection)
    }

    fn check_range(&self, offset: u64, length: u64) -> Result<()> {
        match offset.checked_add(length) {
            Some(end) if end <= self.size => Ok(()),
            _ => Err(Error::invalid(
                "nbd.range",
                format!(
                    "{length} bytes at {offset} reach past the end of {} ({} bytes)",
                    self.name(),
                    self.size
                ),
            )),
        }
    }
}

async fn connect(dial: &dyn Dial, wanted: &Wanted) -> Result<Connection> {
    let made = async {
        let stream = dial.dial().await?;
        let (stream, export) = negotiate(stream, wanted).await?;
        Ok(Connection::start(stream, export, &wanted.name, wanted.patience.request))
    };
    match tokio::time::timeout(wanted.patience.connect, made).await {
        Ok(made) => made,
        Err(_) => Err(Error::unavailable(
            "nbd.timeout",
            format!("no connection with {} within {:?}", wanted.name, wanted.patience.connect),
        )),
    }
}

/// The blocks that a range touches.
fn widen(export: &Export, offset: u64, end: u64) -> (u64, u64) {
    let block = u64::from(export.block.max(1));
    (offset - offset % block, end.next_multiple_of(block).min(export.size))
}

/// What is not known to read as zeros is data: the bytes of a hole without that promise are not defined.
fn kind(state: u32) -> Kind {
    match (state & STATE_ZERO != 0, state & STATE_HOLE != 0) {
        (true, true) => Kind::Hole,
        (true, false) => Kind::Zero,
        (false, _) => Kind::Data,
    }
}

fn push(runs: &mut Vec<Run>, run: Run) {
    match runs.last_mut() {
        Some(last) if last.kind == run.kind => last.length += run.length,
        _ => runs.push(run),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_widen_to_blocks_and_end_with_the_disk() {
        let export = Export { size: 8192, block: 512, read_max: 4096, structured: true, allocation: None };
        assert_eq!(widen(&export, 513, 514), (512, 1024));
        assert_eq!(widen(&export, 0, 8192), (0, 8192));
        assert_eq!(widen(&Export { block: 1, ..export }, 7, 9), (7, 9));
    }

    #[test]
    fn a_hole_that_may_hold_anything_is_data() {
        assert_eq!(
            [0, 1, 2, 3, 0xf0].map(kind),
            [Kind::Data, Kind::Data, Kind::Zero, Kind::Hole, Kind::Data]
        );
    }
}
