//! Writes that a file's own log holds and the file does not have yet: kept in memory, laid over what is
//! read. Knows no log format.

use std::collections::BTreeMap;

/// Ranges that do not overlap; the latest write wins.
#[derive(Debug, Default)]
pub struct Patches(BTreeMap<u64, Patch>);

#[derive(Debug)]
struct Patch {
    end: u64,
    /// What lies from the offset beside them on; none: zeros.
    bytes: Option<(u64, Box<[u8]>)>,
}

/// What a place holds, up to `until`.
#[derive(Debug, PartialEq)]
pub enum Place {
    Untouched { until: u64 },
    Zero { until: u64 },
    Bytes { until: u64 },
}

impl Patches {
    /// Lays bytes at `offset`.
    pub fn write(&mut self, offset: u64, bytes: Vec<u8>) {
        let end = offset.saturating_add(bytes.len() as u64);
        self.insert(offset, Patch { end, bytes: Some((offset, bytes.into())) });
    }

    /// Makes a range read as zeros.
    pub fn zero(&mut self, offset: u64, length: u64) {
        let end = offset.saturating_add(length);
        if end > offset {
            self.insert(offset, Patch { end, bytes: None });
        }
    }

    /// What lies at `offset`.
    pub fn at(&self, offset: u64) -> Place {
        match self.0.range(..=offset).next_back() {
            Some((_, patch)) if patch.end > offset => match patch.bytes {
                Some(_) => Place::Bytes { until: patch.end },
                None => Place::Zero { until: patch.end },
            },
            _ => {
                let next = self.0.range(offset..).next().map(|(start, _)| *start);
                Place::Untouched { until: next.unwrap_or(u64::MAX) }
            }
        }
    }

    /// Lays what is here over bytes that were read at `offset`.
    pub fn apply(&self, offset: u64, bytes: &mut [u8]) {
        let end = offset.saturating_add(bytes.len() as u64);
        let first = self.0.range(..=offset).next_back().map(|(start, _)| *start).unwrap_or(offset);
        for (start, patch) in self.0.range(first..end) {
            let (from, to) = ((*start).max(offset), patch.end.min(end));
            if from >= to {
                continue;
            }
            let Some(target) = bytes.get_mut((from - offset) as usize..(to - offset) as usize) else {
                continue;
            };
            match &patch.bytes {
                None => target.fill(0),
                Some((origin, source)) => {
                    let place = (from - origin) as usize;
                    if let Some(source) = source.get(place..place + target.len()) {
                        target.copy_from_slice(source);
                    }
                }
            }
        }
    }

    fn insert(&mut self, start: u64, patch: Patch) {
        let end = patch.end;
        if let Some((_, old)) = self.0.range_mut(..start).next_back()
            && old.end > start
        {
            let rest = (old.end > end).then(|| Patch { end: old.end, bytes: old.bytes.clone() });
            old.end = start;
            if let Some(rest) = rest {
                self.0.insert(end, rest);
            }
        }
        while let Some((&at, _)) = self.0.range(start..end).next() {
            if let Some(old) = self.0.remove(&at)
                && old.end > end
            {
                self.0.insert(end, old);
            }
        }
        self.0.insert(start, patch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_write_wins_like_in_an_array() {
        let mut dice = 1u64;
        let mut roll = |below: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % below
        };
        for _ in 0..200 {
            let (mut patches, mut wanted) = (Patches::default(), vec![0xee; 100]);
            for n in 0..12u8 {
                let (start, length) = (roll(80), 1 + roll(20));
                let range = start as usize..(start + length) as usize;
                if roll(2) == 0 {
                    patches.zero(start, length);
                    wanted[range].fill(0);
                } else {
                    patches.write(start, vec![n; length as usize]);
                    wanted[range].fill(n);
                }
            }
            let mut found = vec![0xee; 60];
            patches.apply(30, &mut found);
            assert_eq!(found, wanted[30..90]);
            for (at, byte) in wanted.iter().enumerate() {
                let untouched = matches!(patches.at(at as u64), Place::Untouched { .. });
                assert_eq!(untouched, *byte == 0xee);
            }
        }
    }
}
