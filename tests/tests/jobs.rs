//! Jobs of the real program on the embedded OpenStack that are disturbed: stopped from elsewhere, short of
//! room; and many of them at once. What is asked afterwards is always the same: what the job was to make is there, and
//! nothing else is. Needs root; `cargo xtask test` builds what these tests start. What is killed: `killed.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use anyhow::{Context, Result, ensure};
use gyre_tests::cloud::wait;
use gyre_tests::fixture::capture;
use gyre_tests::setting::{DESTINATION, SOURCE};
use gyre_tests::small::{SMALL, Small};
use std::process::Command;
use std::time::{Duration, Instant};

/// Machines that are replicated at once: `GYRE_MACHINES=200` asks for more.
const MACHINES: u64 = 20;
/// What one process may hold at most while eight executions run at once, and for each machine that it names (`host/docs/jobs.md`;
/// measured were 201 MiB with twenty machines, 424 with two hundred).
const MEMORY_MAX_MIB: (u64, u64) = (240, 1);
/// Everything that is waited for here.
const LIMIT: Duration = Duration::from_secs(300);

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The newest job, once it has come to a step and is not over.
fn job_at(small: &Small, step: &str) -> Result<String> {
    wait(step, LIMIT, || Ok(small.gyre.open_job_at(step)))
}

#[test]
fn a_running_job_is_stopped_from_another_process() -> Result<()> {
    let small = Small::new(|_| ())?;
    let cloud = small.site.cloud()?;
    let before = cloud.inventory()?;
    small.create("web")?;
    let mut running = small.gyre.start(&["replica", "execute", "web"])?;
    let id = job_at(&small, "copy-worker")?;
    let busy = small.gyre.run(&["job", "resume", &id])?;
    ensure!(busy.code == Some(5) && busy.said().contains("job.busy"), "{}", busy.said());
    let cancelled = small.gyre.json(&["job", "cancel", &id])?;
    ensure!(cancelled["status"] == "cancelled", "{cancelled}");
    ensure!(running.wait()?.code() == Some(7), "the job's own command says so, too");
    let left = cloud.more_than(&before)?;
    ensure!(left.iter().all(|(kind, _)| kind == "volumes"), "left over: {left:?}");

    let mut running = small.gyre.start(&["replica", "execute", "web"])?;
    let id = job_at(&small, "copy-worker")?;
    let forced = small.gyre.json(&["job", "cancel", &id, "--force"])?;
    ensure!(forced["status"] == "failed" && forced["error"]["code"] == "job.forced", "{forced}");
    ensure!(!running.wait()?.success(), "the job's own command says so, too");
    let named = forced["left"].as_array().context("nothing is named")?;
    ensure!(named.iter().any(|left| left["step"] == "copy-worker"), "{forced}");
    // The worker that was said to be left may have the replica's disk already.
    wait("what was left to go", LIMIT, || {
        let removed = small.gyre.run(&["orphans", "remove", "--yes"])?;
        Ok((removed.code == Some(0)).then_some(()))
    })?;
    small.gyre.json(&["replica", "execute", "web"])?;
    small.assert_replicated("web")?;
    let told = small.gyre.run(&["job", "log", &id])?;
    ensure!(told.stdout.contains("copy-worker") && told.stdout.contains("job.forced"), "{}", told.said());
    cloud.delete_since(&before);
    Ok(())
}

/// A file system of its own for the state directory; gone with the value.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn tmpfs(at: std::path::PathBuf, size: &str) -> Result<Self> {
        std::fs::create_dir_all(&at)?;
        capture(Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "gyre"]).arg(&at))?;
        Ok(Self(at))
    }

    fn remount(&self, options: &str) -> Result<()> {
        capture(Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0)).map(drop)
    }

    /// Fills it but for so many bytes.
    fn fill(&self, free: u64) -> Result<()> {
        let filler = self.0.join("filler");
        std::fs::remove_file(&filler).ok();
        let text = capture(Command::new("df").args(["--output=avail", "-B1"]).arg(&self.0))?;
        let room: u64 = text.lines().last().unwrap_or_default().trim().parse()?;
        let bytes = usize::try_from(room.saturating_sub(free))?;
        Ok(std::fs::write(filler, vec![1; bytes])?)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}

