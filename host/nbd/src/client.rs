//! An open export: reads and block status of any range, cut into whole blocks of what the server takes. Knows nothing of
//! connections, which may break meanwhile.

use crate::handshake::{Export, Wanted};
use crate::limits::{STATUS_BYTES_MAX, STATUS_REQUESTS_MAX};
use crate::line::Line;
use crate::reply::Answer;
use crate::stream::{Dial, broke_rules};
use crate::wire::{Command, STATE_HOLE, STATE_ZERO};
use gyre_core::limits::EXTENTS_MAX;
use gyre_core::{Error, Result};

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
pub struct Client(Line);

impl Client {
    /// Connects, and comes to terms with the server.
    ///
    /// # Errors
    /// `nbd.connect`, `nbd.timeout`, `nbd.lost`, `nbd.shutdown` (transient); `nbd.protocol`, `nbd.old-server`,
    /// `nbd.tls`, `nbd.tls-required`, `nbd.no-export`, `nbd.refused`, `nbd.size`; what the way there forbids.
    pub async fn open(dial: Box<dyn Dial>, wanted: Wanted) -> Result<Self> {
        Line::open(dial, wanted).await.map(Self)
    }

    /// Bytes.
    pub const fn size(&self) -> u64 {
        self.0.size()
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        self.0.name()
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
        let range = |export: &Export| {
            let (start, end) = widen(export, offset, wanted_end);
            Some((start, end.min(start + u64::from(export.read_max))))
        };
        let Some((start, Answer::Bytes(bytes))) = self.0.call(Command::Read, range).await? else {
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
        let range = |export: &Export| {
            let (start, last) = widen(export, at, end);
            export.allocation.map(|_| (start, last.min(start + STATUS_BYTES_MAX)))
        };
        let Some((start, answer)) = self.0.call(Command::BlockStatus, range).await? else {
            push(runs, Run { offset: at, length: end - at, kind: Kind::Data });
            return Ok(end);
        };
        let Answer::Status(ranges) = answer else {
            let what = "a question for block status is answered with something else";
            return Err(broke_rules(self.name(), what));
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

    fn check_range(&self, offset: u64, length: u64) -> Result<()> {
        match offset.checked_add(length) {
            Some(end) if end <= self.size() => Ok(()),
            _ => Err(Error::invalid(
                "nbd.range",
                format!(
                    "{length} bytes at {offset} reach past the end of {} ({} bytes)",
                    self.name(),
                    self.size()
                ),
            )),
        }
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
