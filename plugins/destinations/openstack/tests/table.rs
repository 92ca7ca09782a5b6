//! The table of options and statements for operators names tests; each of them is there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::Path;

const TABLE: &str = include_str!("../../../../host/docs/openstack.md");

/// Crates that the table names, and where they are.
const CRATES: [(&str, &str); 8] = [
    ("", "plugins/destinations/openstack"),
    ("debian", "plugins/osmorphing/debian"),
    ("gyre-core", "host/core"),
    ("gyre-engine", "host/engine"),
    ("gyre-mover", "host/mover"),
    ("gyre-tests", "tests"),
    ("gyre-worker", "host/worker"),
    ("windows", "plugins/osmorphing/windows"),
];

/// Crate and name of each test in the last cell of each row.
fn named() -> BTreeSet<(&'static str, &'static str)> {
    let mut all = BTreeSet::new();
    for row in TABLE.lines().filter(|line| line.starts_with("| ")) {
        let cell = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        for part in cell.split("; ") {
            let (at, names) = part.split_once(": ").unwrap_or(("", part));
            all.extend(names.split('`').filter(|name| is_test(name)).map(|name| (at, name)));
        }
    }
    all
}

fn is_test(name: &str) -> bool {
    name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

fn rust_files(directory: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(std::fs::read_to_string(path).unwrap());
        }
    }
    all
}

#[test]
fn every_test_of_the_table_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap();
    let named = named();
    assert!(named.len() > 70, "{} tests", named.len());
    let mut missing: Vec<&(&str, &str)> = Vec::new();
    for (name, directory) in CRATES {
        let files: Vec<String> =
            ["src", "tests"].iter().flat_map(|part| rust_files(&root.join(directory).join(part))).collect();
        let is_there = |test: &str| files.iter().any(|file| file.contains(&format!("fn {test}()")));
        missing.extend(named.iter().filter(|(at, test)| *at == name && !is_there(test)));
    }
    assert!(named.iter().all(|(at, _)| CRATES.iter().any(|(name, _)| name == at)), "{named:?}");
    assert!(missing.is_empty(), "named in host/docs/openstack.md and not there: {missing:#?}");
}

#[test]
fn every_number_has_a_row() {
    let numbers: BTreeSet<&str> = TABLE
        .lines()
        .filter(|line| line.starts_with("| "))
        .flat_map(|row| row.split(" | ").next().unwrap().trim_start_matches("| ").split(", "))
        .collect();
    for (letter, last) in [("C", 27), ("E", 26), ("S", 27)] {
        for number in 1..=last {
            let number = format!("{letter}{number}");
            assert!(numbers.contains(number.as_str()), "{number}");
        }
    }
}
