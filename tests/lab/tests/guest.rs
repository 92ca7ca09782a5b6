//! A server that boots from its volume, under QEMU: a boot sector written here says hello on the serial
//! port, which Nova's console shows. Needs root.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test fails by panicking

mod common;

use common::Client;
use gyre_lab::{Config, Lab};
use serde_json::json;
use std::io::Write;
use std::time::Duration;

/// A boot sector that sends `text` to the first serial port and halts.
fn boot_sector(text: &str) -> Vec<u8> {
    let mut code: Vec<u8> = vec![
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0xbe, 0x17, 0x7c, // mov si, the text
        0xba, 0xf8, 0x03, // mov dx, 0x3f8
        0xac, // lodsb
        0x84, 0xc0, // test al, al
        0x74, 0x03, // jz halt
        0xee, // out dx, al
        0xeb, 0xf8, // jmp lodsb
        0xfa, // halt: cli
        0xf4, // hlt
        0xeb, 0xfc, // jmp halt
    ];
    code.resize(0x17, 0x90);
    code.extend(text.as_bytes());
    code.resize(510, 0);
    code.extend([0x55, 0xaa]);
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_boots_from_its_volume() {
    let dir = tempfile::tempdir().unwrap();
    let lab = Lab::start(Config::real(dir.path())).await.unwrap();
    let client = Client::login(&lab, "demo").await;
    let volume = client.volume("root", 1).await;
    let mut file = std::fs::OpenOptions::new().write(true).open(lab.volume_path(&volume)).unwrap();
    file.write_all(&boot_sector("booted from the volume\r\n")).unwrap();
    client
        .post(&format!("/volume/volumes/{volume}/action"), json!({"os-set_bootable": {"bootable": true}}))
        .await;
    let flavor = client.named("/compute/v2.1/flavors", "flavors", "m1.tiny").await;
    let network = client.named("/networking/v2.0/networks", "networks", "private").await;
    let bdm = json!([{"uuid": volume, "source_type": "volume", "destination_type": "volume", "boot_index": 0, "delete_on_termination": true}]);
    let body = json!({"server": {"name": "final", "flavorRef": flavor, "networks": [{"uuid": network}], "block_device_mapping_v2": bdm}});
    let server =
        client.post("/compute/v2.1/servers", body.clone()).await["server"]["id"].as_str().unwrap().to_owned();
    client.until(&format!("/compute/v2.1/servers/{server}"), "/server/status", "ACTIVE").await;

    let mut console = String::new();
    for _ in 0..600 {
        let answer = client
            .post(&format!("/compute/v2.1/servers/{server}/action"), json!({"os-getConsoleOutput": {}}))
            .await;
        console = answer["output"].as_str().unwrap().to_owned();
        if console.contains("booted from the volume") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let qemu = std::fs::read_to_string(dir.path().join("servers").join(&server).join("qemu.log")).unwrap();
    assert!(console.contains("booted from the volume"), "{console}\n{qemu}");
    assert!(lab.runs(&server).await);

    // One guest at a time: the second is told so, and its volume is free again.
    let second = client.volume("second", 1).await;
    client
        .post(&format!("/volume/volumes/{second}/action"), json!({"os-set_bootable": {"bootable": true}}))
        .await;
    let mut other = body;
    other["server"]["block_device_mapping_v2"][0]["uuid"] = json!(second);
    other["server"]["block_device_mapping_v2"][0]["delete_on_termination"] = json!(false);
    let refused =
        client.post("/compute/v2.1/servers", other).await["server"]["id"].as_str().unwrap().to_owned();
    let mut shown = json!({});
    for _ in 0..600 {
        shown = client.get(&format!("/compute/v2.1/servers/{refused}")).await["server"].take();
        if shown["status"] == "ERROR" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(shown["fault"]["message"].as_str().unwrap_or_default().contains("No valid host"), "{shown}");
    client.until(&format!("/volume/volumes/{second}"), "/volume/status", "available").await;
    client.delete(&format!("/compute/v2.1/servers/{refused}")).await;

    client.delete(&format!("/compute/v2.1/servers/{server}")).await;
    client.until_gone(&format!("/compute/v2.1/servers/{server}")).await;
    client.until_gone(&format!("/volume/volumes/{volume}")).await;
    let left = std::process::Command::new("ps").args(["axww", "-o", "args"]).output().unwrap();
    assert!(
        !String::from_utf8_lossy(&left.stdout).contains(dir.path().to_str().unwrap()),
        "QEMU and dnsmasq are gone"
    );
    lab.stop().await;
}
