//! `gyre serve` on the embedded OpenStack: jobs begun over the API and by `--server`, followed as they run, parked by
//! a signal in the middle of a copy and gone on with after it, with the volume compared by QEMU. What is said to
//! strangers is read from the socket, without gyre's own client. Needs root; `cargo xtask test` builds what these
//! tests start.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use anyhow::{Context, Result, ensure};
use gyre_tests::cloud::wait;
use gyre_tests::fixture::capture;
use gyre_tests::setting::{DESTINATION, SOURCE, VM};
use gyre_tests::small::Small;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a server may take to start, and a job to end.
const LIMIT: Duration = Duration::from_secs(300);
/// Size of the machine's disk: large enough to be stopped in the middle.
const DISK_MIB: u64 = 1536;

/// A server on the state of one configuration.
struct Serving {
    child: Child,
    url: String,
    token: String,
}

impl Serving {
    fn start(small: &Small) -> Result<Self> {
        let state = small.state();
        std::fs::remove_file(state.join("serve.lock")).ok();
        let log = File::options().create(true).append(true).open(log(small))?;
        let child = small.gyre.command(&["serve"]).stderr(log).stdout(Stdio::null()).spawn()?;
        let url = wait("the server", LIMIT, || {
            let text = std::fs::read_to_string(state.join("serve.lock")).unwrap_or_default();
            Ok(text.strip_suffix('\n').and_then(|text| Some(text.split_once(' ')?.1.to_owned())))
        })?;
        let token = std::fs::read_to_string(state.join("serve.token"))?.trim().to_owned();
        Ok(Self { child, url, token })
    }

    /// Sends a signal as a service manager does, and answers the exit code.
    fn stop(mut self) -> Result<Option<i32>> {
        capture(Command::new("kill").args(["-TERM", &self.child.id().to_string()]))?;
        Ok(self.child.wait()?.code())
    }

