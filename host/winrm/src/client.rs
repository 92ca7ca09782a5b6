//! Programs on a Windows machine: each in a shell of its own, its input sent, its output asked for until it ends. Asks
//! again only where a server said that nothing had happened. Knows nothing of what the programs do.

use crate::connection::{Server, Target};
use crate::limits::{
    END_TIMEOUT_S, EVENTS_WAITING_MAX, HOLLOW_ANSWER_MS, HOLLOW_ANSWERS_MAX, LAST_WORDS_S, OUTPUT_BYTES_MAX,
    STDIN_CHUNK_BYTES,
};
use crate::pin::random;
use crate::quote::command_line;
use crate::soap::{Answer, Ask, Fault, Received, envelope};
use gyre_core::{Error, Result};
use hyper::StatusCode;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, mpsc};
use tokio_util::task::AbortOnDropHandle;

/// ERROR_WSMAN_OPERATION_TIMEDOUT: nothing happened within the time that the request gave.
const NOTHING_HAPPENED: u32 = 0x8033_8029;
/// ERROR_WSMAN_UNEXPECTED_SELECTORS: what a shell that is not there any more is answered with.
const NO_SUCH_SHELL: u32 = 0x8033_805b;
/// ERROR_BROKEN_PIPE and ERROR_NO_DATA, as HRESULTs.
const PIPE_CLOSED: [u32; 2] = [0x8007_006d, 0x8007_00e8];
/// ERROR_ACCESS_DENIED.
const ACCESS_DENIED: u32 = 5;
/// The program does not read, or has ended.
const NOT_READ: &str = "winrm.stdin";

/// What a program left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Exit status.
    pub status: i32,
    /// Standard output, cut at [`OUTPUT_BYTES_MAX`].
    pub stdout: Vec<u8>,
    /// Standard error, cut likewise.
    pub stderr: Vec<u8>,
}

/// What happened to a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It wrote something. Never both empty.
    Output {
        /// To its standard output.
        stdout: Vec<u8>,
        /// To its standard error.
        stderr: Vec<u8>,
    },
    /// It ended; nothing follows.
    Ended {
        /// Exit status.
        status: i32,
    },
}

/// A Windows machine, and a login. Clones share its connections.
#[derive(Clone)]
pub struct Client {
    server: Arc<Server>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.server.name())
    }
}

impl Client {
    /// Reaches for nobody yet.
    ///
    /// # Errors
    /// `winrm.host-key` and `winrm.login` for what no server can have.
    pub fn new(target: &Target, password: &str) -> Result<Self> {
        Ok(Self { server: Arc::new(Server::new(target, password)?) })
    }

    /// Runs a program to its end, with this standard input. Any exit status is an output; 1 or 9009 is what `cmd.exe`
    /// answers for a program that is not there. At the limit the program is ended.
    ///
    /// # Errors
    /// As [`Client::start`]; `winrm.run-timeout` (transient).
    pub async fn run(
        &self,
        program: &str,
        arguments: &[&str],
        stdin: &[u8],
        limit: Duration,
    ) -> Result<Output> {
        let deadline = tokio::time::Instant::now() + limit;
        let late = |_| {
            let name = self.server.name();
            let why = format!("{program} at {name} did not end within {} s", limit.as_secs_f64());
            Error::unavailable("winrm.run-timeout", why)
        };
        let process =
            tokio::time::timeout_at(deadline, self.start(program, arguments)).await.map_err(late)??;
        let output = tokio::time::timeout_at(deadline, process.finish(stdin)).await.map_err(late);
        let ended = process.end().await;
        if let Err(error) = ended {
            // It ends by itself, later; what the program did is done.
            tracing::debug!(%error, "a shell on a Windows worker was not ended");
        }
        output?
    }

    /// Starts a program in a shell of its own; its standard input stays open. `program` is a plain name or path, whatever
    /// PATH finds; arguments may hold anything but control characters, quotes and `%`.
    ///
    /// # Errors
    /// `winrm.command`, `winrm.connect` and `winrm.timeout` (transient), `winrm.host-key`, `winrm.login`, `winrm.fault`,
    /// `winrm.protocol`.
    pub async fn start(&self, program: &str, arguments: &[&str]) -> Result<Process> {
        let line = command_line(program, arguments)?;
        let shell = Shell::create(self.server.clone()).await?;
        match shell.ask(Ask::Command(&line), |answer| answer.command_id()).await {
            Ok(command) => Ok(Process::new(Arc::new(Program { shell, command }))),
            Err(error) => {
                let _ = shell.delete().await;
                Err(error.during(format!("{program} cannot be started")))
            }
        }
    }
}

/// A place where programs run, and end with it.
struct Shell {
    server: Arc<Server>,
    id: String,
}

impl Shell {
    async fn create(server: Arc<Server>) -> Result<Self> {
        let id = ask(&server, Ask::Create, None, |answer| answer.shell_id()).await?;
        Ok(Self { server, id })
    }

