//! Disks in memory that keep a record and fail when told to, and disks of random layout. Used by the
//! tests of this folder only.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests fail by panicking
#![allow(dead_code)] // each file of tests uses a part

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use gyre_core::limits::{HASH_BLOCK_BYTES, PIECE_BYTES_MAX};
use gyre_core::roles::Progress;
use gyre_core::{
    Backoff, BlockRead, BlockTarget, BlockWrite, Error, Extent, ExtentKind, Hash, Origin, Packed, Result,
    Stored,
};
use gyre_mover::{Checkpoints, Clock, Compress, CopyJob, CopyOptions, Pace, Retry, VerifyScope, Watermark};
use std::io::Write as _;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

pub const BLOCK: u64 = HASH_BLOCK_BYTES;

/// xorshift64*: the same numbers on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Somewhat compressible bytes, or plain noise; fast where nothing else is optimised.
    pub fn bytes(&mut self, length: u64) -> Vec<u8> {
        let mut noise = vec![0; length as usize];
        blake3::Hasher::new().update(&self.next().to_le_bytes()).finalize_xof().fill(&mut noise);
        if self.chance(50) {
            noise.chunks_exact_mut(2048).for_each(|chunk| chunk.copy_within(..1024, 1024));
        }
        noise
    }
}

struct Handle(Vec<u8>);

impl BlockRead for Handle {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let range = offset as usize..offset as usize + buffer.len();
        buffer.copy_from_slice(self.0.get(range).ok_or_else(|| Error::other("disk.read", "past the end"))?);
        Ok(())
    }
}

/// A disk whose extents are of all kinds.
pub struct Source {
    pub content: Vec<u8>,
    pub layout: Vec<Extent>,
    handle: Arc<Handle>,
    /// Says what changed since any snapshot of this name.
    pub knows: Option<(String, Vec<Range<u64>>)>,
    /// At most so many extents per answer.
    pub answer_max: usize,
    /// `extents` and `read` fail once this many calls were made.
    pub calls_left: AtomicU64,
    pub reads: AtomicU64,
}

impl Source {
    /// Lays `content` out at random; what is zero may be a hole, or not.
    pub fn random(random: &mut Random, content: Vec<u8>) -> Self {
        let mut source = Self::of(content, Vec::new(), Vec::new());
        let (mut at, mut stored) = (0, vec![0xee; 777]);
        while at < source.content.len() as u64 {
            at = source.lay(random, at, &mut stored);
        }
        source.handle = Arc::new(Handle(stored));
        source
    }

    pub fn of(content: Vec<u8>, layout: Vec<Extent>, stored: Vec<u8>) -> Self {
        Self {
            content,
            layout,
            handle: Arc::new(Handle(stored)),
            knows: None,
            answer_max: 7,
            calls_left: AtomicU64::new(u64::MAX),
            reads: AtomicU64::new(0),
        }
    }

    fn lay(&mut self, random: &mut Random, at: u64, stored: &mut Vec<u8>) -> u64 {
        let size = self.content.len() as u64;
        let longest = [512, 5_000, BLOCK, 5 * BLOCK, 40 * BLOCK][random.below(5) as usize];
        let mut end = (at + 1 + random.below(longest)).min(size);
        if random.chance(50) {
            end = end.next_multiple_of(4096).min(size);
        }
        let bytes = &self.content[at as usize..end as usize];
        let length = end - at;
        if bytes == vec![0; bytes.len()] && random.chance(80) {
            let kind = if random.chance(50) { ExtentKind::Zero } else { ExtentKind::Hole };
            self.layout.push(Extent { offset: at, length, kind });
            return end;
        }
        match random.below(3) {
            0 => self.layout.push(Extent { offset: at, length, kind: ExtentKind::Data }),
            1 => {
                let offset = stored.len() as u64;
                stored.extend(bytes);
                self.layout.push(Extent {
                    offset: at,
                    length,
                    kind: ExtentKind::Stored(Stored { disk: 3, offset }),
                });
            }
            _ => self.lay_packed(random, at..end, stored),
        }
        end
    }

