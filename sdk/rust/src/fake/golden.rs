//! Golden trees: a case is a folder with `before.tree` and, in `case.json`, what the destination asks;
//! its `after.tree` shows what the morphing changed, its `report.txt` what it found, ran and warned of.
//! `UPDATE=1` rewrites the last two. Every case is morphed twice, and the second time changes nothing.
#![allow(clippy::panic)] // that is how a test fails

use super::root::TreeText;
use super::{FakeHost, FakeRoot, families};
use crate::env::Level;
use crate::osmorphing::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a morphing keeps first versions.
const KEPT: &str = "/var/lib/gyre/kept";

/// And the host those of hives.
const KEPT_HIVE: &str = ".gyre-bak";

type Entries = BTreeMap<String, TreeText>;

/// What a case asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Case {
    hypervisor: Option<String>,
    set_dhcp: bool,
    uefi: bool,
    nics: usize,
    options: serde_json::Value,
    /// Files of the operator: path and text.
    files: BTreeMap<String, String>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            hypervisor: Some("kvm".into()),
            set_dhcp: true,
            uefi: false,
            nics: 1,
            options: serde_json::json!({}),
            files: BTreeMap::new(),
        }
    }
}

impl Case {
    fn read(folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join("case.json")).unwrap_or_else(|_| "{}".into());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
    }

    /// A host with the operator's files.
    fn host(&self) -> FakeHost {
        let files = self.files.iter();
        files.fold(FakeHost::new(), |host, (path, text)| host.operator_file(path, text.as_bytes()))
    }

    fn morph<P: OsMorphing>(&self, root: &FakeRoot) -> Result<()> {
        let morphing =
            Morphing { hypervisor: self.hypervisor.clone(), set_dhcp: self.set_dhcp, macs: self.macs() };
        P::morph(root, &self.vm(), &morphing, Config::new(self.options.to_string()))
    }

    /// The source's cards, as VMware counts them.
    fn vm(&self) -> Vm {
        let nic = |n| NicSpec {
            id: format!("nic{n}"),
            mac: Some(format!("00:50:56:00:00:{:02x}", n + 1)),
            network: "VM Network".into(),
            addresses: vec![format!("192.0.2.{}", 11 + n)],
        };
        let firmware = if self.uefi { Firmware::Uefi } else { Firmware::Bios };
        Vm { firmware, ..vm((0..self.nics).map(nic).collect()) }
    }

    /// The final ports' addresses.
    fn macs(&self) -> Vec<Option<String>> {
        (0..self.nics).map(|n| Some(format!("fa:16:3e:00:00:{:02x}", n + 1))).collect()
    }
}

/// A small machine with these cards.
pub fn vm(nics: Vec<NicSpec>) -> Vm {
    Vm { os_type: OsType::Linux, nics, ..Vm::new("vm", "vm") }
}

/// Runs every case below `directory`.
///
/// # Panics
/// When a result is not the golden one, when a second morphing changes something, and when there is
/// no case at all.
pub fn check_cases<P: OsMorphing>(directory: &Path) {
    let mut wrong = String::new();
    for folder in folders(directory) {
        let (after, report) = run::<P>(&folder);
        wrong += &compare(&folder.join("after.tree"), &after);
        wrong += &compare(&folder.join("report.txt"), &report);
    }
    assert!(wrong.is_empty(), "not as before; UPDATE=1 rewrites what is right:\n{wrong}");
}

fn folders(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "{} holds no case", directory.display());
    folders
}

/// The guest of a case, with its programs.
///
/// # Panics
/// When the case has none.
pub fn guest(folder: &Path) -> FakeRoot {
    let path = folder.join("before.tree");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    families::with_programs(FakeRoot::from_text(&text))
}

/// Changes and report.
fn run<P: OsMorphing>(folder: &Path) -> (String, String) {
    let case = Case::read(folder);
    let host = case.host();
    let root = guest(folder);
    let before = root.tree().texts();
    let mut report = match P::detect(&root) {
        Ok(Some(found)) => format!("found {} {} {}\n", found.distribution, found.version, found.score),
        other => panic!("{}: {other:?}", folder.display()),
    };
    assert_eq!(root.tree().texts(), before, "{}: looking changed something", folder.display());
    let morphed = case.morph::<P>(&root);
    for line in root.ran() {
        writeln!(report, "ran {line}").ok();
    }
    for (_, line) in host.log().iter().filter(|(level, _)| *level == Level::Warn) {
        writeln!(report, "warned {line}").ok();
    }
    let once = root.tree().texts();
    match morphed {
        Ok(()) => {
            case.morph::<P>(&root).unwrap_or_else(|error| panic!("{}: again: {error:?}", folder.display()));
            let again = changes(&once, &root.tree().texts());
            assert!(again.is_empty(), "{}: the second time changed\n{again}", folder.display());
        }
        Err(error) => writeln!(report, "failed {} [{}]", error.message, error.code).unwrap_or_default(),
    }
    (changes(&before, &once), report)
}

