//! The OEM partition: GRUB reads its `grub.cfg` before every boot, for what the platform is called and for arguments of the
//! kernel. The menu itself belongs to the system's updates and is never touched.

use gyre_plugin::linux::files;
use gyre_plugin::osmorphing::*;

/// Where it is mounted, of newer and of older releases.
const PLACES: &[&str] = &["/oem", "/usr/share/oem"];
const NAME: &str = "oem_id";
const SERIAL: &str = "console=ttyS0";
const APPENDED: &str = "set linux_append=\"$linux_append console=tty0 console=ttyS0,115200n8\"";
/// What the tools of the old platform came with.
const LEFT: &[&str] = &["cloud-config.yml", "bin/vmtoolsd", "sysext"];

/// A platform's name becomes an argument of the kernel.
///
/// # Errors
/// `linux.option`
pub fn check(id: &str) -> Result<()> {
    let is_name =
        (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if is_name {
        return Ok(());
    }
    Err(Error::invalid("linux.option", format!("`oem-id` {id:?} is no name of a platform")))
}

/// Tells the system where it runs now.
///
/// # Errors
/// What the host met.
pub fn configure(root: &Root, platform: Option<&str>, serial_console: bool) -> Result<()> {
    let Some(place) = PLACES.iter().find(|place| root.is_dir(place)) else {
        log!(
            warn,
            "the OEM partition is not mounted: the system goes on to believe that it runs on its old platform. Set `flatcar.oem.id` in its grub.cfg"
        );
        return Ok(());
    };
    let path = format!("{place}/grub.cfg");
    if !root.exists(&path)? {
        let text = edited("# Flatcar GRUB settings, written by gyre\n", platform, serial_console);
        return files::write(root, &path, 0o644, &text);
    }
    files::edit(root, &path, |text| edited(text, platform, serial_console))?;
    for name in LEFT {
        if root.exists(&format!("{place}/{name}"))? {
            log!(warn, "{place}/{name} of the old platform stays: remove it in the guest if it disturbs");
        }
    }
    Ok(())
}

fn edited(text: &str, platform: Option<&str>, serial_console: bool) -> String {
    let mut text = match platform {
        Some(platform) => named(text, platform),
        None => text.to_string(),
    };
    if serial_console && !text.lines().any(|line| !is_comment(line) && line.contains(SERIAL)) {
        append(&mut text, APPENDED);
    }
    text
}

/// `set oem_id="vmware"`, the last of which counts.
fn named(text: &str, platform: &str) -> String {
    let line = format!("set {NAME}=\"{platform}\"");
    let is_name = |line: &str| {
        let rest = line.trim_start().strip_prefix("set").map(str::trim_start);
        rest.and_then(|rest| rest.strip_prefix(NAME)).is_some_and(|rest| rest.starts_with('='))
    };
    if !text.lines().any(is_name) {
        let mut text = text.to_string();
        append(&mut text, &line);
        return text;
    }
    files::edit_lines(text, |old| if is_name(old) { line.clone() } else { old.to_string() })
}

fn append(text: &mut String, line: &str) {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    text.push_str(&format!("{end}{line}\n"));
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_is_named_once_and_a_console_added_once() {
        let vmware =
            "# settings\nset oem_id=\"vmware\"\n# console=ttyS0\nset linux_append=\"flatcar.autologin\"";
        let once = edited(vmware, Some("openstack"), true);
        assert_eq!(
            once,
            format!(
                "# settings\nset oem_id=\"openstack\"\n# console=ttyS0\nset linux_append=\"flatcar.autologin\"\n{APPENDED}\n"
            )
        );
        assert_eq!(edited(&once, Some("openstack"), true), once);
        assert_eq!(edited(vmware, None, false), vmware);
        assert_eq!(edited("", Some("qemu"), false), "set oem_id=\"qemu\"\n");
    }

    #[test]
    fn a_platform_is_a_word() {
        for bad in ["", "a b", "x\"; reboot", "a\nb"] {
            assert_eq!(check(bad).unwrap_err().code, "linux.option");
        }
        check("openstack").unwrap();
    }
}
