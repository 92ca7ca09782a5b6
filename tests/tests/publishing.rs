//! What `sdk/docs/publishing.md` says, done: keys and signatures with a password from a terminal and from a pipe, a push
//! to a registry that asks for a login, a site that installs, pins and updates what was pushed, and a client of registries
//! that nobody here wrote. Needs `script` (a terminal), Debian's `docker-registry`, which `cargo xtask setup` installs, and
//! PyPI's `oras`, fetched once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use anyhow::{Context, Result, ensure};
use gyre_tests::fixture::{capture, root};
use gyre_tests::program::{Ended, Gyre};
use gyre_tests::tools::from_pypi;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const PASSWORD: &str = "geheim";
/// `me:geheim`, as `htpasswd -B` writes it, and as it stands in a file of logins.
const KNOWN: &str = "me:$2y$05$abcdefghijklmnopqrstuuVWu8RjbNovPZWAMRdd7iqaaG0mI53Uu\n";
const LOGIN: &str = "bWU6Z2VoZWlt";
/// A client of registries, by people who know nothing of gyre, and what it is told to do with them.
const CLIENT: &str = "oras==0.2.43";
const CLIENT_PROGRAM: &str = r#"
import json, sys
from oras.client import OrasClient
verb, registry, target, *rest = sys.argv[1:]
client = OrasClient(hostname=registry, insecure=True, auth_backend="basic")
if verb == "pull":
    manifest = client.get_manifest(target)
    files = client.pull(target=target, outdir=rest[0])
    print(json.dumps({"files": files, "annotations": manifest.get("annotations")}))
else:
    annotations = json.loads(rest[0])
    files, config = ["tinos.wasm:application/wasm"], "config.json:application/vnd.wasm.config.v0+json"
    client.push(target=target, files=files, manifest_config=config, manifest_annotations=annotations)
"#;
const PROMPTS: [&str; 3] = ["Password for the secret key: ", "The same again: ", "Password: "];
/// Between a prompt and whoever answers it, a terminal stops to echo: by then it has, or never does.
const SILENT_TRIES: u32 = 100;
const LISTENS_TRIES: u32 = 100;
/// Between two looks at a terminal or a registry.
const GLANCE: Duration = Duration::from_millis(100);
/// How long a registry may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// Ports that are tried for a registry.
const PORTS: u32 = 5;
/// Exit codes of the kinds of errors that are met here.
const DENIED: i32 = 3;
const CONFLICT: i32 = 5;

/// A publisher's and a site's directory in one.
struct Desk {
    directory: TempDir,
    gyre: Gyre,
}

