//! Copies that may not send as fast as they can, in a time that passes only where somebody waits: what is counted is
//! bytes, and no second of this machine's.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests fail by panicking

mod support;

use bytes::Bytes;
use gyre_core::config::Config;
use gyre_mover::{Allowance, Clock as _, CopyJob, Pace, copy};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::*;

const MIB: u64 = 1 << 20;
/// A Friday, half past five in the evening in Greenwich.
const FRIDAY_17_30_MS: u64 = 1_795_800_600_000;

/// What was written when, by any disk.
type Ledger = Arc<Mutex<Vec<(Duration, u64)>>>;

/// Notes when it is passed.
struct Noting {
    clock: Arc<Simulated>,
    ledger: Ledger,
}

impl Passage for Noting {
    fn pass(&self, bytes: &Bytes) {
        self.ledger.lock().unwrap().push((self.clock.now(), bytes.len() as u64));
    }
}

/// Copies so many disks of one job at once; returns the ledger and the time that it took.
async fn copied(transfer: &str, disks: usize, disk_bytes: u64) -> (Vec<(Duration, u64)>, Duration) {
    let transfer = Config::parse(&format!("[transfer]\n{transfer}"), Path::new("/")).unwrap().transfer;
    let (clock, ledger) = (Simulated::new(FRIDAY_17_30_MS), Ledger::default());
    let pace = Pace::by_clock(Allowance::new(&transfer).unwrap(), clock.clone());
    let copies = (0..disks).map(|seed| {
        let random = &mut Random::new(seed as u64);
        let bytes = random.bytes(disk_bytes);
        let source = Arc::new(Source::random(random, bytes));
        let device = Device::new(vec![0; disk_bytes as usize]);
        let passage = Noting { clock: clock.clone(), ledger: ledger.clone() };
        let target = Behind { passage, device: device.clone() };
        let job = CopyJob { target: Arc::new(target), pace: pace.clone(), ..job(&source, &device) };
        async move {
            copy(job).await.unwrap();
            assert!(device.content(disk_bytes as usize) == source.content, "disk {seed} differs");
        }
    });
    futures::future::join_all(copies).await;
    let mut ledger = ledger.lock().unwrap().clone();
    ledger.sort();
    assert_eq!(ledger.iter().map(|(_, bytes)| bytes).sum::<u64>(), disks as u64 * disk_bytes);
    (ledger, clock.now())
}

fn sent_before(ledger: &[(Duration, u64)], at: Duration) -> u64 {
    ledger.iter().take_while(|(when, _)| *when < at).map(|(_, bytes)| bytes).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_disks_of_a_job_share_what_it_may_send() {
    for (disks, rate) in [(1, MIB), (3, MIB), (2, 512 * 1024), (2, 40 * MIB)] {
        let kib = rate / 1024;
        let (ledger, took) = copied(&format!("bandwidth = '{kib} KiB/s'"), disks, 12 * MIB).await;
        let burst = (rate / 10).max(MIB);
        for (at, _) in &ledger {
            let allowed = burst as f64 + rate as f64 * at.as_secs_f64();
            let sent = sent_before(&ledger, *at + Duration::from_nanos(1));
            assert!(sent as f64 <= allowed + 1.0, "{disks} disks: {sent} of {allowed} bytes after {at:?}");
        }
        // Nor does it go slower than it may: but for what was free at the beginning, and microseconds of waiting.
        let least = (disks as u64 * 12 * MIB - burst) as f64 / rate as f64;
        let waits = ledger.len() as f64 * 1e-5;
        let took = took.as_secs_f64();
        assert!(
            (least..=burst as f64 / rate as f64 + least + waits).contains(&took),
            "{took} s for {least} s"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_hour_counts_in_the_middle_of_a_copy() {
    let six = Duration::from_secs(30 * 60);
    let hour = |rate: &str| format!("[[transfer.hours]]\nfrom = '18:00'\nto = '19:00'\nbandwidth = '{rate}'");
    // At 64 KiB a second, half an hour is good for 112.5 MiB: a piece of 1 MiB waits for 16 s.
    let slow = "bandwidth = '64 KiB/s'";
    for (usual, later, before) in [(slow, "unlimited", 112), (slow, "8 MiB/s", 112)] {
        let (ledger, took) = copied(&format!("{usual}\n{}", hour(later)), 2, 64 * MIB).await;
        let sent = sent_before(&ledger, six);
        assert!((before * MIB..=(before + 2) * MIB).contains(&sent), "{sent} bytes before the hour");
        assert!(took < six + Duration::from_secs(5), "{took:?}: the new hour counts at once");
    }
    // The other way round: what the old hour would have allowed is not sent in the new one.
    let late = "[[transfer.hours]]\nfrom = '17:30'\nto = '17:31'\nbandwidth = '1 MiB/s'";
    let (ledger, took) = copied(&format!("bandwidth = '64 KiB/s'\n{late}"), 1, 64 * MIB).await;
    let sent = sent_before(&ledger, Duration::from_secs(60));
    assert!((59 * MIB..=61 * MIB).contains(&sent), "{sent} bytes in the first minute");
    assert!(took > Duration::from_secs(60 + 2 * 16), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_a_slow_hour_can_be_stopped() {
    let pace = Pace::new(Allowance::always("64 KiB/s".parse().unwrap()));
    let random = &mut Random::new(3);
    let source = Arc::new(Source::random(random, random_bytes(40 * BLOCK * 16)));
    let device = Device::new(vec![0; source.content.len()]);
    // The second write would wait for 16 s, and the last for minutes.
    device.cancel_at.store(1, std::sync::atomic::Ordering::SeqCst);
    let stopped = copy(CopyJob { pace, ..job(&source, &device) }).await;
    assert_eq!(stopped.unwrap_err().kind, gyre_core::Kind::Cancelled);
}

fn random_bytes(length: u64) -> Vec<u8> {
    Random::new(4).bytes(length)
}
