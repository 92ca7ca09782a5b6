//! The morphing of guests in memory, whose programs do what the real ones do to the tree.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests fail by panicking

use debian::Debian;
use gyre_plugin::fake::{FakeHost, FakeRoot, Tree, golden};
use gyre_plugin::osmorphing::*;

const KERNEL: &str = "6.1.0-25-amd64";
const STATIC: &str = "auto ens192\niface ens192 inet static\n    address 192.168.77.10/24\n";

fn vm(nics: usize) -> Vm {
    let nic =
        |n| NicSpec { id: format!("nic{n}"), mac: None, network: "VM Network".into(), addresses: vec![] };
    golden::vm((0..nics).map(nic).collect())
}

fn morphing(set_dhcp: bool) -> Morphing {
    Morphing { hypervisor: Some("kvm".into()), set_dhcp, macs: vec![] }
}

/// dpkg's database is one file with a package per line.
fn installed(tree: &Tree, name: &str) -> bool {
    tree.text("/var/lib/dpkg/fake").unwrap_or_default().lines().any(|line| line == name)
}

fn apt(tree: &Tree, command: &Command) -> Output {
    assert_eq!(
        tree.text("/usr/sbin/policy-rc.d").unwrap().lines().last(),
        Some("exit 101"),
        "services may start"
    );
    let suppressed = tree.text("/etc/initramfs-tools/update-initramfs.conf").unwrap();
    assert!(suppressed.contains("update_initramfs=no"), "{suppressed}");
    let argv = command.argv();
    let mut packages: Vec<String> =
        tree.text("/var/lib/dpkg/fake").unwrap_or_default().lines().map(String::from).collect();
    let names = |verb: &str| {
        let at = argv.iter().position(|word| word == verb);
        at.map(|at| argv[at + 1..].iter().filter(|word| !word.starts_with('-')).cloned().collect::<Vec<_>>())
    };
    if let Some(gone) = names("purge") {
        packages.retain(|name| !gone.contains(name));
    }
    if let Some(new) = names("install") {
        if new.contains(&"cloud-init".into()) {
            tree.put("/etc/cloud/cloud.cfg", "# cloud-init\n");
            tree.put("/etc/cloud/cloud.cfg.d/90_dpkg.cfg", "datasource_list: [ NoCloud ]\n");
        }
        packages.extend(new);
    }
    tree.put("/var/lib/dpkg/fake", &packages.join("\n"));
    Output::new(0, "")
}

fn update_initramfs(tree: &Tree, command: &Command) -> Output {
    let modules = tree.text("/etc/initramfs-tools/modules").unwrap_or_default();
    let suppressed = tree.text("/etc/initramfs-tools/update-initramfs.conf").unwrap();
    if suppressed.contains("update_initramfs=no") {
        return Output::new(0, "Not updating initramfs.");
    }
    let kernel = command.argv().last().unwrap().clone();
    let files: String = modules
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|module| format!("usr/lib/modules/{kernel}/kernel/{module}.ko\n"))
        .collect();
    tree.put(&format!("/boot/initrd.img-{kernel}"), &files);
    Output::new(0, "")
}

