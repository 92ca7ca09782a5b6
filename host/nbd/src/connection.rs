//! One connection on which requests and replies pass each other: any number up to a limit on their way, told apart by
//! their cookies. What breaks a rule or comes too late ends the connection and every request on it. It is never mended:
//! whoever needs one makes another.

use crate::handshake::{Export, shutting_down};
use crate::limits::{GOODBYE_TIMEOUT_S, IN_FLIGHT_MAX, MESSAGE_BYTES_MAX, STATUS_REPLY_BYTES_MAX};
use crate::reply::{Answer, Broken, Reply};
use crate::stream::{Stream, broke_rules, lost};
use crate::wire::{self, Command, Fields, REQUEST_BYTES};
use gyre_core::{Error, Result};
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader, ReadHalf, WriteHalf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// Heads of replies are read through a buffer of this size; long bytes go past it.
const BUFFER_BYTES: usize = 64 << 10;
/// Block status is taken from the stream in parts of this size.
const STATUS_PART_BYTES: u32 = 8 << 10;

/// A connection in its transmission phase.
pub(crate) struct Connection {
    name: Arc<str>,
    export: Export,
    queue: mpsc::Sender<[u8; REQUEST_BYTES]>,
    table: Arc<Table>,
    slots: Arc<Semaphore>,
    next_cookie: AtomicU64,
    limit: Duration,
    _reader: AbortOnDropHandle<()>,
}

/// The requests on their way, and what ended the connection.
struct Table {
    state: Mutex<State>,
    /// Ends whoever writes.
    over: CancellationToken,
}

#[derive(Default)]
struct State {
    open: HashMap<u64, Waiting>,
    broken: Option<Error>,
}

struct Waiting {
    reply: Reply,
    to: oneshot::Sender<Result<Answer>>,
    /// Held until the reply is whole, even if nobody waits any more: its bytes still come.
    _slot: OwnedSemaphorePermit,
}

impl Connection {
    pub(crate) fn start(stream: Box<dyn Stream>, export: Export, name: &str, limit: Duration) -> Self {
        let (read, write) = tokio::io::split(stream);
        let (queue, requests) = mpsc::channel(IN_FLIGHT_MAX);
        let table = Arc::new(Table { state: Mutex::default(), over: CancellationToken::new() });
        let name: Arc<str> = name.into();
        let reader = Reader {
            stream: BufReader::with_capacity(BUFFER_BYTES, read),
            export,
            table: table.clone(),
            name: name.clone(),
        };
        let reader = AbortOnDropHandle::new(tokio::spawn(reader.run()));
        let sender = Sender { stream: write, table: table.clone(), name: name.clone(), limit };
        tokio::spawn(sender.run(requests));
        let slots = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
        Self { name, export, queue, table, slots, next_cookie: AtomicU64::new(1), limit, _reader: reader }
    }

    pub(crate) const fn export(&self) -> &Export {
        &self.export
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.table.lock().broken.is_some()
    }

    /// Asks for a range, which is aligned and within the export.
    ///
    /// # Errors
    /// `nbd.lost`, `nbd.timeout`, `nbd.shutdown` (transient), `nbd.protocol`, `nbd.read`.
    pub(crate) async fn call(&self, command: Command, offset: u64, length: u32) -> Result<Answer> {
        let slot = self.slots.clone().acquire_owned().await.map_err(|_| self.closed())?;
        let place = self.queue.reserve().await.map_err(|_| self.closed())?;
        let cookie = self.next_cookie.fetch_add(1, Ordering::Relaxed);
        let (to, answer) = oneshot::channel();
        let waiting = Waiting { reply: Reply::new(command, offset, length), to, _slot: slot };
        // From here to the sending nothing is waited for: a request that is noted is sent.
        self.table.open(cookie, waiting)?;
        place.send(wire::request(command, cookie, offset, length));
        match tokio::time::timeout(self.limit, answer).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(self.closed())),
            Err(_) => Err(self.table.end(too_late(&self.name, self.limit))),
        }
    }

    fn closed(&self) -> Error {
        let closed = || Error::unavailable("nbd.lost", format!("the connection to {} is closed", self.name));
        self.table.lock().broken.clone().unwrap_or_else(closed)
    }
}