impl Desk {
    fn new() -> Result<Self> {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let config = directory.path().join("gyre.toml");
        std::fs::write(&config, "[host]\nstate = \"state\"\n")?;
        let desk = Self { gyre: Gyre::new(&config)?, directory };
        desk.component("generic-linux")?;
        Ok(desk)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// What is published as `tinos.wasm`.
    fn component(&self, plugin: &str) -> Result<()> {
        let from = root().join(format!("target/plugins/{plugin}.wasm"));
        std::fs::copy(&from, self.path("tinos.wasm")).with_context(|| from.display().to_string())?;
        Ok(())
    }

    fn add(&self, lines: &str) -> Result<()> {
        let mut file = std::fs::OpenOptions::new().append(true).open(self.path("gyre.toml"))?;
        Ok(file.write_all(lines.as_bytes())?)
    }

    fn run(&self, line: &str) -> Result<Ended> {
        self.gyre.run(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Must end with this code and say this.
    fn ends(&self, line: &str, code: i32, words: &str) -> Result<Ended> {
        let ended = self.run(line)?;
        let is_so = ended.code == Some(code) && ended.said().contains(words);
        ensure!(is_so, "gyre {line}: {}", ended.said());
        Ok(ended)
    }

    /// At a terminal, where every prompt is answered with the password: whether it went well, and all that is seen.
    fn at_a_terminal(&self, line: &str) -> Result<(bool, String)> {
        let command = self.gyre.command(&line.split_whitespace().collect::<Vec<_>>());
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words: Vec<_> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
        let mut script = Command::new("script")
            .args(["-qec", &words.join(" "), "/dev/null"])
            .current_dir(self.directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start script")?;
        let (mut keys, mut shown) = (script.stdin.take().unwrap(), script.stdout.take().unwrap());
        let (mut seen, mut answered, mut byte) = (String::new(), 0, [0]);
        while shown.read(&mut byte)? == 1 {
            seen.push(char::from(byte[0]));
            if PROMPTS.iter().any(|prompt| seen[answered..].ends_with(prompt)) {
                answered = seen.len();
                until_it_is_silent(script.id())?;
                writeln!(keys, "{PASSWORD}")?;
            }
        }
        drop(keys);
        Ok((script.wait()?.success(), seen))
    }

    /// With the login of the registry, where Docker and Podman keep it.
    fn knowing(self, registry: &Registry) -> Result<Self> {
        let logins = self.path("logins.json");
        std::fs::write(&logins, format!(r#"{{"auths":{{"{}":{{"auth":"{LOGIN}"}}}}}}"#, registry.address))?;
        Ok(Self { gyre: self.gyre.with("REGISTRY_AUTH_FILE", logins), directory: self.directory })
    }

    /// What the client of registries that nobody here wrote says when it did this.
    fn client(&self, registry: &Registry, words: &[&str]) -> Result<String> {
        let mut python = Command::new(from_pypi("oras", CLIENT)?.join("python"));
        python.args(["-c", CLIENT_PROGRAM, words[0], &registry.address]).args(&words[1..]);
        python.env("ORAS_USER", "me").env("ORAS_PASS", PASSWORD).current_dir(self.directory.path());
        capture(&mut python)
    }

    /// Signs with a password that comes through a pipe.
    fn sign(&self, password: &str) -> Result<bool> {
        let words = ["plugin", "sign", "tinos.wasm", "--password-file", "-"];
        let mut command = self.gyre.command(&words);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).stdout(Stdio::null()).spawn()?;
        writeln!(child.stdin.take().unwrap(), "{password}")?;
        Ok(child.wait()?.success())
    }
}

#[test]
fn a_password_comes_from_a_terminal_or_a_pipe_and_is_never_shown() -> Result<()> {
    let desk = Desk::new()?;
    let (made, seen) = desk.at_a_terminal("plugin keygen")?;
    ensure!(made && seen.contains("The same again") && !seen.contains(PASSWORD), "{seen}");
    let (signed, seen) = desk.at_a_terminal("plugin sign tinos.wasm")?;
    ensure!(signed && !seen.contains(PASSWORD), "{seen}");
    desk.ends("plugin verify tinos.wasm --public publisher.pub", 0, "file:tinos.wasm")?;
    std::fs::remove_file(desk.path("tinos.wasm.minisig"))?;
    ensure!(!desk.sign("falsch")? && !desk.path("tinos.wasm.minisig").exists());
    ensure!(desk.sign(PASSWORD)?);
    desk.ends("plugin verify tinos.wasm --public publisher.pub", 0, "file:tinos.wasm").map(drop)
}

/// Waits until the terminal of the command that `script` runs does not show any more what is typed.
fn until_it_is_silent(script: u32) -> Result<()> {
    for _ in 0..SILENT_TRIES {
        let child = std::fs::read_to_string(format!("/proc/{script}/task/{script}/children"))?;
        let terminal = std::fs::read_link(format!("/proc/{}/fd/0", child.trim()))?;
        let says = capture(Command::new("stty").arg("-a").arg("-F").arg(&terminal))?;
        if says.split_whitespace().any(|word| word == "-echo") {
            return Ok(());
        }
        std::thread::sleep(GLANCE);
    }
    anyhow::bail!("the terminal shows what is typed at a prompt for a password")
}

/// A registry that lets in whoever knows the password.
struct Registry {
    process: Child,
    address: String,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Registry {
    /// On a port that is free; somebody else may take it before the registry does: then on another one.
    fn start(desk: &Desk) -> Result<Self> {
        for _ in 0..PORTS {
            let mut registry = Self::spawn(desk)?;
            if registry.listens()? {
                return Ok(registry);
            }
        }
        anyhow::bail!("docker-registry does not listen, on {PORTS} ports one after the other")
    }

    fn spawn(desk: &Desk) -> Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let (data, known, file) = (desk.path("data"), desk.path("htpasswd"), desk.path("registry.yml"));
        std::fs::write(&known, KNOWN)?;
        let storage = format!("storage:\n  filesystem:\n    rootdirectory: {}\n", data.display());
        let auth = format!("auth:\n  htpasswd:\n    realm: r\n    path: {}\n", known.display());
        std::fs::write(&file, format!("version: 0.1\n{storage}http:\n  addr: {address}\n{auth}"))?;
        let mut program = Command::new("docker-registry");
        program.arg("serve").arg(file).stdout(Stdio::null()).stderr(Stdio::null());
        let process = program.spawn().context("there is no docker-registry: cargo xtask setup")?;
        Ok(Self { process, address })
    }

    /// Whether it does before it ends, and is a registry: whoever else listens there says no such thing.
    fn listens(&mut self) -> Result<bool> {
        for _ in 0..LISTENS_TRIES {
            let is_it = self.head().is_ok_and(|head| head.contains("docker-distribution-api-version"));
            let is_over = self.process.try_wait()?.is_some();
            if is_it || is_over {
                return Ok(is_it && !is_over);
            }
            std::thread::sleep(GLANCE);
        }
        Ok(false)
    }

    /// What is answered to `GET /v2/`, in small letters.
    fn head(&self) -> Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        write!(stream, "GET /v2/ HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text.to_lowercase())
    }
}

#[test]
fn a_site_installs_pins_and_updates_what_was_pushed() -> Result<()> {
    let desk = Desk::new()?;
    let registry = Registry::start(&desk)?;
    let place = format!("oci://{}/acme/tinos:0.1.0", registry.address);
    desk.ends("plugin keygen -W", 0, "")?;
    desk.ends("plugin sign tinos.wasm", 0, "")?;
    desk.ends(&format!("plugin push tinos.wasm {place}"), DENIED, "[fetch.denied]")?;
    let desk = desk.knowing(&registry)?;
    desk.ends(&format!("plugin push tinos.wasm {place}"), 0, "@sha256:")?;

    desk.ends("plugin trust acme publisher.pub --plugins tinos* --yes", 0, "acme")?;
    desk.ends(&format!("plugin install {place} --yes"), 0, "[plugin.tinos]")?;
    desk.add("[plugin.tinos]\ncomponent = \"state/plugins/tinos.wasm\"\n[osmorphing.tinos]\n")?;
    desk.ends("plugin verify tinos", 0, "acme")?;
    desk.ends("plugin lock", 0, "pins 1")?;
    desk.ends("plugin update --check", 0, "as it is there")?;

    desk.component("debian")?;
    desk.ends("plugin sign tinos.wasm", 0, "")?;
    desk.ends(&format!("plugin push tinos.wasm {place}"), 0, "@sha256:")?;
    desk.ends("plugin update --check", CONFLICT, "ANOTHER ONE")?;
    desk.ends("plugin update tinos --yes", DENIED, "[lock.differs]")?;
    desk.ends("plugin update tinos --yes --lock --accept-wider", 0, "pins it")?;
    desk.ends("plugin update --check", 0, "as it is there")?;
    ensure!(std::fs::read(desk.path("tinos.wasm"))? == std::fs::read(desk.path("state/plugins/tinos.wasm"))?);

    std::fs::create_dir(desk.path("mirror"))?;
    desk.component("generic-linux")?;
    desk.ends("plugin sign tinos.wasm", 0, "")?;
    for file in ["tinos.wasm", "tinos.wasm.minisig"] {
        std::fs::rename(desk.path(file), desk.path("mirror").join(file))?;
    }
    desk.ends("plugin install mirror --yes --lock --accept-wider", 0, "pins it")?;
    desk.ends("plugin update --check", 0, "as it is there").map(drop)
}

#[test]
fn another_program_pulls_what_gyre_pushed_and_pushes_what_gyre_installs() -> Result<()> {
    let desk = Desk::new()?;
    let registry = Registry::start(&desk)?;
    let desk = desk.knowing(&registry)?;
    let place = |tag: &str| format!("{}/acme/tinos:{tag}", registry.address);
    desk.ends("plugin keygen -W", 0, "")?;
    desk.ends("plugin sign tinos.wasm", 0, "")?;
    desk.ends(&format!("plugin push tinos.wasm oci://{}", place("ours")), 0, "@sha256:")?;
    let pulled = desk.client(&registry, &["pull", &place("ours"), "pulled"])?;
    let pulled: Value = serde_json::from_str(&pulled).with_context(|| pulled.clone())?;
    let [file] = &pulled["files"].as_array().context("no files")?[..] else { anyhow::bail!("{pulled}") };
    ensure!(std::fs::read(file.as_str().unwrap())? == std::fs::read(desk.path("tinos.wasm"))?);
    let signature = std::fs::read_to_string(desk.path("tinos.wasm.minisig"))?;
    ensure!(pulled["annotations"]["vnd.gyre.minisig"] == signature.as_str(), "{pulled}");

    desk.component("debian")?;
    desk.ends("plugin sign tinos.wasm", 0, "")?;
    let signature = std::fs::read_to_string(desk.path("tinos.wasm.minisig"))?;
    std::fs::write(desk.path("config.json"), r#"{"architecture":"wasm","os":"wasip2"}"#)?;
    let signed = serde_json::json!({ "vnd.gyre.minisig": signature }).to_string();
    desk.client(&registry, &["push", &place("theirs"), &signed])?;
    desk.client(&registry, &["push", &place("unsigned"), "{}"])?;
    desk.add("[trust]\nrequire = \"signed\"\n")?;
    desk.ends("plugin trust acme publisher.pub --plugins tinos* --yes", 0, "acme")?;
    let refused = format!("plugin install oci://{} --yes", place("unsigned"));
    desk.ends(&refused, DENIED, "[plugin.unsigned]")?;
    desk.ends(&format!("plugin install oci://{} --yes", place("theirs")), 0, "[plugin.tinos]")?;
    ensure!(std::fs::read(desk.path("tinos.wasm"))? == std::fs::read(desk.path("state/plugins/tinos.wasm"))?);
    Ok(())
}
