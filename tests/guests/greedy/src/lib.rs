//! Claims more than there is: the name of the disk that is opened says in which way.

use gyre_plugin::source::*;

const DISK_BYTES: u64 = 1 << 20;
const LIST_LENGTH: u64 = 100_000;
const ANSWER_BYTES: usize = 48 << 20;

struct Greedy;

struct Claims(String);

impl Source for Greedy {
    const ABOUT: About = about!("greedy", "Claims more than there is.");

    fn check(_: Config, path: Option<&str>) -> Result<Vec<Finding>> {
        let mut held = Vec::new();
        loop {
            held.push(Disk::open(path.unwrap_or_default())?);
        }
    }

    fn open_disk(_: Config, snapshot: &str, claim: &str) -> Result<Opened> {
        if claim == "handle" {
            // Held by nobody afterwards: its id must not be usable any more.
            drop(Disk::open(snapshot)?);
        }
        Ok(Opened::reader(Claims(claim.into())))
    }

    idle::idle_verbs!();
}

impl Reader for Claims {
    fn size(&self) -> u64 {
        DISK_BYTES
    }

    fn extents(&mut self, _: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        let extent = |offset, length, kind| Extent { offset, length, kind };
        let stored = |disk, offset| ExtentKind::Stored(Stored { disk, offset });
        Ok(match self.0.as_str() {
            "past" => vec![extent(offset, length + 1, ExtentKind::Hole)],
            "far" => vec![extent(offset, u64::MAX, ExtentKind::Hole)],
            "overlap" => {
                vec![extent(offset, length, ExtentKind::Hole), extent(offset, length, ExtentKind::Hole)]
            }
            "gap" => vec![extent(offset + 1, length - 1, ExtentKind::Hole)],
            "empty" => vec![],
            "many" => (0..LIST_LENGTH).map(|at| extent(offset + at, 1, ExtentKind::Hole)).collect(),
            "handle" => vec![extent(offset, length, stored(0, 0))],
            "codec" => vec![extent(
                offset,
                length,
                ExtentKind::Packed(Packed { disk: 0, offset: 0, length: 1, codec: "rot13".into(), skip: 0 }),
            )],
            _ => vec![extent(offset, length, ExtentKind::Data)],
        })
    }

    fn read(&mut self, _: u64, length: u32) -> Result<Vec<u8>> {
        Ok(match self.0.as_str() {
            "flood" => vec![0; ANSWER_BYTES],
            "short" => vec![0; (length - 1) as usize],
            _ => vec![7; length as usize],
        })
    }
}

gyre_plugin::export!(source: Greedy);
