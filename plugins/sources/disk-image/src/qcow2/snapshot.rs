//! The internal snapshots of a qcow2 file: each has a first-level table of its own. Finds one by name or id.

use super::Table;
use super::header::Header;
use crate::file::ImageFile;
use crate::record::Record;
use gyre_plugin::source::*;

/// QEMU's own limit.
const SNAPSHOTS_MAX: u32 = 65_536;
/// Names that an error lists.
const SHOWN_MAX: usize = 20;
const HEAD_BYTES: u64 = 40;
const EXTRA_BYTES_MAX: u64 = 1024;
/// With these, a snapshot says how large its disk was.
const SIZE_END: u64 = 16;

/// The table of the snapshot with that name, or else with that id.
///
/// # Errors
/// `disk-image.no-snapshot`, `disk-image.corrupt`, `disk-image.truncated`.
pub(super) fn find(file: &ImageFile, header: &Header, wanted: &str) -> Result<Table> {
    let (count, mut at) = header.snapshots;
    if count > SNAPSHOTS_MAX {
        return Err(file.corrupt(format_args!("{count} snapshots are not possible")));
    }
    let (mut by_id, mut shown) = (None, Vec::new());
    for _ in 0..count {
        let snapshot = Snapshot::read(file, at, header.table.size)?;
        if snapshot.name == wanted {
            return Ok(snapshot.table);
        }
        if snapshot.id == wanted {
            by_id = by_id.or(Some(snapshot.table));
        }
        if shown.len() < SHOWN_MAX {
            shown.push(format!("{:?}", snapshot.name));
        }
        at = snapshot.end;
    }
    by_id.ok_or_else(|| {
        let message = format!("{} has no internal snapshot {wanted:?}", file.name());
        Error::not_found("disk-image.no-snapshot", message).cause(format!("snapshots: {}", shown.join(", ")))
    })
}

struct Snapshot {
    id: String,
    name: String,
    table: Table,
    end: u64,
}

impl Snapshot {
    fn read(file: &ImageFile, at: u64, size: u64) -> Result<Self> {
        let head = file.read(at, HEAD_BYTES)?;
        let (id_bytes, name_bytes, extra_bytes) =
            (u64::from(head.be16(12)), u64::from(head.be16(14)), u64::from(head.be32(36)));
        if extra_bytes > EXTRA_BYTES_MAX {
            return Err(file.corrupt("a snapshot has too much extra data"));
        }
        let rest = file.read(at + HEAD_BYTES, extra_bytes + id_bytes + name_bytes)?;
        let size = if extra_bytes >= SIZE_END { rest.be64(8) } else { size };
        let text = |at: u64, length: u64| string(&rest, at, length);
        Ok(Self {
            id: text(extra_bytes, id_bytes),
            name: text(extra_bytes + id_bytes, name_bytes),
            table: Table {
                offset: head.be64(0),
                entries: head.be32(8).into(),
                size: file.check_size(Some(size))?,
            },
            end: at + (HEAD_BYTES + extra_bytes + id_bytes + name_bytes).next_multiple_of(8),
        })
    }
}

fn string(record: &Record, at: u64, length: u64) -> String {
    String::from_utf8_lossy(record.bytes(at as usize, length as usize)).into_owned()
}
