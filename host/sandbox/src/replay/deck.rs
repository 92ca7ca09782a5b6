//! The recorded calls of one instance, played in order: what comes next, whether it came, and where it did not. Owns the
//! place in the recording and the difference that was found; refuses to know what any call does.

use super::diff::{Field, fields};
use super::{Replaying, named, written};
use crate::fault::Broken;
use crate::recording::json::Blobs;
use crate::recording::mask::{Mask, same};
use crate::recording::reader::Event;
use crate::recording::{Failed, Played, Told};
use crate::session::Lent;
use gyre_core::text::plain;
use gyre_core::{Error, Result};
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Log lines that are kept, and characters of one.
const LINES_KEPT: usize = 16;
const LINE_CHARS_MAX: usize = 1000;
/// The one call whose arguments are looked at.
const LOG: &str = "gyre:host/log#write";
/// Why an instance ends before its plugin would: the recording is over, or a difference was found.
const OVER: &str = "replay-over";
/// A recorded value does not fit the plugin's types.
const MISFIT: &str = "replay-misfit";

/// What a call into the plugin answered; none: it has no result.
pub(super) type Said = Option<Told>;

/// How a call into the plugin ended.
pub(super) enum End {
    /// With an answer; `None`: the plugin has no such function.
    Answered(Option<Said>),
    /// It broke off.
    Failed(Error),
}

/// Where in a recording something is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Number of the instance.
    pub instance: u32,
    /// Number of the call within it.
    pub number: u32,
}

/// The first call that is other than it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where it stands in the recording.
    pub at: Place,
    /// The call into the plugin that was being made: `gyre:plugin/osmorphing#detect`.
    pub during: String,
    /// What was recorded.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// Where both are the same call: the fields that differ.
    pub fields: Vec<Field>,
    /// What the plugin logged last.
    pub lines: Vec<String>,
}

/// The recorded calls of one instance; clones share everything.
#[derive(Clone)]
pub(super) struct Deck(Arc<Inner>);

struct Inner {
    played: Arc<Played>,
    blobs: Arc<Blobs>,
    how: Replaying,
    state: Mutex<State>,
}

/// How far it is.
#[derive(Default)]
pub(super) struct State {
    next: usize,
    during: String,
    mask: Mask,
    lines: VecDeque<String>,
    pub(super) calls: u64,
    /// The recording has nothing more for a call that goes on.
    pub(super) broken_off: bool,
    pub(super) difference: Option<Difference>,
}

/// What a recorded value is not.
pub(super) fn misfit(what: &str, why: &str) -> wasmtime::Error {
    Broken::new(MISFIT, format!("{what} cannot be replayed: {why}")).into()
}

fn over() -> wasmtime::Error {
    Broken::new(OVER, "the replay is over").into()
}

impl Deck {
    pub(super) fn new(played: Arc<Played>, blobs: Arc<Blobs>, how: Replaying) -> Self {
        Self(Arc::new(Inner { played, blobs, how, state: Mutex::default() }))
    }

