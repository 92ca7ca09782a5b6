//! The descriptor of a VMDK disk: a text of keys and of lines that name its extents.

use crate::file::ImageFile;
use gyre_plugin::source::*;

/// A disk of 64 TiB in pieces of 2 GiB has 2 MiB of lines; one disk has 200 files at most.
const DESCRIPTOR_BYTES_MAX: u64 = 256 * 1024;
const LINES_MAX: usize = 1024;
const BEGIN: &str = "# Disk DescriptorFile";
const NO_PARENT: &str = "ffffffff";

/// What it says, as far as reading needs it.
pub struct Descriptor {
    /// Changes with every write to the disk.
    pub id: String,
    /// The parent's `id` when this disk was made from it.
    pub parent_id: Option<String>,
    pub parent_hint: Option<String>,
    pub lines: Vec<Line>,
}

/// One extent: `RW 4192256 FLAT "disk-f001.vmdk" 0`.
pub struct Line {
    pub sectors: u64,
    pub kind: String,
    pub name: String,
    /// Sectors.
    pub offset: u64,
}

impl Descriptor {
    /// `None`: the place for it is empty, as in the parts of a disk.
    ///
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.encrypted`, `disk-image.unsupported`.
    pub fn read(file: &ImageFile, offset: u64, length: u64) -> Result<Option<Self>> {
        if length > DESCRIPTOR_BYTES_MAX {
            return Err(file.corrupt(format_args!("a descriptor of {length} bytes is not possible")));
        }
        let bytes = file.read(offset, length)?;
        let text = bytes.text(0, length as usize);
        if text.is_empty() && offset > 0 {
            return Ok(None);
        }
        if !text.trim_start().starts_with(BEGIN) {
            return Err(file.corrupt("its descriptor does not begin as one does"));
        }
        let mut found = Self { id: String::new(), parent_id: None, parent_hint: None, lines: Vec::new() };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            found.take(file, line)?;
        }
        Ok(Some(found))
    }

    fn take(&mut self, file: &ImageFile, line: &str) -> Result<()> {
        if ["RW ", "RDONLY ", "NOACCESS "].iter().any(|access| line.starts_with(access)) {
            if self.lines.len() >= LINES_MAX {
                return Err(file.unsupported(format_args!("it has more than {LINES_MAX} extents")));
            }
            self.lines.push(Line::parse(file, line)?);
            return Ok(());
        }
        let Some((key, value)) = line.split_once('=') else { return Ok(()) };
        let (key, value) = (key.trim(), value.trim().trim_matches('"'));
        match key.to_ascii_lowercase().as_str() {
            "cid" => self.id = value.to_ascii_lowercase(),
            "parentcid" => {
                self.parent_id = Some(value.to_ascii_lowercase()).filter(|id| id != NO_PARENT);
            }
            "parentfilenamehint" => self.parent_hint = Some(value.to_string()),
            key if key.starts_with("encryption.") => return Err(file.encrypted("by VMware")),
            _ => {}
        }
        Ok(())
    }
}

impl Line {
    fn parse(file: &ImageFile, line: &str) -> Result<Self> {
        let bad = || file.corrupt(format_args!("its descriptor has a line that is no extent: {line:?}"));
        let (head, rest) = line.split_once('"').unwrap_or((line, ""));
        let (name, tail) = rest.split_once('"').unwrap_or((rest, ""));
        let mut words = head.split_whitespace();
        if words.next() == Some("NOACCESS") {
            return Err(file.unsupported("a part of the disk may not be accessed"));
        }
        let sectors = words.next().and_then(|word| word.parse().ok()).ok_or_else(bad)?;
        let kind = words.next().ok_or_else(bad)?.to_string();
        let offset = match tail.split_whitespace().next() {
            Some(word) => word.parse().map_err(|_| bad())?,
            None => 0,
        };
        Ok(Self { sectors, kind, name: name.to_string(), offset })
    }
}
