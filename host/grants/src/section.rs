//! A part of a file, read from its beginning to its end, whoever else reads the same file meanwhile.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;

/// What is left of it.
pub(crate) struct Section {
    file: File,
    offset: u64,
    left: u64,
}

impl Section {
    pub(crate) fn new(file: File, offset: u64, length: u64) -> Self {
        Self { file, offset, left: length }
    }
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.file.read_at(buffer.get_mut(..wanted).unwrap_or_default(), self.offset)?;
        if count == 0 && wanted > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter"));
        }
        self.offset += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}
