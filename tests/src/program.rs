//! Running the `gyre` program as its user would: one configuration file, arguments, an exit code. The
//! demo echoes each command and shows its output; tests read it. Knows no command.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The program with its configuration.
#[derive(Clone, Debug)]
pub struct Gyre {
    program: PathBuf,
    config: PathBuf,
    /// Where `clouds.yaml` lies.
    directory: PathBuf,
    /// Variables that are set for it.
    variables: Vec<(String, OsString)>,
}

/// How a run of the program ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Exit code; none: a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ended {
    /// Both outputs, for messages.
    pub fn said(&self) -> String {
        format!("exit code {:?}\n{}\n{}", self.code, self.stdout.trim(), self.stderr.trim())
    }
}

/// Where cargo puts programs: beside the running one, out of `deps` and `examples`.
fn built(name: &str) -> Result<PathBuf> {
    let me = std::env::current_exe()?;
    let directory = me.parent().context("no directory of programs")?;
    let is_below = ["deps", "examples"].iter().any(|name| directory.ends_with(name));
    let directory = if is_below { directory.parent().unwrap_or(directory) } else { directory };
    let program = directory.join(name);
    if !program.exists() {
        bail!("{} is missing: cargo xtask test builds it", program.display());
    }
    Ok(program)
}

impl Gyre {
    /// The program that cargo built, with this configuration file.
    ///
    /// # Errors
    /// When it was not built.
    pub fn new(config: &Path) -> Result<Self> {
        let directory = config.parent().context("a configuration lies in a directory")?.to_path_buf();
        Ok(Self { program: built("gyre")?, config: config.to_owned(), directory, variables: Vec::new() })
    }

    /// Where it lies.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// With this variable set.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// A run of it that is not begun yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--config")
            .arg(&self.config)
            .args(arguments)
            .current_dir(&self.directory)
            .stdin(Stdio::null());
        command.env("OS_CLIENT_CONFIG_FILE", self.directory.join("clouds.yaml"));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts it, with its outputs in files of the directory: what is killed leaves them.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, arguments: &[&str]) -> Result<Child> {
        let log = |name: &str| std::fs::File::create(self.directory.join(name));
        let (out, err) = (log("stdout")?, log("stderr")?);
        self.command(arguments).stdout(out).stderr(err).spawn().context("cannot start gyre")
    }

    /// Runs it and keeps what it says.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Result<Ended> {
        let output = self.command(arguments).output().context("cannot start gyre")?;
        Ok(Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs it with `--json` and reads what it says.
    ///
    /// # Errors
    /// When it fails or says no JSON.
    pub fn json(&self, arguments: &[&str]) -> Result<Value> {
        let mut line = vec!["--json"];
        line.extend(arguments);
        let ended = self.run(&line)?;
        if ended.code != Some(0) {
            bail!("gyre {}: {}", arguments.join(" "), ended.said());
        }
        answer(&ended.stdout)
            .with_context(|| format!("gyre {} said no JSON: {}", arguments.join(" "), ended.said()))
    }

    /// Waits for a run that [`Gyre::start`] began with `--json`, and reads what it says.
    ///
    /// # Errors
    /// When it fails or says no JSON.
    pub fn finish(&self, mut run: Child) -> Result<Value> {
        let ended = Ended { code: run.wait()?.code(), ..self.written() };
        ensure!(ended.code == Some(0), "{}", ended.said());
        answer(&ended.stdout).with_context(|| ended.said())
    }

    /// What the run that [`Gyre::start`] began last has said until now; it has no code.
    pub fn written(&self) -> Ended {
        let read = |name: &str| std::fs::read_to_string(self.directory.join(name)).unwrap_or_default();
        Ended { code: None, stdout: read("stdout"), stderr: read("stderr") }
    }

    /// The newest job, when it is not over and has come to this step.
    pub fn open_job_at(&self, step: &str) -> Option<String> {
        let job = self.json(&["job", "show", "--last"]).ok()?;
        let steps = job["steps"].as_array()?;
        let is_there = steps.iter().any(|s| s["name"] == step && s["phase"] != "never");
        (is_there && job["status"] == "running").then(|| job["job"].as_str().map(str::to_owned))?
    }

    /// Shows the command and runs it with its output shown.
    ///
    /// # Errors
    /// When it fails.
    pub fn show(&self, arguments: &[&str]) -> Result<()> {
        let quoted: Vec<String> = arguments.iter().map(|a| quote(a)).collect();
        println!("\n\x1b[1m$ gyre {}\x1b[0m", quoted.join(" "));
        let status = self.command(arguments).status().context("cannot start gyre")?;
        if !status.success() {
            bail!("gyre {}: {status}", quoted.join(" "));
        }
        Ok(())
    }
}

/// Sends a signal (`-STOP`) to a run.
///
/// # Errors
/// When it is over.
pub fn signal(run: &Child, name: &str) -> Result<()> {
    let status = Command::new("kill").args([name, &run.id().to_string()]).status()?;
    ensure!(status.success(), "kill {name}: {status}");
    Ok(())
}

/// Progress may come before the answer, a line each: it is the last.
fn answer(said: &str) -> Option<Value> {
    let last = || said.lines().rev().find_map(|line| serde_json::from_str(line).ok());
    serde_json::from_str(said).ok().or_else(last)
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
