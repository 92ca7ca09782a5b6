//! A shell: programs that run in it, what they wrote and nobody asked for yet. Knows neither HTTP nor accounts.

use super::line::{cmd_would_change, split};
use super::programs::{Programs, Running};
use super::soap::{self, Asked, Fault, Piece};
use crate::model::uuid;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

/// What a program may write ahead of its client, each stream.
const WAITING_BYTES_MAX: usize = 256 * 1024;
/// Read at once.
const READ_BYTES: usize = 16 * 1024;
/// How long a stream may stay open after its program's end: something that it started holds it.
const LINGER: Duration = Duration::from_millis(500);
/// What an answer has around its output.
const ENVELOPE_BYTES: usize = 4096;

/// A place where programs run, and end with it.
pub struct Shell {
    tasks: Mutex<HashMap<String, Arc<Task>>>,
    last_used: Mutex<Instant>,
    idle: Duration,
}

impl Shell {
    /// `idle`: ends after this long without a request.
    pub fn new(idle: Duration) -> Self {
        Self { tasks: Mutex::default(), last_used: Mutex::new(Instant::now()), idle }
    }

    /// Notes that it is.
    pub fn used(&self) {
        *lock(&self.last_used) = Instant::now();
    }

    /// Whether it is to end.
    pub fn is_idle(&self) -> bool {
        lock(&self.last_used).elapsed() > self.idle
    }

    /// Ends every program.
    pub async fn end(&self) {
        let tasks: Vec<Arc<Task>> = lock(&self.tasks).drain().map(|(_, task)| task).collect();
        for task in tasks {
            task.stop().await;
        }
    }

    /// The body of the answer.
    pub async fn act(
        &self,
        asked: &Asked,
        programs: &dyn Programs,
        patience: Duration,
        room: usize,
    ) -> Result<String, Fault> {
        match asked {
            Asked::Command { line, without_cmd } => self.start(line, *without_cmd, programs),
            Asked::Send { command, bytes, end } => {
                self.task(command)?.send(bytes, *end, patience).await?;
                Ok(soap::sent())
            }
            Asked::Receive { command } => {
                let room = room.saturating_sub(ENVELOPE_BYTES) / 4 * 3 / 2;
                let piece = self.task(command)?.receive(room, patience).await?;
                Ok(soap::received(command, &piece))
            }
            Asked::Terminate { command } => {
                let task = lock(&self.tasks).remove(command).ok_or_else(Fault::no_command)?;
                task.stop().await;
                Ok(soap::signalled())
            }
            Asked::Create { .. } | Asked::Delete => Err(Fault::no_command()),
        }
    }

    fn start(&self, line: &str, without_cmd: bool, programs: &dyn Programs) -> Result<String, Fault> {
        if let Some(why) = cmd_would_change(line) {
            return Err(Fault::other(why));
        }
        let (program, arguments) = split(line);
        let task = match programs.start(&program, &arguments) {
            Ok(running) => Task::run(running),
            Err(_) if without_cmd => return Err(Fault::no_program()),
            Err(_) => Task::unknown(&program),
        };
        let id = uuid().to_uppercase();
        lock(&self.tasks).insert(id.clone(), Arc::new(task));
        Ok(soap::started(&id))
    }

    fn task(&self, command: &str) -> Result<Arc<Task>, Fault> {
        lock(&self.tasks).get(command).cloned().ok_or_else(Fault::no_command)
    }
}

/// A program that was started.
struct Task {
    pipe: Arc<Pipe>,
    stdin: tokio::sync::Mutex<Option<Box<dyn AsyncWrite + Send + Unpin>>>,
    /// One Receive at a time.
    receiving: tokio::sync::Mutex<()>,
    running: Mutex<Option<AbortOnDropHandle<()>>>,
}

impl Task {
    fn run(running: Running) -> Self {
        let Running { stdin, stdout, stderr, ended } = running;
        let pipe = Arc::new(Pipe::default());
        let output = pipe.clone();
        let running = AbortOnDropHandle::new(tokio::spawn(async move {
            let mut ended = ended;
            let reading = async { tokio::join!(output.fill(stdout, 0), output.fill(stderr, 1)) };
            tokio::pin!(reading);
            let status = tokio::select! {
                status = &mut ended => {
                    output.drain(reading).await;
                    status
                }
                _ = &mut reading => ended.await,
            };
            output.end(status);
        }));
        Self::new(pipe, Some(stdin), Some(running))
    }