    async fn ask<T>(&self, asked: Ask<'_>, read: impl FnOnce(&Answer<'_>) -> Result<T>) -> Result<T> {
        ask(&self.server, asked, Some(&self.id), read).await
    }

    /// One that is gone already is as good.
    async fn delete(&self) -> Result<()> {
        match exchange(&self.server, Ask::Delete, Some(&self.id), |_| Ok(())).await? {
            Err(fault) if fault.code != Some(NO_SUCH_SHELL) => Err(refused(&self.server, fault)),
            _ => Ok(()),
        }
    }
}

/// A program, by the names that its server knows.
struct Program {
    shell: Shell,
    command: String,
}

/// What is received: what waits, and the last, which is said again to whoever asks again.
struct Inbox {
    waiting: mpsc::Receiver<Result<Event>>,
    last: Option<Result<Event>>,
}

/// A program that runs. Dropped, it is left to itself: its shell ends with it after [`crate::limits::SHELL_IDLE_S`].
pub struct Process {
    program: Arc<Program>,
    sending: Mutex<()>,
    received: Mutex<Inbox>,
    _listening: AbortOnDropHandle<()>,
}

impl Process {
    fn new(program: Arc<Program>) -> Self {
        let (events, waiting) = mpsc::channel(EVENTS_WAITING_MAX);
        let listening = tokio::spawn(listen(program.clone(), events));
        Self {
            program,
            sending: Mutex::new(()),
            received: Mutex::new(Inbox { waiting, last: None }),
            _listening: AbortOnDropHandle::new(listening),
        }
    }

    /// Writes to its standard input, and closes it with `end`. Comes back once the server has taken all of it; dropped
    /// before, nobody knows how much that was.
    ///
    /// # Errors
    /// `winrm.stdin` when the program does not read any more; those of any request.
    pub async fn send(&self, bytes: &[u8], end: bool) -> Result<()> {
        let _in_order = self.sending.lock().await;
        let mut chunks = bytes.chunks(STDIN_CHUNK_BYTES).peekable();
        while let Some(chunk) = chunks.next() {
            self.send_chunk(chunk, end && chunks.peek().is_none()).await?;
        }
        if end && bytes.is_empty() { self.send_chunk(b"", true).await } else { Ok(()) }
    }

    async fn send_chunk(&self, chunk: &[u8], end: bool) -> Result<()> {
        let Program { shell, command } = &*self.program;
        let sent = exchange(&shell.server, Ask::Send(command, chunk, end), Some(&shell.id), |_| Ok(()));
        sent.await?.map_err(|fault| match fault.code {
            Some(code) if PIPE_CLOSED.contains(&code) => {
                let why = format!("the program at {} does not read its input any more", shell.server.name());
                Error::conflict(NOT_READ, why).cause(fault)
            }
            _ => refused(&shell.server, fault),
        })
    }

    /// Waits for what it does next; after the end, or an error, the same again. Loses nothing when it is dropped. Is to be
    /// called for as long as the program shall run: it is held up by output that nobody takes.
    ///
    /// # Errors
    /// Those of any request: the program is lost then.
    pub async fn receive(&self) -> Result<Event> {
        let mut received = self.received.lock().await;
        if let Some(last) = &received.last {
            return last.clone();
        }
        let lost = || Error::other("winrm.protocol", "nobody listens to the program any more");
        let next = received.waiting.recv().await.unwrap_or_else(|| Err(lost()));
        if !matches!(next, Ok(Event::Output { .. })) {
            received.last = Some(next.clone());
        }
        next
    }

    /// Ends the program if it runs, and its shell with everything that was started in it. May be repeated.
    ///
    /// # Errors
    /// Those of any request; `winrm.timeout` after [`END_TIMEOUT_S`].
    pub async fn end(&self) -> Result<()> {
        let Program { shell, command } = &*self.program;
        let ended = async {
            // What has ended cannot be terminated, and what is deleted needs not be.
            let _ = shell.ask(Ask::Terminate(command), |_| Ok(())).await;
            shell.delete().await
        };
        let late = |_| {
            let why = format!("a shell at {} did not end within {END_TIMEOUT_S} s", shell.server.name());
            Error::unavailable("winrm.timeout", why)
        };
        tokio::time::timeout(Duration::from_secs(END_TIMEOUT_S), ended).await.map_err(late)?
    }

    /// Sends all of its input while collecting its output.
    async fn finish(&self, stdin: &[u8]) -> Result<Output> {
        let input = async {
            match self.send(stdin, true).await {
                // A program may end without reading all of it: that is its own business.
                Err(error) if error.code == NOT_READ => std::future::pending().await,
                Err(error) => error,
                Ok(()) => std::future::pending().await,
            }
        };
        let output = self.collect();
        tokio::pin!(output);
        tokio::select! {
            biased;
            output = &mut output => output,
            // Of a program that has just ended, a server may say anything: its end counts.
            error = input => {
                let last_words = tokio::time::timeout(Duration::from_secs(LAST_WORDS_S), output).await;
                last_words.unwrap_or(Err(error))
            }
        }
    }

