//! What makes a worker one that runs Windows, as far as its clients see: its user data is done as cloudbase-init would do
//! it, WinRM listens, programs run by Wine. Volumes are seen as drives, for Wine has no disks; PowerShell is not there, and
//! of its scripts only the one that puts the agent in place is done. Knows no API.

use crate::cinder::volume_path;
use crate::machine::{is_mounted, name, run, wait_until};
use crate::wine::{Drive, Wine};
use crate::winrm::{self, Programs, Running};
use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use serde_json::{Value, json};
use std::fs::File;
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How user data begins that cloudbase-init runs.
const POWERSHELL: &[u8] = b"#ps1";
/// TCP port of WinRM over HTTPS.
const WINRM_PORT: u16 = 5986;
/// What the host runs to put its agent in place.
const PUT_AGENT: &str = include_str!("../../../host/worker/src/put-agent.ps1");
/// The same for a shell that is there: the file, what it hashes to, what Windows calls it, and how older ones are ended.
const PUT: &str = r#"set -e; file=$1 sum=$2 name=$3; shift 3
input=$(mktemp); trap 'rm -f "$input"' EXIT; cat >"$input"
if [ -s "$input" ]; then base64 -di "$input" >"$file"; else "$@" >/dev/null 2>&1 || :; fi
[ -f "$file" ] && printf '%s  %s\n' "$sum" "$file" | sha256sum -c --status || exit 3
printf %s "$name""#;
/// Bytes of the line that starts an agent.
const START_BYTES: usize = 1 << 20;

/// Whether a server with this user data is a worker that runs Windows.
pub fn is_for_windows(user_data: &[u8]) -> bool {
    user_data.starts_with(POWERSHELL)
}

/// Windows on one worker.
pub struct Windows {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Windows {
    /// Boots it in the network of the process `pid`, while this returns. `dir` is the lab's, `own` the server's.
    ///
    /// # Errors
    /// Where that process is gone.
    pub fn boot(pid: &str, dir: &Path, own: &Path, user_data: &[u8]) -> Result<Self> {
        let network = File::open(format!("/proc/{pid}/ns/net"))?;
        let script = String::from_utf8_lossy(user_data).into_owned();
        let (stop, stopped) = oneshot::channel();
        let (dir, own) = (dir.to_owned(), own.to_owned());
        let thread = std::thread::Builder::new().name("lab-windows".to_owned()).spawn(move || {
            if let Err(error) = live(&network, &script, dir, &own, stopped) {
                tracing::warn!(error = format!("{error:#}"), "Windows ended");
            }
        })?;
        Ok(Self { stop, thread })
    }

    /// Ends it, and everything that runs in it.
    pub fn end(self) {
        drop(self.stop);
        drop(self.thread.join());
    }
}

/// A variable of the script that stands between single quotes on a line of its own.
fn variable<'a>(script: &'a str, name: &str) -> Result<&'a str> {
    let beginning = format!("${name} = '");
    let value = script.lines().find_map(|line| line.strip_prefix(&beginning)?.strip_suffix('\''));
    value.with_context(|| format!("the user data sets no ${name}"))
}

/// This thread alone is in the worker's network, and what it starts.
fn live(
    network: &File,
    script: &str,
    dir: PathBuf,
    own: &Path,
    stopped: oneshot::Receiver<()>,
) -> Result<()> {
    move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))?;
    let wine = Arc::new(Wine::at(&own.join("wine"))?);
    let archive = STANDARD.decode(variable(script, "archive")?)?;
    let (user, password) = (variable(script, "user")?, variable(script, "password")?);
    let programs = Arc::new(ByWine { wine, dir, own: own.to_owned() });
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind(("0.0.0.0", WINRM_PORT)).await?;
        tokio::select! {
            served = winrm::serve(listener, &archive, user, password, programs) => served,
            _ = stopped => Ok(()),
        }
    })
}

/// Its programs.
struct ByWine {
    wine: Arc<Wine>,
    dir: PathBuf,
    own: PathBuf,
}

impl Programs for ByWine {
    fn start(&self, program: &str, arguments: &[String]) -> std::io::Result<Running> {
        if program == "powershell.exe" {
            return self.put_agent(arguments).unwrap_or_else(|| Err(std::io::ErrorKind::NotFound.into()));
        }
        let words: Vec<&str> = [program].into_iter().chain(arguments.iter().map(String::as_str)).collect();
        let mut command = self.wine.command(&words);
        command.env("PATH", self.no_umount()?);
        let mut running = Running::spawn(&mut command.into())?;
        if words.get(1) == Some(&"serve") {
            let (stdin, seen) = tokio::io::duplex(START_BYTES);
            let (show, shown) = oneshot::channel();
            tokio::spawn(show_drives(
                self.wine.clone(),
                self.dir.clone(),
                self.own.clone(),
                seen,
                running.stdin,
                show,
            ));
            let ended = running.ended;
            running.stdin = Box::new(stdin);
            running.ended = Box::pin(async move {
                // They leave with the program, also when it is ended.
                let drives = Held(shown);
                let status = ended.await;
                drop(drives);
                status
            });
        }
        Ok(running)
    }
}

