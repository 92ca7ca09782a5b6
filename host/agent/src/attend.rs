//! Waiting for a child process: its input, its outputs up to a limit, its deadline. Knows no program.

use gyre_core::Result;
use gyre_core::error::Context as _;
use gyre_core::limits::GUEST_OUTPUT_BYTES_MAX;
use std::io::{Read, Write as _};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

const WAIT_POLL: Duration = Duration::from_millis(20);
/// What a program started has to let go of its output within, after it ended.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How a child came to its end.
pub enum Ended {
    /// With its own status.
    Itself(ExitStatus),
    /// Killed at the deadline.
    Late,
    /// Killed because it was asked for.
    Stopped,
}

/// How it ended, its standard output, its standard error.
type Attended = (Ended, Vec<u8>, Vec<u8>);

/// Feeds the child, which leads a process group on Linux; collects what it says; kills the group at the
/// deadline or when `stop` says so. On Windows the child is one whose end ends what it started. Blocking.
///
/// # Errors
/// `rootfs.run`.
pub fn attend(
    mut child: Child,
    input: Vec<u8>,
    deadline: Instant,
    stop: impl Fn() -> bool,
) -> Result<Attended> {
    let stdin = child.stdin.take();
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    std::thread::spawn(move || {
        // A program may end without reading all of it.
        let _ = stdin.map(|mut stdin| stdin.write_all(&input));
    });
    let what = || "cannot wait for the guest's program".to_string();
    let ended = loop {
        if let Some(status) = child.try_wait().or_other("rootfs.run", what)? {
            break Ended::Itself(status);
        }
        let (late, stopped) = (Instant::now() >= deadline, stop());
        if late || stopped {
            kill(&mut child);
            break if stopped { Ended::Stopped } else { Ended::Late };
        }
        std::thread::sleep(WAIT_POLL);
    };
    let output =
        |from: std::sync::mpsc::Receiver<Vec<u8>>| from.recv_timeout(DRAIN_TIMEOUT).unwrap_or_default();
    Ok((ended, output(stdout), output(stderr)))
}

/// Waits only for so long: a process in the middle of I/O to a broken disk does not end.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    let _ = {
        let group = rustix::process::Pid::from_child(child);
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL)
    };
    let _ = child.kill();
    let given_up = Instant::now() + DRAIN_TIMEOUT;
    while matches!(child.try_wait(), Ok(None)) && Instant::now() < given_up {
        std::thread::sleep(WAIT_POLL);
    }
}

fn collect<R: Read + Send + 'static>(from: Option<R>) -> std::sync::mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut from) = from {
            let _ = from.by_ref().take(GUEST_OUTPUT_BYTES_MAX).read_to_end(&mut kept);
            let _ = std::io::copy(&mut from, &mut std::io::sink());
        }
        let _ = sender.send(kept);
    });
    receiver
}
