//! Packages for guests: the local Debian repository of `tests/fixtures`, served over HTTP on an address
//! that workers reach. Ends with the value. Knows no package.

use crate::fixture::root;
use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running web server.
pub struct Repository {
    server: Child,
    /// Its line of `sources.list`, without `deb`.
    pub line: String,
}

impl Repository {
    /// Makes the repository unless it is cached, and serves it on `address` at a free port.
    ///
    /// # Errors
    /// When the script fails (it needs root), or nothing can listen on the address.
    pub fn serve(address: &str) -> Result<Self> {
        let script = root().join("tests/fixtures/repository.sh");
        let made = Command::new("bash").arg(script).stderr(Stdio::inherit()).output()?;
        ensure!(made.status.success(), "tests/fixtures/repository.sh: {}", made.status);
        let directory = String::from_utf8(made.stdout)?;
        let mut server = Command::new("/usr/bin/python3")
            .args(["-u", "-m", "http.server", "--bind", address, "--directory", directory.trim(), "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start python3")?;
        let mut first = String::new();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output).read_line(&mut first)?;
        }
        // Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ...
        let words: Vec<&str> = first.split(' ').collect();
        let port = words.iter().position(|w| *w == "port").and_then(|at| words.get(at + 1)).copied();
        let mut repository = Self { server, line: String::new() };
        let port =
            port.with_context(|| format!("the packages' web server cannot listen on {address}: {first}"))?;
        repository.line = format!("[trusted=yes] http://{address}:{port}/ bookworm main");
        Ok(repository)
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}
