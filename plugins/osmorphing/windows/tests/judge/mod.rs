//! What virt-v2v and gyre did to the same registry, key by key. Of a case there is the guest as it was (`before.tree`),
//! and the keys that are other than before: `virt-v2v.tree`, which `tests/fixtures/windows.py virt-v2v CASE` writes, and
//! `after.tree`, which the golden tests hold the plugin to, or what was read from a converted disk. Every place where
//! they are not the same is agreed on here, with the reason; nothing else may differ. Text in, text out: it runs nothing.

use std::collections::{BTreeMap, BTreeSet};

/// Values by name, by key; a key begins with the name of its hive.
type Hives = BTreeMap<String, BTreeMap<String, String>>;
/// What became of each place, `KEY:NAME`; `None`: it is gone.
type Changes = BTreeMap<String, Option<String>>;

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// virt-v2v alone.
    VirtV2v,
    /// gyre alone.
    Gyre,
    /// Both, but not the same.
    Both,
}

/// Places that differ, and why that is right. A `*` at the end stands for any rest.
struct Agreed {
    who: Who,
    places: &'static [&'static str],
    why: &'static str,
}

const AGREED: &[Agreed] = &[
    Agreed {
        who: Who::VirtV2v,
        places: &[r"SYSTEM\CONTROL\Services\firstboot*"],
        why: "its service of the first boot, which runs a program that it brings",
    },
    Agreed {
        who: Who::Gyre,
        places: &[r"SYSTEM\CONTROL\Services\gyre-firstboot*"],
        why: "gyre's service of the first boot, which is Windows' own shell: nothing must be signed",
    },
    Agreed {
        who: Who::Gyre,
        places: &[
            r"SYSTEM\CONTROL\Services\vioscsi:*",
            r"SYSTEM\CONTROL\Control\CriticalDeviceDatabase\PCI#VEN_1AF4&DEV_1004&*",
            r"SYSTEM\CONTROL\Control\CriticalDeviceDatabase\PCI#VEN_1AF4&DEV_1048&*",
            r"SYSTEM\DriverDatabase\DriverInfFiles\gyre-vioscsi.inf:*",
            r"SYSTEM\DriverDatabase\DriverPackages\gyre-vioscsi.inf_*",
            r"SYSTEM\DriverDatabase\DeviceIds\PCI\VEN_1AF4&DEV_1004&*",
            r"SYSTEM\DriverDatabase\DeviceIds\PCI\VEN_1AF4&DEV_1048&*",
        ],
        why: "which bus the volume gets is a property of the cloud's image (hw_disk_bus): a guest must find its disk on either. \
              virt-v2v writes the machine's description, too, and takes one",
    },
    Agreed {
        who: Who::Gyre,
        places: &[
            r"SYSTEM\CONTROL\Control\CriticalDeviceDatabase\PCI#VEN_1AF4&DEV_1001&REV_00:*",
            r"SYSTEM\CONTROL\Control\CriticalDeviceDatabase\PCI#VEN_1AF4&DEV_1042&REV_01:*",
            r"SYSTEM\DriverDatabase\DeviceIds\PCI\VEN_1AF4&DEV_1001&REV_00:*",
            r"SYSTEM\DriverDatabase\DeviceIds\PCI\VEN_1AF4&DEV_1042&REV_01:*",
            r"SYSTEM\DriverDatabase\DriverPackages\gyre-viostor.inf_LABEL\Descriptors\PCI\VEN_1AF4&DEV_1001&REV_00:*",
            r"SYSTEM\DriverDatabase\DriverPackages\gyre-viostor.inf_LABEL\Descriptors\PCI\VEN_1AF4&DEV_1042&REV_01:*",
        ],
        why: "clouds that build their own machines give their devices other subsystem ids",
    },
    Agreed {
        who: Who::Gyre,
        places: &[r"SYSTEM\CONTROL\Services\partmgr\Parameters:SanPolicy"],
        why: "data disks on another bus stay offline on servers: virt-v2v says nothing of them here",
    },
    Agreed {
        who: Who::Gyre,
        places: &[
            r"SYSTEM\CONTROL\Services\VGAuthService:Start",
            r"SYSTEM\CONTROL\Services\VMTools:Start",
            r"SYSTEM\CONTROL\Services\pvscsi:Start",
            r"SYSTEM\CONTROL\Services\vm3dmp:Start",
            r"SYSTEM\CONTROL\Services\vmci:Start",
            r"SYSTEM\CONTROL\Services\vmmemctl:Start",
            r"SYSTEM\CONTROL\Services\vmmouse:Start",
            r"SYSTEM\CONTROL\Services\vmxnet3ndis6:Start",
            r"SOFTWARE\Microsoft\Windows\CurrentVersion\Run:VMware User Process",
            r"SYSTEM\CONTROL\Control\Class\{4d36e96f-e325-11ce-bfc1-08002be10318}:UpperFilters",
        ],
        why: "VMware's tools must not start on another machine; virt-v2v has them uninstalled by the first boot, where their \
              uninstaller does that",
    },
    Agreed {
        who: Who::Gyre,
        places: &[
            r"SYSTEM\CONTROL\Services\Tcpip\Parameters\Interfaces\{11111111-2222-3333-4444-555555555555}:*",
        ],
        why: "set_dhcp: an address of a card that is gone would be in the way of the new one's",
    },
    Agreed {
        who: Who::Gyre,
        places: &[r"BCD\Objects\{11111111-aaaa-bbbb-cccc-222222222222}\Elements\16000046:Element"],
        why: "\"no graphics\" is in the way with BIOS as well; virt-v2v looks at the store of UEFI machines alone",
    },
    Agreed {
        who: Who::Both,
        places: &[r"SYSTEM\CONTROL\Control\Class\{4d36e967-e325-11ce-bfc1-08002be10318}:LowerFilters"],
        why: "the last filter is gone: virt-v2v leaves an empty list, gyre none, which Windows takes for the same",
    },
];

