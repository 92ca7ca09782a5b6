//! Copies to a target of this machine, which the thread that reads a piece writes by the way: the same bytes, the same
//! hashes and the same counts as over a link.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests fail by panicking

mod support;

use bytes::Bytes;
use gyre_core::{BlockWrite, Result};
use gyre_mover::{Allowance, CopyJob, Pace, copy};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use support::*;

/// Counts what does not go past it.
struct Counting(Arc<AtomicU64>);

struct Pen(Arc<Device>);

impl BlockWrite for Pen {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        self.0.put(offset, bytes)
    }
}

impl Passage for Counting {
    fn pass(&self, bytes: &Bytes) {
        self.0.fetch_add(bytes.len() as u64, SeqCst);
    }

    fn local(&self, device: &Arc<Device>) -> Option<Arc<dyn BlockWrite>> {
        Some(Arc::new(Pen(device.clone())))
    }
}

/// The same job on this machine, and what it sent in the other way.
fn nearby(job: CopyJob, device: &Arc<Device>) -> (CopyJob, Arc<AtomicU64>) {
    let sent = Arc::new(AtomicU64::new(0));
    let near = Behind { passage: Counting(sent.clone()), device: device.clone() };
    (CopyJob { target: Arc::new(near), ..job }, sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_by_the_way_is_what_would_have_been_sent() {
    for seed in 0..40 {
        let random = &mut Random::new(seed);
        let size = 1 + random.below(80 * BLOCK);
        let old = content(random, size);
        let source = Arc::new(Source::random(random, old.clone()));
        let (far, near) = (Device::new(vec![0; size as usize]), Device::new(vec![0; size as usize]));
        let (by_hand, sent) = nearby(job(&source, &near), &near);
        let (linked, base) = copy(job(&source, &far)).await.unwrap();
        let (local, same) = copy(by_hand).await.unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(near.content(size as usize), old, "seed {seed}");
        assert_eq!(base.root(), same.root());
        assert_eq!((local.moved, local.zeroed, local.skipped), (linked.moved, linked.zeroed, linked.skipped));
        assert_eq!((local.read, local.verified), (linked.read, size), "seed {seed}");
        assert_eq!((sent.load(SeqCst), near.written.load(SeqCst)), (0, local.moved), "seed {seed}");

        let mut new = old.clone();
        change(random, &mut new);
        let source = Arc::new(Source::random(random, new.clone()));
        let again = CopyJob { base: Some(base), snapshot_id: "snap-2".into(), ..job(&source, &near) };
        let (again, resent) = nearby(again, &near);
        let (report, _) = copy(again).await.unwrap();
        assert_eq!(near.content(size as usize), new, "seed {seed}");
        assert_eq!(report.moved + report.zeroed, difference(&old, &new), "seed {seed}");
        assert_eq!(resent.load(SeqCst), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_and_a_target_that_breaks_are_found_there_too() {
    let random = &mut Random::new(7);
    let bytes = random.bytes(40 * BLOCK);
    let source = Arc::new(Source::random(random, bytes));
    let device = Device::new(vec![0; source.content.len()]);
    *device.flip.lock().unwrap() = Some(9 * BLOCK + 5);
    let (near, _) = nearby(job(&source, &device), &device);
    let error = copy(near).await.unwrap_err();
    assert_eq!(error.code, "mover.verify");
    assert!(error.to_string().contains(&format!("{BLOCK} bytes at {}", 9 * BLOCK)), "{error}");
    device.fail_from.store(device.calls.load(SeqCst) + 3, SeqCst);
    let (near, _) = nearby(job(&source, &device), &device);
    assert_eq!(copy(near).await.unwrap_err().code, "test.target");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_wait_for_their_turn_writes_when_it_comes() {
    let random = &mut Random::new(8);
    let bytes = random.bytes(20 * BLOCK);
    let source = Arc::new(Source::random(random, bytes));
    let device = Device::new(vec![0; source.content.len()]);
    let (near, sent) = nearby(job(&source, &device), &device);
    let pace = Pace::new(Allowance::always("1 GiB/s".parse().unwrap()));
    let (report, _) = copy(CopyJob { pace, ..near }).await.unwrap();
    assert_eq!(device.content(source.content.len()), source.content);
    assert_eq!(sent.load(SeqCst), report.moved);
}
