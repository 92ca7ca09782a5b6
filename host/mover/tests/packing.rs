//! What is sent compressed, and what of it counts: disks at the end of a link that carries so many bytes a second, in a
//! time that passes there and where somebody waits for what may be sent.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests fail by panicking

mod support;

use bytes::Bytes;
use gyre_core::flow::Flow;
use gyre_core::roles::Progress;
use gyre_core::{Extent, ExtentKind};
use gyre_mover::{Allowance, Clock as _, Compress, CopyJob, CopyOptions, CopyReport, Pace, copy};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::*;

const MIB: u64 = 1 << 20;
const DISK_BYTES: u64 = 96 * MIB;

/// A link to a disk.
struct Link {
    clock: Arc<Simulated>,
    bytes_per_second: u64,
    unpacks: bool,
    /// Bytes on the way, one number for each write.
    carried: Mutex<Vec<u64>>,
}

impl Passage for Link {
    fn pass(&self, bytes: &Bytes) {
        let nanoseconds = bytes.len() as u64 * 1_000_000 / (self.bytes_per_second / 1000);
        self.clock.pass(Duration::from_nanos(nanoseconds));
        self.carried.lock().unwrap().push(bytes.len() as u64);
    }

    fn unpacks(&self) -> bool {
        self.unpacks
    }

    fn took(&self) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}

#[derive(Default)]
struct Flows(Mutex<Vec<Flow>>);

impl Progress for Flows {
    fn report(&self, _: &str, _: u64, _: Option<u64>) {}

    fn report_flow(&self, phase: &str, _: u64, _: u64, flow: Option<Flow>) {
        if phase == "copy" {
            self.0.lock().unwrap().extend(flow);
        }
    }
}

/// Noise, or what is half as much when it is compressed.
fn content(half: bool) -> Vec<u8> {
    let mut bytes = vec![0; DISK_BYTES as usize];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    if half {
        bytes.chunks_exact_mut(2048).for_each(|chunk| chunk.copy_within(..1024, 1024));
    }
    bytes
}

/// How a copy is made.
struct Way {
    compress: Compress,
    bytes_per_second: u64,
    bandwidth: &'static str,
    unpacks: bool,
}

const AUTO: Way =
    Way { compress: Compress::Auto, bytes_per_second: 10 * MIB, bandwidth: "unlimited", unpacks: true };

/// What was done.
struct Done {
    report: CopyReport,
    carried: Vec<u64>,
    flows: Vec<Flow>,
    took: Duration,
}

/// One piece at a time: so time passes where that one is.
async fn copied(way: &Way, bytes: &[u8]) -> Done {
    let clock = Simulated::new(0);
    let layout = vec![Extent { offset: 0, length: bytes.len() as u64, kind: ExtentKind::Data }];
    let source = Arc::new(Source::of(bytes.to_vec(), layout, Vec::new()));
    let device = Device::new(vec![0; bytes.len()]);
    let (carried, flows) = (Mutex::default(), Arc::new(Flows::default()));
    let (bytes_per_second, unpacks) = (way.bytes_per_second, way.unpacks);
    let passage = Link { clock: clock.clone(), bytes_per_second, unpacks, carried };
    let far = Arc::new(Behind { passage, device: device.clone() });
    let plain = job(&source, &device);
    let job = CopyJob {
        target: far.clone(),
        progress: flows.clone(),
        pace: Pace::by_clock(Allowance::always(way.bandwidth.parse().unwrap()), clock.clone()),
        options: CopyOptions { in_flight: 1, compress: way.compress, ..plain.options },
        ..plain
    };
    let (report, _) = copy(job).await.unwrap();
    assert!(device.content(bytes.len()) == bytes, "the copy differs");
    let (carried, flows) = (far.passage.carried.lock().unwrap().clone(), flows.0.lock().unwrap().clone());
    assert_eq!(report.sent, carried.iter().sum::<u64>());
    Done { report, carried, flows, took: clock.now() }
}

#[tokio::test]
async fn a_slow_link_carries_half_of_what_is_half_as_much() {
    let done = copied(&AUTO, &content(true)).await;
    // For two seconds it is watched what the copy waits for.
    let whole = done.carried.iter().take_while(|bytes| **bytes == MIB).count() as u64;
    assert!((19..=22).contains(&whole), "{whole} pieces were sent as they are");
    assert!(done.carried.iter().skip(whole as usize).all(|bytes| (450..650).contains(&(bytes / 1024))));
    assert!(done.report.sent < done.report.moved * 2 / 3, "{:?}", done.report);
    let last = done.flows.last().unwrap().compressed_to.unwrap();
    assert!((45..=60).contains(&last), "{last} %");
    assert_eq!(done.flows[0].compressed_to, None);
}

#[tokio::test]
async fn noise_is_sent_as_it_is() {
    for compress in [Compress::Auto, Compress::Always] {
        let done = copied(&Way { compress, ..AUTO }, &content(false)).await;
        assert!(done.carried.iter().all(|bytes| *bytes == MIB), "{compress:?}");
        let said: Vec<_> = done.flows.iter().filter_map(|flow| flow.compressed_to).collect();
        assert_eq!(said.is_empty(), compress == Compress::Auto, "{said:?}");
    }
}

#[tokio::test]
async fn what_is_fixed_is_not_measured_and_what_cannot_unpack_gets_it_as_it_is() {
    let half = content(true);
    let always = copied(&Way { compress: Compress::Always, ..AUTO }, &half).await;
    assert!(always.carried.iter().all(|bytes| *bytes < 650 * 1024));
    for way in [
        Way { compress: Compress::Never, ..AUTO },
        Way { compress: Compress::Always, unpacks: false, ..AUTO },
        Way { unpacks: false, ..AUTO },
    ] {
        let done = copied(&way, &half).await;
        assert!(done.carried.iter().all(|bytes| *bytes == MIB) && done.report.sent == DISK_BYTES);
    }
}

#[tokio::test]
async fn what_a_job_may_send_is_counted_as_it_is_sent() {
    let half = content(true);
    // The link itself is much faster.
    let limited = Way { bytes_per_second: 1000 * MIB, bandwidth: "4 MiB/s", ..AUTO };
    let plain = copied(&Way { compress: Compress::Never, ..limited }, &half).await;
    let packed = copied(&Way { compress: Compress::Always, ..limited }, &half).await;
    for done in [&plain, &packed] {
        let least = (done.report.sent - MIB) as f64 / (4 * MIB) as f64;
        let took = done.took.as_secs_f64();
        assert!((least..least + 1.0).contains(&took), "{took} s for {least} s");
    }
    assert!(packed.took < plain.took.mul_f64(0.6), "{:?} and {:?}", packed.took, plain.took);
    // The limit is a reason to begin with it, as a slow link is.
    let auto = copied(&limited, &half).await;
    assert!(auto.took < plain.took.mul_f64(0.75) && auto.flows.last().unwrap().compressed_to.is_some());
}
