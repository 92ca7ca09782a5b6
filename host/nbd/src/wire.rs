//! The numbers of the protocol, and its fixed records as bytes. All of it is big-endian.

pub(crate) const GREETING: u64 = 0x4e42_444d_4147_4943; // "NBDMAGIC"
pub(crate) const HAVE_OPTION: u64 = 0x4948_4156_454f_5054; // "IHAVEOPT"
pub(crate) const OLD_STYLE: u64 = 0x0000_4202_8186_1253;
pub(crate) const FIXED_NEWSTYLE: u16 = 1;
pub(crate) const NO_ZEROES: u16 = 2;

pub(crate) const OPT_STARTTLS: u32 = 5;
pub(crate) const OPT_GO: u32 = 7;
pub(crate) const OPT_STRUCTURED_REPLY: u32 = 8;
pub(crate) const OPT_SET_META_CONTEXT: u32 = 10;

pub(crate) const OPTION_REPLY: u64 = 0x0003_e889_0455_65a9;
pub(crate) const REP_ACK: u32 = 1;
pub(crate) const REP_INFO: u32 = 3;
pub(crate) const REP_META_CONTEXT: u32 = 4;
pub(crate) const REP_ERROR: u32 = 1 << 31;
pub(crate) const REP_UNSUPPORTED: u32 = REP_ERROR | 1;
pub(crate) const REP_POLICY: u32 = REP_ERROR | 2;
pub(crate) const REP_TLS_REQUIRED: u32 = REP_ERROR | 5;
pub(crate) const REP_UNKNOWN: u32 = REP_ERROR | 6;
pub(crate) const REP_SHUTDOWN: u32 = REP_ERROR | 7;

pub(crate) const INFO_EXPORT: u16 = 0;
pub(crate) const INFO_BLOCK_SIZE: u16 = 3;

/// The context that says where a disk has holes and zeros.
pub(crate) const ALLOCATION: &str = "base:allocation";
pub(crate) const STATE_HOLE: u32 = 1;
pub(crate) const STATE_ZERO: u32 = 2;

pub(crate) const REQUEST: u32 = 0x2560_9513;
pub(crate) const REQUEST_BYTES: usize = 28;
pub(crate) const SIMPLE_REPLY: u32 = 0x6744_6698;
pub(crate) const STRUCTURED_REPLY: u32 = 0x668e_33ef;
pub(crate) const REPLY_DONE: u16 = 1;

pub(crate) const CHUNK_NONE: u16 = 0;
pub(crate) const CHUNK_DATA: u16 = 1;
pub(crate) const CHUNK_HOLE: u16 = 2;
pub(crate) const CHUNK_STATUS: u16 = 5;
pub(crate) const CHUNK_ERROR_BIT: u16 = 1 << 15;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Read = 0,
    Disconnect = 2,
    BlockStatus = 7,
}

/// A request as it is sent.
pub(crate) fn request(command: Command, cookie: u64, offset: u64, length: u32) -> [u8; REQUEST_BYTES] {
    let mut bytes = Vec::with_capacity(REQUEST_BYTES);
    bytes.extend(REQUEST.to_be_bytes());
    bytes.extend(0_u16.to_be_bytes());
    bytes.extend((command as u16).to_be_bytes());
    bytes.extend(cookie.to_be_bytes());
    bytes.extend(offset.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes.try_into().unwrap_or([0; REQUEST_BYTES])
}

/// An option as it is sent.
pub(crate) fn option(option: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = HAVE_OPTION.to_be_bytes().to_vec();
    bytes.extend(option.to_be_bytes());
    bytes.extend(length_of(data));
    bytes.extend(data);
    bytes
}

/// A text with its length in front.
pub(crate) fn text(text: &str) -> Vec<u8> {
    let mut bytes = length_of(text.as_bytes()).to_vec();
    bytes.extend(text.as_bytes());
    bytes
}

fn length_of(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()
}

/// Numbers from the front of bytes, until there are none left.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }
}

/// A server's text for people: shortened, and without what a terminal would obey.
pub(crate) fn said(bytes: &[u8]) -> String {
    const SHOWN_CHARS_MAX: usize = 300;
    String::from_utf8_lossy(bytes)
        .chars()
        .filter(|c| !c.is_control())
        .take(SHOWN_CHARS_MAX)
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_their_bytes() {
        let bytes = request(Command::BlockStatus, 0x0102, 3, 4);
        assert_eq!(bytes[..8], [0x25, 0x60, 0x95, 0x13, 0, 0, 0, 7]);
        assert_eq!((bytes[14..16].to_vec(), bytes[23], bytes[27]), (vec![1, 2], 3, 4));
        assert_eq!(option(7, b"ab"), b"IHAVEOPT\0\0\0\x07\0\0\0\x02ab");
        assert_eq!(GREETING.to_be_bytes(), *b"NBDMAGIC");
    }

    #[test]
    fn fields_end() {
        let mut fields = Fields(&[0, 1, 0, 0, 0, 2, 9]);
        assert_eq!((fields.u16(), fields.u32(), fields.u64()), (Some(1), Some(2), None));
        assert_eq!(said(b" a\x1b[2Jb\n"), "a[2Jb");
    }
}
