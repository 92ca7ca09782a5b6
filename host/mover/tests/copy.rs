//! Copies of seeded random disks between disks in memory: equal bytes, nothing moved twice, nothing
//! believed that is not so.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests fail by panicking

mod support;

use gyre_core::limits::HASH_RANGE_BYTES_MAX;
use gyre_core::{BlockTarget as _, Error, Extent, ExtentKind, Kind, Packed, Stored};
use gyre_mover::{
    ChangedBy, Checkpoints as _, CopyReport, Manifest, Retry, Verdict, VerifyScope, Watermark, WrongRange,
    copy, map, verify,
};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use support::*;
use tokio_util::sync::CancellationToken;

/// Not a multiple of anything, and some windows for the last few.
fn size(seed: u64, random: &mut Random) -> u64 {
    match seed % 10 {
        0 => 1 + random.below(BLOCK),
        1 => BLOCK * (1 + random.below(40)),
        9 => HASH_RANGE_BYTES_MAX + random.below(40 * BLOCK),
        _ => 1 + random.below(200 * BLOCK),
    }
}

fn total(report: &CopyReport) -> u64 {
    report.moved + report.zeroed + report.skipped + report.resumed
}

fn manifest_of(content: &[u8]) -> Vec<[u8; 32]> {
    content.chunks(BLOCK as usize).map(|block| *blake3::hash(block).as_bytes()).collect()
}

