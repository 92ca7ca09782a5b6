//! Guests of the families of RPM, converted by their own programs: rpm with its database, dnf, zypper and dracut in the
//! guest's root, run by the real agent as on a worker; the real component decides what is done. What became of the disk is
//! asked of those programs again, by nobody of gyre. Needs root and loop devices; `tests/fixtures/rpm.sh` makes the guests
//! once, `cargo xtask test` builds what is started.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use anyhow::{Context, Result, ensure};
use gyre_agent::loopback::Loop;
use gyre_agent::serve;
use gyre_core::config::Config;
use gyre_core::protocol::{Base64, Root, RootRequest};
use gyre_core::roles::{AttachedDisk, Morphing, OsMorphing, Progress};
use gyre_grants::{Host, JobContext, Secrets};
use gyre_tests::fixture::{capture, root};
use gyre_tests::repository::Served;
use gyre_worker::Local;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// Where the only file system begins.
const START: u64 = 1 << 20;
/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9/";
/// What no morphing is asked for: caches, logs, and the lists that package managers keep for themselves.
const UNSEEN: [&str; 5] = ["var/cache", "var/log", "var/lib/rpm", "var/lib/dnf", "tmp"];

/// What differs between the families.
struct Family {
    plugin: &'static str,
    disk: &'static str,
    /// Where the guest names its own repository.
    repository: &'static str,
    /// The initramfs, before and after the kernel's version.
    initramfs: (&'static str, &'static str),
    found: (&'static str, &'static str),
}

const REDHAT: Family = Family {
    plugin: "redhat",
    disk: "redhat.raw",
    repository: "/etc/yum.repos.d/lab.repo",
    initramfs: ("/boot/initramfs-", ".img"),
    found: ("rocky", "9.4"),
};
const SUSE: Family = Family {
    plugin: "suse",
    disk: "suse.raw",
    repository: "/etc/zypp/repos.d/lab.repo",
    initramfs: ("/boot/initrd-", ""),
    found: ("opensuse-leap", "15.5"),
};

/// The directory of the guests and of their packages, made unless it is cached.
fn fixture() -> Result<PathBuf> {
    let made =
        Command::new("bash").arg(root().join("tests/fixtures/rpm.sh")).stderr(Stdio::inherit()).output()?;
    ensure!(made.status.success(), "tests/fixtures/rpm.sh: {}", made.status);
    Ok(PathBuf::from(String::from_utf8(made.stdout)?.trim()))
}

/// A guest on a disk of its own.
struct Guest {
    family: &'static Family,
    directory: TempDir,
    /// Lines of the plugin's log.
    said: Arc<Said>,
}

/// What the plugin said.
#[derive(Default)]
struct Said(Mutex<Vec<String>>);

impl Progress for Said {
    fn report(&self, _: &str, _: u64, _: Option<u64>) {}

    fn log(&self, _: &str, level: &str, line: &str) {
        self.0.lock().unwrap().push(format!("{level}: {line}"));
    }
}

struct NoSecrets;

impl Secrets for NoSecrets {
    fn get(&self, _: &str, name: &str) -> gyre_core::Result<Vec<u8>> {
        Err(gyre_core::Error::not_found("secret.missing", name))
    }
}

impl Guest {
    fn new(family: &'static Family) -> Result<Self> {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let disk = fixture()?.join(family.disk);
        capture(Command::new("cp").arg("--sparse=always").arg(disk).arg(directory.path().join("disk")))?;
        Ok(Self { family, directory, said: Arc::default() })
    }

    fn disk(&self) -> PathBuf {
        self.directory.path().join("disk")
    }

