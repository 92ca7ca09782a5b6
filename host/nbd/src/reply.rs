//! One request and what came of its reply so far: which bytes are there, which ranges are known, what failed. Every part
//! of a reply is held against the request before a byte of it is kept. Reads from no stream.

use crate::limits::{CHUNKS_MAX, STATUS_RANGES_MAX};
use crate::wire::{Command, Fields};
use gyre_core::{Error, Result};

/// What a request is answered with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Bytes(Vec<u8>),
    /// Lengths and states from the request's offset on, in order.
    Status(Vec<(u32, u32)>),
}

/// Why a reply breaks the rules.
pub(crate) type Broken = String;

/// A request that waits for (the rest of) its reply.
#[derive(Debug)]
pub(crate) struct Reply {
    command: Command,
    offset: u64,
    length: u32,
    bytes: Vec<u8>,
    filled: Spans,
    status: Option<Vec<(u32, u32)>>,
    /// Bytes that `status` tells of.
    covered: u64,
    chunks: u32,
    error: Option<Error>,
}

impl Reply {
    pub(crate) fn new(command: Command, offset: u64, length: u32) -> Self {
        let room = if command == Command::Read { length as usize } else { 0 };
        Self {
            command,
            offset,
            length,
            // Zeros: a hole in the reply needs nothing but to be noted.
            bytes: vec![0; room],
            filled: Spans::default(),
            status: None,
            covered: 0,
            chunks: 0,
            error: None,
        }
    }

    /// Counts a chunk.
    ///
    /// # Errors
    /// When there are more than a reply can have.
    pub(crate) fn begin_chunk(&mut self) -> Result<(), Broken> {
        self.chunks += 1;
        if self.chunks > CHUNKS_MAX {
            return Err(format!("one reply has more than {CHUNKS_MAX} parts"));
        }
        Ok(())
    }

    /// Where `length` bytes of the disk from `offset` on belong.
    ///
    /// # Errors
    /// When they were not asked for, or are there already.
    pub(crate) fn place(&mut self, offset: u64, length: u64) -> Result<&mut [u8], Broken> {
        let outside = || {
            format!(
                "it sends {length} bytes at {offset}, and was asked for {} at {}",
                self.length, self.offset
            )
        };
        if self.command != Command::Read || length == 0 {
            return Err(outside());
        }
        let start = offset.checked_sub(self.offset).ok_or_else(outside)?;
        let end = start.checked_add(length).filter(|end| *end <= self.length.into()).ok_or_else(outside)?;
        if !self.filled.insert(start, end) {
            return Err(format!("it sends the bytes at {offset} twice"));
        }
        let (start, end) = (start as usize, end as usize);
        self.bytes.get_mut(start..end).ok_or_else(|| "its bytes have no place".into())
    }

    /// The whole of the bytes, for a reply without structure. Empty for any other command.
    pub(crate) fn whole(&mut self) -> &mut [u8] {
        self.filled.insert(0, self.length.into());
        &mut self.bytes
    }

    /// Keeps a part of block status: lengths and states, 8 bytes each. What is beyond the limit is forgotten, for an
    /// answer may end early.
    ///
    /// # Errors
    /// Ranges that are empty, or go on behind what was asked for.
    pub(crate) fn add_status(&mut self, part: &[u8]) -> Result<(), Broken> {
        let ranges = self.status.get_or_insert_default();
        let mut fields = Fields(part);
        while let (Some(length), Some(state)) = (fields.u32(), fields.u32()) {
            if length == 0 {
                return Err("it tells the status of no bytes".into());
            }
            // Only the last one may reach past the end, and is cut.
            if self.covered >= self.length.into() {
                return Err("it tells more block status than it was asked for".into());
            }
            if ranges.len() >= STATUS_RANGES_MAX {
                return Ok(());
            }
            self.covered += u64::from(length);
            match ranges.last_mut() {
                Some((last, same)) if *same == state && last.checked_add(length).is_some() => *last += length,
                _ => ranges.push((length, state)),
            }
        }
        Ok(())
    }

    /// Whether block status may begin: once in a reply to such a request.
    ///
    /// # Errors
    /// When it may not.
    pub(crate) fn begin_status(&mut self) -> Result<(), Broken> {
        if self.command != Command::BlockStatus || self.status.is_some() {
            return Err("it tells block status that was not asked for".into());
        }
        self.status = Some(Vec::new());
        Ok(())
    }

    /// Notes that the server failed; the first failure counts.
    pub(crate) fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// What it came to, at the end.
    ///
    /// # Errors
    /// A reply that says it is whole and is not.
    pub(crate) fn finish(self) -> Result<Result<Answer>, Broken> {
        if let Some(error) = self.error {
            return Ok(Err(error));
        }
        match (self.command, self.status) {
            (Command::BlockStatus, Some(ranges)) if !ranges.is_empty() => Ok(Ok(Answer::Status(ranges))),
            (Command::BlockStatus, _) => Err("it tells no block status".into()),
            _ if self.filled.cover(self.length.into()) => Ok(Ok(Answer::Bytes(self.bytes))),
            _ => Err("its reply ends, and bytes are missing".into()),
        }
    }
}

