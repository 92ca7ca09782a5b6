//! The mounted root of the machine being morphed. Paths are absolute inside it and cannot leave it.

use crate::bindings::gyre::host::exec;
use crate::hive::{self, Hive};
use crate::{Error, Result};

pub use crate::bindings::gyre::host::exec::Output;
pub use crate::bindings::gyre::host::rootfs::{FileType, Stat};

/// How much of a failed program's output its error shows, characters.
const TAIL_CHARS_MAX: usize = 2_000;

/// The calls of the WIT, over the host or over memory.
pub(crate) trait Calls {
    fn stat(&self, path: &str) -> Result<Option<Stat>>;
    fn read_dir(&self, path: &str) -> Result<Vec<String>>;
    fn read_file(&self, path: &str) -> Result<Vec<u8>>;
    fn write_file(&self, path: &str, mode: u32, bytes: &[u8]) -> Result<()>;
    fn make_dir(&self, path: &str, mode: u32) -> Result<()>;
    fn symlink(&self, path: &str, target: &str) -> Result<()>;
    fn read_link(&self, path: &str) -> Result<String>;
    fn remove(&self, path: &str) -> Result<()>;
    fn rename(&self, from: &str, to: &str) -> Result<()>;
    fn run(&self, command: &exec::Command) -> Result<Output>;
    fn open_hive(&self, path: &str) -> Result<Box<dyn hive::Calls>>;
    fn copy_in(&self, from: &str, to: &str, mode: u32) -> Result<()>;
}

/// The mounted root.
pub struct Root<'a>(Box<dyn Calls + 'a>);

impl<'a> Root<'a> {
    pub(crate) fn new(calls: impl Calls + 'a) -> Self {
        Self(Box::new(calls))
    }

    /// `None`: nothing is there. A symbolic link at the end is not followed.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn stat(&self, path: &str) -> Result<Option<Stat>> {
        self.0.stat(path)
    }

    /// Whether anything is there, a dangling link included.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn exists(&self, path: &str) -> Result<bool> {
        Ok(self.stat(path)?.is_some())
    }

    /// Whether a directory is there; links are followed.
    pub fn is_dir(&self, path: &str) -> bool {
        self.0.read_dir(path).is_ok()
    }

    /// Names in a directory, sorted; none when there is no such directory.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn read_dir(&self, path: &str) -> Result<Vec<String>> {
        or_absent(self.0.read_dir(path)).map(Option::unwrap_or_default)
    }

    /// A regular file of at most 16 MiB.
    ///
    /// # Errors
    /// Kind not-found; `rootfs.*`
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        self.0.read_file(path)
    }

    /// A text file; what is no UTF-8 is replaced.
    ///
    /// # Errors
    /// As [`Root::read`].
    pub fn read_text(&self, path: &str) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.read(path)?).into_owned())
    }

    /// A text file, or `None` when it is not there.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn read_text_if_any(&self, path: &str) -> Result<Option<String>> {
        or_absent(self.read_text(path))
    }

    /// Replaces or makes the file in one step, with its directories.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn write(&self, path: &str, mode: u32, bytes: &[u8]) -> Result<()> {
        match self.0.write_file(path, mode, bytes) {
            Err(error) if error.is_not_found() => {
                self.0.make_dir(parent(path), 0o755)?;
                self.0.write_file(path, mode, bytes)
            }
            done => done,
        }
    }

    /// [`Root::write`] for text.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn write_text(&self, path: &str, mode: u32, text: &str) -> Result<()> {
        self.write(path, mode, text.as_bytes())
    }

    /// Rewrites a text file, keeping its mode; writes only when something changed. Returns whether
    /// it did. A file that is not there counts as empty, and is made with mode 0644.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn edit(&self, path: &str, change: impl FnOnce(&str) -> String) -> Result<bool> {
        let old = self.read_text_if_any(path)?;
        let new = change(old.as_deref().unwrap_or_default());
        if new == old.as_deref().unwrap_or_default() {
            return Ok(false);
        }
        let mode = match self.stat(path)? {
            Some(stat) if stat.file_type == FileType::Regular => stat.mode & 0o7777,
            _ => 0o644,
        };
        self.write_text(path, mode, &new)?;
        Ok(true)
    }

    /// With its parents; no error when it is there.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn make_dir(&self, path: &str, mode: u32) -> Result<()> {
        self.0.make_dir(path, mode)
    }

    /// Replaces a symbolic link or file of that path.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn symlink(&self, path: &str, target: &str) -> Result<()> {
        self.0.symlink(path, target)
    }

    /// # Errors
    /// Kind not-found; `rootfs.*`
    pub fn read_link(&self, path: &str) -> Result<String> {
        self.0.read_link(path)
    }

    /// With everything below a directory; no error when nothing is there.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn remove(&self, path: &str) -> Result<()> {
        self.0.remove(path)
    }

    /// # Errors
    /// Kind not-found; `rootfs.*`
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        self.0.rename(from, to)
    }

    /// Opens a registry hive of a Windows guest; the case of the path's letters counts.
    ///
    /// # Errors
    /// `registry.*`, kind not-found; `rootfs.*`
    pub fn hive(&self, path: &str) -> Result<Hive> {
        self.0.open_hive(path).map(Hive::new)
    }

    /// Copies a file of the operator (see [`crate::files`]) into the guest, with its directories there.
    ///
    /// # Errors
    /// Kind denied without a grant; `files.*`, `disk.*`, `rootfs.*`
    pub fn copy_in(&self, from: &str, to: &str, mode: u32) -> Result<()> {
        self.0.make_dir(parent(to), 0o755)?;
        self.0.copy_in(from, to, mode)
    }

    /// Where a program of the guest lies, looked up as its shell would.
    ///
    /// # Errors
    /// `rootfs.*`
    pub fn find_program(&self, name: &str) -> Result<Option<String>> {
        for directory in ["/usr/sbin", "/usr/bin", "/sbin", "/bin"] {
            let path = format!("{directory}/{name}");
            if self.exists(&path)? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Runs a program of the guest as root, confined to the root. Any status is an answer.
    ///
    /// # Errors
    /// It did not run, or did not end in time.
    pub fn output(&self, command: &Command) -> Result<Output> {
        self.0.run(&command.0)
    }

    /// Runs a program that must succeed: `root.run(["apk", "add", "linux-virt"])`.
    ///
    /// # Errors
    /// `guest.command` with the end of what it printed.
    pub fn run(&self, command: impl Into<Command>) -> Result<Output> {
        let command = command.into();
        let output = self.output(&command)?;
        if output.status == 0 {
            return Ok(output);
        }
        Err(Error::other(
            "guest.command",
            format!("`{}` failed in the guest with status {}", command, output.status),
        )
        .cause(output.tail()))
    }
}

fn or_absent<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((parent, _)) if !parent.is_empty() => parent,
        _ => "/",
    }
}

