//! The client against a real OpenSSH server on the loopback, started here with keys of its own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests

use gyre_core::Kind;
use gyre_ssh::{Client, Credential, Identity, KeyPair, Target};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// An `sshd` that lets one key of root in; gone when dropped.
struct Server {
    dir: tempfile::TempDir,
    child: Child,
    port: u16,
    identity: Identity,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all("/run/sshd").unwrap();
        let identity = Identity::load_or_create(&dir.path().join("identity")).unwrap();
        let port = free_port();
        write_private(
            &dir.path().join("host"),
            identity.derive("test", "host").unwrap().private_openssh().unwrap(),
        );
        write_private(&dir.path().join("authorized"), identity.derive("test", "user").unwrap().public_line);
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized\nPidFile none\n\
             UsePAM no\nPermitRootLogin prohibit-password\nPasswordAuthentication yes\nStrictModes no\nMaxSessions 20\n",
            dir.path().display()
        );
        std::fs::write(dir.path().join("config"), config).unwrap();
        let child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(dir.path().join("config"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { dir, child, port, identity };
        server.wait().await;
        server
    }

    async fn wait(&self) {
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("sshd does not listen");
    }

    fn pair(&self, name: &str) -> KeyPair {
        self.identity.derive("test", name).unwrap()
    }

    fn target(&self) -> Target {
        Target {
            host: "127.0.0.1".into(),
            port: self.port,
            user: "root".into(),
            host_key: self.pair("host").public_line,
        }
    }

    fn credential(&self) -> Credential {
        Credential::Key(self.pair("user").private_openssh().unwrap())
    }

    async fn connect(&self) -> Client {
        Client::connect(&self.target(), &self.credential()).await.unwrap()
    }
}

