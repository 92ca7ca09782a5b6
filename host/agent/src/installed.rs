//! Which Windows is on a root, and whether it was switched off. What it left half done is refused: whoever writes there
//! spoils what it will finish later. Knows no volume, and not how one is mounted.

use crate::registry;
use crate::root::Root;
use gyre_core::{Error, Result};

/// Where the firmware's partition is shown below the root of Windows, which has no place for it: a directory that is
/// made for as long as it is mounted.
pub const ESP_POINT: &str = "/gyre-esp";
/// What stands in `hiberfil.sys` while a system's memory is in it; also after a "fast" shutdown.
const HIBERNATED: [u8; 4] = *b"HIBR";
const WINDOWS: [&str; 2] = ["/Windows", "/WINNT"];
const VERSION_KEY: &str = r"Microsoft\Windows NT\CurrentVersion";
const FIRST_WINDOWS_11: u32 = 22_000;
const NAME_CHARS_MAX: usize = 200;

/// What Windows on a mounted volume calls itself; `None`: there is none.
///
/// # Errors
/// `system.hibernated`.
pub fn inspect(root: &Root, volume: &str) -> Result<Option<String>> {
    for directory in WINDOWS {
        let hive = |name| find(root, &format!("{directory}/System32/config/{name}"));
        if let (Some(_), Some(software)) = (hive("SYSTEM"), hive("SOFTWARE")) {
            check_awake(root, volume)?;
            let name = release(root, &software);
            return Ok(Some(name.unwrap_or_else(|| format!("an unknown Windows on {volume}"))));
        }
    }
    Ok(None)
}

fn check_awake(root: &Root, volume: &str) -> Result<()> {
    let Some(path) = find(root, "/hiberfil.sys") else { return Ok(()) };
    // A shorter one holds no memory.
    if !root.head(&path, HIBERNATED.len())?.eq_ignore_ascii_case(&HIBERNATED) {
        return Ok(());
    }
    Err(Error::conflict(
        "system.hibernated",
        format!("Windows on {volume} is hibernated, or was shut down \"fast\""),
    )
    .cause("switch it off with `powercfg /h off` and `shutdown /s`, and replicate once more"))
}

/// A path as it is written, whatever the case of its letters.
fn find(root: &Root, path: &str) -> Option<String> {
    let mut at = String::new();
    for wanted in path.split('/').filter(|name| !name.is_empty()) {
        let names = root.read_dir(&format!("{at}/")).ok()?;
        let exact = names.iter().find(|name| *name == wanted);
        let name = exact.or_else(|| names.iter().find(|name| name.eq_ignore_ascii_case(wanted)))?;
        at = format!("{at}/{name}");
    }
    Some(at)
}

/// `Windows Server 2019 Standard (10.0.17763)`.
fn release(root: &Root, software: &str) -> Option<String> {
    let hive = registry::load(root, software).map_err(|error| eprintln!("{error}")).ok()?;
    let value = |name| hive.get(VERSION_KEY, name).ok().flatten();
    let text = |name| match value(name)? {
        gyre_hive::Value::Sz(text) => Some(text),
        _ => None,
    };
    let number = |name| match value(name)? {
        gyre_hive::Value::Dword(number) => Some(number),
        _ => None,
    };
    let build = text("CurrentBuildNumber").or_else(|| text("CurrentBuild")).unwrap_or_default();
    let version = match (number("CurrentMajorVersionNumber"), number("CurrentMinorVersionNumber")) {
        (Some(major), Some(minor)) => format!("{major}.{minor}"),
        _ => text("CurrentVersion")?,
    };
    let product = text("ProductName").unwrap_or_else(|| "Windows".into());
    // Windows 11 still calls itself 10 there.
    let product = match build.trim().parse::<u32>() {
        Ok(build) if build >= FIRST_WINDOWS_11 => product.replacen("Windows 10", "Windows 11", 1),
        _ => product,
    };
    let name = format!("{product} ({version}.{build})");
    Some(name.chars().filter(|letter| !letter.is_control()).take(NAME_CHARS_MAX).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::Kind;

    fn guest(software: &str) -> (tempfile::TempDir, Root) {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("Windows/system32/Config");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join("SYSTEM"), "not looked at").unwrap();
        let bytes = gyre_hive::text::parse(software).unwrap().to_bytes().unwrap();
        std::fs::write(config.join("software"), bytes).unwrap();
        let root = Root::new(std::fs::File::open(dir.path()).unwrap().into());
        (dir, root)
    }

    const ELEVEN: &str = "[Microsoft\\Windows NT\\CurrentVersion]\n\"ProductName\"=\"Windows 10 Pro\"\n\
        \"CurrentBuildNumber\"=\"22631\"\n\"CurrentMajorVersionNumber\"=dword:0000000a\n\
        \"CurrentMinorVersionNumber\"=dword:00000000\n\"CurrentVersion\"=\"6.3\"\n";

    #[test]
    fn windows_is_found_in_any_case_and_named() {
        let (dir, root) = guest(ELEVEN);
        assert_eq!(inspect(&root, "d").unwrap().unwrap(), "Windows 11 Pro (10.0.22631)");
        std::fs::write(dir.path().join("Windows/system32/Config/software"), "spoiled").unwrap();
        assert_eq!(inspect(&root, "d").unwrap().unwrap(), "an unknown Windows on d");
        std::fs::remove_file(dir.path().join("Windows/system32/Config/SYSTEM")).unwrap();
        assert_eq!(inspect(&root, "d").unwrap(), None);
    }

    #[test]
    fn a_sleeping_windows_is_refused() {
        let (dir, root) = guest(ELEVEN);
        for (head, is_asleep) in
            [("hibr....", true), ("HIBR", true), ("wake....", false), ("\0\0\0\0\0", false), ("", false)]
        {
            std::fs::write(dir.path().join("hiberfil.sys"), head).unwrap();
            let found = inspect(&root, "disk0/part2");
            assert_eq!(found.is_err(), is_asleep, "{head:?}");
            if let Err(error) = found {
                assert_eq!((error.code.as_str(), error.kind), ("system.hibernated", Kind::Conflict));
            }
        }
    }
}
