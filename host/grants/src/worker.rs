//! What a destination says of its worker, before anyone connects there with a key or a password: the host is somewhere that the
//! plugin may send us to, and the credential is one that the plugin may use. Knows no connection and no cloud.

use crate::http::lookup;
use crate::lent::Purpose;
use crate::policy::Wish;
use crate::secrets::{check_name, worker_key, worker_login};
use gyre_core::roles::Worker;
use gyre_core::{Error, Result};
use gyre_ssh::{Identity, KeyPair};
use gyre_winrm::Login;

/// A worker's credential that is a secret of the configuration: this, and its name.
const CONFIGURED: &str = "secret/";
/// A worker's credential that the host derives: this, the plugin's name, `/` and the key's name.
const MADE: &str = "key/";

/// The name of the configured secret that a [`Worker::credential`] of this crate's destinations stands for;
/// `None`: the key behind it is [`crate::Host::worker_key`], or the login [`crate::Host::worker_login`].
#[must_use]
pub fn configured_secret(credential: &str) -> Option<&str> {
    credential.strip_prefix(CONFIGURED)
}

/// The key pair behind a credential that [`Purpose::worker`] let pass and that is not a configured secret.
///
/// # Errors
/// `secret.name` for any other; `ssh.*` when the key cannot be derived.
pub(crate) fn key_of(identity: &Identity, job: &str, credential: &str) -> Result<KeyPair> {
    let (plugin, name) = made(credential)?;
    worker_key(identity, job, plugin, name)
}

/// The login behind such a credential of a worker that runs Windows.
///
/// # Errors
/// `secret.name` for any other; `winrm.login-made`.
pub(crate) fn login_of(identity: &Identity, job: &str, credential: &str) -> Result<Login> {
    let (plugin, name) = made(credential)?;
    worker_login(identity, job, plugin, name)
}

/// The plugin that made what is behind a credential, and by what name.
fn made(credential: &str) -> Result<(&str, &str)> {
    let made = credential.strip_prefix(MADE).and_then(|made| made.rsplit_once('/'));
    made.ok_or_else(|| Error::invalid("secret.name", format!("{credential:?} is no key that a plugin made")))
}

impl Purpose {
    /// The worker as it may be connected to: by an address that was looked at, with a credential that says whose
    /// it is.
    ///
    /// # Errors
    /// `grant.address`, `grant.secret`, `secret.name`, `net.resolve`.
    pub(crate) async fn worker(&self, worker: Worker) -> Result<Worker> {
        let credential = self.worker_credential(worker.credential)?;
        let host = self.worker_host(&worker.host, worker.port).await?;
        Ok(Worker { host, credential, ..worker })
    }

    fn worker_credential(&self, name: String) -> Result<String> {
        if self.shared.configured.contains(&name) {
            self.policy.check(&Wish::Secret(&name))?;
            return Ok(format!("{CONFIGURED}{name}"));
        }
        check_name(&name)?;
        Ok(format!("{MADE}{}/{name}", self.plugin))
    }

    /// A name is looked up once: whoever owns it could answer otherwise the next time.
    async fn worker_host(&self, host: &str, port: u16) -> Result<String> {
        let addresses = lookup(host, port).await?;
        for address in &addresses {
            self.policy.check(&Wish::Worker { host, address: *address })?;
        }
        Ok(addresses.first().map_or_else(|| host.to_owned(), |first| first.ip().to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::purpose;
    use gyre_core::OsType;
    use gyre_core::roles::Transport;

    fn worker(host: &str, credential: &str) -> Worker {
        Worker {
            host: host.into(),
            port: 22,
            user: "gyre".into(),
            host_key: None,
            credential: credential.into(),
            os_type: OsType::Linux,
            transport: Transport::Ssh,
            disks: Vec::new(),
        }
    }

    async fn code(host: &str, credential: &str) -> String {
        purpose(&[], &[]).worker(worker(host, credential)).await.unwrap_err().code
    }

    #[tokio::test]
    async fn a_worker_is_not_this_machine_by_whatever_name() {
        for host in ["127.0.0.1", "localhost", "[::1]", "::1", "169.254.169.254", "127.1", "0"] {
            assert_eq!(code(host, "w").await, "grant.address", "{host}");
        }
        let found = purpose(&[], &[]).worker(worker("172.30.0.9", "w")).await.unwrap();
        assert_eq!(found.host, "172.30.0.9");
    }

    #[tokio::test]
    async fn a_configured_secret_opens_a_worker_only_where_it_is_granted() {
        assert_eq!(code("172.30.0.9", "other").await, "grant.secret");
        let found = purpose(&[], &[]).worker(worker("172.30.0.9", "password")).await.unwrap();
        assert_eq!(configured_secret(&found.credential), Some("password"));
    }

    #[tokio::test]
    async fn a_made_key_belongs_to_its_plugin() {
        let purpose = purpose(&[], &[]);
        let identity = &purpose.shared.identity;
        let found = purpose.worker(worker("172.30.0.9", "w")).await.unwrap();
        assert_eq!(configured_secret(&found.credential), None);
        let line = |pair: Result<KeyPair>| pair.unwrap().public_line;
        let own = line(key_of(identity, "j", &found.credential));
        assert_eq!(own, line(worker_key(identity, "j", "p", "w")));
        assert_ne!(own, line(worker_key(identity, "j", "q", "w")));
        let password = |login: Result<Login>| login.unwrap().password;
        let own = password(login_of(identity, "j", &found.credential));
        assert_eq!(own, password(worker_login(identity, "j", "p", "w")));
        for (job, plugin, name) in [("k", "p", "w"), ("j", "q", "w"), ("j", "p", "v")] {
            assert_ne!(own, password(worker_login(identity, job, plugin, name)), "{job} {plugin} {name}");
        }
        for name in ["", "q/w", "secret/other", "key/q/w"] {
            assert_eq!(code("172.30.0.9", name).await, "secret.name", "{name}");
        }
        for credential in ["w", "p/w", "secret/w"] {
            assert_eq!(key_of(identity, "j", credential).err().unwrap().code, "secret.name", "{credential}");
            assert_eq!(
                login_of(identity, "j", credential).err().unwrap().code,
                "secret.name",
                "{credential}"
            );
        }
    }
}