fn write_private(path: &Path, text: String) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_programs() {
    let server = Server::start().await;
    let client = server.connect().await;
    let argv = words(&["sh", "-c", "cat; printf '%s' \"$WHAT\" >&2; exit 3"]);
    let output = client.run(&argv, &[("WHAT".into(), "it's".into())], b"input\n", None).await.unwrap();
    assert_eq!(
        (output.status, output.stdout.as_slice(), output.stderr.as_slice()),
        (3, &b"input\n"[..], &b"it's"[..])
    );
    let output = client.run(&words(&["sh", "-c", "kill -TERM $$"]), &[], b"", None).await.unwrap();
    assert_eq!(output.status, 128 + 15);
    let output = client.run(&words(&["head", "-c", "9000000", "/dev/zero"]), &[], b"", None).await.unwrap();
    assert_eq!(output.stdout.len(), gyre_ssh::limits::OUTPUT_BYTES_MAX, "output has a limit");
    let output = client.run(&words(&["true"]), &[], &vec![0; 8 << 20], None).await.unwrap();
    assert_eq!(output.status, 0, "a program need not read its input");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_does_not_end_is_left() {
    let server = Server::start().await;
    let client = server.connect().await;
    let limit = Some(Duration::from_millis(500));
    let error = client.run(&words(&["sleep", "30"]), &[], b"", limit).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("ssh.run-timeout", Kind::Unavailable));
    assert_eq!(client.run(&words(&["true"]), &[], b"", None).await.unwrap().status, 0, "the session goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_another_key_is_refused() {
    let server = Server::start().await;
    let target = Target { host_key: server.pair("other").public_line, ..server.target() };
    let error = Client::connect(&target, &server.credential()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("ssh.host-key", Kind::Denied), "{error}");
    let ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGsX9DOyYxsIG3VZ1S4gsGP1Pu0vxFUZL9RhSuL9CGP1uBu3bHTzmbkBOqxSYwLxwzTuMHn5NtOYX7rwZHTBYdQ=";
    let mut target = server.target();
    for (line, kind) in [(ecdsa, None), ("nonsense", Some(Kind::Invalid)), ("", Some(Kind::Invalid))] {
        target.host_key = line.into();
        let error = Client::connect(&target, &server.credential()).await.unwrap_err();
        assert_eq!(error.code, "ssh.host-key", "{error}");
        assert!(kind.is_none_or(|kind| kind == error.kind), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_login_is_refused() {
    let server = Server::start().await;
    let other = server.pair("other").private_openssh().unwrap();
    for credential in [Credential::Key(other), Credential::Password("no such password".into())] {
        let error = Client::connect(&server.target(), &credential).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.kind), ("ssh.login", Kind::Denied), "{error}");
        assert!(!error.to_string().contains("no such password"));
    }
    let error = Client::connect(&server.target(), &Credential::Key("secret stuff".into())).await.unwrap_err();
    assert_eq!(error.code, "ssh.credential");
    assert!(!format!("{error:?}").contains("secret stuff"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listening_is_transient() {
    let server = Server::start().await;
    let target = Target { port: free_port(), ..server.target() };
    let error = Client::connect(&target, &server.credential()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("ssh.connect", Kind::Unavailable));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_transient() {
    let server = Server::start().await;
    let client = server.connect().await;
    let argv = words(&["sh", "-c", "kill -9 $PPID; sleep 1000"]);
    let error = client.run(&argv, &[], b"", None).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("ssh.lost", Kind::Unavailable), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_replaced_in_one_step() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::start().await;
    let client = server.connect().await;
    let path = server.dir.path().join("it's a file");
    let name = path.to_str().unwrap();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    client.write_file(name, 0o640, b"old").await.unwrap();
    client.write_file(name, 0o750, &bytes).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o750);
    assert_eq!(client.read_file(name).await.unwrap(), bytes);
    let left = std::fs::read_dir(server.dir.path()).unwrap().count();
    assert_eq!(left, 5, "identity, host key, authorized keys, configuration, the file");

    let code = |result: gyre_core::Result<Vec<u8>>| result.unwrap_err().code;
    assert_eq!(code(client.read_file("/no/such/file").await), "ssh.file-not-found");
    assert_eq!(code(client.read_file("/dev/zero").await), "ssh.file");
    assert_eq!(code(client.read_file("relative").await), "ssh.file");
    assert_eq!(client.write_file("/no/such/directory/file", 0o600, b"").await.unwrap_err().code, "ssh.file");
    let directory = server.dir.path().to_str().unwrap();
    assert_eq!(client.write_file(directory, 0o600, b"x").await.unwrap_err().code, "ssh.file");
    std::fs::File::create(&path).unwrap().set_len(17 << 20).unwrap();
    assert_eq!(code(client.read_file(name).await), "ssh.file", "too large");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_both_ways_at_once() {
    const BYTES: usize = 50 << 20;
    let server = Server::start().await;
    let client = server.connect().await;
    let streams = (0..2).map(|seed: u8| {
        let client = client.clone();
        tokio::spawn(async move {
            let (mut reader, mut writer) = tokio::io::split(client.stream(&words(&["cat"])).await.unwrap());
            drop(client);
            let sent = tokio::spawn(async move {
                let mut hash = blake3::Hasher::new();
                for n in 0..BYTES / 65_536 {
                    let block = vec![seed.wrapping_add(n as u8); 65_536];
                    hash.update(&block);
                    writer.write_all(&block).await.unwrap();
                }
                writer.shutdown().await.unwrap();
                hash.finalize()
            });
            let (mut hash, mut buffer, mut total) = (blake3::Hasher::new(), vec![0; 65_536], 0);
            loop {
                let count = reader.read(&mut buffer).await.unwrap();
                if count == 0 {
                    break;
                }
                hash.update(&buffer[..count]);
                total += count;
            }
            assert_eq!(total, BYTES);
            assert_eq!(hash.finalize(), sent.await.unwrap());
        })
    });
    for stream in streams.collect::<Vec<_>>() {
        stream.await.unwrap();
    }
}

/// A socket and a port behind the server, which is known by a file as OpenSSH writes it.
#[tokio::test(flavor = "multi_thread")]
async fn connects_to_what_is_behind_the_server() {
    let server = Server::start().await;
    let (known, socket) = (server.dir.path().join("known"), server.dir.path().join("socket"));
    std::fs::write(&known, format!("[127.0.0.1]:{} {}\n", server.port, server.pair("host").public_line))
        .unwrap();
    let host_key = gyre_ssh::known_host_key(&known, "127.0.0.1", server.port).unwrap();
    let client =
        Client::connect(&Target { host_key, ..server.target() }, &server.credential()).await.unwrap();
    let (tcp, unix) = (
        tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap(),
        tokio::net::UnixListener::bind(&socket).unwrap(),
    );
    let port = tcp.local_addr().unwrap().port();
    tokio::spawn(async move { tcp.accept().await.unwrap().0.write_all(b"port").await });
    tokio::spawn(async move { unix.accept().await.unwrap().0.write_all(b"path").await });
    let mut bytes = [0; 4];
    client.connect_loopback(port).await.unwrap().read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"port");
    client.connect_unix(socket.to_str().unwrap()).await.unwrap().read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"path");
    let nobody = server.dir.path().join("nobody");
    let refused = client.connect_unix(nobody.to_str().unwrap()).await.err().unwrap();
    assert_eq!((refused.code.as_str(), refused.kind), ("ssh.forward", Kind::Unavailable));
}
