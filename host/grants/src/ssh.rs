//! `gyre:host/ssh`: programs and files of a machine that the source platform consists of, over gyre's one SSH
//! client, with the server's key pinned.

use crate::http::resolve;
use crate::lent::{Lent, Purpose};
use crate::policy::Wish;
use crate::secrets::Held;
use gyre_core::{Error, Result};
use gyre_sandbox::Fault;
use gyre_sandbox::bindings::exec::{Command, Output};
use gyre_sandbox::bindings::ssh::{self, Address, Credential, Session};
use gyre_ssh::{Client, Target};
use std::time::Duration;
use wasmtime::component::Resource;

impl Purpose {
    /// The policy twice: by name, and for the address behind it, which is then the one connected to.
    async fn ssh_target(&self, address: &Address) -> Result<Target> {
        let (host, port) = (address.host.as_str(), address.port);
        self.policy.check(&Wish::Ssh { host, port })?;
        let Some(host_key) = address.host_key.clone() else {
            return Err(Error::denied("ssh.host-key-missing", format!("no host key is known for {host}:{port}"))
                .cause("gyre logs in only where it knows the key: add the OpenSSH line of the host key to the configuration"));
        };
        let addresses = resolve(&self.policy, host, port).await?;
        let first = addresses.first().ok_or_else(|| no_address(host))?;
        Ok(Target { host: first.ip().to_string(), port, user: address.user.clone(), host_key })
    }
}

impl Lent {
    fn ssh_credential(&self, credential: &Credential) -> Result<gyre_ssh::Credential, Fault> {
        Ok(match credential {
            Credential::Key(secret) => {
                gyre_ssh::Credential::Key(self.purpose.secret_text(self.get::<Held, _>(secret)?)?)
            }
            Credential::Password(secret) => {
                gyre_ssh::Credential::Password(self.purpose.secret_text(self.get::<Held, _>(secret)?)?)
            }
        })
    }
}

fn no_address(host: &str) -> Error {
    Error::unavailable("ssh.connect", format!("the name {host} has no address"))
}

impl ssh::Host for Lent {}

impl ssh::HostSession for Lent {
    async fn open(&mut self, address: Address, credential: Credential) -> Result<Resource<Session>, Fault> {
        let target = self.purpose.ssh_target(&address).await?;
        let credential = self.ssh_credential(&credential)?;
        let client = Client::connect(&target, &credential).await?;
        self.push(client)
    }

    async fn run(&mut self, session: Resource<Session>, command: Command) -> Result<Output, Fault> {
        let client = self.get::<Client, _>(&session)?.clone();
        let timeout = command.timeout_ms.map(|ms| Duration::from_millis(ms.into()));
        let output = client.run(&command.argv, &command.env, &command.stdin, timeout).await?;
        Ok(Output { status: output.status, stdout: output.stdout, stderr: output.stderr })
    }

    async fn read_file(&mut self, session: Resource<Session>, path: String) -> Result<Vec<u8>, Fault> {
        Ok(self.get::<Client, _>(&session)?.read_file(&path).await?)
    }

    async fn write_file(
        &mut self,
        session: Resource<Session>,
        path: String,
        mode: u32,
        bytes: Vec<u8>,
    ) -> Result<(), Fault> {
        Ok(self.get::<Client, _>(&session)?.write_file(&path, mode, &bytes).await?)
    }

    async fn drop(&mut self, session: Resource<Session>) -> wasmtime::Result<()> {
        self.take::<Client, _>(&session).map(drop)
    }
}
