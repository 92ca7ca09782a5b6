//! ZIP archives (APPNOTE 6.3) as trees of files: what some programs are handed out in. Reads the list of its files
//! once and each file when it is asked for, believes no length, and holds every file against its checksum. Refuses
//! to know who may read the archive. Not known: archives of several parts, encrypted ones, other methods than
//! stored and deflated, and those that need 64 bits.

use crate::section::Section;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use gyre_core::error::Context as _;
use gyre_core::limits::FILE_ENTRIES_MAX;
use gyre_core::{Error, Result};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;

/// The record that ends an archive (4.3.16), without the comment behind it.
const END: usize = 22;
const END_SIGNATURE: u32 = 0x0605_4b50;
const COMMENT_MAX: u64 = 65_535;
/// A file's entry in the list (4.3.12), without its name, and what it begins with.
const ENTRY: usize = 46;
const ENTRY_SIGNATURE: u32 = 0x0201_4b50;
/// The same before its bytes (4.3.7).
const LOCAL: usize = 30;
const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
/// The list of all files; names are at most 64 KiB each, and mostly much shorter.
const LIST_BYTES_MAX: u64 = 32 << 20;
/// Directories in one another.
const DEPTH_MAX: usize = 64;
/// Bit of an entry's flags.
const IS_ENCRYPTED: u16 = 1;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// What made the archive, where that was Unix: the upper half of the attributes is then a mode.
const UNIX: u8 = 3;
const MODE_TYPE: u32 = 0o170_000;
const MODE_LINK: u32 = 0o120_000;

/// An archive whose list was read.
pub(crate) struct Zip {
    file: File,
    length: u64,
    /// By path: what lies in it, by name.
    directories: BTreeMap<String, BTreeMap<String, Member>>,
}

/// What a directory holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    Directory,
    File(Entry),
}

/// A file as the list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Bytes, unpacked.
    pub(crate) size: u64,
    packed: u64,
    crc: u32,
    method: u16,
    /// Where its own header is.
    header: u64,
}

impl Zip {
    /// # Errors
    /// `files.zip` when it is none, a damaged one or one of a kind that is not known; `files.too-large`, `files.read`.
    pub(crate) fn open(file: File) -> Result<Self> {
        let length = file.metadata().or_other("files.read", || "cannot look at the archive".into())?.len();
        let mut zip = Self { file, length, directories: BTreeMap::new() };
        zip.directories.insert(String::new(), BTreeMap::new());
        let (at, list_bytes, count) = zip.end()?;
        if list_bytes > LIST_BYTES_MAX || count > FILE_ENTRIES_MAX {
            return Err(Error::invalid("files.too-large", format!("an archive of {count} files")));
        }
        let list = zip.read(at, list_bytes)?;
        let mut rest = list.as_slice();
        for _ in 0..count {
            rest = zip.take_entry(rest)?;
        }
        Ok(zip)
    }

    /// What a directory holds; `None`: there is no such directory.
    pub(crate) fn list(&self, path: &str) -> Option<&BTreeMap<String, Member>> {
        self.directories.get(&joined(path.split('/')))
    }

    /// What lies at a path, exactly as its names are written.
    pub(crate) fn find(&self, path: &str) -> Option<Member> {
        let path = joined(path.split('/'));
        let (above, name) = path.rsplit_once('/').unwrap_or(("", &path));
        if name.is_empty() {
            return Some(Member::Directory);
        }
        self.directories.get(above)?.get(name).cloned()
    }

