//! A piece of a file whose fields are numbers at fixed places. What is not there reads as zero, so that no
//! length a file claims can make the reader stop: whether enough is there is asked where a record is read.

/// Some bytes of a file.
#[derive(Clone, Debug, Default)]
pub struct Record(pub Vec<u8>);

macro_rules! field {
    ($($name:ident: $number:ty = $from:ident;)*) => {$(
        pub fn $name(&self, at: usize) -> $number {
            <$number>::$from(self.array(at))
        }
    )*};
}

impl Record {
    field! {
        be16: u16 = from_be_bytes;
        be32: u32 = from_be_bytes;
        be64: u64 = from_be_bytes;
        le16: u16 = from_le_bytes;
        le32: u32 = from_le_bytes;
        le64: u64 = from_le_bytes;
    }

    pub fn byte(&self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or_default()
    }

    pub fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        self.bytes(at, N).try_into().unwrap_or([0; N])
    }

    /// Empty when the record ends before that.
    pub fn bytes(&self, at: usize, length: usize) -> &[u8] {
        at.checked_add(length).and_then(|end| self.0.get(at..end)).unwrap_or_default()
    }

    pub fn has(&self, at: usize, magic: &[u8]) -> bool {
        self.bytes(at, magic.len()) == magic
    }

    /// UTF-8 up to the first NUL; what is no text is replaced.
    pub fn text(&self, at: usize, length: usize) -> String {
        let bytes = self.bytes(at, length);
        String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
    }

    /// UTF-16 up to the first NUL.
    pub fn wide_text(&self, at: usize, length: usize, number: fn([u8; 2]) -> u16) -> String {
        let units = self.bytes(at, length).chunks_exact(2);
        let units = units.map(|pair| number(pair.try_into().unwrap_or_default()));
        let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        String::from_utf16_lossy(&units)
    }

    /// A GUID as Microsoft's formats store it, in lower case without braces.
    pub fn guid(&self, at: usize) -> String {
        let tail: String = self.bytes(at + 10, 6).iter().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{tail}",
            self.le32(at),
            self.le16(at + 4),
            self.le16(at + 6),
            self.be16(at + 8)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_zero() {
        let record = Record(vec![1, 2, 3, 4]);
        assert_eq!(
            (record.le32(0), record.be32(0), record.le32(1), record.be64(usize::MAX)),
            (0x0403_0201, 0x0102_0304, 0, 0)
        );
        assert!(record.bytes(usize::MAX, 2).is_empty() && !record.has(3, &[4, 5]) && record.has(2, &[3, 4]));
    }

    #[test]
    fn texts_end_at_nul() {
        let record = Record(vec![b'a', 0, b'b', 0, 0, 0, b'c', 0]);
        assert_eq!(record.wide_text(0, 8, u16::from_le_bytes), "ab");
        assert_eq!(record.text(0, 8), "a");
        let guid = Record((0..16).collect());
        assert_eq!(guid.guid(0), "03020100-0504-0706-0809-0a0b0c0d0e0f");
    }
}
