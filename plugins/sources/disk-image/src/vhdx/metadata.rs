//! The metadata region of a VHDX file: sizes, and where the parent lies.

use crate::file::ImageFile;
use crate::layer::Parent;
use crate::options::Format;
use crate::path;
use crate::record::Record;
use gyre_plugin::source::*;
use std::ops::RangeInclusive;

const TABLE_BYTES: u64 = 64 << 10;
const ITEMS_MAX: u16 = 2047;
const ITEM_BYTES_MAX: u64 = 1 << 20;
const FILE_PARAMETERS: &str = "caa16737-fa36-4d43-b3b6-33f0aa44e76b";
const DISK_SIZE: &str = "2fa54224-cd1b-4876-b211-5dbed83bf4b8";
const SECTOR_SIZE: &str = "8141bf1d-a96f-4709-ba47-f233a8faab5f";
const PARENT_LOCATOR: &str = "a8d35f2d-b30b-454d-abf7-d3d84834ab0c";
/// Known, and of no use here: the physical sector's size, and the disk's number for SCSI.
const OTHERS: [&str; 2] = ["cda348c7-445d-4471-9cc9-e9885251c556", "beca12ab-b2e6-4523-93ef-c309e000c746"];
const VHDX_LOCATOR: &str = "b04aefb7-d19e-4a81-b789-25b8e9445913";
const REQUIRED: u32 = 1 << 2;
const HAS_PARENT: u32 = 1 << 1;
const BLOCK_BYTES: RangeInclusive<u64> = 1 << 20..=256 << 20;
const LOCATOR_KEYS_MAX: u16 = 64;

/// What it says, checked.
pub struct Metadata {
    pub size: u64,
    pub block_bytes: u64,
    pub sector_bytes: u64,
    pub parent: Option<Parent>,
}

impl Metadata {
    pub(super) fn read(file: &ImageFile, (offset, length): (u64, u64)) -> Result<Self> {
        let table = file.read(offset, TABLE_BYTES)?;
        if !table.has(0, b"metadata") {
            return Err(file.corrupt("its metadata table is none"));
        }
        let items = Items { file, table, offset, length };
        items.check_known()?;
        let parameters = items.get(FILE_PARAMETERS)?;
        let block_bytes = u64::from(parameters.le32(0));
        if !block_bytes.is_power_of_two() || !BLOCK_BYTES.contains(&block_bytes) {
            return Err(file.corrupt(format_args!("blocks of {block_bytes} bytes are not possible")));
        }
        let sector_bytes = u64::from(items.get(SECTOR_SIZE)?.le32(0));
        if ![512, 4096].contains(&sector_bytes) {
            return Err(file.corrupt(format_args!("sectors of {sector_bytes} bytes are not possible")));
        }
        let size = file.check_size(Some(items.get(DISK_SIZE)?.le64(0)))?;
        let differs = parameters.le32(4) & HAS_PARENT != 0;
        let parent = if differs { Some(parent(file, &items.get(PARENT_LOCATOR)?)?) } else { None };
        Ok(Self { size, block_bytes, sector_bytes, parent })
    }
}

struct Items<'a> {
    file: &'a ImageFile,
    table: Record,
    offset: u64,
    length: u64,
}

impl Items<'_> {
    fn places(&self) -> impl Iterator<Item = usize> {
        (0..usize::from(self.table.le16(10).min(ITEMS_MAX))).map(|n| 32 + n * 32)
    }

    fn check_known(&self) -> Result<()> {
        let known = [FILE_PARAMETERS, DISK_SIZE, SECTOR_SIZE, PARENT_LOCATOR];
        for at in self.places().filter(|at| self.table.le32(at + 24) & REQUIRED != 0) {
            let id = self.table.guid(at);
            if !known.contains(&id.as_str()) && !OTHERS.contains(&id.as_str()) {
                return Err(self
                    .file
                    .unsupported(format_args!("it needs an unknown kind of metadata ({id})")));
            }
        }
        Ok(())
    }

    fn get(&self, id: &str) -> Result<Record> {
        let at = self.places().find(|at| self.table.guid(*at) == id);
        let at = at.ok_or_else(|| self.file.corrupt(format_args!("its metadata has no item {id}")))?;
        let (offset, length) = (u64::from(self.table.le32(at + 16)), u64::from(self.table.le32(at + 20)));
        if length > ITEM_BYTES_MAX || offset + length > self.length {
            return Err(self.file.corrupt(format_args!("the metadata item {id} does not lie in its region")));
        }
        self.file.read(self.offset + offset, length)
    }
}

fn parent(file: &ImageFile, locator: &Record) -> Result<Parent> {
    if locator.guid(0) != VHDX_LOCATOR {
        return Err(file.unsupported("its parent is none that is a VHDX file"));
    }
    let pairs: Vec<(String, String)> = pairs(locator).collect();
    let values = |wanted: [&str; 2]| -> Vec<&str> {
        let value = |key: &str| pairs.iter().find(|(found, _)| found == key).map(|(_, value)| value.as_str());
        wanted.into_iter().filter_map(value).collect()
    };
    let (ids, names) =
        (values(["parent_linkage", "parent_linkage2"]), values(["relative_path", "absolute_win32_path"]));
    let paths: Vec<String> = names.iter().flat_map(|name| path::candidates(file.name(), name)).collect();
    if paths.is_empty() || ids.is_empty() {
        let why = "its locator does not say where the parent lies and which it is";
        return Err(file.parent_error(names.first().copied().unwrap_or_default(), why));
    }
    let identities = ids.iter().map(|id| id.trim_matches(['{', '}']).to_ascii_lowercase()).collect();
    Ok(Parent { paths, format: Format::Vhdx, identities })
}

/// Keys and values of a locator.
fn pairs(locator: &Record) -> impl Iterator<Item = (String, String)> {
    let text = |offset: usize, length: usize| {
        locator.wide_text(locator.le32(offset) as usize, locator.le16(length).into(), u16::from_le_bytes)
    };
    let count = usize::from(locator.le16(18).min(LOCATOR_KEYS_MAX));
    (0..count).map(|n| 20 + n * 12).map(move |at| (text(at, at + 8), text(at + 4, at + 10)))
}
