//! Runs a plugin against a recording: every call that was made into it is made again, and each call of the host is answered
//! from the file, until something is other than it was. Everything is led by the types that the component itself imports
//! and exports; no interface is known here but `log`, whose lines are kept for the author. Reaches nothing outside.

mod deck;
mod diff;

pub use deck::{Difference, Place};
pub use diff::Field;

use crate::plugin::Plugin;
use crate::recording::json::{Handle, Toward, decode, encode, tell};
use crate::recording::reader::Event;
use crate::recording::{Blobs, Played, Recording};
use crate::session::{Cell, Session};
use crate::wasi::PREFIX;
use deck::{Deck, End, Said};
use gyre_core::Result;
use gyre_core::config::Limits;
use serde::Serialize;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Instance, InstancePre, Linker, LinkerInstance, ResourceType, Val};
use wasmtime::{AsContextMut as _, Store, StoreContextMut};

/// A dynamic byte takes so many times the room of a byte: `payload-mib` counts it.
const PAYLOAD_FACTOR: u64 = 64;

/// How a replay is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Replaying {
    /// Whether calls without a result (log lines, progress, handles that are let go of) have to be the same, too.
    pub strict: bool,
}

/// What came of a replay.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Replayed {
    /// Instances that were replayed, the last maybe in part.
    pub instances: u32,
    /// Calls that were the same.
    pub calls: u64,
    /// Instances whose recording ends in the middle of a call: the run was killed, or the recording met its limit.
    pub broken_off: u32,
    /// The first difference.
    pub difference: Option<Difference>,
}

/// Replays these instances, one after the other, up to the first difference.
///
/// # Errors
/// `recording.damaged` where a recorded value does not fit the plugin's types; `plugin.link`; `job.cancelled`.
pub async fn replay(
    plugin: &Arc<Plugin>,
    limits: &Limits,
    recording: &Recording,
    played: &[Arc<Played>],
    how: Replaying,
    cancel: &CancellationToken,
) -> Result<Replayed> {
    let linked = link(plugin)?;
    let mut replayed = Replayed::default();
    for played in played {
        replayed.instances += 1;
        let deck = Deck::new(played.clone(), recording.blobs.clone(), how);
        let limits =
            Limits { payload_mib: limits.payload_mib.saturating_mul(PAYLOAD_FACTOR), ..limits.clone() };
        let opened = open(plugin, limits, cancel, &linked, deck.clone()).await;
        let ended = match opened {
            Ok(session) => calls(session, played, &deck, &recording.blobs).await,
            // Nothing of it ran while it was recorded either: an instance that could not begin is not called.
            Err(error) if played.events.is_empty() && error.code != "job.cancelled" => Ok(()),
            Err(error) => Err(error),
        };
        let state = deck.end();
        replayed.calls += state.calls;
        replayed.broken_off += u32::from(state.broken_off);
        replayed.difference = state.difference;
        ended?;
        if replayed.difference.is_some() {
            break;
        }
    }
    Ok(replayed)
}

async fn open(
    plugin: &Arc<Plugin>,
    limits: Limits,
    cancel: &CancellationToken,
    linked: &InstancePre<Cell<Deck>>,
    deck: Deck,
) -> Result<Session<Deck, Instance>> {
    let linked = linked.clone();
    Session::open(plugin.clone(), limits, cancel.clone(), deck, move |store| {
        Box::pin(async move { linked.instantiate_async(store).await })
    })
    .await
}

/// Every call into the instance; ends early at a difference, and where the recording does.
async fn calls(
    mut session: Session<Deck, Instance>,
    played: &Played,
    deck: &Deck,
    blobs: &Arc<Blobs>,
) -> Result<()> {
    while let Some((export, arguments)) = deck.next_call(played) {
        let Some(name) = exported(session.plugin(), export) else {
            deck.lacks(export);
            return Ok(());
        };
        let (arguments, blobs, function) = (arguments.to_vec(), blobs.clone(), name.1.to_owned());
        let name = (name.0.to_owned(), function.clone());
        let answer = session
            .call(&function, move |store, instance| {
                Box::pin(async move { call(store, *instance, &name, &arguments, &blobs).await })
            })
            .await;
        let end = match answer {
            Ok(answer) => End::Answered(answer),
            Err(error) if error.code == "job.cancelled" => return Err(error),
            Err(error) => End::Failed(error),
        };
        if !deck.over(export, end)? {
            return Ok(());
        }
    }
    Ok(())
}

/// An export as the component names it, and the function in it.
fn exported<'a>(plugin: &'a Plugin, export: &'a str) -> Option<(&'a str, &'a str)> {
    let (interface, function) = export.split_once('#')?;
    let is_it = |name: &&String| name.split('@').next() == Some(interface);
    plugin.exports().iter().find(is_it).map(|name| (name.as_str(), function))
}

