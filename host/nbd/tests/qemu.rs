//! Against the server that most people have: qemu-nbd, over TCP, a Unix socket and TLS. It and qemu-img say what is right.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

use async_trait::async_trait;
use gyre_core::{Backoff, Error, Result};
use gyre_nbd::{Address, Client, Dial, Kind, Patience, Place, Run, Stream, Tls, Wanted};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::{TcpStream, UnixStream};

const MIB: u64 = 1 << 20;
/// How long the server lives, whatever becomes of the test.
const SERVER_S: &str = "60";
const EXPORT: &str = "disk 0";

/// A server, ended by its own process id.
struct Server {
    child: Child,
    directory: TempDir,
}

impl Server {
    /// Shows an image of the format, with more arguments.
    fn start(image: &Path, format: &str, more: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let pid_file = directory.path().join("pid");
        let mut command = Command::new("timeout");
        command.args([SERVER_S, "qemu-nbd", "-r", "-t", "-e", "4", "-x", EXPORT, "-f", format]);
        command.arg(format!("--pid-file={}", pid_file.display())).args(more).arg(image);
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while !pid_file.exists() {
            assert!(began.elapsed() < Duration::from_secs(20), "qemu-nbd does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, directory }
    }

    /// `timeout` passes a TERM on, and a KILL where that is not enough: QEMU's server does not always heed it.
    fn stop(&mut self) {
        let pid = std::fs::read_to_string(self.directory.path().join("pid")).unwrap_or_default();
        let _ = Command::new("kill").args(["-9", pid.trim()]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Way(Place);

#[async_trait]
impl Dial for Way {
    async fn dial(&self) -> Result<Box<dyn Stream>> {
        let lost = |error: std::io::Error| Error::unavailable("nbd.connect", error.to_string());
        Ok(match &self.0 {
            Place::Tcp { host, port } => {
                Box::new(TcpStream::connect((host.as_str(), *port)).await.map_err(lost)?)
            }
            Place::Unix(path) => Box::new(UnixStream::connect(path).await.map_err(lost)?),
            Place::Ssh(_) => panic!("not here"),
        })
    }
}

async fn open(address: &str) -> Result<Client> {
    let address = Address::parse(address).unwrap();
    let tls = address.tls_name.as_deref().map(|name| Tls::open(address.certificates.as_deref(), name));
    let own = Patience::default();
    let wanted = Wanted {
        name: address.to_string(),
        export: address.export().into(),
        tls: tls.transpose()?,
        patience: Patience { again: Backoff { first: Duration::from_millis(20), ..own.again }, ..own },
    };
    Client::open(Box::new(Way(address.place)), wanted).await
}

/// 64 MiB: data, a hole, zeros that are allocated, data at the very end.
fn image(directory: &Path) -> PathBuf {
    let (image, log) = (directory.join("disk.qcow2"), directory.join("log"));
    run("qemu-img", &["create", "-q", "-f", "qcow2", image.to_str().unwrap(), "64M"]);
    let writes =
        ["write -P 0x41 1M 3M", "write -z 8M 4M", "write -P 0x42 20000k 100k", "write -P 0x43 67108352 512"];
    let mut command = Command::new("qemu-io");
    for write in writes {
        command.args(["-c", write]);
    }
    let out = std::fs::File::create(log).unwrap();
    assert!(command.arg(&image).stdout(out).status().unwrap().success());
    image
}

fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn raw(image: &Path) -> Vec<u8> {
    let to = image.with_extension("raw");
    run("qemu-img", &["convert", "-O", "raw", image.to_str().unwrap(), to.to_str().unwrap()]);
    std::fs::read(to).unwrap()
}

/// A free port, or nearly: nobody else asks for one between this and the server's start.
fn port() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

async fn all(client: &Client) -> Vec<u8> {
    let mut bytes = vec![0xaa; client.size() as usize];
    client.read(0, &mut bytes).await.unwrap();
    bytes
}

#[tokio::test]
async fn a_unix_socket_gives_the_bytes_that_qemu_img_reads() {
    let directory = tempfile::tempdir().unwrap();
    let (image, socket) = (image(directory.path()), directory.path().join("s"));
    let _server = Server::start(&image, "qcow2", &["-k", socket.to_str().unwrap()]);
    let client = open(&format!("nbd+unix:///disk%200?socket={}", socket.display())).await.unwrap();
    assert_eq!(client.size(), 64 * MIB);
    assert!(all(&client).await == raw(&image));
    let mut odd = vec![0; 1_234_567];
    client.read(3_333_333, &mut odd).await.unwrap();
    assert!(odd == raw(&image)[3_333_333..][..1_234_567]);
}

/// The map is the one that qemu-img makes of the same server.
#[tokio::test]
async fn block_status_is_what_qemu_img_maps() {
    let directory = tempfile::tempdir().unwrap();
    let (image, socket) = (image(directory.path()), directory.path().join("s"));
    let _server = Server::start(&image, "qcow2", &["-k", socket.to_str().unwrap()]);
    let client = open(&format!("nbd+unix:///disk%200?socket={}", socket.display())).await.unwrap();
    let runs = client.runs(0, 64 * MIB).await.unwrap();
    let address = format!("nbd+unix:///disk%200?socket={}", socket.display());
    let map = run(
        "qemu-img",
        &[
            "map",
            "--output=json",
            "--image-opts",
            &format!("driver=nbd,server.type=unix,server.path={},export={EXPORT}", socket.display()),
        ],
    );
    let map = String::from_utf8(map).unwrap();
    let theirs: Vec<Run> = map.lines().filter_map(of_line).collect();
    assert!(theirs.len() >= 5, "{address}: {map}");
    assert_eq!(joined(runs), joined(theirs), "{map}");
    let part = client.runs(2 * MIB + 5, MIB).await.unwrap();
    assert_eq!(part, [Run { offset: 2 * MIB + 5, length: MIB, kind: Kind::Data }]);
}

/// One line of `qemu-img map`: `{ "start": 0, "length": 1048576, …, "zero": true, "data": false, …}`.
fn of_line(line: &str) -> Option<Run> {
    let field = |name: &str| {
        let rest = line.split_once(&format!("\"{name}\": "))?.1;
        rest.split([',', '}']).next().map(str::trim).map(str::to_owned)
    };
    let kind = match (field("zero")?.as_str(), field("data")?.as_str()) {
        ("true", "false") => Kind::Hole,
        ("true", _) => Kind::Zero,
        _ => Kind::Data,
    };
    Some(Run { offset: field("start")?.parse().ok()?, length: field("length")?.parse().ok()?, kind })
}

/// Data, or none: what it calls a hole of this server is not always one of the image.
fn joined(runs: Vec<Run>) -> Vec<(u64, u64, bool)> {
    let mut found: Vec<(u64, u64, bool)> = Vec::new();
    for run in runs {
        let data = run.kind == Kind::Data;
        match found.last_mut() {
            Some(last) if last.2 == data => last.1 += run.length,
            _ => found.push((run.offset, run.length, data)),
        }
    }
    found
}

#[tokio::test]
async fn tcp_works_and_a_wrong_export_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let (image, port) = (image(directory.path()), port());
    let _server = Server::start(&image, "qcow2", &["-b", "127.0.0.1", "-p", &port]);
    let client = open(&format!("nbd://127.0.0.1:{port}/disk%200")).await.unwrap();
    assert!(all(&client).await == raw(&image));
    let error = open(&format!("nbd://127.0.0.1:{port}/disk1")).await.err().unwrap();
    assert_eq!(error.code, "nbd.no-export", "{error}");
    let nowhere = format!("nbds://127.0.0.1:{port}/disk%200?tls-certificates=/nowhere");
    assert_eq!(open(&nowhere).await.err().unwrap().code, "nbd.tls-files");
}

/// The server is killed and started again between two reads of one client.
#[tokio::test]
async fn a_server_that_was_started_again_is_read_on() {
    let directory = tempfile::tempdir().unwrap();
    let (image, socket) = (image(directory.path()), directory.path().join("s"));
    let start = || Server::start(&image, "qcow2", &["-k", socket.to_str().unwrap()]);
    let mut server = start();
    let client = open(&format!("nbd+unix:///disk%200?socket={}", socket.display())).await.unwrap();
    server.stop();
    let mut bytes = [0; 4];
    let error = client.read(MIB, &mut bytes).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("nbd.connect", gyre_core::Kind::Unavailable), "{error}");
    let _again = start();
    client.read(MIB, &mut bytes).await.unwrap();
    assert_eq!(bytes, [0x41; 4]);
}

/// An authority, a server's certificate and a client's, where QEMU looks for them.
fn certificates(directory: &Path) {
    use rcgen::{
        BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose as Use, IsCa, Issuer, KeyPair,
        KeyUsagePurpose,
    };
    let write = |name: &str, text: String| std::fs::write(directory.join(name), text).unwrap();
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let own = authority.self_signed(&authority_key).unwrap();
    write("ca-cert.pem", own.pem());
    let issuer = Issuer::new(authority, authority_key);
    for (name, purpose) in [("server", Use::ServerAuth), ("client", Use::ClientAuth)] {
        let key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new(vec!["nbd.example".to_owned()]).unwrap();
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        leaf.extended_key_usages = vec![purpose];
        write(&format!("{name}-cert.pem"), leaf.signed_by(&key, &issuer).unwrap().pem());
        write(&format!("{name}-key.pem"), key.serialize_pem());
    }
}

#[tokio::test]
async fn tls_proves_both_sides() {
    let directory = tempfile::tempdir().unwrap();
    certificates(directory.path());
    let (image, port, certificates) =
        (image(directory.path()), port(), directory.path().display().to_string());
    let credentials = format!("tls-creds-x509,id=t,endpoint=server,verify-peer=yes,dir={certificates}");
    let arguments = ["-b", "127.0.0.1", "-p", &port, "--object", &credentials, "--tls-creds", "t"];
    let _server = Server::start(&image, "qcow2", &arguments);
    let address = |name: &str, directory: &str| {
        format!("nbds://127.0.0.1:{port}/disk%200?tls-hostname={name}&tls-certificates={directory}")
    };
    let client = open(&address("nbd.example", &certificates)).await.unwrap();
    assert!(all(&client).await == raw(&image));
    let error = open(&address("other.example", &certificates)).await.err().unwrap();
    assert_eq!((error.code.as_str(), error.kind), ("nbd.tls", gyre_core::Kind::Denied), "{error}");
    let plain = open(&format!("nbd://127.0.0.1:{port}/disk%200")).await.err().unwrap();
    assert_eq!(plain.code, "nbd.tls-required", "{plain}");
    // Who shows no certificate is turned away, which TLS 1.3 tells only when something is read.
    let nobody = tempfile::tempdir().unwrap();
    std::fs::copy(directory.path().join("ca-cert.pem"), nobody.path().join("ca-cert.pem")).unwrap();
    let error = open(&address("nbd.example", nobody.path().to_str().unwrap())).await.err().unwrap();
    assert!(error.code == "nbd.tls" || error.to_string().contains("client's certificate"), "{error}");
    let stranger = tempfile::tempdir().unwrap();
    self::certificates(stranger.path());
    let error = open(&address("nbd.example", stranger.path().to_str().unwrap())).await.err().unwrap();
    assert_eq!(error.code, "nbd.tls", "{error}");
}
