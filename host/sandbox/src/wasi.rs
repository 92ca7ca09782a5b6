//! WASI 0.2, inert, for languages whose runtimes insist on it: no arguments, no environment, no directory, no network;
//! what is printed becomes lines of the plugin's log; clocks tell the time and random bytes are random. Whatever else is
//! called is refused, or ends the session and says so. Nothing here gives a plugin what its world does not.
//!
//! Functions are linked by the types that the component itself imports them with, so that every 0.2 release is served.

use crate::fault::Broken;
use crate::plugin::Plugin;
use crate::session::{Cell, Lent};
use gyre_core::{Error, Result};
use std::io::Read as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use wasmtime::StoreContextMut;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Linker, LinkerInstance, Resource, ResourceAny, ResourceType, Val};

/// The package of an interface's name.
pub(crate) const PREFIX: &str = "wasi:";
/// One call for random bytes.
const RANDOM_BYTES_MAX: u64 = 64 << 10;
/// One wait, as `clock.sleep` has it.
const WAIT_MS_MAX: u64 = 30_000;
/// What an output stream takes at once.
const WRITE_BYTES_MAX: u64 = 4096;
/// How fine the clocks are told to be.
const RESOLUTION_NS: u64 = 1_000;

/// Every resource of WASI: its number says what it is. Pollables count from here, by the millisecond at which they are
/// ready.
struct Inert;
const STANDARD: u32 = 0;
const POLLABLES: u32 = 1;

/// Links every `wasi:` import of the plugin.
pub(crate) fn link<T: Lent>(linker: &mut Linker<Cell<T>>, plugin: &Plugin) -> Result<()> {
    let engine = plugin.engine().wasmtime().clone();
    let kind = plugin.component().component_type();
    for (name, import) in kind.imports(&engine).filter(|(name, _)| name.starts_with(PREFIX)) {
        let ComponentItem::ComponentInstance(interface) = import.ty else { continue };
        let items: Vec<_> = interface.exports(&engine).map(|(item, export)| (item, export.ty)).collect();
        link_interface(linker, name, items).map_err(|error| {
            Error::invalid(
                "plugin.link",
                format!("{name} of plugin {} cannot be linked inert", plugin.title()),
            )
            .cause(error)
        })?;
    }
    Ok(())
}

fn link_interface<T: Lent>(
    linker: &mut Linker<Cell<T>>,
    name: &str,
    items: Vec<(&str, ComponentItem)>,
) -> wasmtime::Result<()> {
    let mut instance = linker.instance(name)?;
    let interface = name.strip_prefix(PREFIX).unwrap_or(name);
    let interface = interface.split('@').next().unwrap_or(interface).to_owned();
    let began = Instant::now();
    for (item, kind) in items {
        match kind {
            ComponentItem::Resource(_) => {
                instance.resource(item, ResourceType::host::<Inert>(), |_, _| Ok(()))?;
            }
            ComponentItem::ComponentFunc(_) => link_function(&mut instance, &interface, item, began)?,
            _ => {}
        }
    }
    Ok(())
}

fn link_function<T: Lent>(
    instance: &mut LinkerInstance<'_, Cell<T>>,
    interface: &str,
    function: &str,
    began: Instant,
) -> wasmtime::Result<()> {
    let (interface, name) = (interface.to_owned(), function.to_owned());
    if interface == "io/poll" && !function.ends_with(".ready") {
        return instance.func_new_async(function, move |store, _, given, answer| {
            Box::new(async move { put(answer, wait(store, given, began).await?) })
        });
    }
    instance.func_new(function, move |store, _, given, answer| {
        let mut call = Call { store, interface: &interface, name: &name, given, began };
        let said = call.answer()?;
        put(answer, said)
    })
}

/// A function has one result, or none.
fn put(answer: &mut [Val], said: Option<Val>) -> wasmtime::Result<()> {
    if let Some((place, said)) = answer.first_mut().zip(said) {
        *place = said;
    }
    Ok(())
}

/// One call of a function of WASI.
struct Call<'a, T: 'static> {
    store: StoreContextMut<'a, Cell<T>>,
    interface: &'a str,
    name: &'a str,
    given: &'a [Val],
    began: Instant,
}

