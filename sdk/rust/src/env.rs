//! What every plugin may do: log, tell progress, look at the clock.

pub use crate::bindings::gyre::host::log::Level;
#[cfg(target_arch = "wasm32")]
use crate::bindings::gyre::host::{clock as host_clock, log as host_log, progress as host_progress};
#[cfg(not(target_arch = "wasm32"))]
use crate::fake::{clock as host_clock, log as host_log, progress as host_progress};

/// Writes a line with fields; [`log!`](crate::log) is shorter.
pub fn write_log(level: Level, message: &str, fields: &[(String, String)]) {
    host_log::write(level, message, fields);
}

/// `log!(info, "{n} disks")`, `log!(warn, "no swap"; "path" => path)`: a line in the log of this call.
#[macro_export]
macro_rules! log {
    ($level:ident, $format:literal $(, $arg:expr)* $(; $($key:literal => $value:expr),+)?) => {
        $crate::env::write_log(
            $crate::log!(@level $level),
            &format!($format $(, $arg)*),
            &[$($(($key.to_string(), $value.to_string())),+)?],
        )
    };
    (@level trace) => { $crate::env::Level::Trace };
    (@level debug) => { $crate::env::Level::Debug };
    (@level info) => { $crate::env::Level::Info };
    (@level warn) => { $crate::env::Level::Warn };
    (@level error) => { $crate::env::Level::Error };
}

/// What an operator sees while a step runs.
pub mod progress {
    use crate::{Error, Result};

    /// `done` of `total` in the unit of the phase.
    pub fn report(phase: &str, done: u64, total: Option<u64>) {
        super::host_progress::report(phase, done, total);
    }

    /// To be called between long operations.
    ///
    /// # Errors
    /// `job.cancelled`, when the job was asked to stop.
    pub fn check() -> Result<()> {
        if super::host_progress::cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }
}

/// Time. `std::time` does not work in a plugin.
pub mod clock {
    /// Milliseconds since the Unix epoch.
    pub fn now_ms() -> u64 {
        super::host_clock::now()
    }

    /// Monotonic milliseconds, for measuring only.
    pub fn elapsed_ms() -> u64 {
        super::host_clock::elapsed()
    }

    /// Parks this call. A step that must wait longer than some seconds returns `Outcome::wait`.
    pub fn sleep_ms(milliseconds: u32) {
        super::host_clock::sleep(milliseconds);
    }
}

/// A verb of the plugin's own, called by a pointer that the optimiser does not see through: it would else melt into the
/// export, and the plugin's author would not find it among the frames of a trap.
macro_rules! verb {
    ($plugin:ident :: $verb:ident ( $($argument:expr),* )) => {{
        let verb: fn($($crate::env::verb!(@ $argument)),*) -> _ = <$plugin>::$verb;
        std::hint::black_box(verb)($($argument),*)
    }};
    (@ $argument:expr) => { _ };
}
pub(crate) use verb;

/// Before every exported call: a panic is logged before it becomes a trap.
#[doc(hidden)]
pub fn start() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| write_log(Level::Error, &info.to_string(), &[])));
    });
}