impl Drop for Connection {
    /// Nobody waits for a reply any more; the writer says goodbye.
    fn drop(&mut self) {
        self.table.lock().open.clear();
    }
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, cookie: u64, waiting: Waiting) -> Result<()> {
        let mut state = self.lock();
        if let Some(error) = &state.broken {
            return Err(error.clone());
        }
        state.open.insert(cookie, waiting);
        Ok(())
    }

    /// Gives a request back whose reply goes on.
    fn put_back(&self, cookie: u64, waiting: Waiting) {
        let mut state = self.lock();
        match &state.broken {
            Some(error) => drop(waiting.to.send(Err(error.clone()))),
            None => drop(state.open.insert(cookie, waiting)),
        }
    }

    /// Ends the connection: every request fails with the first error, which is the answer.
    fn end(&self, error: Error) -> Error {
        let mut state = self.lock();
        let error = state.broken.get_or_insert(error).clone();
        for (_, waiting) in state.open.drain() {
            let _ = waiting.to.send(Err(error.clone()));
        }
        self.over.cancel();
        error
    }
}

fn too_late(name: &str, limit: Duration) -> Error {
    Error::unavailable("nbd.timeout", format!("{name} did not answer within {limit:?}"))
}

/// Sends requests until there are no more, and then says goodbye.
struct Sender {
    stream: WriteHalf<Box<dyn Stream>>,
    table: Arc<Table>,
    name: Arc<str>,
    /// For one request.
    limit: Duration,
}

impl Sender {
    async fn run(mut self, mut requests: mpsc::Receiver<[u8; REQUEST_BYTES]>) {
        let table = self.table.clone();
        let sending = async {
            while let Some(request) = requests.recv().await {
                self.send(&request).await?;
            }
            Ok(())
        };
        match table.over.run_until_cancelled(sending).await {
            None => {}
            Some(Err(error)) => drop(table.end(error)),
            Some(Ok(())) => self.say_goodbye().await,
        }
    }

    async fn send(&mut self, request: &[u8]) -> Result<()> {
        let written = async {
            self.stream.write_all(request).await?;
            self.stream.flush().await
        };
        match tokio::time::timeout(self.limit, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(lost(&self.name, &error)),
            Err(_) => Err(too_late(&self.name, self.limit)),
        }
    }

    /// The server also notices when the connection just ends.
    async fn say_goodbye(mut self) {
        let goodbye = async {
            self.stream.write_all(&wire::request(Command::Disconnect, 0, 0, 0)).await?;
            self.stream.shutdown().await
        };
        let _ = tokio::time::timeout(Duration::from_secs(GOODBYE_TIMEOUT_S), goodbye).await;
    }
}

/// What ends a connection, from a reader's view.
enum End {
    Io(io::Error),
    Rules(Broken),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Broken> for End {
    fn from(why: Broken) -> Self {
        Self::Rules(why)
    }
}

/// Takes replies from the stream and gives them to those who wait.
struct Reader {
    stream: BufReader<ReadHalf<Box<dyn Stream>>>,
    export: Export,
    table: Arc<Table>,
    name: Arc<str>,
}

impl Reader {
    async fn run(mut self) {
        let table = self.table.clone();
        let reading = async {
            loop {
                if let Err(end) = self.reply().await {
                    break end;
                }
            }
        };
        let error = match table.over.run_until_cancelled(reading).await {
            None => return,
            Some(End::Io(error)) => lost(&self.name, &error),
            Some(End::Rules(why)) => broke_rules(&self.name, why),
        };
        let _ = table.end(error);
    }

    /// Takes one reply, or one part of a structured one.
    async fn reply(&mut self) -> Result<(), End> {
        match self.stream.read_u32().await? {
            wire::SIMPLE_REPLY => self.simple().await,
            wire::STRUCTURED_REPLY if self.export.structured => self.chunk().await,
            _ => Err(End::Rules("what it sends is no reply".into())),
        }
    }

    fn take(&self, cookie: u64) -> Result<Waiting, End> {
        let waiting = self.table.lock().open.remove(&cookie);
        waiting.ok_or_else(|| End::Rules(format!("it answers request {cookie}, which was not sent")))
    }

    async fn simple(&mut self) -> Result<(), End> {
        let error = self.stream.read_u32().await?;
        let cookie = self.stream.read_u64().await?;
        if self.export.structured {
            return Err(End::Rules("it promised structured replies, and sends another".into()));
        }
        let mut waiting = self.take(cookie)?;
        if error != 0 {
            waiting.reply.fail(failed(&self.name, error, ""));
            return self.finish(waiting);
        }
        match self.stream.read_exact(waiting.reply.whole()).await {
            Ok(_) => self.finish(waiting),
            Err(error) => {
                self.table.put_back(cookie, waiting);
                Err(End::Io(error))
            }
        }
    }

