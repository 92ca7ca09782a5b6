//! The nouns of `gyre-core` as the records of the WIT, and back. What comes from a guest is bounded here where
//! nothing later would bound it.

use crate::bindings::{destination_types, errors, extents, osmorphing_types, source_types, types};
use gyre_core::roles;
use gyre_core::text::steers;
use gyre_core::{
    DiskSpec, Error, Extent, ExtentKind, Firmware, Kind, NicSpec, OsType, Packed, Stored, VmSpec,
};

/// What is kept of a guest's error.
const CODE_BYTES_MAX: usize = 128;
const MESSAGE_BYTES_MAX: usize = 4096;
const CAUSES_MAX: usize = 16;

/// Cuts at a character, and drops what would steer a terminal.
fn clean(text: &str, bytes_max: usize) -> String {
    let mut kept = String::new();
    for c in text.chars().map(|c| if steers(c) && c != '\n' { ' ' } else { c }) {
        if kept.len() + c.len_utf8() > bytes_max {
            kept.push('…');
            break;
        }
        kept.push(c);
    }
    kept
}

macro_rules! same_cases {
    ($ours:ty, $theirs:ty, [$($case:ident),*]) => {
        impl From<$ours> for $theirs {
            fn from(value: $ours) -> Self {
                match value { $(<$ours>::$case => <$theirs>::$case),* }
            }
        }
        impl From<$theirs> for $ours {
            fn from(value: $theirs) -> Self {
                match value { $(<$theirs>::$case => <$ours>::$case),* }
            }
        }
    };
}

same_cases!(Kind, errors::ErrorKind, [Invalid, Denied, NotFound, Conflict, Unavailable, Cancelled, Other]);
same_cases!(Firmware, types::Firmware, [Bios, Uefi]);
same_cases!(OsType, types::OsType, [Linux, Windows, Bsd, Other, Unknown]);
same_cases!(roles::WorkerRole, destination_types::WorkerRole, [Copy, Morph]);

/// Same fields, each converted by itself.
macro_rules! same_fields {
    ($from:ty => $to:ty { $($field:ident),* }) => {
        impl From<$from> for $to {
            fn from(value: $from) -> Self {
                Self { $($field: value.$field.into()),* }
            }
        }
    };
}

same_fields!(Error => errors::Error { kind, code, message, causes });
same_fields!(DiskSpec => types::DiskSpec { id, size, position, bus, backend, shareable });
same_fields!(types::DiskSpec => DiskSpec { id, size, position, bus, backend, shareable });
same_fields!(NicSpec => types::NicSpec { id, mac, network, addresses });
same_fields!(types::NicSpec => NicSpec { id, mac, network, addresses });
same_fields!(types::Finding => roles::Finding { blocking, path, message, remedy });
same_fields!(roles::Morphing => types::Morphing { hypervisor, set_dhcp, macs });
same_fields!(types::Morphing => roles::Morphing { hypervisor, set_dhcp, macs });
same_fields!(source_types::VmSummary => roles::VmSummary { id, name, os_hint, powered_on });
same_fields!(destination_types::TargetDisk => roles::TargetDisk { disk, identity, size, zeroed });
same_fields!(destination_types::AttachedDisk => roles::AttachedDisk { disk, identities });
same_fields!(osmorphing_types::OsMatch => roles::OsMatch { distribution, version, score });
same_fields!(destination_types::Instance => roles::Instance { id, name, status, addresses, console });
same_fields!(types::Marked => roles::Marked { kind, id, name, token, made_ms });

impl From<errors::Error> for Error {
    fn from(error: errors::Error) -> Self {
        Self {
            kind: error.kind.into(),
            code: clean(&error.code, CODE_BYTES_MAX),
            message: clean(&error.message, MESSAGE_BYTES_MAX),
            causes: error
                .causes
                .iter()
                .take(CAUSES_MAX)
                .map(|cause| clean(cause, MESSAGE_BYTES_MAX))
                .collect(),
        }
    }
}

fn all<A: Into<B>, B>(values: Vec<A>) -> Vec<B> {
    values.into_iter().map(Into::into).collect()
}

macro_rules! vm_spec {
    ($from:ty => $to:ty) => {
        impl From<$from> for $to {
            fn from(vm: $from) -> Self {
                Self {
                    id: vm.id,
                    name: vm.name,
                    hostname: vm.hostname,
                    vcpus: vm.vcpus,
                    cores_per_socket: vm.cores_per_socket,
                    memory_mib: vm.memory_mib,
                    firmware: vm.firmware.into(),
                    secure_boot: vm.secure_boot,
                    tpm: vm.tpm,
                    os_type: vm.os_type.into(),
                    os_hint: vm.os_hint,
                    host: vm.host,
                    public_address: vm.public_address,
                    disks: all(vm.disks),
                    nics: all(vm.nics),
                }
            }
        }
    };
}

