//! Values of the WIT as a recording tells them. Whatever crosses the boundary becomes a [`Told`], here from the generated
//! types and in [`super::json`] from dynamic ones: both have to come to the same. Refuses to know what a value is for.

use crate::bindings::{
    destination_types, disk, errors, exec, extents, files, http, log, osmorphing_types, registry, rootfs,
    secrets, source_types, ssh, types,
};
use serde_json::Value;
use std::fmt::Debug;
use wasmtime::component::Resource;

/// Names a handle.
pub(crate) const HANDLE: &str = "handle";

/// A value without its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// Numbers, booleans, what is not there, names of cases.
    Plain(Value),
    /// Text, which may hold a secret.
    Text(String),
    /// Bytes, which may, too.
    Bytes(Vec<u8>),
    /// A list or a tuple.
    List(Vec<Told>),
    /// A record, or the one case of a variant, an option or a result.
    Fields(Vec<(String, Told)>),
}

impl Told {
    /// What is not there.
    pub(crate) const fn nothing() -> Self {
        Self::Plain(Value::Null)
    }

    /// The name of a case without a payload.
    pub(crate) fn name(name: &str) -> Self {
        Self::Plain(name.into())
    }

    /// A case with a payload.
    pub(crate) fn case(name: &str, payload: Told) -> Self {
        Self::Fields(vec![(name.to_owned(), payload)])
    }

    /// A handle by its number.
    pub fn handle(number: u32) -> Self {
        Self::case(HANDLE, Self::Plain(number.into()))
    }

    /// The number of a handle, if it is one.
    pub fn as_handle(&self) -> Option<u32> {
        let Self::Fields(fields) = self else { return None };
        let [(name, Self::Plain(number))] = fields.as_slice() else { return None };
        number.as_u64().filter(|_| name == HANDLE).and_then(|number| u32::try_from(number).ok())
    }

    /// That of a result which is `ok` with a handle.
    pub fn given_handle(&self) -> Option<u32> {
        let Self::Fields(fields) = self else { return None };
        let [(name, given)] = fields.as_slice() else { return None };
        given.as_handle().filter(|_| name == "ok")
    }

    /// An option that is there: one of another option is told apart from nothing.
    pub(crate) fn some(self) -> Self {
        let is_option = match &self {
            Self::Plain(Value::Null) => true,
            Self::Fields(fields) => matches!(fields.as_slice(), [(name, _)] if name == "some"),
            _ => false,
        };
        if is_option { Self::case("some", self) } else { self }
    }
}

/// What can be told.
pub trait Tell {
    /// Whether there is anything to tell: `()` is no result.
    const ANSWERS: bool = true;
    /// Tells it.
    fn tell(&self) -> Told;
    /// Tells a list of it.
    fn tell_all(all: &[Self]) -> Told
    where
        Self: Sized,
    {
        Told::List(all.iter().map(Tell::tell).collect())
    }
}

macro_rules! plain {
    ($($kind:ty)*) => { $(impl Tell for $kind {
        fn tell(&self) -> Told {
            Told::Plain((*self).into())
        }
    })* };
}

plain!(bool i32 u16 u32 u64);

impl Tell for u8 {
    fn tell(&self) -> Told {
        Told::Plain((*self).into())
    }

    fn tell_all(all: &[Self]) -> Told {
        Told::Bytes(all.to_vec())
    }
}

impl Tell for () {
    const ANSWERS: bool = false;

    fn tell(&self) -> Told {
        Told::nothing()
    }
}

impl Tell for str {
    fn tell(&self) -> Told {
        Told::Text(self.to_owned())
    }
}

impl Tell for String {
    fn tell(&self) -> Told {
        Told::Text(self.clone())
    }
}

impl<T: Tell + ?Sized> Tell for &T {
    fn tell(&self) -> Told {
        (**self).tell()
    }
}

impl<T: Tell> Tell for Vec<T> {
    fn tell(&self) -> Told {
        T::tell_all(self)
    }
}

impl<T: Tell> Tell for Option<T> {
    fn tell(&self) -> Told {
        self.as_ref().map_or_else(Told::nothing, |value| value.tell().some())
    }
}

impl<A: Tell, B: Tell> Tell for (A, B) {
    fn tell(&self) -> Told {
        Told::List(vec![self.0.tell(), self.1.tell()])
    }
}

impl<T: Tell, E: Tell> Tell for Result<T, E> {
    fn tell(&self) -> Told {
        match self {
            Ok(value) => Told::case("ok", value.tell()),
            Err(error) => Told::case("error", error.tell()),
        }
    }
}

impl<T: 'static> Tell for Resource<T> {
    fn tell(&self) -> Told {
        Told::handle(self.rep())
    }
}

/// A record, by all of its fields: one that is left out does not compile.
macro_rules! records {
    ($($record:path { $($field:ident),* })*) => { $(impl Tell for $record {
        fn tell(&self) -> Told {
            let Self { $($field),* } = self;
            Told::Fields(vec![$((stringify!($field).replace('_', "-"), $field.tell())),*])
        }
    })* };
}

