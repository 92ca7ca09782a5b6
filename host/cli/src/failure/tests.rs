//! The table of errors against the sources: every code that is written there stands in the table.

use super::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[test]
fn an_error_fits_a_screen_and_says_what_to_do() {
    let error = Error::conflict("job.busy", "another gyre\x1b process works on job 1").cause("process 7");
    let text = text(&error);
    assert!(
        text.starts_with("error: another gyre  process works on job 1 [job.busy]\n  process 7\nremedy: "),
        "{text}"
    );
    let many =
        (0..100).fold(Error::other("a.b", "x"), |error, i| error.cause(format!("{i}{}", "y".repeat(1000))));
    let text = super::text(&many);
    assert!(text.lines().count() <= 15 && text.lines().all(|line| line.chars().count() < 410), "{text}");
}

#[test]
fn every_row_has_a_cause_and_a_remedy_and_stands_once() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        assert!(!row.cause.is_empty() && !row.remedy.is_empty(), "{}", row.code);
        assert!(seen.insert(row.code), "{} stands twice", row.code);
    }
    assert!(seen.len() > 50, "{} rows", seen.len());
}

#[test]
fn every_code_in_the_sources_stands_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let known: BTreeSet<_> = rows().map(|row| row.code.to_owned()).collect();
    let mut missing = BTreeSet::new();
    for directory in ["host", "plugins", "sdk/rust"] {
        for file in sources(&root.join(directory)) {
            let text = std::fs::read_to_string(&file).unwrap();
            for code in codes(&text) {
                if !known.contains(&code) {
                    missing.insert(format!("{code} ({})", file.strip_prefix(root).unwrap().display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "add to host/docs/errors.md: {missing:#?}");
}

#[test]
fn codes_are_found_however_they_are_written() {
    let text = r#"
        Error::invalid("job.one", "x");
        let clouds = "clouds.yaml";
        Err(Error::new(Kind::Other,
            "job.two-b", "there is no job.three",
        ));
        const CODE: &str = "store.four";
        let path = "etc.fstab";
        #[cfg(test)]
        Error::invalid("job.six", "x");
    "#;
    let found: Vec<_> = codes(text).into_iter().collect();
    assert_eq!(found, ["job.one", "job.two-b", "store.four"]);
}

/// Rust sources that are not tests.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && !["tests", "examples", "target", "fake", "xtask"].contains(&name.as_str()) {
            found.extend(sources(&path));
        } else if name.ends_with(".rs") && name != "tests.rs" && name != "fake.rs" {
            found.push(path);
        }
    }
    found
}

/// Literals that look like a code of one of the table's scopes, wherever they stand.
fn codes(text: &str) -> BTreeSet<String> {
    let scopes: BTreeSet<_> =
        rows().filter_map(|row| row.code.split_once('.')).map(|(scope, _)| scope).collect();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let literals = text.split('"').filter(|literal| is_code(literal));
    let ours = |literal: &&str| literal.split_once('.').is_some_and(|(scope, _)| scopes.contains(scope));
    literals.filter(ours).map(str::to_owned).collect()
}

/// Not a file name.
fn is_code(literal: &str) -> bool {
    let plain = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let (scope, name) = literal.split_once('.').unwrap_or_default();
    plain(scope)
        && plain(name)
        && !["yaml", "json", "db", "key", "lock", "toml", "wasm", "js", "py", "wit", "cmd", "ps1"]
            .contains(&name)
}
