//! `gyre serve` on the embedded OpenStack: jobs begun over the API and by `--server`, followed as they run, parked by
//! a signal in the middle of a copy and gone on with after it, with the volume compared by QEMU; and a server that is
//! killed in the middle of what a schedule began. What is said to strangers is read from the socket, without gyre's own
//! client. Needs root; `cargo xtask test` builds what these tests start.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use anyhow::{Context, Result, ensure};
use gyre_tests::cloud::wait;
use gyre_tests::fixture::capture;
use gyre_tests::serving::{LIMIT, Serving, log};
use gyre_tests::setting::{DESTINATION, SOURCE, VM};
use gyre_tests::small::Small;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

/// Size of the machine's disk: large enough to be stopped in the middle.
const DISK_MIB: u64 = 1536;
/// Secrets that the configuration names, and no job needs.
const IN_FILE: &str = "canary-4f1d0c7e-in-a-file";
const IN_VARIABLE: &str = "canary-90ab3c55-in-a-variable";

fn start(small: &Small) -> Result<Serving> {
    Serving::start(&small.gyre, small.directory.path())
}

fn server_log(small: &Small) -> Result<String> {
    Ok(std::fs::read_to_string(log(small.directory.path()))?)
}

/// A machine with a larger disk than the small one's, a server that listens anywhere, and secrets to search for.
fn small() -> Result<Small> {
    let mut small = Small::new(|_| ())?;
    let file = small.directory.path().join("luks");
    std::fs::write(&file, format!("{IN_FILE}\n"))?;
    capture(Command::new("chmod").arg("600").arg(&file))?;
    small.append(&format!(
        "\n[serve]\nlisten = \"127.0.0.1:0\"\n[secret.a]\nfile = {file:?}\n[secret.b]\nenv = \"GYRE_CANARY\"\n\
         [deploy]\nluks-secrets = [\"a\", \"b\"]\n"
    ))?;
    small.gyre = small.gyre.clone().with("GYRE_CANARY", IN_VARIABLE);
    make_disk(&small.disk())?;
    Ok(small)
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
    let serving = start(&small)?;
    strangers_are_refused(&serving)?;
    nobody_else_works_on_jobs(&small, &serving)?;
    let with = |words: &[&'static str]| serving.line(words);
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
    let running = small.gyre.json(&serving.line(&["job", "show", &job]))?;
    ensure!(running["status"] == "running", "{running}");
    ensure!(serving.stop()? == Some(0), "{}", server_log(&small)?);
    let parked = small.gyre.json(&["job", "show", &job])?;
    ensure!(parked["status"] == "running" && step(&parked, "copy-disks")["phase"] == "started", "{parked}");

    // Gone on with, by itself.
    let serving = start(&small)?;
    let told = small.gyre.run(&serving.line(&["job", "log", "--follow", &job]))?;
    println!("{}", told.stdout);
    ensure!(told.code == Some(0) && told.stdout.contains("ended: succeeded"), "{}", told.said());
    ensure!(told.stdout.contains("goes on"), "{}", told.said());
    // What a plugin said is kept with its job, from before it was parked, too.
    ensure!(told.stdout.contains("are read as they are"), "{}", told.said());
    small.assert_replicated("big")?;

    both_ways_say_the_same(&small, &serving, &job)?;
    only_changes_move(&small, &serving)?;
    counted(&serving)?;
    schedules_are_made_and_changed(&small, &serving)?;
    let serving = killed_in_the_middle_of_a_planned_run(&small, serving)?;
    a_run_is_asked_for(&small, &serving)?;
    a_run_that_cannot_power_off_makes_nothing(&small, &serving)?;
    a_run_deploys(&small, &serving)?;
    no_secret_is_served(&small, &serving, &job)?;
    small.gyre.json(&serving.line(&["schedule", "delete", "nightly"]))?;
    small.gyre.json(&["schedule", "delete", "late"])?;
    small.gyre.json(&serving.line(&["replica", "delete", "big", "--yes"]))?;
    ensure!(small.site.cloud()?.inventory()? == before, "something is left over");
    ensure!(serving.stop()? == Some(0), "the server did not end well");
    let said = server_log(&small)?;
    ensure!(!said.contains("panicked"), "{said}");
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

/// Every path of the document that is read is asked, so that one that comes later is, too, and every method that changes
/// something is refused once in each way; what succeeds is searched as well, and all that is written is
/// searched: neither the cloud's password is there, nor one that the configuration names, nor the host's own key, nor the
/// token itself.
fn no_secret_is_served(small: &Small, serving: &Serving, job: &str) -> Result<()> {
    let key = std::fs::read(small.state().join("host.key"))?;
    let token = serving.token.as_bytes();
    let canaries = [gyre_lab::PASSWORD.as_bytes(), IN_FILE.as_bytes(), IN_VARIABLE.as_bytes(), token, &key];
    let told =
        |text: &[u8]| canaries.iter().position(|canary| text.windows(canary.len()).any(|w| w == *canary));
    let document = serving.json("/v1/openapi.json")?;
    let paths = document["paths"].as_object().context("no paths")?;
    let read = paths.iter().filter(|(_, methods)| methods["get"].is_object());
    let mut count = 0;
    for path in read.map(|(path, _)| path.as_str()) {
        let text = match path {
            // It never ends by itself; by then it has told everything.
            "/v1/stream" => {
                serving.read_stream_until(path, |event| event["job"] == job && event["event"] == "ended")
            }
            _ => serving.get(&filled_in(path, job)?).map(|(status, text)| vec![status.to_string(), text]),
        }?;
        ensure!(text[0].starts_with("200") || text[0].starts_with("HTTP/1.1 200"), "{path}: {text:#?}");
        let text = text.join("\n");
        ensure!(text.len() > 100, "{path}: {text}");
        ensure!(told(text.as_bytes()).is_none(), "{path} tells secret {:?}", told(text.as_bytes()));
        count += 1;
    }
    ensure!(count > 15, "only {count} paths were searched");
    let mut searched = |(status, text): (u16, String)| {
        count += 1;
        ensure!(told(text.as_bytes()).is_none(), "secret {:?} is told with {status}", told(text.as_bytes()));
        Ok(status)
    };
    changes_are_answered(serving, &mut searched)?;
    refusals_are_answered(serving, paths, &mut searched)?;
    for file in files(&small.state())?.into_iter().chain([log(small.directory.path())]) {
        let is_secret = ["host.key", "serve.token"].iter().any(|name| file.ends_with(name));
        let found = told(&std::fs::read(&file)?);
        ensure!(is_secret == found.is_some(), "secret {found:?} in {}", file.display());
    }
    Ok(())
}

/// What changes something, done: every answer of it.
fn changes_are_answered(
    serving: &Serving,
    searched: &mut dyn FnMut((u16, String)) -> Result<u16>,
) -> Result<()> {
    let route = json!({ "source": SOURCE, "vms": [VM], "destination": DESTINATION });
    let replica = json!({ "name": "second", "route": route }).to_string();
    let schedule = json!({ "name": "gone", "replica": "second", "cron": "@yearly" }).to_string();
    let check = json!({ "source": SOURCE, "vm": VM, "destination": DESTINATION }).to_string();
    for (method, path, body) in [
        ("POST", "/v1/check", check.as_str()),
        ("POST", "/v1/replicas", &replica),
        ("POST", "/v1/schedules", &schedule),
        ("PATCH", "/v1/schedules/gone", r#"{"cron":"@monthly"}"#),
        ("POST", "/v1/schedules/gone/pause", ""),
        ("POST", "/v1/schedules/gone/resume", ""),
        ("DELETE", "/v1/schedules/gone", ""),
        ("DELETE", "/v1/replicas/second", ""),
    ] {
        let answer = serving.send(method, path, body)?;
        let said = answer.1.clone();
        ensure!(searched(answer)? < 300, "{method} {path}: {said}");
    }
    wait("the end of the second replica", LIMIT, || {
        Ok((serving.get("/v1/replicas/second")?.0 == 404).then_some(()))
    })
}

/// Every method of every path with what it does not take, and of what is not there: each answer is an error.
fn refusals_are_answered(
    serving: &Serving,
    paths: &serde_json::Map<String, Value>,
    searched: &mut dyn FnMut((u16, String)) -> Result<u16>,
) -> Result<()> {
    let mut changing = 0;
    // The stream of all events takes nothing amiss, and does not end.
    for (path, methods) in paths.iter().filter(|(path, _)| *path != "/v1/stream") {
        let methods = methods.as_object().context("no methods")?.keys().map(|name| name.to_uppercase());
        for method in methods.filter(|name| ["GET", "POST", "PATCH", "DELETE"].contains(&name.as_str())) {
            let nobody = path.split('/').map(|part| if part.contains('{') { "nobody" } else { part });
            let nobody = nobody.collect::<Vec<_>>().join("/");
            let mut asked = vec![(format!("{nobody}?nothing=1"), "")];
            if nobody != *path {
                asked.push((nobody.clone(), if method == "GET" { "" } else { "{}" }));
            }
            if method != "GET" {
                changing += 1;
                asked.extend(["{\"", "7", "{\"nothing\":1}"].map(|body| (nobody.clone(), body)));
            }
            for (path, body) in asked {
                let answer = serving.send(&method, &path, body)?;
                let said = answer.1.clone();
                let status = searched(answer)?;
                let is_open =
                    ["/healthz", "/metrics", "/v1/openapi.json"].iter().any(|open| path.starts_with(open));
                ensure!(is_open || (400..500).contains(&status), "{method} {path} {body}: {said}");
            }
        }
    }
    ensure!(changing > 15, "only {changing} methods that change something");
    Ok(())
}

fn filled_in(path: &str, job: &str) -> Result<String> {
    let name = match path.split('/').nth(2) {
        Some("replicas") => "big",
        Some("schedules") => "nightly",
        Some("sources") => SOURCE,
        _ => "",
    };
    let filled = path.replace("{id}", job).replace("{machine}", VM);
    let filled = if name.is_empty() { filled } else { filled.replace("{name}", name) };
    ensure!(!filled.contains('{'), "nobody says what stands for the braces in {path}");
    Ok(filled)
}

fn files(directory: &Path) -> Result<Vec<std::path::PathBuf>> {
    let text = capture(Command::new("find").arg(directory).args(["-type", "f"]))?;
    Ok(text.lines().map(Into::into).collect())
}

fn nobody_else_works_on_jobs(small: &Small, serving: &Serving) -> Result<()> {
    let pid = format!("process {}", serving.pid());
    let of_job =
        ["resume", "undo", "skip", "abandon", "cancel"].map(|verb| vec!["job", verb, "0123456789ab"]);
    let refused = [
        vec!["serve"],
        vec!["replica", "execute", "big"],
        vec!["replica", "delete", "big", "--yes"],
        vec!["deploy", "big"],
        vec!["migrate", "--source", SOURCE, "--vm", VM, "--destination", DESTINATION],
        vec!["job", "cancel", "0123456789ab", "--force"],
    ];
    for words in refused.into_iter().chain(of_job) {
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
    for words in [vec!["plugin", "list"], vec!["orphans", "list"], vec!["option", "list", DESTINATION]] {
        let ended = small.gyre.run(&serving.line(&words))?;
        ensure!(ended.code == Some(2) && ended.stderr.contains("server.command"), "{}", ended.said());
    }
    Ok(())
}

fn both_ways_say_the_same(small: &Small, serving: &Serving, job: &str) -> Result<()> {
    for words in [
        vec!["replica", "list"],
        vec!["replica", "show", "big"],
        vec!["replica", "show", "nobody"],
        vec!["job", "list"],
        vec!["job", "show", job],
        vec!["job", "log", job],
        vec!["schedule", "list"],
        vec!["schedule", "show", "nobody"],
        vec!["source", "list"],
        vec!["source", "list", SOURCE, "--name", "web"],
        vec!["source", "list", "nowhere"],
        vec!["source", "show", SOURCE, VM],
        vec!["source", "show", SOURCE, "no/such"],
        vec!["check"],
        vec!["check", "--source", SOURCE, "--vm", VM, "--destination", DESTINATION, "-o", "flavor_name=none"],
        vec!["check", "--destination", DESTINATION, "-o", "flavour_name=none"],
    ] {
        here_and_there(small, serving, &words)?;
    }
    // A job that is over is told apart before anybody asks who may work on it.
    let ended = small.gyre.run(&serving.line(&["job", "resume", job]))?;
    ensure!(ended.stderr.contains("job.over") && ended.code == Some(5), "{}", ended.said());
    Ok(())
}

/// What is asked here and what is asked of the server is answered with the same words.
fn here_and_there(small: &Small, serving: &Serving, words: &[&str]) -> Result<()> {
    for json in [&["--json"][..], &[]] {
        let here: Vec<&str> = json.iter().chain(words).copied().collect();
        let (here, there) = (small.gyre.run(&here)?, small.gyre.run(&serving.line(&here))?);
        ensure!(here.said() == there.said(), "{}\n--- by the server:\n{}", here.said(), there.said());
    }
    Ok(())
}

fn only_changes_move(small: &Small, serving: &Serving) -> Result<()> {
    let change = ["-c", "write -P 255 100M 100k"];
    capture(Command::new("qemu-io").args(change).arg(small.disk()))?;
    let ended = small.gyre.run(&serving.line(&["replica", "execute", "big"]))?;
    println!("{}", ended.said());
    ensure!(ended.code == Some(0) && ended.stdout.contains("execution 2 succeeded"), "{}", ended.said());
    ensure!(ended.stderr.contains("copy disks") && ended.stdout.contains("128.0 KiB"), "{}", ended.said());
    small.assert_replicated("big")
}

/// A cron expression for the first full minute after so many.
fn in_seconds(least: u64) -> Result<String> {
    let minute = (SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() + least) / 60 + 1;
    Ok(format!("{} {} * * *", minute % 60, minute / 60 % 24))
}

/// Two of them: one is due soon, though not before it is made, and one of every hour not before half an hour.
fn schedules_are_made_and_changed(small: &Small, serving: &Serving) -> Result<()> {
    let far = in_seconds(30 * 60)?;
    let hourly = format!("{} * * * *", far.split(' ').next().context("no minute")?);
    let late = ["schedule", "create", "big", "--name", "late", "--cron", "@yearly", "--missed", "once"];
    small.gyre.json(&serving.line(&late))?;
    let change = ["schedule", "change", "late", "--cron", &hourly, "--grace", "1", "--zone", "utc"];
    let changed = small.gyre.json(&serving.line(&change))?;
    ensure!(changed["cron"] == hourly.as_str() && changed["grace_ms"] == 60_000, "{changed}");
    here_and_there(small, serving, &["schedule", "show", "late"])?;
    here_and_there(small, serving, &["schedule", "next", "late", "-n", "3"])?;
    here_and_there(small, serving, &["schedule", "list", "--replica", "big"])?;
    for (line, code) in [
        (vec!["schedule", "create", "big", "--name", "late", "--cron", "@daily"], "schedule.exists"),
        (vec!["schedule", "create", "nobody", "--cron", "@daily"], "replica.unknown"),
        (vec!["schedule", "change", "late", "--cron", "61 * * * *"], "schedule.cron"),
        (vec!["schedule", "pause", "nobody"], "schedule.unknown"),
    ] {
        for line in [line.clone(), serving.line(&line)] {
            let ended = small.gyre.run(&line)?;
            ensure!(ended.stderr.contains(code), "{line:?} is not {code}: {}", ended.said());
        }
    }
    small.gyre.json(&serving.line(&["schedule", "pause", "late"]))?;
    let refused = small.gyre.run(&serving.line(&["schedule", "run", "late"]))?;
    ensure!(refused.code == Some(5) && refused.stderr.contains("schedule.paused"), "{}", refused.said());
    let resumed = small.gyre.json(&serving.line(&["schedule", "resume", "late"]))?;
    ensure!(resumed["state"] == "active", "{resumed}");
    small.gyre.json(&["schedule", "create", "big", "--name", "nightly", "--cron", &in_seconds(20)?]).map(drop)
}

/// The ids of all executions, the newest first.
fn executions(small: &Small) -> Result<Vec<String>> {
    let list = small.gyre.json(&["job", "list", "--kind", "execution"])?;
    let jobs = list["jobs"].as_array().context("no jobs")?;
    Ok(jobs.iter().filter_map(|job| job["job"].as_str().map(str::to_owned)).collect())
}

/// The last run of a schedule, once it is over, with its job.
fn run_of(serving: &Serving, name: &str) -> Result<(Value, String)> {
    wait(&format!("the run of {name}"), LIMIT, || {
        let schedule = serving.json(&format!("/v1/schedules/{name}"))?;
        ensure!(schedule["run"]["phase"] != "failed", "{schedule}");
        let job = schedule["run"]["execution"].as_str().map(str::to_owned);
        Ok(job.filter(|_| schedule["run"]["phase"] == "succeeded").map(|job| (schedule, job)))
    })
}

/// The server begins what is planned, with nobody asking, and is killed in the middle of that. The next one goes on
/// with the very job, and makes up once for what was planned while there was none.
fn killed_in_the_middle_of_a_planned_run(small: &Small, serving: Serving) -> Result<Serving> {
    small.change_disk(31)?;
    let before = executions(small)?;
    let job = wait("the planned execution", LIMIT, || {
        Ok(serving.json("/v1/schedules/nightly")?["run"]["execution"].as_str().map(str::to_owned))
    })?;
    let is_copied = |event: &Value| event["event"] == "step" && event["name"] == "copy-disks";
    serving.read_stream_until(&format!("/v1/jobs/{job}/stream"), is_copied)?;
    serving.kill()?;
    let left = small.gyre.json(&["job", "show", &job])?;
    ensure!(left["status"] == "running", "{left}");
    away_for_two_hours(small, "late")?;

    let serving = start(small)?;
    let (_, nightly) = run_of(&serving, "nightly")?;
    ensure!(nightly == job, "the run has another job: {nightly}");
    let (late, made_up) = run_of(&serving, "late")?;
    ensure!(late["missed_runs"]["count"] == 1, "of two, one is made up for: {late}");
    ensure!(
        late["missed_runs"]["why"].as_str().is_some_and(|why| why.contains("a later run stands")),
        "{late}"
    );
    let expected: Vec<_> = [made_up, job].into_iter().chain(before).collect();
    ensure!(executions(small)? == expected, "{:?} instead of {expected:?}", executions(small)?);
    small.assert_replicated("big")?;
    Ok(serving)
}

/// As if nobody had served for so long: what was planned since then was not dealt with.
fn away_for_two_hours(small: &Small, schedule: &str) -> Result<()> {
    let script = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute(\"\"\"UPDATE documents SET value = json_set(value, '$.done_until', json_extract(value, '$.done_until') - 7200000)
    WHERE collection = 'schedule' AND key = ?\"\"\", (sys.argv[2],))
db.commit()";
    let python = &mut Command::new("/usr/bin/python3");
    capture(python.args(["-c", script]).arg(small.state().join("gyre.db")).arg(schedule)).map(drop)
}

/// Beside what is planned, and at once; the order is given over the API.
fn a_run_is_asked_for(small: &Small, serving: &Serving) -> Result<()> {
    let before = executions(small)?;
    small.change_disk(32)?;
    let run = asked_for(small, serving, "late")?;
    ensure!(run["phase"] == "succeeded", "{run}");
    ensure!(executions(small)?.len() == before.len() + 1, "not one execution more than {before:?}");
    small.assert_replicated("big")
}

/// Asks for a run of a schedule and waits until it is over, however that ends.
fn asked_for(small: &Small, serving: &Serving, name: &str) -> Result<Value> {
    let asked = small.gyre.json(&serving.line(&["schedule", "run", name]))?;
    ensure!(asked["asked"].is_u64(), "{asked}");
    wait("the run that was asked for", LIMIT, || {
        let run = serving.json(&format!("/v1/schedules/{name}"))?["run"].take();
        let is_over = ["succeeded", "failed"].iter().any(|phase| run["phase"] == *phase);
        Ok((run["by_hand"] == true && is_over).then_some(run))
    })
}

/// A source of image files cannot power off a machine: the run says so and goes no further.
fn a_run_that_cannot_power_off_makes_nothing(small: &Small, serving: &Serving) -> Result<()> {
    let cloud = small.site.cloud()?;
    let before = cloud.inventory()?;
    let create = ["schedule", "create", "big", "--name", "off", "--cron", "@yearly", "--power-off-source"];
    small.gyre.json(&serving.line(&create))?;
    let run = asked_for(small, serving, "off")?;
    ensure!(run["phase"] == "failed" && run["error"]["code"] == "disk-image.no-power", "{run}");
    let execution = run["execution"].as_str().context("no execution")?;
    let job = small.gyre.json(&serving.line(&["job", "show", execution]))?;
    ensure!(job["status"] == "failed" && job["error"]["code"] == "disk-image.no-power", "{job}");
    ensure!(step(&job, "source-snapshot")["phase"] == "never", "{job}");
    ensure!(cloud.inventory()? == before, "it made {:?}", cloud.more_than(&before)?);
    small.gyre.json(&serving.line(&["schedule", "delete", "off"])).map(drop)
}

/// A server in the cloud whose volume holds what the machine's disk held.
fn a_run_deploys(small: &Small, serving: &Serving) -> Result<()> {
    let cloud = small.site.cloud()?;
    let before = cloud.inventory()?;
    let create = ["schedule", "create", "big", "--name", "deploying", "--cron", "@yearly", "--deploy"];
    small.gyre.json(&serving.line(&[&create[..], &["--skip-morphing"]].concat()))?;
    let run = asked_for(small, serving, "deploying")?;
    ensure!(run["phase"] == "succeeded" && run["execution"].is_string(), "{run}");
    let deployment = run["deployment"].as_str().context("no deployment")?;
    let job = small.gyre.json(&serving.line(&["job", "show", deployment]))?;
    ensure!(job["kind"] == "deployment" && job["status"] == "succeeded", "{job}");
    let made = cloud.more_than(&before)?;
    let one = |kind: &str| made.contains(&(kind.to_owned(), 1));
    ensure!(one("servers") && one("volumes"), "it made {made:?}");
    small.assert_deployed(&cloud, &before)?;
    small.gyre.json(&serving.line(&["schedule", "delete", "deploying"]))?;
    cloud.delete_since(&before);
    Ok(())
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
