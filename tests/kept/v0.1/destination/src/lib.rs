//! A destination as somebody would have built it for version 0.1.0 of the contract: `check` makes every call that the host
//! lends a destination and tells what became of each, and every verb answers with every kind of value that it has.

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
        world: "gyre:plugin/destination-plugin",
        pub_export_macro: true,
        generate_all,
    });
}

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use bindings::exports::gyre::plugin::destination::{
    self, AttachedDisk, Instance, TargetDisk, Transport, Worker, WorkerRole,
};
use bindings::exports::gyre::plugin::metadata::{self, Description};
use bindings::gyre::host::secrets::Secret;
use bindings::gyre::host::{clock, errors, http, log, progress};
use bindings::gyre::plugin::types::*;
use errors::{Error, ErrorKind};
use shared::{Told, option};

struct Kept;

bindings::export!(Kept with_types_in bindings);

impl metadata::Guest for Kept {
    fn describe() -> Description {
        let url = "{\"url\":{\"type\":\"string\",\"description\":\"For the test.\"}}";
        Description {
            name: "kept-destination".into(),
            version: "0.1.0".into(),
            summary: "Every call of a destination.".into(),
            config_schema: ["{\"type\":\"object\",\"additionalProperties\":false,\"properties\":", url, "}"]
                .concat(),
        }
    }
}

fn host(config: &str) -> Told {
    let mut told = Told(Vec::new());
    log::write(log::Level::Info, "kept", &[("key".into(), "value".into())]);
    progress::report("kept", 1, None);
    told.expect("progress.cancelled", !progress::cancelled());
    told.expect("clock.now", clock::now() > 0);
    clock::sleep(1);
    told.expect("clock.elapsed", clock::elapsed() < 3_600_000);
    told.note("secrets.generate-ssh-key", Secret::generate_ssh_key("one"));
    told.note("secrets.generate-host-key", Secret::generate_host_key("two"));
    told.note("secrets.generate-winrm-login", Secret::generate_winrm_login("three"));
    if let Some(secret) = told.note("secrets.open", Secret::open("own")) {
        told.note("secrets.reveal", secret.reveal());
        web(config, &secret, &mut told);
    }
    told
}