    /// The bytes of a file. Reading them fails where they are not those that the archive was made of.
    ///
    /// # Errors
    /// `files.zip`, `files.read`.
    pub(crate) fn open_entry(&self, entry: &Entry) -> Result<Box<dyn Read + Send>> {
        let header = self.read(entry.header, LOCAL as u64)?;
        if le32(&header, 0) != Some(LOCAL_SIGNATURE) {
            return Err(damaged("a file is not where its list says"));
        }
        let names = u64::from(le16(&header, 26).unwrap_or_default())
            + u64::from(le16(&header, 28).unwrap_or_default());
        let offset = entry.header + LOCAL as u64 + names;
        if offset.checked_add(entry.packed).is_none_or(|end| end > self.length) {
            return Err(damaged("it is shorter than it says"));
        }
        let file = self.file.try_clone().or_other("files.read", || "cannot read the archive".into())?;
        let packed = Section::new(file, offset, entry.packed);
        Ok(match entry.method {
            STORED => Box::new(Checked::new(packed, entry)),
            DEFLATED => Box::new(Checked::new(DeflateDecoder::new(packed), entry)),
            method => return Err(unknown(&format!("its files are packed by method {method}"))),
        })
    }

    /// Where the list of files is, its bytes, and how many there are.
    fn end(&self) -> Result<(u64, u64, usize)> {
        let tail = self.length.min(END as u64 + COMMENT_MAX);
        let bytes = self.read(self.length - tail, tail)?;
        let is_end = |at: &usize| {
            let comment = bytes.len().checked_sub(at + END);
            le32(&bytes, *at) == Some(END_SIGNATURE) && le16(&bytes, at + 20).map(usize::from) == comment
        };
        let last = bytes.len().checked_sub(END);
        let at = last.and_then(|last| (0..=last).rev().find(is_end));
        let at = at.ok_or_else(|| damaged("it has no end of a ZIP archive"))?;
        let half = |offset| le16(&bytes, at + offset).unwrap_or_default();
        let word = |offset| le32(&bytes, at + offset).unwrap_or_default();
        if half(4) != 0 || half(6) != 0 || half(8) != half(10) {
            return Err(unknown("it is one of several parts"));
        }
        if half(10) == u16::MAX || word(12) == u32::MAX || word(16) == u32::MAX {
            return Err(unknown("it needs 64 bits"));
        }
        Ok((word(16).into(), word(12).into(), half(10).into()))
    }

