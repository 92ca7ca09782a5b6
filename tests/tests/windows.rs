//! A Windows guest through the whole program: replicated, deployed on the embedded OpenStack, converted there with drivers
//! from an ISO image. What the server's volume holds is read by ntfs-3g and hivex, and its registry held against what virt-v2v
//! made of the same disk. `tests/fixtures/windows.py` makes that: NTFS, hives by hivex, and the files that a golden tree of
//! the plugin begins with; nothing of Windows runs. What Windows would do with it at its first boot is done by Wine.
//! Needs root; `cargo xtask test` builds what is started.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[allow(dead_code)] // what the plugin's own test asks for
#[path = "../../plugins/osmorphing/windows/tests/judge/mod.rs"]
mod judge;
mod web;

use anyhow::{Context, Result, ensure};
use gyre_lab::wine::Wine;
use gyre_tests::cloud;
use gyre_tests::fixture::{capture, digest, root};
use gyre_tests::small::Small;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use web::{Authority, Server, answered};

/// The golden trees that disks are made of.
const CASES: &str = "plugins/osmorphing/windows/tests/cases";
/// With a driver database, of 64 bits.
const NEW: &str = "server-2019-vmware";
/// Without, of 32 bits.
const OLD: &str = "windows-7";
/// Where the system's partition begins and how large it is, MiB: behind one as Windows makes for itself.
const SYSTEM: (u64, u64) = (9, 54);
/// Text of a driver's file: of another length than any buffer.
const DRIVER: &[u8] = &[0x5a; 70_001];

