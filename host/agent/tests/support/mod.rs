//! What tests of the agent share: devices, a running agent, trees that are a guest's.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests
#![allow(dead_code)] // each test uses some

pub mod tls;

use gyre_agent::loopback::Loop;
use gyre_core::Error;
use gyre_core::protocol::{Base64, Listen, Ready, RootReply, RootRequest, Start, System, VERSION};
use gyre_core::roles::AttachedDisk;
use serde::de::DeserializeOwned;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub const MIB: u64 = 1 << 20;

/// A file that is a block device, as Cinder's volumes are in a lab.
pub struct Volume {
    pub device: Loop,
    pub file: tempfile::NamedTempFile,
}

impl Volume {
    pub fn new(mib: u64) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(mib * MIB).unwrap();
        Self::over(file)
    }

    pub fn over(file: tempfile::NamedTempFile) -> Self {
        let size = file.as_file().metadata().unwrap().len();
        let device = Loop::attach(file.path(), 0, size, true).unwrap();
        Self { device, file }
    }

    pub fn attached(&self, id: &str) -> AttachedDisk {
        AttachedDisk { disk: id.into(), identities: vec![self.device.path.display().to_string()] }
    }

    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.file.path()).unwrap()
    }
}

/// A running agent on a Unix socket.
pub struct Agent {
    pub child: Child,
    pub socket: PathBuf,
    pub _dir: tempfile::TempDir,
}

impl Drop for Agent {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

pub fn launch(start: &Start) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gyre-agent"))
        .arg("serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let line = serde_json::to_string(start).unwrap();
    writeln!(child.stdin.as_mut().unwrap(), "{line}").unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    (child, first)
}

pub fn start(disks: Vec<AttachedDisk>, path: &Path) -> Start {
    Start { version: VERSION, disks, listen: Listen::Unix { path: path.display().to_string() }, idle_s: 600 }
}

pub fn private_dir() -> tempfile::TempDir {
    tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o700)).tempdir().unwrap()
}

impl Agent {
    pub fn start(disks: Vec<AttachedDisk>) -> Self {
        let dir = private_dir();
        let socket = dir.path().join("socket");
        let (child, first) = launch(&start(disks, &socket));
        let ready: Ready = serde_json::from_str(&first).unwrap_or_else(|_| panic!("{first}"));
        assert_eq!((ready.version, ready.port), (VERSION, None));
        Self { child, socket, _dir: dir }
    }

    /// HTTP by hand: nothing of our own stands between the test and the agent.
    pub fn ask_with(&self, head: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        // A refused body is not read to its end.
        let _ = stream.write_all(&request(head, body));
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        parsed(&answer)
    }

    pub fn ask(&self, line: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        told(self.ask_with(&format!("{line} HTTP/1.1"), body))
    }

    pub fn json<T: DeserializeOwned>(&self, line: &str, body: &impl serde::Serialize) -> Result<T, Error> {
        let answer = self.ask(line, &serde_json::to_vec(body).unwrap())?;
        Ok(serde_json::from_slice(if answer.is_empty() { b"null" } else { &answer }).unwrap())
    }

    pub fn root(&self, request: &RootRequest) -> Result<RootReply, Error> {
        self.json("POST /v1/root", request)
    }

    pub fn run_with(
        &self,
        argv: &[&str],
        stdin: &[u8],
        timeout_ms: Option<u32>,
    ) -> Result<(i32, String, String), Error> {
        let argv = argv.iter().map(ToString::to_string).collect();
        let env = vec![("WHAT".to_string(), "it".to_string())];
        let request = RootRequest::Run { argv, env, stdin: Base64(stdin.to_vec()), timeout_ms };
        match self.root(&request)? {
            RootReply::Output { status, stdout, stderr } => {
                let text = |bytes: Base64| String::from_utf8_lossy(&bytes.0).into_owned();
                Ok((status, text(stdout), text(stderr)))
            }
            other => panic!("{other:?}"),
        }
    }

