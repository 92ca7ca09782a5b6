//! How a step waits: it looks for a while inside the call, then stops with what it waits for, and
//! the host calls again. A step is written as a straight line with `?`; nothing of what it makes is
//! remembered here, because every call looks for it in the cloud again.

use crate::cloud::Cloud;
use crate::contract::{Error, ErrorKind, Outcome, Result, Step, Wait, clock, log, progress};
use crate::options::Options;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Pause that a `wait` asks for, milliseconds.
const WAIT_PAUSE_MS: u32 = 5_000;
/// How long one thing may take over all calls before the step fails, milliseconds.
const WAIT_TOTAL_MS: u64 = 30 * 60 * 1000;

/// How long a step leaves services alone, because they ask for it, before it fails, milliseconds.
const HELD_TOTAL_MS: u64 = 30 * 60 * 1000;
/// How often one call asks for the deletion of one object that does not go.
const ASKS_MAX: u32 = 5;
/// Looks between two such requests.
const LOOKS_PER_ASK: u32 = 3;

/// Why a step did not go on.
#[derive(Debug)]
pub enum Stop {
    /// Something is not ready; call again.
    Wait,
    /// It failed.
    Fail(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Fail(error)
    }
}

/// The result of everything inside a step that may have to wait.
pub type Flow<T> = std::result::Result<T, Stop>;

/// What a step remembers between two calls: how long it has waited and how often it started anew.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Resume {
    /// What is being waited for.
    pub what: String,
    /// Since when, milliseconds since the Unix epoch.
    pub since_ms: u64,
    /// Ids of servers that failed to start so far.
    pub buried: Vec<String>,
    /// What was wrong with each of them.
    pub faults: Vec<String>,
    /// Volumes that something was asked of: a removal must see them free before it is done.
    pub volumes: Vec<String>,
    /// How often the deletion of an object was asked for, by its id.
    pub removals: BTreeMap<String, Removal>,
    /// How long services asked this step to leave them alone, all in all.
    pub held_ms: u64,
    /// Whether a request to stop the job ends this step; undoing goes on.
    #[serde(skip)]
    pub cancellable: bool,
}

impl Resume {
    /// What the host hands back; anything unreadable counts as a fresh start.
    pub fn parse(state: Option<&str>, cancellable: bool) -> Self {
        let read: Self = state.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        Self { cancellable, ..read }
    }

    /// Starts the clock, unless it runs for the same thing already.
    fn begin(&mut self, what: &str, now_ms: u64) {
        if self.what != what {
            what.clone_into(&mut self.what);
            self.since_ms = now_ms;
        }
    }

    fn waited_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.since_ms)
    }

    /// Turns the end of a step into what the host is told. A service that cannot serve now and says for
    /// how long (`retry_after_ms`) is what the step waits for, until that takes [`HELD_TOTAL_MS`]: the host
    /// would try again too soon.
    ///
    /// # Errors
    /// The step's own.
    pub fn outcome(mut self, flow: Flow<String>, retry_after_ms: Option<u32>) -> Result<Outcome> {
        match (flow, retry_after_ms) {
            (Ok(state), _) => Ok(Outcome::Done(state)),
            (Err(Stop::Wait), _) => self.wait(WAIT_PAUSE_MS),
            (Err(Stop::Fail(error)), Some(pause))
                if error.kind == ErrorKind::Unavailable && self.held_ms < HELD_TOTAL_MS =>
            {
                log!(warn, "a service asks for a pause"; "ms" => pause, "why" => error);
                self.held_ms = self.held_ms.saturating_add(pause.into());
                self.wait(pause)
            }
            (Err(Stop::Fail(error)), _) => Err(error),
        }
    }

    fn wait(&self, after_ms: u32) -> Result<Outcome> {
        Ok(Outcome::Wait(Wait { state: to_json(self)?, after_ms }))
    }
}

/// A state as it is stored.
///
/// # Errors
/// `openstack.state`, which would be a defect.
pub fn to_json<T: Serialize>(state: &T) -> Result<String> {
    serde_json::to_string(state)
        .map_err(|error| Error::other("openstack.state", "a state cannot be written").cause(error))
}

/// A state as it was stored.
///
/// # Errors
/// `openstack.state`.
pub fn from_json<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        Error::invalid(
            "openstack.state",
            "a stored state cannot be read; was it made by another plugin or version?",
        )
        .cause(error)
    })
}

/// One call of a step: the cloud, the options, and what the step remembers.
pub struct Run {
    /// The conversation.
    pub cloud: Cloud,
    /// The configuration.
    pub options: Options,
    /// What everything that this step makes carries.
    pub token: String,
    /// From the last call.
    pub resume: Resume,
}

impl Run {
    /// A step that makes something: it may be cancelled.
    ///
    /// # Errors
    /// Those of [`Options::parse`].
    pub fn forward(step: &Step) -> Result<Self> {
        Self::new(step, true)
    }

    /// A step that undoes something: it goes on although the job was asked to stop.
    ///
    /// # Errors
    /// Those of [`Options::parse`].
    pub fn undo(step: &Step) -> Result<Self> {
        Self::new(step, false)
    }

