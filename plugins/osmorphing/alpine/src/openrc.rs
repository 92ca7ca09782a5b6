//! What systemd does elsewhere: services and logins of OpenRC and busybox' init.

use gyre_plugin::linux::files;
use gyre_plugin::osmorphing::*;

const DEFAULT_RUNLEVEL: &str = "/etc/runlevels/default";
const INITTAB: &str = "/etc/inittab";
const GETTY: &str = "ttyS0::respawn:/sbin/getty -L 115200 ttyS0 vt100";
/// Comes with the package, and enables its services.
const SETUP: &str = "setup-cloud-init";
/// The longest that it may take.
const SETUP_MS: u32 = 60_000;

/// Enables cloud-init's services where the package is installed.
///
/// # Errors
/// What the host met.
pub fn enable_cloud_init(root: &Root) -> Result<()> {
    if root.find_program(SETUP)?.is_none() {
        return Ok(());
    }
    if let Err(error) = root.run(Command::new([SETUP]).timeout_ms(SETUP_MS)) {
        log!(warn, "cloud-init could not be enabled: {}", error.causes.join(": "));
    }
    Ok(())
}

/// Lets a service start at boot, where its package is installed: packages leave that to the administrator.
///
/// # Errors
/// What the host met.
pub fn enable(root: &Root, service: &str) -> Result<()> {
    let file = format!("/etc/init.d/{service}");
    if !root.exists(&file)? {
        return Ok(());
    }
    root.make_dir(DEFAULT_RUNLEVEL, 0o755)?;
    root.symlink(&format!("{DEFAULT_RUNLEVEL}/{service}"), &file)
}

/// A login on the serial console.
///
/// # Errors
/// What the host met.
pub fn serial_console(root: &Root) -> Result<()> {
    files::edit(root, INITTAB, with_getty)
}

fn with_getty(text: &str) -> String {
    if text.lines().any(|line| line.starts_with("ttyS0:")) {
        return text.into();
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{end}{GETTY}\n")
}