    /// Asks for a `sleep` in the guest and returns once it runs, with the connection to be answered on.
    pub fn begin_sleep(&self, marker: &str) -> UnixStream {
        let argv = vec!["sleep".to_string(), marker.to_string()];
        let request = RootRequest::Run { argv, env: vec![], stdin: Base64(vec![]), timeout_ms: None };
        let body = serde_json::to_vec(&request).unwrap();
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        let head = "POST /v1/root HTTP/1.1\r\nhost: agent\r\nconnection: close";
        write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n", body.len()).unwrap();
        stream.write_all(&body).unwrap();
        while !runs(marker) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        stream
    }

    pub fn run(&self, script: &str) -> (i32, String, String) {
        self.run_with(&["sh", "-c", script], b"", None).unwrap()
    }

    pub fn systems(&self) -> Vec<System> {
        self.json("GET /v1/systems", &()).unwrap()
    }

    pub fn mount(&self, system: &System) {
        self.ask("POST /v1/mount", &serde_json::to_vec(system).unwrap()).unwrap();
    }
}

/// A whole request.
pub fn request(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("{head}\r\nhost: agent\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Status and body of an answer.
pub fn parsed(answer: &[u8]) -> (u16, Vec<u8>) {
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
    (status, answer[end + 4..].to_vec())
}

/// What an answer says.
pub fn told((status, body): (u16, Vec<u8>)) -> Result<Vec<u8>, Error> {
    if status < 400 { Ok(body) } else { Err(serde_json::from_slice(&body).unwrap()) }
}

/// A tree with what a root has, and enough of this machine's programs to run.
pub fn tree(fstab: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let at = |path: &str| dir.path().join(path);
    for path in
        ["etc", "dev", "proc", "sys", "run", "tmp", "root", "boot", "bin", "lib", "lib64", "usr/bin", "var"]
    {
        std::fs::create_dir_all(at(path)).unwrap();
    }
    std::fs::write(at("etc/os-release"), "PRETTY_NAME=\"Test OS 1 (made up)\"\nID=test\n").unwrap();
    std::fs::write(at("etc/fstab"), fstab).unwrap();
    std::os::unix::fs::symlink("../run/resolve/resolv.conf", at("etc/resolv.conf")).unwrap();
    for program in
        ["sh", "cat", "sleep", "ls", "id", "mount", "mknod", "true", "kill", "touch", "setsid", "chroot"]
    {
        let path = ["/bin", "/usr/bin", "/usr/sbin"]
            .iter()
            .map(|d| Path::new(d).join(program))
            .find(|p| p.exists())
            .unwrap();
        copy_with_libraries(&path, dir.path(), &format!("bin/{program}"));
    }
    dir
}

pub fn copy_with_libraries(program: &Path, root: &Path, name: &str) {
    std::fs::copy(program, root.join(name)).unwrap();
    let output = Command::new("ldd").arg(program).output().unwrap();
    for word in String::from_utf8_lossy(&output.stdout).split_whitespace().filter(|w| w.starts_with('/')) {
        let to = root.join(word.trim_start_matches('/'));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(word, to).unwrap();
    }
}

pub fn mke2fs(tree: &Path, file: &Path, offset: u64, kib: u64, uuid: &str) {
    let status = Command::new("/usr/sbin/mke2fs")
        .args(["-q", "-t", "ext4", "-F", "-U", uuid, "-d"])
        .arg(tree)
        .args(["-E", &format!("offset={offset}")])
        .arg(file)
        .arg(format!("{kib}k"))
        .status();
    assert!(status.unwrap().success());
}

pub fn sfdisk(file: &Path, script: &str) {
    let mut child =
        Command::new("/usr/sbin/sfdisk").arg("-q").arg(file).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// Whether any process on this machine has `marker` among its arguments.
pub fn runs(marker: &str) -> bool {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let mut lines = all.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.any(|line| line.split(|b| *b == 0).any(|word| word == marker.as_bytes()))
}
