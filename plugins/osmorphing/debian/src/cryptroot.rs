//! Encrypted volumes that the system's root lies on. cryptsetup's hook finds them through the device mapper, which
//! programs of the guest may not ask on a worker, and would leave them out of the initramfs. With the option `initramfs`
//! (crypttab(5)) it takes them without asking; which ones is read of the kernel's own tree of devices.

use gyre_plugin::linux::files;
use gyre_plugin::osmorphing::*;
use std::collections::BTreeSet;

const HOOK: &str = "/usr/share/initramfs-tools/hooks/cryptroot";
const CRYPTTAB: &str = "/etc/crypttab";
/// Names of dm-crypt's mappings below `/` and `/usr`, a line each. What has no device number of its own (btrfs) is
/// followed from what it was mounted from.
const BELOW_ROOT: &str = r#"
look() {
    case $(cat "$1/dm/uuid" 2>/dev/null) in CRYPT-*) cat "$1/dm/name" ;; esac
    for below in "$1"/slaves/*; do [ ! -d "$below" ] || look "$below"; done
}
while read -r _ _ number _ point rest; do
    case $point in / | /usr) ;; *) continue ;; esac
    if [ ! -d "/sys/dev/block/$number" ]; then
        set -- ${rest#* - }
        number=$(printf '%d:%d' $(stat -Lc '0x%t 0x%T' "$2"))
    fi
    look "/sys/dev/block/$number"
done </proc/self/mountinfo
"#;
const FIND_MS: u32 = 60_000;

/// Names them for the hook.
///
/// # Errors
/// What the host met.
pub fn name(root: &Root) -> Result<()> {
    if !root.exists(HOOK)? || !root.exists(CRYPTTAB)? {
        return Ok(());
    }
    let output = root.output(&Command::new(["sh", "-c", BELOW_ROOT]).timeout_ms(FIND_MS))?;
    let text = output.text();
    let below: BTreeSet<&str> = text.lines().collect();
    files::edit(root, CRYPTTAB, |text| files::edit_lines(text, |line| with_option(line, &below)))
}

/// A line of crypttab whose target is among those, with the option.
fn with_option(line: &str, below: &BTreeSet<&str>) -> String {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [target, source, more @ ..] = fields.as_slice() else { return line.into() };
    let options = more.get(1).copied().unwrap_or_default();
    if !below.contains(target) || options.split(',').any(|option| option == "initramfs") {
        return line.into();
    }
    let key = more.first().copied().unwrap_or("none");
    let comma = if options.is_empty() { "" } else { "," };
    format!("{target} {source} {key} {options}{comma}initramfs")
}