/// Debian 12 as VMware left it.
fn guest() -> FakeRoot {
    FakeRoot::new()
        .file("/usr/lib/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n")
        .link("/etc/os-release", "../usr/lib/os-release")
        .file("/var/lib/dpkg/fake", "open-vm-tools\nifupdown")
        .file("/etc/network/interfaces", STATIC)
        .file("/etc/default/locale", "LANG=\"de_DE.UTF-8\"\n")
        .file("/etc/apt/sources.list", "deb http://deb.example.invalid/debian bookworm main\n")
        .file("/etc/initramfs-tools/initramfs.conf", "MODULES=most\n")
        .file("/etc/initramfs-tools/conf.d/modules", "MODULES=dep\n")
        .file("/etc/initramfs-tools/modules", "# modules for the initramfs\n")
        .file("/etc/initramfs-tools/update-initramfs.conf", "update_initramfs=yes\nbackup_initramfs=no\n")
        .file("/etc/fstab", "UUID=11 / ext4 errors=remount-ro 0 1\n/dev/sda5 none swap sw 0 0\n# /dev/sda1 was /\n")
        .file("/etc/default/grub", "GRUB_TIMEOUT=0\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_CMDLINE_LINUX=\"\"\n")
        .file(
            "/boot/grub/grub.cfg",
            &format!("menuentry 'Debian' {{\n\tlinux\t/boot/vmlinuz-{KERNEL} root=UUID=11 ro quiet\n\tinitrd\t/boot/initrd.img-{KERNEL}\n}}\n"),
        )
        .file("/etc/udev/rules.d/70-persistent-net.rules", "NAME=\"eth7\"\n")
        .file(&format!("/boot/vmlinuz-{KERNEL}"), "kernel")
        .file(&format!("/boot/initrd.img-{KERNEL}"), "usr/lib/modules/kernel/vmw_pvscsi.ko\n")
        .dir(&format!("/lib/modules/{KERNEL}"))
        .dir("/lib/modules/5.10.0-old")
        .program("dpkg-query", |tree, command| {
            let known = installed(tree, command.argv().last().unwrap());
            Output::new(i32::from(!known), if known { "install ok installed" } else { "" })
        })
        .program("dpkg", |_, _| Output::new(0, ""))
        .program("apt-get", apt)
        .program("df", |_, _| Output::new(0, "Filesystem 1024-blocks Used Available\n/dev/x 900000 1 899999 1% /\n"))
        .program("cp", |tree, command| {
            let argv = command.argv();
            tree.put(&argv[3], &tree.text(&argv[2]).unwrap());
            Output::new(0, "")
        })
        .program("lsinitramfs", |tree, command| Output::new(0, tree.text(&command.argv()[1]).unwrap()))
        .program("update-initramfs", update_initramfs)
}

fn morph(root: &FakeRoot, set_dhcp: bool, config: &str) -> Result<()> {
    Debian::morph(root, &vm(2), &morphing(set_dhcp), Config::new(config))
}

fn text(root: &FakeRoot, path: &str) -> String {
    root.tree().text(path).unwrap_or_else(|| panic!("no {path}"))
}

#[test]
fn knows_its_releases() {
    let release = |text: &str| Debian::detect(&FakeRoot::new().file("/etc/os-release", text)).unwrap();
    assert_eq!(Debian::detect(&guest()).unwrap(), Some(Match::new("debian", "12", 100)));
    assert_eq!(release("ID=ubuntu\nVERSION_ID=\"22.04\"\n"), Some(Match::new("ubuntu", "22.04", 100)));
    assert_eq!(release("ID=debian\n").unwrap().score, 90);
    for not_mine in
        ["ID=ubuntu\nVERSION_ID=\"14.04\"\n", "ID=debian\nVERSION_ID=\"7\"\n", "ID=rocky\nVERSION_ID=9\n", ""]
    {
        assert_eq!(release(not_mine), None, "{not_mine}");
    }
    assert_eq!(Debian::detect(&FakeRoot::new()).unwrap(), None);
}

