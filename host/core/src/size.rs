//! Sizes for people: parsed and printed in one place.

use std::fmt;

/// A number of bytes that prints as `1.5 GiB`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = self.0 as f64;
        let mut unit = UNITS.iter();
        let mut name = unit.next().copied().unwrap_or("B");
        while value >= 1024.0 {
            let Some(next) = unit.next() else { break };
            value /= 1024.0;
            name = next;
        }
        if name == "B" { write!(f, "{} B", self.0) } else { write!(f, "{value:.1} {name}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_in_the_largest_unit_that_fits() {
        assert_eq!(ByteSize(0).to_string(), "0 B");
        assert_eq!(ByteSize(1023).to_string(), "1023 B");
        assert_eq!(ByteSize(1536).to_string(), "1.5 KiB");
        assert_eq!(ByteSize(3 << 30).to_string(), "3.0 GiB");
    }
}
