//! An OS-morphing plugin as somebody would have built it for version 0.1.0 of the contract: `morph` makes every call that
//! the host lends one, and leaves what became of each in the guest.

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
        world: "gyre:plugin/osmorphing-plugin",
        pub_export_macro: true,
        generate_all,
    });
}

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use bindings::exports::gyre::plugin::metadata::{self, Description};
use bindings::exports::gyre::plugin::osmorphing::{self, OsMatch};
use bindings::gyre::host::registry::{Hive, Raw, Value};
use bindings::gyre::host::rootfs::{FileType, Rootfs};
use bindings::gyre::host::{clock, errors, exec, files, log, progress};
use bindings::gyre::plugin::types::{Morphing, VmSpec};
use errors::Error;
use shared::{Told, option};

struct Kept;

bindings::export!(Kept with_types_in bindings);

impl metadata::Guest for Kept {
    fn describe() -> Description {
        let files = "{\"files\":{\"type\":\"string\",\"description\":\"For the test.\"}}";
        Description {
            name: "kept-osmorphing".into(),
            version: "0.1.0".into(),
            summary: "Every call of an OS-morphing plugin.".into(),
            config_schema: [
                "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":",
                files,
                "}",
            ]
            .concat(),
        }
    }
}

fn every_world(told: &mut Told) {
    log::write(log::Level::Info, "kept", &[("key".into(), "value".into())]);
    progress::report("kept", 1, Some(2));
    told.expect("progress.cancelled", !progress::cancelled());
    told.expect("clock.now", clock::now() > 0);
    clock::sleep(1);
    told.expect("clock.elapsed", clock::elapsed() < 3_600_000);
}

fn tree(root: &Rootfs, told: &mut Told) {
    told.note("rootfs.make-dir", root.make_dir("/kept/a", 0o755));
    told.note("rootfs.write-file", root.write_file("/kept/b", 0o644, b"kept"));
    told.note("rootfs.symlink", root.symlink("/kept/c", "b"));
    told.note("rootfs.rename", root.rename("/kept/b", "/kept/d"));
    told.note("rootfs.remove", root.remove("/kept/a"));
    if let Some(names) = told.note("rootfs.read-dir", root.read_dir("/kept")) {
        told.expect("rootfs.names", names == ["c", "d"]);
    }
    if let Some(bytes) = told.note("rootfs.read-file", root.read_file("/kept/d")) {
        told.expect("rootfs.bytes", bytes == b"kept");
    }
    if let Some(target) = told.note("rootfs.read-link", root.read_link("/kept/c")) {
        told.expect("rootfs.target", target == "b");
    }
    if let Some(Some(stat)) = told.note("rootfs.stat", root.stat("/kept/d")) {
        told.expect(
            "rootfs.regular",
            stat.file_type == FileType::Regular && stat.size == 4 && stat.mode == 0o644,
        );
    }
    let command = exec::Command {
        argv: vec!["/bin/true".into()],
        env: vec![("KEY".into(), "value".into())],
        stdin: Vec::new(),
        timeout_ms: Some(1000),
    };
    told.note("rootfs.run", root.run(&command));
}

fn hive(root: &Rootfs, told: &mut Told) {
    let Some(hive) = told.note("registry.open", Hive::open(root, "/hive")) else { return };
    told.note("registry.create-key", hive.create_key("A\\B"));
    for value in values() {
        told.note("registry.set", hive.set("A", "v", &value));
        if let Some(found) = told.note("registry.get", hive.get("A", "v")) {
            let alike =
                found.is_some_and(|found| core::mem::discriminant(&found) == core::mem::discriminant(&value));
            told.expect("registry.value", alike);
        }
    }
    if let Some(keys) = told.note("registry.keys", hive.keys("A")) {
        told.expect("registry.key", keys.is_some_and(|keys| keys == ["B"]));
    }
    if let Some(names) = told.note("registry.values", hive.values("A")) {
        told.expect("registry.name", names.is_some_and(|names| names == ["v"]));
    }
    told.note("registry.remove-value", hive.remove_value("A", "v"));
    told.note("registry.remove-key", hive.remove_key("A\\B"));
    told.note("registry.commit", hive.commit());
}

fn values() -> [Value; 7] {
    [
        Value::Sz("a".into()),
        Value::ExpandSz("%a%".into()),
        Value::MultiSz(vec!["a".into(), "b".into()]),
        Value::Dword(1),
        Value::Qword(2),
        Value::Binary(vec![3]),
        Value::Other(Raw { kind: 8, bytes: vec![4] }),
    ]
}

fn operator(root: &Rootfs, directory: &str, told: &mut Told) {
    if let Some(entries) = told.note("files.read-dir", files::read_dir(directory)) {
        let is_file = |entry: &files::Entry| entry.name == "driver" && !entry.directory && entry.size == 6;
        told.expect("files.entry", entries.iter().any(is_file));
    }
    let path = [directory, "/driver"].concat();
    told.note("files.read-file", files::read_file(&path));
    told.note("files.copy", files::copy(&path, root, "/kept/driver", 0o600));
}

impl osmorphing::Guest for Kept {
    fn detect(root: &Rootfs) -> Result<Option<OsMatch>, Error> {
        let Some(stat) = root.stat("/hive")? else { return Ok(None) };
        let version = if stat.file_type == FileType::Regular { "1" } else { "2" };
        Ok(Some(OsMatch { distribution: "kept".into(), version: version.into(), score: 7 }))
    }

    fn morph(root: &Rootfs, vm: VmSpec, morphing: Morphing, config: String) -> Result<(), Error> {
        let mut told = Told(Vec::new());
        every_world(&mut told);
        tree(root, &mut told);
        hive(root, &mut told);
        operator(root, &option(&config, "files"), &mut told);
        let macs = morphing.macs.into_iter().flatten().collect::<Vec<_>>().join(",");
        let mut text =
            [&vm.name, &morphing.hypervisor.unwrap_or_default(), &macs].map(String::as_str).join(" ");
        for (call, said) in told.0 {
            for word in ["\n", call, ": ", &said] {
                text.push_str(word);
            }
        }
        root.write_file("/told", 0o644, text.as_bytes())
    }
}
