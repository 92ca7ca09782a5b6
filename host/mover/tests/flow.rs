//! What holds a copy up, and how long it will go on: disks that are slow at one place, in a time that passes at that
//! place and nowhere else.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests fail by panicking

mod support;

use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::flow::{Bottleneck, Flow};
use gyre_core::roles::Progress;
use gyre_core::{BlockRead, Extent, ExtentKind, Origin, Result, Stored};
use gyre_mover::{Allowance, CopyJob, CopyOptions, Pace, copy};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::*;

const MIB: u64 = 1 << 20;
const DISK_BYTES: u64 = 64 * MIB;
/// What a piece of 1 MiB takes.
const PIECE: Duration = Duration::from_millis(100);

/// Where time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slow {
    Reading,
    Plugin,
    Sending,
    Writing,
    /// The same, on a disk of this machine.
    WritingHere,
    /// What the job may send.
    Pace,
}

/// A disk that lies in a handle of the host, or that its plugin must read.
struct Disk {
    slow: Slow,
    bytes: Arc<Vec<u8>>,
    clock: Arc<Simulated>,
}

impl BlockRead for Disk {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        if self.slow == Slow::Reading {
            self.clock.pass(PIECE);
        }
        buffer.copy_from_slice(&self.bytes[offset as usize..offset as usize + buffer.len()]);
        Ok(())
    }
}

#[async_trait]
impl Origin for Disk {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    async fn extents(&self, _: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        let kind = match self.slow {
            Slow::Plugin => ExtentKind::Data,
            _ => ExtentKind::Stored(Stored { disk: 0, offset }),
        };
        Ok(vec![Extent { offset, length, kind }])
    }

    fn disk(&self, _: u32) -> Option<Arc<dyn BlockRead>> {
        Some(Arc::new(Disk { bytes: self.bytes.clone(), clock: self.clock.clone(), slow: self.slow }))
    }

    async fn read(&self, offset: u64, length: u32) -> Result<Bytes> {
        self.clock.pass(PIECE);
        Ok(Bytes::copy_from_slice(&self.bytes[offset as usize..offset as usize + length as usize]))
    }
}

/// A link, or none, and what the device at its end takes.
struct Way {
    slow: Slow,
    clock: Arc<Simulated>,
    took: Mutex<Duration>,
}

impl Passage for Way {
    fn pass(&self, _: &Bytes) {
        if matches!(self.slow, Slow::Sending | Slow::Writing | Slow::WritingHere) {
            self.clock.pass(PIECE);
        }
        if self.slow == Slow::Writing {
            *self.took.lock().unwrap() += PIECE;
        }
    }

    fn took(&self) -> Option<Duration> {
        (self.slow != Slow::WritingHere).then(|| *self.took.lock().unwrap())
    }
}

/// What was said of the copy, with when it was.
struct Said {
    clock: Arc<Simulated>,
    all: Mutex<Vec<(Duration, u64, Option<Flow>)>>,
}

impl Progress for Said {
    fn report(&self, _: &str, _: u64, _: Option<u64>) {}

    fn report_flow(&self, phase: &str, done: u64, _: u64, flow: Option<Flow>) {
        use gyre_mover::Clock as _;
        if phase == "copy" {
            self.all.lock().unwrap().push((self.clock.now(), done, flow));
        }
    }
}

/// One piece at a time: so time passes where that one is.
async fn said(slow: Slow) -> Vec<(Duration, u64, Option<Flow>)> {
    let clock = Simulated::new(0);
    let bytes = Arc::new(Random::new(1).bytes(DISK_BYTES));
    let device = Device::new(vec![0; DISK_BYTES as usize]);
    let said = Arc::new(Said { clock: clock.clone(), all: Mutex::default() });
    let rate = if slow == Slow::Pace { "10 MiB/s" } else { "unlimited" };
    let pace = Pace::by_clock(Allowance::always(rate.parse().unwrap()), clock.clone());
    let (any, took) = (Arc::new(Source::of(Vec::new(), Vec::new(), Vec::new())), Mutex::default());
    let plain = job(&any, &device);
    let job = CopyJob {
        origin: Arc::new(Disk { slow, bytes: bytes.clone(), clock: clock.clone() }),
        target: Arc::new(Behind { passage: Way { slow, clock, took }, device: device.clone() }),
        progress: said.clone(),
        pace,
        options: CopyOptions { in_flight: 1, ..plain.options },
        ..plain
    };
    copy(job).await.unwrap();
    assert!(device.content(bytes.len()) == *bytes);
    said.all.lock().unwrap().clone()
}

#[tokio::test]
async fn what_holds_a_copy_up_is_found_wherever_it_is() {
    for (slow, expected) in [
        (Slow::Reading, Bottleneck::Source),
        (Slow::Plugin, Bottleneck::Sandbox),
        (Slow::Sending, Bottleneck::Link),
        (Slow::Writing, Bottleneck::Target),
        (Slow::WritingHere, Bottleneck::Target),
        (Slow::Pace, Bottleneck::Limit),
    ] {
        let said = said(slow).await;
        let known: Vec<_> = said.iter().filter_map(|(_, _, flow)| *flow).collect();
        assert!(known.len() > 20, "{slow:?}: {said:?}");
        for flow in known {
            assert_eq!(flow.bottleneck, Some(expected), "{slow:?}: {said:?}");
        }
    }
}

#[tokio::test]
async fn the_end_is_told_as_it_comes_and_not_before_it_is_known() {
    let said = said(Slow::Sending).await;
    let (end, _, _) = said.last().unwrap();
    for (at, done, flow) in &said {
        let Some(flow) = flow else {
            assert!(*at < Duration::from_secs(2), "nothing is said after {at:?}");
            continue;
        };
        assert!(*at >= Duration::from_secs(2), "{flow:?} after {at:?}");
        let (rate, left) = (flow.bytes_per_second as f64 / MIB as f64, flow.left_seconds.unwrap() as f64);
        let really = (*end - *at).as_secs_f64();
        assert!((9.0..=11.0).contains(&rate), "{rate} MiB/s at {done}");
        assert!((left - really).abs() <= 1.5, "{left} s were told, {really} s were left");
    }
}
