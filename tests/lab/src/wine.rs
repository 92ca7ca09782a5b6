//! Windows' own interfaces without Windows: a prefix of Wine, whose programs nobody here wrote. Knows no cloud.

use crate::machine::{bound_to_this_thread, name, run};
use anyhow::{Context, Result, ensure};
use std::ffi::OsStr;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where Debian puts the programs of its package `wine64`.
const PROGRAMS: &str = "/usr/lib/wine";
/// Rust's standard library takes its random numbers from where Wine has nothing before version 9.
const RANDOM: &str = "#include <windows.h>\n\
    BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\n\
    __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)\n\
    { return SystemFunction036(data, (ULONG)length); }\n";

/// A prefix: drives, registry and services. What runs in it ends when this is dropped.
pub struct Wine {
    directory: PathBuf,
}

impl Wine {
    /// Makes one: a few seconds, and 700 MB.
    ///
    /// # Errors
    /// Where Wine or the compiler for Windows is missing.
    pub fn make(directory: &Path) -> Result<Self> {
        std::fs::create_dir_all(directory)?;
        let wine = Self { directory: directory.to_owned() };
        wine.run("wineboot.exe", &["-i"])?;
        let source = directory.join("random.c");
        std::fs::write(&source, RANDOM)?;
        let library = wine.windows().join("system32/bcryptprimitives.dll");
        wine.compile(&source, &library, &["-shared", "-ladvapi32"])?;
        Ok(wine)
    }

    /// Compiles a program or library in C.
    ///
    /// # Errors
    /// The compiler's.
    pub fn compile(&self, source: &Path, to: &Path, flags: &[&str]) -> Result<()> {
        let line = [&["-O1", "-o", name(to)?, name(source)?][..], flags].concat();
        run("x86_64-w64-mingw32-gcc", &line).map(drop)
    }

    /// The directory `C:\`.
    pub fn c(&self) -> PathBuf {
        self.directory.join("drive_c")
    }

    /// The directory of Windows itself.
    pub fn windows(&self) -> PathBuf {
        self.c().join("windows")
    }

    /// Gives a directory a drive letter, instead of what had it.
    ///
    /// # Errors
    /// Of the file system.
    pub fn drive(&self, letter: char, directory: &Path) -> Result<()> {
        let link = self.directory.join("dosdevices").join(format!("{letter}:"));
        drop(std::fs::remove_file(&link));
        std::os::unix::fs::symlink(directory, &link).with_context(|| link.display().to_string())
    }

    /// A program of Windows, which is killed when the thread that starts it ends. `PATH` and all else is Wine's own.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = bound_to_this_thread("env");
        command.arg("-i").arg("PATH=/usr/bin:/bin").arg("WINEDEBUG=-all");
        for (variable, below) in [("WINEPREFIX", ""), ("HOME", "home")] {
            let path = self.directory.join(below);
            command.arg(format!("{variable}={}", path.display()));
        }
        command.arg(Path::new(PROGRAMS).join("wine64")).arg(program.as_ref());
        command
    }

    /// Runs one to its end; services that it starts may go on.
    ///
    /// # Errors
    /// Where it fails.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        std::fs::create_dir_all(self.directory.join("home"))?;
        // A pipe would be held open by the services.
        let mut file = tempfile::tempfile()?;
        let mut command = self.command(program);
        command.args(arguments).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file.try_clone()?);
        let status = command.status().context("wine64 cannot be started")?;
        let mut said = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut said)?;
        let said = String::from_utf8_lossy(&said).into_owned();
        ensure!(status.success(), "{program} {}: {status}: {said}", arguments.join(" "));
        Ok(said)
    }

    /// Shuts it down and starts it again, with the services that start by themselves.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn boot(&self) -> Result<()> {
        self.end();
        self.run("wineboot.exe", &[]).map(drop)
    }

    /// Kills everything in it, and waits until it is gone.
    pub fn end(&self) {
        for argument in ["-k", "-w"] {
            let mut command = Command::new(Path::new(PROGRAMS).join("wineserver"));
            // Where nothing runs it fails, which is as good.
            drop(command.arg(argument).env("WINEPREFIX", &self.directory).output());
        }
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        self.end();
    }
}