    /// One request as it is written here; the status and the rest.
    fn raw(&self, head: &str) -> Result<(u16, String)> {
        let mut stream = self.connect()?;
        write!(stream, "{head}\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let status = text.split(' ').nth(1).context("no status")?.parse()?;
        Ok((status, text))
    }

    fn get(&self, path: &str) -> Result<(u16, String)> {
        self.raw(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}", self.token))
    }

    fn connect(&self) -> Result<TcpStream> {
        let stream = TcpStream::connect(self.url.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(stream)
    }

    /// Reads a stream of events until one is what is waited for.
    fn read_stream_until(&self, path: &str, is_it: impl Fn(&Value) -> bool) -> Result<Vec<String>> {
        let mut stream = self.connect()?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
            self.token
        )?;
        let mut lines = Vec::new();
        for line in BufReader::new(stream).lines() {
            let line = line?;
            let event = line.strip_prefix("data: ").map(serde_json::from_str::<Value>).transpose()?;
            lines.push(line);
            if event.is_some_and(|event| is_it(&event)) {
                return Ok(lines);
            }
        }
        anyhow::bail!("the stream ended too early: {lines:#?}")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A machine with a larger disk than the small one's, and a server that listens anywhere.
fn small() -> Result<Small> {
    let small = Small::new(|_| ())?;
    small.append("\n[serve]\nlisten = \"127.0.0.1:0\"\n")?;
    make_disk(&small.disk())?;
    Ok(small)
}

/// What the server says.
fn log(small: &Small) -> PathBuf {
    small.directory.path().join("serve.log")
}

fn make_disk(path: &Path) -> Result<()> {
    capture(Command::new("qemu-img").args(["create", "-f", "qcow2"]).arg(path).arg(format!("{DISK_MIB}M")))?;
    let parts = (0..DISK_MIB / 64).map(|part| format!("write -P {} {}M 64M", part % 255 + 1, part * 64));
    let mut write = Command::new("qemu-io");
    for part in parts {
        write.args(["-c", &part]);
    }
    capture(write.arg(path)).map(drop)
}

#[test]
fn jobs_are_begun_followed_parked_and_gone_on_with() -> Result<()> {
    let small = small()?;
    let before = small.site.cloud()?.inventory()?;
    let serving = Serving::start(&small)?;
    strangers_are_refused(&serving)?;
    nobody_else_works_on_jobs(&small, &serving)?;
    let server = ["--server", serving.url.as_str()];
    let with =
        |words: &[&'static str]| -> Vec<&str> { server.into_iter().chain(words.iter().copied()).collect() };
    let create = ["replica", "create", "big", "--source", SOURCE, "--vm", VM, "--destination", DESTINATION];
    small.gyre.json(&with(&create))?;

    // Begun by a command that is stopped: the job goes on.
    let mut follower =
        small.gyre.command(&with(&["replica", "execute", "big"])).stderr(Stdio::piped()).spawn()?;
    let job = wait("the job", LIMIT, || {
        let jobs = small.gyre.json(&with(&["job", "list"]))?;
        Ok(jobs["jobs"][0]["job"].as_str().map(str::to_owned))
    })?;
    let stream = format!("/v1/jobs/{job}/stream");
    let is_far = |event: &Value| event["done"].as_u64().is_some_and(|done| done > DISK_MIB << 20 >> 4);
    let lines = serving.read_stream_until(&stream, |event| event["event"] == "disk" && is_far(event))?;
    ensure!(lines.iter().any(|line| line.contains("text/event-stream")), "{lines:#?}");
    ensure!(lines.iter().any(|line| line.contains("\"event\":\"begun\"")), "{lines:#?}");
    capture(Command::new("kill").args(["-INT", &follower.id().to_string()]))?;
    let mut said = String::new();
    follower.stderr.take().context("no stderr")?.read_to_string(&mut said)?;
    ensure!(follower.wait()?.code() == Some(7), "{said}");
    for words in ["] describe vm", "server.left", &format!("job cancel {job}"), "goes on at the server"] {
        ensure!(said.contains(words), "{words:?} is missing: {said}");
    }

    // Parked in the middle of the copy.
    let running =
        small.gyre.json(&with(&["job", "show"]).into_iter().chain([job.as_str()]).collect::<Vec<_>>())?;
    ensure!(running["status"] == "running", "{running}");
    ensure!(serving.stop()? == Some(0), "{}", std::fs::read_to_string(log(&small))?);
    let parked = small.gyre.json(&["job", "show", &job])?;
    ensure!(parked["status"] == "running" && step(&parked, "copy-disks")["phase"] == "started", "{parked}");

    // Gone on with, by itself.
    let serving = Serving::start(&small)?;
    let told = small.gyre.run(&["--server", &serving.url, "job", "log", "--follow", &job])?;
    println!("{}", told.stdout);
    ensure!(told.code == Some(0) && told.stdout.contains("ended: succeeded"), "{}", told.said());
    ensure!(told.stdout.contains("goes on"), "{}", told.said());
    small.assert_replicated("big")?;

    both_ways_say_the_same(&small, &serving, &job)?;
    only_changes_move(&small, &serving)?;
    counted(&serving)?;
    no_secret_is_served(&small, &serving, &job)?;
    schedules_run(&small)?;
    small.gyre.json(&["--server", &serving.url, "replica", "delete", "big", "--yes"])?;
    ensure!(small.site.cloud()?.inventory()? == before, "something is left over");
    ensure!(serving.stop()? == Some(0), "the server did not end well");
    let said = std::fs::read_to_string(log(&small))?;
    ensure!(!said.contains("panicked"), "{said}");
    println!("{said}");
    Ok(())
}

fn step<'a>(job: &'a Value, name: &str) -> &'a Value {
    job["steps"]
        .as_array()
        .and_then(|steps| steps.iter().find(|step| step["name"] == name))
        .unwrap_or(&Value::Null)
}

fn strangers_are_refused(serving: &Serving) -> Result<()> {
    let token = &serving.token;
    let authorization = format!("Authorization: Bearer {token}");
    let head = |host: &str, more: &str| format!("GET /v1/jobs HTTP/1.1\r\nHost: {host}\r\n{more}");
    for (head, status) in [
        (head("localhost", &authorization), 200),
        (head("localhost", "X-A: b"), 401),
        (head("localhost", &format!("{authorization}0")), 401),
        (head("evil.example", &authorization), 421),
        (head("localhost", &format!("{authorization}\r\nOrigin: http://evil.example")), 421),
        ("GET /nothing HTTP/1.1\r\nHost: localhost".into(), 401),
        ("GET /healthz HTTP/1.1\r\nHost: localhost".into(), 200),
        (format!("GET /nothing HTTP/1.1\r\nHost: localhost\r\n{authorization}"), 404),
        (format!("DELETE /v1/jobs HTTP/1.1\r\nHost: localhost\r\n{authorization}"), 405),
        (format!("GET /v1/jobs?limt=1 HTTP/1.1\r\nHost: localhost\r\n{authorization}"), 400),
        (format!("GET /v1/jobs/0123456789ab HTTP/1.1\r\nHost: localhost\r\n{authorization}"), 404),
    ] {
        let (found, text) = serving.raw(&head)?;
        ensure!(found == status, "{found} for\n{}\n{text}", head.replace(token.as_str(), "TOKEN"));
        ensure!(!text.contains(token.as_str()), "the token came back: {text}");
    }
    let (_, text) = serving.get("/v1/openapi.json")?;
    let document: Value = serde_json::from_str(text.split_once("\r\n\r\n").context("no body")?.1)?;
    ensure!(document["paths"].as_object().is_some_and(|paths| paths.len() > 15), "{document}");
    Ok(())
}

/// Neither the cloud's password, nor the host's own key, nor the token itself.
fn no_secret_is_served(small: &Small, serving: &Serving, job: &str) -> Result<()> {
    let key = std::fs::read(small.state().join("host.key"))?;
    let canaries = [gyre_lab::PASSWORD.as_bytes(), serving.token.as_bytes(), &key];
    let of_job = |more: &str| format!("/v1/jobs/{job}{more}");
    let paths =
        ["/v1/replicas", "/v1/replicas/big", "/v1/jobs", &of_job(""), &of_job("/events"), "/v1/events"];
    for path in paths.into_iter().chain(["/v1/sources", "/v1/destinations", "/metrics", "/v1/openapi.json"]) {
        let (status, text) = serving.get(path)?;
        ensure!(status == 200 && text.len() > 100, "{path}: {text}");
        let is_told = |canary: &&[u8]| text.as_bytes().windows(canary.len()).any(|window| window == *canary);
        ensure!(!canaries.iter().any(is_told), "{path} tells a secret");
    }
    Ok(())
}

fn nobody_else_works_on_jobs(small: &Small, serving: &Serving) -> Result<()> {
    let pid = format!("process {}", serving.child.id());
    for words in [vec!["serve"], vec!["replica", "execute", "big"], vec!["job", "resume", "0123456789ab"]] {
        let ended = small.gyre.run(&words)?;
        ensure!(ended.code == Some(5), "{words:?}: {}", ended.said());
        for part in ["serve.running", &pid, &serving.url, "--server"] {
            ensure!(ended.stderr.contains(part), "{part:?} is missing: {}", ended.said());
        }
    }
    // Who only looks is let in.
    small.gyre.json(&["job", "list"])?;
    let wrong = small.directory.path().join("wrong-token");
    std::fs::write(&wrong, "0123456789abcdef0123456789abcdef")?;
    capture(Command::new("chmod").arg("600").arg(&wrong))?;
    let wrong = wrong.display().to_string();
    let ended = small.gyre.run(&["--server", &serving.url, "--token-file", &wrong, "job", "list"])?;
    ensure!(ended.code == Some(3) && ended.stderr.contains("api.token"), "{}", ended.said());
    let ended = small.gyre.run(&["--server", &serving.url, "plugin", "list"])?;
    ensure!(ended.code == Some(2) && ended.stderr.contains("server.command"), "{}", ended.said());
    Ok(())
}

/// What is asked here and what is asked of the server is answered with the same words.
fn both_ways_say_the_same(small: &Small, serving: &Serving, job: &str) -> Result<()> {
    for words in [
        vec!["replica", "list"],
        vec!["replica", "show", "big"],
        vec!["replica", "show", "nobody"],
        vec!["job", "list"],
        vec!["job", "show", job],
        vec!["job", "log", job],
        vec!["job", "resume", job],
    ] {
        for json in [&["--json"][..], &[]] {
            let here: Vec<&str> = json.iter().chain(&words).copied().collect();
            let there: Vec<&str> =
                ["--server", &serving.url].into_iter().chain(here.iter().copied()).collect();
            let (here, there) = (small.gyre.run(&here)?, small.gyre.run(&there)?);
            // A job that is over is told apart before anybody asks who may work on it.
            let is_refused = words.contains(&"resume");
            if is_refused {
                ensure!(there.stderr.contains("job.over") && there.code == Some(5), "{}", there.said());
            } else {
                ensure!(here.said() == there.said(), "{}\n--- by the server:\n{}", here.said(), there.said());
            }
        }
    }
    Ok(())
}

fn only_changes_move(small: &Small, serving: &Serving) -> Result<()> {
    let change = ["-c", "write -P 255 100M 100k"];
    capture(Command::new("qemu-io").args(change).arg(small.disk()))?;
    let ended = small.gyre.run(&["--server", &serving.url, "replica", "execute", "big"])?;
    println!("{}", ended.said());
    ensure!(ended.code == Some(0) && ended.stdout.contains("execution 2 succeeded"), "{}", ended.said());
    ensure!(ended.stderr.contains("copy disks") && ended.stdout.contains("128.0 KiB"), "{}", ended.said());
    small.assert_replicated("big")
}

/// The server begins what is planned, with nobody asking.
fn schedules_run(small: &Small) -> Result<()> {
    small.gyre.json(&["schedule", "create", "big", "--cron", "* * * * *"])?;
    wait("the planned execution", LIMIT, || {
        let shown = small.gyre.json(&["replica", "show", "big"])?;
        Ok((shown["last"]["number"] == 3).then_some(()))
    })?;
    small.gyre.json(&["schedule", "delete", "big"])?;
    wait("the last planned execution", LIMIT, || {
        let jobs = small.gyre.json(&["job", "list"])?;
        let is_open = |job: &Value| job["status"] == "running";
        Ok((!jobs["jobs"].as_array().context("no jobs")?.iter().any(is_open)).then_some(()))
    })?;
    small.assert_replicated("big")
}

/// The metrics are in the format of Prometheus, and count what was done.
fn counted(serving: &Serving) -> Result<()> {
    let (status, text) = serving.get("/metrics")?;
    let body = text.split_once("\r\n\r\n").context("no body")?.1;
    ensure!(status == 200 && text.contains("text/plain; version=0.0.4"), "{text}");
    for line in body.lines().filter(|line| !line.starts_with("# ")) {
        let (name, value) = line.rsplit_once(' ').with_context(|| format!("no sample: {line:?}"))?;
        ensure!(value.parse::<f64>().is_ok() && name.starts_with("gyre_"), "{line:?}");
    }
    for sample in [
        "gyre_jobs_ended_total{kind=\"execution\",status=\"succeeded\"} 2",
        "gyre_step_seconds_count{kind=\"execution\",step=\"copy-disks\"} 2",
        "gyre_jobs_queued 0",
    ] {
        ensure!(body.contains(sample), "{sample} is missing in\n{body}");
    }
    ensure!(!body.contains("big") && !body.contains(VM), "names are no labels:\n{body}");
    Ok(())
}