/// Ranges that do not touch each other, in order.
#[derive(Debug, Default)]
struct Spans(Vec<(u64, u64)>);

impl Spans {
    /// Adds one; false: a part of it is there.
    fn insert(&mut self, start: u64, end: u64) -> bool {
        let at = self.0.partition_point(|(_, known_end)| *known_end <= start);
        if self.0.get(at).is_some_and(|(known, _)| *known < end) {
            return false;
        }
        let joins_next = self.0.get(at).is_some_and(|(known, _)| *known == end);
        let before = at.checked_sub(1).filter(|before| self.0.get(*before).is_some_and(|(_, e)| *e == start));
        match (before, joins_next) {
            (Some(before), true) => {
                let (_, next_end) = self.0.remove(at);
                self.set(before, |span| span.1 = next_end);
            }
            (Some(before), false) => self.set(before, |span| span.1 = end),
            (None, true) => self.set(at, |span| span.0 = start),
            (None, false) => self.0.insert(at, (start, end)),
        }
        true
    }

    fn set(&mut self, at: usize, change: impl FnOnce(&mut (u64, u64))) {
        if let Some(span) = self.0.get_mut(at) {
            change(span);
        }
    }

    fn cover(&self, length: u64) -> bool {
        length == 0 || self.0 == [(0, length)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(list: &[(u32, u32)]) -> Vec<u8> {
        list.iter().flat_map(|(a, b)| [a.to_be_bytes(), b.to_be_bytes()]).flatten().collect()
    }

    #[test]
    fn bytes_come_in_any_order_and_once() {
        let mut reply = Reply::new(Command::Read, 100, 10);
        reply.place(105, 5).unwrap().fill(5);
        reply.place(100, 2).unwrap().fill(1);
        for (offset, length) in
            [(99, 1), (109, 2), (104, 2), (100, 10), (101, 1), (102, 0), (u64::MAX, 2), (100, u64::MAX)]
        {
            assert!(reply.place(offset, length).is_err(), "{offset} {length}");
        }
        assert!(Reply::new(Command::BlockStatus, 100, 10).place(100, 10).is_err());
        reply.place(102, 3).unwrap();
        let answer = reply.finish().unwrap().unwrap();
        assert_eq!(answer, Answer::Bytes(vec![1, 1, 0, 0, 0, 5, 5, 5, 5, 5]));
    }

    #[test]
    fn a_reply_with_gaps_is_none_unless_it_says_why() {
        let mut reply = Reply::new(Command::Read, 0, 10);
        reply.place(0, 4).unwrap();
        reply.place(6, 4).unwrap();
        assert!(reply.finish().unwrap_err().contains("missing"));
        let mut reply = Reply::new(Command::Read, 0, 10);
        reply.fail(Error::other("a.b", "x"));
        assert_eq!(reply.finish().unwrap().unwrap_err().code, "a.b");
    }

    #[test]
    fn spans_join() {
        let mut spans = Spans::default();
        for start in [0, 4, 2, 8, 6] {
            assert!(spans.insert(start, start + 2));
        }
        assert!(spans.cover(10) && !spans.cover(11) && !spans.insert(9, 11));
    }

    #[test]
    fn status_is_joined_cut_and_checked() {
        let mut reply = Reply::new(Command::BlockStatus, 0, 100);
        reply.begin_status().unwrap();
        reply.add_status(&ranges(&[(10, 0), (20, 0), (30, 3)])).unwrap();
        reply.add_status(&ranges(&[(400, 3)])).unwrap();
        assert!(reply.add_status(&ranges(&[(1, 0)])).is_err() && reply.begin_status().is_err());
        assert_eq!(reply.finish().unwrap().unwrap(), Answer::Status(vec![(30, 0), (430, 3)]));
        let mut reply = Reply::new(Command::BlockStatus, 0, u32::MAX);
        reply.begin_status().unwrap();
        assert!(reply.add_status(&ranges(&[(0, 0)])).is_err());
        let many: Vec<_> = (0..STATUS_RANGES_MAX as u32 + 100).map(|n| (1, n % 2)).collect();
        reply.add_status(&ranges(&many)).unwrap();
        let Ok(Answer::Status(kept)) = reply.finish().unwrap() else { panic!() };
        assert_eq!(kept.len(), STATUS_RANGES_MAX);
        assert!(Reply::new(Command::Read, 0, 1).begin_status().is_err());
        assert!(Reply::new(Command::BlockStatus, 0, 1).finish().is_err());
    }

    #[test]
    fn parts_are_counted() {
        let mut reply = Reply::new(Command::Read, 0, 1);
        for _ in 0..CHUNKS_MAX {
            reply.begin_chunk().unwrap();
        }
        assert!(reply.begin_chunk().is_err());
    }
}