    /// The real component with these options; it may read the directory of packages.
    fn morpher(&self, options: &str) -> Result<Arc<dyn OsMorphing>> {
        let name = self.family.plugin;
        let component = root().join(format!("target/plugins/{name}.wasm"));
        ensure!(component.exists(), "{} is missing: cargo xtask plugins", component.display());
        let packages = fixture()?.join("offline");
        let text = format!(
            "[plugin.{name}]\ncomponent = {component:?}\ngrant.disk = [{packages:?}]\n[osmorphing.{name}.config]\n{options}"
        );
        let state = self.directory.path();
        let identity = gyre_ssh::Identity::load_or_create(&state.join("key"))?;
        let host = Host::new(Arc::new(Config::parse(&text, state)?), state, Arc::new(NoSecrets), identity)?;
        let job = JobContext {
            job: "job-1".into(),
            overrides: Default::default(),
            plugins: Default::default(),
            progress: self.said.clone(),
            cancel: Default::default(),
        };
        Ok(host.morphers(&job)?.pop().context("no plugin")?.1)
    }

    /// Morphs what is on the disk, by an agent of its own, and lists the guest's files before and after.
    async fn morph(&self, options: &str, repository: &str, hypervisor: Option<&str>) -> Result<Files> {
        self.said.0.lock().unwrap().clear();
        let morpher = self.morpher(options)?;
        let (agent, _device) = self.agent().await?;
        let morphed = async {
            let systems = agent.systems().await?;
            let (mounted, _) = agent.mount(systems.first().context("no system was found")?).await?;
            self.name_repository(&*mounted, repository).await?;
            let found = morpher.detect(mounted.clone()).await?.context("not its guest")?;
            ensure!((found.distribution.as_str(), found.version.as_str()) == self.family.found, "{found:?}");
            let tree = serve::root_of(agent.pid());
            let before = files(&tree)?;
            let hypervisor = hypervisor.map(Into::into);
            let plan = Morphing { hypervisor, set_dhcp: true, macs: vec![Some("fa:16:3e:00:00:01".into())] };
            morpher.morph(mounted, &machine(), &plan).await?;
            Ok(Files { before, after: files(&tree)? })
        }
        .await;
        agent.close().await?;
        morphed.with_context(|| self.lines())
    }

    async fn agent(&self) -> Result<(Local, Loop)> {
        let device = Loop::attach(&self.disk(), 0, std::fs::metadata(self.disk())?.len(), true)?;
        let program = root().join("target/debug/gyre-agent");
        ensure!(program.exists(), "{} is missing: cargo xtask test builds it", program.display());
        let mut program = tokio::process::Command::new(program);
        program.arg("serve").env_clear();
        let identities = vec![device.path.display().to_string()];
        let disks = vec![AttachedDisk { disk: "disk0".into(), identities }];
        Ok((Local::open(program, disks, serve::socket_of).await?, device))
    }

    async fn name_repository(&self, guest: &dyn Root, url: &str) -> Result<()> {
        let text = format!("[lab]\nname=lab\nbaseurl={url}\nenabled=1\nautorefresh=1\ngpgcheck=0\n");
        let (path, bytes) = (self.family.repository.into(), Base64(text.into_bytes()));
        guest.call(RootRequest::WriteFile { path, mode: 0o644, bytes }).await?;
        Ok(())
    }

    fn lines(&self) -> String {
        self.said.0.lock().unwrap().join("\n")
    }

    /// Runs a line of the shell in the guest's root, mounted here for as long as it takes.
    fn ask(&self, line: &str) -> Result<String> {
        let inside = "mount -o loop,offset=$1 \"$2\" \"$3\" && mount -t proc proc \"$3/proc\" && mount --rbind /dev \"$3/dev\" && \
                      exec chroot \"$3\" /usr/bin/env -i HOME=/root LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c \"$4\"";
        let point = self.directory.path().join("point");
        std::fs::create_dir_all(&point)?;
        let mut apart = Command::new("unshare");
        apart.args(["--mount", "--pid", "--fork", "--kill-child", "--", "sh", "-c", inside, "sh"]);
        apart.arg(START.to_string()).arg(self.disk()).arg(&point).arg(line);
        capture(&mut apart)
    }

    /// What an initramfs holds, as the guest's own program lists it.
    fn listed(&self, ending: &str) -> Result<String> {
        let (before, after) = self.family.initramfs;
        self.ask(&format!("lsinitrd {before}$(ls /lib/modules){after}{ending}"))
    }
}

