//! The main job on the embedded OpenStack, and what must come of bad input: one clear error, a
//! non-zero exit, and nothing left over in the cloud. Needs root; `cargo xtask test` builds what these
//! tests start.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use anyhow::{Context, Result, ensure};
use gyre_tests::cloud::wait;
use gyre_tests::fixture::{Layout, SourceDisk, boot, capture, digest};
use gyre_tests::scenario::Scenario;
use gyre_tests::setting::{DESTINATION, SOURCE, Setting, VM};
use gyre_tests::site::Site;
use gyre_tests::small::{SMALL, Small};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

fn directory() -> Result<TempDir> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

#[test]
fn a_machine_is_replicated_twice_deployed_and_boots() -> Result<()> {
    let directory = directory()?;
    let site = Site::lab(&directory.path().join("lab"), |_| ())?;
    let setting = Setting::create(directory.path(), &site, Layout::Plain)?;
    Scenario::begin(&site, &setting)?.run()
}

#[test]
fn what_is_made_in_the_cloud_is_seen() -> Result<()> {
    let directory = directory()?;
    let site = Site::lab(&directory.path().join("lab"), |config| config.workers = false)?;
    gyre_tests::cloud::eyes_are_open(&site.cloud()?)
}

/// Else the deployed server's boot would prove nothing.
#[test]
fn the_unconverted_disk_boots_on_vmwares_bus_and_not_on_virtio() -> Result<()> {
    let directory = directory()?;
    let disks = SourceDisk::create(Layout::Plain, directory.path(), "disk")?;
    let disk = disks.first().context("no disk")?;
    let (login, lost) = ("source-vm login:", "does not exist.  Dropping to a shell");
    println!("vmware: {}", boot(&disk.path, &["--bus", "vmware", "--expect", login, "--refuse", lost])?);
    println!("virtio: {}", boot(&disk.path, &["--bus", "virtio", "--expect", lost, "--refuse", login])?);
    Ok(())
}

/// Nobody's password, to be looked for in everything that gyre says.
const WRONG_PASSWORD: &str = "correct-horse-battery";

/// What opens an encrypted image, to be looked for in what gyre keeps.
const PASSPHRASE: &str = "staple-horse-battery";

/// A small machine whose disk is whole: what is wrong is done to it by each test.
struct Bad(Small);

impl std::ops::Deref for Bad {
    type Target = Small;

    fn deref(&self) -> &Small {
        &self.0
    }
}

impl Bad {
    fn new(change: impl FnOnce(&mut gyre_lab::Config)) -> Result<Self> {
        Small::new(change).map(Self)
    }

    /// Creates a replica and executes it: one of the two must fail with this code, and the cloud be as it was.
    fn fails_with(&self, code: &str) -> Result<()> {
        let cloud = self.site.cloud()?;
        let before = cloud.inventory()?;
        let line = ["replica", "create", "bad", "--source", SOURCE, "--vm", VM, "--destination", DESTINATION];
        let mut ended = self.gyre.run(&line)?;
        if ended.code == Some(0) {
            ended = self.gyre.run(&["replica", "execute", "bad"])?;
        }
        let said = ended.said();
        println!("{}\n", ended.stderr.trim());
        ensure!(ended.code.is_some_and(|code| code != 0), "it should have failed: {said}");
        ensure!(said.contains(code), "the error should be {code}: {said}");
        ensure!(!said.contains("panicked"), "a panic is no error message: {said}");
        ensure!(!said.contains(WRONG_PASSWORD), "the password was shown: {said}");
        let left: Vec<String> = cloud.inventory()?.difference(&before).cloned().collect();
        // The replica's own volumes stay for the next attempt; nothing else may.
        let strays: Vec<&String> = left.iter().filter(|thing| !thing.starts_with("volumes ")).collect();
        ensure!(strays.is_empty(), "left over in the cloud: {strays:?}");
        if !left.is_empty() {
            self.gyre.json(&["replica", "delete", "bad", "--yes"])?;
            ensure!(cloud.inventory()? == before, "the deleted replica left something: {left:?}");
        }
        Ok(())
    }
}

#[test]
fn a_truncated_image_is_found_before_anything_is_made() -> Result<()> {
    let bad = Bad::new(|_| ())?;
    let file = std::fs::OpenOptions::new().write(true).open(bad.disk())?;
    file.set_len(file.metadata()?.len() / 2)?;
    bad.fails_with("disk-image.truncated")
}

#[test]
fn a_corrupt_image_is_found_before_anything_is_made() -> Result<()> {
    use std::os::unix::fs::FileExt;
    let bad = Bad::new(|_| ())?;
    let file = std::fs::OpenOptions::new().write(true).read(true).open(bad.disk())?;
    // Bytes 40 to 48 of the header say where the first-level table lies; its first entry is made to
    // point into the middle of a cluster.
    let mut table = [0; 8];
    file.read_exact_at(&mut table, 40)?;
    file.write_all_at(&0x8000_0000_0000_0200_u64.to_be_bytes(), u64::from_be_bytes(table))?;
    bad.fails_with("disk-image.corrupt")
}

