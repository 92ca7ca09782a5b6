//! A guest's image as a root to try a plugin on: copied into a sparse file that has no name, which the agent serves on
//! this machine as it serves a worker's disks. The image itself is only read. Whatever ends this program ends the agent,
//! which unmounts; the copy is gone with it. Knows no format, and nothing of morphing.

use crate::answer::Answer;
use crate::args::{GuestImageArgs, ImageArgs};
use crate::by_hand::Hand;
use crate::screen::Screen;
use crate::show::clean;
use crate::tree::{ENTRIES_MAX, Mounts, Walk};
use async_trait::async_trait;
use gyre_agent::local::refused;
use gyre_agent::loopback::Loop;
use gyre_agent::serve;
use gyre_core::error::Context as _;
use gyre_core::protocol::{Root, RootReply, RootRequest, System};
use gyre_core::roles::AttachedDisk;
use gyre_core::{ByteSize, Error, Result};
use gyre_engine::choose_system;
use gyre_mover::{Map, Retry, VerifyScope};
use gyre_worker::Local;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// What an image may hold, and what the files in it may have together: a try is not a migration.
const BYTES_MAX: u64 = 64 << 30;
/// Left free beyond the image's data for what is changed in its copy.
const SPARE_BYTES: u64 = 1 << 30;
/// The only disk of the only machine.
const DISK: &str = "disk0";
/// The copy, until it is attached.
const COPY: &str = "copy";
/// This program, also after its file was replaced.
const PROGRAM: &str = "/proc/self/exe";

/// A copy of an image, with its system mounted.
pub struct Image {
    agent: Local,
    mounted: Arc<dyn Root>,
    cancel: CancellationToken,
    /// Goes away by itself, once agent and mounts are gone.
    _device: Loop,
}

impl Image {
    /// Whether this user can mount one.
    ///
    /// # Errors
    /// `try.not-root`.
    pub fn check() -> Result<()> {
        if rustix::process::geteuid().is_root() {
            return Ok(());
        }
        Err(Error::invalid("try.not-root", "only root can mount what is in an image of a disk"))
    }

    /// Copies the image, and mounts the system in the copy.
    ///
    /// # Errors
    /// `try.*`, `disk.*`, those of the plugin that reads images, of the mover and of the agent; `morph.no-system`,
    /// `morph.several-systems`, `morph.unknown-system`; `job.cancelled`. Nothing stays mounted or attached.
    pub async fn open(
        config: Option<&Path>,
        path: &Path,
        args: &GuestImageArgs,
        screen: &Screen,
        cancel: &CancellationToken,
    ) -> Result<Self> {
        let hand = Hand::new(screen.clone(), cancel.clone());
        let device = copied(config, path, args, &hand).await?;
        let agent = started(&device).await?;
        let mounted = tokio::select! {
            mounted = mount(&agent, args.system.as_deref(), screen) => mounted,
            () = cancel.cancelled() => Err(Error::cancelled()),
        };
        match mounted {
            Ok(mounted) => Ok(Self { agent, mounted, cancel: cancel.clone(), _device: device }),
            Err(error) => {
                // It ends nevertheless, and the first error says more.
                let _ = agent.close().await;
                Err(error)
            }
        }
    }

    /// The system's root, in which programs run only if they are to.
    pub fn root(&self, programs: bool) -> Arc<dyn Root> {
        let root = self.mounted.clone();
        if programs { root } else { Arc::new(WithoutPrograms(root)) }
    }

    /// The root as a directory that this process may look into.
    pub fn tree(&self) -> PathBuf {
        serve::root_of(self.agent.pid())
    }

    /// How its tree is walked: all that is mounted in it is the guest's.
    pub fn walk(&self) -> Walk {
        let cancel = self.cancel.clone();
        Walk { bytes_max: BYTES_MAX, entries_max: ENTRIES_MAX, mounts: Mounts::Entered, cancel }
    }

