//! Where calls are recorded: between a plugin and the capabilities, which do not know of it. Linked in their place only
//! when the host records or somebody listens; each call is handed on as it is, and told with what came of it. Refuses to
//! know what is a secret: the recorder masks, and learns here which values are configured.
//!
//! An interface that is added to the WIT has to be added here too: the bindings' traits do not let it be forgotten.

use crate::lent::Lent;
use crate::policy::Policy;
use gyre_core::Result;
use gyre_sandbox::bindings::{
    clock, disk, errors, exec, extents, files, http, log, progress, registry, rootfs, secrets, ssh, types,
};
use gyre_sandbox::recording::{Recorder, Reply, Tape, Tell, Told};
use gyre_sandbox::{Fault, Plugin, Session};
use wasmtime::component::{HasData, Resource};

/// What a recorded plugin's imports are linked to.
pub(crate) struct Recorded;

impl HasData for Recorded {
    type Data<'a> = Tap<'a>;
}

/// The capabilities, with a tape beside them.
pub(crate) struct Tap<'a>(pub(crate) &'a mut Lent);

impl Tap<'_> {
    fn heard(&mut self, import: &str, arguments: Vec<Told>, reply: Reply) {
        self.0.overhear(import, &arguments, &reply);
        if let Some(tape) = &self.0.tape {
            tape.host(import, arguments, reply);
        }
    }
}

impl Lent {
    /// Begins a recording of this session, where the host records; every secret that the plugin could meet is masked
    /// from here on.
    pub(crate) fn recorded(mut self, plugin: &Plugin) -> Self {
        if let Some(recorder) = self.purpose.shared.recorder.clone() {
            self.learn(&recorder, &self.purpose.policy);
            self.tape = Some(recorder.open(plugin));
        }
        self
    }

    fn learn(&self, recorder: &Recorder, policy: &Policy) {
        let (shared, endpoint) = (&self.purpose.shared, &self.purpose.endpoint);
        for name in shared.configured.iter().map(String::as_str).chain(policy.secrets()) {
            // One that is not there cannot be told.
            if let Ok(value) = shared.secrets.get(endpoint, name) {
                recorder.learn(name, &value);
            }
        }
    }
}

/// A call into a plugin, told to the tape of its session if there is one.
pub(crate) struct Called(Option<Tape>);

impl Called {
    /// Begins it.
    pub(crate) fn begin<B: Send + 'static>(
        session: &mut Session<Lent, B>,
        function: &str,
        arguments: impl FnOnce() -> Vec<Told>,
    ) -> Self {
        let tape = session.lent().and_then(|lent| lent.tape.clone());
        if let Some(tape) = &tape {
            tape.call(&format!("gyre:plugin/{}#{function}", session.plugin().role()), arguments());
        }
        Self(tape)
    }

    /// It is over.
    pub(crate) fn end<T: Tell>(self, answer: &Result<T>) {
        if let Some(tape) = self.0 {
            tape.answer(answer.as_ref().map(Tell::tell));
        }
    }
}

/// The functions of one trait of the bindings, each with its name in the WIT.
macro_rules! tap {
    ($kind:path, $interface:literal { $($name:literal $function:ident($($argument:ident: $type:ty),*) -> $answer:ty;)* }) => {
        impl $kind for Tap<'_> { $(
            async fn $function(&mut self, $($argument: $type),*) -> $answer {
                let arguments = vec![$($argument.tell()),*];
                let answer = <Lent as $kind>::$function(&mut *self.0, $($argument),*).await;
                self.heard(concat!($interface, "#", $name), arguments, Reply::from(&answer));
                answer
            }
        )* }
    };
}

impl errors::Host for Tap<'_> {
    fn convert_error(&mut self, fault: Fault) -> wasmtime::Result<errors::Error> {
        self.0.convert_error(fault)
    }
}

