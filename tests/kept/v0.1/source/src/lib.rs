//! A source as somebody would have built it for version 0.1.0 of the contract: `check` makes every call that the host lends
//! a source and tells what became of each, and every verb answers with every kind of value that it has.

#![cfg(target_arch = "wasm32")]
#![no_std]
#![allow(missing_docs)]

extern crate alloc;

#[allow(dead_code)] // each kept component takes what it needs
#[path = "../../../shared.rs"]
mod shared;

#[allow(unsafe_code, clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../../../wit/frozen/v0.1",
        world: "gyre:plugin/source-plugin",
        pub_export_macro: true,
        generate_all,
    });
}

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use bindings::exports::gyre::plugin::metadata::{self, Description};
use bindings::exports::gyre::plugin::source::{self, Origin, VmPage, VmSummary};
use bindings::gyre::host::disk::{self, Access, Disk};
use bindings::gyre::host::extents::{Extent, ExtentKind, Packed, Stored};
use bindings::gyre::host::secrets::Secret;
use bindings::gyre::host::{clock, errors, exec, http, log, progress, ssh};
use bindings::gyre::plugin::types::*;
use errors::{Error, ErrorKind};
use shared::{Told, option};

struct Kept;

bindings::export!(Kept with_types_in bindings);

impl metadata::Guest for Kept {
    fn describe() -> Description {
        let option =
            |name: &str| ["\"", name, "\":{\"type\":\"string\",\"description\":\"For the test.\"}"].concat();
        let options = [option("disk"), option("url"), option("host")].join(",");
        Description {
            name: "kept-source".into(),
            version: "0.1.0".into(),
            summary: "Every call of a source.".into(),
            config_schema: [
                "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{",
                &options,
                "}}",
            ]
            .concat(),
        }
    }
}

fn host(config: &str) -> Told {
    let mut told = Told(Vec::new());
    log::write(log::Level::Info, "kept", &[("key".into(), "value".into())]);
    progress::report("kept", 1, Some(2));
    told.expect("progress.cancelled", !progress::cancelled());
    told.expect("clock.now", clock::now() > 0);
    clock::sleep(1);
    told.expect("clock.elapsed", clock::elapsed() < 3_600_000);
    told.note("secrets.generate-ssh-key", Secret::generate_ssh_key("one"));
    told.note("secrets.generate-host-key", Secret::generate_host_key("two"));
    told.note("secrets.generate-winrm-login", Secret::generate_winrm_login("three"));
    let secret = told.note("secrets.open", Secret::open("own"));
    if let Some(secret) = &secret {
        told.note("secrets.reveal", secret.reveal());
        web(config, secret, &mut told);
        remote(config, secret, &mut told);
    }
    disks(config, &mut told);
    told
}

fn web(config: &str, secret: &Secret, told: &mut Told) {
    let tls = http::Tls { roots: None, pinned: None };
    let Some(endpoint) = told.note("http.open", http::Endpoint::open(&option(config, "url"), Some(&tls)))
    else {
        return;
    };
    told.note("http.authorize", endpoint.authorize("x-auth", secret));
    told.note("http.substitute", endpoint.substitute("MARKER-0001", secret));
    let request = http::Request {
        method: "POST".into(),
        path: "/".into(),
        headers: vec![("accept".into(), "*/*".into())],
        body: b"MARKER-0001".to_vec(),
        timeout_ms: Some(10_000),
    };
    if let Some(response) = told.note("http.send", endpoint.send(&request)) {
        told.expect("http.response", response.status == 200 && response.body == b"kept");
    }
    told.note("http.local-address", endpoint.local_address());
}

/// Every call of a session is linked, though the test lends no machine.
fn remote(config: &str, secret: &Secret, told: &mut Told) {
    let host = option(config, "host");
    let address =
        ssh::Address { host, port: 22, user: "root".into(), host_key: Some("ssh-ed25519 AAAA".into()) };
    let session = ssh::Session::open(&address, &ssh::Credential::Key(secret))
        .or_else(|_| ssh::Session::open(&address, &ssh::Credential::Password(secret)));
    let Some(session) = told.note("ssh.open", session) else { return };
    let command = exec::Command {
        argv: vec!["true".into()],
        env: vec![("KEY".into(), "value".into())],
        stdin: Vec::new(),
        timeout_ms: None,
    };
    told.note("ssh.run", session.run(&command));
    told.note("ssh.read-file", session.read_file("/a"));
    told.note("ssh.write-file", session.write_file("/a", 0o600, b"x"));
}

