//! The requests of [`gyre_core::protocol`], each turned into one blocking call. Knows no transport.

#[cfg(unix)]
mod disks;

#[cfg(unix)]
use crate::bytes::ReadAt as _;
use crate::device::Disk;
use crate::program::{Program, Stops};
use crate::system::Guest;
use bytes::Bytes;
use gyre_core::error::Context as _;
use gyre_core::limits::{AGENT_BODY_BYTES_MAX, LUKS_SECRET_BYTES_MAX, LUKS_SECRETS_MAX};
use gyre_core::protocol::{Device, Hello, RootReply, RootRequest, Script, System, Unlock, VERSION};
use gyre_core::{Error, Kind, Result};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, Response, StatusCode};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Bodies in memory at once, all requests together.
const BODIES_KIB_MAX: usize = 128 * 1024;
/// Blocking calls at once.
const CALLS_MAX: usize = 16;
/// A JSON body: a guest's file in base64 is the largest.
const JSON_BYTES_MAX: u64 = AGENT_BODY_BYTES_MAX;

/// What all connections share.
pub struct Agent {
    disks: Arc<Vec<Disk>>,
    guest: Arc<Mutex<Guest>>,
    bodies: Arc<Semaphore>,
    #[cfg(unix)]
    buffers: disks::Buffers,
    calls: Arc<Semaphore>,
    started: Instant,
    last_ms: AtomicU64,
    running: AtomicUsize,
    programs: Arc<Stops>,
    /// Told when the host asked us to end.
    pub stop: Notify,
}

impl Agent {
    /// Serves `disks`, and the system on them mounted below `base`.
    pub fn new(disks: Vec<Disk>, base: std::path::PathBuf) -> Self {
        let disks = Arc::new(disks);
        Self {
            guest: Arc::new(Mutex::new(Guest::new(disks.clone(), base))),
            disks,
            bodies: Arc::new(Semaphore::new(BODIES_KIB_MAX)),
            #[cfg(unix)]
            buffers: disks::Buffers::default(),
            calls: Arc::new(Semaphore::new(CALLS_MAX)),
            started: Instant::now(),
            last_ms: AtomicU64::new(0),
            running: AtomicUsize::new(0),
            programs: Arc::default(),
            stop: Notify::new(),
        }
    }

    /// How long nothing was asked, seconds.
    pub fn idle_s(&self) -> u64 {
        if self.running.load(Ordering::Relaxed) > 0 {
            return 0;
        }
        (self.now_ms() - self.last_ms.load(Ordering::Relaxed).min(self.now_ms())) / 1000
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Ends the guest's programs, and lets none start any more.
    pub fn end_programs(&self) {
        self.programs.stop_for_good();
    }

    /// Takes the guest's system apart.
    pub fn end(&self) {
        if let Err(error) = lock(&self.guest).unmount() {
            eprintln!("{error}");
        }
    }

    /// Answers one request, whatever it is.
    pub async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let _asked = Asked::new(&self);
        self.route(request).await.unwrap_or_else(|error| failure(&error))
    }

    /// What runs in the guest must not hold up its end.
    async fn unmount(&self) -> Result<()> {
        self.programs.stop();
        self.with_guest(Guest::unmount).await
    }

    async fn route(self: &Arc<Self>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
        let path = request.uri().path().to_string();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let method = request.method().clone();
        match (&method, parts.as_slice()) {
            (&Method::GET, ["v1", "hello"]) => json(&self.hello()),
            (&Method::GET, ["v1", "systems"]) => json(&self.with_guest(Guest::systems).await?),
            (&Method::POST, ["v1", "mount"]) => {
                let system: System = self.json_body(request).await?;
                json(&self.with_guest(move |guest| guest.mount(&system)).await?)
            }
            (&Method::POST, ["v1", "unlock"]) => {
                self.unlock(request).await?;
                Ok(done())
            }
            (&Method::POST, ["v1", "script"]) => {
                let script: Script = self.json_body(request).await?;
                let stop = self.programs.watch();
                json(&self.with_guest(move |guest| guest.run_script(&script, &stop)).await?)
            }
            (&Method::POST, ["v1", "unmount"]) => {
                self.unmount().await?;
                Ok(done())
            }
            (&Method::POST, ["v1", "root"]) => {
                let call: RootRequest = self.json_body(request).await?;
                json(&self.root_call(call).await?)
            }
            (&Method::POST, ["v1", "stop"]) => {
                self.unmount().await?;
                self.stop.notify_one();
                Ok(done())
            }
            (_, ["v1", "disks", index, what]) => self.disk_call(index, what, request).await,
            _ => Err(Error::not_found("agent.request", format!("no such request: {method} {path}"))),
        }
    }