#[test]
fn a_vmware_guest_becomes_a_kvm_guest() {
    let root = guest();
    morph(&root, true, r#"{"repository":"deb [trusted=yes] http://192.0.2.1/debian bookworm main"}"#)
        .unwrap();
    assert_eq!(text(&root, "/var/lib/dpkg/fake"), "ifupdown\ncloud-init\nisc-dhcp-client");
    let settings = text(&root, "/etc/cloud/cloud.cfg.d/90_gyre.cfg");
    assert!(settings.contains("datasource_list: [ ConfigDrive, OpenStack, None ]"));
    assert!(settings.contains("locale: de_DE.UTF-8\n"), "{settings}");
    assert!(settings.contains("network: {config: disabled}") && settings.contains("ssh_deletekeys: false"));
    let interfaces = text(&root, "/etc/network/interfaces");
    assert!(
        interfaces.contains("auto eth0\niface eth0 inet dhcp") && interfaces.contains("iface eth1 inet dhcp")
    );
    assert_eq!(text(&root, "/etc/network/interfaces.gyre-bak"), STATIC);
    assert!(!root.exists("/etc/udev/rules.d/70-persistent-net.rules").unwrap());
    let menu = text(&root, "/boot/grub/grub.cfg");
    assert!(
        menu.contains(
            "root=UUID=11 ro quiet console=tty0 console=ttyS0,115200 net.ifnames=0 biosdevname=0\n"
        ),
        "{menu}"
    );
    assert!(
        text(&root, "/etc/default/grub")
            .contains("GRUB_CMDLINE_LINUX=\"console=tty0 console=ttyS0,115200 net")
    );
    assert!(
        text(&root, "/etc/fstab").contains("/dev/vda5 none swap")
            && text(&root, "/etc/fstab").contains("# /dev/sda1")
    );
    assert!(text(&root, &format!("/boot/initrd.img-{KERNEL}")).contains("/virtio_blk.ko"));
    assert!(text(&root, &format!("/boot/initrd.img-{KERNEL}.gyre-bak")).contains("vmw_pvscsi"));
    assert_eq!(text(&root, "/etc/initramfs-tools/conf.d/zz-gyre"), "MODULES=most\n");
    // The state that apt needed is gone, and the guest's sources are its own.
    assert!(!root.exists("/usr/sbin/policy-rc.d").unwrap() && !root.exists("/etc/apt/gyre.list").unwrap());
    assert_eq!(
        text(&root, "/etc/initramfs-tools/update-initramfs.conf"),
        "update_initramfs=yes\nbackup_initramfs=no\n"
    );
    assert!(text(&root, "/etc/apt/sources.list").contains("example.invalid"));
    let builds = root.ran().iter().filter(|line| line.starts_with("update-initramfs")).count();
    assert_eq!(builds, 1, "one build per kernel: {:?}", root.ran());
    let install = root.ran().into_iter().find(|line| line.contains(" install ")).unwrap();
    assert!(
        install.contains("Dir::Etc::sourcelist=/etc/apt/gyre.list -o Dir::Etc::sourceparts=-"),
        "{install}"
    );
}

#[test]
fn the_guest_agent_comes_where_it_is_asked_for() {
    let root = guest();
    morph(&root, false, r#"{"guest-agent":true}"#).unwrap();
    assert!(text(&root, "/var/lib/dpkg/fake").contains("qemu-guest-agent"));
}

#[test]
fn a_second_time_changes_nothing() {
    let root = guest();
    morph(&root, true, "{}").unwrap();
    let once = root.tree().listing();
    morph(&root, true, "{}").unwrap();
    assert_eq!(root.tree().listing(), once);
}

#[test]
fn a_static_network_stays_when_it_shall() {
    let root = guest();
    morph(&root, false, "{}").unwrap();
    assert_eq!(text(&root, "/etc/network/interfaces"), STATIC);
    assert!(root.exists("/etc/udev/rules.d/70-persistent-net.rules").unwrap());
    assert!(!text(&root, "/boot/grub/grub.cfg").contains("net.ifnames"));
    assert!(!text(&root, "/var/lib/dpkg/fake").contains("dhcp"));
}

#[test]
fn netplan_matches_every_card() {
    let root = guest().file("/etc/netplan/50-cloud-init.yaml", "network: {version: 2}\n");
    morph(&root, true, "{}").unwrap();
    assert!(text(&root, "/etc/netplan/90-gyre.yaml").contains("match: {name: \"e*\"}"));
    assert!(root.exists("/etc/netplan/50-cloud-init.yaml.gyre-bak").unwrap());
    assert_eq!(text(&root, "/etc/network/interfaces"), STATIC);
    let once = root.tree().listing();
    morph(&root, true, "{}").unwrap();
    assert_eq!(root.tree().listing(), once);
}

#[test]
fn unreachable_sources_are_explained_and_nothing_is_left() {
    let root =
        guest().file("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 0\n").program("apt-get", |_, command| {
            let is_install = command.argv().iter().any(|word| word == "install");
            let stderr = b"E: Unable to locate package cloud-init".to_vec();
            Output { status: if is_install { 100 } else { 0 }, stdout: vec![], stderr }
        });
    let host = FakeHost::new();
    morph(&root, true, "{}").unwrap();
    let warned = |text: &str| host.log().iter().any(|(_, line)| line.contains(text));
    assert!(warned("did not give cloud-init") && warned("Unable to locate"), "{:?}", host.log());
    assert!(warned("cloud-init is not installed") && warned("`host-packages`"), "{:?}", host.log());
    assert_eq!(text(&root, "/usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 0\n");
    assert!(!text(&root, "/etc/initramfs-tools/update-initramfs.conf").contains("=no\n# gyre"));
}

/// What is done to a guest so that it cannot boot.
type Damage = fn(FakeRoot) -> FakeRoot;

#[test]
fn what_keeps_a_guest_from_booting_is_an_error() {
    let cases: [(&str, Damage); 4] = [
        ("linux.no-kernel", |root| {
            root.tree().delete(&format!("/boot/vmlinuz-{KERNEL}"));
            root
        }),
        ("debian.no-initramfs-tools", |root| {
            root.tree().delete("/usr/bin/update-initramfs");
            root
        }),
        ("linux.boot-full", |root| {
            root.program("df", |_, _| {
                Output::new(0, "Filesystem blocks Used Available\n/dev/x 9 1 20000 1% /boot\n")
            })
        }),
        ("linux.initramfs", |root| root.program("update-initramfs", |_, _| Output::new(0, ""))),
    ];
    for (code, spoil) in cases {
        assert_eq!(morph(&spoil(guest()), true, "{}").unwrap_err().code, code);
    }
    assert_eq!(morph(&guest(), true, r#"{"repositry":"x"}"#).unwrap_err().code, "config.invalid");
    let named = r#"{"cloud-init":{"datasources":["None ]\nusers: []"]}}"#;
    assert_eq!(morph(&guest(), true, named).unwrap_err().code, "linux.datasource");
}

#[test]
fn a_list_names_what_the_root_needs() {
    let root = guest();
    morph(&root, true, r#"{"initramfs":"list"}"#).unwrap();
    let modules = text(&root, "/etc/initramfs-tools/modules");
    assert!(
        modules.contains("\nvirtio_blk\n") && modules.contains("\next4\n") && modules.contains("\ndm-mod\n")
    );
    assert_eq!(text(&root, "/etc/initramfs-tools/conf.d/zz-gyre"), "MODULES=list\n");
}

#[test]
fn what_the_root_is_encrypted_with_is_opened_by_the_initramfs() {
    let table = "# <target> <source> <key> <options>\nroot_crypt UUID=1\nraid UUID=2 /etc/keys/raid.key luks,discard\n\
                 home UUID=3 none luks\ndone UUID=4 none luks,initramfs\n";
    let root = guest()
        .file("/usr/share/initramfs-tools/hooks/cryptroot", "hook")
        .file("/etc/crypttab", table)
        .program("sh", |_, _| Output::new(0, "raid\nroot_crypt\ndone\n"));
    for _ in 0..2 {
        morph(&root, true, "{}").unwrap();
        let lines = text(&root, "/etc/crypttab");
        let lines: Vec<&str> = lines.lines().skip(1).collect();
        let expected = [
            "root_crypt UUID=1 none initramfs",
            "raid UUID=2 /etc/keys/raid.key luks,discard,initramfs",
            "home UUID=3 none luks",
            "done UUID=4 none luks,initramfs",
        ];
        assert_eq!(lines, expected);
    }
    assert_eq!(text(&root, "/var/lib/gyre/kept/etc/crypttab"), table);
}

#[test]
fn a_ready_guest_is_not_rebuilt() {
    let ready = "a/virtio_blk.ko.xz\na/virtio_scsi.ko.xz\na/virtio_pci.ko.xz\n";
    let root = guest().file(&format!("/boot/initrd.img-{KERNEL}"), ready);
    morph(&root, true, "{}").unwrap();
    assert!(!root.ran().iter().any(|line| line.starts_with("update-initramfs")));
}

#[test]
fn a_uefi_guest_gets_the_loader_that_firmware_looks_for() {
    let root = guest()
        .file("/boot/efi/EFI/debian/shimx64.efi", "shim")
        .file("/boot/efi/EFI/debian/grubx64.efi", "grub");
    let uefi = Vm { firmware: Firmware::Uefi, ..vm(1) };
    Debian::morph(&root, &uefi, &morphing(true), Config::new("{}")).unwrap();
    assert_eq!(text(&root, "/boot/efi/EFI/BOOT/BOOTX64.EFI"), "shim");
    assert_eq!(text(&root, "/boot/efi/EFI/BOOT/grubx64.efi"), "grub");
}

#[test]
fn a_cancelled_job_stops_between_the_parts() {
    let host = FakeHost::new();
    host.cancel();
    let root = guest();
    assert_eq!(morph(&root, true, "{}").unwrap_err().kind, ErrorKind::Cancelled);
    assert!(root.ran().iter().all(|line| !line.starts_with("apt-get")));
}
