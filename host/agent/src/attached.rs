//! By which name an attached disk is known, and how long it may take to appear. Knows no platform.

use std::time::Duration;

/// How long a disk may take to appear after it was attached, seconds.
pub(crate) const APPEAR_TIMEOUT_S: u64 = 30;
pub(crate) const APPEAR_POLL: Duration = Duration::from_millis(200);
/// virtio-blk tells no more of a serial.
pub(crate) const VIRTIO_SERIAL_BYTES: usize = 20;

/// Whether a disk that says `serial` of itself is the one that the platform calls `name`.
pub(crate) fn is_called(serial: &str, name: &str) -> bool {
    let wanted = plain(name);
    let cut = |short: &str, long: &str| short.len() == VIRTIO_SERIAL_BYTES && long.starts_with(short);
    serial == name
        || cut(serial, name)
        || cut(name, serial)
        || (!wanted.is_empty() && plain(serial) == wanted)
}

/// A WWN without what different sources put around it.
fn plain(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    ["wwn-", "naa.", "eui.", "0x"]
        .iter()
        .fold(name, |name, prefix| name.trim_start_matches(prefix).to_string())
}
