//! gyre's registry, held against what Debian's virt-v2v made of the same guest on a disk: [`judge`] says what may differ.
#![allow(clippy::unwrap_used)] // tests fail by panicking

mod judge;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What virt-v2v made of a case, in its folder.
const KEPT: &str = "virt-v2v.tree";
/// Without a driver database, and with one.
const RELEASES: [&str; 2] = ["windows-7", "server-2019-vmware"];

fn read(case: &Path, name: &str) -> String {
    fs::read_to_string(case.join(name)).unwrap()
}

#[test]
fn the_registry_is_as_virt_v2v_leaves_it() {
    let cases = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
    let (mut used, mut judged) = (BTreeSet::new(), Vec::new());
    for case in fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()) {
        if !case.join(KEPT).exists() {
            continue;
        }
        let before = read(&case, "before.tree");
        let verdict = judge::judge(&before, &read(&case, "after.tree"), &read(&case, KEPT));
        assert!(verdict.wrong.is_empty(), "{}:\n{}", case.display(), verdict.wrong.join("\n"));
        used.extend(verdict.used);
        judged.push(case.file_name().unwrap().to_string_lossy().into_owned());
    }
    assert!(RELEASES.iter().all(|release| judged.iter().any(|case| case == release)), "{judged:?}");
    assert_eq!(judge::unused(&used), Vec::<&str>::new(), "no case needs these agreements");
}

/// The judge would see it.
#[test]
fn a_key_that_is_lost_is_found() {
    let case = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/windows-7"));
    let (before, after, kept) = (read(case, "before.tree"), read(case, "after.tree"), read(case, KEPT));
    for line in [
        r#""ImagePath"=expand:"system32\\drivers\\viostor.sys""#,
        r#""AutoReboot"=dword:00000000"#,
        r"[ControlSet001\Control\CriticalDeviceDatabase\PCI#VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00]",
    ] {
        let lost = after.replacen(&format!("{line}\n"), "", 1);
        assert_ne!(lost, after, "{line}");
        assert!(!judge::judge(&before, &lost, &kept).wrong.is_empty(), "{line}");
    }
}