vm_spec!(VmSpec => types::VmSpec);
vm_spec!(types::VmSpec => VmSpec);

impl From<types::Outcome> for roles::Outcome {
    fn from(outcome: types::Outcome) -> Self {
        match outcome {
            types::Outcome::Done(state) => roles::Outcome::Done(state),
            types::Outcome::Wait(wait) => roles::Outcome::Wait { state: wait.state, after_ms: wait.after_ms },
        }
    }
}

impl From<source_types::VmPage> for roles::VmPage {
    fn from(page: source_types::VmPage) -> Self {
        Self { vms: all(page.vms), next: page.next }
    }
}

impl From<types::MarkedPage> for roles::MarkedPage {
    fn from(page: types::MarkedPage) -> Self {
        Self { marked: all(page.marked), next: page.next }
    }
}

impl From<types::Choices> for roles::Choices {
    fn from(choices: types::Choices) -> Self {
        let refused = choices.refused.map(|why| clean(&why, MESSAGE_BYTES_MAX));
        Self { option_name: choices.option_name, values: all(choices.values), refused }
    }
}

impl From<types::Choice> for roles::Choice {
    fn from(choice: types::Choice) -> Self {
        match choice.name.split_once('\t') {
            Some((name, about)) => {
                Self { id: choice.id, name: name.to_owned(), about: Some(about.to_owned()) }
            }
            None => Self { id: choice.id, name: choice.name, about: None },
        }
    }
}

impl From<destination_types::Worker> for roles::Worker {
    fn from(worker: destination_types::Worker) -> Self {
        Self {
            host: worker.host,
            port: worker.port,
            user: worker.user,
            host_key: worker.host_key,
            credential: worker.credential,
            os_type: worker.os_type.into(),
            transport: match worker.transport {
                destination_types::Transport::Https(port) => roles::Transport::Https(port),
                destination_types::Transport::Ssh => roles::Transport::Ssh,
            },
            disks: all(worker.disks),
        }
    }
}

impl From<extents::Extent> for Extent {
    fn from(extent: extents::Extent) -> Self {
        let kind = match extent.kind {
            extents::ExtentKind::Data => ExtentKind::Data,
            extents::ExtentKind::Zero => ExtentKind::Zero,
            extents::ExtentKind::Hole => ExtentKind::Hole,
            extents::ExtentKind::Stored(at) => {
                ExtentKind::Stored(Stored { disk: at.disk, offset: at.offset })
            }
            extents::ExtentKind::Packed(at) => ExtentKind::Packed(Packed {
                disk: at.disk,
                offset: at.offset,
                length: at.length,
                codec: at.codec,
                skip: at.skip,
            }),
        };
        Self { offset: extent.offset, length: extent.length, kind }
    }
}

impl From<Extent> for extents::Extent {
    fn from(extent: Extent) -> Self {
        let kind = match extent.kind {
            ExtentKind::Data => extents::ExtentKind::Data,
            ExtentKind::Zero => extents::ExtentKind::Zero,
            ExtentKind::Hole => extents::ExtentKind::Hole,
            ExtentKind::Stored(at) => {
                extents::ExtentKind::Stored(extents::Stored { disk: at.disk, offset: at.offset })
            }
            ExtentKind::Packed(at) => extents::ExtentKind::Packed(extents::Packed {
                disk: at.disk,
                offset: at.offset,
                length: at.length,
                codec: at.codec,
                skip: at.skip,
            }),
        };
        Self { offset: extent.offset, length: extent.length, kind }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guests_error_is_bounded_and_harmless() {
        let error: Error = errors::Error {
            kind: errors::ErrorKind::Conflict,
            code: "c".repeat(1000),
            message: "\u{1b}[2Jé".repeat(4000),
            causes: vec!["x".into(); 100],
        }
        .into();
        assert!(error.code.len() <= CODE_BYTES_MAX + '…'.len_utf8());
        assert!(error.message.len() <= MESSAGE_BYTES_MAX + '…'.len_utf8());
        assert!(!error.message.contains('\u{1b}'));
        assert_eq!(error.causes.len(), CAUSES_MAX);
        assert_eq!(error.kind, Kind::Conflict);
    }

    #[test]
    fn a_vm_survives_the_way_there_and_back() {
        let vm: VmSpec = serde_json::from_str(
            r#"{"id":"1","name":"n","vcpus":2,"memory-mib":512,"firmware":"uefi","os-type":"bsd",
                "disks":[{"id":"d","size":7,"position":1,"bus":"scsi","backend":"b"}],
                "nics":[{"id":"e","mac":"m","network":"net","addresses":["10.0.0.1"]}]}"#,
        )
        .unwrap();
        assert_eq!(VmSpec::from(types::VmSpec::from(vm.clone())), vm);
    }
}
