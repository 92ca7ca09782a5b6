//! `gyre disk`: one image, by hand, through the same plugin, sandbox and mover as the disks of a machine.
//! Whoever names an image on the command line grants it, and the directory that it lies in, to the plugin for
//! this one command; the same goes for an export of an NBD server. No rules of formats: those are the plugin's.

use crate::answer::Answer;
use crate::args::{DiskCommand, ImageArgs};
use crate::screen::Screen;
use crate::show::{Table, seconds, size};
use crate::{bench, place};
use async_trait::async_trait;
use bytes::Bytes;
use gyre_agent::bytes::ReadAt as _;
use gyre_agent::device::Disk;
use gyre_core::config::Config;
use gyre_core::error::Context as _;
use gyre_core::flow::Flow;
use gyre_core::roles::{Outcome, Progress, StepCall};
use gyre_core::{BlockTarget, BlockWrite, Error, Extent, ExtentKind, Hash, Origin, Result};
use gyre_engine::{Endpoints as _, JobContext};
use gyre_mover::{CopyJob, CopyOptions, CopyReport, Manifest, Pace, VerifyScope};
use gyre_nbd::{Address, Uri};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The plugin that reads images, by its name in the configuration and by that of its file.
const PLUGIN: &str = "disk-image";
/// What the image is called, as a source, a machine and a disk of it.
const NAME: &str = "image";
/// What its passphrase is called.
const KEY: &str = "key";
/// Ranges that `map` shows: a hostile image may have billions.
const RANGES_MAX: usize = 200_000;
/// How far ahead ranges are asked for, bytes.
const ASK_BYTES: u64 = 1 << 30;

/// Does what was asked with an image.
///
/// # Errors
/// Those of the plugin and of the mover; `disk.*` for the target.
pub async fn run(
    config: Option<&Path>,
    command: &DiskCommand,
    screen: &Screen,
    cancel: CancellationToken,
) -> Result<Answer> {
    let (DiskCommand::Info { image }
    | DiskCommand::Map { image }
    | DiskCommand::Hash { image }
    | DiskCommand::Copy { image, .. }) = command;
    let hand = Hand::new(screen.clone(), cancel);
    let origin = hand.open(config, image).await?;
    match command {
        DiskCommand::Info { .. } => info(&image.image, origin).await,
        DiskCommand::Map { .. } => map(origin.as_ref()).await,
        DiskCommand::Hash { .. } => hand.hash(origin).await,
        DiskCommand::Copy { target, overwrite, no_proof, .. } => {
            let proof = (!no_proof).then_some(VerifyScope::Moved);
            hand.copy(origin, target, *overwrite, proof).await
        }
    }
}

/// What is granted by hand is not written in a file.
fn allow(error: Error) -> Error {
    if error.code == "grant.disk" { error.cause("here: name its directory with --allow") } else { error }
}

/// Whoever asked: where they look, and whether they had enough of it.
pub struct Hand {
    screen: Screen,
    cancel: CancellationToken,
}

impl Hand {
    /// Looks at this screen.
    pub const fn new(screen: Screen, cancel: CancellationToken) -> Self {
        Self { screen, cancel }
    }

    /// The disk in an image.
    ///
    /// # Errors
    /// Those of the plugin; `disk.open`, `config.*`, `plugin.*`.
    pub async fn open(&self, named: Option<&Path>, image: &ImageArgs) -> Result<Arc<dyn Origin>> {
        self.opened(named, image).await.map_err(allow)
    }

    async fn opened(&self, named: Option<&Path>, image: &ImageArgs) -> Result<Arc<dyn Origin>> {
        let given = place::config_if_any(named)?;
        let plugins = bench::plugins(&given, config_for(&given, image)?)?;
        let context = JobContext {
            job: "by-hand".into(),
            overrides: Map::new(),
            plugins: Default::default(),
            progress: Arc::new(self.progress()),
            cancel: self.cancel.clone(),
        };
        let source = plugins.source(NAME, &context).await?;
        let vm = source.get_vm(NAME).await?;
        let step = StepCall { token: NAME.into(), resume: None };
        match source.ensure_snapshot(&step, &vm, None).await? {
            Outcome::Done(snapshot) => source.open_disk(&snapshot, NAME).await,
            Outcome::Wait { .. } => {
                Err(Error::other("source.waits", "the plugin wants to wait for an image"))
            }
        }
    }

    fn progress(&self) -> OnScreen {
        OnScreen { screen: self.screen.clone(), cancel: self.cancel.clone() }
    }

    async fn hash(&self, origin: Arc<dyn Origin>) -> Result<Answer> {
        let nowhere = Arc::new(Nowhere(origin.size()));
        let (report, manifest) = self.carry(origin, nowhere, true, None).await?;
        let root: String = manifest.root().iter().map(|byte| format!("{byte:02x}")).collect();
        let json = json!({ "hash": root, "algorithm": "gyre-blake3-64k", "report": report });
        Ok(Answer::new(json, format!("{root}\n")))
    }