    /// What `cmd.exe` makes of a program that is not there.
    fn unknown(program: &str) -> Self {
        let text = format!(
            "'{program}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"
        );
        let pipe = Arc::new(Pipe::default());
        pipe.lock().waiting = [Vec::new(), text.into_bytes()];
        pipe.end(1);
        Self::new(pipe, None, None)
    }

    fn new(
        pipe: Arc<Pipe>,
        stdin: Option<Box<dyn AsyncWrite + Send + Unpin>>,
        running: Option<AbortOnDropHandle<()>>,
    ) -> Self {
        let (stdin, receiving) = (tokio::sync::Mutex::new(stdin), tokio::sync::Mutex::new(()));
        Self { pipe, stdin, receiving, running: Mutex::new(running) }
    }

    /// Ends the program; whoever waits for its output is told.
    async fn stop(&self) {
        let running = lock(&self.running).take();
        if let Some(running) = running {
            running.abort();
            drop(running.await);
        }
        self.pipe.lock().is_gone = true;
        self.pipe.changed.notify_one();
    }

    async fn send(&self, bytes: &[u8], end: bool, patience: Duration) -> Result<(), Fault> {
        let mut stdin = self.stdin.lock().await;
        let pipe = stdin.as_mut().ok_or_else(Fault::pipe_closed)?;
        let writing = async {
            pipe.write_all(bytes).await?;
            pipe.flush().await
        };
        let written = tokio::time::timeout(patience, writing).await.map_err(|_| Fault::timed_out())?;
        if end || written.is_err() {
            *stdin = None;
        }
        written.map_err(|_| Fault::pipe_closed())
    }

    async fn receive(&self, room: usize, patience: Duration) -> Result<Piece, Fault> {
        let _alone = self.receiving.try_lock().map_err(|_| Fault::receive_in_progress())?;
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            if let Some(piece) = self.pipe.take(room)? {
                return Ok(piece);
            }
            let changed = tokio::time::timeout_at(deadline, self.pipe.changed.notified());
            changed.await.map_err(|_| Fault::timed_out())?;
        }
    }
}

/// What a program wrote and nobody asked for yet.
#[derive(Default)]
struct Pipe {
    state: Mutex<State>,
    /// For the one who receives.
    changed: Notify,
    /// For those who fill.
    taken: Notify,
}

#[derive(Default)]
struct State {
    /// Standard output and error.
    waiting: [Vec<u8>; 2],
    /// Bytes, ever.
    filled: u64,
    status: Option<i32>,
    is_gone: bool,
}

impl Pipe {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    async fn fill(&self, mut from: impl AsyncRead + Unpin, stream: usize) {
        let mut buffer = vec![0; READ_BYTES];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            loop {
                let taken = self.taken.notified();
                let has_room = self.lock().waiting[stream].len() < WAITING_BYTES_MAX;
                if has_room {
                    break;
                }
                taken.await;
            }
            self.push(stream, &buffer[..read]);
            self.changed.notify_one();
        }
    }

    fn push(&self, stream: usize, bytes: &[u8]) {
        let mut state = self.lock();
        state.filled += bytes.len() as u64;
        state.waiting[stream].extend_from_slice(bytes);
    }

    /// Goes on reading after the program's end, until its streams end or nothing more comes out of them.
    async fn drain(&self, mut reading: Pin<&mut impl Future>) {
        let mut before = self.lock().filled;
        while tokio::time::timeout(LINGER, reading.as_mut()).await.is_err() {
            let state = self.lock();
            let is_held_up = state.waiting.iter().any(|waiting| waiting.len() >= WAITING_BYTES_MAX);
            if state.filled == before && !is_held_up {
                return;
            }
            before = state.filled;
        }
    }

    fn end(&self, status: i32) {
        self.lock().status = Some(status);
        self.changed.notify_one();
    }

    /// None when there is nothing to say yet.
    fn take(&self, room: usize) -> Result<Option<Piece>, Fault> {
        let mut state = self.lock();
        if state.is_gone {
            return Err(Fault::aborted());
        }
        let [stdout, stderr] = &mut state.waiting;
        let front = |bytes: &mut Vec<u8>| bytes.drain(..room.min(bytes.len())).collect::<Vec<u8>>();
        let (stdout, stderr) = (front(stdout), front(stderr));
        let is_empty = state.waiting.iter().all(Vec::is_empty);
        let status = state.status.filter(|_| is_empty);
        self.taken.notify_waiters();
        let is_silent = stdout.is_empty() && stderr.is_empty() && status.is_none();
        Ok((!is_silent).then_some(Piece { stdout, stderr, status }))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