    fn new(step: &Step, cancellable: bool) -> Result<Self> {
        if step.token.is_empty() {
            return Err(Error::invalid("openstack.state", "a step without a token cannot be repeated"));
        }
        let options = Options::parse(&step.config)?;
        let cloud = Cloud::new(options.auth.clone());
        let resume = Resume::parse(step.resume.as_deref(), cancellable);
        Ok(Self { cloud, options, token: step.token.clone(), resume })
    }

    /// Looks until `look` has an answer; when this call's time is over the step stops with
    /// [`Stop::Wait`].
    ///
    /// # Errors
    /// Those of `look`; `openstack.timeout` when the same thing took [`WAIT_TOTAL_MS`] over all calls;
    /// `job.cancelled` where the step may be cancelled.
    pub fn until<T>(&mut self, what: &str, look: impl FnMut(&mut Cloud) -> Result<Option<T>>) -> Flow<T> {
        let minutes = WAIT_TOTAL_MS / 60_000;
        let message = format!("gave up after {minutes} min: {what}");
        let timeout = || Error::other("openstack.timeout", message);
        Ok(self.until_or(what, WAIT_TOTAL_MS, look)?.ok_or_else(timeout)?)
    }

    /// [`Run::until`] that answers nothing after `limit_ms` over all calls.
    ///
    /// # Errors
    /// As there, but for the time-out.
    pub fn until_or<T>(
        &mut self,
        what: &str,
        limit_ms: u64,
        mut look: impl FnMut(&mut Cloud) -> Result<Option<T>>,
    ) -> Flow<Option<T>> {
        loop {
            if let Some(found) = look(&mut self.cloud)? {
                return Ok(Some(found));
            }
            // Only now: what is there already must not set back the clock of what is waited for behind it.
            self.resume.begin(what, clock::now_ms());
            if self.resume.cancellable {
                progress::check()?;
            }
            if self.resume.waited_ms(clock::now_ms()) > limit_ms {
                return Ok(None);
            }
            if !self.cloud.may_look_again() {
                return Err(Stop::Wait);
            }
        }
    }

    /// Deletes objects, all at once, and waits until they are gone; `look` is one look at one of them, with
    /// [`Removal::look`].
    ///
    /// # Errors
    /// Those of `look` and of [`Run::until`].
    pub fn remove_all(
        &mut self,
        what: &str,
        mut ids: Vec<String>,
        look: impl Fn(&mut Cloud, &str, &mut Removal) -> Result<Option<()>>,
    ) -> Flow<()> {
        ids.sort_unstable();
        ids.dedup();
        let mut left = Vec::new();
        for id in ids {
            let removal = self.resume.removals.entry(id.clone()).or_default();
            if look(&mut self.cloud, &id, removal)?.is_none() {
                left.push(id);
            }
        }
        for id in left {
            let mut removal = self.resume.removals.remove(&id).unwrap_or_default();
            let flow = self.until(&format!("{what} {id} is deleted"), |cloud| look(cloud, &id, &mut removal));
            self.resume.removals.insert(id, removal);
            flow?;
        }
        Ok(())
    }

    /// How the call ends.
    ///
    /// # Errors
    /// The step's own.
    pub fn end(self, flow: Flow<String>) -> Result<Outcome> {
        let retry_after_ms = self.cloud.retry_after_ms();
        self.resume.outcome(flow, retry_after_ms)
    }
}

/// What can be seen of an object that is to go.
pub enum Sight {
    /// It is not there.
    Gone,
    /// Something happens to it: it cannot be asked for now, or goes already.
    Busy,
    /// It stands still, and would go if it were asked.
    Idle,
}

/// The deletion of one object, asked for again where the cloud refused it or took it back: a volume whose
/// storage was busy is `available` again, a server that could not be taken down is in `ERROR`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Removal {
    asks: u32,
    looks: u32,
    #[serde(skip)]
    refusal: Option<Error>,
}

impl Removal {
    /// One look: asks for the deletion where that is due, and answers once the object is gone. `ask` says
    /// whether it was there, `stuck` what is wrong with an object that does not go.
    ///
    /// # Errors
    /// Those of `ask`, but a conflict only after [`ASKS_MAX`] requests; `stuck`.
    pub fn look(
        &mut self,
        cloud: &mut Cloud,
        sight: Sight,
        ask: impl FnOnce(&mut Cloud) -> Result<bool>,
        stuck: impl FnOnce() -> Error,
    ) -> Result<Option<()>> {
        match sight {
            Sight::Gone => return Ok(Some(())),
            Sight::Busy => return Ok(None),
            Sight::Idle => {}
        }
        let due = self.looks >= self.asks.saturating_mul(LOOKS_PER_ASK);
        self.looks = self.looks.saturating_add(1);
        match due {
            false => Ok(None),
            true if self.asks < ASKS_MAX => self.ask(cloud, ask),
            true => Err(self.refusal.take().unwrap_or_else(stuck)),
        }
    }

    fn ask(&mut self, cloud: &mut Cloud, ask: impl FnOnce(&mut Cloud) -> Result<bool>) -> Result<Option<()>> {
        self.asks = self.asks.saturating_add(1);
        match ask(cloud) {
            Ok(there) => Ok((!there).then_some(())),
            Err(error) if error.kind == ErrorKind::Conflict => {
                self.refusal = Some(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