    /// Unmounts, and lets go of the copy. What failed is added to the answer, unless that is an error already.
    ///
    /// # Errors
    /// That of the answer.
    pub async fn close(self, tried: Result<Answer>) -> Result<Answer> {
        let closed = self.agent.close().await;
        let answer = tried?;
        let error = answer.error.clone().or(closed.err());
        Ok(answer.with_error(error))
    }
}

/// A block device that shows a copy of the disk in the image.
async fn copied(config: Option<&Path>, path: &Path, args: &GuestImageArgs, hand: &Hand) -> Result<Loop> {
    let image = ImageArgs {
        image: path.into(),
        format: args.format.clone(),
        allow: args.allow.clone(),
        key_file: args.key_file.clone(),
        component: args.reader.clone(),
    };
    let origin = hand.open(config, &image).await?;
    let map = gyre_mover::map(origin.clone(), Retry::default()).await?;
    let made = tempfile::Builder::new().prefix("gyre-try-").tempdir();
    let directory = made.or_other("try.copy", || "there is no room for a copy in TMPDIR".into())?;
    check_room(&map, &directory)?;
    let copy = directory.path().join(COPY);
    hand.copy(origin, &copy, false, Some(VerifyScope::Moved)).await?;
    // From here on the copy has no name: it is gone with the device, whatever ends this process.
    Loop::attach(&copy, 0, map.size, true)
}

fn check_room(map: &Map, directory: &TempDir) -> Result<()> {
    if map.data > BYTES_MAX {
        let (data, limit) = (ByteSize(map.data), ByteSize(BYTES_MAX));
        let what = format!("the image holds {data}, and a try copies at most {limit}");
        return Err(Error::invalid("try.too-large", what));
    }
    let found = rustix::fs::statvfs(directory.path())
        .map_err(std::io::Error::from)
        .or_other("try.copy", || "the room in TMPDIR cannot be told".into())?;
    let (free, needed) = (found.f_bavail.saturating_mul(found.f_frsize), map.data + SPARE_BYTES);
    if free >= needed {
        return Ok(());
    }
    let what = format!("a copy of the image needs {}, and TMPDIR has {}", ByteSize(needed), ByteSize(free));
    Err(Error::other("try.room", what))
}

/// This program once more, as the agent of that one disk.
async fn started(device: &Loop) -> Result<Local> {
    let identities = vec![device.path.display().to_string()];
    let mut program = Command::new(PROGRAM);
    program.arg(serve::LOCAL).env_clear();
    let disks = vec![AttachedDisk { disk: DISK.into(), identities }];
    Local::open(program, disks, serve::socket_of).await
}

async fn mount(agent: &Local, wanted: Option<&str>, screen: &Screen) -> Result<Arc<dyn Root>> {
    let systems = agent.systems().await?;
    let system: &System = choose_system(&systems, wanted)?;
    let (root, notes) = agent.mount(system).await?;
    notes.iter().for_each(|note| screen.line(&clean(note)));
    Ok(root)
}

/// A root whose programs do not run.
struct WithoutPrograms(Arc<dyn Root>);

#[async_trait]
impl Root for WithoutPrograms {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        match request {
            RootRequest::Run { argv, .. } => Err(refused(&argv)),
            other => self.0.call(other).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(data: u64) -> Map {
        Map { size: u64::MAX, data, zero: 0, packed: 0, packed_bytes: 0, extents: 1 }
    }

    #[test]
    fn there_must_be_room_for_the_data_and_not_for_the_disk() {
        let directory = tempfile::tempdir().unwrap();
        check_room(&holding(0), &directory).unwrap();
        assert_eq!(check_room(&holding(BYTES_MAX + 1), &directory).unwrap_err().code, "try.too-large");
        let found = rustix::fs::statvfs(directory.path()).unwrap();
        let free = found.f_bavail * found.f_frsize;
        if free < BYTES_MAX {
            assert_eq!(check_room(&holding(free), &directory).unwrap_err().code, "try.room");
        }
    }
}
