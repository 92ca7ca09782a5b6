//! Sectors of 512 bytes, each enciphered by itself under its number: AES in XTS (IEEE 1619) or CBC, with the numbers
//! made initialisation vectors as the Linux device mapper does (`plain`, `plain64`, `essiv`). Knows no key's origin.

use crate::file::{ImageFile, SECTOR};
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256, Block};
use gyre_plugin::source::*;
use sha2::{Digest, Sha256};

const BLOCK_BYTES: usize = 16;
/// What multiplying by two carries over, in XTS's field.
const CARRY: u128 = 0x87;

/// A cipher without its key.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    mode: Mode,
    numbers: Numbers,
    key_bytes: usize,
}

#[derive(Clone, Copy, Debug)]
enum Mode {
    Xts,
    Cbc,
}

/// How a sector's number becomes a vector.
#[derive(Clone, Copy, Debug)]
enum Numbers {
    Plain,
    Plain64,
    EssivSha256,
}

/// A cipher with its key.
pub struct Cipher {
    data: Aes,
    /// What makes XTS's masks of numbers; none: it is CBC.
    tweak: Option<Aes>,
    numbers: Numbers,
    /// What enciphers a number, for `essiv`.
    essiv: Option<Aes>,
}

enum Aes {
    Short(Aes128),
    Middle(Aes192),
    Long(Aes256),
}

impl Suite {
    /// As a LUKS header names them: `aes`, `xts-plain64`.
    ///
    /// # Errors
    /// `disk-image.unsupported`, `disk-image.corrupt`.
    pub fn named(file: &ImageFile, cipher: &str, mode: &str, key_bytes: u64) -> Result<Self> {
        let unknown =
            || file.unsupported(format_args!("it is encrypted with {cipher:?} in the mode {mode:?}"));
        let (chaining, numbers) = mode.split_once('-').ok_or_else(unknown)?;
        let (mode, halves) = match (cipher, chaining) {
            ("aes", "xts") => (Mode::Xts, 2),
            ("aes", "cbc") => (Mode::Cbc, 1),
            _ => return Err(unknown()),
        };
        let numbers = match numbers {
            "plain" => Numbers::Plain,
            "plain64" => Numbers::Plain64,
            "essiv:sha256" => Numbers::EssivSha256,
            _ => return Err(unknown()),
        };
        match key_bytes.checked_div(halves) {
            Some(16 | 24 | 32) if key_bytes.is_multiple_of(halves) => {
                Ok(Self { mode, numbers, key_bytes: key_bytes as usize })
            }
            _ => Err(file.corrupt(format_args!("its cipher has no keys of {key_bytes} bytes"))),
        }
    }

    pub fn key_bytes(&self) -> usize {
        self.key_bytes
    }

    /// `None` for a key of another length.
    pub fn cipher(&self, key: &[u8]) -> Option<Cipher> {
        let (data, tweak) = match self.mode {
            Mode::Xts => {
                let (data, tweak) = key.split_at_checked(key.len() / 2)?;
                (Aes::new(data)?, Some(Aes::new(tweak)?))
            }
            Mode::Cbc => (Aes::new(key)?, None),
        };
        let essiv = match self.numbers {
            Numbers::EssivSha256 => Some(Aes::new(&Sha256::digest(key))?),
            Numbers::Plain | Numbers::Plain64 => None,
        };
        Some(Cipher { data, tweak, numbers: self.numbers, essiv })
    }
}

impl Cipher {
    /// Deciphers whole sectors in place; `first` is the number of the first one.
    pub fn decrypt(&self, first: u64, bytes: &mut [u8]) {
        for (sector, number) in bytes.chunks_exact_mut(SECTOR as usize).zip(first..) {
            let vector = self.vector(number);
            let (blocks, _) = Block::slice_as_chunks_mut(sector);
            match &self.tweak {
                Some(tweak) => xts(&self.data, tweak, vector, blocks),
                None => cbc(&self.data, vector, blocks),
            }
        }
    }

    fn vector(&self, number: u64) -> Block {
        let number = match self.numbers {
            Numbers::Plain => number & u64::from(u32::MAX),
            Numbers::Plain64 | Numbers::EssivSha256 => number,
        };
        let mut vector = Block::from(u128::from(number).to_le_bytes());
        if let Some(essiv) = &self.essiv {
            essiv.encrypt(&mut vector);
        }
        vector
    }
}

fn xts(data: &Aes, tweak: &Aes, mut vector: Block, blocks: &mut [Block]) {
    tweak.encrypt(&mut vector);
    let first = u128::from_le_bytes(vector.into());
    let masks = || std::iter::successors(Some(first), |mask| Some((mask << 1) ^ (CARRY * (mask >> 127))));
    let mask = |blocks: &mut [Block]| {
        for (block, mask) in blocks.iter_mut().zip(masks()) {
            let plain: [u8; BLOCK_BYTES] = (*block).into();
            *block = (u128::from_le_bytes(plain) ^ mask).to_le_bytes().into();
        }
    };
    mask(blocks);
    data.decrypt(blocks);
    mask(blocks);
}

fn cbc(data: &Aes, mut vector: Block, blocks: &mut [Block]) {
    let sealed = blocks.to_vec();
    data.decrypt(blocks);
    for (block, sealed) in blocks.iter_mut().zip(sealed) {
        block.iter_mut().zip(vector).for_each(|(byte, other)| *byte ^= other);
        vector = sealed;
    }
}

impl Aes {
    fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Aes128::new_from_slice(key).map(Aes::Short).ok(),
            24 => Aes192::new_from_slice(key).map(Aes::Middle).ok(),
            32 => Aes256::new_from_slice(key).map(Aes::Long).ok(),
            _ => None,
        }
    }

    fn encrypt(&self, block: &mut Block) {
        match self {
            Aes::Short(aes) => aes.encrypt_block(block),
            Aes::Middle(aes) => aes.encrypt_block(block),
            Aes::Long(aes) => aes.encrypt_block(block),
        }
    }

    /// All at once, which is several times as fast as one by one.
    fn decrypt(&self, blocks: &mut [Block]) {
        match self {
            Aes::Short(aes) => aes.decrypt_blocks(blocks),
            Aes::Middle(aes) => aes.decrypt_blocks(blocks),
            Aes::Long(aes) => aes.decrypt_blocks(blocks),
        }
    }
}
