//! cloudbase-init that comes as an archive: a Python with the program in it, and what makes a service of it. It is
//! copied below the system drive, and its service is registered; nothing of it runs before the guest does.

use crate::cloudbase::{AUTOMATIC, SERVICE, settings_text};
use crate::guest::Guest;
use crate::place;
use gyre_plugin::osmorphing::*;

/// Below the system drive.
const DIRECTORY: &str = "Cloudbase-Init";
const SETTINGS: &str = "conf/cloudbase-init.conf";
/// Directories that it expects, beside those of the archive.
const OWN: [&str; 2] = ["Log", "LocalScripts"];
/// What makes a service of another program.
const WRAPPER: (&str, &str) = ("bin", "OpenStackService.exe");
const PYTHON: (&str, &str) = ("python", "python.exe");
const OWN_PROCESS: u32 = 0x10;
const ERROR_NORMAL: u32 = 1;
/// A Python with its libraries has some 10,000 files and 200 MiB.
const FILES_MAX: usize = 40_000;
const BYTES_MAX: u64 = 1 << 30;
const DEPTH_MAX: usize = 32;

/// A directory of the archive that is yet to be copied.
struct Pending {
    from: String,
    to: String,
    depth: usize,
}

/// Copies the tree and registers the service.
///
/// # Errors
/// `windows.cloudbase-init` when the archive holds something else, or too much; what the host met.
pub fn install(guest: &Guest, archive: &str) -> Result<()> {
    let top = top(archive)?;
    let programs = (program(&top, WRAPPER)?, program(&top, PYTHON)?);
    let (Some(wrapper), Some(python)) = programs else {
        let what = format!("{archive} holds no cloudbase-init");
        return Err(Error::invalid("windows.cloudbase-init", what)
            .cause(r"looked for Bin\OpenStackService.exe and Python\python.exe"));
    };
    let target = place::target(guest.root, &format!("/{DIRECTORY}"))?;
    copy(guest, archive, top, target.clone())?;
    for own in OWN {
        guest.root.make_dir(&place::target(guest.root, &format!("{target}/{own}"))?, 0o755)?;
    }
    let base = format!(r"{}\{DIRECTORY}", drive(guest)?);
    let settings = place::target(guest.root, &format!("{target}/{SETTINGS}"))?;
    guest.root.write_text(&settings, 0o644, &settings_text(&base, "Log"))?;
    register(guest, &base, &wrapper, &python)
}

/// Where the tree begins: some archives hold one directory, and everything in it.
fn top(archive: &str) -> Result<String> {
    let entries = files::read_dir(archive)?;
    match entries.as_slice() {
        [only] if only.directory => Ok(format!("{archive}/{}", only.name)),
        _ => Ok(archive.to_owned()),
    }
}

/// A program in a directory of the tree, in any case, as Windows names it from there.
fn program(top: &str, (directory, name): (&str, &str)) -> Result<Option<String>> {
    let above = files::read_dir(top)?;
    let Some(above) = above.into_iter().find(|entry| entry.directory && is(&entry.name, directory)) else {
        return Ok(None);
    };
    let inside = files::read_dir(&format!("{top}/{}", above.name))?;
    let found = inside.into_iter().find(|entry| !entry.directory && is(&entry.name, name));
    Ok(found.map(|found| format!(r"{}\{}", above.name, found.name)))
}

fn is(name: &str, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

fn copy(guest: &Guest, archive: &str, top: String, target: String) -> Result<()> {
    let too_much = || {
        let what =
            format!("{archive} holds more than {FILES_MAX} files, {BYTES_MAX} bytes or {DEPTH_MAX} levels");
        Error::invalid("windows.cloudbase-init", what)
    };
    let (mut count, mut bytes) = (0, 0_u64);
    let mut pending = vec![Pending { from: top, to: target, depth: 0 }];
    while let Some(Pending { from, to, depth }) = pending.pop() {
        progress::check()?;
        guest.root.make_dir(&to, 0o755)?;
        for entry in files::read_dir(&from)? {
            let (from, to) = (format!("{from}/{}", entry.name), format!("{to}/{}", entry.name));
            count += 1;
            bytes = bytes.saturating_add(entry.size);
            if count > FILES_MAX || bytes > BYTES_MAX || depth >= DEPTH_MAX {
                return Err(too_much());
            }
            if entry.directory {
                pending.push(Pending { from, to, depth: depth + 1 });
            } else {
                guest.root.copy_in(&from, &to, 0o755)?;
            }
        }
    }
    Ok(())
}

/// `C:`
fn drive(guest: &Guest) -> Result<String> {
    let root = guest.software.text(r"Microsoft\Windows NT\CurrentVersion", "SystemRoot")?.unwrap_or_default();
    let is_drive =
        |drive: &&str| drive.ends_with(':') && drive.starts_with(|c: char| c.is_ascii_alphabetic());
    Ok(root.get(..2).filter(is_drive).unwrap_or("C:").to_owned())
}

/// The module, and not the program that the installer makes of it: that one knows its Python by another path.
fn register(guest: &Guest, base: &str, wrapper: &str, python: &str) -> Result<()> {
    let settings = SETTINGS.replace('/', r"\");
    let command = format!(
        r#""{base}\{wrapper}" {SERVICE} "{base}\{python}" -m cloudbaseinit.shell --config-file "{base}\{settings}""#
    );
    let key = guest.service(SERVICE);
    for (name, value) in [
        ("Type", Value::Dword(OWN_PROCESS)),
        ("Start", Value::Dword(AUTOMATIC)),
        ("ErrorControl", Value::Dword(ERROR_NORMAL)),
        ("ObjectName", Value::Sz("LocalSystem".into())),
        ("DisplayName", Value::Sz("Cloudbase-Init".into())),
        ("Description", Value::Sz("Prepares this machine for the cloud that it runs in".into())),
        ("ImagePath", Value::ExpandSz(command)),
    ] {
        guest.system.set(&key, name, &value)?;
    }
    Ok(())
}