records! {
    errors::Error { kind, code, message, causes }
    secrets::HostKey { public, private }
    secrets::WinrmLogin { password, archive, host_key }
    extents::Stored { disk, offset }
    extents::Packed { disk, offset, length, codec, skip }
    extents::Extent { offset, length, kind }
    http::Tls { roots, pinned }
    http::Request { method, path, headers, body, timeout_ms }
    http::Response { status, headers, body }
    exec::Command { argv, env, stdin, timeout_ms }
    exec::Output { status, stdout, stderr }
    ssh::Address { host, port, user, host_key }
    rootfs::Stat { file_type, mode, uid, gid, size }
    registry::Raw { kind, bytes }
    files::Entry { name, directory, size }
    types::DiskSpec { id, size, position, bus, backend, shareable }
    types::NicSpec { id, mac, network, addresses }
    types::VmSpec {
        id, name, hostname, vcpus, cores_per_socket, memory_mib, firmware, secure_boot, tpm, os_type, os_hint, host,
        public_address, disks, nics
    }
    types::Step { token, config, resume }
    types::Wait { state, after_ms }
    types::Finding { blocking, path, message, remedy }
    types::Morphing { hypervisor, set_dhcp, macs }
    types::Choices { option_name, values, refused }
    types::Choice { id, name }
    source_types::VmSummary { id, name, os_hint, powered_on }
    source_types::VmPage { vms, next }
    destination_types::Worker { host, port, user, host_key, credential, os_type, transport, disks }
    destination_types::AttachedDisk { disk, identities }
    destination_types::TargetDisk { disk, identity, size, zeroed }
    destination_types::Instance { id, name, status, addresses, console }
    destination_types::Marked { kind, id, name, token, made_ms }
    destination_types::MarkedPage { marked, next }
    osmorphing_types::OsMatch { distribution, version, score }
}

/// An enum, by the name of its case.
macro_rules! enums {
    ($($kind:path)*) => { $(impl Tell for $kind {
        fn tell(&self) -> Told {
            Told::name(&kebab(self))
        }
    })* };
}

enums! {
    errors::ErrorKind log::Level rootfs::FileType types::Firmware types::OsType destination_types::WorkerRole
}

/// `NotFound` as the WIT writes it: `not-found`.
fn kebab(case: &impl Debug) -> String {
    let name = format!("{case:?}");
    let name = name.rsplit("::").next().unwrap_or_default();
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(c.to_lowercase());
    }
    kebab
}

impl Tell for disk::Access {
    fn tell(&self) -> Told {
        let flags = [(Self::WRITE, "write"), (Self::TRIM, "trim")];
        let set = flags.into_iter().filter(|(flag, _)| self.contains(*flag));
        Told::List(set.map(|(_, name)| Told::name(name)).collect())
    }
}

impl Tell for extents::ExtentKind {
    fn tell(&self) -> Told {
        match self {
            Self::Data => Told::name("data"),
            Self::Zero => Told::name("zero"),
            Self::Hole => Told::name("hole"),
            Self::Stored(at) => Told::case("stored", at.tell()),
            Self::Packed(at) => Told::case("packed", at.tell()),
        }
    }
}

impl Tell for ssh::Credential {
    fn tell(&self) -> Told {
        match self {
            Self::Key(secret) => Told::case("key", secret.tell()),
            Self::Password(secret) => Told::case("password", secret.tell()),
        }
    }
}

impl Tell for registry::Value {
    fn tell(&self) -> Told {
        let (name, value) = match self {
            Self::Sz(text) => ("sz", text.tell()),
            Self::ExpandSz(text) => ("expand-sz", text.tell()),
            Self::MultiSz(texts) => ("multi-sz", texts.tell()),
            Self::Dword(number) => ("dword", number.tell()),
            Self::Qword(number) => ("qword", number.tell()),
            Self::Binary(bytes) => ("binary", bytes.tell()),
            Self::Other(raw) => ("other", raw.tell()),
        };
        Told::case(name, value)
    }
}

impl Tell for types::Outcome {
    fn tell(&self) -> Told {
        match self {
            Self::Done(state) => Told::case("done", state.tell()),
            Self::Wait(wait) => Told::case("wait", wait.tell()),
        }
    }
}

impl Tell for source_types::Origin {
    fn tell(&self) -> Told {
        match self {
            Self::Plugin(size) => Told::case("plugin", size.tell()),
            Self::Disk(disk) => Told::case("disk", disk.tell()),
        }
    }
}

impl Tell for destination_types::Transport {
    fn tell(&self) -> Told {
        match self {
            Self::Https(port) => Told::case("https", port.tell()),
            Self::Ssh => Told::name("ssh"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_named_as_in_the_wit() {
        assert_eq!(errors::ErrorKind::NotFound.tell(), Told::name("not-found"));
        assert_eq!(rootfs::FileType::Regular.tell(), Told::name("regular"));
        assert_eq!(kebab(&types::OsType::Linux), "linux");
    }

    #[test]
    fn an_option_of_an_option_is_told_apart() {
        let nested: [Option<Option<u32>>; 3] = [None, Some(None), Some(Some(1))];
        let told: Vec<_> = nested.iter().map(Tell::tell).collect();
        assert_eq!(told[0], Told::nothing());
        assert_eq!(told[1], Told::case("some", Told::nothing()));
        assert_eq!(told[2], Told::Plain(1.into()));
    }
}