/// A program of the guest with its arguments: not a shell line.
#[derive(Clone, Debug, PartialEq)]
pub struct Command(pub(crate) exec::Command);

impl Command {
    /// The program and its arguments.
    pub fn new<I, S>(argv: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        let argv = argv.into_iter().map(Into::into).collect();
        Self(exec::Command { argv, env: Vec::new(), stdin: Vec::new(), timeout_ms: None })
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.0.argv.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.0.argv.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.0.env.push((name.into(), value.into()));
        self
    }

    /// Feeds its standard input.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.stdin = bytes.into();
        self
    }

    /// The longest that it may run.
    #[must_use]
    pub fn timeout_ms(mut self, timeout_ms: u32) -> Self {
        self.0.timeout_ms = Some(timeout_ms);
        self
    }

    /// The program and its arguments.
    pub fn argv(&self) -> &[String] {
        &self.0.argv
    }

    /// The variables set for it.
    pub fn variables(&self) -> &[(String, String)] {
        &self.0.env
    }
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.argv.join(" "))
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for Command {
    fn from(argv: [S; N]) -> Self {
        Self::new(argv)
    }
}

impl Output {
    /// An output as tests make it.
    pub fn new(status: i32, stdout: impl Into<Vec<u8>>) -> Self {
        Self { status, stdout: stdout.into(), stderr: Vec::new() }
    }

    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The end of what it printed, standard error if there is any.
    pub fn tail(&self) -> String {
        let bytes = if self.stderr.iter().all(u8::is_ascii_whitespace) { &self.stdout } else { &self.stderr };
        let text = String::from_utf8_lossy(bytes);
        let skip = text.trim_end().chars().count().saturating_sub(TAIL_CHARS_MAX);
        text.trim_end().chars().skip(skip).collect()
    }
}

#[cfg(target_arch = "wasm32")]
impl Calls for &crate::bindings::gyre::host::rootfs::Rootfs {
    fn stat(&self, path: &str) -> Result<Option<Stat>> {
        (**self).stat(path)
    }
    fn read_dir(&self, path: &str) -> Result<Vec<String>> {
        (**self).read_dir(path)
    }
    fn read_file(&self, path: &str) -> Result<Vec<u8>> {
        (**self).read_file(path)
    }
    fn write_file(&self, path: &str, mode: u32, bytes: &[u8]) -> Result<()> {
        (**self).write_file(path, mode, bytes)
    }
    fn make_dir(&self, path: &str, mode: u32) -> Result<()> {
        (**self).make_dir(path, mode)
    }
    fn symlink(&self, path: &str, target: &str) -> Result<()> {
        (**self).symlink(path, target)
    }
    fn read_link(&self, path: &str) -> Result<String> {
        (**self).read_link(path)
    }
    fn remove(&self, path: &str) -> Result<()> {
        (**self).remove(path)
    }
    fn rename(&self, from: &str, to: &str) -> Result<()> {
        (**self).rename(from, to)
    }
    fn run(&self, command: &exec::Command) -> Result<Output> {
        (**self).run(command)
    }
    fn open_hive(&self, path: &str) -> Result<Box<dyn hive::Calls>> {
        let hive = crate::bindings::gyre::host::registry::Hive::open(self, path)?;
        Ok(Box::new(hive))
    }
    fn copy_in(&self, from: &str, to: &str, mode: u32) -> Result<()> {
        crate::bindings::gyre::host::files::copy(from, self, to, mode)
    }
}