#[test]
fn a_state_directory_without_room_or_that_cannot_be_written_loses_nothing() -> Result<()> {
    let small = Small::new(|_| ())?;
    let cloud = small.site.cloud()?;
    let before = cloud.inventory()?;
    let state = Mounted::tmpfs(small.state(), "200M")?;
    small.create("web")?;
    for free in [0, 40 << 10, 160 << 10, 400 << 10] {
        state.fill(free)?;
        let ended = small.gyre.run(&["replica", "execute", "web"])?;
        println!("{free} bytes free: {}", ended.stderr.lines().last().unwrap_or_default());
        ensure!(!ended.said().contains("panicked"), "{}", ended.said());
        ensure!(free > 0 || ended.code != Some(0), "it worked without any room: {}", ended.said());
        if ended.code != Some(0) {
            ensure!(
                ["store.", "mover.", "replica.files", "plugin.", "sandbox."]
                    .iter()
                    .any(|c| ended.stderr.contains(c)),
                "{}",
                ended.said()
            );
        }
    }
    std::fs::remove_file(small.state().join("filler"))?;
    small.gyre.json(&["replica", "execute", "web"])?;
    small.assert_replicated("web")?;
    state.remount("ro")?;
    let ended = small.gyre.run(&["replica", "execute", "web"])?;
    ensure!(ended.code.is_some_and(|code| code != 0) && ended.stderr.contains("store."), "{}", ended.said());
    println!("read-only: {}", ended.stderr.trim());
    state.remount("rw")?;
    small.change_disk(77)?;
    small.gyre.json(&["replica", "execute", "web"])?;
    small.assert_replicated("web")?;
    let left = cloud.more_than(&before)?;
    ensure!(left == [("volumes".into(), 1)], "left over: {left:?}");
    Ok(())
}

/// A passphrase that the configuration names, and its variable: a deployment tries it on an encrypted disk.
const PASSPHRASE: &str = "canary-6c1e-passphrase";
const PASSPHRASE_VARIABLE: &str = "GYRE_CANARY";

/// Everything that is written down or said, with all that can be said asked for.
#[test]
fn secrets_are_nowhere() -> Result<()> {
    let mut small = Small::new(|_| ())?;
    small.append(&format!(
        "\n[secret.disk]\nenv = {PASSPHRASE_VARIABLE:?}\n[deploy]\nluks-secrets = [\"disk\"]\n"
    ))?;
    small.gyre = small.gyre.clone().with(PASSPHRASE_VARIABLE, PASSPHRASE);
    small.create("web")?;
    let mut said = said_by(&small, &["-vvv", "replica", "execute", "web"], None)?;
    said += &said_by(&small, &["-vvv", "deploy", "web", "--skip-morphing"], None)?;
    encrypt_disk(&small)?;
    said += &said_by(&small, &["-vvv", "replica", "execute", "web"], None)?;
    let opening = said_by(&small, &["-vvv", "deploy", "web"], Some("encrypted"))?;
    // Without a device mapper cryptsetup says so; with one, that the passphrase does not fit. Either has got it.
    ensure!(opening.contains("system.luks") || opening.contains("1 named secrets opens it"), "{opening}");
    said += &opening;
    for line in [
        vec!["--json", "replica", "show", "web"],
        vec!["--json", "job", "show", "--last"],
        vec!["--json", "job", "log", "--last"],
        vec!["job", "log", "--last"],
        vec!["-vvv", "check"],
        vec!["option", "list", DESTINATION, "--values"],
    ] {
        said += &said_by(&small, &line, None)?;
    }
    let canaries = canaries(&small)?;
    small.edit("clouds.yaml", "RegionOne", "Nowhere")?;
    said += &said_by(&small, &["-vvv", "replica", "execute", "web"], Some("Nowhere"))?;
    ensure!(said.len() > 10_000, "there is nothing to search");
    let written = written(&small)?;
    for (what, canary) in canaries {
        ensure!(!said.contains(&canary), "{what} was said");
        for (file, text) in &written {
            let may = what == HOST_KEY && file.ends_with(HOST_KEY);
            ensure!(text.contains(&canary) == may, "{what} in {}", file.display());
        }
    }
    Ok(())
}

/// The file of the host's own secret, and what it is called here.
const HOST_KEY: &str = "host.key";

/// A character for each byte, whatever it is: texts are searched much faster than bytes.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// All files of the state directory.
fn written(small: &Small) -> Result<Vec<(std::path::PathBuf, String)>> {
    files(&small.state())?.into_iter().map(|file| Ok((file.clone(), latin(&std::fs::read(file)?)))).collect()
}

/// What a command says, that must go well, or fail with these words.
fn said_by(small: &Small, line: &[&str], fails: Option<&str>) -> Result<String> {
    let ended = small.gyre.run(line)?;
    let is_right = fails.map_or(ended.code == Some(0), |words| {
        ended.code.is_some_and(|code| code != 0) && ended.said().contains(words)
    });
    ensure!(is_right, "{line:?}: {}", ended.said());
    Ok(ended.said())
}

/// Makes the machine's disk one that is encrypted as a whole, with another passphrase.
fn encrypt_disk(small: &Small) -> Result<()> {
    let (raw, key) = (small.directory.path().join("luks.raw"), small.directory.path().join("luks.key"));
    std::fs::write(&key, "another passphrase")?;
    std::fs::File::create(&raw)?.set_len(SMALL)?;
    let mut format = Command::new("/usr/sbin/cryptsetup");
    format.args(["luksFormat", "--type", "luks2", "--batch-mode", "--pbkdf", "pbkdf2"]);
    capture(format.args(["--pbkdf-force-iterations", "1000", "--key-file"]).args([&key, &raw]))?;
    capture(
        Command::new("qemu-img").args(["convert", "-f", "raw", "-O", "qcow2"]).arg(&raw).arg(small.disk()),
    )?;
    Ok(std::fs::remove_file(raw)?)
}