    /// Writes it to a file or a device, and proves that it is there, unless there is no `proof` to be.
    ///
    /// # Errors
    /// `disk.*`, and those of the plugin and of the mover.
    pub async fn copy(
        &self,
        origin: Arc<dyn Origin>,
        path: &Path,
        overwrite: bool,
        proof: Option<VerifyScope>,
    ) -> Result<Answer> {
        let target = Target::open(path, origin.size(), overwrite)?;
        let disk = Arc::new(LocalDisk::new(target.disk()?));
        let is_new = target.partial.is_some();
        let carried = self.carry(origin, disk, is_new, proof).await;
        let (report, _) = carried.inspect_err(|_| target.give_up())?;
        target.finish()?;
        let text = format!("{}, {}\n", copied(&report), proved(&report, proof));
        Ok(Answer::new(json!({ "target": path, "report": report }), text))
    }

    async fn carry(
        &self,
        origin: Arc<dyn Origin>,
        target: Arc<dyn BlockTarget>,
        target_zeroed: bool,
        verify: Option<VerifyScope>,
    ) -> Result<(CopyReport, Manifest)> {
        let job = CopyJob {
            disk: NAME.into(),
            origin,
            target,
            base: None,
            since: None,
            target_zeroed,
            verify,
            checkpoints: None,
            snapshot_id: NAME.into(),
            target_identity: NAME.into(),
            progress: Arc::new(self.progress()),
            pace: Pace::unlimited(),
            cancel: self.cancel.clone(),
            options: CopyOptions { in_flight: carriers(), ..CopyOptions::default() },
        };
        let carried = gyre_mover::copy(job).await;
        self.screen.clear();
        carried
    }
}

/// As many pieces are on their way as processors can be busy with, and two that wait for the disk or are handed out: more
/// would wait for their turn to write the same file, and whoever waits for that keeps a processor from the others.
fn carriers() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get) + 2
}

/// A configuration with one source, one machine and one disk, which is the image.
fn config_for(given: &Config, image: &ImageArgs) -> Result<Config> {
    let (name, mut grant) = granted(image)?;
    if let Some(grant) = grant.as_object_mut().filter(|_| image.key_file.is_some()) {
        grant.insert("secret".to_owned(), json!([{ "name": KEY, "reveal": true }]));
    }
    let mut disk = Map::from_iter([("id".to_owned(), json!(NAME)), ("path".to_owned(), json!(name))]);
    disk.extend(image.format.iter().map(|format| ("format".to_owned(), json!(format))));
    disk.extend(image.key_file.iter().map(|_| ("key".to_owned(), json!(KEY))));
    let machine = json!({ "name": NAME, "vcpus": 1, "memory-mib": 1, "disks": [disk] });
    let (component, sha256) = component(given, image)?;
    let mut plugin =
        Map::from_iter([("component".to_owned(), json!(component)), ("grant".to_owned(), grant)]);
    plugin.extend(sha256.map(|sha256| ("sha256".to_owned(), json!(sha256))));
    let key = image.key_file.as_ref().map(|file| absolute(file).map(|file| (KEY, json!({ "file": file }))));
    let written = json!({
        "secret": key.transpose()?.into_iter().collect::<BTreeMap<_, _>>(),
        "plugin": { PLUGIN: plugin },
        "source": { NAME: { "plugin": PLUGIN, "config": { "vms": [machine] } } },
    });
    let text = toml::to_string(&written)
        .or_invalid("config.syntax", || format!("{} cannot be named in a configuration", name.display()))?;
    let mut config = Config::parse(&text, Path::new("/"))?;
    if let Some((own, given)) = config.plugin.get_mut(PLUGIN).zip(given.plugin.get(PLUGIN)) {
        own.limit = given.limit.clone();
    }
    // Who may run a component is asked for one image as for a whole machine.
    (config.trust, config.file) = (given.trust.clone(), given.file.clone());
    Ok(config)
}

/// What the image is called in a configuration, and what is granted with it.
fn granted(image: &ImageArgs) -> Result<(PathBuf, Value)> {
    let mut directories =
        image.allow.iter().map(|directory| absolute(directory)).collect::<Result<Vec<_>>>()?;
    if let Some(text) = image.image.to_str().filter(|text| Uri::is_one(text)) {
        let address = Address::parse(text)?.to_string();
        let grant = json!({ "disk": directories, "nbd": [address], "local-addresses": true });
        return Ok((address.into(), grant));
    }
    let path = absolute(&image.image)?;
    directories.push(path.clone());
    directories.extend(path.parent().filter(|parent| !holds_everything(parent)).map(Path::to_owned));
    Ok((path, json!({ "disk": directories })))
}

