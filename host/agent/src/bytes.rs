//! Reading numbers out of on-disk structures without ever reaching past them. Knows no structure.

/// Random-access reading of something that looks like a disk.
pub trait ReadAt {
    /// Bytes.
    fn size(&self) -> u64;
    /// Fills `buffer`, or fails.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<()>;

    /// `length` bytes at `offset`; none when the disk ends before or cannot be read there.
    fn piece(&self, offset: u64, length: usize) -> Option<Vec<u8>> {
        let end = offset.checked_add(length as u64)?;
        if end > self.size() {
            return None;
        }
        let mut buffer = vec![0; length];
        self.read_at(offset, &mut buffer).ok()?;
        Some(buffer)
    }
}

impl ReadAt for [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<()> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let piece = from.checked_add(buffer.len()).and_then(|end| self.get(from..end));
        buffer.copy_from_slice(piece.ok_or(std::io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// A window of a larger disk.
pub struct Window<'a, D: ReadAt + ?Sized> {
    /// The larger disk.
    pub disk: &'a D,
    /// Where the window begins, bytes.
    pub offset: u64,
    /// How long it is, bytes.
    pub length: u64,
}

impl<D: ReadAt + ?Sized> ReadAt for Window<'_, D> {
    fn size(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<()> {
        let end = offset.checked_add(buffer.len() as u64).filter(|end| *end <= self.length);
        let at =
            end.and_then(|_| self.offset.checked_add(offset)).ok_or(std::io::ErrorKind::UnexpectedEof)?;
        self.disk.read_at(at, buffer)
    }
}

/// Little-endian 16 bits.
pub fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(array(bytes, at)?))
}

/// Little-endian 32 bits.
pub fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(array(bytes, at)?))
}

/// Little-endian 64 bits.
pub fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(array(bytes, at)?))
}

/// `N` bytes.
pub fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// Whether `magic` stands at `at`.
pub fn has(bytes: &[u8], at: usize, magic: &[u8]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(magic))
}

/// Text up to the first NUL, without trailing blanks; none when empty.
pub fn text(bytes: &[u8], at: usize, length: usize) -> Option<String> {
    let field = bytes.get(at..at.checked_add(length)?)?;
    let field = field.split(|b| *b == 0).next().unwrap_or_default();
    let text = String::from_utf8_lossy(field).trim_end().to_string();
    (!text.is_empty()).then_some(text)
}

/// 16 bytes as a UUID in their own order; none when all are zero.
pub fn uuid(bytes: &[u8], at: usize) -> Option<String> {
    let raw: [u8; 16] = array(bytes, at)?;
    if raw == [0; 16] {
        return None;
    }
    Some(dashed(&raw))
}

/// 16 bytes as a GUID, whose first three fields are little-endian.
pub fn guid(bytes: &[u8], at: usize) -> Option<String> {
    let [a, b, c, d, e, f, g, h, rest @ ..]: [u8; 16] = array(bytes, at)?;
    let [i, j, k, l, m, n, o, p] = rest;
    Some(dashed(&[d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]))
}

fn dashed(raw: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in raw.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}
