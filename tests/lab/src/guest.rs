//! A guest: a whole machine under QEMU, booted from its volumes, with a config drive and a DHCP
//! server that gives it the address of its port. Knows no API and no operating system.

use crate::machine::{Card, Host, bound_to_this_thread, name, run};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// What a guest is started with.
#[derive(Clone, Debug)]
pub struct GuestSpec {
    pub server: String,
    pub name: String,
    /// MiB.
    pub memory: u64,
    pub cpus: u64,
    pub cards: Vec<Card>,
    /// Volume, file, format; the first one boots.
    pub disks: Vec<(String, PathBuf, String)>,
    pub user_data: Vec<u8>,
    pub metadata: Value,
    /// Name and public key.
    pub keys: Vec<(String, String)>,
}

/// A guest that was started.
pub struct Guest {
    qemu: Child,
    pub cards: Vec<Card>,
}

impl Guest {
    /// Starts QEMU; the guest boots while this returns.
    pub fn start(host: &mut Host, spec: &GuestSpec) -> Result<Self> {
        let dir = host.dir.join("servers").join(&spec.server);
        fs::create_dir_all(&dir)?;
        let drive = config_drive(&dir, spec)?;
        let join = join_script(&dir, &host.bridge)?;
        let mut command = bound_to_this_thread("qemu-system-x86_64");
        command.args([
            "-accel",
            "tcg,thread=multi",
            "-nodefaults",
            "-display",
            "none",
            "-name",
            &spec.server,
        ]);
        command.args(["-m", &spec.memory.to_string(), "-smp", &spec.cpus.to_string()]);
        command
            .args(["-serial", &format!("file:{}", name(&crate::worker::console(&host.dir, &spec.server))?)]);
        for (index, (volume, path, format)) in spec.disks.iter().enumerate() {
            let serial: String = volume.chars().take(20).collect();
            command.args([
                "-drive",
                &format!("file={},if=none,id=disk{index},format={format},discard=unmap", name(path)?),
            ]);
            command.args([
                "-device",
                &format!("virtio-blk-pci,drive=disk{index},serial={serial},bootindex={index}"),
            ]);
        }
        command.args(["-drive", &format!("file={},if=none,id=config,format=raw,readonly=on", name(&drive)?)]);
        command.args(["-device", "virtio-blk-pci,drive=config"]);
        for (index, card) in spec.cards.iter().enumerate() {
            let tap = host.next_card('t');
            command.args([
                "-netdev",
                &format!("tap,id=net{index},ifname={tap},script={},downscript=no", name(&join)?),
            ]);
            command.args(["-device", &format!("virtio-net-pci,netdev=net{index},mac={},romfile=", card.mac)]);
        }
        let said = fs::File::create(dir.join("qemu.log"))?;
        let qemu = command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said).spawn();
        Ok(Self { qemu: qemu.context("qemu-system-x86_64 could not be started")?, cards: spec.cards.clone() })
    }

    pub fn runs(&mut self) -> bool {
        matches!(self.qemu.try_wait(), Ok(None))
    }

    /// Ends it at once; its network cards go with it.
    pub fn kill(mut self) -> Result<()> {
        self.qemu.kill()?;
        self.qemu.wait()?;
        Ok(())
    }
}

/// QEMU runs this with the card that it made, which ends with QEMU.
fn join_script(dir: &Path, bridge: &str) -> Result<PathBuf> {
    let path = dir.join("join-bridge");
    fs::write(&path, format!("#!/bin/sh\nexec ip link set \"$1\" master {bridge} up\n"))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700))?;
    Ok(path)
}

/// The disk labelled `config-2` that cloud-init reads.
fn config_drive(dir: &Path, spec: &GuestSpec) -> Result<PathBuf> {
    let tree = dir.join("config");
    let latest = tree.join("openstack/latest");
    fs::create_dir_all(&latest)?;
    let keys: serde_json::Map<String, Value> =
        spec.keys.iter().map(|(name, key)| (name.clone(), json!(key))).collect();
    let meta = json!({"uuid": spec.server, "name": spec.name, "hostname": crate::worker::host_name(&spec.name), "launch_index": 0,
                      "availability_zone": crate::ZONE, "meta": spec.metadata, "public_keys": keys, "devices": []});
    fs::write(latest.join("meta_data.json"), meta.to_string())?;
    fs::write(latest.join("network_data.json"), network_data(&spec.cards).to_string())?;
    if !spec.user_data.is_empty() {
        fs::write(latest.join("user_data"), &spec.user_data)?;
    }
    let drive = dir.join("config.iso");
    run("genisoimage", &["-quiet", "-J", "-r", "-V", "config-2", "-o", name(&drive)?, name(&tree)?])?;
    fs::remove_dir_all(&tree)?;
    Ok(drive)
}

fn network_data(cards: &[Card]) -> Value {
    let link = |card: &Card| {
        json!({"id": format!("tap{}", card.port_id.get(..11).unwrap_or_default()), "vif_id": card.port_id, "type": "bridge",
               "mtu": 1500, "ethernet_mac_address": card.mac})
    };
    let network = |(index, card): (usize, &Card)| {
        json!({"id": format!("network{index}"), "type": "ipv4_dhcp", "network_id": card.network_id,
               "link": format!("tap{}", card.port_id.get(..11).unwrap_or_default())})
    };
    json!({"links": cards.iter().map(link).collect::<Vec<_>>(), "services": [],
           "networks": cards.iter().enumerate().map(network).collect::<Vec<_>>()})
}

/// dnsmasq on the bridge, answering these cards only.
pub fn start_dhcp(host: &Host, cards: &[Card]) -> Result<Child> {
    let mut command = bound_to_this_thread("dnsmasq");
    // Another user or group would clear the signal that ends it with the lab.
    command.args([
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--port=0",
        "--user=root",
        "--group=root",
        "--bind-dynamic",
        "--no-ping",
    ]);
    command.args(["--dhcp-authoritative", "--leasefile-ro", "--pid-file="]);
    command.arg(format!("--interface={}", host.bridge));
    for card in cards {
        for (ip, prefix, gateway) in &card.addresses {
            if ip.contains(':') {
                continue;
            }
            let tag = ip.replace('.', "-");
            command.arg(format!("--dhcp-range=set:net{tag},{ip},static,{},1h", netmask(*prefix)));
            command.arg(format!("--dhcp-host={},{ip},set:{tag}", card.mac));
            command.arg(format!(
                "--dhcp-option=tag:{tag},option:router{}",
                gateway.as_ref().map(|g| format!(",{g}")).unwrap_or_default()
            ));
            if !card.dns.is_empty() {
                command.arg(format!("--dhcp-option=tag:{tag},option:dns-server,{}", card.dns.join(",")));
            }
        }
    }
    let log = fs::File::create(host.dir.join("dnsmasq.log"))?;
    command
        .arg("--log-facility=-")
        .arg("--log-dhcp")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    command.spawn().context("dnsmasq could not be started: install dnsmasq-base")
}

fn netmask(prefix: u32) -> String {
    let mask = u32::MAX.checked_shl(32u32.saturating_sub(prefix)).unwrap_or(0);
    std::net::Ipv4Addr::from(mask).to_string()
}
