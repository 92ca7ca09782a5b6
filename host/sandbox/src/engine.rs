//! The one wasmtime engine of a process, with its settings, its compile cache and the thread that ticks its
//! epoch. It knows no plugin.

use crate::cache::Cache;
use gyre_core::Result;
use gyre_core::error::Context as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::Config;
use wasmtime::component::Component;

/// How often a running guest is interrupted: to let others run, and to compare its computing time with its limit.
pub const TICK: Duration = Duration::from_millis(10);
/// Native stack of a guest.
const WASM_STACK_BYTES_MAX: usize = 512 << 10;
/// Stack that a guest's call runs on, host functions included.
const ASYNC_STACK_BYTES: usize = 2 << 20;
/// Frames that a trap tells.
const FRAMES_MAX: usize = 32;

/// The engine; clones share everything.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    wasmtime: wasmtime::Engine,
    cache: Cache,
    /// Of the settings and the wasmtime version.
    settings: u64,
}

impl Engine {
    /// Makes the engine; `cache` is a directory for compiled components, `key` this host's own (32 secret bytes
    /// that stay the same between runs).
    ///
    /// # Errors
    /// `sandbox.engine`, `sandbox.cache`.
    pub fn new(cache: &Path, key: [u8; 32]) -> Result<Self> {
        let cache = Cache::new(cache, &key)?;
        let wasmtime = wasmtime::Engine::new(&settings())
            .or_other("sandbox.engine", || "the WebAssembly engine cannot start on this machine".into())?;
        let mut hasher = DefaultHasher::new();
        wasmtime.precompile_compatibility_hash().hash(&mut hasher);
        let engine = Self(Arc::new(Inner { settings: hasher.finish(), wasmtime, cache }));
        tick(engine.wasmtime().weak())?;
        Ok(engine)
    }

    /// For linkers and stores.
    pub fn wasmtime(&self) -> &wasmtime::Engine {
        &self.0.wasmtime
    }

    /// Compiles a component, or takes what an earlier run compiled. Takes about 2 ms per KiB the first time.
    pub(crate) fn compile(&self, name: &str, wasm: &[u8], sha256: &str) -> Result<Component> {
        let entry = format!("{sha256}-{:016x}", self.0.settings);
        if let Some(component) = self.0.cache.read(&entry).and_then(|code| self.deserialize(&code)) {
            return Ok(component);
        }
        let code = self.0.wasmtime.precompile_component(wasm).map_err(|e| {
            gyre_core::Error::invalid("plugin.not-a-component", format!("plugin {name} cannot be compiled"))
                .cause(first_line(&e))
        })?;
        self.0.cache.write(&entry, &code)?;
        self.deserialize(&code).ok_or_else(|| {
            gyre_core::Error::other(
                "sandbox.engine",
                format!("what was just compiled of plugin {name} cannot be loaded"),
            )
        })
    }

    fn deserialize(&self, code: &[u8]) -> Option<Component> {
        // SAFETY: `code` was made by `precompile_component` of this program: either just now, or earlier, and
        // then its keyed hash was checked by the cache. wasmtime itself compares version and settings.
        #[allow(unsafe_code)]
        unsafe { Component::deserialize(&self.0.wasmtime, code) }.ok()
    }
}

/// The first line of an error, without its backtrace.
fn first_line(error: &wasmtime::Error) -> String {
    let text = format!("{error:#}");
    text.lines().next().unwrap_or_default().to_owned()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn settings() -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK_BYTES_MAX)
        .async_stack_size(ASYNC_STACK_BYTES)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(FRAMES_MAX))
        .wasm_component_model(true)
        .wasm_memory64(false)
        // What wasmtime itself puts between components nested in a plugin copies from one memory to another.
        .wasm_multi_memory(true)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .shared_memory(false);
    config
}

/// Ticks for as long as the engine lives, on a thread of its own: a guest that never yields must not be able to
/// hold up the clock that stops it.
fn tick(engine: wasmtime::EngineWeak) -> Result<()> {
    std::thread::Builder::new()
        .name("gyre-epoch".into())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })
        .map(drop)
        .or_other("sandbox.engine", || "cannot start the thread that stops runaway plugins".into())
}