    pub(super) fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }

    /// How far it came.
    pub(super) fn end(&self) -> State {
        std::mem::take(&mut *self.state())
    }

    /// The call into the plugin that comes next; its number counts as the same.
    pub(super) fn next_call<'a>(&self, played: &'a Played) -> Option<(&'a str, &'a [Value])> {
        let mut state = self.state();
        let Some(Event::Call { export, arguments, .. }) = played.events.get(state.next) else { return None };
        state.next += 1;
        state.calls += 1;
        state.during.clone_from(export);
        // What the plugin is told is masked already; what stands in it behind a secret's name is learned nowhere.
        Some((export, arguments))
    }

    /// A call of the host: its recorded result.
    ///
    /// # Errors
    /// When the replay is over; a difference is kept.
    pub(super) fn answer(
        &self,
        import: &str,
        told: Vec<Told>,
        names: &[&str],
        has_result: bool,
    ) -> wasmtime::Result<Option<Value>> {
        let mut state = self.state();
        let masked = told.into_iter().map(|one| state.mask.over(one));
        let arguments: Vec<Value> = masked.map(written).collect();
        if import == LOG {
            state.note(&arguments);
        }
        if !has_result && !self.0.how.strict {
            return Ok(None);
        }
        let Some(event) = self.expected(&mut state) else {
            state.broken_off = true;
            return Err(over());
        };
        match event {
            Event::Host { import: recorded, arguments: expected, result, trap, .. } if recorded == import => {
                if !same_all(expected, &arguments) {
                    let fields = argument_fields(names, expected, &arguments);
                    let what = format!("{import} with other arguments");
                    return Err(self.differs(&mut state, event, what, fields));
                }
                state.next += 1;
                state.calls += 1;
                if trap.is_some() { Err(over()) } else { Ok(result.clone()) }
            }
            // Something from outside (time, a limit, a stopped job) ended it there.
            Event::Answer { failed: Some(_), .. } => Err(over()),
            event => {
                let arguments = argument_fields(names, &[], &arguments);
                Err(self.differs(&mut state, event, format!("a call of {import}"), arguments))
            }
        }
    }

    /// The call into the plugin is over; whether there may be more.
    ///
    /// # Errors
    /// `recording.damaged`.
    pub(super) fn over(&self, export: &str, end: End) -> Result<bool> {
        let mut state = self.state();
        if state.difference.is_some() || state.broken_off {
            return Ok(false);
        }
        let end = match end {
            End::Answered(None) => {
                drop(state);
                self.lacks(export);
                return Ok(false);
            }
            End::Answered(Some(said)) => Ok(said.map(|told| written(state.mask.over(told)))),
            End::Failed(error) if error.code == MISFIT => return Err(damaged(&error)),
            End::Failed(error) => Err(error),
        };
        let Some(event) = self.expected(&mut state) else {
            state.broken_off = true;
            return Ok(false);
        };
        if let Some((actual, fields)) = other_end(event, &end) {
            let _ = self.differs(&mut state, event, actual, fields);
            return Ok(false);
        }
        state.next += 1;
        Ok(end.is_ok())
    }

    /// The plugin has no function of that name any more.
    pub(super) fn lacks(&self, export: &str) {
        let mut state = self.state();
        let call = state.next.saturating_sub(1);
        if let Some(event) = self.0.played.events.get(call) {
            let _ = self.differs(&mut state, event, format!("a plugin without {export}"), Vec::new());
        }
    }

    /// What is recorded next, as far as it is compared.
    fn expected(&self, state: &mut State) -> Option<&Event> {
        let is_passed =
            |event: &Event| matches!(event, Event::Host { result: None, .. }) && !self.0.how.strict;
        while self.0.played.events.get(state.next).is_some_and(is_passed) {
            state.next += 1;
        }
        self.0.played.events.get(state.next)
    }

    fn differs(
        &self,
        state: &mut State,
        event: &Event,
        actual: String,
        fields: Vec<Field>,
    ) -> wasmtime::Error {
        let at = Place { instance: self.0.played.instance, number: event.number() };
        let (expected, during) = (named(event), state.during.clone());
        let lines = state.lines.iter().cloned().collect();
        state.difference = Some(Difference { at, during, expected, actual, fields, lines });
        over()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came instead of a recorded end, where it is another one.
fn other_end(event: &Event, end: &Result<Option<Value>>) -> Option<(String, Vec<Field>)> {
    match (event, end) {
        (Event::Answer { result, failed: None, .. }, Ok(said)) => {
            let (recorded, said) =
                (result.as_ref().unwrap_or(&Value::Null), said.as_ref().unwrap_or(&Value::Null));
            (!same(recorded, said)).then(|| ("another answer".into(), fields("", recorded, said)))
        }
        (Event::Answer { failed: Some(Failed { code, .. }), .. }, Err(error)) => {
            let same = error.code == *code || error.code == OVER;
            (!same).then(|| (broke_off(error), Vec::new()))
        }
        (Event::Host { .. }, Ok(_)) => Some(("its answer, without that call".into(), Vec::new())),
        (_, Ok(_)) => Some(("its answer".into(), Vec::new())),
        // A recorded call of the host that ended the instance was passed over, or is the one it ended in.
        (_, Err(error)) => Some((broke_off(error), Vec::new())),
    }
}

fn broke_off(error: &Error) -> String {
    let causes: String = error.causes.iter().map(|cause| format!(": {cause}")).collect();
    format!("the call breaking off: {}{causes} [{}]", error.message, error.code)
}

fn damaged(error: &Error) -> Error {
    let what = "a value of the recording does not fit the plugin's types";
    error
        .causes
        .iter()
        .fold(Error::invalid("recording.damaged", what).cause(&error.message), |told, cause| {
            told.cause(cause)
        })
}

fn same_all(recorded: &[Value], seen: &[Value]) -> bool {
    recorded.len() == seen.len() && recorded.iter().zip(seen).all(|(a, b)| same(a, b))
}

/// The arguments that differ, by their names in the WIT.
fn argument_fields(names: &[&str], recorded: &[Value], seen: &[Value]) -> Vec<Field> {
    let object = |values: &[Value]| -> Value {
        let name =
            |at: usize| names.get(at).map_or_else(|| format!("argument {at}"), |name| (*name).to_owned());
        Value::Object(values.iter().enumerate().map(|(at, value)| (name(at), value.clone())).collect())
    };
    fields("", &object(recorded), &object(seen))
}

impl State {
    /// A line of the log: level, message, fields.
    fn note(&mut self, arguments: &[Value]) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let pair = |pair: &Value| Some(format!(" {}={}", text(pair.get(0)?)?, text(pair.get(1)?)?));
        let [level, message, fields] = arguments else { return };
        let fields: String = fields.as_array().into_iter().flatten().filter_map(pair).collect();
        self.keep(&format!(
            "{}: {}{fields}",
            text(level).unwrap_or_default(),
            text(message).unwrap_or_default()
        ));
    }

    fn keep(&mut self, line: &str) {
        if self.lines.len() == LINES_KEPT {
            self.lines.pop_front();
        }
        let line: String = plain(line).chars().take(LINE_CHARS_MAX).collect();
        tracing::info!(target: "gyre::plugin", "{line}");
        self.lines.push_back(line);
    }
}

impl Lent for Deck {
    fn begin(&mut self, _: &str) {}

    fn last_lines(&self) -> Vec<String> {
        self.state().lines.iter().cloned().collect()
    }

    fn print(&mut self, line: &str) -> wasmtime::Result<()> {
        self.state().keep(line);
        Ok(())
    }
}