    /// One cluster, its extent perhaps split in many.
    fn lay_packed(&mut self, random: &mut Random, range: Range<u64>, stored: &mut Vec<u8>) {
        let skip = random.below(3) * 1000;
        let mut plain = random.bytes(skip);
        plain.extend(&self.content[range.start as usize..range.end as usize]);
        plain.extend(random.bytes(300));
        let codec = ["deflate", "zlib", "zstd"][random.below(3) as usize];
        let (packed, offset, slack) = (pack(codec, &plain), stored.len() as u64, random.below(400));
        stored.extend(&packed);
        let mut at = range.start;
        while at < range.end {
            let length =
                if random.chance(30) { (range.end - at).min(1 + random.below(9000)) } else { range.end - at };
            let packed = Packed {
                disk: 3,
                offset,
                length: packed.len() as u64 + slack,
                codec: codec.into(),
                skip: (skip + at - range.start) as u32,
            };
            self.layout.push(Extent { offset: at, length, kind: ExtentKind::Packed(packed) });
            at += length;
        }
    }

    fn call(&self) -> Result<()> {
        let left = self.calls_left.fetch_sub(1, SeqCst);
        if left == 0 {
            self.calls_left.store(0, SeqCst);
            return Err(Error::other("test.source", "the source broke"));
        }
        Ok(())
    }
}

pub fn pack(codec: &str, plain: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::fast();
    match codec {
        "deflate" => {
            let mut to = flate2::write::DeflateEncoder::new(Vec::new(), level);
            to.write_all(plain).unwrap();
            to.finish().unwrap()
        }
        "zlib" => {
            let mut to = flate2::write::ZlibEncoder::new(Vec::new(), level);
            to.write_all(plain).unwrap();
            to.finish().unwrap()
        }
        _ => zstd::encode_all(plain, 1).unwrap(),
    }
}

#[async_trait]
impl Origin for Source {
    fn size(&self) -> u64 {
        self.content.len() as u64
    }

    async fn extents(&self, since: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        self.call()?;
        let end = offset + length;
        let Some(since) = since else {
            let extents = self.layout.iter().filter(|e| e.offset < end && e.end() > offset);
            return Ok(extents.take(self.answer_max).map(|e| cut(e, offset, end)).collect());
        };
        let Some((_, changed)) = self.knows.as_ref().filter(|(name, _)| name == since) else {
            return Err(Error::not_found("test.base-gone", "no such snapshot"));
        };
        let changed = changed.iter().filter(|c| c.start < end && c.end > offset).take(self.answer_max);
        let extent = |c: &Range<u64>| {
            let start = c.start.max(offset);
            Extent { offset: start, length: c.end.min(end) - start, kind: ExtentKind::Data }
        };
        Ok(changed.map(extent).collect())
    }

    fn disk(&self, id: u32) -> Option<Arc<dyn BlockRead>> {
        (id == 3).then(|| self.handle.clone() as Arc<dyn BlockRead>)
    }

    async fn read(&self, offset: u64, length: u32) -> Result<Bytes> {
        self.call()?;
        self.reads.fetch_add(1, SeqCst);
        Ok(Bytes::copy_from_slice(&self.content[offset as usize..offset as usize + length as usize]))
    }
}

fn cut(extent: &Extent, start: u64, end: u64) -> Extent {
    let (from, to) = (extent.offset.max(start), extent.end().min(end));
    let skipped = from - extent.offset;
    let kind = match extent.kind.clone() {
        ExtentKind::Stored(stored) => {
            ExtentKind::Stored(Stored { offset: stored.offset + skipped, ..stored })
        }
        ExtentKind::Packed(packed) => {
            ExtentKind::Packed(Packed { skip: packed.skip + skipped as u32, ..packed })
        }
        other => other,
    };
    Extent { offset: from, length: to - from, kind }
}

/// What a device in memory was told, and when it shall fail.
#[derive(Default)]
pub struct Device {
    pub bytes: Mutex<Vec<u8>>,
    pub written: AtomicU64,
    pub zeroed: AtomicU64,
    pub hashed: AtomicU64,
    pub calls: AtomicU64,
    /// Writes and zeros fail from this call on (counted from 1; 0: never).
    pub fail_from: AtomicU64,
    /// Of every so many calls one is `unavailable` (0: none).
    pub flaky_every: AtomicU64,
    /// Cancelled at this call (0: never).
    pub cancel_at: AtomicU64,
    pub cancel: Mutex<CancellationToken>,
    /// Written wrong when it passes: the offset of a byte.
    pub flip: Mutex<Option<u64>>,
}

impl Device {
    pub fn new(bytes: Vec<u8>) -> Arc<Self> {
        Arc::new(Self { bytes: Mutex::new(bytes), ..Self::default() })
    }