/// What a call into the plugin answers.
async fn call(
    store: &mut Store<Cell<Deck>>,
    instance: Instance,
    (interface, function): &(String, String),
    arguments: &[serde_json::Value],
    blobs: &Blobs,
) -> wasmtime::Result<Option<Said>> {
    let within = instance.get_export_index(&mut *store, None, interface);
    let index = within.and_then(|within| instance.get_export_index(&mut *store, Some(&within), function));
    let function = index.and_then(|index| instance.get_func(&mut *store, index));
    let Some(function) = function else { return Ok(None) };
    let kind = function.ty(&*store);
    let mut given = Vec::new();
    for ((name, kind), value) in kind.params().zip(arguments) {
        let value = decode(&mut store.as_context_mut(), value, &kind, blobs);
        given.push(value.map_err(|why| deck::misfit(&format!("its argument `{name}`"), &why))?);
    }
    let mut answers = vec![Val::Bool(false); kind.results().len()];
    function.call_async(&mut *store, &given, &mut answers).await?;
    let Some((answer, kind)) = answers.into_iter().zip(kind.results()).next() else { return Ok(Some(None)) };
    tell(&mut store.as_context_mut(), answer, &kind).map(|told| Some(Some(told)))
}

/// Every import is answered from the deck; WASI is as inert as it was.
fn link(plugin: &Plugin) -> Result<InstancePre<Cell<Deck>>> {
    let engine = plugin.engine().wasmtime();
    let mut linker = Linker::new(engine);
    plugin.link_wasi(&mut linker)?;
    let kind = plugin.component().component_type();
    for (name, import) in kind.imports(engine).filter(|(name, _)| !name.starts_with(PREFIX)) {
        let ComponentItem::ComponentInstance(interface) = import.ty else { continue };
        let mut instance = linker.instance(name).map_err(|error| plugin.misfit(&error))?;
        let interface_name = name.split('@').next().unwrap_or(name);
        for (item, export) in interface.exports(engine) {
            link_item(&mut instance, interface_name, item, export.ty)
                .map_err(|error| plugin.misfit(&error))?;
        }
    }
    linker.instantiate_pre(plugin.component()).map_err(|error| plugin.misfit(&error))
}

fn link_item(
    instance: &mut LinkerInstance<'_, Cell<Deck>>,
    interface: &str,
    item: &str,
    kind: ComponentItem,
) -> wasmtime::Result<()> {
    match kind {
        ComponentItem::Resource(_) => {
            let import = format!("{interface}#[resource-drop]{item}");
            instance.resource(item, ResourceType::host::<Handle>(), move |store, handle| {
                let told = vec![crate::recording::Told::handle(handle)];
                store.data().lent.answer(&import, told, &["self"], false).map(drop)
            })
        }
        ComponentItem::ComponentFunc(_) => {
            let import = format!("{interface}#{item}");
            instance
                .func_new(item, move |store, kind, given, answer| reply(store, &kind, &import, given, answer))
        }
        _ => Ok(()),
    }
}

/// A call of the host, answered from the recording.
fn reply(
    mut store: StoreContextMut<'_, Cell<Deck>>,
    kind: &ComponentFunc,
    import: &str,
    given: &[Val],
    answer: &mut [Val],
) -> wasmtime::Result<()> {
    let names: Vec<_> = kind.params().map(|(name, _)| name).collect();
    let mut told = Vec::new();
    for (value, (_, kind)) in given.iter().zip(kind.params()) {
        told.push(tell(&mut store, value.clone(), &kind)?);
    }
    let result = kind.results().next();
    let deck = store.data().lent.clone();
    let Some(recorded) = deck.answer(import, told, &names, result.is_some())? else { return Ok(()) };
    let (Some(place), Some(kind)) = (answer.first_mut(), result) else { return Ok(()) };
    *place =
        decode(&mut store, &recorded, &kind, deck.blobs()).map_err(|why| deck::misfit("its result", &why))?;
    Ok(())
}

/// What a plugin said, as it stands in a recording.
fn written(told: crate::recording::Told) -> serde_json::Value {
    encode(told, Toward::Host, &mut Blobs::new())
}

/// The events of a recording by their kind, for messages.
fn named(event: &Event) -> String {
    match event {
        Event::Call { export, .. } => format!("the host calls {export}"),
        Event::Host { import, .. } => format!("a call of {import}"),
        Event::Answer { failed: None, .. } => "the plugin's answer".into(),
        Event::Answer { failed: Some(failed), .. } => format!("the call breaking off with [{}]", failed.code),
    }
}