fn disks(config: &str, told: &mut Told) {
    told.expect("disk.codecs", disk::codecs().iter().any(|codec| codec == "zlib"));
    let opened = Disk::open(&option(config, "disk"), Access::WRITE | Access::TRIM);
    let Some(disk) = told.note("disk.open", opened) else { return };
    told.expect("disk.size", disk.size() == 1 << 20);
    told.note("disk.write", disk.write(4096, b"kept"));
    told.note("disk.zero", disk.zero(65_536, 4096));
    told.note("disk.flush", disk.flush());
    if let Some(bytes) = told.note("disk.read", disk.read(4096, 4)) {
        told.expect("disk.bytes", bytes == b"kept");
    }
    if let Some(extents) = told.note("disk.extents", disk.extents(0, 1 << 20)) {
        let id = disk.id();
        let ours = |extent: &Extent| !matches!(&extent.kind, ExtentKind::Stored(at) if at.disk != id);
        told.expect("disk.id", !extents.is_empty() && extents.iter().all(ours));
    }
}

fn error() -> Error {
    Error {
        kind: ErrorKind::NotFound,
        code: "kept.not-found".into(),
        message: "It is not there.".into(),
        causes: vec!["the first".into(), "the second".into()],
    }
}

impl source::Guest for Kept {
    fn check(config: String, vm: Option<String>) -> Result<Vec<Finding>, Error> {
        if vm.is_some() {
            return Err(error());
        }
        let finding = |(path, message): (&str, String)| Finding {
            blocking: false,
            path: path.into(),
            message,
            remedy: Some("none".into()),
        };
        Ok(host(&config).0.into_iter().map(finding).collect())
    }

    fn list_vms(_: String, name: Option<String>, after: Option<String>) -> Result<VmPage, Error> {
        let vm =
            VmSummary { id: "1".into(), name: name.unwrap_or_default(), os_hint: after, powered_on: true };
        Ok(VmPage { vms: vec![vm], next: Some("2".into()) })
    }

    fn get_vm(_: String, id: String) -> Result<VmSpec, Error> {
        Ok(VmSpec {
            id,
            name: "web".into(),
            hostname: Some("web".into()),
            vcpus: 2,
            cores_per_socket: Some(1),
            memory_mib: 512,
            firmware: Firmware::Uefi,
            secure_boot: true,
            tpm: false,
            os_type: OsType::Windows,
            os_hint: Some("hint".into()),
            host: Some("host".into()),
            public_address: Some("192.0.2.1".into()),
            disks: vec![DiskSpec {
                id: "disk0".into(),
                size: 1 << 20,
                position: 0,
                bus: "scsi".into(),
                backend: Some("pool".into()),
                shareable: false,
            }],
            nics: vec![NicSpec {
                id: "nic0".into(),
                mac: Some("00:50:56:00:00:01".into()),
                network: "net".into(),
                addresses: vec!["192.0.2.2".into()],
            }],
        })
    }

    fn power_off(step: Step, id: String) -> Result<Outcome, Error> {
        Ok(Outcome::Wait(Wait { state: [step.token, id].join(" "), after_ms: 7 }))
    }

    fn ensure_snapshot(step: Step, vm: VmSpec, base: Option<String>) -> Result<Outcome, Error> {
        let resume = step.resume.unwrap_or_default();
        Ok(Outcome::Done([vm.id, base.unwrap_or_default(), resume].join(" ")))
    }

    fn release_snapshot(_: Step, snapshot: String) -> Result<Outcome, Error> {
        Ok(Outcome::Done(snapshot))
    }

    fn open_disk(config: String, _: String, disk: String) -> Result<Origin, Error> {
        match disk.as_str() {
            "whole" => Disk::open(&option(&config, "disk"), Access::empty()).map(Origin::Disk),
            _ => Ok(Origin::Plugin(1 << 20)),
        }
    }

    fn extents(since: Option<String>, offset: u64, length: u64) -> Result<Vec<Extent>, Error> {
        let packed = || Packed { disk: 0, offset: 0, length: 1, codec: "zlib".into(), skip: 0 };
        let kind = match since.as_deref() {
            None => ExtentKind::Data,
            Some("zero") => ExtentKind::Zero,
            Some("hole") => ExtentKind::Hole,
            Some("stored") => ExtentKind::Stored(Stored { disk: 0, offset: 0 }),
            Some("packed") => ExtentKind::Packed(packed()),
            Some(_) => return Err(error()),
        };
        Ok(vec![Extent { offset, length, kind }])
    }

    fn read(offset: u64, length: u32) -> Result<Vec<u8>, Error> {
        Ok(vec![offset as u8; length as usize])
    }

    fn list_marked(_: String, after: Option<String>) -> Result<MarkedPage, Error> {
        let marked = Marked {
            kind: "snapshot".into(),
            id: "1".into(),
            name: "web".into(),
            token: "token".into(),
            made_ms: Some(7),
        };
        Ok(MarkedPage { marked: vec![marked], next: after })
    }

    fn remove_marked(step: Step, kind: String, id: String) -> Result<Outcome, Error> {
        Ok(Outcome::Done([step.token, kind, id].join(" ")))
    }
}
