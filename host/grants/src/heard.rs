//! What a plugin asks of the host, call by call, kept for who holds it against the contract: which call was made again, and
//! which made what. In a job nothing is kept. Knows no call by name but those that cannot fail; judges none.

use crate::lent::Lent;
use gyre_sandbox::recording::{Reply, Told};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Calls that are kept of one trial.
const CALLS_MAX: usize = 4096;
/// Bytes of all that was asked and answered in them.
const TEXT_BYTES_MAX: usize = 64 << 20;
/// Interfaces that are called whenever it pleases a plugin, and whose calls do not fail.
const ASIDE: [&str; 3] = ["gyre:host/log#", "gyre:host/progress#", "gyre:host/clock#"];

/// One call of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostCall {
    /// In which call of the plugin it was made, counted from the trial's begin.
    pub turn: u32,
    /// Interface and function: `gyre:host/http#[method]endpoint.send`.
    pub function: String,
    /// The arguments as text, of a handle the call that gave it.
    pub asked: String,
    /// The answer as text.
    pub answered: String,
    /// Whether it was let fail.
    pub is_injected: bool,
}

impl HostCall {
    /// Whether both ask the same, in one call of the plugin.
    pub fn repeats(&self, earlier: &Self) -> bool {
        (self.turn, &self.function, &self.asked) == (earlier.turn, &earlier.function, &earlier.asked)
    }
}

/// The calls of one trial.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    is_on: AtomicBool,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    turn: u32,
    bytes: usize,
    calls: Vec<HostCall>,
}

impl Heard {
    pub(crate) fn listen(&self) {
        self.is_on.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_on(&self) -> bool {
        self.is_on.load(Ordering::SeqCst)
    }

    /// Forgets what was.
    pub(crate) fn clear(&self) {
        *self.kept() = Kept::default();
    }

    /// A call of the plugin begins.
    pub(crate) fn turn(&self) {
        let mut kept = self.kept();
        kept.turn = kept.turn.saturating_add(1);
    }

    /// One call more, unless there are too many.
    pub(crate) fn hear(&self, call: HostCall) {
        let mut kept = self.kept();
        let bytes = kept.bytes.saturating_add(call.asked.len()).saturating_add(call.answered.len());
        if kept.calls.len() < CALLS_MAX && bytes <= TEXT_BYTES_MAX {
            let turn = kept.turn;
            kept.bytes = bytes;
            kept.calls.push(HostCall { turn, ..call });
        }
    }

    pub(crate) fn calls(&self) -> Vec<HostCall> {
        self.kept().calls.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent {
    /// Keeps a call, where somebody listens.
    pub(crate) fn overhear(&mut self, function: &str, arguments: &[Told], reply: &Reply) {
        let shared = self.purpose.shared.clone();
        if !shared.faults.heard.is_on() || ASIDE.iter().any(|aside| function.starts_with(aside)) {
            return;
        }
        let mut asked = String::new();
        arguments.iter().for_each(|argument| self.write(argument, &mut asked));
        let mut answered = String::new();
        if let Reply::Result(result) = reply {
            if let Some(handle) = result.given_handle() {
                self.makers.insert(handle, digest(function, &asked));
            }
            self.write(result, &mut answered);
        }
        let veil = self.purpose.veil();
        let is_injected = answered.contains(crate::Faults::CODE);
        let (asked, answered) = (veil.over(&asked), veil.over(&answered));
        shared.faults.hear(HostCall { turn: 0, function: function.into(), asked, answered, is_injected });
    }

    /// As one text; a handle's number is a matter of chance, and so stands for it what gave it.
    fn write(&self, told: &Told, text: &mut String) {
        if let Some(handle) = told.as_handle() {
            let maker = self.makers.get(&handle).copied().unwrap_or_default();
            *text += &format!("<{maker:x}>\n");
            return;
        }
        match told {
            Told::Plain(value) => *text += &format!("{value}\n"),
            Told::Text(value) => *text += &format!("{value}\n"),
            Told::Bytes(bytes) => *text += &format!("{}\n", String::from_utf8_lossy(bytes)),
            Told::List(all) => all.iter().for_each(|one| self.write(one, text)),
            Told::Fields(fields) => fields.iter().for_each(|(name, one)| {
                *text += &format!("{name}: ");
                self.write(one, text);
            }),
        }
    }
}

fn digest(function: &str, asked: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (function, asked).hash(&mut hasher);
    hasher.finish()
}
