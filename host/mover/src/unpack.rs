//! Unpacking compressed clusters into a buffer of known size: never more comes out than is asked for,
//! whatever the stream claims. Knows no image format.

use flate2::{Decompress, FlushDecompress, Status};
use gyre_core::extent::CODECS;
use gyre_core::{Error, Result};
use zstd::stream::raw::{DParameter, Decoder, Operation as _};

/// The longest history that a zstd stream may ask us to keep: 8 MiB.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// RFC 1951, raw, as in qcow2.
    Deflate,
    /// RFC 1950, as in VMDK.
    Zlib,
    /// RFC 8878.
    Zstd,
}

impl Codec {
    pub(crate) fn parse(name: &str) -> Result<Self> {
        match name {
            "deflate" => Ok(Self::Deflate),
            "zlib" => Ok(Self::Zlib),
            "zstd" => Ok(Self::Zstd),
            _ => Err(Error::invalid(
                "mover.codec",
                format!("the source's data is packed with {name:?}, which this host cannot unpack"),
            )
            .cause(format!("it can unpack {}", CODECS.join(", ")))),
        }
    }
}

/// Decoders that are used again from cluster to cluster; each is made when it is first needed.
#[derive(Default)]
pub(crate) struct Unpacker {
    deflate: Option<Decompress>,
    zlib: Option<Decompress>,
    zstd: Option<Decoder<'static>>,
}

impl Unpacker {
    /// Fills `out` with the first bytes that `packed` unpacks to. `packed` may be longer than the stream,
    /// and the stream longer than `out`.
    ///
    /// # Errors
    /// `mover.unpack` when it is corrupt or ends before `out` is full.
    pub(crate) fn unpack(&mut self, codec: Codec, packed: &[u8], out: &mut [u8]) -> Result<()> {
        let result = match codec {
            Codec::Deflate => {
                inflate(self.deflate.get_or_insert_with(|| Decompress::new(false)), false, packed, out)
            }
            Codec::Zlib => inflate(self.zlib.get_or_insert_with(|| Decompress::new(true)), true, packed, out),
            Codec::Zstd => self.zstd(packed, out),
        };
        result.map_err(|why| {
            Error::invalid(
                "mover.unpack",
                "the source's compressed data cannot be unpacked: the image is damaged",
            )
            .cause(why)
        })
    }

    fn zstd(&mut self, packed: &[u8], out: &mut [u8]) -> Result<(), String> {
        let decoder = match self.zstd.as_mut() {
            Some(decoder) => decoder,
            None => {
                let mut decoder = Decoder::new().map_err(|e| e.to_string())?;
                decoder
                    .set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX))
                    .map_err(|e| e.to_string())?;
                self.zstd.insert(decoder)
            }
        };
        decoder.reinit().map_err(|e| e.to_string())?;
        pump(packed, out, |packed, out| {
            let status = decoder.run_on_buffers(packed, out).map_err(|e| e.to_string())?;
            Ok((status.bytes_read, status.bytes_written, status.remaining == 0))
        })
    }
}

fn inflate(decoder: &mut Decompress, header: bool, packed: &[u8], out: &mut [u8]) -> Result<(), String> {
    decoder.reset(header);
    pump(packed, out, |packed, out| {
        let (read, written) = (decoder.total_in(), decoder.total_out());
        let status = decoder.decompress(packed, out, FlushDecompress::None).map_err(|e| e.to_string())?;
        let (read, written) = (decoder.total_in() - read, decoder.total_out() - written);
        Ok((read as usize, written as usize, status == Status::StreamEnd))
    })
}

/// Calls `step` (bytes in, bytes out, whether the stream ended) until `out` is full, and then once more
/// for a single byte: where the stream ends there, that is when its checksum is looked at.
fn pump(
    mut packed: &[u8],
    out: &mut [u8],
    mut step: impl FnMut(&[u8], &mut [u8]) -> Result<(usize, usize, bool), String>,
) -> Result<(), String> {
    let wanted = out.len();
    let mut filled = 0;
    loop {
        let rest = out.get_mut(filled..).unwrap_or(&mut []);
        let last = rest.is_empty();
        let (read, written, ended) = if last { step(packed, &mut [0])? } else { step(packed, rest)? };
        packed = packed.get(read..).unwrap_or(&[]);
        filled += if last { 0 } else { written };
        if last || (ended && filled == wanted) {
            return Ok(());
        }
        if ended || (read == 0 && written == 0) {
            return Err(format!("it ends after {filled} of {wanted} bytes"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn text(length: usize) -> Vec<u8> {
        (0..length).map(|i| (i / 7 % 251) as u8 ^ (i / 1000) as u8).collect()
    }

    fn pack(codec: Codec, bytes: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        match codec {
            Codec::Deflate => {
                let mut to = flate2::write::DeflateEncoder::new(Vec::new(), level);
                to.write_all(bytes).unwrap();
                to.finish().unwrap()
            }
            Codec::Zlib => {
                let mut to = flate2::write::ZlibEncoder::new(Vec::new(), level);
                to.write_all(bytes).unwrap();
                to.finish().unwrap()
            }
            Codec::Zstd => {
                let mut to = zstd::Encoder::new(Vec::new(), 3).unwrap();
                to.include_checksum(true).unwrap();
                to.write_all(bytes).unwrap();
                to.finish().unwrap()
            }
        }
    }

    #[test]
    fn unpacks_whole_prefix_and_with_rubbish_behind() {
        let mut unpacker = Unpacker::default();
        for codec in [Codec::Deflate, Codec::Zlib, Codec::Zstd, Codec::Deflate] {
            let mut packed = pack(codec, &text(65536));
            packed.extend([0xa5; 300]);
            for length in [65536, 65535, 4096, 1] {
                let mut out = vec![0; length];
                unpacker
                    .unpack(codec, &packed, &mut out)
                    .unwrap_or_else(|e| panic!("{codec:?} {length}: {e}"));
                assert_eq!(out, text(65536)[..length], "{codec:?}");
            }
        }
    }

    #[test]
    fn refuses_short_cut_and_damaged_streams() {
        let mut unpacker = Unpacker::default();
        for codec in [Codec::Deflate, Codec::Zlib, Codec::Zstd] {
            let packed = pack(codec, &text(65536));
            let mut refuse = |packed: &[u8], length: usize| {
                let error = unpacker.unpack(codec, packed, &mut vec![0; length]).unwrap_err();
                assert_eq!(error.code, "mover.unpack", "{codec:?}");
            };
            refuse(&packed, 65537);
            refuse(&packed[..packed.len() / 2], 65536);
            refuse(&[], 1);
            refuse(&[0xff; 100], 65536);
            if codec != Codec::Deflate {
                let mut wrong_sum = packed.clone();
                *wrong_sum.last_mut().unwrap() ^= 1;
                refuse(&wrong_sum, 65536);
            }
        }
        assert_eq!(Codec::parse("lzma").unwrap_err().code, "mover.codec");
    }
}