    async fn collect(&self) -> Result<Output> {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        loop {
            match self.receive().await? {
                Event::Output { stdout, stderr } => {
                    push_capped(&mut out, &stdout);
                    push_capped(&mut err, &stderr);
                }
                Event::Ended { status } => return Ok(Output { status, stdout: out, stderr: err }),
            }
        }
    }
}

fn push_capped(into: &mut Vec<u8>, bytes: &[u8]) {
    let room = OUTPUT_BYTES_MAX.saturating_sub(into.len());
    into.extend(bytes.iter().take(room));
}

/// Asks for output until the program ends, something fails or nobody wants to know: a request that is given up half-way
/// would lose what was on its way.
async fn listen(program: Arc<Program>, events: mpsc::Sender<Result<Event>>) {
    let mut hollow = 0;
    loop {
        let asked = Instant::now();
        let received = program.receive().await;
        hollow = if is_hollow(&received, asked) { hollow + 1 } else { 0 };
        let received = if hollow > HOLLOW_ANSWERS_MAX { Err(endless(&program)) } else { received };
        for event in events_of(received) {
            let is_last = !matches!(event, Ok(Event::Output { .. }));
            if events.send(event).await.is_err() || is_last {
                return;
            }
        }
    }
}

fn is_hollow(received: &Result<Received>, asked: Instant) -> bool {
    let is_soon = asked.elapsed() < Duration::from_millis(HOLLOW_ANSWER_MS);
    is_soon && received.as_ref().is_ok_and(|received| *received == Received::default())
}

fn endless(program: &Program) -> Error {
    let why = format!("{} says again and again that nothing happened", program.shell.server.name());
    Error::other("winrm.protocol", why)
}

fn events_of(received: Result<Received>) -> impl Iterator<Item = Result<Event>> {
    let (output, ended) = match received {
        Ok(Received { stdout, stderr, status }) => {
            let is_silent = stdout.is_empty() && stderr.is_empty();
            let output = (!is_silent).then_some(Ok(Event::Output { stdout, stderr }));
            (output, status.map(|status| Ok(Event::Ended { status })))
        }
        Err(error) => (None, Some(Err(error))),
    };
    output.into_iter().chain(ended)
}

impl Program {
    async fn receive(&self) -> Result<Received> {
        let Self { shell, command } = self;
        let read = |answer: &Answer<'_>| answer.received(command);
        match exchange(&shell.server, Ask::Receive(command), Some(&shell.id), read).await? {
            Ok(received) => Ok(received),
            Err(fault) if fault.code == Some(NOTHING_HAPPENED) => Ok(Received::default()),
            Err(fault) => Err(refused(&shell.server, fault)),
        }
    }
}

async fn ask<T>(
    server: &Server,
    ask: Ask<'_>,
    shell: Option<&str>,
    read: impl FnOnce(&Answer<'_>) -> Result<T>,
) -> Result<T> {
    exchange(server, ask, shell, read).await?.map_err(|fault| refused(server, fault))
}

/// The outer error: the server cannot be reached or understood. The inner one: it said no.
async fn exchange<T>(
    server: &Server,
    ask: Ask<'_>,
    shell: Option<&str>,
    read: impl FnOnce(&Answer<'_>) -> Result<T>,
) -> Result<Result<T, Fault>> {
    let id = format!("uuid:{}", uuid(random()?));
    let (status, body) = server.post(envelope(ask, &server.url(), &id, shell)).await?;
    let spoke = |error: Error| error.cause(format!("{} answered {status}", server.name()));
    let answer = Answer::read(&body, &id).map_err(spoke)?;
    match answer.fault() {
        Some(fault) => Ok(Err(fault)),
        None if status == StatusCode::OK => read(&answer).map(Ok).map_err(spoke),
        None => Err(spoke(Error::other("winrm.protocol", "a WinRM server answered neither yes nor no"))),
    }
}

fn refused(server: &Server, fault: Fault) -> Error {
    let name = server.name();
    match fault.code {
        Some(ACCESS_DENIED) => Error::denied("winrm.login", format!("{name} may not run programs by WinRM")),
        _ => Error::other("winrm.fault", format!("{name} does not do what it is asked by WinRM")),
    }
    .cause(fault)
}

/// Version 4 of RFC 9562.
fn uuid(random: [u8; 16]) -> String {
    let bits = u128::from_be_bytes(random) & !(0xf << 76) & !(0x3 << 62) | 4 << 76 | 2 << 62;
    let part = |shift: u32, mask: u128| bits >> shift & mask;
    let (a, b, c) = (part(96, 0xffff_ffff), part(80, 0xffff), part(64, 0xffff));
    let (d, e) = (part(48, 0xffff), part(0, 0xffff_ffff_ffff));
    format!("{a:08X}-{b:04X}-{c:04X}-{d:04X}-{e:012X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_that_it_is_random() {
        assert_eq!(uuid([0xff; 16]), "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF");
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
    }
}