    pub fn content(&self, size: usize) -> Vec<u8> {
        self.bytes.lock().unwrap()[..size].to_vec()
    }

    /// Takes bytes, and flips a bit of them where it is to.
    pub fn put(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        self.call()?;
        self.written.fetch_add(bytes.len() as u64, SeqCst);
        let mut disk = self.bytes.lock().unwrap();
        disk[offset as usize..offset as usize + bytes.len()].copy_from_slice(bytes);
        let mut flip = self.flip.lock().unwrap();
        if let Some(at) = *flip
            && (offset..offset + bytes.len() as u64).contains(&at)
        {
            disk[at as usize] ^= 0x10;
            *flip = None;
        }
        Ok(())
    }

    fn call(&self) -> Result<()> {
        let call = self.calls.fetch_add(1, SeqCst) + 1;
        let at = |field: &AtomicU64| field.load(SeqCst);
        if at(&self.cancel_at) == call {
            self.cancel.lock().unwrap().cancel();
        }
        if at(&self.fail_from) != 0 && call >= at(&self.fail_from) {
            return Err(Error::other("test.target", "the target broke"));
        }
        if at(&self.flaky_every) != 0 && call.is_multiple_of(at(&self.flaky_every)) {
            return Err(Error::unavailable("test.flaky", "not now"));
        }
        Ok(())
    }
}

#[async_trait]
impl BlockTarget for Device {
    fn size(&self) -> u64 {
        self.bytes.lock().unwrap().len() as u64
    }

    async fn write(&self, offset: u64, bytes: Bytes) -> Result<()> {
        tokio::task::yield_now().await;
        self.put(offset, &bytes)
    }

    async fn zero(&self, offset: u64, length: u64) -> Result<()> {
        self.call()?;
        self.zeroed.fetch_add(length, SeqCst);
        self.bytes.lock().unwrap()[offset as usize..(offset + length) as usize].fill(0);
        Ok(())
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    async fn hashes(&self, offset: u64, length: u64) -> Result<Vec<Hash>> {
        assert!(offset.is_multiple_of(BLOCK) && length <= gyre_core::limits::HASH_RANGE_BYTES_MAX);
        self.hashed.fetch_add(length, SeqCst);
        let disk = self.bytes.lock().unwrap();
        let range = &disk[offset as usize..(offset + length) as usize];
        Ok(range.chunks(BLOCK as usize).map(|block| *blake3::hash(block).as_bytes()).collect())
    }
}

/// What lies between a copy and its device: every write passes it.
pub trait Passage: Send + Sync {
    /// Bytes pass, as they are or packed.
    fn pass(&self, bytes: &Bytes);

    fn unpacks(&self) -> bool {
        false
    }

    fn took(&self) -> Option<Duration> {
        None
    }

    /// The way past it, where there is one.
    fn local(&self, _: &Arc<Device>) -> Option<Arc<dyn BlockWrite>> {
        None
    }
}

/// A device at the other end of a passage.
pub struct Behind<P> {
    pub passage: P,
    pub device: Arc<Device>,
}

#[async_trait]
impl<P: Passage> BlockTarget for Behind<P> {
    fn size(&self) -> u64 {
        self.device.size()
    }

    async fn write(&self, offset: u64, bytes: Bytes) -> Result<()> {
        self.passage.pass(&bytes);
        self.device.write(offset, bytes).await
    }

    fn unpacks(&self) -> bool {
        self.passage.unpacks()
    }

    async fn write_packed(&self, offset: u64, packed: Bytes) -> Result<()> {
        self.passage.pass(&packed);
        let bytes = zstd::bulk::decompress(&packed, PIECE_BYTES_MAX as usize).unwrap();
        self.device.write(offset, bytes.into()).await
    }

    async fn zero(&self, offset: u64, length: u64) -> Result<()> {
        self.device.zero(offset, length).await
    }

    async fn flush(&self) -> Result<()> {
        self.device.flush().await
    }

    async fn hashes(&self, offset: u64, length: u64) -> Result<Vec<Hash>> {
        self.device.hashes(offset, length).await
    }

    fn took(&self) -> Option<Duration> {
        self.passage.took()
    }

