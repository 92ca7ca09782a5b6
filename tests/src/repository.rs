//! Packages for guests, served over HTTP on an address that workers reach: any directory, and the local Debian repository of
//! `tests/fixtures`. Ends with the value. Knows no package.

use crate::fixture::root;
use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A directory on a running web server.
pub struct Served {
    server: Child,
    /// Where it is, with a slash at its end.
    pub url: String,
}

impl Served {
    /// Serves a directory on `address` at a free port.
    ///
    /// # Errors
    /// When nothing can listen on the address.
    pub fn directory(directory: &Path, address: &str) -> Result<Self> {
        let server = Command::new("/usr/bin/python3")
            .args(["-u", "-m", "http.server", "--bind", address, "0", "--directory"])
            .arg(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start python3")?;
        // From here on it ends with the value.
        let mut served = Self { server, url: String::new() };
        let mut first = String::new();
        if let Some(output) = served.server.stdout.take() {
            BufReader::new(output).read_line(&mut first)?;
        }
        // Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ...
        let words: Vec<&str> = first.split(' ').collect();
        let port = words.iter().position(|w| *w == "port").and_then(|at| words.get(at + 1)).copied();
        let port = port.with_context(|| format!("no web server can listen on {address}: {first}"))?;
        served.url = format!("http://{address}:{port}/");
        Ok(served)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// The local Debian repository on a running web server.
pub struct Repository {
    _served: Served,
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
        let served = Served::directory(Path::new(directory.trim()), address)?;
        let line = format!("[trusted=yes] {} bookworm main", served.url);
        Ok(Self { _served: served, line })
    }
}
