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
    let counted =
        bytes.iter().enumerate().map(|(n, byte)| if (hole..hole + 4).contains(&n) { 0 } else { *byte });
    !counted.fold(u32::MAX, |sum, byte| {
        let index = usize::from(sum as u8 ^ byte);
        (sum >> 8) ^ TABLE.get(index).copied().unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_answer() {
        assert_eq!(crc32c_without(b"123456789", usize::MAX - 4), 0xe306_9283); // RFC 3720's algorithm
        assert_eq!(crc32c_without(b"12345", 1), crc32c_without(b"1\0\0\0\0", 100));
    }
}