impl exec::Host for Tap<'_> {}
impl extents::Host for Tap<'_> {}
impl types::Host for Tap<'_> {}
impl secrets::Host for Tap<'_> {}
impl http::Host for Tap<'_> {}
impl ssh::Host for Tap<'_> {}
impl rootfs::Host for Tap<'_> {}
impl registry::Host for Tap<'_> {}

tap!(log::Host, "gyre:host/log" {
    "write" write(level: log::Level, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()>;
});

tap!(progress::Host, "gyre:host/progress" {
    "report" report(phase: String, done: u64, total: Option<u64>) -> wasmtime::Result<()>;
    "cancelled" cancelled() -> wasmtime::Result<bool>;
});

tap!(clock::Host, "gyre:host/clock" {
    "now" now() -> wasmtime::Result<u64>;
    "elapsed" elapsed() -> wasmtime::Result<u64>;
    "sleep" sleep(milliseconds: u32) -> wasmtime::Result<()>;
});

tap!(secrets::HostSecret, "gyre:host/secrets" {
    "[static]secret.open" open(name: String) -> Result<Resource<secrets::Secret>, Fault>;
    "[static]secret.generate-ssh-key" generate_ssh_key(name: String) -> Result<String, Fault>;
    "[static]secret.generate-host-key" generate_host_key(name: String) -> Result<secrets::HostKey, Fault>;
    "[static]secret.generate-winrm-login" generate_winrm_login(name: String) -> Result<secrets::WinrmLogin, Fault>;
    "[method]secret.reveal" reveal(this: Resource<secrets::Secret>) -> Result<Vec<u8>, Fault>;
    "[resource-drop]secret" drop(this: Resource<secrets::Secret>) -> wasmtime::Result<()>;
});

tap!(disk::Host, "gyre:host/disk" {
    "codecs" codecs() -> wasmtime::Result<Vec<String>>;
});

tap!(disk::HostDisk, "gyre:host/disk" {
    "[static]disk.open" open(name: String, access: disk::Access) -> Result<Resource<disk::Disk>, Fault>;
    "[method]disk.id" id(this: Resource<disk::Disk>) -> wasmtime::Result<u32>;
    "[method]disk.size" size(this: Resource<disk::Disk>) -> wasmtime::Result<u64>;
    "[method]disk.extents" extents(this: Resource<disk::Disk>, offset: u64, length: u64) -> Result<Vec<extents::Extent>, Fault>;
    "[method]disk.read" read(this: Resource<disk::Disk>, offset: u64, length: u32) -> Result<Vec<u8>, Fault>;
    "[method]disk.write" write(this: Resource<disk::Disk>, offset: u64, bytes: Vec<u8>) -> Result<(), Fault>;
    "[method]disk.zero" zero(this: Resource<disk::Disk>, offset: u64, length: u64) -> Result<(), Fault>;
    "[method]disk.flush" flush(this: Resource<disk::Disk>) -> Result<(), Fault>;
    "[resource-drop]disk" drop(this: Resource<disk::Disk>) -> wasmtime::Result<()>;
});

tap!(http::HostEndpoint, "gyre:host/http" {
    "[static]endpoint.open" open(url: String, tls: Option<http::Tls>) -> Result<Resource<http::Endpoint>, Fault>;
    "[method]endpoint.authorize" authorize(this: Resource<http::Endpoint>, header: String, value: Resource<secrets::Secret>) -> Result<(), Fault>;
    "[method]endpoint.substitute" substitute(this: Resource<http::Endpoint>, marker: String, value: Resource<secrets::Secret>) -> Result<(), Fault>;
    "[method]endpoint.send" send(this: Resource<http::Endpoint>, request: http::Request) -> Result<http::Response, Fault>;
    "[method]endpoint.local-address" local_address(this: Resource<http::Endpoint>) -> Result<String, Fault>;
    "[resource-drop]endpoint" drop(this: Resource<http::Endpoint>) -> wasmtime::Result<()>;
});

tap!(ssh::HostSession, "gyre:host/ssh" {
    "[static]session.open" open(address: ssh::Address, credential: ssh::Credential) -> Result<Resource<ssh::Session>, Fault>;
    "[method]session.run" run(this: Resource<ssh::Session>, command: exec::Command) -> Result<exec::Output, Fault>;
    "[method]session.read-file" read_file(this: Resource<ssh::Session>, path: String) -> Result<Vec<u8>, Fault>;
    "[method]session.write-file" write_file(this: Resource<ssh::Session>, path: String, mode: u32, bytes: Vec<u8>) -> Result<(), Fault>;
    "[resource-drop]session" drop(this: Resource<ssh::Session>) -> wasmtime::Result<()>;
});

tap!(rootfs::HostRootfs, "gyre:host/rootfs" {
    "[method]rootfs.stat" stat(this: Resource<rootfs::Rootfs>, path: String) -> Result<Option<rootfs::Stat>, Fault>;
    "[method]rootfs.read-dir" read_dir(this: Resource<rootfs::Rootfs>, path: String) -> Result<Vec<String>, Fault>;
    "[method]rootfs.read-file" read_file(this: Resource<rootfs::Rootfs>, path: String) -> Result<Vec<u8>, Fault>;
    "[method]rootfs.write-file" write_file(this: Resource<rootfs::Rootfs>, path: String, mode: u32, bytes: Vec<u8>) -> Result<(), Fault>;
    "[method]rootfs.make-dir" make_dir(this: Resource<rootfs::Rootfs>, path: String, mode: u32) -> Result<(), Fault>;
    "[method]rootfs.symlink" symlink(this: Resource<rootfs::Rootfs>, path: String, target: String) -> Result<(), Fault>;
    "[method]rootfs.read-link" read_link(this: Resource<rootfs::Rootfs>, path: String) -> Result<String, Fault>;
    "[method]rootfs.remove" remove(this: Resource<rootfs::Rootfs>, path: String) -> Result<(), Fault>;
    "[method]rootfs.rename" rename(this: Resource<rootfs::Rootfs>, from: String, to: String) -> Result<(), Fault>;
    "[method]rootfs.run" run(this: Resource<rootfs::Rootfs>, command: exec::Command) -> Result<exec::Output, Fault>;
    "[resource-drop]rootfs" drop(this: Resource<rootfs::Rootfs>) -> wasmtime::Result<()>;
});

tap!(registry::HostHive, "gyre:host/registry" {
    "[static]hive.open" open(root: Resource<rootfs::Rootfs>, path: String) -> Result<Resource<registry::Hive>, Fault>;
    "[method]hive.keys" keys(this: Resource<registry::Hive>, key: String) -> Result<Option<Vec<String>>, Fault>;
    "[method]hive.values" values(this: Resource<registry::Hive>, key: String) -> Result<Option<Vec<String>>, Fault>;
    "[method]hive.get" get(this: Resource<registry::Hive>, key: String, name: String) -> Result<Option<registry::Value>, Fault>;
    "[method]hive.set" set(this: Resource<registry::Hive>, key: String, name: String, value: registry::Value) -> Result<(), Fault>;
    "[method]hive.create-key" create_key(this: Resource<registry::Hive>, key: String) -> Result<(), Fault>;
    "[method]hive.remove-key" remove_key(this: Resource<registry::Hive>, key: String) -> Result<(), Fault>;
    "[method]hive.remove-value" remove_value(this: Resource<registry::Hive>, key: String, name: String) -> Result<(), Fault>;
    "[method]hive.commit" commit(this: Resource<registry::Hive>) -> Result<(), Fault>;
    "[resource-drop]hive" drop(this: Resource<registry::Hive>) -> wasmtime::Result<()>;
});

tap!(files::Host, "gyre:host/files" {
    "read-dir" read_dir(path: String) -> Result<Vec<files::Entry>, Fault>;
    "read-file" read_file(path: String) -> Result<Vec<u8>, Fault>;
    "copy" copy(path: String, root: Resource<rootfs::Rootfs>, to: String, mode: u32) -> Result<(), Fault>;
});