    fn hello(&self) -> Hello {
        let device = |disk: &Disk| Device {
            disk: disk.id.clone(),
            path: disk.path.display().to_string(),
            size: disk.size(),
        };
        Hello { version: VERSION, devices: self.disks.iter().map(device).collect() }
    }

    async fn root_call(self: &Arc<Self>, call: RootRequest) -> Result<RootReply> {
        let RootRequest::Run { argv, env, stdin, timeout_ms } = call else {
            return self.with_guest(move |guest| guest.hives.answer(&guest.root()?, call)).await;
        };
        let program = Program { argv, env, stdin: stdin.0, timeout_ms };
        let stop = self.programs.watch();
        // The lock is held while it runs: nothing is unmounted below a running program.
        self.with_guest(move |guest| guest.run(program, &stop)).await
    }

    /// A guest's disks are copied by a worker that runs Linux.
    #[cfg(windows)]
    async fn disk_call(&self, _: &str, what: &str, _: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
        let why =
            format!("an agent on Windows does not copy disks ({what}): it only converts what is on them");
        Err(Error::invalid("agent.request", why))
    }

    async fn unlock(&self, request: Request<Incoming>) -> Result<()> {
        // The parser's cause could quote a secret: it is left out.
        let bad = || Error::invalid("agent.request", "the body is not what this request takes");
        let body = self.body(request, JSON_BYTES_MAX).await?;
        let Unlock { secrets } = serde_json::from_slice(&body).map_err(|_| bad())?;
        let fits = |secret: &gyre_core::protocol::Secret| secret.0.len() <= LUKS_SECRET_BYTES_MAX;
        if secrets.len() > LUKS_SECRETS_MAX || !secrets.iter().all(fits) {
            return Err(bad());
        }
        self.with_guest(move |guest| {
            guest.unlock_with(secrets);
            Ok(())
        })
        .await
    }

    async fn with_guest<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Guest) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let guest = self.guest.clone();
        self.blocking(move || call(&mut lock(&guest))).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self
            .calls
            .clone()
            .acquire_owned()
            .await
            .or_other("agent.ending", || "the agent is ending".into())?;
        // The permit goes along: a call whose asker went away still counts.
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            call()
        });
        task.await.or_other("agent.defect", || "a call of the agent broke off".into())?
    }

    /// Waits until there is memory for a body.
    async fn room(&self, bytes: u64) -> Result<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes.div_ceil(1024).max(1)).unwrap_or(u32::MAX);
        let room = self.bodies.clone().acquire_many_owned(kib).await;
        room.or_other("agent.ending", || "the agent is ending".into())
    }

    async fn body(&self, request: Request<Incoming>, bytes_max: u64) -> Result<Bytes> {
        let _room = self.room(body_length(request.headers(), bytes_max)?).await?;
        let limit = usize::try_from(bytes_max).unwrap_or(usize::MAX);
        let body = Limited::new(request.into_body(), limit).collect().await;
        Ok(body.map_err(broken_off)?.to_bytes())
    }

    async fn json_body<T: serde::de::DeserializeOwned>(&self, request: Request<Incoming>) -> Result<T> {
        let body = self.body(request, JSON_BYTES_MAX).await?;
        serde_json::from_slice(&body)
            .or_invalid("agent.request", || "the body is not what this request takes".into())
    }
}

/// One request on its way, also counted down when its connection breaks and nobody waits for it.
struct Asked<'a>(&'a Agent);

impl<'a> Asked<'a> {
    fn new(agent: &'a Agent) -> Self {
        agent.running.fetch_add(1, Ordering::Relaxed);
        Self(agent)
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.0.last_ms.store(self.0.now_ms(), Ordering::Relaxed);
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A poisoned lock guards nothing half-done: every step of a guest's state can be repeated.
fn lock(guest: &Mutex<Guest>) -> MutexGuard<'_, Guest> {
    guest.lock().unwrap_or_else(PoisonError::into_inner)
}

fn body_length(headers: &HeaderMap, bytes_max: u64) -> Result<u64> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    length.filter(|length| *length <= bytes_max).ok_or_else(|| {
        Error::invalid("agent.request", format!("a body must say its length, at most {bytes_max} bytes"))
    })
}

fn broken_off(why: impl std::fmt::Display) -> Error {
    Error::unavailable("agent.request", "the body broke off").cause(why)
}

fn done() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn json(value: &impl serde::Serialize) -> Result<Response<Full<Bytes>>> {
    let bytes = serde_json::to_vec(value).or_other("agent.defect", || "cannot write an answer".into())?;
    let mut response = Response::new(Full::new(Bytes::from(bytes)));
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}

fn failure(error: &Error) -> Response<Full<Bytes>> {
    let status = match error.kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Denied => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict | Kind::Cancelled => StatusCode::CONFLICT,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Other => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut response = json(error).unwrap_or_default();
    *response.status_mut() = status;
    response
}