fn run(program: &str, arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Result<String> {
    capture(Command::new(program).args(arguments.iter().map(|argument| argument.as_ref())))
}

/// The file system of Windows in an image, below a directory for as long as `work` takes.
fn mounted<T>(ntfs: &Path, work: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let point = tempfile::tempdir()?;
    run("ntfs-3g", &[&ntfs, &point.path()])?;
    let done = work(point.path());
    run("umount", &[&point.path()])?;
    done
}

fn case(name: &str) -> PathBuf {
    root().join(CASES).join(name)
}

/// What `tests/fixtures/windows.py` says.
fn fixture(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Result<String> {
    let script = root().join("tests/fixtures/windows.py");
    run("/usr/bin/python3", &[&[&script as &dyn AsRef<std::ffi::OsStr>], arguments].concat())
}

/// Windows as the golden tree has it, on the second partition.
fn windows(name: &str, directory: &Path, disk: &Path) -> Result<()> {
    let raw = directory.join("raw");
    fixture(&[&"disk", &case(name), &raw, &SYSTEM.1.to_string()])?;
    run("qemu-img", &[&"convert", &"-O", &"qcow2", &raw, &disk]).map(drop)
}

/// The registry is other than before as virt-v2v leaves it, but for what is agreed on.
fn as_virt_v2v(name: &str, top: &Path) -> Result<()> {
    let read = |file: &str| std::fs::read_to_string(case(name).join(file));
    let changed = fixture(&[&"changes", &case(name), &top])?;
    let verdict = judge::judge(&read("before.tree")?, &changed, &read("virt-v2v.tree")?);
    ensure!(verdict.wrong.is_empty(), "{}", verdict.wrong.join("\n"));
    Ok(())
}

/// An image with drivers for both.
fn virtio_win(directory: &Path) -> Result<PathBuf> {
    let (tree, image) = (directory.join("virtio"), directory.join("virtio-win.iso"));
    let releases = ["2k19/amd64", "w7/x86"];
    let drivers = ["viostor", "vioscsi", "NetKVM"];
    for (driver, folder) in drivers.iter().flat_map(|driver| releases.map(|folder| (driver, folder))) {
        let folder = tree.join(driver).join(folder);
        std::fs::create_dir_all(&folder)?;
        for extension in ["inf", "cat", "sys"] {
            std::fs::write(folder.join(format!("{}.{extension}", driver.to_lowercase())), DRIVER)?;
        }
    }
    run("genisoimage", &[&"-quiet", &"-J", &"-r", &"-V", &"virtio-win", &"-o", &image, &tree])?;
    Ok(image)
}

/// cloudbase-init as far as it matters here, and the text of its Python.
fn cloudbase_init(directory: &Path) -> Result<PathBuf> {
    let archive = directory.join("cloudbase.zip");
    let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)\n\
                  z.writestr('Bin/OpenStackService.exe', b'wrapper')\n\
                  z.writestr('Python/python.exe', b'python ' * 100000)\n\
                  for n in range(300): z.writestr('Python/Lib/module%d.py' % n, b'pass')\nz.close()";
    run("/usr/bin/python3", &[&"-c", &script, &archive])?;
    Ok(archive)
}

/// A value of a hive, as hivex reads it by this function of it.
fn value(hive: &Path, key: &str, name: &str, by: &str) -> Result<String> {
    let script = "import hivex, sys\nh = hivex.Hivex(sys.argv[1])\nn = h.root()\n\
                  for k in sys.argv[2].split('\\\\'):\n    n = h.node_get_child(n, k)\n\
                  print(getattr(h, sys.argv[4])(h.node_get_value(n, sys.argv[3])))";
    Ok(run("/usr/bin/python3", &[&"-c", &script, &hive, &key, &name, &by])?.trim().to_owned())
}

fn number(hive: &Path, key: &str, name: &str) -> Result<u64> {
    Ok(value(hive, key, name, "value_dword")?.parse()?)
}

fn converted(top: &Path) -> Result<()> {
    let system = top.join("Windows/System32/config/SYSTEM");
    for driver in ["viostor", "vioscsi"] {
        let service = format!(r"ControlSet001\Services\{driver}");
        ensure!(number(&system, &service, "Start")? == 0, "{driver} does not start at boot");
        let program = top.join(format!("Windows/System32/drivers/{driver}.sys"));
        ensure!(std::fs::read(program)? == DRIVER, "another {driver}.sys");
    }
    ensure!(number(&system, r"ControlSet001\Services\VMTools", "Start")? == 4, "VMware's tools still start");
    ensure!(number(&system, r"ControlSet001\Services\disk", "Start")? == 0, "what was there is another");
    for file in ["Drivers/VirtIO/netkvm.inf", "Gyre/firstboot.cmd", "System32/config/SYSTEM.gyre-bak"] {
        ensure!(top.join("Windows").join(file).exists(), "{file} is not there");
    }
    Ok(())
}

/// A site with such a guest, and a plugin for it that is granted this.
fn site(name: &str, grant: &str, config: &str) -> Result<Small> {
    let small = Small::new(|_| ())?;
    windows(name, small.directory.path(), &small.disk())?;
    let component = root().join("target/plugins/windows.wasm");
    ensure!(component.exists(), "{} is missing: cargo xtask plugins", component.display());
    small.edit("gyre.toml", "os-hint = \"Debian 12\"", "os-type = \"windows\"")?;
    small.append(&format!(
        "[plugin.windows]\ncomponent = {component:?}\n{grant}\n[osmorphing.windows]\n{config}\n"
    ))?;
    Ok(small)
}

/// What the disk of a server holds, below a directory for as long as `look` takes.
fn looked_at(small: &Small, server: &str, look: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let volumes = small.site.cloud()?.volumes_of(server)?;
    let [volume] = volumes.as_slice() else { anyhow::bail!("one disk, and {volumes:?}") };
    let (from, to) = (small.site.volume(volume)?, small.directory.path().join("converted"));
    let (input, output) = (format!("if={}", from.display()), format!("of={}", to.display()));
    let (skip, count) = (format!("skip={}", SYSTEM.0), format!("count={}", SYSTEM.1));
    run("dd", &[&input, &output, &"bs=1M", &"status=none", &skip, &count])?;
    mounted(&to, look)
}

#[test]
fn a_windows_guest_is_converted_offline() -> Result<()> {
    offline(OLD, |_| Ok(())).context(OLD)?;
    offline(NEW, first_boot).context(NEW)
}

/// `more` is looked at, too.
fn offline(name: &str, more: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let images = tempfile::tempdir()?;
    let (iso, agent) = (virtio_win(images.path())?, guest_agent(images.path())?);
    let small = site(
        name,
        &format!("grant.disk = [{iso:?}, {agent:?}]"),
        &format!("config = {{ virtio-directory = {iso:?}, guest-agent = {agent:?} }}"),
    )?;
    std::fs::write(small.directory.path().join("first.cmd"), OPERATORS)?;
    small.append("[scripts.windows]\nfirst-boot = \"first.cmd\"\n")?;
    let cloud = small.site.cloud()?;
    let before = cloud.inventory()?;
    small.create("web")?;
    small.gyre.json(&["replica", "execute", "web"])?;
    small.assert_replicated("web")?;
    let replica = small.gyre.json(&["replica", "show", "web"])?;
    let replica =
        small.site.volume(replica["last"]["disks"][0]["identity"].as_str().context("no volume")?)?;
    let whole = digest(&replica)?;
    let deployed = small.gyre.json(&["deploy", "web"])?;
    let server = deployed["instance"]["id"].as_str().context("no server")?;
    ensure!(digest(&replica)? == whole, "the deployment changed the replica");
    looked_at(&small, server, |top| {
        converted(top)?;
        as_virt_v2v(name, top)?;
        more(top)
    })?;
    cloud.delete_since(&before);
    Ok(())
}

/// Where the image of a worker with Windows is named, that is what the guest is converted on: here one by Wine, reached by
/// WinRM, with the agent for Windows, and the operator's scripts in Windows' own shell.
#[test]
fn a_windows_guest_is_converted_on_a_worker_with_windows() -> Result<()> {
    let images = tempfile::tempdir()?;
    let iso = virtio_win(images.path())?;
    let grant = format!("grant.disk = [{iso:?}]");
    let small = site(NEW, &grant, &format!("config = {{ virtio-directory = {iso:?} }}"))?;
    let agent = root().join("target/x86_64-pc-windows-gnu/agent/gyre-agent.exe");
    ensure!(agent.exists(), "{} is missing: cargo xtask agent", agent.display());
    small.edit("gyre.toml", "[host]\n", &format!("[host]\nagent-windows = {agent:?}\n"))?;
    for (script, text) in [
        ("before.cmd", "@if not [%1]==[] exit 1\n"),
        ("after.cmd", "@ver >%1converted-by.txt\n@ping -n 4 127.0.0.1 >nul\n"),
    ] {
        std::fs::write(small.directory.path().join(script), text)?;
    }
    small.append("[scripts.windows]\nbefore-mount = \"before.cmd\"\nafter-mount = \"after.cmd\"\n")?;
    let cloud = small.site.cloud()?;
    let before = cloud.inventory()?;
    let image = cloud.upload("windows-worker", &json!({ "os_type": "windows" }), &[0; 512])?;
    let map = format!("migr_image_map = {{ windows = {image:?} }}\n\n[osmorphing.debian]");
    small.edit("gyre.toml", "[osmorphing.debian]", &map)?;
    small.create("web")?;
    small.gyre.json(&["replica", "execute", "web"])?;
    // gyre is killed while the agent has the guest; the next one ends that agent and begins anew.
    let mut killed = small.gyre.start(&["deploy", "web"])?;
    let begun = || run("find", &[&small.directory.path().join("lab/servers"), &"-name", &"converted-by.txt"]);
    cloud::wait("the guest to be mounted", FIRST_BOOT, || Ok((!begun()?.is_empty()).then_some(())))?;
    killed.kill()?;
    killed.wait()?;
    let deployed = small.gyre.json(&["deploy", "web"])?;
    ensure!(deployed["resumed"] == true, "it began anew: {deployed}");
    let server = deployed["instance"]["id"].as_str().context("no server")?;
    looked_at(&small, server, |top| {
        converted(top)?;
        as_virt_v2v(NEW, top)?;
        let by = std::fs::read_to_string(top.join("converted-by.txt"))?;
        ensure!(by.contains("Microsoft Windows"), "{by}");
        Ok(())
    })?;
    cloud.delete_since(&before);
    Ok(())
}

/// The operator's own script.
const OPERATORS: &str = "@echo off\necho of the operator\nexit 3\n";
/// Stands in for the program that takes drivers into Windows' store: it notes what it is asked.
const PNPUTIL: &str = "#include <stdio.h>\nint main(int count, char **words) {\n\
    FILE *log = fopen(\"C:\\\\windows\\\\pnputil.log\", \"a\");\n\
    for (int at = 1; at < count; at++) fprintf(log, \"%s%s\", words[at], at + 1 < count ? \" \" : \"\\n\");\n\
    return fclose(log); }\n";
/// How long one first boot may take.
const FIRST_BOOT: Duration = Duration::from_secs(60);

/// An installer that puts one file into `Program Files`.
fn guest_agent(directory: &Path) -> Result<PathBuf> {
    let (source, package) = (directory.join("agent.wxs"), directory.join("guest-agent.msi"));
    std::fs::write(directory.join("agent.txt"), "agent")?;
    let fixture = root().join("tests/fixtures/guest-agent.wxs");
    std::fs::copy(fixture, &source)?;
    run("wixl", &[&"-a", &"x64", &"-o", &package, &source])?;
    Ok(package)
}

/// The service that the conversion left is started by Wine's service manager, and what it does is done by Wine's shell,
/// installer and registry: again with the next boot where an installer failed, but for the operator's script.
fn first_boot(top: &Path) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let wine = Wine::at(&directory.path().join("wine"))?;
    let ours = wine.windows().join("Gyre");
    for part in ["Gyre", "Drivers"] {
        run("cp", &[&"-r", &top.join("Windows").join(part), &wine.windows()])?;
    }
    wine.compile(PNPUTIL, &wine.windows().join("system32/pnputil.exe"), &[])?;
    let services = directory.path().join("service.reg");
    fixture(&[&"service", &top.join("Windows/System32/config/SYSTEM"), &"gyre-firstboot", &services])?;
    let drive = wine.drive(directory.path())?;
    wine.run(&["reg", "import", &format!(r"{}:\service.reg", drive.letter)])?;
    let (package, away) = (ours.join("guest-agent.msi"), directory.path().join("guest-agent.msi"));
    std::fs::rename(&package, &away).context("no installer was left for the first boot")?;
    let log = || std::fs::read_to_string(ours.join("firstboot.log")).unwrap_or_default();
    let boots_until = |word: &str| {
        wine.boot()?;
        cloud::wait(word, FIRST_BOOT, || Ok(log().contains(word).then_some(()))).with_context(log)
    };
    boots_until("guest-agent was not installed: it is tried again at the next boot")?;
    std::fs::rename(&away, &package)?;
    boots_until(" done")?;
    let failed = log().matches("the operator's script failed").count();
    let said = std::fs::read_to_string(ours.join("script.log")).with_context(log)?;
    ensure!(failed == 1 && said.trim() == "of the operator", "the operator's script: {failed}, {said:?}");
    let installed = wine.drive_c().join("Program Files/Stand-in/agent.txt");
    let installed = std::fs::read_to_string(installed).context("the guest agent was not installed")?;
    ensure!(installed == "agent", "another file was installed: {installed:?}");
    let drivers = std::fs::read_to_string(wine.windows().join("pnputil.log")).with_context(log)?;
    let driver = r"-i -a C:\windows\Drivers\VirtIO\netkvm.inf";
    ensure!(drivers.lines().filter(|line| line.eq_ignore_ascii_case(driver)).count() == 2, "{drivers}");
    let service = wine.run(&["reg", "query", r"HKLM\System\CurrentControlSet\Services\gyre-firstboot"]);
    ensure!(service.is_err(), "the service is still there: {service:?}");
    Ok(())
}