impl<T: Lent> Call<'_, T> {
    fn answer(&mut self) -> wasmtime::Result<Option<Val>> {
        Ok(Some(match (self.interface, self.name) {
            ("cli/environment", "initial-cwd") | ("filesystem/types", "filesystem-error-code") => {
                Val::Option(None)
            }
            ("cli/environment", _) | ("filesystem/preopens", _) => Val::List(Vec::new()),
            ("cli/stdin" | "cli/stdout" | "cli/stderr" | "sockets/instance-network", _) => {
                self.handle(STANDARD)?
            }
            (terminal, _) if terminal.starts_with("cli/terminal-") => Val::Option(None),
            ("clocks/wall-clock", "now") => instant(since_epoch()),
            ("clocks/wall-clock", "resolution") => instant(Duration::from_nanos(RESOLUTION_NS)),
            ("clocks/monotonic-clock", _) => self.monotonic()?,
            ("io/error", _) => Val::String("WASI is inert here".into()),
            ("io/poll", _) => Val::Bool(true),
            ("io/streams", _) => return self.stream(),
            (random, _) if random.starts_with("random/") => self.random()?,
            ("sockets/tcp-create-socket" | "sockets/udp-create-socket" | "sockets/ip-name-lookup", _) => {
                Val::Result(Err(Some(Box::new(Val::Enum("access-denied".into())))))
            }
            _ => return Err(self.refused()),
        }))
    }

    /// No handle leads here, or the call has no answer that says no.
    fn refused(&self) -> wasmtime::Error {
        let what = format!(
            "it called wasi:{}#{}, and WASI is linked inert: without effect",
            self.interface, self.name
        );
        Broken::new("sandbox.wasi", what).into()
    }

    fn handle(&mut self, number: u32) -> wasmtime::Result<Val> {
        let handle = Resource::<Inert>::new_own(number);
        Ok(Val::Resource(ResourceAny::try_from_resource(handle, &mut self.store)?))
    }

    fn monotonic(&mut self) -> wasmtime::Result<Val> {
        let now = nanoseconds(self.began.elapsed());
        let asked = match self.given.first() {
            Some(Val::U64(asked)) => *asked,
            _ => 0,
        };
        let ready_at = match self.name {
            "now" => return Ok(Val::U64(now)),
            "resolution" => return Ok(Val::U64(RESOLUTION_NS)),
            "subscribe-duration" => now.saturating_add(asked),
            _ => asked,
        };
        let milliseconds = u32::try_from(ready_at / 1_000_000).unwrap_or(u32::MAX);
        self.handle(milliseconds.saturating_add(POLLABLES))
    }

    /// Output becomes lines of the log; input is at its end.
    fn stream(&mut self) -> wasmtime::Result<Option<Val>> {
        let done = || Some(Val::Result(Ok(None)));
        let closed = || Some(Val::Result(Err(Some(Box::new(Val::Variant("closed".into(), None))))));
        Ok(match self.name {
            "[method]output-stream.subscribe" | "[method]input-stream.subscribe" => {
                Some(self.handle(POLLABLES)?)
            }
            "[method]output-stream.check-write" => {
                Some(Val::Result(Ok(Some(Box::new(Val::U64(WRITE_BYTES_MAX))))))
            }
            "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush" => {
                self.print()?;
                done()
            }
            "[method]output-stream.flush" | "[method]output-stream.blocking-flush" => done(),
            _ => closed(),
        })
    }

    fn print(&mut self) -> wasmtime::Result<()> {
        let Some(Val::List(bytes)) = self.given.get(1) else { return Ok(()) };
        let bytes: Vec<u8> = bytes
            .iter()
            .filter_map(|byte| if let Val::U8(byte) = byte { Some(*byte) } else { None })
            .collect();
        let text = String::from_utf8_lossy(&bytes);
        let lent = &mut self.store.data_mut().lent;
        text.lines().filter(|line| !line.trim().is_empty()).try_for_each(|line| lent.print(line))
    }

    fn random(&mut self) -> wasmtime::Result<Val> {
        match (self.name, self.given.first()) {
            ("get-random-bytes" | "get-insecure-random-bytes", Some(Val::U64(length))) => {
                if *length > RANDOM_BYTES_MAX {
                    return Err(self.refused());
                }
                let mut bytes = vec![0; usize::try_from(*length).unwrap_or_default()];
                random_bytes(&mut bytes)?;
                Ok(Val::List(bytes.into_iter().map(Val::U8).collect()))
            }
            ("insecure-seed" | "get-insecure-seed", _) => {
                Ok(Val::Tuple(vec![Val::U64(random_number()?), Val::U64(random_number()?)]))
            }
            _ => Ok(Val::U64(random_number()?)),
        }
    }
}

/// `poll` and `block`: until the first of the pollables is ready, which of them are.
async fn wait<T: Lent>(
    mut store: StoreContextMut<'_, Cell<T>>,
    given: &[Val],
    began: Instant,
) -> wasmtime::Result<Option<Val>> {
    let handles = match given.first() {
        Some(Val::List(handles)) => handles.as_slice(),
        _ => given,
    };
    let mut ready_at = Vec::new();
    for handle in handles {
        let Val::Resource(handle) = handle else { continue };
        let number = Resource::<Inert>::try_from_resource_any(*handle, &mut store)?.rep();
        ready_at.push(u64::from(number.saturating_sub(POLLABLES)));
    }
    let first = ready_at.iter().copied().min().unwrap_or_default();
    let now = || u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tokio::time::sleep(Duration::from_millis(first.saturating_sub(now()).min(WAIT_MS_MAX))).await;
    let until = now().max(first);
    let ready = (0u32..).zip(&ready_at).filter(|(_, at)| **at <= until).map(|(index, _)| Val::U32(index));
    Ok(Some(Val::List(ready.collect())))
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// WASI's `datetime`.
fn instant(time: Duration) -> Val {
    Val::Record(vec![
        ("seconds".into(), Val::U64(time.as_secs())),
        ("nanoseconds".into(), Val::U32(time.subsec_nanos())),
    ])
}

pub(crate) fn random_bytes(bytes: &mut [u8]) -> wasmtime::Result<()> {
    Ok(std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(bytes))?)
}

fn random_number() -> wasmtime::Result<u64> {
    let mut bytes = [0; 8];
    random_bytes(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}