    fn local(&self) -> Option<Arc<dyn BlockWrite>> {
        self.passage.local(&self.device)
    }
}

/// The watermark, in memory.
#[derive(Default)]
pub struct Notes {
    pub last: Mutex<Option<Watermark>>,
    pub damaged: Mutex<bool>,
    pub saves: AtomicU64,
}

impl Checkpoints for Notes {
    fn load(&self) -> Result<Option<Watermark>> {
        if *self.damaged.lock().unwrap() {
            return Err(Error::other("mover.state-corrupt", "damaged"));
        }
        Ok(self.last.lock().unwrap().clone())
    }

    fn save(&self, watermark: &Watermark) -> Result<()> {
        self.saves.fetch_add(1, SeqCst);
        *self.damaged.lock().unwrap() = false;
        *self.last.lock().unwrap() = Some(watermark.clone());
        Ok(())
    }

    fn clear(&self) -> Result<()> {
        *self.last.lock().unwrap() = None;
        Ok(())
    }
}

/// Every report and every warning, in order.
#[derive(Default)]
pub struct Reports(pub Mutex<Vec<(String, u64, u64)>>, pub Mutex<Vec<String>>);

impl Progress for Reports {
    fn report(&self, phase: &str, done: u64, total: Option<u64>) {
        self.0.lock().unwrap().push((phase.into(), done, total.unwrap_or(0)));
    }

    fn warn(&self, text: &str) {
        self.1.lock().unwrap().push(text.into());
    }
}

/// A time that passes where somebody waits, and nowhere else.
pub struct Simulated {
    /// What the calendar says at its beginning, milliseconds since 1970.
    pub begin_ms: u64,
    now: Mutex<Duration>,
}

impl Simulated {
    pub fn new(begin_ms: u64) -> Arc<Self> {
        Arc::new(Self { begin_ms, now: Mutex::default() })
    }

    pub fn pass(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }
}

impl Clock for Simulated {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn calendar_ms(&self) -> u64 {
        self.begin_ms + self.now().as_millis() as u64
    }

    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        self.pass(pause);
        Box::pin(tokio::task::yield_now())
    }
}

/// A first copy to a new disk, without notes.
pub fn job(source: &Arc<Source>, device: &Arc<Device>) -> CopyJob {
    let cancel = CancellationToken::new();
    *device.cancel.lock().unwrap() = cancel.clone();
    CopyJob {
        disk: "disk-0".into(),
        origin: source.clone(),
        target: device.clone(),
        base: None,
        since: None,
        target_zeroed: true,
        verify: Some(VerifyScope::Moved),
        checkpoints: None,
        snapshot_id: "snap-1".into(),
        target_identity: "volume-1".into(),
        progress: Arc::new(Reports::default()),
        pace: Pace::unlimited(),
        cancel,
        options: CopyOptions {
            in_flight: 4,
            checkpoint_every_ms: u64::MAX,
            checkpoint_every_bytes: 16 * BLOCK,
            compress: Compress::Never,
            retry: Retry(Backoff { attempts: 4, first: Duration::ZERO, longest: Duration::ZERO }),
        },
    }
}

/// A disk with data, zeros and empty parts.
pub fn content(random: &mut Random, size: u64) -> Vec<u8> {
    let mut content = Vec::new();
    while (content.len() as u64) < size {
        // Large disks are mostly empty: making noise is what takes the time here.
        let (length, empty) = (1 + random.below(12 * BLOCK), if size > 500 * BLOCK { 96 } else { 45 });
        content.extend(if random.chance(empty) { vec![0; length as usize] } else { random.bytes(length) });
    }
    content.truncate(size as usize);
    content
}

/// Changes some ranges of a disk, some to zeros; returns them in order, without overlap.
pub fn change(random: &mut Random, content: &mut [u8]) -> Vec<Range<u64>> {
    let (mut ranges, mut at) = (Vec::new(), 0);
    while at < content.len() as u64 {
        let start = at + random.below(20 * BLOCK);
        let end = (start + 1 + random.below(3 * BLOCK)).min(content.len() as u64);
        if start >= end {
            break;
        }
        let new = if random.chance(30) { vec![0; (end - start) as usize] } else { random.bytes(end - start) };
        content[start as usize..end as usize].copy_from_slice(&new);
        ranges.push(start..end);
        at = end + 1;
    }
    ranges
}

/// Bytes of the blocks that differ.
pub fn difference(old: &[u8], new: &[u8]) -> u64 {
    let blocks = old.chunks(BLOCK as usize).zip(new.chunks(BLOCK as usize));
    blocks.filter(|(old, new)| old != new).map(|(_, new)| new.len() as u64).sum()
}