fn assert_describes(manifest: &Manifest, content: &[u8]) {
    let hashes: Vec<_> = (0..manifest.blocks()).map(|block| manifest.hash(block).unwrap()).collect();
    assert_eq!((manifest.size(), hashes == manifest_of(content)), (content.len() as u64, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_equals_its_source_and_a_second_moves_what_changed() {
    for seed in 0..40 {
        let random = &mut Random::new(seed);
        let size = size(seed, random);
        let old = content(random, size);
        let source = Arc::new(Source::random(random, old.clone()));
        let larger = size as usize + random.below(3 * BLOCK) as usize;
        let dirty = random.chance(50);
        let device = Device::new(if dirty { random.bytes(larger as u64) } else { vec![0; larger] });
        device.flaky_every.store(random.below(2) * 5, SeqCst);
        let first = gyre_mover::CopyJob { target_zeroed: !dirty, ..job(&source, &device) };
        let (report, base) = copy(first).await.unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(device.content(size as usize), old, "seed {seed}");
        assert_describes(&base, &old);
        assert_eq!((report.size, total(&report), report.verified), (size, size, size), "seed {seed}");
        assert_eq!((report.moved, report.zeroed), (device.written.load(SeqCst), device.zeroed.load(SeqCst)));
        assert_eq!(report.changed_by, ChangedBy::Full);
        assert!(!dirty || report.skipped == 0, "seed {seed}: nothing is known of a dirty target");

        let mut new = old.clone();
        let ranges = change(random, &mut new);
        let mut source = Source::random(random, new.clone());
        source.knows = Some(("snap-1".into(), ranges));
        let since = random.chance(66).then(|| if random.chance(50) { "snap-1" } else { "gone" }.to_owned());
        let expected = match since.as_deref() {
            Some("snap-1") => ChangedBy::Source,
            _ => ChangedBy::Compare,
        };
        let (written, zeroed) = (device.written.load(SeqCst), device.zeroed.load(SeqCst));
        let second = gyre_mover::CopyJob {
            base: Some(base),
            since,
            snapshot_id: "snap-2".into(),
            ..job(&Arc::new(source), &device)
        };
        let (report, manifest) = copy(second).await.unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(device.content(size as usize), new, "seed {seed}");
        assert_describes(&manifest, &new);
        let moved = device.written.load(SeqCst) - written + device.zeroed.load(SeqCst) - zeroed;
        assert_eq!(moved, difference(&old, &new), "seed {seed}: only changed blocks move");
        assert_eq!((report.moved + report.zeroed, report.verified, total(&report)), (moved, moved, size));
        assert_eq!(report.changed_by, expected, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_change_is_all_that_is_read() {
    let random = &mut Random::new(7);
    let old = random.bytes(100 * BLOCK);
    let device = Device::new(vec![0; old.len()]);
    let (_, base) = copy(job(&Arc::new(Source::random(random, old.clone())), &device)).await.unwrap();
    let mut new = old.clone();
    new[30 * BLOCK as usize + 5] ^= 1;
    let data = Extent { offset: 0, length: new.len() as u64, kind: ExtentKind::Data };
    let mut source = Source::of(new.clone(), vec![data], Vec::new());
    let at = 30 * BLOCK + 5;
    source.knows = Some(("snap-1".into(), std::iter::once(at..at + 1).collect()));
    let second = gyre_mover::CopyJob {
        base: Some(base),
        since: Some("snap-1".into()),
        ..job(&Arc::new(source), &device)
    };
    let (report, _) = copy(second).await.unwrap();
    // Of what did not change one block is read, too, to see whether that is so.
    assert_eq!((report.read, report.moved, report.skipped), (2 * BLOCK, BLOCK, 99 * BLOCK));
    assert_eq!(device.content(new.len()), new);
}

/// A list of changes that leaves some out: the disk is read as if there were none, and a copy that is killed when it has
/// found that out does not believe the list the next time either.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_changes_that_lies_is_found_out() {
    for seed in 0..6 {
        let random = &mut Random::new(seed);
        let old = random.bytes(3000 * BLOCK);
        let (device, notes) = (Device::new(vec![0; old.len()]), Arc::new(Notes::default()));
        let noted =
            |job: gyre_mover::CopyJob| gyre_mover::CopyJob { checkpoints: Some(notes.clone()), ..job };
        let first = noted(job(&Arc::new(Source::random(random, old.clone())), &device));
        let (_, base) = copy(first).await.unwrap();
        // The second window of three changed all over, and of that one block is told; in the others, one each.
        let mut new = old.clone();
        new[(1024 * BLOCK) as usize..(2048 * BLOCK) as usize].fill(random.next() as u8 | 1);
        new[7] ^= 1;
        new[(2500 * BLOCK) as usize] ^= 1;
        let mut source = Source::random(random, new.clone());
        source.knows = Some(("snap-1".into(), [0..9, 1030 * BLOCK..1031 * BLOCK].to_vec()));
        let (source, reports) = (Arc::new(source), Arc::new(Reports::default()));
        let again = || gyre_mover::CopyJob {
            base: Some(base.clone()),
            since: Some("snap-1".into()),
            snapshot_id: format!("snap-2 {seed}"),
            progress: reports.clone(),
            ..noted(job(&source, &device))
        };
        if seed % 2 == 1 {
            // Sooner or later in the second half of the work.
            let calls = device.calls.load(SeqCst);
            device.fail_from.store(calls + 3 + random.below(60), SeqCst);
            assert_eq!(copy(again()).await.unwrap_err().code, "test.target", "seed {seed}");
            device.fail_from.store(0, SeqCst);
        }
        let (report, manifest) = copy(again()).await.unwrap();
        assert!(device.content(new.len()) == new, "seed {seed}: the copy differs");
        assert_eq!(report.changed_by, ChangedBy::Compare, "seed {seed}");
        let warnings = reports.1.lock().unwrap();
        assert!(warnings[0].starts_with("the source left changed blocks out"), "seed {seed}: {warnings:?}");
        assert_eq!(warnings.len(), 1, "seed {seed}: {warnings:?}");
        assert_eq!(report.moved + report.zeroed + report.skipped + report.resumed, report.size);
        assert_describes(&manifest, &new);
    }
}

/// Whatever breaks, however often: the next attempt that is let through ends with equal bytes, and does
/// not send again what was noted.
#[tokio::test(flavor = "multi_thread")]
async fn attempts_after_failures_end_with_equal_bytes() {
    for seed in 100..160 {
        let random = &mut Random::new(seed);
        let size = size(seed, random).max(40 * BLOCK);
        let old = content(random, size);
        let first_time = random.chance(50);
        let device = Device::new(vec![0; size as usize]);
        let notes = Arc::new(Notes::default());
        let mut base = None;
        let (mut new, mut changed) = (old.clone(), Vec::new());
        if !first_time {
            let job = gyre_mover::CopyJob {
                checkpoints: Some(notes.clone()),
                ..job(&Arc::new(Source::random(random, old.clone())), &device)
            };
            base = Some(copy(job).await.unwrap().1);
            changed = change(random, &mut new);
        }
        let mut snapshot = 2;
        let mut finished = None;
        for attempt in 0..12 {
            let last = attempt == 11;
            if random.chance(25) && !last {
                // A later snapshot, and the one that was begun is never finished. What the source says has
                // changed is the difference to the base and nothing else.
                (new, snapshot) = (old.clone(), snapshot + 1);
                changed = change(random, &mut new);
            }
            let mut source = Source::random(random, new.clone());
            source.knows = Some(("snap-1".into(), changed.clone()));
            if random.chance(20) && !last {
                source.calls_left.store(random.below(40), SeqCst);
            }
            let calls = device.calls.load(SeqCst);
            let at = |random: &mut Random, percent| {
                if random.chance(percent) && !last { calls + 1 + random.below(30) } else { 0 }
            };
            device.fail_from.store(at(random, 50), SeqCst);
            device.cancel_at.store(at(random, 30), SeqCst);
            if random.chance(10) {
                *notes.damaged.lock().unwrap() = true;
            }
            let attempt = gyre_mover::CopyJob {
                base: base.clone(),
                since: random.chance(50).then(|| "snap-1".to_owned()),
                checkpoints: Some(notes.clone()),
                snapshot_id: format!("snap-{snapshot}"),
                ..job(&Arc::new(source), &device)
            };
            match copy(attempt).await {
                Ok(done) => {
                    finished = Some(done);
                    break;
                }
                Err(error) => assert!(
                    matches!(error.code.as_str(), "test.source" | "test.target" | "job.cancelled"),
                    "seed {seed}: {error}"
                ),
            }
        }
        let (report, manifest) = finished.unwrap();
        assert!(device.content(size as usize) == new, "seed {seed} differs");
        assert_describes(&manifest, &new);
        assert_eq!(total(&report), size, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_noted_is_not_sent_again() {
    for seed in 200..215 {
        let random = &mut Random::new(seed);
        let bytes = random.bytes(150 * BLOCK);
        let source = Arc::new(Source::random(random, bytes.clone()));
        let device = Device::new(vec![0; bytes.len()]);
        let notes = Arc::new(Notes::default());
        let attempt = || gyre_mover::CopyJob { checkpoints: Some(notes.clone()), ..job(&source, &device) };
        device.fail_from.store(4 + random.below(5), SeqCst);
        assert_eq!(copy(attempt()).await.unwrap_err().code, "test.target");
        let noted = notes.last.lock().unwrap().as_ref().unwrap().done.count() * BLOCK;
        assert!(noted > 0, "seed {seed}");
        device.fail_from.store(0, SeqCst);
        let before = device.written.load(SeqCst);
        assert!(before > 0 && before < bytes.len() as u64);
        // One of the noted blocks rots meanwhile: it is sent again.
        let rotten = notes.last.lock().unwrap().as_ref().unwrap().done.runs(1).next().unwrap().start;
        device.bytes.lock().unwrap()[(rotten * BLOCK) as usize + 9] ^= 4;
        let (report, _) = copy(attempt()).await.unwrap();
        assert_eq!(device.content(bytes.len()), bytes);
        assert_eq!(report.resumed, noted - BLOCK, "seed {seed}");
        assert_eq!(device.written.load(SeqCst) - before, report.moved);
        let sent_twice = device.written.load(SeqCst) - bytes.len() as u64;
        assert!(sent_twice <= 5 * 16 * BLOCK, "no more than was in flight, and the rotten one: {sent_twice}");
    }
}

/// The block goes S1 → S2 → S1; the copy of S2 died after it wrote it. Comparing with S1's hashes alone
/// would leave S2's bytes there.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_written_later_snapshot_is_not_taken_for_the_base() {
    let random = &mut Random::new(5);
    let one = random.bytes(60 * BLOCK);
    let two = random.bytes(60 * BLOCK);
    let (device, notes) = (Device::new(vec![0; one.len()]), Arc::new(Notes::default()));
    let first = Arc::new(Source::random(random, one.clone()));
    let noted = |source: &Arc<Source>, base: Option<Manifest>, id: &str| gyre_mover::CopyJob {
        checkpoints: Some(notes.clone()),
        snapshot_id: id.into(),
        base,
        ..job(source, &device)
    };
    let (_, base) = copy(noted(&first, None, "one")).await.unwrap();
    let calls = device.calls.load(SeqCst);
    device.fail_from.store(calls + 4, SeqCst);
    let second = Arc::new(Source::random(random, two));
    copy(noted(&second, Some(base.clone()), "two")).await.unwrap_err();
    device.fail_from.store(0, SeqCst);
    assert!(device.content(one.len()) != one, "the second got somewhere");
    let mut third = Source::random(random, one.clone());
    third.knows = Some(("one".into(), Vec::new()));
    let job =
        gyre_mover::CopyJob { since: Some("one".into()), ..noted(&Arc::new(third), Some(base), "three") };
    let (report, _) = copy(job).await.unwrap();
    assert!(device.content(one.len()) == one);
    assert!(report.moved > 0 && report.moved < one.len() as u64, "only what the second had written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_disk_that_an_attempt_touched_is_not_new() {
    let random = &mut Random::new(6);
    let one = random.bytes(30 * BLOCK);
    let (device, notes) = (Device::new(vec![0; one.len()]), Arc::new(Notes::default()));
    device.fail_from.store(2, SeqCst);
    let first = gyre_mover::CopyJob {
        checkpoints: Some(notes.clone()),
        ..job(&Arc::new(Source::random(random, one.clone())), &device)
    };
    copy(first).await.unwrap_err();
    device.fail_from.store(0, SeqCst);
    let zeros = vec![0; one.len()];
    let second = gyre_mover::CopyJob {
        checkpoints: Some(notes.clone()),
        snapshot_id: "snap-2".into(),
        ..job(&Arc::new(Source::random(random, zeros.clone())), &device)
    };
    let (report, manifest) = copy(second).await.unwrap();
    assert_eq!(device.content(one.len()), zeros);
    assert!(report.zeroed > 0 && report.moved == 0, "{report:?}");
    assert_eq!(manifest, Manifest::zero(one.len() as u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_on_the_way_is_found_and_repaired_by_the_next_attempt() {
    let random = &mut Random::new(9);
    let bytes = random.bytes(40 * BLOCK + 99);
    let source = Arc::new(Source::random(random, bytes.clone()));
    let (device, notes) = (Device::new(vec![0; bytes.len()]), Arc::new(Notes::default()));
    *device.flip.lock().unwrap() = Some(40 * BLOCK + 50);
    let attempt = || gyre_mover::CopyJob { checkpoints: Some(notes.clone()), ..job(&source, &device) };
    let error = copy(attempt()).await.unwrap_err();
    assert_eq!(error.code, "mover.verify");
    assert!(
        error.to_string().contains(&format!("at {}", 40 * BLOCK)) && error.to_string().contains("disk-0"),
        "{error}"
    );
    let (report, manifest) = copy(attempt()).await.unwrap();
    assert_eq!((device.content(bytes.len()) == bytes, report.moved), (true, 99));

    let found = || async {
        verify(&manifest, device.clone(), &Reports::default(), Retry::default(), &CancellationToken::new())
            .await
    };
    let right = Verdict { verified: bytes.len() as u64, ..Verdict::default() };
    assert_eq!(found().await, Ok(right));
    for block in [3, 4, 9, 40] {
        device.bytes.lock().unwrap()[(block * BLOCK) as usize + 7] ^= 1;
    }
    let wrong = |offset, length| WrongRange { offset, length };
    let ranges = vec![wrong(3 * BLOCK, 2 * BLOCK), wrong(9 * BLOCK, BLOCK), wrong(40 * BLOCK, 99)];
    let verified = bytes.len() as u64 - 3 * BLOCK - 99;
    assert_eq!(found().await, Ok(Verdict { verified, wrong: 3 * BLOCK + 99, ranges }));
}

/// The base says so, but the device rotted: only a proof of all blocks can tell.
#[tokio::test(flavor = "multi_thread")]
async fn scope_all_looks_at_blocks_that_did_not_move() {
    let random = &mut Random::new(10);
    let bytes = random.bytes(20 * BLOCK);
    let source = Arc::new(Source::random(random, bytes.clone()));
    let device = Device::new(vec![0; bytes.len()]);
    let (_, base) = copy(job(&source, &device)).await.unwrap();
    device.bytes.lock().unwrap()[7 * BLOCK as usize] ^= 1;
    let again = |verify| gyre_mover::CopyJob { base: Some(base.clone()), verify, ..job(&source, &device) };
    assert_eq!(copy(again(Some(VerifyScope::Moved))).await.unwrap().0.verified, 0);
    assert_eq!(copy(again(Some(VerifyScope::All))).await.unwrap_err().code, "mover.verify");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_grew_is_compared_as_far_as_it_was() {
    let random = &mut Random::new(11);
    let old = random.bytes(30 * BLOCK + 1000);
    let mut new = old.clone();
    new.extend(vec![0; 5 * BLOCK as usize]);
    let device = Device::new(random.bytes(40 * BLOCK));
    let first =
        gyre_mover::CopyJob { target_zeroed: false, ..job(&Arc::new(Source::random(random, old)), &device) };
    let (_, base) = copy(first).await.unwrap();
    let mut grown = Source::random(random, new.clone());
    grown.knows = Some(("snap-1".into(), Vec::new()));
    let second = gyre_mover::CopyJob {
        base: Some(base),
        since: Some("snap-1".into()),
        ..job(&Arc::new(grown), &device)
    };
    let (report, manifest) = copy(second).await.unwrap();
    assert_eq!(device.content(new.len()), new);
    assert_describes(&manifest, &new);
    assert_eq!((report.skipped, report.moved, report.zeroed), (30 * BLOCK, BLOCK, 4 * BLOCK + 1000));
}

async fn refused(size: u64, layout: Vec<Extent>) -> Error {
    let source = Arc::new(Source::of(vec![1; size as usize], layout, vec![9; 5000]));
    let device = Device::new(vec![0; size as usize]);
    let of_map = map(source.clone(), Retry::default()).await.unwrap_err();
    let of_copy = copy(job(&source, &device)).await.unwrap_err();
    assert_eq!((&of_map.code, device.written.load(SeqCst)), (&of_copy.code, 0), "{of_copy}");
    of_map
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_about_extents_are_refused_before_anything_is_written() {
    let stored = |disk, offset, at, length| Extent {
        offset: at,
        length,
        kind: ExtentKind::Stored(Stored { disk, offset }),
    };
    let packed = |offset, length, codec: &str, skip| Extent {
        offset: 0,
        length: 4096,
        kind: ExtentKind::Packed(Packed { disk: 3, offset, length, codec: codec.into(), skip }),
    };
    for (code, layout) in [
        ("extents.invalid", vec![stored(4, 0, 0, 4096)]),
        ("mover.truncated", vec![stored(3, 905, 0, 4096)]),
        ("mover.truncated", vec![stored(3, u64::MAX - 5, 0, 4096)]),
        ("mover.truncated", vec![packed(5000, 10, "zlib", 0)]),
        ("mover.truncated", vec![packed(4000, 1600, "zlib", 0)]),
        ("mover.truncated", vec![packed(u64::MAX, 2, "zlib", 0)]),
        ("mover.codec", vec![packed(0, 10, "lzma", 0)]),
        ("mover.packed-too-large", vec![packed(0, u64::MAX, "zlib", 0)]),
        ("mover.packed-too-large", vec![packed(0, 10, "zlib", u32::MAX)]),
        ("extents.invalid", vec![]),
        ("extents.invalid", vec![stored(3, 0, 0, 1000), stored(3, 0, 2000, 2096)]),
    ] {
        let error = refused(4096, layout.clone()).await;
        assert_eq!(error.code, code, "{layout:?}");
    }
    // As fine as bytes: memory stays bounded.
    let size = 3 * HASH_RANGE_BYTES_MAX / 1024;
    let fine = (0..size).map(|at| Extent { offset: at, length: 1, kind: ExtentKind::Hole }).collect();
    let mut source = Source::of(vec![0; size as usize], fine, Vec::new());
    source.answer_max = 60_000;
    let device = Device::new(vec![0; size as usize]);
    assert_eq!(copy(job(&Arc::new(source), &device)).await.unwrap_err().code, "extents.invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_data_and_small_targets_are_refused() {
    let kind = ExtentKind::Packed(Packed { disk: 3, offset: 0, length: 5000, codec: "zstd".into(), skip: 0 });
    let source =
        Arc::new(Source::of(vec![1; 4096], vec![Extent { offset: 0, length: 4096, kind }], vec![9; 5000]));
    let error = copy(job(&source, &Device::new(vec![0; 4096]))).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("mover.unpack", Kind::Invalid), "{error}");
    let error = copy(job(&source, &Device::new(vec![0; 4095]))).await.unwrap_err();
    assert_eq!(error.code, "mover.target-small");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_split_in_sixteen_is_unpacked_once() {
    let random = &mut Random::new(12);
    let plain = random.bytes(BLOCK);
    let packed = pack("deflate", &plain);
    let extent = |i: u64| {
        let kind = Packed {
            disk: 3,
            offset: 0,
            length: packed.len() as u64,
            codec: "deflate".into(),
            skip: (i * 4096) as u32,
        };
        Extent { offset: i * 4096, length: 4096, kind: ExtentKind::Packed(kind) }
    };
    // Backwards, so that they cannot be joined into one.
    let layout: Vec<_> = (0..16).map(|i| Extent { offset: i * 4096, ..extent(15 - i) }).collect();
    let content: Vec<u8> = plain.chunks(4096).rev().flatten().copied().collect();
    let source = Arc::new(Source::of(content.clone(), layout, packed.clone()));
    let device = Device::new(vec![0; BLOCK as usize]);
    let (report, _) = copy(job(&source, &device)).await.unwrap();
    assert_eq!(device.content(BLOCK as usize), content);
    assert_eq!((report.unpacked, report.read), (BLOCK, packed.len() as u64));
    let map = map(source, Retry::default()).await.unwrap();
    assert_eq!((map.packed, map.packed_bytes, map.extents), (BLOCK, packed.len() as u64, 16));
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_ends_at_the_total_of_each_phase() {
    let random = &mut Random::new(13);
    let content = content(random, 90 * BLOCK + 3);
    let source = Arc::new(Source::random(random, content.clone()));
    let device = Device::new(vec![0; content.len()]);
    let reports = Arc::new(Reports::default());
    copy(gyre_mover::CopyJob { progress: reports.clone(), ..job(&source, &device) }).await.unwrap();
    let reports = reports.0.lock().unwrap();
    for phase in ["copy", "verify"] {
        let of: Vec<_> = reports.iter().filter(|(name, ..)| name == phase).collect();
        assert!(of.is_sorted_by_key(|(_, done, _)| *done));
        assert_eq!(of.last().map(|(_, done, total)| (*done, *total)), Some((device.size(), device.size())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_written_as_people_will_read_it() {
    let report = CopyReport { size: 5, changed_by: ChangedBy::Source, ..CopyReport::default() };
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["size"], &json["changed_by"]), (&5.into(), &"source".into()));
}

/// The source says what changed, and this did not: but the target is known to be wrong somewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_target_in_doubt_is_asked_and_mended_where_it_is_wrong() {
    let random = &mut Random::new(21);
    let bytes = random.bytes(50 * BLOCK);
    let (device, notes) = (Device::new(vec![0; bytes.len()]), Arc::new(Notes::default()));
    let mut source = Source::random(random, bytes.clone());
    source.knows = Some(("snap-1".into(), Vec::new()));
    let source = Arc::new(source);
    let first = gyre_mover::CopyJob { checkpoints: Some(notes.clone()), ..job(&source, &device) };
    let (_, base) = copy(first).await.unwrap();
    device.bytes.lock().unwrap()[7 * BLOCK as usize] ^= 1;
    let again = || gyre_mover::CopyJob {
        checkpoints: Some(notes.clone()),
        base: Some(base.clone()),
        since: Some("snap-1".into()),
        snapshot_id: "snap-2".into(),
        ..job(&source, &device)
    };
    assert_eq!(copy(again()).await.unwrap().0.moved, 0, "nothing is known to be wrong");
    notes.save(&Watermark::doubt("volume-1")).unwrap();
    let (report, manifest) = copy(again()).await.unwrap();
    assert_eq!((report.moved, report.skipped), (BLOCK, 49 * BLOCK));
    assert!(device.content(bytes.len()) == bytes && manifest == base);
}
