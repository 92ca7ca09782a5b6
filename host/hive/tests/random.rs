//! Random changes, compared with a model; and random damage, which must end in an error and never in a panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests fail by panicking

use gyre_hive::{Hive, Value, text};
use std::collections::BTreeMap;

/// A small generator (xorshift), so that every failure can be repeated by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// Keys by their path in capitals, with the values by their name in capitals.
type Model = BTreeMap<String, BTreeMap<String, Value>>;

const NAMES: &[&str] =
    &["a", "B", "Services", "viostor", "VIOSCSI", "Ärger", "я", "_", "long-name-of-a-key-of-somebody", "Z"];

fn value(random: &mut Random) -> Value {
    let text = |random: &mut Random| NAMES[random.below(NAMES.len())].repeat(random.below(9));
    match random.below(8) {
        0 => Value::Sz(text(random)),
        1 => Value::ExpandSz(text(random)),
        2 => Value::MultiSz((0..random.below(5)).map(|_| text(random) + "x").collect()),
        3 => Value::Dword(random.below(1 << 30) as u32),
        4 => Value::Qword(random.below(1 << 40) as u64),
        5 => Value::Other(0, vec![]),
        6 => Value::Binary(vec![random.below(256) as u8; random.below(40)]),
        _ => Value::Binary(vec![random.below(256) as u8; random.below(60_000)]),
    }
}

fn path(random: &mut Random) -> String {
    let names = (0..1 + random.below(4)).map(|_| NAMES[random.below(NAMES.len())]);
    names.collect::<Vec<_>>().join("\\")
}

fn change(random: &mut Random, hive: &mut Hive, model: &mut Model) {
    let (path, name) = (path(random), NAMES[random.below(NAMES.len())].to_owned());
    let (key, capital) = (path.to_uppercase(), name.to_uppercase());
    match random.below(10) {
        0..=2 => {
            hive.create_key(&path).unwrap();
            for (end, _) in key.match_indices('\\').chain([(key.len(), "")]) {
                model.entry(key[..end].to_owned()).or_default();
            }
        }
        3..=6 => {
            let value = value(random);
            let done = hive.set(&path, &name, &value);
            assert_eq!(done.is_ok(), model.contains_key(&key));
            if let Some(values) = model.get_mut(&key) {
                values.insert(capital, value);
            }
        }
        7 | 8 => {
            hive.delete_value(&path, &name).unwrap();
            if let Some(values) = model.get_mut(&key) {
                values.remove(&capital);
            }
        }
        _ => {
            hive.delete_key(&path).unwrap();
            let below = format!("{key}\\");
            model.retain(|path, _| *path != key && !path.starts_with(&below));
        }
    }
}

/// Everything in the hive, as the model has it.
fn everything(hive: &Hive) -> Model {
    let mut found = Model::new();
    let mut todo: Vec<String> = hive.keys("").unwrap().unwrap();
    while let Some(path) = todo.pop() {
        let names = hive.values(&path).unwrap().unwrap();
        let value = |name: String| (name.to_uppercase(), hive.get(&path, &name).unwrap().unwrap());
        found.insert(path.to_uppercase(), names.into_iter().map(value).collect());
        todo.extend(hive.keys(&path).unwrap().unwrap().iter().map(|name| format!("{path}\\{name}")));
    }
    found
}

#[test]
fn random_changes_are_those_of_a_model() {
    for seed in 1..=12 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let (mut hive, mut model) = (Hive::new(), Model::new());
        for round in 0..30 {
            for _ in 0..1 + random.below(40) {
                change(&mut random, &mut hive, &mut model);
            }
            hive.verify().unwrap_or_else(|error| panic!("seed {seed}, round {round}: {error}"));
            let bytes = hive.to_bytes().unwrap();
            hive = Hive::parse(bytes).unwrap();
            assert_eq!(everything(&hive), model, "seed {seed}, round {round}");
        }
        for name in NAMES {
            hive.delete_key(name).unwrap();
        }
        hive.verify().unwrap();
        assert_eq!(hive.keys("").unwrap().unwrap().len(), 0);
    }
}

/// A hive with all that the format has.
fn sample() -> Vec<u8> {
    let mut random = Random(77);
    let (mut hive, mut model) = (Hive::new(), Model::new());
    for _ in 0..300 {
        change(&mut random, &mut hive, &mut model);
    }
    for n in 0..510 {
        hive.create_key(&format!("many\\{n}")).unwrap();
    }
    hive.to_bytes().unwrap()
}

fn use_all(mut hive: Hive, random: &mut Random) {
    if random.below(8) == 0 {
        let _ = text::show(&hive);
    }
    let _ = hive.verify();
    for _ in 0..10 {
        let path = path(random);
        let _ = hive.create_key(&path);
        let _ = hive.set(&path, "x", &value(random));
        let _ = hive.delete_value(&path, "x");
        let _ = hive.delete_key(&self::path(random));
    }
    let _ = hive.delete_key("many");
    if let Ok(bytes) = hive.to_bytes() {
        let _ = Hive::parse(bytes).map(|hive| hive.verify());
    }
}

/// The checksum of the base block, so that damage to it is looked at, too.
fn mend(bytes: &mut [u8]) {
    let sum = bytes[..508].chunks(4).fold(0, |sum, word| sum ^ u32::from_le_bytes(word.try_into().unwrap()));
    bytes[508..512].copy_from_slice(&sum.to_le_bytes());
}

#[test]
fn damage_ends_in_an_error_and_never_in_a_panic() {
    let good = sample();
    let mut random = Random(4711);
    let records: Vec<usize> = (4096..good.len() - 2)
        .filter(|at| [b"nk", b"vk", b"lh", b"ri", b"sk", b"db"].iter().any(|m| good[*at..].starts_with(*m)))
        .collect();
    for _ in 0..600 {
        let mut bytes = good.clone();
        for _ in 0..1 + random.below(6) {
            // Mostly where it hurts: in and behind records, and in the base block.
            let at = match random.below(4) {
                0 => random.below(512),
                1 => random.below(bytes.len()),
                _ => records[random.below(records.len())] + random.below(90),
            };
            let at = at.min(bytes.len() - 4);
            match random.below(3) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at..at + 4].fill(0xff),
                _ => bytes[at..at + 4].copy_from_slice(&(random.below(1 << 18) as u32 & !7).to_le_bytes()),
            }
        }
        mend(&mut bytes);
        if random.below(20) == 0 {
            bytes.truncate(random.below(good.len()));
        }
        if let Ok(hive) = Hive::parse(bytes) {
            use_all(hive, &mut random);
        }
    }
}

#[test]
fn damaged_logs_end_in_an_error_and_never_in_a_panic() {
    let mut random = Random(815);
    let mut torn = sample();
    torn[4] ^= 1;
    mend(&mut torn);
    for _ in 0..500 {
        let mut log = torn[..512].to_vec();
        log[28] = if random.below(2) == 0 { 1 } else { 6 };
        log[4..8].copy_from_slice(&torn[8..12]);
        mend(&mut log);
        log.extend(if log[28] == 1 { b"DIRT" } else { b"HvLE" });
        log.extend((0..random.below(3000)).map(|_| random.below(256) as u8));
        if let Ok(hive) = Hive::recover(torn.clone(), &[&log]) {
            use_all(hive, &mut random);
        }
    }
}