/// All that nobody may read, each with what to call it.
fn canaries(small: &Small) -> Result<Vec<(String, String)>> {
    let named = |what: &str, canary: &str| (what.to_owned(), canary.to_owned());
    let mut all = vec![
        named("the cloud's password", gyre_lab::PASSWORD),
        named("the passphrase", PASSPHRASE),
        named("a private key", "PRIVATE KEY-----"),
        named(HOST_KEY, &latin(&std::fs::read(small.state().join(HOST_KEY))?)),
    ];
    let tokens = small.site.embedded().context("no lab")?.issued_tokens();
    ensure!(tokens.len() > 3, "only {} tokens were issued", tokens.len());
    all.extend(tokens.iter().map(|token| named("a token of Keystone's", token)));
    let keys = workers_keys(small)?;
    ensure!(!keys.is_empty(), "no worker had a key");
    all.extend(keys.iter().map(|line| named("a worker's private key", line)));
    Ok(all)
}

/// The lines of the private keys of all workers, which are derived here as gyre does it: the public halves of the keys
/// that workers show are noted with their jobs, and tell that these are the right ones.
fn workers_keys(small: &Small) -> Result<Vec<String>> {
    let identity = gyre_ssh::Identity::load_or_create(&small.state().join(HOST_KEY))
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let jobs = small.gyre.json(&["job", "list"])?;
    let jobs: Vec<&str> =
        jobs["jobs"].as_array().into_iter().flatten().filter_map(|job| job["job"].as_str()).collect();
    let written = written(small)?;
    let mut lines = Vec::new();
    for (job, step) in jobs.iter().flat_map(|job| ["copy-worker", "morph-worker"].map(|step| (job, step))) {
        let key = |kind: &str| identity.derive(job, &format!("{kind}-key/openstack/worker-{job}-{step}"));
        let (shown, login) = (key("host").unwrap(), key("user").unwrap());
        let public = shown.public_line.split(' ').nth(1).context("no public key")?;
        if written.iter().any(|(_, text)| text.contains(public)) {
            let texts = [shown.private_openssh().unwrap(), login.private_openssh().unwrap()];
            lines.extend(
                texts.iter().flat_map(|text| text.lines()).filter(|line| is_of_key(line)).map(Into::into),
            );
        }
    }
    Ok(lines)
}

/// Neither the head and foot nor a short rest.
fn is_of_key(line: &str) -> bool {
    line.len() > 40 && !line.contains("-----")
}

fn files(directory: &std::path::Path) -> Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// MiB that a process held at most.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}

/// As large as the usual one, with a quarter of its data: each machine's volume takes room here.
fn thin_disk(small: &Small) -> Result<std::path::PathBuf> {
    let disk = small.directory.path().join("images/many.qcow2");
    capture(
        Command::new("qemu-img").args(["create", "-q", "-f", "qcow2"]).arg(&disk).arg(SMALL.to_string()),
    )?;
    let write = format!("write -q -P 7 {} {}", SMALL / 2, SMALL / 4);
    capture(Command::new("qemu-io").args(["-f", "qcow2", "-c", &write]).arg(&disk))?;
    Ok(disk)
}

#[test]
fn many_machines_in_one_process_stay_within_its_memory() -> Result<()> {
    let count = setting("GYRE_MACHINES", MACHINES);
    let small = Small::new(|config| {
        config.quotas.instances = 1000;
        config.quotas.volumes = 1000;
        config.quotas.ports = 10_000;
    })?;
    let disk = thin_disk(&small)?;
    let vms: Vec<String> = (1..=count).map(|n| format!("many-{n}")).collect();
    for vm in &vms {
        small.append(&format!(
            "[[source.{SOURCE}.config.vms]]\nname = {vm:?}\nvcpus = 1\nmemory-mib = 512\ndisks = [{{ path = {:?} }}]\n\
             nics = []\n",
            disk
        ))?;
    }
    let mut line = vec!["replica", "create", "many", "--source", SOURCE, "--destination", DESTINATION];
    line.extend(vms.iter().flat_map(|vm| ["--vm", vm.as_str()]));
    small.gyre.json(&line)?;
    let begun = Instant::now();
    let mut running = small.gyre.start(&["replica", "execute", "many", "--json"])?;
    let mut most = 0;
    while running.try_wait()?.is_none() {
        most = most.max(peak(running.id()).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("{count} machines in {:.0} s, {most} MiB at most", begun.elapsed().as_secs_f64());
    let answer = small.gyre.finish(running)?;
    ensure!(answer["machines"].as_array().map(Vec::len) == Some(vms.len()), "{answer}");
    let bound = MEMORY_MAX_MIB.0 + MEMORY_MAX_MIB.1 * count;
    ensure!(most < bound, "it held {most} MiB, more than {bound}");
    Ok(())
}
