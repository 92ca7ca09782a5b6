//! This machine as a worker, for tests and for the benchmark of the link: Debian's SSH server on the loopback. Knows
//! no volume but by its device.

use gyre_core::OsType;
use gyre_core::roles::{AttachedDisk, Transport, Worker};
use gyre_ssh::Identity;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// An `sshd` on the loopback that lets one key of root in. Its end is the end of every session.
pub struct Machine {
    pub dir: tempfile::TempDir,
    pub port: u16,
    pub identity: Identity,
    sshd: Child,
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.sshd.kill();
        let _ = self.sshd.wait();
    }
}

impl Machine {
    pub fn boot() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all("/run/sshd").unwrap();
        let identity = Identity::load_or_create(&dir.path().join("identity")).unwrap();
        let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        write_private(
            &dir.path().join("host"),
            &identity.derive("t", "host").unwrap().private_openssh().unwrap(),
        );
        write_private(&dir.path().join("authorized"), &identity.derive("t", "user").unwrap().public_line);
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized\nPidFile none\n\
             UsePAM no\nStrictModes no\n",
            dir.path().display()
        );
        std::fs::write(dir.path().join("config"), config).unwrap();
        let mut sshd = Command::new("/usr/sbin/sshd");
        let sshd = sshd
            .args(["-D", "-e", "-f"])
            .arg(dir.path().join("config"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { dir, sshd, port, identity }
    }

    pub fn key(&self, name: &str) -> String {
        self.identity.derive("t", name).unwrap().private_openssh().unwrap()
    }

    /// With these devices attached, as `disk-0`, `disk-1`, …
    pub fn worker(&self, transport: Transport, devices: &[impl AsRef<Path>]) -> Worker {
        let attached = |(n, device): (usize, &_)| AttachedDisk {
            disk: format!("disk-{n}"),
            identities: vec![AsRef::<Path>::as_ref(device).display().to_string()],
        };
        Worker {
            host: "127.0.0.1".into(),
            port: self.port,
            user: "root".into(),
            host_key: Some(self.identity.derive("t", "host").unwrap().public_line),
            credential: "worker".into(),
            os_type: OsType::Linux,
            transport,
            disks: devices.iter().enumerate().map(attached).collect(),
        }
    }
}

fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