/// Directories that nobody means who names an image in one of them.
fn holds_everything(directory: &Path) -> bool {
    directory == Path::new("/") || directory.starts_with("/dev")
}

/// Links are followed now: a grant is of where the image is.
fn absolute(path: &Path) -> Result<PathBuf> {
    path.canonicalize().or_invalid("disk.open", || format!("{} cannot be opened", path.display()))
}

/// The plugin's file, and its digest where the configuration names one.
fn component(given: &Config, image: &ImageArgs) -> Result<(PathBuf, Option<String>)> {
    if let Some(named) = &image.component {
        return Ok((absolute(named)?, None));
    }
    if let Some(plugin) = given.plugin.get(PLUGIN) {
        return Ok((plugin.component.clone(), plugin.sha256.clone()));
    }
    let program = std::env::current_exe()
        .or_other("plugin.missing", || "this program does not know where it lies".into())?;
    let installed = program.ancestors().nth(2).unwrap_or(Path::new("/")).join("plugins");
    Ok((installed.join(format!("{PLUGIN}.wasm")), None))
}

async fn info(path: &Path, origin: Arc<dyn Origin>) -> Result<Answer> {
    let map = gyre_mover::map(origin, gyre_mover::Retry::default()).await?;
    let mut table = Table::pairs();
    table.row(["image", &path.display().to_string()]);
    table.row(["size", &format!("{} ({} bytes)", size(map.size), map.size)]);
    table.row(["data", &size(map.data)]);
    table.row(["zeros", &size(map.zero)]);
    table.row(["compressed", &format!("{} in {}", size(map.packed), size(map.packed_bytes))]);
    table.row(["ranges", &map.extents.to_string()]);
    Ok(Answer::new(json!({ "image": path, "map": map }), table.text()))
}

/// One range of the disk.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Range {
    offset: u64,
    length: u64,
    /// As `wit/deps/gyre-host/host.wit` names the kinds of extents.
    kind: &'static str,
    /// Where the bytes lie in the host's handle of that number, unless the plugin itself must read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<(u32, u64)>,
}

impl Range {
    fn of(extent: &Extent) -> Self {
        let (kind, at) = match &extent.kind {
            ExtentKind::Data => ("data", None),
            ExtentKind::Zero => ("zero", None),
            ExtentKind::Hole => ("hole", None),
            ExtentKind::Stored(stored) => ("stored", Some((stored.disk, stored.offset))),
            ExtentKind::Packed(packed) => ("packed", Some((packed.disk, packed.offset))),
        };
        Self { offset: extent.offset, length: extent.length, kind, at }
    }

    /// Whether `next` goes on in the same way; compressed clusters stay apart.
    fn goes_on(&self, next: &Self) -> bool {
        let follows = match (self.at, next.at) {
            (None, None) => true,
            (Some((disk, at)), Some((other, then))) => {
                disk == other && at.checked_add(self.length) == Some(then)
            }
            _ => false,
        };
        self.kind == next.kind && self.kind != "packed" && follows
    }
}

async fn map(origin: &dyn Origin) -> Result<Answer> {
    let (mut ranges, mut at) = (Vec::<Range>::new(), 0);
    while at < origin.size() && ranges.len() < RANGES_MAX {
        for extent in &origin.extents(None, at, ASK_BYTES.min(origin.size() - at)).await? {
            let range = Range::of(extent);
            at = extent.end();
            match ranges.last_mut() {
                Some(last) if last.goes_on(&range) => last.length += range.length,
                _ => ranges.push(range),
            }
        }
    }
    let mut table = Table::new(&["offset", "length", "kind", "handle", "at"]).right(&[0, 1, 3, 4]);
    for range in &ranges {
        let (handle, place) =
            range.at.map_or_else(Default::default, |(disk, at)| (disk.to_string(), at.to_string()));
        table.row([&range.offset.to_string(), &range.length.to_string(), range.kind, &handle, &place]);
    }
    let rest = origin.size() - at;
    let more = if rest > 0 {
        format!("… and {rest} bytes more: only so many ranges are shown\n")
    } else {
        String::new()
    };
    let json = json!({ "size": origin.size(), "ranges": ranges, "complete": rest == 0 });
    Ok(Answer::new(json, table.text() + &more))
}

fn copied(report: &CopyReport) -> String {
    let rate = report.size as f64 / report.seconds.max(f64::EPSILON);
    format!(
        "copied {} in {} ({}/s): {} read, {} written, {} left as holes",
        size(report.size),
        seconds(report.seconds),
        size(rate as u64),
        size(report.read),
        size(report.moved),
        size(report.skipped + report.zeroed)
    )
}

