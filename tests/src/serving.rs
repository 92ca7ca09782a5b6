//! `gyre serve` as a process of its own, and what is read from its socket without gyre's own client. Knows how it is
//! started, stopped and killed; not what is asked.

use crate::cloud::wait;
use crate::fixture::capture;
use crate::program::Gyre;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a server may take to start, and an answer to come.
pub const LIMIT: Duration = Duration::from_secs(300);

/// A server on the state of one configuration; gone with the value.
pub struct Serving {
    child: Child,
    /// Where it is.
    pub url: String,
    /// What it wants to be shown.
    pub token: String,
}

impl Serving {
    /// With the state in `state` below the directory, and what it says in a file there.
    ///
    /// # Errors
    /// When it does not serve in time.
    pub fn start(gyre: &Gyre, directory: &Path) -> Result<Self> {
        let state = directory.join("state");
        std::fs::remove_file(state.join("serve.lock")).ok();
        let log = File::options().create(true).append(true).open(log(directory))?;
        let child = gyre.command(&["-vv", "serve"]).stderr(log).stdout(Stdio::null()).spawn()?;
        let url = wait("the server", LIMIT, || {
            let text = std::fs::read_to_string(state.join("serve.lock")).unwrap_or_default();
            Ok(text.strip_suffix('\n').and_then(|text| Some(text.split_once(' ')?.1.to_owned())))
        })?;
        let token = std::fs::read_to_string(state.join("serve.token"))?.trim().to_owned();
        Ok(Self { child, url, token })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal as a service manager does, and answers the exit code.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub fn stop(mut self) -> Result<Option<i32>> {
        capture(Command::new("kill").args(["-TERM", &self.child.id().to_string()]))?;
        Ok(self.child.wait()?.code())
    }

    /// SIGKILL, and no word of it to anybody.
    ///
    /// # Errors
    /// When it is gone already.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        let status = self.child.wait()?;
        ensure!(status.code().is_none(), "it ended by itself: {status}");
        Ok(())
    }

    /// A command line that lets this server do it.
    pub fn line<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str> {
        ["--server", self.url.as_str()].into_iter().chain(words.iter().copied()).collect()
    }

    /// One request as it is written here; the status and the rest.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn raw(&self, head: &str) -> Result<(u16, String)> {
        let mut stream = self.connect()?;
        write!(stream, "{head}\r\nConnection: close\r\n\r\n")?;
        answer(&mut stream)
    }

    /// What is answered to a request with the token: the status, the head and the body.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn get(&self, path: &str) -> Result<(u16, String)> {
        self.raw(&self.head(path))
    }

    /// The same of a request with a body of JSON.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn send(&self, method: &str, path: &str, body: &str) -> Result<(u16, String)> {
        let (token, length) = (&self.token, body.len());
        let mut stream = self.connect()?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: \
             application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )?;
        answer(&mut stream)
    }

    /// The JSON at a path.
    ///
    /// # Errors
    /// When it is not there, or none.
    pub fn json(&self, path: &str) -> Result<Value> {
        let (status, text) = self.get(path)?;
        ensure!(status == 200, "{path}: {text}");
        Ok(serde_json::from_str(text.split_once("\r\n\r\n").context("no body")?.1)?)
    }

    fn head(&self, path: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}", self.token)
    }

    fn connect(&self) -> Result<TcpStream> {
        let stream = TcpStream::connect(self.url.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(stream)
    }

    /// Reads a stream of events until one is what is waited for; all its lines.
    ///
    /// # Errors
    /// When the stream ends before.
    pub fn read_stream_until(&self, path: &str, is_it: impl Fn(&Value) -> bool) -> Result<Vec<String>> {
        let mut stream = self.connect()?;
        write!(stream, "{}\r\n\r\n", self.head(path))?;
        let mut lines = Vec::new();
        for line in BufReader::new(stream).lines() {
            let line = line?;
            let event = line.strip_prefix("data: ").map(serde_json::from_str::<Value>).transpose()?;
            lines.push(line);
            if event.is_some_and(|event| is_it(&event)) {
                return Ok(lines);
            }
        }
        anyhow::bail!("the stream ended too early: {lines:#?}")
    }
}

/// All of it, and its status.
fn answer(stream: &mut TcpStream) -> Result<(u16, String)> {
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let status = text.split(' ').nth(1).context("no status")?.parse()?;
    Ok((status, text))
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What the servers of a directory said.
pub fn log(directory: &Path) -> PathBuf {
    directory.join("serve.log")
}
