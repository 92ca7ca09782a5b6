//! From a passphrase to the master key: PBKDF2, and the splitting of a key over many stripes. Deriving is meant to be
//! slow, and a header says how slow: nobody may make the plugin work for longer than [`Effort`] allows.

use super::cipher::Cipher;
use super::header::{Header, Slot};
use crate::file::{ImageFile, SECTOR};
use gyre_plugin::source::*;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use std::cell::Cell;

/// Code of the error that says that it was too much.
pub const EFFORT: &str = "disk-image.key-effort";
/// Rounds of PBKDF2 in one call of the plugin, each of one output block. In the sandbox 13.5 million of SHA-256, as many as
/// `qemu-img` makes a key of by itself, took 9 s of the 60 s that a call has, and 15 s beside much other work.
const ROUNDS_MAX: u64 = 40_000_000;

/// How much may still be derived in this call: it has a time limit.
pub struct Effort(Cell<u64>);

impl Effort {
    /// That of a whole call.
    pub fn of_a_call() -> Self {
        Self(Cell::new(ROUNDS_MAX))
    }

    /// Whether nothing was derived yet.
    pub fn is_whole(&self) -> bool {
        self.0.get() == ROUNDS_MAX
    }

    fn spend(&self, file: &ImageFile, rounds: u64) -> Result<()> {
        let Some(left) = self.0.get().checked_sub(rounds) else {
            let message = format!("the key of {} takes too long to derive", file.name());
            let cause =
                format!("it takes {rounds} rounds, and {} are left of {ROUNDS_MAX} for a call", self.0.get());
            return Err(Error::invalid(EFFORT, message).cause(cause));
        };
        self.0.set(left);
        Ok(())
    }
}

/// The hash functions of LUKS that are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// Calls a function that is generic over a hash with the one that `$hash` names.
macro_rules! with_hash {
    ($hash:expr, $call:ident($($argument:expr),*)) => {
        match $hash {
            Hash::Sha1 => $call::<Sha1>($($argument),*),
            Hash::Sha224 => $call::<Sha224>($($argument),*),
            Hash::Sha256 => $call::<Sha256>($($argument),*),
            Hash::Sha384 => $call::<Sha384>($($argument),*),
            Hash::Sha512 => $call::<Sha512>($($argument),*),
        }
    };
}

impl Hash {
    /// # Errors
    /// `disk-image.unsupported`
    pub fn named(file: &ImageFile, name: &str) -> Result<Self> {
        match name {
            "sha1" => Ok(Hash::Sha1),
            "sha224" => Ok(Hash::Sha224),
            "sha256" => Ok(Hash::Sha256),
            "sha384" => Ok(Hash::Sha384),
            "sha512" => Ok(Hash::Sha512),
            other => Err(file.unsupported(format_args!("its LUKS uses the unknown hash {other:?}"))),
        }
    }

    fn bytes(self) -> u64 {
        match self {
            Hash::Sha1 => 20,
            Hash::Sha224 => 28,
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }

    /// PBKDF2, within what `effort` leaves.
    fn derive(
        self,
        file: &ImageFile,
        effort: &Effort,
        secret: &[u8],
        salt: &[u8],
        (rounds, length): (u32, usize),
    ) -> Result<Vec<u8>> {
        if rounds == 0 {
            return Err(file.corrupt("a key is derived in no rounds"));
        }
        effort.spend(file, u64::from(rounds) * (length as u64).div_ceil(self.bytes()))?;
        let mut output = vec![0; length];
        with_hash!(self, pbkdf2_hmac(secret, salt, rounds, &mut output));
        Ok(output)
    }
}

/// What deciphers the disk, by whichever slot the passphrase opens.
///
/// # Errors
/// `disk-image.key`, `disk-image.key-effort`, `disk-image.corrupt`, `disk-image.truncated`; what the host met.
pub fn unlock(header: &Header, passphrase: &[u8], effort: &Effort) -> Result<Cipher> {
    for slot in &header.slots {
        let key = slot_key(header, slot, passphrase, effort)?;
        if digest(header, &key, effort)? == header.digest {
            return header
                .suite
                .cipher(&key)
                .ok_or_else(|| header.file.corrupt("its key has the wrong length"));
        }
    }
    let message = format!("the passphrase given does not open {}", header.file.name());
    Err(Error::denied("disk-image.key", message)
        .cause(format!("{} key slots were tried", header.slots.len())))
}

fn digest(header: &Header, key: &[u8], effort: &Effort) -> Result<Vec<u8>> {
    let shape = (header.digest_rounds, header.digest.len());
    header.hash.derive(&header.file, effort, key, &header.digest_salt, shape)
}

/// What a slot holds for that passphrase: the master key, or noise.
fn slot_key(header: &Header, slot: &Slot, passphrase: &[u8], effort: &Effort) -> Result<Vec<u8>> {
    let Header { file, hash, suite, .. } = header;
    let key_bytes = suite.key_bytes();
    let key = hash.derive(file, effort, passphrase, &slot.salt, (slot.rounds, key_bytes))?;
    let cipher = suite.cipher(&key).ok_or_else(|| file.corrupt("its key has the wrong length"))?;
    let length = key_bytes as u64 * slot.stripes;
    let mut material = file.read(slot.offset, length.next_multiple_of(SECTOR))?.0;
    cipher.decrypt(0, &mut material);
    material.truncate(length as usize);
    Ok(with_hash!(*hash, merge(&material, key_bytes)))
}

/// A key from its stripes: all but the last are mixed one after the other.
fn merge<D: Digest>(stripes: &[u8], key_bytes: usize) -> Vec<u8> {
    let mut key = vec![0; key_bytes];
    let mut rest = stripes.chunks_exact(key_bytes).peekable();
    while let Some(stripe) = rest.next() {
        key.iter_mut().zip(stripe).for_each(|(key, byte)| *key ^= byte);
        if rest.peek().is_some() {
            key = diffused::<D>(&key);
        }
    }
    key
}

/// Each part as long as the hash, or shorter at the end, hashed with its number.
fn diffused<D: Digest>(key: &[u8]) -> Vec<u8> {
    let parts = key.chunks(<D as Digest>::output_size()).zip(0u32..);
    let mixed = parts.flat_map(|(part, n)| {
        let hash = D::new().chain_update(n.to_be_bytes()).chain_update(part).finalize();
        hash.iter().take(part.len()).copied().collect::<Vec<u8>>()
    });
    mixed.collect()
}
