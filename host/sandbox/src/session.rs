//! One instance of a plugin in a store of its own, with its limits. A session that broke a rule, ran out of time
//! or was cancelled is dead: its store is dropped, and every later call says so. It knows no capability: what
//! the guest may call is linked by whoever opens the session.

use crate::fault::Broken;
use crate::limiter::Limiter;
use crate::meter::{Meter, Metered};
use crate::plugin::Plugin;
use crate::trap;
use futures::future::BoxFuture;
use gyre_core::config::Limits;
use gyre_core::{Error, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use wasmtime::{Store, UpdateDeadline};

/// What the store of a session holds for its capabilities.
pub trait Lent: Send + 'static {
    /// A call begins: counters of one call start anew.
    fn begin(&mut self, call: &str);
    /// The last lines that the guest logged, oldest first.
    fn last_lines(&self) -> Vec<String>;
    /// Whether the limits are the host's own, so that no line of `gyre.toml` raises them.
    fn has_fixed_limits(&self) -> bool {
        false
    }
    /// A line that the guest's language printed: dropped, unless somebody keeps it.
    ///
    /// # Errors
    /// When it printed too many: its session ends.
    fn print(&mut self, _line: &str) -> wasmtime::Result<()> {
        Ok(())
    }
}

/// The data of a store: what is lent, beside what is counted.
pub struct Cell<T> {
    /// What the capabilities work on.
    pub lent: T,
    limiter: Limiter,
}

/// What stops a call; shared with no one, and no part of the store.
struct Guard {
    plugin: Arc<Plugin>,
    limits: Limits,
    cancel: CancellationToken,
    meter: Arc<Meter>,
}

/// One instance of a plugin. `B` is the generated binding of its world.
pub struct Session<T: 'static, B> {
    guard: Guard,
    /// `None`: dead.
    live: Option<(Store<Cell<T>>, B)>,
}

impl<T: Lent, B: Send + 'static> Session<T, B> {
    /// Makes a store and instantiates the plugin in it.
    ///
    /// # Errors
    /// `plugin.link` when its exports are not what its world promises; `sandbox.*` when a limit is broken.
    pub async fn open(
        plugin: Arc<Plugin>,
        limits: Limits,
        cancel: CancellationToken,
        lent: T,
        instantiate: impl for<'a> FnOnce(&'a mut Store<Cell<T>>) -> BoxFuture<'a, wasmtime::Result<B>> + Send,
    ) -> Result<Self> {
        let meter = Meter::new();
        let mut store = store(&plugin, &limits, lent, &meter);
        let guard = Guard { plugin, limits, cancel, meter };
        match guard.run("instantiate", instantiate(&mut store)).await {
            Ok(bindings) => Ok(Self { guard, live: Some((store, bindings)) }),
            Err(stop) => Err(guard.error("instantiate", &stop, &store)),
        }
    }

    /// Calls the guest. On an error the session is dead.
    ///
    /// # Errors
    /// `sandbox.dead`, `sandbox.trap`, `sandbox.timeout`, `sandbox.computing`, `sandbox.memory`,
    /// `sandbox.limit`, `sandbox.payload`, `sandbox.handles`, `job.cancelled`.
    pub async fn call<R>(
        &mut self,
        call: &str,
        run: impl for<'a> FnOnce(&'a mut Store<Cell<T>>, &'a B) -> BoxFuture<'a, wasmtime::Result<R>> + Send,
    ) -> Result<R> {
        // Taken out, so that a caller who drops this future leaves a dead session and not a poisoned store.
        let Some((mut store, bindings)) = self.live.take() else {
            return Err(Error::other(
                "sandbox.dead",
                format!("the session of plugin {} ended before `{call}`", self.guard.plugin.title()),
            ));
        };
        store.data_mut().lent.begin(call);
        match self.guard.run(call, run(&mut store, &bindings)).await {
            Ok(answer) => {
                self.live = Some((store, bindings));
                Ok(answer)
            }
            Err(stop) => Err(self.guard.error(call, &stop, &store)),
        }
    }

    /// What the store holds, unless the session is dead.
    pub fn lent(&mut self) -> Option<&mut T> {
        self.live.as_mut().map(|(store, _)| &mut store.data_mut().lent)
    }

    /// The plugin.
    pub fn plugin(&self) -> &Arc<Plugin> {
        &self.guard.plugin
    }
}

impl Guard {
    async fn run<R>(&self, call: &str, future: BoxFuture<'_, wasmtime::Result<R>>) -> Result<R, Stop> {
        self.meter.reset();
        let wall = Duration::from_millis(self.limits.call_wall_ms);
        let metered = Metered { meter: self.meter.clone(), future };
        tracing::trace!(plugin = self.plugin.name(), call, "call");
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
            answer = tokio::time::timeout(wall, metered) => match answer {
                Ok(answer) => answer.map_err(Stop::Trapped),
                Err(_) => Err(Stop::Trapped(Broken::new(
                    "sandbox.timeout",
                    format!("it did not answer within its limit `call-wall-ms` of {} ms", self.limits.call_wall_ms),
                ).of("call-wall-ms").into())),
            },
        }
    }

    fn error<T: Lent>(&self, call: &str, stop: &Stop, store: &Store<Cell<T>>) -> Error {
        match stop {
            Stop::Cancelled => Error::cancelled(),
            Stop::Trapped(cause) if call == "instantiate" && is_link_error(cause) => {
                self.plugin.misfit(cause)
            }
            Stop::Trapped(cause) => {
                let lent = &store.data().lent;
                let limits = (!lent.has_fixed_limits()).then_some(&self.limits);
                trap::error(&self.plugin, call, cause, &lent.last_lines(), limits)
            }
        }
    }
}

/// Why a call has no answer.
enum Stop {
    Cancelled,
    Trapped(wasmtime::Error),
}

/// Neither the guest's code nor a limit: what it exports has another shape.
fn is_link_error(cause: &wasmtime::Error) -> bool {
    !cause.is::<wasmtime::Trap>() && !cause.is::<Broken>() && !trap::is_limit(cause)
}

fn store<T: Lent>(plugin: &Plugin, limits: &Limits, lent: T, meter: &Arc<Meter>) -> Store<Cell<T>> {
    let cell = Cell { lent, limiter: Limiter::new(limits) };
    let mut store = Store::new(plugin.engine().wasmtime(), cell);
    store.limiter(|cell| &mut cell.limiter);
    store
        .set_hostcall_fuel(usize::try_from(limits.payload_mib.saturating_mul(1 << 20)).unwrap_or(usize::MAX));
    store.set_max_component_handles(limits.handles);
    store.set_epoch_deadline(1);
    let (meter, limit_ms) = (meter.clone(), limits.call_ms);
    store.epoch_deadline_callback(move |_| {
        if meter.spent() > Duration::from_millis(limit_ms) {
            let what = format!("it computed for longer than its limit `call-ms` of {limit_ms} ms");
            return Err(Broken::new("sandbox.computing", what).of("call-ms").into());
        }
        Ok(UpdateDeadline::Yield(1))
    });
    store
}