/// Names that each invented for the package of a driver: none is a real one's, so that those take its place.
const NAMES: [(&str, &str); 3] = [
    ("guestor.inf_tmp", "gyre-viostor.inf_LABEL"),
    ("guestor.inf", "gyre-viostor.inf"),
    ("guestor_conf", "viostor_inst"),
];

/// What gyre did and what virt-v2v did, where nothing says that they may differ; and the agreements that were used.
pub struct Verdict {
    pub wrong: Vec<String>,
    pub used: BTreeSet<usize>,
}

/// Judges one case.
pub fn judge(before: &str, gyre: &str, virt_v2v: &str) -> Verdict {
    let theirs = NAMES.iter().fold(virt_v2v.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours));
    let (theirs, ours) = (changes(before, &theirs), changes(before, &without_label(gyre)));
    let (mut wrong, mut used) = (Vec::new(), BTreeSet::new());
    for place in theirs.keys().chain(ours.keys()).collect::<BTreeSet<_>>() {
        let who = match (theirs.get(place), ours.get(place)) {
            (Some(theirs), Some(ours)) if theirs == ours => continue,
            (Some(_), Some(_)) => Who::Both,
            (Some(_), None) => Who::VirtV2v,
            (None, _) => Who::Gyre,
        };
        match AGREED.iter().position(|agreed| agreed.who == who && agreed.covers(place)) {
            Some(agreed) => used.extend([agreed]),
            None => wrong.push(format!(
                "{place} ({who:?}): virt-v2v {:?}, gyre {:?}",
                theirs.get(place),
                ours.get(place)
            )),
        }
    }
    Verdict { wrong, used }
}

/// The reasons that no case needs.
pub fn unused(used: &BTreeSet<usize>) -> Vec<&'static str> {
    AGREED
        .iter()
        .enumerate()
        .filter(|(index, _)| !used.contains(index))
        .map(|(_, agreed)| agreed.why)
        .collect()
}

impl Agreed {
    fn covers(&self, place: &str) -> bool {
        self.places.iter().any(|wanted| match wanted.strip_suffix('*') {
            Some(begin) => place.starts_with(begin),
            None => place == *wanted,
        })
    }
}

/// The package's label ends with digits that depend on the architecture and the name.
fn without_label(tree: &str) -> String {
    const BEGIN: &str = "gyre-viostor.inf_";
    let mut parts = tree.split(BEGIN);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
        format!("{text}{BEGIN}LABEL{rest}")
    })
}

fn changes(before: &str, after: &str) -> Changes {
    let (before, after) = (hives(before), hives(after));
    let (none, mut changes) = (BTreeMap::new(), Changes::new());
    for (key, new) in &after {
        let old = before.get(key).unwrap_or(&none);
        let place = |name: &str| format!("{key}:{name}");
        if new.is_empty() && !before.contains_key(key) {
            changes.insert(place(""), Some(String::new()));
        }
        for (name, value) in new.iter().filter(|(name, value)| old.get(*name) != Some(*value)) {
            changes.insert(place(name), Some(value.clone()));
        }
        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            changes.insert(place(name), None);
        }
    }
    changes
}

/// The hives of a tree. A key that is gone has no values. Control sets are called the same in all cases.
fn hives(tree: &str) -> Hives {
    let mut hives = Hives::new();
    for section in tree.split("--- ").filter(|section| section.split(' ').take(2).any(|word| word == "hive"))
    {
        let (head, body) = section.split_once('\n').unwrap_or_default();
        let hive = head.rsplit('/').next().unwrap_or_default();
        let mut key = String::new();
        for line in body.lines() {
            let named =
                line.trim_start_matches("gone ").strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            if let Some(name) = named {
                key = format!(r"{hive}\{}", control(name));
                hives.entry(key.clone()).or_default();
            } else if let Some((name, value)) = line.split_once('=') {
                let values = hives.entry(key.clone()).or_default();
                values.insert(name.trim_matches('"').to_owned(), value.to_owned());
            }
        }
    }
    hives
}

fn control(key: &str) -> String {
    match key.split_once('\\') {
        Some((first, rest)) if first.starts_with("ControlSet") => format!(r"CONTROL\{rest}"),
        _ => key.to_owned(),
    }
}
