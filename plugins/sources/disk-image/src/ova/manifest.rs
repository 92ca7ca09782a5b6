//! The manifest of an OVA archive: a checksum for each member. Sums what it is asked to; knows nothing of disks.

use crate::file::ImageFile;
use gyre_plugin::source::*;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

const MANIFEST_BYTES_MAX: u64 = 64 * 1024;

/// The checksums that it lists.
pub struct Manifest(Vec<(String, Sum)>);

struct Sum {
    algorithm: String,
    hex: String,
}

impl Manifest {
    /// # Errors
    /// `disk-image.corrupt`
    pub fn read(file: &ImageFile) -> Result<Self> {
        if file.size() > MANIFEST_BYTES_MAX {
            return Err(file.corrupt(format_args!("a manifest of {} bytes is not possible", file.size())));
        }
        let text = file.read(0, file.size())?.text(0, file.size() as usize);
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let sums = lines.map(|line| {
            parse(line).ok_or_else(|| file.corrupt(format_args!("its line {line:?} is no checksum")))
        });
        Ok(Self(sums.collect::<Result<_>>()?))
    }

    /// Sums a member as the manifest says.
    ///
    /// # Errors
    /// `disk-image.corrupt` when it is another sum, or none is listed; `disk-image.unsupported`; kind
    /// cancelled; what the host met.
    pub fn check(&self, name: &str, member: &ImageFile) -> Result<()> {
        let Some((_, sum)) = self.0.iter().find(|(listed, _)| listed == name) else {
            return Err(member.corrupt("the manifest of its archive does not list it"));
        };
        let found = match sum.algorithm.as_str() {
            "SHA1" => digest::<Sha1>(member)?,
            "SHA256" => digest::<Sha256>(member)?,
            "SHA512" => digest::<Sha512>(member)?,
            other => return Err(member.unsupported(format_args!("its manifest sums with {other:?}"))),
        };
        if found == sum.hex {
            return Ok(());
        }
        let why = format!("its {} is {found}, and {} in the manifest of its archive", sum.algorithm, sum.hex);
        Err(member.corrupt(why))
    }
}

/// `SHA256(disk1.vmdk)= 0123…`
fn parse(line: &str) -> Option<(String, Sum)> {
    let (head, hex) = line.rsplit_once('=')?;
    let (algorithm, name) = head.trim().strip_suffix(')')?.split_once('(')?;
    let sum = Sum { algorithm: algorithm.trim().to_ascii_uppercase(), hex: hex.trim().to_ascii_lowercase() };
    Some((name.to_string(), sum))
}

fn digest<D: Digest>(file: &ImageFile) -> Result<String> {
    let (mut digest, mut at) = (D::new(), 0);
    while at < file.size() {
        progress::check()?;
        let bytes = file.read(at, (file.size() - at).min(READ_BYTES_MAX.into()))?;
        digest.update(&bytes.0);
        at += bytes.0.len() as u64;
        progress::report("checksum", at, Some(file.size()));
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