impl ByWine {
    /// A search path by which Wine unmounts nothing when a volume is dismounted: Windows would mount it again by itself.
    fn no_umount(&self) -> std::io::Result<String> {
        let directory = self.own.join("programs");
        let program = directory.join("umount");
        std::fs::create_dir_all(&directory)?;
        std::fs::write(&program, "#!/bin/sh\n")?;
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
        Ok(format!("{}:/usr/bin:/bin", directory.display()))
    }

    /// None: another script than the one that is known.
    fn put_agent(&self, arguments: &[String]) -> Option<std::io::Result<Running>> {
        let units: Vec<u16> = STANDARD
            .decode(arguments.last()?)
            .ok()?
            .chunks_exact(2)
            .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
            .collect();
        let script = String::from_utf16(&units).ok()?;
        let between = |left: &str, right: &str| {
            let rest = script.split_once(left)?.1;
            rest.split_once(right).map(|(value, _)| value.to_owned())
        };
        let (agent, sum) = (between(r"'Temp\gyre-", ".exe'")?, between("-ne '", "'")?);
        if script != PUT_AGENT.replace("{name}", &agent).replace("{sum}", &sum) {
            return None;
        }
        let program = format!("gyre-{agent}.exe");
        let end = self.wine.command(&["taskkill", "/f", "/im", &program]);
        let mut command = Command::new("sh");
        command.args(["-c", PUT, "sh"]).arg(self.wine.windows().join("temp").join(&program)).arg(sum);
        command.arg(format!(r"C:\windows\temp\{program}")).arg(end.get_program()).args(end.get_args());
        for (variable, value) in end.get_envs() {
            value.map(|value| command.env(variable, value));
        }
        Some(Running::spawn(&mut command.into()))
    }
}

/// What an agent's volumes are shown by, once they are.
struct Held(oneshot::Receiver<Vec<Shown>>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.close();
        drop(self.0.try_recv());
    }
}

/// Has the agent find its volumes as drives: Wine has no disks.
async fn show_drives(
    wine: Arc<Wine>,
    dir: PathBuf,
    own: PathBuf,
    seen: impl AsyncRead + Unpin,
    mut stdin: impl AsyncWrite + Unpin,
    show: oneshot::Sender<Vec<Shown>>,
) {
    let mut seen = BufReader::new(seen);
    let mut line = String::new();
    if seen.read_line(&mut line).await.is_err() {
        return;
    }
    let (line, drives) = match shown(&wine, &dir, &own, &line) {
        Ok(shown) => shown,
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "a volume cannot be shown");
            (line, Vec::new())
        }
    };
    drop(show.send(drives));
    if stdin.write_all(line.as_bytes()).await.is_ok() {
        drop(tokio::io::copy(&mut seen, &mut stdin).await);
    }
}

/// The line with drives in place of the volumes' serial numbers, and what shows them.
fn shown(wine: &Wine, dir: &Path, own: &Path, line: &str) -> Result<(String, Vec<Shown>)> {
    let mut start: Value = serde_json::from_str(line)?;
    let disks = start.get_mut("disks").and_then(Value::as_array_mut).context("no disks")?;
    let mut drives = Vec::new();
    for disk in disks {
        let volume = disk.pointer("/identities/0").and_then(Value::as_str).context("no identity")?;
        let drive = Shown::new(wine, &volume_path(dir, volume), &own.join(volume))?;
        disk["identities"] = json!([format!(r"\\.\{}:", drive.drive.letter)]);
        drives.push(drive);
    }
    Ok((format!("{start}\n"), drives))
}

/// The file system of Windows on a volume, mounted on this machine and seen as a drive.
struct Shown {
    drive: Drive,
    point: PathBuf,
}

impl Shown {
    fn new(wine: &Wine, file: &Path, point: &Path) -> Result<Self> {
        let table: Value = serde_json::from_str(&run("sfdisk", &["--json", name(file)?])?)?;
        let partitions = table.pointer("/partitiontable/partitions").and_then(Value::as_array);
        let bytes = |partition: &Value, field: &str| partition[field].as_u64().unwrap_or_default() * 512;
        let largest = partitions.into_iter().flatten().max_by_key(|partition| bytes(partition, "size"));
        let largest = largest.context("the volume has no partition")?;
        let (offset, size) = (bytes(largest, "start").to_string(), bytes(largest, "size").to_string());
        let line = ["--find", "--show", "--offset", &offset, "--sizelimit", &size, name(file)?];
        let device = run("losetup", &line)?.trim().to_owned();
        std::fs::create_dir_all(point)?;
        // An agent that was killed lets go of it only now.
        wait_until("the volume is free", || !is_mounted(&point.to_string_lossy()))?;
        let mounted = run("ntfs-3g", &[&device, name(point)?]);
        // It goes when it is not mounted any more.
        run("losetup", &["--detach", &device])?;
        mounted?;
        Ok(Self { drive: wine.drive(point)?, point: point.to_owned() })
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if !Command::new("umount").arg(&self.point).status().is_ok_and(|status| status.success()) {
            tracing::warn!(volume = %self.point.display(), "a volume stays mounted");
        }
    }
}
