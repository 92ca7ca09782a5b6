//! CRC-32C (Castagnoli), as VHDX uses it.

const POLYNOMIAL: u32 = 0x82f6_3b78;

const TABLE: [u32; 256] = table();

#[allow(clippy::indexing_slicing)] // the compiler checks it
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let (mut sum, mut bit) = (n as u32, 0);
        while bit < 8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ POLYNOMIAL } else { sum >> 1 };
            bit += 1;
        }
        table[n] = sum;
        n += 1;
    }
    table
}

/// Of all bytes, where the four at `hole` count as zeros.
pub fn crc32c_without(bytes: &[u8], hole: usize) -> u32 {
    let (before, rest) = bytes.split_at_checked(hole).unwrap_or((bytes, &[]));
    let zeros = [0; 4];
    let zeros = zeros.get(..rest.len().min(4)).unwrap_or_default();
    let after = rest.get(4..).unwrap_or_default();
    !add(add(add(u32::MAX, before), zeros), after)
}

fn add(sum: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(sum, |sum, byte| {
        let index = usize::from(sum as u8 ^ byte);
        (sum >> 8) ^ TABLE.get(index).copied().unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_answer() {
        assert_eq!(crc32c_without(b"123456789", 9), 0xe306_9283); // RFC 3720's algorithm
        assert_eq!(crc32c_without(b"123456", 1), crc32c_without(&[b'1', 0, 0, 0, 0, b'6'], 100));
        assert_eq!(crc32c_without(b"123", 1), crc32c_without(b"1\0\0", 3));
    }
}