    /// Takes one entry off the list, and answers the rest.
    fn take_entry<'a>(&mut self, list: &'a [u8]) -> Result<&'a [u8]> {
        let short = || damaged("its list of files ends too early");
        let (fixed, rest) = list.split_at_checked(ENTRY).ok_or_else(short)?;
        let half = |at| le16(fixed, at).unwrap_or_default();
        let word = |at| le32(fixed, at).unwrap_or_default();
        if word(0) != ENTRY_SIGNATURE {
            return Err(short());
        }
        let (name, rest) = rest.split_at_checked(half(28).into()).ok_or_else(short)?;
        let more = usize::from(half(30)) + usize::from(half(32));
        let (_, rest) = rest.split_at_checked(more).ok_or_else(short)?;
        let is_link = fixed.get(5) == Some(&UNIX) && (word(38) >> 16) & MODE_TYPE == MODE_LINK;
        let entry = Entry {
            size: word(24).into(),
            packed: word(20).into(),
            crc: word(16),
            method: half(10),
            header: word(42).into(),
        };
        // Links are not followed, nor listed.
        if !is_link {
            self.put(name, entry, half(8) & IS_ENCRYPTED != 0)?;
        }
        Ok(rest)
    }

    /// Some programs of Windows write its own separators.
    fn put(&mut self, name: &[u8], entry: Entry, encrypted: bool) -> Result<()> {
        let name = String::from_utf8_lossy(name).replace('\\', "/");
        let is_directory = name.ends_with('/');
        let parts: Vec<&str> = name.trim_end_matches('/').split('/').collect();
        if !parts.iter().all(|part| is_plain(part)) || parts.len() > DEPTH_MAX {
            return Err(damaged(&format!("{:?} is no name of a file in it", short(&name))));
        }
        if encrypted {
            return Err(unknown("its files are encrypted"));
        }
        let mut above = String::new();
        for (index, part) in parts.iter().enumerate() {
            let is_file = index + 1 == parts.len() && !is_directory;
            let member = if is_file { Member::File(entry.clone()) } else { Member::Directory };
            let known = self.directories.entry(above.clone()).or_default();
            let before = known.insert((*part).to_owned(), member.clone());
            let fits = before.is_none() || before == Some(Member::Directory) && !is_file;
            if !fits {
                return Err(damaged(&format!("it has two of {:?}", short(&name))));
            }
            above = joined([above.as_str(), part]);
            if !is_file {
                self.directories.entry(above.clone()).or_default();
            }
        }
        Ok(())
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>> {
        if offset.checked_add(length).is_none_or(|end| end > self.length) {
            return Err(damaged("it is shorter than it says"));
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        let read = self.file.read_exact_at(&mut bytes, offset);
        read.or_other("files.read", || "cannot read the archive".into())?;
        Ok(bytes)
    }
}

/// A file's bytes as they come out, counted and summed up: neither more nor less than the list says, and the same.
struct Checked<R> {
    bytes: R,
    left: u64,
    crc: Crc,
    wanted: u32,
}

impl<R: Read> Checked<R> {
    fn new(bytes: R, entry: &Entry) -> Self {
        Self { bytes, left: entry.size, crc: Crc::new(), wanted: entry.crc }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wrong = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        if buffer.is_empty() {
            return Ok(0);
        }
        let count = self.bytes.read(buffer)?;
        let Some(left) = self.left.checked_sub(count as u64) else {
            return wrong("a file of the archive is longer than it says");
        };
        self.left = left;
        self.crc.update(buffer.get(..count).unwrap_or_default());
        if count == 0 && (self.left > 0 || self.crc.sum() != self.wanted) {
            return wrong("a file of the archive is not what it was when that was made");
        }
        Ok(count)
    }
}

fn joined<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// A name that means the same everywhere, and leads nowhere.
fn is_plain(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && !part.chars().any(|c| c.is_control() || c == ':')
}

fn short(name: &str) -> String {
    name.chars().take(100).collect()
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn damaged(why: &str) -> Error {
    Error::invalid("files.zip", "this is no ZIP archive, or a damaged one").cause(why)
}

fn unknown(why: &str) -> Error {
    Error::invalid("files.zip", "a ZIP archive of a kind that gyre does not read").cause(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Command;

    /// What Python's `zipfile`, which nobody here wrote, makes.
    const MAKE: &str = r#"
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)
z.writestr("Bin/OpenStackService.exe", b"service" * 10000)
z.writestr("Python/", b"")
z.writestr("Python\\Lib\\os.py", b"import sys\n")
z.writestr(zipfile.ZipInfo("stored.txt"), b"as it is", zipfile.ZIP_STORED)
z.writestr("Python/empty", b"")
link = zipfile.ZipInfo("link"); link.create_system = 3; link.external_attr = 0o120777 << 16
z.writestr(link, b"/etc/shadow")
z.comment = b"made for a test"
z.close()
"#;

    fn python(script: &str, path: &Path) -> Vec<u8> {
        let made = Command::new("/usr/bin/python3").arg("-c").arg(script).arg(path).status();
        assert!(made.unwrap().success());
        std::fs::read(path).unwrap()
    }

    fn opened(directory: &Path, bytes: &[u8]) -> Result<Zip> {
        let path = directory.join("opened.zip");
        std::fs::write(&path, bytes).unwrap();
        Zip::open(File::open(path).unwrap())
    }

    fn text(zip: &Zip, path: &str) -> Result<Vec<u8>> {
        let Some(Member::File(entry)) = zip.find(path) else { panic!("{path} is no file") };
        let mut bytes = Vec::new();
        zip.open_entry(&entry)?.read_to_end(&mut bytes).or_invalid("files.read", String::new)?;
        assert_eq!(bytes.len() as u64, entry.size);
        Ok(bytes)
    }

    #[test]
    fn what_zipfile_wrote_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let zip = opened(directory.path(), &python(MAKE, &directory.path().join("a.zip"))).unwrap();
        let names = |path| zip.list(path).unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(""), ["Bin", "Python", "stored.txt"]);
        assert_eq!(names("/Python/"), ["Lib", "empty"]);
        assert_eq!(text(&zip, "Bin/OpenStackService.exe").unwrap(), b"service".repeat(10_000));
        assert_eq!(text(&zip, "Python/Lib/os.py").unwrap(), b"import sys\n");
        assert_eq!(text(&zip, "stored.txt").unwrap(), b"as it is");
        assert_eq!(text(&zip, "Python/empty").unwrap(), b"");
        assert_eq!(zip.find("Python/Lib"), Some(Member::Directory));
        assert_eq!(zip.find(""), Some(Member::Directory));
        for absent in ["link", "bin", "Python/Lib/os.py/x", "../stored.txt"] {
            assert_eq!(zip.find(absent), None, "{absent}");
        }
        assert!(zip.list("stored.txt").is_none());
    }

    #[test]
    fn names_that_lead_out_and_kinds_that_are_not_known_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bad.zip");
        for name in ["../x", "/etc/x", "C:/x", "a//b", "a/../b", "a/./b", r"..\\x", "x\\u0001"] {
            let script =
                format!("import sys, zipfile\nzipfile.ZipFile(sys.argv[1], 'w').writestr('{name}', b'1')");
            let error = opened(directory.path(), &python(&script, &path)).err();
            assert_eq!(error.map(|e| e.code).as_deref(), Some("files.zip"), "{name}");
        }
        let twice = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], 'w')\nz.writestr('a', b'1')\nz.writestr('a', b'2')\nz.close()";
        assert_eq!(opened(directory.path(), &python(twice, &path)).err().unwrap().code, "files.zip");
        let other =
            "import sys, zipfile\nzipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_BZIP2).writestr('a', b'1')";
        let zip = opened(directory.path(), &python(other, &path)).unwrap();
        assert_eq!(text(&zip, "a").unwrap_err().code, "files.zip");
    }

    #[test]
    fn an_archive_that_lies_ends_in_an_error_or_in_less() {
        let directory = tempfile::tempdir().unwrap();
        let whole = python(MAKE, &directory.path().join("a.zip"));
        let walk = |bytes: &[u8]| -> Result<()> {
            let zip = opened(directory.path(), bytes)?;
            for (_, member) in zip.directories.values().flatten() {
                let Member::File(entry) = member else { continue };
                let mut into = Vec::new();
                let read = zip.open_entry(entry)?.take(1 << 20).read_to_end(&mut into);
                read.or_invalid("files.read", String::new)?;
            }
            Ok(())
        };
        walk(&whole).unwrap();
        for length in [0, 5, END, whole.len() / 2, whole.len() - 1] {
            assert_eq!(walk(&whole[..length]).unwrap_err().code, "files.zip", "{length}");
        }
        let (mut seed, mut failed) = (0x9e37_79b9_7f4a_7c15_u64, 0);
        for _ in 0..300 {
            let mut bytes = whole.clone();
            for _ in 0..3 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = (seed >> 33) as usize % bytes.len();
                bytes[at] ^= (seed >> 24) as u8 | 1;
            }
            if let Err(error) = walk(&bytes) {
                assert!(error.code.starts_with("files."), "{error}");
                failed += 1;
            }
        }
        assert!(failed > 150, "{failed} of 300 were noticed");
    }

    #[test]
    fn a_file_that_says_less_than_it_holds_ends_there() {
        let directory = tempfile::tempdir().unwrap();
        let mut bytes = python(MAKE, &directory.path().join("a.zip"));
        let list = bytes.windows(4).position(|four| four == ENTRY_SIGNATURE.to_le_bytes()).unwrap();
        bytes[list + 24..list + 28].copy_from_slice(&10_u32.to_le_bytes());
        let zip = opened(directory.path(), &bytes).unwrap();
        assert_eq!(text(&zip, "Bin/OpenStackService.exe").unwrap_err().code, "files.read");
    }
}