fn machine() -> gyre_core::VmSpec {
    serde_json::from_str(
        r#"{"id":"1","name":"n","vcpus":2,"memory-mib":512,"disks":[{"id":"disk0","size":1073741824}],
            "nics":[{"id":"nic0","network":"VM Network","mac":"00:50:56:00:00:01"}]}"#,
    )
    .unwrap()
}

/// The guest's files, a line each that tells of every change.
struct Files {
    before: String,
    after: String,
}

fn files(tree: &Path) -> Result<String> {
    let mut find = Command::new("find");
    find.current_dir(tree).arg(".").arg("(");
    for (n, path) in UNSEEN.iter().enumerate() {
        find.args(if n == 0 { [].as_slice() } else { ["-o"].as_slice() });
        find.args(["-path", &format!("./{path}")]);
    }
    find.args([")", "-prune", "-o", "-type", "d", "-printf", "%P %m\n"]);
    find.args(["-o", "-printf", "%P %y %m %U %G %s %i %T@ %l\n"]);
    let mut lines: Vec<String> = capture(&mut find)?.lines().map(String::from).collect();
    lines.sort();
    Ok(lines.join("\n"))
}

impl Files {
    fn assert_same(&self) -> Result<()> {
        let (before, after): (Vec<_>, Vec<_>) = (self.before.lines().collect(), self.after.lines().collect());
        let differ: Vec<_> = after.iter().filter(|line| before.binary_search(line).is_err()).collect();
        ensure!(self.before == self.after, "the second morphing changed: {differ:#?}");
        Ok(())
    }
}

/// What holds of every guest that got its packages, whichever way they came.
fn has_its_packages(guest: &Guest) -> Result<()> {
    guest.ask("rpm -q cloud-init python3-jsonpatch")?;
    // Every file as its package brought it, and nothing that a package needs is missing.
    guest.ask("rpm -V cloud-init python3-jsonpatch lab-base")?;
    let tools = guest.ask("! rpm -q open-vm-tools open-vm-tools-desktop")?;
    ensure!(tools.matches("not installed").count() == 2, "{tools}");
    for path in [
        "/usr/bin/vmtoolsd",
        "/var/lib/gyre-packages",
        "/etc/yum.repos.d/gyre.repo",
        "/etc/zypp/repos.d/gyre.repo",
    ] {
        guest.ask(&format!("test ! -e {path}")).with_context(|| format!("{path} is there"))?;
    }
    for service in ["cloud-init-local", "cloud-init", "cloud-config", "cloud-final"] {
        let said = guest.ask(&format!("SYSTEMD_OFFLINE=1 systemctl is-enabled {service}"))?;
        ensure!(said == "enabled", "{service}: {said}");
    }
    let dropin = guest.ask("cat /etc/cloud/cloud.cfg.d/90_gyre.cfg")?;
    ensure!(dropin.contains("datasource_list: [ ConfigDrive, OpenStack, None ]"), "{dropin}");
    Ok(())
}

/// What holds of every guest that is to run under KVM.
fn boots_under_kvm(guest: &Guest) -> Result<()> {
    let (old, new) = (guest.listed(".gyre-bak")?, guest.listed("")?);
    ensure!(!old.contains("/virtio_blk.ko"), "the guest had virtio before");
    for driver in ["virtio_blk", "virtio_scsi", "virtio_net"] {
        ensure!(new.contains(&format!("/{driver}.ko")), "the initramfs has no {driver}");
    }
    ensure!(guest.ask("cat /etc/fstab")?.contains("/dev/vda2 none swap"), "another swap");
    let menu = guest.ask("cat /boot/grub2/grub.cfg")?;
    ensure!(menu.contains("ro quiet console=tty0 console=ttyS0,115200"), "{menu}");
    guest.ask("test ! -e /etc/lvm/devices/system.devices").context("the devices file is there")?;
    Ok(())
}