fn web(config: &str, secret: &Secret, told: &mut Told) {
    let Some(endpoint) = told.note("http.open", http::Endpoint::open(&option(config, "url"), None)) else {
        return;
    };
    told.note("http.authorize", endpoint.authorize("x-auth", secret));
    told.note("http.substitute", endpoint.substitute("MARKER-0001", secret));
    let request = http::Request {
        method: "GET".into(),
        path: "/".into(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: None,
    };
    if let Some(response) = told.note("http.send", endpoint.send(&request)) {
        told.expect("http.response", response.status == 200 && response.body == b"kept");
    }
    told.note("http.local-address", endpoint.local_address());
}

fn done(words: &[&str]) -> Result<Outcome, Error> {
    Ok(Outcome::Done(words.join(" ")))
}

impl destination::Guest for Kept {
    fn check(config: String, vm: Option<VmSpec>) -> Result<Vec<Finding>, Error> {
        let finding = |(path, message): (&str, String)| Finding {
            blocking: true,
            path: path.into(),
            message,
            remedy: None,
        };
        match vm {
            Some(vm) => Ok(vec![finding(("vm", vm.name))]),
            None => Ok(host(&config).0.into_iter().map(finding).collect()),
        }
    }

    fn options(_: String, names: Vec<String>) -> Result<Vec<Choices>, Error> {
        let values = vec![Choice { id: "1".into(), name: "small\t2 vCPU".into() }];
        Ok(names
            .into_iter()
            .map(|option_name| Choices { option_name, values: values.clone(), refused: Some("why".into()) })
            .collect())
    }

    fn ensure_disks(step: Step, vm: VmSpec, existing: Option<String>) -> Result<Outcome, Error> {
        done(&[&step.token, &vm.id, &existing.unwrap_or_default()])
    }

    fn describe_disks(_: String, disks: String) -> Result<Vec<TargetDisk>, Error> {
        Ok(vec![TargetDisk { disk: "disk0".into(), identity: disks, size: 1 << 20, zeroed: true }])
    }

    fn remove_disks(_: Step, disks: String) -> Result<Outcome, Error> {
        done(&[&disks])
    }

    fn ensure_worker(_: Step, role: WorkerRole, os: OsType, disks: String) -> Result<Outcome, Error> {
        let role = match role {
            WorkerRole::Copy => "copy",
            WorkerRole::Morph => "morph",
        };
        let os = match os {
            OsType::Linux => "linux",
            OsType::Windows => "windows",
            OsType::Bsd => "bsd",
            OsType::Other => "other",
            OsType::Unknown => "unknown",
        };
        Ok(Outcome::Wait(Wait { state: [role, os, &disks].join(" "), after_ms: 7 }))
    }

    fn describe_worker(_: String, worker: String) -> Result<Worker, Error> {
        Ok(Worker {
            host: "192.0.2.1".into(),
            port: 22,
            user: "root".into(),
            host_key: Some("ssh-ed25519 AAAA".into()),
            credential: "own".into(),
            os_type: OsType::Linux,
            transport: if worker == "ssh" { Transport::Ssh } else { Transport::Https(5566) },
            disks: vec![AttachedDisk { disk: "disk0".into(), identities: vec!["/dev/vdb".into()] }],
        })
    }

    fn worker_console(_: String, worker: String) -> Result<Option<String>, Error> {
        Ok(Some(worker))
    }

    fn remove_worker(_: Step, worker: String) -> Result<Outcome, Error> {
        done(&[&worker])
    }

    fn ensure_checkpoint(_: Step, disks: String) -> Result<Outcome, Error> {
        done(&[&disks])
    }

    fn remove_checkpoint(_: Step, checkpoint: String) -> Result<Outcome, Error> {
        done(&[&checkpoint])
    }

    fn ensure_clone(_: Step, checkpoint: String, clone: bool) -> Result<Outcome, Error> {
        done(&[&checkpoint, if clone { "clone" } else { "own" }])
    }

    fn remove_clone(_: Step, disks: String) -> Result<Outcome, Error> {
        done(&[&disks])
    }

    fn restore_checkpoint(_: Step, checkpoint: String) -> Result<Outcome, Error> {
        done(&[&checkpoint])
    }

    fn plan_morphing(_: String, vm: VmSpec) -> Result<Morphing, Error> {
        let macs = vm.nics.into_iter().map(|nic| nic.mac).collect();
        Ok(Morphing { hypervisor: Some("kvm".into()), set_dhcp: true, macs })
    }

    fn ensure_instance(_: Step, vm: VmSpec, disks: String) -> Result<Outcome, Error> {
        done(&[&vm.name, &disks])
    }

    fn describe_instance(_: String, instance: String) -> Result<Instance, Error> {
        Ok(Instance {
            id: instance,
            name: "web".into(),
            status: "ACTIVE".into(),
            addresses: vec!["192.0.2.3".into()],
            console: Some("login:".into()),
        })
    }

    fn remove_instance(_: Step, _: String) -> Result<Outcome, Error> {
        Err(Error {
            kind: ErrorKind::Conflict,
            code: "kept.conflict".into(),
            message: "It is in use.".into(),
            causes: vec!["the first".into()],
        })
    }

    fn list_marked(_: String, after: Option<String>) -> Result<MarkedPage, Error> {
        let marked = Marked {
            kind: "volume".into(),
            id: "1".into(),
            name: "web".into(),
            token: "token".into(),
            made_ms: Some(7),
        };
        Ok(MarkedPage { marked: vec![marked], next: after })
    }

    fn remove_marked(step: Step, kind: String, id: String) -> Result<Outcome, Error> {
        done(&[&step.token, &kind, &id])
    }
}
