//! `gyre:host/secrets`: named secrets that a guest holds without seeing them, and keys and logins of workers that are
//! derived from the host's own secret for one job. Values live only as long as they are used.

use crate::lent::{Lent, Purpose};
use crate::policy::Wish;
use gyre_core::{Error, Result};
use gyre_sandbox::Fault;
use gyre_sandbox::bindings::secrets::{self, HostKey, Secret, WinrmLogin};
use gyre_ssh::{Identity, KeyPair};
use gyre_winrm::Login;
use wasmtime::component::Resource;

/// Name of a key that a plugin makes.
const NAME_BYTES_MAX: usize = 128;
/// What stands in the place of the password of a login that a plugin makes.
const MADE_LOGIN: &str = "winrm-login";

/// A secret by name; the value is fetched at each use.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) name: String,
}

/// The key pair that `secrets.generate-ssh-key` answered to a plugin for a job, by the same name. Host keys, which
/// plugins see, are derived apart from these, which they never see; and those of one plugin apart from another's.
///
/// # Errors
/// `ssh.*` when the key cannot be derived.
pub(crate) fn worker_key(identity: &Identity, job: &str, plugin: &str, name: &str) -> Result<KeyPair> {
    identity.derive(job, &format!("user-key/{plugin}/{name}"))
}

fn host_key(identity: &Identity, job: &str, plugin: &str, name: &str) -> Result<KeyPair> {
    identity.derive(job, &format!("host-key/{plugin}/{name}"))
}

/// What `secrets.generate-winrm-login` answered to a plugin for a job, by the same name, but for the form of its archive.
///
/// # Errors
/// `winrm.login-made`.
pub(crate) fn worker_login(identity: &Identity, job: &str, plugin: &str, name: &str) -> Result<Login> {
    Login::from_seed(&identity.seed(job, &format!("winrm-login/{plugin}/{name}")))
}

/// A `/` would let one plugin's name and key look like another's.
///
/// # Errors
/// `secret.name`.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains('/') {
        return Err(Error::invalid(
            "secret.name",
            format!("the name of a key has 1 to {NAME_BYTES_MAX} bytes and no `/`"),
        ));
    }
    Ok(())
}

impl Purpose {
    /// The value of a secret that the guest holds, which a recording masks from here on: it may be another one than when
    /// the session began.
    pub(crate) fn secret_value(&self, held: &Held) -> Result<Vec<u8>> {
        let value = self.shared.secrets.get(&self.endpoint, &held.name)?;
        if let Some(recorder) = &self.shared.recorder {
            recorder.learn(&held.name, &value);
        }
        Ok(value)
    }

    /// As text, for where bytes cannot go.
    pub(crate) fn secret_text(&self, held: &Held) -> Result<String> {
        String::from_utf8(self.secret_value(held)?)
            .map_err(|_| Error::invalid("secret.text", format!("the secret {:?} is not text", held.name)))
    }
}

impl secrets::Host for Lent {}

impl secrets::HostSecret for Lent {
    async fn open(&mut self, name: String) -> Result<Resource<Secret>, Fault> {
        self.purpose.policy.check(&Wish::Secret(&name))?;
        let held = Held { name };
        // Fetched once, so that a missing one is told here and not in the middle of something.
        let value = self.purpose.secret_value(&held)?;
        self.purpose.veil().learn(&self.purpose.endpoint, &held.name, &value, false);
        self.push(held)
    }

    async fn generate_ssh_key(&mut self, name: String) -> Result<String, Fault> {
        self.purpose.shared.faults.pass()?;
        check_name(&name)?;
        let Purpose { plugin, job, shared, .. } = &self.purpose;
        let pair = worker_key(&shared.identity, &job.job, plugin, &name)?;
        Ok(pair.public_line)
    }

    async fn generate_host_key(&mut self, name: String) -> Result<HostKey, Fault> {
        self.purpose.shared.faults.pass()?;
        check_name(&name)?;
        let Purpose { plugin, job, shared, .. } = &self.purpose;
        let pair = host_key(&shared.identity, &job.job, plugin, &name)?;
        Ok(HostKey { private: pair.private_openssh()?, public: pair.public_line })
    }

    async fn generate_winrm_login(&mut self, name: String) -> Result<WinrmLogin, Fault> {
        self.purpose.shared.faults.pass()?;
        check_name(&name)?;
        let Purpose { plugin, job, shared, .. } = &self.purpose;
        let Login { password, archive, host_key } = worker_login(&shared.identity, &job.job, plugin, &name)?;
        // One of each job is looked for: a plugin may ask for as many as it likes.
        self.purpose.veil().learn(&job.job, MADE_LOGIN, password.as_bytes(), true);
        Ok(WinrmLogin { password, archive, host_key })
    }

    async fn reveal(&mut self, secret: Resource<Secret>) -> Result<Vec<u8>, Fault> {
        let held = self.get::<Held, _>(&secret)?.clone();
        self.purpose.policy.check(&Wish::Reveal(&held.name))?;
        self.lines.count()?;
        tracing::info!(plugin = %self.purpose.plugin, job = %self.purpose.job.job, secret = %held.name, "secret revealed");
        let value = self.purpose.secret_value(&held)?;
        self.purpose.veil().learn(&self.purpose.endpoint, &held.name, &value, true);
        Ok(value)
    }

    async fn drop(&mut self, secret: Resource<Secret>) -> wasmtime::Result<()> {
        self.take::<Held, _>(&secret).map(drop)
    }
}