    async fn chunk(&mut self) -> Result<(), End> {
        let flags = self.stream.read_u16().await?;
        let kind = self.stream.read_u16().await?;
        let cookie = self.stream.read_u64().await?;
        let length = self.stream.read_u32().await?;
        let mut waiting = self.take(cookie)?;
        let taken = self.content(&mut waiting.reply, kind, length).await;
        if taken.is_ok() && flags & wire::REPLY_DONE != 0 {
            return self.finish(waiting);
        }
        // Also where it ends the connection: whoever waits is told with all others.
        self.table.put_back(cookie, waiting);
        taken
    }

    fn finish(&self, waiting: Waiting) -> Result<(), End> {
        let (answer, end) = match waiting.reply.finish() {
            Ok(answer) => (answer, Ok(())),
            Err(why) => (Err(broke_rules(&self.name, &why)), Err(End::Rules(why))),
        };
        // Whoever asked may have gone.
        let _ = waiting.to.send(answer);
        end
    }

    async fn content(&mut self, reply: &mut Reply, kind: u16, length: u32) -> Result<(), End> {
        reply.begin_chunk()?;
        match kind {
            wire::CHUNK_NONE if length == 0 => Ok(()),
            wire::CHUNK_DATA if length > 8 => {
                let offset = self.stream.read_u64().await?;
                self.stream.read_exact(reply.place(offset, u64::from(length) - 8)?).await?;
                Ok(())
            }
            wire::CHUNK_HOLE if length == 12 => {
                let offset = self.stream.read_u64().await?;
                let size = self.stream.read_u32().await?;
                reply.place(offset, size.into())?;
                Ok(())
            }
            wire::CHUNK_STATUS => self.status(reply, length).await,
            kind if kind & wire::CHUNK_ERROR_BIT != 0 => self.failure(reply, length).await,
            kind => Err(End::Rules(format!("a part of a reply is of type {kind} and has {length} bytes"))),
        }
    }

    async fn status(&mut self, reply: &mut Reply, length: u32) -> Result<(), End> {
        if length < 12 || length % 8 != 4 || length > STATUS_REPLY_BYTES_MAX {
            return Err(End::Rules(format!("block status of {length} bytes is not possible")));
        }
        if Some(self.stream.read_u32().await?) != self.export.allocation {
            return Err(End::Rules("it tells a status of which nobody asked".into()));
        }
        reply.begin_status()?;
        let mut left = length - 4;
        let mut part = [0; STATUS_PART_BYTES as usize];
        while left > 0 {
            let size = left.min(STATUS_PART_BYTES);
            let part = part.get_mut(..size as usize).unwrap_or_default();
            self.stream.read_exact(part).await?;
            reply.add_status(part)?;
            left -= size;
        }
        Ok(())
    }

    /// An error with a text; with the offset behind it, which is not needed, in one of the two types there are.
    async fn failure(&mut self, reply: &mut Reply, length: u32) -> Result<(), End> {
        const FIXED_BYTES: u32 = 6;
        const OFFSET_BYTES: u32 = 8;
        if !(FIXED_BYTES..=FIXED_BYTES + MESSAGE_BYTES_MAX + OFFSET_BYTES).contains(&length) {
            return Err(End::Rules(format!("an error of {length} bytes is not possible")));
        }
        let mut bytes = vec![0; length as usize];
        self.stream.read_exact(&mut bytes).await?;
        let mut fields = Fields(&bytes);
        let number = fields.u32().unwrap_or_default();
        let text = fields.u16().and_then(|size| fields.0.get(..size.into()));
        let text = text.ok_or_else(|| End::Rules("the text of an error is longer than the error".into()))?;
        reply.fail(failed(&self.name, number, &wire::said(text)));
        Ok(())
    }
}

/// What a server answers instead of bytes; the numbers are those of the protocol.
fn failed(name: &str, number: u32, text: &str) -> Error {
    const NO_MEMORY: u32 = 12;
    const SHUTDOWN: u32 = 108;
    let what = match number {
        1 => "not permitted",
        5 => "input/output error",
        NO_MEMORY => "out of memory",
        22 => "invalid request",
        28 => "no space",
        75 => "too large",
        95 => "not supported",
        _ => "an error without a name",
    };
    let error = match number {
        SHUTDOWN => return shutting_down(name),
        NO_MEMORY => Error::unavailable("nbd.read", format!("{name} cannot be read now")),
        _ => Error::other("nbd.read", format!("{name} cannot be read")),
    };
    let error = error.cause(format!("the server answers: {what} ({number})"));
    if text.is_empty() { error } else { error.cause(text) }
}