/// As the mission's document has them: in the section of an INI file, and nothing else.
fn provider_conf(iso: &str, x64: &str) -> String {
    format!(
        "[openstack_migration_provider]\nwindows_virtio_iso_url = {iso}\ncloudbaseinit_x64_url = {x64}\n\
         cloudbaseinit_x86_url = https://127.0.0.1:1/CloudbaseInitSetup_x86.zip\n"
    )
}

fn with_cloudbase_init(top: &Path) -> Result<()> {
    converted(top)?;
    let system = top.join("Windows/System32/config/SYSTEM");
    let service = r"ControlSet001\Services\cloudbase-init";
    ensure!(number(&system, service, "Start")? == 2, "cloudbase-init does not start");
    let command = value(&system, service, "ImagePath", "value_string")?;
    let expected = r#""C:\Cloudbase-Init\Bin\OpenStackService.exe" cloudbase-init "C:\Cloudbase-Init\Python\python.exe" -m"#;
    ensure!(command.starts_with(expected), "{command}");
    let tree = top.join("Cloudbase-Init");
    ensure!(std::fs::read(tree.join("Python/python.exe"))? == b"python ".repeat(100_000), "another Python");
    ensure!(std::fs::read_dir(tree.join("Python/Lib"))?.count() == 300, "not the whole library");
    ensure!(std::fs::read_to_string(tree.join("conf/cloudbase-init.conf"))?.contains("ConfigDriveService"));
    Ok(())
}