/// What is new, other or gone. A first version that was kept as it was is only named.
fn changes(before: &Entries, after: &Entries) -> String {
    let mut text = String::new();
    for (path, entry) in after.iter().filter(|(path, entry)| before.get(*path) != Some(*entry)) {
        match path.strip_prefix(KEPT) {
            _ if path.starts_with(families::OWN) => {}
            Some(_) if entry.is_directory() => {}
            Some(old) if before.get(old).is_some_and(|old| old == entry) => {
                writeln!(text, "--- kept {old}").ok();
            }
            _ if is_kept_hive(before, path, entry) => {
                writeln!(text, "--- kept {}", path.trim_end_matches(KEPT_HIVE)).ok();
            }
            _ => {
                let hive = before.get(path).and_then(|old| entry.hive_changes(old, path));
                text += &hive.unwrap_or_else(|| entry.show(path));
            }
        }
    }
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        writeln!(text, "--- gone {path}").ok();
    }
    text
}

fn is_kept_hive(before: &Entries, path: &str, entry: &TreeText) -> bool {
    entry.is_hive() && path.strip_suffix(KEPT_HIVE).and_then(|old| before.get(old)) == Some(entry)
}

fn compare(golden: &Path, now: &str) -> String {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(golden, now).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
        return String::new();
    }
    let old = fs::read_to_string(golden).unwrap_or_default();
    if old == now { String::new() } else { format!("{}:\n{now}\n", golden.display()) }
}

/// How a hostile guest spoils one file.
type Spoil = fn(&FakeRoot, &str);

const SPOILS: &[(&str, Spoil)] = &[
    ("absent", |root, path| root.tree().delete(path)),
    ("garbage", |root, path| {
        root.tree().delete(path);
        root.write(path, 0o644, GARBAGE).ok();
    }),
    ("huge", |root, path| root.tree().put(path, &"x\n".repeat(9 << 20))),
    ("a link out", |root, path| {
        root.tree().delete(path);
        root.symlink(path, "../../../../../../../outside").ok();
    }),
    ("a link to itself", |root, path| {
        root.tree().delete(path);
        root.symlink(path, path).ok();
    }),
    ("a directory", |root, path| {
        root.tree().delete(path);
        root.make_dir(path, 0o755).ok();
    }),
    ("one endless line", |root, path| root.tree().put(path, &"= ' \" /dev/sda linux vmlinuz ".repeat(2_000))),
];
const GARBAGE: &[u8] = b"\xff\xfe\x00\x80options /dev/sda1\nlinux /vmlinuz\nID=\xc3\x28\n";

/// Spoils every file of the case, one after the other, in every way: the morphing ends with a result
/// or with an error that says why, and what is no text is nowhere rewritten.
///
/// # Panics
/// When it does not.
pub fn check_hostile<P: OsMorphing>(folder: &Path) {
    let mut paths: Vec<String> = guest(folder).tree().texts().into_keys().collect();
    // What is known to the fake programs alone is not the guest's.
    paths.retain(|path| !path.starts_with(families::OWN));
    let case = Case::read(folder);
    for path in paths {
        for (name, spoil) in SPOILS {
            let host = case.host();
            let root = guest(folder);
            if root.is_dir(&path) {
                continue;
            }
            spoil(&root, &path);
            let done = P::detect(&root).and_then(|_| case.morph::<P>(&root));
            if let Err(error) = &done {
                let is_clear = error.code.contains('.') && !error.message.is_empty();
                assert!(is_clear, "{path} is {name}: {error:?}");
            }
            assert!(!host.log().is_empty() || done.is_err(), "{path} is {name}: nothing was said");
            check_garbage(&root, &path, name);
        }
    }
}

/// Garbage stays as it is, wherever it was put; or a file of our own stands in its place.
fn check_garbage(root: &FakeRoot, path: &str, name: &str) {
    let Ok(bytes) = root.read(path) else { return };
    if name == "garbage" && bytes != GARBAGE {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains('\u{fffd}'), "{path}: garbage was rewritten");
    }
}