/// From its own repository, and a second time.
#[tokio::test(flavor = "multi_thread")]
async fn dnf_and_dracut_convert_a_guest_of_red_hat() -> Result<()> {
    let (guest, served) =
        (Guest::new(&REDHAT)?, Served::directory(&fixture()?.join("packages"), "127.0.0.1")?);
    let options = "guest-agent = true\n";
    guest.morph(options, &served.url, Some("kvm")).await?;
    println!("{}", guest.lines());
    has_its_packages(&guest)?;
    boots_under_kvm(&guest)?;
    guest.ask("rpm -q qemu-guest-agent && rpm -V qemu-guest-agent")?;
    for (number, package) in [(1, "cloud-init"), (2, "qemu-guest-agent")] {
        let transaction = guest.ask(&format!("dnf history info {number}"))?;
        ensure!(
            transaction.contains(&format!("install {package}")) && transaction.contains("Success"),
            "{transaction}"
        );
    }
    let profile = guest.ask("cat /etc/NetworkManager/system-connections/gyre*.nmconnection")?;
    ensure!(profile.contains("method=auto"), "{profile}");
    guest.ask("test -e /.autorelabel").context("SELinux has no labels")?;
    let entry = guest.ask("cat /boot/loader/entries/*.conf")?;
    ensure!(entry.contains("console=ttyS0,115200"), "{entry}");
    guest.morph(options, &served.url, Some("kvm")).await?.assert_same()?;
    ensure!(guest.lines().contains("has the drivers already"), "{}", guest.lines());
    Ok(())
}

/// From the repository of the options; its own does not answer.
#[tokio::test(flavor = "multi_thread")]
async fn zypper_and_dracut_convert_a_guest_of_suse() -> Result<()> {
    let (guest, served) = (Guest::new(&SUSE)?, Served::directory(&fixture()?.join("packages"), "127.0.0.1")?);
    let options = format!("guest-agent = true\nrepository = {:?}\nrepository-unsigned = true\n", served.url);
    guest.morph(&options, NOWHERE, Some("kvm")).await?;
    println!("{}", guest.lines());
    has_its_packages(&guest)?;
    boots_under_kvm(&guest)?;
    guest.ask("rpm -q qemu-guest-agent && rpm -V qemu-guest-agent")?;
    let card = guest.ask("cat /etc/sysconfig/network/ifcfg-eth0")?;
    ensure!(card.contains("BOOTPROTO='dhcp'"), "{card}");
    let repositories = guest.ask("zypper --quiet --no-refresh lr -u")?;
    ensure!(repositories.contains(NOWHERE) && !repositories.contains(&served.url), "{repositories}");
    guest.morph(&options, NOWHERE, Some("kvm")).await?.assert_same()?;
    ensure!(guest.lines().contains("has the drivers already"), "{}", guest.lines());
    Ok(())
}

/// Without any repository: first without packages, which is a warning and no failure, then with those of the operator.
async fn air_gapped(family: &'static Family) -> Result<()> {
    let guest = Guest::new(family)?;
    guest.morph("", NOWHERE, None).await?;
    let lines = guest.lines();
    ensure!(lines.contains("warn: cloud-init is not installed"), "{lines}");
    ensure!(lines.contains("Failed to connect to 127.0.0.1"), "nothing says why: {lines}");
    guest.ask("! rpm -q cloud-init")?;
    guest.ask("! rpm -q open-vm-tools")?;
    let packages = fixture()?.join("offline");
    let options =
        format!("host-packages = {packages:?}\npackages = [\"cloud-init\", \"qemu-guest-agent\"]\n");
    guest.morph(&options, NOWHERE, None).await?;
    println!("{}", guest.lines());
    guest.ask("rpm -q qemu-guest-agent")?;
    has_its_packages(&guest)?;
    guest.morph(&options, NOWHERE, None).await?.assert_same()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_of_red_hat_without_repositories_gets_the_operators_packages() -> Result<()> {
    air_gapped(&REDHAT).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_of_suse_without_repositories_gets_the_operators_packages() -> Result<()> {
    air_gapped(&SUSE).await
}
