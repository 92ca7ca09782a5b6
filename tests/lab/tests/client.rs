//! python-openstackclient, which nobody here wrote, uses the lab as it uses any cloud.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test fails by panicking

use gyre_lab::{Config, Lab};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

struct Openstack {
    clouds: PathBuf,
}

impl Openstack {
    async fn run(&self, words: &str) -> Output {
        let program = "/usr/bin/openstack";
        assert!(Path::new(program).exists(), "install Debian's python3-openstackclient");
        let mut command = tokio::process::Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.clouds.parent().unwrap());
        command.env("OS_CLIENT_CONFIG_FILE", &self.clouds).env("OS_CLOUD", "lab").args(words.split(' '));
        command.output().await.unwrap()
    }

    async fn ask(&self, words: &str) -> Value {
        let out = self.run(&format!("{words} -f json")).await;
        assert!(out.status.success(), "openstack {words}: {}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).unwrap()
    }

    async fn tell(&self, words: &str) {
        let out = self.run(words).await;
        assert!(out.status.success(), "openstack {words}: {}", String::from_utf8_lossy(&out.stderr));
    }

    async fn until(&self, words: &str, field: &str, wanted: &str) -> Value {
        for _ in 0..30 {
            let now = self.ask(words).await;
            if now[field] == wanted {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("openstack {words}: {field} never became {wanted}");
    }
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().filter_map(|row| row["Name"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn openstackclient_uses_the_lab() {
    let dir = tempfile::tempdir().unwrap();
    let lab = Lab::start(Config::quick(dir.path().join("lab"))).await.unwrap();
    let clouds = dir.path().join("clouds.yaml");
    std::fs::write(&clouds, lab.clouds_yaml()).unwrap();
    let os = Openstack { clouds };

    let token = os.ask("token issue").await;
    assert_eq!(token["project_id"].as_str().unwrap().len(), 32);
    let catalog = os.ask("catalog list").await;
    let mut types: Vec<&str> =
        catalog.as_array().unwrap().iter().filter_map(|e| e["Type"].as_str()).collect();
    types.sort_unstable();
    assert_eq!(types, ["block-storage", "compute", "identity", "image", "network", "volumev3"]);
    assert_eq!(names(&os.ask("image list").await), ["worker"]);
    assert_eq!(os.ask("image show worker").await["status"], "active");
    assert_eq!(names(&os.ask("flavor list").await), ["m1.tiny", "m1.small", "m1.medium"]);
    assert_eq!(os.ask("flavor show m1.small").await["ram"], 1024);
    assert_eq!(names(&os.ask("volume type list").await), ["file-a", "file-b"]);

    volumes(&os).await;
    networks(&os).await;
    servers(&os).await;
    assert_eq!(lab.objects(), Vec::<String>::new());
    lab.stop().await;
}

async fn volumes(os: &Openstack) {
    os.tell("volume create --size 1 --type file-b --property a=b data").await;
    let volume = os.until("volume show data", "status", "available").await;
    assert_eq!((&volume["type"], &volume["properties"]["a"]), (&"file-b".into(), &"b".into()));
    os.tell("volume set --bootable --image-property hw_disk_bus=virtio data").await;
    assert_eq!(os.ask("volume show data").await["volume_image_metadata"]["hw_disk_bus"], "virtio");
    os.tell("volume snapshot create --volume data snap").await;
    os.until("volume snapshot show snap", "status", "available").await;
    os.tell("volume create --snapshot snap --size 2 copy").await;
    os.until("volume show copy", "status", "available").await;
    os.tell("volume set --size 3 copy").await;
    assert_eq!(names(&os.ask("volume list").await), ["copy", "data"]);
    assert_eq!(os.until("volume show copy", "status", "available").await["size"], 3);
    let refused = os.run("volume create --size 100000 big").await;
    assert!(String::from_utf8_lossy(&refused.stderr).contains("413"), "{refused:?}");
    os.tell("volume snapshot delete snap").await;
    os.tell("volume delete copy").await;
}

async fn networks(os: &Openstack) {
    assert_eq!(names(&os.ask("network list").await), ["private", "public"]);
    assert_eq!(os.ask("network show public").await["router:external"], true);
    let subnet = os.ask("subnet show private-subnet").await;
    assert_eq!(subnet["enable_dhcp"], true);
    assert_eq!(names(&os.ask("subnet list").await), ["private-subnet"]);
    os.tell("security group create sg").await;
    os.tell("security group rule create --proto tcp --dst-port 22 sg").await;
    assert_eq!(os.ask("security group rule list sg").await.as_array().unwrap().len(), 3);
    assert_eq!(names(&os.ask("security group list").await), ["default", "sg"]);
    let address = subnet["gateway_ip"].as_str().unwrap().rsplit_once('.').unwrap().0.to_owned() + ".77";
    os.tell(&format!("port create --network private --fixed-ip ip-address={address} --mac-address fa:16:3e:00:00:01 --security-group sg port")).await;
    let port = os.ask("port show port").await;
    assert_eq!(port["fixed_ips"][0]["ip_address"], address.as_str());
    let taken = os.run("port create --network private --mac-address fa:16:3e:00:00:01 other").await;
    assert!(String::from_utf8_lossy(&taken.stderr).contains("in use"), "{taken:?}");
    os.tell("floating ip create --port port public").await;
    let floating = os.ask("floating ip list").await;
    assert_eq!(floating[0]["Fixed IP Address"], address.as_str());
    os.tell(&format!("floating ip delete {}", floating[0]["ID"].as_str().unwrap())).await;
}

async fn servers(os: &Openstack) {
    let created = os.run("keypair create key").await;
    assert!(String::from_utf8_lossy(&created.stdout).contains("PRIVATE KEY"), "{created:?}");
    assert_eq!(names(&os.ask("keypair list").await), ["key"]);
    os.tell(
        "server create --image worker --flavor m1.small --port port --key-name key --property k=v --wait srv",
    )
    .await;
    let server = os.ask("server show srv").await;
    assert_eq!((&server["status"], &server["key_name"]), (&"ACTIVE".into(), &"key".into()));
    assert_eq!(names(&os.ask("server list").await), ["srv"]);
    os.tell("server add volume srv data").await;
    os.until("volume show data", "status", "in-use").await;
    os.tell("server remove volume srv data").await;
    os.until("volume show data", "status", "available").await;
    os.tell("console log show srv").await;
    os.tell("server delete --wait srv").await;
    os.tell("port delete port").await;
    os.tell("security group delete sg").await;
    os.tell("keypair delete key").await;
    os.tell("volume delete data").await;
    assert_eq!(os.ask("server list").await.as_array().unwrap().len(), 0);
}