fn proved(report: &CopyReport, proof: Option<VerifyScope>) -> String {
    proof.map_or_else(|| "not read back".into(), |_| format!("{} read back and right", size(report.verified)))
}

/// Where a copy goes: a device, or a new file that takes its name once it is whole. So nothing is lost when
/// a copy fails, whatever had that name before, were it the image itself.
struct Target {
    path: PathBuf,
    /// What is written until then.
    partial: Option<PathBuf>,
}

impl Target {
    fn open(path: &Path, size: u64, overwrite: bool) -> Result<Self> {
        let there = path.symlink_metadata().is_ok();
        if there && !overwrite {
            return Err(Error::conflict("disk.exists", format!("{} exists", path.display())));
        }
        let path = if there { absolute(path)? } else { path.to_owned() };
        if there && !path.is_file() {
            return Ok(Self { path, partial: None });
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let partial = path.with_file_name(format!(".{name}.gyre-{}", std::process::id()));
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&partial);
        let made = file.and_then(|file| file.set_len(size));
        let target = Self { path, partial: Some(partial) };
        made.inspect_err(|_| target.give_up())
            .or_other("disk.io", || format!("{} cannot be made", target.path.display()))?;
        Ok(target)
    }

    fn disk(&self) -> Result<Disk> {
        let path = self.partial.as_ref().unwrap_or(&self.path);
        Disk::open_local(NAME, path).inspect_err(|_| self.give_up())
    }

    /// Gives the whole file its name.
    fn finish(&self) -> Result<()> {
        let Some(partial) = &self.partial else { return Ok(()) };
        let renamed = std::fs::rename(partial, &self.path).inspect_err(|_| self.give_up());
        renamed.or_other("disk.io", || format!("{} cannot be named", self.path.display()))
    }

    /// Half a disk looks like a disk.
    fn give_up(&self) {
        if let Some(partial) = &self.partial {
            let _ = std::fs::remove_file(partial);
        }
    }
}

/// A file or device of this machine, written as the agent writes those of a worker.
struct LocalDisk(Arc<Disk>, Arc<Pen>);

/// Writes it from any thread. The kernel lets one write a file at a time; its own queue hands on faster than a lock here would.
struct Pen(Arc<Disk>);

impl BlockWrite for Pen {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        self.0.write(offset, bytes)
    }
}

impl LocalDisk {
    fn new(disk: Disk) -> Self {
        let disk = Arc::new(disk);
        Self(disk.clone(), Arc::new(Pen(disk)))
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Disk) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let disk = self.0.clone();
        let done = tokio::task::spawn_blocking(move || work(&disk)).await;
        done.or_other("disk.io", || "writing the target did not end".into())?
    }
}

#[async_trait]
impl BlockTarget for LocalDisk {
    fn size(&self) -> u64 {
        self.0.size()
    }

    async fn write(&self, offset: u64, bytes: Bytes) -> Result<()> {
        self.blocking(move |disk| disk.write(offset, &bytes)).await
    }

    async fn zero(&self, offset: u64, length: u64) -> Result<()> {
        self.blocking(move |disk| disk.zero(offset, length)).await
    }

    async fn flush(&self) -> Result<()> {
        self.blocking(Disk::flush).await
    }

    async fn hashes(&self, offset: u64, length: u64) -> Result<Vec<Hash>> {
        self.blocking(move |disk| disk.hashes(offset, length)).await
    }

    fn local(&self) -> Option<Arc<dyn BlockWrite>> {
        Some(self.1.clone())
    }
}

/// Takes everything and keeps nothing: for reading a disk without writing it anywhere.
struct Nowhere(u64);

#[async_trait]
impl BlockTarget for Nowhere {
    fn size(&self) -> u64 {
        self.0
    }

    async fn write(&self, _: u64, _: Bytes) -> Result<()> {
        Ok(())
    }

    async fn zero(&self, _: u64, _: u64) -> Result<()> {
        Ok(())
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    async fn hashes(&self, _: u64, _: u64) -> Result<Vec<Hash>> {
        Err(Error::other("disk.nowhere", "nothing is kept, so nothing can be read back"))
    }

    fn local(&self) -> Option<Arc<dyn BlockWrite>> {
        Some(Arc::new(Self(self.0)))
    }
}

impl BlockWrite for Nowhere {
    fn write_at(&self, _: u64, _: &[u8]) -> Result<()> {
        Ok(())
    }
}

/// The progress of the one disk.
struct OnScreen {
    screen: Screen,
    cancel: CancellationToken,
}

impl Progress for OnScreen {
    fn report(&self, phase: &str, done: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.report_flow(phase, done, total, None);
        }
    }

    fn report_flow(&self, phase: &str, done: u64, total: u64, flow: Option<Flow>) {
        self.screen.disk(NAME, NAME, phase, (done, total), flow.as_ref());
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