/// Who has only the options of the mission's document gets drivers and cloudbase-init from where these point to, over TLS
/// that is verified, once the plugin may go there; until then nothing is left over, and what to write is said.
#[test]
fn what_the_destinations_urls_name_is_fetched_and_installed() -> Result<()> {
    let images = tempfile::tempdir()?;
    let (iso, zip) = (virtio_win(images.path())?, cloudbase_init(images.path())?);
    let (iso, zip) = (std::fs::read(iso)?, std::fs::read(zip)?);
    let authority = Authority::new("ours");
    let server = Server::start(Some(authority.vouch("127.0.0.1", 4000)), move |path| match path {
        "/virtio-win.iso" => answered("200 OK", "", &iso),
        "/cloudbase.zip" => answered("200 OK", "", &zip),
        _ => answered("404 Not Found", "", b""),
    })?;
    let origin = format!("https://127.0.0.1:{}", server.port);
    let small = site(NEW, "", "")?;
    let directory = small.directory.path();
    let (roots, conf) = (directory.join("roots.pem"), directory.join("provider.conf"));
    std::fs::write(&roots, &authority.pem)?;
    let iso = format!("{origin}/virtio-win.iso");
    std::fs::write(&conf, provider_conf(&iso, &format!("{origin}/none.zip")))?;
    small.edit("gyre.toml", "cloud = \"mine\"", "cloud = \"mine\"\nini = \"provider.conf\"")?;
    let cloud = small.site.cloud()?;
    let before = cloud.inventory()?;
    small.create("web")?;
    small.gyre.json(&["replica", "execute", "web"])?;
    let refused = |words: &[&str]| -> Result<()> {
        let ended = small.gyre.run(&["deploy", "web"])?;
        let said = ended.said();
        ensure!(ended.code != Some(0) && words.iter().all(|word| said.contains(word)), "{words:?}: {said}");
        Ok(())
    };
    let line = format!("[plugin.windows] grant.http = [\"{origin}\"]");
    refused(&["grant.http", &line])?;
    small.edit(
        "gyre.toml",
        "[osmorphing.windows]",
        &format!("grant.http = [{origin:?}]\n[osmorphing.windows]"),
    )?;
    refused(&["http.tls", "cannot be trusted"])?;
    ensure!(server.asked().is_empty(), "{:?}", server.asked());
    let small = small.with("SSL_CERT_FILE", roots);
    let ended = small.gyre.run(&["deploy", "web"])?;
    ensure!(ended.code != Some(0) && ended.said().contains("none.zip cannot be fetched"), "{}", ended.said());
    std::fs::write(&conf, provider_conf(&iso, &format!("{origin}/cloudbase.zip")))?;
    let deployed = small.gyre.json(&["deploy", "web"])?;
    let server_id = deployed["instance"]["id"].as_str().context("no server")?;
    looked_at(&small, server_id, with_cloudbase_init)?;
    let fetched = server.asked().iter().filter(|path| *path == "/cloudbase.zip").count();
    ensure!(fetched == 1, "once for all its files: {:?}", server.asked());
    cloud.delete_since(&before);
    Ok(())
}