#[test]
fn a_wrong_password_is_refused_by_the_cloud() -> Result<()> {
    let bad = Bad::new(|_| ())?;
    let right = format!("password: {}", gyre_lab::PASSWORD);
    bad.edit("clouds.yaml", &right, &format!("password: {WRONG_PASSWORD}"))?;
    bad.fails_with("openstack.auth")
}

#[test]
fn an_unknown_network_is_named() -> Result<()> {
    let bad = Bad::new(|_| ())?;
    bad.edit("gyre.toml", r#""VM Network" = "servers""#, r#""VM Network" = "nowhere""#)?;
    bad.fails_with("nowhere")
}

/// A dirty bitmap says what changed, once an execution has noted it; one that was cleared is not believed.
#[test]
fn a_bitmap_of_the_image_says_what_changed() -> Result<()> {
    let small = Small::new(|_| ())?;
    let bitmap =
        |verb: &str| capture(Command::new("qemu-img").args(["bitmap", verb]).arg(small.disk()).arg("b"));
    bitmap("--add")?;
    small.edit("gyre.toml", r#"bus = "scsi""#, r#"bus = "scsi", bitmap = "b""#)?;
    small.create("marked")?;
    let executed = |changed_by: &str| {
        let report = small.gyre.json(&["replica", "execute", "marked"])?;
        let copy = &report["disks"][0]["report"];
        ensure!(copy["changed_by"] == changed_by, "it should be told by {changed_by}: {report}");
        small.assert_replicated("marked")?;
        copy["read"].as_u64().with_context(|| format!("no bytes read: {report}"))
    };
    executed("full")?;
    small.change_disk(5)?;
    let read = executed("source")?;
    // And of each 64 MiB that did not change one block, to see whether that is so.
    let probed = (SMALL >> 26).max(1) * 65_536;
    ensure!((1 << 20..=(1 << 20) + probed).contains(&read), "{read} bytes were read where 1 MiB changed");
    bitmap("--clear")?;
    small.change_disk(9)?;
    small.change_disk(11)?;
    executed("compare")?;
    Ok(())
}

/// What is on the volumes is read again by a worker: whoever changed a byte there is found out, and the next execution
/// mends it although the source did not change.
#[test]
fn a_replica_is_looked_at_again_and_mended() -> Result<()> {
    use std::os::unix::fs::FileExt;
    let small = Small::new(|_| ())?;
    let cloud = small.site.cloud()?;
    small.create("web")?;
    let report = small.gyre.json(&["replica", "execute", "web", "--bandwidth", "100 MiB/s"])?;
    let before = cloud.inventory()?;
    let right = small.gyre.json(&["replica", "verify", "web"])?;
    ensure!(right["proofs"][0]["verified"] == SMALL, "{right}");
    let volume = small.site.volume(report["disks"][0]["identity"].as_str().context("no volume")?)?;
    let volume = std::fs::OpenOptions::new().read(true).write(true).open(volume)?;
    let (at, mut byte) = (5 * (1 << 20) + 12_345, [0]);
    volume.read_exact_at(&mut byte, at)?;
    volume.write_all_at(&[byte[0] ^ 1], at)?;
    volume.sync_all()?;
    let wrong = small.gyre.run(&["--json", "replica", "verify", "web"])?;
    ensure!(
        wrong.code.is_some_and(|code| code != 0) && wrong.said().contains("replica.differs"),
        "{}",
        wrong.said()
    );
    let told: serde_json::Value = serde_json::from_str(&wrong.stdout)?;
    let range = &told["proofs"][0]["ranges"][0];
    ensure!(range["offset"] == at / 65536 * 65536 && range["length"] == 65536, "{told}");
    ensure!(told["proofs"][0]["wrong"] == 65536, "{told}");
    ensure!(cloud.inventory()? == before, "a verification left something");
    let mended = small.gyre.json(&["replica", "execute", "web"])?;
    ensure!(mended["total"]["moved"] == 65536, "{mended}");
    small.assert_replicated("web")?;
    small.gyre.json(&["replica", "verify", "web"])?;
    Ok(())
}

/// What arrives is the disk, and its passphrase stays where it was.
#[test]
fn an_encrypted_image_is_replicated_as_the_disk_in_it() -> Result<()> {
    let small = Small::new(|_| ())?;
    let (plain, passphrase) =
        (small.directory.path().join("plain.qcow2"), small.directory.path().join("passphrase"));
    std::fs::rename(small.disk(), &plain)?;
    std::fs::write(&passphrase, format!("{PASSPHRASE}\n"))?;
    let options = "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=100";
    let secret = format!("secret,id=s,data={PASSPHRASE}");
    let mut encrypt = Command::new("qemu-img");
    encrypt.args(["convert", "--object", &secret, "-O", "qcow2", "-o", options]);
    capture(encrypt.arg(&plain).arg(small.disk()))?;
    small.edit("gyre.toml", r#"bus = "scsi""#, r#"bus = "scsi", key = "disk-key""#)?;
    let grant = "grant.secret = [{ name = \"disk-key\", reveal = true }]\ngrant.disk = [";
    small.edit("gyre.toml", "grant.disk = [", grant)?;
    small.append(&format!("\n[secret.disk-key]\nfile = {passphrase:?}\n"))?;
    small.create("sealed")?;
    let report = small.gyre.json(&["replica", "execute", "sealed"])?;
    let volume = small.site.volume(report["disks"][0]["identity"].as_str().context("no volume")?)?;
    let mut compare = Command::new("qemu-img");
    capture(compare.args(["compare", "-f", "qcow2", "-F", "raw"]).arg(&plain).arg(volume))?;
    println!("{}", report["total"]);
    let found = Command::new("grep").args(["-rl", PASSPHRASE]).arg(small.state()).output()?;
    ensure!(found.stdout.is_empty(), "the passphrase was kept: {}", String::from_utf8_lossy(&found.stdout));
    Ok(())
}

/// Until there is a server, a failure takes back whatever was done to the replica's own disks.
#[test]
fn own_disks_go_back_when_their_deployment_fails() -> Result<()> {
    let small = Small::new(|_| ())?;
    let (lab, cloud) = (small.site.embedded().context("no lab")?, small.site.cloud()?);
    let before = cloud.inventory()?;
    small.create("own")?;
    let report = small.gyre.json(&["replica", "execute", "own"])?;
    let id = report["disks"][0]["identity"].as_str().context("no volume")?.to_owned();
    let (volume, replicated) = (small.site.volume(&id)?, cloud.inventory()?);
    let whole = digest(&volume)?;

    // Nova is asked again for as long as it takes to spoil the disk, as a morphing would, and then refuses for good.
    let asked = lab.requests().len();
    lab.fail("POST", "/compute/v2.1/servers", 503, 4);
    lab.fail("POST", "/compute/v2.1/servers", 403, 1);
    let ended = std::thread::scope(|scope| {
        let deploying = scope.spawn(|| small.gyre.run(&["deploy", "own", "--own-disks", "--skip-morphing"]));
        let refused = || {
            let is_refused = |r: &&gyre_lab::Logged| r.method == "POST" && r.status == 503;
            Ok(lab.requests().get(asked..).unwrap_or_default().iter().find(is_refused).map(|_| ()))
        };
        let seen = wait("a server is asked for", Duration::from_secs(120), refused);
        let spoiled = seen.and_then(|()| spoil(&volume)).map(|()| digest(&volume));
        let ended = deploying.join().map_err(|_| anyhow::anyhow!("the deployment panicked"))??;
        ensure!(spoiled?? != whole, "the disk was not spoiled");
        anyhow::Ok(ended)
    })?;
    ensure!(ended.code.is_some_and(|code| code != 0), "it should have failed: {}", ended.said());
    ensure!(!ended.said().contains("job.stuck"), "it should have been undone: {}", ended.said());
    ensure!(digest(&volume)? == whole, "the disk did not go back");
    ensure!(cloud.inventory()? == replicated, "something is left over: {:?}", cloud.inventory()?);
    small.gyre.json(&["replica", "delete", "own", "--yes"])?;
    ensure!(cloud.inventory()? == before, "the deleted replica left something");
    Ok(())
}

fn spoil(volume: &Path) -> Result<()> {
    use std::os::unix::fs::FileExt;
    let file = std::fs::OpenOptions::new().write(true).open(volume)?;
    Ok(file.write_all_at(&[0xee; 4096], SMALL / 4)?)
}

#[test]
fn a_full_volume_is_an_error_of_the_device() -> Result<()> {
    let bad = Bad::new(|config| config.volume_space = Some(SMALL / 4))?;
    // What the kernel says of a loop device whose file has no room: disk.full of a write past the page cache, disk.io else.
    bad.fails_with("[disk.")
}

/// The import exists in a version that this host does not have.
#[test]
fn a_plugin_that_does_not_link_is_told_apart_by_its_import() -> Result<()> {
    let bad = Bad::new(|_| ())?;
    let config = std::fs::read_to_string(bad.directory.path().join("gyre.toml"))?;
    let line = config.lines().find(|line| line.contains("disk-image.wasm")).context("no such plugin")?;
    let component = line.split('"').nth(1).context("no path")?;
    let mut bytes = std::fs::read(component)?;
    let (from, to) = (b"gyre:host/disk@0.1.0", b"gyre:host/disk@9.1.0");
    let places: Vec<usize> =
        bytes.windows(from.len()).enumerate().filter(|(_, w)| w == from).map(|(n, _)| n).collect();
    ensure!(!places.is_empty(), "the plugin imports no disks");
    for place in places {
        bytes.splice(place..place + from.len(), to.iter().copied());
    }
    std::fs::write(bad.directory.path().join("newer.wasm"), bytes)?;
    bad.edit("gyre.toml", component, "newer.wasm")?;
    bad.fails_with("plugin.version")
}
